/* override.c - severities that can be changed while the capture is judged.
 * SPDX-License-Identifier: MIT
 *
 * One entry per rule of the catalogue, in its order.
 */
#include "override.h"

#include "text.h"

struct entry {
    enum wl_severity severity;
    bool overridden;
};

struct wl_overridden {
    struct wl_budget *budget;
    size_t n;
    struct entry entries[]; /* n */
};

struct wl_overridden *wl_overridden_new(struct wl_budget *budget, const struct wl_config *cfg)
{
    size_t n = wl_rule_count();
    struct wl_overridden *o = wl_alloc(budget, sizeof(*o) + n * sizeof(o->entries[0]));

    if (!o)
        return NULL;
    o->budget = budget;
    o->n = n;
    for (size_t i = 0; i < n; i++)
        o->entries[i].severity = wl_rule_at(i)->severity;
    for (size_t i = 0; i < cfg->n_overrides; i++)
        (void)wl_overridden_set(o, cfg->overrides[i].glob, cfg->overrides[i].severity);
    for (size_t i = 0; cfg->only && i < n; i++) {
        if (!wl_glob_match(cfg->only, wl_rule_at(i)->id))
            o->entries[i] = (struct entry){WL_OFF, true};
    }
    return o;
}

void wl_overridden_free(struct wl_overridden *o)
{
    if (o)
        wl_free(o->budget, o, sizeof(*o) + o->n * sizeof(o->entries[0]));
}

size_t wl_overridden_set(struct wl_overridden *o, const char *glob, enum wl_severity severity)
{
    size_t n = 0;

    for (size_t i = 0; i < o->n; i++) {
        if (!wl_glob_match(glob, wl_rule_at(i)->id))
            continue;
        o->entries[i] = (struct entry){severity, true};
        n++;
    }
    return n;
}

/* The rules of a group lie side by side. NULL: it is none of the catalogue. */
static const struct entry *find(const struct wl_overridden *o, const struct wl_rule *rule)
{
    uintptr_t p = (uintptr_t)rule;
    size_t first = 0;

    for (const struct wl_rule_group *const *g = wl_rule_groups(); *g; g++) {
        uintptr_t start = (uintptr_t)(*g)->rules;

        if (p >= start && p < start + (*g)->n_rules * sizeof(*rule))
            return &o->entries[first + (p - start) / sizeof(*rule)];
        first += (*g)->n_rules;
    }
    return NULL;
}

enum wl_severity wl_overridden_found(const struct wl_overridden *o, const struct wl_rule *rule,
                                     enum wl_severity found)
{
    const struct entry *entry = find(o, rule);

    /* what the rule itself took for less than its severity stays less */
    if (entry && entry->overridden && (found >= rule->severity || found > entry->severity))
        return entry->severity;
    return found;
}

/* Is a finding of a more specific rule there as well? (docs/judging.md 3) */
static bool outdone(const struct wl_finding *f, const struct wl_finding *findings, uint32_t n)
{
    for (size_t y = 0; y < WL_RULE_SEE && f->rule->yields[y]; y++) {
        for (uint32_t i = 0; i < n; i++) {
            if (findings[i].ordinal == f->ordinal &&
                strcmp(findings[i].rule->id, f->rule->yields[y]) == 0)
                return true;
        }
    }
    return false;
}

/* What gives way is marked first and dropped then: it may be what another gives way to. */
static uint32_t yield(struct wl_finding *findings, uint32_t n)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < n; i++) {
        if (outdone(&findings[i], findings, n))
            findings[i].severity = WL_OFF;
    }
    for (uint32_t i = 0; i < n; i++) {
        if (findings[i].severity == WL_OFF)
            continue;
        if (kept != i)
            findings[kept] = findings[i];
        kept++;
    }
    return kept;
}

uint32_t wl_overridden_apply(const struct wl_overridden *o, struct wl_finding *findings, uint32_t n)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < n; i++) {
        struct wl_finding *f = &findings[i];
        const struct entry *entry = find(o, f->rule);

        if (entry && entry->overridden) {
            if (entry->severity == WL_OFF)
                continue;
            f->severity = wl_overridden_found(o, f->rule, f->severity);
        }
        if (kept != i)
            findings[kept] = *f;
        kept++;
    }
    return yield(findings, kept);
}
