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
extern const struct wl_sink_ops wl_out_sarif, wl_out_junit, wl_out_har;

static const struct wl_sink_ops *const outputs[] = {
    &wl_out_text,         &wl_out_list,        &wl_out_stats,      &wl_out_plain,
    &wl_out_json,         &wl_out_json_list,   &wl_out_json_stats, &wl_out_csv,
    &wl_out_csv_findings, &wl_out_openmetrics, &wl_out_prometheus, &wl_out_html,
    &wl_out_sarif,        &wl_out_junit,       &wl_out_har,        NULL,
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

/* What a command writes in a format; command NULL: the same whoever asks. */
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
    {NULL, "csv", &wl_out_csv},
    {NULL, "csv-findings", &wl_out_csv_findings},
    {NULL, "html", &wl_out_html},
    {NULL, "sarif", &wl_out_sarif},
    {NULL, "junit", &wl_out_junit},
    {NULL, "har", &wl_out_har},
    {NULL, "openmetrics", &wl_out_openmetrics},
    {NULL, "prometheus", &wl_out_prometheus},
    {NULL, "baseline", &wl_out_baseline}, /* has an option of its own */
};

static bool is_of(size_t form, const char *command)
{
    return !forms[form].command || strcmp(forms[form].command, command) == 0;
}

const char *wl_report_format(size_t i)
{
    for (size_t k = 0; k < WL_COUNT(forms); k++) {
        if (is_of(k, "audit") && forms[k].ops != &wl_out_baseline && i-- == 0)
            return forms[k].format;
    }
    return NULL;
}

const struct wl_sink_ops *wl_report_for(const char *command, const char *format)
{
    for (size_t i = 0; i < WL_COUNT(forms); i++) {
        if (strcmp(forms[i].format, format) == 0 && is_of(i, command))
            return forms[i].ops;
    }
    return NULL;
}
