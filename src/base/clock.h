/* clock.h - the clocks of this machine: for waiting, and for what is live.
 * SPDX-License-Identifier: MIT
 *
 * What is said of a capture goes by the times in it; only what waits, draws or captures asks here.
 */
#ifndef WL_CLOCK_H
#define WL_CLOCK_H

#include "wirelint/model.h"

/** Nanoseconds since some moment; only rises. */
wl_ns wl_clock_monotonic(void);
/** Nanoseconds since 1970; is set now and then. */
wl_ns wl_clock_wall(void);

#endif
