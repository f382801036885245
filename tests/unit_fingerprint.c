/* unit_fingerprint.c - findings and connections keep their names from one run, and one tool, to
 * the next. SPDX-License-Identifier: MIT
 */
#include "community.h"
#include "fingerprint.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct wl_budget budget;
static struct wl_text text;
static struct wl_conn_ref conn;
static struct wl_exchange ex;
static struct wl_field fields[1];
static const struct wl_rule rule = {.id = "some-rule"};
static struct wl_finding finding;

static struct wl_span literal(const char *s)
{
    return wl_span_text(s);
}

static struct wl_endpoint endpoint4(uint8_t last, uint16_t port)
{
    return (struct wl_endpoint){.ip = {10, 0, 0, last}, .family = 4, .port = port};
}

static void ask(const char *method, const char *target, const char *host)
{
    ex = (struct wl_exchange){.req = {.state = WL_WHOLE}};
    ex.req.method = literal(method);
    ex.req.method_id = strcmp(method, "CONNECT") == 0 ? WL_METHOD_CONNECT : WL_METHOD_GET;
    ex.req.target = literal(target);
    fields[0] = (struct wl_field){.id = WL_FIELD_HOST, .begin = literal("Host").p, .n_name = 4};
    fields[0].value = literal(host);
    ex.req.fields = fields;
    ex.req.n_fields = *host ? 1 : 0;
}

static int set_up(void **state)
{
    (void)state;
    wl_budget_init(&budget, 1 << 20, NULL, NULL, NULL);
    wl_text_init(&text, &budget, 1 << 16);
    conn = (struct wl_conn_ref){.client = endpoint4(2, 51514), .server = endpoint4(9, 3000)};
    finding = (struct wl_finding){.rule = &rule, .status = 103};
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    wl_text_release(&text);
    return budget.used == 0 ? 0 : -1;
}

static void assert_words(const struct wl_exchange *of, const char *expected)
{
    struct wl_span got;

    wl_text_reset(&text);
    wl_fingerprint_words(&text, &conn, of, &finding);
    got = wl_text_span(&text);
    if (!wl_span_equal(got, wl_span_text(expected)))
        fail_msg("expected '%s', got '%.*s'", expected, (int)got.n, (const char *)got.p);
}

static void what_a_run_makes_up_does_not_count(void **state)
{
    (void)state;
    ask("GET", "/users/123/cart?token=1#x", "API.Example:8080");
    assert_words(&ex, "some-rule api.example:8080 GET /users/{}/cart 103");
    conn.client = endpoint4(77, 4);
    finding.frames[0] = 99;
    assert_words(&ex, "some-rule api.example:8080 GET /users/{}/cart 103");
    ask("GET", "/", "127.0.0.1:32768");
    assert_words(&ex, "some-rule 127.0.0.1 GET / 103");
    ask("GET", "/", "[::1]:49152");
    assert_words(&ex, "some-rule [::1] GET / 103");
    ask("GET", "/", "127.0.0.1:32767");
    assert_words(&ex, "some-rule 127.0.0.1:32767 GET / 103");
}

static void ids_in_paths_are_alike(void **state)
{
    (void)state;
    ask("GET", "/a/1b4e28ba-2fa1-11d2-883f-0016d3cca427/b/", "a");
    assert_words(&ex, "some-rule a GET /a/{}/b/ 103");
    ask("GET", "/blob/0123456789abcdef/v2/deadbeefdeadbee0", "a");
    assert_words(&ex, "some-rule a GET /blob/{}/v2/{} 103");
    /* words that happen to be hexadecimal, and names with numbers in them */
    ask("GET", "/cafe/abcdefabcdefabcdef/page2//x", "a");
    assert_words(&ex, "some-rule a GET /cafe/abcdefabcdefabcdef/page2//x 103");
    ask("GET", "/1b4e28ba-2fa1-11d2-883f-0016d3cca42", "a");
    assert_words(&ex, "some-rule a GET /1b4e28ba-2fa1-11d2-883f-0016d3cca42 103");
}

static void every_form_of_target(void **state)
{
    (void)state;
    ask("GET", "http://Other.example:81/x/7?q", "ignored");
    assert_words(&ex, "some-rule other.example:81 GET /x/{} 103");
    ask("GET", "http://other.example?q=/y", "ignored");
    assert_words(&ex, "some-rule other.example GET / 103");
    ask("GET", "http://me:secret@other.example", "ignored");
    assert_words(&ex, "some-rule other.example GET / 103");
    ask("CONNECT", "Db.example:443", "db.example:443");
    assert_words(&ex, "some-rule db.example:443 CONNECT db.example:443 103");
    ask("OPTIONS", "*", "a");
    assert_words(&ex, "some-rule a OPTIONS * 103");
    ask("GET", "?q", "");
    assert_words(&ex, "some-rule 10.0.0.9:3000 GET - 103");
}

static void without_request(void **state)
{
    (void)state;
    finding.status = 0;
    assert_words(NULL, "some-rule 10.0.0.9:3000 - - -");
    conn.server = endpoint4(9, 40000);
    ex = (struct wl_exchange){.req = {.state = WL_ABSENT}};
    assert_words(&ex, "some-rule 10.0.0.9 - - -");
}

static void always_five_words(void **state)
{
    (void)state;
    ask("GE T", "/a b\n/\x1b[2J/\xff", " x\ty");
    assert_words(&ex, "some-rule \\x20x\\x09y GE\\x20T /a\\x20b\\x0a/\\x1b[2J/\\xff 103");
    ask("", "", ":40000");
    assert_words(&ex, "some-rule - - - 103");
}

static void hash_is_that_of_the_words(void **state)
{
    char hash[WL_FINGERPRINT_HEX + 1];

    (void)state;
    /* printf abc | sha1sum */
    wl_fingerprint_hash(WL_SPAN("abc"), hash);
    assert_string_equal(hash, "a9993e364706816aba3e25717850c26c");
}

static void assert_community(struct wl_endpoint a, struct wl_endpoint b, const char *expected)
{
    char id[WL_COMMUNITY_ID], back[WL_COMMUNITY_ID];

    assert_true(wl_community_id(&a, &b, id));
    assert_true(wl_community_id(&b, &a, back));
    assert_memory_equal(id, expected, sizeof(id));
    assert_memory_equal(back, expected, sizeof(back));
}

/* The first is the example that every implementation gives; the other is what tshark says of
 * samples/captures/ipv6.pcap. */
static void community_ids_are_those_of_others(void **state)
{
    struct wl_endpoint a = {.ip = {128, 232, 110, 120}, .port = 34855, .family = 4};
    struct wl_endpoint b = {.ip = {66, 35, 250, 204}, .port = 80, .family = 4};
    struct wl_endpoint none = {.family = 0};
    char id[WL_COMMUNITY_ID];

    (void)state;
    assert_community(a, b, "1:LQU9qZlK+B5F3KDmev6m5PMibrg=");
    a = (struct wl_endpoint){.ip = {[15] = 1}, .port = 52028, .family = 6};
    b = (struct wl_endpoint){.ip = {[15] = 1}, .port = 17080, .family = 6};
    assert_community(a, b, "1:fXIuyCBJbbGZOfBJKG4nK8KGHFI=");
    assert_false(wl_community_id(&a, &none, id));
    assert_false(wl_community_id(&none, &none, id));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_a_run_makes_up_does_not_count, set_up, tear_down),
        cmocka_unit_test_setup_teardown(ids_in_paths_are_alike, set_up, tear_down),
        cmocka_unit_test_setup_teardown(every_form_of_target, set_up, tear_down),
        cmocka_unit_test_setup_teardown(without_request, set_up, tear_down),
        cmocka_unit_test_setup_teardown(always_five_words, set_up, tear_down),
        cmocka_unit_test_setup_teardown(hash_is_that_of_the_words, set_up, tear_down),
        cmocka_unit_test_setup_teardown(community_ids_are_those_of_others, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
