/* view.h - what a view is: state and answers in, cells and questions out.
 * SPDX-License-Identifier: MIT
 *
 * A view draws from the latest answers and its own small state, and takes actions. It is a pure
 * function of what it was given: no clock, no terminal, no port. Views stand in one table
 * (views.c); what stands above the others on the stack is shown, Esc takes it off.
 */
#ifndef WL_VIEW_H
#define WL_VIEW_H

#include "canvas.h"
#include "keys.h"
#include "wirelint/screen.h"

struct wl_screen;     /* screen.h */
struct wl_list_state; /* list.h */

/**
 * What a view is opened on; plain data, copied. All zero: everything there is.
 * A view that is opened from another inherits narrow: what the user sees is always the filter line
 * AND narrow, and the screen has put both into ask.where.
 */
struct wl_place {
    char narrow[WL_WHERE_TEXT]; /* words in the language of --where: "class:5xx server:10.0.0.9" */
    char title[48];             /* what it was narrowed to, for the path in the head: "5xx" */
    const struct wl_rule *rule; /* or NULL */
    bool one;                   /* of the connection conn only */
    struct wl_conn_ref conn;
    uint32_t ordinal; /* exchange of conn; 0: the connection as a whole */
    /* of that exchange: 0 the request, then the responses in order; UINT32_MAX the last */
    uint32_t message;
    uint64_t frame; /* begin at this packet; 0: none */
};

/** What the user did. */
struct wl_press {
    enum wl_action action;
    int x, y; /* CLICK: cell of the canvas; inside the view's area */
};

/** What a view made of it. */
enum wl_did {
    WL_DID_NOTHING, /* not mine: the screen looks at it */
    WL_DID_DRAW,    /* taken; draw again, and ask again if the question is another one now */
};

/** One view; an instance of it is on the stack with a state of its own. */
struct wl_view {
    uint32_t where;    /* its bit of enum wl_where */
    int number;        /* 1..5: the key that goes there; 0: reached from another view only */
    const char *name;  /* "overview": for wl_screen_open and the command line */
    const char *title; /* "Overview" */
    const char *help;  /* one paragraph for the help page */
    size_t state_size; /* octets of state, zeroed when the view is opened */
    /** Called once when the view is put on the stack; or NULL. */
    void (*open)(struct wl_screen *s, void *state, const struct wl_place *place);
    /**
     * What the view needs from the engine (LIST or DETAIL): completes ret and returns true, or
     * returns false. ret is zero but for what the screen has set: where (filter and narrow),
     * only_findings, least, until, keep (WL_NONE). NULL: the board is all it needs. Called after
     * every action and draw: a question that differs from the last one is asked at once, the same
     * one again when the answer is older than the refresh interval and nothing is paused.
     */
    bool (*ask)(const struct wl_screen *s, const void *state, struct wl_ask *ret);
    /** Takes an answer to its own question; the one before is freed when this returns, this one
     * stays until the next. Never called with an answer that is an error: the screen shows
     * those. */
    void (*answer)(struct wl_screen *s, void *state, const struct wl_answer *a);
    /** Draws into area and puts the cursor on the selected row. May note in state what it has drawn
     * where (for CLICK, and for how many rows to ask), and nothing else. */
    void (*draw)(const struct wl_screen *s, void *state, struct wl_canvas *c, struct wl_rect area);
    enum wl_did (*act)(struct wl_screen *s, void *state, const struct wl_press *in);
    /** Writes the display filter for Wireshark of what is selected ("tcp.stream eq 4"), for `y`;
     * false: nothing is selected. Or NULL. */
    bool (*display_filter)(const struct wl_screen *s, const void *state, struct wl_text *ret);
    /** Writes what is shown, all of it, as text for a file (`w`); false: there is nothing. Or
     * NULL. */
    bool (*text)(const struct wl_screen *s, const void *state, struct wl_text *ret);
    /** The list that it shows, whose columns can be chosen; NULL: none now. Or NULL. */
    const struct wl_list_state *(*list)(const void *state);
    /** The connection that is selected, for `w`; false: none. Or NULL. */
    bool (*selected)(const struct wl_screen *s, const void *state, struct wl_conn_ref *ret);
};

/** The views, NULL-ended, in the order of the help. */
extern const struct wl_view *const wl_views[];
/** Finds a view by its name or by its number; NULL when there is none. */
const struct wl_view *wl_view_find(const char *name);
const struct wl_view *wl_view_number(int number);

#endif
