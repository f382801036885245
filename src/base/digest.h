/* digest.h - SHA-1, SHA-256 and base64: WebSocket accept keys, Community ID, what a page trusts.
 * SPDX-License-Identifier: MIT
 */
#ifndef WL_DIGEST_H
#define WL_DIGEST_H

#include "span.h"

enum {
    WL_SHA1_OCTETS = 20,
    WL_SHA1_BASE64 = 28,
    WL_WEBSOCKET_ACCEPT = WL_SHA1_BASE64,
    WL_SHA256_BASE64 = 44,
};

/** SHA-1 (FIPS 180-4 6.1) over the parts in order. */
void wl_digest_sha1(const struct wl_span *parts, size_t n_parts, uint8_t ret[WL_SHA1_OCTETS]);
/** A sum in base64 (RFC 4648 4), 28 characters, no NUL. */
void wl_digest_base64(const uint8_t sum[WL_SHA1_OCTETS], char ret[WL_SHA1_BASE64]);
/** base64(SHA-1(key + GUID)) of RFC 6455 4.2.2, 28 characters, no NUL. */
void wl_digest_websocket_accept(struct wl_span key, char ret[WL_WEBSOCKET_ACCEPT]);
/** base64(SHA-256(text)), 44 characters, no NUL: how a Content-Security-Policy names a script. */
void wl_digest_sha256_base64(struct wl_span text, char ret[WL_SHA256_BASE64]);

#endif
