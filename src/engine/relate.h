/* relate.h - what several exchanges tell together.
 * SPDX-License-Identifier: MIT
 *
 * Behind the merge, where all connections are seen in one order; rules stay memoryless. What is
 * remembered is in tbl/relations.h, and the rules that look at it have a .relation.
 */
#ifndef WL_RELATE_H
#define WL_RELATE_H

#include "mem.h"
#include "wirelint/wirelint.h"

struct wl_begun;
struct wl_reader;
struct wl_relate;

/** cfg: redirect.window and max_related count. NULL when memory is refused. */
WL_MUST_USE struct wl_relate *wl_relate_new(struct wl_budget *budget, const struct wl_config *cfg);
/**
 * Gives it the rules, once, before the first exchange.
 * cfg    overrides, thresholds and limits: copied
 * extra  groups of the embedder, NULL-ended, or NULL; borrowed
 * Returns 0 or WL_NOMEM.
 */
WL_MUST_USE int wl_relate_rules(struct wl_relate *r, const struct wl_config *cfg,
                                const struct wl_rule_group *const *extra);
/** As wl_judge_reader, behind wl_relate_rules. */
void wl_relate_reader(struct wl_relate *r, const struct wl_reader *reader);
/**
 * Asks the rules that relate ex to earlier exchanges, and joins what they find to ex->findings,
 * which then lie here until the next call; remembers ex for later ones; and drops findings of rules
 * with once_per_target that were told before for the same server, host and path.
 * told  false: --where leaves ex out whatever is found. It is remembered, and nothing else happens
 */
void wl_relate_exchange(struct wl_relate *r, struct wl_exchange *ex, bool told);
/** Seed of wl_begun_note, for what wl_relate_begun is to be told; 0: nothing. */
uint64_t wl_relate_begun_seed(const struct wl_relate *r);
/** A request has its head. NULL: memory for it was refused. */
void wl_relate_begun(struct wl_relate *r, const struct wl_begun *begun);
/** The exchange of the last call is left out after all: what was told of it is told of a later
 * one. */
void wl_relate_untold(struct wl_relate *r);
/** How often there was no room to remember something. */
uint64_t wl_relate_full(const struct wl_relate *r);
/** How often an exchange was forgotten before the other leg had come (max_legs). */
uint64_t wl_relate_legs_lost(const struct wl_relate *r);
/** Findings dropped because of max_findings or refused memory. */
uint64_t wl_relate_dropped(const struct wl_relate *r);
/** Those beyond max_findings. */
uint64_t wl_relate_beyond(const struct wl_relate *r);
void wl_relate_free(struct wl_relate *r);

#endif
