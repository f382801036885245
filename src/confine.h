/* confine.h - what the program may still do once everything is open.
 * SPDX-License-Identifier: MIT
 *
 * What reads packets reads what an enemy may have written. So before the first octet is looked at
 * the program gives up what it does not need any more: being root, capabilities, ever getting new
 * ones, most system calls, and all files but those it was told to read.
 */
#ifndef WL_CONFINE_H
#define WL_CONFINE_H

#include "text.h"
#include "wirelint/wirelint.h"

enum { WL_CONFINE_PATHS = 16 };

/** What will be needed. Paths are borrowed for the call; NULL entries are passed over. */
struct wl_confine {
    const char *user;         /* to become when root; NULL: nobody */
    const char *const *files; /* read, also again: files, directories, "-" */
    size_t n_files;
    bool follow; /* files that take their names later are read too */
    bool live;   /* captures from interfaces: nothing of others' is read by name */
    bool screen; /* a terminal is opened, and its description */
    bool serves; /* answers on sockets that are open already */
    const char *readable[WL_CONFINE_PATHS]; /* more to be read: files or directories */
    const char *writable[WL_CONFINE_PATHS]; /* files or directories that are written by name */
    const char *replaced[WL_CONFINE_PATHS]; /* files whose place a new one beside them takes */
    wl_log_fn *log;
    void *log_user;
};

/** Looks up who to become, before names cannot be looked up any more: 0, or WL_EINVAL with err when
 * there is no such user. */
WL_MUST_USE int wl_confine_check(const struct wl_confine *c, struct wl_error *err);
/**
 * Gives everything else up, for good and for all threads that are started later: call before any
 * is. What this machine cannot do is told through log (a warning when the program stays root).
 * Returns 0, or with err WL_EINVAL when the user cannot be found, or WL_NOMEM when no descriptors are
 * left for it.
 */
WL_MUST_USE int wl_confine_now(const struct wl_confine *c, struct wl_error *err);
/** Writes what confinement this build has on this machine: one line. */
void wl_confine_describe(struct wl_text *t);

#endif
