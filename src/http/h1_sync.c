/* h1_sync.c - between messages: where the next one begins, and what the octets are that begin none.
 * SPDX-License-Identifier: MIT
 *
 * Every octet belongs to a message, is one of a few tolerated empty lines (RFC 9112 2.2), or is
 * excess that is counted and marked on the message it follows. Where the position is lost, the next
 * plausible start line is searched, each octet being looked at once, whatever the packets' bounds.
 */
#include "grammar.h"
#include "h1_side.h"

enum {
    TOLERATED_CRLF = 4,     /* docs/judging.md 4 */
    INTERIM_EXCESS_MIN = 9, /* catalogue, interim-body: fewer octets could be anything */
    LINE_KEPT = 8192,       /* a request line is looked for in the last so many octets of a line */
    LINE_MAX_KEPT = 2 * LINE_KEPT,
};

/* --------------------------------------------------------------------------------- excess */

void wl_h1_open_excess(struct wl_h1_side *s, const struct wl_build *b, enum wl_mark_id id,
                       struct wl_work *w, struct wl_message *m, uint32_t ordinal, uint16_t status,
                       struct wl_at at)
{
    s->excess = (struct wl_h1_excess){
        .active = true,
        .id = id,
        .work = w,
        .m = m,
        .mark = {.id = id,
                 .count = 1,
                 .at = at,
                 .ordinal = ordinal,
                 .status = status,
                 .certain = w ? wl_build_certain(b, w, at.dir) : !b->doubt},
    };
}

void wl_h1_count_excess(struct wl_h1_side *s, struct wl_span octets)
{
    struct wl_h1_excess *e = &s->excess;
    size_t room;

    if (!e->active)
        return;
    if (e->mark.value < WL_MARK_OCTETS) {
        room = WL_MARK_OCTETS - (size_t)e->mark.value;
        if (octets.n)
            memcpy(e->sample + e->mark.value, octets.p, wl_min_size(room, octets.n));
    }
    e->mark.value += octets.n;
}

/* followed: the next response begins right behind these octets, which makes a few of them as odd as
 * many */
static void close_excess(struct wl_h1 *h, struct wl_h1_side *s, bool followed)
{
    struct wl_h1_excess *e = &s->excess;
    struct wl_mark *mark;

    if (!e->active)
        return;
    e->active = false;
    if (e->mark.value == 0 || (e->if_followed && !followed) ||
        (e->id == WL_MARK_EXCESS_AFTER_INTERIM && !followed && e->mark.value < INTERIM_EXCESS_MIN))
        return;
    e->mark.octets = wl_span(e->sample, (size_t)wl_min_u64(e->mark.value, WL_MARK_OCTETS));
    e->mark.cut = e->mark.value > WL_MARK_OCTETS;
    if (!e->work || !e->m) {
        wl_layer_mark(wl_h1_layer(h), &e->mark);
        return;
    }
    mark = wl_build_mark(&h->build, e->work, e->m, e->id, e->mark.at, e->mark.value,
                         e->mark.octets);
    if (mark) {
        mark->certain = e->mark.certain;
        mark->cut = e->mark.cut;
    }
}

void wl_h1_close_excess(struct wl_h1 *h, struct wl_h1_side *s)
{
    close_excess(h, s, false);
}

void wl_h1_finish_excess(struct wl_h1 *h, struct wl_h1_side *s)
{
    if (s->phase == WL_H1_LOST)
        wl_h1_count_excess(s, wl_buf_span(&s->gather.buf));
    wl_h1_close_excess(h, s);
}

/* The octets at s->first follow a response and start no status line. */
static void open_server_excess(struct wl_h1 *h, struct wl_h1_side *s)
{
    static const enum wl_mark_id ids[] = {
        [WL_LAST_NONE] = WL_MARK_NONE,
        [WL_LAST_NO_CONTENT] = WL_MARK_EXCESS_AFTER_NO_CONTENT,
        [WL_LAST_NOT_MODIFIED] = WL_MARK_EXCESS_AFTER_NOT_MODIFIED,
        [WL_LAST_HEAD] = WL_MARK_EXCESS_AFTER_HEAD,
        [WL_LAST_FINAL] = WL_MARK_EXCESS_AFTER_FINAL,
        [WL_LAST_INTERIM] = WL_MARK_EXCESS_AFTER_INTERIM,
    };
    struct wl_build *b = &h->build;
    enum wl_mark_id id = ids[b->last_kind];
    struct wl_work *w = wl_build_work(b, b->last_ordinal);
    struct wl_message *m = w ? &w->ex.res : NULL;

    if (id == WL_MARK_NONE)
        return;
    if (id == WL_MARK_EXCESS_AFTER_INTERIM)
        m = w && w->ex.n_interim ? &w->ex.interim[w->ex.n_interim - 1] : NULL;
    if (id == WL_MARK_EXCESS_AFTER_INTERIM && !m)
        return;
    wl_h1_open_excess(s, b, id, w, m, b->last_ordinal, b->last_status, s->first);
    /* a request is outstanding, or was when memory was refused: these may be its answer, malformed
     * beyond recognition. Not where its answer stands behind them */
    s->excess.if_followed = id == WL_MARK_EXCESS_AFTER_FINAL &&
                            (b->oldest || b->doubt == WL_UNJUDGED_LIMIT);
    /* the response may be another one's, or these the answer to a request that was not captured */
    if (b->unsure || (b->doubt_client && b->doubt != WL_UNJUDGED_LOST) ||
        (s->first_seen.acked != WL_NONE &&
         s->first_seen.acked > wl_layer_offset(b->layer, WL_TO_SERVER)))
        s->excess.mark.certain = false;
}

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
    close_excess(h, s, true);
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

/* What the client sent for the new protocol before it could know that it would be spoken: before it
 * had acknowledged the answer, which begins at offset. A request that it pipelined is none of that;
 * its method begins with a letter. */
static void mark_optimistic(struct wl_h1_in *in, struct wl_work *w, uint64_t offset)
{
    uint8_t first = in->bytes.p[0];

    if (!w || in->seen->acked == WL_NONE || in->seen->acked > offset ||
        (first >= 'A' && first <= 'Z'))
        return;
    wl_build_mark(&in->h->build, w, &w->ex.req, WL_MARK_OPTIMISTIC, in->at, first, in->bytes);
}

/* Octets that waited for an answer, which did not open what they were meant for. */
static void mark_refused(struct wl_h1_in *in)
{
    struct wl_work *w = wl_build_work(&in->h->build, in->h->last_request);

    if (in->h->build.parked && w && w->ex.res.state != WL_ABSENT)
        mark_optimistic(in, w, w->ex.res.at.offset);
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
    open_server_excess(h, s);
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

/* ----------------------------------------------------------------------------------- lost */

static void drop_counted(struct wl_h1_side *s, size_t n)
{
    wl_h1_count_excess(s, wl_span_sub(wl_buf_span(&s->gather.buf), 0, n));
    wl_h1_gather_drop(s, n);
}

static void take_counted(struct wl_h1_in *in, size_t n)
{
    wl_h1_count_excess(in->s, wl_span_sub(in->bytes, 0, n));
    wl_h1_take(in, n);
}

/* A start line of dir was found by looking for one. What it begins, and what follows, may be
 * content that looks like messages, until doubt is settled. The requests that wait were paired for
 * certain when they began; what a response before the loss says of its request stays true. */
static void note_guess(struct wl_build *b, enum wl_dir dir)
{
    const uint8_t bit = (uint8_t)(1 << dir);

    b->guessed |= bit;
    if (dir == WL_TO_SERVER)
        return;
    for (struct wl_work *w = b->last; w && !w->all_guessed; w = w->before) {
        w->all_guessed = true;
        if (w->answered)
            continue;
        if (!(w->ex.guessed & bit))
            w->ex.n_interim_sure = w->ex.n_interim;
        w->ex.guessed |= bit;
        if (wl_exchange_n_interim(&w->ex))
            continue;
        w->unpaired = true;
        wl_build_unjudged(w, WL_UNJUDGED_LOST);
    }
}

/* Content may go on behind a hole with what looks like a start line, too. */
static bool is_behind_hole(const struct wl_build *b, enum wl_dir dir)
{
    return b->guessed >> dir & 1;
}

/* A request line was found at s->first, in the packet that is or was s->first_seen: what stood in
 * the place of a request ends before it. */
static void found_request(struct wl_h1_in *in)
{
    struct wl_h1_side *s = in->s;
    struct wl_h1 *h = in->h;
    uint64_t skipped = s->first.offset - s->lost_at;

    wl_h1_close_excess(h, s);
    if (s->work) {
        h->last_request = s->work->ex.ordinal;
        h->after_content = false;
        wl_build_request_end(&h->build, s->work, WL_CUT, WL_END_NONE, s->first.offset, in->seen);
    }
    s->crlf = 0;
    if (skipped || is_behind_hole(&h->build, WL_TO_SERVER))
        note_guess(&h->build, WL_TO_SERVER);
    wl_h1_begin_request(h, s);
    if (s->work && skipped) {
        wl_build_mark(&h->build, s->work, s->m, WL_MARK_RESYNCHRONISED, s->first, skipped,
                      wl_span(NULL, 0));
    }
    s->gather.scan = 0;
    s->gather.checked = false;
}

/* Where in a line of unknown meaning, given without its LF, a request line begins. torn: octets
 * before the line may be missing, and those of a method with them: then only one that is known is
 * believed. */
static size_t find_in_line(struct wl_span line, bool torn)
{
    struct wl_span tail = wl_span_after(line, line.n > LINE_KEPT ? line.n - LINE_KEPT : 0);
    size_t found = wl_h1_find_request(tail);

    if (found == tail.n)
        return line.n;
    found += line.n - tail.n;
    if (torn && found == 0 &&
        wl_grammar_method(wl_span_sub(line, 0, wl_span_find(line, ' '))) <= WL_METHOD_OTHER)
        return line.n;
    return found;
}

static void lost_client(struct wl_h1_in *in)
{
    struct wl_h1_side *s = in->s;
    size_t lf = wl_span_find(in->bytes, '\n'), found;
    uint64_t fresh = in->at.offset;
    struct wl_h1_text text;

    if (lf < in->bytes.n && s->gather.buf.n == 0) {
        found = find_in_line(wl_span_sub(in->bytes, 0, lf), fresh == s->lost_at);
        if (found == lf) {
            take_counted(in, lf + 1);
            return;
        }
        take_counted(in, found);
        s->first = in->at;
        s->first_seen = *in->seen;
        found_request(in);
        return;
    }
    /* where the line begins in octets that were kept, the server may have spoken since */
    if (s->gather.buf.n == 0)
        s->first_seen = *in->seen;
    if (s->gather.buf.n >= LINE_MAX_KEPT)
        drop_counted(s, LINE_KEPT);
    if (!wl_h1_gather(in, lf + 1, LINE_MAX_KEPT)) {
        drop_counted(s, s->gather.buf.n);
        take_counted(in, in->bytes.n);
        return;
    }
    text = wl_h1_gathered(s, WL_TO_SERVER);
    if (text.octets.n == 0 || text.octets.p[text.octets.n - 1] != '\n')
        return;
    text.octets.n--;
    found = find_in_line(text.octets, text.offset == s->lost_at);
    if (found == text.octets.n) {
        drop_counted(s, text.octets.n + 1);
        return;
    }
    s->first = wl_h1_at(&text, text.octets.p + found);
    if (found)
        drop_counted(s, found);
    if (s->first.offset >= fresh)
        s->first_seen = *in->seen;
    found_request(in);
}

static void found_response(struct wl_h1_in *in)
{
    struct wl_h1_side *s = in->s;

    s->skipped = s->first.offset - s->lost_at;
    if (s->skipped || is_behind_hole(&in->h->build, WL_TO_CLIENT))
        note_guess(&in->h->build, WL_TO_CLIENT);
    s->first_seen = *in->seen;
    s->crlf = 0;
    wl_h1_begin_response(in->h, s);
    s->gather.scan = 0;
}

/* A status line that begins in the octets kept from before; true when one does. */
static bool found_across(struct wl_h1_in *in)
{
    struct wl_h1_side *s = in->s;
    struct wl_h1_text text = wl_h1_gathered(s, WL_TO_CLIENT);
    uint8_t both[2 * WL_STATUS_LIKE];
    size_t kept = text.octets.n, fresh;

    WL_ASSERT(kept < WL_STATUS_LIKE);
    fresh = wl_min_size(in->bytes.n, WL_STATUS_LIKE - 1);
    if (kept == 0)
        return false;
    memcpy(both, text.octets.p, kept);
    memcpy(both + kept, in->bytes.p, fresh);
    for (size_t i = 0; i < kept; i++) {
        if (!wl_h1_status_like(wl_span(both + i, kept + fresh - i)))
            continue;
        s->first = wl_h1_at(&text, text.octets.p + i);
        if (i)
            drop_counted(s, i);
        found_response(in);
        return true;
    }
    return false;
}

/* Offset in s at which a status line begins, or s.n. */
static size_t find_status(struct wl_span s)
{
    size_t at = 0;

    for (;;) {
        at += wl_span_find(wl_span_after(s, at), 'H');
        if (at + WL_STATUS_LIKE > s.n)
            return s.n;
        if (wl_h1_status_like(wl_span_after(s, at)))
            return at;
        at++;
    }
}

static void lost_server(struct wl_h1_in *in)
{
    struct wl_h1_side *s = in->s;
    size_t found, keep;

    if (found_across(in))
        return;
    found = find_status(in->bytes);
    if (found < in->bytes.n) {
        drop_counted(s, s->gather.buf.n);
        take_counted(in, found);
        s->first = in->at;
        found_response(in);
        return;
    }
    /* the last octets may begin a status line that goes on in the next packet */
    keep = WL_STATUS_LIKE - 1;
    if (in->bytes.n >= keep) {
        drop_counted(s, s->gather.buf.n);
        take_counted(in, in->bytes.n - keep);
    } else if (s->gather.buf.n + in->bytes.n > keep) {
        drop_counted(s, s->gather.buf.n + in->bytes.n - keep);
    }
    if (!wl_h1_gather(in, in->bytes.n, keep))
        take_counted(in, in->bytes.n);
}

void wl_h1_feed_lost(struct wl_h1_in *in)
{
    if (in->at.dir == WL_TO_SERVER) {
        lost_client(in);
    } else {
        lost_server(in);
    }
}

/* ------------------------------------------------------------------------------- switched */

/* What stands at s->first is not what the 101 announced: nothing more can be learned. HTTP/1 goes
 * on (RFC 9110 15.2.2), or no TLS begins. */
static void mark_after_switch(struct wl_h1_in *in, enum wl_mark_id id)
{
    struct wl_h1_live *live = in->h->live;
    struct wl_work *w = live->switched;
    enum wl_proto now = id == WL_MARK_HTTP_AFTER_SWITCHING ? WL_H11 : WL_PROTO_OTHER;
    struct wl_mark mark = {.id = id,
                           .count = 1,
                           .at = in->s->first,
                           .ordinal = live->switch_ordinal,
                           .status = 101,
                           .certain = !in->h->build.doubt};

    if (w && w->ex.n_interim) {
        wl_build_mark(&in->h->build, w, &w->ex.interim[w->ex.n_interim - 1], mark.id, mark.at, 0,
                      wl_span(NULL, 0));
        wl_build_switched(&in->h->build, w, now, in->seen->t);
    } else {
        wl_layer_mark(wl_h1_layer(in->h), &mark);
    }
    in->h->deaf = true;
    in->kind = WL_FED_DEAF;
}

static void switch_now(struct wl_h1_in *in, enum wl_proto to)
{
    struct wl_h1_live *live = in->h->live;

    wl_build_switched(&in->h->build, live->switched, to, in->seen->t);
    in->h->deaf = true;
    in->kind = WL_FED_SWITCH;
}

/* How much the first octets after a 101 look like HTTP/1. */
static enum wl_claim like_http(struct wl_h1_in *in, struct wl_span s)
{
    size_t n = wl_min_size(s.n, sizeof("HTTP/1.") - 1);

    if (in->at.dir == WL_TO_CLIENT) {
        if (memcmp(s.p, "HTTP/1.", n) != 0)
            return WL_CLAIM_NO;
        return n == sizeof("HTTP/1.") - 1 ? WL_CLAIM_YES : WL_CLAIM_MORE;
    }
    /* "PRI * HTTP/2.0", the preface of HTTP/2 (RFC 9113 3.4); no request is told from its first
     * letter on, lest the preface lose it */
    if (in->h->live->switched_to == WL_H2 && s.p[0] == 'P')
        return WL_CLAIM_NO;
    return wl_h1_request_like(s);
}

/* The client acknowledged the 101 before it sent this. */
static bool knows_switch(const struct wl_h1_in *in)
{
    return in->seen->acked != WL_NONE && in->seen->acked > in->h->live->switch_offset;
}

/* RFC 2817 3.3: the client goes on with a TLS handshake, in a record of type 22. False: what it
 * says may be one. */
static bool is_no_handshake(struct wl_h1_in *in)
{
    enum { HANDSHAKE = 0x16, ENOUGH = 3 }; /* octets (catalogue, tls-upgrade-no-handshake) */
    struct wl_h1_side *s = in->s;

    if (s->gather.buf.n == 0) {
        if (in->bytes.p[0] == HANDSHAKE)
            return false;
        s->first = in->at;
    }
    if (!wl_h1_gather(in, ENOUGH, ENOUGH)) {
        switch_now(in, in->h->live->switched_to);
    } else if (s->gather.buf.n == ENOUGH) {
        mark_after_switch(in, WL_MARK_NO_TLS);
    }
    return true;
}

/* A layer follows it from its first octet on. */
static bool has_layer(enum wl_proto to)
{
    return to == WL_PROTO_WEBSOCKET || to == WL_H2;
}

/* Octets were looked at that such a layer would have had to see, and they cannot be its own. */
static void switch_to_other(struct wl_h1_in *in)
{
    wl_layer_expect(wl_h1_layer(in->h), WL_PROTO_OTHER);
    switch_now(in, WL_PROTO_OTHER);
}

/* Only what cannot be the first octet of such a layer is looked at here. */
static bool is_followed(const struct wl_h1_in *in)
{
    enum wl_proto to = in->h->live->switched_to;
    uint8_t first = in->bytes.p[0];

    if (in->s->gather.buf.n || !has_layer(to))
        return false;
    if (in->at.dir == WL_TO_CLIENT)
        return first != 'H';
    /* 'A' and 'B' may begin a compressed message (RFC 7692 6), 'P' the preface of HTTP/2 */
    return first < 'C' || first > 'Z' || (to == WL_H2 && first == 'P');
}

/* The switch overtook a request, and the server's octets wait for the end of that. They are older
 * than what the client says behind it: they go first, as if its packet had ended there. */
static bool is_overtaken(struct wl_h1_in *in)
{
    struct wl_h1_live *live = in->h->live;
    const struct wl_h1_side *client = &live->side[WL_TO_SERVER];
    bool waits = live->server_waits;

    if (in->at.dir == WL_TO_CLIENT) {
        live->server_waits = client->phase != WL_H1_SWITCHED && client->work;
        return live->server_waits;
    }
    live->server_waits = false;
    return waits && in->used;
}

void wl_h1_feed_switched(struct wl_h1_in *in)
{
    struct wl_h1_side *s = in->s;
    struct wl_h1_live *live = in->h->live;
    enum wl_dir dir = in->at.dir;

    if (!live->by_connect && is_overtaken(in)) {
        in->kind = WL_FED_WAIT;
        return;
    }
    if (dir == WL_TO_SERVER && s->gather.buf.n == 0 && !live->client_waits)
        mark_optimistic(in, live->switched, live->switch_offset);
    if (live->by_connect) {
        wl_layer_tunnel(wl_h1_layer(in->h));
        /* TLS begins with a handshake record (RFC 8446 5.1) */
        switch_now(in, in->bytes.p[0] == 0x16 ? WL_PROTO_TLS : WL_PROTO_UNKNOWN);
        return;
    }
    if (live->switched_to == WL_PROTO_UNKNOWN || (dir == WL_TO_SERVER && !knows_switch(in)) ||
        is_followed(in)) {
        switch_now(in, live->switched_to);
        return;
    }
    if (live->switched_to == WL_PROTO_TLS && dir == WL_TO_SERVER && is_no_handshake(in))
        return;
    if (s->gather.buf.n == 0) {
        s->first = in->at;
    } else if (!wl_h1_gather(in, 1, LINE_KEPT)) {
        switch_now(in, live->switched_to);
        return;
    }
    switch (like_http(in, s->gather.buf.n ? wl_buf_span(&s->gather.buf) : in->bytes)) {
    case WL_CLAIM_YES: mark_after_switch(in, WL_MARK_HTTP_AFTER_SWITCHING); break;
    case WL_CLAIM_MORE:
        if (s->gather.buf.n >= LINE_KEPT ||
            (s->gather.buf.n == 0 && !wl_h1_gather(in, in->bytes.n, LINE_KEPT)))
            switch_to_other(in);
        break;
    case WL_CLAIM_NO:
    case WL_CLAIM_TURNED:
        if (has_layer(live->switched_to)) {
            switch_to_other(in);
        } else if (dir == WL_TO_SERVER &&
                   (!live->client_waits || live->side[WL_TO_CLIENT].gather.buf.n)) {
            /* the server's first octets are worth a look, too, until they are enough to tell */
            live->client_waits = true;
            in->kind = WL_FED_WAIT;
        } else {
            switch_now(in, live->switched_to);
        }
        break;
    }
}
