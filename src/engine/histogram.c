/* histogram.c - durations in log-linear buckets (buckets.h).
 * SPDX-License-Identifier: MIT
 *
 * The unit is 16 ns, and every power of two is cut into 16 buckets. 640 of them reach 2^43 units:
 * 39 hours.
 */
#include "stats.h"

#include "buckets.h"

enum { PART_BITS = 4, UNIT_BITS = 4, BOUNDS_HALF = 16 };

static_assert((43 - PART_BITS + 1) << PART_BITS == WL_HISTOGRAM_BUCKETS,
              "buckets reach 2^43 units");

/* The first bound that is not below d, found by halves: which one it is cannot be foretold, and the
 * steps need no branch. */
static unsigned bound_of(wl_ns d)
{
    static const wl_ns bounds[] = {
#define WL_BOUND(nanoseconds) nanoseconds,
#include "wirelint/tbl/bounds.h"
#undef WL_BOUND
    };
    size_t i = 0;

    static_assert(WL_N_BOUNDS < 2 * BOUNDS_HALF, "the steps reach all of them");
    for (size_t half = BOUNDS_HALF; half; half /= 2)
        i += d > bounds[wl_min_size(i + half, WL_N_BOUNDS) - 1] ? half : 0;
    return (unsigned)wl_min_size(i, WL_N_BOUNDS);
}

wl_ns wl_histogram_floor(unsigned bucket)
{
    WL_ASSERT(bucket <= WL_HISTOGRAM_BUCKETS);
    return (wl_ns)(wl_bucket_floor(bucket, PART_BITS) << UNIT_BITS);
}

static uint64_t sum_of(uint64_t a, uint64_t b)
{
    return b < UINT64_MAX - a ? a + b : UINT64_MAX;
}

void wl_histogram_add(struct wl_histogram *h, wl_ns d)
{
    uint32_t *count =
        &h->bucket[wl_bucket_of((uint64_t)d >> UNIT_BITS, PART_BITS, WL_HISTOGRAM_BUCKETS)];

    WL_ASSERT(d >= 0);
    h->least = h->n == 0 || d < h->least ? d : h->least;
    h->most = d > h->most ? d : h->most;
    h->n++;
    h->sum = sum_of(h->sum, (uint64_t)d);
    h->within[bound_of(d)]++;
    if (*count < UINT32_MAX)
        ++*count;
}

void wl_histogram_join(struct wl_histogram *h, const struct wl_histogram *other)
{
    if (other->n == 0)
        return;
    h->least = h->n == 0 || other->least < h->least ? other->least : h->least;
    h->most = other->most > h->most ? other->most : h->most;
    h->n += other->n;
    h->sum = sum_of(h->sum, other->sum);
    for (unsigned i = 0; i <= WL_N_BOUNDS; i++)
        h->within[i] += other->within[i];
    for (unsigned i = 0; i < WL_HISTOGRAM_BUCKETS; i++) {
        uint64_t sum = (uint64_t)h->bucket[i] + other->bucket[i];

        h->bucket[i] = (uint32_t)wl_min_u64(sum, UINT32_MAX);
    }
}

double wl_histogram_quantile(const struct wl_histogram *h, double q)
{
    /* nearest rank: one of the durations that were counted, so that a single one is all
     * quantiles */
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
        low = (double)wl_bucket_floor(i, PART_BITS);
        high = (double)wl_bucket_floor(i + 1, PART_BITS);
        low = (low + (high - low) * share) * (1 << UNIT_BITS);
        if (low < (double)h->least)
            low = (double)h->least;
        if (low > (double)h->most)
            low = (double)h->most;
        return low / (double)WL_SECOND;
    }
    return 0;
}
