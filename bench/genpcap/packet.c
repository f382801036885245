/* packet.c - writes Ethernet, IPv4 or IPv6, and TCP headers with their checksums.
 * SPDX-License-Identifier: MIT
 *
 * RFC 791, RFC 8200, RFC 9293 3.1, RFC 7323 (timestamps on every segment, a window scale), RFC 1071
 * (checksums). Shares nothing with src/capture, which reads what is written here: a mistake in one
 * is not hidden by the same mistake in the other.
 */
#include "packet.h"

#include "octets.h"

#include <string.h>

enum {
    ETHERNET_HEADER = 14,
    IPV4_HEADER = 20,
    IPV6_HEADER = 40,
    TCP_HEADER = 20,
    OPTIONS_OF_SYN = 20,
    OPTIONS_OF_OTHERS = 12,
    PROTOCOL_TCP = 6,
};

/* --------------------------------------------------------------------------------- checksums */

/* RFC 1071 2: the sum is the same in either octet order and in words of any width, so 32 bits are
 * added at a time, as the machine has them; 64 hold the carries. */
static uint64_t sum_octets(const uint8_t *p, size_t n, uint64_t sum)
{
    uint32_t word;

    for (; n >= sizeof(word); p += sizeof(word), n -= sizeof(word)) {
        memcpy(&word, p, sizeof(word));
        sum += word;
    }
    word = 0;
    memcpy(&word, p, n);
    return sum + word;
}

/* Ends a sum as the checksum at p, which was zero in it. */
static void put_checksum(uint8_t *p, uint64_t sum)
{
    uint16_t folded;

    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    folded = (uint16_t)~sum;
    memcpy(p, &folded, sizeof(folded));
}

/* RFC 9293 3.1: the pseudo-header is the addresses, the protocol and the length of the segment. */
static void put_tcp_checksum(uint8_t *segment, size_t n, const uint8_t *addresses,
                             size_t n_addresses)
{
    uint8_t pseudo[4];
    uint64_t sum = sum_octets(addresses, n_addresses, 0);

    put_be16(pseudo, PROTOCOL_TCP);
    put_be16(pseudo + 2, (uint32_t)n);
    sum = sum_octets(pseudo, sizeof(pseudo), sum);
    put_checksum(segment + 16, sum_octets(segment, n, sum));
}

/* ----------------------------------------------------------------------------------- headers */

static void put_ethernet(const struct tcp *t, enum dir from, uint8_t *p)
{
    /* locally administered: nobody's */
    static const uint8_t stations[2][6] = {{2, 0, 0, 0, 0, 1}, {2, 0, 0, 0, 0, 2}};

    memcpy(p, stations[!from], 6);
    memcpy(p + 6, stations[from], 6);
    put_be16(p + 12, t->v6 ? 0x86dd : 0x0800);
}

static void put_ipv4(struct tcp *t, enum dir from, uint8_t *p, size_t n)
{
    uint32_t time_to_live = from == CLIENT ? 64 : 63; /* the server is a hop away from the tap */

    put_be16(p, 0x4500);
    put_be16(p + 2, (uint32_t)(IPV4_HEADER + n));
    put_be16(p + 4, t->ip_id++);
    put_be16(p + 6, 0x4000); /* do not fragment */
    put_be16(p + 8, time_to_live << 8 | PROTOCOL_TCP);
    put_be16(p + 10, 0);
    put_be32(p + 12, t->end[from].address);
    put_be32(p + 16, t->end[!from].address);
    put_checksum(p + 10, sum_octets(p, IPV4_HEADER, 0));
}

/* 2001:db8::/32 is for documentation (RFC 3849) */
static void put_ipv6_address(uint8_t *p, uint32_t last)
{
    memset(p, 0, 16);
    put_be32(p, 0x20010db8);
    put_be32(p + 12, last);
}

static void put_ipv6(const struct tcp *t, enum dir from, uint8_t *p, size_t n)
{
    put_be32(p, 0x60000000);
    put_be16(p + 4, (uint32_t)n);
    put_be16(p + 6, PROTOCOL_TCP << 8 | 64);
    put_ipv6_address(p + 8, t->end[from].address);
    put_ipv6_address(p + 24, t->end[!from].address);
}

static void put_tcp_options(struct tcp *t, enum dir from, unsigned flags, uint8_t *p)
{
    struct endpoint *end = &t->end[from];
    uint32_t echo = t->end[!from].timestamp;

    if (flags & TCP_SYN) {
        put_be32(p, 0x020405b4);     /* MSS 1460 */
        put_be32(p + 4, 0x0402080a); /* SACK permitted; timestamps */
        put_be32(p + 8, end->timestamp);
        put_be32(p + 12, flags & TCP_ACK ? echo : 0);
        put_be32(p + 16, 0x01030307); /* window scale 7 */
    } else {
        put_be32(p, 0x0101080a); /* timestamps */
        put_be32(p + 4, ++end->timestamp);
        put_be32(p + 8, echo);
    }
}

static size_t tcp_header(unsigned flags)
{
    return TCP_HEADER + (flags & TCP_SYN ? OPTIONS_OF_SYN : OPTIONS_OF_OTHERS);
}

static void put_tcp(struct tcp *t, enum dir from, unsigned flags, uint32_t ack, uint8_t *p)
{
    put_be16(p, t->end[from].port);
    put_be16(p + 2, t->end[!from].port);
    put_be32(p + 4, t->end[from].seq);
    put_be32(p + 8, ack);
    p[12] = (uint8_t)(tcp_header(flags) / 4 << 4);
    p[13] = (uint8_t)flags;
    put_be16(p + 14, flags & TCP_SYN ? 64240 : 502); /* the window, unscaled and scaled by 128 */
    put_be32(p + 16, 0);                             /* checksum, urgent pointer */
    put_tcp_options(t, from, flags, p + TCP_HEADER);
}

static size_t ip_header(const struct tcp *t)
{
    return t->v6 ? IPV6_HEADER : IPV4_HEADER;
}

size_t packet_headers(const struct tcp *t, unsigned flags)
{
    return ETHERNET_HEADER + ip_header(t) + tcp_header(flags);
}

size_t packet_build(struct tcp *t, enum dir from, unsigned flags, uint32_t ack, uint8_t *packet,
                    size_t n)
{
    uint8_t *ip = packet + ETHERNET_HEADER;
    uint8_t *segment = ip + ip_header(t);
    size_t n_segment = tcp_header(flags) + n;

    put_ethernet(t, from, packet);
    if (t->v6) {
        put_ipv6(t, from, ip, n_segment);
    } else {
        put_ipv4(t, from, ip, n_segment);
    }
    put_tcp(t, from, flags, ack, segment);
    if (t->checksummed) {
        put_tcp_checksum(segment, n_segment, ip + (t->v6 ? 8 : 12), t->v6 ? 32 : 8);
    }
    return (size_t)(segment - packet) + n_segment;
}
