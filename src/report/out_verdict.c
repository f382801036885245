/* out_verdict.c - the one line that a dashboard leaves behind: what was found.
 * SPDX-License-Identifier: MIT
 */
#include "section.h"
#include "wirelint/report.h"

static int verdict_open(struct wl_sink *s, const struct wl_sink_config *cfg, struct wl_error *err)
{
    return wl_output_new(s, sizeof(struct wl_output), cfg, err);
}

static int verdict_close(struct wl_sink *s, const struct wl_stats *st, struct wl_error *err)
{
    struct wl_output *o = s->state;

    if (!wl_output_unread(st))
        wl_section_verdict(o, st);
    return wl_output_finish(s, sizeof(*o), err);
}

extern const struct wl_sink_ops wl_out_verdict;

const struct wl_sink_ops wl_out_verdict = {
    .name = "verdict",
    .summary = "the last line of an audit",
    .open = verdict_open,
    .close = verdict_close,
};
