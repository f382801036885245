/* html_summary.c - the HTML report in short: what was looked at, the verdict, what was not judged.
 * SPDX-License-Identifier: MIT
 */
#include "html.h"

#include "line.h"
#include "section.h"
#include "suppression_text.h"

enum { MAX_LINES = 64 << 10 };

/* ---------------------------------------------------------------------------- what it is about */

static void put_input_name(struct wl_html *h, const struct wl_input *input)
{
    if (strcmp(input->name, "-") == 0) {
        wl_text_put(&h->out.text, "standard input");
    } else {
        wl_html_escape(h, &h->out.text, wl_span_text(input->name), WL_HTML_NAME);
    }
}

void wl_html_name(struct wl_html *h)
{
    const struct wl_stats *st = h->st;

    if (st->n_inputs == 1) {
        put_input_name(h, &st->inputs[0]);
    } else {
        wl_html_amount(&h->out.text, st->n_inputs, "capture");
    }
}

/* "2 violations, 1 warning", of those severities that there are; false: there are none. */
static bool put_findings(struct wl_text *t, const struct wl_stats *st)
{
    bool any = false;

    for (unsigned s = WL_VIOLATION; s > WL_OFF; s--) {
        if (st->findings[s] == 0)
            continue;
        wl_text_put(t, any ? ", " : "");
        wl_html_amount(t, st->findings[s], wl_severity_name((enum wl_severity)s));
        any = true;
    }
    return any;
}

void wl_html_title(struct wl_html *h)
{
    if (!put_findings(&h->out.text, h->st))
        wl_text_put(&h->out.text, "no findings");
    wl_text_put(&h->out.text, " in ");
    wl_html_name(h);
    wl_text_put(&h->out.text, " - wirelint");
}

void wl_html_span(struct wl_html *h)
{
    const struct wl_stats *st = h->st;
    struct wl_text *t = &h->out.text;

    if (st->t_first) {
        wl_html_date(h, t, st->t_first);
        wl_text_put(t, ", ");
        wl_html_duration(t, st->t_last - st->t_first);
        wl_text_put(t, ", ");
    }
    wl_html_amount(t, st->counters.packets, "packet");
    wl_text_put(t, ", ");
    wl_html_octets(t, st->counters.octets);
}

void wl_html_footer(struct wl_html *h)
{
    struct wl_text *t = &h->out.text;

    wl_text_put(t, "Written by wirelint " WL_VERSION
                   ". Frames and connections are numbered as Wireshark "
                   "numbers them; times are those of the capture");
    wl_text_put(t, h->out.cfg.utc ? ", in UTC. "
                                  : ", in the time zone of the machine that wrote this. ");
    wl_text_put(
        t, "This page is complete: it loads nothing, and what came from the network is shown with "
           "control characters and invalid octets as <code>\\xNN</code>.");
}

/* ---------------------------------------------------------------------------------- the verdict */

enum outcome { PASSES, FAILS, UNSURE, N_OUTCOMES };

static bool is_damaged(const struct wl_stats *st)
{
    for (uint32_t i = 0; i < st->n_inputs; i++) {
        if (st->inputs[i].damaged)
            return true;
    }
    return false;
}

static uint64_t count_from(const struct wl_stats *st, enum wl_severity least)
{
    uint64_t n = 0;

    for (unsigned s = least; s < WL_N_SEVERITIES; s++)
        n += st->findings[s];
    return n;
}

static enum outcome judge(const struct wl_html *h)
{
    enum wl_severity fail_on = h->out.cfg.fail_on;

    if (fail_on != WL_OFF && count_from(h->st, fail_on))
        return FAILS;
    return h->st->exchanges == 0 || is_damaged(h->st) ? UNSURE : PASSES;
}

static void put_sign(struct wl_text *t, enum outcome outcome)
{
    static const char *const paths[N_OUTCOMES] = {
        [PASSES] = "M4 12.5l5 5L20 6.5",
        [FAILS] = "M5 5l14 14M19 5L5 19",
        [UNSURE] = "M12 4v10M12 18.5v1.5",
    };

    wl_text_put(t, "<svg viewBox=\"0 0 24 24\" aria-hidden=\"true\"><path d=\"");
    wl_text_put(t, paths[outcome]);
    wl_text_put(t, "\"/></svg>");
}

static void put_headline(struct wl_html *h, enum outcome outcome)
{
    static const char *const words[N_OUTCOMES] = {"Passes", "Fails", "Undecided"};
    const struct wl_stats *st = h->st;
    struct wl_text *t = &h->out.text;

    wl_text_put(t, "<h2 id=\"h-verdict\">");
    put_sign(t, outcome);
    wl_text_printf(t, "<span>%s: ", words[outcome]);
    if (st->exchanges == 0) {
        wl_text_put(t, st->left_out ? "no exchange matches --where" : "no HTTP was found");
    } else if (!put_findings(t, st)) {
        wl_text_put(t, "no findings");
    }
    wl_text_put(t, "</span></h2>\n");
}

/* What the verdict means, and what it rests on. */
static void put_reason(struct wl_html *h, enum outcome outcome)
{
    const struct wl_stats *st = h->st;
    enum wl_severity fail_on = h->out.cfg.fail_on;
    struct wl_text *t = &h->out.text;
    uint64_t unjudged = 0;

    wl_text_put(t, "<p>");
    if (fail_on == WL_OFF) {
        wl_text_put(t, "No finding was to fail this run. ");
    } else {
        const char *name = wl_severity_name(fail_on);

        wl_text_put(t, outcome == FAILS ? "Findings of severity " : "No finding has severity ");
        wl_text_printf(t, "<em>%s</em>%s%s. ", name, fail_on == WL_VIOLATION ? "" : " or above",
                       outcome == FAILS ? " fail this run" : ", which would fail this run");
    }
    wl_text_put(t,
                "A violation breaks a MUST of a standard, a warning breaks a SHOULD or matters for "
                "security, a note is worth knowing.</p>\n");
    for (unsigned u = WL_JUDGED + 1; u < WL_N_UNJUDGED; u++)
        unjudged += st->unjudged[u];
    if (unjudged) {
        wl_text_put(
            t, "<p class=\"told\">Not everything could be judged: see <a href=\"#unjudged\">what "
               "was not judged</a>.</p>\n");
    }
    if (is_damaged(st)) {
        wl_text_put(
            t, "<p class=\"told\">An <a href=\"#inputs\">input is damaged</a>: the report covers "
               "what stands before the damage.</p>\n");
    }
    if (st->stopped && !st->live) {
        wl_text_put(
            t, "<p class=\"told\">Stopped before the end of the input: what came behind was not "
               "looked at.</p>\n");
    }
    if (wl_suppressed_sum(st)) {
        wl_text_put(t, "<p class=\"told\">");
        wl_html_amount(t, wl_suppressed_sum(st), "finding");
        wl_text_put(t, wl_suppressed_sum(st) == 1 ? " is" : " are");
        wl_text_put(t,
                    " <a href=\"#known\">known and accepted</a>, and counted nowhere else.</p>\n");
    }
    if (st->left_out) {
        wl_text_put(t, "<p class=\"told\">");
        wl_html_amount(t, st->left_out, "exchange");
        wl_text_put(t, " left out by --where, and counted nowhere in this report.</p>\n");
    }
}

static void open_tile(struct wl_text *t, const char *class, const char *term)
{
    wl_text_printf(t, "<div class=\"%s\"><dt>%s</dt><dd>", class, term);
}

static void put_tiles(struct wl_html *h)
{
    static const char *const plural[WL_N_SEVERITIES] = {"", "notes", "warnings", "violations"};
    const struct wl_stats *st = h->st;
    struct wl_text *t = &h->out.text;
    uint64_t responses = 0;

    wl_text_put(t, "<dl class=\"tiles\">\n");
    for (unsigned s = WL_VIOLATION; s > WL_OFF; s--) {
        const char class[] = {wl_html_letter((enum wl_severity)s), '\0'};

        open_tile(t, st->findings[s] ? class : "none", plural[s]);
        wl_html_count(t, st->findings[s]);
        wl_text_put(t, "</dd></div>\n");
    }
    for (unsigned c = 0; c < WL_N_CLASSES; c++)
        responses += st->responses[c];
    open_tile(t, "t", "exchanges");
    wl_html_count(t, st->exchanges);
    wl_text_put(t, "</dd></div>\n");
    open_tile(t, "t", "responses");
    wl_html_count(t, responses);
    wl_text_put(t, "</dd></div>\n");
    open_tile(t, "t", "connections");
    wl_html_count(t, st->connections);
    wl_text_put(t, "</dd></div>\n");
    if (st->final.n) {
        open_tile(t, "t", "median time to final");
        wl_html_duration(t, (wl_ns)(wl_histogram_quantile(&st->final, 0.5) * 1e6 + 0.5) * 1000);
        wl_text_put(t, "</dd></div>\n");
    }
    wl_text_put(t, "</dl>\n");
}

void wl_html_verdict(struct wl_html *h)
{
    static const char *const classes[N_OUTCOMES] = {"passes", "fails", "unsure"};
    enum outcome outcome = judge(h);

    wl_text_printf(
        &h->out.text,
        "<section class=\"card verdict %s\" id=\"verdict\" aria-labelledby=\"h-verdict\">\n",
        classes[outcome]);
    put_headline(h, outcome);
    put_reason(h, outcome);
    put_tiles(h);
    wl_text_put(&h->out.text, "</section>\n");
}

/* ----------------------------------------------------------------------- what is known already */

void wl_html_known(struct wl_html *h)
{
    const struct wl_stats *st = h->st;
    struct wl_text *t = &h->out.text;
    struct wl_suppressed one;
    size_t at = 0, n = 0;

    if (st->n_suppressions == 0)
        return;
    wl_html_section(t, "known", "Known and accepted");
    wl_text_put(t, "<p>");
    for (unsigned s = WL_VIOLATION; s > WL_OFF; s--) {
        wl_html_amount(t, st->suppressed[s], wl_severity_name((enum wl_severity)s));
        wl_text_put(t, s > WL_NOTE ? ", " : " do not count, by what stands below.</p>\n<ul>\n");
    }
    while (wl_suppressed_next(st, &at, &one)) {
        if (++n > WL_HTML_KNOWN)
            continue;
        wl_text_reset(&h->scratch);
        wl_suppression_words(&h->scratch, &one);
        wl_text_put(t, "<li>");
        wl_text_html(t, wl_text_span(&h->scratch));
        wl_text_put(t, "</li>\n");
    }
    wl_text_put(t, "</ul>\n");
    if (n > WL_HTML_KNOWN) {
        wl_text_put(t, "<p>And ");
        wl_html_count(t, n - WL_HTML_KNOWN);
        wl_text_put(t, " more.</p>\n");
    }
    wl_text_put(t, "</section>\n");
}

/* ------------------------------------------------------------------------- what was not judged */

/* Lines as items of a list; what there is to say about losses is said as in every report. */
static void put_losses(struct wl_html *h)
{
    struct wl_text lines;
    struct wl_span rest;

    wl_text_init(&lines, &h->out.budget, MAX_LINES);
    wl_section_losses(&lines, h->st);
    rest = wl_text_span(&lines);
    if (rest.n)
        wl_text_put(&h->out.text, "<ul>\n");
    while (rest.n) {
        size_t n = wl_span_find(rest, '\n');

        wl_text_put(&h->out.text, "<li>");
        wl_text_html(&h->out.text, wl_span_trim(wl_span_sub(rest, 0, n)));
        wl_text_put(&h->out.text, "</li>\n");
        rest = wl_span_after(rest, n + 1);
        if (rest.n == 0)
            wl_text_put(&h->out.text, "</ul>\n");
    }
    wl_text_release(&lines);
}

/* When there is no HTTP: what there is. */
static void put_protocols(struct wl_html *h)
{
    const struct wl_stats *st = h->st;
    struct wl_text *t = &h->out.text;
    const char *sep = "<p>The connections look like this: ";

    if (st->exchanges || st->left_out)
        return;
    for (unsigned p = 0; p < WL_N_PROTO; p++) {
        if (st->protocols[p] == 0)
            continue;
        wl_text_put(t, sep);
        wl_html_count(t, st->protocols[p]);
        wl_text_printf(t, " %s", wl_proto_name((enum wl_proto)p));
        sep = ", ";
    }
    wl_text_put(t, *sep == ',' ? ".</p>\n" : "<p>There is no TCP connection.</p>\n");
}

void wl_html_unjudged(struct wl_html *h)
{
    const struct wl_stats *st = h->st;
    struct wl_text *t = &h->out.text;
    bool any = false;

    wl_html_section(t, "unjudged", "What was not judged");
    for (unsigned u = WL_JUDGED + 1; u < WL_N_UNJUDGED; u++) {
        if (st->unjudged[u] == 0)
            continue;
        if (!any) {
            wl_text_put(
                t,
                "<p>Evidence that is missing is never a violation: where a rule could not be "
                "certain, it kept silent.</p>\n<div class=\"wide\" role=\"region\" tabindex=\"0\" aria-label=\"Table of reasons\">"
                "<table class=\"sorts\">\n"
                "<thead><tr><th>Reason</th><th>What that means</th>"
                "<th class=\"num\">Times</th></tr></thead>\n<tbody>\n");
        }
        any = true;
        wl_text_printf(t, "<tr><th scope=\"row\" class=\"nw\"><code>%s</code></th><td>%s</td>",
                       wl_unjudged_name((enum wl_unjudged)u),
                       wl_unjudged_text((enum wl_unjudged)u));
        wl_html_count_cell(t, NULL, st->unjudged[u]);
        wl_text_put(t, "</tr>\n");
    }
    wl_text_put(t, any ? "</tbody></table></div>\n"
                       : "<p>Nothing: all that the rules asked for was there to be seen.</p>\n");
    put_protocols(h);
    put_losses(h);
    wl_text_put(t, "</section>\n");
}

/* --------------------------------------------------------------------------------------- inputs */

static void put_input(struct wl_html *h, const struct wl_input *input)
{
    struct wl_text *t = &h->out.text;

    wl_text_put(t, "<tr><th scope=\"row\"><code>");
    put_input_name(h, input);
    wl_text_put(t, "</code>");
    if (input->notice)
        wl_text_printf(t, "<br><small>it %s</small>", input->notice);
    if (input->damaged) {
        wl_text_put(t, "<br><span class=\"told\">damaged: ");
        wl_html_escape(h, t, wl_span_text(input->damaged), WL_HTML_MESSAGE);
        wl_text_put(t, "</span>");
    }
    wl_text_put(t, "</th>");
    wl_html_count_cell(t, "packets", input->packets);
    wl_text_printf(t, "<td class=\"num\" data-v=\"%llu\" data-h=\"octets\">",
                   (unsigned long long)input->octets);
    wl_html_octets(t, input->octets);
    wl_text_put(t, "</td><td class=\"nw\" data-h=\"begins\" data-v=\"");
    wl_text_seconds(t, input->t_first);
    wl_text_put(t, "\">");
    if (input->t_first)
        wl_html_date(h, t, input->t_first);
    wl_text_put(t, "</td><td class=\"num\" data-h=\"lasts\" data-v=\"");
    wl_text_seconds(t, input->t_last - input->t_first);
    wl_text_put(t, "\">");
    if (input->t_first)
        wl_html_duration(t, input->t_last - input->t_first);
    wl_text_put(t, "</td></tr>\n");
}

static void put_counters(struct wl_html *h)
{
    static const struct {
        size_t offset;
        const char *text;
    } rows[] = {
#define WL_COUNTER(name, text) {offsetof(struct wl_counters, name), text},
#include "wirelint/tbl/counters.h"
#undef WL_COUNTER
    };
    struct wl_text *t = &h->out.text;

    wl_text_put(
        t,
        "<details><summary>Counters below HTTP</summary>\n<div class=\"wide\" role=\"region\" tabindex=\"0\" aria-label=\"Table of counters\">"
        "<table>\n"
        "<thead><tr><th>What was counted</th><th class=\"num\">Count</th></tr></thead>\n"
        "<tbody>\n");
    for (size_t i = 0; i < WL_COUNT(rows); i++) {
        uint64_t n;

        memcpy(&n, (const uint8_t *)&h->st->counters + rows[i].offset, sizeof(n));
        if (n == 0)
            continue;
        wl_text_printf(t, "<tr><th scope=\"row\">%s</th>", rows[i].text);
        wl_html_count_cell(t, NULL, n);
        wl_text_put(t, "</tr>\n");
    }
    wl_text_put(t, "</tbody></table></div></details>\n");
}

void wl_html_inputs(struct wl_html *h)
{
    const struct wl_stats *st = h->st;
    uint32_t shown = st->n_inputs < WL_HTML_INPUTS ? st->n_inputs : WL_HTML_INPUTS;
    struct wl_text *t = &h->out.text;

    wl_html_section(t, "inputs", "Inputs");
    wl_text_put(
        t, "<div class=\"wide\" role=\"region\" tabindex=\"0\" aria-label=\"Table of captures\">"
           "<table class=\"stack tight sorts\">\n<thead><tr><th>Capture</th>"
           "<th class=\"num\">Packets</th><th class=\"num\">Octets</th><th>Begins</th>"
           "<th class=\"num\">Lasts</th></tr></thead>\n<tbody>\n");
    for (uint32_t i = 0; i < shown; i++)
        put_input(h, &st->inputs[i]);
    wl_text_put(t, "</tbody></table></div>\n");
    if (shown < st->n_inputs) {
        wl_text_put(t, "<p>And ");
        wl_html_amount(t, st->n_inputs - shown, "further capture");
        wl_text_put(t, ".</p>\n");
    }
    put_counters(h);
    wl_text_put(t, "</section>\n");
}
