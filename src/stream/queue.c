/* queue.c - segments of one direction that came too early, in the order of the stream.
 * SPDX-License-Identifier: MIT
 *
 * Bounded by its user (max_reorder, max_reorder_pieces). The array begins in the middle of its
 * memory, so that the two common cases, pieces in order behind a hole and pieces in reverse order,
 * move nothing.
 */
#include "queue.h"

enum { WL_QUEUE_FIRST = 8 };

uint32_t wl_queue_search(const struct wl_queue *q, uint64_t offset)
{
    uint32_t low = 0, high = q->n;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        const struct wl_piece *p = wl_queue_at(q, middle);

        if (p->at + p->n > offset) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return low;
}

/* Twice the room, with the pieces in its middle. */
static int grow(struct wl_queue *q, struct wl_budget *b)
{
    uint32_t capacity = q->capacity ? q->capacity * 2 : WL_QUEUE_FIRST;
    uint32_t head = (capacity - q->n) / 2;
    struct wl_piece **pieces;

    if (q->capacity > UINT32_MAX / 2)
        return WL_NOMEM;
    pieces = wl_alloc_array(b, capacity, sizeof(struct wl_piece *));
    if (!pieces)
        return WL_NOMEM;
    if (q->n)
        memcpy(pieces + head, q->pieces + q->head, q->n * sizeof(struct wl_piece *));
    wl_free(b, q->pieces, q->capacity * sizeof(struct wl_piece *));
    q->pieces = pieces;
    q->head = head;
    q->capacity = capacity;
    return 0;
}

/* Room on both sides: by moving the pieces to the middle while at least half is free, else by more
 * memory. Either is paid for by as many insertions as it moves pieces. */
static int make_room(struct wl_queue *q, struct wl_budget *b)
{
    uint32_t head = (q->capacity - q->n) / 2;

    if (q->capacity < WL_QUEUE_FIRST || q->n > q->capacity / 2)
        return grow(q, b);
    memmove(q->pieces + head, q->pieces + q->head, q->n * sizeof(struct wl_piece *));
    q->head = head;
    return 0;
}

/* Opens a place before the i-th piece by moving the shorter side. */
static int open_place(struct wl_queue *q, struct wl_budget *b, uint32_t i)
{
    bool left = i < q->n / 2;
    struct wl_piece **first;

    if ((left ? q->head == 0 : q->head + q->n == q->capacity) && make_room(q, b) < 0)
        return WL_NOMEM;
    first = q->pieces + q->head;
    if (left) {
        memmove(first - 1, first, i * sizeof(struct wl_piece *));
        q->head--;
    } else {
        memmove(first + i + 1, first + i, (q->n - i) * sizeof(struct wl_piece *));
    }
    return 0;
}

int wl_queue_insert(struct wl_queue *q, struct wl_budget *b, uint32_t i,
                    const struct wl_piece *model, const uint8_t *bytes)
{
    size_t n = bytes ? (size_t)model->n : 0;
    struct wl_piece *p = wl_alloc_unset(b, sizeof(*p) + n);

    WL_ASSERT(i <= q->n);
    if (!p)
        return WL_NOMEM;
    if (open_place(q, b, i) < 0) {
        wl_free(b, p, sizeof(*p) + n);
        return WL_NOMEM;
    }
    memcpy(p, model, sizeof(*p));
    p->octets = sizeof(*p) + n;
    if (n)
        memcpy(p->data, bytes, n);
    q->pieces[q->head + i] = p;
    q->n++;
    q->octets += n;
    return 0;
}

struct wl_piece *wl_queue_take(struct wl_queue *q)
{
    struct wl_piece *p = q->pieces[q->head];

    WL_ASSERT(q->n > 0);
    q->head++;
    q->n--;
    q->octets -= p->octets - sizeof(*p);
    if (q->n == 0)
        q->head = q->capacity / 2;
    return p;
}

void wl_piece_free(struct wl_budget *b, struct wl_piece *p)
{
    if (p)
        wl_free(b, p, p->octets);
}

void wl_queue_release(struct wl_queue *q, struct wl_budget *b)
{
    while (q->n)
        wl_piece_free(b, wl_queue_take(q));
    wl_free(b, q->pieces, q->capacity * sizeof(struct wl_piece *));
    *q = (struct wl_queue){.end_at = WL_NONE};
}
