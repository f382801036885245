/* burst.c - packets that come together: looked up ahead of time, and taken in turn.
 * SPDX-License-Identifier: MIT
 *
 * The slot of the table, the connection, its channel, and what its layer holds are asked for in
 * turn, each for all packets of the burst before the next.
 *
 * Nearly all packets are next in their direction, acknowledge nothing unknown, and find nothing
 * unusual about their connection, which one word tells (wl_tcp.flags). Of those no segment is made.
 * What nobody looks at ends here: it changes the numbers of its connection, and no layer hears of
 * it. Everything else is flow.c's.
 */
#include "flows.h"

/* ------------------------------------------------------------------------------- looking ahead */

static WL_ASIDE uint64_t hash_ipv6(const struct wl_flows *f, const struct wl_glance *g)
{
    struct wl_endpoint ends[2];
    bool swapped;

    wl_glance_end(g, 0, &ends[0]);
    wl_glance_end(g, 1, &ends[1]);
    return wl_pair_hash(&ends[0], &ends[1], f->seed, &swapped);
}

static WL_INLINE uint64_t hash_glance(const struct wl_flows *f, const struct wl_glance *g)
{
    const uint8_t *addresses = g->tcp - 8;
    bool swapped;

    if (WL_LIKELY_FALSE(g->family == 6))
        return hash_ipv6(f, g);
    return wl_pair_hash_ipv4(wl_pair_number(addresses, wl_load_be16(g->tcp)),
                             wl_pair_number(addresses + 4, wl_load_be16(g->tcp + 2)), f->seed,
                             &swapped);
}

/* Is there one to be taken? */
static bool is_wanted(const struct wl_glance *g, const bool *mine, size_t i)
{
    return g[i].tcp && (!mine || mine[i]);
}

/* The slot has come, or is about to: asks for the connection. */
static WL_INLINE void prefetch_flow(const struct wl_flows *f, struct wl_ahead *ahead)
{
    const uint32_t index = wl_table_first(&f->table, ahead->hash);

    if (WL_LIKELY_FALSE(index == WL_NOBODY)) {
        wl_bygone_prefetch(&f->bygone, ahead->hash);
    } else {
        ahead->flow = wl_slab_at(&f->slab, index);
        wl_prefetch(ahead->flow, sizeof(struct wl_flow));
    }
}

enum { LAYER_HOT = 192 }; /* octets at the front of a layer's state that are worth fetching */

/* Where the table is in the cache, or near it. */
static void look_near(const struct wl_flows *f, const struct wl_glance *glances, const bool *mine,
                      struct wl_ahead *ahead, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        ahead[i].flow = NULL;
        if (WL_LIKELY_FALSE(!is_wanted(glances, mine, i)))
            continue;
        ahead[i].hash = hash_glance(f, &glances[i]);
        prefetch_flow(f, &ahead[i]);
    }
}

/* Where it is not: first asks for all slots. */
static void look_far(const struct wl_flows *f, const struct wl_glance *glances, const bool *mine,
                     struct wl_ahead *ahead, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        ahead[i].flow = NULL;
        if (WL_LIKELY_FALSE(!is_wanted(glances, mine, i)))
            continue;
        ahead[i].hash = hash_glance(f, &glances[i]);
        wl_table_prefetch(&f->table, ahead[i].hash);
    }
    for (size_t i = 0; i < n; i++) {
        if (WL_LIKELY_TRUE(is_wanted(glances, mine, i)))
            prefetch_flow(f, &ahead[i]);
    }
}

/* Has it octets, or does it end something? */
static bool speaks(const struct wl_glance *g)
{
    return (unsigned)(g->n > 0) | (unsigned)((wl_glance_flags(g) & (WL_TCP_FIN | WL_TCP_RST)) != 0);
}

/* The connections have come: asks for their channels, and for what is noted of their ends. */
static void prefetch_channels(const struct wl_flows *f, const struct wl_glance *glances,
                              const bool *mine, const struct wl_ahead *ahead, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct wl_flow *flow = ahead[i].flow;

        if (!flow) {
            if (is_wanted(glances, mine, i))
                wl_bygone_prefetch_entry(&f->bygone, ahead[i].hash);
            continue;
        }
        if (wl_flow_first_fin(flow)) /* it may be over soon, and is known as such from then on */
            wl_bygone_prefetch(&f->bygone, ahead[i].hash);
        if (speaks(&glances[i]) || !(flow->tcp.flags & WL_FLOW_LEARNT))
            wl_prefetch(wl_flow_origin(flow), sizeof(struct wl_origin));
        if (speaks(&glances[i]) && wl_flow_channel(flow))
            wl_prefetch(flow->of.channel, WL_CHANNEL_HOT);
    }
}

/* The channels have come: asks for what their layers hold. */
static void prefetch_layers(const struct wl_glance *glances, const struct wl_ahead *ahead, size_t n)
{
    for (unsigned step = 0; step < 2; step++) {
        for (size_t i = 0; i < n; i++) {
            struct wl_flow *flow = ahead[i].flow;
            const struct wl_channel *ch = NULL;

            if (flow && speaks(&glances[i]))
                ch = wl_flow_channel(flow);
            if (ch) { /* where it goes, as far as ports tell */
                wl_channel_prefetch(ch, step,
                                    memcmp(flow->port[0], glances[i].tcp, 2) == 0 ? WL_TO_SERVER
                                                                                  : WL_TO_CLIENT);
            }
        }
    }
}

/* Where they are few, they lie in the second cache. Rounds for all of a burst would cost more than
 * they save; but what the packets after this one will find is asked for while this one is worked
 * on: of the second its channel, of the first, whose channel has come, what its layer keeps. */
static WL_INLINE void look_on(const struct wl_ahead *ahead)
{
    const struct wl_flow *first = ahead[1].flow, *second = ahead[2].flow;
    const struct wl_channel *ch = first ? wl_flow_channel(first) : NULL;

    if (second && wl_flow_channel(second))
        wl_prefetch(second->of.channel, WL_CHANNEL_HOT);
    if (ch && ch->layer.state)
        wl_prefetch(ch->layer.state, LAYER_HOT);
}

void wl_flows_look(const struct wl_flows *f, const struct wl_glance *glances, const bool *mine,
                   struct wl_ahead *ahead, size_t n)
{
    if (f->slab.n < WL_MANY) { /* what follows is in the cache, too */
        look_near(f, glances, mine, ahead, n);
        return;
    }
    look_far(f, glances, mine, ahead, n);
    prefetch_channels(f, glances, mine, ahead, n);
    prefetch_layers(glances, ahead, n);
}

/* ------------------------------------------------------------------------------------- taking */

/* Octets that somebody looks at, or an acknowledgement that somebody asked for. */
static WL_ASIDE void show(struct wl_flows *f, const struct wl_found *found,
                          const struct wl_packet *p, const struct wl_glance *g)
{
    const struct wl_span payload = wl_span(g->tcp + g->header, g->n);
    const struct wl_seen seen = wl_flows_see(found, p, g);
    struct wl_tcp *t = &found->flow->tcp;

    *f->cfg.packet = p->ordinal;
    wl_flows_take_in_hand(f, found->flow);
    if (WL_LIKELY_TRUE(t->way[found->dir].skip == 0 && g->n && !(t->flags & WL_TCP_WANT_ACKS))) {
        wl_tcp_show(&f->stream.tcp, t, &f->hand, found->dir, payload, &seen);
    } else {
        wl_tcp_in_order(&f->stream.tcp, t, &f->hand, found->dir, payload, &seen);
    }
    if (WL_LIKELY_FALSE(f->refused != *f->refusals))
        wl_flows_relieve(f, found->flow);
}

/* There was none: a packet of the same burst may have opened it since. */
static WL_ASIDE struct wl_flow *look_again(const struct wl_flows *f, uint64_t hash)
{
    const uint32_t index = wl_table_first(&f->table, hash);

    return index == WL_NOBODY ? NULL : wl_slab_at(&f->slab, index);
}

static WL_INLINE void take_one(struct wl_flows *f, const struct wl_packet *p,
                               const struct wl_glance *g, const struct wl_ahead *ahead)
{
    const uint32_t usual = WL_TCP_BOTH(WL_TCP_BASE | WL_TCP_ACKED) | WL_FLOW_LEARNT;
    const uint32_t unusual = WL_TCP_BOTH(WL_TCP_CLOSED) | WL_TCP_RESET | WL_TCP_SLOW;
    const struct wl_ends ends = wl_ends_of_glance(g);
    const uint32_t n = g->n, ack = wl_glance_ack(g);
    struct wl_flow *flow = WL_LIKELY_TRUE(ahead->flow != NULL) ? ahead->flow
                                                               : look_again(f, ahead->hash);
    struct wl_found found = {flow, WL_TO_SERVER};
    struct wl_tcp_way *w, *o;
    int32_t newer;

    if (WL_LIKELY_FALSE(!flow || !wl_flow_is_of(flow, &ends, &found.dir))) {
        found.flow = NULL;
        wl_flows_shake_hands(f, p, g, &found, ahead->hash);
        return;
    }
    w = &flow->tcp.way[found.dir];
    o = &flow->tcp.way[1 - found.dir];
    if (WL_LIKELY_FALSE((flow->tcp.flags & (usual | unusual)) != usual ||
                        (wl_glance_flags(g) | WL_TCP_PSH) != (WL_TCP_ACK | WL_TCP_PSH) ||
                        g->lost != 0 || wl_glance_seq(g) != w->next ||
                        (int32_t)(ack - o->next) > 0)) {
        wl_flows_shake_hands(f, p, g, &found, ahead->hash);
        return;
    }
    wl_flows_note(f, &found, p, g);
    /* what differs from packet to packet is arithmetic: a branch on it could not be foretold */
    newer = (int32_t)(ack - o->acked);
    o->acked += (uint32_t)(newer > 0 ? newer : 0);
    /* no octets, or less than is left of content of known length: not looked at */
    if (WL_LIKELY_TRUE(!(flow->tcp.flags & WL_TCP_WANT_ACKS)) &&
        w->skip >= (uint64_t)n + (n != 0)) {
        w->offset += n;
        w->next += n;
        w->skip -= n;
        return;
    }
    show(f, &found, p, g);
}

size_t wl_flows_take(struct wl_flows *f, const struct wl_packet *packets,
                     const struct wl_glance *glances, const bool *mine,
                     const struct wl_ahead *ahead, size_t from, size_t n)
{
    size_t i = from;

    do {
        wl_scout_go(f->scout);
        if (i + 2 < n && f->slab.n < WL_MANY)
            look_on(&ahead[i]);
        if (!mine || mine[i])
            take_one(f, &packets[i], &glances[i], &ahead[i]);
        i++;
    } while (i < n && glances[i].tcp && !wl_flows_advance(f, packets[i].t));
    return i;
}
