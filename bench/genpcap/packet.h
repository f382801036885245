/* packet.h - both ends of a TCP connection, and its packets: Ethernet, IP and TCP headers.
 * SPDX-License-Identifier: MIT
 */
#ifndef GENPCAP_PACKET_H
#define GENPCAP_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Who sends. The other side of d is !d. */
enum dir { CLIENT, SERVER };

/** Flags of the TCP header (RFC 9293 3.1). */
enum { TCP_FIN = 1, TCP_SYN = 2, TCP_PSH = 8, TCP_ACK = 16 };

/** Sizes, in octets. */
enum {
    PACKET_MAX_PAYLOAD = 65000, /* below what the length of an IPv4 packet can say */
    PACKET_MAX = PACKET_MAX_PAYLOAD + 128,
};

/** One end of a connection. */
struct endpoint {
    uint32_t address;   /* of IPv4; the last 32 bits of that of IPv6 */
    uint32_t seq;       /* of the next octet that it sends */
    uint32_t timestamp; /* its clock, RFC 7323 */
    uint16_t port;
};

/** A connection, as its packets show it. */
struct tcp {
    struct endpoint end[2]; /* by enum dir */
    uint16_t ip_id;         /* of the next IPv4 packet */
    bool v6;
    bool checksummed; /* false: TCP checksums stay zero, as captures with offloading have them */
};

/** Octets of headers in front of the payload of a segment with these flags. */
size_t packet_headers(const struct tcp *t, unsigned flags);

/**
 * Writes the headers of one packet. Its end's clock and the IP identification go on; sequence
 * numbers are the caller's.
 * flags     TCP_...
 * ack       the acknowledgement number, 0 without TCP_ACK
 * packet    begins with room for packet_headers(); the payload lies behind it
 * n         octets of payload, PACKET_MAX_PAYLOAD at most
 * Returns the octets of the packet.
 */
size_t packet_build(struct tcp *t, enum dir from, unsigned flags, uint32_t ack, uint8_t *packet,
                    size_t n);

#endif
