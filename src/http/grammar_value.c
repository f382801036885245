/* grammar_value.c - parameters, quoted strings, media types, challenges (RFC 9110 5.6, 8.3, 11).
 * SPDX-License-Identifier: MIT
 *
 * Pure functions over borrowed spans, like those of grammar.c. Everything walks forward once; a
 * quoted string is skipped, never unfolded into memory.
 */
#include "grammar.h"

static size_t token_length(struct wl_span s)
{
    size_t n = 0;

    while (n < s.n && wl_is_tchar(s.p[n]))
        n++;
    return n;
}

/* Length of the quoted-string at the front of s; 0 when there is none, or it is not closed. */
static size_t quoted_length(struct wl_span s)
{
    if (s.n == 0 || s.p[0] != '"')
        return 0;
    for (size_t i = 1; i < s.n; i++) {
        if (s.p[i] == '"')
            return i + 1;
        /* qdtext and quoted-pair: HTAB, SP, VCHAR, obs-text */
        if (wl_is_ctl(s.p[i]) && s.p[i] != '\t')
            return 0;
        if (s.p[i] == '\\')
            i++;
    }
    return 0;
}

static struct wl_span left(const struct wl_cursor *c)
{
    return wl_span(c->p, c->n);
}

static void skip_space(struct wl_cursor *c)
{
    while (c->n && (c->p[0] == ' ' || c->p[0] == '\t'))
        (void)wl_take(c, 1);
}

static bool at(const struct wl_cursor *c, uint8_t octet)
{
    return c->n && c->p[0] == octet;
}

/* ------------------------------------------------------------------------------ quoted strings */

bool wl_grammar_is_quoted(struct wl_span s)
{
    return s.n > 0 && quoted_length(s) == s.n;
}

struct wl_span wl_grammar_unquoted(struct wl_span value)
{
    return wl_grammar_is_quoted(value) ? wl_span_sub(value, 1, value.n - 2) : value;
}

bool wl_grammar_value_is(struct wl_span value, struct wl_span text)
{
    bool quoted = wl_grammar_is_quoted(value);
    struct wl_span s = wl_grammar_unquoted(value);
    size_t k = 0;

    for (size_t i = 0; i < s.n; i++, k++) {
        if (quoted && s.p[i] == '\\' && i + 1 < s.n)
            i++;
        if (k == text.n || wl_lower(s.p[i]) != wl_lower(text.p[k]))
            return false;
    }
    return k == text.n;
}

/* ---------------------------------------------------------------------------------- parameters */

/* token / quoted-string at the front of c, or what stands up to one of the delimiters, which is
 * none and sets bad. */
static struct wl_span take_value(struct wl_cursor *c, uint8_t delimiter)
{
    size_t n = quoted_length(left(c)), end;
    struct wl_span value;

    if (n == 0)
        n = token_length(left(c));
    value = wl_take(c, n);
    skip_space(c);
    if (n && (c->n == 0 || at(c, delimiter)))
        return value;
    end = wl_span_find(left(c), delimiter);
    value = wl_span_trim(wl_span(value.p ? value.p : c->p, n + end));
    (void)wl_take(c, end);
    c->bad = true;
    return value;
}

bool wl_grammar_param(struct wl_cursor *c, struct wl_param *ret)
{
    skip_space(c);
    while (!c->bad && at(c, ';')) {
        size_t n;

        (void)wl_take(c, 1);
        skip_space(c);
        if (c->n == 0 || at(c, ';'))
            continue; /* RFC 9110 5.6.6: a parameter may be missing */
        n = token_length(left(c));
        *ret = (struct wl_param){.name = wl_take(c, n)};
        if (n == 0) {
            c->bad = true;
        } else if (at(c, '=')) {
            (void)wl_take(c, 1);
            ret->value = take_value(c, ';');
        }
        return n > 0;
    }
    c->bad |= c->n > 0;
    return false;
}

struct wl_cursor wl_grammar_params(struct wl_span member)
{
    return wl_cursor(wl_span_after(member, wl_span_find(member, ';')));
}

bool wl_grammar_param_find(struct wl_span member, struct wl_span name, struct wl_param *ret)
{
    struct wl_cursor c = wl_grammar_params(member);
    struct wl_param param;

    while (wl_grammar_param(&c, &param)) {
        if (wl_span_equal_nocase(param.name, name)) {
            *ret = param;
            return true;
        }
    }
    return false;
}

struct wl_param wl_grammar_directive(struct wl_span member)
{
    size_t equals = wl_span_find(member, '=');
    struct wl_param d = {.name = wl_span_trim(wl_span_sub(member, 0, equals))};

    if (equals < member.n)
        d.value = wl_span_trim(wl_span(member.p + equals + 1, member.n - equals - 1));
    return d;
}

bool wl_grammar_directive_find(const struct wl_message *m, enum wl_field_id id, struct wl_span name,
                               struct wl_param *ret)
{
    const struct wl_field *f = wl_message_field(m, id);

    for (; f; f = wl_message_next_field(m, f)) {
        struct wl_cursor c = wl_cursor(f->value);
        struct wl_span member;

        while ((member = wl_grammar_member(&c)).n) {
            struct wl_param d = wl_grammar_directive(member);

            if (!wl_span_equal_nocase(d.name, name))
                continue;
            if (ret)
                *ret = d;
            return true;
        }
    }
    return false;
}

/* ------------------------------------------------------------------------------------- numbers */

bool wl_grammar_delta_seconds(struct wl_span s, uint64_t *ret)
{
    const uint64_t most = UINT64_C(1) << 31;
    uint64_t value = 0;

    if (s.n == 0)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        if (!wl_is_digit(s.p[i]))
            return false;
        value = wl_min_u64(value * 10 + (uint64_t)(s.p[i] - '0'), most);
    }
    *ret = value;
    return true;
}

bool wl_grammar_weight(struct wl_span member, unsigned *ret_thousandths)
{
    struct wl_param q;
    unsigned value, unit = 100;

    *ret_thousandths = 1000;
    if (!wl_grammar_param_find(member, WL_SPAN("q"), &q))
        return true;
    /* qvalue = ( "0" [ "." 0*3DIGIT ] ) / ( "1" [ "." 0*3("0") ] ) */
    if (q.value.n == 0 || q.value.n > 5 || (q.value.p[0] != '0' && q.value.p[0] != '1') ||
        (q.value.n > 1 && q.value.p[1] != '.'))
        return false;
    value = (unsigned)(q.value.p[0] - '0') * 1000;
    for (size_t i = 2; i < q.value.n; i++, unit /= 10) {
        if (!wl_is_digit(q.value.p[i]))
            return false;
        value += (unsigned)(q.value.p[i] - '0') * unit;
    }
    *ret_thousandths = value;
    return value <= 1000;
}

/* --------------------------------------------------------------------------------- media types */

bool wl_grammar_media_type(struct wl_span value, struct wl_media_type *ret)
{
    struct wl_span name = wl_grammar_name(value);
    size_t slash = wl_span_find(name, '/');
    struct wl_media_type type = {
        .type = wl_span_sub(name, 0, slash),
        .subtype = wl_span_after(name, slash + 1),
        .member = value,
    };
    struct wl_cursor c = wl_grammar_params(value);
    struct wl_param param;
    bool valued = true; /* here "=" and a value are not optional */

    *ret = type;
    while (wl_grammar_param(&c, &param))
        valued = valued && param.value.p;
    return wl_grammar_is_token(type.type) && wl_grammar_is_token(type.subtype) && valued && !c.bad;
}

bool wl_grammar_media_type_is_xml(struct wl_span value)
{
    struct wl_span name = wl_grammar_name(value);
    const struct wl_span suffix = WL_SPAN("+xml");

    return wl_span_equal_nocase(name, WL_SPAN("application/xml")) ||
           wl_span_equal_nocase(name, WL_SPAN("text/xml")) ||
           (name.n > suffix.n &&
            wl_span_equal_nocase(wl_span_after(name, name.n - suffix.n), suffix));
}

/* ---------------------------------------------------------------------------------- challenges */

bool wl_grammar_auth_param(struct wl_cursor *c, struct wl_param *ret)
{
    size_t n;

    wl_grammar_skip_empty(c);
    n = token_length(left(c));
    if (c->n == 0 || c->bad)
        return false;
    *ret = (struct wl_param){.name = wl_take(c, n)};
    skip_space(c);
    if (n == 0 || !at(c, '=')) {
        c->bad = true;
        return false;
    }
    (void)wl_take(c, 1);
    skip_space(c);
    ret->value = take_value(c, ',');
    return true;
}

/* Length of a token68 that is all that stands before the next comma; 0 when there is none. */
static size_t token68_length(struct wl_span s)
{
    const struct wl_span marks = WL_SPAN("-._~+/");
    size_t n = 0, end;

    while (n < s.n &&
           (wl_is_digit(s.p[n]) || wl_is_alpha(s.p[n]) || wl_span_find(marks, s.p[n]) < marks.n))
        n++;
    if (n == 0)
        return 0;
    while (n < s.n && s.p[n] == '=')
        n++;
    end = n;
    while (end < s.n && (s.p[end] == ' ' || s.p[end] == '\t'))
        end++;
    return end == s.n || s.p[end] == ',' ? n : 0;
}

/* Does an auth-param begin here, and not the scheme of the next challenge? */
static bool at_auth_param(struct wl_cursor c)
{
    size_t n = token_length(left(&c));

    (void)wl_take(&c, n);
    skip_space(&c);
    return n && at(&c, '=');
}

bool wl_grammar_challenge(struct wl_cursor *c, struct wl_challenge *ret)
{
    size_t n;
    const uint8_t *from;

    wl_grammar_skip_empty(c);
    if (c->n == 0 || c->bad)
        return false;
    n = token_length(left(c));
    *ret = (struct wl_challenge){.scheme = wl_take(c, n)};
    if (n == 0 || (c->n && !at(c, ' ') && !at(c, '\t') && !at(c, ','))) {
        (void)wl_take(c, wl_span_find(left(c), ','));
        c->bad = true;
        return false;
    }
    skip_space(c);
    n = token68_length(left(c));
    if (n) {
        ret->token68 = wl_take(c, n);
        return true;
    }
    for (from = c->p;;) {
        struct wl_param param;
        struct wl_cursor next = *c;

        wl_grammar_skip_empty(&next);
        if (!at_auth_param(next))
            break;
        *c = next;
        (void)wl_grammar_auth_param(c, &param);
        ret->params = wl_span(from, (size_t)(c->p - from));
        if (c->bad)
            return true;
    }
    /* 1*SP with neither behind it, as in "Basic \"x\"": no challenge */
    if (c->n && !at(c, ','))
        c->bad = true;
    return true;
}

/* --------------------------------------------------------------------------- structured fields */

bool wl_grammar_sf_boolean(struct wl_span item, bool *ret)
{
    struct wl_span bare = wl_grammar_name(item);

    if (!wl_span_equal(bare, WL_SPAN("?1")) && !wl_span_equal(bare, WL_SPAN("?0")))
        return false;
    *ret = bare.p[1] == '1';
    return true;
}

bool wl_grammar_sf_integer(struct wl_span item, int64_t *ret)
{
    struct wl_span bare = wl_grammar_name(item);
    bool negative = bare.n && bare.p[0] == '-';
    struct wl_span digits = wl_span_after(bare, negative ? 1 : 0);
    uint64_t value;

    if (digits.n > 15 || !wl_parse_u64(digits, &value))
        return false;
    *ret = negative ? -(int64_t)value : (int64_t)value;
    return true;
}
