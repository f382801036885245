/* order.c - rows put in order as far as somebody looks; pure logic.
 * SPDX-License-Identifier: MIT
 *
 * Heap sort, because it can stop and go on after any step, needs no second array, has no worst case
 * that an enemy could choose, and yields the first rows first.
 */
#include "order.h"

enum {
    CHUNK = 4096,
    CHUNKS_FIRST = 16,
    TAKING = 4, /* what it costs to take a row off the top, in rows that sink into the heap */
};

static struct wl_order_row *at(const struct wl_order *o, size_t i)
{
    return &o->chunks[i / CHUNK][i % CHUNK];
}

void wl_order_begin(struct wl_order *o, struct wl_budget *budget, uint64_t origin, bool sorted)
{
    *o = (struct wl_order){
        .budget = budget,
        .origin = origin,
        .scanned = origin,
        .heaped = SIZE_MAX,
        .sorted = sorted,
    };
}

void wl_order_release(struct wl_order *o)
{
    for (size_t i = 0; i < o->n_chunks; i++)
        wl_free(o->budget, o->chunks[i], CHUNK * sizeof(**o->chunks));
    if (o->budget)
        wl_free(o->budget, o->chunks, o->chunks_size * sizeof(void *));
    o->chunks = NULL;
    o->n = o->n_chunks = o->chunks_size = 0;
}

/* An order is a comfort: the last sixteenth of the budget is left to what cannot be done
 * without. */
static bool add_chunk(struct wl_order *o)
{
    if (o->budget->used > o->budget->max / 16 * 15)
        return false;
    if (o->n_chunks == o->chunks_size) {
        size_t larger = o->chunks_size ? o->chunks_size * 2 : CHUNKS_FIRST;
        struct wl_order_row **moved = wl_resize(
            o->budget, o->chunks, o->chunks_size * sizeof(void *), larger * sizeof(void *));

        if (!moved)
            return false;
        o->chunks = moved;
        o->chunks_size = larger;
    }
    o->chunks[o->n_chunks] = wl_alloc(o->budget, CHUNK * sizeof(**o->chunks));
    if (!o->chunks[o->n_chunks])
        return false;
    o->n_chunks++;
    return true;
}

bool wl_order_add(struct wl_order *o, uint64_t row, struct wl_order_row key)
{
    if (o->n == o->n_chunks * CHUNK && !add_chunk(o))
        return false;
    key.row = (uint32_t)(row - o->origin);
    *at(o, o->n++) = key;
    return true;
}

void wl_order_gathered(struct wl_order *o)
{
    o->gathered = true;
    if (o->sorted)
        o->heaped = o->n / 2;
}

bool wl_order_is_gathered(const struct wl_order *o)
{
    return o->gathered;
}

void wl_order_more(struct wl_order *o)
{
    WL_ASSERT(!o->sorted);
    o->gathered = false;
}

void wl_order_drop_before(struct wl_order *o, uint64_t first)
{
    WL_ASSERT(!o->sorted);
    while (o->dropped < o->n && o->origin + at(o, o->dropped)->row < first)
        o->dropped++;
    while (o->dropped >= CHUNK) {
        wl_free(o->budget, o->chunks[0], CHUNK * sizeof(**o->chunks));
        o->n_chunks--;
        memmove(o->chunks, o->chunks + 1, o->n_chunks * sizeof(void *));
        o->n -= CHUNK;
        o->dropped -= CHUNK;
    }
}

void wl_order_want(struct wl_order *o, uint64_t n)
{
    o->wanted = wl_max_u64(o->wanted, n);
}

static bool before(const struct wl_order_row *a, const struct wl_order_row *b)
{
    if (a->key != b->key)
        return a->key < b->key;
    return a->more != b->more ? a->more < b->more : a->row < b->row;
}

/* Lets the row at i sink to its place in a heap of n whose first comes before all others. */
static void sift(const struct wl_order *o, size_t i, size_t n)
{
    struct wl_order_row moving = *at(o, i);

    for (size_t child; (child = 2 * i + 1) < n; i = child) {
        if (child + 1 < n && before(at(o, child + 1), at(o, child)))
            child++;
        if (!before(at(o, child), &moving))
            break;
        *at(o, i) = *at(o, child);
    }
    *at(o, i) = moving;
}

bool wl_order_work(struct wl_order *o, size_t n)
{
    if (!o->sorted || !o->gathered)
        return false;
    for (; n && o->heaped > 0; n--) {
        o->heaped--;
        sift(o, o->heaped, o->n);
    }
    for (; n >= TAKING && o->heaped == 0 && !wl_order_ready(o); n -= TAKING) {
        size_t left = o->n - o->taken;
        struct wl_order_row first = *at(o, 0);

        *at(o, 0) = *at(o, left - 1);
        *at(o, left - 1) = first;
        o->taken++;
        if (left > 2)
            sift(o, 0, left - 1);
    }
    return !wl_order_ready(o);
}

bool wl_order_ready(const struct wl_order *o)
{
    if (!o->gathered || !o->sorted)
        return o->gathered;
    return o->heaped == 0 && o->taken >= wl_min_u64(o->wanted, o->n);
}

uint64_t wl_order_total(const struct wl_order *o)
{
    return o->n - o->dropped;
}

uint64_t wl_order_at(const struct wl_order *o, uint64_t i)
{
    if (i >= (o->sorted ? o->taken : o->n - o->dropped))
        return UINT64_MAX;
    return o->origin + at(o, o->sorted ? o->n - 1 - (size_t)i : o->dropped + (size_t)i)->row;
}

/* An unsorted order is ascending. */
static uint64_t search(const struct wl_order *o, uint32_t row)
{
    size_t low = o->dropped, high = o->n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (at(o, middle)->row < row) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low - o->dropped;
}

uint64_t wl_order_place(const struct wl_order *o, uint64_t row, struct wl_order_row key)
{
    uint64_t n = 0;

    key.row = (uint32_t)(row - o->origin);
    if (!o->sorted)
        return search(o, key.row);
    for (size_t i = 0; i < o->n; i++)
        n += before(at(o, i), &key);
    return n;
}
