/* list.c - pages of what history holds, filtered and in any order.
 * SPDX-License-Identifier: MIT
 *
 * An index is made in three steps: gather what passes, with a key of what it is ordered by; make
 * it a heap whose top is the first row; take rows off the top, which fill the array from its end.
 * Ties go by the order of the capture, so that an order is always the same. What was told
 * meanwhile is seen by making the index anew: at once when that is one portion's work, and less
 * often the more it is.
 */
#include "list.h"

#include "diag.h"
#include "rows.h"

enum {
    N_INDEXES = 4,
    PORTION = 16384,  /* rows looked at, or moved, in one call */
    COST_PACKED = 16, /* of a row that must be unpacked to be put in order, in rows */
    COST_TEXT = 4,    /* of one whose text must be made */
    CHEAP = 2,        /* portions of an index that is made anew for every question */
    SELDOM = 4,       /* else: one question in so many times its portions */
};

struct index {
    struct wl_choice choice;
    uint64_t used;         /* when, by counting questions; 0: never */
    struct wl_order order; /* what answers are made of */
    struct wl_order next;  /* what replaces it once it has come as far */
    bool renewing;
    uint64_t changes; /* of history, when order was begun */
    uint64_t rest;    /* questions until it is made anew */
};

struct wl_lists {
    struct wl_budget *budget;
    struct wl_rows rows;
    struct index indexes[N_INDEXES];
    struct index *current; /* or NULL */
    uint64_t n_asked;
    bool over; /* nothing more will be told */
};

/* ------------------------------------------------------------------------------ life cycle */

struct wl_lists *wl_lists_new(struct wl_budget *budget, const struct wl_history *h)
{
    struct wl_lists *l = wl_alloc(budget, sizeof(*l));

    if (!l)
        return NULL;
    l->budget = budget;
    wl_rows_init(&l->rows, budget, h);
    return l;
}

static void release_index(struct index *x)
{
    if (!x->used)
        return;
    wl_order_release(&x->order);
    wl_order_release(&x->next);
    wl_verdicts_release(&x->choice.verdicts);
    wl_filter_free(x->choice.filter);
    *x = (struct index){.used = 0};
}

void wl_lists_free(struct wl_lists *l)
{
    if (!l)
        return;
    for (size_t i = 0; i < N_INDEXES; i++)
        release_index(&l->indexes[i]);
    wl_rows_release(&l->rows);
    wl_free(l->budget, l, sizeof(*l));
}

/* --------------------------------------------------------------------------------- indexes */

static bool sorted(const struct wl_subject *s)
{
    return s->sort != WL_SORT_TIME;
}

static void begin(const struct wl_lists *l, struct index *x, struct wl_order *o)
{
    x->changes = wl_history_changes(l->rows.history);
    wl_order_begin(o, l->budget, wl_rows_extent(&l->rows, x->choice.subject.list).first,
                   sorted(&x->choice.subject));
}

/* What it costs to find the key of a row, in rows. */
static unsigned cost_of(const struct wl_subject *s)
{
    if (s->list == WL_LIST_CONNECTIONS)
        return s->sort == WL_SORT_TEXT ? COST_TEXT : 1;
    return s->sort == WL_SORT_TIME || s->sort == WL_SORT_FINDINGS || s->sort == WL_SORT_CONNECTION
               ? 1
               : COST_PACKED;
}

/* One portion of gathering. Returns false when memory is refused. */
static bool gather(struct wl_lists *l, struct index *x, struct wl_order *o)
{
    struct wl_extent e = wl_rows_extent(&l->rows, x->choice.subject.list);
    bool conns = x->choice.subject.list == WL_LIST_CONNECTIONS;
    unsigned cost = cost_of(&x->choice.subject);

    if (o->scanned < e.first)
        o->scanned = e.first;
    for (unsigned spent = 0; spent < PORTION && o->scanned < e.end; spent += cost) {
        uint64_t row = conns ? wl_history_next(l->rows.history, o->scanned) : o->scanned;
        struct wl_order_row entry = {.key = 0};

        if (row == UINT64_MAX) {
            o->scanned = e.end;
            break;
        }
        o->scanned = row + 1;
        if (!wl_rows_pass(&l->rows, &x->choice, row))
            continue;
        if (sorted(&x->choice.subject))
            wl_rows_key(&l->rows, &x->choice.subject, row, &entry);
        if (!wl_order_add(o, row, entry)) {
            o->scanned = row; /* it is looked at again */
            return false;
        }
    }
    if (o->scanned >= e.end)
        wl_order_gathered(o);
    return true;
}

/* Memory is short: the indexes that are not looked at now go. True: there were some. */
static bool release_others(struct wl_lists *l, const struct index *x)
{
    bool any = false;

    for (size_t i = 0; i < N_INDEXES; i++) {
        if (&l->indexes[i] != x && l->indexes[i].used) {
            release_index(&l->indexes[i]);
            any = true;
        }
    }
    return any;
}

/* One portion of whatever this order needs; true when there is more to do. */
static bool advance(struct wl_lists *l, struct index *x, struct wl_order *o)
{
    if (o->refused)
        return false;
    o->portions++;
    if (!wl_order_is_gathered(o)) {
        if (!gather(l, x, o) && !(release_others(l, x) && gather(l, x, o)))
            o->refused = true;
        return !o->refused && !wl_order_ready(o);
    }
    return wl_order_work(o, PORTION);
}

static void replace(struct index *x)
{
    wl_order_release(&x->order);
    x->order = x->next;
    x->next = (struct wl_order){.n = 0};
    x->renewing = false;
    x->rest = x->order.portions <= CHEAP ? 0 : x->order.portions / SELDOM;
}

static bool work_on(struct wl_lists *l, struct index *x)
{
    if (!x->renewing)
        return advance(l, x, &x->order);
    x->next.wanted = x->order.wanted;
    if (advance(l, x, &x->next))
        return true;
    if (x->next.refused) {
        wl_order_release(&x->next);
        x->next = (struct wl_order){.n = 0};
        x->renewing = false;
        x->rest = x->order.portions; /* what there is goes on being shown */
        return false;
    }
    replace(x);
    return false;
}

void wl_lists_over(struct wl_lists *l)
{
    l->over = true;
}

bool wl_lists_work(struct wl_lists *l)
{
    return l->current && work_on(l, l->current);
}

/* Without sorting, exchanges and findings only ever come at the end and go at the front. */
static bool appends(const struct wl_subject *s)
{
    return !sorted(s) && s->list != WL_LIST_CONNECTIONS;
}

/* Sees to what was told since the index was made. */
static void renew(struct wl_lists *l, struct index *x)
{
    if (appends(&x->choice.subject)) {
        wl_order_drop_before(&x->order, wl_rows_extent(&l->rows, x->choice.subject.list).first);
        if (x->order.scanned < wl_rows_extent(&l->rows, x->choice.subject.list).end)
            wl_order_more(&x->order);
        return;
    }
    if (x->renewing || x->changes == wl_history_changes(l->rows.history) ||
        !wl_order_ready(&x->order))
        return;
    if (x->rest && !l->over) {
        x->rest--;
        return;
    }
    x->renewing = true;
    begin(l, x, &x->next);
}

static bool same_subject(const struct wl_subject *a, const struct wl_subject *b)
{
    return a->list == b->list && a->sort == b->sort && a->descending == b->descending &&
           a->only_findings == b->only_findings && a->least == b->least && a->rule == b->rule &&
           a->connection == b->connection && strcmp(a->where, b->where) == 0;
}

/* The index of a subject, perhaps a new one in the place of that which was
 * not asked for longest. */
static int find_index(struct wl_lists *l, const struct wl_subject *s, struct index **ret,
                      struct wl_error *err)
{
    struct index *oldest = &l->indexes[0];
    struct wl_filter *filter = NULL;

    for (size_t i = 0; i < N_INDEXES; i++) {
        struct index *x = &l->indexes[i];

        if (x->used && same_subject(&x->choice.subject, s)) {
            *ret = x;
            return 0;
        }
        if (x->used < oldest->used)
            oldest = x;
    }
    if (s->where[0]) {
        int rc = wl_filter_new(s->where, &filter, err);

        if (rc < 0)
            return rc;
    }
    release_index(oldest);
    oldest->choice.subject = *s;
    oldest->choice.filter = filter;
    oldest->used = 1;
    oldest->choice.number = UINT64_MAX;
    if (s->connection)
        (void)wl_history_by_id(l->rows.history, s->connection, &oldest->choice.number);
    oldest->choice.rule = s->rule ? wl_history_rule_number(l->rows.history, s->rule) : 0;
    wl_verdicts_init(&oldest->choice.verdicts, wl_history_shapes(l->rows.history), filter,
                     l->budget);
    begin(l, oldest, &oldest->order);
    *ret = oldest;
    return 0;
}

/* ------------------------------------------------------------------------------------ pages */

/* Where rows come from: an index, or history itself. */
struct view {
    struct wl_lists *l;
    struct index *x; /* NULL: all rows in the order of the capture */
    enum wl_list list;
    bool reversed; /* the last row first */
    uint64_t total;
};

static uint64_t all_rows(const struct wl_lists *l, enum wl_list list)
{
    struct wl_extent e = wl_rows_extent(&l->rows, list);

    return list == WL_LIST_CONNECTIONS ? wl_history_shown(l->rows.history) : e.end - e.first;
}

/* The i-th row of the view; UINT64_MAX: it is not known yet, or none. */
static uint64_t view_row(const struct view *v, uint64_t i)
{
    if (v->reversed)
        i = v->total - 1 - i;
    if (v->x)
        return wl_order_at(&v->x->order, i);
    if (v->list == WL_LIST_CONNECTIONS)
        return wl_history_nth_shown(v->l->rows.history, i);
    return wl_rows_extent(&v->l->rows, v->list).first + i;
}

/* Where the row to be kept in sight stands; WL_NONE: nowhere. */
static uint64_t place_of(const struct view *v, uint64_t keep)
{
    uint64_t row = keep, place;

    if (keep == WL_NONE)
        return WL_NONE;
    if (v->list == WL_LIST_CONNECTIONS && !wl_history_by_id(v->l->rows.history, keep, &row))
        return WL_NONE;
    if (v->x) {
        struct wl_order_row entry = {.key = 0};

        if (!wl_rows_pass(&v->l->rows, &v->x->choice, row))
            return WL_NONE;
        if (sorted(&v->x->choice.subject))
            wl_rows_key(&v->l->rows, &v->x->choice.subject, row, &entry);
        place = wl_order_place(&v->x->order, row, entry);
    } else if (v->list == WL_LIST_CONNECTIONS) {
        const struct wl_kept_conn *conn = wl_history_conn(v->l->rows.history, row);

        place = conn && (conn->bits & WL_KEPT_SHOWN)
                    ? wl_history_shown_before(v->l->rows.history, row)
                    : WL_NONE;
    } else {
        struct wl_extent e = wl_rows_extent(&v->l->rows, v->list);

        place = row >= e.first && row < e.end ? row - e.first : WL_NONE;
    }
    if (place == WL_NONE || place >= v->total)
        return WL_NONE;
    return v->reversed ? v->total - 1 - place : place;
}

static uint64_t first_row(const struct view *v, const struct wl_ask *ask, uint64_t kept, uint32_t n)
{
    uint64_t last = v->total > n ? v->total - n : 0;
    uint64_t first = ask->first;

    if (ask->around && kept != WL_NONE)
        first = kept > n / 2 ? kept - n / 2 : 0;
    return wl_min_u64(first, last);
}

static bool make_rows(struct wl_page *page, uint32_t n, struct wl_arena *a)
{
    static const size_t sizes[WL_N_LISTS] = {
        [WL_LIST_CONNECTIONS] = sizeof(struct wl_row_connection),
        [WL_LIST_EXCHANGES] = sizeof(struct wl_row_exchange),
        [WL_LIST_FINDINGS] = sizeof(struct wl_row_finding),
        [WL_LIST_SERVERS] = sizeof(struct wl_board_server),
        [WL_LIST_SEQUENCES] = sizeof(struct wl_board_sequence),
    };
    void *rows = wl_arena_array(a, n ? n : 1, sizes[page->list]);

    page->rows.connections = rows;
    return rows != NULL;
}

static int fill_page(const struct view *v, const struct wl_ask *ask, struct wl_answer *a,
                     struct wl_page *page)
{
    uint32_t most = ask->n && ask->n < WL_PAGE_ROWS ? ask->n : WL_PAGE_ROWS;
    uint32_t n = (uint32_t)wl_min_u64(most, v->total);

    page->total = v->total;
    page->kept = place_of(v, ask->keep);
    page->first = first_row(v, ask, page->kept, n);
    if (!make_rows(page, n, a->arena))
        return wl_fail(&a->err, WL_NOMEM, "out of memory");
    if (v->x)
        wl_order_want(&v->x->order, page->first + n);
    if (v->x && (v->x->renewing || !wl_order_ready(&v->x->order)))
        (void)work_on(v->l, v->x);
    for (uint32_t i = 0; i < n; i++) {
        uint64_t row = view_row(v, page->first + i);

        if (row == UINT64_MAX)
            break;
        wl_rows_fill(&v->l->rows, page, row);
    }
    if (v->x) {
        page->partial = (!v->x->order.refused && !wl_order_ready(&v->x->order)) ||
                        (v->l->over && v->x->renewing);
        if (v->x->order.refused && page->n < n) {
            int rc = wl_fail(&a->err, WL_NOMEM, "not enough memory to put the list in this order");

            wl_hint(&a->err, "the limit memory can be raised: --set memory=1G");
            return rc;
        }
    }
    return 0;
}

#define SORT(name) ((uint32_t)1 << WL_SORT_##name)

/* What a list has no column for is the order of the capture. */
static enum wl_sort sort_of(const struct wl_ask *ask)
{
    const uint32_t ends = SORT(CLIENT) | SORT(SERVER) | SORT(FINDINGS) | SORT(TEXT);
    uint32_t known = ends | SORT(CONNECTION);

    if (ask->list == WL_LIST_CONNECTIONS) {
        known |= SORT(STATUS) | SORT(COUNT) | SORT(OCTETS) | SORT(DURATION) | SORT(PROTOCOL) |
                 SORT(STATE);
    } else if (ask->list == WL_LIST_EXCHANGES) {
        known |= SORT(STATUS) | SORT(OCTETS) | SORT(DURATION) | SORT(HOST);
    } else {
        known |= SORT(LINE) | SORT(FRAME);
    }
    static_assert(WL_N_SORTS <= 32, "a bit for each");
    if ((unsigned)ask->sort >= WL_N_SORTS || !(known >> ask->sort & 1))
        return WL_SORT_TIME;
    return ask->sort;
}

#undef SORT

static bool is_blank(const char *text)
{
    return text[strspn(text, " \t")] == '\0';
}

static struct wl_subject subject_of(const struct wl_ask *ask)
{
    struct wl_subject s = {
        .list = ask->list,
        .sort = sort_of(ask),
        .only_findings = ask->only_findings,
        .least = ask->least,
        .rule = ask->list == WL_LIST_FINDINGS ? ask->rule : NULL,
        .connection = ask->list == WL_LIST_CONNECTIONS ? 0 : ask->connection,
    };

    s.descending = s.sort != WL_SORT_TIME && ask->descending;
    if (!is_blank(ask->where))
        memcpy(s.where, ask->where, sizeof(s.where));
    s.where[sizeof(s.where) - 1] = '\0';
    return s;
}

static bool is_everything(const struct wl_subject *s)
{
    return s->sort == WL_SORT_TIME && !s->only_findings && s->least == WL_OFF && !s->rule &&
           !s->connection && !s->where[0];
}

int wl_lists_page(struct wl_lists *l, const struct wl_ask *ask, struct wl_answer *a)
{
    struct wl_subject s = subject_of(ask);
    struct wl_page *page = wl_arena_alloc(a->arena, sizeof(*page));
    struct view v = {.l = l, .list = ask->list};

    if (!page)
        return wl_fail(&a->err, WL_NOMEM, "out of memory");
    page->list = ask->list;
    page->matched = all_rows(l, ask->list);
    a->of.page = page;
    v.reversed = s.sort == WL_SORT_TIME && ask->descending;
    l->n_asked++;
    l->current = NULL;
    if (is_everything(&s)) {
        v.total = page->matched;
        return fill_page(&v, ask, a, page);
    }
    if (find_index(l, &s, &v.x, &a->err) < 0)
        return (int)a->err.code;
    v.x->used = l->n_asked + 1;
    l->current = v.x;
    renew(l, v.x);
    if (!wl_order_is_gathered(&v.x->order))
        (void)work_on(l, v.x);
    v.total = wl_order_total(&v.x->order);
    return fill_page(&v, ask, a, page);
}
