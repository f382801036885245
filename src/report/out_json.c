/* out_json.c - NDJSON: one object per line, schema wirelint/1 (docs/ndjson.md).
 * SPDX-License-Identifier: MIT
 *
 * Objects may be long (a connection of a million exchanges), so loops make room as they go.
 */
#include "community.h"
#include "line.h"
#include "names.h"
#include "ndjson.h"
#include "output.h"
#include "suppression_text.h"

struct json {
    struct wl_output out; /* first: wl_output_new */
    struct wl_pen pen;    /* writes into out.text */
    struct wl_stamp stamp;
    bool started;              /* the start object was written */
    struct wl_renamer renamer; /* where keys have other names */
};

#define PUT(j, literal) WL_PEN(&(j)->pen, literal)

static int end_object(struct json *j)
{
    PUT(j, "}\n");
    j->pen.raw = false;
    return wl_output_room(&j->out);
}

/* -------------------------------------------------------------------------------- finding */

static void put_cites(struct json *j, const struct wl_rule *rule)
{
    PUT(j, ",\"cite\":[");
    for (size_t i = 0; i < WL_RULE_CITES && rule->cite[i]; i++) {
        if (i)
            PUT(j, ",");
        (void)wl_pen_string(&j->pen, wl_span_text(rule->cite[i]));
    }
    PUT(j, "]");
}

static void put_finding_exchange(struct json *j, const struct wl_exchange *ex)
{
    struct wl_text line;

    if (!ex)
        return;
    /* The exchange line is made for people and already escaped for terminals. */
    wl_text_init(&line, &j->out.budget, WL_OUTPUT_TEXT);
    wl_line_exchange(&line, ex, WL_LINE_REPEATED);
    PUT(j, ",\"exchange\":");
    (void)wl_pen_string(&j->pen, wl_text_span(&line));
    wl_text_release(&line);
}

/* ex: the exchange it was found on, NULL for a finding of a connection record */
static int put_finding(struct json *j, const struct wl_finding *f, const struct wl_conn_ref *conn,
                       const struct wl_exchange *ex)
{
    if (f->suppressed) {
        PUT(j, "{\"type\":\"suppressed\",\"rule\":");
    } else {
        PUT(j, "{\"type\":\"finding\",\"rule\":");
    }
    wl_pen_name(&j->pen, f->rule->id);
    PUT(j, ",\"severity\":");
    wl_pen_name(&j->pen, wl_severity_name(f->severity));
    PUT(j, ",\"fault\":");
    wl_pen_name(&j->pen, wl_fault_name(f->fault));
    PUT(j, ",\"confidence\":");
    wl_pen_name(&j->pen, wl_confidence_name(f->confidence));
    PUT(j, ",\"conn\":");
    wl_pen_u64(&j->pen, conn->number);
    if (f->ordinal) {
        PUT(j, ",\"n\":");
        wl_pen_u64(&j->pen, f->ordinal);
    }
    if (f->stream) {
        PUT(j, ",\"stream\":");
        wl_pen_u64(&j->pen, f->stream);
    }
    if (f->t) {
        PUT(j, ",\"ts\":");
        wl_pen_time(&j->pen, f->t);
    }
    wl_pen_ends(&j->pen, conn);
    put_finding_exchange(j, ex);
    if (f->status) {
        PUT(j, ",\"status\":");
        wl_pen_u64(&j->pen, f->status);
    }
    PUT(j, ",\"message\":");
    wl_pen_raw(&j->pen, wl_pen_string(&j->pen, f->message));
    put_cites(j, f->rule);
    PUT(j, ",\"frames\":[");
    for (uint32_t i = 0; i < f->n_frames; i++) {
        if (i)
            PUT(j, ",");
        wl_pen_u64(&j->pen, wl_frame_number(f->frames[i]));
    }
    PUT(j, "]");
    if (f->at.offset != WL_NONE) {
        PUT(j, ",\"offset\":");
        wl_pen_u64(&j->pen, f->at.offset);
    }
    wl_pen_file(&j->pen, f->n_frames ? f->frames[0] : f->at.frame);
    if (f->suppressed)
        wl_json_suppression(&j->out.text, f->suppressed);
    return end_object(j);
}

/* ----------------------------------------------------------------------------- connection */

/* Begins the array of the next exchange. */
static void open_array(struct json *j, uint64_t *at)
{
    if ((*at)++) {
        PUT(j, ",[");
    } else {
        PUT(j, "[");
    }
}

/* Arrays of exchanges to which no response came, until there are n. */
static int put_unanswered(struct json *j, uint64_t *at, uint64_t n)
{
    int status = 0;

    while (status == 0 && *at < n) {
        open_array(j, at);
        PUT(j, "]");
        status = wl_output_room(&j->out);
    }
    return status;
}

/* One array per exchange, in order; steps are statuses with the ordinal of their exchange. Nothing
 * when none of them was kept. */
static int put_sequence(struct json *j, const struct wl_conn_record *conn)
{
    uint64_t at = 0; /* arrays so far */
    int status = 0;

    if (conn->n_steps == 0 && conn->n_steps_lost)
        return 0;
    PUT(j, ",\"sequence\":[");
    for (uint32_t i = 0; status == 0 && i < conn->n_steps; i++) {
        const struct wl_step *step = &conn->steps[i];
        bool first = i == 0 || step[-1].ordinal != step->ordinal;
        bool last = i + 1 == conn->n_steps || step[1].ordinal != step->ordinal;

        if (first)
            status = put_unanswered(j, &at, wl_min_u64(step->ordinal - 1, conn->n_exchanges));
        for (uint32_t k = 0; status == 0 && k < step->repeat; k++) {
            if (first) {
                open_array(j, &at);
            } else {
                PUT(j, ",");
            }
            wl_pen_u64(&j->pen, step->status);
            if (last)
                PUT(j, "]");
            status = wl_output_room(&j->out);
        }
    }
    if (status == 0 && conn->n_steps_lost == 0)
        status = put_unanswered(j, &at, conn->n_exchanges);
    PUT(j, "]");
    return status;
}

/* What Zeek, Suricata and Arkime call this connection. */
static void put_community_id(struct json *j, const struct wl_conn_ref *conn)
{
    char id[WL_COMMUNITY_ID];

    if (!wl_community_id(&conn->client, &conn->server, id))
        return;
    PUT(j, ",\"community_id\":\"");
    wl_text_span_raw(&j->out.text, wl_span(id, sizeof(id)));
    PUT(j, "\"");
}

static int put_connection(struct json *j, const struct wl_conn_record *conn)
{
    int status;

    PUT(j, "{\"type\":\"connection\",\"conn\":");
    wl_pen_u64(&j->pen, conn->conn.number);
    PUT(j, ",\"ts\":");
    wl_pen_time(&j->pen, conn->t_first);
    PUT(j, ",\"duration\":");
    wl_text_seconds(&j->out.text, conn->t_last - conn->t_first);
    wl_pen_ends(&j->pen, &conn->conn);
    put_community_id(j, &conn->conn);
    PUT(j, ",\"protocol\":");
    wl_pen_name(&j->pen, wl_proto_name(conn->conn.proto));
    if (conn->conn.tls)
        PUT(j, ",\"tls\":true");
    PUT(j, ",\"exchanges\":");
    wl_pen_u64(&j->pen, conn->n_exchanges);
    status = put_sequence(j, conn);
    if (status < 0)
        return status;
    PUT(j, ",\"octets\":{\"client\":");
    wl_pen_u64(&j->pen, conn->bytes[WL_TO_SERVER]);
    PUT(j, ",\"server\":");
    wl_pen_u64(&j->pen, conn->bytes[WL_TO_CLIENT]);
    PUT(j, "},\"gaps\":");
    wl_pen_u64(&j->pen, conn->gaps[WL_TO_SERVER] + conn->gaps[WL_TO_CLIENT]);
    PUT(j, ",\"midstream\":");
    wl_pen_bool(&j->pen, conn->conn.midstream);
    PUT(j, ",\"end\":");
    wl_pen_name(&j->pen, wl_end_name(conn->end));
    wl_pen_findings(&j->pen, conn->findings, conn->n_findings);
    wl_pen_suppressed(&j->pen, conn->findings, conn->n_findings, conn->n_suppressed);
    return end_object(j);
}

/* ---------------------------------------------------------------------------- start, end */

/* The inputs are known once the run has begun, so the first object is written with the second. */
static void put_start(struct json *j)
{
    bool raw = false;

    if (j->started)
        return;
    j->started = true;
    PUT(j, "{\"type\":\"start\",\"schema\":\"" WL_SCHEMA "\",\"version\":\"" WL_VERSION
           "\",\"inputs\":[");
    for (uint32_t i = 0; i < j->out.sink->n_inputs; i++) {
        if (i)
            PUT(j, ",");
        raw |= wl_pen_string(&j->pen, wl_span_text(j->out.sink->inputs[i].name));
    }
    PUT(j, "]");
    wl_pen_raw(&j->pen, raw);
    if (j->renamer.names != WL_NAMES_WIRELINT) {
        PUT(j, ",\"names\":");
        wl_pen_name(&j->pen, wl_names_name(j->renamer.names));
    }
    PUT(j, "}\n");
    j->pen.raw = false;
}

/* One "key":n of an object, with a comma when another stands before it. */
static void put_count(struct json *j, bool *any, const char *key, uint64_t n)
{
    if (*any)
        PUT(j, ",");
    wl_pen_name(&j->pen, key);
    PUT(j, ":");
    wl_pen_u64(&j->pen, n);
    *any = true;
}

static void put_responses(struct json *j, const struct wl_stats *st)
{
    static const char *const classes[WL_N_CLASSES] = {"invalid", "1xx", "2xx", "3xx", "4xx", "5xx"};
    bool any = false;

    PUT(j, ",\"responses\":{");
    for (unsigned c = 1; c < WL_N_CLASSES; c++)
        put_count(j, &any, classes[c], st->responses[c]);
    put_count(j, &any, classes[0], st->responses[0]);
    PUT(j, "},\"codes\":{");
    any = false;
    for (unsigned code = 0; code < WL_N_CODES; code++) {
        if (st->codes[code] == 0)
            continue;
        wl_text_put(&j->out.text, any ? ",\"" : "\"");
        wl_line_status(&j->out.text, (uint16_t)code);
        PUT(j, "\":");
        wl_pen_u64(&j->pen, st->codes[code]);
        any = true;
    }
    PUT(j, "}");
}

static void put_sequences(struct json *j, const struct wl_stats *st)
{
    PUT(j, ",\"sequences\":{");
    for (uint32_t i = 0; i < st->n_sequences; i++) {
        wl_text_put(&j->out.text, i ? ",\"" : "\"");
        for (const char *c = st->sequences[i].text; *c; c++) {
            /* "100, 200" for people, "100,200" here */
            if (*c != ' ')
                wl_text_char(&j->out.text, *c);
        }
        PUT(j, "\":");
        wl_pen_u64(&j->pen, st->sequences[i].n);
    }
    PUT(j, "}");
}

static void put_quantiles(struct json *j, const char *key, const struct wl_histogram *h, bool *any)
{
    static const struct {
        const char *key;
        double q;
    } shares[] = {{"p50", 0.50}, {"p95", 0.95}, {"p99", 0.99}};

    if (h->n == 0)
        return;
    if (*any)
        PUT(j, ",");
    *any = true;
    wl_pen_name(&j->pen, key);
    for (size_t i = 0; i < WL_COUNT(shares); i++) {
        /* the histogram knows a sixteenth: whole microseconds are finer than that */
        double us = wl_histogram_quantile(h, shares[i].q) * 1e6 + 0.5;

        wl_text_put(&j->out.text, i ? "," : ":{");
        wl_pen_name(&j->pen, shares[i].key);
        PUT(j, ":");
        wl_text_seconds(&j->out.text, (wl_ns)us * 1000);
    }
    PUT(j, "}");
}

static void put_judgement(struct json *j, const struct wl_stats *st)
{
    bool any = false;

    PUT(j, ",\"findings\":{");
    for (unsigned s = WL_VIOLATION; s > WL_OFF; s--)
        put_count(j, &any, wl_severity_name((enum wl_severity)s), st->findings[s]);
    PUT(j, "},\"rules\":{");
    any = false;
    for (size_t i = 0; st->rules && i < wl_rule_count(); i++) {
        if (st->rules[i])
            put_count(j, &any, wl_rule_at(i)->id, st->rules[i]);
    }
    PUT(j, "},\"not_judged\":{");
    any = false;
    for (unsigned u = WL_JUDGED + 1; u < WL_N_UNJUDGED; u++) {
        if (st->unjudged[u])
            put_count(j, &any, wl_unjudged_name((enum wl_unjudged)u), st->unjudged[u]);
    }
    PUT(j, "},\"limits\":{");
    any = false;
    for (unsigned l = 0; l < WL_N_LIMITS; l++) {
        if (st->limits[l])
            put_count(j, &any, wl_limit_name((enum wl_limit_id)l), st->limits[l]);
    }
    PUT(j, "}");
}

/* What is wrong names the input it is wrong with. */
static void put_damaged(struct json *j, const struct wl_stats *st)
{
    bool any = false, raw = false;

    for (uint32_t i = 0; i < st->n_inputs; i++) {
        const struct wl_input *input = &st->inputs[i];

        if (!input->damaged)
            continue;
        if (any) {
            PUT(j, "; ");
        } else {
            PUT(j, ",\"damaged\":\"");
        }
        raw |= wl_text_json(&j->out.text, wl_span_text(input->damaged));
        any = true;
    }
    if (any)
        PUT(j, "\"");
    wl_pen_raw(&j->pen, raw);
}

/* All that is counted: at the end, and, with the time, of what has been seen so far. */
static int put_numbers(struct json *j, bool at_end, const struct wl_stats *st)
{
    bool any = false;

    if (at_end) {
        PUT(j, "{\"type\":\"end\"");
    } else {
        PUT(j, "{\"type\":\"interval\"");
        if (st->now) { /* a pipe without a packet knows no time */
            PUT(j, ",\"ts\":");
            wl_pen_time(&j->pen, st->now);
        }
    }
    PUT(j, ",\"packets\":");
    wl_pen_u64(&j->pen, st->counters.packets);
    PUT(j, ",\"octets\":");
    wl_pen_u64(&j->pen, st->counters.octets);
    PUT(j, ",\"connections\":");
    wl_pen_u64(&j->pen, st->connections);
    PUT(j, ",\"exchanges\":");
    wl_pen_u64(&j->pen, st->exchanges);
    put_responses(j, st);
    put_sequences(j, st);
    PUT(j, ",\"times\":{");
    put_quantiles(j, "first", &st->first, &any);
    put_quantiles(j, "final", &st->final, &any);
    PUT(j, "}");
    put_judgement(j, st);
    PUT(j, ",\"dropped\":");
    wl_pen_u64(&j->pen, st->counters.capture_dropped + st->counters.interface_dropped);
    put_damaged(j, st);
    wl_json_suppressions(&j->out.text, st);
    if (st->stopped && !st->live) /* as in the text report */
        PUT(j, ",\"stopped\":true");
    return end_object(j);
}

/* ------------------------------------------------------------------------------- the sink */

static int json_open(struct wl_sink *s, const struct wl_sink_config *cfg, struct wl_error *err)
{
    int status = wl_output_new(s, sizeof(struct json), cfg, err);
    struct json *j = s->state;

    if (status < 0)
        return status;
    j->pen = (struct wl_pen){.text = &j->out.text, .sink = s, .stamp = &j->stamp};
    if (cfg->json_names != WL_NAMES_WIRELINT) {
        j->renamer.names = cfg->json_names;
        wl_text_init(&j->out.rewritten, &j->out.budget, (size_t)2 * WL_OUTPUT_TEXT);
        j->out.rewrite = wl_names_rewrite;
        j->out.rewrite_user = &j->renamer;
    }
    return status;
}

static int json_drafted_only(struct wl_sink *s, const struct wl_exchange *ex, struct wl_span draft)
{
    struct json *j = s->state;

    put_start(j);
    wl_ndjson_exchange(&j->pen, ex, draft);
    return end_object(j);
}

static int json_exchange_only(struct wl_sink *s, const struct wl_exchange *ex)
{
    return json_drafted_only(s, ex, wl_span(NULL, 0));
}

static int json_drafted(struct wl_sink *s, const struct wl_exchange *ex, struct wl_span draft)
{
    int status = json_drafted_only(s, ex, draft);

    for (uint32_t i = 0; i < ex->n_findings + ex->n_suppressed && status == 0; i++)
        status = put_finding(s->state, &ex->findings[i], &ex->conn, ex);
    return status;
}

static int json_exchange(struct wl_sink *s, const struct wl_exchange *ex)
{
    return json_drafted(s, ex, wl_span(NULL, 0));
}

static int json_connection(struct wl_sink *s, const struct wl_conn_record *conn)
{
    int status;

    put_start(s->state);
    status = put_connection(s->state, conn);
    for (uint32_t i = 0; i < conn->n_findings + conn->n_suppressed && status == 0; i++)
        status = put_finding(s->state, &conn->findings[i], &conn->conn, NULL);
    return status;
}

static int no_exchange(struct wl_sink *s, const struct wl_exchange *ex)
{
    (void)s;
    (void)ex;
    return 0;
}

static int no_connection(struct wl_sink *s, const struct wl_conn_record *conn)
{
    (void)s;
    (void)conn;
    return 0;
}

static int json_tick(struct wl_sink *s, const struct wl_stats *st)
{
    struct json *j = s->state;

    if (wl_output_due(&j->out, st)) {
        put_start(j);
        (void)put_numbers(j, false, st); /* a failure sticks */
    }
    return wl_output_flush(&j->out);
}

static int json_flush(struct wl_sink *s)
{
    struct json *j = s->state;

    return wl_output_flush(&j->out);
}

static int json_close(struct wl_sink *s, const struct wl_stats *st, struct wl_error *err)
{
    if (s->state && !wl_output_unread(st)) {
        put_start(s->state);
        (void)put_numbers(s->state, true, st); /* a failure sticks, and is told below */
    }
    return wl_output_finish(s, sizeof(struct json), err);
}

extern const struct wl_sink_ops wl_out_json, wl_out_json_list, wl_out_json_stats;

const struct wl_sink_ops wl_out_json = {
    .name = "json",
    .summary = "NDJSON: every exchange, finding and connection",
    .open = json_open,
    .exchange = json_exchange,
    .draft = wl_ndjson_draft,
    .drafted = json_drafted,
    .connection = json_connection,
    .tick = json_tick,
    .close = json_close,
    .flush = json_flush,
    .wants_connections = true,
    .wants_exchanges = true,
};

const struct wl_sink_ops wl_out_json_list = {
    .name = "json-list",
    .summary = "NDJSON: every exchange",
    .open = json_open,
    .exchange = json_exchange_only,
    .draft = wl_ndjson_draft,
    .drafted = json_drafted_only,
    .shows_lines = true,
    .connection = no_connection,
    .tick = json_tick,
    .close = json_close,
    .flush = json_flush,
    .wants_exchanges = true,
};

const struct wl_sink_ops wl_out_json_stats = {
    .name = "json-stats",
    .summary = "NDJSON: the numbers at the end",
    .open = json_open,
    .exchange = no_exchange,
    .connection = no_connection,
    .tick = json_tick,
    .close = json_close,
    .reads = wl_output_reads_none,
    .flush = json_flush,
};
