/* view_sequences.c - status sequences: what servers answer with, as a first-class thing.
 * SPDX-License-Identifier: MIT
 */
#include "cells.h"
#include "list.h"
#include "phrase.h"
#include "profile.h"
#include "screen.h"
#include "tables.h"

/* ------------------------------------------------------------------------------------- columns */

static void put_text(struct wl_strip *s, const struct wl_screen *screen, const void *row)
{
    (void)screen;
    wl_put_sequence(s, ((const struct wl_board_sequence *)row)->text);
}

static void put_server(struct wl_strip *s, const struct wl_screen *screen, const void *row)
{
    const struct wl_board_sequence *r = row;

    wl_put_servers(s, screen, &r->server, r->n_servers);
}

static const struct wl_column columns[] = {
    {
        .head = "",
        .put = wl_cell_severity,
        .at = offsetof(struct wl_board_sequence, worst),
        .least = 1,
        .sorts = true,
        .sort = WL_SORT_FINDINGS,
    },
    {
        .head = "sequence",
        .put = put_text,
        .cut = WL_CUT_MIDDLE,
        .least = 16,
        .most = 44,
        .weight = 3,
        .sorts = true,
        .sort = WL_SORT_TEXT,
    },
    {
        .head = "requests",
        .put = wl_cell_total,
        .at = offsetof(struct wl_board_sequence, pace),
        .align = WL_RIGHT,
        .least = 9,
        .most = 11,
        .sorts = true,
        .sort = WL_SORT_COUNT,
    },
    {
        .head = "rate/s",
        .put = wl_cell_rate,
        .at = offsetof(struct wl_board_sequence, pace),
        .align = WL_RIGHT,
        .rank = 2,
        .least = 6,
        .most = 7,
        .sorts = true,
        .sort = WL_SORT_RATE,
    },
    {
        .head = "conns",
        .put = wl_cell_count,
        .at = offsetof(struct wl_board_sequence, n_connections),
        .align = WL_RIGHT,
        .rank = 4,
        .least = 7,
        .most = 9,
        .sorts = true,
        .sort = WL_SORT_CONNECTION,
    },
    {
        .head = "content",
        .put = wl_cell_octets,
        .at = offsetof(struct wl_board_sequence, octets),
        .align = WL_RIGHT,
        .rank = 6,
        .least = 8,
        .most = 9,
        .sorts = true,
        .sort = WL_SORT_OCTETS,
    },
    {
        .head = "p50",
        .put = wl_cell_seconds,
        .at = offsetof(struct wl_board_sequence, p50),
        .align = WL_RIGHT,
        .rank = 7,
        .least = 7,
        .sorts = true,
        .sort = WL_SORT_MEDIAN,
    },
    {
        .head = "p95",
        .put = wl_cell_seconds,
        .at = offsetof(struct wl_board_sequence, p95),
        .align = WL_RIGHT,
        .rank = 5,
        .least = 7,
        .sorts = true,
        .sort = WL_SORT_DURATION,
    },
    {
        .head = "trend",
        .put = wl_cell_trend,
        .at = offsetof(struct wl_board_sequence, pace),
        .rank = 1,
        .least = 8,
        .most = 59,
    },
    {
        .head = "server",
        .put = put_server,
        .rank = 3,
        .least = 16,
        .most = 26,
        .cut = WL_CUT_MIDDLE,
        .sorts = true,
        .sort = WL_SORT_SERVER,
    },
};

const struct wl_grid wl_grid_sequences = {columns, WL_COUNT(columns)};

uint64_t wl_id_sequence(const void *row)
{
    const struct wl_board_sequence *r = row;

    return wl_hash_id(r->text, wl_bounded(r->text, sizeof(r->text)).n);
}

/* A sequence that is too long for its field ends in words; a filter takes "*" for what follows. */
void wl_open_sequence(struct wl_screen *s, const void *row)
{
    const struct wl_board_sequence *r = row;
    struct wl_span text = wl_bounded(r->text, sizeof(r->text));
    struct wl_place place = {.ordinal = 0};
    size_t n = 0;

    while (n < text.n && (wl_is_digit(text.p[n]) || text.p[n] == ',' || text.p[n] == ' '))
        n++;
    if (text.n == 0) {
        (void)snprintf(place.narrow, sizeof(place.narrow), "state:unanswered not status:0-999");
        (void)snprintf(place.title, sizeof(place.title), "no response");
    } else if (n == 0) { /* answered without a status */
        (void)snprintf(place.narrow, sizeof(place.narrow),
                       "version:0.9 not state:unanswered not status:0-999");
        (void)snprintf(place.title, sizeof(place.title), "%.*s", (int)text.n, r->text);
    } else {
        (void)snprintf(place.narrow, sizeof(place.narrow), "seq:\"%.*s%s\"", (int)n, r->text,
                       n < text.n ? "*" : "");
        (void)snprintf(place.title, sizeof(place.title), "%.*s", (int)n, r->text);
    }
    wl_screen_open(s, "exchanges", &place);
}

/* ------------------------------------------------------------------------------------- profile */

static void profile(const struct wl_screen *screen, struct wl_canvas *c, struct wl_rect r,
                    const void *row)
{
    const struct wl_board_sequence *seq = row;
    struct wl_strip s;

    r = wl_profile_draw(screen, c, r, "Sequence", &seq->pace);
    wl_strip_init(&s, c, r.w);
    wl_put_sequence(&s, seq->text);
    wl_profile_fact(c, &r, "statuses", &s);
    wl_strip_init(&s, c, r.w);
    if (seq->worst == WL_OFF) {
        wl_strip_text(&s, WL_ROLE_GOOD, "none");
    } else {
        wl_strip_text(&s, WL_ROLE_FAINT, "up to ");
        wl_put_severity_word(&s, seq->worst);
    }
    wl_profile_fact(c, &r, "findings", &s);
    wl_strip_init(&s, c, r.w);
    wl_strip_count(&s, WL_ROLE_STRONG, seq->pace.n[WL_WINDOW_ALL]);
    wl_strip_text(&s, WL_ROLE_FAINT, " on ");
    wl_strip_count(&s, WL_ROLE_PLAIN, seq->n_connections);
    wl_strip_text(&s, WL_ROLE_FAINT, seq->n_connections == 1 ? " connection" : " connections");
    wl_profile_fact(c, &r, "requests", &s);
    wl_strip_init(&s, c, r.w);
    wl_strip_octet_count(&s, WL_ROLE_PLAIN, seq->octets);
    wl_profile_fact(c, &r, "content", &s);
    wl_strip_init(&s, c, r.w);
    wl_put_quantiles(&s, seq->p50, seq->p95);
    wl_profile_fact(c, &r, "to final", &s);
    wl_strip_init(&s, c, r.w);
    wl_put_servers(&s, screen, &seq->server, seq->n_servers);
    wl_profile_fact(c, &r, "servers", &s);
}

/* ---------------------------------------------------------------------------------------- view */

static const void *row_of(const struct wl_page *p, uint32_t i)
{
    return &p->rows.sequences[i];
}

static const struct wl_list_kind kind = {
    .list = WL_LIST_SEQUENCES,
    .title = "Status sequences",
    .grid = {columns, WL_COUNT(columns)},
    .sort = WL_SORT_COUNT,
    .descending = true,
    .row = row_of,
    .id = wl_id_sequence,
    .ids_are_ours = true,
    .open = wl_open_sequence,
    .profile = profile,
};

static void open(struct wl_screen *s, void *state, const struct wl_place *place)
{
    (void)s;
    wl_list_open(state, &kind, place);
}

const struct wl_view wl_view_sequences = {
    .where = WL_IN_SEQUENCES,
    .name = "sequences",
    .title = "Sequences",
    .help = "Every request is answered by a sequence of statuses: interim ones (1xx), then the "
            "final one. This is how often each sequence was seen, how long it took, and the worst "
            "finding on exchanges that had it (V violation, W warning, N note). Enter lists those "
            "exchanges.",
    .open = open,
    WL_LIST_VIEW,
};
