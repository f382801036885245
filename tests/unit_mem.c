/* unit_mem.c - budgets, arenas and buffers keep their bounds and give everything back.
 * SPDX-License-Identifier: MIT
 */
#include "mem.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void budget_refuses_past_its_maximum(void **state)
{
    struct wl_budget b;
    void *p, *q;

    (void)state;
    wl_budget_init(&b, 100, NULL, NULL, NULL);
    p = wl_alloc(&b, 60);
    assert_non_null(p);
    assert_null(wl_alloc(&b, 41));
    assert_int_equal(b.refused, 1);
    q = wl_alloc(&b, 40);
    assert_non_null(q);
    assert_int_equal(b.used, 100);
    wl_free(&b, p, 60);
    wl_free(&b, q, 40);
    wl_free(&b, NULL, 7);
    assert_int_equal(b.used, 0);
    assert_int_equal(b.peak, 100);
    assert_null(wl_alloc(&b, SIZE_MAX));
}

static void array_size_cannot_overflow(void **state)
{
    struct wl_budget b;

    (void)state;
    wl_budget_init(&b, SIZE_MAX, NULL, NULL, NULL);
    assert_null(wl_alloc_array(&b, SIZE_MAX / 2, 4));
    assert_int_equal(b.used, 0);
    assert_int_equal(b.refused, 1);
}

static void lines_begin_with_a_cache_line(void **state)
{
    uint8_t *blocks[20];
    struct wl_budget b;

    (void)state;
    wl_budget_init(&b, 1 << 20, NULL, NULL, NULL);
    for (size_t octets = 1; octets < 300; octets += 13) {
        for (size_t i = 0; i < WL_COUNT(blocks); i++) {
            blocks[i] = wl_alloc_lines(&b, octets);
            assert_non_null(blocks[i]);
            assert_int_equal((uintptr_t)blocks[i] % WL_LINE, 0);
            memset(blocks[i], 0xff, octets);
        }
        assert_true(b.used >= WL_COUNT(blocks) * octets);
        for (size_t i = 0; i < WL_COUNT(blocks); i++)
            wl_free_lines(&b, blocks[i], octets);
        assert_int_equal(b.used, 0);
    }
    assert_null(wl_alloc_lines(&b, 1 << 20)); /* there is no room for the alignment */
    assert_null(wl_alloc_lines(&b, SIZE_MAX - 10));
    wl_free_lines(&b, NULL, 10);
    assert_int_equal(b.used, 0);
}

static void resize_zeroes_what_is_new(void **state)
{
    struct wl_budget b;
    uint8_t *p, *q;

    (void)state;
    wl_budget_init(&b, 64, NULL, NULL, NULL);
    p = wl_alloc(&b, 8);
    assert_non_null(p);
    memset(p, 0xff, 8);
    q = wl_resize(&b, p, 8, 24);
    assert_non_null(q);
    for (size_t i = 0; i < 24; i++)
        assert_int_equal(q[i], i < 8 ? 0xff : 0);
    assert_null(wl_resize(&b, q, 24, 1000));
    assert_int_equal(q[0], 0xff); /* still ours */
    wl_free(&b, q, 24);
    assert_int_equal(b.used, 0);
}

static void arena_gives_zeroed_aligned_octets(void **state)
{
    struct wl_budget b;
    struct wl_arena_pool pool;
    struct wl_arena *a;

    (void)state;
    wl_budget_init(&b, 1 << 20, NULL, NULL, NULL);
    wl_arena_pool_init(&pool, &b, 1 << 16);
    for (unsigned round = 0; round < 3; round++) {
        a = wl_arena_new(&pool);
        assert_non_null(a);
        for (size_t n = 1; n < 3000; n += 97) {
            uint8_t *p = wl_arena_alloc(a, n);

            assert_non_null(p);
            assert_int_equal((uintptr_t)p % 8, 0);
            for (size_t i = 0; i < n; i++)
                assert_int_equal(p[i], 0);
            memset(p, 0xa5, n); /* the next round gets recycled chunks */
        }
        assert_true(wl_arena_octets(a) >= 3000);
        wl_arena_free(a);
    }
    wl_arena_free(NULL);
    assert_true(pool.idle_octets <= 1 << 16);
    wl_arena_pool_release(&pool);
    assert_int_equal(b.used, 0);
}

static void arena_survives_refusal(void **state)
{
    struct wl_budget b;
    struct wl_arena_pool pool;
    struct wl_arena *a;

    (void)state;
    wl_budget_init(&b, 16384, NULL, NULL, NULL);
    wl_arena_pool_init(&pool, &b, 0);
    a = wl_arena_new(&pool);
    assert_non_null(a);
    assert_null(wl_arena_alloc(a, 1 << 20));
    assert_null(wl_arena_array(a, SIZE_MAX / 2, 3));
    assert_null(wl_arena_copy(a, wl_span(NULL, 0)).p);
    assert_non_null(wl_arena_alloc(a, 10));
    wl_arena_free(a);
    wl_arena_pool_release(&pool);
    assert_int_equal(b.used, 0);
}

static void arena_array_grows_to_its_maximum(void **state)
{
    struct wl_budget b;
    struct wl_arena_pool pool;
    struct wl_arena *a;
    uint32_t *array = NULL, n = 0, capacity = 0;

    (void)state;
    wl_budget_init(&b, 1 << 20, NULL, NULL, NULL);
    wl_arena_pool_init(&pool, &b, 0);
    a = wl_arena_new(&pool);
    assert_non_null(a);
    for (;;) {
        uint32_t *grown = wl_arena_grow(a, array, n, &capacity, 50, sizeof(*array));

        if (!grown)
            break;
        array = grown;
        array[n] = n;
        n++;
    }
    assert_int_equal(n, 50);
    for (uint32_t i = 0; i < n; i++)
        assert_int_equal(array[i], i);
    wl_arena_free(a);
    wl_arena_pool_release(&pool);
}

static void buffer_takes_all_or_nothing(void **state)
{
    struct wl_budget b;
    struct wl_buf buf;

    (void)state;
    wl_budget_init(&b, 1 << 20, NULL, NULL, NULL);
    wl_buf_init(&buf, &b, 10);
    assert_true(wl_buf_append(&buf, WL_SPAN("123456")));
    assert_false(wl_buf_append(&buf, WL_SPAN("78901")));
    assert_true(wl_buf_append(&buf, WL_SPAN("7890")));
    assert_true(wl_buf_append(&buf, WL_SPAN("")));
    assert_true(wl_span_equal(wl_buf_span(&buf), WL_SPAN("1234567890")));
    wl_buf_drop(&buf, 7);
    assert_true(wl_span_equal(wl_buf_span(&buf), WL_SPAN("890")));
    wl_buf_drop(&buf, 100);
    assert_int_equal(buf.n, 0);
    wl_buf_release(&buf);
    assert_int_equal(b.used, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(budget_refuses_past_its_maximum),
        cmocka_unit_test(array_size_cannot_overflow),
        cmocka_unit_test(lines_begin_with_a_cache_line),
        cmocka_unit_test(resize_zeroes_what_is_new),
        cmocka_unit_test(arena_gives_zeroed_aligned_octets),
        cmocka_unit_test(arena_survives_refusal),
        cmocka_unit_test(arena_array_grows_to_its_maximum),
        cmocka_unit_test(buffer_takes_all_or_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
