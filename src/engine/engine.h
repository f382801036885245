/* engine.h - what the two halves of the engine share: engine.c, its life, and run.c, its runs.
 * SPDX-License-Identifier: MIT
 */
#ifndef WL_ENGINE_H
#define WL_ENGINE_H

#include "evidence.h"
#include "matched.h"
#include "merge.h"
#include "outputs.h"
#include "pipeline.h"
#include "relate.h"
#include "shard.h"
#include "stats.h"
#include "wirelint/filter.h"

#include <signal.h>

enum { WL_MAX_GROUPS = 15 };

struct wl_engine {
    struct wl_config cfg;
    struct wl_budget budget;
    struct wl_outputs outputs;
    const struct wl_rule_group *groups[WL_MAX_GROUPS + 1]; /* NULL-ended */
    size_t n_groups;
    struct wl_filter *filter;
    struct wl_matched *matched; /* only with a filter */
    struct wl_tally *tally;
    struct wl_relate *relate;
    struct wl_evidence *evidence; /* only with -w */
    struct wl_merge *merge;
    unsigned n_shards;
    struct wl_shard *shards[WL_PIPELINE_MAX]; /* on the calling thread, or */
    struct wl_pipeline *pipeline;             /* on threads of their own */
    bool started, finished, over, evidence_open;
    struct wl_source *volatile source; /* that of the calling thread */
    const struct wl_source_config *source_config;
    struct wl_bell *volatile bell; /* wakes the run */
    volatile sig_atomic_t stop;    /* set from outside, perhaps by a signal */
    bool stopped, live;
    uint64_t packets, ordinal; /* ordinal: of the latest one */
    wl_ns t_first, t_last;
    wl_ns began; /* by the monotonic clock; 0: no run has begun */
    wl_ns now;   /* live: the time by the clock of the packets, when last looked at */
};

/** What every shard is made with; index, emit and user are left to the caller. */
struct wl_shard_config wl_engine_shard_config(const struct wl_engine *e);
/** What the merge releases comes here. */
void wl_engine_released(void *user, struct wl_event *ev);
/** Makes the merge, and with shards true the shards of the calling thread; once. */
WL_MUST_USE int wl_engine_start(struct wl_engine *e, bool shards, struct wl_error *err);
/** Packets to the shards of the calling thread. */
void wl_engine_feed(struct wl_engine *e, const struct wl_packet *packets, size_t n);
/** Begins the file of -w. source NULL: packets are fed, and cannot be read again. */
WL_MUST_USE int wl_engine_begin_evidence(struct wl_engine *e, const struct wl_source *source,
                                         struct wl_error *err);
/** The monotonic clock. */
wl_ns wl_engine_clock(void);
/** Every connection ends, and all events are released. Does nothing the second time. */
void wl_engine_end(struct wl_engine *e);

#endif
