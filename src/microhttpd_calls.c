/* microhttpd_calls.c - libmicrohttpd, loaded by runs with --metrics.
 * SPDX-License-Identifier: MIT
 */
#include "microhttpd_calls.h"

#ifndef WL_MICROHTTPD_SONAME
#    define WL_MICROHTTPD_SONAME NULL /* the linker knows it */
#endif

static const struct wl_library_info info = {
    .soname = WL_MICROHTTPD_SONAME,
    .purpose = "for --metrics",
};

int wl_mhd_load(struct wl_mhd_calls *ret, struct wl_error *err)
{
    struct wl_library l;
    int rc = wl_library_open(&l, &info, err);

    if (rc < 0)
        return rc;
#define WL_CALL(name) ret->name = WL_LIBRARY_CALL(&l, MHD_##name, "MHD_" #name);
#include "tbl/microhttpd_calls.h"
#undef WL_CALL
    return wl_library_close(&l, err);
}
