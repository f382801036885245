/* handshake.c - how nearly all connections open and end, taken straight.
 * SPDX-License-Identifier: MIT
 *
 * SYN, SYN-ACK, ACK; FIN, FIN, ACK (RFC 9293 3.5, 3.6): half of the packets of a connection with
 * one exchange. When each of them is what its connection waits for, and nothing but that, what it
 * changes is known beforehand. What differs in any respect is flow.c's and tcp.c's, whole; they
 * say the same of what is taken here (unit_burst holds them together).
 */
#include "flows.h"

/* What the three packets that open a connection make of its flags, one after the other. */
#define AFTER_SYN (WL_TCP_BASE | WL_TCP_OPENED | (uint32_t)WL_FLOW_BASE_0)
#define AFTER_SYN_ACK \
    (WL_TCP_BOTH(WL_TCP_BASE | WL_TCP_OPENED) | WL_TCP_ACKED | WL_FLOW_BASE_0 | WL_FLOW_BASE_1)
#define AFTER_ACK (AFTER_SYN_ACK | WL_TCP_BOTH(WL_TCP_ACKED) | WL_FLOW_TIMED | WL_FLOW_LEARNT)
/* and the flags that make no difference to that */
#define APART ((uint32_t)WL_TCP_LIVELY | (uint32_t)WL_FLOW_IGNORED)

/* ------------------------------------------------------------------------------------ openings */

/* The SYN of a client that no open connection has. */
static void take_syn(struct wl_flows *f, const struct wl_packet *p, const struct wl_glance *g,
                     uint64_t hash)
{
    struct wl_found found;
    struct wl_segment seg;

    *f->cfg.packet = p->ordinal;
    wl_glance_segment(p, g, &seg);
    if (wl_flows_is_late(f, &seg, hash))
        return;
    found.flow = wl_flows_enter(f, &seg, hash, &found.dir);
    if (!found.flow)
        return;
    WL_ASSERT(found.dir == WL_TO_SERVER);
    found.flow->tcp.flags |= AFTER_SYN;
    found.flow->tcp.way[WL_TO_SERVER].next = seg.seq + 1;
    wl_flow_origin(found.flow)->base[WL_TO_SERVER] = seg.seq;
    wl_flow_origin(found.flow)->rtt = p->t; /* until the handshake is complete */
    wl_flows_note(f, &found, p, g);
    if (WL_LIKELY_FALSE(f->refused != *f->refusals))
        wl_flows_relieve(f, found.flow);
}

/* The server's answer. */
static bool take_syn_ack(struct wl_flows *f, const struct wl_found *found,
                         const struct wl_packet *p, const struct wl_glance *g)
{
    struct wl_origin *origin = wl_flow_origin(found->flow);
    struct wl_tcp *t = &found->flow->tcp;
    const uint32_t seq = wl_glance_seq(g), ack = wl_glance_ack(g);

    if (found->dir != WL_TO_CLIENT || ack != t->way[WL_TO_SERVER].next || origin->rtt == 0)
        return false;
    t->flags |= AFTER_SYN_ACK;
    t->way[WL_TO_SERVER].acked = ack;
    t->way[WL_TO_CLIENT].next = seq + 1;
    origin->base[WL_TO_CLIENT] = seq;
    origin->ttl = wl_glance_ttl(g);
    wl_flows_note(f, found, p, g);
    return true;
}

/* The client's acknowledgement of that. */
static bool take_first_ack(struct wl_flows *f, const struct wl_found *found,
                           const struct wl_packet *p, const struct wl_glance *g)
{
    struct wl_origin *origin = wl_flow_origin(found->flow);
    struct wl_tcp *t = &found->flow->tcp;
    const uint32_t ack = wl_glance_ack(g);

    if (found->dir != WL_TO_SERVER || wl_glance_seq(g) != t->way[WL_TO_SERVER].next ||
        ack != t->way[WL_TO_CLIENT].next)
        return false;
    t->flags |= AFTER_ACK;
    t->way[WL_TO_CLIENT].acked = ack;
    origin->rtt = p->t > origin->rtt ? p->t - origin->rtt : 0;
    wl_flows_note(f, found, p, g);
    return true;
}

/* ---------------------------------------------------------------------------------------- ends */

/*
 * A FIN that is next in its direction, or what acknowledges the other side's: nothing was lost, and
 * how the connection began is known. True: it was taken.
 */
static bool take_end(struct wl_flows *f, const struct wl_found *found, const struct wl_packet *p,
                     const struct wl_glance *g, uint64_t hash)
{
    const enum wl_dir dir = found->dir, other = (enum wl_dir)(1 - dir);
    const struct wl_span payload = wl_span(g->tcp + g->header, g->n);
    const bool is_fin = wl_glance_flags(g) & WL_TCP_FIN;
    struct wl_flow *flow = found->flow;
    struct wl_tcp *t = &flow->tcp;
    struct wl_tcp_way *o = &t->way[other];
    const uint32_t ack = wl_glance_ack(g);
    struct wl_seen seen;

    if (wl_tcp_ahead(t, other, ack) > 0)
        return false;
    if (wl_tcp_is(t, dir, WL_TCP_CLOSED) ? is_fin || g->n : wl_glance_seq(g) != t->way[dir].next)
        return false;
    wl_flows_note(f, found, p, g);
    *f->cfg.packet = p->ordinal;
    if ((int32_t)(ack - o->acked) > 0)
        o->acked = ack;
    if (is_fin || g->n || t->flags & WL_TCP_WANT_ACKS) {
        wl_flows_take_in_hand(f, flow);
        seen = wl_flows_see(found, p, g);
        if (is_fin) {
            wl_bygone_prefetch(&f->bygone, hash); /* it is known as such soon */
            wl_tcp_last(&f->stream.tcp, t, &f->hand, dir, payload, &seen);
        } else {
            wl_tcp_in_order(&f->stream.tcp, t, &f->hand, dir, payload, &seen);
        }
    }
    wl_flows_end_if_over(f, flow, hash, false);
    if (WL_LIKELY_FALSE(f->refused != *f->refusals))
        wl_flows_relieve(f, flow);
    return true;
}

/* ---------------------------------------------------------------------------------- all of them */

static bool is_taken(struct wl_flows *f, const struct wl_packet *p, const struct wl_glance *g,
                     const struct wl_found *found, uint64_t hash)
{
    const uint32_t usual = WL_TCP_BOTH(WL_TCP_BASE | WL_TCP_ACKED) | WL_FLOW_LEARNT;
    const uint32_t unusual = WL_TCP_RESET | WL_TCP_SLOW;
    const uint8_t flags = wl_glance_flags(g);
    const uint32_t state = found->flow ? found->flow->tcp.flags : 0;

    if (g->lost)
        return false;
    if ((flags & (WL_TCP_ACK | WL_TCP_SYN | WL_TCP_RST)) == WL_TCP_ACK &&
        (state & (usual | unusual)) == usual)
        return take_end(f, found, p, g, hash);
    if (g->n)
        return false;
    if (flags == WL_TCP_SYN && !found->flow && wl_table_first(&f->table, hash) == WL_NOBODY) {
        take_syn(f, p, g, hash);
        return true;
    }
    if (flags == (WL_TCP_SYN | WL_TCP_ACK) && (state & ~APART) == AFTER_SYN)
        return take_syn_ack(f, found, p, g);
    return flags == WL_TCP_ACK && (state & ~APART) == AFTER_SYN_ACK &&
           take_first_ack(f, found, p, g);
}

void wl_flows_shake_hands(struct wl_flows *f, const struct wl_packet *packet,
                          const struct wl_glance *g, const struct wl_found *found, uint64_t hash)
{
    if (!is_taken(f, packet, g, found, hash))
        wl_flows_take_odd(f, packet, g, found, hash);
}
