/* microhttpd_calls.h - libmicrohttpd, loaded by runs with --metrics.
 * SPDX-License-Identifier: MIT
 *
 * It brings GnuTLS, p11-kit and what those are made of (library.h).
 */
#ifndef WL_MICROHTTPD_CALLS_H
#define WL_MICROHTTPD_CALLS_H

#include "library.h"

#include <microhttpd.h>

struct wl_mhd_calls {
#define WL_CALL(name) WL_TYPEOF(MHD_##name) * (name);
#include "tbl/microhttpd_calls.h"
#undef WL_CALL
};

/** Loads it, unless it is loaded. Returns 0, or WL_ELIBRARY with err. */
WL_MUST_USE int wl_mhd_load(struct wl_mhd_calls *ret, struct wl_error *err);

#endif
