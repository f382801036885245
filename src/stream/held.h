/* held.h - octets, gaps and ends that a channel holds back, in the order of capture.
 * SPDX-License-Identifier: MIT
 */
#ifndef WL_HELD_H
#define WL_HELD_H

#include "layer.h"

enum { WL_HELD_NOTES = 1024 }; /* events held at most; octets are bounded by max_limbo */

enum wl_note_kind {
    WL_NOTE_GONE, /* was worked off */
    WL_NOTE_OCTETS,
    WL_NOTE_GAP,
    WL_NOTE_END,
};

/** One event. */
struct wl_note {
    enum wl_note_kind kind;
    enum wl_dir dir;
    uint64_t n; /* octets held, or lost */
    struct wl_at at;
    struct wl_seen seen;
    enum wl_gap_why why;
    enum wl_end how;
    enum wl_dir by;
};

/** What is held of one connection. Exists only while something is. */
struct wl_held {
    struct wl_budget *budget;
    struct wl_buf buf[2];
    size_t taken[2]; /* octets at the front of buf that are worked off */
    struct wl_note *notes;
    uint32_t n_notes, capacity;
    uint32_t first; /* all notes before are GONE */
};

/** max: octets per direction. NULL when refused. */
WL_MUST_USE struct wl_held *wl_held_new(struct wl_budget *b, size_t max);
void wl_held_free(struct wl_held *h);
/** Octets of dir that are held, from their first on. */
struct wl_span wl_held_octets(const struct wl_held *h, enum wl_dir dir);
/** Adds an event; for OCTETS bytes are copied and note->n is set to bytes.n. False when a bound or
 * the budget refuses: nothing was added. */
WL_MUST_USE bool wl_held_add(struct wl_held *h, const struct wl_note *note, struct wl_span bytes);
/** The first event whose direction is not stopped, or NULL. */
struct wl_note *wl_held_next(struct wl_held *h, const bool stopped[2]);
/** n octets of note, which must be the first of OCTETS in its direction, are worked off. */
void wl_held_take(struct wl_held *h, struct wl_note *note, size_t n);
/** The event is worked off (GAP, END). */
void wl_held_done(struct wl_held *h, struct wl_note *note);
/** Drops all octets of dir; gaps and ends stay. */
void wl_held_drop(struct wl_held *h, enum wl_dir dir);
/** Client and server change places. */
void wl_held_turn(struct wl_held *h);
bool wl_held_empty(const struct wl_held *h);

#endif
