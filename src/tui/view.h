/* view.h - what a view is: state and answers in, cells and questions out.
 * SPDX-License-Identifier: MIT
 *
 * A view draws from the latest answers and its own small state, and takes keys. It is a pure
 * function of what it was given: no clock, no terminal, no port. Views stand in one table (views.c);
 * what stands above the others on the stack is shown, Esc takes it off.
 */
#ifndef WL_VIEW_H
#define WL_VIEW_H

#include "canvas.h"
#include "wirelint/screen.h"

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
    WL_KEY_CTRL = 0x120000, /* + the letter: Ctrl with it */
};

struct wl_input_key {
    int key;  /* a Unicode code point or enum wl_key */
    int x, y; /* mouse: cell */
};

struct wl_screen; /* screen.h */

/** What a view made of a key. */
enum wl_did {
    WL_DID_NOTHING, /* not mine: the screen looks at it */
    WL_DID_DRAW,    /* taken; draw again */
};

/** One view; an instance of it is on the stack with a state of its own. */
struct wl_view {
    int key;           /* '1'..'5', 0: reached from another view only */
    const char *name;  /* "overview": in the help and the configuration */
    const char *title; /* "Overview" */
    const char *help;  /* one paragraph for the help page */
    size_t state_size; /* octets of state, zeroed when the view is opened */
    /** What the view needs from the engine now: fills ask and returns true, or returns false. The
     * screen asks again when the answer has come and is older than the refresh interval. */
    bool (*ask)(const struct wl_screen *s, const void *state, struct wl_ask *ret);
    /** Takes what it needs from an answer of its own (kind LIST, DETAIL); the screen keeps the answer
     * until the next one of this view. */
    void (*answer)(struct wl_screen *s, void *state, const struct wl_answer *a);
    void (*draw)(const struct wl_screen *s, void *state, struct wl_canvas *c, struct wl_rect area);
    enum wl_did (*on_key)(struct wl_screen *s, void *state, struct wl_input_key key);
};

#endif
