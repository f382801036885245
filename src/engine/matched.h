/* matched.h - which exchanges of open connections the filter has let through.
 * SPDX-License-Identifier: MIT
 *
 * What is learned about an exchange after it was told comes with its connection's record. Whether
 * it passes the filter then depends on whether the exchange did: remembered for the last 64
 * exchanges of every open connection that had one. (An exchange is told at most max_pending
 * exchanges before a finding about it; those further back are taken not to have matched.)
 */
#ifndef WL_MATCHED_H
#define WL_MATCHED_H

#include "mem.h"

struct wl_matched;

/** The exchanges latest - 63 to latest, one bit each. */
struct wl_matched_window {
    uint32_t latest;
    bool passed;   /* one of all its exchanges has passed, with the words about rules */
    uint64_t bits; /* bit i: latest - i has matched, but for the words about rules */
};

/** max: connections remembered. NULL when memory is refused. */
WL_MUST_USE struct wl_matched *wl_matched_new(struct wl_budget *budget, uint64_t max);
/** An exchange that matches but for the words about rules; passes: with them. */
void wl_matched_note(struct wl_matched *m, uint64_t conn, uint32_t ordinal, bool passes);
/** Takes out what is known of a connection; false, and an empty window, when none was noted. */
bool wl_matched_take(struct wl_matched *m, uint64_t conn, struct wl_matched_window *ret);
bool wl_matched_has(const struct wl_matched_window *w, uint32_t ordinal);
void wl_matched_free(struct wl_matched *m);

#endif
