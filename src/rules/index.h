/* index.h - which rules are to be asked: sets of rules by what they ask for.
 * SPDX-License-Identifier: MIT
 *
 * All rules of one kind (those on requests, on responses, on exchanges) stand in an index in the
 * order of the catalogue. For each value of each filter there is a set of the rules it lets
 * through, one bit per rule; the rules to be asked about a message are the intersection of a
 * handful of sets. A rule that says what it is about costs other messages nothing.
 */
#ifndef WL_INDEX_H
#define WL_INDEX_H

#include "attr.h"
#include "mem.h"
#include "offer.h"
#include "wirelint/rule.h"

enum {
    WL_INDEX_STATUSES = 1000,
    WL_INDEX_BITS = 64, /* rules per word of a set */
    WL_INDEX_MEMOS = 128,
};

/** A rule, as it stands in the index. */
struct wl_indexed {
    uint16_t rule; /* the number it was added with */
    uint16_t needs;
};

/** What was offered, and what was found for it: for the next message like it. */
struct wl_index_memo {
    uint64_t present[WL_FIELD_WORDS]; /* of those fields that any rule asks for */
    uint64_t kind;    /* status, method, versions, places and evidence; 0: nothing yet */
    uint32_t missing; /* evidence, of the rules whose filters fit and that are not to be asked */
};

struct wl_index {
    struct wl_budget *budget;
    struct wl_indexed *rules;
    uint32_t n_rules, n_words;
    uint64_t *sets; /* rows of n_words each, in this order: */
    uint64_t *methods, *versions, *places, *fields, *lacking, *plain, *wary, *statuses;
    size_t n_rows;
    uint64_t asked[WL_FIELD_WORDS], missed[WL_FIELD_WORDS]; /* fields of .field and .lacks */
    struct wl_index_memo memos[WL_INDEX_MEMOS];
    uint64_t *found; /* per memo, n_words */
    uint16_t status_row[WL_INDEX_STATUSES];
};

/** One rule to be put into an index. */
struct wl_index_rule {
    const struct wl_rule *rule;
    uint16_t number;
    bool any_status; /* whatever its range says */
};

/**
 * Makes the index of n rules of one kind.
 * rules  in the order in which they are to be asked; not kept
 * Returns false when memory is refused; the index can be released all the same.
 */
WL_MUST_USE bool wl_index_init(struct wl_index *x, struct wl_budget *budget,
                               const struct wl_index_rule *rules, size_t n);
void wl_index_release(struct wl_index *x);

/**
 * Which of the rules are to be asked about this: those whose filters fit, and for which there is
 * evidence enough.
 * ret_missing  wl_needs that kept others from being asked
 * Returns one bit each in n_words words, valid until the next call.
 */
const uint64_t *wl_index_candidates(struct wl_index *x, const struct wl_offer *o,
                                    uint32_t *ret_missing);

/** The rule of the lowest bit in a word of a set. */
static inline const struct wl_indexed *wl_index_at(const struct wl_index *x, uint32_t word,
                                                   uint64_t set)
{
    return &x->rules[word * WL_INDEX_BITS + (uint32_t)__builtin_ctzll(set)];
}

/** wl_rule.versions as bits. */
uint8_t wl_index_versions(const char *versions);
/** Do the filters of one rule fit? For lists too short to have an index; versions as bits. */
bool wl_index_fits(const struct wl_rule *rule, uint8_t versions, const struct wl_offer *o);
/** Does one of the rule's n cases fit? They are not in the sets: whoever asks .check looks here.
 * o: what is offered; req: the fields of the request. */
bool wl_index_case_fits(const struct wl_rule *rule, unsigned n_cases, const struct wl_offer *o,
                        const struct wl_message *req, const uint64_t req_fields[WL_FIELD_WORDS]);
/** Adds the fields that cases look at, of what is offered and of requests; returns how many cases
 * there are. */
uint8_t wl_index_case_fields(const struct wl_rule *rule, uint64_t offered[WL_FIELD_WORDS],
                             uint64_t req[WL_FIELD_WORDS]);
/** Does a status lie in a rule's range? */
static inline bool wl_index_status_fits(uint16_t from, uint16_t to, unsigned status)
{
    if (from == 0 && to == 0)
        return true;
    if (from <= to)
        return status >= from && status <= to;
    return status >= from || status <= to;
}

#endif
