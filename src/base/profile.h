/* profile.h - the thresholds of known gateways, by name.
 * SPDX-License-Identifier: MIT
 */
#ifndef WL_PROFILE_H
#define WL_PROFILE_H

#include "attr.h"
#include "wirelint/model.h"

enum { WL_PROFILE_SETTINGS = 6, WL_PROFILE_LIMITS = 10 };

/** One threshold that a profile sets, as --set would. */
struct wl_profile_setting {
    const char *key, *value;
    const char *what; /* the setting of the gateway that this is */
};

/** A time after which the gateway answers with a status of its own. */
struct wl_profile_limit {
    uint16_t status;
    wl_ns after;
    const char *what;
};

/** A gateway as it comes, and where its makers say so. */
struct wl_profile {
    const char *name, *title;
    const char *source;                                      /* URL, or document and section */
    struct wl_profile_setting settings[WL_PROFILE_SETTINGS]; /* key NULL at the end */
    struct wl_profile_limit limits[WL_PROFILE_LIMITS];       /* status 0 at the end */
};

/** Sorted by name. */
extern const struct wl_profile wl_profiles[];
extern const size_t wl_n_profiles;

/** NULL when no profile has this name. */
const struct wl_profile *wl_profile_find(const char *name);
/**
 * Does a gateway that is known answer with this status after such a time?
 * slack  in hundredths of the limit: how far it may be missed
 */
bool wl_profile_explains(uint16_t status, wl_ns after, unsigned slack);
/** Is there a gateway that is known to answer with this status after a time of its own? */
bool wl_profile_knows(uint16_t status);

#endif
