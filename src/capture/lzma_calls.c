/* lzma_calls.c - liblzma, loaded where something is compressed by xz.
 * SPDX-License-Identifier: MIT
 */
#include "lzma_calls.h"

#ifndef WL_LZMA_SONAME
#    define WL_LZMA_SONAME NULL /* the linker knows it */
#endif

static const struct wl_library_info info = {
    .soname = WL_LZMA_SONAME,
    .purpose = "for xz",
};

int wl_lzma_load(struct wl_lzma_calls *ret, struct wl_error *err)
{
    struct wl_library l;
    int rc = wl_library_open(&l, &info, err);

    if (rc < 0)
        return rc;
#define WL_CALL(name) ret->name = WL_LIBRARY_CALL(&l, lzma_##name, "lzma_" #name);
#include "tbl/lzma_calls.h"
#undef WL_CALL
    return wl_library_close(&l, err);
}
