/* held.c - octets, gaps and ends that a channel holds back, in the order of capture.
 * SPDX-License-Identifier: MIT
 *
 * The octets of a direction lie in one run, so that they can be shown as one span; the notes say
 * which packet brought which of them, and how the directions interleave.
 */
#include "held.h"

enum { WL_NOTES_FIRST = 4 };

struct wl_held *wl_held_new(struct wl_budget *b, size_t max)
{
    struct wl_held *h = wl_alloc(b, sizeof(*h));

    if (!h)
        return NULL;
    h->budget = b;
    wl_buf_init(&h->buf[0], b, max);
    wl_buf_init(&h->buf[1], b, max);
    return h;
}

void wl_held_free(struct wl_held *h)
{
    if (!h)
        return;
    wl_buf_release(&h->buf[0]);
    wl_buf_release(&h->buf[1]);
    wl_free(h->budget, h->notes, h->capacity * sizeof(*h->notes));
    wl_free(h->budget, h, sizeof(*h));
}

struct wl_span wl_held_octets(const struct wl_held *h, enum wl_dir dir)
{
    return wl_span_after(wl_buf_span(&h->buf[dir]), h->taken[dir]);
}

bool wl_held_empty(const struct wl_held *h)
{
    return h->first == h->n_notes;
}

/* Moves the notes that are not GONE together, in their order. */
static void compact(struct wl_held *h)
{
    uint32_t n = 0;

    for (uint32_t i = h->first; h->notes && i < h->n_notes; i++) {
        if (h->notes[i].kind != WL_NOTE_GONE)
            h->notes[n++] = h->notes[i];
    }
    h->n_notes = n;
    h->first = 0;
}

static bool make_room(struct wl_held *h)
{
    uint32_t capacity = h->capacity ? h->capacity * 2 : WL_NOTES_FIRST;
    struct wl_note *notes;

    if (h->n_notes < h->capacity)
        return true;
    compact(h);
    if (h->n_notes < h->capacity - h->capacity / 4)
        return true;
    if (capacity > WL_HELD_NOTES)
        return h->n_notes < h->capacity;
    notes = wl_resize(h->budget, h->notes, h->capacity * sizeof(*notes), capacity * sizeof(*notes));
    if (!notes)
        return h->n_notes < h->capacity;
    h->notes = notes;
    h->capacity = capacity;
    return true;
}

bool wl_held_add(struct wl_held *h, const struct wl_note *note, struct wl_span bytes)
{
    struct wl_note *last = h->first < h->n_notes ? &h->notes[h->n_notes - 1] : NULL;
    bool extends = last && last->kind == note->kind && last->dir == note->dir &&
                   (note->kind == WL_NOTE_OCTETS
                        ? last->at.frame == note->at.frame
                        : note->kind == WL_NOTE_GAP && last->why == note->why);

    /* Octets that follow octets need no note of their own: they count as seen with those. From the
     * half on there is room only for what needs one, however small the packets are. */
    extends = extends || (h->n_notes >= WL_HELD_NOTES / 2 && last && note->kind == WL_NOTE_OCTETS &&
                          last->kind == WL_NOTE_OCTETS && last->dir == note->dir &&
                          last->at.offset + last->n == note->at.offset);
    if (!extends && !make_room(h))
        return false;
    if (note->kind == WL_NOTE_OCTETS) {
        if (h->taken[note->dir]) { /* only what is still wanted counts against the maximum */
            wl_buf_drop(&h->buf[note->dir], h->taken[note->dir]);
            h->taken[note->dir] = 0;
        }
        if (!wl_buf_append(&h->buf[note->dir], bytes))
            return false;
    }
    if (extends) {
        last->n += note->kind == WL_NOTE_OCTETS ? bytes.n : note->n;
        return true;
    }
    WL_ASSERT(h->notes);
    h->notes[h->n_notes] = *note;
    if (note->kind == WL_NOTE_OCTETS)
        h->notes[h->n_notes].n = bytes.n;
    h->n_notes++;
    return true;
}

struct wl_note *wl_held_next(struct wl_held *h, const bool stopped[2])
{
    for (uint32_t i = h->first; i < h->n_notes; i++) {
        struct wl_note *note = &h->notes[i];

        if (note->kind != WL_NOTE_GONE && !stopped[note->dir])
            return note;
    }
    return NULL;
}

void wl_held_done(struct wl_held *h, struct wl_note *note)
{
    note->kind = WL_NOTE_GONE;
    while (h->first < h->n_notes && h->notes[h->first].kind == WL_NOTE_GONE)
        h->first++;
}

void wl_held_take(struct wl_held *h, struct wl_note *note, size_t n)
{
    WL_ASSERT(note->kind == WL_NOTE_OCTETS && n <= note->n);
    h->taken[note->dir] += n;
    note->n -= n;
    note->at.offset += n;
    if (note->n == 0)
        wl_held_done(h, note);
}

void wl_held_drop(struct wl_held *h, enum wl_dir dir)
{
    for (uint32_t i = h->first; i < h->n_notes; i++) {
        if (h->notes[i].kind == WL_NOTE_OCTETS && h->notes[i].dir == dir)
            h->notes[i].kind = WL_NOTE_GONE;
    }
    compact(h);
    h->buf[dir].n = 0;
    h->taken[dir] = 0;
}

void wl_held_turn(struct wl_held *h)
{
    struct wl_buf buf = h->buf[0];
    size_t taken = h->taken[0];

    h->buf[0] = h->buf[1];
    h->buf[1] = buf;
    h->taken[0] = h->taken[1];
    h->taken[1] = taken;
    for (uint32_t i = h->first; i < h->n_notes; i++) {
        struct wl_note *note = &h->notes[i];

        note->dir = note->dir == WL_TO_SERVER ? WL_TO_CLIENT : WL_TO_SERVER;
        note->by = note->by == WL_TO_SERVER ? WL_TO_CLIENT : WL_TO_SERVER;
        note->at.dir = note->dir;
    }
}
