/* websocket.c - rules about the WebSocket handshake.
 * SPDX-License-Identifier: MIT
 *
 * Catalogue area WS (RFC 6455 4). What holds for every 101 is in upgrade.c; the frames that follow
 * the handshake are decoded by a later version.
 */
#include "rules.h"

#include "digest.h"
#include "facts.h"
#include "grammar.h"

static bool is_websocket(const struct wl_message *m)
{
    return wl_facts_upgrade_has(m, WL_SPAN("websocket"));
}

static void ws_accept_invalid(struct wl_judge *j, const struct wl_exchange *ex,
                              const struct wl_message *m)
{
    const struct wl_field *key = wl_message_field(&ex->req, WL_FIELD_SEC_WEBSOCKET_KEY);
    const struct wl_field *f = wl_message_field(m, WL_FIELD_SEC_WEBSOCKET_ACCEPT);
    char due[WL_WEBSOCKET_ACCEPT + 1] = "";

    if (!is_websocket(m))
        return;
    /* without one key there is nothing to compare with: ws-handshake-invalid */
    if (!key || key->value.n == 0 || wl_message_next_field(&ex->req, key))
        return;
    if (!f) {
        wl_report(j, m, m->at, WL_VIOLATION, WL_CERTAIN, "101 without Sec-WebSocket-Accept");
        return;
    }
    if (wl_message_next_field(m, f)) {
        wl_report(j, m, wl_message_next_field(m, f)->at, WL_VIOLATION, WL_CERTAIN,
                  "Sec-WebSocket-Accept more than once");
        return;
    }
    if (!wl_digest_websocket_accept(key->value, due))
        return;
    if (wl_span_equal(f->value, wl_span(due, WL_WEBSOCKET_ACCEPT)))
        return;
    wl_report(j, m, f->at, WL_VIOLATION, WL_CERTAIN,
              "Sec-WebSocket-Accept is '%s', the key of the request demands '%s'",
              wl_said(f->value).text, due);
    wl_report_frame(j, ex->req.at.frame);
}

static bool subprotocol_offered(const struct wl_message *req, struct wl_span token)
{
    const struct wl_field *f = wl_message_field(req, WL_FIELD_SEC_WEBSOCKET_PROTOCOL);

    for (; f; f = wl_message_next_field(req, f)) {
        struct wl_cursor c = wl_cursor(f->value);
        struct wl_span member;

        while ((member = wl_grammar_member(&c)).n) {
            if (wl_span_equal(member, token)) /* names differ by case */
                return true;
        }
    }
    return false;
}

static void ws_subprotocol_unoffered(struct wl_judge *j, const struct wl_exchange *ex,
                                     const struct wl_message *m)
{
    const struct wl_field *f = wl_message_field(m, WL_FIELD_SEC_WEBSOCKET_PROTOCOL);
    size_t n = wl_grammar_list_count(m, WL_FIELD_SEC_WEBSOCKET_PROTOCOL);

    if (!is_websocket(m))
        return;
    if (n == 0) {
        wl_report(j, m, f->at, WL_VIOLATION, WL_CERTAIN, "Sec-WebSocket-Protocol is empty");
    } else if (n > 1) {
        wl_report(j, m, f->at, WL_VIOLATION, WL_CERTAIN,
                  "Sec-WebSocket-Protocol names %zu subprotocols, one may be selected", n);
    } else if (!subprotocol_offered(&ex->req, f->value)) {
        wl_report(j, m, f->at, WL_VIOLATION, wl_judge_via(ex, WL_CERTAIN),
                  "subprotocol '%s' was not offered", wl_said(f->value).text);
    }
}

static const struct wl_rule rules[] = {
    {
        .id = "ws-accept-invalid",
        .severity = WL_VIOLATION,
        .fault = WL_FAULT_SERVER,
        .area = "WS",
        .versions = "HTTP/1.1, WebSocket",
        .cite = {"RFC 6455 4.2.2", "RFC 6455 4.1"},
        .title = "WebSocket handshake with a wrong Sec-WebSocket-Accept",
        .why = "The value proves that the server read this very handshake: it is computed from the "
               "key of the request. A client must fail the connection when it does not match; "
               "usually a cache or a proxy replays the answer to another request.",
        .advice = "Send base64(SHA-1(key + \"258EAFA5-E914-47DA-95CA-C5AB0DC85B11\")), computed "
                  "anew for every request.",
        .see = {"ws-subprotocol-unoffered", "switching-missing-connection-upgrade"},
        .when = WL_ON_RESPONSE,
        .needs = WL_NEEDS_PAIR | WL_NEEDS_REQUEST,
        .status_from = 101,
        .status_to = 101,
        .field = WL_FIELD_UPGRADE,
        .check = ws_accept_invalid,
    },
    {
        .id = "ws-subprotocol-unoffered",
        .severity = WL_VIOLATION,
        .fault = WL_FAULT_SERVER,
        .area = "WS",
        .versions = "HTTP/1.1, HTTP/2, HTTP/3, WebSocket",
        .cite = {"RFC 6455 4.2.2", "RFC 6455 4.1"},
        .title = "WebSocket subprotocol that the client did not offer",
        .why = "The server may select one of the offered subprotocols or none. A client must fail "
               "the connection when it is told another.",
        .advice = "Select exactly one value of the request's list, spelled as there, or leave the "
                  "field out.",
        .see = {"ws-accept-invalid"},
        .when = WL_ON_RESPONSE,
        .needs = WL_NEEDS_PAIR | WL_NEEDS_REQUEST,
        .status_from = 101,
        .status_to = 101,
        .field = WL_FIELD_SEC_WEBSOCKET_PROTOCOL,
        .check = ws_subprotocol_unoffered,
    },
};

const struct wl_rule_group wl_rules_websocket = {"websocket", rules, WL_COUNT(rules)};
