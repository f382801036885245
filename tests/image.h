/* image.h - capture files in the making, octet by octet, in either octet order.
 * SPDX-License-Identifier: MIT
 */
#ifndef WL_TEST_IMAGE_H
#define WL_TEST_IMAGE_H

#include "mem.h"

/* cmocka.h needs these before it */
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { BUDGET = 64 << 20, LARGEST = 1 << 20 };

/** A file in the making, in one octet order at a time. */
struct image {
    struct wl_budget budget;
    struct wl_buf buf;
    bool big_endian;
};

static inline void image_init(struct image *m, bool big_endian)
{
    wl_budget_init(&m->budget, BUDGET, NULL, NULL, NULL);
    wl_buf_init(&m->buf, &m->budget, LARGEST);
    m->big_endian = big_endian;
}

static inline void image_release(struct image *m)
{
    wl_buf_release(&m->buf);
    assert_int_equal(m->budget.used, 0);
}

static inline void put(struct image *m, const void *p, size_t n)
{
    assert_true(wl_buf_append(&m->buf, wl_span(p, n)));
}

static inline void put_number(struct image *m, uint64_t value, unsigned octets)
{
    for (unsigned i = 0; i < octets; i++) {
        unsigned shift = 8 * (m->big_endian ? octets - 1 - i : i);
        uint8_t octet = (uint8_t)(value >> shift);

        put(m, &octet, 1);
    }
}

static inline void put16(struct image *m, unsigned value)
{
    put_number(m, value, 2);
}

static inline void put32(struct image *m, uint64_t value)
{
    put_number(m, value & UINT32_MAX, 4);
}

static inline void pcap_header(struct image *m, uint32_t magic, unsigned linktype)
{
    put32(m, magic);
    put16(m, 2);
    put16(m, 4);
    put32(m, 0);
    put32(m, 0);
    put32(m, 65535);
    put32(m, linktype);
}

static inline void pcap_record(struct image *m, bool wide, uint32_t seconds, uint32_t part,
                               uint32_t captured, uint32_t wire)
{
    put32(m, seconds);
    put32(m, part);
    put32(m, captured);
    put32(m, wire);
    if (wide)
        put(m, "\1\2\3\4\5\6\7", 8);
    for (uint32_t i = 0; i < captured; i++) {
        uint8_t octet = (uint8_t)(i + captured);

        put(m, &octet, 1);
    }
}

#endif
