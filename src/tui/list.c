/* list.c - a list of any length on the screen: selection, scrolling, sorting, following.
 * SPDX-License-Identifier: MIT
 *
 * Rows shown are top .. top+rows-1, the page holds first .. first+n-1 around them. Where a row
 * shown is not in the page the engine has been asked already and the row says so for a moment.
 */
#include "list.h"

#include "phrase.h"
#include "profile.h"
#include "screen.h"

enum {
    LEAST_ROWS = 16, /* asked for at least */
    BOX_COLUMNS = 60,
    BOX_ROWS = 8, /* smaller lists have no frame */
    WHEEL = 3,
};

/* ---------------------------------------------------------------------------------------- rows */

static const void *row_at(const struct wl_list_state *l, uint64_t index)
{
    const struct wl_page *p = l->page;

    if (!p || index < p->first || index - p->first >= p->n)
        return NULL;
    return l->kind->row(p, (uint32_t)(index - p->first));
}

static uint64_t id_at(const struct wl_list_state *l, uint64_t index)
{
    const void *row = row_at(l, index);

    return row ? l->kind->id(row) : WL_NONE;
}

const void *wl_list_selected(const struct wl_list_state *l)
{
    return row_at(l, l->cursor);
}

static uint64_t total(const struct wl_list_state *l)
{
    return l->page ? l->page->total : 0;
}

/* Index of the row with this id in the page, or WL_NONE. */
static uint64_t find_id(const struct wl_list_state *l, uint64_t id)
{
    for (uint32_t i = 0; id != WL_NONE && i < l->page->n; i++) {
        if (id_at(l, l->page->first + i) == id)
            return l->page->first + i;
    }
    return WL_NONE;
}

/* -------------------------------------------------------------------------------- the question */

void wl_list_open(struct wl_list_state *l, const struct wl_list_kind *kind,
                  const struct wl_place *place)
{
    *l = (struct wl_list_state){
        .kind = kind,
        .sort = kind->sort,
        .descending = kind->descending,
        .follow = kind->sort == WL_SORT_TIME && kind->descending,
        .rule = place->rule,
        .connection = place->one ? place->conn.id : 0,
        .selected = WL_NONE,
        .anchor = WL_NONE,
    };
    memcpy(l->title, place->title, sizeof(l->title));
}

bool wl_list_ask(const struct wl_screen *s, const void *state, struct wl_ask *ret)
{
    const struct wl_list_state *l = state;
    int n = l->rows * 3 > LEAST_ROWS ? l->rows * 3 : LEAST_ROWS;

    (void)s;
    ret->kind = WL_ASK_LIST;
    ret->list = l->kind->list;
    ret->sort = l->sort;
    ret->descending = l->descending;
    ret->n = (uint32_t)wl_min_size((size_t)n, WL_PAGE_ROWS);
    ret->rule = l->rule;
    ret->connection = l->connection;
    ret->first = l->first;
    ret->keep = l->anchor;
    ret->around = l->anchor != WL_NONE;
    return true;
}

/* Makes the next question one that gives the rows around the cursor. */
static void aim(struct wl_list_state *l)
{
    uint64_t before = (uint64_t)(l->rows > 0 ? l->rows : 1);

    l->anchor = l->follow || l->kind->ids_are_ours ? WL_NONE : id_at(l, l->cursor);
    l->anchor_index = l->cursor;
    l->first = l->follow || l->cursor < before ? 0 : l->cursor - before;
}

/* The page, as far as the list goes, holds what is shown, with half a screen to spare. */
static bool covered(const struct wl_list_state *l)
{
    const struct wl_page *p = l->page;
    uint64_t spare = (uint64_t)l->rows / 2;
    uint64_t from = l->top > spare ? l->top - spare : 0;
    uint64_t to = wl_min_u64(l->top + (uint64_t)l->rows + spare, total(l));

    return p && from >= p->first && to <= p->first + p->n;
}

static void keep_in_sight(struct wl_list_state *l)
{
    uint64_t rows = (uint64_t)(l->rows > 0 ? l->rows : 1);
    uint64_t all = total(l);

    if (all && l->cursor >= all)
        l->cursor = all - 1;
    if (l->cursor < l->top)
        l->top = l->cursor;
    if (l->cursor - l->top >= rows)
        l->top = l->cursor - rows + 1;
    /* no empty rows at the end while there are others above */
    if (l->top + rows > all)
        l->top = all > rows ? all - rows : 0;
}

static void open_selected(struct wl_screen *s, struct wl_list_state *l)
{
    const void *row = wl_list_selected(l);

    l->opening = !row && (!l->page || l->cursor < total(l)); /* it is on its way */
    if (row && l->kind->open)
        l->kind->open(s, row);
}

static void place_selection(struct wl_list_state *l)
{
    uint64_t found, before = l->cursor;

    if (l->follow) {
        l->cursor = l->top = 0;
        l->selected = id_at(l, 0);
        return;
    }
    found = find_id(l, l->selected);
    if (found == WL_NONE && l->page->kept != WL_NONE && l->anchor != WL_NONE)
        found = l->cursor + l->page->kept - l->anchor_index; /* modulo: up or down */
    if (found != WL_NONE && found < l->page->total) {
        l->top = l->top + found > before ? l->top + found - before : 0;
        l->cursor = found;
    }
    if (l->page->kept != WL_NONE)
        l->anchor_index = l->page->kept;
    keep_in_sight(l);
    if (id_at(l, l->cursor) != WL_NONE)
        l->selected = id_at(l, l->cursor);
    if (!covered(l) && l->page->total > l->page->n)
        aim(l);
}

void wl_list_answer(struct wl_screen *s, void *state, const struct wl_answer *a)
{
    struct wl_list_state *l = state;
    bool opening = l->opening && s->frames[s->n_frames - 1].state == state;

    l->page = a->code == 0 ? a->of.page : NULL;
    if (!l->page)
        return;
    place_selection(l);
    l->opening = false;
    if (opening)
        open_selected(s, l);
}

/* -------------------------------------------------------------------------------------- actions */

static void go(struct wl_list_state *l, uint64_t index)
{
    uint64_t all = total(l);

    l->follow = false;
    l->cursor = all == 0 ? 0 : wl_min_u64(index, all - 1);
    keep_in_sight(l);
    l->selected = id_at(l, l->cursor);
    if (!covered(l) || (l->anchor == WL_NONE && !l->kind->ids_are_ours))
        aim(l);
}

static void go_by(struct wl_list_state *l, int rows)
{
    uint64_t by = (uint64_t)(rows < 0 ? -rows : rows);

    if (rows < 0 && l->cursor == 0 && l->follow)
        return; /* up at the top: nothing to leave */
    go(l, rows > 0 ? l->cursor + by : l->cursor > by ? l->cursor - by : 0);
}

/* Shows the list from its beginning in another order. */
static void restart(struct wl_list_state *l)
{
    l->cursor = l->top = l->first = 0;
    l->selected = l->anchor = WL_NONE;
    l->follow &= l->sort == WL_SORT_TIME && l->descending;
}

/* The first one that is shown: '#' and 'start' stand for the same order. */
static int sorted_column(const struct wl_list_state *l)
{
    const struct wl_grid *g = &l->kind->grid;

    for (int i = 0; i < l->table.n_slots; i++) {
        int column = l->table.slots[i].column;

        if (g->columns[column].sorts && g->columns[column].sort == l->sort)
            return column;
    }
    return -1;
}

static void sort_by(struct wl_list_state *l, int column)
{
    const struct wl_column *to = &l->kind->grid.columns[column];

    if (!to->sorts)
        return;
    if (to->sort == l->sort) {
        l->descending = !l->descending;
    } else {
        l->sort = to->sort;
        l->descending = to->align == WL_RIGHT || to->sort == WL_SORT_TIME; /* the largest first */
    }
    restart(l);
}

/* To the next column (by: 1 or -1) that can be sorted by and is shown. */
static void sort_beside(struct wl_list_state *l, int by)
{
    int n = l->table.n_slots, at = 0;

    for (int i = 0; i < n; i++) {
        if (l->table.slots[i].column == sorted_column(l))
            at = i;
    }
    for (int tries = 0; tries < n; tries++) {
        int column;

        at = (at + by + n) % n;
        column = l->table.slots[at].column;
        if (l->kind->grid.columns[column].sorts && l->kind->grid.columns[column].sort != l->sort) {
            sort_by(l, column);
            return;
        }
    }
}

static void click(struct wl_list_state *l, const struct wl_press *in)
{
    int column = wl_sheet_column_at(&l->table, in->x);
    uint64_t row = l->top + (uint64_t)(in->y - l->table.area.y);

    if (in->y == l->head_y) {
        if (column >= 0)
            sort_by(l, column);
    } else if (in->y >= l->table.area.y && in->y < l->table.area.y + l->rows && row < total(l)) {
        go(l, row);
    }
}

static uint32_t ordinal_of(const struct wl_list_state *l, const void *row)
{
    return l->kind->ordinal ? l->kind->ordinal(row) : 0;
}

static bool mark(struct wl_screen *s, struct wl_list_state *l)
{
    const void *row = wl_list_selected(l);
    const struct wl_conn_ref *conn = row && l->kind->conn ? l->kind->conn(row) : NULL;

    if (!conn)
        return false;
    wl_screen_mark(s, conn, ordinal_of(l, row));
    go_by(l, 1);
    return true;
}

static bool move(struct wl_list_state *l, enum wl_action action)
{
    int page = l->rows > 1 ? l->rows - 1 : 1;

    switch ((int)action) {
    case WL_ACT_UP: go_by(l, -1); return true;
    case WL_ACT_DOWN: go_by(l, 1); return true;
    case WL_ACT_PAGE_UP: go_by(l, -page); return true;
    case WL_ACT_PAGE_DOWN: go_by(l, page); return true;
    case WL_ACT_FIRST: go(l, 0); return true;
    case WL_ACT_LAST: go(l, total(l)); return true;
    default: return false;
    }
}

/* To the next row with a finding (by: 1 or -1), as far as the page goes: f lists them all. */
static bool find(struct wl_list_state *l, int by)
{
    const void *row;

    for (uint64_t at = l->cursor + (uint64_t)by; (row = row_at(l, at)); at += (uint64_t)by) {
        if (l->kind->is_found && l->kind->is_found(row)) {
            go(l, at);
            return true;
        }
    }
    return false;
}

/* Connections, or the exchanges on them: of the same, as the screen keeps what narrows it. */
static void open_beside(struct wl_screen *s, const struct wl_list_state *l)
{
    struct wl_place place = {.ordinal = 0};

    memcpy(place.title, l->title, sizeof(place.title));
    wl_screen_open(s, l->kind->beside, &place);
}

static void follow(struct wl_list_state *l)
{
    l->follow = !l->follow;
    if (!l->follow) {
        aim(l);
        return;
    }
    l->sort = WL_SORT_TIME;
    l->descending = true;
    restart(l);
}

enum wl_did wl_list_act(struct wl_screen *s, void *state, const struct wl_press *in)
{
    struct wl_list_state *l = state;

    l->opening = false;
    if (move(l, in->action))
        return WL_DID_DRAW;
    switch ((int)in->action) {
    case WL_ACT_SORT:
    case WL_ACT_SORT_RIGHT: sort_beside(l, 1); return WL_DID_DRAW;
    case WL_ACT_SORT_LEFT: sort_beside(l, -1); return WL_DID_DRAW;
    case WL_ACT_SORT_REVERSE:
        l->descending = !l->descending;
        restart(l);
        return WL_DID_DRAW;
    case WL_ACT_FOLLOW: follow(l); return WL_DID_DRAW;
    case WL_ACT_OPEN: open_selected(s, l); return WL_DID_DRAW;
    case WL_ACT_NEXT_FINDING:
    case WL_ACT_PREVIOUS_FINDING:
        if (!find(l, in->action == WL_ACT_NEXT_FINDING ? 1 : -1))
            wl_screen_say(s, "no further finding near; f lists only what has findings");
        return WL_DID_DRAW;
    case WL_ACT_EXCHANGES:
        if (!l->kind->beside)
            return WL_DID_NOTHING;
        open_beside(s, l);
        return WL_DID_DRAW;
    case WL_ACT_MARK: return mark(s, l) ? WL_DID_DRAW : WL_DID_NOTHING;
    case WL_ACT_CLICK: click(l, in); return WL_DID_DRAW;
    default: return WL_DID_NOTHING;
    }
}

const struct wl_list_state *wl_list_of(const void *state)
{
    return state;
}

bool wl_list_display_filter(const struct wl_screen *s, const void *state, struct wl_text *ret)
{
    const struct wl_list_state *l = state;
    const void *row = wl_list_selected(l);
    const struct wl_conn_ref *conn = row && l->kind->conn ? l->kind->conn(row) : NULL;

    if (!conn)
        return false;
    wl_screen_display_filter(s, ret, conn, 1);
    return true;
}

/* -------------------------------------------------------------------------------------- drawing */

/* "12 of 1 000 000" */
static void put_totals(struct wl_strip *s, const struct wl_list_state *l)
{
    const struct wl_page *p = l->page;

    if (!p)
        return;
    wl_strip_char(s, WL_ROLE_PLAIN, ' ');
    wl_strip_count(s, WL_ROLE_STRONG, p->total);
    if (p->total != p->matched) {
        wl_strip_text(s, WL_ROLE_PLAIN, " of ");
        wl_strip_count(s, WL_ROLE_PLAIN, p->matched);
    }
    if (p->partial)
        wl_strip_text(s, WL_ROLE_FAINT, " so far");
    wl_strip_char(s, WL_ROLE_PLAIN, ' ');
}

/* What the list is of, how many, and in what manner: for the frame's upper line. */
static void put_title(struct wl_strip *s, const struct wl_list_state *l)
{
    wl_strip_text(s, WL_ROLE_TITLE, l->kind->title);
    if (*l->title) {
        wl_strip_text(s, WL_ROLE_FAINT, ": ");
        wl_put_field(s, WL_ROLE_TITLE, l->title, sizeof(l->title));
    }
    wl_strip_char(s, WL_ROLE_PLAIN, ' ');
    put_totals(s, l);
}

static void put_state(struct wl_strip *s, const struct wl_screen *screen,
                      const struct wl_list_state *l)
{
    if (screen->only_findings)
        wl_strip_text(s, WL_ROLE_KEY, " only with findings ");
    if (screen->least > WL_NOTE) {
        wl_strip_printf(s, WL_ROLE_KEY, " from %s on ",
                        screen->least == WL_WARNING ? "warning" : "violation");
    }
    if (l->follow)
        wl_strip_text(s, WL_ROLE_GOOD, " newest first, following ");
}

/* The frame, or where it is too small only a line; returns the inside. */
static struct wl_rect draw_frame(const struct wl_screen *s, struct wl_list_state *l,
                                 struct wl_canvas *c, struct wl_rect area)
{
    struct wl_strip title, state;
    struct wl_rect inside;

    wl_strip_init(&title, c, area.w - 2);
    wl_strip_char(&title, WL_ROLE_PLAIN, ' ');
    put_title(&title, l);
    wl_strip_init(&state, c, area.w - 4);
    put_state(&state, s, l);
    if (area.w < BOX_COLUMNS || area.h < BOX_ROWS) {
        struct wl_rect line = wl_rect_top(&area, 1);

        wl_canvas_line(c, line, false);
        wl_canvas_place(c, line.x + 1, line.y, line.w - 2, WL_LEFT, &title);
        wl_rect_left(&area, 1);
        wl_rect_right(&area, 1);
        return area;
    }
    inside = wl_panel_draw(c, area, &(struct wl_panel){.title = "", .note = NULL});
    wl_canvas_place(c, area.x + 2, area.y, area.w - 4, WL_LEFT, &title);
    if (state.n && title.n + state.n + 6 < area.w)
        wl_canvas_place(c, area.x + area.w - 2 - state.n, area.y, state.n, WL_LEFT, &state);
    return inside;
}

/* What a list without rows says instead of them; the page is there. */
static const char *why_empty(const struct wl_screen *s, const struct wl_list_state *l)
{
    if (l->page->matched == 0 && l->kind->list == WL_LIST_EXCHANGES && s->board &&
        s->board->stats.exchanges) {
        return "None of them is held: there is no room for what they take. What is kept is bounded "
               "by max_history_octets and memory; --set raises them.";
    }
    if (l->page->matched == 0)
        return l->kind->empty ? l->kind->empty : "Nothing yet.";
    if (s->only_findings)
        return "None of them has findings. f shows all.";
    if (*s->filter)
        return "The filter lets none of them through. / changes it, Esc in it takes it away.";
    return "There are none of these.";
}

static void draw_empty(const struct wl_list_state *l, struct wl_canvas *c, struct wl_rect r,
                       const struct wl_screen *s)
{
    struct wl_rect text = {r.x, r.y + (r.h > 4 ? 1 : 0), r.w, r.h > 4 ? r.h - 1 : r.h};

    if (!l->page) {
        wl_canvas_text(c, text, 0, 0, WL_ROLE_FAINT, "...");
        return;
    }
    (void)wl_canvas_wrap(c, text, 0, WL_ROLE_FAINT, wl_span_text(why_empty(s, l)));
}

static void draw_row(const struct wl_screen *s, const struct wl_list_state *l, struct wl_canvas *c,
                     uint64_t index, int y)
{
    const void *row = row_at(l, index);
    const struct wl_conn_ref *conn;

    if (!row) {
        wl_canvas_cell(c, l->table.area.x, y, WL_ROLE_FAINT, 0x2026);
        return;
    }
    wl_sheet_row(c, &l->table, y, s, row);
    conn = l->kind->conn ? l->kind->conn(row) : NULL;
    if (index == l->cursor && !l->passive)
        wl_sheet_select(c, &l->table, y);
    if (conn && wl_screen_marked(s, conn->id, ordinal_of(l, row))) {
        wl_canvas_cell(c, l->table.area.x - 1, y,
                       index == l->cursor && !l->passive ? WL_ROLE_SELECTED : WL_ROLE_KEY, '*');
    }
}

/* Below short lists on large screens: more of the selected row. */
static void draw_profile(const struct wl_screen *s, const struct wl_list_state *l,
                         struct wl_canvas *c, struct wl_rect *area)
{
    const void *row = wl_list_selected(l);

    if (l->kind->profile && row && area->w >= BOX_COLUMNS && area->h >= BOX_ROWS + WL_PROFILE_ROWS)
        l->kind->profile(s, c, wl_rect_bottom(area, WL_PROFILE_ROWS), row);
}

void wl_list_draw(const struct wl_screen *s, void *state, struct wl_canvas *c, struct wl_rect area)
{
    struct wl_list_state *l = state;
    struct wl_rect body, head;
    int right = area.x + area.w - 1;

    draw_profile(s, l, c, &area);
    body = draw_frame(s, l, c, area);
    head = wl_rect_top(&body, body.h > 2);

    wl_sheet_init(&l->table, &l->kind->grid, &s->columns[l->kind->list], body);
    l->head_y = head.h ? head.y : -1;
    l->rows = body.h;
    keep_in_sight(l);
    if (head.h)
        wl_sheet_heads(c, &l->table, head.y, sorted_column(l), l->descending);
    if (total(l) == 0) {
        draw_empty(l, c, body, s);
        return;
    }
    for (int i = 0; i < body.h && l->top + (uint64_t)i < total(l); i++)
        draw_row(s, l, c, l->top + (uint64_t)i, body.y + i);
    wl_scroll_draw(c, right, body.y, body.h, l->top, (uint64_t)body.h, total(l));
}
