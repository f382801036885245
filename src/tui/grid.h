/* grid.h - tables: columns that make room for each other, rows, a selected one; and their frame.
 * SPDX-License-Identifier: MIT
 *
 * A table is a list of struct wl_column. Where there is no room for all, those of the highest rank
 * go first; what is left over widens those that can use it. Views add a column by adding a row.
 */
#ifndef WL_GRID_H
#define WL_GRID_H

#include "canvas.h"
#include "wirelint/screen.h"

struct wl_screen; /* screen.h */

enum { WL_GRID_COLUMNS = 24 };

/** Writes a cell; s is as wide as the column may become, at lies in the row (wl_column.at). */
typedef void wl_column_fn(struct wl_strip *s, const struct wl_screen *screen, const void *at);
/** Which of two rows goes first: below 0 a, above 0 b. */
typedef int wl_compare_fn(const struct wl_screen *screen, const void *a, const void *b);

struct wl_column {
    const char *head;
    wl_column_fn *put; /* often one of cells.h */
    size_t at;         /* offset in the row of what put is given; 0: the row itself */
    unsigned look;     /* of what it writes, where that is not given by the value */
    enum wl_align align;
    enum wl_cut cut;      /* how it is shortened */
    enum wl_sort sort;    /* what it is sorted by; TIME where sorts is false: none */
    uint16_t least, most; /* columns; most 0: as least */
    uint8_t rank;         /* 0: never goes; else the highest goes first */
    uint8_t weight;       /* its share in what is left over; 0 counts as 1 */
    bool sorts;
    /* of tables whose rows are all at hand (pick.h): what it is sorted by, or NULL */
    wl_compare_fn *compare;
};

struct wl_grid {
    const struct wl_column *columns;
    int n_columns;
};

/** Whether a column is shown. */
enum wl_wanted {
    WL_WANTED_ROOM, /* where there is room, by rank */
    WL_WANTED_ALWAYS,
    WL_WANTED_NEVER,
    WL_N_WANTED,
};

/** Which columns a user wants, and where; all zero: as the grid has them. */
struct wl_arrangement {
    bool made;
    uint8_t order[WL_GRID_COLUMNS];  /* which column stands where */
    uint8_t wanted[WL_GRID_COLUMNS]; /* enum wl_wanted, by column */
};

/** Where a column stands, relative to the grid's area. */
struct wl_slot {
    int column, x, w;
};

/** A grid laid out in an area. */
struct wl_sheet {
    const struct wl_grid *grid;
    struct wl_rect area;
    struct wl_slot slots[WL_GRID_COLUMNS];
    int n_slots;
};

/** Lays columns out over area's width. a: what was chosen of them, or NULL. */
void wl_sheet_init(struct wl_sheet *t, const struct wl_grid *grid, const struct wl_arrangement *a,
                   struct wl_rect area);
/** Column heads on row y of the canvas. sorted: index of the column the rows are sorted by, which
 * gets an arrow; -1: none. */
void wl_sheet_heads(struct wl_canvas *c, const struct wl_sheet *t, int y, int sorted,
                    bool descending);
/** The same in a frame's upper line, behind a title of n columns: heads that would run into it or
 * into the corner are left out. frame: a box, or a single line. */
void wl_sheet_heads_in_frame(struct wl_canvas *c, const struct wl_sheet *t, struct wl_rect frame,
                             int title);
/** One row on row y of the canvas. */
void wl_sheet_row(struct wl_canvas *c, const struct wl_sheet *t, int y,
                  const struct wl_screen *screen, const void *row);
/** Marks row y as the selected one and puts the cursor there. */
void wl_sheet_select(struct wl_canvas *c, const struct wl_sheet *t, int y);
/** The column (index into the grid) whose head or cells stand at canvas column x, or -1. */
int wl_sheet_column_at(const struct wl_sheet *t, int x);

/* -------------------------------------------------------------------------------------- panels */

/** A frame with words in its top line. */
struct wl_panel {
    const char *title;
    const struct wl_strip *note;   /* at the right of the top line, or NULL */
    const struct wl_strip *bottom; /* at the right of the bottom line, or NULL */
    bool focus;                    /* it has the keys */
};

/** Draws the frame; returns its inside, a column of air at each side left out. */
struct wl_rect wl_panel_draw(struct wl_canvas *c, struct wl_rect r, const struct wl_panel *p);
/** How far a list is scrolled: a mark on the canvas column x, rows y .. y+h-1. Nothing when all of
 * total is shown. */
void wl_scroll_draw(struct wl_canvas *c, int x, int y, int h, uint64_t first, uint64_t shown,
                    uint64_t total);

#endif
