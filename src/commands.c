/* commands.c - the commands that read no capture: rules, profiles, explain, interfaces, version.
 * SPDX-License-Identifier: MIT
 */
#include "commands.h"

#include "archive_calls.h"
#include "confine.h"
#include "diag.h"
#include "dialogues.h"
#include "lzma_calls.h"
#include "microhttpd_calls.h"
#include "pcap_calls.h"
#include "profiles.h"
#include "wirelint/interface.h"

enum { LOOK_MS = 300 /* at the traffic of interfaces */ };

void wl_command_rules(struct wl_text *t, const struct wl_options *o, const struct wl_page *page)
{
    if (strcmp(o->format, "json") == 0) {
        wl_catalogue_json(t);
    } else if (strcmp(o->format, "markdown") == 0) {
        wl_catalogue_markdown(t);
    } else {
        wl_catalogue_text(t, page);
    }
}

void wl_command_profiles(struct wl_text *t, const struct wl_options *o, const struct wl_page *page)
{
    if (strcmp(o->format, "json") == 0) {
        wl_profiles_json(t);
    } else if (strcmp(o->format, "markdown") == 0) {
        wl_profiles_markdown(t);
    } else {
        wl_profiles_text(t, page);
    }
}

struct wl_span wl_command_sample(const char *id)
{
    for (const struct wl_dialogue *d = wl_dialogues; d->name; d++) {
        if (strcmp(d->name, id) == 0)
            return d->text;
    }
    return (struct wl_span){NULL, 0};
}

struct wl_sink_config wl_command_sink(const struct wl_options *o)
{
    return (struct wl_sink_config){
        .examples = o->examples,
        .utc = o->utc,
        .verbosity = o->verbosity,
        .separate = o->separate,
        .command = wl_command_name(o->command),
        .fail_on = o->config.fail_on,
        .filtered = o->bpf != NULL,
        .sample = wl_command_sample,
        .config = &o->config,
        .json_names = o->json_names,
    };
}

/* Rules that have the word in their names. */
static size_t count_alike(const char *word)
{
    size_t n = 0;

    for (size_t i = 0; i < wl_rule_count(); i++)
        n += strstr(wl_rule_at(i)->id, word) != NULL;
    return n;
}

static int unknown_rule(const char *word, struct wl_error *err)
{
    const struct wl_rule *nearest = wl_catalogue_nearest(word);
    size_t n = *word ? count_alike(word) : 0;

    (void)wl_fail(err, WL_EINVAL, "no rule is called '%s'", word);
    if (n > 1) {
        wl_hint(err, "%zu have it in their names: wirelint explain '*%s*'", n, word);
    } else if (nearest) {
        wl_hint(err, "did you mean '%s'?", nearest->id);
    } else {
        wl_hint(err, "'wirelint rules' lists them");
    }
    return WL_EINVAL;
}

/* A word may be a glob: each rule that matches gets its page. */
int wl_command_explain(struct wl_text *t, const struct wl_options *o, const struct wl_page *page,
                       struct wl_error *err)
{
    size_t shown = 0;

    for (size_t w = 0; w < o->n_words; w++) {
        size_t before = shown;

        for (size_t i = 0; i < wl_rule_count(); i++) {
            const struct wl_rule *rule = wl_rule_at(i);

            if (!wl_glob_match(o->words[w], rule->id))
                continue;
            if (shown++)
                wl_text_put(t, "\n\n");
            wl_catalogue_page(t, rule, wl_command_sample(rule->id), page);
        }
        if (shown == before)
            return unknown_rule(o->words[w], err);
    }
    return 0;
}

/* ---------------------------------------------------------------------------------- interfaces */

static void interface_state(struct wl_text *t, const struct wl_interface *i)
{
    wl_text_put(t, !i->up ? "down" : i->running || i->loopback || i->is_any ? "up" : "up, no link");
}

static void put_padded(struct wl_text *t, const char *text, size_t columns)
{
    size_t from = t->buf.n;

    wl_text_terminal(t, wl_span_text(text));
    while (t->buf.n - from < columns)
        wl_text_char(t, ' ');
}

static void interface_line(struct wl_text *t, const struct wl_interface *i, uint64_t rate)
{
    size_t from;

    put_padded(t, i->name, 15);
    wl_text_char(t, ' ');
    from = t->buf.n;
    interface_state(t, i);
    while (t->buf.n - from < 12)
        wl_text_char(t, ' ');
    from = t->buf.n;
    if (i->counted) {
        wl_text_count(t, rate);
        wl_text_put(t, " packets/s");
    }
    while (t->buf.n - from < 18)
        wl_text_char(t, ' ');
    wl_text_terminal(t, wl_span_text(*i->addresses ? i->addresses : i->description));
    wl_text_char(t, '\n');
}

static void put_json_text(struct wl_text *t, const char *key, const char *value)
{
    wl_text_printf(t, ",\"%s\":\"", key);
    (void)wl_text_json(t, wl_span_text(value));
    wl_text_char(t, '"');
}

static void interface_json(struct wl_text *t, const struct wl_interface *i, uint64_t rate,
                           bool allowed)
{
    wl_text_put(t, "{\"name\":\"");
    (void)wl_text_json(t, wl_span_text(i->name));
    wl_text_char(t, '"');
    if (*i->description)
        put_json_text(t, "description", i->description);
    put_json_text(t, "addresses", i->addresses);
    wl_text_printf(t, ",\"up\":%s,\"running\":%s,\"loopback\":%s,\"capture\":%s",
                   i->up ? "true" : "false", i->running ? "true" : "false",
                   i->loopback ? "true" : "false", allowed && i->up ? "true" : "false");
    if (i->counted)
        wl_text_printf(t, ",\"packets_per_second\":%llu", (unsigned long long)rate);
    wl_text_char(t, '}');
}

int wl_command_interfaces(struct wl_text *t, const struct wl_options *o, struct wl_error *err)
{
    const struct timespec look = {.tv_nsec = LOOK_MS * 1000000L};
    struct wl_interface list[WL_MAX_INTERFACES];
    uint64_t before[WL_MAX_INTERFACES];
    bool allowed = wl_interfaces_allowed();
    size_t n = 0;
    int rc = wl_interfaces_list(list, WL_COUNT(list), &n, err);

    if (rc < 0)
        return rc;
    for (size_t i = 0; i < n; i++)
        before[i] = list[i].packets;
    (void)nanosleep(&look, NULL);
    wl_interfaces_count(list, n);
    if (o->json)
        wl_text_char(t, '[');
    for (size_t i = 0; i < n; i++) {
        uint64_t rate = (list[i].packets - before[i]) * 1000 / LOOK_MS;

        if (o->json) {
            wl_text_put(t, i ? ",\n" : "");
            interface_json(t, &list[i], rate, allowed);
        } else {
            interface_line(t, &list[i], rate);
        }
    }
    if (o->json) {
        wl_text_put(t, "]\n");
    } else if (!allowed) {
        wl_text_put(t, "\nNone of them can be captured from by this user: the capability "
                       "cap_net_raw is missing\n(sudo wirelint ..., or sudo setcap "
                       "cap_net_raw=eip on the program).\n");
    }
    return 0;
}

/* What is loaded on demand, as this machine has it. */
static void put_libraries(struct wl_text *t)
{
    struct wl_pcap_calls pcap;
    struct wl_archive_calls archive;
    struct wl_lzma_calls lzma;
    struct wl_mhd_calls http;
    struct wl_error err = {.code = WL_OK};

    wl_text_printf(t, "%s\n", wl_pcap_load(&pcap, &err) < 0 ? err.text : pcap.lib_version());
    wl_text_printf(t, "%s\n",
                   wl_archive_load(&archive, &err) < 0 ? err.text : archive.version_details());
    if (wl_lzma_load(&lzma, &err) < 0) {
        wl_text_printf(t, "%s\n", err.text);
    } else {
        wl_text_printf(t, "liblzma %s\n", lzma.version_string());
    }
    if (wl_mhd_load(&http, &err) < 0) {
        wl_text_printf(t, "%s\n", err.text);
    } else {
        wl_text_printf(t, "libmicrohttpd %s\n", http.get_version());
    }
}

void wl_command_version(struct wl_text *t)
{
    wl_text_printf(t, "wirelint %s (output schema %s, %u rules)\n", WL_VERSION, WL_SCHEMA,
                   (unsigned)wl_rule_count());
    put_libraries(t);
    wl_confine_describe(t);
}
