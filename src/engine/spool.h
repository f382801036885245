/* spool.h - the latest packets of what cannot be read a second time, bounded.
 * SPDX-License-Identifier: MIT
 *
 * Live capture and standard input: packets are copied into whole chunks, the oldest of which is
 * given up when max_spool is reached.
 */
#ifndef WL_SPOOL_H
#define WL_SPOOL_H

#include "source.h"

struct wl_spool;

/** limits: max_spool, and memory, of which it takes an eighth at most. NULL when memory is
 * refused. */
WL_MUST_USE struct wl_spool *wl_spool_new(struct wl_budget *budget, const struct wl_limits *limits);
void wl_spool_packet(struct wl_spool *s, const struct wl_packet *p);
/** Ordinal of the oldest packet that is still held; none: that of no packet. */
uint64_t wl_spool_oldest(const struct wl_spool *s, uint64_t none);

/** Where a reader stands; all zero: before the oldest packet. It survives packets being added, and
 * goes on with the oldest one left when its place has been given up. */
struct wl_spool_cursor {
    uint64_t chunk, packet;
    size_t offset;
};
/** The next packet and true; false at the end, for now. bytes are borrowed until a packet is
 * added. */
bool wl_spool_next(const struct wl_spool *s, struct wl_spool_cursor *at, struct wl_packet *ret);
void wl_spool_free(struct wl_spool *s);

#endif
