/* clocks.h - the clocks of servers, as Date shows them, beside each other.
 * SPDX-License-Identifier: MIT
 *
 * A capture whose own clock is wrong shows all servers wrong alike. So a clock is held against the
 * median of all of them, which says something as long as most agree: in a capture that was put
 * together from several, or whose times were rewritten, they do not.
 *
 * Nor does the clock of a capture go on evenly: it is set, or its machine sleeps. What it showed
 * beside two servers is compared where both were seen at about the same time, or where the one in
 * hand was seen before the other, too, with the same difference.
 */
#ifndef WL_CLOCKS_H
#define WL_CLOCKS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "attr.h"
#include "wirelint/model.h"

enum {
    WL_CLOCKS_MAX = 64,     /* servers whose clocks are compared */
    WL_CLOCKS_NO_ROOM,      /* one more: the number of all others */
    WL_CLOCKS_SLOTS = 128,  /* a power of two */
    WL_CLOCKS_AGREEING = 60 /* seconds between clocks that show the same time (docs/judging.md 4) */
};

/** Seconds that a server's clock was ahead of the capture's when it was last seen. */
struct wl_clock {
    uint64_t server; /* a hash */
    int64_t offset;
    wl_ns t; /* when that was; 0: never */
};

/** Zeroed at first. */
struct wl_clocks {
    struct wl_clock all[WL_CLOCKS_NO_ROOM]; /* the last stands for those that have none */
    int64_t median;
    uint32_t n;
    uint8_t slots[WL_CLOCKS_SLOTS]; /* by server: the number of a clock; 0: free */
    bool changed;                   /* since the median was found */
};

/** The number of a server's clock, from 1, which it gets when it is first asked for, or
 * WL_CLOCKS_NO_ROOM. Numbers go by that order, never by hash: a file gives the same output on every
 * run. */
uint32_t wl_clocks_number(struct wl_clocks *c, uint64_t server);
/** Does offset agree with the median, as it was found last? Nearly all do. */
static inline bool wl_clocks_near(const struct wl_clocks *c, int64_t offset)
{
    return llabs(offset - c->median) <= WL_CLOCKS_AGREEING;
}
/** The median of the others' clocks that can be compared with that of this number, which shows an
 * offset that is not near at t: returns how many agree with it, 0 where most do not. */
uint32_t wl_clocks_median(struct wl_clocks *c, uint32_t number, int64_t offset, wl_ns t,
                          int64_t *ret);

/** Notes what the clock of that number shows at t. */
static inline void wl_clocks_set(struct wl_clocks *c, uint32_t number, int64_t offset, wl_ns t)
{
    struct wl_clock *clock = &c->all[number - 1];

    clock->t = t;
    c->changed |= (clock->offset != offset) & (number != WL_CLOCKS_NO_ROOM);
    clock->offset = offset;
}

#endif
