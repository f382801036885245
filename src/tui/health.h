/* health.h - how well the capture goes, and what there is to see before there is any HTTP.
 * SPDX-License-Identifier: MIT
 */
#ifndef WL_HEALTH_H
#define WL_HEALTH_H

#include "canvas.h"
#include "wirelint/screen.h"

struct wl_screen; /* screen.h */

/** Packets that nobody could look at: lost by the kernel's buffer or by the interface. */
uint64_t wl_health_drops(const struct wl_board *b);
/** Losses, what was not judged, memory, tables: as many lines as there is room for, worst first. */
void wl_health_draw(const struct wl_screen *s, struct wl_canvas *c, struct wl_rect r);
/** The same in a few words, for the edge of another panel: "not judged 14, memory 12%". */
void wl_health_put(struct wl_strip *strip, const struct wl_screen *s);
/** Whether there is no exchange to show, so that the screen should say why. */
bool wl_empty_is(const struct wl_screen *s);
/** Says what is listened to, what came, and what may help. */
void wl_empty_draw(const struct wl_screen *s, struct wl_canvas *c, struct wl_rect r);

#endif
