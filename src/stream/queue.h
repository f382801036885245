/* queue.h - segments of one direction that came too early, in the order of the stream.
 * SPDX-License-Identifier: MIT
 */
#ifndef WL_QUEUE_H
#define WL_QUEUE_H

#include "layer.h"

struct wl_octets;

enum wl_piece_kind {
    WL_PIECE_OCTETS,
    WL_PIECE_CUT, /* octets that the snap length cut off: n without data */
    WL_PIECE_FIN,
    WL_PIECE_RST,
};

/** Part of a segment. Pieces of a queue never overlap. */
struct wl_piece {
    uint64_t at, n; /* stream offset and length; FIN and RST have none */
    uint8_t kind;   /* enum wl_piece_kind */
    bool has_ack;
    uint32_t ack; /* not to be delivered before these octets of the other direction */
    struct wl_seen seen;
    uint64_t place; /* where octets were left in their file; WL_NONE: they are in data */
    uint8_t data[];
};

/** What the queues of a shard share. */
struct wl_shelf {
    struct wl_budget *budget;
    const struct wl_octets *file; /* in which all packets lie, or NULL */
    uint64_t held;                /* octets in data */
    uint8_t *room;                /* for octets that were left in the file, or NULL */
};

/**
 * A sorted array of pointers with free room at both ends: whatever order pieces come in, a piece
 * costs a search of log n and moves at most half of max pointers.
 */
struct wl_queue {
    struct wl_piece **pieces; /* those in use: [head, head + n) */
    uint32_t head, n, capacity;
    uint64_t octets; /* of data */
    uint64_t end_at; /* offset of the FIN that is queued, or WL_NONE */
};

/** The first of a queue that is not empty. */
static inline struct wl_piece *wl_queue_front(const struct wl_queue *q)
{
    WL_ASSERT(q->n > 0);
    return q->pieces[q->head];
}

static inline struct wl_piece *wl_queue_at(const struct wl_queue *q, uint32_t i)
{
    return q->pieces[q->head + i];
}

/** Index of the first piece that ends after offset; n when none does. */
uint32_t wl_queue_search(const struct wl_queue *q, uint64_t offset);
/**
 * Puts a copy of model, with the octets of bytes (model->n of them, or none), before the i-th. Where
 * much waits, they are left in the file if they lie there. Returns 0, or WL_NOMEM and nothing has
 * changed.
 */
WL_MUST_USE int wl_queue_insert(struct wl_queue *q, struct wl_shelf *shelf, uint32_t i,
                                const struct wl_piece *model, const uint8_t *bytes);
/** Takes the front out of a queue that is not empty; free it with wl_piece_free. */
struct wl_piece *wl_queue_take(struct wl_queue *q);
/** n octets of a piece of octets, from its octet number from on, until it is freed or the next ones
 * are asked for; empty: they cannot be read any more. */
struct wl_span wl_piece_octets(struct wl_shelf *shelf, const struct wl_piece *p, uint64_t from,
                               uint64_t n);
void wl_piece_free(struct wl_shelf *shelf, struct wl_piece *p);
void wl_queue_release(struct wl_queue *q, struct wl_shelf *shelf);
void wl_shelf_release(struct wl_shelf *shelf);

#endif
