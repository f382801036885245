/* detail.h - one connection and a window of its exchanges, out of what is held or was read again.
 * SPDX-License-Identifier: MIT
 */
#ifndef WL_DETAIL_H
#define WL_DETAIL_H

#include "history.h"
#include "wirelint/screen.h"

enum { WL_DETAIL_EXCHANGES = 200 };

/** What of a connection is to be shown. */
struct wl_detail_window {
    struct wl_conn_ref conn;
    uint64_t number;
    uint32_t from, to; /* ordinals, inclusive */
};

/**
 * Answers with what history holds, in the answer's arena: held of *ret, which a->of.detail is too,
 * is WHOLE, PARTLY or NOT. *ret_window is set unless NOT.
 * Returns 0, or WL_NOMEM with a->err.
 */
WL_MUST_USE int wl_detail_held(const struct wl_history *h, const struct wl_ask *ask,
                               struct wl_answer *a, struct wl_detail **ret,
                               struct wl_detail_window *ret_window);
/**
 * Fills in the other leg of the proxy, where one is known (--correlate): of the connection on
 * which the other leg of exchange ordinal stands (0: of the first in the window that has one),
 * those exchanges that are legs of what the window shows. What history no longer holds of it is
 * left out.
 * Returns 0, or WL_NOMEM with a->err.
 */
WL_MUST_USE int wl_detail_other(const struct wl_history *h, const struct wl_detail_window *window,
                                uint32_t ordinal, struct wl_answer *a, struct wl_detail *d);
/** Adds an exchange, which lies in the answer's arena; they may come in any order. False: no
 * room. */
WL_MUST_USE bool wl_detail_add(struct wl_detail *d, struct wl_arena *a,
                               const struct wl_exchange *ex);

#endif
