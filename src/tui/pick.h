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

/** Rows: n of them, each size octets. */
struct wl_rows {
    const void *at;
    size_t size;
    uint32_t n;
    /** What a row is known by, whatever its place. */
    uint64_t (*id)(const void *row);
};

struct wl_pick {
    uint64_t id; /* of the selected row, once it was chosen by hand */
    bool chosen; /* false: the first row is selected, whatever it is */
    uint32_t cursor, top, n;
    struct wl_sheet table; /* as drawn last */
};

static inline const void *wl_rows_at(const struct wl_rows *rows, uint32_t i)
{
    return (const uint8_t *)rows->at + i * rows->size;
}

/** Finds the selected row again in what the rows are now. */
void wl_pick_find(struct wl_pick *p, const struct wl_rows *rows);
/** The selected row, or NULL when there are none. Only after wl_pick_find. */
const void *wl_pick_selected(const struct wl_pick *p, const struct wl_rows *rows);
/** Draws rows into area; the selected one as such when focus. */
void wl_pick_draw(struct wl_pick *p, const struct wl_screen *s, struct wl_canvas *c,
                  const struct wl_grid *grid, struct wl_rect area, const struct wl_rows *rows,
                  bool focus);
/** Moves the selection; false: action is no movement. */
bool wl_pick_move(struct wl_pick *p, const struct wl_rows *rows, enum wl_action action);
/** Selects the row under a click; false: there is none. */
bool wl_pick_click(struct wl_pick *p, const struct wl_rows *rows, int x, int y);

#endif
