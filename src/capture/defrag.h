/* defrag.h - IP fragments to datagrams, bounded (RFC 791 3.2, RFC 8200 4.5).
 * SPDX-License-Identifier: MIT
 */
#ifndef WL_DEFRAG_H
#define WL_DEFRAG_H

#include "mem.h"
#include "wirelint/wirelint.h"

struct wl_fragment {
    uint8_t family;   /* 4 or 6 */
    uint8_t protocol; /* of what the datagram carries, as this fragment says */
    const uint8_t *src, *dst;
    uint32_t id;
    uint32_t offset; /* in octets, a multiple of 8 */
    bool more;       /* others follow behind it */
    wl_ns t;
    struct wl_span bytes; /* copied */
};

struct wl_datagram {
    uint64_t number;      /* no other one has had it; 0: the fragment is not kept */
    struct wl_span bytes; /* without any header; borrowed until the next call */
    uint8_t protocol;     /* as the first fragment says */
    /* addresses of its fragments, the one behind the other as in a header, borrowed as well: theirs
     * may have stood in another datagram, which gives way to this one */
    const uint8_t *src, *dst;
};

struct wl_defrag;

/** Bounds: limits.max_fragments, limits.max_fragment_octets. NULL when memory is refused. */
WL_MUST_USE struct wl_defrag *wl_defrag_new(struct wl_budget *budget,
                                            const struct wl_limits *limits,
                                            struct wl_counters *counters);
/**
 * Adds one fragment; true and *ret when its datagram is whole, else only ret->number is set. Where
 * fragments overlap, the octets that came first stay. The oldest datagrams make room at a bound;
 * none waits longer than 60 s.
 */
bool wl_defrag_add(struct wl_defrag *d, const struct wl_fragment *f, struct wl_datagram *ret);
/** Drops what is incomplete, and counts it. */
void wl_defrag_finish(struct wl_defrag *d);
void wl_defrag_free(struct wl_defrag *d);

#endif
