/* serve.c - a screen beside the run: its questions are answered between two packets.
 * SPDX-License-Identifier: MIT
 *
 * The screen has a thread of its own and talks through its port (port.h); what it asks about is
 * kept by the desk (desk.h). What concerns the run itself is answered here: severities, counters
 * that begin anew, the end. The two never wait for each other but at the very end, and then not for
 * long: a terminal that takes no output cannot be interrupted.
 */
#include "engine.h"

#include "clock.h"
#include "diag.h"
#include "text.h"

enum {
    ASKS_AT_A_TIME = 16,
    LEAVE_MS = 2000, /* a screen that was told to return has so long */
    WAIT_MS = 1000,
};

/* ----------------------------------------------------------------------------------- the board */

/* Octets of the directory that all inputs lie in, its slash included; 0: they do not share one. */
static size_t shared_directory(const struct wl_stats *st)
{
    const char *first = st->inputs[0].name, *slash = strrchr(first, '/');
    size_t n = slash ? (size_t)(slash - first) + 1 : 0;

    for (uint32_t i = 1; n && i < st->n_inputs; i++) {
        const char *name = st->inputs[i].name, *end = strrchr(name, '/');

        if (!end || (size_t)(end - name) + 1 != n || memcmp(name, first, n) != 0)
            return 0;
    }
    return n;
}

/* "eth0, lo", "x.pcap", "112 captures in traces/", "a.pcap +3" */
static void name_inputs(struct wl_board *b, const struct wl_stats *st)
{
    const struct wl_input *in = st->inputs;
    size_t n = 0;

    if (st->n_inputs && !in->is_interface && st->n_inputs > 1) {
        n = shared_directory(st);
        if (n && n < sizeof(b->source)) {
            (void)snprintf(b->source, sizeof(b->source), "%u captures in %.*s",
                           (unsigned)st->n_inputs, (int)n, in->name);
        } else {
            (void)snprintf(b->source, sizeof(b->source), "%s +%u", in->name,
                           (unsigned)st->n_inputs - 1);
        }
        return;
    }
    for (uint32_t i = 0; i < st->n_inputs && n < sizeof(b->source) - 1; i++) {
        int more = snprintf(b->source + n, sizeof(b->source) - n, "%s%s", i ? ", " : "",
                            strcmp(in[i].name, "-") == 0 ? "standard input" : in[i].name);

        n += more > 0 ? (size_t)more : 0;
    }
}

/* Nothing could be opened, and so nothing has a name: there is the one it was asked for by. */
static void name_failure(struct wl_board *b, const struct wl_source_config *src,
                         const struct wl_error *err)
{
    const char *name = src->n_files ? src->files[0] : src->n_interfaces ? src->interfaces[0] : "";

    if (!b->source[0]) {
        (void)snprintf(b->source, sizeof(b->source), "%s",
                       strcmp(name, "-") == 0 ? "standard input" : name);
    }
    if (!b->notice[0])
        (void)snprintf(b->notice, sizeof(b->notice), "%.150s", err->text);
}

/* What an interface has to say goes first; of several captures that are damaged, how many. */
static void name_source(struct wl_board *b, const struct wl_stats *st)
{
    const char *damaged = NULL;
    unsigned n = 0;

    name_inputs(b, st);
    for (uint32_t i = 0; i < st->n_inputs; i++) {
        const struct wl_input *in = &st->inputs[i];

        if (in->notice && !b->notice[0])
            (void)snprintf(b->notice, sizeof(b->notice), "%s %s", in->name, in->notice);
        if (in->damaged) {
            damaged = in->damaged;
            n++;
        }
    }
    if (b->notice[0] || !damaged)
        return;
    if (st->n_inputs > 1) {
        (void)snprintf(b->notice, sizeof(b->notice), "%u damaged", n);
    } else {
        (void)snprintf(b->notice, sizeof(b->notice), "%s", damaged);
    }
}

static void subtract_counters(struct wl_counters *c, const struct wl_counters *before)
{
#define WL_COUNTER(name, text) c->name -= before->name;
#include "wirelint/tbl/counters.h"
#undef WL_COUNTER
}

/* What was counted, since WL_ASK_RESET if there was one. */
static struct wl_stats stats_to_show(struct wl_engine *e)
{
    struct wl_stats all = *wl_engine_snapshot(e);
    struct wl_stats st;

    if (!e->shown)
        return all;
    st = *wl_tally_snapshot(e->shown);
    st.counters = all.counters;
    subtract_counters(&st.counters, &e->before);
    memcpy(st.limits, all.limits, sizeof(st.limits));
    st.left_out = all.left_out;
    st.dropped_findings = all.dropped_findings;
    memcpy(st.suppressed, all.suppressed, sizeof(st.suppressed));
    st.suppressions = all.suppressions;
    st.n_suppressions = all.n_suppressions;
    st.inputs = all.inputs;
    st.n_inputs = all.n_inputs;
    st.t_first = all.t_first;
    st.t_last = all.t_last;
    st.stopped = all.stopped;
    st.live = all.live;
    st.now = all.now;
    st.elapsed = all.elapsed;
    st.open_connections = all.open_connections;
    st.memory_used = all.memory_used;
    st.memory_max = all.memory_max;
    return st;
}

static void fill_board(void *user, struct wl_board *b)
{
    struct wl_engine *e = user;

    b->stats = stats_to_show(e);
    b->live = e->live;
    b->over = e->over;
    b->anew = e->shown && e->before.packets;
    b->open_connections = b->stats.open_connections;
    b->table_size = e->cfg.limits.max_connections;
    b->memory = b->stats.memory_used;
    b->memory_max = b->stats.memory_max;
    name_source(b, &b->stats);
    if (e->ended_by)
        name_failure(b, e->source_config, e->ended_by);
    b->progress = -1;
    if (e->over && !e->live && !e->halt) {
        b->progress = 1;
    } else if (e->total) {
        b->progress = (double)e->done / (double)e->total;
    }
    for (uint32_t i = 0; i < b->n_rules; i++) {
        struct wl_board_rule *rule = &b->rules[i];

        rule->severity = wl_overridden_found(e->overridden, rule->rule, rule->severity);
    }
}

/* ----------------------------------------------------------------------------------- questions */

static void halt(struct wl_engine *e)
{
    struct wl_source *source = e->source;

    e->halt = true;
    if (source)
        wl_source_stop(source);
}

static void override(struct wl_engine *e, const struct wl_ask *ask, struct wl_answer *a)
{
    static const char *const words[] = {"off", "a note", "a warning", "a violation"};
    size_t n = 0;

    static_assert(WL_COUNT(words) == WL_N_SEVERITIES, "a word for each");
    if ((unsigned)ask->severity < WL_N_SEVERITIES)
        n = wl_overridden_set(e->overridden, ask->glob, ask->severity);
    if (!a)
        return;
    if (n == 0) {
        a->code = wl_fail(&a->err, WL_EINVAL, "there is no rule '%s'", ask->glob);
    } else if (n == 1) {
        (void)snprintf(a->said, sizeof(a->said), "%s is %s from now on", ask->glob,
                       words[ask->severity]);
    } else {
        (void)snprintf(a->said, sizeof(a->said), "%zu rules are %s from now on", n,
                       words[ask->severity]);
    }
}

/* Reports still tell everything, so what is shown is counted apart from here on. */
static void reset(struct wl_engine *e, struct wl_answer *a)
{
    struct wl_tally *shown = wl_tally_new(&e->budget, &e->cfg.limits);

    if (!shown) {
        if (a)
            a->code = wl_fail(&a->err, WL_NOMEM, "out of memory");
        return;
    }
    wl_tally_free(e->shown);
    e->shown = shown;
    e->before = wl_engine_snapshot(e)->counters;
    if (!wl_desk_reset(e->desk) && a) {
        a->code = wl_fail(&a->err, WL_NOMEM, "out of memory");
    } else if (a) {
        (void)snprintf(a->said, sizeof(a->said), "counters begin anew");
    }
}

static void take_question(struct wl_engine *e, const struct wl_ask *ask)
{
    struct wl_answer *a = NULL;

    switch (ask->kind) {
    case WL_ASK_BOARD:
    case WL_ASK_LIST:
    case WL_ASK_DETAIL:
    case WL_ASK_SAVE: wl_desk_ask(e->desk, ask); return;
    case WL_ASK_OVERRIDE:
        a = wl_answer_new(&e->cfg, ask);
        override(e, ask, a);
        break;
    case WL_ASK_RESET:
        a = wl_answer_new(&e->cfg, ask);
        reset(e, a);
        break;
    case WL_ASK_STOP:
        a = wl_answer_new(&e->cfg, ask);
        halt(e);
        break;
    case WL_ASK_QUIT: halt(e); return;
    }
    if (a && !wl_port_give(e->port, a))
        e->unsent = a;
}

static void give_answers(struct wl_engine *e)
{
    for (;;) {
        if (!e->unsent)
            e->unsent = wl_desk_answer(e->desk);
        if (!e->unsent || !wl_port_give(e->port, e->unsent))
            return;
        e->unsent = NULL;
    }
}

bool wl_serve(struct wl_engine *e)
{
    bool more;

    give_answers(e);
    /* a screen that takes no answers has no more of its questions taken either */
    for (int i = 0; i < ASKS_AT_A_TIME && !e->unsent; i++) {
        const struct wl_ask *ask = wl_port_asked(e->port);

        if (!ask)
            break;
        take_question(e, ask);
    }
    if (wl_port_left(e->port) && !e->halt)
        halt(e);
    wl_desk_tick(e->desk, e->now > e->t_last ? e->now : e->t_last, e->packets, wl_engine_octets(e));
    more = wl_desk_work(e->desk);
    give_answers(e);
    return more && !e->unsent;
}

bool wl_serve_called(struct wl_engine *e)
{
    if (wl_port_left(e->port) && !e->halt)
        return true;
    return e->unsent ? wl_port_ready(e->port) : wl_port_pending(e->port);
}

/* ------------------------------------------------------------------------- behind the merge */

void wl_serve_opened(struct wl_engine *e, const struct wl_event *ev)
{
    if (e->shown && !e->filter)
        wl_tally_opened(e->shown);
    /* under a filter, what counts is known with its first exchange */
    wl_desk_opened(e->desk, ev->id, e->filter ? NULL : &ev->of.opened);
}

void wl_serve_exchange(struct wl_engine *e, const struct wl_exchange *ex)
{
    if (e->shown)
        wl_tally_exchange(e->shown, ex);
    wl_desk_exchange(e->desk, ex);
}

void wl_serve_connection(struct wl_engine *e, const struct wl_conn_record *conn, bool counts,
                         bool http)
{
    if (e->shown && counts) {
        if (e->filter)
            wl_tally_opened(e->shown);
        wl_tally_connection(e->shown, conn, http);
    }
    wl_desk_connection(e->desk, conn, counts);
}

/* ------------------------------------------------------------------------------ life cycle */

int wl_serve_open(struct wl_engine *e, struct wl_error *err)
{
    e->overridden = wl_overridden_new(&e->budget, &e->cfg);
    e->port = wl_port_new(&e->cfg, e->bell, err);
    if (!e->port)
        return WL_NOMEM;
    if (!e->overridden)
        return wl_fail(err, WL_NOMEM, "out of memory");
    e->unruled = e->cfg;
    e->unruled.overrides = NULL;
    e->unruled.n_overrides = 0;
    e->unruled.only = NULL;
    /* what can be opened takes its room from the shards: half of the memory instead of a quarter */
    e->unruled.limits.memory = e->cfg.limits.memory / 3 * 2;
    e->budget.max = (size_t)wl_min_u64(e->cfg.limits.memory / 2, SIZE_MAX);
    return 0;
}

int wl_serve_begin(struct wl_engine *e, const struct wl_source_config *src, struct wl_error *err)
{
    struct wl_source *source = e->pipeline ? wl_pipeline_source(e->pipeline) : e->source;
    bool again = wl_source_rereadable(source) && !e->live;
    struct wl_desk_config cfg = {
        .budget = &e->budget,
        .cfg = &e->unruled,
        .extra_rules = e->groups,
        .filter = e->filter,
        .overridden = e->overridden,
        .suppress = e->suppress,
        .redactor = e->redactor,
        .source = again ? src : NULL,
        .fill = fill_board,
        .user = e,
    };

    /* packets of several sockets have no order that a reader of one spool could rely on */
    if (!again && !e->pipeline) {
        e->spool = wl_spool_new(&e->budget, &e->cfg.limits);
        if (!e->spool)
            return wl_fail(err, WL_NOMEM, "out of memory");
        cfg.spool = e->spool;
    }
    e->desk = wl_desk_new(&cfg);
    e->shows_all = true;
    return e->desk ? 0 : wl_fail(err, WL_NOMEM, "out of memory");
}

void wl_serve_on(struct wl_engine *e)
{
    wl_ns until = 0;

    wl_desk_over(e->desk);
    for (;;) {
        bool told = e->stop || e->outputs.failure.code;
        bool more;

        if (told && until == 0) {
            wl_port_end(e->port);
            until = wl_clock_monotonic() + (wl_ns)LEAVE_MS * 1000000;
        }
        more = wl_serve(e);
        if (wl_port_left(e->port) || (until && wl_clock_monotonic() > until))
            return;
        if (more)
            continue;
        wl_bell_arm(e->bell);
        if (wl_serve_called(e) || wl_port_left(e->port) || (e->stop && !told)) {
            wl_bell_disarm(e->bell);
        } else {
            wl_bell_sleep(e->bell, until ? LEAVE_MS / 10 : WAIT_MS);
        }
    }
}

void wl_serve_close(struct wl_engine *e)
{
    if (e->port && !wl_port_free(e->port)) {
        wl_log(&e->cfg, WL_LOG_WARN, "the terminal takes no output: the screen was left behind");
        e->bell = NULL; /* which its thread may still ring */
    }
    e->port = NULL;
    if (e->unsent)
        wl_answer_free(e->unsent);
    wl_desk_free(e->desk);
    wl_spool_free(e->spool);
    wl_overridden_free(e->overridden);
    wl_tally_free(e->shown);
    e->unsent = NULL;
    e->desk = NULL;
    e->spool = NULL;
    e->overridden = NULL;
    e->shown = NULL;
}
