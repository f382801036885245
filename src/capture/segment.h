/* segment.h - one TCP segment, as decoded from one packet (RFC 9293 3.1).
 * SPDX-License-Identifier: MIT
 */
#ifndef WL_SEGMENT_H
#define WL_SEGMENT_H

#include "wirelint/model.h"

enum wl_tcp_flag {
    WL_TCP_FIN = 1,
    WL_TCP_SYN = 2,
    WL_TCP_RST = 4,
    WL_TCP_PSH = 8,
    WL_TCP_ACK = 16,
};

/**
 * Where in a packet of the common kind TCP is: enough to find its connection, and to let pass what
 * nobody looks at. Headers are read where they stand (decode.h): right in front of that of TCP is
 * that of IP, without options, and ends with both addresses.
 */
struct wl_glance {
    const uint8_t *tcp; /* its header, 20 octets at least; NULL: the packet is of no common kind */
    uint16_t n;         /* octets of payload that are there */
    uint16_t lost;      /* and behind them those that the snap length cut off */
    uint8_t header;     /* octets of the header that are there */
    uint8_t family;     /* 4 or 6 */
};

/** Borrows payload from the packet, or from the reassembled datagram, until the next packet. */
struct wl_segment {
    uint64_t packet; /* ordinal in the whole capture, from 1 */
    uint64_t frame;  /* file and number in it: wl_frame() */
    wl_ns t;
    struct wl_endpoint src, dst;
    uint32_t seq, ack;
    uint16_t window;
    uint8_t flags;  /* wl_tcp_flag */
    uint8_t ttl;    /* or hop limit */
    uint16_t ip_id; /* 0 in IPv6 */
    uint32_t lost;  /* octets of payload that the snap length cut off, behind payload */
    struct wl_span payload;
};

#endif
