/* line.h - the words that all outputs share: names of enums, the exchange line, sequences.
 * SPDX-License-Identifier: MIT
 */
#ifndef WL_LINE_H
#define WL_LINE_H

#include "text.h"
#include "wirelint/sink.h"

/* Names as the contract spells them; never NULL. */
const char *wl_severity_name(enum wl_severity s);     /* "violation", plural by adding s */
const char *wl_fault_name(enum wl_fault f);           /* "server" */
const char *wl_confidence_name(enum wl_confidence c); /* "certain" */
const char *wl_end_name(enum wl_end e); /* connection ends: fin rst idle evicted eof */
const char *wl_exchange_state_name(enum wl_exchange_state s);
const char *wl_unjudged_name(enum wl_unjudged u); /* "gap", "snaplen", "midstream", ... */
const char *wl_unjudged_text(enum wl_unjudged u); /* the same for people */
const char *wl_proto_name(enum wl_proto p);       /* "http/1.1", "h2", "tls" */
const char *wl_mark_text(enum wl_mark_id id);     /* from marks.h */
const char *wl_status_reason(unsigned status);    /* from statuses.h, "" when unregistered */
const char *wl_field_name(enum wl_field_id id);   /* lower case; "" for OTHER */
const char *wl_limit_name(enum wl_limit_id id);
const char *wl_limit_text(enum wl_limit_id id);
/** Parses a severity name, "never" and "off" being WL_OFF; false when it is none. */
bool wl_severity_parse(const char *text, enum wl_severity *ret);

/** Class index of a status for statistics: 1..5, 0 invalid. */
static inline unsigned wl_status_class(uint16_t status)
{
    return status >= 100 && status <= 599 ? status / 100u : 0;
}

/** "100, 102, 201": interim ones, then the final; "" when nothing came. invalid codes as 0. */
void wl_line_sequence(struct wl_text *t, const struct wl_exchange *ex);
/** "POST /x HTTP/1.1 -> 100, 200", "[unsolicited] 408", "GET / HTTP/1.1 -> 101 [tunnel]",
 * "GET / HTTP/1.1 -> ?" when none came; terminal-escaped; target cut to columns (0: whole). */
void wl_line_exchange(struct wl_text *t, const struct wl_exchange *ex, size_t columns);

#endif
