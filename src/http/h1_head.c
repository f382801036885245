/* h1_head.c - reading heads: lines, start lines, field lines, trailer sections.
 * SPDX-License-Identifier: MIT
 *
 * An auditor's reading: nothing is refused, every departure from RFC 9112 2 to 5 is marked with its
 * place, and what a lenient recipient would have understood is what the message says. Works on a
 * verbatim copy of the head in the exchange's arena; all spans of the message point into it.
 *
 * There is a short way for what is as it should be, and the long one for all the rest: in a plain
 * head (h1_scan.c) a line that begins with a name that is known, or is a start line of the strict
 * form, is taken as it stands; of any other line, and in any other head, each octet is looked at.
 */
#include "grammar.h"
#include "h1_side.h"
#include "lanes.h"
#include "lookup.h"

/* What is being read, and where its facts go. */
struct reading {
    struct wl_h1 *h;
    struct wl_work *w;
    struct wl_message *m;
    const struct wl_h1_text *text;
    struct wl_lookup *lookup;
};

static struct reading begin_reading(struct wl_h1 *h, struct wl_work *w, struct wl_message *m,
                                    const struct wl_h1_text *text)
{
    return (struct reading){h, w, m, text, wl_h1_layer(h)->host->lookup};
}

static void mark(const struct reading *r, enum wl_mark_id id, const uint8_t *p, uint64_t value,
                 struct wl_span octets)
{
    wl_build_mark(&r->h->build, r->w, r->m, id, wl_h1_at(r->text, p), value, octets);
}

/* ---------------------------------------------------------------------------------- lines */

size_t wl_h1_head_length(struct wl_span s, size_t *scan, bool fields)
{
    size_t from = *scan;

    if (fields && from == 0 && s.n) {
        if (s.p[0] == '\n')
            return 1;
        if (s.p[0] == '\r' && s.n == 1)
            return 0;
        if (s.p[0] == '\r' && s.p[1] == '\n')
            return 2;
    }
    for (;;) {
        size_t lf = from + wl_span_find(wl_span_after(s, from), '\n');

        /* an LF that may be followed by an empty line is looked at again */
        *scan = lf;
        if (lf + 1 >= s.n)
            return 0;
        if (s.p[lf + 1] == '\n')
            return lf + 2;
        if (s.p[lf + 1] == '\r') {
            if (lf + 2 >= s.n)
                return 0;
            if (s.p[lf + 2] == '\n')
                return lf + 3;
        }
        from = lf + 1;
    }
}

/* The line at *from without its line end; false when there is none that is complete. RFC 9112 2.2:
 * a recipient may recognise a single LF as a line terminator; a bare CR is invalid. */
static bool next_line(const struct reading *r, size_t *from, struct wl_span *ret)
{
    struct wl_span rest = wl_span_after(r->text->octets, *from), line;
    size_t lf = wl_span_find(rest, '\n'), cr;

    if (lf == rest.n)
        return false;
    line = wl_span_sub(rest, 0, lf);
    if (line.n && line.p[line.n - 1] == '\r') {
        line.n--;
    } else {
        mark(r, WL_MARK_BARE_LF, rest.p + lf, 0, wl_span(NULL, 0));
    }
    cr = wl_span_find(line, '\r');
    if (cr < line.n)
        mark(r, WL_MARK_BARE_CR, line.p + cr, 0, line);
    *from += lf + 1;
    *ret = line;
    return true;
}

/* ---------------------------------------------------------------------------- start lines */

/* HTTP-version = "HTTP/" DIGIT "." DIGIT (RFC 9112 2.3). Reads what a lenient recipient would from
 * others; false when it is not exactly that, or of another major number than 0 and 1. */
static bool read_version(struct wl_message *m, struct wl_span s)
{
    struct wl_span digits = wl_span_after(s, 5);
    bool shaped = s.n == 8 && wl_is_digit(s.p[5]) && s.p[6] == '.' && wl_is_digit(s.p[7]);

    m->major = 1;
    m->minor = 1;
    if (digits.n && wl_is_digit(digits.p[0])) {
        m->major = (uint8_t)(digits.p[0] - '0');
        m->minor = 0;
    }
    if (digits.n >= 3 && digits.p[1] == '.' && wl_is_digit(digits.p[2]))
        m->minor = (uint8_t)(digits.p[2] - '0');
    return shaped && memcmp(s.p, "HTTP/", 5) == 0 && m->major <= 1;
}

/* HTTP-version of a major number that is ours, at the 8 octets at p. */
static bool is_strict_version(const uint8_t *p)
{
    return memcmp(p, "HTTP/", 5) == 0 && (p[5] == '0' || p[5] == '1') && p[6] == '.' &&
           wl_is_digit(p[7]);
}

static void keep_version(struct wl_h1_lines *lines, const uint8_t *p)
{
    lines->major = (uint8_t)(p[5] - '0');
    lines->minor = (uint8_t)(p[7] - '0');
}

/* Splits the first word off s, and the blanks behind it; *blanks says how many, *odd whether they
 * were anything but one SP. */
static struct wl_span take_word(struct wl_span *s, size_t *blanks, bool *odd)
{
    struct wl_span word;
    size_t n = 0, gap;

    while (n < s->n && !wl_h1_is_blank(s->p[n]))
        n++;
    word = wl_span_sub(*s, 0, n);
    gap = n;
    while (gap < s->n && wl_h1_is_blank(s->p[gap]))
        gap++;
    *blanks = gap - n;
    *odd = *blanks > 1 || (*blanks == 1 && s->p[n] != ' ');
    *s = wl_span_after(*s, gap);
    return word;
}

/* Is s the version of a request line, well-formed or not? */
static bool is_version_like(struct wl_span s)
{
    return s.n >= 5 && wl_span_equal_nocase(wl_span_sub(s, 0, 5), WL_SPAN("HTTP/"));
}

/* Takes the version off the end of what follows the method; *odd: other than one SP before it. */
static struct wl_span split_version(struct wl_span *rest, bool *odd)
{
    size_t from = rest->n, end;
    struct wl_span version;

    while (from && !wl_h1_is_blank(rest->p[from - 1]))
        from--;
    version = wl_span_after(*rest, from);
    if (!is_version_like(version))
        return wl_span(NULL, 0);
    end = from;
    while (end && wl_h1_is_blank(rest->p[end - 1]))
        end--;
    *odd = *odd || (from > 0 && (from - end != 1 || rest->p[end] != ' '));
    rest->n = end;
    return version;
}

/* RFC 9112 3.2: no white space is allowed in the request target; RFC 3986 knows visible ASCII. */
static void check_target(const struct reading *r, struct wl_span target)
{
    for (size_t i = 0; i < target.n; i++) {
        if (target.p[i] <= ' ' || target.p[i] >= 0x7f) {
            mark(r, WL_MARK_TARGET_BAD_OCTET, target.p + i, target.p[i], target);
            return;
        }
    }
}

/* RFC 9110 9.1: method names are case-sensitive. */
static bool is_method_in_other_case(struct wl_span method)
{
    for (int i = WL_METHOD_OTHER + 1; i < WL_N_METHODS; i++) {
        if (wl_span_equal_nocase(method, wl_span_text(wl_method_name((enum wl_method)i))))
            return true;
    }
    return false;
}

static void read_method(const struct reading *r, struct wl_span method)
{
    r->m->method = method;
    r->m->method_id = wl_grammar_method(method);
    if (r->m->method_id == WL_METHOD_NONE) {
        mark(r, WL_MARK_METHOD_NOT_TOKEN, method.p, 0, method);
    } else if (r->m->method_id == WL_METHOD_OTHER && is_method_in_other_case(method)) {
        mark(r, WL_MARK_METHOD_CASE, method.p, 0, method);
    }
}

enum { BEHIND_TARGET = sizeof(" HTTP/1.1") - 1 };

bool wl_h1_strict_request(const struct wl_h1 *h, struct wl_span head, struct wl_h1_lines *lines)
{
    const struct wl_lookup *lookup = wl_h1_layer(h)->host->lookup;
    struct wl_span line = wl_h1_first_line(head, lines), target;
    const uint8_t *version;
    size_t method;

    lines->strict = false;
    if (line.n < BEHIND_TARGET)
        return false;
    version = line.p + line.n - BEHIND_TARGET + 1;
    if (version[-1] != ' ' || !is_strict_version(version))
        return false;
    lines->method_id = wl_lookup_method_front(lookup, line.p, &method);
    if (method == 0) { /* a word of eight octets or more */
        method = wl_span_find(line, ' ');
        lines->method_id = wl_lookup_method(lookup, wl_span_sub(line, 0, method));
    }
    if (lines->method_id == WL_METHOD_OTHER || line.n < method + 2 + BEHIND_TARGET)
        return false;
    target = wl_span(line.p + method + 1, line.n - BEHIND_TARGET - method - 1);
    if (wl_lanes_hold(target.p, target.n, ' '))
        return false;
    lines->n_method = (uint32_t)method;
    keep_version(lines, version);
    lines->strict = true;
    return true;
}

static void take_request_line(struct wl_message *m, struct wl_span text,
                              const struct wl_h1_lines *lines)
{
    m->method = wl_span(text.p, lines->n_method);
    m->method_id = lines->method_id;
    m->target = wl_span(text.p + lines->n_method + 1,
                        lines->ends[0] - BEHIND_TARGET - lines->n_method - 1);
    m->major = lines->major;
    m->minor = lines->minor;
}

/* request-line = method SP request-target SP HTTP-version (RFC 9112 3). False: no version. */
static bool read_request_line(const struct reading *r, struct wl_span line)
{
    struct wl_span rest = line, version;
    size_t blanks;
    bool odd = false, odd_version = false;

    while (rest.n && wl_h1_is_blank(rest.p[0])) {
        rest = wl_span_after(rest, 1);
        odd = true;
    }
    while (rest.n && wl_h1_is_blank(rest.p[rest.n - 1])) {
        rest.n--;
        odd = true;
    }
    if (rest.n == 0) {
        mark(r, WL_MARK_REQUEST_LINE_SPACES, line.p, 0, line);
        return false;
    }
    {
        bool odd_method;

        read_method(r, take_word(&rest, &blanks, &odd_method));
        odd = odd || odd_method;
    }
    version = split_version(&rest, &odd_version);
    if (version.n) {
        if (!read_version(r->m, version))
            mark(r, WL_MARK_VERSION_MALFORMED, version.p, 0, version);
        /* no target at all: "GET HTTP/1.1" has one space only */
        odd = odd || odd_version || rest.n == 0;
    }
    r->m->target = rest;
    check_target(r, rest);
    if (odd)
        mark(r, WL_MARK_REQUEST_LINE_SPACES, line.p, 0, line);
    return version.n != 0;
}

static void check_host(const struct reading *r)
{
    const struct wl_field *host = wl_message_field(r->m, WL_FIELD_HOST);

    if (host && host->value.n && !wl_grammar_is_host(host->value))
        mark(r, WL_MARK_HOST_INVALID, host->begin, 0, host->value);
}

bool wl_h1_strict_status(struct wl_span head, struct wl_h1_lines *lines)
{
    const uint8_t *code = head.p + sizeof("HTTP/1.1 ") - 1;

    lines->strict = lines->ends[0] >= sizeof("HTTP/1.1 200 ") - 1 && is_strict_version(head.p) &&
                    code[-1] == ' ' && wl_is_digit(code[0]) && wl_is_digit(code[1]) &&
                    wl_is_digit(code[2]) && code[3] == ' ';
    if (!lines->strict)
        return false;
    lines->status = (uint16_t)((code[0] - '0') * 100 + (code[1] - '0') * 10 + code[2] - '0');
    keep_version(lines, head.p);
    return true;
}

void wl_h1_take_status(struct wl_message *m, struct wl_span text, const struct wl_h1_lines *lines)
{
    m->status = lines->status;
    m->major = lines->major;
    m->minor = lines->minor;
    m->reason = wl_span_after(wl_h1_first_line(text, lines), sizeof("HTTP/1.1 200 ") - 1);
}

/* status-line = HTTP-version SP status-code SP [ reason-phrase ] (RFC 9112 4). */
size_t wl_h1_parse_status(struct wl_h1 *h, struct wl_work *w, struct wl_message *m,
                          const struct wl_h1_text *text)
{
    struct reading r = begin_reading(h, w, m, text);
    struct wl_span line, rest, version, code;
    size_t from = 0, blanks;
    bool odd, odd_code;

    if (!next_line(&r, &from, &line))
        return 0;
    rest = line;
    version = take_word(&rest, &blanks, &odd);
    if (!read_version(m, version))
        mark(&r, WL_MARK_VERSION_MALFORMED, version.p, 0, version);
    {
        /* what follows the code belongs to the reason, but for one separator */
        struct wl_span after = rest;

        code = take_word(&after, &blanks, &odd_code);
        odd_code = blanks && rest.p[code.n] != ' ';
        rest = wl_span_after(rest, code.n);
    }
    if (odd || odd_code)
        mark(&r, WL_MARK_STATUS_LINE_SPACES, line.p, 0, line);
    /* RFC 9112 4: status-code = 3DIGIT */
    if (code.n == 3 && wl_is_digit(code.p[0]) && wl_is_digit(code.p[1]) && wl_is_digit(code.p[2])) {
        m->status = (uint16_t)((code.p[0] - '0') * 100 + (code.p[1] - '0') * 10 + code.p[2] - '0');
    } else {
        m->status_text = code;
        mark(&r, WL_MARK_STATUS_INVALID, code.n ? code.p : line.p, 0, line);
    }
    if (rest.n == 0)
        mark(&r, WL_MARK_STATUS_NO_SPACE, line.p, 0, line);
    m->reason = wl_span_after(rest, 1);
    for (size_t i = 0; i < m->reason.n; i++) {
        if (wl_is_ctl(m->reason.p[i]) && m->reason.p[i] != '\t') {
            mark(&r, WL_MARK_REASON_CTL, m->reason.p + i, m->reason.p[i], m->reason);
            break;
        }
    }
    return from;
}

/* ---------------------------------------------------------------------------- field lines */

/* Could s hold a control octet, DEL or obs-text? Eight octets at a time; may say yes wrongly. */
static bool may_be_odd(struct wl_span s)
{
    const uint64_t ones = 0x0101010101010101, high = 0x8080808080808080;
    uint64_t word;

    while (s.n >= sizeof(word)) {
        memcpy(&word, s.p, sizeof(word));
        if (((word - ones * 0x20) | (word + ones) | word) & high)
            return true;
        s = wl_span_after(s, sizeof(word));
    }
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < 0x20 || s.p[i] >= 0x7f)
            return true;
    }
    return false;
}

/* field-vchar = VCHAR / obs-text (RFC 9110 5.5). */
static void check_value(const struct reading *r, struct wl_field *f, struct wl_span value)
{
    if (!may_be_odd(value))
        return;
    for (size_t i = 0; i < value.n; i++) {
        uint8_t c = value.p[i];

        if (c >= 0x80 && !(f->odd & WL_ODD_OBS_TEXT)) {
            f->odd |= WL_ODD_OBS_TEXT;
            mark(r, WL_MARK_VALUE_OBS_TEXT, value.p + i, c, value);
        } else if (wl_is_ctl(c) && c != '\t' && !(f->odd & WL_ODD_CTL)) {
            f->odd |= WL_ODD_CTL;
            if (c != '\r') /* that one is BARE_CR */
                mark(r, WL_MARK_VALUE_CTL, value.p + i, c, value);
        }
    }
}

/* RFC 9112 5.2: obs-fold = OWS CRLF RWS; the value goes on. */
static void fold(const struct reading *r, struct wl_field *f, struct wl_span line)
{
    mark(r, WL_MARK_OBS_FOLD, line.p, 0, line);
    f->odd |= WL_ODD_FOLDED;
    check_value(r, f, line);
    if (f->value.n == 0) {
        f->value = wl_span_trim(line);
    } else {
        f->value = wl_span_trim(wl_span(f->value.p, (size_t)(line.p + line.n - f->value.p)));
    }
}

static void set_name(struct wl_field *f, struct wl_span name)
{
    f->begin = name.p;
    f->n_name = (uint32_t)name.n; /* less than max_head */
}

/* The name of a line that is not plainly "token:". Returns its length up to the
 * colon or the end. */
static size_t read_odd_name(const struct reading *r, struct wl_field *f, struct wl_span line)
{
    size_t colon = wl_span_find(line, ':');
    struct wl_span name = wl_span_sub(line, 0, colon);

    if (colon == line.n) {
        f->odd |= WL_ODD_NO_COLON;
        set_name(f, wl_span_trim(line));
        mark(r, WL_MARK_NO_COLON, line.p, 0, line);
        return line.n;
    }
    while (name.n && wl_h1_is_blank(name.p[name.n - 1]))
        name.n--;
    if (name.n < colon) {
        /* RFC 9112 5.1: no white space is allowed between the field name and colon */
        f->odd |= WL_ODD_SPACE_COLON;
        mark(r, WL_MARK_SPACE_BEFORE_COLON, name.p + name.n, 0, line);
    }
    set_name(f, name);
    if (name.n == 0) {
        f->odd |= WL_ODD_NAME;
        mark(r, WL_MARK_NAME_EMPTY, line.p, 0, line);
    }
    for (size_t i = 0; i < name.n; i++) {
        if (!wl_is_tchar(name.p[i])) {
            f->odd |= WL_ODD_NAME;
            mark(r, WL_MARK_NAME_NOT_TOKEN, name.p + i, name.p[i], line);
            break;
        }
    }
    return colon;
}

/* field-line = field-name ":" OWS field-value OWS (RFC 9112 5). */
static void read_field(const struct reading *r, struct wl_field *f, struct wl_span line)
{
    size_t n = 0;

    while (n < line.n && wl_is_tchar(line.p[n]))
        n++;
    if (n > 0 && n < line.n && line.p[n] == ':') {
        set_name(f, wl_span_sub(line, 0, n));
    } else {
        n = read_odd_name(r, f, line);
    }
    /* only tokens are known */
    if (!(f->odd & (WL_ODD_NO_COLON | WL_ODD_NAME)))
        f->id = (uint16_t)wl_lookup_field(r->lookup, wl_field_sent_name(f));
    f->value = wl_span_trim(wl_span_after(line, n + 1));
    check_value(r, f, f->value);
}

/* White space before the first field line (RFC 9112 2.2): the line is no field. */
static bool is_stray_blank(const struct reading *r, struct wl_span line, uint32_t n_fields)
{
    if (n_fields || !wl_h1_is_blank(line.p[0]))
        return false;
    mark(r, WL_MARK_SPACE_AFTER_START, line.p, 0, line);
    return true;
}

/* A field section as it grows. */
struct section {
    struct wl_field *fields;
    uint32_t n, room, max;
    bool whole;
    uint64_t present[WL_FIELD_WORDS];
    uint64_t repeated[WL_FIELD_WORDS]; /* those that stand on several lines */
    uint8_t ids[WL_H1_LINES]; /* of the first so many; 0 behind the last, up to WL_FIELD_IDS */
};
static_assert((int)WL_FIELD_IDS <= (int)WL_H1_LINES, "what a message keeps of ids");

static void begin_section(const struct reading *r, struct section *s)
{
    const struct wl_limits *limits = &wl_h1_layer(r->h)->host->cfg->limits;

    memset(s, 0, offsetof(struct section, ids) + WL_FIELD_IDS); /* the rest of ids is never read */
    s->max = (uint32_t)wl_min_u64(limits->max_fields, 1u << 20);
    s->present[0] = 1; /* bit 0: filled in */
    s->whole = true;
}

static void count_field(struct section *s)
{
    size_t id = s->fields[s->n].id;
    uint64_t bit = (uint64_t)1 << id % 64;

    if (s->n < WL_H1_LINES)
        s->ids[s->n] = (uint8_t)id;
    s->n++;
    s->repeated[id / 64] |= s->present[id / 64] & bit;
    s->present[id / 64] |= bit;
}

/* Room for one more field; NULL when a limit was reached, which is told. */
static struct wl_field *next_field(const struct reading *r, struct section *s, struct wl_span line)
{
    struct wl_field *grown = s->fields;

    if (s->n == s->room)
        grown = wl_arena_grow(r->w->ex.arena, grown, s->n, &s->room, s->max, sizeof(*grown));
    if (grown) {
        s->fields = grown;
        return &grown[s->n];
    }
    if (s->n >= s->max) {
        mark(r, WL_MARK_FIELDS_TOO_MANY, line.p, 0, line);
        wl_layer_limit(wl_h1_layer(r->h), WL_LIMIT_max_fields);
    }
    wl_build_unjudged(r->w, WL_UNJUDGED_LIMIT);
    s->whole = false;
    return NULL;
}

/* Any line but the empty one. False: no more can be kept. */
static bool read_line(const struct reading *r, struct section *s, struct wl_span line)
{
    struct wl_field *f;

    if (is_stray_blank(r, line, s->n))
        return true;
    if (s->n && (line.p[0] == ' ' || line.p[0] == '\t')) {
        WL_ASSERT(s->fields);
        fold(r, &s->fields[s->n - 1], line);
        return true;
    }
    f = next_field(r, s, line);
    if (!f)
        return false;
    *f = (struct wl_field){0};
    read_field(r, f, line);
    count_field(s);
    return true;
}

static bool is_token(const uint8_t *p, size_t n)
{
    size_t i = 0;

    while (i < n && wl_is_tchar(p[i]))
        i++;
    return i == n && n > 0;
}

/* A line begins with another name than the one that was seen in its place, or with none: false. */
static WL_ASIDE bool see_name(const struct reading *r, struct wl_lookup_seen *seen,
                              struct wl_span line)
{
    uint64_t colons = wl_lanes_equal16(line.p, ':');
    size_t n = colons ? (size_t)__builtin_ctzll(colons) : wl_span_find(line, ':');
    enum wl_field_id id;

    if (n >= line.n)
        return false;
    id = wl_lookup_field_amid(r->lookup, line.p, n);
    if (id == WL_FIELD_OTHER && !is_token(line.p, n))
        return false;
    wl_lookup_keep(seen, line.p, n, id);
    return true;
}

/* The hot loop: takes lines of a plain head, from line i up to line n, as long as they are "token:"
 * and a value, as nearly all are. There is room for all of them. No line waits for what the one
 * before turns out to be, so that a processor reads several at once. Returns the first not
 * taken. */
static WL_ASIDE uint32_t take_lines(const struct reading *r, struct section *s,
                                    const struct wl_h1_lines *lines, uint32_t i, uint32_t n)
{
    struct wl_lookup *lookup = r->lookup;
    const uint8_t *head = r->text->octets.p;
    struct wl_field *f = s->fields + s->n;
    uint8_t *ids = s->ids + s->n;
    uint32_t octets = wl_octets_half(head), before;
    uint64_t present[WL_FIELD_WORDS] = {0}, repeated[WL_FIELD_WORDS] = {0}; /* of these lines */

    for (; i < n; i++, f++) {
        const uint8_t *name = head + lines->ends[i - 1] + 2, *to = head + lines->ends[i], *from;
        struct wl_lookup_seen *seen;

        before = octets;
        octets = wl_octets_half(name);
        seen = wl_lookup_place(lookup, octets, before, i);
        if (WL_LIKELY_FALSE(!wl_lookup_again(seen, name)) &&
            !see_name(r, seen, wl_span(name, (size_t)(to - name))))
            break;
        from = name + seen->n + 1;
        while (*from == ' ') /* the CR stops it */
            from++;
        while (to[-1] == ' ' && to > from)
            to--;
        f->value = wl_span(from, (size_t)(to - from));
        f->begin = name;
        f->n_name = seen->n;
        f->id = seen->id;
        f->odd = 0;
        *ids++ = (uint8_t)seen->id;
        for (int k = 0; k < WL_FIELD_WORDS; k++) {
            repeated[k] |= present[k] & seen->present[k];
            present[k] |= seen->present[k];
        }
    }
    s->n = (uint32_t)(f - s->fields);
    for (int k = 0; k < WL_FIELD_WORDS; k++) {
        s->repeated[k] |= repeated[k] | (s->present[k] & present[k]);
        s->present[k] |= present[k];
    }
    return i;
}

/* Of these there is one line at most (RFC 9110 5.3); Content-Length has marks of its own, and a
 * request identifier is nobody's definition. */
static bool is_single(enum wl_field_id id)
{
    return wl_grammar_field_flags(id) & WL_SINGLE && id != WL_FIELD_CONTENT_LENGTH &&
           id != WL_FIELD_X_REQUEST_ID;
}

/* Marks the second and later lines of fields that are no lists. */
static void mark_repeated(const struct reading *r, const struct section *s)
{
    uint64_t seen[WL_FIELD_WORDS] = {0};

    WL_ASSERT(s->fields); /* else nothing could stand in it twice */
    for (uint32_t i = 0; i < s->n; i++) {
        const struct wl_field *f = &s->fields[i];
        uint64_t bit = (uint64_t)1 << f->id % 64;

        if (f->id == WL_FIELD_OTHER)
            continue;
        if (seen[f->id / 64] & bit && is_single(f->id)) {
            mark(r, f->id == WL_FIELD_HOST ? WL_MARK_HOST_REPEATED : WL_MARK_FIELD_REPEATED,
                 f->begin, f->id, f->value);
        }
        seen[f->id / 64] |= bit;
    }
}

static void check_repeated(const struct reading *r, const struct section *s)
{
    uint64_t any = s->repeated[0] & ~(uint64_t)1; /* bit 0 stands for all that are not known */

    for (size_t i = 1; i < WL_FIELD_WORDS; i++)
        any |= s->repeated[i];
    if (any)
        mark_repeated(r, s);
}

static void keep_fields(struct wl_message *m, const struct section *s)
{
    m->fields = s->fields;
    m->n_fields = s->n;
    memcpy(m->present, s->present, sizeof(s->present));
    memcpy(m->repeated, s->repeated, sizeof(s->repeated));
    memcpy(m->ids, s->ids, sizeof(m->ids));
}

/* Does where a field stands follow from where its name stands in the head? */
static bool is_in_head(const struct reading *r)
{
    const struct wl_message *m = r->m;
    const struct wl_h1_text *text = r->text;

    return text->octets.p == m->head.p && text->n_runs == 1 && text->offset == m->at.offset &&
           text->runs[0].frame == m->at.frame;
}

/* Writes down where the fields of the section stand, behind those that the message has.
 * False: memory was refused. */
static bool keep_places(const struct reading *r, const struct section *s)
{
    struct wl_message *m = r->m;
    struct wl_at *places = NULL;

    WL_ASSERT(s->n == 0 || s->fields);
    if (r->w)
        places = wl_arena_raw(r->w->ex.arena, ((size_t)m->n_fields + s->n) * sizeof(*places));
    if (!places)
        return false;
    for (uint32_t i = 0; i < m->n_fields; i++)
        places[i] = wl_field_at(m, &m->fields[i]);
    for (uint32_t i = 0; i < s->n; i++)
        places[m->n_fields + i] = wl_h1_at(r->text, s->fields[i].begin);
    m->places = places;
    return true;
}

/* The fields of a head are read. False: not all of them could be kept. */
static bool finish_section(const struct reading *r, struct section *s)
{
    bool placed = s->n == 0 || (is_in_head(r) && s->whole) || keep_places(r, s);

    if (!placed)
        wl_build_unjudged(r->w, WL_UNJUDGED_LIMIT);
    keep_fields(r->m, s);
    check_repeated(r, s);
    return s->whole && placed;
}

/* The same of a trailer section. */
static bool finish_trailers(const struct reading *r, struct section *s)
{
    struct wl_message *m = r->m;

    check_repeated(r, s);
    if (s->n && !keep_places(r, s)) {
        wl_build_unjudged(r->w, WL_UNJUDGED_LIMIT);
        return false;
    }
    m->trailers = s->fields;
    m->n_trailers = s->n;
    if (s->n)
        mark(r, WL_MARK_TRAILERS, r->text->octets.p, s->n, wl_span(NULL, 0));
    return s->whole;
}

/* The first line, from line i on, that is odd; how many there are when none is. */
static inline uint32_t next_odd(const struct wl_h1_lines *lines, uint32_t i)
{
    static_assert(WL_H1_LINES == 128, "two words of bits");
    if (WL_LIKELY_TRUE((lines->odd[0] | lines->odd[1]) == 0))
        return lines->n;
    while (i < lines->n && !wl_h1_is_odd(lines, i))
        i++;
    return i;
}

/* The field lines of a plain head. */
static bool read_lines(const struct reading *r, const struct wl_h1_lines *lines)
{
    uint32_t n_fields = lines->n - 1;
    struct section s;

    WL_ASSERT(lines->n >= 1 && r->text->octets.p);
    begin_section(r, &s);
    if (n_fields && n_fields <= s.max) {
        s.fields = wl_arena_raw(r->w->ex.arena, n_fields * sizeof(*s.fields));
        s.room = s.fields ? n_fields : 0;
    }
    for (uint32_t i = 1; i < lines->n; i++) {
        uint32_t start;

        if (s.fields && s.room == n_fields) /* for each line one, whatever becomes of it */
            i = take_lines(r, &s, lines, i, next_odd(lines, i));
        if (i == lines->n)
            break;
        start = lines->ends[i - 1] + 2;
        if (!read_line(r, &s, wl_span(r->text->octets.p + start, lines->ends[i] - start)))
            break;
    }
    return finish_section(r, &s);
}

bool wl_h1_parse_lines(struct wl_h1 *h, struct wl_work *w, struct wl_message *m,
                       const struct wl_h1_text *text, const struct wl_h1_lines *lines)
{
    struct reading r = begin_reading(h, w, m, text);

    return read_lines(&r, lines);
}

bool wl_h1_parse_fields(struct wl_h1 *h, struct wl_work *w, struct wl_message *m,
                        const struct wl_h1_text *text, size_t from, bool trailers)
{
    struct reading r = begin_reading(h, w, m, text);
    struct section s;
    struct wl_span line;

    begin_section(&r, &s);
    while (next_line(&r, &from, &line) && line.n && read_line(&r, &s, line))
        continue;
    return trailers ? finish_trailers(&r, &s) : finish_section(&r, &s);
}

bool wl_h1_parse_request(struct wl_h1 *h, struct wl_work *w, struct wl_message *m,
                         const struct wl_h1_text *text, const struct wl_h1_lines *lines)
{
    struct reading r = begin_reading(h, w, m, text);
    struct wl_span line;
    size_t from = 0;
    bool version, whole;

    if (lines && lines->strict) {
        take_request_line(m, text->octets, lines);
        whole = read_lines(&r, lines);
        check_host(&r);
        return whole;
    }
    if (!next_line(&r, &from, &line))
        return false;
    version = read_request_line(&r, line);
    whole = lines ? read_lines(&r, lines) : wl_h1_parse_fields(h, w, m, text, from, false);
    check_host(&r);
    if (version)
        return whole;
    /* RFC 1945 4.1: Simple-Request = "GET" SP Request-URI CRLF, and nothing more */
    m->major = 0;
    m->minor = 9;
    if (m->n_fields || m->method_id != WL_METHOD_GET)
        mark(&r, WL_MARK_VERSION_MISSING, line.p, 0, line);
    return whole;
}
