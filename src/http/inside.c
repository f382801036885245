/* inside.c - what is looked for inside the content of a few responses.
 * SPDX-License-Identifier: MIT
 *
 * Content is not kept, and nearly all of it is not even looked at. Four kinds of response say
 * something there that rules ask about: the statuses in a 207 (RFC 4918 13), the precondition codes
 * in a 423 (RFC 4918 11.3), the heads of the parts of a multipart 206 (RFC 9110 14.6), and the
 * request that a response to TRACE repeats (RFC 9110 9.3.8). They are followed octet by octet, in a
 * small state that remembers the beginning of a line or of a name; content that is coded is left
 * alone. No XML is parsed: names of elements are read as they begin, and the text right behind one
 * called status.
 */
#include "inside.h"

#include "grammar.h"

enum {
    BOUNDARY_MAX = 70, /* RFC 2046 5.1.1 */
    LINE_MAX_KEPT = BOUNDARY_MAX + 10,
    SECRETS = 3,
};

enum kind {
    STATUSES,  /* of a 207 */
    CONDITION, /* of a 423 */
    PARTS,     /* of a multipart/byteranges */
    ECHO,      /* of a TRACE */
};

enum state {
    TEXT,   /* XML: between tags */
    NAME,   /* of a tag, which is kept as the line is */
    TAG,    /* the rest of it */
    STATUS, /* the text behind a tag whose name is status */
    BEFORE, /* parts: before the first one, or in the data of one */
    HEAD,   /* the head of a part */
    OVER,   /* behind the last boundary, or what was looked for has been found */
};

struct wl_inside {
    enum kind kind;
    enum state state;
    uint16_t code;  /* of the status that is being read */
    uint8_t n_line; /* octets of line, or of the status that fit */
    uint8_t n_boundary;
    bool is_status; /* the tag in hand is called status */
    bool has_range; /* the head of the part has Content-Range */
    bool long_line; /* more of it came than is kept */
    uint8_t line[LINE_MAX_KEPT];
    uint8_t boundary[BOUNDARY_MAX];
    struct wl_span secrets[SECRETS]; /* names of fields of the request that hold one; or empty */
};

/* ------------------------------------------------------------------------------------- begin */

static bool is_coded(const struct wl_message *m)
{
    const struct wl_field *f = wl_message_field(m, WL_FIELD_CONTENT_ENCODING);

    return f && !wl_span_equal_nocase(f->value, WL_SPAN("identity"));
}

static bool is_xml(const struct wl_message *m)
{
    const struct wl_field *f = wl_message_field(m, WL_FIELD_CONTENT_TYPE);

    return f && wl_grammar_media_type_is_xml(f->value);
}

/* The boundary of a multipart/byteranges; empty when there is none. */
static struct wl_span boundary_of(const struct wl_message *m)
{
    const struct wl_field *f = wl_message_field(m, WL_FIELD_CONTENT_TYPE);
    struct wl_param boundary;

    if (!f || !wl_grammar_media_type_is(f->value, WL_SPAN("multipart/byteranges")) ||
        !wl_grammar_param_find(f->value, WL_SPAN("boundary"), &boundary))
        return wl_span(NULL, 0);
    return wl_grammar_unquoted(boundary.value);
}

static struct wl_inside *begin(struct wl_work *w, enum kind kind, enum state state)
{
    struct wl_inside *in = wl_arena_alloc(w->ex.arena, sizeof(*in));

    if (!in)
        return NULL; /* nothing is said about what was not looked at */
    in->kind = kind;
    in->state = state;
    w->inside = in;
    return in;
}

/* What a response to TRACE must not repeat is looked up once: its lines are many. */
static void find_secrets(struct wl_inside *in, const struct wl_message *req)
{
    static const enum wl_field_id secret[SECRETS] = {
        WL_FIELD_AUTHORIZATION,
        WL_FIELD_PROXY_AUTHORIZATION,
        WL_FIELD_COOKIE,
    };

    for (size_t i = 0; i < SECRETS; i++) {
        const struct wl_field *f = wl_message_field(req, secret[i]);

        if (f)
            in->secrets[i] = wl_field_sent_name(f);
    }
}

void wl_inside_begin(struct wl_work *w, const struct wl_message *m)
{
    struct wl_span boundary;
    struct wl_inside *in;

    if (w->ex.req.method_id == WL_METHOD_TRACE && m->status == 200) {
        in = is_coded(m) ? NULL : begin(w, ECHO, BEFORE);
        if (in)
            find_secrets(in, &w->ex.req);
    } else if (m->status == 207 || m->status == 423) {
        if (!is_coded(m) && is_xml(m))
            (void)begin(w, m->status == 207 ? STATUSES : CONDITION, TEXT);
    } else if (m->status == 206) {
        boundary = boundary_of(m);
        if (boundary.n == 0 || boundary.n > BOUNDARY_MAX || is_coded(m))
            return;
        in = begin(w, PARTS, BEFORE);
        if (!in)
            return;
        memcpy(in->boundary, boundary.p, boundary.n);
        in->n_boundary = (uint8_t)boundary.n;
    }
}

/* --------------------------------------------------------------------------------------- XML */

static struct wl_span kept(const struct wl_inside *in)
{
    return wl_span(in->line, in->n_line);
}

static void keep(struct wl_inside *in, uint8_t c)
{
    if (in->n_line < LINE_MAX_KEPT) {
        in->line[in->n_line++] = c;
    } else {
        in->long_line = true;
    }
}

/* The name of a tag is complete. */
static void name_ended(struct wl_inside *in)
{
    in->is_status = in->kind == STATUSES && wl_span_equal(kept(in), WL_SPAN("status"));
    if (in->kind == CONDITION && (wl_span_equal(kept(in), WL_SPAN("lock-token-submitted")) ||
                                  wl_span_equal(kept(in), WL_SPAN("no-conflicting-lock"))))
        in->state = OVER;
}

static void tag_ended(struct wl_inside *in)
{
    in->state = in->is_status ? STATUS : TEXT;
    in->is_status = false;
    in->n_line = 0;
    in->code = 0;
}

/* "HTTP/1.1 200 OK", white space before it allowed; true once the code is there. */
static bool status_octet(struct wl_inside *in, uint8_t c)
{
    static const char pattern[] = "HTTP/0.0 000";
    char wanted = pattern[in->n_line];

    if (in->n_line == 0 && (c == ' ' || c == '\t' || c == '\r' || c == '\n'))
        return false;
    if (wanted == '0' ? !wl_is_digit(c) : c != (uint8_t)wanted) {
        in->state = TEXT;
        return false;
    }
    if (in->n_line >= sizeof("HTTP/0.0 ") - 1)
        in->code = (uint16_t)(in->code * 10 + (c - '0'));
    in->n_line++;
    if (in->n_line < sizeof(pattern) - 1)
        return false;
    in->state = TEXT;
    return true;
}

static void xml_octet(struct wl_build *b, struct wl_work *w, struct wl_message *m, uint8_t c,
                      struct wl_at at)
{
    struct wl_inside *in = w->inside;

    if (c == '<') {
        in->state = NAME;
        in->n_line = 0;
        in->is_status = false;
    } else if (in->state == NAME && c == ':') {
        in->n_line = 0; /* the prefix of a namespace */
    } else if (in->state == NAME && (c == '>' || c <= ' ' || (c == '/' && in->n_line))) {
        name_ended(in);
        if (in->state == NAME)
            in->state = TAG;
        if (in->state == TAG && c == '>')
            tag_ended(in);
    } else if (in->state == NAME) {
        keep(in, c); /* "/status" of an end tag among them */
    } else if (in->state == TAG && c == '>') {
        tag_ended(in);
    } else if (in->state == STATUS && status_octet(in, c)) {
        if (in->code / 100 == 1) {
            wl_build_mark(b, w, m, WL_MARK_INSIDE_INTERIM, at, in->code, wl_span(NULL, 0));
        } else if (in->code == 208) {
            wl_build_mark(b, w, m, WL_MARK_INSIDE_REPORTED, at, 0, wl_span(NULL, 0));
        }
    }
}

/* ------------------------------------------------------------------------------------- lines */

static bool begins_with_field(struct wl_span line, struct wl_span name)
{
    struct wl_span rest;

    if (line.n <= name.n || !wl_span_equal_nocase(wl_span_sub(line, 0, name.n), name))
        return false;
    rest = wl_span_trim(wl_span_after(line, name.n));
    return rest.n && rest.p[0] == ':';
}

/* "--" boundary, "--" behind the last part, white space behind it (RFC 2046 5.1.1). */
static bool is_boundary(const struct wl_inside *in, struct wl_span line, bool *ret_last)
{
    struct wl_span rest = wl_span_after(line, (size_t)in->n_boundary + 2);

    *ret_last = wl_span_starts(rest, WL_SPAN("--"));
    return !in->long_line && wl_span_starts(line, WL_SPAN("--")) &&
           wl_span_equal(wl_span_sub(line, 2, in->n_boundary),
                         wl_span(in->boundary, in->n_boundary)) &&
           wl_span_trim(wl_span_after(rest, *ret_last ? 2 : 0)).n == 0;
}

static void part_line(struct wl_build *b, struct wl_work *w, struct wl_message *m,
                      struct wl_span line, struct wl_at at)
{
    struct wl_inside *in = w->inside;
    bool last;

    if (is_boundary(in, line, &last)) {
        in->state = last ? OVER : HEAD;
        in->has_range = false;
    } else if (in->state == HEAD && line.n == 0) {
        if (!in->has_range)
            wl_build_mark(b, w, m, WL_MARK_INSIDE_NO_RANGE, at, 0, wl_span(NULL, 0));
        in->state = BEFORE;
    } else if (in->state == HEAD && begins_with_field(line, WL_SPAN("Content-Range"))) {
        in->has_range = true;
    }
}

static void echo_line(struct wl_build *b, struct wl_work *w, struct wl_message *m,
                      struct wl_span line, struct wl_at at)
{
    const struct wl_inside *in = w->inside;

    for (size_t i = 0; i < SECRETS; i++) { /* the value is nobody's business */
        if (in->secrets[i].n && begins_with_field(line, in->secrets[i]))
            wl_build_mark(b, w, m, WL_MARK_INSIDE_SECRET, at, 0, in->secrets[i]);
    }
}

static void line_ended(struct wl_build *b, struct wl_work *w, struct wl_message *m, struct wl_at at)
{
    struct wl_inside *in = w->inside;
    struct wl_span line = kept(in);

    if (line.n && line.p[line.n - 1] == '\r')
        line.n--;
    if (in->kind == PARTS) {
        part_line(b, w, m, line, at);
    } else {
        echo_line(b, w, m, line, at);
    }
    in->n_line = 0;
    in->long_line = false;
}

/* -------------------------------------------------------------------------------- what is told */

void wl_inside_feed(struct wl_build *b, struct wl_work *w, struct wl_message *m,
                    struct wl_span bytes, struct wl_at at)
{
    struct wl_inside *in = w->inside;
    bool xml = in->kind == STATUSES || in->kind == CONDITION;

    for (size_t i = 0; i < bytes.n && in->state != OVER; i++, at.offset++) {
        if (xml) {
            xml_octet(b, w, m, bytes.p[i], at);
        } else if (bytes.p[i] == '\n') {
            line_ended(b, w, m, at);
        } else {
            keep(in, bytes.p[i]);
        }
    }
}

void wl_inside_end(struct wl_build *b, struct wl_work *w, struct wl_message *m)
{
    if (w->inside->kind == CONDITION && w->inside->state != OVER && m->body_bytes &&
        m->n_body_lost == 0) {
        wl_build_mark(b, w, m, WL_MARK_INSIDE_NO_CONDITION, m->body_at, 0, wl_span(NULL, 0));
    }
}
