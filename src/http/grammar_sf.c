/* grammar_sf.c - structured fields: is a value a list of them?
 * SPDX-License-Identifier: MIT
 *
 * RFC 9651 4.2.1, the algorithm of parsing a list, without what it would make of the values. It is
 * stricter than the lists of RFC 9110: one wrong octet and all of the field is to be ignored
 * (RFC 9651 2.2), which is why somebody should be told of it.
 */
#include "grammar.h"

static bool at(const struct wl_cursor *c, uint8_t what)
{
    return c->n && c->p[0] == what;
}

static bool take(struct wl_cursor *c, uint8_t what)
{
    if (!at(c, what))
        return false;
    (void)wl_take(c, 1);
    return true;
}

static void skip(struct wl_cursor *c, bool tabs)
{
    while (at(c, ' ') || (tabs && at(c, '\t')))
        (void)wl_take(c, 1);
}

/* key = ( lcalpha / "*" ) *( lcalpha / DIGIT / "_" / "-" / "." / "*" ) (RFC 9651 3.1.2) */
static bool take_key(struct wl_cursor *c)
{
    if (c->n == 0 || !((c->p[0] >= 'a' && c->p[0] <= 'z') || c->p[0] == '*'))
        return false;
    while (c->n && ((c->p[0] >= 'a' && c->p[0] <= 'z') || wl_is_digit(c->p[0]) || at(c, '_') ||
                    at(c, '-') || at(c, '.') || at(c, '*')))
        (void)wl_take(c, 1);
    return true;
}

/* up to 15 digits, or 12 and "." and up to 3 (RFC 9651 4.2.4) */
static bool take_number(struct wl_cursor *c)
{
    size_t before = 0, behind = 0;

    (void)take(c, '-');
    for (; c->n && wl_is_digit(c->p[0]); before++)
        (void)wl_take(c, 1);
    if (!take(c, '.'))
        return before >= 1 && before <= 15;
    for (; c->n && wl_is_digit(c->p[0]); behind++)
        (void)wl_take(c, 1);
    return before >= 1 && before <= 12 && behind >= 1 && behind <= 3;
}

/* DQUOTE, VCHAR and SP, of which DQUOTE and backslash are escaped (RFC 9651 4.2.5) */
static bool take_string(struct wl_cursor *c)
{
    (void)wl_take(c, 1);
    while (c->n) {
        uint8_t octet = wl_u8(c);

        if (octet == '"')
            return true;
        if (octet == '\\') {
            if (!at(c, '"') && !at(c, '\\'))
                return false;
            (void)wl_take(c, 1);
        } else if (octet < 0x20 || octet > 0x7e) {
            return false;
        }
    }
    return false;
}

static bool take_token(struct wl_cursor *c)
{
    while (c->n && (wl_is_tchar(c->p[0]) || at(c, ':') || at(c, '/')))
        (void)wl_take(c, 1);
    return true;
}

/* ":" base64 ":" (RFC 9651 4.2.7) */
static bool take_octets(struct wl_cursor *c)
{
    (void)wl_take(c, 1);
    while (c->n &&
           (wl_is_alpha(c->p[0]) || wl_is_digit(c->p[0]) || at(c, '+') || at(c, '/') || at(c, '=')))
        (void)wl_take(c, 1);
    return take(c, ':');
}

static bool take_bare_item(struct wl_cursor *c)
{
    if (c->n == 0)
        return false;
    switch (c->p[0]) {
    case '"': return take_string(c);
    case ':': return take_octets(c);
    case '?': (void)wl_take(c, 1); return take(c, '0') || take(c, '1');
    case '@': (void)wl_take(c, 1); return take_number(c);
    case '%': (void)wl_take(c, 1); return at(c, '"') && take_string(c);
    case '*': return take_token(c);
    default: break;
    }
    if (wl_is_alpha(c->p[0]))
        return take_token(c);
    return take_number(c);
}

/* *( ";" *SP key [ "=" bare-item ] ) (RFC 9651 4.2.3.2) */
static bool take_parameters(struct wl_cursor *c)
{
    while (take(c, ';')) {
        skip(c, false);
        if (!take_key(c) || (take(c, '=') && !take_bare_item(c)))
            return false;
    }
    return true;
}

static bool take_inner_list(struct wl_cursor *c)
{
    (void)wl_take(c, 1);
    while (c->n) {
        skip(c, false);
        if (take(c, ')'))
            return take_parameters(c);
        if (!take_bare_item(c) || !take_parameters(c) || !(at(c, ' ') || at(c, ')')))
            return false;
    }
    return false;
}

bool wl_grammar_is_sf_list(struct wl_span value)
{
    struct wl_cursor c = wl_cursor(value);

    skip(&c, false);
    while (c.n) {
        if (at(&c, '(') ? !take_inner_list(&c) : !(take_bare_item(&c) && take_parameters(&c)))
            return false;
        skip(&c, true);
        if (c.n == 0)
            return true;
        if (!take(&c, ','))
            return false;
        skip(&c, true);
        if (c.n == 0) /* a comma with nothing behind it */
            return false;
    }
    return true;
}
