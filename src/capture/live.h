/* live.h - one network interface as libpcap captures from it.
 * SPDX-License-Identifier: MIT
 *
 * Packets wait in the kernel's ring and are handed over in blocks, a few dozen times a second at
 * most however many there are. An interface that goes down or away is no error: it gives nothing,
 * says so, and is taken up again when it is back.
 */
#ifndef WL_LIVE_H
#define WL_LIVE_H

#include "source.h"

struct wl_live;

/**
 * What may lie between a packet and its delivery, at most: the kernel hands a block over when it is
 * full or this old (and some slack for its timer).
 */
#define WL_LIVE_LAG (60 * (WL_SECOND / 1000))

/**
 * Opens the nth interface of cfg ("any": all of them) as that says, with its filter; with
 * cfg->n_shards above 1 as one socket of the fanout group, which lets nothing in before
 * wl_live_begin. cfg and told are borrowed for its life; told is kept up to date by
 * wl_live_look.
 * Returns 0, or WL_EOPEN, WL_EPERM, WL_EINVAL (the filter), WL_NOMEM with err.
 */
WL_MUST_USE int wl_live_open(const struct wl_source_config *cfg, size_t nth, struct wl_input *told,
                             struct wl_budget *budget, struct wl_live **ret, struct wl_error *err);
/** Lets packets in. Returns 0 or WL_EOPEN with err. */
WL_MUST_USE int wl_live_begin(struct wl_live *l, struct wl_error *err);
/**
 * Up to max packets to ret, all borrowed until the next call (frame from 1, ordinal unset): how
 * many there are, WL_AGAIN for none, or WL_EDAMAGED with err: it cannot be captured from any more,
 * for a reason that waiting does not mend.
 */
int wl_live_take(struct wl_live *l, struct wl_packet *ret, size_t max, struct wl_error *err);
/** Becomes readable when there is something to take. */
int wl_live_fd(const struct wl_live *l);
/** Looks whether the interface is there and up, takes it up again, counts what was lost. Call about
 * once a second, and at the end. */
void wl_live_look(struct wl_live *l);
void wl_live_free(struct wl_live *l);

#endif
