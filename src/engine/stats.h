/* stats.h - everything that is counted, and the snapshot made of it.
 * SPDX-License-Identifier: MIT
 *
 * Fed by the merge with what the filter let through. Cheap per exchange: no text is made before a
 * snapshot or the first sight of a sequence.
 */
#ifndef WL_STATS_H
#define WL_STATS_H

#include "mem.h"
#include "wirelint/wirelint.h"

struct wl_tally;

/** limits: max_servers, max_sequences; borrowed. NULL when memory is refused. */
WL_MUST_USE struct wl_tally *wl_tally_new(struct wl_budget *budget, const struct wl_limits *limits);
/** A connection was opened. */
void wl_tally_opened(struct wl_tally *t);
/** An exchange is over; its findings are final. */
void wl_tally_exchange(struct wl_tally *t, const struct wl_exchange *ex);
/** A connection is over. http: one of its exchanges was counted. */
void wl_tally_connection(struct wl_tally *t, const struct wl_conn_record *conn, bool http);
/** What is counted directly: the caller fills counters, limits, inputs, times before a snapshot.
 * The tally adds what it knows itself. */
struct wl_stats *wl_tally_stats(struct wl_tally *t);
/** Brings the top lists up to date and returns everything; borrowed until the next call. */
const struct wl_stats *wl_tally_snapshot(struct wl_tally *t);
/** How often the tables of sequences and of servers were full. */
uint64_t wl_tally_sequences_full(const struct wl_tally *t);
uint64_t wl_tally_servers_full(const struct wl_tally *t);
void wl_tally_free(struct wl_tally *t);

/** The bar in which responses of a time are counted, by class, and from when until before when it
 * is that of others; good until the next call. NULL: a time of 0 or less, or after 2116, stands
 * nowhere. */
uint64_t *wl_timeline_bar(struct wl_timeline *l, wl_ns time, wl_ns *ret_from, wl_ns *ret_until);
/** Counts a response of this class (below WL_N_CLASSES) there. */
void wl_timeline_add(struct wl_timeline *l, unsigned class, wl_ns time);
/** Adds one duration, >= 0. */
void wl_histogram_add(struct wl_histogram *h, wl_ns d);
/** Adds all that another has counted. */
void wl_histogram_join(struct wl_histogram *h, const struct wl_histogram *other);

#endif
