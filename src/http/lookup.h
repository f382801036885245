/* lookup.h - the names that are known, found by hash.
 * SPDX-License-Identifier: MIT
 *
 * The tables of fields and methods (tbl/fields.h, tbl/methods.h), arranged once per shard so that a
 * name is found with one comparison, however long the tables grow.
 */
#ifndef WL_LOOKUP_H
#define WL_LOOKUP_H

#include "span.h"

enum { WL_LOOKUP_FIELDS = 1024, WL_LOOKUP_METHODS = 128 }; /* slots: powers of two */

struct wl_lookup {
    uint8_t fields[WL_LOOKUP_FIELDS]; /* enum wl_field_id; 0: free */
    uint8_t methods[WL_LOOKUP_METHODS];
};

void wl_lookup_init(struct wl_lookup *l);
/** Field name to id, without regard to case; OTHER when it is not known. */
enum wl_field_id wl_lookup_field(const struct wl_lookup *l, struct wl_span name);
/** A method that is known to its id, with regard to case (RFC 9110 9.1); OTHER for all else. */
enum wl_method wl_lookup_method(const struct wl_lookup *l, struct wl_span name);

#endif
