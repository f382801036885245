/* message.h - the message that is being sent, cut into segments.
 * SPDX-License-Identifier: MIT
 */
#ifndef GENPCAP_MESSAGE_H
#define GENPCAP_MESSAGE_H

#include "content.h"
#include "head.h"

enum chunks {
    CHUNKS_NONE,  /* not chunked, or the last one is out */
    CHUNKS_FIRST, /* none is out yet */
    CHUNKS_MORE,  /* what follows stands behind a chunk's data */
};

/** A message in progress; all zero: none. */
struct message {
    enum dir from;
    bool going;         /* there are octets to send */
    bool chunked;       /* the data is in chunks */
    bool head_alone;    /* the segment ends where the head does */
    enum chunks chunks; /* chunk headers to send */
    uint16_t status;    /* of a response whose head is not out */
    size_t head_at;     /* octets of the head that are out */
    uint8_t n_delimiter, delimiter_at;
    uint32_t body_left;  /* octets */
    uint32_t chunk_left; /* of the chunk that was begun */
    uint32_t pool_at;
    const uint8_t *pool; /* what the body is cut out of */
    char delimiter[24];  /* between the data of chunks */
    struct head head;
};

/**
 * Begins a request, a response, or raw octets.
 * server   as for head_request
 */
void message_begin(struct message *m, const struct step *step, const struct profile *profile,
                   unsigned server, const struct content *content, struct prng *prng);

/** Takes up to max octets of it to p. Returns how many; m->going tells whether there are more. */
size_t message_fill(struct message *m, struct prng *prng, struct truth *truth, uint8_t *p,
                    size_t max);

#endif
