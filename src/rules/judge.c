/* judge.c - asks the rules, and only those whose evidence is complete; keeps what they report.
 * SPDX-License-Identifier: MIT
 *
 * Where rules are asked from was prepared (prepare.c): lists per mark, and an index for each kind
 * of rule. What was found for an exchange is kept as a plan (plan.h) for the next ones of its kind.
 * Two hundred rules then cost an ordinary exchange little more than forty.
 *
 * The judge, not the rule, checks the guards of docs/judging.md 2 (wl_rule.needs): missing evidence
 * is never a violation, it is the result "not judged". It knows no format and parses nothing.
 */
#include "rules.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "facts.h"
#include "format.h"
#include "grammar.h"
#include "index.h"
#include "judge_state.h"
#include "offer.h"
#include "plan.h"
#include "said.h"
#include "text.h"

enum { MESSAGE_OCTETS = 480 };

/* ----------------------------------------------------------------------------------- evidence */

/** May the rule be asked? If evidence is missing, the exchange learns why it was not. */
static bool evidence_fits(struct wl_judge *j, uint32_t needs, uint32_t have)
{
    if (WL_LIKELY_TRUE((needs & ~have) == 0))
        return true;
    if (j->ex && j->ex->unjudged == WL_JUDGED)
        j->ex->unjudged = wl_offer_lacking(j->ex, needs & ~have, j->mark != NULL);
    return false;
}

static inline bool case_fits(const struct wl_ruling *r, const struct wl_offer *o,
                             const struct wl_message *req,
                             const uint64_t req_fields[WL_FIELD_WORDS])
{
    return r->n_cases == 0 || wl_index_case_fits(r->rule, r->n_cases, o, req, req_fields);
}

/** Asks the rules about something of which there may be many in an exchange. */
static void ask(struct wl_judge *j, struct wl_index *index, const struct wl_offer *o)
{
    uint32_t missing;
    const uint64_t *sets = wl_index_candidates(index, o, &missing);
    uint64_t req_fields[WL_FIELD_WORDS];

    wl_offer_fields(&j->ex->req, req_fields);
    if (missing)
        (void)evidence_fits(j, missing, 0);
    for (uint32_t word = 0; word < index->n_words; word++) {
        for (uint64_t set = sets[word]; set; set &= set - 1) {
            j->rule = wl_index_at(index, word, set)->rule;
            if (case_fits(&j->rulings[j->rule], o, &j->ex->req, req_fields))
                j->checks[j->rule](j, j->ex, o->m);
        }
    }
}

/* -------------------------------------------------------------------------------------- marks */

/* Will anybody read what is said of the finding in hand? Reports show a few examples of thousands,
 * and a sentence is most of what a finding costs. */
static bool is_read(const struct wl_judge *j)
{
    return !j->reader.reads || j->reader.reads(j->reader.user, j->rulings[j->rule].rule);
}

static void report_mark(struct wl_judge *j, const struct wl_message *m)
{
    const struct wl_rule *rule = j->rulings[j->rule].rule;
    const struct wl_mark *mark = j->mark;
    char saw[MESSAGE_OCTETS];

    WL_ASSERT(rule->saw);
    if (!is_read(j)) {
        wl_report_plain(j, m, mark->at, rule->severity, WL_CERTAIN, "");
        return;
    }
    wl_said_mark(saw, sizeof(saw), rule->saw, mark, m ? m->status : mark->status);
    wl_report(j, m, mark->at, rule->severity, WL_CERTAIN, "%s", saw);
}

static void ask_marks(struct wl_judge *j, const struct wl_mark *marks, uint32_t n,
                      struct wl_offer o)
{
    for (uint32_t i = 0; i < n; i++) {
        const struct wl_rulings *list = &j->marks[marks[i].id];

        if (list->n == 0)
            continue;
        j->mark = &marks[i];
        o.status = o.m ? o.m->status : marks[i].status;
        /* what a mark says of order and place was established when it was set */
        o.have &= ~(uint32_t)(WL_NEEDS_PAIR | WL_NEEDS_BODY | WL_NEEDS_ACK);
        if (marks[i].certain)
            o.have |= WL_NEEDS_PAIR | WL_NEEDS_BODY | WL_NEEDS_ACK;
        for (uint32_t k = 0; k < list->n; k++) {
            size_t number = j->entries[list->first + k];
            const struct wl_rule *rule = j->rulings[number].rule;

            if (!wl_index_fits(rule, j->rulings[number].versions, &o) ||
                !evidence_fits(j, rule->needs, o.have))
                continue;
            j->rule = number;
            if (rule->check) {
                rule->check(j, j->ex, o.m);
            } else {
                report_mark(j, o.m);
            }
        }
    }
    j->mark = NULL;
}

/* ----------------------------------------------------------------------------------- findings */

/** A full table gives up its least finding, the last of them, for a worse one. */
static struct wl_finding *make_room(struct wl_judge *j, enum wl_severity severity)
{
    uint32_t least = 0;

    if (j->n_findings < j->max)
        return &j->findings[j->n_findings++];
    j->dropped++;
    j->beyond[j->conn != NULL]++;
    if (j->max == 0)
        return NULL;
    WL_ASSERT(j->findings); /* there is room for max of them */
    for (uint32_t i = 1; i < j->n_findings; i++) {
        if (j->findings[i].severity <= j->findings[least].severity)
            least = i;
    }
    return severity > j->findings[least].severity ? &j->findings[least] : NULL;
}

static void add_frame(struct wl_finding *f, uint64_t frame)
{
    uint32_t i = f->n_frames;

    if (frame == 0 || i == WL_FINDING_FRAMES)
        return;
    while (i > 0 && f->frames[i - 1] > frame)
        i--;
    if (i > 0 && f->frames[i - 1] == frame)
        return;
    for (uint32_t k = f->n_frames; k > i; k--)
        f->frames[k] = f->frames[k - 1];
    f->frames[i] = frame;
    f->n_frames++;
}

static enum wl_fault fault_of(const struct wl_rule *rule, struct wl_at at)
{
    if (rule->fault != WL_FAULT_EITHER)
        return rule->fault;
    return at.dir == WL_TO_CLIENT ? WL_FAULT_SERVER : WL_FAULT_CLIENT;
}

/** What goes into a finding besides its sentence; j->last is NULL when there is no room for it. */
static WL_INLINE void note_finding(struct wl_judge *j, const struct wl_message *m, struct wl_at at,
                                   enum wl_severity severity, enum wl_confidence confidence)
{
    const struct wl_ruling *ruling = &j->rulings[j->rule];
    struct wl_finding *f;

    if (ruling->overridden && (severity >= ruling->rule->severity || severity > ruling->severity))
        severity = ruling->severity;
    j->last = f = make_room(j, severity);
    if (!f)
        return;
    *f = (struct wl_finding){
        .rule = ruling->rule,
        .severity = severity,
        .confidence = confidence,
        .fault = fault_of(ruling->rule, at),
        .number = (uint16_t)j->rule,
        .at = at,
        .frames = {at.frame},
        .n_frames = at.frame != 0,
    };
    if (j->ex) {
        f->ordinal = j->ex->ordinal;
        f->stream = j->ex->stream;
        f->t = j->ex->req.state != WL_ABSENT ? j->ex->req.t_first : j->ex->t_end;
    } else if (j->conn) {
        f->ordinal = j->mark ? j->mark->ordinal : 0;
        f->status = j->mark ? j->mark->status : 0;
        f->t = j->conn->t_last;
    }
    if (m) {
        f->status = m->status;
        f->t = m->t_first;
        if (m->at.frame != at.frame)
            add_frame(f, m->at.frame);
    }
}

void wl_report(struct wl_judge *j, const struct wl_message *m, struct wl_at at,
               enum wl_severity severity, enum wl_confidence confidence, const char *fmt, ...)
{
    char text[MESSAGE_OCTETS];
    va_list args;
    size_t n;

    note_finding(j, m, at, severity, confidence);
    if (!j->last || !is_read(j))
        return;
    va_start(args, fmt);
    n = wl_format(text, sizeof(text), fmt, args);
    va_end(args);
    n = wl_said_finish(text, n, j->redact, j->ex);
    j->last->message = wl_arena_copy(j->arena, wl_span(text, n));
}

void wl_report_plain(struct wl_judge *j, const struct wl_message *m, struct wl_at at,
                     enum wl_severity severity, enum wl_confidence confidence, const char *sentence)
{
    note_finding(j, m, at, severity, confidence);
    if (j->last)
        j->last->message = wl_span_text(sentence);
}

void wl_report_frame(struct wl_judge *j, uint64_t frame)
{
    if (j->last)
        add_frame(j->last, frame);
}

void wl_report_fault(struct wl_judge *j, enum wl_fault fault)
{
    if (j->last)
        j->last->fault = fault;
}

/** Is a more specific rule's finding there as well? (docs/judging.md 3) */
static bool outdone(const struct wl_judge *j, uint32_t finding)
{
    const struct wl_ruling *r = &j->rulings[j->findings[finding].number];

    for (uint32_t y = 0; y < r->n_yields; y++) {
        for (uint32_t i = 0; i < j->n_findings; i++) {
            if (j->findings[i].number == r->yields[y] &&
                j->findings[i].ordinal == j->findings[finding].ordinal)
                return true;
        }
    }
    return false;
}

static int compare_u64(uint64_t a, uint64_t b)
{
    return a < b ? -1 : a > b;
}

/** By place of the evidence: requests before responses, then offset, then id. Never by frame, so
 * that the order is the same however the octets were packed. */
static int compare_findings(const void *a, const void *b)
{
    const struct wl_finding *x = a, *y = b;
    int order = compare_u64(x->ordinal, y->ordinal);

    if (order == 0)
        order = compare_u64(x->at.dir, y->at.dir);
    if (order == 0)
        order = compare_u64(x->at.offset, y->at.offset);
    return order ? order : strcmp(x->rule->id, y->rule->id);
}

static void begin(struct wl_judge *j, struct wl_arena *arena, uint32_t max)
{
    j->arena = arena;
    j->max = max;
    j->n_findings = 0;
    j->last = NULL;
}

/** Takes out findings beside which a more specific one stands. */
static void drop_outdone(struct wl_judge *j)
{
    uint32_t n = 0;

    for (uint32_t i = 0; i < j->n_findings; i++) {
        if (outdone(j, i))
            j->findings[i].rule = NULL;
    }
    for (uint32_t i = 0; i < j->n_findings; i++) {
        if (!j->findings[i].rule)
            continue;
        if (n < i)
            j->findings[n] = j->findings[i];
        n++;
    }
    j->n_findings = n;
}

/** Two or three, as a rule: those are put in their places without a call of the C library. */
static void sort_findings(struct wl_judge *j)
{
    enum { FEW = 8 };
    struct wl_finding *f = j->findings;

    WL_ASSERT(f);
    if (!j->keep_yielded)
        drop_outdone(j);
    if (j->n_findings > FEW) {
        qsort(f, j->n_findings, sizeof(*f), compare_findings);
        return;
    }
    for (uint32_t i = 1; i < j->n_findings; i++) {
        for (uint32_t k = i; k > 0 && compare_findings(&f[k - 1], &f[k]) > 0; k--) {
            struct wl_finding earlier = f[k];

            f[k] = f[k - 1];
            f[k - 1] = earlier;
        }
    }
}

/** Sorts what was found and hands it over; what memory is refused for counts as dropped. */
static WL_INLINE void conclude(struct wl_judge *j, struct wl_finding **ret, uint32_t *ret_n)
{
    struct wl_finding *kept;

    *ret = NULL;
    *ret_n = 0;
    if (j->n_findings > 1)
        sort_findings(j);
    if (j->n_findings == 0)
        return;
    WL_ASSERT(j->findings);
    kept = wl_arena_raw(j->arena, j->n_findings * sizeof(*kept));
    if (!kept) {
        j->dropped += j->n_findings;
        return;
    }
    for (uint32_t i = 0; i < j->n_findings; i++) /* one, as a rule */
        kept[i] = j->findings[i];
    *ret = kept;
    *ret_n = j->n_findings;
}

/* ------------------------------------------------------------------------------------ exchanges */

/** The kind of an exchange: all that filters, guards and .cases go by, as it stands there. */
static WL_INLINE struct wl_kind kind_of(const struct wl_judge *j, const struct wl_exchange *ex)
{
    const struct wl_message *req = &ex->req, *res = &ex->res;
    uint64_t status = res->status < WL_INDEX_STATUSES ? res->status : 0;
    uint64_t req_fields[WL_FIELD_WORDS], res_fields[WL_FIELD_WORDS];
    struct wl_kind kind;

    static_assert(WL_INDEX_STATUSES <= 1 << 10 && WL_N_METHODS <= 1 << 8 && WL_FOR_ALL < 1 << 5,
                  "each has its bits");
    kind.facts = status | (uint64_t)req->method_id << 10 | (uint64_t)wl_offer_versions(ex) << 18 |
                 (uint64_t)(req->state == WL_WHOLE) << 23 |
                 (uint64_t)(res->state == WL_WHOLE) << 24 |
                 (uint64_t)(req->acked != WL_NONE) << 25 | (uint64_t)(res->acked != WL_NONE) << 26 |
                 (uint64_t)(ex->n_interim != 0) << 27 | (uint64_t)(ex->wait != NULL) << 28 |
                 (uint64_t)(req->n_marks != 0) << 29 | (uint64_t)1 << 31 |
                 (uint64_t)wl_offer_needs(ex) << 32;
    wl_offer_fields(req, req_fields);
    wl_offer_fields(res, res_fields);
    for (size_t w = 0; w < WL_FIELD_WORDS; w++) {
        kind.req[w] = req_fields[w] & j->asked_req[w];
        kind.res[w] = res_fields[w] & j->asked_res[w];
    }
    return kind;
}

/** Adds the rules to be asked about what is offered to a plan that has n of them; returns
 * how many it has. */
static uint16_t plan_part(const struct wl_judge *j, struct wl_index *index,
                          const struct wl_message *req, const struct wl_offer *o,
                          struct wl_plan *plan, enum wl_part part, uint16_t n)
{
    uint32_t missing;
    const uint64_t *sets = wl_index_candidates(index, o, &missing);

    plan->missing[part] = (uint16_t)wl_offer_felt(missing, o->have & WL_NEEDS_RESPONSE);
    for (uint32_t word = 0; word < index->n_words; word++) {
        for (uint64_t set = sets[word]; set; set &= set - 1) {
            uint16_t rule = wl_index_at(index, word, set)->rule;

            if (case_fits(&j->rulings[rule], o, req, plan->kind.req))
                plan->rules[n++] = rule;
        }
    }
    return n;
}

/** Finds the rules that are to look at an exchange beside an earlier one: .wanted. */
static void want_related(struct wl_judge *j, const struct wl_exchange *ex, struct wl_offer *o)
{
    uint64_t req_fields[WL_FIELD_WORDS];
    const uint64_t *sets;
    uint32_t missing;

    wl_offer_fields(&ex->req, req_fields);
    o->have = UINT32_MAX; /* evidence is missing only where something is remembered */
    sets = wl_index_candidates(&j->related, o, &missing);
    for (uint32_t word = 0; word < j->related.n_words; word++) {
        j->wanted[word] = sets[word];
        for (uint64_t set = sets[word] & j->cased[word]; set; set &= set - 1) {
            const struct wl_ruling *r = &j->rulings[wl_index_at(&j->related, word, set)->rule];

            if (!case_fits(r, o, &ex->req, req_fields))
                j->wanted[word] &= ~(set & -set);
        }
    }
}

/** The relations that they are over, and those of them that one is asked about alone. */
static void plan_relations(const struct wl_judge *j, struct wl_plan *plan)
{
    uint32_t relations = 0, alone = 0;

    for (uint32_t word = 0; word < j->related.n_words; word++) {
        for (uint64_t set = j->wanted[word]; set; set &= set - 1) {
            uint32_t over = j->relations[word * WL_INDEX_BITS + (uint32_t)__builtin_ctzll(set)];

            relations |= over;
            alone |= set & -set & j->alone[word] ? over : 0;
        }
    }
    plan->relations = (uint16_t)relations;
    plan->alone = (uint16_t)alone;
}

/** Finds what is to be asked about exchanges of this kind. */
static WL_ASIDE void make_plan(struct wl_judge *j, const struct wl_exchange *ex,
                               struct wl_plan *plan)
{
    struct wl_offer o = wl_offer_begin(ex);
    uint16_t n = 0;

    memset(plan->missing, 0, sizeof(plan->missing));
    if (o.have & WL_NEEDS_REQUEST) {
        wl_offer_message(&o, &ex->req, WL_PLACE_REQUEST);
        n = plan_part(j, &j->requests, &ex->req, &o, plan, WL_PART_REQUEST, n);
    }
    plan->end[WL_PART_REQUEST] = n;
    if (o.have & WL_NEEDS_RESPONSE) {
        wl_offer_message(&o, &ex->res, WL_PLACE_FINAL);
        n = plan_part(j, &j->responses, &ex->req, &o, plan, WL_PART_RESPONSE, n);
    }
    plan->end[WL_PART_RESPONSE] = n;
    wl_offer_whole(&o, ex);
    n = plan_part(j, &j->exchanges, &ex->req, &o, plan, WL_PART_WHOLE, n);
    plan->end[WL_PART_WHOLE] = n;
    want_related(j, ex, &o);
    plan_relations(j, plan);
}

/** Is what is remembered of a kind what would be found for this exchange of it? */
static bool holds_for(struct wl_judge *j, const struct wl_exchange *ex, struct wl_plan *plan)
{
    uint64_t before = wl_plan_hash(plan);

    make_plan(j, ex, plan);
    return wl_plan_hash(plan) == before;
}

static const struct wl_plan *plan_of(struct wl_judge *j, const struct wl_exchange *ex)
{
    struct wl_kind kind = kind_of(j, ex);
    bool is_new;
    struct wl_plan *plan = wl_plans_find(&j->plans, &kind, &is_new);

    if (is_new)
        make_plan(j, ex, plan);
    WL_ASSERT(is_new || holds_for(j, ex, plan));
    return plan;
}

/** Asks the rules of a plan from one of its parts up to another, about m. */
static inline void ask_planned(struct wl_judge *j, const struct wl_plan *plan, enum wl_part from,
                               enum wl_part to, const struct wl_message *m)
{
    wl_check_fn *const *checks = j->checks;
    const struct wl_exchange *ex = j->ex;

    for (const uint16_t *rule = plan->rules + (from ? plan->end[from - 1] : 0),
                        *end = plan->rules + plan->end[to];
         rule < end; rule++) {
        j->rule = *rule;
        checks[*rule](j, ex, m);
    }
}

/** The same of one part, for which evidence may be missing. */
static void ask_part(struct wl_judge *j, const struct wl_plan *plan, enum wl_part part,
                     const struct wl_message *m)
{
    if (plan->missing[part])
        (void)evidence_fits(j, plan->missing[part], 0);
    ask_planned(j, plan, part, part, m);
}

/** Asks about the marks of a message; false where its head says nothing. */
static bool begin_message(struct wl_judge *j, const struct wl_message *m, const struct wl_offer *o,
                          uint8_t place)
{
    if (m->n_marks) {
        struct wl_offer marked = *o;

        wl_offer_message(&marked, m, place);
        ask_marks(j, m->marks, m->n_marks, marked);
    }
    if (wl_offer_knows_head(j->ex, m))
        return true;
    if (m->state >= WL_HEAD && j->ex->unjudged == WL_JUDGED)
        j->ex->unjudged = WL_UNJUDGED_LIMIT;
    return false;
}

static void judge_interim(struct wl_judge *j, const struct wl_message *m, struct wl_offer *o)
{
    if (!begin_message(j, m, o, WL_PLACE_INTERIM))
        return;
    wl_offer_message(o, m, WL_PLACE_INTERIM);
    ask(j, &j->responses, o);
}

/** Has it but two messages, of which all is known that rules ask for, and nothing was odd? */
static bool is_plain(const struct wl_exchange *ex, const struct wl_plan *plan)
{
    return (ex->req.n_marks | ex->res.n_marks | ex->n_interim) == 0 && ex->req.state >= WL_HEAD &&
           ex->res.state >= WL_HEAD && wl_plan_lacks_nothing(plan);
}

static void judge_messages(struct wl_judge *j, const struct wl_exchange *ex,
                           const struct wl_plan *plan)
{
    struct wl_offer o = wl_offer_begin(ex);

    if (begin_message(j, &ex->req, &o, WL_PLACE_REQUEST))
        ask_part(j, plan, WL_PART_REQUEST, &ex->req);
    for (uint32_t i = 0; i < ex->n_interim; i++)
        judge_interim(j, &ex->interim[i], &o);
    if (begin_message(j, &ex->res, &o, WL_PLACE_FINAL))
        ask_part(j, plan, WL_PART_RESPONSE, &ex->res);
    ask_part(j, plan, WL_PART_WHOLE, &ex->res);
}

void wl_judge_exchange(struct wl_judge *j, struct wl_exchange *ex)
{
    const struct wl_plan *plan = plan_of(j, ex);

    j->ex = ex;
    j->conn = NULL;
    ex->relations = plan->relations;
    ex->relations_alone = plan->alone;
    begin(j, ex->arena, j->max_findings);
    if (WL_LIKELY_TRUE(is_plain(ex, plan))) {
        ask_planned(j, plan, WL_PART_REQUEST, WL_PART_REQUEST, &ex->req);
        ask_planned(j, plan, WL_PART_RESPONSE, WL_PART_WHOLE, &ex->res);
    } else {
        judge_messages(j, ex, plan);
    }
    conclude(j, &ex->findings, &ex->n_findings);
    j->ex = NULL;
}

void wl_judge_connection(struct wl_judge *j, struct wl_conn_record *conn)
{
    struct wl_offer o = {.places = WL_PLACE_ALL};

    j->ex = NULL;
    j->conn = conn;
    begin(j, conn->arena, j->max_conn_findings);
    /* else of any: what the versions of its exchanges were is not kept */
    o.versions = conn->conn.proto == WL_H10 ? WL_FOR_HTTP10 : 0;
    o.have = wl_offer_end(conn->end, conn->end_by, conn->rst_suspect);
    o.have |= conn->conn.midstream ? 0 : WL_NEEDS_HANDSHAKE;
    if (conn->n_marks)
        ask_marks(j, conn->marks, conn->n_marks, o);
    for (uint32_t i = 0; i < j->connections.n; i++) {
        size_t number = j->entries[j->connections.first + i];
        const struct wl_rule *rule = j->rulings[number].rule;

        if (!wl_index_fits(rule, j->rulings[number].versions, &o) ||
            !evidence_fits(j, rule->needs, o.have))
            continue;
        j->rule = number;
        rule->check_conn(j, conn);
    }
    conclude(j, &conn->findings, &conn->n_findings);
    j->conn = NULL;
}

void wl_judge_relate(struct wl_judge *j, struct wl_exchange *ex, struct wl_arena *arena)
{
    struct wl_offer o = wl_offer_begin(ex);

    j->ex = ex;
    j->conn = NULL;
    begin(j, arena, j->max_findings);
    wl_offer_whole(&o, ex);
    j->have = o.have;
    want_related(j, ex, &o);
}

void wl_judge_related(struct wl_judge *j, enum wl_relation relation, const struct wl_past *past,
                      const struct wl_past *now)
{
    for (uint32_t word = 0; word < j->related.n_words; word++) {
        uint64_t set = j->wanted[word] & j->over[relation][word];

        if (!past)
            set &= j->alone[word];
        for (; set; set &= set - 1) {
            const struct wl_indexed *e = wl_index_at(&j->related, word, set);

            if (!evidence_fits(j, e->needs, j->have))
                continue;
            j->rule = e->rule;
            j->rulings[e->rule].rule->check_related(j, j->ex, past, now);
        }
    }
}

bool wl_judge_relate_end(struct wl_judge *j)
{
    struct wl_exchange *ex = j->ex;
    bool found = j->n_findings > 0;

    for (uint32_t i = 0; found && i < ex->n_findings; i++) {
        const struct wl_finding *told = &ex->findings[i];
        struct wl_finding *f = make_room(j, told->severity);

        if (f)
            *f = *told;
    }
    if (found)
        conclude(j, &ex->findings, &ex->n_findings);
    j->ex = NULL;
    return found;
}

uint32_t wl_judge_relations(const struct wl_judge *j)
{
    uint32_t relations = 0;

    for (uint32_t i = 0; i < j->related.n_rules; i++)
        relations |= j->relations[i];
    return relations;
}

uint64_t wl_judge_dropped(const struct wl_judge *j)
{
    return j->dropped;
}

uint64_t wl_judge_beyond(const struct wl_judge *j, bool of_connections)
{
    return j->beyond[of_connections];
}

const struct wl_thresholds *wl_judge_thresholds(const struct wl_judge *j)
{
    return &j->thresholds;
}

const struct wl_mark *wl_judge_mark(const struct wl_judge *j)
{
    return j->mark;
}

struct wl_date wl_judge_date(struct wl_judge *j, struct wl_span s, wl_ns t)
{
    return wl_grammar_date_again(&j->date, s, t);
}

bool wl_judge_date_fine(struct wl_judge *j, struct wl_span s, wl_ns t)
{
    struct wl_date date = wl_grammar_date_again(&j->date, s, t);

    return date.form == WL_DATE_IMF && !date.impossible && !date.weekday_differs;
}

const struct wl_conn_record *wl_judge_conn(const struct wl_judge *j)
{
    return j->conn;
}

enum wl_confidence wl_judge_via(const struct wl_exchange *ex, enum wl_confidence c)
{
    bool via = wl_message_field(&ex->req, WL_FIELD_VIA) || wl_message_field(&ex->res, WL_FIELD_VIA);

    for (uint32_t i = 0; i < ex->n_interim && !via; i++)
        via = wl_message_field(&ex->interim[i], WL_FIELD_VIA) != NULL;
    return via && c != WL_POSSIBLE ? (enum wl_confidence)(c + 1) : c;
}
