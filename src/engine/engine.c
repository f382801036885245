/* engine.c - the engine: its life, and what becomes of events behind the merge.
 * SPDX-License-Identifier: MIT
 *
 * Shards give events to the merge; what the merge releases is filtered, related, counted, noted as
 * evidence and shown to every output, then freed, all on the caller's thread. How packets reach the
 * shards is run.c's; or the embedder feeds them one by one, to all shards in turn. With one shard,
 * which is the rule, nothing is queued anywhere. The first failure of an output ends the run and is
 * what wl_engine_finish returns.
 */
#include "engine.h"

#include "clock.h"
#include "diag.h"
#include "rules.h"

enum {
    WATERMARK_EVERY = 64, /* packets between two watermarks, with several shards */
    SERVE_EVERY = 1024,   /* events between two looks at what a screen asks, when all ends */
};

/* ---------------------------------------------------------------------- behind the merge */

/* False: --where leaves it out. A finding that relate.c drops cannot make an exchange match. */
static bool relate_and_filter(struct wl_engine *e, struct wl_exchange *ex)
{
    bool told = !e->filter || wl_filter_match_facts(e->filter, ex), passes;

    wl_relate_exchange(e->relate, ex, told);
    if (!told)
        return false;
    if (e->overridden && ex->n_findings)
        ex->n_findings = wl_overridden_apply(e->overridden, ex->findings, ex->n_findings);
    if (!e->filter)
        return true;
    passes = wl_filter_match(e->filter, ex);
    if (!passes)
        wl_relate_untold(e->relate);
    wl_matched_note(e->matched, ex->conn.id, ex->ordinal, passes);
    return passes;
}

enum shown { SHOWN_NOT, SHOWN_LINES, SHOWN_WHOLE };

/* What of it will anybody show, write down or keep, that stands in no draft? Nearly always that is
 * certain at once; only a report that counts findings beyond its examples is asked. */
static enum shown how_shown(const struct wl_engine *e, const struct wl_exchange *ex, bool drafted)
{
    if (e->shows_all)
        return SHOWN_WHOLE;
    if (ex->n_findings &&
        (e->suppress || e->evidence || e->desk || e->cfg.redact > WL_REDACT_CREDENTIALS ||
         wl_outputs_show(&e->outputs, ex)))
        return SHOWN_WHOLE;
    return e->shows_lines && !drafted ? SHOWN_LINES : SHOWN_NOT;
}

/* What is shown of it is redacted first, but for the addresses by which -w finds its packets.
 * Suppressions see targets and hosts as they were, yet never a credential: fingerprints are written
 * into baselines. */
static void take_exchange(struct wl_engine *e, struct wl_exchange *ex, struct wl_span draft)
{
    enum shown shown;

    if (!relate_and_filter(e, ex)) {
        wl_tally_stats(e->tally)->left_out++;
        return;
    }
    shown = how_shown(e, ex, draft.n > 0);
    if (shown == SHOWN_WHOLE) {
        wl_redact_credentials(ex);
    } else if (shown == SHOWN_LINES) {
        wl_redact_lines(ex);
    }
    if (e->suppress)
        wl_suppress_exchange(e->suppress, ex);
    if (e->evidence)
        wl_evidence_exchange(e->evidence, ex);
    if (shown != SHOWN_NOT)
        wl_redact_exchange(e->redactor, ex);
    wl_redact_addresses(e->redactor, &ex->conn);
    wl_tally_exchange(e->tally, ex);
    if (e->desk)
        wl_serve_exchange(e, ex);
    wl_outputs_exchange(&e->outputs, ex, draft);
}

/* Leaves only the findings that the filter lets through; true when the connection counts. */
static bool filter_connection(struct wl_engine *e, struct wl_conn_record *conn, bool *http)
{
    const struct wl_exchange nothing = {.conn = conn->conn};
    struct wl_matched_window window;
    bool noted = wl_matched_take(e->matched, conn->conn.id, &window);
    uint32_t kept = 0;

    *http = window.passed;
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
    if (kept || *http || noted)
        return kept || *http;
    /* none of its exchanges was told: what the filter says of it alone, on which no rule fired */
    return !wl_filter_wants_exchange(e->filter) && wl_filter_match(e->filter, &nothing);
}

static void take_connection(struct wl_engine *e, struct wl_conn_record *conn)
{
    bool http = conn->n_exchanges > 0, counts = true;

    if (e->overridden && conn->n_findings)
        conn->n_findings = wl_overridden_apply(e->overridden, conn->findings, conn->n_findings);
    if (e->filter)
        counts = filter_connection(e, conn, &http);
    if (e->suppress && counts)
        wl_suppress_connection(e->suppress, conn);
    if (e->evidence && counts)
        wl_evidence_connection(e->evidence, conn);
    wl_redact_connection(e->redactor, conn);
    wl_redact_addresses(e->redactor, &conn->conn);
    if (e->desk)
        wl_serve_connection(e, conn, counts, http);
    if (!counts)
        return;
    if (e->filter)
        wl_tally_opened(e->tally);
    wl_tally_connection(e->tally, conn, http);
    wl_outputs_connection(&e->outputs, conn);
}

/* What an event carried goes back where it came from. */
static void give_back(struct wl_engine *e, const struct wl_event *ev)
{
    if (e->pipeline) {
        wl_pipeline_release(e->pipeline, ev);
    } else if (ev->kind == WL_EVENT_EXCHANGE) {
        wl_arena_free(ev->of.ex->arena);
    } else if (ev->kind == WL_EVENT_CONNECTION) {
        wl_arena_free(ev->of.conn->arena);
    } else if (ev->kind == WL_EVENT_BEGUN && ev->of.begun) {
        wl_arena_free(ev->of.begun->arena);
    }
}

static WL_INLINE void released(struct wl_engine *e, struct wl_event *ev)
{
    switch (ev->kind) {
    case WL_EVENT_OPENED:
        /* under a filter, what counts is known when a connection is over */
        if (!e->filter)
            wl_tally_opened(e->tally);
        if (e->desk)
            wl_serve_opened(e, ev);
        break;
    case WL_EVENT_BEGUN: wl_relate_begun(e->relate, ev->of.begun); break;
    case WL_EVENT_EXCHANGE: take_exchange(e, ev->of.ex, ev->draft); break;
    case WL_EVENT_CONNECTION: take_connection(e, ev->of.conn); break;
    }
    give_back(e, ev);
    /* a million connections that end at once are no reason for a screen to wait */
    if (e->ending && e->desk && ++e->n_ended % SERVE_EVERY == 0)
        (void)wl_serve(e);
}

static void on_released(void *user, struct wl_event *ev)
{
    released(user, ev);
}

/* From the only shard: its connections bear their numbers already, and there is nothing to wait
 * for. */
static void on_only_event(void *user, struct wl_event *ev)
{
    struct wl_engine *e = user;

    if (WL_LIKELY_TRUE(e->merge)) {
        released(e, ev);
    } else { /* wl_engine_free without wl_engine_finish: nobody is listening */
        give_back(e, ev);
    }
}

/* From one of several shards on this thread. */
static void on_event(void *user, struct wl_event *ev)
{
    struct wl_engine *e = user;

    if (!e->merge) {
        give_back(e, ev);
        return;
    }
    wl_merge_event(e->merge, ev->shard, ev);
}

/* ----------------------------------------------------------------------------- statistics */

static void add_counters(struct wl_counters *sum, const struct wl_counters *c)
{
#define WL_COUNTER(name, text) sum->name += c->name;
#include "wirelint/tbl/counters.h"
#undef WL_COUNTER
}

static void add_shard(struct wl_stats *st, const struct wl_counters *counters,
                      const uint64_t *limits, uint64_t dropped)
{
    add_counters(&st->counters, counters);
    st->dropped_findings += dropped;
    for (unsigned k = 0; k < WL_N_LIMITS; k++)
        st->limits[k] += limits[k];
}

/* Connections open now. */
static uint64_t open_connections(const struct wl_engine *e)
{
    uint64_t n = 0;

    for (unsigned i = 0; i < e->n_shards; i++) {
        if (e->pipeline) {
            n += wl_pipeline_report(e->pipeline, i)->open;
        } else if (e->shards[i]) {
            n += wl_shard_open(e->shards[i]);
        }
    }
    return n;
}

/* Octets that all parts hold now. */
static uint64_t memory_held(const struct wl_engine *e)
{
    uint64_t n = e->budget.used;

    for (unsigned i = 0; i < e->n_shards; i++) {
        if (e->pipeline) {
            n += wl_pipeline_report(e->pipeline, i)->memory;
        } else if (e->shards[i]) {
            n += wl_shard_memory(e->shards[i]);
        }
    }
    return n;
}

const struct wl_stats *wl_engine_snapshot(void *engine)
{
    struct wl_engine *e = engine;
    struct wl_stats *st = wl_tally_stats(e->tally);
    size_t n = 0;

    st->counters = (struct wl_counters){0};
    st->dropped_findings = 0;
    memset(st->limits, 0, sizeof(st->limits));
    for (unsigned i = 0; i < e->n_shards; i++) {
        if (e->pipeline) {
            const struct wl_shard_report *r = wl_pipeline_report(e->pipeline, i);

            add_shard(st, &r->counters, r->limits, r->dropped);
        } else if (e->shards[i]) {
            add_shard(st, wl_shard_counters(e->shards[i]), wl_shard_limits(e->shards[i]),
                      wl_shard_dropped(e->shards[i]));
        }
    }
    st->limits[WL_LIMIT_max_sequences] += wl_tally_sequences_full(e->tally);
    st->limits[WL_LIMIT_max_servers] += wl_tally_servers_full(e->tally);
    st->dropped_findings += wl_relate_dropped(e->relate);
    st->limits[WL_LIMIT_max_findings] += wl_relate_beyond(e->relate);
    st->limits[WL_LIMIT_max_related] += wl_relate_full(e->relate);
    st->limits[WL_LIMIT_max_legs] = wl_relate_legs_lost(e->relate);
    st->limits[WL_LIMIT_max_evidence] += e->evidence ? wl_evidence_full(e->evidence) : 0;
    st->limits[WL_LIMIT_max_spool] += e->evidence ? wl_evidence_lost(e->evidence) : 0;
    st->limits[WL_LIMIT_memory] += e->budget.refused;
    st->inputs = e->pipeline ? wl_pipeline_inputs(e->pipeline, &n)
                 : e->source ? wl_source_inputs(e->source, &n)
                             : NULL;
    st->n_inputs = (uint32_t)n;
    st->t_first = e->t_first;
    st->t_last = e->t_last;
    st->stopped = e->stopped;
    st->live = e->live;
    if (e->suppress)
        wl_suppress_stats(e->suppress, st);
    st->now = e->now > e->t_last ? e->now : e->t_last;
    st->elapsed = e->began ? wl_clock_monotonic() - e->began : 0;
    st->open_connections = e->over ? 0 : open_connections(e);
    st->memory_used = memory_held(e);
    st->memory_max = e->cfg.limits.memory;
    if (e->desk)
        wl_desk_limits(e->desk, st->limits);
    return wl_tally_snapshot(e->tally);
}

uint64_t wl_engine_octets(const struct wl_engine *e)
{
    uint64_t n = 0;

    for (unsigned i = 0; i < e->n_shards; i++) {
        if (e->pipeline) {
            n += wl_pipeline_report(e->pipeline, i)->counters.octets;
        } else if (e->shards[i]) {
            n += wl_shard_counters(e->shards[i])->octets;
        }
    }
    return n;
}

const struct wl_stats *wl_engine_stats(struct wl_engine *e)
{
    return wl_engine_snapshot(e);
}

/* ------------------------------------------------------------------------------ life cycle */

/* What the options parser cannot know to be wrong. */
static int check_config(const struct wl_config *cfg, struct wl_error *err)
{
    if (cfg->n_ports > WL_MAX_PORTS)
        return wl_fail(err, WL_EINVAL, "at most %d ports can be given", (int)WL_MAX_PORTS);
    if (cfg->shards > WL_PIPELINE_MAX)
        return wl_fail(err, WL_EINVAL, "at most %d shards can be used", (int)WL_PIPELINE_MAX);
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
    e->redactor = wl_redactor_new(&e->budget, &e->cfg);
    if (e->cfg.n_suppressions) {
        int rc = wl_suppress_new(&e->budget, &e->cfg, &e->suppress, err);

        if (rc < 0)
            return rc;
    }
    if (e->cfg.evidence_path)
        e->evidence = wl_evidence_new(&e->budget, &e->cfg);
    complete = e->tally && e->relate && e->redactor && (!e->filter || e->matched) &&
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
    e->outputs.stats = wl_engine_snapshot;
    e->outputs.user = e;
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
    if (e->started)
        return wl_fail(err, WL_EINVAL, "outputs must be added before anything is fed");
    return wl_outputs_add(&e->outputs, ops, state, cfg, err);
}

/* Can it fire, and has it what every report shows of a rule? */
static bool is_sound(const struct wl_rule *rule)
{
    return rule->id && *rule->id && rule->title && rule->severity > WL_OFF &&
           rule->severity < WL_N_SEVERITIES && wl_rule_can_fire(rule);
}

/* Is there a rule of that name already: in the catalogue, in another group, before it in its
 * own? */
static bool is_taken(const struct wl_engine *e, const struct wl_rule_group *group, size_t before)
{
    const char *id = group->rules[before].id;

    for (size_t i = 0; i < before; i++) {
        if (strcmp(group->rules[i].id, id) == 0)
            return true;
    }
    for (size_t g = 0; g < e->n_groups; g++) {
        for (size_t i = 0; i < e->groups[g]->n_rules; i++) {
            if (strcmp(e->groups[g]->rules[i].id, id) == 0)
                return true;
        }
    }
    return wl_rule_find(id) != NULL;
}

int wl_engine_add_rules(struct wl_engine *e, const struct wl_rule_group *group)
{
    size_t n = wl_rule_count();

    for (size_t g = 0; g < e->n_groups; g++)
        n += e->groups[g]->n_rules;
    if (e->started || e->n_groups == WL_MAX_GROUPS || group->n_rules > WL_MAX_RULES - n)
        return WL_EINVAL;
    for (size_t i = 0; i < group->n_rules; i++) {
        if (!is_sound(&group->rules[i]) || is_taken(e, group, i))
            return WL_EINVAL;
    }
    e->groups[e->n_groups++] = group;
    return 0;
}

/* Will anybody read what another finding of this rule says? A screen may, whatever it is. */
static bool is_read(void *user, const struct wl_rule *rule)
{
    const struct wl_engine *e = user;

    return e->desk || e->evidence || wl_outputs_read(&e->outputs, rule);
}

struct wl_shard_config wl_engine_shard_config(const struct wl_engine *e)
{
    return (struct wl_shard_config){
        .cfg = e->overridden ? &e->unruled : &e->cfg,
        .extra_rules = e->groups,
        .keep_steps = wl_outputs_want_steps(&e->outputs),
        .keep_yielded = e->overridden != NULL,
        .begun = wl_relate_begun_seed(e->relate),
        .n_shards = e->n_shards,
    };
}

int wl_engine_start(struct wl_engine *e, bool shards, struct wl_error *err)
{
    struct wl_shard_config cfg = wl_engine_shard_config(e);
    const struct wl_reader reader = {is_read, e};

    if (e->finished)
        return wl_fail(err, WL_EINVAL, "the engine has finished");
    e->started = true;
    if (wl_relate_rules(e->relate, cfg.cfg, e->groups) < 0)
        return wl_fail(err, WL_NOMEM, "out of memory");
    wl_relate_reader(e->relate, &reader);
    e->merge = wl_merge_new(&e->budget, e->n_shards, e->cfg.limits.max_connections, on_released, e);
    if (!e->merge)
        return wl_fail(err, WL_NOMEM, "out of memory");
    e->shows_lines = wl_outputs_want_lines(&e->outputs);
    e->shows_all = wl_outputs_want_exchanges(&e->outputs) ||
                   (e->shows_lines && e->cfg.redact > WL_REDACT_CREDENTIALS);
    cfg.emit = e->n_shards == 1 ? on_only_event : on_event;
    cfg.dealt = e->source_config && e->source_config->n_interfaces > 0; /* to one, even */
    cfg.reader = &reader;
    cfg.user = e;
    for (unsigned i = 0; shards && i < e->n_shards; i++) {
        cfg.index = i;
        e->shards[i] = wl_shard_new(&cfg);
        if (!e->shards[i])
            return wl_fail(err, WL_NOMEM, "out of memory");
    }
    return 0;
}

int wl_engine_begin_evidence(struct wl_engine *e, const struct wl_source *source,
                             struct wl_error *err)
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

void wl_engine_feed(struct wl_engine *e, const struct wl_packet *packets, size_t n)
{
    uint64_t before = e->packets;
    wl_ns first = before ? e->t_first : packets[0].t, last = before ? e->t_last : packets[0].t;

    for (size_t i = 0; i < n; i++) {
        first = packets[i].t < first ? packets[i].t : first;
        last = packets[i].t > last ? packets[i].t : last;
    }
    e->t_first = first;
    e->t_last = last;
    for (size_t i = 0; e->evidence && i < n; i++)
        wl_evidence_packet(e->evidence, &packets[i]);
    for (size_t i = 0; e->spool && i < n; i++)
        wl_spool_packet(e->spool, &packets[i]);
    e->packets += n;
    e->ordinal = packets[n - 1].ordinal;
    for (unsigned i = 0; i < e->n_shards; i++)
        wl_shard_packets(e->shards[i], packets, n);
    if (e->n_shards > 1 && e->packets / WATERMARK_EVERY != before / WATERMARK_EVERY) {
        for (unsigned i = 0; i < e->n_shards; i++)
            wl_merge_watermark(e->merge, i, wl_shard_watermark(e->shards[i]));
    }
}

int wl_engine_packet(struct wl_engine *e, int linktype, wl_ns t, struct wl_span bytes,
                     uint32_t wire_length)
{
    const struct wl_packet p = {
        .ordinal = e->packets + 1,
        .frame = wl_frame(0, e->packets + 1),
        .t = t < 0           ? 0
             : t > WL_LATEST ? WL_LATEST
                             : t,
        .linktype = linktype,
        .wire_length = wire_length,
        .bytes = bytes,
    };

    if (!e->started) {
        struct wl_error err = {.code = WL_OK};
        int rc = wl_engine_start(e, true, &err);

        if (rc == 0 && e->evidence)
            rc = wl_evidence_open(e->evidence, &err);
        if (rc == 0)
            rc = wl_engine_begin_evidence(e, NULL, &err);
        if (rc < 0) {
            wl_outputs_fail(&e->outputs, rc, &err, "packets");
            return rc;
        }
    }
    if (e->outputs.failure.code)
        return (int)e->outputs.failure.code;
    if (e->finished || e->source_config)
        return WL_EINVAL;
    wl_engine_feed(e, &p, 1);
    return (int)e->outputs.failure.code;
}

void wl_engine_stop(struct wl_engine *e)
{
    struct wl_source *source = e->source;
    struct wl_bell *bell = e->bell;

    e->stop = 1;
    if (source)
        wl_source_stop(source);
    if (bell)
        wl_bell_ring(bell);
}

void wl_engine_end(struct wl_engine *e)
{
    if (e->ending || !e->merge)
        return;
    e->ending = true;
    for (unsigned i = 0; !e->pipeline && i < e->n_shards && e->shards[i]; i++)
        wl_shard_finish(e->shards[i]);
    if (e->pipeline)
        wl_pipeline_end(e->pipeline);
    wl_outputs_take_back(&e->outputs);
    wl_merge_finish(e->merge);
    e->over = true;
}

int wl_engine_finish(struct wl_engine *e, struct wl_error *err)
{
    if (e->finished)
        return wl_fail(err, WL_EINVAL, "the engine has finished");
    e->finished = true;
    wl_engine_end(e);
    if (e->evidence_open) {
        struct wl_error failure = {.code = WL_OK};
        int rc = wl_evidence_write(e->evidence, e->source_config, &failure);

        if (rc < 0)
            wl_outputs_fail(&e->outputs, rc, &failure, "evidence");
    }
    wl_outputs_close(&e->outputs);
    if (!e->outputs.failure.code)
        return 0;
    if (err)
        *err = e->outputs.failure;
    return (int)e->outputs.failure.code;
}

void wl_engine_free(struct wl_engine *e)
{
    struct wl_budget budget;

    if (!e)
        return;
    if (e->tally && e->relate && !e->finished)
        wl_outputs_close(&e->outputs); /* open and close come in pairs, whatever happened */
    if (e->pipeline)
        wl_pipeline_end(e->pipeline);
    wl_serve_close(e);
    wl_merge_free(e->merge); /* before the shards: what it holds lies in their pools */
    e->merge = NULL;
    wl_pipeline_free(e->pipeline);
    for (unsigned i = 0; i < e->n_shards; i++)
        wl_shard_free(e->shards[i]);
    wl_evidence_free(e->evidence);
    wl_places_free(e->places);
    wl_source_free(e->source);
    wl_bell_free(e->bell);
    wl_relate_free(e->relate);
    wl_suppress_free(e->suppress);
    wl_redactor_free(e->redactor);
    wl_tally_free(e->tally);
    wl_matched_free(e->matched);
    wl_filter_free(e->filter);
    budget = e->budget; /* it lies in what it shall free */
    wl_free(&budget, e, sizeof(*e));
}
