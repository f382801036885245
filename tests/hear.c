/* hear.c - one connection at a time, sent in segments, and what the HTTP/1 layer makes of it.
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "hear.h"

static void on_exchange(void *user, struct wl_exchange *ex)
{
    struct heard *h = user;

    assert_true(h->n < HEAR_MAX);
    h->ex[h->n++] = ex;
}

static void on_closed(void *user, struct wl_conn_record *rec)
{
    struct heard *h = user;

    h->closed = *rec;
    for (uint32_t i = 0; i < rec->n_marks && h->n_marks < HEAR_MAX; i++)
        h->marks[h->n_marks++] = rec->marks[i];
    wl_arena_free(rec->arena);
}

void hear_one(struct heard *h, enum wl_dir dir, uint8_t flags, struct wl_span payload)
{
    static const struct wl_endpoint ends[2] = {
        {.ip = {10, 0, 0, 2}, .port = 51514, .family = 4},
        {.ip = {10, 0, 0, 9}, .port = 80, .family = 4},
    };
    struct wl_segment seg = {
        .packet = ++h->packet,
        .frame = wl_frame(0, h->packet),
        .t = h->t,
        .src = ends[dir],
        .dst = ends[!dir],
        .seq = h->sent[dir],
        .ack = h->sent[!dir],
        .window = 65535,
        .flags = flags,
        .ttl = 64,
        .payload = payload,
    };

    wl_flows_tick(h->flows, seg.t);
    wl_flows_segment(h->flows, &seg);
    h->sent[dir] += (uint32_t)payload.n + ((flags & (WL_TCP_SYN | WL_TCP_FIN)) != 0);
}

void hear_octets(struct heard *h, enum wl_dir dir, struct wl_span octets, size_t piece)
{
    for (; octets.n; octets = wl_span_after(octets, piece))
        hear_one(h, dir, WL_TCP_ACK | WL_TCP_PSH, wl_span_sub(octets, 0, piece));
}

void hear_all(struct heard *h, enum wl_dir dir, const char *text, size_t piece)
{
    hear_octets(h, dir, wl_span_text(text), piece);
}

void hear_begin_with(struct heard *h, wl_ns t, const struct wl_layer_ops *const *layers)
{
    struct wl_flows_config cfg = {
        .host = &h->host, .layers = layers, .closed = on_closed, .user = h};

    *h = (struct heard){.sent = {100, 200}, .t = t};
    wl_config_init(&h->cfg);
    wl_budget_init(&h->budget, 64u << 20, NULL, NULL, NULL);
    wl_arena_pool_init(&h->pool, &h->budget, 1u << 20);
    wl_lookup_init(&h->lookup);
    wl_pool_init(&h->busy, &h->budget, wl_h1_busy_octets, 1);
    h->host = (struct wl_layer_host){
        .budget = &h->budget,
        .arenas = &h->pool,
        .cfg = &h->cfg,
        .counters = &h->counters,
        .limits = h->limits,
        .busy = &h->busy,
        .lookup = &h->lookup,
        .exchange = on_exchange,
        .user = h,
    };
    h->flows = wl_flows_new(&cfg);
    assert_non_null(h->flows);
    hear_one(h, WL_TO_SERVER, WL_TCP_SYN, wl_span(NULL, 0));
    hear_one(h, WL_TO_CLIENT, WL_TCP_SYN | WL_TCP_ACK, wl_span(NULL, 0));
    hear_one(h, WL_TO_SERVER, WL_TCP_ACK, wl_span(NULL, 0));
}

void hear_begin_at(struct heard *h, wl_ns t)
{
    static const struct wl_layer_ops *const layers[] = {&wl_layer_h1, NULL};

    hear_begin_with(h, t, layers);
}

void hear_begin(struct heard *h)
{
    hear_begin_at(h, 1000 * WL_SECOND);
}

void hear_finish(struct heard *h)
{
    hear_one(h, WL_TO_CLIENT, WL_TCP_FIN | WL_TCP_ACK, wl_span(NULL, 0));
    hear_one(h, WL_TO_SERVER, WL_TCP_FIN | WL_TCP_ACK, wl_span(NULL, 0));
    wl_flows_finish(h->flows);
    wl_flows_free(h->flows);
}

void hear_release(struct heard *h)
{
    for (uint32_t i = 0; i < h->n; i++)
        wl_arena_free(h->ex[i]->arena);
    wl_arena_pool_release(&h->pool);
    wl_pool_release(&h->busy);
    assert_int_equal(h->budget.used, 0);
}
