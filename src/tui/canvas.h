/* canvas.h - a grid of cells to draw on, and strips of cells to draw with.
 * SPDX-License-Identifier: MIT
 *
 * A cell holds a character and a look: what the character is for, not what colour that has
 * (role.h). Views compose a strip (one line of cells), say how wide it may become, and place it.
 * Everything is clipped; nothing here fails once the canvas is there. Knows no terminal: tui.c
 * copies the cells out, tests read them as text.
 */
#ifndef WL_CANVAS_H
#define WL_CANVAS_H

#include "role.h"
#include "text.h"

enum {
    WL_CANVAS_COLUMNS = 1000, /* a larger terminal is drawn on up to here */
    WL_CANVAS_ROWS = 500,
    WL_CANVAS_ZONES = 64,
    WL_STRIP = 512, /* columns of one strip */
};

/** A part of the canvas: columns x .. x+w-1 of rows y .. y+h-1. */
struct wl_rect {
    int x, y, w, h;
};

static inline bool wl_rect_holds(struct wl_rect r, int x, int y)
{
    return x >= r.x && x < r.x + r.w && y >= r.y && y < r.y + r.h;
}

/** Takes the topmost n rows off r and returns them (fewer when r has fewer). */
struct wl_rect wl_rect_top(struct wl_rect *r, int n);
struct wl_rect wl_rect_bottom(struct wl_rect *r, int n);
struct wl_rect wl_rect_left(struct wl_rect *r, int n);
struct wl_rect wl_rect_right(struct wl_rect *r, int n);

/** The second cell of a wide character holds this; nothing is printed for it. */
#define WL_CELL_TAIL 0u

struct wl_cell {
    uint32_t c;    /* printable code point; ' ' when empty */
    uint32_t mark; /* a combining mark on it, or 0 */
    uint16_t look; /* enum wl_role | attribute bits */
};

/** Where a click is a key (the words of the bottom line). */
struct wl_zone {
    struct wl_rect area;
    int key;
};

struct wl_canvas {
    int w, h;
    bool ascii;             /* only ASCII may be drawn; set before drawing */
    int cursor_x, cursor_y; /* where the cursor stands, so that braille displays follow; or -1 */
    struct wl_zone zones[WL_CANVAS_ZONES];
    int n_zones;
    struct wl_cell *cells; /* row by row */
    size_t capacity;
    struct wl_budget *budget;
};

void wl_canvas_init(struct wl_canvas *c, struct wl_budget *b, bool ascii);
void wl_canvas_release(struct wl_canvas *c);
/** Makes it w by h (clamped to 1..maximum) and empty. False, and as it was, when memory is
 * refused. */
WL_MUST_USE bool wl_canvas_resize(struct wl_canvas *c, int w, int h);
/** All of it empty: spaces, plain, no cursor, no zones. */
void wl_canvas_clear(struct wl_canvas *c);
static inline struct wl_rect wl_canvas_area(const struct wl_canvas *c)
{
    return (struct wl_rect){0, 0, c->w, c->h};
}
/** The cell at x, y; x and y must lie on the canvas. */
const struct wl_cell *wl_canvas_at(const struct wl_canvas *c, int x, int y);

/** A click in area is this key. */
void wl_canvas_zone(struct wl_canvas *c, struct wl_rect area, int key);
void wl_canvas_cursor(struct wl_canvas *c, int x, int y);

/* ------------------------------------------------------------------------------------ strips */

/** A line of cells being composed. At most max columns; what does not fit sets cut. */
struct wl_strip {
    int n, max;
    int room; /* columns that it will be shortened to; views may write less to fit; max at first */
    unsigned look; /* what the column asks for, of which it is a cell; else PLAIN */
    bool ascii;
    bool cut; /* something did not fit */
    struct wl_cell cells[WL_STRIP];
};

/** An empty strip of at most max columns (clamped to WL_STRIP) for this canvas. */
void wl_strip_init(struct wl_strip *s, const struct wl_canvas *c, int max);
/** Trusted text: ours, UTF-8. On an ASCII canvas other characters become their likeness, or '?'. */
void wl_strip_text(struct wl_strip *s, unsigned look, const char *text);
/** For trusted format and arguments only; at most 511 octets. */
void wl_strip_printf(struct wl_strip *s, unsigned look, const char *fmt, ...) WL_PRINTF(3, 4);
/**
 * Untrusted octets: what is printable as it is, the rest as \xNN per octet (base/text.h says what
 * that is); in ASCII every octet above 0x7e. Reads no further than the strip is long.
 */
void wl_strip_octets(struct wl_strip *s, unsigned look, struct wl_span octets);
/** One character that is ours. */
void wl_strip_char(struct wl_strip *s, unsigned look, uint32_t c);
void wl_strip_repeat(struct wl_strip *s, unsigned look, uint32_t c, int n);
/** Spaces until n columns stand. */
void wl_strip_pad(struct wl_strip *s, int n);
/** The cells of another strip. */
void wl_strip_join(struct wl_strip *s, const struct wl_strip *other);

/* Numbers for people (base/text.h has their forms). */
void wl_strip_count(struct wl_strip *s, unsigned look, uint64_t n); /* "104 221" */
void wl_strip_short(struct wl_strip *s, unsigned look, uint64_t n); /* "104k", at most 4 columns */
void wl_strip_octet_count(struct wl_strip *s, unsigned look, uint64_t n); /* "1.2 GiB" */
void wl_strip_duration(struct wl_strip *s, unsigned look,
                       wl_ns d); /* "43 ms", "3 min"; "-" below 0 */
void wl_strip_endpoint(struct wl_strip *s, unsigned look, const struct wl_endpoint *e);
/** Time of day: hh:mm:ss and digits (0..6) of its fraction. */
void wl_strip_clock(struct wl_strip *s, unsigned look, wl_ns t, bool utc, int digits);

enum wl_cut {
    WL_CUT_END,    /* "a long ta..." */
    WL_CUT_MIDDLE, /* "2001:db8...::9:80" */
};
/** Shortens it to w columns, with an ellipsis in place of what went. */
void wl_strip_shorten(struct wl_strip *s, int w, enum wl_cut where);

/* ----------------------------------------------------------------------------------- drawing */

enum wl_align { WL_LEFT, WL_RIGHT, WL_CENTRE };

/** Draws s at x, y in w columns: shortened at its end when it is longer, aligned when it is not. */
void wl_canvas_place(struct wl_canvas *c, int x, int y, int w, enum wl_align align,
                     const struct wl_strip *s);
/** Trusted text, left, in what is left of r's row y (0 is its first); returns the columns used. */
int wl_canvas_text(struct wl_canvas *c, struct wl_rect r, int x, int y, unsigned look,
                   const char *text);
void wl_canvas_cell(struct wl_canvas *c, int x, int y, unsigned look, uint32_t ch);
void wl_canvas_fill(struct wl_canvas *c, struct wl_rect r, unsigned look, uint32_t ch);
/** Adds attribute bits to what stands there (a selected row: WL_REVERSE). */
void wl_canvas_add_look(struct wl_canvas *c, struct wl_rect r, unsigned attributes);
/** Gives what stands there another look altogether. */
void wl_canvas_set_look(struct wl_canvas *c, struct wl_rect r, unsigned look);
/**
 * Words of text of ours, wrapped at spaces into r; newlines break lines. skip lines
 * are left out at the top. Returns how many lines it has in all, also those that found no room.
 */
int wl_canvas_wrap(struct wl_canvas *c, struct wl_rect r, int skip, unsigned look,
                   struct wl_span words);
/** The same of what may hold octets of the network, of which a newline is shown as one. */
int wl_canvas_wrap_octets(struct wl_canvas *c, struct wl_rect r, int skip, unsigned look,
                          struct wl_span words);

/** A frame; returns its inside. strong: the panel that has the keys, drawn heavier. */
struct wl_rect wl_canvas_box(struct wl_canvas *c, struct wl_rect r, bool strong);
/** A line across r's first row, in the manner of a frame. */
void wl_canvas_line(struct wl_canvas *c, struct wl_rect r, bool strong);
/** A filled bar over the first share (0..1) of w columns, in eighths of a column where it can. */
void wl_strip_bar(struct wl_strip *s, unsigned look, double share, int w);

/* ------------------------------------------------------------------------------ as text again */

/** Rows, each without spaces at its end, a newline after each. */
void wl_canvas_dump(const struct wl_canvas *c, struct wl_text *t);
/** The same grid with a letter per cell for its look: role.h's letter; where attributes were added,
 * '!' bold, '_' underlined, '#' reversed (the last wins). */
void wl_canvas_dump_looks(const struct wl_canvas *c, struct wl_text *t);

/** Columns of a code point on a terminal: 0 combining, 1, or 2. */
int wl_char_width(uint32_t c);

#endif
