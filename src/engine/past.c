/* past.c - what is remembered of exchanges that were told: a bounded table by key.
 * SPDX-License-Identifier: MIT
 *
 * Entries lie in a ring that grows by segments. Once it has its full size, or memory is refused, a
 * new key takes the place of the oldest one: what a long capture has to say about itself concerns
 * what happened lately. Two of 65,536 keys share their 60 bits of hash with a chance of one in five
 * hundred million, and nobody who does not know the seed can make them.
 *
 * Each kind of key has a table of its own: of most kinds there are few, and to find that there is
 * none takes no look at memory that is far away.
 *
 * Nearly every exchange is remembered, so an entry is no larger than it need be: what only concerns
 * redirects lies in an array of its own, which is there once there was a redirect.
 */
#include "past.h"

#include "table.h"

#include <stdalign.h>

/* Where what is remembered of every exchange ends, and where that of redirects does. */
enum {
    COMMON = offsetof(struct wl_past, uri),
    ALL = offsetof(struct wl_past, n_median),
    SEGMENT = 256, /* entries */
};

/* They begin with a cache line, one behind the other. */
struct entry {
    alignas(WL_LINE) uint64_t key;
    uint8_t common[COMMON];
    bool walks; /* the rest stands in the segment's */
};

struct rest {
    uint8_t octets[ALL - COMMON];
};

/* Entries stay where they are: growing copies none of them. */
struct segment {
    struct entry entries[SEGMENT];
    struct rest *rests; /* SEGMENT of them, or NULL */
};

struct wl_pasts {
    struct wl_budget *budget;
    struct wl_table tables[WL_PAST_KINDS];
    struct segment **segments;
    uint32_t n_segments, room; /* of segments */
    uint32_t n, max, oldest;
    uint64_t n_forgotten, n_evicted; /* all of them; those that gave their place to another */
    struct wl_past view;             /* what wl_pasts_get returned */
};

enum { SEGMENTS_FIRST = 16 };

struct wl_pasts *wl_pasts_new(struct wl_budget *budget, uint64_t max)
{
    struct wl_pasts *p = wl_alloc(budget, sizeof(*p));

    if (!p)
        return NULL;
    p->budget = budget;
    p->max = (uint32_t)wl_min_u64(max, UINT32_MAX - 1);
    for (size_t i = 0; i < WL_PAST_KINDS; i++) {
        if (wl_table_init(&p->tables[i], budget, p->max) < 0) {
            wl_pasts_free(p);
            return NULL;
        }
    }
    return p;
}

void wl_pasts_free(struct wl_pasts *p)
{
    if (!p)
        return;
    for (size_t i = 0; i < WL_PAST_KINDS; i++)
        wl_table_release(&p->tables[i]);
    for (uint32_t i = 0; i < p->n_segments; i++) {
        struct segment *s = p->segments[i];

        wl_free(p->budget, s->rests, SEGMENT * sizeof(*s->rests));
        wl_free_lines(p->budget, s, sizeof(*s));
    }
    wl_free(p->budget, p->segments, p->room * sizeof(struct segment *));
    wl_free(p->budget, p, sizeof(*p));
}

static struct entry *entry_at(const struct wl_pasts *p, uint32_t i)
{
    return &p->segments[i / SEGMENT]->entries[i % SEGMENT];
}

static size_t kind_of(uint64_t key)
{
    return (size_t)(key % WL_PAST_KINDS);
}

/* The index of a key; UINT32_MAX: it is not there. */
static uint32_t find(const struct wl_pasts *p, uint64_t key)
{
    size_t probe = 0;
    uint32_t i;

    while ((i = wl_table_find(&p->tables[kind_of(key)], key, &probe)) != UINT32_MAX) {
        if (entry_at(p, i)->key == key)
            break;
    }
    return i;
}

const struct wl_past *wl_pasts_get(struct wl_pasts *p, uint64_t key)
{
    uint32_t i = find(p, key);
    const struct entry *e;

    if (i == UINT32_MAX)
        return NULL;
    e = entry_at(p, i);
    memcpy(&p->view, e->common, COMMON);
    memset((uint8_t *)&p->view + COMMON, 0, sizeof(p->view) - COMMON);
    if (e->walks) {
        memcpy((uint8_t *)&p->view + COMMON, p->segments[i / SEGMENT]->rests[i % SEGMENT].octets,
               ALL - COMMON);
    }
    return &p->view;
}

static bool is_dated(const struct entry *e)
{
    bool dated;

    memcpy(&dated, e->common + offsetof(struct wl_past, dated), sizeof(dated));
    return dated;
}

enum wl_known wl_pasts_known(const struct wl_pasts *p, uint64_t key, uint64_t *ret_until)
{
    uint32_t i = find(p, key);

    if (i == UINT32_MAX)
        return WL_KNOWN_NOT;
    /* they go in the order of their places; until the first one goes, all are there */
    *ret_until = p->n_evicted ? p->n_evicted + 1 + (i + p->n - p->oldest) % p->n : 1;
    return is_dated(entry_at(p, i)) ? WL_KNOWN_DATED : WL_KNOWN;
}

uint64_t wl_pasts_evicted(const struct wl_pasts *p)
{
    return p->n_evicted;
}

void wl_pasts_prefetch(const struct wl_pasts *p, uint64_t key)
{
    wl_table_prefetch(&p->tables[kind_of(key)], key);
}

/* One more segment, if there may be one. */
static bool grow(struct wl_pasts *p)
{
    uint32_t room = p->room ? p->room * 2 : SEGMENTS_FIRST;
    struct segment **moved = p->segments, *s;

    if (p->n_segments == p->room) {
        moved = wl_resize(p->budget, moved, p->room * sizeof(struct segment *),
                          room * sizeof(struct segment *));
        if (!moved)
            return false;
        p->segments = moved;
        p->room = room;
    }
    s = wl_alloc_lines(p->budget, sizeof(*s));
    if (!s)
        return false;
    s->rests = NULL;
    p->segments[p->n_segments++] = s;
    return true;
}

static uint32_t after(const struct wl_pasts *p, uint32_t i)
{
    return i + 1 == p->n ? 0 : i + 1;
}

/* The place of the next entry; UINT32_MAX when there is none at all. */
static uint32_t take_place(struct wl_pasts *p)
{
    uint64_t key, next;
    uint32_t i;

    if (p->oldest == 0 && p->n < p->max && (p->n / SEGMENT < p->n_segments || grow(p)))
        return p->n;
    p->n_forgotten++;
    if (p->n == 0)
        return UINT32_MAX;
    i = p->oldest;
    p->n_evicted++;
    p->oldest = after(p, i);
    /* the next to go, and the one behind it, which will be written over */
    next = entry_at(p, p->oldest)->key;
    wl_table_prefetch(&p->tables[kind_of(next)], next);
    wl_prefetch(entry_at(p, after(p, p->oldest)), sizeof(struct entry));
    key = entry_at(p, i)->key;
    (void)wl_table_remove(&p->tables[kind_of(key)], key, i);
    entry_at(p, i)->key = 0;
    return i;
}

static void write(struct wl_pasts *p, uint32_t i, const struct wl_past *past)
{
    struct segment *s = p->segments[i / SEGMENT];
    struct entry *e = &s->entries[i % SEGMENT];
    bool walks = past->uri || past->n_walk;

    if (walks && !s->rests)
        s->rests = wl_alloc_array(p->budget, SEGMENT, sizeof(*s->rests));
    e->walks = walks && s->rests;
    memcpy(e->common, past, COMMON);
    if (e->walks)
        memcpy(s->rests[i % SEGMENT].octets, (const uint8_t *)past + COMMON, ALL - COMMON);
}

void wl_pasts_put(struct wl_pasts *p, uint64_t key, const struct wl_past *past)
{
    uint32_t i = find(p, key);

    if (i != UINT32_MAX) {
        write(p, i, past);
        return;
    }
    i = take_place(p);
    if (i == UINT32_MAX)
        return;
    entry_at(p, i)->key = key;
    write(p, i, past);
    if (wl_table_add(&p->tables[kind_of(key)], key, i) < 0) {
        entry_at(p, i)->key = 0; /* nobody finds it; its place is taken again in its turn */
        p->n_forgotten++;
    }
    p->n += i == p->n;
}

uint64_t wl_pasts_forgotten(const struct wl_pasts *p)
{
    return p->n_forgotten;
}
