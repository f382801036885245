/* man_conf.c - the page wirelint.conf(5): the configuration file, and everything that --set knows.
 * SPDX-License-Identifier: MIT
 */
#include "pages.h"
#include "profile.h"
#include "roff.h"

enum { MAX_LINE = 1024 };

/* Keys of --set with their defaults, as the tables have them. */
static const struct setting {
    const char *key, *text;
    int64_t value;
    bool is_time;
} thresholds[] =
    {
#define WL_THRESHOLD_S                              true
#define WL_THRESHOLD_N                              false
#define WL_THRESHOLD(field, key, value, unit, text) {key, text, value, WL_THRESHOLD_##unit},
#include "wirelint/tbl/thresholds.h"
#undef WL_THRESHOLD
},
  limits[] = {
#define WL_LIMIT(name, value, text)      {#name, text, value, false},
#define WL_LIMIT_TIME(name, value, text) {#name, text, value, true},
#include "wirelint/tbl/limits.h"
#undef WL_LIMIT
#undef WL_LIMIT_TIME
};

static void put_settings(struct wl_text *t, const struct setting *list, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct setting *s = &list[i];
        double seconds = (double)s->value / (double)WL_SECOND;
        char line[MAX_LINE];

        if (s->is_time) {
            (void)snprintf(line, sizeof(line), "%s. Default: %g seconds.", s->text, seconds);
        } else if (s->value >= 1 << 20 && s->value % (1 << 20) == 0) {
            (void)snprintf(line, sizeof(line), "%s. Default: %lldM.", s->text,
                           (long long)(s->value >> 20));
        } else {
            (void)snprintf(line, sizeof(line), "%s. Default: %lld.", s->text, (long long)s->value);
        }
        wl_roff_item(t, s->key, line);
    }
}

static void put_profiles(struct wl_text *t)
{
    for (size_t i = 0; i < wl_n_profiles; i++) {
        const struct wl_profile *p = &wl_profiles[i];
        char line[MAX_LINE];

        (void)snprintf(line, sizeof(line), "%s:", p->title);
        for (size_t k = 0; k < WL_PROFILE_SETTINGS && p->settings[k].key; k++) {
            size_t n = strlen(line);

            (void)snprintf(line + n, sizeof(line) - n, "%s `%s=%s` (%s)", k ? "," : "",
                           p->settings[k].key, p->settings[k].value, p->settings[k].what);
        }
        for (size_t k = 0; k < WL_PROFILE_LIMITS && p->limits[k].status; k++) {
            size_t n = strlen(line);

            (void)snprintf(line + n, sizeof(line) - n, "%s %u after %g s (%s)", k ? "," : ";",
                           p->limits[k].status, (double)p->limits[k].after / (double)WL_SECOND,
                           p->limits[k].what);
        }
        wl_roff_item(t, p->name, line);
        wl_roff_more(t);
        wl_roff_text(t, p->source);
    }
}

/* ------------------------------------------------------------------------------ the file */

static const char description[] =
    "What is always wanted need not be said every time. The configuration file says it, in the names of the long "
    "options. `wirelint config` shows every value and where it comes from; what it prints is a configuration file "
    "itself, with what nobody has set as comments.";

static const char order[] =
    "Read in this order, and what comes later wins: the user's file, if it is there and `--no-config` is not; each "
    "`--config FILE`, which must be there; the command line. Options that gather values (marked below) gather them "
    "from all places, and of two that say something of the same rule or key the later wins.";

static const char *const format[] = {
    "A line is `name = value`. A flag is yes or no (on, off, true, false); on the command line `--utc=no` takes "
    "back what a file says.",
    "Lines above the first section are for every command that takes the option, the others pass over them. What "
    "stands in a section with the name of a command, such as `[audit]`, is for that command alone.",
    "`#` and `;` begin a comment at the start of a line, and ` ;` behind a value.",
    "An indented line goes on with the one above it: with one more value where the option gathers them, else with "
    "more text.",
    "Names of files are relative to the current directory, as on the command line.",
    "What is not understood ends the program with status 2 and the number of the line; nothing has been read then.",
};

static const char example[] = "utc = yes\n"
                              "profile = nginx\n"
                              "rule =\n"
                              "    interim-*=warning\n"
                              "    early-hints-misuse=off\n"
                              "\n"
                              "[audit]\n"
                              "fail-on = warning\n"
                              "examples = 10\n"
                              "\n"
                              "[watch]\n"
                              "theme = light\n";

static const char suppressions[] =
    "A section `[suppress NAME]` is about findings that are known and accepted. One is covered when all "
    "that is given fits; of several words one must. `*` stands for any text. What is covered counts neither "
    "in the numbers nor in the exit status, and is shown apart.";

static const struct {
    const char *head, *text;
} suppression_names[] = {
    {"`rule` = ID...", "ids of rules"},
    {"`server` = ADDRESS | NET | ADDRESS:PORT | HOST...",
     "the server, by address or as the request names it"},
    {"`method` = METHOD...", "of the request"},
    {"`target` = PATH...", "of the request, without query"},
    {"`status` = CODE | CODE-CODE | CLASS...",
     "of the response concerned, such as 103, 500-504 or 5xx"},
    {"`reason` = TEXT", "Must be there."},
    {"`until` = DATE | never",
     "Must be there: the last day, by UTC. A suppression that has ended covers nothing any more, and "
     "is told, as is one that covers nothing."},
};

static const char suppression_example[] = "[suppress old gateway]\n"
                                          "rule = interim-*\n"
                                          "server = 10.0.0.9:8080\n"
                                          "reason = ticket 4711: the vendor mends it\n"
                                          "until = 2027-01-31\n";

static const char baselines[] =
    "`--write-baseline FILE` writes all that is found as a file of this form, one section per finding; with "
    "`--baseline FILE` those do not count from then on. `reason` and `until` of each may be edited, and "
    "are kept when it is written anew with both options.";

static void put_suppressions(struct wl_text *t)
{
    wl_roff_section(t, "SUPPRESSIONS");
    wl_roff_text(t, suppressions);
    for (size_t i = 0; i < WL_COUNT(suppression_names); i++) {
        wl_roff_head(t, suppression_names[i].head);
        wl_roff_text(t, suppression_names[i].text);
    }
    wl_text_put(t, ".PP\n");
    wl_roff_example(t, suppression_example);
    wl_roff_paragraph(t, baselines);
}

static void put_name(struct wl_text *t, const struct wl_option *o)
{
    const char *initial = wl_option_initial(o);
    char head[128], help[WL_OPTION_LINE], line[MAX_LINE];

    (void)snprintf(head, sizeof(head), "`%s` = %s", o->name,
                   o->argument ? o->argument : "yes | no");
    wl_roff_head(t, head);
    (void)snprintf(line, sizeof(line), "%s.%s%s%s%s", wl_option_line(o, help),
                   initial ? " Default: " : "", initial ? initial : "", initial ? "." : "",
                   o->commands & WL_GATHERS ? " Gathers values." : "");
    wl_roff_text(t, line);
}

void wl_page_conf(struct wl_text *t)
{
    wl_roff_title(t, "wirelint.conf", 5);
    wl_roff_section(t, "NAME");
    wl_text_put(
        t, "wirelint.conf \\- configuration of wirelint, its thresholds, limits and profiles\n");
    wl_roff_section(t, "SYNOPSIS");
    wl_text_put(
        t,
        "\\fI$XDG_CONFIG_HOME/wirelint/config\\fR\n.br\n\\fI\\(ti/.config/wirelint/config\\fR\n.br\n"
        "\\fB\\-\\-config\\fR \\fIFILE\\fR\n");
    wl_roff_section(t, "DESCRIPTION");
    wl_roff_text(t, description);
    wl_roff_paragraph(t, order);
    wl_roff_section(t, "FORMAT");
    for (size_t i = 0; i < WL_COUNT(format); i++) {
        if (i)
            wl_text_put(t, ".PP\n");
        wl_roff_text(t, format[i]);
    }
    wl_roff_section(t, "NAMES");
    wl_roff_text(t, "They mean what they mean as options; see `wirelint(1)`.");
    for (size_t i = 0; i < wl_n_option_rows; i++) {
        const struct wl_option *o = &wl_option_rows[i];

        if (*o->name && wl_option_shown(o) && !(o->commands & WL_ONLY_ON_LINE))
            put_name(t, o);
    }
    put_suppressions(t);
    wl_roff_section(t, "THRESHOLDS");
    wl_roff_text(t, "Keys of `set` that decide when a rule fires.");
    put_settings(t, thresholds, WL_COUNT(thresholds));
    wl_roff_section(t, "LIMITS");
    wl_roff_text(
        t,
        "Keys of `set` that bound what is kept. Every report tells which were reached, and how often. "
        "Numbers take K, M and G. Connections are cut into up to 64 partitions by their addresses and "
        "ports, each with its share of max_connections: one of them may be full a little before all "
        "are.");
    put_settings(t, limits, WL_COUNT(limits));
    wl_roff_section(t, "PROFILES");
    wl_roff_text(
        t,
        "Names for `profile`: thresholds that are the time-outs of known gateways, and the statuses "
        "with which they answer after a time of their own.");
    put_profiles(t);
    wl_roff_section(t, "EXAMPLE");
    wl_roff_example(t, example);
    wl_roff_section(t, "SEE ALSO");
    wl_text_put(t, ".BR wirelint (1),\n.BR wirelint\\-rules (7)\n");
}
