/* unit_merge.c - the order of events does not depend on the number of shards.
 * SPDX-License-Identifier: MIT
 *
 * Simulates a capture: packets of many connections, some of which are answered at once, some at a
 * later tick, some expire together. The same capture is dealt to 1 to 8 simulated shards, which run
 * at different speeds; what the merge releases must be the same, numbers included.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "merge.h"
#include "table.h"

enum { MAX_EVENTS = 40000, MAX_SHARDS = 8 };

struct line {
    enum wl_event_kind kind;
    uint64_t when, id, number;
};

struct world {
    struct wl_budget budget;
    struct wl_arena_pool pool;
    struct wl_merge *merge;
    struct line lines[MAX_EVENTS];
    size_t n_lines;
};

/* What one shard will emit, in its order. */
struct script {
    struct wl_event events[MAX_EVENTS];
    size_t n, sent;
};

static void on_released(void *user, struct wl_event *ev)
{
    struct world *w = user;
    struct line *l = &w->lines[w->n_lines++];

    assert_true(w->n_lines <= MAX_EVENTS);
    *l = (struct line){.kind = ev->kind, .when = ev->when, .id = ev->id};
    switch (ev->kind) {
    case WL_EVENT_OPENED:
    case WL_EVENT_BEGUN: break;
    case WL_EVENT_EXCHANGE:
        l->number = ev->of.ex->conn.number;
        wl_arena_free(ev->of.ex->arena);
        break;
    case WL_EVENT_CONNECTION:
        l->number = ev->of.conn->conn.number;
        wl_arena_free(ev->of.conn->arena);
        break;
    }
}

static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

/* Adds an event of a connection to the shard it lives in; number is what a single shard would have
 * counted itself. */
static void script_event(struct world *w, struct script *s, enum wl_event_kind kind, uint64_t when,
                         uint64_t id, uint64_t number)
{
    struct wl_event ev = {.kind = kind, .when = when, .tie = id, .id = id};

    assert_true(s->n < MAX_EVENTS);
    if (kind == WL_EVENT_EXCHANGE) {
        struct wl_arena *a = wl_arena_new(&w->pool);

        ev.of.ex = wl_arena_alloc(a, sizeof(*ev.of.ex));
        ev.of.ex->arena = a;
        ev.of.ex->conn = (struct wl_conn_ref){.id = id, .number = number};
    } else if (kind == WL_EVENT_CONNECTION) {
        struct wl_arena *a = wl_arena_new(&w->pool);

        ev.of.conn = wl_arena_alloc(a, sizeof(*ev.of.conn));
        ev.of.conn->arena = a;
        ev.of.conn->conn = (struct wl_conn_ref){.id = id, .number = number};
    }
    s->events[s->n++] = ev;
}

/* The capture: packet p belongs to a connection; a connection's packets may open it, complete an
 * exchange at once (phase 0), or at some later tick (phase 1); it ends at a tick, together with
 * others, or at the end of the capture. */
static void make_scripts(struct world *w, struct script *scripts, unsigned n_shards, uint64_t seed)
{
    enum { CONNECTIONS = 300, PACKETS = 6000 };
    static struct {
        uint64_t id, number, due;
        bool open;
    } conns[CONNECTIONS];
    uint64_t state = seed, opened = 0;

    memset(conns, 0, sizeof(conns));
    for (uint64_t p = 1; p <= PACKETS; p++) {
        size_t i = next_random(&state) % CONNECTIONS;
        uint64_t choice = next_random(&state) % 8;

        /* the tick before packet p: in order of ids, as shard.c sees to */
        for (size_t k = 0; k < CONNECTIONS; k++) {
            struct script *s = &scripts[k % n_shards];

            if (conns[k].open && conns[k].due && conns[k].due <= p) {
                script_event(w, s, WL_EVENT_EXCHANGE, 2 * p - 1, conns[k].id, conns[k].number);
                conns[k].due = 0;
            }
            if (conns[k].open && p % 1000 == 0 && k % 3 == 0) {
                script_event(w, s, WL_EVENT_CONNECTION, 2 * p - 1, conns[k].id, conns[k].number);
                conns[k].open = false;
            }
        }
        if (!conns[i].open) {
            conns[i].open = true;
            conns[i].id = p;
            conns[i].number = opened++;
            conns[i].due = 0;
            script_event(w, &scripts[i % n_shards], WL_EVENT_OPENED, 2 * p, p, 0);
        }
        if (choice == 0) {
            script_event(w, &scripts[i % n_shards], WL_EVENT_EXCHANGE, 2 * p, conns[i].id,
                         conns[i].number);
        } else if (choice < 3 && !conns[i].due) {
            conns[i].due = p + 1 + choice * 20;
        }
    }
    for (size_t k = 0; k < CONNECTIONS; k++) {
        if (conns[k].open) {
            script_event(w, &scripts[k % n_shards], WL_EVENT_CONNECTION, 2 * PACKETS + 1,
                         conns[k].id, conns[k].number);
        }
    }
}

/* Events of one when that a shard emits must rise in tie: the script makes them by slot, not id. */
static void sort_ties(struct script *s)
{
    for (size_t i = 1; i < s->n; i++) {
        struct wl_event ev = s->events[i];
        size_t k = i;

        while (k && s->events[k - 1].when == ev.when && s->events[k - 1].tie > ev.tie) {
            s->events[k] = s->events[k - 1];
            k--;
        }
        s->events[k] = ev;
    }
}

static void run_shards(struct world *w, unsigned n_shards, uint64_t seed)
{
    static struct script scripts[MAX_SHARDS];
    uint64_t state = seed * 77 + n_shards;
    unsigned busy = n_shards;

    w->n_lines = 0;
    for (unsigned i = 0; i < n_shards; i++)
        scripts[i].n = scripts[i].sent = 0;
    w->merge = wl_merge_new(&w->budget, n_shards, 4096, on_released, w);
    assert_non_null(w->merge);
    make_scripts(w, scripts, n_shards, seed);
    for (unsigned i = 0; i < n_shards; i++)
        sort_ties(&scripts[i]);
    while (busy) {
        unsigned i = (unsigned)(next_random(&state) % n_shards);
        struct script *s = &scripts[i];
        uint64_t burst = 1 + next_random(&state) % 50;

        if (s->sent > s->n)
            continue;
        while (burst-- && s->sent < s->n)
            wl_merge_event(w->merge, i, &s->events[s->sent++]);
        if (s->sent == s->n) {
            wl_merge_watermark(w->merge, i, (struct wl_position){UINT64_MAX, UINT64_MAX});
            s->sent++;
            busy--;
        } else {
            /* nothing at or before what lies before the next event will come any more */
            wl_merge_watermark(w->merge, i,
                               (struct wl_position){s->events[s->sent].when - 1, UINT64_MAX});
        }
    }
    wl_merge_finish(w->merge);
    wl_merge_free(w->merge);
    w->merge = NULL;
}

static int set_up(void **state)
{
    static struct world w;

    wl_budget_init(&w.budget, 256u << 20, NULL, NULL, NULL);
    wl_arena_pool_init(&w.pool, &w.budget, 1u << 20);
    *state = &w;
    return 0;
}

static int tear_down(void **state)
{
    struct world *w = *state;

    wl_arena_pool_release(&w->pool);
    return w->budget.used == 0 ? 0 : -1;
}

static void same_for_any_number_of_shards(void **state)
{
    static struct line expected[MAX_EVENTS];
    struct world *w = *state;

    for (uint64_t seed = 1; seed <= 5; seed++) {
        size_t n;

        run_shards(w, 1, seed);
        n = w->n_lines;
        assert_true(n > 1000);
        memcpy(expected, w->lines, n * sizeof(expected[0]));
        for (unsigned shards = 2; shards <= MAX_SHARDS; shards++) {
            run_shards(w, shards, seed);
            assert_int_equal(w->n_lines, n);
            for (size_t i = 0; i < n; i++) {
                assert_int_equal(w->lines[i].kind, expected[i].kind);
                assert_int_equal(w->lines[i].when, expected[i].when);
                assert_int_equal(w->lines[i].id, expected[i].id);
                assert_int_equal(w->lines[i].number, expected[i].number);
            }
        }
    }
}

static void nothing_before_its_time(void **state)
{
    struct world *w = *state;
    struct wl_event ev = {.kind = WL_EVENT_OPENED, .when = 10, .tie = 5, .id = 5};

    w->n_lines = 0;
    w->merge = wl_merge_new(&w->budget, 2, 16, on_released, w);
    wl_merge_event(w->merge, 0, &ev);
    wl_merge_watermark(w->merge, 0, (struct wl_position){100, UINT64_MAX});
    assert_int_equal(w->n_lines, 0); /* shard 1 has promised nothing yet */
    wl_merge_watermark(w->merge, 1, (struct wl_position){9, UINT64_MAX});
    assert_int_equal(w->n_lines, 0);
    wl_merge_watermark(w->merge, 1, (struct wl_position){10, UINT64_MAX});
    assert_int_equal(w->n_lines, 1);
    wl_merge_free(w->merge);
}

/* The oldest go before their time, counted as all others are. */
static void refused_memory_loses_nothing(void **state)
{
    enum { EVENTS = 400 }; /* more than queues hold at first */
    struct world *w = *state;
    struct wl_event ev = {.kind = WL_EVENT_OPENED, .when = 1, .tie = 1, .id = 1};
    size_t max = w->budget.max;

    w->n_lines = 0;
    w->merge = wl_merge_new(&w->budget, 2, 16, on_released, w);
    w->budget.max = w->budget.used;
    wl_merge_event(w->merge, 0, &ev);
    assert_int_equal(w->n_lines, 1); /* nothing is held that could go */
    assert_int_equal(wl_merge_connections(w->merge), 1);
    w->budget.max = max;
    for (unsigned i = 2; i <= EVENTS; i++) {
        ev.when = ev.tie = ev.id = i;
        wl_merge_event(w->merge, i % 2, &ev);
        w->budget.max = w->budget.used;
        if (i == 2)
            w->budget.max = max; /* a queue for each */
    }
    assert_true(w->n_lines > 1);
    w->budget.max = max;
    wl_merge_finish(w->merge);
    assert_int_equal(w->n_lines, EVENTS);
    assert_int_equal(wl_merge_connections(w->merge), EVENTS);
    wl_merge_free(w->merge);
}

/* A connection whose number could not be kept has none of another's. */
static void numbers_are_unique(void **state)
{
    static const struct {
        enum wl_event_kind kind;
        uint64_t id;
    } steps[] = {
        {WL_EVENT_OPENED, 1},     {WL_EVENT_OPENED, 2},     {WL_EVENT_OPENED, 3},
        {WL_EVENT_CONNECTION, 1}, {WL_EVENT_OPENED, 4},     {WL_EVENT_CONNECTION, 2},
        {WL_EVENT_CONNECTION, 3}, {WL_EVENT_CONNECTION, 4},
    };
    static struct script s;
    struct world *w = *state;

    s.n = 0;
    w->n_lines = 0;
    w->merge = wl_merge_new(&w->budget, 2, 2, on_released, w);
    for (size_t i = 0; i < WL_COUNT(steps); i++) {
        script_event(w, &s, steps[i].kind, i, steps[i].id, 0);
        wl_merge_event(w->merge, 0, &s.events[i]);
    }
    wl_merge_finish(w->merge);
    assert_int_equal(w->n_lines, WL_COUNT(steps));
    assert_int_equal(w->lines[3].number, 0);
    assert_int_equal(w->lines[5].number, 1);
    assert_int_equal(w->lines[7].number, 3);
    assert_true(w->lines[6].number > 3); /* two at a time are remembered */
    wl_merge_free(w->merge);
}

static void what_is_held_is_freed(void **state)
{
    static struct script s;
    struct world *w = *state;

    s.n = 0;
    w->merge = wl_merge_new(&w->budget, 3, 16, on_released, w);
    script_event(w, &s, WL_EVENT_EXCHANGE, 4, 1, 0);
    script_event(w, &s, WL_EVENT_CONNECTION, 5, 1, 0);
    wl_merge_event(w->merge, 2, &s.events[0]);
    wl_merge_event(w->merge, 2, &s.events[1]);
    wl_merge_free(w->merge);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(same_for_any_number_of_shards, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nothing_before_its_time, set_up, tear_down),
        cmocka_unit_test_setup_teardown(refused_memory_loses_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(numbers_are_unique, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_held_is_freed, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
