/* sample.h - walks the sample dialogue of a rule (docs/dialogues.md) to show it.
 * SPDX-License-Identifier: MIT
 *
 * For people only: the tests have a stricter reader of their own (tests/dialogue.c).
 */
#ifndef WL_SAMPLE_H
#define WL_SAMPLE_H

#include "span.h"

/** One case of a dialogue. Everything is borrowed from the dialogue. */
struct wl_sample {
    struct wl_span title, body;
    bool fires; /* a finding of the rule is expected */
};

enum wl_step_kind {
    WL_STEP_SAYS, /* text: a line, or octets in hexadecimal; may be empty */
    WL_STEP_FIN,
    WL_STEP_RST,
    WL_STEP_WAITS,   /* text: "1.2s" */
    WL_STEP_MISSING, /* text: "1448", octets that were not captured */
    WL_STEP_ASIDE,   /* words: "the server's port is"; text: "8080", may be empty */
};

/** One line of a case that is of interest. */
struct wl_sample_step {
    enum wl_step_kind kind;
    enum wl_dir by;    /* SAYS, FIN, RST, MISSING: in which direction */
    const char *words; /* ASIDE */
    struct wl_span text;
};

/** The first case that expects the rule with this id, or the first that does not; false: none. */
bool wl_sample_find(struct wl_span dialogue, const char *id, bool fires, struct wl_sample *ret);
/** Takes the next step off a case's body; false at the end. */
bool wl_sample_step(struct wl_span *body, struct wl_sample_step *ret);

#endif
