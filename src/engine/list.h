/* list.h - pages of what history holds, filtered and in any order.
 * SPDX-License-Identifier: MIT
 *
 * In the order of the capture and without a filter a page is found directly. Anything else is an
 * index of rows, made in portions and kept while it is asked for. Sorting is a heap from which only
 * as many rows are taken as pages have asked for: the first page of a million rows does not wait
 * for the last.
 */
#ifndef WL_LIST_H
#define WL_LIST_H

#include "history.h"
#include "wirelint/screen.h"

struct wl_lists;

WL_MUST_USE struct wl_lists *wl_lists_new(struct wl_budget *budget, const struct wl_history *h);
void wl_lists_free(struct wl_lists *l);
/**
 * Answers a question of the lists CONNECTIONS, EXCHANGES and FINDINGS with what there is now, in
 * the answer's arena; page->partial says that wl_lists_work will find more.
 * Returns 0, WL_EINVAL (a bad filter) or WL_NOMEM with a->err.
 */
WL_MUST_USE int wl_lists_page(struct wl_lists *l, const struct wl_ask *ask, struct wl_answer *a);
/** Nothing more will be told: an index that is not of the latest is made anew at once. */
void wl_lists_over(struct wl_lists *l);
/** One portion of the work on the index asked for last; true when there is more. */
bool wl_lists_work(struct wl_lists *l);

#endif
