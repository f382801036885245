/* lookup.h - the names that are known, found by hash.
 * SPDX-License-Identifier: MIT
 *
 * The tables of fields and methods (tbl/fields.h, tbl/methods.h), arranged once per shard so that a
 * name is found with one comparison, however long the tables grow. The first and the last eight
 * octets of a name, which overlap in short ones, are two words that serve as its hash and for the
 * comparison; only of names longer than sixteen octets is more looked at. Names are ours, and what an
 * enemy sends is compared with the few that share its hash and never stored, so that there is nothing
 * to flood.
 */
#ifndef WL_LOOKUP_H
#define WL_LOOKUP_H

#include "span.h"

enum { WL_LOOKUP_FIELDS = 1024, WL_LOOKUP_METHODS = 128 }; /* slots: powers of two */

/** A name as it is compared. */
struct wl_lookup_name {
    uint64_t first, last;
    uint32_t n;
    uint32_t id; /* 0: the slot is free */
};

struct wl_lookup {
    uint64_t mixer; /* odd: makes the hash, chosen so that few fields share one */
    struct wl_lookup_name fields[WL_LOOKUP_FIELDS];
    struct wl_lookup_name methods[WL_LOOKUP_METHODS];
};

void wl_lookup_init(struct wl_lookup *l);
/** A method that is known to its id, with regard to case (RFC 9110 9.1); OTHER for all else. */
enum wl_method wl_lookup_method(const struct wl_lookup *l, struct wl_span name);
/** What wl_lookup_field does where it does not find the name at once. */
enum wl_field_id wl_lookup_field_farther(const struct wl_lookup *l, struct wl_span name);

/** Eight octets, the first lowest; compilers make one instruction of it. */
static inline uint64_t wl_lookup_octets(const uint8_t *p)
{
    return (uint64_t)p[0] | (uint64_t)p[1] << 8 | (uint64_t)p[2] << 16 | (uint64_t)p[3] << 24 |
           (uint64_t)p[4] << 32 | (uint64_t)p[5] << 40 | (uint64_t)p[6] << 48 |
           (uint64_t)p[7] << 56;
}

/** The first eight octets of a name that has them, or its first four. */
static inline uint64_t wl_lookup_word(const uint8_t *p, bool whole)
{
    if (whole)
        return wl_lookup_octets(p);
    return (uint64_t)p[0] | (uint64_t)p[1] << 8 | (uint64_t)p[2] << 16 | (uint64_t)p[3] << 24;
}

static inline size_t wl_lookup_hash(const struct wl_lookup *l, uint64_t first, uint64_t last,
                                    size_t n)
{
    return (size_t)(((first ^ last << 1) + n) * l->mixer >> 32);
}

/** In visible ASCII this changes the case of letters, and no octet into one that names have. */
#define WL_LOOKUP_FOLD ((uint64_t)0x2020202020202020)

/**
 * Field name to id, without regard to case; OTHER when it is not known.
 * name  a token, or other visible ASCII: what lies below SP could be taken for another octet
 */
static inline enum wl_field_id wl_lookup_field(const struct wl_lookup *l, struct wl_span name)
{
    bool whole = name.n >= 8;
    size_t end = name.n - (whole ? 8 : 4);
    const struct wl_lookup_name *slot;
    uint64_t first, last;

    if (name.n < 4 || name.n > 16)
        return wl_lookup_field_farther(l, name);
    first = wl_lookup_word(name.p, whole) | WL_LOOKUP_FOLD;
    last = wl_lookup_word(name.p + end, whole) | WL_LOOKUP_FOLD;
    slot = &l->fields[wl_lookup_hash(l, first, last, name.n) & (WL_LOOKUP_FIELDS - 1)];
    if (WL_LIKELY_TRUE(slot->first == first && slot->last == last && slot->n == name.n))
        return (enum wl_field_id)slot->id;
    return wl_lookup_field_farther(l, name);
}

/**
 * The same without a branch for the length of the name, for lines of heads.
 * p, n  the name, visible ASCII, amid other octets: the 8 at p can be read, and the 8 that end with it
 */
static inline enum wl_field_id wl_lookup_field_amid(const struct wl_lookup *l, const uint8_t *p,
                                                    size_t n)
{
    const uint64_t half = UINT32_MAX;
    const struct wl_lookup_name *slot;
    uint64_t first, last;

    if (WL_LIKELY_TRUE(n - 4 <= 16 - 4)) {
        first = wl_lookup_octets(p) & (n >= 8 ? UINT64_MAX : half);
        last = wl_lookup_octets(p + n - 8) >> (n >= 8 ? 0 : 32);
        first |= WL_LOOKUP_FOLD;
        last |= WL_LOOKUP_FOLD;
        slot = &l->fields[wl_lookup_hash(l, first, last, n) & (WL_LOOKUP_FIELDS - 1)];
        if (WL_LIKELY_TRUE(((slot->first ^ first) | (slot->last ^ last) | (slot->n ^ n)) == 0))
            return (enum wl_field_id)slot->id;
    }
    return wl_lookup_field_farther(l, wl_span(p, n));
}

#endif
