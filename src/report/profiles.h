/* profiles.h - the thresholds of known gateways as documents.
 * SPDX-License-Identifier: MIT
 */
#ifndef WL_PROFILES_H
#define WL_PROFILES_H

#include "catalogue.h"

/** A block per profile: what it sets, which time-outs it explains, and the source. */
void wl_profiles_text(struct wl_text *t, const struct wl_page *page);
/** One array of objects, sorted by name. */
void wl_profiles_json(struct wl_text *t);
/** One table. */
void wl_profiles_markdown(struct wl_text *t);

#endif
