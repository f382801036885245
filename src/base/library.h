/* library.h - shared libraries that few runs need, loaded by those that do.
 * SPDX-License-Identifier: MIT
 *
 * What is linked is loaded, relocated and initialised by every run, together with all that it is
 * linked with itself. A library that only some runs need has a table instead, struct wl_x_calls: a
 * pointer to each of its functions that is used, of the type that its header declares:
 *
 *     struct wl_x_calls {
 *         WL_TYPEOF(x_open) *open;              (and so on, made from the list in tbl/x_calls.h)
 *     };
 *     int wl_x_load(struct wl_x_calls *ret, struct wl_error *err)
 *     {
 *         struct wl_library l;
 *         int rc = wl_library_open(&l, &x, err);
 *
 *         if (rc < 0)
 *             return rc;
 *         ret->open = WL_LIBRARY_CALL(&l, x_open, "x_open");                     (likewise)
 *         return wl_library_close(&l, err);
 *     }
 *
 * Whoever uses the library has a table of its own, and no library is ever unloaded: tables stay
 * good. Loading the same one again asks the loader, not the file system, and so works where nothing
 * can be opened any more. What gives up that right therefore loads first (source.h).
 *
 * Built with WL_ON_DEMAND=OFF the libraries are linked, and the tables hold what the linker
 * knows.
 */
#ifndef WL_LIBRARY_H
#define WL_LIBRARY_H

#include "attr.h"
#include "wirelint/wirelint.h"

/** What stands in a table of libraries. */
struct wl_library_info {
    const char *soname;  /* the one that this program was built with */
    const char *purpose; /* "to ...", for the hint where it is missing */
};

struct wl_library {
    const struct wl_library_info *info;
    void *handle;
    const char *missing; /* the first function that was not there */
};

/** Any function, until it is converted to its own type. */
typedef void wl_library_fn(void);

/** Loads it. Returns 0, or WL_ELIBRARY with err. info is borrowed until wl_library_close. */
WL_MUST_USE int wl_library_open(struct wl_library *l, const struct wl_library_info *info,
                                struct wl_error *err);
/** The function of that name; NULL when it is not there, which wl_library_close tells. */
wl_library_fn *wl_library_find(struct wl_library *l, const char *name);
/** It stays loaded. Returns 0, or WL_ELIBRARY with err when a function was not there. */
WL_MUST_USE int wl_library_close(struct wl_library *l, struct wl_error *err);

/** An entry of a table: the function f of the library, of its own type, and its name. */
#ifdef WL_ON_DEMAND
#    define WL_LIBRARY_CALL(l, f, name) ((WL_TYPEOF(f) *)wl_library_find((l), (name)))
#else
#    define WL_LIBRARY_CALL(l, f, name) (&(f))
#endif

#endif
