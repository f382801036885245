/* out_json.c - NDJSON: one object per line, schema wirelint/1 (docs/ndjson.md).
 * SPDX-License-Identifier: MIT
 *
 * Written by hand into one buffer: no printf and no allocation per object. Keys come in the
 * order of the contract and are absent when their value is not known; arrays and counting
 * objects are always there. Objects may be long (a connection of a million exchanges), so loops
 * make room as they go. "raw":true stands behind the first text of an object that holds an
 * escaped octet, once.
 */
#include "community.h"
#include "extent.h"
#include "line.h"
#include "names.h"
#include "output.h"
#include "suppression_text.h"

struct json {
    struct wl_output out; /* first: wl_output_new */
    wl_ns second;         /* the whole second that stamp holds */
    size_t n_stamp;
    char stamp[24];            /* "2026-11-21T03:47:19." */
    bool raw;                  /* "raw":true was told in this object */
    bool started;              /* the start object was written */
    struct wl_renamer renamer; /* where keys have other names */
};

#define PUT(j, literal) wl_text_span_raw(&(j)->out.text, WL_SPAN(literal))

static void put_u64(struct json *j, uint64_t n)
{
    wl_text_u64(&j->out.text, n);
}

static void put_bool(struct json *j, bool value)
{
    if (value) {
        PUT(j, "true");
    } else {
        PUT(j, "false");
    }
}

/* a string of ours, or one that may hold anything; true when it asks for "raw" */
static bool put_string(struct json *j, struct wl_span s)
{
    bool raw;

    PUT(j, "\"");
    raw = wl_text_json(&j->out.text, s);
    PUT(j, "\"");
    return raw;
}

static void put_raw(struct json *j, bool raw)
{
    if (raw && !j->raw)
        PUT(j, ",\"raw\":true");
    j->raw |= raw;
}

/* Nanosecond times of neighbours share their second: break it down once. */
static void put_time(struct json *j, wl_ns t)
{
    wl_ns second = t / WL_SECOND - (t % WL_SECOND < 0);
    uint64_t ns = (uint64_t)(t - second * WL_SECOND);

    if (second != j->second || j->n_stamp == 0) {
        struct wl_text *text = &j->out.text;
        size_t from = text->buf.n;

        wl_text_rfc3339(text, second * WL_SECOND);
        j->n_stamp = 0;
        if (!text->full && text->buf.n - from > 10 && text->buf.n - from - 10 <= sizeof(j->stamp)) {
            j->n_stamp = text->buf.n - from - 10; /* without "000000000Z" */
            memcpy(j->stamp, text->buf.p + from, j->n_stamp);
        }
        if (!text->full)
            text->buf.n = from;
        j->second = second;
    }
    PUT(j, "\"");
    wl_text_span_raw(&j->out.text, wl_span(j->stamp, j->n_stamp));
    wl_text_digits(&j->out.text, ns, 9);
    PUT(j, "Z\"");
}

static void put_endpoint(struct json *j, const struct wl_endpoint *e)
{
    PUT(j, "{\"ip\":\"");
    wl_text_ip(&j->out.text, e);
    PUT(j, "\",\"port\":");
    put_u64(j, e->port);
    PUT(j, "}");
}

/* "client", "proxied", "server" */
static void put_ends(struct json *j, const struct wl_conn_ref *conn)
{
    PUT(j, ",\"client\":");
    put_endpoint(j, &conn->client);
    if (conn->proxied.family) {
        PUT(j, ",\"proxied\":");
        put_endpoint(j, &conn->proxied);
    }
    PUT(j, ",\"server\":");
    put_endpoint(j, &conn->server);
}

/* a name of ours: needs no escaping */
static void put_name(struct json *j, const char *name)
{
    PUT(j, "\"");
    wl_text_put(&j->out.text, name);
    PUT(j, "\"");
}

static void put_ids(struct json *j, const struct wl_finding *findings, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        if (i)
            PUT(j, ",");
        put_name(j, findings[i].rule->id);
    }
    PUT(j, "]");
}

static void put_findings(struct json *j, const struct wl_finding *findings, uint32_t n)
{
    PUT(j, ",\"findings\":[");
    put_ids(j, findings, n);
}

/* what was found and does not count: n of them, behind n_before that do */
static void put_suppressed(struct json *j, const struct wl_finding *findings, uint32_t n_before,
                           uint32_t n)
{
    if (n == 0) /* findings may be NULL */
        return;
    PUT(j, ",\"suppressed\":[");
    put_ids(j, findings + n_before, n);
}

/* "file", when there are several */
static void put_file(struct json *j, uint64_t frame)
{
    unsigned file = wl_frame_file(frame);

    if (j->out.sink->n_inputs < 2 || file >= j->out.sink->n_inputs || wl_frame_number(frame) == 0)
        return;
    PUT(j, ",\"file\":");
    put_raw(j, put_string(j, wl_span_text(j->out.sink->inputs[file].name)));
}

static int end_object(struct json *j)
{
    PUT(j, "}\n");
    j->raw = false;
    return wl_output_room(&j->out);
}

/* ------------------------------------------------------------------------------- exchange */

static bool is_invalid(const struct wl_message *m)
{
    return m->status == 0 && m->status_text.n != 0;
}

static void put_invalid(struct json *j, const struct wl_exchange *ex)
{
    bool any = false, raw = false;

    /* the text of a code is kept with the head it stood in */
    for (uint32_t i = 0; i <= ex->n_interim; i++) {
        const struct wl_message *m = i < ex->n_interim ? &ex->interim[i] : &ex->res;

        if (m->state == WL_ABSENT || !is_invalid(m))
            continue;
        if (any) {
            PUT(j, ",");
        } else {
            PUT(j, ",\"invalid\":[");
        }
        raw |= put_string(j, m->status_text);
        any = true;
    }
    if (any)
        PUT(j, "]");
    put_raw(j, raw);
}

static void put_statuses(struct json *j, const struct wl_exchange *ex)
{
    uint32_t n = ex->n_interim + ex->n_interim_more;

    PUT(j, ",\"statuses\":[");
    for (uint32_t i = 0; i < n; i++) {
        if (i)
            PUT(j, ",");
        put_u64(j, wl_exchange_interim_status(ex, i));
    }
    if (wl_message_has_status(&ex->res)) {
        if (n)
            PUT(j, ",");
        put_u64(j, ex->res.status);
    }
    PUT(j, "]");
    put_invalid(j, ex);
    if (wl_message_has_status(&ex->res)) {
        PUT(j, ",\"final\":");
        put_u64(j, ex->res.status);
    }
}

static void put_interim(struct json *j, const struct wl_exchange *ex)
{
    uint32_t n = ex->n_interim + ex->n_interim_more;

    PUT(j, ",\"interim\":[");
    for (uint32_t i = 0; i < n; i++) {
        bool whole = i < ex->n_interim;
        const struct wl_interim_note *note = whole ? NULL : &ex->interim_more[i - ex->n_interim];
        wl_ns t = whole ? ex->interim[i].t_first : note->t;

        if (i)
            PUT(j, ",");
        PUT(j, "{\"status\":");
        put_u64(j, wl_exchange_interim_status(ex, i));
        if (wl_extent_has_zero(ex)) {
            PUT(j, ",\"after\":");
            wl_text_seconds(&j->out.text, t - ex->req.t_head);
        }
        PUT(j, ",\"frame\":");
        put_u64(j, wl_frame_number(whole ? ex->interim[i].at.frame : note->frame));
        PUT(j, "}");
    }
    PUT(j, "]");
}

static void put_times(struct json *j, const struct wl_exchange *ex)
{
    const struct wl_message *first = wl_extent_first(ex);
    wl_ns duration;

    if (first && wl_extent_has_zero(ex)) {
        PUT(j, ",\"first_after\":");
        wl_text_seconds(&j->out.text, first->t_first - ex->req.t_head);
        if (ex->res.state != WL_ABSENT) {
            PUT(j, ",\"final_after\":");
            wl_text_seconds(&j->out.text, ex->res.t_first - ex->req.t_head);
        }
    }
    if (wl_extent_duration(ex, &duration)) {
        PUT(j, ",\"duration\":");
        wl_text_seconds(&j->out.text, duration);
    }
}

static void put_bodies(struct json *j, const struct wl_exchange *ex)
{
    if (ex->req.state >= WL_HEAD) {
        PUT(j, ",\"request_body\":");
        put_u64(j, ex->req.body_bytes);
    }
    if (ex->res.state >= WL_HEAD) {
        PUT(j, ",\"response_body\":");
        put_u64(j, ex->res.body_bytes);
    }
}

static void put_frames(struct json *j, const struct wl_exchange *ex)
{
    const char *sep = "";

    PUT(j, ",\"frames\":{");
    if (ex->req.state != WL_ABSENT) {
        PUT(j, "\"request\":");
        put_u64(j, wl_frame_number(ex->req.at.frame));
        sep = ",";
    }
    if (ex->res.state != WL_ABSENT) {
        wl_text_put(&j->out.text, sep);
        PUT(j, "\"response\":");
        put_u64(j, wl_frame_number(ex->res.at.frame));
        sep = ",";
    }
    if (wl_extent_last_frame(ex)) {
        wl_text_put(&j->out.text, sep);
        PUT(j, "\"last\":");
        put_u64(j, wl_frame_number(wl_extent_last_frame(ex)));
    }
    PUT(j, "}");
}

static void put_text_key(struct json *j, const char *key, struct wl_span value)
{
    if (value.n == 0)
        return;
    wl_text_put(&j->out.text, key);
    put_raw(j, put_string(j, value));
}

static void put_request(struct json *j, const struct wl_exchange *ex)
{
    const struct wl_message *req = &ex->req;
    const struct wl_field *host;

    if (req->state == WL_ABSENT)
        return;
    put_text_key(j, ",\"method\":", req->method);
    put_text_key(j, ",\"target\":", req->target);
    host = wl_message_field(req, WL_FIELD_HOST);
    if (host)
        put_text_key(j, ",\"host\":", host->value);
    if (ex->conn.proto == WL_H09) {
        PUT(j, ",\"version\":\"0.9\"");
    } else if (req->major || req->minor) {
        PUT(j, ",\"version\":\"");
        put_u64(j, req->major);
        PUT(j, ".");
        put_u64(j, req->minor);
        PUT(j, "\"");
    }
}

static void put_exchange(struct json *j, const struct wl_exchange *ex)
{
    PUT(j, "{\"type\":\"exchange\",\"conn\":");
    put_u64(j, ex->conn.number);
    PUT(j, ",\"n\":");
    put_u64(j, ex->ordinal);
    if (ex->stream) {
        PUT(j, ",\"stream\":");
        put_u64(j, ex->stream);
    }
    PUT(j, ",\"ts\":");
    put_time(j, wl_extent_time(ex));
    put_ends(j, &ex->conn);
    PUT(j, ",\"protocol\":");
    put_name(j, wl_proto_name(ex->conn.proto));
    if (ex->conn.tls)
        PUT(j, ",\"tls\":true");
    put_request(j, ex);
    put_statuses(j, ex);
    PUT(j, ",\"state\":");
    put_name(j, wl_exchange_state_name(ex->state));
    put_interim(j, ex);
    put_times(j, ex);
    put_bodies(j, ex);
    put_frames(j, ex);
    put_findings(j, ex->findings, ex->n_findings);
    if (ex->unjudged != WL_JUDGED) {
        PUT(j, ",\"not_judged\":");
        put_name(j, wl_unjudged_name(ex->unjudged));
    }
    put_file(j, wl_extent_frame(ex));
    put_suppressed(j, ex->findings, ex->n_findings, ex->n_suppressed);
    if (ex->leg) {
        PUT(j, ",\"leg\":{\"conn\":");
        put_u64(j, ex->leg->conn);
        PUT(j, ",\"n\":");
        put_u64(j, ex->leg->ordinal);
        PUT(j, ",\"role\":");
        put_name(j, ex->leg->upstream ? "upstream" : "client");
        PUT(j, ",\"confidence\":");
        put_name(j, wl_confidence_name(ex->leg->confidence));
        PUT(j, "}");
    }
}

/* -------------------------------------------------------------------------------- finding */

static void put_cites(struct json *j, const struct wl_rule *rule)
{
    PUT(j, ",\"cite\":[");
    for (size_t i = 0; i < WL_RULE_CITES && rule->cite[i]; i++) {
        if (i)
            PUT(j, ",");
        (void)put_string(j, wl_span_text(rule->cite[i]));
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
    wl_line_exchange(&line, ex, 0);
    PUT(j, ",\"exchange\":");
    (void)put_string(j, wl_text_span(&line));
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
    put_name(j, f->rule->id);
    PUT(j, ",\"severity\":");
    put_name(j, wl_severity_name(f->severity));
    PUT(j, ",\"fault\":");
    put_name(j, wl_fault_name(f->fault));
    PUT(j, ",\"confidence\":");
    put_name(j, wl_confidence_name(f->confidence));
    PUT(j, ",\"conn\":");
    put_u64(j, conn->number);
    if (f->ordinal) {
        PUT(j, ",\"n\":");
        put_u64(j, f->ordinal);
    }
    if (f->stream) {
        PUT(j, ",\"stream\":");
        put_u64(j, f->stream);
    }
    if (f->t) {
        PUT(j, ",\"ts\":");
        put_time(j, f->t);
    }
    put_ends(j, conn);
    put_finding_exchange(j, ex);
    if (f->status) {
        PUT(j, ",\"status\":");
        put_u64(j, f->status);
    }
    PUT(j, ",\"message\":");
    put_raw(j, put_string(j, f->message));
    put_cites(j, f->rule);
    PUT(j, ",\"frames\":[");
    for (uint32_t i = 0; i < f->n_frames; i++) {
        if (i)
            PUT(j, ",");
        put_u64(j, wl_frame_number(f->frames[i]));
    }
    PUT(j, "]");
    if (f->at.offset != WL_NONE) {
        PUT(j, ",\"offset\":");
        put_u64(j, f->at.offset);
    }
    put_file(j, f->n_frames ? f->frames[0] : f->at.frame);
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
            put_u64(j, step->status);
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
    put_u64(j, conn->conn.number);
    PUT(j, ",\"ts\":");
    put_time(j, conn->t_first);
    PUT(j, ",\"duration\":");
    wl_text_seconds(&j->out.text, conn->t_last - conn->t_first);
    put_ends(j, &conn->conn);
    put_community_id(j, &conn->conn);
    PUT(j, ",\"protocol\":");
    put_name(j, wl_proto_name(conn->conn.proto));
    if (conn->conn.tls)
        PUT(j, ",\"tls\":true");
    PUT(j, ",\"exchanges\":");
    put_u64(j, conn->n_exchanges);
    status = put_sequence(j, conn);
    if (status < 0)
        return status;
    PUT(j, ",\"octets\":{\"client\":");
    put_u64(j, conn->bytes[WL_TO_SERVER]);
    PUT(j, ",\"server\":");
    put_u64(j, conn->bytes[WL_TO_CLIENT]);
    PUT(j, "},\"gaps\":");
    put_u64(j, conn->gaps[WL_TO_SERVER] + conn->gaps[WL_TO_CLIENT]);
    PUT(j, ",\"midstream\":");
    put_bool(j, conn->conn.midstream);
    PUT(j, ",\"end\":");
    put_name(j, wl_end_name(conn->end));
    put_findings(j, conn->findings, conn->n_findings);
    put_suppressed(j, conn->findings, conn->n_findings, conn->n_suppressed);
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
        raw |= put_string(j, wl_span_text(j->out.sink->inputs[i].name));
    }
    PUT(j, "]");
    put_raw(j, raw);
    if (j->renamer.names != WL_NAMES_WIRELINT) {
        PUT(j, ",\"names\":");
        put_name(j, wl_names_name(j->renamer.names));
    }
    PUT(j, "}\n");
    j->raw = false;
}

/* One "key":n of an object, with a comma when another stands before it. */
static void put_count(struct json *j, bool *any, const char *key, uint64_t n)
{
    if (*any)
        PUT(j, ",");
    put_name(j, key);
    PUT(j, ":");
    put_u64(j, n);
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
        put_u64(j, code);
        PUT(j, "\":");
        put_u64(j, st->codes[code]);
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
        put_u64(j, st->sequences[i].n);
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
    put_name(j, key);
    for (size_t i = 0; i < WL_COUNT(shares); i++) {
        /* the histogram knows a sixteenth: whole microseconds are finer than that */
        double us = wl_histogram_quantile(h, shares[i].q) * 1e6 + 0.5;

        wl_text_put(&j->out.text, i ? "," : ":{");
        put_name(j, shares[i].key);
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
    put_raw(j, raw);
}

/* All that is counted: at the end, and, with the time, of what has been seen so far. */
static int put_numbers(struct json *j, bool at_end, const struct wl_stats *st)
{
    bool any = false;

    if (at_end) {
        PUT(j, "{\"type\":\"end\"");
    } else {
        PUT(j, "{\"type\":\"interval\",\"ts\":");
        put_time(j, st->now);
    }
    PUT(j, ",\"packets\":");
    put_u64(j, st->counters.packets);
    PUT(j, ",\"octets\":");
    put_u64(j, st->counters.octets);
    PUT(j, ",\"connections\":");
    put_u64(j, st->connections);
    PUT(j, ",\"exchanges\":");
    put_u64(j, st->exchanges);
    put_responses(j, st);
    put_sequences(j, st);
    PUT(j, ",\"times\":{");
    put_quantiles(j, "first", &st->first, &any);
    put_quantiles(j, "final", &st->final, &any);
    PUT(j, "}");
    put_judgement(j, st);
    PUT(j, ",\"dropped\":");
    put_u64(j, st->counters.capture_dropped + st->counters.interface_dropped);
    put_damaged(j, st);
    wl_json_suppressions(&j->out.text, st);
    return end_object(j);
}

/* ------------------------------------------------------------------------------- the sink */

static int json_open(struct wl_sink *s, const struct wl_sink_config *cfg, struct wl_error *err)
{
    int status = wl_output_new(s, sizeof(struct json), cfg, err);

    if (status == 0 && cfg->json_names != WL_NAMES_WIRELINT) {
        struct json *j = s->state;

        j->renamer.names = cfg->json_names;
        wl_text_init(&j->out.rewritten, &j->out.budget, (size_t)2 * WL_OUTPUT_TEXT);
        j->out.rewrite = wl_names_rewrite;
        j->out.rewrite_user = &j->renamer;
    }
    return status;
}

static int json_exchange_only(struct wl_sink *s, const struct wl_exchange *ex)
{
    struct json *j = s->state;

    put_start(j);
    put_exchange(j, ex);
    return end_object(j);
}

static int json_exchange(struct wl_sink *s, const struct wl_exchange *ex)
{
    int status = json_exchange_only(s, ex);

    for (uint32_t i = 0; i < ex->n_findings + ex->n_suppressed && status == 0; i++)
        status = put_finding(s->state, &ex->findings[i], &ex->conn, ex);
    return status;
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
    .flush = json_flush,
};
