/* view_overview.c - the first screen: what was answered, what is wrong, who did it, and now.
 * SPDX-License-Identifier: MIT
 *
 * Panels stand in one table. Each knows its rows, its columns and what Enter opens; which of them
 * are shown, and how large, is decided in one place (arrange) from the size alone. The panel that
 * has the keys has a heavy frame and a selected row.
 */
#include "health.h"
#include "phrase.h"
#include "pick.h"
#include "screen.h"
#include "tables.h"
#include "trend.h"

#include "line.h"

/* ------------------------------------------------------------------------------------- classes */

/* A class, or one code of it. */
struct class_row {
    const struct wl_pace *pace;
    const struct wl_board_code *code; /* NULL: the class as a whole */
    unsigned class;
};

enum { CLASS_ROWS = WL_N_CLASSES + WL_BOARD_CODES };

enum panel {
    PANEL_CLASSES,
    PANEL_FINDINGS,
    PANEL_SEQUENCES,
    PANEL_SERVERS,
    PANEL_TAIL,
    N_PANELS, /* those above can have the keys; those below only show */
    PANEL_CHART = N_PANELS,
    PANEL_HEALTH,
    N_AREAS,
};

struct overview {
    struct wl_pick picks[N_PANELS];
    struct wl_rect areas[N_AREAS]; /* as drawn last; h 0: not shown */
    unsigned focus;                /* enum panel */
    struct class_row classes[CLASS_ROWS];
    uint32_t n_classes;
    int class_rows;                             /* there was room for */
    struct wl_row_exchange tail[WL_BOARD_TAIL]; /* latest first */
    uint32_t n_tail;
    /* those wanted (f, F) */
    uint16_t rules[WL_BOARD_RULES], sequences[WL_BOARD_SEQUENCES], servers[WL_BOARD_SERVERS];
};

static const char *class_name(unsigned class)
{
    static const char *const names[WL_N_CLASSES] = {"invalid", "1xx", "2xx", "3xx", "4xx", "5xx"};

    return names[class];
}

static void add_codes(struct overview *o, const struct wl_board *b, unsigned class, uint32_t max)
{
    uint32_t first = o->n_classes;

    for (uint32_t i = 0; i < b->n_codes && o->n_classes - first < max; i++) {
        const struct wl_board_code *code = &b->codes[i];

        if (wl_status_class(code->code) == class && o->n_classes < CLASS_ROWS)
            o->classes[o->n_classes++] = (struct class_row){&code->pace, code, class};
    }
}

static uint32_t count_codes(const struct wl_board *b, unsigned class)
{
    uint32_t n = 0;

    for (uint32_t i = 0; i < b->n_codes; i++)
        n += wl_status_class(b->codes[i].code) == class;
    return n;
}

/* How many rows of codes each class gets: 1xx first, for they are what this program is about, then
 * the classes where something went wrong. */
static void share_rows(const struct wl_board *b, uint32_t left, uint32_t ret[WL_N_CLASSES])
{
    static const unsigned order[] = {1, 5, 4, 3, 2};

    for (size_t i = 0; i < WL_COUNT(order); i++) {
        uint32_t n = count_codes(b, order[i]);

        ret[order[i]] = n < left ? n : left;
        left -= ret[order[i]];
    }
}

static void find_classes(struct overview *o, const struct wl_board *b)
{
    static const unsigned order[WL_N_CLASSES] = {1, 2, 3, 4, 5, 0};
    uint32_t room = o->class_rows > WL_N_CLASSES ? (uint32_t)o->class_rows - WL_N_CLASSES : 0;
    uint32_t rows[WL_N_CLASSES] = {0};

    o->n_classes = 0;
    share_rows(b, room, rows);
    for (size_t i = 0; i < WL_N_CLASSES; i++) {
        if (o->class_rows < WL_N_CLASSES && b->classes[order[i]].n[WL_WINDOW_ALL] == 0)
            continue; /* no room for what is not there */
        o->classes[o->n_classes++] = (struct class_row){&b->classes[order[i]], NULL, order[i]};
        add_codes(o, b, order[i], rows[order[i]]);
    }
}

static void put_class(struct wl_strip *s, const struct wl_screen *screen, const void *row)
{
    const struct class_row *r = row;
    unsigned look = wl_role_class(r->class);

    (void)screen;
    if (!r->code) {
        wl_strip_text(s, r->pace->n[WL_WINDOW_ALL] ? look : WL_ROLE_FAINT, class_name(r->class));
        return;
    }
    wl_strip_text(s, WL_ROLE_PLAIN, "  ");
    wl_strip_printf(s, look, "%03u", r->code->code);
    if ((int)strlen(wl_status_reason(r->code->code)) + 6 <= s->room)
        wl_strip_printf(s, WL_ROLE_FAINT, " %s", wl_status_reason(r->code->code));
}

static void put_total(struct wl_strip *s, const struct wl_screen *screen, const void *row)
{
    const struct class_row *r = row;

    if (r->code) {
        wl_strip_count(s, WL_ROLE_FAINT, r->pace->n[WL_WINDOW_ALL]);
    } else {
        wl_put_total(s, r->pace, screen);
    }
}

static void put_class_rate(struct wl_strip *s, const struct wl_screen *screen, const void *row)
{
    const struct class_row *r = row;

    wl_put_rate(s, r->code ? WL_ROLE_FAINT : WL_ROLE_PLAIN, r->pace, screen);
}

static double share_of(const struct wl_pace *p, const struct wl_screen *screen)
{
    uint64_t sum = 0;

    for (unsigned class = 0; class < WL_N_CLASSES; class ++)
        sum += screen->board->classes[class].n[screen->window];
    return sum ? (double)p->n[screen->window] / (double)sum : 0;
}

static void put_share(struct wl_strip *s, const struct wl_screen *screen, const void *row)
{
    const struct class_row *r = row;

    wl_put_decimal(s, r->code ? WL_ROLE_FAINT : WL_ROLE_PLAIN, 100 * share_of(r->pace, screen));
}

static void put_share_bar(struct wl_strip *s, const struct wl_screen *screen, const void *row)
{
    const struct class_row *r = row;

    if (!r->code)
        wl_strip_bar(s, wl_role_bar(r->class), share_of(r->pace, screen), s->max);
}

static void put_class_trend(struct wl_strip *s, const struct wl_screen *screen, const void *row)
{
    const struct class_row *r = row;

    wl_put_trend(s, wl_role_bar(r->class), r->pace, screen);
}

static void put_class_p50(struct wl_strip *s, const struct wl_screen *screen, const void *row)
{
    const struct class_row *r = row;

    (void)screen;
    if (r->code)
        wl_put_seconds(s, WL_ROLE_FAINT, r->code->p50);
}

static void put_class_p95(struct wl_strip *s, const struct wl_screen *screen, const void *row)
{
    const struct class_row *r = row;

    (void)screen;
    if (r->code)
        wl_put_seconds(s, WL_ROLE_FAINT, r->code->p95);
}

static const struct wl_column class_columns[] = {
    {.head = "", .put = put_class, .least = 7, .most = 26},
    {.head = "total", .put = put_total, .align = WL_RIGHT, .least = 7, .most = 11},
    {.head = "rate/s", .put = put_class_rate, .align = WL_RIGHT, .rank = 1, .least = 6, .most = 7},
    {.head = "%", .put = put_share, .align = WL_RIGHT, .rank = 3, .least = 5},
    {.head = "share", .put = put_share_bar, .rank = 6, .least = 6, .most = 12},
    {.head = "p50", .put = put_class_p50, .align = WL_RIGHT, .rank = 5, .least = 6},
    {.head = "p95", .put = put_class_p95, .align = WL_RIGHT, .rank = 5, .least = 6},
    {.head = "trend", .put = put_class_trend, .rank = 2, .least = 6, .most = 59, .weight = 2},
};

static uint64_t class_id(const void *row)
{
    const struct class_row *r = row;

    return r->code ? r->code->code : 1000 + r->class;
}

static void open_class(struct wl_screen *s, const void *row)
{
    const struct class_row *r = row;
    struct wl_place place = {.ordinal = 0};

    if (r->code) {
        (void)snprintf(place.narrow, sizeof(place.narrow), "status:%03u", r->code->code);
        (void)snprintf(place.title, sizeof(place.title), "%03u %s", r->code->code,
                       wl_status_reason(r->code->code));
    } else {
        (void)snprintf(place.narrow, sizeof(place.narrow), "class:%s", class_name(r->class));
        (void)snprintf(place.title, sizeof(place.title), "%s", class_name(r->class));
    }
    wl_screen_open(s, "exchanges", &place);
}

/* -------------------------------------------------------------------------------------- panels */

static struct wl_rows sequences_of(struct overview *o, const struct wl_screen *s)
{
    const struct wl_board *b = s->board;
    uint32_t n = 0;

    for (uint32_t i = 0; i < b->n_sequences; i++) {
        if (wl_row_wanted(s, b->sequences[i].worst))
            o->sequences[n++] = (uint16_t)i;
    }
    return (struct wl_rows){b->sequences, sizeof(*b->sequences), n, wl_id_sequence, o->sequences};
}

static struct wl_rows servers_of(struct overview *o, const struct wl_screen *s)
{
    const struct wl_board *b = s->board;
    uint32_t n = 0;

    for (uint32_t i = 0; i < b->n_servers; i++) {
        if (wl_row_wanted(s, wl_server_worst(&b->servers[i])))
            o->servers[n++] = (uint16_t)i;
    }
    return (struct wl_rows){b->servers, sizeof(*b->servers), n, wl_id_server, o->servers};
}

static struct wl_rows rows_of(struct overview *o, const struct wl_screen *s, unsigned panel)
{
    const struct wl_board *b = s->board;

    switch ((enum panel)panel) {
    case PANEL_CLASSES:
        return (struct wl_rows){o->classes, sizeof(*o->classes), o->n_classes, class_id, NULL};
    case PANEL_FINDINGS:
        return (struct wl_rows){b->rules, sizeof(*b->rules), wl_rules_wanted(s, o->rules),
                                wl_id_rule, o->rules};
    case PANEL_SEQUENCES: return sequences_of(o, s);
    case PANEL_SERVERS: return servers_of(o, s);
    case PANEL_TAIL:
        return (struct wl_rows){o->tail, sizeof(*o->tail), o->n_tail, wl_id_exchange, NULL};
    case PANEL_CHART:
    case PANEL_HEALTH:
    case N_AREAS: break;
    }
    return (struct wl_rows){.n = 0};
}

/* The tail as the panel shows it: the latest first. */
static void find_tail(struct overview *o, const struct wl_screen *s)
{
    const struct wl_board *b = s->board;

    o->n_tail = 0;
    for (uint32_t i = b->n_tail; i-- && o->n_tail < WL_BOARD_TAIL;) {
        if (wl_row_wanted(s, b->tail[i].worst))
            o->tail[o->n_tail++] = b->tail[i];
    }
}

/* What a panel says that has nothing to show. */
static const char *none_of(const struct wl_screen *s)
{
    return s->only_findings || s->least != WL_OFF || *s->filter ? "none passes" : "none so far";
}

static const struct wl_grid class_grid = {class_columns, WL_COUNT(class_columns)};

static const struct {
    const char *title;
    const struct wl_grid *grid;
    void (*open)(struct wl_screen *s, const void *row);
} panels[N_PANELS] = {
    [PANEL_CLASSES] = {"Classes", &class_grid, open_class},
    [PANEL_FINDINGS] = {"Findings", &wl_grid_rules, wl_open_rule},
    [PANEL_SEQUENCES] = {"Sequences", &wl_grid_sequences, wl_open_sequence},
    [PANEL_SERVERS] = {"Servers", &wl_grid_servers, wl_open_server},
    [PANEL_TAIL] = {"Latest", &wl_grid_exchanges, wl_open_exchange},
};

/* -------------------------------------------------------------------------------------- drawing */

/* The lowest panel that is shown. */
static unsigned last_panel(const struct overview *o)
{
    unsigned last = PANEL_CLASSES;

    for (unsigned panel = 0; panel < N_PANELS; panel++) {
        if (o->areas[panel].h)
            last = panel;
    }
    return last;
}

/* What stands in the lower edge of a frame: of the first what rates are over; of the last, where
 * there is no room for a panel of its own, the health of the capture. */
static void put_edge(struct wl_strip *edge, const struct wl_screen *s, const struct overview *o,
                     const struct wl_canvas *c, unsigned panel)
{
    wl_strip_init(edge, c, o->areas[panel].w);
    if (panel == PANEL_CLASSES) {
        wl_strip_text(edge, WL_ROLE_FAINT, " rates over ");
        wl_strip_printf(edge, WL_ROLE_HEAD, "%s ", wl_window_name(s->window));
    } else if (panel == last_panel(o) && o->areas[PANEL_HEALTH].w == 0) {
        wl_health_put(edge, s);
    }
}

static void draw_panel(const struct wl_screen *s, struct overview *o, struct wl_canvas *c,
                       unsigned panel)
{
    struct wl_rect area = o->areas[panel];
    struct wl_pick *pick = &o->picks[panel];
    const char *title = panels[panel].title;
    struct wl_rows rows;
    struct wl_rect inside;
    struct wl_strip edge;

    if (area.h < 2)
        return;
    put_edge(&edge, s, o, c, panel);
    inside = wl_panel_draw(
        c, area, &(struct wl_panel){.title = title, .bottom = &edge, .focus = o->focus == panel});
    if (panel == PANEL_CLASSES) {
        o->class_rows = inside.h;
        find_classes(o, s->board);
    }
    rows = rows_of(o, s, panel);
    wl_pick_draw(pick, s, c, panels[panel].grid, inside, &rows, o->focus == panel);
    wl_sheet_heads_in_frame(c, &pick->table, area, (int)strlen(title));
    if (rows.n == 0)
        (void)wl_canvas_text(c, inside, 0, 0, WL_ROLE_FAINT, none_of(s));
    wl_scroll_draw(c, area.x + area.w - 1, inside.y, inside.h, pick->top, (uint64_t)inside.h,
                   rows.n);
}

/* Faults at the bottom, where they are seen first. */
static void draw_chart(const struct wl_screen *s, struct wl_canvas *c, struct wl_rect area)
{
    static const unsigned order[WL_N_CLASSES] = {5, 0, 4, 1, 3, 2};
    const struct wl_board *b = s->board;
    struct wl_series series[WL_N_CLASSES];
    struct wl_rect inside;

    if (area.h < 3)
        return;
    for (size_t i = 0; i < WL_N_CLASSES; i++) {
        series[i] = (struct wl_series){
            .values = b->classes[order[i]].trend,
            .look = wl_role_bar(order[i]) | (order[i] ? 0 : WL_BOLD),
            .letter = order[i] ? (uint32_t)('0' + order[i]) : '!',
        };
    }
    inside = wl_panel_draw(c, area,
                           &(struct wl_panel){.title = "Responses per second, last minute"});
    wl_chart_draw(c, inside, series, WL_N_CLASSES, b->over ? WL_TREND : WL_TREND - 1);
}

static void draw_health(const struct wl_screen *s, struct wl_canvas *c, struct wl_rect area)
{
    if (area.h >= 3)
        wl_health_draw(s, c, wl_panel_draw(c, area, &(struct wl_panel){.title = "Capture health"}));
}

/* -------------------------------------------------------------------------------------- layout */

/* Bands from top to bottom. Where there is no room for all, those of the highest rank go; what is
 * left over is shared by weight. */
struct band {
    int rank, least, most, weight;
    int least_columns; /* of the screen */
    int h;             /* result; 0: not shown */
};

enum { BAND_CHART, BAND_TOP, BAND_SEQUENCES, BAND_SERVERS, BAND_TAIL, N_BANDS };

static int sum_heights(const struct band *bands)
{
    int sum = 0;

    for (int i = 0; i < N_BANDS; i++)
        sum += bands[i].h;
    return sum;
}

static void drop_bands(struct band *bands, struct wl_rect area)
{
    while (sum_heights(bands) > area.h) {
        int worst = -1;

        for (int i = 0; i < N_BANDS; i++) {
            if (bands[i].h && (worst < 0 || bands[i].rank > bands[worst].rank))
                worst = i;
        }
        if (bands[worst].rank == 0)
            return;
        bands[worst].h = 0;
    }
}

static void grow_bands(struct band *bands, int left)
{
    bool any = true;

    while (left > 0 && any) {
        any = false;
        for (int i = 0; i < N_BANDS; i++) {
            for (int k = 0; k < bands[i].weight && left > 0; k++) {
                if (bands[i].h == 0 || bands[i].h >= bands[i].most)
                    break;
                bands[i].h++;
                left--;
                any = true;
            }
        }
    }
}

/* Rows of a panel with its frame: no more than there is to show. */
static int rows_wanted(uint32_t n, int least)
{
    int rows = (int)(n < 100 ? n : 100) + 2;

    return rows > least ? rows : least;
}

enum { SMALL_COLUMNS = 80, SMALL_ROWS = 18, SMALL_FINDINGS = 3, WIDE = 132 };

static void arrange(struct overview *o, const struct wl_board *b, struct wl_rect area)
{
    int classes = WL_N_CLASSES + 2;
    int codes = classes + (int)b->n_codes;
    int rules = rows_wanted(b->n_rules, classes);
    struct band bands[N_BANDS] = {
        [BAND_CHART] = {.rank = 4, .least = 8, .most = 12, .weight = 1, .least_columns = 100},
        [BAND_TOP] = {.rank = 0,
                      .least = classes,
                      .most = codes > rules ? codes : rules,
                      .weight = 2},
        [BAND_SEQUENCES] = {.rank = 1,
                            .least = 5,
                            .most = rows_wanted(b->n_sequences, 5),
                            .weight = 2},
        [BAND_SERVERS] = {.rank = 2, .least = 4, .most = rows_wanted(b->n_servers, 4), .weight = 1},
        [BAND_TAIL] = {.rank = 3, .least = 7, .most = 1000, .weight = 2},
    };

    for (int i = 0; i < N_BANDS; i++)
        bands[i].h = area.w >= bands[i].least_columns ? bands[i].least : 0;
    drop_bands(bands, area);
    grow_bands(bands, area.h - sum_heights(bands));
    if (!bands[BAND_TAIL].h) /* nothing else takes what the others do not want */
        bands[BAND_TOP].h += area.h - sum_heights(bands);
    memset(o->areas, 0, sizeof(o->areas));
    o->areas[PANEL_CHART] = wl_rect_top(&area, bands[BAND_CHART].h);
    o->areas[PANEL_HEALTH] = wl_rect_right(&o->areas[PANEL_CHART],
                                           area.w >= WIDE ? area.w * 2 / 5 : 0);
    o->areas[PANEL_CLASSES] = wl_rect_top(&area, bands[BAND_TOP].h);
    o->areas[PANEL_FINDINGS] = wl_rect_right(&o->areas[PANEL_CLASSES],
                                             area.w >= WIDE ? area.w * 9 / 20 : area.w / 2);
    o->areas[PANEL_SEQUENCES] = wl_rect_top(&area, bands[BAND_SEQUENCES].h);
    o->areas[PANEL_SERVERS] = wl_rect_top(&area, bands[BAND_SERVERS].h);
    o->areas[PANEL_TAIL] = wl_rect_top(&area, bands[BAND_TAIL].h);
}

/* Of the classes those that were seen, and the line above them; but three rows for the findings. */
static int small_rows(const struct wl_board *b, unsigned panel, int rows)
{
    int want = 1;

    if (panel != PANEL_CLASSES)
        return rows;
    for (unsigned class = 0; class < WL_N_CLASSES; class ++)
        want += b->classes[class].n[WL_WINDOW_ALL] > 0;
    return want > rows - SMALL_FINDINGS ? rows - SMALL_FINDINGS : want;
}

static void draw_small_title(struct wl_canvas *c, struct wl_rect line, const char *title)
{
    struct wl_strip s;

    wl_strip_init(&s, c, line.w);
    wl_strip_printf(&s, WL_ROLE_TITLE, " %s ", title);
    wl_canvas_place(c, line.x + 1, line.y, line.w - 2, WL_LEFT, &s);
}

/* Narrow or low: classes, and below them the findings, without frames. */
static void draw_small(const struct wl_screen *s, struct overview *o, struct wl_canvas *c,
                       struct wl_rect area)
{
    for (unsigned panel = PANEL_CLASSES; panel <= PANEL_FINDINGS; panel++) {
        struct wl_pick *pick = &o->picks[panel];
        struct wl_rect part = wl_rect_top(&area, small_rows(s->board, panel, area.h));
        struct wl_rect line = wl_rect_top(&part, part.h > 1);
        struct wl_rows rows;

        o->areas[panel] = part;
        wl_canvas_line(c, line, o->focus == panel);
        (void)wl_rect_left(&part, 1);
        (void)wl_rect_right(&part, 1);
        if (panel == PANEL_CLASSES) {
            o->class_rows = part.h;
            find_classes(o, s->board);
        }
        rows = rows_of(o, s, panel);
        wl_pick_draw(pick, s, c, panels[panel].grid, part, &rows, o->focus == panel);
        if (line.h) {
            draw_small_title(c, line, panels[panel].title);
            wl_sheet_heads_in_frame(c, &pick->table, line, (int)strlen(panels[panel].title));
        }
        if (rows.n == 0)
            (void)wl_canvas_text(c, part, 0, 0, WL_ROLE_FAINT, none_of(s));
    }
}

/* Smaller than anything can be drawn in: rates, findings, drops. */
static void draw_line(const struct wl_screen *s, struct wl_canvas *c, struct wl_rect area)
{
    const struct wl_board *b = s->board;
    double rate = 0;
    struct wl_strip line;

    for (unsigned class = 0; class < WL_N_CLASSES; class ++)
        rate += wl_pace_rate(&b->classes[class], b, s->window);
    wl_strip_init(&line, c, area.w);
    wl_put_decimal(&line, WL_ROLE_STRONG, rate);
    wl_strip_text(&line, WL_ROLE_FAINT, "/s  ");
    wl_put_findings(&line, b->stats.findings);
    wl_strip_text(&line, WL_ROLE_FAINT, "  drop ");
    wl_strip_short(&line, wl_health_drops(b) ? WL_ROLE_BAD : WL_ROLE_PLAIN, wl_health_drops(b));
    wl_canvas_place(c, area.x, area.y, area.w, WL_LEFT, &line);
}

enum { LEAST_COLUMNS = 40, LEAST_ROWS = 7 };

static void draw(const struct wl_screen *s, void *state, struct wl_canvas *c, struct wl_rect area)
{
    struct overview *o = state;

    memset(o->areas, 0, sizeof(o->areas));
    if (area.w <= 0 || area.h <= 0)
        return;
    if (wl_empty_is(s)) {
        wl_empty_draw(s, c, area);
        return;
    }
    if (area.w < LEAST_COLUMNS || area.h < LEAST_ROWS) {
        draw_line(s, c, area);
        return;
    }
    find_tail(o, s);
    if (area.w < SMALL_COLUMNS || area.h < SMALL_ROWS) {
        if (o->focus > PANEL_FINDINGS)
            o->focus = PANEL_CLASSES;
        draw_small(s, o, c, area);
        return;
    }
    arrange(o, s->board, area);
    if (o->areas[o->focus].h == 0)
        o->focus = PANEL_CLASSES;
    draw_chart(s, c, o->areas[PANEL_CHART]);
    draw_health(s, c, o->areas[PANEL_HEALTH]);
    for (unsigned panel = 0; panel < N_PANELS; panel++)
        draw_panel(s, o, c, panel);
}

/* -------------------------------------------------------------------------------------- actions */

static void next_panel(struct overview *o, int by)
{
    for (int tries = 0; tries < N_PANELS; tries++) {
        o->focus = (unsigned)((int)o->focus + by + N_PANELS) % N_PANELS;
        if (o->areas[o->focus].h)
            return;
    }
}

static bool click(struct overview *o, const struct wl_screen *s, const struct wl_press *in)
{
    for (unsigned panel = 0; panel < N_PANELS; panel++) {
        struct wl_rows rows = rows_of(o, s, panel);

        if (wl_rect_holds(o->areas[panel], in->x, in->y)) {
            o->focus = panel;
            (void)wl_pick_click(&o->picks[panel], &rows, in->x, in->y);
            return true;
        }
    }
    return false;
}

static enum wl_did act(struct wl_screen *s, void *state, const struct wl_press *in)
{
    struct overview *o = state;
    struct wl_rows rows;
    const void *row;

    if (!s->board || wl_empty_is(s))
        return WL_DID_NOTHING;
    find_classes(o, s->board);
    find_tail(o, s);
    rows = rows_of(o, s, o->focus);
    wl_pick_find(&o->picks[o->focus], &rows);
    if (wl_pick_move(&o->picks[o->focus], &rows, in->action))
        return WL_DID_DRAW;
    switch ((int)in->action) {
    case WL_ACT_NEXT_PANEL:
    case WL_ACT_RIGHT: next_panel(o, 1); return WL_DID_DRAW;
    case WL_ACT_PREVIOUS_PANEL:
    case WL_ACT_LEFT: next_panel(o, -1); return WL_DID_DRAW;
    case WL_ACT_NEXT_FINDING:
    case WL_ACT_PREVIOUS_FINDING:
        o->focus = PANEL_FINDINGS;
        rows = rows_of(o, s, o->focus);
        wl_pick_find(&o->picks[o->focus], &rows);
        (void)wl_pick_move(&o->picks[o->focus], &rows,
                           in->action == WL_ACT_NEXT_FINDING ? WL_ACT_DOWN : WL_ACT_UP);
        return WL_DID_DRAW;
    case WL_ACT_CLICK: return click(o, s, in) ? WL_DID_DRAW : WL_DID_NOTHING;
    case WL_ACT_OPEN:
        row = wl_pick_selected(&o->picks[o->focus], &rows);
        if (!row)
            return WL_DID_NOTHING;
        panels[o->focus].open(s, row);
        return WL_DID_DRAW;
    default: return WL_DID_NOTHING;
    }
}

const struct wl_view wl_view_overview = {
    .where = WL_IN_OVERVIEW,
    .number = 1,
    .name = "overview",
    .title = "Overview",
    .help =
        "Responses by class and code, with rate and share over the window (t: 10 s, 60 s, all) "
        "and the trend of a minute; findings by rule; status sequences, those that break a rule "
        "marked V, W or N; the worst servers; the latest exchanges; what was lost or could not be "
        "judged. Tab goes from panel to panel, Enter opens what is selected.",
    .state_size = sizeof(struct overview),
    .draw = draw,
    .act = act,
};
