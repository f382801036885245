/* h1_head.c - reading heads: lines, start lines, field lines, trailer sections.
 * SPDX-License-Identifier: MIT
 *
 * An auditor's reading: nothing is refused, every departure from RFC 9112 2 to 5 is marked with its
 * place, and what a lenient recipient would have understood is what the message says. Works on a
 * verbatim copy of the head in the exchange's arena; all spans of the message point into it.
 */
#include "grammar.h"
#include "h1_side.h"

/* What is being read, and where its facts go. */
struct reading {
    struct wl_h1 *h;
    struct wl_work *w;
    struct wl_message *m;
    const struct wl_h1_text *text;
};

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

static bool is_blank(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\v' || c == '\f' || c == '\r';
}

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

/* Splits the first word off s, and the blanks behind it; *blanks says how many, *odd whether they
 * were anything but one SP. */
static struct wl_span take_word(struct wl_span *s, size_t *blanks, bool *odd)
{
    struct wl_span word;
    size_t n = 0, gap;

    while (n < s->n && !is_blank(s->p[n]))
        n++;
    word = wl_span_sub(*s, 0, n);
    gap = n;
    while (gap < s->n && is_blank(s->p[gap]))
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

/* Takes the version off the end of what follows the method; *ret_blanks: white space before it. */
static struct wl_span take_version(struct wl_span *rest, bool *odd)
{
    size_t from = rest->n, end;
    struct wl_span version;

    while (from && !is_blank(rest->p[from - 1]))
        from--;
    version = wl_span_after(*rest, from);
    if (!is_version_like(version))
        return wl_span(NULL, 0);
    end = from;
    while (end && is_blank(rest->p[end - 1]))
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

static void read_method(const struct reading *r, struct wl_span method)
{
    r->m->method = method;
    r->m->method_id = wl_grammar_method(method);
    if (r->m->method_id != WL_METHOD_NONE)
        return;
    mark(r, WL_MARK_METHOD_NOT_TOKEN, method.p, 0, method);
}

/* request-line = method SP request-target SP HTTP-version (RFC 9112 3). False: no version. */
static bool read_request_line(const struct reading *r, struct wl_span line)
{
    struct wl_span rest = line, version;
    size_t blanks;
    bool odd = false, odd_version = false;

    while (rest.n && is_blank(rest.p[0])) {
        rest = wl_span_after(rest, 1);
        odd = true;
    }
    while (rest.n && is_blank(rest.p[rest.n - 1])) {
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
    version = take_version(&rest, &odd_version);
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

bool wl_h1_parse_request(struct wl_h1 *h, struct wl_work *w, struct wl_message *m,
                         const struct wl_h1_text *text)
{
    struct reading r = {h, w, m, text};
    struct wl_span line;
    size_t from = 0;
    bool version, whole;

    if (!next_line(&r, &from, &line))
        return false;
    version = read_request_line(&r, line);
    whole = wl_h1_parse_fields(h, w, m, text, from, false);
    if (version)
        return whole;
    /* RFC 1945 4.1: Simple-Request = "GET" SP Request-URI CRLF, and nothing more */
    m->major = 0;
    m->minor = 9;
    if (m->n_fields || m->method_id != WL_METHOD_GET)
        mark(&r, WL_MARK_VERSION_MISSING, line.p, 0, line);
    return whole;
}

/* status-line = HTTP-version SP status-code SP [ reason-phrase ] (RFC 9112 4). */
size_t wl_h1_parse_status(struct wl_h1 *h, struct wl_work *w, struct wl_message *m,
                          const struct wl_h1_text *text)
{
    struct reading r = {h, w, m, text};
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

/* The name of a line that is not plainly "token:". Returns its length up to the colon or the end. */
static size_t read_odd_name(const struct reading *r, struct wl_field *f, struct wl_span line)
{
    size_t colon = wl_span_find(line, ':');
    struct wl_span name = wl_span_sub(line, 0, colon);

    if (colon == line.n) {
        f->odd |= WL_ODD_NO_COLON;
        f->name = wl_span_trim(line);
        mark(r, WL_MARK_NO_COLON, line.p, 0, line);
        return line.n;
    }
    while (name.n && is_blank(name.p[name.n - 1]))
        name.n--;
    if (name.n < colon) {
        /* RFC 9112 5.1: no white space is allowed between the field name and colon */
        f->odd |= WL_ODD_SPACE_COLON;
        mark(r, WL_MARK_SPACE_BEFORE_COLON, name.p + name.n, 0, line);
    }
    f->name = name;
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

    f->at = wl_h1_at(r->text, line.p);
    while (n < line.n && wl_is_tchar(line.p[n]))
        n++;
    if (n > 0 && n < line.n && line.p[n] == ':') {
        f->name = wl_span_sub(line, 0, n);
    } else {
        n = read_odd_name(r, f, line);
    }
    f->id = f->odd & WL_ODD_NO_COLON ? WL_FIELD_OTHER : wl_grammar_field(f->name);
    f->value = wl_span_trim(wl_span_after(line, n + 1));
    check_value(r, f, f->value);
}

/* White space before the first field line (RFC 9112 2.2): the line is no field. */
static bool is_stray_blank(const struct reading *r, struct wl_span line, uint32_t n_fields)
{
    if (n_fields || !is_blank(line.p[0]))
        return false;
    mark(r, WL_MARK_SPACE_AFTER_START, line.p, 0, line);
    return true;
}

bool wl_h1_parse_fields(struct wl_h1 *h, struct wl_work *w, struct wl_message *m,
                        const struct wl_h1_text *text, size_t from, bool trailers)
{
    struct reading r = {h, w, m, text};
    const struct wl_limits *limits = &wl_h1_layer(h)->host->cfg->limits;
    uint32_t max = (uint32_t)wl_min_u64(limits->max_fields, 1u << 20), room = 0, n = 0;
    struct wl_field *fields = NULL;
    uint64_t present[WL_FIELD_WORDS] = {1}; /* bit 0: filled in */
    struct wl_span line;
    bool whole = true;

    while (next_line(&r, &from, &line) && line.n) {
        if (is_stray_blank(&r, line, n))
            continue;
        if (n && (line.p[0] == ' ' || line.p[0] == '\t')) {
            fold(&r, &fields[n - 1], line);
            continue;
        }
        if (n == room) {
            struct wl_field *grown = wl_arena_grow(w->ex.arena, fields, n, &room, max,
                                                   sizeof(*fields));

            if (!grown) {
                if (n >= max) {
                    mark(&r, WL_MARK_FIELDS_TOO_MANY, line.p, 0, line);
                    wl_layer_limit(wl_h1_layer(h), WL_LIMIT_max_fields);
                }
                wl_build_unjudged(w, WL_UNJUDGED_LIMIT);
                whole = false;
                break;
            }
            fields = grown;
        }
        fields[n] = (struct wl_field){0};
        read_field(&r, &fields[n], line);
        present[fields[n].id / 64] |= (uint64_t)1 << fields[n].id % 64;
        n++;
    }
    if (trailers) {
        m->trailers = fields;
        m->n_trailers = n;
    } else {
        m->fields = fields;
        m->n_fields = n;
        memcpy(m->present, present, sizeof(present));
    }
    return whole;
}
