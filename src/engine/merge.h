/* merge.h - the events of all shards in one order; pure logic.
 * SPDX-License-Identifier: MIT
 *
 * Order: by when, ties by tie (which belongs to one connection and so to one shard), then as the
 * shard gave them. An event is released once every shard has promised, by its watermark, that
 * nothing at or before it will come any more. With one shard there is nothing to wait for and
 * nothing is queued.
 */
#ifndef WL_MERGE_H
#define WL_MERGE_H

#include "event.h"
#include "mem.h"

struct wl_merge;

/** Takes ownership of what ev carries. Connection numbers are set. */
typedef void wl_release_fn(void *user, struct wl_event *ev);

/**
 * n_shards         at least 1
 * max_connections  open connections whose number is kept at a time
 * Returns NULL when memory is refused.
 */
WL_MUST_USE struct wl_merge *wl_merge_new(struct wl_budget *budget, unsigned n_shards,
                                          uint64_t max_connections, wl_release_fn *release,
                                          void *user);
/**
 * One event of a shard, whose events come in order of when and tie. Takes ownership of what ev
 * carries. Where memory is refused, the oldest of all that are held are released before their time;
 * the order may suffer, and nothing is lost.
 */
void wl_merge_event(struct wl_merge *m, unsigned shard, struct wl_event *ev);
/**
 * The shard promises that none of its later events comes before this position. (At it only events
 * of the connection that it names by tie; whoever promises more says UINT64_MAX for tie.) Releases
 * what has become ready.
 */
void wl_merge_watermark(struct wl_merge *m, unsigned shard, struct wl_position at);
/** True when events are held until some shard has gone on. */
bool wl_merge_waits(const struct wl_merge *m);
/** No shard will send anything more: releases everything. */
void wl_merge_finish(struct wl_merge *m);
/** Connections opened so far. */
uint64_t wl_merge_connections(const struct wl_merge *m);
/** Frees m; what was not released is dropped, arenas included. NULL is fine. */
void wl_merge_free(struct wl_merge *m);

#endif
