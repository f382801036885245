/* unit_digest.c - sums and their spelling: the standards' examples, and every length at which padding turns.
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
    {1, "9842926af7ca0a8cca12604f945414f07b01e13d", "CE/tCLl4r019GWp0RqhrWACeY2thHbFiEbZamq3/KcU="},
    {2, "1f5ae6b976eaa448d6756c593ceb816ac8799ef1", "MjtzD4e058wJSDUaHBG3V7MCbNpnhCgldnV7yiHxJIM="},
    {3, "4201de9f98cb0a9b8cf52398be7802b55d45266a", "arDbofTx37s3tPnusJLAn8pJAK0yvc0UfY3eNdbIfDU="},
    {54, "0617d0e2db51b03d5d09c217b3fe0643ed6d152f",
     "Fgu/FLRYyHe3BJ58tXcd1lOTD5fSC92O55XBYGKQYjM="},
    {55, "ddf57317ef34bfee3b6df83d359098930eb278bc",
     "5zE9MzwnLmOfeQl4KD+es5LoQ9Dym3AWgoux2qSqxws="},
    {56, "a0d492bb0fc889d0eca3bc137066ab6f4f74f369",
     "QyTWXzwQNWf1WJxxC8CPhSP5KaknLjrzb8lo5Sq8bCc="},
    {57, "11a02dcf95859677a62e75024067c22b165d890f",
     "Nd9glDfc/qMnkoOref1VTiv3j4964t5TLY7jALCej3M="},
    {63, "c55856749bef509bdfe6bfebfc7bf4e793e82132",
     "gcgCQhMvIww71Bs+Y7vP8WEHM5VJIUqZYU/yZmRiUFU="},
    {64, "bede92be29c3874e1b54ddc77988d606fc857a8e",
     "OePXtrXQddN9BTrYmyS0G+9PPCl2DIREfKs/O+GIIkE="},
    {65, "b05a80522b053d6dc7e0a517d0e70212c7dad11f",
     "qsym/3T9uyltFlpFzs+gTlEnvACHcPu91IAG8tL66V4="},
    {111, "4a01b1272627e5be00f57bc3c3029c23a452e629",
     "Z9lJLmKP03bgsu/sjKK5mxI+ICz2IN6ycHKN+Xmy9z4="},
    {118, "55bfbde27c9acb13670a70e765a687b2da3435fc",
     "LEm4nFqqqqaa5wJRzAgD8Ur68aLKpGH6awg3ULwHzog="},
    {119, "504e27376a6e0f0dba8295b85cb25dc4dfa17d23",
     "nOc2jk2vMjQWMbSS6ANZ3J9ZS0hFPNDdW/CxknnMF34="},
    {120, "82134b02fb3f702491be9bed581eeab59334acb2",
     "eDa3h3V+leWLPKWuyQsbAE6N66HlDpZ1r5yr8aE6BLU="},
    {127, "34d5e582029e9b9b85b2febe31da3db7cdabaaea",
     "qNI+ddk28wPSSIiNmxZe5UP0y6/K08ndKnm9hPqhHQc="},
    {128, "a09133e6730ffe899efb70204cb5646cd5dc24ee",
     "0nQvH0rGu3yisjnuGEArqLP5+OZS0qcpc8K5uhHAjPY="},
    {129, "808aea332ce367541d37adae7f94e59c5c1a934e",
     "MH+PwsFiK5J2LoGNOaGF1NZnrUmksHzq4fSvoAipPsQ="},
    {191, "49a4616be00bceb6192664c19a6a06dccd8bfd3d",
     "Ur4X+PXQsWbzsZF9K2u4YggwAZZ/0Ko50tqZR+66Q30="},
    {192, "d4a590a7cfcb57efd1733aac508a22d4fea1b6e9",
     "7GcyIUCR+oRV7iJR+3VkdbBOxiYQ+86qZCGKEfr1cc0="},
    {1000, "4231a8a50a10fa9758db8ec71fdef855b751048a",
     "HpvDjL+GC57DGRiwZfm1JHbFSaeC4OeZC+2M44aNI3E="},
};

static void fill(uint8_t octets[LONGEST])
{
    for (size_t i = 0; i < LONGEST; i++)
        octets[i] = (uint8_t)(i * 7 + 3);
}

static void lengths_around_a_block(void **state)
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
        cmocka_unit_test(lengths_around_a_block),
        cmocka_unit_test(parts_do_not_matter),
        cmocka_unit_test(accept_key),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
