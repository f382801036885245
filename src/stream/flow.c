/* flow.c - the connection table of one shard: numbering, recency, expiry, eviction.
 * SPDX-License-Identifier: MIT
 *
 * Open connections live in a slab of blocks that never move, are found by a hash of their unordered
 * pair of endpoints, and hang in a list of their partition in the order of their last packets. Those
 * that are over leave the slab; bygone.c keeps their numbers, because a late packet of theirs must
 * not count as a new connection. They are the first of their partition to go when it is full.
 *
 * What every packet touches of a connection (struct wl_flow) and what is asked for at its ends
 * (struct wl_origin) lie apart, so that the first is two cache lines and the second stays out of
 * the cache. Most packets never get here: burst.c takes them.
 *
 * A connection ends when both FINs were acknowledged (or limits.settle after them), by a RST, when
 * its addresses are taken over, by expiry, eviction, or with the capture. Its record is given then.
 */
#include "flows.h"

enum {
    RECALL = 256 << 10,      /* octets remembered to compare retransmissions with, */
    RECALL_LEAST = 12 << 10, /* in each partition as many at least, */
    RECALL_SEGMENTS = 32,    /* in as many segments; more where there is more room, */
    RECALL_PER = 512,        /* one for so many octets */
    RELIEF = 4,      /* evicted once memory was refused: one may give back less than one takes */
    TTL_FAR = 10,    /* hops that a RST's TTL must differ by to be suspect */
    ID_FAR = 4096,   /* the same for its IP identification */
    ID_STEADY = 256, /* steps of an IP identification that counts packets */
};

static inline struct wl_flow *at(const struct wl_flows *f, uint32_t i)
{
    return wl_slab_at(&f->slab, i);
}

static struct wl_origin *origin_at(const struct wl_flows *f, uint32_t i)
{
    return wl_flow_origin(at(f, i));
}

/* -------------------------------------------------------------------------------------- keys */

static uint64_t hash_ends(const struct wl_flows *f, const struct wl_endpoint *a,
                          const struct wl_endpoint *b)
{
    bool swapped;

    return wl_pair_hash(a, b, f->seed, &swapped);
}

/* The hash of a connection's pair; *ret_swapped: its end 1 is the smaller. */
static uint64_t hash_flow(struct wl_flow *flow, uint64_t seed, bool *ret_swapped)
{
    struct wl_endpoint ends[2];

    if (WL_LIKELY_TRUE(flow->family == 4)) {
        return wl_pair_hash_ipv4(wl_pair_number(flow->ip[0], wl_flow_port(flow, 0)),
                                 wl_pair_number(flow->ip[1], wl_flow_port(flow, 1)), seed,
                                 ret_swapped);
    }
    wl_flow_end(flow, 0, &ends[0]);
    wl_flow_end(flow, 1, &ends[1]);
    return wl_pair_hash(&ends[0], &ends[1], seed, ret_swapped);
}

static uint64_t hash_of(const struct wl_flows *f, uint32_t i)
{
    bool swapped;

    return hash_flow(at(f, i), f->seed, &swapped);
}

/* The last four octets of an address: all of IPv4. */
static const uint8_t *end_of_address(const struct wl_endpoint *e)
{
    return e->family == 6 ? e->ip + WL_IPV6_BEGIN : e->ip;
}

static void put_port(uint8_t octets[2], uint16_t port)
{
    octets[0] = (uint8_t)(port >> 8);
    octets[1] = (uint8_t)port;
}

void wl_flow_end(struct wl_flow *flow, unsigned i, struct wl_endpoint *ret)
{
    *ret = (struct wl_endpoint){.port = wl_flow_port(flow, i), .family = flow->family};
    if (flow->family == 6) {
        const struct wl_ipv6_begin *begin = &wl_flow_block(flow)->ipv6[flow->place];

        memcpy(ret->ip, begin->ip[i], WL_IPV6_BEGIN);
        memcpy(ret->ip + WL_IPV6_BEGIN, flow->ip[i], sizeof(flow->ip[i]));
    } else {
        memcpy(ret->ip, flow->ip[i], sizeof(flow->ip[i]));
    }
}

/* The block of an IPv6 connection has room for it. */
static void set_end(struct wl_flow *flow, unsigned i, const struct wl_endpoint *e)
{
    flow->family = e->family;
    put_port(flow->port[i], e->port);
    memcpy(flow->ip[i], end_of_address(e), sizeof(flow->ip[i]));
    if (e->family == 6)
        memcpy(wl_flow_block(flow)->ipv6[flow->place].ip[i], e->ip, WL_IPV6_BEGIN);
}

bool wl_flow_is_ipv6(struct wl_flow *flow, unsigned from, const uint8_t *src, const uint8_t *dst)
{
    const struct wl_ipv6_begin *begin = &wl_flow_block(flow)->ipv6[flow->place];

    return memcmp(begin->ip[from], src, WL_IPV6_BEGIN) == 0 &&
           memcmp(begin->ip[1 - from], dst, WL_IPV6_BEGIN) == 0;
}

/* ------------------------------------------------------------------------------------ endings */

/* Both directions were closed in order. */
static bool is_closed(const struct wl_tcp *t)
{
    return wl_tcp_is(t, WL_TO_SERVER, WL_TCP_CLOSED) && wl_tcp_is(t, WL_TO_CLIENT, WL_TCP_CLOSED);
}

/* Gives the record of a connection, and everything it holds but its entry back. */
static void give_record(struct wl_flows *f, uint32_t i, enum wl_end how)
{
    struct wl_flow *flow = at(f, i);
    const struct wl_hand hand = {&f->stream, flow};
    struct wl_seen seen = {
        .packet = flow->last_packet,
        .frame = flow->last_frame,
        .t = flow->t_last,
        .acked = WL_NONE,
    };
    struct wl_conn_record *rec;

    wl_flows_take_in_hand(f, flow);
    wl_tcp_flush(&f->stream.tcp, &flow->tcp, &f->hand, &seen);
    if (is_closed(&flow->tcp)) {
        how = WL_END_CLOSED;
    } else if (flow->tcp.flags & WL_TCP_RESET) {
        how = WL_END_RESET;
    }
    if (wl_flow_channel(flow)) {
        enum wl_dir by = wl_flow_first_fin(flow) == 2 ? WL_TO_CLIENT : WL_TO_SERVER;

        wl_channel_finish(wl_flow_channel(flow), how, by, f->now, &seen);
    }
    rec = wl_channel_record(&hand);
    wl_channel_free(&hand);
    if (!rec) {
        f->cfg.host->counters->refused++;
        return;
    }
    rec->end = how;
    if (f->cfg.closed) {
        f->cfg.closed(f->cfg.user, rec);
    } else {
        wl_arena_free(rec->arena);
    }
}

/* Gives the record of a connection of that hash and takes it out of the table. */
static void end_hashed(struct wl_flows *f, uint32_t i, uint64_t hash, enum wl_end how)
{
    give_record(f, i, how);
    (void)wl_table_remove(&f->table, hash, i);
    wl_slab_give(&f->slab, i);
}

static void end_flow(struct wl_flows *f, uint32_t i, enum wl_end how)
{
    end_hashed(f, i, hash_of(f, i), how);
}

/* The same for one that is over by itself: its number is kept. */
static void retire_flow(struct wl_flows *f, struct wl_flow *flow, uint64_t hash, enum wl_end how)
{
    const struct wl_origin *origin = wl_flow_origin(flow);
    struct wl_bygone_key key = {.hash = hash};
    uint32_t base[2];
    unsigned known;
    bool swapped;

    key.check = hash_flow(flow, f->other_seed, &swapped);
    base[0] = origin->base[swapped];
    base[1] = origin->base[!swapped];
    known = (flow->tcp.flags & (swapped ? WL_FLOW_BASE_1 : WL_FLOW_BASE_0) ? 1 : 0) |
            (flow->tcp.flags & (swapped ? WL_FLOW_BASE_0 : WL_FLOW_BASE_1) ? 2u : 0);
    /* refused: it is forgotten, and a late packet of it will count as a new connection */
    if (!wl_bygone_add(&f->bygone, &key, origin->partition, base, known, flow->t_last))
        f->cfg.host->counters->refused++;
    end_hashed(f, wl_slab_index(flow), hash, how);
}

/* Forgets the stalest connection of a partition, which holds some, those that are over first. What
 * the next time will touch lies anywhere by then, and is asked for. */
static void evict(struct wl_flows *f, uint32_t partition)
{
    uint32_t next;

    if (wl_bygone_evict(&f->bygone, partition))
        return;
    end_flow(f, wl_slab_stalest(&f->slab, partition), WL_END_EVICTED);
    next = f->slab.of[partition].oldest;
    if (next != WL_NOBODY) {
        wl_prefetch(at(f, next), sizeof(struct wl_entry));
        if (at(f, next)->newer != WL_NOBODY)
            wl_prefetch(at(f, at(f, next)->newer), sizeof(struct wl_flow));
    }
}

/* Ends the stalest of all open connections, unless that is busy; false: it is, or there is none. */
static bool relieve(struct wl_flows *f, const struct wl_flow *busy)
{
    const struct wl_partitions *p = &f->partitions;
    struct wl_flow *stalest = NULL;

    for (uint32_t k = p->first; k < p->end; k++) {
        const uint32_t i = wl_slab_stalest(&f->slab, k);

        if (i != WL_NOBODY && (!stalest || at(f, i)->last_packet < stalest->last_packet))
            stalest = at(f, i);
    }
    if (!stalest || stalest == busy)
        return false;
    end_flow(f, wl_slab_index(stalest), WL_END_EVICTED);
    return true;
}

void wl_flows_relieve(struct wl_flows *f, struct wl_flow *busy)
{
    f->refused = *f->refusals;
    for (int n = 0; n < RELIEF && relieve(f, busy); n++)
        continue;
}

void wl_flows_end_if_over(struct wl_flows *f, struct wl_flow *flow, uint64_t hash, bool waited)
{
    const struct wl_tcp *t = &flow->tcp;

    if (t->flags & WL_TCP_RESET) {
        retire_flow(f, flow, hash, WL_END_RESET);
        return;
    }
    if (!is_closed(t))
        return;
    /* the acknowledgement of the last FIN belongs to the connection, when it comes soon */
    if (waited || !wl_flow_channel(flow) ||
        (t->way[0].acked == t->way[0].next + 1 && t->way[1].acked == t->way[1].next + 1)) {
        retire_flow(f, flow, hash, WL_END_CLOSED);
    } else {
        wl_channel_wake_later(wl_flow_channel(flow));
    }
}

/* The same after time has passed. */
static void end_if_due(struct wl_flows *f, struct wl_flow *flow, bool waited)
{
    if (wl_flow_ends(flow))
        wl_flows_end_if_over(f, flow, hash_of(f, wl_slab_index(flow)), waited);
}

/* ------------------------------------------------------------------------------------ openings */

/* Which end a first segment comes from: 0 is the supposed client. */
static enum wl_dir guess(const struct wl_segment *seg)
{
    if (seg->flags & WL_TCP_SYN) /* RFC 9293 3.5: the server's SYN carries an ACK */
        return seg->flags & WL_TCP_ACK ? WL_TO_CLIENT : WL_TO_SERVER;
    return seg->src.port < seg->dst.port ? WL_TO_CLIENT : WL_TO_SERVER;
}

static bool wanted_port(const struct wl_config *cfg, uint16_t port)
{
    for (size_t i = 0; i < cfg->n_ports; i++) {
        if (cfg->ports[i] == port)
            return true;
    }
    return cfg->n_ports == 0;
}

/* Makes sure that one more connection of that partition fits. */
static bool make_room(struct wl_flows *f, uint32_t partition)
{
    const uint64_t n_over = f->bygone.of[partition].n;

    if (f->slab.of[partition].n + n_over >= wl_partition_max(&f->partitions, partition)) {
        /* what is over gives way without a word: its number is all that is forgotten */
        if (n_over == 0)
            f->cfg.host->limits[WL_LIMIT_max_connections]++;
        evict(f, partition);
    }
    /* no memory: what is over has no entry to give */
    return f->slab.free != WL_NOBODY || wl_slab_grow(&f->slab) || relieve(f, NULL);
}

struct wl_flow *wl_flows_enter(struct wl_flows *f, const struct wl_segment *seg, uint64_t hash,
                               enum wl_dir *ret)
{
    const struct wl_config *cfg = f->cfg.host->cfg;
    const uint32_t partition = wl_partition_of(&f->partitions, &seg->src, &seg->dst);
    struct wl_origin *origin;
    struct wl_flow *flow;
    uint32_t i;
    enum wl_dir dir = guess(seg);

    if (!make_room(f, partition) || (seg->src.family == 6 && !wl_slab_make_ipv6_room(&f->slab)) ||
        wl_table_add(&f->table, hash, f->slab.free) < 0) {
        f->cfg.host->counters->refused++;
        return NULL;
    }
    i = f->slab.free;
    flow = wl_slab_take(&f->slab, partition);
    origin = wl_flow_origin(flow);
    f->shuffled |= f->n_opened && i < f->last_used;
    f->last_used = i;
    if (!(seg->flags & WL_TCP_SYN) && cfg->n_ports &&
        wanted_port(cfg, (dir == WL_TO_SERVER ? &seg->src : &seg->dst)->port))
        dir = dir == WL_TO_SERVER ? WL_TO_CLIENT : WL_TO_SERVER; /* that is the server's, then */
    *origin = (struct wl_origin){
        .id = seg->packet,
        .number = f->n_opened++ & WL_NUMBERS,
        .partition = partition & (WL_PARTITIONS - 1),
        .t_first = seg->t,
        .first_frame = seg->frame,
    };
    set_end(flow, dir, &seg->src);
    set_end(flow, 1 - dir, &seg->dst);
    if (!wanted_port(cfg, wl_flow_port(flow, 1))) {
        flow->tcp.flags |= WL_FLOW_IGNORED;
        flow->tcp.way[0].skip = flow->tcp.way[1].skip = UINT64_MAX / 2;
    }
    f->cfg.host->counters->connections++;
    if (!(seg->flags & WL_TCP_SYN))
        f->cfg.host->counters->midstream++;
    if (f->cfg.opened) {
        const struct wl_opened_ref ref = {
            .id = origin->id,
            .number = origin->number,
            .t_first = origin->t_first,
            .client = dir == WL_TO_SERVER ? &seg->src : &seg->dst,
            .server = dir == WL_TO_SERVER ? &seg->dst : &seg->src,
            .midstream = !(seg->flags & WL_TCP_SYN),
        };

        f->cfg.opened(f->cfg.user, &ref);
    }
    *ret = dir;
    return flow;
}

/* The flag of a connection whose base[dir] is known. */
static inline uint32_t base_bit(enum wl_dir dir)
{
    static_assert(WL_FLOW_BASE_1 == WL_FLOW_BASE_0 << 1, "a bit for each direction");
    return (uint32_t)WL_FLOW_BASE_0 << (unsigned)dir;
}

/*
 * Whether seg begins a connection of its own on a pair that is known. Wireshark remembers for each
 * direction the first sequence number it learned of, from the segment itself or from the other
 * side's acknowledgement, and a SYN without ACK that has another one is a new connection; FIN, RST
 * and time make no difference (found by experiment with tshark 4.0).
 */
static bool begins_anew(const struct wl_segment *seg, bool known, uint32_t base)
{
    return (seg->flags & (WL_TCP_SYN | WL_TCP_ACK)) == WL_TCP_SYN && known && base != seg->seq;
}

static bool flow_begins_anew(struct wl_flow *flow, enum wl_dir dir, const struct wl_segment *seg)
{
    return seg->flags & WL_TCP_SYN &&
           begins_anew(seg, flow->tcp.flags & base_bit(dir), wl_flow_origin(flow)->base[dir]);
}

/* What a segment says of where its own direction began, and the other one. */
static uint32_t base_of(const struct wl_segment *seg)
{
    return seg->flags & WL_TCP_SYN ? seg->seq : seg->seq - 1;
}

static void learn_numbers(struct wl_flow *flow, enum wl_dir dir, const struct wl_segment *seg)
{
    const enum wl_dir other = dir == WL_TO_SERVER ? WL_TO_CLIENT : WL_TO_SERVER;

    if (!(flow->tcp.flags & base_bit(dir))) {
        flow->tcp.flags |= base_bit(dir);
        wl_flow_origin(flow)->base[dir] = base_of(seg);
    }
    if (!(flow->tcp.flags & base_bit(other)) && seg->flags & WL_TCP_ACK) {
        flow->tcp.flags |= base_bit(other);
        wl_flow_origin(flow)->base[other] = seg->ack - 1;
    }
}

bool wl_flows_is_late(struct wl_flows *f, const struct wl_segment *seg, uint64_t hash)
{
    struct wl_bygone_key key = {.hash = hash};
    bool swapped;
    uint32_t i, base;
    bool known;

    if (!wl_bygone_maybe(&f->bygone, hash))
        return false;
    key.check = wl_pair_hash(&seg->src, &seg->dst, f->other_seed, &swapped);
    i = wl_bygone_find(&f->bygone, &key);
    if (i == WL_BYGONE_NOBODY)
        return false;
    known = wl_bygone_base(&f->bygone, i, swapped, &base);
    if (begins_anew(seg, known, base)) {
        wl_bygone_remove(&f->bygone, i);
        return false;
    }
    wl_bygone_seen(&f->bygone, i, seg->t);
    wl_bygone_learn(&f->bygone, i, swapped, base_of(seg));
    if (seg->flags & WL_TCP_ACK)
        wl_bygone_learn(&f->bygone, i, !swapped, seg->ack - 1);
    return true;
}

/* ------------------------------------------------------------------------------------ segments */

/* A RST may come from a third party, which is elsewhere and counts its packets otherwise. Suspect
 * is what is far from anything the sender did before, and all of it where no packet shows how the
 * sender counts; 0 says nothing (RFC 6864 4.1). */
static WL_ASIDE bool is_suspect(const struct wl_flow *flow, enum wl_dir dir,
                                const struct wl_segment *seg)
{
    const uint16_t last = (uint16_t)flow->ip_ids[dir], before = (uint16_t)(flow->ip_ids[dir] >> 16);
    const bool is_steady = before && last && (uint16_t)(last - before) <= ID_STEADY;
    int hops = (int)seg->ttl - flow->ttl[dir];
    uint16_t id = (uint16_t)(seg->ip_id - last);

    if (!flow->ttl[dir])
        return true;
    if (hops >= TTL_FAR || hops <= -TTL_FAR)
        return true;
    return is_steady && seg->ip_id && id >= ID_FAR && id <= UINT16_MAX - ID_FAR;
}

/* From the SYN to the client's first acknowledgement, as seen at the capture point. */
static void measure_handshake(struct wl_flow *flow, enum wl_dir dir, const struct wl_segment *seg)
{
    wl_ns *rtt = &wl_flow_origin(flow)->rtt;

    if (flow->tcp.flags & WL_FLOW_TIMED)
        return;
    if (dir == WL_TO_CLIENT) {
        if ((seg->flags & (WL_TCP_SYN | WL_TCP_ACK)) == (WL_TCP_SYN | WL_TCP_ACK))
            wl_flow_origin(flow)->ttl = seg->ttl;
        return;
    }
    if ((seg->flags & (WL_TCP_SYN | WL_TCP_ACK)) == WL_TCP_SYN) {
        *rtt = seg->t; /* of a repeated SYN the last one counts */
    } else if (seg->flags & WL_TCP_ACK && wl_tcp_is(&flow->tcp, WL_TO_CLIENT, WL_TCP_OPENED) &&
               *rtt) {
        *rtt = seg->t > *rtt ? seg->t - *rtt : 0;
        flow->tcp.flags |= WL_FLOW_TIMED;
    }
}

/* Whose direction is seg's, if the connection is its own? */
static bool is_of(struct wl_flow *flow, const struct wl_segment *seg, enum wl_dir *ret)
{
    const struct wl_endpoint *const ends[2] = {&seg->src, &seg->dst};
    struct wl_ends e = {.family = seg->src.family, .begin = {seg->src.ip, seg->dst.ip}};
    uint8_t ip[2][4], port[2][2];

    for (unsigned i = 0; i < 2; i++) {
        memcpy(ip[i], end_of_address(ends[i]), sizeof(ip[i]));
        put_port(port[i], ends[i]->port);
    }
    memcpy(&e.ip, ip, sizeof(e.ip));
    memcpy(&e.port, port, sizeof(e.port));
    return wl_flow_is_of(flow, &e, ret);
}

/* Finds the connection of a segment. */
static struct wl_found find(const struct wl_flows *f, const struct wl_segment *seg, uint64_t hash)
{
    struct wl_found ret = {NULL, WL_TO_SERVER};
    size_t probe = 0;
    uint32_t i;

    while (!ret.flow && (i = wl_table_find(&f->table, hash, &probe)) != WL_NOBODY) {
        if (is_of(at(f, i), seg, &ret.dir))
            ret.flow = at(f, i);
    }
    return ret;
}

/* The segment is not that of the connection that was looked up beforehand: that has gone since, or
 * begins anew, or was not the right one. Finds or opens its own; NULL when it has none. */
static WL_ASIDE struct wl_found find_or_open(struct wl_flows *f, const struct wl_segment *seg,
                                             uint64_t hash)
{
    struct wl_found found = find(f, seg, hash);

    if (found.flow && !flow_begins_anew(found.flow, found.dir, seg))
        return found;
    if (found.flow) {
        end_flow(f, wl_slab_index(found.flow), WL_END_REUSED);
        found.flow = NULL;
    } else if (wl_flows_is_late(f, seg, hash)) {
        return found;
    }
    found.flow = wl_flows_enter(f, seg, hash, &found.dir);
    return found;
}

/* The first segments of a connection say how it began. */
static WL_ASIDE void get_to_know(struct wl_flow *flow, enum wl_dir dir,
                                 const struct wl_segment *seg)
{
    const uint32_t bases = WL_FLOW_BASE_0 | WL_FLOW_BASE_1;

    learn_numbers(flow, dir, seg);
    measure_handshake(flow, dir, seg);
    flow->tcp.flags &= ~(uint32_t)WL_FLOW_LEARNT;
    /* an acknowledgement ends the handshake, if it has begun */
    if ((flow->tcp.flags & bases) == bases &&
        (flow->tcp.flags & WL_FLOW_TIMED || wl_flow_origin(flow)->rtt == 0))
        flow->tcp.flags |= WL_FLOW_LEARNT;
}

/* A segment of a connection of that hash. */
static WL_INLINE void take(struct wl_flows *f, const struct wl_found *found, uint64_t hash,
                           const struct wl_segment *seg)
{
    struct wl_flow *flow = found->flow;
    const enum wl_dir dir = found->dir;
    bool suspect;

    wl_slab_touch(&f->slab, flow);
    flow->t_last = seg->t;
    flow->tcp.packets++;
    flow->last_packet = seg->packet;
    flow->last_frame = seg->frame;
    if (WL_LIKELY_FALSE((flow->tcp.flags & WL_FLOW_KNOWN) != WL_FLOW_KNOWN))
        get_to_know(flow, dir, seg);
    suspect = WL_LIKELY_FALSE(seg->flags & WL_TCP_RST) && is_suspect(flow, dir, seg);
    if (WL_LIKELY_TRUE(!(seg->flags & WL_TCP_RST)))
        wl_flow_remember_sender(flow, dir, seg->ip_id, seg->ttl);
    wl_flows_take_in_hand(f, flow);
    wl_tcp_segment(&f->stream.tcp, &flow->tcp, &f->hand, dir, seg, suspect);
    if (WL_LIKELY_FALSE(wl_flow_ends(flow)))
        wl_flows_end_if_over(f, flow, hash, false);
    if (WL_LIKELY_FALSE(f->refused != *f->refusals))
        wl_flows_relieve(f, flow);
}

void wl_flows_take_odd(struct wl_flows *f, const struct wl_packet *packet,
                       const struct wl_glance *g, const struct wl_found *found, uint64_t hash)
{
    struct wl_found own = *found;
    struct wl_segment seg;

    *f->cfg.packet = packet->ordinal;
    wl_glance_read(packet, g, &seg);
    if (!own.flow || (seg.flags & (WL_TCP_SYN | WL_TCP_ACK)) == WL_TCP_SYN) {
        wl_glance_end(g, 0, &seg.src);
        wl_glance_end(g, 1, &seg.dst);
        own = find_or_open(f, &seg, hash);
    }
    if (own.flow)
        take(f, &own, hash, &seg);
}

void wl_flows_segment(struct wl_flows *f, const struct wl_segment *seg)
{
    const uint64_t hash = hash_ends(f, &seg->src, &seg->dst);
    struct wl_found found;

    f->now = seg->t;
    *f->cfg.packet = seg->packet;
    found = find_or_open(f, seg, hash);
    if (found.flow)
        take(f, &found, hash, seg);
}

/* ---------------------------------------------------------------------------------------- time */

/*
 * The clock by which things are waited for never goes back. Packets a little out of order do not
 * turn it; when time jumps back for good (another file, a clock that was set), it goes on from
 * where it was.
 */
bool wl_flows_clock(struct wl_flows *f, wl_ns now)
{
    /* Who turns time back for more than 73 years in all stops this clock: its sums have to fit, and
     * what is waited for is in the order of its times. It goes on when time has caught up. */
    const wl_ns most = WL_LATEST / 2;

    if (!f->started) {
        f->skew = 1 - now; /* it starts at 1: 0 means never */
        f->high = f->before = now;
    }
    f->started = true;
    if (f->high - now > WL_TIME_JUMP && f->high - now > most - f->skew) {
        f->now = now;
        return f->stream.tcp.clock >= f->due;
    }
    if (f->high - now > WL_TIME_JUMP) {
        f->skew += f->high - now;
        f->high = f->before = now;
    }
    return wl_flows_advance(f, now);
}

/* Ends what has been silent for idle_timeout. */
static void expire_idle(struct wl_flows *f, wl_ns now, wl_ns timeout)
{
    const struct wl_partitions *p = &f->partitions;
    wl_ns since = now;

    wl_bygone_expire(&f->bygone, now, timeout);
    if (!wl_slab_stale(&f->slab, now, timeout))
        return;
    for (uint32_t k = p->first; k < p->end; k++) {
        const struct wl_recency *list = &f->slab.of[k];

        while (list->oldest != WL_NOBODY && now - at(f, list->oldest)->t_last > timeout)
            end_flow(f, list->oldest, WL_END_IDLE);
        if (list->oldest != WL_NOBODY && at(f, list->oldest)->t_last < since)
            since = at(f, list->oldest)->t_last;
    }
    f->slab.since = since;
}

/* Before which time nothing will be due: what is not waited for yet will be waited for at least as
 * long as the shorter of the two delays. */
static wl_ns next_due(const struct wl_flows *f)
{
    wl_ns settle = (wl_ns)wl_min_u64(f->cfg.host->cfg->limits.settle, INT64_MAX / 4);
    wl_ns due = f->stream.tcp.clock +
                (settle < WL_TCP_PATIENCE_OVER ? settle : WL_TCP_PATIENCE_OVER);

    if (f->cfg.host->cfg->limits.idle_timeout)
        return 0;
    due = wl_tcp_next_due(&f->stream.tcp, due);
    return wl_channel_next_due(&f->stream, due);
}

void wl_flows_work(struct wl_flows *f, wl_ns now)
{
    wl_ns timeout = (wl_ns)f->cfg.host->cfg->limits.idle_timeout;
    struct wl_channel *ch;
    struct wl_tcp *t;

    if (f->high - f->before >= WL_TIME_STEP)
        f->stream.tcp.stepped = f->high;
    f->before = f->high;
    while ((t = wl_tcp_due(&f->stream.tcp))) {
        struct wl_flow *flow = WL_CONTAINER(t, struct wl_flow, tcp);

        wl_flows_take_in_hand(f, flow);
        wl_tcp_expire(&f->stream.tcp, t, &f->hand);
        end_if_due(f, flow, false);
    }
    while ((ch = wl_channel_due(&f->stream))) {
        struct wl_flow *flow = wl_channel_flow(ch);

        if (f->slab.n >= WL_MANY)
            wl_channel_prefetch_due(ch);
        wl_channel_wake(ch, now);
        end_if_due(f, flow, true);
    }
    if (timeout > 0)
        expire_idle(f, now, timeout);
    f->due = next_due(f);
}

/* --------------------------------------------------------------------------------- life cycle */

static bool make_recalls(struct wl_flows *f)
{
    const struct wl_partitions *p = &f->partitions;
    const uint32_t octets = (uint32_t)wl_max_u64(RECALL / p->n, RECALL_LEAST);
    const uint32_t segments = (uint32_t)wl_max_u64(octets / RECALL_PER, RECALL_SEGMENTS);

    for (uint32_t k = p->first; k < p->end; k++) {
        f->recalls[k] = wl_recall_new(f->cfg.host->budget, octets, segments);
        if (!f->recalls[k])
            return false;
    }
    return true;
}

static void release_recalls(struct wl_flows *f)
{
    for (uint32_t k = f->partitions.first; k < f->partitions.end; k++)
        wl_recall_free(f->recalls[k]);
}

struct wl_flows *wl_flows_new(const struct wl_flows_config *cfg)
{
    struct wl_budget *b = cfg->host->budget;
    const struct wl_limits *limits = &cfg->host->cfg->limits;
    struct wl_flows *f = wl_alloc(b, sizeof(*f));
    size_t max;

    if (!f)
        return NULL;
    f->cfg = *cfg;
    f->partitions = cfg->partitions.n ? cfg->partitions
                                      : wl_partitions_of(limits->max_connections, 0, 1);
    /* who has no partition gets no segment either */
    max = (size_t)wl_max_u64(wl_partitions_own_max(&f->partitions), 1);
    f->scout = &f->nobody;
    if (!f->cfg.packet)
        f->cfg.packet = &f->unheard;
    f->refusals = &b->refused;
    wl_slab_init(&f->slab, b, limits->idle_timeout || f->partitions.max < WL_MANY, f->partitions.n);
    f->seed = wl_seed();
    f->other_seed = wl_seed();
    wl_stream_init(&f->stream, cfg->host, cfg->layers);
    f->hand.stream = &f->stream;
    if (wl_table_init(&f->table, b, max) < 0)
        goto no_table;
    if (wl_bygone_init(&f->bygone, b, max) < 0)
        goto no_bygone;
    wl_tcp_env_init(&f->stream.tcp, &wl_channel_out, cfg->host);
    if (!make_recalls(f))
        goto no_recalls;
    return f;
no_recalls:
    release_recalls(f);
    wl_bygone_release(&f->bygone);
no_bygone:
    wl_table_release(&f->table);
no_table:
    wl_free(b, f, sizeof(*f));
    return NULL;
}

/* An open connection, for sorting. */
struct remaining {
    uint64_t id;
    uint32_t index;
};

static int by_number(const void *a, const void *b)
{
    const struct remaining *x = a, *y = b;

    return (x->id > y->id) - (x->id < y->id);
}

/* Two chains of connections, each in the order of its numbers, as one. */
static uint32_t merge_chains(const struct wl_flows *f, uint32_t a, uint32_t b)
{
    uint32_t first, *end = &first;

    while (a != WL_NOBODY && b != WL_NOBODY) {
        uint32_t *next = origin_at(f, a)->id < origin_at(f, b)->id ? &a : &b;

        *end = *next;
        end = &at(f, *end)->newer;
        *next = *end;
    }
    *end = a != WL_NOBODY ? a : b;
    return first;
}

/* newer, or where that is nobody the first open connection of the next partition that has any. */
static uint32_t next_open(const struct wl_flows *f, uint32_t newer, uint32_t *partition)
{
    while (newer == WL_NOBODY && *partition < f->partitions.end)
        newer = f->slab.of[(*partition)++].oldest;
    return newer;
}

/* The records of all that are open, sorted by links: it takes no memory, and six times as long. */
static void give_chained(struct wl_flows *f)
{
    uint32_t sorted[32], all = WL_NOBODY; /* [i]: a chain of 2 to the power of i, or none */
    uint32_t partition = f->partitions.first, k = WL_NOBODY;

    for (size_t i = 0; i < WL_COUNT(sorted); i++)
        sorted[i] = WL_NOBODY;
    while ((k = next_open(f, k, &partition)) != WL_NOBODY) {
        uint32_t chain = k;
        size_t i = 0;

        k = at(f, chain)->newer;
        at(f, chain)->newer = WL_NOBODY;
        for (; sorted[i] != WL_NOBODY; i++) {
            chain = merge_chains(f, sorted[i], chain);
            sorted[i] = WL_NOBODY;
        }
        sorted[i] = chain;
    }
    for (size_t i = 0; i < WL_COUNT(sorted); i++)
        all = merge_chains(f, sorted[i], all);
    for (; all != WL_NOBODY; all = at(f, all)->newer)
        give_record(f, all, WL_END_EOF);
}

/* The records of all that are open, in the order of their numbers, which is not that of the slab.
 * Several shards would wait for each other for ever if they came in another one (merge.c). */
static void give_sorted(struct wl_flows *f)
{
    struct wl_budget *b = f->cfg.host->budget;
    uint32_t partition = f->partitions.first, k = WL_NOBODY;
    size_t n = f->slab.n, i = 0;
    struct remaining *all = n ? wl_alloc_array(b, n, sizeof(*all)) : NULL;

    if (!all) {
        give_chained(f);
        return;
    }
    for (; (k = next_open(f, k, &partition)) != WL_NOBODY; k = at(f, k)->newer)
        all[i++] = (struct remaining){origin_at(f, k)->id, k};
    qsort(all, n, sizeof(*all), by_number);
    for (i = 0; i < n; i++)
        give_record(f, all[i].index, WL_END_EOF);
    wl_free(b, all, n * sizeof(*all));
}

void wl_flows_finish(struct wl_flows *f)
{
    if (f->shuffled) {
        give_sorted(f);
    } else {
        for (uint32_t i = 0; f->slab.n && i <= f->last_used; i++) {
            if (at(f, i)->family)
                give_record(f, i, WL_END_EOF);
        }
    }
    wl_slab_forget(&f->slab); /* none of them will be looked up again */
}

void wl_flows_follow(struct wl_flows *f, struct wl_scout *scout)
{
    f->scout = scout;
}

void wl_flows_lean_on(struct wl_flows *f, const struct wl_octets *file)
{
    for (uint32_t k = f->partitions.first; k < f->partitions.end; k++)
        wl_recall_lean_on(f->recalls[k], file);
    wl_tcp_lean_on(&f->stream.tcp, file);
}

size_t wl_flows_open(const struct wl_flows *f)
{
    return f->slab.n;
}

size_t wl_flows_idle(const struct wl_flows *f)
{
    const struct wl_stream *s = &f->stream;

    return s->channels.n_idle * s->channels.octets + s->states.n_idle * s->states.octets;
}

void wl_flows_free(struct wl_flows *f)
{
    struct wl_budget *b;

    if (!f)
        return;
    b = f->cfg.host->budget;
    wl_flows_finish(f);
    wl_stream_release(&f->stream);
    wl_tcp_env_release(&f->stream.tcp);
    release_recalls(f);
    wl_slab_release(&f->slab);
    wl_bygone_release(&f->bygone);
    wl_table_release(&f->table);
    wl_free(b, f, sizeof(*f));
}
