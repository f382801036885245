/* lzma_calls.h - liblzma, loaded where something is compressed by xz.
 * SPDX-License-Identifier: MIT
 *
 * libarchive has it, too, but sets it no bounds (unpack.c).
 */
#ifndef WL_LZMA_CALLS_H
#define WL_LZMA_CALLS_H

#include "library.h"

#include <lzma.h>

struct wl_lzma_calls {
#define WL_CALL(name) WL_TYPEOF(lzma_##name) * (name);
#include "tbl/lzma_calls.h"
#undef WL_CALL
};

/** Loads it, unless it is loaded. Returns 0, or WL_ELIBRARY with err. */
WL_MUST_USE int wl_lzma_load(struct wl_lzma_calls *ret, struct wl_error *err);

#endif
