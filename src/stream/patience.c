/* patience.c - since when octets are waited for that were acknowledged and not captured.
 * SPDX-License-Identifier: MIT
 *
 * Patience for a hole counts from the acknowledgement that passed it, however many holes are in
 * front of it. To keep a time for each acknowledgement would take more memory than it saves: the
 * first one has its own, those that follow closely share one, which is that of the last of them. So
 * nothing is given up too early, and nothing more than a quarter of the patience too late.
 */
#include "patience.h"

enum {
    SHARED = WL_TCP_PATIENCE_PACKETS / 4, /* acknowledgements that have a time together */
    LACKS_KEPT = 1024,                    /* clocks that wait for the next hole */
};

void wl_patience_init(struct wl_tcp_env *env)
{
    wl_list_init(&env->waiting);
    wl_list_init(&env->over);
    wl_pool_init(&env->lacks, env->host->budget, sizeof(struct wl_lack), LACKS_KEPT);
    env->shelf = (struct wl_shelf){.budget = env->host->budget};
}

void wl_patience_release(struct wl_tcp_env *env)
{
    wl_pool_release(&env->lacks);
    wl_shelf_release(&env->shelf);
}

struct wl_tcp_slow *wl_tcp_slow_way(struct wl_tcp_env *env, struct wl_tcp *t)
{
    struct wl_tcp_slow *s = t->slow;

    if (s)
        return s;
    s = wl_alloc(env->host->budget, sizeof(*s));
    if (!s)
        return NULL;
    s->queue[0].end_at = s->queue[1].end_at = WL_NONE;
    t->slow = s;
    t->flags |= WL_TCP_SLOW;
    return s;
}

void wl_tcp_release(struct wl_tcp_env *env, struct wl_tcp *t)
{
    struct wl_tcp_slow *s = t->slow;

    if (!s)
        return;
    for (unsigned dir = 0; dir < 2; dir++) {
        wl_lacks_release(&s->lacks[dir], env);
        wl_queue_release(&s->queue[dir], &env->shelf);
    }
    wl_free(env->host->budget, s, sizeof(*s));
    t->slow = NULL;
    t->flags &= ~(uint32_t)WL_TCP_SLOW;
}

/* ---------------------------------------------------------------------------------- the clocks */

/* What is due first of a list, or NULL. */
static struct wl_lack *front_of(const struct wl_link *list)
{
    return wl_list_empty(list) ? NULL : WL_CONTAINER(list->next, struct wl_lack, link);
}

static const struct wl_lack *first_due(const struct wl_tcp_env *env)
{
    const struct wl_lack *w = front_of(&env->waiting), *over = front_of(&env->over);

    return !w || (over && over->due < w->due) ? over : w;
}

struct wl_tcp *wl_tcp_due(const struct wl_tcp_env *env)
{
    const struct wl_lack *w = first_due(env);

    return w && w->due <= env->clock ? w->tcp : NULL;
}

wl_ns wl_tcp_next_due(const struct wl_tcp_env *env, wl_ns otherwise)
{
    const struct wl_lack *w = first_due(env);

    return w && w->due < otherwise ? w->due : otherwise;
}

void wl_patience_shorten(struct wl_tcp_env *env, struct wl_tcp_slow *s)
{
    const wl_ns due = env->clock + WL_TCP_PATIENCE_OVER;

    for (unsigned dir = 0; dir < 2; dir++) {
        for (struct wl_lack *w = s->lacks[dir].first; w; w = w->next) {
            if (w->due <= due)
                continue;
            w->due = due;
            wl_list_remove(&w->link);
            wl_list_append(&env->over, &w->link);
        }
    }
}

static bool shares(const struct wl_lack *last, wl_ns now)
{
    return last->n < SHARED && now - last->since < WL_TCP_PATIENCE / 4;
}

static struct wl_lack *append(struct wl_lacks *all, struct wl_tcp_env *env, struct wl_tcp *t,
                              const struct wl_seen *seen)
{
    struct wl_lack *w = wl_pool_take(&env->lacks);

    if (!w)
        return NULL;
    *w = (struct wl_lack){.tcp = t, .seen = *seen};
    wl_list_init(&w->link);
    if (all->last) {
        all->last->next = w;
    } else {
        all->first = w;
        w->n = SHARED; /* it stands alone: most often there is one hole */
    }
    all->last = w;
    return w;
}

void wl_lacks_add(struct wl_lacks *all, struct wl_tcp_env *env, struct wl_tcp *t, uint32_t target,
                  const struct wl_seen *seen)
{
    struct wl_lack *w = all->last;

    if (w && (int32_t)(target - w->target) <= 0)
        return;
    if (!w || !shares(w, env->clock))
        w = append(all, env, t, seen);
    if (!w)
        w = all->last;
    if (!w)
        return;
    w->n++;
    w->target = target;
    w->since = env->clock;
    w->due = env->clock + WL_TCP_PATIENCE;
    w->since_packet = t->packets;
    wl_list_remove(&w->link);
    wl_list_append(&env->waiting, &w->link);
}

struct wl_lack *wl_lacks_take(struct wl_lacks *all)
{
    struct wl_lack *w = all->first;

    WL_ASSERT(w);
    wl_list_remove(&w->link);
    all->first = w->next;
    if (!all->first)
        all->last = NULL;
    w->next = NULL;
    return w;
}

void wl_lacks_along(struct wl_lacks *all, struct wl_lack *w, struct wl_lack *with)
{
    WL_ASSERT(!all->first && !w->next);
    all->first = all->last = w;
    w->n = SHARED;
    w->since = with->since;
    w->due = with->due;
    w->since_packet = with->since_packet;
    wl_list_append(with->link.next, &w->link);
}

void wl_lack_free(struct wl_tcp_env *env, struct wl_lack *w)
{
    wl_pool_give(&env->lacks, w);
}

void wl_lacks_release(struct wl_lacks *all, struct wl_tcp_env *env)
{
    while (all->first)
        wl_lack_free(env, wl_lacks_take(all));
}
