/* past.c - what is remembered of exchanges that were told: a bounded table by key.
 * SPDX-License-Identifier: MIT
 *
 * Entries lie in a ring that grows by doubling. Once it has its full size, or memory is refused, a
 * new key takes the place of the oldest one: what a long capture has to say about itself concerns
 * what happened lately. Two of 65,536 keys share a hash with a chance below one in a thousand
 * million, and nobody who does not know the seed can make them.
 */
#include "past.h"

#include "table.h"

struct entry {
    uint64_t key;
    struct wl_past past;
};

struct wl_pasts {
    struct wl_budget *budget;
    struct wl_table table;
    struct entry *entries;
    uint32_t n, size, max, oldest;
    uint64_t n_forgotten;
};

enum { ENTRIES_FIRST = 16 };

struct wl_pasts *wl_pasts_new(struct wl_budget *budget, uint64_t max)
{
    struct wl_pasts *p = wl_alloc(budget, sizeof(*p));

    if (!p)
        return NULL;
    p->budget = budget;
    p->max = (uint32_t)wl_min_u64(max, UINT32_MAX - 1);
    if (wl_table_init(&p->table, budget, p->max) < 0) {
        wl_free(budget, p, sizeof(*p));
        return NULL;
    }
    return p;
}

void wl_pasts_free(struct wl_pasts *p)
{
    if (!p)
        return;
    wl_table_release(&p->table);
    wl_free(p->budget, p->entries, p->size * sizeof(*p->entries));
    wl_free(p->budget, p, sizeof(*p));
}

static struct entry *find(const struct wl_pasts *p, uint64_t key)
{
    size_t probe = 0;

    for (uint32_t i; (i = wl_table_find(&p->table, key, &probe)) != UINT32_MAX;) {
        if (p->entries[i].key == key)
            return &p->entries[i];
    }
    return NULL;
}

const struct wl_past *wl_pasts_get(const struct wl_pasts *p, uint64_t key)
{
    const struct entry *e = find(p, key);

    return e ? &e->past : NULL;
}

/* Room for one more entry, if there may be one. */
static bool grow(struct wl_pasts *p)
{
    uint64_t larger = wl_min_u64(wl_max_u64((uint64_t)p->size * 2, ENTRIES_FIRST), p->max);
    struct entry *moved;

    if (p->n < p->size)
        return true;
    if (larger <= p->size)
        return false;
    moved = wl_resize(p->budget, p->entries, p->size * sizeof(*moved),
                      (size_t)larger * sizeof(*moved));
    if (!moved)
        return false;
    p->entries = moved;
    p->size = (uint32_t)larger;
    return true;
}

/* The place of the next entry; UINT32_MAX when there is none at all. */
static uint32_t take_place(struct wl_pasts *p)
{
    uint32_t i;

    if (p->oldest == 0 && grow(p))
        return p->n;
    p->n_forgotten++;
    if (p->n == 0)
        return UINT32_MAX;
    i = p->oldest;
    p->oldest = (i + 1) % p->n;
    (void)wl_table_remove(&p->table, p->entries[i].key, i);
    p->entries[i].key = 0;
    return i;
}

void wl_pasts_put(struct wl_pasts *p, uint64_t key, const struct wl_past *past)
{
    struct entry *e = find(p, key);
    uint32_t i;

    if (e) {
        e->past = *past;
        return;
    }
    i = take_place(p);
    if (i == UINT32_MAX)
        return;
    p->entries[i] = (struct entry){key, *past};
    if (wl_table_add(&p->table, key, i) < 0) {
        p->entries[i].key = 0; /* nobody finds it; its place is taken again in its turn */
        p->n_forgotten++;
    }
    p->n += i == p->n;
}

uint64_t wl_pasts_forgotten(const struct wl_pasts *p)
{
    return p->n_forgotten;
}
