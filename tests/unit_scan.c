/* unit_scan.c - octets 64 at a time, the lines of a head, and the names that are known.
 * SPDX-License-Identifier: MIT
 *
 * Each is compared with the plain way of saying the same, over octets that are chosen to hurt.
 */
#include "grammar.h"
#include "h1_side.h"
#include "lanes.h"
#include "lookup.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/** The same numbers in every run. */
static unsigned pick(uint64_t *state, unsigned n)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(*state >> 33) % n;
}

static void lanes_say_what_each_octet_is(void **state)
{
    uint64_t seed = 1;

    (void)state;
    for (unsigned round = 0; round < 2000; round++) {
        uint8_t octets[WL_LANES], c = (uint8_t)pick(&seed, 256);
        uint64_t equal = 0, odd = 0;

        for (unsigned i = 0; i < WL_LANES; i++) {
            octets[i] = pick(&seed, 4) ? (uint8_t)pick(&seed, 256) : c;
            equal |= (uint64_t)(octets[i] == c) << i;
            odd |= (uint64_t)(octets[i] < 0x20 || octets[i] >= 0x7f) << i;
        }
        assert_true(wl_lanes_equal(octets, c) == equal);
        assert_true(wl_lanes_odd(octets) == odd);
    }
}

/** A head made of the octets that matter, often of none else. */
static size_t make_head(uint8_t *head, size_t room, uint64_t *seed)
{
    static const uint8_t odd[] = "\r\n\r\n:: \t\x01\x7f\xc3";
    size_t n = 0, lines = pick(seed, 70);

    for (size_t i = 0; i < lines && n + 140 < room; i++) {
        size_t length = pick(seed, 130);

        for (size_t k = 0; k < length; k++) {
            head[n++] = pick(seed, 300) ? (uint8_t)('a' + pick(seed, 26))
                                        : odd[pick(seed, sizeof(odd) - 1)];
        }
        if (pick(seed, 4))
            head[n++] = ':';
        if (pick(seed, 20))
            head[n++] = '\r';
        head[n++] = '\n';
    }
    if (pick(seed, 8)) {
        head[n++] = '\r';
        head[n++] = '\n';
    }
    return n;
}

static void check_line(struct wl_span head, const struct wl_h1_line *line)
{
    struct wl_span octets = wl_span_sub(head, line->start, line->end - line->start);
    size_t colon = wl_span_find(octets, ':');
    bool plain = octets.n && octets.p[octets.n - 1] == '\r';

    assert_int_equal(head.p[line->end], '\n');
    assert_true(line->end == head.n || wl_span_find(octets, '\n') == octets.n);
    assert_int_equal(line->colon, colon == octets.n ? WL_H1_NO_COLON : line->start + colon);
    for (size_t i = 0; i + 1 < octets.n; i++)
        plain = plain && octets.p[i] >= ' ' && octets.p[i] < 0x7f;
    assert_int_equal(line->plain, plain);
}

static void the_lines_of_a_head(void **state)
{
    uint64_t seed = 2;
    unsigned found = 0;

    (void)state;
    for (unsigned round = 0; round < 4000; round++) {
        uint8_t octets[10000], *exact;
        struct wl_span head = {octets, make_head(octets, sizeof(octets), &seed)};
        struct wl_h1_lines lines;
        size_t scan = 0, n;

        /* of its own, so that a sanitizer sees an octet read too far */
        exact = test_malloc(head.n + 1);
        memcpy(exact, octets, head.n);
        head.p = exact;
        n = wl_h1_scan(head, &lines);
        if (n) {
            assert_int_equal(n, wl_h1_head_length(head, &scan, false));
            assert_int_equal(lines.line[lines.n - 1].end + 1, n);
            for (uint32_t i = 0; i < lines.n; i++) {
                assert_int_equal(lines.line[i].start, i ? lines.line[i - 1].end + 1 : 0);
                check_line(wl_span_sub(head, 0, n), &lines.line[i]);
            }
            found++;
        } else {
            n = wl_h1_head_length(head, &scan, false);
            assert_true(n == 0 || lines.n >= WL_H1_LINES);
        }
        test_free(exact);
    }
    assert_true(found > 1000);
}

static void a_head_too_large_is_left_to_others(void **state)
{
    uint8_t octets[20000];
    struct wl_h1_lines lines;
    struct wl_span head = {octets, sizeof(octets)};

    (void)state;
    memset(octets, 'a', sizeof(octets));
    /* NOLINTNEXTLINE(bugprone-not-null-terminated-result): octets, no string */
    memcpy(octets + sizeof(octets) - 4, "\r\n\r\n", 4);
    assert_int_equal(wl_h1_scan(head, &lines), 0);
    head = wl_span_after(head, sizeof(octets) - 1000);
    assert_int_equal(wl_h1_scan(head, &lines), 1000);
    assert_int_equal(wl_h1_scan(wl_span_sub(head, 0, 999), &lines), 0);
    assert_int_equal(wl_h1_scan(wl_span(NULL, 0), &lines), 0);
}

/** Whatever wl_grammar_field says of a name, the table says as well. */
static void assert_same_name(const struct wl_lookup *l, struct wl_span name)
{
    enum wl_method method = wl_grammar_method(name);
    bool visible = true;

    for (size_t i = 0; i < name.n; i++)
        visible = visible && name.p[i] >= ' ';
    if (visible)
        assert_int_equal(wl_lookup_field(l, name), wl_grammar_field(name));
    if (method == WL_METHOD_NONE)
        method = WL_METHOD_OTHER;
    assert_int_equal(wl_lookup_method(l, name), method);
}

static void names_are_found_and_others_are_not(void **state)
{
    static const char *const fields[] = {
#define WL_FIELD(ID, name, flags, source) name,
#include "wirelint/tbl/fields.h"
#undef WL_FIELD
    };
    struct wl_lookup l;
    uint64_t seed = 3;

    (void)state;
    wl_lookup_init(&l);
    assert_same_name(&l, wl_span(NULL, 0));
    for (int id = WL_METHOD_OTHER + 1; id < WL_N_METHODS; id++) {
        struct wl_span name = wl_span_text(wl_method_name((enum wl_method)id));

        assert_int_equal(wl_lookup_method(&l, name), id);
    }
    for (size_t i = 0; i < WL_COUNT(fields); i++) {
        size_t n = strlen(fields[i]);

        assert_int_equal(wl_lookup_field(&l, wl_span_text(fields[i])), i + 1);
        for (unsigned round = 0; round < 200; round++) {
            uint8_t name[64];

            /* near misses: another case, another octet, an octet that differs by 0x20 or 0x80 */
            memcpy(name, fields[i], n);
            switch (pick(&seed, 5)) {
            case 0: name[pick(&seed, (unsigned)n)] ^= 0x20; break;
            case 1: name[pick(&seed, (unsigned)n)] ^= 0x80; break;
            case 2: name[pick(&seed, (unsigned)n)] = (uint8_t)pick(&seed, 256); break;
            case 3: name[pick(&seed, (unsigned)n)] ^= 0xa0; break;
            default:
                for (size_t k = 0; k < n; k++) {
                    if (wl_is_alpha(name[k]) && pick(&seed, 2))
                        name[k] ^= 0x20;
                }
            }
            assert_same_name(&l, wl_span(name, n));
            assert_same_name(&l, wl_span(name, n - 1));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lanes_say_what_each_octet_is),
        cmocka_unit_test(the_lines_of_a_head),
        cmocka_unit_test(a_head_too_large_is_left_to_others),
        cmocka_unit_test(names_are_found_and_others_are_not),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
