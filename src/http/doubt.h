/* doubt.h - is it certain which request a response belongs to?
 * SPDX-License-Identifier: MIT
 *
 * Doubt arises where octets are missing, where the capture begins in the middle, or where octets
 * cannot be told apart. It concerns the client (requests may be unknown: a response may answer one
 * of them), the server (where its messages begin is not known), or both. What begins while it lasts
 * is paired as well as can be, shown, and not judged as a pair (wl_exchange.paired). For example:
 *
 *     GET /a                                          what the client says
 *     [hole]  "HTTP/1.1 200 OK ..."                   the answer to /a, or to a request in the hole,
 *                                                     or a line of content that looks like an answer
 *     GET /b, acknowledging all that the server said  an idle point: doubt ends, /b can be paired
 *
 * Part of the builder. docs/judging.md 3, step 5; docs/decisions.md, "What was found by looking for a
 * start line is told, not judged".
 */
#ifndef WL_DOUBT_H
#define WL_DOUBT_H

#include "build.h"

/** Pairing becomes uncertain: why, and whose octets are not known. */
void wl_doubt_arise(struct wl_build *b, enum wl_unjudged why, enum wl_dir dir);
/** The requests that wait for their answers can no longer be paired for certain, for this reason. */
void wl_doubt_unpair(struct wl_build *b, enum wl_unjudged why);
/** The same where a reason need not be said with each: one exchange bears it. */
void wl_doubt_unpair_silently(struct wl_build *b);
/** Requests in front of w's may be unknown after all, though doubt had ended with it (w->settled). */
void wl_doubt_again(struct wl_build *b, struct wl_work *w);

/** What wl_doubt_settle does while there is doubt. */
void wl_doubt_try_to_settle(struct wl_build *b, const struct wl_seen *seen);
/** A request begins in seen: doubt ends if that is an idle point. */
static inline void wl_doubt_settle(struct wl_build *b, const struct wl_seen *seen)
{
    if (WL_LIKELY_FALSE(b->doubt))
        wl_doubt_try_to_settle(b, seen);
}

/** Is it certain what octets of dir are that belong to w? Those of a response are, whatever the
 * client says behind the request, as long as the two have found each other. */
static inline bool wl_doubt_none(const struct wl_build *b, const struct wl_work *w, enum wl_dir dir)
{
    return !w->unpaired && !(dir == WL_TO_CLIENT ? b->doubt_server : b->doubt);
}

/** There is doubt, and a request begins in seen while an older one waits: was that answered where
 * the capture could not see it? */
bool wl_doubt_was_answered(const struct wl_build *b, const struct wl_seen *seen);
/** What wl_doubt_answers_other does where requests may be unknown. */
bool wl_doubt_may_answer_other(struct wl_build *b, const struct wl_seen *seen);
/** A response begins in seen while requests wait: does it answer one that was not seen, rather than
 * the oldest of them? */
static inline bool wl_doubt_answers_other(struct wl_build *b, const struct wl_seen *seen)
{
    return (b->doubt_client || b->oldest->settled) && wl_doubt_may_answer_other(b, seen);
}
/** The response to w's request begins at at, in seen: was the connection idle when the request began,
 * with which the capture does? */
bool wl_doubt_began_idle(const struct wl_build *b, const struct wl_work *w, struct wl_at at,
                         const struct wl_seen *seen);

/** A start line of dir was found by looking for one (h1_lost.c), or stands behind a hole: it, and
 * what follows until doubt is settled, may be content that looks like messages. */
void wl_doubt_guess(struct wl_build *b, enum wl_dir dir);
/** Would a start line of dir that stands where one may begin be no more than such a guess? */
static inline bool wl_doubt_is_guess(const struct wl_build *b, enum wl_dir dir)
{
    return b->guessed >> dir & 1;
}

#endif
