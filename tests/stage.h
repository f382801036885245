/* stage.h - answers for a screen, made of plain data: the same on every run, without an engine.
 * SPDX-License-Identifier: MIT
 */
#ifndef STAGE_H
#define STAGE_H

#include "mem.h"
#include "wirelint/screen.h"

/** What the world behind the screen is like. */
enum stage_play {
    STAGE_BUSY,    /* an hour of everyday traffic with a few faults */
    STAGE_HOSTILE, /* every text tries something on the terminal */
    STAGE_SILENT,  /* no packet */
    STAGE_TLS,     /* packets, but no HTTP */
    STAGE_OVER,    /* a small file, read to its end */
};

struct stage {
    enum stage_play play;
    uint64_t drops; /* of packets */
};

/** The answer to a question, as the engine would give it. Aborts when memory is refused. */
struct wl_answer *stage_answer(struct stage *st, const struct wl_ask *ask);

#endif
