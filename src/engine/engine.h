/* engine.h - what the two halves of the engine share: engine.c, its life, and run.c, its runs.
 * SPDX-License-Identifier: MIT
 */
#ifndef WL_ENGINE_H
#define WL_ENGINE_H

#include "desk.h"
#include "evidence.h"
#include "matched.h"
#include "merge.h"
#include "outputs.h"
#include "override.h"
#include "pipeline.h"
#include "places.h"
#include "port.h"
#include "redact.h"
#include "relate.h"
#include "shard.h"
#include "stats.h"
#include "suppress.h"
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
    struct wl_suppress *suppress; /* or NULL */
    struct wl_redactor *redactor;
    /* exchanges without findings too, to outputs or a screen: start lines, or all of them */
    bool shows_lines, shows_all;
    struct wl_evidence *evidence; /* only with -w */
    struct wl_places *places;     /* only when an output asks for it */
    struct wl_merge *merge;
    unsigned n_shards;
    struct wl_shard *shards[WL_PIPELINE_MAX]; /* on the calling thread, or */
    struct wl_pipeline *pipeline;             /* on threads of their own */
    bool started, finished, ending, over, evidence_open;
    uint64_t n_ended;                  /* events of the end */
    struct wl_source *volatile source; /* that of the calling thread */
    const struct wl_source_config *source_config;
    struct wl_source_config source_copy;
    const struct wl_error *ended_by; /* why reading ended early, while a screen goes on; or NULL */
    void (*wanted_progress)(void *user, uint64_t done, uint64_t total);
    void *progress_user;
    struct wl_bell *volatile bell; /* wakes the run */
    volatile sig_atomic_t stop;    /* set from outside, perhaps by a signal */
    bool stopped, live;
    /* only with a screen (serve.c) */
    struct wl_port *port;
    struct wl_desk *desk;
    struct wl_spool *spool; /* packets of what cannot be read again; or NULL */
    struct wl_answer *unsent;
    struct wl_overridden *overridden;
    struct wl_config unruled;  /* cfg without what it says of single rules, for shards */
    struct wl_tally *shown;    /* since WL_ASK_RESET; NULL: nothing was reset */
    struct wl_counters before; /* what was counted until then */
    bool halt;                 /* the screen wants no more to be read */
    uint64_t done, total;      /* octets of files, as far as known */
    uint64_t packets, ordinal; /* ordinal: of the latest one */
    wl_ns t_first, t_last;
    wl_ns began; /* by the monotonic clock; 0: no run has begun */
    wl_ns now;   /* capture time, when last looked at: it goes on without packets */
};

/** What every shard is made with; index, emit and user are left to the caller. */
struct wl_shard_config wl_engine_shard_config(const struct wl_engine *e);
/** Makes the merge, and with shards true the shards of the calling thread; once. */
WL_MUST_USE int wl_engine_start(struct wl_engine *e, bool shards, struct wl_error *err);
/** Packets to the shards of the calling thread. */
void wl_engine_feed(struct wl_engine *e, const struct wl_packet *packets, size_t n);
/** Begins the file of -w. source NULL: packets are fed, and cannot be read again. */
WL_MUST_USE int wl_engine_begin_evidence(struct wl_engine *e, const struct wl_source *source,
                                         struct wl_error *err);
/** Everything counted so far; borrowed until the next call. */
const struct wl_stats *wl_engine_snapshot(void *engine);
/** Octets of all packets so far. */
uint64_t wl_engine_octets(const struct wl_engine *e);
/** Every connection ends, and all events are released. Does nothing the second time. */
void wl_engine_end(struct wl_engine *e);

/* serve.c: a screen beside the run. */

/** Makes what the screen talks to, before the merge and the shards are made. */
WL_MUST_USE int wl_serve_open(struct wl_engine *e, struct wl_error *err);
/** Makes what answers it, once the source is open. */
WL_MUST_USE int wl_serve_begin(struct wl_engine *e, const struct wl_source_config *src,
                               struct wl_error *err);
void wl_serve_opened(struct wl_engine *e, const struct wl_event *ev);
void wl_serve_exchange(struct wl_engine *e, const struct wl_exchange *ex);
void wl_serve_connection(struct wl_engine *e, const struct wl_conn_record *conn, bool counts,
                         bool http);
/** Answers what has been asked, a few milliseconds at most; true when there is more to do. */
bool wl_serve(struct wl_engine *e);
/** There is something for wl_serve to do that has not waited yet. */
bool wl_serve_called(struct wl_engine *e);
/** Serves until the screen has left, once the source has ended; a screen that does not leave when it
 * is told to is left behind. */
void wl_serve_on(struct wl_engine *e);
void wl_serve_close(struct wl_engine *e);

#endif
