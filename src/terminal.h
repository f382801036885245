/* terminal.h - the terminal the program runs on: colour, width, messages, the progress bar.
 * SPDX-License-Identifier: MIT
 */
#ifndef WL_TERMINAL_H
#define WL_TERMINAL_H

#include "options.h"

enum { WL_TERMINAL_KEPT = 16, WL_TERMINAL_LINE = 512 };

struct wl_terminal {
    bool color;       /* standard output takes colour */
    bool light;       /* the terminal says that its background is light */
    unsigned columns; /* of standard output; 0: no terminal */
    bool progress;    /* a progress bar may be shown on standard error */
    bool bar_shown;   /* one stands there now */
    bool held;        /* something else has the screen: messages wait */
    uint32_t n_kept, n_lost;
    char kept[WL_TERMINAL_KEPT][WL_TERMINAL_LINE];
    int verbosity;
    wl_ns started, drawn; /* by the monotonic clock */
};

/**
 * First of all: a standard stream that the caller closed is taken by one that gives errors, lest
 * the next file that is opened be read or written in its place.
 */
void wl_terminal_streams(void);
/** Looks at the environment and at standard output and error. */
void wl_terminal_init(struct wl_terminal *t, const struct wl_options *o);
/** Writes "wirelint: text", and the hint on the next line; both escaped. */
void wl_terminal_error(struct wl_terminal *t, const struct wl_error *err);
/** wl_log_fn; user is a struct wl_terminal. */
void wl_terminal_log(void *user, enum wl_log_level level, const char *text);
/** From now on messages are kept, the first ones, until wl_terminal_release writes them. */
void wl_terminal_hold(struct wl_terminal *t);
void wl_terminal_release(struct wl_terminal *t);
/** wl_source_config.progress; user is a struct wl_terminal. Draws ten times a second at most. */
void wl_terminal_progress(void *user, uint64_t done, uint64_t total);
/** Takes the bar away. */
void wl_terminal_clear(struct wl_terminal *t);

#endif
