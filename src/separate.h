/* separate.h - the files that --separate runs one by one.
 * SPDX-License-Identifier: MIT
 */
#ifndef WL_SEPARATE_H
#define WL_SEPARATE_H

#include "mem.h"
#include "wirelint/wirelint.h"

struct wl_separate {
    const char **files;
    size_t n;
};

/**
 * Lists what the operands name: files as they are, of a directory every capture in it by name (not
 * recursive). Everything lies in the arena. Returns 0, WL_EOPEN or WL_NOMEM with err.
 */
WL_MUST_USE int wl_separate_list(struct wl_separate *ret, const char *const *operands, size_t n,
                                 struct wl_arena *a, struct wl_error *err);
/** Is that a capture, as far as its first packet? Also true of what may not be read. */
bool wl_separate_is_capture(const char *path);

#endif
