/* ring.h - the queue between two threads, one producer, one consumer, and the bell to wake one up.
 * SPDX-License-Identifier: MIT
 *
 * The only place where a thread meets another. A ring holds pointers; it is bounded by the number
 * of entries and by the octets that the producer says they stand for. Waiting is apart from it,
 * because a thread waits for several rings, or for a ring and for packets: it owns a bell, which
 * whoever has put something into one of its rings rings.
 */
#ifndef WL_RING_H
#define WL_RING_H

#include "mem.h"
#include "wirelint/wirelint.h"

/** Octets of a cache line: what two threads write lies at least so far apart. */
enum { WL_CACHE_LINE = 64 };

struct wl_ring;

/** n_slots is rounded up to a power of two. NULL when memory is refused. */
WL_MUST_USE struct wl_ring *wl_ring_new(struct wl_budget *b, size_t n_slots, uint64_t max_octets);
void wl_ring_free(struct wl_ring *r);
/** Producer: adds item, which stands for octets; false when the ring is full. An item larger than
 * max_octets is taken when the ring is empty. */
WL_MUST_USE bool wl_ring_push(struct wl_ring *r, void *item, uint64_t octets);
/** Producer: an item of so many octets would be taken. */
bool wl_ring_room(const struct wl_ring *r, uint64_t octets);
/** Consumer: the oldest item, or NULL when there is none. */
void *wl_ring_pop(struct wl_ring *r);
/** Consumer: there is nothing to pop. */
bool wl_ring_empty(const struct wl_ring *r);
/** Producer: nothing more will come. */
void wl_ring_close(struct wl_ring *r);
/** Consumer: closed and empty. */
bool wl_ring_done(struct wl_ring *r);

/* ----------------------------------------------------------------------------------- the bell */

/**
 * Wakes one thread. The sleeper arms it, looks a last time whether there is something to do, and
 * sleeps if not; whoever gives it something to do rings afterwards. No ring is lost then, and
 * ringing costs a system call only when somebody does sleep.
 */
struct wl_bell;

/** NULL when memory or descriptors are refused, with err, WL_NOMEM. */
WL_MUST_USE struct wl_bell *wl_bell_new(struct wl_budget *b, struct wl_error *err);
void wl_bell_free(struct wl_bell *bell);
/** Any thread, and a signal handler. */
void wl_bell_ring(struct wl_bell *bell);
/** The sleeper: rings are heard from here on. */
void wl_bell_arm(struct wl_bell *bell);
/** The sleeper: awake again, whatever woke it. */
void wl_bell_disarm(struct wl_bell *bell);
/** The armed sleeper: waits until it rings, a signal comes or timeout_ms (-1: any time) are over,
 * and disarms. */
void wl_bell_sleep(struct wl_bell *bell, int timeout_ms);
/** While it is armed: can be read once it has rung. */
int wl_bell_fd(const struct wl_bell *bell);

#endif
