/* partition.c - how many partitions there are, whose they are, and what each may hold.
 * SPDX-License-Identifier: MIT
 *
 * Shares add up to the limit: what division leaves goes to the first ones, one each.
 */
#include "partition.h"

uint32_t wl_partitions_count(uint64_t max)
{
    uint32_t n = 1;

    while (n < WL_PARTITIONS && max / 2 / n >= WL_PARTITION_LEAST)
        n *= 2;
    return n;
}

/* All of n. Entries are known by 32 bits, and one number is nobody's. */
static struct wl_partitions cut(uint32_t n, uint64_t limit)
{
    const uint32_t max = (uint32_t)wl_min_u64(wl_max_u64(limit, 1), UINT32_MAX - 1);

    return (struct wl_partitions){.n = n, .end = n, .max = max, .each = max / n, .rest = max % n};
}

/* The smallest i for which i * n_shards / n is index, or more. */
static uint32_t first_of(uint32_t n, unsigned index, unsigned n_shards)
{
    return (uint32_t)(((uint64_t)index * n + n_shards - 1) / n_shards);
}

struct wl_partitions wl_partitions_of(uint64_t max, unsigned index, unsigned n_shards)
{
    struct wl_partitions p = cut(wl_partitions_count(max), max);

    WL_ASSERT(index < n_shards);
    p.first = first_of(p.n, index, n_shards);
    p.end = first_of(p.n, index + 1, n_shards);
    return p;
}

struct wl_partitions wl_partitions_dealt(uint64_t max, unsigned n_shards)
{
    WL_ASSERT(n_shards > 0);
    return cut(1, max / n_shards);
}

uint32_t wl_partitions_own_max(const struct wl_partitions *p)
{
    uint32_t sum = 0;

    for (uint32_t i = p->first; i < p->end; i++)
        sum += wl_partition_max(p, i);
    return sum;
}
