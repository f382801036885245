/* replay.h - a capture through shard, merge and relate, as the engine does it, into a desk.
 * SPDX-License-Identifier: MIT
 */
#ifndef WL_REPLAY_H
#define WL_REPLAY_H

#include "desk.h"
#include "merge.h"
#include "relate.h"
#include "shard.h"

struct replay {
    /* set by the caller */
    struct wl_config cfg;
    struct wl_budget budget;
    bool live; /* it cannot be read again */
    void (*on_exchange)(struct replay *r, const struct wl_exchange *ex); /* or NULL */
    void (*on_connection)(struct replay *r, const struct wl_conn_record *conn);
    void *user;
    /* the rest */
    const char *file;
    struct wl_source_config source;
    struct wl_source *opened;
    struct wl_relate *relate;
    struct wl_desk *desk;
    struct wl_merge *merge;
    struct wl_shard *shard;
    uint64_t packets, octets;
    bool over;
};

/** Returns 0, or a negative code. Whatever it returns, close it. */
int replay_open(struct replay *r, const char *file);
/** Reads at most n packets; 1: there are more, 0: the end, and everything is over. */
int replay_read(struct replay *r, uint64_t n);
void replay_close(struct replay *r);
/** Asks, and works until the answer has come; NULL when none does. */
struct wl_answer *replay_ask(struct replay *r, const struct wl_ask *ask);

#endif
