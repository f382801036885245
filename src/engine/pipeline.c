/* pipeline.c - several shards at a time, each on a thread of its own.
 * SPDX-License-Identifier: MIT
 *
 *            source ─▶ shard ─▶ batch ═══ events ═══▶ merge ─▶ outputs
 *   a thread of its own          ▲                      │       the calling thread
 *                                ╚═════ returns ════════╝
 *
 * A lane is one shard with its two rings. Batches are lent: a batch goes over full of events, and
 * comes back with the arenas of events that have been released since, chained, so that it carries
 * any number of them. The arenas are freed into the pool they came from by the thread they belong
 * to.
 *
 * Back pressure. A lane may have ring_events octets of events on their way, from emission until
 * they were released and have come back; beyond, its thread waits. That cannot lock up: everything
 * of the lane that is furthest behind can always be released, because no other watermark is lower
 * than its own, and none of its events lies behind that, even where a shard had no memory to put
 * them in order; and a thread that waits always has a batch over there, on which its memory can
 * come back.
 *
 * Live, a lane to which nothing comes tells its clock once a second, and what others have found
 * would wait for that. So a lane says that it rests, and is asked to hurry as soon as the merge
 * waits: for two seconds it tells its clock as often as one to which packets come. A lane that
 * rests is not woken when its memory comes back, and so never rests with none left.
 *
 * Waking costs more than working: the calling thread is woken when a quarter of what a lane
 * may have on its way has gathered, when a lane is about to wait or has ended, and live after
 * 50 ms of capture time. Memory goes back an eighth at a time, while the calling thread works
 * on: if it came back at the end only, lanes and calling thread would take turns, and one
 * processor would always rest.
 */
#include "pipeline.h"

#include "diag.h"
#include "draft.h"
#include "table.h"

#include <pthread.h>
#include <signal.h>

enum {
    BURST = 32,          /* packets analysed at a time */
    BATCHES = 16,        /* per lane */
    BATCH_EVENTS = 128,  /* at most, per batch */
    MARK_PACKETS = 1000, /* packets between two watermarks, at most */
    BUSY_WAIT_MS = 50,   /* live: until a lane tells its clock while packets come, or others wait */
    IDLE_WAIT_MS = 1000, /* and while it rests */
    SAID = 2,            /* messages of a source per batch */
    SAID_TEXT = 256,
    CACHE_LINE = 64,
};

static const wl_ns mark_time = 1000000000, live_bell = 50000000, busy_for = 2000000000;

/* What goes over, and comes back. */
struct batch {
    struct batch *next; /* in a list of one side */
    /* over */
    struct wl_event events[BATCH_EVENTS];
    uint32_t n;
    uint64_t octets;
    struct wl_position up_to;
    struct wl_shard_report report;
    struct {
        enum wl_log_level level;
        char text[SAID_TEXT];
    } said[SAID];
    uint32_t n_said;
    bool over, resting;
    /* back */
    struct wl_arena *freed;
    uint64_t freed_octets;
    bool stop, hurry;
};

struct lane {
    struct wl_pipeline *pipeline;
    unsigned index;
    struct wl_ring *events, *returns;
    struct wl_bell *bell; /* of its thread */
    struct wl_thread thread;
    uint64_t max_octets; /* on their way */

    /* its thread's, once that runs */
    char pad0[CACHE_LINE];
    struct wl_budget budget; /* of the source and of batches */
    struct wl_source_config source_config;
    struct wl_source *source;
    struct wl_shard *shard;
    struct wl_drafts drafts;
    struct batch *filling, *idle;
    unsigned max_batches, n_batches, n_over; /* n_over: over there */
    uint32_t since_mark;                     /* packets */
    uint64_t on_way, unheard;                /* octets; those since the bell was rung last */
    struct wl_position furthest;             /* of the events that were emitted */
    wl_ns t_mark, t_bell;
    uint64_t ordinal; /* live */
    wl_ns t_hurried;
    bool live, stop, over_soon; /* over_soon: its last report is being made */
    bool resting, hurried;
    int code;
    struct wl_shard_report report;
    struct wl_error err;

    /* the calling thread's */
    char pad1[CACHE_LINE];
    struct batch *carriers;
    unsigned n_carriers;
    struct wl_arena *freed;
    uint64_t freed_octets, held; /* held: taken in and not released yet */
    struct wl_position up_to;
    bool over, stop_wanted, rests, hurry_wanted;
    bool silent; /* batches went back, and no bell was rung */
    struct wl_shard_report told;
};

struct wl_pipeline {
    struct wl_pipeline_config cfg;
    unsigned n;
    bool joined;
    uint64_t done;           /* last told to the progress callback */
    struct wl_input *inputs; /* of all lanes together */
    size_t n_inputs;
    struct lane lanes[]; /* n */
};

/* ------------------------------------------------------------------------------------ threads */

static void *run_thread(void *user)
{
    struct wl_thread *t = user;

    t->run(t->user);
    return NULL;
}

static void terminal_signals(sigset_t *set)
{
    (void)sigemptyset(set);
    (void)sigaddset(set, SIGTSTP);
    (void)sigaddset(set, SIGCONT);
    (void)sigaddset(set, SIGTTIN);
    (void)sigaddset(set, SIGTTOU);
    (void)sigaddset(set, SIGWINCH);
}

int wl_thread_start(struct wl_thread *t, bool terminal, void (*run)(void *user), void *user,
                    struct wl_error *err)
{
    sigset_t all, before, of_terminal;
    char text[96];
    int rc;

    terminal_signals(&of_terminal);
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    if (terminal)
        (void)pthread_sigmask(SIG_UNBLOCK, &of_terminal, NULL);
    t->run = run;
    t->user = user;
    rc = pthread_create(&t->id, NULL, run_thread, t);
    t->running = rc == 0;
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (rc != 0) {
        return wl_fail(err, WL_NOMEM, "cannot start a thread: %s",
                       wl_errno_text(rc, text, sizeof(text)));
    }
    t->terminal = terminal;
    if (terminal)
        (void)pthread_sigmask(SIG_BLOCK, &of_terminal, &t->before);
    return 0;
}

void wl_thread_join(struct wl_thread *t)
{
    if (!t->running)
        return;
    (void)pthread_join(t->id, NULL);
    if (t->terminal)
        (void)pthread_sigmask(SIG_SETMASK, &t->before, NULL);
    t->running = false;
}

void wl_thread_abandon(struct wl_thread *t)
{
    (void)pthread_detach(t->id);
    if (t->terminal)
        (void)pthread_sigmask(SIG_SETMASK, &t->before, NULL);
    t->running = false;
}

/* ------------------------------------------------------------------------ a shard's thread */

/* Frees what has come back. After a stop the source still gives what it has. */
static void take_returns(struct lane *l)
{
    struct batch *b;

    while ((b = wl_ring_pop(l->returns)) != NULL) {
        wl_arena_free_chain(b->freed);
        b->freed = NULL;
        WL_ASSERT(l->on_way >= b->freed_octets && l->n_over > 0);
        l->on_way -= b->freed_octets;
        if (b->stop && !l->stop)
            wl_source_stop(l->source);
        l->stop = l->stop || b->stop;
        l->hurried = l->hurried || b->hurry;
        l->n_over--;
        b->next = l->idle;
        l->idle = b;
    }
}

static void wake_merge(struct lane *l)
{
    l->unheard = 0;
    wl_bell_ring(l->pipeline->cfg.bell);
}

static bool make_batch(struct lane *l)
{
    struct batch *b = wl_alloc(&l->budget, sizeof(*b));

    if (!b)
        return false;
    b->next = l->idle;
    l->idle = b;
    l->n_batches++;
    return true;
}

/* False: all batches are over there. */
static bool has_batch(struct lane *l)
{
    if (!l->idle && l->n_batches < l->max_batches && !make_batch(l))
        l->max_batches = l->n_batches; /* memory was refused: there are enough to go on with */
    return l->idle != NULL;
}

/* An empty batch, or NULL. */
static struct batch *find_batch(struct lane *l)
{
    struct batch *b;

    if (!has_batch(l))
        return NULL;
    b = l->idle;
    l->idle = b->next;
    b->next = NULL;
    b->n = b->n_said = 0;
    b->octets = b->freed_octets = 0;
    b->freed = NULL;
    b->over = b->stop = b->hurry = false;
    return b;
}

/* Sends b. A lane that could not go on without what is over there does not rest. */
static void send(struct lane *l, struct batch *b, struct wl_position up_to)
{
    bool taken;

    l->on_way += b->octets;
    l->unheard += b->octets;
    l->n_over++;
    l->resting = l->resting && l->on_way <= l->max_octets && has_batch(l);
    b->up_to = up_to;
    b->report = l->report;
    b->resting = l->resting;
    taken = wl_ring_push(l->events, b, 0);
    WL_ASSERT(taken); /* it has a slot for every batch */
    (void)taken;
}

/*
 * Waits until this lane may go on, and takes a batch. What it waits for comes back on a batch that
 * it has sent, so one must be over there.
 */
static struct batch *wait_for_batch(struct lane *l, struct wl_position up_to)
{
    for (;;) {
        struct batch *b = NULL;

        wl_bell_arm(l->bell);
        take_returns(l);
        if (l->on_way <= l->max_octets || l->n_over == 0)
            b = find_batch(l);
        if (b || l->n_over == 0)
            wl_bell_disarm(l->bell);
        if (b && l->on_way <= l->max_octets)
            return b;
        if (b) {
            send(l, b, up_to);
            continue;
        }
        WL_ASSERT(l->n_over > 0);
        wake_merge(l);
        wl_bell_sleep(l->bell, -1);
    }
}

/* Sends what has gathered. When up_to is the position of an event, more of it may follow. */
static void flush(struct lane *l, struct wl_position up_to)
{
    struct batch *b = l->filling ? l->filling : find_batch(l);

    l->filling = NULL;
    if (!b)
        return; /* all are over there: the watermark can wait, events there are none */
    send(l, b, up_to);
    if (l->unheard > l->max_octets / 4 || l->n_over > BATCHES / 2)
        wake_merge(l);
}

static uint64_t octets_of(const struct wl_event *ev)
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

static void on_event(void *user, struct wl_event *ev)
{
    struct lane *l = user;
    const struct wl_position at = {ev->when, ev->tie};
    struct batch *b;

    wl_draft(&l->drafts, ev);
    if (wl_is_later(at, l->furthest))
        l->furthest = at;
    if (!l->filling)
        l->filling = wait_for_batch(l, l->furthest);
    b = l->filling;
    b->events[b->n++] = *ev;
    b->octets += octets_of(ev);
    if (b->n == BATCH_EVENTS || b->octets > l->max_octets / BATCHES)
        flush(l, l->furthest);
}

/* Copies what the calling thread wants to know. */
static void fill_report(struct lane *l)
{
    struct wl_shard_report *r = &l->report;
    const struct wl_input *inputs;
    size_t n;

    if (l->live) {
        uint64_t dropped, interface_dropped;

        /* every socket is told the same of what its interface has lost */
        wl_source_lost(l->source, l->over_soon, &dropped, &interface_dropped);
        wl_shard_lost(l->shard, dropped, l->index == 0 ? interface_dropped : 0);
    }
    r->counters = *wl_shard_counters(l->shard);
    memcpy(r->limits, wl_shard_limits(l->shard), sizeof(r->limits));
    r->limits[WL_LIMIT_memory] += l->budget.refused;
    r->dropped = wl_shard_dropped(l->shard);
    r->open = wl_shard_open(l->shard);
    r->memory = wl_shard_memory(l->shard) + l->budget.used;
    inputs = wl_source_inputs(l->source, &n);
    r->n_inputs = (uint32_t)wl_min_size(n, WL_REPORTED_INPUTS);
    memcpy(r->inputs, inputs, r->n_inputs * sizeof(*inputs));
}

static void mark(struct lane *l)
{
    l->since_mark = 0;
    fill_report(l);
    flush(l, wl_shard_watermark(l->shard));
}

/*
 * Live, every socket counts its own packets, and what orders them is their time. An ordinal that is
 * a time in microseconds, and leaves the index of the lane when divided by their number, puts the
 * events of all lanes in order of time and is nobody else's.
 */
static uint64_t live_ordinal(struct lane *l, wl_ns t)
{
    uint64_t n = l->pipeline->n;
    uint64_t ordinal = t > 0 ? (uint64_t)t / 1000 * n + l->index : l->index;

    l->ordinal = ordinal > l->ordinal ? ordinal : l->ordinal + n;
    return l->ordinal;
}

static void feed(struct lane *l, struct wl_packet *packets, size_t n)
{
    struct wl_shard_report *r = &l->report;
    wl_ns t = packets[n - 1].t;

    if (r->packets == 0)
        r->t_first = r->t_last = packets[0].t;
    for (size_t i = 0; i < n; i++) {
        if (packets[i].t < r->t_first)
            r->t_first = packets[i].t;
        if (packets[i].t > r->t_last)
            r->t_last = packets[i].t;
        if (l->live)
            packets[i].ordinal = live_ordinal(l, packets[i].t);
    }
    r->packets += n;
    l->resting = false;
    wl_shard_packets(l->shard, packets, n);
    l->since_mark += (uint32_t)n;
    if (l->since_mark < MARK_PACKETS && t - l->t_mark < mark_time)
        return;
    take_returns(l);
    l->t_mark = t;
    mark(l);
    if (l->live && (t - l->t_bell > live_bell || t < l->t_bell)) {
        l->t_bell = t;
        wake_merge(l);
    }
}

/* No packet has come for now: time goes on all the same. */
static void idle(struct lane *l)
{
    wl_ns now = wl_source_now(l->source);
    bool rested = l->resting, rung;

    if (l->hurried)
        l->t_hurried = now;
    l->resting = l->hurried = false;
    l->report.now = now;
    if (now)
        wl_shard_tick(l->shard, live_ordinal(l, now), now);
    l->resting = now - l->report.t_last >= busy_for && now - l->t_hurried >= busy_for;
    mark(l);
    if (!rested || !l->resting || l->unheard) /* a clock that nobody has asked for can wait */
        wake_merge(l);
    /* what rings is mostly a batch that comes back, and no reason to begin anew */
    do {
        wl_bell_arm(l->bell);
        take_returns(l);
        rung = wl_source_wait(l->source, l->resting && !l->hurried ? IDLE_WAIT_MS : BUSY_WAIT_MS,
                              wl_bell_fd(l->bell));
        wl_bell_disarm(l->bell);
        take_returns(l);
    } while (rung && !l->stop && !l->hurried);
}

static void run_lane(void *user)
{
    struct lane *l = user;
    struct wl_packet burst[BURST];
    int rc = 0;

    wl_shard_lean_on(l->shard, wl_source_lend(l->source));
    wl_shard_follow(l->shard, wl_source_scout(l->source));
    for (;;) { /* after a stop the source ends by itself */
        rc = wl_source_burst(l->source, burst, BURST, &l->err);
        if (rc > 0) {
            feed(l, burst, (size_t)rc);
        } else if (rc == WL_AGAIN) {
            idle(l);
        } else {
            break;
        }
    }
    l->code = rc;
    l->resting = false;
    wl_shard_finish(l->shard);
    l->over_soon = true;
    fill_report(l);
    if (!l->filling)
        l->filling = wait_for_batch(l, wl_shard_watermark(l->shard));
    l->filling->over = true;
    flush(l, (struct wl_position){UINT64_MAX, UINT64_MAX});
    wake_merge(l);
}

/* What a source says is said by the calling thread. */
static void on_said(void *user, enum wl_log_level level, const char *text)
{
    struct lane *l = user;

    if (!l->filling)
        l->filling = find_batch(l);
    if (!l->filling || l->filling->n_said == SAID)
        return;
    l->filling->said[l->filling->n_said].level = level;
    (void)snprintf(l->filling->said[l->filling->n_said].text, SAID_TEXT, "%s", text);
    l->filling->n_said++;
}

/* Where a filter lets nothing through, nothing else is said for long. A stop comes on a batch, so
 * one is sent. */
static void on_progress(void *user, uint64_t done, uint64_t total)
{
    struct lane *l = user;
    bool alone = l->n_over == 0;

    l->report.done = done;
    l->report.total = total;
    take_returns(l);
    flush(l, wl_shard_watermark(l->shard));
    if (alone)
        wake_merge(l);
}

/* ---------------------------------------------------------------------- the calling thread */

static void take_batch(struct wl_pipeline *p, struct lane *l, struct batch *b)
{
    const struct wl_source_config *source = p->cfg.source;

    for (uint32_t i = 0; i < b->n; i++)
        wl_merge_event(p->cfg.merge, l->index, &b->events[i]);
    for (uint32_t i = 0; i < b->n_said && source->log; i++)
        source->log(source->log_user, b->said[i].level, b->said[i].text);
    l->held += b->octets;
    l->up_to = b->up_to;
    l->told = b->report;
    l->over = l->over || b->over;
    l->rests = b->resting && !b->over;
    b->next = l->carriers;
    l->carriers = b;
    l->n_carriers++;
}

/* Lends one batch back, with all that has been released. */
static void lend(struct lane *l)
{
    struct batch *b = l->carriers;
    bool taken;

    l->carriers = b->next;
    l->n_carriers--;
    b->freed = l->freed;
    b->freed_octets = l->freed_octets;
    b->stop = l->stop_wanted;
    b->hurry = l->hurry_wanted;
    l->freed = NULL;
    l->freed_octets = 0;
    l->stop_wanted = l->hurry_wanted = false;
    taken = wl_ring_push(l->returns, b, 0);
    WL_ASSERT(taken);
    (void)taken;
}

/* Has so much been released that the lane may be waiting for it? */
static bool is_much(const struct lane *l)
{
    return l->freed_octets > l->max_octets / 8;
}

/*
 * Lends the batches back. The last one stays for what is released later, unless it has enough to
 * carry that its lane may be waiting for.
 */
static void give_back(struct lane *l)
{
    bool needed = !l->rests || l->stop_wanted || l->hurry_wanted;
    bool any = false;

    while (l->n_carriers > 1 ||
           (l->n_carriers == 1 && ((l->freed_octets && l->held == 0) || is_much(l) ||
                                   l->stop_wanted || l->hurry_wanted))) {
        lend(l);
        any = true;
    }
    l->silent = l->silent || any;
    if (l->silent && needed) { /* a lane that rests does not wait for memory */
        wl_bell_ring(l->bell);
        l->silent = false;
    }
}

/* Lanes that rest are asked for their clock when others' events wait for it. */
static void hurry(struct wl_pipeline *p)
{
    for (unsigned i = 0; i < p->n; i++) {
        struct lane *l = &p->lanes[i];

        if (l->rests && wl_merge_waits(p->cfg.merge)) {
            l->rests = false;
            l->hurry_wanted = true;
        }
    }
}

bool wl_pipeline_pump(struct wl_pipeline *p)
{
    const struct wl_source_config *source = p->cfg.source;
    struct batch *b;
    bool any = false;

    /* first all rings are emptied, only then is chosen: under skewed load the other order locks
     * up */
    for (unsigned i = 0; i < p->n; i++) {
        while ((b = wl_ring_pop(p->lanes[i].events)) != NULL) {
            take_batch(p, &p->lanes[i], b);
            any = true;
        }
    }
    for (unsigned i = 0; any && i < p->n; i++)
        wl_merge_watermark(p->cfg.merge, i, p->lanes[i].up_to);
    hurry(p);
    for (unsigned i = 0; i < p->n; i++)
        give_back(&p->lanes[i]);
    if (source->progress && p->lanes[0].told.done != p->done) {
        p->done = p->lanes[0].told.done;
        source->progress(source->progress_user, p->done, p->lanes[0].told.total);
    }
    return any;
}

bool wl_pipeline_over(const struct wl_pipeline *p)
{
    for (unsigned i = 0; i < p->n; i++) {
        if (p->lanes[i].thread.running && !p->lanes[i].over)
            return false;
    }
    return true;
}

void wl_pipeline_stop(struct wl_pipeline *p)
{
    for (unsigned i = 0; i < p->n; i++) {
        p->lanes[i].stop_wanted = true; /* told with the next batch that goes back */
        give_back(&p->lanes[i]);
    }
}

void wl_pipeline_release(struct wl_pipeline *p, const struct wl_event *ev)
{
    struct lane *l = &p->lanes[ev->shard];
    uint64_t octets = octets_of(ev);

    l->held -= octets;
    l->freed_octets += octets;
    switch (ev->kind) {
    case WL_EVENT_OPENED: break;
    case WL_EVENT_BEGUN:
        if (ev->of.begun)
            wl_arena_chain(&l->freed, ev->of.begun->arena);
        break;
    case WL_EVENT_EXCHANGE: wl_arena_chain(&l->freed, ev->of.ex->arena); break;
    case WL_EVENT_CONNECTION: wl_arena_chain(&l->freed, ev->of.conn->arena); break;
    }
    if (is_much(l) && l->n_carriers > 1) {
        lend(l);
        wl_bell_ring(l->bell);
    }
}

const struct wl_shard_report *wl_pipeline_report(const struct wl_pipeline *p, unsigned shard)
{
    return &p->lanes[shard].told;
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
    bool live = p->lanes[0].live;
    size_t n_told = p->n_inputs;
    const struct wl_input *told = p->lanes[0].told.inputs;

    if (p->joined) {
        told = wl_source_inputs(p->lanes[0].source, &n_told);
    } else if (n_told > p->lanes[0].told.n_inputs) {
        n_told = 0; /* too many to be told, or nothing has been told yet */
    }
    n_told = wl_min_size(n_told, p->n_inputs);
    if (n_told)
        memcpy(p->inputs, told, n_told * sizeof(*told));
    for (unsigned i = 1; live && i < p->n; i++) {
        const struct wl_shard_report *r = &p->lanes[i].told;

        for (size_t k = 0; k < wl_min_size(r->n_inputs, n_told); k++)
            add_input(&p->inputs[k], &r->inputs[k]);
    }
    *n = p->n_inputs;
    return p->inputs;
}

struct wl_source *wl_pipeline_source(const struct wl_pipeline *p)
{
    return p->lanes[0].source;
}

/* ------------------------------------------------------------------------------ life cycle */

static int prepare_lane(struct wl_pipeline *p, unsigned index, uint16_t group, struct wl_error *err)
{
    const struct wl_config *cfg = p->cfg.shard.cfg;
    struct lane *l = &p->lanes[index];
    struct wl_shard_config shard = p->cfg.shard;

    l->pipeline = p;
    l->index = shard.index = index;
    l->max_batches = BATCHES;
    l->drafts.sink = p->cfg.drafting;
    l->max_octets = wl_max_u64(cfg->limits.ring_events, 1);
    wl_budget_init(&l->budget, p->cfg.source_memory / p->n, cfg->alloc, cfg->release,
                   cfg->alloc_user);
    shard.emit = on_event;
    shard.user = l;
    shard.draft = p->cfg.drafting ? WL_DRAFT_USUAL : 0;
    l->source_config = *p->cfg.source;
    l->source_config.shard = index;
    l->source_config.n_shards = p->n;
    l->source_config.fanout_group = group;
    l->source_config.progress = on_progress;
    l->source_config.progress_user = l;
    l->source_config.log = index == 0 && p->cfg.source->log ? on_said : NULL;
    l->source_config.log_user = l;
    l->events = wl_ring_new(p->cfg.budget, BATCHES, UINT64_MAX);
    l->returns = wl_ring_new(p->cfg.budget, BATCHES, UINT64_MAX);
    l->bell = wl_bell_new(p->cfg.budget);
    l->shard = wl_shard_new(&shard);
    if (!l->events || !l->returns || !l->bell || !l->shard || !make_batch(l) || !make_batch(l))
        return wl_fail(err, WL_NOMEM, "out of memory");
    return wl_source_prepare(&l->source_config, &cfg->limits, &l->budget, &l->source, err);
}

int wl_pipeline_new(const struct wl_pipeline_config *cfg, struct wl_pipeline **ret,
                    struct wl_error *err)
{
    unsigned n = cfg->shard.n_shards;
    uint16_t group = (uint16_t)wl_seed();
    struct wl_pipeline *p;

    WL_ASSERT(n > 0 && n <= WL_PIPELINE_MAX);
    p = wl_alloc(cfg->budget, sizeof(*p) + n * sizeof(p->lanes[0]));
    if (!p)
        return wl_fail(err, WL_NOMEM, "out of memory");
    p->cfg = *cfg;
    p->n = n;
    for (unsigned i = 0; i < n; i++) {
        int rc = prepare_lane(p, i, group, err);

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
        int rc = wl_source_begin(p->lanes[i].source, err);

        if (rc < 0)
            return rc;
        p->lanes[i].live = wl_source_live(p->lanes[i].source);
    }
    inputs = wl_source_inputs(p->lanes[0].source, &n);
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
        struct lane *l = &p->lanes[i];

        if (rc == 0)
            rc = wl_thread_start(&l->thread, false, run_lane, l, err);
        if (rc < 0) /* nothing comes of it that others would have to wait for */
            l->up_to = (struct wl_position){UINT64_MAX, UINT64_MAX};
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
        wl_thread_join(&p->lanes[i].thread);
    p->joined = true;
}

int wl_pipeline_result(const struct wl_pipeline *p, struct wl_error *err)
{
    for (unsigned i = 0; i < p->n; i++) {
        if (p->lanes[i].code < 0) {
            *err = p->lanes[i].err;
            return p->lanes[i].code;
        }
    }
    return 0;
}

static void free_batches(struct lane *l, struct batch *list)
{
    while (list) {
        struct batch *next = list->next;

        wl_arena_free_chain(list->freed);
        wl_free(&l->budget, list, sizeof(*list));
        list = next;
    }
}

static void free_lane(struct lane *l)
{
    struct batch *b;

    while (l->returns && (b = wl_ring_pop(l->returns)) != NULL) {
        b->next = l->carriers;
        l->carriers = b;
    }
    if (l->filling) {
        l->filling->next = l->carriers;
        l->carriers = l->filling;
    }
    wl_arena_free_chain(l->freed);
    free_batches(l, l->carriers);
    free_batches(l, l->idle);
    wl_shard_free(l->shard);
    wl_source_free(l->source);
    wl_bell_free(l->bell);
    wl_ring_free(l->events);
    wl_ring_free(l->returns);
}

void wl_pipeline_free(struct wl_pipeline *p)
{
    if (!p)
        return;
    for (unsigned i = 0; i < p->n; i++)
        free_lane(&p->lanes[i]);
    wl_free(p->cfg.budget, p->inputs, p->n_inputs * sizeof(*p->inputs));
    wl_free(p->cfg.budget, p, sizeof(*p) + p->n * sizeof(p->lanes[0]));
}
