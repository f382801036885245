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

#include "layers.h"
#include "load.h"
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
 * The short way of wl_decode, for packets of the common kind, n of them: ret[i].tcp is set; or
 * NULL, and nothing has happened: wl_decode_any will tell.
 */
void wl_decode_plain(struct wl_decoder *d, const struct wl_packet *packets, size_t n,
                     struct wl_glance *ret);
/** The sender's address; the other one follows it. */
static inline const uint8_t *wl_glance_addresses(const struct wl_glance *g)
{
    return g->tcp - (g->family == 4 ? 8 : 32);
}

static inline uint32_t wl_glance_seq(const struct wl_glance *g)
{
    return wl_load_be32(g->tcp + 4);
}

static inline uint32_t wl_glance_ack(const struct wl_glance *g)
{
    return wl_load_be32(g->tcp + 8);
}

/** enum wl_tcp_flag */
static inline uint8_t wl_glance_flags(const struct wl_glance *g)
{
    return g->tcp[13] & (WL_TCP_FIN | WL_TCP_SYN | WL_TCP_RST | WL_TCP_PSH | WL_TCP_ACK);
}

static inline uint16_t wl_glance_window(const struct wl_glance *g)
{
    return wl_load_be16(g->tcp + 14);
}

/** Or the hop limit. */
static inline uint8_t wl_glance_ttl(const struct wl_glance *g)
{
    return g->family == 4 ? g->tcp[8 - 20] : g->tcp[7 - 40];
}

/** 0 in IPv6 */
static inline uint16_t wl_glance_id(const struct wl_glance *g)
{
    return g->family == 4 ? wl_load_be16(g->tcp + 4 - 20) : 0;
}

/** One end: 0 is the one that sent it. */
void wl_glance_end(const struct wl_glance *g, unsigned i, struct wl_endpoint *ret);

/** The segment that the short way has found in p, but for its ends. */
static inline void wl_glance_read(const struct wl_packet *p, const struct wl_glance *g,
                                  struct wl_segment *ret)
{
    ret->packet = p->ordinal;
    ret->frame = p->frame;
    ret->t = p->t;
    ret->seq = wl_glance_seq(g);
    ret->ack = wl_glance_ack(g);
    ret->window = wl_glance_window(g);
    ret->flags = wl_glance_flags(g);
    ret->ttl = wl_glance_ttl(g);
    ret->ip_id = wl_glance_id(g);
    ret->lost = g->lost;
    ret->payload = wl_span(g->tcp + g->header, g->n);
}

/** And all of it. */
static inline void wl_glance_segment(const struct wl_packet *p, const struct wl_glance *g,
                                     struct wl_segment *ret)
{
    wl_glance_end(g, 0, &ret->src);
    wl_glance_end(g, 1, &ret->dst);
    wl_glance_read(p, g, ret);
}

/** The long way, for packets of every kind. */
enum wl_decoded wl_decode_any(struct wl_decoder *d, const struct wl_packet *p,
                              struct wl_segment *ret);
/** Drops fragments that were never completed and counts them: before the counters are told. */
void wl_decoder_finish(struct wl_decoder *d);
/**
 * Numbers of the datagrams that the packet given to wl_decode or wl_decode_any last is a fragment
 * of, from the outermost to the innermost; no two datagrams have the same one. All of them are
 * whole now; of WL_DECODED_FRAGMENT, all but the last.
 */
struct wl_datagrams {
    uint64_t number[WL_MAX_LAYERS];
    unsigned n;
};
const struct wl_datagrams *wl_decoder_datagrams(const struct wl_decoder *d);
void wl_decoder_free(struct wl_decoder *d);

#endif
