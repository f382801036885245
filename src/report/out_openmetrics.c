/* out_openmetrics.c - the numbers of a run in a file, as Prometheus reads them.
 * SPDX-License-Identifier: MIT
 *
 * Twice the same output: "openmetrics" for whoever reads OpenMetrics, "prometheus" in the older
 * text format, which the textfile collector of node_exporter reads. What they say is in metrics.c.
 * At an interval the file is replaced as a whole, so that nobody ever reads half of it.
 */
#include "metrics.h"
#include "output.h"

struct numbers {
    struct wl_output out; /* first: wl_output_new */
    enum wl_metrics_form form;
    bool told; /* at least once */
};

static int open_form(struct wl_sink *s, const struct wl_sink_config *cfg, struct wl_error *err,
                     enum wl_metrics_form form)
{
    int status = cfg->interval > 0 ? wl_output_new_replaced(s, sizeof(struct numbers), cfg, err)
                                   : wl_output_new(s, sizeof(struct numbers), cfg, err);

    if (status == 0) {
        struct numbers *numbers = s->state;

        numbers->form = form;
    }
    return status;
}

static int openmetrics_open(struct wl_sink *s, const struct wl_sink_config *cfg,
                            struct wl_error *err)
{
    return open_form(s, cfg, err, WL_METRICS_OPENMETRICS);
}

static int prometheus_open(struct wl_sink *s, const struct wl_sink_config *cfg,
                           struct wl_error *err)
{
    return open_form(s, cfg, err, WL_METRICS_PROMETHEUS);
}

static int metrics_exchange(struct wl_sink *s, const struct wl_exchange *ex)
{
    (void)s;
    (void)ex;
    return 0;
}

static int metrics_connection(struct wl_sink *s, const struct wl_conn_record *conn)
{
    (void)s;
    (void)conn;
    return 0;
}

static void put_version(struct numbers *numbers, const struct wl_stats *st)
{
    wl_metrics_put(&numbers->out.text, st, numbers->form);
    numbers->told = true;
}

/* The first version at once: whoever collects the file knows then that this runs. */
static int metrics_tick(struct wl_sink *s, const struct wl_stats *st)
{
    struct numbers *numbers = s->state;
    bool due = wl_output_due(&numbers->out, st) || (!numbers->told && st->live);

    if (due && numbers->out.fresh) {
        put_version(numbers, st);
        wl_output_renew(&numbers->out);
    }
    return 0;
}

static int metrics_close(struct wl_sink *s, const struct wl_stats *st, struct wl_error *err)
{
    struct numbers *numbers = s->state;
    int written = 0, finished;

    if (numbers && !wl_output_unread(st)) {
        put_version(numbers, st);
        written = wl_output_replace(&numbers->out); /* a failure sticks: finish tells of it */
    }
    finished = wl_output_finish(s, sizeof(struct numbers), err);
    return finished < 0 ? finished : written;
}

extern const struct wl_sink_ops wl_out_openmetrics, wl_out_prometheus;

const struct wl_sink_ops wl_out_openmetrics = {
    .name = "openmetrics",
    .summary = "the numbers of stats in OpenMetrics 1.0",
    .open = openmetrics_open,
    .exchange = metrics_exchange,
    .connection = metrics_connection,
    .tick = metrics_tick,
    .close = metrics_close,
    .reads = wl_output_reads_none,
    .replaces = true,
};

const struct wl_sink_ops wl_out_prometheus = {
    .name = "prometheus",
    .summary = "the same in the text format of Prometheus, for the textfile collector",
    .open = prometheus_open,
    .exchange = metrics_exchange,
    .connection = metrics_connection,
    .tick = metrics_tick,
    .close = metrics_close,
    .reads = wl_output_reads_none,
    .replaces = true,
};
