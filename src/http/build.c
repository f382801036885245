/* build.c - pairing, interim responses, exchanges: the memory of an HTTP connection.
 * SPDX-License-Identifier: MIT
 *
 * Exchanges stand in one list in the order in which their requests began; unsolicited responses
 * take their place in it. Each of them comes to three turns (struct wl_work):
 *
 *     answered   its final response has begun: the next response is for the request behind it
 *     done       both its messages have ended; it waits for what may still concern it
 *     released   nothing can concern it any more (build.h): it may leave
 *
 * They leave the list at the front only, so that they are emitted in the order of requests whatever
 * ended first. Knows nothing of octets: what a message is, and where it ends, the parsers say.
 * docs/judging.md 2 and 3.
 */
#include "build.h"

#include "doubt.h"
#include "grammar.h"
#include "leave.h"
#include "persist.h"
#include "wait.h"

void wl_build_init(struct wl_build *b, struct wl_layer *l,
                   void (*forget)(struct wl_build *b, const struct wl_work *w))
{
    b->layer = l;
    b->forget = forget;
    b->t_latest = wl_layer_began(l);
    if (wl_layer_midstream(l)) {
        wl_doubt_arise(b, WL_UNJUDGED_MIDSTREAM, WL_TO_SERVER);
        wl_doubt_arise(b, WL_UNJUDGED_MIDSTREAM, WL_TO_CLIENT);
    } else if (wl_layer_gaps(l)) {
        wl_doubt_arise(b, WL_UNJUDGED_GAP, WL_TO_SERVER);
        wl_doubt_arise(b, WL_UNJUDGED_GAP, WL_TO_CLIENT);
    }
}

/* ----------------------------------------------------------------------------------- rest */

/* Bits of wl_rest.bits: three of last_kind, then these. The upper two are the layer's. */
enum {
    REST_KINDS = 8,
    REST_FINAL_SINCE = 8,
    REST_AFTER_FINAL = 16,
    REST_PIPELINED = 32,
};

bool wl_build_rest(const struct wl_build *b, struct wl_rest *ret)
{
    bool is_usual = b->requested && b->heard[0] && b->heard[1] && b->doubt == WL_JUDGED &&
                    !b->doubt_client && !b->doubt_server && !b->parked && !b->said_close &&
                    !b->server_close && !b->closing && !b->lost[0] && !b->lost[1] && !b->acks;

    if (b->first || !is_usual || b->end != WL_END_NONE || b->over[0] || b->over[1])
        return false;
    *ret = (struct wl_rest){
        .t = b->t_latest,
        .ordinal = b->last_ordinal,
        .status = b->last_status,
        .aside = b->promised,
        .bits = (uint8_t)(b->last_kind | (b->final_since ? REST_FINAL_SINCE : 0) |
                          (b->after_final ? REST_AFTER_FINAL : 0) |
                          (b->pipelined ? REST_PIPELINED : 0)),
    };
    return true;
}

void wl_build_resume(struct wl_build *b, const struct wl_rest *rest)
{
    *b = (struct wl_build){
        .layer = b->layer,
        .forget = b->forget,
        .t_latest = rest->t,
        .t_closing = rest->t,
        .last_ordinal = rest->ordinal,
        .last_status = rest->status,
        .promised = rest->aside,
        .last_kind = rest->bits % REST_KINDS,
        .final_since = rest->bits & REST_FINAL_SINCE,
        .after_final = rest->bits & REST_AFTER_FINAL,
        .pipelined = rest->bits & REST_PIPELINED,
        .requested = true,
        .heard = {true, true},
        /* packet_latest: nothing waits in TCP while it rests, so that all that comes is later */
    };
}

/* ---------------------------------------------------------------------------------- marks */

/* Room that an array of n elements has when it grew by wl_arena_grow. */
static uint32_t room_of(uint32_t n, uint32_t max)
{
    uint32_t room = 4;

    if (n == 0)
        return 0;
    while (room < n)
        room *= 2;
    return room < max ? room : max;
}

struct wl_mark *wl_build_mark(struct wl_build *b, struct wl_work *w, struct wl_message *m,
                              enum wl_mark_id id, struct wl_at at, uint64_t value,
                              struct wl_span octets)
{
    uint32_t max = (uint32_t)wl_min_u64(b->layer->host->cfg->limits.max_marks, UINT16_MAX);
    uint32_t room = room_of(m->n_marks, max);
    struct wl_mark *marks;

    if (!w)
        return NULL;
    for (uint32_t i = 0; i < m->n_marks; i++) {
        if (m->marks[i].id == id) {
            m->marks[i].count++;
            return &m->marks[i];
        }
    }
    marks = wl_arena_grow(w->ex.arena, m->marks, m->n_marks, &room, max, sizeof(*marks));
    if (!marks) {
        if (m->n_marks >= max)
            wl_layer_limit(b->layer, WL_LIMIT_max_marks);
        return NULL;
    }
    m->marks = marks;
    marks[m->n_marks] = (struct wl_mark){
        .id = id,
        .count = 1,
        .at = at,
        .value = value,
        .certain = wl_doubt_none(b, w, at.dir),
        .cut = octets.n > WL_MARK_OCTETS,
        .octets = wl_arena_copy(w->ex.arena, wl_span_sub(octets, 0, WL_MARK_OCTETS)),
    };
    return &marks[m->n_marks++];
}

/* ------------------------------------------------------------------------------- emission */

void wl_build_unjudged(struct wl_work *w, enum wl_unjudged why)
{
    if (w && w->ex.unjudged == WL_JUDGED)
        w->ex.unjudged = why;
}

/* How many are in between two turns is counted, so that nobody need look through all that are
 * outstanding. Its final response has begun, or nothing will be known of it. */
static void set_answered(struct wl_build *b, struct wl_work *w)
{
    b->n_unanswered -= !w->answered && !w->stray;
    w->answered = true;
}

/* It may be emitted as soon as those before it are. */
static void set_released(struct wl_build *b, struct wl_work *w)
{
    b->n_settling -= w->done && !w->released;
    w->released = true;
}

/* Both messages have ended. */
static void set_done(struct wl_build *b, struct wl_work *w)
{
    b->n_settling += !w->done && !w->released;
    w->done = true;
}

struct wl_work *wl_build_work(const struct wl_build *b, uint32_t ordinal)
{
    struct wl_work *w = b->first;

    if (!w || ordinal < w->ex.ordinal || ordinal > b->last->ex.ordinal)
        return NULL;
    if (ordinal - w->ex.ordinal <= b->last->ex.ordinal - ordinal) {
        while (w && w->ex.ordinal < ordinal)
            w = w->next;
    } else {
        w = b->last;
        while (w && w->ex.ordinal > ordinal)
            w = w->before;
    }
    return w && w->ex.ordinal == ordinal ? w : NULL;
}

static void find_oldest(struct wl_build *b)
{
    while (b->oldest && (b->oldest->answered || b->oldest->stray))
        b->oldest = b->oldest->next;
}

static void emit_released(struct wl_build *b, wl_ns now)
{
    while (b->first && b->first->released) {
        struct wl_work *w = b->first;

        b->first = w->next;
        if (b->first) {
            b->first->before = NULL;
        } else {
            b->last = NULL;
        }
        if (b->oldest == w)
            b->oldest = b->oldest->next;
        b->n_works--;
        b->n_unanswered -= !w->answered && !w->stray;
        wl_leave(b, w, now);
        find_oldest(b);
    }
}

static void check_done(struct wl_build *b, struct wl_work *w, wl_ns now)
{
    if (w->done || !w->req_ended || !w->res_ended)
        return;
    set_done(b, w);
    w->t_done = now;
    /* No more octets of the server: nothing can concern it any more. */
    if (b->over[WL_TO_CLIENT]) {
        set_released(b, w);
    } else {
        wl_layer_wake(b->layer, now);
    }
    emit_released(b, now);
}

/* Those that are done and not released are few, and stand at one of the ends: behind a request that
 * was answered before it had ended, or in front of those that wait. */
static bool settles_last(const struct wl_build *b)
{
    return b->n_settling && !b->first->done;
}

/* Where to look for them first, and next. */
static struct wl_work *first_settling(const struct wl_build *b)
{
    return settles_last(b) ? b->last : b->first;
}

static struct wl_work *next_settling(const struct wl_work *w, bool last)
{
    return last ? w->before : w->next;
}

void wl_build_next(struct wl_build *b, wl_ns now)
{
    const bool last = settles_last(b);
    uint32_t left = b->n_settling;

    for (struct wl_work *w = first_settling(b); w && left; w = next_settling(w, last)) {
        if (!w->done || w->released)
            continue;
        left--;
        if (!w->unasked_101)
            set_released(b, w);
    }
    emit_released(b, now);
}

/* An error that answers nobody is a notice where the connection ends with it. That nothing follows
 * does not say so, nor otherwise (FIN and what acknowledges it can be lost together): it waits
 * until either side speaks, or the end is seen. */
static bool may_be_notice(const struct wl_work *w)
{
    return w->stray && w->ex.res.state == WL_WHOLE && w->ex.res.status >= 400;
}

/* The client goes on behind notices: not as long as it may not have read them (persist.c). */
static void tell_notices(struct wl_build *b, const struct wl_seen *seen)
{
    const bool last = settles_last(b);
    uint32_t left = b->n_settling;

    for (struct wl_work *w = first_settling(b); w && left; w = next_settling(w, last)) {
        if (!w->done || w->released)
            continue;
        left--;
        if (may_be_notice(w) && wl_persist_noticed(b, w->ex.res.t_last, seen->t))
            set_released(b, w);
    }
    emit_released(b, seen->t);
}

void wl_build_wake(struct wl_build *b, wl_ns now)
{
    wl_ns settle = (wl_ns)b->layer->host->cfg->limits.settle;
    const bool last = settles_last(b);
    uint32_t left = b->n_settling;
    bool waiting = false;

    for (struct wl_work *w = first_settling(b); w && left; w = next_settling(w, last)) {
        if (!w->done || w->released)
            continue;
        left--;
        if (w->unasked_101 || may_be_notice(w))
            continue;
        if (now - w->t_done >= (w->stray ? 2 * settle : settle)) {
            set_released(b, w);
        } else {
            waiting = true;
        }
    }
    emit_released(b, now);
    if (waiting)
        wl_layer_wake(b->layer, now);
}

/* ------------------------------------------------------------------------------- pairing */

static struct wl_work *new_work(struct wl_build *b)
{
    const struct wl_layer_host *host = b->layer->host;
    struct wl_arena *arena = wl_arena_new(host->arenas);
    struct wl_work *w = arena ? wl_arena_alloc(arena, sizeof(*w)) : NULL;

    if (!w) {
        wl_arena_free(arena);
        host->counters->refused++;
        wl_doubt_arise(b, WL_UNJUDGED_LIMIT, WL_TO_SERVER);
        return NULL;
    }
    w->ex.arena = arena;
    w->ex.ordinal = wl_layer_next_ordinal(b->layer);
    w->drops_before = host->counters->capture_dropped;
    w->unpaired = b->doubt != WL_JUDGED;
    w->ex.guessed = b->guessed;
    b->all_unpaired = b->all_unpaired && w->unpaired;
    wl_build_unjudged(w, (enum wl_unjudged)b->doubt);
    w->head_end = WL_NONE;
    w->before = b->last;
    if (b->last) {
        b->last->next = w;
    } else {
        b->first = w;
    }
    b->last = w;
    b->n_works++;
    return w;
}

/* The oldest exchange is given up so that a new one fits. */
static void make_room(struct wl_build *b, wl_ns now)
{
    if (b->n_works < b->layer->host->cfg->limits.max_pending || !b->first)
        return;
    wl_layer_limit(b->layer, WL_LIMIT_max_pending);
    if (!b->first->done) {
        wl_doubt_arise(b, WL_UNJUDGED_LIMIT, WL_TO_CLIENT);
        wl_build_unjudged(b->first, WL_UNJUDGED_LIMIT);
        b->first->unpaired = true;
        wl_doubt_unpair_silently(b);
    }
    set_released(b, b->first);
    emit_released(b, now);
}

/* Is a message of dir under way? */
bool wl_build_owes(const struct wl_build *b, enum wl_dir dir)
{
    if (dir == WL_TO_SERVER)
        return b->last && !b->last->req_ended;
    for (const struct wl_work *w = b->first; w; w = w->next) {
        if (w->begun || (w->answered && !w->res_ended))
            return true;
    }
    return false;
}

/* The requests that wait for their answers wait in vain. */
static void give_up_answered(struct wl_build *b, wl_ns now)
{
    for (struct wl_work *w = b->oldest; w; w = w->next) {
        if (w->answered)
            continue;
        set_answered(b, w);
        set_done(b, w);
        set_released(b, w);
        w->req_ended = w->res_ended = true;
        w->unpaired = true;
        w->t_done = now;
        wl_build_unjudged(w, (enum wl_unjudged)b->doubt);
    }
    find_oldest(b);
    emit_released(b, now);
    /* a guess: what comes next may answer them all the same */
    b->doubt_client = true;
    b->final_since = false;
}

/* An unsolicited exchange ends when a request begins behind it, unless a response to nobody is just
 * on its way. */
static void end_stray(struct wl_build *b, struct wl_work *w, wl_ns now)
{
    if (w && w->stray && !w->answered && !w->begun) {
        w->res_ended = true;
        w->unasked_101 = false;
        check_done(b, w, now);
    }
}

/* What the client knows of a request that it has sent whole: an interim response, and no more. NULL
 * if otherwise: octets behind it were the final response, or drove the client away. A 100 that was
 * asked for is understood. */
static const struct wl_message *knows_interim(const struct wl_work *w, const struct wl_seen *seen)
{
    const struct wl_message *m;

    if (!w || !w->req_ended || w->ex.req.state != WL_WHOLE || w->ex.n_interim == 0 ||
        w->ex.n_interim_more || w->answered || w->begun)
        return NULL;
    m = &w->ex.interim[w->ex.n_interim - 1];
    if (m->status == 101 || seen->acked != m->body_at.offset ||
        (m->status == 100 && wl_grammar_expects_continue(&w->ex.req)))
        return NULL;
    return m;
}

/* A client that never pipelined begins its next request when it has received an interim response:
 * as if that had been the final one. */
static void mark_after_interim(struct wl_build *b, struct wl_at at, const struct wl_seen *seen)
{
    const struct wl_message *m = knows_interim(b->oldest, seen);

    if (m) {
        wl_build_mark(b, b->oldest, &b->oldest->ex.req, WL_MARK_REQUEST_AFTER_INTERIM, at,
                      m->status, wl_span(NULL, 0));
    }
}

/* Or ends the connection then. */
static void mark_closed_after_interim(struct wl_build *b, const struct wl_seen *seen)
{
    struct wl_at at = {seen->frame, wl_layer_offset(b->layer, WL_TO_SERVER), WL_TO_SERVER};
    const struct wl_message *m = b->oldest == b->last ? knows_interim(b->oldest, seen) : NULL;

    if (m) {
        wl_build_mark(b, b->oldest, &b->oldest->ex.req, WL_MARK_CLOSED_AFTER_INTERIM, at, m->status,
                      wl_span(NULL, 0));
    }
}

struct wl_work *wl_build_request(struct wl_build *b, struct wl_at at, const struct wl_seen *seen)
{
    uint32_t unanswered;
    struct wl_work *w;
    bool doubted;

    end_stray(b, b->last, seen->t);
    /* behind another request it waits for what the server says to that */
    if (b->n_settling && b->last->stray)
        tell_notices(b, seen);
    if (b->oldest && b->doubt && wl_doubt_was_answered(b, seen))
        give_up_answered(b, seen->t);
    doubted = b->doubt;
    wl_doubt_settle(b, seen);
    make_room(b, seen->t);
    unanswered = b->n_unanswered;
    w = new_work(b);
    b->requested = true;
    if (!w)
        return NULL;
    w->settled = doubted && !b->doubt;
    b->n_unanswered++;
    w->ex.req.state = WL_CUT;
    w->ex.req.at = at;
    w->ex.req.t_first = w->ex.req.t_last = seen->t;
    /* it begins while the clock stands back, or there is none */
    w->unclocked = seen->t < b->t_latest || seen->t == 0;
    w->ex.req.last_frame = seen->frame;
    w->ex.req.declared = w->ex.req.other_declared = WL_NONE;
    w->ex.req.end_offset = w->ex.req.acked = WL_NONE;
    if (seen->acked != WL_NONE)
        w->ex.req.acked = seen->acked;
    if (!b->oldest)
        b->oldest = w;
    if (unanswered == 1 && !b->pipelined)
        mark_after_interim(b, at, seen);
    if (unanswered) {
        if (b->oldest->settled)
            wl_doubt_again(b, b->oldest);
        b->pipelined = true;
        wl_build_mark(b, w, &w->ex.req, WL_MARK_PIPELINED, at, unanswered, wl_span(NULL, 0));
    }
    wl_persist_request(b, w, unanswered, seen);
    return w;
}

/* What follows the answer to it may be of another layer (RFC 9110 9.3.6, 7.8). */
static bool may_open_layer(const struct wl_message *req)
{
    return req->method_id == WL_METHOD_CONNECT || wl_message_field(req, WL_FIELD_UPGRADE);
}

void wl_build_request_head(struct wl_build *b, struct wl_work *w, uint64_t end,
                           const struct wl_seen *seen)
{
    struct wl_message *req = &w->ex.req;

    req->state = WL_HEAD;
    req->t_head = req->t_last = seen->t;
    req->last_frame = seen->frame;
    req->body_at = (struct wl_at){seen->frame, end, WL_TO_SERVER};
    w->head_end = end;
    /* a guess may be the end of a CONNECT */
    if (b->said_close != WL_CLOSE_YES && wl_persist_says_close(req) && !w->ex.guessed)
        b->said_close = may_open_layer(req) ? WL_CLOSE_MAYBE : WL_CLOSE_YES;
    wl_wait_request(b, w);
    if (WL_LIKELY_FALSE(b->layer->host->begun)) {
        wl_layer_conn(b->layer, &w->ex.conn);
        b->layer->host->begun(b->layer->host->user, &w->ex);
    }
}

void wl_build_request_content(struct wl_build *b, struct wl_work *w, uint64_t content,
                              const struct wl_seen *seen)
{
    struct wl_message *req = &w->ex.req;

    wl_wait_content(b, w, seen);
    req->body_bytes += content;
    req->t_last = seen->t;
    req->last_frame = seen->frame;
}

void wl_build_request_end(struct wl_build *b, struct wl_work *w, enum wl_state state,
                          enum wl_end how, uint64_t offset, const struct wl_seen *seen)
{
    if (!w || w->req_ended)
        return;
    w->req_ended = true;
    w->ex.req.state = state;
    w->ex.req.end = how;
    w->ex.req.end_offset = offset;
    wl_wait_ask(b);
    check_done(b, w, seen->t);
}

/* ------------------------------------------------------------------------------ responses */

static struct wl_work *stray_work(struct wl_build *b, wl_ns now)
{
    struct wl_work *w = b->last;

    if (w && w->stray && !w->answered)
        return w;
    make_room(b, now);
    w = new_work(b);
    if (w) {
        w->stray = w->req_ended = true;
        w->ex.req.declared = w->ex.req.other_declared = WL_NONE;
    }
    return w;
}

void wl_build_response(struct wl_build *b, struct wl_begin *ret, struct wl_at at,
                       const struct wl_seen *seen)
{
    *ret = (struct wl_begin){
        .at = at, .acked = seen->acked, .t = seen->t, .frame = seen->frame, .ttl = seen->ttl};
    wl_build_next(b, seen->t);
    if (b->oldest && !wl_doubt_answers_other(b, seen)) {
        ret->work = b->oldest;
        if (WL_LIKELY_FALSE(ret->work->ex.guessed) && wl_doubt_began_idle(b, ret->work, at, seen)) {
            ret->work->ex.guessed = 0;
            ret->work->all_guessed = false;
        }
        ret->early = ret->work->head_end == WL_NONE && !ret->work->req_ended;
        if (!ret->work->req_ended || ret->work->wait)
            wl_wait_response(b, ret->work, seen);
        ret->work->unasked_101 = false;
        ret->work->begun = true;
        wl_persist_answer(b, ret->work, seen);
        return;
    }
    /* Octets of the client were received that the capture does not have: whether a request was
     * among them cannot be told. */
    if (seen->acked != WL_NONE && seen->acked > wl_layer_offset(b->layer, WL_TO_SERVER)) {
        wl_doubt_arise(b, b->heard[WL_TO_SERVER] ? WL_UNJUDGED_GAP : WL_UNJUDGED_ONE_WAY,
                       WL_TO_SERVER);
    }
    ret->stray = true;
    ret->work = stray_work(b, seen->t);
    if (ret->work) {
        ret->work->unasked_101 = false;
        ret->work->begun = true;
    }
}

void wl_build_response_lost(struct wl_build *b, struct wl_work *w, wl_ns now)
{
    w->begun = false;
    if (b->last != w)
        end_stray(b, w, now);
}

void wl_build_message(const struct wl_begin *begin, struct wl_message *m)
{
    m->state = WL_CUT;
    m->early = begin->early;
    m->stray = begin->stray;
    m->ttl = begin->ttl;
    m->declared = m->other_declared = WL_NONE;
    m->at = m->body_at = begin->at;
    m->end_offset = WL_NONE;
    m->acked = begin->acked;
    m->t_first = m->t_last = begin->t;
    m->last_frame = begin->frame;
}

bool wl_build_keeps_interim(const struct wl_build *b, const struct wl_work *w)
{
    return w->ex.n_interim < b->layer->host->cfg->limits.max_interim_heads;
}

struct wl_message *wl_build_interim(struct wl_build *b, struct wl_work *w,
                                    const struct wl_message *m)
{
    const struct wl_limits *limits = &b->layer->host->cfg->limits;
    struct wl_exchange *ex = &w->ex;
    struct wl_message *kept = NULL;
    struct wl_interim_note *notes;

    w->begun = false;
    b->last_kind = WL_LAST_INTERIM;
    b->last_status = m->status;
    b->last_ordinal = ex->ordinal;
    if (wl_build_keeps_interim(b, w)) {
        kept = wl_arena_grow(ex->arena, ex->interim, ex->n_interim, &w->room_interim,
                             (uint32_t)wl_min_u64(limits->max_interim_heads, 1u << 20),
                             sizeof(*kept));
        if (kept) {
            ex->interim = kept;
            kept += ex->n_interim++;
            *kept = *m;
            wl_persist_response(b, w, kept);
            return kept;
        }
    }
    if (!wl_build_keeps_interim(b, w)) {
        if (ex->n_interim_more == 0)
            wl_layer_limit(b->layer, WL_LIMIT_max_interim_heads);
    } else { /* memory was refused: what is not kept cannot be judged */
        wl_build_unjudged(w, WL_UNJUDGED_LIMIT);
        w->unpaired = true;
    }
    notes = NULL;
    if (ex->n_interim + ex->n_interim_more < limits->max_interim) {
        notes = wl_arena_grow(ex->arena, ex->interim_more, ex->n_interim_more, &w->room_more,
                              (uint32_t)wl_min_u64(limits->max_interim, 1u << 20), sizeof(*notes));
    }
    if (!notes) {
        if (ex->n_interim_lost++ == 0)
            wl_layer_limit(b->layer, WL_LIMIT_max_interim);
        return NULL;
    }
    ex->interim_more = notes;
    notes[ex->n_interim_more++] = (struct wl_interim_note){m->status, m->t_first, m->at.frame};
    return NULL;
}

/* The answer to a request that said close, and might have opened another layer: it does not. */
static WL_ASIDE void settle_close(struct wl_build *b, const struct wl_work *w)
{
    bool opened = w->ex.req.method_id == WL_METHOD_CONNECT && w->ex.res.status / 100 == 2;

    if (!opened && !w->unpaired && wl_persist_says_close(&w->ex.req))
        b->said_close = WL_CLOSE_YES;
}

struct wl_message *wl_build_final(struct wl_build *b, struct wl_work *w, const struct wl_message *m)
{
    struct wl_message *res = &w->ex.res;

    if (res != m)
        *res = *m;
    wl_persist_response(b, w, res);
    w->begun = false;
    set_answered(b, w);
    find_oldest(b);
    if (WL_LIKELY_FALSE(b->said_close == WL_CLOSE_MAYBE))
        settle_close(b, w);
    wl_persist_final(b, w);
    b->last_kind = WL_LAST_NONE;
    b->last_status = res->status;
    b->last_ordinal = w->ex.ordinal;
    b->unsure = w->unpaired;
    wl_wait_ask(b);
    return res;
}

/* After which kind of response do further octets of the server stand? */
static enum wl_last kind_of(const struct wl_work *w)
{
    const struct wl_message *res = &w->ex.res;

    if (res->state != WL_WHOLE || res->framing == WL_FRAMING_CLOSE)
        return WL_LAST_NONE;
    if (res->status == 204)
        return WL_LAST_NO_CONTENT;
    if (res->status == 304)
        return WL_LAST_NOT_MODIFIED;
    return w->ex.req.method_id == WL_METHOD_HEAD ? WL_LAST_HEAD : WL_LAST_FINAL;
}

void wl_build_final_end(struct wl_build *b, struct wl_work *w, enum wl_state state, enum wl_end how,
                        uint64_t offset, const struct wl_seen *seen)
{
    struct wl_message *res = &w->ex.res;

    if (w->res_ended)
        return;
    w->res_ended = true;
    res->state = state;
    res->end = how;
    res->end_offset = offset;
    b->last_kind = (uint8_t)kind_of(w);
    b->after_final = b->last_kind != WL_LAST_NONE;
    b->final_since = b->final_since || state == WL_WHOLE;
    wl_persist_final_end(b, w, seen->t);
    check_done(b, w, seen->t);
}

void wl_build_tunnel(struct wl_build *b, struct wl_work *w, wl_ns now)
{
    set_answered(b, w);
    w->tunnel = w->res_ended = true;
    b->last_kind = WL_LAST_NONE;
    find_oldest(b);
    wl_wait_ask(b);
    check_done(b, w, now);
}

void wl_build_switched(struct wl_build *b, struct wl_work *w, enum wl_proto to, wl_ns now)
{
    for (struct wl_work *each = b->first; each; each = each->next) {
        if (each == w) {
            set_answered(b, w);
            w->tunnel = true;
            w->ex.switched = to;
        }
        set_released(b, each);
    }
    b->oldest = NULL;
    emit_released(b, now);
}

/* ------------------------------------------------------------------------------------ end */

/* A FIN of dir that acknowledges more than was captured: one number more is the other side's FIN,
 * which it answers, or the last octet that this owes; more than that are octets, behind which a FIN
 * may have stood. What was acknowledged long before has been found to be one number already. Where
 * this one was, too, it is sent again, and nothing tells which came first. */
static void look_behind(struct wl_build *b, enum wl_dir dir, const struct wl_seen *seen)
{
    bool lost_fin = wl_layer_lost_fin(b->layer, !dir), again = wl_layer_lost_fin(b->layer, dir);
    uint64_t known = wl_layer_offset(b->layer, !dir);

    b->end_unseen = again; /* its time is that of another */
    if (!lost_fin && (seen->acked == WL_NONE || seen->acked <= known))
        return;
    if ((lost_fin || seen->acked == known + 1) && !wl_build_owes(b, !dir) && !again) {
        b->end_by = (uint8_t)!dir;
        b->end_unseen = true;
    } else {
        b->end = WL_END_GAP;
    }
}

/* A RST that by sent behind a FIN that was not captured. A client that gives up says what it has
 * acknowledged; without that a RST answers what came for a closed socket (RFC 9293 3.5.2). */
static bool follows_fin(const struct wl_build *b, enum wl_dir by, const struct wl_seen *seen)
{
    return wl_layer_lost_fin(b->layer, by) || (by == WL_TO_SERVER && seen->acked == WL_NONE);
}

/* Nor does the clock tell what had been said before the end where it stands back then. */
static void clock_end(struct wl_build *b, enum wl_dir by, const struct wl_seen *seen)
{
    if (seen->t >= b->t_latest || seen->packet < b->packet_latest[by])
        return;
    for (struct wl_work *w = b->first; w; w = w->next)
        w->unclocked = true;
}

void wl_build_end(struct wl_build *b, enum wl_dir dir, enum wl_end how, enum wl_dir by,
                  const struct wl_seen *seen)
{
    bool fin = how == WL_END_CLOSED;

    clock_end(b, fin ? dir : by, seen);
    if (b->end == WL_END_NONE)
        wl_persist_end(b, how, fin ? dir : by, seen);
    b->over[dir] = true;
    if (!fin)
        b->over[!dir] = true;
    if (b->end == WL_END_NONE) {
        if (fin && dir == WL_TO_SERVER)
            mark_closed_after_interim(b, seen);
        b->end = (uint8_t)how;
        b->end_by = (uint8_t)(fin ? dir : by);
        if (fin) {
            look_behind(b, dir, seen);
        } else if (how == WL_END_RESET && !seen->suspect && follows_fin(b, by, seen)) {
            b->end = WL_END_CLOSED;
            b->end_unseen = true;
        }
        b->t_end = seen->t;
        b->rst_suspect = how == WL_END_RESET && seen->suspect;
    }
    wl_wait_end(b, dir, how, by, seen->t);
    wl_wait_ask(b);
    if (!b->over[WL_TO_CLIENT])
        return;
    /* No response will come any more; a request that is still under way may go on. */
    for (struct wl_work *w = b->first; w; w = w->next) {
        w->res_ended = true;
        if (w->req_ended || b->over[WL_TO_SERVER]) {
            set_done(b, w);
            set_released(b, w);
        }
    }
    emit_released(b, seen->t);
}

void wl_build_close(struct wl_build *b, wl_ns now)
{
    if (b->end == WL_END_NONE) {
        wl_persist_open(b);
        b->end = WL_END_EOF;
        b->t_end = now;
    }
    for (struct wl_work *w = b->first; w; w = w->next)
        set_released(b, w);
    emit_released(b, now);
}

const struct wl_seen *wl_build_clock(struct wl_build *b, enum wl_dir dir,
                                     const struct wl_seen *seen, struct wl_seen *room)
{
    if (WL_LIKELY_TRUE(seen->t >= b->t_latest)) {
        b->t_latest = seen->t;
    } else if (seen->packet < b->packet_latest[dir]) {
        *room = *seen;
        room->t = b->t_latest; /* a loss that was made good, no fault of the clock */
        return room;
    } else {
        for (struct wl_work *w = b->last; w && !w->all_unclocked; w = w->before)
            w->all_unclocked = w->unclocked = true;
    }
    b->packet_latest[dir] = wl_max_u64(b->packet_latest[dir], seen->packet);
    return seen;
}
