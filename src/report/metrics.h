/* metrics.h - the numbers of a run as Prometheus reads them.
 * SPDX-License-Identifier: MIT
 *
 * One table of metrics and two ways to write it: OpenMetrics 1.0, and the older text format of
 * Prometheus, which is what node_exporter and `promtool check metrics` read. A file and the
 * endpoint of a live run (scrape.c of the program) write the same.
 */
#ifndef WL_METRICS_H
#define WL_METRICS_H

#include "text.h"
#include "wirelint/sink.h"

enum wl_metrics_form {
    WL_METRICS_OPENMETRICS, /* OpenMetrics 1.0.0 */
    WL_METRICS_PROMETHEUS,  /* the exposition format 0.0.4 */
    WL_N_METRICS_FORMS,
};

/** The Content-Type of a form. */
const char *wl_metrics_media_type(enum wl_metrics_form form);
/**
 * Writes every metric. What only a live run has (connections open now, memory, interfaces) is
 * left out when st->live is false, so that a file gives the same on every run. st->rules NULL:
 * all zero.
 */
void wl_metrics_put(struct wl_text *t, const struct wl_stats *st, enum wl_metrics_form form);

#endif
