/* spool.c - the latest packets of what cannot be read a second time, bounded.
 * SPDX-License-Identifier: MIT
 *
 * Packets lie one behind the other in chunks: their description, then their octets. Chunks are
 * numbered, so that a reader whose chunk has been given up finds out.
 */
#include "spool.h"

enum { CHUNK_OCTETS = 256 << 10 };

struct chunk {
    struct chunk *next;
    uint64_t serial, n_packets;
    size_t size, used; /* without this header */
};

struct wl_spool {
    struct wl_budget *budget;
    struct chunk *oldest, *newest;
    uint64_t serial;
    size_t octets, max;
};

/* Of the memory of the process; the rest is for those who tell what the packets mean. */
enum { PART = 8 };

struct wl_spool *wl_spool_new(struct wl_budget *budget, const struct wl_limits *limits)
{
    struct wl_spool *s = wl_alloc(budget, sizeof(*s));

    if (!s)
        return NULL;
    s->budget = budget;
    s->max = (size_t)wl_min_u64(wl_min_u64(limits->max_spool, limits->memory / PART), SIZE_MAX / 2);
    return s;
}

static void drop_oldest(struct wl_spool *s)
{
    struct chunk *c = s->oldest;

    s->oldest = c->next;
    if (!s->oldest)
        s->newest = NULL;
    s->octets -= c->size;
    wl_free(s->budget, c, sizeof(*c) + c->size);
}

void wl_spool_free(struct wl_spool *s)
{
    if (!s)
        return;
    while (s->oldest)
        drop_oldest(s);
    wl_free(s->budget, s, sizeof(*s));
}

static size_t round_up(size_t n)
{
    return (n + 7) / 8 * 8;
}

/* The newest chunk with room for n octets; NULL when the spool may not or cannot grow. */
static struct chunk *room_for(struct wl_spool *s, size_t n)
{
    size_t size = n > CHUNK_OCTETS ? n : CHUNK_OCTETS;
    struct chunk *c = s->newest;

    if (c && c->size - c->used >= n)
        return c;
    if (size > s->max)
        size = n;
    while (s->oldest && s->octets + size > s->max)
        drop_oldest(s);
    if (size > s->max)
        return NULL;
    c = wl_alloc(s->budget, sizeof(*c) + size);
    while (!c && s->oldest) { /* others hold more than before: the latest packets matter most */
        drop_oldest(s);
        c = wl_alloc(s->budget, sizeof(*c) + size);
    }
    if (!c)
        return NULL;
    c->size = size;
    c->serial = ++s->serial;
    s->octets += size;
    if (s->newest) {
        s->newest->next = c;
    } else {
        s->oldest = c;
    }
    s->newest = c;
    return c;
}

void wl_spool_packet(struct wl_spool *s, const struct wl_packet *p)
{
    struct wl_packet head = *p;
    size_t n = round_up(sizeof(head) + p->bytes.n);
    struct chunk *c = room_for(s, n);
    uint8_t *to;

    if (!c)
        return;
    head.bytes.p = NULL;
    to = (uint8_t *)(c + 1) + c->used;
    memcpy(to, &head, sizeof(head));
    if (p->bytes.n)
        memcpy(to + sizeof(head), p->bytes.p, p->bytes.n);
    c->used += n;
    c->n_packets++;
}

uint64_t wl_spool_oldest(const struct wl_spool *s, uint64_t none)
{
    struct wl_packet first;

    if (!s->oldest)
        return none;
    memcpy(&first, s->oldest + 1, sizeof(first));
    return first.ordinal;
}

/* The chunk where the reader stands, or the oldest one left when that has gone. */
static const struct chunk *chunk_at(const struct wl_spool *s, struct wl_spool_cursor *at)
{
    const struct chunk *c = s->oldest;

    while (c && c->serial < at->chunk)
        c = c->next;
    if (c && c->serial != at->chunk)
        *at = (struct wl_spool_cursor){.chunk = c->serial};
    return c;
}

bool wl_spool_next(const struct wl_spool *s, struct wl_spool_cursor *at, struct wl_packet *ret)
{
    const struct chunk *c = chunk_at(s, at);
    const uint8_t *from;

    if (c && at->packet == c->n_packets) {
        c = c->next;
        if (c)
            *at = (struct wl_spool_cursor){.chunk = c->serial};
    }
    if (!c)
        return false;
    from = (const uint8_t *)(c + 1) + at->offset;
    memcpy(ret, from, sizeof(*ret));
    ret->bytes.p = from + sizeof(*ret);
    at->offset += round_up(sizeof(*ret) + ret->bytes.n);
    at->packet++;
    return true;
}
