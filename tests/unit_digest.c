/* unit_digest.c - sums and their spelling: the standards' examples, and texts in parts.
 * SPDX-License-Identifier: MIT
 */
#include "digest.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { LONGEST = 1000 };

static void assert_sha1(const struct wl_span *parts, size_t n, const char *expected)
{
    static const char digits[] = "0123456789abcdef";
    uint8_t sum[WL_SHA1_OCTETS];
    char text[2 * WL_SHA1_OCTETS + 1] = "";

    wl_digest_sha1(parts, n, sum);
    for (size_t i = 0; i < sizeof(sum); i++) {
        text[2 * i] = digits[sum[i] >> 4];
        text[2 * i + 1] = digits[sum[i] & 15];
    }
    assert_string_equal(text, expected);
}

static void assert_sha256(struct wl_span text, const char *expected)
{
    char sum[WL_SHA256_BASE64];

    wl_digest_sha256_base64(text, sum);
    assert_int_equal(strlen(expected), sizeof(sum));
    assert_memory_equal(sum, expected, sizeof(sum));
}

/* FIPS 180-4, the examples of one and of two blocks */
static void examples_of_the_standard(void **state)
{
    const struct wl_span one = WL_SPAN("abc");
    const struct wl_span two = WL_SPAN("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq");

    (void)state;
    assert_sha1(&one, 1, "a9993e364706816aba3e25717850c26c9cd0d89d");
    assert_sha1(&two, 1, "84983e441c3bd26ebaae4aa1f95129e5e54670f1");
    assert_sha256(one, "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=");
    assert_sha256(two, "JI1qYdIGOLjlwCaTDD5gOaM85Flk/yFn9uzt1BnbBsE=");
}

/* Of n octets i * 7 + 3, i from 0: what sha1sum says, and sha256sum in base64. */
static const struct {
    size_t n;
    const char *sha1, *sha256;
} lengths[] = {
    {0, "da39a3ee5e6b4b0d3255bfef95601890afd80709", "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="},
    {64, "bede92be29c3874e1b54ddc77988d606fc857a8e",
     "OePXtrXQddN9BTrYmyS0G+9PPCl2DIREfKs/O+GIIkE="},
    {1000, "4231a8a50a10fa9758db8ec71fdef855b751048a",
     "HpvDjL+GC57DGRiwZfm1JHbFSaeC4OeZC+2M44aNI3E="},
};

static void fill(uint8_t octets[LONGEST])
{
    for (size_t i = 0; i < LONGEST; i++)
        octets[i] = (uint8_t)(i * 7 + 3);
}

static void ordinary_lengths(void **state)
{
    uint8_t octets[LONGEST];

    (void)state;
    fill(octets);
    for (size_t i = 0; i < WL_COUNT(lengths); i++) {
        struct wl_span text = wl_span(octets, lengths[i].n);

        assert_sha1(&text, 1, lengths[i].sha1);
        assert_sha256(text, lengths[i].sha256);
    }
}

/* However a text is cut into three, empty parts included, its sum is the same. */
static void parts_do_not_matter(void **state)
{
    uint8_t octets[LONGEST];

    (void)state;
    fill(octets);
    for (size_t i = 0; i < WL_COUNT(lengths); i++) {
        size_t n = lengths[i].n;

        for (size_t cut = 0; n <= 200 && cut <= n; cut++) {
            size_t second = (n - cut) / 2;
            const struct wl_span parts[] = {
                {octets, cut},
                {octets + cut, second},
                {octets + cut + second, n - cut - second},
            };

            assert_sha1(parts, WL_COUNT(parts), lengths[i].sha1);
        }
    }
}

/* RFC 6455 1.3 */
static void accept_key(void **state)
{
    char accept[WL_WEBSOCKET_ACCEPT];

    (void)state;
    wl_digest_websocket_accept(WL_SPAN("dGhlIHNhbXBsZSBub25jZQ=="), accept);
    assert_memory_equal(accept, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", sizeof(accept));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(examples_of_the_standard),
        cmocka_unit_test(ordinary_lengths),
        cmocka_unit_test(parts_do_not_matter),
        cmocka_unit_test(accept_key),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
