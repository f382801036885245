/* field.h - fields of a message: one that it nearly always has, found without a call; a value.
 * SPDX-License-Identifier: MIT
 */
#ifndef WL_FIELD_H
#define WL_FIELD_H

#include "lanes.h"
#include "span.h"
#include "wirelint/model.h"

/** wl_message_field for one that is there as a rule, such as Host, Date, Connection, ETag; id is not
 * OTHER. */
static inline const struct wl_field *wl_field_usual(const struct wl_message *m, enum wl_field_id id)
{
    uint64_t equal = m->present[0] & 1 ? wl_lanes_equal16(m->ids, (uint8_t)id) : 0;

    return WL_LIKELY_TRUE(equal) ? &m->fields[__builtin_ctzll(equal)] : wl_message_field(m, id);
}

/** The value of the first line with this id; empty when there is none. */
static inline struct wl_span wl_field_value(const struct wl_message *m, enum wl_field_id id)
{
    const struct wl_field *f = wl_message_field(m, id);

    return f ? f->value : wl_span(NULL, 0);
}

#endif
