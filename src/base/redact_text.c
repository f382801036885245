/* redact_text.c - what of octets of the network is a secret, and how it is made unreadable.
 * SPDX-License-Identifier: MIT
 *
 * Known names are compared; for the many that applications make up (X-Acme-Api-Token) words in
 * them decide. A value that is hidden and was none costs a reader little; the other way round
 * it is a leak.
 */
#include "redact_text.h"

#include "lanes.h"

/* The octets lie in the arena of an exchange, which nobody else reads any more when they are
 * redacted; the model shows them as const because nobody else may write. */
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

bool wl_redact_contains(struct wl_span s, const char *const *words, uint64_t firsts)
{
    for (size_t i = 0; i + 1 < s.n; i++) { /* a word has two letters, or more */
        uint8_t c = wl_lower(s.p[i]);

        if (!(firsts >> c % 64 & 1))
            continue;
        for (const char *const *word = words; *word; word++) {
            if ((uint8_t)(*word)[0] == c && (uint8_t)(*word)[1] == wl_lower(s.p[i + 1]) &&
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
        "accesstoken",   "dpop",       NULL,
    };

    const uint64_t firsts = WL_REDACT_FIRST('a') | WL_REDACT_FIRST('c') | WL_REDACT_FIRST('i') |
                            WL_REDACT_FIRST('x') | WL_REDACT_FIRST('s') | WL_REDACT_FIRST('p') |
                            WL_REDACT_FIRST('j') | WL_REDACT_FIRST('d') | WL_REDACT_FIRST('-');

    return wl_span_equal_nocase(field_name, WL_SPAN("token")) ||
           wl_redact_contains(field_name, words, firsts);
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

static inline bool is_url(enum wl_field_id id)
{
    return id == WL_FIELD_LOCATION || id == WL_FIELD_CONTENT_LOCATION || id == WL_FIELD_REFERER;
}

/* Is there more to a field of this kind than that a URL may stand in it? */
static inline bool has_own_way(enum wl_field_id id)
{
    return id == WL_FIELD_OTHER || id == WL_FIELD_COOKIE || id == WL_FIELD_SET_COOKIE ||
           id == WL_FIELD_AUTHORIZATION || id == WL_FIELD_PROXY_AUTHORIZATION ||
           id == WL_FIELD_WWW_AUTHENTICATE || id == WL_FIELD_PROXY_AUTHENTICATE ||
           id == WL_FIELD_HOST || is_url(id);
}

/* Is it a challenge by its looks? It begins with "Negotiate" or "NTLM", or is a list that begins
 * with their letter. */
static inline bool may_be_challenge(struct wl_span value)
{
    uint8_t second;

    if (value.n < 2 || wl_lower(value.p[0]) != 'n')
        return false;
    second = wl_lower(value.p[1]);
    return second == 'e' || second == 't' || memchr(value.p, ',', value.n);
}

/* The first letter of "Basic", of "Bearer", or of a JSON Web Token: most values have others. */
static inline bool may_be_credential(struct wl_span value)
{
    return value.n && (wl_lower(value.p[0]) == 'b' || value.p[0] == 'e');
}

/* A value that is no secret, but may hold one. */
static inline void redact_within(struct wl_span value, bool challenges)
{
    if (challenges || may_be_challenge(value))
        wl_redact_tokens(value);
    wl_redact_urls(value);
}

static WL_ASIDE void redact_its_way(const struct wl_field *f)
{
    if (f->id == WL_FIELD_COOKIE || f->id == WL_FIELD_SET_COOKIE) {
        mask_cookies(f->value, f->id == WL_FIELD_COOKIE);
    } else if (f->id == WL_FIELD_AUTHORIZATION || f->id == WL_FIELD_PROXY_AUTHORIZATION) {
        mask_behind_scheme(f->value);
    } else if (wl_redact_is_secret(f)) {
        wl_redact_mask(f->value);
    } else if (is_url((enum wl_field_id)f->id)) {
        wl_redact_url(f->value);
    } else {
        if (f->id == WL_FIELD_HOST)
            wl_redact_authority(f->value);
        if (f->id == WL_FIELD_OTHER)
            wl_redact_credential(f->value);
        redact_within(f->value,
                      f->id == WL_FIELD_WWW_AUTHENTICATE || f->id == WL_FIELD_PROXY_AUTHENTICATE);
    }
}

void wl_redact_field(const struct wl_field *f)
{
    if (f->odd & WL_ODD_NO_COLON) {
        wl_redact_line(wl_field_sent_name(f));
    } else if (has_own_way((enum wl_field_id)f->id)) {
        redact_its_way(f);
    } else {
        if (may_be_credential(f->value))
            wl_redact_credential(f->value);
        redact_within(f->value, false);
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
        if (n < trimmed.n && trimmed.p[n] == ':')
            wl_redact_credential(wl_span_trim(wl_span_after(trimmed, n + 1)));
        wl_redact_urls(s);
    }
}
