/* lookup.h - the names that are known, found by hash.
 * SPDX-License-Identifier: MIT
 *
 * The tables of fields and methods (tbl/fields.h, tbl/methods.h), arranged once per shard so that a
 * name is found with one comparison, however long the tables grow. The first and the last eight
 * octets of a name, which overlap in short ones, are two words that serve as its hash and for the
 * comparison; only of names longer than sixteen octets is more looked at. What a name has less than
 * eight octets are zeros in its words. Names are ours, and what an enemy sends is compared with the
 * few that share its hash, so that there is nothing to flood.
 *
 * Before that a guess is made: heads are much alike, and what a line began with that stood in the
 * same place between the same words it begins with again. A name is kept there as it was written,
 * colon included, so that one comparison of octets tells where it ends and which it is. A wrong
 * guess costs the search, and is replaced.
 */
#ifndef WL_LOOKUP_H
#define WL_LOOKUP_H

#include "lanes.h"
#include "span.h"
#include "table.h"

enum { WL_LOOKUP_FIELDS = 1024, WL_LOOKUP_METHODS = 128 }; /* slots: powers of two */

/** A name as it is compared. */
struct wl_lookup_name {
    uint64_t first, last;
    uint32_t n;
    uint32_t id; /* 0: the slot is free */
};

enum { WL_LOOKUP_WORDS = 16 }; /* octets of the longest name that its words hold all of */

enum {
    WL_LOOKUP_SEEN = 1024, /* places of names that were seen: a power of two */
    WL_LOOKUP_AHEAD = 32,  /* octets of a line that are compared with such a name */
};

/** A field name as it stood in a head, with the colon behind it. */
struct wl_lookup_seen {
    _Alignas(WL_LANES_16) uint8_t octets[WL_LOOKUP_AHEAD];
    /* bit i: octets[i] is neither of the name nor its colon, and need not be compared. In an empty
     * place none is set: all its octets, zeros, would have to be those of a line */
    uint32_t others;
    uint32_t n;                       /* octets of the name */
    uint64_t present[WL_FIELD_WORDS]; /* the bit of its id, as wl_message has them */
    uint16_t id;
};

struct wl_lookup {
    uint64_t mixer; /* odd: makes the hash, chosen so that few fields share one */
    /* the octets of a word that belong to a name of so many octets */
    uint64_t first[WL_LOOKUP_WORDS + 1], last[WL_LOOKUP_WORDS + 1];
    struct wl_lookup_name fields[WL_LOOKUP_FIELDS];
    struct wl_lookup_name methods[WL_LOOKUP_METHODS];
    struct wl_lookup_seen seen[WL_LOOKUP_SEEN];
};

void wl_lookup_init(struct wl_lookup *l);
/** A method that is known to its id, with regard to case (RFC 9110 9.1); OTHER for all else. */
enum wl_method wl_lookup_method(const struct wl_lookup *l, struct wl_span name);
/**
 * Field name to id, without regard to case; OTHER when it is not known.
 * name  a token, or other visible ASCII: what lies below SP could be taken for another octet
 */
enum wl_field_id wl_lookup_field(const struct wl_lookup *l, struct wl_span name);

static inline size_t wl_lookup_hash(const struct wl_lookup *l, uint64_t first, uint64_t last,
                                    size_t n)
{
    return (size_t)(((first ^ last << 1) + n) * l->mixer >> 32);
}

/** In visible ASCII this changes the case of letters, and no octet into one that names have. */
#define WL_LOOKUP_FOLD ((uint64_t)0x2020202020202020)

/**
 * The same for a name amid other octets, without a branch for its length, for lines of heads.
 * p, n  the name: the 8 octets at p can be read, and the 8 that end with it
 */
static inline enum wl_field_id wl_lookup_field_amid(const struct wl_lookup *l, const uint8_t *p,
                                                    size_t n)
{
    const struct wl_lookup_name *slot;
    uint64_t first, last;

    if (WL_LIKELY_TRUE(n <= WL_LOOKUP_WORDS)) {
        first = (wl_octets_word(p) | WL_LOOKUP_FOLD) & l->first[n];
        last = (wl_octets_word(p + n - 8) | WL_LOOKUP_FOLD) & l->last[n];
        slot = &l->fields[wl_lookup_hash(l, first, last, n) & (WL_LOOKUP_FIELDS - 1)];
        if (WL_LIKELY_TRUE(((slot->first ^ first) | (slot->last ^ last) | (slot->n ^ n)) == 0))
            return (enum wl_field_id)slot->id;
    }
    return wl_lookup_field(l, wl_span(p, n));
}

/** Where the name is kept that began line i of a head when this line and the one before had the same
 * first four octets. */
static inline struct wl_lookup_seen *wl_lookup_place(struct wl_lookup *l, uint32_t octets,
                                                     uint32_t before, uint32_t i)
{
    uint64_t key = ((uint64_t)before << 32 | octets) + i;

    return l->seen + (key * WL_MIXER >> 54);
}

/** Does it stand at p, as it did then? WL_LOOKUP_AHEAD octets can be read. */
static inline bool wl_lookup_again(const struct wl_lookup_seen *seen, const uint8_t *p)
{
    uint64_t same = wl_lanes_same16(p, seen->octets) |
                    wl_lanes_same16(p + WL_LANES_16, seen->octets + WL_LANES_16) << WL_LANES_16;

    return ((uint32_t)same | seen->others) == UINT32_MAX;
}

/** Keeps the name of n octets at p, which has id, a colon behind it and no other octet that is none
 * of a name. One that is too long to be compared is never found again. */
void wl_lookup_keep(struct wl_lookup_seen *seen, const uint8_t *p, size_t n, enum wl_field_id id);

/**
 * wl_lookup_method for the word before the first SP of a line. *ret_n is its length, or 0, with
 * OTHER: no word of less than 8 octets stands there.
 * p  the line: 8 octets can be read
 */
static inline enum wl_method wl_lookup_method_front(const struct wl_lookup *l, const uint8_t *p,
                                                    size_t *ret_n)
{
    const uint64_t ones = 0x0101010101010101, high = 0x8080808080808080;
    uint64_t word = wl_octets_word(p), other = word ^ ones * ' ', last;
    uint64_t space = (other - ones) & ~other & high; /* exact up to the first */
    size_t n = space ? (size_t)__builtin_ctzll(space) / 8 : 0;
    const struct wl_lookup_name *slot;

    *ret_n = n;
    if (n == 0)
        return WL_METHOD_OTHER;
    word &= l->first[n];
    last = word << (64 - 8 * n);
    slot = &l->methods[wl_lookup_hash(l, word, last, n) & (WL_LOOKUP_METHODS - 1)];
    if (WL_LIKELY_TRUE(slot->first == word && slot->n == n))
        return (enum wl_method)slot->id;
    return wl_lookup_method(l, wl_span(p, n));
}

#endif
