/* run.c - a run: from the opening of a source until nothing more will come of it.
 * SPDX-License-Identifier: MIT
 *
 * The loop on the calling thread. With one shard it reads, and analyses what it has read; with
 * several it takes in what comes from their threads. Either way it is the one place that waits, and
 * but for a live source the only one that looks at a clock: what it learns there goes to outputs
 * that want to be told the time, and never into what is said of a file.
 */
#include "engine.h"

#include "clock.h"
#include "diag.h"
#include "partition.h"
#include "table.h"

enum {
    BURST = 32,         /* packets fed at a time: their headers and flows fit the fastest cache */
    LOOK_EVERY = 1024,  /* packets between two looks at what else there is to do */
    PACE_WAIT_MS = 100, /* longest wait of a file that is played back */
    BUSY_WAIT_MS = 25,  /* live: until time is looked at while something has come of late */
    IDLE_WAIT_MS = 1000,
    /* of the engine's memory, for the sources of several shards: half, or with
     * a screen a quarter */
    SOURCES_PART = 2,
    SOURCES_PART_SCREEN = 4,
};

static const wl_ns busy_for = 2000000000, look_after = 5000000;

/* What the run knows of time. */
struct clock {
    bool ticks; /* some output wants to be told */
    time_t last_second;
    double speed;        /* 0: as fast as it can be read */
    wl_ns capture, wall; /* one and the same moment */
};

/* Calls the outputs about once a second of wall time. */
static void tick_when_due(struct wl_engine *e, time_t *last)
{
    time_t now = (time_t)(wl_clock_monotonic() / 1000000000);

    if (now != *last) {
        *last = now;
        wl_outputs_tick(&e->outputs);
    }
}

/* What there is to do beside packets; true when there is more of it. */
static bool look_round(struct wl_engine *e, struct clock *c)
{
    if (c->ticks)
        tick_when_due(e, &c->last_second);
    return e->desk && wl_serve(e);
}

static bool is_wanted(const struct wl_engine *e)
{
    return !e->stop && !e->halt && !e->outputs.failure.code;
}

/* Something that may not wait came while the bell was not heard. */
static bool is_called(struct wl_engine *e)
{
    return e->stop || (e->port && wl_serve_called(e));
}

/* ---------------------------------------------------------------------- on this thread alone */

/* What was lost on the way belongs to the first shard: with several, this
 * thread reads no interface. */
static void tell_lost(struct wl_engine *e, bool at_end)
{
    uint64_t dropped, interface_dropped;

    if (!e->live)
        return;
    wl_source_lost(e->source, at_end, &dropped, &interface_dropped);
    wl_shard_lost(e->shards[0], dropped, interface_dropped);
}

/* Live, and nothing is there now: time goes on all the same, and what is ready is shown. */
static void wait_for_packets(struct wl_engine *e, bool more)
{
    wl_ns now = wl_source_now(e->source);
    int timeout = now && now - e->t_last > busy_for ? IDLE_WAIT_MS : BUSY_WAIT_MS;

    e->now = now;
    if (now && e->packets) {
        for (unsigned i = 0; i < e->n_shards; i++)
            wl_shard_tick(e->shards[i], e->ordinal + 1, now);
    }
    wl_outputs_flush(&e->outputs);
    wl_bell_arm(e->bell);
    if (!e->port ||
        !wl_serve_called(e)) /* a stop ends the wait by itself, and is not the end yet */
        (void)wl_source_wait(e->source, more ? 0 : timeout, wl_bell_fd(e->bell));
    wl_bell_disarm(e->bell);
}

/* Until the source ends, as it does after a stop, or an output fails. */
static int read_alone(struct wl_engine *e, struct clock *c, struct wl_error *err)
{
    struct wl_packet burst[BURST];
    uint64_t looked = 0;
    bool more = false;
    int rc = 0;

    for (unsigned i = 0; i < e->n_shards; i++)
        wl_shard_lean_on(e->shards[i], wl_source_lend(e->source));
    wl_shard_follow(e->shards[0], wl_source_scout(e->source));
    while (!e->outputs.failure.code) {
        rc = wl_source_burst(e->source, burst, BURST, err);
        if (rc > 0) {
            wl_engine_feed(e, burst, (size_t)rc);
            if (e->packets - looked < LOOK_EVERY)
                continue;
        } else if (rc == WL_AGAIN) {
            wait_for_packets(e, more);
        } else {
            break;
        }
        looked = e->packets;
        tell_lost(e, false);
        more = look_round(e, c);
    }
    tell_lost(e, true);
    return rc < 0 && rc != WL_AGAIN ? rc : 0;
}

/* Time goes on between packets: what is over by now is told now. Never beyond
 * the packet that comes. */
static void pass_time(struct wl_engine *e, wl_ns t)
{
    if (e->now > t)
        e->now = t;
    for (unsigned i = 0; i < e->n_shards; i++)
        wl_shard_tick(e->shards[i], e->ordinal + 1, e->now);
}

/* So many times as long; what is further away than anybody waits, or ago, is as far as that. */
static wl_ns scaled(wl_ns d, double factor)
{
    const double most = (double)(INT64_MAX / 4);
    double product = (double)d * factor;

    return (wl_ns)(product > most ? most : product < -most ? -most : product);
}

/* Waits until the clock of the capture has come to t. */
static void wait_until(struct wl_engine *e, struct clock *c, wl_ns t)
{
    while (is_wanted(e)) {
        wl_ns wall = wl_clock_monotonic();
        wl_ns due = c->wall + scaled(t - c->capture, 1 / c->speed);
        bool more;

        e->now = c->capture + scaled(wall - c->wall, c->speed);
        if (wall >= due)
            return;
        pass_time(e, t);
        more = look_round(e, c);
        wl_bell_arm(e->bell);
        if (more || is_called(e)) {
            wl_bell_disarm(e->bell);
        } else {
            wl_bell_sleep(e->bell,
                          (int)wl_min_u64((uint64_t)(due - wall) / 1000000 + 1, PACE_WAIT_MS));
        }
    }
}

/* As the packets came, or so many times as fast. Time that stands still or goes back
 * is not waited for. */
static int read_paced(struct wl_engine *e, struct clock *c, struct wl_error *err)
{
    struct wl_packet p;
    wl_ns looked = 0;
    int rc = 0;

    while (is_wanted(e) && (rc = wl_source_next(e->source, &p, err)) == 1) {
        wl_ns wall = wl_clock_monotonic();

        if (e->packets == 0) {
            c->capture = p.t;
            c->wall = wall;
        }
        wait_until(e, c, p.t);
        wl_engine_feed(e, &p, 1);
        if (wall - looked > look_after) {
            looked = wall;
            (void)look_round(e, c);
        }
    }
    return rc == 1 ? 0 : rc;
}

/* ------------------------------------------------------------------------------ with threads */

static void sum_reports(struct wl_engine *e)
{
    uint64_t packets = 0;

    for (unsigned i = 0; i < e->n_shards; i++) {
        const struct wl_shard_report *r = wl_pipeline_report(e->pipeline, i);

        if (r->now > e->now) /* live it goes on without packets */
            e->now = r->now;
        if (r->packets == 0)
            continue;
        if (packets == 0 || r->t_first < e->t_first)
            e->t_first = r->t_first;
        if (packets == 0 || r->t_last > e->t_last)
            e->t_last = r->t_last;
        /* of a file every shard has seen all packets */
        packets = e->live ? packets + r->packets : wl_max_u64(packets, r->packets);
    }
    e->packets = packets;
}

/* The kernel deals packets out by their outer addresses, and takes the connections
 * in a tunnel apart. */
static bool tell_tunnel(struct wl_engine *e)
{
    for (unsigned i = 0; e->source_config->n_interfaces && i < e->n_shards; i++) {
        if (wl_pipeline_report(e->pipeline, i)->counters.tunnelled) {
            wl_log(&e->cfg, WL_LOG_WARN,
                   "there are tunnels in this traffic, which -j takes apart: use one shard");
            return true;
        }
    }
    return false;
}

static int read_with_threads(struct wl_engine *e, struct clock *c, struct wl_error *err)
{
    bool looks = c->ticks || e->desk, told = false, told_tunnel = false;
    int rc = wl_pipeline_start(e->pipeline, err);

    while (rc == 0 && !wl_pipeline_over(e->pipeline)) {
        bool any = wl_pipeline_pump(e->pipeline), more = false;

        if (!told && !is_wanted(e)) {
            told = true;
            wl_pipeline_stop(e->pipeline);
        }
        if (looks) {
            sum_reports(e);
            more = look_round(e, c);
        }
        told_tunnel = told_tunnel || tell_tunnel(e);
        if (any || more)
            continue;
        wl_outputs_flush(&e->outputs);
        wl_bell_arm(e->bell);
        if ((is_called(e) && !told) || wl_pipeline_pump(e->pipeline)) {
            wl_bell_disarm(e->bell);
        } else {
            wl_bell_sleep(e->bell, IDLE_WAIT_MS);
        }
    }
    wl_engine_end(e);
    sum_reports(e);
    return rc < 0 ? rc : wl_pipeline_result(e->pipeline, err);
}

/* ------------------------------------------------------------------------------------ opening */

static int one_shard(struct wl_engine *e, const char *why)
{
    wl_log(&e->cfg, WL_LOG_WARN, "%s: -j is not used", why);
    e->n_shards = e->cfg.shards = 1;
    return 0;
}

/* Shards have whole partitions of the space of connections; live, the kernel cuts it. */
static void leave_some_to_each(struct wl_engine *e)
{
    const unsigned n = wl_partitions_count(e->cfg.limits.max_connections);

    if (e->n_shards <= n)
        return;
    wl_log(&e->cfg, WL_LOG_WARN, "so small a max_connections has %u shard%s: -j %u is not used", n,
           n == 1 ? "" : "s", e->n_shards);
    e->n_shards = e->cfg.shards = n;
}

/* Opens what this thread will read: first all that needs rights, then the callback with which the
 * program gives them up, then all that looks at what others have written. */
static int open_alone(struct wl_engine *e, const struct wl_source_config *src, struct wl_error *err)
{
    struct wl_source *source = NULL;
    int rc = wl_source_prepare(src, &e->cfg.limits, &e->budget, &source, err);

    if (rc < 0)
        return rc;
    e->source = source;
    if (e->stop)
        wl_source_stop(source); /* said before there was a source */
    rc = src->opened ? src->opened(src->opened_user, err) : 0;
    if (rc == 0)
        rc = wl_source_begin(source, err);
    if (rc < 0) { /* nothing was read: the outputs have nothing to tell either */
        e->source = NULL;
        wl_source_free(source);
        return rc;
    }
    e->live = wl_source_live(source);
    return 0;
}

/* What a filter leaves out would be drafted in vain, and drafts know of no redaction that was asked
 * for. */
static bool may_draft(const struct wl_engine *e)
{
    return !e->filter && e->cfg.redact == WL_REDACT_CREDENTIALS;
}

/* Opens a source for each of several shards. */
static int open_many(struct wl_engine *e, const struct wl_source_config *src, bool opened,
                     struct wl_error *err)
{
    struct wl_pipeline_config cfg = {
        .shard = wl_engine_shard_config(e),
        .source = src,
        .drafting = may_draft(e) ? wl_outputs_lend(&e->outputs) : NULL,
        .merge = e->merge,
        .bell = e->bell,
        .budget = &e->budget,
        .source_memory = e->budget.max / (e->port ? SOURCES_PART_SCREEN : SOURCES_PART),
    };
    struct wl_pipeline *p = NULL;
    int rc;

    cfg.shard.dealt = src->n_interfaces > 0;
    e->budget.max -= cfg.source_memory;
    rc = wl_pipeline_new(&cfg, &p, err);
    if (rc == 0 && !opened && src->opened)
        rc = src->opened(src->opened_user, err);
    if (rc == 0)
        rc = wl_pipeline_begin(p, err);
    if (rc < 0) {
        wl_pipeline_free(p);
        return rc;
    }
    e->live = wl_source_live(wl_pipeline_source(p));
    e->pipeline = p;
    return 0;
}

/* Files of which every shard can read all: whether they are such is known when they are open. */
static int open_files(struct wl_engine *e, const struct wl_source_config *src, struct wl_error *err)
{
    int rc = open_alone(e, src, err);

    if (rc < 0 || e->n_shards == 1)
        return rc;
    if (!wl_source_rereadable(e->source) || e->live) {
        return one_shard(e, src->follow ? "what is followed has one shard"
                                        : "what comes through a pipe has one shard");
    }
    wl_source_free(e->source);
    e->source = NULL;
    return 0;
}

static int open_source(struct wl_engine *e, const struct wl_source_config *src,
                       struct wl_error *err)
{
    bool interfaces = src->n_interfaces > 0;
    int rc = e->evidence ? wl_evidence_open(e->evidence, err) : 0;

    e->source_config = src;
    if (interfaces && e->n_shards > 1 && e->evidence)
        (void)one_shard(e, "-w keeps the packets of one socket");
    if (interfaces && e->n_shards > 1 && src->max_packets)
        (void)one_shard(e, "-c counts the packets of one socket");
    if (!interfaces)
        leave_some_to_each(e);
    if (rc == 0 && !(interfaces && e->n_shards > 1))
        rc = open_files(e, src, err);
    if (rc == 0)
        rc = wl_engine_start(e, e->source != NULL, err);
    if (rc == 0 && !e->source)
        rc = open_many(e, src, !interfaces, err);
    return rc;
}

static void on_progress(void *user, uint64_t done, uint64_t total)
{
    struct wl_engine *e = user;

    e->done = done;
    e->total = total;
    if (e->wanted_progress)
        e->wanted_progress(e->progress_user, done, total);
}

/* Everything is open: reads it, and serves the screen if there is one. */
static int read_source(struct wl_engine *e, double speed, struct wl_error *err)
{
    struct clock c = {.ticks = wl_outputs_want_ticks(&e->outputs), .speed = speed};
    int rc;

    if (speed > 0 && e->live) {
        wl_log(&e->cfg, WL_LOG_WARN,
               "what comes through a pipe comes at its own pace: --speed is not used");
    }
    e->began = wl_clock_monotonic();
    if (e->pipeline) {
        rc = read_with_threads(e, &c, err);
    } else if (speed > 0 && !e->live) {
        rc = read_paced(e, &c, err);
    } else {
        rc = read_alone(e, &c, err);
    }
    return rc;
}

static int open_run(struct wl_engine *e, const struct wl_source_config *src, struct wl_error *err)
{
    struct wl_source *source;
    const struct wl_input *inputs;
    size_t n;
    int rc = open_source(e, src, err);

    if (rc < 0)
        return rc;
    source = e->pipeline ? wl_pipeline_source(e->pipeline) : e->source;
    inputs = e->pipeline ? wl_pipeline_inputs(e->pipeline, &n) : wl_source_inputs(source, &n);
    wl_outputs_inputs(&e->outputs, inputs, n);
    if (wl_outputs_want_places(&e->outputs) && !e->live && wl_source_rereadable(source)) {
        e->places = wl_places_new(&e->budget, inputs, n);
        if (e->places)
            wl_outputs_places(&e->outputs, wl_places_find, e->places);
    }
    return wl_engine_begin_evidence(e, source, err);
}

int wl_engine_run(struct wl_engine *e, const struct wl_source_config *src, struct wl_error *err)
{
    return wl_engine_run_screen(e, src, 0, NULL, NULL, err);
}

int wl_engine_run_screen(struct wl_engine *e, const struct wl_source_config *src, double speed,
                         wl_screen_fn *screen, void *user, struct wl_error *err)
{
    int rc;

    if (e->started)
        return wl_fail(err, WL_EINVAL, "an engine reads one source");
    e->bell = wl_bell_new(&e->budget, err);
    if (!e->bell)
        return WL_NOMEM;
    e->source_copy = *src;
    if (screen) {
        e->wanted_progress = src->progress;
        e->progress_user = src->progress_user;
        e->source_copy.progress = on_progress;
        e->source_copy.progress_user = e;
        rc = wl_serve_open(e, err);
        if (rc < 0)
            return rc;
        if (speed > 0 && e->n_shards > 1)
            (void)one_shard(e, "a capture that is played back has one shard");
    }
    rc = open_run(e, &e->source_copy, err);
    if (rc == 0 && screen)
        rc = wl_serve_begin(e, &e->source_copy, err);
    if (rc == 0 && screen)
        rc = wl_port_start(e->port, screen, user, err);
    if (rc < 0)
        return rc;
    rc = read_source(e, speed, err);
    if (e->outputs.failure.code) {
        *err = e->outputs.failure;
        rc = (int)err->code;
    }
    e->stopped = e->stop || e->halt || e->outputs.failure.code ||
                 (src->max_packets && e->packets >= src->max_packets) ||
                 (src->max_duration && e->live && rc == 0);
    if (screen) {
        e->ended_by = rc < 0 ? err : NULL;
        wl_engine_end(e);
        wl_serve_on(e);
    }
    return rc;
}
