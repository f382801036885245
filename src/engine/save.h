/* save.h - writes what a screen wants kept: packets of connections, or a report of exchanges.
 * SPDX-License-Identifier: MIT
 *
 * A file that exists is never written over, and no link is followed: whoever presses a key by
 * mistake, or in a directory of others, loses nothing.
 */
#ifndef WL_SAVE_H
#define WL_SAVE_H

#include "history.h"
#include "spool.h"
#include "wirelint/screen.h"

struct wl_save;

struct wl_save_config {
    struct wl_budget *budget;
    const struct wl_config *cfg;
    const struct wl_source_config *source; /* what can be read again, or NULL */
    const struct wl_spool *spool;          /* or NULL */
    const struct wl_history *history;
    /* fills in the inputs of stats, which reports name */
    void (*fill)(void *user, struct wl_board *board);
    void *user;
};

/** Everything is borrowed for its life. NULL when memory is refused. */
WL_MUST_USE struct wl_save *wl_save_new(const struct wl_save_config *cfg);
void wl_save_free(struct wl_save *s);
/** Begins; answer is taken, and given back by wl_save_done, with an error if it comes to that. */
void wl_save_begin(struct wl_save *s, const struct wl_ask *ask, struct wl_answer *answer);
/** One portion; true when there is more. */
bool wl_save_work(struct wl_save *s);
/** The answer, once, when everything is done; else NULL. */
struct wl_answer *wl_save_done(struct wl_save *s);
/** Something is under way. */
bool wl_save_busy(const struct wl_save *s);

#endif
