/* ladder.h - the lines of a ladder: what happened on a connection, in order of time.
 * SPDX-License-Identifier: MIT
 *
 * What the ladder of the screen and that of the HTML report have in common: which lines there
 * are, in which order, and which finding belongs to which line. How a line is drawn is not known
 * here.
 */
#ifndef WL_LADDER_H
#define WL_LADDER_H

#include "wirelint/screen.h"

struct wl_arena; /* mem.h */

enum wl_rung_kind {
    WL_RUNG_OPEN, /* the connection begins */
    WL_RUNG_REQUEST,
    WL_RUNG_CONTENT, /* the end of content, value: octets; 0: it begins, held back until now (Expect) */
    WL_RUNG_INTERIM,
    WL_RUNG_FINAL,
    WL_RUNG_GAP,   /* octets missing from the capture; value: how many */
    WL_RUNG_PAUSE, /* nothing for a while; value: nanoseconds */
    WL_RUNG_LOST,  /* exchanges no longer held; value: how many */
    WL_RUNG_MORE,  /* interim responses that were not kept; value: how many */
    WL_RUNG_FIN,
    WL_RUNG_RST,
    WL_RUNG_STOP, /* the connection is over without either, or observation ended; value: wl_end */
};

enum { WL_RUNG_MARKS = 8, WL_LADDER_MAX = 65536 };

/** A finding, numbered over the ladder. */
struct wl_rung_mark {
    const struct wl_finding *finding;
    uint32_t number, rung;
};

/** One line. */
struct wl_rung {
    enum wl_rung_kind kind;
    uint8_t leg; /* 0: the client's, 1: the upstream one */
    enum wl_dir dir;
    bool stray; /* a response that nobody asked for */
    uint16_t status;
    wl_ns t;
    uint64_t frame, value;
    const struct wl_exchange *ex; /* or NULL */
    uint32_t message;             /* as wl_exchange_message counts */
    uint32_t first_mark, n_marks; /* in wl_ladder.marks */
    uint64_t place;               /* for equal times: its frame, or that of the line made before */
    uint32_t order;               /* in which they were made, for the rest */
};

struct wl_ladder {
    struct wl_rung *rungs;
    uint32_t n;
    struct wl_rung_mark *marks;
    uint32_t n_marks;
    const struct wl_detail *legs[2]; /* the client's; the upstream one or NULL */
    wl_ns t0;                        /* times are relative to this */
    bool cut;                        /* memory was refused, or WL_LADDER_MAX was reached */
};

/** The final response, wherever it stands. */
#define WL_MESSAGE_FINAL UINT32_MAX

/** Message k of an exchange: 0 the request, 1.. the interim responses, WL_MESSAGE_FINAL; NULL when
 * there is none, or nothing but its status was kept. */
const struct wl_message *wl_exchange_message(const struct wl_exchange *ex, uint32_t k);
/** Whether a finding of the exchange concerns message k. */
bool wl_finding_is_about(const struct wl_exchange *ex, const struct wl_finding *f, uint32_t k);

/**
 * Makes the lines of a detail, in memory of arena.
 * both   with the other leg, when there is one
 * pause  how long nothing must have happened to be worth a line
 */
void wl_ladder_make(struct wl_ladder *ret, const struct wl_detail *d, bool both, wl_ns pause,
                    struct wl_arena *arena);

#endif
