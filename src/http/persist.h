/* persist.h - what messages on one connection say about each other, and about its end.
 * SPDX-License-Identifier: MIT
 *
 * Called by the builder (build.c) at the turns of an exchange; all of it marks facts.
 */
#ifndef WL_PERSIST_H
#define WL_PERSIST_H

#include "build.h"

/** Who waits for no answer has read a notice so long after its system has received it. */
#define WL_NOTICED (WL_SECOND / 10)

/** Are both whole seconds? One that tells more is so twice once in a million millions; what lies
 * between two that are may be up to a second more, or less. */
static inline bool wl_is_coarse(wl_ns from, wl_ns to)
{
    return from % WL_SECOND == 0 && to % WL_SECOND == 0;
}
/** What has passed between them for certain. */
static inline wl_ns wl_at_least(wl_ns from, wl_ns to)
{
    return to - from - (wl_is_coarse(from, to) ? WL_SECOND : 0);
}
/** What can have. */
static inline wl_ns wl_at_most(wl_ns from, wl_ns to)
{
    return to - from + (wl_is_coarse(from, to) ? WL_SECOND : 0);
}

/** Has a client that waits for no answer read by t what its system had received when it was heard, as
 * far as time tells? */
bool wl_persist_noticed(const struct wl_build *b, wl_ns heard, wl_ns t);
/** Does m say that the connection ends with its exchange (RFC 9112 9.6)? */
bool wl_persist_says_close(const struct wl_message *m);
/** w's request has begun while so many others were unanswered. */
void wl_persist_request(struct wl_build *b, struct wl_work *w, uint32_t unanswered,
                        const struct wl_seen *seen);
/** What wl_persist_answer does where the client may have ended its side out of sight. */
void wl_persist_late_answer(struct wl_build *b, struct wl_work *w, const struct wl_seen *seen);
/** A response of w begins, w's request being one that waits for it. A FIN that is missing from the
 * capture is known to be after a while, or by what the response acknowledges. */
static inline void wl_persist_answer(struct wl_build *b, struct wl_work *w,
                                     const struct wl_seen *seen)
{
    const struct wl_message *req = &w->ex.req;

    if (WL_LIKELY_FALSE(seen->t - req->t_last > WL_SECOND / 10 || seen->acked > req->end_offset))
        wl_persist_late_answer(b, w, seen);
}
/** m, a response of w, has come: its place on the connection. */
void wl_persist_response(struct wl_build *b, struct wl_work *w, struct wl_message *m);
/** The final response of w has begun, and counts as given. */
void wl_persist_final(struct wl_build *b, struct wl_work *w);
/** The final response of w has ended: must the connection end with it? */
void wl_persist_final_end(struct wl_build *b, struct wl_work *w, wl_ns now);
/** A RST of by has come, and nothing of what was under way is ended yet. */
void wl_persist_reset(struct wl_build *b, enum wl_dir by, const struct wl_seen *seen);
/** The first end of the connection, by the FIN or RST of by, or for reasons of ours. */
void wl_persist_end(struct wl_build *b, enum wl_end how, enum wl_dir by,
                    const struct wl_seen *seen);
/** Observation stops, and nobody has ended the connection. */
void wl_persist_open(struct wl_build *b);

#endif
