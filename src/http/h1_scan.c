/* h1_scan.c - the lines of a head that lies before us whole, found in one pass.
 * SPDX-License-Identifier: MIT
 *
 * Each block of 64 octets is looked at once: where CR and LF stand, and where anything
 * stands that is no visible ASCII and no SP, as bits of four words (lanes.h). Arithmetic on them
 * tells whether the head is as it should be and where its empty line is, without a look at
 * single lines; where each ends is written down for whoever reads them.
 * A line in which something else stands, as names of people and of files often do, is noted, for
 * it alone to be read octet by octet (h1_head.c); so is the head when CR and LF stand otherwise.
 * Marks nothing, keeps nothing.
 */
#include "h1_side.h"
#include "lanes.h"

static_assert(WL_H1_SCAN % WL_LANES == 0, "a word of bits for each block");

typedef struct wl_lanes_kinds kinds_fn(const uint8_t p[WL_LANES]);

/* The block at base. Where less than one is left of the head, its last 64 octets, some of which
 * were looked at before: without a branch, since nobody could foretell where that is so. */
static WL_INLINE struct wl_lanes_kinds look_at(struct wl_span head, size_t base, kinds_fn *kinds_of)
{
    size_t from = wl_min_size(base, head.n - WL_LANES), seen = base - from;
    struct wl_lanes_kinds kinds = kinds_of(head.p + from);

    return (struct wl_lanes_kinds){kinds.odd >> seen, kinds.crs >> seen, kinds.lfs >> seen};
}

/* Writes down where the CRs of a block stand, behind n others. There are three at most in nearly
 * every block: these need no branch, which nobody could foretell. */
static WL_INLINE void keep_ends(struct wl_h1_lines *ret, size_t n, size_t base, uint64_t crs)
{
    const uint64_t end = (uint64_t)1 << (WL_LANES - 1); /* in a word none of whose bits is left */

    do {
        ret->ends[n] = (uint16_t)(base + (size_t)__builtin_ctzll(crs | end));
        crs &= crs - 1;
        ret->ends[n + 1] = (uint16_t)(base + (size_t)__builtin_ctzll(crs | end));
        crs &= crs - 1;
        ret->ends[n + 2] = (uint16_t)(base + (size_t)__builtin_ctzll(crs | end));
        crs &= crs - 1;
        n += 3;
    } while (WL_LIKELY_FALSE(crs));
}

/* Notes the lines in which odd octets stand, in a block before which n lines have ended. False:
 * they stand in the start line, too. */
static WL_ASIDE bool note_odd(struct wl_h1_lines *ret, size_t n, uint64_t crs, uint64_t odd)
{
    while (odd) {
        uint64_t first = odd & -odd;
        size_t line = n + (size_t)__builtin_popcountll(crs & (first - 1));
        uint64_t behind = crs & -first; /* the CR that ends it, and those of later ones */

        if (line >= WL_H1_LINES)
            break; /* they are too many for a plain head */
        ret->odd[line / 64] |= (uint64_t)1 << line % 64;
        odd &= behind ? -(behind & -behind) : 0;
    }
    return !wl_h1_is_odd(ret, 0);
}

/* The pass, with one of the ways to look at a block. */
static WL_INLINE size_t scan(struct wl_span head, struct wl_h1_lines *ret, kinds_fn *kinds_of)
{
    uint64_t before = 0; /* CRs of the block before */
    size_t n = 0;        /* ends of lines so far */
    uint8_t block[WL_LANES];

    memset(ret->odd, 0, sizeof(ret->odd));
    head.n = wl_min_size(head.n, WL_H1_SCAN);
    if (head.n == 0 || head.p[0] == '\r') /* an empty line before the start line is not plain */
        return 0;
    if (head.n < WL_LANES)
        head = wl_span(wl_lanes_tail(block, head.p, head.n), WL_LANES);
    for (size_t base = 0; base < head.n && n <= WL_H1_LINES; base += WL_LANES) {
        struct wl_lanes_kinds kinds = look_at(head, base, kinds_of);
        uint64_t behind = kinds.crs << 1 | before >> 63;
        uint64_t empty = kinds.crs & (kinds.crs << 2 | before >> 62);
        uint64_t upto = empty ^ (empty - 1); /* the empty line; else all */
        /* each LF stands behind a CR, and behind each CR stands an LF */
        uint64_t wrong = kinds.lfs ^ behind, odd = kinds.odd & ~(kinds.crs | kinds.lfs);

        if (WL_LIKELY_FALSE((wrong | odd) & upto) &&
            (wrong & upto || !note_odd(ret, n, kinds.crs, odd & upto)))
            return 0;
        before = kinds.crs;
        keep_ends(ret, n, base, kinds.crs & upto);
        n += (size_t)__builtin_popcountll(kinds.crs & upto);
        if (empty) {
            size_t at = ret->ends[n - 1];

            ret->n = (uint32_t)n - 1;
            return n - 1 <= WL_H1_LINES && at + 1 < head.n && head.p[at + 1] == '\n' ? at + 2 : 0;
        }
    }
    return 0;
}

static WL_ASIDE size_t scan_narrow(struct wl_span head, struct wl_h1_lines *ret)
{
    return scan(head, ret, wl_lanes_kinds);
}

#ifdef WL_LANES_WIDE

WL_LANES_WIDE_TARGET static WL_ASIDE size_t scan_wide(struct wl_span head, struct wl_h1_lines *ret)
{
    return scan(head, ret, wl_lanes_kinds_wide);
}

size_t wl_h1_scan(struct wl_span head, struct wl_h1_lines *ret)
{
    return WL_LANES_WIDE() ? scan_wide(head, ret) : scan_narrow(head, ret);
}

#else

size_t wl_h1_scan(struct wl_span head, struct wl_h1_lines *ret)
{
    return scan_narrow(head, ret);
}

#endif
