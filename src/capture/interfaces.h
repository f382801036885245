/* interfaces.h - what can be captured from, and what to say when something cannot.
 * SPDX-License-Identifier: MIT
 */
#ifndef WL_INTERFACES_H
#define WL_INTERFACES_H

#include "wirelint/interface.h"

/** There is no interface of this name: which ones there are. Returns WL_EOPEN. */
int wl_interfaces_unknown(const char *name, struct wl_error *err);
/** The right to capture is missing: which one it is, and how to get it. Returns WL_EPERM. */
int wl_interfaces_no_right(const char *name, struct wl_error *err);

#endif
