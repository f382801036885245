/* leave.h - an exchange leaves the builder: what is said of it at last, and to whom.
 * SPDX-License-Identifier: MIT
 *
 * Part of the builder: called by build.c alone.
 */
#ifndef WL_LEAVE_H
#define WL_LEAVE_H

#include "build.h"

/** Hands the exchange of w, which is in no list any more, to the host; w is gone then. now: when
 * that was decided. */
void wl_leave(struct wl_build *b, struct wl_work *w, wl_ns now);

#endif
