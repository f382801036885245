/* buckets.h - durations in log-linear buckets: each power of two is cut into equal parts.
 * SPDX-License-Identifier: MIT
 *
 * With 2^bits parts a bucket is never wider than 1 / 2^bits of its lower end. The first 2^bits
 * buckets hold one unit each, and so does every bucket of the power of two behind them.
 */
#ifndef WL_BUCKETS_H
#define WL_BUCKETS_H

#include <stdint.h>

/** The bucket of a duration, of n buckets; the last one has all that lies beyond. */
static inline unsigned wl_bucket_of(uint64_t units, unsigned bits, unsigned n)
{
    const uint64_t parts = (uint64_t)1 << bits;
    unsigned exponent, i;

    if (units < parts)
        return (unsigned)units;
    exponent = 63 - (unsigned)__builtin_clzll(units);
    i = ((exponent - bits + 1) << bits) + (unsigned)(units >> (exponent - bits) & (parts - 1));
    return i < n ? i : n - 1;
}

/** The least number of units that falls into a bucket. */
static inline uint64_t wl_bucket_floor(unsigned bucket, unsigned bits)
{
    const unsigned parts = 1u << bits, row = bucket / parts;

    return row == 0 ? bucket : (uint64_t)(parts + bucket % parts) << (row - 1);
}

#endif
