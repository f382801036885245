/* shape.h - what a filter asks of exchanges, each combination kept once.
 * SPDX-License-Identifier: MIT
 *
 * A shape is what the language of --where can ask of an exchange but for its addresses: method,
 * version, statuses, state, rules. There are few different ones in millions of exchanges. A chain
 * is the shapes of a connection's exchanges in order, run-length coded; equal beginnings are one,
 * so that a connection's whole story is one number. What a filter says to a shape or a chain is
 * asked once.
 */
#ifndef WL_SHAPE_H
#define WL_SHAPE_H

#include "mem.h"
#include "wirelint/filter.h"
#include "wirelint/sink.h"

enum {
    WL_SHAPES_MAX = 16384,  /* different shapes; exchanges of later ones pass no filter */
    WL_CHAINS_MAX = 262144, /* different chains; connections of later ones keep the one they had */
    WL_CHAIN_RUNS = 12,     /* runs of a chain in order; after them a shape is noted once */
    WL_CHAIN_DEPTH = 76,    /* links of a chain in all */
    WL_SHAPE_STATUSES = 64, /* statuses of a shape; more are cut */
    WL_SHAPE_RULES = 32,
};

struct wl_shapes;

WL_MUST_USE struct wl_shapes *wl_shapes_new(struct wl_budget *budget);
void wl_shapes_free(struct wl_shapes *s);

/** The shape of an exchange, > 0; 0 when there is no room for a new one. */
uint32_t wl_shape_of(struct wl_shapes *s, const struct wl_exchange *ex);
/**
 * The chain that follows chain (0: of nothing yet) by one exchange of this shape, of which n went
 * before. *ret_new is set when no exchange of the chain had the same statuses.
 */
uint32_t wl_chain_add(struct wl_shapes *s, uint32_t chain, uint32_t n, uint32_t shape,
                      bool *ret_new);
/** The same by what a connection's record says when it is over; all but its findings is passed
 * over. */
uint32_t wl_chain_end(struct wl_shapes *s, uint32_t chain, const struct wl_conn_record *conn);
/** "200*40 103>200" of n exchanges, NUL-terminated, cut with "..." */
void wl_chain_text(const struct wl_shapes *s, uint32_t chain, uint32_t n,
                   char text[WL_SEQUENCE_TEXT]);
/** "103, 200", as --where seq: has it, NUL-terminated; many are cut in the middle; "" for none,
 * "HTTP/0.9" for a response that has none. */
void wl_shape_text(const struct wl_shapes *s, uint32_t shape, char text[WL_SEQUENCE_TEXT]);
/** A number of the statuses alone: equal ones are equal. */
uint32_t wl_shape_sequence(const struct wl_shapes *s, uint32_t shape);
/** The worst status of a chain: final ones by their class, 0: none. */
uint16_t wl_chain_status(const struct wl_shapes *s, uint32_t chain);

/** What a filter says to shapes and chains, remembered. */
struct wl_verdicts {
    const struct wl_shapes *shapes;
    const struct wl_filter *filter;
    struct wl_budget *budget;
    uint8_t *of_shape, *of_chain;
    size_t n_shapes, n_chains; /* octets of the two */
};

void wl_verdicts_init(struct wl_verdicts *v, const struct wl_shapes *s, const struct wl_filter *f,
                      struct wl_budget *budget);
void wl_verdicts_release(struct wl_verdicts *v);
/** Does an exchange of this shape on conn pass? As wl_filter_match says of the exchange itself. */
bool wl_verdict_exchange(struct wl_verdicts *v, const struct wl_conn_ref *conn, uint32_t shape);
/** Does it but for the rules? shape 0, of a connection's own findings: its chain is asked. */
bool wl_verdict_facts(struct wl_verdicts *v, const struct wl_conn_ref *conn, uint32_t shape,
                      uint32_t chain);
/** Does a connection pass: one of its exchanges or findings, or it itself where the filter asks for
 * nothing that only they have? */
bool wl_verdict_connection(struct wl_verdicts *v, const struct wl_conn_ref *conn, uint32_t chain);

#endif
