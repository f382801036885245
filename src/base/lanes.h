/* lanes.h - 64 octets at once: which of them are what, one bit each.
 * SPDX-License-Identifier: MIT
 *
 * What the scanners of text are made of: a block of 64 octets becomes a word in which bit i says
 * something of octet i, and the rest is arithmetic on words. SSE2, which every x86-64 has, does
 * it sixteen octets at a time, AVX2, for which a program must ask when it runs, thirty-two;
 * elsewhere plain C does eight. The block must be readable as a whole; whoever has fewer octets
 * copies them to one (wl_lanes_tail).
 */
#ifndef WL_LANES_H
#define WL_LANES_H

#include "attr.h"

#include <string.h>

enum { WL_LANES = 64, WL_LANES_16 = 16 };

/* The one place outside of capture where a platform shows: that word cannot be asked for in C. */
#ifdef __SSE2__

typedef signed char wl_lanes16 __attribute__((vector_size(16)));
typedef uint8_t wl_octets16 __attribute__((vector_size(16)));
typedef char wl_chars16 __attribute__((vector_size(16)));

static inline wl_octets16 wl_lanes_load(const uint8_t *p)
{
    wl_octets16 lanes;

    memcpy(&lanes, p, sizeof(lanes));
    return lanes;
}

/* A comparison, all ones or zeros in each lane, as sixteen bits. */
static inline uint64_t wl_lanes_bits(wl_lanes16 truth)
{
    return (uint64_t)(uint32_t)__builtin_ia32_pmovmskb128((wl_chars16)truth);
}

/** Octets of sixteen that are equal to c. */
static inline uint64_t wl_lanes_equal16(const uint8_t p[WL_LANES_16], uint8_t c)
{
    return wl_lanes_bits(wl_lanes_load(p) == c);
}

/** Octets of sixteen at p that are equal to those at known, whose address is a multiple of 16. */
static inline uint64_t wl_lanes_same16(const uint8_t p[WL_LANES_16],
                                       const uint8_t known[WL_LANES_16])
{
    return wl_lanes_bits(wl_lanes_load(p) ==
                         wl_lanes_load(__builtin_assume_aligned(known, WL_LANES_16)));
}

typedef uint32_t wl_words4 __attribute__((vector_size(16)));
typedef float wl_floats4 __attribute__((vector_size(16)));

static inline unsigned wl_lanes_equal_words4(const uint32_t p[4], uint32_t x)
{
    wl_words4 lanes;

    memcpy(&lanes, p, sizeof(lanes));
    return (unsigned)__builtin_ia32_movmskps((wl_floats4)(lanes == x));
}

/** Of eight words, those that are equal to x. */
static inline unsigned wl_lanes_equal_words(const uint32_t p[8], uint32_t x)
{
    return wl_lanes_equal_words4(p, x) | wl_lanes_equal_words4(p + 4, x) << 4;
}

/** Octets equal to c. */
static inline uint64_t wl_lanes_equal(const uint8_t p[WL_LANES], uint8_t c)
{
    return wl_lanes_equal16(p, c) | wl_lanes_equal16(p + 16, c) << 16 |
           wl_lanes_equal16(p + 32, c) << 32 | wl_lanes_equal16(p + 48, c) << 48;
}

/* As signed numbers one greater, only SP to '~' are above SP: 0x7f and what
 * lies beyond are negative. */
static inline uint64_t wl_lanes_even16(const uint8_t *p)
{
    return wl_lanes_bits((wl_lanes16)(wl_lanes_load(p) + 1) > ' ');
}

/** Octets of sixteen that are no visible ASCII and no SP: controls, DEL, and those above. */
static inline uint64_t wl_lanes_odd16(const uint8_t p[WL_LANES_16])
{
    return wl_lanes_even16(p) ^ 0xffff;
}

/** The same of a block. */
static inline uint64_t wl_lanes_odd(const uint8_t p[WL_LANES])
{
    return ~(wl_lanes_even16(p) | wl_lanes_even16(p + 16) << 16 | wl_lanes_even16(p + 32) << 32 |
             wl_lanes_even16(p + 48) << 48);
}

#else

static inline uint64_t wl_lanes_load(const uint8_t *p)
{
    uint64_t word = 0;

    for (unsigned i = 0; i < 8; i++)
        word |= (uint64_t)p[i] << 8 * i;
    return word;
}

/* The highest bit of each octet, gathered into eight bits. */
static inline uint64_t wl_lanes_bits(uint64_t highest, unsigned at)
{
    return ((highest >> 7 & 0x0101010101010101) * 0x0102040810204080 >> 56) << at;
}

/* The octets of a word that are zero. */
static inline uint64_t wl_lanes_zero8(uint64_t word, unsigned at)
{
    const uint64_t low = 0x7f7f7f7f7f7f7f7f;

    return wl_lanes_bits(~(((word & low) + low) | word), at);
}

static inline uint64_t wl_lanes_equal8(const uint8_t *p, uint8_t c, unsigned at)
{
    return wl_lanes_zero8(wl_lanes_load(p + at) ^ c * (uint64_t)0x0101010101010101, at);
}

static inline uint64_t wl_lanes_same16(const uint8_t p[WL_LANES_16],
                                       const uint8_t known[WL_LANES_16])
{
    return wl_lanes_zero8(wl_lanes_load(p) ^ wl_lanes_load(known), 0) |
           wl_lanes_zero8(wl_lanes_load(p + 8) ^ wl_lanes_load(known + 8), 8);
}

static inline uint64_t wl_lanes_equal16(const uint8_t p[WL_LANES_16], uint8_t c)
{
    return wl_lanes_equal8(p, c, 0) | wl_lanes_equal8(p, c, 8);
}

static inline uint64_t wl_lanes_equal(const uint8_t p[WL_LANES], uint8_t c)
{
    uint64_t bits = 0;

    for (unsigned i = 0; i < WL_LANES; i += 8)
        bits |= wl_lanes_equal8(p, c, i);
    return bits;
}

static inline unsigned wl_lanes_equal_words(const uint32_t p[8], uint32_t x)
{
    unsigned bits = 0;

    for (unsigned i = 0; i < 8; i++)
        bits |= (unsigned)(p[i] == x) << i;
    return bits;
}

static inline uint64_t wl_lanes_odd8(const uint8_t *p, unsigned at)
{
    const uint64_t low = 0x7f7f7f7f7f7f7f7f, ones = 0x0101010101010101;
    uint64_t word = wl_lanes_load(p + at), ascii = word & low;
    uint64_t visible = ascii + ones * (0x80 - ' '), del = ascii + ones;

    return wl_lanes_bits(~visible | del | word, at);
}

static inline uint64_t wl_lanes_odd16(const uint8_t p[WL_LANES_16])
{
    return wl_lanes_odd8(p, 0) | wl_lanes_odd8(p, 8);
}

static inline uint64_t wl_lanes_odd(const uint8_t p[WL_LANES])
{
    uint64_t bits = 0;

    for (unsigned i = 0; i < WL_LANES; i += 8)
        bits |= wl_lanes_odd8(p, i);
    return bits;
}

#endif

/** What the octets of a block are to whoever looks for the lines of text. */
struct wl_lanes_kinds {
    uint64_t odd; /* no visible ASCII and no SP: CR and LF among them */
    uint64_t crs, lfs;
};

static inline struct wl_lanes_kinds wl_lanes_kinds(const uint8_t p[WL_LANES])
{
    return (struct wl_lanes_kinds){
        .odd = wl_lanes_odd(p),
        .crs = wl_lanes_equal(p, '\r'),
        .lfs = wl_lanes_equal(p, '\n'),
    };
}

/** Vectors of an octet each, for the widest lanes there are (lanes.c). */
struct wl_lanes_patterns {
    uint8_t ones[32], spaces[32], crs[32], lfs[32];
};
extern const struct wl_lanes_patterns wl_lanes_patterns;

#if defined(__SSE2__) && defined(__x86_64__)

/** May functions for AVX2 be called here? */
#    define WL_LANES_WIDE()                                                    \
        (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("popcnt") && \
         __builtin_cpu_supports("bmi"))
#    define WL_LANES_WIDE_TARGET __attribute__((target("avx2,bmi,popcnt")))

typedef signed char wl_lanes32 __attribute__((vector_size(32)));
typedef uint8_t wl_octets32 __attribute__((vector_size(32)));
typedef char wl_chars32 __attribute__((vector_size(32)));

/* Two comparisons of thirty-two octets as the bits of a block. */
#    define WL_LANES_WORD(truth_0, truth_1)                                      \
        ((uint64_t)(uint32_t)__builtin_ia32_pmovmskb256((wl_chars32)(truth_0)) | \
         (uint64_t)(uint32_t)__builtin_ia32_pmovmskb256((wl_chars32)(truth_1)) << 32)

WL_LANES_WIDE_TARGET static inline wl_octets32 wl_lanes_load_wide(const uint8_t p[32])
{
    wl_octets32 lanes;

    memcpy(&lanes, p, sizeof(lanes));
    return lanes;
}

/** The same as wl_lanes_kinds, with AVX2. */
WL_LANES_WIDE_TARGET static inline struct wl_lanes_kinds wl_lanes_kinds_wide(
    const uint8_t p[WL_LANES])
{
    const struct wl_lanes_patterns *patterns = &wl_lanes_patterns;
    wl_octets32 low = wl_lanes_load_wide(p), high = wl_lanes_load_wide(p + 32);
    wl_octets32 ones = wl_lanes_load_wide(patterns->ones);
    wl_lanes32 spaces = (wl_lanes32)wl_lanes_load_wide(patterns->spaces);
    wl_octets32 crs = wl_lanes_load_wide(patterns->crs);
    wl_octets32 lfs = wl_lanes_load_wide(patterns->lfs);

    return (struct wl_lanes_kinds){
        .odd = ~WL_LANES_WORD((wl_lanes32)(low + ones) > spaces,
                              (wl_lanes32)(high + ones) > spaces),
        .crs = WL_LANES_WORD(low == crs, high == crs),
        .lfs = WL_LANES_WORD(low == lfs, high == lfs),
    };
}

#endif

/** Is one of n octets equal to c? Of 16 to 64, which most targets have, the same four loads: no
 * branch depends on how many there are. */
static inline bool wl_lanes_hold(const uint8_t *p, size_t n, uint8_t c)
{
    const size_t last = n - WL_LANES_16;

    if (n < WL_LANES_16 || n > WL_LANES)
        return n && memchr(p, c, n);
    return (wl_lanes_equal16(p, c) | wl_lanes_equal16(p + (last < 16 ? last : 16), c) |
            wl_lanes_equal16(p + (last < 32 ? last : 32), c) | wl_lanes_equal16(p + last, c)) != 0;
}

/** A block that holds the last n octets at p and zeros behind them; n below WL_LANES. */
static inline const uint8_t *wl_lanes_tail(uint8_t block[WL_LANES], const uint8_t *p, size_t n)
{
    memset(block, 0, WL_LANES);
    memcpy(block, p, n);
    return block;
}

#endif
