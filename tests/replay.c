/* replay.c - a capture through shard, merge and relate, as the engine does it, into a desk.
 * SPDX-License-Identifier: MIT
 */
#include "replay.h"

enum { PATIENCE = 1 << 20 };

static void on_released(void *user, struct wl_event *ev)
{
    struct replay *r = user;

    switch (ev->kind) {
    case WL_EVENT_OPENED: wl_desk_opened(r->desk, ev->id, &ev->of.opened); break;
    case WL_EVENT_BEGUN: break;
    case WL_EVENT_EXCHANGE:
        wl_relate_exchange(r->relate, ev->of.ex, true);
        if (r->on_exchange)
            r->on_exchange(r, ev->of.ex);
        wl_desk_exchange(r->desk, ev->of.ex);
        wl_arena_free(ev->of.ex->arena);
        break;
    case WL_EVENT_CONNECTION:
        if (r->on_connection)
            r->on_connection(r, ev->of.conn);
        wl_desk_connection(r->desk, ev->of.conn, true);
        wl_arena_free(ev->of.conn->arena);
        break;
    }
}

static void on_event(void *user, struct wl_event *ev)
{
    struct replay *r = user;

    wl_merge_event(r->merge, 0, ev);
}

int replay_open(struct replay *r, const char *file)
{
    struct wl_desk_config desk = {.budget = &r->budget, .cfg = &r->cfg};
    const struct wl_shard_config shard = {.cfg = &r->cfg, .emit = on_event, .user = r};
    struct wl_error err = {.code = WL_NOMEM};

    r->file = file;
    r->source = (struct wl_source_config){.files = &r->file, .n_files = 1};
    r->relate = wl_relate_new(&r->budget, &r->cfg);
    desk.source = r->live ? NULL : &r->source;
    r->desk = wl_desk_new(&desk);
    r->merge = wl_merge_new(&r->budget, 1, r->cfg.limits.max_connections, on_released, r);
    r->shard = wl_shard_new(&shard);
    if (!r->relate || !r->desk || !r->merge || !r->shard ||
        wl_relate_rules(r->relate, &r->cfg, NULL) < 0 ||
        wl_source_open(&r->source, &r->cfg.limits, &r->budget, &r->opened, &err) < 0)
        return (int)err.code;
    return 0;
}

int replay_read(struct replay *r, uint64_t n)
{
    struct wl_error err;
    struct wl_packet p;

    for (; n && !r->over; n--) {
        if (wl_source_next(r->opened, &p, &err) != 1) {
            wl_shard_finish(r->shard);
            wl_merge_finish(r->merge);
            wl_desk_over(r->desk);
            r->over = true;
            break;
        }
        r->packets++;
        r->octets += p.bytes.n;
        wl_shard_packet(r->shard, &p);
        wl_desk_tick(r->desk, p.t, r->packets, r->octets);
    }
    return !r->over;
}

void replay_close(struct replay *r)
{
    wl_merge_free(r->merge);
    wl_shard_free(r->shard);
    wl_source_free(r->opened);
    wl_desk_free(r->desk);
    wl_relate_free(r->relate);
}

struct wl_answer *replay_ask(struct replay *r, const struct wl_ask *ask)
{
    wl_desk_ask(r->desk, ask);
    for (unsigned i = 0; i < PATIENCE; i++) {
        bool more = wl_desk_work(r->desk);
        struct wl_answer *a = wl_desk_answer(r->desk);

        if (a || !more)
            return a;
    }
    return NULL;
}
