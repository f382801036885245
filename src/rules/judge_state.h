/* judge_state.h - what a judge has in hand: shared by prepare.c, which makes it, and judge.c.
 * SPDX-License-Identifier: MIT
 */
#ifndef WL_JUDGE_STATE_H
#define WL_JUDGE_STATE_H

#include "grammar.h"
#include "index.h"
#include "plan.h"
#include "rules.h"

enum { WL_RULE_WORDS = WL_MAX_RULES / WL_INDEX_BITS };

/** Rules over one mark, or over connections: few, and asked one by one. */
struct wl_rulings {
    uint32_t first, n; /* entries[first .. first + n), indexes into wl_judge.rulings */
};

/** A rule that is switched on. */
struct wl_ruling {
    const struct wl_rule *rule;
    enum wl_severity severity; /* in force */
    bool overridden;           /* by the user */
    uint8_t n_cases;           /* of .cases */
    uint8_t versions;          /* of the request it is asked for: bits */
    uint16_t yields[WL_RULE_SEE];
    uint16_t n_yields;
};

/** Owns all that its pointers lead to, but for the case in hand. */
struct wl_judge {
    struct wl_budget *budget;
    struct wl_thresholds thresholds;
    enum wl_redact redact;
    uint32_t max_findings, max_conn_findings;
    uint64_t dropped;   /* findings that there was no room for */
    uint64_t beyond[2]; /* of them, those beyond max_findings, and beyond max_conn_findings */

    struct wl_ruling *rulings;
    size_t n_rules, n_rulings; /* filled; allocated */
    uint16_t *entries;
    uint32_t n_entries;
    struct wl_rulings connections, marks[WL_N_MARKS];
    struct wl_index requests, responses, exchanges, related;
    wl_check_fn **checks; /* of each ruling; NULL for those that are asked otherwise */
    struct wl_plans plans;
    uint64_t asked_req[WL_FIELD_WORDS], asked_res[WL_FIELD_WORDS]; /* fields that filters name */

    /* the case in hand */
    struct wl_exchange *ex;
    uint32_t have;                  /* wl_needs of ex that are met, while it is related ... */
    uint64_t wanted[WL_RULE_WORDS]; /* ... and the rules of related that fit */
    uint64_t over[WL_N_RELATIONS][WL_RULE_WORDS]; /* rules of related by relation */
    uint64_t alone[WL_RULE_WORDS];                /* those with .alone */
    uint64_t cased[WL_RULE_WORDS];                /* those whose .cases are to be looked at */
    uint32_t *relations; /* of each rule of related, bit i for enum wl_relation i */
    struct wl_conn_record *conn;
    const struct wl_mark *mark;
    size_t rule;
    struct wl_arena *arena;
    /* room for as many as the larger maximum, and one; sorted and copied at the end */
    struct wl_finding *findings;
    uint32_t n_findings, max;
    struct wl_finding *last; /* just reported; NULL when it was dropped */
    bool keep_yielded;
    struct wl_reader reader;
    struct wl_date_memo date;
};

#endif
