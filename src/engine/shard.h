/* shard.h - one shard: segments in, events out; the whole analysis as a pure function of its calls.
 * SPDX-License-Identifier: MIT
 *
 * A shard owns its memory, connections, parsers and rules, shares nothing and takes no lock. Its
 * events come in order of (when, tie): a tick's events are put in order of their connections before
 * they are emitted, so that the order does not depend on how many shards there are.
 */
#ifndef WL_SHARD_H
#define WL_SHARD_H

#include "decode.h"
#include "event.h"
#include "mem.h"

struct wl_octets;
struct wl_reader;
struct wl_scout;
struct wl_shard;

struct wl_shard_config {
    const struct wl_config *cfg;
    const struct wl_rule_group *const *extra_rules; /* NULL-ended, or NULL */
    bool keep_steps;   /* connection records with their steps are wanted */
    bool keep_yielded; /* findings that give way to others, too: see wl_judge_keep_yielded */
    const struct wl_reader *reader; /* asked on this thread; or NULL: everything is read */
    uint64_t begun; /* requests are told when they have their heads, hashed with this; 0: not */
    unsigned index, n_shards; /* keep the connections of the partitions of index */
    size_t draft; /* octets that most exchanges get besides, once they are judged (draft.h) */
    bool dealt;   /* packets were dealt out by connection before: keep whatever comes (live), with a
                     share of max_connections */
    wl_emit_fn *emit;
    void *user;
};

/** NULL when memory is refused. cfg->cfg and cfg->extra_rules are borrowed for the shard's life. */
WL_MUST_USE struct wl_shard *wl_shard_new(const struct wl_shard_config *cfg);
/** Packets lie in this file (wl_source_lend), or nowhere that is known: NULL. Borrowed
 * for the shard's life. */
void wl_shard_lean_on(struct wl_shard *s, const struct wl_octets *file);
/** wl_flows_follow */
void wl_shard_follow(struct wl_shard *s, struct wl_scout *scout);
/** One packet of the capture, in order: time goes on to p->t, then its segment is analysed. */
void wl_shard_packet(struct wl_shard *s, const struct wl_packet *p);
/** The same for several, one after the other: what one of them will need is fetched while those
 * before it are worked on, and what has come of them is judged and emitted before this returns, in
 * parts of a burst. */
void wl_shard_packets(struct wl_shard *s, const struct wl_packet *packets, size_t n);
/** One segment that is decoded already (tests). */
void wl_shard_segment(struct wl_shard *s, const struct wl_segment *seg);
/** Time goes on to now, before packet is given: wake-ups, gap deadlines, idle expiry. */
void wl_shard_tick(struct wl_shard *s, uint64_t packet, wl_ns now);
/** Packets lost so far on their way to this shard: what is missing may be theirs. */
void wl_shard_lost(struct wl_shard *s, uint64_t dropped, uint64_t interface_dropped);
/** The capture is over: every connection ends. Nothing may be fed afterwards. */
void wl_shard_finish(struct wl_shard *s);
/** Between two packets: no later event will be at this position or before it. */
struct wl_position wl_shard_watermark(const struct wl_shard *s);
const struct wl_counters *wl_shard_counters(const struct wl_shard *s);
const uint64_t *wl_shard_limits(struct wl_shard *s); /* [WL_N_LIMITS] */
/** Findings that there was no room for. */
uint64_t wl_shard_dropped(const struct wl_shard *s);
/** Octets of memory in use. */
uint64_t wl_shard_memory(const struct wl_shard *s);
/** Connections open now. */
uint64_t wl_shard_open(const struct wl_shard *s);
void wl_shard_free(struct wl_shard *s);

#endif
