/* clock.c - the clocks of this machine: for waiting, and for what is live.
 * SPDX-License-Identifier: MIT
 */
#include "clock.h"

static wl_ns read_clock(clockid_t id)
{
    struct timespec now = {0};

    (void)clock_gettime(id, &now); /* fails for clocks that are not there: these are */
    return (wl_ns)now.tv_sec * WL_SECOND + now.tv_nsec;
}

wl_ns wl_clock_monotonic(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

wl_ns wl_clock_wall(void)
{
    return read_clock(CLOCK_REALTIME);
}
