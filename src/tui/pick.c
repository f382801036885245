/* pick.c - a table whose rows are all at hand, one of them selected.
 * SPDX-License-Identifier: MIT
 *
 * Until somebody moves, the first row is the selected one; from then on it is the row chosen,
 * wherever it goes.
 */
#include "pick.h"

static void choose(struct wl_pick *p, const struct wl_rows *rows, uint32_t index)
{
    p->cursor = index;
    p->id = rows->id(wl_rows_at(rows, index));
    p->chosen = true;
}

/* ------------------------------------------------------------------------------------- order */

/* Does row a stand before row b? Equal ones stand as they lie, so there is one order only. */
static bool goes_before(const struct wl_pick *p, const struct wl_screen *s,
                        const struct wl_column *column, const struct wl_rows *rows, uint16_t a,
                        uint16_t b)
{
    const uint8_t *at = rows->at;
    int order = column->compare(s, at + a * rows->size, at + b * rows->size);

    if (order == 0)
        return a < b;
    return p->descending ? order > 0 : order < 0;
}

void wl_pick_arrange(struct wl_pick *p, const struct wl_screen *s, const struct wl_grid *grid,
                     struct wl_rows *rows)
{
    if (!p->sorted || rows->n > WL_PICK_ROWS)
        return;
    /* by insertion: from one drawing to the next little changes */
    for (uint32_t i = 0; i < rows->n; i++) {
        bool known = !rows->order && i < p->n && p->n == rows->n;
        uint16_t row = rows->order ? rows->order[i] : known ? p->order[i] : (uint16_t)i;
        uint32_t to = i;

        while (to && goes_before(p, s, &grid->columns[p->column], rows, row, p->order[to - 1])) {
            p->order[to] = p->order[to - 1];
            to--;
        }
        p->order[to] = row;
    }
    rows->order = p->order;
}

/* The first time in the direction that people mean: names from a on, numbers from the largest. */
static void sort_by(struct wl_pick *p, int column)
{
    const struct wl_column *to = &p->table.grid->columns[column];

    if (!to->compare)
        return;
    p->descending = p->sorted && p->column == column ? !p->descending : to->align == WL_RIGHT;
    if (!p->sorted) {
        for (uint32_t i = 0; i < WL_PICK_ROWS; i++)
            p->order[i] = (uint16_t)i;
    }
    p->sorted = true;
    p->column = column;
    p->top = 0;
}

/* To the next column (by: 1 or -1) that can be sorted by and is shown. */
static void sort_beside(struct wl_pick *p, int by)
{
    int n = p->table.n_slots, at = by > 0 ? -1 : n;

    for (int i = 0; p->sorted && i < n; i++) {
        if (p->table.slots[i].column == p->column)
            at = i;
    }
    for (int tries = 0; tries < n; tries++) {
        at = (at + by + n) % n;
        if (p->table.grid->columns[p->table.slots[at].column].compare) {
            sort_by(p, p->table.slots[at].column);
            return;
        }
    }
}

bool wl_pick_sort(struct wl_pick *p, enum wl_action action)
{
    switch ((int)action) {
    case WL_ACT_SORT:
    case WL_ACT_SORT_RIGHT: sort_beside(p, 1); return true;
    case WL_ACT_SORT_LEFT: sort_beside(p, -1); return true;
    case WL_ACT_SORT_REVERSE: p->descending = !p->descending; return true;
    default: return false;
    }
}

void wl_pick_heads(struct wl_pick *p, struct wl_canvas *c, int y)
{
    p->head_y = y;
    wl_sheet_heads(c, &p->table, y, p->sorted ? p->column : -1, p->descending);
}

/* --------------------------------------------------------------------------------- selection */

void wl_pick_find(struct wl_pick *p, const struct wl_rows *rows)
{
    p->n = rows->n;
    if (!p->chosen) {
        p->cursor = 0;
        return;
    }
    for (uint32_t i = 0; i < rows->n; i++) {
        if (rows->id(wl_rows_at(rows, i)) == p->id) {
            p->cursor = i;
            return;
        }
    }
    /* it is gone: what stands in its place now */
    if (p->cursor >= rows->n)
        p->cursor = rows->n ? rows->n - 1 : 0;
    p->chosen = false;
}

const void *wl_pick_selected(const struct wl_pick *p, const struct wl_rows *rows)
{
    return p->cursor < rows->n ? wl_rows_at(rows, p->cursor) : NULL;
}

void wl_pick_draw(struct wl_pick *p, const struct wl_screen *s, struct wl_canvas *c,
                  const struct wl_grid *grid, struct wl_rect area, const struct wl_rows *rows,
                  bool focus)
{
    uint32_t shown = area.h > 0 ? (uint32_t)area.h : 0;

    wl_sheet_init(&p->table, grid, NULL, area);
    wl_pick_find(p, rows);
    if (shown == 0)
        return;
    if (p->cursor < p->top)
        p->top = p->cursor;
    if (p->cursor - p->top >= shown)
        p->top = p->cursor - shown + 1;
    if (p->top + shown > rows->n)
        p->top = rows->n > shown ? rows->n - shown : 0;
    for (uint32_t i = 0; i < shown && p->top + i < rows->n; i++) {
        int y = area.y + (int)i;

        wl_sheet_row(c, &p->table, y, s, wl_rows_at(rows, p->top + i));
        if (focus && p->top + i == p->cursor)
            wl_sheet_select(c, &p->table, y);
    }
}

bool wl_pick_move(struct wl_pick *p, const struct wl_rows *rows, enum wl_action action)
{
    int64_t page = p->table.area.h > 1 ? p->table.area.h - 1 : 1;
    int64_t to = p->cursor;

    switch ((int)action) {
    case WL_ACT_UP: to -= 1; break;
    case WL_ACT_DOWN: to += 1; break;
    case WL_ACT_PAGE_UP: to -= page; break;
    case WL_ACT_PAGE_DOWN: to += page; break;
    case WL_ACT_FIRST: to = 0; break;
    case WL_ACT_LAST: to = (int64_t)rows->n - 1; break;
    default: return false;
    }
    if (to >= rows->n)
        to = (int64_t)rows->n - 1;
    if (rows->n)
        choose(p, rows, to < 0 ? 0 : (uint32_t)to);
    return true;
}

bool wl_pick_click(struct wl_pick *p, const struct wl_rows *rows, int x, int y)
{
    struct wl_rect r = p->table.area;
    uint32_t at = p->top + (uint32_t)(y - r.y);
    int column = p->head_y && y == p->head_y ? wl_sheet_column_at(&p->table, x) : -1;

    if (column >= 0) {
        sort_by(p, column);
        return true;
    }
    r.x--;
    r.w += 2;
    if (!wl_rect_holds(r, x, y) || at >= rows->n)
        return false;
    choose(p, rows, at);
    return true;
}
