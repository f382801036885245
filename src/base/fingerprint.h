/* fingerprint.h - what a finding is known by from one run to the next.
 * SPDX-License-Identifier: MIT
 *
 * Baselines, suppressions and SARIF compare findings of different captures. Whatever a run makes up
 * anew must not count: addresses and ports of clients, ports that the system picked for a server,
 * queries, numbers in paths, times, packets.
 */
#ifndef WL_FINGERPRINT_H
#define WL_FINGERPRINT_H

#include "text.h"
#include "wirelint/rule.h"

enum {
    WL_FINGERPRINT_HEX = 32,       /* digits of a hash, half an octet each */
    WL_FINGERPRINT_TARGET = 2048,  /* octets of a target that count */
    WL_FINGERPRINT_SERVER = 256,   /* and of a host */
    WL_FINGERPRINT_DYNAMIC = 32768 /* ports from here on are picked by a system */
};

/**
 * Appends the five words that a finding is known by, with single spaces between them:
 *
 *     interim-to-http10 api.example:8080 GET /users/{}/cart 103
 *     rule              server           method target      status
 *
 * server  the authority of the request (the target's own, else Host), in lower case, without a port of
 *         WL_FINGERPRINT_DYNAMIC or more; where there is none, the address of the server
 * target  its path, without query; parts that are numbers, UUIDs or long hexadecimal are "{}"
 * status  of the response concerned
 * A word that there is nothing to say for is "-". Octets are escaped as for a terminal, spaces too, so
 * that a line is five words whatever was sent.
 *
 * conn  the connection it was found on
 * ex    the exchange, or NULL for a finding of a connection record: then server is an address, and
 *       method and target are "-"
 */
void wl_fingerprint_words(struct wl_text *t, const struct wl_conn_ref *conn,
                          const struct wl_exchange *ex, const struct wl_finding *f);
/** The first half of the SHA-1 of these words in hexadecimal, small letters, NUL-terminated. */
void wl_fingerprint_hash(struct wl_span words, char ret[WL_FINGERPRINT_HEX + 1]);

#endif
