/* leave.c - an exchange leaves the builder: what is said of it at last, and to whom.
 * SPDX-License-Identifier: MIT
 *
 * Its state, how the connection has ended, whether it is paired for certain, and why rules may have
 * to be silent about it: what can be told only now, from what came behind it. When it leaves, and
 * after which others, is build.c's matter. docs/judging.md 2.
 */
#include "leave.h"

#include "persist.h"
#include "wait.h"

/* Of an arena, what most exchanges take with both heads and their fields; they
 * stand at its beginning. */
enum { ARENA_OCTETS = 2048 };
static_assert(sizeof(struct wl_work) < ARENA_OCTETS, "heads and fields stand behind the exchange");

static void tell_steps(const struct wl_build *b, const struct wl_exchange *ex)
{
    uint32_t n = ex->n_interim + ex->n_interim_more;
    bool final = wl_message_has_status(&ex->res);
    bool alone = n + final == 1;

    if (!b->layer->host->keep_steps)
        return;
    for (uint32_t i = 0; i < n; i++)
        wl_layer_step(b->layer, wl_exchange_interim_status(ex, i), ex->ordinal, alone);
    if (final)
        wl_layer_step(b->layer, ex->res.status, ex->ordinal, alone);
}

static enum wl_proto proto_of(const struct wl_message *m, enum wl_proto otherwise)
{
    if (m->state == WL_ABSENT)
        return otherwise;
    if (m->major == 0)
        return m->minor == 9 ? WL_H09 : otherwise;
    return m->major == 1 && m->minor == 0 ? WL_H10 : WL_H11;
}

static enum wl_exchange_state state_of(const struct wl_work *w)
{
    const struct wl_exchange *ex = &w->ex;

    if (w->stray)
        return WL_EXCHANGE_UNSOLICITED;
    if (w->tunnel || (w->unasked_101 && ex->res.state == WL_ABSENT))
        return WL_EXCHANGE_TUNNEL;
    if (ex->res.state == WL_ABSENT)
        return WL_EXCHANGE_UNANSWERED;
    return ex->req.state == WL_WHOLE && ex->res.state == WL_WHOLE ? WL_EXCHANGE_COMPLETE
                                                                  : WL_EXCHANGE_TRUNCATED;
}

/* One of the directions was never captured, although its octets were acknowledged. */
static bool one_way(const struct wl_build *b)
{
    for (int d = 0; d < 2; d++) {
        uint64_t acked;

        if (b->heard[d])
            continue;
        acked = wl_layer_acked(b->layer, (enum wl_dir)d);
        if (b->lost[d] || (acked != WL_NONE && acked > 0))
            return true;
    }
    return false;
}

/* What it says of an exchange that a message of it is not whole. */
static enum wl_unjudged reason_of(const struct wl_message *m)
{
    switch (m->end) {
    case WL_END_GAP: return WL_UNJUDGED_GAP;
    case WL_END_SNAPLEN: return WL_UNJUDGED_SNAPLEN;
    case WL_END_LIMIT:
    case WL_END_EVICTED:
    case WL_END_IDLE: return WL_UNJUDGED_LIMIT;
    case WL_END_EOF: return m->state != WL_WHOLE ? WL_UNJUDGED_EOF : WL_JUDGED;
    case WL_END_NONE:
    case WL_END_CLOSED:
    case WL_END_RESET:
    case WL_END_ABANDONED:
    case WL_END_REUSED: break;
    }
    return m->n_body_lost ? WL_UNJUDGED_GAP : WL_JUDGED;
}

static void explain_message(struct wl_work *w, const struct wl_message *m)
{
    if (m->end != WL_END_NONE || m->n_body_lost)
        wl_build_unjudged(w, reason_of(m));
}

/* The reason that stands for an exchange of which something is missing. */
static void explain(const struct wl_build *b, struct wl_work *w)
{
    struct wl_exchange *ex = &w->ex;

    if (one_way(b)) {
        ex->paired = false;
        ex->unjudged = WL_UNJUDGED_ONE_WAY;
        return;
    }
    explain_message(w, &ex->req);
    explain_message(w, &ex->res);
    if (ex->state == WL_EXCHANGE_UNANSWERED || (w->stray && ex->res.state == WL_ABSENT)) {
        if (ex->end == WL_END_EOF) {
            wl_build_unjudged(w, WL_UNJUDGED_EOF);
        } else if (ex->end == WL_END_EVICTED || ex->end == WL_END_IDLE) {
            wl_build_unjudged(w, WL_UNJUDGED_LIMIT);
        }
    }
    if (!ex->paired)
        wl_build_unjudged(w, b->doubt ? (enum wl_unjudged)b->doubt : WL_UNJUDGED_LOST);
}

/* Octets of the client behind its last request were lost, its FIN perhaps among them: it travels
 * with the last octets of content. */
static bool lost_behind(const struct wl_build *b, const struct wl_exchange *ex)
{
    const struct wl_message *req = &ex->req;
    uint64_t end = req->end_offset;

    if (!b->lost[WL_TO_SERVER] || req->state == WL_ABSENT ||
        (b->last && b->last->ex.ordinal > ex->ordinal))
        return false;
    /* of lost content only what Content-Length says */
    if (end == WL_NONE && req->framing == WL_FRAMING_LENGTH && req->declared != WL_NONE)
        end = req->body_at.offset + req->declared;
    return end == WL_NONE || wl_layer_offset(b->layer, WL_TO_SERVER) > end;
}

/* How the connection has ended, where it has, unless something lies between the response and its
 * FIN that was lost. */
static void note_end(const struct wl_build *b, struct wl_exchange *ex, wl_ns now)
{
    bool more_lost = (b->lost[WL_TO_CLIENT] || b->doubt_server) && ex->res.end_offset != WL_NONE &&
                     wl_layer_offset(b->layer, WL_TO_CLIENT) > ex->res.end_offset;

    ex->t_end = now;
    if (b->end == WL_END_NONE ||
        (b->end_by == WL_TO_CLIENT && ex->res.state == WL_WHOLE && more_lost))
        return;
    ex->end = (enum wl_end)b->end;
    ex->end_by = (enum wl_dir)b->end_by;
    ex->end_unseen = b->end_unseen;
    ex->rst_suspect = b->rst_suspect;
    ex->t_end = b->t_end;
    if (ex->end == WL_END_CLOSED && ex->end_by == WL_TO_CLIENT && lost_behind(b, ex))
        ex->end = WL_END_GAP;
}

/* A FIN that was acknowledged, and never captured, by the time that a response to nobody is told:
 * it says that the response was a notice, as one that is seen does. What the client has sent since
 * may be what acknowledges it, its own FIN included. */
static void note_unseen_end(const struct wl_build *b, struct wl_exchange *ex)
{
    bool by_server = wl_layer_lost_fin(b->layer, WL_TO_CLIENT);
    bool by_client = ex->end == WL_END_NONE && wl_layer_lost_fin(b->layer, WL_TO_SERVER);

    if (!by_server && !by_client)
        return;
    ex->end = WL_END_CLOSED;
    ex->end_by = by_server ? WL_TO_CLIENT : WL_TO_SERVER;
    ex->end_unseen = true;
    ex->t_end = ex->res.t_last;
}

static WL_ASIDE void doubt_pair(struct wl_work *w)
{
    w->unpaired = true;
    wl_build_unjudged(w, WL_UNJUDGED_GAP);
    for (uint32_t i = 0; i < w->ex.res.n_marks; i++)
        w->ex.res.marks[i].certain = false;
}

/* The server had received what the capture has not: the response that seemed to answer nobody may
 * have answered that. */
static void doubt_stray(const struct wl_build *b, struct wl_work *w)
{
    uint64_t acked = wl_layer_acked(b->layer, WL_TO_SERVER);

    /* before the end they may be octets that are about to be read */
    bool behind = b->end != WL_END_NONE && acked != WL_NONE &&
                  acked > wl_layer_offset(b->layer, WL_TO_SERVER);

    if (!behind && !(b->lost[WL_TO_SERVER] && wl_message_mark(&w->ex.res, WL_MARK_BEFORE_REQUEST)))
        return;
    doubt_pair(w);
}

/* What may lie between its beginning and its end: the beginning of another connection, of which its
 * response may be; an hour that nobody has waited. */
static WL_ASIDE void look_at_span(const struct wl_build *b, struct wl_work *w)
{
    const struct wl_exchange *ex = &w->ex;
    wl_ns from = w->stray ? ex->res.t_first : ex->req.t_first;
    wl_ns to = ex->req.t_last > ex->res.t_last ? ex->req.t_last : ex->res.t_last;
    wl_ns stepped = wl_layer_stepped(b->layer);

    if (ex->end != WL_END_NONE)
        to = ex->t_end;
    if (wl_layer_is_strange(b->layer))
        doubt_pair(w);
    if (stepped > from && stepped <= to)
        w->unclocked = true;
}

/* It is judged at the end of the burst, and what rules will look at lies behind it:
 * begins to fetch that. */
static void fetch_heads(const struct wl_work *w)
{
    wl_prefetch(w + 1, ARENA_OCTETS - sizeof(*w));
}

/* Are all times whole seconds? Then their clock knows no others, and cannot tell how soon one thing
 * followed another. Nor can one that stood still from a request to the end of its response. */
static bool is_coarse(const struct wl_exchange *ex)
{
    const struct wl_message *req = &ex->req, *res = &ex->res;

    if (WL_LIKELY_FALSE(req->t_first == res->t_last))
        return ex->end == WL_END_NONE || ex->t_end == res->t_last;
    return WL_LIKELY_FALSE(wl_is_coarse(req->t_first, res->t_first)) &&
           wl_is_coarse(req->t_last, res->t_last) &&
           (ex->end == WL_END_NONE || wl_is_coarse(ex->t_end, 0));
}

void wl_leave(struct wl_build *b, struct wl_work *w, wl_ns now)
{
    struct wl_exchange *ex = &w->ex;
    const struct wl_layer_host *host = b->layer->host;

    b->forget(b, w);
    if (w->stray && ex->res.state == WL_ABSENT && wl_exchange_n_interim(ex) == 0) {
        wl_arena_free(ex->arena); /* a response that began and was lost: nothing to tell */
        return;
    }
    wl_wait_finish(w);
    wl_layer_conn(b->layer, &ex->conn);
    if (!w->garbage || ex->res.state != WL_ABSENT)
        ex->conn.proto = proto_of(w->stray || w->garbage ? &ex->res : &ex->req, WL_H11);
    ex->state = state_of(w);
    if (w->stray)
        doubt_stray(b, w);
    note_end(b, ex, now);
    if (WL_LIKELY_FALSE(ex->t_end - ex->req.t_first >= WL_SECOND))
        look_at_span(b, w);
    ex->paired = !w->unpaired;
    if (w->stray)
        note_unseen_end(b, ex);
    ex->clocked = !w->unclocked && host->counters->capture_dropped == w->drops_before &&
                  !is_coarse(ex);
    explain(b, w);
    tell_steps(b, ex);
    wl_layer_count_exchange(b->layer);
    fetch_heads(w);
    host->exchange(host->user, ex);
}
