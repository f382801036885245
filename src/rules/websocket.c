/* websocket.c - rules about the WebSocket handshake and the frames behind it.
 * SPDX-License-Identifier: MIT
 *
 * Catalogue area WS (RFC 6455). What holds for every 101 is in upgrade.c; the frames are followed
 * by http/websocket_frames.c, whose marks are judged here.
 */
#include "rules.h"

#include <inttypes.h>
#include <stdio.h>

#include "digest.h"
#include "facts.h"
#include "grammar.h"

/** What is wrong with a handshake or a frame, in words. */
struct wl_faults_said {
    char text[240];
};

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
        wl_report(j, m, wl_field_at(m, wl_message_next_field(m, f)), WL_VIOLATION, WL_CERTAIN,
                  "Sec-WebSocket-Accept more than once");
        return;
    }
    wl_digest_websocket_accept(key->value, due);
    if (wl_span_equal(f->value, wl_span(due, WL_WEBSOCKET_ACCEPT)))
        return;
    wl_report(j, m, wl_field_at(m, f), WL_VIOLATION, WL_CERTAIN,
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
        wl_report(j, m, wl_field_at(m, f), WL_VIOLATION, WL_CERTAIN,
                  "Sec-WebSocket-Protocol is empty");
    } else if (n > 1) {
        wl_report(j, m, wl_field_at(m, f), WL_VIOLATION, WL_CERTAIN,
                  "Sec-WebSocket-Protocol names %zu subprotocols, one may be selected", n);
    } else if (!subprotocol_offered(&ex->req, f->value)) {
        wl_report(j, m, wl_field_at(m, f), WL_VIOLATION, wl_judge_via(ex, WL_CERTAIN),
                  "subprotocol '%s' was not offered", wl_said(f->value).text);
    }
}

static bool extension_offered(const struct wl_message *req, struct wl_span name)
{
    return wl_grammar_list_has(req, WL_FIELD_SEC_WEBSOCKET_EXTENSIONS, name);
}

static void ws_extension_unoffered(struct wl_judge *j, const struct wl_exchange *ex,
                                   const struct wl_message *m)
{
    const struct wl_field *f = wl_message_field(m, WL_FIELD_SEC_WEBSOCKET_EXTENSIONS);
    unsigned left = wl_facts_lookups(&ex->req, WL_FIELD_SEC_WEBSOCKET_EXTENSIONS);

    if (!is_websocket(m))
        return;
    for (; f && left; f = wl_message_next_field(m, f)) {
        struct wl_cursor c = wl_cursor(f->value);
        struct wl_span member;

        for (; left && (member = wl_grammar_member(&c)).n; left--) {
            struct wl_span name = wl_grammar_name(member);

            if (name.n == 0 || extension_offered(&ex->req, name))
                continue;
            wl_report(j, m, wl_field_at(m, f), WL_VIOLATION, wl_judge_via(ex, WL_CERTAIN),
                      "extension '%s' was not offered", wl_said(name).text);
            wl_report_frame(j, ex->req.at.frame);
            return;
        }
    }
}

/* ---------------------------------------------------------------------------- the handshake */

/** base64 of 16 octets (RFC 4648 4): 22 characters and "==". */
static bool is_key(struct wl_span s)
{
    enum { CHARACTERS = 22, WHOLE = 24 };

    if (s.n != WHOLE || s.p[CHARACTERS] != '=' || s.p[CHARACTERS + 1] != '=')
        return false;
    for (size_t i = 0; i < CHARACTERS; i++) {
        if (!wl_is_alpha(s.p[i]) && !wl_is_digit(s.p[i]) && s.p[i] != '+' && s.p[i] != '/')
            return false;
    }
    return true;
}

/** What is wrong with Sec-WebSocket-Key; NULL: nothing. */
static const char *key_fault(const struct wl_message *req)
{
    const struct wl_field *key = wl_message_field(req, WL_FIELD_SEC_WEBSOCKET_KEY);

    if (!key)
        return "no Sec-WebSocket-Key";
    if (wl_message_next_field(req, key))
        return "Sec-WebSocket-Key more than once";
    return is_key(key->value) ? NULL : "a Sec-WebSocket-Key that is not base64 of 16 octets";
}

enum { MAX_FAULTS = 6 };

/** All that is wrong with a handshake (RFC 6455 4.1) but for its version; returns how many. */
static size_t handshake_faults(const struct wl_message *req, const char *ret[MAX_FAULTS])
{
    const char *key = key_fault(req);
    size_t n = 0;

    if (req->method_id != WL_METHOD_GET)
        ret[n++] = "a method other than GET";
    if (wl_facts_http10(req))
        ret[n++] = "a version below HTTP/1.1";
    if (!wl_message_field(req, WL_FIELD_HOST))
        ret[n++] = "no Host";
    if (!wl_grammar_list_has(req, WL_FIELD_CONNECTION, WL_SPAN("upgrade")))
        ret[n++] = "no Connection: Upgrade";
    if (key)
        ret[n++] = key;
    if (!wl_message_field(req, WL_FIELD_SEC_WEBSOCKET_VERSION))
        ret[n++] = "no Sec-WebSocket-Version";
    return n;
}

/** "a, b, c"; what would not fit is left out. */
static struct wl_faults_said join(const char *const *faults, size_t n)
{
    struct wl_faults_said said = {.text = ""};
    size_t used = 0;

    for (size_t i = 0; i < n; i++) {
        size_t room = sizeof(said.text) - used;
        int length = snprintf(said.text + used, room, "%s%s", i ? ", " : "", faults[i]);

        if (length < 0 || (size_t)length >= room)
            break;
        used += (size_t)length;
    }
    return said;
}

/** The version of the handshake, if it is not 13. */
static const struct wl_field *other_version(const struct wl_message *req)
{
    const struct wl_field *f = wl_message_field(req, WL_FIELD_SEC_WEBSOCKET_VERSION);

    return f && !wl_span_equal(f->value, WL_SPAN("13")) ? f : NULL;
}

static void ws_handshake_invalid(struct wl_judge *j, const struct wl_exchange *ex,
                                 const struct wl_message *m)
{
    const struct wl_field *version;
    const char *faults[MAX_FAULTS];
    size_t n;

    if (m->status / 100 > 1 || !is_websocket(m))
        return;
    if (m != &ex->req) {
        if (m->status != 101 || !ex->paired || ex->req.state < WL_HEAD || !is_websocket(&ex->req))
            return;
        n = handshake_faults(&ex->req, faults);
        if (n) {
            wl_report(j, m, m->at, WL_VIOLATION, wl_judge_via(ex, WL_CERTAIN),
                      "101 accepts a WebSocket handshake with %s", join(faults, n).text);
        }
        return;
    }
    n = handshake_faults(m, faults);
    version = other_version(m);
    if (n) {
        wl_report(j, m, wl_field_at(m, wl_message_field(m, WL_FIELD_UPGRADE)), WL_VIOLATION,
                  wl_judge_via(ex, WL_CERTAIN), "WebSocket handshake with %s",
                  join(faults, n).text);
    } else if (version) { /* the server may name the versions it speaks (RFC 6455 4.4) */
        wl_report(j, m, wl_field_at(m, version), WL_NOTE, WL_CERTAIN,
                  "WebSocket handshake with Sec-WebSocket-Version: %s",
                  wl_said(version->value).text);
    }
}

/** Refusals that have reasons of their own, whatever the version is. */
static bool has_other_reason(uint16_t status)
{
    switch (status) {
    case 401: /* credentials */
    case 403:
    case 404:
    case 405:
    case 407:
    case 408: /* time */
    case 410:
    case 413: /* size */
    case 414:
    case 421: /* wrong server */
    case 429: /* too much */
    case 431:
    case 451: return true;
    default: return false;
    }
}

static void ws_version_rejection_silent(struct wl_judge *j, const struct wl_exchange *ex,
                                        const struct wl_message *m)
{
    const struct wl_field *version = other_version(&ex->req);
    const char *faults[MAX_FAULTS];
    bool upgrade = m->status == 426;

    if (!version || !is_websocket(&ex->req) || has_other_reason(m->status) ||
        handshake_faults(&ex->req, faults))
        return;
    /* frameworks that know no WebSocket answer 400 to every handshake: only 426 tells of one that
     * does */
    wl_report(
        j, m, m->at, upgrade ? WL_VIOLATION : WL_WARNING,
        wl_judge_via(ex, upgrade ? WL_CERTAIN : WL_POSSIBLE),
        "%u in answer to Sec-WebSocket-Version: %s does not say which versions are understood",
        m->status, wl_said(version->value).text);
    wl_report_frame(j, ex->req.at.frame);
}

/* ------------------------------------------------------------------------------------ frames */

static const char *sender_of(const struct wl_mark *mark)
{
    return mark->at.dir == WL_TO_SERVER ? "client" : "server";
}

static void ws_masking(struct wl_judge *j, const struct wl_exchange *ex, const struct wl_message *m)
{
    const struct wl_mark *mark = wl_judge_mark(j);

    (void)ex;
    wl_report(j, m, mark->at, WL_VIOLATION, WL_CERTAIN, "%u frame%s of the %s %s mask", mark->count,
              mark->count == 1 ? "" : "s", sender_of(mark),
              mark->id == WL_MARK_WS_MASKED ? "with a" : "without");
}

/** What is wrong with a frame. */
static struct wl_faults_said frame_fault(const struct wl_mark *mark)
{
    static const struct {
        enum wl_mark_id id;
        const char *before, *after; /* of the mark's value; after NULL: it is not told */
    } faults[] = {
        {WL_MARK_WS_RESERVED, "reserved bit set, which no extension defines: ", ""},
        {WL_MARK_WS_OPCODE, "opcode ", ", which is not defined"},
        {WL_MARK_WS_LENGTH, "a payload length that is not in its shortest form, ", ""},
        {WL_MARK_WS_CONTROL_FRAGMENTED, "control frame (opcode ", ") without FIN"},
        {WL_MARK_WS_CONTROL_LONG, "control frame with ", " octets"},
        {WL_MARK_WS_CONTINUATION, "continuation frame with no message to continue", NULL},
        {WL_MARK_WS_UNFINISHED, "new message inside one that is not finished", NULL},
        {WL_MARK_WS_AFTER_CLOSE, "data frame after the sender's own Close", NULL},
        {WL_MARK_WS_CLOSE_SHORT, "Close with a payload of one octet", NULL},
        {WL_MARK_WS_CLOSE_CODE, "Close with status code ", ""},
    };
    struct wl_faults_said said = {.text = ""};
    static const char *const bits[] = {
        "none", "RSV3",          "RSV2",          "RSV2 and RSV3",
        "RSV1", "RSV1 and RSV3", "RSV1 and RSV2", "RSV1 to RSV3",
    };
    char value[24] = "";
    size_t i = 0;

    while (i + 1 < WL_COUNT(faults) && faults[i].id != mark->id)
        i++;
    if (mark->id == WL_MARK_WS_RESERVED) {
        (void)snprintf(value, sizeof(value), "%s", bits[mark->value % WL_COUNT(bits)]);
    } else if (faults[i].after) {
        (void)snprintf(value, sizeof(value), "%" PRIu64, mark->value);
    }
    (void)snprintf(said.text, sizeof(said.text), "%s%s%s", faults[i].before, value,
                   faults[i].after ? faults[i].after : "");
    return said;
}

static void ws_frame_invalid(struct wl_judge *j, const struct wl_exchange *ex,
                             const struct wl_message *m)
{
    const struct wl_mark *mark = wl_judge_mark(j);

    (void)ex;
    wl_report(j, m, mark->at, WL_VIOLATION, WL_CERTAIN, "%s sent: %s", sender_of(mark),
              frame_fault(mark).text);
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
        .id = "ws-extension-unoffered",
        .severity = WL_VIOLATION,
        .fault = WL_FAULT_SERVER,
        .area = "WS",
        .versions = "HTTP/1.1, HTTP/2, HTTP/3, WebSocket",
        .cite = {"RFC 6455 4.2.2", "RFC 6455 9.1"},
        .title = "WebSocket extension that the client did not offer",
        .why = "An extension changes what frames mean. A client must fail the connection when it "
               "is told one that it did not ask for: it could not read the frames.",
        .advice = "Accept only extensions of the request's Sec-WebSocket-Extensions; in a proxy, "
                  "forward that field or remove the answer to it, too.",
        .see = {"ws-subprotocol-unoffered", "ws-frame-invalid"},
        .when = WL_ON_RESPONSE,
        .needs = WL_NEEDS_PAIR | WL_NEEDS_REQUEST,
        .status_from = 101,
        .status_to = 101,
        .field = WL_FIELD_SEC_WEBSOCKET_EXTENSIONS,
        .check = ws_extension_unoffered,
    },
    {
        .id = "ws-frame-invalid",
        .severity = WL_VIOLATION,
        .fault = WL_FAULT_EITHER,
        .area = "WS",
        .versions = "HTTP/1.1, HTTP/2, HTTP/3, WebSocket",
        .cite = {"RFC 6455 5.2", "RFC 6455 5.4", "RFC 6455 5.5", "RFC 6455 7.4"},
        .title = "WebSocket frame that breaks the rules of framing",
        .why =
            "The other side must fail the connection when it sees such a frame; one that goes on "
            "may take octets of a payload for the next frame.",
        .advice = "Let a library of RFC 6455 make the frames; look for a proxy that changes the "
                  "stream, or compresses although no extension was agreed on.",
        .see = {"ws-masking", "ws-extension-unoffered"},
        .when = WL_ON_MARK,
        .mark = WL_MARK_WS_RESERVED,
        .marks = {WL_MARK_WS_OPCODE, WL_MARK_WS_LENGTH, WL_MARK_WS_CONTROL_FRAGMENTED,
                  WL_MARK_WS_CONTROL_LONG, WL_MARK_WS_CONTINUATION, WL_MARK_WS_UNFINISHED,
                  WL_MARK_WS_AFTER_CLOSE, WL_MARK_WS_CLOSE_SHORT, WL_MARK_WS_CLOSE_CODE},
        .needs = WL_NEEDS_PAIR,
        .check = ws_frame_invalid,
    },
    {
        .id = "ws-handshake-invalid",
        .severity = WL_VIOLATION,
        .fault = WL_FAULT_EITHER,
        .area = "WS",
        .versions = "HTTP/1.0, HTTP/1.1, WebSocket",
        .cite = {"RFC 6455 4.1", "RFC 6455 4.2.1"},
        .title = "WebSocket handshake that is not one",
        .why = "The handshake is a GET of HTTP/1.1 with Host, Connection: Upgrade, a key of 16 "
               "random octets and version 13. A server must refuse anything else: the rules keep "
               "web pages from opening WebSockets by other requests, and caches from answering "
               "them.",
        .advice = "Send all fields of RFC 6455 4.1. A proxy that passes WebSocket on must speak "
                  "HTTP/1.1 and send Upgrade and Connection itself.",
        .see = {"ws-accept-invalid", "upgrade-without-connection-option"},
        .when = WL_ON_MESSAGE,
        .field = WL_FIELD_UPGRADE,
        .check = ws_handshake_invalid,
    },
    {
        .id = "ws-masking",
        .severity = WL_VIOLATION,
        .fault = WL_FAULT_EITHER,
        .area = "WS",
        .versions = "HTTP/1.1, HTTP/2, HTTP/3, WebSocket",
        .cite = {"RFC 6455 5.1"},
        .title = "WebSocket frame with a mask where none may be, or without one",
        .why = "A client masks every frame, a server none. The mask keeps web pages from choosing "
               "the octets on the wire, which proxies that do not know WebSocket have taken for "
               "requests. The other side must close the connection.",
        .advice = "Mask in clients, and only there.",
        .see = {"ws-frame-invalid"},
        .when = WL_ON_MARK,
        .mark = WL_MARK_WS_UNMASKED,
        .marks = {WL_MARK_WS_MASKED},
        .needs = WL_NEEDS_PAIR,
        .check = ws_masking,
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
    {
        .id = "ws-version-rejection-silent",
        .severity = WL_VIOLATION,
        .fault = WL_FAULT_SERVER,
        .area = "WS",
        .versions = "HTTP/1.1, WebSocket",
        .cite = {"RFC 6455 4.2.2", "RFC 6455 4.4"},
        .title = "WebSocket version refused without naming those that are understood",
        .why = "A client with several versions tries the next one that the server names in "
               "Sec-WebSocket-Version. Without the field it cannot know what would help.",
        .advice = "Answer an unknown version with 426 and Sec-WebSocket-Version: 13.",
        .see = {"ws-handshake-invalid", "upgrade-required-without-upgrade"},
        .when = WL_ON_EXCHANGE,
        .needs = WL_NEEDS_PAIR | WL_NEEDS_REQUEST | WL_NEEDS_RESPONSE,
        .status_from = 400,
        .status_to = 499,
        .lacks = WL_FIELD_SEC_WEBSOCKET_VERSION,
        .check = ws_version_rejection_silent,
    },
};

const struct wl_rule_group wl_rules_websocket = {"websocket", rules, WL_COUNT(rules)};
