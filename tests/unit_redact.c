/* unit_redact.c - secrets are found wherever they stand, and nothing beside them is touched.
 * SPDX-License-Identifier: MIT
 *
 * What reports show is tested by run_redact.py; here is what a way of looking at sixteen octets at
 * once could get wrong: every place, and every length.
 */
#include "redact_text.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { MOST = 70 };

/** Redacts n octets of 'x' with in put at an index, and expects out there instead. */
static void expect(size_t n, size_t at, struct wl_span in, struct wl_span out)
{
    uint8_t octets[2 * MOST], wanted[2 * MOST];

    assert_true(n + in.n <= sizeof(octets) && in.n == out.n);
    memset(octets, 'x', sizeof(octets));
    memset(wanted, 'x', sizeof(wanted));
    memcpy(octets + at, in.p, in.n);
    memcpy(wanted + at, out.p, out.n);
    wl_redact_urls(wl_span(octets, n + in.n));
    assert_memory_equal(octets, wanted, sizeof(octets));
}

static void a_parameter_at_every_place(void **state)
{
    (void)state;
    for (size_t n = 0; n < MOST; n++) {
        for (size_t at = 0; at <= n; at++) {
            expect(n, at, WL_SPAN("?token=abc&"), WL_SPAN("?token=***&"));
            expect(n, at, WL_SPAN("?page=1;sid=z#"), WL_SPAN("?page=1;sid=*#"));
            expect(n, at, WL_SPAN("?page=1&size=2&"), WL_SPAN("?page=1&size=2&"));
        }
    }
}

static void an_authority_at_every_place(void **state)
{
    (void)state;
    for (size_t n = 0; n < MOST; n++) {
        for (size_t at = 0; at <= n; at++) {
            expect(n, at, WL_SPAN("://me:pw@"), WL_SPAN("://*****@"));
            expect(n, at, WL_SPAN("//a/b@c/"), WL_SPAN("//a/b@c/")); /* in the path: no password */
        }
    }
}

/** Line ends stay: a folded value keeps its lines. */
static void masks_leave_line_ends(void **state)
{
    uint8_t octets[MOST];

    (void)state;
    for (size_t n = 0; n <= MOST; n++) {
        for (size_t at = 0; at < n; at++) {
            memset(octets, 'a', sizeof(octets));
            octets[at] = at % 2 ? '\r' : '\n';
            wl_redact_mask(wl_span(octets, n));
            for (size_t i = 0; i < MOST; i++)
                assert_int_equal(octets[i], i >= n ? 'a' : i != at ? '*' : at % 2 ? '\r' : '\n');
        }
    }
    wl_redact_mask(wl_span(NULL, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_parameter_at_every_place),
        cmocka_unit_test(an_authority_at_every_place),
        cmocka_unit_test(masks_leave_line_ends),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
