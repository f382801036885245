/* html_rules.c - the rules that fired in the HTML report: in short, and each with its findings
 * and page. SPDX-License-Identifier: MIT
 *
 * What a rule is comes from its table entry and its sample dialogue, as in `wirelint explain`.
 */
#include "html.h"

#include "catalogue.h"
#include "line.h"
#include "sample.h"

enum {
    SERVERS_NAMED = 3, /* in the overview */
    SAMPLE_LINES = 40, /* of one conversation */
    SAMPLE_LINE = 160, /* characters */
    MAX_SAMPLE = 32 << 10,
};

static void put_servers(struct wl_text *t, const struct wl_fired *fired, uint32_t most)
{
    uint64_t left = fired->n_elsewhere;

    for (uint32_t i = 0; i < fired->n_servers; i++) {
        if (i >= most) {
            left += fired->servers[i].n;
            continue;
        }
        wl_text_put(t, i ? ", <code>" : "<code>");
        wl_text_endpoint(t, &fired->servers[i].server);
        wl_text_put(t, "</code>");
        if (fired->n_servers > 1 || fired->n_elsewhere) {
            wl_text_put(t, " (");
            wl_html_count(t, fired->servers[i].n);
            wl_text_char(t, ')');
        }
    }
    if (left) {
        wl_text_put(t, ", others (");
        wl_html_count(t, left);
        wl_text_char(t, ')');
    }
}

/* ------------------------------------------------------------------------------------- in short */

uint64_t wl_html_listed(const struct wl_html *h)
{
    uint64_t n = 0;

    for (uint32_t i = 0; i < h->n_sorted; i++)
        n += h->sorted[i]->lines.n;
    return n;
}

static void put_row(struct wl_html *h, const struct wl_fired *fired, uint64_t most)
{
    static const char *const classes[WL_N_SEVERITIES] = {"k0", "k1", "k4", "k5"};
    struct wl_text *t = &h->out.text;

    wl_text_printf(t, "<tr id=\"o-rule-%s\"><td data-v=\"%d\">", fired->rule->id,
                   WL_VIOLATION - (int)fired->worst);
    wl_html_pill(t, fired->worst);
    wl_text_printf(t, "</td><th scope=\"row\"><a class=\"mono\" href=\"#rule-%s\">%s</a><br>",
                   fired->rule->id, fired->rule->id);
    wl_html_words(t, fired->rule->title);
    wl_text_printf(t, "</th><td class=\"num\" data-v=\"%llu\" data-h=\"findings\">",
                   (unsigned long long)fired->n);
    wl_html_count(t, fired->n);
    wl_text_put(t, "</td><td class=\"barred\">");
    wl_html_bar(t, fired->n, most, classes[fired->worst]);
    wl_text_put(t, "</td><td data-h=\"fault\">");
    wl_fired_put_faults(t, fired, "\xc2\xa0", wl_html_count);
    wl_text_put(t, "</td><td class=\"at\" data-h=\"server\">");
    put_servers(t, fired, SERVERS_NAMED);
    wl_text_put(t, "</td></tr>\n");
}

/* What the page does not hold, and where it can be had. */
static void put_left_out(struct wl_html *h, uint64_t all)
{
    uint64_t listed = wl_html_listed(h);
    struct wl_text *t = &h->out.text;

    if (listed == all)
        return;
    wl_text_put(t, "<p class=\"told\">Of ");
    wl_html_amount(t, all, "finding");
    wl_text_put(t, " this page lists ");
    wl_html_count(t, listed);
    wl_text_put(
        t, ", the first of each rule, so that it can still be opened. All of them are in "
           "<code>--report csv-findings=FILE</code> and <code>--report json=FILE</code>.</p>\n");
}

void wl_html_overview(struct wl_html *h)
{
    const struct wl_stats *st = h->st;
    uint64_t all = 0, most = 1;
    struct wl_text *t = &h->out.text;

    for (unsigned s = WL_NOTE; s < WL_N_SEVERITIES; s++)
        all += st->findings[s];
    for (uint32_t i = 0; i < h->n_sorted; i++)
        most = wl_max_u64(most, h->sorted[i]->n);
    wl_html_section(t, "found", "What was found");
    if (h->n_sorted == 0) {
        wl_text_printf(t, "<p>None of the %u rules fired.</p>\n", (unsigned)wl_rule_count());
    } else {
        wl_text_put(t, "<p>");
        wl_html_amount(t, all, "finding");
        wl_text_printf(t, " by %u of %u rules. ", h->n_sorted, (unsigned)wl_rule_count());
        wl_text_put(t, "Each rule leads to its findings and to its page.</p>\n");
        put_left_out(h, all);
        wl_text_put(t, "<table class=\"stack sorts\">\n<thead><tr><th>Severity</th><th>Rule</th>"
                       "<th class=\"num\">Findings</th><th class=\"plain\">Share</th><th>Fault</th>"
                       "<th>Servers</th></tr></thead>\n<tbody>\n");
        for (uint32_t i = 0; i < h->n_sorted; i++)
            put_row(h, h->sorted[i], most);
        wl_text_put(t, "</tbody></table>\n");
    }
    if (st->dropped_findings) {
        wl_text_put(t, "<p class=\"told\">Beyond <code>max_findings</code>, and only counted: ");
        wl_html_count(t, st->dropped_findings);
        wl_text_put(t, ".</p>\n");
    }
    wl_text_put(t, "</section>\n");
}

/* -------------------------------------------------------------------------- the page of a rule */

static void put_citations(struct wl_text *t, const struct wl_rule *rule)
{
    char link[WL_CATALOGUE_LINK];

    if (!rule->cite[0])
        return;
    wl_text_put(t, "<h4>Where it is written</h4>\n<ul class=\"cites\">\n");
    for (size_t i = 0; i < WL_RULE_CITES && rule->cite[i]; i++) {
        wl_text_put(t, "<li>");
        if (*wl_catalogue_link(rule->cite[i], link)) {
            wl_text_put(t, "<a rel=\"noreferrer\" href=\"");
            wl_html_words(t, link);
            wl_text_put(t, "\">");
            wl_html_words(t, rule->cite[i]);
            wl_text_put(t, "</a>");
        } else {
            wl_html_words(t, rule->cite[i]);
        }
        wl_text_put(t, "</li>\n");
    }
    wl_text_put(t, "</ul>\n");
}

static void put_guards(struct wl_text *t, const struct wl_rule *rule)
{
    bool any = false;

    for (unsigned i = 0; i < WL_CATALOGUE_GUARDS; i++) {
        const char *guard = wl_catalogue_guard(rule, i);

        if (!guard)
            continue;
        wl_text_put(t, any ? "" : "<h4>Asked only where</h4>\n<ul>\n");
        wl_text_printf(t, "<li>%s</li>\n", guard);
        any = true;
    }
    wl_text_put(t, any ? "</ul>\n" : "");
}

static bool has_fired(const struct wl_html *h, const char *id)
{
    for (uint32_t i = 0; i < h->n_sorted; i++) {
        if (strcmp(h->sorted[i]->rule->id, id) == 0)
            return true;
    }
    return false;
}

static void put_related(struct wl_html *h, const struct wl_rule *rule)
{
    struct wl_text *t = &h->out.text;

    if (!rule->see[0])
        return;
    wl_text_put(t, "<h4>Related rules</h4>\n<p>");
    for (size_t i = 0; i < WL_RULE_SEE && rule->see[i]; i++) {
        wl_text_put(t, i ? ", " : "");
        if (has_fired(h, rule->see[i])) {
            wl_text_printf(t, "<a class=\"mono\" href=\"#rule-%s\">%s</a>", rule->see[i],
                           rule->see[i]);
        } else {
            wl_text_printf(t, "<code>%s</code>", rule->see[i]);
        }
    }
    wl_text_put(t, "</p>\n");
}

static void put_about(struct wl_html *h, const struct wl_rule *rule)
{
    struct wl_text *t = &h->out.text;

    wl_text_put(t, "<div class=\"about\">\n");
    if (rule->why) {
        wl_text_put(t, "<h4>Why it matters</h4>\n<p>");
        wl_html_words(t, rule->why);
        wl_text_put(t, "</p>\n");
    }
    if (rule->advice) {
        wl_text_put(t, "<h4>What to do</h4>\n<p>");
        wl_html_words(t, rule->advice);
        wl_text_put(t, "</p>\n");
    }
    put_citations(t, rule);
    put_guards(t, rule);
    put_related(h, rule);
    wl_text_put(t, "</div>\n");
}

/* ------------------------------------------------------------------------------------- samples */

/* A conversation is a list: what one side says until the other speaks is one item. */
struct talk {
    struct wl_html *h;
    struct wl_text *t;
    bool open; /* an item is */
    enum wl_dir by;
};

static void end_saying(struct talk *k)
{
    if (k->open)
        wl_text_put(k->t, "</pre></li>\n");
    k->open = false;
}

static void put_saying(struct talk *k, const struct wl_sample_step *s)
{
    if (!k->open || k->by != s->by) {
        end_saying(k);
        wl_text_printf(k->t, "<li class=\"%s\"><span class=\"who\">%s</span><pre>",
                       s->by == WL_TO_SERVER ? "c" : "s",
                       s->by == WL_TO_SERVER ? "client" : "server");
        k->open = true;
        k->by = s->by;
        /* a line end right behind the tag is dropped by HTML: the first line is never empty */
    } else {
        wl_text_char(k->t, '\n');
    }
    wl_html_escape(k->h, k->t, s->text, SAMPLE_LINE);
}

static void put_event(struct talk *k, const char *before, const char *between, struct wl_span text)
{
    end_saying(k);
    wl_text_printf(k->t, "<li class=\"between\">%s%s", before, between);
    wl_html_escape(k->h, k->t, text, SAMPLE_LINE);
    wl_text_put(k->t, "</li>\n");
}

static void put_sample(struct wl_html *h, struct wl_text *t, const struct wl_sample *sample)
{
    struct talk k = {.h = h, .t = t};
    struct wl_span body = sample->body;
    struct wl_sample_step step;
    unsigned lines = 0;

    wl_text_put(t, "<div class=\"sample\">\n<p class=\"title\"><strong>");
    wl_text_put(t, sample->fires ? "It fires on:" : "It does not fire on:");
    wl_text_put(t, "</strong> ");
    wl_html_escape(h, t, sample->title, SAMPLE_LINE);
    wl_text_put(t, "</p>\n<ol>\n");
    while (wl_sample_step(&body, &step)) {
        const char *by = step.by == WL_TO_SERVER ? "client" : "server";

        if (++lines > SAMPLE_LINES) {
            put_event(&k, "and so on", "", wl_span(NULL, 0));
            break;
        }
        switch (step.kind) {
        case WL_STEP_SAYS: put_saying(&k, &step); break;
        case WL_STEP_FIN: put_event(&k, by, ": FIN", wl_span(NULL, 0)); break;
        case WL_STEP_RST: put_event(&k, by, ": RST", wl_span(NULL, 0)); break;
        case WL_STEP_WAITS: put_event(&k, "", "after ", step.text); break;
        case WL_STEP_MISSING:
            put_event(&k, by, ": octets that were not captured: ", step.text);
            break;
        case WL_STEP_ASIDE: put_event(&k, step.words, step.text.n ? " " : "", step.text); break;
        }
    }
    end_saying(&k);
    wl_text_put(t, "</ol>\n</div>\n");
}

static void put_samples(struct wl_html *h, const struct wl_rule *rule)
{
    struct wl_span dialogue = {NULL, 0};
    struct wl_sample sample;
    struct wl_text *t = &h->piece;

    if (h->out.cfg.sample)
        dialogue = h->out.cfg.sample(rule->id);
    wl_text_reset(t);
    if (wl_sample_find(dialogue, rule->id, true, &sample))
        put_sample(h, t, &sample);
    if (wl_sample_find(dialogue, rule->id, false, &sample))
        put_sample(h, t, &sample);
    if (t->buf.n == 0 || t->full || t->buf.n > MAX_SAMPLE ||
        h->sample_octets + t->buf.n > WL_HTML_SAMPLES)
        return;
    h->sample_octets += t->buf.n;
    wl_text_put(&h->out.text,
                "<details><summary>A conversation on which this rule fires, and one on "
                "which it does not</summary>\n<div class=\"samples\">\n");
    wl_text_span_raw(&h->out.text, wl_text_span(t));
    wl_text_put(&h->out.text, "</div></details>\n");
}

/* ----------------------------------------------------------------------------------- in detail */

static void put_pieces(struct wl_html *h, const struct wl_pieces *list)
{
    for (const struct wl_piece *p = list->first; p; p = p->next) {
        wl_text_span_raw(&h->out.text, p->text);
        if (wl_html_room(h) < 0)
            return;
    }
}

static void put_cases(struct wl_html *h, const struct wl_fired *fired)
{
    struct wl_text *t = &h->out.text;

    if (fired->examples.n == 0)
        return;
    wl_text_put(t, "<div class=\"cases\">\n<h4>");
    if (fired->examples.n == fired->n) {
        wl_text_put(t, fired->n == 1 ? "The finding" : "The findings");
    } else {
        wl_text_printf(t, fired->examples.n == 1 ? "The first finding" : "The first %u findings",
                       fired->examples.n);
    }
    wl_text_put(t, "</h4>\n");
    put_pieces(h, &fired->examples);
    wl_text_put(t, "</div>\n");
}

/* The table of findings, where more of them stand in it than were drawn. */
static void put_lines(struct wl_html *h, const struct wl_fired *fired)
{
    enum { ON_PAPER = 25 }; /* page.css knows it too */
    struct wl_text *t = &h->out.text;

    if (fired->lines.n <= fired->examples.n)
        return;
    wl_text_put(t, "<details><summary>");
    if (fired->lines.n == fired->n) {
        wl_text_put(t, "All ");
    } else {
        wl_text_printf(t, "%u of ", fired->lines.n);
    }
    wl_html_amount(t, fired->n, "finding");
    wl_text_put(
        t, "</summary>\n<table class=\"rows stack sorts\">\n<thead><tr><th>Time</th>"
           "<th>Exchange</th><th>What was seen</th><th>Evidence, display filter</th></tr></thead>\n"
           "<tbody>\n");
    put_pieces(h, &fired->lines);
    if (fired->lines.n > ON_PAPER) {
        wl_text_put(t, "<tr class=\"last only-paper\"><td colspan=\"4\">and ");
        wl_html_count(t, fired->lines.n - ON_PAPER);
        wl_text_put(t, " more in the page itself</td></tr>\n");
    }
    wl_text_put(t, "</tbody></table>\n</details>\n");
}

static void put_rule(struct wl_html *h, const struct wl_fired *fired)
{
    const struct wl_rule *rule = fired->rule;
    struct wl_text *t = &h->out.text;

    wl_text_printf(t, "<article class=\"rule card%s\" id=\"rule-%s\" data-s=\"%s\" ",
                   fired->examples.n ? " split" : "", rule->id, wl_severity_name(fired->worst));
    wl_text_printf(t, "aria-labelledby=\"h-rule-%s\">\n<header>\n<h3 id=\"h-rule-%s\">%s ",
                   rule->id, rule->id, rule->id);
    wl_html_pill(t, fired->worst);
    wl_text_put(t, "</h3>\n<p class=\"title\">");
    wl_html_words(t, rule->title);
    wl_text_put(t, "</p>\n<p class=\"facts\">");
    wl_html_amount(t, fired->n, "finding");
    wl_text_put(t, "; fault: ");
    wl_fired_put_faults(t, fired, "\xc2\xa0", wl_html_count);
    wl_text_put(t, fired->n_servers + (fired->n_elsewhere != 0) > 1 ? "; servers: " : "; server: ");
    put_servers(t, fired, WL_FIRED_SERVERS);
    if (rule->versions) {
        wl_text_put(t, "; asked of ");
        wl_html_words(t, rule->versions);
    }
    wl_text_put(t, "</p>\n</header>\n");
    put_about(h, rule);
    put_cases(h, fired);
    put_lines(h, fired);
    put_samples(h, rule);
    wl_text_put(t, "</article>\n");
}

void wl_html_rules(struct wl_html *h)
{
    struct wl_text *t = &h->out.text;

    if (h->n_sorted == 0)
        return;
    wl_text_put(t, "<section id=\"rules\" aria-labelledby=\"h-rules\">\n"
                   "<h2 id=\"h-rules\" class=\"apart\">Findings in detail</h2>\n");
    for (uint32_t i = 0; i < h->n_sorted; i++)
        put_rule(h, h->sorted[i]);
    wl_text_put(t, "</section>\n");
}
