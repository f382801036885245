/* queue.h - segments of one direction that came too early, in the order of the stream.
 * SPDX-License-Identifier: MIT
 */
#ifndef WL_QUEUE_H
#define WL_QUEUE_H

#include "layer.h"

enum wl_piece_kind {
    WL_PIECE_OCTETS,
    WL_PIECE_CUT, /* octets that the snap length cut off: n without data */
    WL_PIECE_FIN,
    WL_PIECE_RST,
};

/** Part of a segment. Pieces of a queue never overlap. */
struct wl_piece {
    uint64_t at, n; /* stream offset and length; FIN and RST have none */
    enum wl_piece_kind kind;
    bool has_ack;
    uint32_t ack; /* not to be delivered before these octets of the other direction */
    struct wl_seen seen;
    size_t octets; /* of the allocation */
    uint8_t data[];
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
 * Puts a copy of model, with the octets of bytes (model->n of them, or none), before the i-th.
 * Returns 0, or WL_NOMEM and nothing has changed.
 */
WL_MUST_USE int wl_queue_insert(struct wl_queue *q, struct wl_budget *b, uint32_t i,
                                const struct wl_piece *model, const uint8_t *bytes);
/** Takes the front out of a queue that is not empty; free it with wl_piece_free. */
struct wl_piece *wl_queue_take(struct wl_queue *q);
void wl_piece_free(struct wl_budget *b, struct wl_piece *p);
void wl_queue_release(struct wl_queue *q, struct wl_budget *b);

#endif
