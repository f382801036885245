/* text.c - bounded text building; escaping for terminals, JSON and HTML; human numbers and times.
 * SPDX-License-Identifier: MIT
 *
 * Plain runs are copied whole; only octets that need it are looked at one by one. UTF-8 is decoded
 * as RFC 3629 4 has it: no overlong forms, no surrogates, nothing above U+10FFFF.
 */
#include "text.h"

#include "lanes.h"

#include <stdarg.h>

void wl_text_init(struct wl_text *t, struct wl_budget *b, size_t max)
{
    wl_buf_init(&t->buf, b, max);
    t->full = false;
}

void wl_text_init_fixed(struct wl_text *t, uint8_t *octets, size_t n)
{
    *t = (struct wl_text){.buf = {.capacity = n, .max = n}};
    t->buf.p = octets;
}

void wl_text_release(struct wl_text *t)
{
    wl_buf_release(&t->buf);
}

void wl_text_grow(struct wl_text *t, struct wl_span s)
{
    if (!wl_buf_append(&t->buf, s))
        t->full = true;
}

void wl_text_put(struct wl_text *t, const char *text)
{
    wl_text_span_raw(t, wl_span_text(text));
}

void wl_text_char(struct wl_text *t, char c)
{
    wl_text_span_raw(t, wl_span(&c, 1));
}

void wl_text_repeat(struct wl_text *t, char c, size_t n)
{
    while (n-- && !t->full)
        wl_text_char(t, c);
}

void wl_text_printf(struct wl_text *t, const char *fmt, ...)
{
    char line[1024];
    va_list args;
    int n;

    va_start(args, fmt);
    n = vsnprintf(line, sizeof(line), fmt, args);
    va_end(args);
    if (n < 0)
        return;
    if ((size_t)n >= sizeof(line)) {
        t->full = true;
        n = (int)sizeof(line) - 1;
    }
    wl_text_span_raw(t, wl_span(line, (size_t)n));
}

/* Where n octets go that are known to follow; NULL, and the text is cut, when there is no room. */
static inline uint8_t *take_room(struct wl_text *t, size_t n)
{
    uint8_t *p;

    if (WL_LIKELY_TRUE(n <= t->buf.capacity - t->buf.n)) {
        p = t->buf.p + t->buf.n;
    } else { /* there may be no buffer yet */
        p = wl_buf_room(&t->buf, n);
        t->full |= !p;
    }
    t->buf.n += p ? n : 0;
    return p;
}

static const char pairs[] = "00010203040506070809101112131415161718192021222324"
                            "25262728293031323334353637383940414243444546474849"
                            "50515253545556575859606162636465666768697071727374"
                            "75767778798081828384858687888990919293949596979899";

/* The last n digits of value, zeros in front, at p; two digits a division. */
static inline void put_digits(uint8_t *p, uint64_t value, size_t n)
{
    while (n >= 2) {
        memcpy(p + (n -= 2), pairs + 2 * (value % 100), 2);
        value /= 100;
    }
    if (n)
        *p = (uint8_t)('0' + value % 10);
}

/* By the number of bits, of which 1233 in 4096 make a digit; where that is one too many, the number
 * lies below a power of ten. */
static inline size_t count_digits(uint64_t value)
{
    static const uint64_t powers[] = {
        0,
        10,
        100,
        1000,
        10000,
        100000,
        1000000,
        10000000,
        100000000,
        1000000000,
        10000000000,
        100000000000,
        1000000000000,
        10000000000000,
        100000000000000,
        1000000000000000,
        10000000000000000,
        100000000000000000,
        1000000000000000000,
        UINT64_C(10000000000000000000),
    };
    size_t n = (64 - (size_t)__builtin_clzll(value | 1)) * 1233 >> 12;

    return n + (value >= powers[n]);
}

void wl_text_u64(struct wl_text *t, uint64_t value)
{
    size_t n = count_digits(value);
    uint8_t *p = take_room(t, n);

    if (p)
        put_digits(p, value, n);
}

void wl_text_digits(struct wl_text *t, uint64_t value, size_t width)
{
    uint8_t *p = take_room(t, width);

    if (p)
        put_digits(p, value, width);
}

void wl_text_seconds(struct wl_text *t, wl_ns value)
{
    enum { WHOLE = 21, FRACTION = 9 }; /* digits at most, a sign with the former */
    uint64_t magnitude = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    uint64_t whole = magnitude / (uint64_t)WL_SECOND, fraction = magnitude % (uint64_t)WL_SECOND;
    uint8_t line[WHOLE + 1 + FRACTION];
    size_t n = 0, digits = count_digits(whole);

    if (value < 0)
        line[n++] = '-';
    put_digits(line + n, whole, digits);
    n += digits;
    if (fraction) {
        line[n++] = '.';
        put_digits(line + n, fraction, FRACTION);
        n += FRACTION;
        while (line[n - 1] == '0')
            n--;
    }
    wl_text_span_raw(t, wl_span(line, n));
}

/* ------------------------------------------------------------------------------- escaping */

/* Decodes one character (RFC 3629 4). Returns its length in octets, 0 when it is not UTF-8. */
static size_t decode_utf8(struct wl_span s, uint32_t *ret)
{
    uint8_t c = s.p[0];
    size_t n = c < 0x80                 ? 1
               : c >= 0xc2 && c <= 0xdf ? 2
               : (c & 0xf0) == 0xe0     ? 3
               : c >= 0xf0 && c <= 0xf4 ? 4
                                        : 0;
    uint32_t value = n == 1 ? c : n == 2 ? c & 0x1fu : n == 3 ? c & 0x0fu : c & 0x07u;

    if (n == 0 || n > s.n)
        return 0;
    for (size_t i = 1; i < n; i++) {
        if ((s.p[i] & 0xc0) != 0x80)
            return 0;
        value = value << 6 | (s.p[i] & 0x3fu);
    }
    if ((n == 3 && (value < 0x800 || (value >= 0xd800 && value <= 0xdfff))) ||
        (n == 4 && (value < 0x10000 || value > 0x10ffff)))
        return 0;
    *ret = value;
    return n;
}

/* Characters that would move the cursor, reorder or hide text, or end a line: C1 controls,
 * bidirectional marks, overrides and isolates, zero-width and invisible format characters, line and
 * paragraph separators, tags, specials. */
static bool is_treacherous(uint32_t c)
{
    static const struct {
        uint32_t from, to;
    } ranges[] = {
        {0x80, 0x9f},       {0xad, 0xad},     {0x061c, 0x061c},   {0x115f, 0x1160},
        {0x180b, 0x180f},   {0x200b, 0x200f}, {0x2028, 0x202e},   {0x2060, 0x206f},
        {0x3164, 0x3164},   {0xfe00, 0xfe0f}, {0xfeff, 0xfeff},   {0xffa0, 0xffa0},
        {0xfff0, 0xfffb},   {0xfffe, 0xffff}, {0x1bca0, 0x1bca3}, {0x1d173, 0x1d17a},
        {0xe0000, 0xe0fff},
    };

    for (size_t i = 0; i < WL_COUNT(ranges); i++) {
        if (c >= ranges[i].from && c <= ranges[i].to)
            return true;
    }
    return false;
}

static void put_hex(struct wl_text *t, const char *prefix, uint8_t c)
{
    static const char digits[] = "0123456789abcdef";

    wl_text_put(t, prefix);
    wl_text_char(t, digits[c >> 4]);
    wl_text_char(t, digits[c & 15]);
}

size_t wl_text_printable(struct wl_span s, uint32_t *ret)
{
    size_t n;

    if (s.p[0] < 0x80) {
        *ret = s.p[0];
        return !wl_is_ctl(s.p[0]);
    }
    n = decode_utf8(s, ret);
    return n && !is_treacherous(*ret) ? n : 0;
}

static size_t printable(struct wl_span s)
{
    uint32_t c = 0;

    return wl_text_printable(s, &c);
}

/* Escapes for a terminal until columns characters are written; returns how many octets of s
 * were. */
static size_t put_terminal(struct wl_text *t, struct wl_span s, size_t columns)
{
    size_t done = 0;

    while (done < s.n && columns) {
        struct wl_span rest = wl_span(s.p + done, s.n - done);
        size_t n = printable(rest);

        if (n) {
            wl_text_span_raw(t, wl_span(rest.p, n));
            done += n;
            columns--;
            continue;
        }
        if (columns < 4)
            break;
        put_hex(t, "\\x", rest.p[0]);
        done++;
        columns -= 4;
    }
    return done;
}

void wl_text_terminal(struct wl_text *t, struct wl_span s)
{
    size_t plain = 0;

    /* nearly everything is printable ASCII */
    while (plain < s.n && s.p[plain] >= 0x20 && s.p[plain] < 0x7f)
        plain++;
    wl_text_span_raw(t, wl_span(s.p, plain));
    if (plain < s.n)
        (void)put_terminal(t, wl_span_after(s, plain), SIZE_MAX);
}

void wl_text_terminal_cut(struct wl_text *t, struct wl_span s, size_t columns)
{
    size_t start = t->buf.n;

    if (put_terminal(t, s, columns) == s.n)
        return;
    t->buf.n = start;
    if (columns < 3) {
        wl_text_repeat(t, '.', columns);
        return;
    }
    (void)put_terminal(t, s, columns - 3);
    wl_text_put(t, "...");
}

/* RFC 8259 7: the same character for whoever parses it, and for a terminal that shows the line
 * nothing that turns text around or hides it; beyond U+FFFF it takes a pair of surrogates. */
static void put_json_code_point(struct wl_text *t, uint32_t c)
{
    if (c > 0xffff) {
        wl_text_printf(t, "\\u%04x", 0xd800 + ((c - 0x10000) >> 10));
        c = 0xdc00 + ((c - 0x10000) & 0x3ff);
    }
    wl_text_printf(t, "\\u%04x", c);
}

static bool is_json_as_it_is(uint8_t c)
{
    return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

/* How many octets at the front of s stand in JSON as they are: nearly all of them, mostly. */
static size_t count_json_as_they_are(struct wl_span s)
{
    size_t n = 0;

    for (; s.n - n >= WL_LANES_16; n += WL_LANES_16) {
        uint64_t others = wl_lanes_odd16(s.p + n) | wl_lanes_equal16(s.p + n, '"') |
                          wl_lanes_equal16(s.p + n, '\\');

        if (others)
            return n + (size_t)__builtin_ctzll(others);
    }
    while (n < s.n && is_json_as_it_is(s.p[n]))
        n++;
    return n;
}

bool wl_text_json(struct wl_text *t, struct wl_span s)
{
    bool raw = false;
    size_t i = 0;

    while (i < s.n) {
        size_t n = count_json_as_they_are(wl_span_after(s, i));
        uint32_t c;

        wl_text_span_raw(t, wl_span(s.p + i, n));
        i += n;
        if (i == s.n)
            break;
        if (s.p[i] == '"' || s.p[i] == '\\') {
            wl_text_char(t, '\\');
            wl_text_char(t, (char)s.p[i++]);
            continue;
        }
        n = s.p[i] >= 0x80 ? decode_utf8(wl_span_after(s, i), &c) : 0;
        if (n && c >= 0xa0) {
            if (is_treacherous(c)) {
                put_json_code_point(t, c);
            } else {
                wl_text_span_raw(t, wl_span(s.p + i, n));
            }
            i += n;
            continue;
        }
        /* a control character (C1 as its code point), or an octet that is not UTF-8 */
        put_hex(t, "\\u00", n ? (uint8_t)c : s.p[i]);
        raw = true;
        i += n ? n : 1;
    }
    return raw;
}

void wl_text_html(struct wl_text *t, struct wl_span s)
{
    size_t i = 0;

    while (i < s.n) {
        struct wl_span rest = wl_span(s.p + i, s.n - i);
        size_t n = printable(rest);

        if (n == 0) {
            put_hex(t, "\\x", rest.p[0]);
            i++;
            continue;
        }
        switch (rest.p[0]) {
        case '&': wl_text_put(t, "&amp;"); break;
        case '<': wl_text_put(t, "&lt;"); break;
        case '>': wl_text_put(t, "&gt;"); break;
        case '"': wl_text_put(t, "&quot;"); break;
        case '\'': wl_text_put(t, "&#39;"); break;
        default: wl_text_span_raw(t, wl_span(rest.p, n)); break;
        }
        i += n;
    }
}

/* ------------------------------------------------------------------------------ addresses */

/* RFC 5952 4: lower case, no leading zeros, the longest run of two or more zero groups as "::". */
static void put_ipv6(struct wl_text *t, const uint8_t ip[16])
{
    unsigned group[8];
    unsigned best = 8, best_n = 1;

    for (unsigned i = 0; i < 8; i++)
        group[i] = (unsigned)ip[(size_t)2 * i] << 8 | ip[(size_t)2 * i + 1];
    for (unsigned i = 0; i < 8; i++) {
        unsigned n = 0;

        while (i + n < 8 && group[i + n] == 0)
            n++;
        if (n > best_n) {
            best = i;
            best_n = n;
        }
    }
    for (unsigned i = 0; i < 8; i++) {
        if (i == best) {
            wl_text_put(t, "::");
            i += best_n - 1;
            continue;
        }
        if (i && i != best + best_n)
            wl_text_char(t, ':');
        wl_text_printf(t, "%x", group[i]);
    }
}

/* 0 to 255, without zeros in front; how many digits that is. */
static inline size_t put_octet(uint8_t *p, uint8_t value)
{
    size_t n = value >= 100 ? 2 : value >= 10;

    p[0] = (uint8_t)('0' + value / 100);
    memcpy(p + (value >= 100), pairs + (size_t)2 * (value % 100), 2);
    if (n == 0)
        p[0] = (uint8_t)('0' + value);
    return n + 1;
}

void wl_text_ip(struct wl_text *t, const struct wl_endpoint *e)
{
    uint8_t line[4 * sizeof("255.")];
    size_t n = 0;

    if (e->family == 6) {
        put_ipv6(t, e->ip);
        return;
    }
    if (e->family != 4) {
        wl_text_char(t, '?');
        return;
    }
    for (unsigned i = 0; i < 4; i++) {
        n += put_octet(line + n, e->ip[i]);
        line[n++] = '.';
    }
    wl_text_span_raw(t, wl_span(line, n - 1));
}

void wl_text_endpoint(struct wl_text *t, const struct wl_endpoint *e)
{
    if (e->family == 6)
        wl_text_char(t, '[');
    wl_text_ip(t, e);
    wl_text_put(t, e->family == 6 ? "]:" : ":");
    wl_text_u64(t, e->port);
}

/* ---------------------------------------------------------------------- times and numbers */

/* Splits a time into whole seconds (rounded down) and nanoseconds 0..999999999. */
static time_t split_time(wl_ns time, long *ret_ns)
{
    wl_ns seconds = time / WL_SECOND;
    wl_ns rest = time % WL_SECOND;

    if (rest < 0) {
        rest += WL_SECOND;
        seconds--;
    }
    *ret_ns = (long)rest;
    return (time_t)seconds;
}

static bool break_down(wl_ns time, bool utc, struct tm *ret, long *ret_ns)
{
    time_t seconds = split_time(time, ret_ns);

    return (utc ? gmtime_r(&seconds, ret) : localtime_r(&seconds, ret)) != NULL;
}

/* "2026-11-21", sep, "20:31:07" */
static void put_date_time(struct wl_text *t, const struct tm *tm, char sep)
{
    wl_text_digits(t, (uint64_t)tm->tm_year + 1900, 4);
    wl_text_char(t, '-');
    wl_text_digits(t, (uint64_t)tm->tm_mon + 1, 2);
    wl_text_char(t, '-');
    wl_text_digits(t, (uint64_t)tm->tm_mday, 2);
    wl_text_char(t, sep);
    wl_text_digits(t, (uint64_t)tm->tm_hour, 2);
    wl_text_char(t, ':');
    wl_text_digits(t, (uint64_t)tm->tm_min, 2);
    wl_text_char(t, ':');
    wl_text_digits(t, (uint64_t)tm->tm_sec, 2);
}

void wl_text_rfc3339(struct wl_text *t, wl_ns time)
{
    struct tm tm = {0};
    long ns = 0;

    if (!break_down(time, true, &tm, &ns))
        return;
    put_date_time(t, &tm, 'T');
    wl_text_char(t, '.');
    wl_text_digits(t, (uint64_t)ns, 9);
    wl_text_char(t, 'Z');
}

void wl_text_clock(struct wl_text *t, wl_ns time, bool utc)
{
    struct tm tm = {0};
    long ns = 0;

    if (!break_down(time, utc, &tm, &ns))
        return;
    wl_text_digits(t, (uint64_t)tm.tm_hour, 2);
    wl_text_char(t, ':');
    wl_text_digits(t, (uint64_t)tm.tm_min, 2);
    wl_text_char(t, ':');
    wl_text_digits(t, (uint64_t)tm.tm_sec, 2);
    wl_text_char(t, '.');
    wl_text_digits(t, (uint64_t)ns / 1000, 6);
}

void wl_text_date(struct wl_text *t, wl_ns time, bool utc)
{
    struct tm tm = {0};
    long ns = 0;

    if (break_down(time, utc, &tm, &ns))
        put_date_time(t, &tm, ' ');
}

/* value / unit, with a digit behind the point below ten: "1.2", "43", "310" */
static void put_three_digits(struct wl_text *t, uint64_t value, uint64_t unit)
{
    uint64_t whole = value / unit;

    wl_text_u64(t, whole);
    if (whole < 10 && unit >= 10 && value % unit) {
        wl_text_char(t, '.');
        wl_text_u64(t, value % unit * 10 / unit);
    }
}

void wl_text_duration(struct wl_text *t, wl_ns d)
{
    uint64_t ns = d < 0 ? 0 - (uint64_t)d : (uint64_t)d;
    uint64_t seconds = ns / (uint64_t)WL_SECOND;

    if (d < 0)
        wl_text_char(t, '-');
    if (ns < 1000) {
        wl_text_printf(t, "%u ns", (unsigned)ns);
    } else if (ns < 1000000) {
        put_three_digits(t, ns, 1000);
        wl_text_put(t, " us");
    } else if (ns < (uint64_t)WL_SECOND) {
        put_three_digits(t, ns, 1000000);
        wl_text_put(t, " ms");
    } else if (seconds < 120) {
        put_three_digits(t, ns, (uint64_t)WL_SECOND);
        wl_text_put(t, " s");
    } else if (seconds < 7200) {
        wl_text_printf(t, "%u min %u s", (unsigned)(seconds / 60), (unsigned)(seconds % 60));
    } else if (seconds < 172800) {
        wl_text_printf(t, "%u h %u min", (unsigned)(seconds / 3600), (unsigned)(seconds / 60 % 60));
    } else {
        wl_text_u64(t, seconds / 86400);
        wl_text_printf(t, " d %u h", (unsigned)(seconds / 3600 % 24));
    }
}

void wl_text_octets(struct wl_text *t, uint64_t n)
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    uint64_t unit = 1;
    size_t u = 0;

    while (n / unit >= 1024) {
        unit *= 1024;
        u++;
    }
    put_three_digits(t, n, unit);
    wl_text_char(t, ' ');
    wl_text_put(t, units[u]);
}

void wl_text_count(struct wl_text *t, uint64_t n)
{
    uint64_t unit = 1;

    while (n / unit >= 1000)
        unit *= 1000;
    wl_text_u64(t, n / unit);
    while (unit > 1) {
        unit /= 1000;
        wl_text_char(t, ' ');
        wl_text_digits(t, n / unit % 1000, 3);
    }
}

/* ------------------------------------------------------------------------------- matching */

bool wl_glob_match_span(const char *glob, struct wl_span text)
{
    const char *star = NULL;
    size_t i = 0, resume = 0;

    while (i < text.n) {
        if (*glob == '*') {
            star = glob++;
            resume = i;
        } else if (*glob && (uint8_t)*glob == text.p[i]) {
            glob++;
            i++;
        } else if (star) {
            glob = star + 1;
            i = ++resume;
        } else {
            return false;
        }
    }
    while (*glob == '*')
        glob++;
    return *glob == '\0';
}

bool wl_glob_match(const char *glob, const char *text)
{
    return wl_glob_match_span(glob, wl_span_text(text));
}

enum { EDIT_MAX = 64 };

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

unsigned wl_edit_distance(const char *a, const char *b)
{
    /* three rows: the current one, the one above, and the one above that, for swaps */
    unsigned rows[3][EDIT_MAX + 1];
    size_t n_a = strlen(a), n_b = strlen(b);

    if (n_a > EDIT_MAX || n_b > EDIT_MAX)
        return 255;
    for (size_t j = 0; j <= n_b; j++)
        rows[0][j] = (unsigned)j;
    for (size_t i = 1; i <= n_a; i++) {
        unsigned *row = rows[i % 3], *above = rows[(i + 2) % 3], *above2 = rows[(i + 1) % 3];

        row[0] = (unsigned)i;
        for (size_t j = 1; j <= n_b; j++) {
            row[j] = least(above[j] + 1, row[j - 1] + 1);
            row[j] = least(row[j], above[j - 1] + (a[i - 1] != b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = least(row[j], above2[j - 2] + 1);
        }
    }
    return rows[n_a % 3][n_b];
}

bool wl_nearest_try(struct wl_nearest *n, const char *name)
{
    unsigned distance = wl_edit_distance(n->text, name);

    if (distance >= n->least)
        return false;
    n->least = distance;
    n->name = name;
    return true;
}

/* ------------------------------------------------------------------------------------ durations */

bool wl_take_number(struct wl_span *s, uint64_t *ret)
{
    size_t n = 0;

    while (n < s->n && wl_is_digit(s->p[n]))
        n++;
    if (!wl_parse_u64(wl_span_sub(*s, 0, n), ret))
        return false;
    *s = wl_span_after(*s, n);
    return true;
}

bool wl_parse_seconds(struct wl_span s, uint64_t *ret)
{
    const uint64_t longest = (uint64_t)WL_LATEST / 2;
    uint64_t scale = (uint64_t)WL_SECOND;
    uint64_t whole = 0, part = 0;

    if (s.n == 0 || (s.p[0] != '.' && !wl_take_number(&s, &whole)))
        return false;
    if (s.n && s.p[0] == '.') {
        struct wl_span digits = wl_span_after(s, 1);
        size_t n;

        s = digits;
        if (!wl_take_number(&s, &part))
            return false;
        n = digits.n - s.n;
        if (n > 9)
            return false;
        for (; n < 9; n++)
            part *= 10;
    }
    if (wl_span_equal(s, WL_SPAN("ms"))) {
        scale /= 1000;
        part /= 1000;
    } else if (s.n && !wl_span_equal(s, WL_SPAN("s"))) {
        return false;
    }
    if (whole > (longest - part) / scale)
        return false;
    *ret = whole * scale + part;
    return true;
}
