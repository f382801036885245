/* answer.c - an answer to a screen: everything it holds lies in memory of its own.
 * SPDX-License-Identifier: MIT
 *
 * An answer is made on one thread and freed on another, so it shares no budget and no pool with
 * anybody. Its size is bounded; how many there are is bounded by the port.
 */
#include "desk.h"

enum { ANSWER_MAX = 16 << 20 };

/* Where an answer lies. The budget that paid for the box lies in it. */
struct box {
    struct wl_budget budget;
    struct wl_arena_pool pool;
    struct wl_answer answer;
};

struct wl_answer *wl_answer_new(const struct wl_config *cfg, const struct wl_ask *ask)
{
    struct wl_budget budget;
    struct box *box;

    wl_budget_init(&budget, ANSWER_MAX, cfg->alloc, cfg->release, cfg->alloc_user);
    box = wl_alloc(&budget, sizeof(*box));
    if (!box)
        return NULL;
    box->budget = budget;
    wl_arena_pool_init(&box->pool, &box->budget, 0);
    box->answer.kind = ask->kind;
    box->answer.ticket = ask->ticket;
    box->answer.arena = wl_arena_new(&box->pool);
    if (!box->answer.arena) {
        wl_answer_free(&box->answer);
        return NULL;
    }
    return &box->answer;
}

void wl_answer_free(struct wl_answer *a)
{
    struct wl_budget budget;
    struct box *box;

    if (!a)
        return;
    box = WL_CONTAINER(a, struct box, answer);
    wl_arena_free(a->arena);
    wl_arena_pool_release(&box->pool);
    budget = box->budget;
    wl_free(&budget, box, sizeof(*box));
}
