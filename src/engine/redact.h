/* redact.h - what of an exchange the outputs may show: the one place where it is made unreadable.
 * SPDX-License-Identifier: MIT
 *
 * Behind the merge, before statistics, screen and outputs: whatever they show, of what is hidden
 * they only have '*'. Rules have judged the octets as they were sent; what they quote is redacted
 * by rules/said.c.
 */
#ifndef WL_REDACT_H
#define WL_REDACT_H

#include "mem.h"
#include "wirelint/wirelint.h"

struct wl_redactor;

/** cfg: redact, max_servers; borrowed. NULL when memory is refused. */
WL_MUST_USE struct wl_redactor *wl_redactor_new(struct wl_budget *budget,
                                                const struct wl_config *cfg);
void wl_redactor_free(struct wl_redactor *r);
/** Credentials: always, and before anything is remembered of the exchange for later runs
 * (baselines). */
void wl_redact_credentials(struct wl_exchange *ex);
/** Of those, what start lines and Host hold. */
void wl_redact_lines(struct wl_exchange *ex);
/** Would either leave start lines and Host as they are? False when they are too long to be tried. */
bool wl_redact_spares_lines(const struct wl_exchange *ex);
/** What the level asks for beyond them, but addresses. */
void wl_redact_exchange(struct wl_redactor *r, struct wl_exchange *ex);
void wl_redact_connection(struct wl_redactor *r, struct wl_conn_record *conn);
/** Addresses, when the level asks for it: each becomes the next of a range that nobody has
 * (240.0.0.0/4, 2001:db8::/32), always the same for the same one. */
void wl_redact_addresses(struct wl_redactor *r, struct wl_conn_ref *conn);

#endif
