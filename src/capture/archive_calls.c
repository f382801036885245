/* archive_calls.c - libarchive, loaded where something is compressed, and by neither gzip nor xz.
 * SPDX-License-Identifier: MIT
 */
#include "archive_calls.h"

#ifndef WL_ARCHIVE_SONAME
#    define WL_ARCHIVE_SONAME NULL /* the linker knows it */
#endif

static const struct wl_library_info info = {
    .soname = WL_ARCHIVE_SONAME,
    .purpose = "for zstd, lz4 and bzip2",
};

int wl_archive_load(struct wl_archive_calls *ret, struct wl_error *err)
{
    struct wl_library l;
    int rc = wl_library_open(&l, &info, err);

    if (rc < 0)
        return rc;
#define WL_CALL(name) ret->name = WL_LIBRARY_CALL(&l, archive_##name, "archive_" #name);
#include "tbl/archive_calls.h"
#undef WL_CALL
    return wl_library_close(&l, err);
}
