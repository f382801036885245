/* relate.h - what several connections tell together.
 * SPDX-License-Identifier: MIT
 *
 * Behind the merge, where all connections are seen in one order; rules stay memoryless.
 */
#ifndef WL_RELATE_H
#define WL_RELATE_H

#include "mem.h"
#include "wirelint/wirelint.h"

struct wl_relate;

/** max: entries remembered (limits.max_related). NULL when memory is refused. */
WL_MUST_USE struct wl_relate *wl_relate_new(struct wl_budget *budget, uint64_t max);
/**
 * Drops from ex->findings those of rules with once_per_target that were told before for the same
 * server, host and path.
 */
void wl_relate_exchange(struct wl_relate *r, struct wl_exchange *ex);
/** How often the table was full and something could not be remembered. */
uint64_t wl_relate_full(const struct wl_relate *r);
void wl_relate_free(struct wl_relate *r);

#endif
