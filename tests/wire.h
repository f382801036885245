/* wire.h - packets as octets: link, IP and TCP headers, and the capture files that hold them.
 * SPDX-License-Identifier: MIT
 */
#ifndef WL_WIRE_H
#define WL_WIRE_H

#include "conversation.h"

enum wire_link {
    WIRE_RAW,   /* IP and nothing below it */
    WIRE_ETHER, /* Ethernet, short frames padded */
    WIRE_QINQ,  /* Ethernet with two VLAN tags */
    WIRE_SLL,   /* Linux cooked */
};

/** How a packet is dressed. */
struct wire {
    enum wire_link link;
    bool v6;
    bool fragments;  /* payload beyond 64 octets in a second IP fragment, which comes first */
    uint16_t port;   /* of the server */
    uint32_t isn[2]; /* sequence number of position 0 */
};

/** One captured frame. */
struct frame {
    wl_ns t;
    struct wl_span bytes;
};

struct frames {
    struct frame *p;
    uint32_t n, capacity;
    int linktype;  /* DLT_ of libpcap */
    uint32_t snap; /* octets of a frame that are captured; 0: all of them */
    struct wl_arena *arena;
    bool cut; /* memory ran out */
};

/** Dresses all packets. */
void wire_dress(const struct wire *w, const struct packets *in, struct frames *ret);

enum wire_format {
    WIRE_PCAP_MICRO,        /* little-endian, microseconds */
    WIRE_PCAP_NANO_SWAPPED, /* big-endian, nanoseconds */
    WIRE_PCAPNG,            /* nanoseconds */
};

/** The frames as the octets of a capture file, in the arena; empty when memory ran out. */
struct wl_span wire_file(const struct frames *frames, enum wire_format format, struct wl_arena *a);
/** Writes octets to path, through a filter of libarchive ("gzip", "zstd", ...) or NULL. */
int wire_write(const char *path, struct wl_span octets, const char *filter, struct wl_error *err);

#endif
