/* bench_tcp.h - a connection table and a layer that writes down what it is given.
 * SPDX-License-Identifier: MIT
 *
 * Segments made by hand go to the table; the notes say what came out: ">abc" and "<abc" octets,
 * ">gap 3" and "<gap 3" missing ones, ">fin", "<rst" ends, ">late fin" one that was acknowledged
 * before.
 */
#ifndef BENCH_TCP_H
#define BENCH_TCP_H

#include "flow.h"
#include "text.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum {
    CLIENT_ISN = 1000,
    SERVER_ISN = 5000,
    MOST = 64 << 10, /* octets of the notes of one test */
};

#define MS ((wl_ns)1000000)

/* ------------------------------------------------------------------------------ the recorder */

struct bench {
    struct wl_budget budget;
    struct wl_arena_pool arenas;
    struct wl_config cfg;
    struct wl_counters counters;
    uint64_t limits[WL_N_LIMITS];
    struct wl_layer_host host;
    struct wl_flows *flows;
    struct wl_text notes;
    /* of the last record */
    struct wl_conn_record rec;
    struct wl_mark mark; /* its first */
    unsigned n_opened, n_closed;
    unsigned n_backwards;  /* closed right after one that was opened later */
    wl_ns t_octets, t_gap; /* of the last octets and the last gap */
    uint64_t packet;
    wl_ns now;
    struct wl_endpoint ends[2];
    /* what the layer does */
    uint64_t skip; /* after the first octets of the server */
    bool want_acks;
    uint8_t window; /* of the segments to come */
};

static inline struct bench *of(const struct wl_layer *l)
{
    return l->host->user;
}

static inline void note(struct bench *b, enum wl_dir dir, const char *what)
{
    if (b->notes.buf.n)
        wl_text_char(&b->notes, ' ');
    wl_text_char(&b->notes, dir == WL_TO_SERVER ? '>' : '<');
    wl_text_put(&b->notes, what);
}

static inline enum wl_claim claim_all(const struct wl_span first[2], const struct wl_hint *hint)
{
    (void)hint;
    return first[0].n || first[1].n ? WL_CLAIM_YES : WL_CLAIM_MORE;
}

static inline int open_recorder(struct wl_layer *l)
{
    wl_layer_want_acks(l, of(l)->want_acks);
    return 0;
}

static inline struct wl_fed record_octets(struct wl_layer *l, enum wl_dir dir, struct wl_span bytes,
                                          const struct wl_at *at, const struct wl_seen *seen)
{
    struct bench *b = of(l);
    uint64_t skip = dir == WL_TO_CLIENT ? b->skip : 0;

    b->t_octets = seen->t;
    assert_int_equal(at->offset, wl_layer_offset(l, dir));
    assert_int_equal(at->dir, dir);
    note(b, dir, "");
    if (skip)
        b->skip = 0;
    wl_text_span_raw(&b->notes, skip ? wl_span_sub(bytes, 0, 1) : bytes);
    return (struct wl_fed){WL_FED, skip ? 1 : bytes.n, skip};
}

static inline struct wl_fed record_skipped(struct wl_layer *l, enum wl_dir dir, uint64_t n,
                                           struct wl_at at, const struct wl_seen *seen)
{
    (void)at;
    (void)seen;
    note(of(l), dir, "skipped ");
    wl_text_u64(&of(l)->notes, n);
    return (struct wl_fed){WL_FED, 0, 0};
}

static inline void record_ack(struct wl_layer *l, enum wl_dir dir, const struct wl_seen *seen)
{
    note(of(l), dir, "ack ");
    wl_text_u64(&of(l)->notes, seen->acked);
}

static inline struct wl_fed record_gap(struct wl_layer *l, enum wl_dir dir, uint64_t lost,
                                       struct wl_at at, enum wl_gap_why why,
                                       const struct wl_seen *seen)
{
    static const char *const names[] = {"gap ", "cut ", "limit "};

    of(l)->t_gap = seen->t;
    assert_int_equal(at.dir, dir);
    note(of(l), dir, names[why]);
    wl_text_u64(&of(l)->notes, lost);
    return (struct wl_fed){WL_FED, 0, 0};
}

static inline void record_end(struct wl_layer *l, enum wl_dir dir, enum wl_end how, enum wl_dir by,
                              const struct wl_seen *seen)
{
    (void)by;
    (void)seen;
    if (how == WL_END_CLOSED) {
        note(of(l), dir, wl_layer_lost_fin(l, dir) ? "late fin" : "fin");
    } else if (how == WL_END_RESET) {
        note(of(l), dir, "rst");
    }
}

static inline void close_recorder(struct wl_layer *l, wl_ns now)
{
    (void)l;
    (void)now;
}

static const struct wl_layer_ops recorder = {
    .name = "recorder",
    .proto = WL_H11,
    .sniff = claim_all,
    .open = open_recorder,
    .feed = record_octets,
    .skipped = record_skipped,
    .acked = record_ack,
    .gap = record_gap,
    .end = record_end,
    .close = close_recorder,
};

static const struct wl_layer_ops *const layers[] = {&recorder, NULL};

static inline void opened(void *user, const struct wl_opened_ref *conn)
{
    struct bench *b = user;

    assert_int_equal(conn->number, b->n_opened);
    b->n_opened++;
}

static inline void closed(void *user, struct wl_conn_record *rec)
{
    struct bench *b = user;

    b->n_backwards += rec->conn.id < b->rec.conn.id;
    b->rec = *rec;
    b->mark = rec->n_marks ? rec->marks[0] : (struct wl_mark){.id = WL_MARK_NONE};
    b->n_closed++;
    wl_arena_free(rec->arena);
}

static inline void no_exchange(void *user, struct wl_exchange *ex)
{
    (void)user;
    wl_arena_free(ex->arena);
}

/* Begins anew, with the limits as they are now. */
static inline void start_flows(struct bench *b)
{
    const struct wl_flows_config cfg = {
        .host = &b->host, .layers = layers, .opened = opened, .closed = closed, .user = b};

    wl_flows_free(b->flows);
    b->flows = wl_flows_new(&cfg);
    assert_non_null(b->flows);
}

static inline struct bench *start(void)
{
    static struct bench bench;
    struct bench *b = &bench;

    *b = (struct bench){.now = 1000 * WL_SECOND};
    wl_budget_init(&b->budget, 64 << 20, NULL, NULL, NULL);
    wl_arena_pool_init(&b->arenas, &b->budget, 1 << 20);
    wl_config_init(&b->cfg);
    wl_text_init(&b->notes, &b->budget, MOST);
    b->ends[0] = (struct wl_endpoint){.ip = {10, 0, 0, 1}, .port = 40000, .family = 4};
    b->ends[1] = (struct wl_endpoint){.ip = {10, 0, 0, 2}, .port = 80, .family = 4};
    b->host = (struct wl_layer_host){
        .budget = &b->budget,
        .arenas = &b->arenas,
        .cfg = &b->cfg,
        .counters = &b->counters,
        .limits = b->limits,
        .keep_steps = true,
        .exchange = no_exchange,
        .user = b,
    };
    start_flows(b);
    return b;
}

/* Ends the capture and compares the notes. */
static inline void finish(struct bench *b, const char *expected)
{
    wl_flows_finish(b->flows);
    wl_text_char(&b->notes, '\0');
    assert_string_equal((const char *)b->notes.buf.p, expected);
    wl_flows_free(b->flows);
    wl_text_release(&b->notes);
    wl_arena_pool_release(&b->arenas);
    assert_int_equal(b->budget.used, 0);
}

/* ---------------------------------------------------------------------------------- segments */

static inline void wait_for(struct bench *b, wl_ns how_long)
{
    b->now += how_long;
}

/* The general segment: sequence numbers relative to the first octet after the SYN. */
static inline void send_cut(struct bench *b, enum wl_dir dir, unsigned flags, int64_t seq,
                            int64_t ack, struct wl_span octets, uint32_t lost)
{
    const uint32_t isn[2] = {CLIENT_ISN, SERVER_ISN};
    struct wl_segment seg = {
        .packet = ++b->packet,
        .frame = b->packet,
        .t = b->now += MS,
        .src = b->ends[dir],
        .dst = b->ends[1 - dir],
        .seq = isn[dir] + 1 + (uint32_t)seq,
        .ack = flags & WL_TCP_ACK ? isn[1 - dir] + 1 + (uint32_t)ack : 0,
        .window = 1000,
        .flags = (uint8_t)flags,
        .ttl = 64,
        .lost = lost,
        .payload = octets,
    };

    wl_flows_tick(b->flows, seg.t);
    wl_flows_segment(b->flows, &seg);
}

static inline void send_segment(struct bench *b, enum wl_dir dir, unsigned flags, int64_t seq,
                                int64_t ack, const char *text, uint32_t lost)
{
    send_cut(b, dir, flags, seq, ack, wl_span_text(text), lost);
}

static inline void client(struct bench *b, int64_t seq, int64_t ack, const char *text)
{
    send_segment(b, WL_TO_SERVER, WL_TCP_ACK, seq, ack, text, 0);
}

static inline void server(struct bench *b, int64_t seq, int64_t ack, const char *text)
{
    send_segment(b, WL_TO_CLIENT, WL_TCP_ACK, seq, ack, text, 0);
}

static inline void shake_hands(struct bench *b)
{
    send_segment(b, WL_TO_SERVER, WL_TCP_SYN, -1, 0, "", 0);
    send_segment(b, WL_TO_CLIENT, WL_TCP_SYN | WL_TCP_ACK, -1, 0, "", 0);
    client(b, 0, 0, "");
}

static inline void fin(struct bench *b, enum wl_dir dir, int64_t seq, int64_t ack)
{
    send_segment(b, dir, WL_TCP_FIN | WL_TCP_ACK, seq, ack, "", 0);
}

static inline void rst(struct bench *b, enum wl_dir dir, int64_t seq)
{
    send_segment(b, dir, WL_TCP_RST, seq, 0, "", 0);
}

#endif
