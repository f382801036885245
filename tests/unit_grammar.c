/* unit_grammar.c - tokens, lists, names: the examples that the RFCs themselves give.
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "grammar.h"
#include "line.h"

static struct wl_span text(const char *s)
{
    return wl_span_text(s);
}

/* A message with one field line, or with two of the same name. */
struct lines {
    struct wl_message m;
    struct wl_field fields[2];
};

static const struct wl_message *with(struct lines *l, enum wl_field_id id, const char *first,
                                     const char *second)
{
    *l = (struct lines){
        .fields = {{.id = (uint16_t)id, .value = text(first)},
                   {.id = (uint16_t)id, .value = text(second)}},
    };
    l->m.fields = l->fields;
    l->m.n_fields = second ? 2 : 1;
    l->m.declared = l->m.other_declared = WL_NONE;
    return &l->m;
}

static void expect_member(struct wl_cursor *c, const char *member)
{
    struct wl_span s = wl_grammar_member(c);

    if (!wl_span_equal(s, text(member)))
        fail_msg("'%.*s' instead of '%s'", (int)s.n, (const char *)s.p, member);
}

static void tokens(void **state)
{
    (void)state;
    assert_true(wl_grammar_is_token(text("GET")));
    assert_true(wl_grammar_is_token(text("!#$%&'*+-.^_`|~09azAZ")));
    assert_false(wl_grammar_is_token(text("")));
    assert_false(wl_grammar_is_token(text("a b")));
    assert_false(wl_grammar_is_token(text("a:")));
    assert_false(wl_grammar_is_token(text("\"a\"")));
    assert_false(wl_grammar_is_token(text("\x80")));
    assert_false(wl_grammar_is_token(wl_span("a\0b", 3)));
}

/* RFC 9110 5.6.1.2: "foo ,bar," and "foo , ,bar,charlie" are lists of two and three; the others
 * hold no element at all. */
static void lists_of_rfc_9110(void **state)
{
    static const char *const empty[] = {"", ",", ",   ,"};
    struct wl_cursor c = wl_cursor(text("foo , ,bar,charlie"));

    (void)state;
    expect_member(&c, "foo");
    expect_member(&c, "bar");
    expect_member(&c, "charlie");
    expect_member(&c, "");
    assert_false(c.bad);
    c = wl_cursor(text("foo ,bar,"));
    expect_member(&c, "foo");
    expect_member(&c, "bar");
    expect_member(&c, "");
    for (size_t i = 0; i < WL_COUNT(empty); i++) {
        c = wl_cursor(text(empty[i]));
        expect_member(&c, "");
    }
}

/* RFC 9110 5.5 and 5.6.4: a comma within a quoted string does not end the member. */
static void quoted_strings(void **state)
{
    struct wl_cursor c = wl_cursor(
        text("\"http://example.com/a.html,foo\", \"a\\\", b\" ;q=\",\", last"));

    (void)state;
    expect_member(&c, "\"http://example.com/a.html,foo\"");
    expect_member(&c, "\"a\\\", b\" ;q=\",\"");
    expect_member(&c, "last");
    assert_false(c.bad);
    c = wl_cursor(text("a, \"never closed, b"));
    expect_member(&c, "a");
    assert_int_equal(wl_grammar_member(&c).n, 16);
    assert_true(c.bad);
    expect_member(&c, "");
}

static void members_of_several_lines(void **state)
{
    struct lines l;
    const struct wl_message *m = with(&l, WL_FIELD_TRANSFER_ENCODING, "gzip ; level=9",
                                      " , Chunked,");

    (void)state;
    assert_true(wl_grammar_list_has(m, WL_FIELD_TRANSFER_ENCODING, text("chunked")));
    assert_true(wl_grammar_list_has(m, WL_FIELD_TRANSFER_ENCODING, text("GZIP")));
    assert_false(wl_grammar_list_has(m, WL_FIELD_TRANSFER_ENCODING, text("xchunked")));
    assert_false(wl_grammar_list_has(m, WL_FIELD_CONNECTION, text("chunked")));
    assert_int_equal(wl_grammar_list_count(m, WL_FIELD_TRANSFER_ENCODING), 2);
    assert_int_equal(wl_grammar_list_count(m, WL_FIELD_CONNECTION), 0);
}

static void every_method_is_found(void **state)
{
    (void)state;
    for (int id = WL_METHOD_OTHER + 1; id < WL_N_METHODS; id++)
        assert_int_equal(wl_grammar_method(text(wl_method_name((enum wl_method)id))), id);
    /* RFC 9110 9.1: case-sensitive */
    assert_int_equal(wl_grammar_method(text("get")), WL_METHOD_OTHER);
    assert_int_equal(wl_grammar_method(text("GETX")), WL_METHOD_OTHER);
    assert_int_equal(wl_grammar_method(text("")), WL_METHOD_NONE);
    assert_int_equal(wl_grammar_method(text("G T")), WL_METHOD_NONE);
    assert_int_equal(wl_grammar_method_flags(WL_METHOD_GET), WL_SAFE | WL_IDEMPOTENT);
    assert_int_equal(wl_grammar_method_flags(WL_METHOD_POST), 0);
    assert_int_equal(wl_grammar_method_flags(WL_METHOD_OTHER), 0);
}

static void every_field_is_found(void **state)
{
    char upper[64];

    (void)state;
    for (int id = WL_FIELD_OTHER + 1; id < WL_N_FIELDS; id++) {
        const char *name = wl_field_name((enum wl_field_id)id);
        size_t n = strlen(name);

        assert_true(n < sizeof(upper));
        for (size_t i = 0; i < n; i++) {
            uint8_t c = (uint8_t)name[i];

            upper[i] = (char)(c >= 'a' && c <= 'z' ? c - 32 : c);
        }
        assert_int_equal(wl_grammar_field(text(name)), id);
        assert_int_equal(wl_grammar_field(wl_span(upper, n)), id);
        assert_int_equal(wl_grammar_field(wl_span(name, n - 1)), WL_FIELD_OTHER);
    }
    assert_int_equal(wl_grammar_field(text("")), WL_FIELD_OTHER);
    assert_int_equal(wl_grammar_field(text("x-unheard-of")), WL_FIELD_OTHER);
}

/* RFC 9110 7.8: protocol = protocol-name ["/" protocol-version]; RFC 2817 3.3 */
static void upgrade_protocols(void **state)
{
    (void)state;
    assert_true(wl_grammar_protocol_match(text("websocket"), text("WebSocket")));
    assert_true(wl_grammar_protocol_match(text("TLS/1.0"), text("TLS/1.0")));
    assert_true(wl_grammar_protocol_match(text("TLS"), text("TLS/1.0")));
    assert_false(wl_grammar_protocol_match(text("TLS/1.2"), text("TLS/1.0")));
    assert_false(wl_grammar_protocol_match(text("h2c"), text("h2")));
    assert_false(wl_grammar_protocol_match(text("HTTP/2.0"), text("IRC/6.9")));
}

/* RFC 9110 8.3.1: the same type, written in different ways */
static void media_types(void **state)
{
    static const char *const same[] = {
        "text/html;charset=utf-8",
        "Text/HTML;Charset=\"utf-8\"",
        "text/html; charset=\"utf-8\"",
        "text/html",
    };

    (void)state;
    for (size_t i = 0; i < WL_COUNT(same); i++)
        assert_true(wl_grammar_media_type_is(text(same[i]), text("text/html")));
    assert_false(wl_grammar_media_type_is(text("text/html2"), text("text/html")));
    assert_false(wl_grammar_media_type_is(text(""), text("text/html")));
}

/* RFC 9110 10.1.1 */
static void expectations(void **state)
{
    struct lines l;

    (void)state;
    assert_true(wl_grammar_expects_continue(with(&l, WL_FIELD_EXPECT, "100-Continue", NULL)));
    assert_true(wl_grammar_expects_continue(with(&l, WL_FIELD_EXPECT, "x, 100-continue", NULL)));
    assert_false(wl_grammar_expects_continue(with(&l, WL_FIELD_EXPECT, "y 100-continue", NULL)));
    assert_false(wl_grammar_expects_continue(with(&l, WL_FIELD_EXPECT, "200-ok", NULL)));
    assert_true(wl_grammar_expects_only_continue(
        with(&l, WL_FIELD_EXPECT, "100-continue, 100-Continue", "100-continue")));
    assert_false(
        wl_grammar_expects_only_continue(with(&l, WL_FIELD_EXPECT, "100-continue", "200-ok")));
    assert_false(wl_grammar_expects_only_continue(with(&l, WL_FIELD_EXPECT, ",", NULL)));
    assert_false(wl_grammar_expects_only_continue(with(&l, WL_FIELD_ACCEPT, "100-continue", NULL)));
    assert_false(wl_grammar_announces_content(with(&l, WL_FIELD_EXPECT, "100-continue", NULL)));
    l.m.declared = 0;
    assert_false(wl_grammar_announces_content(&l.m));
    l.m.declared = 1;
    assert_true(wl_grammar_announces_content(&l.m));
    assert_true(
        wl_grammar_announces_content(with(&l, WL_FIELD_TRANSFER_ENCODING, "chunked", NULL)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tokens),
        cmocka_unit_test(lists_of_rfc_9110),
        cmocka_unit_test(quoted_strings),
        cmocka_unit_test(members_of_several_lines),
        cmocka_unit_test(every_method_is_found),
        cmocka_unit_test(every_field_is_found),
        cmocka_unit_test(upgrade_protocols),
        cmocka_unit_test(media_types),
        cmocka_unit_test(expectations),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
