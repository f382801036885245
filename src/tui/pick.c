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

    wl_sheet_init(&p->table, grid, area);
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

    r.x--;
    r.w += 2;
    if (!wl_rect_holds(r, x, y) || at >= rows->n)
        return false;
    choose(p, rows, at);
    return true;
}
