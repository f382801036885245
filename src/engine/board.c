/* board.c - what the overview of a screen is made of: paces, rules, sequences, servers.
 * SPDX-License-Identifier: MIT
 *
 * Rows of four tables that only grow, up to their maximum: codes and rules by their number,
 * sequences by the number that history gives them, servers by their address. Feeding touches one
 * row of each; order is made when somebody looks.
 */
#include "board.h"

#include "diag.h"
#include "endpoint.h"
#include "line.h"
#include "order.h"
#include "pace.h"
#include "rows.h"
#include "table.h"

enum {
    ROWS_FIRST = 16,
    RULES_MAX = 1024,
    SERVERS_TOLD = 16, /* different servers remembered per rule and sequence */
};

/* Different servers, as far as remembered: their rows. */
struct server_set {
    uint16_t n;
    uint16_t rows[SERVERS_TOLD];
};

struct code_row {
    uint16_t code;
    struct wl_beat beat;
    struct wl_spread spread;
};

struct rule_row {
    const struct wl_rule *rule;
    enum wl_severity worst;
    struct wl_beat beat;
    wl_ns t_last;
    struct server_set servers;
    struct wl_endpoint server;
};

struct sequence_row {
    uint32_t sequence; /* a shape with these statuses */
    enum wl_severity worst;
    struct wl_beat beat;
    struct wl_spread spread;
    uint64_t octets, n_connections;
    struct server_set servers;
    struct wl_endpoint server;
    wl_ns t_last;
};

struct server_row {
    struct wl_endpoint server;
    char product[WL_PRODUCT_TEXT];
    struct wl_beat beat;
    struct wl_spread spread;
    uint64_t classes[WL_N_CLASSES], findings[WL_N_SEVERITIES];
    wl_ns t_last;
};

/* Rows in the order of their first sight. */
struct rows {
    uint8_t *p;
    size_t row;
    uint32_t n, size, max;
    struct wl_table table; /* where they are not found by number */
};

struct wl_ledger {
    struct wl_budget *budget;
    const struct wl_shapes *shapes;
    uint64_t seed;
    wl_ns t_first, now;
    struct wl_rate packets, octets;
    struct wl_beat classes[WL_N_CLASSES];
    struct rows codes, rules, sequences, servers;
    uint16_t code_rows[WL_N_CODES]; /* row plus one */
    uint32_t last_server;           /* row plus one: most exchanges follow one of the same server */
};

/* ------------------------------------------------------------------------------------- rows */

static void *row_at(const struct rows *r, uint32_t i)
{
    return r->p + (size_t)i * r->row;
}

/* A row more, zeroed; NULL at the maximum or when memory is refused. */
static void *add_row(struct wl_ledger *l, struct rows *r, uint64_t hash)
{
    if (r->n == r->size) {
        uint64_t larger = wl_min_u64(wl_max_u64((uint64_t)r->size * 2, ROWS_FIRST), r->max);
        uint8_t *moved = NULL;

        if (larger > r->n)
            moved = wl_resize(l->budget, r->p, r->size * r->row, (size_t)larger * r->row);
        if (!moved)
            return NULL;
        r->p = moved;
        r->size = (uint32_t)larger;
    }
    if (wl_table_add(&r->table, hash, r->n) < 0)
        return NULL;
    return row_at(r, r->n++);
}

static struct code_row *code_row(struct wl_ledger *l, uint16_t code)
{
    struct code_row *row;

    if (code >= WL_N_CODES)
        return NULL;
    if (l->code_rows[code])
        return row_at(&l->codes, l->code_rows[code] - 1u);
    row = add_row(l, &l->codes, code);
    if (!row)
        return NULL;
    row->code = code;
    l->code_rows[code] = (uint16_t)l->codes.n;
    return row;
}

static struct rule_row *rule_row(struct wl_ledger *l, const struct wl_rule *rule)
{
    uint64_t hash = wl_hash(&rule, sizeof(void *), l->seed);
    struct rule_row *row;
    size_t probe = 0;

    for (uint32_t i; (i = wl_table_find(&l->rules.table, hash, &probe)) != UINT32_MAX;) {
        row = row_at(&l->rules, i);
        if (row->rule == rule)
            return row;
    }
    row = add_row(l, &l->rules, hash);
    if (row)
        row->rule = rule;
    return row;
}

static struct sequence_row *sequence_row(struct wl_ledger *l, uint32_t sequence)
{
    uint64_t hash = wl_hash(&sequence, sizeof(sequence), l->seed);
    struct sequence_row *row;
    size_t probe = 0;

    for (uint32_t i; (i = wl_table_find(&l->sequences.table, hash, &probe)) != UINT32_MAX;) {
        row = row_at(&l->sequences, i);
        if (row->sequence == sequence)
            return row;
    }
    row = add_row(l, &l->sequences, hash);
    if (row)
        row->sequence = sequence;
    return row;
}

/* The row of a server, as its number plus one; 0 when there is no room. */
static uint32_t server_row(struct wl_ledger *l, const struct wl_endpoint *e)
{
    struct server_row *row;
    size_t probe = 0;
    uint64_t hash;

    if (l->last_server) {
        row = row_at(&l->servers, l->last_server - 1);
        if (wl_endpoint_equal(&row->server, e))
            return l->last_server;
    }
    hash = wl_hash(e->ip, sizeof(e->ip), l->seed + e->port);
    for (uint32_t i; (i = wl_table_find(&l->servers.table, hash, &probe)) != UINT32_MAX;) {
        row = row_at(&l->servers, i);
        if (wl_endpoint_equal(&row->server, e)) {
            l->last_server = i + 1;
            return i + 1;
        }
    }
    row = add_row(l, &l->servers, hash);
    if (!row)
        return 0;
    row->server = *e;
    l->last_server = l->servers.n;
    return l->servers.n;
}

static void note_server(struct server_set *set, uint32_t server)
{
    for (uint16_t i = 0; i < set->n; i++) {
        if (set->rows[i] == server)
            return;
    }
    if (server && set->n < SERVERS_TOLD)
        set->rows[set->n++] = (uint16_t)server;
}

/* ---------------------------------------------------------------------------------- feeding */

static void see_time(struct wl_ledger *l, wl_ns t)
{
    if (t <= 0)
        return;
    if (l->t_first == 0 || t < l->t_first)
        l->t_first = t;
    if (t > l->now)
        l->now = t;
}

/* One response: its class, its code, its server's class. after: since the request;
 * < 0: not known. */
static void count_response(struct wl_ledger *l, uint32_t server, uint16_t status, wl_ns t,
                           wl_ns after)
{
    unsigned class = wl_status_class(status);
    struct code_row *code = status ? code_row(l, status) : NULL;

    wl_beat_add(&l->classes[class], t, 1);
    if (code) {
        wl_beat_add(&code->beat, t, 1);
        wl_spread_add(&code->spread, after);
    }
    if (server) {
        struct server_row *row = row_at(&l->servers, server - 1);

        row->classes[class]++;
    }
}

static void count_findings(struct wl_ledger *l, const struct wl_endpoint *e, uint32_t server,
                           const struct wl_finding *findings, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        const struct wl_finding *f = &findings[i];
        struct rule_row *row = rule_row(l, f->rule);

        if (server) {
            struct server_row *s = row_at(&l->servers, server - 1);

            s->findings[f->severity]++;
        }
        if (!row)
            continue;
        if (f->severity > row->worst)
            row->worst = f->severity;
        wl_beat_add(&row->beat, f->t, 1);
        if (f->t >= row->t_last) {
            row->t_last = f->t;
            row->server = *e;
        }
        note_server(&row->servers, server);
    }
}

/* Since the end of the request's head; -1 when that is not certain. */
static wl_ns since_request(const struct wl_exchange *ex, wl_ns t)
{
    if (!ex->paired || ex->req.state < WL_HEAD || ex->req.t_head <= 0 || t < ex->req.t_head)
        return -1;
    return t - ex->req.t_head;
}

static wl_ns final_time(const struct wl_exchange *ex)
{
    if (ex->res.state != WL_ABSENT)
        return ex->res.t_first;
    return ex->req.t_last ? ex->req.t_last : ex->t_end;
}

static void count_sequence(struct wl_ledger *l, const struct wl_exchange *ex,
                           const struct wl_told *told, uint32_t server)
{
    struct sequence_row *row = told->sequence ? sequence_row(l, told->sequence) : NULL;
    wl_ns t = final_time(ex);

    if (!row)
        return;
    wl_beat_add(&row->beat, t, 1);
    if (ex->res.state != WL_ABSENT)
        wl_spread_add(&row->spread, since_request(ex, ex->res.t_first));
    row->octets += ex->res.body_bytes;
    row->n_connections += told->first;
    row->t_last = t > row->t_last ? t : row->t_last;
    row->server = ex->conn.server;
    note_server(&row->servers, server);
    for (uint32_t i = 0; i < ex->n_findings; i++) {
        if (ex->findings[i].severity > row->worst)
            row->worst = ex->findings[i].severity;
    }
}

/* "nginx/1.22 (Debian)" is nginx/1.22: the first product (RFC 9110 10.2.4). */
static void note_product(struct server_row *row, const struct wl_exchange *ex)
{
    const struct wl_field *f = row->product[0] ? NULL : wl_message_field(&ex->res, WL_FIELD_SERVER);
    size_t n;

    if (!f)
        return;
    n = wl_min_size(wl_span_find(f->value, ' '), sizeof(row->product) - 1);
    if (n)
        memcpy(row->product, f->value.p, n);
    row->product[n] = '\0';
}

static void count_server(struct wl_ledger *l, const struct wl_exchange *ex, uint32_t server)
{
    struct server_row *row;
    wl_ns t = final_time(ex);

    if (!server)
        return;
    row = row_at(&l->servers, server - 1);
    wl_beat_add(&row->beat, t, 1);
    if (ex->res.state != WL_ABSENT)
        wl_spread_add(&row->spread, since_request(ex, ex->res.t_first));
    row->t_last = t > row->t_last ? t : row->t_last;
    note_product(row, ex);
}

void wl_ledger_exchange(struct wl_ledger *l, const struct wl_exchange *ex,
                        const struct wl_told *told)
{
    uint32_t server = server_row(l, &ex->conn.server);

    see_time(l, ex->req.t_first);
    see_time(l, ex->res.t_last);
    count_server(l, ex, server);
    for (uint32_t i = 0; i < ex->n_interim; i++) {
        count_response(l, server, ex->interim[i].status, ex->interim[i].t_first,
                       since_request(ex, ex->interim[i].t_first));
    }
    for (uint32_t i = 0; i < ex->n_interim_more; i++) {
        count_response(l, server, ex->interim_more[i].status, ex->interim_more[i].t,
                       since_request(ex, ex->interim_more[i].t));
    }
    if (wl_message_has_status(&ex->res)) {
        count_response(l, server, ex->res.status, ex->res.t_first,
                       since_request(ex, ex->res.t_first));
    }
    count_findings(l, &ex->conn.server, server, ex->findings, ex->n_findings);
    count_sequence(l, ex, told, server);
}

void wl_ledger_connection(struct wl_ledger *l, const struct wl_conn_record *conn)
{
    if (conn->n_findings) {
        count_findings(l, &conn->conn.server, server_row(l, &conn->conn.server), conn->findings,
                       conn->n_findings);
    }
}

void wl_ledger_tick(struct wl_ledger *l, wl_ns now, uint64_t packets, uint64_t octets)
{
    see_time(l, now);
    wl_rate_set(&l->packets, now, packets);
    wl_rate_set(&l->octets, now, octets);
}

/* ------------------------------------------------------------------------- making of a board */

static void fill_code(const struct wl_ledger *l, const struct code_row *from,
                      struct wl_board_code *to)
{
    to->code = from->code;
    wl_beat_pace(&from->beat, l->now, &to->pace);
    to->p50 = wl_spread_quantile(&from->spread, 0.5);
    to->p95 = wl_spread_quantile(&from->spread, 0.95);
}

static void fill_rule(const struct wl_ledger *l, const struct rule_row *from,
                      struct wl_board_rule *to)
{
    to->rule = from->rule;
    to->severity = from->worst;
    wl_beat_pace(&from->beat, l->now, &to->pace);
    to->t_last = from->t_last;
    to->n_servers = from->servers.n;
    to->server = from->server;
}

static void fill_sequence(const struct wl_ledger *l, const struct sequence_row *from,
                          struct wl_board_sequence *to)
{
    wl_shape_text(l->shapes, from->sequence, to->text);
    wl_beat_pace(&from->beat, l->now, &to->pace);
    to->worst = from->worst;
    to->octets = from->octets;
    to->n_connections = from->n_connections;
    to->p50 = wl_spread_quantile(&from->spread, 0.5);
    to->p95 = wl_spread_quantile(&from->spread, 0.95);
    to->n_servers = from->servers.n;
    to->server = from->server;
}

static void fill_server(const struct wl_ledger *l, const struct server_row *from,
                        struct wl_board_server *to)
{
    to->server = from->server;
    memcpy(to->product, from->product, sizeof(to->product));
    wl_beat_pace(&from->beat, l->now, &to->pace);
    memcpy(to->classes, from->classes, sizeof(to->classes));
    memcpy(to->findings, from->findings, sizeof(to->findings));
    to->p50 = wl_spread_quantile(&from->spread, 0.5);
    to->p95 = wl_spread_quantile(&from->spread, 0.95);
    to->t_last = from->t_last;
}

/* Violations before everything, then warnings, then numbers. */
static uint64_t badness(const uint64_t findings[WL_N_SEVERITIES])
{
    return wl_min_u64(findings[WL_VIOLATION], 0xffffff) << 40 |
           wl_min_u64(findings[WL_WARNING], 0xfffff) << 20 | wl_min_u64(findings[WL_NOTE], 0xfffff);
}

static uint64_t frequency(uint64_t n)
{
    return wl_min_u64(n, UINT64_MAX >> 4);
}

static uint64_t code_key(const void *row)
{
    return frequency(((const struct code_row *)row)->beat.n);
}

static uint64_t rule_key(const void *row)
{
    const struct rule_row *r = row;

    return (uint64_t)r->worst << 61 | frequency(r->beat.n);
}

static uint64_t sequence_key(const void *row)
{
    const struct sequence_row *s = row;

    return (uint64_t)(s->worst == WL_VIOLATION) << 61 | frequency(s->beat.n);
}

static uint64_t server_key(const void *row)
{
    return badness(((const struct server_row *)row)->findings);
}

/* Numbers of the rows with the largest keys, largest first; returns how many. */
static uint32_t choose(const struct rows *r, uint64_t (*key)(const void *row),
                       uint64_t (*second)(const void *row), uint32_t *ret, uint32_t max)
{
    uint64_t keys[WL_BOARD_CODES][2];
    uint32_t n = 0;

    WL_ASSERT(max <= WL_BOARD_CODES);
    for (uint32_t i = 0; i < r->n; i++) {
        uint64_t k = key(row_at(r, i)), s = second ? second(row_at(r, i)) : 0;
        uint32_t at = n;

        while (at > 0 && (k > keys[at - 1][0] || (k == keys[at - 1][0] && s > keys[at - 1][1])))
            at--;
        if (at == max)
            continue;
        n += n < max;
        for (uint32_t m = n - 1; m > at; m--) {
            ret[m] = ret[m - 1];
            keys[m][0] = keys[m - 1][0];
            keys[m][1] = keys[m - 1][1];
        }
        ret[at] = i;
        keys[at][0] = k;
        keys[at][1] = s;
    }
    return n;
}

static uint64_t server_frequency(const void *row)
{
    return frequency(((const struct server_row *)row)->beat.n);
}

void wl_ledger_times(const struct wl_ledger *l, struct wl_board *board)
{
    board->now = l->now;
    board->elapsed = l->now - l->t_first;
    board->packets_rate = wl_rate_per_second(&l->packets, l->now);
    board->octets_rate = wl_rate_per_second(&l->octets, l->now);
}

void wl_ledger_board(const struct wl_ledger *l, struct wl_board *board)
{
    uint32_t chosen[WL_BOARD_CODES];

    static_assert(WL_BOARD_RULES <= WL_BOARD_CODES && WL_BOARD_SEQUENCES <= WL_BOARD_CODES &&
                      WL_BOARD_SERVERS <= WL_BOARD_CODES,
                  "chosen has room for each of the lists");
    wl_ledger_times(l, board);
    for (unsigned i = 0; i < WL_N_CLASSES; i++)
        wl_beat_pace(&l->classes[i], l->now, &board->classes[i]);
    board->n_codes = choose(&l->codes, code_key, NULL, chosen, WL_BOARD_CODES);
    for (uint32_t i = 0; i < board->n_codes; i++)
        fill_code(l, row_at(&l->codes, chosen[i]), &board->codes[i]);
    board->n_rules = choose(&l->rules, rule_key, NULL, chosen, WL_BOARD_RULES);
    for (uint32_t i = 0; i < board->n_rules; i++)
        fill_rule(l, row_at(&l->rules, chosen[i]), &board->rules[i]);
    board->n_sequences = choose(&l->sequences, sequence_key, NULL, chosen, WL_BOARD_SEQUENCES);
    for (uint32_t i = 0; i < board->n_sequences; i++)
        fill_sequence(l, row_at(&l->sequences, chosen[i]), &board->sequences[i]);
    board->n_servers = choose(&l->servers, server_key, server_frequency, chosen, WL_BOARD_SERVERS);
    for (uint32_t i = 0; i < board->n_servers; i++)
        fill_server(l, row_at(&l->servers, chosen[i]), &board->servers[i]);
}

/* ------------------------------------------------------------------------------------ pages */

static uint64_t seconds_key(double seconds)
{
    return seconds < 0 ? 0 : (uint64_t)(seconds * 1e9) + 1;
}

static uint64_t text_start(const char *text, uint32_t *ret_more)
{
    struct wl_order_row key = {.key = 0};

    wl_row_text_key(wl_span_text(text), &key);
    *ret_more = key.more;
    return key.key;
}

static uint64_t address_start(const struct wl_endpoint *e, uint32_t *ret_more)
{
    struct wl_order_row key = {.key = 0};

    wl_row_address_key(e, &key);
    *ret_more = key.more;
    return key.key;
}

/* How many there were in the window. */
static uint64_t rate_key(const struct wl_ledger *l, const struct wl_beat *beat,
                         enum wl_window window)
{
    struct wl_pace pace;

    wl_beat_pace(beat, l->now, &pace);
    return (unsigned)window < WL_N_WINDOWS ? pace.n[window] : 0;
}

/* ret_more: of the key, where one word does not say all of it. */
static uint64_t server_sort(const struct wl_ledger *l, const struct server_row *s,
                            const struct wl_ask *ask, uint32_t *ret_more)
{
    switch (ask->sort) {
    case WL_SORT_TIME: return (uint64_t)s->t_last;
    case WL_SORT_CLIENT:
    case WL_SORT_SERVER: return address_start(&s->server, ret_more);
    case WL_SORT_STATUS: return frequency(s->classes[5]);
    case WL_SORT_COUNT:
    case WL_SORT_OCTETS: return frequency(s->beat.n);
    case WL_SORT_DURATION: return seconds_key(wl_spread_quantile(&s->spread, 0.95));
    case WL_SORT_FINDINGS: return server_key(s);
    case WL_SORT_TEXT: return text_start(s->product, ret_more);
    case WL_SORT_RATE: return rate_key(l, &s->beat, ask->window);
    case WL_SORT_MEDIAN: return seconds_key(wl_spread_quantile(&s->spread, 0.5));
    case WL_SORT_WARNINGS: return s->findings[WL_WARNING];
    case WL_SORT_NOTES: return s->findings[WL_NOTE];
    case WL_SORT_CLASS_1: return s->classes[1];
    case WL_SORT_CLASS_2: return s->classes[2];
    case WL_SORT_CLASS_3: return s->classes[3];
    case WL_SORT_CLASS_4: return s->classes[4];
    case WL_SORT_LINE:
    case WL_SORT_HOST:
    case WL_SORT_PROTOCOL:
    case WL_SORT_STATE:
    case WL_SORT_CONNECTION:
    case WL_SORT_FRAME:
    case WL_N_SORTS: break;
    }
    return 0;
}

static uint64_t sequence_sort(const struct wl_ledger *l, const struct sequence_row *s,
                              const struct wl_ask *ask, uint32_t *ret_more)
{
    char text[WL_SEQUENCE_TEXT];

    switch (ask->sort) {
    case WL_SORT_TIME: return (uint64_t)s->t_last;
    case WL_SORT_CLIENT:
    case WL_SORT_SERVER: return address_start(&s->server, ret_more);
    case WL_SORT_COUNT: return frequency(s->beat.n);
    case WL_SORT_OCTETS: return s->octets;
    case WL_SORT_DURATION: return seconds_key(wl_spread_quantile(&s->spread, 0.95));
    case WL_SORT_FINDINGS: return (uint64_t)s->worst << 61 | frequency(s->beat.n);
    case WL_SORT_STATUS:
    case WL_SORT_TEXT:
        wl_shape_text(l->shapes, s->sequence, text);
        return text_start(text, ret_more);
    case WL_SORT_RATE: return rate_key(l, &s->beat, ask->window);
    case WL_SORT_MEDIAN: return seconds_key(wl_spread_quantile(&s->spread, 0.5));
    case WL_SORT_CONNECTION: return s->n_connections;
    case WL_SORT_LINE:
    case WL_SORT_HOST:
    case WL_SORT_PROTOCOL:
    case WL_SORT_STATE:
    case WL_SORT_FRAME:
    case WL_SORT_WARNINGS:
    case WL_SORT_NOTES:
    case WL_SORT_CLASS_1:
    case WL_SORT_CLASS_2:
    case WL_SORT_CLASS_3:
    case WL_SORT_CLASS_4:
    case WL_N_SORTS: break;
    }
    return 0;
}

/* The worst that was found on a server. */
static enum wl_severity server_worst(const struct server_row *s)
{
    unsigned worst = WL_N_SEVERITIES - 1;

    while (worst > WL_OFF && s->findings[worst] == 0)
        worst--;
    return (enum wl_severity)worst;
}

static bool is_wanted(const struct rows *r, uint32_t i, const struct wl_ask *ask)
{
    enum wl_severity worst = ask->list == WL_LIST_SERVERS
                                 ? server_worst(row_at(r, i))
                                 : ((const struct sequence_row *)row_at(r, i))->worst;

    return worst >= ask->least && (worst != WL_OFF || !ask->only_findings);
}

/* How many rows of a table the question wants. */
static uint32_t count_wanted(const struct rows *r, const struct wl_ask *ask)
{
    uint32_t n = 0;

    for (uint32_t i = 0; i < r->n; i++)
        n += is_wanted(r, i, ask);
    return n;
}

/* Those rows in order; false when memory is refused. */
static bool put_in_order(const struct wl_ledger *l, const struct wl_ask *ask, const struct rows *r,
                         struct wl_order *o)
{
    bool servers = ask->list == WL_LIST_SERVERS;

    wl_order_begin(o, l->budget, 0, true);
    for (uint32_t i = 0; i < r->n; i++) {
        struct wl_order_row row = {.key = 0};

        if (!is_wanted(r, i, ask))
            continue;
        row.key = servers ? server_sort(l, row_at(r, i), ask, &row.more)
                          : sequence_sort(l, row_at(r, i), ask, &row.more);
        if (ask->descending) {
            row.key = ~row.key;
            row.more = ~row.more;
        }
        if (!wl_order_add(o, i, row))
            return false;
    }
    wl_order_gathered(o);
    wl_order_want(o, r->n);
    while (wl_order_work(o, SIZE_MAX)) {
    }
    return true;
}

int wl_ledger_page(const struct wl_ledger *l, const struct wl_ask *ask, bool partial,
                   struct wl_answer *a)
{
    bool servers = ask->list == WL_LIST_SERVERS;
    const struct rows *r = servers ? &l->servers : &l->sequences;
    size_t size = servers ? sizeof(struct wl_board_server) : sizeof(struct wl_board_sequence);
    uint32_t most = ask->n && ask->n < WL_PAGE_ROWS ? ask->n : WL_PAGE_ROWS;
    uint32_t total = count_wanted(r, ask), n = (uint32_t)wl_min_u64(most, total);
    struct wl_page *page = wl_arena_alloc(a->arena, sizeof(*page));
    struct wl_order order;

    if (page)
        page->rows.servers = wl_arena_array(a->arena, n ? n : 1, size);
    if (!page || !page->rows.servers)
        return wl_fail(&a->err, WL_NOMEM, "out of memory");
    page->list = ask->list;
    page->partial = partial;
    page->total = total;
    page->matched = r->n;
    page->kept = WL_NONE;
    page->first = wl_min_u64(ask->first, total - n);
    a->of.page = page;
    if (!put_in_order(l, ask, r, &order)) {
        wl_order_release(&order);
        return wl_fail(&a->err, WL_NOMEM, "out of memory");
    }
    for (; page->n < n; page->n++) {
        uint32_t row = (uint32_t)wl_order_at(&order, page->first + page->n);

        if (servers) {
            fill_server(l, row_at(r, row), &page->rows.servers[page->n]);
        } else {
            fill_sequence(l, row_at(r, row), &page->rows.sequences[page->n]);
        }
    }
    wl_order_release(&order);
    return 0;
}

/* ------------------------------------------------------------------------------ life cycle */

static void release_rows(struct wl_ledger *l, struct rows *r)
{
    wl_free(l->budget, r->p, r->size * r->row);
    wl_table_release(&r->table);
    r->p = NULL;
    r->n = r->size = 0;
}

static bool init_rows(struct wl_ledger *l, struct rows *r, size_t row, uint64_t max)
{
    *r = (struct rows){.row = row, .max = (uint32_t)wl_min_u64(max, UINT16_MAX)};
    return wl_table_init(&r->table, l->budget, r->max) == 0;
}

struct wl_ledger *wl_ledger_new(struct wl_budget *budget, const struct wl_limits *limits,
                                const struct wl_shapes *shapes)
{
    struct wl_ledger *l = wl_alloc(budget, sizeof(*l));

    if (!l)
        return NULL;
    l->budget = budget;
    l->shapes = shapes;
    l->seed = wl_seed();
    if (!init_rows(l, &l->codes, sizeof(struct code_row), WL_N_CODES) ||
        !init_rows(l, &l->rules, sizeof(struct rule_row), RULES_MAX) ||
        !init_rows(l, &l->sequences, sizeof(struct sequence_row), limits->max_sequences) ||
        !init_rows(l, &l->servers, sizeof(struct server_row), limits->max_servers)) {
        wl_ledger_free(l);
        return NULL;
    }
    return l;
}

bool wl_ledger_reset(struct wl_ledger *l)
{
    struct rows *all[] = {&l->codes, &l->rules, &l->sequences, &l->servers};
    struct rows fresh[WL_COUNT(all)];
    size_t n = 0;

    while (n < WL_COUNT(all) && init_rows(l, &fresh[n], all[n]->row, all[n]->max))
        n++;
    if (n < WL_COUNT(all)) {
        while (n > 0)
            release_rows(l, &fresh[--n]);
        return false;
    }
    for (n = 0; n < WL_COUNT(all); n++) {
        release_rows(l, all[n]);
        *all[n] = fresh[n];
    }
    memset(l->classes, 0, sizeof(l->classes));
    memset(l->code_rows, 0, sizeof(l->code_rows));
    l->last_server = 0;
    l->t_first = l->now;
    return true;
}

void wl_ledger_free(struct wl_ledger *l)
{
    if (!l)
        return;
    release_rows(l, &l->codes);
    release_rows(l, &l->rules);
    release_rows(l, &l->sequences);
    release_rows(l, &l->servers);
    wl_free(l->budget, l, sizeof(*l));
}
