/* text.h - bounded text building; escaping for terminals, JSON and HTML; human numbers and times.
 * SPDX-License-Identifier: MIT
 *
 * A wl_text is a growing line of output. Untrusted octets get in only through an escaping function.
 * When memory is refused or max is reached the text is cut and full is set; nothing fails.
 */
#ifndef WL_TEXT_H
#define WL_TEXT_H

#include "mem.h"

struct wl_text {
    struct wl_buf buf;
    bool full; /* something did not fit */
};

void wl_text_init(struct wl_text *t, struct wl_budget *b, size_t max);
/** A text in n octets of the caller's, which cannot grow and need not be released. */
void wl_text_init_fixed(struct wl_text *t, uint8_t *octets, size_t n);
void wl_text_release(struct wl_text *t);
static inline void wl_text_reset(struct wl_text *t)
{
    t->buf.n = 0;
    t->full = false;
}
static inline struct wl_span wl_text_span(const struct wl_text *t)
{
    return wl_buf_span(&t->buf);
}

/** Appends s where it does not fit any more: grows, or sets full. */
void wl_text_grow(struct wl_text *t, struct wl_span s);

/** Trusted text as it is. Literals of a few octets, of which reports are made, become plain
 * stores. */
static inline void wl_text_span_raw(struct wl_text *t, struct wl_span s)
{
    if (WL_LIKELY_FALSE(s.n > t->buf.capacity - t->buf.n)) {
        wl_text_grow(t, s);
        return;
    }
    if (s.n)
        memcpy(t->buf.p + t->buf.n, s.p, s.n);
    t->buf.n += s.n;
}
void wl_text_put(struct wl_text *t, const char *text);
void wl_text_char(struct wl_text *t, char c);
void wl_text_repeat(struct wl_text *t, char c, size_t n);
/** For trusted format and arguments only. */
void wl_text_printf(struct wl_text *t, const char *fmt, ...) WL_PRINTF(2, 3);
void wl_text_u64(struct wl_text *t, uint64_t value);
/** The last width digits of value, zeros in front. */
void wl_text_digits(struct wl_text *t, uint64_t value, size_t width);
/** A decimal number of seconds with up to 9 digits after the point, trailing zeros removed. */
void wl_text_seconds(struct wl_text *t, wl_ns value);

/**
 * Untrusted octets for a terminal or a log: printable UTF-8 as it is; control characters (C0, DEL,
 * C1), ESC, bidirectional overrides and isolates, invisible format characters, line separators and
 * octets that are not UTF-8 as \xNN per octet; a backslash as it is.
 */
void wl_text_terminal(struct wl_text *t, struct wl_span s);
/**
 * The first character of s (not empty) if that may be shown as it is: its length in octets, ret the
 * code point. 0: its first octet must be escaped, as wl_text_terminal does.
 */
size_t wl_text_printable(struct wl_span s, uint32_t *ret);
/** The same as wl_text_terminal, cut to at most columns characters with "..." at the end. */
void wl_text_terminal_cut(struct wl_text *t, struct wl_span s, size_t columns);
/**
 * Untrusted octets as the inside of a JSON string: valid UTF-8 as it is; quotes, backslash and
 * control characters escaped; octets that are not UTF-8 as \u00XX of the octet. Returns true when
 * "raw":true must stand beside it (docs/ndjson.md: control characters or octets that are not UTF-8).
 */
bool wl_text_json(struct wl_text *t, struct wl_span s);
/** Untrusted octets for HTML text and quoted attributes: & < > " ' escaped, the rest as
 * wl_text_terminal. */
void wl_text_html(struct wl_text *t, struct wl_span s);

/** "10.0.0.9", "2001:db8::9" (RFC 5952). */
void wl_text_ip(struct wl_text *t, const struct wl_endpoint *e);
/** "10.0.0.9:80", "[2001:db8::9]:80". */
void wl_text_endpoint(struct wl_text *t, const struct wl_endpoint *e);

/** RFC 3339 UTC with nanoseconds: "2026-11-21T03:47:19.000000000Z". */
void wl_text_rfc3339(struct wl_text *t, wl_ns time);
/** "20:31:07.123456", local time or UTC. */
void wl_text_clock(struct wl_text *t, wl_ns time, bool utc);
/** "2026-11-21 20:31:07". */
void wl_text_date(struct wl_text *t, wl_ns time, bool utc);
/** "43 ms", "1.2 s", "12 us", "3 min 2 s": three digits at most. */
void wl_text_duration(struct wl_text *t, wl_ns d);
/** "1.2 GiB", "512 B". */
void wl_text_octets(struct wl_text *t, uint64_t n);
/** "104 221": thousands separated by a space. */
void wl_text_count(struct wl_text *t, uint64_t n);

/** Shell-like match of text against a glob with * only. */
bool wl_glob_match(const char *glob, const char *text);
bool wl_glob_match_span(const char *glob, struct wl_span text);
/** Edit distance (Damerau, adjacent swaps), for "did you mean"; at most 255. */
unsigned wl_edit_distance(const char *a, const char *b);

/** Which of several names is most like a text that is none of them: for "did you mean". */
struct wl_nearest {
    const char *text;
    const char *name; /* the nearest one tried, NULL: none was near enough; borrowed */
    unsigned least;   /* a name must be nearer than this: the distance of .name, or one too far */
};

/** Begins such a search. most  the edit distance at which a name is still like text */
static inline struct wl_nearest wl_nearest(const char *text, unsigned most)
{
    struct wl_nearest ret = {text, NULL, most + 1};

    return ret;
}
/** Tries a name. True: it is the nearest so far. */
bool wl_nearest_try(struct wl_nearest *n, const char *name);
/** Takes digits off the front; false when there are none or the number exceeds 2^63-1. */
bool wl_take_number(struct wl_span *s, uint64_t *ret);
/** "0.8", "100", "1.5s", "250ms" to nanoseconds; up to nine digits behind the point. False: it is
 * none, or longer than WL_LATEST / 2 (73 years): twice as much, and the sum with a time, still
 * fit. */
bool wl_parse_seconds(struct wl_span s, uint64_t *ret);

#endif
