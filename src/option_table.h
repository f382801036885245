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
    WL_FOR_CONFIG = 1 << WL_COMMAND_CONFIG,
    WL_FOR_ALL = (1 << WL_N_COMMANDS) - 1,
    /* not commands, but what is true of the option */
    WL_ONLY_ON_LINE = 1 << 30, /* no name of the configuration file */
    WL_GATHERS = 1 << 29,      /* every value counts, not the last one alone */
};

/** What is being parsed, and where the results go. */
struct wl_parse {
    struct wl_options *o;
    struct wl_arena *arena;
    char **argv;
    int argc, at;
    const char *spelled;             /* the option in hand as the user wrote it */
    enum wl_origin origin;           /* where its value comes from */
    enum wl_origin ports_origin;     /* where the ports come from: a later origin begins anew */
    size_t n_from_files;             /* values that configuration files have */
    const struct wl_option **denied; /* flags that the command line takes back */
    size_t n_denied;
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

/** The option with this long name; NULL when there is none. */
const struct wl_option *wl_option_find(struct wl_span name);
/** The long name that is nearest to a word that is none; NULL when none is near. */
const char *wl_option_nearest(const char *word);
/** Remembers a value; 0 or WL_NOMEM. */
WL_MUST_USE int wl_option_given(struct wl_parse *p, const struct wl_given *given);
/** Was the flag taken back on the command line, as --NAME=no? */
bool wl_option_denied(const struct wl_parse *p, const struct wl_option *option);
/** "yes", "no", "true", "off", ...; false when it is none of them. */
bool wl_option_flag(const char *value, bool *ret);
/** What an option has when nobody says anything: "violation", "no", or NULL: nothing. */
const char *wl_option_initial(const struct wl_option *option);

/** The options in the order of the help. */
extern const struct wl_option wl_option_rows[];
extern const size_t wl_n_option_rows;
/** The commands, by enum wl_command. */
extern const struct wl_command_row wl_command_rows[WL_N_COMMANDS];

#endif
