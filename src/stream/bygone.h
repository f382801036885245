/* bygone.h - connections that are over, and keep their numbers.
 * SPDX-License-Identifier: MIT
 *
 * A late packet of a connection that is over belongs to it and counts as no new one, and a SYN of
 * the same pair of endpoints is a new one only with another sequence number. That is all that is
 * asked of a connection whose record was given: 40 octets and a slot of a table keep it.
 */
#ifndef WL_BYGONE_H
#define WL_BYGONE_H

#include "partition.h"
#include "table.h"

/** The pair of endpoints as two hashes of it with different seeds: that another pair has the same
 * two is less likely than an error of the memory. */
struct wl_bygone_key {
    uint64_t hash, check; /* the lowest eight bits of check count for nothing */
};

/** One of them. */
struct wl_bygone_entry {
    uint64_t hash;  /* 0: not in use */
    uint64_t check; /* its lowest eight bits: the partition, and which of base are known */
    uint32_t base[2];
    uint32_t newer, older;
    wl_ns t_last;
};

struct wl_bygone {
    struct wl_budget *budget;
    struct wl_table table;
    struct wl_bygone_entry **blocks;
    uint32_t n_blocks, block_capacity;
    uint32_t free; /* chained by newer */
    uint32_t n;
    wl_ns since; /* none of the orders of recency begins with an older packet */
    struct wl_bygone_recency {
        uint32_t newest, oldest;
        uint32_t n;
    } of[WL_PARTITIONS];
};

#define WL_BYGONE_NOBODY UINT32_MAX
enum { WL_BYGONE_BLOCK = 512 }; /* entries that lie together */

/** max: entries at most; the owner keeps them below it. Returns 0 or WL_NOMEM. */
WL_MUST_USE int wl_bygone_init(struct wl_bygone *p, struct wl_budget *b, size_t max);
void wl_bygone_release(struct wl_bygone *p);
/** False when no connection of that hash is over: nearly always, and the rest of the key
 * need not be made. */
static inline bool wl_bygone_maybe(const struct wl_bygone *p, uint64_t hash)
{
    size_t probe = 0;

    return p->n && wl_table_find(&p->table, hash, &probe) != UINT32_MAX;
}
/** Index of the connection, or WL_BYGONE_NOBODY. */
uint32_t wl_bygone_find(const struct wl_bygone *p, const struct wl_bygone_key *key);
/** Touches what wl_bygone_find needs. */
static inline void wl_bygone_prefetch(const struct wl_bygone *p, uint64_t hash)
{
    wl_table_prefetch(&p->table, hash);
}
/** The slot has come, or is about to: touches the entry. */
static inline void wl_bygone_prefetch_entry(const struct wl_bygone *p, uint64_t hash)
{
    const uint32_t i = wl_table_first(&p->table, hash);

    if (i != WL_BYGONE_NOBODY)
        __builtin_prefetch(&p->blocks[i / WL_BYGONE_BLOCK][i % WL_BYGONE_BLOCK]);
}
/**
 * Remembers a connection of that partition, which has just ended. base by order of the endpoints;
 * known: bit d is set when base[d] is. False when memory is refused: it is forgotten.
 */
bool wl_bygone_add(struct wl_bygone *p, const struct wl_bygone_key *key, uint32_t partition,
                   const uint32_t base[2], unsigned known, wl_ns t_last);
/** The first sequence number of end d, when it is known. */
bool wl_bygone_base(const struct wl_bygone *p, uint32_t i, unsigned d, uint32_t *ret);
/** A late packet of it was seen; base of end d is learned from it when it was not known. */
void wl_bygone_learn(struct wl_bygone *p, uint32_t i, unsigned d, uint32_t base);
void wl_bygone_seen(struct wl_bygone *p, uint32_t i, wl_ns t);
void wl_bygone_remove(struct wl_bygone *p, uint32_t i);
/** Forgets the one of a partition that was silent for longest; false: there is none. */
bool wl_bygone_evict(struct wl_bygone *p, uint32_t partition);
/** Forgets all that were silent for longer than timeout at now, as far as none that was not stands
 * before them. Costs nothing as long as there is none. */
void wl_bygone_expire(struct wl_bygone *p, wl_ns now, wl_ns timeout);

#endif
