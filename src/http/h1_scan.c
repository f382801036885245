/* h1_scan.c - the lines of a head that lies before us whole, found in one pass.
 * SPDX-License-Identifier: MIT
 *
 * Each block of 64 octets is looked at once: where colons stand, and where anything stands that is no
 * visible ASCII and no SP, as bits of two words (lanes.h). In a head as it should be these are the
 * CRs and LFs at the ends of lines. What comes out is a list of lines. A line is plain when it ends
 * with CRLF and nothing odd stands before it; all others, and heads too large for the list, are read
 * octet by octet (h1_head.c). Marks nothing, keeps nothing.
 */
#include "h1_side.h"
#include "lanes.h"

enum { SCAN_MOST = 16384 }; /* octets; larger heads are rare, and read the other way */

/* Where the scanner stands between two blocks. */
struct scan {
    struct wl_h1_line *line; /* where the next line goes */
    uint32_t start, colon;   /* of the line under way */
    bool odd;                /* something in it is */
    bool lf;                 /* the next octet is the LF of a line end that has been seen */
};

/* Position of the lowest bit, as an offset in the head. */
static uint32_t place(uint32_t base, uint64_t bits)
{
    return base + (uint32_t)__builtin_ctzll(bits);
}

static bool is_crlf(const uint8_t *p)
{
    return memcmp(p, "\r\n", 2) == 0;
}

/* Works off the lines that end in this block: there is room for as many as may. True: the head ends
 * in it. */
static inline bool scan_block(struct scan *scan, const struct wl_h1_lines *lines,
                              struct wl_span head, uint32_t base, uint64_t odd, uint64_t colons)
{
    struct scan s = *scan; /* in registers */
    bool ends = false;

    odd &= ~(uint64_t)s.lf;
    s.lf = false;
    while (odd) {
        uint64_t bit = odd & -odd, before = colons & (bit - 1);
        uint32_t at = place(base, odd), end = at + 1;
        bool empty = at == s.start;

        odd ^= bit;
        if (WL_LIKELY_TRUE(end < head.n && is_crlf(head.p + at))) {
            odd &= ~(bit << 1);
            s.lf = bit >> 63;
        } else {
            /* RFC 9112 2.2: an LF without CR ends a line as well, but is no plain line end */
            s.odd = true;
            if (head.p[at] != '\n')
                continue;
            end = at;
        }
        if (s.colon == WL_H1_NO_COLON && before)
            s.colon = place(base, before);
        colons ^= before;
        *s.line++ = (struct wl_h1_line){s.start, s.colon, end, !s.odd};
        s.start = end + 1;
        s.colon = WL_H1_NO_COLON;
        s.odd = false;
        if (WL_LIKELY_FALSE(empty) && s.line != lines->line + 1) {
            ends = true;
            break;
        }
    }
    if (s.colon == WL_H1_NO_COLON && colons)
        s.colon = place(base, colons);
    *scan = s;
    return ends;
}

/* Less than a block is left of a head: bits of what stands from base on. A head that is longer is
 * looked at in its last 64 octets, some of them for the second time. */
static void look_at_rest(struct wl_span head, size_t base, uint64_t *odd, uint64_t *colons)
{
    size_t n = head.n - base;
    uint8_t tail[WL_LANES];
    const uint8_t *octets;

    if (head.n >= WL_LANES) {
        octets = head.p + head.n - WL_LANES;
        *odd = wl_lanes_odd(octets) >> (WL_LANES - n);
        *colons = wl_lanes_equal(octets, ':') >> (WL_LANES - n);
        return;
    }
    octets = wl_lanes_tail(tail, head.p + base, n);
    *odd = wl_lanes_odd(octets) & UINT64_MAX >> (WL_LANES - n);
    *colons = wl_lanes_equal(octets, ':');
}

size_t wl_h1_scan(struct wl_span head, struct wl_h1_lines *ret)
{
    struct scan s = {.line = ret->line, .colon = WL_H1_NO_COLON};
    bool whole = false;

    head.n = wl_min_size(head.n, SCAN_MOST);
    for (size_t base = 0; base < head.n && !whole; base += WL_LANES) {
        uint64_t odd, colons;

        if (head.n - base >= WL_LANES) {
            odd = wl_lanes_odd(head.p + base);
            colons = wl_lanes_equal(head.p + base, ':');
        } else {
            look_at_rest(head, base, &odd, &colons);
        }
        whole = scan_block(&s, ret, head, (uint32_t)base, odd, colons);
        if (s.line >= ret->line + WL_H1_LINES)
            break;
    }
    ret->n = (uint32_t)(s.line - ret->line);
    return whole ? s.start : 0;
}
