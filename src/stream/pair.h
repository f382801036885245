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

static inline uint64_t wl_pair_number(const struct wl_endpoint *e)
{
    uint32_t ip;

    memcpy(&ip, e->ip, sizeof(ip));
    return (uint64_t)ip << 16 | e->port;
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
    uint64_t x, y, smaller;

    if (WL_LIKELY_FALSE(a->family == 6))
        return wl_pair_hash_ipv6(a, b, seed, ret_swapped);
    x = wl_pair_number(a);
    y = wl_pair_number(b);
    *ret_swapped = x > y;
    /* without a branch: who speaks cannot be foretold */
    smaller = wl_min_u64(x, y);
    return wl_hash_pair(smaller, x ^ y ^ smaller, seed);
}

#endif
