/* worker.c - one shard on a thread of its own: reads, judges, and sends what it finds.
 * SPDX-License-Identifier: MIT
 *
 * Everything here but preparing and releasing runs on the worker's thread.
 *
 * Back pressure. A worker may have ring_events octets of events on their way, from emission until
 * they were released and have come back; beyond, its thread waits. That cannot lock up: everything
 * of the worker that is furthest behind can always be released, because no other watermark is lower
 * than its own, and none of its events lies behind that, even where a shard had no memory to put
 * them in order; and a thread that waits always has a batch over there, on which its memory can
 * come back.
 *
 * Live, a worker to which nothing comes tells its clock once a second, and what others have found
 * would wait for that. So a worker says that it rests, and is asked to hurry as soon as the merge
 * waits: for two seconds it tells its clock as often as one to which packets come. A worker that
 * rests is not woken when its memory comes back, and so never rests with none left.
 *
 * Waking costs more than working: the calling thread is woken when a quarter of what a worker may
 * have on its way has gathered, when a worker is about to wait or has ended, and live after 50 ms
 * of capture time.
 */
#include "worker.h"

#include "diag.h"

enum {
    BURST = 32,          /* packets analysed at a time */
    MARK_PACKETS = 1000, /* packets between two watermarks, at most */
    BUSY_WAIT_MS = 50, /* live: until a worker tells its clock while packets come, or others wait */
    IDLE_WAIT_MS = 1000, /* and while it rests */
};

static const wl_ns mark_time = 1000000000, live_bell = 50000000, busy_for = 2000000000;

uint64_t wl_worker_octets(const struct wl_event *ev)
{
    switch (ev->kind) {
    case WL_EVENT_OPENED: return sizeof(*ev);
    case WL_EVENT_BEGUN:
        return sizeof(*ev) + (ev->of.begun ? wl_arena_octets(ev->of.begun->arena) : 0);
    case WL_EVENT_EXCHANGE: return sizeof(*ev) + wl_arena_octets(ev->of.ex->arena);
    case WL_EVENT_CONNECTION: return sizeof(*ev) + wl_arena_octets(ev->of.conn->arena);
    }
    return 0;
}

/* --------------------------------------------------------------------------------- batches */

/* Frees what has come back. After a stop the source still gives what it has. */
static void take_returns(struct wl_worker *w)
{
    struct wl_batch *b;

    while ((b = wl_ring_pop(w->returns)) != NULL) {
        wl_arena_free_chain(b->freed);
        b->freed = NULL;
        WL_ASSERT(w->on_way >= b->freed_octets && w->n_over > 0);
        w->on_way -= b->freed_octets;
        if (b->stop && !w->stop)
            wl_source_stop(w->source);
        w->stop = w->stop || b->stop;
        w->hurried = w->hurried || b->hurry;
        w->n_over--;
        b->next = w->idle;
        w->idle = b;
    }
}

static void wake_merge(struct wl_worker *w)
{
    w->unheard = 0;
    wl_bell_ring(w->cfg->bell);
}

static bool make_batch(struct wl_worker *w)
{
    struct wl_batch *b = wl_alloc(&w->budget, sizeof(*b));

    if (!b)
        return false;
    b->next = w->idle;
    w->idle = b;
    w->n_batches++;
    return true;
}

/* False: all batches are over there. */
static bool has_batch(struct wl_worker *w)
{
    if (!w->idle && w->n_batches < w->max_batches && !make_batch(w))
        w->max_batches = w->n_batches; /* memory was refused: there are enough to go on with */
    return w->idle != NULL;
}

/* An empty batch, or NULL. */
static struct wl_batch *find_batch(struct wl_worker *w)
{
    struct wl_batch *b;

    if (!has_batch(w))
        return NULL;
    b = w->idle;
    w->idle = b->next;
    b->next = NULL;
    b->n = b->n_said = 0;
    b->octets = b->freed_octets = 0;
    b->freed = NULL;
    b->over = b->stop = b->hurry = false;
    return b;
}

/* Sends b. A worker that could not go on without what is over there does not rest. */
static void send(struct wl_worker *w, struct wl_batch *b, struct wl_position up_to)
{
    bool taken;

    w->on_way += b->octets;
    w->unheard += b->octets;
    w->n_over++;
    w->resting = w->resting && w->on_way <= w->max_octets && has_batch(w);
    b->up_to = up_to;
    b->report = w->report;
    b->resting = w->resting;
    taken = wl_ring_push(w->events, b, 0);
    WL_ASSERT(taken); /* it has a slot for every batch */
    (void)taken;
}

/*
 * Waits until this worker may go on, and takes a batch. What it waits for comes back on a batch that
 * it has sent, so one must be over there.
 */
static struct wl_batch *wait_for_batch(struct wl_worker *w, struct wl_position up_to)
{
    for (;;) {
        struct wl_batch *b = NULL;

        wl_bell_arm(w->bell);
        take_returns(w);
        if (w->on_way <= w->max_octets || w->n_over == 0)
            b = find_batch(w);
        if (b || w->n_over == 0)
            wl_bell_disarm(w->bell);
        if (b && w->on_way <= w->max_octets)
            return b;
        if (b) {
            send(w, b, up_to);
            continue;
        }
        WL_ASSERT(w->n_over > 0);
        wake_merge(w);
        wl_bell_sleep(w->bell, -1);
    }
}

/* Sends what has gathered. When up_to is the position of an event, more of it may follow. */
static void flush(struct wl_worker *w, struct wl_position up_to)
{
    struct wl_batch *b = w->filling ? w->filling : find_batch(w);

    w->filling = NULL;
    if (!b)
        return; /* all are over there: the watermark can wait, events there are none */
    send(w, b, up_to);
    if (w->unheard > w->max_octets / 4 || w->n_over > WL_WORKER_BATCHES / 2)
        wake_merge(w);
}

static void on_event(void *user, struct wl_event *ev)
{
    struct wl_worker *w = user;
    const struct wl_position at = {ev->when, ev->tie};
    struct wl_batch *b;

    wl_draft(&w->drafts, ev);
    if (wl_is_later(at, w->furthest))
        w->furthest = at;
    if (!w->filling)
        w->filling = wait_for_batch(w, w->furthest);
    b = w->filling;
    b->events[b->n++] = *ev;
    b->octets += wl_worker_octets(ev);
    if (b->n == WL_BATCH_EVENTS || b->octets > w->max_octets / WL_WORKER_BATCHES)
        flush(w, w->furthest);
}

/* Copies what the calling thread wants to know. */
static void fill_report(struct wl_worker *w)
{
    struct wl_shard_report *r = &w->report;
    const struct wl_input *inputs;
    size_t n;

    if (w->live) {
        uint64_t dropped, interface_dropped;

        /* every socket is told the same of what its interface has lost */
        wl_source_lost(w->source, w->over_soon, &dropped, &interface_dropped);
        wl_shard_lost(w->shard, dropped, w->index == 0 ? interface_dropped : 0);
    }
    r->counters = *wl_shard_counters(w->shard);
    memcpy(r->limits, wl_shard_limits(w->shard), sizeof(r->limits));
    r->limits[WL_LIMIT_memory] += w->budget.refused;
    r->dropped = wl_shard_dropped(w->shard);
    r->open = wl_shard_open(w->shard);
    r->memory = wl_shard_memory(w->shard) + w->budget.used;
    inputs = wl_source_inputs(w->source, &n);
    r->n_inputs = (uint32_t)wl_min_size(n, WL_REPORTED_INPUTS);
    memcpy(r->inputs, inputs, r->n_inputs * sizeof(*inputs));
}

static void mark(struct wl_worker *w)
{
    w->since_mark = 0;
    fill_report(w);
    flush(w, wl_shard_watermark(w->shard));
}

/*
 * Live, every socket counts its own packets, and what orders them is their time. An ordinal that is
 * a time in microseconds, and leaves the index of the worker when divided by their number, puts the
 * events of all workers in order of time and is nobody else's.
 */
static uint64_t live_ordinal(struct wl_worker *w, wl_ns t)
{
    uint64_t n = w->cfg->shard.n_shards;
    uint64_t ordinal = t > 0 ? (uint64_t)t / 1000 * n + w->index : w->index;

    w->ordinal = ordinal > w->ordinal ? ordinal : w->ordinal + n;
    return w->ordinal;
}

static void feed(struct wl_worker *w, struct wl_packet *packets, size_t n)
{
    struct wl_shard_report *r = &w->report;
    wl_ns t = packets[n - 1].t;

    if (r->packets == 0)
        r->t_first = r->t_last = packets[0].t;
    for (size_t i = 0; i < n; i++) {
        if (packets[i].t < r->t_first)
            r->t_first = packets[i].t;
        if (packets[i].t > r->t_last)
            r->t_last = packets[i].t;
        if (w->live)
            packets[i].ordinal = live_ordinal(w, packets[i].t);
    }
    r->packets += n;
    w->resting = false;
    wl_shard_packets(w->shard, packets, n);
    w->since_mark += (uint32_t)n;
    if (w->since_mark < MARK_PACKETS && t - w->t_mark < mark_time)
        return;
    take_returns(w);
    w->t_mark = t;
    mark(w);
    if (w->live && (t - w->t_bell > live_bell || t < w->t_bell)) {
        w->t_bell = t;
        wake_merge(w);
    }
}

/* No packet has come for now: time goes on all the same. */
static void idle(struct wl_worker *w)
{
    wl_ns now = wl_source_now(w->source);
    bool rested = w->resting, rung;

    if (w->hurried)
        w->t_hurried = now;
    w->resting = w->hurried = false;
    w->report.now = now;
    if (now)
        wl_shard_tick(w->shard, live_ordinal(w, now), now);
    w->resting = now - w->report.t_last >= busy_for && now - w->t_hurried >= busy_for;
    mark(w);
    if (!rested || !w->resting || w->unheard) /* a clock that nobody has asked for can wait */
        wake_merge(w);
    /* what rings is mostly a batch that comes back, and no reason to begin anew */
    do {
        wl_bell_arm(w->bell);
        take_returns(w);
        rung = wl_source_wait(w->source, w->resting && !w->hurried ? IDLE_WAIT_MS : BUSY_WAIT_MS,
                              wl_bell_fd(w->bell));
        wl_bell_disarm(w->bell);
        take_returns(w);
    } while (rung && !w->stop && !w->hurried);
}

void wl_worker_run(void *user)
{
    struct wl_worker *w = user;
    struct wl_packet burst[BURST];
    int rc = 0;

    wl_shard_lean_on(w->shard, wl_source_lend(w->source));
    wl_shard_follow(w->shard, wl_source_scout(w->source));
    for (;;) { /* after a stop the source ends by itself */
        rc = wl_source_burst(w->source, burst, BURST, &w->err);
        if (rc > 0) {
            feed(w, burst, (size_t)rc);
        } else if (rc == WL_AGAIN) {
            idle(w);
        } else {
            break;
        }
    }
    w->code = rc;
    w->resting = false;
    wl_shard_finish(w->shard);
    w->over_soon = true;
    fill_report(w);
    if (!w->filling)
        w->filling = wait_for_batch(w, wl_shard_watermark(w->shard));
    w->filling->over = true;
    flush(w, (struct wl_position){UINT64_MAX, UINT64_MAX});
    wake_merge(w);
}

/* What a source says is said by the calling thread. */
static void on_said(void *user, enum wl_log_level level, const char *text)
{
    struct wl_worker *w = user;

    if (!w->filling)
        w->filling = find_batch(w);
    if (!w->filling || w->filling->n_said == WL_BATCH_SAID)
        return;
    w->filling->said[w->filling->n_said].level = level;
    (void)snprintf(w->filling->said[w->filling->n_said].text, WL_BATCH_SAID_TEXT, "%s", text);
    w->filling->n_said++;
}

/* Where a filter lets nothing through, nothing else is said for long. A stop comes on a batch, so
 * one is sent. */
static void on_progress(void *user, uint64_t done, uint64_t total)
{
    struct wl_worker *w = user;
    bool alone = w->n_over == 0;

    w->report.done = done;
    w->report.total = total;
    take_returns(w);
    flush(w, wl_shard_watermark(w->shard));
    if (alone)
        wake_merge(w);
}

/* ------------------------------------------------------------------------------ life cycle */

int wl_worker_prepare(struct wl_worker *w, const struct wl_pipeline_config *cfg, unsigned index,
                      uint16_t group, struct wl_error *err)
{
    const struct wl_config *config = cfg->shard.cfg;
    struct wl_shard_config shard = cfg->shard;

    w->cfg = cfg;
    w->index = shard.index = index;
    w->max_batches = WL_WORKER_BATCHES;
    w->drafts.sink = cfg->drafting;
    w->max_octets = wl_max_u64(config->limits.ring_events, 1);
    wl_budget_init(&w->budget, cfg->source_memory / cfg->shard.n_shards, config->alloc,
                   config->release, config->alloc_user);
    shard.emit = on_event;
    shard.user = w;
    shard.draft = cfg->drafting ? WL_DRAFT_USUAL : 0;
    w->source_config = *cfg->source;
    w->source_config.shard = index;
    w->source_config.n_shards = cfg->shard.n_shards;
    w->source_config.fanout_group = group;
    w->source_config.progress = on_progress;
    w->source_config.progress_user = w;
    w->source_config.log = index == 0 && cfg->source->log ? on_said : NULL;
    w->source_config.log_user = w;
    w->events = wl_ring_new(cfg->budget, WL_WORKER_BATCHES, UINT64_MAX);
    w->returns = wl_ring_new(cfg->budget, WL_WORKER_BATCHES, UINT64_MAX);
    w->bell = wl_bell_new(cfg->budget, err);
    if (!w->bell)
        return WL_NOMEM;
    w->shard = wl_shard_new(&shard);
    if (!w->events || !w->returns || !w->shard || !make_batch(w) || !make_batch(w))
        return wl_fail(err, WL_NOMEM, "out of memory");
    return wl_source_prepare(&w->source_config, &config->limits, &w->budget, &w->source, err);
}

static void free_batches(struct wl_worker *w, struct wl_batch *list)
{
    while (list) {
        struct wl_batch *next = list->next;

        wl_arena_free_chain(list->freed);
        wl_free(&w->budget, list, sizeof(*list));
        list = next;
    }
}

void wl_worker_release(struct wl_worker *w)
{
    struct wl_batch *b;

    while (w->returns && (b = wl_ring_pop(w->returns)) != NULL) {
        b->next = w->carriers;
        w->carriers = b;
    }
    if (w->filling) {
        w->filling->next = w->carriers;
        w->carriers = w->filling;
    }
    wl_arena_free_chain(w->freed);
    free_batches(w, w->carriers);
    free_batches(w, w->idle);
    wl_shard_free(w->shard);
    wl_source_free(w->source);
    wl_bell_free(w->bell);
    wl_ring_free(w->events);
    wl_ring_free(w->returns);
}
