/* lookup.c - the names that are known, found by hash.
 * SPDX-License-Identifier: MIT
 *
 * Open addressing in tables several times as large as they need be; see lookup.h.
 */
#include "lookup.h"

static_assert(WL_N_FIELDS * 2 <= WL_LOOKUP_FIELDS, "free slots end every search soon");
static_assert(WL_LOOKUP_SEEN == 1 << (64 - 54), "the upper ten bits choose a place");
static_assert(WL_N_METHODS * 2 <= WL_LOOKUP_METHODS, "free slots end every search soon");

static const char *const field_names[WL_N_FIELDS] = {
#define WL_FIELD(ID, name, flags, source) [WL_FIELD_##ID] = (name),
#include "wirelint/tbl/fields.h"
#undef WL_FIELD
};

/* Are all octets such that what is folded stays what it is: small letters, digits, hyphens? */
static bool is_folded(const char *text)
{
    for (; *text; text++) {
        uint8_t c = (uint8_t)*text;

        if (wl_lower(c) != c || !(wl_is_alpha(c) || wl_is_digit(c) || c == '-'))
            return false;
    }
    return true;
}

static struct wl_lookup_name words_of(struct wl_span s)
{
    struct wl_lookup_name name = {.n = (uint32_t)s.n};
    uint8_t octets[8] = {0};

    if (s.n >= 8) {
        name.first = wl_octets_word(s.p);
        name.last = wl_octets_word(s.p + s.n - 8);
    } else {
        memcpy(octets, s.p, s.n);
        name.first = wl_octets_word(octets);
        memset(octets, 0, sizeof(octets));
        memcpy(octets + 8 - s.n, s.p, s.n);
        name.last = wl_octets_word(octets);
    }
    return name;
}

/* The same for a name without regard to case. */
static struct wl_lookup_name folded_words_of(const struct wl_lookup *l, struct wl_span s)
{
    struct wl_lookup_name name = words_of(s);
    size_t n = wl_min_size(s.n, WL_LOOKUP_WORDS);

    name.first = (name.first | WL_LOOKUP_FOLD) & l->first[n];
    name.last = (name.last | WL_LOOKUP_FOLD) & l->last[n];
    return name;
}

/* Which octets of a word are those of a name? */
static void set_masks(struct wl_lookup *l)
{
    for (unsigned n = 0; n <= WL_LOOKUP_WORDS; n++) {
        unsigned absent = n < 8 ? 64 - 8 * n : 0; /* bits */

        l->first[n] = n ? UINT64_MAX >> absent : 0;
        l->last[n] = n ? UINT64_MAX << absent : 0;
    }
}

static size_t hash(const struct wl_lookup *l, const struct wl_lookup_name *name)
{
    return wl_lookup_hash(l, name->first, name->last, name->n);
}

static bool same(const struct wl_lookup_name *a, const struct wl_lookup_name *b)
{
    return a->first == b->first && a->last == b->last && a->n == b->n;
}

static void put(const struct wl_lookup *l, struct wl_lookup_name *slots, size_t n_slots,
                struct wl_lookup_name name, size_t id)
{
    size_t i = hash(l, &name);

    name.id = (uint32_t)id;
    while (slots[i & (n_slots - 1)].id)
        i++;
    slots[i & (n_slots - 1)] = name;
}

/* How many fields would not stand where they are looked for first; most where they are more. */
static size_t count_displaced(const struct wl_lookup *l, const struct wl_lookup_name *names,
                              size_t most)
{
    uint64_t taken[WL_LOOKUP_FIELDS / 64] = {0};
    size_t displaced = 0;

    for (size_t id = WL_FIELD_OTHER + 1; id < WL_N_FIELDS && displaced < most; id++) {
        size_t first = hash(l, &names[id]), i = first;

        while (taken[i % WL_LOOKUP_FIELDS / 64] >> i % 64 & 1)
            i++;
        taken[i % WL_LOOKUP_FIELDS / 64] |= (uint64_t)1 << i % 64;
        displaced += i != first;
    }
    return displaced;
}

/* Of a few multipliers, the one with which most fields are found at once. */
static uint64_t choose_mixer(struct wl_lookup *l, const struct wl_lookup_name *names)
{
    const uint64_t start = WL_MIXER, step = 0x5851f42d4c957f2e; /* odd, even */
    uint64_t best = start;
    size_t least = SIZE_MAX;

    for (uint64_t i = 0; i < 48 && least; i++) {
        size_t displaced;

        l->mixer = start + i * step;
        displaced = count_displaced(l, names, least);
        if (displaced < least) {
            least = displaced;
            best = l->mixer;
        }
    }
    return best;
}

void wl_lookup_init(struct wl_lookup *l)
{
    struct wl_lookup_name names[WL_N_FIELDS] = {{.n = 0}};

    set_masks(l);
    for (size_t id = WL_FIELD_OTHER + 1; id < WL_N_FIELDS; id++) {
        WL_ASSERT(is_folded(field_names[id]));
        names[id] = folded_words_of(l, wl_span_text(field_names[id]));
    }
    l->mixer = choose_mixer(l, names);
    memset(l->fields, 0, sizeof(l->fields));
    for (size_t id = WL_FIELD_OTHER + 1; id < WL_N_FIELDS; id++)
        put(l, l->fields, WL_LOOKUP_FIELDS, names[id], id);
    memset(l->methods, 0, sizeof(l->methods));
    memset(l->seen, 0, sizeof(l->seen));
    for (size_t id = WL_METHOD_OTHER + 1; id < WL_N_METHODS; id++) {
        const char *name = wl_method_name((enum wl_method)id);

        put(l, l->methods, WL_LOOKUP_METHODS, words_of(wl_span_text(name)), id);
    }
}

/* Of two names whose words are the same: is what lies between these the same, too? known is
 * folded. */
static bool same_between(struct wl_span name, const char *known)
{
    for (size_t i = 8; i + 8 < name.n; i += 8) {
        uint64_t word = wl_octets_word(name.p + i) | WL_LOOKUP_FOLD;

        if (word != wl_octets_word((const uint8_t *)known + i))
            return false;
    }
    return true;
}

enum wl_field_id wl_lookup_field(const struct wl_lookup *l, struct wl_span name)
{
    struct wl_lookup_name key;

    if (name.n == 0 || name.n > UINT8_MAX)
        return WL_FIELD_OTHER;
    key = folded_words_of(l, name);
    for (size_t i = hash(l, &key);; i++) {
        const struct wl_lookup_name *slot = &l->fields[i & (WL_LOOKUP_FIELDS - 1)];

        if (slot->id == 0)
            return WL_FIELD_OTHER;
        if (same(slot, &key) && same_between(name, field_names[slot->id]))
            return (enum wl_field_id)slot->id;
    }
}

void wl_lookup_keep(struct wl_lookup_seen *seen, const uint8_t *p, size_t n, enum wl_field_id id)
{
    *seen = (struct wl_lookup_seen){.n = (uint32_t)n, .id = (uint16_t)id};
    seen->present[id / 64] = (uint64_t)1 << id % 64;
    if (n >= WL_LOOKUP_AHEAD)
        return;
    memcpy(seen->octets, p, n + 1);
    seen->others = UINT32_MAX << n << 1;
}

enum wl_method wl_lookup_method(const struct wl_lookup *l, struct wl_span name)
{
    struct wl_lookup_name key;

    if (name.n == 0 || name.n > UINT8_MAX)
        return WL_METHOD_OTHER;
    key = words_of(name);
    for (size_t i = hash(l, &key);; i++) {
        const struct wl_lookup_name *slot = &l->methods[i & (WL_LOOKUP_METHODS - 1)];

        if (slot->id == 0)
            return WL_METHOD_OTHER;
        if (same(slot, &key) &&
            (name.n <= 16 || memcmp(wl_method_name((enum wl_method)slot->id), name.p, name.n) == 0))
            return (enum wl_method)slot->id;
    }
}
