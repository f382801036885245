/* watch.h - runs the engine over frames and writes down what it says, line by line.
 * SPDX-License-Identifier: MIT
 */
#ifndef WL_WATCH_H
#define WL_WATCH_H

#include "text.h"
#include "wire.h"

/** The engine's memory: counts what is out, and refuses when told to. */
struct watch_memory {
    uint64_t n_calls; /* allocations asked for */
    uint64_t n_out;   /* not given back yet */
    uint64_t fail_at; /* this call is refused; 0 none */
    bool fail_after;  /* and all that follow it */
    bool failed;      /* a call has been refused */
};

struct watch {
    const struct dialogue_case *c; /* its settings are the engine's */
    struct watch_memory memory;
    struct wl_text *lines; /* one per exchange and finding, as dialogues expect them */
    unsigned shards;
};

/** A buffer that ends at an unreadable page, for inputs up to 64 KiB; NULL when there is none. */
struct watch_fence;
struct watch_fence *watch_fence_new(struct wl_arena *a);
void watch_fence_free(struct watch_fence *f);

/**
 * Feeds the frames packet by packet, each from a place where one octet too many cannot be read.
 * Returns 0, or a negative code with err.
 */
int watch_frames(struct watch *w, const struct frames *frames, struct watch_fence *fence,
                 struct wl_error *err);
/** Lets the engine read a capture file. */
int watch_file(struct watch *w, const char *path, struct wl_error *err);

#endif
