/* bygone.c - connections that are over, and keep their numbers.
 * SPDX-License-Identifier: MIT
 *
 * Entries lie in blocks that never move, are found by hash, and hang in a list of their partition in
 * the order of their last packets, from which the stalest goes when room is needed. There is nothing
 * of the connection itself: what a report says of it was said when it ended.
 */
#include "bygone.h"

/* The lowest bits of a check, which tell something else */
#define KNOWN     ((uint64_t)3)
#define PARTITION ((uint64_t)(WL_PARTITIONS - 1) << 2)

static struct wl_bygone_entry *at(const struct wl_bygone *p, uint32_t i)
{
    return &p->blocks[i / WL_BYGONE_BLOCK][i % WL_BYGONE_BLOCK];
}

static struct wl_bygone_recency *list_of(struct wl_bygone *p, const struct wl_bygone_entry *e)
{
    return &p->of[(e->check & PARTITION) >> 2];
}

int wl_bygone_init(struct wl_bygone *p, struct wl_budget *b, size_t max)
{
    *p = (struct wl_bygone){.budget = b, .free = WL_BYGONE_NOBODY, .since = WL_LATEST};
    for (uint32_t i = 0; i < WL_PARTITIONS; i++)
        p->of[i] = (struct wl_bygone_recency){WL_BYGONE_NOBODY, WL_BYGONE_NOBODY, 0};
    return wl_table_init(&p->table, b, max);
}

void wl_bygone_release(struct wl_bygone *p)
{
    for (uint32_t i = 0; i < p->n_blocks; i++)
        wl_free(p->budget, p->blocks[i], WL_BYGONE_BLOCK * sizeof(struct wl_bygone_entry));
    wl_free(p->budget, p->blocks, p->block_capacity * sizeof(struct wl_bygone_entry *));
    wl_table_release(&p->table);
}

static bool add_block(struct wl_bygone *p)
{
    struct wl_bygone_entry *block;

    if (p->n_blocks == p->block_capacity) {
        uint32_t capacity = p->block_capacity ? p->block_capacity * 2 : 4;
        struct wl_bygone_entry **blocks = wl_resize(
            p->budget, p->blocks, p->block_capacity * sizeof(struct wl_bygone_entry *),
            capacity * sizeof(struct wl_bygone_entry *));

        if (!blocks)
            return false;
        p->blocks = blocks;
        p->block_capacity = capacity;
    }
    block = wl_alloc(p->budget, WL_BYGONE_BLOCK * sizeof(*block));
    if (!block)
        return false;
    p->blocks[p->n_blocks] = block;
    for (uint32_t i = WL_BYGONE_BLOCK; i-- > 0;) {
        block[i].newer = p->free;
        p->free = p->n_blocks * WL_BYGONE_BLOCK + i;
    }
    p->n_blocks++;
    return true;
}

/* A list begins with another one than before. */
static void note_oldest(struct wl_bygone *p, const struct wl_bygone_recency *list)
{
    if (list->oldest != WL_BYGONE_NOBODY && at(p, list->oldest)->t_last < p->since)
        p->since = at(p, list->oldest)->t_last;
}

static void unlink_entry(struct wl_bygone *p, uint32_t i)
{
    const struct wl_bygone_entry *e = at(p, i);
    struct wl_bygone_recency *list = list_of(p, e);

    *(e->newer == WL_BYGONE_NOBODY ? &list->newest : &at(p, e->newer)->older) = e->older;
    if (e->older != WL_BYGONE_NOBODY) {
        at(p, e->older)->newer = e->newer;
        return;
    }
    list->oldest = e->newer;
    note_oldest(p, list);
}

static void link_newest(struct wl_bygone *p, uint32_t i)
{
    struct wl_bygone_entry *e = at(p, i);
    struct wl_bygone_recency *list = list_of(p, e);

    e->newer = WL_BYGONE_NOBODY;
    e->older = list->newest;
    if (list->newest == WL_BYGONE_NOBODY) {
        list->oldest = i;
        note_oldest(p, list);
    } else {
        at(p, list->newest)->newer = i;
    }
    list->newest = i;
}

uint32_t wl_bygone_find(const struct wl_bygone *p, const struct wl_bygone_key *key)
{
    size_t probe = 0;
    uint32_t i;

    while ((i = wl_table_find(&p->table, key->hash, &probe)) != WL_BYGONE_NOBODY) {
        const struct wl_bygone_entry *e = at(p, i);

        if (e->hash == key->hash && ((e->check ^ key->check) & ~(KNOWN | PARTITION)) == 0)
            break;
    }
    return i;
}

bool wl_bygone_add(struct wl_bygone *p, const struct wl_bygone_key *key, uint32_t partition,
                   const uint32_t base[2], unsigned known, wl_ns t_last)
{
    uint32_t i;

    if ((p->free == WL_BYGONE_NOBODY && !add_block(p)) ||
        wl_table_add(&p->table, key->hash, p->free) < 0)
        return false;
    i = p->free;
    p->free = at(p, i)->newer;
    *at(p, i) = (struct wl_bygone_entry){
        .hash = key->hash,
        .check = (key->check & ~(KNOWN | PARTITION)) | (uint64_t)partition << 2 | (known & KNOWN),
        .base = {base[0], base[1]},
        .t_last = t_last,
    };
    link_newest(p, i);
    p->of[partition].n++;
    p->n++;
    return true;
}

bool wl_bygone_base(const struct wl_bygone *p, uint32_t i, unsigned d, uint32_t *ret)
{
    *ret = at(p, i)->base[d];
    return at(p, i)->check >> d & 1;
}

void wl_bygone_learn(struct wl_bygone *p, uint32_t i, unsigned d, uint32_t base)
{
    struct wl_bygone_entry *e = at(p, i);

    if (e->check >> d & 1)
        return;
    e->check |= (uint64_t)1 << d;
    e->base[d] = base;
}

void wl_bygone_seen(struct wl_bygone *p, uint32_t i, wl_ns t)
{
    const struct wl_bygone_recency *list = list_of(p, at(p, i));

    at(p, i)->t_last = t;
    if (list->newest == i) {
        note_oldest(p, list); /* it may stand alone */
        return;
    }
    unlink_entry(p, i);
    link_newest(p, i);
}

void wl_bygone_remove(struct wl_bygone *p, uint32_t i)
{
    struct wl_bygone_entry *e = at(p, i);

    unlink_entry(p, i);
    list_of(p, e)->n--;
    (void)wl_table_remove(&p->table, e->hash, i);
    *e = (struct wl_bygone_entry){.newer = p->free};
    p->free = i;
    p->n--;
}

bool wl_bygone_evict(struct wl_bygone *p, uint32_t partition)
{
    if (p->of[partition].oldest == WL_BYGONE_NOBODY)
        return false;
    wl_bygone_remove(p, p->of[partition].oldest);
    return true;
}

void wl_bygone_expire(struct wl_bygone *p, wl_ns now, wl_ns timeout)
{
    if (now < p->since || now - p->since <= timeout)
        return;
    for (uint32_t i = 0; i < WL_PARTITIONS; i++) {
        const struct wl_bygone_recency *list = &p->of[i];

        while (list->oldest != WL_BYGONE_NOBODY && now - at(p, list->oldest)->t_last > timeout)
            wl_bygone_remove(p, list->oldest);
    }
    p->since = now;
    for (uint32_t i = 0; i < WL_PARTITIONS; i++)
        note_oldest(p, &p->of[i]);
}
