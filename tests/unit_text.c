/* unit_text.c - what comes from the network is escaped; numbers and times read as people expect.
 * SPDX-License-Identifier: MIT
 */
#include "text.h"

#include "format.h"

#include <inttypes.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct wl_budget budget;
static struct wl_text text;

static int set_up(void **state)
{
    (void)state;
    wl_budget_init(&budget, 1 << 20, NULL, NULL, NULL);
    wl_text_init(&text, &budget, 1 << 16);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    wl_text_release(&text);
    return budget.used == 0 ? 0 : -1;
}

/** The text built so far is expected; begins anew. */
static void assert_text(const char *expected)
{
    struct wl_span got = wl_text_span(&text);

    assert_false(text.full);
    if (!wl_span_equal(got, wl_span_text(expected)))
        fail_msg("expected '%s', got '%.*s'", expected, (int)got.n, (const char *)got.p);
    wl_text_reset(&text);
}

static void terminal_sees_no_control_octets(void **state)
{
    const struct {
        struct wl_span in;
        const char *out;
    } cases[] = {
        {WL_SPAN("plain /x?a=b \\ \"q\""), "plain /x?a=b \\ \"q\""},
        {WL_SPAN("a\x1b[31mb\r\n\t\x7f"), "a\\x1b[31mb\\x0d\\x0a\\x09\\x7f"},
        {WL_SPAN("nul\0end"), "nul\\x00end"},
        {WL_SPAN("gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x8d\xba"),
         "gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x8d\xba"},
        {WL_SPAN("\xc2\x9b"), "\\xc2\\x9b"},                                     /* C1: CSI */
        {WL_SPAN("\xe2\x80\xae\xe2\x81\xa6"), "\\xe2\\x80\\xae\\xe2\\x81\\xa6"}, /* bidi */
        {WL_SPAN("\xe2\x80\xa8"), "\\xe2\\x80\\xa8"},          /* line separator */
        {WL_SPAN("\xe2\x80\x8b"), "\\xe2\\x80\\x8b"},          /* zero width space */
        {WL_SPAN("\xc0\xaf"), "\\xc0\\xaf"},                   /* overlong */
        {WL_SPAN("\xed\xa0\x80"), "\\xed\\xa0\\x80"},          /* surrogate */
        {WL_SPAN("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80"}, /* above U+10FFFF */
        {WL_SPAN("\xe2\x82"), "\\xe2\\x82"},                   /* cut off */
        {WL_SPAN("\xff"), "\\xff"},
    };

    (void)state;
    for (size_t i = 0; i < WL_COUNT(cases); i++) {
        wl_text_terminal(&text, cases[i].in);
        assert_text(cases[i].out);
    }
}

static void terminal_is_cut_at_a_width(void **state)
{
    (void)state;
    wl_text_terminal_cut(&text, WL_SPAN("0123456789"), 10);
    assert_text("0123456789");
    wl_text_terminal_cut(&text, WL_SPAN("0123456789a"), 10);
    assert_text("0123456...");
}

static void json_is_valid_whatever_comes(void **state)
{
    (void)state;
    assert_false(wl_text_json(&text, WL_SPAN("say \"hi\" \\ \xc3\xbc /")));
    assert_text("say \\\"hi\\\" \\\\ \xc3\xbc /");
    /* the same characters, but a terminal is not turned round by them */
    assert_false(wl_text_json(&text, WL_SPAN("\xe2\x80\xae \xf3\xa0\x81\x81")));
    assert_text("\\u202e \\udb40\\udc41");
    assert_true(wl_text_json(&text, WL_SPAN("\xff\xc0")));
    assert_text("\\u00ff\\u00c0");
    assert_true(wl_text_json(&text, WL_SPAN("\x1b\0")));
    assert_text("\\u001b\\u0000");
    assert_false(wl_text_json(&text, WL_SPAN("")));
    assert_text("");
}

/** What the fast way through a string makes of it must not depend on where an octet stands in it. */
static void json_escapes_at_every_place(void **state)
{
    static const struct {
        uint8_t octet;
        const char *out;
    } cases[] = {
        {'"', "\\\""},     {'\\', "\\\\"},    {0x1f, "\\u001f"}, {0x7f, "\\u007f"},
        {0x80, "\\u0080"}, {0xff, "\\u00ff"}, {'~', "~"},        {' ', " "},
    };
    uint8_t in[50];
    char out[64];

    (void)state;
    for (size_t n = 1; n <= sizeof(in); n++) {
        for (size_t at = 0; at < n; at++) {
            size_t i = (n + at) % WL_COUNT(cases), more = strlen(cases[i].out);

            memset(in, 'x', n);
            in[at] = cases[i].octet;
            memset(out, 'x', n + more - 1);
            memcpy(out + at, cases[i].out, more);
            out[n + more - 1] = '\0';
            assert_int_equal(wl_text_json(&text, wl_span(in, n)), more > 2);
            assert_text(out);
        }
    }
}

static void html_has_no_live_markup(void **state)
{
    (void)state;
    wl_text_html(&text, WL_SPAN("<b a='1' c=\"2\">&\x1b"));
    assert_text("&lt;b a=&#39;1&#39; c=&quot;2&quot;&gt;&amp;\\x1b");
}

static void addresses(void **state)
{
    static const struct {
        struct wl_endpoint e;
        const char *out;
    } cases[] = {
        {{.ip = {10, 0, 0, 9}, .port = 80, .family = 4}, "10.0.0.9:80"},
        {{.ip = {0x20, 1, 0xd, 0xb8, [15] = 9}, .port = 443, .family = 6}, "[2001:db8::9]:443"},
        {{.ip = {[15] = 1}, .port = 1, .family = 6}, "[::1]:1"},
        {{.port = 1, .family = 6}, "[::]:1"},
        /* RFC 5952 4.2.2 and 4.2.3: a single group of zeros stays, the first longest run goes */
        {{.ip = {0x20, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1}, .port = 2, .family = 6},
         "[2001:0:0:1::1]:2"},
        {{.ip = {0x20, 1, 0xd, 0xb8, 0, 0, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1}, .port = 3, .family = 6},
         "[2001:db8:0:1:1:1:1:1]:3"},
    };

    (void)state;
    for (size_t i = 0; i < WL_COUNT(cases); i++) {
        wl_text_endpoint(&text, &cases[i].e);
        assert_text(cases[i].out);
    }
}

static void times(void **state)
{
    (void)state;
    wl_text_rfc3339(&text, (wl_ns)1795232839 * WL_SECOND + 7);
    assert_text("2026-11-21T03:47:19.000000007Z");
    wl_text_clock(&text, (wl_ns)1795232839 * WL_SECOND + 123456789, true);
    assert_text("03:47:19.123456");
    wl_text_date(&text, (wl_ns)1795232839 * WL_SECOND, true);
    assert_text("2026-11-21 03:47:19");
    wl_text_seconds(&text, 1500000000);
    assert_text("1.5");
    wl_text_seconds(&text, 1);
    assert_text("0.000000001");
    wl_text_seconds(&text, 3 * WL_SECOND);
    assert_text("3");
    wl_text_seconds(&text, -WL_SECOND / 2);
    assert_text("-0.5");
}

static void numbers(void **state)
{
    (void)state;
    wl_text_u64(&text, UINT64_MAX);
    assert_text("18446744073709551615");
    wl_text_count(&text, 104221);
    assert_text("104 221");
    wl_text_count(&text, 999);
    assert_text("999");
    wl_text_octets(&text, 512);
    assert_text("512 B");
    wl_text_duration(&text, 43000000);
    assert_text("43 ms");
    wl_text_duration(&text, 1200000000);
    assert_text("1.2 s");
    wl_text_duration(&text, 12000);
    assert_text("12 us");
    wl_text_duration(&text, 182 * WL_SECOND);
    assert_text("3 min 2 s");
}

static bool takes(const char *duration, uint64_t *ret)
{
    return wl_parse_seconds(wl_span_text(duration), ret);
}

static void durations(void **state)
{
    const uint64_t second = (uint64_t)WL_SECOND;
    uint64_t ns = 0;

    (void)state;
    assert_true(takes("0.8", &ns) && ns == second / 10 * 8);
    assert_true(takes(".000000001", &ns) && ns == 1);
    assert_true(takes("1.5s", &ns) && ns == second / 2 * 3);
    assert_true(takes("250ms", &ns) && ns == second / 4);
    assert_false(takes("", &ns));
    assert_false(takes("s", &ns));
    assert_false(takes("1.", &ns));
    assert_false(takes("0.0000000001", &ns));
    assert_false(takes("-1", &ns));
    /* what is waited for is added to times, and some of it is doubled */
    assert_true(takes("2305843009", &ns) && 2 * ns <= (uint64_t)(INT64_MAX - WL_LATEST));
    assert_false(takes("2305843010", &ns));
    assert_false(takes("9223372036", &ns));
    assert_false(takes("2305843009300ms", &ns));
}

/** All lengths, with zeros within and at both ends. */
static void numbers_of_all_lengths(void **state)
{
    char out[32];

    (void)state;
    for (uint64_t power = 1, n = 1; n <= 20; n++, power *= 10) {
        for (int64_t by = -1; by <= 1; by++) {
            uint64_t value = power + (uint64_t)by;

            (void)snprintf(out, sizeof(out), "%" PRIu64, value);
            wl_text_u64(&text, value);
            assert_text(out);
            (void)snprintf(out, sizeof(out), "%09" PRIu64, value % 1000000000);
            wl_text_digits(&text, value, 9);
            assert_text(out);
        }
    }
    wl_text_u64(&text, UINT64_MAX);
    assert_text("18446744073709551615");
    wl_text_u64(&text, 0);
    assert_text("0");
    for (unsigned octet = 0; octet < 256; octet++) {
        struct wl_endpoint e = {.ip = {(uint8_t)octet, 255, (uint8_t)(255 - octet), (uint8_t)octet},
                                .family = 4};

        (void)snprintf(out, sizeof(out), "%u.255.%u.%u", octet, 255 - octet, octet);
        wl_text_ip(&text, &e);
        assert_text(out);
    }
}

static void full_text_is_cut_and_says_so(void **state)
{
    struct wl_text small;

    (void)state;
    wl_text_init(&small, &budget, 8);
    wl_text_put(&small, "12345");
    wl_text_put(&small, "6789");
    wl_text_char(&small, '!');
    assert_true(small.full);
    assert_true(wl_text_span(&small).n <= 8);
    wl_text_reset(&small);
    assert_false(small.full);
    wl_text_release(&small);
}

static void globs(void **state)
{
    (void)state;
    assert_true(wl_glob_match("interim-*", "interim-to-http10"));
    assert_true(wl_glob_match("*", ""));
    assert_true(wl_glob_match("a*b*c", "a-b-b-c"));
    assert_false(wl_glob_match("a*b*c", "a-b-b"));
    assert_false(wl_glob_match("interim", "interim-to-http10"));
    assert_true(wl_glob_match("*-http1*", "interim-to-http10"));
    /* a pattern that a backtracking matcher would take for ever on */
    assert_false(
        wl_glob_match("*a*a*a*a*a*a*a*a*a*a*a*b",
                      "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"));
}

static void distances(void **state)
{
    (void)state;
    assert_int_equal(wl_edit_distance("audit", "audit"), 0);
    assert_int_equal(wl_edit_distance("audit", "adit"), 1);
    assert_int_equal(wl_edit_distance("audit", "auidt"), 1);
    assert_int_equal(wl_edit_distance("", "abc"), 3);
}

/* Both ways of working off a format, in a room of that many octets. */
static void WL_PRINTF(2, 3) check_format(size_t room, const char *fmt, ...)
{
    char expected[64], got[64];
    va_list args;
    size_t n;
    int length;

    assert_true(room <= sizeof(got));
    memset(got, '#', sizeof(got));
    va_start(args, fmt);
    length = vsnprintf(expected, room, fmt, args);
    va_end(args);
    va_start(args, fmt);
    n = wl_format(got, room, fmt, args);
    va_end(args);
    assert_true(length >= 0);
    assert_int_equal(n, wl_min_size((size_t)length, room - 1));
    assert_string_equal(got, expected);
    for (size_t i = room; i < sizeof(got); i++)
        assert_int_equal(got[i], '#');
}

static void formats(void **state)
{
    (void)state;
    for (size_t room = 1; room <= 64; room++) {
        check_format(room, "plain text");
        check_format(room, "%s", "");
        check_format(room, "%s and %s%%", "one", "another");
        check_format(room, "%u %u", 0u, UINT_MAX);
        check_format(room, "%lu, %llu, %zu", ULONG_MAX, ULLONG_MAX, SIZE_MAX);
        check_format(room, "<%" PRIu64 ">", UINT64_MAX);
        /* what vsnprintf is left to, also behind what is done without it */
        check_format(room, "%s: %03u", "seven", 7u);
        check_format(room, "%" PRId64 " and %02x", INT64_MIN, 10u);
        check_format(room, "%.*s|%g s", 2, "three", 1.5);
        check_format(room, "%ld %lld %d", LONG_MIN, LLONG_MIN, -1);
    }
}

/* All pairs of octets, at every place of spans that are compared in words and singly. */
static void case_of_letters_alone(void **state)
{
    static const size_t lengths[] = {1, 3, 4, 5, 7, 8, 9, 15, 16, 17};
    uint8_t a[17], b[17];

    (void)state;
    for (size_t k = 0; k < WL_COUNT(lengths); k++) {
        size_t n = lengths[k];

        memset(a, 'x', n);
        memset(b, 'X', n);
        assert_true(wl_span_equal_nocase(wl_span(a, n), wl_span(b, n)));
        assert_false(wl_span_equal_nocase(wl_span(a, n), wl_span(b, n - 1)));
        for (size_t i = 0; i < n * 65536; i++) {
            uint8_t *left = &a[i / 65536], *right = &b[i / 65536];
            bool alike;

            *left = (uint8_t)(i >> 8);
            *right = (uint8_t)i;
            alike = wl_lower(*left) == wl_lower(*right);
            if (wl_span_equal_nocase(wl_span(a, n), wl_span(b, n)) != alike)
                fail_msg("%02x and %02x at %zu of %zu", *left, *right, i / 65536, n);
            *left = 'x';
            *right = 'X';
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(terminal_sees_no_control_octets),
        cmocka_unit_test(terminal_is_cut_at_a_width),
        cmocka_unit_test(json_is_valid_whatever_comes),
        cmocka_unit_test(json_escapes_at_every_place),
        cmocka_unit_test(html_has_no_live_markup),
        cmocka_unit_test(addresses),
        cmocka_unit_test(times),
        cmocka_unit_test(numbers),
        cmocka_unit_test(durations),
        cmocka_unit_test(numbers_of_all_lengths),
        cmocka_unit_test(full_text_is_cut_and_says_so),
        cmocka_unit_test(globs),
        cmocka_unit_test(distances),
        cmocka_unit_test(formats),
        cmocka_unit_test(case_of_letters_alone),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
