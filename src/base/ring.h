/* ring.h - the queue from a shard to the merge: one producer, one consumer (C11 acquire/release).
 * SPDX-License-Identifier: MIT
 *
 * The only place where the analysis meets another thread. Holds pointers; bounded by the number of
 * entries and by the octets that the producer says they stand for.
 */
#ifndef WL_RING_H
#define WL_RING_H

#include "mem.h"

struct wl_ring;

/** n_slots is rounded up to a power of two. NULL when memory is refused. */
WL_MUST_USE struct wl_ring *wl_ring_new(struct wl_budget *b, size_t n_slots, uint64_t max_octets);
void wl_ring_free(struct wl_ring *r);
/** Producer: adds item, which stands for octets; false when the ring is full. An item larger than
 * max_octets is taken when the ring is empty. */
WL_MUST_USE bool wl_ring_push(struct wl_ring *r, void *item, uint64_t octets);
/** Consumer: the oldest item, or NULL when there is none. */
void *wl_ring_pop(struct wl_ring *r);
/** Producer: nothing more will come. */
void wl_ring_close(struct wl_ring *r);
/** Consumer: closed and empty. */
bool wl_ring_done(struct wl_ring *r);

#endif
