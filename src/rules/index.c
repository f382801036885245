/* index.c - which rules are to be asked: sets of rules by what they ask for.
 * SPDX-License-Identifier: MIT
 *
 * Made once, from the table entries of the rules. A set has a bit per rule and few words, so that
 * the work per message is a dozen operations on integers for every 64 rules, whatever they ask for.
 * Statuses between two boundaries of the rules' ranges share a set. The messages of a capture are
 * of a few kinds: what was found for the last ones is remembered, and costs a comparison. It knows
 * no message beyond what filters may ask, and calls nothing.
 */
#include "index.h"

#include "table.h"

enum {
    N_VERSIONS = WL_FOR_ALL + 1,
    N_PLACES = WL_PLACE_ALL + 1,
    WORDS_USED = (WL_N_FIELDS + 63) / 64, /* of a set of fields */
};

static_assert(WL_N_FIELDS <= 64 * WL_FIELD_WORDS, "each known field has its bit");

/* ------------------------------------------------------------------------------------ filters */

/** A version's name is a word of the list, so that "HTTP/1.1" does not find "HTTP/1.10". */
static bool lists_version(const char *versions, const char *name)
{
    size_t n = strlen(name);

    for (const char *p = strstr(versions, name); p; p = strstr(p + n, name)) {
        if (p[n] == '\0' || p[n] == ',')
            return true;
    }
    return false;
}

uint8_t wl_index_versions(const char *versions)
{
    static const struct {
        const char *name;
        uint8_t bit;
    } known[] = {
        {"HTTP/1.0", WL_FOR_HTTP10}, {"HTTP/1.1", WL_FOR_HTTP11}, {"HTTP/2", WL_FOR_H2},
        {"HTTP/3", WL_FOR_H3},       {"ICAP", WL_FOR_ICAP},
    };
    uint8_t bits = 0;

    for (size_t i = 0; versions && i < WL_COUNT(known); i++) {
        if (lists_version(versions, known[i].name))
            bits |= known[i].bit;
    }
    return bits ? bits : WL_FOR_ALL;
}

static uint8_t places_of(const struct wl_rule *rule)
{
    if (rule->interim_only)
        return WL_PLACE_INTERIM;
    return rule->final_only ? WL_PLACE_FINAL : WL_PLACE_ALL;
}

static bool has_bit(const uint64_t *set, size_t bit)
{
    return set[bit / 64] >> bit % 64 & 1;
}

static void set_bit(uint64_t *set, size_t bit)
{
    set[bit / 64] |= (uint64_t)1 << bit % 64;
}

/** Does the rule ask for messages with certain fields, one of which must be there? */
static bool asks_for_fields(const struct wl_rule *rule)
{
    return rule->field != WL_FIELD_OTHER || rule->fields[0] != WL_FIELD_OTHER;
}

static bool fields_fit(const struct wl_rule *rule, const uint64_t *present)
{
    if (rule->lacks != WL_FIELD_OTHER && has_bit(present, rule->lacks))
        return false;
    if (!asks_for_fields(rule))
        return true;
    if (rule->field != WL_FIELD_OTHER && has_bit(present, rule->field))
        return true;
    for (size_t i = 0; i < WL_RULE_FIELDS && rule->fields[i] != WL_FIELD_OTHER; i++) {
        if (has_bit(present, rule->fields[i]))
            return true;
    }
    return false;
}

bool wl_index_fits(const struct wl_rule *rule, uint8_t versions, const struct wl_offer *o)
{
    return (o->versions & ~versions) == 0 && (places_of(rule) & o->places) &&
           (rule->method == WL_METHOD_NONE || rule->method == (enum wl_method)o->method) &&
           wl_index_status_fits(rule->status_from, rule->status_to, o->status) &&
           fields_fit(rule, o->present);
}

/* -------------------------------------------------------------------------------------- cases */

static bool is_set(const struct wl_case *c)
{
    return c->status_from || c->status_to || c->field || c->lacks || c->method || c->req_field ||
           c->req_lacks || c->req_marked;
}

/** Is a field there, or not, as is asked for? OTHER asks for nothing. */
static bool presence_fits(const uint64_t *present, enum wl_field_id field, enum wl_field_id lacks)
{
    return (field == WL_FIELD_OTHER || has_bit(present, field)) &&
           (lacks == WL_FIELD_OTHER || !has_bit(present, lacks));
}

bool wl_index_case_fits(const struct wl_rule *rule, unsigned n_cases, const struct wl_offer *o,
                        const struct wl_message *req, const uint64_t req_fields[WL_FIELD_WORDS])
{
    for (unsigned i = 0; i < n_cases; i++) {
        const struct wl_case *c = &rule->cases[i];

        if (wl_index_status_fits(c->status_from, c->status_to, o->status) &&
            (c->method == WL_METHOD_NONE || c->method == req->method_id) &&
            (!c->req_marked || req->n_marks) && presence_fits(o->present, c->field, c->lacks) &&
            presence_fits(req_fields, c->req_field, c->req_lacks))
            return true;
    }
    return false;
}

uint8_t wl_index_case_fields(const struct wl_rule *rule, uint64_t offered[WL_FIELD_WORDS],
                             uint64_t req[WL_FIELD_WORDS])
{
    uint8_t n = 0;

    for (; n < WL_RULE_CASES && is_set(&rule->cases[n]); n++) {
        const struct wl_case *c = &rule->cases[n];

        set_bit(offered, c->field);
        set_bit(offered, c->lacks);
        set_bit(req, c->req_field);
        set_bit(req, c->req_lacks);
    }
    return n;
}

/* --------------------------------------------------------------------------------- the making */

/** Statuses at which the set changes begin a new row: first says which. Returns
 * the number of rows. */
static size_t share_statuses(struct wl_index *x, const struct wl_index_rule *rules, size_t n,
                             uint16_t first[WL_INDEX_STATUSES])
{
    bool begins[WL_INDEX_STATUSES + 1] = {[0] = true};
    size_t rows = 0;

    for (size_t i = 0; i < n; i++) {
        const struct wl_rule *rule = rules[i].rule;

        if (rule->status_from <= WL_INDEX_STATUSES && rule->status_to < WL_INDEX_STATUSES)
            begins[rule->status_from] = begins[rule->status_to + 1] = true;
    }
    for (size_t status = 0; status < WL_INDEX_STATUSES; status++) {
        if (begins[status])
            first[rows++] = (uint16_t)status;
        x->status_row[status] = (uint16_t)(rows - 1);
    }
    return rows;
}

/** Lets rule i stand in every set of its filters; first: the first status of each row. */
static void enter(struct wl_index *x, const struct wl_index_rule *entry, size_t i,
                  const uint16_t *first, size_t n_statuses)
{
    const struct wl_rule *rule = entry->rule;
    size_t words = x->n_words;
    uint8_t versions = wl_index_versions(rule->versions), places = places_of(rule);

    for (size_t m = 0; m < WL_N_METHODS; m++) {
        if (rule->method == WL_METHOD_NONE || rule->method == (enum wl_method)m)
            set_bit(x->methods + m * words, i);
    }
    for (size_t v = 0; v < N_VERSIONS; v++) {
        if ((v & ~(size_t)versions) == 0)
            set_bit(x->versions + v * words, i);
    }
    for (size_t p = 0; p < N_PLACES; p++) {
        if (p & places)
            set_bit(x->places + p * words, i);
    }
    for (size_t row = 0; row < n_statuses; row++) {
        if (entry->any_status ||
            wl_index_status_fits(rule->status_from, rule->status_to, first[row]))
            set_bit(x->statuses + row * words, i);
    }
    if (!asks_for_fields(rule))
        set_bit(x->plain, i);
    if (rule->field != WL_FIELD_OTHER) {
        set_bit(x->asked, rule->field);
        set_bit(x->fields + rule->field * words, i);
    }
    for (size_t k = 0; k < WL_RULE_FIELDS && rule->fields[k] != WL_FIELD_OTHER; k++) {
        set_bit(x->asked, rule->fields[k]);
        set_bit(x->fields + rule->fields[k] * words, i);
    }
    if (rule->lacks != WL_FIELD_OTHER) {
        set_bit(x->wary, i);
        set_bit(x->missed, rule->lacks);
        set_bit(x->lacking + rule->lacks * words, i);
    }
}

/** Gives each kind of set its rows. */
static bool make_rows(struct wl_index *x, size_t n_statuses)
{
    size_t words = x->n_words;
    uint64_t *row;

    x->n_rows = WL_N_METHODS + N_VERSIONS + N_PLACES + 2 * WL_N_FIELDS + 2 + n_statuses;
    x->sets = row = wl_alloc_array(x->budget, x->n_rows * words, sizeof(*x->sets));
    if (!row)
        return false;
    x->methods = row;
    x->versions = row += WL_N_METHODS * words;
    x->places = row += N_VERSIONS * words;
    x->fields = row += N_PLACES * words;
    x->lacking = row += WL_N_FIELDS * words;
    x->plain = row += WL_N_FIELDS * words;
    x->wary = row += words;
    x->statuses = row + words;
    return true;
}

bool wl_index_init(struct wl_index *x, struct wl_budget *budget, const struct wl_index_rule *rules,
                   size_t n)
{
    uint16_t first[WL_INDEX_STATUSES];
    size_t n_statuses;

    *x = (struct wl_index){.budget = budget};
    x->n_words = (uint32_t)((n + WL_INDEX_BITS - 1) / WL_INDEX_BITS);
    if (n == 0)
        return true;
    n_statuses = share_statuses(x, rules, n, first);
    if (!make_rows(x, n_statuses))
        return false;
    x->rules = wl_alloc_array(budget, n, sizeof(*x->rules));
    x->found = wl_alloc_array(budget, WL_INDEX_MEMOS * (size_t)x->n_words, sizeof(*x->found));
    if (!x->rules || !x->found) {
        wl_free(budget, x->rules, n * sizeof(*x->rules));
        x->rules = NULL;
        return false;
    }
    x->n_rules = (uint32_t)n;
    for (size_t i = 0; i < n; i++) {
        x->rules[i] = (struct wl_indexed){rules[i].number, (uint16_t)rules[i].rule->needs};
        enter(x, &rules[i], i, first, n_statuses);
    }
    return true;
}

void wl_index_release(struct wl_index *x)
{
    wl_free(x->budget, x->sets, x->n_rows * x->n_words * sizeof(*x->sets));
    wl_free(x->budget, x->rules, x->n_rules * sizeof(*x->rules));
    wl_free(x->budget, x->found, WL_INDEX_MEMOS * (size_t)x->n_words * sizeof(*x->found));
    *x = (struct wl_index){.budget = x->budget};
}

/* -------------------------------------------------------------------------------- the asking */

/** The union of the rows of those fields that are both present and asked for. */
static uint64_t rows_of_fields(const struct wl_index *x, const uint64_t *rows,
                               const uint64_t *asked, const uint64_t *present, uint32_t word)
{
    uint64_t set = 0;

    for (size_t w = 0; w < WORDS_USED; w++) {
        for (uint64_t bits = asked[w] & present[w]; bits; bits &= bits - 1) {
            size_t field = 64 * w + (size_t)__builtin_ctzll(bits);

            set |= rows[field * x->n_words + word];
        }
    }
    return set;
}

static uint64_t intersect(const struct wl_index *x, const struct wl_offer *o, uint32_t word)
{
    size_t words = x->n_words;
    size_t status = o->status < WL_INDEX_STATUSES ? o->status : 0;
    uint64_t set = x->statuses[x->status_row[status] * words + word];

    set &= x->versions[o->versions * words + word];
    set &= x->places[o->places * words + word];
    set &= x->methods[o->method * words + word];
    if (set & ~x->plain[word])
        set &= x->plain[word] | rows_of_fields(x, x->fields, x->asked, o->present, word);
    if (set & x->wary[word])
        set &= ~rows_of_fields(x, x->lacking, x->missed, o->present, word);
    return set;
}

/** What of an offer is looked at, but for the fields. */
static uint64_t kind_of(const struct wl_offer *o)
{
    uint32_t status = o->status < WL_INDEX_STATUSES ? o->status : 0;

    static_assert(WL_INDEX_STATUSES <= 1 << 10 && WL_N_METHODS <= 1 << 8 && WL_FOR_ALL < 1 << 5,
                  "each has its bits");
    return (uint64_t)o->have << 32 | (uint32_t)1 << 31 | (uint32_t)o->places << 23 |
           (uint32_t)o->versions << 18 | (uint32_t)o->method << 10 | status;
}

/** The memo in which an offer stands, if it was made before. */
static size_t place_of(const struct wl_index_memo *memo)
{
    uint64_t mixed = memo->kind * WL_MIXER;

    for (size_t w = 0; w < WORDS_USED; w++)
        mixed = (mixed ^ memo->present[w]) * WL_MIXER;
    return (size_t)(mixed >> 32) % WL_INDEX_MEMOS;
}

/** Takes the rules out of a word of a set for which evidence is missing; returns what is. */
static uint32_t drop_unproven(const struct wl_index *x, uint64_t *set, uint32_t word, uint32_t have)
{
    uint32_t missing = 0;

    for (uint64_t left = *set; left; left &= left - 1) {
        const struct wl_indexed
            *e = &x->rules[word * WL_INDEX_BITS + (uint32_t)__builtin_ctzll(left)];

        if (e->needs & ~have)
            *set &= ~(left & -left);
        missing |= e->needs & ~have;
    }
    return missing;
}

static void find(const struct wl_index *x, const struct wl_offer *o, struct wl_index_memo *memo,
                 uint64_t *found)
{
    memo->missing = 0;
    for (uint32_t word = 0; word < x->n_words; word++) {
        found[word] = intersect(x, o, word);
        memo->missing |= drop_unproven(x, &found[word], word, o->have);
    }
}

const uint64_t *wl_index_candidates(struct wl_index *x, const struct wl_offer *o,
                                    uint32_t *ret_missing)
{
    struct wl_index_memo wanted = {.kind = kind_of(o)}, *memo;
    uint64_t differ, *found;
    size_t place;

    *ret_missing = 0;
    if (x->n_words == 0)
        return NULL;
    for (size_t w = 0; w < WORDS_USED; w++)
        wanted.present[w] = o->present[w] & (x->asked[w] | x->missed[w]);
    place = place_of(&wanted);
    memo = &x->memos[place];
    found = x->found + place * x->n_words;
    differ = memo->kind ^ wanted.kind;
    for (size_t w = 0; w < WORDS_USED; w++)
        differ |= memo->present[w] ^ wanted.present[w];
    if (WL_LIKELY_FALSE(differ)) {
        find(x, o, &wanted, found);
        *memo = wanted;
    }
    *ret_missing = memo->missing;
    return found;
}
