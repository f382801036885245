/* begun.h - a request whose head is complete: as much as tells which leg of a proxy it may be.
 * SPDX-License-Identifier: MIT
 */
#ifndef WL_BEGUN_H
#define WL_BEGUN_H

#include "mem.h"
#include "wirelint/model.h"

enum {
    WL_BEGUN_TARGET = 128
}; /* octets of a target: its end; longer ones differ where it matters */

/** What is compared of requests. Hashes are seeded; 0: there is nothing. */
struct wl_begun {
    struct wl_arena *arena; /* in which it lies, of an event; NULL else */
    uint64_t id;            /* of the connection */
    uint32_t ordinal;
    enum wl_method method;
    enum wl_tunnel tunnel;
    uint64_t key;                   /* of the method and the end of the target; never 0 */
    uint32_t group;                 /* of the same, with others: the same in every run */
    uint64_t request_id, trace_id;  /* X-Request-ID; the trace id of traceparent */
    uint64_t sender, forwarded_for; /* of the address of the client, and of the one it names */
    uint64_t agent;                 /* of User-Agent */
    struct wl_endpoint client, server;
    wl_ns t_request, t_head; /* first octet of the request; end of its head */
    bool via, absolute;      /* it has Via; its target is in absolute-form */
    uint32_t n_target;
    uint8_t target[WL_BEGUN_TARGET];
};

/** Of an exchange whose request has its head. */
void wl_begun_note(const struct wl_exchange *ex, uint64_t seed, struct wl_begun *ret);
/** Path and query: without scheme and authority where they stand (RFC 9112 3.2.2). */
struct wl_span wl_begun_path(struct wl_span target, bool *ret_absolute);

#endif
