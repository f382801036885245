/* commands.c - the commands that read no capture: rules, explain, help, version.
 * SPDX-License-Identifier: MIT
 */
#include "commands.h"

#include "diag.h"
#include "dialogues.h"

#include <archive.h>
#include <openssl/crypto.h>

/* pcap.h needs types that strict POSIX does not have; this is all that is wanted of it. */
extern const char *pcap_lib_version(void);

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

static struct wl_span find_dialogue(const char *id)
{
    for (const struct wl_dialogue *d = wl_dialogues; d->name; d++) {
        if (strcmp(d->name, id) == 0)
            return d->text;
    }
    return (struct wl_span){NULL, 0};
}

static int unknown_rule(const char *word, struct wl_error *err)
{
    const struct wl_rule *nearest = wl_catalogue_nearest(word);

    (void)wl_fail(err, WL_EINVAL, "no rule is called '%s'", word);
    if (nearest) {
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
            wl_catalogue_page(t, rule, find_dialogue(rule->id), page);
        }
        if (shown == before)
            return unknown_rule(o->words[w], err);
    }
    return 0;
}

void wl_command_version(struct wl_text *t)
{
    wl_text_printf(t, "wirelint %s (output schema %s, %u rules)\n", WL_VERSION, WL_SCHEMA,
                   (unsigned)wl_rule_count());
    wl_text_printf(t, "%s\n", pcap_lib_version());
    wl_text_printf(t, "%s\n", archive_version_details());
    wl_text_printf(t, "%s\n", OpenSSL_version(OPENSSL_VERSION));
    wl_text_put(t, "confinement: none in this version\n");
}
