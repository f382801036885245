/* digest.c - SHA-1, SHA-256 and base64: WebSocket accept keys, Community ID, what a page trusts.
 * SPDX-License-Identifier: MIT
 *
 * FIPS 180-4 and RFC 4648. Both sums take blocks of 64 octets as 16 words in network order, mix them into
 * a state of five or eight words, and end with the same padding:
 *
 *     octets of the text | 0x80 | zeros | length in bits (8)
 *
 * so that they share all but the mixing. SHA-1 serves as a fingerprint here, as the protocols demand;
 * nothing is protected by it. A library for this would cost every start what it does for the few octets
 * that are summed (docs/decisions.md, "Libraries").
 */
#include "digest.h"

enum {
    BLOCK = 64,
    LENGTH = 8, /* octets of the length at the end of the last block */
    WORDS = BLOCK / 4,
    STATE = 8, /* words; SHA-1 uses five */
    SHA1_ROUNDS = 80,
    SHA256_ROUNDS = 64,
    SHA256_OCTETS = 32,
};

typedef void mix_fn(uint32_t state[STATE], const uint8_t block[BLOCK]);

struct sum {
    uint32_t state[STATE];
    mix_fn *mix;
    uint64_t octets;     /* taken so far */
    uint8_t rest[BLOCK]; /* the first octets % BLOCK: not mixed in yet */
};

static uint32_t rotate_left(uint32_t x, unsigned n)
{
    return x << n | x >> (32 - n);
}

static uint32_t rotate_right(uint32_t x, unsigned n)
{
    return x >> n | x << (32 - n);
}

static void load_words(uint32_t w[WORDS], const uint8_t block[BLOCK])
{
    for (size_t i = 0; i < WORDS; i++, block += 4) {
        w[i] = (uint32_t)block[0] << 24 | (uint32_t)block[1] << 16 | (uint32_t)block[2] << 8 |
               block[3];
    }
}

/* ------------------------------------------------------------------------------------- SHA-1 */

/* FIPS 180-4 4.1.1; the first and the last of them are those of SHA-256 as well. */
static WL_INLINE uint32_t choose(uint32_t b, uint32_t c, uint32_t d)
{
    return d ^ (b & (c ^ d));
}

static WL_INLINE uint32_t parity(uint32_t b, uint32_t c, uint32_t d)
{
    return b ^ c ^ d;
}

static WL_INLINE uint32_t majority(uint32_t b, uint32_t c, uint32_t d)
{
    return (b & c) | (d & (b | c));
}

/* Word t of the schedule, of which the last sixteen are kept (FIPS 180-4 6.1.3). */
static WL_INLINE uint32_t sha1_word(uint32_t w[WORDS], size_t t)
{
    if (t >= WORDS) {
        w[t % WORDS] = rotate_left(
            w[(t + 13) % WORDS] ^ w[(t + 8) % WORDS] ^ w[(t + 2) % WORDS] ^ w[t % WORDS], 1);
    }
    return w[t % WORDS];
}

struct sha1_words {
    uint32_t a, b, c, d, e;
};

/* more: a function of b, c and d, the constant of the round (FIPS 180-4 4.2.1), a word of the schedule */
static WL_INLINE struct sha1_words sha1_round(struct sha1_words v, uint32_t more)
{
    return (struct sha1_words){
        .a = rotate_left(v.a, 5) + v.e + more,
        .b = v.a,
        .c = rotate_left(v.b, 30),
        .d = v.c,
        .e = v.d,
    };
}

static void mix_sha1(uint32_t state[STATE], const uint8_t block[BLOCK])
{
    struct sha1_words v = {state[0], state[1], state[2], state[3], state[4]};
    uint32_t w[WORDS];
    size_t t = 0;

    load_words(w, block);
    for (; t < 20; t++)
        v = sha1_round(v, choose(v.b, v.c, v.d) + 0x5a827999 + sha1_word(w, t));
    for (; t < 40; t++)
        v = sha1_round(v, parity(v.b, v.c, v.d) + 0x6ed9eba1 + sha1_word(w, t));
    for (; t < 60; t++)
        v = sha1_round(v, majority(v.b, v.c, v.d) + 0x8f1bbcdc + sha1_word(w, t));
    for (; t < SHA1_ROUNDS; t++)
        v = sha1_round(v, parity(v.b, v.c, v.d) + 0xca62c1d6 + sha1_word(w, t));
    state[0] += v.a;
    state[1] += v.b;
    state[2] += v.c;
    state[3] += v.d;
    state[4] += v.e;
}

/* FIPS 180-4 5.3.1 */
static const struct sum sha1 = {
    .state = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0},
    .mix = mix_sha1,
};

/* ----------------------------------------------------------------------------------- SHA-256 */

/* FIPS 180-4 4.2.2: the first 32 bits behind the point of the cube roots of the first 64 primes */
static const uint32_t sha256_constants[SHA256_ROUNDS] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

/* FIPS 180-4 6.2.2, with the functions of 4.1.2 */
static void mix_sha256(uint32_t state[STATE], const uint8_t block[BLOCK])
{
    enum { A, B, C, D, E, F, G, H };
    uint32_t w[SHA256_ROUNDS], v[STATE];

    load_words(w, block);
    for (size_t t = WORDS; t < SHA256_ROUNDS; t++) {
        uint32_t x = w[t - 15], y = w[t - 2];

        w[t] = w[t - 16] + w[t - 7] + (rotate_right(x, 7) ^ rotate_right(x, 18) ^ x >> 3) +
               (rotate_right(y, 17) ^ rotate_right(y, 19) ^ y >> 10);
    }
    memcpy(v, state, sizeof(v));
    for (size_t t = 0; t < SHA256_ROUNDS; t++) {
        uint32_t one = v[H] + choose(v[E], v[F], v[G]) + sha256_constants[t] + w[t] +
                       (rotate_right(v[E], 6) ^ rotate_right(v[E], 11) ^ rotate_right(v[E], 25));
        uint32_t two = majority(v[A], v[B], v[C]) +
                       (rotate_right(v[A], 2) ^ rotate_right(v[A], 13) ^ rotate_right(v[A], 22));

        memmove(v + 1, v, sizeof(v) - sizeof(v[0]));
        v[E] += one;
        v[A] = one + two;
    }
    for (size_t i = 0; i < STATE; i++)
        state[i] += v[i];
}

/* FIPS 180-4 5.3.3 */
static const struct sum sha256 = {
    .state = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab,
              0x5be0cd19},
    .mix = mix_sha256,
};

/* ---------------------------------------------------------------------------------- both of them */

static void add(struct sum *s, struct wl_span text)
{
    size_t held = (size_t)(s->octets % BLOCK);

    s->octets += text.n;
    if (held) {
        size_t n = wl_min_size(BLOCK - held, text.n);

        memcpy(s->rest + held, text.p, n);
        if (held + n < BLOCK)
            return;
        s->mix(s->state, s->rest);
        text = wl_span_after(text, n);
    }
    for (; text.n >= BLOCK; text = wl_span_after(text, BLOCK))
        s->mix(s->state, text.p);
    if (text.n)
        memcpy(s->rest, text.p, text.n);
}

/* Writes n octets of the sum. */
static void finish(struct sum *s, uint8_t *ret, size_t n)
{
    static const uint8_t padding[BLOCK] = {0x80};
    uint64_t bits = s->octets * 8;
    /* up to the length, which ends a block */
    size_t pad = BLOCK - (size_t)((s->octets + LENGTH) % BLOCK);
    uint8_t length[LENGTH];

    for (size_t i = 0; i < LENGTH; i++)
        length[i] = (uint8_t)(bits >> (8 * (LENGTH - 1 - i)));
    add(s, wl_span(padding, pad));
    add(s, wl_span(length, LENGTH));
    WL_ASSERT(s->octets % BLOCK == 0);
    for (size_t i = 0; i < n; i++)
        ret[i] = (uint8_t)(s->state[i / 4] >> (8 * (3 - i % 4)));
}

/* The digit of six bits of a group; "=" fills the last group up. */
static char base64_digit(uint32_t group, unsigned shift, bool is_there)
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    if (!is_there)
        return '=';
    return alphabet[group >> shift & 63];
}

/* RFC 4648 4 */
static void put_base64(struct wl_span sum, char *ret)
{
    for (size_t i = 0; i < sum.n; i += 3, ret += 4) {
        size_t n = wl_min_size(sum.n - i, 3);
        uint32_t group = 0;

        for (size_t k = 0; k < 3; k++)
            group = group << 8 | (k < n ? sum.p[i + k] : 0);
        ret[0] = base64_digit(group, 18, true);
        ret[1] = base64_digit(group, 12, true);
        ret[2] = base64_digit(group, 6, n > 1);
        ret[3] = base64_digit(group, 0, n > 2);
    }
}

/* ---------------------------------------------------------------------------------- for others */

void wl_digest_sha1(const struct wl_span *parts, size_t n_parts, uint8_t ret[WL_SHA1_OCTETS])
{
    struct sum s = sha1;

    for (size_t i = 0; i < n_parts; i++)
        add(&s, parts[i]);
    finish(&s, ret, WL_SHA1_OCTETS);
}

void wl_digest_base64(const uint8_t sum[WL_SHA1_OCTETS], char ret[WL_SHA1_BASE64])
{
    put_base64(wl_span(sum, WL_SHA1_OCTETS), ret);
}

void wl_digest_websocket_accept(struct wl_span key, char ret[WL_WEBSOCKET_ACCEPT])
{
    /* RFC 6455 1.3 */
    const struct wl_span parts[] = {key, WL_SPAN("258EAFA5-E914-47DA-95CA-C5AB0DC85B11")};
    uint8_t sum[WL_SHA1_OCTETS];

    wl_digest_sha1(parts, WL_COUNT(parts), sum);
    wl_digest_base64(sum, ret);
}

void wl_digest_sha256_base64(struct wl_span text, char ret[WL_SHA256_BASE64])
{
    struct sum s = sha256;
    uint8_t sum[SHA256_OCTETS];

    add(&s, text);
    finish(&s, sum, sizeof(sum));
    put_base64(wl_span(sum, sizeof(sum)), ret);
}
