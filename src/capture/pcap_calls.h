/* pcap_calls.h - libpcap, loaded where something is captured or filtered.
 * SPDX-License-Identifier: MIT
 *
 * It brings D-Bus, and with that systemd and libgcrypt, which a capture in a file has no use for
 * (library.h).
 */
#ifndef WL_PCAP_CALLS_H
#define WL_PCAP_CALLS_H

#include "library.h"

/* pcap.h speaks BSD; strict POSIX headers keep these names to themselves. */
typedef unsigned char u_char;
typedef unsigned short u_short;
typedef unsigned int u_int;

#include <pcap.h>

struct wl_pcap_calls {
#define WL_CALL(name) WL_TYPEOF(pcap_##name) * (name);
#include "tbl/pcap_calls.h"
#undef WL_CALL
};

/** Loads it, unless it is loaded. Returns 0, or WL_ELIBRARY with err. */
WL_MUST_USE int wl_pcap_load(struct wl_pcap_calls *ret, struct wl_error *err);

#endif
