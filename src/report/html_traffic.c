/* html_traffic.c - the traffic in the HTML report: over time, by status, sequences, times, servers.
 * SPDX-License-Identifier: MIT
 *
 * Everything here is the statistics that every report is closed with. A chart is a row of bars per
 * class, each on a scale of its own: five errors show beside a million of successes, and nobody has
 * to tell colours apart.
 */
#include "html.h"

#include "line.h"

enum {
    FEWEST_BARS = 12, /* a short run does not become one wide bar */
    LABELS = 5,       /* along the axis of time */
    LANE = 100,       /* height of the tallest bar */
    LEAST = 4,        /* and of one that is not zero */
    COLUMNS = 40,     /* of durations: three to the decade */
};

static const char *const class_names[WL_N_CLASSES] = {"invalid", "1xx", "2xx", "3xx", "4xx", "5xx"};
static const char *const class_words[WL_N_CLASSES] = {
    "no status code", "interim", "success", "redirection", "client error", "server error"};

/* One bar of a chart whose bars are one wide. */
static void put_column(struct wl_text *t, uint32_t i, uint64_t n, uint64_t most)
{
    double height = (double)LANE * (double)n / (double)most;

    if (n == 0)
        return;
    if (height < (double)LEAST)
        height = (double)LEAST;
    wl_text_printf(t, "M%u.1 %dv-%.0fh.8v%.0fz", i, LANE, height, height);
}

static void open_chart(struct wl_text *t, uint32_t columns)
{
    wl_text_printf(t,
                   "<div class=\"chart\"><svg role=\"img\" viewBox=\"0 0 %u %d\" "
                   "preserveAspectRatio=\"none\" aria-label=\"",
                   columns, LANE + 4);
}

/* ------------------------------------------------------------------------------------ over time */

/* "05:00:57", or the time since the beginning where that says more */
static void put_moment(struct wl_html *h, wl_ns time)
{
    const struct wl_timeline *l = &h->st->timeline;
    struct wl_text *t = &h->out.text;

    if (l->n * l->step < 30 * WL_SECOND) {
        if (time == l->start) {
            wl_text_char(t, '0');
        } else {
            wl_text_char(t, '+');
            wl_html_duration(t, time - l->start);
        }
        return;
    }
    wl_text_reset(&h->scratch);
    wl_text_date(&h->scratch, time, h->out.cfg.utc);
    /* "2026-11-21 05:00:57": the day where the run has several, the time where it has not */
    if (h->scratch.buf.n < 19) {
        return;
    }
    if (l->n * l->step > 172800 * WL_SECOND) {
        wl_text_span_raw(t, wl_span_sub(wl_text_span(&h->scratch), 5, 11));
    } else {
        wl_text_span_raw(t, wl_span_sub(wl_text_span(&h->scratch), 11, 8));
    }
}

static void put_class_lane(struct wl_html *h, unsigned class, uint32_t columns)
{
    const struct wl_timeline *l = &h->st->timeline;
    struct wl_text *t = &h->out.text;
    uint64_t most = 1;
    uint32_t peak = 0;

    for (uint32_t i = 0; i < l->n; i++) {
        if (l->bars[i][class] > most || (most == 1 && l->bars[peak][class] == 0)) {
            most = l->bars[i][class] ? l->bars[i][class] : 1;
            peak = i;
        }
    }
    wl_text_printf(t, "<div class=\"what\"><b class=\"k k%u\">%s</b> <small>%s</small></div>\n",
                   class, class_names[class], class_words[class]);
    wl_text_put(t, "<div class=\"most\">");
    wl_html_count(t, h->st->responses[class]);
    wl_text_put(t, " <small>peak ");
    wl_html_count(t, most);
    wl_text_put(t, "</small></div>\n");
    open_chart(t, columns);
    wl_text_printf(t, "%s over time: ", class_names[class]);
    wl_html_amount(t, h->st->responses[class], "response");
    wl_text_put(t, ", most in one bar ");
    wl_html_count(t, most);
    wl_text_put(t, ", at ");
    put_moment(h, l->start + (wl_ns)peak * l->step);
    wl_text_printf(t, "\"><path class=\"k%u\" d=\"", class);
    for (uint32_t i = 0; i < l->n; i++)
        put_column(t, i, l->bars[i][class], most);
    wl_text_put(t, "\"/></svg></div>\n");
}

void wl_html_timeline(struct wl_html *h)
{
    const struct wl_timeline *l = &h->st->timeline;
    uint32_t columns = l->n < FEWEST_BARS ? FEWEST_BARS : l->n;
    const wl_ns span = (wl_ns)columns * l->step;
    struct wl_text *t = &h->out.text;

    if (l->step == 0)
        return;
    wl_html_section(t, "timeline", "Responses over time");
    wl_text_put(t, "<p class=\"soft\">A bar is ");
    wl_html_duration(t, l->step);
    wl_text_put(t, ". Each class has a scale of its own, up to its peak. The first bar begins at ");
    wl_html_date(h, t, l->start);
    wl_text_put(t, ".</p>\n<div class=\"lanes\">\n");
    for (unsigned c = 1; c <= WL_N_CLASSES; c++) {
        if (h->st->responses[c % WL_N_CLASSES])
            put_class_lane(h, c % WL_N_CLASSES, columns);
    }
    wl_text_put(t, "<div class=\"axis\" aria-hidden=\"true\">");
    for (unsigned i = 0; i < LABELS; i++) {
        wl_text_put(t, "<span>");
        /* span * i / (LABELS - 1), which may not fit on the way */
        put_moment(h, l->start + span / (LABELS - 1) * i + span % (LABELS - 1) * i / (LABELS - 1));
        wl_text_put(t, "</span>");
    }
    wl_text_put(t, "</div>\n</div>\n</section>\n");
}

/* ----------------------------------------------------------------------------------- by status */

struct code {
    uint16_t code;
    uint64_t n;
};

static int most_frequent(const void *a, const void *b)
{
    const struct code *x = a, *y = b;

    if (x->n != y->n)
        return x->n > y->n ? -1 : 1;
    return x->code < y->code ? -1 : 1;
}

static int by_code(const void *a, const void *b)
{
    const struct code *x = a, *y = b;

    return x->code < y->code ? -1 : 1;
}

static void put_code(struct wl_text *t, const struct code *c, uint64_t most)
{
    const char *reason = wl_status_reason(c->code);
    const char class[] = {'k', (char)('0' + wl_status_class(c->code)), '\0'};

    wl_text_put(t, "<tr><th scope=\"row\">");
    wl_html_status(t, c->code);
    wl_text_printf(t, "</th><td>%s</td>", *reason ? reason : "not registered");
    wl_html_count_cell(t, NULL, c->n);
    wl_text_put(t, "<td class=\"barred\">");
    wl_html_bar(t, c->n, most, class);
    wl_text_put(t, "</td></tr>\n");
}

void wl_html_responses(struct wl_html *h)
{
    const struct wl_stats *st = h->st;
    struct code codes[WL_N_CODES];
    uint64_t most = 0, unnamed = st->responses[0], left = 0;
    size_t n = 0, shown;
    struct wl_text *t = &h->out.text;

    for (unsigned code = 0; code < WL_N_CODES; code++) {
        if (st->codes[code] == 0)
            continue;
        if (wl_status_class((uint16_t)code) == 0)
            unnamed -= wl_min_u64(unnamed, st->codes[code]);
        codes[n++] = (struct code){(uint16_t)code, st->codes[code]};
        most = wl_max_u64(most, st->codes[code]);
    }
    if (n == 0 && unnamed == 0)
        return;
    qsort(codes, n, sizeof(*codes), most_frequent);
    shown = n < WL_HTML_CODES ? n : WL_HTML_CODES;
    for (size_t i = shown; i < n; i++)
        left += codes[i].n;
    qsort(codes, shown, sizeof(*codes), by_code);
    wl_html_section(t, "responses", "Responses by status");
    wl_text_put(
        t, "<div class=\"wide\" role=\"region\" tabindex=\"0\" aria-label=\"Table of statuses\">"
           "<table class=\"sorts\">\n<thead><tr><th>Status</th>"
           "<th>Meaning</th><th class=\"num\">Responses</th>"
           "<th class=\"plain barred\">Share</th></tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < shown; i++)
        put_code(t, &codes[i], most);
    if (unnamed) {
        wl_text_put(t, "<tr class=\"last\"><th scope=\"row\">not three digits</th><td></td>");
        wl_html_count_cell(t, NULL, unnamed);
        wl_text_put(t, "<td class=\"barred\"></td></tr>\n");
    }
    if (left) {
        wl_text_printf(t, "<tr class=\"last\"><th scope=\"row\">%u others</th><td></td>",
                       (unsigned)(n - shown));
        wl_html_count_cell(t, NULL, left);
        wl_text_put(t, "<td class=\"barred\"></td></tr>\n");
    }
    wl_text_put(t, "</tbody></table></div>\n</section>\n");
}

/* ----------------------------------------------------------------------------------- sequences */

void wl_html_sequences(struct wl_html *h)
{
    const struct wl_stats *st = h->st;
    struct wl_text *t = &h->out.text;

    if (st->n_sequences == 0)
        return;
    wl_html_section(t, "sequences", "Status sequences");
    wl_text_put(
        t, "<p class=\"soft\">All statuses that answered one request, in their order.</p>\n"
           "<div class=\"wide\" role=\"region\" tabindex=\"0\" aria-label=\"Table of sequences\">"
           "<table class=\"sorts\">\n<thead><tr><th>Sequence</th>"
           "<th class=\"num\">Exchanges</th><th class=\"plain barred\">Share</th>"
           "<th>Some broke a MUST</th></tr></thead>\n<tbody>\n");
    for (uint32_t i = 0; i < st->n_sequences; i++) {
        const struct wl_top_sequence *s = &st->sequences[i];

        wl_text_put(t, "<tr><th scope=\"row\">");
        wl_html_sequence(t, *s->text ? s->text : "no response");
        wl_text_put(t, "</th>");
        wl_html_count_cell(t, NULL, s->n);
        wl_text_put(t, "<td class=\"barred\">");
        wl_html_bar(t, s->n, st->sequences[0].n, "k0");
        wl_text_put(t, "</td><td>");
        if (s->faulty)
            wl_html_pill(t, WL_VIOLATION);
        wl_text_put(t, "</td></tr>\n");
    }
    if (st->other_sequences) {
        wl_text_put(t, "<tr class=\"last\"><th scope=\"row\">others</th>");
        wl_html_count_cell(t, NULL, st->other_sequences);
        wl_text_put(t, "<td class=\"barred\"></td><td></td></tr>\n");
    }
    wl_text_put(t, "</tbody></table></div>\n</section>\n");
}

/* --------------------------------------------------------------------------------------- times */

/* 1 us, 2 us, 5 us, 10 us ...: where column i begins. */
static wl_ns edge(unsigned i)
{
    static const wl_ns mantissa[] = {1, 2, 5};
    wl_ns decade = 1000;

    for (unsigned k = 0; k < i / 3; k++)
        decade *= 10;
    return mantissa[i % 3] * decade;
}

struct durations {
    uint64_t n[COLUMNS];
    uint64_t most;
};

static void spread(const struct wl_histogram *from, struct durations *ret)
{
    *ret = (struct durations){.most = 1};
    for (unsigned b = 0, c = 0; b < WL_HISTOGRAM_BUCKETS; b++) {
        wl_ns middle = (wl_histogram_floor(b) + wl_histogram_floor(b + 1)) / 2;

        while (c + 1 < COLUMNS && edge(c + 1) <= middle)
            c++;
        ret->n[c] += from->bucket[b];
        ret->most = wl_max_u64(ret->most, ret->n[c]);
    }
}

static void put_durations(struct wl_text *t, const char *what, const char *class,
                          const struct wl_histogram *from, unsigned first, unsigned columns)
{
    struct durations d;

    spread(from, &d);
    wl_text_printf(t, "<div class=\"what\"><b>%s</b></div>\n", what);
    wl_text_put(t, "<div class=\"most\">");
    wl_html_count(t, from->n);
    wl_text_put(t, "</div>\n");
    open_chart(t, columns);
    wl_text_printf(t, "time to the %s response: ", what);
    wl_html_amount(t, from->n, "exchange");
    wl_text_put(t, ", from ");
    wl_html_duration(t, from->least);
    wl_text_put(t, " to ");
    wl_html_duration(t, from->most);
    wl_text_printf(t, "\"><path class=\"%s\" d=\"", class);
    for (unsigned i = 0; i < columns && first + i < COLUMNS; i++)
        put_column(t, i, d.n[first + i], d.most);
    wl_text_put(t, "\"/></svg></div>\n");
}

static void put_chart_of_times(struct wl_html *h)
{
    const struct wl_stats *st = h->st;
    wl_ns least = st->first.n ? st->first.least : st->final.least;
    wl_ns most = st->final.n && st->final.most > st->first.most ? st->final.most : st->first.most;
    unsigned first = 0, last = COLUMNS - 1, columns, between;
    struct wl_text *t = &h->out.text;

    if (st->final.n && st->final.least < least)
        least = st->final.least;
    while (first + 1 < COLUMNS && edge(first + 1) <= least)
        first++;
    while (last > first && edge(last) > most)
        last--;
    first -= first > 0;
    /* the labels stand at equal distances, the last one at the end */
    between = (last - first + 2 + LABELS - 2) / (LABELS - 1);
    columns = between * (LABELS - 1);
    wl_text_put(t, "<div class=\"lanes flat\">\n");
    put_durations(t, "first", "k1", &st->first, first, columns);
    put_durations(t, "final", "k2", &st->final, first, columns);
    wl_text_put(t, "<div class=\"axis\" aria-hidden=\"true\">");
    for (unsigned i = 0; i <= columns; i += between) {
        wl_text_put(t, "<span>");
        wl_html_duration(t, edge(first + i));
        wl_text_put(t, "</span>");
    }
    wl_text_put(t, "</div>\n</div>\n");
}

static void put_quantiles(struct wl_text *t, const char *what, const struct wl_histogram *from)
{
    static const struct {
        const char *name;
        double share;
    } quantiles[] = {{"p50", 0.50}, {"p95", 0.95}, {"p99", 0.99}};

    if (from->n == 0)
        return;
    wl_text_printf(t, "<tr><th scope=\"row\">%s</th>", what);
    wl_html_count_cell(t, "exchanges", from->n);
    for (size_t i = 0; i < WL_COUNT(quantiles); i++) {
        /* to the microsecond: the histogram knows a sixteenth */
        double us = wl_histogram_quantile(from, quantiles[i].share) * 1e6 + 0.5;

        wl_text_printf(t, "<td class=\"num\" data-h=\"%s\">", quantiles[i].name);
        wl_html_duration(t, (wl_ns)us * 1000);
        wl_text_put(t, "</td>");
    }
    wl_text_put(t, "<td class=\"num\" data-h=\"longest\">");
    wl_html_duration(t, from->most);
    wl_text_put(t, "</td></tr>\n");
}

void wl_html_times(struct wl_html *h)
{
    const struct wl_stats *st = h->st;
    struct wl_text *t = &h->out.text;

    if (st->first.n == 0 && st->final.n == 0)
        return;
    wl_html_section(t, "times", "Times to respond");
    wl_text_put(
        t,
        "<p class=\"soft\">From the end of the request's head, as seen where the capture was "
        "taken.</p>\n<div class=\"wide\" role=\"region\" tabindex=\"0\" aria-label=\"Table of times\">"
        "<table class=\"stack tight\">\n<thead><tr><th>Until</th>"
        "<th class=\"num\">Exchanges</th><th class=\"num\">p50</th><th class=\"num\">p95</th>"
        "<th class=\"num\">p99</th><th class=\"num\">longest</th></tr></thead>\n<tbody>\n");
    put_quantiles(t, "the first response, interim ones included", &st->first);
    put_quantiles(t, "the final response", &st->final);
    wl_text_put(t, "</tbody></table></div>\n");
    put_chart_of_times(h);
    wl_text_put(t, "</section>\n");
}

/* ------------------------------------------------------------------------------------- servers */

/* The classes of a server's responses side by side. */
static void put_shares(struct wl_text *t, const struct wl_top_server *s)
{
    uint64_t all = 0, before = 0;

    for (unsigned c = 0; c < WL_N_CLASSES; c++)
        all += s->classes[c];
    wl_text_put(t, "<svg class=\"bar\" viewBox=\"0 0 10000 10\" preserveAspectRatio=\"none\" "
                   "aria-hidden=\"true\">");
    for (unsigned c = 1; all && c <= WL_N_CLASSES; c++) {
        uint64_t n = s->classes[c % WL_N_CLASSES];

        if (n) {
            wl_text_printf(t, "<rect class=\"k%u\" x=\"%.0f\" width=\"%.0f\" height=\"10\"/>",
                           c % WL_N_CLASSES, 10000.0 * (double)before / (double)all,
                           10000.0 * (double)n / (double)all);
        }
        before += n;
    }
    wl_text_put(t, "</svg>");
}

static void put_server(struct wl_text *t, const struct wl_top_server *s, const bool *classes)
{
    static const char *const heads[WL_N_SEVERITIES] = {NULL, "notes", "warnings", "violations"};

    wl_text_put(t, "<tr><th scope=\"row\" class=\"at\"><code>");
    wl_text_endpoint(t, &s->server);
    wl_text_put(t, "</code></th>");
    wl_html_count_cell(t, "exchanges", s->exchanges);
    for (unsigned c = 1; c <= WL_N_CLASSES; c++) {
        if (classes[c % WL_N_CLASSES])
            wl_html_count_cell(t, class_names[c % WL_N_CLASSES], s->classes[c % WL_N_CLASSES]);
    }
    wl_text_put(t, "<td class=\"barred\">");
    put_shares(t, s);
    wl_text_put(t, "</td>");
    for (unsigned severity = WL_VIOLATION; severity > WL_OFF; severity--)
        wl_html_count_cell(t, heads[severity], s->findings[severity]);
    wl_text_put(t, "</tr>\n");
}

void wl_html_servers(struct wl_html *h)
{
    const struct wl_stats *st = h->st;
    bool classes[WL_N_CLASSES];
    struct wl_text *t = &h->out.text;

    if (st->n_servers == 0)
        return;
    wl_html_section(t, "servers", "Servers");
    wl_text_put(
        t,
        "<div class=\"wide\" role=\"region\" tabindex=\"0\" aria-label=\"Table of servers\">"
        "<table class=\"stack tight sorts\">\n<thead><tr><th>Server</th><th class=\"num\">Exchanges</th>");
    for (unsigned c = 1; c <= WL_N_CLASSES; c++) { /* a class that nobody sent has no column */
        classes[c % WL_N_CLASSES] = st->responses[c % WL_N_CLASSES] != 0;
        if (classes[c % WL_N_CLASSES])
            wl_text_printf(t, "<th class=\"num\">%s</th>", class_names[c % WL_N_CLASSES]);
    }
    wl_text_put(
        t, "<th class=\"plain\">Share of classes</th><th class=\"num\">Violations</th>"
           "<th class=\"num\">Warnings</th><th class=\"num\">Notes</th></tr></thead>\n<tbody>\n");
    for (uint32_t i = 0; i < st->n_servers; i++)
        put_server(t, &st->servers[i], classes);
    wl_text_put(t, "</tbody></table></div>\n");
    if (st->other_servers) {
        wl_text_put(t, "<p>And ");
        wl_html_amount(t, st->other_servers, "exchange");
        wl_text_put(t, " with further servers.</p>\n");
    }
    wl_text_put(t, "</section>\n");
}
