/* guard.h - the terminal is given back as it was found, whatever happens.
 * SPDX-License-Identifier: MIT
 */
#ifndef WL_GUARD_H
#define WL_GUARD_H

#include "attr.h"

/** What a signal or the program wants of the screen's loop: octets that come through the pipe. */
enum wl_wish {
    WL_WISH_NONE = 0,
    WL_WISH_RESIZE = 'r',
    WL_WISH_SUSPEND = 's',
    WL_WISH_CONTINUE = 'c',
    WL_WISH_LEAVE = 'l',
};

/**
 * Keeps how the terminal is now, opens the pipe for wishes and takes over the signals that would
 * leave the terminal in disorder: those of crashes, SIGTSTP, SIGCONT, SIGWINCH. Crashes put the
 * terminal back and then go their way.
 * tty       descriptor of the terminal
 * sequence  what puts its display back (leaves the alternate screen, shows the cursor ...)
 * Returns false when there is no pipe. Once per process.
 */
WL_MUST_USE bool wl_guard_begin(int tty, const char *sequence, size_t n);
/** The reading end of the pipe, to be polled. */
int wl_guard_fd(void);
/** The next wish, WL_WISH_NONE when there is none. */
enum wl_wish wl_guard_next(void);
/** Makes a wish; safe in a signal handler. */
void wl_guard_wish(enum wl_wish wish);
/** Puts the terminal back without waiting for anything; safe in a signal handler. */
void wl_guard_restore(void);
/** From now on the calling thread is the one that may hang in writing to the terminal, through
 * descriptor out; -1: it no longer is. Once each. */
void wl_guard_watch(int out);
/**
 * Gives that thread a second to come to its end; if it hangs in writing to a terminal that has
 * stopped reading, what it writes goes nowhere from then on. Safe in a signal handler.
 */
void wl_guard_hurry(void);
/** The watched thread has not come back. */
bool wl_guard_hangs(void);
/** The process stops as by Ctrl-Z and goes on with fg; the terminal has been put in order before. */
void wl_guard_stop(void);
/** Signals are as they were before; restores the terminal's modes. */
void wl_guard_end(void);

#endif
