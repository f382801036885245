/* tunnel.c - packets inside packets: UDP tunnels and GRE.
 * SPDX-License-Identifier: MIT
 *
 * A UDP tunnel is told by its registered port, on either side, as Wireshark does; each step checks
 * what it can of its header, so that other traffic on the port is left alone.
 */
#include "tunnel.h"

#include "link.h"
#include "load.h"

/* ------------------------------------------------------------------------------------ UDP */

static const struct {
    uint16_t port;
    enum wl_next next;
} ports[] = {
    {4789, WL_NEXT_VXLAN}, /* RFC 7348 */
    {8472, WL_NEXT_VXLAN}, /* what Linux chose before the port was registered */
    {4790, WL_NEXT_VXLAN}, /* its generic extension, which names the next protocol */
    {6081, WL_NEXT_GENEVE}, {2152, WL_NEXT_GTP},   {3544, WL_NEXT_TEREDO},
    {1701, WL_NEXT_L2TP},   {5072, WL_NEXT_AYIYA}, {6635, WL_NEXT_MPLS}, /* RFC 7510 */
};

static enum wl_next next_of_port(uint16_t port)
{
    for (size_t i = 0; i < WL_COUNT(ports); i++) {
        if (ports[i].port == port)
            return ports[i].next;
    }
    return WL_NEXT_NONE;
}

/* source (2) | destination (2) | length (2) | checksum (2), RFC 768 */
void wl_tunnel_udp(struct wl_layers *l)
{
    enum wl_next next;
    uint16_t length;

    if (!wl_layers_need(l, 8))
        return;
    next = next_of_port(wl_load_be16(l->left.p + 2));
    if (next == WL_NEXT_NONE)
        next = next_of_port(wl_load_be16(l->left.p));
    length = wl_load_be16(l->left.p + 4);
    if (length >= 8)
        wl_layers_trim(l, length);
    wl_layers_skip_to(l, 8, next);
}

/*
 * flags (1) | reserved or next protocol (3) | network (3) | reserved (1). The flag "network id is
 * valid" must be set (RFC 7348 5); "next protocol is valid" makes it VXLAN-GPE.
 */
void wl_tunnel_vxlan(struct wl_layers *l)
{
    enum wl_next next = WL_NEXT_ETHERNET;

    if (!wl_layers_need(l, 8))
        return;
    if (!(l->left.p[0] & 0x0c)) {
        wl_layers_stop(l, WL_NEXT_NONE);
        return;
    }
    if (l->left.p[0] & 0x04) {
        switch (l->left.p[3]) {
        case 1: next = WL_NEXT_IPV4; break;
        case 2: next = WL_NEXT_IPV6; break;
        case 3: break;
        default: next = WL_NEXT_NONE; break;
        }
    }
    wl_layers_skip_to(l, 8, next);
}

/* version (2 bits) | length of options in words (6 bits) | flags (1) | ethertype (2) | network (3)
 * | reserved (1) | options, RFC 8926 */
void wl_tunnel_geneve(struct wl_layers *l)
{
    uint16_t ethertype;
    size_t n;

    if (!wl_layers_need(l, 8))
        return;
    n = 8 + (l->left.p[0] & 0x3fu) * 4;
    ethertype = wl_load_be16(l->left.p + 2);
    if (l->left.p[0] >> 6 != 0) {
        wl_layers_stop(l, WL_NEXT_NONE);
        return;
    }
    if (!wl_layers_need(l, n))
        return;
    wl_layers_take(l, n);
    wl_link_ethertype(l, ethertype);
}

/*
 * GTP-U version 1 (3GPP TS 29.281 5.1): flags (1) | type (1) | length (2) | tunnel (4), and when
 * one of the three flags is set sequence (2) | N-PDU (1) | type of the first extension (1).
 * Extensions: length in words (1) | ... | type of the next (1). Type 255 carries a packet.
 */
void wl_tunnel_gtp(struct wl_layers *l)
{
    unsigned flags, extension;

    if (!wl_layers_need(l, 8))
        return;
    flags = l->left.p[0];
    if ((flags & 0xf0) != 0x30 || l->left.p[1] != 0xff) {
        wl_layers_stop(l, WL_NEXT_NONE);
        return;
    }
    wl_layers_take(l, 8);
    l->next = WL_NEXT_IP;
    if (!(flags & 0x07))
        return;
    if (!wl_layers_need(l, 4))
        return;
    extension = flags & 0x04 ? l->left.p[3] : 0;
    wl_layers_take(l, 4);
    while (extension) {
        size_t n;

        if (!wl_layers_need(l, 1))
            return;
        n = l->left.p[0] * (size_t)4;
        if (n == 0) {
            wl_layers_stop(l, WL_NEXT_CUT);
            return;
        }
        if (!wl_layers_need(l, n))
            return;
        extension = l->left.p[n - 1];
        wl_layers_take(l, n);
    }
}

/* An authentication header (00 01), an origin indication (00 00), both or none, then IPv6; RFC 4380
 * 5.1.1 */
void wl_tunnel_teredo(struct wl_layers *l)
{
    if (l->left.n >= 4 && l->left.p[0] == 0 && l->left.p[1] == 1) {
        size_t n = 4 + (size_t)l->left.p[2] + l->left.p[3] + 9;

        if (!wl_layers_need(l, n))
            return;
        wl_layers_take(l, n);
    }
    if (l->left.n >= 8 && l->left.p[0] == 0 && l->left.p[1] == 0)
        wl_layers_take(l, 8);
    l->next = l->left.n >= 40 && l->left.p[0] >> 4 == 6 ? WL_NEXT_IPV6 : WL_NEXT_NONE;
}

/* L2TP version 2 (RFC 2661 3.1): flags and version (2) | length (2)? | tunnel (2) | session (2) |
 * sequence numbers (4)? | offset size (2) and so much padding? | PPP */
void wl_tunnel_l2tp(struct wl_layers *l)
{
    unsigned flags;
    size_t n = 6;

    if (!wl_layers_need(l, n))
        return;
    flags = wl_load_be16(l->left.p);
    if ((flags & 0x8000) || (flags & 0x000f) != 2) {
        wl_layers_stop(l, WL_NEXT_NONE); /* a control message, or another version */
        return;
    }
    if (flags & 0x4000) {
        uint16_t length = wl_load_be16(l->left.p + 2);

        if (length >= n)
            wl_layers_trim(l, length);
        n += 2;
    }
    if (flags & 0x0800)
        n += 4;
    if (flags & 0x0200) {
        if (!wl_layers_need(l, n + 2))
            return;
        n += 2u + wl_load_be16(l->left.p + n);
    }
    wl_layers_skip_to(l, n, WL_NEXT_PPP);
}

/*
 * AYIYA (draft-massar-v6ops-ayiya): identity length as a power of two, and type (1) | signature
 * length in words, and hash (1) | authentication, and operation (1) | next header (1) | epoch (4) |
 * identity | signature | the packet
 */
void wl_tunnel_ayiya(struct wl_layers *l)
{
    size_t n;

    if (!wl_layers_need(l, 8))
        return;
    if ((l->left.p[2] & 0x0f) != 1) { /* only "forward" carries a packet */
        wl_layers_stop(l, WL_NEXT_NONE);
        return;
    }
    n = 8 + ((size_t)1 << (l->left.p[0] >> 4)) + (l->left.p[1] >> 4) * (size_t)4;
    l->protocol = l->left.p[3];
    wl_layers_skip_to(l, n, WL_NEXT_PROTOCOL);
}

/* ------------------------------------------------------------------------------------ GRE */

enum {
    GRE_CHECKSUM = 0x8000,
    GRE_ROUTING = 0x4000,
    GRE_KEY = 0x2000,
    GRE_SEQUENCE = 0x1000,
    GRE_ACK = 0x0080, /* version 1 only, RFC 2637 4.1 */
    GRE_VERSION = 0x0007,

    GRE_ERSPAN = 0x88be,
    GRE_ERSPAN_3 = 0x22eb,
    GRE_WCCP = 0x883e,
    GRE_EOIP = 0x6400, /* of MikroTik: Ethernet, the key holds its length */
};

/* Source route entries of RFC 1701: family (2) | offset (1) | length (1) | ...; the last is
 * zero. */
static bool take_routing(struct wl_layers *l)
{
    for (;;) {
        uint16_t family;
        size_t n;

        if (!wl_layers_need(l, 4))
            return false;
        family = wl_load_be16(l->left.p);
        n = l->left.p[3];
        wl_layers_take(l, 4);
        if (family == 0 && n == 0)
            return true;
        if (!wl_layers_need(l, n))
            return false;
        wl_layers_take(l, n);
    }
}

/*
 * ERSPAN (draft-foschiano-erspan): type I has no header of its own, and no sequence number in GRE;
 * type II has 8 octets, type III 12, and 8 more when the last bit of them says so.
 */
static void take_erspan(struct wl_layers *l, uint16_t protocol, bool has_sequence)
{
    size_t n = 8;

    if (protocol == GRE_ERSPAN && !has_sequence) {
        l->next = WL_NEXT_ETHERNET;
        return;
    }
    if (!wl_layers_need(l, n))
        return;
    if (protocol == GRE_ERSPAN_3 || l->left.p[0] >> 4 == 2) {
        if (!wl_layers_need(l, 12))
            return;
        n = l->left.p[11] & 1 ? 20 : 12;
    }
    wl_layers_skip_to(l, n, WL_NEXT_ETHERNET);
}

/* flags and version (2) | protocol (2) | what the flags say; RFC 2784, RFC 2890, RFC 2637 */
void wl_tunnel_gre(struct wl_layers *l)
{
    unsigned flags;
    uint16_t protocol;
    size_t n = 4;

    if (!wl_layers_need(l, n))
        return;
    flags = wl_load_be16(l->left.p);
    protocol = wl_load_be16(l->left.p + 2);
    if ((flags & GRE_VERSION) > 1) {
        wl_layers_stop(l, WL_NEXT_NONE);
        return;
    }
    if (flags & (GRE_CHECKSUM | GRE_ROUTING))
        n += 4;
    if (flags & GRE_KEY)
        n += 4;
    if (flags & GRE_SEQUENCE)
        n += 4;
    if ((flags & GRE_VERSION) == 1 && (flags & GRE_ACK))
        n += 4;
    if (!wl_layers_need(l, n))
        return;
    wl_layers_take(l, n);
    if ((flags & GRE_ROUTING) && !take_routing(l))
        return;
    if (protocol == GRE_ERSPAN || protocol == GRE_ERSPAN_3) {
        take_erspan(l, protocol, flags & GRE_SEQUENCE);
    } else if (protocol == GRE_EOIP) {
        l->next = WL_NEXT_ETHERNET;
    } else if (protocol == GRE_WCCP) {
        /* version 2 puts a redirect header of 4 octets before the packet, version 1 does not */
        if (!wl_layers_need(l, 1))
            return;
        if (l->left.p[0] >> 4 == 4) {
            l->next = WL_NEXT_IPV4;
        } else {
            wl_layers_skip_to(l, 4, WL_NEXT_IP);
        }
    } else {
        wl_link_ethertype(l, protocol);
        if (l->next == WL_NEXT_LLC) /* small numbers are no lengths here */
            wl_layers_stop(l, WL_NEXT_NONE);
    }
}
