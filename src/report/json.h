/* json.h - writes JSON documents: objects within objects, one value after the other.
 * SPDX-License-Identifier: MIT
 *
 * For documents of a given schema (SARIF, HAR), whose keys are many and whose values are few. The
 * one thing it knows is whether a comma is due. NDJSON, which is written millions of times, is
 * out_json.c's.
 */
#ifndef WL_JSON_H
#define WL_JSON_H

#include "text.h"

struct wl_json {
    struct wl_text *text;
    bool comma; /* a value stands before the next one */
};

/* key NULL: an element of an array. Keys are ours, and need no escaping. */

/** Begins an object or an array: bracket is '{' or '['. */
void wl_json_open(struct wl_json *j, const char *key, char bracket);
/** Ends it: '}' or ']'. */
void wl_json_close(struct wl_json *j, char bracket);
/** Octets of anybody. Those that are not UTF-8 become \u00XX. */
void wl_json_string(struct wl_json *j, const char *key, struct wl_span value);
void wl_json_text(struct wl_json *j, const char *key, const char *value);
void wl_json_u64(struct wl_json *j, const char *key, uint64_t value);
void wl_json_bool(struct wl_json *j, const char *key, bool value);
/** The next value begins a line. */
void wl_json_line(struct wl_json *j);
/** What has been put into text by hand is the value: writes the comma and the key before it. */
void wl_json_key(struct wl_json *j, const char *key);

/**
 * A text of SARIF, which people read and viewers interpret: escaped as for a terminal, braces
 * doubled (SARIF 2.1.0 3.11.5), and no "](" left that would make a link of what a stranger sent
 * (3.11.6).
 */
void wl_json_message(struct wl_json *j, const char *key, struct wl_span value);

#endif
