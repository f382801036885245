/* capture.c - writes classic pcap: little-endian, microseconds, Ethernet.
 * SPDX-License-Identifier: MIT
 *
 * draft-ietf-opsawg-pcap. Time is a count of packets: one per 1/packets_per_second, in
 * whole microseconds whose remainder is carried on, so that a pace which does not divide a
 * second is kept exactly.
 */
#include "capture.h"

#include "octets.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    BUFFER_OCTETS = 8 << 20, /* many packets per write(2) */
    FILE_HEADER = 24,
    RECORD_HEADER = 16,
    LINKTYPE_ETHERNET = 1,
    FIRST_SECOND = 1700000000, /* 2023-11-14 22:13:20 UTC, as the Date fields have it (head.c) */
    MICROSECONDS = 1000000,
};

static void flush(struct capture *c)
{
    for (size_t at = 0; at < c->n_buffered && !c->error;) {
        ssize_t n = write(c->fd, c->buffer + at, c->n_buffered - at);

        if (n >= 0) {
            at += (size_t)n;
        } else if (errno != EINTR) {
            c->error = errno;
        }
    }
    c->n_buffered = 0;
}

/* Room for n octets, which count as written. */
static uint8_t *append(struct capture *c, size_t n)
{
    uint8_t *p;

    if (c->n_buffered + n > BUFFER_OCTETS)
        flush(c);
    p = c->buffer + c->n_buffered;
    c->n_buffered += n;
    c->n_octets += n;
    return p;
}

static void write_file_header(struct capture *c)
{
    uint8_t *p = append(c, FILE_HEADER);

    put_le32(p, 0xa1b2c3d4);       /* microseconds */
    put_le32(p + 4, 4u << 16 | 2); /* version 2.4 */
    put_le32(p + 8, 0);
    put_le32(p + 12, 0);
    put_le32(p + 16, c->snaplen);
    put_le32(p + 20, LINKTYPE_ETHERNET);
}

int capture_open(struct capture *c, const char *path, uint32_t snaplen, uint64_t packets_per_second)
{
    int fd = STDOUT_FILENO;
    uint8_t *buffer = malloc(BUFFER_OCTETS);

    if (!buffer)
        return ENOMEM;
    if (path)
        fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd < 0) {
        int error = errno;

        free(buffer);
        return error;
    }
    *c = (struct capture){
        .fd = fd,
        .snaplen = snaplen,
        .packets_per_second = packets_per_second,
        .buffer = buffer,
    };
    write_file_header(c);
    return 0;
}

static void tick(struct capture *c)
{
    c->fraction += MICROSECONDS;
    c->microseconds += c->fraction / c->packets_per_second;
    c->fraction %= c->packets_per_second;
}

void capture_write(struct capture *c, const uint8_t *packet, size_t n)
{
    size_t n_kept = n < c->snaplen ? n : c->snaplen;
    uint8_t *p = append(c, RECORD_HEADER + n_kept);

    tick(c);
    put_le32(p, FIRST_SECOND + (uint32_t)(c->microseconds / MICROSECONDS));
    put_le32(p + 4, (uint32_t)(c->microseconds % MICROSECONDS));
    put_le32(p + 8, (uint32_t)n_kept);
    put_le32(p + 12, (uint32_t)n);
    memcpy(p + RECORD_HEADER, packet, n_kept);
    c->n_packets++;
}

int capture_close(struct capture *c)
{
    flush(c);
    if (close(c->fd) != 0 && !c->error)
        c->error = errno;
    free(c->buffer);
    c->buffer = NULL;
    return c->error;
}
