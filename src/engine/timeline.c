/* timeline.c - responses over the whole run, in a fixed number of bars.
 * SPDX-License-Identifier: MIT
 *
 * When a response lies beyond the last bar, bars are put together until it has a place: the next
 * step is a multiple of the one before, and bars begin at multiples of the step, so no count ever
 * has to be divided.
 */
#include "stats.h"

#define MS   (WL_SECOND / 1000)
#define MIN  (60 * WL_SECOND)
#define HOUR (60 * MIN)
#define DAY  (24 * HOUR)

/* each divides the next; the last one is doubled from there on */
static const wl_ns steps[] = {
    MS,       5 * MS,    10 * MS,       50 * MS,        100 * MS,
    500 * MS, WL_SECOND, 5 * WL_SECOND, 10 * WL_SECOND, MIN / 2,
    MIN,      5 * MIN,   10 * MIN,      30 * MIN,       HOUR,
    6 * HOUR, 12 * HOUR, DAY,           7 * DAY,
};

static wl_ns next_step(wl_ns step)
{
    for (size_t i = 0; i < WL_COUNT(steps); i++) {
        if (steps[i] > step)
            return steps[i];
    }
    return step * 2;
}

/* Puts the bars together to those of the next step. */
static void coarsen(struct wl_timeline *l)
{
    wl_ns step = next_step(l->step), start = l->start / step * step;
    uint32_t n = 0;

    for (uint32_t i = 0; i < l->n; i++) {
        uint64_t bar[WL_N_CLASSES];
        uint32_t to = (uint32_t)((l->start + i * l->step - start) / step);

        memcpy(bar, l->bars[i], sizeof(bar));
        memset(l->bars[i], 0, sizeof(bar));
        for (unsigned c = 0; c < WL_N_CLASSES; c++)
            l->bars[to][c] += bar[c];
        n = to + 1;
    }
    l->start = start;
    l->step = step;
    l->n = n;
}

/* Makes room for a bar at time; its index. */
static uint32_t reach(struct wl_timeline *l, wl_ns time)
{
    wl_ns from, end;
    uint32_t before;

    for (;;) {
        from = time / l->step * l->step;
        end = from + l->step;
        if (from > l->start)
            from = l->start;
        if (end < l->start + l->n * l->step)
            end = l->start + l->n * l->step;
        if ((end - from) / l->step <= WL_TIMELINE)
            break;
        coarsen(l);
    }
    before = (uint32_t)((l->start - from) / l->step);
    if (before) { /* exchanges are told when they end: what began earlier may come later */
        memmove(l->bars[before], l->bars[0], l->n * sizeof(l->bars[0]));
        memset(l->bars[0], 0, before * sizeof(l->bars[0]));
        l->start = from;
    }
    l->n = (uint32_t)((end - from) / l->step);
    return (uint32_t)((time - from) / l->step);
}

uint64_t *wl_timeline_bar(struct wl_timeline *l, wl_ns time, wl_ns *ret_from, wl_ns *ret_until)
{
    uint64_t bar;

    if (time <= 0 || time > WL_LATEST)
        return NULL;
    if (l->step == 0) {
        l->step = steps[0];
        l->start = time / l->step * l->step;
        l->n = 1;
    }
    bar = time < l->start ? UINT64_MAX : (uint64_t)(time - l->start) / (uint64_t)l->step;
    if (bar >= l->n)
        bar = reach(l, time);
    *ret_from = l->start + (wl_ns)bar * l->step;
    *ret_until = *ret_from + l->step;
    return l->bars[bar];
}

void wl_timeline_add(struct wl_timeline *l, unsigned class, wl_ns time)
{
    wl_ns from, until;
    uint64_t *bar = wl_timeline_bar(l, time, &from, &until);

    WL_ASSERT(class < WL_N_CLASSES);
    if (bar)
        bar[class]++;
}
