/* section.c - the parts that several text reports share: inputs, responses, sequences, times.
 * SPDX-License-Identifier: MIT
 *
 * Each part is an empty line, a heading, and rows that fit 80 columns; a part with nothing to say
 * is left out. All numbers come from the snapshot of the statistics.
 */
#include "section.h"

#include "layout.h"
#include "line.h"

enum {
    LEAST_COLUMNS = 60,
    USUAL_COLUMNS = 80,
    MOST_COLUMNS = 100,
    CODES_SHOWN = 24, /* of one class, unless -v */
    PIECE = 8192,     /* octets of one piece of a list */
};

size_t wl_section_columns(const struct wl_sink_config *cfg)
{
    if (cfg->columns == 0)
        return USUAL_COLUMNS;
    if (cfg->columns < LEAST_COLUMNS)
        return LEAST_COLUMNS;
    return cfg->columns > MOST_COLUMNS ? MOST_COLUMNS : cfg->columns;
}

static void heading(struct wl_output *o, const char *text)
{
    wl_text_char(&o->text, '\n');
    wl_layout_ink(&o->text, o->cfg.color, WL_INK_STRONG);
    wl_text_put(&o->text, text);
    wl_layout_ink(&o->text, o->cfg.color, WL_INK_PLAIN);
}

/* "12 packets", "1 packet" */
static void put_amount(struct wl_text *t, uint64_t n, const char *what)
{
    wl_text_count(t, n);
    wl_text_char(t, ' ');
    wl_text_put(t, what);
    if (n != 1)
        wl_text_char(t, 's');
}

/* Puts the piece that t holds into the list and empties t. */
static void next_piece(struct wl_flow_text *flow, struct wl_text *t)
{
    wl_layout_piece(flow, wl_text_span(t));
    wl_text_reset(t);
}

static void amount_piece(struct wl_flow_text *flow, struct wl_text *t, uint64_t n, const char *what)
{
    put_amount(t, n, what);
    next_piece(flow, t);
}

static void span_pieces(struct wl_flow_text *flow, struct wl_text *t, wl_ns first, wl_ns last,
                        bool utc)
{
    if (first == 0)
        return;
    wl_text_duration(t, last - first);
    wl_text_put(t, " from ");
    wl_text_date(t, first, utc);
    next_piece(flow, t);
}

void wl_section_interval(struct wl_output *o, const struct wl_stats *st)
{
    wl_layout_ink(&o->text, o->cfg.color, WL_INK_STRONG);
    wl_text_put(&o->text, "---- ");
    if (st->now) { /* a pipe without a packet knows no time */
        wl_text_date(&o->text, st->now, o->cfg.utc);
        wl_text_put(&o->text, ", ");
    }
    wl_text_put(&o->text, "after ");
    wl_text_duration(&o->text, (st->elapsed + WL_SECOND / 2) / WL_SECOND * WL_SECOND);
    wl_layout_ink(&o->text, o->cfg.color, WL_INK_PLAIN);
    wl_text_char(&o->text, '\n');
}

/* ---------------------------------------------------------------------------------- inputs */

static void put_damage(struct wl_output *o, const struct wl_input *input, struct wl_text *piece)
{
    wl_text_put(piece, "damaged: ");
    wl_text_terminal(piece, wl_span_text(input->damaged));
    wl_text_put(piece, "; this report covers what stands before it");
    wl_layout_wrap(&o->text, wl_text_span(piece), 2, wl_section_columns(&o->cfg));
    wl_text_reset(piece);
}

struct wl_span wl_section_input_name(const struct wl_input *input)
{
    return wl_span_text(strcmp(input->name, "-") == 0 ? "standard input" : input->name);
}

static void put_input(struct wl_output *o, const struct wl_stats *st, const struct wl_input *input,
                      struct wl_text *piece)
{
    struct wl_flow_text flow;
    size_t from = o->text.buf.n;
    struct wl_span name = wl_section_input_name(input);

    wl_layout_ink(&o->text, o->cfg.color, WL_INK_STRONG);
    wl_text_terminal(&o->text, name);
    wl_layout_ink(&o->text, o->cfg.color, WL_INK_PLAIN);
    wl_text_put(&o->text, ": ");
    wl_layout_flow(&flow, &o->text, o->cfg.color ? name.n + 2 : o->text.buf.n - from, 2,
                   wl_section_columns(&o->cfg));
    amount_piece(&flow, piece, input->packets, "packet");
    wl_text_octets(piece, input->octets);
    next_piece(&flow, piece);
    span_pieces(&flow, piece, input->t_first, input->t_last, o->cfg.utc);
    if (st->n_inputs == 1) {
        amount_piece(&flow, piece, st->connections, "connection");
        amount_piece(&flow, piece, st->exchanges, "exchange");
    }
    wl_text_char(&o->text, '\n');
    if (input->notice) {
        wl_text_put(&o->text, "  it ");
        wl_text_put(&o->text, input->notice);
        wl_text_char(&o->text, '\n');
    }
    if (input->damaged)
        put_damage(o, input, piece);
}

static void put_together(struct wl_output *o, const struct wl_stats *st, struct wl_text *piece)
{
    struct wl_flow_text flow;

    if (st->n_inputs < 2)
        return;
    wl_text_put(&o->text, "together: ");
    wl_layout_flow(&flow, &o->text, 10, 2, wl_section_columns(&o->cfg));
    amount_piece(&flow, piece, st->counters.packets, "packet");
    wl_text_octets(piece, st->counters.octets);
    next_piece(&flow, piece);
    amount_piece(&flow, piece, st->connections, "connection");
    amount_piece(&flow, piece, st->exchanges, "exchange");
    wl_text_char(&o->text, '\n');
}

/* "  label: 3 encrypted, no keys; ..." with each reason and its count */
static void put_unjudged(struct wl_output *o, const struct wl_stats *st, struct wl_text *piece)
{
    struct wl_flow_text flow;

    wl_layout_flow(&flow, &o->text, 14, 14, wl_section_columns(&o->cfg));
    for (unsigned u = WL_JUDGED + 1; u < WL_N_UNJUDGED; u++) {
        if (st->unjudged[u] == 0)
            continue;
        if (!flow.any)
            wl_text_put(&o->text, "  not judged: ");
        wl_text_count(piece, st->unjudged[u]);
        wl_text_printf(piece, " %s (%s)", wl_unjudged_name((enum wl_unjudged)u),
                       wl_unjudged_text((enum wl_unjudged)u));
        next_piece(&flow, piece);
    }
    if (flow.any)
        wl_text_char(&o->text, '\n');
}

static void put_limits(struct wl_text *t, const struct wl_stats *st)
{
    for (unsigned l = 0; l < WL_N_LIMITS; l++) {
        if (st->limits[l] == 0)
            continue;
        wl_text_printf(t, "  limit reached: %s, ", wl_limit_name((enum wl_limit_id)l));
        put_amount(t, st->limits[l], "time");
        wl_text_printf(t, " (%s)\n", wl_limit_text((enum wl_limit_id)l));
    }
}

static void put_drops(struct wl_text *t, const struct wl_stats *st)
{
    const struct wl_counters *c = &st->counters;

    if (c->capture_dropped) {
        wl_text_put(t, "  dropped: ");
        put_amount(t, c->capture_dropped, "packet");
        wl_text_put(t, st->live ? " that the kernel's buffer had no room for (-B makes it "
                                  "larger)\n"
                                : " lost between capture and analysis\n");
    }
    if (c->interface_dropped) {
        wl_text_put(t, "  dropped: ");
        put_amount(t, c->interface_dropped, "packet");
        wl_text_put(t, " by the interface itself\n");
    }
    if (c->gap_octets) {
        wl_text_put(t, "  missing: ");
        wl_text_octets(t, c->gap_octets);
        wl_text_put(t, " in ");
        put_amount(t, c->gaps, "hole");
        wl_text_char(t, '\n');
    }
    if (c->truncated_packets) {
        wl_text_put(t, "  cut: ");
        put_amount(t, c->truncated_packets, "packet");
        wl_text_put(t, " by the snap length (capture with -s 0 to keep them whole)\n");
    }
    if (c->unknown_linktype) {
        wl_text_put(t, "  passed over: ");
        put_amount(t, c->unknown_linktype, "packet");
        wl_text_put(t, " of a link type that is not known\n");
    }
}

void wl_section_losses(struct wl_text *t, const struct wl_stats *st)
{
    put_limits(t, st);
    put_drops(t, st);
    if (st->stopped && !st->live) /* there every end is one that somebody asked for */
        wl_text_put(t, "  stopped before the end of the input\n");
}

void wl_section_inputs(struct wl_output *o, const struct wl_stats *st)
{
    struct wl_text piece;

    wl_text_init(&piece, &o->budget, PIECE);
    for (uint32_t i = 0; i < st->n_inputs; i++) {
        put_input(o, st, &st->inputs[i], &piece);
        if (wl_output_room(o) < 0)
            break;
    }
    put_together(o, st, &piece);
    put_unjudged(o, st, &piece);
    wl_text_release(&piece);
    wl_section_losses(&o->text, st);
}

void wl_section_no_http(struct wl_output *o, const struct wl_stats *st)
{
    struct wl_flow_text flow;
    struct wl_text piece;

    if (st->exchanges)
        return;
    if (st->left_out) {
        heading(o, "No exchange matches --where");
        wl_text_put(&o->text, ", which left out ");
        wl_text_count(&o->text, st->left_out);
        wl_text_char(&o->text, '\n');
        return;
    }
    heading(o, "No HTTP was found");
    if (st->connections == 0) {
        wl_text_put(&o->text, ": no TCP connection in ");
        put_amount(&o->text, st->counters.packets, "packet");
        if (st->counters.undecoded) {
            wl_text_put(&o->text, ", of which ");
            wl_text_count(&o->text, st->counters.undecoded);
            wl_text_put(&o->text, " hold no TCP");
        }
        wl_text_char(&o->text, '\n');
        return;
    }
    wl_text_put(&o->text, ". The connections look like this:\n  ");
    wl_text_init(&piece, &o->budget, PIECE);
    wl_layout_flow(&flow, &o->text, 2, 2, wl_section_columns(&o->cfg));
    for (unsigned p = 0; p < WL_N_PROTO; p++) {
        if (st->protocols[p] == 0)
            continue;
        wl_text_count(&piece, st->protocols[p]);
        wl_text_printf(&piece, " %s", wl_proto_name((enum wl_proto)p));
        next_piece(&flow, &piece);
    }
    wl_text_release(&piece);
    wl_text_char(&o->text, '\n');
    if (st->protocols[WL_PROTO_TLS]) {
        wl_text_put(&o->text, "  This version does not decrypt TLS: capture behind the point where "
                              "it ends.\n");
    }
}

/* ------------------------------------------------------------------------------- responses */

static void put_code(struct wl_text *t, unsigned code, uint64_t n)
{
    const char *reason = wl_status_reason(code);

    if (code == 0) {
        wl_text_put(t, "not three digits");
    } else {
        wl_text_printf(t, "%03u%s%s", code, *reason ? " " : "", reason);
    }
    wl_text_put(t, ": ");
    wl_text_count(t, n);
}

static void put_class(struct wl_output *o, const struct wl_stats *st, unsigned class,
                      struct wl_text *piece)
{
    static const char *const names[WL_N_CLASSES] = {"invalid", "1xx", "2xx", "3xx", "4xx", "5xx"};
    unsigned shown = 0, left = 0;
    uint64_t unnamed = st->responses[class];
    struct wl_flow_text flow;
    size_t from = o->text.buf.n;

    if (st->responses[class] == 0)
        return;
    wl_text_printf(&o->text, "  %-7s", names[class]);
    wl_layout_count(&o->text, st->responses[class], 11);
    wl_text_put(&o->text, "   ");
    wl_layout_flow(&flow, &o->text, o->text.buf.n - from, 23, wl_section_columns(&o->cfg));
    for (unsigned code = 0; code < WL_N_CODES; code++) {
        if (st->codes[code] == 0 || wl_status_class((uint16_t)code) != class)
            continue;
        unnamed -= wl_min_u64(unnamed, st->codes[code]);
        if (++shown > CODES_SHOWN && o->cfg.verbosity < 1) {
            left++;
            continue;
        }
        put_code(piece, code, st->codes[code]);
        next_piece(&flow, piece);
    }
    if (left) {
        wl_text_printf(piece, "and %u more codes (-v)", left);
        next_piece(&flow, piece);
    }
    if (class == 0 && unnamed) { /* they have no place among the codes */
        put_code(piece, 0, unnamed);
        next_piece(&flow, piece);
    }
    wl_text_char(&o->text, '\n');
}

void wl_section_responses(struct wl_output *o, const struct wl_stats *st)
{
    uint64_t all = 0;
    struct wl_text piece;

    for (unsigned c = 0; c < WL_N_CLASSES; c++)
        all += st->responses[c];
    if (all == 0)
        return;
    heading(o, "Responses\n");
    wl_text_init(&piece, &o->budget, PIECE);
    for (unsigned c = 1; c < WL_N_CLASSES; c++)
        put_class(o, st, c, &piece);
    put_class(o, st, 0, &piece);
    wl_text_release(&piece);
}

/* "103, 103, 200": lines end between statuses. */
static void put_sequence(struct wl_output *o, const char *sequence)
{
    struct wl_span rest = wl_span_text(sequence);
    struct wl_flow_text flow;
    struct wl_text piece;

    wl_text_init(&piece, &o->budget, PIECE);
    wl_layout_flow(&flow, &o->text, 23, 23, wl_section_columns(&o->cfg));
    while (rest.n) {
        size_t n = 0;

        while (n < rest.n && !wl_span_starts(wl_span_after(rest, n), WL_SPAN(", ")))
            n++;
        wl_text_terminal(&piece, wl_span_sub(rest, 0, n));
        next_piece(&flow, &piece);
        rest = wl_span_after(rest, n + 2 < rest.n ? n + 2 : rest.n);
    }
    wl_text_release(&piece);
}

void wl_section_sequences(struct wl_output *o, const struct wl_stats *st, uint32_t max)
{
    uint32_t shown = st->n_sequences < max ? st->n_sequences : max;
    bool faulty = false;
    uint64_t left = st->other_sequences;

    if (st->n_sequences == 0)
        return;
    for (uint32_t i = 0; i < st->n_sequences; i++) {
        faulty |= i < shown && st->sequences[i].faulty;
        left += i < shown ? 0 : st->sequences[i].n;
    }
    heading(o, faulty ? "Status sequences (!: some exchange with it broke a MUST)\n"
                      : "Status sequences\n");
    for (uint32_t i = 0; i < shown; i++) {
        const struct wl_top_sequence *s = &st->sequences[i];

        wl_text_put(&o->text, s->faulty ? "  !      " : "         ");
        wl_layout_count(&o->text, s->n, 11);
        wl_text_put(&o->text, "   ");
        put_sequence(o, *s->text ? s->text : "no response");
        wl_text_char(&o->text, '\n');
    }
    if (left) {
        wl_text_put(&o->text, "         ");
        wl_layout_count(&o->text, left, 11);
        wl_text_put(&o->text, "   others\n");
    }
}

static void put_quantiles(struct wl_output *o, const char *label, const struct wl_histogram *h)
{
    static const double shares[] = {0.50, 0.95, 0.99};

    if (h->n == 0)
        return;
    wl_text_printf(&o->text, "  %-22s", label);
    for (size_t i = 0; i < WL_COUNT(shares); i++) {
        /* to the microsecond: the histogram knows a sixteenth */
        double us = wl_histogram_quantile(h, shares[i]) * 1e6 + 0.5;

        wl_layout_duration(&o->text, (wl_ns)us * 1000, 14);
    }
    wl_text_char(&o->text, '\n');
}

void wl_section_times(struct wl_output *o, const struct wl_stats *st)
{
    if (st->first.n == 0 && st->final.n == 0)
        return;
    heading(o, "Time after the request             p50           p95           p99\n");
    put_quantiles(o, "to the first response", &st->first);
    put_quantiles(o, "to the final response", &st->final);
}

void wl_section_counters(struct wl_output *o, const struct wl_stats *st)
{
    static const struct {
        size_t offset;
        const char *text;
    } rows[] = {
#define WL_COUNTER(name, text) {offsetof(struct wl_counters, name), text},
#include "wirelint/tbl/counters.h"
#undef WL_COUNTER
    };

    heading(o, "Counters\n");
    for (size_t i = 0; i < WL_COUNT(rows); i++) {
        uint64_t n;

        memcpy(&n, (const uint8_t *)&st->counters + rows[i].offset, sizeof(n));
        if (n == 0)
            continue;
        wl_text_put(&o->text, "  ");
        wl_layout_count(&o->text, n, 18);
        wl_text_printf(&o->text, "   %s\n", rows[i].text);
    }
}

void wl_section_verdict(struct wl_output *o, const struct wl_stats *st)
{
    struct wl_text *t = &o->text;
    bool color = o->cfg.color;

    /* plain numbers and always the plural, "1 violations" too: scripts read this line */
    for (unsigned s = WL_VIOLATION; s > WL_OFF; s--) {
        bool ink = color && st->findings[s];

        wl_layout_ink(t, ink, wl_layout_severity_ink((enum wl_severity)s));
        wl_text_u64(t, st->findings[s]);
        wl_text_printf(t, " %ss", wl_severity_name((enum wl_severity)s));
        wl_layout_ink(t, ink, WL_INK_PLAIN);
        wl_text_put(t, s > WL_NOTE ? ", " : " in ");
    }
    wl_text_u64(t, st->exchanges);
    wl_text_put(t, " exchanges on ");
    wl_text_u64(t, st->connections);
    wl_text_put(t, " connections\n");
}
