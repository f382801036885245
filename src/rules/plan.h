/* plan.h - what is asked about exchanges of one kind: found once, remembered.
 * SPDX-License-Identifier: MIT
 *
 * A capture has exchanges of a few kinds: the same method, status, fields and evidence again and
 * again. Which rules are to be asked about them, and in which order, is found by the indexes
 * (index.h) for the first of a kind, and stands ready for the next ones as a list of rules.
 */
#ifndef WL_PLAN_H
#define WL_PLAN_H

#include "attr.h"
#include "mem.h"
#include "wirelint/rule.h"

enum { WL_PLANS = 1024 };

/** Everything of an exchange that filters and guards look at. */
struct wl_kind {
    uint64_t facts; /* status, method, evidence and so on, packed by the judge; never 0 */
    uint64_t req[WL_FIELD_WORDS], res[WL_FIELD_WORDS]; /* fields that any rule asks for */
};

/** What rules are offered of an exchange, in this order; interim responses are not planned. */
enum wl_part {
    WL_PART_REQUEST,
    WL_PART_RESPONSE,
    WL_PART_WHOLE,
    WL_N_PARTS,
};

struct wl_plan {
    struct wl_kind kind;
    uint16_t *rules;              /* numbers, part after part */
    uint16_t end[WL_N_PARTS];     /* of each part in rules */
    uint16_t missing[WL_N_PARTS]; /* wl_needs that kept others from being asked */
    uint16_t relations, alone;    /* as those of wl_exchange */
};

struct wl_plans {
    struct wl_budget *budget;
    struct wl_plan *plans;
    uint16_t *rules; /* most for each plan, which takes them along when it moves */
    size_t most;
};

/** most: rules in a plan. False when memory is refused; what was made can be
 * released all the same. */
WL_MUST_USE bool wl_plans_init(struct wl_plans *p, struct wl_budget *budget, size_t most);
void wl_plans_release(struct wl_plans *p);

/**
 * The plan for a kind, for exchanges that come in any number of kinds.
 * ret_new  it has taken the place of another: all but .kind and .rules has to be set
 */
struct wl_plan *wl_plans_find(struct wl_plans *p, const struct wl_kind *kind, bool *ret_new);
/** Is no evidence missing, whatever part is asked about? */
static inline bool wl_plan_lacks_nothing(const struct wl_plan *plan)
{
    return (plan->missing[WL_PART_REQUEST] | plan->missing[WL_PART_RESPONSE] |
            plan->missing[WL_PART_WHOLE]) == 0;
}

/** Of all that a plan says. Exchanges of a kind have the same plan, or the kind leaves something
 * out: with assertions it is made anew each time to see that. */
uint64_t wl_plan_hash(const struct wl_plan *plan);

#endif
