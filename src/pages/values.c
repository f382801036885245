/* values.c - what the options take, for shells that offer it.
 * SPDX-License-Identifier: MIT
 *
 * How the table of options calls an argument says what it is (FILE, IFACE, ID=SEVERITY ...). Where
 * an option takes one of a few words these stand here; tests/run_pages.py gives every one of them
 * to the program, which must take it.
 */
#include "pages.h"
#include "profile.h"
#include "wirelint/filter.h"
#include "wirelint/names.h"
#include "wirelint/report.h"
#include "wirelint/rule.h"

enum { MAX_WORDS = 8 };

/* By the name of the argument. */
static const struct {
    const char *argument;
    enum wl_value value;
} arguments[] = {
    {"FILE", WL_VALUE_FILE},           {"IFACE", WL_VALUE_INTERFACE},
    {"USER", WL_VALUE_USER},           {"GLOB", WL_VALUE_RULE},
    {"ID=SEVERITY", WL_VALUE_RULE_AS}, {"KEY=VALUE", WL_VALUE_SETTING},
    {"FORMAT=FILE", WL_VALUE_REPORT},  {"EXPR", WL_VALUE_WHERE},
};

/* By the name of the option: those that take a word of a few. */
static const struct {
    const char *option;
    const char *words[MAX_WORDS];
} choices[] = {
    {"fail-on", {"violation", "warning", "note", "never"}},
    {"color", {"auto", "always", "never"}},
    {"format", {"text", "json", "markdown"}},
    {"json-names", {"otel", "ecs", "zeek"}},
    {"redact", {"credentials", "values", "targets", "addresses"}},
    {"theme", {"dark", "light"}},
    {"speed", {"1x", "10x", "100x"}},
    {"profile", {NULL}}, /* those of the table */
};

static const char *of_profiles(size_t i)
{
    return i < wl_n_profiles ? wl_profiles[i].name : NULL;
}

const char *wl_value_word(const struct wl_option *option, size_t i)
{
    for (size_t c = 0; c < WL_COUNT(choices); c++) {
        if (strcmp(choices[c].option, option->name) != 0)
            continue;
        if (!choices[c].words[0])
            return of_profiles(i);
        return i < MAX_WORDS ? choices[c].words[i] : NULL;
    }
    return NULL;
}

enum wl_value wl_value_of(const struct wl_option *option)
{
    if (!option->argument)
        return WL_VALUE_NONE;
    if (wl_value_word(option, 0))
        return WL_VALUE_WORDS;
    if (option->letter == 'r')
        return WL_VALUE_CAPTURE;
    for (size_t i = 0; i < WL_COUNT(arguments); i++) {
        if (strcmp(arguments[i].argument, option->argument) == 0)
            return arguments[i].value;
    }
    return WL_VALUE_NONE;
}

const char *wl_value_rule(size_t i)
{
    return i < wl_rule_count() ? wl_rule_at(i)->id : NULL;
}

const char *wl_value_severity(size_t i)
{
    return i < WL_N_SEVERITIES ? wl_severity_name((enum wl_severity)i) : NULL;
}

const char *wl_value_setting(size_t i)
{
    static const char *const keys[] = {
#define WL_THRESHOLD(field, key, value, unit, text) key,
#include "wirelint/tbl/thresholds.h"
#undef WL_THRESHOLD
#define WL_LIMIT(name, value, text) #name,
#include "wirelint/tbl/limits.h"
#undef WL_LIMIT
    };

    return i < WL_COUNT(keys) ? keys[i] : NULL;
}

const char *wl_value_report(size_t i)
{
    const struct wl_sink_ops *const *o = wl_report_outputs();

    for (; *o; o++) {
        /* of the forms of one format, the one that --report asks for */
        if (wl_report_for("audit", (*o)->name) == *o && i-- == 0)
            return (*o)->name;
    }
    return NULL;
}

const char *wl_value_where(size_t i)
{
    return wl_filter_key(i);
}

bool wl_option_shown(const struct wl_option *option)
{
    return !option->later;
}

const char *wl_option_line(const struct wl_option *option, char ret[WL_OPTION_LINE])
{
    const char *help = option->help;

    if (!help) /* what everybody knows is not in the help */
        help = option->letter == 'D' ? "what can be captured from" : "versions";
    (void)snprintf(ret, WL_OPTION_LINE, "%s", help);
    for (char *c = ret; *c; c++) {
        if (*c == '\n')
            *c = ' ';
    }
    return ret;
}

bool wl_command_reads(enum wl_command command)
{
    return 1u << command & WL_FOR_READERS;
}

void wl_put_words(struct wl_text *t, const char *(*word)(size_t i))
{
    for (size_t i = 0; word(i); i++)
        wl_text_printf(t, i ? " %s" : "%s", word(i));
}
