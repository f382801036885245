/* model.c - small readers of the model that every room uses.
 * SPDX-License-Identifier: MIT
 *
 * Declared in wirelint/model.h. Looks things up in messages and exchanges; knows no protocol beyond
 * the tables of methods and statuses.
 */
#include "wirelint/model.h"

#include "attr.h"
#include "lanes.h"

static_assert(WL_N_FIELDS <= UINT8_MAX, "an id is an octet");
static_assert((int)WL_FIELD_IDS == (int)WL_LANES_16, "ids are looked at all at once");

const struct wl_field *wl_message_field(const struct wl_message *m, enum wl_field_id id)
{
    uint32_t from = 0;

    if (!wl_message_may_have(m, id))
        return NULL;
    if (m->present[0] & 1 && id != WL_FIELD_OTHER) {
        uint64_t equal = wl_lanes_equal16(m->ids, (uint8_t)id);

        if (equal)
            return &m->fields[__builtin_ctzll(equal)];
        from = WL_FIELD_IDS;
    }
    for (uint32_t i = from; i < m->n_fields; i++) {
        if (m->fields[i].id == id)
            return &m->fields[i];
    }
    return NULL;
}

const struct wl_field *wl_message_later_field(const struct wl_message *m, const struct wl_field *f)
{
    for (const struct wl_field *next = f + 1; next < m->fields + m->n_fields; next++) {
        if (next->id == f->id)
            return next;
    }
    return NULL;
}

static bool is_among(const struct wl_field *f, const struct wl_field *fields, uint32_t n)
{
    return (uintptr_t)f - (uintptr_t)fields < n * sizeof(*fields);
}

struct wl_at wl_field_at(const struct wl_message *m, const struct wl_field *f)
{
    bool in_head = is_among(f, m->fields, m->n_fields);

    WL_ASSERT(in_head || is_among(f, m->trailers, m->n_trailers));
    if (!in_head && !is_among(f, m->trailers, m->n_trailers))
        return m->at;
    if (m->places)
        return m->places[in_head ? f - m->fields : m->n_fields + (f - m->trailers)];
    return (struct wl_at){
        m->at.frame, m->at.offset + (m->head.n ? (uint64_t)(f->begin - m->head.p) : 0), m->at.dir};
}

const struct wl_mark *wl_message_mark(const struct wl_message *m, enum wl_mark_id id)
{
    for (uint32_t i = 0; i < m->n_marks; i++) {
        if (m->marks[i].id == id)
            return &m->marks[i];
    }
    return NULL;
}

uint32_t wl_exchange_n_interim(const struct wl_exchange *ex)
{
    return ex->n_interim + ex->n_interim_more + ex->n_interim_lost;
}

uint16_t wl_exchange_interim_status(const struct wl_exchange *ex, uint32_t i)
{
    WL_ASSERT(i < ex->n_interim + ex->n_interim_more);
    return i < ex->n_interim ? ex->interim[i].status : ex->interim_more[i - ex->n_interim].status;
}

const char *wl_method_name(enum wl_method id)
{
    static const char *const names[WL_N_METHODS] = {
        [WL_METHOD_NONE] = "",
        [WL_METHOD_OTHER] = "",
#define WL_METHOD(NAME, flags, source) [WL_METHOD_##NAME] = #NAME,
#include "wirelint/tbl/methods.h"
#undef WL_METHOD
    };

    /* the registered methods that are no C identifiers */
    if (id == WL_METHOD_BASELINE_CONTROL)
        return "BASELINE-CONTROL";
    if (id == WL_METHOD_VERSION_CONTROL)
        return "VERSION-CONTROL";
    return names[id];
}
