/* worker.h - one shard on a thread of its own, with its two rings: what both sides of them share.
 * SPDX-License-Identifier: MIT
 *
 * Batches are lent: a batch goes over full of events, and comes back with the arenas of events that
 * have been released since, chained, so that it carries any number of them. The arenas are freed
 * into the pool they came from, by the thread they belong to.
 *
 * The members of a worker come in three parts: what is made before its thread runs, and then only
 * read, or is a ring or a bell; what is that thread's (worker.c); what is the calling thread's
 * (pipeline.c). Before the thread was started and after it was joined all of it is the calling
 * thread's.
 */
#ifndef WL_WORKER_H
#define WL_WORKER_H

#include "draft.h"
#include "pipeline.h"
#include "thread.h"

enum {
    WL_WORKER_BATCHES = 16,   /* per worker, at most */
    WL_BATCH_EVENTS = 128,    /* per batch, at most */
    WL_BATCH_SAID = 2,        /* messages of a source per batch; more are not passed on */
    WL_BATCH_SAID_TEXT = 256, /* octets of one, NUL included */
};

/** What goes over, and comes back. */
struct wl_batch {
    struct wl_batch *next; /* in a list of one side */
    /* over */
    struct wl_event events[WL_BATCH_EVENTS];
    uint32_t n;
    uint64_t octets;               /* of its events and their arenas */
    struct wl_position up_to;      /* the worker's watermark */
    struct wl_shard_report report; /* of the worker, as of now */
    struct {
        enum wl_log_level level;
        char text[WL_BATCH_SAID_TEXT];
    } said[WL_BATCH_SAID];
    uint32_t n_said;
    bool over;    /* the worker's last one */
    bool resting; /* the worker waits for packets, and tells its clock seldom */
    /* back */
    struct wl_arena *freed; /* a chain of what was released */
    uint64_t freed_octets;
    bool stop;  /* come to an end */
    bool hurry; /* tell the clock often for a while: others wait for it */
};

/** One shard, its source, and both ends of its rings. */
struct wl_worker {
    const struct wl_pipeline_config *cfg; /* borrowed: the pipeline's */
    unsigned index;                       /* of the worker, and of its shard */
    struct wl_ring *events, *returns;     /* of wl_batch: over, and back */
    struct wl_bell *bell;                 /* of its thread */
    struct wl_thread thread;
    uint64_t max_octets; /* on their way */

    /* its thread's, once that runs */
    char pad0[WL_CACHE_LINE];
    struct wl_budget budget; /* of the source and of batches */
    struct wl_source_config source_config;
    struct wl_source *source;
    struct wl_shard *shard;
    struct wl_drafts drafts;
    struct wl_batch *filling;        /* takes events, or NULL */
    struct wl_batch *idle;           /* empty ones */
    unsigned max_batches, n_batches; /* that there may be, and are */
    unsigned n_over;                 /* batches that are over there */
    uint32_t since_mark;             /* packets since the last watermark */
    uint64_t on_way;                 /* octets from emission until they have come back */
    uint64_t unheard;                /* of these: since the bell was rung last */
    struct wl_position furthest;     /* of the events that were emitted */
    wl_ns t_mark, t_bell;            /* of the last watermark; when the bell was rung last */
    uint64_t ordinal;                /* live: of the last packet */
    wl_ns t_hurried;                 /* when it was asked to hurry last */
    bool live;
    bool stop;      /* it was asked to */
    bool over_soon; /* its last report is being made */
    bool resting, hurried;
    int code; /* how the source has ended, with err */
    struct wl_error err;
    struct wl_shard_report report;

    /* the calling thread's */
    char pad1[WL_CACHE_LINE];
    struct wl_batch *carriers; /* batches that can go back */
    unsigned n_carriers;
    struct wl_arena *freed; /* what the next one takes along */
    uint64_t freed_octets;
    uint64_t held;            /* octets taken in and not released yet */
    struct wl_position up_to; /* the watermark it has told */
    bool over, rests;         /* as told */
    bool stop_wanted;         /* to be told with the next batch that goes back, */
    bool hurry_wanted;        /* likewise */
    bool silent;              /* batches went back, and no bell was rung */
    struct wl_shard_report told;
};

/** Makes a worker that is all zero ready to run: shard, rings, and source, for which rights may be
 * needed. group: of the sockets of all workers (PACKET_FANOUT). Returns 0, or a negative code with
 * err; wl_worker_release is due either way. */
WL_MUST_USE int wl_worker_prepare(struct wl_worker *w, const struct wl_pipeline_config *cfg,
                                  unsigned index, uint16_t group, struct wl_error *err);
/** Reads the source to its end: what its thread runs. user is the worker. */
void wl_worker_run(void *user);
/** Frees what it has, prepared or not; its thread is not running. */
void wl_worker_release(struct wl_worker *w);
/** Octets that an event keeps from its worker until it is released. */
uint64_t wl_worker_octets(const struct wl_event *ev);

#endif
