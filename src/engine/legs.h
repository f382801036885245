/* legs.h - the two legs of a proxy: which exchange is the other side of which.
 * SPDX-License-Identifier: MIT
 */
#ifndef WL_LEGS_H
#define WL_LEGS_H

#include "begun.h"
#include "mem.h"
#include "wirelint/model.h"

struct wl_legs;

/** max: exchanges that are remembered. NULL when memory is refused. */
WL_MUST_USE struct wl_legs *wl_legs_new(struct wl_budget *budget, uint64_t max);
void wl_legs_free(struct wl_legs *l);
/** For wl_begun_note; never 0. */
uint64_t wl_legs_seed(const struct wl_legs *l);
/** A request has begun, whose exchange is to come: no exchange that is over is the other leg of two.
 * NULL: one of which too little is known. */
void wl_legs_begun(struct wl_legs *l, const struct wl_begun *begun);
/**
 * Finds the other leg of a paired exchange among those that came before it, and remembers it for
 * those to come. NULL where there is none, or it cannot be told which. Valid until the next call.
 */
const struct wl_leg *wl_legs_pair(struct wl_legs *l, const struct wl_exchange *ex);
/** An exchange that is not paired for certain, or whose request has no head: no pair is found for
 * it, nor where it could be part of one. */
void wl_legs_unsure(struct wl_legs *l, const struct wl_exchange *ex);
/** What was remembered of the exchange of wl_legs_pair itself. Valid until the next call. */
const struct wl_leg *wl_legs_own(const struct wl_legs *l);
/** How often one was forgotten that had not found its other leg. */
uint64_t wl_legs_forgotten(const struct wl_legs *l);

#endif
