/* out_csv.c - CSV (RFC 4180): a row per exchange, or a row per finding, for spreadsheets.
 * SPDX-License-Identifier: MIT
 *
 * Columns are rows of a table here; docs/csv.md lists them, and a test compares. Numbers stand
 * bare, all that the network sent stands in quotes, escaped for terminals as everywhere, and a cell
 * that a spreadsheet would take for a formula gets an apostrophe in front: the one who opens such a
 * file must not run what a stranger put into the target of a request. What is not known is an empty
 * cell.
 */
#include "community.h"
#include "extent.h"
#include "line.h"
#include "output.h"

struct column;

struct csv {
    struct wl_output out; /* first: wl_output_new */
    struct wl_text cell;  /* what is being escaped */
    bool started;         /* the head stands */
    /* the connection of the last row, and its id: rows of one stand together */
    uint64_t last;
    bool has_id;
    char id[WL_COMMUNITY_ID];
};

/* What a row is about. */
struct row {
    const struct wl_conn_ref *conn;
    const struct wl_exchange *ex;   /* NULL: the connection as a whole */
    const struct wl_finding *found; /* NULL in rows of exchanges */
};

struct column {
    const char *name;
    void (*put)(struct csv *c, const struct row *row);
};

/* ---------------------------------------------------------------------------------- cells */

/* = + - @ and their wide forms, which some spreadsheets take for the same. */
static bool is_formula(struct wl_span s)
{
    static const char *const starts[] = {
        "=",
        "+",
        "-",
        "@",
        "\t",
        "\r",
        "\xef\xbc\x9d",
        "\xef\xbc\x8b",
        "\xef\xbc\x8d",
        "\xef\xbc\xa0",
    };

    for (size_t i = 0; i < WL_COUNT(starts); i++) {
        size_t n = strlen(starts[i]);

        if (s.n >= n && memcmp(s.p, starts[i], n) == 0)
            return true;
    }
    return false;
}

/* text that is escaped already, or ours; may have spaces, commas and quotes */
static void put_quoted(struct csv *c, struct wl_span s)
{
    struct wl_text *t = &c->out.text;

    wl_text_char(t, '"');
    if (is_formula(s))
        wl_text_char(t, '\'');
    while (s.n) {
        size_t n = wl_span_find(s, '"');

        wl_text_span_raw(t, wl_span(s.p, n));
        if (n < s.n) {
            wl_text_put(t, "\"\"");
            n++;
        }
        s = wl_span_after(s, n);
    }
    wl_text_char(t, '"');
}

/* what was on the wire; nothing at all when it was empty. columns: as many at most; 0: all of it */
static void put_cut(struct csv *c, struct wl_span s, size_t columns)
{
    if (s.n == 0)
        return;
    wl_text_reset(&c->cell);
    if (columns) {
        wl_text_terminal_cut(&c->cell, s, columns);
    } else {
        wl_text_terminal(&c->cell, s);
    }
    c->out.text.full |= c->cell.full;
    put_quoted(c, wl_text_span(&c->cell));
}

static void put_octets(struct csv *c, struct wl_span s)
{
    put_cut(c, s, 0);
}

/* of a request: whole in its own row, and not again in the row of every finding */
static void put_request_octets(struct csv *c, const struct row *row, struct wl_span s)
{
    put_cut(c, s, row->found ? WL_LINE_REPEATED : 0);
}

static void put_number(struct csv *c, uint64_t n)
{
    wl_text_u64(&c->out.text, n);
}

static void put_frame(struct csv *c, uint64_t frame)
{
    if (wl_frame_number(frame))
        put_number(c, wl_frame_number(frame));
}

static void put_name(struct csv *c, const char *name)
{
    wl_text_put(&c->out.text, name);
}

/* -------------------------------------------------------------------- the connection's cells */

static void conn_number(struct csv *c, const struct row *row)
{
    put_number(c, row->conn->number);
}

static void conn_client(struct csv *c, const struct row *row)
{
    wl_text_ip(&c->out.text, &row->conn->client);
}

static void conn_client_port(struct csv *c, const struct row *row)
{
    put_number(c, row->conn->client.port);
}

static void conn_proxied(struct csv *c, const struct row *row)
{
    if (row->conn->proxied.family)
        wl_text_ip(&c->out.text, &row->conn->proxied);
}

static void conn_server(struct csv *c, const struct row *row)
{
    wl_text_ip(&c->out.text, &row->conn->server);
}

static void conn_server_port(struct csv *c, const struct row *row)
{
    put_number(c, row->conn->server.port);
}

static void conn_protocol(struct csv *c, const struct row *row)
{
    put_name(c, wl_proto_name(row->conn->proto));
}

static void conn_community_id(struct csv *c, const struct row *row)
{
    if (c->last != row->conn->id || !c->has_id) {
        c->last = row->conn->id;
        c->has_id = wl_community_id(&row->conn->client, &row->conn->server, c->id);
    }
    if (c->has_id)
        wl_text_span_raw(&c->out.text, wl_span(c->id, sizeof(c->id)));
}

/* ---------------------------------------------------------------------- the exchange's cells */

static void ex_type(struct csv *c, const struct row *row)
{
    put_name(c, row->ex ? "exchange" : "connection");
}

static void ex_ordinal(struct csv *c, const struct row *row)
{
    uint32_t n = row->found ? row->found->ordinal : row->ex->ordinal;

    if (n)
        put_number(c, n);
}

static void ex_stream(struct csv *c, const struct row *row)
{
    uint32_t n = row->found ? row->found->stream : row->ex->stream;

    if (n)
        put_number(c, n);
}

static void ex_time(struct csv *c, const struct row *row)
{
    wl_ns t = row->found ? row->found->t : wl_extent_time(row->ex);

    if (t)
        wl_text_rfc3339(&c->out.text, t);
}

static void ex_method(struct csv *c, const struct row *row)
{
    if (row->ex && row->ex->req.state != WL_ABSENT)
        put_request_octets(c, row, row->ex->req.method);
}

static void ex_target(struct csv *c, const struct row *row)
{
    if (row->ex && row->ex->req.state != WL_ABSENT)
        put_request_octets(c, row, row->ex->req.target);
}

static void ex_host(struct csv *c, const struct row *row)
{
    const struct wl_field *host = NULL;

    if (row->ex && row->ex->req.state != WL_ABSENT)
        host = wl_message_field(&row->ex->req, WL_FIELD_HOST);
    if (host)
        put_request_octets(c, row, host->value);
}

static void ex_version(struct csv *c, const struct row *row)
{
    const struct wl_message *req = row->ex ? &row->ex->req : NULL;

    if (!req || req->state == WL_ABSENT)
        return;
    if (row->conn->proto == WL_H09) {
        put_name(c, "0.9");
    } else if (req->major || req->minor) {
        put_number(c, req->major);
        wl_text_char(&c->out.text, '.');
        put_number(c, req->minor);
    }
}

/* "103 200": spaces, or a spreadsheet in a language of decimal commas makes one number of it */
static void ex_statuses(struct csv *c, const struct row *row)
{
    const struct wl_exchange *ex = row->ex;
    uint32_t n = ex ? ex->n_interim + ex->n_interim_more : 0;

    for (uint32_t i = 0; i < n; i++) {
        if (i)
            wl_text_char(&c->out.text, ' ');
        wl_line_status(&c->out.text, wl_exchange_interim_status(ex, i));
    }
    if (ex && wl_message_has_status(&ex->res)) {
        if (n)
            wl_text_char(&c->out.text, ' ');
        wl_line_status(&c->out.text, ex->res.status);
    }
}

static void ex_final(struct csv *c, const struct row *row)
{
    if (row->ex && wl_message_has_status(&row->ex->res))
        wl_line_status(&c->out.text, row->ex->res.status);
}

static void ex_state(struct csv *c, const struct row *row)
{
    if (row->ex)
        put_name(c, wl_exchange_state_name(row->ex->state));
}

static void ex_first_after(struct csv *c, const struct row *row)
{
    const struct wl_message *first = row->ex ? wl_extent_first(row->ex) : NULL;

    if (first && wl_extent_has_zero(row->ex))
        wl_text_seconds(&c->out.text, first->t_first - row->ex->req.t_head);
}

static void ex_final_after(struct csv *c, const struct row *row)
{
    if (row->ex && row->ex->res.state != WL_ABSENT && wl_extent_has_zero(row->ex))
        wl_text_seconds(&c->out.text, row->ex->res.t_first - row->ex->req.t_head);
}

static void ex_duration(struct csv *c, const struct row *row)
{
    wl_ns duration;

    if (row->ex && wl_extent_duration(row->ex, &duration))
        wl_text_seconds(&c->out.text, duration);
}

static void ex_request_body(struct csv *c, const struct row *row)
{
    if (row->ex && row->ex->req.state >= WL_HEAD)
        put_number(c, row->ex->req.body_bytes);
}

static void ex_response_body(struct csv *c, const struct row *row)
{
    if (row->ex && row->ex->res.state >= WL_HEAD)
        put_number(c, row->ex->res.body_bytes);
}

static void ex_request_frame(struct csv *c, const struct row *row)
{
    if (row->ex && row->ex->req.state != WL_ABSENT)
        put_frame(c, row->ex->req.at.frame);
}

static void ex_response_frame(struct csv *c, const struct row *row)
{
    if (row->ex && row->ex->res.state != WL_ABSENT)
        put_frame(c, row->ex->res.at.frame);
}

static void ex_last_frame(struct csv *c, const struct row *row)
{
    if (row->ex)
        put_frame(c, wl_extent_last_frame(row->ex));
}

static uint32_t findings_of(const struct row *row, const struct wl_finding **ret)
{
    *ret = row->found ? row->found : row->ex->findings;
    return row->found ? 1 : row->ex->n_findings;
}

static void ex_worst(struct csv *c, const struct row *row)
{
    const struct wl_finding *f;
    uint32_t n = findings_of(row, &f);
    enum wl_severity worst = WL_OFF;

    for (uint32_t i = 0; i < n; i++)
        worst = f[i].severity > worst ? f[i].severity : worst;
    if (worst != WL_OFF)
        put_name(c, wl_severity_name(worst));
}

static void ex_findings(struct csv *c, const struct row *row)
{
    const struct wl_finding *f;
    uint32_t n = findings_of(row, &f);

    for (uint32_t i = 0; i < n; i++) {
        if (i)
            wl_text_char(&c->out.text, ' ');
        put_name(c, f[i].rule->id);
    }
}

static void ex_not_judged(struct csv *c, const struct row *row)
{
    if (row->ex && row->ex->unjudged != WL_JUDGED)
        put_name(c, wl_unjudged_name(row->ex->unjudged));
}

static void ex_file(struct csv *c, const struct row *row)
{
    const struct wl_finding *f = row->found;
    uint64_t frame = !f ? wl_extent_frame(row->ex) : f->n_frames ? f->frames[0] : f->at.frame;
    unsigned file = wl_frame_file(frame);

    if (wl_frame_number(frame) && file < c->out.sink->n_inputs)
        put_octets(c, wl_span_text(c->out.sink->inputs[file].name));
}

/* ----------------------------------------------------------------------- the finding's cells */

static void found_severity(struct csv *c, const struct row *row)
{
    put_name(c, wl_severity_name(row->found->severity));
}

static void found_fault(struct csv *c, const struct row *row)
{
    put_name(c, wl_fault_name(row->found->fault));
}

static void found_confidence(struct csv *c, const struct row *row)
{
    put_name(c, wl_confidence_name(row->found->confidence));
}

static void found_rule(struct csv *c, const struct row *row)
{
    put_name(c, row->found->rule->id);
}

static void found_status(struct csv *c, const struct row *row)
{
    if (row->found->status)
        wl_line_status(&c->out.text, row->found->status);
}

static void found_message(struct csv *c, const struct row *row)
{
    put_octets(c, row->found->message);
}

static void found_cite(struct csv *c, const struct row *row)
{
    const char *const *cite = row->found->rule->cite;

    wl_text_reset(&c->cell);
    for (size_t i = 0; i < WL_RULE_CITES && cite[i]; i++) {
        wl_text_put(&c->cell, i ? "; " : "");
        wl_text_put(&c->cell, cite[i]);
    }
    put_quoted(c, wl_text_span(&c->cell));
}

static void found_frames(struct csv *c, const struct row *row)
{
    for (uint32_t i = 0; i < row->found->n_frames; i++) {
        if (i)
            wl_text_char(&c->out.text, ' ');
        put_number(c, wl_frame_number(row->found->frames[i]));
    }
}

static void found_offset(struct csv *c, const struct row *row)
{
    if (row->found->at.offset != WL_NONE)
        put_number(c, row->found->at.offset);
}

/* ---------------------------------------------------------------------------------- tables */

static const struct column of_exchange[] = {
    {"type", ex_type},
    {"conn", conn_number},
    {"n", ex_ordinal},
    {"stream", ex_stream},
    {"ts", ex_time},
    {"client", conn_client},
    {"client_port", conn_client_port},
    {"proxied", conn_proxied},
    {"server", conn_server},
    {"server_port", conn_server_port},
    {"protocol", conn_protocol},
    {"method", ex_method},
    {"target", ex_target},
    {"host", ex_host},
    {"version", ex_version},
    {"statuses", ex_statuses},
    {"final", ex_final},
    {"state", ex_state},
    {"first_after", ex_first_after},
    {"final_after", ex_final_after},
    {"duration", ex_duration},
    {"request_body", ex_request_body},
    {"response_body", ex_response_body},
    {"request_frame", ex_request_frame},
    {"response_frame", ex_response_frame},
    {"last_frame", ex_last_frame},
    {"worst", ex_worst},
    {"findings", ex_findings},
    {"not_judged", ex_not_judged},
    {"file", ex_file},
    {"community_id", conn_community_id},
};

static const struct column of_finding[] = {
    {"rule", found_rule},
    {"severity", found_severity},
    {"fault", found_fault},
    {"confidence", found_confidence},
    {"conn", conn_number},
    {"n", ex_ordinal},
    {"stream", ex_stream},
    {"ts", ex_time},
    {"client", conn_client},
    {"client_port", conn_client_port},
    {"proxied", conn_proxied},
    {"server", conn_server},
    {"server_port", conn_server_port},
    {"method", ex_method},
    {"target", ex_target},
    {"host", ex_host},
    {"statuses", ex_statuses},
    {"status", found_status},
    {"message", found_message},
    {"cite", found_cite},
    {"frames", found_frames},
    {"offset", found_offset},
    {"file", ex_file},
    {"community_id", conn_community_id},
};

/* ---------------------------------------------------------------------------------- the sink */

static bool per_finding(const struct wl_sink *s)
{
    return !s->ops->wants_exchanges;
}

static int put_row(struct wl_sink *s, const struct row *row)
{
    const struct column *columns = per_finding(s) ? of_finding : of_exchange;
    size_t n = per_finding(s) ? WL_COUNT(of_finding) : WL_COUNT(of_exchange);
    struct csv *c = s->state;
    struct wl_text *t = &c->out.text;

    if (!c->started) {
        for (size_t i = 0; i < n; i++) {
            wl_text_put(t, i ? "," : "");
            wl_text_put(t, columns[i].name);
        }
        wl_text_put(t, "\r\n");
        c->started = true;
    }
    for (size_t i = 0; row && i < n; i++) {
        if (i)
            wl_text_char(t, ',');
        columns[i].put(c, row);
    }
    if (row)
        wl_text_put(t, "\r\n");
    return wl_output_room(&c->out);
}

static int csv_open(struct wl_sink *s, const struct wl_sink_config *cfg, struct wl_error *err)
{
    int status = wl_output_new(s, sizeof(struct csv), cfg, err);

    if (status == 0) {
        struct csv *c = s->state;

        wl_text_init(&c->cell, &c->out.budget, WL_OUTPUT_TEXT);
    }
    return status;
}

static int csv_exchange(struct wl_sink *s, const struct wl_exchange *ex)
{
    struct row row = {.conn = &ex->conn, .ex = ex};
    int status = 0;

    if (!per_finding(s))
        return put_row(s, &row);
    for (uint32_t i = 0; i < ex->n_findings && status == 0; i++) {
        row.found = &ex->findings[i];
        status = put_row(s, &row);
    }
    return status;
}

/* What was found when the connection was over has rows of its own: its exchange is written
 * already. */
static int csv_connection(struct wl_sink *s, const struct wl_conn_record *conn)
{
    struct row row = {.conn = &conn->conn};
    int status = 0;

    for (uint32_t i = 0; i < conn->n_findings && status == 0; i++) {
        row.found = &conn->findings[i];
        status = put_row(s, &row);
    }
    return status;
}

static int csv_flush(struct wl_sink *s)
{
    struct csv *c = s->state;

    return wl_output_flush(&c->out);
}

static int csv_tick(struct wl_sink *s, const struct wl_stats *st)
{
    (void)st;
    return csv_flush(s);
}

static int csv_close(struct wl_sink *s, const struct wl_stats *st, struct wl_error *err)
{
    struct csv *c = s->state;

    if (c && !wl_output_unread(st))
        (void)put_row(s, NULL); /* a failure sticks, and is told below */
    if (c)
        wl_text_release(&c->cell);
    return wl_output_finish(s, sizeof(struct csv), err);
}

extern const struct wl_sink_ops wl_out_csv, wl_out_csv_findings;

const struct wl_sink_ops wl_out_csv = {
    .name = "csv",
    .summary = "CSV: a row per exchange",
    .open = csv_open,
    .exchange = csv_exchange,
    .connection = csv_connection,
    .tick = csv_tick,
    .close = csv_close,
    .flush = csv_flush,
    .shows_lines = true,
    .wants_exchanges = true,
};

const struct wl_sink_ops wl_out_csv_findings = {
    .name = "csv-findings",
    .summary = "CSV: a row per finding",
    .open = csv_open,
    .exchange = csv_exchange,
    .connection = csv_connection,
    .tick = csv_tick,
    .close = csv_close,
    .flush = csv_flush,
};
