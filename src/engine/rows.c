/* rows.c - what a row of a list is: whether it is chosen, what it is ordered by, what it says.
 * SPDX-License-Identifier: MIT
 *
 * A row is a number of history: of a connection, an exchange, a finding. What the row itself does
 * not tell is unpacked, one row at a time, in an arena that is given back at once.
 */
#include "rows.h"

#include "line.h"

enum { LINE_COLUMNS = 120 }; /* of a target, in the line of an exchange */

void wl_rows_init(struct wl_rows *rows, struct wl_budget *budget, const struct wl_history *h)
{
    rows->history = h;
    wl_text_init(&rows->line, budget, 4096);
    wl_arena_pool_init(&rows->pool, budget, 64 << 10);
}

void wl_rows_release(struct wl_rows *rows)
{
    wl_text_release(&rows->line);
    wl_arena_pool_release(&rows->pool);
}

/* ---------------------------------------------------------------------------- what rows are */

struct wl_extent wl_rows_extent(const struct wl_rows *rows, enum wl_list list)
{
    switch (list) {
    case WL_LIST_EXCHANGES: return wl_history_exchanges(rows->history);
    case WL_LIST_FINDINGS: return wl_history_findings(rows->history);
    case WL_LIST_CONNECTIONS:
    case WL_LIST_SERVERS:
    case WL_LIST_SEQUENCES:
    case WL_N_LISTS: break;
    }
    return wl_history_conns(rows->history);
}

/* The identity of the connection of an exchange or record; false when it is not known any more. */
static bool ref_of(const struct wl_rows *rows, uint64_t number, struct wl_conn_ref *ret)
{
    const struct wl_kept_conn *conn = wl_history_conn(rows->history, number);

    if (conn)
        wl_history_ref(rows->history, conn, number, ret);
    return conn != NULL;
}

/* The same from what was packed, where the row has gone. */
static bool packed_ref(struct wl_rows *rows, const struct wl_kept *p, bool record,
                       struct wl_conn_ref *ret)
{
    struct wl_arena *a;
    bool found = false;

    if (ref_of(rows, p->number, ret))
        return true;
    a = wl_arena_new(&rows->pool);
    if (!a)
        return false;
    if (record) {
        const struct wl_conn_record *r = wl_unpack_record(wl_history_packed(rows->history, p), a);

        found = r != NULL;
        if (r)
            *ret = r->conn;
    } else {
        const struct wl_exchange *ex = wl_unpack_exchange(wl_history_packed(rows->history, p), a);

        found = ex != NULL;
        if (ex)
            *ret = ex->conn;
    }
    wl_arena_free(a);
    return found;
}

static bool conn_passes(struct wl_rows *rows, struct wl_choice *choice, uint64_t number)
{
    const struct wl_kept_conn *conn = wl_history_conn(rows->history, number);
    struct wl_conn_ref ref;

    if (!conn || !(conn->bits & WL_KEPT_SHOWN) || conn->worst < choice->subject.least ||
        (choice->subject.only_findings && conn->worst == 0))
        return false;
    if (!choice->filter)
        return true;
    wl_history_ref(rows->history, conn, number, &ref);
    return wl_verdict_connection(&choice->verdicts, &ref, conn->chain);
}

static bool exchange_passes(struct wl_rows *rows, struct wl_choice *choice, uint64_t id)
{
    const struct wl_kept *p = wl_history_exchange_at(rows->history, id);
    struct wl_conn_ref ref;

    if (!p || p->worst < choice->subject.least ||
        (choice->subject.only_findings && p->n_findings == 0) ||
        (choice->subject.connection && p->number != choice->number))
        return false;
    return !choice->filter || (packed_ref(rows, p, false, &ref) &&
                               wl_verdict_exchange(&choice->verdicts, &ref, p->shape));
}

static bool finding_passes(struct wl_rows *rows, struct wl_choice *choice, uint64_t id)
{
    const struct wl_kept_finding *f = wl_history_finding_at(rows->history, id);
    const struct wl_kept *p;
    const struct wl_kept_conn *conn;
    struct wl_conn_record record;
    struct wl_finding finding;

    if (!f || f->severity < choice->subject.least ||
        (choice->subject.rule && f->rule != choice->rule))
        return false;
    p = f->on_record ? wl_history_record_at(rows->history, f->of)
                     : wl_history_exchange_at(rows->history, f->of);
    if (!p || (choice->subject.connection && p->number != choice->number))
        return false;
    if (!choice->filter)
        return true;
    finding = (struct wl_finding){.rule = wl_history_rule(rows->history, f->rule),
                                  .ordinal = f->whole_conn ? 0 : 1};
    if (!finding.rule || !packed_ref(rows, p, f->on_record, &record.conn) ||
        !wl_filter_match_conn(choice->filter, &record, &finding))
        return false;
    conn = wl_history_conn(rows->history, p->number);
    return finding.ordinal == 0 ||
           wl_verdict_facts(&choice->verdicts, &record.conn, f->shape, conn ? conn->chain : 0);
}

bool wl_rows_pass(struct wl_rows *rows, struct wl_choice *choice, uint64_t row)
{
    switch (choice->subject.list) {
    case WL_LIST_EXCHANGES: return exchange_passes(rows, choice, row);
    case WL_LIST_FINDINGS: return finding_passes(rows, choice, row);
    case WL_LIST_CONNECTIONS:
    case WL_LIST_SERVERS:
    case WL_LIST_SEQUENCES:
    case WL_N_LISTS: break;
    }
    return conn_passes(rows, choice, row);
}

static bool fill_finding(struct wl_rows *rows, uint64_t id, struct wl_row_finding *row);

/* ------------------------------------------------------------------------------------ keys */

void wl_row_address_key(const struct wl_endpoint *e, struct wl_order_row *ret)
{
    uint64_t high = 0, low = 0;

    for (unsigned i = 0; i < 8; i++) {
        high = high << 8 | e->ip[i];
        low = low << 8 | e->ip[8 + i];
    }
    if (e->family == 6) {
        ret->key = UINT64_C(1) << 63 | high >> 1;
        ret->more = (uint32_t)(low >> 32 ^ low); /* in order where they were given out so */
        return;
    }
    ret->key = (high >> 32) << 16 | e->port;
}

void wl_row_text_key(struct wl_span text, struct wl_order_row *ret)
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

static void conn_key(const struct wl_rows *rows, enum wl_sort sort, uint64_t number,
                     struct wl_order_row *ret)
{
    const struct wl_kept_conn *conn = wl_history_conn(rows->history, number);
    const struct wl_shapes *shapes = wl_history_shapes(rows->history);
    char text[WL_SEQUENCE_TEXT];
    struct wl_conn_ref ref;

    if (!conn)
        return;
    switch (sort) {
    case WL_SORT_CLIENT:
    case WL_SORT_SERVER:
        wl_history_ref(rows->history, conn, number, &ref);
        wl_row_address_key(sort == WL_SORT_CLIENT ? &ref.client : &ref.server, ret);
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
        wl_row_text_key(wl_span_text(text), ret);
        break;
    case WL_SORT_PROTOCOL:
        ret->key = (uint64_t)conn->proto << 1 | ((conn->bits & WL_KEPT_TLS) != 0);
        break;
    case WL_SORT_STATE: ret->key = conn->bits & WL_KEPT_OPEN ? 0 : 1 + (uint64_t)conn->end; break;
    case WL_SORT_CONNECTION: ret->key = number; break;
    case WL_SORT_TIME:
    case WL_SORT_LINE:
    case WL_SORT_HOST:
    case WL_SORT_FRAME:
    case WL_SORT_RATE:
    case WL_SORT_MEDIAN:
    case WL_SORT_WARNINGS:
    case WL_SORT_NOTES:
    case WL_SORT_CLASS_1:
    case WL_SORT_CLASS_2:
    case WL_SORT_CLASS_3:
    case WL_SORT_CLASS_4:
    case WL_N_SORTS: break;
    }
}

/* Those of an exchange that its row does not tell. */
static void packed_key(struct wl_rows *rows, enum wl_sort sort, const struct wl_kept *p,
                       struct wl_order_row *ret)
{
    struct wl_arena *a = wl_arena_new(&rows->pool);
    const struct wl_exchange *ex = a ? wl_unpack_exchange(wl_history_packed(rows->history, p), a)
                                     : NULL;
    struct wl_row_exchange row;

    if (ex) {
        wl_row_of_exchange(&row, 0, ex, NULL);
        /* NOLINTNEXTLINE(clang-diagnostic-switch-enum): the others are no order of packed rows */
        switch ((int)sort) {
        case WL_SORT_TEXT: wl_row_text_key(ex->req.target, ret); break;
        case WL_SORT_HOST: wl_row_text_key(wl_span_text(row.host), ret); break;
        case WL_SORT_CLIENT: wl_row_address_key(&ex->conn.client, ret); break;
        case WL_SORT_SERVER: wl_row_address_key(&ex->conn.server, ret); break;
        case WL_SORT_STATUS: ret->key = row.final; break;
        case WL_SORT_OCTETS: ret->key = row.octets; break;
        case WL_SORT_DURATION: ret->key = duration_key(row.duration); break;
        default: break;
        }
    }
    wl_arena_free(a);
}

static void exchange_key(struct wl_rows *rows, enum wl_sort sort, uint64_t id,
                         struct wl_order_row *ret)
{
    const struct wl_kept *p = wl_history_exchange_at(rows->history, id);

    if (!p)
        return;
    if (sort == WL_SORT_FINDINGS) {
        ret->key = findings_key(p->worst, p->n_findings);
    } else if (sort == WL_SORT_CONNECTION) {
        ret->key = p->number;
    } else {
        packed_key(rows, sort, p, ret);
    }
}

/* "GET /x HTTP/1.1 -> 200": by its target, as exchanges are */
static struct wl_span target_of(struct wl_span line)
{
    size_t n = wl_span_find(line, ' ');

    return n < line.n ? wl_span_after(line, n + 1) : line;
}

/* Text: the rules, or of one rule what was seen. */
static void finding_key(struct wl_rows *rows, const struct wl_subject *s, uint64_t id,
                        struct wl_order_row *ret)
{
    const struct wl_kept_finding *f = wl_history_finding_at(rows->history, id);
    struct wl_row_finding row;
    const struct wl_kept *p;
    enum wl_sort sort = s->sort;

    if (!f)
        return;
    if (sort == WL_SORT_FINDINGS) {
        ret->key = f->severity;
        return;
    }
    p = f->on_record ? wl_history_record_at(rows->history, f->of)
                     : wl_history_exchange_at(rows->history, f->of);
    if (p && sort == WL_SORT_CONNECTION) {
        ret->key = p->number;
        return;
    }
    if (!p || !fill_finding(rows, id, &row))
        return;
    /* NOLINTNEXTLINE(clang-diagnostic-switch-enum): the others are no order of findings */
    switch ((int)sort) {
    case WL_SORT_CLIENT: wl_row_address_key(&row.conn.client, ret); break;
    case WL_SORT_SERVER: wl_row_address_key(&row.conn.server, ret); break;
    case WL_SORT_TEXT:
        wl_row_text_key(wl_span_text(s->rule ? row.message : row.rule->id), ret);
        break;
    case WL_SORT_LINE: wl_row_text_key(target_of(wl_span_text(row.line)), ret); break;
    case WL_SORT_FRAME: ret->key = row.frame; break;
    default: break;
    }
}

void wl_rows_key(struct wl_rows *rows, const struct wl_subject *s, uint64_t row,
                 struct wl_order_row *ret)
{
    ret->key = ret->more = 0;
    switch (s->list) {
    case WL_LIST_EXCHANGES: exchange_key(rows, s->sort, row, ret); break;
    case WL_LIST_FINDINGS: finding_key(rows, s, row, ret); break;
    case WL_LIST_CONNECTIONS:
    case WL_LIST_SERVERS:
    case WL_LIST_SEQUENCES:
    case WL_N_LISTS: conn_key(rows, s->sort, row, ret); break;
    }
    if (s->descending) {
        ret->key = ~ret->key;
        ret->more = ~ret->more;
    }
}

/* ---------------------------------------------------------------------------- rows of a page */

static void cut_text(char *to, size_t size, struct wl_span text)
{
    size_t n = wl_min_size(text.n, size - 1);

    if (n)
        memcpy(to, text.p, n);
    to[n] = '\0';
}

/* Where the last " -> " stands (a target may hold one too), or the end. */
static size_t find_arrow(struct wl_span line)
{
    size_t n = line.n;

    while (n >= 4 && memcmp(line.p + n - 4, " -> ", 4) != 0)
        n--;
    return n >= 4 ? n - 4 : line.n;
}

/* An exchange line: where there is no room for it, the request goes on as "...", the statuses stay
 * whole. Columns of a target may be many octets. */
static void cut_line(char *to, size_t size, struct wl_span text)
{
    size_t arrow = find_arrow(text), n_tail = text.n - arrow, keep;

    if (text.n < size || n_tail + sizeof("...") > size) {
        cut_text(to, size, text);
        return;
    }
    keep = size - n_tail - sizeof("...");
    while (keep && (text.p[keep] & 0xc0) == 0x80) /* not in the middle of a character */
        keep--;
    (void)snprintf(to, size, "%.*s...%.*s", (int)keep, (const char *)text.p, (int)n_tail,
                   (const char *)text.p + arrow);
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
        cut_line(row->line, sizeof(row->line), wl_text_span(line));
    }
}

static bool fill_conn(struct wl_rows *rows, uint64_t number, struct wl_row_connection *row)
{
    const struct wl_kept_conn *conn = wl_history_conn(rows->history, number);

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
        .rule = wl_history_rule(rows->history, conn->rule),
    };
    wl_history_ref(rows->history, conn, number, &row->conn);
    wl_chain_text(wl_history_shapes(rows->history), conn->chain, conn->n_exchanges, row->sequence);
    return true;
}

static bool fill_exchange(struct wl_rows *rows, uint64_t id, struct wl_row_exchange *row)
{
    const struct wl_kept *p = wl_history_exchange_at(rows->history, id);
    struct wl_arena *a = p ? wl_arena_new(&rows->pool) : NULL;
    const struct wl_exchange *ex = a ? wl_unpack_exchange(wl_history_packed(rows->history, p), a)
                                     : NULL;

    if (ex)
        wl_row_of_exchange(row, id, ex, &rows->line);
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

static bool unpack_finding(struct wl_rows *rows, uint64_t id, const struct wl_kept_finding *f,
                           struct wl_arena *a, struct wl_row_finding *row)
{
    const struct wl_kept *p = f->on_record ? wl_history_record_at(rows->history, f->of)
                                           : wl_history_exchange_at(rows->history, f->of);
    struct wl_span packed = p ? wl_history_packed(rows->history, p) : wl_span(NULL, 0);

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
        wl_text_reset(&rows->line);
        wl_line_exchange(&rows->line, ex, LINE_COLUMNS);
        cut_line(row->line, sizeof(row->line), wl_text_span(&rows->line));
    }
    return true;
}

static bool fill_finding(struct wl_rows *rows, uint64_t id, struct wl_row_finding *row)
{
    const struct wl_kept_finding *f = wl_history_finding_at(rows->history, id);
    struct wl_arena *a = f ? wl_arena_new(&rows->pool) : NULL;
    bool found = a && unpack_finding(rows, id, f, a, row);

    wl_arena_free(a);
    return found;
}

/* Adds a row to a page; what has gone meanwhile is passed over. */
void wl_rows_fill(struct wl_rows *rows, struct wl_page *page, uint64_t row)
{
    switch (page->list) {
    case WL_LIST_CONNECTIONS:
        page->n += fill_conn(rows, row, &page->rows.connections[page->n]);
        break;
    case WL_LIST_EXCHANGES:
        page->n += fill_exchange(rows, row, &page->rows.exchanges[page->n]);
        break;
    case WL_LIST_FINDINGS: page->n += fill_finding(rows, row, &page->rows.findings[page->n]); break;
    case WL_LIST_SERVERS:
    case WL_LIST_SEQUENCES:
    case WL_N_LISTS: break;
    }
}
