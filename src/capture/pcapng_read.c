/* pcapng_read.c - the blocks of a pcapng file (draft-ietf-opsawg-pcapng).
 * SPDX-License-Identifier: MIT
 *
 * Every block is
 *
 *     type (4) | total length (4) | body, padded to 4 | total length (4)
 *
 * in the octet order of its section, which the section header block tells by a magic number. A
 * section forgets the interfaces of the one before. Blocks that carry no packet and no interface
 * are passed over without being kept, however long. Packets are borrowed from the window of the
 * input.
 */
#include "pcapng_read.h"

#include "link.h"
#include "load.h"

enum {
    BLOCK_SECTION = 0x0a0d0d0a,
    BLOCK_INTERFACE = 1,
    BLOCK_OLD_PACKET = 2, /* obsolete, still found */
    BLOCK_SIMPLE_PACKET = 3,
    BLOCK_ENHANCED_PACKET = 6,
    BLOCK_JOURNAL = 9,
    BLOCK_CUSTOM = 0x0bad,
    BLOCK_CUSTOM_NO_COPY = 0x40000bad,
    BLOCK_SYSDIG_EVENT = 0x204,
    BLOCK_SYSDIG_EVENT_2 = 0x216,
    BLOCK_SYSDIG_EVENT_2_LARGE = 0x221,

    OPTION_END = 0,
    OPTION_TSRESOL = 9,
    OPTION_TSOFFSET = 14,

    HEADER = 8,                /* type and length */
    FRAME = HEADER + 4,        /* with the length behind */
    ENHANCED_FIXED = 20,       /* interface, time, two lengths */
    MAX_INTERFACE = 1 << 20,   /* octets of an interface block: it holds descriptive text only */
    MAX_INTERFACES = 64 << 10, /* of one section */
};

#define BYTE_ORDER_MAGIC 0x1a2b3c4du
/* A record that claims more is damage; the largest snap length in use is 256 KiB. */
#define MAX_BLOCK ((uint32_t)16 << 20)

void wl_pcapng_init(struct wl_pcapng *ng, struct wl_octets *in)
{
    *ng = (struct wl_pcapng){.in = in};
}

void wl_pcapng_release(struct wl_pcapng *ng)
{
    wl_free(ng->in->budget, ng->interfaces, ng->capacity * sizeof(*ng->interfaces));
    ng->interfaces = NULL;
    ng->n_interfaces = ng->capacity = 0;
}

/* The octets of a block end before it does: they are not there yet, or never will be. */
static int cut(const struct wl_pcapng *ng, uint64_t at, struct wl_error *err)
{
    if (ng->in->starved)
        return WL_AGAIN;
    return wl_octets_cut(ng->in, ng->frame + 1, at, err);
}

static int damaged(const struct wl_pcapng *ng, const char *why, struct wl_error *err)
{
    return wl_octets_damaged(ng->in, ng->frame + 1, wl_octets_position(ng->in), why, err);
}

/* ----------------------------------------------------------------------------------- time */

/* Nanoseconds of the file's clock, and what that is behind 1970. */
static wl_ns add_offset(uint64_t ns, wl_ns offset)
{
    wl_ns t = (wl_ns)wl_min_u64(ns, (uint64_t)WL_LATEST) + offset;

    return t < 0 ? 0 : t > WL_LATEST ? WL_LATEST : t;
}

/* Units of an interface to nanoseconds since 1970. */
static wl_ns to_time(const struct wl_pcapng_interface *i, uint64_t units)
{
    const uint64_t second = (uint64_t)WL_SECOND, latest = (uint64_t)WL_LATEST;
    uint64_t seconds, part;

    if (WL_LIKELY_TRUE(i->factor))
        return add_offset(units > latest / i->factor ? latest : units * i->factor, i->offset);
    if (i->divisor)
        return add_offset(units / i->divisor, i->offset);
    /* a power of two: 34 bits of fraction are 0.06 ns, and times 10^9 still fit in 64 bits */
    seconds = units >> i->shift;
    part = units & ((UINT64_C(1) << i->shift) - 1);
    if (i->shift > 34) {
        part = (part >> (i->shift - 34)) * second >> 34;
    } else {
        part = part * second >> i->shift;
    }
    return add_offset(seconds > latest / second ? latest : seconds * second + part, i->offset);
}

/* if_tsresol: the top bit clear, units of 10^-n seconds; set, of 2^-n. */
static void set_resolution(struct wl_pcapng_interface *i, uint8_t resolution)
{
    unsigned power = resolution & 0x7f;

    i->factor = i->divisor = 0;
    i->shift = 0;
    if (resolution & 0x80) {
        i->shift = power < 63 ? power : 63;
    } else if (power <= 9) {
        i->factor = 1;
        for (unsigned n = power; n < 9; n++)
            i->factor *= 10;
    } else {
        i->divisor = 1;
        /* 10^19 is the largest power of ten in 64 bits: more than that and all times are 0 */
        for (unsigned n = 9; n < power && n < 28; n++)
            i->divisor *= 10;
    }
}

/* ----------------------------------------------------------------------------- interfaces */

static void read_options(const struct wl_pcapng *ng, struct wl_span options,
                         struct wl_pcapng_interface *i)
{
    while (options.n >= 4) {
        unsigned code = wl_load16(options.p, ng->big_endian);
        size_t n = wl_load16(options.p + 2, ng->big_endian);
        struct wl_span value;

        options = wl_span_after(options, 4);
        if (code == OPTION_END || n > options.n)
            return;
        value = wl_span_sub(options, 0, n);
        if (code == OPTION_TSRESOL && n >= 1) {
            set_resolution(i, value.p[0]);
        } else if (code == OPTION_TSOFFSET && n >= 8) {
            /* two's complement by way of the sign bit, so that no cast is implementation-defined */
            uint64_t bits = wl_load64(value.p, ng->big_endian);
            int64_t seconds = bits >> 63 ? -(int64_t)(~bits) - 1 : (int64_t)bits;
            int64_t most = WL_LATEST / WL_SECOND;

            seconds = seconds > most ? most : seconds < -most ? -most : seconds;
            i->offset = seconds * WL_SECOND;
        }
        options = wl_span_after(options, (n + 3) & ~(size_t)3);
    }
}

static int grow_interfaces(struct wl_pcapng *ng, struct wl_error *err)
{
    size_t size = sizeof(*ng->interfaces);
    size_t capacity = ng->capacity ? ng->capacity * 2 : 4;
    void *moved;

    if (ng->n_interfaces >= MAX_INTERFACES)
        return damaged(ng, "more than 65536 interfaces", err);
    moved = wl_resize(ng->in->budget, ng->interfaces, ng->capacity * size, capacity * size);
    if (!moved) {
        return wl_octets_damaged(ng->in, ng->frame + 1, wl_octets_position(ng->in),
                                 "no memory for its interfaces", err);
    }
    ng->interfaces = moved;
    ng->capacity = capacity;
    return 0;
}

/* body: linktype (2), reserved (2), snap length (4), options */
static int read_interface(struct wl_pcapng *ng, struct wl_span body, struct wl_error *err)
{
    struct wl_pcapng_interface *i;

    if (body.n < 8)
        return damaged(ng, "an interface block is too short", err);
    if (ng->n_interfaces == ng->capacity) {
        int code = grow_interfaces(ng, err);

        if (code < 0)
            return code;
    }
    i = &ng->interfaces[ng->n_interfaces++];
    *i = (struct wl_pcapng_interface){
        .linktype = wl_link_dlt(wl_load16(body.p, ng->big_endian)),
        .snaplen = wl_load32(body.p + 4, ng->big_endian),
        .factor = 1000, /* microseconds unless if_tsresol says otherwise */
    };
    read_options(ng, wl_span_after(body, 8), i);
    return 0;
}

/* -------------------------------------------------------------------------------- packets */

/* Interface id, time in two halves, captured and wire length; OPB has 16 bits of drops too. */
static int read_packet(struct wl_pcapng *ng, struct wl_span body, bool old, struct wl_packet *ret,
                       struct wl_error *err)
{
    const uint8_t *p = body.p;
    const struct wl_pcapng_interface *i;
    uint32_t id, captured;
    uint64_t units;

    if (body.n < ENHANCED_FIXED)
        return damaged(ng, "a packet block is too short", err);
    id = old ? wl_load16(p, ng->big_endian) : wl_load32(p, ng->big_endian);
    captured = wl_load32(p + 12, ng->big_endian);
    if (captured > body.n - ENHANCED_FIXED)
        return damaged(ng, "the packet is longer than its block", err);
    if (id >= ng->n_interfaces)
        return damaged(ng, "its interface has not been described", err);
    i = &ng->interfaces[id];
    units = (uint64_t)wl_load32(p + 4, ng->big_endian) << 32 | wl_load32(p + 8, ng->big_endian);
    ng->last = to_time(i, units);
    ret->linktype = i->linktype;
    ret->wire_length = wl_load32(p + 16, ng->big_endian);
    ret->bytes = wl_span(p + ENHANCED_FIXED, captured);
    return 1;
}

/* Only the wire length: of interface 0, at the time last seen, as long as the snap length lets. */
static int read_simple(struct wl_pcapng *ng, struct wl_span body, struct wl_packet *ret,
                       struct wl_error *err)
{
    const struct wl_pcapng_interface *i = ng->interfaces;
    uint32_t wire, captured;

    if (body.n < 4)
        return damaged(ng, "a packet block is too short", err);
    if (ng->n_interfaces == 0)
        return damaged(ng, "its interface has not been described", err);
    wire = captured = wl_load32(body.p, ng->big_endian);
    if (i->snaplen && captured > i->snaplen)
        captured = i->snaplen;
    if (captured > body.n - 4)
        captured = (uint32_t)(body.n - 4);
    ret->linktype = i->linktype;
    ret->wire_length = wire;
    ret->bytes = wl_span(body.p + 4, captured);
    return 1;
}

/* --------------------------------------------------------------------------------- blocks */

/*
 * type (4) | length (4) | byte-order magic (4) | major (2) | minor (2) | section length (8) ...
 * The type reads the same in both orders; the magic says how to read the length.
 */
static int begin_section(struct wl_pcapng *ng, uint32_t *ret_length, struct wl_error *err)
{
    uint64_t at = wl_octets_position(ng->in);
    const uint8_t *p;
    uint32_t length;

    if (!wl_octets_have(ng->in, 28))
        return cut(ng, at, err);
    p = ng->in->p;
    if (wl_load_be32(p + 8) == BYTE_ORDER_MAGIC) {
        ng->big_endian = true;
    } else if (wl_load_le32(p + 8) == BYTE_ORDER_MAGIC) {
        ng->big_endian = false;
    } else {
        return damaged(ng, "a section header without its byte-order magic", err);
    }
    if (wl_load16(p + 12, ng->big_endian) != 1)
        return damaged(ng, "a version of pcapng that is not known", err);
    length = wl_load32(p + 4, ng->big_endian);
    if (length < 28)
        return damaged(ng, "a section header that is too short", err);
    ng->n_interfaces = 0;
    *ret_length = length;
    return 0;
}

/* Blocks that are no packets of a network, yet count as frames in Wireshark's numbering. */
static bool counts_as_frame(uint32_t type)
{
    switch (type) {
    case BLOCK_JOURNAL:
    case BLOCK_CUSTOM:
    case BLOCK_CUSTOM_NO_COPY:
    case BLOCK_SYSDIG_EVENT:
    case BLOCK_SYSDIG_EVENT_2:
    case BLOCK_SYSDIG_EVENT_2_LARGE: return true;
    default: return false;
    }
}

static bool is_kept_whole(uint32_t type)
{
    return type == BLOCK_ENHANCED_PACKET || type == BLOCK_INTERFACE ||
           type == BLOCK_SIMPLE_PACKET || type == BLOCK_OLD_PACKET;
}

/* A block that is kept whole: 1 and *ret for a packet, 0 for an interface, or negative. */
static int read_block(struct wl_pcapng *ng, uint32_t type, uint32_t length, struct wl_packet *ret,
                      struct wl_error *err)
{
    const uint8_t *block = ng->in->p;
    struct wl_span body = wl_span(block + HEADER, length - FRAME);
    int code;

    if (wl_load32(block + length - 4, ng->big_endian) != length)
        return damaged(ng, "the two lengths of a block differ", err);
    if (type == BLOCK_ENHANCED_PACKET) {
        code = read_packet(ng, body, false, ret, err);
    } else if (type == BLOCK_INTERFACE) {
        code = read_interface(ng, body, err);
    } else if (type == BLOCK_SIMPLE_PACKET) {
        code = read_simple(ng, body, ret, err);
    } else {
        code = read_packet(ng, body, true, ret, err);
    }
    if (code >= 0)
        ng->in->p += length;
    if (code == 1) {
        ret->t = ng->last;
        ret->frame = ++ng->frame;
        ret->ordinal = 0;
    }
    return code;
}

/* The header of the next block: 1, 0 at a proper end, or negative. */
static int next_header(struct wl_pcapng *ng, uint32_t *ret_type, uint32_t *ret_length,
                       struct wl_error *err)
{
    struct wl_octets *in = ng->in;

    if (!wl_octets_have(in, HEADER)) {
        if (in->p == in->end && !in->failure.code && !in->starved)
            return 0;
        return cut(ng, wl_octets_position(in), err);
    }
    *ret_type = wl_load32(in->p, ng->big_endian);
    *ret_length = wl_load32(in->p + 4, ng->big_endian);
    if (*ret_type == BLOCK_SECTION) {
        int code = begin_section(ng, ret_length, err);

        if (code < 0)
            return code;
    }
    if (*ret_length < FRAME || *ret_length % 4 != 0)
        return damaged(ng, "the length of a block makes no sense", err);
    return 1;
}

int wl_pcapng_next(struct wl_pcapng *ng, struct wl_packet *ret, struct wl_error *err)
{
    struct wl_octets *in = ng->in;

    for (;;) {
        uint64_t at = wl_octets_position(in);
        uint32_t type = 0, length = 0;
        int code;

        if (WL_LIKELY_FALSE(ng->skip) && !wl_octets_skip(in, &ng->skip))
            return cut(ng, at, err);
        code = next_header(ng, &type, &length, err);
        if (code <= 0)
            return code;
        if (!is_kept_whole(type)) {
            ng->skip = length;
            if (!wl_octets_skip(in, &ng->skip))
                return cut(ng, at, err);
            ng->frame += counts_as_frame(type);
            continue;
        }
        if (length > (type == BLOCK_INTERFACE ? MAX_INTERFACE : MAX_BLOCK))
            return damaged(ng, "a block that claims to be larger than any packet", err);
        if (!wl_octets_have(in, length))
            return cut(ng, at, err);
        code = read_block(ng, type, length, ret, err);
        ng->block = length;
        if (code != 0)
            return code;
    }
}

void wl_pcapng_unread(struct wl_pcapng *ng)
{
    ng->in->p -= ng->block;
    ng->frame--;
}

/* The enhanced packet blocks that lie whole in the window, up to another block or one that is not
 * as it should be, for wl_pcapng_next to say why; inline, so that it is compiled once for each
 * order of octets. */
static WL_INLINE size_t more(struct wl_pcapng *ng, bool big_endian, struct wl_packet *ret,
                             size_t max)
{
    const uint8_t *p = ng->in->p, *end = ng->in->end;
    size_t n = 0;

    while (n < max && (size_t)(end - p) >= FRAME + ENHANCED_FIXED) {
        const uint32_t length = wl_load32(p + 4, big_endian);
        const uint32_t id = wl_load32(p + HEADER, big_endian);
        const uint32_t captured = wl_load32(p + HEADER + 12, big_endian);
        const struct wl_pcapng_interface *i;

        if (wl_load32(p, big_endian) != BLOCK_ENHANCED_PACKET || length > (size_t)(end - p) ||
            length > MAX_BLOCK || length % 4 != 0 || length < FRAME + ENHANCED_FIXED ||
            captured > length - FRAME - ENHANCED_FIXED || id >= ng->n_interfaces ||
            wl_load32(p + length - 4, big_endian) != length)
            break;
        i = &ng->interfaces[id];
        ret[n].linktype = i->linktype;
        ret[n].t = to_time(i, (uint64_t)wl_load32(p + HEADER + 4, big_endian) << 32 |
                                  wl_load32(p + HEADER + 8, big_endian));
        ret[n].wire_length = wl_load32(p + HEADER + 16, big_endian);
        ret[n].bytes = wl_span(p + HEADER + ENHANCED_FIXED, captured);
        ret[n].frame = ng->frame + n + 1;
        p += length;
        n++;
    }
    ng->in->p = p;
    ng->frame += n;
    if (n)
        ng->last = ret[n - 1].t;
    return n;
}

size_t wl_pcapng_more(struct wl_pcapng *ng, struct wl_packet *ret, size_t max)
{
    if (WL_LIKELY_FALSE(ng->skip))
        return 0;
    return ng->big_endian ? more(ng, true, ret, max) : more(ng, false, ret, max);
}

bool wl_pcapng_ready(const struct wl_pcapng *ng)
{
    const struct wl_octets *in = ng->in;
    size_t have = (size_t)(in->end - in->p);

    return have >= HEADER && wl_load32(in->p, ng->big_endian) == BLOCK_ENHANCED_PACKET &&
           wl_load32(in->p + 4, ng->big_endian) <= have;
}
