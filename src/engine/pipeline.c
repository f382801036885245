/* pipeline.c - several shards at a time, each on a thread of its own: the calling thread's side.
 * SPDX-License-Identifier: MIT
 *
 *            source ─▶ shard ─▶ batch ═══ events ═══▶ merge ─▶ outputs
 *   a thread of its own          ▲                      │       the calling thread
 *   (worker.c)                   ╚═════ returns ════════╝
 *
 * A worker is one shard with its two rings. What it sends is taken into the merge here, and what the
 * merge has released goes back to it. Memory goes back an eighth at a time, while the calling thread
 * works on: if it came back at the end only, workers and calling thread would take turns, and one
 * processor would always rest.
 */
#include "pipeline.h"

#include "diag.h"
#include "table.h"
#include "worker.h"

struct wl_pipeline {
    struct wl_pipeline_config cfg;
    unsigned n;
    bool joined;
    uint64_t done;           /* last told to the progress callback */
    struct wl_input *inputs; /* of all workers together */
    size_t n_inputs;
    struct wl_worker workers[]; /* n */
};

static void take_batch(struct wl_pipeline *p, struct wl_worker *w, struct wl_batch *b)
{
    const struct wl_source_config *source = p->cfg.source;

    for (uint32_t i = 0; i < b->n; i++)
        wl_merge_event(p->cfg.merge, w->index, &b->events[i]);
    for (uint32_t i = 0; i < b->n_said && source->log; i++)
        source->log(source->log_user, b->said[i].level, b->said[i].text);
    w->held += b->octets;
    w->up_to = b->up_to;
    w->told = b->report;
    w->over = w->over || b->over;
    w->rests = b->resting && !b->over;
    b->next = w->carriers;
    w->carriers = b;
    w->n_carriers++;
}

/* Lends one batch back, with all that has been released. */
static void lend(struct wl_worker *w)
{
    struct wl_batch *b = w->carriers;
    bool taken;

    w->carriers = b->next;
    w->n_carriers--;
    b->freed = w->freed;
    b->freed_octets = w->freed_octets;
    b->stop = w->stop_wanted;
    b->hurry = w->hurry_wanted;
    w->freed = NULL;
    w->freed_octets = 0;
    w->stop_wanted = w->hurry_wanted = false;
    taken = wl_ring_push(w->returns, b, 0);
    WL_ASSERT(taken);
    (void)taken;
}

/* Has so much been released that the worker may be waiting for it? */
static bool is_much(const struct wl_worker *w)
{
    return w->freed_octets > w->max_octets / 8;
}

/*
 * Lends the batches back. The last one stays for what is released later, unless it has enough to
 * carry that its worker may be waiting for.
 */
static void give_back(struct wl_worker *w)
{
    bool needed = !w->rests || w->stop_wanted || w->hurry_wanted;
    bool any = false;

    while (w->n_carriers > 1 ||
           (w->n_carriers == 1 && ((w->freed_octets && w->held == 0) || is_much(w) ||
                                   w->stop_wanted || w->hurry_wanted))) {
        lend(w);
        any = true;
    }
    w->silent = w->silent || any;
    if (w->silent && needed) { /* a worker that rests does not wait for memory */
        wl_bell_ring(w->bell);
        w->silent = false;
    }
}

/* Workers that rest are asked for their clock when others' events wait for it. */
static void hurry(struct wl_pipeline *p)
{
    for (unsigned i = 0; i < p->n; i++) {
        struct wl_worker *w = &p->workers[i];

        if (w->rests && wl_merge_waits(p->cfg.merge)) {
            w->rests = false;
            w->hurry_wanted = true;
        }
    }
}

bool wl_pipeline_pump(struct wl_pipeline *p)
{
    const struct wl_source_config *source = p->cfg.source;
    struct wl_batch *b;
    bool any = false;

    /* first all rings are emptied, only then is chosen: under skewed load the other order locks
     * up */
    for (unsigned i = 0; i < p->n; i++) {
        while ((b = wl_ring_pop(p->workers[i].events)) != NULL) {
            take_batch(p, &p->workers[i], b);
            any = true;
        }
    }
    for (unsigned i = 0; any && i < p->n; i++)
        wl_merge_watermark(p->cfg.merge, i, p->workers[i].up_to);
    hurry(p);
    for (unsigned i = 0; i < p->n; i++)
        give_back(&p->workers[i]);
    if (source->progress && p->workers[0].told.done != p->done) {
        p->done = p->workers[0].told.done;
        source->progress(source->progress_user, p->done, p->workers[0].told.total);
    }
    return any;
}

bool wl_pipeline_over(const struct wl_pipeline *p)
{
    for (unsigned i = 0; i < p->n; i++) {
        if (p->workers[i].thread.running && !p->workers[i].over)
            return false;
    }
    return true;
}

void wl_pipeline_stop(struct wl_pipeline *p)
{
    for (unsigned i = 0; i < p->n; i++) {
        p->workers[i].stop_wanted = true; /* told with the next batch that goes back */
        give_back(&p->workers[i]);
    }
}

void wl_pipeline_release(struct wl_pipeline *p, const struct wl_event *ev)
{
    struct wl_worker *w = &p->workers[ev->shard];
    uint64_t octets = wl_worker_octets(ev);

    w->held -= octets;
    w->freed_octets += octets;
    switch (ev->kind) {
    case WL_EVENT_OPENED: break;
    case WL_EVENT_BEGUN:
        if (ev->of.begun)
            wl_arena_chain(&w->freed, ev->of.begun->arena);
        break;
    case WL_EVENT_EXCHANGE: wl_arena_chain(&w->freed, ev->of.ex->arena); break;
    case WL_EVENT_CONNECTION: wl_arena_chain(&w->freed, ev->of.conn->arena); break;
    }
    if (is_much(w) && w->n_carriers > 1) {
        lend(w);
        wl_bell_ring(w->bell);
    }
}

const struct wl_shard_report *wl_pipeline_report(const struct wl_pipeline *p, unsigned shard)
{
    return &p->workers[shard].told;
}

/* Adds what one socket has seen of an interface to what others have. */
static void add_input(struct wl_input *sum, const struct wl_input *in)
{
    if (in->packets && (sum->packets == 0 || in->t_first < sum->t_first))
        sum->t_first = in->t_first;
    if (in->packets && (sum->packets == 0 || in->t_last > sum->t_last))
        sum->t_last = in->t_last;
    sum->packets += in->packets;
    sum->octets += in->octets;
    sum->dropped += in->dropped;
    /* every socket is told the same of what they share */
    sum->interface_dropped = wl_max_u64(sum->interface_dropped, in->interface_dropped);
    if (!sum->notice)
        sum->notice = in->notice;
    if (!sum->damaged)
        sum->damaged = in->damaged;
}

const struct wl_input *wl_pipeline_inputs(struct wl_pipeline *p, size_t *n)
{
    bool live = p->workers[0].live;
    size_t n_told = p->n_inputs;
    const struct wl_input *told = p->workers[0].told.inputs;

    if (p->joined) {
        told = wl_source_inputs(p->workers[0].source, &n_told);
    } else if (n_told > p->workers[0].told.n_inputs) {
        n_told = 0; /* too many to be told, or nothing has been told yet */
    }
    n_told = wl_min_size(n_told, p->n_inputs);
    if (n_told)
        memcpy(p->inputs, told, n_told * sizeof(*told));
    for (unsigned i = 1; live && i < p->n; i++) {
        const struct wl_shard_report *r = &p->workers[i].told;

        for (size_t k = 0; k < wl_min_size(r->n_inputs, n_told); k++)
            add_input(&p->inputs[k], &r->inputs[k]);
    }
    *n = p->n_inputs;
    return p->inputs;
}

struct wl_source *wl_pipeline_source(const struct wl_pipeline *p)
{
    return p->workers[0].source;
}

/* ------------------------------------------------------------------------------ life cycle */

int wl_pipeline_new(const struct wl_pipeline_config *cfg, struct wl_pipeline **ret,
                    struct wl_error *err)
{
    unsigned n = cfg->shard.n_shards;
    uint16_t group = (uint16_t)wl_seed();
    struct wl_pipeline *p;

    WL_ASSERT(n > 0 && n <= WL_PIPELINE_MAX);
    p = wl_alloc(cfg->budget, sizeof(*p) + n * sizeof(p->workers[0]));
    if (!p)
        return wl_fail(err, WL_NOMEM, "out of memory");
    p->cfg = *cfg;
    p->n = n;
    for (unsigned i = 0; i < n; i++) {
        int rc = wl_worker_prepare(&p->workers[i], &p->cfg, i, group, err);

        if (rc < 0) {
            wl_pipeline_free(p);
            return rc;
        }
    }
    *ret = p;
    return 0;
}

int wl_pipeline_begin(struct wl_pipeline *p, struct wl_error *err)
{
    const struct wl_input *inputs;
    size_t n;

    for (unsigned i = 0; i < p->n; i++) {
        int rc = wl_source_begin(p->workers[i].source, err);

        if (rc < 0)
            return rc;
        p->workers[i].live = wl_source_live(p->workers[i].source);
    }
    inputs = wl_source_inputs(p->workers[0].source, &n);
    p->inputs = n ? wl_alloc_array(p->cfg.budget, n, sizeof(*inputs)) : NULL;
    if (n && !p->inputs)
        return wl_fail(err, WL_NOMEM, "out of memory");
    if (n)
        memcpy(p->inputs, inputs, n * sizeof(*inputs));
    p->n_inputs = n;
    return 0;
}

int wl_pipeline_start(struct wl_pipeline *p, struct wl_error *err)
{
    int rc = 0;

    for (unsigned i = 0; i < p->n; i++) {
        struct wl_worker *w = &p->workers[i];

        if (rc == 0)
            rc = wl_thread_start(&w->thread, false, wl_worker_run, w, err);
        if (rc < 0) /* nothing comes of it that others would have to wait for */
            w->up_to = (struct wl_position){UINT64_MAX, UINT64_MAX};
    }
    return rc;
}

void wl_pipeline_end(struct wl_pipeline *p)
{
    if (p->joined)
        return;
    if (!wl_pipeline_over(p))
        wl_pipeline_stop(p);
    for (;;) {
        wl_bell_arm(p->cfg.bell);
        if (wl_pipeline_over(p))
            break;
        if (wl_pipeline_pump(p)) {
            wl_bell_disarm(p->cfg.bell);
        } else {
            wl_bell_sleep(p->cfg.bell, -1);
        }
    }
    wl_bell_disarm(p->cfg.bell);
    for (unsigned i = 0; i < p->n; i++)
        wl_thread_join(&p->workers[i].thread);
    p->joined = true;
}

int wl_pipeline_result(const struct wl_pipeline *p, struct wl_error *err)
{
    for (unsigned i = 0; i < p->n; i++) {
        if (p->workers[i].code < 0) {
            *err = p->workers[i].err;
            return p->workers[i].code;
        }
    }
    return 0;
}

void wl_pipeline_free(struct wl_pipeline *p)
{
    if (!p)
        return;
    for (unsigned i = 0; i < p->n; i++)
        wl_worker_release(&p->workers[i]);
    wl_free(p->cfg.budget, p->inputs, p->n_inputs * sizeof(*p->inputs));
    wl_free(p->cfg.budget, p, sizeof(*p) + p->n * sizeof(p->workers[0]));
}
