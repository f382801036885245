/* ring.c - the queue from a shard to the merge: one producer, one consumer.
 * SPDX-License-Identifier: MIT
 *
 * Each side owns one index and reads the other's: a release store publishes what was written before
 * it, the acquire load on the other side sees it. The indexes lie on cache lines of their own, and
 * each side keeps a stale copy of the other's, which it renews only when it seems to be stuck.
 */
#include "ring.h"

#include <stdatomic.h>

enum { WL_CACHE_LINE = 64 };

struct slot {
    void *item;
    uint64_t octets;
};

struct wl_ring {
    struct wl_budget *budget;
    struct slot *slots;
    size_t n_slots;
    uint64_t max_octets;
    char pad0[WL_CACHE_LINE];
    /* written by the producer */
    _Atomic size_t head;
    _Atomic uint64_t octets_in;
    _Atomic bool closed;
    size_t tail_seen;
    char pad1[WL_CACHE_LINE];
    /* written by the consumer */
    _Atomic size_t tail;
    _Atomic uint64_t octets_out;
    size_t head_seen;
};

struct wl_ring *wl_ring_new(struct wl_budget *b, size_t n_slots, uint64_t max_octets)
{
    size_t rounded = 2;
    struct wl_ring *r;

    while (rounded < n_slots && rounded <= SIZE_MAX / 4)
        rounded *= 2;
    r = wl_alloc(b, sizeof(*r));
    if (!r)
        return NULL;
    r->budget = b;
    r->n_slots = rounded;
    r->max_octets = max_octets;
    r->slots = wl_alloc_array(b, rounded, sizeof(*r->slots));
    if (!r->slots) {
        wl_free(b, r, sizeof(*r));
        return NULL;
    }
    return r;
}

void wl_ring_free(struct wl_ring *r)
{
    if (!r)
        return;
    wl_free(r->budget, r->slots, r->n_slots * sizeof(*r->slots));
    wl_free(r->budget, r, sizeof(*r));
}

bool wl_ring_push(struct wl_ring *r, void *item, uint64_t octets)
{
    size_t head = atomic_load_explicit(&r->head, memory_order_relaxed);
    uint64_t in = atomic_load_explicit(&r->octets_in, memory_order_relaxed);
    uint64_t held = in - atomic_load_explicit(&r->octets_out, memory_order_acquire);

    WL_ASSERT(item);
    if (held && held + octets > r->max_octets)
        return false;
    if (head - r->tail_seen == r->n_slots) {
        r->tail_seen = atomic_load_explicit(&r->tail, memory_order_acquire);
        if (head - r->tail_seen == r->n_slots)
            return false;
    }
    r->slots[head & (r->n_slots - 1)] = (struct slot){item, octets};
    atomic_store_explicit(&r->octets_in, in + octets, memory_order_relaxed);
    atomic_store_explicit(&r->head, head + 1, memory_order_release);
    return true;
}

void *wl_ring_pop(struct wl_ring *r)
{
    size_t tail = atomic_load_explicit(&r->tail, memory_order_relaxed);
    uint64_t out = atomic_load_explicit(&r->octets_out, memory_order_relaxed);
    struct slot s;

    if (tail == r->head_seen) {
        r->head_seen = atomic_load_explicit(&r->head, memory_order_acquire);
        if (tail == r->head_seen)
            return NULL;
    }
    s = r->slots[tail & (r->n_slots - 1)];
    atomic_store_explicit(&r->tail, tail + 1, memory_order_release);
    atomic_store_explicit(&r->octets_out, out + s.octets, memory_order_release);
    return s.item;
}

void wl_ring_close(struct wl_ring *r)
{
    atomic_store_explicit(&r->closed, true, memory_order_release);
}

bool wl_ring_done(struct wl_ring *r)
{
    /* closed first: what was pushed before it is then visible */
    return atomic_load_explicit(&r->closed, memory_order_acquire) &&
           atomic_load_explicit(&r->tail, memory_order_relaxed) ==
               atomic_load_explicit(&r->head, memory_order_acquire);
}
