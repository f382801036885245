/* list.c - pages of what history holds, filtered and in any order.
 * SPDX-License-Identifier: MIT
 *
 * An index is made in three steps: gather what passes, with a key of what it is ordered by; make it a
 * heap whose top is the first row; take rows off the top, which fill the array from its end. Ties go
 * by the order of the capture, so that an order is always the same. What was told meanwhile is seen
 * by making the index anew: at once when that is one portion's work, and less often the more it is.
 */
#include "list.h"

#include "diag.h"
#include "line.h"
#include "order.h"

enum {
    N_INDEXES = 4,
    PORTION = 16384,    /* rows looked at, or moved, in one call */
    COST_PACKED = 16,   /* of a row that must be unpacked to be put in order, in rows */
    COST_TEXT = 4,      /* of one whose text must be made */
    CHEAP = 2,          /* portions of an index that is made anew for every question */
    SELDOM = 4,         /* else: one question in so many times its portions */
    LINE_COLUMNS = 120, /* of a target, in the line of an exchange */
};

/* What an index is of. */
struct subject {
    enum wl_list list;
    enum wl_sort sort;
    bool descending, only_findings;
    enum wl_severity least;
    const struct wl_rule *rule;
    uint64_t connection;
    char where[WL_WHERE_TEXT];
};

struct index {
    struct subject subject;
    uint64_t used; /* when, by counting questions; 0: never */
    struct wl_filter *filter;
    struct wl_verdicts verdicts;
    uint64_t number; /* of the connection asked for; UINT64_MAX: it is gone */
    uint16_t rule;
    struct wl_order order; /* what answers are made of */
    struct wl_order next;  /* what replaces it once it has come as far */
    bool renewing;
    uint64_t changes; /* of history, when order was begun */
    uint64_t rest;    /* questions until it is made anew */
};

struct wl_lists {
    struct wl_budget *budget;
    const struct wl_history *history;
    struct index indexes[N_INDEXES];
    struct index *current; /* or NULL */
    uint64_t n_asked;
    bool over; /* nothing more will be told */
    struct wl_text line;
    struct wl_arena_pool pool;
};

/* ------------------------------------------------------------------------------ life cycle */

struct wl_lists *wl_lists_new(struct wl_budget *budget, const struct wl_history *h)
{
    struct wl_lists *l = wl_alloc(budget, sizeof(*l));

    if (!l)
        return NULL;
    l->budget = budget;
    l->history = h;
    wl_text_init(&l->line, budget, 4096);
    wl_arena_pool_init(&l->pool, budget, 64 << 10);
    return l;
}

static void release_index(struct index *x)
{
    if (!x->used)
        return;
    wl_order_release(&x->order);
    wl_order_release(&x->next);
    wl_verdicts_release(&x->verdicts);
    wl_filter_free(x->filter);
    *x = (struct index){.used = 0};
}

void wl_lists_free(struct wl_lists *l)
{
    if (!l)
        return;
    for (size_t i = 0; i < N_INDEXES; i++)
        release_index(&l->indexes[i]);
    wl_text_release(&l->line);
    wl_arena_pool_release(&l->pool);
    wl_free(l->budget, l, sizeof(*l));
}

/* ---------------------------------------------------------------------------- what rows are */

static struct wl_extent extent_of(const struct wl_lists *l, enum wl_list list)
{
    switch (list) {
    case WL_LIST_EXCHANGES: return wl_history_exchanges(l->history);
    case WL_LIST_FINDINGS: return wl_history_findings(l->history);
    case WL_LIST_CONNECTIONS:
    case WL_LIST_SERVERS:
    case WL_LIST_SEQUENCES:
    case WL_N_LISTS: break;
    }
    return wl_history_conns(l->history);
}

/* The identity of the connection of an exchange or record; false when it is not known any more. */
static bool ref_of(const struct wl_lists *l, uint64_t number, struct wl_conn_ref *ret)
{
    const struct wl_kept_conn *conn = wl_history_conn(l->history, number);

    if (conn)
        wl_history_ref(l->history, conn, number, ret);
    return conn != NULL;
}

/* The same from what was packed, where the row has gone. */
static bool packed_ref(struct wl_lists *l, const struct wl_kept *p, bool record,
                       struct wl_conn_ref *ret)
{
    struct wl_arena *a;
    bool found = false;

    if (ref_of(l, p->number, ret))
        return true;
    a = wl_arena_new(&l->pool);
    if (!a)
        return false;
    if (record) {
        const struct wl_conn_record *r = wl_unpack_record(wl_history_packed(l->history, p), a);

        found = r != NULL;
        if (r)
            *ret = r->conn;
    } else {
        const struct wl_exchange *ex = wl_unpack_exchange(wl_history_packed(l->history, p), a);

        found = ex != NULL;
        if (ex)
            *ret = ex->conn;
    }
    wl_arena_free(a);
    return found;
}

static bool conn_passes(struct wl_lists *l, struct index *x, uint64_t number)
{
    const struct wl_kept_conn *conn = wl_history_conn(l->history, number);
    struct wl_conn_ref ref;

    if (!conn || !(conn->bits & WL_KEPT_SHOWN) || conn->worst < x->subject.least ||
        (x->subject.only_findings && conn->worst == 0))
        return false;
    if (!x->filter)
        return true;
    wl_history_ref(l->history, conn, number, &ref);
    return wl_verdict_connection(&x->verdicts, &ref, conn->chain);
}

static bool exchange_passes(struct wl_lists *l, struct index *x, uint64_t id)
{
    const struct wl_kept *p = wl_history_exchange_at(l->history, id);
    struct wl_conn_ref ref;

    if (!p || p->worst < x->subject.least || (x->subject.only_findings && p->n_findings == 0) ||
        (x->subject.connection && p->number != x->number))
        return false;
    return !x->filter ||
           (packed_ref(l, p, false, &ref) && wl_verdict_exchange(&x->verdicts, &ref, p->shape));
}

static bool finding_passes(struct wl_lists *l, struct index *x, uint64_t id)
{
    const struct wl_kept_finding *f = wl_history_finding_at(l->history, id);
    const struct wl_kept *p;
    const struct wl_kept_conn *conn;
    struct wl_conn_record record;
    struct wl_finding finding;

    if (!f || f->severity < x->subject.least || (x->subject.rule && f->rule != x->rule))
        return false;
    p = f->on_record ? wl_history_record_at(l->history, f->of)
                     : wl_history_exchange_at(l->history, f->of);
    if (!p || (x->subject.connection && p->number != x->number))
        return false;
    if (!x->filter)
        return true;
    finding = (struct wl_finding){.rule = wl_history_rule(l->history, f->rule),
                                  .ordinal = f->whole_conn ? 0 : 1};
    if (!finding.rule || !packed_ref(l, p, f->on_record, &record.conn) ||
        !wl_filter_match_conn(x->filter, &record, &finding))
        return false;
    conn = wl_history_conn(l->history, p->number);
    return finding.ordinal == 0 ||
           wl_verdict_facts(&x->verdicts, &record.conn, f->shape, conn ? conn->chain : 0);
}

static bool passes(struct wl_lists *l, struct index *x, uint64_t row)
{
    switch (x->subject.list) {
    case WL_LIST_EXCHANGES: return exchange_passes(l, x, row);
    case WL_LIST_FINDINGS: return finding_passes(l, x, row);
    case WL_LIST_CONNECTIONS:
    case WL_LIST_SERVERS:
    case WL_LIST_SEQUENCES:
    case WL_N_LISTS: break;
    }
    return conn_passes(l, x, row);
}

/* ------------------------------------------------------------------------------------ keys */

static void address_key(const struct wl_endpoint *e, struct wl_order_row *ret)
{
    uint64_t high = 0, low = 0;

    for (unsigned i = 0; i < 8; i++) {
        high = high << 8 | e->ip[i];
        low = low << 8 | e->ip[8 + i];
    }
    if (e->family == 6) {
        ret->key = UINT64_C(1) << 63 | high >> 1;
        ret->more = (uint32_t)(low >> 32 ^ low) ^ e->port;
        return;
    }
    ret->key = (high >> 32) << 16 | e->port;
}

/* By its first twelve octets. */
static void text_key(struct wl_span text, struct wl_order_row *ret)
{
    for (size_t i = 0; i < 8; i++)
        ret->key = ret->key << 8 | (i < text.n ? text.p[i] : 0);
    for (size_t i = 8; i < 12; i++)
        ret->more = ret->more << 8 | (i < text.n ? text.p[i] : 0);
}

static uint64_t findings_key(unsigned worst, uint64_t n)
{
    return (uint64_t)worst << 32 | n;
}

static uint64_t duration_key(wl_ns d)
{
    return d > 0 ? (uint64_t)d : 0;
}

static void conn_key(const struct wl_lists *l, enum wl_sort sort, uint64_t number,
                     struct wl_order_row *ret)
{
    const struct wl_kept_conn *conn = wl_history_conn(l->history, number);
    const struct wl_shapes *shapes = wl_history_shapes(l->history);
    char text[WL_SEQUENCE_TEXT];
    struct wl_conn_ref ref;

    if (!conn)
        return;
    switch (sort) {
    case WL_SORT_CLIENT:
    case WL_SORT_SERVER:
        wl_history_ref(l->history, conn, number, &ref);
        address_key(sort == WL_SORT_CLIENT ? &ref.client : &ref.server, ret);
        break;
    case WL_SORT_STATUS: ret->key = wl_chain_status(shapes, conn->chain); break;
    case WL_SORT_COUNT: ret->key = conn->n_exchanges; break;
    case WL_SORT_OCTETS:
        ret->key = wl_history_octets(conn, WL_TO_SERVER) + wl_history_octets(conn, WL_TO_CLIENT);
        break;
    case WL_SORT_DURATION: ret->key = duration_key(conn->t_last - conn->t_first); break;
    case WL_SORT_FINDINGS: ret->key = findings_key(conn->worst, conn->n_findings); break;
    case WL_SORT_TEXT:
        wl_chain_text(shapes, conn->chain, conn->n_exchanges, text);
        text_key(wl_span_text(text), ret);
        break;
    case WL_SORT_TIME:
    case WL_N_SORTS: break;
    }
}

/* Those of an exchange that its row does not tell. */
static void packed_key(struct wl_lists *l, enum wl_sort sort, const struct wl_kept *p,
                       struct wl_order_row *ret)
{
    struct wl_arena *a = wl_arena_new(&l->pool);
    const struct wl_exchange *ex = a ? wl_unpack_exchange(wl_history_packed(l->history, p), a)
                                     : NULL;
    struct wl_row_exchange row;

    if (ex && sort == WL_SORT_TEXT) {
        text_key(ex->req.target, ret);
    } else if (ex) {
        wl_row_of_exchange(&row, 0, ex, NULL);
        switch (sort) {
        case WL_SORT_CLIENT: address_key(&ex->conn.client, ret); break;
        case WL_SORT_SERVER: address_key(&ex->conn.server, ret); break;
        case WL_SORT_STATUS: ret->key = row.final; break;
        case WL_SORT_OCTETS: ret->key = row.octets; break;
        case WL_SORT_DURATION: ret->key = duration_key(row.duration); break;
        case WL_SORT_TIME:
        case WL_SORT_COUNT:
        case WL_SORT_FINDINGS:
        case WL_SORT_TEXT:
        case WL_N_SORTS: break;
        }
    }
    wl_arena_free(a);
}

static void exchange_key(struct wl_lists *l, enum wl_sort sort, uint64_t id,
                         struct wl_order_row *ret)
{
    const struct wl_kept *p = wl_history_exchange_at(l->history, id);

    if (!p)
        return;
    if (sort == WL_SORT_FINDINGS) {
        ret->key = findings_key(p->worst, p->n_findings);
    } else {
        packed_key(l, sort, p, ret);
    }
}

static void finding_key(struct wl_lists *l, enum wl_sort sort, uint64_t id,
                        struct wl_order_row *ret)
{
    const struct wl_kept_finding *f = wl_history_finding_at(l->history, id);
    const struct wl_kept *p;
    struct wl_conn_ref ref;

    if (!f)
        return;
    if (sort == WL_SORT_FINDINGS) {
        ret->key = f->severity;
        return;
    }
    if (sort == WL_SORT_TEXT) {
        const struct wl_rule *rule = wl_history_rule(l->history, f->rule);

        text_key(wl_span_text(rule ? rule->id : ""), ret);
        return;
    }
    p = f->on_record ? wl_history_record_at(l->history, f->of)
                     : wl_history_exchange_at(l->history, f->of);
    if (p && (sort == WL_SORT_CLIENT || sort == WL_SORT_SERVER) &&
        packed_ref(l, p, f->on_record, &ref))
        address_key(sort == WL_SORT_CLIENT ? &ref.client : &ref.server, ret);
}

static void key_of(struct wl_lists *l, const struct subject *s, uint64_t row,
                   struct wl_order_row *ret)
{
    ret->key = ret->more = 0;
    switch (s->list) {
    case WL_LIST_EXCHANGES: exchange_key(l, s->sort, row, ret); break;
    case WL_LIST_FINDINGS: finding_key(l, s->sort, row, ret); break;
    case WL_LIST_CONNECTIONS:
    case WL_LIST_SERVERS:
    case WL_LIST_SEQUENCES:
    case WL_N_LISTS: conn_key(l, s->sort, row, ret); break;
    }
    if (s->descending) {
        ret->key = ~ret->key;
        ret->more = ~ret->more;
    }
}

/* --------------------------------------------------------------------------------- indexes */

static bool sorted(const struct subject *s)
{
    return s->sort != WL_SORT_TIME;
}

static void begin(const struct wl_lists *l, struct index *x, struct wl_order *o)
{
    x->changes = wl_history_changes(l->history);
    wl_order_begin(o, l->budget, extent_of(l, x->subject.list).first, sorted(&x->subject));
}

/* What it costs to find the key of a row, in rows. */
static unsigned cost_of(const struct subject *s)
{
    if (s->list == WL_LIST_CONNECTIONS)
        return s->sort == WL_SORT_TEXT ? COST_TEXT : 1;
    return s->sort == WL_SORT_TIME || s->sort == WL_SORT_FINDINGS ? 1 : COST_PACKED;
}

/* One portion of gathering. Returns false when memory is refused. */
static bool gather(struct wl_lists *l, struct index *x, struct wl_order *o)
{
    struct wl_extent e = extent_of(l, x->subject.list);
    bool conns = x->subject.list == WL_LIST_CONNECTIONS;
    unsigned cost = cost_of(&x->subject);

    if (o->scanned < e.first)
        o->scanned = e.first;
    for (unsigned spent = 0; spent < PORTION && o->scanned < e.end; spent += cost) {
        uint64_t row = conns ? wl_history_next(l->history, o->scanned) : o->scanned;
        struct wl_order_row entry = {.key = 0};

        if (row == UINT64_MAX) {
            o->scanned = e.end;
            break;
        }
        o->scanned = row + 1;
        if (!passes(l, x, row))
            continue;
        if (sorted(&x->subject))
            key_of(l, &x->subject, row, &entry);
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
static bool appends(const struct subject *s)
{
    return !sorted(s) && s->list != WL_LIST_CONNECTIONS;
}

/* Sees to what was told since the index was made. */
static void renew(struct wl_lists *l, struct index *x)
{
    if (appends(&x->subject)) {
        wl_order_drop_before(&x->order, extent_of(l, x->subject.list).first);
        if (x->order.scanned < extent_of(l, x->subject.list).end)
            wl_order_more(&x->order);
        return;
    }
    if (x->renewing || x->changes == wl_history_changes(l->history) || !wl_order_ready(&x->order))
        return;
    if (x->rest && !l->over) {
        x->rest--;
        return;
    }
    x->renewing = true;
    begin(l, x, &x->next);
}

static bool same_subject(const struct subject *a, const struct subject *b)
{
    return a->list == b->list && a->sort == b->sort && a->descending == b->descending &&
           a->only_findings == b->only_findings && a->least == b->least && a->rule == b->rule &&
           a->connection == b->connection && strcmp(a->where, b->where) == 0;
}

/* The index of a subject, perhaps a new one in the place of that which was not asked for longest. */
static int find_index(struct wl_lists *l, const struct subject *s, struct index **ret,
                      struct wl_error *err)
{
    struct index *oldest = &l->indexes[0];
    struct wl_filter *filter = NULL;

    for (size_t i = 0; i < N_INDEXES; i++) {
        struct index *x = &l->indexes[i];

        if (x->used && same_subject(&x->subject, s)) {
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
    oldest->subject = *s;
    oldest->filter = filter;
    oldest->used = 1;
    oldest->number = UINT64_MAX;
    if (s->connection)
        (void)wl_history_by_id(l->history, s->connection, &oldest->number);
    oldest->rule = s->rule ? wl_history_rule_number(l->history, s->rule) : 0;
    wl_verdicts_init(&oldest->verdicts, wl_history_shapes(l->history), filter, l->budget);
    begin(l, oldest, &oldest->order);
    *ret = oldest;
    return 0;
}

/* ---------------------------------------------------------------------------- rows of a page */

static void cut_text(char *to, size_t size, struct wl_span text)
{
    size_t n = wl_min_size(text.n, size - 1);

    if (n)
        memcpy(to, text.p, n);
    to[n] = '\0';
}

/* The severest finding, the first among equals. */
static const struct wl_finding *worst_of(const struct wl_finding *findings, uint32_t n)
{
    const struct wl_finding *worst = NULL;

    for (uint32_t i = 0; i < n; i++) {
        if (!worst || findings[i].severity > worst->severity)
            worst = &findings[i];
    }
    return worst;
}

static wl_ns latest(wl_ns a, wl_ns b)
{
    return a > b ? a : b;
}

void wl_row_of_exchange(struct wl_row_exchange *row, uint64_t id, const struct wl_exchange *ex,
                        struct wl_text *line)
{
    const struct wl_finding *worst = worst_of(ex->findings, ex->n_findings);
    const struct wl_field *host = wl_message_field(&ex->req, WL_FIELD_HOST);
    bool asked = ex->req.state >= WL_HEAD && ex->req.t_head > 0;
    wl_ns first = ex->n_interim ? ex->interim[0].t_first : ex->res.t_first;
    wl_ns start = ex->req.state != WL_ABSENT ? ex->req.t_first : first;
    wl_ns last = latest(ex->req.t_last, ex->res.t_last);

    *row = (struct wl_row_exchange){
        .id = id,
        .conn = ex->conn,
        .ordinal = ex->ordinal,
        .t = start,
        .state = ex->state,
        .final = ex->res.state != WL_ABSENT ? ex->res.status : 0,
        .duration = start > 0 && last >= start ? last - start : -1,
        .first_after = asked && first > 0 ? first - ex->req.t_head : -1,
        .final_after = asked && ex->res.state != WL_ABSENT ? ex->res.t_first - ex->req.t_head : -1,
        .octets = ex->res.body_bytes,
        .worst = worst ? worst->severity : WL_OFF,
        .n_findings = ex->n_findings,
        .rule = worst ? worst->rule : NULL,
    };
    if (host)
        cut_text(row->host, sizeof(row->host), host->value);
    if (line) {
        wl_text_reset(line);
        wl_line_exchange(line, ex, LINE_COLUMNS);
        cut_text(row->line, sizeof(row->line), wl_text_span(line));
    }
}

static bool fill_conn(struct wl_lists *l, uint64_t number, struct wl_row_connection *row)
{
    const struct wl_kept_conn *conn = wl_history_conn(l->history, number);

    if (!conn)
        return false;
    *row = (struct wl_row_connection){
        .open = (conn->bits & WL_KEPT_OPEN) != 0,
        .end = (enum wl_end)conn->end,
        .t_last = conn->t_last,
        .n_exchanges = conn->n_exchanges,
        .octets = {wl_history_octets(conn, WL_TO_SERVER), wl_history_octets(conn, WL_TO_CLIENT)},
        .worst = (enum wl_severity)conn->worst,
        .n_findings = conn->n_findings,
        .rule = wl_history_rule(l->history, conn->rule),
    };
    wl_history_ref(l->history, conn, number, &row->conn);
    wl_chain_text(wl_history_shapes(l->history), conn->chain, conn->n_exchanges, row->sequence);
    return true;
}

static bool fill_exchange(struct wl_lists *l, uint64_t id, struct wl_row_exchange *row)
{
    const struct wl_kept *p = wl_history_exchange_at(l->history, id);
    struct wl_arena *a = p ? wl_arena_new(&l->pool) : NULL;
    const struct wl_exchange *ex = a ? wl_unpack_exchange(wl_history_packed(l->history, p), a)
                                     : NULL;

    if (ex)
        wl_row_of_exchange(row, id, ex, &l->line);
    wl_arena_free(a);
    return ex != NULL;
}

static void set_finding(struct wl_row_finding *row, uint64_t id, const struct wl_conn_ref *conn,
                        const struct wl_finding *f)
{
    *row = (struct wl_row_finding){
        .id = id,
        .conn = *conn,
        .ordinal = f->ordinal,
        .rule = f->rule,
        .severity = f->severity,
        .confidence = f->confidence,
        .status = f->status,
        .t = f->t,
        .frame = f->at.frame ? f->at.frame : f->frames[0],
    };
    cut_text(row->message, sizeof(row->message), f->message);
}

static bool unpack_finding(struct wl_lists *l, uint64_t id, const struct wl_kept_finding *f,
                           struct wl_arena *a, struct wl_row_finding *row)
{
    const struct wl_kept *p = f->on_record ? wl_history_record_at(l->history, f->of)
                                           : wl_history_exchange_at(l->history, f->of);
    struct wl_span packed = p ? wl_history_packed(l->history, p) : wl_span(NULL, 0);

    if (f->on_record) {
        const struct wl_conn_record *r = packed.n ? wl_unpack_record(packed, a) : NULL;

        if (!r || f->index >= r->n_findings)
            return false;
        set_finding(row, id, &r->conn, &r->findings[f->index]);
    } else {
        const struct wl_exchange *ex = packed.n ? wl_unpack_exchange(packed, a) : NULL;

        if (!ex || f->index >= ex->n_findings)
            return false;
        set_finding(row, id, &ex->conn, &ex->findings[f->index]);
        wl_text_reset(&l->line);
        wl_line_exchange(&l->line, ex, LINE_COLUMNS);
        cut_text(row->line, sizeof(row->line), wl_text_span(&l->line));
    }
    return true;
}

static bool fill_finding(struct wl_lists *l, uint64_t id, struct wl_row_finding *row)
{
    const struct wl_kept_finding *f = wl_history_finding_at(l->history, id);
    struct wl_arena *a = f ? wl_arena_new(&l->pool) : NULL;
    bool found = a && unpack_finding(l, id, f, a, row);

    wl_arena_free(a);
    return found;
}

/* Adds a row to a page; what has gone meanwhile is passed over. */
static void fill_row(struct wl_lists *l, struct wl_page *page, uint64_t row)
{
    switch (page->list) {
    case WL_LIST_CONNECTIONS: page->n += fill_conn(l, row, &page->rows.connections[page->n]); break;
    case WL_LIST_EXCHANGES: page->n += fill_exchange(l, row, &page->rows.exchanges[page->n]); break;
    case WL_LIST_FINDINGS: page->n += fill_finding(l, row, &page->rows.findings[page->n]); break;
    case WL_LIST_SERVERS:
    case WL_LIST_SEQUENCES:
    case WL_N_LISTS: break;
    }
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
    struct wl_extent e = extent_of(l, list);

    return list == WL_LIST_CONNECTIONS ? wl_history_shown(l->history) : e.end - e.first;
}

/* The i-th row of the view; UINT64_MAX: it is not known yet, or none. */
static uint64_t view_row(const struct view *v, uint64_t i)
{
    if (v->reversed)
        i = v->total - 1 - i;
    if (v->x)
        return wl_order_at(&v->x->order, i);
    if (v->list == WL_LIST_CONNECTIONS)
        return wl_history_nth_shown(v->l->history, i);
    return extent_of(v->l, v->list).first + i;
}

/* Where the row to be kept in sight stands; WL_NONE: nowhere. */
static uint64_t place_of(const struct view *v, uint64_t keep)
{
    uint64_t row = keep, place;

    if (keep == WL_NONE)
        return WL_NONE;
    if (v->list == WL_LIST_CONNECTIONS && !wl_history_by_id(v->l->history, keep, &row))
        return WL_NONE;
    if (v->x) {
        struct wl_order_row entry = {.key = 0};

        if (!passes(v->l, v->x, row))
            return WL_NONE;
        if (sorted(&v->x->subject))
            key_of(v->l, &v->x->subject, row, &entry);
        place = wl_order_place(&v->x->order, row, entry);
    } else if (v->list == WL_LIST_CONNECTIONS) {
        const struct wl_kept_conn *conn = wl_history_conn(v->l->history, row);

        place = conn && (conn->bits & WL_KEPT_SHOWN) ? wl_history_shown_before(v->l->history, row)
                                                     : WL_NONE;
    } else {
        struct wl_extent e = extent_of(v->l, v->list);

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
    uint32_t n = (uint32_t)wl_min_u64(wl_min_u64(ask->n, WL_PAGE_ROWS), v->total);

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
        fill_row(v->l, page, row);
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

/* What a list has no column for is the order of the capture. */
static enum wl_sort sort_of(const struct wl_ask *ask)
{
    if (ask->sort >= WL_N_SORTS)
        return WL_SORT_TIME;
    if (ask->list == WL_LIST_EXCHANGES && ask->sort == WL_SORT_COUNT)
        return WL_SORT_TIME;
    if (ask->list == WL_LIST_FINDINGS &&
        (ask->sort == WL_SORT_COUNT || ask->sort == WL_SORT_OCTETS ||
         ask->sort == WL_SORT_DURATION || ask->sort == WL_SORT_STATUS))
        return WL_SORT_TIME;
    return ask->sort;
}

static bool is_blank(const char *text)
{
    return text[strspn(text, " \t")] == '\0';
}

static struct subject subject_of(const struct wl_ask *ask)
{
    struct subject s = {
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

static bool is_everything(const struct subject *s)
{
    return s->sort == WL_SORT_TIME && !s->only_findings && s->least == WL_OFF && !s->rule &&
           !s->connection && !s->where[0];
}

int wl_lists_page(struct wl_lists *l, const struct wl_ask *ask, struct wl_answer *a)
{
    struct subject s = subject_of(ask);
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
