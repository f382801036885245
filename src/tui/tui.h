/* tui.h - the screen on a terminal.
 * SPDX-License-Identifier: MIT
 */
#ifndef WL_TUI_H
#define WL_TUI_H

#include "screen.h"

struct wl_tui_config {
    struct wl_screen_config screen; /* exists, write, ascii are set here */
    const char *spare; /* "/tmp/": for files, when the current directory cannot be written to */
    /** Live: lines that say which interfaces carry traffic, asked for now and then while nothing is
     * captured; or NULL. */
    const char *(*interfaces)(void *user);
    void *interfaces_user;
    bool color, mouse;
    bool ascii; /* ASCII even where the terminal has more */
};

struct wl_tui;

/**
 * Takes over the terminal. Standard output must be one; keys come from it also when standard input
 * is something else. To be called before any other thread exists.
 * Returns 0, or WL_EINVAL (this terminal cannot show it) or WL_NOMEM with err.
 */
WL_MUST_USE int wl_tui_open(const struct wl_tui_config *cfg, struct wl_tui **ret,
                            struct wl_error *err);
/** wl_screen_fn: user is the struct wl_tui. Returns when the user leaves or wl_tui_leave is
 * called. */
void wl_tui_run(void *user, struct wl_port *port);
/** Ends wl_tui_run from outside, also when the terminal has stopped reading; safe in a signal
 * handler. */
void wl_tui_leave(void);
/** Puts the terminal back at once, for those who end the process in a signal handler. */
void wl_tui_restore(void);
/** Gives the terminal back. Returns what was copied last, "" nothing; valid until wl_tui_free. */
const char *wl_tui_close(struct wl_tui *t);
void wl_tui_free(struct wl_tui *t);

#endif
