/* engine.c - the engine: source to shards to merge to filter, statistics and outputs.
 * SPDX-License-Identifier: MIT
 *
 * Wires the whole house on the caller's thread. Shards give events to the merge; what the merge
 * releases is filtered, related, counted, noted as evidence and shown to every output, then freed.
 * Files are fed to all shards packet by packet; with one shard, which is the rule, nothing is
 * queued anywhere. The first failure of an output ends the run and is what wl_engine_finish
 * returns.
 */
#include "diag.h"
#include "evidence.h"
#include "matched.h"
#include "merge.h"
#include "relate.h"
#include "shard.h"
#include "stats.h"
#include "wirelint/filter.h"

#include <signal.h>

enum {
    MAX_SINKS = 16,
    MAX_GROUPS = 15,
    MAX_SHARDS = 64,
    BURST = 32,           /* packets fed at a time: their headers and flows fit the fastest cache */
    CLOCK_EVERY = 4096,   /* packets between two looks at the clock */
    WATERMARK_EVERY = 64, /* packets between two watermarks, with several shards */
};

struct output {
    struct wl_sink sink;
    bool open;
};

struct wl_engine {
    struct wl_config cfg;
    struct wl_budget budget;
    struct output outputs[MAX_SINKS];
    size_t n_outputs;
    const struct wl_rule_group *groups[MAX_GROUPS + 1]; /* NULL-ended */
    size_t n_groups;
    struct wl_filter *filter;
    struct wl_matched *matched; /* only with a filter */
    struct wl_tally *tally;
    struct wl_relate *relate;
    struct wl_evidence *evidence; /* only with -w */
    struct wl_merge *merge;
    struct shard_port {
        struct wl_engine *engine;
        struct wl_shard *shard;
        unsigned index;
    } shards[MAX_SHARDS];
    unsigned n_shards;
    bool started, finished, evidence_open;
    struct wl_source *volatile source;
    const struct wl_source_config *source_config;
    volatile sig_atomic_t stop; /* set from outside, perhaps by a signal */
    bool stopped;
    uint64_t packets;
    wl_ns t_first, t_last;
    struct wl_error failure; /* the first output that failed; code 0: none */
};

/* --------------------------------------------------------------------------------- outputs */

static void keep_failure(struct wl_engine *e, int code, const struct wl_error *err,
                         const char *output)
{
    if (e->failure.code)
        return;
    e->failure = *err;
    if (err->code == WL_OK || err->text[0] == '\0')
        (void)wl_fail(&e->failure, (enum wl_code)code, "cannot write output '%s'", output);
    e->failure.code = (enum wl_code)code;
}

static const struct wl_stats *snapshot(struct wl_engine *e);

/* An output has failed: it is closed, which may tell more, and the run comes to its end. */
static void output_failed(struct wl_engine *e, struct output *o, int code)
{
    struct wl_error err = {.code = WL_OK};

    o->open = false;
    (void)o->sink.ops->close(&o->sink, snapshot(e), &err);
    keep_failure(e, code, &err, o->sink.ops->name);
}

static void show_exchange(struct wl_engine *e, const struct wl_exchange *ex)
{
    for (size_t i = 0; i < e->n_outputs; i++) {
        struct output *o = &e->outputs[i];
        int rc;

        if (!o->open || !o->sink.ops->exchange || !(ex->n_findings || o->sink.ops->wants_exchanges))
            continue;
        rc = o->sink.ops->exchange(&o->sink, ex);
        if (rc < 0)
            output_failed(e, o, rc);
    }
}

static void show_connection(struct wl_engine *e, const struct wl_conn_record *conn)
{
    for (size_t i = 0; i < e->n_outputs; i++) {
        struct output *o = &e->outputs[i];
        int rc;

        if (!o->open || !o->sink.ops->connection ||
            !(conn->n_findings || o->sink.ops->wants_connections))
            continue;
        rc = o->sink.ops->connection(&o->sink, conn);
        if (rc < 0)
            output_failed(e, o, rc);
    }
}

static void tick_outputs(struct wl_engine *e)
{
    const struct wl_stats *st = NULL;

    for (size_t i = 0; i < e->n_outputs; i++) {
        struct output *o = &e->outputs[i];
        int rc;

        if (!o->open || !o->sink.ops->tick)
            continue;
        if (!st)
            st = snapshot(e);
        rc = o->sink.ops->tick(&o->sink, st);
        if (rc < 0)
            output_failed(e, o, rc);
    }
}

static void close_outputs(struct wl_engine *e)
{
    const struct wl_stats *st = e->n_outputs ? snapshot(e) : NULL;

    for (size_t i = 0; i < e->n_outputs; i++) {
        struct output *o = &e->outputs[i];
        struct wl_error err = {.code = WL_OK};
        int rc;

        if (!o->open)
            continue;
        o->open = false;
        rc = o->sink.ops->close(&o->sink, st, &err);
        if (rc < 0)
            keep_failure(e, rc, &err, o->sink.ops->name);
    }
}

/* ---------------------------------------------------------------------- behind the merge */

/* False: --where leaves it out. A finding that relate.c drops cannot make an exchange match. */
static bool relate_and_filter(struct wl_engine *e, struct wl_exchange *ex)
{
    bool told = !e->filter || wl_filter_match_facts(e->filter, ex);

    wl_relate_exchange(e->relate, ex, told);
    if (!told)
        return false;
    if (e->filter)
        wl_matched_note(e->matched, ex->conn.id, ex->ordinal);
    return !e->filter || wl_filter_match(e->filter, ex);
}

static void take_exchange(struct wl_engine *e, struct wl_exchange *ex)
{
    if (!relate_and_filter(e, ex)) {
        wl_tally_stats(e->tally)->left_out++;
        return;
    }
    wl_tally_exchange(e->tally, ex);
    if (e->evidence)
        wl_evidence_exchange(e->evidence, ex);
    show_exchange(e, ex);
}

/* Leaves only the findings that the filter lets through; true when the connection counts. */
static bool filter_connection(struct wl_engine *e, struct wl_conn_record *conn, bool *http)
{
    struct wl_matched_window window;
    uint32_t kept = 0;

    *http = wl_matched_take(e->matched, conn->conn.id, &window);
    for (uint32_t i = 0; i < conn->n_findings; i++) {
        const struct wl_finding *f = &conn->findings[i];

        if (!wl_filter_match_conn(e->filter, conn, f) ||
            (f->ordinal && !wl_matched_has(&window, f->ordinal)))
            continue;
        if (kept != i)
            conn->findings[kept] = *f;
        kept++;
    }
    conn->n_findings = kept;
    return kept || *http ||
           (!wl_filter_wants_exchange(e->filter) && wl_filter_match_conn(e->filter, conn, NULL));
}

static void take_connection(struct wl_engine *e, struct wl_conn_record *conn)
{
    bool http = conn->n_exchanges > 0;

    if (e->filter) {
        if (!filter_connection(e, conn, &http))
            return;
        wl_tally_opened(e->tally);
    }
    wl_tally_connection(e->tally, conn, http);
    if (e->evidence)
        wl_evidence_connection(e->evidence, conn);
    show_connection(e, conn);
}

static void on_released(void *user, struct wl_event *ev)
{
    struct wl_engine *e = user;

    switch (ev->kind) {
    case WL_EVENT_OPENED:
        /* under a filter, what counts is known when a connection is over */
        if (!e->filter)
            wl_tally_opened(e->tally);
        break;
    case WL_EVENT_EXCHANGE:
        take_exchange(e, ev->of.ex);
        wl_arena_free(ev->of.ex->arena);
        break;
    case WL_EVENT_CONNECTION:
        take_connection(e, ev->of.conn);
        wl_arena_free(ev->of.conn->arena);
        break;
    }
}

static void drop_event(const struct wl_event *ev)
{
    if (ev->kind == WL_EVENT_EXCHANGE) {
        wl_arena_free(ev->of.ex->arena);
    } else if (ev->kind == WL_EVENT_CONNECTION) {
        wl_arena_free(ev->of.conn->arena);
    }
}

static void on_event(void *user, struct wl_event *ev)
{
    struct shard_port *port = user;

    if (!port->engine->merge) { /* wl_engine_free without wl_engine_finish: nobody is listening */
        drop_event(ev);
        return;
    }
    /* when memory is short the oldest event goes before its time, rather than none at all */
    while (wl_merge_event(port->engine->merge, port->index, ev) < 0) {
        if (!wl_merge_force(port->engine->merge)) {
            on_released(port->engine, ev);
            return;
        }
    }
}

/* ----------------------------------------------------------------------------- statistics */

static void add_counters(struct wl_counters *sum, const struct wl_counters *c)
{
#define WL_COUNTER(name, text) sum->name += c->name;
#include "wirelint/tbl/counters.h"
#undef WL_COUNTER
}

static const struct wl_stats *snapshot(struct wl_engine *e)
{
    struct wl_stats *st = wl_tally_stats(e->tally);
    size_t n = 0;

    st->counters = (struct wl_counters){0};
    st->suppressed_findings = 0;
    memset(st->limits, 0, sizeof(st->limits));
    for (unsigned i = 0; i < e->n_shards && e->shards[i].shard; i++) {
        const uint64_t *limits = wl_shard_limits(e->shards[i].shard);

        add_counters(&st->counters, wl_shard_counters(e->shards[i].shard));
        st->suppressed_findings += wl_shard_suppressed(e->shards[i].shard);
        for (unsigned k = 0; k < WL_N_LIMITS; k++)
            st->limits[k] += limits[k];
    }
    st->limits[WL_LIMIT_max_sequences] += wl_tally_sequences_full(e->tally);
    st->limits[WL_LIMIT_max_servers] += wl_tally_servers_full(e->tally);
    st->suppressed_findings += wl_relate_suppressed(e->relate);
    st->limits[WL_LIMIT_max_related] += wl_relate_full(e->relate);
    st->limits[WL_LIMIT_max_evidence] += e->evidence ? wl_evidence_full(e->evidence) : 0;
    st->limits[WL_LIMIT_max_spool] += e->evidence ? wl_evidence_lost(e->evidence) : 0;
    st->limits[WL_LIMIT_memory] += e->budget.refused;
    st->inputs = e->source ? wl_source_inputs(e->source, &n) : NULL;
    st->n_inputs = (uint32_t)n;
    st->t_first = e->t_first;
    st->t_last = e->t_last;
    st->stopped = e->stopped;
    return wl_tally_snapshot(e->tally);
}

const struct wl_stats *wl_engine_stats(struct wl_engine *e)
{
    return snapshot(e);
}

/* ------------------------------------------------------------------------------ life cycle */

/* What the options parser cannot know to be wrong. */
static int check_config(const struct wl_config *cfg, struct wl_error *err)
{
    if (cfg->n_ports > WL_MAX_PORTS)
        return wl_fail(err, WL_EINVAL, "at most %d ports can be given", (int)WL_MAX_PORTS);
    if (cfg->shards > MAX_SHARDS)
        return wl_fail(err, WL_EINVAL, "at most %d shards can be used", (int)MAX_SHARDS);
    if (cfg->fail_on >= WL_N_SEVERITIES)
        return wl_fail(err, WL_EINVAL, "unknown severity %d", (int)cfg->fail_on);
    return 0;
}

static int fill(struct wl_engine *e, struct wl_error *err)
{
    bool complete;

    if (e->cfg.where) {
        int rc = wl_filter_new(e->cfg.where, &e->filter, err);

        if (rc < 0)
            return rc;
        e->matched = wl_matched_new(&e->budget, e->cfg.limits.max_connections);
    }
    e->tally = wl_tally_new(&e->budget, &e->cfg.limits);
    e->relate = wl_relate_new(&e->budget, &e->cfg);
    e->merge = wl_merge_new(&e->budget, e->n_shards, e->cfg.limits.max_connections, on_released, e);
    if (e->cfg.evidence_path)
        e->evidence = wl_evidence_new(&e->budget, &e->cfg);
    complete = e->tally && e->relate && e->merge && (!e->filter || e->matched) &&
               (!e->cfg.evidence_path || e->evidence);
    return complete ? 0 : wl_fail(err, WL_NOMEM, "out of memory");
}

int wl_engine_new(const struct wl_config *cfg, struct wl_engine **ret, struct wl_error *err)
{
    struct wl_budget budget;
    struct wl_engine *e;
    int rc = check_config(cfg, err);

    if (rc < 0)
        return rc;
    wl_budget_init(&budget, (size_t)wl_min_u64(cfg->limits.memory / 4, SIZE_MAX), cfg->alloc,
                   cfg->release, cfg->alloc_user);
    e = wl_alloc(&budget, sizeof(*e));
    if (!e)
        return wl_fail(err, WL_NOMEM, "out of memory");
    e->budget = budget;
    e->cfg = *cfg;
    e->n_shards = cfg->shards ? cfg->shards : 1;
    rc = fill(e, err);
    if (rc < 0) {
        wl_engine_free(e);
        return rc;
    }
    *ret = e;
    return 0;
}

int wl_engine_add_sink(struct wl_engine *e, const struct wl_sink_ops *ops, void *state,
                       const struct wl_sink_config *cfg, struct wl_error *err)
{
    struct output *o = &e->outputs[e->n_outputs];
    int rc;

    if (e->started)
        return wl_fail(err, WL_EINVAL, "outputs must be added before anything is fed");
    if (e->n_outputs == MAX_SINKS)
        return wl_fail(err, WL_EINVAL, "at most %d outputs can be used", (int)MAX_SINKS);
    o->sink = (struct wl_sink){.ops = ops, .state = state};
    rc = ops->open ? ops->open(&o->sink, cfg, err) : 0;
    if (rc < 0)
        return rc;
    o->open = true;
    e->n_outputs++;
    return 0;
}

int wl_engine_add_rules(struct wl_engine *e, const struct wl_rule_group *group)
{
    if (e->started || e->n_groups == MAX_GROUPS)
        return WL_EINVAL;
    e->groups[e->n_groups++] = group;
    return 0;
}

/* Makes the shards, once outputs and rules are known. */
static int start(struct wl_engine *e, struct wl_error *err)
{
    bool keep_steps = false;

    if (e->finished)
        return wl_fail(err, WL_EINVAL, "the engine has finished");
    e->started = true;
    if (wl_relate_rules(e->relate, &e->cfg, e->groups) < 0)
        return wl_fail(err, WL_NOMEM, "out of memory");
    for (size_t i = 0; i < e->n_outputs; i++)
        keep_steps |= e->outputs[i].sink.ops->wants_connections;
    for (unsigned i = 0; i < e->n_shards; i++) {
        const struct wl_shard_config cfg = {
            .cfg = &e->cfg,
            .extra_rules = e->groups,
            .keep_steps = keep_steps,
            .index = i,
            .n_shards = e->n_shards,
            .emit = on_event,
            .user = &e->shards[i],
        };

        e->shards[i].engine = e;
        e->shards[i].index = i;
        e->shards[i].shard = wl_shard_new(&cfg);
        if (!e->shards[i].shard)
            return wl_fail(err, WL_NOMEM, "out of memory");
    }
    return 0;
}

/* Begins the file of -w. source NULL: packets are fed, and cannot be read again. */
static int begin_evidence(struct wl_engine *e, const struct wl_source *source, struct wl_error *err)
{
    size_t n = 0;
    const struct wl_input *inputs = source ? wl_source_inputs(source, &n) : NULL;
    bool spool = !source || !wl_source_rereadable(source);
    int rc;

    if (!e->evidence)
        return 0;
    rc = wl_evidence_begin(e->evidence, inputs, n, spool, err);
    e->evidence_open = rc == 0;
    return rc;
}

static void feed(struct wl_engine *e, const struct wl_packet *packets, size_t n)
{
    uint64_t before = e->packets;

    if (e->packets == 0)
        e->t_first = e->t_last = packets[0].t;
    for (size_t i = 0; i < n; i++) {
        if (packets[i].t < e->t_first)
            e->t_first = packets[i].t;
        if (packets[i].t > e->t_last)
            e->t_last = packets[i].t;
        if (e->evidence)
            wl_evidence_packet(e->evidence, &packets[i]);
    }
    e->packets += n;
    for (unsigned i = 0; i < e->n_shards; i++)
        wl_shard_packets(e->shards[i].shard, packets, n);
    if (e->n_shards > 1 && e->packets / WATERMARK_EVERY != before / WATERMARK_EVERY) {
        for (unsigned i = 0; i < e->n_shards; i++)
            wl_merge_watermark(e->merge, i, wl_shard_watermark(e->shards[i].shard));
    }
}

int wl_engine_packet(struct wl_engine *e, int linktype, wl_ns t, struct wl_span bytes,
                     uint32_t wire_length)
{
    const struct wl_packet p = {
        .ordinal = e->packets + 1,
        .frame = wl_frame(0, e->packets + 1),
        .t = t,
        .linktype = linktype,
        .wire_length = wire_length,
        .bytes = bytes,
    };

    if (!e->started) {
        struct wl_error err = {.code = WL_OK};
        int rc = start(e, &err);

        if (rc == 0 && e->evidence)
            rc = wl_evidence_open(e->evidence, &err);
        if (rc == 0)
            rc = begin_evidence(e, NULL, &err);
        if (rc < 0) {
            keep_failure(e, rc, &err, "packets");
            return rc;
        }
    }
    if (e->finished || e->source || e->failure.code)
        return e->failure.code ? (int)e->failure.code : WL_EINVAL;
    feed(e, &p, 1);
    return (int)e->failure.code;
}

/* ------------------------------------------------------------------------------------- run */

static bool some_output_ticks(const struct wl_engine *e)
{
    for (size_t i = 0; i < e->n_outputs; i++) {
        if (e->outputs[i].sink.ops->tick)
            return true;
    }
    return false;
}

/* Calls the outputs about once a second of wall time. */
static void tick_when_due(struct wl_engine *e, time_t *last)
{
    struct timespec now;

    if (clock_gettime(CLOCK_MONOTONIC, &now) == 0 && now.tv_sec != *last) {
        *last = now.tv_sec;
        tick_outputs(e);
    }
}

/* Until the source ends, somebody says stop, or an output fails. */
static int read_all(struct wl_engine *e, struct wl_error *err)
{
    bool ticks = some_output_ticks(e);
    struct wl_packet burst[BURST];
    uint64_t looked = 0;
    time_t last = 0;
    int rc;

    while ((rc = wl_source_burst(e->source, burst, BURST, err)) > 0) {
        feed(e, burst, (size_t)rc);
        if (e->failure.code) {
            *err = e->failure;
            return (int)err->code;
        }
        if (e->stop)
            break;
        if (ticks && e->packets - looked >= CLOCK_EVERY) {
            looked = e->packets;
            tick_when_due(e, &last);
        }
    }
    return rc > 0 ? 0 : rc;
}

/* The outputs name inputs by the file index of a frame. */
static void tell_inputs(struct wl_engine *e)
{
    size_t n = 0;
    const struct wl_input *inputs = wl_source_inputs(e->source, &n);

    for (size_t i = 0; i < e->n_outputs; i++) {
        e->outputs[i].sink.inputs = inputs;
        e->outputs[i].sink.n_inputs = (uint32_t)n;
    }
}

/*
 * First all that needs rights, then the callback with which the program gives them up, then all that
 * looks at what others have written.
 */
static int open_source(struct wl_engine *e, const struct wl_source_config *src,
                       struct wl_error *err)
{
    struct wl_source *source = NULL;
    int rc = e->evidence ? wl_evidence_open(e->evidence, err) : 0;

    if (rc == 0)
        rc = wl_source_prepare(src, &e->cfg.limits, &e->budget, &source, err);
    if (rc < 0)
        return rc;
    e->source = source;
    e->source_config = src;
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
    tell_inputs(e);
    return begin_evidence(e, source, err);
}

int wl_engine_run(struct wl_engine *e, const struct wl_source_config *src, struct wl_error *err)
{
    int rc;

    if (e->started)
        return wl_fail(err, WL_EINVAL, "an engine reads one source");
    rc = start(e, err);
    if (rc == 0)
        rc = open_source(e, src, err);
    if (rc < 0)
        return rc;
    rc = read_all(e, err);
    e->stopped = e->stop || (src->max_packets && e->packets >= src->max_packets);
    return rc;
}

void wl_engine_stop(struct wl_engine *e)
{
    struct wl_source *source = e->source;

    e->stop = 1;
    if (source)
        wl_source_stop(source);
}

int wl_engine_finish(struct wl_engine *e, struct wl_error *err)
{
    if (e->finished)
        return wl_fail(err, WL_EINVAL, "the engine has finished");
    e->finished = true;
    for (unsigned i = 0; i < e->n_shards && e->shards[i].shard; i++)
        wl_shard_finish(e->shards[i].shard);
    wl_merge_finish(e->merge);
    if (e->evidence_open) {
        struct wl_error failure = {.code = WL_OK};
        int rc = wl_evidence_write(e->evidence, e->source_config, &failure);

        if (rc < 0)
            keep_failure(e, rc, &failure, "evidence");
    }
    close_outputs(e);
    if (!e->failure.code)
        return 0;
    if (err)
        *err = e->failure;
    return (int)e->failure.code;
}

void wl_engine_free(struct wl_engine *e)
{
    struct wl_budget budget;

    if (!e)
        return;
    if (e->tally && e->relate && !e->finished)
        close_outputs(e);    /* open and close come in pairs, whatever happened */
    wl_merge_free(e->merge); /* before the shards: what it holds lies in their pools */
    e->merge = NULL;
    for (unsigned i = 0; i < e->n_shards; i++)
        wl_shard_free(e->shards[i].shard);
    wl_evidence_free(e->evidence);
    wl_source_free(e->source);
    wl_relate_free(e->relate);
    wl_tally_free(e->tally);
    wl_matched_free(e->matched);
    wl_filter_free(e->filter);
    budget = e->budget; /* it lies in what it shall free */
    wl_free(&budget, e, sizeof(*e));
}
