/* truth.h - what was sent, counted by who sends it: the other witness beside the program
 * under test. SPDX-License-Identifier: MIT
 *
 * A response counts when the last octet of its head is in a segment, whether or not the
 * tap sees that one.
 */
#ifndef GENPCAP_TRUTH_H
#define GENPCAP_TRUTH_H

#include "capture.h"

/** What is done wrong on purpose, and never in a way that breaks the framing. */
enum violation {
    VIOLATION_401_WITHOUT_AUTHENTICATE,
    VIOLATION_405_WITHOUT_ALLOW,
    VIOLATION_206_WITHOUT_RANGE,
    VIOLATION_204_WITH_LENGTH,
    VIOLATION_205_WITH_BODY,
    VIOLATION_UNASSIGNED_STATUS,
    VIOLATION_INTERIM_WITH_LENGTH,
    VIOLATION_426_WITHOUT_UPGRADE,
    N_VIOLATIONS,
};

enum { N_STATUSES = 1000 };

/** Counters, all zero at first. */
struct truth {
    uint64_t n_connections; /* opened */
    uint64_t n_finished;    /* that said all they had to say */
    uint64_t n_requests;
    uint64_t n_responses;
    uint64_t n_statuses[N_STATUSES]; /* of responses, interim ones included */
    uint64_t n_body_octets;          /* of messages, tunnels and upgraded connections */
    uint64_t n_upgrades;
    uint64_t n_tunnels;
    uint64_t n_lost, n_reordered, n_duplicates, n_gaps; /* segments */
    uint64_t n_violations[N_VIOLATIONS];
};

/**
 * Writes them as one line of JSON.
 * path      "-": standard error, since the capture may go to standard output
 * profile   its name; seed, capture: what they were counted in
 * Returns 0 or errno.
 */
int truth_write(const struct truth *t, const char *path, const char *profile, uint64_t seed,
                const struct capture *capture);

#endif
