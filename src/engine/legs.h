/* legs.h - the two legs of a proxy: which exchange is the other side of which.
 * SPDX-License-Identifier: MIT
 */
#ifndef WL_LEGS_H
#define WL_LEGS_H

#include "mem.h"
#include "text.h"
#include "wirelint/model.h"

struct wl_legs;

/** max: exchanges that are remembered. NULL when memory is refused. */
WL_MUST_USE struct wl_legs *wl_legs_new(struct wl_budget *budget, uint64_t max);
void wl_legs_free(struct wl_legs *l);
/**
 * Finds the other leg of a paired exchange among those that came before it, and remembers it for
 * those to come. NULL where there is none, or more than one may be it. Valid until the next call.
 */
const struct wl_leg *wl_legs_pair(struct wl_legs *l, const struct wl_exchange *ex);
/** What was remembered of that exchange itself. Valid until the next call. */
const struct wl_leg *wl_legs_own(const struct wl_legs *l);
/**
 * What remains of an exchange beside that of its other leg; not whose leg it is, and how certainly.
 * line        memory for the exchange line
 */
void wl_leg_describe(const struct wl_exchange *ex, struct wl_text *line, struct wl_leg *ret);
/** How often one was forgotten that had not found its other leg. */
uint64_t wl_legs_forgotten(const struct wl_legs *l);

#endif
