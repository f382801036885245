/* archive_calls.h - libarchive, loaded where something is compressed, and by neither gzip nor xz.
 * SPDX-License-Identifier: MIT
 *
 * It brings libxml2, and with that 30 MiB of Unicode tables, for formats that are never asked for
 * (library.h).
 */
#ifndef WL_ARCHIVE_CALLS_H
#define WL_ARCHIVE_CALLS_H

#include "library.h"

#include <archive.h>
#include <archive_entry.h>

struct wl_archive_calls {
#define WL_CALL(name) WL_TYPEOF(archive_##name) * (name);
#include "tbl/archive_calls.h"
#undef WL_CALL
};

/** Loads it, unless it is loaded. Returns 0, or WL_ELIBRARY with err. */
WL_MUST_USE int wl_archive_load(struct wl_archive_calls *ret, struct wl_error *err);

#endif
