/* plan.c - what is asked about exchanges of one kind: found once, remembered.
 * SPDX-License-Identifier: MIT
 *
 * A table in which each kind has one place, for which kinds compete: who makes exchanges of
 * ever new kinds pays with nothing but the time it takes to ask the indexes. It knows
 * neither rules nor exchanges.
 */
#include "plan.h"

bool wl_plans_init(struct wl_plans *p, struct wl_budget *budget, size_t most)
{
    *p = (struct wl_plans){.budget = budget, .most = most ? most : 1};
    p->plans = wl_alloc_array(budget, WL_PLANS, sizeof(*p->plans));
    if (!p->plans)
        return false;
    /* most: a few times WL_MAX_RULES */
    p->rules = wl_alloc_unset(budget, WL_PLANS * p->most * sizeof(*p->rules));
    return p->rules != NULL;
}

void wl_plans_release(struct wl_plans *p)
{
    wl_free(p->budget, p->plans, WL_PLANS * sizeof(*p->plans));
    wl_free(p->budget, p->rules, WL_PLANS * p->most * sizeof(*p->rules));
    *p = (struct wl_plans){.budget = p->budget};
}

/* Fibonacci hashing, with the upper half of each product brought back to the lower one. */
static uint64_t mix(uint64_t mixed, uint64_t word)
{
    const uint64_t mixer = 0x9e3779b97f4a7c15; /* odd, and without a pattern */

    mixed = (mixed ^ word) * mixer;
    return mixed ^ mixed >> 32;
}

static size_t place_of(const struct wl_kind *kind)
{
    uint64_t mixed = mix(0, kind->facts);

    for (size_t w = 0; w < WL_FIELD_WORDS; w++)
        mixed = mix(mix(mixed, kind->req[w]), kind->res[w]);
    return (size_t)mixed % WL_PLANS;
}

static bool is_same(const struct wl_kind *a, const struct wl_kind *b)
{
    uint64_t differ = a->facts ^ b->facts;

    for (size_t w = 0; w < WL_FIELD_WORDS; w++)
        differ |= (a->req[w] ^ b->req[w]) | (a->res[w] ^ b->res[w]);
    return differ == 0;
}

struct wl_plan *wl_plans_find(struct wl_plans *p, const struct wl_kind *kind, bool *ret_new)
{
    size_t place = place_of(kind);
    struct wl_plan *plan = &p->plans[place];

    WL_ASSERT(kind->facts);
    *ret_new = !is_same(&plan->kind, kind);
    if (WL_LIKELY_FALSE(*ret_new)) {
        plan->kind = *kind;
        plan->rules = p->rules + place * p->most;
    }
    return plan;
}

uint64_t wl_plan_hash(const struct wl_plan *plan)
{
    uint64_t hash = (uint64_t)plan->relations << 16 | plan->alone;

    for (size_t part = 0; part < WL_N_PARTS; part++)
        hash = mix(hash, (uint64_t)plan->end[part] << 16 | plan->missing[part]);
    for (size_t i = 0; i < plan->end[WL_N_PARTS - 1]; i++)
        hash = mix(hash, plan->rules[i]);
    return hash;
}
