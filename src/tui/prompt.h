/* prompt.h - a line that is being typed: editing, history, completion.
 * SPDX-License-Identifier: MIT
 */
#ifndef WL_PROMPT_H
#define WL_PROMPT_H

#include "keys.h"

enum {
    WL_PROMPT_TEXT = 512, /* octets of a line, NUL included */
    WL_PROMPT_PAST = 32,  /* lines remembered */
    WL_PROMPT_WORD = 64,  /* octets of a candidate, NUL included */
    WL_PROMPT_CANDIDATES = 2048,
};

/** Lines entered before, the latest last. */
struct wl_history {
    char lines[WL_PROMPT_PAST][WL_PROMPT_TEXT];
    size_t n;
};

/**
 * The i-th way to complete the word that ends at octet at of line: writes the whole word to ret and
 * to *ret_from where it begins. False: there are no more.
 */
typedef bool wl_complete_fn(const char *line, size_t at, size_t i, size_t *ret_from,
                            char ret[WL_PROMPT_WORD]);

struct wl_prompt {
    char text[WL_PROMPT_TEXT];
    size_t n, at; /* octets; the cursor stands before octet at, on the boundary of a character */
    struct wl_history *history; /* or NULL */
    size_t past;                /* lines back in it; 0: the line being typed */
    char typed[WL_PROMPT_TEXT]; /* that line while an older one is shown */
    wl_complete_fn *complete;   /* or NULL */
    size_t turn;                /* which candidate the last Tab gave, + 1; 0: none */
    size_t stem;                /* octets of the line up to the cursor before the first Tab */
};

enum wl_prompt_did {
    WL_PROMPT_IGNORED,
    WL_PROMPT_MOVED,  /* the text is the same */
    WL_PROMPT_EDITED, /* it is not */
    WL_PROMPT_DONE,   /* Enter */
    WL_PROMPT_LEFT,   /* Esc */
};

/** Begins with this text, cursor at its end. */
void wl_prompt_open(struct wl_prompt *p, const char *text, struct wl_history *history,
                    wl_complete_fn *complete);
enum wl_prompt_did wl_prompt_key(struct wl_prompt *p, int key);
/** Remembers a line, unless it is empty or the one entered last. */
void wl_history_add(struct wl_history *h, const char *line);
/** Writes a code point as UTF-8; returns the octets, 0 when it is none. */
size_t wl_utf8_put(uint32_t c, char ret[4]);

#endif
