/* once.h - what is told once, and was: findings of rules with once_per_target.
 * SPDX-License-Identifier: MIT
 */
#ifndef WL_ONCE_H
#define WL_ONCE_H

#include "table.h"

/** A set of hashes. */
struct wl_once {
    struct wl_budget *budget;
    struct wl_table table;
    uint64_t *told; /* whole hashes; the table keeps half of each */
    uint64_t n_full;
    uint32_t n_told, size, max;
};

/** max: what is remembered. Returns 0 or WL_NOMEM. */
WL_MUST_USE int wl_once_init(struct wl_once *o, struct wl_budget *budget, uint32_t max);
/** One of zeros, which has not been initialised, is fine. */
void wl_once_release(struct wl_once *o);
/** True the first time that it is asked about a hash; and again when there was no room to remember
 * that (n_full). */
bool wl_once_tell(struct wl_once *o, uint64_t hash);
/** What was told since n_told was n was not told after all. */
void wl_once_take_back(struct wl_once *o, uint32_t n);

#endif
