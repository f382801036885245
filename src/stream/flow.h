/* flow.h - the connection table of one shard: segments in, layers fed, records out.
 * SPDX-License-Identifier: MIT
 *
 * A connection is found by its unordered pair of endpoints (seeded hash), numbered when its first
 * segment comes, exactly as Wireshark numbers tcp.stream: a SYN without ACK whose sequence number
 * is another than the one known is a new connection; anything else, however late, belongs to the
 * one known. On files a connection that is over keeps its number (bygone.h) until max_connections
 * wants the room. RFC 9293.
 */
#ifndef WL_FLOW_H
#define WL_FLOW_H

#include "decode.h"
#include "layer.h"
#include "partition.h"
#include "segment.h"

struct wl_flow;
struct wl_flows;

/** What is known of a connection with its first segment; the ends are borrowed. */
struct wl_opened_ref {
    uint64_t id;     /* ordinal of its first packet */
    uint64_t number; /* among those of this table, from 0 */
    wl_ns t_first;
    const struct wl_endpoint *client, *server;
    bool midstream;
};

struct wl_octets;
struct wl_scout;

struct wl_flows_config {
    const struct wl_layer_host *host;
    /** Asked in this order; NULL-ended. */
    const struct wl_layer_ops *const *layers;
    /** A connection was opened. Or NULL. */
    void (*opened)(void *user, const struct wl_opened_ref *conn);
    /** A connection is over; takes ownership of rec (and its arena). rec is never NULL: when memory
     * is refused the record is counted as refused and not given. */
    void (*closed)(void *user, struct wl_conn_record *rec);
    void *user;
    /** The ordinal of the packet in hand is put there before one of these, or a layer, is called.
     * Or NULL. */
    uint64_t *packet;
    /** What this table has of the space of connections; n == 0: all of it. */
    struct wl_partitions partitions;
};

WL_MUST_USE struct wl_flows *wl_flows_new(const struct wl_flows_config *cfg);
/** What segments consist of lies in the window of file, as a rule, and can be
 * read again there: wl_tcp_lean_on. */
void wl_flows_lean_on(struct wl_flows *f, const struct wl_octets *file);
/** Goes on with each packet that is taken in a burst, mine or not. Borrowed for the life of f. */
void wl_flows_follow(struct wl_flows *f, struct wl_scout *scout);
/** A packet that will be taken soon: its connection, as far as a hash tells; NULL: none is known. */
struct wl_ahead {
    uint64_t hash;
    struct wl_flow *flow;
};

/** Looks up the connections of n packets that will be taken soon, and begins to fetch what they
 * will need: ahead[i] is told what is known of glances[i]. mine[i]: it will be taken; NULL: all of
 * them will, but for those of no common kind. */
void wl_flows_look(const struct wl_flows *f, const struct wl_glance *glances, const bool *mine,
                   struct wl_ahead *ahead, size_t n);
/**
 * Takes packets that were looked up: that of index from, which is of the common kind and whose time
 * wl_flows_clock was told, and all after it up to the first that is of no common kind, or before
 * which something may be due. Returns the index of that. Never fails; what cannot be kept is
 * counted.
 */
WL_MUST_USE size_t wl_flows_take(struct wl_flows *f, const struct wl_packet *packets,
                                 const struct wl_glance *glances, const bool *mine,
                                 const struct wl_ahead *ahead, size_t from, size_t n);
/** Takes a segment that comes alone. */
void wl_flows_segment(struct wl_flows *f, const struct wl_segment *seg);
/** Time goes on to now. Called for every packet, TCP or not, before its segment is given. True:
 * something may be due, and wl_flows_work has to be called. */
WL_MUST_USE bool wl_flows_clock(struct wl_flows *f, wl_ns now);
/** Works off what is due: wake-ups, gap deadlines, idle expiry. now: as wl_flows_clock was told. */
void wl_flows_work(struct wl_flows *f, wl_ns now);
/** Both. */
static inline void wl_flows_tick(struct wl_flows *f, wl_ns now)
{
    if (wl_flows_clock(f, now))
        wl_flows_work(f, now);
}
/** The capture is over: every connection ends (WL_END_EOF unless it had ended), in the order of
 * their numbers. */
void wl_flows_finish(struct wl_flows *f);
size_t wl_flows_open(const struct wl_flows *f);
/** Octets of the budget that belong to no connection, and wait for the next one. */
size_t wl_flows_idle(const struct wl_flows *f);
void wl_flows_free(struct wl_flows *f);

#endif
