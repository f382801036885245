/* relate.c - what several connections tell together.
 * SPDX-License-Identifier: MIT
 *
 * A rule with once_per_target says something about a resource rather than about one message: it is
 * told the first time, and again only when the table has no room to remember that it was told. What
 * is remembered is a 64-bit seeded hash of (rule, server, host, path): the chance that two of 65,536
 * entries share one is below one in a thousand million, and the loss would be one repeated note.
 */
#include "relate.h"

#include "table.h"

struct wl_relate {
    struct wl_budget *budget;
    struct wl_table table;
    uint64_t *told; /* the whole hashes; the table keeps half of each */
    uint32_t n_told, size, max;
    uint64_t n_full;
    uint64_t seed;
};

enum { TOLD_FIRST = 64 };

struct wl_relate *wl_relate_new(struct wl_budget *budget, uint64_t max)
{
    struct wl_relate *r = wl_alloc(budget, sizeof(*r));

    if (!r)
        return NULL;
    r->budget = budget;
    r->max = (uint32_t)wl_min_u64(max, UINT32_MAX - 1);
    r->seed = wl_seed();
    if (wl_table_init(&r->table, budget, r->max) < 0) {
        wl_free(budget, r, sizeof(*r));
        return NULL;
    }
    return r;
}

/* The target without its query, RFC 3986 3.4. */
static struct wl_span path_of(const struct wl_message *req)
{
    return wl_span_sub(req->target, 0, wl_span_find(req->target, '?'));
}

static uint64_t hash_target(const struct wl_relate *r, const struct wl_exchange *ex)
{
    const struct wl_field *host = wl_message_field(&ex->req, WL_FIELD_HOST);
    struct wl_span path = path_of(&ex->req);
    uint64_t h = wl_hash(ex->conn.server.ip, sizeof(ex->conn.server.ip), r->seed);

    h = wl_hash(&ex->conn.server.port, sizeof(ex->conn.server.port), h);
    if (host && host->value.n)
        h = wl_hash(host->value.p, host->value.n, h);
    h ^= 1; /* so that octets cannot move between host and path unnoticed */
    return path.n ? wl_hash(path.p, path.n, h) : wl_hash("", 0, h);
}

static bool was_told(const struct wl_relate *r, uint64_t hash)
{
    size_t probe = 0;

    for (uint32_t i; (i = wl_table_find(&r->table, hash, &probe)) != UINT32_MAX;) {
        if (r->told[i] == hash)
            return true;
    }
    return false;
}

static bool make_room(struct wl_relate *r)
{
    uint64_t larger = wl_min_u64(wl_max_u64((uint64_t)r->size * 2, TOLD_FIRST), r->max);
    uint64_t *moved;

    if (r->n_told < r->size)
        return true;
    if (larger <= r->size)
        return false;
    moved = wl_resize(r->budget, r->told, r->size * sizeof(*moved),
                      (size_t)larger * sizeof(*moved));
    if (!moved)
        return false;
    r->told = moved;
    r->size = (uint32_t)larger;
    return true;
}

static void remember(struct wl_relate *r, uint64_t hash)
{
    if (!make_room(r) || wl_table_add(&r->table, hash, r->n_told) < 0) {
        r->n_full++;
        return;
    }
    r->told[r->n_told++] = hash;
}

void wl_relate_exchange(struct wl_relate *r, struct wl_exchange *ex)
{
    uint64_t target = 0;
    bool have_target = false;
    uint32_t kept = 0;

    for (uint32_t i = 0; i < ex->n_findings; i++) {
        const struct wl_finding *f = &ex->findings[i];

        if (f->rule->once_per_target) {
            uint64_t hash;

            if (!have_target)
                target = hash_target(r, ex);
            have_target = true;
            hash = wl_hash(f->rule->id, strlen(f->rule->id), target);
            if (was_told(r, hash))
                continue;
            remember(r, hash);
        }
        if (kept != i)
            ex->findings[kept] = *f;
        kept++;
    }
    ex->n_findings = kept;
}

uint64_t wl_relate_full(const struct wl_relate *r)
{
    return r->n_full;
}

void wl_relate_free(struct wl_relate *r)
{
    if (!r)
        return;
    wl_table_release(&r->table);
    wl_free(r->budget, r->told, r->size * sizeof(*r->told));
    wl_free(r->budget, r, sizeof(*r));
}
