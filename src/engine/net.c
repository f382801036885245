/* net.c - an address, or all that share its first bits, with or without a port.
 * SPDX-License-Identifier: MIT
 */
#include "net.h"

#include <arpa/inet.h>

static bool parse_ip(struct wl_span text, struct wl_net *ret)
{
    char copy[INET6_ADDRSTRLEN];

    if (text.n == 0 || text.n >= sizeof(copy))
        return false;
    memcpy(copy, text.p, text.n);
    copy[text.n] = '\0';
    if (inet_pton(AF_INET, copy, ret->ip) == 1) {
        ret->family = 4;
    } else if (inet_pton(AF_INET6, copy, ret->ip) == 1) {
        ret->family = 6;
    } else {
        return false;
    }
    ret->bits = ret->family == 4 ? 32 : 128;
    return true;
}

bool wl_net_parse(struct wl_span s, struct wl_net *ret)
{
    size_t slash = wl_span_find(s, '/');
    size_t colon = wl_span_find(s, ':');
    uint16_t bits;

    *ret = (struct wl_net){.family = 0};
    if (slash < s.n) {
        if (!parse_ip(wl_span_sub(s, 0, slash), ret) ||
            !wl_parse_u16(wl_span_after(s, slash + 1), &bits) || bits > ret->bits)
            return false;
        ret->bits = (uint8_t)bits;
        return true;
    }
    if (s.n && s.p[0] == '[') {
        size_t close = wl_span_find(s, ']');

        if (!parse_ip(wl_span_sub(s, 1, close - 1), ret) || ret->family != 6 || close == s.n)
            return false;
        s = wl_span_after(s, close + 1);
        return s.n == 0 || (s.p[0] == ':' && wl_parse_u16(wl_span_after(s, 1), &ret->port));
    }
    if (parse_ip(s, ret))
        return true;
    return colon < s.n && parse_ip(wl_span_sub(s, 0, colon), ret) && ret->family == 4 &&
           wl_parse_u16(wl_span_after(s, colon + 1), &ret->port);
}

bool wl_net_has(const struct wl_net *net, const struct wl_endpoint *e)
{
    unsigned whole = net->bits / 8u, rest = net->bits % 8u;

    if (net->family != e->family || (net->port && net->port != e->port))
        return false;
    if (memcmp(net->ip, e->ip, whole) != 0)
        return false;
    return rest == 0 || (net->ip[whole] ^ e->ip[whole]) >> (8 - rest) == 0;
}
