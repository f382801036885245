/* pipeline.h - several shards at a time, each on a thread of its own.
 * SPDX-License-Identifier: MIT
 *
 * Every shard has its own source, reads all of it and keeps the connections that are its own. What
 * it finds comes in batches through a ring to the calling thread, which is the only one that
 * touches the merge and everything behind it; the memory of what has been released goes back the
 * same way, for a shard's memory belongs to its thread. worker.c is the side of that thread,
 * pipeline.c the other.
 *
 *     wl_pipeline_new, wl_pipeline_begin             sources, shards
 *     while (!wl_pipeline_over(p)) {
 *         if (!wl_pipeline_pump(p))                  events to the merge
 *             wait for the bell
 *     }
 *     wl_pipeline_end, wl_pipeline_result
 */
#ifndef WL_PIPELINE_H
#define WL_PIPELINE_H

#include "merge.h"
#include "ring.h"
#include "shard.h"
#include "source.h"

enum {
    WL_PIPELINE_MAX = 64,   /* shards */
    WL_REPORTED_INPUTS = 8, /* inputs whose numbers are told while they are read */
};

struct wl_pipeline;

struct wl_pipeline_config {
    struct wl_shard_config shard; /* of every one; index, emit and user are set here */
    const struct wl_source_config *source;
    const struct wl_sink *drafting; /* whose drafts every shard writes (draft.h), or NULL */
    struct wl_merge *merge;         /* where events go, on the calling thread */
    struct wl_bell *bell;           /* of the calling thread */
    struct wl_budget *budget;
    size_t source_memory; /* octets for all sources together */
};

/** What a shard has told of itself; a copy, as of its latest batch. */
struct wl_shard_report {
    struct wl_counters counters;
    uint64_t limits[WL_N_LIMITS], dropped;
    uint64_t packets, open, memory;
    wl_ns t_first, t_last, now; /* now: live, it goes on without packets */
    uint64_t done, total;       /* octets of files; total 0: not known */
    struct wl_input inputs[WL_REPORTED_INPUTS];
    uint32_t n_inputs;
};

/** Prepares the sources, for which rights may be needed. Returns 0, or a negative code with err. */
WL_MUST_USE int wl_pipeline_new(const struct wl_pipeline_config *cfg, struct wl_pipeline **ret,
                                struct wl_error *err);
/** The first look at what the sources hold. Starts no thread yet. */
WL_MUST_USE int wl_pipeline_begin(struct wl_pipeline *p, struct wl_error *err);
/** Starts the threads. When one cannot be started, those that were are stopped: pump on until
 * over. */
WL_MUST_USE int wl_pipeline_start(struct wl_pipeline *p, struct wl_error *err);
/** The source of the first shard: what it is, before the start and after the end. */
struct wl_source *wl_pipeline_source(const struct wl_pipeline *p);
/** Takes what has come into the merge, which releases what is ready; false when nothing had. */
bool wl_pipeline_pump(struct wl_pipeline *p);
/** Every shard is through and all its events were taken into the merge, which may be finished. */
bool wl_pipeline_over(const struct wl_pipeline *p);
/** Asks every shard to come to its end. */
void wl_pipeline_stop(struct wl_pipeline *p);
/** Behind the merge: takes over what ev carries and gives it back to its shard. */
void wl_pipeline_release(struct wl_pipeline *p, const struct wl_event *ev);
const struct wl_shard_report *wl_pipeline_report(const struct wl_pipeline *p, unsigned shard);
/** The inputs, of all shards together; borrowed until the next call. */
const struct wl_input *wl_pipeline_inputs(struct wl_pipeline *p, size_t *n);
/** Stops what still runs and takes in all that comes of it; afterwards there are no threads. */
void wl_pipeline_end(struct wl_pipeline *p);
/** After the end: how the sources ended; 0, or a negative code with err. */
int wl_pipeline_result(const struct wl_pipeline *p, struct wl_error *err);
/** After the end, and after the merge was freed: its events lie in memory of the shards. NULL is
 * fine. */
void wl_pipeline_free(struct wl_pipeline *p);

#endif
