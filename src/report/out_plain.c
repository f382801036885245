/* out_plain.c - what has changed, in lines of plain words: for screen readers and logs.
 * SPDX-License-Identifier: MIT
 *
 *     20:31:10.204518 2xx: 1 380 more, 1 402 in all, 138 per second
 *     20:31:10.204518 violation interim-to-http10: 2 more, 9 in all
 *
 * Every interval a line for each class, rule and loss that has gone up since the one before, and
 * nothing else: no cursor, no columns, no colour, and silence while nothing happens. A line can be
 * read alone.
 */
#include "line.h"
#include "section.h"

struct plain {
    struct wl_output out;                    /* first: wl_output_new */
    uint64_t classes[WL_N_CLASSES], dropped; /* as told */
    uint64_t *rules;                         /* findings told, per rule */
    uint8_t *worst;                          /* severity of those that are not told yet, per rule */
    size_t n_rules;
    wl_ns told_at; /* st->elapsed */
    bool introduced;
};

static int plain_open(struct wl_sink *s, const struct wl_sink_config *cfg, struct wl_error *err)
{
    struct plain *p;
    int rc = wl_output_new(s, sizeof(*p), cfg, err);

    if (rc < 0)
        return rc;
    p = s->state;
    p->n_rules = wl_rule_count();
    p->rules = wl_alloc_array(&p->out.budget, p->n_rules, sizeof(*p->rules));
    p->worst = wl_alloc_array(&p->out.budget, p->n_rules, sizeof(*p->worst));
    return p->rules && p->worst ? 0 : WL_NOMEM;
}

/* What a rule found may be less than it can find, or have been overridden. */
static void note_worst(struct plain *p, const struct wl_finding *findings, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        const struct wl_finding *f = &findings[i];

        if (f->number < p->n_rules && f->severity > p->worst[f->number])
            p->worst[f->number] = (uint8_t)f->severity;
    }
}

static int plain_exchange(struct wl_sink *s, const struct wl_exchange *ex)
{
    note_worst(s->state, ex->findings, ex->n_findings);
    return 0;
}

static int plain_connection(struct wl_sink *s, const struct wl_conn_record *conn)
{
    note_worst(s->state, conn->findings, conn->n_findings);
    return 0;
}

static void put_clock(struct plain *p, const struct wl_stats *st)
{
    if (st->now == 0) /* a pipe without a packet knows no time */
        return;
    wl_text_clock(&p->out.text, st->now, p->out.cfg.utc);
    wl_text_char(&p->out.text, ' ');
}

/* ": 3 more, 9 in all"; what was told is brought up to date */
static void put_growth(struct plain *p, uint64_t *told, uint64_t n)
{
    struct wl_text *t = &p->out.text;

    wl_text_put(t, ": ");
    wl_text_count(t, n - *told);
    wl_text_put(t, " more, ");
    wl_text_count(t, n);
    wl_text_put(t, " in all");
    *told = n;
}

/* ", 138 per second"; below one per second the number says it better */
static void put_rate(struct plain *p, uint64_t n, wl_ns span)
{
    if (span <= 0 || n < (uint64_t)(span / WL_SECOND))
        return;
    wl_text_put(&p->out.text, ", ");
    wl_text_count(&p->out.text, (uint64_t)((double)n * 1e9 / (double)span + 0.5));
    wl_text_put(&p->out.text, " per second");
}

static void introduce(struct plain *p, const struct wl_stats *st)
{
    struct wl_text *t = &p->out.text;

    if (p->introduced || !st->live)
        return;
    p->introduced = true;
    put_clock(p, st);
    wl_text_put(t, "watching");
    for (uint32_t i = 0; i < st->n_inputs; i++) {
        const char *name = st->inputs[i].name;

        wl_text_put(t, i ? ", " : " ");
        wl_text_terminal(t, wl_span_text(strcmp(name, "-") == 0 ? "standard input" : name));
    }
    wl_text_put(t, ": a line for what has changed, every ");
    wl_text_duration(t, p->out.cfg.interval);
    wl_text_char(t, '\n');
}

static void put_changes(struct plain *p, const struct wl_stats *st)
{
    struct wl_text *t = &p->out.text;
    wl_ns span = st->elapsed - p->told_at;

    for (unsigned c = 1; c <= WL_N_CLASSES; c++) {
        unsigned class = c % WL_N_CLASSES; /* what is no status last */
        uint64_t n = st->responses[class], before = p->classes[class];

        if (n == before)
            continue;
        put_clock(p, st);
        if (class) {
            wl_text_printf(t, "%uxx", class);
        } else {
            wl_text_put(t, "invalid status");
        }
        put_growth(p, &p->classes[class], n);
        put_rate(p, n - before, st->live ? span : 0);
        wl_text_char(t, '\n');
    }
    for (size_t i = 0; st->rules && i < p->n_rules; i++) {
        if (st->rules[i] <= p->rules[i])
            continue;
        put_clock(p, st);
        wl_text_printf(t, "%s %s", wl_severity_name((enum wl_severity)p->worst[i]),
                       wl_rule_at(i)->id);
        p->worst[i] = WL_OFF;
        put_growth(p, &p->rules[i], st->rules[i]);
        wl_text_char(t, '\n');
    }
    if (st->counters.capture_dropped + st->counters.interface_dropped > p->dropped) {
        put_clock(p, st);
        wl_text_put(t, "packets lost by the capture");
        put_growth(p, &p->dropped, st->counters.capture_dropped + st->counters.interface_dropped);
        wl_text_char(t, '\n');
    }
    p->told_at = st->elapsed;
}

static int plain_tick(struct wl_sink *s, const struct wl_stats *st)
{
    struct plain *p = s->state;

    introduce(p, st);
    if (wl_output_due(&p->out, st))
        put_changes(p, st);
    return wl_output_flush(&p->out);
}

static int plain_close(struct wl_sink *s, const struct wl_stats *st, struct wl_error *err)
{
    struct plain *p = s->state;

    if (p) {
        if (!wl_output_unread(st)) {
            introduce(p, st);
            put_changes(p, st);
            put_clock(p, st);
            wl_section_verdict(&p->out, st);
        }
        wl_free(&p->out.budget, p->rules, p->n_rules * sizeof(*p->rules));
        wl_free(&p->out.budget, p->worst, p->n_rules * sizeof(*p->worst));
    }
    return wl_output_finish(s, sizeof(*p), err);
}

extern const struct wl_sink_ops wl_out_plain;

const struct wl_sink_ops wl_out_plain = {
    .name = "plain",
    .summary = "what has changed, in lines of plain words",
    .open = plain_open,
    .exchange = plain_exchange,
    .connection = plain_connection,
    .tick = plain_tick,
    .close = plain_close,
};
