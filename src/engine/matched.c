/* matched.c - which exchanges of open connections the filter has let through.
 * SPDX-License-Identifier: MIT
 *
 * A table by connection id; entries that were taken out are chained for reuse. Exists only when
 * there is a filter.
 */
#include "matched.h"

#include "table.h"

struct entry {
    uint64_t conn;
    struct wl_matched_window window; /* free entries: latest is the next free one plus one */
};

struct wl_matched {
    struct wl_budget *budget;
    struct wl_table table;
    struct entry *entries;
    uint32_t n, size, max, free_entry; /* index plus one; 0: none */
    uint64_t seed;
};

enum { ENTRIES_FIRST = 64, WINDOW = 64 };

struct wl_matched *wl_matched_new(struct wl_budget *budget, uint64_t max)
{
    struct wl_matched *m = wl_alloc(budget, sizeof(*m));

    if (!m)
        return NULL;
    m->budget = budget;
    m->max = (uint32_t)wl_min_u64(max, UINT32_MAX - 1);
    m->seed = wl_seed();
    if (wl_table_init(&m->table, budget, m->max) < 0) {
        wl_free(budget, m, sizeof(*m));
        return NULL;
    }
    return m;
}

static struct entry *find(const struct wl_matched *m, uint64_t conn, uint64_t hash)
{
    size_t probe = 0;

    for (uint32_t i; (i = wl_table_find(&m->table, hash, &probe)) != UINT32_MAX;) {
        if (m->entries[i].conn == conn)
            return &m->entries[i];
    }
    return NULL;
}

static void give_back(struct wl_matched *m, uint32_t i)
{
    m->entries[i] = (struct entry){.window.latest = m->free_entry};
    m->free_entry = i + 1;
}

/* An unused entry, or UINT32_MAX. */
static uint32_t take_entry(struct wl_matched *m)
{
    uint64_t larger = wl_min_u64(wl_max_u64((uint64_t)m->size * 2, ENTRIES_FIRST), m->max);
    uint32_t i = m->free_entry;
    struct entry *moved;

    if (i) {
        m->free_entry = m->entries[i - 1].window.latest;
        return i - 1;
    }
    if (m->n < m->size)
        return m->n++;
    if (larger <= m->size)
        return UINT32_MAX;
    moved = wl_resize(m->budget, m->entries, m->size * sizeof(*moved),
                      (size_t)larger * sizeof(*moved));
    if (!moved)
        return UINT32_MAX;
    m->entries = moved;
    m->size = (uint32_t)larger;
    return m->n++;
}

static struct entry *add(struct wl_matched *m, uint64_t conn, uint64_t hash)
{
    uint32_t i = take_entry(m);

    if (i == UINT32_MAX)
        return NULL;
    m->entries[i] = (struct entry){.conn = conn};
    if (wl_table_add(&m->table, hash, i) < 0) {
        give_back(m, i);
        return NULL;
    }
    return &m->entries[i];
}

void wl_matched_note(struct wl_matched *m, uint64_t conn, uint32_t ordinal, bool passes)
{
    uint64_t hash = wl_hash(&conn, sizeof(conn), m->seed);
    struct entry *e = find(m, conn, hash);
    struct wl_matched_window *w;

    if (!e)
        e = add(m, conn, hash);
    if (!e)
        return;
    w = &e->window;
    w->passed = w->passed || passes;
    if (ordinal > w->latest) {
        uint32_t step = ordinal - w->latest;

        w->bits = step < WINDOW ? w->bits << step : 0;
        w->latest = ordinal;
    }
    if (w->latest - ordinal < WINDOW)
        w->bits |= UINT64_C(1) << (w->latest - ordinal);
}

bool wl_matched_take(struct wl_matched *m, uint64_t conn, struct wl_matched_window *ret)
{
    uint64_t hash = wl_hash(&conn, sizeof(conn), m->seed);
    struct entry *e = find(m, conn, hash);

    *ret = (struct wl_matched_window){.latest = 0};
    if (!e)
        return false;
    *ret = e->window;
    (void)wl_table_remove(&m->table, hash, (uint32_t)(e - m->entries));
    give_back(m, (uint32_t)(e - m->entries));
    return true;
}

bool wl_matched_has(const struct wl_matched_window *w, uint32_t ordinal)
{
    return ordinal <= w->latest && w->latest - ordinal < WINDOW &&
           (w->bits >> (w->latest - ordinal) & 1);
}

void wl_matched_free(struct wl_matched *m)
{
    if (!m)
        return;
    wl_table_release(&m->table);
    wl_free(m->budget, m->entries, m->size * sizeof(*m->entries));
    wl_free(m->budget, m, sizeof(*m));
}
