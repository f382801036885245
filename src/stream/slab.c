/* slab.c - where the open connections of a shard lie, and the order of their last packets.
 * SPDX-License-Identifier: MIT
 *
 * An entry that is given back goes first when one is taken: it is in the cache.
 */
#include "slab.h"

void wl_slab_init(struct wl_slab *s, struct wl_budget *budget, bool exact, uint32_t n_partitions)
{
    *s = (struct wl_slab){
        .budget = budget,
        .free = WL_NOBODY,
        .exact = exact,
        .one = n_partitions == 1,
    };
    wl_slab_forget(s);
}

void wl_slab_forget(struct wl_slab *s)
{
    for (uint32_t i = 0; i < WL_PARTITIONS; i++)
        s->of[i] = (struct wl_recency){WL_NOBODY, WL_NOBODY, 0};
    s->since = WL_LATEST;
    s->n = 0;
}

void wl_slab_release(struct wl_slab *s)
{
    for (uint32_t i = 0; i < s->n_blocks; i++) {
        struct wl_flow_block *block = s->blocks[i];

        wl_free(s->budget, block->ipv6, WL_BLOCK_FLOWS * sizeof(*block->ipv6));
        wl_free_lines(s->budget, block, sizeof(*block));
    }
    wl_free(s->budget, s->blocks, s->block_capacity * sizeof(struct wl_flow_block *));
    s->blocks = NULL;
    s->n_blocks = s->block_capacity = 0;
    s->free = WL_NOBODY;
    wl_slab_forget(s);
}

/* ----------------------------------------------------------------------------------- recency */

static void unlink_entry(struct wl_slab *s, struct wl_recency *list, const struct wl_flow *flow)
{
    if (flow->newer == WL_NOBODY) {
        list->newest = flow->older;
    } else {
        wl_slab_at(s, flow->newer)->older = flow->older;
    }
    if (flow->older != WL_NOBODY) {
        wl_slab_at(s, flow->older)->newer = flow->newer;
        return;
    }
    list->oldest = flow->newer;
    if (flow->newer != WL_NOBODY && wl_slab_at(s, flow->newer)->t_last < s->since)
        s->since = wl_slab_at(s, flow->newer)->t_last;
}

static WL_INLINE void link_newest(struct wl_slab *s, struct wl_recency *list, uint32_t i)
{
    struct wl_flow *flow = wl_slab_at(s, i);

    flow->newer = WL_NOBODY;
    flow->older = list->newest;
    if (list->newest == WL_NOBODY) {
        list->oldest = i;
    } else {
        wl_slab_at(s, list->newest)->newer = i;
    }
    list->newest = i;
}

void wl_slab_renew(struct wl_slab *s, uint32_t i)
{
    struct wl_flow *flow = wl_slab_at(s, i);
    /* what is noted of the ends of a connection is another line of memory */
    struct wl_recency *list = &s->of[s->one ? 0 : wl_flow_origin(flow)->partition];

    unlink_entry(s, list, flow);
    link_newest(s, list, i);
}

uint32_t wl_slab_stalest(struct wl_slab *s, uint32_t partition)
{
    struct wl_recency *list = &s->of[partition];
    struct wl_flow *flow;
    uint32_t i;

    while ((i = list->oldest) != WL_NOBODY &&
           (flow = wl_slab_at(s, i))->tcp.flags & WL_TCP_LIVELY) {
        flow->tcp.flags &= ~(uint32_t)WL_TCP_LIVELY;
        unlink_entry(s, list, flow);
        link_newest(s, list, i);
    }
    return i;
}

/* ----------------------------------------------------------------------------------- entries */

bool wl_slab_grow(struct wl_slab *s)
{
    struct wl_flow_block *block;

    if (s->n_blocks == s->block_capacity) {
        uint32_t capacity = s->block_capacity ? s->block_capacity * 2 : 4;
        struct wl_flow_block **blocks = wl_resize(
            s->budget, s->blocks, s->block_capacity * sizeof(struct wl_flow_block *),
            capacity * sizeof(struct wl_flow_block *));

        if (!blocks)
            return false;
        s->blocks = blocks;
        s->block_capacity = capacity;
    }
    block = wl_alloc_lines(s->budget, sizeof(*block));
    if (!block)
        return false;
    memset(block, 0, sizeof(*block));
    block->first = s->n_blocks * WL_BLOCK_FLOWS;
    s->blocks[s->n_blocks++] = block;
    for (uint32_t i = WL_BLOCK_FLOWS; i-- > 0;) {
        block->entries[i].flow.place = (uint8_t)i;
        block->entries[i].flow.newer = s->free;
        s->free = block->first + i;
    }
    return true;
}

bool wl_slab_make_ipv6_room(struct wl_slab *s)
{
    struct wl_flow_block *block = s->blocks[s->free / WL_BLOCK_FLOWS];

    if (!block->ipv6)
        block->ipv6 = wl_alloc_array(s->budget, WL_BLOCK_FLOWS, sizeof(*block->ipv6));
    return block->ipv6;
}

struct wl_flow *wl_slab_take(struct wl_slab *s, uint32_t partition)
{
    const uint32_t i = s->free;
    struct wl_flow *flow = wl_slab_at(s, i);

    s->free = flow->newer;
    *flow = (struct wl_flow){.place = flow->place};
    link_newest(s, &s->of[partition], i);
    s->of[partition].n++;
    s->n++;
    return flow;
}

void wl_slab_give(struct wl_slab *s, uint32_t i)
{
    struct wl_flow *flow = wl_slab_at(s, i);
    struct wl_recency *list = &s->of[wl_flow_origin(flow)->partition];

    unlink_entry(s, list, flow);
    list->n--;
    s->n--;
    *flow = (struct wl_flow){.newer = s->free, .place = flow->place};
    s->free = i;
}
