/* h1_framing.c - how the content of a message ends: RFC 9112 6.3, with the other readings noted.
 * SPDX-License-Identifier: MIT
 *
 * Content-Length and Transfer-Encoding may contradict each other or themselves, and that is where
 * desynchronisation begins. The reading taken is the RFC's; where it has none the position is lost
 * and said to be; what a lenient recipient might read instead stands in other_declared and marks.
 */
#include "grammar.h"
#include "h1_side.h"

struct framing {
    struct wl_h1 *h;
    struct wl_work *w;
    struct wl_message *m;
    bool length_bad;                /* no usable Content-Length although there is one */
    bool coded;                     /* a Transfer-Encoding is there */
    bool chunked;                   /* its last coding is chunked */
    bool coding_bad;                /* nobody can tell what it means */
    const struct wl_field *unasked; /* names a coding that the request has not asked for */
    unsigned looked_for;            /* bits of known codings */
    uint32_t n_chunked;
};

static void mark(const struct framing *f, enum wl_mark_id id, const struct wl_field *field,
                 uint64_t value)
{
    wl_build_mark(&f->h->build, f->w, f->m, id, wl_field_at(f->m, field), value, field->value);
}

static bool has_leading_zero(struct wl_span number)
{
    return number.n > 1 && number.p[0] == '0';
}

/* One member of one Content-Length line. */
static void read_length(struct framing *f, const struct wl_field *field, struct wl_span member)
{
    struct wl_message *m = f->m;
    uint64_t value;

    if (!wl_parse_u64(member, &value)) {
        f->length_bad = true;
        mark(f, WL_MARK_CL_INVALID, field, 0);
        return;
    }
    if (has_leading_zero(member))
        mark(f, WL_MARK_CL_LEADING_ZERO, field, 0);
    if (m->declared == WL_NONE) {
        m->declared = value;
    } else if (m->declared == value) {
        mark(f, WL_MARK_CL_REPEATED, field, 0);
    } else {
        f->length_bad = true;
        if (m->other_declared == WL_NONE)
            m->other_declared = value;
        mark(f, WL_MARK_CL_DIFFER, field, value);
    }
}

static bool begins_or_ends_with_comma(struct wl_span value)
{
    return value.n && (value.p[0] == ',' || value.p[value.n - 1] == ',');
}

/* RFC 9110 8.6: a number, or a list of the same number repeated. */
static void read_lengths(struct framing *f, const struct wl_field *field)
{
    struct wl_message *m = f->m;

    for (; field; field = wl_message_next_field(f->m, field)) {
        struct wl_cursor c = wl_cursor(field->value);
        struct wl_span member;
        uint64_t value;

        if (m->declared == WL_NONE && wl_parse_u64(field->value, &value)) {
            m->declared = value; /* one number, as nearly always */
            if (has_leading_zero(field->value))
                mark(f, WL_MARK_CL_LEADING_ZERO, field, 0);
            continue;
        }
        member = wl_grammar_member(&c);
        if (member.n == 0) {
            f->length_bad = true;
            mark(f, WL_MARK_CL_INVALID, field, 0);
        } else if (begins_or_ends_with_comma(field->value)) {
            mark(f, WL_MARK_CL_LIST, field, 0);
        }
        for (; member.n; member = wl_grammar_member(&c))
            read_length(f, field, member);
    }
    if (f->length_bad && f->m->other_declared == WL_NONE &&
        !wl_message_mark(f->m, WL_MARK_CL_DIFFER))
        f->m->declared = WL_NONE;
}

/* RFC 9112 7.4: besides chunked, only what the request lists in TE; 7.2: x-gzip is gzip. */
static bool is_asked_for(const struct wl_message *req, struct wl_span coding)
{
    struct wl_span plain = coding;

    if (coding.n > 2 && coding.p[1] == '-')
        plain = wl_span_after(coding, 2);
    for (const struct wl_field *f = wl_message_field(req, WL_FIELD_TE); f;
         f = wl_message_next_field(req, f)) {
        struct wl_cursor c = wl_cursor(f->value);
        struct wl_span member;

        while ((member = wl_grammar_member(&c)).n) {
            struct wl_span name = wl_grammar_name(member);

            if (wl_span_equal_nocase(name, coding) || wl_span_equal_nocase(name, plain) ||
                (name.n > 2 && name.p[1] == '-' &&
                 wl_span_equal_nocase(wl_span_after(name, 2), plain)))
                return true;
        }
    }
    return false;
}

static void read_coding(struct framing *f, const struct wl_field *field, struct wl_span member)
{
    static const char *const known[] = {"gzip", "x-gzip", "deflate", "compress", "x-compress"};
    struct wl_span name = wl_grammar_name(member);

    if (f->chunked) {
        /* RFC 9112 6.1: a sender must not apply chunked more than once; 6.3: it must be last */
        f->chunked = false;
        mark(f, WL_MARK_TE_NOT_LAST, field, 0);
    }
    if (wl_span_equal_nocase(name, WL_SPAN("chunked"))) {
        f->chunked = true;
        f->n_chunked++;
        /* RFC 9112 7: chunked has no parameters */
        if (name.n != member.n)
            mark(f, WL_MARK_TE_MALFORMED, field, 0);
        return;
    }
    if (!wl_grammar_is_token(name)) {
        f->coding_bad = true;
        mark(f, WL_MARK_TE_MALFORMED, field, 0);
        return;
    }
    for (size_t i = 0; i < WL_COUNT(known); i++) {
        if (!wl_span_equal_nocase(name, wl_span_text(known[i])))
            continue;
        /* once of each: both sides may repeat theirs as often as a head has room */
        if (!(f->looked_for >> i & 1) && !f->unasked && !is_asked_for(&f->w->ex.req, name))
            f->unasked = field;
        f->looked_for |= 1U << i;
        return;
    }
    mark(f, WL_MARK_TE_UNKNOWN, field, 0);
}

/* Does this answer a request of HTTP/1.0? */
static bool is_from_http10(const struct wl_work *w)
{
    const struct wl_message *req = &w->ex.req;

    return w->head_end != WL_NONE && req->major == 1 && req->minor == 0 &&
           (req->n_marks == 0 || !wl_message_mark(req, WL_MARK_VERSION_MALFORMED));
}

/* Does this answer a request of HTTP/1.1, all of whose fields are known? */
static bool is_from_http11(const struct wl_work *w)
{
    return w->head_end != WL_NONE && w->ex.req.state >= WL_HEAD && w->ex.req.major == 1 &&
           w->ex.req.minor > 0;
}

static void read_codings(struct framing *f, const struct wl_field *first, bool response)
{
    const struct wl_field *field = first;

    for (; field; field = wl_message_next_field(f->m, field)) {
        struct wl_cursor c = wl_cursor(field->value);
        struct wl_span member = wl_grammar_member(&c);

        f->coded = true;
        if (field != first)
            mark(f, WL_MARK_TE_SEVERAL, field, 0);
        if (member.n == 0 || begins_or_ends_with_comma(field->value) ||
            (field->odd & (WL_ODD_CTL | WL_ODD_FOLDED)))
            mark(f, WL_MARK_TE_MALFORMED, field, 0);
        for (; member.n; member = wl_grammar_member(&c))
            read_coding(f, field, member);
    }
    /* RFC 9112 6.3 rule 4: where chunked is not the last coding of a request, nobody
     * can tell its end */
    if ((f->n_chunked || !response) && !f->chunked && !wl_message_mark(f->m, WL_MARK_TE_NOT_LAST))
        mark(f, WL_MARK_TE_NOT_LAST, first, 0);
    if (response && f->chunked && f->unasked && is_from_http11(f->w))
        mark(f, WL_MARK_TE_UNASKED, f->unasked, 0);
    /* a version that could not be read is no HTTP/1.0 */
    if (f->m->major == 1 && f->m->minor == 0 && !wl_message_mark(f->m, WL_MARK_VERSION_MALFORMED))
        mark(f, WL_MARK_TE_IN_HTTP10, first, 0);
    if (response && is_from_http10(f->w))
        mark(f, WL_MARK_TE_TO_HTTP10, first, 0);
}

/* RFC 9112 6.3 rules 1 and 2: responses whose content is decided by status and method. */
static bool frame_by_status(struct wl_message *m, enum wl_method method)
{
    if (method == WL_METHOD_CONNECT && m->status / 100 == 2) {
        m->framing = WL_FRAMING_TUNNEL;
        return true;
    }
    if (method == WL_METHOD_HEAD || m->status / 100 == 1 || m->status == 204 || m->status == 304) {
        m->framing = WL_FRAMING_NONE;
        return true;
    }
    return false;
}

/* The same for what has no Transfer-Encoding, and a Content-Length that can be used, if any. */
static bool frame_by_length(struct wl_message *m, enum wl_method method, bool response)
{
    if (response && frame_by_status(m, method))
        return true;
    if (m->declared != WL_NONE) { /* rule 6 */
        m->framing = m->declared ? WL_FRAMING_LENGTH : WL_FRAMING_NONE;
        return true;
    }
    /* rules 7 and 8 */
    m->framing = response ? WL_FRAMING_CLOSE : WL_FRAMING_NONE;
    return true;
}

/* A number of up to eight digits, all of them at once: how many there are cannot be foretold. The
 * name stands in front of it, so that eight octets can be read. */
static bool read_number(const struct wl_field *length, uint64_t *ret)
{
    const uint64_t ones = 0x0101010101010101;
    struct wl_span s = length->value;
    uint64_t digits;

    if (length->odd || s.n == 0 || s.n > 8)
        return wl_parse_u64(s, ret);
    digits = wl_octets_word(s.p + s.n - 8) ^ '0' * ones;
    digits &= UINT64_MAX << (64 - 8 * s.n);
    if ((digits | (digits + 6 * ones)) & 0xf0 * ones)
        return false;
    digits = (digits * 10 + (digits >> 8)) & 0x00ff00ff00ff00ff;   /* four numbers below 100 */
    digits = (digits * 100 + (digits >> 16)) & 0x0000ffff0000ffff; /* two below 10,000 */
    *ret = (uint32_t)(digits * 10000 + (digits >> 32));            /* and one */
    return true;
}

/* One number on one line, as it should be? */
static bool take_plain_length(struct wl_message *m, const struct wl_field *length)
{
    if (read_number(length, &m->declared) && !has_leading_zero(length->value) &&
        !wl_message_next_field(m, length))
        return true;
    m->declared = WL_NONE;
    return false;
}

/* "chunked" on one line and no more, and HTTP/1.0 on neither side? */
static bool is_plain_chunked(const struct wl_work *w, const struct wl_message *m,
                             const struct wl_field *coding, bool response)
{
    return coding->odd == 0 && wl_span_equal_nocase(coding->value, WL_SPAN("chunked")) &&
           !wl_message_next_field(m, coding) && (m->major != 1 || m->minor != 0) &&
           !(response && is_from_http10(w));
}

/* For all else: every line is read as it stands. */
static WL_ASIDE bool frame_with_care(struct framing f, const struct wl_field *length,
                                     const struct wl_field *coding, enum wl_method method,
                                     bool response)
{
    struct wl_message *m = f.m;

    if (length)
        read_lengths(&f, length);
    if (coding)
        read_codings(&f, coding, response);
    if (coding && length) {
        mark(&f, WL_MARK_CL_AND_TE, length, m->declared);
        m->other_declared = m->declared;
    }
    if (response && frame_by_status(m, method))
        return true;
    if (f.coded) {
        /* rule 3: Transfer-Encoding overrides Content-Length; rule 4: chunked last, else the
         * response runs to the close and the request cannot be told */
        m->framing = f.chunked ? WL_FRAMING_CHUNKED : WL_FRAMING_CLOSE;
        return !f.coding_bad && (f.chunked || response);
    }
    if (f.length_bad) { /* rule 5: unrecoverable */
        m->framing = WL_FRAMING_LENGTH;
        return false;
    }
    return frame_by_length(m, method, response);
}

bool wl_h1_frame(struct wl_h1 *h, struct wl_work *w, struct wl_message *m, enum wl_method method)
{
    bool response = m->method_id == WL_METHOD_NONE && m->method.n == 0;
    const struct wl_field *length = wl_grammar_rare_field(m, WL_FIELD_CONTENT_LENGTH);
    const struct wl_field *coding = wl_grammar_rare_field(m, WL_FIELD_TRANSFER_ENCODING);

    if (!coding && (!length || take_plain_length(m, length)))
        return frame_by_length(m, method, response);
    if (coding && !length && is_plain_chunked(w, m, coding, response)) {
        if (!response || !frame_by_status(m, method))
            m->framing = WL_FRAMING_CHUNKED;
        return true;
    }
    return frame_with_care((struct framing){.h = h, .w = w, .m = m}, length, coding, method,
                           response);
}
