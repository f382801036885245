/* order.c - rows put in order as far as somebody looks; pure logic.
 * SPDX-License-Identifier: MIT
 *
 * Heap sort, because it can stop and go on after any step, needs no second array, has no worst case
 * that an enemy could choose, and yields the first rows first.
 */
#include "order.h"

enum { ROWS_FIRST = 1024 };

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
    if (o->budget)
        wl_free(o->budget, o->rows, o->size * sizeof(*o->rows));
    o->rows = NULL;
    o->n = o->size = 0;
}

bool wl_order_add(struct wl_order *o, uint64_t row, struct wl_order_row key)
{
    if (o->n == o->size) {
        size_t larger = o->size ? o->size + o->size / 2 : ROWS_FIRST;
        struct wl_order_row *moved = wl_resize(o->budget, o->rows, o->size * sizeof(*moved),
                                               larger * sizeof(*moved));

        if (!moved)
            return false;
        o->rows = moved;
        o->size = larger;
    }
    key.row = (uint32_t)(row - o->origin);
    o->rows[o->n++] = key;
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
    while (o->dropped < o->n && o->origin + o->rows[o->dropped].row < first)
        o->dropped++;
    if (o->dropped > o->n / 2) {
        o->n -= o->dropped;
        if (o->n)
            memmove(o->rows, o->rows + o->dropped, o->n * sizeof(*o->rows));
        o->dropped = 0;
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
static void sift(struct wl_order_row *heap, size_t i, size_t n)
{
    struct wl_order_row moving = heap[i];

    for (size_t child; (child = 2 * i + 1) < n; i = child) {
        if (child + 1 < n && before(&heap[child + 1], &heap[child]))
            child++;
        if (!before(&heap[child], &moving))
            break;
        heap[i] = heap[child];
    }
    heap[i] = moving;
}

bool wl_order_work(struct wl_order *o, size_t n)
{
    if (!o->sorted || !o->gathered)
        return false;
    for (; n && o->heaped > 0; n--) {
        o->heaped--;
        sift(o->rows, o->heaped, o->n);
    }
    for (; n && o->heaped == 0 && !wl_order_ready(o); n--) {
        size_t left = o->n - o->taken;
        struct wl_order_row first = o->rows[0];

        o->rows[0] = o->rows[left - 1];
        o->rows[left - 1] = first;
        o->taken++;
        sift(o->rows, 0, left - 1);
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
    return o->origin + o->rows[o->sorted ? o->n - 1 - (size_t)i : o->dropped + (size_t)i].row;
}

/* An unsorted order is ascending. */
static uint64_t search(const struct wl_order *o, uint32_t row)
{
    size_t low = o->dropped, high = o->n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (o->rows[middle].row < row) {
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
        n += before(&o->rows[i], &key);
    return n;
}
