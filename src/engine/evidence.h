/* evidence.h - the packets of connections with findings, for -w.
 * SPDX-License-Identifier: MIT
 *
 * Notes connections and comments while the capture is judged; writes packets afterwards, from a
 * second reading of the source, or from a bounded spool where there is no second reading.
 */
#ifndef WL_EVIDENCE_H
#define WL_EVIDENCE_H

#include "source.h"
#include "spool.h"

struct wl_evidence;

/** cfg: evidence_path, fail_on, limits, log; borrowed. NULL when memory is refused. */
WL_MUST_USE struct wl_evidence *wl_evidence_new(struct wl_budget *budget,
                                                const struct wl_config *cfg);
/** Opens the file, before rights are given up. Returns 0, WL_EOUTPUT or WL_NOMEM with err. */
WL_MUST_USE int wl_evidence_open(struct wl_evidence *e, struct wl_error *err);
/**
 * Empties the file, before anything is read. inputs: what will be read, none of which may be the
 * file itself. spool: there will be no second reading.
 * Returns 0, WL_EINVAL or WL_EOUTPUT with err.
 */
WL_MUST_USE int wl_evidence_begin(struct wl_evidence *e, const struct wl_input *inputs,
                                  size_t n_inputs, bool spool, struct wl_error *err);
/** Keeps a packet as long as max_spool allows, when spooling; else does nothing. */
void wl_evidence_packet(struct wl_evidence *e, const struct wl_packet *p);
/** Notes the connection of an exchange or record whose findings reach fail_on. */
void wl_evidence_exchange(struct wl_evidence *e, const struct wl_exchange *ex);
void wl_evidence_connection(struct wl_evidence *e, const struct wl_conn_record *conn);
/** Notes a connection whatever was found. last: ordinal of its last packet, UINT64_MAX: not known;
 * packets: how many it has, 0: not known. */
void wl_evidence_add(struct wl_evidence *e, const struct wl_conn_ref *conn, uint64_t last,
                     uint64_t packets);
/** Notes a comment on the packet of a finding. */
void wl_evidence_comment(struct wl_evidence *e, const struct wl_finding *f);

/* Writing in portions, after wl_evidence_begin: start, step until it says 0, close. */

/** src: what was read; NULL: what spool holds. Returns 0 or a negative code with err. */
WL_MUST_USE int wl_evidence_start(struct wl_evidence *e, const struct wl_source_config *src,
                                  const struct wl_spool *spool, struct wl_error *err);
/** Looks at n packets more: 1: there are more, 0: that was all, or a negative code with err. */
WL_MUST_USE int wl_evidence_step(struct wl_evidence *e, size_t n, struct wl_error *err);
WL_MUST_USE int wl_evidence_close(struct wl_evidence *e, struct wl_error *err);
/** Packets written so far. */
uint64_t wl_evidence_written(const struct wl_evidence *e);

/**
 * Writes what was noted, and closes the file. src: what was read, or NULL when spooled.
 * Returns 0, or a negative code with err. Call once, after wl_evidence_begin succeeded.
 */
WL_MUST_USE int wl_evidence_write(struct wl_evidence *e, const struct wl_source_config *src,
                                  struct wl_error *err);
/** Packets of noted connections that the spool no longer held. */
uint64_t wl_evidence_lost(const struct wl_evidence *e);
/** Connections and comments that could not be noted (max_evidence). */
uint64_t wl_evidence_full(const struct wl_evidence *e);
void wl_evidence_free(struct wl_evidence *e);

#endif
