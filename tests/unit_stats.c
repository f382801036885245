/* unit_stats.c - counting, histograms, sequences, top lists and their bounds.
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "stats.h"

struct world {
    struct wl_budget budget;
    struct wl_limits limits;
    struct wl_tally *tally;
};

static int set_up(void **state)
{
    static struct world w;

    wl_budget_init(&w.budget, 64u << 20, NULL, NULL, NULL);
    w.limits = (struct wl_limits){.max_sequences = 100, .max_servers = 60};
    w.tally = wl_tally_new(&w.budget, &w.limits);
    *state = &w;
    return w.tally ? 0 : -1;
}

static int tear_down(void **state)
{
    struct world *w = *state;

    wl_tally_free(w->tally);
    return w->budget.used == 0 ? 0 : -1;
}

enum { MOST = 64 };

/* Counts an exchange with these statuses, the last one final unless open. */
static void count(struct world *w, const uint16_t *statuses, uint32_t n, bool open, uint16_t port)
{
    struct wl_message interim[MOST] = {{.state = WL_ABSENT}};
    struct wl_exchange ex = {
        .conn.server = {.ip = {10, 0, 0, 9}, .port = port, .family = 4},
        .paired = true,
        .req = {.state = WL_WHOLE, .t_head = 5 * WL_SECOND},
        .interim = interim,
        .n_interim = open ? n : n - 1,
    };

    for (uint32_t i = 0; i < ex.n_interim; i++) {
        interim[i] = (struct wl_message){
            .state = WL_WHOLE,
            .status = statuses[i],
            .t_first = (6 + (wl_ns)i) * WL_SECOND,
        };
    }
    if (!open) {
        ex.res = (struct wl_message){
            .state = WL_WHOLE,
            .status = statuses[n - 1],
            .status_text = {(const uint8_t *)"abc", 3},
            .t_first = (5 + (wl_ns)n) * WL_SECOND,
        };
    }
    wl_tally_exchange(w->tally, &ex);
}

#define COUNT(w, open, port, ...)               \
    count((w), (const uint16_t[]){__VA_ARGS__}, \
          sizeof((const uint16_t[]){__VA_ARGS__}) / sizeof(uint16_t), (open), (port))

static void classes_and_codes(void **state)
{
    struct world *w = *state;
    const struct wl_stats *st;

    COUNT(w, false, 80, 103, 200);
    COUNT(w, false, 80, 204);
    COUNT(w, true, 80, 101);
    COUNT(w, false, 80, 0);
    COUNT(w, false, 80, 777);
    st = wl_tally_snapshot(w->tally);
    assert_int_equal(st->exchanges, 5);
    assert_int_equal(st->responses[1], 2);
    assert_int_equal(st->responses[2], 2);
    assert_int_equal(st->responses[0], 2);
    assert_int_equal(st->codes[103], 1);
    assert_int_equal(st->codes[101], 1);
    assert_int_equal(st->codes[777], 1);
    assert_int_equal(st->codes[0], 0); /* counted as invalid, but no code */
    assert_int_equal(st->n_servers, 1);
    assert_int_equal(st->servers[0].classes[1], 2);
    assert_int_equal(st->servers[0].exchanges, 5);
    assert_int_equal(st->first.n, 5);
    assert_int_equal(st->final.n, 4);
    assert_int_equal(st->seconds_end, 7);
    assert_int_equal(st->seconds[6][1], 2);
    assert_int_equal(st->seconds[7][2], 1);
}

static void a_simple_response_has_no_status(void **state)
{
    struct world *w = *state;
    struct wl_exchange ex = {.res = {.state = WL_WHOLE, .minor = 9}}; /* RFC 1945 6 */
    const struct wl_stats *st;

    wl_tally_exchange(w->tally, &ex);
    st = wl_tally_snapshot(w->tally);
    assert_int_equal(st->exchanges, 1);
    assert_int_equal(st->responses[0], 0);
    assert_int_equal(st->n_sequences, 0);
}

static void sequences_most_frequent_first(void **state)
{
    struct world *w = *state;
    const struct wl_stats *st;

    for (int i = 0; i < 3; i++)
        COUNT(w, false, 80, 100, 200);
    for (int i = 0; i < 5; i++)
        COUNT(w, false, 80, 200);
    COUNT(w, false, 80, 404);
    COUNT(w, false, 80, 301);
    COUNT(w, true, 80, 100, 101);
    st = wl_tally_snapshot(w->tally);
    assert_int_equal(st->n_sequences, 5);
    assert_string_equal(st->sequences[0].text, "200");
    assert_int_equal(st->sequences[0].n, 5);
    assert_string_equal(st->sequences[1].text, "100, 200");
    assert_int_equal(st->sequences[1].n, 3);
    assert_string_equal(st->sequences[2].text, "100, 101");
    assert_string_equal(st->sequences[3].text, "301");
    assert_string_equal(st->sequences[4].text, "404");
    assert_int_equal(st->other_sequences, 0);
}

static void statuses_read_as_they_were_sent(void **state)
{
    struct world *w = *state;
    const struct wl_stats *st;

    for (int i = 0; i < 3; i++)
        COUNT(w, false, 80, 99);
    for (int i = 0; i < 2; i++)
        COUNT(w, false, 80, 103, 7);
    COUNT(w, false, 80, 0); /* no three digits */
    st = wl_tally_snapshot(w->tally);
    assert_int_equal(st->n_sequences, 3);
    assert_string_equal(st->sequences[0].text, "099");
    assert_string_equal(st->sequences[1].text, "103, 007");
    assert_string_equal(st->sequences[2].text, "0");
}

static void long_sequences_are_cut_but_told_apart(void **state)
{
    struct world *w = *state;
    uint16_t statuses[MOST];
    const struct wl_stats *st;

    for (unsigned i = 0; i < MOST; i++)
        statuses[i] = 102;
    statuses[40] = 200;
    count(w, statuses, 41, false, 80);
    statuses[40] = 500;
    count(w, statuses, 41, false, 80);
    st = wl_tally_snapshot(w->tally);
    assert_int_equal(st->n_sequences, 2);
    assert_string_equal(
        st->sequences[0].text,
        "102, 102, 102, 102, 102, 102, 102, 102, 102, 102, 102, 102, 102, ... (27 more), 200");
    assert_string_equal(
        st->sequences[1].text,
        "102, 102, 102, 102, 102, 102, 102, 102, 102, 102, 102, 102, 102, ... (27 more), 500");
}

static void tables_are_bounded(void **state)
{
    struct world *w = *state;
    const struct wl_stats *st;
    uint64_t listed = 0;

    for (uint16_t i = 0; i < 150; i++)
        COUNT(w, false, (uint16_t)(1000 + i), 103, (uint16_t)(200 + i));
    st = wl_tally_snapshot(w->tally);
    assert_int_equal(st->n_sequences, WL_TOP);
    assert_int_equal(st->n_servers, WL_TOP);
    for (unsigned i = 0; i < WL_TOP; i++)
        listed += st->sequences[i].n;
    assert_int_equal(listed + st->other_sequences, 150);
    assert_int_equal(st->other_servers, 100);
    assert_int_equal(wl_tally_sequences_full(w->tally), 50);
    assert_int_equal(wl_tally_servers_full(w->tally), 90);
}

static void seconds_are_a_ring(void **state)
{
    struct world *w = *state;
    struct wl_exchange ex = {.res = {.state = WL_WHOLE, .status = 200}};
    const struct wl_stats *st;

    ex.res.t_first = 1000 * WL_SECOND;
    wl_tally_exchange(w->tally, &ex);
    ex.res.t_first = (1000 + WL_HISTORY_SECONDS - 1) * WL_SECOND;
    wl_tally_exchange(w->tally, &ex);
    st = wl_tally_snapshot(w->tally);
    assert_int_equal(st->seconds[1000 % WL_HISTORY_SECONDS][2], 1);
    ex.res.t_first = (1000 + WL_HISTORY_SECONDS) * WL_SECOND;
    wl_tally_exchange(w->tally, &ex);
    assert_int_equal(st->seconds[1000 % WL_HISTORY_SECONDS][2], 1); /* the new one alone */
    ex.res.t_first = 1000 * WL_SECOND;
    wl_tally_exchange(w->tally, &ex); /* too old for the ring */
    assert_int_equal(st->seconds[1000 % WL_HISTORY_SECONDS][2], 1);
    ex.res.t_first = -5;
    wl_tally_exchange(w->tally, &ex);
    ex.res.t_first = INT64_MAX;
    wl_tally_exchange(w->tally, &ex);
    assert_int_equal(st->seconds[1000 % WL_HISTORY_SECONDS][2], 0);
}

/* What is remembered of the last response's time holds for no other: the timeline is the one that
 * asks each time, and so is the ring. */
static void a_moment_ends_with_its_second_and_its_bar(void **state)
{
    static const wl_ns times[] = {
        1000 * WL_SECOND,        1000 * WL_SECOND + 1,
        1001 * WL_SECOND - 1,    1001 * WL_SECOND,
        1000 * WL_SECOND - 1,    1100 * WL_SECOND,
        1000 * WL_SECOND + 5,    0,
        1000 * WL_SECOND + 6,    2000 * WL_SECOND,
        1999 * WL_SECOND,        2000 * WL_SECOND + 100,
        90000 * WL_SECOND,       2000 * WL_SECOND + 101,
        90000 * WL_SECOND + 1,   90000 * WL_SECOND - 1,
        89999 * WL_SECOND,       90000 * WL_SECOND + WL_SECOND / 2,
        9000000 * WL_SECOND,     8999999 * WL_SECOND,
        9000000 * WL_SECOND - 1,
    };
    struct world *w = *state;
    struct wl_timeline expected = {.step = 0};
    uint32_t seconds[WL_HISTORY_SECONDS] = {0};
    const wl_ns end = 9000000;
    const struct wl_stats *st;

    for (size_t i = 0; i < WL_COUNT(times); i++) {
        struct wl_exchange ex = {.res = {.state = WL_WHOLE, .status = 200, .t_first = times[i]}};

        wl_tally_exchange(w->tally, &ex);
        wl_timeline_add(&expected, 2, times[i]);
        if (times[i] / WL_SECOND > end - WL_HISTORY_SECONDS)
            seconds[times[i] / WL_SECOND % WL_HISTORY_SECONDS]++;
    }
    st = wl_tally_snapshot(w->tally);
    assert_memory_equal(&st->timeline, &expected, sizeof(expected));
    for (size_t s = 0; s < WL_HISTORY_SECONDS; s++)
        assert_int_equal(st->seconds[s][2], seconds[s]);
}

static void quantiles_within_a_sixteenth(void **state)
{
    static struct wl_histogram h;
    static const double quantiles[] = {0.5, 0.95, 0.99};

    (void)state;
    assert_true(wl_histogram_quantile(&h, 0.5) <= 0);
    for (wl_ns ms = 1; ms <= 1000; ms++)
        wl_histogram_add(&h, ms * 1000000);
    for (size_t i = 0; i < 3; i++) {
        double got = wl_histogram_quantile(&h, quantiles[i]);

        assert_true(got > quantiles[i] * 15 / 16 && got < quantiles[i] * 17 / 16);
    }
    memset(&h, 0, sizeof(h));
    for (int shift = 0; shift < 63; shift++)
        wl_histogram_add(&h, (wl_ns)1 << shift);
    assert_int_equal(h.n, 63);
    assert_true(wl_histogram_quantile(&h, 1.0) > 86400);
}

static void bounds_belong_to_what_they_bound(void **state)
{
    static const wl_ns bounds[] = {
#define WL_BOUND(nanoseconds) nanoseconds,
#include "wirelint/tbl/bounds.h"
#undef WL_BOUND
    };
    static struct wl_histogram h, each;
    uint64_t all = 0;

    (void)state;
    for (unsigned i = 0; i < WL_N_BOUNDS; i++) {
        wl_histogram_add(&each, bounds[i]);
        assert_int_equal(each.within[i], i ? 2 : 1);
        wl_histogram_add(&each, bounds[i] + 1);
        assert_int_equal(each.within[i + 1], 1);
    }
    wl_histogram_add(&h, 0);
    wl_histogram_add(&h, 100000); /* the first bound itself */
    wl_histogram_add(&h, 100001);
    wl_histogram_add(&h, 250000);
    wl_histogram_add(&h, 300 * WL_SECOND);
    assert_int_equal(h.within[0], 2);
    assert_int_equal(h.within[1], 2);
    assert_int_equal(h.within[WL_N_BOUNDS - 1], 1);
    assert_int_equal(h.sum, 450001 + 300 * WL_SECOND);
    wl_histogram_add(&h, 300 * WL_SECOND + 1);
    assert_int_equal(h.within[WL_N_BOUNDS], 1);
    for (unsigned i = 0; i <= WL_N_BOUNDS; i++)
        all += h.within[i];
    assert_int_equal(all, h.n);
    for (int i = 0; i < 3; i++)
        wl_histogram_add(&h, INT64_MAX);
    assert_true(h.sum == UINT64_MAX); /* and does not begin anew */
}

/* A response that is the first and the final one is counted as both, once, however often it is
 * asked for what was counted. */
static void an_only_response_is_first_and_final(void **state)
{
    struct world *w = *state;
    const struct wl_stats *st;

    COUNT(w, false, 80, 200);      /* first and final after 1 s */
    COUNT(w, false, 80, 102, 200); /* first after 1 s, final after 2 s */
    (void)wl_tally_snapshot(w->tally);
    COUNT(w, false, 80, 204);
    for (unsigned again = 0; again < 2; again++) {
        st = wl_tally_snapshot(w->tally);
        assert_int_equal(st->first.n, 3);
        assert_int_equal(st->final.n, 3);
        assert_int_equal(st->first.sum, 3 * WL_SECOND);
        assert_int_equal(st->final.sum, 4 * WL_SECOND);
        assert_int_equal(st->first.most, WL_SECOND);
        assert_int_equal(st->final.least, WL_SECOND);
        assert_int_equal(st->final.most, 2 * WL_SECOND);
    }
}

static void findings_by_severity(void **state)
{
    struct world *w = *state;
    static const struct wl_rule foreign = {.id = "foreign"};
    uint16_t last = (uint16_t)(wl_rule_count() - 1);
    struct wl_finding findings[3] = {
        {.rule = wl_rule_at(0), .severity = WL_VIOLATION},
        {.rule = wl_rule_at(last), .severity = WL_NOTE, .number = last},
        {.rule = &foreign, .severity = WL_WARNING, .number = UINT16_MAX},
    };
    struct wl_exchange ex = {
        .res = {.state = WL_WHOLE, .status = 200},
        .findings = findings,
        .n_findings = 3,
        .unjudged = WL_UNJUDGED_GAP,
    };
    const struct wl_stats *st;

    wl_tally_exchange(w->tally, &ex);
    st = wl_tally_snapshot(w->tally);
    assert_int_equal(st->findings[WL_VIOLATION], 1);
    assert_int_equal(st->findings[WL_WARNING], 1);
    assert_int_equal(st->findings[WL_NOTE], 1);
    assert_int_equal(st->rules[0], 1);
    assert_int_equal(st->rules[wl_rule_count() - 1], 1);
    assert_int_equal(st->unjudged[WL_UNJUDGED_GAP], 1);
    assert_true(st->sequences[0].faulty);
    assert_int_equal(st->servers[0].findings[WL_VIOLATION], 1);
}

/* Adds responses of two classes at these times, in one order and in the other. */
static void run_of(struct wl_timeline *l, const wl_ns *times, size_t n, bool backwards)
{
    *l = (struct wl_timeline){.step = 0};
    for (size_t i = 0; i < n; i++) {
        size_t k = backwards ? n - 1 - i : i;

        wl_timeline_add(l, k % 2 ? 5 : 2, times[k]);
    }
}

static uint64_t sum_of(const struct wl_timeline *l, unsigned class)
{
    uint64_t sum = 0;

    for (uint32_t i = 0; i < WL_TIMELINE; i++)
        sum += l->bars[i][class];
    return sum;
}

static void a_timeline_holds_the_whole_run(void **state)
{
    static const wl_ns day = 86400 * WL_SECOND;
    /* spans, and the step that each of them must have come to */
    static const wl_ns spans[][2] = {
        {0, WL_SECOND / 1000},
        {WL_SECOND / 10, WL_SECOND / 1000},
        {WL_SECOND, WL_SECOND / 200},
        {200 * WL_SECOND, WL_SECOND},
        {3600 * WL_SECOND, 30 * WL_SECOND},
        {200 * day, day},
        {50000 * day, 224 * day},
    };
    static struct wl_timeline l, other;
    wl_ns times[100];

    (void)state;
    for (size_t s = 0; s < WL_COUNT(spans); s++) {
        for (size_t i = 0; i < WL_COUNT(times); i++) /* neither end comes first */
            times[(i + 37) % WL_COUNT(times)] = 123 * WL_SECOND + spans[s][0] / 99 * (wl_ns)i;
        run_of(&l, times, WL_COUNT(times), false);
        run_of(&other, times, WL_COUNT(times), true);
        assert_memory_equal(&l, &other, sizeof(l));
        assert_int_equal(l.step, spans[s][1]);
        assert_int_equal(l.start % l.step, 0);
        assert_true(l.start <= 123 * WL_SECOND && l.start + l.step > 123 * WL_SECOND);
        assert_true(l.n <= WL_TIMELINE);
        assert_int_equal(sum_of(&l, 2), 50);
        assert_int_equal(sum_of(&l, 5), 50);
        assert_int_equal(sum_of(&l, 1), 0);
    }
}

static void clocks_gone_mad_stand_nowhere(void **state)
{
    static struct wl_timeline l;

    (void)state;
    wl_timeline_add(&l, 2, 0);
    wl_timeline_add(&l, 2, -5);
    wl_timeline_add(&l, 2, INT64_MAX);
    assert_int_equal(l.step, 0);
    wl_timeline_add(&l, 2, 1);
    wl_timeline_add(&l, 0, INT64_MAX / 2);
    wl_timeline_add(&l, 0, WL_SECOND);
    assert_int_equal(sum_of(&l, 2), 1);
    assert_int_equal(sum_of(&l, 0), 2);
    assert_int_equal(l.bars[0][2], 1);
    assert_int_equal(l.bars[0][0], 1);
    assert_int_equal(l.bars[l.n - 1][0], 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(classes_and_codes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_simple_response_has_no_status, set_up, tear_down),
        cmocka_unit_test_setup_teardown(sequences_most_frequent_first, set_up, tear_down),
        cmocka_unit_test_setup_teardown(statuses_read_as_they_were_sent, set_up, tear_down),
        cmocka_unit_test_setup_teardown(long_sequences_are_cut_but_told_apart, set_up, tear_down),
        cmocka_unit_test_setup_teardown(tables_are_bounded, set_up, tear_down),
        cmocka_unit_test_setup_teardown(seconds_are_a_ring, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_moment_ends_with_its_second_and_its_bar, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(quantiles_within_a_sixteenth, set_up, tear_down),
        cmocka_unit_test(bounds_belong_to_what_they_bound),
        cmocka_unit_test_setup_teardown(an_only_response_is_first_and_final, set_up, tear_down),
        cmocka_unit_test_setup_teardown(findings_by_severity, set_up, tear_down),
        cmocka_unit_test(a_timeline_holds_the_whole_run),
        cmocka_unit_test(clocks_gone_mad_stand_nowhere),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
