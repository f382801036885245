/* unit_filter.c - the language of --where: what it accepts, what it says, what it matches.
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "relate.h"
#include "span.h"
#include "wirelint/filter.h"
#include "wirelint/wirelint.h"

static const struct wl_rule rule_interim = {.id = "interim-to-http10"};
static const struct wl_rule rule_silent = {.id = "silent-gap-no-interim", .once_per_target = true};

/* POST /x HTTP/1.0 -> 100, 103, 200 from 10.1.2.3:51514 to 10.0.0.9:3000 */
struct sample {
    struct wl_exchange ex;
    struct wl_message interim[2];
    struct wl_finding finding;
};

static struct wl_exchange *fill(struct sample *s)
{
    *s = (struct sample){
        .interim = {{.state = WL_WHOLE, .status = 100}, {.state = WL_WHOLE, .status = 103}},
        .finding = {.rule = &rule_interim, .severity = WL_VIOLATION},
        .ex =
            {
                .conn.client = {.ip = {10, 1, 2, 3}, .port = 51514, .family = 4},
                .conn.server = {.ip = {10, 0, 0, 9}, .port = 3000, .family = 4},
                .req = {.state = WL_WHOLE, .major = 1, .method = WL_SPAN("POST")},
                .res = {.state = WL_WHOLE, .status = 200},
                .n_interim = 2,
                .n_findings = 1,
            },
    };
    s->ex.interim = s->interim;
    s->ex.findings = &s->finding;
    return &s->ex;
}

static bool matches(const char *text, const struct wl_exchange *ex)
{
    struct wl_filter *f = NULL;
    struct wl_error err;
    bool result;

    if (wl_filter_new(text, &f, &err) < 0)
        fail_msg("'%s': %s", text, err.text);
    result = wl_filter_match(f, ex);
    wl_filter_free(f);
    return result;
}

static void words_that_hold(void **state)
{
    static const char *const holding[] = {
        "",
        "  ",
        "status:103",
        "status:200",
        "status:404,100",
        "status:200-299",
        "class:1xx",
        "class:2XX",
        "class:5xx,2xx",
        "not class:4xx",
        "not not status:200",
        "seq:\"100,103,200\"",
        "seq:\"100, 103, 200\"",
        "seq:\"*\"",
        "seq:\"100,*\"",
        "seq:\"*,200\"",
        "seq:\"100,*,200\"",
        "seq:\"*,103,*\"",
        "seq:200,\"100,103,200\"",
        "state:complete",
        "state:unanswered,complete",
        "not state:tunnel",
        "method:POST",
        "method:\"POST\"",
        "method:GET,POST",
        "not method:post",
        "version:1.0",
        "version:1.1,1.0",
        "not version:1.1",
        "client:10.1.2.3",
        "client:10.1.2.3:51514",
        "client:10.0.0.0/8",
        "client:0.0.0.0/0",
        "server:10.0.0.9",
        "server:10.0.0.9:3000",
        "server:10.0.0.8/31",
        "not server:10.0.0.9:80",
        "not client:[2001:db8::9]:80",
        "not client:2001:db8::9",
        "not server:::/0",
        "port:3000",
        "port:80,2999-3001",
        "rule:interim-to-http10",
        "rule:interim-*",
        ("status:103 server:10.0.0.9 method:POST version:1.0 rule:interim-* seq:\"100,103,200\" not "
         "client:192.168.0.0/16"),
    };
    struct sample s;

    (void)state;
    for (size_t i = 0; i < WL_COUNT(holding); i++) {
        if (!matches(holding[i], fill(&s)))
            fail_msg("'%s' does not match", holding[i]);
    }
}

static void words_that_do_not_hold(void **state)
{
    static const char *const failing[] = {
        "status:404",
        "not status:103",
        "class:3xx",
        "class:invalid",
        "seq:200",
        "seq:\"100,103\"",
        "seq:\"103,*\"",
        "seq:\"100,*,103\"",
        "state:unanswered",
        "not state:truncated,complete",
        "method:GET",
        "method:post",
        "version:1.1",
        "version:0.9",
        "version:2",
        "client:10.1.2.4",
        "client:10.1.2.3:80",
        "client:10.2.0.0/16",
        "server:10.0.0.8",
        "server:10.0.0.10/31",
        "port:80",
        "port:3001-65535",
        "rule:status-*",
        "status:103 port:80",
        "not port:3000",
        "server:[::ffff:10.0.0.9]:3000",
        "client:2001:db8::/3",
        "not rule:*-to-http10",
        "not not method:GET",
    };
    struct sample s;

    (void)state;
    for (size_t i = 0; i < WL_COUNT(failing); i++) {
        if (matches(failing[i], fill(&s)))
            fail_msg("'%s' matches", failing[i]);
    }
}

static void wrong_words_are_named(void **state)
{
    static const struct {
        const char *text, *error, *hint;
    } wrong[] = {
        {"statsu:200", "statsu:200", "did you mean 'status:'?"},
        {"hello", "hello", "a word is KEY:VALUE"},
        {"foo:bar", "foo:bar", "keys are rule, status"},
        {"status:", "status:", "wants a status code"},
        {"status:abc", "status:abc", "wants a status code"},
        {"status:1000", "status:1000", "wants a status code"},
        {"status:200,", "status:200,", "wants a status code"},
        {"status:300-200", "status:300-200", "wants"},
        {"class:6xx", "class:6xx", "5xx or invalid"},
        {"class:2x", "class:2x", "5xx or invalid"},
        {"seq:\"100,\"", "seq:", "statuses in order"},
        {"seq:\"100", "seq:", "statuses in order"},
        {"seq:\"100\"200", "seq:", "statuses in order"},
        {"state:answered", "state:answered", "complete, unanswered, truncated"},
        {"state:", "state:", "complete, unanswered, truncated"},
        {"version:1.2", "version:1.2", "0.9, 1.0, 1.1, 2 or 3"},
        {"client:10.0.0", "client:10.0.0", "an address"},
        {"client:10.0.0.1/33", "/33", "an address"},
        {"client:[10.0.0.1]:80", "client", "an address"},
        {"client:[::1", "client:[::1", "an address"},
        {"client:[::1]x", "client:[::1]x", "an address"},
        {"client:10.0.0.1:99999", "client", "an address"},
        {"server:example.org", "example.org", "an address"},
        {"port:http", "port:http", "a port or a range"},
        {"port:70000", "port:70000", "a port or a range"},
        {"rule:interim-to-http1", "interim-to-http1", "the id of a rule"},
        {"not", "'not'", ""},
        {"status:200 not", "'not'", ""},
        {"method:", "method:", "a method"},
    };

    (void)state;
    for (size_t i = 0; i < WL_COUNT(wrong); i++) {
        struct wl_filter *f = NULL;
        struct wl_error err = {.code = WL_OK};

        assert_int_equal(wl_filter_new(wrong[i].text, &f, &err), WL_EINVAL);
        assert_null(f);
        if (!strstr(err.text, wrong[i].error))
            fail_msg("'%s': '%s' lacks '%s'", wrong[i].text, err.text, wrong[i].error);
        if (!strstr(err.hint, wrong[i].hint))
            fail_msg("'%s': '%s' lacks '%s'", wrong[i].text, err.hint, wrong[i].hint);
    }
}

static void too_much_is_refused(void **state)
{
    static char text[8192];
    struct wl_filter *f = NULL;
    size_t n = 0;

    (void)state;
    while (n < 4090)
        n += (size_t)snprintf(text + n, sizeof(text) - n, "port:1 ");
    assert_int_equal(wl_filter_new(text, &f, NULL), WL_EINVAL); /* words */
    n = (size_t)snprintf(text, sizeof(text), "port:1");
    while (n < 4080)
        n += (size_t)snprintf(text + n, sizeof(text) - n, ",1");
    assert_int_equal(wl_filter_new(text, &f, NULL), WL_EINVAL); /* values */
    memset(text, 'a', 5000);
    assert_int_equal(wl_filter_new(text, &f, NULL), WL_EINVAL); /* octets */
}

static void findings_of_connections(void **state)
{
    struct sample s;
    struct wl_conn_record rec = {.conn = fill(&s)->conn};
    struct wl_finding whole = {.rule = &rule_interim};
    struct wl_finding one = {.rule = &rule_interim, .ordinal = 3};
    struct wl_filter *f = NULL;

    (void)state;
    assert_int_equal(wl_filter_new("server:10.0.0.9 rule:interim-*", &f, NULL), 0);
    assert_false(wl_filter_wants_exchange(f));
    assert_true(wl_filter_match_conn(f, &rec, &whole));
    assert_true(wl_filter_match_conn(f, &rec, &one));
    assert_true(wl_filter_match_conn(f, &rec, NULL));
    wl_filter_free(f);
    assert_int_equal(wl_filter_new("not rule:interim-*", &f, NULL), 0);
    assert_false(wl_filter_match_conn(f, &rec, &whole));
    wl_filter_free(f);
    assert_int_equal(wl_filter_new("port:3000 not method:GET", &f, NULL), 0);
    assert_true(wl_filter_wants_exchange(f));
    assert_false(wl_filter_match_conn(f, &rec, &whole)); /* a connection has no method */
    assert_true(wl_filter_match_conn(f, &rec, &one));    /* the caller asks its exchange */
    wl_filter_free(f);
    assert_true(wl_filter_match_conn(NULL, &rec, &whole));
    assert_true(wl_filter_match(NULL, &s.ex));
}

static void told_once_per_target(void **state)
{
    static const struct {
        const char *target;
        uint8_t server;
        bool told, left_out; /* the latter by rule: of --where, which sees what is told */
    } steps[] = {
        {"/report?id=1", 9, true, true},   {"/report?id=1", 9, true, false},
        {"/report?id=2", 9, false, false}, {"/report", 9, false, true},
        {"/report", 9, false, false},      {"/other", 9, true, false},
        {"/report", 8, true, false},       {"/report?id=1", 8, false, false},
        {"/third", 9, true, false}, /* no room: told, not remembered */
        {"/third", 9, true, false},
    };
    struct wl_config cfg;
    struct wl_budget budget;
    struct wl_relate *r;

    (void)state;
    wl_config_init(&cfg);
    cfg.limits.max_related = 3;
    cfg.only = "no-such-rule"; /* here it is only about what was told before */
    wl_budget_init(&budget, 1u << 20, NULL, NULL, NULL);
    r = wl_relate_new(&budget, &cfg);
    assert_non_null(r);
    assert_int_equal(wl_relate_rules(r, &cfg, NULL), 0);
    for (size_t i = 0; i < WL_COUNT(steps); i++) {
        struct sample s;
        struct wl_finding findings[2] = {{.rule = &rule_silent}, {.rule = &rule_interim}};
        struct wl_exchange *ex = fill(&s);

        ex->findings = findings;
        ex->n_findings = 2;
        ex->req.target = wl_span_text(steps[i].target);
        ex->conn.server.ip[3] = steps[i].server;
        wl_relate_exchange(r, ex, true);
        assert_int_equal(ex->n_findings, steps[i].told ? 2 : 1);
        assert_ptr_equal(findings[ex->n_findings - 1].rule, &rule_interim);
        if (steps[i].left_out)
            wl_relate_untold(r);
    }
    assert_int_equal(wl_relate_full(r), 2);
    wl_relate_free(r);
    assert_int_equal(budget.used, 0);
}

static void settings_by_key(void **state)
{
    struct wl_config cfg;
    struct wl_error err;

    (void)state;
    wl_config_init(&cfg);
    assert_int_equal(cfg.thresholds.processing_final, 100 * WL_SECOND);
    assert_int_equal(cfg.limits.max_fields, 1000);
    assert_int_equal(wl_config_set(&cfg, "processing.final", "125", &err), 0);
    assert_int_equal(cfg.thresholds.processing_final, 125 * WL_SECOND);
    assert_int_equal(wl_config_set(&cfg, "expect.immediate", "0.8s", &err), 0);
    assert_int_equal(cfg.thresholds.expect_immediate, 800000000);
    assert_int_equal(wl_config_set(&cfg, "expect.immediate", "2.5ms", &err), 0);
    assert_int_equal(cfg.thresholds.expect_immediate, 2500000);
    assert_int_equal(wl_config_set(&cfg, "expect.immediate", ".25", &err), 0);
    assert_int_equal(cfg.thresholds.expect_immediate, 250000000);
    assert_int_equal(wl_config_set(&cfg, "settle", "0.01", &err), 0);
    assert_int_equal(cfg.limits.settle, 10000000);
    assert_int_equal(wl_config_set(&cfg, "max_connections", "64K", &err), 0);
    assert_int_equal(cfg.limits.max_connections, 65536);
    assert_int_equal(wl_config_set(&cfg, "memory", "1g", &err), 0);
    assert_int_equal(cfg.limits.memory, 1u << 30);
    assert_int_equal(wl_config_set(&cfg, "interim.max", "3", &err), 0);
    assert_int_equal(cfg.thresholds.interim_max, 3);
    assert_int_equal(wl_config_set(&cfg, "procesing.final", "1", &err), WL_EINVAL);
    assert_non_null(strstr(err.hint, "'processing.final'"));
    assert_int_equal(wl_config_set(&cfg, "max_connections", "0", &err), WL_EINVAL);
    assert_int_equal(wl_config_set(&cfg, "max_connections", "12q", &err), WL_EINVAL);
    assert_int_equal(wl_config_set(&cfg, "max_connections", "-1", &err), WL_EINVAL);
    assert_int_equal(wl_config_set(&cfg, "max_connections", "", &err), WL_EINVAL);
    assert_int_equal(wl_config_set(&cfg, "memory", "99999999999G", &err), WL_EINVAL);
    assert_int_equal(wl_config_set(&cfg, "settle", "1.", &err), WL_EINVAL);
    assert_int_equal(wl_config_set(&cfg, "settle", "1.0000000001", &err), WL_EINVAL);
    assert_int_equal(wl_config_set(&cfg, "settle", "10000000000000", &err), WL_EINVAL);
    assert_int_equal(wl_config_set(&cfg, "settle", "1h", &err), WL_EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_that_hold),         cmocka_unit_test(words_that_do_not_hold),
        cmocka_unit_test(wrong_words_are_named),   cmocka_unit_test(too_much_is_refused),
        cmocka_unit_test(findings_of_connections), cmocka_unit_test(told_once_per_target),
        cmocka_unit_test(settings_by_key),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
