/* histogram.c - durations in log-linear buckets.
 * SPDX-License-Identifier: MIT
 *
 * The unit is 16 ns. The first 16 buckets are linear; from there on every power of two is cut into
 * 16 equal buckets, so that a bucket is never wider than a sixteenth of its lower end. 640 buckets
 * reach 2^43 units: 39 hours.
 */
#include "stats.h"

enum { SUB_BITS = 4, SUB = 1 << SUB_BITS, UNIT_BITS = 4 };

static_assert(SUB * (43 - SUB_BITS + 1) == WL_HISTOGRAM_BUCKETS, "buckets reach 2^43 units");

static unsigned bucket_of(uint64_t units)
{
    unsigned exponent, index;

    if (units < SUB)
        return (unsigned)units;
    exponent = 63 - (unsigned)__builtin_clzll(units);
    index = (exponent - SUB_BITS + 1) * SUB +
            (unsigned)(units >> (exponent - SUB_BITS) & (SUB - 1));
    return index < WL_HISTOGRAM_BUCKETS ? index : WL_HISTOGRAM_BUCKETS - 1;
}

/* The smallest number of units that falls into the bucket. */
static uint64_t lower_end(unsigned bucket)
{
    unsigned row = bucket / SUB;

    if (row == 0)
        return bucket;
    return (uint64_t)(SUB + bucket % SUB) << (row - 1);
}

/* The bounds that others are told are few, and most durations lie below the first of them. */
static unsigned bound_of(wl_ns d)
{
    static const wl_ns bounds[] = {
#define WL_BOUND(nanoseconds) nanoseconds,
#include "wirelint/tbl/bounds.h"
#undef WL_BOUND
    };
    unsigned i = 0;

    while (i < WL_N_BOUNDS && d > bounds[i])
        i++;
    return i;
}

wl_ns wl_histogram_floor(unsigned bucket)
{
    WL_ASSERT(bucket <= WL_HISTOGRAM_BUCKETS);
    return (wl_ns)(lower_end(bucket) << UNIT_BITS);
}

void wl_histogram_add(struct wl_histogram *h, wl_ns d)
{
    uint32_t *count = &h->bucket[bucket_of((uint64_t)d >> UNIT_BITS)];

    WL_ASSERT(d >= 0);
    h->least = h->n == 0 || d < h->least ? d : h->least;
    h->most = d > h->most ? d : h->most;
    h->n++;
    h->sum = (uint64_t)d < UINT64_MAX - h->sum ? h->sum + (uint64_t)d : UINT64_MAX;
    h->within[bound_of(d)]++;
    if (*count < UINT32_MAX)
        ++*count;
}

double wl_histogram_quantile(const struct wl_histogram *h, double q)
{
    /* nearest rank: one of the durations that were counted, so that a single one is all quantiles */
    double exact = q * (double)h->n;
    uint64_t rank = (uint64_t)exact + ((double)(uint64_t)exact < exact);
    uint64_t seen = 0;

    if (rank == 0)
        rank = 1;

    for (unsigned i = 0; i < WL_HISTOGRAM_BUCKETS; i++) {
        double low, high, share;

        if (h->bucket[i] == 0)
            continue;
        if (seen + h->bucket[i] < rank) {
            seen += h->bucket[i];
            continue;
        }
        /* inside the bucket the durations are taken to lie evenly */
        share = ((double)(rank - seen) - 0.5) / (double)h->bucket[i];
        low = (double)lower_end(i);
        high = (double)lower_end(i + 1);
        low = (low + (high - low) * share) * (1 << UNIT_BITS);
        if (low < (double)h->least)
            low = (double)h->least;
        if (low > (double)h->most)
            low = (double)h->most;
        return low / (double)WL_SECOND;
    }
    return 0;
}
