/* view_connections.c - connections, one line each: who, what sequence, how it ended.
 * SPDX-License-Identifier: MIT
 */
#include "cells.h"
#include "list.h"
#include "phrase.h"
#include "screen.h"

#include "line.h"

static const struct wl_row_connection *of(const void *row)
{
    return row;
}

/* "1.1", "h2", "tls": of "http/1.1" the number is enough */
static void put_protocol(struct wl_strip *s, const struct wl_screen *screen, const void *row)
{
    bool known = of(row)->conn.proto != WL_PROTO_UNKNOWN;
    const char *name = known ? wl_proto_name(of(row)->conn.proto) : "-";
    const char *slash = strchr(name, '/');

    (void)screen;
    if (of(row)->conn.proto == WL_PROTO_WEBSOCKET)
        name = "ws"; /* the column is as wide as a version */
    wl_strip_text(s, WL_ROLE_FAINT, slash ? slash + 1 : name);
    if (of(row)->conn.tls)
        wl_strip_text(s, WL_ROLE_FAINT, "+tls");
}

static void put_requests(struct wl_strip *s, const struct wl_screen *screen, const void *row)
{
    (void)screen;
    wl_strip_count(s, WL_ROLE_PLAIN, of(row)->n_exchanges);
}

static void put_sequence(struct wl_strip *s, const struct wl_screen *screen, const void *row)
{
    (void)screen;
    if (*of(row)->sequence) {
        wl_put_steps(s, of(row)->sequence, sizeof(of(row)->sequence));
    } else if (of(row)->conn.proto == WL_PROTO_UNKNOWN) {
        wl_strip_text(s, WL_ROLE_FAINT, "-");
    } else {
        wl_strip_printf(s, WL_ROLE_FAINT, "(%s)", wl_proto_name(of(row)->conn.proto));
    }
}

static void put_state(struct wl_strip *s, const struct wl_screen *screen, const void *row)
{
    const struct wl_row_connection *r = row;

    (void)screen;
    if (r->open) {
        wl_strip_text(s, WL_ROLE_GOOD, "open");
    } else {
        wl_strip_text(s, r->end == WL_END_RESET ? WL_ROLE_STRONG : WL_ROLE_FAINT,
                      wl_end_name(r->end));
    }
}

static void put_duration(struct wl_strip *s, const struct wl_screen *screen, const void *row)
{
    const struct wl_row_connection *r = row;

    (void)screen;
    wl_strip_duration(s, WL_ROLE_PLAIN, r->conn.t_first ? r->t_last - r->conn.t_first : -1);
}

static void put_octets(struct wl_strip *s, const struct wl_screen *screen, const void *row)
{
    const struct wl_row_connection *r = row;

    (void)screen;
    wl_strip_octet_count(s, WL_ROLE_PLAIN, r->octets[WL_TO_SERVER] + r->octets[WL_TO_CLIENT]);
}

static void put_findings(struct wl_strip *s, const struct wl_screen *screen, const void *row)
{
    const struct wl_row_connection *r = row;

    (void)screen;
    wl_put_worst(s, r->rule, r->worst, r->n_findings);
}

static const struct wl_column columns[] = {
    {
        .head = "",
        .put = wl_cell_severity,
        .at = offsetof(struct wl_row_connection, worst),
        .least = 1,
    },
    {
        .head = "#",
        .put = wl_cell_number,
        .at = offsetof(struct wl_row_connection, conn.number),
        .align = WL_RIGHT,
        .least = 5,
        .most = 8,
        .sorts = true,
        .sort = WL_SORT_TIME,
    },
    {
        .head = "start",
        .put = wl_cell_clock,
        .at = offsetof(struct wl_row_connection, conn.t_first),
        .rank = 5,
        .least = 12,
        .sorts = true,
        .sort = WL_SORT_TIME,
    },
    {
        .head = "client",
        .put = wl_cell_endpoint,
        .at = offsetof(struct wl_row_connection, conn.client),
        .rank = 3,
        .least = 15,
        .most = 24,
        .cut = WL_CUT_MIDDLE,
        .sorts = true,
        .sort = WL_SORT_CLIENT,
    },
    {
        .head = "server",
        .put = wl_cell_endpoint,
        .at = offsetof(struct wl_row_connection, conn.server),
        .rank = 1,
        .least = 15,
        .most = 24,
        .cut = WL_CUT_MIDDLE,
        .sorts = true,
        .sort = WL_SORT_SERVER,
    },
    {
        .head = "ver",
        .put = put_protocol,
        .rank = 7,
        .least = 3,
        .most = 7,
        .sorts = true,
        .sort = WL_SORT_PROTOCOL,
    },
    {
        .head = "reqs",
        .put = put_requests,
        .align = WL_RIGHT,
        .rank = 4,
        .least = 5,
        .most = 7,
        .sorts = true,
        .sort = WL_SORT_COUNT,
    },
    {
        .head = "sequence",
        .put = put_sequence,
        .least = 20,
        .most = 60,
        .weight = 4,
        .sorts = true,
        .sort = WL_SORT_STATUS,
    },
    {
        .head = "state",
        .put = put_state,
        .rank = 6,
        .least = 7,
        .sorts = true,
        .sort = WL_SORT_STATE,
    },
    {
        .head = "dur",
        .put = put_duration,
        .align = WL_RIGHT,
        .rank = 2,
        .least = 7,
        .most = 10,
        .sorts = true,
        .sort = WL_SORT_DURATION,
    },
    {
        .head = "octets",
        .put = put_octets,
        .align = WL_RIGHT,
        .rank = 9,
        .least = 8,
        .most = 9,
        .sorts = true,
        .sort = WL_SORT_OCTETS,
    },
    {
        .head = "finding",
        .put = put_findings,
        .rank = 8,
        .least = 14,
        .most = 36,
        .weight = 3,
        .sorts = true,
        .sort = WL_SORT_FINDINGS,
    },
};

static const void *row_of(const struct wl_page *p, uint32_t i)
{
    return &p->rows.connections[i];
}

static uint64_t id_of(const void *row)
{
    return of(row)->conn.id;
}

static const struct wl_conn_ref *conn_of(const void *row)
{
    return &of(row)->conn;
}

static void open_row(struct wl_screen *s, const void *row)
{
    struct wl_place place = {.one = true, .conn = of(row)->conn};

    (void)snprintf(place.title, sizeof(place.title), "connection %llu",
                   (unsigned long long)of(row)->conn.number);
    wl_screen_open(s, "ladder", &place);
}

static bool is_found(const void *row)
{
    return of(row)->worst != WL_OFF;
}

static const struct wl_list_kind kind = {
    .list = WL_LIST_CONNECTIONS,
    .title = "Connections",
    .grid = {columns, WL_COUNT(columns)},
    .sort = WL_SORT_TIME,
    .descending = true,
    .row = row_of,
    .id = id_of,
    .conn = conn_of,
    .is_found = is_found,
    .open = open_row,
    .beside = "exchanges",
};

static void open(struct wl_screen *s, void *state, const struct wl_place *place)
{
    (void)s;
    wl_list_open(state, &kind, place);
}

const struct wl_view wl_view_connections = {
    .where = WL_IN_CONNECTIONS,
    .number = 2,
    .name = "connections",
    .title = "Connections",
    .help =
        "TCP connections, numbered as Wireshark numbers its streams, newest first. The sequence "
        "is that of all requests on the connection: 200*40 is forty requests in a row answered "
        "with nothing but 200, 103>200 one that got a 103 first. V, W, N before it are findings. "
        "Enter draws the ladder, e lists the exchanges, Space marks what w will write and d "
        "compare.",
    .open = open,
    WL_LIST_VIEW,
};
