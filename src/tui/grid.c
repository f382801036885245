/* grid.c - tables: columns that make room for each other, rows, a selected one; and their frame.
 * SPDX-License-Identifier: MIT
 */
#include "grid.h"

enum {
    GAP_WIDE = 2,   /* columns between columns */
    GAP_NARROW = 1, /* where space is short */
    SHORT = 70,     /* widths below this are short of space */
};

/* --------------------------------------------------------------------------------------- layout */

static int most_of(const struct wl_column *column)
{
    return column->most > column->least ? column->most : column->least;
}

/* Columns that a grid needs with those that are in. */
static int need(const struct wl_grid *g, const bool *in, int gap)
{
    int n = 0;

    for (int i = 0; i < g->n_columns; i++) {
        if (in[i])
            n += g->columns[i].least + (n ? gap : 0);
    }
    return n;
}

/* The column that goes next: of those with the highest rank the last one; -1 when none may. */
static int least_important(const struct wl_grid *g, const struct wl_arrangement *a, const bool *in)
{
    int found = -1;

    for (int i = 0; i < g->n_columns; i++) {
        if (in[i] && g->columns[i].rank && a->wanted[i] != WL_WANTED_ALWAYS &&
            (found < 0 || g->columns[i].rank >= g->columns[found].rank))
            found = i;
    }
    return found;
}

/* Gives what is left of the width to columns that can use it, one by one, in turns. */
static void widen(struct wl_sheet *t, int left)
{
    bool any = true;

    while (left > 0 && any) {
        any = false;
        for (int i = 0; i < t->n_slots && left > 0; i++) {
            struct wl_slot *slot = &t->slots[i];

            const struct wl_column *column = &t->grid->columns[slot->column];
            int more = column->weight > 1 ? column->weight : 1;

            for (; more && left > 0 && slot->w < most_of(column); more--) {
                slot->w++;
                left--;
                any = true;
            }
        }
    }
}

void wl_sheet_init(struct wl_sheet *t, const struct wl_grid *grid, const struct wl_arrangement *a,
                   struct wl_rect area)
{
    static const struct wl_arrangement own;
    bool in[WL_GRID_COLUMNS];
    int gap = area.w < SHORT ? GAP_NARROW : GAP_WIDE;
    int x = 0, out;

    WL_ASSERT(grid->n_columns <= WL_GRID_COLUMNS);
    *t = (struct wl_sheet){.grid = grid, .area = area};
    if (!a || !a->made)
        a = &own;
    for (int i = 0; i < grid->n_columns; i++)
        in[i] = a->wanted[i] != WL_WANTED_NEVER;
    while (need(grid, in, gap) > area.w && (out = least_important(grid, a, in)) >= 0)
        in[out] = false;
    for (int i = 0; i < grid->n_columns; i++) {
        int column = a->made ? a->order[i] : i;

        if (in[column])
            t->slots[t->n_slots++] = (struct wl_slot){column, 0, grid->columns[column].least};
    }
    widen(t, area.w - need(grid, in, gap));
    for (int i = 0; i < t->n_slots; i++) {
        struct wl_slot *slot = &t->slots[i];

        slot->x = x;
        if (x + slot->w >
            area.w) /* even the indispensable ones do not fit: the last ones are cut */
            slot->w = area.w > x ? area.w - x : 0;
        x += slot->w + gap;
    }
}

int wl_sheet_column_at(const struct wl_sheet *t, int x)
{
    for (int i = 0; i < t->n_slots; i++) {
        int from = t->area.x + t->slots[i].x;

        if (x >= from - 1 && x <= from + t->slots[i].w)
            return t->slots[i].column;
    }
    return -1;
}

/* -------------------------------------------------------------------------------------- drawing */

/* The arrow stands on the side where there is air; it goes before a head is cut. */
static void put_head(struct wl_strip *s, const struct wl_canvas *c, int w,
                     const struct wl_column *column, bool sorted, bool descending)
{
    struct wl_strip arrow;

    wl_strip_init(s, c, w);
    wl_strip_init(&arrow, c, 1);
    if (sorted)
        wl_strip_char(&arrow, WL_ROLE_KEY, descending ? 0x25be : 0x25b4);
    if (column->align == WL_RIGHT)
        wl_strip_join(s, &arrow);
    wl_strip_text(s, sorted ? WL_ROLE_KEY : WL_ROLE_HEAD, column->head);
    if (column->align != WL_RIGHT)
        wl_strip_join(s, &arrow);
    if (!s->cut)
        return;
    wl_strip_init(s, c, w);
    wl_strip_text(s, sorted ? WL_ROLE_KEY : WL_ROLE_HEAD, column->head);
    if (s->cut)
        wl_strip_init(s, c, 0); /* half a word says less than none */
}

void wl_sheet_heads(struct wl_canvas *c, const struct wl_sheet *t, int y, int sorted,
                    bool descending)
{
    for (int i = 0; i < t->n_slots; i++) {
        const struct wl_slot *slot = &t->slots[i];
        const struct wl_column *column = &t->grid->columns[slot->column];
        struct wl_strip s;

        put_head(&s, c, slot->w, column, slot->column == sorted, descending);
        wl_canvas_place(c, t->area.x + slot->x, y, slot->w, column->align, &s);
    }
}

void wl_sheet_heads_in_frame(struct wl_canvas *c, const struct wl_sheet *t, struct wl_rect frame,
                             int title)
{
    int from = frame.x + 4 + title, to = frame.x + frame.w - 1;

    for (int i = 0; i < t->n_slots; i++) {
        const struct wl_slot *slot = &t->slots[i];
        const struct wl_column *column = &t->grid->columns[slot->column];
        struct wl_strip s;
        int x;

        put_head(&s, c, slot->w, column, false, false);
        if (s.n == 0)
            continue;
        x = t->area.x + slot->x + (column->align == WL_RIGHT ? slot->w - s.n : 0);
        if (x - 1 < from || x + s.n >= to)
            continue;
        wl_canvas_cell(c, x - 1, frame.y, WL_ROLE_PLAIN, ' ');
        wl_canvas_place(c, x, frame.y, s.n, WL_LEFT, &s);
        wl_canvas_cell(c, x + s.n, frame.y, WL_ROLE_PLAIN, ' ');
    }
}

void wl_sheet_row(struct wl_canvas *c, const struct wl_sheet *t, int y,
                  const struct wl_screen *screen, const void *row)
{
    for (int i = 0; i < t->n_slots; i++) {
        const struct wl_slot *slot = &t->slots[i];
        const struct wl_column *column = &t->grid->columns[slot->column];
        struct wl_strip s;

        if (slot->w <= 0)
            continue;
        /* what is shortened in the middle must be known to its end */
        wl_strip_init(&s, c, column->cut == WL_CUT_MIDDLE ? WL_STRIP : slot->w);
        s.room = slot->w;
        s.look = column->look;
        column->put(&s, screen, (const uint8_t *)row + column->at);
        wl_strip_shorten(&s, slot->w, column->cut);
        wl_canvas_place(c, t->area.x + slot->x, y, slot->w, column->align, &s);
    }
}

void wl_sheet_select(struct wl_canvas *c, const struct wl_sheet *t, int y)
{
    wl_canvas_set_look(c, (struct wl_rect){t->area.x - 1, y, t->area.w + 2, 1}, WL_ROLE_SELECTED);
    wl_canvas_cell(c, t->area.x - 1, y, WL_ROLE_SELECTED, 0x25b8);
    wl_canvas_cursor(c, t->area.x, y);
}

/* --------------------------------------------------------------------------------------- panels */

struct wl_rect wl_panel_draw(struct wl_canvas *c, struct wl_rect r, const struct wl_panel *p)
{
    struct wl_rect inside = wl_canvas_box(c, r, p->focus);
    struct wl_strip s;

    if (inside.w < 3)
        return inside;
    wl_strip_init(&s, c, inside.w - 2);
    wl_strip_text(&s, WL_ROLE_PLAIN, " ");
    wl_strip_text(&s, p->focus ? WL_ROLE_FOCUS | (unsigned)WL_BOLD : WL_ROLE_TITLE, p->title);
    wl_strip_text(&s, WL_ROLE_PLAIN, " ");
    wl_canvas_place(c, r.x + 2, r.y, inside.w - 2, WL_LEFT, &s);
    if (p->note && p->note->n && s.n + p->note->n + 4 <= inside.w)
        wl_canvas_place(c, r.x + r.w - 2 - p->note->n, r.y, p->note->n, WL_LEFT, p->note);
    if (p->bottom && p->bottom->n && p->bottom->n + 4 <= inside.w) {
        wl_canvas_place(c, r.x + r.w - 2 - p->bottom->n, r.y + r.h - 1, p->bottom->n, WL_LEFT,
                        p->bottom);
    }
    inside.x++;
    inside.w -= 2;
    return inside;
}

void wl_scroll_draw(struct wl_canvas *c, int x, int y, int h, uint64_t first, uint64_t shown,
                    uint64_t total)
{
    uint64_t rows = h > 0 ? (uint64_t)h : 0;
    uint64_t thumb, at;

    if (rows == 0 || total <= shown || total == 0)
        return;
    thumb = wl_max_u64(shown * rows / total, 1);
    /* to the end only when the end is seen */
    at = total > shown ? (rows - thumb) * wl_min_u64(first, total - shown) / (total - shown) : 0;
    for (uint64_t i = 0; i < thumb; i++)
        wl_canvas_cell(c, x, y + (int)(at + i), WL_ROLE_FOCUS, 0x2590);
}
