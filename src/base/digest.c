/* digest.c - SHA-1, SHA-256 and base64 by Nettle: WebSocket accept keys, Community ID, what a
 * page trusts. SPDX-License-Identifier: MIT
 *
 * SHA-1 serves as a fingerprint here, as the protocols demand; nothing is protected by it.
 */
#include "digest.h"

#include <nettle/base64.h>
#include <nettle/sha1.h>
#include <nettle/sha2.h>

static_assert(WL_SHA1_OCTETS == SHA1_DIGEST_SIZE, "the sum has its size");
static_assert(WL_SHA1_BASE64 == BASE64_ENCODE_RAW_LENGTH(SHA1_DIGEST_SIZE), "and its spelling");
static_assert(WL_SHA256_BASE64 == BASE64_ENCODE_RAW_LENGTH(SHA256_DIGEST_SIZE), "likewise");

void wl_digest_sha1(const struct wl_span *parts, size_t n_parts, uint8_t ret[WL_SHA1_OCTETS])
{
    struct sha1_ctx ctx;

    sha1_init(&ctx);
    for (size_t i = 0; i < n_parts; i++)
        sha1_update(&ctx, parts[i].n, parts[i].p);
    sha1_digest(&ctx, WL_SHA1_OCTETS, ret);
}

void wl_digest_base64(const uint8_t sum[WL_SHA1_OCTETS], char ret[WL_SHA1_BASE64])
{
    base64_encode_raw(ret, WL_SHA1_OCTETS, sum);
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
    struct sha256_ctx ctx;
    uint8_t sum[SHA256_DIGEST_SIZE];

    sha256_init(&ctx);
    sha256_update(&ctx, text.n, text.p);
    sha256_digest(&ctx, sizeof(sum), sum);
    base64_encode_raw(ret, sizeof(sum), sum);
}
