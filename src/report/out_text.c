/* out_text.c - the report of `wirelint audit`: inputs, findings by rule, responses, the verdict.
 * SPDX-License-Identifier: MIT
 *
 * While the run goes on, findings are gathered per rule: counts, the first few servers, and the
 * first few examples as finished text in an arena. So memory is bounded by the number of rules, not
 * of findings. Everything is written when the run is over.
 */
#include "layout.h"
#include "line.h"
#include "section.h"

enum {
    MAX_RULES = 1024, /* rules of the catalogue and of an embedder that get rows of their own */
    RULE_SLOTS = 2 * MAX_RULES,
    MAX_SERVERS = 8, /* servers named per rule */
    MAX_EXAMPLE = 64 << 10,
    POOL_KEEP = 0,
    TARGET_MARGIN = 44, /* columns of an exchange line beside its target */
    SEQUENCES = 10,
};

struct example {
    struct example *next;
    struct wl_span text; /* lines, each with its newline */
};

struct tally_server {
    struct wl_endpoint server;
    uint64_t n;
};

/* What is known of one rule that fired. */
struct tally {
    const struct wl_rule *rule;
    enum wl_severity worst;
    uint64_t n, faults[WL_FAULT_EITHER + 1];
    struct tally_server servers[MAX_SERVERS];
    uint32_t n_servers, n_examples;
    uint64_t n_elsewhere; /* findings on servers that have no row */
    struct example *first, **end;
};

struct report {
    struct wl_output out; /* first: wl_output_new */
    struct wl_arena_pool pool;
    struct wl_arena *arena;
    struct tally *tallies[RULE_SLOTS]; /* hash table by address of the rule */
    uint32_t n_tallies;
    struct wl_text scratch, example;
};

static int report_open(struct wl_sink *s, const struct wl_sink_config *cfg, struct wl_error *err)
{
    int status = wl_output_new(s, sizeof(struct report), cfg, err);
    struct report *r = s->state;

    if (status < 0)
        return status;
    wl_arena_pool_init(&r->pool, &r->out.budget, POOL_KEEP);
    wl_text_init(&r->scratch, &r->out.budget, MAX_EXAMPLE);
    wl_text_init(&r->example, &r->out.budget, MAX_EXAMPLE);
    r->arena = wl_arena_new(&r->pool);
    return 0; /* without an arena there are no examples; the counts of the statistics remain */
}

/* --------------------------------------------------------------------------------- gathering */

static struct tally *find_tally(struct report *r, const struct wl_rule *rule)
{
    size_t slot = ((uintptr_t)rule >> 4) % RULE_SLOTS;
    struct tally *t;

    while (r->tallies[slot] && r->tallies[slot]->rule != rule)
        slot = (slot + 1) % RULE_SLOTS;
    if (r->tallies[slot] || r->n_tallies == MAX_RULES || !r->arena)
        return r->tallies[slot];
    t = wl_arena_alloc(r->arena, sizeof(*t));
    if (!t)
        return NULL;
    t->rule = rule;
    t->end = &t->first;
    r->tallies[slot] = t;
    r->n_tallies++;
    return t;
}

static bool same_endpoint(const struct wl_endpoint *a, const struct wl_endpoint *b)
{
    return a->port == b->port && a->family == b->family && memcmp(a->ip, b->ip, sizeof(a->ip)) == 0;
}

static void count_server(struct tally *t, const struct wl_endpoint *server)
{
    for (uint32_t i = 0; i < t->n_servers; i++) {
        if (same_endpoint(&t->servers[i].server, server)) {
            t->servers[i].n++;
            return;
        }
    }
    if (t->n_servers < MAX_SERVERS) {
        t->servers[t->n_servers++] = (struct tally_server){*server, 1};
    } else {
        t->n_elsewhere++;
    }
}

/* "request 2 -> 103, 200": what a connection record still knows of an exchange already told */
static void put_steps(struct wl_text *t, const struct wl_conn_record *conn, uint32_t ordinal)
{
    const char *sep = " -> ";

    wl_text_printf(t, "request %u of the connection", ordinal);
    for (uint32_t i = 0; i < conn->n_steps; i++) {
        const struct wl_step *step = &conn->steps[i];

        if (ordinal < step->ordinal || ordinal - step->ordinal >= (step->repeat ? step->repeat : 1))
            continue;
        wl_text_put(t, sep);
        wl_text_u64(t, step->status);
        sep = ", ";
    }
}

/* "ip.addr == 10.0.0.2 and tcp.port == 51514" */
static void put_end_filter(struct wl_text *t, const struct wl_endpoint *e)
{
    wl_text_put(t, e->family == 6 ? "ipv6.addr == " : "ip.addr == ");
    wl_text_ip(t, e);
    wl_text_put(t, " and tcp.port == ");
    wl_text_u64(t, e->port);
}

/* The display filter that shows the evidence in Wireshark. */
static void put_display_filter(struct report *r, struct wl_text *t, const struct wl_finding *f,
                               const struct wl_conn_ref *conn)
{
    /* numbers of what no file holds mean nothing to another capture of the same traffic */
    if (r->out.sink->n_inputs && r->out.sink->inputs[0].is_interface) {
        put_end_filter(t, &conn->client);
        wl_text_put(t, " and ");
        put_end_filter(t, &conn->server);
        return;
    }
    /* its tcp.stream counts the connections of one whole file */
    if (!r->out.cfg.filtered && r->out.sink->n_inputs < 2) {
        wl_text_put(t, "tcp.stream eq ");
        wl_text_u64(t, conn->number);
        return;
    }
    for (uint32_t i = 0; i < f->n_frames; i++) {
        if (wl_frame_file(f->frames[i]) != wl_frame_file(f->frames[0]))
            break; /* a filter is for one file */
        wl_text_put(t, i ? " or frame.number==" : "frame.number==");
        wl_text_u64(t, wl_frame_number(f->frames[i]));
    }
}

/* " of FILE" behind the last of the frames that lie in it, when there are several files */
static void put_file(const struct report *r, struct wl_text *t, const struct wl_finding *f,
                     uint32_t i)
{
    const struct wl_sink *sink = r->out.sink;
    unsigned file = wl_frame_file(f->frames[i]);

    if (sink->n_inputs < 2 || file >= sink->n_inputs ||
        (i + 1 < f->n_frames && wl_frame_file(f->frames[i + 1]) == file))
        return;
    wl_text_put(t, " of ");
    wl_text_terminal(t, wl_span_text(sink->inputs[file].name));
}

static void put_frames(struct report *r, struct wl_text *t, const struct wl_finding *f,
                       const struct wl_conn_ref *conn)
{
    size_t from = t->buf.n;

    if (f->n_frames == 0)
        return;
    wl_text_put(t, f->n_frames == 1 ? "    frame " : "    frames ");
    for (uint32_t i = 0; i < f->n_frames; i++) {
        if (i)
            wl_text_put(t, ", ");
        wl_text_u64(t, wl_frame_number(f->frames[i]));
        put_file(r, t, f, i);
    }
    wl_text_reset(&r->scratch);
    put_display_filter(r, &r->scratch, f, conn);
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
static void add_example(struct report *r, struct tally *tally, const struct wl_finding *f,
                        const struct wl_exchange *ex, const struct wl_conn_record *record)
{
    const struct wl_conn_ref *conn = ex ? &ex->conn : &record->conn;
    struct wl_text *t = &r->example;
    struct example *e;

    wl_text_reset(t);
    wl_text_put(t, "\n  ");
    wl_layout_ink(t, r->out.cfg.color, WL_INK_STRONG);
    if (ex) {
        wl_line_exchange(t, ex, wl_section_columns(&r->out.cfg) - TARGET_MARGIN);
    } else if (f->ordinal) {
        put_steps(t, record, f->ordinal);
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
    e = wl_arena_alloc(r->arena, sizeof(*e));
    if (!e)
        return;
    e->text = wl_arena_copy(r->arena, wl_text_span(t));
    *tally->end = e;
    tally->end = &e->next;
    tally->n_examples++;
}

/* ex or record, as in add_example */
static void add_finding(struct report *r, const struct wl_finding *f, const struct wl_exchange *ex,
                        const struct wl_conn_record *record)
{
    struct tally *t = find_tally(r, f->rule);

    if (!t)
        return;
    t->n++;
    t->faults[f->fault]++;
    if (f->severity > t->worst)
        t->worst = f->severity;
    count_server(t, ex ? &ex->conn.server : &record->conn.server);
    if (t->n_examples < r->out.cfg.examples && r->out.cfg.verbosity >= 0)
        add_example(r, t, f, ex, record);
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

/* worst first, then most frequent, then by id */
static int compare_tallies(const void *a, const void *b)
{
    const struct tally *x = *(struct tally *const *)a, *y = *(struct tally *const *)b;

    if (x->worst != y->worst)
        return x->worst > y->worst ? -1 : 1;
    if (x->n != y->n)
        return x->n > y->n ? -1 : 1;
    return strcmp(x->rule->id, y->rule->id);
}

static int compare_servers(const void *a, const void *b)
{
    const struct tally_server *x = a, *y = b;

    if (x->n != y->n)
        return x->n > y->n ? -1 : 1;
    if (x->server.port != y->server.port)
        return x->server.port < y->server.port ? -1 : 1;
    return memcmp(x->server.ip, y->server.ip, sizeof(x->server.ip));
}

static void put_servers(struct report *r, struct tally *tally)
{
    struct wl_flow_text flow;

    qsort(tally->servers, tally->n_servers, sizeof(tally->servers[0]), compare_servers);
    wl_text_put(&r->out.text, tally->n_servers == 1 ? "  server: " : "  servers: ");
    wl_layout_flow(&flow, &r->out.text, 11, 11, wl_section_columns(&r->out.cfg));
    for (uint32_t i = 0; i < tally->n_servers; i++) {
        wl_text_reset(&r->scratch);
        wl_text_endpoint(&r->scratch, &tally->servers[i].server);
        if (tally->n_servers > 1 || tally->n_elsewhere) {
            wl_text_put(&r->scratch, " (");
            wl_text_count(&r->scratch, tally->servers[i].n);
            wl_text_char(&r->scratch, ')');
        }
        wl_layout_piece(&flow, wl_text_span(&r->scratch));
    }
    if (tally->n_elsewhere) {
        wl_text_reset(&r->scratch);
        wl_text_put(&r->scratch, "others (");
        wl_text_count(&r->scratch, tally->n_elsewhere);
        wl_text_char(&r->scratch, ')');
        wl_layout_piece(&flow, wl_text_span(&r->scratch));
    }
    wl_text_char(&r->out.text, '\n');
}

/* "fault: server", or "fault: server 3, client 1" when it differs */
static void put_fault(struct report *r, const struct tally *tally)
{
    struct wl_text *t = &r->out.text;
    unsigned kinds = 0;
    const char *sep = "  fault: ";

    for (unsigned f = 0; f <= WL_FAULT_EITHER; f++)
        kinds += tally->faults[f] != 0;
    for (unsigned f = 0; f <= WL_FAULT_EITHER; f++) {
        if (tally->faults[f] == 0)
            continue;
        wl_text_printf(t, "%s%s", sep, wl_fault_name((enum wl_fault)f));
        if (kinds > 1) {
            wl_text_char(t, ' ');
            wl_text_count(t, tally->faults[f]);
        }
        sep = ", ";
    }
    sep = "    ";
    for (size_t i = 0; i < WL_RULE_CITES && tally->rule->cite[i]; i++) {
        wl_text_printf(t, "%s%s", sep, tally->rule->cite[i]);
        sep = ", ";
    }
    wl_text_char(t, '\n');
}

/* "violation  interim-to-http10  3 findings" */
static void put_rule_line(struct report *r, const struct tally *tally)
{
    struct wl_text *t = &r->out.text;
    bool color = r->out.cfg.color;

    wl_layout_ink(t, color, wl_layout_severity_ink(tally->worst));
    wl_text_put(t, wl_severity_name(tally->worst));
    wl_layout_ink(t, color, WL_INK_PLAIN);
    wl_text_put(t, "  ");
    wl_layout_ink(t, color, WL_INK_STRONG);
    wl_text_put(t, tally->rule->id);
    wl_layout_ink(t, color, WL_INK_PLAIN);
    wl_text_put(t, "  ");
    wl_text_count(t, tally->n);
    wl_text_put(t, tally->n == 1 ? " finding" : " findings");
}

static void put_rule(struct report *r, struct tally *tally)
{
    struct wl_text *t = &r->out.text;

    if (r->out.cfg.verbosity < 0) {
        put_rule_line(r, tally);
        wl_text_printf(t, ": %s\n", tally->rule->title);
        return;
    }
    wl_text_char(t, '\n');
    put_rule_line(r, tally);
    wl_text_char(t, '\n');
    wl_layout_wrap(t, wl_span_text(tally->rule->title), 2, wl_section_columns(&r->out.cfg));
    put_fault(r, tally);
    put_servers(r, tally);
    if (r->out.cfg.verbosity > 0) {
        wl_layout_wrap(t, wl_span_text(tally->rule->why), 2, wl_section_columns(&r->out.cfg));
        wl_layout_wrap(t, wl_span_text(tally->rule->advice), 2, wl_section_columns(&r->out.cfg));
    }
    for (const struct example *e = tally->first; e; e = e->next) {
        wl_text_span_raw(t, e->text);
        if (wl_output_room(&r->out) < 0)
            return;
    }
    if (tally->n_examples && tally->n > tally->n_examples) {
        wl_text_put(t, "\n  and ");
        wl_text_count(t, tally->n - tally->n_examples);
        wl_text_put(t, " more\n");
    }
}

static void put_findings(struct report *r)
{
    struct tally *sorted[MAX_RULES];
    uint32_t n = 0;

    for (size_t i = 0; i < RULE_SLOTS; i++) {
        if (r->tallies[i])
            sorted[n++] = r->tallies[i];
    }
    qsort((void *)sorted, n, sizeof(struct tally *), compare_tallies);
    for (uint32_t i = 0; i < n; i++)
        put_rule(r, sorted[i]);
    if (n && r->out.cfg.verbosity >= 0) {
        wl_text_put(&r->out.text, "\n'wirelint explain ");
        wl_text_put(&r->out.text, n == 1 ? sorted[0]->rule->id : "RULE");
        wl_text_put(&r->out.text, "' tells why it matters and what to do.\n");
    }
}

static void put_report(struct report *r, const struct wl_stats *st)
{
    struct wl_output *o = &r->out;
    bool quiet = o->cfg.verbosity < 0;

    if (!quiet) {
        wl_section_inputs(o, st);
        wl_section_no_http(o, st);
    }
    put_findings(r);
    if (!quiet) {
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
        wl_arena_free(r->arena);
        wl_arena_pool_release(&r->pool);
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
    .wants_connections = true,
    .wants_exchanges = true,
};
