/* prepare.c - a judge is made: every rule that is switched on is put where it will be asked from.
 * SPDX-License-Identifier: MIT
 *
 * Into a list per mark, or into the index (index.h) of its kind, from which the rules whose filters
 * fit a message are found without looking at the others. Severities, overridden by the user, are
 * settled here, and so is which rule gives way to which.
 */
#include "rules.h"

#include <string.h>

#include "judge_state.h"

enum { LISTS = 1 + WL_RULE_MARKS }; /* that a rule may stand in */

static size_t count_rules(const struct wl_rule_group *const *list)
{
    size_t n = 0;

    for (size_t g = 0; list && list[g]; g++)
        n += list[g]->n_rules;
    return n;
}

bool wl_rule_can_fire(const struct wl_rule *rule)
{
    switch (rule->when) {
    case WL_ON_MARK: return rule->mark != WL_MARK_NONE && (rule->check || rule->saw);
    case WL_ON_REQUEST:
    case WL_ON_RESPONSE:
    case WL_ON_MESSAGE:
    case WL_ON_EXCHANGE: return rule->check != NULL;
    case WL_ON_CONNECTION: return rule->check_conn != NULL;
    case WL_ON_RELATED: return rule->check_related && rule->relation != WL_RELATION_NONE;
    }
    return false;
}

static void set_severity(struct wl_ruling *r, const struct wl_config *cfg)
{
    WL_ASSERT(wl_rule_can_fire(r->rule));
    r->severity = wl_config_severity(cfg, r->rule);
    r->overridden = wl_override_of(cfg, r->rule) != NULL;
}

static void add_group(struct wl_judge *j, const struct wl_rule_group *group,
                      const struct wl_config *cfg)
{
    for (size_t i = 0; i < group->n_rules; i++) {
        struct wl_ruling *r = &j->rulings[j->n_rules++];

        r->rule = &group->rules[i];
        r->versions = wl_index_versions(r->rule->versions);
        set_severity(r, cfg);
    }
}

/** Turns the names of wl_rule.yields into indexes; a name of no rule is of no effect. */
static void resolve_yields(struct wl_judge *j, struct wl_ruling *r)
{
    for (size_t y = 0; y < WL_RULE_SEE && r->rule->yields[y]; y++) {
        for (size_t i = 0; i < j->n_rules; i++) {
            if (strcmp(j->rulings[i].rule->id, r->rule->yields[y]) == 0) {
                r->yields[r->n_yields++] = (uint16_t)i;
                break; /* ids are unique: wl_engine_add_rules sees to it */
            }
        }
    }
}

static bool is_over_mark(const struct wl_rule *rule, enum wl_mark_id mark)
{
    for (size_t i = 0; i < WL_RULE_MARKS && rule->marks[i]; i++) {
        if (rule->marks[i] == mark)
            return true;
    }
    return rule->mark == mark;
}

/** Is the rule asked about this? A rule with a relation may be asked twice: alone, and beside an
 * earlier exchange (when WL_ON_RELATED). */
static bool asked_about(const struct wl_rule *rule, enum wl_when when)
{
    if (when == WL_ON_RELATED)
        return rule->relation != WL_RELATION_NONE && rule->check_related;
    if (rule->when == WL_ON_MESSAGE)
        return when == WL_ON_REQUEST || when == WL_ON_RESPONSE;
    return rule->when == when;
}

/** All rules that are on and asked about this, in order of the catalogue. Returns their number. */
static size_t collect(const struct wl_judge *j, enum wl_when when, struct wl_index_rule *ret)
{
    size_t n = 0;

    for (size_t i = 0; i < j->n_rules; i++) {
        const struct wl_rule *rule = j->rulings[i].rule;

        if (j->rulings[i].severity != WL_OFF && asked_about(rule, when)) {
            ret[n++] = (struct wl_index_rule){rule, (uint16_t)i,
                                              when == WL_ON_RELATED && rule->again};
        }
    }
    return n;
}

static bool fill_index(struct wl_judge *j, struct wl_index *index, enum wl_when when,
                       struct wl_index_rule *room)
{
    return wl_index_init(index, j->budget, room, collect(j, when, room));
}

/** Those of the rules that are over the mark; all of them where it is none. */
static void fill_list(struct wl_judge *j, struct wl_rulings *list, enum wl_mark_id mark,
                      const struct wl_index_rule *rules, size_t n)
{
    list->first = j->n_entries;
    for (size_t i = 0; i < n; i++) {
        if (mark != WL_MARK_NONE && !is_over_mark(rules[i].rule, mark))
            continue;
        WL_ASSERT(j->n_entries < j->n_rulings * LISTS);
        j->entries[j->n_entries++] = rules[i].number;
        list->n++;
    }
}

static void fill_lists(struct wl_judge *j, struct wl_index_rule *room)
{
    size_t n = collect(j, WL_ON_MARK, room);

    for (int mark = WL_MARK_NONE + 1; mark < WL_N_MARKS; mark++)
        fill_list(j, &j->marks[mark], (enum wl_mark_id)mark, room, n);
    n = collect(j, WL_ON_CONNECTION, room);
    fill_list(j, &j->connections, WL_MARK_NONE, room, n);
}

/** Bit i for enum wl_relation i; that for NONE means nothing. */
static uint32_t relations_of(const struct wl_rule *rule)
{
    return ((uint32_t)1 << rule->relation | (uint32_t)1 << rule->also) & ~(uint32_t)1;
}

/** Which rules of related are over which relation: known before any exchange comes. */
static bool sort_relations(struct wl_judge *j)
{
    uint32_t n = j->related.n_rules;

    static_assert(WL_N_RELATIONS <= 16, "relations are bits of wl_exchange.relations");
    if (n == 0)
        return true;
    j->relations = wl_alloc_array(j->budget, n, sizeof(*j->relations));
    if (!j->relations)
        return false;
    for (uint32_t i = 0; i < n; i++) {
        const struct wl_rule *rule = j->rulings[j->related.rules[i].rule].rule;
        uint64_t bit = (uint64_t)1 << i % WL_INDEX_BITS;

        j->relations[i] = relations_of(rule);
        for (uint32_t left = j->relations[i]; left; left &= left - 1)
            j->over[__builtin_ctz(left)][i / WL_INDEX_BITS] |= bit;
        if (rule->alone)
            j->alone[i / WL_INDEX_BITS] |= bit;
    }
    return true;
}

/** Fields that the filters of an index look at. */
static void add_asked(uint64_t set[WL_FIELD_WORDS], const struct wl_index *index)
{
    for (size_t w = 0; w < WL_FIELD_WORDS; w++)
        set[w] |= index->asked[w] | index->missed[w];
}

/** Which fields tell kinds of exchanges apart, and which rules have cases. */
static void prepare_kinds(struct wl_judge *j)
{
    add_asked(j->asked_req, &j->requests);
    add_asked(j->asked_res, &j->responses);
    add_asked(j->asked_res, &j->exchanges);
    add_asked(j->asked_res, &j->related);
    for (size_t i = 0; i < j->n_rules; i++) {
        const struct wl_rule *rule = j->rulings[i].rule;

        j->checks[i] = rule->check;
        j->rulings[i].n_cases = wl_index_case_fields(rule, j->asked_res, j->asked_req);
        if (asked_about(rule, WL_ON_REQUEST)) /* what it is offered is the request */
            (void)wl_index_case_fields(rule, j->asked_req, j->asked_req);
    }
    for (uint32_t i = 0; i < j->related.n_rules; i++) {
        const struct wl_ruling *r = &j->rulings[j->related.rules[i].rule];

        if (r->n_cases && r->rule->when == WL_ON_RELATED) /* else they are about .check */
            j->cased[i / WL_INDEX_BITS] |= (uint64_t)1 << i % WL_INDEX_BITS;
    }
}

/** What exchanges are judged by, each for itself. */
static bool prepare_alone(struct wl_judge *j, struct wl_index_rule *room)
{
    fill_lists(j, room);
    return fill_index(j, &j->requests, WL_ON_REQUEST, room) &&
           fill_index(j, &j->responses, WL_ON_RESPONSE, room) &&
           fill_index(j, &j->exchanges, WL_ON_EXCHANGE, room) &&
           wl_plans_init(&j->plans, j->budget,
                         (size_t)j->requests.n_rules + j->responses.n_rules + j->exchanges.n_rules);
}

static bool prepare(struct wl_judge *j, enum wl_judge_for use)
{
    struct wl_index_rule *room = wl_alloc_array(j->budget, j->n_rulings, sizeof(*room));
    bool made;

    if (!room)
        return false;
    for (size_t i = 0; i < j->n_rules; i++)
        resolve_yields(j, &j->rulings[i]);
    made = (use == WL_JUDGE_RELATED || prepare_alone(j, room)) &&
           fill_index(j, &j->related, WL_ON_RELATED, room) && sort_relations(j);
    if (made)
        prepare_kinds(j);
    wl_free(j->budget, room, j->n_rulings * sizeof(*room));
    return made;
}

static uint32_t findings_capacity(const struct wl_judge *j)
{
    return j->max_findings > j->max_conn_findings ? j->max_findings : j->max_conn_findings;
}

struct wl_judge *wl_judge_new(const struct wl_config *cfg, struct wl_budget *budget,
                              const struct wl_rule_group *const *extra, enum wl_judge_for use)
{
    struct wl_judge *j = wl_alloc(budget, sizeof(*j));
    size_t n = wl_rule_count() + count_rules(extra);

    if (!j)
        return NULL;
    WL_ASSERT(n <= WL_MAX_RULES); /* wl_engine_add_rules refuses more */
    j->budget = budget;
    j->thresholds = cfg->thresholds;
    j->redact = cfg->redact;
    /* beyond 64 Ki findings on one exchange nobody reads on */
    j->max_findings = (uint32_t)wl_min_u64(cfg->limits.max_findings, UINT16_MAX);
    j->max_conn_findings = (uint32_t)wl_min_u64(cfg->limits.max_conn_findings, UINT16_MAX);
    j->n_rulings = n;
    j->requests.budget = j->responses.budget = j->exchanges.budget = j->related.budget = budget;
    j->plans.budget = budget;
    j->rulings = wl_alloc_array(budget, n, sizeof(*j->rulings));
    j->checks = wl_alloc_array(budget, n, sizeof(*j->checks));
    j->entries = wl_alloc_array(budget, n * LISTS, sizeof(*j->entries));
    j->findings = wl_alloc_array(budget, findings_capacity(j) + (size_t)1, sizeof(*j->findings));
    if (!j->rulings || !j->checks || !j->entries || !j->findings)
        goto out;
    for (size_t g = 0; wl_rule_groups()[g]; g++)
        add_group(j, wl_rule_groups()[g], cfg);
    for (size_t g = 0; extra && extra[g]; g++)
        add_group(j, extra[g], cfg);
    if (prepare(j, use))
        return j;
out:
    wl_judge_free(j);
    return NULL;
}

void wl_judge_keep_yielded(struct wl_judge *j)
{
    j->keep_yielded = true;
}

void wl_judge_reader(struct wl_judge *j, const struct wl_reader *reader)
{
    j->reader = *reader;
}

void wl_judge_free(struct wl_judge *j)
{
    struct wl_budget *b;

    if (!j)
        return;
    b = j->budget;
    wl_free(b, j->rulings, j->n_rulings * sizeof(*j->rulings));
    wl_free(b, j->findings, (findings_capacity(j) + (size_t)1) * sizeof(*j->findings));
    wl_free(b, j->entries, j->n_rulings * LISTS * sizeof(*j->entries));
    wl_free(b, j->relations, j->related.n_rules * sizeof(*j->relations));
    wl_index_release(&j->requests);
    wl_index_release(&j->responses);
    wl_index_release(&j->exchanges);
    wl_index_release(&j->related);
    wl_free(b, j->checks, j->n_rulings * sizeof(*j->checks));
    wl_plans_release(&j->plans);
    wl_free(b, j, sizeof(*j));
}
