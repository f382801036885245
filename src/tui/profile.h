/* profile.h - the panel below a list that shows more of the selected row: facts, and a chart.
 * SPDX-License-Identifier: MIT
 */
#ifndef WL_PROFILE_H
#define WL_PROFILE_H

#include "canvas.h"
#include "wirelint/screen.h"

struct wl_screen; /* screen.h */

enum { WL_PROFILE_ROWS = 10 }; /* of the panel, with its frame */

/** Draws the frame with its title, and at the right, where there is room, the pace of a minute as a
 * chart; returns the part for facts. */
struct wl_rect wl_profile_draw(const struct wl_screen *s, struct wl_canvas *c, struct wl_rect r,
                               const char *title, const struct wl_pace *pace);
/** One fact on r's first row, which is taken off it: what, and s behind it. */
void wl_profile_fact(struct wl_canvas *c, struct wl_rect *r, const char *what,
                     const struct wl_strip *s);

#endif
