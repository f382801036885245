/* leg.h - what remains of an exchange beside that of its other leg.
 * SPDX-License-Identifier: MIT
 */
#ifndef WL_LEG_H
#define WL_LEG_H

#include "text.h"
#include "wirelint/model.h"

/**
 * What remains of an exchange beside that of its other leg; not whose leg it is, and how certainly.
 * line        memory for the exchange line
 */
void wl_leg_describe(const struct wl_exchange *ex, struct wl_text *line, struct wl_leg *ret);

#endif
