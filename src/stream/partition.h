/* partition.h - the space of connections in partitions, whichever shards have them.
 * SPDX-License-Identifier: MIT
 *
 * Which connection gives way where max_connections is reached must not depend on how many shards
 * there are. So the pairs of endpoints are cut into partitions by a hash that is the same in every
 * run, each with its share of the limit and an order of recency of its own, and a shard has whole
 * ones. How many there are follows from the limit alone.
 *
 * Every shard asks that hash of every packet. It has no seed, which all runs would have to agree
 * on: who fills one partition on purpose hides what is in that, and no more, and it is told.
 */
#ifndef WL_PARTITION_H
#define WL_PARTITION_H

#include "attr.h"
#include "span.h"
#include "table.h"
#include "wirelint/model.h"

enum {
    WL_PARTITIONS = 64,        /* at most, and as many as there can be shards; a power of two */
    WL_PARTITION_LEAST = 1024, /* connections that one is worth */
};

struct wl_partitions {
    uint32_t n;          /* of all shards together: a power of two */
    uint32_t first, end; /* those in hand; first == end: none */
    uint32_t max;        /* connections in all n of them, at least 1: */
    uint32_t each, rest; /* in one, and how many of the first have room for one more */
};

/** Into how many partitions such a limit is cut. */
uint32_t wl_partitions_count(uint64_t max);
/** Those that the shard index of n_shards has. No limit is above UINT32_MAX - 1. */
struct wl_partitions wl_partitions_of(uint64_t max, unsigned index, unsigned n_shards);
/** One partition with a share of the limit, for a shard that does not know what others have. */
struct wl_partitions wl_partitions_dealt(uint64_t max, unsigned n_shards);
/** Connections that partition i may hold. */
static inline uint32_t wl_partition_max(const struct wl_partitions *p, uint32_t i)
{
    return p->each + (i < p->rest);
}

/** Connections that those in hand may hold together. */
uint32_t wl_partitions_own_max(const struct wl_partitions *p);

/* ------------------------------------------------------------------------------------ the hash */

static WL_INLINE uint64_t wl_partition_mix(uint64_t ip, uint16_t port)
{
    uint64_t mixed = (ip ^ (uint64_t)port << 40) * WL_MIXER;

    return mixed ^ mixed >> 32;
}

/** What one end of a connection says of its place: the sum of both ends is the same for both
 * directions. */
static inline uint64_t wl_partition_weight(const struct wl_endpoint *end)
{
    return wl_partition_mix(wl_octets_word(end->ip) ^ wl_octets_word(end->ip + 8) * WL_MIXER,
                            end->port);
}

/** The same of an end of IPv4, whose address has four octets, and zeros behind them. */
static WL_INLINE uint64_t wl_partition_weight_ipv4(const uint8_t ip[4], uint16_t port)
{
    return wl_partition_mix(wl_octets_half(ip), port);
}

/** The place of a connection, of 2^32. */
static WL_INLINE uint64_t wl_partition_place(uint64_t weights)
{
    return weights * WL_MIXER >> 32;
}

/** The partition that a place lies in. */
static inline uint32_t wl_partition_at(const struct wl_partitions *p, uint64_t place)
{
    return (uint32_t)(place * p->n >> 32);
}

/** Where a partition begins. */
static inline uint64_t wl_partition_begin(const struct wl_partitions *p, uint32_t i)
{
    return ((uint64_t)i << 32) / p->n;
}

/** The partition of a connection. */
static inline uint32_t wl_partition_of(const struct wl_partitions *p, const struct wl_endpoint *a,
                                       const struct wl_endpoint *b)
{
    return wl_partition_at(p, wl_partition_place(wl_partition_weight(a) + wl_partition_weight(b)));
}

#endif
