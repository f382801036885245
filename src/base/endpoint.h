/* endpoint.h - are two ends of connections the same?
 * SPDX-License-Identifier: MIT
 */
#ifndef WL_ENDPOINT_H
#define WL_ENDPOINT_H

#include "wirelint/model.h"

#include <string.h>

/** The same address, whatever the port? */
static inline bool wl_endpoint_same_address(const struct wl_endpoint *a,
                                            const struct wl_endpoint *b)
{
    return a->family == b->family && memcmp(a->ip, b->ip, sizeof(a->ip)) == 0;
}

/** The same address and port? */
static inline bool wl_endpoint_equal(const struct wl_endpoint *a, const struct wl_endpoint *b)
{
    return a->port == b->port && wl_endpoint_same_address(a, b);
}

#endif
