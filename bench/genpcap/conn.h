/* conn.h - a connection in progress: what it plans, says, and has under way.
 * SPDX-License-Identifier: MIT
 */
#ifndef GENPCAP_CONN_H
#define GENPCAP_CONN_H

#include "message.h"
#include "tap.h"

/** What all connections share. */
struct network {
    const struct options *options;
    const struct content *content;
    struct tap tap;
    struct truth *truth;
    uint8_t *packet; /* PACKET_MAX octets: the packet that is being built */
};

/** One connection; may be moved in memory. */
struct conn {
    struct prng prng; /* its own: what it says does not depend on when it has its turn */
    struct tcp tcp;
    uint8_t n_unacknowledged; /* data segments since the other side's last acknowledgement */
    struct path path;
    struct plan plan;
    struct message message;
};

/** Begins connection number id, whose address, port and words follow from id and seed. */
void conn_open(struct conn *c, const struct network *net, uint64_t id);

/** Sends its next packet. Returns false when it has nothing more to send: it is to be ended. */
bool conn_advance(struct conn *c, struct network *net);

/** What is under way arrives. */
void conn_end(struct conn *c, struct network *net);

#endif
