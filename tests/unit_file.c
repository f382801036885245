/* unit_file.c - capture files of every kind, built in memory: whole, cut at every octet, damaged.
 * SPDX-License-Identifier: MIT
 */
#include "file.h"
#include "image.h"

#include <archive.h>
#include <archive_entry.h>
#include <lzma.h>

/* ------------------------------------------------------------------------- building files */

/** Puts a number over what is there. */
static void patch32(struct image *m, size_t at, uint32_t value)
{
    for (unsigned i = 0; i < 4; i++)
        m->buf.p[at + i] = (uint8_t)(value >> 8 * (m->big_endian ? 3 - i : i));
}

/** Begins a block; its length is filled in by end_block. */
static size_t begin_block(struct image *m, uint32_t type)
{
    size_t at = m->buf.n;

    put32(m, type);
    put32(m, 0);
    return at;
}

static void end_block(struct image *m, size_t at)
{
    uint32_t length;

    while ((m->buf.n - at) % 4)
        put(m, "", 1);
    length = (uint32_t)(m->buf.n - at) + 4;
    patch32(m, at + 4, length);
    put32(m, length);
}

static void section(struct image *m)
{
    size_t at = begin_block(m, 0x0a0d0d0a);

    put32(m, 0x1a2b3c4d);
    put16(m, 1);
    put16(m, 0);
    put32(m, UINT32_MAX);
    put32(m, UINT32_MAX);
    end_block(m, at);
}

/** resolution 0: no option; offset 0: no option. */
static void interface(struct image *m, unsigned linktype, uint32_t snaplen, unsigned resolution,
                      int64_t offset)
{
    size_t at = begin_block(m, 1);

    put16(m, linktype);
    put16(m, 0);
    put32(m, snaplen);
    put16(m, 2); /* if_name, to be passed over */
    put16(m, 3);
    put(m, "lo\0", 4);
    if (resolution) {
        put16(m, 9);
        put16(m, 1);
        put_number(m, resolution, 1);
        put(m, "\0\0", 3);
    }
    if (offset) {
        put16(m, 14);
        put16(m, 8);
        put_number(m, (uint64_t)offset, 8);
    }
    put16(m, 0);
    put16(m, 0);
    end_block(m, at);
}

static void enhanced(struct image *m, uint32_t id, uint64_t units, uint32_t captured, uint32_t wire)
{
    size_t at = begin_block(m, 6);

    put32(m, id);
    put32(m, units >> 32);
    put32(m, units);
    put32(m, captured);
    put32(m, wire);
    for (uint32_t i = 0; i < captured; i++)
        put(m, "x", 1);
    end_block(m, at);
}

static void simple(struct image *m, uint32_t wire, uint32_t captured)
{
    size_t at = begin_block(m, 3);

    put32(m, wire);
    for (uint32_t i = 0; i < captured; i++)
        put(m, "s", 1);
    end_block(m, at);
}

static void old_packet(struct image *m, unsigned id, uint64_t units, uint32_t captured)
{
    size_t at = begin_block(m, 2);

    put16(m, id);
    put16(m, 7); /* drops */
    put32(m, units >> 32);
    put32(m, units);
    put32(m, captured);
    put32(m, captured);
    for (uint32_t i = 0; i < captured; i++)
        put(m, "o", 1);
    end_block(m, at);
}

static void unknown_block(struct image *m, uint32_t type, uint32_t n)
{
    size_t at = begin_block(m, type);

    for (uint32_t i = 0; i < n; i++)
        put(m, "u", 1);
    end_block(m, at);
}

/** What a test expects of one packet. */
struct expected {
    uint64_t frame;
    wl_ns t;
    int linktype;
    uint32_t captured, wire;
};

/** Opens a copy of exactly the first n octets, so that a sanitizer sees every over-read. */
static int open_copy(struct image *m, size_t n, uint8_t **ret_copy, struct wl_file **ret,
                     struct wl_error *err)
{
    *ret_copy = n ? wl_alloc(&m->budget, n) : NULL;
    if (n)
        memcpy(*ret_copy, m->buf.p, n);
    return wl_file_open_memory(wl_span(*ret_copy, n), &m->budget, ret, err);
}

static void expect_packets(struct image *m, const struct expected *all, size_t n)
{
    struct wl_error err = {.code = 0};
    struct wl_file *f = NULL;
    struct wl_packet p;
    uint8_t *copy;

    assert_int_equal(open_copy(m, m->buf.n, &copy, &f, &err), 0);
    for (size_t i = 0; i < n; i++) {
        int code = wl_file_next(f, &p, &err);

        if (code != 1)
            fail_msg("packet %zu: %s", i + 1, err.text);
        assert_int_equal(p.frame, all[i].frame);
        assert_int_equal(p.t, all[i].t);
        assert_int_equal(p.linktype, all[i].linktype);
        assert_int_equal(p.bytes.n, all[i].captured);
        assert_int_equal(p.wire_length, all[i].wire);
    }
    assert_int_equal(wl_file_next(f, &p, &err), 0);
    assert_int_equal(wl_file_next(f, &p, &err), 0);
    wl_file_free(f);
    wl_free(&m->budget, copy, m->buf.n);
}

/** Cut anywhere, a file gives the packets that are whole, then says that it is cut, and where. */
static void expect_cuts(struct image *m, const size_t *ends, size_t n_ends, size_t header)
{
    for (size_t n = 0; n <= m->buf.n; n++) {
        struct wl_error err = {.code = 0};
        struct wl_file *f = NULL;
        struct wl_packet p;
        uint8_t *copy;
        size_t whole = 0;
        bool between = n == header;
        int code = open_copy(m, n, &copy, &f, &err);

        assert_true((code == 0) == (n >= header));
        if (code == 0) {
            size_t seen = 0;

            for (size_t i = 0; i < n_ends; i++) {
                whole += ends[i] <= n && ends[i] != 0;
                between = between || ends[i] == n;
            }
            while ((code = wl_file_next(f, &p, &err)) == 1)
                seen++;
            assert_int_equal(seen, whole);
            if (between)
                assert_int_equal(code, 0);
            if (code < 0) {
                assert_int_equal(code, WL_EDAMAGED);
                assert_non_null(strstr(err.text, "cut off in the middle of packet"));
            }
            wl_file_free(f);
        } else {
            assert_true(code == WL_EOPEN || code == WL_EDAMAGED);
        }
        wl_free(&m->budget, copy, n);
    }
}

/** The file is damaged: n_before packets, then an error that contains text. */
static void expect_damage(struct image *m, size_t n_before, const char *text)
{
    struct wl_error err = {.code = 0};
    struct wl_file *f = NULL;
    struct wl_packet p;
    uint8_t *copy;

    assert_int_equal(open_copy(m, m->buf.n, &copy, &f, &err), 0);
    for (size_t i = 0; i < n_before; i++)
        assert_int_equal(wl_file_next(f, &p, &err), 1);
    assert_int_equal(wl_file_next(f, &p, &err), WL_EDAMAGED);
    if (!strstr(err.text, text))
        fail_msg("expected '%s' in: %s", text, err.text);
    wl_file_free(f);
    wl_free(&m->budget, copy, m->buf.n);
}

/* ----------------------------------------------------------------------------------- pcap */

static const uint32_t magics[] = {0xa1b2c3d4, 0xa1b23c4d, 0xa1b2cd34};

static void reads_every_pcap(void **state)
{
    (void)state;
    for (size_t i = 0; i < 6; i++) {
        uint32_t magic = magics[i / 2];
        bool wide = magic == 0xa1b2cd34;
        wl_ns unit = magic == 0xa1b23c4d ? 1 : 1000;
        struct expected all[] = {
            {1, 1 * WL_SECOND + 2 * unit, 1, 10, 10},
            {2, 4000000000 * WL_SECOND + 999999 * unit, 1, 3, 1500},
            {3, 0, 1, 0, 60},
        };
        size_t ends[3];
        struct image m;

        image_init(&m, i % 2);
        pcap_header(&m, magic, 1);
        pcap_record(&m, wide, 1, 2, 10, 10);
        ends[0] = m.buf.n;
        pcap_record(&m, wide, 4000000000, 999999, 3, 1500);
        ends[1] = m.buf.n;
        pcap_record(&m, wide, 0, 0, 0, 60);
        ends[2] = m.buf.n;
        expect_packets(&m, all, 3);
        expect_cuts(&m, ends, 3, 24);
        image_release(&m);
    }
}

static void pcap_link_types_become_dlt(void **state)
{
    static const struct {
        uint32_t linktype;
        int dlt;
    } all[] = {{1, 1}, {101, 12}, {12, 12}, {14, 12}, {0xf0000001, 1}, {276, 276}, {228, 228}};

    (void)state;
    for (size_t i = 0; i < WL_COUNT(all); i++) {
        struct image m;

        image_init(&m, false);
        pcap_header(&m, 0xa1b2c3d4, all[i].linktype);
        pcap_record(&m, false, 1, 0, 1, 1);
        expect_packets(&m, &(struct expected){1, WL_SECOND, all[i].dlt, 1, 1}, 1);
        image_release(&m);
    }
}

static void pcap_of_old_versions(void **state)
{
    struct image m;

    (void)state;
    image_init(&m, false);
    pcap_header(&m, 0xa1b2c3d4, 1);
    m.buf.p[6] = 2; /* 2.2: the wire length stood first */
    put32(&m, 1);
    put32(&m, 0);
    put32(&m, 100);
    put32(&m, 4);
    put(&m, "abc", 4);
    expect_packets(&m, &(struct expected){1, WL_SECOND, 1, 4, 100}, 1);
    m.buf.p[6] = 3; /* 2.3: either */
    expect_packets(&m, &(struct expected){1, WL_SECOND, 1, 4, 100}, 1);
    image_release(&m);
}

static void pcap_that_claims_too_much(void **state)
{
    struct image m;

    (void)state;
    image_init(&m, true);
    pcap_header(&m, 0xa1b2c3d4, 1);
    pcap_record(&m, false, 1, 0, 5, 5);
    put32(&m, 1);
    put32(&m, 0);
    put32(&m, 0x7fffffff);
    put32(&m, 0x7fffffff);
    expect_damage(&m, 1, "damaged at packet 2 (octet 45 of the file)");
    patch32(&m, m.buf.n - 8, 1 << 20); /* not absurd, but not there */
    expect_damage(&m, 1, "cut off in the middle of packet 2");
    image_release(&m);
}

/* --------------------------------------------------------------------------------- pcapng */

static void reads_every_block(void **state)
{
    (void)state;
    for (unsigned order = 0; order < 2; order++) {
        const struct expected all[] = {
            {1, 5000000001000, 1, 6, 60},
            {2, 7000000009, 0, 4, 4},
            {3, 7000000009, 1, 8, 100}, /* simple: time last seen, cut by the snap length */
            {4, 1500000000, 12, 3, 3},  /* 2^-10 seconds */
            {5, (wl_ns)1000000007 * WL_SECOND, 113, 2, 2}, /* with an offset */
            {7, 2 * WL_SECOND, 1, 1, 1},                   /* frame 6 was a custom block */
            {8, 3000000, 228, 0, 0},                       /* another section, another order */
            {9, WL_SECOND / 4, 1, 1, 1},                   /* finer than nanoseconds */
        };
        struct image m;

        image_init(&m, order == 1);
        section(&m);
        interface(&m, 1, 8, 0, 0);
        interface(&m, 0, 0, 9, 0);
        interface(&m, 101, 0, 0x80 | 10, 0);
        interface(&m, 113, 0, 6, 1000000000);
        enhanced(&m, 0, 5000000001, 6, 60);
        unknown_block(&m, 5, 0);
        enhanced(&m, 1, 7000000009, 4, 4);
        simple(&m, 100, 8);
        enhanced(&m, 2, 1024 + 512, 3, 3);
        old_packet(&m, 3, 7000000, 2);
        unknown_block(&m, 0xbad, 12);
        unknown_block(&m, 0x7777, 600);
        enhanced(&m, 0, 2000000, 1, 1);
        m.big_endian = !m.big_endian;
        section(&m);
        interface(&m, 228, 0, 3, 0);
        interface(&m, 1, 0, 12, 0);
        old_packet(&m, 0, 3, 0);
        enhanced(&m, 1, 250000000000, 1, 1);
        expect_packets(&m, all, WL_COUNT(all));
        image_release(&m);
    }
}

static void pcapng_cut_anywhere(void **state)
{
    (void)state;
    for (unsigned order = 0; order < 2; order++) {
        size_t ends[4];
        struct image m;

        image_init(&m, order == 1);
        section(&m);
        interface(&m, 1, 0, 0, 0);
        enhanced(&m, 0, 1, 5, 5);
        ends[0] = m.buf.n;
        simple(&m, 9, 9);
        ends[1] = m.buf.n;
        old_packet(&m, 0, 2, 6);
        ends[2] = m.buf.n;
        unknown_block(&m, 4, 40);
        enhanced(&m, 0, 3, 7, 7);
        ends[3] = m.buf.n;
        expect_cuts(&m, ends, 4, 28);
        image_release(&m);
    }
}

static void times_that_do_not_fit_end_somewhere(void **state)
{
    static const struct {
        unsigned resolution;
        int64_t offset;
        uint64_t units;
        wl_ns t;
    } all[] = {
        {9, 0, UINT64_MAX, WL_LATEST},
        {6, 0, UINT64_MAX / 2, WL_LATEST},
        {9, 0, WL_LATEST, WL_LATEST},
        {1, 0, 10, WL_SECOND},
        {127, 0, UINT64_MAX, 1}, /* the largest power of ten that fits */
        {0xff, 0, UINT64_MAX, WL_SECOND * 2 - 1},
        {0x80, 0, UINT64_MAX, WL_LATEST},
        {0x80, 0, 7, 7 * WL_SECOND},
        {0x80 | 40, 0, (UINT64_C(3) << 40) + (UINT64_C(1) << 39), 3500000000},
        {9, INT64_MIN, 0, 0},
        {9, INT64_MIN, UINT64_MAX, WL_LATEST % WL_SECOND}, /* offsets are whole seconds */
        {9, INT64_MAX, UINT64_MAX, WL_LATEST},
        {9, -5, 6000000000, WL_SECOND},
        {9, -5, 4000000000, 0}, /* before 1970 */
    };

    (void)state;
    for (size_t i = 0; i < WL_COUNT(all); i++) {
        struct image m;

        image_init(&m, false);
        section(&m);
        interface(&m, 1, 0, all[i].resolution, all[i].offset);
        enhanced(&m, 0, all[i].units, 1, 1);
        expect_packets(&m, &(struct expected){1, all[i].t, 1, 1, 1}, 1);
        image_release(&m);
    }
}

static void damaged_pcapng(void **state)
{
    static const struct {
        size_t at; /* within the packet block */
        uint32_t value;
        const char *text;
    } all[] = {
        {4, 8, "the length of a block makes no sense"},
        {4, 35, "the length of a block makes no sense"},
        {4, 0x7ffffff0, "larger than any packet"},
        {4, 32, "the two lengths of a block differ"},
        {8, 1, "its interface has not been described"},
        {20, 9, "the packet is longer than its block"},
        {20, UINT32_MAX, "the packet is longer than its block"},
        {36, 1, "the two lengths of a block differ"},
    };

    (void)state;
    for (size_t i = 0; i < WL_COUNT(all) * 2; i++) {
        struct image m;
        size_t at;

        image_init(&m, i % 2);
        section(&m);
        interface(&m, 1, 0, 0, 0);
        enhanced(&m, 0, 1, 8, 8);
        at = m.buf.n;
        enhanced(&m, 0, 1, 8, 8); /* 40 octets: at 36 the second length */
        put(&m, "behind", 7);
        patch32(&m, at + all[i / 2].at, all[i / 2].value);
        expect_damage(&m, 1, all[i / 2].text);
        image_release(&m);
    }
}

static void packets_without_an_interface(void **state)
{
    struct image m;

    (void)state;
    image_init(&m, false);
    section(&m);
    simple(&m, 4, 4);
    expect_damage(&m, 0, "its interface has not been described");
    m.buf.n = 0;
    section(&m);
    interface(&m, 1, 0, 0, 0);
    section(&m); /* forgets the interface */
    enhanced(&m, 0, 0, 1, 1);
    expect_damage(&m, 0, "its interface has not been described");
    m.buf.n = 0;
    section(&m);
    m.buf.p[8] ^= 1;
    expect_damage(&m, 0, "without its byte-order magic");
    image_release(&m);
}

/* --------------------------------------------------------------- what is no capture, compressed */

static void names_what_is_no_capture(void **state)
{
    static const struct {
        struct wl_span octets;
        const char *text;
    } all[] = {
        {{NULL, 0}, "it is empty"},
        {{(const uint8_t *)"{\"log\":{\"version\"", 16}, "a HAR file"},
        {{(const uint8_t *)" \n[1,2,3]", 9}, "JSON"},
        {{(const uint8_t *)"<!doctype html>", 15}, "HTML"},
        {{(const uint8_t *)"hello\n", 6}, "text"},
        {{(const uint8_t *)"snoop\0\0\0\0\0\0\2", 12}, "snoop"},
        {{(const uint8_t *)"PK\3\4....", 8}, "zip"},
        {{(const uint8_t *)"\0\1\2\3\4\5\6\7", 8}, "is no capture"},
    };

    (void)state;
    for (size_t i = 0; i < WL_COUNT(all); i++) {
        struct wl_error err = {.code = 0};
        struct wl_file *f = NULL;
        struct wl_budget b;

        wl_budget_init(&b, BUDGET, NULL, NULL, NULL);
        assert_int_equal(wl_file_open_memory(all[i].octets, &b, &f, &err), WL_EOPEN);
        if (!strstr(err.text, all[i].text))
            fail_msg("expected '%s' in: %s", all[i].text, err.text);
        assert_int_equal(b.used, 0);
    }
}

/** Packs n octets with one of libarchive's filters; returns the number of octets. */
static size_t pack(int (*add_filter)(struct archive *), const uint8_t *p, size_t n, uint8_t *to,
                   size_t room)
{
    struct archive *a = archive_write_new();
    struct archive_entry *entry = archive_entry_new();
    size_t used = 0;

    assert_int_equal(archive_write_set_format_raw(a), ARCHIVE_OK);
    assert_int_equal(add_filter(a), ARCHIVE_OK);
    (void)archive_write_set_bytes_in_last_block(a, 1);
    assert_int_equal(archive_write_open_memory(a, to, room, &used), ARCHIVE_OK);
    archive_entry_set_pathname(entry, "x");
    archive_entry_set_filetype(entry, AE_IFREG);
    assert_int_equal(archive_write_header(a, entry), ARCHIVE_OK);
    assert_int_equal(archive_write_data(a, p, n), (la_ssize_t)n);
    assert_int_equal(archive_write_close(a), ARCHIVE_OK);
    archive_entry_free(entry);
    (void)archive_write_free(a);
    return used;
}

static int (*const filters[])(struct archive *) = {
    archive_write_add_filter_gzip, archive_write_add_filter_zstd,  archive_write_add_filter_lz4,
    archive_write_add_filter_xz,   archive_write_add_filter_bzip2,
};

/** 800 KiB that do not compress away, so that the window is filled more than once. */
static void large_capture(struct image *m, uint32_t n_packets)
{
    uint32_t noise = 1;

    pcap_header(m, 0xa1b2c3d4, 1);
    for (uint32_t i = 0; i < n_packets; i++) {
        pcap_record(m, false, i, 0, 1000, 1000);
        for (size_t k = 0; k < 1000; k++) {
            noise = noise * 1664525 + 1013904223;
            m->buf.p[m->buf.n - 1000 + k] = (uint8_t)(noise >> 24);
        }
    }
}

static void reads_compressed(void **state)
{
    enum { PACKETS = 800 };
    struct image m;
    uint8_t *packed;

    (void)state;
    image_init(&m, false);
    large_capture(&m, PACKETS);
    packed = wl_alloc(&m.budget, LARGEST);
    for (size_t i = 0; i < WL_COUNT(filters); i++) {
        size_t n = pack(filters[i], m.buf.p, m.buf.n, packed, LARGEST);
        struct wl_error err = {.code = 0};
        struct wl_file *f = NULL;
        struct wl_packet p;
        uint32_t seen = 0;
        int code;

        assert_int_equal(wl_file_open_memory(wl_span(packed, n), &m.budget, &f, &err), 0);
        while (wl_file_next(f, &p, &err) == 1) {
            assert_int_equal(p.t, seen * WL_SECOND);
            assert_memory_equal(p.bytes.p, m.buf.p + 24 + (size_t)seen * 1016 + 16, 1000);
            seen++;
        }
        assert_int_equal(seen, PACKETS);
        wl_file_free(f);
        if (filters[i] == archive_write_add_filter_bzip2 ||
            filters[i] == archive_write_add_filter_lz4)
            continue; /* blocks of 900 KB, of 4 MiB: nothing of a cut one can be had */
        /* cut in the middle: what was decompressed before counts */
        assert_int_equal(wl_file_open_memory(wl_span(packed, n * 3 / 4), &m.budget, &f, &err), 0);
        for (seen = 0; (code = wl_file_next(f, &p, &err)) == 1; seen++)
            assert_int_equal(p.t, seen * WL_SECOND);
        assert_int_equal(code, WL_EDAMAGED);
        assert_true(seen > PACKETS / 2);
        wl_file_free(f);
    }
    wl_free(&m.budget, packed, LARGEST);
    image_release(&m);
}

/** A file that is cut off gives every packet that can be had, and says that it is cut. */
static void cut_anywhere(int (*add_filter)(struct archive *))
{
    uint8_t packed[4096];
    size_t most = 0, n;
    struct image m;

    image_init(&m, false);
    large_capture(&m, 3);
    m.buf.n = 24 + 3 * 1016;
    n = pack(add_filter, m.buf.p, m.buf.n, packed, sizeof(packed));
    for (size_t cut = 0; cut <= n; cut++) {
        struct wl_error err = {.code = 0};
        struct wl_file *f = NULL;
        struct wl_packet p;
        size_t seen = 0;
        int code = wl_file_open_memory(wl_span(packed, cut), &m.budget, &f, &err);

        if (code == 0) {
            while ((code = wl_file_next(f, &p, &err)) == 1)
                seen++;
            wl_file_free(f);
        }
        assert_true(cut == n ? code == 0 : code < 0);
        assert_true(seen >= most);
        most = seen;
        /* what does not compress lies in the file as it is: its packets come as soon as it does */
        assert_true(cut < 2200 || seen >= 2);
    }
    assert_int_equal(most, 3);
    image_release(&m);
}

static void gzip_cut_anywhere(void **state)
{
    (void)state;
    cut_anywhere(archive_write_add_filter_gzip);
}

/** Behind the end of a gzip file another may stand, and zeros; anything else has been one,
 * perhaps. */
static void gzip_behind_gzip(void **state)
{
    enum { IN_FIRST = 24 + 1016, ALL = 24 + 3 * 1016, ROOM = 8192, PADDING = 600 };
    static const struct {
        size_t padding, packets;
        int code;
        uint8_t first, last; /* octets of what follows; 0 as the first: it is zeros */
    } cases[] = {
        {0, 3, 0, 0x1f, 0},           {PADDING, 3, 0, 0x1f, 0},
        {PADDING, 1, 0, 0, 0},        {PADDING, 1, WL_EDAMAGED, 0, 1},
        {0, 1, WL_EDAMAGED, 0x1e, 0},
    };
    uint8_t packed[ROOM] = {0};
    size_t first, n;
    struct image m;

    (void)state;
    image_init(&m, false);
    large_capture(&m, 3);
    first = pack(archive_write_add_filter_gzip, m.buf.p, IN_FIRST, packed, ROOM);
    n = first + pack(archive_write_add_filter_gzip, m.buf.p + IN_FIRST, ALL - IN_FIRST,
                     packed + first, ROOM - first);
    for (size_t i = 0; i < WL_COUNT(cases); i++) {
        struct wl_error err = {.code = 0};
        struct wl_file *f = NULL;
        struct wl_packet p;
        uint8_t image[ROOM];
        size_t seen = 0;
        int code;

        memcpy(image, packed, ROOM);
        image[first] = cases[i].first;
        if (cases[i].first == 0)
            memset(image + first, 0, ROOM - first);
        if (cases[i].last)
            image[n + PADDING - 1] = cases[i].last;
        assert_int_equal(
            wl_file_open_memory(wl_span(image, n + cases[i].padding), &m.budget, &f, &err), 0);
        while ((code = wl_file_next(f, &p, &err)) == 1)
            seen++;
        assert_int_equal(code, cases[i].code);
        assert_int_equal(seen, cases[i].packets);
        assert_true(code == 0 || strstr(err.text, "what follows is not gzip"));
        wl_file_free(f);
    }
    image_release(&m);
}

static void xz_cut_anywhere(void **state)
{
    (void)state;
    cut_anywhere(archive_write_add_filter_xz);
}

enum {
    XZ_HEADER = 12, /* of a stream; the first block comes behind it */
    XZ_ROOM = 16384,
    PACKET = 16 + 1000,
    IN_PART = 24 + 2 * PACKET, /* octets of the first part: two packets */
    IN_ALL = 24 + 4 * PACKET,
};

/** An xz stream, of two blocks when cut is not 0: the first has so many octets. Returns its
 * length. */
static size_t pack_xz(const uint8_t *p, size_t n, size_t cut, uint8_t *to, size_t *ret_second)
{
    lzma_stream s = LZMA_STREAM_INIT;

    assert_int_equal(lzma_easy_encoder(&s, 0, LZMA_CHECK_CRC64), LZMA_OK);
    s.next_in = p;
    s.next_out = to;
    s.avail_out = XZ_ROOM;
    if (cut) {
        s.avail_in = cut;
        assert_int_equal(lzma_code(&s, LZMA_FULL_FLUSH), LZMA_STREAM_END);
        *ret_second = (size_t)s.total_out;
    }
    s.avail_in = n - cut;
    assert_int_equal(lzma_code(&s, LZMA_FINISH), LZMA_STREAM_END);
    n = (size_t)s.total_out;
    lzma_end(&s);
    return n;
}

/** Lets the block at p ask for another dictionary, which it does not need: bits as LZMA2 has
 * them. */
static void ask(uint8_t *p, unsigned bits)
{
    uint32_t sum;

    assert_memory_equal(p, "\x02\x00\x21\x01", 4); /* 12 octets, LZMA2 and nothing else */
    p[4] = (uint8_t)bits;
    sum = lzma_crc32(p, 8, 0);
    for (unsigned i = 0; i < 4; i++)
        p[8 + i] = (uint8_t)(sum >> 8 * i);
}

/** How many packets can be had of a file, which are those of m, and what comes instead of the
 * next. */
static size_t count_packets(struct image *m, const uint8_t *p, size_t n, struct wl_error *err)
{
    struct wl_file *f = NULL;
    struct wl_packet packet;
    size_t seen = 0;

    *err = (struct wl_error){.code = 0};
    if (wl_file_open_memory(wl_span(p, n), &m->budget, &f, err) < 0)
        return 0;
    while (wl_file_next(f, &packet, err) == 1) {
        assert_memory_equal(packet.bytes.p, m->buf.p + 24 + seen * PACKET + 16, 1000);
        seen++;
    }
    wl_file_free(f);
    return seen;
}

/** What a block of xz asks for is granted up to a bound, wherever the block is. */
static void xz_asks_for_too_much(void **state)
{
    enum { MIB_64 = 28, MIB_96 = 29, MIB_128 = 30, MIB_1536 = 37, GIB_4 = 40, ZEROS = 8 };
    static const char granted[] = "MiB to unpack, 128 are granted; 'xz -dc' unpacks it";
    uint8_t packed[XZ_ROOM], two[2 * XZ_ROOM + ZEROS] = {0};
    struct wl_error err;
    struct image m;
    size_t n, first, second = 0;

    (void)state;
    image_init(&m, false);
    large_capture(&m, 4);
    n = pack_xz(m.buf.p, IN_ALL, 0, packed, NULL);
    for (unsigned bits = MIB_64; bits <= GIB_4; bits++) {
        ask(packed + XZ_HEADER, bits);
        assert_int_equal(count_packets(&m, packed, n, &err), bits < MIB_128 ? 4 : 0);
        assert_int_equal(err.code, bits < MIB_128 ? 0 : WL_EDAMAGED);
        assert_true(bits < MIB_128 || strstr(err.text, granted));
        assert_true(bits != MIB_1536 || strstr(err.text, "it takes 1537 MiB"));
    }

    /* the second of two blocks */
    n = pack_xz(m.buf.p, IN_ALL, IN_PART, packed, &second);
    assert_int_equal(count_packets(&m, packed, n, &err), 4);
    assert_int_equal(err.code, 0);
    ask(packed + second, MIB_96);
    assert_int_equal(count_packets(&m, packed, n, &err), 4);
    ask(packed + second, GIB_4);
    assert_int_equal(count_packets(&m, packed, n, &err), 2);
    assert_int_equal(err.code, WL_EDAMAGED);
    assert_non_null(strstr(err.text, granted));

    /* a second stream, and zeros between them */
    first = pack_xz(m.buf.p, IN_PART, 0, two, NULL);
    memset(two + first, 0, ZEROS);
    n = pack_xz(m.buf.p + IN_PART, IN_ALL - IN_PART, 0, packed, NULL);
    memcpy(two + first + ZEROS, packed, n);
    assert_int_equal(count_packets(&m, two, first + ZEROS + n, &err), 4);
    assert_int_equal(err.code, 0);
    ask(two + first + ZEROS + XZ_HEADER, GIB_4);
    assert_int_equal(count_packets(&m, two, first + ZEROS + n, &err), 2);
    assert_non_null(strstr(err.text, granted));
    /* a number of zeros that is no multiple of four */
    memcpy(two + first + ZEROS - 1, packed, n);
    assert_int_equal(count_packets(&m, two, first + ZEROS - 1 + n, &err), 2);
    assert_int_equal(err.code, WL_EDAMAGED);
    assert_non_null(strstr(err.text, "it makes no sense"));
    image_release(&m);
}

/** No bit of an xz file can change without notice, though what it holds comes before its sum. */
static void xz_damaged_anywhere(void **state)
{
    uint8_t packed[XZ_ROOM];
    struct wl_error err;
    struct image m;
    struct wl_file *f = NULL;
    struct wl_packet p;
    size_t n, second = 0;
    int code;

    (void)state;
    image_init(&m, false);
    pcap_header(&m, 0xa1b2c3d4, 1);
    n = pack_xz(m.buf.p, m.buf.n, m.buf.n / 2, packed, &second);
    assert_int_equal(count_packets(&m, packed, n, &err), 0);
    assert_int_equal(err.code, 0);
    for (size_t i = 0; i < 8 * n; i++) {
        packed[i / 8] ^= (uint8_t)(1 << i % 8);
        code = wl_file_open_memory(wl_span(packed, n), &m.budget, &f, &err);
        if (code == 0) {
            do {
                code = wl_file_next(f, &p, &err);
            } while (code == 1);
            wl_file_free(f);
        }
        assert_true(code < 0);
        packed[i / 8] ^= (uint8_t)(1 << i % 8);
    }
    image_release(&m);
}

/** One compression inside of another is refused, whoever undoes them. */
static void compressed_twice(void **state)
{
    struct image m;

    (void)state;
    image_init(&m, false);
    large_capture(&m, 3);
    for (size_t i = 0; i < WL_COUNT(filters) * WL_COUNT(filters); i++) {
        uint8_t once[XZ_ROOM], twice[XZ_ROOM];
        size_t n = pack(filters[i % WL_COUNT(filters)], m.buf.p, m.buf.n, once, sizeof(once));
        struct wl_file *f = NULL;
        struct wl_error err;

        n = pack(filters[i / WL_COUNT(filters)], once, n, twice, sizeof(twice));
        assert_int_equal(wl_file_open_memory(wl_span(twice, n), &m.budget, &f, &err), WL_EOPEN);
        assert_non_null(strstr(err.text, "it holds something compressed a second time"));
    }
    image_release(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_every_pcap),
        cmocka_unit_test(pcap_link_types_become_dlt),
        cmocka_unit_test(pcap_of_old_versions),
        cmocka_unit_test(pcap_that_claims_too_much),
        cmocka_unit_test(reads_every_block),
        cmocka_unit_test(pcapng_cut_anywhere),
        cmocka_unit_test(times_that_do_not_fit_end_somewhere),
        cmocka_unit_test(damaged_pcapng),
        cmocka_unit_test(packets_without_an_interface),
        cmocka_unit_test(names_what_is_no_capture),
        cmocka_unit_test(reads_compressed),
        cmocka_unit_test(gzip_cut_anywhere),
        cmocka_unit_test(gzip_behind_gzip),
        cmocka_unit_test(xz_cut_anywhere),
        cmocka_unit_test(xz_asks_for_too_much),
        cmocka_unit_test(xz_damaged_anywhere),
        cmocka_unit_test(compressed_twice),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
