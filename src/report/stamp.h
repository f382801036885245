/* stamp.h - times of neighbours share their second: it is broken down once.
 * SPDX-License-Identifier: MIT
 */
#ifndef WL_STAMP_H
#define WL_STAMP_H

#include "text.h"

/** The second that was written last, for one of the two below alone; zeroed at first. */
struct wl_stamp {
    wl_ns second;
    size_t n;      /* octets of text; 0: none yet */
    char text[24]; /* "2026-11-21T03:47:19.", "03:47:19." */
};

/** As wl_text_rfc3339. */
void wl_stamp_rfc3339(struct wl_stamp *s, struct wl_text *t, wl_ns time);
/** As wl_text_clock. */
void wl_stamp_clock(struct wl_stamp *s, struct wl_text *t, wl_ns time, bool utc);

#endif
