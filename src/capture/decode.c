/* decode.c - one packet to one TCP segment.
 * SPDX-License-Identifier: MIT
 *
 * A packet is a chain of headers; each step takes one off and says what comes next (layers.h). The
 * loop runs until TCP is found or nothing can follow. The innermost TCP is what counts: a step that
 * finds a tunnel goes on inside. TCP headers inside ICMP errors are quotations, not segments, so
 * ICMP ends the chain.
 *
 * Lengths: the captured octets end where the snap length cut them, or with the padding of the link
 * layer; each length field found on the way trims what is its payload. What IP announced and the
 * capture does not have is the segment's lost octets.
 */
#include "decode.h"

#include "defrag.h"
#include "link.h"
#include "load.h"
#include "tunnel.h"

struct wl_decoder {
    struct wl_budget *budget;
    struct wl_counters *counters;
    struct wl_defrag *defrag;
    struct wl_datagrams datagrams; /* of the last packet */
};

enum {
    PROTOCOL_HOP_BY_HOP = 0,
    PROTOCOL_IPV4 = 4,
    PROTOCOL_TCP = 6,
    PROTOCOL_UDP = 17,
    PROTOCOL_IPV6 = 41,
    PROTOCOL_ROUTING = 43,
    PROTOCOL_FRAGMENT = 44,
    PROTOCOL_GRE = 47,
    PROTOCOL_AH = 51,
    PROTOCOL_DESTINATION = 60,
    PROTOCOL_ETHERIP = 97,
    PROTOCOL_MOBILITY = 135,
    PROTOCOL_MPLS = 137,
    PROTOCOL_HIP = 139,
    PROTOCOL_SHIM6 = 140,
    PROTOCOL_ETHERNET = 143, /* RFC 8986 */

    /* of the plain way; link.c knows them all */
    DLT_NULL = 0,
    DLT_ETHERNET = 1,
    DLT_RAW = 12,
    DLT_SLL = 113,  /* cooked capture of Linux, */
    DLT_SLL2 = 276, /* and its second version */
    ETHERNET_HEADER = 14,
    SLL_HEADER = 16,
    SLL2_HEADER = 20,
    HARDWARE_NETLINK = 824,
    VLAN_TAG = 4,
    ETHERTYPE_IPV4 = 0x0800,
    ETHERTYPE_VLAN = 0x8100,
    ETHERTYPE_IPV6 = 0x86dd,

    IPV4_HEADER = 20,
    IPV6_HEADER = 40,
    TCP_HEADER = 20,
    SMALL_SEGMENT = 64, /* octets of TCP, up to which a checksum costs next to nothing */
    PLAIN_BLOCK = 32,   /* packets of the plain way at a time */
};

struct wl_decoder *wl_decoder_new(struct wl_budget *budget, const struct wl_limits *limits,
                                  struct wl_counters *counters)
{
    struct wl_decoder *d = wl_alloc(budget, sizeof(*d));

    if (!d)
        return NULL;
    d->budget = budget;
    d->counters = counters;
    d->defrag = wl_defrag_new(budget, limits, counters);
    if (!d->defrag) {
        wl_free(budget, d, sizeof(*d));
        return NULL;
    }
    return d;
}

void wl_decoder_finish(struct wl_decoder *d)
{
    wl_defrag_finish(d->defrag);
}

const struct wl_datagrams *wl_decoder_datagrams(const struct wl_decoder *d)
{
    return &d->datagrams;
}

void wl_decoder_free(struct wl_decoder *d)
{
    if (!d)
        return;
    wl_defrag_free(d->defrag);
    wl_free(d->budget, d, sizeof(*d));
}

/* ------------------------------------------------------------------------------------- IP */

/*
 * The payload of IP is announced octets long. Fewer on the wire is what the capture lacks, whatever
 * the record says of its length: some writers lose the true one.
 */
static void announce(struct wl_layers *l, size_t announced)
{
    wl_layers_trim(l, announced);
    l->wire = announced;
}

/* Keeps a fragment; goes on with the datagram when it is whole. */
static void hold_fragment(struct wl_decoder *d, struct wl_layers *l, struct wl_fragment *f)
{
    struct wl_datagram whole;
    bool is_whole;

    f->family = l->family;
    f->protocol = l->protocol;
    f->src = l->src;
    f->dst = l->dst;
    d->counters->fragments++;
    if (l->left.n < l->wire) {
        /* cut by the snap length: only the first one, which has the TCP header, says anything */
        d->counters->fragments_dropped++;
        l->next = f->offset == 0 ? WL_NEXT_PROTOCOL : WL_NEXT_CUT;
        return;
    }
    f->bytes = l->left;
    is_whole = wl_defrag_add(d->defrag, f, &whole);
    if (whole.number)
        d->datagrams.number[d->datagrams.n++] = whole.number;
    if (!is_whole) {
        l->next = WL_NEXT_HELD;
        return;
    }
    l->left = whole.bytes;
    l->wire = whole.bytes.n;
    l->protocol = whole.protocol;
    l->src = whole.src;
    l->dst = whole.dst;
    l->next = WL_NEXT_PROTOCOL;
}

/*
 * version (4 bits) | header length in words (4) | service (1) | total length (2) | id (2) |
 * flags (3 bits) and fragment offset (13) | TTL (1) | protocol (1) | checksum (2) | source (4) |
 * destination (4) | options, RFC 791 3.1
 */
static void take_ipv4(struct wl_decoder *d, struct wl_layers *l, wl_ns t)
{
    const uint8_t *p = l->left.p;
    size_t header, total;
    unsigned fragment;

    if (!wl_layers_need(l, IPV4_HEADER))
        return;
    header = (p[0] & 0x0fu) * (size_t)4;
    total = wl_load_be16(p + 2);
    if (p[0] >> 4 != 4 || header < IPV4_HEADER || (total && total < header)) {
        wl_layers_stop(l, WL_NEXT_CUT);
        return;
    }
    if (!wl_layers_need(l, header))
        return;
    l->tunnelled = l->family != 0;
    l->family = 4;
    l->protocol = p[9];
    l->ttl = p[8];
    l->ip_id = wl_load_be16(p + 4);
    l->src = p + 12;
    l->dst = p + 16;
    wl_layers_take(l, header);
    /* a total length of 0: the card cuts the segment, what is there is what was sent (TSO) */
    if (total)
        announce(l, total - header);
    fragment = wl_load_be16(p + 6);
    l->next = WL_NEXT_PROTOCOL;
    if (fragment & 0x3fff) {
        struct wl_fragment f = {
            .id = l->ip_id,
            .offset = (fragment & 0x1fffu) * 8,
            .more = fragment & 0x2000,
            .t = t,
        };

        hold_fragment(d, l, &f);
    }
}

/* next header (1) | reserved (1) | offset (13 bits), reserved (2), more (1) | id
 * (4), RFC 8200 4.5 */
static void take_ipv6_fragment(struct wl_decoder *d, struct wl_layers *l, wl_ns t)
{
    struct wl_fragment f = {.t = t};
    unsigned fragment;

    if (!wl_layers_need(l, 8))
        return;
    l->protocol = l->left.p[0];
    fragment = wl_load_be16(l->left.p + 2);
    f.offset = fragment & 0xfff8;
    f.more = fragment & 1;
    f.id = wl_load_be32(l->left.p + 4);
    wl_layers_take(l, 8);
    /* RFC 6946: an atomic fragment is whole by itself */
    if (f.offset == 0 && !f.more) {
        l->next = WL_NEXT_PROTOCOL;
    } else {
        hold_fragment(d, l, &f);
    }
}

/* version (4 bits), class and flow (28) | payload length (2) | next header (1) | hop limit (1) |
 * source (16) | destination (16), RFC 8200 3 */
static void take_ipv6(struct wl_layers *l)
{
    const uint8_t *p = l->left.p;
    size_t payload;

    if (!wl_layers_need(l, IPV6_HEADER))
        return;
    if (p[0] >> 4 != 6) {
        wl_layers_stop(l, WL_NEXT_CUT);
        return;
    }
    payload = wl_load_be16(p + 4);
    l->tunnelled = l->family != 0;
    l->family = 6;
    l->protocol = p[6];
    l->ttl = p[7];
    l->ip_id = 0;
    l->src = p + 8;
    l->dst = p + 24;
    wl_layers_take(l, IPV6_HEADER);
    /* 0: a jumbogram (RFC 2675), or a segment that the card will cut */
    if (payload)
        announce(l, payload);
    l->next = WL_NEXT_PROTOCOL;
}

/* An extension header: next header (1) | length (1) in unit octets beyond base | ... */
static void take_extension(struct wl_layers *l, size_t base, size_t unit)
{
    size_t n;

    if (!wl_layers_need(l, 2))
        return;
    n = base + l->left.p[1] * unit;
    if (!wl_layers_need(l, n))
        return;
    l->protocol = l->left.p[0];
    wl_layers_take(l, n);
    l->next = WL_NEXT_PROTOCOL;
}

/* What l->protocol of IP names. */
static void take_protocol(struct wl_decoder *d, struct wl_layers *l, wl_ns t)
{
    switch (l->protocol) {
    case PROTOCOL_TCP: l->next = WL_NEXT_TCP; return;
    case PROTOCOL_UDP: l->next = WL_NEXT_UDP; return;
    case PROTOCOL_GRE: l->next = WL_NEXT_GRE; return;
    case PROTOCOL_IPV4: l->next = WL_NEXT_IPV4; return;
    case PROTOCOL_IPV6: l->next = WL_NEXT_IPV6; return;
    case PROTOCOL_MPLS: l->next = WL_NEXT_MPLS; return;
    case PROTOCOL_ETHERNET: l->next = WL_NEXT_ETHERNET; return;
    case PROTOCOL_ETHERIP: /* RFC 3378: version and reserved (2), then Ethernet */
        if (wl_layers_need(l, 2)) {
            wl_layers_take(l, 2);
            l->next = WL_NEXT_ETHERNET;
        }
        return;
    case PROTOCOL_AH: take_extension(l, 8, 4); return; /* RFC 4302 2.2, IPv4 too */
    default: break;
    }
    if (l->family != 6) {
        wl_layers_stop(l, WL_NEXT_NONE);
        return;
    }
    switch (l->protocol) {
    case PROTOCOL_FRAGMENT: take_ipv6_fragment(d, l, t); return;
    case PROTOCOL_HOP_BY_HOP:
    case PROTOCOL_ROUTING:
    case PROTOCOL_DESTINATION:
    case PROTOCOL_MOBILITY:
    case PROTOCOL_HIP:
    case PROTOCOL_SHIM6: take_extension(l, 8, 8); return;
    default: wl_layers_stop(l, WL_NEXT_NONE); return;
    }
}

static void take_any_ip(struct wl_layers *l)
{
    unsigned version = l->left.n ? l->left.p[0] >> 4 : 0;

    l->next = version == 4 ? WL_NEXT_IPV4 : version == 6 ? WL_NEXT_IPV6 : WL_NEXT_CUT;
}

/* ------------------------------------------------------------------------------------ TCP */

/* A number as it stands in a header, its first octet lowest. */
static inline uint16_t as_sent(uint64_t number)
{
    return (uint16_t)((number >> 8 & 0xff) | number << 8);
}

/* Words whose first octet is the lowest, each carry added again: the sum modulo 2^16 - 1 is the
 * same but for the order of its two octets (RFC 1071 2). */
static WL_INLINE uint64_t add_word(uint64_t sum, uint64_t word)
{
    sum += word;
    return sum + (sum < word);
}

static WL_INLINE uint64_t add_eight(uint64_t sum, const uint8_t *p)
{
    return add_word(sum, wl_octets_word(p));
}

/* Octets of any number; an odd one is filled up with a zero. Eight in front of them can be read:
 * those that are left at the end are the last ones of a word, for how many cannot be foretold. */
static WL_INLINE uint64_t add_octets(uint64_t sum, const uint8_t *p, size_t n)
{
    for (; n >= 8; p += 8, n -= 8)
        sum = add_eight(sum, p);
    return add_word(sum, wl_octets_word(p + n - 8) >> 8 * (7 - n) >> 8);
}

/* A sum modulo 2^16 - 1; 0xffff stands for 0, but for a sum of nothing. */
static inline uint16_t fold(uint64_t sum)
{
    sum = (sum & UINT32_MAX) + (sum >> 32);
    sum = (sum & UINT16_MAX) + (sum >> 16);
    sum = (sum & UINT16_MAX) + (sum >> 16);
    return (uint16_t)((sum & UINT16_MAX) + (sum >> 16));
}

/*
 * True when the checksum is wrong beyond doubt: not right, not 0, and not the sum over the pseudo
 * header alone, which is what a sender leaves to its card (RFC 9293 3.1). addresses: both of them,
 * as they stand in the header of the family. A plain header is there.
 */
static bool is_checksum_wrong(const uint8_t *addresses, uint8_t family, struct wl_span tcp)
{
    uint64_t pseudo = (uint64_t)as_sent(tcp.n) + as_sent(PROTOCOL_TCP), sum;
    uint16_t sent = as_sent(wl_load_be16(tcp.p + 16));

    pseudo = add_eight(pseudo, addresses);
    if (WL_LIKELY_FALSE(family == 6))
        pseudo = add_octets(pseudo, addresses + 8, 24);
    sum = add_eight(add_eight(pseudo, tcp.p), tcp.p + 8);
    sum = add_octets(sum, tcp.p + 16, tcp.n - 16);
    if (WL_LIKELY_TRUE(sum % UINT16_MAX == 0))
        return false;
    return sent != 0 && sent != fold(pseudo);
}

/* Are of so many octets of TCP all there, and so few that their checksum costs next to nothing? */
static WL_INLINE unsigned is_small(size_t wire, size_t there)
{
    return (unsigned)(wire <= SMALL_SEGMENT) & (unsigned)(there == wire);
}

static WL_INLINE void set_endpoint(struct wl_endpoint *e, const uint8_t *ip, uint8_t family,
                                   uint16_t port)
{
    *e = (struct wl_endpoint){.port = port, .family = family};
    memcpy(e->ip, ip, family == 4 ? 4 : 16);
}

/*
 * ports (4) | sequence (4) | acknowledgement (4) | header length in words (4 bits), reserved (4) |
 * flags (1) | window (2) | checksum (2) | urgent (2) | options, RFC 9293 3.1
 */
static bool take_tcp(const struct wl_layers *l, const struct wl_packet *packet,
                     struct wl_segment *ret)
{
    const uint8_t *p = l->left.p;
    size_t header;

    if (l->left.n < TCP_HEADER || l->family == 0)
        return false;
    header = (size_t)(p[12] >> 4) * 4;
    if (header < TCP_HEADER || header > l->wire)
        return false;
    ret->packet = packet->ordinal;
    ret->frame = packet->frame;
    ret->t = packet->t;
    set_endpoint(&ret->src, l->src, l->family, wl_load_be16(p));
    set_endpoint(&ret->dst, l->dst, l->family, wl_load_be16(p + 2));
    ret->seq = wl_load_be32(p + 4);
    ret->ack = wl_load_be32(p + 8);
    ret->flags = p[13] & (WL_TCP_FIN | WL_TCP_SYN | WL_TCP_RST | WL_TCP_PSH | WL_TCP_ACK);
    ret->window = wl_load_be16(p + 14);
    ret->ttl = l->ttl;
    ret->ip_id = l->ip_id;
    /* the snap length may have cut within the options: then all of the payload is lost */
    ret->payload = wl_span_after(l->left, header);
    ret->lost = (uint32_t)(l->wire - header - ret->payload.n);
    return true;
}

/* ----------------------------------------------------------- the loop, and the way around it */

static void step(struct wl_decoder *d, struct wl_layers *l, wl_ns t)
{
    switch (l->next) {
    case WL_NEXT_ETHERNET: wl_link_ethernet(l); return;
    case WL_NEXT_VLAN: wl_link_vlan(l); return;
    case WL_NEXT_MPLS: wl_link_mpls(l); return;
    case WL_NEXT_PPPOE: wl_link_pppoe(l); return;
    case WL_NEXT_PPP: wl_link_ppp(l); return;
    case WL_NEXT_LLC: wl_link_llc(l); return;
    case WL_NEXT_RADIO: wl_link_radio(l); return;
    case WL_NEXT_IP: take_any_ip(l); return;
    case WL_NEXT_IPV4: take_ipv4(d, l, t); return;
    case WL_NEXT_IPV6: take_ipv6(l); return;
    case WL_NEXT_PROTOCOL: take_protocol(d, l, t); return;
    case WL_NEXT_UDP: wl_tunnel_udp(l); return;
    case WL_NEXT_GRE: wl_tunnel_gre(l); return;
    case WL_NEXT_VXLAN: wl_tunnel_vxlan(l); return;
    case WL_NEXT_GENEVE: wl_tunnel_geneve(l); return;
    case WL_NEXT_GTP: wl_tunnel_gtp(l); return;
    case WL_NEXT_TEREDO: wl_tunnel_teredo(l); return;
    case WL_NEXT_L2TP: wl_tunnel_l2tp(l); return;
    case WL_NEXT_AYIYA: wl_tunnel_ayiya(l); return;
    case WL_NEXT_TCP:
    case WL_NEXT_NONE:
    case WL_NEXT_CUT:
    case WL_NEXT_HELD: return;
    }
}

/* The snap length has cut into what is announced octets long, or the headers make no sense. */
static WL_ASIDE bool glance_at_cut(struct wl_glance *ret, size_t announced, size_t there)
{
    const size_t header = (size_t)(ret->tcp[12] >> 4) * 4;
    const size_t header_there = wl_min_size(header, there);

    if (announced < TCP_HEADER || header < TCP_HEADER || header > announced)
        return false;
    ret->header = (uint8_t)header_there;
    ret->n = (uint16_t)(there - header_there);
    /* cut within the options: then all of the payload is lost */
    ret->lost = (uint16_t)(announced - header - ret->n);
    return true;
}

/* TCP at p: so many octets are announced and there; room for a plain header is. False: it is no
 * such thing. *ret_small: it is whole and small. */
static WL_INLINE bool glance_at_tcp(const uint8_t *p, size_t announced, size_t there,
                                    struct wl_glance *ret, unsigned *ret_small)
{
    const size_t header = (size_t)(p[12] >> 4) * 4;

    ret->tcp = p;
    if (WL_LIKELY_FALSE(announced > there || header < TCP_HEADER || header > announced))
        return glance_at_cut(ret, announced, there);
    ret->header = (uint8_t)header;
    ret->n = (uint16_t)(announced - header);
    ret->lost = 0;
    *ret_small = announced <= SMALL_SEGMENT;
    return true;
}

/* Where a packet of IP begins, how much of it there is, and what it is. NULL: it is none, or there
 * is no room for a plain header and TCP. */
struct front {
    const uint8_t *p;
    size_t n;
    unsigned ethertype;
};

/* destination (6) | source (6) | type (2), perhaps with a VLAN tag in between */
static WL_INLINE struct front after_ethernet(struct wl_span bytes)
{
    struct front f = {NULL, 0, 0};

    if (bytes.n < ETHERNET_HEADER + IPV4_HEADER + TCP_HEADER)
        return f;
    f.p = bytes.p + ETHERNET_HEADER;
    f.n = bytes.n - ETHERNET_HEADER;
    if (WL_LIKELY_FALSE(wl_load_be16(f.p - 2) == ETHERTYPE_VLAN)) {
        f.p += VLAN_TAG;
        f.n -= VLAN_TAG;
        if (f.n < IPV4_HEADER + TCP_HEADER)
            return (struct front){NULL, 0, 0};
    }
    f.ethertype = wl_load_be16(f.p - 2);
    return f;
}

/* The same of the other link types that are common: all interfaces of Linux, the loopback of
 * others, and tunnels. */
static WL_ASIDE struct front after_other(int dlt, struct wl_span bytes)
{
    const size_t header = dlt == DLT_SLL    ? SLL_HEADER
                          : dlt == DLT_SLL2 ? SLL2_HEADER
                          : dlt == DLT_NULL ? WL_NULL_HEADER
                                            : 0;
    struct front f = {NULL, 0, 0};

    if ((header == 0 && dlt != DLT_RAW) || bytes.n < header + IPV4_HEADER + TCP_HEADER)
        return f;
    if (dlt == DLT_RAW) { /* its version tells */
        f.ethertype = bytes.p[0] >> 4 == 6 ? ETHERTYPE_IPV6 : ETHERTYPE_IPV4;
    } else if (dlt == DLT_NULL) {
        const enum wl_next next = wl_link_null(bytes.p);

        f.ethertype = next == WL_NEXT_IPV4   ? ETHERTYPE_IPV4
                      : next == WL_NEXT_IPV6 ? ETHERTYPE_IPV6
                                             : 0;
    } else if (wl_load_be16(bytes.p + (dlt == DLT_SLL ? 2 : 8)) == HARDWARE_NETLINK) {
        return f;
    } else {
        f.ethertype = wl_load_be16(bytes.p + (dlt == DLT_SLL ? 14 : 0));
    }
    f.p = bytes.p + header;
    f.n = bytes.n - header;
    return f;
}

/*
 * What nearly all packets are: Ethernet, perhaps one VLAN tag, or what has no header to speak of;
 * IPv4 without options or IPv6 without extensions, no fragment, TCP. The loop would say the same of
 * them (unit_decode holds the two together) in four steps of a switch.
 */
static WL_INLINE bool glance(const struct wl_packet *packet, struct wl_glance *ret,
                             unsigned *ret_small)
{
    const struct front ip = WL_LIKELY_TRUE(packet->linktype == DLT_ETHERNET)
                                ? after_ethernet(packet->bytes)
                                : after_other(packet->linktype, packet->bytes);
    const uint8_t *p = ip.p;

    if (!p)
        return false;
    if (WL_LIKELY_TRUE(ip.ethertype == ETHERTYPE_IPV4)) {
        const size_t total = wl_load_be16(p + 2);

        if (p[0] != 0x45 || p[9] != PROTOCOL_TCP || wl_load_be16(p + 6) & 0x3fff ||
            total < IPV4_HEADER + TCP_HEADER)
            return false;
        ret->family = 4;
        return glance_at_tcp(p + IPV4_HEADER, total - IPV4_HEADER, ip.n - IPV4_HEADER, ret,
                             ret_small);
    }
    if (ip.ethertype != ETHERTYPE_IPV6 || ip.n < IPV6_HEADER + TCP_HEADER || p[0] >> 4 != 6 ||
        p[6] != PROTOCOL_TCP)
        return false;
    ret->family = 6;
    return glance_at_tcp(p + IPV6_HEADER, wl_load_be16(p + 4), ip.n - IPV6_HEADER, ret, ret_small);
}

static bool is_wrong(const struct wl_glance *g)
{
    return is_checksum_wrong(wl_glance_addresses(g), g->family,
                             wl_span(g->tcp, (size_t)g->header + g->n));
}

/* Up to PLAIN_BLOCK packets. Which of them are small cannot be foretold, so no branch asks: their
 * checksums are looked at when all are decoded. */
static void decode_block(struct wl_decoder *d, const struct wl_packet *packets, size_t n,
                         struct wl_glance *ret)
{
    uint8_t small[PLAIN_BLOCK];
    uint64_t taken = 0, octets = 0, truncated = 0, wrong = 0;
    size_t n_small = 0;

    for (size_t i = 0; i < n; i++) {
        const struct wl_packet *p = &packets[i];
        unsigned is_one = 0;

        if (WL_LIKELY_FALSE(!glance(p, &ret[i], &is_one))) {
            ret[i].tcp = NULL;
            continue;
        }
        small[n_small] = (uint8_t)i;
        n_small += is_one;
        taken++;
        octets += p->bytes.n;
        truncated += p->wire_length > p->bytes.n;
    }
    for (size_t i = 0; i < n_small; i++)
        wrong += is_wrong(&ret[small[i]]);
    d->counters->bad_checksum += wrong;
    d->counters->packets += taken;
    d->counters->octets += octets;
    d->counters->truncated_packets += truncated;
    d->counters->segments += taken;
}

void wl_decode_plain(struct wl_decoder *d, const struct wl_packet *packets, size_t n,
                     struct wl_glance *ret)
{
    for (size_t at = 0; at < n; at += PLAIN_BLOCK)
        decode_block(d, packets + at, wl_min_size(n - at, PLAIN_BLOCK), ret + at);
}

void wl_glance_end(const struct wl_glance *g, unsigned i, struct wl_endpoint *ret)
{
    const uint8_t *addresses = wl_glance_addresses(g);

    set_endpoint(ret, i ? addresses + (g->tcp - addresses) / 2 : addresses, g->family,
                 wl_load_be16(g->tcp + 2 * (size_t)i));
}

enum wl_decoded wl_decode_any(struct wl_decoder *d, const struct wl_packet *p,
                              struct wl_segment *ret)
{
    struct wl_layers l = {
        .left = p->bytes,
        .wire = p->wire_length > p->bytes.n ? p->wire_length : p->bytes.n,
    };

    d->datagrams.n = 0;
    d->counters->packets++;
    d->counters->octets += p->bytes.n;
    d->counters->truncated_packets += l.wire > l.left.n;
    if (!wl_link_begin(&l, p->linktype)) {
        d->counters->unknown_linktype++;
        return WL_DECODED_UNKNOWN;
    }
    for (unsigned n = 0; n < WL_MAX_LAYERS && l.next > WL_NEXT_TCP; n++)
        step(d, &l, p->t);
    if (WL_LIKELY_TRUE(l.next == WL_NEXT_TCP) && take_tcp(&l, p, ret)) {
        d->counters->bad_checksum += is_small(l.wire, l.left.n) &&
                                     is_checksum_wrong(l.src, l.family, l.left);
        d->counters->segments++;
        d->counters->tunnelled += l.tunnelled;
        return WL_DECODED_TCP;
    }
    if (l.next == WL_NEXT_HELD)
        return WL_DECODED_FRAGMENT;
    d->counters->undecoded++;
    return l.next == WL_NEXT_NONE ? WL_DECODED_OTHER : WL_DECODED_CUT;
}

enum wl_decoded wl_decode(struct wl_decoder *d, const struct wl_packet *p, struct wl_segment *ret)
{
    struct wl_glance plain;

    wl_decode_plain(d, p, 1, &plain);
    if (WL_LIKELY_FALSE(!plain.tcp))
        return wl_decode_any(d, p, ret);
    d->datagrams.n = 0;
    wl_glance_segment(p, &plain, ret);
    return WL_DECODED_TCP;
}
