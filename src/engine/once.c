/* once.c - what is told once, and was: findings of rules with once_per_target.
 * SPDX-License-Identifier: MIT
 */
#include "once.h"

enum { TOLD_FIRST = 64 };

int wl_once_init(struct wl_once *o, struct wl_budget *budget, uint32_t max)
{
    *o = (struct wl_once){.budget = budget, .max = max};
    return wl_table_init(&o->table, budget, max);
}

void wl_once_release(struct wl_once *o)
{
    wl_table_release(&o->table);
    wl_free(o->budget, o->told, o->size * sizeof(*o->told));
}

static bool was_told(const struct wl_once *o, uint64_t hash)
{
    size_t probe = 0;

    for (uint32_t i; (i = wl_table_find(&o->table, hash, &probe)) != UINT32_MAX;) {
        if (o->told[i] == hash)
            return true;
    }
    return false;
}

static bool make_room(struct wl_once *o)
{
    uint64_t larger = wl_min_u64(wl_max_u64((uint64_t)o->size * 2, TOLD_FIRST), o->max);
    uint64_t *moved;

    if (o->n_told < o->size)
        return true;
    if (larger <= o->size)
        return false;
    moved = wl_resize(o->budget, o->told, o->size * sizeof(*moved),
                      (size_t)larger * sizeof(*moved));
    if (!moved)
        return false;
    o->told = moved;
    o->size = (uint32_t)larger;
    return true;
}

bool wl_once_tell(struct wl_once *o, uint64_t hash)
{
    if (was_told(o, hash))
        return false;
    if (make_room(o) && wl_table_add(&o->table, hash, o->n_told) == 0) {
        o->told[o->n_told++] = hash;
    } else {
        o->n_full++;
    }
    return true;
}

void wl_once_take_back(struct wl_once *o, uint32_t n)
{
    while (o->n_told > n) {
        o->n_told--;
        (void)wl_table_remove(&o->table, o->told[o->n_told], o->n_told);
    }
}
