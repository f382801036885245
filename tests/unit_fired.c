/* unit_fired.c - what reports gather of the rules that fire: counts, servers, where it was.
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fired.h"
#include "whereabouts.h"

static const struct wl_rule rule = {.id = "a-rule", .severity = WL_WARNING};

static struct wl_endpoint server(uint8_t net, uint8_t host, uint16_t port)
{
    return (struct wl_endpoint){.ip = {10, 0, net, host}, .port = port, .family = 4};
}

static const struct wl_fired *count(struct wl_firings *f, struct wl_endpoint where)
{
    struct wl_finding finding = {.rule = &rule, .severity = WL_WARNING};

    return wl_firings_count(f, &finding, &where);
}

/* How many findings stand beside a server; 0: it has no row. */
static uint64_t of(const struct wl_fired *fired, struct wl_endpoint where)
{
    for (uint32_t i = 0; i < fired->n_servers; i++) {
        const struct wl_endpoint *known = &fired->servers[i].server;

        if (known->port == where.port && memcmp(known->ip, where.ip, sizeof(where.ip)) == 0)
            return fired->servers[i].n;
    }
    return 0;
}

/* Servers whose last octet and port are those of another one, or come to the same, too. */
static void servers_are_told_apart(void **state)
{
    struct wl_budget budget;
    struct wl_firings f = {0};
    const struct wl_fired *fired = NULL;

    (void)state;
    wl_budget_init(&budget, 1 << 20, NULL, NULL, NULL);
    wl_firings_init(&f, &budget);
    for (unsigned i = 0; i < 6; i++) {
        fired = count(&f, server(1, 9, 80));
        (void)count(&f, server(2, 9, 80));
        (void)count(&f, server(1, 16, 79));
        if (i % 2)
            (void)count(&f, server(1, 9, 81));
    }
    assert_non_null(fired);
    assert_int_equal(fired->n_servers, 4);
    assert_int_equal(of(fired, server(1, 9, 80)), 6);
    assert_int_equal(of(fired, server(2, 9, 80)), 6);
    assert_int_equal(of(fired, server(1, 16, 79)), 6);
    assert_int_equal(of(fired, server(1, 9, 81)), 3);
    assert_int_equal(fired->n, 21);
    wl_firings_release(&f);
    assert_int_equal(budget.used, 0);
}

/* Beyond the last row they are others; and what was put in order is counted on. */
static void rows_are_few_and_may_be_put_in_order(void **state)
{
    static struct wl_fired *sorted[WL_FIRED_RULES];
    struct wl_budget budget;
    struct wl_firings f = {0};
    const struct wl_fired *fired = NULL;

    (void)state;
    wl_budget_init(&budget, 1 << 20, NULL, NULL, NULL);
    wl_firings_init(&f, &budget);
    for (unsigned host = 1; host <= WL_FIRED_SERVERS + 2; host++) {
        for (unsigned i = 0; i < host; i++)
            fired = count(&f, server(0, (uint8_t)host, 80));
    }
    assert_non_null(fired);
    assert_int_equal(fired->n_servers, WL_FIRED_SERVERS);
    assert_int_equal(fired->n_elsewhere, 2 * WL_FIRED_SERVERS + 3);
    assert_int_equal(wl_firings_sorted(&f, sorted), 1);
    assert_int_equal(sorted[0]->servers[0].n, WL_FIRED_SERVERS);
    (void)count(&f, server(0, 1, 80));
    assert_int_equal(of(fired, server(0, 1, 80)), 2);
    assert_int_equal(fired->n_servers, WL_FIRED_SERVERS);
    wl_firings_release(&f);
    assert_int_equal(budget.used, 0);
}

static void statuses_read_as_they_were_sent(void **state)
{
    struct wl_step steps[] = {{.status = 99, .ordinal = 1, .repeat = 1},
                              {.status = 0, .ordinal = 1, .repeat = 1}};
    struct wl_conn_record record = {.steps = steps, .n_steps = 2};
    struct wl_budget budget;
    struct wl_text t;

    (void)state;
    wl_budget_init(&budget, 1 << 20, NULL, NULL, NULL);
    wl_text_init(&t, &budget, 100);
    wl_where_steps(&t, &record, 1);
    assert_true(wl_span_equal(wl_text_span(&t), WL_SPAN("request 1 of the connection -> 099, 0")));
    wl_text_release(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(servers_are_told_apart),
        cmocka_unit_test(rows_are_few_and_may_be_put_in_order),
        cmocka_unit_test(statuses_read_as_they_were_sent),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
