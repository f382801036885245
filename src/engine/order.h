/* order.h - rows put in order as far as somebody looks; pure logic.
 * SPDX-License-Identifier: MIT
 *
 * Rows are gathered, in any number of portions; then they are a heap; then rows are taken off its
 * top one after the other, into the end of the same array. Unsorted orders are only gathered.
 */
#ifndef WL_ORDER_H
#define WL_ORDER_H

#include "mem.h"

/** One row. Smaller keys come first, then smaller rows. */
struct wl_order_row {
    uint64_t key;
    uint32_t more; /* of the key */
    uint32_t row;  /* minus origin */
};

struct wl_order {
    struct wl_budget *budget;
    struct wl_order_row **chunks; /* rows by so many; what is held never moves for want of room */
    size_t n, n_chunks, chunks_size;
    uint64_t origin;  /* smallest row */
    uint64_t scanned; /* rows below were looked at: the gatherer's own */
    uint64_t wanted;  /* rows from the front that must be in order */
    size_t dropped;   /* unsorted: rows at the front that have gone */
    size_t heaped;    /* positions from here on obey the heap; SIZE_MAX: not begun */
    size_t taken;     /* rows in order, at the end of the array */
    uint64_t portions;
    bool sorted, gathered, refused;
};

void wl_order_begin(struct wl_order *o, struct wl_budget *budget, uint64_t origin, bool sorted);
void wl_order_release(struct wl_order *o);
/** Rows of an unsorted order come ascending. False when memory is refused. */
WL_MUST_USE bool wl_order_add(struct wl_order *o, uint64_t row, struct wl_order_row key);
void wl_order_gathered(struct wl_order *o);
bool wl_order_is_gathered(const struct wl_order *o);
/** An unsorted order: more rows will be added. */
void wl_order_more(struct wl_order *o);
/** An unsorted order: rows below first have gone. */
void wl_order_drop_before(struct wl_order *o, uint64_t first);
/** At least the first n rows are wanted in order. */
void wl_order_want(struct wl_order *o, uint64_t n);
/** Moves at most n rows or so, n >= 4; true when there is more to do. */
bool wl_order_work(struct wl_order *o, size_t n);
/** What is wanted is there. */
bool wl_order_ready(const struct wl_order *o);
uint64_t wl_order_total(const struct wl_order *o);
/** The i-th row; UINT64_MAX when it is not there, yet or at all. */
uint64_t wl_order_at(const struct wl_order *o, uint64_t i);
/** How many rows come before this one; looks at every row of a sorted order. */
uint64_t wl_order_place(const struct wl_order *o, uint64_t row, struct wl_order_row key);

#endif
