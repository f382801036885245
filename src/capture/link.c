/* link.c - link layers: from the link type of a packet to what it carries.
 * SPDX-License-Identifier: MIT
 *
 * One function per link type takes its header off; the table at the end names them all. Layers that
 * occur inside others too (Ethernet, VLAN tags, MPLS, PPP, LLC) are steps of the loop of decode.c.
 * A new link type is one function and one row.
 */
#include "link.h"

#include "load.h"

enum {
    ETHERTYPE_IPV4 = 0x0800,
    ETHERTYPE_IPV6 = 0x86dd,
    ETHERTYPE_VLAN = 0x8100,
    ETHERTYPE_QINQ = 0x88a8,      /* IEEE 802.1ad */
    ETHERTYPE_QINQ_9100 = 0x9100, /* before it was standardised */
    ETHERTYPE_QINQ_9200 = 0x9200,
    ETHERTYPE_QINQ_9300 = 0x9300,
    ETHERTYPE_MPLS = 0x8847,
    ETHERTYPE_MPLS_UPSTREAM = 0x8848, /* RFC 5332 */
    ETHERTYPE_PPPOE = 0x8864,
    ETHERTYPE_PPP = 0x880b,
    ETHERTYPE_BRIDGED = 0x6558, /* transparent Ethernet bridging */
    ETHERTYPE_PBB = 0x88e7,     /* IEEE 802.1ah: an instance tag, then Ethernet */
    ETHERTYPE_VNTAG = 0x8926,
    ETHERTYPE_HSR = 0x892f, /* IEC 62439-3 */
    LARGEST_LENGTH = 1500,  /* below, the field is the length of an 802.3 frame */

    PPP_IPV4 = 0x0021,
    PPP_IPV6 = 0x0057,
    PPP_MPLS = 0x0281,
    PPP_MPLS_MULTICAST = 0x0283,
};

/* ----------------------------------------------------------------------- what Ethernet holds */

void wl_link_ethertype(struct wl_layers *l, uint16_t ethertype)
{
    switch (ethertype) {
    case ETHERTYPE_IPV4: l->next = WL_NEXT_IPV4; return;
    case ETHERTYPE_IPV6: l->next = WL_NEXT_IPV6; return;
    case ETHERTYPE_VLAN:
    case ETHERTYPE_QINQ:
    case ETHERTYPE_QINQ_9100:
    case ETHERTYPE_QINQ_9200:
    case ETHERTYPE_QINQ_9300: l->next = WL_NEXT_VLAN; return;
    case ETHERTYPE_MPLS:
    case ETHERTYPE_MPLS_UPSTREAM: l->next = WL_NEXT_MPLS; return;
    case ETHERTYPE_PPPOE: l->next = WL_NEXT_PPPOE; return;
    case ETHERTYPE_PPP: l->next = WL_NEXT_PPP; return;
    case ETHERTYPE_BRIDGED: l->next = WL_NEXT_ETHERNET; return;
    case ETHERTYPE_PBB:
        if (!wl_layers_need(l, 4))
            return;
        wl_layers_take(l, 4);
        l->next = WL_NEXT_ETHERNET;
        return;
    case ETHERTYPE_VNTAG:
    case ETHERTYPE_HSR:
        /* four octets of tag, then an ethertype: the last four read like a VLAN tag */
        if (!wl_layers_need(l, 2))
            return;
        wl_layers_take(l, 2);
        l->next = WL_NEXT_VLAN;
        return;
    default: break;
    }
    if (ethertype > LARGEST_LENGTH) {
        wl_layers_stop(l, WL_NEXT_NONE);
        return;
    }
    wl_layers_trim(l, ethertype);
    l->next = WL_NEXT_LLC;
}

/* destination (6) | source (6) | type or length (2) */
void wl_link_ethernet(struct wl_layers *l)
{
    uint16_t ethertype;

    if (!wl_layers_need(l, 14))
        return;
    ethertype = wl_load_be16(l->left.p + 12);
    wl_layers_take(l, 14);
    wl_link_ethertype(l, ethertype);
}

/* priority and id (2) | type or length (2), IEEE 802.1Q */
void wl_link_vlan(struct wl_layers *l)
{
    uint16_t ethertype;

    if (!wl_layers_need(l, 4))
        return;
    ethertype = wl_load_be16(l->left.p + 2);
    wl_layers_take(l, 4);
    wl_link_ethertype(l, ethertype);
}

/*
 * Ethernet at p, 14 octets: an ethertype that leads on, between addresses of manufacturers.
 * Addresses given out locally say nothing (Wireshark looks the manufacturer up, and is followed
 * here, so that connections get the same numbers).
 */
static bool looks_like_ethernet(const uint8_t *p)
{
    struct wl_layers probe = {.next = WL_NEXT_NONE};
    uint16_t ethertype = wl_load_be16(p + 12);

    if (ethertype <= LARGEST_LENGTH || (p[0] & 2) || (p[6] & 2))
        return false;
    wl_link_ethertype(&probe, ethertype);
    return probe.next != WL_NEXT_NONE;
}

/*
 * label (20 bits) | class (3) | bottom of stack (1) | TTL (8), RFC 3032. Nothing says what lies
 * under the stack: IP shows its version, a pseudowire (RFC 4448) may have a control word that
 * begins with four zero bits before its Ethernet. So do many Ethernet addresses.
 */
void wl_link_mpls(struct wl_layers *l)
{
    bool bottom = false;
    unsigned version;

    while (!bottom) {
        if (!wl_layers_need(l, 4))
            return;
        bottom = l->left.p[2] & 1;
        wl_layers_take(l, 4);
    }
    if (!wl_layers_need(l, 14))
        return;
    version = l->left.p[0] >> 4;
    if (version == 4 || version == 6) {
        l->next = WL_NEXT_IP;
        return;
    }
    if (version == 0 && !looks_like_ethernet(l->left.p))
        wl_layers_take(l, 4);
    /* RFC 4385 5: a first nibble of 1 is the associated channel of a pseudowire, no packet */
    l->next = version == 1 ? WL_NEXT_NONE : WL_NEXT_ETHERNET;
}

/* version and type (1) | code (1) | session (2) | length (2), RFC 2516 */
void wl_link_pppoe(struct wl_layers *l)
{
    uint16_t length;

    if (!wl_layers_need(l, 6))
        return;
    length = wl_load_be16(l->left.p + 4);
    if (l->left.p[1] != 0) {
        wl_layers_stop(l, WL_NEXT_NONE);
        return;
    }
    wl_layers_take(l, 6);
    wl_layers_trim(l, length);
    l->next = WL_NEXT_PPP;
}

/* Address and control (ff 03, may be left out) | protocol (1 or 2), RFC 1661, RFC 1662 */
void wl_link_ppp(struct wl_layers *l)
{
    unsigned protocol;

    if (l->left.n >= 2 && l->left.p[0] == 0xff && l->left.p[1] == 0x03)
        wl_layers_take(l, 2);
    if (!wl_layers_need(l, 2))
        return;
    /* RFC 1661 6.5: protocols below 256 may be sent as one octet, which is odd */
    if (l->left.p[0] & 1) {
        protocol = l->left.p[0];
        wl_layers_take(l, 1);
    } else {
        protocol = wl_load_be16(l->left.p);
        wl_layers_take(l, 2);
    }
    switch (protocol) {
    case PPP_IPV4: l->next = WL_NEXT_IPV4; return;
    case PPP_IPV6: l->next = WL_NEXT_IPV6; return;
    case PPP_MPLS:
    case PPP_MPLS_MULTICAST: l->next = WL_NEXT_MPLS; return;
    default: wl_layers_stop(l, WL_NEXT_NONE); return;
    }
}

/* SNAP behind its LLC header: organisation (3) | type (2) */
static void take_snap(struct wl_layers *l)
{
    uint32_t organisation;
    uint16_t type;

    if (!wl_layers_need(l, 5))
        return;
    organisation = wl_load_be32(l->left.p) >> 8;
    type = wl_load_be16(l->left.p + 3);
    wl_layers_take(l, 5);
    if (organisation == 0 || organisation == 0x0000f8) {
        wl_link_ethertype(l, type);
    } else if (organisation == 0x0080c2 && (type == 1 || type == 7)) {
        /* RFC 2684 5.2: bridged Ethernet over ATM, two octets of padding before */
        if (!wl_layers_need(l, 2))
            return;
        wl_layers_take(l, 2);
        l->next = WL_NEXT_ETHERNET;
    } else {
        wl_layers_stop(l, WL_NEXT_NONE);
    }
}

/* destination SAP (1) | source SAP (1) | control (1 for unnumbered frames), IEEE 802.2 */
void wl_link_llc(struct wl_layers *l)
{
    unsigned sap, control;

    if (!wl_layers_need(l, 3))
        return;
    sap = wl_load_be16(l->left.p);
    control = l->left.p[2];
    wl_layers_take(l, 3);
    if (sap == 0xaaaa && control == 3) {
        take_snap(l);
    } else if (sap >> 8 == 0x06 && control == 3) {
        l->next = WL_NEXT_IP;
    } else {
        wl_layers_stop(l, WL_NEXT_NONE);
    }
}

/*
 * 802.11: control (2) | duration (2) | three addresses (18) | sequence (2) | fourth address (6,
 * when it is between access points) | QoS (2) | HT control (4), then LLC. Encrypted frames,
 * fragments and aggregates are left alone.
 */
void wl_link_radio(struct wl_layers *l)
{
    size_t n = 24;
    unsigned kind, flags;

    if (!wl_layers_need(l, n))
        return;
    kind = l->left.p[0];
    flags = l->left.p[1];
    if ((kind & 0x0c) != 0x08 || (kind & 0x40) || (flags & 0x44) || (l->left.p[22] & 0x0f)) {
        wl_layers_stop(l, WL_NEXT_NONE);
        return;
    }
    if ((flags & 3) == 3)
        n += 6;
    if (kind & 0x80) {
        if (!wl_layers_need(l, n + 2))
            return;
        if (l->left.p[n] & 0x80) {
            wl_layers_stop(l, WL_NEXT_NONE);
            return;
        }
        n += flags & 0x80 ? 6 : 2;
    }
    if (!wl_layers_need(l, n))
        return;
    wl_layers_take(l, n);
    l->next = WL_NEXT_LLC;
}

/* --------------------------------------------------------------------------------- link types */

static void begin_ethernet(struct wl_layers *l)
{
    wl_link_ethernet(l);
}

static void begin_ip(struct wl_layers *l)
{
    l->next = WL_NEXT_IP;
}

static void begin_mpls(struct wl_layers *l)
{
    l->next = WL_NEXT_MPLS;
}

static void begin_pppoe(struct wl_layers *l)
{
    l->next = WL_NEXT_PPPOE;
}

static void begin_llc(struct wl_layers *l)
{
    l->next = WL_NEXT_LLC;
}

static void begin_radio(struct wl_layers *l)
{
    l->next = WL_NEXT_RADIO;
}

/* Address families as the systems number them: AF_INET is 2 everywhere, AF_INET6 is not. */
static enum wl_next family_next(uint32_t family)
{
    switch (family) {
    case 2: return WL_NEXT_IPV4;
    case 10:                      /* Linux */
    case 24:                      /* NetBSD, OpenBSD */
    case 28:                      /* FreeBSD */
    case 30: return WL_NEXT_IPV6; /* macOS */
    default: return WL_NEXT_NONE;
    }
}

enum wl_next wl_link_null(const uint8_t p[WL_NULL_HEADER])
{
    uint32_t family = wl_load_be32(p);

    return family_next(family > 0xffff ? wl_load_le32(p) : family);
}

static void begin_null(struct wl_layers *l)
{
    if (wl_layers_need(l, WL_NULL_HEADER))
        wl_layers_skip_to(l, WL_NULL_HEADER, wl_link_null(l->left.p));
}

/* OpenBSD's encapsulated traffic: family (4) | SPI (4) | flags (4) */
static void begin_enc(struct wl_layers *l)
{
    begin_null(l);
    if (l->next == WL_NEXT_IPV4 || l->next == WL_NEXT_IPV6)
        wl_layers_skip_to(l, 8, l->next);
}

/* OpenBSD's packet filter log: length (1) of the header before padding to 4 | family (1) | ... */
static void begin_pflog(struct wl_layers *l)
{
    if (!wl_layers_need(l, 2))
        return;
    wl_layers_skip_to(l, (l->left.p[0] + 3u) & ~3u, family_next(l->left.p[1]));
}

/* ARPHRD_NETLINK has no packets of a network; protocol 4 is LLC, the rest are ethertypes */
static void cooked(struct wl_layers *l, size_t n, unsigned hardware, uint16_t protocol)
{
    wl_layers_take(l, n);
    if (hardware != 824 && protocol == 4) {
        l->next = WL_NEXT_LLC;
    } else if (hardware == 824 || protocol <= LARGEST_LENGTH) {
        wl_layers_stop(l, WL_NEXT_NONE);
    } else {
        wl_link_ethertype(l, protocol);
    }
}

/* Linux cooked: packet type (2) | hardware (2) | address length (2) | address (8) | protocol (2) */
static void begin_sll(struct wl_layers *l)
{
    if (!wl_layers_need(l, 16))
        return;
    cooked(l, 16, wl_load_be16(l->left.p + 2), wl_load_be16(l->left.p + 14));
}

/* Version 2: protocol (2) | reserved (2) | interface (4) | hardware (2) | packet type (1) | address
 * length (1) | address (8) */
static void begin_sll2(struct wl_layers *l)
{
    if (!wl_layers_need(l, 20))
        return;
    cooked(l, 20, wl_load_be16(l->left.p + 8), wl_load_be16(l->left.p));
}

/*
 * Linux netfilter log: family (1) | version (1) | resource (2), then values of
 * length (2) with its own header | type (2) | value, padded to 4; type 9 is the packet. Lengths are
 * in the octet order of the machine that captured: types are small, which tells it.
 */
static void begin_nflog(struct wl_layers *l)
{
    enum wl_next next;

    if (!wl_layers_need(l, 4))
        return;
    next = family_next(l->left.p[0]);
    wl_layers_take(l, 4);
    while (wl_layers_need(l, 4)) {
        bool big_endian = l->left.p[2] == 0;
        unsigned type;
        size_t length;

        if (big_endian && l->left.p[3] == 0) /* type 0 */
            big_endian = l->left.p[0] == 0;
        type = wl_load16(l->left.p + 2, big_endian) & 0x7fff;
        length = wl_load16(l->left.p, big_endian);
        if (length < 4) {
            wl_layers_stop(l, WL_NEXT_CUT);
            return;
        }
        if (type == 9) {
            wl_layers_take(l, 4);
            wl_layers_trim(l, length - 4);
            l->next = next;
            return;
        }
        length = (length + 3) & ~(size_t)3;
        if (!wl_layers_need(l, length))
            return;
        wl_layers_take(l, length);
    }
}

static void begin_ppp(struct wl_layers *l)
{
    l->next = WL_NEXT_PPP;
}

/* Cisco's HDLC: address (1) | control (1) | ethertype (2) */
static void begin_cisco(struct wl_layers *l)
{
    uint16_t ethertype;

    if (!wl_layers_need(l, 4))
        return;
    ethertype = wl_load_be16(l->left.p + 2);
    wl_layers_take(l, 4);
    if (ethertype <= LARGEST_LENGTH) {
        wl_layers_stop(l, WL_NEXT_NONE);
    } else {
        wl_link_ethertype(l, ethertype);
    }
}

/* PPP in HDLC framing, or Cisco's HDLC: the address tells. */
static void begin_serial(struct wl_layers *l)
{
    if (l->left.n && (l->left.p[0] == 0x0f || l->left.p[0] == 0x8f)) {
        begin_cisco(l);
    } else {
        l->next = WL_NEXT_PPP;
    }
}

/* One octet of direction before PPP; pppd's replaces the address octet ff. */
static void begin_ppp_direction(struct wl_layers *l)
{
    wl_layers_skip_to(l, 1, WL_NEXT_PPP);
    if (l->next == WL_NEXT_PPP && l->left.n && l->left.p[0] == 0x03)
        wl_layers_take(l, 1);
}

static void begin_fddi(struct wl_layers *l)
{
    wl_layers_skip_to(l, 13, WL_NEXT_LLC);
}

/* Token ring: control (2) | destination (6) | source (6) | source route when bit 0 of source
 * says */
static void begin_token_ring(struct wl_layers *l)
{
    size_t n = 14;

    if (!wl_layers_need(l, n))
        return;
    if (l->left.p[8] & 0x80) {
        if (!wl_layers_need(l, n + 1))
            return;
        n += l->left.p[n] & 0x1f;
    }
    wl_layers_skip_to(l, n, WL_NEXT_LLC);
}

/* ARCNET: source (1) | destination (1) | Linux: offset (2) | protocol (1); RFC 1051, RFC 1201 */
static void arcnet(struct wl_layers *l, size_t n)
{
    unsigned protocol;

    if (!wl_layers_need(l, n + 1))
        return;
    protocol = l->left.p[n];
    wl_layers_take(l, n + 1);
    if (protocol == 240) {
        l->next = WL_NEXT_IPV4;
    } else if (protocol == 212 || protocol == 196) {
        /* split flag (1) | sequence (2); what is split over frames is left alone */
        if (!wl_layers_need(l, 1))
            return;
        if (l->left.p[0] == 0) {
            wl_layers_skip_to(l, 3, protocol == 212 ? WL_NEXT_IPV4 : WL_NEXT_IPV6);
        } else if (l->left.p[0] == 0xff) { /* exception frame: padding, then a header of its own */
            wl_layers_skip_to(l, 7, protocol == 212 ? WL_NEXT_IPV4 : WL_NEXT_IPV6);
        } else {
            wl_layers_stop(l, WL_NEXT_NONE);
        }
    } else {
        wl_layers_stop(l, WL_NEXT_NONE);
    }
}

static void begin_arcnet(struct wl_layers *l)
{
    arcnet(l, 2);
}

static void begin_arcnet_linux(struct wl_layers *l)
{
    arcnet(l, 4);
}

static void begin_sunatm(struct wl_layers *l)
{
    wl_layers_skip_to(l, 4, WL_NEXT_LLC);
}

static void begin_fibre_channel(struct wl_layers *l)
{
    wl_layers_skip_to(l, 16, WL_NEXT_LLC);
}

/* IP over IEEE 1394: two addresses (16) | ethertype (2) */
static void begin_firewire(struct wl_layers *l)
{
    uint16_t ethertype;

    if (!wl_layers_need(l, 18))
        return;
    ethertype = wl_load_be16(l->left.p + 16);
    wl_layers_take(l, 18);
    wl_link_ethertype(l, ethertype);
}

static void begin_netanalyzer(struct wl_layers *l)
{
    wl_layers_skip_to(l, 4, WL_NEXT_ETHERNET);
}

static void begin_mpacket(struct wl_layers *l)
{
    wl_layers_skip_to(l, 8, WL_NEXT_ETHERNET);
}

/* radiotap: version (1) | pad (1) | length (2, little-endian) | ... | 802.11 */
static void begin_radiotap(struct wl_layers *l)
{
    if (!wl_layers_need(l, 4))
        return;
    wl_layers_skip_to(l, wl_load_le16(l->left.p + 2), WL_NEXT_RADIO);
}

/* Prism: code (4) | length (4), in the order of the machine; AVS begins alike, big-endian */
static void begin_prism(struct wl_layers *l)
{
    uint32_t n;

    if (!wl_layers_need(l, 8))
        return;
    n = wl_load_le32(l->left.p + 4);
    if (n > 0xffff)
        n = wl_load_be32(l->left.p + 4);
    wl_layers_skip_to(l, n, WL_NEXT_RADIO);
}

/* Per-packet information: version (1) | flags (1) | length (2) | link type (4), little-endian */
static void begin_ppi(struct wl_layers *l)
{
    uint32_t dlt;

    if (!wl_layers_need(l, 8))
        return;
    dlt = wl_load_le32(l->left.p + 4);
    wl_layers_skip_to(l, wl_load_le16(l->left.p + 2),
                      dlt == 105  ? WL_NEXT_RADIO
                      : dlt == 1  ? WL_NEXT_ETHERNET
                      : dlt == 12 ? WL_NEXT_IP
                                  : WL_NEXT_NONE);
}

/* LINKTYPE_ numbers of files are DLT_ numbers of libpcap on Linux but for these. */
static const struct {
    uint16_t linktype;
    int dlt;
} differing[] = {
    {100, 11}, /* ATM, RFC 1483 */
    {101, 12}, /* raw IP; first, so that it is what gets written */
    {14, 12},  /* raw IP of OpenBSD */
    {102, 15}, /* SLIP of BSD/OS */
    {103, 16}, /* PPP of BSD/OS */
    {106, 19}, /* classical IP over ATM */
};

/* Sorted by DLT_; searched once per packet only for what is not Ethernet. */
static const struct link {
    int dlt;
    void (*begin)(struct wl_layers *l);
} links[] = {
    {0, begin_null},
    {1, begin_ethernet},
    {6, begin_token_ring},
    {7, begin_arcnet},
    {9, begin_ppp},
    {10, begin_fddi},
    {11, begin_llc}, /* ATM, RFC 2684 */
    {12, begin_ip},
    {14, begin_ip},
    {19, begin_llc},
    {50, begin_serial},
    {51, begin_pppoe},
    {101, begin_ip}, /* an embedder's LINKTYPE_RAW */
    {104, begin_cisco},
    {105, begin_radio},
    {108, begin_null}, /* OpenBSD's loopback */
    {109, begin_enc},
    {113, begin_sll},
    {117, begin_pflog},
    {119, begin_prism},
    {122, begin_fibre_channel},
    {123, begin_sunatm},
    {127, begin_radiotap},
    {129, begin_arcnet_linux},
    {138, begin_firewire},
    {163, begin_prism}, /* AVS */
    {166, begin_ppp_direction},
    {192, begin_ppi},
    {204, begin_ppp_direction},
    {219, begin_mpls},
    {228, begin_ip},
    {229, begin_ip},
    {239, begin_nflog},
    {240, begin_netanalyzer},
    {274, begin_mpacket},
    {276, begin_sll2},
};

int wl_link_dlt(uint32_t linktype)
{
    for (size_t i = 0; i < WL_COUNT(differing); i++) {
        if (differing[i].linktype == linktype)
            return differing[i].dlt;
    }
    return (int)(linktype & INT32_MAX);
}

uint16_t wl_link_linktype(int dlt)
{
    for (size_t i = 0; i < WL_COUNT(differing); i++) {
        if (differing[i].dlt == dlt)
            return differing[i].linktype;
    }
    return (uint16_t)dlt;
}

bool wl_link_begin(struct wl_layers *l, int dlt)
{
    size_t from = 0, to = WL_COUNT(links);

    if (WL_LIKELY_TRUE(dlt == 1)) {
        wl_link_ethernet(l);
        return true;
    }
    while (from < to) {
        size_t middle = (from + to) / 2;

        if (links[middle].dlt == dlt) {
            links[middle].begin(l);
            return true;
        }
        if (links[middle].dlt < dlt) {
            from = middle + 1;
        } else {
            to = middle;
        }
    }
    return false;
}
