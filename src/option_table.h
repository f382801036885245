/* option_table.h - the tables of options and commands, for what parses, explains and
 * completes them. SPDX-License-Identifier: MIT
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
    WL_FOR_INTERFACES = 1 << WL_COMMAND_INTERFACES,
    WL_FOR_REPORTS = WL_FOR_AUDIT | WL_FOR_STATS | WL_FOR_WATCH,
    WL_FOR_READERS = WL_FOR_AUDIT | WL_FOR_LIST | WL_FOR_STATS | WL_FOR_WATCH,
    WL_FOR_PRINTERS = WL_FOR_AUDIT | WL_FOR_LIST | WL_FOR_STATS,
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
    bool in_filter;                     /* a word has begun it */
    bool only_words;                    /* "--" was seen */
    bool named;                         /* a command was named */
    const char *refused[WL_N_COMMANDS]; /* of each command the first option that it does not take */
    struct wl_error *err;
};

/** One option: a row of the table. What it does is apply, or flag, or nothing yet (later). */
struct wl_option {
    const char *name;     /* "" for one that has a letter only */
    char letter;          /* 0: none */
    uint32_t commands;    /* that take it: WL_FOR_..., and WL_ONLY_ON_LINE, WL_GATHERS */
    const char *argument; /* how help shows it; NULL: takes none */
    const char *help;     /* NULL: not shown */
    /* value: that of the argument, or NULL. Returns 0, or WL_EINVAL or WL_NOMEM with p->err. */
    int (*apply)(struct wl_parse *p, const char *value);
    size_t flag;       /* apply NULL: the bool of struct wl_options that it sets, as an offset */
    const char *later; /* the sentence with which it is refused */
};

/** One command: a row of command_table.c. */
struct wl_command_row {
    const char *name, *help; /* "audit"; one line */
    const char *operands;    /* "FILE... [FILTER]", "" */
    const char *examples[4]; /* whole command lines; NULL-ended when fewer */
    const char *later;       /* the sentence with which it is refused, or NULL */
};

/** The option with this long name; NULL when there is none. */
const struct wl_option *wl_option_find(struct wl_span name);
/** The long name that is nearest to a word that is none; NULL when none is near. */
const char *wl_option_nearest(const char *word);
/** Does what an option is for; as wl_option.apply. Not for options with .later. */
WL_MUST_USE int wl_option_apply(struct wl_parse *p, const struct wl_option *option,
                                const char *value);
/** Remembers a value; 0, or WL_EINVAL with p->err when there are too many. */
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
