/* community.h - Community ID: the name of a connection that other tools give it, too.
 * SPDX-License-Identifier: MIT
 *
 * Version 1 with seed 0, as Zeek, Suricata and Arkime write it by default, so that their records
 * and ours can be joined.
 */
#ifndef WL_COMMUNITY_H
#define WL_COMMUNITY_H

#include "digest.h"

/** "1:" and 28 characters of base64, without NUL. */
enum { WL_COMMUNITY_ID = 30 };

/**
 * The id of the TCP connection between a and b, the same whichever comes first. Returns false when
 * an address is not known.
 */
WL_MUST_USE bool wl_community_id(const struct wl_endpoint *a, const struct wl_endpoint *b,
                                 char ret[WL_COMMUNITY_ID]);

#endif
