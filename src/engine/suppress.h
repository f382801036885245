/* suppress.h - findings that are known and accepted: they are told apart, and do not count.
 * SPDX-License-Identifier: MIT
 *
 * Behind the merge and behind --where, before anything is counted or shown. What is suppressed is
 * moved behind the findings that are not (n_suppressed of them), so that whoever does not know of
 * it does not see it.
 */
#ifndef WL_SUPPRESS_H
#define WL_SUPPRESS_H

#include "mem.h"
#include "wirelint/wirelint.h"

struct wl_suppress;

/**
 * Are the words readable that a suppression is made of, as far as it has any yet? For whoever reads
 * it piece by piece and knows where each stood (given->source). a: for what is read meanwhile.
 * Returns 0, or WL_EINVAL with err.
 */
WL_MUST_USE int wl_suppress_check(struct wl_arena *a, const struct wl_suppression *given,
                                  struct wl_error *err);
/** Returns 0; WL_EINVAL with err when a suppression is wrong; WL_NOMEM with err. */
WL_MUST_USE int wl_suppress_new(struct wl_budget *budget, const struct wl_config *cfg,
                                struct wl_suppress **ret, struct wl_error *err);
void wl_suppress_free(struct wl_suppress *s);
/** Sets n_suppressed, and counts what was suppressed and by what. */
void wl_suppress_exchange(struct wl_suppress *s, struct wl_exchange *ex);
void wl_suppress_connection(struct wl_suppress *s, struct wl_conn_record *conn);
/** The same for what was counted before: nothing is. */
void wl_suppress_exchange_again(const struct wl_suppress *s, struct wl_exchange *ex);
void wl_suppress_connection_again(const struct wl_suppress *s, struct wl_conn_record *conn);
/** Fills in what statistics tell of it; the arrays live as long as s. */
void wl_suppress_stats(const struct wl_suppress *s, struct wl_stats *st);

#endif
