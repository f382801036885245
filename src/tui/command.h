/* command.h - the command line: what has no key.
 * SPDX-License-Identifier: MIT
 */
#ifndef WL_COMMAND_LINE_H
#define WL_COMMAND_LINE_H

#include "screen.h"

/** What the argument of a command may be, for completion. */
enum wl_argument {
    WL_ARGUMENT_NONE,
    WL_ARGUMENT_FILTER,
    WL_ARGUMENT_VIEW,
    WL_ARGUMENT_RULE,
    WL_ARGUMENT_OVERRIDE, /* RULE=SEVERITY */
    WL_ARGUMENT_WINDOW,
    WL_ARGUMENT_TIMES,
    WL_ARGUMENT_SWITCH, /* on, off */
    WL_ARGUMENT_THEME,
    WL_ARGUMENT_OTHER,
};

struct wl_command_line {
    const char *name, *argument; /* "filter", "EXPR"; argument NULL: takes none */
    const char *help;
    enum wl_argument kind;
    /** Does it; false: the argument is wrong, and the screen has said so. */
    bool (*run)(struct wl_screen *s, const char *argument);
};

/** The commands, in the order of the help. */
extern const struct wl_command_line wl_command_lines[];
extern const size_t wl_n_command_lines;

/** The words that an argument of a kind may be; NULL after the last or when any text may stand. */
const char *wl_argument_word(enum wl_argument kind, size_t i);
/** Finds a command by its name or by a beginning of it that no other has; NULL when there is
 * none. */
const struct wl_command_line *wl_command_line_find(const char *name, size_t n);
/** Runs a line as it was typed; says what is wrong with it. */
void wl_command_line_run(struct wl_screen *s, const char *line);

#endif
