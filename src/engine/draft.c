/* draft.c - what an output writes of an exchange ahead, on the thread of its shard.
 * SPDX-License-Identifier: MIT
 */
#include "draft.h"

#include "mem.h"
#include "redact.h"

enum { ROOM = 2048 }; /* octets of a draft: targets beyond a browser's are not worth more */

void wl_draft(struct wl_drafts *d, struct wl_event *ev)
{
    uint8_t draft[ROOM];
    size_t n;

    if (!d->sink || ev->kind != WL_EVENT_EXCHANGE || !wl_redact_spares_lines(ev->of.ex))
        return;
    n = d->sink->ops->draft(d->sink, d->memo, ev->of.ex, draft, sizeof(draft));
    ev->draft = wl_arena_copy(ev->of.ex->arena, wl_span(draft, n));
}
