/* net.h - an address, or all that share its first bits, with or without a port.
 * SPDX-License-Identifier: MIT
 */
#ifndef WL_NET_H
#define WL_NET_H

#include "span.h"

struct wl_net {
    uint8_t ip[16];
    uint8_t family, bits;
    uint16_t port; /* 0: any */
};

/** ADDRESS, ADDRESS/BITS, V4:PORT, [V6]:PORT, [V6]. False when s is none of them. */
bool wl_net_parse(struct wl_span s, struct wl_net *ret);
bool wl_net_has(const struct wl_net *net, const struct wl_endpoint *e);

#endif
