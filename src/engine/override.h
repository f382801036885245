/* override.h - severities that can be changed while the capture is judged.
 * SPDX-License-Identifier: MIT
 *
 * With a screen the shards judge by the catalogue alone, and what the user says of rules is applied
 * here, where findings leave the merge: so a rule can be switched off and on again, and every shard
 * is of one mind about when. What was found before keeps the severity that it had.
 */
#ifndef WL_OVERRIDE_H
#define WL_OVERRIDE_H

#include "mem.h"
#include "wirelint/wirelint.h"

struct wl_overridden;

/** Begins with the overrides and only of cfg. NULL when memory is refused. */
WL_MUST_USE struct wl_overridden *wl_overridden_new(struct wl_budget *budget,
                                                    const struct wl_config *cfg);
void wl_overridden_free(struct wl_overridden *o);
/** From now on; how many rules of the catalogue the glob names. */
size_t wl_overridden_set(struct wl_overridden *o, const char *glob, enum wl_severity severity);
/** What a finding of this severity is by what is in force; WL_OFF when its rule is switched off. */
enum wl_severity wl_overridden_found(const struct wl_overridden *o, const struct wl_rule *rule,
                                     enum wl_severity found);
/**
 * Gives findings the severities in force and takes out those of rules that are off, then those that
 * give way to others that are left (wl_rule.yields); returns how many remain. As in the judge, an
 * override replaces the severity of the rule and higher ones, and what was lower stays lower.
 */
uint32_t wl_overridden_apply(const struct wl_overridden *o, struct wl_finding *findings,
                             uint32_t n);

#endif
