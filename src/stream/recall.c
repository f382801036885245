/* recall.c - octets lately delivered, to tell whether a retransmission says the same.
 * SPDX-License-Identifier: MIT
 *
 * One ring for all connections of a partition instead of a buffer for each: a retransmission follows
 * its original soon, and what the ring has lost is not compared (missing evidence is never a
 * violation). Only octets that a layer looked at come here; bodies of known length pass by.
 *
 * Few segments are ever asked for again. So of a capture file no octets are kept, only where they
 * stand in it: they are read once more when a retransmission comes. They have their room in the
 * ring all the same, so that what is remembered does not depend on where packets come from. Short
 * segments are copied: one retransmission can repeat hundreds of them, and must not cost a call of
 * the system for each.
 *
 * Where every packet was captured twice every other one is a retransmission. So a search reads
 * tags, which stand close to each other, and ends when all octets have been compared: each of them
 * was delivered once.
 */
#include "recall.h"

#include "octets.h"

enum {
    PIECE = 2048, /* octets read again at a time */
    WORTH_READING =
        64, /* octets of a segment that are not copied, at least: many in one are slow */
};

/* Where the octets of one segment lie. */
struct memory {
    const void *who;
    uint64_t packet;
    uint64_t at;    /* position in the stream of all octets ever kept */
    uint64_t place; /* in the file that they can be read in again; WL_NONE: they are in the ring */
    uint32_t seq, n;
    enum wl_dir dir;
};

struct wl_recall {
    struct wl_budget *budget;
    uint64_t written; /* octets ever kept */
    uint32_t octets, segments;
    uint32_t start;  /* where in the ring the next ones go: written modulo octets */
    uint32_t latest; /* index of the newest memory */
    struct memory *memories;
    uint32_t *tags; /* of each memory: whose it is, in short */
    uint8_t *ring;
    const struct wl_octets *file; /* or NULL */
};

struct wl_recall *wl_recall_new(struct wl_budget *b, uint32_t octets, uint32_t segments)
{
    struct wl_recall *r = wl_alloc(b, sizeof(*r));

    WL_ASSERT(octets > 0 && segments > 0);
    if (!r)
        return NULL;
    *r = (struct wl_recall){.budget = b, .octets = octets, .segments = segments};
    r->memories = wl_alloc_array(b, segments, sizeof(*r->memories));
    r->tags = wl_alloc_array(b, segments, sizeof(*r->tags));
    r->ring = wl_alloc_unset(b, octets);
    if (!r->memories || !r->tags || !r->ring) {
        wl_recall_free(r);
        return NULL;
    }
    return r;
}

void wl_recall_free(struct wl_recall *r)
{
    if (!r)
        return;
    wl_free(r->budget, r->memories, r->segments * sizeof(*r->memories));
    wl_free(r->budget, r->tags, r->segments * sizeof(*r->tags));
    wl_free(r->budget, r->ring, r->octets);
    wl_free(r->budget, r, sizeof(*r));
}

void wl_recall_lean_on(struct wl_recall *r, const struct wl_octets *file)
{
    /* what was kept so far may stand in another one */
    r->file = r->written == 0 ? file : NULL;
}

/* Of one direction of a connection; another one's may be the same. */
static uint32_t tag_of(const void *who, enum wl_dir dir)
{
    return (uint32_t)((uintptr_t)who >> 2) ^ (uint32_t)dir;
}

void wl_recall_keep(struct wl_recall *r, const void *who, uint64_t packet, enum wl_dir dir,
                    uint32_t seq, struct wl_span bytes)
{
    uint32_t n = (uint32_t)wl_min_size(bytes.n, r->octets / 4);
    uint64_t place = WL_NONE;
    struct memory *m;

    if (n == 0)
        return;
    if (n > r->octets - r->start) { /* a memory does not wrap: leave the tail of the ring unused */
        r->written += r->octets - r->start;
        r->start = 0;
    }
    if (!r->file || n < WORTH_READING || !wl_octets_place(r->file, bytes.p, &place))
        memcpy(r->ring + r->start, bytes.p, n);
    r->latest = r->latest + 1 < r->segments ? r->latest + 1 : 0;
    r->tags[r->latest] = tag_of(who, dir);
    m = &r->memories[r->latest];
    m->who = who;
    m->packet = packet;
    m->at = r->written;
    m->place = place;
    m->seq = seq;
    m->n = n;
    m->dir = dir;
    r->written += n;
    r->start = r->start + n < r->octets ? r->start + n : 0;
}

/* n octets of m, from its octet number from on; room is for as many. NULL: they cannot
 * be read any more. */
static const uint8_t *recollect(const struct wl_recall *r, const struct memory *m, size_t from,
                                uint8_t room[PIECE], size_t n)
{
    if (m->place == WL_NONE)
        return r->ring + m->at % r->octets + from;
    return r->file && wl_octets_again(r->file, m->place + from, room, n) ? room : NULL;
}

/* Compares what m and bytes have in common, and returns how many octets that is; adds to
 * *n_differing. What cannot be read any more counts as compared. */
static size_t compare_one(const struct wl_recall *r, const struct memory *m, uint32_t seq,
                          struct wl_span bytes, size_t *n_differing, size_t *first)
{
    int32_t ahead = (int32_t)(m->seq - seq); /* where m begins, seen from bytes */
    size_t at = ahead > 0 ? (size_t)ahead : 0;
    size_t from = ahead < 0 ? (size_t) - (int64_t)ahead : 0;
    size_t common = 0;
    uint8_t room[PIECE];

    while (at < bytes.n && from < m->n) {
        size_t n = wl_min_size(wl_min_size(bytes.n - at, m->n - from), PIECE);
        const uint8_t *old = recollect(r, m, from, room, n);
        bool same = !old || memcmp(bytes.p + at, old, n) == 0;

        common += n;
        for (size_t i = 0; !same && i < n; i++) {
            if (bytes.p[at + i] == old[i])
                continue;
            if (*n_differing == 0 || at + i < *first)
                *first = at + i;
            ++*n_differing;
        }
        at += n;
        from += n;
    }
    return common;
}

size_t wl_recall_compare(const struct wl_recall *r, const void *who, uint64_t born, enum wl_dir dir,
                         uint32_t seq, struct wl_span bytes, size_t *ret_first)
{
    const uint32_t tag = tag_of(who, dir);
    size_t n_differing = 0, first = 0, left = bytes.n;
    uint32_t at = r->latest + 1;

    for (uint32_t i = 0; left && i < r->segments; i++) {
        const struct memory *m;

        at = at ? at - 1 : r->segments - 1;
        if (r->tags[at] != tag)
            continue;
        m = &r->memories[at];
        /* what was written over ends the search: everything before it is older */
        if (!m->n || r->written - m->at > r->octets)
            break;
        if (m->who == who && m->packet >= born && m->dir == dir)
            left -= wl_min_size(left, compare_one(r, m, seq, bytes, &n_differing, &first));
    }
    if (n_differing)
        *ret_first = first;
    return n_differing;
}
