/* file.c - one capture file, read forwards: what it is, pcap, and pcapng by pcapng_read.c.
 * SPDX-License-Identifier: MIT
 *
 * A pcap file is a header of 24 octets and records of
 *
 *     seconds (4) | micro- or nanoseconds (4) | captured length (4) | wire length (4) | octets
 *
 * in the octet order of the writer, which the magic number tells (draft-ietf-opsawg-pcap). The next
 * packet costs two comparisons and six loads: nothing is copied, nothing is allocated.
 */
#include "file.h"

#include "diag.h"
#include "link.h"
#include "load.h"
#include "octets.h"
#include "pcapng_read.h"
#include "scout.h"

#include <inttypes.h>

enum {
    FILE_HEADER = 24,
    RECORD_HEADER = 16,
    KUZNETZOV_HEADER = 24, /* interface, protocol and packet type follow the wire length */
};

#define MAGIC_MICRO     0xa1b2c3d4u
#define MAGIC_NANO      0xa1b23c4du
#define MAGIC_KUZNETZOV 0xa1b2cd34u
/* A record that claims more is damage; the largest snap length in use is 256 KiB. */
#define MAX_PACKET ((uint32_t)16 << 20)

/* Before version 2.3 the two lengths stood the other way round; writers of 2.3 did both. */
enum lengths {
    LENGTHS_PLAIN,
    LENGTHS_SWAPPED,
    LENGTHS_EITHER,
};

struct wl_file {
    struct wl_octets in;
    struct wl_budget *budget;
    bool is_pcapng;
    bool unknown; /* growing, and what it is could not be seen yet */
    /* pcap */
    bool big_endian;
    enum lengths lengths;
    uint32_t record_header;
    wl_ns per_unit; /* nanoseconds of one unit of the second field */
    int linktype;
    uint64_t frame; /* of the last packet */
    struct wl_pcapng ng;
};

/* --------------------------------------------------------------------------- what it is not */

struct other_kind {
    size_t offset;
    struct wl_span magic;
    const char *text;
};

/* What people pass by mistake, so that the message can name it. */
static const struct other_kind others[] = {
    {0, {(const uint8_t *)"snoop\0\0\0", 8}, "a snoop capture of Solaris"},
    {0, {(const uint8_t *)"GMBU", 4}, "a capture of Microsoft Network Monitor"},
    {0, {(const uint8_t *)"RTSS", 4}, "a capture of Microsoft Network Monitor 1"},
    {0, {(const uint8_t *)"TRSNIFF data", 12}, "a Sniffer capture"},
    {0, {(const uint8_t *)"XCP\0", 4}, "a NetXRay or Windows Sniffer capture"},
    {0, {(const uint8_t *)"\177ver", 4}, "an EtherPeek capture"},
    {0, {(const uint8_t *)"btsnoop\0", 8}, "a Bluetooth capture"},
    {0, {(const uint8_t *)"MDMP", 4}, "a memory dump of Windows"},
    {0, {(const uint8_t *)"\x13\0\0\0Elf", 7}, "an event log of Windows"},
    {0, {(const uint8_t *)"PK\3\4", 4}, "a zip archive: unpack it first"},
    {0, {(const uint8_t *)"7z\xbc\xaf\x27\x1c", 6}, "a 7z archive: unpack it first"},
    {0, {(const uint8_t *)"Rar!", 4}, "a rar archive: unpack it first"},
    {257, {(const uint8_t *)"ustar", 5}, "a tar archive: unpack it first"},
    {0, {(const uint8_t *)"\177ELF", 4}, "a program"},
    {0, {(const uint8_t *)"%PDF", 4}, "a PDF document"},
    {0, {(const uint8_t *)"\x89PNG", 4}, "a picture"},
    {0, {(const uint8_t *)"SQLite format 3", 15}, "an SQLite database"},
};

static bool is_text(struct wl_span s)
{
    for (size_t i = 0; i < s.n; i++) {
        uint8_t c = s.p[i];

        if (wl_is_ctl(c) && c != '\t' && c != '\r' && c != '\n' && c != '\f' && c != 0x1b)
            return false;
    }
    return s.n > 0;
}

static bool contains(struct wl_span s, struct wl_span word)
{
    for (size_t i = 0; i + word.n <= s.n; i++) {
        if (memcmp(s.p + i, word.p, word.n) == 0)
            return true;
    }
    return false;
}

/* Endace's ERF has no magic: type 1..29, a record length that covers its own header. */
static bool is_erf(struct wl_span s)
{
    return s.n >= 16 && s.p[8] >= 1 && (s.p[8] & 0x7f) <= 29 && wl_load_be16(s.p + 10) >= 16 &&
           wl_load_be16(s.p + 14) > 0 && wl_load_be16(s.p + 14) <= wl_load_be16(s.p + 10) + 4u &&
           wl_load_le32(s.p + 4) > 0x40000000u;
}

/* What the octets look like, or NULL. */
static const char *looks_like(struct wl_span s)
{
    struct wl_span first = wl_span_sub(s, 0, 512);
    struct wl_span text = wl_span_trim(first);

    for (size_t i = 0; i < WL_COUNT(others); i++) {
        if (wl_span_starts(wl_span_after(s, others[i].offset), others[i].magic))
            return others[i].text;
    }
    if (wl_unpack_kind(s))
        return "something compressed a second time";
    if (is_text(first)) {
        while (text.n && (text.p[0] == '\r' || text.p[0] == '\n' || text.p[0] == ' '))
            text = wl_span_after(text, 1);
        if (text.n && (text.p[0] == '{' || text.p[0] == '['))
            return contains(text, WL_SPAN("\"log\"")) ? "a HAR file" : "JSON";
        if (text.n && text.p[0] == '<')
            return "HTML or XML";
        return "text";
    }
    return is_erf(s) ? "an ERF capture" : NULL;
}

static int refuse(const struct wl_octets *in, struct wl_error *err)
{
    struct wl_span s = wl_span(in->p, (size_t)(in->end - in->p));
    const char *what = looks_like(s);
    int code;

    if (in->failure.code == WL_NOMEM)
        return wl_fail(err, WL_NOMEM, "out of memory");
    if (in->failure.code) {
        return wl_fail(err, WL_EDAMAGED, "'%s' cannot be %s: %s", in->name,
                       in->kind ? "decompressed" : "read", in->failure.text);
    }
    if (s.n == 0) {
        return wl_fail(err, WL_EOPEN, "'%s' is no capture: %s", in->name,
                       in->kind ? "nothing is compressed in it" : "it is empty");
    }
    code = wl_fail(err, WL_EOPEN, "'%s' is no capture%s%s%s%s", in->name, what ? ": it " : "",
                   what && in->kind ? "holds " : "", what && !in->kind ? "looks like " : "",
                   what ? what : "");
    wl_hint(err,
            "wirelint reads pcap and pcapng, plain or compressed with gzip, zstd, lz4, xz or "
            "bzip2%s",
            what && strstr(what, "capture") ? "; editcap of Wireshark converts others" : "");
    return code;
}

/* ----------------------------------------------------------------------------- the header */

static bool is_magic(uint32_t magic)
{
    return magic == MAGIC_MICRO || magic == MAGIC_NANO || magic == MAGIC_KUZNETZOV;
}

/* magic (4) | major (2) | minor (2) | two unused (8) | snap length (4) | link type (4) */
static int read_pcap_header(struct wl_file *f, struct wl_error *err)
{
    const uint8_t *p = f->in.p;
    uint32_t magic;
    unsigned major, minor;

    f->big_endian = is_magic(wl_load_be32(p));
    magic = wl_load32(p, f->big_endian);
    major = wl_load16(p + 4, f->big_endian);
    minor = wl_load16(p + 6, f->big_endian);
    if (major < 2) {
        return wl_fail(err, WL_EOPEN, "'%s' is a pcap file of version %u.%u, which is not known",
                       f->in.name, major, minor);
    }
    f->lengths = major > 2 || minor > 3 ? LENGTHS_PLAIN
                 : minor == 3           ? LENGTHS_EITHER
                                        : LENGTHS_SWAPPED;
    f->record_header = magic == MAGIC_KUZNETZOV ? KUZNETZOV_HEADER : RECORD_HEADER;
    f->per_unit = magic == MAGIC_NANO ? 1 : 1000;
    /* the top bits tell the length of the frame check sequence: what decodes ignores it anyway */
    f->linktype = wl_link_dlt(wl_load32(p + 20, f->big_endian) & 0x03ffffff);
    f->in.p += FILE_HEADER;
    return 0;
}

/* 0, a negative code, or WL_AGAIN, when nothing has been consumed. */
static int recognise(struct wl_file *f, struct wl_error *err)
{
    struct wl_octets *in = &f->in;
    size_t need;

    if (!wl_octets_have(in, 4))
        return in->starved ? WL_AGAIN : refuse(in, err);
    f->is_pcapng = wl_span_starts(wl_span(in->p, 4), WL_PCAPNG_MAGIC);
    if (!f->is_pcapng && !is_magic(wl_load_be32(in->p)) && !is_magic(wl_load_le32(in->p))) {
        (void)wl_octets_have(in, 512);
        return refuse(in, err);
    }
    need = f->is_pcapng ? 28 : FILE_HEADER;
    if (!wl_octets_have(in, need)) {
        if (in->starved)
            return WL_AGAIN;
        return wl_fail(err, WL_EDAMAGED, "'%s' is cut off in the file header (octet %" PRIu64 ")",
                       in->name, in->offset);
    }
    if (!f->is_pcapng)
        return read_pcap_header(f, err);
    wl_pcapng_init(&f->ng, in);
    return 0;
}

/* --------------------------------------------------------------------------------- opening */

static struct wl_file *new_file(struct wl_budget *budget, struct wl_error *err)
{
    struct wl_file *f = wl_alloc(budget, sizeof(*f));

    if (!f) {
        (void)wl_fail(err, WL_NOMEM, "out of memory");
        return NULL;
    }
    f->budget = budget;
    return f;
}

static int fail_open(struct wl_error *err, const char *path, const struct wl_error *cause)
{
    int code = wl_fail(err, cause->code, "cannot open '%s': %s", path, cause->text);

    wl_hint(err, "%s", cause->hint);
    return code;
}

/* The first look. */
static int begin(struct wl_file *f, struct wl_error *err)
{
    struct wl_error cause = {.code = 0};
    int code = wl_octets_look(&f->in, &cause);

    if (code < 0 && code != WL_AGAIN)
        return fail_open(err, f->in.name, &cause);
    if (code == 0)
        code = recognise(f, err);
    f->unknown = code == WL_AGAIN;
    return code;
}

int wl_file_open_growing(const char *path, const struct wl_octets_how *how,
                         struct wl_budget *budget, struct wl_file **ret, struct wl_error *err)
{
    struct wl_file *f = new_file(budget, err);
    struct wl_error cause = {.code = 0};
    int code;

    if (!f)
        return WL_NOMEM;
    code = wl_octets_open(&f->in, path, how, budget, &cause);
    if (code < 0) {
        wl_free(budget, f, sizeof(*f));
        return fail_open(err, path, &cause);
    }
    if (strcmp(path, "-") == 0)
        f->in.name = "standard input";
    f->unknown = true;
    *ret = f;
    return 0;
}

int wl_file_open(const char *path, const size_t *window, struct wl_budget *budget,
                 struct wl_file **ret, struct wl_error *err)
{
    const struct wl_octets_how how = {.window = window};
    struct wl_file *f = NULL;
    int code = wl_file_open_growing(path, &how, budget, &f, err);

    if (code < 0)
        return code;
    WL_ASSERT(f);
    code = begin(f, err);
    if (code < 0) {
        wl_file_free(f);
        return code;
    }
    *ret = f;
    return 0;
}

int wl_file_open_memory(struct wl_span bytes, struct wl_budget *budget, struct wl_file **ret,
                        struct wl_error *err)
{
    struct wl_file *f = new_file(budget, err);
    struct wl_error cause = {.code = 0};
    int code;

    if (!f)
        return WL_NOMEM;
    code = wl_octets_open_memory(&f->in, bytes, budget, &cause);
    if (code < 0) {
        wl_free(budget, f, sizeof(*f));
        return wl_fail(err, (enum wl_code)code, "cannot open memory: %s", cause.text);
    }
    code = recognise(f, err);
    if (code < 0) {
        wl_file_free(f);
        return code;
    }
    *ret = f;
    return 0;
}

void wl_file_set_stop(struct wl_file *f, const volatile sig_atomic_t *stop)
{
    f->in.packed.stop = stop;
}

bool wl_file_place(const struct wl_file *f, const struct wl_packet *p, uint64_t *ret)
{
    /* packets are borrowed from the window, which ends in front of what is read next */
    *ret = wl_octets_position(&f->in) - (uint64_t)(f->in.p - p->bytes.p);
    return !f->in.kind && p->bytes.p;
}

const struct wl_octets *wl_file_octets(const struct wl_file *f)
{
    return wl_octets_rereadable(&f->in) ? &f->in : NULL;
}

int wl_file_fd(const struct wl_file *f)
{
    return f->in.packed.fd;
}

enum wl_parked wl_file_park(struct wl_file *f, struct wl_packet *last)
{
    struct wl_packet again;
    struct wl_error err;
    enum wl_parked parked;

    if (f->is_pcapng) {
        wl_pcapng_unread(&f->ng);
    } else {
        f->in.p -= f->record_header + last->bytes.n;
        f->frame--;
    }
    parked = wl_octets_park(&f->in);
    if ((parked == WL_PARKED_NOT || parked == WL_PARKED_ASLEEP) &&
        wl_file_next(f, &again, &err) == 1)
        last->bytes = again.bytes;
    return parked;
}

int wl_file_wake(struct wl_file *f, struct wl_error *err)
{
    struct wl_error cause = {.code = 0};
    int code = wl_octets_wake(&f->in, &cause);

    return code < 0 ? fail_open(err, f->in.name, &cause) : 0;
}

bool wl_file_rereadable(const struct wl_file *f)
{
    return f->in.rereadable;
}

bool wl_file_unpacks(const struct wl_file *f)
{
    return f->in.unpacker != NULL;
}

bool wl_file_patient(const struct wl_file *f)
{
    return f->in.patient && !f->in.unpacker;
}

void wl_file_progress(const struct wl_file *f, uint64_t *done, uint64_t *size)
{
    /* of a plain file, what lies unread in the window is not done yet */
    *done = f->in.unpacker ? f->in.packed.done : wl_octets_position(&f->in);
    *size = f->in.size;
}

void wl_file_free(struct wl_file *f)
{
    if (!f)
        return;
    if (f->is_pcapng && f->ng.in)
        wl_pcapng_release(&f->ng);
    wl_octets_release(&f->in);
    wl_free(f->budget, f, sizeof(*f));
}

/* ---------------------------------------------------------------------------------- ahead of it */

void wl_file_map(struct wl_file *f)
{
    wl_octets_map(&f->in);
}

void wl_file_lead(struct wl_file *f, size_t n, struct wl_scout *scout)
{
    struct wl_octets *in = &f->in;
    uintptr_t from = (uintptr_t)in->p, to = (uintptr_t)in->end;

    if (!wl_octets_are_mapped(in)) {
        *scout = (struct wl_scout){.at = NULL};
        return;
    }
    scout->lead -= (uint32_t)wl_min_size(n, scout->lead);
    if ((uintptr_t)scout->at - from > to - from) { /* it was overtaken, or is somewhere else */
        scout->at = in->p;
        scout->lead = 0;
    }
    scout->end = in->end;
    scout->length_at = f->is_pcapng ? 4 : 8;
    scout->more = (uint8_t)(f->is_pcapng ? 0 : f->record_header);
    scout->big_endian = f->is_pcapng ? f->ng.big_endian : f->big_endian;
}

void wl_file_rest(struct wl_file *f)
{
    wl_octets_rest(&f->in);
}

/* --------------------------------------------------------------------------------- packets */

/* The end: proper when it is between two records. */
static int end_of_pcap(struct wl_file *f, struct wl_error *err)
{
    struct wl_octets *in = &f->in;

    if (in->starved)
        return WL_AGAIN;
    if (in->p == in->end && !in->failure.code)
        return 0;
    return wl_octets_cut(in, f->frame + 1, wl_octets_position(in), err);
}

/* The record that lies whole at p, but for its numbers. */
static WL_INLINE void take_record(const struct wl_file *f, const uint8_t *p, bool big_endian,
                                  uint32_t captured, uint32_t wire, struct wl_packet *ret)
{
    /* field by field: a struct that is built and copied is read back before it is written */
    ret->t = (wl_ns)wl_load32(p, big_endian) * WL_SECOND +
             (wl_ns)wl_load32(p + 4, big_endian) * f->per_unit;
    ret->linktype = f->linktype;
    ret->wire_length = wire;
    ret->bytes.p = p + f->record_header;
    ret->bytes.n = captured;
}

static int next_of_pcap(struct wl_file *f, struct wl_packet *ret, struct wl_error *err)
{
    struct wl_octets *in = &f->in;
    bool big_endian = f->big_endian;
    uint32_t captured, wire;

    if (!wl_octets_have(in, f->record_header))
        return end_of_pcap(f, err);
    captured = wl_load32(in->p + 8, big_endian);
    wire = wl_load32(in->p + 12, big_endian);
    if (WL_LIKELY_FALSE(f->lengths != LENGTHS_PLAIN) &&
        (f->lengths == LENGTHS_SWAPPED || captured > wire)) {
        uint32_t swap = captured;

        captured = wire;
        wire = swap;
    }
    if (WL_LIKELY_FALSE(captured > MAX_PACKET)) {
        return wl_octets_damaged(in, f->frame + 1, wl_octets_position(in),
                                 "it claims to be larger than any packet", err);
    }
    if (!wl_octets_have(in, f->record_header + captured))
        return end_of_pcap(f, err); /* not between two records: in is not at its end */
    /* only now: asking may have moved the window */
    take_record(f, in->p, big_endian, captured, wire, ret);
    ret->ordinal = 0;
    ret->frame = ++f->frame;
    in->p += f->record_header + captured;
    return 1;
}

int wl_file_next(struct wl_file *f, struct wl_packet *ret, struct wl_error *err)
{
    if (WL_LIKELY_FALSE(f->unknown)) {
        int code = begin(f, err);

        if (code < 0)
            return code;
    }
    if (WL_LIKELY_FALSE(f->is_pcapng))
        return wl_pcapng_next(&f->ng, ret, err);
    return next_of_pcap(f, ret, err);
}

bool wl_file_ready(const struct wl_file *f)
{
    const struct wl_octets *in = &f->in;
    size_t have = (size_t)(in->end - in->p);

    if (WL_LIKELY_FALSE(f->is_pcapng))
        return wl_pcapng_ready(&f->ng);
    return f->lengths == LENGTHS_PLAIN && have >= f->record_header &&
           have - f->record_header >= wl_load32(in->p + 8, f->big_endian);
}

/* The records of a pcap file that lie whole in the window; inline, so that it is compiled once for
 * each order of octets. */
static WL_INLINE size_t more_of_pcap(struct wl_file *f, bool big_endian,
                                     const struct wl_packet *before, struct wl_packet *ret,
                                     size_t max)
{
    const size_t header = f->record_header;
    const uint64_t ordinal = before->ordinal, frame = before->frame;
    const uint8_t *p = f->in.p, *end = f->in.end;
    size_t n = 0;

    while (n < max && (size_t)(end - p) >= header) {
        uint32_t captured = wl_load32(p + 8, big_endian);

        if (captured > (size_t)(end - p) - header || captured > MAX_PACKET)
            break;
        take_record(f, p, big_endian, captured, wl_load32(p + 12, big_endian), ret + n);
        p += header + captured;
        n++;
        ret[n - 1].ordinal = ordinal + n;
        ret[n - 1].frame = frame + n;
    }
    f->in.p = p;
    f->frame += n;
    return n;
}

size_t wl_file_more(struct wl_file *f, const struct wl_packet *before, struct wl_packet *ret,
                    size_t max)
{
    if (WL_LIKELY_FALSE(f->is_pcapng)) {
        size_t n = wl_pcapng_more(&f->ng, ret, max);

        for (size_t i = 0; i < n; i++) {
            ret[i].frame = wl_frame(wl_frame_file(before->frame), ret[i].frame);
            ret[i].ordinal = before->ordinal + i + 1;
        }
        return n;
    }
    if (WL_LIKELY_FALSE(f->lengths != LENGTHS_PLAIN))
        return 0;
    return f->big_endian ? more_of_pcap(f, true, before, ret, max)
                         : more_of_pcap(f, false, before, ret, max);
}
