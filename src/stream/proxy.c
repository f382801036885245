/* proxy.c - the PROXY protocol header, versions 1 and 2, that load balancers put before a request.
 * SPDX-License-Identifier: MIT
 *
 * One header at the very beginning of the client's octets; then the connection is whatever it would
 * have been. Only a header that is valid to the letter is one; anything else is left to the other
 * layers. Text of the protocol: "The PROXY protocol, versions 1 & 2", HAProxy, 2.1 and 2.2.
 *
 *     v1:  PROXY TCP4 192.0.2.1 192.0.2.2 56324 443 CR LF       (at most 107 octets)
 *     v2:  signature (12) | version, command | family, transport | length (2) | addresses | TLVs
 */
#include "layer.h"

enum {
    V1_LONGEST = 107,
    V2_SIGNATURE = 12,
    V2_FIXED = 16,
    V2_IPV4 = 12, /* two addresses, two ports */
    V2_IPV6 = 36,
    KEPT = V1_LONGEST, /* more than the fixed part of v2 with its addresses */
};
static_assert(V2_FIXED + V2_IPV6 <= KEPT, "a header's start is kept whole");

static const uint8_t v2_signature[V2_SIGNATURE] = "\r\n\r\n\0\r\nQUIT\n";

struct proxy {
    uint8_t start[KEPT]; /* of the header, as far as fed */
    size_t n_start;
    uint64_t n_fed;
    uint64_t length; /* of the header; 0: not known yet */
};

/* What a header says. */
struct header {
    uint64_t length;
    struct wl_endpoint source; /* family 0: it says nothing */
};

/* -------------------------------------------------------------------------------- addresses */

static bool take_octet(struct wl_span s, uint8_t *ret)
{
    uint64_t value;

    if (s.n > 3 || (s.n > 1 && s.p[0] == '0') || !wl_parse_u64(s, &value) || value > UINT8_MAX)
        return false;
    *ret = (uint8_t)value;
    return true;
}

static bool parse_ipv4(struct wl_span s, uint8_t ret[4])
{
    for (unsigned i = 0; i < 4; i++) {
        size_t n = wl_span_find(s, '.');

        if ((n == s.n) != (i == 3) || !take_octet(wl_span_sub(s, 0, n), &ret[i]))
            return false;
        s = wl_span_after(s, n + 1);
    }
    return true;
}

/* One group of hexadecimal digits. */
static bool parse_group(struct wl_span s, uint8_t ret[2])
{
    unsigned value = 0;

    if (s.n == 0 || s.n > 4)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        int digit = wl_hex_value(s.p[i]);

        if (digit < 0)
            return false;
        value = value << 4 | (unsigned)digit;
    }
    ret[0] = (uint8_t)(value >> 8);
    ret[1] = (uint8_t)value;
    return true;
}

/* RFC 4291 2.2: eight groups, one run of which may be written "::"; the last two may be an IPv4
 * address. */
static bool parse_ipv6(struct wl_span s, uint8_t ret[16])
{
    uint8_t groups[16] = {0};
    size_t n = 0, run = SIZE_MAX; /* octets so far; where the run is */

    if (s.n >= 2 && s.p[0] == ':' && s.p[1] == ':') {
        run = 0;
        s = wl_span_after(s, 2);
    }
    while (s.n) {
        size_t length = wl_span_find(s, ':');
        struct wl_span group = wl_span_sub(s, 0, length);

        if (length == s.n && n <= 12 && wl_span_find(group, '.') < group.n) {
            if (!parse_ipv4(group, groups + n))
                return false;
            n += 4;
            break;
        }
        if (n >= 16 || !parse_group(group, groups + n))
            return false;
        n += 2;
        if (length == s.n)
            break;
        s = wl_span_after(s, length + 1);
        if (s.n == 0)
            return false; /* a single colon at the end */
        if (s.p[0] == ':') {
            if (run != SIZE_MAX)
                return false;
            run = n;
            s = wl_span_after(s, 1);
        }
    }
    if (run == SIZE_MAX ? n != 16 : n > 14)
        return false;
    if (run == SIZE_MAX)
        run = n;
    memset(ret, 0, 16);
    memcpy(ret, groups, run);
    memcpy(ret + 16 - (n - run), groups + run, n - run);
    return true;
}

static bool parse_port(struct wl_span s, uint16_t *ret)
{
    uint64_t value;

    if (s.n > 5 || (s.n > 1 && s.p[0] == '0') || !wl_parse_u64(s, &value) || value > UINT16_MAX)
        return false;
    *ret = (uint16_t)value;
    return true;
}

/* ----------------------------------------------------------------------------------- version 1 */

/* Takes the text up to the next single space, or the rest. */
static struct wl_span take_word(struct wl_span *s)
{
    size_t n = wl_span_find(*s, ' ');
    struct wl_span word = wl_span_sub(*s, 0, n);

    *s = wl_span_after(*s, n + 1);
    return word;
}

static bool parse_address(struct wl_span s, uint8_t family, uint8_t ret[16])
{
    memset(ret, 0, 16);
    return family == 4 ? parse_ipv4(s, ret) : parse_ipv6(s, ret);
}

/* The line without its end: four words after the protocol. */
static bool parse_v1_addresses(struct wl_span line, uint8_t family, struct wl_endpoint *ret)
{
    struct wl_endpoint source = {.family = family}, target = {.family = family};
    struct wl_span words[4];

    for (unsigned i = 0; i < 4; i++)
        words[i] = take_word(&line);
    if (line.n || !parse_address(words[0], family, source.ip) ||
        !parse_address(words[1], family, target.ip) || !parse_port(words[2], &source.port) ||
        !parse_port(words[3], &target.port))
        return false;
    *ret = source;
    return true;
}

/* YES with ret filled, MORE while the line goes on, or NO. */
static enum wl_claim parse_v1(struct wl_span s, struct header *ret)
{
    const struct wl_span start = WL_SPAN("PROXY ");
    struct wl_span line, word;
    size_t end;

    if (!wl_span_starts(wl_span_sub(s, 0, start.n), wl_span_sub(start, 0, s.n)))
        return WL_CLAIM_NO;
    end = wl_span_find(wl_span_sub(s, 0, V1_LONGEST), '\n');
    if (end == s.n)
        return s.n < V1_LONGEST ? WL_CLAIM_MORE : WL_CLAIM_NO;
    if (end >= V1_LONGEST || end < start.n + 1 || s.p[end - 1] != '\r')
        return WL_CLAIM_NO;
    line = wl_span_after(wl_span_sub(s, 0, end - 1), start.n);
    *ret = (struct header){.length = end + 1};
    word = take_word(&line);
    if (wl_span_equal(word, WL_SPAN("UNKNOWN"))) /* the rest of the line is to be ignored */
        return WL_CLAIM_YES;
    if (wl_span_equal(word, WL_SPAN("TCP4")) && parse_v1_addresses(line, 4, &ret->source))
        return WL_CLAIM_YES;
    if (wl_span_equal(word, WL_SPAN("TCP6")) && parse_v1_addresses(line, 6, &ret->source))
        return WL_CLAIM_YES;
    return WL_CLAIM_NO;
}

/* ----------------------------------------------------------------------------------- version 2 */

static enum wl_claim parse_v2(struct wl_span s, struct header *ret)
{
    const struct wl_span signature = wl_span(v2_signature, V2_SIGNATURE);
    struct wl_cursor c = wl_cursor(s);
    uint8_t command, family;
    size_t n_addresses, n_ip;

    if (!wl_span_starts(wl_span_sub(s, 0, V2_SIGNATURE), wl_span_sub(signature, 0, s.n)))
        return WL_CLAIM_NO;
    if (s.n < V2_FIXED)
        return WL_CLAIM_MORE;
    (void)wl_take(&c, V2_SIGNATURE);
    command = wl_u8(&c);
    family = wl_u8(&c);
    *ret = (struct header){.length = V2_FIXED + (uint64_t)wl_be16(&c)};
    if (command != 0x20 && command != 0x21) /* version 2; LOCAL, PROXY */
        return WL_CLAIM_NO;
    if (command == 0x20) /* LOCAL: a health check of the proxy itself; addresses mean nothing */
        return WL_CLAIM_YES;
    if (family != 0x11 && family != 0x21) /* UNSPEC, UNIX, datagrams: no address of ours */
        return family >> 4 <= 3 && (family & 15) <= 2 ? WL_CLAIM_YES : WL_CLAIM_NO;
    n_addresses = family == 0x11 ? V2_IPV4 : V2_IPV6;
    n_ip = family == 0x11 ? 4 : 16;
    if (ret->length < V2_FIXED + n_addresses)
        return WL_CLAIM_NO;
    if (c.n < n_addresses)
        return WL_CLAIM_MORE;
    ret->source.family = family == 0x11 ? 4 : 6;
    memcpy(ret->source.ip, wl_take(&c, n_ip).p, n_ip);
    (void)wl_take(&c, n_ip);
    ret->source.port = wl_be16(&c);
    return WL_CLAIM_YES;
}

static enum wl_claim parse(struct wl_span s, struct header *ret)
{
    if (s.n == 0)
        return WL_CLAIM_NO;
    return s.p[0] == 'P' ? parse_v1(s, ret) : parse_v2(s, ret);
}

/* --------------------------------------------------------------------------------------- layer */

static enum wl_claim sniff(const struct wl_span first[2], const struct wl_hint *hint)
{
    struct header header;
    enum wl_claim claim;

    if (hint->midstream || hint->expected != WL_PROTO_UNKNOWN)
        return WL_CLAIM_NO;
    claim = parse(first[WL_TO_SERVER], &header);
    /* nobody answers half a header */
    return claim == WL_CLAIM_MORE && first[WL_TO_CLIENT].n ? WL_CLAIM_NO : claim;
}

static struct wl_fed feed(struct wl_layer *l, enum wl_dir dir, struct wl_span bytes,
                          const struct wl_at *at, const struct wl_seen *seen)
{
    struct proxy *p = l->state;
    struct header header;
    size_t n;

    (void)at;
    (void)seen;
    if (dir == WL_TO_CLIENT)
        return (struct wl_fed){WL_FED_WAIT, 0, 0};
    n = wl_min_size(bytes.n, KEPT - p->n_start);
    memcpy(p->start + p->n_start, bytes.p, n);
    p->n_start += n;
    if (p->length == 0 && parse(wl_span(p->start, p->n_start), &header) == WL_CLAIM_YES) {
        p->length = header.length;
        if (header.source.family)
            wl_layer_set_proxied(l, &header.source);
    }
    if (p->length == 0 || p->n_fed + bytes.n < p->length) {
        p->n_fed += bytes.n;
        return (struct wl_fed){WL_FED, bytes.n, 0};
    }
    return (struct wl_fed){WL_FED_SWITCH, (size_t)(p->length - p->n_fed), 0};
}

static struct wl_fed gap(struct wl_layer *l, enum wl_dir dir, uint64_t lost, struct wl_at at,
                         enum wl_gap_why why, const struct wl_seen *seen)
{
    struct proxy *p = l->state;

    (void)at;
    (void)why;
    (void)seen;
    if (dir == WL_TO_CLIENT)
        return (struct wl_fed){WL_FED, 0, 0};
    p->n_fed += lost;
    if (p->length && p->n_fed < p->length) /* in a TLV */
        return (struct wl_fed){WL_FED, 0, 0};
    return (struct wl_fed){WL_FED_SWITCH, 0, 0};
}

static void close_proxy(struct wl_layer *l, wl_ns now)
{
    (void)l;
    (void)now;
}

extern const struct wl_layer_ops wl_layer_proxy;
const struct wl_layer_ops wl_layer_proxy = {
    .name = "proxy",
    .proto = WL_PROTO_UNKNOWN,
    .firsts = {WL_FIRST('\r'), WL_FIRST('P')},
    .sniff = sniff,
    .state_octets = sizeof(struct proxy),
    .feed = feed,
    .gap = gap,
    .close = close_proxy,
};
