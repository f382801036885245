/* pages.h - what the pages have in common.
 * SPDX-License-Identifier: MIT
 */
#ifndef WL_PAGES_H
#define WL_PAGES_H

#include "option_table.h"
#include "text.h"

/** The date on the manual pages; changes with WL_VERSION. */
#define WL_PAGES_DATE "2026-11-21"

/** A page: writes all of it. */
typedef void wl_page_fn(struct wl_text *t);

wl_page_fn wl_page_program; /* wirelint.1 */
wl_page_fn wl_page_rules;   /* wirelint-rules.7 */
wl_page_fn wl_page_conf;    /* wirelint.conf.5 */
wl_page_fn wl_page_bash;
wl_page_fn wl_page_zsh;
wl_page_fn wl_page_fish;

/* ------------------------------------------------------------------------- manual.c: prose */

/** What the manual says of an option beyond its line of help; NULL when that says it all. name: the
 * long one, or the letter. */
const char *wl_manual_option(const char *name);
/** The same of a command. */
const char *wl_manual_command(const char *name);
/** The i-th option or command that prose was written for; NULL after the last. What is written for
 * one that there is no more must be found. */
const char *wl_manual_option_at(size_t i);
const char *wl_manual_command_at(size_t i);

/* -------------------------------------------------------------------- values.c: what comes next */

/** What an argument is, so that a shell can offer it. */
enum wl_value {
    WL_VALUE_NONE, /* the option takes none, or a number: nothing to offer */
    WL_VALUE_WORDS,
    WL_VALUE_FILE,
    WL_VALUE_CAPTURE,
    WL_VALUE_INTERFACE,
    WL_VALUE_USER,
    WL_VALUE_RULE,    /* the id of a rule */
    WL_VALUE_RULE_AS, /* ID=SEVERITY */
    WL_VALUE_SETTING, /* KEY=VALUE */
    WL_VALUE_REPORT,  /* FORMAT=FILE */
    WL_VALUE_WHERE,   /* key:value ... */
};

/** What the option takes. */
enum wl_value wl_value_of(const struct wl_option *option);
/** The i-th word that an option of WL_VALUE_WORDS takes; NULL after the last. */
const char *wl_value_word(const struct wl_option *option, size_t i);
/** The i-th of all rules, severities of --rule, keys of --set, formats of --report, keys of
 * --where. */
const char *wl_value_rule(size_t i);
const char *wl_value_severity(size_t i);
const char *wl_value_setting(size_t i);
const char *wl_value_report(size_t i);
const char *wl_value_where(size_t i);

/** Is the option shown to users? Those that are not yet there, or are another's alias, are not. */
bool wl_option_shown(const struct wl_option *option);
enum { WL_OPTION_LINE = 256 };

/** Its help as one line. Returns ret. */
const char *wl_option_line(const struct wl_option *option, char ret[WL_OPTION_LINE]);
/** Does the command read captures? */
bool wl_command_reads(enum wl_command command);

/** Words from a table, separated by spaces. */
void wl_put_words(struct wl_text *t, const char *(*word)(size_t i));

#endif
