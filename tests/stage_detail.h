/* stage_detail.h - one connection for a ladder.
 * SPDX-License-Identifier: MIT
 */
#ifndef STAGE_DETAIL_H
#define STAGE_DETAIL_H

#include "stage.h"

/** The answer to a question of the kind DETAIL; everything lies in a. */
const struct wl_detail *stage_detail(enum stage_play play, const struct wl_ask *ask,
                                     struct wl_arena *a);

#endif
