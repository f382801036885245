/* config_show.c - `wirelint config`: what is set, and by what.
 * SPDX-License-Identifier: MIT
 *
 * What is printed is a configuration file itself, of the same effect: `wirelint config >FILE` is
 * how to begin one. So what nobody has said is a comment, and a later version may have another
 * default. Names come from the table of options, thresholds and limits from theirs.
 */
#include "config_show.h"

#include "option_table.h"
#include "profile.h"

enum {
    COMMENT_AT = 44, /* column of the comments */
};

/* A threshold or limit: where its value is, and how it is written. */
struct setting {
    const char *key;
    size_t offset; /* in struct wl_config, of 64 bits */
    bool seconds;
};

static const struct setting settings[] = {
#define SECONDS_S true
#define SECONDS_N false
#define WL_THRESHOLD(field, key, value, unit, text) \
    {key, offsetof(struct wl_config, thresholds.field), SECONDS_##unit},
#include "wirelint/tbl/thresholds.h"
#undef WL_THRESHOLD
#define WL_LIMIT(name, value, text)      {#name, offsetof(struct wl_config, limits.name), false},
#define WL_LIMIT_TIME(name, value, text) {#name, offsetof(struct wl_config, limits.name), true},
#include "wirelint/tbl/limits.h"
#undef WL_LIMIT
#undef WL_LIMIT_TIME
};

/* ----------------------------------------------------------------------------------- comments */

static void comment_column(struct wl_text *t, size_t from)
{
    do {
        wl_text_char(t, ' ');
    } while (t->buf.n - from < COMMENT_AT);
    wl_text_put(t, "; ");
}

static void put_origin(struct wl_text *t, const struct wl_given *g)
{
    if (!g) {
        wl_text_put(t, "default");
    } else if (g->origin == WL_FROM_LINE) {
        wl_text_put(t, "command line");
    } else {
        wl_text_terminal(t, wl_span_text(g->file));
        wl_text_printf(t, ":%u", g->line);
    }
    wl_text_char(t, '\n');
}

static void put_value(struct wl_text *t, const char *name, const char *value,
                      const struct wl_given *g)
{
    size_t from = t->buf.n;

    wl_text_printf(t, "%s%s = ", g ? "" : "; ", name);
    wl_text_terminal(t, wl_span_text(value));
    comment_column(t, from);
    put_origin(t, g);
}

/* ------------------------------------------------------------------------------------ settings */

/* What was said last of a key by --set; NULL: nothing. */
static const struct wl_given *find_set(const struct wl_options *o, const char *key)
{
    const struct wl_given *found = NULL;
    size_t n = strlen(key);

    for (uint32_t i = 0; i < o->n_given; i++) {
        const struct wl_given *g = &o->given[i];

        if (g->command == WL_N_COMMANDS && strcmp(g->option->name, "set") == 0 &&
            strncmp(g->value, key, n) == 0 && g->value[n] == '=')
            found = g;
    }
    return found;
}

/* Does the profile in force set it, and was nothing said later? */
static bool is_of_profile(const struct wl_options *o, const char *key, const struct wl_given *set)
{
    if (!o->profile || (set && set->origin >= o->profile_origin))
        return false;
    for (size_t i = 0; i < WL_PROFILE_SETTINGS && o->profile->settings[i].key; i++) {
        if (strcmp(o->profile->settings[i].key, key) == 0)
            return true;
    }
    return false;
}

static void put_setting(struct wl_text *t, const struct wl_options *o, const struct setting *s)
{
    const struct wl_given *set = find_set(o, s->key);
    bool of_profile = is_of_profile(o, s->key, set);
    size_t from = t->buf.n;
    uint64_t value;

    memcpy(&value, (const char *)&o->config + s->offset, sizeof(value));
    wl_text_printf(t, "%sset = %s=", set || of_profile ? "" : "; ", s->key);
    if (s->seconds) {
        wl_text_seconds(t, (wl_ns)value);
    } else {
        wl_text_u64(t, value);
    }
    comment_column(t, from);
    if (of_profile) {
        wl_text_printf(t, "profile %s\n", o->profile->name);
    } else {
        put_origin(t, set);
    }
}

/* -------------------------------------------------------------------------------------- options */

/* The value that counts, of what was said to the commands in common; NULL: none. */
static const struct wl_given *find_last(const struct wl_options *o, const struct wl_option *option)
{
    for (uint32_t i = o->n_given; i--;) {
        if (o->given[i].option == option && o->given[i].command == WL_N_COMMANDS)
            return &o->given[i];
    }
    return NULL;
}

static void put_option(struct wl_text *t, const struct wl_options *o,
                       const struct wl_option *option)
{
    const struct wl_given *last = find_last(o, option);
    const char *value = last ? last->value : wl_option_initial(option);
    size_t from = t->buf.n;

    if (last && (option->commands & WL_GATHERS)) {
        for (uint32_t i = 0; i < o->n_given; i++) {
            if (o->given[i].option == option && o->given[i].command == WL_N_COMMANDS)
                put_value(t, option->name, o->given[i].value, &o->given[i]);
        }
    } else if (value) {
        put_value(t, option->name, value, last);
    } else {
        wl_text_printf(t, "; %s =", option->name);
        comment_column(t, from);
        wl_text_put(t, "not set\n");
    }
}

static bool has_name(const struct wl_option *option)
{
    return *option->name && !option->later && !(option->commands & WL_ONLY_ON_LINE);
}

static void put_sections(struct wl_text *t, const struct wl_options *o)
{
    for (unsigned command = 0; command < WL_N_COMMANDS; command++) {
        bool any = false;

        for (uint32_t i = 0; i < o->n_given; i++) {
            const struct wl_given *g = &o->given[i];

            if (g->command != command)
                continue;
            if (!any)
                wl_text_printf(t, "\n[%s]\n", wl_command_rows[command].name);
            any = true;
            put_value(t, g->option->name, g->value, g);
        }
    }
}

static void put_word(struct wl_text *t, const char *name, const char *value)
{
    if (!value || !*value)
        return;
    wl_text_printf(t, "%s = ", name);
    wl_text_terminal(t, wl_span_text(value));
    wl_text_char(t, '\n');
}

/* Those of configuration files; a baseline is a file of its own, and named above. */
static void put_suppressions(struct wl_text *t, const struct wl_config *cfg)
{
    for (size_t i = 0; i < cfg->n_suppressions; i++) {
        const struct wl_suppression *s = &cfg->suppressions[i];
        bool over = s->end && cfg->today >= s->end;

        if (s->baseline)
            continue;
        wl_text_put(t, "\n[suppress ");
        wl_text_terminal(t, wl_span_text(s->name));
        wl_text_put(t, "]\n; ");
        wl_text_terminal(t, wl_span_text(s->source));
        wl_text_put(t, over ? ", over\n" : "\n");
        put_word(t, "rule", s->rule);
        put_word(t, "server", s->server);
        put_word(t, "method", s->method);
        put_word(t, "target", s->target);
        put_word(t, "status", s->status);
        put_word(t, "reason", s->reason);
        put_word(t, "until", s->until);
    }
}

void wl_config_show(struct wl_text *t, const struct wl_options *o)
{
    for (size_t i = 0; i < o->n_sources; i++) {
        wl_text_put(t, "; ");
        wl_text_terminal(t, wl_span_text(o->sources[i].path));
        wl_text_put(t, o->sources[i].found ? "\n" : ": not there\n");
    }
    wl_text_put(t, o->n_sources ? "\n" : "");
    for (size_t i = 0; i < wl_n_option_rows; i++) {
        if (has_name(&wl_option_rows[i]) && strcmp(wl_option_rows[i].name, "set") != 0)
            put_option(t, o, &wl_option_rows[i]);
    }
    wl_text_put(t, "\n; thresholds and limits\n");
    for (size_t i = 0; i < WL_COUNT(settings); i++)
        put_setting(t, o, &settings[i]);
    put_sections(t, o);
    put_suppressions(t, &o->config);
}
