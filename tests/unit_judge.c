/* unit_judge.c - the judge asks the right rules, checks their guards, and keeps what they report.
 * SPDX-License-Identifier: MIT
 *
 * What the rules of the catalogue say is the dialogues' business; here rules of an embedder show
 * the mechanism.
 */
#include "plan.h"
#include "rules.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/* ---------------------------------------------------------------------------------- the bench */

struct bench {
    struct wl_budget budget;
    struct wl_arena_pool arenas;
    struct wl_config cfg;
    struct wl_judge *judge;
    struct wl_exchange ex;
    struct wl_message interim[4];
    struct wl_field fields[4];
};

/** GET over HTTP/1.1, answered 200, everything seen. */
static void bench_init(struct bench *b)
{
    *b = (struct bench){0};
    wl_budget_init(&b->budget, 1 << 24, NULL, NULL, NULL);
    wl_arena_pool_init(&b->arenas, &b->budget, 1 << 20);
    wl_config_init(&b->cfg);
    b->cfg.only = "test-*";
    b->ex.conn.proto = WL_H11;
    b->ex.ordinal = 7;
    b->ex.paired = b->ex.clocked = true;
    b->ex.req = (struct wl_message){
        .state = WL_WHOLE, .major = 1, .minor = 1, .method_id = WL_METHOD_GET, .acked = WL_NONE};
    b->ex.req.at.frame = 4;
    b->ex.res = (struct wl_message){
        .state = WL_WHOLE, .status = 200, .major = 1, .minor = 1, .acked = 50};
    b->ex.res.at = (struct wl_at){6, 100, WL_TO_CLIENT};
    b->ex.arena = wl_arena_new(&b->arenas);
    assert_non_null(b->ex.arena);
}

static void bench_rules(struct bench *b, const struct wl_rule *rules, size_t n)
{
    const struct wl_rule_group group = {"test", rules, n};
    const struct wl_rule_group *const groups[] = {&group, NULL};

    b->judge = wl_judge_new(&b->cfg, &b->budget, groups, WL_JUDGE_ALL);
    assert_non_null(b->judge);
}

static void bench_release(struct bench *b)
{
    wl_judge_free(b->judge);
    wl_arena_free(b->ex.arena);
    wl_arena_pool_release(&b->arenas);
    assert_int_equal(b->budget.used, 0);
}

static void judge(struct bench *b)
{
    wl_judge_exchange(b->judge, &b->ex);
}

static void assert_finding(const struct bench *b, uint32_t i, const char *id, const char *message)
{
    const struct wl_finding *f = &b->ex.findings[i];

    assert_true(i < b->ex.n_findings);
    assert_string_equal(f->rule->id, id);
    assert_int_equal(f->message.n, strlen(message));
    assert_memory_equal(f->message.p, message, f->message.n);
}

static void fire(struct wl_judge *j, const struct wl_exchange *ex, const struct wl_message *m)
{
    (void)ex;
    wl_report(j, m, m->at, WL_VIOLATION, WL_CERTAIN, "status %u", m->status);
}

static void fire_thrice(struct wl_judge *j, const struct wl_exchange *ex,
                        const struct wl_message *m)
{
    struct wl_at at = m->at;

    (void)ex;
    wl_report(j, m, at, WL_NOTE, WL_CERTAIN, "note");
    at.offset = 90;
    wl_report(j, m, at, WL_WARNING, WL_LIKELY, "warning");
    at = (struct wl_at){2, 95, WL_TO_SERVER};
    wl_report(j, m, at, WL_VIOLATION, WL_POSSIBLE, "violation");
    wl_report_frame(j, 9);
    wl_report_frame(j, 2);
}

#define RULE(name, kind) \
    .id = "test-" name, .severity = WL_VIOLATION, .title = "Test", .when = (kind)

/* -------------------------------------------------------------------------------------- tests */

static void filters_choose_the_messages(void **state)
{
    static const struct wl_rule rules[] = {
        {RULE("a-range", WL_ON_RESPONSE), .check = fire, .status_from = 200, .status_to = 299},
        {RULE("b-below", WL_ON_RESPONSE), .check = fire, .status_from = 100, .status_to = 199},
        {RULE("c-wrap", WL_ON_RESPONSE), .check = fire, .status_from = 600, .status_to = 99},
        {RULE("d-final", WL_ON_RESPONSE), .check = fire, .final_only = true},
        {RULE("e-interim", WL_ON_RESPONSE), .check = fire, .interim_only = true},
        {RULE("f-field", WL_ON_RESPONSE), .check = fire, .field = WL_FIELD_UPGRADE},
        {RULE("g-method", WL_ON_RESPONSE), .check = fire, .method = WL_METHOD_HEAD},
        {RULE("h-version", WL_ON_RESPONSE), .check = fire, .versions = "HTTP/1.0, HTTP/2"},
        {RULE("i-version", WL_ON_RESPONSE), .check = fire, .versions = "HTTP/1.1"},
        {RULE("j-exchange", WL_ON_EXCHANGE), .check = fire, .interim_only = true},
    };
    struct bench b;

    (void)state;
    bench_init(&b);
    bench_rules(&b, rules, WL_COUNT(rules));
    judge(&b);
    assert_int_equal(b.ex.n_findings, 3);
    assert_finding(&b, 0, "test-a-range", "status 200");
    assert_finding(&b, 1, "test-d-final", "status 200");
    assert_finding(&b, 2, "test-i-version", "status 200");

    b.ex.res.status = 42;
    b.ex.req.method_id = WL_METHOD_HEAD;
    b.ex.req.minor = 0;
    b.fields[0].id = WL_FIELD_UPGRADE;
    b.ex.res.fields = b.fields;
    b.ex.res.n_fields = 1;
    judge(&b);
    assert_int_equal(b.ex.n_findings, 5);
    assert_finding(&b, 0, "test-c-wrap", "status 42");
    assert_finding(&b, 1, "test-d-final", "status 42");
    assert_finding(&b, 2, "test-f-field", "status 42");
    assert_finding(&b, 3, "test-g-method", "status 42");
    assert_finding(&b, 4, "test-h-version", "status 42");

    b.interim[0] = (struct wl_message){.state = WL_WHOLE, .status = 103, .major = 1, .minor = 1};
    b.interim[0].at.dir = WL_TO_CLIENT;
    b.ex.interim = b.interim;
    b.ex.n_interim = 1;
    b.ex.req.method_id = WL_METHOD_GET;
    b.ex.req.minor = 1;
    b.ex.res = (struct wl_message){0};
    judge(&b);
    assert_int_equal(b.ex.n_findings, 4);
    assert_finding(&b, 0, "test-j-exchange", "status 0");
    assert_finding(&b, 1, "test-b-below", "status 103");
    assert_finding(&b, 2, "test-e-interim", "status 103");
    assert_finding(&b, 3, "test-i-version", "status 103");
    bench_release(&b);
}

static void lists_of_fields_and_what_is_lacking(void **state)
{
    static const struct wl_rule rules[] = {
        {RULE("a-any", WL_ON_RESPONSE), .check = fire, .fields = {WL_FIELD_VIA, WL_FIELD_UPGRADE}},
        {RULE("b-either", WL_ON_RESPONSE), .check = fire, .field = WL_FIELD_DATE,
         .fields = {WL_FIELD_UPGRADE}},
        {RULE("c-other", WL_ON_RESPONSE), .check = fire, .fields = {WL_FIELD_VIA}},
        {RULE("d-lacks", WL_ON_RESPONSE), .check = fire, .lacks = WL_FIELD_DATE},
        {RULE("e-lacks", WL_ON_EXCHANGE), .check = fire, .lacks = WL_FIELD_UPGRADE},
        {RULE("f-both", WL_ON_RESPONSE), .check = fire, .field = WL_FIELD_UPGRADE,
         .lacks = WL_FIELD_DATE},
    };
    struct bench b;

    (void)state;
    bench_init(&b);
    bench_rules(&b, rules, WL_COUNT(rules));
    b.fields[0].id = WL_FIELD_UPGRADE;
    b.ex.res.fields = b.fields;
    b.ex.res.n_fields = 1;
    judge(&b);
    assert_int_equal(b.ex.n_findings, 4);
    assert_finding(&b, 0, "test-a-any", "status 200");
    assert_finding(&b, 1, "test-b-either", "status 200");
    assert_finding(&b, 2, "test-d-lacks", "status 200");
    assert_finding(&b, 3, "test-f-both", "status 200");

    b.fields[0].id = WL_FIELD_DATE;
    judge(&b);
    assert_int_equal(b.ex.n_findings, 2);
    assert_finding(&b, 0, "test-b-either", "status 200");
    assert_finding(&b, 1, "test-e-lacks", "status 200");
    bench_release(&b);
}

/* ---------------------------------------------------------------- the index and its definition */

enum { MANY = 200, FEW_FIELDS = 6 };

/** The same numbers in every run. */
static unsigned pick(uint64_t *state, unsigned n)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(*state >> 33) % n;
}

static enum wl_field_id pick_field(uint64_t *seed)
{
    return (enum wl_field_id)(1 + pick(seed, FEW_FIELDS) * 13);
}

static void make_case(struct wl_case *c, uint64_t *seed)
{
    *c = (struct wl_case){.status_from = (uint16_t)pick(seed, 700), .status_to = 999};
    if (pick(seed, 2))
        c->field = pick_field(seed);
    if (pick(seed, 4) == 0)
        c->lacks = pick_field(seed);
    if (pick(seed, 4) == 0)
        c->method = WL_METHOD_HEAD;
    if (pick(seed, 4) == 0)
        c->req_field = pick_field(seed);
    if (pick(seed, 4) == 0)
        c->req_lacks = pick_field(seed);
    c->req_marked = pick(seed, 8) == 0;
}

static void make_rule(struct wl_rule *rule, char id[16], unsigned i, uint64_t *seed)
{
    static const enum wl_when kinds[] = {WL_ON_REQUEST, WL_ON_RESPONSE, WL_ON_EXCHANGE};
    static const char *const versions[] = {NULL, "HTTP/1.0", "HTTP/1.1", "HTTP/1.0, HTTP/1.1"};

    (void)snprintf(id, 16, "test-%03u", i);
    *rule = (struct wl_rule){.id = id,
                             .severity = WL_NOTE,
                             .when = kinds[pick(seed, 3)],
                             .versions = versions[pick(seed, 4)],
                             .check = fire};
    if (pick(seed, 2)) {
        rule->status_from = (uint16_t)pick(seed, 700);
        rule->status_to = (uint16_t)pick(seed, 700);
    }
    if (pick(seed, 4) == 0)
        rule->method = pick(seed, 2) ? WL_METHOD_GET : WL_METHOD_HEAD;
    if (pick(seed, 2))
        rule->field = pick_field(seed);
    if (pick(seed, 4) == 0)
        rule->fields[0] = pick_field(seed);
    if (pick(seed, 4) == 0)
        rule->fields[1] = pick_field(seed); /* without effect where the first is empty */
    if (pick(seed, 6) == 0)
        rule->lacks = pick_field(seed);
    for (unsigned k = 0; pick(seed, 3) == 0 && k < WL_RULE_CASES; k++)
        make_case(&rule->cases[k], seed);
    rule->interim_only = pick(seed, 8) == 0;
    rule->final_only = !rule->interim_only && pick(seed, 8) == 0;
}

static bool has(const struct wl_message *m, enum wl_field_id id)
{
    for (uint32_t i = 0; i < m->n_fields; i++) {
        if (m->fields[i].id == id)
            return true;
    }
    return false;
}

static bool case_fits(const struct wl_case *c, const struct wl_exchange *ex,
                      const struct wl_message *m)
{
    return m->status >= c->status_from && m->status <= c->status_to &&
           (!c->field || has(m, c->field)) && (!c->lacks || !has(m, c->lacks)) &&
           (!c->method || ex->req.method_id == c->method) &&
           (!c->req_field || has(&ex->req, c->req_field)) &&
           (!c->req_lacks || !has(&ex->req, c->req_lacks)) && (!c->req_marked || ex->req.n_marks);
}

static bool cases_fit(const struct wl_rule *rule, const struct wl_exchange *ex,
                      const struct wl_message *m)
{
    unsigned i = 0;

    for (; i < WL_RULE_CASES && rule->cases[i].status_to; i++) {
        if (case_fits(&rule->cases[i], ex, m))
            return true;
    }
    return i == 0;
}

/** What rule.h says of the filters, one after the other. */
static bool fits(const struct wl_rule *rule, const struct wl_exchange *ex,
                 const struct wl_message *m)
{
    bool ranged = rule->status_from || rule->status_to;
    bool wraps = rule->status_from > rule->status_to;
    bool above = m->status >= rule->status_from, below = m->status <= rule->status_to;
    const char *version = ex->req.minor ? "HTTP/1.1" : "HTTP/1.0";

    if (rule->interim_only || (rule->final_only && m != &ex->res))
        return false; /* there is no interim response here */
    if (ranged && !(wraps ? above || below : above && below))
        return false;
    if (rule->versions && !strstr(rule->versions, version))
        return false;
    if (rule->method && rule->method != ex->req.method_id)
        return false;
    if (rule->lacks && has(m, rule->lacks))
        return false;
    if (!rule->field && !rule->fields[0])
        return true;
    return (rule->field && has(m, rule->field)) || (rule->fields[0] && has(m, rule->fields[0])) ||
           (rule->fields[0] && rule->fields[1] && has(m, rule->fields[1]));
}

static bool expected(const struct wl_rule *rule, const struct wl_exchange *ex)
{
    const struct wl_message *m = rule->when == WL_ON_REQUEST ? &ex->req : &ex->res;

    return fits(rule, ex, m) && cases_fit(rule, ex, m);
}

static bool fired(const struct wl_exchange *ex, const char *id)
{
    for (uint32_t i = 0; i < ex->n_findings; i++) {
        if (strcmp(ex->findings[i].rule->id, id) == 0)
            return true;
    }
    return false;
}

/** Two hundred rules of any kind: those are asked whose filters fit, and no others. */
static void the_index_finds_those_that_fit(void **state)
{
    static struct wl_rule rules[MANY];
    static char ids[MANY][16];
    struct wl_mark mark = {.id = WL_MARK_BARE_CR};
    uint64_t seed = 7;
    struct bench b;

    (void)state;
    bench_init(&b);
    b.cfg.limits.max_findings = MANY;
    for (unsigned i = 0; i < MANY; i++)
        make_rule(&rules[i], ids[i], i, &seed);
    bench_rules(&b, rules, MANY);
    for (unsigned round = 0; round < 500; round++) {
        struct wl_field fields[2][3] = {0};
        struct wl_message *m[] = {&b.ex.req, &b.ex.res};

        for (unsigned d = 0; d < 2; d++) {
            m[d]->fields = fields[d];
            m[d]->n_fields = pick(&seed, 4);
            for (uint32_t i = 0; i < m[d]->n_fields; i++)
                fields[d][i].id = (uint16_t)pick_field(&seed);
        }
        b.ex.res.status = (uint16_t)pick(&seed, 1000);
        b.ex.req.minor = (uint8_t)pick(&seed, 2);
        b.ex.req.method_id = (enum wl_method)(WL_METHOD_GET + pick(&seed, 2));
        b.ex.req.marks = &mark;
        b.ex.req.n_marks = pick(&seed, 2);
        judge(&b);
        for (unsigned i = 0; i < MANY; i++)
            assert_int_equal(fired(&b.ex, ids[i]), expected(&rules[i], &b.ex));
    }
    bench_release(&b);
}

static void missing_evidence_is_told(void **state)
{
    static const struct wl_rule rules[] = {
        {RULE("a-pair", WL_ON_RESPONSE), .check = fire, .needs = WL_NEEDS_PAIR},
        {RULE("b-end", WL_ON_EXCHANGE), .check = fire, .needs = WL_NEEDS_END_SERVER},
    };
    struct bench b;

    (void)state;
    bench_init(&b);
    bench_rules(&b, rules, WL_COUNT(rules));
    judge(&b);
    assert_int_equal(b.ex.n_findings, 1);
    assert_int_equal(b.ex.unjudged, WL_JUDGED); /* a kept connection is nothing that is missing */

    b.ex.end = WL_END_RESET;
    b.ex.end_by = WL_TO_CLIENT;
    judge(&b);
    assert_int_equal(b.ex.n_findings, 2);
    b.ex.rst_suspect = true;
    judge(&b);
    assert_int_equal(b.ex.n_findings, 1);
    assert_int_equal(b.ex.unjudged, WL_JUDGED);

    b.ex.paired = false;
    b.ex.conn.midstream = true;
    judge(&b);
    assert_int_equal(b.ex.n_findings, 0);
    assert_int_equal(b.ex.unjudged, WL_UNJUDGED_MIDSTREAM);

    b.ex.unjudged = WL_UNJUDGED_ONE_WAY; /* what is known already stays */
    judge(&b);
    assert_int_equal(b.ex.unjudged, WL_UNJUDGED_ONE_WAY);

    b.ex.unjudged = WL_JUDGED;
    b.ex.res.end = WL_END_GAP;
    judge(&b);
    assert_int_equal(b.ex.unjudged, WL_UNJUDGED_GAP);

    b.ex.unjudged = WL_JUDGED;
    b.ex.paired = true;
    b.ex.end = WL_END_EOF;
    b.ex.res = (struct wl_message){0};
    judge(&b);
    assert_int_equal(b.ex.unjudged, WL_UNJUDGED_EOF);
    bench_release(&b);
}

static void a_head_that_lacks_fields_is_not_judged(void **state)
{
    static const struct wl_rule rules[] = {{RULE("a", WL_ON_RESPONSE), .check = fire}};
    struct wl_mark mark = {.id = WL_MARK_FIELDS_TOO_MANY, .count = 1};
    struct bench b;

    (void)state;
    bench_init(&b);
    bench_rules(&b, rules, WL_COUNT(rules));
    b.ex.res.marks = &mark;
    b.ex.res.n_marks = 1;
    judge(&b);
    assert_int_equal(b.ex.n_findings, 0);
    assert_int_equal(b.ex.unjudged, WL_UNJUDGED_LIMIT);
    bench_release(&b);
}

static void findings_are_in_order_of_the_evidence(void **state)
{
    static const struct wl_rule rules[] = {
        {RULE("a", WL_ON_RESPONSE), .check = fire_thrice, .fault = WL_FAULT_EITHER}};
    struct bench b;

    (void)state;
    bench_init(&b);
    bench_rules(&b, rules, WL_COUNT(rules));
    judge(&b);
    assert_int_equal(b.ex.n_findings, 3);
    assert_finding(&b, 0, "test-a", "violation");
    assert_finding(&b, 1, "test-a", "warning");
    assert_finding(&b, 2, "test-a", "note");
    assert_int_equal(b.ex.findings[0].fault, WL_FAULT_CLIENT);
    assert_int_equal(b.ex.findings[1].fault, WL_FAULT_SERVER);
    assert_int_equal(b.ex.findings[0].confidence, WL_POSSIBLE);
    assert_int_equal(b.ex.findings[0].ordinal, 7);
    assert_int_equal(b.ex.findings[0].status, 200);
    /* the packet of the evidence, of the message, and one that was added: sorted, each once */
    assert_int_equal(b.ex.findings[0].n_frames, 3);
    assert_int_equal(b.ex.findings[0].frames[0], 2);
    assert_int_equal(b.ex.findings[0].frames[1], 6);
    assert_int_equal(b.ex.findings[0].frames[2], 9);
    bench_release(&b);
}

static void overrides_replace_the_highest(void **state)
{
    static const struct wl_rule rules[] = {{RULE("a", WL_ON_RESPONSE), .check = fire_thrice}};
    static const struct wl_override overrides[] = {{"test-*", WL_OFF}, {"*-a", WL_WARNING}};
    struct bench b;

    (void)state;
    bench_init(&b);
    b.cfg.overrides = overrides;
    b.cfg.n_overrides = 1;
    bench_rules(&b, rules, WL_COUNT(rules));
    judge(&b);
    assert_int_equal(b.ex.n_findings, 0);
    wl_judge_free(b.judge);

    b.cfg.n_overrides = 2; /* the later one wins */
    bench_rules(&b, rules, WL_COUNT(rules));
    judge(&b);
    assert_int_equal(b.ex.n_findings, 3);
    assert_int_equal(b.ex.findings[0].severity, WL_WARNING);
    assert_int_equal(b.ex.findings[1].severity, WL_WARNING);
    assert_int_equal(b.ex.findings[2].severity, WL_NOTE);
    bench_release(&b);
}

static void a_full_table_keeps_the_worst(void **state)
{
    static const struct wl_rule rules[] = {{RULE("a", WL_ON_RESPONSE), .check = fire_thrice}};
    struct bench b;

    (void)state;
    bench_init(&b);
    b.cfg.limits.max_findings = 1;
    bench_rules(&b, rules, WL_COUNT(rules));
    judge(&b);
    assert_int_equal(b.ex.n_findings, 1);
    assert_finding(&b, 0, "test-a", "violation");
    assert_int_equal(wl_judge_dropped(b.judge), 2);
    assert_int_equal(wl_judge_beyond(b.judge, false), 2);
    assert_int_equal(wl_judge_beyond(b.judge, true), 0);
    wl_judge_free(b.judge);

    b.cfg.limits.max_findings = 0;
    bench_rules(&b, rules, WL_COUNT(rules));
    judge(&b);
    assert_int_equal(b.ex.n_findings, 0);
    assert_int_equal(wl_judge_dropped(b.judge), 3);
    bench_release(&b);
}

static void the_general_rule_yields(void **state)
{
    static const struct wl_rule rules[] = {
        {RULE("a-general", WL_ON_RESPONSE), .check = fire, .yields = {"test-b-special"}},
        {RULE("b-special", WL_ON_RESPONSE), .check = fire, .status_from = 200, .status_to = 200},
    };
    struct bench b;

    (void)state;
    bench_init(&b);
    bench_rules(&b, rules, WL_COUNT(rules));
    judge(&b);
    assert_int_equal(b.ex.n_findings, 1);
    assert_finding(&b, 0, "test-b-special", "status 200");
    b.ex.res.status = 201;
    judge(&b);
    assert_int_equal(b.ex.n_findings, 1);
    assert_finding(&b, 0, "test-a-general", "status 201");
    bench_release(&b);
}

static void marks_say_what_was_seen(void **state)
{
    static const struct wl_rule rules[] = {{
        RULE("a", WL_ON_MARK),
        .mark = WL_MARK_EXCESS_AFTER_FINAL,
        .needs = WL_NEEDS_PAIR | WL_NEEDS_BODY,
        .saw = "{n octet}, {octets}, after a {status}",
    }};
    static const uint8_t octets[] = "one\r\ntwo";
    struct wl_mark marks[] = {
        {.id = WL_MARK_BARE_LF, .certain = true},
        {.id = WL_MARK_EXCESS_AFTER_FINAL, .value = 8, .certain = true, .octets = {octets, 8}},
    };
    struct wl_conn_record conn = {.marks = &marks[1], .n_marks = 1, .end = WL_END_CLOSED};
    struct bench b;

    (void)state;
    bench_init(&b);
    bench_rules(&b, rules, WL_COUNT(rules));
    b.ex.res.marks = marks;
    b.ex.res.n_marks = 2;
    judge(&b);
    assert_int_equal(b.ex.n_findings, 1);
    assert_finding(&b, 0, "test-a", "8 octets, 'one', after a 200");

    marks[1].value = 1;
    marks[1].ordinal = 3;
    marks[1].status = 404;
    conn.arena = b.ex.arena;
    wl_judge_connection(b.judge, &conn);
    assert_int_equal(conn.n_findings, 1);
    assert_int_equal(conn.findings[0].ordinal, 3);
    assert_int_equal(conn.findings[0].status, 404);
    assert_int_equal(conn.findings[0].message.n, strlen("1 octet, 'one', after a 404"));

    marks[1].certain = false;
    b.ex.unjudged = WL_JUDGED;
    judge(&b);
    assert_int_equal(b.ex.n_findings, 0);
    assert_int_equal(b.ex.unjudged, WL_UNJUDGED_LOST);
    bench_release(&b);
}

/** Reads what one rule says. */
static bool reads_one(void *user, const struct wl_rule *rule)
{
    return strcmp(rule->id, user) == 0;
}

static void what_nobody_reads_is_not_said(void **state)
{
    static const struct wl_rule rules[] = {
        {RULE("a-read", WL_ON_RESPONSE), .check = fire},
        {RULE("b-unread", WL_ON_RESPONSE), .check = fire},
        {RULE("c-mark-read", WL_ON_MARK), .mark = WL_MARK_EXCESS_AFTER_FINAL, .saw = "{n octet}"},
        {RULE("d-mark-unread", WL_ON_MARK), .mark = WL_MARK_BARE_LF, .saw = "bare"},
    };
    struct wl_mark marks[] = {
        {.id = WL_MARK_BARE_LF, .certain = true},
        {.id = WL_MARK_EXCESS_AFTER_FINAL, .value = 8, .certain = true},
    };
    static char ids[2][sizeof("test-c-mark-read")] = {"test-a-read", "test-c-mark-read"};
    static const char *const said[2] = {"status 200", "8 octets"};

    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        const struct wl_reader reader = {reads_one, ids[i]};
        struct bench b;

        bench_init(&b);
        bench_rules(&b, rules, WL_COUNT(rules));
        wl_judge_reader(b.judge, &reader);
        b.ex.res.marks = marks;
        b.ex.res.n_marks = 2;
        judge(&b);
        assert_int_equal(b.ex.n_findings, WL_COUNT(rules));
        for (uint32_t k = 0; k < b.ex.n_findings; k++) {
            const struct wl_finding *f = &b.ex.findings[k];
            bool read = strcmp(f->rule->id, ids[i]) == 0;

            assert_finding(&b, k, f->rule->id, read ? said[i] : "");
            assert_int_equal(f->severity, WL_VIOLATION);
        }
        bench_release(&b);
    }
}

struct failing {
    unsigned calls, fail_at;
    struct wl_budget below;
};

/** Octets before what is handed out: they hold its size. */
enum { BEFORE = 16 };

static void *fail_once(void *user, size_t n)
{
    struct failing *f = user;
    uint8_t *p = ++f->calls == f->fail_at ? NULL : wl_alloc(&f->below, n + BEFORE);

    if (!p)
        return NULL;
    memcpy(p, &n, sizeof(n));
    return p + BEFORE;
}

static void give_back(void *user, void *p)
{
    struct failing *f = user;
    size_t n;

    if (!p)
        return;
    memcpy(&n, (uint8_t *)p - BEFORE, sizeof(n));
    wl_free(&f->below, (uint8_t *)p - BEFORE, n + BEFORE);
}

static void fire_beside(struct wl_judge *j, const struct wl_exchange *ex,
                        const struct wl_past *past, const struct wl_past *now)
{
    (void)past;
    (void)now;
    fire(j, ex, &ex->res);
}

/* What an embedder adds must have names of its own, room, and what every report shows. */
static void groups_that_do_not_fit_are_refused(void **state)
{
    static const struct wl_rule house[] = {{RULE("a", WL_ON_RESPONSE), .check = fire},
                                           {RULE("b", WL_ON_RESPONSE), .check = fire}};
    static const struct wl_rule twice[] = {{RULE("c", WL_ON_RESPONSE), .check = fire},
                                           {RULE("c", WL_ON_RESPONSE), .check = fire}};
    static const struct wl_rule known[] = {{.id = "interim-to-http10", .check = fire}};
    static const struct wl_rule lame[] = {
        {.id = "no-title", .severity = WL_NOTE, .when = WL_ON_RESPONSE, .check = fire},
        {.title = "no id", .severity = WL_NOTE, .when = WL_ON_RESPONSE, .check = fire},
        {.id = "no-severity", .title = "x", .when = WL_ON_RESPONSE, .check = fire},
        {RULE("no-check", WL_ON_RESPONSE)},
        {RULE("no-mark", WL_ON_MARK), .check = fire},
        {RULE("nothing-said", WL_ON_MARK), .mark = WL_MARK_BARE_LF},
        {RULE("other-check", WL_ON_CONNECTION), .check = fire},
        {RULE("no-relation", WL_ON_RELATED), .check = fire},
        {RULE("only-related", WL_ON_RESPONSE), .relation = WL_RELATION_GET,
         .check_related = fire_beside},
    };
    static struct wl_rule many[WL_MAX_RULES];
    static char ids[WL_MAX_RULES][16];
    const struct wl_rule_group good = {"house", house, 2}, again = {"again", &house[1], 1},
                               pair = {"pair", twice, 2}, catalogue = {"catalogue", known, 1};
    struct wl_rule_group crowd = {"crowd", many, WL_MAX_RULES - wl_rule_count() - 1};
    struct wl_engine *e = NULL;
    struct wl_config cfg;
    struct wl_error err;

    (void)state;
    for (size_t i = 0; i < WL_MAX_RULES; i++) {
        (void)snprintf(ids[i], sizeof(ids[i]), "crowd-%u", (unsigned)i);
        many[i] = (struct wl_rule){RULE("", WL_ON_RESPONSE), .check = fire};
        many[i].id = ids[i];
    }
    wl_config_init(&cfg);
    assert_int_equal(wl_engine_new(&cfg, &e, &err), 0);
    assert_int_equal(wl_engine_add_rules(e, &good), 0);
    assert_int_equal(wl_engine_add_rules(e, &again), WL_EINVAL);
    assert_int_equal(wl_engine_add_rules(e, &pair), WL_EINVAL);
    assert_int_equal(wl_engine_add_rules(e, &catalogue), WL_EINVAL);
    for (size_t i = 0; i < WL_COUNT(lame); i++) {
        const struct wl_rule_group one = {"lame", &lame[i], 1};

        assert_int_equal(wl_engine_add_rules(e, &one), WL_EINVAL);
    }
    assert_int_equal(wl_engine_add_rules(e, &crowd), WL_EINVAL);
    crowd.n_rules--;
    assert_int_equal(wl_engine_add_rules(e, &crowd), 0);
    wl_engine_free(e);
}

static void a_judge_without_memory_is_none(void **state)
{
    struct failing f = {.fail_at = 1};
    struct wl_config cfg;

    (void)state;
    wl_budget_init(&f.below, SIZE_MAX, NULL, NULL, NULL);
    wl_config_init(&cfg);
    for (bool made = false; !made; f.fail_at++) {
        struct wl_budget budget;
        struct wl_judge *j;

        assert_true(f.fail_at < 100);
        f.calls = 0;
        wl_budget_init(&budget, 1 << 24, fail_once, give_back, &f);
        j = wl_judge_new(&cfg, &budget, NULL, WL_JUDGE_ALL);
        made = j != NULL;
        wl_judge_free(j);
        assert_int_equal(budget.used, 0);
    }
}

/* Two other kinds that compete with the first. */
static void find_neighbours(struct wl_budget *budget, const struct wl_kind *first,
                            struct wl_kind others[2])
{
    enum { ENOUGH = 100000 };
    unsigned n = 0;

    for (uint64_t facts = first->facts + 1; n < 2; facts++) {
        struct wl_kind other = {.facts = facts};
        struct wl_plans plans;
        bool is_new;

        assert_true(facts < ENOUGH);
        assert_true(wl_plans_init(&plans, budget, 4));
        if (wl_plans_find(&plans, &other, &is_new) == wl_plans_find(&plans, first, &is_new))
            others[n++] = other;
        wl_plans_release(&plans);
    }
}

/* A kind is found again until two others of its place have come. */
static void two_kinds_share_a_place(void **state)
{
    struct wl_kind first = {.facts = 1}, others[2];
    struct wl_budget budget;
    struct wl_plans plans;
    bool is_new;

    (void)state;
    wl_budget_init(&budget, 1 << 24, NULL, NULL, NULL);
    find_neighbours(&budget, &first, others);
    assert_true(wl_plans_init(&plans, &budget, 4));
    wl_plans_find(&plans, &first, &is_new)->rules[3] = 77;
    assert_true(is_new);
    for (unsigned i = 0; i < 3; i++) { /* one beside the first: both stay, with their rules */
        const uint16_t *rules = wl_plans_find(&plans, &others[0], &is_new)->rules;
        const struct wl_plan *plan;

        assert_int_equal(is_new, i == 0);
        plan = wl_plans_find(&plans, &first, &is_new);
        assert_false(is_new);
        assert_int_equal(plan->rules[3], 77);
        assert_ptr_not_equal(plan->rules, rules);
    }
    (void)wl_plans_find(&plans, &others[1], &is_new); /* the first is the one met last: it stays */
    assert_true(is_new);
    (void)wl_plans_find(&plans, &first, &is_new);
    assert_false(is_new);
    (void)wl_plans_find(&plans, &others[0], &is_new);
    assert_true(is_new);
    wl_plans_release(&plans);
    assert_int_equal(budget.used, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(filters_choose_the_messages),
        cmocka_unit_test(lists_of_fields_and_what_is_lacking),
        cmocka_unit_test(the_index_finds_those_that_fit),
        cmocka_unit_test(missing_evidence_is_told),
        cmocka_unit_test(a_head_that_lacks_fields_is_not_judged),
        cmocka_unit_test(findings_are_in_order_of_the_evidence),
        cmocka_unit_test(overrides_replace_the_highest),
        cmocka_unit_test(a_full_table_keeps_the_worst),
        cmocka_unit_test(the_general_rule_yields),
        cmocka_unit_test(marks_say_what_was_seen),
        cmocka_unit_test(what_nobody_reads_is_not_said),
        cmocka_unit_test(groups_that_do_not_fit_are_refused),
        cmocka_unit_test(a_judge_without_memory_is_none),
        cmocka_unit_test(two_kinds_share_a_place),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
