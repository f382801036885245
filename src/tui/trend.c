/* trend.c - numbers over time, as a row of bars or as a chart.
 * SPDX-License-Identifier: MIT
 *
 * A value that is not zero is always seen, however small beside the largest.
 */
#include "trend.h"

enum {
    LEVELS = 8,
    MAX_SERIES = 8,
    SCALE_COLUMNS = 6, /* left of a chart: "1 200|" */
    GROUND = 0x2581,   /* nothing: an eighth; what is something is higher, not only of a colour */
};

/* Mean of the values that column i of w stands for, times w to keep what is small. */
static uint64_t bucket(const uint32_t *values, int n, int i, int w)
{
    int from = (int)((long)i * n / w), to = (int)((long)(i + 1) * n / w);
    uint64_t sum = 0;

    if (to == from)
        to++;
    for (int k = from; k < to; k++)
        sum += values[k];
    return sum * 1024 / (uint64_t)(to - from);
}

/* 0 for nothing, else 1..levels */
static int level(uint64_t value, uint64_t most, int levels)
{
    if (value == 0)
        return 0;
    return 1 + (int)((value * (uint64_t)(levels - 1) + most / 2) / most);
}

void wl_strip_trend(struct wl_strip *s, unsigned look, const uint32_t *values, int n, int w)
{
    static const char ascii[] = " .:-=+*#@";
    uint64_t most = 0;

    if (n <= 0)
        return;
    for (int i = 0; i < w; i++)
        most = wl_max_u64(most, bucket(values, n, i, w));
    for (int i = 0; i < w; i++) {
        uint64_t value = bucket(values, n, i, w);

        if (value == 0) { /* and nothing of a look: underlined it would be something */
            wl_strip_char(s, WL_ROLE_FRAME, s->ascii ? (uint32_t)ascii[0] : GROUND);
        } else if (s->ascii) {
            wl_strip_char(s, look, (uint32_t)ascii[level(value, most, LEVELS)]);
        } else {
            wl_strip_char(s, look, GROUND + (unsigned)level(value, most, LEVELS - 1));
        }
    }
}

/* --------------------------------------------------------------------------------------- chart */

/* The least round number that is not below n: a scale that people can read, and that does not jump
 * with every value. */
static uint64_t round_up(uint64_t n)
{
    static const unsigned steps[] = {10, 12, 15, 20, 25, 30, 40, 50, 60, 80};
    uint64_t decade = 1;

    if (n <= 10)
        return n < 2 ? 2 : n;
    for (;;) {
        for (size_t i = 0; i < WL_COUNT(steps); i++) {
            if (steps[i] * decade >= n)
                return steps[i] * decade;
        }
        decade *= 10;
    }
}

struct chart {
    struct wl_canvas *c;
    struct wl_rect r;
    const struct wl_series *series;
    int n_series, n;
    uint64_t top; /* of the scale, as bucket() counts */
};

/* One column: heights of the series in eighths of a cell, one on the other. */
static void draw_column(const struct chart *ch, int i)
{
    int edge[MAX_SERIES + 1] = {0};
    uint64_t sum = 0;
    int all = ch->r.h * LEVELS;

    for (int k = 0; k < ch->n_series; k++) {
        uint64_t value = bucket(ch->series[k].values, ch->n, i, ch->r.w);
        int high;

        sum += value;
        high = (int)(sum * (uint64_t)all / ch->top);
        edge[k + 1] = value && high <= edge[k] ? edge[k] + 1 : high > edge[k] ? high : edge[k];
        if (edge[k + 1] > all)
            edge[k + 1] = all;
    }
    for (int row = 0; row * LEVELS < edge[ch->n_series]; row++) {
        int low = row * LEVELS, high = low + LEVELS;
        int best = 0, most = 0, filled = edge[ch->n_series] - low;

        for (int k = 0; k < ch->n_series; k++) {
            int from = edge[k] > low ? edge[k] : low;
            int to = edge[k + 1] < high ? edge[k + 1] : high;

            if (to - from > most) {
                most = to - from;
                best = k;
            }
        }
        wl_canvas_cell(ch->c, ch->r.x + i, ch->r.y + ch->r.h - 1 - row, ch->series[best].look,
                       ch->c->ascii ? ch->series[best].letter
                                    : 0x2580u + (unsigned)(filled < LEVELS ? filled : LEVELS));
    }
}

void wl_chart_draw(struct wl_canvas *c, struct wl_rect r, const struct wl_series *series,
                   int n_series, int n)
{
    struct chart ch = {.c = c, .series = series, .n_series = n_series, .n = n};
    struct wl_rect scale = wl_rect_left(&r, SCALE_COLUMNS);
    struct wl_strip s;
    uint64_t most = 1, top;

    WL_ASSERT(n_series <= MAX_SERIES);
    if (r.w <= 0 || r.h <= 0 || n <= 0)
        return;
    ch.r = r;
    for (int i = 0; i < r.w; i++) {
        uint64_t sum = 0;

        for (int k = 0; k < n_series; k++)
            sum += bucket(series[k].values, n, i, r.w);
        most = wl_max_u64(most, sum);
    }
    top = round_up((most + 1023) / 1024);
    ch.top = top * 1024;
    wl_strip_init(&s, c, SCALE_COLUMNS);
    wl_strip_short(&s, WL_ROLE_HEAD, top);
    wl_canvas_place(c, scale.x, scale.y, scale.w - 1, WL_RIGHT, &s);
    wl_strip_init(&s, c, SCALE_COLUMNS);
    wl_strip_text(&s, WL_ROLE_HEAD, "0");
    wl_canvas_place(c, scale.x, scale.y + scale.h - 1, scale.w - 1, WL_RIGHT, &s);
    for (int y = 0; y < scale.h; y++)
        wl_canvas_cell(c, scale.x + scale.w - 1, scale.y + y, WL_ROLE_FRAME, y ? 0x2502 : 0x2524);
    for (int i = 0; i < r.w; i++)
        draw_column(&ch, i);
}
