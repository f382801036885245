/* past.h - what is remembered of exchanges that were told: a bounded table by key.
 * SPDX-License-Identifier: MIT
 */
#ifndef WL_PAST_H
#define WL_PAST_H

#include "mem.h"
#include "wirelint/rule.h"

struct wl_pasts;

enum { WL_PAST_KINDS = 16 };

/** max: exchanges remembered. NULL when memory is refused. */
WL_MUST_USE struct wl_pasts *wl_pasts_new(struct wl_budget *budget, uint64_t max);
void wl_pasts_free(struct wl_pasts *p);
/** What is remembered under a key, a seeded hash of 64 bits of which the last four say what kind it
 * is; NULL when nothing is. Valid until the next call. */
const struct wl_past *wl_pasts_get(struct wl_pasts *p, uint64_t key);
enum wl_known {
    WL_KNOWN_NOT,
    WL_KNOWN,       /* something is remembered */
    WL_KNOWN_DATED, /* and it is .dated */
};

/**
 * What of that there is under a key, without reading all of it.
 * ret_until  if there is something: it is there for certain as long as wl_pasts_evicted is less
 */
enum wl_known wl_pasts_known(const struct wl_pasts *p, uint64_t key, uint64_t *ret_until);
/** How many have gone to make room for others. */
uint64_t wl_pasts_evicted(const struct wl_pasts *p);
/** Asks ahead for what the next calls with this key read first. */
void wl_pasts_prefetch(const struct wl_pasts *p, uint64_t key);
/** Remembers it in place of what was there, as far as wl_past says that it is remembered; a full
 * table forgets what came into it first. */
void wl_pasts_put(struct wl_pasts *p, uint64_t key, const struct wl_past *past);
/** How often something was forgotten for want of room. */
uint64_t wl_pasts_forgotten(const struct wl_pasts *p);

#endif
