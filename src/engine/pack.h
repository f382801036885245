/* pack.h - exchanges and connection records as compact octets, and back.
 * SPDX-License-Identifier: MIT
 *
 * What history holds of an exchange: heads verbatim, everything else as small numbers; a fifth of
 * what the exchange itself takes. What comes back equals what went in, but for the steps of a
 * connection record, which are not kept.
 */
#ifndef WL_PACK_H
#define WL_PACK_H

#include "mem.h"
#include "wirelint/model.h"

/** Where octets are packed to; the room is kept from one to the next. */
struct wl_packer {
    struct wl_buf buf;
    size_t at;                       /* octets written */
    bool full;                       /* the maximum was reached, or memory refused */
    bool brief;                      /* only the beginnings of heads are packed */
    const struct wl_message *within; /* whose head spans may lie in */
    uint64_t position;               /* in that head: the end of the span before */
    uint64_t t, frame;               /* the time and frame before */
};

/** max: octets of one exchange; more is not packed. */
void wl_packer_init(struct wl_packer *p, struct wl_budget *budget, size_t max);
void wl_packer_release(struct wl_packer *p);
/** The exchange as octets, borrowed until the next call; empty when it has no room. */
struct wl_span wl_pack_exchange(struct wl_packer *p, const struct wl_exchange *ex);
/** The same without what of each head lies behind its first 2 KiB, and without trailer sections: for
 * rows of lists, where all of it has no room. */
struct wl_span wl_pack_brief(struct wl_packer *p, const struct wl_exchange *ex);
struct wl_span wl_pack_record(struct wl_packer *p, const struct wl_conn_record *conn);
/** Findings alone, and back. */
struct wl_span wl_pack_findings(struct wl_packer *p, const struct wl_finding *findings, uint32_t n);
WL_MUST_USE bool wl_unpack_findings(struct wl_span from, struct wl_arena *a,
                                    struct wl_finding **ret, uint32_t *ret_n);
/** Back again, in an arena; its member arena is NULL. NULL when memory is refused. */
struct wl_exchange *wl_unpack_exchange(struct wl_span from, struct wl_arena *a);
struct wl_conn_record *wl_unpack_record(struct wl_span from, struct wl_arena *a);

#endif
