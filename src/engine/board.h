/* board.h - what the overview of a screen is made of: paces, rules, sequences, servers.
 * SPDX-License-Identifier: MIT
 *
 * A ledger is fed with every exchange and record and makes a board of it when asked. It exists only
 * for a screen: once for everything, and once more for what passes the screen's filter.
 */
#ifndef WL_BOARD_H
#define WL_BOARD_H

#include "history.h"
#include "wirelint/screen.h"

struct wl_ledger;

/** limits: max_sequences, max_servers; borrowed, as shapes. NULL when memory is refused. */
WL_MUST_USE struct wl_ledger *wl_ledger_new(struct wl_budget *budget,
                                            const struct wl_limits *limits,
                                            const struct wl_shapes *shapes);
void wl_ledger_free(struct wl_ledger *l);
/** Begins anew: nothing has happened. False: memory is refused, and nothing has changed. */
WL_MUST_USE bool wl_ledger_reset(struct wl_ledger *l);

void wl_ledger_exchange(struct wl_ledger *l, const struct wl_exchange *ex,
                        const struct wl_told *told);
/** The findings of a connection's record. */
void wl_ledger_connection(struct wl_ledger *l, const struct wl_conn_record *conn);
void wl_ledger_tick(struct wl_ledger *l, wl_ns now, uint64_t packets, uint64_t octets);

/** Fills in what concerns all packets: now, elapsed and the rates of packets and octets. */
void wl_ledger_times(const struct wl_ledger *l, struct wl_board *board);

/** Fills in everything that has been fed: now, elapsed, rates, paces and lists. */
void wl_ledger_board(const struct wl_ledger *l, struct wl_board *board);
/**
 * A page of servers or sequences, its rows in the answer's arena.
 * partial  more is to be fed
 * Returns 0, or WL_NOMEM with a->err.
 */
WL_MUST_USE int wl_ledger_page(const struct wl_ledger *l, const struct wl_ask *ask, bool partial,
                               struct wl_answer *a);

#endif
