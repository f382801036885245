/* flows.h - the connection table, as its own files know it.
 * SPDX-License-Identifier: MIT
 *
 * flow.c opens connections and ends them, and takes whatever is unusual; burst.c looks up the
 * connections of packets that will be taken soon, and takes what is next in its direction;
 * handshake.c takes what opens and ends nearly all of them.
 */
#ifndef WL_FLOWS_H
#define WL_FLOWS_H

#include "bygone.h"
#include "flow.h"
#include "load.h"
#include "pair.h"
#include "scout.h"
#include "slab.h"

enum {
    WL_MANY = 2048, /* open connections that no longer stay in the cache */
};
/** Time that goes back this far goes back for good. */
#define WL_TIME_JUMP (10 * WL_SECOND)
/** Where a capture has no packet at all for so long, its clock was set, or it slept: no connection is
 * known to have waited. */
#define WL_TIME_STEP (3600 * WL_SECOND)

struct wl_flows {
    struct wl_stream stream;
    struct wl_hand hand; /* what tcp.c passes to the channel of the segment in hand */
    struct wl_flows_config cfg;
    struct wl_scout *scout; /* of the packets to come, or that of nobody */
    struct wl_scout nobody;
    struct wl_table table;
    struct wl_slab slab; /* those that are open */
    uint32_t last_used;  /* an entry of it */
    bool shuffled;       /* entries do not stand in the order of their numbers */
    struct wl_bygone bygone;
    struct wl_partitions partitions;
    struct wl_recall *recalls[WL_PARTITIONS]; /* of those in hand */
    uint64_t seed, other_seed;
    uint64_t n_opened;
    uint64_t refused;         /* what the budget had refused when it was last looked at */
    const uint64_t *refusals; /* what it has refused by now */
    wl_ns now, high, skew;    /* see wl_flows_clock */
    wl_ns before;             /* high, before the packet that something was due with */
    wl_ns due;                /* by that clock: nothing is to be done before */
    bool started;
    uint64_t unheard; /* where the packet in hand is told when nobody wants to know */
};

/** wl_flow.state of a connection whose numbers and handshake are known. */
#define WL_FLOW_KNOWN (WL_FLOW_BASE_0 | WL_FLOW_BASE_1 | WL_FLOW_TIMED)

/** A connection, or NULL, and the direction of a packet in it. */
struct wl_found {
    struct wl_flow *flow;
    enum wl_dir dir;
};

/** Takes a packet that is not simply next in its direction, by a short way when it opens or ends its
 * connection as nearly all are opened and ended; found: its connection, or NULL, when that is not
 * known yet. */
void wl_flows_shake_hands(struct wl_flows *f, const struct wl_packet *packet,
                          const struct wl_glance *g, const struct wl_found *found, uint64_t hash);
/** The same, for whatever it is. */
void wl_flows_take_odd(struct wl_flows *f, const struct wl_packet *packet,
                       const struct wl_glance *g, const struct wl_found *found, uint64_t hash);
/** Is it a late segment of a connection that is over? That only keeps its number; it forgets it when
 * the segment begins another one. */
bool wl_flows_is_late(struct wl_flows *f, const struct wl_segment *seg, uint64_t hash);
/** Enters a new connection, whose first segment is seg; *ret: its direction. NULL when it is
 * refused. */
struct wl_flow *wl_flows_enter(struct wl_flows *f, const struct wl_segment *seg, uint64_t hash,
                               enum wl_dir *ret);
/** A side is through, or has reset: ends the connection when nothing more is due. waited: the last
 * acknowledgement has had its time. */
void wl_flows_end_if_over(struct wl_flows *f, struct wl_flow *flow, uint64_t hash, bool waited);
/** Memory was refused while a segment was taken: a few of the stalest open connections make room for
 * what comes next, but for busy, the one in hand, and what is less stale. */
void wl_flows_relieve(struct wl_flows *f, struct wl_flow *busy);

/** The clock of wl_flows_clock. Packets a little out of order do not turn it. True: something may be
 * due, or time has jumped; wl_flows_clock has to be told. */
static WL_INLINE bool wl_flows_advance(struct wl_flows *f, wl_ns now)
{
    const wl_ns before = f->high;

    if (WL_LIKELY_TRUE(now >= before)) {
        f->high = now;
    } else if (before - now > WL_TIME_JUMP) {
        return true;
    }
    f->now = now;
    f->stream.tcp.clock = f->high + f->skew;
    if (WL_LIKELY_TRUE(f->stream.tcp.clock < f->due))
        return false;
    if (now > before) /* else it is asked once more */
        f->before = before;
    return true;
}

/** tcp.c will be called about this connection. What is remembered of it gives way to others of its
 * partition only, so that it does not depend on the number of shards. */
static inline void wl_flows_take_in_hand(struct wl_flows *f, struct wl_flow *flow)
{
    f->stream.tcp.recall = f->recalls[wl_flow_origin(flow)->partition];
    f->hand.flow = flow;
}

/* -------------------------------------------------------------------------------------- ends */

/** Both ends of a packet, the sender first, as they stand in its headers: numbers to be compared. */
struct wl_ends {
    uint64_t ip; /* the last four octets of each address: all of IPv4 */
    uint32_t port;
    uint8_t family;
    const uint8_t *begin[2]; /* IPv6: where both addresses begin */
};

static WL_INLINE struct wl_ends wl_ends_of_glance(const struct wl_glance *g)
{
    struct wl_ends e = {.family = g->family};

    memcpy(&e.port, g->tcp, sizeof(e.port));
    if (WL_LIKELY_TRUE(g->family == 4)) {
        memcpy(&e.ip, wl_glance_addresses(g), sizeof(e.ip));
    } else {
        const uint8_t *src = wl_glance_addresses(g), *dst = src + 16;
        uint8_t ip[2][4];

        memcpy(ip[0], src + WL_IPV6_BEGIN, sizeof(ip[0]));
        memcpy(ip[1], dst + WL_IPV6_BEGIN, sizeof(ip[1]));
        memcpy(&e.ip, ip, sizeof(e.ip));
        e.begin[0] = src;
        e.begin[1] = dst;
    }
    return e;
}

/** Does the rest of both addresses of IPv6 match, if the packet comes from this end? */
bool wl_flow_is_ipv6(struct wl_flow *flow, unsigned from, const uint8_t *src, const uint8_t *dst);

/**
 * Whose direction is that of a packet between e, if the connection is its own? Both ends are
 * compared both ways round at once: which it is cannot be foretold.
 */
static WL_INLINE bool wl_flow_is_of(struct wl_flow *flow, const struct wl_ends *e, enum wl_dir *ret)
{
    uint64_t ip, there, back;
    uint32_t port;

    static_assert(WL_TO_SERVER == 0 && WL_TO_CLIENT == 1, "the end that was there first sends 0");
    memcpy(&ip, flow->ip, sizeof(ip));
    memcpy(&port, flow->port, sizeof(port));
    there = (ip ^ e->ip) | (port ^ e->port);
    /* turned round, whatever the order of octets in this machine */
    back = (ip ^ (e->ip << 32 | e->ip >> 32)) | (port ^ (e->port << 16 | e->port >> 16));
    if (WL_LIKELY_FALSE(flow->family != e->family || wl_min_u64(there, back) != 0))
        return false;
    *ret = (enum wl_dir)(there != 0);
    if (WL_LIKELY_TRUE(e->family == 4))
        return true;
    if (there == 0 && wl_flow_is_ipv6(flow, 0, e->begin[0], e->begin[1]))
        return true;
    *ret = WL_TO_CLIENT;
    return back == 0 && wl_flow_is_ipv6(flow, 1, e->begin[0], e->begin[1]);
}

/* ---------------------------------------------------------------------- what a packet leaves */

/** What a RST is held against (flow.c): who sends in this direction, and how he counts. */
static WL_INLINE void wl_flow_remember_sender(struct wl_flow *flow, enum wl_dir dir, uint16_t ip_id,
                                              uint8_t ttl)
{
    flow->ip_ids[dir] = flow->ip_ids[dir] << 16 | ip_id;
    flow->ttl[dir] = ttl;
}

/** Counts a packet that is no RST, and notes when it came and who sent it. */
static WL_INLINE void wl_flows_note(struct wl_flows *f, const struct wl_found *found,
                                    const struct wl_packet *p, const struct wl_glance *g)
{
    struct wl_flow *flow = found->flow;

    wl_slab_touch(&f->slab, flow);
    flow->tcp.packets++;
    flow->t_last = p->t;
    flow->last_packet = p->ordinal;
    flow->last_frame = p->frame;
    wl_flow_remember_sender(flow, found->dir, wl_glance_id(g), wl_glance_ttl(g));
}

/** How a packet was seen that acknowledges nothing unknown. */
static WL_INLINE struct wl_seen wl_flows_see(const struct wl_found *found,
                                             const struct wl_packet *p, const struct wl_glance *g)
{
    return (struct wl_seen){
        .packet = p->ordinal,
        .frame = p->frame,
        .t = p->t,
        .acked = wl_tcp_acked_at(&found->flow->tcp, (enum wl_dir)(1 - found->dir),
                                 wl_glance_ack(g)),
        .window = wl_glance_window(g),
        .ttl = wl_glance_ttl(g),
    };
}

/** Has a side of it said that it is through, or reset it? */
static inline bool wl_flow_ends(const struct wl_flow *flow)
{
    return flow->tcp.flags & (WL_TCP_BOTH(WL_TCP_CLOSED) | WL_TCP_RESET);
}

#endif
