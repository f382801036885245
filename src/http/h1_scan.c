/* h1_scan.c - the lines of a head that lies before us whole, found in one pass.
 * SPDX-License-Identifier: MIT
 *
 * Each block of 64 octets is looked at once: where colons stand, and where anything stands that is no
 * visible ASCII and no SP, as bits of two words (lanes.h). In a head as it should be these are the
 * CRs and LFs at the ends of lines, which become a list; the colons are left as they are, for whoever
 * reads the lines. Where something else turns up the head is not plain, and is read octet by octet
 * (h1_head.c). Marks nothing, keeps nothing.
 */
#include "h1_side.h"
#include "lanes.h"

static_assert(WL_H1_SCAN <= UINT16_MAX, "ends of lines are 16 bits wide");

static bool is_crlf(const uint8_t *p)
{
    return memcmp(p, "\r\n", 2) == 0;
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
    uint32_t n = 0, start = 0; /* lines so far; where the next one begins */

    head.n = wl_min_size(head.n, WL_H1_SCAN);
    for (size_t base = 0; base < head.n; base += WL_LANES) {
        uint64_t odd, colons;

        if (head.n - base >= WL_LANES) {
            odd = wl_lanes_odd(head.p + base);
            colons = wl_lanes_equal(head.p + base, ':');
        } else {
            look_at_rest(head, base, &odd, &colons);
        }
        ret->colons[base / WL_LANES] = colons;
        if (start > base)
            odd &= ~(uint64_t)1; /* the LF of a line end that has been seen */
        for (; odd; odd &= odd - 1) {
            uint32_t at = (uint32_t)base + (uint32_t)__builtin_ctzll(odd);

            if (at + 1 >= head.n || !is_crlf(head.p + at))
                return 0;
            if (at == start) { /* the empty line; one before the start line is not plain */
                ret->n = n;
                return n ? at + (size_t)2 : 0;
            }
            if (n == WL_H1_LINES)
                return 0;
            ret->end[n++] = (uint16_t)at;
            start = at + 2;
            odd &= odd - 1; /* its CR; then its LF, if that stands in this block */
        }
    }
    return 0;
}
