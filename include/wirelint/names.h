/* names.h - the words for the values of the model, as every output spells them.
 * SPDX-License-Identifier: MIT
 */
#ifndef WIRELINT_NAMES_H
#define WIRELINT_NAMES_H

#include "wirelint/api.h"
#include "wirelint/model.h"
#include "wirelint/sink.h"

WL_API_BEGIN

/* Static texts; never NULL. */
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

WL_API_END

#endif
