/* digest.c - digests by OpenSSL: WebSocket accept keys, Community ID, what a page trusts.
 * SPDX-License-Identifier: MIT
 *
 * SHA-1 serves as a fingerprint here, as the protocols demand; nothing is protected by it.
 */
#include "digest.h"

#include <openssl/evp.h>

bool wl_digest_sha1(const struct wl_span *parts, size_t n_parts, uint8_t ret[WL_SHA1_OCTETS])
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    bool ok = ctx && EVP_DigestInit_ex(ctx, EVP_sha1(), NULL) == 1;

    for (size_t i = 0; ok && i < n_parts; i++)
        ok = parts[i].n == 0 || EVP_DigestUpdate(ctx, parts[i].p, parts[i].n) == 1;
    ok = ok && EVP_DigestFinal_ex(ctx, ret, NULL) == 1;
    EVP_MD_CTX_free(ctx);
    return ok;
}

bool wl_digest_base64(const uint8_t sum[WL_SHA1_OCTETS], char ret[WL_SHA1_BASE64])
{
    unsigned char text[WL_SHA1_BASE64 + 1]; /* the library adds a NUL */

    if (EVP_EncodeBlock(text, sum, WL_SHA1_OCTETS) != WL_SHA1_BASE64)
        return false;
    memcpy(ret, text, WL_SHA1_BASE64);
    return true;
}

bool wl_digest_websocket_accept(struct wl_span key, char ret[WL_WEBSOCKET_ACCEPT])
{
    /* RFC 6455 1.3 */
    const struct wl_span parts[] = {key, WL_SPAN("258EAFA5-E914-47DA-95CA-C5AB0DC85B11")};
    uint8_t sum[WL_SHA1_OCTETS];

    return wl_digest_sha1(parts, WL_COUNT(parts), sum) && wl_digest_base64(sum, ret);
}

bool wl_digest_sha256_base64(struct wl_span text, char ret[WL_SHA256_BASE64])
{
    unsigned char sum[32], out[WL_SHA256_BASE64 + 1]; /* the library adds a NUL */
    unsigned n = 0;

    if (EVP_Digest(text.p, text.n, sum, &n, EVP_sha256(), NULL) != 1 || n != sizeof(sum))
        return false;
    if (EVP_EncodeBlock(out, sum, (int)sizeof(sum)) != WL_SHA256_BASE64)
        return false;
    memcpy(ret, out, WL_SHA256_BASE64);
    return true;
}
