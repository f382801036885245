/* cells.c - what several tables write in their cells.
 * SPDX-License-Identifier: MIT
 */
#include "cells.h"

#include "phrase.h"
#include "screen.h"

void wl_cell_severity(struct wl_strip *s, const struct wl_screen *screen, const void *at)
{
    (void)screen;
    wl_put_severity(s, *(const enum wl_severity *)at);
}

void wl_cell_endpoint(struct wl_strip *s, const struct wl_screen *screen, const void *at)
{
    wl_put_endpoint(s, screen, at);
}

void wl_cell_clock(struct wl_strip *s, const struct wl_screen *screen, const void *at)
{
    const int milliseconds = 12; /* columns of "20:31:00.123" */

    wl_strip_clock(s, WL_ROLE_FAINT, *(const wl_ns *)at, screen->cfg.utc,
                   s->max >= milliseconds ? 3 : 0);
}

void wl_cell_count(struct wl_strip *s, const struct wl_screen *screen, const void *at)
{
    (void)screen;
    wl_strip_count(s, WL_ROLE_PLAIN, *(const uint64_t *)at);
}

void wl_cell_number(struct wl_strip *s, const struct wl_screen *screen, const void *at)
{
    (void)screen;
    wl_strip_printf(s, s->look, "%llu", (unsigned long long)*(const uint64_t *)at);
}

void wl_cell_found(struct wl_strip *s, const struct wl_screen *screen, const void *at)
{
    uint64_t n = *(const uint64_t *)at;

    (void)screen;
    wl_strip_short(s, n ? s->look : WL_ROLE_FAINT, n);
}

void wl_cell_octets(struct wl_strip *s, const struct wl_screen *screen, const void *at)
{
    (void)screen;
    wl_strip_octet_count(s, WL_ROLE_PLAIN, *(const uint64_t *)at);
}

void wl_cell_seconds(struct wl_strip *s, const struct wl_screen *screen, const void *at)
{
    (void)screen;
    wl_put_seconds(s, WL_ROLE_PLAIN, *(const double *)at);
}

void wl_cell_line(struct wl_strip *s, const struct wl_screen *screen, const void *at)
{
    (void)screen;
    wl_put_line(s, at, WL_LINE_TEXT);
}

void wl_cell_total(struct wl_strip *s, const struct wl_screen *screen, const void *at)
{
    wl_put_total(s, at, screen);
}

void wl_cell_rate(struct wl_strip *s, const struct wl_screen *screen, const void *at)
{
    wl_put_rate(s, WL_ROLE_PLAIN, at, screen);
}

void wl_cell_trend(struct wl_strip *s, const struct wl_screen *screen, const void *at)
{
    wl_put_trend(s, WL_ROLE_TREND, at, screen);
}
