/* unit_ring.c - the queue between threads keeps order and bounds, with one thread and with two.
 * SPDX-License-Identifier: MIT
 */
#include "ring.h"

#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static int items[200000];
enum { N_ITEMS = sizeof(items) / sizeof(items[0]) };

static void bounded_by_slots(void **state)
{
    struct wl_budget b;
    struct wl_ring *r;
    size_t n = 0;

    (void)state;
    wl_budget_init(&b, 1 << 20, NULL, NULL, NULL);
    r = wl_ring_new(&b, 5, 1000000);
    assert_non_null(r);
    assert_null(wl_ring_pop(r));
    while (wl_ring_push(r, &items[n], 1))
        n++;
    assert_int_equal(n, 8); /* rounded up to a power of two */
    for (size_t i = 0; i < n; i++)
        assert_ptr_equal(wl_ring_pop(r), &items[i]);
    assert_null(wl_ring_pop(r));
    assert_false(wl_ring_done(r));
    assert_true(wl_ring_push(r, &items[0], 1));
    wl_ring_close(r);
    assert_false(wl_ring_done(r));
    assert_ptr_equal(wl_ring_pop(r), &items[0]);
    assert_true(wl_ring_done(r));
    wl_ring_free(r);
    wl_ring_free(NULL);
    assert_int_equal(b.used, 0);
}

static void bounded_by_octets(void **state)
{
    struct wl_budget b;
    struct wl_ring *r;

    (void)state;
    wl_budget_init(&b, 1 << 20, NULL, NULL, NULL);
    r = wl_ring_new(&b, 64, 100);
    assert_non_null(r);
    assert_true(wl_ring_push(r, &items[0], 60));
    assert_false(wl_ring_push(r, &items[1], 41));
    assert_true(wl_ring_push(r, &items[1], 40));
    assert_false(wl_ring_push(r, &items[2], 1));
    assert_ptr_equal(wl_ring_pop(r), &items[0]);
    assert_false(wl_ring_push(r, &items[2], 1000));
    assert_ptr_equal(wl_ring_pop(r), &items[1]);
    assert_true(wl_ring_push(r, &items[2], 1000)); /* larger than all, but alone */
    assert_ptr_equal(wl_ring_pop(r), &items[2]);
    wl_ring_free(r);
}

static void *produce(void *user)
{
    struct wl_ring *r = user;

    for (int i = 0; i < N_ITEMS; i++) {
        items[i] = i; /* written before the push, read after the pop: what a race would show */
        while (!wl_ring_push(r, &items[i], (uint64_t)i % 50))
            (void)sched_yield();
    }
    wl_ring_close(r);
    return NULL;
}

static void keeps_order_between_threads(void **state)
{
    struct wl_budget b;
    struct wl_ring *r;
    pthread_t thread;
    int expected = 0;

    (void)state;
    wl_budget_init(&b, 1 << 20, NULL, NULL, NULL);
    r = wl_ring_new(&b, 256, 2000);
    assert_non_null(r);
    assert_int_equal(pthread_create(&thread, NULL, produce, r), 0);
    while (!wl_ring_done(r)) {
        const int *item = wl_ring_pop(r);

        if (!item) {
            (void)sched_yield();
            continue;
        }
        assert_int_equal(*item, expected);
        expected++;
    }
    assert_int_equal(expected, N_ITEMS);
    assert_int_equal(pthread_join(thread, NULL), 0);
    wl_ring_free(r);
    assert_int_equal(b.used, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bounded_by_slots),
        cmocka_unit_test(bounded_by_octets),
        cmocka_unit_test(keeps_order_between_threads),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
