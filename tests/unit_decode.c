/* unit_decode.c - packets of every link type and tunnel, built in memory: whole, cut, nested.
 * SPDX-License-Identifier: MIT
 */
#include "decode.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum {
    BUDGET = 32 << 20,
    LARGEST = 4096,
    ETHERNET = 1,
    RAW = 12,
    PORT_FROM = 0x1234,
    PORT_TO = 80,
};

/* ----------------------------------------------------------------------- building packets */

/** A packet that is built from the inside out: each function puts a header in front. */
struct parcel {
    uint8_t room[LARGEST];
    size_t from; /* the first octet */
};

static struct wl_span octets_of(const struct parcel *p)
{
    return wl_span(p->room + p->from, LARGEST - p->from);
}

static uint8_t *wrap(struct parcel *p, const void *header, size_t n)
{
    assert_true(p->from >= n);
    p->from -= n;
    memcpy(p->room + p->from, header, n);
    return p->room + p->from;
}

static void set16(uint8_t *p, size_t value)
{
    p[0] = (uint8_t)(value >> 8);
    p[1] = (uint8_t)value;
}

#define WRAP(p, literal) wrap((p), (literal), sizeof(literal) - 1)

/** TCP with 4 octets of options and "hello". */
static struct parcel tcp(void)
{
    struct parcel p = {.from = LARGEST};

    WRAP(&p, "hello");
    WRAP(&p, "\x12\x34\0\x50"           /* ports */
             "\x01\x02\x03\x04"         /* sequence */
             "\x05\x06\x07\x08"         /* acknowledgement */
             "\x60\x18\x09\x0a\0\0\0\0" /* 24 octets, PSH ACK, window */
             "\1\1\1\0");
    return p;
}

static void ipv4(struct parcel *p, uint8_t protocol)
{
    size_t n = octets_of(p).n + 20;
    uint8_t *header = WRAP(p, "\x45\0\0\0\xab\xcd\0\0\x40\0\0\0\x0a\0\0\1\x0a\0\0\2");

    set16(header + 2, n);
    header[9] = protocol;
}

static void ipv6(struct parcel *p, uint8_t protocol)
{
    size_t n = octets_of(p).n;
    uint8_t *header = WRAP(p, "\x60\0\0\0\0\0\0\x40"
                              "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1"
                              "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\2");

    set16(header + 4, n);
    header[6] = protocol;
}

static void udp(struct parcel *p, uint16_t port)
{
    size_t n = octets_of(p).n + 8;
    uint8_t *header = WRAP(p, "\xc0\0\0\0\0\0\0\0");

    set16(header + 2, port);
    set16(header + 4, n);
}

static void ethernet(struct parcel *p, uint16_t ethertype)
{
    uint8_t *header = WRAP(p, "\2\0\0\0\0\1\2\0\0\0\0\2\0\0");

    set16(header + 12, ethertype);
}

/* ------------------------------------------------------------------------------- expecting */

struct bench {
    struct wl_budget budget;
    struct wl_counters counters;
    struct wl_decoder *decoder;
};

static int enter(void **state)
{
    static struct bench b;
    const struct wl_limits limits = {.max_fragments = 8, .max_fragment_octets = 4096};

    b = (struct bench){.counters = {0}};
    wl_budget_init(&b.budget, BUDGET, NULL, NULL, NULL);
    b.decoder = wl_decoder_new(&b.budget, &limits, &b.counters);
    *state = &b;
    return b.decoder ? 0 : -1;
}

static int leave(void **state)
{
    struct bench *b = *state;

    wl_decoder_free(b->decoder);
    return b->budget.used == 0 ? 0 : -1;
}

/** Decodes a copy of exactly the octets there are, so that a sanitizer sees every over-read. */
static enum wl_decoded decode_at(struct bench *b, int linktype, struct wl_span octets,
                                 uint32_t wire, wl_ns t, struct wl_segment *ret)
{
    static uint8_t kept[LARGEST]; /* the payload is looked at after the copy is gone */
    uint8_t *copy = octets.n ? wl_alloc(&b->budget, octets.n) : NULL;
    struct wl_packet p = {
        .ordinal = 7,
        .frame = 5,
        .t = t,
        .linktype = linktype,
        .wire_length = wire,
        .bytes = wl_span(copy, octets.n),
    };
    enum wl_decoded code;

    if (octets.n)
        memcpy(copy, octets.p, octets.n);
    *ret = (struct wl_segment){.packet = 0};
    code = wl_decode(b->decoder, &p, ret);
    if (code == WL_DECODED_TCP && ret->payload.n) {
        memcpy(kept, ret->payload.p, wl_min_size(ret->payload.n, LARGEST));
        ret->payload.p = kept;
    }
    wl_free(&b->budget, copy, octets.n);
    return code;
}

static enum wl_decoded decode(struct bench *b, int linktype, struct wl_span octets,
                              struct wl_segment *ret)
{
    return decode_at(b, linktype, octets, (uint32_t)octets.n, WL_SECOND, ret);
}

static void check_segment(const struct wl_segment *s)
{
    assert_int_equal(s->packet, 7);
    assert_int_equal(s->frame, 5);
    assert_int_equal(s->t, WL_SECOND);
    assert_int_equal(s->src.port, PORT_FROM);
    assert_int_equal(s->dst.port, PORT_TO);
    assert_int_equal(s->seq, 0x01020304);
    assert_int_equal(s->ack, 0x05060708);
    assert_int_equal(s->window, 0x090a);
    assert_int_equal(s->flags, WL_TCP_PSH | WL_TCP_ACK);
    assert_int_equal(s->ttl, 64);
    assert_true(s->src.family == s->dst.family);
    if (s->src.family == 4) {
        assert_memory_equal(s->src.ip, "\x0a\0\0\1\0\0\0\0\0\0\0\0\0\0\0\0", 16);
        assert_memory_equal(s->dst.ip, "\x0a\0\0\2\0\0\0\0\0\0\0\0\0\0\0\0", 16);
        assert_int_equal(s->ip_id, 0xabcd);
    } else {
        assert_memory_equal(s->src.ip, "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1", 16);
        assert_memory_equal(s->dst.ip, "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\2", 16);
    }
}

/** Whole it is "hello"; cut anywhere, what is missing is told; padding does not count. */
static void expect_hello(struct bench *b, int linktype, struct wl_span octets)
{
    uint8_t padded[LARGEST + 16];
    struct wl_segment s;

    assert_int_equal(decode(b, linktype, octets, &s), WL_DECODED_TCP);
    check_segment(&s);
    assert_int_equal(s.payload.n, 5);
    assert_memory_equal(s.payload.p, "hello", 5);
    assert_int_equal(s.lost, 0);
    for (size_t n = 0; n < octets.n; n++) {
        enum wl_decoded code = decode_at(b, linktype, wl_span_sub(octets, 0, n), (uint32_t)octets.n,
                                         WL_SECOND, &s);

        if (n >= octets.n - 9) { /* options of 4 octets may be cut */
            assert_int_equal(code, WL_DECODED_TCP);
            check_segment(&s);
            assert_int_equal(s.payload.n + s.lost, 5);
            assert_int_equal(s.payload.n, n > octets.n - 5 ? n - (octets.n - 5) : 0);
        } else {
            assert_true(code != WL_DECODED_TCP);
        }
    }
    memcpy(padded, octets.p, octets.n);
    memset(padded + octets.n, 'P', 16);
    assert_int_equal(decode(b, linktype, wl_span(padded, octets.n + 16), &s), WL_DECODED_TCP);
    assert_int_equal(s.payload.n, 5);
}

/* ------------------------------------------------------------------------------ link types */

static struct parcel plain(void)
{
    struct parcel p = tcp();

    ipv4(&p, 6);
    return p;
}

static struct parcel plain6(void)
{
    struct parcel p = tcp();

    ipv6(&p, 6);
    return p;
}

/** A header that goes before IPv4, and its link type. */
static const struct {
    int linktype;
    struct wl_span header;
} links[] = {
#define ROW(linktype, header) {linktype, {(const uint8_t *)(header), sizeof(header) - 1}},
    ROW(1, "dstdstsrcsrc\x08\0")                                       /* Ethernet */
    ROW(1, "dstdstsrcsrc\x81\0\0\1\x08\0")                             /* 802.1Q */
    ROW(1, "dstdstsrcsrc\x88\xa8\0\1\x81\0\0\2\x08\0")                 /* QinQ */
    ROW(1, "dstdstsrcsrc\x91\0\0\1\x92\0\0\2\x81\0\0\3\x08\0")         /* and older */
    ROW(1, "dstdstsrcsrc\x88\x47\0\1\0\xff\0\2\1\xff")                 /* MPLS, two labels */
    ROW(1, "dstdstsrcsrc\x88\x48\0\1\1\xff\0\0\0\0dstdstsrcsrc\x08\0") /* EoMPLS */
    ROW(1, "dstdstsrcsrc\x88\x47\0\1\1\xff\0\1dstd\0rcsrc\x08\0")      /* without control word */
    ROW(1, "dstdstsrcsrc\x88\xe7\0\0\0\1dstdstsrcsrc\x08\0")           /* 802.1ah */
    ROW(1, "dstdstsrcsrc\x89\x26\0\0\0\0\x08\0")                       /* VN-tag */
    ROW(9, "\xff\x03\0\x21")                                           /* PPP */
    ROW(9, "\0\x21")                                                   /* and shorter */
    ROW(9, "\x21")                                                     /* and shorter */
    ROW(50, "\xff\x03\0\x21")                                          /* in HDLC framing */
    ROW(50, "\x0f\0\x08\0")                                            /* or Cisco's */
    ROW(104, "\x0f\0\x08\0") ROW(204, "\1\xff\x03\0\x21") ROW(166, "\1\x03\0\x21") ROW(12, "")
        ROW(14, "") ROW(101, "") ROW(228, "")                  /* raw IP */
    ROW(0, "\2\0\0\0") ROW(0, "\0\0\0\2") ROW(108, "\0\0\0\2") /* null, loop */
    ROW(109, "\0\0\0\2........") ROW(117, "\x3d\2..........................................."
                                          "...................")
        ROW(113, "\0\0\0\1\0\6macmac\0\0\x08\0")         /* Linux cooked */
    ROW(276, "\x08\0\0\0\0\0\0\1\0\1\0\6macmac\0\0")     /* and version 2 */
    ROW(10, "cdstdstsrcsrc\xaa\xaa\3\0\0\0\x08\0")       /* FDDI */
    ROW(6, "acdstdst\1rcsrc\xaa\xaa\3\0\0\0\x08\0")      /* token ring */
    ROW(6, "acdstdst\x80rcsrc\2r\xaa\xaa\3\0\0\0\x08\0") /* with a source route */
    ROW(11, "\xaa\xaa\3\0\0\0\x08\0") ROW(11, "\xaa\xaa\3\0\x80\xc2\0\7..dstdstsrcsrc\x08\0")
        ROW(7, "sd\xf0") ROW(129, "sd..\xf0") ROW(129, "sd..\xd4\0..") /* ARCNET */
    ROW(138, "................\x08\0") ROW(219, "\0\1\1\xff") ROW(240, "....dstdstsrcsrc\x08\0")
        ROW(105, "\x08\1dudst...srcsrc......p\0\xaa\xaa\3\0\0\0\x08\0") /* 802.11 */
    ROW(105, "\x88\1dudst...srcsrc......p\0\0\0\xaa\xaa\3\0\0\0\x08\0") /* with QoS */
    ROW(127, "\0\0\x08\0....\x08\1dudst...srcsrc......p\0\xaa\xaa\3\0\0\0\x08\0")
        ROW(119, "codn\x0c\0\0\0....\x08\1dudst...srcsrc......p\0\xaa\xaa\3\0\0\0\x08\0")
            ROW(163, "codn\0\0\0\x0c....\x08\1dudst...srcsrc......p\0\xaa\xaa\3\0\0\0\x08\0")
                ROW(192, "\0\0\x08\0\1\0\0\0dstdstsrcsrc\x08\0")
#undef ROW
};

static void reads_every_link_type(void **state)
{
    struct bench *b = *state;

    for (size_t i = 0; i < WL_COUNT(links); i++) {
        struct parcel p = plain();

        wrap(&p, links[i].header.p, links[i].header.n);
        expect_hello(b, links[i].linktype, octets_of(&p));
    }
}

static void reads_links_with_lengths(void **state)
{
    struct bench *b = *state;
    struct parcel p = plain();
    size_t n = octets_of(&p).n;
    struct wl_segment s;
    uint8_t *header;

    header = WRAP(&p, "\x11\0\0\1\0\0\0\x21"); /* PPPoE */
    set16(header + 4, n + 2);
    ethernet(&p, 0x8864);
    expect_hello(b, ETHERNET, octets_of(&p));
    p = plain();
    WRAP(&p, "\x06\x06\3"); /* 802.3 with LLC */
    ethernet(&p, (uint16_t)octets_of(&p).n);
    expect_hello(b, ETHERNET, octets_of(&p));
    /* NFLOG of either octet order: another value first, then the packet */
    for (unsigned big = 0; big < 2; big++) {
        p = plain();
        header = wrap(
            &p, big ? "\2\0\0\0\0\x05\0\1x\0\0\0\0\0\0\x09" : "\2\0\0\0\x05\0\1\0x\0\0\0\0\0\x09\0",
            16);
        header[big ? 13 : 12] = (uint8_t)(n + 4);
        assert_int_equal(decode(b, 239, octets_of(&p), &s), WL_DECODED_TCP);
        check_segment(&s);
        assert_int_equal(s.payload.n, 5);
    }
}

static void reads_ipv6(void **state)
{
    struct bench *b = *state;
    struct parcel p = plain6();

    expect_hello(b, RAW, octets_of(&p));
    expect_hello(b, 229, octets_of(&p));
    WRAP(&p, "\x1e\0\0\0"); /* macOS loopback */
    expect_hello(b, 0, octets_of(&p));
    p = tcp();
    WRAP(&p, "\6\0\0\0\0\0\0\1");             /* atomic fragment */
    WRAP(&p, "\x2c\1......~~~~~~~~");         /* destination options */
    WRAP(&p, "\x3c\0......");                 /* routing */
    WRAP(&p, "\x2b\4..~~~~~~~~~~~~~~~~~~~~"); /* authentication: counted in words */
    WRAP(&p, "\x33\0......");                 /* hop by hop */
    ipv6(&p, 0);
    ethernet(&p, 0x86dd);
    expect_hello(b, ETHERNET, octets_of(&p));
}

static void reads_ipv4_options(void **state)
{
    struct bench *b = *state;
    struct parcel p = tcp();
    size_t n = octets_of(&p).n + 28;
    uint8_t *header = WRAP(&p,
                           "\x47\0\0\0\xab\xcd\0\0\x40\6\0\0\x0a\0\0\1\x0a\0\0\2\1\1\1\1\1\1\1\0");

    set16(header + 2, n);
    expect_hello(b, RAW, octets_of(&p));
}

/* --------------------------------------------------------------------------------- tunnels */

static void outer(struct parcel *p, bool is_udp, uint16_t port_or_protocol)
{
    if (is_udp)
        udp(p, port_or_protocol);
    ipv4(p, is_udp ? 17 : (uint8_t)port_or_protocol);
    ethernet(p, 0x0800);
}

/** A header before the inner packet, of IPv4 or IPv6, and what carries it. */
static const struct {
    bool six, is_udp;
    uint16_t number;
    struct wl_span header;
} tunnels[] = {
#define ROW(six, is_udp, number, header) \
    {six, is_udp, number, {(const uint8_t *)(header), sizeof(header) - 1}},
    ROW(false, false, 4, "") ROW(true, false, 41, "") /* IP-in-IP, 6in4 */
    ROW(false, false, 47, "\0\0\x08\0") ROW(true, false, 47, "\0\0\x86\xdd")
        ROW(false, false, 47, "\xb0\0\x08\0ch..key.seq.") /* all that GRE may hold */
    ROW(false, false, 47, "\x40\0\x08\0ch..\0\1\0\2ro\0\0\0\0")
        ROW(false, false, 47, "\x20\0\x65\x58key.dstdstsrcsrc\x08\0")
            ROW(false, false, 47,
                "\0\0\x88\xbe"
                "dstdstsrcsrc\x08\0") /* ERSPAN I */
    ROW(false, false, 47,
        "\x10\0\x88\xbe"
        "seq.\x10.......dstdstsrcsrc\x08\0") /* II */
    ROW(false, false, 47,
        "\x10\0\x22\xeb"
        "seq.\x20..........\0dstdstsrcsrc\x08\0")
        ROW(false, false, 47,
            "\x10\0\x22\xeb"
            "seq.\x20..........\1........dstdstsrcsrc\x08\0")
            ROW(false, false, 47,
                "\x30\x81\x88\x0b"
                "\0\0\0\0seq.ack.\xff\x03\0\x21") /* PPTP */
    ROW(false, false, 47,
        "\x20\x01\x64\0"
        "\0\0\0\0dstdstsrcsrc\x08\0") /* EoIP */
    ROW(false, false, 97, "\x30\0dstdstsrcsrc\x08\0") ROW(false, false, 137, "\0\1\1\xff")
        ROW(false, false, 51, "\4\4..~~~~~~~~~~~~~~~~~~~~")
            ROW(false, true, 4789, "\x08\0\0\0\0\0\1\0dstdstsrcsrc\x08\0") /* VXLAN */
    ROW(true, true, 8472, "\x08\0\0\0\0\0\1\0dstdstsrcsrc\x86\xdd")
        ROW(false, true, 4790, "\x0c\0\0\1\0\0\1\0") ROW(true, true, 4790, "\x0c\0\0\2\0\0\1\0")
            ROW(false, true, 6081, "\1\0\x65\x58\0\0\1\0....dstdstsrcsrc\x08\0") /* GENEVE */
    ROW(true, true, 6081, "\0\0\x86\xdd\0\0\1\0") ROW(false, true, 2152, "\x30\xff\0\0tuid")
        ROW(true, true, 2152, "\x32\xff\0\0tuidsqn\0") ROW(
            false, true, 2152, "\x34\xff\0\0tuidsqn\x85\1ab\xc0\1cd\0") /* GTP-U, two extensions */
    ROW(true, true, 3544, "") ROW(true, true, 3544, "\0\0oripor")       /* Teredo */
    ROW(true, true, 3544, "\0\1\1\2cvvnnnnnnnnx\0\0oripor")
        ROW(false, true, 1701, "\0\2tisi\xff\x03\0\x21") /* L2TP */
    ROW(false, true, 1701, "\x4a\2\0\0tisinsnr\0\2..\0\x21")
        ROW(true, true, 5072,
            "\x40\x52\x31\x29"
            "epoc................++++++++++++++++++++") ROW(false, true, 6635, "\0\1\1\xff")
#undef ROW
};

static void reads_every_tunnel(void **state)
{
    struct bench *b = *state;

    for (size_t i = 0; i < WL_COUNT(tunnels); i++) {
        struct parcel p = tunnels[i].six ? plain6() : plain();

        wrap(&p, tunnels[i].header.p, tunnels[i].header.n);
        outer(&p, tunnels[i].is_udp, tunnels[i].number);
        expect_hello(b, ETHERNET, octets_of(&p));
    }
}

/** What is on the port of a tunnel and is none. */
static void leaves_others_alone(void **state)
{
    static const struct {
        uint16_t port;
        const char *octets;
    } others[] = {
        {4789, "\x01 not VXLAN"}, {6081, "\xc0 another version"}, {2152, "\x32\1 an echo"},
        {3544, "no IPv6 here"},   {1701, "\xc8\2 control"},       {53, "no tunnel at all"},
    };
    struct bench *b = *state;
    struct wl_segment s;

    for (size_t i = 0; i < WL_COUNT(others); i++) {
        struct parcel p = {.from = LARGEST};

        wrap(&p, others[i].octets, strlen(others[i].octets));
        outer(&p, true, others[i].port);
        assert_int_equal(decode(b, ETHERNET, octets_of(&p), &s), WL_DECODED_OTHER);
    }
}

/** A header quoted by an ICMP error is no segment. */
static void quoted_headers_are_no_segments(void **state)
{
    struct bench *b = *state;
    struct parcel p = plain();
    struct wl_segment s;

    WRAP(&p, "\3\4..\0\0\5\xdc");
    outer(&p, false, 1);
    assert_int_equal(decode(b, ETHERNET, octets_of(&p), &s), WL_DECODED_OTHER);
    p = plain6();
    WRAP(&p, "\2\0..\0\0\5\xdc");
    ipv6(&p, 58);
    assert_int_equal(decode(b, RAW, octets_of(&p), &s), WL_DECODED_OTHER);
    assert_int_equal(b->counters.segments, 0);
    assert_int_equal(b->counters.undecoded, 2);
}

static void nesting_ends(void **state)
{
    struct bench *b = *state;
    struct parcel p = plain();
    struct wl_segment s;

    for (unsigned i = 0; i < 10; i++)
        ipv4(&p, 4);
    expect_hello(b, RAW, octets_of(&p));
    for (unsigned i = 0; i < 60; i++)
        ipv4(&p, 4);
    assert_int_not_equal(decode(b, RAW, octets_of(&p), &s), WL_DECODED_TCP);
    p = plain();
    for (unsigned i = 0; i < 500; i++)
        WRAP(&p, "\x81\0\0\1");
    WRAP(&p, "dstdstsrcsrc");
    assert_int_not_equal(decode(b, ETHERNET, octets_of(&p), &s), WL_DECODED_TCP);
}

/* ------------------------------------------------------------------------------------- TCP */

static void lengths_that_lie(void **state)
{
    struct bench *b = *state;
    struct parcel p = plain();
    uint8_t *ip = p.room + p.from;
    struct wl_span octets = octets_of(&p);
    struct wl_segment s;

    ip[20 + 12] = 0x40; /* TCP header of 16 octets */
    assert_int_equal(decode(b, RAW, octets, &s), WL_DECODED_CUT);
    ip[20 + 12] = 0xf0; /* longer than the packet */
    assert_int_equal(decode(b, RAW, octets, &s), WL_DECODED_CUT);
    ip[20 + 12] = 0x60;
    ip[0] = 0x44; /* IP header of 16 octets */
    assert_int_equal(decode(b, RAW, octets, &s), WL_DECODED_CUT);
    ip[0] = 0x45;
    set16(ip + 2, 19); /* shorter than its header */
    assert_int_equal(decode(b, RAW, octets, &s), WL_DECODED_CUT);
    set16(ip + 2, 0); /* segmentation offload: all there is */
    assert_int_equal(decode(b, RAW, octets, &s), WL_DECODED_TCP);
    assert_int_equal(s.payload.n, 5);
    set16(ip + 2, octets.n + 100); /* announced, but not captured */
    assert_int_equal(decode(b, RAW, octets, &s), WL_DECODED_TCP);
    assert_int_equal(s.payload.n, 5);
    assert_int_equal(s.lost, 100);
    ip[0] = 0x55;
    assert_int_equal(decode(b, 228, octets, &s), WL_DECODED_CUT);
    assert_int_equal(decode(b, 9999, octets, &s), WL_DECODED_UNKNOWN);
    assert_int_equal(b->counters.unknown_linktype, 1);
}

static void counts_wrong_checksums(void **state)
{
    struct bench *b = *state;
    struct parcel p = plain();
    uint8_t *checksum = p.room + p.from + 20 + 16;
    struct wl_segment s;

    /* all sums but three are wrong: the right one, the offloaded one, and none at all */
    for (unsigned sum = 0; sum <= 0xffff; sum++) {
        set16(checksum, sum);
        assert_int_equal(decode(b, RAW, octets_of(&p), &s), WL_DECODED_TCP);
    }
    assert_int_equal(b->counters.bad_checksum, 0x10000 - 3);
}

/* RFC 1071, octet by octet: what makes the sum over the pseudo header and n octets right. */
static uint16_t checksum_of(const uint8_t *addresses, size_t n_addresses, const uint8_t *p,
                            size_t n)
{
    uint32_t sum = 6 + (uint32_t)n;

    for (size_t i = 0; i < n_addresses; i++)
        sum += (uint32_t)addresses[i] << (i % 2 ? 0 : 8);
    for (size_t i = 0; i < n; i++)
        sum += (uint32_t)p[i] << (i % 2 ? 0 : 8);
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)~sum;
}

/** Content of any number of octets that is small, and each bit of its last ones. */
static void sums_up_what_is_there(void **state)
{
    struct bench *b = *state;

    for (unsigned six = 0; six < 2; six++) {
        for (size_t n = 0; n <= 44; n++) {
            struct parcel p = {.from = LARGEST - n};
            uint8_t *header;
            struct wl_segment s;
            uint64_t wrong = b->counters.bad_checksum;

            for (size_t i = 0; i < n; i++)
                p.room[LARGEST - n + i] = (uint8_t)(0x5a + 31 * i);
            WRAP(&p, "\x12\x34\0\x50\x01\x02\x03\x04\x05\x06\x07\x08\x50\x18\x09\x0a\0\0\0\0");
            header = p.room + p.from;
            if (six) {
                ipv6(&p, 6);
            } else {
                ipv4(&p, 6);
            }
            set16(header + 16, checksum_of(header - (six ? 32 : 8), six ? 32 : 8, header, 20 + n));
            assert_int_equal(decode(b, RAW, octets_of(&p), &s), WL_DECODED_TCP);
            assert_int_equal(b->counters.bad_checksum, wrong);
            for (size_t i = n > 9 ? n - 9 : 0; i < n; i++) {
                p.room[LARGEST - n + i] ^= (uint8_t)(1 << i % 8);
                assert_int_equal(decode(b, RAW, octets_of(&p), &s), WL_DECODED_TCP);
                assert_int_equal(b->counters.bad_checksum, ++wrong);
                p.room[LARGEST - n + i] ^= (uint8_t)(1 << i % 8);
            }
        }
    }
}

/* ------------------------------------------------------------------------------- fragments */

/** Puts octets [from, to) of whole into p, as a fragment of datagram id. */
static void fragment(struct parcel *p, const struct parcel *whole, uint8_t protocol, uint8_t id,
                     size_t from, size_t to, bool more)
{
    uint8_t *header;

    p->from = LARGEST;
    wrap(p, octets_of(whole).p + from, to - from);
    ipv4(p, protocol);
    header = p->room + p->from;
    header[4] = 0;
    header[5] = id;
    set16(header + 6, from / 8 + (more ? 0x2000 : 0));
}

/** Sends octets [from, to) of the TCP segment as a fragment of datagram id. */
static enum wl_decoded send_fragment(struct bench *b, uint8_t id, size_t from, size_t to, bool more,
                                     wl_ns t, struct wl_segment *ret)
{
    struct parcel whole = tcp(), p;

    fragment(&p, &whole, 6, id, from, to, more);
    return decode_at(b, RAW, octets_of(&p), (uint32_t)octets_of(&p).n, t, ret);
}

static void fragments_in_any_order(void **state)
{
    static const size_t orders[][3] = {
        {0, 8, 16}, {0, 16, 8}, {8, 0, 16}, {8, 16, 0}, {16, 0, 8}, {16, 8, 0},
    };
    struct bench *b = *state;
    struct wl_segment s;

    for (size_t i = 0; i < WL_COUNT(orders); i++) {
        for (unsigned k = 0; k < 3; k++) {
            size_t from = orders[i][k];
            enum wl_decoded code = send_fragment(b, (uint8_t)i, from, from == 16 ? 29 : from + 8,
                                                 from != 16, WL_SECOND, &s);

            assert_int_equal(code, k < 2 ? WL_DECODED_FRAGMENT : WL_DECODED_TCP);
        }
        assert_int_equal(s.payload.n, 5);
        assert_memory_equal(s.payload.p, "hello", 5);
        assert_int_equal(s.src.port, PORT_FROM);
    }
    assert_int_equal(b->counters.fragments, 18);
    assert_int_equal(b->counters.fragments_dropped, 0);
}

static void first_fragment_wins(void **state)
{
    struct bench *b = *state;
    struct wl_segment s;
    struct parcel p = {.from = LARGEST};
    uint8_t *header;

    /* octets 8 to 24, then everything else in one that overlaps on both sides, with other octets */
    assert_int_equal(send_fragment(b, 1, 8, 24, true, WL_SECOND, &s), WL_DECODED_FRAGMENT);
    WRAP(&p, "\x12\x34\0\x50\1\2\3\4~~~~~~~~~~~~~~~~world");
    ipv4(&p, 6);
    header = p.room + p.from;
    set16(header + 4, 1);
    set16(header + 6, 0x2000);
    p.room[LARGEST - 1] = '\0';
    /* its length is no multiple of 8: refused */
    assert_int_equal(decode(b, RAW, octets_of(&p), &s), WL_DECODED_FRAGMENT);
    assert_int_equal(b->counters.fragments_dropped, 1);
    assert_int_equal(send_fragment(b, 1, 0, 24, true, WL_SECOND, &s), WL_DECODED_FRAGMENT);
    assert_int_equal(send_fragment(b, 1, 16, 29, false, WL_SECOND, &s), WL_DECODED_TCP);
    assert_memory_equal(s.payload.p, "hello", 5);
    /* the end that was told first stays */
    assert_int_equal(send_fragment(b, 2, 24, 29, false, WL_SECOND, &s), WL_DECODED_FRAGMENT);
    assert_int_equal(send_fragment(b, 2, 16, 24, false, WL_SECOND, &s), WL_DECODED_FRAGMENT);
    assert_int_equal(send_fragment(b, 2, 0, 16, true, WL_SECOND, &s), WL_DECODED_TCP);
    assert_int_equal(s.payload.n, 5);
}

static void fragments_are_bounded(void **state)
{
    struct bench *b = *state;
    struct wl_segment s;

    /* eight may wait: the ninth datagram drives the first out */
    for (uint8_t i = 0; i < 9; i++)
        assert_int_equal(send_fragment(b, i, 0, 16, true, WL_SECOND, &s), WL_DECODED_FRAGMENT);
    assert_int_equal(b->counters.fragments_dropped, 1);
    assert_int_equal(send_fragment(b, 8, 16, 29, false, WL_SECOND, &s), WL_DECODED_TCP);
    assert_int_equal(b->counters.fragments_dropped, 2); /* its second piece needed room */
    assert_int_equal(send_fragment(b, 0, 16, 29, false, WL_SECOND, &s), WL_DECODED_FRAGMENT);
    /* after a minute nothing waits any more */
    assert_int_equal(send_fragment(b, 5, 16, 29, false, 62 * WL_SECOND, &s), WL_DECODED_FRAGMENT);
    wl_decoder_finish(b->decoder);
    assert_int_equal(b->counters.fragments, b->counters.fragments_dropped + 2);
}

static void ipv6_fragments(void **state)
{
    struct bench *b = *state;
    struct parcel whole = tcp();
    struct wl_span octets;
    struct wl_segment s;

    WRAP(&whole, "\6\0......"); /* a destination option before TCP, in the first fragment */
    octets = octets_of(&whole);
    for (unsigned k = 0; k < 2; k++) {
        struct parcel p = {.from = LARGEST};
        struct wl_span part = k == 0 ? wl_span_after(octets, 16) : wl_span_sub(octets, 0, 16);
        uint8_t *header;

        wrap(&p, part.p, part.n);
        header = WRAP(&p, "\x3c\0\0\0\0\0\0\7");
        header[3] = k == 0 ? 16 : 1;
        ipv6(&p, 44);
        assert_int_equal(decode(b, RAW, octets_of(&p), &s),
                         k == 0 ? WL_DECODED_FRAGMENT : WL_DECODED_TCP);
    }
    check_segment(&s);
    assert_memory_equal(s.payload.p, "hello", 5);
}

/* A datagram was cut, each fragment was put into another one, and those were cut, too: the
 * addresses of the inner header lie in a datagram that is gone when the inner one is whole. */
static void fragments_within_fragments(void **state)
{
    struct bench *b = *state;
    struct parcel whole = tcp(), inner, outer;
    struct wl_segment s;

    for (uint8_t i = 0; i < 2; i++) {
        fragment(&inner, &whole, 6, 1, i ? 16 : 0, i ? 29 : 16, i == 0);
        fragment(&outer, &inner, 4, (uint8_t)(2 + i), 0, 24, true);
        assert_int_equal(decode(b, RAW, octets_of(&outer), &s), WL_DECODED_FRAGMENT);
        fragment(&outer, &inner, 4, (uint8_t)(2 + i), 24, octets_of(&inner).n, false);
        assert_int_equal(decode(b, RAW, octets_of(&outer), &s),
                         i ? WL_DECODED_TCP : WL_DECODED_FRAGMENT);
    }
    assert_memory_equal(s.src.ip, "\x0a\0\0\1", 4);
    assert_memory_equal(s.dst.ip, "\x0a\0\0\2", 4);
    assert_memory_equal(s.payload.p, "hello", 5);
}

static void cut_fragments_are_not_kept(void **state)
{
    struct bench *b = *state;
    struct parcel p = plain();
    uint8_t *header = p.room + p.from;
    struct wl_span octets = octets_of(&p);
    struct wl_segment s;

    set16(header + 6, 0x2000);
    assert_int_equal(
        decode_at(b, RAW, wl_span_sub(octets, 0, octets.n - 2), (uint32_t)octets.n, WL_SECOND, &s),
        WL_DECODED_TCP);
    assert_int_equal(s.payload.n, 3);
    assert_int_equal(s.lost, 2);
    set16(header + 6, 0x2001);
    assert_int_equal(
        decode_at(b, RAW, wl_span_sub(octets, 0, octets.n - 2), (uint32_t)octets.n, WL_SECOND, &s),
        WL_DECODED_CUT);
}

/* ----------------------------------------------------------------------------------- noise */

/** Every octet of every packet above set to anything: nothing but an answer comes of it. */
static void survives_flipped_octets(void **state)
{
    struct bench *b = *state;
    uint32_t noise = 12345;
    struct wl_segment s;

    for (size_t i = 0; i < WL_COUNT(links) + WL_COUNT(tunnels); i++) {
        bool is_link = i < WL_COUNT(links);
        size_t k = is_link ? i : i - WL_COUNT(links);
        struct parcel p = is_link || !tunnels[k].six ? plain() : plain6();
        size_t n;

        if (is_link) {
            wrap(&p, links[k].header.p, links[k].header.n);
        } else {
            wrap(&p, tunnels[k].header.p, tunnels[k].header.n);
            outer(&p, tunnels[k].is_udp, tunnels[k].number);
        }
        n = octets_of(&p).n;
        for (unsigned round = 0; round < 2000; round++) {
            size_t at;
            uint8_t before;

            noise = noise * 1664525 + 1013904223;
            at = p.from + (noise >> 8) % n;
            before = p.room[at];
            p.room[at] = (uint8_t)(noise >> 24);
            (void)decode(b, is_link ? links[k].linktype : ETHERNET, octets_of(&p), &s);
            p.room[at] = before;
        }
    }
}

/* ------------------------------------------------------------------------------ the short way */

static void expect_same_segment(const struct wl_segment *a, const struct wl_segment *b)
{
    assert_int_equal(a->packet, b->packet);
    assert_int_equal(a->frame, b->frame);
    assert_int_equal(a->t, b->t);
    assert_memory_equal(&a->src, &b->src, sizeof(a->src));
    assert_memory_equal(&a->dst, &b->dst, sizeof(a->dst));
    assert_int_equal(a->seq, b->seq);
    assert_int_equal(a->ack, b->ack);
    assert_int_equal(a->window, b->window);
    assert_int_equal(a->flags, b->flags);
    assert_int_equal(a->ttl, b->ttl);
    assert_int_equal(a->ip_id, b->ip_id);
    assert_int_equal(a->lost, b->lost);
    assert_int_equal(a->payload.n, b->payload.n);
    if (a->payload.n)
        assert_ptr_equal(a->payload.p, b->payload.p);
}

/** Both ways, each with a decoder of its own; returns whether the short way took it. */
static bool compare_ways(struct bench *plain, struct bench *any, int linktype,
                         struct wl_span octets, size_t wire)
{
    const struct wl_packet packet = {7, 9, 11, linktype, (uint32_t)wire, octets};
    struct wl_counters before = plain->counters;
    struct wl_glance glance;
    struct wl_segment a, b;
    enum wl_decoded how;
    bool taken;

    memset(&a, 0, sizeof(a));
    memset(&b, 0, sizeof(b));
    wl_decode_plain(plain->decoder, &packet, 1, &glance);
    taken = glance.tcp;
    if (taken)
        wl_glance_segment(&packet, &glance, &a);
    if (!taken) /* then it must not have counted anything */
        assert_memory_equal(&plain->counters, &before, sizeof(before));
    how = wl_decode_any(any->decoder, &packet, &b);
    if (!taken) {
        any->counters = before;
        return false;
    }
    assert_int_equal(how, WL_DECODED_TCP);
    expect_same_segment(&a, &b);
    assert_memory_equal(&plain->counters, &any->counters, sizeof(before));
    return true;
}

/* What the short way knows in front of IP. */
enum front {
    FRONT_ETHERNET,
    FRONT_VLAN,
    FRONT_RAW,
    FRONT_SLL,
    FRONT_SLL2,
    FRONT_NULL,
    FRONT_NULL_SWAPPED,
    FRONTS
};
static const int front_linktypes[FRONTS] = {ETHERNET, ETHERNET, 12, 113, 276, 0, 0};

static struct parcel plain_packet(enum front front, bool six)
{
    const uint16_t ethertype = six ? 0x86dd : 0x0800;
    struct parcel p = tcp();

    if (six) {
        ipv6(&p, 6);
    } else {
        ipv4(&p, 6);
    }
    switch (front) {
    case FRONT_ETHERNET: ethernet(&p, ethertype); break;
    case FRONT_VLAN:
        set16((uint8_t *)WRAP(&p, "\0\x2a\0\0") + 2, ethertype);
        ethernet(&p, 0x8100);
        break;
    case FRONT_SLL:
        set16((uint8_t *)WRAP(&p, "\0\0\0\1\0\6\2\0\0\0\0\1\0\0\0\0") + 14, ethertype);
        break;
    case FRONT_SLL2: set16(WRAP(&p, "\0\0\0\0\0\0\0\2\0\1\0\6\2\0\0\0\0\1\0\0"), ethertype); break;
    case FRONT_NULL: set16((uint8_t *)WRAP(&p, "\0\0\0\0") + 2, six ? 30 : 2); break;
    case FRONT_NULL_SWAPPED: *(uint8_t *)WRAP(&p, "\0\0\0\0") = six ? 30 : 2; break;
    case FRONT_RAW:
    case FRONTS: break;
    }
    return p;
}

/* Every octet of every kind with every value, cut everywhere: the short way may pass, never
 * differ. */
static void the_short_way_says_the_same(void **state)
{
    struct bench *plain = *state, any = {.counters = {0}};
    const struct wl_limits limits = {.max_fragments = 8, .max_fragment_octets = 4096};

    wl_budget_init(&any.budget, BUDGET, NULL, NULL, NULL);
    any.decoder = wl_decoder_new(&any.budget, &limits, &any.counters);
    assert_non_null(any.decoder);
    for (unsigned kind = 0; kind < 2 * FRONTS; kind++) {
        const int linktype = front_linktypes[kind / 2];
        struct parcel p = plain_packet((enum front)(kind / 2), kind % 2);
        struct wl_span whole = octets_of(&p);
        unsigned n_taken = 0;

        assert_true(compare_ways(plain, &any, linktype, whole, whole.n));
        for (size_t n = 0; n <= whole.n; n++) {
            n_taken += compare_ways(plain, &any, linktype, wl_span_sub(whole, 0, n), whole.n);
            n_taken += compare_ways(plain, &any, linktype, wl_span_sub(whole, 0, n), whole.n + 3);
        }
        for (size_t i = 0; i < whole.n; i++) {
            uint8_t before = p.room[p.from + i];

            for (unsigned value = 0; value < 256; value++) {
                p.room[p.from + i] = (uint8_t)value;
                n_taken += compare_ways(plain, &any, linktype, whole, whole.n);
            }
            p.room[p.from + i] = before;
        }
        assert_true(n_taken > whole.n * 128); /* it is the way that is taken */
    }
    wl_decoder_free(any.decoder);
    assert_int_equal(any.budget.used, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(reads_every_link_type, enter, leave),
        cmocka_unit_test_setup_teardown(reads_links_with_lengths, enter, leave),
        cmocka_unit_test_setup_teardown(reads_ipv6, enter, leave),
        cmocka_unit_test_setup_teardown(reads_ipv4_options, enter, leave),
        cmocka_unit_test_setup_teardown(reads_every_tunnel, enter, leave),
        cmocka_unit_test_setup_teardown(leaves_others_alone, enter, leave),
        cmocka_unit_test_setup_teardown(quoted_headers_are_no_segments, enter, leave),
        cmocka_unit_test_setup_teardown(nesting_ends, enter, leave),
        cmocka_unit_test_setup_teardown(lengths_that_lie, enter, leave),
        cmocka_unit_test_setup_teardown(counts_wrong_checksums, enter, leave),
        cmocka_unit_test_setup_teardown(sums_up_what_is_there, enter, leave),
        cmocka_unit_test_setup_teardown(fragments_in_any_order, enter, leave),
        cmocka_unit_test_setup_teardown(first_fragment_wins, enter, leave),
        cmocka_unit_test_setup_teardown(fragments_are_bounded, enter, leave),
        cmocka_unit_test_setup_teardown(ipv6_fragments, enter, leave),
        cmocka_unit_test_setup_teardown(fragments_within_fragments, enter, leave),
        cmocka_unit_test_setup_teardown(cut_fragments_are_not_kept, enter, leave),
        cmocka_unit_test_setup_teardown(survives_flipped_octets, enter, leave),
        cmocka_unit_test_setup_teardown(the_short_way_says_the_same, enter, leave),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
