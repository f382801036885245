/* keys.h - the table of keys: what can be pressed where, and what it does.
 * SPDX-License-Identifier: MIT
 *
 * Views and the screen know actions, never keys. A row of the table binds keys to an action in some
 * views; the bottom line, the help and the mouse on the bottom line come from the same rows.
 */
#ifndef WL_KEYS_H
#define WL_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Keys beyond Unicode code points; tui.c translates those of curses. */
enum wl_key {
    WL_KEY_NONE = 0,
    WL_KEY_TAB = '\t',
    WL_KEY_ENTER = '\n',
    WL_KEY_ESC = 27,
    WL_KEY_BACKSPACE = 127,
    WL_KEY_UP = 0x110000,
    WL_KEY_DOWN,
    WL_KEY_LEFT,
    WL_KEY_RIGHT,
    WL_KEY_PAGE_UP,
    WL_KEY_PAGE_DOWN,
    WL_KEY_HOME,
    WL_KEY_END,
    WL_KEY_BACK_TAB,
    WL_KEY_DELETE,
    WL_KEY_F1, /* F1..F12 in a row */
    WL_KEY_F12 = WL_KEY_F1 + 11,
    WL_KEY_CLICK, /* with x, y */
    WL_KEY_DOUBLE_CLICK,
    WL_KEY_WHEEL_UP,
    WL_KEY_WHEEL_DOWN,
    WL_KEY_RESIZE,
    WL_KEY_CTRL = 0x120000, /* + the small letter: Ctrl with it */
};

/** Views, as bits: where a key is bound. */
enum wl_where {
    WL_IN_OVERVIEW = 1,
    WL_IN_CONNECTIONS = 2,
    WL_IN_EXCHANGES = 4,
    WL_IN_FINDINGS = 8,
    WL_IN_SERVERS = 16,
    WL_IN_SEQUENCES = 32,
    WL_IN_RULES = 64,
    WL_IN_LADDER = 128,
    WL_IN_MESSAGE = 256,
    WL_IN_HELP = 512,
    WL_IN_COMPARE = 1024,
    WL_IN_LISTS = WL_IN_CONNECTIONS | WL_IN_EXCHANGES | WL_IN_FINDINGS | WL_IN_SERVERS |
                  WL_IN_SEQUENCES | WL_IN_RULES,
    WL_IN_ALL = 2047,
};

/** What a key does. The view on top is asked first; what it does not take, the screen does. */
enum wl_action {
    WL_ACT_NONE,
    /* moving: the view's */
    WL_ACT_UP,
    WL_ACT_DOWN,
    WL_ACT_LEFT,
    WL_ACT_RIGHT,
    WL_ACT_PAGE_UP,
    WL_ACT_PAGE_DOWN,
    WL_ACT_FIRST,
    WL_ACT_LAST,
    WL_ACT_NEXT_PANEL,
    WL_ACT_PREVIOUS_PANEL,
    WL_ACT_OPEN,  /* Enter: deeper */
    WL_ACT_CLICK, /* input.x, y: select what stands there; has no key */
    WL_ACT_NEXT_FINDING,
    WL_ACT_PREVIOUS_FINDING,
    /* lists: the view's */
    WL_ACT_SORT,       /* next column */
    WL_ACT_SORT_LEFT,  /* the column left of the sorted one */
    WL_ACT_SORT_RIGHT, /* right of it */
    WL_ACT_SORT_REVERSE,
    WL_ACT_FOLLOW,    /* stay at the newest */
    WL_ACT_MARK,      /* the selected row, and one down */
    WL_ACT_COMPARE,   /* the two that are marked */
    WL_ACT_EXCHANGES, /* connections <-> their exchanges */
    WL_ACT_NAMES,     /* for addresses, or these again */
    WL_ACT_SEQUENCES, /* the table of sequences */
    /* rules: the view's */
    WL_ACT_TOGGLE, /* off, on again */
    WL_ACT_RAISE,
    WL_ACT_LOWER,
    /* ladder, message: the view's */
    WL_ACT_HEX,
    WL_ACT_RAW,
    WL_ACT_LEGS,
    WL_ACT_TIMES,
    /* the screen's */
    WL_ACT_BACK,
    WL_ACT_QUIT,   /* one level back, at last the program */
    WL_ACT_LEAVE,  /* the program, from wherever */
    WL_ACT_VIEW_1, /* 1..5 in a row */
    WL_ACT_VIEW_2,
    WL_ACT_VIEW_3,
    WL_ACT_VIEW_4,
    WL_ACT_VIEW_5,
    WL_ACT_FILTER,
    WL_ACT_INVERT,
    WL_ACT_ONLY_FINDINGS,
    WL_ACT_LEAST,  /* cycles the least severity shown */
    WL_ACT_WINDOW, /* 10 s, 60 s, all */
    WL_ACT_PAUSE,
    WL_ACT_UNMARK,
    WL_ACT_WRITE,
    WL_ACT_COPY,
    WL_ACT_RESET,
    WL_ACT_SETTINGS,
    WL_ACT_COMMAND,
    WL_ACT_HELP,
    WL_ACT_REDRAW,
    WL_ACT_SUSPEND,
};

enum { WL_KEYS_PER_ROW = 4 };

/** One binding. */
struct wl_key_row {
    enum wl_action action;
    uint32_t where;            /* enum wl_where */
    int keys[WL_KEYS_PER_ROW]; /* 0-ended when fewer; the first is the one that is shown */
    const char *label;         /* on the bottom line: "filter"; NULL: not shown there */
    const char *help;          /* what it does, for the help page */
};

/** The table, most useful first: the bottom line takes what fits. */
extern const struct wl_key_row wl_key_rows[];
extern const size_t wl_n_key_rows;

/** What a key does in a view (one bit of enum wl_where); WL_ACT_NONE when it is not bound there. */
enum wl_action wl_key_action(int key, uint32_t where);
/** Writes "Enter", "/", "F5", "Ctrl-L"; ret has room for WL_KEY_NAME octets. */
enum { WL_KEY_NAME = 16 };
void wl_key_name(int key, char ret[WL_KEY_NAME]);

#endif
