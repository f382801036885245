/* port.h - the engine's end of the conversation with a screen (wirelint/screen.h).
 * SPDX-License-Identifier: MIT
 */
#ifndef WL_PORT_H
#define WL_PORT_H

#include "ring.h"
#include "wirelint/screen.h"

/** engine: the bell of the engine's thread; borrowed. NULL when memory or descriptors are
 * refused, with err, WL_NOMEM. */
WL_MUST_USE struct wl_port *wl_port_new(const struct wl_config *cfg, struct wl_bell *engine,
                                        struct wl_error *err);
/**
 * Runs screen on a thread of its own. Returns 0, or WL_NOMEM with err.
 */
WL_MUST_USE int wl_port_start(struct wl_port *p, wl_screen_fn *screen, void *user,
                              struct wl_error *err);
/** The next question, to be copied before the next call; or NULL. */
const struct wl_ask *wl_port_asked(struct wl_port *p);
/** A question is waiting; an answer would be taken. */
bool wl_port_pending(const struct wl_port *p);
bool wl_port_ready(const struct wl_port *p);
/** Hands over an answer; false: a screen that does not take its answers gets no more, and a is still
 * the caller's. */
WL_MUST_USE bool wl_port_give(struct wl_port *p, struct wl_answer *a);
/** Tells the screen to return. */
void wl_port_end(struct wl_port *p);
/** The screen has returned. */
bool wl_port_left(struct wl_port *p);
/**
 * Once it has left: joins its thread and frees everything. Otherwise the screen is stuck in
 * something that cannot be interrupted, a terminal that takes no output: its thread, and what it
 * may still touch, are left to the end of the process. NULL is fine. Returns true when all was
 * freed.
 */
bool wl_port_free(struct wl_port *p);

#endif
