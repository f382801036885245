/* queue.c - segments of one direction that came too early, in the order of the stream.
 * SPDX-License-Identifier: MIT
 *
 * Bounded by its user (max_reorder, max_reorder_pieces). The array begins in the middle of its
 * memory, so that the two common cases, pieces in order behind a hole and pieces in reverse order,
 * move nothing.
 *
 * What waits is copied, as long as little does. Where many segments were missed for good, nearly all
 * connections wait, with 10 KB each: from SHELF_FULL octets on, large pieces of what lies in a file
 * are read again there when their turn has come, for a call of the system each.
 */
#include "queue.h"

#include "octets.h"

enum {
    WL_QUEUE_FIRST = 8,
    SHELF_FULL = 2 << 20, /* octets that are copied, of all queues */
    SHELF_ROOM = 64 << 10,
    WORTH_READING = 1024, /* octets of a piece that is left in its file, at least */
};

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

/* The place of n octets that need not be copied, or WL_NONE. */
static uint64_t place_of(struct wl_shelf *shelf, const uint8_t *bytes, size_t n)
{
    uint64_t place;

    if (shelf->held < SHELF_FULL || !shelf->file || n < WORTH_READING || n > SHELF_ROOM ||
        !wl_octets_place(shelf->file, bytes, &place))
        return WL_NONE;
    if (!shelf->room)
        shelf->room = wl_alloc_unset(shelf->budget, SHELF_ROOM);
    return shelf->room ? place : WL_NONE;
}

/* How many octets lie in data. */
static size_t own_octets(const struct wl_piece *p)
{
    return p->kind == WL_PIECE_OCTETS && p->place == WL_NONE ? (size_t)p->n : 0;
}

int wl_queue_insert(struct wl_queue *q, struct wl_shelf *shelf, uint32_t i,
                    const struct wl_piece *model, const uint8_t *bytes)
{
    struct wl_piece placed = *model, *p;
    size_t n;

    WL_ASSERT(i <= q->n && !bytes == (model->kind != WL_PIECE_OCTETS));
    placed.place = bytes ? place_of(shelf, bytes, (size_t)model->n) : WL_NONE;
    n = own_octets(&placed);
    p = wl_alloc_unset(shelf->budget, sizeof(*p) + n);
    if (!p)
        return WL_NOMEM;
    if (open_place(q, shelf->budget, i) < 0) {
        wl_free(shelf->budget, p, sizeof(*p) + n);
        return WL_NOMEM;
    }
    memcpy(p, &placed, sizeof(*p));
    if (bytes && n)
        memcpy(p->data, bytes, n);
    shelf->held += n;
    q->pieces[q->head + i] = p;
    q->n++;
    q->octets += bytes ? model->n : 0;
    return 0;
}

struct wl_piece *wl_queue_take(struct wl_queue *q)
{
    struct wl_piece *p = q->pieces[q->head];

    WL_ASSERT(q->n > 0);
    q->head++;
    q->n--;
    q->octets -= p->kind == WL_PIECE_OCTETS ? p->n : 0;
    if (q->n == 0)
        q->head = q->capacity / 2;
    return p;
}

struct wl_span wl_piece_octets(struct wl_shelf *shelf, const struct wl_piece *p, uint64_t from,
                               uint64_t n)
{
    WL_ASSERT(p->kind == WL_PIECE_OCTETS && from <= p->n && n <= p->n - from);
    if (p->place == WL_NONE)
        return wl_span(p->data + from, (size_t)n);
    return wl_octets_again(shelf->file, p->place + from, shelf->room, (size_t)n)
               ? wl_span(shelf->room, (size_t)n)
               : wl_span(NULL, 0);
}

void wl_piece_free(struct wl_shelf *shelf, struct wl_piece *p)
{
    const size_t n = own_octets(p);

    shelf->held -= n;
    wl_free(shelf->budget, p, sizeof(*p) + n);
}

void wl_queue_release(struct wl_queue *q, struct wl_shelf *shelf)
{
    while (q->n)
        wl_piece_free(shelf, wl_queue_take(q));
    wl_free(shelf->budget, q->pieces, q->capacity * sizeof(struct wl_piece *));
    *q = (struct wl_queue){.end_at = WL_NONE};
}

void wl_shelf_release(struct wl_shelf *shelf)
{
    if (shelf->room)
        wl_free(shelf->budget, shelf->room, SHELF_ROOM);
    shelf->room = NULL;
}
