/* defrag.c - IP fragments to datagrams, bounded (RFC 791 3.2, RFC 8200 4.5).
 * SPDX-License-Identifier: MIT
 *
 * A datagram is a list of pieces without overlap, sorted by offset. A new fragment gives only the
 * octets that no piece has yet (first wins), which may be several pieces. The number of pieces and
 * their octets are bounded over all datagrams; the list is searched from the end that is nearer: a
 * fragment in order belongs to one of them, whichever order that is.
 */
#include "defrag.h"

#include "table.h"

#define TIMEOUT (60 * WL_SECOND) /* RFC 8200 4.5 */

enum { MAX_DATAGRAM = 65535 };

struct piece {
    struct wl_link link;
    uint32_t from, to;
    uint8_t octets[];
};

struct waiting {
    struct wl_link recency, pieces;
    uint64_t hash, number;
    wl_ns t_first;
    uint32_t id, have, n_pieces;
    uint32_t end; /* of the datagram; UINT32_MAX: the last fragment has not come */
    uint8_t src[16], dst[16];
    uint8_t family, protocol, wire_protocol;
    bool used;
};

struct wl_defrag {
    struct wl_budget *budget;
    struct wl_counters *counters;
    uint64_t seed;
    uint64_t n_begun;      /* datagrams */
    struct wl_table table; /* of indexes of slots */
    struct waiting *slots;
    uint32_t n_slots, max_slots, n_free;
    uint32_t *free_slots;
    struct wl_link recency; /* oldest first */
    size_t n_pieces, octets, max_pieces, max_octets;
    uint8_t *whole; /* the last complete datagram */
    size_t whole_n;
    uint8_t addresses[16 + 16]; /* of that */
};

struct wl_defrag *wl_defrag_new(struct wl_budget *budget, const struct wl_limits *limits,
                                struct wl_counters *counters)
{
    struct wl_defrag *d = wl_alloc(budget, sizeof(*d));

    if (!d)
        return NULL;
    d->budget = budget;
    d->counters = counters;
    d->seed = wl_seed();
    d->max_pieces = (size_t)wl_min_u64(limits->max_fragments, 1u << 20);
    d->max_octets = (size_t)wl_min_u64(limits->max_fragment_octets, SIZE_MAX);
    d->max_slots = (uint32_t)d->max_pieces;
    wl_list_init(&d->recency);
    if (wl_table_init(&d->table, budget, d->max_slots) < 0) {
        wl_free(budget, d, sizeof(*d));
        return NULL;
    }
    return d;
}

/* ------------------------------------------------------------------------------ datagrams */

static uint64_t hash_key(const struct wl_defrag *d, const struct wl_fragment *f)
{
    uint8_t key[16 + 16 + 4 + 2] = {0};
    size_t n = f->family == 4 ? 4 : 16;

    memcpy(key, f->src, n);
    memcpy(key + 16, f->dst, n);
    memcpy(key + 32, &f->id, sizeof(f->id));
    key[36] = f->family;
    /* RFC 791: the protocol is part of an IPv4 datagram's identity; RFC 8200: not of an IPv6
     * one's */
    key[37] = f->family == 4 ? f->protocol : 0;
    return wl_hash(key, sizeof(key), d->seed);
}

static bool matches(const struct waiting *w, const struct wl_fragment *f)
{
    size_t n = f->family == 4 ? 4 : 16;

    return w->family == f->family && w->id == f->id && memcmp(w->src, f->src, n) == 0 &&
           memcmp(w->dst, f->dst, n) == 0 && (f->family == 6 || w->wire_protocol == f->protocol);
}

static struct waiting *find(struct wl_defrag *d, uint64_t hash, const struct wl_fragment *f)
{
    size_t probe = 0;
    uint32_t i;

    while ((i = wl_table_find(&d->table, hash, &probe)) != UINT32_MAX) {
        if (matches(&d->slots[i], f))
            return &d->slots[i];
    }
    return NULL;
}

static size_t piece_size(const struct piece *p)
{
    return sizeof(*p) + (p->to - p->from);
}

static void remove_piece(struct wl_defrag *d, struct piece *p)
{
    size_t n = piece_size(p);

    wl_list_remove(&p->link);
    d->n_pieces--;
    d->octets -= n;
    wl_free(d->budget, p, n);
}

static void remove_waiting(struct wl_defrag *d, struct waiting *w)
{
    uint32_t index = (uint32_t)(w - d->slots);

    wl_list_each_safe (l, next, &w->pieces) {
        remove_piece(d, WL_CONTAINER(l, struct piece, link));
    }
    (void)wl_table_remove(&d->table, w->hash, index);
    wl_list_remove(&w->recency);
    w->used = false;
    d->free_slots[d->n_free++] = index;
}

static void drop_waiting(struct wl_defrag *d, struct waiting *w)
{
    d->counters->fragments_dropped += w->n_pieces;
    remove_waiting(d, w);
}

static struct waiting *oldest(struct wl_defrag *d)
{
    return wl_list_empty(&d->recency) ? NULL
                                      : WL_CONTAINER(d->recency.next, struct waiting, recency);
}

/* All slots at once, when the first fragment comes: most captures have none. */
static bool make_slots(struct wl_defrag *d)
{
    if (d->slots)
        return true;
    if (d->max_slots == 0)
        return false;
    d->free_slots = wl_alloc_array(d->budget, d->max_slots, sizeof(*d->free_slots));
    if (!d->free_slots)
        return false;
    d->slots = wl_alloc_array(d->budget, d->max_slots, sizeof(*d->slots));
    if (!d->slots) {
        wl_free(d->budget, d->free_slots, d->max_slots * sizeof(*d->free_slots));
        d->free_slots = NULL;
        return false;
    }
    for (uint32_t i = d->max_slots; i > 0; i--)
        d->free_slots[d->n_free++] = i - 1;
    return true;
}

static struct waiting *add_waiting(struct wl_defrag *d, uint64_t hash, const struct wl_fragment *f)
{
    size_t n = f->family == 4 ? 4 : 16;
    struct waiting *w;
    uint32_t index;

    if (!make_slots(d))
        return NULL;
    w = d->n_free ? NULL : oldest(d);
    if (w)
        drop_waiting(d, w);
    if (d->n_free == 0)
        return NULL;
    index = d->free_slots[d->n_free - 1];
    if (wl_table_add(&d->table, hash, index) < 0)
        return NULL;
    d->n_free--;
    w = &d->slots[index];
    *w = (struct waiting){
        .hash = hash,
        .number = ++d->n_begun,
        .t_first = f->t,
        .id = f->id,
        .end = UINT32_MAX,
        .family = f->family,
        .protocol = f->protocol,
        .wire_protocol = f->protocol,
        .used = true,
    };
    memcpy(w->src, f->src, n);
    memcpy(w->dst, f->dst, n);
    wl_list_init(&w->pieces);
    wl_list_append(&d->recency, &w->recency);
    return w;
}

/* --------------------------------------------------------------------------------- pieces */

/* Puts octets [from, to) of the datagram behind the list member after. */
static bool insert_piece(struct wl_defrag *d, struct waiting *w, struct wl_link *after,
                         uint32_t from, uint32_t to, const uint8_t *octets)
{
    size_t n = sizeof(struct piece) + (to - from);
    struct piece *p;

    /* the oldest makes room, but never the one being filled */
    while (d->n_pieces >= d->max_pieces || d->octets + n > d->max_octets) {
        struct waiting *victim = oldest(d);

        if (!victim || victim == w)
            return false;
        drop_waiting(d, victim);
    }
    p = wl_alloc(d->budget, n);
    if (!p)
        return false;
    p->from = from;
    p->to = to;
    memcpy(p->octets, octets, to - from);
    p->link.prev = after;
    p->link.next = after->next;
    after->next->prev = &p->link;
    after->next = &p->link;
    d->n_pieces++;
    d->octets += n;
    w->n_pieces++;
    w->have += to - from;
    return true;
}

static uint32_t begins(struct wl_link *l)
{
    return WL_CONTAINER(l, struct piece, link)->from;
}

/* The last piece that does not begin behind from, or the head of the list. */
static struct wl_link *find_piece(struct waiting *w, uint32_t from)
{
    struct wl_link *head = &w->pieces, *l = head;

    if (wl_list_empty(head) || from < begins(head->next))
        return head;
    if (begins(head->prev) > from && from - begins(head->next) < begins(head->prev) - from) {
        while (l->next != head && begins(l->next) <= from)
            l = l->next;
    } else {
        l = head->prev;
        while (begins(l) > from)
            l = l->prev;
    }
    return l;
}

/* Adds what is new of the fragment: the parts of it between the pieces that are there. */
static bool add_octets(struct wl_defrag *d, struct waiting *w, uint32_t from, struct wl_span bytes)
{
    uint32_t to = from + (uint32_t)bytes.n;
    struct wl_link *after = find_piece(w, from);

    if (after != &w->pieces) {
        const struct piece *before = WL_CONTAINER(after, struct piece, link);

        if (before->to > from) {
            uint32_t known = before->to - from;

            if (known >= bytes.n)
                return true;
            from += known;
            bytes = wl_span_after(bytes, known);
        }
    }
    while (from < to) {
        struct wl_link *next = after->next;
        const struct piece *behind = next == &w->pieces ? NULL
                                                        : WL_CONTAINER(next, struct piece, link);
        uint32_t stop = behind && behind->from < to ? behind->from : to;

        if (from < stop && !insert_piece(d, w, after, from, stop, bytes.p))
            return false;
        if (!behind || behind->from >= to)
            return true;
        bytes = wl_span_after(bytes, behind->to - from);
        from = behind->to;
        after = next;
    }
    return true;
}

static bool assemble(struct wl_defrag *d, struct waiting *w, struct wl_datagram *ret)
{
    size_t n_address = w->family == 4 ? 4 : 16;

    if (d->whole_n < w->end) {
        size_t n = w->end > 16384 ? MAX_DATAGRAM : 16384;
        uint8_t *whole = wl_alloc(d->budget, n);

        if (!whole)
            return false;
        wl_free(d->budget, d->whole, d->whole_n);
        d->whole = whole;
        d->whole_n = n;
    }
    wl_list_each (l, &w->pieces) {
        const struct piece *p = WL_CONTAINER(l, struct piece, link);

        memcpy(d->whole + p->from, p->octets, p->to - p->from);
    }
    memcpy(d->addresses, w->src, n_address);
    memcpy(d->addresses + n_address, w->dst, n_address);
    *ret = (struct wl_datagram){
        .number = w->number,
        .bytes = wl_span(d->whole, w->end),
        .protocol = w->protocol,
        .src = d->addresses,
        .dst = d->addresses + n_address,
    };
    return true;
}

/* Capture time may run backwards; only what is certainly old goes. */
static void expire(struct wl_defrag *d, wl_ns now)
{
    struct waiting *w;

    while ((w = oldest(d)) && now > w->t_first && now - w->t_first > TIMEOUT)
        drop_waiting(d, w);
}

/* Where fragments contradict each other about the end, the first one that told it is right. */
static bool fits(struct waiting *w, const struct wl_fragment *f)
{
    uint64_t to = (uint64_t)f->offset + f->bytes.n;

    if (to > MAX_DATAGRAM || f->bytes.n == 0 || (f->more && f->bytes.n % 8 != 0))
        return false;
    if (w->end == UINT32_MAX && !f->more) {
        if (!wl_list_empty(&w->pieces) && WL_CONTAINER(w->pieces.prev, struct piece, link)->to > to)
            return false;
        w->end = (uint32_t)to;
    }
    return to <= w->end;
}

bool wl_defrag_add(struct wl_defrag *d, const struct wl_fragment *f, struct wl_datagram *ret)
{
    uint64_t hash = hash_key(d, f);
    struct waiting *w;
    bool whole = false;

    ret->number = 0;
    expire(d, f->t);
    w = find(d, hash, f);
    if (!w)
        w = add_waiting(d, hash, f);
    if (!w) {
        d->counters->fragments_dropped++;
        return false;
    }
    if (!fits(w, f)) {
        d->counters->fragments_dropped++;
        if (w->n_pieces == 0)
            remove_waiting(d, w);
        return false;
    }
    if (f->offset == 0)
        w->protocol = f->protocol;
    if (!add_octets(d, w, f->offset, f->bytes)) {
        d->counters->fragments_dropped++;
        drop_waiting(d, w);
        return false;
    }
    ret->number = w->number;
    if (w->have == w->end) {
        whole = assemble(d, w, ret);
        if (whole) {
            remove_waiting(d, w);
        } else {
            drop_waiting(d, w);
        }
    }
    return whole;
}

void wl_defrag_finish(struct wl_defrag *d)
{
    struct waiting *w;

    while ((w = oldest(d)))
        drop_waiting(d, w);
}

void wl_defrag_free(struct wl_defrag *d)
{
    if (!d)
        return;
    wl_defrag_finish(d);
    wl_table_release(&d->table);
    if (d->slots) {
        wl_free(d->budget, d->slots, d->max_slots * sizeof(*d->slots));
        wl_free(d->budget, d->free_slots, d->max_slots * sizeof(*d->free_slots));
    }
    wl_free(d->budget, d->whole, d->whole_n);
    wl_free(d->budget, d, sizeof(*d));
}
