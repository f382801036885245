/* content.h - what bodies are made of.
 * SPDX-License-Identifier: MIT
 */
#ifndef GENPCAP_CONTENT_H
#define GENPCAP_CONTENT_H

#include "packet.h"

/** Bodies are cut out of pools of this size, from a random place on and round and round. */
enum { CONTENT_POOL = 1 << 22 };

/** The pools; of each, any place is followed by as many octets as a segment takes. */
struct content {
    uint8_t *text;   /* lines of JSON: what text scanners expect */
    uint8_t *binary; /* random octets */
};

/** Fills the pools, the same ones in every run. Returns 0 or errno; on
 * success content_release is due. */
int content_init(struct content *c);
void content_release(struct content *c);

#endif
