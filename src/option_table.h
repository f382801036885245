/* option_table.h - the table of options and commands, between options.c and option_table.c.
 * SPDX-License-Identifier: MIT
 */
#ifndef WL_OPTION_TABLE_H
#define WL_OPTION_TABLE_H

#include "options.h"

/** Commands that take an option: bits of wl_option.commands. */
enum {
    WL_FOR_AUDIT = 1 << WL_COMMAND_AUDIT,
    WL_FOR_LIST = 1 << WL_COMMAND_LIST,
    WL_FOR_STATS = 1 << WL_COMMAND_STATS,
    WL_FOR_WATCH = 1 << WL_COMMAND_WATCH,
    WL_FOR_RULES = 1 << WL_COMMAND_RULES,
    WL_FOR_PROFILES = 1 << WL_COMMAND_PROFILES,
    WL_FOR_EXPLAIN = 1 << WL_COMMAND_EXPLAIN,
    WL_FOR_INTERFACES = 1 << WL_COMMAND_INTERFACES,
    WL_FOR_REPORTS = WL_FOR_AUDIT | WL_FOR_STATS | WL_FOR_WATCH,
    WL_FOR_READERS = WL_FOR_AUDIT | WL_FOR_LIST | WL_FOR_STATS | WL_FOR_WATCH,
    WL_FOR_PRINTERS = WL_FOR_AUDIT | WL_FOR_LIST | WL_FOR_STATS,
    WL_FOR_ALL = (1 << WL_N_COMMANDS) - 1,
};

/** What is being parsed, and where the results go. */
struct wl_parse {
    struct wl_options *o;
    struct wl_arena *arena;
    char **argv;
    int argc, at;
    const char *spelled; /* the option in hand as the user wrote it */
    const char **filter; /* words of the BPF filter */
    size_t n_filter;
    bool in_filter;     /* a word has begun it */
    bool only_words;    /* "--" was seen */
    bool named;         /* a command was named */
    uint32_t used_mask; /* commands that every option so far is for */
    const char *used;   /* the option that narrowed it last */
    struct wl_error *err;
};

/** One option. */
struct wl_option {
    const char *name; /* "" for one that has a letter only */
    char letter;
    uint32_t commands;    /* ON_... */
    const char *argument; /* how help shows it; NULL: takes none */
    const char *help;     /* NULL: not shown */
    int (*apply)(struct wl_parse *p, const char *value);
    const char *later; /* why it is refused */
};

/** One command. */
struct wl_command_row {
    const char *name, *help, *operands;
    const char *examples[4];
    const char *later;
};

/** The options in the order of the help. */
extern const struct wl_option wl_option_rows[];
extern const size_t wl_n_option_rows;
/** The commands, by enum wl_command. */
extern const struct wl_command_row wl_command_rows[WL_N_COMMANDS];

#endif
