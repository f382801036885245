/* grammar.c - tokens, lists, quoted strings, names of methods and fields (RFC 9110).
 * SPDX-License-Identifier: MIT
 *
 * Pure functions over borrowed spans: nothing allocates, nothing fails, no octet is read twice that
 * need not be. Names are looked up through the lengths of the table's names: one memchr over a few
 * dozen octets leaves a handful of candidates, so that adding a name is adding a line to its table.
 */
#include "grammar.h"

bool wl_grammar_is_token(struct wl_span s)
{
    if (s.n == 0)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        if (!wl_is_tchar(s.p[i]))
            return false;
    }
    return true;
}

/* Length of the member at the front of s: up to a comma outside quoted strings (RFC 9110 5.6.4:
 * quoted-pair = "\" followed by any octet of the string). */
static size_t member_length(struct wl_span s, bool *open)
{
    bool quoted = false;
    size_t i;

    for (i = 0; i < s.n; i++) {
        if (quoted && s.p[i] == '\\' && i + 1 < s.n) {
            i++;
        } else if (s.p[i] == '"') {
            quoted = !quoted;
        } else if (s.p[i] == ',' && !quoted) {
            break;
        }
    }
    *open = quoted;
    return i;
}

struct wl_span wl_grammar_member(struct wl_cursor *c)
{
    while (c->n && !c->bad) {
        bool open;
        size_t n = member_length(wl_span(c->p, c->n), &open);
        struct wl_span member = wl_span_trim(wl_span(c->p, n));

        n += n < c->n; /* the comma */
        c->p += n;
        c->n -= n;
        c->bad = open;
        /* RFC 9110 5.6.1.2: a recipient must parse and ignore a reasonable number of empty list
         * elements */
        if (member.n)
            return member;
    }
    return wl_span(NULL, 0);
}

struct wl_span wl_grammar_name(struct wl_span member)
{
    return wl_span_trim(wl_span_sub(member, 0, wl_span_find(member, ';')));
}

bool wl_grammar_list_has(const struct wl_message *m, enum wl_field_id id, struct wl_span name)
{
    const struct wl_field *f = wl_message_field(m, id);

    for (; f; f = wl_message_next_field(m, f)) {
        struct wl_cursor c = wl_cursor(f->value);
        struct wl_span member;

        /* one member, as nearly always: it is all there is, or its first octet tells */
        if (wl_span_equal_nocase(f->value, name))
            return true;
        if (f->value.n && wl_span_find(f->value, ',') == f->value.n &&
            wl_lower(f->value.p[0]) != wl_lower(name.p[0]))
            continue;
        member = wl_grammar_member(&c);
        for (; member.n; member = wl_grammar_member(&c)) {
            if (wl_span_equal_nocase(wl_grammar_name(member), name))
                return true;
        }
    }
    return false;
}

size_t wl_grammar_list_count(const struct wl_message *m, enum wl_field_id id)
{
    const struct wl_field *f = wl_message_field(m, id);
    size_t n = 0;

    for (; f; f = wl_message_next_field(m, f)) {
        struct wl_cursor c = wl_cursor(f->value);

        while (wl_grammar_member(&c).n)
            n++;
    }
    return n;
}

enum wl_method wl_grammar_method(struct wl_span s)
{
    /* #NAME may differ from the name on the wire in "-" for "_", and never in length */
    static const uint8_t lengths[] = {
#define WL_METHOD(NAME, flags, source) sizeof(#NAME) - 1,
#include "wirelint/tbl/methods.h"
#undef WL_METHOD
    };
    const uint8_t *hit = lengths;
    size_t left = sizeof(lengths);

    if (!wl_grammar_is_token(s))
        return WL_METHOD_NONE;
    if (s.n > UINT8_MAX)
        return WL_METHOD_OTHER;
    while (left && (hit = memchr(hit, (int)s.n, left))) {
        enum wl_method id = (enum wl_method)(WL_METHOD_OTHER + 1 + (hit - lengths));

        /* RFC 9110 9.1: the method token is case-sensitive */
        if (memcmp(wl_method_name(id), s.p, s.n) == 0)
            return id;
        hit++;
        left = sizeof(lengths) - (size_t)(hit - lengths);
    }
    return WL_METHOD_OTHER;
}

unsigned wl_grammar_method_flags(enum wl_method m)
{
    static const uint8_t flags_of[WL_N_METHODS] = {
#define WL_METHOD(NAME, flags, source) [WL_METHOD_##NAME] = (flags),
#include "wirelint/tbl/methods.h"
#undef WL_METHOD
    };

    WL_ASSERT(m < WL_N_METHODS);
    return flags_of[m];
}

enum wl_field_id wl_grammar_field(struct wl_span name)
{
    static const uint8_t lengths[] = {
#define WL_FIELD(ID, name, flags, source) sizeof(name) - 1,
#include "wirelint/tbl/fields.h"
#undef WL_FIELD
    };
    static const char *const names[] = {
#define WL_FIELD(ID, name, flags, source) name,
#include "wirelint/tbl/fields.h"
#undef WL_FIELD
    };
    const uint8_t *hit = lengths;
    size_t left = sizeof(lengths);

    if (name.n == 0 || name.n > UINT8_MAX)
        return WL_FIELD_OTHER;
    while (left && (hit = memchr(hit, (int)name.n, left))) {
        size_t i = (size_t)(hit - lengths);

        if (wl_lower(name.p[0]) == (uint8_t)names[i][0] &&
            wl_span_equal_nocase(name, wl_span(names[i], name.n)))
            return (enum wl_field_id)(WL_FIELD_OTHER + 1 + i);
        hit++;
        left = sizeof(lengths) - i - 1;
    }
    return WL_FIELD_OTHER;
}

unsigned wl_grammar_field_flags(enum wl_field_id id)
{
    static const uint8_t flags_of[WL_N_FIELDS] = {
#define WL_FIELD(ID, name, flags, source) [WL_FIELD_##ID] = (flags),
#include "wirelint/tbl/fields.h"
#undef WL_FIELD
    };

    WL_ASSERT(id < WL_N_FIELDS);
    return flags_of[id];
}

bool wl_grammar_protocol_match(struct wl_span offered, struct wl_span answered)
{
    size_t a = wl_span_find(offered, '/'), b = wl_span_find(answered, '/');

    if (!wl_span_equal_nocase(wl_span_sub(offered, 0, a), wl_span_sub(answered, 0, b)))
        return false;
    if (a == offered.n || b == answered.n)
        return true;
    return wl_span_equal_nocase(wl_span_after(offered, a), wl_span_after(answered, b));
}

bool wl_grammar_media_type_is(struct wl_span value, struct wl_span type)
{
    return wl_span_equal_nocase(wl_grammar_name(value), type);
}

bool wl_grammar_expects_continue(const struct wl_message *req)
{
    return wl_grammar_list_has(req, WL_FIELD_EXPECT, WL_SPAN("100-continue"));
}

bool wl_grammar_expects_only_continue(const struct wl_message *req)
{
    const struct wl_field *f = wl_message_field(req, WL_FIELD_EXPECT);
    size_t n = 0;

    for (; f; f = wl_message_next_field(req, f)) {
        struct wl_cursor c = wl_cursor(f->value);
        struct wl_span member;

        while ((member = wl_grammar_member(&c)).n) {
            if (!wl_span_equal_nocase(member, WL_SPAN("100-continue")))
                return false;
            n++;
        }
    }
    return n > 0;
}

bool wl_grammar_carries_messages(const struct wl_message *m, enum wl_method method)
{
    const struct wl_field *f = wl_message_field(m, WL_FIELD_CONTENT_TYPE);

    if (!f)
        return method == WL_METHOD_TRACE;
    return wl_span_equal_nocase(wl_span_sub(f->value, 0, 10), WL_SPAN("multipart/")) ||
           wl_grammar_media_type_is(f->value, WL_SPAN("message/http")) ||
           wl_grammar_media_type_is(f->value, WL_SPAN("application/http")) ||
           wl_grammar_media_type_is(f->value, WL_SPAN("application/warc"));
}

bool wl_grammar_announces_content(const struct wl_message *req)
{
    if (req->declared != WL_NONE && req->declared > 0)
        return true;
    return wl_message_field(req, WL_FIELD_TRANSFER_ENCODING) != NULL;
}
