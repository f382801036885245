/* draft.h - what an output writes of an exchange ahead, on the thread of its shard.
 * SPDX-License-Identifier: MIT
 *
 * Behind the merge there is one thread for all shards, and writing an exchange takes as long as
 * half of its analysis. So what of that depends on nothing but the exchange is done before, by the
 * shard, in whose cache it still lies.
 */
#ifndef WL_DRAFT_H
#define WL_DRAFT_H

#include "event.h"
#include "wirelint/sink.h"

enum { WL_DRAFT_USUAL = 512 }; /* octets that most drafts fit into */

/** Kept by each shard for itself. */
struct wl_drafts {
    const struct wl_sink *sink; /* whose drafts they are; NULL: nobody's */
    uint64_t memo[WL_DRAFT_MEMO / sizeof(uint64_t)];
};

/**
 * Has the draft of an exchange made, and puts it into its arena and ev->draft. There is none where
 * the sink does not want to, where it is too long or memory is short, or where something would be
 * redacted in what it may show.
 */
void wl_draft(struct wl_drafts *d, struct wl_event *ev);

#endif
