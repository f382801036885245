/* command.c - the command line: what has no key.
 * SPDX-License-Identifier: MIT
 *
 * A command is a row: its name, its argument, its function. Completion and help come from the rows.
 */
#include "command.h"

#include "diag.h"
#include "inside.h"
#include "line.h"

/* -------------------------------------------------------------------------- what words may be */

static const char *const windows[] = {"10", "60", "all"};
static const char *const times[] = {"relative", "delta", "clock"};
static const char *const switches[] = {"on", "off"};
static const char *const themes[] = {"dark", "light", "none"};

static const char *word_of(const char *const *words, size_t n, size_t i)
{
    return i < n ? words[i] : NULL;
}

const char *wl_argument_word(enum wl_argument kind, size_t i)
{
    size_t n = 0;

    switch (kind) {
    case WL_ARGUMENT_VIEW:
        while (wl_views[n])
            n++;
        return i < n ? wl_views[i]->name : NULL;
    case WL_ARGUMENT_WINDOW: return word_of(windows, WL_COUNT(windows), i);
    case WL_ARGUMENT_TIMES: return word_of(times, WL_COUNT(times), i);
    case WL_ARGUMENT_SWITCH: return word_of(switches, WL_COUNT(switches), i);
    case WL_ARGUMENT_THEME: return word_of(themes, WL_COUNT(themes), i);
    case WL_ARGUMENT_NONE:
    case WL_ARGUMENT_FILTER:
    case WL_ARGUMENT_RULE:
    case WL_ARGUMENT_OVERRIDE:
    case WL_ARGUMENT_OTHER: break;
    }
    return NULL;
}

/* Which of the words of a kind it is; -1: none, which is said. */
static int which(struct wl_screen *s, enum wl_argument kind, const char *argument)
{
    char list[128] = "";
    const char *word;
    size_t n = 0;

    for (int i = 0; (word = wl_argument_word(kind, (size_t)i)) != NULL; i++) {
        if (strcmp(word, argument) == 0)
            return i;
        if (n < sizeof(list))
            n += (size_t)snprintf(list + n, sizeof(list) - n, "%s%s", i ? ", " : "", word);
    }
    wl_screen_say(s, "'%.60s' is none of %s", argument, list);
    return -1;
}

/* ------------------------------------------------------------------------------ the commands */

static bool run_filter(struct wl_screen *s, const char *argument)
{
    return wl_screen_set_filter(s, argument);
}

static bool run_open(struct wl_screen *s, const char *argument)
{
    int i = which(s, WL_ARGUMENT_VIEW, argument);

    if (i < 0)
        return false;
    if (wl_views[i]->number) {
        wl_screen_jump(s, wl_views[i]);
    } else if (wl_views[i]->where == WL_IN_COMPARE) {
        wl_screen_compare(s);
    } else if (wl_views[i]->where & (WL_IN_LADDER | WL_IN_MESSAGE)) {
        wl_screen_say(s, "Enter on a connection opens the %s", argument);
    } else {
        wl_screen_open(s, argument, NULL);
    }
    return true;
}

enum { NEAR = 4 }; /* edits that a misspelt rule may be away */

/* Is there a rule of that name? Says so when there is none. */
static bool is_rule(struct wl_screen *s, const char *glob)
{
    struct wl_nearest like = wl_nearest(glob, NEAR);

    for (size_t i = 0; i < wl_rule_count(); i++) {
        if (wl_glob_match(glob, wl_rule_at(i)->id))
            return true;
        (void)wl_nearest_try(&like, wl_rule_at(i)->id);
    }
    wl_screen_say(s, "no rule is called '%.60s'%s%s%s", glob, like.name ? "; did you mean '" : "",
                  like.name ? like.name : "", like.name ? "'?" : "");
    return false;
}

static bool run_rule(struct wl_screen *s, const char *argument)
{
    struct wl_span words = wl_span_text(argument);
    size_t n = wl_span_find(words, '=');
    enum wl_severity severity;
    char glob[64];

    if (n == words.n || n >= sizeof(glob) || !wl_severity_parse(argument + n + 1, &severity)) {
        wl_screen_say(s, "rule RULE=SEVERITY: off, note, warning or violation");
        return false;
    }
    memcpy(glob, argument, n);
    glob[n] = '\0';
    if (!is_rule(s, glob))
        return false;
    wl_screen_override(s, glob, severity);
    return true;
}

static bool run_findings(struct wl_screen *s, const char *argument)
{
    struct wl_place place = {.ordinal = 0};

    if (!is_rule(s, argument))
        return false;
    place.rule = wl_rule_find(argument);
    if (!place.rule)
        (void)snprintf(place.narrow, sizeof(place.narrow), "rule:%s", argument);
    (void)snprintf(place.title, sizeof(place.title), "%s", argument);
    wl_screen_open(s, "findings", &place);
    return true;
}

static bool run_write(struct wl_screen *s, const char *argument)
{
    wl_write_to(s, argument);
    return true;
}

static bool run_window(struct wl_screen *s, const char *argument)
{
    int i = which(s, WL_ARGUMENT_WINDOW, argument);

    if (i >= 0)
        s->window = (enum wl_window)i;
    return i >= 0;
}

static bool run_times(struct wl_screen *s, const char *argument)
{
    int i = which(s, WL_ARGUMENT_TIMES, argument);

    if (i >= 0)
        s->times = (enum wl_times)i;
    return i >= 0;
}

static bool run_utc(struct wl_screen *s, const char *argument)
{
    int i = which(s, WL_ARGUMENT_SWITCH, argument);

    if (i >= 0)
        s->cfg.utc = i == 0;
    return i >= 0;
}

static bool run_theme(struct wl_screen *s, const char *argument)
{
    int i = which(s, WL_ARGUMENT_THEME, argument);

    if (i >= 0)
        wl_settings_theme(s, (unsigned)i);
    return i >= 0;
}

static bool run_ascii(struct wl_screen *s, const char *argument)
{
    int i = which(s, WL_ARGUMENT_SWITCH, argument);

    if (i == 1 && s->cfg.only_ascii) {
        wl_screen_say(s, "this terminal shows ASCII only");
    } else if (i >= 0) {
        s->ascii = i == 0;
    }
    return i >= 0;
}

static bool run_refresh(struct wl_screen *s, const char *argument)
{
    uint64_t n;

    if (!wl_parse_u64(wl_span_text(argument), &n) || n < 1 || n > 10) {
        wl_screen_say(s, "refresh takes a number from 1 to 10, times a second");
        return false;
    }
    s->cfg.refresh = (double)n;
    return true;
}

static bool run_pause(struct wl_screen *s, const char *argument)
{
    (void)argument;
    wl_screen_pause(s, !s->paused);
    return true;
}

static bool run_reset(struct wl_screen *s, const char *argument)
{
    const struct wl_ask ask = {.kind = WL_ASK_RESET};

    (void)argument;
    return wl_screen_order(s, &ask);
}

static bool run_stop(struct wl_screen *s, const char *argument)
{
    const struct wl_ask ask = {.kind = WL_ASK_STOP};

    (void)argument;
    return wl_screen_order(s, &ask);
}

static bool run_unmark(struct wl_screen *s, const char *argument)
{
    (void)argument;
    s->n_marks = 0;
    return true;
}

static bool run_help(struct wl_screen *s, const char *argument)
{
    struct wl_place place = {.message = wl_screen_top(s)->view->where};

    (void)argument;
    wl_screen_open(s, "help", &place);
    return true;
}

static bool run_quit(struct wl_screen *s, const char *argument)
{
    (void)argument;
    wl_screen_leave(s, true);
    return true;
}

const struct wl_command_line wl_command_lines[] = {
    {"filter", "EXPR", "the filter line; without EXPR none", WL_ARGUMENT_FILTER, run_filter},
    {"open", "VIEW", "goes to a view", WL_ARGUMENT_VIEW, run_open},
    {"findings", "RULE", "the findings of a rule, or of several by *", WL_ARGUMENT_RULE,
     run_findings},
    {"rule", "RULE=SEVERITY", "off, note, warning or violation from now on", WL_ARGUMENT_OVERRIDE,
     run_rule},
    {"write", "FILE", "what, by the name's suffix: .pcapng .txt .csv .ndjson .html",
     WL_ARGUMENT_OTHER, run_write},
    {"window", "10|60|all", "what numbers and rates are over", WL_ARGUMENT_WINDOW, run_window},
    {"times", "KIND", "relative, delta or clock", WL_ARGUMENT_TIMES, run_times},
    {"utc", "on|off", "times in UTC, not local time", WL_ARGUMENT_SWITCH, run_utc},
    {"theme", "dark|light|none", "colours for the background of the terminal", WL_ARGUMENT_THEME,
     run_theme},
    {"ascii", "on|off", "only ASCII characters", WL_ARGUMENT_SWITCH, run_ascii},
    {"refresh", "N", "times a second, 1 to 10", WL_ARGUMENT_OTHER, run_refresh},
    {"pause", NULL, "the picture stands; again: goes on", WL_ARGUMENT_NONE, run_pause},
    {"reset", NULL, "counters begin anew", WL_ARGUMENT_NONE, run_reset},
    {"stop", NULL, "capturing ends; what was seen stays on the screen", WL_ARGUMENT_NONE, run_stop},
    {"unmark", NULL, "takes all marks away", WL_ARGUMENT_NONE, run_unmark},
    {"help", NULL, "the keys of this view", WL_ARGUMENT_NONE, run_help},
    {"quit", NULL, "ends the program", WL_ARGUMENT_NONE, run_quit},
};

const size_t wl_n_command_lines = WL_COUNT(wl_command_lines);

const struct wl_command_line *wl_command_line_find(const char *name, size_t n)
{
    const struct wl_command_line *found = NULL;

    for (size_t i = 0; i < wl_n_command_lines; i++) {
        const struct wl_command_line *c = &wl_command_lines[i];

        if (strncmp(c->name, name, n) != 0)
            continue;
        if (strlen(c->name) == n)
            return c;
        if (found)
            return NULL;
        found = c;
    }
    return n ? found : NULL;
}

void wl_command_line_run(struct wl_screen *s, const char *line)
{
    struct wl_span text = wl_span_trim(wl_span_text(line));
    size_t n = wl_span_find(text, ' ');
    struct wl_span argument = wl_span_trim(wl_span_after(text, n));
    const struct wl_command_line *command;
    char copy[WL_PROMPT_TEXT];

    if (text.n == 0)
        return;
    command = wl_command_line_find((const char *)text.p, n);
    if (!command) {
        wl_screen_say(s, "'%.*s' is no command; Tab shows them", (int)wl_min_size(n, 60),
                      (const char *)text.p);
        return;
    }
    if (argument.n && !command->argument) {
        wl_screen_say(s, "'%s' takes nothing behind it", command->name);
        return;
    }
    if (!argument.n && command->argument && command->kind != WL_ARGUMENT_FILTER) {
        wl_screen_say(s, "%s %s: %s", command->name, command->argument, command->help);
        return;
    }
    (void)snprintf(copy, sizeof(copy), "%.*s", (int)argument.n,
                   argument.n ? (const char *)argument.p : "");
    (void)command->run(s, copy);
    wl_screen_touch(s);
}
