/* metrics.c - the numbers of a run as Prometheus reads them.
 * SPDX-License-Identifier: MIT
 *
 * A metric is a row of the table at the end: one number of the snapshot, or a function that writes
 * several with labels. Labels take their values from tables of this program, and from the
 * interfaces that were named on the command line: never from the network, so that nobody who sends
 * packets can make series. Every value of a label is there from the start, with 0, because an
 * increase from nothing to one is none to Prometheus.
 *
 * The two forms differ in little. OpenMetrics
 * (https://prometheus.io/docs/specs/om/open_metrics_spec/) names a counter without "_total" in its
 * metadata, tells units, writes bounds as floats and ends with a line that says so.
 */
#include "metrics.h"

#include "line.h"
#include "wirelint/wirelint.h"

#define PREFIX "wirelint_"

enum { LABEL = 1 << 10 };

enum kind {
    COUNTER,
    GAUGE,
    HISTOGRAM,
};

/* Which runs have it. */
enum when {
    ALWAYS,
    LIVE,
    INTERFACES,
};

struct writer;

/* One metric. */
struct family {
    const char *name; /* behind the prefix, its unit included, a counter's "_total" not */
    const char *unit; /* NULL: it counts things */
    enum kind kind;
    enum when when;
    size_t offset; /* of the number in the snapshot, or */
    void (*put)(struct writer *w, const struct family *f);
    const char *help; /* one line, without full stop, backslash and quote */
};

struct writer {
    struct wl_text *t;
    const struct wl_stats *st;
    enum wl_metrics_form form;
};

/* --------------------------------------------------------------------------------- one sample */

/* "wirelint_packets_total" */
static void put_name(struct writer *w, const struct family *f)
{
    wl_text_put(w->t, PREFIX);
    wl_text_put(w->t, f->name);
    if (f->kind == COUNTER)
        wl_text_put(w->t, "_total");
}

static void put_value(struct writer *w, uint64_t value)
{
    wl_text_char(w->t, ' ');
    wl_text_u64(w->t, value);
    wl_text_char(w->t, '\n');
}

/* A sample with one label, whose value is a word of a table. */
static void put_labelled(struct writer *w, const struct family *f, const char *label,
                         const char *word, uint64_t value)
{
    put_name(w, f);
    wl_text_printf(w->t, "{%s=\"%s\"}", label, word);
    put_value(w, value);
}

/* What somebody else has named: escaped as all text is, and once more for what a label cannot
 * hold. */
static void put_escaped(struct wl_text *t, struct wl_span s)
{
    struct wl_budget budget;
    struct wl_text safe;

    wl_budget_init(&budget, 2 * (size_t)LABEL, NULL, NULL, NULL);
    wl_text_init(&safe, &budget, LABEL);
    wl_text_terminal(&safe, s);
    s = wl_text_span(&safe);
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '\\' || s.p[i] == '"')
            wl_text_char(t, '\\');
        wl_text_char(t, (char)s.p[i]);
    }
    wl_text_release(&safe);
}

/* A sample of one input: {interface="eth0"} */
static void put_interface(struct writer *w, const struct family *f, const struct wl_input *input,
                          const char *more, uint64_t value)
{
    put_name(w, f);
    wl_text_put(w->t, "{interface=\"");
    put_escaped(w->t, wl_span_text(input->name));
    wl_text_printf(w->t, "\"%s}", more);
    put_value(w, value);
}

/* ---------------------------------------------------------------------- metrics with labels */

static void put_build(struct writer *w, const struct family *f)
{
    put_name(w, f);
    wl_text_put(w->t, "{version=\"" WL_VERSION "\",schema=\"" WL_SCHEMA "\"}");
    put_value(w, 1);
}

static void put_drops(struct writer *w, const struct family *f)
{
    put_labelled(w, f, "place", "kernel", w->st->counters.capture_dropped);
    put_labelled(w, f, "place", "interface", w->st->counters.interface_dropped);
}

static void put_damaged(struct writer *w, const struct family *f)
{
    uint64_t n = 0;

    for (uint32_t i = 0; i < w->st->n_inputs; i++)
        n += w->st->inputs[i].damaged != NULL;
    put_name(w, f);
    put_value(w, n);
}

static void put_interfaces_up(struct writer *w, const struct family *f)
{
    for (uint32_t i = 0; i < w->st->n_inputs; i++) {
        const struct wl_input *input = &w->st->inputs[i];

        if (input->is_interface)
            put_interface(w, f, input, "", input->notice == NULL);
    }
}

static void put_interface_packets(struct writer *w, const struct family *f)
{
    for (uint32_t i = 0; i < w->st->n_inputs; i++) {
        const struct wl_input *input = &w->st->inputs[i];

        if (input->is_interface)
            put_interface(w, f, input, "", input->packets);
    }
}

static void put_interface_bytes(struct writer *w, const struct family *f)
{
    for (uint32_t i = 0; i < w->st->n_inputs; i++) {
        const struct wl_input *input = &w->st->inputs[i];

        if (input->is_interface)
            put_interface(w, f, input, "", input->octets);
    }
}

static void put_interface_drops(struct writer *w, const struct family *f)
{
    for (uint32_t i = 0; i < w->st->n_inputs; i++) {
        const struct wl_input *input = &w->st->inputs[i];

        if (!input->is_interface)
            continue;
        put_interface(w, f, input, ",place=\"kernel\"", input->dropped);
        put_interface(w, f, input, ",place=\"interface\"", input->interface_dropped);
    }
}

static void put_protocols(struct writer *w, const struct family *f)
{
    for (unsigned p = 0; p < WL_N_PROTO; p++)
        put_labelled(w, f, "protocol", wl_proto_name((enum wl_proto)p), w->st->protocols[p]);
}

static void put_response(struct writer *w, const struct family *f, const char *class,
                         const char *code, uint64_t n)
{
    put_name(w, f);
    wl_text_printf(w->t, "{class=\"%s\",code=\"%s\"}", class, code);
    put_value(w, n);
}

/* Registered codes have a series each, all others of a class share one. */
static void put_responses(struct writer *w, const struct family *f)
{
    static const char *const classes[WL_N_CLASSES] = {"invalid", "1xx", "2xx", "3xx", "4xx", "5xx"};
    static const struct {
        uint16_t code;
        const char *text;
    } registered[] = {
#define WL_STATUS(number, name, reason, rfc, section) {number, #number},
#include "wirelint/tbl/statuses.h"
#undef WL_STATUS
    };
    uint64_t others[WL_N_CLASSES];

    memcpy(others, w->st->responses, sizeof(others));
    for (size_t i = 0; i < WL_COUNT(registered); i++) {
        unsigned class = wl_status_class(registered[i].code);
        uint64_t n = w->st->codes[registered[i].code];

        others[class] -= wl_min_u64(n, others[class]);
        put_response(w, f, classes[class], registered[i].text, n);
    }
    for (unsigned class = 1; class <= WL_N_CLASSES; class ++) {
        unsigned c = class % WL_N_CLASSES; /* what is no code comes last */

        put_response(w, f, classes[c], "other", others[c]);
    }
}

static void put_findings(struct writer *w, const struct family *f)
{
    for (unsigned s = WL_VIOLATION; s > WL_OFF; s--) {
        put_labelled(w, f, "severity", wl_severity_name((enum wl_severity)s), w->st->findings[s]);
    }
}

static void put_suppressed(struct writer *w, const struct family *f)
{
    for (unsigned s = WL_VIOLATION; s > WL_OFF; s--) {
        put_labelled(w, f, "severity", wl_severity_name((enum wl_severity)s), w->st->suppressed[s]);
    }
}

static void put_rules(struct writer *w, const struct family *f)
{
    for (size_t i = 0; i < wl_rule_count(); i++)
        put_labelled(w, f, "rule", wl_rule_at(i)->id, w->st->rules ? w->st->rules[i] : 0);
}

static void put_unjudged(struct writer *w, const struct family *f)
{
    for (unsigned u = WL_JUDGED + 1; u < WL_N_UNJUDGED; u++)
        put_labelled(w, f, "reason", wl_unjudged_name((enum wl_unjudged)u), w->st->unjudged[u]);
}

static void put_limits(struct writer *w, const struct family *f)
{
    for (unsigned l = 0; l < WL_N_LIMITS; l++)
        put_labelled(w, f, "limit", wl_limit_name((enum wl_limit_id)l), w->st->limits[l]);
}

/* A time of the capture's clock; 0 when there was no packet. */
static void put_last_packet(struct writer *w, const struct family *f)
{
    put_name(w, f);
    wl_text_char(w->t, ' ');
    wl_text_seconds(w->t, w->st->t_last);
    wl_text_char(w->t, '\n');
}

/* ------------------------------------------------------------------------------- histograms */

/* The upper end of a bucket, which OpenMetrics wants as a float: "0.25", "1.0". */
static void put_bound(struct writer *w, wl_ns bound)
{
    wl_text_seconds(w->t, bound);
    if (w->form == WL_METRICS_OPENMETRICS && bound % WL_SECOND == 0)
        wl_text_put(w->t, ".0");
}

static void put_histogram(struct writer *w, const struct family *f, const struct wl_histogram *h)
{
    static const wl_ns bounds[] = {
#define WL_BOUND(nanoseconds) nanoseconds,
#include "wirelint/tbl/bounds.h"
#undef WL_BOUND
    };
    uint64_t seen = 0;

    for (size_t i = 0; i < WL_COUNT(bounds); i++) {
        seen += h->within[i];
        wl_text_printf(w->t, PREFIX "%s_bucket{le=\"", f->name);
        put_bound(w, bounds[i]);
        wl_text_put(w->t, "\"}");
        put_value(w, seen);
    }
    wl_text_printf(w->t, PREFIX "%s_bucket{le=\"+Inf\"}", f->name);
    put_value(w, h->n);
    wl_text_printf(w->t, PREFIX "%s_sum ", f->name);
    wl_text_seconds(w->t, (wl_ns)wl_min_u64(h->sum, INT64_MAX));
    wl_text_printf(w->t, "\n" PREFIX "%s_count", f->name);
    put_value(w, h->n);
}

static void put_first(struct writer *w, const struct family *f)
{
    put_histogram(w, f, &w->st->first);
}

static void put_final(struct writer *w, const struct family *f)
{
    put_histogram(w, f, &w->st->final);
}

/* -------------------------------------------------------------------------------- the table */

#define NUMBER(field) .offset = offsetof(struct wl_stats, field)

/* In the order in which they are written: what was read, TCP, HTTP, what was found, the program
 * itself. */
static const struct family families[] = {
    {
        .name = "build_info",
        .kind = GAUGE,
        .put = put_build,
        .help = "Always 1; its labels tell the version of wirelint and of its output",
    },
    {
        .name = "packets",
        NUMBER(counters.packets),
        .help = "Packets read",
    },
    {
        .name = "captured_bytes",
        .unit = "bytes",
        NUMBER(counters.octets),
        .help = "Octets of packets as captured",
    },
    {
        .name = "truncated_packets",
        NUMBER(counters.truncated_packets),
        .help = "Packets cut by the snap length",
    },
    {
        .name = "undecoded_packets",
        NUMBER(counters.undecoded),
        .help = "Packets that hold no TCP or could not be decoded",
    },
    {
        .name = "unknown_link_packets",
        NUMBER(counters.unknown_linktype),
        .help = "Packets of a link type that is not known",
    },
    {
        .name = "dropped_packets",
        .put = put_drops,
        .help =
            "Packets lost before they could be read: by the buffer of the kernel (in files: between "
            "capture and analysis), or by the interface",
    },
    {
        .name = "damaged_inputs",
        .kind = GAUGE,
        .put = put_damaged,
        .help = "Inputs that are damaged or cut off in the middle",
    },
    {
        .name = "interface_up",
        .kind = GAUGE,
        .when = INTERFACES,
        .put = put_interfaces_up,
        .help = "1 while the interface gives packets, 0 while something keeps it from doing so",
    },
    {
        .name = "interface_packets",
        .when = INTERFACES,
        .put = put_interface_packets,
        .help = "Packets read from each interface",
    },
    {
        .name = "interface_captured_bytes",
        .unit = "bytes",
        .when = INTERFACES,
        .put = put_interface_bytes,
        .help = "Octets of packets as captured from each interface",
    },
    {
        .name = "interface_dropped_packets",
        .when = INTERFACES,
        .put = put_interface_drops,
        .help = "Packets of each interface lost before they could be read",
    },
    {
        .name = "last_packet_timestamp_seconds",
        .unit = "seconds",
        .kind = GAUGE,
        .put = put_last_packet,
        .help = "When the latest packet was captured, since 1970; 0 before the first one",
    },
    {
        .name = "ip_fragments",
        NUMBER(counters.fragments),
        .help = "IP fragments",
    },
    {
        .name = "ip_dropped_fragments",
        NUMBER(counters.fragments_dropped),
        .help = "IP fragments dropped at a limit or never completed",
    },
    {
        .name = "tcp_segments",
        NUMBER(counters.segments),
        .help = "TCP segments",
    },
    {
        .name = "tcp_tunnelled_segments",
        NUMBER(counters.tunnelled),
        .help = "TCP segments inside a tunnel (GRE, VXLAN, IP in IP)",
    },
    {
        .name = "tcp_bad_checksum_segments",
        NUMBER(counters.bad_checksum),
        .help = "TCP segments with a wrong checksum, where that is cheap to tell",
    },
    {
        .name = "tcp_retransmitted_segments",
        NUMBER(counters.retransmitted),
        .help = "TCP segments that hold only octets seen before",
    },
    {
        .name = "tcp_out_of_order_segments",
        NUMBER(counters.out_of_order),
        .help = "TCP segments ahead of a hole",
    },
    {
        .name = "tcp_differing_segments",
        NUMBER(counters.overlaps_differing),
        .help = "TCP segments that repeat octets with other content",
    },
    {
        .name = "tcp_gaps",
        NUMBER(counters.gaps),
        .help = "Holes in TCP streams that were declared lost",
    },
    {
        .name = "tcp_gap_bytes",
        .unit = "bytes",
        NUMBER(counters.gap_octets),
        .help = "Octets in holes of TCP streams that were declared lost",
    },
    {
        .name = "tcp_connections",
        NUMBER(counters.connections),
        .help = "TCP connections, counted when they begin",
    },
    {
        .name = "tcp_midstream_connections",
        NUMBER(counters.midstream),
        .help = "TCP connections whose beginning was not captured",
    },
    {
        .name = "tcp_open_connections",
        .kind = GAUGE,
        .when = LIVE,
        NUMBER(open_connections),
        .help = "TCP connections that are followed now",
    },
    {
        .name = "connections",
        NUMBER(connections),
        .help = "Connections that count in the reports: all, or those that --where keeps",
    },
    {
        .name = "http_connections",
        NUMBER(http_connections),
        .help = "Connections with at least one exchange, counted when they end",
    },
    {
        .name = "ended_connections",
        .put = put_protocols,
        .help = "Connections that are over, by the protocol that was found on them",
    },
    {
        .name = "exchanges",
        NUMBER(exchanges),
        .help = "Requests with all their responses, counted when they are over",
    },
    {
        .name = "left_out_exchanges",
        NUMBER(left_out),
        .help = "Exchanges that --where left out; they count nowhere else",
    },
    {
        .name = "responses",
        .put = put_responses,
        .help =
            "Responses, interim ones included, by class and registered status code; other: all codes "
            "of the class that are not registered",
    },
    {
        .name = "first_response_seconds",
        .unit = "seconds",
        .kind = HISTOGRAM,
        .put = put_first,
        .help =
            "Time from the end of the head of a request to its first response, interim ones included",
    },
    {
        .name = "final_response_seconds",
        .unit = "seconds",
        .kind = HISTOGRAM,
        .put = put_final,
        .help = "Time from the end of the head of a request to its final response",
    },
    {
        .name = "findings",
        .put = put_findings,
        .help = "Findings by severity",
    },
    {
        .name = "rule_findings",
        .put = put_rules,
        .help = "Findings by the rule that fired",
    },
    {
        .name = "suppressed_findings",
        .put = put_suppressed,
        .help =
            "Findings that a baseline or a suppression covers, by severity; they count nowhere else",
    },
    {
        .name = "excess_findings",
        NUMBER(dropped_findings),
        .help = "Findings beyond max_findings and max_conn_findings; they count nowhere else",
    },
    {
        .name = "not_judged",
        .put = put_unjudged,
        .help = "Exchanges and connections that could not be judged for want of evidence",
    },
    {
        .name = "limit_reached",
        .put = put_limits,
        .help = "How often a limit of the program was reached",
    },
    {
        .name = "limbo_overflows",
        NUMBER(counters.parked_over),
        .help = "How often octets parked until the other side speaks were more than max_limbo",
    },
    {
        .name = "refused_objects",
        NUMBER(counters.refused),
        .help = "Objects refused because memory or a table was full",
    },
    {
        .name = "memory_used_bytes",
        .unit = "bytes",
        .kind = GAUGE,
        .when = LIVE,
        NUMBER(memory_used),
        .help = "Octets of memory in use, of those that --set memory allows",
    },
    {
        .name = "memory_limit_bytes",
        .unit = "bytes",
        .kind = GAUGE,
        .when = LIVE,
        NUMBER(memory_max),
        .help = "Octets of memory that --set memory allows",
    },
};

/* ---------------------------------------------------------------------------------- all of it */

/* "# TYPE wirelint_packets counter" */
static void put_metadata(struct writer *w, const struct family *f)
{
    static const char *const kinds[] = {"counter", "gauge", "histogram"};
    bool open = w->form == WL_METRICS_OPENMETRICS;
    const char *suffix = f->kind == COUNTER && !open ? "_total" : "";

    wl_text_printf(w->t, "# HELP " PREFIX "%s%s %s\n", f->name, suffix, f->help);
    wl_text_printf(w->t, "# TYPE " PREFIX "%s%s %s\n", f->name, suffix, kinds[f->kind]);
    if (open && f->unit)
        wl_text_printf(w->t, "# UNIT " PREFIX "%s %s\n", f->name, f->unit);
}

static void put_number(struct writer *w, const struct family *f)
{
    uint64_t n;

    memcpy(&n, (const uint8_t *)w->st + f->offset, sizeof(n));
    put_name(w, f);
    put_value(w, n);
}

const char *wl_metrics_media_type(enum wl_metrics_form form)
{
    return form == WL_METRICS_OPENMETRICS
               ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
               : "text/plain; version=0.0.4; charset=utf-8";
}

static bool has(const struct wl_stats *st, enum when when)
{
    for (uint32_t i = 0; when == INTERFACES && i < st->n_inputs; i++) {
        if (st->inputs[i].is_interface)
            return true;
    }
    return when == ALWAYS || (when == LIVE && st->live);
}

void wl_metrics_put(struct wl_text *t, const struct wl_stats *st, enum wl_metrics_form form)
{
    struct writer w = {t, st, form};

    for (size_t i = 0; i < WL_COUNT(families); i++) {
        const struct family *f = &families[i];

        if (!has(st, f->when))
            continue;
        put_metadata(&w, f);
        if (f->put) {
            f->put(&w, f);
        } else {
            put_number(&w, f);
        }
    }
    if (form == WL_METRICS_OPENMETRICS)
        wl_text_put(t, "# EOF\n");
}
