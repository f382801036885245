/* reread.h - one connection of a file, analysed once more.
 * SPDX-License-Identifier: MIT
 *
 * What history has dropped of a file is not lost: the source is read again, of which only the
 * packets of one connection go through a shard of their own, while its clock sees every packet. The
 * result is what the first reading gave. It is done in portions, beside the analysis that is under
 * way.
 */
#ifndef WL_REREAD_H
#define WL_REREAD_H

#include "detail.h"
#include "override.h"
#include "redact.h"
#include "suppress.h"

struct wl_reread;

struct wl_reread_config {
    struct wl_budget *budget;
    const struct wl_config *cfg; /* that of the first reading */
    const struct wl_rule_group *const *extra_rules;
    const struct wl_source_config *source;
    const struct wl_filter *filter;         /* of the whole run, or NULL */
    const struct wl_overridden *overridden; /* severities in force, beside those of cfg; or NULL */
    const struct wl_suppress *suppress;     /* or NULL */
    struct wl_redactor *redactor;
    const struct wl_history *history; /* knows findings that one connection does not tell */
};

struct wl_reread_goal {
    struct wl_detail_window window;
    bool over;     /* the connection is over: its record is wanted too */
    uint32_t last; /* open: the last exchange that was told */
};

/** Everything is borrowed for its life. NULL when memory is refused. */
WL_MUST_USE struct wl_reread *wl_reread_new(const struct wl_reread_config *cfg);
void wl_reread_free(struct wl_reread *r);
/** Begins anew; what was read before is forgotten. Returns 0, or a negative code with err. */
WL_MUST_USE int wl_reread_begin(struct wl_reread *r, const struct wl_reread_goal *goal,
                                struct wl_error *err);
/** One portion; true when there is more. */
bool wl_reread_work(struct wl_reread *r);
/** It has been begun with this goal, and is under way or done. */
bool wl_reread_is_about(const struct wl_reread *r, const struct wl_reread_goal *goal);
bool wl_reread_done(const struct wl_reread *r);
/**
 * Replaces what d holds by what was read, in the arena. held becomes WHOLE, or PARTLY when
 * something is missing after all. False: memory is refused.
 */
WL_MUST_USE bool wl_reread_fill(const struct wl_reread *r, struct wl_detail *d, struct wl_arena *a);

#endif
