/* said.c - what of the network stands in the sentence of a finding, and may be shown.
 * SPDX-License-Identifier: MIT
 *
 * wl_said puts what it quotes between two control octets. When the sentence is finished they are
 * taken out again, and what stands between them is known to be of the network: only there something
 * is hidden, and there it is not forgotten, whichever rule speaks. Where these octets are quoted
 * themselves, and NUL, which would end the sentence, a third one and a letter stand for each until
 * then: a sentence shows the octets that were sent.
 */
#include "said.h"

#include <inttypes.h>
#include <stdio.h>

#include "line.h"
#include "redact_text.h"

struct wl_said wl_said(struct wl_span s)
{
    struct wl_said said;
    size_t n = s.n < WL_SAID_OCTETS ? s.n : WL_SAID_OCTETS, used = 0;

    said.text[used++] = WL_SAID_OPEN;
    for (size_t i = 0; i < n; i++) {
        uint8_t c = s.p[i];

        if (c <= WL_SAID_ESCAPE) {
            said.text[used++] = WL_SAID_ESCAPE;
            c += '@';
        }
        said.text[used++] = (char)c;
    }
    if (s.n > n) {
        memcpy(said.text + used, "...", 3);
        used += 3;
    }
    said.text[used++] = WL_SAID_CLOSE;
    said.text[used] = '\0';
    return said;
}

/* Without the beginning of a character (RFC 3629 3) whose end is missing. */
static struct wl_span whole_characters(struct wl_span s)
{
    size_t n = s.n;

    while (n && s.n - n < 3 && (s.p[n - 1] & 0xc0) == 0x80)
        n--;
    if (n && s.p[n - 1] >= 0xc2) {
        size_t length = s.p[n - 1] < 0xe0 ? 2 : s.p[n - 1] < 0xf0 ? 3 : 4;

        if (n - 1 + length > s.n)
            s.n = n - 1;
    }
    return s;
}

struct wl_said wl_said_seen(const struct wl_mark *mark)
{
    struct wl_said said = wl_said(mark->cut ? whole_characters(mark->octets) : mark->octets);

    /* behind what is quoted: "..." was not sent, and a secret is known by what was */
    if (mark->cut)
        memcpy(said.text + strlen(said.text), "...", sizeof("..."));
    return said;
}

/* -------------------------------------------------------------------------------------- marks */

/* What snprintf wrote of length octets into room. */
static size_t written(int length, size_t room)
{
    return length < 0 ? 0 : wl_min_size((size_t)length, room - 1);
}

/* "2 octets": the noun stands in the template, in the singular. */
static size_t say_count(char *buf, size_t room, uint64_t n, struct wl_span noun)
{
    return written(snprintf(buf, room, "%" PRIu64 " %.*s%s", n, (int)noun.n, (const char *)noun.p,
                            n == 1 ? "" : "s"),
                   room);
}

/* The first line of the octets of a mark, in quotes. */
static size_t say_octets(char *buf, size_t room, const struct wl_mark *mark)
{
    struct wl_mark line = *mark;

    line.octets.n = wl_span_find(mark->octets, '\n');
    line.cut = mark->cut && line.octets.n == mark->octets.n;
    if (line.octets.n && line.octets.p[line.octets.n - 1] == '\r')
        line.octets.n--;
    return written(snprintf(buf, room, "'%s'", wl_said_seen(&line).text), room);
}

void wl_said_mark(char *buf, size_t room, const char *saw, const struct wl_mark *mark,
                  uint16_t status)
{
    size_t used = 0;

    for (const char *p = saw; *p && used + 1 < room; p++) {
        struct wl_span word;

        if (*p != '{') {
            buf[used++] = *p;
            continue;
        }
        word = wl_span(p + 1, strcspn(p + 1, "}"));
        p += word.n + 1;
        WL_ASSERT(*p == '}'); /* templates are ours */
        if (wl_span_starts(word, WL_SPAN("n "))) {
            used += say_count(buf + used, room - used, mark->value, wl_span_after(word, 2));
        } else if (wl_span_equal(word, WL_SPAN("octets"))) {
            used += say_octets(buf + used, room - used, mark);
        } else if (wl_span_equal(word, WL_SPAN("status"))) {
            used += written(
                snprintf(buf + used, room - used, "%0*u", wl_status_digits(status), status),
                room - used);
        }
    }
    buf[used] = '\0';
}

/* ------------------------------------------------------------------------------------ secrets */

static bool has_userinfo(struct wl_span authority)
{
    return authority.n && memchr(authority.p, '@', authority.n);
}

/* Does the value hold them? */
static bool holds(struct wl_span value, struct wl_span said)
{
    for (size_t i = 0; i + said.n <= value.n; i++) {
        i += said.n ? wl_span_find(wl_span_after(value, i), said.p[0]) : 0;
        if (wl_span_starts(wl_span_after(value, i), said))
            return true;
    }
    return false;
}

/* Does the value say itself that it is a secret? A challenge names a scheme, and tells nothing. */
static bool says_secret(const struct wl_field *f)
{
    return f->id != WL_FIELD_WWW_AUTHENTICATE && f->id != WL_FIELD_PROXY_AUTHENTICATE &&
           wl_redact_is_credential(f->value);
}

static bool any_is_secret(const struct wl_field *fields, uint32_t n, struct wl_span said)
{
    for (uint32_t i = 0; i < n; i++) {
        const struct wl_field *f = &fields[i];

        /* what a name that nobody knows says of its value takes a search */
        if (f->id == WL_FIELD_OTHER && !holds(f->value, said))
            continue;
        if ((wl_redact_is_secret(f) || says_secret(f)) && holds(f->value, said))
            return true;
    }
    return false;
}

static bool is_in_secret(const struct wl_message *m, struct wl_span said)
{
    return m->state != WL_ABSENT && (any_is_secret(m->fields, m->n_fields, said) ||
                                     any_is_secret(m->trailers, m->n_trailers, said));
}

/* Is it quoted of Host or the target of CONNECT, where no scheme and "//" tell that a user stands
 * before "@"? */
static bool is_in_authority(const struct wl_message *req, struct wl_span said)
{
    if (req->state == WL_ABSENT)
        return false;
    if (req->method_id == WL_METHOD_CONNECT && has_userinfo(req->target) &&
        holds(req->target, said))
        return true;
    for (uint32_t i = 0; i < req->n_fields; i++) {
        const struct wl_field *f = &req->fields[i];

        if (f->id == WL_FIELD_HOST && has_userinfo(f->value) && holds(f->value, said))
            return true;
    }
    return false;
}

/* Without the "@", which may have been cut off, all of it may be the password. */
static void hide_userinfo(struct wl_span said)
{
    if (has_userinfo(said)) {
        wl_redact_authority(said);
    } else {
        wl_redact_mask(said);
    }
}

/* Without its "...". */
static struct wl_span uncut(struct wl_span said)
{
    return wl_span_sub(said, 0, WL_SAID_OCTETS);
}

/* Is what was quoted a secret, or part of one? */
static bool is_secret(const struct wl_exchange *ex, struct wl_span said)
{
    enum { FEW = 4 };

    said = wl_span_trim(uncut(said)); /* a line that goes on with a field begins with white space */
    if (!ex || said.n < FEW)
        return false;
    for (uint32_t i = 0; i < ex->n_interim; i++) {
        if (is_in_secret(&ex->interim[i], said))
            return true;
    }
    return is_in_secret(&ex->req, said) || is_in_secret(&ex->res, said);
}

/* Names that everybody has, and short numbers, tell nothing. */
static bool is_plain(struct wl_span said)
{
    uint64_t number;

    if (said.n < 5 && wl_parse_u64(said, &number))
        return true;
    for (unsigned i = WL_FIELD_OTHER + 1; i < WL_N_FIELDS; i++) {
        if (wl_span_equal_nocase(said, wl_span_text(wl_field_name((enum wl_field_id)i))))
            return true;
    }
    for (unsigned i = WL_METHOD_OTHER + 1; i < WL_N_METHODS; i++) {
        if (wl_span_equal(said, wl_span_text(wl_method_name((enum wl_method)i))))
            return true;
    }
    return said.n == 0;
}

/* The end of what may be userinfo and a host (RFC 3986 3.2). */
static size_t authority_length(struct wl_span s)
{
    size_t n = 0;

    while (n < s.n && s.p[n] != '/' && s.p[n] != '?' && s.p[n] != '#')
        n++;
    return n;
}

/* Does value hold what was quoted, and does an "@" follow before the authority ends? */
static bool goes_on_to_host(struct wl_span value, struct wl_span said)
{
    for (size_t i = 0; i + said.n <= value.n; i++) {
        struct wl_span rest;

        i += wl_span_find(wl_span_after(value, i), said.p[0]);
        if (!wl_span_starts(wl_span_after(value, i), said))
            continue;
        rest = wl_span_after(value, i + said.n);
        if (has_userinfo(wl_span_sub(rest, 0, authority_length(rest))))
            return true;
    }
    return false;
}

static bool any_goes_on_to_host(const struct wl_message *m, struct wl_span said)
{
    if (m->state == WL_ABSENT)
        return false;
    for (uint32_t i = 0; i < m->n_fields; i++) {
        if (goes_on_to_host(m->fields[i].value, said))
            return true;
    }
    return goes_on_to_host(m->target, said);
}

/* Of "http://user:password@host" the quote may end before the "@", which tells what came before. */
static void hide_cut_userinfo(struct wl_span said, const struct wl_exchange *ex)
{
    struct wl_span all = uncut(said), authority;
    size_t at = 0;

    for (size_t i = 0; i + 1 < all.n; i++) {
        if (all.p[i] == '/' && all.p[i + 1] == '/')
            at = i + 2;
    }
    authority = wl_span_after(all, at);
    if (at && authority.n && authority_length(authority) == authority.n &&
        !has_userinfo(authority) &&
        (any_goes_on_to_host(&ex->req, all) || any_goes_on_to_host(&ex->res, all)))
        wl_redact_mask(authority);
}

static void redact(struct wl_span said, enum wl_redact level, const struct wl_exchange *ex)
{
    bool hidden = level >= WL_REDACT_VALUES ? !is_plain(said) : is_secret(ex, said);

    if (hidden) {
        wl_redact_mask(said);
    } else if (level < WL_REDACT_VALUES) {
        if (ex && is_in_authority(&ex->req, uncut(said)))
            hide_userinfo(said);
        if (ex)
            hide_cut_userinfo(said, ex);
        wl_redact_tokens(said);
        wl_redact_line(said);
        wl_redact_url(said);
    }
}

/* Makes the octets of what was quoted the ones that were sent; how many they are. */
static size_t unescape(char *said, size_t n)
{
    size_t used = 0;

    for (size_t i = 0; i < n; i++) {
        if (said[i] != WL_SAID_ESCAPE) {
            said[used++] = said[i];
        } else if (++i < n) { /* or the sentence was cut off */
            said[used++] = (char)(said[i] - '@');
        }
    }
    return used;
}

size_t wl_said_finish(char *text, size_t n, enum wl_redact level, const struct wl_exchange *ex)
{
    const char *first = memchr(text, WL_SAID_OPEN, n);
    size_t used = first ? (size_t)(first - text) : n; /* most sentences quote nothing */

    for (size_t i = used; i < n; i++) {
        const char *close;
        size_t quoted;
        struct wl_span said;

        if (text[i] != WL_SAID_OPEN) {
            text[used++] = text[i];
            continue;
        }
        i++;
        close = memchr(text + i, WL_SAID_CLOSE, n - i);
        quoted = close ? (size_t)(close - text) - i : n - i;
        said = wl_span(text + i, unescape(text + i, quoted));
        redact(said, level, ex);
        memmove(text + used, said.p, said.n);
        used += said.n;
        i += quoted;
    }
    return used;
}
