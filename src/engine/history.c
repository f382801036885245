/* history.c - what a screen can still open: connections, exchanges and findings, bounded.
 * SPDX-License-Identifier: MIT
 *
 * Connections stand in blocks of rows, which go as a whole when there are too many; what is still
 * open in them moves to the elders, a small array before the first block. Exchanges, records and
 * findings stand in queues that drop at the front, and what is packed lies in blocks that go in the
 * same order: an item whose block has gone goes too. Everything is paid from a share of the budget;
 * when it is spent, packed blocks go first (a file can be read again), then rows.
 */
#include "history.h"

#include "table.h"

enum {
    ROWS = 4096,           /* connections of one block */
    BLOCK = 256 << 10,     /* octets of one packed block, when there is room for several */
    BLOCK_LEAST = 4 << 10, /* when there is little */
    PACKED_MOST = 4 << 20, /* octets of one exchange */
    BLOCKS_LEFT = 4,       /* packed blocks that rows leave alone */
    RULES = 4096,          /* different rules */
    QUEUE_FIRST = 256,
};

static_assert(sizeof(struct wl_kept_conn) <= 72, "a million connections fit into 72 MB");

/* Rows without holes between first and end - 1; row i stands at i modulo its size. */
struct queue {
    uint8_t *rows;
    size_t row, size; /* size: a power of two */
    uint64_t first, end;
};

struct conns {
    uint32_t n_shown;
    struct wl_kept_conn rows[ROWS];
};

struct elder {
    uint64_t number;
    struct wl_kept_conn row;
};

struct block {
    uint64_t serial;
    size_t size, used; /* without this header */
};

struct wl_history {
    struct wl_budget *budget;
    struct wl_shapes *shapes;
    struct wl_packer packer;
    size_t share, octets; /* of the budget: allowed, spent on what stands below */
    struct conns **conns; /* block number modulo n_conns; NULL: memory was refused */
    size_t n_conns;
    uint64_t base, n_opened; /* numbers from base on stand in blocks */
    struct elder *elders;
    size_t n_elders, elders_size, elders_max;
    bool unordered; /* ids did not rise with the numbers */
    struct queue exchanges, records, findings, blocks;
    uint64_t max_exchanges, max_octets;
    size_t block_octets; /* of all packed blocks, headers included */
    uint64_t n_told, changes;
    uint64_t seed;
    struct wl_table by_address;
    uint8_t (*addresses)[16];
    uint32_t n_addresses, addresses_size;
    struct wl_table by_rule;
    const struct wl_rule **rules;
    uint32_t n_rules, rules_size;
    uint64_t n_full, n_full_octets, n_full_conns, n_refused;
};

/* ---------------------------------------------------------------------------------- memory */

static void drop_oldest_block(struct wl_history *h);
static void drop_oldest_conns(struct wl_history *h);

/* Gives up the oldest until n octets more may be taken; false when that cannot be. */
static bool make_room(struct wl_history *h, size_t n)
{
    while (h->octets + n > h->share) {
        if (h->blocks.end - h->blocks.first > BLOCKS_LEFT) {
            drop_oldest_block(h);
            h->n_full_octets++;
        } else if (h->n_opened - h->base > ROWS) {
            drop_oldest_conns(h);
            h->n_full_conns++;
        } else {
            return false;
        }
    }
    return true;
}

static void *take(struct wl_history *h, size_t n)
{
    void *p = make_room(h, n) ? wl_alloc(h->budget, n) : NULL;

    if (p) {
        h->octets += n;
    } else {
        h->n_refused++;
    }
    return p;
}

static void give_back(struct wl_history *h, void *p, size_t n)
{
    if (p)
        h->octets -= n;
    wl_free(h->budget, p, n);
}

/* Moves an array to a larger one; NULL when refused. */
static void *take_larger(struct wl_history *h, void *p, size_t old_n, size_t n)
{
    void *moved = take(h, n);

    if (!moved)
        return NULL;
    if (old_n)
        memcpy(moved, p, old_n);
    give_back(h, p, old_n);
    return moved;
}

/* ---------------------------------------------------------------------------------- queues */

static void *at(const struct queue *q, uint64_t id)
{
    return q->rows + (size_t)(id & (q->size - 1)) * q->row;
}

static bool holds(const struct queue *q, uint64_t id)
{
    return id >= q->first && id < q->end;
}

/* A row more at the end, zeroed; NULL when memory is refused. */
static void *push(struct wl_history *h, struct queue *q)
{
    void *row;

    if (q->end - q->first == q->size) {
        struct queue larger = *q;

        larger.size = q->size ? q->size * 2 : QUEUE_FIRST;
        larger.rows = take(h, larger.size * larger.row);
        if (!larger.rows)
            return NULL;
        /* taking may have dropped rows at the front */
        larger.first = q->first;
        larger.end = q->end;
        for (uint64_t i = q->first; i < q->end; i++)
            memcpy(at(&larger, i), at(q, i), q->row);
        give_back(h, q->rows, q->size * q->row);
        *q = larger;
    }
    row = at(q, q->end++);
    memset(row, 0, q->row);
    return row;
}

/* The id whose low bits are low, at most end - 1. */
static uint64_t whole_id(const struct queue *q, uint32_t low)
{
    uint64_t latest = q->end - 1;

    return low ? latest - (uint32_t)((uint32_t)latest - low) : 0;
}

/* ---------------------------------------------------------------------------- packed blocks */

static struct block *block_at(const struct wl_history *h, uint64_t serial)
{
    struct block **row = at(&h->blocks, serial);

    return holds(&h->blocks, serial) ? *row : NULL;
}

/* Findings whose exchange or record has gone. */
static void drop_findings(struct wl_history *h)
{
    while (h->findings.first < h->findings.end) {
        const struct wl_kept_finding *f = at(&h->findings, h->findings.first);

        if (holds(f->on_record ? &h->records : &h->exchanges, f->of))
            return;
        h->findings.first++;
    }
}

static void drop_items(struct queue *q, uint64_t serial)
{
    while (q->first < q->end) {
        const struct wl_kept *p = at(q, q->first);

        if (p->block > serial)
            return;
        q->first++;
    }
}

static void drop_oldest_block(struct wl_history *h)
{
    struct block *b = block_at(h, h->blocks.first);

    drop_items(&h->exchanges, h->blocks.first);
    drop_items(&h->records, h->blocks.first);
    drop_findings(h);
    h->blocks.first++;
    h->block_octets -= sizeof(*b) + b->size;
    give_back(h, b, sizeof(*b) + b->size);
}

/* The newest block with room for n octets. */
static struct block *block_for(struct wl_history *h, size_t n)
{
    struct block *b = h->blocks.end > h->blocks.first ? block_at(h, h->blocks.end - 1) : NULL;
    size_t size = (size_t)wl_min_u64(wl_max_u64(h->max_octets / 8, BLOCK_LEAST), BLOCK);
    struct block **row;

    if (b && b->size - b->used >= n)
        return b;
    if (size < n)
        size = n;
    while (h->blocks.end > h->blocks.first && h->block_octets + sizeof(*b) + size > h->max_octets) {
        drop_oldest_block(h);
        h->n_full_octets++;
    }
    if (sizeof(*b) + size > h->max_octets)
        return NULL;
    b = take(h, sizeof(*b) + size);
    if (!b)
        return NULL;
    row = push(h, &h->blocks);
    if (!row) {
        give_back(h, b, sizeof(*b) + size);
        return NULL;
    }
    *row = b;
    b->serial = h->blocks.end - 1;
    b->size = size;
    h->block_octets += sizeof(*b) + size;
    return b;
}

/* Keeps what was packed; NULL when there is no room. */
static struct wl_kept *keep(struct wl_history *h, struct queue *q, struct wl_span packed)
{
    struct block *b = packed.n ? block_for(h, packed.n) : NULL;
    uint64_t serial = b ? b->serial : 0;
    struct wl_kept *p = b ? push(h, q) : NULL;

    if (!p)
        return NULL;
    if (!holds(&h->blocks, serial)) { /* pushing has dropped it */
        q->end--;
        return NULL;
    }
    p->block = serial;
    p->offset = (uint32_t)b->used;
    p->n = (uint32_t)packed.n;
    memcpy((uint8_t *)(b + 1) + b->used, packed.p, packed.n);
    b->used += packed.n;
    return p;
}

struct wl_span wl_history_packed(const struct wl_history *h, const struct wl_kept *p)
{
    const struct block *b = block_at(h, p->block);

    return b ? wl_span((const uint8_t *)(b + 1) + p->offset, p->n) : wl_span(NULL, 0);
}

/* ------------------------------------------------------------------------------ connections */

static struct conns *conns_of(const struct wl_history *h, uint64_t number)
{
    return h->conns[(size_t)(number / ROWS % h->n_conns)];
}

/* The first elder whose number is not below number. */
static size_t elder_from(const struct wl_history *h, uint64_t number)
{
    size_t low = 0, high = h->n_elders;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (h->elders[middle].number < number) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static struct wl_kept_conn *row_of(const struct wl_history *h, uint64_t number)
{
    struct conns *block;
    size_t elder;

    if (number >= h->n_opened)
        return NULL;
    if (number >= h->base) {
        block = conns_of(h, number);
        return block ? &block->rows[number % ROWS] : NULL;
    }
    elder = elder_from(h, number);
    return elder < h->n_elders && h->elders[elder].number == number ? &h->elders[elder].row : NULL;
}

/* Elders that are over go, now that their time has come. */
static void retire_elders(struct wl_history *h)
{
    size_t kept = 0;

    for (size_t i = 0; i < h->n_elders; i++) {
        if (h->elders[i].row.bits & WL_KEPT_OPEN)
            h->elders[kept++] = h->elders[i];
    }
    h->n_elders = kept;
}

static void add_elder(struct wl_history *h, uint64_t number, const struct wl_kept_conn *row)
{
    if (h->n_elders == h->elders_size) {
        size_t larger = wl_min_size(h->elders_size ? h->elders_size * 2 : 64, h->elders_max);
        struct elder *moved = NULL;

        /* not by take(), which is what drops this very block */
        if (larger > h->elders_size) {
            moved = wl_resize(h->budget, h->elders, h->elders_size * sizeof(*moved),
                              larger * sizeof(*moved));
        }
        if (!moved) {
            h->n_refused++;
            return;
        }
        h->octets += (larger - h->elders_size) * sizeof(*moved);
        h->elders = moved;
        h->elders_size = larger;
    }
    h->elders[h->n_elders++] = (struct elder){number, *row};
}

static void drop_oldest_conns(struct wl_history *h)
{
    struct conns *block = conns_of(h, h->base);

    retire_elders(h);
    for (size_t i = 0; block && i < ROWS; i++) {
        if (block->rows[i].bits & WL_KEPT_OPEN)
            add_elder(h, h->base + i, &block->rows[i]);
    }
    give_back(h, block, sizeof(*block));
    h->conns[(size_t)(h->base / ROWS % h->n_conns)] = NULL;
    h->base += ROWS;
    h->changes++;
}

void wl_history_opened(struct wl_history *h, uint64_t id)
{
    uint64_t number = h->n_opened++;
    struct wl_kept_conn *row;

    if (number % ROWS == 0) {
        if (h->n_opened - h->base > (h->n_conns - 1) * ROWS) {
            drop_oldest_conns(h);
            h->n_full_conns++;
        }
        h->conns[(size_t)(number / ROWS % h->n_conns)] = take(h, sizeof(struct conns));
    }
    row = row_of(h, number);
    if (!row)
        return;
    row->id = id;
    row->bits = WL_KEPT_OPEN;
    if (number > h->base) {
        const struct wl_kept_conn *before = row_of(h, number - 1);

        h->unordered |= !before || before->id >= id;
    }
}

/* IPv6 addresses stand in a table, each once. */
static uint32_t address_of(struct wl_history *h, const struct wl_endpoint *e)
{
    uint64_t hash;
    size_t probe = 0;

    if (e->family != 6)
        return (uint32_t)e->ip[0] << 24 | (uint32_t)e->ip[1] << 16 | (uint32_t)e->ip[2] << 8 |
               e->ip[3];
    hash = wl_hash(e->ip, sizeof(e->ip), h->seed);
    for (uint32_t i; (i = wl_table_find(&h->by_address, hash, &probe)) != UINT32_MAX;) {
        if (memcmp(h->addresses[i], e->ip, sizeof(e->ip)) == 0)
            return i;
    }
    if (h->n_addresses == h->addresses_size) {
        uint32_t larger = h->addresses_size ? h->addresses_size * 2 : QUEUE_FIRST;
        void *moved = take_larger(h, h->addresses, h->addresses_size * sizeof(*h->addresses),
                                  larger * sizeof(*h->addresses));

        if (!moved)
            return UINT32_MAX;
        h->addresses = moved;
        h->addresses_size = larger;
    }
    if (wl_table_add(&h->by_address, hash, h->n_addresses) < 0)
        return UINT32_MAX;
    memcpy(h->addresses[h->n_addresses], e->ip, sizeof(e->ip));
    return h->n_addresses++;
}

/* Looks the row up when the addresses have their place: making room may have moved it. */
static struct wl_kept_conn *set_ref(struct wl_history *h, const struct wl_conn_ref *conn)
{
    uint32_t client = address_of(h, &conn->client), server = address_of(h, &conn->server);
    struct wl_kept_conn *row = row_of(h, conn->number);
    uint8_t bits;

    if (!row)
        return NULL;
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
        conns_of(h, number)->n_shown++;
}

/* -------------------------------------------------------------------------------- findings */

static uint16_t rule_number(struct wl_history *h, const struct wl_rule *rule)
{
    uint16_t known = wl_history_rule_number(h, rule);
    uint64_t hash = wl_hash(&rule, sizeof(rule), h->seed);

    if (known || h->n_rules == RULES)
        return known;
    if (h->n_rules == h->rules_size) {
        uint32_t larger = h->rules_size ? h->rules_size * 2 : QUEUE_FIRST;
        void *moved = take_larger(h, h->rules, h->rules_size * sizeof(void *),
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
    uint64_t hash = wl_hash(&rule, sizeof(rule), h->seed);
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
        struct wl_kept_finding *f = push(h, &h->findings);

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
        drop_findings(h);
    }
    p = keep(h, &h->exchanges, wl_pack_exchange(&h->packer, ex));
    if (!p)
        return 0;
    id = h->exchanges.end - 1;
    row = row_of(h, ex->conn.number);
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

void wl_history_exchange(struct wl_history *h, const struct wl_exchange *ex, struct wl_told *ret)
{
    uint32_t shape = wl_shape_of(h->shapes, ex);
    struct worst worst = worst_of(h, ex->findings, ex->n_findings);
    uint64_t id = keep_exchange(h, ex, shape, worst);
    struct wl_kept_conn *row = row_of(h, ex->conn.number);
    wl_ns t_last = ex->res.t_last > ex->req.t_last ? ex->res.t_last : ex->req.t_last;

    h->n_told++;
    h->changes++;
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
    if (id) {
        row->last = (uint32_t)id;
    } else {
        row->bits |= WL_KEPT_HOLE;
    }
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
    p = keep(h, &h->records, wl_pack_record(&h->packer, conn));
    if (!p)
        return 0;
    id = h->records.end - 1;
    row = row_of(h, conn->conn.number);
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
    struct wl_kept_conn *row = counts ? set_ref(h, &conn->conn) : row_of(h, conn->conn.number);

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
    uint64_t conns = wl_min_u64(limits->max_history_connections, UINT32_MAX) / ROWS + 2;

    if (!h)
        return NULL;
    h->budget = budget;
    h->share = budget->max / 4 * 3;
    h->seed = wl_seed();
    h->n_conns = (size_t)conns;
    h->elders_max = (size_t)wl_min_u64(limits->max_connections, UINT32_MAX);
    h->max_exchanges = wl_max_u64(limits->max_history, 1);
    h->max_octets = limits->max_history_octets;
    h->exchanges = (struct queue){.row = sizeof(struct wl_kept), .first = 1, .end = 1};
    h->records = h->exchanges;
    h->findings = (struct queue){.row = sizeof(struct wl_kept_finding), .first = 1, .end = 1};
    h->blocks = (struct queue){.row = sizeof(struct block *)};
    wl_packer_init(&h->packer, budget, PACKED_MOST);
    h->shapes = wl_shapes_new(budget);
    h->conns = wl_alloc_array(budget, h->n_conns, sizeof(struct conns *));
    if (!h->shapes || !h->conns || wl_table_init(&h->by_address, budget, UINT32_MAX - 1) < 0 ||
        wl_table_init(&h->by_rule, budget, RULES) < 0) {
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
        drop_oldest_block(h);
    for (size_t i = 0; h->conns && i < h->n_conns; i++)
        wl_free(b, h->conns[i], sizeof(struct conns));
    wl_free(b, h->conns, h->n_conns * sizeof(struct conns *));
    wl_free(b, h->elders, h->elders_size * sizeof(*h->elders));
    wl_free(b, h->exchanges.rows, h->exchanges.size * h->exchanges.row);
    wl_free(b, h->records.rows, h->records.size * h->records.row);
    wl_free(b, h->findings.rows, h->findings.size * h->findings.row);
    wl_free(b, h->blocks.rows, h->blocks.size * h->blocks.row);
    wl_free(b, h->addresses, h->addresses_size * sizeof(*h->addresses));
    wl_free(b, h->rules, h->rules_size * sizeof(void *));
    if (h->by_address.slots)
        wl_table_release(&h->by_address);
    if (h->by_rule.slots)
        wl_table_release(&h->by_rule);
    wl_packer_release(&h->packer);
    wl_shapes_free(h->shapes);
    wl_free(b, h, sizeof(*h));
}

/* ------------------------------------------------------------------------------------ rows */

struct wl_extent wl_history_conns(const struct wl_history *h)
{
    return (struct wl_extent){h->n_elders ? h->elders[0].number : h->base, h->n_opened};
}

struct wl_extent wl_history_exchanges(const struct wl_history *h)
{
    return (struct wl_extent){h->exchanges.first, h->exchanges.end};
}

struct wl_extent wl_history_records(const struct wl_history *h)
{
    return (struct wl_extent){h->records.first, h->records.end};
}

struct wl_extent wl_history_findings(const struct wl_history *h)
{
    return (struct wl_extent){h->findings.first, h->findings.end};
}

uint64_t wl_history_changes(const struct wl_history *h)
{
    return h->changes;
}

uint64_t wl_history_dropped(const struct wl_history *h)
{
    return h->n_told - (h->exchanges.end - h->exchanges.first);
}

const struct wl_kept_conn *wl_history_conn(const struct wl_history *h, uint64_t number)
{
    return row_of(h, number);
}

static const struct wl_kept_conn *search_by_id(const struct wl_history *h, uint64_t id,
                                               uint64_t *ret_number)
{
    uint64_t low = h->base, high = h->n_opened;

    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        const struct wl_kept_conn *row = row_of(h, middle);

        if (!row)
            return NULL;
        if (row->id < id) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    *ret_number = low;
    return row_of(h, low);
}

const struct wl_kept_conn *wl_history_by_id(const struct wl_history *h, uint64_t id,
                                            uint64_t *ret_number)
{
    const struct wl_kept_conn *row;

    for (size_t i = 0; i < h->n_elders; i++) {
        if (h->elders[i].row.id == id) {
            *ret_number = h->elders[i].number;
            return &h->elders[i].row;
        }
    }
    row = search_by_id(h, id, ret_number);
    if (row && row->id == id)
        return row;
    for (uint64_t i = h->base; h->unordered && i < h->n_opened; i++) {
        row = row_of(h, i);
        if (row && row->id == id) {
            *ret_number = i;
            return row;
        }
    }
    return NULL;
}

uint64_t wl_history_next(const struct wl_history *h, uint64_t number)
{
    if (number < h->base) {
        size_t elder = elder_from(h, number);

        if (elder < h->n_elders)
            return h->elders[elder].number;
        number = h->base;
    }
    /* a block that was refused is passed over */
    while (number < h->n_opened && !conns_of(h, number))
        number = (number / ROWS + 1) * ROWS;
    return number < h->n_opened ? number : UINT64_MAX;
}

static uint64_t shown_elders(const struct wl_history *h, uint64_t before)
{
    uint64_t n = 0;

    for (size_t i = 0; i < h->n_elders && h->elders[i].number < before; i++)
        n += (h->elders[i].row.bits & WL_KEPT_SHOWN) != 0;
    return n;
}

uint64_t wl_history_shown_before(const struct wl_history *h, uint64_t number)
{
    uint64_t n = shown_elders(h, number);
    uint64_t start = h->base;

    for (; start + ROWS <= number && start < h->n_opened; start += ROWS)
        n += conns_of(h, start) ? conns_of(h, start)->n_shown : 0;
    for (; start < number && start < h->n_opened; start++) {
        const struct wl_kept_conn *row = row_of(h, start);

        n += row && (row->bits & WL_KEPT_SHOWN);
    }
    return n;
}

uint64_t wl_history_shown(const struct wl_history *h)
{
    return wl_history_shown_before(h, UINT64_MAX);
}

uint64_t wl_history_nth_shown(const struct wl_history *h, uint64_t n)
{
    uint64_t start = h->base;

    for (size_t i = 0; i < h->n_elders; i++) {
        if ((h->elders[i].row.bits & WL_KEPT_SHOWN) && n-- == 0)
            return h->elders[i].number;
    }
    for (; start < h->n_opened; start += ROWS) {
        uint32_t shown = conns_of(h, start) ? conns_of(h, start)->n_shown : 0;

        if (n < shown)
            break;
        n -= shown;
    }
    for (; start < h->n_opened; start++) {
        const struct wl_kept_conn *row = row_of(h, start);

        if (row && (row->bits & WL_KEPT_SHOWN) && n-- == 0)
            return start;
    }
    return UINT64_MAX;
}

const struct wl_kept *wl_history_exchange_at(const struct wl_history *h, uint64_t id)
{
    return holds(&h->exchanges, id) ? at(&h->exchanges, id) : NULL;
}

const struct wl_kept *wl_history_record_at(const struct wl_history *h, uint64_t id)
{
    return holds(&h->records, id) ? at(&h->records, id) : NULL;
}

const struct wl_kept_finding *wl_history_finding_at(const struct wl_history *h, uint64_t id)
{
    return holds(&h->findings, id) ? at(&h->findings, id) : NULL;
}

static uint64_t held_id(const struct queue *q, uint32_t low)
{
    uint64_t id = whole_id(q, low);

    return holds(q, id) ? id : 0;
}

uint64_t wl_history_record(const struct wl_history *h, const struct wl_kept_conn *conn)
{
    return conn->bits & WL_KEPT_RECORD ? held_id(&h->records, conn->last) : 0;
}

uint64_t wl_history_latest(const struct wl_history *h, const struct wl_kept_conn *conn)
{
    const struct wl_kept *record;

    if (!(conn->bits & WL_KEPT_RECORD))
        return held_id(&h->exchanges, conn->last);
    record = wl_history_record_at(h, wl_history_record(h, conn));
    return record ? held_id(&h->exchanges, record->previous) : 0;
}

uint64_t wl_history_before(const struct wl_history *h, uint64_t id)
{
    const struct wl_kept *p = wl_history_exchange_at(h, id);

    return p ? held_id(&h->exchanges, p->previous) : 0;
}

static void set_endpoint(const struct wl_history *h, struct wl_endpoint *e, uint32_t address,
                         uint16_t port, bool v6)
{
    *e = (struct wl_endpoint){.port = port, .family = v6 ? 6 : 4};
    if (!v6) {
        for (unsigned i = 0; i < 4; i++)
            e->ip[i] = (uint8_t)(address >> (24 - 8 * i));
    } else if (address < h->n_addresses) {
        memcpy(e->ip, h->addresses[address], sizeof(e->ip));
    }
}

void wl_history_ref(const struct wl_history *h, const struct wl_kept_conn *conn, uint64_t number,
                    struct wl_conn_ref *ret)
{
    *ret = (struct wl_conn_ref){
        .id = conn->id,
        .number = number,
        .proto = (enum wl_proto)conn->proto,
        .tls = (conn->bits & WL_KEPT_TLS) != 0,
        .midstream = (conn->bits & WL_KEPT_MIDSTREAM) != 0,
        .t_first = conn->t_first,
    };
    set_endpoint(h, &ret->client, conn->client, conn->client_port, conn->bits & WL_KEPT_CLIENT6);
    set_endpoint(h, &ret->server, conn->server, conn->server_port, conn->bits & WL_KEPT_SERVER6);
}

uint64_t wl_history_octets(const struct wl_kept_conn *conn, enum wl_dir dir)
{
    return (uint64_t)conn->octets_high[dir] << 32 | conn->octets[dir];
}

const struct wl_rule *wl_history_rule(const struct wl_history *h, uint16_t rule)
{
    return rule && rule <= h->n_rules ? h->rules[rule - 1] : NULL;
}

const struct wl_shapes *wl_history_shapes(const struct wl_history *h)
{
    return h->shapes;
}

void wl_history_limits(const struct wl_history *h, uint64_t *limits)
{
    limits[WL_LIMIT_max_history] += h->n_full;
    limits[WL_LIMIT_max_history_octets] += h->n_full_octets;
    limits[WL_LIMIT_max_history_connections] += h->n_full_conns;
    limits[WL_LIMIT_memory] += h->n_refused;
}
