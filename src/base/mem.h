/* mem.h - budgeted allocation, recycled arenas, the bounded growing buffer.
 * SPDX-License-Identifier: MIT
 *
 * Every allocation counts against a budget and may fail; every caller survives it. Nothing here is
 * safe across threads: a budget and its pool belong to one shard.
 */
#ifndef WL_MEM_H
#define WL_MEM_H

#include "attr.h"
#include "span.h"

/** An allowance of memory, and where it comes from. */
struct wl_budget {
    size_t used, peak, max;
    uint64_t refused; /* how often it said no */
    void *(*alloc)(void *user, size_t n);
    void (*release)(void *user, void *p);
    void *user;
};

/** max octets; alloc and release NULL: the C library's. */
void wl_budget_init(struct wl_budget *b, size_t max, void *(*alloc)(void *user, size_t n),
                    void (*release)(void *user, void *p), void *user);

/** Octets that a processor fetches at once. */
enum { WL_LINE = 64 };

/** n zeroed octets, aligned for anything, or NULL when the budget or the system refuses. n > 0. */
WL_MUST_USE void *wl_alloc(struct wl_budget *b, size_t n);
/** The same, not zeroed: for what is written before it is read. */
WL_MUST_USE void *wl_alloc_unset(struct wl_budget *b, size_t n);
/** count * size zeroed octets, or NULL; checks the multiplication. */
WL_MUST_USE void *wl_alloc_array(struct wl_budget *b, size_t count, size_t size);
/** Gives back p of n octets (the n it was asked with); p NULL is fine. */
void wl_free(struct wl_budget *b, void *p, size_t n);
/** Moves p of old_n octets to n octets, new ones zeroed; NULL (p still valid) when refused. */
WL_MUST_USE void *wl_resize(struct wl_budget *b, void *p, size_t old_n, size_t n);

/** n octets that begin with a cache line, not zeroed, or NULL: for arrays whose elements shall lie
 * in no more lines than they fill. Given back by wl_free_lines. */
WL_MUST_USE void *wl_alloc_lines(struct wl_budget *b, size_t n);
/** Gives back p of n octets (the n it was asked with); p NULL is fine. */
void wl_free_lines(struct wl_budget *b, void *p, size_t n);

/* --------------------------------------------------------------------------------- arenas */

/** Freed chunks kept for the next arena, up to keep octets. */
struct wl_arena_pool {
    struct wl_budget *budget;
    struct wl_chunk *idle;
    size_t idle_octets, keep;
    size_t first; /* octets of the first chunk of an arena */
    bool travels; /* arenas come back from other threads */
};

/** A run of memory: this header, then octets. Both counts are multiples of WL_ALIGN. */
struct wl_chunk {
    struct wl_chunk *next;
    size_t octets, used; /* both with the header */
};

/** Lies in its own first chunk. */
struct wl_arena {
    struct wl_arena_pool *pool;
    struct wl_chunk *chunks; /* the one in use first; the arena itself lies in the last */
    struct wl_arena *next;   /* in a list of arenas to be freed */
    size_t octets;
};

enum { WL_ALIGN = 8 };

void wl_arena_pool_init(struct wl_arena_pool *pool, struct wl_budget *b, size_t keep);
/** Makes each arena begin with so many octets more, for what else will go into most of them; before
 * the first one is made. */
void wl_arena_pool_widen(struct wl_arena_pool *pool, size_t octets);
/** Frees the idle chunks; every arena must have been freed before. */
void wl_arena_pool_release(struct wl_arena_pool *pool);

/**
 * Puts a at the front of a list of arenas that somebody else shall free, such as the thread whose
 * pool they came from. The list needs no memory of its own.
 */
void wl_arena_chain(struct wl_arena **list, struct wl_arena *a);
/** Frees a whole list; NULL is an empty one. */
void wl_arena_free_chain(struct wl_arena *list);
/** A new arena; NULL when refused. */
WL_MUST_USE struct wl_arena *wl_arena_new(struct wl_arena_pool *pool);
/** Frees everything in it and itself, into its pool; NULL is fine. */
void wl_arena_free(struct wl_arena *a);
/** n zeroed octets aligned to WL_ALIGN, or NULL. They live as long as the arena. */
WL_MUST_USE void *wl_arena_alloc(struct wl_arena *a, size_t n);
/** What wl_arena_raw does where the chunk in use is full. */
WL_MUST_USE void *wl_arena_more(struct wl_arena *a, size_t n);
/** The same as wl_arena_alloc, not zeroed: for what is written at once. */
WL_MUST_USE static inline void *wl_arena_raw(struct wl_arena *a, size_t n)
{
    struct wl_chunk *c = a->chunks;
    void *p = (uint8_t *)c + c->used;

    if (WL_LIKELY_FALSE(n > c->octets - c->used))
        return wl_arena_more(a, n);
    c->used += (n + WL_ALIGN - 1) / WL_ALIGN * WL_ALIGN; /* as much is left then, too */
    return p;
}
/** count * size, checked. */
WL_MUST_USE void *wl_arena_array(struct wl_arena *a, size_t count, size_t size);
/** Copies s; an empty span (p NULL) when s is empty or memory is refused. */
struct wl_span wl_arena_copy(struct wl_arena *a, struct wl_span s);
/**
 * Grows an array of *capacity elements to hold at least n_used + 1 elements, doubling from 4 (from
 * 2 where they are large), at most max; those behind n_used are not set. Returns the array (perhaps
 * moved) or NULL when max is reached or memory refused, in which case the old one stays valid.
 */
WL_MUST_USE void *wl_arena_grow(struct wl_arena *a, void *array, uint32_t n_used,
                                uint32_t *capacity, uint32_t max, size_t size);
/** Octets held, for budgets of queues. */
size_t wl_arena_octets(const struct wl_arena *a);

/* ------------------------------------------------------------------------- recycled blocks */

/** A block that waits for its next user. */
struct wl_pool_block {
    struct wl_pool_block *next;
};

/** Blocks of one size, which come and go too often for the allocator. */
struct wl_pool {
    struct wl_budget *budget;
    struct wl_pool_block *idle;
    size_t octets, n_idle, keep; /* of a block; idle ones now and at most */
};

void wl_pool_init(struct wl_pool *pool, struct wl_budget *b, size_t octets, size_t keep);
/** Frees the idle blocks; every block must have been given back before. */
void wl_pool_release(struct wl_pool *pool);
/** A block, not zeroed, or NULL when refused. */
WL_MUST_USE void *wl_pool_take(struct wl_pool *pool);
/** Gives a block back; NULL is fine. */
void wl_pool_give(struct wl_pool *pool, void *p);

/* --------------------------------------------------------------------------------- buffer */

/** A growing run of octets that cannot exist without its maximum. */
struct wl_buf {
    struct wl_budget *budget;
    uint8_t *p;
    size_t n, capacity, max;
};

void wl_buf_init(struct wl_buf *b, struct wl_budget *budget, size_t max);
void wl_buf_release(struct wl_buf *b);
/** Makes room for n octets more. Returns where they go, for the caller to write them and add n to
 * b->n; NULL when the maximum or the budget would be exceeded. */
WL_MUST_USE uint8_t *wl_buf_room(struct wl_buf *b, size_t n);
/** Appends all of s, or nothing: false when the maximum or the budget would be exceeded. */
WL_MUST_USE bool wl_buf_append(struct wl_buf *b, struct wl_span s);
/** Drops the first n octets (clamped). */
void wl_buf_drop(struct wl_buf *b, size_t n);

static inline struct wl_span wl_buf_span(const struct wl_buf *b)
{
    return (struct wl_span){b->p, b->n};
}

#endif
