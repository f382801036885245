/* fingerprint.c - what a finding is known by from one run to the next.
 * SPDX-License-Identifier: MIT
 *
 * One function for baselines and for SARIF, so that both mean the same finding. What is hashed is a
 * line that people can read, and that a baseline can show beside the hash.
 */
#include "fingerprint.h"

#include "digest.h"

enum {
    UUID = 36,
    LONG_HEX = 16, /* digits from which on a part of a path is taken for an id */
};

/* --------------------------------------------------------------------------------- octets */

/* As for a terminal, and SP as well: a word stays a word. Empty ones are "-". */
static void put_word(struct wl_text *t, struct wl_span s, size_t max)
{
    size_t from = t->buf.n;

    s = wl_span_sub(s, 0, max);
    while (s.n) {
        size_t n = wl_span_find(s, ' ');

        wl_text_terminal(t, wl_span(s.p, n));
        if (n < s.n)
            wl_text_put(t, "\\x20");
        s = wl_span_after(s, n + 1);
    }
    if (t->buf.n == from)
        wl_text_char(t, '-');
}

/* --------------------------------------------------------------------------------- server */

/* Where the port of an authority begins (its colon), or s.n. */
static size_t find_port(struct wl_span s)
{
    size_t n = s.n;

    while (n && wl_is_digit(s.p[n - 1]))
        n--;
    return n && s.p[n - 1] == ':' ? n - 1 : s.n;
}

static bool is_dynamic(uint64_t port)
{
    return port >= WL_FINGERPRINT_DYNAMIC;
}

/* Without user and password, which are nobody's business here. */
static void put_authority(struct wl_text *t, struct wl_span authority)
{
    uint8_t lower[WL_FINGERPRINT_SERVER];
    size_t colon, n;
    uint64_t port;

    while ((n = wl_span_find(authority, '@')) < authority.n)
        authority = wl_span_after(authority, n + 1);
    colon = find_port(authority);
    if (wl_parse_u64(wl_span_after(authority, colon + 1), &port) && is_dynamic(port))
        authority = wl_span_sub(authority, 0, colon);
    n = wl_min_size(authority.n, sizeof(lower));
    for (size_t i = 0; i < n; i++)
        lower[i] = wl_lower(authority.p[i]);
    put_word(t, wl_span(lower, n), sizeof(lower));
}

static void put_address(struct wl_text *t, const struct wl_endpoint *e)
{
    if (is_dynamic(e->port)) {
        wl_text_ip(t, e);
    } else {
        wl_text_endpoint(t, e);
    }
}

/* --------------------------------------------------------------------------------- target */

/* What stands in a target in absolute-form behind "scheme://", n == 0: it has another form. */
static struct wl_span after_scheme(struct wl_span target)
{
    size_t n = wl_span_find(target, ':');

    if (n == 0 || n == target.n || !wl_is_alpha(target.p[0]) ||
        !wl_span_starts(wl_span_after(target, n), WL_SPAN("://")))
        return wl_span(NULL, 0);
    return wl_span_after(target, n + 3);
}

/* 8-4-4-4-12 hexadecimal digits (RFC 9562 4) */
static bool is_uuid(struct wl_span s)
{
    if (s.n != UUID)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;

        if (dash ? s.p[i] != '-' : wl_hex_value(s.p[i]) < 0)
            return false;
    }
    return true;
}

/* A part of a path that names one of many things, and another one in the next run. */
static bool is_id(struct wl_span s)
{
    bool digits = s.n > 0, hex = s.n >= LONG_HEX, any_digit = false;

    for (size_t i = 0; i < s.n && (digits || hex); i++) {
        digits = digits && wl_is_digit(s.p[i]);
        hex = hex && wl_hex_value(s.p[i]) >= 0;
        any_digit |= wl_is_digit(s.p[i]);
    }
    return digits || (hex && any_digit) || is_uuid(s);
}

static void put_path(struct wl_text *t, struct wl_span path)
{
    size_t from = t->buf.n;

    path = wl_span_sub(path, 0, wl_span_find(path, '?'));
    path = wl_span_sub(path, 0, wl_span_find(path, '#'));
    path = wl_span_sub(path, 0, WL_FINGERPRINT_TARGET);
    while (path.n) {
        size_t n = wl_span_find(path, '/');
        struct wl_span part = wl_span_sub(path, 0, n);

        if (is_id(part)) {
            wl_text_put(t, "{}");
        } else if (part.n) {
            put_word(t, part, part.n);
        }
        if (n < path.n)
            wl_text_char(t, '/');
        path = wl_span_after(path, n + 1);
    }
    if (t->buf.n == from)
        wl_text_char(t, '-');
}

/* The three words that come from the request. */
static void put_request(struct wl_text *t, const struct wl_conn_ref *conn,
                        const struct wl_message *req)
{
    const struct wl_field *host = wl_message_field(req, WL_FIELD_HOST);
    struct wl_span rest = after_scheme(req->target), path = req->target;
    struct wl_span authority = host ? host->value : wl_span(NULL, 0);

    if (rest.n) { /* RFC 9112 3.2.2: Host is ignored then */
        size_t n = wl_min_size(wl_span_find(rest, '/'), wl_span_find(rest, '?'));

        authority = wl_span_sub(rest, 0, n);
        path = n < rest.n && rest.p[n] == '/' ? wl_span_after(rest, n) : WL_SPAN("/");
    }
    if (authority.n) {
        put_authority(t, authority);
    } else {
        put_address(t, &conn->server);
    }
    wl_text_char(t, ' ');
    put_word(t, req->method, WL_FINGERPRINT_SERVER);
    wl_text_char(t, ' ');
    if (req->method_id == WL_METHOD_CONNECT) { /* authority-form: a server, not a path */
        put_authority(t, path);
    } else {
        put_path(t, path);
    }
}

/* ---------------------------------------------------------------------------------- whole */

void wl_fingerprint_words(struct wl_text *t, const struct wl_conn_ref *conn,
                          const struct wl_exchange *ex, const struct wl_finding *f)
{
    wl_text_put(t, f->rule->id);
    wl_text_char(t, ' ');
    if (ex && ex->req.state != WL_ABSENT) {
        put_request(t, conn, &ex->req);
    } else {
        put_address(t, &conn->server);
        wl_text_put(t, " - -");
    }
    wl_text_char(t, ' ');
    if (f->status) {
        wl_text_u64(t, f->status);
    } else {
        wl_text_char(t, '-');
    }
}

void wl_fingerprint_hash(struct wl_span words, char ret[WL_FINGERPRINT_HEX + 1])
{
    static const char digits[] = "0123456789abcdef";
    uint8_t sum[WL_SHA1_OCTETS];

    wl_digest_sha1(&words, 1, sum);
    for (size_t i = 0; i < WL_FINGERPRINT_HEX / 2; i++) {
        ret[2 * i] = digits[sum[i] >> 4];
        ret[2 * i + 1] = digits[sum[i] & 15];
    }
    ret[WL_FINGERPRINT_HEX] = '\0';
}
