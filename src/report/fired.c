/* fired.c - what reports gather of every rule that fires: counts, servers, finished pieces of text.
 * SPDX-License-Identifier: MIT
 */
#include "fired.h"

#include "endpoint.h"
#include "wirelint/names.h"

void wl_firings_init(struct wl_firings *f, struct wl_budget *b)
{
    wl_arena_pool_init(&f->pool, b, 0);
    f->arena = wl_arena_new(&f->pool);
}

void wl_firings_release(struct wl_firings *f)
{
    wl_arena_free(f->arena);
    wl_arena_pool_release(&f->pool);
    f->arena = NULL;
}

static size_t slot_of(const struct wl_firings *f, const struct wl_rule *rule)
{
    size_t slot = ((uintptr_t)rule >> 4) % WL_FIRED_SLOTS;

    while (f->slots[slot] && f->slots[slot]->rule != rule)
        slot = (slot + 1) % WL_FIRED_SLOTS;
    return slot;
}

const struct wl_fired *wl_firings_find(const struct wl_firings *f, const struct wl_rule *rule)
{
    return f->slots[slot_of(f, rule)];
}

static struct wl_fired *find_rule(struct wl_firings *f, const struct wl_rule *rule)
{
    size_t slot = slot_of(f, rule);
    struct wl_fired *made;

    if (f->slots[slot] || f->n == WL_FIRED_RULES || !f->arena)
        return f->slots[slot];
    made = wl_arena_alloc(f->arena, sizeof(*made));
    if (!made)
        return NULL;
    made->rule = rule;
    f->slots[slot] = made;
    f->n++;
    return made;
}

/* Most servers differ in the last octet of the address, or in the port. */
static uint8_t tag_of(const struct wl_endpoint *e)
{
    return (uint8_t)(e->ip[e->family == 6 ? 15 : 3] + 7u * e->port);
}

static void count_server(struct wl_fired *fired, const struct wl_endpoint *server)
{
    uint8_t tag = tag_of(server);
    uint64_t alike = wl_lanes_equal16(fired->tags, tag);

    static_assert((int)WL_FIRED_SERVERS <= (int)WL_LANES_16, "each server has a tag");
    for (alike &= ((uint64_t)1 << fired->n_servers) - 1; alike; alike &= alike - 1) {
        struct wl_fired_server *known = &fired->servers[__builtin_ctzll(alike)];

        if (wl_endpoint_equal(&known->server, server)) {
            known->n++;
            return;
        }
    }
    if (fired->n_servers < WL_FIRED_SERVERS) {
        fired->tags[fired->n_servers] = tag;
        fired->servers[fired->n_servers++] = (struct wl_fired_server){*server, 1};
    } else {
        fired->n_elsewhere++;
    }
}

struct wl_fired *wl_firings_count(struct wl_firings *f, const struct wl_finding *finding,
                                  const struct wl_endpoint *server)
{
    struct wl_fired *fired = find_rule(f, finding->rule);

    if (!fired)
        return NULL;
    fired->n++;
    fired->faults[finding->fault]++;
    if (finding->severity > fired->worst)
        fired->worst = finding->severity;
    count_server(fired, server);
    return fired;
}

bool wl_firings_keep(struct wl_firings *f, struct wl_pieces *list, struct wl_span text)
{
    struct wl_piece *piece = f->arena ? wl_arena_alloc(f->arena, sizeof(*piece)) : NULL;

    if (!piece)
        return false;
    piece->text = wl_arena_copy(f->arena, text);
    if (piece->text.n != text.n)
        return false;
    if (list->last) {
        list->last->next = piece;
    } else {
        list->first = piece;
    }
    list->last = piece;
    list->n++;
    return true;
}

static int worst_first(const void *a, const void *b)
{
    const struct wl_fired *x = *(struct wl_fired *const *)a, *y = *(struct wl_fired *const *)b;

    if (x->worst != y->worst)
        return x->worst > y->worst ? -1 : 1;
    if (x->n != y->n)
        return x->n > y->n ? -1 : 1;
    return strcmp(x->rule->id, y->rule->id);
}

static int most_first(const void *a, const void *b)
{
    const struct wl_fired_server *x = a, *y = b;

    if (x->n != y->n)
        return x->n > y->n ? -1 : 1;
    if (x->server.port != y->server.port)
        return x->server.port < y->server.port ? -1 : 1;
    return memcmp(x->server.ip, y->server.ip, sizeof(x->server.ip));
}

uint32_t wl_firings_sorted(struct wl_firings *f, struct wl_fired *ret[WL_FIRED_RULES])
{
    uint32_t n = 0;

    for (size_t i = 0; i < WL_FIRED_SLOTS; i++) {
        struct wl_fired *fired = f->slots[i];

        if (!fired)
            continue;
        qsort(fired->servers, fired->n_servers, sizeof(fired->servers[0]), most_first);
        for (uint32_t k = 0; k < fired->n_servers; k++)
            fired->tags[k] = tag_of(&fired->servers[k].server);
        ret[n++] = fired;
    }
    qsort((void *)ret, n, sizeof(struct wl_fired *), worst_first);
    return n;
}

void wl_fired_put_faults(struct wl_text *t, const struct wl_fired *fired, const char *space,
                         void (*count)(struct wl_text *t, uint64_t n))
{
    unsigned kinds = 0;
    const char *sep = "";

    for (unsigned f = 0; f <= WL_FAULT_EITHER; f++)
        kinds += fired->faults[f] != 0;
    for (unsigned f = 0; f <= WL_FAULT_EITHER; f++) {
        if (fired->faults[f] == 0)
            continue;
        wl_text_printf(t, "%s%s", sep, wl_fault_name((enum wl_fault)f));
        if (kinds > 1) {
            wl_text_put(t, space);
            count(t, fired->faults[f]);
        }
        sep = ", ";
    }
}
