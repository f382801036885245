/* names.h - the keys of NDJSON as others call them: OpenTelemetry, Elastic Common Schema, Zeek.
 * SPDX-License-Identifier: MIT
 *
 * A name of theirs is used only where meaning, type and unit are theirs as well; everything else
 * keeps our name, behind "wirelint." where they ask for a namespace. Names are changed in what has
 * been written, so that there is one writer, and none of this costs anything where nobody asks for
 * it.
 */
#ifndef WL_NAMES_H
#define WL_NAMES_H

#include "text.h"
#include "wirelint/sink.h"

enum { WL_NAMES_KEY = 64 };

/** Where it is in the objects, of which it may see a part at a time. All zero to begin with. */
struct wl_renamer {
    enum wl_json_names names;
    uint32_t record;  /* what kind of object, 0 until its type was read */
    unsigned depth;   /* objects and arrays that are open */
    uint64_t objects; /* one bit per depth: an object, not an array */
    bool in_string, escaped;
    bool at_key;         /* the next string is a key */
    bool reading, colon; /* a key is being read; it has been, and its value follows */
    bool typed;          /* the string that follows is the type */
    bool flat;           /* inside of an object whose members go one up */
    char group[WL_NAMES_KEY], key[WL_NAMES_KEY];
    size_t n_group, n_key;
};

/** Appends to out what in becomes: the next piece of NDJSON. A wl_rewrite_fn (output.h). */
void wl_names_rewrite(void *renamer, struct wl_span in, struct wl_text *out);

/** "otel", "ecs", "zeek"; false when it is none of them. */
bool wl_names_parse(const char *text, enum wl_json_names *ret);
const char *wl_names_name(enum wl_json_names names); /* "wirelint", "otel", ... */

#endif
