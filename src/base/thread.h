/* thread.h - a thread that runs one function, and which signals are its own.
 * SPDX-License-Identifier: MIT
 */
#ifndef WL_THREAD_H
#define WL_THREAD_H

#include "attr.h"
#include "wirelint/wirelint.h"

#include <pthread.h>
#include <signal.h>

/** One thread; what starts it keeps this. */
struct wl_thread {
    pthread_t id;
    void (*run)(void *user);
    void *user;
    bool running;    /* started, and neither joined nor abandoned */
    bool terminal;   /* the signals of a terminal are its own */
    sigset_t before; /* terminal: signals that the calling thread blocked before */
};

/**
 * Starts one. Signals stay with the calling thread, but for those of a terminal with terminal true:
 * they become the new one's alone until it is joined. t must stay where it is.
 * Returns 0, or WL_NOMEM with err.
 */
WL_MUST_USE int wl_thread_start(struct wl_thread *t, bool terminal, void (*run)(void *user),
                                void *user, struct wl_error *err);
/** Waits until run has returned; does nothing when it was not started. */
void wl_thread_join(struct wl_thread *t);
/** Lets it run until the process ends. */
void wl_thread_abandon(struct wl_thread *t);

#endif
