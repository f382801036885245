/* view_exchanges.c - exchanges, one line each: a request and all that answered it.
 * SPDX-License-Identifier: MIT
 */
#include "cells.h"
#include "list.h"
#include "phrase.h"
#include "screen.h"
#include "tables.h"

static const struct wl_row_exchange *of(const void *row)
{
    return row;
}

static void put_host(struct wl_strip *s, const struct wl_screen *screen, const void *row)
{
    (void)screen;
    wl_put_field(s, WL_ROLE_FAINT, of(row)->host, sizeof(of(row)->host));
}

static void put_duration(struct wl_strip *s, const struct wl_screen *screen, const void *row)
{
    bool answered = of(row)->final || of(row)->duration > 0;

    (void)screen;
    wl_strip_duration(s, WL_ROLE_PLAIN, answered ? of(row)->duration : -1);
}

static void put_findings(struct wl_strip *s, const struct wl_screen *screen, const void *row)
{
    (void)screen;
    wl_put_worst(s, of(row)->rule, of(row)->worst, of(row)->n_findings);
}

static const struct wl_column columns[] = {
    {
        .head = "",
        .put = wl_cell_severity,
        .at = offsetof(struct wl_row_exchange, worst),
        .least = 1,
    },
    {
        .head = "time",
        .put = wl_cell_clock,
        .at = offsetof(struct wl_row_exchange, t),
        .rank = 4,
        .least = 8,
        .most = 12,
        .sorts = true,
        .sort = WL_SORT_TIME,
    },
    {
        .head = "#",
        .put = wl_cell_number,
        .at = offsetof(struct wl_row_exchange, conn.number),
        .look = WL_ROLE_FAINT,
        .align = WL_RIGHT,
        .rank = 8,
        .least = 5,
        .most = 8,
        .sorts = true,
        .sort = WL_SORT_CONNECTION,
    },
    {
        .head = "client",
        .put = wl_cell_endpoint,
        .at = offsetof(struct wl_row_exchange, conn.client),
        .rank = 7,
        .least = 15,
        .most = 22,
        .cut = WL_CUT_MIDDLE,
        .sorts = true,
        .sort = WL_SORT_CLIENT,
    },
    {
        .head = "server",
        .put = wl_cell_endpoint,
        .at = offsetof(struct wl_row_exchange, conn.server),
        .rank = 3,
        .least = 15,
        .most = 22,
        .cut = WL_CUT_MIDDLE,
        .sorts = true,
        .sort = WL_SORT_SERVER,
    },
    {
        .head = "host",
        .put = put_host,
        .rank = 9,
        .least = 12,
        .most = 24,
        .sorts = true,
        .sort = WL_SORT_HOST,
    },
    {
        .head = "exchange",
        .put = wl_cell_line,
        .at = offsetof(struct wl_row_exchange, line),
        .least = 24,
        .most = 90,
        .weight = 6,
        .cut = WL_CUT_MIDDLE,
        .sorts = true,
        .sort = WL_SORT_TEXT,
    },
    {
        .head = "took",
        .put = put_duration,
        .align = WL_RIGHT,
        .rank = 1,
        .least = 7,
        .most = 9,
        .sorts = true,
        .sort = WL_SORT_DURATION,
    },
    {
        .head = "content",
        .put = wl_cell_octets,
        .at = offsetof(struct wl_row_exchange, octets),
        .align = WL_RIGHT,
        .rank = 6,
        .least = 8,
        .most = 9,
        .sorts = true,
        .sort = WL_SORT_OCTETS,
    },
    {
        .head = "finding",
        .put = put_findings,
        .rank = 5,
        .least = 12,
        .most = 34,
        .weight = 2,
        .sorts = true,
        .sort = WL_SORT_FINDINGS,
    },
};

const struct wl_grid wl_grid_exchanges = {columns, WL_COUNT(columns)};

uint64_t wl_id_exchange(const void *row)
{
    return of(row)->id;
}

void wl_open_exchange(struct wl_screen *s, const void *row)
{
    struct wl_place place = {.one = true, .conn = of(row)->conn, .ordinal = of(row)->ordinal};

    (void)snprintf(place.title, sizeof(place.title), "connection %llu, exchange %u",
                   (unsigned long long)of(row)->conn.number, of(row)->ordinal);
    wl_screen_open(s, "ladder", &place);
}

/* ---------------------------------------------------------------------------------------- view */

static const void *row_of(const struct wl_page *p, uint32_t i)
{
    return &p->rows.exchanges[i];
}

static const struct wl_conn_ref *conn_of(const void *row)
{
    return &of(row)->conn;
}

static uint32_t ordinal_of(const void *row)
{
    return of(row)->ordinal;
}

static bool is_found(const void *row)
{
    return of(row)->worst != WL_OFF;
}

static const struct wl_list_kind kind = {
    .list = WL_LIST_EXCHANGES,
    .title = "Exchanges",
    .grid = {columns, WL_COUNT(columns)},
    .sort = WL_SORT_TIME,
    .descending = true,
    .row = row_of,
    .id = wl_id_exchange,
    .conn = conn_of,
    .ordinal = ordinal_of,
    .is_found = is_found,
    .open = wl_open_exchange,
    .beside = "connections",
};

static void open(struct wl_screen *s, void *state, const struct wl_place *place)
{
    (void)s;
    wl_list_open(state, &kind, place);
}

const struct wl_view wl_view_exchanges = {
    .where = WL_IN_EXCHANGES,
    .name = "exchanges",
    .title = "Exchanges",
    .help =
        "Requests with all their responses, newest first: a question mark stands for a response "
        "that did not come. Enter draws the ladder, e lists the connections, Space marks what w "
        "will write and d compare.",
    .open = open,
    WL_LIST_VIEW,
};
