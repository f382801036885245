/* rows.h - what a row of a list is: whether it is chosen, what it is ordered by, what it says.
 * SPDX-License-Identifier: MIT
 *
 * For list.c, which puts rows in order, and for whoever shows an exchange as a row.
 */
#ifndef WL_ROWS_H
#define WL_ROWS_H

#include "history.h"
#include "order.h"
#include "text.h"
#include "wirelint/screen.h"

/** What a list is of. */
struct wl_subject {
    enum wl_list list;
    enum wl_sort sort;
    bool descending, only_findings;
    enum wl_severity least;
    const struct wl_rule *rule;
    uint64_t connection;
    char where[WL_WHERE_TEXT];
};

/** The same, as rows are compared with it. */
struct wl_choice {
    struct wl_subject subject;
    struct wl_filter *filter; /* of where, or NULL */
    struct wl_verdicts verdicts;
    uint64_t number; /* of the connection asked for; UINT64_MAX: it is gone */
    uint16_t rule;
};

/** Where rows come from, and what is needed to unpack them. */
struct wl_rows {
    const struct wl_history *history;
    struct wl_text line;
    struct wl_arena_pool pool;
};

void wl_rows_init(struct wl_rows *rows, struct wl_budget *budget, const struct wl_history *h);
void wl_rows_release(struct wl_rows *rows);
/** All rows of a list that are held. */
struct wl_extent wl_rows_extent(const struct wl_rows *rows, enum wl_list list);
bool wl_rows_pass(struct wl_rows *rows, struct wl_choice *choice, uint64_t row);
/** What the row is ordered by; zero when it has nothing of the kind. */
void wl_rows_key(struct wl_rows *rows, const struct wl_subject *s, uint64_t row,
                 struct wl_order_row *ret);
/** Adds a row to a page; what has gone meanwhile is passed over. */
void wl_rows_fill(struct wl_rows *rows, struct wl_page *page, uint64_t row);

/** Addresses in order, of IPv6 as far as there is room for them: equal ones stand together. */
void wl_row_address_key(const struct wl_endpoint *e, struct wl_order_row *ret);
/** Texts by their first twelve octets; *ret is zero. */
void wl_row_text_key(struct wl_span text, struct wl_order_row *ret);

/** What a row of a list of exchanges says about ex; line is room for its text, or NULL. */
void wl_row_of_exchange(struct wl_row_exchange *row, uint64_t id, const struct wl_exchange *ex,
                        struct wl_text *line);

#endif
