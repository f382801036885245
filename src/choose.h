/* choose.h - `wirelint watch` and nothing else: which interface?
 * SPDX-License-Identifier: MIT
 */
#ifndef WL_CHOOSE_H
#define WL_CHOOSE_H

#include "options.h"

/** A dashboard was asked for, no input was named, and there is somebody at the terminal to ask. */
bool wl_choose_can(const struct wl_options *o);
/**
 * Shows the interfaces with what each of them carries just now, and asks for one. Its name is put
 * into o->interfaces, in memory of arena; none (o->n_interfaces stays 0) when the answer is to
 * leave. Before rights are given up. Returns 0, or WL_EOPEN, WL_EPERM or WL_NOMEM with err.
 */
WL_MUST_USE int wl_choose_interface(struct wl_options *o, struct wl_arena *arena,
                                    struct wl_error *err);

#endif
