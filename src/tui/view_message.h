/* view_message.h - one message: its head as it was sent, what was made of it, what is wrong
 * with it. SPDX-License-Identifier: MIT
 */
#ifndef WL_VIEW_MESSAGE_H
#define WL_VIEW_MESSAGE_H

#include "ladder.h"
#include "screen.h"

/** How the head is shown. */
enum wl_head_form {
    WL_HEAD_LINES, /* line by line, without line ends */
    WL_HEAD_RAW,   /* every octet, line ends as \r\n */
    WL_HEAD_HEX,
};

/**
 * Draws message k from line skip on. Returns how many lines it has in all.
 * conn  the record of its connection, for what was found later; or NULL
 */
int wl_message_draw(const struct wl_screen *s, struct wl_canvas *c, struct wl_rect area,
                    const struct wl_exchange *ex, const struct wl_conn_record *conn, uint32_t k,
                    enum wl_head_form form, int skip);

#endif
