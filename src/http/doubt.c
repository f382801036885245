/* doubt.c - is it certain which request a response belongs to?
 * SPDX-License-Identifier: MIT
 *
 * Says when doubt arises, what it makes of exchanges that are under way, and at which point both
 * sides are known to begin anew. Nothing here adds an exchange or ends one: build.c does, and asks.
 */
#include "doubt.h"

void wl_doubt_arise(struct wl_build *b, enum wl_unjudged why, enum wl_dir dir)
{
    if (!b->doubt || (b->ambiguous && b->doubt == WL_UNJUDGED_LOST))
        b->doubt = (uint8_t)why;
    if (why != WL_UNJUDGED_LOST)
        b->guessed |= (uint8_t)(1 << dir);
    if (dir == WL_TO_SERVER) {
        b->doubt_client = true;
    } else {
        b->doubt_server = true;
    }
    b->final_since = false;
}

void wl_doubt_unpair(struct wl_build *b, enum wl_unjudged why)
{
    for (struct wl_work *w = b->last; w && !w->all_explained; w = w->before) {
        w->all_explained = true;
        if (!w->answered) {
            w->unpaired = true;
            wl_build_unjudged(w, why); /* the first reason stays */
        }
    }
}

void wl_doubt_unpair_silently(struct wl_build *b)
{
    /* once is enough until a request comes whose answer can be told again */
    for (struct wl_work *w = b->first; w && !b->all_unpaired; w = w->next)
        w->unpaired = w->unpaired || !w->answered;
    b->all_unpaired = true;
}

void wl_doubt_again(struct wl_build *b, struct wl_work *w)
{
    enum wl_unjudged why = wl_layer_gaps(b->layer) ? WL_UNJUDGED_GAP : WL_UNJUDGED_MIDSTREAM;

    wl_doubt_arise(b, why, WL_TO_SERVER);
    wl_doubt_unpair(b, why);
    w->settled = false;
}

/* ---------------------------------------------------------------------------- idle points */

/* docs/judging.md 3, step 5: the next idle point at which both sides start a fresh message. Nothing
 * is outstanding, this request acknowledges all that the server has sent, and, where requests may
 * have been missed, a final response has been seen since. */
void wl_doubt_try_to_settle(struct wl_build *b, const struct wl_seen *seen)
{
    bool quiet = seen->acked == WL_NONE || seen->acked >= wl_layer_offset(b->layer, WL_TO_CLIENT);

    if (b->oldest || !quiet || b->ambiguous)
        return;
    /* what the server has begun, content that looks like a message perhaps, would swallow the
     * answer */
    if (wl_build_owes(b, WL_TO_CLIENT))
        return;
    /* behind an interim response its final one is still to come; and a client that pipelines may
     * have sent any number of requests */
    if (b->doubt_client && (!b->final_since || b->last_kind == WL_LAST_INTERIM || b->pipelined))
        return;
    if (b->doubt_server && !b->heard[WL_TO_CLIENT] && b->doubt == WL_UNJUDGED_MIDSTREAM)
        return;
    b->doubt = WL_JUDGED;
    b->doubt_client = b->doubt_server = false;
    b->guessed = 0;
}

/* docs/judging.md 3, step 5, as it shows afterwards, where the capture begins with a whole request:
 * when the request began, its client had all that the server had said before this response; when the
 * response began, the server had the request, and no octet more. All that holds of octets that are
 * only the end of a request, too: so the method must be one that is known. */
bool wl_doubt_began_idle(const struct wl_build *b, const struct wl_work *w, struct wl_at at,
                         const struct wl_seen *seen)
{
    const struct wl_message *req = &w->ex.req;

    return b->doubt == WL_UNJUDGED_MIDSTREAM && !b->lost[0] && !b->lost[1] && w == b->first &&
           w == b->last && req->state == WL_WHOLE && req->method_id > WL_METHOD_OTHER &&
           req->acked == at.offset && seen->acked == req->end_offset &&
           wl_layer_offset(b->layer, WL_TO_SERVER) == req->end_offset &&
           !wl_message_mark(req, WL_MARK_RESYNCHRONISED);
}

/* -------------------------------------------------------------------- what was not captured */

/* A client that does not pipeline goes on. Responses of the server were lost; or the client has
 * received, since it asked, something that we take for content: that of the answer to a lost request,
 * which was HEAD, perhaps, so that the content is really the answer to this one. */
bool wl_doubt_was_answered(const struct wl_build *b, const struct wl_seen *seen)
{
    const struct wl_work *w = b->oldest;

    if (b->pipelined || !w->req_ended)
        return false;
    return (b->doubt_server && b->lost[WL_TO_CLIENT]) ||
           (b->doubt_client && w == b->last && !w->begun && w->ex.n_interim == 0 &&
            seen->acked != WL_NONE && w->ex.req.acked != WL_NONE && seen->acked > w->ex.req.acked);
}

/* Octets behind the request are missing, which the server had, and octets of the server: the next
 * request, and in front of it the answer to this one, where the client does not pipeline. */
static bool was_overtaken(const struct wl_build *b, const struct wl_work *w,
                          const struct wl_seen *seen)
{
    const uint64_t end = w->ex.req.end_offset;

    return b->doubt_server && b->lost[WL_TO_CLIENT] && b->lost[WL_TO_SERVER] && !b->pipelined &&
           w == b->last && w->req_ended && end != WL_NONE && seen->acked > end + 1; /* a FIN */
}

/* Mid-stream, or where requests were lost: a response sent before the server had any octet of the
 * oldest request answers one that was not seen; so does one to what came behind that. */
bool wl_doubt_may_answer_other(struct wl_build *b, const struct wl_seen *seen)
{
    struct wl_work *w = b->oldest;

    if (seen->acked == WL_NONE || w->ex.n_interim)
        return false;
    if (seen->acked > w->ex.req.at.offset && !was_overtaken(b, w, seen))
        return false;
    if (w->settled)
        wl_doubt_again(b, w);
    return true;
}

/* -------------------------------------------------------------------------------- guesses */

void wl_doubt_guess(struct wl_build *b, enum wl_dir dir)
{
    const uint8_t bit = (uint8_t)(1 << dir);

    b->guessed |= bit;
    if (dir == WL_TO_SERVER)
        return;
    /* The requests that wait were paired for certain when they began; what a response before the
     * loss says of its request stays true. */
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
