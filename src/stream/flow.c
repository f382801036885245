/* flow.c - the connection table of one shard: numbering, recency, expiry, eviction.
 * SPDX-License-Identifier: MIT
 *
 * Connections live in a slab of blocks that never move, are found by a hash of their unordered pair
 * of endpoints, and hang in one of two lists in the order of their last packets: those that are
 * open, and those that are over. The latter keep their entry, because a late packet of theirs must
 * not count as a new connection, and are the first to go when room is needed.
 *
 * A connection ends when both FINs were acknowledged (or limits.settle after them), by a RST, when
 * its addresses are taken over, by expiry, eviction, or with the capture. Its record is given then.
 */
#include "flow.h"
#include "channel.h"
#include "table.h"

enum {
    WL_BLOCK_FLOWS = 256,
    WL_LINE = 64,       /* octets of a cache line */
    WL_MAKE_ROOM = 16,  /* connections evicted at most to make room for one */
    WL_TTL_FAR = 10,    /* hops that a RST's TTL must differ by to be suspect */
    WL_ID_FAR = 4096,   /* the same for its IP identification */
    WL_ID_STEADY = 256, /* steps of an IP identification that counts packets */
};
#define NOBODY UINT32_MAX

struct block {
    void *memory; /* as allocated; flows is aligned in it */
    struct wl_flow *flows;
};

/* Both ends of a list of recency. */
struct recency {
    uint32_t newest, oldest;
    size_t n;
};

struct wl_flows {
    struct wl_stream stream;
    struct wl_flows_config cfg;
    struct wl_table table;
    struct block *blocks;
    uint32_t n_blocks, block_capacity;
    uint32_t free; /* entries not in use, chained by newer */
    struct recency open, over;
    size_t max;
    uint64_t seed;
    uint64_t n_opened;
    uint64_t packet;       /* ordinal of the packet in hand */
    uint64_t refused;      /* what the budget had refused when it was last looked at */
    wl_ns now, high, skew; /* see advance_clock */
    bool started;
};

static struct wl_flow *at(const struct wl_flows *f, uint32_t i)
{
    return &f->blocks[i / WL_BLOCK_FLOWS].flows[i % WL_BLOCK_FLOWS];
}

/* -------------------------------------------------------------------------------------- keys */

/* The unordered pair: the smaller endpoint first. */
struct key {
    uint8_t octets[2 * 18];
    size_t n;
};

static void make_key(const struct wl_endpoint *a, const struct wl_endpoint *b, struct key *ret)
{
    size_t n = a->family == 6 ? 16 : 4;
    int order = memcmp(a->ip, b->ip, n);

    if (order > 0 || (order == 0 && a->port > b->port)) {
        const struct wl_endpoint *swap = a;

        a = b;
        b = swap;
    }
    memcpy(ret->octets, a->ip, n);
    memcpy(ret->octets + n, &a->port, sizeof(a->port));
    memcpy(ret->octets + n + 2, b->ip, n);
    memcpy(ret->octets + 2 * n + 2, &b->port, sizeof(b->port));
    ret->n = 2 * n + 4;
}

static uint64_t hash_ends(const struct wl_flows *f, const struct wl_endpoint *a,
                          const struct wl_endpoint *b)
{
    struct key key;

    make_key(a, b, &key);
    return wl_hash(key.octets, key.n, f->seed);
}

static bool same_end(const struct wl_endpoint *a, const struct wl_endpoint *b)
{
    return a->port == b->port && a->family == b->family && memcmp(a->ip, b->ip, sizeof(a->ip)) == 0;
}

/* Finds the connection of a segment and its direction; NOBODY when it is not known. */
static uint32_t find(const struct wl_flows *f, const struct wl_segment *seg, uint64_t hash,
                     enum wl_dir *ret)
{
    size_t probe = 0;
    uint32_t i;

    while ((i = wl_table_find(&f->table, hash, &probe)) != NOBODY) {
        const struct wl_flow *flow = at(f, i);

        if (same_end(&flow->ends[0], &seg->src) && same_end(&flow->ends[1], &seg->dst)) {
            *ret = WL_TO_SERVER;
            return i;
        }
        if (same_end(&flow->ends[1], &seg->src) && same_end(&flow->ends[0], &seg->dst)) {
            *ret = WL_TO_CLIENT;
            return i;
        }
    }
    return NOBODY;
}

/* ----------------------------------------------------------------------------------- recency */

static struct recency *list_of(struct wl_flows *f, const struct wl_flow *flow)
{
    return flow->state & WL_FLOW_OVER ? &f->over : &f->open;
}

static void unlink_flow(struct wl_flows *f, uint32_t i)
{
    struct wl_flow *flow = at(f, i);
    struct recency *list = list_of(f, flow);

    if (flow->newer == NOBODY) {
        list->newest = flow->older;
    } else {
        at(f, flow->newer)->older = flow->older;
    }
    if (flow->older == NOBODY) {
        list->oldest = flow->newer;
    } else {
        at(f, flow->older)->newer = flow->newer;
    }
    list->n--;
}

static void link_newest(struct wl_flows *f, uint32_t i)
{
    struct wl_flow *flow = at(f, i);
    struct recency *list = list_of(f, flow);

    flow->newer = NOBODY;
    flow->older = list->newest;
    if (list->newest == NOBODY) {
        list->oldest = i;
    } else {
        at(f, list->newest)->newer = i;
    }
    list->newest = i;
    list->n++;
}

/* -------------------------------------------------------------------------------------- slab */

static bool add_block(struct wl_flows *f)
{
    struct wl_budget *b = f->cfg.host->budget;
    struct block block;

    if (f->n_blocks == f->block_capacity) {
        uint32_t capacity = f->block_capacity ? f->block_capacity * 2 : 4;
        struct block *blocks = wl_resize(b, f->blocks, f->block_capacity * sizeof(block),
                                         capacity * sizeof(block));

        if (!blocks)
            return false;
        f->blocks = blocks;
        f->block_capacity = capacity;
    }
    block.memory = wl_alloc(b, WL_BLOCK_FLOWS * sizeof(struct wl_flow) + WL_LINE);
    if (!block.memory)
        return false;
    block.flows = (struct wl_flow *)(void *)((uint8_t *)block.memory +
                                             (WL_LINE - (uintptr_t)block.memory % WL_LINE));
    f->blocks[f->n_blocks] = block;
    for (uint32_t i = WL_BLOCK_FLOWS; i-- > 0;) {
        block.flows[i].newer = f->free;
        f->free = f->n_blocks * WL_BLOCK_FLOWS + i;
    }
    f->n_blocks++;
    return true;
}

/* ------------------------------------------------------------------------------------ endings */

/* Ends a connection and gives its record; the entry stays. */
static void finish_flow(struct wl_flows *f, uint32_t i, enum wl_end how)
{
    struct wl_flow *flow = at(f, i);
    struct wl_hand hand = {&f->stream, flow};
    struct wl_seen seen = {
        .packet = flow->last_packet,
        .frame = flow->last_frame,
        .t = flow->t_last,
        .acked = WL_NONE,
    };
    struct wl_conn_record *rec;
    bool both;

    if (flow->state & WL_FLOW_OVER)
        return;
    wl_tcp_flush(&f->stream.tcp, &flow->tcp, &hand, &seen);
    both = wl_tcp_is(&flow->tcp, WL_TO_SERVER, WL_TCP_CLOSED) &&
           wl_tcp_is(&flow->tcp, WL_TO_CLIENT, WL_TCP_CLOSED);
    if (both) {
        how = WL_END_CLOSED;
    } else if (flow->tcp.flags & WL_TCP_RESET) {
        how = WL_END_RESET;
    }
    if (flow->channel) {
        enum wl_dir by = flow->first_fin == 2 ? WL_TO_CLIENT : WL_TO_SERVER;

        wl_channel_finish(flow->channel, how, by, f->now, &seen);
    }
    rec = wl_channel_record(&hand);
    wl_channel_free(&hand);
    wl_recall_forget(f->stream.tcp.recall, &flow->tcp);
    unlink_flow(f, i);
    flow->state |= WL_FLOW_OVER;
    link_newest(f, i);
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

/* Takes a connection out of the table; its record must have been given. */
static void remove_flow(struct wl_flows *f, uint32_t i)
{
    struct wl_flow *flow = at(f, i);

    WL_ASSERT(flow->state & WL_FLOW_OVER);
    unlink_flow(f, i);
    (void)wl_table_remove(&f->table, hash_ends(f, &flow->ends[0], &flow->ends[1]), i);
    *flow = (struct wl_flow){.newer = f->free};
    f->free = i;
}

/* Evicts the stalest connection, those that are over first; false: there is none. */
static bool evict(struct wl_flows *f)
{
    uint32_t i = f->over.oldest != NOBODY ? f->over.oldest : f->open.oldest;

    if (i == NOBODY)
        return false;
    finish_flow(f, i, WL_END_EVICTED);
    remove_flow(f, i);
    return true;
}

/* Memory was refused while a segment was taken: the stalest open connection makes room for what
 * comes next, unless it is the one in hand (busy). */
static void relieve(struct wl_flows *f, uint32_t busy)
{
    uint32_t i = f->open.oldest;

    f->refused = f->cfg.host->budget->refused;
    if (i == NOBODY || i == busy)
        return;
    finish_flow(f, i, WL_END_EVICTED);
    remove_flow(f, i);
}

/* Both sides are through, or one has reset: ends the connection when nothing more is due. */
static void end_if_over(struct wl_flows *f, uint32_t i, bool waited)
{
    struct wl_flow *flow = at(f, i);
    const struct wl_tcp *t = &flow->tcp;

    if (flow->state & WL_FLOW_OVER)
        return;
    if (t->flags & WL_TCP_RESET) {
        finish_flow(f, i, WL_END_RESET);
        return;
    }
    if (!wl_tcp_is(t, WL_TO_SERVER, WL_TCP_CLOSED) || !wl_tcp_is(t, WL_TO_CLIENT, WL_TCP_CLOSED))
        return;
    /* the acknowledgement of the last FIN belongs to the connection, when it comes soon */
    if (waited || !flow->channel ||
        (t->way[0].acked == t->way[0].next + 1 && t->way[1].acked == t->way[1].next + 1)) {
        finish_flow(f, i, WL_END_CLOSED);
    } else {
        wl_channel_wake_later(flow->channel);
    }
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

/* Makes sure that one more connection fits. */
static bool make_room(struct wl_flows *f)
{
    if (f->table.n_used >= f->max) {
        f->cfg.host->limits[WL_LIMIT_max_connections]++;
        if (!evict(f))
            return false;
    }
    for (int tries = 0; f->free == NOBODY && tries < WL_MAKE_ROOM; tries++) {
        if (!add_block(f) && !evict(f))
            return false;
    }
    return f->free != NOBODY;
}

/* Enters a new connection, whose first segment is seg; NOBODY when it is refused. */
static uint32_t open_flow(struct wl_flows *f, const struct wl_segment *seg, uint64_t hash,
                          enum wl_dir *ret)
{
    const struct wl_config *cfg = f->cfg.host->cfg;
    struct wl_conn_ref ref;
    struct wl_flow *flow;
    struct wl_hand hand;
    uint32_t i;
    enum wl_dir dir = guess(seg);

    if (!make_room(f) || wl_table_add(&f->table, hash, f->free) < 0) {
        f->cfg.host->counters->refused++;
        return NOBODY;
    }
    i = f->free;
    flow = at(f, i);
    f->free = flow->newer;
    if (!(seg->flags & WL_TCP_SYN) && cfg->n_ports &&
        wanted_port(cfg, (dir == WL_TO_SERVER ? &seg->src : &seg->dst)->port))
        dir = dir == WL_TO_SERVER ? WL_TO_CLIENT : WL_TO_SERVER; /* that is the server's, then */
    *flow = (struct wl_flow){
        .id = seg->packet,
        .t_first = seg->t,
        .first_frame = seg->frame,
    };
    flow->ends[dir] = seg->src;
    flow->ends[1 - dir] = seg->dst;
    if (!wanted_port(cfg, flow->ends[1].port)) {
        flow->state = WL_FLOW_IGNORED;
        flow->tcp.way[0].skip = flow->tcp.way[1].skip = UINT64_MAX / 2;
    }
    link_newest(f, i);
    f->cfg.host->counters->connections++;
    if (!(seg->flags & WL_TCP_SYN))
        f->cfg.host->counters->midstream++;
    hand = (struct wl_hand){&f->stream, flow};
    wl_channel_ref(&hand, &ref);
    ref.midstream = !(seg->flags & WL_TCP_SYN);
    ref.number = f->n_opened++;
    if (f->cfg.opened)
        f->cfg.opened(f->cfg.user, &ref);
    *ret = dir;
    return i;
}

/*
 * Whether seg begins a connection of its own on a pair that is known. Wireshark remembers for each
 * direction the first sequence number it learned of, from the segment itself or from the other
 * side's acknowledgement, and a SYN without ACK that has another one is a new connection; FIN, RST
 * and time make no difference (found by experiment with tshark 4.0).
 */
static bool begins_anew(const struct wl_flow *flow, enum wl_dir dir, const struct wl_segment *seg)
{
    return (seg->flags & (WL_TCP_SYN | WL_TCP_ACK)) == WL_TCP_SYN &&
           flow->state & (dir == WL_TO_SERVER ? WL_FLOW_BASE_0 : WL_FLOW_BASE_1) &&
           flow->base[dir] != seg->seq;
}

static void learn_numbers(struct wl_flow *flow, enum wl_dir dir, const struct wl_segment *seg)
{
    const uint8_t bits[2] = {WL_FLOW_BASE_0, WL_FLOW_BASE_1};

    if (!(flow->state & bits[dir])) {
        flow->state |= bits[dir];
        flow->base[dir] = seg->flags & WL_TCP_SYN ? seg->seq : seg->seq - 1;
    }
    if (!(flow->state & bits[1 - dir]) && seg->flags & WL_TCP_ACK) {
        flow->state |= bits[1 - dir];
        flow->base[1 - dir] = seg->ack - 1;
    }
}

/* ------------------------------------------------------------------------------------ segments */

/* A RST may come from a third party, which is elsewhere and counts its packets otherwise. Only what
 * is far from anything the sender did before is suspect; 0 says nothing (RFC 6864 4.1). */
static bool is_suspect(const struct wl_flow *flow, enum wl_dir dir, const struct wl_segment *seg)
{
    const uint8_t steady = dir == WL_TO_SERVER ? WL_FLOW_STEADY_0 : WL_FLOW_STEADY_1;
    int hops = (int)seg->ttl - flow->ttl[dir];
    uint16_t id = (uint16_t)(seg->ip_id - flow->ip_id[dir]);

    if (!flow->ttl[dir])
        return false;
    if (hops >= WL_TTL_FAR || hops <= -WL_TTL_FAR)
        return true;
    return flow->state & steady && seg->ip_id && id >= WL_ID_FAR && id <= UINT16_MAX - WL_ID_FAR;
}

static void remember_sender(struct wl_flow *flow, enum wl_dir dir, const struct wl_segment *seg)
{
    const uint8_t steady = dir == WL_TO_SERVER ? WL_FLOW_STEADY_0 : WL_FLOW_STEADY_1;
    uint16_t step = (uint16_t)(seg->ip_id - flow->ip_id[dir]);

    if (flow->ip_id[dir] && seg->ip_id && step <= WL_ID_STEADY) {
        flow->state |= steady;
    } else {
        flow->state &= (uint8_t)~steady;
    }
    flow->ip_id[dir] = seg->ip_id;
    flow->ttl[dir] = seg->ttl;
}

/* From the SYN to the client's first acknowledgement, as seen at the capture point. */
static void measure_handshake(struct wl_flow *flow, enum wl_dir dir, const struct wl_segment *seg)
{
    if (flow->state & WL_FLOW_TIMED || dir != WL_TO_SERVER)
        return;
    if ((seg->flags & (WL_TCP_SYN | WL_TCP_ACK)) == WL_TCP_SYN) {
        flow->rtt = seg->t; /* of a repeated SYN the last one counts */
    } else if (seg->flags & WL_TCP_ACK && flow->rtt &&
               wl_tcp_is(&flow->tcp, WL_TO_CLIENT, WL_TCP_OPENED)) {
        flow->rtt = seg->t > flow->rtt ? seg->t - flow->rtt : 0;
        flow->state |= WL_FLOW_TIMED;
    }
}

uint64_t wl_flows_hash(const struct wl_flows *f, const struct wl_segment *seg)
{
    uint64_t hash = hash_ends(f, &seg->src, &seg->dst);

    wl_table_prefetch(&f->table, hash);
    return hash;
}

void wl_flows_prefetch(const struct wl_flows *f, uint64_t hash)
{
    size_t probe = 0;
    uint32_t i = wl_table_find(&f->table, hash, &probe);
    const uint8_t *flow;

    if (i == NOBODY)
        return;
    flow = (const uint8_t *)at(f, i);
    __builtin_prefetch(flow);
    __builtin_prefetch(flow + WL_LINE);
    __builtin_prefetch(flow + (ptrdiff_t)2 * WL_LINE);
}

void wl_flows_take(struct wl_flows *f, const struct wl_segment *seg, uint64_t hash)
{
    enum wl_dir dir = WL_TO_SERVER;
    uint32_t i = find(f, seg, hash, &dir);
    struct wl_hand hand;
    struct wl_flow *flow;
    bool suspect;

    f->packet = seg->packet;
    f->now = seg->t;
    if (i != NOBODY && begins_anew(at(f, i), dir, seg)) {
        finish_flow(f, i, WL_END_REUSED);
        remove_flow(f, i);
        i = NOBODY;
    }
    if (i == NOBODY) {
        i = open_flow(f, seg, hash, &dir);
        if (i == NOBODY)
            return;
    }
    flow = at(f, i);
    if (list_of(f, flow)->newest != i) {
        unlink_flow(f, i);
        link_newest(f, i);
    }
    flow->t_last = seg->t;
    learn_numbers(flow, dir, seg);
    if (flow->state & WL_FLOW_OVER) /* late; it only keeps its number */
        return;
    flow->tcp.packets++;
    flow->last_packet = seg->packet;
    flow->last_frame = seg->frame;
    measure_handshake(flow, dir, seg);
    suspect = seg->flags & WL_TCP_RST && is_suspect(flow, dir, seg);
    hand = (struct wl_hand){&f->stream, flow};
    wl_tcp_segment(&f->stream.tcp, &flow->tcp, &hand, dir, seg, suspect);
    if (!(seg->flags & WL_TCP_RST))
        remember_sender(flow, dir, seg);
    if (flow->tcp.flags &
        (WL_TCP_RESET | WL_TCP_CLOSED << (8 * WL_TO_SERVER) | WL_TCP_CLOSED << (8 * WL_TO_CLIENT)))
        end_if_over(f, i, false);
    if (WL_LIKELY_FALSE(f->refused != f->cfg.host->budget->refused))
        relieve(f, i);
}

void wl_flows_segment(struct wl_flows *f, const struct wl_segment *seg)
{
    wl_flows_take(f, seg, hash_ends(f, &seg->src, &seg->dst));
}

/* ---------------------------------------------------------------------------------------- time */

static uint32_t index_of(const struct wl_flows *f, const struct wl_flow *flow)
{
    size_t probe = 0;
    uint64_t hash = hash_ends(f, &flow->ends[0], &flow->ends[1]);
    uint32_t i;

    while ((i = wl_table_find(&f->table, hash, &probe)) != NOBODY) {
        if (at(f, i) == flow)
            break;
    }
    WL_ASSERT(i != NOBODY);
    return i;
}

/*
 * The clock by which things are waited for never goes back. Packets a little out of order do not
 * turn it; when time jumps back for good (another file, a clock that was set), it goes on from
 * where it was.
 */
static void advance_clock(struct wl_flows *f, wl_ns now)
{
    const wl_ns jump = 10 * WL_SECOND;

    if (now >= f->high) {
        if (!f->started)
            f->skew = 1 - now; /* it starts at 1: 0 means never */
        f->started = true;
        f->high = now;
    } else if (f->high - now > jump) {
        f->skew += f->high - now;
        f->high = now;
    }
    f->now = now;
    f->stream.tcp.clock = f->high + f->skew;
}

/* Ends what has been silent for idle_timeout. */
static void expire_idle(struct wl_flows *f, struct recency *list, wl_ns now)
{
    wl_ns timeout = (wl_ns)f->cfg.host->cfg->limits.idle_timeout;

    while (timeout > 0 && list->oldest != NOBODY) {
        uint32_t i = list->oldest;

        if (now - at(f, i)->t_last <= timeout)
            break;
        finish_flow(f, i, WL_END_IDLE);
        remove_flow(f, i);
    }
}

void wl_flows_tick(struct wl_flows *f, uint64_t packet, wl_ns now)
{
    struct wl_channel *ch;
    struct wl_tcp *t;

    f->packet = packet;
    advance_clock(f, now);
    while ((t = wl_tcp_due(&f->stream.tcp))) {
        struct wl_flow *flow = WL_CONTAINER(t, struct wl_flow, tcp);
        struct wl_hand hand = {&f->stream, flow};

        wl_tcp_expire(&f->stream.tcp, t, &hand);
        end_if_over(f, index_of(f, flow), false);
    }
    while ((ch = wl_channel_due(&f->stream))) {
        struct wl_flow *flow = wl_channel_flow(ch);

        wl_channel_wake(ch, now);
        end_if_over(f, index_of(f, flow), true);
    }
    if (f->cfg.host->cfg->limits.idle_timeout) {
        expire_idle(f, &f->over, now);
        expire_idle(f, &f->open, now);
    }
}

/* --------------------------------------------------------------------------------- life cycle */

struct wl_flows *wl_flows_new(const struct wl_flows_config *cfg)
{
    struct wl_budget *b = cfg->host->budget;
    const struct wl_limits *limits = &cfg->host->cfg->limits;
    unsigned shards = cfg->host->cfg->shards ? cfg->host->cfg->shards : 1;
    struct wl_flows *f = wl_alloc(b, sizeof(*f));

    if (!f)
        return NULL;
    f->cfg = *cfg;
    f->max = (size_t)wl_min_u64(wl_max_u64(limits->max_connections / shards, 1), NOBODY - 1);
    f->free = NOBODY;
    f->open = f->over = (struct recency){NOBODY, NOBODY, 0};
    f->seed = wl_seed();
    f->stream.host = cfg->host;
    f->stream.layers = cfg->layers;
    wl_list_init(&f->stream.wakes);
    if (wl_table_init(&f->table, b, f->max) < 0)
        goto no_table;
    if (wl_tcp_env_init(&f->stream.tcp, &wl_channel_out, cfg->host) < 0)
        goto no_env;
    return f;
no_env:
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

void wl_flows_finish(struct wl_flows *f)
{
    struct wl_budget *b = f->cfg.host->budget;
    size_t n = f->open.n, i = 0;
    struct remaining *all = n ? wl_alloc_array(b, n, sizeof(*all)) : NULL;

    if (all) {
        for (uint32_t k = f->open.oldest; k != NOBODY; k = at(f, k)->newer)
            all[i++] = (struct remaining){at(f, k)->id, k};
        qsort(all, n, sizeof(*all), by_number);
        for (i = 0; i < n; i++)
            finish_flow(f, all[i].index, WL_END_EOF);
        wl_free(b, all, n * sizeof(*all));
    }
    while (f->open.oldest != NOBODY) /* without memory to sort them: in the order of recency */
        finish_flow(f, f->open.oldest, WL_END_EOF);
}

size_t wl_flows_open(const struct wl_flows *f)
{
    return f->open.n;
}

void wl_flows_free(struct wl_flows *f)
{
    struct wl_budget *b;

    if (!f)
        return;
    b = f->cfg.host->budget;
    wl_flows_finish(f);
    wl_tcp_env_release(&f->stream.tcp);
    for (uint32_t i = 0; i < f->n_blocks; i++)
        wl_free(b, f->blocks[i].memory, WL_BLOCK_FLOWS * sizeof(struct wl_flow) + WL_LINE);
    wl_free(b, f->blocks, f->block_capacity * sizeof(*f->blocks));
    wl_table_release(&f->table);
    wl_free(b, f, sizeof(*f));
}
