/* line.c - the words that all outputs share: names of enums, the exchange line, sequences.
 * SPDX-License-Identifier: MIT
 *
 * Every name here is one that docs/ndjson.md promises to scripts, or a sentence for people; tables
 * of the model are turned into text in this file only.
 */
#include "line.h"

const char *wl_severity_name(enum wl_severity s)
{
    static const char *const names[WL_N_SEVERITIES] = {
        [WL_OFF] = "off",
        [WL_NOTE] = "note",
        [WL_WARNING] = "warning",
        [WL_VIOLATION] = "violation",
    };

    return names[s];
}

bool wl_severity_parse(const char *text, enum wl_severity *ret)
{
    if (strcmp(text, "never") == 0) {
        *ret = WL_OFF;
        return true;
    }
    for (unsigned s = 0; s < WL_N_SEVERITIES; s++) {
        if (strcmp(text, wl_severity_name((enum wl_severity)s)) == 0) {
            *ret = (enum wl_severity)s;
            return true;
        }
    }
    return false;
}

const char *wl_fault_name(enum wl_fault f)
{
    static const char *const names[] = {
        [WL_FAULT_SERVER] = "server",
        [WL_FAULT_CLIENT] = "client",
        [WL_FAULT_INTERMEDIARY] = "intermediary",
        [WL_FAULT_EITHER] = "either",
    };

    return names[f];
}

const char *wl_confidence_name(enum wl_confidence c)
{
    static const char *const names[] = {
        [WL_CERTAIN] = "certain",
        [WL_LIKELY] = "likely",
        [WL_POSSIBLE] = "possible",
    };

    return names[c];
}

const char *wl_end_name(enum wl_end e)
{
    static const char *const names[] = {
        [WL_END_NONE] = "open",       [WL_END_CLOSED] = "fin",
        [WL_END_RESET] = "rst",       [WL_END_GAP] = "gap",
        [WL_END_SNAPLEN] = "snaplen", [WL_END_LIMIT] = "limit",
        [WL_END_IDLE] = "idle",       [WL_END_EVICTED] = "evicted",
        [WL_END_EOF] = "eof",         [WL_END_ABANDONED] = "abandoned",
        [WL_END_REUSED] = "reused",
    };

    return names[e];
}

const char *wl_exchange_state_name(enum wl_exchange_state s)
{
    static const char *const names[] = {
        [WL_EXCHANGE_COMPLETE] = "complete",       [WL_EXCHANGE_UNANSWERED] = "unanswered",
        [WL_EXCHANGE_TRUNCATED] = "truncated",     [WL_EXCHANGE_TUNNEL] = "tunnel",
        [WL_EXCHANGE_UNSOLICITED] = "unsolicited",
    };

    return names[s];
}

/* key of not_judged, and what it means to a person */
static const char *const unjudged_words[WL_N_UNJUDGED][2] = {
    [WL_JUDGED] = {"", ""},
    [WL_UNJUDGED_GAP] = {"gap", "octets are missing from the capture"},
    [WL_UNJUDGED_SNAPLEN] = {"snaplen", "packets were cut by the snap length"},
    [WL_UNJUDGED_MIDSTREAM] = {"midstream", "the beginning was not captured"},
    [WL_UNJUDGED_ONE_WAY] = {"one-way", "only one direction was captured"},
    [WL_UNJUDGED_LIMIT] = {"limit", "a limit was reached"},
    [WL_UNJUDGED_TLS] = {"tls", "encrypted, no keys"},
    [WL_UNJUDGED_PROTOCOL] = {"protocol", "a protocol that this version does not decode"},
    [WL_UNJUDGED_EOF] = {"eof", "the capture ended in the middle"},
    [WL_UNJUDGED_LOST] = {"lost", "octet position was lost in a malformed message"},
};

const char *wl_unjudged_name(enum wl_unjudged u)
{
    return unjudged_words[u][0];
}

const char *wl_unjudged_text(enum wl_unjudged u)
{
    return unjudged_words[u][1];
}

const char *wl_proto_name(enum wl_proto p)
{
    static const char *const names[WL_N_PROTO] = {
        [WL_PROTO_UNKNOWN] = "unknown",
        [WL_H09] = "http/0.9",
        [WL_H10] = "http/1.0",
        [WL_H11] = "http/1.1",
        [WL_H2] = "h2",
        [WL_H3] = "h3",
        [WL_ICAP] = "icap/1.0",
        [WL_PROTO_TLS] = "tls",
        [WL_PROTO_WEBSOCKET] = "websocket",
        [WL_PROTO_SSH] = "ssh",
        [WL_PROTO_SMTP] = "smtp",
        [WL_PROTO_FTP] = "ftp",
        [WL_PROTO_OTHER] = "other",
    };

    return names[p];
}

const char *wl_mark_text(enum wl_mark_id id)
{
    static const char *const texts[WL_N_MARKS] = {
        [WL_MARK_NONE] = "",
#define WL_MARK(ID, text) [WL_MARK_##ID] = (text),
#include "wirelint/tbl/marks.h"
#undef WL_MARK
    };

    return texts[id];
}

const char *wl_status_reason(unsigned status)
{
    switch (status) {
#define WL_STATUS(code, NAME, reason, rfc, section) \
    case code:                                      \
        return reason;
#include "wirelint/tbl/statuses.h"
#undef WL_STATUS
    default: /* numbers, not an enum: everything else is unregistered */ return "";
    }
}

const char *wl_field_name(enum wl_field_id id)
{
    static const char *const names[WL_N_FIELDS] = {
        [WL_FIELD_OTHER] = "",
#define WL_FIELD(ID, name, flags, source) [WL_FIELD_##ID] = (name),
#include "wirelint/tbl/fields.h"
#undef WL_FIELD
    };

    return names[id];
}

static const char *const limit_words[WL_N_LIMITS][2] = {
#define WL_LIMIT(name, value, text) [WL_LIMIT_##name] = {#name, text},
#include "wirelint/tbl/limits.h"
#undef WL_LIMIT
};

const char *wl_limit_name(enum wl_limit_id id)
{
    return limit_words[id][0];
}

const char *wl_limit_text(enum wl_limit_id id)
{
    return limit_words[id][1];
}

/* How many statuses of a long sequence stand in a line before " ... " and the last one. */
enum { SEQUENCE_SHOWN = 24 };

void wl_line_status(struct wl_text *t, uint16_t status)
{
    if (status && status < 100)
        wl_text_put(t, status < 10 ? "00" : "0");
    wl_text_u64(t, status);
}

void wl_line_sequence(struct wl_text *t, const struct wl_exchange *ex)
{
    uint32_t kept = ex->n_interim + ex->n_interim_more;
    uint32_t all = wl_exchange_n_interim(ex);
    bool first = true;

    for (uint32_t i = 0; i < kept && i < SEQUENCE_SHOWN; i++) {
        if (!first)
            wl_text_put(t, ", ");
        wl_line_status(t, wl_exchange_interim_status(ex, i));
        first = false;
    }
    if (all > SEQUENCE_SHOWN || all > kept)
        wl_text_printf(t, ", ... (%u more)", all - (kept < SEQUENCE_SHOWN ? kept : SEQUENCE_SHOWN));
    if (wl_message_has_status(&ex->res)) {
        if (!first)
            wl_text_put(t, ", ");
        wl_line_status(t, ex->res.status);
    }
}

static void put_cut(struct wl_text *t, struct wl_span s, size_t columns)
{
    if (columns) {
        wl_text_terminal_cut(t, s, columns);
    } else {
        wl_text_terminal(t, s);
    }
}

static void put_request(struct wl_text *t, const struct wl_message *req, size_t columns)
{
    put_cut(t, req->method.n ? req->method : WL_SPAN("?"), columns);
    if (req->target.n || req->method.n) {
        wl_text_char(t, ' ');
        put_cut(t, req->target, columns);
    }
    if (req->state == WL_CUT)
        return;
    /* a simple request of HTTP/0.9 has no version on its line (RFC 1945 4.1) */
    if (req->major)
        wl_text_printf(t, " HTTP/%u.%u", req->major, req->minor);
}

void wl_line_exchange(struct wl_text *t, const struct wl_exchange *ex, size_t columns)
{
    bool answered = wl_message_has_status(&ex->res) || wl_exchange_n_interim(ex) > 0;
    bool bare = ex->res.state != WL_ABSENT && !wl_message_has_status(&ex->res);

    if (ex->state == WL_EXCHANGE_UNSOLICITED) {
        wl_text_put(t, "[unsolicited] ");
        wl_line_sequence(t, ex);
        return;
    }
    put_request(t, &ex->req, columns);
    wl_text_put(t, " -> ");
    if (answered) {
        wl_line_sequence(t, ex);
    } else if (!bare) {
        wl_text_char(t, '?');
    }
    if (bare) /* RFC 1945 4.1: answered, and without a status */
        wl_text_put(t, answered ? ", [HTTP/0.9]" : "[HTTP/0.9]");
    if (ex->state == WL_EXCHANGE_TUNNEL) {
        wl_text_put(t, " [tunnel]");
    } else if (answered && ex->res.state == WL_ABSENT) {
        wl_text_put(t, ", ?"); /* interim responses, no final one */
    }
}
