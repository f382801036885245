/* unit_recall.c - octets lately delivered: those kept, and those that are read again in their file.
 * SPDX-License-Identifier: MIT
 */
#include "octets.h"
#include "recall.h"

#include <setjmp.h>
#include <stdarg.h>
#include <unistd.h>

#include <cmocka.h>

enum {
    FILE_OCTETS = 2 << 20, /* several times the window of a file */
    RING = 64 << 10,
    SEGMENTS = 32,
    FIRST = 4000, /* the number of the octet that a segment begins with */
};

static const char conn[2]; /* two connections */

struct bench {
    char path[32];
    struct wl_budget budget;
    struct wl_octets in;
    struct wl_recall *r;
    uint8_t octets[8192]; /* of the segment kept last */
};

static int set_up(void **state)
{
    static struct bench b;
    uint32_t word = 1;
    FILE *f;

    b = (struct bench){.path = "/tmp/unit-recall-XXXXXX"};
    wl_budget_init(&b.budget, SIZE_MAX, NULL, NULL, NULL);
    f = fdopen(mkstemp(b.path), "wb");
    if (!f)
        return -1;
    for (size_t i = 0; i < FILE_OCTETS / sizeof(word); i++) {
        word = word * 1664525 + 1013904223;
        if (fwrite(&word, sizeof(word), 1, f) != 1)
            return -1;
    }
    if (fclose(f) || wl_octets_open(&b.in, b.path, NULL, &b.budget, NULL) < 0)
        return -1;
    b.r = wl_recall_new(&b.budget, RING, SEGMENTS);
    *state = &b;
    return b.r ? 0 : -1;
}

static int tear_down(void **state)
{
    struct bench *b = *state;

    wl_recall_free(b->r);
    wl_octets_release(&b->in);
    return unlink(b->path) || b->budget.used;
}

/* The next n octets of the file, borrowed from its window, are delivered. */
static void keep(struct bench *b, const void *who, uint32_t seq, size_t n)
{
    assert_true(wl_octets_have(&b->in, n));
    memcpy(b->octets, b->in.p, n);
    wl_recall_keep(b->r, who, 1, WL_TO_SERVER, seq, wl_span(b->in.p, n));
    b->in.p += n;
}

/* Reads on until nothing in the window is what was there. */
static void move_on(struct bench *b)
{
    const uint64_t from = wl_octets_position(&b->in);

    while (wl_octets_position(&b->in) < from + FILE_OCTETS / 2) {
        assert_true(wl_octets_have(&b->in, 1000));
        b->in.p += 1000;
    }
}

static size_t compare(const struct bench *b, uint32_t seq, const uint8_t *p, size_t n,
                      size_t *first)
{
    return wl_recall_compare(b->r, conn, 0, WL_TO_SERVER, seq, wl_span(p, n), first);
}

static void octets_that_left_the_window_are_read_again(void **state)
{
    struct bench *b = *state;
    size_t first = 99;

    wl_recall_lean_on(b->r, &b->in);
    keep(b, conn, FIRST, 700);
    move_on(b);
    assert_int_equal(compare(b, FIRST, b->octets, 700, &first), 0);
    assert_int_equal(first, 99);
    b->octets[5] ^= 1;
    b->octets[699] ^= 0x80;
    assert_int_equal(compare(b, FIRST, b->octets, 700, &first), 2);
    assert_int_equal(first, 5);
    /* where the window stands is as it was */
    assert_true(wl_octets_have(&b->in, 1000));
    assert_int_equal(wl_octets_position(&b->in), FILE_OCTETS / 2 + 700 + 424);
}

static void what_only_overlaps_is_compared_where_it_does(void **state)
{
    struct bench *b = *state;
    uint8_t wide[720] = {0};
    size_t first = 99;

    wl_recall_lean_on(b->r, &b->in);
    keep(b, conn, FIRST, 700);
    move_on(b);
    /* ten octets more at either end are nobody's */
    memcpy(wide + 10, b->octets, 700);
    assert_int_equal(compare(b, FIRST - 10, wide, sizeof(wide), &first), 0);
    wide[10] ^= 1;
    assert_int_equal(compare(b, FIRST - 10, wide, sizeof(wide), &first), 1);
    assert_int_equal(first, 10);
    /* a part of the middle, and what lies beside it */
    assert_int_equal(compare(b, FIRST + 300, b->octets + 300, 20, &first), 0);
    assert_int_equal(compare(b, FIRST + 300, b->octets + 301, 1, &first), 1);
    assert_int_equal(compare(b, FIRST + 700, wide, 20, &first), 0);
    assert_int_equal(compare(b, FIRST - 20, wide, 20, &first), 0);
}

static void long_segments_are_read_in_pieces(void **state)
{
    static const size_t differing[] = {2047, 2048, 4095, 4096, 7999};
    struct bench *b = *state;
    size_t first = 0;

    wl_recall_lean_on(b->r, &b->in);
    keep(b, conn, UINT32_MAX - 1000, 8000); /* and numbers may wrap in it */
    move_on(b);
    assert_int_equal(compare(b, UINT32_MAX - 1000, b->octets, 8000, &first), 0);
    for (size_t i = 0; i < WL_COUNT(differing); i++)
        b->octets[differing[i]] ^= 1;
    assert_int_equal(compare(b, UINT32_MAX - 1000, b->octets, 8000, &first), 5);
    assert_int_equal(first, 2047);
    assert_int_equal(compare(b, 1047, b->octets + 2048, 8000 - 2048, &first), 4);
    assert_int_equal(first, 0);
}

static void what_lies_elsewhere_is_copied(void **state)
{
    struct bench *b = *state;
    uint8_t queued[300], same[300];
    size_t first = 99;

    for (size_t i = 0; i < sizeof(queued); i++)
        same[i] = queued[i] = (uint8_t)i;
    wl_recall_lean_on(b->r, &b->in);
    keep(b, conn, FIRST, 700);
    wl_recall_keep(b->r, conn, 1, WL_TO_SERVER, FIRST + 700, wl_span(queued, sizeof(queued)));
    keep(b, conn, FIRST + 1000, 700);
    memset(queued, 0xff, sizeof(queued));
    move_on(b);
    assert_int_equal(compare(b, FIRST + 700, same, sizeof(same), &first), 0);
    assert_int_equal(compare(b, FIRST + 1000, b->octets, 700, &first), 0);
    same[299] = 0;
    assert_int_equal(compare(b, FIRST + 700, same, sizeof(same), &first), 1);
    assert_int_equal(first, 299);
}

static void of_a_file_that_shrank_nothing_is_held_against_anybody(void **state)
{
    struct bench *b = *state;
    size_t first = 99;

    wl_recall_lean_on(b->r, &b->in);
    keep(b, conn, FIRST, 700);
    memset(b->octets, 0, 700);
    assert_int_equal(truncate(b->path, 699), 0);
    assert_int_equal(compare(b, FIRST, b->octets, 700, &first), 0);
    assert_int_equal(first, 99);
}

static void whoever_leans_on_a_file_remembers_the_same(void **state)
{
    struct bench *b = *state;
    struct wl_recall *copies = wl_recall_new(&b->budget, RING, SEGMENTS), *leaning = b->r;
    const uint8_t nothing[20000] = {0};
    size_t n_known = 0;

    assert_non_null(copies);
    wl_recall_lean_on(leaning, &b->in);
    for (uint32_t i = 0; i < 100; i++) {
        const size_t n = 1 + i * 2654435761u % 20000; /* of some the ring takes a part only */

        assert_true(wl_octets_have(&b->in, n));
        for (unsigned k = 0; k < 2; k++) {
            wl_recall_keep(k ? leaning : copies, conn + i % 2, i, WL_TO_SERVER, i * 20000,
                           wl_span(b->in.p, n));
        }
        b->in.p += n;
        for (uint32_t old = 0; old <= i; old++) {
            size_t first[2] = {0, 0}, differing[2];

            for (unsigned k = 0; k < 2; k++) {
                differing[k] = wl_recall_compare(k ? leaning : copies, conn, 4, WL_TO_SERVER,
                                                 old * 20000, wl_span(nothing, 20000), &first[k]);
            }
            assert_int_equal(differing[0], differing[1]);
            assert_int_equal(first[0], first[1]);
            n_known += differing[0] > 0;
        }
    }
    assert_true(n_known > 100);
    wl_recall_free(copies);
}

static void whoever_began_without_a_file_goes_on_without(void **state)
{
    struct bench *b = *state;
    size_t first = 99;

    keep(b, conn, FIRST, 700);
    wl_recall_lean_on(b->r, &b->in);
    assert_int_equal(compare(b, FIRST, b->octets, 700, &first), 0);
    keep(b, conn, FIRST + 700, 700);
    assert_int_equal(truncate(b->path, 0), 0);
    b->octets[0] ^= 1;
    assert_int_equal(compare(b, FIRST + 700, b->octets, 700, &first), 1);
}

/* Else one retransmission would read each of hundreds again. */
static void short_segments_need_no_file(void **state)
{
    struct bench *b = *state;
    size_t first = 99;

    wl_recall_lean_on(b->r, &b->in);
    keep(b, conn, FIRST, 60);
    assert_int_equal(truncate(b->path, 0), 0);
    b->octets[7] ^= 1;
    assert_int_equal(compare(b, FIRST, b->octets, 60, &first), 1);
    assert_int_equal(first, 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(octets_that_left_the_window_are_read_again, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(what_only_overlaps_is_compared_where_it_does, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(long_segments_are_read_in_pieces, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_lies_elsewhere_is_copied, set_up, tear_down),
        cmocka_unit_test_setup_teardown(short_segments_need_no_file, set_up, tear_down),
        cmocka_unit_test_setup_teardown(of_a_file_that_shrank_nothing_is_held_against_anybody,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(whoever_leans_on_a_file_remembers_the_same, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(whoever_began_without_a_file_goes_on_without, set_up,
                                        tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
