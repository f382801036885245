/* redact_url.c - secrets in URLs and JSON, however deep they are encoded.
 * SPDX-License-Identifier: MIT
 *
 * A URL may stand in a parameter of another one, which encodes it once more each time that it is
 * passed on: "=" becomes "%3D", then "%253D" (RFC 3986 2.4). So octets are read as what they come
 * to, with the number of encodings around them: what a delimiter begins ends at one that is encoded
 * no deeper. "\u0022" of JSON (RFC 8259 7) is one more way to encode. Nothing is decoded in memory.
 * Where it is not clear what ends a value, more of it is hidden rather than less.
 */
#include "redact_text.h"

#include "lanes.h"

enum {
    MOST_NAME = 64,   /* octets of a parameter's name that are looked at */
    MOST_DEPTH = 4,   /* encodings around an octet that are seen through */
    MOST_SLASHES = 8, /* "\" before the "u" of an escape: strings within strings double them */
};

/** An octet as it is meant. */
struct symbol {
    uint8_t c;
    uint8_t depth; /* how often it was encoded */
    size_t n;      /* octets that it takes */
};

static bool is_hex(struct wl_span s, size_t i)
{
    return i + 1 < s.n && wl_hex_value(s.p[i]) >= 0 && wl_hex_value(s.p[i + 1]) >= 0;
}

/* "%" *"25" HEXDIG HEXDIG: each "25" is a "%" that was encoded. */
static struct symbol percent_at(struct wl_span s, size_t i)
{
    uint8_t depth = 1;
    size_t at = i + 1;
    unsigned high;

    if (s.p[i] != '%' || !is_hex(s, at))
        return (struct symbol){s.p[i], 0, 1};
    while (depth < MOST_DEPTH && s.p[at] == '2' && s.p[at + 1] == '5' && is_hex(s, at + 2)) {
        at += 2;
        depth++;
    }
    high = (unsigned)wl_hex_value(s.p[at]);
    return (struct symbol){(uint8_t)(high << 4 | (unsigned)wl_hex_value(s.p[at + 1])), depth,
                           at + 2 - i};
}

/* 1*"\" "u00" HEXDIG HEXDIG, each of which may be encoded in turn: what an escape in JSON, and in
 * strings within its strings, comes to. y is the first "\", at i. */
static struct symbol escape_at(struct wl_span s, size_t i, struct symbol y)
{
    static const char follows[] = "u00";
    struct symbol ret = {0, (uint8_t)(y.depth + 1), y.n}, one;
    unsigned value = 0;

    for (unsigned more = 0; more < MOST_SLASHES; more++) {
        if (i + ret.n >= s.n)
            return y;
        one = percent_at(s, i + ret.n);
        if (one.c != '\\')
            break;
        ret.n += one.n;
    }
    for (unsigned k = 0; k < 5; k++) {
        int digit;

        if (i + ret.n >= s.n)
            return y;
        one = percent_at(s, i + ret.n);
        digit = wl_hex_value(one.c);
        if (k < 3 ? one.c != (uint8_t)follows[k] : digit < 0)
            return y;
        if (k >= 3)
            value = value << 4 | (unsigned)digit;
        ret.n += one.n;
    }
    ret.c = (uint8_t)value;
    return ret;
}

static struct symbol symbol_at(struct wl_span s, size_t i)
{
    struct symbol y = percent_at(s, i);

    return y.c == '\\' ? escape_at(s, i, y) : y;
}

static bool ends_url(uint8_t c)
{
    return c <= ' ' || c == '"' || c == '\'' || c == '<' || c == '>';
}

/* Does a URL end there? One that is all of the text does not: what no URL holds is in it by
 * mistake. */
static bool is_plain_end(const struct symbol *y, bool whole)
{
    return !whole && y->depth == 0 && ends_url(y->c);
}

static bool separates(uint8_t c)
{
    return c == '&' || c == ';' || c == '#';
}

static void mask(struct wl_span s, size_t from, size_t to)
{
    if (to > from)
        wl_redact_mask(wl_span(s.p + from, to - from));
}

/* -------------------------------------------------------------------------------- authorities */

/* Masks what stands before the last "@" (a password may hold one) of the authority at from; its
 * "//" was encoded depth times. */
static void mask_userinfo(struct wl_span s, size_t from, uint8_t depth, bool whole)
{
    size_t at = from;

    for (size_t i = from; i < s.n;) {
        struct symbol y = symbol_at(s, i);

        if (is_plain_end(&y, whole) || y.c == '/' || y.c == '?' ||
            (separates(y.c) && y.depth < depth))
            break;
        if (y.c == '@' && y.depth <= depth)
            at = i;
        i += y.n;
    }
    mask(s, from, at);
}

void wl_redact_authority(struct wl_span s)
{
    if (s.n && memchr(s.p, '@', s.n))
        mask_userinfo(s, 0, 0, true);
}

/* y is a "/" at i, behind before. "//" stands behind a scheme or where a reference begins (RFC 3986
 * 4.2: "//user:password@host/"); not within a path */
static void mask_authority(struct wl_span s, size_t i, struct symbol y, uint8_t before, bool whole)
{
    size_t next = i + y.n;
    struct symbol second;

    if (next >= s.n || (i && before != ':' && before != '=' && !ends_url(before)))
        return;
    second = symbol_at(s, next);
    if (second.c == '/')
        mask_userinfo(s, next + second.n, y.depth > second.depth ? y.depth : second.depth, whole);
}

/* --------------------------------------------------------------------------------- parameters */

#define WHOLE(word)                               \
    {                                             \
        (const uint8_t *)(word), sizeof(word) - 1 \
    }

static bool is_secret_parameter(struct wl_span name)
{
    static const char *const words[] = {
        "token",     "secret", "passw",      "pwd",        "apikey", "api_key", "api-key",
        "signature", "sess",   "credential", "oauth_code", "jwt",    NULL,
    };
    static const struct wl_span whole[] = {
        WHOLE("key"),  WHOLE("sig"),    WHOLE("sid"),          WHOLE("code"),
        WHOLE("pin"),  WHOLE("otp"),    WHOLE("auth"),         WHOLE("assertion"),
        WHOLE("pass"), WHOLE("bearer"), WHOLE("samlresponse"), WHOLE("samlrequest"),
    };
    const uint64_t firsts = WL_REDACT_FIRST('t') | WL_REDACT_FIRST('s') | WL_REDACT_FIRST('p') |
                            WL_REDACT_FIRST('a') | WL_REDACT_FIRST('c') | WL_REDACT_FIRST('o') |
                            WL_REDACT_FIRST('j');

    for (size_t i = 0; i < sizeof(whole) / sizeof(whole[0]); i++) {
        if (name.n == whole[i].n && wl_span_equal_nocase(name, whole[i]))
            return true;
    }
    return wl_redact_contains(name, words, firsts);
}

/* Does a credential begin at i that says itself that it is one: "Basic " or "Bearer " before it, or
 * the '{"' of a JSON Web Token (RFC 7519 3.1) in base64url? */
static bool is_credential(struct wl_span s, size_t i)
{
    static const struct wl_span schemes[] = {WHOLE("basic"), WHOLE("bearer")};

    if (wl_span_starts(wl_span_after(s, i), WL_SPAN("eyJ")))
        return true;
    for (size_t k = 0; k < sizeof(schemes) / sizeof(schemes[0]); k++) {
        size_t behind = i + schemes[k].n;
        struct symbol y;

        if (behind >= s.n || !wl_span_equal_nocase(wl_span_sub(s, i, schemes[k].n), schemes[k]))
            continue;
        y = symbol_at(s, behind);
        if (y.c == ' ' || y.c == '+')
            return true;
    }
    return false;
}

/* Does what lies between two delimiters say that a secret follows? encoded: some of it is. */
static bool names_secret(struct wl_span s, size_t from, size_t to, bool encoded)
{
    uint8_t buf[MOST_NAME];
    size_t n = 0;

    if (!encoded)
        return to - from < MOST_NAME && is_secret_parameter(wl_span(s.p + from, to - from));
    while (from < to && n < MOST_NAME) {
        struct symbol y = symbol_at(s, from);

        buf[n++] = y.c;
        from += y.n;
    }
    return from == to && is_secret_parameter(wl_span(buf, n));
}

/* The value at from, behind a "=" of this depth. Returns from where on there is more to look at. */
static size_t mask_value(struct wl_span s, size_t from, uint8_t depth, bool whole)
{
    size_t to = from;

    while (to < s.n) {
        struct symbol y = symbol_at(s, to);

        if (is_plain_end(&y, whole) || (separates(y.c) && y.depth <= depth))
            break;
        to += y.n;
    }
    mask(s, from, to);
    return to;
}

/* --------------------------------------------------------------------------------------- JSON */

/* Reads a name from i on, up to end, which *ret becomes. Returns where that stands; s.n:
 * there is no name. */
static size_t read_name(struct wl_span s, size_t i, uint8_t end, uint8_t buf[MOST_NAME],
                        size_t *ret_n, struct symbol *ret)
{
    for (size_t n = 0; i < s.n && n < MOST_NAME; i += ret->n) {
        *ret = symbol_at(s, i);
        if (ret->c == end) {
            *ret_n = n;
            return i;
        }
        if (separates(ret->c) || is_plain_end(ret, false))
            break;
        buf[n++] = ret->c;
    }
    return s.n;
}

/* Blanks, and the "\" of a quote within a string. */
static size_t skip_blanks(struct wl_span s, size_t i)
{
    while (i < s.n) {
        struct symbol y = symbol_at(s, i);

        if (y.c != ' ' && y.c != '\t' && y.c != '+' && y.c != '\\')
            break;
        i += y.n;
    }
    return i;
}

/* Where the string ends in which i lies. depth is that of its quotes; escaped: a
 * "\" stands before them. */
static size_t end_of_string(struct wl_span s, size_t i, uint8_t depth, bool escaped)
{
    bool passed = false; /* a "\" says that what follows it means nothing */

    while (i < s.n) {
        struct symbol y = symbol_at(s, i);

        if (y.c == '"' && y.depth <= depth && (escaped || !passed))
            break;
        passed = y.c == '\\' && !passed;
        i += y.n;
    }
    return i;
}

/* Where a number or a word ends; of an array or an object the end is not looked for. */
static size_t end_of_word(struct wl_span s, size_t i, uint8_t depth)
{
    uint8_t first = symbol_at(s, i).c;

    if (first == '[' || first == '{')
        return s.n;
    while (i < s.n) {
        struct symbol y = symbol_at(s, i);

        if (y.depth <= depth && (y.c == ',' || y.c == '}' || y.c == ']' || y.c == '&'))
            break;
        i += y.n;
    }
    return i;
}

/* "NAME": VALUE, with i behind the first quote, which was encoded depth times. Returns from where
 * on there is more to look at. */
static size_t mask_member(struct wl_span s, size_t i, uint8_t depth)
{
    uint8_t buf[MOST_NAME];
    struct symbol y;
    size_t n, from = read_name(s, i, '"', buf, &n, &y), to;
    bool escaped, secret;

    if (from == s.n)
        return i;
    escaped = n && buf[n - 1] == '\\';
    n -= escaped;
    from = skip_blanks(s, from + y.n);
    if (from == s.n || symbol_at(s, from).c != ':')
        return i;
    secret = is_secret_parameter(wl_span(buf, n));
    from = skip_blanks(s, from + symbol_at(s, from).n);
    if (from == s.n)
        return from;
    y = symbol_at(s, from);
    if (!secret && (y.c != '"' || !is_credential(s, from + y.n)))
        return i;
    if (y.c == '"') {
        from += y.n;
        to = end_of_string(s, from, depth, escaped);
    } else {
        to = end_of_word(s, from, depth);
    }
    mask(s, from, to);
    return to;
}

/* --------------------------------------------------------------------------------------- text */

/* The same of a few octets. */
static inline bool has_mark_within(struct wl_span s)
{
    const uint64_t marks = UINT64_C(1) << '=' | UINT64_C(1) << '%' | UINT64_C(1) << '"';

    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '@' || (s.p[i] < 64 && marks >> s.p[i] & 1))
            return true;
    }
    return false;
}

/* Stands there one of the octets without which there is no secret? */
static bool has_mark(struct wl_span s)
{
    const uint8_t *p = s.p, *last;
    uint64_t found = 0;

    if (s.n < WL_LANES_16)
        return has_mark_within(s);
    last = p + s.n - WL_LANES_16;
    while (!found) {
        found = wl_lanes_equal16(p, '=') | wl_lanes_equal16(p, '%') | wl_lanes_equal16(p, '@') |
                wl_lanes_equal16(p, '"');
        if (p == last)
            break;
        /* the last sixteen, some of them for the second time */
        p = last - p < WL_LANES_16 ? last : p + WL_LANES_16;
    }
    return found;
}

/* A secret follows the name of a parameter and "=", or stands before "@", or follows a name in
 * quotes and ":"; most values have none of these, nor anything that is encoded. */
static bool may_hold_secret(struct wl_span s)
{
    if (!has_mark(s))
        return false;
    if (memchr(s.p, '@', s.n) || memchr(s.p, '%', s.n))
        return true;
    if (memchr(s.p, '"', s.n) && memchr(s.p, ':', s.n))
        return true;
    return memchr(s.p, '=', s.n) && (memchr(s.p, '?', s.n) || memchr(s.p, '&', s.n) ||
                                     memchr(s.p, ';', s.n) || memchr(s.p, '#', s.n));
}

/* Is there nothing to do about c? The others, all but "\" below 64, delimit something, end it, or
 * are encoded. */
static inline bool is_plain(uint8_t c)
{
#define BIT(c) (UINT64_C(1) << (c))
    const uint64_t others = (BIT(' ' + 1) - 1) | BIT('"') | BIT('#') | BIT('%') | BIT('&') |
                            BIT('\'') | BIT('/') | BIT(';') | BIT('<') | BIT('=') | BIT('>') |
                            BIT('?');
#undef BIT

    return c >= 64 ? c != '\\' : !(others >> c & 1);
}

static WL_ASIDE void redact_parts(struct wl_span s, bool whole)
{
    size_t name = 0; /* where one begins, if it does */
    bool named = false, encoded = false;
    uint8_t before = 0;

    for (size_t i = 0, next; i < s.n; i = next) {
        struct symbol y;

        if (is_plain(s.p[i])) {
            for (next = i + 1; next < s.n && is_plain(s.p[next]);)
                next++;
            before = s.p[next - 1];
            continue;
        }
        y = symbol_at(s, i);
        next = i + y.n;
        encoded |= y.depth > 0;
        if (y.c == '/') {
            mask_authority(s, i, y, before, whole);
        } else if (y.c == '=' || y.c == '?' || separates(y.c)) {
            if (y.c == '=' && named &&
                (names_secret(s, name, i, encoded) || is_credential(s, next)))
                next = mask_value(s, next, y.depth, whole);
            name = next;
            named = true;
            encoded = false;
        } else if (y.c == '"') {
            next = mask_member(s, next, y.depth);
            named = false;
        } else if (is_plain_end(&y, whole)) {
            named = false;
        }
        before = y.c;
    }
}

void wl_redact_urls(struct wl_span s)
{
    if (may_hold_secret(s))
        redact_parts(s, false);
}

void wl_redact_url(struct wl_span s)
{
    if (may_hold_secret(s))
        redact_parts(s, true);
}

bool wl_redact_is_credential(struct wl_span s)
{
    return is_credential(s, 0);
}

void wl_redact_credential(struct wl_span s)
{
    if (is_credential(s, 0))
        wl_redact_mask(s);
}
