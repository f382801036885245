/* watch.h - `wirelint watch`: an engine's run with the dashboard beside it.
 * SPDX-License-Identifier: MIT
 */
#ifndef WL_WATCH_H
#define WL_WATCH_H

#include "terminal.h"

/** Where files are proposed to be written when the current directory cannot be written to. */
#define WL_WATCH_SPARE "/tmp"

/**
 * As wl_engine_run, with a screen on the terminal, which is given back before this returns.
 * Messages for standard error wait until then. report: what the options say of reports that are
 * saved.
 * Returns 0 or a negative code with err: WL_EINVAL when this terminal cannot show it, before
 * anything was opened.
 */
WL_MUST_USE int wl_watch_run(struct wl_engine *e, const struct wl_source_config *source,
                             const struct wl_options *o, const struct wl_sink_config *report,
                             struct wl_terminal *terminal, struct wl_error *err);
/** A signal wants the run to end; safe in its handler. */
void wl_watch_stop(void);
/** The process is about to end in a signal handler: the terminal is put back. */
void wl_watch_restore(void);

#endif
