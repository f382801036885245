/* profile.c - the panel below a list that shows more of the selected row: facts, and a chart.
 * SPDX-License-Identifier: MIT
 */
#include "profile.h"

#include "grid.h"
#include "screen.h"
#include "trend.h"

enum {
    WORDS = 12,       /* columns of what a fact is about */
    LEAST_FACTS = 42, /* columns that the facts keep */
    LEAST_CHART = 24,
};

struct wl_rect wl_profile_draw(const struct wl_screen *s, struct wl_canvas *c, struct wl_rect r,
                               const char *title, const struct wl_pace *pace)
{
    const struct wl_series series = {.values = pace->trend, .look = WL_ROLE_TREND, .letter = '#'};
    bool over = s->board && s->board->over;
    struct wl_rect inside = wl_panel_draw(c, r, &(struct wl_panel){.title = title});
    struct wl_rect chart;
    struct wl_strip head;
    int w = inside.w - LEAST_FACTS;

    if (w < LEAST_CHART)
        return inside;
    chart = wl_rect_right(&inside, w > WL_TREND * 2 ? WL_TREND * 2 : w);
    wl_strip_init(&head, c, chart.w);
    wl_strip_text(&head, WL_ROLE_HEAD, " requests per second, 60 s ");
    wl_canvas_place(c, chart.x + 5, r.y, chart.w - 5, WL_LEFT, &head);
    wl_chart_draw(c, chart, &series, 1, over ? WL_TREND : WL_TREND - 1);
    (void)wl_rect_right(&inside, 2);
    return inside;
}

void wl_profile_fact(struct wl_canvas *c, struct wl_rect *r, const char *what,
                     const struct wl_strip *s)
{
    struct wl_rect line = wl_rect_top(r, 1);
    struct wl_strip words;

    if (line.h == 0)
        return;
    wl_strip_init(&words, c, WORDS - 1);
    wl_strip_text(&words, WL_ROLE_FAINT, what);
    wl_canvas_place(c, line.x, line.y, WORDS - 1, WL_LEFT, &words);
    wl_canvas_place(c, line.x + WORDS, line.y, line.w - WORDS, WL_LEFT, s);
}
