/* inside.h - what is looked for inside the content of a few responses.
 * SPDX-License-Identifier: MIT
 */
#ifndef WL_INSIDE_H
#define WL_INSIDE_H

#include "build.h"

/** Is there something to be looked for in the content of m, w's final response? Sets w->inside. */
void wl_inside_begin(struct wl_work *w, const struct wl_message *m);
/** The next octets of the content, transfer coding taken off; w->inside is set. */
void wl_inside_feed(struct wl_build *b, struct wl_work *w, struct wl_message *m,
                    struct wl_span bytes, struct wl_at at);
/** All of the content has been seen; w->inside is set. */
void wl_inside_end(struct wl_build *b, struct wl_work *w, struct wl_message *m);

#endif
