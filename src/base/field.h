/* field.h - the field that a message nearly always has, found without a call.
 * SPDX-License-Identifier: MIT
 *
 * What is asked of every message of a capture: Host, Date, Connection, ETag. wl_message_field
 * finds the rest, and these as well.
 */
#ifndef WL_FIELD_H
#define WL_FIELD_H

#include "lanes.h"
#include "wirelint/model.h"

/** wl_message_field for one that is there as a rule; id is not OTHER. */
static inline const struct wl_field *wl_field_usual(const struct wl_message *m, enum wl_field_id id)
{
    uint64_t equal = m->present[0] & 1 ? wl_lanes_equal16(m->ids, (uint8_t)id) : 0;

    return WL_LIKELY_TRUE(equal) ? &m->fields[__builtin_ctzll(equal)] : wl_message_field(m, id);
}

#endif
