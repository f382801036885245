/* catalogue.c - the rules as documents: table, JSON, Markdown, and the page of one rule.
 * SPDX-License-Identifier: MIT
 *
 * Everything here comes from the rule's table entry and its sample file; nothing about a rule is
 * written by hand a second time.
 */
#include "catalogue.h"

#include "layout.h"
#include "line.h"
#include "wirelint/wirelint.h"

enum {
    MAX_RULES = 1024,
    LINES_SHOWN = 48,  /* of one example */
    LINE_SHOWN = 2000, /* octets of a line of an example */
    NEAR = 3,          /* edits that a misspelt id may be away */
    ID_COLUMNS = 36,   /* of the table of rules */
    LINK_OCTETS = 160,
};

static int compare_ids(const void *a, const void *b)
{
    const struct wl_rule *const *x = a, *const *y = b;

    return strcmp((*x)->id, (*y)->id);
}

/* The catalogue sorted by id; returns how many. */
static size_t sorted_rules(const struct wl_rule *ret[MAX_RULES])
{
    size_t n = wl_rule_count();

    if (n > MAX_RULES)
        n = MAX_RULES;
    for (size_t i = 0; i < n; i++)
        ret[i] = wl_rule_at(i);
    qsort((void *)ret, n, sizeof(const struct wl_rule *), compare_ids);
    return n;
}

void wl_catalogue_text(struct wl_text *t, const struct wl_page *page)
{
    const struct wl_rule *rules[MAX_RULES];
    size_t n = sorted_rules(rules);

    for (size_t i = 0; i < n; i++) {
        const struct wl_rule *rule = rules[i];
        size_t used = ID_COLUMNS + 2 + 9 + 2 + 12 + 2;

        wl_layout_ink(t, page->color, WL_INK_STRONG);
        wl_text_printf(t, "%-*s", ID_COLUMNS, rule->id);
        wl_layout_ink(t, page->color, wl_layout_severity_ink(rule->severity));
        wl_text_printf(t, "  %-9s", wl_severity_name(rule->severity));
        wl_layout_ink(t, page->color, WL_INK_PLAIN);
        wl_text_printf(t, "  %-12s  ", wl_fault_name(rule->fault));
        if (page->columns > used + 16) {
            wl_text_terminal_cut(t, wl_span_text(rule->title), page->columns - used);
        } else {
            wl_text_put(t, rule->title);
        }
        wl_text_char(t, '\n');
    }
}

/* -------------------------------------------------------------------------------------- JSON */

static void put_key(struct wl_text *t, const char *key, const char *value)
{
    if (!value)
        return;
    wl_text_printf(t, ",\"%s\":\"", key);
    (void)wl_text_json(t, wl_span_text(value));
    wl_text_char(t, '"');
}

static void put_array(struct wl_text *t, const char *key, const char *const *values, size_t max)
{
    wl_text_printf(t, ",\"%s\":[", key);
    for (size_t i = 0; i < max && values[i]; i++) {
        wl_text_put(t, i ? ",\"" : "\"");
        (void)wl_text_json(t, wl_span_text(values[i]));
        wl_text_char(t, '"');
    }
    wl_text_char(t, ']');
}

void wl_catalogue_json(struct wl_text *t)
{
    const struct wl_rule *rules[MAX_RULES];
    size_t n = sorted_rules(rules);

    for (size_t i = 0; i < n; i++) {
        const struct wl_rule *rule = rules[i];

        wl_text_put(t, i ? ",\n{\"id\":\"" : "[{\"id\":\"");
        wl_text_put(t, rule->id);
        wl_text_char(t, '"');
        put_key(t, "severity", wl_severity_name(rule->severity));
        put_key(t, "fault", wl_fault_name(rule->fault));
        put_key(t, "area", rule->area);
        put_key(t, "versions", rule->versions);
        put_key(t, "title", rule->title);
        put_array(t, "cite", rule->cite, WL_RULE_CITES);
        put_key(t, "why", rule->why);
        put_key(t, "advice", rule->advice);
        put_array(t, "see", rule->see, WL_RULE_SEE);
        wl_text_char(t, '}');
    }
    wl_text_put(t, n ? "]\n" : "[]\n");
}

/* ----------------------------------------------------------------------------------- Markdown */

/* "RFC 9110 15.2" -> "https://www.rfc-editor.org/rfc/rfc9110#section-15.2"; "" when it is no RFC */
static const char *link_of(const char *cite, char buf[LINK_OCTETS])
{
    size_t digits = 0;
    const char *section;

    buf[0] = '\0';
    if (strncmp(cite, "RFC ", 4) != 0)
        return buf;
    while (wl_is_digit((uint8_t)cite[4 + digits]))
        digits++;
    section = cite + 4 + digits;
    if (digits == 0)
        return buf;
    while (*section == ' ')
        section++;
    (void)snprintf(buf, LINK_OCTETS, "https://www.rfc-editor.org/rfc/rfc%.*s%s%s", (int)digits,
                   cite + 4,
                   !*section                        ? ""
                   : wl_is_digit((uint8_t)*section) ? "#section-"
                                                    : "#appendix-",
                   section);
    return buf;
}

static void put_markdown_rule(struct wl_text *t, const struct wl_rule *rule)
{
    char link[LINK_OCTETS];

    wl_text_printf(t, "### %s\n\n%s.\n\n", rule->id, rule->title);
    wl_text_printf(t, "*%s*, fault: %s", wl_severity_name(rule->severity),
                   wl_fault_name(rule->fault));
    for (size_t i = 0; i < WL_RULE_CITES && rule->cite[i]; i++) {
        if (*link_of(rule->cite[i], link)) {
            wl_text_printf(t, ", [%s](%s)", rule->cite[i], link);
        } else {
            wl_text_printf(t, ", %s", rule->cite[i]);
        }
    }
    wl_text_put(t, "\n");
    if (rule->why)
        wl_text_printf(t, "\n%s\n", rule->why);
    if (rule->advice)
        wl_text_printf(t, "\n%s\n", rule->advice);
    for (size_t i = 0; i < WL_RULE_SEE && rule->see[i]; i++)
        wl_text_printf(t, "%s[%s](#%s)", i ? ", " : "\nSee also ", rule->see[i], rule->see[i]);
    wl_text_put(t, rule->see[0] ? "\n\n" : "\n");
}

void wl_catalogue_markdown(struct wl_text *t)
{
    wl_text_printf(t, "# The %u rules of wirelint %s\n", (unsigned)wl_rule_count(), WL_VERSION);
    for (const struct wl_rule_group *const *g = wl_rule_groups(); *g; g++) {
        wl_text_printf(t, "\n## %s\n\n", (*g)->name);
        for (size_t i = 0; i < (*g)->n_rules; i++)
            put_markdown_rule(t, &(*g)->rules[i]);
    }
}

/* --------------------------------------------------------------------------- the page of one */

static void put_heading(struct wl_text *t, const struct wl_page *page, const char *text)
{
    wl_text_char(t, '\n');
    wl_layout_ink(t, page->color, WL_INK_STRONG);
    wl_text_put(t, text);
    wl_layout_ink(t, page->color, WL_INK_PLAIN);
    wl_text_char(t, '\n');
}

static void put_paragraph(struct wl_text *t, const struct wl_page *page, const char *head,
                          const char *text)
{
    if (!text)
        return;
    put_heading(t, page, head);
    wl_layout_wrap(t, wl_span_text(text), 2, page->columns);
}

static struct wl_span next_line(struct wl_span *rest)
{
    size_t n = wl_span_find(*rest, '\n');
    struct wl_span line = wl_span_sub(*rest, 0, n);

    *rest = wl_span_after(*rest, n + 1);
    return line;
}

/* "? violation ID < 25 | ..." expects a finding of this rule. */
static bool expects(struct wl_span line, const char *id)
{
    size_t n = strlen(id);

    if (!wl_span_starts(line, WL_SPAN("?")))
        return false;
    for (size_t i = 1; i + n < line.n; i++) {
        if (line.p[i - 1] == ' ' && line.p[i + n] == ' ' && memcmp(line.p + i, id, n) == 0)
            return true;
    }
    return false;
}

/* One case of a dialogue: "= title" and the lines up to the next. */
struct sample {
    struct wl_span title, body;
    bool fires;
};

static bool next_sample(struct wl_span *rest, const char *id, struct sample *ret)
{
    while (rest->n && !wl_span_starts(*rest, WL_SPAN("=")))
        (void)next_line(rest);
    if (rest->n == 0)
        return false;
    ret->title = wl_span_trim(wl_span_after(next_line(rest), 1));
    ret->body = *rest;
    ret->fires = false;
    while (rest->n && !wl_span_starts(*rest, WL_SPAN("=")))
        ret->fires |= expects(next_line(rest), id);
    ret->body.n -= rest->n;
    return true;
}

static bool is_conversation(struct wl_span line)
{
    return line.n && line.p[0] != '?' && line.p[0] != '#';
}

static void put_sample(struct wl_text *t, const struct wl_page *page, const struct sample *sample)
{
    struct wl_span body = sample->body;
    unsigned lines = 0;

    wl_text_char(t, '\n');
    wl_layout_ink(t, page->color, WL_INK_STRONG);
    wl_text_put(t, sample->fires ? "It fires on: " : "It does not fire on: ");
    wl_layout_ink(t, page->color, WL_INK_PLAIN);
    wl_text_terminal(t, sample->title);
    wl_text_char(t, '\n');
    while (body.n) {
        struct wl_span line = next_line(&body);

        if (!is_conversation(line))
            continue;
        if (++lines > LINES_SHOWN) {
            wl_text_put(t, "  ...\n");
            return;
        }
        wl_text_put(t, "  ");
        wl_text_terminal_cut(t, line, page->columns > 4 ? page->columns - 2 : LINE_SHOWN);
        wl_text_char(t, '\n');
    }
}

/* The first case that fires, then the first that does not. */
static void put_samples(struct wl_text *t, const struct wl_page *page, const struct wl_rule *rule,
                        struct wl_span dialogue)
{
    for (unsigned fires = 2; fires--;) {
        struct wl_span rest = dialogue;
        struct sample sample = {.fires = false};

        while (next_sample(&rest, rule->id, &sample)) {
            if (sample.fires == (fires == 1)) {
                put_sample(t, page, &sample);
                break;
            }
        }
    }
    if (dialogue.n)
        wl_text_put(t, "\n  > client to server, < server to client, ~ time passes\n");
}

static void put_citations(struct wl_text *t, const struct wl_page *page, const struct wl_rule *rule)
{
    char link[LINK_OCTETS];

    put_heading(t, page, "Where it is written");
    for (size_t i = 0; i < WL_RULE_CITES && rule->cite[i]; i++) {
        size_t from = t->buf.n;

        wl_text_printf(t, "  %s", rule->cite[i]);
        if (*link_of(rule->cite[i], link)) {
            wl_layout_pad(t, from, 20);
            wl_text_printf(t, "  %s", link);
        }
        wl_text_char(t, '\n');
    }
}

void wl_catalogue_page(struct wl_text *t, const struct wl_rule *rule, struct wl_span dialogue,
                       const struct wl_page *page)
{
    wl_layout_ink(t, page->color, WL_INK_STRONG);
    wl_text_put(t, rule->id);
    wl_layout_ink(t, page->color, WL_INK_PLAIN);
    wl_text_char(t, '\n');
    wl_layout_wrap(t, wl_span_text(rule->title), 2, page->columns);
    wl_text_char(t, '\n');
    wl_text_put(t, "  severity  ");
    wl_layout_ink(t, page->color, wl_layout_severity_ink(rule->severity));
    wl_text_put(t, wl_severity_name(rule->severity));
    wl_layout_ink(t, page->color, WL_INK_PLAIN);
    wl_text_printf(t, "\n  fault     %s\n", wl_fault_name(rule->fault));
    if (rule->versions)
        wl_text_printf(t, "  versions  %s\n", rule->versions);
    if (rule->area)
        wl_text_printf(t, "  area      %s\n", rule->area);
    put_paragraph(t, page, "Why it matters", rule->why);
    put_paragraph(t, page, "What to do", rule->advice);
    put_citations(t, page, rule);
    put_samples(t, page, rule, dialogue);
    if (rule->see[0])
        put_heading(t, page, "Related rules");
    for (size_t i = 0; i < WL_RULE_SEE && rule->see[i]; i++)
        wl_text_printf(t, "  %s\n", rule->see[i]);
}

const struct wl_rule *wl_catalogue_nearest(const char *text)
{
    const struct wl_rule *nearest = NULL;
    unsigned best = NEAR + 1;

    for (size_t i = 0; i < wl_rule_count(); i++) {
        const struct wl_rule *rule = wl_rule_at(i);
        unsigned distance = wl_edit_distance(text, rule->id);

        if (distance < best) {
            best = distance;
            nearest = rule;
        }
    }
    /* no misspelling, but perhaps the beginning or a part of one */
    for (size_t i = 0; !nearest && strlen(text) > 3 && i < wl_rule_count(); i++) {
        if (strstr(wl_rule_at(i)->id, text))
            nearest = wl_rule_at(i);
    }
    return nearest;
}
