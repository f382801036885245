/* out_text.c - the report of `wirelint audit`: inputs, findings by rule, responses, the verdict.
 * SPDX-License-Identifier: MIT
 *
 * While the run goes on, findings are gathered per rule: counts, the first few servers, and the
 * first few examples as finished text in an arena. So memory is bounded by the number of rules, not
 * of findings. Everything is written when the run is over.
 */
#include "fired.h"
#include "layout.h"
#include "line.h"
#include "section.h"
#include "suppression_text.h"
#include "whereabouts.h"

enum {
    MAX_EXAMPLE = 64 << 10,
    TARGET_MARGIN = 44, /* columns of an exchange line beside its target */
    SEQUENCES = 10,
};

struct report {
    struct wl_output out; /* first: wl_output_new */
    struct wl_firings firings;
    struct wl_text scratch, example;
};

static int report_open(struct wl_sink *s, const struct wl_sink_config *cfg, struct wl_error *err)
{
    int status = wl_output_new(s, sizeof(struct report), cfg, err);
    struct report *r = s->state;

    if (status < 0)
        return status;
    wl_firings_init(&r->firings, &r->out.budget);
    wl_text_init(&r->scratch, &r->out.budget, MAX_EXAMPLE);
    wl_text_init(&r->example, &r->out.budget, MAX_EXAMPLE);
    return 0; /* without an arena there are no examples; the counts of the statistics remain */
}

/* --------------------------------------------------------------------------------- gathering */

static void put_frames(struct report *r, struct wl_text *t, const struct wl_finding *f,
                       const struct wl_conn_ref *conn)
{
    size_t from = t->buf.n;

    if (f->n_frames == 0)
        return;
    wl_text_put(t, f->n_frames == 1 ? "    frame " : "    frames ");
    wl_where_frames(&r->out, t, f);
    wl_text_reset(&r->scratch);
    wl_where_filter(&r->out, &r->scratch, f, conn);
    if (t->buf.n - from + r->scratch.buf.n + 15 > wl_section_columns(&r->out.cfg))
        wl_text_put(t, "\n");
    wl_text_put(t, "    Wireshark: ");
    wl_text_span_raw(t, wl_text_span(&r->scratch));
    wl_text_char(t, '\n');
}

static void put_seen(struct report *r, struct wl_text *t, const struct wl_finding *f)
{
    wl_text_reset(&r->scratch);
    wl_text_terminal(&r->scratch, f->message);
    if (f->confidence != WL_CERTAIN)
        wl_text_printf(&r->scratch, " (%s)", wl_confidence_name(f->confidence));
    wl_layout_wrap(t, wl_text_span(&r->scratch), 4, wl_section_columns(&r->out.cfg));
}

/* ex or, for a finding of a connection record, record; the other is NULL */
static void add_example(struct report *r, struct wl_fired *fired, const struct wl_finding *f,
                        const struct wl_exchange *ex, const struct wl_conn_record *record)
{
    const struct wl_conn_ref *conn = ex ? &ex->conn : &record->conn;
    struct wl_text *t = &r->example;

    wl_text_reset(t);
    wl_text_put(t, "\n  ");
    wl_layout_ink(t, r->out.cfg.color, WL_INK_STRONG);
    if (ex) {
        wl_line_exchange(t, ex, wl_section_columns(&r->out.cfg) - TARGET_MARGIN);
    } else if (f->ordinal) {
        wl_where_steps(t, record, f->ordinal);
    } else {
        wl_text_put(t, "the connection as a whole");
    }
    wl_layout_ink(t, r->out.cfg.color, WL_INK_PLAIN);
    wl_text_put(t, "\n    ");
    wl_text_endpoint(t, &conn->client);
    if (conn->proxied.family) {
        wl_text_put(t, " (for ");
        wl_text_endpoint(t, &conn->proxied);
        wl_text_char(t, ')');
    }
    wl_text_put(t, " > ");
    wl_text_endpoint(t, &conn->server);
    wl_text_put(t, "  at ");
    wl_text_clock(t, f->t, r->out.cfg.utc);
    wl_text_char(t, '\n');
    put_seen(r, t, f);
    put_frames(r, t, f, conn);
    (void)wl_firings_keep(&r->firings, &fired->examples, wl_text_span(t)); /* or it is not shown */
}

/* ex or record, as in add_example */
static void add_finding(struct report *r, const struct wl_finding *f, const struct wl_exchange *ex,
                        const struct wl_conn_record *record)
{
    struct wl_fired *fired = wl_firings_count(&r->firings, f,
                                              &(ex ? &ex->conn : &record->conn)->server);

    if (fired && fired->examples.n < r->out.cfg.examples && r->out.cfg.verbosity >= 0)
        add_example(r, fired, f, ex, record);
}

/* Examples are few; beyond them findings are only counted. */
static bool report_reads(const struct wl_sink *s, const struct wl_rule *rule)
{
    const struct report *r = s->state;
    const struct wl_fired *fired = wl_firings_find(&r->firings, rule);

    return r->out.cfg.verbosity >= 0 && (!fired || fired->examples.n < r->out.cfg.examples);
}

static bool report_shows(const struct wl_sink *s, const struct wl_exchange *ex)
{
    for (uint32_t i = 0; i < ex->n_findings; i++) {
        if (report_reads(s, ex->findings[i].rule))
            return true;
    }
    return false;
}

static int report_exchange(struct wl_sink *s, const struct wl_exchange *ex)
{
    for (uint32_t i = 0; i < ex->n_findings; i++)
        add_finding(s->state, &ex->findings[i], ex, NULL);
    return 0;
}

static int report_connection(struct wl_sink *s, const struct wl_conn_record *conn)
{
    for (uint32_t i = 0; i < conn->n_findings; i++)
        add_finding(s->state, &conn->findings[i], NULL, conn);
    return 0;
}

/* ----------------------------------------------------------------------------------- writing */

static void put_servers(struct report *r, const struct wl_fired *fired)
{
    struct wl_flow_text flow;

    wl_text_put(&r->out.text, fired->n_servers == 1 ? "  server: " : "  servers: ");
    wl_layout_flow(&flow, &r->out.text, 11, 11, wl_section_columns(&r->out.cfg));
    for (uint32_t i = 0; i < fired->n_servers; i++) {
        wl_text_reset(&r->scratch);
        wl_text_endpoint(&r->scratch, &fired->servers[i].server);
        if (fired->n_servers > 1 || fired->n_elsewhere) {
            wl_text_put(&r->scratch, " (");
            wl_text_count(&r->scratch, fired->servers[i].n);
            wl_text_char(&r->scratch, ')');
        }
        wl_layout_piece(&flow, wl_text_span(&r->scratch));
    }
    if (fired->n_elsewhere) {
        wl_text_reset(&r->scratch);
        wl_text_put(&r->scratch, "others (");
        wl_text_count(&r->scratch, fired->n_elsewhere);
        wl_text_char(&r->scratch, ')');
        wl_layout_piece(&flow, wl_text_span(&r->scratch));
    }
    wl_text_char(&r->out.text, '\n');
}

/* "fault: server", or "fault: server 3, client 1" when it differs */
static void put_fault(struct report *r, const struct wl_fired *fired)
{
    struct wl_text *t = &r->out.text;
    struct wl_flow_text flow;
    size_t from = t->buf.n;

    wl_text_put(t, "  fault: ");
    wl_fired_put_faults(t, fired, " ", wl_text_count);
    wl_text_put(t, "    ");
    wl_layout_flow(&flow, t, t->buf.n - from, 4, wl_section_columns(&r->out.cfg));
    for (size_t i = 0; i < WL_RULE_CITES && fired->rule->cite[i]; i++)
        wl_layout_piece(&flow, wl_span_text(fired->rule->cite[i]));
    wl_text_char(t, '\n');
}

/* "violation  interim-to-http10  3 findings" */
static void put_rule_line(struct report *r, const struct wl_fired *fired)
{
    struct wl_text *t = &r->out.text;
    bool color = r->out.cfg.color;

    wl_layout_ink(t, color, wl_layout_severity_ink(fired->worst));
    wl_text_put(t, wl_severity_name(fired->worst));
    wl_layout_ink(t, color, WL_INK_PLAIN);
    wl_text_put(t, "  ");
    wl_layout_ink(t, color, WL_INK_STRONG);
    wl_text_put(t, fired->rule->id);
    wl_layout_ink(t, color, WL_INK_PLAIN);
    wl_text_put(t, "  ");
    wl_text_count(t, fired->n);
    wl_text_put(t, fired->n == 1 ? " finding" : " findings");
}

static void put_rule(struct report *r, const struct wl_fired *fired)
{
    struct wl_text *t = &r->out.text;

    if (r->out.cfg.verbosity < 0) {
        put_rule_line(r, fired);
        wl_text_printf(t, ": %s\n", fired->rule->title);
        return;
    }
    wl_text_char(t, '\n');
    put_rule_line(r, fired);
    wl_text_char(t, '\n');
    wl_layout_wrap(t, wl_span_text(fired->rule->title), 2, wl_section_columns(&r->out.cfg));
    put_fault(r, fired);
    put_servers(r, fired);
    if (r->out.cfg.verbosity > 0) {
        wl_layout_wrap(t, wl_span_text(fired->rule->why), 2, wl_section_columns(&r->out.cfg));
        wl_layout_wrap(t, wl_span_text(fired->rule->advice), 2, wl_section_columns(&r->out.cfg));
    }
    for (const struct wl_piece *e = fired->examples.first; e; e = e->next) {
        wl_text_span_raw(t, e->text);
        if (wl_output_room(&r->out) < 0)
            return;
    }
    if (fired->examples.n && fired->n > fired->examples.n) {
        wl_text_put(t, "\n  and ");
        wl_text_count(t, fired->n - fired->examples.n);
        wl_text_put(t, " more\n");
    }
}

static void put_findings(struct report *r)
{
    struct wl_fired *sorted[WL_FIRED_RULES];
    uint32_t n = wl_firings_sorted(&r->firings, sorted);

    for (uint32_t i = 0; i < n; i++)
        put_rule(r, sorted[i]);
    if (n && r->out.cfg.verbosity >= 0) {
        wl_text_put(&r->out.text, "\n'wirelint explain ");
        wl_text_put(&r->out.text, n == 1 ? sorted[0]->rule->id : "RULE");
        wl_text_put(&r->out.text, "' tells why it matters and what to do.\n");
    }
}

/* Where nothing else of the input is told: one of several reports says which it is. */
static void put_name(struct report *r, const struct wl_stats *st)
{
    struct wl_text *t = &r->out.text;

    for (uint32_t i = 0; i < st->n_inputs && r->out.cfg.separate; i++) {
        wl_layout_ink(t, r->out.cfg.color, WL_INK_STRONG);
        wl_text_terminal(t, wl_section_input_name(&st->inputs[i]));
        wl_layout_ink(t, r->out.cfg.color, WL_INK_PLAIN);
        wl_text_put(t, ":\n");
    }
}

static void put_report(struct report *r, const struct wl_stats *st)
{
    struct wl_output *o = &r->out;
    bool quiet = o->cfg.verbosity < 0;

    if (!quiet) {
        wl_section_inputs(o, st);
        wl_section_no_http(o, st);
    } else {
        put_name(r, st);
    }
    put_findings(r);
    if (!quiet) {
        wl_section_suppressions(o, st);
        wl_section_responses(o, st);
        wl_section_sequences(o, st, o->cfg.verbosity > 0 ? WL_TOP : SEQUENCES);
        wl_section_times(o, st);
        if (o->cfg.verbosity > 0)
            wl_section_counters(o, st);
    }
    if (!quiet)
        wl_text_char(&o->text, '\n');
    wl_section_verdict(o, st);
}

static int report_tick(struct wl_sink *s, const struct wl_stats *st)
{
    struct report *r = s->state;

    if (!wl_output_due(&r->out, st))
        return 0;
    wl_section_interval(&r->out, st);
    put_report(r, st);
    wl_text_char(&r->out.text, '\n');
    return wl_output_flush(&r->out);
}

static int report_close(struct wl_sink *s, const struct wl_stats *st, struct wl_error *err)
{
    struct report *r = s->state;

    if (r) {
        if (!wl_output_unread(st)) {
            if (r->out.reported)
                wl_section_interval(&r->out, st);
            put_report(r, st);
        }
        wl_text_release(&r->scratch);
        wl_text_release(&r->example);
        wl_firings_release(&r->firings);
    }
    return wl_output_finish(s, sizeof(struct report), err);
}

extern const struct wl_sink_ops wl_out_text;

const struct wl_sink_ops wl_out_text = {
    .name = "text",
    .summary = "the report of an audit, for people",
    .open = report_open,
    .exchange = report_exchange,
    .connection = report_connection,
    .tick = report_tick,
    .close = report_close,
    .shows = report_shows,
    .reads = report_reads,
};
