/* pcapng_read.h - the blocks of a pcapng file (draft-ietf-opsawg-pcapng).
 * SPDX-License-Identifier: MIT
 */
#ifndef WL_PCAPNG_READ_H
#define WL_PCAPNG_READ_H

#include "octets.h"
#include "source.h"

/** What an interface block says of the packets of its interface. */
struct wl_pcapng_interface {
    int linktype; /* DLT_ of libpcap */
    uint32_t snaplen;
    wl_ns offset;     /* if_tsoffset */
    uint64_t factor;  /* nanoseconds per unit; 0: see divisor and shift */
    uint64_t divisor; /* units per nanosecond; 0: see shift */
    unsigned shift;   /* units per second as a power of two */
};

struct wl_pcapng {
    struct wl_octets *in; /* borrowed */
    bool big_endian;      /* of the current section */
    struct wl_pcapng_interface *interfaces;
    size_t n_interfaces, capacity;
    uint64_t frame; /* of the last packet */
    wl_ns last;     /* its time */
    uint64_t skip;  /* octets of a block that is passed over, still to come */
    uint32_t block; /* octets of that which wl_pcapng_next gave last */
};

/** The first four octets of every pcapng file: the type of the section header block. */
#define WL_PCAPNG_MAGIC WL_SPAN("\x0a\x0d\x0d\x0a")

/** Nothing is read before the first wl_pcapng_next. */
void wl_pcapng_init(struct wl_pcapng *ng, struct wl_octets *in);
/** As wl_file_next. */
int wl_pcapng_next(struct wl_pcapng *ng, struct wl_packet *ret, struct wl_error *err);
/** The packet that wl_pcapng_next has just given will be the next one again. */
void wl_pcapng_unread(struct wl_pcapng *ng);
/** Packets that follow the last one, lie in the window whole, and are as nearly all are: at most
 * max. Their ordinals, and which file their frames are of, are left to the caller. */
size_t wl_pcapng_more(struct wl_pcapng *ng, struct wl_packet *ret, size_t max);
/** As wl_file_ready. */
bool wl_pcapng_ready(const struct wl_pcapng *ng);
void wl_pcapng_release(struct wl_pcapng *ng);

#endif
