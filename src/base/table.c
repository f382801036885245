/* table.c - a hash table of indexes with a seeded hash.
 * SPDX-License-Identifier: MIT
 *
 * Open addressing with linear probing. A slot is 8 octets: the upper half of the hash, and the
 * index plus one, so that a whole cache line answers eight probes. Removal shifts the following
 * entries back instead of leaving tombstones: a table that lives for weeks does not silt up.
 */
#include "table.h"

#define XXH_INLINE_ALL
#define XXH_NO_STDLIB
#include <sys/random.h>
#include <xxhash.h>

enum { FIRST_ROWS = 8 };

uint64_t wl_seed(void)
{
    uint64_t seed = 0;
    struct timespec now = {0};

    if (getrandom(&seed, sizeof(seed), 0) == (ssize_t)sizeof(seed))
        return seed;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_nsec << 32 ^ (uint64_t)now.tv_sec ^ (uint64_t)(uintptr_t)&seed;
}

uint64_t wl_hash(const void *p, size_t n, uint64_t seed)
{
    return XXH3_64bits_withSeed(p, n, seed);
}

uint64_t wl_hash_pair(uint64_t a, uint64_t b, uint64_t seed)
{
    const uint64_t pair[2] = {a, b};

    return XXH3_64bits_withSeed(pair, sizeof(pair), seed);
}

static size_t octets_of(size_t n_rows)
{
    return n_rows * sizeof(struct wl_table_row);
}

/* Rows without entries. */
static struct wl_table_row *make_rows(struct wl_budget *b, size_t n)
{
    struct wl_table_row *rows = n <= SIZE_MAX / sizeof(*rows) ? wl_alloc_lines(b, octets_of(n))
                                                              : NULL;

    if (rows)
        memset(rows, 0, octets_of(n));
    return rows;
}

int wl_table_init(struct wl_table *t, struct wl_budget *b, size_t max)
{
    *t = (struct wl_table){.budget = b, .n_rows = FIRST_ROWS, .max = max};
    t->rows = make_rows(b, t->n_rows);
    return t->rows ? 0 : WL_NOMEM;
}

void wl_table_release(struct wl_table *t)
{
    wl_free_lines(t->budget, t->rows, octets_of(t->n_rows));
    t->rows = NULL;
    t->n_rows = t->n_used = 0;
}

/* Slots of a row that are taken. */
static unsigned count_row(const struct wl_table_row *row)
{
    unsigned free = wl_lanes_equal_words(row->index, 0);

    return free ? (unsigned)__builtin_ctz(free) : WL_TABLE_ROW;
}

static struct wl_table_row *next_row(const struct wl_table *t, struct wl_table_row *row)
{
    return row + 1 < t->rows + t->n_rows ? row + 1 : t->rows;
}

static void place(struct wl_table *t, uint32_t upper, uint32_t index)
{
    struct wl_table_row *row = &t->rows[wl_table_home(t, (uint64_t)upper << 32)];
    unsigned slot;

    while (wl_table_is_full(row))
        row = next_row(t, row);
    slot = count_row(row);
    row->hash[slot] = upper;
    row->index[slot] = index;
}

static int grow(struct wl_table *t)
{
    struct wl_table old = *t;
    struct wl_table_row *rows = make_rows(t->budget, old.n_rows * 2);

    if (!rows)
        return WL_NOMEM;
    t->rows = rows;
    t->n_rows = old.n_rows * 2;
    for (size_t i = 0; i < old.n_rows; i++) {
        const struct wl_table_row *row = &old.rows[i];

        for (unsigned k = 0; k < WL_TABLE_ROW && row->index[k]; k++)
            place(t, row->hash[k], row->index[k]);
    }
    wl_table_release(&old);
    return 0;
}

int wl_table_add(struct wl_table *t, uint64_t hash, uint32_t index)
{
    WL_ASSERT(index < UINT32_MAX);
    if (t->n_used >= t->max)
        return WL_NOMEM;
    /* at most three quarters full; when memory is refused, go on as long as one slot stays empty */
    if (t->n_used + 1 > t->n_rows * WL_TABLE_ROW / 4 * 3 && grow(t) < 0 &&
        t->n_used + 1 >= t->n_rows * WL_TABLE_ROW)
        return WL_NOMEM;
    place(t, (uint32_t)(hash >> 32), index + 1);
    t->n_used++;
    return 0;
}

/* Takes the entry in a slot of a row out; the last one of the row takes its place. */
static void take_out(struct wl_table_row *row, unsigned slot)
{
    unsigned last = count_row(row) - 1;

    row->hash[slot] = row->hash[last];
    row->index[slot] = row->index[last];
    row->hash[last] = row->index[last] = 0;
}

/* The slot of an entry of row that is there since the row with the hole was full, or one before
 * that; WL_TABLE_ROW: there is none. */
static unsigned find_strayed(const struct wl_table *t, const struct wl_table_row *row,
                             const struct wl_table_row *hole)
{
    const size_t mask = t->n_rows - 1, to = (size_t)(hole - t->rows);
    const size_t at = (size_t)(row - t->rows);
    unsigned slot = 0;

    /* its home does not lie between the two */
    while (slot < WL_TABLE_ROW && row->index[slot] &&
           ((at - row->hash[slot]) & mask) < ((at - to) & mask))
        slot++;
    return slot < WL_TABLE_ROW && row->index[slot] ? slot : WL_TABLE_ROW;
}

/* Row was full, and is no longer: what had no place in it must not be looked for in vain. */
static void fill(struct wl_table *t, struct wl_table_row *row)
{
    struct wl_table_row *from = row;
    bool full = true;

    while (full) {
        unsigned slot;

        from = next_row(t, from);
        full = wl_table_is_full(from);
        slot = find_strayed(t, from, row);
        if (slot < WL_TABLE_ROW) {
            row->hash[WL_TABLE_ROW - 1] = from->hash[slot];
            row->index[WL_TABLE_ROW - 1] = from->index[slot];
            take_out(from, slot);
            row = from;
        }
    }
}

bool wl_table_remove(struct wl_table *t, uint64_t hash, uint32_t index)
{
    struct wl_table_row *row = &t->rows[wl_table_home(t, hash)];
    unsigned found;
    bool full;

    while (
        !(found = wl_lanes_equal_words(row->index, index + 1) & wl_table_equal(row, hash >> 32))) {
        if (!wl_table_is_full(row))
            return false;
        row = next_row(t, row);
    }
    full = wl_table_is_full(row);
    take_out(row, (unsigned)__builtin_ctz(found));
    if (full)
        fill(t, row);
    t->n_used--;
    return true;
}
