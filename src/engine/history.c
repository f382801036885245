/* history.c - what a screen can still open: connections, exchanges and findings, bounded.
 * SPDX-License-Identifier: MIT
 *
 * Takes in what is told. How it is laid out stands in store.h, how it is read in history_rows.c.
 */
#include "store.h"

/* ------------------------------------------------------------------------------ connections */

/* The entry of an address that is not there yet; UINT32_MAX: there is no memory. */
static uint32_t new_address(struct wl_history *h, const struct wl_endpoint *e, uint64_t hash)
{
    uint32_t i = h->free_address ? h->free_address - 1 : h->n_addresses;

    if (i == h->addresses_size) {
        uint32_t larger = h->addresses_size ? h->addresses_size * 2 : WL_STORE_QUEUE_FIRST;
        void *moved = wl_store_enlarge(h, h->addresses, h->addresses_size * sizeof(*h->addresses),
                                       larger * sizeof(*h->addresses));

        if (!moved)
            return UINT32_MAX;
        h->addresses = moved;
        h->addresses_size = larger;
    }
    if (wl_table_add(&h->by_address, hash, i) < 0)
        return UINT32_MAX;
    if (i == h->n_addresses) {
        h->n_addresses++;
    } else {
        h->free_address = h->addresses[i].next;
    }
    h->addresses[i] = (struct wl_kept_address){.uses = 0};
    memcpy(h->addresses[i].ip, e->ip, sizeof(e->ip));
    return i;
}

/* IPv6 addresses stand in a table, each once, as long as a row has them. */
static uint32_t address_of(struct wl_history *h, const struct wl_endpoint *e)
{
    uint64_t hash;
    size_t probe = 0;
    uint32_t i;

    if (e->family != 6) {
        return (uint32_t)e->ip[0] << 24 | (uint32_t)e->ip[1] << 16 | (uint32_t)e->ip[2] << 8 |
               e->ip[3];
    }
    hash = wl_hash(e->ip, sizeof(e->ip), h->seed);
    do {
        i = wl_table_find(&h->by_address, hash, &probe);
    } while (i != UINT32_MAX && memcmp(h->addresses[i].ip, e->ip, sizeof(e->ip)) != 0);
    if (i == UINT32_MAX)
        i = new_address(h, e, hash);
    if (i != UINT32_MAX)
        h->addresses[i].uses++;
    return i;
}

/* Looks the row up when the addresses have their place: making room may have moved it. */
static struct wl_kept_conn *set_ref(struct wl_history *h, const struct wl_conn_ref *conn)
{
    uint32_t client = address_of(h, &conn->client), server = address_of(h, &conn->server);
    struct wl_kept_conn *row = wl_store_conn(h, conn->number);
    uint8_t bits;

    if (!row) {
        if (conn->client.family == 6)
            wl_store_leave_address(h, client);
        if (conn->server.family == 6)
            wl_store_leave_address(h, server);
        return NULL;
    }
    wl_store_leave_ends(h, row);
    bits = row->bits & (WL_KEPT_SHOWN | WL_KEPT_OPEN | WL_KEPT_RECORD | WL_KEPT_HOLE);
    row->t_first = conn->t_first;
    row->client = client;
    row->server = server;
    row->client_port = conn->client.port;
    row->server_port = conn->server.port;
    row->proto = (uint8_t)conn->proto;
    bits |= conn->client.family == 6 ? WL_KEPT_CLIENT6 : 0;
    bits |= conn->server.family == 6 ? WL_KEPT_SERVER6 : 0;
    bits |= conn->tls ? WL_KEPT_TLS : 0;
    bits |= conn->midstream ? WL_KEPT_MIDSTREAM : 0;
    row->bits = bits;
    return row;
}

static void show(struct wl_history *h, struct wl_kept_conn *row, uint64_t number)
{
    if (row->bits & WL_KEPT_SHOWN)
        return;
    row->bits |= WL_KEPT_SHOWN;
    if (number >= h->base)
        wl_store_conns(h, number)->n_shown++;
}

void wl_history_opened(struct wl_history *h, uint64_t id, const struct wl_opened *opened)
{
    uint64_t number = h->n_opened++;
    struct wl_kept_conn *row;

    if (number % WL_STORE_ROWS == 0) {
        if (h->n_opened - h->base > (h->n_conns - 1) * WL_STORE_ROWS) {
            wl_store_drop_conns(h);
            h->n_full_conns++;
        }
        h->conns[(size_t)(number / WL_STORE_ROWS % h->n_conns)] = wl_store_take(
            h, sizeof(struct wl_conn_block));
    }
    row = wl_store_conn(h, number);
    if (!row)
        return;
    row->id = id;
    row->bits = WL_KEPT_OPEN;
    if (number > h->base) {
        const struct wl_kept_conn *before = wl_store_conn(h, number - 1);

        h->unordered |= !before || before->id >= id;
    }
    if (opened) {
        const struct wl_conn_ref conn = {
            .number = number,
            .client = opened->client,
            .server = opened->server,
            .midstream = opened->midstream,
            .t_first = opened->t,
        };

        row = set_ref(h, &conn);
        if (row) {
            row->t_last = opened->t;
            show(h, row, number);
            h->changes++;
        }
    }
}

/* -------------------------------------------------------------------------------- findings */

static uint16_t rule_number(struct wl_history *h, const struct wl_rule *rule)
{
    uint16_t known = wl_history_rule_number(h, rule);
    uint64_t hash = wl_hash(&rule, sizeof(void *), h->seed);

    if (known || h->n_rules == WL_STORE_RULES)
        return known;
    if (h->n_rules == h->rules_size) {
        uint32_t larger = h->rules_size ? h->rules_size * 2 : WL_STORE_QUEUE_FIRST;
        void *moved = wl_store_enlarge(h, h->rules, h->rules_size * sizeof(void *),
                                       larger * sizeof(void *));

        if (!moved)
            return 0;
        h->rules = moved;
        h->rules_size = larger;
    }
    if (wl_table_add(&h->by_rule, hash, h->n_rules) < 0)
        return 0;
    h->rules[h->n_rules++] = rule;
    return (uint16_t)h->n_rules;
}

uint16_t wl_history_rule_number(const struct wl_history *h, const struct wl_rule *rule)
{
    uint64_t hash = wl_hash(&rule, sizeof(void *), h->seed);
    size_t probe = 0;

    for (uint32_t i; (i = wl_table_find(&h->by_rule, hash, &probe)) != UINT32_MAX;) {
        if (h->rules[i] == rule)
            return (uint16_t)(i + 1);
    }
    return 0;
}

struct worst {
    uint8_t severity;
    uint16_t rule;
};

/* The worst of the findings, the first among equals. */
static struct worst worst_of(struct wl_history *h, const struct wl_finding *findings, uint32_t n)
{
    struct worst worst = {0, 0};

    for (uint32_t i = 0; i < n; i++) {
        if (findings[i].severity > worst.severity) {
            worst.severity = (uint8_t)findings[i].severity;
            worst.rule = rule_number(h, findings[i].rule);
        }
    }
    return worst;
}

static void note_worst(struct wl_kept_conn *row, struct worst worst)
{
    if (worst.severity > row->worst) {
        row->worst = worst.severity;
        row->rule = worst.rule;
    }
}

static void keep_findings(struct wl_history *h, const struct wl_finding *findings, uint32_t n,
                          uint64_t of, bool on_record, uint32_t shape)
{
    for (uint32_t i = 0; i < n && i < UINT8_MAX; i++) {
        uint16_t rule = rule_number(h, findings[i].rule);
        struct wl_kept_finding *f = wl_store_push(h, &h->findings);

        if (!f)
            return;
        *f = (struct wl_kept_finding){
            .of = of,
            .rule = rule,
            .index = (uint8_t)i,
            .severity = (uint8_t)findings[i].severity,
            .on_record = on_record,
            .whole_conn = on_record && findings[i].ordinal == 0,
            .shape = shape,
        };
    }
}

static uint16_t add_u16(uint16_t a, uint32_t b)
{
    return a + b > UINT16_MAX ? UINT16_MAX : (uint16_t)(a + b);
}

/* --------------------------------------------------------------------------- what is told */

/* Keeps the exchange itself; returns its id, 0 when it has no room. */
static uint64_t keep_exchange(struct wl_history *h, const struct wl_exchange *ex, uint32_t shape,
                              struct worst worst)
{
    const struct wl_kept_conn *row;
    struct wl_kept *p;
    uint64_t id;

    if (h->exchanges.end - h->exchanges.first >= h->max_exchanges) {
        h->exchanges.first++;
        h->n_full++;
        wl_store_drop_findings(h);
    }
    p = wl_store_keep(h, &h->exchanges, wl_pack_exchange(&h->packer, ex));
    if (!p) {
        p = wl_store_keep(h, &h->exchanges, wl_pack_brief(&h->packer, ex));
        if (!p)
            return 0;
        p->brief = true;
    }
    id = h->exchanges.end - 1;
    row = wl_store_conn(h, ex->conn.number);
    p->number = ex->conn.number;
    p->previous = row ? row->last : 0;
    p->ordinal = ex->ordinal;
    p->shape = shape;
    p->worst = worst.severity;
    p->rule = worst.rule;
    p->n_findings = (uint8_t)wl_min_u64(ex->n_findings, UINT8_MAX);
    keep_findings(h, ex->findings, ex->n_findings, id, false, shape);
    return id;
}

/* Whether a finding rests on other connections too: analysing its own again does not bring it
 * back. */
static bool rests_on_others(const struct wl_exchange *ex)
{
    for (uint32_t i = 0; i < ex->n_findings; i++) {
        const struct wl_rule *rule = ex->findings[i].rule;

        if (rule->once_per_target || rule->relation != WL_RELATION_NONE)
            return true;
    }
    return false;
}

/* Among the last exchanges of a connection: a proxy answers soon after it was answered. 0: it is
 * not there. */
static uint64_t find_lately(const struct wl_history *h, uint64_t number, uint32_t ordinal)
{
    enum { LATELY = 64 };
    const struct wl_kept_conn *row = wl_history_conn(h, number);
    uint64_t id = row ? wl_history_latest(h, row) : 0;

    for (unsigned i = 0; id && i < LATELY; i++, id = wl_history_before(h, id)) {
        const struct wl_kept *p = wl_history_exchange_at(h, id);

        if (p && p->ordinal == ordinal)
            return id;
    }
    return 0;
}

void wl_history_exchange(struct wl_history *h, const struct wl_exchange *ex, struct wl_told *ret)
{
    uint32_t shape = wl_shape_of(h->shapes, ex);
    struct worst worst = worst_of(h, ex->findings, ex->n_findings);
    uint64_t id = keep_exchange(h, ex, shape, worst);
    struct wl_kept_conn *row = wl_store_conn(h, ex->conn.number);
    wl_ns t_last = ex->res.t_last > ex->req.t_last ? ex->res.t_last : ex->req.t_last;

    h->n_told++;
    h->changes++;
    if (rests_on_others(ex)) {
        wl_store_aside(h, ex->conn.number, ex->ordinal,
                       wl_pack_findings(&h->packer, ex->findings, ex->n_findings));
        row = wl_store_conn(h, ex->conn.number);
    }
    if (ex->leg) {
        const struct wl_kept_pair pair = {
            .number = {ex->conn.number, ex->leg->conn},
            .id = {id, find_lately(h, ex->leg->conn, ex->leg->ordinal)},
            .ordinal = {ex->ordinal, ex->leg->ordinal},
            .upstream = ex->leg->upstream,
            .confidence = (uint8_t)ex->leg->confidence,
        };

        wl_store_pair(h, &pair);
        row = wl_store_conn(h, ex->conn.number);
    }
    *ret = (struct wl_told){id, wl_shape_sequence(h->shapes, shape), true};
    if (row && row->n_exchanges == 0)
        row = set_ref(h, &ex->conn);
    if (!row)
        return;
    show(h, row, ex->conn.number);
    row->proto = (uint8_t)ex->conn.proto;
    row->chain = wl_chain_add(h->shapes, row->chain, row->n_exchanges, shape, &ret->first);
    row->n_exchanges += row->n_exchanges < UINT32_MAX;
    row->n_findings = add_u16(row->n_findings, ex->n_findings);
    note_worst(row, worst);
    if (t_last > row->t_last)
        row->t_last = t_last;
    if (id)
        row->last = (uint32_t)id;
    if (!id || ((const struct wl_kept *)wl_queue_at(&h->exchanges, id))->brief)
        row->bits |= WL_KEPT_HOLE;
}

/* Keeps what the row does not say already; returns its id, or 0. */
static uint64_t keep_record(struct wl_history *h, const struct wl_conn_record *conn)
{
    const struct wl_kept_conn *row;
    struct wl_kept *p;
    uint64_t id;

    if (conn->n_exchanges == 0 && conn->n_findings == 0 && conn->n_marks == 0 &&
        conn->gaps[0] == 0 && conn->gaps[1] == 0)
        return 0;
    p = wl_store_keep(h, &h->records, wl_pack_record(&h->packer, conn));
    if (!p)
        return 0;
    id = h->records.end - 1;
    row = wl_store_conn(h, conn->conn.number);
    p->number = conn->conn.number;
    p->previous = row ? row->last : 0;
    p->n_findings = (uint8_t)wl_min_u64(conn->n_findings, UINT8_MAX);
    keep_findings(h, conn->findings, conn->n_findings, id, true, 0);
    return id;
}

static void set_octets(struct wl_kept_conn *row, const struct wl_conn_record *conn)
{
    for (unsigned dir = 0; dir < 2; dir++) {
        uint64_t octets = wl_min_u64(conn->bytes[dir], (UINT64_C(1) << 40) - 1);

        row->octets[dir] = (uint32_t)octets;
        row->octets_high[dir] = (uint8_t)(octets >> 32);
    }
}

void wl_history_connection(struct wl_history *h, const struct wl_conn_record *conn, bool counts)
{
    struct worst worst = worst_of(h, conn->findings, conn->n_findings);
    uint64_t id = counts ? keep_record(h, conn) : 0, span;
    struct wl_kept_conn *row = counts ? set_ref(h, &conn->conn)
                                      : wl_store_conn(h, conn->conn.number);

    h->changes++;
    if (!row)
        return;
    row->bits &= (uint8_t)~WL_KEPT_OPEN;
    if (!counts)
        return;
    show(h, row, conn->conn.number);
    if (id) {
        row->last = (uint32_t)id;
        row->bits |= WL_KEPT_RECORD;
    }
    row->t_last = conn->t_last;
    row->end = (uint8_t)conn->end;
    set_octets(row, conn);
    span = conn->last_packet > row->id ? conn->last_packet - row->id : 0;
    row->packets = (uint32_t)wl_min_u64(span, UINT32_MAX);
    row->n_findings = add_u16(row->n_findings, conn->n_findings);
    note_worst(row, worst);
    if (conn->n_findings)
        row->chain = wl_chain_end(h->shapes, row->chain, conn);
}

/* ------------------------------------------------------------------------------ life cycle */

struct wl_history *wl_history_new(struct wl_budget *budget, const struct wl_limits *limits)
{
    struct wl_history *h = wl_alloc(budget, sizeof(*h));
    uint64_t conns = wl_min_u64(limits->max_history_connections, UINT32_MAX) / WL_STORE_ROWS + 2;

    if (!h)
        return NULL;
    h->budget = budget;
    h->share = budget->max / 4 * 3;
    h->seed = wl_seed();
    h->n_conns = (size_t)conns;
    h->elders_max = (size_t)wl_min_u64(limits->max_connections, UINT32_MAX);
    h->max_exchanges = wl_max_u64(limits->max_history, 1);
    h->max_octets = limits->max_history_octets;
    h->exchanges = (struct wl_queue){.row = sizeof(struct wl_kept), .first = 1, .end = 1};
    h->records = h->exchanges;
    h->findings = (struct wl_queue){.row = sizeof(struct wl_kept_finding), .first = 1, .end = 1};
    h->aside = (struct wl_queue){.row = sizeof(struct wl_aside)};
    h->pairs = (struct wl_queue){.row = sizeof(struct wl_kept_pair)};
    h->blocks = (struct wl_queue){.row = sizeof(struct wl_block *)};
    wl_packer_init(&h->packer, budget, WL_STORE_PACKED_MOST);
    h->shapes = wl_shapes_new(budget);
    h->conns = wl_alloc_array(budget, h->n_conns, sizeof(struct wl_conn_block *));
    if (!h->shapes || !h->conns || wl_table_init(&h->by_address, budget, UINT32_MAX - 1) < 0 ||
        wl_table_init(&h->by_rule, budget, WL_STORE_RULES) < 0) {
        wl_history_free(h);
        return NULL;
    }
    return h;
}

void wl_history_free(struct wl_history *h)
{
    struct wl_budget *b;

    if (!h)
        return;
    b = h->budget;
    while (h->blocks.first < h->blocks.end)
        wl_store_drop_block(h);
    while (h->aside.first < h->aside.end)
        wl_store_drop_aside(h);
    wl_free(b, h->aside.rows, h->aside.size * h->aside.row);
    wl_free(b, h->pairs.rows, h->pairs.size * h->pairs.row);
    for (size_t i = 0; h->conns && i < h->n_conns; i++)
        wl_free(b, h->conns[i], sizeof(struct wl_conn_block));
    wl_free(b, h->conns, h->n_conns * sizeof(struct wl_conn_block *));
    wl_free(b, h->elders, h->elders_size * sizeof(*h->elders));
    wl_free(b, h->exchanges.rows, h->exchanges.size * h->exchanges.row);
    wl_free(b, h->records.rows, h->records.size * h->records.row);
    wl_free(b, h->findings.rows, h->findings.size * h->findings.row);
    wl_free(b, h->blocks.rows, h->blocks.size * h->blocks.row);
    wl_free(b, h->addresses, h->addresses_size * sizeof(*h->addresses));
    wl_free(b, h->rules, h->rules_size * sizeof(void *));
    wl_table_release(&h->by_address);
    wl_table_release(&h->by_rule);
    wl_packer_release(&h->packer);
    wl_shapes_free(h->shapes);
    wl_free(b, h, sizeof(*h));
}
