/* view_servers.c - servers: what each of them answers, how fast, and what is wrong with it.
 * SPDX-License-Identifier: MIT
 */
#include "cells.h"
#include "list.h"
#include "phrase.h"
#include "profile.h"
#include "screen.h"
#include "tables.h"

enum { NUMBER = 9, BAR = 12, ADDRESS = 64 }; /* columns; columns; octets */

/* ------------------------------------------------------------------------------------- columns */

enum wl_severity wl_server_worst(const struct wl_board_server *r)
{
    unsigned worst = WL_VIOLATION;

    while (worst > WL_OFF && r->findings[worst] == 0)
        worst--;
    return (enum wl_severity)worst;
}

static void put_worst(struct wl_strip *s, const struct wl_screen *screen, const void *row)
{
    (void)screen;
    wl_put_severity(s, wl_server_worst(row));
}

static void put_product(struct wl_strip *s, const struct wl_screen *screen, const void *row)
{
    const struct wl_board_server *r = row;

    (void)screen;
    wl_put_field(s, WL_ROLE_FAINT, r->product, sizeof(r->product));
}

static const struct wl_column columns[] = {
    {.head = "", .put = put_worst, .least = 1},
    {
        .head = "server",
        .put = wl_cell_endpoint,
        .at = offsetof(struct wl_board_server, server),
        .least = 18,
        .most = 26,
        .cut = WL_CUT_MIDDLE,
        .sorts = true,
        .sort = WL_SORT_SERVER,
    },
    {
        .head = "product",
        .put = put_product,
        .rank = 7,
        .least = 10,
        .most = 18,
        .weight = 2,
        .sorts = true,
        .sort = WL_SORT_TEXT,
    },
    {
        .head = "V",
        .put = wl_cell_found,
        .at = offsetof(struct wl_board_server, findings[WL_VIOLATION]),
        .look = WL_ROLE_VIOLATION,
        .align = WL_RIGHT,
        .least = 4,
        .sorts = true,
        .sort = WL_SORT_FINDINGS,
    },
    {
        .head = "W",
        .put = wl_cell_found,
        .at = offsetof(struct wl_board_server, findings[WL_WARNING]),
        .look = WL_ROLE_WARNING,
        .align = WL_RIGHT,
        .rank = 1,
        .least = 4,
        .sorts = true,
        .sort = WL_SORT_WARNINGS,
    },
    {
        .head = "N",
        .put = wl_cell_found,
        .at = offsetof(struct wl_board_server, findings[WL_NOTE]),
        .look = WL_ROLE_NOTE,
        .align = WL_RIGHT,
        .rank = 4,
        .least = 4,
        .sorts = true,
        .sort = WL_SORT_NOTES,
    },
    {
        .head = "requests",
        .put = wl_cell_total,
        .at = offsetof(struct wl_board_server, pace),
        .align = WL_RIGHT,
        .rank = 1,
        .least = 9,
        .most = 11,
        .sorts = true,
        .sort = WL_SORT_COUNT,
    },
    {
        .head = "rate/s",
        .put = wl_cell_rate,
        .at = offsetof(struct wl_board_server, pace),
        .align = WL_RIGHT,
        .rank = 3,
        .least = 6,
        .most = 7,
        .sorts = true,
        .sort = WL_SORT_RATE,
    },
    {
        .head = "1xx",
        .put = wl_cell_found,
        .at = offsetof(struct wl_board_server, classes[1]),
        .look = WL_ROLE_CLASS_1,
        .align = WL_RIGHT,
        .rank = 6,
        .least = 4,
        .most = 5,
        .sorts = true,
        .sort = WL_SORT_CLASS_1,
    },
    {
        .head = "2xx",
        .put = wl_cell_found,
        .at = offsetof(struct wl_board_server, classes[2]),
        .look = WL_ROLE_CLASS_2,
        .align = WL_RIGHT,
        .rank = 6,
        .least = 4,
        .most = 5,
        .sorts = true,
        .sort = WL_SORT_CLASS_2,
    },
    {
        .head = "3xx",
        .put = wl_cell_found,
        .at = offsetof(struct wl_board_server, classes[3]),
        .look = WL_ROLE_CLASS_3,
        .align = WL_RIGHT,
        .rank = 6,
        .least = 4,
        .most = 5,
        .sorts = true,
        .sort = WL_SORT_CLASS_3,
    },
    {
        .head = "4xx",
        .put = wl_cell_found,
        .at = offsetof(struct wl_board_server, classes[4]),
        .look = WL_ROLE_CLASS_4,
        .align = WL_RIGHT,
        .rank = 5,
        .least = 4,
        .most = 5,
        .sorts = true,
        .sort = WL_SORT_CLASS_4,
    },
    {
        .head = "5xx",
        .put = wl_cell_found,
        .at = offsetof(struct wl_board_server, classes[5]),
        .look = WL_ROLE_CLASS_5,
        .align = WL_RIGHT,
        .rank = 5,
        .least = 4,
        .most = 5,
        .sorts = true,
        .sort = WL_SORT_STATUS,
    },
    {
        .head = "p50",
        .put = wl_cell_seconds,
        .at = offsetof(struct wl_board_server, p50),
        .align = WL_RIGHT,
        .rank = 8,
        .least = 7,
        .sorts = true,
        .sort = WL_SORT_MEDIAN,
    },
    {
        .head = "p95",
        .put = wl_cell_seconds,
        .at = offsetof(struct wl_board_server, p95),
        .align = WL_RIGHT,
        .rank = 2,
        .least = 7,
        .sorts = true,
        .sort = WL_SORT_DURATION,
    },
    {
        .head = "last",
        .put = wl_cell_clock,
        .at = offsetof(struct wl_board_server, t_last),
        .align = WL_RIGHT,
        .rank = 10,
        .least = 8,
        .sorts = true,
        .sort = WL_SORT_TIME,
    },
    {
        .head = "trend",
        .put = wl_cell_trend,
        .at = offsetof(struct wl_board_server, pace),
        .rank = 9,
        .least = 8,
        .most = 59,
    },
};

const struct wl_grid wl_grid_servers = {columns, WL_COUNT(columns)};

uint64_t wl_id_server(const void *row)
{
    const struct wl_endpoint *e = &((const struct wl_board_server *)row)->server;
    uint8_t key[sizeof(e->ip) + 3];

    memcpy(key, e->ip, sizeof(e->ip));
    key[sizeof(e->ip)] = (uint8_t)(e->port >> 8);
    key[sizeof(e->ip) + 1] = (uint8_t)e->port;
    key[sizeof(e->ip) + 2] = e->family;
    return wl_hash_id(key, sizeof(key));
}

void wl_open_server(struct wl_screen *s, const void *row)
{
    const struct wl_board_server *r = row;
    struct wl_place place = {.ordinal = 0};

    wl_endpoint_text(&r->server, place.title, sizeof(place.title));
    (void)snprintf(place.narrow, sizeof(place.narrow), "server:%s", place.title);
    wl_screen_open(s, "connections", &place);
}

/* ------------------------------------------------------------------------------------- profile */

static void put_class_fact(struct wl_canvas *c, struct wl_rect *r,
                           const struct wl_board_server *row, unsigned class)
{
    static const char *const names[WL_N_CLASSES] = {"invalid", "1xx", "2xx", "3xx", "4xx", "5xx"};
    uint64_t all = 0;
    struct wl_strip s, number;
    double share;

    for (unsigned i = 0; i < WL_N_CLASSES; i++)
        all += row->classes[i];
    share = all ? (double)row->classes[class] / (double)all : 0;
    wl_strip_init(&number, c, NUMBER);
    wl_strip_count(&number, row->classes[class] ? WL_ROLE_STRONG : WL_ROLE_FAINT,
                   row->classes[class]);
    wl_strip_init(&s, c, r->w);
    wl_strip_pad(&s, NUMBER - number.n);
    wl_strip_join(&s, &number);
    wl_strip_text(&s, WL_ROLE_PLAIN, " ");
    wl_strip_bar(&s, wl_role_bar(class), share, BAR);
    wl_profile_fact(c, r, names[class], &s);
}

static void profile(const struct wl_screen *screen, struct wl_canvas *c, struct wl_rect r,
                    const void *row)
{
    const struct wl_board_server *server = row;
    struct wl_strip s;
    char title[ADDRESS];

    wl_endpoint_text(&server->server, title, sizeof(title));
    r = wl_profile_draw(screen, c, r, title, &server->pace);
    wl_strip_init(&s, c, r.w);
    if (*server->product) {
        wl_put_field(&s, WL_ROLE_PLAIN, server->product, sizeof(server->product));
    } else {
        wl_strip_text(&s, WL_ROLE_FAINT, "does not say");
    }
    wl_profile_fact(c, &r, "product", &s);
    wl_strip_init(&s, c, r.w);
    wl_put_findings(&s, server->findings);
    wl_profile_fact(c, &r, "findings", &s);
    for (unsigned class = 1; class < WL_N_CLASSES; class ++)
        put_class_fact(c, &r, server, class);
    if (server->classes[0])
        put_class_fact(c, &r, server, 0);
    wl_strip_init(&s, c, r.w);
    wl_put_quantiles(&s, server->p50, server->p95);
    wl_profile_fact(c, &r, "to final", &s);
}

/* ---------------------------------------------------------------------------------------- view */

static const void *row_of(const struct wl_page *p, uint32_t i)
{
    return &p->rows.servers[i];
}

static const struct wl_list_kind kind = {
    .list = WL_LIST_SERVERS,
    .title = "Servers",
    .grid = {columns, WL_COUNT(columns)},
    .sort = WL_SORT_FINDINGS,
    .descending = true,
    .row = row_of,
    .id = wl_id_server,
    .ids_are_ours = true,
    .open = wl_open_server,
    .profile = profile,
};

static void open(struct wl_screen *s, void *state, const struct wl_place *place)
{
    (void)s;
    wl_list_open(state, &kind, place);
}

const struct wl_view wl_view_servers = {
    .where = WL_IN_SERVERS,
    .number = 4,
    .name = "servers",
    .title = "Servers",
    .help = "Servers by address and port, worst first: findings by severity (V violation, W "
            "warning, N note), responses by class, times from the request to its final response. "
            "The product is the first one of the Server field, as sent. Enter lists the "
            "connections.",
    .open = open,
    WL_LIST_VIEW,
};
