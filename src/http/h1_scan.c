/* h1_scan.c - the lines of a head that lies before us whole, found in one pass.
 * SPDX-License-Identifier: MIT
 *
 * Each block of 64 octets is looked at once: where lines end, where colons stand, and whether there
 * is anything odd, as bits of four words (lanes.h). What comes out is a list of lines. A line is
 * plain when it ends with CRLF and holds visible ASCII and SP only; all others, and heads too large
 * for the list, are read octet by octet (h1_head.c). Marks nothing, keeps nothing.
 */
#include "h1_side.h"
#include "lanes.h"

enum { SCAN_MOST = 16384 }; /* octets; larger heads are rare, and read the other way */

/* What is known of a block. */
struct block {
    uint64_t lf, cr, colon, odd; /* odd: neither CR nor LF */
};

/* The line that is being scanned. */
struct scan {
    struct wl_h1_lines *lines;
    uint32_t start, colon;
    bool odd;
    bool cr; /* the last octet of the block before was a CR */
};

static struct block look_at(const uint8_t octets[WL_LANES])
{
    struct block b = {
        .lf = wl_lanes_equal(octets, '\n'),
        .cr = wl_lanes_equal(octets, '\r'),
        .colon = wl_lanes_equal(octets, ':'),
        .odd = wl_lanes_odd(octets),
    };

    b.odd &= ~(b.lf | b.cr);
    return b;
}

/* Position of the lowest bit, as an offset in the head. */
static uint32_t place(uint32_t base, uint64_t bits)
{
    return base + (uint32_t)__builtin_ctzll(bits);
}

/* The line ends with the LF at end. True: it was the empty one. */
static bool end_line(struct scan *s, const uint8_t *octets, uint32_t end)
{
    struct wl_h1_lines *lines = s->lines;
    uint32_t n = end - s->start;
    bool empty = lines->n && (n == 0 || (n == 1 && octets[s->start] == '\r'));

    lines->line[lines->n++] = (struct wl_h1_line){s->start, s->colon, end, !s->odd};
    s->start = end + 1;
    s->colon = WL_H1_NO_COLON;
    s->odd = false;
    return empty;
}

/* Works off the lines that end in this block. True: the head ends in it. */
static bool scan_block(struct scan *s, const uint8_t *octets, uint32_t base, struct block b)
{
    uint64_t after_cr = b.cr << 1 | s->cr;

    /* RFC 9112 2.2: an LF without CR, and a CR without LF, are no plain line end */
    b.odd |= (b.lf & ~after_cr) | (b.cr & ~(b.lf >> 1) & ~((uint64_t)1 << 63));
    s->odd |= s->cr && !(b.lf & 1);
    s->cr = b.cr >> 63;
    while (b.lf) {
        uint64_t upto = b.lf ^ (b.lf - 1); /* the octets up to the LF, with it */

        if (s->colon == WL_H1_NO_COLON && (b.colon & upto))
            s->colon = place(base, b.colon);
        s->odd |= (b.odd & upto) != 0;
        if (end_line(s, octets, place(base, b.lf)))
            return true;
        if (s->lines->n == WL_H1_LINES)
            return false;
        b.lf &= ~upto;
        b.colon &= ~upto;
        b.odd &= ~upto;
    }
    if (s->colon == WL_H1_NO_COLON && b.colon)
        s->colon = place(base, b.colon);
    s->odd |= b.odd != 0;
    return false;
}

size_t wl_h1_scan(struct wl_span head, struct wl_h1_lines *ret)
{
    struct scan s = {.lines = ret, .colon = WL_H1_NO_COLON};
    size_t n = wl_min_size(head.n, SCAN_MOST);

    ret->n = 0;
    for (size_t base = 0; base < n && ret->n < WL_H1_LINES; base += WL_LANES) {
        uint8_t tail[WL_LANES];
        const uint8_t *octets = head.p + base;

        if (n - base < WL_LANES)
            octets = wl_lanes_tail(tail, octets, n - base);
        if (scan_block(&s, head.p, (uint32_t)base, look_at(octets)))
            return s.start;
    }
    return 0;
}
