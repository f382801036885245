/* table.h - a hash table of indexes with a seeded hash, and an intrusive list that keeps recency.
 * SPDX-License-Identifier: MIT
 *
 * Keys are chosen by the network, so the hash (XXH3) is seeded from the system's randomness
 * (wl_seed). The table holds indexes into an array of its user, who compares the keys
 * themselves.
 */
#ifndef WL_TABLE_H
#define WL_TABLE_H

#include "mem.h"
#include "wirelint/wirelint.h" /* WL_NOMEM */

/** Open addressing, linear probing, 8 octets per slot: 32 bits of hash, 32 bits of index + 1. */
struct wl_table {
    struct wl_budget *budget;
    uint64_t *slots;
    size_t n_slots; /* a power of two */
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
void wl_table_release(struct wl_table *t);
/**
 * Walks the entries whose 32-bit hash matches: pass *probe = 0 at first; returns the next index, or
 * UINT32_MAX at the end. Here, because every packet asks.
 */
static inline uint32_t wl_table_find(const struct wl_table *t, uint64_t hash, size_t *probe)
{
    const size_t mask = t->n_slots - 1;
    const uint64_t upper = hash >> 32;
    size_t i = *probe;

    while (i <= mask) {
        uint64_t slot = t->slots[(upper + i) & mask];

        i++;
        if (slot == 0)
            break;
        if (slot >> 32 == upper) {
            *probe = i;
            return (uint32_t)slot - 1;
        }
    }
    *probe = t->n_slots; /* a further call ends at once */
    return UINT32_MAX;
}

/** The first of them. There is an empty slot: the table is never full. */
static inline uint32_t wl_table_first(const struct wl_table *t, uint64_t hash)
{
    const size_t mask = t->n_slots - 1;
    const uint64_t upper = hash >> 32;
    size_t i = (size_t)upper & mask;

    while (t->slots[i] != 0 && t->slots[i] >> 32 != upper)
        i = (i + 1) & mask;
    return (uint32_t)t->slots[i] - 1;
}

/** Adds index under hash (no check for equal keys). Returns 0 or WL_NOMEM (also at max). */
WL_MUST_USE int wl_table_add(struct wl_table *t, uint64_t hash, uint32_t index);
/** Removes the entry with this hash and index; false when it is not there. */
bool wl_table_remove(struct wl_table *t, uint64_t hash, uint32_t index);
/** Touches the slot so that a later find does not wait for memory. */
static inline void wl_table_prefetch(const struct wl_table *t, uint64_t hash)
{
    __builtin_prefetch(&t->slots[(size_t)(hash >> 32) & (t->n_slots - 1)]);
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
