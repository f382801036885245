/* library.c - shared libraries that few runs need, loaded by those that do.
 * SPDX-License-Identifier: MIT
 *
 * All of a library is bound at once (RTLD_NOW), as if it were linked: what is missing is found here
 * and not in the middle of a capture, and tables of addresses are read-only before the first octet
 * is looked at. Its names stay its own (RTLD_LOCAL).
 */
#include "library.h"

#include "diag.h"

#ifdef WL_ON_DEMAND
#    include <dlfcn.h>

static int cannot_load(const struct wl_library *l, const char *reason, struct wl_error *err)
{
    (void)wl_fail(err, WL_ELIBRARY, "cannot load '%s': %s", l->info->soname, reason);
    wl_hint(err, "it is needed %s, and comes with a package of its own", l->info->purpose);
    return WL_ELIBRARY;
}

int wl_library_open(struct wl_library *l, const struct wl_library_info *info, struct wl_error *err)
{
    *l = (struct wl_library){.info = info};
    l->handle = dlopen(info->soname, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (!l->handle) {
        /* NOLINTNEXTLINE(concurrency-mt-unsafe): every C library keeps one for each thread */
        const char *reason = dlerror();

        return cannot_load(l, reason ? reason : "not found", err);
    }
    return 0;
}

wl_library_fn *wl_library_find(struct wl_library *l, const char *name)
{
    union {
        void *object; /* what dlsym(3) gives */
        wl_library_fn *function;
    } found = {.object = dlsym(l->handle, name)};

    if (!found.object && !l->missing)
        l->missing = name;
    return found.function;
}

int wl_library_close(struct wl_library *l, struct wl_error *err)
{
    char reason[128];

    (void)dlclose(l->handle); /* which leaves it where it is: RTLD_NODELETE */
    l->handle = NULL;
    if (!l->missing)
        return 0;
    (void)snprintf(reason, sizeof(reason), "it has no %s", l->missing);
    return cannot_load(l, reason, err);
}

#else

int wl_library_open(struct wl_library *l, const struct wl_library_info *info, struct wl_error *err)
{
    (void)err;
    *l = (struct wl_library){.info = info};
    return 0;
}

int wl_library_close(struct wl_library *l, struct wl_error *err)
{
    (void)l;
    (void)err;
    return 0;
}

#endif
