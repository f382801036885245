/* upgrade.c - rules about 101, Upgrade and what is spoken after the switch.
 * SPDX-License-Identifier: MIT
 *
 * Catalogue area UPG (RFC 9110 7.8, 15.2.2). After the empty line of a 101 both directions leave
 * HTTP/1; the server still owes the answer to the request in the new protocol. The WebSocket
 * handshake has a file of its own, websocket.c.
 */
#include "rules.h"

#include "facts.h"
#include "grammar.h"

static void switching_without_upgrade(struct wl_judge *j, const struct wl_exchange *ex,
                                      const struct wl_message *m)
{
    const struct wl_field *f = wl_message_field(m, WL_FIELD_UPGRADE);

    (void)ex;
    if (wl_grammar_list_count(m, WL_FIELD_UPGRADE) > 0)
        return;
    wl_report(j, m, f ? f->at : m->at, WL_VIOLATION, WL_CERTAIN, "101 %s",
              f ? "with an empty Upgrade field" : "without an Upgrade field");
}

static void switching_unrequested(struct wl_judge *j, const struct wl_exchange *ex,
                                  const struct wl_message *m)
{
    if (wl_message_field(&ex->req, WL_FIELD_UPGRADE))
        return;
    /* a proxy may have taken Upgrade away on its way to the server (catalogue 8) */
    wl_report(j, m, m->at, WL_VIOLATION, wl_judge_via(ex, WL_CERTAIN),
              "101 in answer to a request without Upgrade");
}

static bool offered(const struct wl_message *req, struct wl_span protocol)
{
    const struct wl_field *f = wl_message_field(req, WL_FIELD_UPGRADE);

    for (; f; f = wl_message_next_field(req, f)) {
        struct wl_cursor c = wl_cursor(f->value);
        struct wl_span member;

        while ((member = wl_grammar_member(&c)).n) {
            if (wl_grammar_protocol_match(member, protocol))
                return true;
        }
    }
    return false;
}

static void switching_to_unoffered_protocol(struct wl_judge *j, const struct wl_exchange *ex,
                                            const struct wl_message *m)
{
    const struct wl_field *f = wl_message_field(m, WL_FIELD_UPGRADE);
    bool layered = wl_grammar_list_count(m, WL_FIELD_UPGRADE) > 1;

    if (!wl_message_field(&ex->req, WL_FIELD_UPGRADE))
        return; /* switching-unrequested */
    for (; f; f = wl_message_next_field(m, f)) {
        struct wl_cursor c = wl_cursor(f->value);
        struct wl_span member;

        while ((member = wl_grammar_member(&c)).n) {
            /* RFC 2817 3.3: "Upgrade: TLS/1.0, HTTP/1.1" names the protocol that goes on on top */
            if (offered(&ex->req, member) ||
                (layered && wl_grammar_protocol_match(WL_SPAN("HTTP/1.1"), member)))
                continue;
            wl_report(j, m, f->at, WL_VIOLATION, wl_judge_via(ex, WL_CERTAIN),
                      "101 switches to '%s', the request offers '%s'", wl_said(member).text,
                      wl_said(wl_message_field(&ex->req, WL_FIELD_UPGRADE)->value).text);
            return;
        }
    }
}

static void switching_missing_connection_upgrade(struct wl_judge *j, const struct wl_exchange *ex,
                                                 const struct wl_message *m)
{
    const struct wl_field *f = wl_message_field(m, WL_FIELD_CONNECTION);

    (void)ex;
    if (wl_grammar_list_count(m, WL_FIELD_UPGRADE) == 0) /* switching-without-upgrade */
        return;
    if (wl_grammar_list_has(m, WL_FIELD_CONNECTION, WL_SPAN("upgrade")))
        return;
    if (f) {
        wl_report(j, m, f->at, WL_VIOLATION, WL_CERTAIN, "101 with Upgrade, but Connection: %s",
                  wl_said(f->value).text);
    } else {
        wl_report(j, m, m->at, WL_VIOLATION, WL_CERTAIN,
                  "101 with Upgrade, but without Connection");
    }
}

static void switching_to_http10(struct wl_judge *j, const struct wl_exchange *ex,
                                const struct wl_message *m)
{
    if (!wl_facts_http10(&ex->req))
        return;
    wl_report(j, m, m->at, WL_VIOLATION, WL_CERTAIN, "101 in answer to an HTTP/%s request",
              wl_facts_old_version(&ex->req));
}

static void upgrade_required_without_upgrade(struct wl_judge *j, const struct wl_exchange *ex,
                                             const struct wl_message *m)
{
    const struct wl_field *f = wl_message_field(m, WL_FIELD_UPGRADE);
    /* HTTP/2 and HTTP/3 have no Upgrade: there the status itself is the mistake */
    bool multiplexed = ex->conn.proto == WL_H2 || ex->conn.proto == WL_H3;

    if (wl_grammar_list_count(m, WL_FIELD_UPGRADE) > 0)
        return;
    wl_report(j, m, f ? f->at : m->at, multiplexed ? WL_NOTE : WL_VIOLATION, WL_CERTAIN, "426 %s",
              f ? "with an empty Upgrade field" : "without an Upgrade field");
}

static void http_after_switching(struct wl_judge *j, const struct wl_exchange *ex,
                                 const struct wl_message *m)
{
    const struct wl_mark *mark = wl_judge_mark(j);

    (void)ex;
    wl_report(j, m, mark->at, WL_VIOLATION, WL_CERTAIN, "an HTTP/1 %s after the 101",
              mark->at.dir == WL_TO_CLIENT ? "status line" : "request line");
}

static const struct wl_rule rules[] = {
    {
        .id = "http-after-switching",
        .severity = WL_VIOLATION,
        .fault = WL_FAULT_EITHER,
        .area = "UPG",
        .versions = "HTTP/1.1",
        .cite = {"RFC 9110 15.2.2", "RFC 9110 7.8"},
        .title = "HTTP/1 goes on after 101 (Switching Protocols)",
        .why = "The new protocol begins right after the empty line of the 101. A side that goes on "
               "in HTTP/1 did not take part in the switch: often a proxy that forwarded the "
               "handshake without understanding it.",
        .advice = "Switch the connection when the 101 is sent or received, or answer with a final "
                  "status and ignore Upgrade.",
        .see = {"switching-unrequested", "switching-to-unoffered-protocol"},
        .when = WL_ON_MARK,
        .mark = WL_MARK_HTTP_AFTER_SWITCHING,
        .needs = WL_NEEDS_PAIR | WL_NEEDS_BODY | WL_NEEDS_ACK,
        .check = http_after_switching,
    },
    {
        .id = "switching-missing-connection-upgrade",
        .severity = WL_VIOLATION,
        .fault = WL_FAULT_SERVER,
        .area = "UPG",
        .versions = "HTTP/1.1",
        .cite = {"RFC 9110 7.8", "RFC 9110 7.6.1", "RFC 6455 4.2.2"},
        .title = "101 without the connection option upgrade",
        .why = "Upgrade is for the next hop only and must be named in Connection. Without that a "
               "proxy may forward the field as if it spoke for another connection, and a WebSocket "
               "client must fail the handshake.",
        .advice = "Send Connection: Upgrade with every Upgrade field.",
        .see = {"switching-without-upgrade"},
        .when = WL_ON_RESPONSE,
        .status_from = 101,
        .status_to = 101,
        .field = WL_FIELD_UPGRADE,
        .check = switching_missing_connection_upgrade,
    },
    {
        .id = "switching-to-http10",
        .severity = WL_VIOLATION,
        .fault = WL_FAULT_SERVER,
        .area = "UPG",
        .versions = "HTTP/1.0",
        .cite = {"RFC 9110 7.8", "RFC 9110 15.2"},
        .title = "101 (Switching Protocols) to an HTTP/1.0 client",
        .why = "A server must ignore Upgrade in an HTTP/1.0 request: it may have been forwarded "
               "blindly by a proxy that does not know it, whose connection is then broken.",
        .advice = "Look at the version of the request before switching; let the proxy speak "
                  "HTTP/1.1.",
        .see = {"interim-to-http10", "switching-unrequested"},
        .when = WL_ON_RESPONSE,
        .needs = WL_NEEDS_PAIR | WL_NEEDS_REQUEST,
        .status_from = 101,
        .status_to = 101,
        .check = switching_to_http10,
    },
    {
        .id = "switching-to-unoffered-protocol",
        .severity = WL_VIOLATION,
        .fault = WL_FAULT_SERVER,
        .area = "UPG",
        .versions = "HTTP/1.1",
        .cite = {"RFC 9110 7.8"},
        .title = "101 to a protocol that the request did not offer",
        .why = "A server must not switch to a protocol that the client did not name in Upgrade: "
               "the client does not speak it.",
        .advice = "Choose from the list of the request, or answer in HTTP/1.1.",
        .see = {"switching-unrequested"},
        .when = WL_ON_RESPONSE,
        .needs = WL_NEEDS_PAIR | WL_NEEDS_REQUEST,
        .status_from = 101,
        .status_to = 101,
        .field = WL_FIELD_UPGRADE,
        .check = switching_to_unoffered_protocol,
    },
    {
        .id = "switching-unrequested",
        .severity = WL_VIOLATION,
        .fault = WL_FAULT_SERVER,
        .area = "UPG",
        .versions = "HTTP/1.1",
        .cite = {"RFC 9110 7.8"},
        .title = "101 (Switching Protocols) that nobody asked for",
        .why = "The client goes on in HTTP/1 while the server speaks another protocol: all that "
               "follows on the connection is misread.",
        .advice = "Send 101 only in answer to Upgrade. To demand an upgrade there is 426.",
        .see = {"switching-to-unoffered-protocol", "upgrade-required-without-upgrade"},
        .when = WL_ON_RESPONSE,
        .needs = WL_NEEDS_PAIR | WL_NEEDS_REQUEST,
        .status_from = 101,
        .status_to = 101,
        .check = switching_unrequested,
    },
    {
        .id = "switching-without-upgrade",
        .severity = WL_VIOLATION,
        .fault = WL_FAULT_SERVER,
        .area = "UPG",
        .versions = "HTTP/1.1",
        .cite = {"RFC 9110 15.2.2", "RFC 9110 7.8"},
        .title = "101 that does not say to which protocol it switches",
        .why = "A 101 must carry Upgrade with the protocols that will be spoken after its empty "
               "line. Without it the client can only guess what the next octets are.",
        .advice = "Send Upgrade and Connection: Upgrade with every 101.",
        .see = {"switching-missing-connection-upgrade"},
        .when = WL_ON_RESPONSE,
        .status_from = 101,
        .status_to = 101,
        .check = switching_without_upgrade,
    },
    {
        .id = "upgrade-required-without-upgrade",
        .severity = WL_VIOLATION,
        .fault = WL_FAULT_SERVER,
        .area = "UPG",
        .versions = "HTTP/1.1, HTTP/2, HTTP/3",
        .cite = {"RFC 9110 15.5.22", "RFC 9110 7.8"},
        .title = "426 (Upgrade Required) without Upgrade",
        .why = "A 426 must name the required protocols in Upgrade. Without that the client knows "
               "that it is refused, but not what would help.",
        .advice = "Send Upgrade (for WebSocket also Sec-WebSocket-Version) and Connection: Upgrade "
                  "with 426; where no upgrade is offered, use another 4xx.",
        .see = {"switching-unrequested"},
        .when = WL_ON_RESPONSE,
        .status_from = 426,
        .status_to = 426,
        .check = upgrade_required_without_upgrade,
    },
};

const struct wl_rule_group wl_rules_upgrade = {"upgrade", rules, WL_COUNT(rules)};
