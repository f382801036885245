/* grammar_uri.c - URI references and what they resolve to (RFC 3986, RFC 9110 4.1).
 * SPDX-License-Identifier: MIT
 *
 * Splitting follows appendix B and works for any octets; whether they are a URI-reference is told
 * beside it. Resolution writes into the caller's buffer and backs up over ".." in place.
 */
#include "grammar.h"

/* --------------------------------------------------------------------------------------- octets */

/* Letters, digits, "." and "-", which lie in two ranges but for "/". */
static bool is_plain(uint8_t c)
{
    return (uint8_t)((c | 0x20) - 'a') < 26 || ((uint8_t)(c - '-') < 13 && c != '/');
}

/* The same of each of eight octets; a slash is plain, too, where it is said. */
static inline bool are_plain(const uint8_t *p, bool slash)
{
    const uint64_t ones = 0x0101010101010101, high = 0x8080808080808080;
    uint64_t word = wl_octets_word(p), lower = word | ones * 0x20, letters, others, slashes = 0;

    /* the highest bit of each sum says of an ASCII octet that it is not below a bound */
    letters = (lower + ones * (0x80 - 'a')) & ~(lower + ones * (0x7f - 'z'));
    others = (word + ones * (0x80 - '-')) & ~(word + ones * (0x7f - '9'));
    if (!slash)
        slashes = ~((word ^ ones * '/') + ones * 0x7f);
    return ((letters | others) & ~slashes & ~word & high) == high;
}

/* Octets of the host of an authority that consists of a plain name, perhaps with a port, as nearly
 * all do; 0: it is of another kind. */
static size_t plain_host(struct wl_span s)
{
    size_t n = 0, host;

    while (n + 8 <= s.n && are_plain(s.p + n, false))
        n += 8;
    /* the last eight again, instead of as many steps as there are octets left */
    if (n && n + 8 > s.n && are_plain(s.p + s.n - 8, false))
        return s.n;
    while (n < s.n && is_plain(s.p[n]))
        n++;
    host = n;
    if (n < s.n && s.p[n] == ':')
        n++;
    while (n < s.n && wl_is_digit(s.p[n]))
        n++;
    return n == s.n ? host : 0;
}

/* ------------------------------------------------------------------------------------ splitting */

static bool is_one_of(uint8_t c, struct wl_span set)
{
    return wl_span_find(set, c) < set.n;
}

/* The index of the first octet that is one of a set of octets from 0x20 to 0x5f, or s.n. */
static size_t find_any(struct wl_span s, struct wl_span set)
{
    uint64_t bits = 0;
    size_t i = 0;

    for (size_t k = 0; k < set.n; k++)
        bits |= (uint64_t)1 << (set.p[k] - 0x20);
    while (i < s.n && !((uint8_t)(s.p[i] - 0x20) < 0x40 && bits >> (s.p[i] - 0x20) & 1))
        i++;
    return i;
}

/* scheme = ALPHA *( ALPHA / DIGIT / "+" / "-" / "." ) */
static bool is_scheme(struct wl_span s)
{
    if (s.n == 0 || !wl_is_alpha(s.p[0]))
        return false;
    for (size_t i = 1; i < s.n; i++) {
        if (!wl_is_alpha(s.p[i]) && !wl_is_digit(s.p[i]) && !is_one_of(s.p[i], WL_SPAN("+-.")))
            return false;
    }
    return true;
}

/* authority = [ userinfo "@" ] host [ ":" port ]; the "@" that counts is the last one. */
static void split_authority(struct wl_uri *uri)
{
    struct wl_span rest = uri->authority;
    size_t literal, colon;

    for (size_t i = rest.n; i > 0; i--) {
        if (rest.p[i - 1] == '@') {
            rest = wl_span_after(rest, i);
            break;
        }
    }
    literal = rest.n && rest.p[0] == '[' ? wl_span_find(rest, ']') : 0;
    colon = literal + wl_span_find(wl_span_after(rest, literal), ':');
    uri->host = wl_span_sub(rest, 0, colon);
    if (colon < rest.n)
        uri->port = wl_span(rest.p + colon + 1, rest.n - colon - 1);
}

static void split(struct wl_span s, struct wl_uri *ret)
{
    size_t end = find_any(s, WL_SPAN(":/?#"));

    *ret = (struct wl_uri){.path = s};
    if (end < s.n && s.p[end] == ':' && is_scheme(wl_span_sub(s, 0, end))) {
        ret->scheme = wl_span_sub(s, 0, end);
        s = wl_span(s.p + end + 1, s.n - end - 1);
    }
    if (wl_span_starts(s, WL_SPAN("//"))) {
        s = wl_span(s.p + 2, s.n - 2);
        end = find_any(s, WL_SPAN("/?#"));
        ret->authority = wl_span(s.p, end);
        s = wl_span(s.p + end, s.n - end);
        split_authority(ret);
    }
    end = wl_span_find(s, '#');
    if (end < s.n)
        ret->fragment = wl_span(s.p + end + 1, s.n - end - 1);
    s.n = end;
    end = wl_span_find(s, '?');
    if (end < s.n)
        ret->query = wl_span(s.p + end + 1, s.n - end - 1);
    ret->path = wl_span(s.p, end);
}

/* -------------------------------------------------------------------------------------- grammar */

/* unreserved, reserved and "%": what a URI may consist of. */
static bool is_uri_octet(uint8_t c)
{
    static const uint8_t bits[16] = {
        /* ! # $ % & ' ( ) * + , - . /  0-9 : ; = ? @ A-Z [ ] _ a-z ~, one bit per octet, LSB
         * first */
        0x00, 0x00, 0x00, 0x00, 0xfa, 0xff, 0xff, 0xaf,
        0xff, 0xff, 0xff, 0xaf, 0xfe, 0xff, 0xff, 0x47,
    };

    return c < 0x80 && (bits[c >> 3] >> (c & 7) & 1);
}

static enum wl_uri_fault octet_fault(uint8_t c)
{
    if (c == ' ' || c == '\t')
        return WL_URI_SPACE;
    if (wl_is_ctl(c))
        return WL_URI_CTL;
    if (c > 0x7f)
        return WL_URI_NON_ASCII;
    return c == '\\' ? WL_URI_BACKSLASH : WL_URI_CHARACTER;
}

static enum wl_uri_fault octets_fault(struct wl_span s)
{
    for (size_t i = 0; i < s.n; i++) {
        while (i + 8 < s.n && are_plain(s.p + i, true))
            i += 8;
        if (!is_uri_octet(s.p[i]))
            return octet_fault(s.p[i]);
        if (s.p[i] == '%' &&
            (i + 2 >= s.n || wl_hex_value(s.p[i + 1]) < 0 || wl_hex_value(s.p[i + 2]) < 0))
            return WL_URI_PERCENT;
    }
    return WL_URI_FINE;
}

static bool has_bracket(struct wl_span s)
{
    return wl_span_find(s, '[') < s.n || wl_span_find(s, ']') < s.n;
}

/* IPv4address: four numbers up to 255, without zeros before them */
static bool is_ipv4(struct wl_span s)
{
    for (unsigned part = 0; part < 4; part++) {
        size_t n = part < 3 ? wl_span_find(s, '.') : s.n;
        uint64_t number;

        if (n == 0 || n > 3 || (n > 1 && s.p[0] == '0') ||
            !wl_parse_u64(wl_span_sub(s, 0, n), &number) || number > 255 || (part < 3 && n == s.n))
            return false;
        s = wl_span_after(s, n + 1);
    }
    return true;
}

/* IPv6address: eight groups of hexadecimal digits, of which "::" stands for some once, and the last
 * two may be written as an IPv4 address */
static bool is_ipv6(struct wl_span s)
{
    bool compressed = wl_span_starts(s, WL_SPAN("::"));
    unsigned groups = 0;

    s = wl_span_after(s, compressed ? 2 : 0);
    while (s.n) {
        size_t n = 0;

        while (n < s.n && n < 4 && wl_hex_value(s.p[n]) >= 0)
            n++;
        if (n < s.n && s.p[n] == '.') {
            groups += 2;
            if (!is_ipv4(s))
                return false;
            break;
        }
        groups++;
        if (n == 0 || (n < s.n && s.p[n] != ':') || n + 1 == s.n)
            return false;
        s = wl_span_after(s, n + 1);
        if (s.n && s.p[0] == ':') {
            if (compressed)
                return false;
            compressed = true;
            s = wl_span_after(s, 1);
        }
    }
    return compressed ? groups < 8 : groups == 8;
}

/* IP-literal = "[" ( IPv6address / IPvFuture ) "]", and a zone behind the former (RFC 6874) */
static bool is_ip_literal(struct wl_span s)
{
    struct wl_span inner = wl_span_sub(s, 1, s.n < 2 ? 0 : s.n - 2);
    size_t dot, zone;

    if (inner.n == 0 || s.p[s.n - 1] != ']')
        return false;
    if (wl_lower(inner.p[0]) == 'v') {
        for (dot = 1; dot < inner.n && wl_hex_value(inner.p[dot]) >= 0; dot++) {
        }
        return dot > 1 && dot + 1 < inner.n && inner.p[dot] == '.';
    }
    zone = wl_span_find(inner, '%');
    if (zone < inner.n && inner.n - zone <= sizeof("%25") - 1)
        return false;
    return is_ipv6(wl_span_sub(inner, 0, zone));
}

/* host = IP-literal / IPv4address / reg-name; port = *DIGIT */
static bool authority_fits(const struct wl_uri *uri)
{
    bool literal = uri->host.n && uri->host.p[0] == '[';

    for (size_t i = 0; i < uri->port.n; i++) {
        if (!wl_is_digit(uri->port.p[i]))
            return false;
    }
    if (!literal)
        return !has_bracket(uri->authority);
    return is_ip_literal(uri->host);
}

enum wl_uri_fault wl_grammar_uri(struct wl_span s, struct wl_uri *ret)
{
    enum wl_uri_fault fault = octets_fault(s);

    split(s, ret);
    if (fault)
        return fault;
    /* "[" and "]" stand for nothing but an IP literal; a fragment holds no "#" */
    if (has_bracket(ret->path) || has_bracket(ret->query) || has_bracket(ret->fragment) ||
        wl_span_find(ret->fragment, '#') < ret->fragment.n)
        return WL_URI_CHARACTER;
    /* RFC 3986 4.2: a first segment with a colon would be mistaken for a scheme */
    if (!ret->scheme.p && !ret->authority.p) {
        size_t end = find_any(ret->path, WL_SPAN(":/"));

        if (end < ret->path.n && ret->path.p[end] == ':')
            return WL_URI_SCHEME;
    }
    return ret->authority.p && !authority_fits(ret) ? WL_URI_AUTHORITY : WL_URI_FINE;
}

bool wl_grammar_authority(struct wl_span s, struct wl_uri *ret)
{
    size_t plain = plain_host(s);

    *ret = (struct wl_uri){.authority = s};
    if (plain) {
        ret->host = wl_span(s.p, plain);
        if (plain < s.n)
            ret->port = wl_span_after(s, plain + 1);
        return true;
    }
    split_authority(ret);
    return s.n && find_any(s, WL_SPAN("/?#")) == s.n && octets_fault(s) == WL_URI_FINE &&
           authority_fits(ret);
}

bool wl_grammar_is_host(struct wl_span s)
{
    struct wl_uri uri;

    return plain_host(s) || (wl_span_find(s, '@') == s.n && wl_grammar_authority(s, &uri));
}

bool wl_grammar_target_uri(const struct wl_message *req, struct wl_span scheme, struct wl_uri *ret)
{
    const struct wl_field *host = wl_message_field(req, WL_FIELD_HOST);
    struct wl_span target = req->target;
    size_t mark = wl_span_find(target, '?');

    if (target.n == 0 || req->method_id == WL_METHOD_CONNECT)
        return false;
    if (target.p[0] != '/') {
        split(target, ret);
        return ret->scheme.p && ret->authority.n;
    }
    if (!host || wl_message_next_field(req, host) || !wl_grammar_authority(host->value, ret))
        return false;
    ret->scheme = scheme;
    ret->path = wl_span_sub(target, 0, mark);
    if (mark < target.n)
        ret->query = wl_span(target.p + mark + 1, target.n - mark - 1);
    return true;
}

static uint16_t default_port(struct wl_span scheme)
{
    if (wl_span_equal_nocase(scheme, WL_SPAN("http")))
        return 80;
    return wl_span_equal_nocase(scheme, WL_SPAN("https")) ? 443 : 0;
}

uint16_t wl_grammar_uri_port(const struct wl_uri *uri)
{
    uint64_t port;

    /* RFC 3986 3.2.3: an empty port is the default one */
    if (uri->port.n == 0)
        return default_port(uri->scheme);
    return wl_parse_u64(uri->port, &port) && port <= UINT16_MAX ? (uint16_t)port : 0;
}

/* ----------------------------------------------------------------------------------- resolution */

struct writer {
    uint8_t *buf;
    size_t room, n;
    bool full;
};

static void put(struct writer *w, struct wl_span s)
{
    if (s.n > w->room - w->n) {
        w->full = true;
        return;
    }
    if (s.n == 0) /* perhaps of nothing */
        return;
    WL_ASSERT(s.p);
    memcpy(w->buf + w->n, s.p, s.n);
    w->n += s.n;
}

static void put_lower(struct writer *w, struct wl_span s)
{
    size_t from = w->n;

    put(w, s);
    for (size_t i = from; i < w->n; i++)
        w->buf[i] = wl_lower(w->buf[i]);
}

/* RFC 3986 5.2.4. The path written so far begins at from and ends in "/". */
static void put_segments(struct writer *w, size_t from, struct wl_span path)
{
    while (path.n && !w->full) {
        size_t end = wl_span_find(path, '/');
        struct wl_span segment = wl_span_sub(path, 0, end);

        if (wl_span_equal(segment, WL_SPAN(".."))) {
            w->n -= w->n > from + 1;
            while (w->buf[w->n - 1] != '/')
                w->n--;
        } else if (!wl_span_equal(segment, WL_SPAN("."))) {
            put(w, wl_span_sub(path, 0, end + 1));
        }
        path = wl_span_after(path, end + 1);
    }
}

/* What stands before the last "/" of the base's path, or of an empty one. */
static void put_path(struct writer *w, const struct wl_uri *base, struct wl_span path)
{
    size_t from = w->n;
    bool rooted = path.n && path.p[0] == '/';

    put(w, WL_SPAN("/"));
    if (w->full)
        return;
    if (!rooted) {
        size_t n = base->path.n;

        while (n && base->path.p[n - 1] != '/')
            n--;
        put_segments(w, from, wl_span_after(wl_span_sub(base->path, 0, n), 1));
    }
    if (!w->full)
        put_segments(w, from, wl_span_after(path, rooted ? 1 : 0));
}

static void put_authority(struct writer *w, const struct wl_uri *uri, struct wl_span scheme)
{
    struct wl_uri whole = *uri;

    whole.scheme = scheme;
    put(w, WL_SPAN("//"));
    put(w, wl_span(uri->authority.p, (size_t)(uri->host.p - uri->authority.p)));
    put_lower(w, uri->host);
    if (uri->port.n && wl_grammar_uri_port(&whole) != default_port(scheme)) {
        put(w, WL_SPAN(":"));
        put(w, uri->port);
    }
}

/* NOLINTNEXTLINE(readability-non-const-parameter): the writer writes to buf */
size_t wl_grammar_uri_resolve(const struct wl_uri *base, const struct wl_uri *ref, uint8_t *buf,
                              size_t room)
{
    struct writer w = {.buf = buf, .room = room};
    const struct wl_uri *from = ref->scheme.p || !base ? ref : base;
    const struct wl_uri *authority = from == ref || ref->authority.p ? ref : base;
    bool same_path = authority == base && ref->path.n == 0;
    struct wl_span path = same_path ? base->path : ref->path;
    struct wl_span query = same_path && !ref->query.p ? base->query : ref->query;

    if (!from->scheme.p) /* a relative reference, and nothing to resolve it against */
        return 0;
    put_lower(&w, from->scheme);
    put(&w, WL_SPAN(":"));
    if (authority->authority.p)
        put_authority(&w, authority, from->scheme);
    if (path.n == 0) {
        put(&w, authority->authority.p ? WL_SPAN("/") : WL_SPAN(""));
    } else if (!base || same_path || (!authority->authority.p && from == ref)) {
        put(&w, path);
    } else {
        put_path(&w, authority == base ? base : ref, path);
    }
    if (query.p) {
        put(&w, WL_SPAN("?"));
        put(&w, query);
    }
    return w.full ? 0 : w.n;
}
