/* attr.h - compiler attributes, assertions and small arithmetic under our own names.
 * SPDX-License-Identifier: MIT
 */
#ifndef WL_ATTR_H
#define WL_ATTR_H

#include "wirelint/api.h"

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* of an expression, as its own header declares it: tables of functions (library.h) */
#define WL_TYPEOF(x) __typeof__(x)
#define WL_MUST_USE  __attribute__((warn_unused_result))
/* on the way of every packet: where a call would cost as much as what is called */
#define WL_INLINE inline __attribute__((always_inline))
/* off the way of most packets: its registers are not saved for those that do not come by */
#define WL_ASIDE           __attribute__((noinline))
#define WL_LIKELY_TRUE(x)  __builtin_expect(!!(x), 1)
#define WL_LIKELY_FALSE(x) __builtin_expect(!!(x), 0)
#define WL_COUNT(array)    (sizeof(array) / sizeof((array)[0]))

/**
 * States what only a bug of ours can break; never about input, never with a side effect. Aborts
 * where bugs are hunted (sanitizers, fuzzers, -DWL_ASSERTIONS=ON); a released program that runs for
 * weeks is not taken down by it.
 */
#ifdef WL_ASSERTIONS
#    define WL_ASSERT(cond) assert(cond)
#else
#    define WL_ASSERT(cond) ((void)(0 && (cond)))
#endif

static inline uint64_t wl_min_u64(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static inline uint64_t wl_max_u64(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

static inline size_t wl_min_size(size_t a, size_t b)
{
    return a < b ? a : b;
}

/** Asks for n octets at p before they are needed; any p is allowed. */
static inline void wl_prefetch(const void *p, size_t n)
{
    const char *octets = (const char *)p;

    for (size_t i = 0; i < n; i += 64)
        __builtin_prefetch(octets + i);
}

/** The same for memory that will be written to, and that another processor may have: it is taken
 * away from that beforehand. */
static inline void wl_prefetch_to_write(const void *p, size_t n)
{
    const char *octets = (const char *)p;

    for (size_t i = 0; i < n; i += 64) {
#ifdef __x86_64__
        /* __builtin_prefetch(p, 1) asks to read only, unless a compiler is told of an extension
         * that all processors with 64 bits have, or take for nothing */
        __asm__ volatile("prefetchw %0" : : "m"(octets[i]));
#else
        __builtin_prefetch(octets + i, 1);
#endif
    }
}

/** The struct that contains member at ptr. */
#define WL_CONTAINER(ptr, type, member) ((type *)(void *)((char *)(ptr)-offsetof(type, member)))

#endif
