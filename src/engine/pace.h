/* pace.h - how often something happens, and how long it takes: small counters for the board.
 * SPDX-License-Identifier: MIT
 */
#ifndef WL_PACE_H
#define WL_PACE_H

#include "wirelint/screen.h"

/** Counts by second of capture time, for a minute. All zero: nothing has happened. */
struct wl_beat {
    uint64_t n;
    int64_t latest; /* second of the latest one */
    uint32_t ring[WL_TREND];
};

void wl_beat_add(struct wl_beat *b, wl_ns t, uint32_t n);
/** What it comes to as seen at now. */
void wl_beat_pace(const struct wl_beat *b, wl_ns now, struct wl_pace *ret);

/** Durations in buckets an eighth of a power of two wide, from a microsecond to half an hour. */
enum { WL_SPREAD_BUCKETS = 232 };
struct wl_spread {
    uint32_t n;
    uint32_t bucket[WL_SPREAD_BUCKETS];
};

void wl_spread_add(struct wl_spread *s, wl_ns d);
/** In seconds; -1 when there are none. */
double wl_spread_quantile(const struct wl_spread *s, double q);

/** A number that only rises, and its rate over the last ten seconds. */
enum { WL_RATE_SECONDS = 11 };
struct wl_rate {
    int64_t latest;
    uint64_t at[WL_RATE_SECONDS]; /* the number when each second began */
    uint64_t now;
    uint32_t seconds; /* how many of them are known */
};

void wl_rate_set(struct wl_rate *r, wl_ns t, uint64_t number);
double wl_rate_per_second(const struct wl_rate *r, wl_ns now);

#endif
