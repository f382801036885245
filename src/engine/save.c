/* save.c - writes what a screen wants kept: packets of connections, or a report of exchanges.
 * SPDX-License-Identifier: MIT
 *
 * Packets: the connections are noted as -w notes them, with their findings as comments, and the
 * source is read again, or what the spool holds. Reports: what is held goes through an output as it
 * went the first time, exchanges and connections in the order in which they were told, with numbers
 * of their own.
 */
#include "save.h"

#include "diag.h"
#include "evidence.h"
#include "leg.h"
#include "stats.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

enum {
    NOTE_PORTION = 8192,   /* connections looked at */
    REPLAY_PORTION = 512,  /* exchanges given to an output, or looked at for their statuses */
    PACKET_PORTION = 8192, /* packets looked at */
    LINE_MEMORY = 64 << 10,
};

enum step {
    IDLE,
    NOTING,  /* which connections: conn is the next one */
    WRITING, /* their packets */
    REPLAYING,
    DONE,
};

struct wl_save {
    struct wl_save_config cfg;
    struct wl_budget *budget;
    struct wl_config own; /* of the evidence: its path */
    struct wl_arena_pool pool;
    struct wl_ask ask;
    struct wl_answer *answer;
    enum step step;
    bool created; /* the file is ours to remove */
    struct wl_filter *filter;
    struct wl_verdicts verdicts;
    uint64_t conn;             /* number of the connection to be looked at */
    uint64_t exchange, record; /* ids of those to be replayed */
    uint64_t pair;             /* of legs: that of the exchange, or the next one behind it */
    struct wl_text line;
    uint64_t n_conns, n_exchanges;
    uint32_t spent; /* of REPLAY_PORTION */
    struct wl_evidence *evidence;
    struct wl_tally *tally;
    struct wl_sink sink;
    bool sink_open;
    struct wl_board *board; /* for its inputs */
};

/* ------------------------------------------------------------------------------ life cycle */

struct wl_save *wl_save_new(const struct wl_save_config *cfg)
{
    struct wl_save *s = wl_alloc(cfg->budget, sizeof(*s));

    if (!s)
        return NULL;
    s->cfg = *cfg;
    s->budget = cfg->budget;
    wl_arena_pool_init(&s->pool, s->budget, 64 << 10);
    wl_text_init(&s->line, s->budget, LINE_MEMORY);
    return s;
}

/* Closes the report with the numbers of what it was told. */
static int close_sink(struct wl_save *s, struct wl_error *err)
{
    struct wl_stats *st = wl_tally_stats(s->tally);

    st->inputs = s->board->stats.inputs;
    st->n_inputs = s->board->stats.n_inputs;
    st->t_first = s->board->stats.t_first;
    st->t_last = s->board->stats.t_last;
    st->counters = s->board->stats.counters;
    s->sink_open = false;
    return s->sink.ops->close(&s->sink, wl_tally_snapshot(s->tally), err);
}

static void release(struct wl_save *s)
{
    struct wl_error ignored;

    if (s->sink_open)
        (void)close_sink(s, &ignored);
    wl_tally_free(s->tally);
    wl_evidence_free(s->evidence);
    wl_free(s->budget, s->board, sizeof(*s->board));
    if (s->verdicts.shapes)
        wl_verdicts_release(&s->verdicts);
    wl_filter_free(s->filter);
    s->tally = NULL;
    s->evidence = NULL;
    s->board = NULL;
    s->filter = NULL;
    s->verdicts.shapes = NULL;
}

void wl_save_free(struct wl_save *s)
{
    if (!s)
        return;
    release(s);
    wl_answer_free(s->answer);
    wl_arena_pool_release(&s->pool);
    wl_text_release(&s->line);
    wl_free(s->budget, s, sizeof(*s));
}

bool wl_save_busy(const struct wl_save *s)
{
    return s->step != IDLE;
}

struct wl_answer *wl_save_done(struct wl_save *s)
{
    struct wl_answer *a = s->answer;

    if (s->step != DONE)
        return NULL;
    s->answer = NULL;
    s->step = IDLE;
    return a;
}

/* It ends here, with what stands in the answer. */
static void finish(struct wl_save *s, int code)
{
    release(s);
    s->answer->code = code;
    if (code < 0 && s->created)
        (void)unlink(s->ask.path);
    s->step = DONE;
}

/* -------------------------------------------------------------------------------- beginning */

/* Makes the file, which must be new; the outputs open it by its name afterwards. */
static int create(struct wl_save *s, mode_t mode, struct wl_error *err)
{
    int fd = open(s->ask.path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
    char text[96];

    if (fd >= 0) {
        s->created = true;
        (void)close(fd);
        return 0;
    }
    if (errno == EEXIST) {
        (void)wl_fail(err, WL_EOUTPUT, "cannot write '%s': it exists", s->ask.path);
        wl_hint(err, "nothing is written over: choose another name");
        return WL_EOUTPUT;
    }
    return wl_fail(err, WL_EOUTPUT, "cannot write '%s': %s", s->ask.path,
                   wl_errno_text(errno, text, sizeof(text)));
}

static int begin_packets(struct wl_save *s, struct wl_error *err)
{
    int rc;

    if (s->cfg.cfg->redact > WL_REDACT_CREDENTIALS) {
        return wl_fail(err, WL_EINVAL, "packets cannot be redacted: '%s' is not written",
                       s->ask.path);
    }
    if (!s->cfg.source && !s->cfg.spool) {
        (void)wl_fail(err, WL_EINVAL, "live, -j N keeps no packets");
        wl_hint(err, "without -j they can be written");
        return WL_EINVAL;
    }
    rc = create(s, 0600, err); /* for its owner alone: captures hold credentials */
    if (rc < 0)
        return rc;
    s->own = *s->cfg.cfg;
    s->own.evidence_path = s->ask.path;
    s->own.fail_on = WL_OFF;
    s->evidence = wl_evidence_new(s->budget, &s->own);
    if (!s->evidence)
        return wl_fail(err, WL_NOMEM, "out of memory");
    rc = wl_evidence_open(s->evidence, err);
    if (rc == 0)
        rc = wl_evidence_begin(s->evidence, NULL, 0, false, err);
    s->step = NOTING;
    s->conn = 0;
    return rc;
}

static int begin_report(struct wl_save *s, struct wl_error *err)
{
    struct wl_sink_config cfg = s->ask.report;
    int rc;

    cfg.path = s->ask.path;
    s->board = wl_alloc(s->budget, sizeof(*s->board));
    s->tally = wl_tally_new(s->budget, &s->cfg.cfg->limits);
    if (!s->board || !s->tally)
        return wl_fail(err, WL_NOMEM, "out of memory");
    if (s->cfg.fill)
        s->cfg.fill(s->cfg.user, s->board);
    rc = create(s, 0666, err);
    if (rc < 0)
        return rc;
    s->sink = (struct wl_sink){
        .ops = s->ask.ops,
        .inputs = s->board->stats.inputs,
        .n_inputs = s->board->stats.n_inputs,
    };
    rc = s->ask.ops->open ? s->ask.ops->open(&s->sink, &cfg, err) : 0;
    s->sink_open = rc == 0;
    s->step = REPLAYING;
    s->exchange = s->record = s->pair = 0;
    return rc;
}

static bool is_blank(const char *text)
{
    return text[strspn(text, " \t")] == '\0';
}

void wl_save_begin(struct wl_save *s, const struct wl_ask *ask, struct wl_answer *answer)
{
    int rc = 0;

    WL_ASSERT(s->step == IDLE);
    s->ask = *ask;
    s->ask.path[sizeof(s->ask.path) - 1] = '\0';
    s->ask.where[sizeof(s->ask.where) - 1] = '\0';
    s->answer = answer;
    s->created = false;
    s->n_conns = s->n_exchanges = 0;
    if (!s->ask.path[0])
        rc = wl_fail(&answer->err, WL_EINVAL, "there is no name to write to");
    if (rc == 0 && !is_blank(s->ask.where))
        rc = wl_filter_new(s->ask.where, &s->filter, &answer->err);
    wl_verdicts_init(&s->verdicts, wl_history_shapes(s->cfg.history), s->filter, s->budget);
    if (rc == 0)
        rc = ask->ops ? begin_report(s, &answer->err) : begin_packets(s, &answer->err);
    if (rc < 0)
        finish(s, rc);
}

/* ---------------------------------------------------------------------------------- packets */

static void comment(struct wl_save *s, const struct wl_finding *findings, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        wl_evidence_comment(s->evidence, &findings[i]);
}

/* Comments of what is held of the connection; returns how many packets it has, 0: not known. */
static uint64_t note_findings(struct wl_save *s, const struct wl_kept_conn *conn)
{
    const struct wl_kept *record = wl_history_record_at(s->cfg.history,
                                                        wl_history_record(s->cfg.history, conn));
    uint64_t packets = 0;
    struct wl_arena *a;

    for (uint64_t id = wl_history_latest(s->cfg.history, conn); id;
         id = wl_history_before(s->cfg.history, id)) {
        const struct wl_kept *p = wl_history_exchange_at(s->cfg.history, id);
        const struct wl_exchange *ex;

        if (!p || p->n_findings == 0)
            continue;
        a = wl_arena_new(&s->pool);
        ex = a ? wl_unpack_exchange(wl_history_packed(s->cfg.history, p), a) : NULL;
        if (ex)
            comment(s, ex->findings, ex->n_findings);
        wl_arena_free(a);
    }
    a = record ? wl_arena_new(&s->pool) : NULL;
    if (a) {
        const struct wl_conn_record *r = wl_unpack_record(wl_history_packed(s->cfg.history, record),
                                                          a);

        if (r) {
            comment(s, r->findings, r->n_findings);
            packets = r->packets;
        }
    }
    wl_arena_free(a);
    return packets;
}

static void note(struct wl_save *s, const struct wl_kept_conn *conn, uint64_t number)
{
    bool ended = !(conn->bits & WL_KEPT_OPEN) && conn->packets < UINT32_MAX;
    struct wl_conn_ref ref;

    wl_history_ref(s->cfg.history, conn, number, &ref);
    wl_evidence_add(s->evidence, &ref, ended ? conn->id + conn->packets : UINT64_MAX,
                    note_findings(s, conn));
    s->n_conns++;
}

/* The chosen ones; true when all are noted. */
static bool note_chosen(struct wl_save *s)
{
    for (uint32_t i = 0; i < s->ask.n_connections && i < WL_ASK_CONNECTIONS; i++) {
        uint64_t number;
        const struct wl_kept_conn *conn = wl_history_by_id(s->cfg.history, s->ask.connections[i],
                                                           &number);

        if (conn && (conn->bits & WL_KEPT_SHOWN))
            note(s, conn, number);
    }
    return true;
}

/* All that pass, one portion; true when all are noted. */
static bool note_passing(struct wl_save *s)
{
    for (unsigned i = 0; i < NOTE_PORTION; i++) {
        const struct wl_kept_conn *conn;
        struct wl_conn_ref ref;

        s->conn = wl_history_next(s->cfg.history, s->conn);
        if (s->conn == UINT64_MAX)
            return true;
        conn = wl_history_conn(s->cfg.history, s->conn);
        if (conn && (conn->bits & WL_KEPT_SHOWN)) {
            wl_history_ref(s->cfg.history, conn, s->conn, &ref);
            if (wl_verdict_connection(&s->verdicts, &ref, conn->chain))
                note(s, conn, s->conn);
        }
        s->conn++;
    }
    return false;
}

static void note_portion(struct wl_save *s)
{
    struct wl_answer *a = s->answer;
    int rc;

    if (!(s->ask.n_connections ? note_chosen(s) : note_passing(s)))
        return;
    if (s->n_conns == 0) {
        finish(s, wl_fail(&a->err, WL_EINVAL, "there is no connection to write"));
        return;
    }
    rc = wl_evidence_start(s->evidence, s->cfg.source, s->cfg.spool, &a->err);
    s->step = WRITING;
    if (rc < 0)
        finish(s, rc);
}

static void write_portion(struct wl_save *s)
{
    struct wl_answer *a = s->answer;
    int rc = wl_evidence_step(s->evidence, PACKET_PORTION, &a->err);
    uint64_t written, lost, full;
    size_t n;

    if (rc == 1)
        return;
    if (rc == 0)
        rc = wl_evidence_close(s->evidence, &a->err);
    if (rc < 0) {
        finish(s, rc);
        return;
    }
    written = wl_evidence_written(s->evidence);
    lost = wl_evidence_lost(s->evidence);
    full = wl_evidence_full(s->evidence);
    (void)snprintf(a->said, sizeof(a->said), "%llu packets of %llu connection%s written to '%.60s'",
                   (unsigned long long)written, (unsigned long long)s->n_conns,
                   s->n_conns == 1 ? "" : "s", s->ask.path);
    n = strlen(a->said);
    if (lost) {
        (void)snprintf(a->said + n, sizeof(a->said) - n, "; %llu were no longer held",
                       (unsigned long long)lost);
    } else if (full) {
        (void)snprintf(a->said + n, sizeof(a->said) - n, "; the limit max_evidence was reached");
    }
    finish(s, 0);
}

/* ---------------------------------------------------------------------------------- reports */

static bool is_chosen(const struct wl_save *s, const struct wl_conn_ref *conn)
{
    for (uint32_t i = 0; i < s->ask.n_connections && i < WL_ASK_CONNECTIONS; i++) {
        if (s->ask.connections[i] == conn->id)
            return true;
    }
    return s->ask.n_connections == 0;
}

/* The other leg of a held exchange, if that is held as well: outputs were told of it with the one
 * that ended last. */
static const struct wl_leg *find_leg(struct wl_save *s, uint64_t id, struct wl_arena *a)
{
    const struct wl_history *h = s->cfg.history;
    struct wl_extent pairs = wl_history_pairs(h);
    const struct wl_kept_pair *pair = NULL;
    const struct wl_exchange *ex;
    const struct wl_kept *p;
    struct wl_leg *leg;

    /* pairs stand in the order of the exchanges that were told last */
    for (s->pair = wl_max_u64(s->pair, pairs.first); s->pair < pairs.end; s->pair++) {
        pair = wl_history_pair_at(h, s->pair);
        if (pair->id[0] >= id)
            break;
    }
    if (s->pair >= pairs.end || pair->id[0] != id)
        return NULL;
    p = wl_history_exchange_at(h, pair->id[1]);
    ex = p ? wl_unpack_exchange(wl_history_packed(h, p), a) : NULL;
    leg = ex ? wl_arena_alloc(a, sizeof(*leg)) : NULL;
    if (!leg)
        return NULL;
    wl_leg_describe(ex, &s->line, leg);
    leg->upstream = pair->upstream;
    leg->confidence = (enum wl_confidence)pair->confidence;
    return leg;
}

static int replay_exchange(struct wl_save *s, const struct wl_exchange *ex)
{
    const struct wl_sink_ops *ops = s->sink.ops;

    if (!is_chosen(s, &ex->conn) || !wl_filter_match(s->filter, ex))
        return 0;
    s->n_exchanges++;
    wl_tally_exchange(s->tally, ex);
    if (!ops->exchange || !(ex->n_findings || ops->wants_exchanges))
        return 0;
    return ops->exchange(&s->sink, ex);
}

/* ------------------------------------------------------------------------ steps of a connection */

/* The steps of a record while they are put together. */
struct steps {
    struct wl_arena *arena;
    struct wl_step *all;
    uint32_t n, capacity, max;
    bool alone; /* the last one is all that its exchange had */
    bool full;
};

/* As wl_layer_step counts them. */
static void add_step(struct steps *steps, uint16_t status, uint32_t ordinal, bool alone)
{
    struct wl_step *last = steps->n ? &steps->all[steps->n - 1] : NULL;
    struct wl_step *grown;

    if (last && steps->alone && alone && last->status == status &&
        ordinal == last->ordinal + last->repeat) {
        last->repeat++;
        return;
    }
    grown = wl_arena_grow(steps->arena, steps->all, steps->n, &steps->capacity, steps->max,
                          sizeof(*steps->all));
    if (!grown) {
        steps->full = true;
        return;
    }
    steps->all = grown;
    steps->all[steps->n++] = (struct wl_step){status, ordinal, 1};
    steps->alone = alone;
}

static void add_steps(struct steps *steps, const struct wl_exchange *ex)
{
    uint32_t n = ex->n_interim + ex->n_interim_more;
    bool final = wl_message_has_status(&ex->res);

    for (uint32_t i = 0; i < n && !steps->full; i++)
        add_step(steps, wl_exchange_interim_status(ex, i), ex->ordinal, n + final == 1);
    if (final && !steps->full)
        add_step(steps, ex->res.status, ex->ordinal, n + final == 1);
}

/* The exchanges of a connection, from the last told to the first, at most max; 0 when one is
 * missing. */
static uint32_t list_exchanges(const struct wl_history *h, const struct wl_kept_conn *row,
                               uint64_t *ids, uint32_t max)
{
    uint64_t id = wl_history_latest(h, row);
    uint32_t n = 0;

    for (const struct wl_kept *p; (p = wl_history_exchange_at(h, id)) != NULL && n < max;
         id = wl_history_before(h, id)) {
        ids[n++] = id;
        if (p->previous == 0)
            return n;
    }
    return 0;
}

/**
 * While there is a screen nobody keeps the steps of connections: they are put together again from
 * their exchanges, if all of them are held and they are no more than max_steps. Else they are all
 * lost, and reports leave them out.
 */
static void find_steps(struct wl_save *s, const struct wl_kept_conn *row,
                       struct wl_conn_record *conn, struct wl_arena *a)
{
    const struct wl_history *h = s->cfg.history;
    uint32_t max = (uint32_t)wl_min_u64(s->cfg.cfg->limits.max_steps, UINT32_MAX);
    struct steps steps = {.arena = a, .max = max};
    uint64_t *ids = NULL;
    uint32_t n = 0;

    if (conn->n_exchanges == 0)
        return;
    conn->n_steps_lost = conn->n_exchanges;
    if (row && conn->n_exchanges <= max && !(row->bits & WL_KEPT_HOLE))
        ids = wl_arena_array(a, conn->n_exchanges, sizeof(*ids));
    if (ids && list_exchanges(h, row, ids, conn->n_exchanges) == conn->n_exchanges)
        n = conn->n_exchanges;
    for (uint32_t i = n; i > 0; i--) {
        const struct wl_kept *p = wl_history_exchange_at(h, ids[i - 1]);
        struct wl_arena *once = wl_arena_new(&s->pool);
        const struct wl_exchange *ex = once ? wl_unpack_exchange(wl_history_packed(h, p), once)
                                            : NULL;

        s->spent++;
        steps.full |= ex == NULL;
        if (ex)
            add_steps(&steps, ex);
        wl_arena_free(once);
    }
    if (n == 0 || steps.full)
        return;
    conn->steps = steps.all;
    conn->n_steps = steps.n;
    conn->n_steps_lost = 0;
}

static int replay_record(struct wl_save *s, const struct wl_kept *p, struct wl_conn_record *conn,
                         struct wl_arena *a)
{
    const struct wl_kept_conn *row = wl_history_conn(s->cfg.history, p->number);
    const struct wl_sink_ops *ops = s->sink.ops;

    if (!is_chosen(s, &conn->conn) ||
        !wl_verdict_connection(&s->verdicts, &conn->conn, row ? row->chain : 0))
        return 0;
    wl_tally_opened(s->tally);
    wl_tally_connection(s->tally, conn, conn->n_exchanges > 0);
    if (!ops->connection || !(conn->n_findings || ops->wants_connections))
        return 0;
    if (ops->wants_connections)
        find_steps(s, row, conn, a);
    return ops->connection(&s->sink, conn);
}

/* What was told first: packed blocks are filled in the order of telling. */
static bool told_before(const struct wl_kept *a, const struct wl_kept *b)
{
    return a->block != b->block ? a->block < b->block : a->offset < b->offset;
}

/* The next exchange or record; 1: there was one, 0: that was all, or a negative code. */
static int replay_one(struct wl_save *s)
{
    const struct wl_history *h = s->cfg.history;
    const struct wl_kept *ex, *record;
    struct wl_arena *a;
    int rc = WL_NOMEM;

    s->exchange = wl_max_u64(s->exchange, wl_history_exchanges(h).first);
    s->record = wl_max_u64(s->record, wl_history_records(h).first);
    ex = wl_history_exchange_at(h, s->exchange);
    record = wl_history_record_at(h, s->record);
    if (!ex && !record)
        return 0;
    a = wl_arena_new(&s->pool);
    if (a && ex && (!record || told_before(ex, record))) {
        struct wl_exchange *unpacked = wl_unpack_exchange(wl_history_packed(h, ex), a);

        if (unpacked)
            unpacked->leg = find_leg(s, s->exchange, a);
        rc = unpacked ? replay_exchange(s, unpacked) : WL_NOMEM;
        s->exchange++;
    } else if (a && record) {
        struct wl_conn_record *unpacked = wl_unpack_record(wl_history_packed(h, record), a);

        rc = unpacked ? replay_record(s, record, unpacked, a) : WL_NOMEM;
        s->record++;
    }
    wl_arena_free(a);
    return rc < 0 ? rc : 1;
}

static void replay_portion(struct wl_save *s)
{
    struct wl_answer *a = s->answer;
    uint64_t dropped = wl_history_dropped(s->cfg.history);
    int rc = 1;
    size_t n;

    for (s->spent = 0; s->spent < REPLAY_PORTION && rc == 1; s->spent++)
        rc = replay_one(s);
    if (rc == 1)
        return;
    if (rc == 0) {
        rc = close_sink(s, &a->err);
    } else {
        (void)wl_fail(&a->err, (enum wl_code)rc, "cannot write '%s'", s->ask.path);
    }
    if (rc == 0) {
        (void)snprintf(a->said, sizeof(a->said), "%llu exchange%s written to '%.60s'",
                       (unsigned long long)s->n_exchanges, s->n_exchanges == 1 ? "" : "s",
                       s->ask.path);
        n = strlen(a->said);
        if (dropped) {
            (void)snprintf(a->said + n, sizeof(a->said) - n, "; %llu older ones are not held",
                           (unsigned long long)dropped);
        }
    }
    finish(s, rc);
}

bool wl_save_work(struct wl_save *s)
{
    switch (s->step) {
    case NOTING: note_portion(s); break;
    case WRITING: write_portion(s); break;
    case REPLAYING: replay_portion(s); break;
    case IDLE:
    case DONE: return false;
    }
    return s->step != DONE;
}
