/* shard.c - one shard: segments in, events out; the list of layers.
 * SPDX-License-Identifier: MIT
 *
 * Wires the rooms below together: decoder, connections, layers, judge. An exchange is judged here,
 * in the shard of its connection, and then given away with its arena. Every shard of a capture sees
 * every packet, so that ordinals and time agree in all of them, and keeps the connections whose
 * hash falls to it.
 *
 * Events are held until the burst of packets in hand is worked off, then all of them are judged,
 * and then all emitted: reading messages, judging them and what follows the merge take so much code
 * that a processor's cache for instructions holds one of them, and not two.
 *
 * Events of one packet belong to one connection (or to one that it pushes out) and keep the order
 * in which they come. Events of a tick may belong to many: they are put in order of their
 * connections' ids. Without that, their order would be that of the wake-ups inside one shard, which
 * several shards together could not reproduce.
 */
#include "shard.h"

#include "flow.h"
#include "h1.h"
#include "load.h"
#include "lookup.h"
#include "rules.h"
#include "table.h"

extern const struct wl_layer_ops wl_layer_websocket, wl_layer_h2c, wl_layer_proxy, wl_layer_socks,
    wl_layer_tls, wl_layer_h2, wl_layer_icap, wl_layer_ssh, wl_layer_smtp, wl_layer_ftp,
    wl_layer_other;

/* Asked in this order; the first that does not say no decides. What a 101 announced
 * comes first, and claims nothing else. A PROXY header and a SOCKS handshake come before
 * what they carry. What has a signature of its own is asked before HTTP/1, which also
 * has to recognise broken requests. */
static const struct wl_layer_ops *const layers[] = {
    &wl_layer_websocket,
    &wl_layer_h2c,
    &wl_layer_proxy,
    &wl_layer_socks,
    &wl_layer_tls,
    &wl_layer_h2,
    &wl_layer_icap,
    &wl_layer_ssh,
    &wl_layer_smtp,
    &wl_layer_ftp,
    &wl_layer_other,
    &wl_layer_h1,
    NULL,
};

enum {
    BURST = 32,
    POOL_KEPT = 32 << 20, /* octets of arenas that wait for the next exchange */
    BUSY_KEPT = 32768,    /* blocks of connections that wait for the next busy one */
    HELD_FIRST = 64,      /* events of a burst; more are emitted in parts, */
    HELD_MAX = 1 << 20,   /* and so are more of one tick */
    HELD_BLOCK = 64,      /* that are judged together */
};

/* An event that is not judged yet; seq keeps the order of a connection's events in one tick. */
struct held {
    struct wl_event ev;
    uint32_t seq;
};

struct wl_shard {
    struct wl_lookup lookup; /* first: it is aligned as vectors are */
    struct wl_budget budget;
    struct wl_arena_pool arenas;
    struct wl_pool busy;
    struct wl_layer_host host;
    struct wl_counters counters;
    struct wl_counters elsewhere; /* of packets, which the first shard counts for all */
    uint64_t limits[WL_N_LIMITS];
    struct wl_decoder *decoder;
    struct wl_flows *flows;
    struct wl_judge *judge;
    wl_emit_fn *emit;
    void *user;
    unsigned index, n_shards;
    bool dealt;
    struct wl_partitions partitions;
    uint64_t begins, spans; /* the places of those (wl_partition_place) */
    uint64_t packet, begun_seed;
    bool ticking, finishing;
    struct held *held;
    uint32_t n_held, held_size;
    uint32_t n_before; /* of them, before the tick under way */
};

/* ----------------------------------------------------------------------------- events held */

static bool held_before(const struct held *a, const struct held *b)
{
    return a->ev.tie != b->ev.tie ? a->ev.tie < b->ev.tie : a->seq < b->seq;
}

/* Lets the i-th element sink to its place in a heap of n whose greatest is the first. */
static void sift(struct held *heap, size_t i, size_t n)
{
    struct held moving = heap[i];

    for (size_t child; (child = 2 * i + 1) < n; i = child) {
        if (child + 1 < n && held_before(&heap[child], &heap[child + 1]))
            child++;
        if (!held_before(&moving, &heap[child]))
            break;
        heap[i] = heap[child];
    }
    heap[i] = moving;
}

/* Heap sort: in place, and no worst case. */
static void sort_held(struct held *held, size_t n)
{
    for (size_t i = n / 2; i > 0; i--)
        sift(held, i - 1, n);
    for (size_t i = n; i > 1; i--) {
        struct held greatest = held[0];

        held[0] = held[i - 1];
        held[i - 1] = greatest;
        sift(held, 0, i - 1);
    }
}

/* Judges up to HELD_BLOCK events. What comes after what cannot be foretold, so no branch asks:
 * first the exchanges, then the connections. */
static void judge_block(struct wl_shard *s, const struct held *held, uint32_t n)
{
    uint8_t exchanges[HELD_BLOCK], connections[HELD_BLOCK];
    uint32_t n_exchanges = 0, n_connections = 0;

    for (uint32_t i = 0; i < n; i++) {
        exchanges[n_exchanges] = connections[n_connections] = (uint8_t)i;
        n_exchanges += held[i].ev.kind == WL_EVENT_EXCHANGE;
        n_connections += held[i].ev.kind == WL_EVENT_CONNECTION;
    }
    for (uint32_t i = 0; i < n_exchanges; i++)
        wl_judge_exchange(s->judge, held[exchanges[i]].ev.of.ex);
    for (uint32_t i = 0; i < n_connections; i++)
        wl_judge_connection(s->judge, held[connections[i]].ev.of.conn);
}

/* Judges what has gathered, and gives it away. */
static void emit_held(struct wl_shard *s)
{
    for (uint32_t i = 0; i < s->n_held; i += HELD_BLOCK)
        judge_block(s, s->held + i, (uint32_t)wl_min_size(s->n_held - i, HELD_BLOCK));
    for (uint32_t i = 0; i < s->n_held; i++) {
        WL_ASSERT(i == 0 || s->held[i - 1].ev.when <= s->held[i].ev.when);
        s->emit(s->user, &s->held[i].ev);
    }
    s->n_held = s->n_before = 0;
}

/* Puts in order what the tick under way has brought. */
static void sort_tick(struct wl_shard *s)
{
    if (s->n_held - s->n_before > 1)
        sort_held(s->held + s->n_before, s->n_held - s->n_before);
}

static bool make_room(struct wl_shard *s)
{
    uint32_t larger = s->held_size * 2;
    struct held *moved;

    if (larger > HELD_MAX)
        return false;
    moved = wl_resize(&s->budget, s->held, s->held_size * sizeof(*moved), larger * sizeof(*moved));
    if (!moved)
        return false;
    s->held = moved;
    s->held_size = larger;
    return true;
}

/* A tick comes before its packet, and after whatever the packet before that has caused. */
static uint64_t when(const struct wl_shard *s)
{
    return s->ticking ? 2 * s->packet - 1 : 2 * s->packet + s->finishing;
}

/* The next event, to be filled; the caller sets .of. */
static struct wl_event *hold(struct wl_shard *s, enum wl_event_kind kind, uint64_t id)
{
    struct held *held;

    if (s->n_held >= HELD_FIRST && !(s->ticking && (s->n_held < s->held_size || make_room(s)))) {
        if (s->ticking)
            sort_tick(s); /* all goes, so that no connection's events change places */
        emit_held(s);
    }
    held = &s->held[s->n_held];
    held->ev.kind = kind;
    held->ev.shard = s->index;
    held->ev.when = when(s);
    held->ev.tie = held->ev.id = id;
    held->ev.draft = wl_span(NULL, 0);
    held->seq = s->n_held++;
    return &held->ev;
}

/* ------------------------------------------------------------------------- from the layers */

static void on_opened(void *user, const struct wl_opened_ref *conn)
{
    hold(user, WL_EVENT_OPENED, conn->id)->of.opened = (struct wl_opened){
        *conn->client, *conn->server, conn->midstream, conn->t_first};
}

static void on_exchange(void *user, struct wl_exchange *ex)
{
    hold(user, WL_EVENT_EXCHANGE, ex->conn.id)->of.ex = ex;
}

static void on_begun(void *user, const struct wl_exchange *ex)
{
    struct wl_shard *s = user;
    struct wl_arena *arena = wl_arena_new(&s->arenas);
    struct wl_begun *begun = arena ? wl_arena_alloc(arena, sizeof(*begun)) : NULL;

    if (begun) {
        wl_begun_note(ex, s->begun_seed, begun);
        begun->arena = arena;
    } else {
        wl_arena_free(arena);
    }
    hold(s, WL_EVENT_BEGUN, ex->conn.id)->of.begun = begun;
}

static void on_closed(void *user, struct wl_conn_record *rec)
{
    hold(user, WL_EVENT_CONNECTION, rec->conn.id)->of.conn = rec;
}

/* ----------------------------------------------------------------------------- public part */

static int fill(struct wl_shard *s, const struct wl_shard_config *cfg)
{
    const struct wl_flows_config flows = {
        .host = &s->host,
        .layers = layers,
        .opened = on_opened,
        .closed = on_closed,
        .user = s,
        .packet = &s->packet,
        .partitions = s->partitions,
    };

    s->host = (struct wl_layer_host){
        .budget = &s->budget,
        .arenas = &s->arenas,
        .busy = &s->busy,
        .cfg = cfg->cfg,
        .counters = &s->counters,
        .limits = s->limits,
        .keep_steps = cfg->keep_steps,
        .lookup = &s->lookup,
        .exchange = on_exchange,
        .begun = cfg->begun ? on_begun : NULL,
        .user = s,
    };
    wl_lookup_init(&s->lookup);
    s->decoder = wl_decoder_new(&s->budget, &cfg->cfg->limits,
                                cfg->index == 0 || cfg->dealt ? &s->counters : &s->elsewhere);
    s->judge = wl_judge_new(cfg->cfg, &s->budget, cfg->extra_rules, WL_JUDGE_ALL);
    if (s->judge && cfg->keep_yielded)
        wl_judge_keep_yielded(s->judge);
    if (s->judge && cfg->reader)
        wl_judge_reader(s->judge, cfg->reader);
    s->flows = wl_flows_new(&flows);
    s->held = wl_alloc_array(&s->budget, HELD_FIRST, sizeof(*s->held));
    s->held_size = HELD_FIRST;
    return s->decoder && s->judge && s->flows && s->held ? 0 : WL_NOMEM;
}

/* Of the space of connections, what falls to this shard. */
static void claim(struct wl_shard *s, uint64_t max_connections)
{
    const struct wl_partitions p = s->dealt
                                       ? wl_partitions_dealt(max_connections, s->n_shards)
                                       : wl_partitions_of(max_connections, s->index, s->n_shards);

    s->partitions = p;
    s->begins = wl_partition_begin(&p, p.first);
    s->spans = wl_partition_begin(&p, p.end) - s->begins;
}

struct wl_shard *wl_shard_new(const struct wl_shard_config *cfg)
{
    struct wl_budget budget;
    struct wl_shard *s;
    unsigned n_shards = cfg->n_shards ? cfg->n_shards : 1;
    /* a quarter is left to the merge, the statistics and the outputs */
    uint64_t share = cfg->cfg->limits.memory / 4 * 3 / n_shards;

    WL_ASSERT(cfg->emit && cfg->index < n_shards);
    wl_budget_init(&budget, (size_t)wl_min_u64(share, SIZE_MAX), cfg->cfg->alloc, cfg->cfg->release,
                   cfg->cfg->alloc_user);
    s = wl_alloc(&budget, sizeof(*s));
    if (!s)
        return NULL;
    s->budget = budget;
    wl_arena_pool_init(&s->arenas, &s->budget, POOL_KEPT);
    wl_arena_pool_widen(&s->arenas, cfg->draft);
    wl_pool_init(&s->busy, &s->budget, wl_h1_busy_octets, BUSY_KEPT);
    s->emit = cfg->emit;
    s->user = cfg->user;
    s->index = cfg->index;
    s->n_shards = n_shards;
    s->dealt = cfg->dealt;
    claim(s, cfg->cfg->limits.max_connections);
    s->begun_seed = cfg->begun;
    if (fill(s, cfg) < 0) {
        wl_shard_free(s);
        return NULL;
    }
    return s;
}

/* Every shard asks that of every packet. */
static WL_INLINE bool is_share(const struct wl_shard *s, uint64_t weights)
{
    return wl_partition_place(weights) - s->begins < s->spans;
}

static bool falls_to(const struct wl_shard *s, const struct wl_endpoint *src,
                     const struct wl_endpoint *dst)
{
    return is_share(s, wl_partition_weight(src) + wl_partition_weight(dst));
}

static WL_INLINE uint64_t weight_ipv4(const uint8_t *ip, const uint8_t *port)
{
    return wl_partition_weight_ipv4(ip, wl_load_be16(port));
}

static bool has_all(const struct wl_shard *s)
{
    return s->n_shards == 1 || s->dealt;
}

/* Both directions of a connection fall to the same shard, in every run. */
static bool is_mine(const struct wl_shard *s, const struct wl_glance *g)
{
    struct wl_endpoint src, dst;

    if (WL_LIKELY_TRUE(g->family == 4)) {
        const uint8_t *addresses = wl_glance_addresses(g);

        return is_share(s, weight_ipv4(addresses, g->tcp) + weight_ipv4(addresses + 4, g->tcp + 2));
    }
    wl_glance_end(g, 0, &src);
    wl_glance_end(g, 1, &dst);
    return falls_to(s, &src, &dst);
}

static void take(struct wl_shard *s, const struct wl_segment *seg)
{
    if (!has_all(s) && !falls_to(s, &seg->src, &seg->dst))
        return;
    s->packet = seg->packet;
    wl_flows_segment(s->flows, seg);
}

/* A packet that is of no common kind. */
static WL_ASIDE void take_any(struct wl_shard *s, const struct wl_packet *p)
{
    struct wl_segment seg;

    if (wl_decode_any(s->decoder, p, &seg) == WL_DECODED_TCP)
        take(s, &seg);
}

void wl_shard_segment(struct wl_shard *s, const struct wl_segment *seg)
{
    take(s, seg);
    emit_held(s);
}

static void tick(struct wl_shard *s, uint64_t packet, wl_ns now)
{
    s->packet = packet;
    if (WL_LIKELY_TRUE(!wl_flows_clock(s->flows, now)))
        return;
    s->ticking = true;
    s->n_before = s->n_held;
    wl_flows_work(s->flows, now);
    s->ticking = false;
    sort_tick(s);
}

void wl_shard_tick(struct wl_shard *s, uint64_t packet, wl_ns now)
{
    tick(s, packet, now);
    emit_held(s);
}

void wl_shard_packet(struct wl_shard *s, const struct wl_packet *p)
{
    struct wl_segment seg;

    wl_shard_tick(s, p->ordinal, p->t);
    if (wl_decode(s->decoder, p, &seg) == WL_DECODED_TCP)
        wl_shard_segment(s, &seg);
}

/*
 * Nearly all the time of a capture with many connections goes by waiting for memory. So a burst is
 * decoded first, as far as that needs nothing but the packet, and the slot of the table and then
 * the connection of each are on their way before the first one is taken up.
 */
static void take_burst(struct wl_shard *s, const struct wl_packet *packets, size_t n)
{
    struct wl_glance glances[BURST]; /* what is none is decoded in its turn: a fragment, perhaps */
    struct wl_ahead ahead[BURST];
    bool wanted[BURST];
    const bool *mine = has_all(s) ? NULL : wanted;

    wl_decode_plain(s->decoder, packets, n, glances);
    for (size_t i = 0; mine && i < n; i++)
        wanted[i] = glances[i].tcp && is_mine(s, &glances[i]);
    wl_flows_look(s->flows, glances, mine, ahead, n);
    for (size_t i = 0; i < n;) {
        tick(s, packets[i].ordinal, packets[i].t);
        if (WL_LIKELY_TRUE(glances[i].tcp != NULL)) {
            i = wl_flows_take(s->flows, packets, glances, mine, ahead, i, n);
        } else {
            take_any(s, &packets[i++]);
        }
    }
    s->packet = packets[n - 1].ordinal;
    emit_held(s);
}

void wl_shard_packets(struct wl_shard *s, const struct wl_packet *packets, size_t n)
{
    while (n) {
        size_t part = wl_min_size(n, BURST);

        take_burst(s, packets, part);
        packets += part;
        n -= part;
    }
}

void wl_shard_lost(struct wl_shard *s, uint64_t dropped, uint64_t interface_dropped)
{
    s->counters.capture_dropped = dropped;
    s->counters.interface_dropped = interface_dropped;
}

void wl_shard_finish(struct wl_shard *s)
{
    s->finishing = true;
    wl_decoder_finish(s->decoder);
    wl_flows_finish(s->flows); /* in the order of their numbers, and so of their ids */
    emit_held(s);
}

struct wl_position wl_shard_watermark(const struct wl_shard *s)
{
    return (struct wl_position){2 * s->packet, UINT64_MAX};
}

void wl_shard_lean_on(struct wl_shard *s, const struct wl_octets *file)
{
    wl_flows_lean_on(s->flows, file);
}

void wl_shard_follow(struct wl_shard *s, struct wl_scout *scout)
{
    wl_flows_follow(s->flows, scout);
}

const struct wl_counters *wl_shard_counters(const struct wl_shard *s)
{
    return &s->counters;
}

const uint64_t *wl_shard_limits(struct wl_shard *s)
{
    s->limits[WL_LIMIT_memory] = s->budget.refused;
    s->limits[WL_LIMIT_max_findings] = wl_judge_beyond(s->judge, false);
    s->limits[WL_LIMIT_max_conn_findings] = wl_judge_beyond(s->judge, true);
    return s->limits;
}

uint64_t wl_shard_dropped(const struct wl_shard *s)
{
    return wl_judge_dropped(s->judge);
}

uint64_t wl_shard_memory(const struct wl_shard *s)
{
    return s->budget.used;
}

uint64_t wl_shard_open(const struct wl_shard *s)
{
    return wl_flows_open(s->flows);
}

void wl_shard_free(struct wl_shard *s)
{
    struct wl_budget budget;

    if (!s)
        return;
    wl_flows_free(s->flows);
    emit_held(s);
    wl_judge_free(s->judge);
    wl_decoder_free(s->decoder);
    wl_free(&s->budget, s->held, s->held_size * sizeof(*s->held));
    wl_arena_pool_release(&s->arenas);
    wl_pool_release(&s->busy);
    budget = s->budget; /* it lies in what it shall free */
    wl_free(&budget, s, sizeof(*s));
}
