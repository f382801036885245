/* plan.h - what a connection is going to do: steps, planned one exchange at a time.
 * SPDX-License-Identifier: MIT
 */
#ifndef GENPCAP_PLAN_H
#define GENPCAP_PLAN_H

#include "options.h"
#include "packet.h"
#include "prng.h"
#include "profile.h"
#include "truth.h"

enum step_kind {
    STEP_SYN,
    STEP_SYN_ACK,
    STEP_ACK,
    STEP_REQUEST,
    STEP_RESPONSE,
    STEP_RAW, /* octets without a head: of a tunnel, an upgraded connection, or a body sent later */
    STEP_FIN,
};

/** How the end of a body is told (RFC 9112 6.3). */
enum framing {
    FRAMING_NONE, /* no body, and no word about it */
    FRAMING_LENGTH,
    FRAMING_CHUNKED,
    FRAMING_CLOSE,
    FRAMING_LENGTH_ONLY, /* Content-Length, and no body behind the head */
};

/** One step: a packet of its own, or a message. */
struct step {
    enum step_kind kind;
    enum dir from;
    enum framing framing;
    enum method method; /* of the request, in both directions */
    uint16_t status;
    bool http10;
    bool expects;          /* Expect: 100-continue */
    bool upgrades;         /* asks for WebSocket */
    bool closes;           /* Connection: close */
    bool head_alone;       /* the body begins in a segment of its own */
    bool lacks_field;      /* without the field that the status demands */
    bool forbidden_length; /* Content-Length: 0 where there may be none */
    uint32_t body;         /* octets */
};

/** Steps at a time: an upgrade or a tunnel has the most, a request, a response and
 * up to 60 pieces. */
enum { PLAN_MAX_STEPS = 64 };

/** The steps of one connection. */
struct plan {
    uint32_t exchanges_left; /* to plan */
    bool closing;            /* nothing comes behind the steps that are there */
    uint16_t n, at;
    struct step steps[PLAN_MAX_STEPS];
};

/** What planning needs: passed to the plan_fn of a profile. */
struct planning {
    struct plan *plan;
    const struct options *options;
    struct prng *prng;
    struct truth *truth;
};

/** Begins with the handshake. */
void plan_init(struct plan *plan, uint32_t n_exchanges);

/** The next step, or NULL: all that was planned is done. Valid until more is planned. */
const struct step *plan_take(struct plan *plan);

/** Is the next step a request? */
bool plan_goes_on_with_request(const struct plan *plan);

/**
 * Plans the next exchange, or the end of the connection, when all that was planned is done.
 * Returns false when there is nothing more to do.
 */
bool plan_more(const struct planning *p);

plan_fn plan_exchange;      /* one exchange, or a pipelined pair */
plan_fn plan_only_exchange; /* one that the connection ends with */
plan_fn plan_with_interim;  /* interim responses, upgrades, tunnels */

#endif
