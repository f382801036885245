/* places.h - where a packet lies in its capture file, for outputs that tell.
 * SPDX-License-Identifier: MIT
 *
 * The files are read a second time, by the thread behind the merge and only as far as it is asked:
 * packets on their way carry no position, and shards share none.
 */
#ifndef WL_PLACES_H
#define WL_PLACES_H

#include "mem.h"
#include "wirelint/sink.h"

struct wl_places;

/** For these inputs, files that can be read again; both must outlive it. NULL when memory is
 * refused. */
struct wl_places *wl_places_new(struct wl_budget *budget, const struct wl_input *inputs, size_t n);
/** A wl_record_place_fn (sink.h); places is a struct wl_places. */
bool wl_places_find(void *places, uint64_t frame, struct wl_record_place *ret);
void wl_places_free(struct wl_places *p);

#endif
