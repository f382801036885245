/* wire.c - writes headers and capture files, for tests only.
 * SPDX-License-Identifier: MIT
 *
 * RFC 791, RFC 8200, RFC 9293 3.1; draft-ietf-opsawg-pcap and -pcapng. Shares nothing with the
 * reader in src/capture, so that a mistake in one is not hidden by the same mistake in the other.
 */
#include "wire.h"

#include "diag.h"

#include <archive.h>
#include <archive_entry.h>
#include <pcap/dlt.h>

enum {
    MAX_FRAMES = 1 << 20,
    MAX_HEADERS = 128,
    FRAGMENT = 64, /* octets of IP payload in the first fragment; a multiple of 8 */
    CLIENT_PORT = 40000,
    TCP_HEADER = 20,
};

/** Octets being written one after the other; never more than the caller made room for. */
struct out {
    uint8_t *p;
    size_t n;
    bool swapped; /* numbers of the capture file are big-endian */
};

static void put_u8(struct out *o, unsigned value)
{
    o->p[o->n++] = (uint8_t)value;
}

static void put_be16(struct out *o, unsigned value)
{
    put_u8(o, value >> 8 & 0xff);
    put_u8(o, value & 0xff);
}

static void put_be32(struct out *o, uint32_t value)
{
    put_be16(o, value >> 16);
    put_be16(o, value & 0xffff);
}

static void put_span(struct out *o, struct wl_span s)
{
    if (s.n)
        memcpy(o->p + o->n, s.p, s.n);
    o->n += s.n;
}

/** Numbers of capture files: in the octet order of the file. */
static void put_u32(struct out *o, uint64_t value)
{
    for (unsigned i = 0; i < 4; i++)
        put_u8(o, (unsigned)(value >> (o->swapped ? 24 - 8 * i : 8 * i)) & 0xff);
}

static void put_u16(struct out *o, unsigned value)
{
    put_u8(o, value >> (o->swapped ? 8 : 0) & 0xff);
    put_u8(o, value >> (o->swapped ? 0 : 8) & 0xff);
}

/* ------------------------------------------------------------------------------ IP and TCP */

/** The Internet checksum (RFC 1071), continued from sum. */
static uint32_t add_checksum(uint32_t sum, const uint8_t *p, size_t n)
{
    for (size_t i = 0; i + 1 < n; i += 2)
        sum += (uint32_t)(p[i] << 8 | p[i + 1]);
    if (n % 2)
        sum += (uint32_t)p[n - 1] << 8;
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return sum;
}

static void set_be16(uint8_t *p, uint32_t value)
{
    p[0] = (uint8_t)(value >> 8);
    p[1] = (uint8_t)value;
}

/** The sender of dir: 10.0.0.2 and 10.0.0.9; on the second leg the latter asks 10.0.0.17. */
static void put_address(struct out *o, bool v6, enum wl_dir end, uint8_t leg)
{
    uint32_t ip = leg == 0 ? 0x0a000002 : 0x0a000009;

    static const uint8_t prefix[12] = {0x20, 0x01, 0x0d, 0xb8};

    if (v6)
        put_span(o, wl_span(prefix, sizeof(prefix)));
    put_be32(o, end == WL_TO_SERVER ? ip : leg == 0 ? 0x0a000009 : 0x0a000011);
}

/** The TCP segment with a right checksum. */
static struct wl_span dress_tcp(const struct wire *w, const struct packet *p, struct wl_arena *a)
{
    struct out o = {.p = wl_arena_alloc(a, TCP_HEADER + p->payload.n)};
    uint8_t pseudo[40];
    struct out ends = {.p = pseudo};
    enum wl_dir back = p->dir == WL_TO_SERVER ? WL_TO_CLIENT : WL_TO_SERVER;
    uint32_t sum;

    if (!o.p)
        return WL_SPAN("");
    put_be16(&o, p->dir == WL_TO_SERVER ? CLIENT_PORT : w->port);
    put_be16(&o, p->dir == WL_TO_SERVER ? w->port : CLIENT_PORT);
    put_be32(&o, w->isn[p->dir] + (uint32_t)p->seq);
    put_be32(&o, p->flags & TCP_ACK ? w->isn[back] + (uint32_t)p->ack : 0);
    put_u8(&o, TCP_HEADER / 4 << 4);
    put_u8(&o, p->flags);
    put_be16(&o, p->window);
    put_be32(&o, 0);
    put_span(&o, p->payload);
    put_address(&ends, w->v6, WL_TO_SERVER, p->leg);
    put_address(&ends, w->v6, WL_TO_CLIENT, p->leg);
    put_be16(&ends, 6);
    put_be16(&ends, (unsigned)o.n);
    sum = add_checksum(add_checksum(0, pseudo, ends.n), o.p, o.n);
    set_be16(o.p + 16, ~sum & 0xffff);
    return wl_span(o.p, o.n);
}

/** The IPv4 header of n octets of payload that begin at offset of their datagram. */
static void put_ipv4(struct out *o, const struct packet *p, uint16_t id, size_t n, size_t offset,
                     bool more)
{
    uint8_t *header = o->p + o->n;

    put_be16(o, 0x4500);
    put_be16(o, (unsigned)(20 + n));
    put_be16(o, id);
    put_be16(o, (more ? 0x2000u : 0) | (unsigned)(offset / 8));
    put_u8(o, p->ttl);
    put_u8(o, 6);
    put_be16(o, 0);
    put_address(o, false, p->dir, p->leg);
    put_address(o, false, p->dir == WL_TO_SERVER ? WL_TO_CLIENT : WL_TO_SERVER, p->leg);
    set_be16(header + 10, ~add_checksum(0, header, 20) & 0xffff);
}

static void put_ipv6(struct out *o, const struct packet *p, size_t n)
{
    put_be32(o, 0x60000000);
    put_be16(o, (unsigned)n);
    put_u8(o, 6);
    put_u8(o, p->ttl);
    put_address(o, true, p->dir, p->leg);
    put_address(o, true, p->dir == WL_TO_SERVER ? WL_TO_CLIENT : WL_TO_SERVER, p->leg);
}

static void put_link(struct out *o, const struct wire *w, enum wl_dir dir)
{
    unsigned type = w->v6 ? 0x86dd : 0x0800;

    switch (w->link) {
    case WIRE_RAW: return;
    case WIRE_ETHER:
    case WIRE_QINQ:
        put_be32(o, 0x02000000);
        put_be16(o, dir == WL_TO_SERVER ? 9 : 2);
        put_be32(o, 0x02000000);
        put_be16(o, dir == WL_TO_SERVER ? 2 : 9);
        if (w->link == WIRE_QINQ) {
            put_be32(o, 0x88a80007);
            put_be32(o, 0x81000001);
        }
        break;
    case WIRE_SLL:
        put_be16(o, dir == WL_TO_SERVER ? 4 : 0); /* sent by us, or to us */
        put_be16(o, 1);
        put_be16(o, 6);
        put_be32(o, 0x02000000);
        put_be32(o, 0x00020000);
        break;
    }
    put_be16(o, type);
}

static void add_frame(struct frames *to, wl_ns t, struct wl_span bytes)
{
    struct frame *grown = wl_arena_grow(to->arena, to->p, to->n, &to->capacity, MAX_FRAMES,
                                        sizeof(*to->p));

    if (!grown) {
        to->cut = true;
        return;
    }
    to->p = grown;
    to->p[to->n++] = (struct frame){t, bytes};
}

/** A run of octets of a datagram as one frame. */
static void dress_ip(const struct wire *w, const struct packet *p, uint16_t id, struct wl_span part,
                     size_t offset, bool more, struct frames *ret)
{
    struct out o = {.p = wl_arena_alloc(ret->arena, MAX_HEADERS + part.n)};

    if (!o.p) {
        ret->cut = true;
        return;
    }
    put_link(&o, w, p->dir);
    if (w->v6) {
        put_ipv6(&o, p, part.n);
    } else {
        put_ipv4(&o, p, id, part.n, offset, more);
    }
    put_span(&o, part);
    if (w->link == WIRE_ETHER && o.n < 60)
        o.n = 60; /* the arena gives zeroed octets: the padding of Ethernet */
    add_frame(ret, p->t, wl_span(o.p, o.n));
}

void wire_dress(const struct wire *w, const struct packets *in, struct frames *ret)
{
    static const int linktypes[] = {
        [WIRE_RAW] = DLT_RAW,
        [WIRE_ETHER] = DLT_EN10MB,
        [WIRE_QINQ] = DLT_EN10MB,
        [WIRE_SLL] = DLT_LINUX_SLL,
    };

    ret->linktype = linktypes[w->link];
    for (uint32_t i = 0; i < in->n; i++) {
        struct wl_span tcp = dress_tcp(w, &in->p[i], ret->arena);
        uint16_t id = (uint16_t)(i + 1);

        if (w->fragments && !w->v6 && tcp.n > FRAGMENT) {
            dress_ip(w, &in->p[i], id, wl_span_after(tcp, FRAGMENT), FRAGMENT, false, ret);
            dress_ip(w, &in->p[i], id, wl_span_sub(tcp, 0, FRAGMENT), 0, true, ret);
        } else {
            dress_ip(w, &in->p[i], id, tcp, 0, false, ret);
        }
    }
    ret->cut = ret->cut || in->cut;
}

/* --------------------------------------------------------------------------- capture files */

/** LINKTYPE_ as files have it; DLT_RAW is the one of ours that differs. */
static uint32_t file_linktype(int linktype)
{
    return linktype == DLT_RAW ? 101 : (uint32_t)linktype;
}

static void write_pcap(struct out *o, const struct frames *frames, bool nano)
{
    put_u32(o, nano ? 0xa1b23c4d : 0xa1b2c3d4);
    put_u16(o, 2);
    put_u16(o, 4);
    put_u32(o, 0);
    put_u32(o, 0);
    put_u32(o, 262144);
    put_u32(o, file_linktype(frames->linktype));
    for (uint32_t i = 0; i < frames->n; i++) {
        const struct frame *f = &frames->p[i];

        put_u32(o, (uint64_t)(f->t / WL_SECOND));
        put_u32(o, (uint64_t)(f->t % WL_SECOND) / (nano ? 1 : 1000));
        put_u32(o, f->bytes.n);
        put_u32(o, f->bytes.n);
        put_span(o, f->bytes);
    }
}

static void write_pcapng(struct out *o, const struct frames *frames)
{
    put_u32(o, 0x0a0d0d0a); /* section header */
    put_u32(o, 28);
    put_u32(o, 0x1a2b3c4d);
    put_u16(o, 1);
    put_u16(o, 0);
    put_u32(o, UINT32_MAX);
    put_u32(o, UINT32_MAX);
    put_u32(o, 28);
    put_u32(o, 1); /* interface, with if_tsresol 9 */
    put_u32(o, 32);
    put_u16(o, file_linktype(frames->linktype));
    put_u16(o, 0);
    put_u32(o, 0);
    put_u16(o, 9);
    put_u16(o, 1);
    put_u32(o, o->swapped ? 0x09000000 : 9);
    put_u32(o, 0);
    put_u32(o, 32);
    for (uint32_t i = 0; i < frames->n; i++) {
        const struct frame *f = &frames->p[i];
        size_t padding = (4 - f->bytes.n % 4) % 4;

        put_u32(o, 6);
        put_u32(o, 32 + f->bytes.n + padding);
        put_u32(o, 0);
        put_u32(o, (uint64_t)f->t >> 32);
        put_u32(o, (uint64_t)f->t & UINT32_MAX);
        put_u32(o, f->bytes.n);
        put_u32(o, f->bytes.n);
        put_span(o, f->bytes);
        put_span(o, wl_span("\0\0\0", padding));
        put_u32(o, 32 + f->bytes.n + padding);
    }
}

struct wl_span wire_file(const struct frames *frames, enum wire_format format, struct wl_arena *a)
{
    struct out o = {.swapped = format == WIRE_PCAP_NANO_SWAPPED};
    size_t n = 256;

    for (uint32_t i = 0; i < frames->n; i++)
        n += frames->p[i].bytes.n + 64;
    o.p = wl_arena_alloc(a, n);
    if (!o.p || frames->cut)
        return WL_SPAN("");
    if (format == WIRE_PCAPNG) {
        write_pcapng(&o, frames);
    } else {
        write_pcap(&o, frames, format == WIRE_PCAP_NANO_SWAPPED);
    }
    return wl_span(o.p, o.n);
}

int wire_write(const char *path, struct wl_span octets, const char *filter, struct wl_error *err)
{
    struct archive *to = archive_write_new();
    struct archive_entry *entry = archive_entry_new();
    bool good = to && entry && archive_write_set_format_raw(to) == ARCHIVE_OK;

    if (good && filter)
        good = archive_write_add_filter_by_name(to, filter) == ARCHIVE_OK;
    good = good && archive_write_set_bytes_per_block(to, 0) == ARCHIVE_OK &&
           archive_write_open_filename(to, path) == ARCHIVE_OK;
    if (good) {
        archive_entry_set_filetype(entry, AE_IFREG);
        archive_entry_set_pathname(entry, "capture");
        good = archive_write_header(to, entry) == ARCHIVE_OK &&
               archive_write_data(to, octets.p, octets.n) == (la_ssize_t)octets.n;
    }
    archive_entry_free(entry);
    if (to && archive_write_close(to) != ARCHIVE_OK)
        good = false;
    if (to && archive_write_free(to) != ARCHIVE_OK)
        good = false;
    return good ? 0 : wl_fail(err, WL_EOUTPUT, "cannot write '%s'", path);
}
