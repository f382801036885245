/* h1_line.c - what a line is: a request line, a status line, neither, or too early to tell.
 * SPDX-License-Identifier: MIT
 *
 * Judges octets for plausibility only; nothing is recorded. The strict forms (RFC 9112 3 and 4) are
 * used where a message is looked for among octets of unknown meaning, the lenient one where a
 * request is due: an auditor wants to see the malformed ones too.
 */
#include "grammar.h"
#include "h1_side.h"

/* "HTTP/" DIGIT "." DIGIT (RFC 9112 2.3). */
static bool is_version(struct wl_span s)
{
    return s.n == 8 && memcmp(s.p, "HTTP/", 5) == 0 && wl_is_digit(s.p[5]) && s.p[6] == '.' &&
           wl_is_digit(s.p[7]);
}

static struct wl_span trim_line(struct wl_span line)
{
    while (line.n && (wl_h1_is_blank(line.p[line.n - 1]) || line.p[line.n - 1] == '\n'))
        line.n--;
    while (line.n && wl_h1_is_blank(line.p[0]))
        line = wl_span_after(line, 1);
    return line;
}

static size_t word_length(struct wl_span s)
{
    size_t n = 0;

    while (n < s.n && !wl_h1_is_blank(s.p[n]))
        n++;
    return n;
}

/* The last word of a line. */
static struct wl_span last_word(struct wl_span line)
{
    size_t from = line.n;

    while (from && !wl_h1_is_blank(line.p[from - 1]))
        from--;
    return wl_span_after(line, from);
}

enum wl_claim wl_h1_request_like(struct wl_span s)
{
    size_t i = 0, from;

    while (i < s.n && wl_is_tchar(s.p[i]))
        i++;
    if (i > 64 || (i == s.n && i > 0))
        return i > 64 ? WL_CLAIM_NO : WL_CLAIM_MORE;
    if (i == s.n)
        return WL_CLAIM_MORE;
    if (i == 0 || s.p[i] != ' ')
        return WL_CLAIM_NO;
    from = ++i;
    while (i < s.n && s.p[i] > ' ' && s.p[i] < 0x7f)
        i++;
    if (i == s.n)
        return WL_CLAIM_MORE;
    if (i == from || s.p[i] != ' ')
        return WL_CLAIM_NO;
    s = wl_span_after(s, i + 1);
    if (s.n < 9) {
        size_t n = wl_min_size(s.n, 5);

        return n == 0 || memcmp(s.p, "HTTP/", n) == 0 ? WL_CLAIM_MORE : WL_CLAIM_NO;
    }
    if (!is_version(wl_span_sub(s, 0, 8)))
        return WL_CLAIM_NO;
    return s.p[8] == '\r' || s.p[8] == '\n' ? WL_CLAIM_YES : WL_CLAIM_NO;
}

bool wl_h1_is_icap(struct wl_span line)
{
    struct wl_span target = trim_line(wl_span_after(line, word_length(line)));

    return wl_span_equal_nocase(wl_span_sub(target, 0, 5), WL_SPAN("icap:")) ||
           wl_span_equal_nocase(wl_span_sub(target, 0, 6), WL_SPAN("icaps:"));
}

bool wl_h1_request_line(struct wl_span line)
{
    struct wl_span word, last;

    line = trim_line(line);
    if (wl_h1_is_icap(line))
        return false;
    word = wl_span_sub(line, 0, word_length(line));
    last = last_word(line);
    if (word.n == line.n)
        return false;
    if (last.n >= 5 && wl_span_equal_nocase(wl_span_sub(last, 0, 5), WL_SPAN("HTTP/")))
        return true;
    /* without a version: only methods that are known */
    return wl_grammar_method(word) > WL_METHOD_OTHER;
}

bool wl_h1_is_request(struct wl_span line)
{
    return line.n > sizeof("A HTTP/1.1") - 1 && wl_is_tchar(line.p[0]) &&
           line.p[line.n - 9] == ' ' && is_version(wl_span_after(line, line.n - 8));
}

/* Length of the longest known method that s ends with, or 0. */
static size_t method_suffix(struct wl_span s)
{
    size_t n = wl_min_size(s.n, 17); /* UPDATEREDIRECTREF, the longest registered one */

    for (; n >= 3; n--) {
        if (wl_grammar_method(wl_span_after(s, s.n - n)) > WL_METHOD_OTHER)
            return n;
    }
    return 0;
}

size_t wl_h1_find_request(struct wl_span line)
{
    size_t none = line.n, n;
    struct wl_span rest = line, target, word;

    if (rest.n && rest.p[rest.n - 1] == '\n')
        rest.n--;
    if (rest.n && rest.p[rest.n - 1] == '\r')
        rest.n--;
    if (rest.n < sizeof("A * HTTP/1.1") - 1 || !is_version(wl_span_after(rest, rest.n - 8)))
        return none;
    rest.n -= 8;
    if (rest.p[rest.n - 1] != ' ')
        return none;
    rest.n--;
    target = last_word(rest);
    rest.n -= target.n;
    if (target.n == 0 || rest.n == 0 || rest.p[rest.n - 1] != ' ')
        return none;
    rest.n--;
    word = last_word(rest);
    if (word.n == rest.n && wl_grammar_is_token(word) && word.n <= 64)
        return 0;
    n = method_suffix(word);
    return n ? rest.n - n : none;
}

bool wl_h1_status_like(struct wl_span s)
{
    uint8_t end;

    if (s.n < WL_STATUS_LIKE || !is_version(wl_span_sub(s, 0, 8)) || s.p[8] != ' ' ||
        !wl_is_digit(s.p[9]) || !wl_is_digit(s.p[10]) || !wl_is_digit(s.p[11]))
        return false;
    end = s.p[12];
    return end == ' ' || end == '\r' || end == '\n';
}

enum wl_claim wl_h1_status_start(struct wl_span s)
{
    size_t n = wl_min_size(s.n, 5);

    if (n && memcmp(s.p, "HTTP/", n) != 0)
        return WL_CLAIM_NO;
    return n == 5 ? WL_CLAIM_YES : WL_CLAIM_MORE;
}
