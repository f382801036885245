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
    wl_report(j, m, f ? wl_field_at(m, f) : m->at, WL_VIOLATION, WL_CERTAIN, "101 %s",
              f ? "with an empty Upgrade field" : "without an Upgrade field");
}

static void switching_unrequested(struct wl_judge *j, const struct wl_exchange *ex,
                                  const struct wl_message *m)
{
    if (wl_message_field(&ex->req, WL_FIELD_UPGRADE))
        return;
    /* a proxy may have taken Upgrade away on its way to the server (docs/judging.md 4) */
    wl_report(j, m, m->at, WL_VIOLATION, wl_judge_via(ex, WL_CERTAIN),
              "101 in answer to a request without Upgrade");
}

static void switching_to_unoffered_protocol(struct wl_judge *j, const struct wl_exchange *ex,
                                            const struct wl_message *m)
{
    const struct wl_field *f = wl_message_field(m, WL_FIELD_UPGRADE);
    bool layered = wl_grammar_list_count(m, WL_FIELD_UPGRADE) > 1;
    unsigned left = wl_facts_lookups(&ex->req, WL_FIELD_UPGRADE);

    if (!wl_message_field(&ex->req, WL_FIELD_UPGRADE))
        return; /* switching-unrequested */
    for (; f && left; f = wl_message_next_field(m, f)) {
        struct wl_cursor c = wl_cursor(f->value);
        struct wl_span member;

        for (; left && (member = wl_grammar_member(&c)).n; left--) {
            /* RFC 2817 3.3: "Upgrade: TLS/1.0, HTTP/1.1" names the protocol that goes on on top */
            if (wl_facts_upgrade_has(&ex->req, member) ||
                (layered && wl_grammar_protocol_match(WL_SPAN("HTTP/1.1"), member)))
                continue;
            wl_report(j, m, wl_field_at(m, f), WL_VIOLATION, wl_judge_via(ex, WL_CERTAIN),
                      "101 switches to '%s', the request offers '%s'", wl_said(member).text,
                      wl_said(wl_message_field(&ex->req, WL_FIELD_UPGRADE)->value).text);
            return;
        }
    }
}

/** The first member of the first line. */
static struct wl_span first_protocol(const struct wl_message *m)
{
    struct wl_cursor c = wl_cursor(wl_message_field(m, WL_FIELD_UPGRADE)->value);

    return wl_grammar_member(&c);
}

static void switching_preference_ignored(struct wl_judge *j, const struct wl_exchange *ex,
                                         const struct wl_message *m)
{
    const struct wl_field *f = wl_message_field(m, WL_FIELD_UPGRADE);
    struct wl_span preferred, selected = first_protocol(m);

    if (selected.n == 0 || wl_grammar_list_count(&ex->req, WL_FIELD_UPGRADE) < 2)
        return;
    preferred = first_protocol(&ex->req);
    /* switching-to-unoffered-protocol */
    if (preferred.n == 0 || !wl_facts_upgrade_has(&ex->req, selected))
        return;
    for (; f; f = wl_message_next_field(m, f)) { /* a layered answer may name it further on */
        struct wl_cursor c = wl_cursor(f->value);
        struct wl_span member;

        while ((member = wl_grammar_member(&c)).n) {
            if (wl_grammar_protocol_match(preferred, member))
                return;
        }
    }
    wl_report(j, m, wl_field_at(m, wl_message_field(m, WL_FIELD_UPGRADE)), WL_NOTE,
              wl_judge_via(ex, WL_CERTAIN), "101 switches to '%s', the request prefers '%s'",
              wl_said(selected).text, wl_said(preferred).text);
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
        wl_report(j, m, wl_field_at(m, f), WL_VIOLATION, WL_CERTAIN,
                  "101 with Upgrade, but Connection: %s", wl_said(f->value).text);
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
    wl_report(j, m, f ? wl_field_at(m, f) : m->at, multiplexed ? WL_NOTE : WL_VIOLATION, WL_CERTAIN,
              "426 %s", f ? "with an empty Upgrade field" : "without an Upgrade field");
}

/** Does Upgrade stand without its connection option? */
static bool lacks_option(const struct wl_message *m)
{
    return wl_message_field(m, WL_FIELD_UPGRADE) &&
           !wl_grammar_list_has(m, WL_FIELD_CONNECTION, WL_SPAN("upgrade"));
}

/** Is the WebSocket that the request offers of another version than the one there is? */
static bool offers_other_websocket(const struct wl_message *req)
{
    const struct wl_field *f = wl_message_field(req, WL_FIELD_SEC_WEBSOCKET_VERSION);

    return f && !wl_span_equal(f->value, WL_SPAN("13"));
}

static void upgrade_required_already_offered(struct wl_judge *j, const struct wl_exchange *ex,
                                             const struct wl_message *m)
{
    const struct wl_field *f = wl_message_field(m, WL_FIELD_UPGRADE);
    unsigned left = wl_facts_lookups(&ex->req, WL_FIELD_UPGRADE);

    /* without the connection option the offer was for nobody */
    if (!wl_message_field(&ex->req, WL_FIELD_UPGRADE) || lacks_option(&ex->req))
        return;
    for (; f && left; f = wl_message_next_field(m, f)) {
        struct wl_cursor c = wl_cursor(f->value);
        struct wl_span member;

        for (; left && (member = wl_grammar_member(&c)).n; left--) {
            if (!wl_facts_upgrade_has(&ex->req, member))
                continue;
            /* another version of WebSocket may be what is required (RFC 6455 4.4) */
            if (wl_grammar_protocol_match(WL_SPAN("websocket"), member) &&
                (wl_message_field(m, WL_FIELD_SEC_WEBSOCKET_VERSION) ||
                 offers_other_websocket(&ex->req)))
                continue;
            wl_report(j, m, wl_field_at(m, f), WL_WARNING, wl_judge_via(ex, WL_CERTAIN),
                      "426 requires '%s', which the request offers", wl_said(member).text);
            wl_report_frame(j, ex->req.at.frame);
            return;
        }
    }
}

static void upgrade_without_connection_option(struct wl_judge *j, const struct wl_exchange *ex,
                                              const struct wl_message *m)
{
    const struct wl_field *f = wl_message_field(m, WL_FIELD_UPGRADE);
    bool old = m == &ex->req && wl_facts_http10(m);

    if (m->status == 101) { /* its own Connection: switching-missing-connection-upgrade */
        if (ex->paired && ex->req.state >= WL_HEAD && lacks_option(&ex->req)) {
            wl_report(j, m, m->at, WL_VIOLATION, wl_judge_via(ex, WL_CERTAIN),
                      "101 in answer to Upgrade without Connection: Upgrade");
        }
        return;
    }
    if (lacks_option(m)) {
        wl_report(j, m, wl_field_at(m, f), old ? WL_NOTE : WL_VIOLATION, WL_CERTAIN,
                  "Upgrade: %s, and no Connection: Upgrade", wl_said(f->value).text);
    }
}

/* ---------------------------------------------------------------------------------------- h2c */

/** What is wrong with HTTP2-Settings of an offer of h2c (RFC 7540 3.2.1); NULL: nothing. */
static const char *settings_fault(const struct wl_message *req)
{
    const struct wl_field *f = wl_message_field(req, WL_FIELD_HTTP2_SETTINGS);

    if (!f)
        return "without HTTP2-Settings";
    if (wl_message_next_field(req, f))
        return "with several HTTP2-Settings fields";
    /* base64url without padding (RFC 7515 2); padding is what a lenient encoder adds */
    for (size_t i = 0; i < f->value.n; i++) {
        uint8_t c = f->value.p[i];

        if (!wl_is_alpha(c) && !wl_is_digit(c) && c != '-' && c != '_' && c != '=')
            return "with HTTP2-Settings that is not base64url";
    }
    if (f->value.n % 4 == 1)
        return "with HTTP2-Settings that is not base64url";
    if (!wl_grammar_list_has(req, WL_FIELD_CONNECTION, WL_SPAN("HTTP2-Settings")))
        return "with HTTP2-Settings that Connection does not name";
    return NULL;
}

static void judge_h2c_response(struct wl_judge *j, const struct wl_exchange *ex,
                               const struct wl_message *m)
{
    const struct wl_field *settings = wl_message_field(m, WL_FIELD_HTTP2_SETTINGS);
    const struct wl_field *upgrade = wl_message_field(m, WL_FIELD_UPGRADE);
    bool h2c = upgrade && wl_facts_upgrade_has(m, WL_SPAN("h2c"));
    bool h2 = upgrade && wl_facts_upgrade_has(m, WL_SPAN("h2"));
    const char *fault;

    if (settings) {
        wl_report(j, m, wl_field_at(m, settings), WL_VIOLATION, WL_CERTAIN,
                  "HTTP2-Settings in a response: only requests have it");
    }
    if (m->status != 101) {
        if (m->status / 100 == 2 && (h2 || h2c)) {
            wl_report(j, m, wl_field_at(m, upgrade), WL_NOTE, WL_CERTAIN,
                      "%u advertises '%s' in Upgrade, which is obsolete", m->status,
                      wl_said(upgrade->value).text);
        }
        return;
    }
    if (h2) /* the name of HTTP/2 over TLS */
        wl_report(j, m, wl_field_at(m, upgrade), WL_VIOLATION, WL_CERTAIN, "101 switches to 'h2'");
    if (!h2c || !ex->paired || ex->req.state < WL_HEAD ||
        !wl_facts_upgrade_has(&ex->req, WL_SPAN("h2c")))
        return;
    fault = settings_fault(&ex->req);
    if (fault) {
        wl_report(j, m, m->at, WL_VIOLATION, wl_judge_via(ex, WL_CERTAIN),
                  "101 switches to h2c for a request %s", fault);
    }
}

static void h2c_upgrade_invalid(struct wl_judge *j, const struct wl_exchange *ex,
                                const struct wl_message *m)
{
    const struct wl_field *f = wl_message_field(m, WL_FIELD_UPGRADE);
    const char *fault;

    if (m != &ex->req) {
        judge_h2c_response(j, ex, m);
        return;
    }
    if (!f || !wl_facts_upgrade_has(m, WL_SPAN("h2c")))
        return;
    fault = settings_fault(m);
    if (fault) {
        wl_report(j, m, wl_field_at(m, f), WL_VIOLATION, wl_judge_via(ex, WL_CERTAIN),
                  "the request offers h2c %s", fault);
    } else {
        wl_report(j, m, wl_field_at(m, f), WL_NOTE, WL_CERTAIN,
                  "the request offers h2c, which is obsolete");
    }
}

/* -------------------------------------------------------------------------- behind the switch */

static void http_after_switching(struct wl_judge *j, const struct wl_exchange *ex,
                                 const struct wl_message *m)
{
    const struct wl_mark *mark = wl_judge_mark(j);

    (void)ex;
    wl_report(j, m, mark->at, WL_VIOLATION, WL_CERTAIN, "an HTTP/1 %s after the 101",
              mark->at.dir == WL_TO_CLIENT ? "status line" : "request line");
}

static void upgrade_optimistic_data(struct wl_judge *j, const struct wl_exchange *ex,
                                    const struct wl_message *m)
{
    const struct wl_mark *mark = wl_judge_mark(j);
    bool websocket = wl_facts_upgrade_has(&ex->req, WL_SPAN("websocket"));
    uint16_t status = wl_facts_final(ex) ? ex->res.status : 101;

    /* RFC 6455 4.1: once the handshake has been sent, the client must wait for the answer */
    wl_report(
        j, m, mark->at, websocket ? WL_VIOLATION : WL_WARNING, WL_CERTAIN,
        "octets for the new protocol, the first 0x%02x, before the client had received the %u",
        (unsigned)mark->value, status);
}

static void h2c_no_stream1_response(struct wl_judge *j, const struct wl_exchange *ex,
                                    const struct wl_message *m)
{
    enum { SETTINGS = 4 }; /* RFC 9113 6.5 */
    const struct wl_mark *mark = wl_judge_mark(j);

    (void)ex;
    if (mark->id == WL_MARK_H2C_NO_SETTINGS && mark->value == SETTINGS) {
        wl_report(j, m, mark->at, WL_VIOLATION, WL_CERTAIN,
                  "the server's first frame after the 101 is a SETTINGS that acknowledges others, "
                  "or has a stream");
    } else if (mark->id == WL_MARK_H2C_NO_SETTINGS) {
        wl_report(j, m, mark->at, WL_VIOLATION, WL_CERTAIN,
                  "the server's first frame after the 101 is of type %u, not SETTINGS",
                  (unsigned)mark->value);
    } else {
        wl_report(j, m, mark->at, WL_WARNING, WL_CERTAIN,
                  "the server ended the connection without a response on stream 1");
    }
}

static const struct wl_rule rules[] = {
    {
        .id = "h2c-no-stream1-response",
        .severity = WL_WARNING,
        .fault = WL_FAULT_SERVER,
        .area = "UPG",
        .versions = "HTTP/1.1, HTTP/2",
        .cite = {"RFC 7540 3.2", "RFC 9113 3.4"},
        .title = "Switch to h2c, and no answer in HTTP/2",
        .why = "Behind the 101 the server begins with SETTINGS, and owes the answer to the request "
               "on stream 1. Otherwise the request is lost: the client can neither read what comes "
               "nor know whether the request was acted on.",
        .advice =
            "Answer stream 1 like any other; where HTTP/2 is not spoken, ignore Upgrade: h2c.",
        .see = {"h2c-upgrade-invalid", "http-after-switching"},
        .when = WL_ON_MARK,
        .mark = WL_MARK_H2C_NO_SETTINGS,
        .marks = {WL_MARK_H2C_NO_RESPONSE},
        .needs = WL_NEEDS_PAIR,
        .check = h2c_no_stream1_response,
    },
    {
        .id = "h2c-upgrade-invalid",
        .severity = WL_VIOLATION,
        .fault = WL_FAULT_EITHER,
        .area = "UPG",
        .versions = "HTTP/1.1",
        .cite = {"RFC 7540 3.2", "RFC 7540 3.2.1", "RFC 9113 3.1"},
        .title = "Upgrade to HTTP/2 that breaks its rules",
        .why = "The request becomes stream 1 of HTTP/2, with the settings of HTTP2-Settings: "
               "without exactly one such field, named in Connection, the server must not switch. "
               "Proxies that forward h2c blindly have opened ways past their own rules. The token "
               "h2c as such is obsolete.",
        .advice = "Speak HTTP/2 by TLS with ALPN, or with prior knowledge; at a proxy, remove "
                  "Upgrade: h2c and HTTP2-Settings from requests.",
        .see = {"switching-to-unoffered-protocol", "h2c-no-stream1-response"},
        .when = WL_ON_MESSAGE,
        .field = WL_FIELD_UPGRADE,
        .fields = {WL_FIELD_HTTP2_SETTINGS},
        .check = h2c_upgrade_invalid,
    },
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
        .id = "switching-preference-ignored",
        .severity = WL_NOTE,
        .fault = WL_FAULT_SERVER,
        .area = "UPG",
        .versions = "HTTP/1.1",
        .cite = {"RFC 9110 7.8"},
        .title = "101 to a protocol that is not the client's first choice",
        .why = "The list in Upgrade stands in the order of the client's preference. A server may "
               "ignore that order; who wonders why the better protocol is not spoken finds the "
               "reason here.",
        .advice = "Nothing, if the server does not speak the first one; else let it take the list "
                  "in its order.",
        .see = {"switching-to-unoffered-protocol"},
        .when = WL_ON_RESPONSE,
        .needs = WL_NEEDS_PAIR | WL_NEEDS_REQUEST,
        .status_from = 101,
        .status_to = 101,
        .field = WL_FIELD_UPGRADE,
        .check = switching_preference_ignored,
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
        .id = "tls-upgrade-no-handshake",
        .severity = WL_WARNING,
        .fault = WL_FAULT_EITHER,
        .area = "UPG",
        .versions = "HTTP/1.1",
        .cite = {"RFC 2817 3.3"},
        .title = "Switch to TLS that no TLS handshake follows",
        .why =
            "After a 101 to TLS the client begins the handshake. Here it goes on in the clear: it "
            "did not understand the switch, and what was to be encrypted is not.",
        .advice = "Begin the TLS handshake after the 101, or use https from the start: few clients "
                  "know RFC 2817.",
        .see = {"http-after-switching", "switching-unrequested"},
        .when = WL_ON_MARK,
        .mark = WL_MARK_NO_TLS,
        .needs = WL_NEEDS_PAIR | WL_NEEDS_BODY,
        .saw = "octets of the client after the 101 that are no TLS handshake",
    },
    {
        .id = "upgrade-optimistic-data",
        .severity = WL_WARNING,
        .fault = WL_FAULT_CLIENT,
        .area = "UPG",
        .versions = "HTTP/1.1",
        .cite = {"RFC 6455 4.1", "RFC 9110 7.8"},
        .title = "Client spoke the new protocol before the answer had come",
        .why =
            "Until the 101, or the 2xx to CONNECT, has come, the connection speaks HTTP. A server "
            "that refuses reads these octets as the next request: what a client believes to be "
            "payload, chosen by somebody else perhaps, becomes a request in its name.",
        .advice = "Wait for the answer before sending anything for the new protocol.",
        .see = {"http-after-switching", "ws-handshake-invalid"},
        .when = WL_ON_MARK,
        .mark = WL_MARK_OPTIMISTIC,
        .needs = WL_NEEDS_PAIR | WL_NEEDS_ACK,
        .check = upgrade_optimistic_data,
    },
    {
        .id = "upgrade-required-already-offered",
        .severity = WL_WARNING,
        .fault = WL_FAULT_SERVER,
        .area = "UPG",
        .versions = "HTTP/1.1",
        .cite = {"RFC 9110 15.5.22"},
        .title = "426 (Upgrade Required) demands what the request offered",
        .why = "The client offered this very protocol and is told to offer it: it has nothing left "
               "to try.",
        .advice = "Answer the offer with 101, or refuse the request with a status that says why.",
        .see = {"upgrade-required-without-upgrade", "ws-version-rejection-silent"},
        .when = WL_ON_RESPONSE,
        .needs = WL_NEEDS_PAIR | WL_NEEDS_REQUEST,
        .status_from = 426,
        .status_to = 426,
        .field = WL_FIELD_UPGRADE,
        .check = upgrade_required_already_offered,
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
    {
        .id = "upgrade-without-connection-option",
        .severity = WL_VIOLATION,
        .fault = WL_FAULT_EITHER,
        .area = "UPG",
        .versions = "HTTP/1.0, HTTP/1.1",
        .cite = {"RFC 9110 7.8", "RFC 6455 4.2.1"},
        .title = "Upgrade without the connection option upgrade",
        .why = "Upgrade is for the next hop only, and the option in Connection says so. Without it "
               "a proxy forwards the field, and offers a protocol in the name of somebody who is "
               "not on this connection; a server must not act on it.",
        .advice = "Send Connection: Upgrade with every Upgrade field; in a proxy that shall pass "
                  "WebSocket on, set both.",
        .see = {"switching-missing-connection-upgrade", "ws-handshake-invalid"},
        .when = WL_ON_MESSAGE,
        .field = WL_FIELD_UPGRADE,
        .check = upgrade_without_connection_option,
    },
};

const struct wl_rule_group wl_rules_upgrade = {"upgrade", rules, WL_COUNT(rules)};
