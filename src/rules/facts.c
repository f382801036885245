/* facts.c - what several rules ask of an exchange, and how they say it.
 * SPDX-License-Identifier: MIT
 *
 * Rules neither allocate nor remember, so whatever they share is a pure function of the exchange,
 * and texts are returned by value.
 */
#include "facts.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "format.h"
#include "grammar.h"

unsigned wl_facts_lookups(const struct wl_message *m, enum wl_field_id id)
{
    const size_t few = 64, n = wl_grammar_list_count(m, id);

    if (n <= few)
        return (unsigned)few;
    return n < few * few ? (unsigned)(few * few / n) : 1;
}

uint32_t wl_facts_n_answers(const struct wl_exchange *ex)
{
    return ex->n_interim + ex->n_interim_more + (wl_facts_final(ex) ? 1 : 0);
}

static struct wl_answer answer_of(const struct wl_message *m)
{
    return (struct wl_answer){.m = m, .at = m->at, .status = m->status, .t = m->t_first};
}

struct wl_answer wl_facts_answer(const struct wl_exchange *ex, uint32_t i)
{
    const struct wl_interim_note *note;
    struct wl_answer a = {.at = {.dir = WL_TO_CLIENT}};

    if (i < ex->n_interim)
        return answer_of(&ex->interim[i]);
    i -= ex->n_interim;
    if (i >= ex->n_interim_more)
        return answer_of(&ex->res);
    note = &ex->interim_more[i];
    if (ex->n_interim)
        a.at = ex->interim[ex->n_interim - 1].at;
    a.at.frame = note->frame;
    a.status = note->status;
    a.t = note->t;
    return a;
}

bool wl_facts_interim(const struct wl_exchange *ex, uint16_t status, struct wl_answer *ret)
{
    for (uint32_t i = 0; i < ex->n_interim + ex->n_interim_more; i++) {
        if (wl_exchange_interim_status(ex, i) != status)
            continue;
        if (ret)
            *ret = wl_facts_answer(ex, i);
        return true;
    }
    return false;
}

bool wl_facts_line_unclear(const struct wl_message *req)
{
    const struct wl_mark *cr = wl_message_mark(req, WL_MARK_BARE_CR);

    /* a CR in the first line, or before it */
    return wl_message_mark(req, WL_MARK_REQUEST_LINE_SPACES) ||
           (cr && (cr->at.offset < req->at.offset ||
                   cr->at.offset - req->at.offset < wl_span_find(req->head, '\n')));
}

static bool is_replaced(uint8_t c)
{
    return c == '\r' || c == '\n' || c == '\0' || c == ' ' || c == '\t';
}

struct wl_span wl_facts_repaired(struct wl_span value)
{
    while (value.n && is_replaced(value.p[0]))
        value = wl_span_after(value, 1);
    while (value.n && is_replaced(value.p[value.n - 1]))
        value.n--;
    return value;
}

bool wl_facts_http10(const struct wl_message *req)
{
    if (req->major > 1 || (req->major == 1 && req->minor > 0))
        return false;
    return !wl_message_mark(req, WL_MARK_VERSION_MALFORMED) &&
           !wl_message_mark(req, WL_MARK_VERSION_MISSING);
}

bool wl_facts_half_closed(const struct wl_exchange *ex, wl_ns least)
{
    wl_ns most = ex->conn.rtt > least ? ex->conn.rtt : least;

    return ex->end == WL_END_CLOSED && ex->req.state == WL_WHOLE &&
           (ex->end_unseen || ex->t_end <= ex->req.t_last + most);
}

bool wl_facts_ends_connection(const struct wl_message *res)
{
    if (wl_grammar_list_has(res, WL_FIELD_CONNECTION, WL_SPAN("close")))
        return true;
    if (res->framing == WL_FRAMING_CLOSE || res->framing == WL_FRAMING_TUNNEL)
        return true;
    /* RFC 9112 9.3: HTTP/1.0 persists only with keep-alive */
    return res->major == 1 && res->minor == 0 &&
           !wl_grammar_list_has(res, WL_FIELD_CONNECTION, WL_SPAN("keep-alive"));
}

bool wl_facts_upgrade_has(const struct wl_message *m, struct wl_span name)
{
    const struct wl_field *f = wl_message_field(m, WL_FIELD_UPGRADE);

    for (; f; f = wl_message_next_field(m, f)) {
        struct wl_cursor c = wl_cursor(f->value);
        struct wl_span member;

        while ((member = wl_grammar_member(&c)).n) {
            if (wl_grammar_protocol_match(name, member))
                return true;
        }
    }
    return false;
}

struct wl_span wl_facts_forwarded_proto(struct wl_span value)
{
    struct wl_cursor c = wl_cursor(value);
    struct wl_span element = wl_grammar_member(&c);

    while (element.n) {
        struct wl_span pair = wl_span_sub(element, 0, wl_span_find(element, ';'));
        struct wl_param p = wl_grammar_directive(pair);

        if (wl_span_equal_nocase(p.name, WL_SPAN("proto")))
            return wl_grammar_unquoted(p.value);
        element = wl_span_after(element, pair.n + 1);
    }
    return element;
}

struct wl_span wl_facts_scheme_before(const struct wl_message *req)
{
    const struct wl_field *f = wl_message_field(req, WL_FIELD_X_FORWARDED_PROTO);

    if (f) {
        struct wl_cursor c = wl_cursor(f->value);

        return wl_grammar_member(&c);
    }
    f = wl_message_field(req, WL_FIELD_FORWARDED);
    return f ? wl_facts_forwarded_proto(f->value) : wl_span(NULL, 0);
}

bool wl_facts_target_uri(const struct wl_exchange *ex, struct wl_uri *ret)
{
    struct wl_span scheme = wl_facts_scheme_before(&ex->req);

    if (scheme.n == 0) {
        if (wl_message_field(&ex->req,
                             WL_FIELD_X_FORWARDED_PROTO)) /* it says nothing that can be read */
            return false;
        scheme = ex->conn.tls ? WL_SPAN("https") : WL_SPAN("http");
    }
    return wl_grammar_target_uri(&ex->req, scheme, ret);
}

bool wl_facts_redirects(uint16_t status)
{
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

const struct wl_field *wl_facts_single(const struct wl_message *m, enum wl_field_id id)
{
    const struct wl_field *f = wl_message_field(m, id);

    return f && !wl_message_next_field(m, f) ? f : NULL;
}

bool wl_facts_condition_of_storage(const struct wl_message *req)
{
    struct wl_span target = req->target;

    for (uint32_t i = 0; i < req->n_fields; i++) {
        struct wl_span name = wl_field_sent_name(&req->fields[i]);

        for (size_t at = 0; at + 4 <= name.n; at++) {
            if (name.p[at] == '-' &&
                wl_span_equal_nocase(wl_span_sub(name, at, 4), WL_SPAN("-if-")))
                return true;
        }
    }
    for (size_t i = 0; i + 3 < target.n; i++) {
        if ((target.p[i] == '?' || target.p[i] == '&') && target.p[i + 1] == 'i' &&
            target.p[i + 2] == 'f' && target.p[i + 3] >= 'A' && target.p[i + 3] <= 'Z')
            return true;
    }
    return false;
}

bool wl_facts_from_cache(const struct wl_message *res)
{
    const struct wl_field *f = wl_message_field(res, WL_FIELD_AGE);
    struct wl_param hit;
    uint64_t age;

    if (f && wl_grammar_delta_seconds(f->value, &age) && age > 0)
        return true;
    for (f = wl_message_field(res, WL_FIELD_CACHE_STATUS); f; f = wl_message_next_field(res, f)) {
        struct wl_cursor c = wl_cursor(f->value);
        struct wl_span member;

        /* RFC 9211 2.1: hit is a boolean, true when it stands without a value */
        while ((member = wl_grammar_member(&c)).n) {
            if (wl_grammar_param_find(member, WL_SPAN("hit"), &hit) &&
                !wl_span_equal(hit.value, WL_SPAN("?0")))
                return true;
        }
    }
    return false;
}

/** Writes to a text; what does not fit is cut, as the numbers here always fit. */
static void WL_PRINTF(2, 3) say(struct wl_said *said, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    (void)wl_format(said->text, sizeof(said->text), fmt, args);
    va_end(args);
}

struct wl_said wl_said_time(wl_ns d)
{
    const wl_ns ms = WL_SECOND / 1000, tenth = WL_SECOND / 10;
    struct wl_said said;

    /* rounded, so that the acknowledgement that came 10 us later does not make 999 ms of a
     * second */
    if (d < ms / 2) {
        say(&said, "less than 1 ms");
    } else if (d < WL_SECOND - ms / 2) {
        say(&said, "%" PRIu64 " ms", (uint64_t)((d + ms / 2) / ms));
    } else if (d < 10 * WL_SECOND - tenth / 2) {
        d = (d + tenth / 2) / tenth;
        say(&said, "%" PRIu64 ".%" PRIu64 " s", (uint64_t)(d / 10), (uint64_t)(d % 10));
    } else {
        say(&said, "%" PRIu64 " s", (uint64_t)((d + WL_SECOND / 2) / WL_SECOND));
    }
    return said;
}

struct wl_said wl_said_limit(wl_ns d)
{
    const wl_ns tenth = WL_SECOND / 10;
    bool usual = d >= 0 && d % tenth == 0 && d < 1000 * WL_SECOND; /* as nobody needs it finer */
    uint64_t tenths = usual ? (uint64_t)(d / tenth) : 0;
    struct wl_said said;

    if (!usual) {
        say(&said, "%g s", (double)d / (double)WL_SECOND);
    } else if (tenths % 10) {
        say(&said, "%" PRIu64 ".%" PRIu64 " s", tenths / 10, tenths % 10);
    } else {
        say(&said, "%" PRIu64 " s", tenths / 10);
    }
    return said;
}

struct wl_said wl_said_octets(uint64_t n)
{
    struct wl_said said;

    say(&said, "%" PRIu64 " octet%s", n, n == 1 ? "" : "s");
    return said;
}
