/* h1_sync.c - between messages: where the next one begins.
 * SPDX-License-Identifier: MIT
 *
 * Every octet belongs to a message, is one of a few tolerated empty lines (RFC 9112 2.2), or is
 * excess that is counted and marked on the message it follows (h1_excess.c). What begins no message
 * leads to h1_lost.c, where the next one is looked for.
 */
#include "h1_side.h"

enum { TOLERATED_CRLF = 4 }; /* docs/judging.md 4 */

/* ------------------------------------------------------------------------------ beginnings */

/* Nothing was outstanding when this request began, and the server had said all it had to say: its
 * next octets are fresh. */
static void resynchronise_server(struct wl_h1 *h)
{
    struct wl_h1_side *s = &h->live->side[WL_TO_CLIENT];

    if (h->build.doubt_server || s->phase != WL_H1_LOST)
        return;
    wl_h1_finish_excess(h, s);
    wl_h1_gather_clear(s);
    s->phase = WL_H1_START;
    s->crlf = 0;
    h->build.last_kind = WL_LAST_NONE;
}

void wl_h1_begin_request(struct wl_h1 *h, struct wl_h1_side *s)
{
    struct wl_work *w = wl_build_request(&h->build, s->first, &s->first_seen);
    bool stood_apart = w && !w->settled; /* or what is in front may be the end of a message */
    uint32_t crlf = s->crlf;

    if (h->after_content && crlf)
        crlf--; /* that one is CRLF_AFTER_CONTENT */
    if (stood_apart && crlf) {
        wl_build_mark(&h->build, w, &w->ex.req, WL_MARK_LEADING_CRLF, s->first, crlf,
                      wl_span(NULL, 0));
    }
    if (stood_apart &&
        s->cr) { /* the octet in front, which is no part of an empty line (RFC 9112 2.2) */
        struct wl_at at = {s->first.frame, s->first.offset - 1, WL_TO_SERVER};

        wl_build_mark(&h->build, w, &w->ex.req, WL_MARK_BARE_CR, at, 0, WL_SPAN("\r"));
    }
    s->cr = false;
    s->crlf = 0;
    s->work = w;
    s->m = w ? &w->ex.req : NULL;
    s->phase = WL_H1_HEAD;
    resynchronise_server(h);
}

void wl_h1_begin_response(struct wl_h1 *h, struct wl_h1_side *s)
{
    wl_h1_close_followed_excess(h, s);
    wl_build_response(&h->build, &s->begin, s->first, &s->first_seen);
    s->phase = WL_H1_HEAD;
}

/* Takes empty lines; n is how many are tolerated. A CR is taken before it is known whether an LF
 * follows it, so that it makes no difference where packets end. */
static void take_empty_lines(struct wl_h1_in *in, uint32_t n)
{
    struct wl_h1_side *s = in->s;

    while (in->bytes.n && s->crlf < n) {
        if (in->bytes.p[0] == '\n') {
            s->crlf++;
            s->cr = false;
        } else if (in->bytes.p[0] == '\r' && !s->cr) {
            s->cr = true;
        } else {
            return;
        }
        wl_h1_take(in, 1);
    }
}

/* -------------------------------------------------------------------------------- request */

/* Old clients append CRLF to content (RFC 9112 2.2); it is told on the request it follows. */
static void mark_crlf_after_content(struct wl_h1_in *in, struct wl_at at)
{
    struct wl_h1 *h = in->h;
    struct wl_work *w = wl_build_work(&h->build, h->last_request);
    struct wl_mark mark = {.id = WL_MARK_CRLF_AFTER_CONTENT,
                           .count = 1,
                           .at = at,
                           .ordinal = h->last_request,
                           .certain = !h->build.doubt};

    if (w) {
        wl_build_mark(&h->build, w, &w->ex.req, mark.id, at, 0, wl_span(NULL, 0));
    } else {
        wl_layer_mark(wl_h1_layer(h), &mark);
    }
}

/* Octets that waited for an answer, which did not open what they were meant for. */
static void mark_refused(struct wl_h1_in *in)
{
    struct wl_work *w = wl_build_work(&in->h->build, in->h->last_request);

    if (in->h->build.parked && w && w->ex.res.state != WL_ABSENT)
        wl_h1_mark_optimistic(in, w, w->ex.res.at.offset);
}

/* Does what the client says now depend on an answer that has not come? CONNECT, Upgrade, or a 101
 * that nobody asked for. */
static bool depends_on_answer(const struct wl_h1 *h, bool *ret_connect)
{
    const struct wl_work *w = h->build.last;

    if (!w || w->answered || w->stray)
        return w && w->unasked_101;
    *ret_connect = w->ex.req.method_id == WL_METHOD_CONNECT;
    return *ret_connect || w->unasked_101 || wl_message_field(&w->ex.req, WL_FIELD_UPGRADE);
}

bool wl_h1_waits(const struct wl_h1 *h)
{
    bool connect;

    return h->live->side[WL_TO_SERVER].phase == WL_H1_START && depends_on_answer(h, &connect);
}

/* True: the octets wait for the other side. */
static bool must_wait(struct wl_h1_in *in)
{
    const struct wl_build *b = &in->h->build;
    bool connect = false;

    if (!depends_on_answer(in->h, &connect) || b->over[WL_TO_CLIENT])
        return false;
    /* A pipelined request may pass; told by its first octet, because packets may end anywhere. "P"
     * may begin the preface of HTTP/2 and waits. */
    if (!connect && in->bytes.p[0] >= 'A' && in->bytes.p[0] <= 'Z' && in->bytes.p[0] != 'P')
        return false;
    in->h->build.parked = true;
    in->kind = WL_FED_WAIT;
    return true;
}

/* The straight way, which nearly all messages take: one begins with the first octet of a packet,
 * where nothing is held back, and is read at once. */
static bool begins_at_once(const struct wl_h1_in *in)
{
    const struct wl_h1_side *s = in->s;

    return s->crlf == 0 && !s->cr && s->gather.buf.n == 0 && in->bytes.p[0] >= 'A' &&
           in->bytes.p[0] <= 'Z';
}

static void begin_request(struct wl_h1_in *in)
{
    in->s->first = in->at;
    in->s->first_seen = *in->seen;
    mark_refused(in);
    in->h->build.parked = false;
    wl_h1_begin_request(in->h, in->s);
    wl_h1_feed_head(in);
}

static void start_client(struct wl_h1_in *in)
{
    struct wl_h1_side *s = in->s;
    uint32_t before = s->crlf;
    struct wl_at at = in->at;

    if (begins_at_once(in)) {
        if (!must_wait(in))
            begin_request(in);
        return;
    }
    if (before == 0 && s->first.offset + 1 == at.offset) {
        at = s->first; /* its CR came alone, the LF comes now */
    } else {
        s->first = at;
    }
    take_empty_lines(in, UINT32_MAX);
    if (before == 0 && s->crlf && in->h->after_content)
        mark_crlf_after_content(in, at);
    if (in->bytes.n && !must_wait(in))
        begin_request(in);
}

/* ------------------------------------------------------------------------------- response */

/* RFC 1945 4.1: Simple-Response = [ Entity-Body ], until the close. */
static void begin_simple_response(struct wl_h1_in *in)
{
    struct wl_h1_side *s = in->s;
    struct wl_h1 *h = in->h;
    struct wl_message m = {0};

    wl_build_response(&h->build, &s->begin, s->first, &s->first_seen);
    if (!s->begin.work) {
        wl_h1_lose(h, s, WL_TO_CLIENT, s->first.offset, WL_UNJUDGED_LIMIT);
        return;
    }
    wl_build_message(&s->begin, &m);
    m.state = WL_HEAD;
    m.major = 0;
    m.minor = 9;
    m.t_head = m.t_first;
    m.framing = WL_FRAMING_CLOSE;
    s->work = s->begin.work;
    s->m = wl_build_final(&h->build, s->work, &m);
    s->m->body_bytes = s->gather.buf.n;
    wl_h1_gather_clear(s);
    wl_h1_begin_body(s, WL_TO_CLIENT);
    s->look = WL_LOOK_NOT;
}

/* A 101 that nobody asked for is followed by something else than HTTP: it was meant. */
static bool begin_unasked_tunnel(struct wl_h1_in *in)
{
    struct wl_build *b = &in->h->build;
    struct wl_work *w = wl_build_work(b, b->last_ordinal);

    if (!w || !w->unasked_101)
        return false;
    wl_layer_expect(wl_h1_layer(in->h), WL_PROTO_OTHER);
    wl_build_switched(b, w, WL_PROTO_UNKNOWN, in->seen->t);
    in->h->deaf = true;
    in->kind = WL_FED_SWITCH;
    return true;
}

static void start_of_nothing(struct wl_h1_in *in)
{
    struct wl_h1_side *s = in->s;
    struct wl_h1 *h = in->h;
    struct wl_h1_gather held;

    if (begin_unasked_tunnel(in))
        return;
    wl_h1_simple_request(h, in->seen);
    if (h->build.oldest && h->build.oldest->ex.req.state == WL_WHOLE &&
        h->build.oldest->ex.req.major == 0) {
        begin_simple_response(in);
        return;
    }
    wl_h1_open_excess(h, s);
    /* the few octets kept may hold the beginning of a status line */
    held = s->gather;
    s->gather = (struct wl_h1_gather){0};
    wl_h1_lose(h, s, WL_TO_CLIENT, s->first.offset, WL_UNJUDGED_LOST);
    s->gather = held;
}

/* docs/judging.md 3, step 6: an attempt of a status line, however malformed. In other letters than
 * capitals only where a response to a whole request of HTTP/1 is due; elsewhere it may be text. */
static enum wl_claim begins_status_line(const struct wl_build *b, struct wl_span s)
{
    const struct wl_work *w = b->oldest;
    uint8_t upper[5];
    size_t n = wl_min_size(s.n, sizeof(upper));

    if (!w || w->ex.req.state != WL_WHOLE || w->ex.req.major == 0)
        return wl_h1_status_start(s);
    for (size_t i = 0; i < n; i++)
        upper[i] = s.p[i] >= 'a' && s.p[i] <= 'z' ? (uint8_t)(s.p[i] - 'a' + 'A') : s.p[i];
    return wl_h1_status_start(wl_span(upper, n));
}

static void begin_response(struct wl_h1_in *in)
{
    wl_h1_simple_request(in->h, in->seen);
    wl_h1_begin_response(in->h, in->s);
    if (in->bytes.n) /* else all that came is kept */
        wl_h1_feed_head(in);
}

static void start_server(struct wl_h1_in *in)
{
    struct wl_h1_side *s = in->s;
    struct wl_span seen;

    if (begins_at_once(in) && wl_h1_status_start(in->bytes) == WL_CLAIM_YES) {
        s->first = in->at;
        s->first_seen = *in->seen;
        begin_response(in);
        return;
    }
    if (s->gather.buf.n == 0) {
        take_empty_lines(in, TOLERATED_CRLF);
        if (in->bytes.n == 0)
            return;
        s->first = in->at;
        s->first_seen = *in->seen;
        seen = in->bytes;
    } else {
        if (!wl_h1_gather(in, 5, 5)) {
            wl_h1_lose(in->h, s, WL_TO_CLIENT, s->first.offset, WL_UNJUDGED_LIMIT);
            return;
        }
        seen = wl_buf_span(&s->gather.buf);
    }
    switch (begins_status_line(&in->h->build, seen)) {
    case WL_CLAIM_YES: begin_response(in); break;
    case WL_CLAIM_MORE:
        if (s->gather.buf.n == 0 && !wl_h1_gather(in, 5, 5))
            wl_h1_lose(in->h, s, WL_TO_CLIENT, s->first.offset, WL_UNJUDGED_LIMIT);
        break;
    case WL_CLAIM_NO:
    case WL_CLAIM_TURNED: start_of_nothing(in); break;
    }
}

void wl_h1_feed_start(struct wl_h1_in *in)
{
    if (in->h->live->switching) {
        in->s->phase = WL_H1_SWITCHED;
    } else if (in->at.dir == WL_TO_SERVER) {
        start_client(in);
    } else {
        start_server(in);
    }
}
