/* prng.h - random numbers that are the same on every machine.
 * SPDX-License-Identifier: MIT
 *
 * splitmix64: one word of state, so that every connection has a stream of its own. What a
 * connection says then does not depend on how the packets of all of them are interleaved. Integers
 * only: floating point and the generators of the C library differ from one machine to the next.
 *
 * The order of draws is what makes a capture. Two draws never stand where C leaves their order
 * open, as in the arguments of one call: compilers differ in it, and so would the captures.
 */
#ifndef GENPCAP_PRNG_H
#define GENPCAP_PRNG_H

#include <stdbool.h>
#include <stdint.h>

/** A stream of random numbers; its state is the seed at first. */
struct prng {
    uint64_t state;
};

/** Chances are counted in parts of this. */
enum { PRNG_ALWAYS = 65536 };

/** From least to most, both included. */
struct range {
    uint32_t least, most;
};

/** A row of a table to pick from: value comes up weight times in the sum of all weights. */
struct weighted {
    uint32_t weight, value;
};

static inline uint64_t prng_next(struct prng *p)
{
    uint64_t z = p->state += 0x9e3779b97f4a7c15u;

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

/** Less than n. A product instead of a remainder: no division, and the bias is beyond notice. */
static inline uint32_t prng_below(struct prng *p, uint32_t n)
{
    return (uint32_t)(((prng_next(p) >> 32) * n) >> 32);
}

static inline uint32_t prng_between(struct prng *p, uint32_t least, uint32_t most)
{
    return least + prng_below(p, most - least + 1);
}

static inline bool prng_coin(struct prng *p)
{
    return prng_next(p) & 1;
}

/** chance: parts of PRNG_ALWAYS. What never happens draws nothing, so that an option that is not
 * given leaves the stream as it was. */
static inline bool prng_chance(struct prng *p, uint32_t chance)
{
    return chance && prng_next(p) % PRNG_ALWAYS < chance;
}

/** The value of one row of a table, which a row of weight 0 ends. */
uint32_t prng_pick(struct prng *p, const struct weighted *table);

/** A size as web servers have them, 512 octets to 2 MiB: bounded Pareto, alpha 0.55,
 * mean about 27 KiB. */
uint32_t prng_heavy_tail(struct prng *p);

#endif
