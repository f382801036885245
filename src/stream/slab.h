/* slab.h - where the open connections of a shard lie, and the order of their last packets.
 * SPDX-License-Identifier: MIT
 *
 * Entries are parts of blocks that never move (struct wl_flow_block) and are known by their index.
 * Those in use hang in a list of recency, one for each partition, from the one that was silent for
 * longest to the one whose packet was the last.
 */
#ifndef WL_SLAB_H
#define WL_SLAB_H

#include "channel.h"
#include "partition.h"

/** No entry. */
#define WL_NOBODY UINT32_MAX

/** The order of recency of a partition. */
struct wl_recency {
    uint32_t newest, oldest; /* ends of the list of those in use */
    uint32_t n;
};

struct wl_slab {
    struct wl_budget *budget;
    struct wl_flow_block **blocks;
    uint32_t n_blocks, block_capacity;
    uint32_t free; /* entries not in use, chained by newer */
    uint32_t n;    /* in use */
    bool exact;    /* the lists are in the order of the last packets; else see touch */
    bool one;      /* there is one partition */
    wl_ns since;   /* exact: none of the lists begins with an older packet; see stale */
    struct wl_recency of[WL_PARTITIONS];
};

/** exact: the order of recency has to be; n_partitions: in all, not of those in hand. The budget is
 * borrowed. */
void wl_slab_init(struct wl_slab *s, struct wl_budget *budget, bool exact, uint32_t n_partitions);
void wl_slab_release(struct wl_slab *s);
/** All entries are given back, without touching them. */
void wl_slab_forget(struct wl_slab *s);

static inline struct wl_flow *wl_slab_at(const struct wl_slab *s, uint32_t i)
{
    return &s->blocks[i / WL_BLOCK_FLOWS]->entries[i % WL_BLOCK_FLOWS].flow;
}

static inline uint32_t wl_slab_index(struct wl_flow *flow)
{
    return wl_flow_block(flow)->first + flow->place;
}

/** Adds a block of free entries. False: no memory. */
bool wl_slab_grow(struct wl_slab *s);
/** Room for addresses of IPv6 in the block of the entry that is taken next, of which there is one;
 * false: no memory. */
bool wl_slab_make_ipv6_room(struct wl_slab *s);
/** The free entry that s->free names, which is not NOBODY, cleared; it is the newest of its partition,
 * which its origin is told by the caller, with the rest. */
struct wl_flow *wl_slab_take(struct wl_slab *s, uint32_t partition);
/** Gives an entry back. */
void wl_slab_give(struct wl_slab *s, uint32_t i);
/** It is the newest from now on. */
void wl_slab_renew(struct wl_slab *s, uint32_t i);
/** The connection of a partition that was silent for longest, as far as is known; NOBODY when there is
 * none. */
uint32_t wl_slab_stalest(struct wl_slab *s, uint32_t partition);

/**
 * A segment has come. Moving a connection in the list touches its two neighbours: two lines of
 * memory per packet, for something that is hardly ever asked. So it only leaves a mark, and gets
 * its place when it comes up as the stalest (a second chance). Where time alone ends connections,
 * or only few are allowed, the order must be exact.
 */
static inline void wl_slab_touch(struct wl_slab *s, struct wl_flow *flow)
{
    if (WL_LIKELY_TRUE(!s->exact)) {
        flow->tcp.flags |= WL_TCP_LIVELY;
    } else if (flow->newer != WL_NOBODY) {
        wl_slab_renew(s, wl_slab_index(flow));
    }
}

/**
 * May a list begin with a connection whose last packet is more than timeout ago? Asked with the time
 * of every packet, before that is taken, where lists are exact: nearly always the answer is no, and
 * no list has to be looked at.
 */
static inline bool wl_slab_stale(struct wl_slab *s, wl_ns now, wl_ns timeout)
{
    if (now < s->since) /* what this packet renews may stand alone in its list */
        s->since = now;
    return now - s->since > timeout;
}

#endif
