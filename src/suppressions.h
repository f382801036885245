/* suppressions.h - what a configuration file and a baseline say about findings that do not count.
 * SPDX-License-Identifier: MIT
 */
#ifndef WL_SUPPRESSIONS_H
#define WL_SUPPRESSIONS_H

#include "ini_file.h"
#include "mem.h"

/** Gathered from all files; in the arena. */
struct wl_suppressions {
    struct wl_arena *arena;
    struct wl_suppression *all;
    uint32_t n, size;
};

/** A line of a section [suppress NAME]. Returns 0, or a negative code with err. */
WL_MUST_USE int wl_suppressions_line(struct wl_suppressions *s, const struct wl_ini_line *line,
                                     const char *name, struct wl_error *err);
/** Is every one whole? Once all sections of a file have been read. Returns 0, or WL_EINVAL with
 * err. */
WL_MUST_USE int wl_suppressions_check(const struct wl_suppressions *s, struct wl_error *err);
/**
 * Reads a baseline. may_lack: one that is not there yet is empty.
 * Returns 0, WL_EINVAL or WL_NOMEM with err.
 */
WL_MUST_USE int wl_suppressions_read(struct wl_suppressions *s, const char *path, bool may_lack,
                                     struct wl_error *err);
/** Says what has ended and what was of no use, in lines for a log. */
void wl_suppressions_tell(const struct wl_stats *st, wl_log_fn *log, void *user);

#endif
