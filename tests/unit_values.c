/* unit_values.c - parameters, dates, validators, ranges, challenges, URIs: the RFCs' own examples.
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "grammar.h"

static struct wl_span text(const char *s)
{
    return wl_span_text(s);
}

static void expect(struct wl_span s, const char *wanted)
{
    if (!wl_span_equal(s, text(wanted)))
        fail_msg("'%.*s' instead of '%s'", (int)s.n, (const char *)s.p, wanted);
}

/* ---------------------------------------------------------------------------------- parameters */

static void quoted_strings(void **state)
{
    (void)state;
    assert_true(wl_grammar_is_quoted(text("\"a\\\"b\"")));
    assert_false(wl_grammar_is_quoted(text("\"a\" ")));
    assert_false(wl_grammar_is_quoted(text("\"a\\\"")));
    assert_false(wl_grammar_is_quoted(text("\"")));
    assert_false(wl_grammar_is_quoted(text("a")));
    expect(wl_grammar_unquoted(text("\"a b\"")), "a b");
    expect(wl_grammar_unquoted(text("a")), "a");
    assert_true(wl_grammar_value_is(text("\"U\\TF-8\""), text("utf-8")));
    assert_true(wl_grammar_value_is(text("UTF-8"), text("utf-8")));
    assert_false(wl_grammar_value_is(text("utf-"), text("utf-8")));
    assert_false(wl_grammar_value_is(text("utf-88"), text("utf-8")));
}

/* RFC 9110 8.3.1: all of these are equivalent. */
static void media_types(void **state)
{
    static const char *const same[] = {
        "text/html;charset=utf-8",
        "Text/HTML;Charset=\"utf-8\"",
        "text/html; charset=\"utf-8\"",
        "text/html;charset=UTF-8",
    };
    static const char *const wrong[] = {
        "",
        "text",
        "text/",
        "/html",
        "text/html;charset",
        "text/html; charset = utf-8",
        "text/html; charset=\"utf-8",
        "text/html, text/plain",
        "text/html charset=utf-8",
        "te xt/html",
    };
    struct wl_media_type type;
    struct wl_param param;

    (void)state;
    for (size_t i = 0; i < WL_COUNT(same); i++) {
        assert_true(wl_grammar_media_type(text(same[i]), &type));
        assert_true(wl_span_equal_nocase(type.type, text("text")));
        assert_true(wl_span_equal_nocase(type.subtype, text("html")));
        assert_true(wl_grammar_param_find(type.member, text("CHARSET"), &param));
        assert_true(wl_grammar_value_is(param.value, text("utf-8")));
    }
    for (size_t i = 0; i < WL_COUNT(wrong); i++) {
        if (wl_grammar_media_type(text(wrong[i]), &type))
            fail_msg("'%s' is taken for a media type", wrong[i]);
    }
    assert_true(wl_grammar_media_type(text("a/b; ; c=d;"), &type));
    assert_true(wl_grammar_media_type(text("multipart/byteranges; boundary=\"a;b\""), &type));
    assert_true(wl_grammar_param_find(type.member, text("boundary"), &param));
    expect(wl_grammar_unquoted(param.value), "a;b");
    assert_true(wl_grammar_media_type_is_xml(text("application/xml")));
    assert_true(wl_grammar_media_type_is_xml(text("Text/XML; charset=utf-8")));
    assert_true(wl_grammar_media_type_is_xml(text("application/atom+xml;type=feed")));
    assert_false(wl_grammar_media_type_is_xml(text("text/html")));
    assert_false(wl_grammar_media_type_is_xml(text("+xml")));
}

static void directives(void **state)
{
    struct wl_field lines[] = {
        {.id = WL_FIELD_CACHE_CONTROL, .value = text("private, community=\"UCI, x\"")},
        {.id = WL_FIELD_CACHE_CONTROL, .value = text("Max-Age=60,no-store")},
    };
    struct wl_message m = {.fields = lines, .n_fields = 2};
    struct wl_param d;

    (void)state;
    assert_true(wl_grammar_directive_find(&m, WL_FIELD_CACHE_CONTROL, text("community"), &d));
    expect(wl_grammar_unquoted(d.value), "UCI, x");
    assert_true(wl_grammar_directive_find(&m, WL_FIELD_CACHE_CONTROL, text("max-age"), &d));
    expect(d.value, "60");
    assert_true(wl_grammar_directive_find(&m, WL_FIELD_CACHE_CONTROL, text("no-store"), NULL));
    assert_false(wl_grammar_directive_find(&m, WL_FIELD_CACHE_CONTROL, text("no-cache"), NULL));
}

static void numbers(void **state)
{
    static const struct {
        const char *member;
        int thousandths; /* -1: no qvalue */
    } weights[] = {
        {"en", 1000},         {"en;q=0.8", 800}, {"en ; q=0.125", 125},
        {"en;q=1.000", 1000}, {"en;Q=0", 0},     {"en;q=1.1", -1},
        {"en;q=0.1234", -1},  {"en;q=.5", -1},   {"en;q=0,8", -1},
        {"en;q=", -1},        {"en;q=0.", 0},    {"text/html;level=1;q=0.4", 400},
    };
    uint64_t n;
    int64_t i64;
    bool flag = false;

    (void)state;
    assert_true(wl_grammar_delta_seconds(text("120"), &n) && n == 120);
    assert_true(wl_grammar_delta_seconds(text("99999999999999999999999"), &n) && n == 2147483648);
    assert_false(wl_grammar_delta_seconds(text("-1"), &n));
    assert_false(wl_grammar_delta_seconds(text("1.5"), &n));
    assert_false(wl_grammar_delta_seconds(text(""), &n));
    for (size_t i = 0; i < WL_COUNT(weights); i++) {
        unsigned q;
        bool valid = wl_grammar_weight(text(weights[i].member), &q);

        if (valid ? (int)q != weights[i].thousandths : weights[i].thousandths >= 0)
            fail_msg("weight of '%s'", weights[i].member);
    }
    assert_true(wl_grammar_sf_boolean(text("?1"), &flag) && flag);
    assert_true(wl_grammar_sf_boolean(text("?0;a"), &flag) && !flag);
    assert_false(wl_grammar_sf_boolean(text("1"), &flag));
    assert_true(wl_grammar_sf_integer(text("-42"), &i64) && i64 == -42);
    assert_false(wl_grammar_sf_integer(text("1234567890123456"), &i64));
    assert_false(wl_grammar_sf_integer(text("-"), &i64));
}

/* ---------------------------------------------------------------------------------- challenges */

static unsigned count_params(struct wl_span params)
{
    struct wl_cursor c = wl_cursor(params);
    struct wl_param param;
    unsigned n = 0;

    while (wl_grammar_auth_param(&c, &param))
        n++;
    assert_false(c.bad);
    return n;
}

/* RFC 9110 11.6.1: two challenges; RFC 7617, 4559: what else is met. */
static void challenges(void **state)
{
    struct wl_cursor c = wl_cursor(text("Basic realm=\"simple\", Newauth realm=\"apps\", type=1, "
                                        "title=\"Login to \\\"apps\\\"\""));
    struct wl_challenge ch;

    (void)state;
    assert_true(wl_grammar_challenge(&c, &ch));
    expect(ch.scheme, "Basic");
    assert_int_equal(count_params(ch.params), 1);
    assert_true(wl_grammar_challenge(&c, &ch));
    expect(ch.scheme, "Newauth");
    assert_int_equal(count_params(ch.params), 3);
    assert_false(wl_grammar_challenge(&c, &ch));
    assert_false(c.bad);

    c = wl_cursor(text("Negotiate, NTLM TlRMTVNTUAAB+/w==, Digest realm = x , nonce=\"a,b\", ,"));
    assert_true(wl_grammar_challenge(&c, &ch));
    expect(ch.scheme, "Negotiate");
    assert_int_equal(ch.params.n + ch.token68.n, 0);
    assert_true(wl_grammar_challenge(&c, &ch));
    expect(ch.token68, "TlRMTVNTUAAB+/w==");
    assert_true(wl_grammar_challenge(&c, &ch));
    expect(ch.scheme, "Digest");
    assert_int_equal(count_params(ch.params), 2);
    assert_false(wl_grammar_challenge(&c, &ch));
    assert_false(c.bad);
}

static void broken_challenges(void **state)
{
    static const char *const wrong[] = {
        "Basic realm=\"x",    "=x", "\"Basic\"", "Basic \"x\"", "Basic realm=a b",
        "Basic: realm=\"x\"",
    };

    (void)state;
    for (size_t i = 0; i < WL_COUNT(wrong); i++) {
        struct wl_cursor c = wl_cursor(text(wrong[i]));
        struct wl_challenge ch;

        while (wl_grammar_challenge(&c, &ch)) {
        }
        if (!c.bad)
            fail_msg("'%s' is taken for a challenge", wrong[i]);
    }
}

/* --------------------------------------------------------------------------------------- dates */

enum { T_1994 = 784111777, NOW = 1784000000 /* July 2026 */ };

/* RFC 9110 5.6.7: the same time three times. */
static void dates_of_rfc_9110(void **state)
{
    static const struct {
        const char *text;
        enum wl_date_form form;
    } same[] = {
        {"Sun, 06 Nov 1994 08:49:37 GMT", WL_DATE_IMF},
        {"Sunday, 06-Nov-94 08:49:37 GMT", WL_DATE_RFC850},
        {"Sun Nov  6 08:49:37 1994", WL_DATE_ASCTIME},
    };

    (void)state;
    for (size_t i = 0; i < WL_COUNT(same); i++) {
        struct wl_date d = wl_grammar_date(text(same[i].text), NOW);

        assert_int_equal(d.form, same[i].form);
        assert_int_equal(d.seconds, T_1994);
        assert_false(d.impossible || d.weekday_differs);
    }
}

static void no_dates(void **state)
{
    static const char *const wrong[] = {
        "",
        "0",
        "-1",
        "Tue, 9 Jul 24",
        "Sun, 06 Nov 1994 08:49:37",
        "Sun, 06 Nov 1994 08:49:37 UTC",
        "Sun, 06 Nov 1994 08:49:37 +0000",
        "sun, 06 Nov 1994 08:49:37 GMT",
        "Sun, 06 NOV 1994 08:49:37 GMT",
        "Sun, 6 Nov 1994 08:49:37 GMT",
        "Sun,  6 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994  8:49:37 GMT",
        "Sun, 06 Nov 94 08:49:37 GMT",
        "Sun, 06-Nov-94 08:49:37 GMT",
        "Sun, 06 Nov 1994 08:49:37 GMT ",
        "1994-11-06T08:49:37Z",
    };

    (void)state;
    for (size_t i = 0; i < WL_COUNT(wrong); i++) {
        if (wl_grammar_date(text(wrong[i]), NOW).form != WL_DATE_NONE)
            fail_msg("'%s' is taken for a date", wrong[i]);
    }
}

static void the_calendar(void **state)
{
    struct wl_date d = wl_grammar_date(text("Thu, 01 Jan 1970 00:00:00 GMT"), NOW);

    (void)state;
    assert_true(d.form == WL_DATE_IMF && d.seconds == 0 && !d.weekday_differs);
    d = wl_grammar_date(text("Thu, 29 Feb 2024 23:59:60 GMT"), NOW);
    assert_true(!d.impossible && !d.weekday_differs && d.seconds == 1709251200);
    assert_true(wl_grammar_date(text("Wed, 29 Feb 2023 00:00:00 GMT"), NOW).impossible);
    assert_true(wl_grammar_date(text("Thu, 29 Feb 1900 00:00:00 GMT"), NOW).impossible);
    assert_true(wl_grammar_date(text("Wed, 31 Apr 2024 00:00:00 GMT"), NOW).impossible);
    assert_true(wl_grammar_date(text("Wed, 00 May 2024 00:00:00 GMT"), NOW).impossible);
    assert_true(wl_grammar_date(text("Wed, 01 May 2024 24:00:00 GMT"), NOW).impossible);
    assert_true(wl_grammar_date(text("Mon, 06 Nov 1994 08:49:37 GMT"), NOW).weekday_differs);
    d = wl_grammar_date(text("Fri, 31 Dec 9999 23:59:59 GMT"), NOW);
    assert_true(!d.weekday_differs && d.seconds == INT64_C(253402300799));
    d = wl_grammar_date(text("Sat, 01 Jan 0000 00:00:00 GMT"), NOW);
    assert_true(!d.impossible && !d.weekday_differs);
}

/* RFC 9110 5.6.7: more than 50 years in the future is the past. */
static void two_digit_years(void **state)
{
    (void)state;
    assert_int_equal(wl_grammar_date(text("Saturday, 01-Jan-50 00:00:00 GMT"), NOW).seconds,
                     INT64_C(2524608000)); /* 2050 */
    assert_int_equal(wl_grammar_date(text("Sunday, 01-Jan-78 00:00:00 GMT"), NOW).seconds,
                     252460800); /* 1978 */
    assert_int_equal(wl_grammar_date(text("Monday, 01-Jan-68 00:00:00 GMT"), 0).seconds,
                     -63158400); /* 1968 */
}

/* ----------------------------------------------------------------------- validators and ranges */

static struct wl_etag tag(const char *s)
{
    struct wl_etag t = {.weak = false};

    if (!wl_grammar_etag(text(s), &t))
        fail_msg("'%s' is not taken for an entity tag", s);
    return t;
}

/* RFC 9110 8.8.3.2, the table. */
static void entity_tags_compare(void **state)
{
    static const struct {
        const char *a, *b;
        bool strong, weak;
    } rows[] = {
        {"W/\"1\"", "W/\"1\"", false, true},
        {"W/\"1\"", "W/\"2\"", false, false},
        {"W/\"1\"", "\"1\"", false, true},
        {"\"1\"", "\"1\"", true, true},
    };
    static const char *const wrong[] = {"",        "abc",      "w/\"a\"", "\"a", "a\"",
                                        "\"a\"\"", "W/ \"a\"", "\"a b\"", "*"};

    (void)state;
    for (size_t i = 0; i < WL_COUNT(rows); i++) {
        assert_int_equal(wl_grammar_etag_strong(tag(rows[i].a), tag(rows[i].b)), rows[i].strong);
        assert_int_equal(wl_grammar_etag_weak(tag(rows[i].a), tag(rows[i].b)), rows[i].weak);
    }
    (void)tag("\"\"");
    (void)tag("\"a\\\"");
    (void)tag("\"\x80\"");
    for (size_t i = 0; i < WL_COUNT(wrong); i++) {
        struct wl_etag t;

        if (wl_grammar_etag(text(wrong[i]), &t))
            fail_msg("'%s' is taken for an entity tag", wrong[i]);
    }
}

/* Sixteen octets at a time, and one by one, they are read alike: every octet at every place of tags
 * of all lengths around that. */
static void an_entity_tag_is_one_however_it_is_read(void **state)
{
    enum { LONGEST = 40 };
    uint8_t octets[LONGEST];

    (void)state;
    for (size_t n = 0; n <= LONGEST; n++) {
        for (size_t at = 0; at < n; at++) {
            for (unsigned c = 0; c < 256; c++) {
                struct wl_span s = wl_span(octets, n);
                struct wl_etag t;

                memset(octets, 'x', sizeof(octets));
                octets[0] = octets[n - 1] = '"';
                octets[at] = (uint8_t)c;
                if (wl_grammar_is_etag(s) != wl_grammar_etag(s, &t))
                    fail_msg("octet 0x%02x at %zu of %zu", c, at, n);
            }
        }
    }
    assert_true(wl_grammar_is_etag(text("W/\"0123456789abcdef01\"")));
    assert_false(wl_grammar_is_etag(text("w/\"0123456789abcdef01\"")));
    assert_false(wl_grammar_is_etag(text("W/")));
    assert_false(wl_grammar_is_etag(text("W/\"")));
}

static enum wl_etag_listed listed(const char *value, const char *t)
{
    struct wl_field line = {.id = WL_FIELD_IF_NONE_MATCH, .value = text(value)};
    struct wl_message m = {.fields = &line, .n_fields = 1};

    return wl_grammar_etag_listed(&m, WL_FIELD_IF_NONE_MATCH, tag(t));
}

/* RFC 9110 13.1.2 */
static void lists_of_entity_tags(void **state)
{
    const char *three = "W/\"xyzzy\", W/\"r2d2xxxx\", W/\"c3piozzzz\"";

    (void)state;
    assert_int_equal(listed(three, "\"r2d2xxxx\""), WL_ETAG_LISTED);
    assert_int_equal(listed(three, "\"r2d2\""), WL_ETAG_NOT_LISTED);
    assert_int_equal(listed("*", "\"a\""), WL_ETAG_ANY);
    assert_int_equal(listed("\"a,b\\\" ,, \"c\"", "\"c\""), WL_ETAG_LISTED);
    assert_int_equal(listed("\"a\" \"b\"", "\"a\""), WL_ETAG_UNREADABLE);
    assert_int_equal(listed("a, \"b\"", "\"b\""), WL_ETAG_UNREADABLE);
    assert_int_equal(listed("", "\"b\""), WL_ETAG_NOT_LISTED);
}

/* RFC 9110 14.1.1 and 14.1.2 */
static void ranges(void **state)
{
    struct wl_cursor c = wl_cursor(text("bytes=0-499, 9500- , -500"));
    static const char *const wrong[] = {"bytes=5-4", "bytes=a-b", "bytes=1", "bytes=1--2",
                                        "bytes=-"};
    struct wl_range r;

    (void)state;
    expect(wl_grammar_range_unit(&c), "bytes");
    assert_true(wl_grammar_range_next(&c, &r) && r.first == 0 && r.last == 499);
    assert_true(wl_grammar_range_next(&c, &r) && r.first == 9500 && r.last == WL_NONE);
    assert_true(wl_grammar_range_next(&c, &r) && r.first == WL_NONE && r.last == 500);
    assert_false(wl_grammar_range_next(&c, &r));
    assert_false(c.bad);
    for (size_t i = 0; i < WL_COUNT(wrong); i++) {
        c = wl_cursor(text(wrong[i]));
        (void)wl_grammar_range_unit(&c);
        if (wl_grammar_range_next(&c, &r) || !c.bad)
            fail_msg("'%s' is taken for a range", wrong[i]);
    }
    c = wl_cursor(text("0-1"));
    expect(wl_grammar_range_unit(&c), "");
    assert_true(c.bad);
}

/* RFC 9110 14.4 */
static void content_ranges(void **state)
{
    static const char *const wrong[] = {"bytes 0-9", "bytes=0-9/10", "bytes 0-9/",  "bytes */*",
                                        "0-9/10",    "bytes -9/10",  "bytes 0-/10", ""};
    struct wl_content_range r;

    (void)state;
    assert_true(wl_grammar_content_range(text("bytes 42-1233/1234"), &r));
    assert_true(r.first == 42 && r.last == 1233 && r.complete == 1234 && !r.unsatisfied);
    assert_true(wl_grammar_content_range(text("bytes 42-1233/*"), &r) && r.complete == WL_NONE);
    assert_true(wl_grammar_content_range(text("bytes */1234"), &r));
    assert_true(r.unsatisfied && r.complete == 1234 && r.first == WL_NONE);
    assert_true(wl_grammar_content_range(text("bytes 9-0/5"), &r) && r.first == 9);
    for (size_t i = 0; i < WL_COUNT(wrong); i++) {
        if (wl_grammar_content_range(text(wrong[i]), &r))
            fail_msg("'%s' is taken for a Content-Range", wrong[i]);
    }
}

/* ---------------------------------------------------------------------------------------- URIs */

static void expect_resolved(const char *base, const char *ref, const char *wanted)
{
    struct wl_uri b, r;
    uint8_t buf[128];
    size_t n;

    (void)wl_grammar_uri(text(base), &b);
    (void)wl_grammar_uri(text(ref), &r);
    n = wl_grammar_uri_resolve(&b, &r, buf, sizeof(buf));
    if (!wl_span_equal(wl_span(buf, n), text(wanted)))
        fail_msg("'%s' resolves to '%.*s' instead of '%s'", ref, (int)n, (const char *)buf, wanted);
    /* too little room is never overrun */
    for (size_t room = 0; room < n; room++)
        assert_int_equal(wl_grammar_uri_resolve(&b, &r, buf, room), 0);
}

/* RFC 3986 5.4, all examples; fragments left out. */
static void references_of_rfc_3986(void **state)
{
    static const char *const rows[][2] = {
        {"g:h", "g:h"},
        {"g", "http://a/b/c/g"},
        {"./g", "http://a/b/c/g"},
        {"g/", "http://a/b/c/g/"},
        {"/g", "http://a/g"},
        {"//g", "http://g/"}, /* 6.2.3: no empty path */
        {"?y", "http://a/b/c/d;p?y"},
        {"g?y", "http://a/b/c/g?y"},
        {"#s", "http://a/b/c/d;p?q"},
        {"g#s", "http://a/b/c/g"},
        {"g?y#s", "http://a/b/c/g?y"},
        {";x", "http://a/b/c/;x"},
        {"g;x", "http://a/b/c/g;x"},
        {"g;x?y#s", "http://a/b/c/g;x?y"},
        {"", "http://a/b/c/d;p?q"},
        {".", "http://a/b/c/"},
        {"./", "http://a/b/c/"},
        {"..", "http://a/b/"},
        {"../", "http://a/b/"},
        {"../g", "http://a/b/g"},
        {"../..", "http://a/"},
        {"../../", "http://a/"},
        {"../../g", "http://a/g"},
        {"../../../g", "http://a/g"},
        {"../../../../g", "http://a/g"},
        {"/./g", "http://a/g"},
        {"/../g", "http://a/g"},
        {"g.", "http://a/b/c/g."},
        {".g", "http://a/b/c/.g"},
        {"g..", "http://a/b/c/g.."},
        {"..g", "http://a/b/c/..g"},
        {"./../g", "http://a/b/g"},
        {"./g/.", "http://a/b/c/g/"},
        {"g/./h", "http://a/b/c/g/h"},
        {"g/../h", "http://a/b/c/h"},
        {"g;x=1/./y", "http://a/b/c/g;x=1/y"},
        {"g;x=1/../y", "http://a/b/c/y"},
        {"g?y/./x", "http://a/b/c/g?y/./x"},
        {"g?y/../x", "http://a/b/c/g?y/../x"},
    };

    (void)state;
    for (size_t i = 0; i < WL_COUNT(rows); i++)
        expect_resolved("http://a/b/c/d;p?q", rows[i][0], rows[i][1]);
    expect_resolved("http://a/b", "HTTPS://U@ExAmple:443", "https://U@example/");
    expect_resolved("http://a/b", "//c:80/x", "http://c/x");
    expect_resolved("http://a/b", "//c:8080/x", "http://c:8080/x");
    expect_resolved("http://[::1]:80/b?c", "?", "http://[::1]/b?");
    expect_resolved("http://a", "b", "http://a/b");
}

static void uri_faults(void **state)
{
    static const struct {
        const char *text;
        enum wl_uri_fault fault;
    } rows[] = {
        {"../b", WL_URI_FINE},
        {"", WL_URI_FINE},
        {"http://[::1]:8080/a%20b?c=d&e#f", WL_URI_FINE},
        {"http://a b/", WL_URI_SPACE},
        {"/a\x01", WL_URI_CTL},
        {"/\xc3\xa4", WL_URI_NON_ASCII},
        {"\\\\a\\b", WL_URI_BACKSLASH},
        {"/a|b", WL_URI_CHARACTER},
        {"/a[1]", WL_URI_CHARACTER},
        {"/a#b#c", WL_URI_CHARACTER},
        {"/100%", WL_URI_PERCENT},
        {"/%4g", WL_URI_PERCENT},
        {"/%41", WL_URI_FINE},
        {"1a:b", WL_URI_SCHEME},
        {"a/b:c", WL_URI_FINE},
        {"http://a:b/", WL_URI_AUTHORITY},
        {"http://[::1/", WL_URI_AUTHORITY},
    };
    const struct wl_span allowed = WL_SPAN("-._~:/?#@!$&'()*+,;=");
    struct wl_uri uri;

    (void)state;
    for (unsigned c = 0; c < 256; c++) {
        uint8_t path[] = {'/', (uint8_t)c};
        bool fine = wl_is_alpha((uint8_t)c) || wl_is_digit((uint8_t)c) ||
                    wl_span_find(allowed, (uint8_t)c) < allowed.n;

        assert_int_equal(wl_grammar_uri(wl_span(path, 2), &uri) == WL_URI_FINE, fine);
    }
    for (size_t i = 0; i < WL_COUNT(rows); i++) {
        enum wl_uri_fault fault = wl_grammar_uri(text(rows[i].text), &uri);

        if (fault != rows[i].fault)
            fail_msg("'%s': fault %d instead of %d", rows[i].text, (int)fault, (int)rows[i].fault);
    }
}

/* RFC 9112 3.2.1, 3.3: the target URI of two requests. */
/* RFC 9110 7.2 and 4.2.4; RFC 3986 3.2.2 */
static void hosts(void **state)
{
    static const char *const hosts[] = {
        "www.example.org",       "example.com:8080", "example.com:", "my_service",
        "192.0.2.16:80",         "[2001:db8::7]",    "[::1]:8080",   "a%20b",
        "xn--bcher-kva.example",
    };
    static const char *const others[] = {
        "",     "a b", "a/b",  "a?b",  "a#b",       "a,b.example:x", "a:80:80",  "user@example.com",
        "[::1", "::1", "a\\b", "a\tb", "b\xc3\xbc", "a%2",           "http://a",
    };

    (void)state;
    for (size_t i = 0; i < WL_COUNT(hosts); i++) {
        if (!wl_grammar_is_host(text(hosts[i])))
            fail_msg("'%s' is a host", hosts[i]);
    }
    for (size_t i = 0; i < WL_COUNT(others); i++) {
        if (wl_grammar_is_host(text(others[i])))
            fail_msg("'%s' is no host", others[i]);
    }
    /* names of any length, with an octet at each place that is none of a host's */
    for (size_t n = 1; n <= 40; n++) {
        uint8_t name[40];

        memset(name, 'a', n);
        assert_true(wl_grammar_is_host(wl_span(name, n)));
        for (size_t i = 0; i < n; i++) {
            name[i] = '/';
            assert_false(wl_grammar_is_host(wl_span(name, n)));
            name[i] = 'a';
        }
    }
}

static void authorities(void **state)
{
    static const struct {
        const char *text, *host, *port;
    } rows[] = {
        {"a", "a", ""},
        {"www.example.org", "www.example.org", ""},
        {"www.example.org:8080", "www.example.org", "8080"},
        {"example.com:", "example.com", ""},
        {"192.0.2.16:80", "192.0.2.16", "80"},
        {"my_service:1", "my_service", "1"},
        {"[::1]:8080", "[::1]", "8080"},
        {"user@example.com:1", "example.com", "1"},
        {":80", "", "80"},
    };
    struct wl_uri uri;

    (void)state;
    for (size_t i = 0; i < WL_COUNT(rows); i++) {
        if (!wl_grammar_authority(text(rows[i].text), &uri))
            fail_msg("'%s' is an authority", rows[i].text);
        assert_true(wl_span_equal(uri.authority, text(rows[i].text)));
        assert_true(wl_span_equal(uri.host, text(rows[i].host)));
        assert_true(wl_span_equal(uri.port, text(rows[i].port)));
    }
}

static void target_uris(void **state)
{
    struct wl_field host = {.id = WL_FIELD_HOST, .value = text("www.example.org:8080")};
    struct wl_message m = {
        .method_id = WL_METHOD_GET,
        .target = text("/pub/WWW/TheProject.html?a?b"),
        .fields = &host,
        .n_fields = 1,
    };
    struct wl_uri uri;

    (void)state;
    assert_true(wl_grammar_target_uri(&m, text("http"), &uri));
    expect(uri.host, "www.example.org");
    expect(uri.path, "/pub/WWW/TheProject.html");
    expect(uri.query, "a?b");
    assert_int_equal(wl_grammar_uri_port(&uri), 8080);
    m.target = text("http://other.example/x");
    assert_true(wl_grammar_target_uri(&m, text("http"), &uri));
    expect(uri.host, "other.example");
    assert_int_equal(wl_grammar_uri_port(&uri), 80);
    m.target = text("*");
    assert_false(wl_grammar_target_uri(&m, text("http"), &uri));
    m.target = text("/");
    host.value = text("a b");
    assert_false(wl_grammar_target_uri(&m, text("http"), &uri));
    m.n_fields = 0;
    assert_false(wl_grammar_target_uri(&m, text("http"), &uri));
}

static void lists_of_structured_fields(void **state)
{
    /* RFC 9651 3.1, 3.1.1, 3.1.2, 3.3 and RFC 9209 2 */
    static const char *const lists[] = {
        "sugar, tea, rum",
        "(\"foo\" \"bar\"), (\"baz\"), (\"bat\" \"one\"), ()",
        "(\"foo\"; a=1;b=2);lvl=5, (\"bar\" \"baz\");lvl=1",
        "abc;a=1;b=2; cde_456, (ghi;jk=4 l);q=\"9\";r=w",
        "1; a; b=?0",
        "42, -999999999999999, 4.5, -12.125",
        "\"hello world\", \"a \\\"b\\\"\"",
        "foo123/456, *a:b",
        ":cHJldGVuZCB0aGlzIGlzIGJpbmFyeSBjb250ZW50Lg==:",
        "@1659578233, %\"This is intended for display to %c3%bcsers.\"",
        "r34.example.net; error=http_request_error, ExampleCDN",
        "cdn.example.org; next-hop=backend.example.org:8001",
        "",
    };
    static const char *const others[] = {
        "a,",          "a,,b",        "a b",     "p; error = x", "p; Error=x", "p;",
        "p; =x",       "\"open",      "\"\\n\"", "(a b",         "(a,b)",      "1234567890123456",
        "1.",          "1.2345",      "?2",      ":a*:",         "-",          "a; b=",
        "a\t;b=1 ; c", "\"caf\xc3\"", "%x",      "@a",           "=",          "{}",
    };

    (void)state;
    for (size_t i = 0; i < WL_COUNT(lists); i++)
        assert_true(wl_grammar_is_sf_list(text(lists[i])));
    for (size_t i = 0; i < WL_COUNT(others); i++)
        assert_false(wl_grammar_is_sf_list(text(others[i])));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(quoted_strings),
        cmocka_unit_test(media_types),
        cmocka_unit_test(directives),
        cmocka_unit_test(numbers),
        cmocka_unit_test(lists_of_structured_fields),
        cmocka_unit_test(challenges),
        cmocka_unit_test(broken_challenges),
        cmocka_unit_test(dates_of_rfc_9110),
        cmocka_unit_test(no_dates),
        cmocka_unit_test(the_calendar),
        cmocka_unit_test(two_digit_years),
        cmocka_unit_test(entity_tags_compare),
        cmocka_unit_test(an_entity_tag_is_one_however_it_is_read),
        cmocka_unit_test(lists_of_entity_tags),
        cmocka_unit_test(hosts),
        cmocka_unit_test(ranges),
        cmocka_unit_test(content_ranges),
        cmocka_unit_test(references_of_rfc_3986),
        cmocka_unit_test(uri_faults),
        cmocka_unit_test(authorities),
        cmocka_unit_test(target_uris),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
