/* said.h - what of the network stands in the sentence of a finding, and may be shown.
 * SPDX-License-Identifier: MIT
 */
#ifndef WL_SAID_H
#define WL_SAID_H

#include "facts.h"
#include "wirelint/rule.h"
#include "wirelint/wirelint.h"

enum {
    WL_SAID_OPEN = 1, /* before and behind what wl_said quotes */
    WL_SAID_CLOSE = 2,
    WL_SAID_ESCAPE = 3,  /* before '@' and so on, in place of the octets from 0 up to itself */
    WL_SAID_OCTETS = 80, /* as much is quoted */
};

/**
 * Finishes a sentence, of n octets: what was quoted is shown as far as level allows.
 * ex: the exchange it is about, in whose fields secrets stand; or NULL
 * Returns its length, which is no more than n.
 */
size_t wl_said_finish(char *text, size_t n, enum wl_redact level, const struct wl_exchange *ex);

/** Writes wl_rule.saw, of a rule without a function, with its {places} filled in from the mark, as
 * far as there is room, and a NUL. status: of the message, or what the mark has. */
void wl_said_mark(char *buf, size_t room, const char *saw, const struct wl_mark *mark,
                  uint16_t status);

#endif
