/* span.h - borrowed octets, the sticky cursor that reads them, character classes.
 * SPDX-License-Identifier: MIT
 *
 * A pointer never travels without its length. A cursor is sticky: after one short read everything
 * yields zero or empty and bad is set, so that a parser tests once at the end.
 */
#ifndef WL_SPAN_H
#define WL_SPAN_H

#include "attr.h"
#include "wirelint/model.h"

#include <string.h>

static inline struct wl_span wl_span(const void *p, size_t n)
{
    return (struct wl_span){(const uint8_t *)p, n};
}

/** Eight octets as a word, the first lowest; compilers make one instruction of it. */
static inline uint64_t wl_octets_word(const uint8_t *p)
{
    return (uint64_t)p[0] | (uint64_t)p[1] << 8 | (uint64_t)p[2] << 16 | (uint64_t)p[3] << 24 |
           (uint64_t)p[4] << 32 | (uint64_t)p[5] << 40 | (uint64_t)p[6] << 48 |
           (uint64_t)p[7] << 56;
}

/** The same of four. */
static inline uint32_t wl_octets_half(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

/** Writes eight. */
static inline void wl_octets_put(uint8_t *p, uint64_t word)
{
    p[0] = (uint8_t)word;
    p[1] = (uint8_t)(word >> 8);
    p[2] = (uint8_t)(word >> 16);
    p[3] = (uint8_t)(word >> 24);
    p[4] = (uint8_t)(word >> 32);
    p[5] = (uint8_t)(word >> 40);
    p[6] = (uint8_t)(word >> 48);
    p[7] = (uint8_t)(word >> 56);
}

/** A span over a NUL-terminated string, without its NUL; text NULL is empty. */
static inline struct wl_span wl_span_text(const char *text)
{
    return wl_span(text, text ? strlen(text) : 0);
}

/** A span over a string literal. */
#define WL_SPAN(literal) wl_span("" literal "", sizeof(literal) - 1)

static inline bool wl_span_equal(struct wl_span a, struct wl_span b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static inline uint8_t wl_lower(uint8_t c)
{
    return c >= 'A' && c <= 'Z' ? (uint8_t)(c | 0x20) : c;
}

/** Do two words of octets differ in nothing but the case of letters (ASCII)? */
static inline bool wl_octets_alike(uint64_t a, uint64_t b)
{
    const uint64_t ones = 0x0101010101010101, high = 0x80 * ones;
    uint64_t differ = a ^ b, small, rest, letters;

    if (differ == 0)
        return true;
    small = a | ('a' - 'A') * ones;
    rest = small & ~high;
    letters = (rest + (0x80 - 'a') * ones) & ~(rest + (0x7f - 'z') * ones) & ~small & high;
    return (differ & ~(letters >> 2)) == 0; /* the highest bit becomes that of the case */
}

/** Equality without regard to ASCII case. */
static inline bool wl_span_equal_nocase(struct wl_span a, struct wl_span b)
{
    size_t n = a.n;

    if (n != b.n)
        return false;
    if (n > 8) {
        for (size_t i = 0; i + 8 < n; i += 8) {
            if (!wl_octets_alike(wl_octets_word(a.p + i), wl_octets_word(b.p + i)))
                return false;
        }
        return wl_octets_alike(wl_octets_word(a.p + n - 8), wl_octets_word(b.p + n - 8));
    }
    if (n >= 4) {
        return wl_octets_alike(wl_octets_half(a.p) | (uint64_t)wl_octets_half(a.p + n - 4) << 32,
                               wl_octets_half(b.p) | (uint64_t)wl_octets_half(b.p + n - 4) << 32);
    }
    for (size_t i = 0; i < n; i++) {
        if (wl_lower(a.p[i]) != wl_lower(b.p[i]))
            return false;
    }
    return true;
}

static inline bool wl_span_starts(struct wl_span s, struct wl_span prefix)
{
    return s.n >= prefix.n && (prefix.n == 0 || memcmp(s.p, prefix.p, prefix.n) == 0);
}

/** The part from offset from (clamped), n octets long (clamped). */
static inline struct wl_span wl_span_sub(struct wl_span s, size_t from, size_t n)
{
    if (from > s.n)
        from = s.n;
    if (n > s.n - from)
        n = s.n - from;
    return s.p ? wl_span(s.p + from, n) : wl_span(NULL, 0);
}

/** What is left after the first n octets (clamped). */
static inline struct wl_span wl_span_after(struct wl_span s, size_t n)
{
    return wl_span_sub(s, n, s.n);
}

/** Index of the first octet c, or s.n. */
static inline size_t wl_span_find(struct wl_span s, uint8_t c)
{
    const uint8_t *hit = s.n ? memchr(s.p, c, s.n) : NULL;

    return hit ? (size_t)(hit - s.p) : s.n;
}

/** Without SP and HTAB at both ends (OWS, RFC 9110 5.6.3). */
static inline struct wl_span wl_span_trim(struct wl_span s)
{
    while (s.n && (s.p[0] == ' ' || s.p[0] == '\t')) {
        s.p++;
        s.n--;
    }
    while (s.n && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t'))
        s.n--;
    return s;
}

static inline bool wl_is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

static inline bool wl_is_alpha(uint8_t c)
{
    return wl_lower(c) >= 'a' && wl_lower(c) <= 'z';
}

/** Value of a hexadecimal digit, or -1. Which kind of digit it is cannot be foretold: a letter has
 * bit 6, and counts from 9. */
static inline int wl_hex_value(uint8_t c)
{
    const unsigned is_digit = (unsigned)c - '0' < 10, is_letter = (c | 0x20U) - 'a' < 6;

    return is_digit | is_letter ? (c & 0xf) + 9 * (c >> 6) : -1;
}

/** Control octet: 0x00-0x1f and 0x7f. */
static inline bool wl_is_ctl(uint8_t c)
{
    return c < 0x20 || c == 0x7f;
}

/** tchar of RFC 9110 5.6.2. */
static inline bool wl_is_tchar(uint8_t c)
{
    static const uint8_t bits[16] = {
        /* ! # $ % & ' * + - .  digits  A-Z ^ _ `  a-z | ~ , one bit per octet, LSB first */
        0x00, 0x00, 0x00, 0x00, 0xfa, 0x6c, 0xff, 0x03,
        0xfe, 0xff, 0xff, 0xc7, 0xff, 0xff, 0xff, 0x57,
    };

    return c < 0x80 && (bits[c >> 3] >> (c & 7) & 1);
}

/** Reads one unsigned decimal number that fills the whole span; false on anything else, also when
 * it exceeds 2^63-1. */
static inline bool wl_parse_u64(struct wl_span s, uint64_t *ret)
{
    enum { SURELY = 18 }; /* digits that fit, whatever they are */
    uint64_t value = 0;

    if (s.n == 0)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        uint64_t digit = (uint64_t)s.p[i] - '0';

        if (digit > 9 || (i >= SURELY && value > (INT64_MAX - digit) / 10))
            return false;
        value = value * 10 + digit;
    }
    *ret = value;
    return true;
}

/** The same of one up to 65535. */
static inline bool wl_parse_u16(struct wl_span s, uint16_t *ret)
{
    uint64_t n;

    if (!wl_parse_u64(s, &n) || n > UINT16_MAX)
        return false;
    *ret = (uint16_t)n;
    return true;
}

/** Reads through a span from the front. */
struct wl_cursor {
    const uint8_t *p;
    size_t n;
    bool bad; /* something did not fit; everything since yields zero */
};

static inline struct wl_cursor wl_cursor(struct wl_span s)
{
    return (struct wl_cursor){s.p, s.n, false};
}

/** Takes n octets; an empty span and bad when fewer are left. Nothing is left then, so that whoever
 * takes what stands at the front comes to an end. */
static inline struct wl_span wl_take(struct wl_cursor *c, size_t n)
{
    struct wl_span s = {c->p, n};

    if (c->bad || n > c->n) {
        c->bad = true;
        c->n = 0;
        return (struct wl_span){NULL, 0};
    }
    if (n) {
        c->p += n;
        c->n -= n;
    }
    return s;
}

static inline uint8_t wl_u8(struct wl_cursor *c)
{
    struct wl_span s = wl_take(c, 1);

    return s.n ? s.p[0] : 0;
}

static inline uint16_t wl_be16(struct wl_cursor *c)
{
    struct wl_span s = wl_take(c, 2);

    return (uint16_t)(s.n ? s.p[0] << 8 | s.p[1] : 0);
}

static inline uint32_t wl_be24(struct wl_cursor *c)
{
    struct wl_span s = wl_take(c, 3);

    return s.n ? (uint32_t)s.p[0] << 16 | (uint32_t)s.p[1] << 8 | s.p[2] : 0;
}

static inline uint32_t wl_be32(struct wl_cursor *c)
{
    struct wl_span s = wl_take(c, 4);

    return s.n ? (uint32_t)s.p[0] << 24 | (uint32_t)s.p[1] << 16 | (uint32_t)s.p[2] << 8 | s.p[3]
               : 0;
}

#endif
