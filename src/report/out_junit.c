/* out_junit.c - JUnit XML: every rule as a test, for what shows the tests of a CI job.
 * SPDX-License-Identifier: MIT
 *
 * A suite per area of the catalogue, a test per rule: its name is the same in every run, so that a
 * CI system sees what is new, what was mended, and how long something has been so. A rule with
 * findings at or above --fail-on is a test that failed; what lies below is told in the suite's
 * output. Rules that were switched off, or for which there was nothing to look at, are skipped. The
 * inputs are the first suite: a damaged one is an error.
 *
 * Two schemas are kept to at once, that of Ant, which wants every attribute and element, and that
 * of the xUnit plugin of Jenkins, which knows no others.
 */
#include "catalogue.h"
#include "fired.h"
#include "line.h"
#include "suppressed.h"
#include "whereabouts.h"

enum {
    MAX_EXAMPLE = 64 << 10,
    TARGET_COLUMNS = 200,
    BELOW = 3, /* findings below the threshold that are told per rule */
};

struct junit {
    struct wl_output out; /* first: wl_output_new */
    struct wl_firings firings;
    struct wl_text example, escaped;
    struct wl_fired *sorted[WL_FIRED_RULES];
    uint32_t n_sorted;
    const struct wl_stats *st;
    unsigned n_suites;
};

/* What became of a test. */
enum outcome {
    PASSED,
    FAILED,
    SKIPPED,
    ERRED,
    N_OUTCOMES,
};

struct suite {
    const char *name; /* ours */
    uint64_t outcomes[N_OUTCOMES];
};

/* -------------------------------------------------------------------------------------- XML */

static void put_attribute(struct wl_text *t, const char *name, struct wl_span value)
{
    wl_text_char(t, ' ');
    wl_text_put(t, name);
    wl_text_put(t, "=\"");
    wl_text_html(t, value);
    wl_text_char(t, '"');
}

static void put_count(struct wl_text *t, const char *name, uint64_t n)
{
    wl_text_char(t, ' ');
    wl_text_put(t, name);
    wl_text_put(t, "=\"");
    wl_text_u64(t, n);
    wl_text_char(t, '"');
}

/* Text of several lines, escaped for terminals already. */
static void put_lines(struct wl_text *t, struct wl_span lines)
{
    while (lines.n) {
        size_t n = wl_span_find(lines, '\n');

        wl_text_html(t, wl_span(lines.p, n));
        if (n < lines.n)
            wl_text_char(t, '\n');
        lines = wl_span_after(lines, n + 1);
    }
}

/* -------------------------------------------------------------------------------- gathering */

/* ex or, for a finding of a connection record, record; the other is NULL */
static struct wl_span example_of(struct junit *j, const struct wl_finding *f,
                                 const struct wl_exchange *ex, const struct wl_conn_record *record)
{
    const struct wl_conn_ref *conn = ex ? &ex->conn : &record->conn;
    struct wl_text *t = &j->example;

    wl_text_reset(t);
    if (ex) {
        wl_line_exchange(t, ex, TARGET_COLUMNS);
    } else if (f->ordinal) {
        wl_where_steps(t, record, f->ordinal);
    } else {
        wl_text_put(t, "the connection as a whole");
    }
    wl_text_put(t, "\n  ");
    wl_text_endpoint(t, &conn->client);
    wl_text_put(t, " > ");
    wl_text_endpoint(t, &conn->server);
    wl_text_put(t, "\n  ");
    wl_text_put(t, wl_severity_name(f->severity));
    wl_text_put(t, ": ");
    wl_text_terminal(t, f->message);
    if (f->confidence != WL_CERTAIN)
        wl_text_printf(t, " (%s)", wl_confidence_name(f->confidence));
    if (f->n_frames) {
        wl_text_put(t, f->n_frames == 1 ? "\n  frame " : "\n  frames ");
        wl_where_frames(&j->out, t, f);
        wl_text_put(t, "; Wireshark: ");
        wl_where_filter(&j->out, t, f, conn);
    }
    wl_text_char(t, '\n');
    wl_text_reset(&j->escaped);
    put_lines(&j->escaped, wl_text_span(t));
    return wl_text_span(&j->escaped);
}

static bool fails(const struct junit *j, enum wl_severity severity)
{
    return j->out.cfg.fail_on != WL_OFF && severity >= j->out.cfg.fail_on;
}

/* Examples are of what fails, lines of what does not. */
static void gather(struct junit *j, const struct wl_finding *f, const struct wl_exchange *ex,
                   const struct wl_conn_record *record)
{
    const struct wl_conn_ref *conn = ex ? &ex->conn : &record->conn;
    struct wl_fired *fired = wl_firings_count(&j->firings, f, &conn->server);
    bool failed = fails(j, f->severity);

    if (!fired)
        return;
    if (failed ? fired->examples.n < j->out.cfg.examples : fired->lines.n < BELOW) {
        /* without memory the counts remain */
        (void)wl_firings_keep(&j->firings, failed ? &fired->examples : &fired->lines,
                              example_of(j, f, ex, record));
    }
}

static int junit_exchange(struct wl_sink *s, const struct wl_exchange *ex)
{
    for (uint32_t i = 0; i < ex->n_findings; i++)
        gather(s->state, &ex->findings[i], ex, NULL);
    return 0;
}

static int junit_connection(struct wl_sink *s, const struct wl_conn_record *conn)
{
    for (uint32_t i = 0; i < conn->n_findings; i++)
        gather(s->state, &conn->findings[i], NULL, conn);
    return 0;
}

/* ----------------------------------------------------------------------------------- suites */

static void put_suite(struct junit *j, const struct suite *suite)
{
    struct wl_text *t = &j->out.text;
    uint64_t tests = 0;

    for (unsigned o = 0; o < N_OUTCOMES; o++)
        tests += suite->outcomes[o];
    wl_text_put(t, "<testsuite");
    put_count(t, "id", j->n_suites++);
    put_attribute(t, "name", wl_span_text(suite->name));
    put_attribute(t, "package", WL_SPAN("wirelint"));
    put_count(t, "tests", tests);
    put_count(t, "failures", suite->outcomes[FAILED]);
    put_count(t, "errors", suite->outcomes[ERRED]);
    put_count(t, "skipped", suite->outcomes[SKIPPED]);
    put_count(t, "time", 0);
    wl_text_reset(&j->example);
    wl_text_rfc3339(&j->example, j->st->t_first);
    /* "2026-11-21T05:00:42": without fraction and zone */
    put_attribute(t, "timestamp", wl_span_sub(wl_text_span(&j->example), 0, 19));
    put_attribute(t, "hostname", WL_SPAN("localhost"));
    wl_text_put(t, ">\n");
}

static void put_case(struct junit *j, const char *class, struct wl_span name)
{
    struct wl_text *t = &j->out.text;

    wl_text_put(t, "<testcase classname=\"wirelint.");
    wl_text_put(t, class);
    wl_text_char(t, '"');
    put_attribute(t, "name", name);
    put_count(t, "time", 0);
}

static void end_suite(struct junit *j)
{
    wl_text_put(&j->out.text, "<system-err></system-err>\n</testsuite>\n");
}

static struct wl_fired *fired_of(const struct junit *j, const struct wl_rule *rule)
{
    for (uint32_t i = 0; i < j->n_sorted; i++) {
        if (j->sorted[i]->rule == rule)
            return j->sorted[i];
    }
    return NULL;
}

/* Why a rule without findings was not asked at all; NULL: it was. */
static const char *reason_to_skip(const struct junit *j, const struct wl_rule *rule)
{
    const struct wl_config *config = j->out.cfg.config;

    if (config && wl_config_severity(config, rule) == WL_OFF)
        return "switched off";
    return j->st->exchanges == 0 ? "no HTTP was found" : NULL;
}

static enum outcome outcome_of(const struct junit *j, const struct wl_rule *rule)
{
    const struct wl_fired *fired = fired_of(j, rule);

    if (fired)
        return fails(j, fired->worst) ? FAILED : PASSED;
    return reason_to_skip(j, rule) ? SKIPPED : PASSED;
}

static void put_failure(struct junit *j, const struct wl_fired *fired)
{
    const struct wl_rule *rule = fired->rule;
    struct wl_text *t = &j->out.text, *head = &j->example;

    wl_text_reset(head);
    wl_text_count(head, fired->n);
    wl_text_put(head, fired->n == 1 ? " finding: " : " findings: ");
    wl_text_put(head, rule->title);
    wl_text_put(t, "<failure");
    put_attribute(t, "message", wl_text_span(head));
    put_attribute(t, "type", wl_span_text(wl_severity_name(fired->worst)));
    wl_text_char(t, '>');
    for (const struct wl_piece *p = fired->examples.first; p; p = p->next) {
        wl_text_span_raw(t, p->text);
        wl_text_char(t, '\n');
    }
    if (fired->n > fired->examples.n) {
        wl_text_count(t, fired->n - fired->examples.n);
        wl_text_put(t, " more\n\n");
    }
    if (rule->why)
        wl_text_html(t, wl_span_text(rule->why));
    if (rule->advice) {
        wl_text_put(t, "\n");
        wl_text_html(t, wl_span_text(rule->advice));
    }
    for (size_t i = 0; i < WL_RULE_CITES && rule->cite[i]; i++) {
        wl_text_put(t, i ? ", " : "\nSee ");
        wl_text_html(t, wl_span_text(rule->cite[i]));
    }
    wl_text_put(t, "\n</failure>");
}

/* As an attribute, which Jenkins reads, and as content, which is all that GitLab reads. */
static void put_message(struct wl_text *t, const char *message)
{
    put_attribute(t, "message", wl_span_text(message));
    wl_text_char(t, '>');
    wl_text_html(t, wl_span_text(message));
}

static void put_rule(struct junit *j, const char *area, const struct wl_rule *rule)
{
    const struct wl_fired *fired = fired_of(j, rule);
    struct wl_text *t = &j->out.text;
    const char *reason = fired ? NULL : reason_to_skip(j, rule);

    put_case(j, area, wl_span_text(rule->id));
    if (fired && fails(j, fired->worst)) {
        wl_text_char(t, '>');
        put_failure(j, fired);
        wl_text_put(t, "</testcase>\n");
    } else if (reason) {
        wl_text_put(t, "><skipped");
        put_message(t, reason);
        wl_text_put(t, "</skipped></testcase>\n");
    } else {
        wl_text_put(t, "/>\n");
    }
}

/* Findings that fail no test: all of a rule that passed, the lower ones of a rule that did not. */
static void put_below(struct junit *j, const struct wl_fired *fired)
{
    struct wl_text *t = &j->out.text;

    if (fired->lines.n == 0)
        return;
    wl_text_html(t, wl_span_text(fired->rule->id));
    wl_text_put(t, ": ");
    wl_text_html(t, wl_span_text(fired->rule->title));
    wl_text_char(t, '\n');
    for (const struct wl_piece *p = fired->lines.first; p; p = p->next)
        wl_text_span_raw(t, p->text);
    if (!fails(j, fired->worst) && fired->n > fired->lines.n) {
        wl_text_count(t, fired->n - fired->lines.n);
        wl_text_put(t, " more\n");
    }
    wl_text_char(t, '\n');
}

/* NULL: rules of an embedder, which stand in no area. */
static bool is_in(const struct wl_rule *rule, const char *area)
{
    bool known = wl_rule_find(rule->id) == rule;

    return area ? known && rule->area && strcmp(rule->area, area) == 0 : !known;
}

static int put_output(struct junit *j, const char *area)
{
    int status = 0;

    wl_text_put(&j->out.text, "<system-out>");
    for (uint32_t i = 0; i < j->n_sorted && status == 0; i++) {
        if (is_in(j->sorted[i]->rule, area))
            put_below(j, j->sorted[i]);
        status = wl_output_room(&j->out);
    }
    wl_text_put(&j->out.text, "</system-out>\n");
    return status;
}

static int put_area(struct junit *j, const char *code, const char *title)
{
    struct suite suite = {.name = title};
    uint64_t tests = 0;
    int status = 0;

    for (size_t i = 0; i < wl_rule_count(); i++) {
        if (is_in(wl_rule_at(i), code)) {
            suite.outcomes[outcome_of(j, wl_rule_at(i))]++;
            tests++;
        }
    }
    if (tests == 0)
        return 0;
    put_suite(j, &suite);
    wl_text_put(&j->out.text, "<properties></properties>\n");
    for (size_t i = 0; i < wl_rule_count() && status == 0; i++) {
        if (is_in(wl_rule_at(i), code))
            put_rule(j, code, wl_rule_at(i));
        status = wl_output_room(&j->out);
    }
    if (status == 0)
        status = put_output(j, code);
    end_suite(j);
    return status;
}

/* Rules of an embedder: those that fired are all that is known of them. */
static int put_others(struct junit *j)
{
    struct suite suite = {.name = "Other rules"};
    uint64_t tests = 0;
    int status = 0;

    for (uint32_t i = 0; i < j->n_sorted; i++) {
        if (is_in(j->sorted[i]->rule, NULL)) {
            suite.outcomes[outcome_of(j, j->sorted[i]->rule)]++;
            tests++;
        }
    }
    if (tests == 0)
        return 0;
    put_suite(j, &suite);
    wl_text_put(&j->out.text, "<properties></properties>\n");
    for (uint32_t i = 0; i < j->n_sorted && status == 0; i++) {
        if (is_in(j->sorted[i]->rule, NULL))
            put_rule(j, "other", j->sorted[i]->rule);
        status = wl_output_room(&j->out);
    }
    if (status == 0)
        status = put_output(j, NULL);
    end_suite(j);
    return status;
}

/* --------------------------------------------------------------------------------- captures */

static void put_property(struct wl_text *t, const char *name, uint64_t n)
{
    wl_text_put(t, "<property");
    put_attribute(t, "name", wl_span_text(name));
    put_count(t, "value", n);
    wl_text_put(t, "/>");
}

/* What could not be seen, and so was not judged. */
static void put_unseen(struct junit *j)
{
    const struct wl_stats *st = j->st;
    struct wl_text *t = &j->out.text;
    uint64_t dropped = st->counters.capture_dropped + st->counters.interface_dropped;

    for (unsigned u = WL_JUDGED + 1; u < WL_N_UNJUDGED; u++) {
        if (st->unjudged[u]) {
            wl_text_count(t, st->unjudged[u]);
            wl_text_printf(t, " not judged: %s\n", wl_unjudged_text((enum wl_unjudged)u));
        }
    }
    for (unsigned l = 0; l < WL_N_LIMITS; l++) {
        if (st->limits[l]) {
            wl_text_printf(t, "limit %s reached ", wl_limit_name((enum wl_limit_id)l));
            wl_text_count(t, st->limits[l]);
            wl_text_put(t, " times\n");
        }
    }
    if (dropped) {
        wl_text_count(t, dropped);
        wl_text_put(t, " packets were lost on their way to the analysis\n");
    }
    if (st->stopped && !st->live)
        wl_text_put(t, "stopped before the end of the input\n");
}

static int put_inputs(struct junit *j)
{
    const struct wl_stats *st = j->st;
    struct wl_text *t = &j->out.text;
    int status = 0;

    for (uint32_t i = 0; i < st->n_inputs && status == 0; i++) {
        const struct wl_input *input = &st->inputs[i];

        put_case(j, "capture", wl_span_text(input->name));
        if (input->damaged) {
            wl_text_put(t, "><error type=\"damaged\"");
            put_message(t, input->damaged);
            wl_text_put(t, "</error></testcase>\n");
        } else {
            wl_text_put(t, "/>\n");
        }
        status = wl_output_room(&j->out);
    }
    return status;
}

static int put_captures(struct junit *j)
{
    const struct wl_stats *st = j->st;
    struct wl_text *t = &j->out.text;
    struct suite suite = {.name = "Captures"};
    int status;

    for (uint32_t i = 0; i < st->n_inputs; i++)
        suite.outcomes[st->inputs[i].damaged ? ERRED : PASSED]++;
    put_suite(j, &suite);
    wl_text_put(t, "<properties>");
    put_property(t, "connections", st->connections);
    put_property(t, "exchanges", st->exchanges);
    for (unsigned s = WL_VIOLATION; s > WL_OFF; s--)
        put_property(t, wl_severity_name((enum wl_severity)s), st->findings[s]);
    put_property(t, "suppressed", wl_suppressed_sum(st));
    wl_text_put(t, "</properties>\n");
    status = put_inputs(j);
    wl_text_put(t, "<system-out>");
    put_unseen(j);
    wl_text_put(t, "</system-out>\n");
    end_suite(j);
    return status;
}

/* --------------------------------------------------------------------------------- the sink */

static int junit_open(struct wl_sink *s, const struct wl_sink_config *cfg, struct wl_error *err)
{
    int status = wl_output_new(s, sizeof(struct junit), cfg, err);

    if (status == 0) {
        struct junit *j = s->state;

        wl_firings_init(&j->firings, &j->out.budget);
        wl_text_init(&j->example, &j->out.budget, MAX_EXAMPLE);
        wl_text_init(&j->escaped, &j->out.budget, (size_t)6 * MAX_EXAMPLE);
    }
    return status;
}

static void put_report(struct junit *j, const struct wl_stats *st)
{
    const char *code, *title = NULL;
    int status;

    j->st = st;
    j->n_sorted = wl_firings_sorted(&j->firings, j->sorted);
    wl_text_put(&j->out.text, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
    status = put_captures(j);
    for (size_t i = 0; status == 0 && (code = wl_catalogue_area(i, &title)); i++)
        status = put_area(j, code, title);
    if (status == 0)
        (void)put_others(j); /* a failure sticks */
    wl_text_put(&j->out.text, "</testsuites>\n");
}

static int junit_close(struct wl_sink *s, const struct wl_stats *st, struct wl_error *err)
{
    struct junit *j = s->state;

    if (j && !wl_output_unread(st))
        put_report(j, st);
    if (j) {
        wl_firings_release(&j->firings);
        wl_text_release(&j->example);
        wl_text_release(&j->escaped);
    }
    return wl_output_finish(s, sizeof(struct junit), err);
}

extern const struct wl_sink_ops wl_out_junit;

const struct wl_sink_ops wl_out_junit = {
    .name = "junit",
    .summary = "JUnit XML: a test per rule",
    .open = junit_open,
    .exchange = junit_exchange,
    .connection = junit_connection,
    .close = junit_close,
};
