/* community.c - Community ID: the name of a connection that other tools give it, too.
 * SPDX-License-Identifier: MIT
 *
 * What is hashed, in network octet order:
 *
 *     seed (2) | address (4 or 16) | address | protocol (1) | 0 (1) | port (2) | port (2)
 *
 * with the smaller address first, and the smaller port where both are the same.
 */
#include "community.h"

enum {
    TCP = 6,
    MOST = 2 + 16 + 16 + 1 + 1 + 2 + 2,
};

static bool comes_first(const struct wl_endpoint *a, const struct wl_endpoint *b, size_t n)
{
    int order = memcmp(a->ip, b->ip, n);

    return order < 0 || (order == 0 && a->port < b->port);
}

static uint8_t *put(uint8_t *at, const void *p, size_t n)
{
    memcpy(at, p, n);
    return at + n;
}

static uint8_t *put_port(uint8_t *at, uint16_t port)
{
    at[0] = (uint8_t)(port >> 8);
    at[1] = (uint8_t)port;
    return at + 2;
}

bool wl_community_id(const struct wl_endpoint *a, const struct wl_endpoint *b,
                     char ret[WL_COMMUNITY_ID])
{
    const uint8_t seed[2] = {0, 0}, protocol[2] = {TCP, 0};
    size_t n = a->family == 4 ? 4 : 16;
    uint8_t octets[MOST], *at = octets, sum[WL_SHA1_OCTETS];
    struct wl_span all;

    if (a->family == 0 || a->family != b->family)
        return false;
    if (!comes_first(a, b, n)) {
        const struct wl_endpoint *first = b;

        b = a;
        a = first;
    }
    at = put(at, seed, sizeof(seed));
    at = put(at, a->ip, n);
    at = put(at, b->ip, n);
    at = put(at, protocol, sizeof(protocol));
    at = put_port(at, a->port);
    at = put_port(at, b->port);
    all = wl_span(octets, (size_t)(at - octets));
    wl_digest_sha1(&all, 1, sum);
    ret[0] = '1';
    ret[1] = ':';
    wl_digest_base64(sum, ret + 2);
    return true;
}
