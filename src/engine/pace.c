/* pace.c - how often something happens, and how long it takes: small counters for the board.
 * SPDX-License-Identifier: MIT
 */
#include "pace.h"

#include "buckets.h"

enum { PART_BITS = 3, MICROSECOND = 1000 };

static const unsigned window_seconds[WL_N_WINDOWS] = {
    [WL_WINDOW_10S] = 10,
    [WL_WINDOW_60S] = WL_TREND,
};

void wl_beat_add(struct wl_beat *b, wl_ns t, uint32_t n)
{
    int64_t second = t / WL_SECOND;
    uint32_t *cell;

    b->n += n;
    if (t <= 0)
        return;
    if (second > b->latest) {
        int64_t from = b->latest + 1;

        if (second - from >= WL_TREND)
            from = second - WL_TREND + 1;
        for (int64_t s = from; s <= second; s++)
            b->ring[s % WL_TREND] = 0;
        b->latest = second;
    }
    if (second <= b->latest - WL_TREND)
        return;
    cell = &b->ring[second % WL_TREND];
    *cell = *cell > UINT32_MAX - n ? UINT32_MAX : *cell + n;
}

void wl_beat_pace(const struct wl_beat *b, wl_ns now, struct wl_pace *ret)
{
    int64_t end = now / WL_SECOND;

    if (b->latest > end)
        end = b->latest;
    *ret = (struct wl_pace){.n = {[WL_WINDOW_ALL] = b->n}};
    for (int64_t i = 0; i < WL_TREND; i++) {
        int64_t second = end - i;

        if (second < 0 || second > b->latest || second <= b->latest - WL_TREND)
            continue;
        ret->trend[WL_TREND - 1 - i] = b->ring[second % WL_TREND];
        for (unsigned w = 0; w < WL_WINDOW_ALL; w++) {
            if (i < window_seconds[w])
                ret->n[w] += b->ring[second % WL_TREND];
        }
    }
}

void wl_spread_add(struct wl_spread *s, wl_ns d)
{
    if (d < 0 || s->n == UINT32_MAX)
        return;
    s->n++;
    s->bucket[wl_bucket_of((uint64_t)d / MICROSECOND, PART_BITS, WL_SPREAD_BUCKETS)]++;
}

double wl_spread_quantile(const struct wl_spread *s, double q)
{
    double rank = q * (double)s->n;
    uint64_t seen = 0;

    for (unsigned i = 0; i < WL_SPREAD_BUCKETS; i++) {
        const uint64_t low = wl_bucket_floor(i, PART_BITS),
                       high = wl_bucket_floor(i + 1, PART_BITS);

        seen += s->bucket[i];
        if (s->bucket[i] && (double)seen >= rank)
            return (double)(low + high) / 2 / 1e6;
    }
    return -1;
}

void wl_rate_set(struct wl_rate *r, wl_ns t, uint64_t number)
{
    int64_t second = t / WL_SECOND;

    if (r->seconds == 0) {
        r->latest = second;
        r->seconds = 1;
        r->at[second % WL_RATE_SECONDS] = r->now;
    }
    for (unsigned i = 0; second > r->latest && i < WL_RATE_SECONDS; i++) {
        int64_t first = second - r->latest > WL_RATE_SECONDS ? second - WL_RATE_SECONDS + 1
                                                             : r->latest + 1;

        r->at[first % WL_RATE_SECONDS] = r->now;
        r->latest = first;
        r->seconds += r->seconds < WL_RATE_SECONDS;
    }
    r->now = number;
}

double wl_rate_per_second(const struct wl_rate *r, wl_ns now)
{
    int64_t oldest = r->latest - r->seconds + 1;
    double span;

    if (r->seconds == 0)
        return 0;
    span = (double)now / WL_SECOND - (double)oldest;
    if (span < 1)
        span = 1;
    return (double)(r->now - r->at[oldest % WL_RATE_SECONDS]) / span;
}
