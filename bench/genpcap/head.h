/* head.h - the heads of HTTP/1 messages, from start line to empty line.
 * SPDX-License-Identifier: MIT
 */
#ifndef GENPCAP_HEAD_H
#define GENPCAP_HEAD_H

#include "plan.h"

/** Octets of the longest head. */
enum { HEAD_MAX = 1400 };

struct head {
    size_t n;
    char p[HEAD_MAX];
};

/**
 * Writes the head of a request.
 * server   which one: part of the host's name
 */
void head_request(struct head *head, const struct step *step, const struct profile *profile,
                  unsigned server, struct prng *prng);

/** The same of a response, interim or final. */
void head_response(struct head *head, const struct step *step, const struct profile *profile,
                   struct prng *prng);

#endif
