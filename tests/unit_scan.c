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
        _Alignas(WL_LANES_16) uint8_t others[WL_LANES_16];
        uint8_t octets[WL_LANES], c = (uint8_t)pick(&seed, 256);
        uint64_t equal = 0, odd = 0, same = 0;

        for (unsigned i = 0; i < WL_LANES; i++) {
            octets[i] = pick(&seed, 4) ? (uint8_t)pick(&seed, 256) : c;
            equal |= (uint64_t)(octets[i] == c) << i;
            odd |= (uint64_t)(octets[i] < 0x20 || octets[i] >= 0x7f) << i;
        }
        for (unsigned i = 0; i < WL_LANES_16; i++) {
            /* near misses: a bit, or none */
            others[i] = octets[5 + i] ^ (uint8_t)(pick(&seed, 2) << pick(&seed, 8));
            same |= (uint64_t)(others[i] == octets[5 + i]) << i;
        }
        assert_true(wl_lanes_same16(octets + 5, others) == same);
        assert_true(wl_lanes_equal(octets, c) == equal);
        assert_true(wl_lanes_odd(octets) == odd);
        assert_true(wl_lanes_equal16(octets, c) == (equal & 0xffff));
    }
}

/** One octet among others that are not it, at each place of each length; and next to them, where
 * nobody may look. */
static void what_a_span_holds(void **state)
{
    uint8_t octets[100];

    (void)state;
    for (size_t n = 0; n <= 80; n++) {
        memset(octets, '?', sizeof(octets));
        memset(octets + 8, 'a', n);
        assert_false(wl_lanes_hold(octets + 8, n, '?'));
        for (size_t i = 0; i < n; i++) {
            octets[8 + i] = '?';
            assert_true(wl_lanes_hold(octets + 8, n, '?'));
            octets[8 + i] = 'a';
        }
    }
}

static void which_words_are_equal(void **state)
{
    uint64_t seed = 9;

    (void)state;
    for (unsigned round = 0; round < 1000; round++) {
        uint32_t words[8], wanted = (uint32_t)pick(&seed, UINT32_MAX);
        unsigned equal = 0;

        for (unsigned i = 0; i < 8; i++) { /* near misses: a bit, or none */
            words[i] = wanted ^ (uint32_t)pick(&seed, 2) << pick(&seed, 32);
            equal |= (unsigned)(words[i] == wanted) << i;
        }
        assert_int_equal(wl_lanes_equal_words(words, wanted), equal);
    }
}

static void hexadecimal_digits(void **state)
{
    static const char digits[] = "0123456789abcdef0123456789ABCDEF";

    (void)state;
    for (unsigned c = 0; c < 256; c++) {
        const char *digit = c ? strchr(digits, (int)c) : NULL;

        assert_int_equal(wl_hex_value((uint8_t)c), digit ? (digit - digits) % 16 : -1);
    }
}

/** Whatever the processor can do must say the same. */
static void all_lanes_agree(void **state)
{
#ifdef WL_LANES_WIDE
    static const uint8_t some[] = "\r\n\r\n: ~\x7f\x80\xff\x1f\x00";
    uint64_t seed = 4;

    if (!WL_LANES_WIDE())
        skip(); /* this processor cannot execute the wide ones */
    for (unsigned round = 0; round < 5000; round++) {
        uint8_t octets[WL_LANES];
        struct wl_lanes_kinds narrow, wide;

        for (unsigned i = 0; i < WL_LANES; i++) {
            octets[i] = pick(&seed, 2) ? some[pick(&seed, sizeof(some))]
                                       : (uint8_t)pick(&seed, 256);
        }
        narrow = wl_lanes_kinds(octets);
        wide = wl_lanes_kinds_wide(octets);
        assert_true(narrow.odd == wide.odd && narrow.crs == wide.crs);
        assert_true(narrow.lfs == wide.lfs);
    }
#else
    skip(); /* here no wide ones are compiled */
#endif
    (void)state;
}

/** A head made of the octets that matter, often of none else. */
static size_t make_head(uint8_t *head, size_t room, uint64_t *seed)
{
    static const uint8_t odd[] = "\r\n\r\n:: \t\x01\x7f\xc3";
    unsigned oddity = pick(seed, 2); /* or as it should be */
    size_t n = 0, lines = pick(seed, 70);

    for (size_t i = 0; i < lines && n + 140 < room; i++) {
        size_t length = pick(seed, 130);

        for (size_t k = 0; k < length; k++) {
            head[n++] = !oddity || pick(seed, 300) ? (uint8_t)('a' + pick(seed, 26))
                                                   : odd[pick(seed, sizeof(odd) - 1)];
        }
        if (pick(seed, 4))
            head[n++] = ':';
        if (!oddity || pick(seed, 20))
            head[n++] = '\r';
        head[n++] = '\n';
    }
    if (pick(seed, 8)) {
        head[n++] = '\r';
        head[n++] = '\n';
    }
    return n;
}

/** Neither visible ASCII nor SP. */
static bool is_odd(struct wl_span s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < ' ' || s.p[i] >= 0x7f)
            return true;
    }
    return false;
}

/** The plain way: every line ends with CRLF, and the first has nothing else in it than what can be
 * seen. */
static bool is_plain(struct wl_span head)
{
    if (is_odd(wl_span_sub(head, 0, wl_span_find(head, '\r'))))
        return false;
    for (size_t i = 0; i < head.n; i++) {
        bool cr = head.p[i] == '\r', lf = head.p[i] == '\n';

        if ((cr && (i + 1 == head.n || head.p[i + 1] != '\n')) ||
            (lf && (i == 0 || head.p[i - 1] != '\r')))
            return false;
    }
    return head.n > 2 && head.p[0] != '\r';
}

static void check_lines(struct wl_span head, const struct wl_h1_lines *lines)
{
    uint32_t start = 0;

    for (uint32_t i = 0; i < lines->n; i++) {
        uint32_t end = lines->ends[i];
        struct wl_span line = wl_span_sub(head, start, end - start);

        assert_true(end > start);
        assert_int_equal(memcmp(head.p + end, "\r\n", 2), 0);
        assert_int_equal(wl_span_find(line, '\r'), line.n);
        assert_int_equal(wl_h1_is_odd(lines, i), is_odd(line));
        start = end + 2;
    }
    assert_int_equal(lines->ends[lines->n], start);
    assert_int_equal(start + 2, head.n);
}

static void the_lines_of_a_head(void **state)
{
    uint64_t seed = 2;
    unsigned found = 0, odd = 0, noted = 0;

    (void)state;
    for (unsigned round = 0; round < 12000; round++) {
        uint8_t octets[10000], *exact;
        struct wl_span head = {octets, make_head(octets, sizeof(octets), &seed)};
        struct wl_h1_lines lines;
        size_t scan = 0, n, whole;

        /* of its own, so that a sanitizer sees an octet read too far */
        exact = test_malloc(head.n + 1);
        memcpy(exact, octets, head.n);
        head.p = exact;
        n = wl_h1_scan(head, &lines);
        whole = wl_h1_head_length(head, &scan, false);
        if (n) {
            assert_int_equal(n, whole);
            assert_true(is_plain(wl_span_sub(head, 0, n)));
            check_lines(wl_span_sub(head, 0, n), &lines);
            found++;
            noted += (lines.odd[0] | lines.odd[1]) != 0;
        } else {
            assert_false(is_plain(wl_span_sub(head, 0, whole)));
            odd += whole > 0;
        }
        test_free(exact);
    }
    assert_true(found > 1000 && odd > 1000 && noted > 100);
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

static void of_lines_there_are_not_too_many(void **state)
{
    uint8_t octets[3 * WL_H1_LINES + 5];
    struct wl_h1_lines lines;
    size_t n = 0;

    (void)state;
    for (unsigned i = 0; i <= WL_H1_LINES; i++) {
        octets[n++] = 'a';
        octets[n++] = '\r';
        octets[n++] = '\n';
    }
    octets[n++] = '\r';
    octets[n++] = '\n';
    assert_int_equal(n, sizeof(octets));
    assert_int_equal(wl_h1_scan(wl_span(octets, n), &lines), 0);
    assert_int_equal(wl_h1_scan(wl_span(octets + 3, n - 3), &lines), n - 3);
    assert_int_equal(lines.n, WL_H1_LINES);
}

/** At the front of a line short methods are found, longer ones left to others. */
static void assert_front(const struct wl_lookup *l, struct wl_span name)
{
    uint8_t line[64 + 8];
    size_t n, length;

    memset(line, ' ', sizeof(line));
    if (name.n)
        memcpy(line, name.p, name.n);
    length = wl_span_find(wl_span(line, sizeof(line)), ' ');
    if (length >= 8)
        length = 0;
    assert_int_equal(wl_lookup_method_front(l, line, &n),
                     wl_lookup_method(l, wl_span(line, length)));
    assert_int_equal(n, length);
}

/** Whatever wl_grammar_field says of a name, the table says as well. */
static void assert_same_name(const struct wl_lookup *l, struct wl_span name)
{
    enum wl_method method = wl_grammar_method(name);
    bool visible = true;

    for (size_t i = 0; i < name.n; i++)
        visible = visible && name.p[i] >= ' ';
    if (visible) {
        uint8_t amid[8 + 64 + 8]; /* whatever stands around it */

        memset(amid, 0xa5, sizeof(amid));
        if (name.n)
            memcpy(amid + 8, name.p, name.n);
        assert_int_equal(wl_lookup_field(l, name), wl_grammar_field(name));
        assert_int_equal(wl_lookup_field_amid(l, amid + 8, name.n), wl_grammar_field(name));
    }
    if (method == WL_METHOD_NONE)
        method = WL_METHOD_OTHER;
    assert_int_equal(wl_lookup_method(l, name), method);
    assert_front(l, name);
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
        assert_front(&l, name);
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

/** A line of a head: a name, a colon, and whatever follows. */
static void make_line(uint8_t line[128], struct wl_span name)
{
    memset(line, ':', 128);
    memcpy(line, name.p, name.n);
}

/** What is kept of a name stands for it, as it was written, and for no other. */
static void names_are_known_again(void **state)
{
    static const char *const names[] = {
        "X",
        "Host",
        "content-TYPE",
        "X-Fifteen-Octet",
        "X-Sixteen-Octets",
        "X-Seventeen-Octet",
        "X-31-Octets-2345678901234567890",
        "X-32-Octets-23456789012345678901",
        "X-33-Octets-234567890123456789012",
    };
    static const uint8_t nothing[128] = "\r\n\r\n";
    struct wl_lookup l;

    (void)state;
    wl_lookup_init(&l);
    for (size_t i = 0; i < WL_COUNT(names); i++) {
        struct wl_span name = wl_span_text(names[i]);
        enum wl_field_id id = wl_lookup_field(&l, name);
        struct wl_lookup_seen *seen = wl_lookup_place(&l, UINT32_MAX, UINT32_MAX, (uint32_t)i);
        uint8_t line[128];

        assert_in_range(seen - l.seen, 0, WL_LOOKUP_SEEN - 1);
        make_line(line, name);
        assert_false(wl_lookup_again(seen, line));
        wl_lookup_keep(seen, line, name.n, id);
        assert_int_equal(seen->n, name.n);
        assert_int_equal(seen->id, id);
        assert_true(seen->present[id / 64] == (uint64_t)1 << id % 64);
        assert_int_equal(wl_lookup_again(seen, line), name.n < WL_LOOKUP_AHEAD);
        assert_false(wl_lookup_again(seen, nothing));
        for (size_t k = 0; k < sizeof(line); k++) {
            line[k] ^= 0x20; /* another case, among others */
            assert_int_equal(wl_lookup_again(seen, line), name.n < WL_LOOKUP_AHEAD && k > name.n);
            line[k] ^= 0x20;
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lanes_say_what_each_octet_is),
        cmocka_unit_test(what_a_span_holds),
        cmocka_unit_test(which_words_are_equal),
        cmocka_unit_test(hexadecimal_digits),
        cmocka_unit_test(all_lanes_agree),
        cmocka_unit_test(the_lines_of_a_head),
        cmocka_unit_test(a_head_too_large_is_left_to_others),
        cmocka_unit_test(of_lines_there_are_not_too_many),
        cmocka_unit_test(names_are_found_and_others_are_not),
        cmocka_unit_test(names_are_known_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
