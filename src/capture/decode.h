/* decode.h - one packet to one TCP segment.
 * SPDX-License-Identifier: MIT
 *
 * Link types by table: Ethernet, raw IP (DLT_RAW and its aliases, IPV4, IPV6), null and loop, Linux
 * cooked v1 and v2, PPP, PPPoE, NFLOG, 802.11 data frames where cheap, and what link.c's table
 * says; above them 802.1Q, QinQ, MPLS, PPPoE, IPv4 with options, IPv6 with extension headers,
 * fragments (defrag.h), and the tunnels IP-in-IP, 6in4, GRE (ERSPAN I to III, transparent Ethernet
 * bridging), VXLAN, GENEVE, GTP-U, Teredo. The innermost TCP is what counts, as in Wireshark.
 */
#ifndef WL_DECODE_H
#define WL_DECODE_H

#include "segment.h"
#include "source.h"

enum wl_decoded {
    WL_DECODED_TCP,      /* *ret is set */
    WL_DECODED_OTHER,    /* no TCP: UDP, ARP, ... */
    WL_DECODED_FRAGMENT, /* kept, waits for the rest of its datagram */
    WL_DECODED_CUT,      /* the snap length or damage cut into a header */
    WL_DECODED_UNKNOWN,  /* link type not known */
};

struct wl_decoder;

/** limits: max_fragments, max_fragment_octets. NULL when memory is refused. */
WL_MUST_USE struct wl_decoder *wl_decoder_new(struct wl_budget *budget,
                                              const struct wl_limits *limits,
                                              struct wl_counters *counters);
/** Never fails, never reads beyond p->bytes. Counts in the counters it was made with. */
enum wl_decoded wl_decode(struct wl_decoder *d, const struct wl_packet *p, struct wl_segment *ret);
/**
 * The short way of wl_decode, for packets of the common kind, n of them: ret[i] is true, and
 * segments[i], whose payload lies in packets[i].bytes, is set; or false, and nothing has happened:
 * wl_decode_any will tell.
 */
void wl_decode_plain(struct wl_decoder *d, const struct wl_packet *packets, size_t n,
                     struct wl_segment *segments, bool *ret);
/** The long way, for packets of every kind. */
enum wl_decoded wl_decode_any(struct wl_decoder *d, const struct wl_packet *p,
                              struct wl_segment *ret);
/** Drops fragments that were never completed and counts them: before the counters are told. */
void wl_decoder_finish(struct wl_decoder *d);
void wl_decoder_free(struct wl_decoder *d);

#endif
