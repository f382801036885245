/* report.h - the list of outputs.
 * SPDX-License-Identifier: MIT
 *
 * Every output allocates its own state when it is opened and frees it when it is closed; the state
 * given to wl_engine_add_sink is NULL.
 */
#ifndef WIRELINT_REPORT_H
#define WIRELINT_REPORT_H

#include "wirelint/api.h"
#include "wirelint/sink.h"

WL_API_BEGIN

/** The outputs of this version, NULL-ended: text (audit), list, stats, json and its short forms,
 * csv, openmetrics, sarif ... */
const struct wl_sink_ops *const *wl_report_outputs(void);
/** Finds one by name; NULL when this version has none. */
const struct wl_sink_ops *wl_report_find(const char *name);
/**
 * The output that a command writes in a format: command "audit", "list", "stats" or "watch" (what
 * it leaves behind), format "text", "json", "csv" ... NULL when this version has none.
 */
const struct wl_sink_ops *wl_report_for(const char *command, const char *format);
/** The i-th format in which an audit can be written, "text" first; NULL behind the last. */
const char *wl_report_format(size_t i);

WL_API_END

#endif
