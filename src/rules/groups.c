/* groups.c - the catalogue as a list: its groups, a rule by number or id, the severity in force.
 * SPDX-License-Identifier: MIT
 */
#include "rules.h"
#include "text.h"

#include <string.h>

#define WL_GROUP(name) extern const struct wl_rule_group wl_rules_##name;
#include "groups.h"
#undef WL_GROUP

static const struct wl_rule_group *const groups[] = {
#define WL_GROUP(name) &wl_rules_##name,
#include "groups.h"
#undef WL_GROUP
    NULL,
};

const struct wl_rule_group *const *wl_rule_groups(void)
{
    return groups;
}

size_t wl_rule_count(void)
{
    size_t n = 0;

    for (size_t g = 0; groups[g]; g++)
        n += groups[g]->n_rules;
    return n;
}

const struct wl_rule *wl_rule_at(size_t i)
{
    for (size_t g = 0; groups[g]; g++) {
        if (i < groups[g]->n_rules)
            return &groups[g]->rules[i];
        i -= groups[g]->n_rules;
    }
    return NULL;
}

const struct wl_rule *wl_rule_find(const char *id)
{
    for (size_t g = 0; groups[g]; g++) {
        for (size_t i = 0; i < groups[g]->n_rules; i++) {
            if (strcmp(groups[g]->rules[i].id, id) == 0)
                return &groups[g]->rules[i];
        }
    }
    return NULL;
}

const struct wl_override *wl_override_of(const struct wl_config *cfg, const struct wl_rule *rule)
{
    for (size_t i = cfg->n_overrides; i--;) {
        if (wl_glob_match(cfg->overrides[i].glob, rule->id))
            return &cfg->overrides[i];
    }
    return NULL;
}

enum wl_severity wl_config_severity(const struct wl_config *cfg, const struct wl_rule *rule)
{
    const struct wl_override *override = wl_override_of(cfg, rule);

    if (cfg->only && !wl_glob_match(cfg->only, rule->id))
        return WL_OFF;
    return override ? override->severity : rule->severity;
}
