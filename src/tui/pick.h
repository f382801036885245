/* pick.h - a table whose rows are all at hand, one of them selected.
 * SPDX-License-Identifier: MIT
 *
 * For the panels of the overview, the findings by rule, the catalogue. Lists of any length are
 * list.h's.
 */
#ifndef WL_PICK_H
#define WL_PICK_H

#include "grid.h"
#include "view.h"

enum { WL_PICK_ROWS = 1024 }; /* that can be put in another order */

/** Rows: n of them, each size octets. */
struct wl_rows {
    const void *at;
    size_t size;
    uint32_t n;
    /** What a row is known by, whatever its place. */
    uint64_t (*id)(const void *row);
    const uint16_t *order; /* which row stands where; NULL: as they lie */
};

struct wl_pick {
    uint64_t id; /* of the selected row, once it was chosen by hand */
    bool chosen; /* false: the first row is selected, whatever it is */
    uint32_t cursor, top, n;
    struct wl_sheet table; /* as drawn last */
    int head_y;            /* row of the canvas where its heads stand; 0: it has none */
    bool sorted, descending;
    int column; /* of the grid, that it is sorted by */
    uint16_t order[WL_PICK_ROWS];
};

static inline const void *wl_rows_at(const struct wl_rows *rows, uint32_t i)
{
    return (const uint8_t *)rows->at + (rows->order ? rows->order[i] : i) * rows->size;
}

/** Puts the rows in the order of the column that was chosen, if one was. */
void wl_pick_arrange(struct wl_pick *p, const struct wl_screen *s, const struct wl_grid *grid,
                     struct wl_rows *rows);
/** Finds the selected row again in what the rows are now. */
void wl_pick_find(struct wl_pick *p, const struct wl_rows *rows);
/** The selected row, or NULL when there are none. Only after wl_pick_find. */
const void *wl_pick_selected(const struct wl_pick *p, const struct wl_rows *rows);
/** Draws rows into area; the selected one as such when focus. */
void wl_pick_draw(struct wl_pick *p, const struct wl_screen *s, struct wl_canvas *c,
                  const struct wl_grid *grid, struct wl_rect area, const struct wl_rows *rows,
                  bool focus);
/** Column heads on row y, with an arrow at the one that rows are sorted by. After wl_pick_draw. */
void wl_pick_heads(struct wl_pick *p, struct wl_canvas *c, int y);
/** Sorts by another column, or the other way round; false: action is nothing like that. */
bool wl_pick_sort(struct wl_pick *p, enum wl_action action);
/** Moves the selection; false: action is no movement. */
bool wl_pick_move(struct wl_pick *p, const struct wl_rows *rows, enum wl_action action);
/** Selects the row under a click, or sorts by the column whose head was clicked; false: there is
 * neither. */
bool wl_pick_click(struct wl_pick *p, const struct wl_rows *rows, int x, int y);

#endif
