/* wait.c - what acknowledgements and the clock said while a request's content was outstanding.
 * SPDX-License-Identifier: MIT
 *
 * RFC 9110 10.1.1 asks both sides to wait for each other; whether they did shows in what had been
 * acknowledged when. The facts are kept for requests with Expect and announced content, and for
 * requests answered before they were complete; no other pays for them. Nor does a server's FIN
 * leave before the client has room for it: where a connection is to end, it is noted whether it
 * has.
 */
#include "wait.h"

#include "grammar.h"

static void keep(struct wl_build *b, struct wl_work *w)
{
    if (w->wait)
        return;
    w->wait = wl_arena_alloc(w->ex.arena, sizeof(*w->wait));
    if (!w->wait) {
        b->layer->host->counters->refused++;
        return;
    }
    w->wait->content_acked = WL_NONE;
    w->ex.wait = w->wait;
}

/* Does anything remain to be learned from acknowledgements? */
static bool needs_acks(const struct wl_work *w)
{
    if (!w->wait || w->req_ended || w->stray)
        return false;
    return w->wait->t_head_acked == 0 || w->wait->t_content == 0 ||
           (w->ex.res.state != WL_ABSENT && w->wait->t_final_acked == 0);
}

/* The connection is to end, and no acknowledgement has said yet that a FIN of the server would be
 * taken. */
static bool needs_room(const struct wl_build *b)
{
    return b->closing && b->end == WL_END_NONE && !b->has_room;
}

/* At the latest a second after the last octet of anybody: a window that opens later was closed, and
 * an acknowledgement that said so may be lost. */
static void learn_room(struct wl_build *b, const struct wl_seen *seen)
{
    b->has_room = seen->window && seen->acked != WL_NONE &&
                  seen->acked >= wl_layer_offset(b->layer, WL_TO_CLIENT) &&
                  seen->t - b->t_latest < WL_SECOND;
}

static void ask(struct wl_build *b, bool want)
{
    b->acks = want;
    wl_layer_want_acks(b->layer, want);
}

void wl_wait_ask_again(struct wl_build *b)
{
    /* only the newest request can be incomplete */
    bool want = needs_room(b) || (b->last && needs_acks(b->last));

    if (want != b->acks)
        ask(b, want);
}

static void head_acked(struct wl_work *w, uint64_t acked, wl_ns t)
{
    if (w->wait && w->wait->t_head_acked == 0 && w->head_end != WL_NONE && acked != WL_NONE &&
        acked >= w->head_end)
        w->wait->t_head_acked = t;
}

/* The client has acknowledged the first octet of the final response. */
static void final_acked(struct wl_work *w, uint64_t acked, wl_ns t)
{
    if (!w->wait || w->wait->t_final_acked || w->ex.res.state == WL_ABSENT || acked == WL_NONE ||
        acked <= w->ex.res.at.offset)
        return;
    w->wait->t_final_acked = t;
    w->wait->content_before_final = w->ex.req.body_bytes;
}

void wl_wait_request(struct wl_build *b, struct wl_work *w)
{
    struct wl_message *req = &w->ex.req;

    if (wl_grammar_rare_field(req, WL_FIELD_EXPECT) && wl_grammar_expects_continue(req) &&
        wl_grammar_announces_content(req))
        keep(b, w);
    if (w->wait)
        head_acked(w, wl_layer_acked(b->layer, WL_TO_SERVER), req->t_head);
    wl_wait_ask(b);
}

void wl_wait_content(const struct wl_build *b, struct wl_work *w, const struct wl_seen *seen)
{
    if (!w->wait)
        return;
    /* the client has received what the capture has not: a response, or the server's FIN */
    if (seen->acked != WL_NONE && !b->over[WL_TO_CLIENT] &&
        seen->acked > wl_layer_offset(b->layer, WL_TO_CLIENT)) {
        w->unpaired = true;
        wl_build_unjudged(w, WL_UNJUDGED_GAP);
    }
    final_acked(w, seen->acked, seen->t);
    if (w->wait->t_content == 0 && w->ex.req.n_body_lost == 0)
        w->wait->t_content = seen->t;
}

void wl_wait_response(struct wl_build *b, struct wl_work *w, const struct wl_seen *seen)
{
    bool first = w->ex.n_interim == 0 && w->ex.n_interim_more == 0;

    keep(b, w);
    if (!w->wait)
        return;
    head_acked(w, seen->acked, seen->t);
    /* content that came before anybody asked when: not before what was seen last of the request */
    if (w->wait->t_content == 0 && w->head_end != WL_NONE && w->ex.req.n_body_lost == 0 &&
        wl_layer_offset(b->layer, WL_TO_SERVER) > w->head_end)
        w->wait->t_content = w->ex.req.t_last;
    if (w->wait->t_server == 0)
        w->wait->t_server = seen->t;
    if (first && seen->acked != WL_NONE && w->head_end != WL_NONE) {
        uint64_t past = seen->acked > w->head_end ? seen->acked - w->head_end : 0;

        w->wait->content_acked = past;
    }
    wl_wait_ask(b);
}

void wl_wait_closing(struct wl_build *b, uint64_t offset)
{
    if (wl_layer_has_room(b->layer, WL_TO_CLIENT)) {
        uint64_t acked = wl_layer_acked(b->layer, WL_TO_CLIENT);

        b->has_room = b->has_room || (acked != WL_NONE && acked >= offset);
    }
    if (!b->has_room && !b->acks)
        ask(b, true);
}

void wl_build_asked_ack(struct wl_build *b, enum wl_dir dir, const struct wl_seen *seen)
{
    struct wl_work *w = b->last;

    if (dir == WL_TO_SERVER && needs_room(b))
        learn_room(b, seen);
    if (w && dir == WL_TO_CLIENT) {
        head_acked(w, seen->acked, seen->t);
        if (w->wait && seen->window == 0)
            w->wait->zero_window = true;
    } else if (w) {
        final_acked(w, seen->acked, seen->t);
    }
    wl_wait_ask(b);
}

void wl_wait_end(const struct wl_build *b, enum wl_dir dir, enum wl_end how, enum wl_dir by,
                 wl_ns now)
{
    enum wl_dir sender = how == WL_END_RESET ? by : dir;

    if (how != WL_END_CLOSED && how != WL_END_RESET)
        return;
    for (struct wl_work *w = b->first; w; w = w->next) {
        wl_ns *t;

        if (!w->wait)
            continue;
        t = sender == WL_TO_SERVER ? &w->wait->t_client_end : &w->wait->t_server_end;
        if (*t == 0)
            *t = now;
    }
}

void wl_wait_finish(struct wl_work *w)
{
    if (!w->wait)
        return;
    /* when the content began is not known, and all that follows from it */
    if (w->wait->t_content == 0 && w->ex.req.n_body_lost)
        w->ex.wait = NULL;
    if (w->wait->t_final_acked == 0)
        w->wait->content_before_final = w->ex.req.body_bytes;
    w->wait->content_after_final = w->ex.req.body_bytes - w->wait->content_before_final;
}
