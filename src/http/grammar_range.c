/* grammar_range.c - entity tags, ranges and Content-Range (RFC 9110 8.8.3, 13.1, 14).
 * SPDX-License-Identifier: MIT
 *
 * Pure functions over borrowed spans, like those of grammar.c. Numbers are 64 bits wide; those that
 * do not fit are no numbers, but for the positions of a range that is asked for.
 */
#include "grammar.h"

#include "lanes.h"

/* ------------------------------------------------------------------------------- entity tags */

/* etagc = %x21 / %x23-7E / obs-text (RFC 9110 8.8.3). */
static bool is_etagc(uint8_t c)
{
    return c == 0x21 || (c >= 0x23 && c != 0x7f);
}

/* How many octets at the front of s are etagc; no obs-text among those that are looked at
 * sixteen at a time. */
static size_t count_etagc(struct wl_span s)
{
    size_t n = 0;

    for (; s.n - n >= WL_LANES_16; n += WL_LANES_16) {
        const uint8_t *p = s.p + n;
        uint64_t others = wl_lanes_odd16(p) | wl_lanes_equal16(p, ' ') | wl_lanes_equal16(p, '"');

        if (others) {
            n += (size_t)__builtin_ctzll(others);
            break;
        }
    }
    while (n < s.n && is_etagc(s.p[n]))
        n++;
    return n;
}

/* Length of the entity tag at the front of s; 0 when there is none. */
static size_t etag_length(struct wl_span s, struct wl_etag *ret)
{
    bool weak = wl_span_starts(s, WL_SPAN("W/"));
    size_t from = weak ? 2 : 0, i;

    if (from >= s.n || s.p[from] != '"')
        return 0;
    i = from + 1 + count_etagc(wl_span_after(s, from + 1));
    if (i == s.n || s.p[i] != '"')
        return 0;
    *ret = (struct wl_etag){.opaque = wl_span_sub(s, from, i + 1 - from), .weak = weak};
    return i + 1;
}

/* Visible ASCII but for the quote, sixteen at a time, of which the last may have been looked at
 * before. False also for obs-text and what is too short: count_etagc knows. */
static bool are_plain_etagc(struct wl_span s)
{
    size_t n = 0;
    uint64_t others = 0;

    if (s.n < WL_LANES_16)
        return false;
    do {
        const uint8_t *p = s.p + wl_min_size(n, s.n - WL_LANES_16);

        others |= wl_lanes_odd16(p) | wl_lanes_equal16(p, ' ') | wl_lanes_equal16(p, '"');
        n += WL_LANES_16;
    } while (n < s.n);
    return others == 0;
}

bool wl_grammar_is_etag(struct wl_span s)
{
    bool weak = s.n > 2 && s.p[0] == 'W' && s.p[1] == '/';
    struct wl_span opaque = wl_span_after(s, weak ? 2 : 0), inner;

    if (opaque.n < 2 || opaque.p[0] != '"' || opaque.p[opaque.n - 1] != '"')
        return false;
    inner = wl_span(opaque.p + 1, opaque.n - 2);
    return are_plain_etagc(inner) || count_etagc(inner) == inner.n;
}

bool wl_grammar_etag(struct wl_span s, struct wl_etag *ret)
{
    struct wl_etag tag = {.weak = false};

    if (s.n == 0 || etag_length(s, &tag) != s.n)
        return false;
    *ret = tag;
    return true;
}

bool wl_grammar_etag_next(struct wl_cursor *c, struct wl_etag *ret)
{
    size_t n;

    wl_grammar_skip_empty(c);
    if (c->n == 0 || c->bad)
        return false;
    n = etag_length(wl_span(c->p, c->n), ret);
    (void)wl_take(c, n);
    while (c->n && (c->p[0] == ' ' || c->p[0] == '\t'))
        (void)wl_take(c, 1);
    c->bad = n == 0 || (c->n && c->p[0] != ',');
    return !c->bad;
}

bool wl_grammar_etag_strong(struct wl_etag a, struct wl_etag b)
{
    return !a.weak && !b.weak && wl_span_equal(a.opaque, b.opaque);
}

bool wl_grammar_etag_weak(struct wl_etag a, struct wl_etag b)
{
    return wl_span_equal(a.opaque, b.opaque);
}

enum wl_etag_listed wl_grammar_etag_listed(const struct wl_message *m, enum wl_field_id id,
                                           struct wl_etag tag)
{
    const struct wl_field *f = wl_message_field(m, id);
    enum wl_etag_listed listed = WL_ETAG_NOT_LISTED;

    for (; f; f = wl_message_next_field(m, f)) {
        struct wl_cursor c = wl_cursor(f->value);
        struct wl_etag member;

        if (wl_span_equal(f->value, WL_SPAN("*")))
            return WL_ETAG_ANY;
        while (wl_grammar_etag_next(&c, &member)) {
            if (wl_grammar_etag_weak(member, tag))
                listed = WL_ETAG_LISTED;
        }
        if (c.bad)
            return WL_ETAG_UNREADABLE;
    }
    return listed;
}

/* ------------------------------------------------------------------------------------- ranges */

struct wl_span wl_grammar_range_unit(struct wl_cursor *c)
{
    struct wl_span s = wl_span(c->p, c->n);
    struct wl_span unit = wl_span_sub(s, 0, wl_span_find(s, '='));

    if (unit.n == s.n || !wl_grammar_is_token(unit)) {
        c->bad = true;
        return wl_span(NULL, 0);
    }
    (void)wl_take(c, unit.n + 1);
    return unit;
}

/* 1*DIGIT, of any size (RFC 9110 14.1.2): what lies beyond 2^63-1 lies beyond every
 * representation. */
static bool parse_position(struct wl_span s, uint64_t *ret)
{
    for (size_t i = 0; i < s.n; i++) {
        if (!wl_is_digit(s.p[i]))
            return false;
    }
    if (s.n && !wl_parse_u64(s, ret))
        *ret = INT64_MAX;
    return s.n > 0;
}

bool wl_grammar_range_next(struct wl_cursor *c, struct wl_range *ret)
{
    struct wl_span member = wl_grammar_member(c), last;
    size_t dash = wl_span_find(member, '-');
    struct wl_range range = {.first = WL_NONE, .last = WL_NONE};

    if (member.n == 0)
        return false;
    last = wl_span_after(member, dash + 1);
    /* int-range = first-pos "-" [ last-pos ]; suffix-range = "-" suffix-length */
    if (dash == member.n || (dash && !parse_position(wl_span_sub(member, 0, dash), &range.first)) ||
        ((last.n || dash == 0) && !parse_position(last, &range.last)) ||
        /* RFC 9110 14.1.1: an int-range is invalid if last-pos is present and less than
         * first-pos */
        (dash && last.n && range.last < range.first)) {
        c->bad = true;
        return false;
    }
    *ret = range;
    return true;
}

bool wl_grammar_content_range(struct wl_span s, struct wl_content_range *ret)
{
    size_t space = wl_span_find(s, ' ');
    struct wl_span rest = wl_span_after(s, space + 1);
    size_t slash = wl_span_find(rest, '/'), dash;
    struct wl_span range = wl_span_sub(rest, 0, slash), complete = wl_span_after(rest, slash + 1);
    struct wl_content_range cr = {
        .unit = wl_span_sub(s, 0, space),
        .first = WL_NONE,
        .last = WL_NONE,
        .complete = WL_NONE,
    };

    /* Content-Range = range-unit SP ( range-resp / unsatisfied-range ) */
    if (!wl_grammar_is_token(cr.unit) || space == s.n || slash == rest.n)
        return false;
    cr.unsatisfied = wl_span_equal(range, WL_SPAN("*"));
    /* unsatisfied-range has a complete-length, never "*" */
    if (!(!cr.unsatisfied && wl_span_equal(complete, WL_SPAN("*"))) &&
        !wl_parse_u64(complete, &cr.complete))
        return false;
    dash = wl_span_find(range, '-');
    if (!cr.unsatisfied &&
        (dash == range.n || !wl_parse_u64(wl_span_sub(range, 0, dash), &cr.first) ||
         !wl_parse_u64(wl_span_after(range, dash + 1), &cr.last)))
        return false;
    *ret = cr;
    return true;
}
