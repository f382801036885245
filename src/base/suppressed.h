/* suppressed.h - what became of suppressions: one by one, and those of a baseline together.
 * SPDX-License-Identifier: MIT
 */
#ifndef WL_SUPPRESSED_H
#define WL_SUPPRESSED_H

#include "wirelint/sink.h"

/** A suppression of a configuration, or a whole baseline. */
struct wl_suppressed {
    const struct wl_suppression *which; /* of a baseline the first */
    bool baseline;
    uint64_t entries;  /* 1, or those of the baseline */
    uint64_t findings; /* that do not count because of it */
    uint64_t unused;   /* entries that cover nothing that was found */
    uint64_t over;     /* entries that have ended, and cover something that was found */
    uint64_t again;    /* findings that count again because of that */
    bool ended;        /* the first entry has */
};

/** The next one; *at is 0 at first. False: there is none. */
bool wl_suppressed_next(const struct wl_stats *st, size_t *at, struct wl_suppressed *ret);
/** Findings that do not count, of all severities. */
uint64_t wl_suppressed_sum(const struct wl_stats *st);

#endif
