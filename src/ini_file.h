/* ini_file.h - files of [sections] and "name = value": one line after the other, with its number.
 * SPDX-License-Identifier: MIT
 */
#ifndef WL_INI_FILE_H
#define WL_INI_FILE_H

#include "attr.h"
#include "wirelint/wirelint.h"

/** One value. Texts are borrowed for the call. */
struct wl_ini_line {
    const char *path;
    unsigned number, heading; /* its own, and that of its section's [name] */
    const char *section, *name, *value;
    bool continued; /* an indented line, which goes on with the name above it */
};

/** Returns 0, or a negative code with err, which ends the reading. */
typedef int wl_ini_fn(void *user, const struct wl_ini_line *line, struct wl_error *err);

/**
 * Reads a whole file. Lines that begin with # or ; are comments, and so is what follows " ;".
 * max_lines  more are an error
 * Returns 0; WL_EOPEN when it cannot be read; WL_EINVAL where it cannot be understood, with path
 * and line in err; or what fn returned.
 */
WL_MUST_USE int wl_ini_read(const char *path, unsigned max_lines, wl_ini_fn *fn, void *user,
                            struct wl_error *err);

#endif
