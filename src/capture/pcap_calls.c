/* pcap_calls.c - libpcap, loaded where something is captured or filtered.
 * SPDX-License-Identifier: MIT
 */
#include "pcap_calls.h"

#ifndef WL_PCAP_SONAME
#    define WL_PCAP_SONAME NULL /* the linker knows it */
#endif

static const struct wl_library_info info = {
    .soname = WL_PCAP_SONAME,
    .purpose = "to capture from interfaces and for filters of packets",
};

int wl_pcap_load(struct wl_pcap_calls *ret, struct wl_error *err)
{
    struct wl_library l;
    int rc = wl_library_open(&l, &info, err);

    if (rc < 0)
        return rc;
#define WL_CALL(name) ret->name = WL_LIBRARY_CALL(&l, pcap_##name, "pcap_" #name);
#include "tbl/pcap_calls.h"
#undef WL_CALL
    return wl_library_close(&l, err);
}
