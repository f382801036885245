/* table.h - a hash table of indexes with a seeded hash, and an intrusive list that keeps recency.
 * SPDX-License-Identifier: MIT
 *
 * Keys are chosen by the network, so the hash (XXH3) is seeded from the system's randomness
 * (wl_seed). The table holds indexes into an array of its user, who compares the keys
 * themselves.
 */
#ifndef WL_TABLE_H
#define WL_TABLE_H

#include "lanes.h"
#include "mem.h"
#include "wirelint/wirelint.h" /* WL_NOMEM */

enum { WL_TABLE_ROW = 8 }; /* slots */

/** Eight slots in a cache line, taken from the front. One comparison looks at all of them: which one it
 * will be, and after how many, is what no processor can foretell. */
struct wl_table_row {
    uint32_t hash[WL_TABLE_ROW];  /* the upper half of the hash */
    uint32_t index[WL_TABLE_ROW]; /* + 1; 0: free, and so is what follows */
};

/** Open addressing, linear probing by rows: what has no place in its row is in the next ones. */
struct wl_table {
    struct wl_budget *budget;
    struct wl_table_row *rows;
    size_t n_rows; /* a power of two */
    size_t n_used, max;
};

/** 2^64 divided by the golden ratio: odd, and without a pattern. Products with it are well mixed in
 * their upper bits (Fibonacci hashing). No seed makes them secret: for where keys that clash cost
 * little. */
#define WL_MIXER UINT64_C(0x9e3779b97f4a7c15)

/** A random seed for one table or engine (getrandom; falls back to addresses and time). */
uint64_t wl_seed(void);
/** XXH3 with a seed. */
uint64_t wl_hash(const void *p, size_t n, uint64_t seed);
/** The same of two numbers, without asking how many octets there are. */
uint64_t wl_hash_pair(uint64_t a, uint64_t b, uint64_t seed);

/** Room for at most max entries; grows by doubling. Returns 0 or WL_NOMEM. */
WL_MUST_USE int wl_table_init(struct wl_table *t, struct wl_budget *b, size_t max);
/** A table of zeros, which has not been initialised, is fine. */
void wl_table_release(struct wl_table *t);
/** The row in which an entry is looked for first. */
static inline size_t wl_table_home(const struct wl_table *t, uint64_t hash)
{
    return (size_t)(hash >> 32) & (t->n_rows - 1);
}
/** One bit for each slot of a row with this upper half of a hash. A free one is among them when that is
 * 0, behind all others: its index + 1 says that there is no entry. */
static inline unsigned wl_table_equal(const struct wl_table_row *row, uint64_t upper)
{
    return wl_lanes_equal_words(row->hash, (uint32_t)upper);
}
/** Have entries of this row been put into the next ones? */
static inline bool wl_table_is_full(const struct wl_table_row *row)
{
    return row->index[WL_TABLE_ROW - 1] != 0;
}
/**
 * Walks the entries whose 32-bit hash matches: pass *probe = 0 at first; returns the next index, or
 * UINT32_MAX at the end. Here, because every packet asks.
 */
static inline uint32_t wl_table_find(const struct wl_table *t, uint64_t hash, size_t *probe)
{
    size_t home = wl_table_home(t, hash), i = *probe / WL_TABLE_ROW;
    unsigned passed = (1U << *probe % WL_TABLE_ROW) - 1;

    for (; i < t->n_rows; i++, passed = 0) {
        const struct wl_table_row *row = &t->rows[(home + i) & (t->n_rows - 1)];
        unsigned equal = wl_table_equal(row, hash >> 32) & ~passed;

        if (equal) {
            unsigned slot = (unsigned)__builtin_ctz(equal);

            *probe = i * WL_TABLE_ROW + slot + 1;
            return row->index[slot] - 1;
        }
        if (!wl_table_is_full(row))
            break;
    }
    *probe = t->n_rows * WL_TABLE_ROW; /* a further call ends at once */
    return UINT32_MAX;
}

/** The first of them. There is an empty slot: the table is never full. */
static inline uint32_t wl_table_first(const struct wl_table *t, uint64_t hash)
{
    size_t i = wl_table_home(t, hash);
    unsigned equal;

    while (!(equal = wl_table_equal(&t->rows[i], hash >> 32))) {
        if (!wl_table_is_full(&t->rows[i]))
            return UINT32_MAX;
        i = (i + 1) & (t->n_rows - 1);
    }
    return t->rows[i].index[__builtin_ctz(equal)] - 1;
}

/** Adds index under hash (no check for equal keys). Returns 0 or WL_NOMEM (also at max). */
WL_MUST_USE int wl_table_add(struct wl_table *t, uint64_t hash, uint32_t index);
/** Removes the entry with this hash and index; false when it is not there. */
bool wl_table_remove(struct wl_table *t, uint64_t hash, uint32_t index);
/** Touches the row so that a later find does not wait for memory. */
static inline void wl_table_prefetch(const struct wl_table *t, uint64_t hash)
{
    __builtin_prefetch(&t->rows[wl_table_home(t, hash)]);
}

/* ----------------------------------------------------------------------------------- list */

/** A doubly linked list of things that embed a link; the head is a link too. */
struct wl_link {
    struct wl_link *next, *prev;
};

static inline void wl_list_init(struct wl_link *head)
{
    head->next = head->prev = head;
}

static inline bool wl_list_empty(const struct wl_link *head)
{
    return head->next == head;
}

static inline void wl_list_remove(struct wl_link *l)
{
    l->prev->next = l->next;
    l->next->prev = l->prev;
    l->next = l->prev = l;
}

/** Puts l last (the most recent). */
static inline void wl_list_append(struct wl_link *head, struct wl_link *l)
{
    l->prev = head->prev;
    l->next = head;
    head->prev->next = l;
    head->prev = l;
}

/* NOLINTBEGIN(bugprone-macro-parentheses): l and tmp are declared here */
#define wl_list_each(l, head) for (struct wl_link *l = (head)->next; l != (head); l = l->next)
#define wl_list_each_safe(l, tmp, head) \
    for (struct wl_link *l = (head)->next, *tmp = l->next; l != (head); l = tmp, tmp = l->next)
/* NOLINTEND(bugprone-macro-parentheses) */

#endif
