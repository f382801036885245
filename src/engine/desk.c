/* desk.c - answers the questions of a screen, on the merge's thread.
 * SPDX-License-Identifier: MIT
 *
 * One question of each kind waits at most; newer ones take its place. wl_desk_work does one thing
 * per call: a question that can be answered at once, or one portion of what takes longer. A list
 * that is still being put in order is answered with what there is when that has taken too long for
 * a person.
 */
#include "desk.h"

#include "board.h"
#include "detail.h"
#include "diag.h"
#include "list.h"
#include "reread.h"
#include "rows.h"
#include "save.h"

enum {
    READY = 8,          /* answers that wait to be taken away */
    PATIENCE = 24,      /* portions a list may take before it is answered with what there is */
    RECOUNT = 1024,     /* exchanges recounted in one portion */
    N_JOBS = 3,         /* recounting, reading again, saving */
    SEQUENCE_WALK = 64, /* exchanges of a connection looked at for one with the same statuses */
};

/* The board of what passes the screen's filter, recounted from history. */
struct recount {
    char where[WL_WHERE_TEXT]; /* "": there is none */
    struct wl_filter *filter;
    struct wl_verdicts verdicts;
    struct wl_ledger *ledger;
    uint64_t exchanges, records;  /* ids to be looked at next */
    uint64_t tail[WL_BOARD_TAIL]; /* ids of the latest that pass, a ring */
    uint32_t n_tail;
};

struct wl_desk {
    struct wl_desk_config cfg;
    struct wl_budget *budget;
    struct wl_history *history;
    struct wl_ledger *ledger;
    struct wl_lists *lists;
    struct wl_reread *reread; /* NULL: it cannot be read again */
    struct wl_save *save;
    struct recount recount;
    struct wl_arena_pool pool;
    struct wl_text line;
    struct wl_ask board, list, detail; /* what waits */
    bool wants_board, wants_list, wants_detail;
    unsigned patience, turn;
    struct wl_answer *ready[READY];
    unsigned n_ready;
};

/* ------------------------------------------------------------------------------ life cycle */

struct wl_desk *wl_desk_new(const struct wl_desk_config *cfg)
{
    struct wl_desk *d = wl_alloc(cfg->budget, sizeof(*d));

    if (!d)
        return NULL;
    d->cfg = *cfg;
    d->budget = cfg->budget;
    wl_arena_pool_init(&d->pool, d->budget, 64 << 10);
    wl_text_init(&d->line, d->budget, 4096);
    d->history = wl_history_new(d->budget, &cfg->cfg->limits);
    if (d->history) {
        d->ledger = wl_ledger_new(d->budget, &cfg->cfg->limits, wl_history_shapes(d->history));
        d->lists = wl_lists_new(d->budget, d->history);
    }
    if (d->history) {
        const struct wl_save_config save = {
            .budget = d->budget,
            .cfg = cfg->cfg,
            .source = cfg->source,
            .spool = cfg->spool,
            .history = d->history,
            .fill = cfg->fill,
            .user = cfg->user,
        };

        d->save = wl_save_new(&save);
    }
    if (d->history && cfg->source) {
        const struct wl_reread_config reread = {
            .budget = d->budget,
            .cfg = cfg->cfg,
            .extra_rules = cfg->extra_rules,
            .source = cfg->source,
            .filter = cfg->filter,
            .overridden = cfg->overridden,
            .suppress = cfg->suppress,
            .redactor = cfg->redactor,
            .history = d->history,
        };

        d->reread = wl_reread_new(&reread);
    }
    if (!d->history || !d->ledger || !d->lists || !d->save || (cfg->source && !d->reread)) {
        wl_desk_free(d);
        return NULL;
    }
    return d;
}

static void end_recount(struct recount *r)
{
    if (r->where[0])
        wl_verdicts_release(&r->verdicts);
    wl_filter_free(r->filter);
    wl_ledger_free(r->ledger);
    *r = (struct recount){.where = ""};
}

void wl_desk_free(struct wl_desk *d)
{
    struct wl_budget *b;

    if (!d)
        return;
    b = d->budget;
    for (unsigned i = 0; i < d->n_ready; i++)
        wl_answer_free(d->ready[i]);
    end_recount(&d->recount);
    wl_save_free(d->save);
    wl_reread_free(d->reread);
    wl_lists_free(d->lists);
    wl_ledger_free(d->ledger);
    wl_history_free(d->history);
    wl_text_release(&d->line);
    wl_arena_pool_release(&d->pool);
    wl_free(b, d, sizeof(*d));
}

/* --------------------------------------------------------------------------- what is told */

void wl_desk_opened(struct wl_desk *d, uint64_t id, const struct wl_opened *opened)
{
    wl_history_opened(d->history, id, opened);
}

void wl_desk_exchange(struct wl_desk *d, const struct wl_exchange *ex)
{
    struct wl_told told;

    wl_history_exchange(d->history, ex, &told);
    wl_ledger_exchange(d->ledger, ex, &told);
}

void wl_desk_connection(struct wl_desk *d, const struct wl_conn_record *conn, bool counts)
{
    wl_history_connection(d->history, conn, counts);
    if (counts)
        wl_ledger_connection(d->ledger, conn);
}

void wl_desk_tick(struct wl_desk *d, wl_ns now, uint64_t packets, uint64_t octets)
{
    wl_ledger_tick(d->ledger, now, packets, octets);
    if (d->recount.ledger)
        wl_ledger_tick(d->recount.ledger, now, packets, octets);
}

void wl_desk_over(struct wl_desk *d)
{
    wl_lists_over(d->lists);
}

bool wl_desk_reset(struct wl_desk *d)
{
    if (!wl_ledger_reset(d->ledger))
        return false;
    if (d->recount.ledger && wl_ledger_reset(d->recount.ledger)) {
        /* what was counted before does not come back by counting again */
        d->recount.exchanges = wl_history_exchanges(d->history).end;
        d->recount.records = wl_history_records(d->history).end;
    }
    return true;
}

/* ------------------------------------------------------------------------------- recounting */

/* Begins to recount what passes where, unless that is under way. */
static int set_recount(struct wl_desk *d, const char *where, struct wl_error *err)
{
    struct recount *r = &d->recount;
    struct wl_filter *filter = NULL;
    int rc;

    if (strcmp(r->where, where) == 0)
        return 0;
    rc = wl_filter_new(where, &filter, err);
    if (rc < 0)
        return rc;
    end_recount(r);
    r->filter = filter;
    r->ledger = wl_ledger_new(d->budget, &d->cfg.cfg->limits, wl_history_shapes(d->history));
    if (!r->ledger) {
        end_recount(r);
        return wl_fail(err, WL_NOMEM, "out of memory");
    }
    (void)snprintf(r->where, sizeof(r->where), "%s", where);
    wl_verdicts_init(&r->verdicts, wl_history_shapes(d->history), filter, d->budget);
    r->exchanges = wl_history_exchanges(d->history).first;
    r->records = wl_history_records(d->history).first;
    return 0;
}

/* No exchange before this one on its connection had the same statuses and passed, as far as is held
 * near it. */
static bool is_first(const struct wl_history *h, struct recount *r, uint64_t id,
                     const struct wl_conn_ref *conn, uint32_t sequence)
{
    const struct wl_shapes *shapes = wl_history_shapes(h);

    for (unsigned i = 0; i < SEQUENCE_WALK; i++) {
        const struct wl_kept *p;

        id = wl_history_before(h, id);
        p = wl_history_exchange_at(h, id);
        if (!p)
            return true;
        if (wl_shape_sequence(shapes, p->shape) == sequence &&
            wl_verdict_exchange(&r->verdicts, conn, p->shape))
            return false;
    }
    return false;
}

static void recount_exchange(struct wl_desk *d, uint64_t id, struct wl_arena *a)
{
    const struct wl_kept *p = wl_history_exchange_at(d->history, id);
    const struct wl_exchange *ex = p ? wl_unpack_exchange(wl_history_packed(d->history, p), a)
                                     : NULL;
    struct recount *r = &d->recount;
    struct wl_told told = {.id = id};

    if (!ex || !wl_verdict_exchange(&r->verdicts, &ex->conn, p->shape))
        return;
    told.sequence = wl_shape_sequence(wl_history_shapes(d->history), p->shape);
    told.first = is_first(d->history, r, id, &ex->conn, told.sequence);
    wl_ledger_exchange(r->ledger, ex, &told);
    r->tail[r->n_tail++ % WL_BOARD_TAIL] = id;
}

/* The findings of a record that pass. */
static void recount_record(struct wl_desk *d, uint64_t id, struct wl_arena *a)
{
    const struct wl_kept *p = wl_history_record_at(d->history, id);
    const struct wl_kept_conn *row = p ? wl_history_conn(d->history, p->number) : NULL;
    struct wl_conn_record *record = row && p->n_findings
                                        ? wl_unpack_record(wl_history_packed(d->history, p), a)
                                        : NULL;
    struct recount *r = &d->recount;
    uint32_t kept = 0;

    if (!record)
        return;
    for (uint32_t i = 0; i < record->n_findings; i++) {
        const struct wl_finding *f = &record->findings[i];

        if (wl_filter_match_conn(r->filter, record, f) &&
            (f->ordinal == 0 || wl_verdict_facts(&r->verdicts, &record->conn, 0, row->chain)))
            record->findings[kept++] = *f;
    }
    record->n_findings = kept;
    wl_ledger_connection(r->ledger, record);
}

/* Everything one after the other, so that an arena serves for one of them. */
static bool recount_one(struct wl_desk *d)
{
    struct recount *r = &d->recount;
    struct wl_extent exchanges = wl_history_exchanges(d->history);
    struct wl_extent records = wl_history_records(d->history);
    struct wl_arena *a;

    r->exchanges = wl_max_u64(r->exchanges, exchanges.first);
    r->records = wl_max_u64(r->records, records.first);
    if (r->exchanges >= exchanges.end && r->records >= records.end)
        return false;
    a = wl_arena_new(&d->pool);
    if (!a)
        return false;
    if (r->exchanges < exchanges.end) {
        recount_exchange(d, r->exchanges++, a);
    } else {
        recount_record(d, r->records++, a);
    }
    wl_arena_free(a);
    return true;
}

static bool is_recounted(const struct wl_desk *d)
{
    return d->recount.exchanges >= wl_history_exchanges(d->history).end &&
           d->recount.records >= wl_history_records(d->history).end;
}

/* One portion; true when there is more. */
static bool recount(struct wl_desk *d)
{
    if (!d->recount.ledger)
        return false;
    for (unsigned i = 0; i < RECOUNT; i++) {
        if (!recount_one(d))
            return false;
    }
    return true;
}

/* --------------------------------------------------------------------------------- answers */

static void give(struct wl_desk *d, struct wl_answer *a)
{
    if (d->n_ready == READY) {
        wl_answer_free(a); /* nobody takes them away */
        return;
    }
    d->ready[d->n_ready++] = a;
}

static bool is_blank(const char *text)
{
    return text[strspn(text, " \t")] == '\0';
}

static const char *copy_text(struct wl_arena *a, const char *text, bool *bad)
{
    struct wl_span copy;

    if (!text)
        return NULL;
    copy = wl_arena_copy(a, wl_span(text, strlen(text) + 1));
    *bad |= copy.p == NULL;
    return (const char *)copy.p;
}

/* What the numbers borrow from the engine goes with the answer. False: memory is refused. */
static bool own_stats(struct wl_stats *st, struct wl_arena *a)
{
    size_t n_rules = wl_rule_count() * sizeof(*st->rules);
    struct wl_input *inputs;
    bool bad = false;

    if (st->rules && n_rules) {
        st->rules = (const uint64_t *)(const void *)wl_arena_copy(a, wl_span(st->rules, n_rules)).p;
        bad |= st->rules == NULL;
    }
    if (st->n_inputs == 0 || bad)
        return !bad;
    inputs = wl_arena_array(a, st->n_inputs, sizeof(*inputs));
    if (!inputs)
        return false;
    for (uint32_t i = 0; i < st->n_inputs; i++) {
        inputs[i] = st->inputs[i];
        inputs[i].name = copy_text(a, st->inputs[i].name, &bad);
        inputs[i].damaged = copy_text(a, st->inputs[i].damaged, &bad);
        inputs[i].notice = copy_text(a, st->inputs[i].notice, &bad);
    }
    st->inputs = inputs;
    return !bad;
}

static void add_tail(struct wl_desk *d, struct wl_board *board, uint64_t id)
{
    const struct wl_kept *p = wl_history_exchange_at(d->history, id);
    struct wl_arena *a = p ? wl_arena_new(&d->pool) : NULL;
    const struct wl_exchange *ex = a ? wl_unpack_exchange(wl_history_packed(d->history, p), a)
                                     : NULL;

    if (ex)
        wl_row_of_exchange(&board->tail[board->n_tail++], id, ex, &d->line);
    wl_arena_free(a);
}

static bool fill_tail(struct wl_desk *d, bool filtered, struct wl_board *board, struct wl_arena *a)
{
    struct wl_extent held = wl_history_exchanges(d->history);
    uint64_t n = wl_min_u64(filtered ? d->recount.n_tail : held.end - held.first, WL_BOARD_TAIL);

    board->tail = wl_arena_array(a, WL_BOARD_TAIL, sizeof(*board->tail));
    if (!board->tail)
        return false;
    for (uint64_t i = n; i > 0; i--) {
        add_tail(d, board,
                 filtered ? d->recount.tail[(d->recount.n_tail - i) % WL_BOARD_TAIL]
                          : held.end - i);
    }
    return true;
}

static int fill_board(struct wl_desk *d, const struct wl_ask *ask, struct wl_answer *a)
{
    struct wl_board *board = wl_arena_alloc(a->arena, sizeof(*board));
    struct wl_extent held = wl_history_exchanges(d->history);
    bool filtered = !is_blank(ask->where);
    int rc = 0;

    if (!board)
        return wl_fail(&a->err, WL_NOMEM, "out of memory");
    if (filtered)
        rc = set_recount(d, ask->where, &a->err);
    if (rc < 0)
        return rc;
    if (!filtered)
        end_recount(&d->recount);
    wl_ledger_board(filtered ? d->recount.ledger : d->ledger, board);
    if (filtered)
        wl_ledger_times(d->ledger, board);
    board->progress = -1;
    board->history = held.end - held.first;
    board->history_dropped = wl_history_dropped(d->history);
    board->filtered = filtered;
    if (filtered) {
        board->to_recount = board->history;
        board->recounted = wl_max_u64(d->recount.exchanges, held.first) - held.first;
    }
    if (d->cfg.fill)
        d->cfg.fill(d->cfg.user, board);
    a->of.board = board;
    if (!own_stats(&board->stats, a->arena) || !fill_tail(d, filtered, board, a->arena))
        return wl_fail(&a->err, WL_NOMEM, "out of memory");
    return 0;
}

static void answer_board(struct wl_desk *d)
{
    struct wl_answer *a = wl_answer_new(d->cfg.cfg, &d->board);

    d->wants_board = false;
    if (!a)
        return;
    a->code = fill_board(d, &d->board, a);
    give(d, a);
}

static int fill_list(struct wl_desk *d, struct wl_answer *a)
{
    const struct wl_ask *ask = &d->list;
    bool filtered = !is_blank(ask->where);
    int rc;

    if (ask->list >= WL_N_LISTS)
        return wl_fail(&a->err, WL_EINVAL, "there is no list %d", (int)ask->list);
    if (ask->list != WL_LIST_SERVERS && ask->list != WL_LIST_SEQUENCES)
        return wl_lists_page(d->lists, ask, a);
    if (filtered) {
        rc = set_recount(d, ask->where, &a->err);
        if (rc < 0)
            return rc;
    }
    return wl_ledger_page(filtered ? d->recount.ledger : d->ledger, ask,
                          filtered && !is_recounted(d), a);
}

/* Looks at once, and again when the list is in order or patience has come to its end. */
static void answer_list(struct wl_desk *d)
{
    struct wl_answer *a;

    if (d->patience < PATIENCE && d->patience > 0 && wl_lists_work(d->lists)) {
        d->patience--;
        return;
    }
    a = wl_answer_new(d->cfg.cfg, &d->list);
    if (a) {
        a->code = fill_list(d, a);
        if (a->code == 0 && a->of.page->partial && d->patience == PATIENCE) {
            d->patience--;
            wl_answer_free(a);
            return;
        }
        give(d, a);
    }
    d->wants_list = false;
}

/* What is not held any more is read again, if that can be. */
static int read_again(struct wl_desk *d, const struct wl_detail_window *window, struct wl_answer *a,
                      struct wl_detail *detail)
{
    const struct wl_reread_goal goal = {
        .window = *window,
        .over = !detail->open,
        .last = detail->last_ordinal,
    };

    if (!wl_reread_is_about(d->reread, &goal)) {
        int rc = wl_reread_begin(d->reread, &goal, &a->err);

        if (rc < 0)
            return rc;
    }
    if (!wl_reread_done(d->reread)) {
        detail->held = WL_HELD_SOON;
    } else if (!wl_reread_fill(d->reread, detail, a->arena)) {
        return wl_fail(&a->err, WL_NOMEM, "out of memory");
    }
    return 0;
}

static void answer_detail(struct wl_desk *d)
{
    struct wl_answer *a = wl_answer_new(d->cfg.cfg, &d->detail);
    struct wl_detail_window window;
    struct wl_detail *detail = NULL;

    d->wants_detail = false;
    if (!a)
        return;
    a->code = wl_detail_held(d->history, &d->detail, a, &detail, &window);
    if (a->code == 0 && detail->held != WL_HELD_NOT)
        a->code = wl_detail_other(d->history, &window, d->detail.ordinal, a, detail);
    if (a->code == 0 && d->reread && detail->held == WL_HELD_PARTLY)
        a->code = read_again(d, &window, a, detail);
    give(d, a);
}

/* ---------------------------------------------------------------------------------- asking */

static void begin_saving(struct wl_desk *d, const struct wl_ask *ask)
{
    struct wl_answer *a = wl_answer_new(d->cfg.cfg, ask);

    if (!a)
        return;
    if (wl_save_busy(d->save)) {
        a->code = wl_fail(&a->err, WL_EINVAL, "another file is being written");
        give(d, a);
        return;
    }
    wl_save_begin(d->save, ask, a);
}

void wl_desk_ask(struct wl_desk *d, const struct wl_ask *ask)
{
    switch (ask->kind) {
    case WL_ASK_BOARD:
        d->board = *ask;
        d->wants_board = true;
        break;
    case WL_ASK_LIST:
        d->list = *ask;
        d->wants_list = true;
        d->patience = PATIENCE;
        break;
    case WL_ASK_DETAIL:
        d->detail = *ask;
        d->wants_detail = true;
        break;
    case WL_ASK_SAVE: begin_saving(d, ask); break;
    case WL_ASK_OVERRIDE:
    case WL_ASK_RESET:
    case WL_ASK_STOP:
    case WL_ASK_QUIT: break;
    }
}

/* One portion of one of the jobs behind the questions; true when it has more to do. */
static bool work_on(struct wl_desk *d, unsigned job)
{
    switch (job % N_JOBS) {
    case 0: return recount(d);
    case 1: return d->reread && wl_reread_work(d->reread);
    default: return wl_save_work(d->save);
    }
}

bool wl_desk_work(struct wl_desk *d)
{
    struct wl_answer *saved;
    bool more = false;

    if (d->wants_detail) {
        answer_detail(d);
    } else if (d->wants_board) {
        answer_board(d);
    } else if (d->wants_list) {
        answer_list(d);
    } else {
        more = wl_lists_work(d->lists);
    }
    /* one job at a time, each in its turn */
    for (unsigned i = 0; i < N_JOBS && !more; i++)
        more = work_on(d, d->turn++);
    saved = wl_save_done(d->save);
    if (saved)
        give(d, saved);
    return more || d->wants_board || d->wants_list || d->wants_detail;
}

struct wl_answer *wl_desk_answer(struct wl_desk *d)
{
    struct wl_answer *a = d->n_ready ? d->ready[0] : NULL;

    if (a) {
        d->n_ready--;
        memmove(&d->ready[0], &d->ready[1], d->n_ready * sizeof(struct wl_answer *));
    }
    return a;
}

void wl_desk_limits(const struct wl_desk *d, uint64_t *limits)
{
    wl_history_limits(d->history, limits);
}
