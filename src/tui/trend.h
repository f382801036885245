/* trend.h - numbers over time, as a row of bars or as a chart.
 * SPDX-License-Identifier: MIT
 */
#ifndef WL_TREND_H
#define WL_TREND_H

#include "canvas.h"

/**
 * w columns that show n values, oldest first, scaled to the largest of them: an eighth of a block
 * each in UTF-8, " .:-=+*#@" in ASCII. With fewer columns than values each shows the mean of
 * several.
 */
void wl_strip_trend(struct wl_strip *s, unsigned look, const uint32_t *values, int n, int w);

/** One series of a chart; drawn from the bottom in the order given. */
struct wl_series {
    const uint32_t *values; /* n of them, oldest first */
    unsigned look;
    uint32_t letter; /* stands for it where there is no colour: '5' */
};

/**
 * A chart of stacked bars in all of r: the latest value at the right, its scale at the left ("240"
 * at the top). Every cell shows the series that fills most of it.
 */
void wl_chart_draw(struct wl_canvas *c, struct wl_rect r, const struct wl_series *series,
                   int n_series, int n);

#endif
