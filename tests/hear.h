/* hear.h - one connection at a time, sent in segments, and what the HTTP/1 layer makes of it.
 * SPDX-License-Identifier: MIT
 */
#ifndef HEAR_H
#define HEAR_H

#include "flow.h"
#include "h1.h"
#include "lookup.h"

enum { HEAR_MAX = 8 }; /* exchanges, and marks of the connection */

/* What came out of one connection. */
struct heard {
    struct wl_budget budget;
    struct wl_arena_pool pool;
    struct wl_counters counters;
    uint64_t limits[WL_N_LIMITS];
    struct wl_config cfg;
    struct wl_layer_host host;
    struct wl_pool busy;
    struct wl_lookup lookup;
    struct wl_flows *flows;
    struct wl_exchange *ex[HEAR_MAX];
    uint32_t n;
    struct wl_conn_record closed; /* without what it points to, but for its first marks: */
    struct wl_mark marks[HEAR_MAX];
    uint32_t n_marks;
    uint32_t sent[2];
    uint64_t packet;
    wl_ns t; /* of the packets that are sent */
};

/** Opens the connection by its three packets, at a time. layers: NULL-ended, in the order in
 * which they are asked. */
void hear_begin_with(struct heard *h, wl_ns t, const struct wl_layer_ops *const *layers);
/** HTTP/1 alone; at a time, or at one that is far from 0. */
void hear_begin_at(struct heard *h, wl_ns t);
void hear_begin(struct heard *h);
/** Sends one segment. */
void hear_one(struct heard *h, enum wl_dir dir, uint8_t flags, struct wl_span payload);
/** Sends octets, or a text, in segments of piece octets. */
void hear_octets(struct heard *h, enum wl_dir dir, struct wl_span octets, size_t piece);
void hear_all(struct heard *h, enum wl_dir dir, const char *text, size_t piece);
/** Ends the connection on both sides, and the capture. */
void hear_finish(struct heard *h);
/** Gives back what came out, and sees to it that nothing is left. */
void hear_release(struct heard *h);

#endif
