/* filter.h - the language of --where: compile once, ask per exchange.
 * SPDX-License-Identifier: MIT
 *
 * A filter is words separated by white space, all of which must hold; a word is key:value, where
 * the value may be a comma-separated list of which one must hold; "not" before a word negates it. A
 * value may stand in double quotes. Keys: rule (glob), status (number), class (1xx..5xx, invalid),
 * seq ("103,200", the whole sequence; * stands for any run of statuses), state (complete unanswered
 * truncated tunnel unsolicited), method (case-sensitive token), version (0.9 1.0 1.1 2 3: of the
 * request), client, server (address, address/prefix, address:port, [v6]:port), port (server port, N
 * or N-M). status and class hold when any response of the exchange has it; rule when any finding is
 * of such a rule.
 */
#ifndef WIRELINT_FILTER_H
#define WIRELINT_FILTER_H

#include "wirelint/api.h"
#include "wirelint/model.h"

WL_API_BEGIN

struct wl_error;
struct wl_filter;

/**
 * Compiles text. On success *ret is a filter to be freed with wl_filter_free.
 * Returns 0, or WL_EINVAL with err naming the word that is wrong and what is allowed.
 */
int wl_filter_new(const char *text, struct wl_filter **ret, struct wl_error *err);
/** Frees it. NULL is fine. */
void wl_filter_free(struct wl_filter *f);
/**
 * Reads text without keeping anything, for a line that is being typed. Returns as wl_filter_new; on
 * failure *ret_at is the octet where the word begins that is wrong.
 */
int wl_filter_check(const char *text, size_t *ret_at, struct wl_error *err);
/** The i-th key of the language ("rule"), NULL after the last. */
const char *wl_filter_key(size_t i);

/** Tells whether the exchange matches. f NULL matches everything. Never fails. */
bool wl_filter_match(const struct wl_filter *f, const struct wl_exchange *ex);
/** The same with all words but those of the key "rule", which are taken to hold: what is known
 * before an exchange's findings are complete. */
bool wl_filter_match_facts(const struct wl_filter *f, const struct wl_exchange *ex);
/**
 * Tells whether a finding of a connection record matches, or with finding NULL the connection
 * itself. The keys client, server, port and rule look at the record and the finding. The keys that
 * only an exchange has (status, class, seq, state, method, version) are taken to hold when finding
 * is NULL or carries an ordinal: the caller asks whether that exchange has matched
 * (wl_filter_match_facts); for a finding about the connection as a whole they hold neither plain
 * nor negated.
 */
bool wl_filter_match_conn(const struct wl_filter *f, const struct wl_conn_record *conn,
                          const struct wl_finding *finding);
/** Tells whether some word looks at what only an exchange has. */
bool wl_filter_wants_exchange(const struct wl_filter *f);

WL_API_END

#endif
