/* event.h - what a shard tells the merge.
 * SPDX-License-Identifier: MIT
 *
 * when = 2 * packet + phase: phase 0 for what a packet caused, 1 for what the tick after it caused;
 * ties go by tie (the connection's id, which is unique to it and so to its shard). Owned: the
 * receiver frees the arena of ex, conn or begun, or has it freed where it came from.
 */
#ifndef WL_EVENT_H
#define WL_EVENT_H

#include "begun.h"
#include "wirelint/wirelint.h"

enum wl_event_kind {
    WL_EVENT_OPENED,     /* opened: the merge numbers it */
    WL_EVENT_BEGUN,      /* begun: a request has its head; --correlate only */
    WL_EVENT_EXCHANGE,   /* ex */
    WL_EVENT_CONNECTION, /* conn */
};

/** What is known of a connection with its first packet. */
struct wl_opened {
    struct wl_endpoint client, server;
    bool midstream;
    wl_ns t;
};

struct wl_event {
    enum wl_event_kind kind;
    unsigned shard; /* whose arena it is */
    uint64_t when, tie;
    uint64_t id; /* the connection */
    union {
        struct wl_exchange *ex;
        struct wl_conn_record *conn;
        struct wl_opened opened;
        struct wl_begun *begun; /* NULL: memory was refused */
    } of;
    struct wl_span draft; /* of ex, in its arena: what an output has written ahead (draft.h) */
};

/** A place in the order of events. */
struct wl_position {
    uint64_t when, tie;
};

static inline bool wl_is_later(struct wl_position a, struct wl_position b)
{
    return a.when != b.when ? a.when > b.when : a.tie > b.tie;
}

typedef void wl_emit_fn(void *user, struct wl_event *ev);

#endif
