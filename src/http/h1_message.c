/* h1_message.c - heads become messages: requests, interim and final responses, and their ends.
 * SPDX-License-Identifier: MIT
 *
 * What a complete head means for the connection (content, upgrade, tunnel, early answers) is
 * decided here; pairing is the builder's. Most messages need only the pieces that h1_whole.c, the
 * short way, shares with this file.
 */
#include "doubt.h"
#include "grammar.h"
#include "h1_side.h"
#include "inside.h"
#include "lookup.h"

static struct wl_h1_side *other(struct wl_h1 *h, enum wl_dir dir)
{
    return &h->live->side[!dir];
}

struct wl_span wl_h1_keep_text(struct wl_h1 *h, struct wl_work *w, struct wl_span octets)
{
    uint8_t *p = octets.n ? wl_arena_raw(w->ex.arena, octets.n + WL_LOOKUP_AHEAD) : NULL;

    WL_ASSERT(octets.n == 0 || octets.p);
    if (!p) {
        wl_h1_layer(h)->host->counters->refused++;
        return wl_span(NULL, 0);
    }
    memcpy(p, octets.p, octets.n);
    memset(p + octets.n, 0, WL_LOOKUP_AHEAD);
    return wl_span(p, octets.n);
}

void wl_h1_lose(struct wl_h1 *h, struct wl_h1_side *s, enum wl_dir dir, uint64_t offset,
                enum wl_unjudged why)
{
    wl_doubt_arise(&h->build, why, dir);
    wl_h1_gather_clear(s);
    s->phase = WL_H1_LOST;
    s->look = WL_LOOK_NOT;
    s->watch = WL_WATCH_IDLE;
    s->lost_at = offset;
    s->cr = false; /* what stands before the next octet is not known */
    s->work = NULL;
    s->m = NULL;
}

/* -------------------------------------------------------------------------------- the end */

static void between_messages(struct wl_h1_side *s)
{
    s->phase = WL_H1_START;
    s->look = WL_LOOK_NOT;
    s->watch = WL_WATCH_IDLE;
    s->crlf = 0;
    s->cr = false;
    s->skipped = 0;
    s->work = NULL;
    s->m = NULL;
    wl_h1_gather_clear(s);
}

void wl_h1_over(struct wl_h1 *h, struct wl_work *w, enum wl_dir dir, enum wl_state state,
                enum wl_end how, uint64_t offset, const struct wl_seen *seen)
{
    if (dir == WL_TO_SERVER) {
        h->last_request = w->ex.ordinal;
        h->after_content = w->ex.req.framing != WL_FRAMING_NONE;
        wl_build_request_end(&h->build, w, state, how, offset, seen);
    } else {
        if (w->inside && state == WL_WHOLE)
            wl_inside_end(&h->build, w, &w->ex.res);
        wl_build_final_end(&h->build, w, state, how, offset, seen);
    }
}

void wl_h1_message_end(struct wl_h1 *h, struct wl_h1_side *s, enum wl_dir dir, enum wl_state state,
                       enum wl_end how, uint64_t offset, const struct wl_seen *seen)
{
    struct wl_work *w = s->work;
    struct wl_message *m = s->m;
    uint64_t left = s->left;

    between_messages(s);
    if (dir == WL_TO_SERVER && s->excess.active)
        wl_h1_close_excess(h, s);
    if (!w || !m)
        return;
    if (m->n_body_lost && state == WL_WHOLE) {
        state = WL_HEAD; /* its frame is known, its content is not */
        how = m->end;
    }
    if (state == WL_HEAD && (how == WL_END_CLOSED || how == WL_END_RESET)) {
        wl_build_mark(&h->build, w, m, WL_MARK_CONTENT_CUT, m->body_at, left, wl_span(NULL, 0));
    }
    wl_h1_over(h, w, dir, state, how, offset, seen);
}

/* ------------------------------------------------------------------------------- requests */

static void name_protocol(struct wl_h1 *h, const struct wl_message *req)
{
    enum wl_proto proto = WL_H11;
    enum wl_proto now = wl_layer_proto(wl_h1_layer(h));

    if (req->major == 0) {
        proto = WL_H09;
    } else if (req->major == 1 && req->minor == 0) {
        proto = WL_H10;
    }
    /* the layer claims http/1.1; a connection is called by its first request, or a better one */
    if (!h->named || (proto > now && proto <= WL_H11))
        wl_layer_set_proto(wl_h1_layer(h), proto);
    h->named = true;
}

enum wl_h1_read wl_h1_read_request(struct wl_h1 *h, struct wl_work *w,
                                   const struct wl_h1_text *head, const struct wl_h1_lines *lines,
                                   const struct wl_seen *seen)
{
    uint64_t end = head->offset + head->octets.n;
    struct wl_span kept = wl_h1_keep_text(h, w, head->octets);
    struct wl_h1_text text = {kept, head->offset, head->runs, head->n_runs, head->dir};
    struct wl_message *m = &w->ex.req;
    bool framed;

    m->head = kept;
    if (!kept.p || !wl_h1_parse_request(h, w, m, &text, lines)) {
        m->head = wl_span(NULL, 0);
        return WL_READ_REFUSED;
    }
    name_protocol(h, m);
    framed = wl_h1_frame(h, w, m, m->method_id);
    wl_build_request_head(&h->build, w, end, seen);
    return framed ? WL_READ : WL_READ_UNFRAMED;
}

void wl_h1_request_read(struct wl_h1 *h, struct wl_h1_side *s, enum wl_h1_read read, uint64_t end,
                        const struct wl_seen *seen)
{
    struct wl_work *w = s->work;

    switch (read) {
    case WL_READ:
        s->m = &w->ex.req;
        if (s->m->framing == WL_FRAMING_NONE) {
            wl_h1_message_end(h, s, WL_TO_SERVER, WL_WHOLE, WL_END_NONE, end, seen);
        } else {
            wl_h1_begin_body(s, WL_TO_SERVER);
        }
        break;
    case WL_READ_UNFRAMED:
        s->m = &w->ex.req;
        wl_build_unjudged(w, WL_UNJUDGED_LOST);
        wl_h1_message_end(h, s, WL_TO_SERVER, WL_HEAD, WL_END_NONE, end, seen);
        wl_h1_lose(h, s, WL_TO_SERVER, end, WL_UNJUDGED_LOST);
        break;
    case WL_READ_REFUSED: /* a limit was reached */
        wl_build_request_end(&h->build, w, WL_CUT, WL_END_LIMIT, end, seen);
        wl_h1_lose(h, s, WL_TO_SERVER, end, WL_UNJUDGED_LIMIT);
        break;
    }
}

/* lines: those of the text, if it is plain, or NULL. */
static void request_complete(struct wl_h1 *h, struct wl_h1_side *s, struct wl_h1_text text,
                             const struct wl_h1_lines *lines, const struct wl_seen *seen)
{
    uint64_t end = text.offset + text.octets.n;
    struct wl_work *w = s->work;
    enum wl_h1_read read = w ? wl_h1_read_request(h, w, &text, lines, seen) : WL_READ_REFUSED;

    if (read == WL_READ && text.n_runs)
        w->ex.req.body_at.frame = text.runs[text.n_runs - 1].frame;
    wl_h1_request_read(h, s, read, end, seen);
}

void wl_h1_simple_request(struct wl_h1 *h, const struct wl_seen *seen)
{
    struct wl_h1_side *s = &h->live->side[WL_TO_SERVER];
    struct wl_h1_text text;
    struct wl_seen last;

    if (s->phase != WL_H1_HEAD)
        return;
    text = wl_h1_gathered(s, WL_TO_SERVER);
    if (!s->work || text.octets.n < 6 || wl_span_find(text.octets, '\n') != text.octets.n - 1 ||
        memcmp(text.octets.p, "GET ", 4) != 0)
        return;
    /* a version at the end of the line says that a field section follows */
    for (size_t i = 4; i + 5 < text.octets.n; i++) {
        if (text.octets.p[i] == ' ' &&
            wl_span_equal_nocase(wl_span_sub(text.octets, i + 1, 5), WL_SPAN("HTTP/")))
            return;
    }
    last = *seen;
    last.t = s->work->ex.req.t_last;
    last.frame = s->work->ex.req.last_frame;
    request_complete(h, s, text, NULL, &last);
}

void wl_h1_garbage(struct wl_h1_in *in, struct wl_span sample)
{
    struct wl_h1_side *s = in->s;
    struct wl_h1 *h = in->h;
    struct wl_work *w = s->work;

    if (w) {
        wl_build_mark(&h->build, w, &w->ex.req, WL_MARK_GARBAGE_REQUEST, s->first, 0, sample);
        wl_build_unjudged(w, WL_UNJUDGED_LOST);
        w->garbage = w->unpaired = true;
    }
    wl_h1_open_excess(h, s);
    wl_h1_count_excess(s, wl_buf_span(&s->gather.buf));
    wl_h1_lose(h, s, WL_TO_SERVER, s->first.offset, WL_UNJUDGED_LOST);
    s->work = w; /* outstanding until the next request begins */
    s->m = w ? &w->ex.req : NULL;
}

/* ------------------------------------------------------------------------------ responses */

static enum wl_proto switched_to(const struct wl_message *req, const struct wl_message *m)
{
    const struct wl_field *f = wl_message_field(m, WL_FIELD_UPGRADE);
    struct wl_cursor c;
    struct wl_span name;

    if (!f || f->value.n == 0)
        f = wl_message_field(req, WL_FIELD_UPGRADE);
    if (!f)
        return WL_PROTO_UNKNOWN;
    c = wl_cursor(f->value);
    name = wl_grammar_member(&c);
    name = wl_span_sub(name, 0, wl_span_find(name, '/'));
    if (wl_span_equal_nocase(name, WL_SPAN("websocket")))
        return WL_PROTO_WEBSOCKET;
    if (wl_span_equal_nocase(name, WL_SPAN("h2c")))
        return WL_H2;
    return wl_span_equal_nocase(name, WL_SPAN("TLS")) ? WL_PROTO_TLS : WL_PROTO_UNKNOWN;
}

/* Extensions of WebSocket, and what they do to the reserved bits of frames. */
static void read_extensions(const struct wl_message *m, struct wl_terms *terms)
{
    const struct wl_field *f = wl_message_field(m, WL_FIELD_SEC_WEBSOCKET_EXTENSIONS);

    for (; f; f = wl_message_next_field(m, f)) {
        struct wl_cursor c = wl_cursor(f->value);
        struct wl_span member;

        while ((member = wl_grammar_member(&c)).n) {
            /* RFC 7692 6: RSV1 on the first frame of a message */
            if (wl_span_equal_nocase(wl_grammar_name(member), WL_SPAN("permessage-deflate"))) {
                terms->reserved = 0x40;
            } else {
                terms->free = true;
            }
        }
    }
}

/* What the layer that follows is told of the handshake. */
static void agree(struct wl_h1 *h, const struct wl_work *w, const struct wl_message *m,
                  enum wl_proto to)
{
    const struct wl_message *req = &w->ex.req;
    const struct wl_field *version = wl_message_field(req, WL_FIELD_SEC_WEBSOCKET_VERSION);
    struct wl_terms terms = {
        .offset = m->at.offset,
        .ordinal = w->ex.ordinal,
        .agreed = true,
        .certain = !h->build.doubt && !w->unpaired,
    };

    if (to == WL_PROTO_WEBSOCKET) { /* of RFC 6455, not of a draft before it, or a name only */
        terms.agreed = version && wl_span_equal(version->value, WL_SPAN("13")) &&
                       wl_message_field(req, WL_FIELD_SEC_WEBSOCKET_KEY) &&
                       wl_message_field(m, WL_FIELD_SEC_WEBSOCKET_ACCEPT);
        read_extensions(m, &terms);
    }
    wl_layer_agree(wl_h1_layer(h), &terms);
}

/* HTTP/1 is over on this connection once the rest of the request, if any, has passed. */
static void begin_switch(struct wl_h1 *h, struct wl_work *w, const struct wl_message *m,
                         bool by_connect, const struct wl_seen *seen)
{
    struct wl_h1_live *live = h->live;
    struct wl_h1_side *client = &live->side[WL_TO_SERVER];

    live->switching = true;
    live->by_connect = by_connect;
    live->switched = w;
    live->switched_to = by_connect ? WL_PROTO_UNKNOWN : switched_to(&w->ex.req, m);
    live->switch_offset = m->at.offset;
    live->switch_ordinal = w->ex.ordinal;
    /* after a 101 that was asked for, what looks like HTTP/1 is no exchange (docs/judging.md 4) */
    if (!by_connect) {
        wl_layer_expect(wl_h1_layer(h),
                        live->switched_to == WL_PROTO_UNKNOWN ? WL_PROTO_OTHER : live->switched_to);
        agree(h, w, m, live->switched_to);
    }
    live->side[WL_TO_CLIENT].phase = WL_H1_SWITCHED;
    if (client->phase == WL_H1_LOST) { /* what is held of a line is not of the new protocol */
        wl_h1_finish_excess(h, client);
        wl_h1_gather_clear(client);
    }
    if (client->phase == WL_H1_START || client->phase == WL_H1_LOST || client->phase == WL_H1_DEAF)
        client->phase = WL_H1_SWITCHED;
    w->ex.switched = live->switched_to;
    wl_build_tunnel(&h->build, w, seen->t);
}

/* m, which may lie where the final response will, goes where interim ones are kept. Returns that,
 * or NULL: only its code is kept. */
static struct wl_message *add_interim(struct wl_h1 *h, struct wl_work *w, struct wl_message *m,
                                      uint64_t end, const struct wl_seen *seen)
{
    struct wl_message *kept;

    m->state = WL_WHOLE;
    m->end_offset = end;
    kept = wl_build_interim(&h->build, w, m);
    if (m == &w->ex.res)
        *m = (struct wl_message){0};
    if (w->stray)
        wl_build_response_lost(&h->build, w, seen->t); /* nothing is on its way any more */
    return kept;
}

static void interim_complete(struct wl_h1 *h, struct wl_h1_side *s, struct wl_work *w,
                             struct wl_message *m, uint64_t end, const struct wl_seen *seen)
{
    struct wl_message switching, *kept;
    bool is_switch = m->status == 101;

    if (is_switch)
        switching = *m;
    between_messages(s);
    kept = add_interim(h, w, m, end, seen);
    if (!is_switch)
        return;
    /* RFC 9110 7.8: a server must not switch to a protocol that was not indicated by the client */
    if (!w->stray && w->head_end != WL_NONE && wl_message_field(&w->ex.req, WL_FIELD_UPGRADE)) {
        begin_switch(h, w, kept ? kept : &switching, false, seen);
    } else if (!w->res_ended) {
        w->unasked_101 = true;
    }
}

/* The method that w's request has, even while its head is still being gathered. */
static enum wl_method method_of(struct wl_h1 *h, struct wl_work *w)
{
    struct wl_h1_side *client = &h->live->side[WL_TO_SERVER];
    struct wl_span head;

    if (w->stray || w->head_end != WL_NONE || client->work != w)
        return w->ex.req.method_id;
    /* a CONNECT opens no tunnel before its head is complete; HEAD decides the framing at once */
    head = wl_buf_span(&client->gather.buf);
    if (!wl_span_starts(head, WL_SPAN("HEAD ")))
        return WL_METHOD_NONE;
    w->ex.req.method_id = WL_METHOD_HEAD; /* what stands behind the response goes by it, too */
    return WL_METHOD_HEAD;
}

/* The client was answered while its content was on its way: from here on its octets are seen. */
static void look_at_client(struct wl_h1 *h, struct wl_work *w)
{
    struct wl_h1_side *client = other(h, WL_TO_CLIENT);
    struct wl_layer *l = wl_h1_layer(h);
    /* when exactly they passed is not known: not before the last that was seen */
    struct wl_seen seen = {
        .t = w->ex.req.t_last, .frame = w->ex.req.last_frame, .acked = WL_NONE, .window = 1};
    uint64_t passed;

    if (client->work != w || !client->skipping)
        return;
    client->skipping = false;
    passed = wl_layer_unskip(l, WL_TO_SERVER);
    if (passed)
        wl_h1_pass_body(h, client, WL_TO_SERVER, passed, wl_layer_offset(l, WL_TO_SERVER), &seen);
}

void wl_h1_final_read(struct wl_h1 *h, struct wl_h1_side *s, bool framed, uint64_t end,
                      const struct wl_seen *seen)
{
    struct wl_work *w = s->work;
    struct wl_message *m = s->m;

    if (!framed) {
        wl_build_unjudged(w, WL_UNJUDGED_LOST);
        wl_h1_message_end(h, s, WL_TO_CLIENT, WL_HEAD, WL_END_NONE, WL_NONE, seen);
        wl_h1_lose(h, s, WL_TO_CLIENT, end, WL_UNJUDGED_LOST);
    } else if (m->framing == WL_FRAMING_TUNNEL) {
        wl_h1_message_end(h, s, WL_TO_CLIENT, WL_WHOLE, WL_END_NONE, end, seen);
        begin_switch(h, w, m, true, seen);
    } else if (m->framing == WL_FRAMING_NONE) {
        wl_h1_message_end(h, s, WL_TO_CLIENT, WL_WHOLE, WL_END_NONE, end, seen);
    } else {
        wl_h1_begin_body(s, WL_TO_CLIENT);
        if (!w->inside)
            wl_inside_begin(w, m);
    }
}

static void final_complete(struct wl_h1 *h, struct wl_h1_side *s, struct wl_work *w,
                           struct wl_message *m, uint64_t end, const struct wl_seen *seen)
{
    struct wl_h1_side *client = other(h, WL_TO_CLIENT);
    bool framed = wl_h1_frame(h, w, m, method_of(h, w));

    m->state = WL_HEAD;
    if (client->phase == WL_H1_DEAF && !h->build.over[WL_TO_SERVER]) {
        /* octets that waited for this answer were given up (h1.c); the next ones are read */
        client->phase = WL_H1_LOST;
        client->lost_at = wl_layer_offset(wl_h1_layer(h), WL_TO_SERVER);
    }
    look_at_client(h, w);
    s->work = w;
    s->m = wl_build_final(&h->build, w, m);
    s->skipped = 0;
    wl_h1_final_read(h, s, framed, end, seen);
}

/* Is it an interim response of which only a note is kept? Its head is not worth memory. */
static bool note_only(struct wl_h1 *h, const struct wl_h1_text *text, struct wl_message *m)
{
    wl_h1_parse_status(h, NULL, m, text);
    return m->status / 100 == 1 && m->status != 101;
}

/* What is known of m, which is zeroed, when its head is complete. */
static void begin_message(const struct wl_begin *begin, struct wl_message *m, uint64_t end,
                          const struct wl_seen *seen)
{
    wl_build_message(begin, m);
    m->t_head = m->t_last = seen->t;
    m->last_frame = seen->frame;
    m->body_at = (struct wl_at){seen->frame, end, WL_TO_CLIENT};
}

/* The head of a response, read by whichever way is open; false: not all of it could be kept. */
static bool parse_response(struct wl_h1 *h, struct wl_work *w, struct wl_message *m,
                           const struct wl_h1_text *text, const struct wl_h1_lines *lines)
{
    size_t from = 0;

    if (lines && lines->strict) {
        wl_h1_take_status(m, text->octets, lines);
    } else {
        from = wl_h1_parse_status(h, w, m, text);
    }
    return lines ? wl_h1_parse_lines(h, w, m, text, lines)
                 : wl_h1_parse_fields(h, w, m, text, from, false);
}

bool wl_h1_read_response(struct wl_h1 *h, const struct wl_begin *begin,
                         const struct wl_h1_text *head, const struct wl_h1_lines *lines,
                         const struct wl_seen *seen)
{
    uint64_t end = head->offset + head->octets.n;
    struct wl_work *w = begin->work;
    struct wl_span kept = wl_h1_keep_text(h, w, head->octets);
    struct wl_h1_text text = {kept, head->offset, head->runs, head->n_runs, head->dir};
    struct wl_message *m = &w->ex.res; /* where it belongs, if it is the final one */

    if (!kept.p) {
        wl_build_unjudged(w, WL_UNJUDGED_LIMIT);
        return false;
    }
    begin_message(begin, m, end, seen);
    m->head = kept;
    if (parse_response(h, w, m, &text, lines))
        return true;
    m->end = WL_END_LIMIT;
    m->head = wl_span(NULL, 0);
    return false;
}

void wl_h1_response_refused(struct wl_h1 *h, struct wl_h1_side *s, struct wl_work *w, uint64_t end,
                            const struct wl_seen *seen)
{
    struct wl_message *m = w ? &w->ex.res : NULL;

    if (m && m->state != WL_ABSENT && m->status / 100 != 1) {
        wl_build_final(&h->build, w, m);
        wl_build_final_end(&h->build, w, WL_CUT, WL_END_LIMIT, WL_NONE, seen);
    } else if (m) {
        *m = (struct wl_message){0};
        wl_build_response_lost(&h->build, w, seen->t);
    }
    wl_h1_lose(h, s, WL_TO_CLIENT, end, WL_UNJUDGED_LIMIT);
    wl_doubt_unpair(&h->build, WL_UNJUDGED_LIMIT);
}

bool wl_h1_read_interim(struct wl_h1 *h, const struct wl_begin *begin,
                        const struct wl_h1_text *head, const struct wl_h1_lines *lines,
                        const struct wl_seen *seen)
{
    uint64_t end = head->offset + head->octets.n;
    struct wl_work *w = begin->work;
    struct wl_message note = {0}, *m = &w->ex.res;

    if (!wl_build_keeps_interim(&h->build, w)) {
        begin_message(begin, &note, end, seen);
        wl_h1_take_status(&note, head->octets, lines);
        m = &note;
    } else if (!wl_h1_read_response(h, begin, head, lines, seen)) {
        return false;
    }
    (void)add_interim(h, w, m, end, seen);
    return true;
}

static void response_complete(struct wl_h1 *h, struct wl_h1_side *s, struct wl_h1_text text,
                              const struct wl_h1_lines *lines, const struct wl_seen *seen)
{
    uint64_t end = text.offset + text.octets.n;
    struct wl_work *w = s->begin.work;
    struct wl_message *m;

    if (w && !wl_build_keeps_interim(&h->build, w)) {
        struct wl_message note = {0};

        begin_message(&s->begin, &note, end, seen);
        if (note_only(h, &text, &note)) {
            interim_complete(h, s, w, &note, end, seen);
            return;
        }
    }
    if (!w || !wl_h1_read_response(h, &s->begin, &text, lines, seen)) {
        wl_h1_response_refused(h, s, w, end, seen);
        return;
    }
    m = &w->ex.res;
    if (s->skipped)
        wl_build_mark(&h->build, w, m, WL_MARK_RESYNCHRONISED, m->at, s->skipped, wl_span(NULL, 0));
    if (s->crlf)
        wl_build_mark(&h->build, w, m, WL_MARK_LEADING_CRLF, m->at, s->crlf, wl_span(NULL, 0));
    if (m->status / 100 == 1) {
        interim_complete(h, s, w, m, end, seen);
    } else {
        final_complete(h, s, w, m, end, seen);
    }
}

void wl_h1_head_complete(struct wl_h1 *h, struct wl_h1_side *s, struct wl_h1_text text,
                         const struct wl_h1_lines *lines, const struct wl_seen *seen)
{
    if (text.dir == WL_TO_SERVER) {
        request_complete(h, s, text, lines, seen);
    } else {
        response_complete(h, s, text, lines, seen);
    }
}

/* ------------------------------------------------------------------------------ cut heads */

/* Does this beginning of a line, to which nothing was added any more, begin no request? Methods are
 * written in capitals, those that are known. */
static bool is_no_request(struct wl_span s)
{
    return s.n && wl_span_find(s, '\n') == s.n &&
           (wl_h1_request_like(s) == WL_CLAIM_NO || s.p[0] < 'A' || s.p[0] > 'Z');
}

static void cut_request(struct wl_h1 *h, struct wl_h1_side *s, enum wl_end how,
                        const struct wl_seen *seen)
{
    struct wl_work *w = s->work;
    struct wl_h1_text text = wl_h1_gathered(s, WL_TO_SERVER);

    if (!w)
        return;
    if (how != WL_END_LIMIT && how != WL_END_GAP && how != WL_END_SNAPLEN &&
        is_no_request(text.octets)) {
        wl_h1_open_excess(h, s);
        wl_h1_count_excess(s, text.octets);
        wl_h1_close_excess(h, s);
    }
    text.octets = wl_h1_keep_text(h, w, text.octets);
    if (text.octets.p)
        (void)wl_h1_parse_request(h, w, &w->ex.req, &text, NULL);
    if (how == WL_END_LIMIT) {
        wl_build_mark(&h->build, w, &w->ex.req, WL_MARK_HEAD_TOO_LARGE, w->ex.req.at,
                      s->gather.buf.n, wl_span(NULL, 0));
    }
    h->last_request = w->ex.ordinal;
    wl_build_request_end(&h->build, w, WL_CUT, how, WL_NONE, seen);
}

static void cut_response(struct wl_h1 *h, struct wl_h1_side *s, enum wl_end how,
                         const struct wl_seen *seen)
{
    struct wl_work *w = s->begin.work;
    struct wl_h1_text text = wl_h1_gathered(s, WL_TO_CLIENT);
    struct wl_message m = {0};
    size_t from;

    if (!w)
        return;
    wl_build_message(&s->begin, &m);
    m.end = how;
    m.t_last = s->gather.t_last;
    m.last_frame = s->gather.last_frame;
    text.octets = wl_h1_keep_text(h, w, text.octets);
    from = text.octets.p ? wl_h1_parse_status(h, w, &m, &text) : 0;
    if (from == 0) { /* not even its status is known */
        wl_build_unjudged(w, how == WL_END_GAP       ? WL_UNJUDGED_GAP
                             : how == WL_END_SNAPLEN ? WL_UNJUDGED_SNAPLEN
                             : how == WL_END_LIMIT   ? WL_UNJUDGED_LIMIT
                                                     : WL_UNJUDGED_EOF);
        wl_build_response_lost(&h->build, w, seen->t);
        return;
    }
    wl_h1_parse_fields(h, w, &m, &text, from, false);
    if (how == WL_END_LIMIT) {
        wl_build_mark(&h->build, w, &m, WL_MARK_HEAD_TOO_LARGE, m.at, s->gather.buf.n,
                      wl_span(NULL, 0));
    }
    if (m.status / 100 == 1) {
        wl_build_interim(&h->build, w, &m);
        return;
    }
    wl_build_final(&h->build, w, &m);
    wl_build_final_end(&h->build, w, WL_CUT, how, WL_NONE, seen);
}

void wl_h1_cut_head(struct wl_h1 *h, struct wl_h1_side *s, enum wl_dir dir, enum wl_end how,
                    const struct wl_seen *seen)
{
    if (dir == WL_TO_SERVER) {
        cut_request(h, s, how, seen);
    } else {
        cut_response(h, s, how, seen);
    }
    between_messages(s);
}
