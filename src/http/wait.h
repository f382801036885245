/* wait.h - what acknowledgements and the clock said while a request's content was outstanding.
 * SPDX-License-Identifier: MIT
 *
 * Fills struct wl_wait for requests that need it, and asks the channel for acknowledgements only as
 * long as one does, or a connection is to end. Part of the builder: called by build.c and
 * persist.c.
 */
#ifndef WL_WAIT_H
#define WL_WAIT_H

#include "build.h"

/** The request's head is complete. */
void wl_wait_request(struct wl_build *b, struct wl_work *w);
/** Octets of its content are about to be counted. */
void wl_wait_content(const struct wl_build *b, struct wl_work *w, const struct wl_seen *seen);
/** A response to it begins. */
void wl_wait_response(struct wl_build *b, struct wl_work *w, const struct wl_seen *seen);
/** The connection is to end behind the response that ends at offset. */
void wl_wait_closing(struct wl_build *b, uint64_t offset);
/** A direction ended. */
void wl_wait_end(const struct wl_build *b, enum wl_dir dir, enum wl_end how, enum wl_dir by,
                 wl_ns now);
/** What wl_wait_ask does where something waits, or did. */
void wl_wait_ask_again(struct wl_build *b);
/** Turns acknowledgements on or off as needed: for nearly no request. */
static inline void wl_wait_ask(struct wl_build *b)
{
    if (b->acks || (b->last && b->last->wait))
        wl_wait_ask_again(b);
}
/** The exchange is about to be emitted. */
void wl_wait_finish(struct wl_work *w);

#endif
