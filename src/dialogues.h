/* dialogues.h - the sample files of the rules, carried in the program for `explain`.
 * SPDX-License-Identifier: MIT
 *
 * The array is made at build time by cmake/embed.cmake from samples/dialogues.
 */
#ifndef WL_DIALOGUES_H
#define WL_DIALOGUES_H

#include "wirelint/model.h"

struct wl_dialogue {
    const char *name; /* of the file, without directory and suffix: mostly the id of a rule */
    struct wl_span text;
};

/** Ends with a row whose name is NULL. */
extern const struct wl_dialogue wl_dialogues[];

#endif
