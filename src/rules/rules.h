/* rules.h - the judge: which rules are asked about what, and what becomes of their reports.
 * SPDX-License-Identifier: MIT
 */
#ifndef WL_RULES_H
#define WL_RULES_H

#include "attr.h"
#include "mem.h"
#include "wirelint/rule.h"
#include "wirelint/wirelint.h"

struct wl_judge;
struct wl_date; /* grammar.h */

enum { WL_MAX_RULES = 4096 }; /* of the catalogue and of embedders together */

/** Has the rule the function that its .when asks for, and the mark or the relation that goes with
 * it? */
bool wl_rule_can_fire(const struct wl_rule *rule);
/** The last override of cfg that speaks of the rule; NULL: none does. */
const struct wl_override *wl_override_of(const struct wl_config *cfg, const struct wl_rule *rule);

/** Who reads what findings say. */
struct wl_reader {
    /* will the sentence of one more finding of this rule be read? NULL: every one is */
    bool (*reads)(void *user, const struct wl_rule *rule);
    void *user;
};

/** What a judge is made for. */
enum wl_judge_for {
    WL_JUDGE_ALL,
    WL_JUDGE_RELATED, /* wl_judge_relate and what follows it alone: it takes half the memory and time to make */
};

/**
 * A judge with the catalogue, the overrides and thresholds of cfg (all copied), and extra groups
 * (NULL-ended, or NULL; borrowed), at most WL_MAX_RULES rules in all, which can fire. Returns NULL
 * when memory is refused.
 */
WL_MUST_USE struct wl_judge *wl_judge_new(const struct wl_config *cfg, struct wl_budget *budget,
                                          const struct wl_rule_group *const *extra,
                                          enum wl_judge_for use);
/** From now on findings of rules that give way to more specific ones are given with those: whoever
 * switches rules off afterwards has to drop them. */
void wl_judge_keep_yielded(struct wl_judge *j);
/** From now on findings have sentences only where reader, which is copied, reads those of their
 * rule; it is asked for each. */
void wl_judge_reader(struct wl_judge *j, const struct wl_reader *reader);
void wl_judge_free(struct wl_judge *j);

/**
 * Fills ex->findings, ex->relations, ex->relations_alone and, where a rule could not look for want
 * of evidence, ex->unjudged (a reason that stands there already stays). Findings lie in ex->arena.
 */
void wl_judge_exchange(struct wl_judge *j, struct wl_exchange *ex);
/** Fills conn->findings. */
void wl_judge_connection(struct wl_judge *j, struct wl_conn_record *conn);

/* Behind the merge (engine/relate.c): exchanges beside earlier ones, with a judge of its own. */

/**
 * Takes an exchange that was judged before in hand, to relate it; which relations to is
 * ex->relations.
 * arena  where findings and their sentences are to lie; not that of the exchange, which belongs to
 *        its shard
 */
void wl_judge_relate(struct wl_judge *j, struct wl_exchange *ex, struct wl_arena *arena);
/** Asks the rules of a relation; past NULL: nothing is remembered. */
void wl_judge_related(struct wl_judge *j, enum wl_relation relation, const struct wl_past *past,
                      const struct wl_past *now);
/** Joins what was found to ex->findings, in their order. False where nothing was: they stay as they
 * are, and nothing lies in the arena. */
bool wl_judge_relate_end(struct wl_judge *j);
/** The relations with a rule that is switched on, bit i for enum wl_relation i. */
uint32_t wl_judge_relations(const struct wl_judge *j);
/** Findings dropped so far, because of max_findings, max_conn_findings or refused memory. */
uint64_t wl_judge_dropped(const struct wl_judge *j);
/** Those beyond max_findings, or beyond max_conn_findings. */
uint64_t wl_judge_beyond(const struct wl_judge *j, bool of_connections);

/* ---------------------------------------- what checks of the catalogue may call besides rule.h */

/** The date that s says (RFC 9110 5.6.7), as a response of that time means it. Most are dates of the
 * same minute: this is quicker than reading them. */
struct wl_date wl_judge_date(struct wl_judge *j, struct wl_span s, wl_ns t);
/** Is it a date as it should be, of the one form that is not obsolete? */
bool wl_judge_date_fine(struct wl_judge *j, struct wl_span s, wl_ns t);
/** One step less sure, when Via shows an intermediary on either message (docs/judging.md 4). */
enum wl_confidence wl_judge_via(const struct wl_exchange *ex, enum wl_confidence c);

#endif
