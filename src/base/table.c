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

enum { WL_TABLE_FIRST = 64 };

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

static size_t home(const struct wl_table *t, uint64_t slot)
{
    return (size_t)(slot >> 32) & (t->n_slots - 1);
}

static uint64_t make_slot(uint64_t hash, uint32_t index)
{
    return (hash & 0xffffffff00000000) | (uint64_t)(index + 1);
}

int wl_table_init(struct wl_table *t, struct wl_budget *b, size_t max)
{
    *t = (struct wl_table){.budget = b, .n_slots = WL_TABLE_FIRST, .max = max};
    t->slots = wl_alloc_array(b, t->n_slots, sizeof(*t->slots));
    return t->slots ? 0 : WL_NOMEM;
}

void wl_table_release(struct wl_table *t)
{
    wl_free(t->budget, t->slots, t->n_slots * sizeof(*t->slots));
    t->slots = NULL;
    t->n_slots = t->n_used = 0;
}

static void place(struct wl_table *t, uint64_t slot)
{
    size_t i = home(t, slot);

    while (t->slots[i])
        i = (i + 1) & (t->n_slots - 1);
    t->slots[i] = slot;
}

static int grow(struct wl_table *t)
{
    uint64_t *old = t->slots;
    size_t n_old = t->n_slots;
    uint64_t *slots;

    if (n_old > SIZE_MAX / 4)
        return WL_NOMEM;
    slots = wl_alloc_array(t->budget, n_old * 2, sizeof(*slots));
    if (!slots)
        return WL_NOMEM;
    t->slots = slots;
    t->n_slots = n_old * 2;
    for (size_t i = 0; i < n_old; i++) {
        if (old[i])
            place(t, old[i]);
    }
    wl_free(t->budget, old, n_old * sizeof(*old));
    return 0;
}

int wl_table_add(struct wl_table *t, uint64_t hash, uint32_t index)
{
    WL_ASSERT(index < UINT32_MAX);
    if (t->n_used >= t->max)
        return WL_NOMEM;
    /* at most three quarters full; when memory is refused, go on as long as one slot stays empty */
    if (t->n_used + 1 > t->n_slots / 4 * 3 && grow(t) < 0 && t->n_used + 1 >= t->n_slots)
        return WL_NOMEM;
    place(t, make_slot(hash, index));
    t->n_used++;
    return 0;
}

bool wl_table_remove(struct wl_table *t, uint64_t hash, uint32_t index)
{
    size_t mask = t->n_slots - 1;
    uint64_t wanted = make_slot(hash, index);
    size_t hole = home(t, hash);

    while (t->slots[hole] != wanted) {
        if (t->slots[hole] == 0)
            return false;
        hole = (hole + 1) & mask;
    }
    for (size_t i = (hole + 1) & mask; t->slots[i]; i = (i + 1) & mask) {
        /* an entry may fill the hole when its home does not lie between the hole and itself */
        if (((i - home(t, t->slots[i])) & mask) >= ((i - hole) & mask)) {
            t->slots[hole] = t->slots[i];
            hole = i;
        }
    }
    t->slots[hole] = 0;
    t->n_used--;
    return true;
}
