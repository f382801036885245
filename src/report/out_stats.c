/* out_stats.c - the text of `wirelint stats`: classes, codes, sequences, times, servers.
 * SPDX-License-Identifier: MIT
 */
#include "layout.h"
#include "line.h"
#include "section.h"

struct stats {
    struct wl_output out; /* first: wl_output_new */
};

enum {
    SEQUENCES = 20,
    SERVERS = 10,
    ADDRESS = 21, /* columns: of IPv4, with its port */
};

static int stats_open(struct wl_sink *s, const struct wl_sink_config *cfg, struct wl_error *err)
{
    return wl_output_new(s, sizeof(struct stats), cfg, err);
}

static int stats_exchange(struct wl_sink *s, const struct wl_exchange *ex)
{
    (void)s;
    (void)ex;
    return 0;
}

static int stats_connection(struct wl_sink *s, const struct wl_conn_record *conn)
{
    (void)s;
    (void)conn;
    return 0;
}

static void put_servers(struct wl_output *o, const struct wl_stats *st)
{
    static const char *const heads[] = {"exchanges", "1xx", "2xx", "3xx", "4xx", "5xx", "invalid"};
    struct wl_text *t = &o->text;
    uint32_t shown = st->n_servers < SERVERS && o->cfg.verbosity < 1 ? st->n_servers : SERVERS;
    uint64_t others = st->other_servers;

    if (st->n_servers == 0)
        return;
    if (shown > st->n_servers || o->cfg.verbosity > 0)
        shown = st->n_servers;
    wl_text_char(t, '\n');
    wl_layout_ink(t, o->cfg.color, WL_INK_STRONG);
    wl_text_put(t, "Servers                ");
    for (size_t i = 0; i < WL_COUNT(heads); i++)
        wl_text_printf(t, i ? " %7s" : "%9s", heads[i]); /* 80 columns in all */
    wl_layout_ink(t, o->cfg.color, WL_INK_PLAIN);
    wl_text_char(t, '\n');
    for (uint32_t i = 0; i < shown; i++) {
        const struct wl_top_server *server = &st->servers[i];
        size_t from;

        wl_text_put(t, "  ");
        from = t->buf.n;
        wl_text_endpoint(t, &server->server);
        if (t->buf.n - from > ADDRESS) { /* of IPv6: its numbers stand below it, in their columns */
            wl_text_char(t, '\n');
            wl_text_repeat(t, ' ', 2 + ADDRESS);
        } else {
            wl_layout_pad(t, from, ADDRESS);
        }
        wl_layout_count(t, server->exchanges, 9);
        for (unsigned c = 1; c <= WL_N_CLASSES; c++) {
            wl_text_char(t, ' ');
            wl_layout_count(t, server->classes[c % WL_N_CLASSES], 7);
        }
        wl_text_char(t, '\n');
    }
    for (uint32_t i = shown; i < st->n_servers; i++)
        others += st->servers[i].exchanges;
    if (others) {
        wl_text_printf(t, "  %-*s", ADDRESS, "others");
        wl_layout_count(t, others, 9);
        wl_text_char(t, '\n');
    }
}

static void put_report(struct wl_output *o, const struct wl_stats *st)
{
    wl_section_inputs(o, st);
    wl_section_no_http(o, st);
    wl_section_responses(o, st);
    wl_section_sequences(o, st, o->cfg.verbosity > 0 ? WL_TOP : SEQUENCES);
    wl_section_times(o, st);
    put_servers(o, st);
    if (o->cfg.verbosity > 0)
        wl_section_counters(o, st);
}

static int stats_tick(struct wl_sink *s, const struct wl_stats *st)
{
    struct stats *stats = s->state;

    if (!wl_output_due(&stats->out, st))
        return 0;
    wl_section_interval(&stats->out, st);
    put_report(&stats->out, st);
    wl_text_char(&stats->out.text, '\n');
    return wl_output_flush(&stats->out);
}

static int stats_close(struct wl_sink *s, const struct wl_stats *st, struct wl_error *err)
{
    struct stats *stats = s->state;

    if (stats && !wl_output_unread(st)) {
        if (stats->out.reported)
            wl_section_interval(&stats->out, st);
        put_report(&stats->out, st);
    }
    return wl_output_finish(s, sizeof(struct stats), err);
}

extern const struct wl_sink_ops wl_out_stats;

const struct wl_sink_ops wl_out_stats = {
    .name = "stats",
    .summary = "counts per class and code, sequences, times, servers",
    .open = stats_open,
    .exchange = stats_exchange,
    .connection = stats_connection,
    .tick = stats_tick,
    .close = stats_close,
    .reads = wl_output_reads_none,
};
