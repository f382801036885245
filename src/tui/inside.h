/* inside.h - the inside of the screen: what its own files share and views do not see.
 * SPDX-License-Identifier: MIT
 */
#ifndef WL_INSIDE_H
#define WL_INSIDE_H

#include "prompt.h"
#include "screen.h"

enum {
    WL_MAX_QUEUE = 8, /* orders (save, override, ...) waiting to be handed over */
    WL_N_NUMBERS = 6, /* views that a digit goes to, and one for none */
    WL_MENU_ROWS = WL_GRID_COLUMNS + 1,
};

/** What a key goes to. */
enum wl_mode {
    WL_MODE_VIEW,
    WL_MODE_FILTER,  /* the filter line is being typed */
    WL_MODE_COMMAND, /* the command line is */
    WL_MODE_WRITE,   /* the menu of what can be written */
    WL_MODE_PATH,    /* the name of the file is being typed */
    WL_MODE_SETTINGS,
    WL_MODE_COLUMNS, /* which of a list, and where */
    WL_MODE_LEAVE,   /* live: really? */
};

/** A way to write something (the menu of `w`). */
enum wl_written {
    WL_WRITE_PACKETS_MARKED,
    WL_WRITE_PACKETS_THIS,
    WL_WRITE_PACKETS_ALL,
    WL_WRITE_TEXT,
    WL_WRITE_CSV,
    WL_WRITE_JSON,
    WL_WRITE_HTML,
    WL_N_WRITTEN,
};

/** One line of a menu: a key, what it does, and a value for settings. */
struct wl_menu_row {
    int key;
    int what; /* enum wl_written, the setting, or the column */
    char text[72];
    char value[24];
};

struct wl_menu {
    const char *title;
    struct wl_menu_row rows[WL_MENU_ROWS];
    int n, at;
};

/** Where the question came from that was handed out last. */
enum wl_origin { WL_FROM_NOBODY, WL_FROM_QUEUE, WL_FROM_BOARD, WL_FROM_VIEW };

struct wl_screen_private {
    enum wl_mode mode;
    struct wl_prompt prompt;
    struct wl_history filters, commands, paths;
    struct wl_menu menu;
    enum wl_written writing; /* between menu and path */

    char filter_before[WL_WHERE_TEXT]; /* in force before typing began */
    int filter_code;                   /* what wl_filter_check says of the line being typed */
    struct wl_error filter_err;
    size_t filter_at;
    wl_ns t_typed; /* the line is to be applied a little later; 0: it has been */

    struct wl_answer *shown, *before, *newest; /* boards; newest only while paused */
    struct wl_ask board_asked;
    bool board_waiting, board_stale; /* stale: the filter has changed since it was asked */
    wl_ns t_board;

    struct wl_ask queue[WL_MAX_QUEUE];
    uint32_t n_queue;
    struct wl_ask last; /* handed out last, to be taken back when it is refused */
    enum wl_origin origin;
    wl_ns t_retry; /* not before this, after a refusal */
    uint32_t ticket;

    struct wl_frame kept[WL_N_NUMBERS];    /* views reached by a digit, as they were left */
    struct wl_rect area;                   /* of the view, as last drawn */
    struct wl_zone zones[WL_CANVAS_ZONES]; /* where a click is a key, as last drawn */
    int n_zones;
    enum wl_severity *severities; /* per rule, in force as far as known */

    char said[WL_SAID_TEXT];
    bool said_bad;
    char copied[WL_COPY_TEXT];
    bool copy_taken, copy_line; /* line: the next `y` copies the command */
    bool over, suspend, redraw;
    bool dirty, at_once; /* something changed; it was the user */
    wl_ns t_drawn;
    wl_ns t_said; /* when said was drawn first; 0: not yet */
};

/* screen.c */
/** Something has changed that the user is waiting to see. */
void wl_screen_touch(struct wl_screen *s);
void wl_screen_complain(struct wl_screen *s, const struct wl_error *err);
struct wl_frame *wl_screen_top(struct wl_screen *s);
/** Filter and what narrows the view that is shown, as one filter. */
void wl_screen_where(const struct wl_screen *s, char ret[WL_WHERE_TEXT]);
/** Puts a filter in force. False: it is none, which has been said. */
bool wl_screen_set_filter(struct wl_screen *s, const char *text);
/** Queues an order for the engine. False: there are too many, which has been said. */
bool wl_screen_order(struct wl_screen *s, const struct wl_ask *ask);
/** Goes to a view that a digit goes to. */
void wl_screen_jump(struct wl_screen *s, const struct wl_view *view);
void wl_screen_leave(struct wl_screen *s, bool asked);
/** Opens the comparison of the two that are marked, or says what it needs. */
void wl_screen_compare(struct wl_screen *s);
void wl_screen_pause(struct wl_screen *s, bool on);
/* marks.c */
/** The severities that options gave before anything was asked for here. */
void wl_screen_first_severities(struct wl_screen *s);
/** `y`: the display filter; pressed again, the line for tshark that shows the same. */
void wl_screen_copy_selected(struct wl_screen *s);
/** Puts text where the clipboard is filled from. */
void wl_screen_copy(struct wl_screen *s, struct wl_span text);
/** Budgeted text for short things; released by the caller. */
void wl_screen_text(struct wl_screen *s, struct wl_text *ret);

/* write.c: `w` */
void wl_write_open(struct wl_screen *s);
/** The menu's choice; then the path. */
void wl_write_choose(struct wl_screen *s, int what);
/** What was chosen goes to path; the line stays open where that is taken. */
void wl_write_path(struct wl_screen *s, const char *path);
/** Writes something to path without asking what; for the command line. */
void wl_write_to(struct wl_screen *s, const char *path);

/* settings.c: `o` */
void wl_settings_open(struct wl_screen *s);
/** Changes the setting of a row; by -1 or 1. */
void wl_settings_turn(struct wl_screen *s, int what, int by);

/** 0 dark, 1 light, 2 no colours at all. */
void wl_settings_theme(struct wl_screen *s, unsigned theme);

/* columns.c: those of the list that is shown */
/** The list, or NULL. */
const struct wl_list_state *wl_columns_list(const struct wl_screen *s);
void wl_columns_open(struct wl_screen *s);
/** Another enum wl_wanted for a column; by -1 or 1. */
void wl_columns_turn(struct wl_screen *s, int column, int by);
/** The column that the menu stands on goes left or right. */
void wl_columns_move(struct wl_screen *s, int by);
/** What the menu says, of how the list was drawn last. */
void wl_columns_fill(struct wl_screen *s);

/* chrome.c: everything around the view */
void wl_chrome_draw(struct wl_screen *s, struct wl_canvas *c);

#endif
