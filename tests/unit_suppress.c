/* unit_suppress.c - findings that do not count: what covers them, for how long, and in what order
 * they stand. SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fingerprint.h"
#include "suppress.h"
#include "text.h"

enum { MEMORY = 1 << 20 };

/* GET /api/items?token=1 HTTP/1.1, Host: Shop.Example:8080 -> 103, 200 by 10.0.0.9:8080; two
 * findings on the exchange, one on its connection. */
struct sample {
    struct wl_exchange ex;
    struct wl_conn_record conn;
    struct wl_field host;
    struct wl_finding found[3], later;
};

static void fill(struct sample *s)
{
    const struct wl_conn_ref conn = {
        .client = {.ip = {10, 1, 2, 3}, .port = 51514, .family = 4},
        .server = {.ip = {10, 0, 0, 9}, .port = 8080, .family = 4},
    };

    *s = (struct sample){
        .host = {.begin = (const uint8_t *)"Host",
                 .n_name = 4,
                 .value = WL_SPAN("Shop.Example:8080"),
                 .id = WL_FIELD_HOST},
        .ex = {.conn = conn,
               .req = {.state = WL_WHOLE,
                       .major = 1,
                       .minor = 1,
                       .method = WL_SPAN("GET"),
                       .method_id = WL_METHOD_GET,
                       .target = WL_SPAN("/api/items?token=1"),
                       .n_fields = 1},
               .res = {.state = WL_WHOLE, .status = 200},
               .n_findings = 3},
        .conn = {.conn = conn, .n_findings = 1},
    };
    s->found[0] = (struct wl_finding){
        .rule = wl_rule_find("interim-to-http10"), .severity = WL_VIOLATION, .status = 103};
    s->found[1] = (struct wl_finding){
        .rule = wl_rule_find("early-hints-misuse"), .severity = WL_NOTE, .status = 103};
    s->found[2] = (struct wl_finding){
        .rule = wl_rule_find("date-missing"), .severity = WL_VIOLATION, .status = 200};
    s->later = (struct wl_finding){
        .rule = wl_rule_find("close-option-missing"), .severity = WL_WARNING, .status = 200};
    s->ex.req.fields = &s->host;
    s->ex.findings = s->found;
    s->conn.findings = &s->later;
}

static struct wl_budget budget;

static struct wl_suppress *make(const struct wl_suppression *all, size_t n, wl_ns today)
{
    static struct wl_config cfg;
    struct wl_suppress *s = NULL;
    struct wl_error err = {.code = WL_OK};

    wl_config_init(&cfg);
    cfg.suppressions = all;
    cfg.n_suppressions = n;
    cfg.today = today;
    wl_budget_init(&budget, MEMORY, NULL, NULL, NULL);
    if (wl_suppress_new(&budget, &cfg, &s, &err) < 0)
        fail_msg("%s", err.text);
    return s;
}

static void drop(struct wl_suppress *s)
{
    wl_suppress_free(s);
    assert_int_equal(budget.used, 0);
}

/* How many findings of the exchange one suppression takes. */
static uint32_t taken(struct wl_suppression one, struct sample *sample)
{
    struct wl_suppress *s;

    one.name = "one";
    s = make(&one, 1, 0);
    fill(sample);
    wl_suppress_exchange(s, &sample->ex);
    assert_int_equal(sample->ex.n_findings + sample->ex.n_suppressed, 3);
    drop(s);
    return sample->ex.n_suppressed;
}

static void what_is_covered(void **state)
{
    static const struct {
        struct wl_suppression one;
        uint32_t n;
    } cases[] = {
        {{.rule = "interim-to-http10"}, 1},
        {{.rule = "interim-*, early-*"}, 2},
        {{.rule = "*"}, 3},
        {{.status = "103"}, 2},
        {{.status = "100-102 2xx"}, 1},
        {{.status = "404"}, 0},
        {{.server = "10.0.0.9"}, 3},
        {{.server = "10.0.0.0/8"}, 3},
        {{.server = "10.0.0.9:8080"}, 3},
        {{.server = "10.0.0.9:80"}, 0},
        {{.server = "10.1.2.3"}, 0}, /* the client is no server */
        {{.server = "shop.example"}, 3},
        {{.server = "SHOP.example:8080"}, 3},
        {{.server = "shop.example:80"}, 0},
        {{.server = "*.example"}, 3},
        {{.server = "example"}, 0},
        {{.server = "192.168.0.1 shop.*"}, 3},
        {{.method = "GET"}, 3},
        {{.method = "POST,GET"}, 3},
        {{.method = "get"}, 0}, /* methods are case-sensitive: RFC 9110 9.1 */
        {{.target = "/api/items"}, 3},
        {{.target = "/api/*"}, 3},
        {{.target = "/api"}, 0},
        {{.target = "*token*"}, 0}, /* the query is no part of it */
        {{.target = "/x /api/*"}, 3},
        {{.rule = "*", .status = "103", .target = "/api/*", .server = "10.0.0.9"}, 2},
        {{.rule = "interim-*", .status = "200"}, 0},
    };
    struct sample sample;

    (void)state;
    for (size_t i = 0; i < WL_COUNT(cases); i++) {
        uint32_t n = taken(cases[i].one, &sample);

        if (n != cases[i].n)
            fail_msg("case %zu: %u, not %u", i, n, cases[i].n);
    }
}

/* The request's own word for its server counts, in absolute-form and without a Host. */
static void absolute_form(void **state)
{
    const struct wl_suppression one = {.name = "one", .server = "other.example", .target = "/p"};
    struct wl_suppress *s = make(&one, 1, 0);
    struct sample sample;

    (void)state;
    fill(&sample);
    sample.ex.req.target = WL_SPAN("http://user:secret@Other.Example/p?q");
    wl_suppress_exchange(s, &sample.ex);
    assert_int_equal(sample.ex.n_suppressed, 3);
    fill(&sample);
    sample.ex.req = (struct wl_message){.state = WL_ABSENT};
    wl_suppress_exchange(s, &sample.ex);
    assert_int_equal(sample.ex.n_suppressed, 0);
    drop(s);
}

static void order_is_kept(void **state)
{
    struct sample s;

    (void)state;
    assert_int_equal(taken((struct wl_suppression){.status = "103"}, &s), 2);
    assert_int_equal(s.ex.n_findings, 1);
    assert_string_equal(s.found[0].rule->id, "date-missing");
    assert_null(s.found[0].suppressed);
    assert_string_equal(s.found[1].rule->id, "interim-to-http10");
    assert_string_equal(s.found[2].rule->id, "early-hints-misuse");
    assert_non_null(s.found[2].suppressed);
    assert_int_equal(taken((struct wl_suppression){.rule = "early-*"}, &s), 1);
    assert_string_equal(s.found[0].rule->id, "interim-to-http10");
    assert_string_equal(s.found[1].rule->id, "date-missing");
}

/* What is found when a connection is over has no method and no target any more. */
static void connections(void **state)
{
    const struct wl_suppression all[] = {
        {.name = "target", .target = "*"},
        {.name = "method", .method = "*"},
        {.name = "host", .server = "shop.example"},
        {.name = "address", .server = "10.0.0.9", .status = "2xx"},
    };
    struct wl_suppress *s = make(all, WL_COUNT(all), 0);
    struct sample sample;
    struct wl_stats st = {.n_suppressions = 0};

    (void)state;
    fill(&sample);
    wl_suppress_connection(s, &sample.conn);
    assert_int_equal(sample.conn.n_findings, 0);
    assert_int_equal(sample.conn.n_suppressed, 1);
    assert_ptr_equal(sample.later.suppressed, &all[3]);
    wl_suppress_stats(s, &st);
    assert_int_equal(st.suppressed[WL_WARNING], 1);
    assert_int_equal(st.n_suppressions, 4);
    assert_int_equal(st.suppressions[3].n, 1);
    assert_int_equal(st.suppressions[0].n, 0);
    drop(s);
}

/* Its last nanosecond counts, the next one does not. What has ended is followed, and another may
 * take over. */
static void an_end(void **state)
{
    const wl_ns end = 1800000000 * WL_SECOND;
    const struct wl_suppression all[] = {{.name = "short", .rule = "*", .end = end},
                                         {.name = "long", .rule = "date-*", .end = 2 * end},
                                         {.name = "never", .rule = "interim-*"}};
    struct wl_suppress *s = make(all, WL_COUNT(all), end - 1);
    struct wl_stats st = {.n_suppressions = 0};
    struct sample sample;

    (void)state;
    fill(&sample);
    wl_suppress_exchange(s, &sample.ex);
    assert_int_equal(sample.ex.n_suppressed, 3);
    drop(s);
    s = make(all, WL_COUNT(all), end);
    fill(&sample);
    wl_suppress_exchange(s, &sample.ex);
    assert_int_equal(sample.ex.n_suppressed, 2);
    assert_string_equal(sample.found[0].rule->id, "early-hints-misuse");
    wl_suppress_stats(s, &st);
    assert_true(st.suppressions[0].over);
    assert_int_equal(st.suppressions[0].n, 1);
    assert_int_equal(st.suppressions[1].n, 1);
    assert_int_equal(st.suppressions[2].n, 1);
    assert_int_equal(st.suppressed[WL_NOTE], 0);
    assert_int_equal(st.suppressed[WL_VIOLATION], 2);
    drop(s);
}

/* A second look, for a connection that was read again, counts nothing. */
static void again(void **state)
{
    const struct wl_suppression one = {.name = "one", .rule = "*"};
    struct wl_suppress *s = make(&one, 1, 0);
    struct wl_stats st = {.n_suppressions = 0};
    struct sample sample;

    (void)state;
    fill(&sample);
    wl_suppress_exchange_again(s, &sample.ex);
    wl_suppress_connection_again(s, &sample.conn);
    assert_int_equal(sample.ex.n_suppressed, 3);
    assert_int_equal(sample.conn.n_suppressed, 1);
    wl_suppress_stats(s, &st);
    assert_int_equal(st.suppressions[0].n, 0);
    drop(s);
}

static void fingerprints(void **state)
{
    char hex[WL_FINGERPRINT_HEX + 1], other[WL_FINGERPRINT_HEX + 1];
    struct wl_suppression all[3];
    struct wl_suppress *s;
    struct sample sample;
    struct wl_text words;

    (void)state;
    fill(&sample);
    wl_budget_init(&budget, MEMORY, NULL, NULL, NULL);
    wl_text_init(&words, &budget, MEMORY);
    wl_fingerprint_words(&words, &sample.ex.conn, &sample.ex, &sample.found[0]);
    wl_fingerprint_hash(wl_text_span(&words), hex);
    wl_text_release(&words);
    for (size_t i = 0; i < sizeof(hex); i++)
        other[i] = (char)(hex[i] >= 'a' && hex[i] <= 'f' ? hex[i] - 32 : hex[i]);
    /* the lists of one with a fingerprint are not looked at; small and large digits are the same;
     * one that has ended does not hide another that has not */
    all[0] = (struct wl_suppression){.name = "ended", .fingerprint = hex, .end = 1};
    all[1] = (struct wl_suppression){.name = "this", .fingerprint = other, .rule = "nothing"};
    all[2] = (struct wl_suppression){.name = "none",
                                     .fingerprint = "00000000000000000000000000000000"};
    s = make(all, 3, 2);
    wl_suppress_exchange(s, &sample.ex);
    assert_int_equal(sample.ex.n_suppressed, 1);
    assert_ptr_equal(sample.found[2].suppressed, &all[1]);
    assert_string_equal(sample.found[2].rule->id, "interim-to-http10");
    drop(s);
}

static void mistakes(void **state)
{
    static const struct wl_suppression wrong[] = {
        {.name = "x"},
        {.name = "x", .rule = " , "},
        {.name = "x", .rule = "nosuch"},
        {.name = "x", .rule = "nosuch-*"},
        {.name = "x", .server = "10.0.0.0/33"},
        {.name = "x", .status = "1000"},
        {.name = "x", .status = "6xx"},
        {.name = "x", .status = "300-200"},
        {.name = "x", .status = "2xx-3xx"},
        {.name = "x", .fingerprint = "12"},
        {.name = "x", .fingerprint = "0000000000000000000000000000000g"},
    };
    struct wl_config cfg;

    (void)state;
    wl_config_init(&cfg);
    cfg.n_suppressions = 1;
    for (size_t i = 0; i < WL_COUNT(wrong); i++) {
        struct wl_suppress *s = NULL;
        struct wl_error err = {.code = WL_OK};

        cfg.suppressions = &wrong[i];
        wl_budget_init(&budget, MEMORY, NULL, NULL, NULL);
        if (wl_suppress_new(&budget, &cfg, &s, &err) != WL_EINVAL || !strstr(err.text, "'x'"))
            fail_msg("case %zu is taken: %s", i, err.text);
        assert_int_equal(budget.used, 0);
    }
}

/* Whatever is refused, findings stay findings, in order, and nothing is lost. */
static void without_memory(void **state)
{
    const struct wl_suppression one = {.name = "one", .status = "103"};
    struct wl_suppress *s = make(&one, 1, 0);
    struct sample sample;

    (void)state;
    fill(&sample);
    budget.max = budget.used;
    wl_suppress_exchange(s, &sample.ex);
    assert_int_equal(sample.ex.n_suppressed, 2);
    assert_string_equal(sample.found[0].rule->id, "date-missing");
    assert_string_equal(sample.found[1].rule->id, "interim-to-http10");
    assert_string_equal(sample.found[2].rule->id, "early-hints-misuse");
    drop(s);
    for (size_t max = 0; max < 4096; max += 8) {
        struct wl_config cfg;
        struct wl_error err = {.code = WL_OK};

        wl_config_init(&cfg);
        cfg.suppressions = &one;
        cfg.n_suppressions = 1;
        wl_budget_init(&budget, max, NULL, NULL, NULL);
        s = NULL;
        if (wl_suppress_new(&budget, &cfg, &s, &err) == 0)
            wl_suppress_free(s);
        assert_int_equal(budget.used, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_covered), cmocka_unit_test(absolute_form),
        cmocka_unit_test(order_is_kept),   cmocka_unit_test(connections),
        cmocka_unit_test(an_end),          cmocka_unit_test(again),
        cmocka_unit_test(fingerprints),    cmocka_unit_test(mistakes),
        cmocka_unit_test(without_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
