/* whereabouts.h - where a finding can be looked at: frames, display filter, the exchange
 * it concerns. SPDX-License-Identifier: MIT
 *
 * Works on text that is finished for a terminal; whoever writes another format
 * escapes it once more.
 */
#ifndef WL_WHEREABOUTS_H
#define WL_WHEREABOUTS_H

#include "output.h"

/** "tcp.stream eq 3", or frames or addresses where that number means nothing: what shows the
 * evidence in Wireshark. */
void wl_where_filter(const struct wl_output *o, struct wl_text *t, const struct wl_finding *f,
                     const struct wl_conn_ref *conn);
/** "4, 7 of a.pcap, 9 of b.pcap": the frames of the evidence; files where there are several. */
void wl_where_frames(const struct wl_output *o, struct wl_text *t, const struct wl_finding *f);
/** "request 2 of the connection -> 103, 200": what a record still knows of an exchange already
 * told. */
void wl_where_steps(struct wl_text *t, const struct wl_conn_record *conn, uint32_t ordinal);

#endif
