/* view_findings.c - findings: by rule with its explanation, and the instances of one rule.
 * SPDX-License-Identifier: MIT
 *
 * One view in two forms. Opened on nothing it shows the rules that fired, from the board, and
 * beside them (below, on narrow screens) what the selected one means. Opened on a rule, or on what
 * narrows it (':findings interim-*'), it is the list of findings; Enter goes to the exchange.
 */
#include "cells.h"
#include "explain.h"
#include "list.h"
#include "phrase.h"
#include "pick.h"
#include "screen.h"
#include "tables.h"

#include "line.h"

/* ---------------------------------------------------------------------------- rules that fired */

static const struct wl_board_rule *rule_of(const void *row)
{
    return row;
}

static void put_rule(struct wl_strip *s, const struct wl_screen *screen, const void *row)
{
    (void)screen;
    wl_strip_text(s, wl_role_severity(rule_of(row)->severity), rule_of(row)->rule->id);
}

static void put_rate(struct wl_strip *s, const struct wl_screen *screen, const void *row)
{
    wl_put_decimal(s, WL_ROLE_PLAIN,
                   60 * wl_pace_rate(&rule_of(row)->pace, screen->board, screen->window));
}

static void put_servers(struct wl_strip *s, const struct wl_screen *screen, const void *row)
{
    wl_put_servers(s, screen, &rule_of(row)->server, rule_of(row)->n_servers);
}

static void put_trend(struct wl_strip *s, const struct wl_screen *screen, const void *row)
{
    wl_put_trend(s, wl_role_severity(rule_of(row)->severity), &rule_of(row)->pace, screen);
}

/* The worst first. */
static int by_severity(const struct wl_screen *screen, const void *a, const void *b)
{
    (void)screen;
    return (int)rule_of(b)->severity - (int)rule_of(a)->severity;
}

static int by_id(const struct wl_screen *screen, const void *a, const void *b)
{
    (void)screen;
    return strcmp(rule_of(a)->rule->id, rule_of(b)->rule->id);
}

static int by_window(enum wl_window window, const void *a, const void *b)
{
    uint64_t n = rule_of(a)->pace.n[window], m = rule_of(b)->pace.n[window];

    return (n > m) - (n < m);
}

static int by_total(const struct wl_screen *screen, const void *a, const void *b)
{
    (void)screen;
    return by_window(WL_WINDOW_ALL, a, b);
}

static int by_rate(const struct wl_screen *screen, const void *a, const void *b)
{
    return by_window(screen->window, a, b);
}

static int by_last(const struct wl_screen *screen, const void *a, const void *b)
{
    wl_ns t = rule_of(a)->t_last, u = rule_of(b)->t_last;

    (void)screen;
    return (t > u) - (t < u);
}

static int by_server(const struct wl_screen *screen, const void *a, const void *b)
{
    const struct wl_endpoint *e = &rule_of(a)->server, *f = &rule_of(b)->server;
    int order = memcmp(e->ip, f->ip, sizeof(e->ip));

    (void)screen;
    return order ? order : (int)e->port - (int)f->port;
}

static const struct wl_column rule_columns[] = {
    {
        .head = "",
        .put = wl_cell_severity,
        .at = offsetof(struct wl_board_rule, severity),
        .least = 1,
        .compare = by_severity,
    },
    {.head = "rule", .put = put_rule, .least = 22, .most = 38, .weight = 4, .compare = by_id},
    {
        .head = "n",
        .put = wl_cell_total,
        .at = offsetof(struct wl_board_rule, pace),
        .align = WL_RIGHT,
        .least = 4,
        .most = 9,
        .compare = by_total,
    },
    {
        .head = "/min",
        .put = put_rate,
        .align = WL_RIGHT,
        .rank = 2,
        .least = 5,
        .most = 6,
        .compare = by_rate,
    },
    {
        .head = "last",
        .put = wl_cell_clock,
        .at = offsetof(struct wl_board_rule, t_last),
        .align = WL_RIGHT,
        .rank = 1,
        .least = 8,
        .compare = by_last,
    },
    {
        .head = "server",
        .put = put_servers,
        .rank = 3,
        .least = 16,
        .most = 24,
        .cut = WL_CUT_MIDDLE,
        .compare = by_server,
    },
    {.head = "trend", .put = put_trend, .rank = 4, .least = 6, .most = 59},
};

const struct wl_grid wl_grid_rules = {rule_columns, WL_COUNT(rule_columns)};

uint64_t wl_id_rule(const void *row)
{
    return wl_hash_id(rule_of(row)->rule->id, strlen(rule_of(row)->rule->id));
}

bool wl_row_wanted(const struct wl_screen *s, enum wl_severity worst)
{
    return worst >= s->least && (worst != WL_OFF || !s->only_findings);
}

uint32_t wl_rules_wanted(const struct wl_screen *s, uint16_t wanted[WL_BOARD_RULES])
{
    uint32_t n = 0;

    /* in no order: rules are judged anew when their severity is changed, and stay where they are */
    for (uint32_t i = 0; i < s->board->n_rules; i++) {
        if (s->board->rules[i].severity >= s->least)
            wanted[n++] = (uint16_t)i;
    }
    return n;
}

void wl_open_rule(struct wl_screen *s, const void *row)
{
    struct wl_place place = {.rule = rule_of(row)->rule};

    (void)snprintf(place.title, sizeof(place.title), "%s", rule_of(row)->rule->id);
    wl_screen_open(s, "findings", &place);
}

/* ------------------------------------------------------------------------ findings of one rule */

static const struct wl_row_finding *of(const void *row)
{
    return row;
}

static void put_frame(struct wl_strip *s, const struct wl_screen *screen, const void *row)
{
    (void)screen;
    wl_strip_printf(s, WL_ROLE_FAINT, "%llu", (unsigned long long)wl_frame_number(of(row)->frame));
}

/* What is not certain is said to be so. */
static void put_message(struct wl_strip *s, const struct wl_screen *screen, const void *row)
{
    (void)screen;
    if (of(row)->confidence != WL_CERTAIN)
        wl_strip_printf(s, WL_ROLE_FAINT, "%s: ", wl_confidence_name(of(row)->confidence));
    wl_put_field(s, WL_ROLE_PLAIN, of(row)->message, sizeof(of(row)->message));
}

static const struct wl_column columns[] = {
    {
        .head = "",
        .put = wl_cell_severity,
        .at = offsetof(struct wl_row_finding, severity),
        .least = 1,
        .sorts = true,
        .sort = WL_SORT_FINDINGS,
    },
    {
        .head = "time",
        .put = wl_cell_clock,
        .at = offsetof(struct wl_row_finding, t),
        .rank = 2,
        .least = 8,
        .most = 12,
        .sorts = true,
        .sort = WL_SORT_TIME,
    },
    {
        .head = "#",
        .put = wl_cell_number,
        .at = offsetof(struct wl_row_finding, conn.number),
        .look = WL_ROLE_FAINT,
        .align = WL_RIGHT,
        .rank = 6,
        .least = 5,
        .most = 8,
        .sorts = true,
        .sort = WL_SORT_CONNECTION,
    },
    {
        .head = "frame",
        .put = put_frame,
        .align = WL_RIGHT,
        .rank = 5,
        .least = 6,
        .most = 9,
        .sorts = true,
        .sort = WL_SORT_FRAME,
    },
    {
        .head = "server",
        .put = wl_cell_endpoint,
        .at = offsetof(struct wl_row_finding, conn.server),
        .rank = 1,
        .least = 14,
        .most = 22,
        .cut = WL_CUT_MIDDLE,
        .sorts = true,
        .sort = WL_SORT_SERVER,
    },
    {
        .head = "client",
        .put = wl_cell_endpoint,
        .at = offsetof(struct wl_row_finding, conn.client),
        .rank = 7,
        .least = 15,
        .most = 22,
        .cut = WL_CUT_MIDDLE,
        .sorts = true,
        .sort = WL_SORT_CLIENT,
    },
    {
        .head = "what was seen",
        .put = put_message,
        .least = 34,
        .most = 100,
        .weight = 5,
        .sorts = true,
        .sort = WL_SORT_TEXT,
    },
    {
        .head = "exchange",
        .put = wl_cell_line,
        .at = offsetof(struct wl_row_finding, line),
        .rank = 3,
        .least = 26,
        .most = 60,
        .weight = 3,
        .cut = WL_CUT_MIDDLE,
        .sorts = true,
        .sort = WL_SORT_LINE,
    },
};

static const void *row_of(const struct wl_page *p, uint32_t i)
{
    return &p->rows.findings[i];
}

static uint64_t id_of(const void *row)
{
    return of(row)->id;
}

static const struct wl_conn_ref *conn_of(const void *row)
{
    return &of(row)->conn;
}

static uint32_t ordinal_of(const void *row)
{
    return of(row)->ordinal;
}

static void open_row(struct wl_screen *s, const void *row)
{
    struct wl_place place = {
        .one = true,
        .conn = of(row)->conn,
        .ordinal = of(row)->ordinal,
        .rule = of(row)->rule,
        .frame = of(row)->frame,
    };

    (void)snprintf(place.title, sizeof(place.title), "connection %llu",
                   (unsigned long long)of(row)->conn.number);
    wl_screen_open(s, "ladder", &place);
}

static const struct wl_list_kind kind = {
    .list = WL_LIST_FINDINGS,
    .title = "Findings",
    .grid = {columns, WL_COUNT(columns)},
    .sort = WL_SORT_TIME,
    .descending = true,
    .row = row_of,
    .id = id_of,
    .conn = conn_of,
    .ordinal = ordinal_of,
    .open = open_row,
};

/* ---------------------------------------------------------------------------------------- view */

struct findings {
    struct wl_list_state list; /* first: what list.c takes for its own */
    struct wl_pick pick;
    const struct wl_rule *rule; /* of which the list is; NULL: by rule, or of several */
    bool by_rule;
    bool preview; /* by rule, the list shows the latest of the selected one */
    uint16_t wanted[WL_BOARD_RULES];
    struct wl_explained explained;
};

static void open(struct wl_screen *s, void *state, const struct wl_place *place)
{
    struct findings *f = state;

    (void)s;
    f->rule = place->rule;
    f->by_rule = !place->rule && !*place->narrow; /* the board knows nothing of what is narrower */
    wl_list_open(&f->list, &kind, place);
}

static bool ask(const struct wl_screen *s, const void *state, struct wl_ask *ret)
{
    const struct findings *f = state;

    return (!f->by_rule || f->preview) && wl_list_ask(s, &f->list, ret);
}

static struct wl_rows rules_of(const struct wl_screen *s, struct findings *f)
{
    const struct wl_board *b = s->board;
    struct wl_rows rows = {
        .at = b ? b->rules : NULL,
        .size = sizeof(struct wl_board_rule),
        .n = b ? wl_rules_wanted(s, f->wanted) : 0,
        .id = wl_id_rule,
        .order = f->wanted,
    };

    wl_pick_arrange(&f->pick, s, &wl_grid_rules, &rows);
    return rows;
}

static void draw_none(const struct wl_screen *s, struct wl_canvas *c, struct wl_rect area)
{
    const char *text = "Nothing was found: every rule that could be asked was kept.";

    if (!s->board || s->board->stats.exchanges == 0) {
        text = s->board && s->board->anew
                   ? "No exchange has been judged since the counters began anew."
                   : "No exchange has been judged yet.";
    } else if (s->board->n_rules) {
        text = "Nothing as severe was found. F goes on to all findings.";
    } else if (*s->filter) {
        text = "Nothing was found in what the filter lets through.";
    }
    (void)wl_canvas_wrap(c, area, 0, WL_ROLE_FAINT, wl_span_text(text));
}

/* Where there is room for both, the latest findings of the selected rule stand below the rules. */
static void draw_preview(const struct wl_screen *s, struct findings *f, struct wl_canvas *c,
                         struct wl_rect area, const struct wl_rule *rule)
{
    if (!f->preview || f->list.rule != rule) {
        struct wl_place place = {.rule = rule};

        (void)snprintf(place.title, sizeof(place.title), "%s", rule->id);
        wl_list_open(&f->list, &kind, &place);
        f->list.passive = true;
        f->preview = true;
    }
    wl_list_draw(s, &f->list, c, area);
}

enum { RULES = 16, PREVIEW = 12 }; /* rows, frames included */

static void draw_by_rule(const struct wl_screen *s, struct findings *f, struct wl_canvas *c,
                         struct wl_rect area)
{
    struct wl_rows rows = rules_of(s, f);
    struct wl_rect side = wl_explain_place(&area);
    bool room = rows.n && area.h >= RULES + PREVIEW;
    struct wl_rect below = wl_rect_bottom(&area, room ? area.h * 2 / 5 : 0);
    const struct wl_board_rule *selected;
    struct wl_rect inside, head;

    f->preview &= room;
    inside = wl_panel_draw(c, area, &(struct wl_panel){.title = "Findings by rule", .focus = true});
    wl_pick_find(&f->pick, &rows);
    if (rows.n == 0) {
        draw_none(s, c, inside);
        return;
    }
    head = wl_rect_top(&inside, inside.h > 2);
    wl_pick_draw(&f->pick, s, c, &wl_grid_rules, inside, &rows, true);
    if (head.h)
        wl_pick_heads(&f->pick, c, head.y);
    wl_scroll_draw(c, area.x + area.w - 1, inside.y, inside.h, f->pick.top, (uint64_t)inside.h,
                   rows.n);
    selected = wl_pick_selected(&f->pick, &rows);
    if (selected) {
        wl_explain_draw(&f->explained, c, side, selected->rule, selected->severity);
        if (room)
            draw_preview(s, f, c, below, selected->rule);
    }
}

enum { INSTANCES = 8, EXPLANATION = 12 }; /* rows, frames included */

static void draw_instances(const struct wl_screen *s, struct findings *f, struct wl_canvas *c,
                           struct wl_rect area)
{
    const struct wl_row_finding *selected = f->rule ? NULL : wl_list_selected(&f->list);
    const struct wl_rule *rule = selected ? selected->rule : f->rule;

    if (rule && area.h >= INSTANCES + EXPLANATION) {
        struct wl_rect bottom = wl_rect_bottom(&area, EXPLANATION);

        wl_explain_draw(&f->explained, c, bottom, rule, wl_screen_severity(s, rule));
    }
    wl_list_draw(s, &f->list, c, area);
}

static void draw(const struct wl_screen *s, void *state, struct wl_canvas *c, struct wl_rect area)
{
    struct findings *f = state;

    if (f->by_rule) {
        draw_by_rule(s, f, c, area);
    } else {
        draw_instances(s, f, c, area);
    }
}

static enum wl_did act(struct wl_screen *s, void *state, const struct wl_press *in)
{
    struct findings *f = state;
    struct wl_rows rows = rules_of(s, f);
    const void *selected;

    if (in->action == WL_ACT_RIGHT || in->action == WL_ACT_LEFT) {
        wl_explain_scroll(&f->explained, in->action == WL_ACT_RIGHT ? 1 : -1);
        return WL_DID_DRAW;
    }
    if (!f->by_rule)
        return wl_list_act(s, &f->list, in);
    wl_pick_find(&f->pick, &rows);
    if (wl_pick_move(&f->pick, &rows, in->action) || wl_pick_sort(&f->pick, in->action))
        return WL_DID_DRAW;
    selected = wl_pick_selected(&f->pick, &rows);
    if (in->action == WL_ACT_OPEN && selected) {
        wl_open_rule(s, selected);
    } else if (in->action == WL_ACT_NEXT_FINDING) {
        (void)wl_pick_move(&f->pick, &rows, WL_ACT_DOWN);
    } else if (in->action == WL_ACT_PREVIOUS_FINDING) {
        (void)wl_pick_move(&f->pick, &rows, WL_ACT_UP);
    } else if (in->action != WL_ACT_CLICK || !wl_pick_click(&f->pick, &rows, in->x, in->y)) {
        return WL_DID_NOTHING;
    }
    return WL_DID_DRAW;
}

static bool display_filter(const struct wl_screen *s, const void *state, struct wl_text *ret)
{
    const struct findings *f = state;

    return !f->by_rule && wl_list_display_filter(s, &f->list, ret);
}

static const struct wl_list_state *list_of(const void *state)
{
    const struct findings *f = state;

    return f->by_rule ? NULL : &f->list;
}

const struct wl_view wl_view_findings = {
    .where = WL_IN_FINDINGS,
    .number = 3,
    .name = "findings",
    .title = "Findings",
    .help = "Rules that were broken, worst first (V violation, W warning, N note), with what they "
            "mean and what to do. Enter lists the findings of one rule, Enter again goes to the "
            "exchange. Right and Left scroll the explanation.",
    .state_size = sizeof(struct findings),
    .open = open,
    .ask = ask,
    .answer = wl_list_answer,
    .draw = draw,
    .act = act,
    .list = list_of,
    .display_filter = display_filter,
};
