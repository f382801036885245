/* run_refusals.c - memory is refused, now and then or for a while, and every run comes to its end.
 * SPDX-License-Identifier: MIT
 *
 *     run_refusals [-n RUNS] [-s SEED] CAPTURE...
 *
 * Every capture is read with one and with several shards, into random outputs and a file of
 * evidence, while an allocator refuses by chance: one call, all of a stretch, every so manieth, or
 * all that are large. Nothing may crash, wait for ever or keep memory. Where no limit is told, all
 * was told; what is told of a connection comes before its end; and no finding is one that whoever
 * has memory does not make.
 */
#include "wirelint/report.h"
#include "wirelint/wirelint.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <unistd.h>

enum {
    RUNS = 40,        /* per capture */
    SECONDS = 60,     /* for a run */
    PLACES = 1 << 17, /* of a set */
    MOST_OUTPUTS = 3,
    MOST_SHARDS = 5,
};

/* ------------------------------------------------------------------------------------ chance */

static uint64_t chance;

static uint64_t draw(uint64_t below)
{
    chance = chance * 6364136223846793005u + 1442695040888963407u;
    return below ? (chance >> 33) % below : 0;
}

/* ------------------------------------------------------------------------------------ memory */

/* Calls number first to last are refused, of those every so manieth, of more than that many octets;
 * lanes call at once. */
struct memory {
    atomic_uint_fast64_t n_calls, n_out, n_refused;
    uint64_t first, last, every;
    size_t above;
};

static void *take_memory(void *user, size_t n)
{
    struct memory *m = user;
    uint64_t call = atomic_fetch_add(&m->n_calls, 1) + 1;
    void *p;

    if (call >= m->first && call <= m->last && n > m->above && (call - m->first) % m->every == 0) {
        atomic_fetch_add(&m->n_refused, 1);
        return NULL;
    }
    p = malloc(n);
    if (p)
        atomic_fetch_add(&m->n_out, 1);
    return p;
}

static void give_memory(void *user, void *p)
{
    struct memory *m = user;

    if (p)
        atomic_fetch_sub(&m->n_out, 1);
    free(p);
}

/* A way to refuse for a run that makes so many calls when nothing is refused. */
static void choose_refusals(struct memory *m, uint64_t n_calls)
{
    /* most calls are made at the beginning, and those near the end count as much */
    uint64_t call = 1 + (draw(2) ? draw(n_calls) : draw(draw(n_calls) + 1));

    *m = (struct memory){.first = call, .last = UINT64_MAX, .every = 1};
    switch (draw(5)) {
    case 0: m->last = call; break;
    case 1: break;
    case 2: m->last = call + draw(n_calls); break;
    case 3: m->every = 2 + draw(50); break;
    default: m->above = (size_t)1 << (6 + draw(14)); break;
    }
}

/* --------------------------------------------------------------------------------- what is told */

/* Numbers above 0, as many as fit into half of it. */
struct set {
    uint64_t places[PLACES];
};

static bool has(const struct set *s, uint64_t value, size_t *ret_place)
{
    size_t i = (size_t)(value * 0x9e3779b97f4a7c15u >> 32) % PLACES;

    while (s->places[i] && s->places[i] != value)
        i = (i + 1) % PLACES;
    *ret_place = i;
    return s->places[i] != 0;
}

/* False: it was there already. */
static bool add(struct set *s, uint64_t value)
{
    size_t place;

    if (has(s, value, &place))
        return false;
    s->places[place] = value;
    return true;
}

struct told {
    const struct set *known; /* findings that may be made, or NULL: all */
    struct set found, over, numbers;
    uint64_t digest, exchanges, connections, limits;
    const char *wrong; /* the first thing, or NULL */
    const char *rule;
};

static void complain(struct told *t, const char *wrong, const char *rule)
{
    if (!t->wrong) {
        t->wrong = wrong;
        t->rule = rule;
    }
}

static void count(struct told *t, uint64_t value)
{
    t->digest = (t->digest ^ value) * 0x100000001b3u;
}

/* Is it told only where nothing else is, here or before? */
static bool gives_way(const struct wl_rule *rule)
{
    return rule->check_related || rule->once_per_target || rule->yields[0];
}

static void take_findings(struct told *t, const struct wl_conn_ref *conn,
                          const struct wl_finding *findings, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        uint64_t key = (uint64_t)conn->client.port << 32 | (uint64_t)conn->server.port << 16 |
                       (findings[i].number + 1u);
        size_t place;

        count(t, key);
        (void)add(&t->found, key);
        if (t->known && !has(t->known, key, &place) && !gives_way(findings[i].rule))
            complain(t, "found what is not there", findings[i].rule->id);
    }
}

static int on_exchange(struct wl_sink *s, const struct wl_exchange *ex)
{
    struct told *t = s->state;
    size_t place;

    t->exchanges++;
    count(t, ex->conn.number);
    count(t, ex->ordinal);
    count(t, ex->res.status);
    count(t, ex->unjudged);
    take_findings(t, &ex->conn, ex->findings, ex->n_findings);
    if (has(&t->over, ex->conn.id, &place))
        complain(t, "an exchange is told after its connection", NULL);
    return 0;
}

static int on_connection(struct wl_sink *s, const struct wl_conn_record *conn)
{
    struct told *t = s->state;

    t->connections++;
    count(t, conn->conn.number);
    count(t, conn->n_exchanges);
    take_findings(t, &conn->conn, conn->findings, conn->n_findings);
    if (!add(&t->over, conn->conn.id))
        complain(t, "a connection is told twice", NULL);
    if (!add(&t->numbers, conn->conn.number + 1))
        complain(t, "two connections have one number", NULL);
    return 0;
}

static int on_close(struct wl_sink *s, const struct wl_stats *st, struct wl_error *err)
{
    struct told *t = s->state;

    (void)err;
    for (unsigned i = 0; i < WL_N_LIMITS; i++)
        t->limits += st->limits[i];
    if (st->exchanges != t->exchanges)
        complain(t, "exchanges are told that are not counted, or the other way round", NULL);
    return 0;
}

static const struct wl_sink_ops telling = {
    .name = "told",
    .summary = "what was told",
    .exchange = on_exchange,
    .connection = on_connection,
    .close = on_close,
    .wants_exchanges = true,
    .wants_connections = true,
};

/* ----------------------------------------------------------------------------------------- runs */

struct way {
    const char *capture;
    unsigned n_shards;
    bool correlate, evidence, filtered;
    uint64_t ring_events;
    const struct wl_sink_ops *outputs[MOST_OUTPUTS];
    unsigned n_outputs;
};

static struct way choose_way(const char *capture)
{
    struct way way = {
        .capture = capture,
        .n_shards = 1 + (unsigned)draw(MOST_SHARDS),
        .correlate = draw(2),
        .evidence = draw(3) == 0,
        .filtered = draw(4) == 0,
        .ring_events = draw(2) ? 1 + draw(8192) : 1 << 20,
        .n_outputs = (unsigned)draw(MOST_OUTPUTS + 1),
    };
    const struct wl_sink_ops *const *all = wl_report_outputs();
    size_t n = 1;

    while (all[n])
        n++;
    for (unsigned i = 0; i < way.n_outputs; i++)
        way.outputs[i] = all[draw(n)];
    return way;
}

static int add_outputs(struct wl_engine *e, const struct way *way, const struct wl_config *cfg,
                       struct told *t, struct wl_error *err)
{
    struct wl_sink_config sink = {
        .path = "/dev/null", .command = "audit", .examples = 3, .config = cfg};
    int rc = wl_engine_add_sink(e, &telling, t, &sink, err);

    for (unsigned i = 0; rc == 0 && i < way->n_outputs; i++)
        rc = wl_engine_add_sink(e, way->outputs[i], NULL, &sink, err);
    return rc;
}

/* Returns the first failure. */
static int run(const struct way *way, struct memory *m, struct told *t, struct wl_error *err)
{
    const char *files[] = {way->capture};
    struct wl_source_config source = {.files = files, .n_files = 1};
    struct wl_engine *e = NULL;
    struct wl_config cfg;
    int rc, ended = 0;

    wl_config_init(&cfg);
    cfg.shards = way->n_shards;
    cfg.correlate = way->correlate;
    cfg.limits.ring_events = way->ring_events;
    cfg.evidence_path = way->evidence ? "/dev/null" : NULL;
    cfg.where = way->filtered ? "class:2xx" : NULL;
    cfg.alloc = take_memory;
    cfg.release = give_memory;
    cfg.alloc_user = m;
    rc = wl_engine_new(&cfg, &e, err);
    if (rc < 0)
        return rc;
    rc = add_outputs(e, way, &cfg, t, err);
    if (rc == 0)
        rc = wl_engine_run(e, &source, err);
    if (rc == 0 || draw(2))
        ended = wl_engine_finish(e, rc == 0 ? err : NULL);
    wl_engine_free(e);
    return rc < 0 ? rc : ended;
}

static void describe(const struct way *way, const struct memory *m)
{
    printf("%s with %u shards%s%s%s, ring_events=%" PRIu64 ", refusing %" PRIu64 " to %" PRIu64
           ", one of %" PRIu64 ", above %zu octets, into",
           way->capture, way->n_shards, way->correlate ? ", --correlate" : "",
           way->evidence ? ", -w" : "", way->filtered ? ", --where" : "", way->ring_events,
           m->first, m->last, m->every, m->above);
    for (unsigned i = 0; i < way->n_outputs; i++)
        printf(" %s", way->outputs[i]->name);
    printf(": ");
}

/* What is wrong with a run, as a sentence; NULL: nothing. */
static const char *judge(const struct told *t, const struct told *all, const struct memory *m,
                         int rc)
{
    if (atomic_load(&m->n_out))
        return "memory was not given back";
    if (t->wrong)
        return t->wrong;
    if (rc < 0 && rc != WL_NOMEM)
        return "it has failed otherwise";
    if (rc == 0 && !t->limits && t->digest != all->digest)
        return "something is missing, and nothing tells it";
    return NULL;
}

/* One way to run, first with all memory, then with less. */
static int try_way(const struct way *way)
{
    static struct told all, t;
    struct memory m = {.last = 0, .every = 1};
    struct wl_error err = {.code = WL_OK};
    const char *wrong = NULL;
    int rc;

    memset(&all, 0, sizeof(all));
    (void)alarm(SECONDS);
    rc = run(way, &m, &all, &err);
    if (rc < 0 && rc != WL_EDAMAGED) {
        describe(way, &m);
        printf("%s\n", err.text);
        return 1;
    }
    if (rc == 0 && (all.limits || all.wrong))
        wrong = "limits without limits";
    for (int i = 0; i < 4 && !wrong; i++) {
        uint64_t n_calls = atomic_load(&m.n_calls);

        memset(&t, 0, sizeof(t));
        t.known = &all.found;
        choose_refusals(&m, n_calls);
        (void)alarm(SECONDS);
        describe(way, &m);
        (void)fflush(stdout);
        rc = run(way, &m, &t, &err);
        wrong = judge(&t, &all, &m, rc == WL_EDAMAGED ? 0 : rc);
        printf("%s\n", wrong ? wrong : "well");
        if (n_calls > atomic_load(&m.n_calls))
            atomic_store(&m.n_calls, n_calls);
    }
    if (!wrong)
        return 0;
    printf("FAILED: %s %s (code %d %s; %" PRIu64 " refused, limits %" PRIu64 ", %" PRIu64
           " of %" PRIu64 " exchanges, %" PRIu64 " of %" PRIu64 " connections, %" PRIu64 " out)\n",
           wrong, t.rule ? t.rule : "", rc, rc ? err.text : "", (uint64_t)atomic_load(&m.n_refused),
           t.limits, t.exchanges, all.exchanges, t.connections, all.connections,
           (uint64_t)atomic_load(&m.n_out));
    return 1;
}

int main(int argc, char **argv)
{
    unsigned long n = RUNS;
    int first = 1, failed = 0;

    for (; first + 1 < argc && argv[first][0] == '-'; first += 2) {
        unsigned long value = strtoul(argv[first + 1], NULL, 10);

        if (strcmp(argv[first], "-n") == 0) {
            n = value;
        } else if (strcmp(argv[first], "-s") == 0) {
            chance = value;
        } else {
            return 2;
        }
    }
    for (unsigned long i = 0; i < n; i++) {
        for (int k = first; k < argc; k++) {
            const struct way way = choose_way(argv[k]);

            failed += try_way(&way);
        }
    }
    printf("%d failures\n", failed);
    return failed != 0;
}
