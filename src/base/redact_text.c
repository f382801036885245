/* redact_text.c - what of octets of the network is a secret, and how it is made unreadable.
 * SPDX-License-Identifier: MIT
 *
 * Known names are compared; for the many that applications make up (X-Acme-Api-Token) words in them decide.
 * A value that is hidden and was none costs a reader little; the other way round it is a leak.
 */
#include "redact_text.h"

#include "lanes.h"

enum { MOST_NAME = 64 /* octets of a parameter's name that are looked at */ };

/* The octets lie in the arena of an exchange, which nobody else reads any more when they are redacted; the model
 * shows them as const because nobody else may write. */
static uint8_t *writable(struct wl_span s)
{
    union {
        const uint8_t *in;
        uint8_t *out;
    } p = {.in = s.p};

    return p.out;
}

/* Is there one of the two octets in s? */
static bool has_either(struct wl_span s, uint8_t a, uint8_t b)
{
    const uint8_t *p = s.p, *last;
    uint64_t found = 0;

    if (s.n < WL_LANES_16)
        return s.n && (memchr(s.p, a, s.n) || memchr(s.p, b, s.n));
    last = s.p + s.n - WL_LANES_16;
    for (; p < last && !found; p += WL_LANES_16)
        found = wl_lanes_equal16(p, a) | wl_lanes_equal16(p, b);
    /* the last sixteen, some of them for the second time */
    return found || wl_lanes_equal16(last, a) || wl_lanes_equal16(last, b);
}

void wl_redact_mask(struct wl_span s)
{
    uint8_t *p = writable(s);

    if (s.n && !has_either(s, '\r', '\n')) {
        memset(p, '*', s.n);
        return;
    }
    for (size_t i = 0; i < s.n; i++) {
        if (p[i] != '\r' && p[i] != '\n')
            p[i] = '*';
    }
}

/* ------------------------------------------------------------------------------------- names */

/* A word begins with c, or with its like. */
#define FIRST(c) (UINT64_C(1) << (c) % 64)

/* Does one of the words (small letters) stand in s? firsts: FIRST of each; most of s is passed over by them. */
static bool contains_any(struct wl_span s, const char *const *words, uint64_t firsts)
{
    for (size_t i = 0; i < s.n; i++) {
        uint8_t c = wl_lower(s.p[i]);

        if (!(firsts >> c % 64 & 1))
            continue;
        for (const char *const *word = words; *word; word++) {
            if ((uint8_t)(*word)[0] == c &&
                wl_span_equal_nocase(wl_span_sub(s, i, strlen(*word)), wl_span_text(*word)))
                return true;
        }
    }
    return false;
}

bool wl_redact_is_secret_name(struct wl_span field_name)
{
    static const char *const words[] = {
        "authorization", "cookie",     "api-key",      "apikey",
        "api_key",       "auth-token", "access-token", "id-token",
        "csrf",          "xsrf",       "secret",       "password",
        "passwd",        "session",    "credential",   "jwt",
        "x-token",       "-token",     "x-auth",       "authentication-info",
        "access-key",    "accesskey",  "auth-key",     "subscription-key",
        "dpop",          NULL,
    };

    const uint64_t firsts = FIRST('a') | FIRST('c') | FIRST('i') | FIRST('x') | FIRST('s') |
                            FIRST('p') | FIRST('j') | FIRST('d') | FIRST('-');

    return wl_span_equal_nocase(field_name, WL_SPAN("token")) ||
           contains_any(field_name, words, firsts);
}

bool wl_redact_is_secret(const struct wl_field *f)
{
    /* of names that are known it is known, and most are */
    if (f->id != WL_FIELD_OTHER) {
        return f->id == WL_FIELD_AUTHORIZATION || f->id == WL_FIELD_PROXY_AUTHORIZATION ||
               f->id == WL_FIELD_COOKIE || f->id == WL_FIELD_SET_COOKIE;
    }
    return wl_redact_is_secret_name(wl_field_sent_name(f));
}

static bool is_secret_parameter(struct wl_span name)
{
    static const char *const words[] = {
        "token",     "secret", "passw",      "pwd",        "apikey", "api_key", "api-key",
        "signature", "sess",   "credential", "oauth_code", "jwt",    NULL,
    };
#define WHOLE(word)                               \
    {                                             \
        (const uint8_t *)(word), sizeof(word) - 1 \
    }
    static const struct wl_span whole[] = {
        WHOLE("key"),  WHOLE("sig"),    WHOLE("sid"),          WHOLE("code"),
        WHOLE("pin"),  WHOLE("otp"),    WHOLE("auth"),         WHOLE("assertion"),
        WHOLE("pass"), WHOLE("bearer"), WHOLE("samlresponse"), WHOLE("samlrequest"),
    };
#undef WHOLE
    const uint64_t firsts = FIRST('t') | FIRST('s') | FIRST('p') | FIRST('a') | FIRST('c') |
                            FIRST('o') | FIRST('j');

    for (size_t i = 0; i < sizeof(whole) / sizeof(whole[0]); i++) {
        if (name.n == whole[i].n && wl_span_equal_nocase(name, whole[i]))
            return true;
    }
    return contains_any(name, words, firsts);
}

/* -------------------------------------------------------------------------------------- URLs */

static bool ends_url(uint8_t c)
{
    return c <= ' ' || c == '"' || c == '\'' || c == '<' || c == '>';
}

void wl_redact_authority(struct wl_span s)
{
    size_t at = 0;

    if (s.n == 0 || !memchr(s.p, '@', s.n))
        return;
    /* the last "@": a password may hold one */
    for (size_t i = 0; i < s.n && !ends_url(s.p[i]) && s.p[i] != '/' && s.p[i] != '?'; i++) {
        if (s.p[i] == '@')
            at = i;
    }
    wl_redact_mask(wl_span_sub(s, 0, at));
}

/* The name as it is meant: "%70assword" is one, too (RFC 3986 6.2.2.2). */
static struct wl_span decoded(struct wl_span name, uint8_t buf[MOST_NAME])
{
    size_t n = 0;

    if (name.n == 0 || !memchr(name.p, '%', name.n))
        return name;
    for (size_t i = 0; i < name.n; i++) {
        int high = i + 2 < name.n && name.p[i] == '%' ? wl_hex_value(name.p[i + 1]) : -1;
        int low = high >= 0 ? wl_hex_value(name.p[i + 2]) : -1;

        buf[n++] = low >= 0 ? (uint8_t)(high << 4 | low) : name.p[i];
        i += low >= 0 ? 2 : 0;
    }
    return wl_span(buf, n);
}

/* s begins behind a delimiter of parameters: NAME=VALUE. Returns how far it was looked at. */
static size_t mask_parameter(struct wl_span s)
{
    struct wl_span name = wl_span_sub(s, 0, wl_span_find(wl_span_sub(s, 0, MOST_NAME), '='));
    struct wl_span value = wl_span_after(s, name.n + 1);
    uint8_t buf[MOST_NAME];
    size_t n = 0;

    if (name.n == MOST_NAME || name.n >= s.n || !is_secret_parameter(decoded(name, buf)))
        return 0;
    while (n < value.n && !ends_url(value.p[n]) && value.p[n] != '&' && value.p[n] != ';' &&
           value.p[n] != '#')
        n++;
    wl_redact_mask(wl_span_sub(value, 0, n));
    return name.n + 1 + n;
}

/* A secret follows the name of a parameter and "=", or stands before "@": most values have neither. */
static bool may_hold_secret(struct wl_span s)
{
    if (!has_either(s, '@', '='))
        return false;
    if (memchr(s.p, '@', s.n))
        return true;
    return memchr(s.p, '=', s.n) && (memchr(s.p, '?', s.n) || memchr(s.p, '&', s.n) ||
                                     memchr(s.p, ';', s.n) || memchr(s.p, '#', s.n));
}

/* "//", behind a scheme or where a reference begins (RFC 3986 4.2: "//user:password@host/"); not within a path */
static bool begins_authority(struct wl_span s, size_t i)
{
    return s.p[i] == '/' && i + 1 < s.n && s.p[i + 1] == '/' &&
           (i == 0 || s.p[i - 1] == ':' || s.p[i - 1] == '=' || ends_url(s.p[i - 1]));
}

static bool is_delimiter(uint8_t c)
{
    return c == '/' || c == '?' || c == '&' || c == ';' || c == '#';
}

/* Where the next part of a URL may begin, from an index on; s.n: nowhere. */
static size_t find_delimiter(struct wl_span s, size_t from)
{
    for (; s.n - from >= WL_LANES_16; from += WL_LANES_16) {
        const uint8_t *p = s.p + from;
        uint64_t found = wl_lanes_equal16(p, '/') | wl_lanes_equal16(p, '?') |
                         wl_lanes_equal16(p, '&') | wl_lanes_equal16(p, ';') |
                         wl_lanes_equal16(p, '#');

        if (found)
            return from + (size_t)__builtin_ctzll(found);
    }
    while (from < s.n && !is_delimiter(s.p[from]))
        from++;
    return from;
}

static WL_ASIDE void mask_parts(struct wl_span s)
{
    for (size_t i = find_delimiter(s, 0); i < s.n; i = find_delimiter(s, i + 1)) {
        if (begins_authority(s, i)) {
            wl_redact_authority(wl_span_after(s, i + 2));
        } else if (s.p[i] != '/') {
            i += mask_parameter(wl_span_after(s, i + 1));
        }
    }
}

void wl_redact_urls(struct wl_span s)
{
    if (WL_LIKELY_FALSE(may_hold_secret(s)))
        mask_parts(s);
}

/* ------------------------------------------------------------------------------------- fields */

/* "Basic dXNlcjpwdw==": what follows the first word */
static void mask_behind_scheme(struct wl_span value)
{
    size_t n = wl_span_find(value, ' ');

    wl_redact_mask(n < value.n ? wl_span_after(value, n + 1) : value);
}

/* "a=1; b=2": what follows each "="; of Set-Cookie, whose attributes are no secrets, the first. */
static void mask_cookies(struct wl_span value, bool all)
{
    do {
        size_t end = wl_span_find(value, ';');
        struct wl_span pair = wl_span_sub(value, 0, end);
        size_t equals = wl_span_find(pair, '=');

        wl_redact_mask(equals < pair.n ? wl_span_after(pair, equals + 1) : pair);
        value = wl_span_after(value, end + 1);
    } while (all && value.n);
}

static bool starts_nocase(struct wl_span s, struct wl_span word)
{
    return wl_span_equal_nocase(wl_span_sub(s, 0, word.n), word);
}

void wl_redact_tokens(struct wl_span challenges)
{
    while (challenges.n) {
        size_t n = wl_span_find(challenges, ',');
        struct wl_span one = wl_span_trim(wl_span_sub(challenges, 0, n));

        if (starts_nocase(one, WL_SPAN("negotiate ")) || starts_nocase(one, WL_SPAN("ntlm ")))
            mask_behind_scheme(one);
        challenges = wl_span_after(challenges, n + 1);
    }
}

void wl_redact_field(const struct wl_field *f)
{
    if (f->odd & WL_ODD_NO_COLON) {
        wl_redact_line(wl_field_sent_name(f));
    } else if (f->id == WL_FIELD_COOKIE || f->id == WL_FIELD_SET_COOKIE) {
        mask_cookies(f->value, f->id == WL_FIELD_COOKIE);
    } else if (f->id == WL_FIELD_AUTHORIZATION || f->id == WL_FIELD_PROXY_AUTHORIZATION) {
        mask_behind_scheme(f->value);
    } else if (wl_redact_is_secret(f)) {
        wl_redact_mask(f->value);
    } else {
        if (f->id == WL_FIELD_HOST)
            wl_redact_authority(f->value);
        if (f->id == WL_FIELD_WWW_AUTHENTICATE || f->id == WL_FIELD_PROXY_AUTHENTICATE ||
            (f->value.n && wl_lower(f->value.p[0]) == 'n'))
            wl_redact_tokens(f->value);
        wl_redact_urls(f->value);
    }
}

void wl_redact_line(struct wl_span s)
{
    struct wl_span trimmed = wl_span_trim(s);
    size_t n = 0;

    while (n < trimmed.n && wl_is_tchar(trimmed.p[n]))
        n++;
    if (n < trimmed.n && wl_redact_is_secret_name(wl_span_sub(trimmed, 0, n))) {
        wl_redact_mask(wl_span_after(trimmed, n + 1));
    } else {
        wl_redact_urls(s);
    }
}
