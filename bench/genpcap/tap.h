/* tap.h - where the capture is made, and what happens to packets on their way there.
 * SPDX-License-Identifier: MIT
 */
#ifndef GENPCAP_TAP_H
#define GENPCAP_TAP_H

#include "capture.h"
#include "options.h"
#include "packet.h"
#include "prng.h"
#include "truth.h"

/** Packets of one connection that are under way longer than others, at most. */
enum { TAP_MAX_HELD = 4 };

/** The tap: all connections go past it. */
struct tap {
    struct capture *capture;
    const struct faults *faults;
    struct truth *truth;
};

/** A data segment that the tap has yet to see, since it was lost before it, or overtaken. */
struct held {
    uint8_t *packet; /* allocated */
    size_t n;
    uint32_t seq;
    uint32_t wait; /* packets of the connection that are seen before it */
    enum dir from;
};

/** The way of one connection's packets to the tap; all zero: empty. */
struct path {
    struct held held[TAP_MAX_HELD];
    unsigned n_held;
};

/** A packet goes its way as it is: it has no data whose loss would matter. */
void tap_pass(struct tap *tap, struct path *path, const uint8_t *packet, size_t n);

/**
 * A segment with data goes its way and may meet with the faults that the options ask for.
 * seq   of its first octet
 */
void tap_pass_data(struct tap *tap, struct path *path, struct prng *prng, enum dir from,
                   uint32_t seq, const uint8_t *packet, size_t n);

/** All that is held arrives. */
void tap_catch_up(struct tap *tap, struct path *path);

/** What the receiver of direction from can acknowledge when all up to seq was sent:
 * nothing that is held. */
uint32_t path_arrived(const struct path *path, enum dir from, uint32_t seq);

/** Forgets what is held. */
void path_release(struct path *path);

#endif
