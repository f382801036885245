/* rest.h - a connection on which nothing is under way: what remains of its channel and layer.
 * SPDX-License-Identifier: MIT
 *
 * Part of the channel: called by channel.c and ask.c. WL_FLOW_RESTS says that a connection rests;
 * wl_flow.of is then the time, and wl_origin.of what it has to remember.
 */
#ifndef WL_REST_H
#define WL_REST_H

#include "channel.h"

/** Gives the channel and its layer back if a few octets can stand for them; else they stay. ch may be
 * gone afterwards. */
void wl_rest_begin(struct wl_channel *ch);
/** Makes ch, which is zero but for its stream, flow and midstream, and its layer what they were
 * before the connection rested. False: no memory; what was made of it is the caller's to give back. */
WL_MUST_USE bool wl_rest_resume(struct wl_channel *ch);
/** enum wl_rest_bit of a connection that rests; 0 of one that does not. */
unsigned wl_rest_bits(struct wl_flow *flow);
/** What it spoke; UNKNOWN of one that does not rest. */
enum wl_proto wl_rest_proto(struct wl_flow *flow);
/** What goes into the record of a connection that rests: it has told all its exchanges, and if there
 * are steps they are one. */
void wl_rest_record(struct wl_flow *flow, struct wl_conn_record *rec);

#endif
