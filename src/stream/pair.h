/* pair.h - the two ends of a connection as one thing, whichever of them speaks.
 * SPDX-License-Identifier: MIT
 *
 * The smaller endpoint comes first. Two of IPv4 are two numbers of 48 bits, of IPv6 they are a run
 * of 36 octets. Here and not in a file of its own, because every packet asks.
 */
#ifndef WL_PAIR_H
#define WL_PAIR_H

#include "attr.h"
#include "table.h"
#include "wirelint/model.h"

#include <string.h>

/** An end of IPv4 as a number. */
static inline uint64_t wl_pair_number(const uint8_t ip[4], uint16_t port)
{
    uint32_t number;

    memcpy(&number, ip, sizeof(number));
    return (uint64_t)number << 16 | port;
}

/** The hash of two of them, in whatever order; *ret_swapped: y is the smaller. */
static inline uint64_t wl_pair_hash_ipv4(uint64_t x, uint64_t y, uint64_t seed, bool *ret_swapped)
{
    /* without a branch: who speaks cannot be foretold */
    const uint64_t smaller = wl_min_u64(x, y);

    *ret_swapped = x > y;
    return wl_hash_pair(smaller, x ^ y ^ smaller, seed);
}

static inline uint64_t wl_pair_hash_ipv6(const struct wl_endpoint *a, const struct wl_endpoint *b,
                                         uint64_t seed, bool *ret_swapped)
{
    enum { END = sizeof(a->ip) + sizeof(a->port) };
    uint8_t octets[2][END];
    bool swapped;

    memcpy(octets[0], a->ip, sizeof(a->ip));
    memcpy(octets[0] + sizeof(a->ip), &a->port, sizeof(a->port));
    memcpy(octets[1], b->ip, sizeof(b->ip));
    memcpy(octets[1] + sizeof(b->ip), &b->port, sizeof(b->port));
    swapped = memcmp(octets[0], octets[1], END) > 0;
    *ret_swapped = swapped;
    if (swapped) {
        uint8_t first[END];

        memcpy(first, octets[0], END);
        memcpy(octets[0], octets[1], END);
        memcpy(octets[1], first, END);
    }
    return wl_hash(octets, sizeof(octets), seed);
}

/** The hash of both ends of a connection, in whatever order; *ret_swapped: b is the smaller. */
static inline uint64_t wl_pair_hash(const struct wl_endpoint *a, const struct wl_endpoint *b,
                                    uint64_t seed, bool *ret_swapped)
{
    if (WL_LIKELY_FALSE(a->family == 6))
        return wl_pair_hash_ipv6(a, b, seed, ret_swapped);
    return wl_pair_hash_ipv4(wl_pair_number(a->ip, a->port), wl_pair_number(b->ip, b->port), seed,
                             ret_swapped);
}

#endif
