/* store.h - how history is laid out: for history.c, history_rows.c and store.c alone.
 * SPDX-License-Identifier: MIT
 *
 * Connections stand in blocks of rows, which go as a whole when there are too many; what is still
 * open in them moves to the elders, a small array before the first block. Exchanges, records and
 * findings stand in queues that drop at the front, and what is packed lies in blocks that go in the
 * same order: an item whose block has gone goes too. Everything is paid from a share of the budget;
 * when it is spent, packed blocks go first (a file can be read again), then rows.
 */
#ifndef WL_STORE_H
#define WL_STORE_H

#include "history.h"
#include "table.h"

enum {
    WL_STORE_ROWS = 4096,           /* connections of one block */
    WL_STORE_PACKED_MOST = 4 << 20, /* octets of one exchange */
    WL_STORE_RULES = 4096,          /* different rules */
    WL_STORE_QUEUE_FIRST = 256,
};

static_assert(sizeof(struct wl_kept_conn) <= 72, "a million connections fit into 72 MB");

/** Rows without holes between first and end - 1; row i stands at i modulo its size. */
struct wl_queue {
    uint8_t *rows;
    size_t row, size; /* size: a power of two */
    uint64_t first, end;
};

struct wl_conn_block {
    uint32_t n_shown;
    struct wl_kept_conn rows[WL_STORE_ROWS];
};

struct wl_elder {
    uint64_t number;
    struct wl_kept_conn row;
};

struct wl_block {
    uint64_t serial;
    size_t size, used; /* without this header */
};

/** Findings kept beside. */
struct wl_aside {
    uint64_t number;
    uint32_t ordinal, n;
    uint8_t *packed;
};

/** An address of IPv6. */
struct wl_kept_address {
    uint8_t ip[16];
    uint32_t uses; /* ends of connections that have it; 0: none, and the entry is free */
    uint32_t next; /* of the free entries, plus one */
};

struct wl_history {
    struct wl_budget *budget;
    struct wl_shapes *shapes;
    struct wl_packer packer;
    size_t share, octets;         /* of the budget: allowed, spent on what stands below */
    struct wl_conn_block **conns; /* block number modulo n_conns; NULL: memory was refused */
    size_t n_conns;
    uint64_t base, n_opened; /* numbers from base on stand in blocks */
    struct wl_elder *elders;
    size_t n_elders, elders_size, elders_max;
    bool unordered; /* ids did not rise with the numbers */
    struct wl_queue exchanges, records, findings, blocks;
    struct wl_queue aside; /* of struct wl_aside */
    struct wl_queue pairs; /* of struct wl_kept_pair */
    size_t aside_octets;
    uint64_t aside_lost; /* of connections below this number */
    uint64_t max_exchanges, max_octets;
    size_t block_octets; /* of all packed blocks, headers included */
    uint64_t n_told, changes;
    uint64_t seed;
    struct wl_table by_address;
    struct wl_kept_address *addresses;
    uint32_t n_addresses, addresses_size;
    uint32_t free_address; /* index plus one; 0: none */
    struct wl_table by_rule;
    const struct wl_rule **rules;
    uint32_t n_rules, rules_size;
    uint64_t n_full, n_full_octets, n_full_conns, n_refused;
};

/* Queues. */

static inline void *wl_queue_at(const struct wl_queue *q, uint64_t id)
{
    return q->rows + (size_t)(id & (q->size - 1)) * q->row;
}

static inline bool wl_queue_holds(const struct wl_queue *q, uint64_t id)
{
    return id >= q->first && id < q->end;
}

/** The id whose low bits are low, at most end - 1; 0 for 0. */
static inline uint64_t wl_queue_whole(const struct wl_queue *q, uint32_t low)
{
    uint64_t latest = q->end - 1;

    return low ? latest - (uint32_t)((uint32_t)latest - low) : 0;
}

/* Memory, of the share. Taking may drop what is oldest: pointers to rows of connections are
 * void. */

WL_MUST_USE void *wl_store_take(struct wl_history *h, size_t n);
void wl_store_give(struct wl_history *h, void *p, size_t n);
/** Moves an array to a larger one; NULL when refused. */
WL_MUST_USE void *wl_store_enlarge(struct wl_history *h, void *p, size_t old_n, size_t n);
/** A row more at the end of a queue, zeroed; NULL when memory is refused. */
WL_MUST_USE void *wl_store_push(struct wl_history *h, struct wl_queue *q);

/** Keeps what was packed as a row of q; NULL when there is no room. */
WL_MUST_USE struct wl_kept *wl_store_keep(struct wl_history *h, struct wl_queue *q,
                                          struct wl_span packed);
/** NULL: it has been dropped. */
struct wl_block *wl_store_block(const struct wl_history *h, uint64_t serial);
/** Drops the oldest packed block with all whose place it is. */
void wl_store_drop_block(struct wl_history *h);
/** Drops findings whose exchange or record has gone. */
void wl_store_drop_findings(struct wl_history *h);
/** Drops the oldest block of connections; those that are open become elders. */
void wl_store_drop_conns(struct wl_history *h);
/** Keeps the findings of an exchange for longer than the exchange. */
void wl_store_aside(struct wl_history *h, uint64_t number, uint32_t ordinal, struct wl_span packed);
void wl_store_drop_aside(struct wl_history *h);
/** Remembers which exchange is the other leg of this one. */
void wl_store_pair(struct wl_history *h, const struct wl_kept_pair *pair);

/* Connections. */

/** An end of a connection has the address no more. */
void wl_store_leave_address(struct wl_history *h, uint32_t address);
/** Nor do both ends of a row, as far as they are of IPv6. */
void wl_store_leave_ends(struct wl_history *h, const struct wl_kept_conn *row);

static inline struct wl_conn_block *wl_store_conns(const struct wl_history *h, uint64_t number)
{
    return h->conns[(size_t)(number / WL_STORE_ROWS % h->n_conns)];
}

/** The first elder whose number is not below number. */
size_t wl_store_elder(const struct wl_history *h, uint64_t number);
/** NULL: it is not held. */
struct wl_kept_conn *wl_store_conn(const struct wl_history *h, uint64_t number);

#endif
