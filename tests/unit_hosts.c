/* unit_hosts.c - names for addresses: what of a hosts file counts, and how much of it.
 * SPDX-License-Identifier: MIT
 */
#include "hosts.h"
#include "mem.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { MEMORY = 16 << 20 };

static struct wl_hosts parsed(struct wl_budget *b, struct wl_span text, bool cut)
{
    struct wl_hosts h = {.budget = b, .cut = cut};

    wl_budget_init(b, MEMORY, NULL, NULL, NULL);
    wl_text_init(&h.text, b, WL_HOSTS_TEXT);
    wl_text_span_raw(&h.text, text);
    assert_false(h.text.full);
    assert_true(wl_hosts_parse(&h));
    return h;
}

static void done(struct wl_hosts *h, struct wl_budget *b)
{
    wl_hosts_release(h);
    assert_int_equal(b->used, 0);
}

static void expect(const struct wl_hosts *h, const char *address, const char *name)
{
    struct wl_endpoint e = {.family = strchr(address, ':') ? 6 : 4, .port = 8080};
    struct wl_span found;

    assert_int_equal(inet_pton(e.family == 6 ? AF_INET6 : AF_INET, address, e.ip), 1);
    found = wl_hosts_name(h, &e);
    assert_int_equal(found.n, strlen(name));
    assert_memory_equal(found.p ? found.p : (const uint8_t *)"", name, found.n);
}

static void the_first_name_of_an_address(void **state)
{
    static const char text[] = "# 10.0.0.7 comment\n"
                               "10.0.0.9\tdb.prod_1.example alias\r\n"
                               "  10.0.0.2  app#web\n"
                               "::1 six\n"
                               "10.0.0.9 later\n"
                               "\n"
                               "2001:db8::0:9 long\n"
                               "10.0.0.10 last";
    struct wl_budget b;
    struct wl_hosts h = parsed(&b, wl_span(text, sizeof(text) - 1), false);

    (void)state;
    expect(&h, "10.0.0.9", "db.prod_1.example");
    expect(&h, "10.0.0.2", "app");
    expect(&h, "::1", "six");
    expect(&h, "2001:db8::9", "long");
    expect(&h, "10.0.0.10", "last");
    expect(&h, "10.0.0.7", "");
    expect(&h, "a00:9::", ""); /* the octets of 10.0.0.9, of the other family */
    assert_true(wl_hosts_name(NULL, &(struct wl_endpoint){.family = 4}).n == 0);
    done(&h, &b);
}

static void no_names(void **state)
{
    static const char text[] = "10.0.0.1 a\x1b[2Jb\n"
                               "10.0.0.2 a\xe2\x80\xae\n"
                               "10.0.0.3\n"
                               "10.0.0.4 #name\n"
                               "10.0.0.300 name\n"
                               "010.0.0.5.6 name\n"
                               "fe80::1%eth0 scoped\n"
                               "0.0.0.0 ads.example\n"
                               ":: ads.example\n"
                               "10.0.0.6 a\0b\n"
                               "name 10.0.0.7\n";
    struct wl_budget b;
    struct wl_hosts h = parsed(&b, wl_span(text, sizeof(text) - 1), false);

    (void)state;
    assert_int_equal(h.n, 0);
    done(&h, &b);
}

static void names_have_a_longest(void **state)
{
    char text[2 * WL_HOSTS_NAME + 64];
    struct wl_budget b;
    struct wl_hosts h;
    char name[WL_HOSTS_NAME + 2];

    (void)state;
    memset(name, 'a', sizeof(name));
    name[WL_HOSTS_NAME + 1] = '\0';
    (void)snprintf(text, sizeof(text), "10.0.0.1 %s\n10.0.0.2 %s\n", name, name + 1);
    h = parsed(&b, wl_span_text(text), false);
    expect(&h, "10.0.0.1", "");
    expect(&h, "10.0.0.2", name + 1);
    done(&h, &b);
}

/* A line that was only read in part is none; what is beyond the largest number is told. */
static void as_much_as_is_used(void **state)
{
    static char text[(WL_HOSTS_MAX + 2) * 24];
    struct wl_budget b;
    struct wl_hosts h = parsed(&b, WL_SPAN("10.0.0.1 whole\n10.0.0.2 pa"), true);
    size_t n = 0;

    (void)state;
    expect(&h, "10.0.0.1", "whole");
    expect(&h, "10.0.0.2", "");
    done(&h, &b);
    for (unsigned i = 0; i <= WL_HOSTS_MAX; i++) {
        n += (size_t)snprintf(text + n, sizeof(text) - n, "10.1.%u.%u n%u\n", i / 256, i % 256, i);
    }
    h = parsed(&b, wl_span(text, n), false);
    assert_int_equal(h.n, WL_HOSTS_MAX);
    assert_true(h.cut);
    expect(&h, "10.1.63.255", "n16383");
    expect(&h, "10.1.64.0", "");
    done(&h, &b);
    n = 0;
    for (unsigned i = 0; i <= WL_HOSTS_MAX; i++)
        n += (size_t)snprintf(text + n, sizeof(text) - n, "127.0.0.1 n%u\n", i);
    h = parsed(&b, wl_span(text, n), false); /* a list of what is to be blocked */
    assert_int_equal(h.n, 1);
    assert_false(h.cut);
    expect(&h, "127.0.0.1", "n0");
    done(&h, &b);
}

static void any_octets(void **state)
{
    static const char letters[] = "10.:f \t\n\r#a%-_\x80\x1b";
    uint8_t text[512];
    uint32_t seed = 1;

    (void)state;
    for (int round = 0; round < 2000; round++) {
        struct wl_budget b;
        struct wl_hosts h;

        for (size_t i = 0; i < sizeof(text); i++) {
            seed = seed * 1664525 + 1013904223;
            text[i] = (uint8_t)letters[(seed >> 16) % (sizeof(letters) - 1)];
        }
        h = parsed(&b, wl_span(text, sizeof(text)), round % 2);
        for (uint32_t i = 0; i < h.n; i++)
            assert_true(h.at[i].name.n > 0 && wl_hosts_name(&h, &h.at[i].address).n > 0);
        done(&h, &b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_name_of_an_address),
        cmocka_unit_test(no_names),
        cmocka_unit_test(names_have_a_longest),
        cmocka_unit_test(as_much_as_is_used),
        cmocka_unit_test(any_octets),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
