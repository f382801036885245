/* unit_relate.c - what is remembered of exchanges, how a later one finds it, and that it
 * is bounded. SPDX-License-Identifier: MIT
 *
 * Rules of an embedder show the mechanism; what the rules of the catalogue say is the dialogues'
 * business.
 */
#include "override.h"
#include "past.h"
#include "relate.h"
#include "rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

/* ---------------------------------------------------------------------------------- the table */

static void pasts_are_bounded(void **state)
{
    struct wl_budget budget;
    struct wl_pasts *p;

    (void)state;
    wl_budget_init(&budget, 1u << 20, NULL, NULL, NULL);
    p = wl_pasts_new(&budget, 40);
    assert_non_null(p);
    for (uint32_t i = 1; i <= 1000; i++) {
        struct wl_past past = {.ordinal = i};

        wl_pasts_put(p, (uint64_t)i << 32 | i, &past);
    }
    assert_int_equal(wl_pasts_forgotten(p), 960);
    for (uint32_t i = 1; i <= 1000; i++) {
        const struct wl_past *past = wl_pasts_get(p, (uint64_t)i << 32 | i);

        assert_int_equal(past != NULL, i > 960); /* the last ones are there */
        assert_true(!past || past->ordinal == i);
    }
    wl_pasts_free(p);
    assert_int_equal(budget.used, 0);
}

static void pasts_are_replaced(void **state)
{
    struct wl_budget budget;
    struct wl_pasts *p;

    (void)state;
    wl_budget_init(&budget, 1u << 20, NULL, NULL, NULL);
    p = wl_pasts_new(&budget, 1);
    assert_non_null(p);
    wl_pasts_put(p, 7, &(struct wl_past){.ordinal = 1});
    wl_pasts_put(p, 7, &(struct wl_past){.ordinal = 2});
    assert_int_equal(wl_pasts_get(p, 7)->ordinal, 2);
    assert_int_equal(wl_pasts_forgotten(p), 0);
    wl_pasts_free(p);
    p = wl_pasts_new(&budget, 0);
    assert_non_null(p);
    wl_pasts_put(p, 7, &(struct wl_past){.ordinal = 1});
    assert_null(wl_pasts_get(p, 7));
    assert_int_equal(wl_pasts_forgotten(p), 1);
    wl_pasts_free(p);
    assert_int_equal(budget.used, 0);
}

/* ---------------------------------------------------------------------------------- the bench */

static void fire(struct wl_judge *j, const struct wl_exchange *ex, const struct wl_past *past,
                 const struct wl_past *now)
{
    (void)now;
    wl_report(j, &ex->res, ex->res.at, WL_WARNING, WL_CERTAIN, "%u after %u", ex->ordinal,
              past ? past->ordinal : 0);
    if (past)
        wl_report_frame(j, past->res_frame);
}

#define RULE(name, what)                                                                \
    .id = "test-" name, .severity = WL_WARNING, .title = "Test", .when = WL_ON_RELATED, \
    .relation = (what), .check_related = fire

static const struct wl_rule rules[] = {
    {RULE("a-get", WL_RELATION_GET), .method = WL_METHOD_HEAD},
    {RULE("b-gone", WL_RELATION_GONE), .status_from = 200, .status_to = 299},
    {RULE("c-redirect", WL_RELATION_REDIRECT)},
    {RULE("d-try", WL_RELATION_TRY), .status_from = 421, .status_to = 421},
    {RULE("e-allow", WL_RELATION_ALLOW), .status_from = 405, .status_to = 405},
    {RULE("f-server", WL_RELATION_SERVER), .lacks = WL_FIELD_DATE, .alone = true,
     .method = WL_METHOD_TRACE},
};

struct bench {
    struct wl_budget budget;
    struct wl_arena_pool arenas;
    struct wl_config cfg;
    struct wl_judge *judge; /* in front of the merge: says which relations are asked about */
    struct wl_relate *relate;
    struct wl_exchange ex;
    struct wl_field req_fields[4], res_fields[4];
};

static void bench_init(struct bench *b, const char *only)
{
    static const struct wl_rule_group group = {"test", rules, WL_COUNT(rules)};
    static const struct wl_rule_group *const groups[] = {&group, NULL};

    *b = (struct bench){0};
    wl_budget_init(&b->budget, 1 << 24, NULL, NULL, NULL);
    wl_config_init(&b->cfg);
    b->cfg.only = only;
    b->judge = wl_judge_new(&b->cfg, &b->budget, groups, WL_JUDGE_ALL);
    assert_non_null(b->judge);
    b->relate = wl_relate_new(&b->budget, &b->cfg);
    assert_non_null(b->relate);
    assert_int_equal(wl_relate_rules(b->relate, &b->cfg, groups), 0);
}

static void bench_release(struct bench *b)
{
    wl_judge_free(b->judge);
    wl_relate_free(b->relate);
    assert_int_equal(b->budget.used, 0);
}

/* Judges the exchange alone, where none of the rules finds anything, and beside earlier ones. */
static void relate(struct bench *b, bool told)
{
    struct wl_exchange alone = b->ex;

    wl_judge_exchange(b->judge, &alone);
    assert_int_equal(alone.n_findings, 0);
    b->ex.relations = alone.relations;
    b->ex.relations_alone = alone.relations_alone;
    wl_relate_exchange(b->relate, &b->ex, told);
}

static void add_field(struct wl_message *m, enum wl_field_id id, const char *value)
{
    m->fields[m->n_fields++] = (struct wl_field){.id = (uint16_t)id, .value = wl_span_text(value)};
}

/* An exchange of example.org, a second after the last one. */
static struct wl_exchange *next(struct bench *b, enum wl_method method, const char *target,
                                uint16_t status)
{
    struct wl_exchange *ex = &b->ex;
    wl_ns t = ex->req.t_first + WL_SECOND;
    uint32_t ordinal = ex->ordinal + 1;

    *ex = (struct wl_exchange){.ordinal = ordinal, .paired = true, .clocked = true};
    ex->conn.proto = WL_H11;
    ex->req = (struct wl_message){.state = WL_WHOLE,
                                  .major = 1,
                                  .minor = 1,
                                  .method_id = method,
                                  .acked = WL_NONE,
                                  .target = wl_span_text(target),
                                  .t_first = t,
                                  .fields = b->req_fields};
    ex->req.at.frame = (uint64_t)10 * ordinal;
    add_field(&ex->req, WL_FIELD_HOST, "example.org");
    ex->res = (struct wl_message){.state = WL_WHOLE,
                                  .status = status,
                                  .major = 1,
                                  .minor = 1,
                                  .acked = WL_NONE,
                                  .t_first = t + 1,
                                  .t_last = t + 2,
                                  .fields = b->res_fields,
                                  .declared = WL_NONE};
    ex->res.at = (struct wl_at){(uint64_t)10 * ordinal + 1, 100, WL_TO_CLIENT};
    return ex;
}

/* What the rules said of the exchange: "" for nothing. */
static const char *told(struct bench *b)
{
    static char text[256];
    size_t n = 0;

    relate(b, true);
    text[0] = '\0';
    for (uint32_t i = 0; i < b->ex.n_findings; i++) {
        const struct wl_finding *f = &b->ex.findings[i];
        int length = snprintf(text + n, sizeof(text) - n, "%s%s: %.*s", i ? "; " : "",
                              f->rule->id + strlen("test-"), (int)f->message.n,
                              (const char *)f->message.p);

        n += length < 0 ? 0 : (size_t)length;
    }
    return text;
}

/* -------------------------------------------------------------------------------------- tests */

static void the_same_target(void **state)
{
    struct bench b;

    (void)state;
    bench_init(&b, "test-*");
    next(&b, WL_METHOD_GET, "/a", 200);
    assert_string_equal(told(&b), "");
    next(&b, WL_METHOD_HEAD, "/b", 200);
    assert_string_equal(told(&b), "");
    next(&b, WL_METHOD_HEAD, "/a", 200);
    assert_string_equal(told(&b), "a-get: 3 after 1");
    assert_int_equal(b.ex.findings[0].frames[0], 11);
    assert_int_equal(b.ex.findings[0].frames[1], 31);
    next(&b, WL_METHOD_GET, "/a", 404)->paired = true;
    assert_string_equal(told(&b), "");
    next(&b, WL_METHOD_HEAD, "/a", 200)->conn.server.port = 81; /* another server */
    assert_string_equal(told(&b), "");
    next(&b, WL_METHOD_HEAD, "/a", 200)->paired = false;
    assert_string_equal(told(&b), "");
    bench_release(&b);
}

static void what_is_no_longer_the_last(void **state)
{
    struct bench b;

    (void)state;
    bench_init(&b, "test-*");
    next(&b, WL_METHOD_GET, "/a", 410);
    assert_string_equal(told(&b), "");
    next(&b, WL_METHOD_POST, "/a", 200);
    assert_string_equal(told(&b), "");
    next(&b, WL_METHOD_GET, "/a", 404);
    assert_string_equal(told(&b), "");
    next(&b, WL_METHOD_GET, "/a", 200);
    assert_string_equal(told(&b), "b-gone: 4 after 1");
    next(&b, WL_METHOD_GET, "/a", 200);
    assert_string_equal(told(&b), "b-gone: 5 after 4");
    next(&b, WL_METHOD_PUT, "/a", 425);
    assert_string_equal(told(&b), "");
    next(&b, WL_METHOD_PUT, "/a", 421);
    assert_string_equal(told(&b), "d-try: 7 after 6");
    next(&b, WL_METHOD_PUT, "/a", 421)->conn.client.ip[0] = 9;
    assert_string_equal(told(&b), "");
    bench_release(&b);
}

static void redirects_are_followed(void **state)
{
    struct bench b;

    (void)state;
    bench_init(&b, "test-c-*");
    next(&b, WL_METHOD_GET, "/a/b?c", 302);
    add_field(&b.ex.res, WL_FIELD_LOCATION, "../d");
    assert_string_equal(told(&b), "");
    next(&b, WL_METHOD_GET, "/d", 302)->conn.server.port = 8080; /* not what was said */
    assert_string_equal(told(&b), "c-redirect: 2 after 1");      /* but Host says it is */
    b.req_fields[0].value = wl_span_text("example.org:8080");
    next(&b, WL_METHOD_GET, "/d", 200);
    b.req_fields[0].value = wl_span_text("example.org:8080");
    assert_string_equal(told(&b), "");
    b.req_fields[0].value = wl_span_text("example.org");
    next(&b, WL_METHOD_GET, "/d", 200);
    assert_string_equal(told(&b), ""); /* followed already */
    next(&b, WL_METHOD_GET, "/x", 303);
    add_field(&b.ex.res, WL_FIELD_LOCATION, "http://example.org:80/y?#z");
    assert_string_equal(told(&b), "");
    next(&b, WL_METHOD_GET, "/y?", 200)->req.t_first += 20 * WL_SECOND;
    assert_string_equal(told(&b), ""); /* too late */
    bench_release(&b);
}

static void alone_and_beside(void **state)
{
    struct bench b;

    (void)state;
    bench_init(&b, "test-*");
    next(&b, WL_METHOD_TRACE, "/a", 200);
    assert_string_equal(told(&b), "f-server: 1 after 0");
    next(&b, WL_METHOD_GET, "/a", 200);
    add_field(&b.ex.res, WL_FIELD_DATE, "Thu, 01 Jan 1970 00:00:02 GMT");
    assert_string_equal(told(&b), "");
    next(&b, WL_METHOD_TRACE, "/a", 200);
    assert_string_equal(told(&b), "f-server: 3 after 2");
    next(&b, WL_METHOD_OPTIONS, "/a", 204);
    add_field(&b.ex.res, WL_FIELD_ALLOW, "GET, PUT");
    assert_string_equal(told(&b), "");
    next(&b, WL_METHOD_PUT, "/a", 405);
    assert_string_equal(told(&b), "e-allow: 5 after 4");
    bench_release(&b);
}

static void findings_join_in_order(void **state)
{
    static const struct wl_rule before = {.id = "test-0"}, after = {.id = "test-z"};
    struct wl_finding findings[2] = {{.rule = &before, .severity = WL_NOTE},
                                     {.rule = &after, .severity = WL_NOTE}};
    struct bench b;

    (void)state;
    bench_init(&b, "test-*");
    next(&b, WL_METHOD_GET, "/a", 200);
    relate(&b, false); /* --where leaves it out, and yet it was */
    assert_int_equal(b.ex.n_findings, 0);
    next(&b, WL_METHOD_HEAD, "/a", 200);
    findings[0].at = (struct wl_at){1, 100, WL_TO_CLIENT};
    findings[1].at = (struct wl_at){1, 100, WL_TO_CLIENT};
    findings[0].ordinal = findings[1].ordinal = b.ex.ordinal;
    b.ex.findings = findings;
    b.ex.n_findings = 2;
    assert_string_equal(told(&b), "0: ; a-get: 2 after 1; z: ");
    bench_release(&b);
    bench_init(&b, "no-such-*"); /* nothing is kept for rules that are off */
    next(&b, WL_METHOD_GET, "/a", 200);
    assert_string_equal(told(&b), "");
    assert_int_equal(wl_relate_full(b.relate), 0);
    bench_release(&b);
}

/* date-inconsistent of the catalogue: three clocks agree, though not with the capture's, and the
 * fourth is an hour ahead of them. */
static void clocks_are_compared(void **state)
{
    static const struct {
        const char *date, *age;
        uint8_t server;
        bool wrong;
    } steps[] = {
        {"Thu, 01 Jan 1970 01:00:00 GMT", "0", 1, false},
        {"Thu, 01 Jan 1970 02:00:00 GMT", "0", 4, false}, /* too few witnesses */
        {"Thu, 01 Jan 1970 01:00:10 GMT", "0", 2, false},
        {"Thu, 01 Jan 1970 01:00:00 GMT", "0", 3, false},
        {"Thu, 01 Jan 1970 02:00:00 GMT", "0", 4, true},
        {"Thu, 01 Jan 1970 01:00:50 GMT", "0", 5, false},
        {"Thu, 01 Jan 1970 00:00:00 GMT", "3600", 6, false}, /* an hour in a cache */
        {"Thu, 01 Jan 1970 00:00:00 GMT", "10", 7, true},
        {"Thu, 01 Jan 1970 99:00:00 GMT", "0", 8, false}, /* cannot be read */
    };
    struct bench b;

    (void)state;
    bench_init(&b, "date-inconsistent");
    for (size_t i = 0; i < WL_COUNT(steps); i++) {
        next(&b, WL_METHOD_GET, "/a", 200)->conn.server.ip[0] = steps[i].server;
        add_field(&b.ex.res, WL_FIELD_DATE, steps[i].date);
        add_field(&b.ex.res, WL_FIELD_AGE, steps[i].age);
        relate(&b, true);
        assert_int_equal(b.ex.n_findings, steps[i].wrong);
    }
    bench_release(&b);
}

/* The capture's clock is set back, and sleeps: all servers seem to be wrong alike. */
static void clocks_around_a_step(void **state)
{
    static const struct {
        int64_t step; /* seconds that the capture's clock goes on by, before this */
        const char *date;
        uint8_t server;
        bool wrong;
    } steps[] = {
        {0, "Thu, 01 Jan 1970 03:00:00 GMT", 1, false},
        {0, "Thu, 01 Jan 1970 03:00:00 GMT", 2, false},
        {0, "Thu, 01 Jan 1970 03:00:00 GMT", 3, false},
        {0, "Thu, 01 Jan 1970 04:00:00 GMT", 4, true},
        {-100, "Thu, 01 Jan 1970 03:00:00 GMT", 1, false},
        {0, "Thu, 01 Jan 1970 03:00:00 GMT", 5, false}, /* one that was not seen before */
        {0, "Thu, 01 Jan 1970 03:00:00 GMT", 2, false},
        {0, "Thu, 01 Jan 1970 04:00:00 GMT", 4, true},
        {300, "Thu, 01 Jan 1970 03:05:00 GMT", 1, false}, /* nobody has asked for a while */
        {300, "Thu, 01 Jan 1970 03:10:00 GMT", 2, false},
        {300, "Thu, 01 Jan 1970 04:15:00 GMT", 6, false},
        {300, "Thu, 01 Jan 1970 03:20:00 GMT", 1, false},
        {300, "Thu, 01 Jan 1970 03:25:00 GMT", 2, false},
        {300, "Thu, 01 Jan 1970 03:30:00 GMT", 3, false},
        {300, "Thu, 01 Jan 1970 04:35:00 GMT", 6, true},
    };
    struct bench b;

    (void)state;
    bench_init(&b, "date-inconsistent");
    b.ex.req.t_first = 3600 * WL_SECOND;
    for (size_t i = 0; i < WL_COUNT(steps); i++) {
        b.ex.req.t_first += steps[i].step * WL_SECOND;
        next(&b, WL_METHOD_GET, "/a", 200)->conn.server.ip[0] = steps[i].server;
        add_field(&b.ex.res, WL_FIELD_DATE, steps[i].date);
        relate(&b, true);
        if (b.ex.n_findings != steps[i].wrong)
            fail_msg("step %zu", i);
    }
    bench_release(&b);
}

/* ----------------------------------------------------------------- behind a screen: override.c */

/* A rule gives way to a more specific one, unless that is off: findings that are left, as text. */
static void giving_way(void **state)
{
    static const struct wl_config cfg = {.fail_on = WL_VIOLATION};
    const struct wl_rule *plain = wl_rule_find("not-modified-without-condition");
    const struct wl_rule *specific = wl_rule_find("not-modified-wrong-method");
    struct wl_budget budget;
    struct wl_overridden *o;

    (void)state;
    assert_non_null(plain);
    assert_non_null(specific);
    assert_string_equal(plain->yields[0], specific->id);
    wl_budget_init(&budget, 1u << 20, NULL, NULL, NULL);
    o = wl_overridden_new(&budget, &cfg);
    assert_non_null(o);
    for (int off = 0; off < 2; off++) {
        struct wl_finding findings[] = {
            {.rule = plain, .severity = WL_WARNING, .ordinal = 1},
            {.rule = specific, .severity = WL_WARNING, .ordinal = 1},
            {.rule = plain, .severity = WL_WARNING, .ordinal = 2}, /* alone */
        };

        if (off)
            assert_int_equal(wl_overridden_set(o, specific->id, WL_OFF), 1);
        assert_int_equal(wl_overridden_apply(o, findings, 3), 2);
        assert_ptr_equal(findings[0].rule, off ? plain : specific);
        assert_int_equal(findings[0].ordinal, 1);
        assert_ptr_equal(findings[1].rule, plain);
        assert_int_equal(findings[1].ordinal, 2);
    }
    wl_overridden_free(o);
    assert_int_equal(budget.used, 0);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(pasts_are_bounded),          cmocka_unit_test(giving_way),
        cmocka_unit_test(pasts_are_replaced),         cmocka_unit_test(the_same_target),
        cmocka_unit_test(what_is_no_longer_the_last), cmocka_unit_test(redirects_are_followed),
        cmocka_unit_test(alone_and_beside),           cmocka_unit_test(findings_join_in_order),
        cmocka_unit_test(clocks_are_compared),        cmocka_unit_test(clocks_around_a_step),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
