/* unit_table.c - the hash table finds what was added and nothing else; lists keep their order.
 * SPDX-License-Identifier: MIT
 */
#include "table.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/** How often index stands under hash. */
static unsigned count_of(const struct wl_table *t, uint64_t hash, uint32_t index)
{
    size_t probe = 0;
    unsigned n = 0;
    uint32_t found;

    while ((found = wl_table_find(t, hash, &probe)) != UINT32_MAX)
        n += found == index;
    return n;
}

static void finds_what_was_added(void **state)
{
    struct wl_budget b;
    struct wl_table t;

    (void)state;
    wl_budget_init(&b, 1 << 24, NULL, NULL, NULL);
    assert_int_equal(wl_table_init(&t, &b, 20000), 0);
    for (uint32_t i = 0; i < 20000; i++)
        assert_int_equal(wl_table_add(&t, wl_hash(&i, sizeof(i), 1), i), 0);
    assert_int_equal(wl_table_add(&t, 1, 1), WL_NOMEM); /* the maximum */
    for (uint32_t i = 0; i < 20000; i++)
        assert_int_equal(count_of(&t, wl_hash(&i, sizeof(i), 1), i), 1);
    for (uint32_t i = 0; i < 20000; i += 2)
        assert_true(wl_table_remove(&t, wl_hash(&i, sizeof(i), 1), i));
    for (uint32_t i = 0; i < 20000; i++)
        assert_int_equal(count_of(&t, wl_hash(&i, sizeof(i), 1), i), i % 2);
    assert_int_equal(t.n_used, 10000);
    wl_table_release(&t);
    assert_int_equal(b.used, 0);
}

/** All under one hash: a run that wraps round the end of the slots must stay whole. */
static void survives_equal_hashes(void **state)
{
    struct wl_budget b;
    struct wl_table t;

    (void)state;
    wl_budget_init(&b, 1 << 20, NULL, NULL, NULL);
    for (uint64_t hash = 0; hash < 3; hash++) {
        uint64_t same = hash == 0 ? UINT64_MAX : hash << 62;

        assert_int_equal(wl_table_init(&t, &b, 100), 0);
        for (uint32_t i = 0; i < 100; i++)
            assert_int_equal(wl_table_add(&t, same, i), 0);
        for (uint32_t i = 99; i < 100; i--) {
            assert_int_equal(count_of(&t, same, i), 1);
            assert_true(wl_table_remove(&t, same, i));
            assert_int_equal(count_of(&t, same, i), 0);
            assert_false(wl_table_remove(&t, same, i));
        }
        wl_table_release(&t);
    }
    assert_int_equal(b.used, 0);
}

enum { THINGS = 400, HOMES = 40, STEPS = 100000 };

/** Entries come and go under few hashes, so that rows are full, stray into others, and are called
 * back; each step against a list of what is there. */
static void forgets_nothing_when_rows_overflow(void **state)
{
    static uint64_t hash[THINGS];
    static bool there[THINGS];
    uint64_t random = 1;
    struct wl_budget b;
    struct wl_table t;
    size_t n = 0;

    (void)state;
    wl_budget_init(&b, 1 << 14, NULL, NULL, NULL); /* it cannot grow as it would like to */
    assert_int_equal(wl_table_init(&t, &b, THINGS), 0);
    for (unsigned step = 0; step < STEPS; step++) {
        uint32_t i;

        random = random * 6364136223846793005 + 1442695040888963407;
        i = (uint32_t)(random >> 33) % THINGS;
        if (there[i]) {
            assert_true(wl_table_remove(&t, hash[i], i));
            there[i] = false;
            n--;
        } else {
            hash[i] = (random >> 20) % HOMES << 32;
            there[i] = wl_table_add(&t, hash[i], i) == 0;
            n += there[i];
        }
        assert_int_equal(t.n_used, n);
        for (uint32_t k = step % 8; k < THINGS; k += 8)
            assert_int_equal(count_of(&t, hash[k], k), there[k]);
    }
    wl_table_release(&t);
    assert_int_equal(b.used, 0);
}

static void refuses_without_memory(void **state)
{
    struct wl_budget b;
    struct wl_table t;
    uint32_t n = 0;

    (void)state;
    wl_budget_init(&b, 4096, NULL, NULL, NULL);
    if (wl_table_init(&t, &b, 1 << 20) != 0)
        return;
    while (wl_table_add(&t, wl_hash(&n, sizeof(n), 7), n) == 0)
        n++;
    assert_true(n > 0 && n < 1 << 20);
    for (uint32_t i = 0; i < n; i++)
        assert_int_equal(count_of(&t, wl_hash(&i, sizeof(i), 7), i), 1);
    wl_table_release(&t);
    assert_int_equal(b.used, 0);
}

static void hash_depends_on_its_seed(void **state)
{
    (void)state;
    assert_true(wl_hash("key", 3, 1) != wl_hash("key", 3, 2));
    assert_true(wl_hash("key", 3, 1) == wl_hash("key", 3, 1));
    assert_true(wl_seed() != wl_seed());
}

struct thing {
    int value;
    struct wl_link link;
};

static void list_keeps_recency(void **state)
{
    struct thing things[4] = {{.value = 0}, {.value = 1}, {.value = 2}, {.value = 3}};
    const int expected[] = {0, 2, 3, 1};
    struct wl_link head;
    size_t n = 0;

    (void)state;
    wl_list_init(&head);
    assert_true(wl_list_empty(&head));
    for (size_t i = 0; i < 4; i++)
        wl_list_append(&head, &things[i].link);
    wl_list_remove(&things[1].link);
    wl_list_append(&head, &things[1].link);
    wl_list_each (l, &head)
        assert_int_equal(WL_CONTAINER(l, struct thing, link)->value, expected[n++]);
    assert_int_equal(n, 4);
    wl_list_each_safe (l, next, &head)
        wl_list_remove(l);
    assert_true(wl_list_empty(&head));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_what_was_added),
        cmocka_unit_test(survives_equal_hashes),
        cmocka_unit_test(forgets_nothing_when_rows_overflow),
        cmocka_unit_test(refuses_without_memory),
        cmocka_unit_test(hash_depends_on_its_seed),
        cmocka_unit_test(list_keeps_recency),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
