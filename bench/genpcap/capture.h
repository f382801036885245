/* capture.h - the capture file: pcap records behind one another, and the clock that stamps them.
 * SPDX-License-Identifier: MIT
 */
#ifndef GENPCAP_CAPTURE_H
#define GENPCAP_CAPTURE_H

#include <stddef.h>
#include <stdint.h>

/** A capture that is being written. */
struct capture {
    int fd;
    int error;                   /* errno of what went wrong first; 0: it is whole so far */
    uint32_t snaplen;            /* octets that a record has at most */
    uint64_t packets_per_second; /* pace of the timestamps */
    uint64_t microseconds;       /* since the first second of the capture */
    uint64_t fraction;           /* of a microsecond: parts of packets_per_second */
    uint64_t n_packets;
    uint64_t n_octets; /* of the file */
    uint8_t *buffer;
    size_t n_buffered;
};

/**
 * Creates the file and writes its header.
 * path   NULL: standard output
 * Returns 0 or errno. On success capture_close is due.
 */
int capture_open(struct capture *c, const char *path, uint32_t snaplen,
                 uint64_t packets_per_second);

/** Appends a packet of n octets. What goes wrong is in c->error, and from then
 * on nothing is written. */
void capture_write(struct capture *c, const uint8_t *packet, size_t n);

/** Writes what is buffered and closes the file. Returns c->error. */
int capture_close(struct capture *c);

#endif
