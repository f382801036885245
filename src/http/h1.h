/* h1.h - HTTP/0.9, 1.0 and 1.1 as a layer (RFC 9112, RFC 1945).
 * SPDX-License-Identifier: MIT
 */
#ifndef WL_H1_H
#define WL_H1_H

#include "layer.h"

/** The layer; listed in engine/shard.c. */
extern const struct wl_layer_ops wl_layer_h1;
/** Octets of the blocks of wl_layer_host.busy. */
extern const size_t wl_h1_busy_octets;

#endif
