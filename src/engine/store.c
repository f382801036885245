/* store.c - how history is laid out: memory, queues, packed blocks, blocks of connections.
 * SPDX-License-Identifier: MIT
 */
#include "store.h"

enum {
    BLOCK = 256 << 10,     /* octets of one packed block, when there is room for several */
    BLOCK_LEAST = 4 << 10, /* when there is little */
    BLOCKS_LEFT = 4,       /* packed blocks that rows leave alone */
    ASIDE_MAX = 65536,     /* findings kept beside: exchanges that have them */
    PAIRS_MAX = 65536,     /* legs that are known to belong together */
    ASIDE_OCTETS = 8 << 20,
};

/* ---------------------------------------------------------------------------------- memory */

/* Gives up the oldest until n octets more may be taken; false when that cannot be. */
static bool make_room(struct wl_history *h, size_t n)
{
    while (h->octets + n > h->share) {
        if (h->blocks.end - h->blocks.first > BLOCKS_LEFT) {
            wl_store_drop_block(h);
            h->n_full_octets++;
        } else if (h->n_opened - h->base > WL_STORE_ROWS) {
            wl_store_drop_conns(h);
            h->n_full_conns++;
        } else {
            return false;
        }
    }
    return true;
}

void *wl_store_take(struct wl_history *h, size_t n)
{
    void *p = make_room(h, n) ? wl_alloc(h->budget, n) : NULL;

    if (p) {
        h->octets += n;
    } else {
        h->n_refused++;
    }
    return p;
}

void wl_store_give(struct wl_history *h, void *p, size_t n)
{
    if (p)
        h->octets -= n;
    wl_free(h->budget, p, n);
}

/* Moves an array to a larger one; NULL when refused. */
void *wl_store_enlarge(struct wl_history *h, void *p, size_t old_n, size_t n)
{
    void *moved = wl_store_take(h, n);

    if (!moved)
        return NULL;
    if (old_n)
        memcpy(moved, p, old_n);
    wl_store_give(h, p, old_n);
    return moved;
}

/* ---------------------------------------------------------------------------------- queues */

/* A row more at the end, zeroed; NULL when memory is refused. */
void *wl_store_push(struct wl_history *h, struct wl_queue *q)
{
    void *row;

    if (q->end - q->first == q->size) {
        struct wl_queue larger = *q;

        larger.size = q->size ? q->size * 2 : WL_STORE_QUEUE_FIRST;
        larger.rows = wl_store_take(h, larger.size * larger.row);
        if (!larger.rows)
            return NULL;
        /* taking may have dropped rows at the front */
        larger.first = q->first;
        larger.end = q->end;
        for (uint64_t i = q->first; i < q->end; i++)
            memcpy(wl_queue_at(&larger, i), wl_queue_at(q, i), q->row);
        wl_store_give(h, q->rows, q->size * q->row);
        *q = larger;
    }
    row = wl_queue_at(q, q->end++);
    memset(row, 0, q->row);
    return row;
}

/* ---------------------------------------------------------------------------- packed blocks */

struct wl_block *wl_store_block(const struct wl_history *h, uint64_t serial)
{
    struct wl_block **row = wl_queue_at(&h->blocks, serial);

    return wl_queue_holds(&h->blocks, serial) ? *row : NULL;
}

/* Findings whose exchange or record has gone. */
void wl_store_drop_findings(struct wl_history *h)
{
    while (h->findings.first < h->findings.end) {
        const struct wl_kept_finding *f = wl_queue_at(&h->findings, h->findings.first);

        if (wl_queue_holds(f->on_record ? &h->records : &h->exchanges, f->of))
            return;
        h->findings.first++;
    }
}

static void drop_items(struct wl_queue *q, uint64_t serial)
{
    while (q->first < q->end) {
        const struct wl_kept *p = wl_queue_at(q, q->first);

        if (p->block > serial)
            return;
        q->first++;
    }
}

void wl_store_drop_block(struct wl_history *h)
{
    struct wl_block *b = wl_store_block(h, h->blocks.first);

    drop_items(&h->exchanges, h->blocks.first);
    drop_items(&h->records, h->blocks.first);
    wl_store_drop_findings(h);
    h->blocks.first++;
    h->block_octets -= sizeof(*b) + b->size;
    wl_store_give(h, b, sizeof(*b) + b->size);
}

/* The newest block with room for n octets. */
static struct wl_block *block_for(struct wl_history *h, size_t n)
{
    struct wl_block *b = h->blocks.end > h->blocks.first ? wl_store_block(h, h->blocks.end - 1)
                                                         : NULL;
    size_t size = (size_t)wl_min_u64(wl_max_u64(h->max_octets / 8, BLOCK_LEAST), BLOCK);
    struct wl_block **row;

    if (b && b->size - b->used >= n)
        return b;
    if (size < n)
        size = n;
    if (sizeof(*b) + size > h->max_octets) /* others would give way in vain */
        return NULL;
    while (h->blocks.end > h->blocks.first && h->block_octets + sizeof(*b) + size > h->max_octets) {
        wl_store_drop_block(h);
        h->n_full_octets++;
    }
    b = wl_store_take(h, sizeof(*b) + size);
    if (!b)
        return NULL;
    row = wl_store_push(h, &h->blocks);
    if (!row) {
        wl_store_give(h, b, sizeof(*b) + size);
        return NULL;
    }
    *row = b;
    b->serial = h->blocks.end - 1;
    b->size = size;
    h->block_octets += sizeof(*b) + size;
    return b;
}

/* Keeps what was packed; NULL when there is no room. */
struct wl_kept *wl_store_keep(struct wl_history *h, struct wl_queue *q, struct wl_span packed)
{
    struct wl_block *b = packed.n ? block_for(h, packed.n) : NULL;
    uint64_t serial = b ? b->serial : 0;
    struct wl_kept *p = b ? wl_store_push(h, q) : NULL;

    if (!p)
        return NULL;
    if (!wl_queue_holds(&h->blocks, serial)) { /* pushing has dropped it */
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

/* ------------------------------------------------------------------------------ connections */

/* The first elder whose number is not below number. */
size_t wl_store_elder(const struct wl_history *h, uint64_t number)
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

struct wl_kept_conn *wl_store_conn(const struct wl_history *h, uint64_t number)
{
    struct wl_conn_block *block;
    size_t elder;

    if (number >= h->n_opened)
        return NULL;
    if (number >= h->base) {
        block = wl_store_conns(h, number);
        return block ? &block->rows[number % WL_STORE_ROWS] : NULL;
    }
    elder = wl_store_elder(h, number);
    return elder < h->n_elders && h->elders[elder].number == number ? &h->elders[elder].row : NULL;
}

void wl_store_leave_address(struct wl_history *h, uint32_t address)
{
    struct wl_kept_address *a = address < h->n_addresses ? &h->addresses[address] : NULL;

    if (!a || --a->uses)
        return;
    (void)wl_table_remove(&h->by_address, wl_hash(a->ip, sizeof(a->ip), h->seed), address);
    a->next = h->free_address;
    h->free_address = address + 1;
}

void wl_store_leave_ends(struct wl_history *h, const struct wl_kept_conn *row)
{
    if (row->bits & WL_KEPT_CLIENT6)
        wl_store_leave_address(h, row->client);
    if (row->bits & WL_KEPT_SERVER6)
        wl_store_leave_address(h, row->server);
}

/* Elders that are over go, now that their time has come. */
static void retire_elders(struct wl_history *h)
{
    size_t kept = 0;

    for (size_t i = 0; i < h->n_elders; i++) {
        if (h->elders[i].row.bits & WL_KEPT_OPEN) {
            h->elders[kept++] = h->elders[i];
        } else {
            wl_store_leave_ends(h, &h->elders[i].row);
        }
    }
    h->n_elders = kept;
}

static void add_elder(struct wl_history *h, uint64_t number, const struct wl_kept_conn *row)
{
    if (h->n_elders == h->elders_size) {
        size_t larger = wl_min_size(h->elders_size ? h->elders_size * 2 : 64, h->elders_max);
        struct wl_elder *moved = NULL;

        /* not by wl_store_take(), which is what drops this very block */
        if (larger > h->elders_size) {
            moved = wl_resize(h->budget, h->elders, h->elders_size * sizeof(*moved),
                              larger * sizeof(*moved));
        }
        if (!moved) {
            h->n_refused++;
            wl_store_leave_ends(h, row);
            return;
        }
        h->octets += (larger - h->elders_size) * sizeof(*moved);
        h->elders = moved;
        h->elders_size = larger;
    }
    h->elders[h->n_elders++] = (struct wl_elder){number, *row};
}

void wl_store_drop_conns(struct wl_history *h)
{
    struct wl_conn_block *block = wl_store_conns(h, h->base);

    retire_elders(h);
    for (size_t i = 0; block && i < WL_STORE_ROWS; i++) {
        if (block->rows[i].bits & WL_KEPT_OPEN) {
            add_elder(h, h->base + i, &block->rows[i]);
        } else {
            wl_store_leave_ends(h, &block->rows[i]);
        }
    }
    wl_store_give(h, block, sizeof(*block));
    h->conns[(size_t)(h->base / WL_STORE_ROWS % h->n_conns)] = NULL;
    h->base += WL_STORE_ROWS;
    h->changes++;
}

/* ---------------------------------------------------------------------- what is kept beside */

void wl_store_drop_aside(struct wl_history *h)
{
    struct wl_aside *oldest = wl_queue_at(&h->aside, h->aside.first);

    h->aside.first++;
    h->aside_octets -= oldest->n;
    h->aside_lost = wl_max_u64(h->aside_lost, oldest->number + 1);
    wl_store_give(h, oldest->packed, oldest->n);
}

void wl_store_aside(struct wl_history *h, uint64_t number, uint32_t ordinal, struct wl_span packed)
{
    struct wl_aside *row;
    uint8_t *copy;

    while (h->aside.first < h->aside.end && (h->aside.end - h->aside.first >= ASIDE_MAX ||
                                             h->aside_octets + packed.n > ASIDE_OCTETS))
        wl_store_drop_aside(h);
    copy = packed.n ? wl_store_take(h, packed.n) : NULL;
    row = copy ? wl_store_push(h, &h->aside) : NULL;
    if (!row) {
        wl_store_give(h, copy, packed.n);
        h->aside_lost = wl_max_u64(h->aside_lost, number + 1);
        return;
    }
    memcpy(copy, packed.p, packed.n);
    h->aside_octets += packed.n;
    *row = (struct wl_aside){number, ordinal, (uint32_t)packed.n, copy};
}

void wl_store_pair(struct wl_history *h, const struct wl_kept_pair *pair)
{
    struct wl_kept_pair *row;

    if (h->pairs.end - h->pairs.first >= PAIRS_MAX)
        h->pairs.first++;
    row = wl_store_push(h, &h->pairs);
    if (row)
        *row = *pair;
}
