/* run_catalogue.c - what must be true of every rule of the catalogue.
 * SPDX-License-Identifier: MIT
 *
 *     run_catalogue SAMPLES/dialogues
 *
 * Ids are unique, in kebab case and sorted within their group; titles, versions and citations have
 * their form; areas and rules named in `see` exist; there is a function to call; and every rule has
 * a file <area or group>/<id>.txt with a case in which it fires and a near-miss in which it does
 * not. That the cases are true is run_dialogues' business.
 */
#include "catalogue.h"
#include "diag.h"
#include "dialogue.h"
#include "rules.h"

#include <sys/stat.h>

enum { MAX_TITLE = 100, MAX_SENTENCE = 1000 };

static unsigned n_failed;

static void complain(const char *id, const char *what, const char *detail)
{
    n_failed++;
    printf("%s: %s%s%s\n", id, what, *detail ? ": " : "", detail);
}

/* ------------------------------------------------------------------------------------- form */

static bool is_kebab(const char *id)
{
    size_t n = strlen(id);

    return n > 0 && strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789-") == n && id[0] != '-' &&
           id[n - 1] != '-' && !strstr(id, "--");
}

/** "15.2", "8", "A.1", with "Appendix " before it or not. */
static bool is_section(const char *text)
{
    if (strncmp(text, "Appendix ", 9) == 0)
        text += 9;
    while (*text) {
        size_t n = strspn(text, "0123456789");

        if (n == 0 && *text >= 'A' && *text <= 'Z')
            n = 1;
        if (n == 0)
            return false;
        text += n;
        if (*text == '.' && text[1]) {
            text++;
        } else if (*text) {
            return false;
        }
    }
    return true;
}

/* Sources that are no RFC, as citations of them begin; one more is one more row. */
static const char *const others[] = {"IANA ", "WHATWG ", "draft-", "RFC Errata ", "CVE-"};

/** "RFC 9110 15.2", "RFC 8297" whole, or another source by its name. */
static bool is_citation(const char *cite)
{
    size_t n;

    for (size_t i = 0; i < WL_COUNT(others); i++) {
        if (strncmp(cite, others[i], strlen(others[i])) == 0)
            return cite[strlen(others[i])] != 0;
    }
    if (strncmp(cite, "RFC ", 4) != 0)
        return false;
    cite += 4;
    n = strspn(cite, "0123456789");
    if (n < 3 || n > 5)
        return false;
    return cite[n] == 0 || (cite[n] == ' ' && cite[n + 1] && is_section(cite + n + 1));
}

static void check_citation(const char *id, const char *cite)
{
    if (is_citation(cite))
        return;
    complain(id, "no such form of citation", cite);
    printf("    it is 'RFC 9110 15.2', or begins with one of:");
    for (size_t i = 0; i < WL_COUNT(others); i++)
        printf(" '%s'", others[i]);
    printf(" (others in tests/run_catalogue.c)\n");
}

/** Is every word between the commas the name of a version? */
static bool are_versions(const char *text)
{
    static const char *const known[] = {"HTTP/1.0", "HTTP/1.1", "HTTP/2",
                                        "HTTP/3",   "ICAP",     "WebSocket"};

    for (;;) {
        size_t n = strcspn(text, ","), i = 0;

        while (i < WL_COUNT(known) && (strlen(known[i]) != n || strncmp(known[i], text, n) != 0))
            i++;
        if (i == WL_COUNT(known))
            return false;
        if (text[n] == 0)
            return true;
        text += n + 1;
        if (*text++ != ' ')
            return false;
    }
}

/** Is it one of src/report/catalogue.c? What stands in no area is in no document. */
static bool is_area(const char *code)
{
    const char *title, *known;

    for (size_t i = 0; (known = wl_catalogue_area(i, &title)); i++) {
        if (strcmp(code, known) == 0)
            return true;
    }
    return false;
}

static void check_text(const char *id, const char *name, const char *text, size_t max, bool title)
{
    size_t n = text ? strlen(text) : 0;

    if (n == 0) {
        complain(id, "has no", name);
    } else if (n > max) {
        complain(id, "too long", name);
    } else if (title && text[n - 1] == '.') {
        complain(id, "ends with a full stop", name);
    } else if (!title && text[n - 1] != '.') {
        complain(id, "does not end with a full stop", name);
    }
}

static void check_form(const struct wl_rule *rule)
{
    size_t n_cites = 0;

    if (!is_kebab(rule->id))
        complain(rule->id, "is not in kebab case", "");
    if (wl_rule_find(rule->id) != rule)
        complain(rule->id, "is not unique", "");
    if (rule->severity <= WL_OFF || rule->severity >= WL_N_SEVERITIES)
        complain(rule->id, "has no severity", "");
    check_text(rule->id, "title", rule->title, MAX_TITLE, true);
    check_text(rule->id, "why", rule->why, MAX_SENTENCE, false);
    check_text(rule->id, "advice", rule->advice, MAX_SENTENCE, false);
    if (!rule->area || !is_area(rule->area))
        complain(rule->id, "no such area (src/report/catalogue.c)", rule->area ? rule->area : "");
    if (!rule->versions || !are_versions(rule->versions))
        complain(rule->id, "no such versions", rule->versions ? rule->versions : "");
    while (n_cites < WL_RULE_CITES && rule->cite[n_cites]) {
        check_citation(rule->id, rule->cite[n_cites++]);
    }
    if (n_cites == 0)
        complain(rule->id, "cites nothing", "");
    for (size_t i = 0; i < WL_RULE_SEE && rule->see[i]; i++) {
        const struct wl_rule *seen = wl_rule_find(rule->see[i]);

        if (!seen || seen == rule)
            complain(rule->id, "see: no such rule", rule->see[i]);
    }
    if (!wl_rule_can_fire(rule))
        complain(rule->id, "has not what its .when asks for (wirelint/rule.h)", "");
}

/* ---------------------------------------------------------------------------------- samples */

/** Looks for <area or group>/<id>.txt; false when neither exists. */
static bool find_sample(const char *root, const char *group, const struct wl_rule *rule, char *ret,
                        size_t n)
{
    char area[32] = "";
    struct stat st;

    for (size_t i = 0; rule->area && rule->area[i] && i + 1 < sizeof(area); i++)
        area[i] = (char)wl_lower((uint8_t)rule->area[i]);
    (void)snprintf(ret, n, "%s/%s/%s.txt", root, area, rule->id);
    if (stat(ret, &st) == 0)
        return true;
    (void)snprintf(ret, n, "%s/%s/%s.txt", root, group, rule->id);
    return stat(ret, &st) == 0;
}

/** True when an expectation says that the rule has fired. */
static bool is_about(struct wl_span line, const char *id)
{
    if (wl_span_starts(line, WL_SPAN("conn ")))
        line = wl_span_after(line, 5);
    line = wl_span_after(line, wl_span_find(line, ' ') + 1);
    return wl_span_equal(wl_span_sub(line, 0, wl_span_find(line, ' ')), wl_span_text(id));
}

static void check_samples(const char *root, const char *group, const struct wl_rule *rule,
                          struct wl_arena *a)
{
    unsigned n_fires = 0, n_silent = 0;
    struct wl_error err = {0};
    struct dialogue d;
    char path[1024];

    if (!find_sample(root, group, rule, path, sizeof(path))) {
        complain(rule->id, "has no sample", path);
        return;
    }
    if (dialogue_read(path, a, &d, &err) != 0) {
        complain(rule->id, "its sample cannot be read", err.text);
        return;
    }
    for (uint32_t i = 0; i < d.n_cases; i++) {
        bool fires = false;

        for (uint32_t k = 0; k < d.cases[i].n_expected; k++)
            fires = fires || is_about(d.cases[i].expected[k], rule->id);
        n_fires += fires;
        n_silent += !fires;
    }
    if (n_fires == 0)
        complain(rule->id, "no case in which it fires", path);
    if (n_silent == 0)
        complain(rule->id, "no case in which it nearly fires", path);
}

int main(int argc, char **argv)
{
    const struct wl_rule_group *const *groups = wl_rule_groups();
    struct wl_budget budget;
    struct wl_arena_pool pool;
    unsigned n_rules = 0;

    if (argc != 2) {
        (void)fputs("usage: run_catalogue SAMPLES/dialogues\n", stderr);
        return 2;
    }
    wl_budget_init(&budget, (size_t)1 << 28, NULL, NULL, NULL);
    wl_arena_pool_init(&pool, &budget, 1 << 20);
    for (size_t g = 0; groups[g]; g++) {
        for (size_t i = 0; i < groups[g]->n_rules; i++) {
            const struct wl_rule *rule = &groups[g]->rules[i];
            struct wl_arena *a = wl_arena_new(&pool);

            n_rules++;
            if (i > 0 && strcmp(groups[g]->rules[i - 1].id, rule->id) >= 0)
                complain(rule->id, "is out of order in its group", groups[g]->name);
            check_form(rule);
            if (a)
                check_samples(argv[1], groups[g]->name, rule, a);
            wl_arena_free(a);
        }
    }
    if (n_rules != wl_rule_count())
        complain("catalogue", "wl_rule_count is wrong", "");
    wl_arena_pool_release(&pool);
    printf("%u rules, %u complaints\n", n_rules, n_failed);
    return n_failed ? 1 : 0;
}
