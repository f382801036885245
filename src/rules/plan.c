/* plan.c - what is asked about exchanges of one kind: found once, remembered.
 * SPDX-License-Identifier: MIT
 *
 * A table in which each kind has two places side by side, for which kinds compete: the one met last
 * stands in the first of them, and a new one takes the second. Who makes exchanges of ever new
 * kinds pays with nothing but the time it takes to ask the indexes. It knows neither rules nor
 * exchanges.
 */
#include "plan.h"

#include "table.h"

bool wl_plans_init(struct wl_plans *p, struct wl_budget *budget, size_t most)
{
    *p = (struct wl_plans){.budget = budget, .most = most ? most : 1};
    p->plans = wl_alloc_array(budget, WL_PLANS, sizeof(*p->plans));
    if (!p->plans)
        return false;
    /* most: a few times WL_MAX_RULES */
    p->rules = wl_alloc_unset(budget, WL_PLANS * p->most * sizeof(*p->rules));
    if (!p->rules)
        return false;
    for (size_t i = 0; i < WL_PLANS; i++)
        p->plans[i].rules = p->rules + i * p->most;
    return true;
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
    mixed = (mixed ^ word) * WL_MIXER;
    return mixed ^ mixed >> 32;
}

/* The first of the two places of a kind. The words are multiplied beside each other, rather than
 * one after the other as in a hash that has to be good. */
static size_t place_of(const struct wl_kind *kind)
{
    uint64_t mixed = kind->facts * WL_MIXER, factor = WL_MIXER;

    for (size_t w = 0; w < WL_FIELD_WORDS; w++) {
        mixed += kind->req[w] * (factor *= WL_MIXER);
        mixed += kind->res[w] * (factor *= WL_MIXER);
    }
    static_assert(WL_PLANS == 1 << 10, "the upper bits of the sum are a place");
    return (size_t)(mixed >> (64 - 10)) & ~(size_t)1;
}

static bool is_same(const struct wl_kind *a, const struct wl_kind *b)
{
    uint64_t differ = a->facts ^ b->facts;

    for (size_t w = 0; w < WL_FIELD_WORDS; w++)
        differ |= (a->req[w] ^ b->req[w]) | (a->res[w] ^ b->res[w]);
    return differ == 0;
}

/* Puts the second plan of a pair first: it is there for the kind, or to be made for it. */
static WL_ASIDE bool take_second(struct wl_plan *pair, const struct wl_kind *kind)
{
    struct wl_plan second = pair[1];
    bool is_new = !is_same(&second.kind, kind);

    pair[1] = pair[0];
    pair[0] = second;
    pair[0].kind = *kind;
    return is_new;
}

struct wl_plan *wl_plans_find(struct wl_plans *p, const struct wl_kind *kind, bool *ret_new)
{
    struct wl_plan *pair = &p->plans[place_of(kind)];

    WL_ASSERT(kind->facts);
    *ret_new = false;
    if (WL_LIKELY_FALSE(!is_same(&pair->kind, kind)))
        *ret_new = take_second(pair, kind);
    return pair;
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
