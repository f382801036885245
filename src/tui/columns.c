/* columns.c - which columns of a list are shown, and in which order (`o`, then `l`).
 * SPDX-License-Identifier: MIT
 *
 * One line per column, in the order of the list. Every change acts at once, beneath the menu. What
 * is said of a column is made anew with every picture, from the one of the list beneath: whether
 * there is room for it is known only then.
 */
#include "inside.h"
#include "list.h"

enum { FIRST_AGAIN = -1 }; /* the line that undoes it all */

/* 'j', 'k', 'q', 'o' and 'w' are the menu's own. */
static const char keys[] = "123456789abcdefghilmnprs";

const struct wl_list_state *wl_columns_list(const struct wl_screen *s)
{
    const struct wl_frame *f = &s->frames[s->n_frames - 1];

    return f->view->list ? f->view->list(f->state) : NULL;
}

static struct wl_arrangement *arrangement_of(struct wl_screen *s, const struct wl_list_state *l)
{
    return &s->columns[l->kind->list];
}

static bool is_shown(const struct wl_sheet *t, int column)
{
    for (int i = 0; i < t->n_slots; i++) {
        if (t->slots[i].column == column)
            return true;
    }
    return false;
}

void wl_columns_fill(struct wl_screen *s)
{
    const struct wl_list_state *l = wl_columns_list(s);
    const struct wl_arrangement *a;
    struct wl_menu *m = &s->its->menu;

    if (!l)
        return;
    a = arrangement_of(s, l);
    for (int i = 0; i < l->kind->grid.n_columns; i++) {
        int column = a->order[i];
        const char *head = l->kind->grid.columns[column].head;
        const char *values[WL_N_WANTED] = {
            is_shown(&l->table, column) ? "where there is room" : "no room for it now",
            "always",
            "never",
        };

        m->rows[i].key = (uint8_t)keys[i];
        m->rows[i].what = column;
        (void)snprintf(m->rows[i].text, sizeof(m->rows[i].text), "%s", *head ? head : "V, W, N");
        (void)snprintf(m->rows[i].value, sizeof(m->rows[i].value), "%s", values[a->wanted[column]]);
    }
    m->rows[m->n - 1] = (struct wl_menu_row){'0', FIRST_AGAIN, "all as they were at first", ""};
}

/* As the grid has them. */
static void begin(const struct wl_list_state *l, struct wl_arrangement *a)
{
    *a = (struct wl_arrangement){.made = false};
    for (int i = 0; i < l->kind->grid.n_columns; i++)
        a->order[i] = (uint8_t)i;
}

void wl_columns_open(struct wl_screen *s)
{
    const struct wl_list_state *l = wl_columns_list(s);

    static_assert(sizeof(keys) - 1 >= WL_GRID_COLUMNS, "a key per column");
    if (!l)
        return;
    if (!arrangement_of(s, l)->made)
        begin(l, arrangement_of(s, l));
    s->its->menu = (struct wl_menu){.title = "Columns: Enter changes, < > moves",
                                    .n = l->kind->grid.n_columns + 1};
    s->its->mode = WL_MODE_COLUMNS;
    wl_columns_fill(s);
}

/* Something was changed: whether that leaves it other than the grid has it. */
static void settle(struct wl_screen *s, const struct wl_list_state *l)
{
    struct wl_arrangement *a = arrangement_of(s, l);

    a->made = false;
    for (int i = 0; i < l->kind->grid.n_columns; i++)
        a->made |= a->order[i] != i || a->wanted[i] != WL_WANTED_ROOM;
    wl_screen_touch(s);
}

static bool is_last(const struct wl_list_state *l, const struct wl_arrangement *a, int column)
{
    for (int i = 0; i < l->kind->grid.n_columns; i++) {
        if (i != column && a->wanted[i] != WL_WANTED_NEVER)
            return false;
    }
    return true;
}

void wl_columns_turn(struct wl_screen *s, int column, int by)
{
    const struct wl_list_state *l = wl_columns_list(s);
    struct wl_arrangement *a;
    unsigned wanted;

    if (!l)
        return;
    a = arrangement_of(s, l);
    if (column == FIRST_AGAIN) {
        begin(l, a);
        settle(s, l);
        return;
    }
    wanted = (a->wanted[column] + (by < 0 ? WL_N_WANTED - 1u : 1u)) % WL_N_WANTED;
    if (wanted == WL_WANTED_NEVER && is_last(l, a, column)) {
        wl_screen_say(s, "one column has to stay");
        return;
    }
    a->wanted[column] = (uint8_t)wanted;
    settle(s, l);
}

void wl_columns_move(struct wl_screen *s, int by)
{
    const struct wl_list_state *l = wl_columns_list(s);
    struct wl_arrangement *a;
    struct wl_menu *m = &s->its->menu;
    int to = m->at + by;
    uint8_t moved;

    if (!l || m->at >= m->n - 1 || to < 0 || to >= m->n - 1)
        return;
    a = arrangement_of(s, l);
    moved = a->order[m->at];
    a->order[m->at] = a->order[to];
    a->order[to] = moved;
    m->at = to;
    settle(s, l);
}
