/* report.c - the list of outputs.
 * SPDX-License-Identifier: MIT
 *
 * A new output is one file out_x.c with a wl_sink_ops, and one line here.
 */
#include "wirelint/report.h"

#include "attr.h"

#include <string.h>

extern const struct wl_sink_ops wl_out_text, wl_out_list, wl_out_stats, wl_out_plain;
extern const struct wl_sink_ops wl_out_verdict, wl_out_baseline;
extern const struct wl_sink_ops wl_out_json, wl_out_json_list, wl_out_json_stats;
extern const struct wl_sink_ops wl_out_csv, wl_out_csv_findings;
extern const struct wl_sink_ops wl_out_openmetrics, wl_out_prometheus, wl_out_html;

static const struct wl_sink_ops *const outputs[] = {
    &wl_out_text,
    &wl_out_list,
    &wl_out_stats,
    &wl_out_plain,
    &wl_out_json,
    &wl_out_json_list,
    &wl_out_json_stats,
    &wl_out_csv,
    &wl_out_csv_findings,
    &wl_out_openmetrics,
    &wl_out_prometheus,
    &wl_out_html,
    NULL,
};

const struct wl_sink_ops *const *wl_report_outputs(void)
{
    return outputs;
}

const struct wl_sink_ops *wl_report_find(const char *name)
{
    for (const struct wl_sink_ops *const *o = outputs; *o; o++) {
        if (strcmp((*o)->name, name) == 0)
            return *o;
    }
    return NULL;
}

const struct wl_sink_ops *wl_report_for(const char *command, const char *format)
{
    static const struct {
        const char *command, *format;
        const struct wl_sink_ops *ops;
    } forms[] = {
        {"audit", "text", &wl_out_text},
        {"audit", "json", &wl_out_json},
        {"list", "text", &wl_out_list},
        {"list", "json", &wl_out_json_list},
        {"stats", "text", &wl_out_stats},
        {"stats", "json", &wl_out_json_stats},
        {"stats", "plain", &wl_out_plain},
        {"watch", "plain", &wl_out_plain},
        {"watch", "text", &wl_out_verdict},
        /* the same whoever asks */
        {NULL, "csv", &wl_out_csv},
        {NULL, "csv-findings", &wl_out_csv_findings},
        {NULL, "openmetrics", &wl_out_openmetrics},
        {NULL, "prometheus", &wl_out_prometheus},
        {NULL, "baseline", &wl_out_baseline},
        {NULL, "html", &wl_out_html},
    };

    for (size_t i = 0; i < WL_COUNT(forms); i++) {
        if (strcmp(forms[i].format, format) == 0 &&
            (!forms[i].command || strcmp(forms[i].command, command) == 0)) {
            return forms[i].ops;
        }
    }
    return NULL;
}
