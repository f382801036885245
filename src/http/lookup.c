/* lookup.c - the names that are known, found by hash.
 * SPDX-License-Identifier: MIT
 *
 * Open addressing in a table four times as large as it need be. The hash looks at the length and
 * three octets; names are ours, and what an enemy sends is compared with the few that share its hash
 * and never stored, so that there is nothing to flood.
 */
#include "lookup.h"

static_assert(WL_N_FIELDS <= 256 && WL_N_FIELDS * 2 <= WL_LOOKUP_FIELDS, "a field fits a slot");
static_assert(WL_N_METHODS <= 256 && WL_N_METHODS * 2 <= WL_LOOKUP_METHODS, "a method fits one");

struct name {
    const char *text;
    size_t n;
};

static const struct name field_names[WL_N_FIELDS] = {
#define WL_FIELD(ID, name, flags, source) [WL_FIELD_##ID] = {(name), sizeof(name) - 1},
#include "wirelint/tbl/fields.h"
#undef WL_FIELD
};

/* Case is folded as letters are; that other octets fall together as well only costs a comparison. */
static size_t hash(const uint8_t *p, size_t n)
{
    size_t first = p[0] | 0x20, middle = p[n / 2] | 0x20, last = p[n - 1] | 0x20;

    return n * 37 + first * 5 + middle * 73 + last * 19;
}

static void put(uint8_t *slots, size_t n_slots, const char *name, size_t id)
{
    size_t i = hash((const uint8_t *)name, strlen(name));

    while (slots[i & (n_slots - 1)])
        i++;
    slots[i & (n_slots - 1)] = (uint8_t)id;
}

void wl_lookup_init(struct wl_lookup *l)
{
    memset(l, 0, sizeof(*l));
    for (size_t id = WL_FIELD_OTHER + 1; id < WL_N_FIELDS; id++)
        put(l->fields, WL_LOOKUP_FIELDS, field_names[id].text, id);
    for (size_t id = WL_METHOD_OTHER + 1; id < WL_N_METHODS; id++)
        put(l->methods, WL_LOOKUP_METHODS, wl_method_name((enum wl_method)id), id);
}

static uint64_t load(const void *p)
{
    uint64_t word;

    memcpy(&word, p, sizeof(word));
    return word;
}

static uint64_t load_half(const void *p)
{
    uint32_t word;

    memcpy(&word, p, sizeof(word));
    return word;
}

/* Eight octets with their capital letters made small, and nothing else changed. */
static uint64_t lower(uint64_t word)
{
    const uint64_t ones = 0x0101010101010101;
    uint64_t ascii = word & ones * 0x7f;
    uint64_t from_a = ascii + ones * (0x80 - 'A'), beyond_z = ascii + ones * (0x7f - 'Z');

    return word | ((from_a & ~beyond_z & ~word & ones * 0x80) >> 2);
}

/* Equality with a name in lower case of the same length. */
static bool same_field(const uint8_t *p, const struct name *name)
{
    size_t n = name->n;

    if (n < 4)
        return wl_span_equal_nocase(wl_span(p, n), wl_span(name->text, n));
    if (n < 8) {
        return lower(load_half(p)) == load_half(name->text) &&
               lower(load_half(p + n - 4)) == load_half(name->text + n - 4);
    }
    for (size_t i = 0; i + 8 < n; i += 8) {
        if (lower(load(p + i)) != load(name->text + i))
            return false;
    }
    return lower(load(p + n - 8)) == load(name->text + n - 8);
}

enum wl_field_id wl_lookup_field(const struct wl_lookup *l, struct wl_span name)
{
    uint8_t id;

    if (name.n == 0)
        return WL_FIELD_OTHER;
    for (size_t i = hash(name.p, name.n); (id = l->fields[i & (WL_LOOKUP_FIELDS - 1)]) != 0; i++) {
        if (field_names[id].n == name.n && same_field(name.p, &field_names[id]))
            return (enum wl_field_id)id;
    }
    return WL_FIELD_OTHER;
}

enum wl_method wl_lookup_method(const struct wl_lookup *l, struct wl_span name)
{
    uint8_t id;

    if (name.n == 0)
        return WL_METHOD_OTHER;
    for (size_t i = hash(name.p, name.n); (id = l->methods[i & (WL_LOOKUP_METHODS - 1)]) != 0;
         i++) {
        const char *known = wl_method_name((enum wl_method)id);

        if (strlen(known) == name.n && memcmp(known, name.p, name.n) == 0)
            return (enum wl_method)id;
    }
    return WL_METHOD_OTHER;
}
