/* out_html.c - the report as one HTML page: for colleagues, artefacts of CI, paper.
 * SPDX-License-Identifier: MIT
 *
 * While the run goes on, findings are counted per rule, and the first of each are kept as finished
 * text: a line in the rule's table, and for a few a drawing of their exchange. Both have bounds in
 * all (html.h), so the page stays below five million octets; what was left out is said. The page is
 * written at the end, and live at every interval: the skeleton (html/page.html) is copied, and each
 * {{name}} in it is a function.
 *
 * The page loads nothing. Its policy allows the one style and the one script that are in it, by
 * their digests, and nothing else: whatever text of a stranger should get in unescaped would do
 * nothing.
 */
#include "html.h"

#include "digest.h"
#include "line.h"
#include "whereabouts.h"

enum {
    MAX_PIECE = 256 << 10,
    OTHERS = 6,  /* other findings of an exchange that are named below its drawing */
    MARKER = 32, /* characters of a name between braces, at most */
};

static int html_open(struct wl_sink *s, const struct wl_sink_config *cfg, struct wl_error *err)
{
    int status = cfg->interval ? wl_output_new_replaced(s, sizeof(struct wl_html), cfg, err)
                               : wl_output_new(s, sizeof(struct wl_html), cfg, err);
    struct wl_html *h = s->state;

    if (status < 0)
        return status;
    wl_firings_init(&h->firings, &h->out.budget);
    wl_arena_pool_init(&h->pool, &h->out.budget, 64 << 10);
    wl_text_init(&h->drawing, &h->out.budget, MAX_PIECE);
    wl_text_init(&h->piece, &h->out.budget, MAX_PIECE);
    wl_text_init(&h->scratch, &h->out.budget, MAX_PIECE);
    return 0;
}

/* --------------------------------------------------------------------------------- gathering */

/* Where a finding was made: an exchange, or for one that came with its connection the record of
 * that; the other is NULL. */
struct scene {
    const struct wl_exchange *ex;
    const struct wl_conn_record *record;
    const struct wl_conn_ref *conn;
};

static void put_message(struct wl_html *h, struct wl_text *t, const struct wl_finding *f)
{
    wl_text_reset(&h->scratch);
    wl_text_terminal_cut(&h->scratch, f->message, WL_HTML_MESSAGE);
    wl_html_in_order(t, wl_text_span(&h->scratch));
    if (f->confidence != WL_CERTAIN)
        wl_text_printf(t, " <span class=\"soft\">(%s)</span>", wl_confidence_name(f->confidence));
}

/* "frames 4, 7 of a.pcap" and the display filter */
static void put_whereabouts(struct wl_html *h, struct wl_text *t, const struct wl_finding *f,
                            const struct scene *scene, const char *between)
{
    if (f->n_frames) {
        wl_text_put(t, f->n_frames == 1 ? "frame " : "frames ");
        wl_text_reset(&h->scratch);
        wl_where_frames(&h->out, &h->scratch, f);
        wl_text_html(t, wl_text_span(&h->scratch));
        wl_text_put(t, between);
    }
    wl_text_put(t, "<code>");
    wl_text_reset(&h->scratch);
    wl_where_filter(&h->out, &h->scratch, f, scene->conn);
    wl_text_html(t, wl_text_span(&h->scratch));
    wl_text_put(t, "</code>");
}

/* One finding of the list below a drawing. */
static void put_seen(struct wl_html *h, struct wl_text *t, const struct wl_finding *f, bool own)
{
    wl_text_put(t, own ? "<li>" : "<li class=\"other\">");
    wl_html_pill(t, f->severity);
    if (own) {
        wl_text_put(t, " ");
    } else {
        wl_text_put(t, " also <a href=\"#rule-");
        wl_html_words(t, f->rule->id);
        wl_text_put(t, "\">");
        wl_html_words(t, f->rule->id);
        wl_text_put(t, "</a>: ");
    }
    put_message(h, t, f);
    wl_text_put(t, "</li>\n");
}

static void make_case(struct wl_html *h, const struct wl_finding *f, const struct scene *scene)
{
    struct wl_text *t = &h->piece;
    uint32_t others = 0;

    wl_text_reset(t);
    wl_text_put(t, "<figure class=\"case\">\n");
    if (scene->ex) {
        wl_text_span_raw(t, wl_text_span(&h->drawing));
    } else {
        wl_html_connection(h, t, scene->record, f);
    }
    wl_text_put(t, "<ul class=\"seen\">\n");
    put_seen(h, t, f, true);
    for (uint32_t i = 0; scene->ex && i < scene->ex->n_findings; i++) {
        if (&scene->ex->findings[i] == f)
            continue;
        if (++others > OTHERS) {
            wl_text_printf(t, "<li class=\"other\">and %u more</li>\n",
                           scene->ex->n_findings - 1 - OTHERS);
            break;
        }
        put_seen(h, t, &scene->ex->findings[i], false);
    }
    wl_text_put(t, "</ul>\n<p class=\"wireshark\">Evidence: ");
    put_whereabouts(h, t, f, scene, "; in Wireshark: ");
    wl_text_put(t, "</p>\n</figure>\n");
}

static void put_exchange_line(struct wl_html *h, struct wl_text *t, const struct wl_finding *f,
                              const struct scene *scene)
{
    wl_text_reset(&h->scratch);
    if (scene->ex) {
        wl_line_exchange(&h->scratch, scene->ex, WL_HTML_TARGET);
    } else if (f->ordinal) {
        wl_where_steps(&h->scratch, scene->record, f->ordinal);
    } else {
        wl_text_put(&h->scratch, "the connection as a whole");
    }
    wl_html_in_order(t, wl_text_span(&h->scratch));
}

static void make_line(struct wl_html *h, const struct wl_finding *f, const struct scene *scene)
{
    struct wl_text *t = &h->piece;

    wl_text_reset(t);
    wl_text_put(t, "<tr><td class=\"nw\" data-v=\"");
    wl_text_seconds(t, f->t);
    wl_text_put(t, "\">");
    wl_html_clock(h, t, f->t);
    wl_text_put(t, "</td><td><code>");
    put_exchange_line(h, t, f, scene);
    wl_text_put(t, "</code><br><small class=\"soft\">");
    wl_text_endpoint(t, &scene->conn->client);
    wl_text_put(t, " &gt; ");
    wl_text_endpoint(t, &scene->conn->server);
    wl_text_put(t, "</small></td><td>");
    put_message(h, t, f);
    wl_text_put(t, "</td><td><small>");
    put_whereabouts(h, t, f, scene, "<br>");
    wl_text_put(t, "</small></td></tr>\n");
}

/* How much of one kind of pieces is kept. */
struct allowance {
    uint32_t most, least;   /* of one rule; those that do not ask what the others took */
    size_t max, least_size; /* octets of all; of one that does not ask */
};

static bool has_room(const struct allowance *a, const struct wl_pieces *list, size_t octets,
                     size_t n)
{
    if (list->n >= a->most)
        return false;
    return octets + n <= a->max || (list->n < a->least && n <= a->least_size);
}

static void keep(struct wl_html *h, const struct allowance *a, struct wl_pieces *list,
                 size_t *octets)
{
    struct wl_span piece = wl_text_span(&h->piece);

    if (h->piece.full || !has_room(a, list, *octets, piece.n))
        return;
    if (wl_firings_keep(&h->firings, list, piece))
        *octets += piece.n;
}

static void add_finding(struct wl_html *h, const struct wl_finding *f, const struct scene *scene)
{
    const struct allowance lines = {WL_HTML_RULE_LINES, WL_HTML_LEAST_LINES, WL_HTML_LINES,
                                    WL_HTML_LEAST_LINE};
    const struct allowance cases = {(uint32_t)wl_min_u64(h->out.cfg.examples, WL_HTML_RULE_CASES),
                                    WL_HTML_LEAST_CASES, WL_HTML_CASES, WL_HTML_LEAST_CASE};
    struct wl_fired *fired = wl_firings_count(&h->firings, f, &scene->conn->server);

    if (!fired)
        return;
    if (has_room(&lines, &fired->lines, h->line_octets, 0)) {
        make_line(h, f, scene);
        keep(h, &lines, &fired->lines, &h->line_octets);
    }
    if (has_room(&cases, &fired->examples, h->case_octets, 0)) {
        if (scene->ex && h->drawing.buf.n == 0)
            wl_html_exchange(h, &h->drawing, scene->ex);
        make_case(h, f, scene);
        keep(h, &cases, &fired->examples, &h->case_octets);
    }
}

static int html_exchange(struct wl_sink *s, const struct wl_exchange *ex)
{
    struct wl_html *h = s->state;

    wl_text_reset(&h->drawing);
    for (uint32_t i = 0; i < ex->n_findings; i++)
        add_finding(h, &ex->findings[i], &(struct scene){.ex = ex, .conn = &ex->conn});
    return 0;
}

static int html_connection(struct wl_sink *s, const struct wl_conn_record *conn)
{
    for (uint32_t i = 0; i < conn->n_findings; i++) {
        add_finding(s->state, &conn->findings[i],
                    &(struct scene){.record = conn, .conn = &conn->conn});
    }
    return 0;
}

/* ----------------------------------------------------------------------------------- writing */

static void put_policy(struct wl_html *h)
{
    struct wl_text *t = &h->out.text;
    char digest[WL_SHA256_BASE64];

    wl_text_put(t, "default-src 'none'; base-uri 'none'; form-action 'none'; img-src data:");
    wl_digest_sha256_base64(wl_html_style, digest);
    wl_text_printf(t, "; style-src 'sha256-%.*s'", (int)sizeof(digest), digest);
    wl_digest_sha256_base64(wl_html_script, digest);
    wl_text_printf(t, "; script-src 'sha256-%.*s'", (int)sizeof(digest), digest);
}

static void put_program(struct wl_html *h)
{
    wl_text_put(&h->out.text, WL_VERSION);
}

static void put_style(struct wl_html *h)
{
    wl_text_span_raw(&h->out.text, wl_html_style);
}

static void put_script(struct wl_html *h)
{
    wl_text_span_raw(&h->out.text, wl_html_script);
}

static bool was_answered(const struct wl_stats *st)
{
    uint64_t responses = 0;

    for (unsigned c = 0; c < WL_N_CLASSES; c++)
        responses += st->responses[c];
    return responses != 0;
}

/* The links beside the page: only to what there is. */
static void put_sections(struct wl_html *h)
{
    const struct wl_stats *st = h->st;
    const struct {
        bool there;
        const char *id, *text;
    } links[] = {
        {true, "verdict", "Verdict"},
        {true, "found", "What was found"},
        {st->timeline.step != 0, "timeline", "Responses over time"},
        {was_answered(st), "responses", "Responses by status"},
        {st->n_sequences != 0, "sequences", "Status sequences"},
        {st->first.n || st->final.n, "times", "Times to respond"},
        {st->n_servers != 0, "servers", "Servers"},
        {st->n_suppressions != 0, "known", "Known and accepted"},
        {true, "unjudged", "What was not judged"},
        {true, "inputs", "Inputs"},
        {h->n_sorted != 0, "rules", "Findings in detail"},
    };

    for (size_t i = 0; i < WL_COUNT(links); i++) {
        if (links[i].there) {
            wl_text_printf(&h->out.text, "<li><a href=\"#%s\">%s</a></li>\n", links[i].id,
                           links[i].text);
        }
    }
}

static const struct {
    const char *name;
    void (*put)(struct wl_html *h);
} parts[] = {
    {"policy", put_policy},           {"version", put_program},
    {"title", wl_html_title},         {"style", put_style},
    {"name", wl_html_name},           {"span", wl_html_span},
    {"sections", put_sections},       {"verdict", wl_html_verdict},
    {"overview", wl_html_overview},   {"timeline", wl_html_timeline},
    {"responses", wl_html_responses}, {"sequences", wl_html_sequences},
    {"times", wl_html_times},         {"servers", wl_html_servers},
    {"known", wl_html_known},         {"unjudged", wl_html_unjudged},
    {"inputs", wl_html_inputs},       {"rules", wl_html_rules},
    {"footer", wl_html_footer},       {"script", put_script},
};

static void put_part(struct wl_html *h, struct wl_span name)
{
    size_t i = 0;

    while (i < WL_COUNT(parts) && !wl_span_equal(name, wl_span_text(parts[i].name)))
        i++;
    WL_ASSERT(i < WL_COUNT(parts)); /* else page.html has a name that is none */
    if (i < WL_COUNT(parts))
        parts[i].put(h);
}

/* Copies the skeleton, and puts each part where its name stands. */
static int put_page(struct wl_html *h)
{
    struct wl_span rest = wl_html_skeleton;
    int status = 0;

    while (rest.n && status == 0) {
        size_t n = 0, end = 0;

        while (n < rest.n && !wl_span_starts(wl_span_after(rest, n), WL_SPAN("{{")))
            n++;
        wl_text_span_raw(&h->out.text, wl_span_sub(rest, 0, n));
        rest = wl_span_after(rest, n + 2);
        while (end < rest.n && end < MARKER && rest.p[end] != '}')
            end++;
        if (rest.n)
            put_part(h, wl_span_sub(rest, 0, end));
        rest = wl_span_after(rest, end + 2);
        status = wl_html_room(h);
    }
    return status;
}

/* A whole page: the only one, or the one that takes the place of the last. */
static int put_version(struct wl_html *h, const struct wl_stats *st)
{
    struct wl_fired *sorted[WL_FIRED_RULES];
    int status;

    h->st = st;
    h->sorted = sorted;
    h->n_sorted = wl_firings_sorted(&h->firings, sorted);
    h->sample_octets = 0;
    status = put_page(h);
    h->st = NULL;
    h->sorted = NULL;
    h->n_sorted = 0;
    return status;
}

static int html_tick(struct wl_sink *s, const struct wl_stats *st)
{
    struct wl_html *h = s->state;
    int status = 0;

    if (wl_output_due(&h->out, st) && h->out.fresh) {
        status = put_version(h, st);
        if (status == 0)
            wl_output_renew(&h->out);
    }
    return status;
}

static int html_close(struct wl_sink *s, const struct wl_stats *st, struct wl_error *err)
{
    struct wl_html *h = s->state;
    int written = 0, finished;

    if (h) {
        if (!wl_output_unread(st))
            written = put_version(h, st);
        if (written == 0 && !wl_output_unread(st))
            written = wl_output_replace(&h->out); /* a failure sticks: finish tells of it */
        wl_text_release(&h->drawing);
        wl_text_release(&h->piece);
        wl_text_release(&h->scratch);
        wl_firings_release(&h->firings);
        wl_arena_pool_release(&h->pool);
    }
    finished = wl_output_finish(s, sizeof(*h), err);
    return finished < 0 ? finished : written;
}

extern const struct wl_sink_ops wl_out_html;

const struct wl_sink_ops wl_out_html = {
    .name = "html",
    .summary = "the report of an audit as one page for a browser, which needs nothing else",
    .open = html_open,
    .exchange = html_exchange,
    .connection = html_connection,
    .tick = html_tick,
    .close = html_close,
    .wants_connections = true,
    .replaces = true,
};
