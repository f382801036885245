/* framing.c - rules about where messages end and what follows them.
 * SPDX-License-Identifier: MIT
 *
 * Catalogue area FRM, and the rules of other areas about octets that should not be there (RFC 9112
 * 6 and 7). The parser decides where a message ends and marks what comes after it, and where
 * another parser could read another end; nothing is parsed here. Octets that begin a status line
 * are never content (docs/judging.md 3).
 */
#include "rules.h"

#include <inttypes.h>

#include "facts.h"
#include "grammar.h"

/* ------------------------------------------------------------------------------ Content-Length */

static bool are_digits(struct wl_span s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (!wl_is_digit(s.p[i]))
            return false;
    }
    return s.n > 0;
}

/* [MS-SSTP] opens its tunnel with a request and a response of 2^64-1 octets, and has no end of them.
 */
static bool is_sstp(const struct wl_exchange *ex, struct wl_span length)
{
    return wl_span_equal(ex->req.method, WL_SPAN("SSTP_DUPLEX_POST")) &&
           wl_span_equal(length, WL_SPAN("18446744073709551615"));
}

static void cl_invalid(struct wl_judge *j, const struct wl_exchange *ex, const struct wl_message *m)
{
    const struct wl_mark *mark = wl_judge_mark(j);
    struct wl_said said = wl_said_seen(mark);

    if (mark->id == WL_MARK_CL_DIFFER) {
        wl_report(j, m, mark->at, WL_VIOLATION, WL_CERTAIN,
                  "Content-Length says both %" PRIu64 " and %" PRIu64, m->declared, mark->value);
    } else if (mark->id == WL_MARK_CL_REPEATED) {
        wl_report(j, m, mark->at, WL_WARNING, WL_CERTAIN,
                  "Content-Length says %" PRIu64 " more than once", m->declared);
    } else if (mark->id == WL_MARK_CL_LIST) {
        wl_report(j, m, mark->at, WL_VIOLATION, WL_CERTAIN,
                  "Content-Length '%s' is a list with empty members, not one number", said.text);
    } else if (mark->id == WL_MARK_CL_LEADING_ZERO) {
        wl_report(j, m, mark->at, WL_WARNING, WL_CERTAIN,
                  "Content-Length '%s' begins with zeros, which some read as octal", said.text);
    } else if (are_digits(mark->octets) && mark->octets.n < WL_MARK_OCTETS) {
        if (is_sstp(ex, mark->octets))
            return;
        wl_report(j, m, mark->at, WL_VIOLATION, WL_CERTAIN, "Content-Length '%s' is above 2^63-1",
                  said.text);
    } else {
        wl_report(j, m, mark->at, WL_VIOLATION, WL_CERTAIN, "Content-Length '%s' is no number",
                  said.text);
    }
}

/** What a recipient that goes by Transfer-Encoding takes for content, chunk lines included. */
static uint64_t octets_taken(const struct wl_message *m)
{
    if (m->state != WL_WHOLE || m->framing != WL_FRAMING_CHUNKED || m->end_offset == WL_NONE ||
        m->end_offset < m->body_at.offset)
        return WL_NONE;
    return m->end_offset - m->body_at.offset;
}

static void cl_te_both(struct wl_judge *j, const struct wl_exchange *ex, const struct wl_message *m)
{
    const struct wl_mark *mark = wl_judge_mark(j);
    const struct wl_field *te = wl_message_field(m, WL_FIELD_TRANSFER_ENCODING);
    const struct wl_field *cl = wl_message_field(m, WL_FIELD_CONTENT_LENGTH);
    uint64_t taken = octets_taken(m);
    struct wl_said said_te, said_cl;

    (void)ex;
    if (!te || !cl)
        return;
    said_te = wl_said(te->value);
    said_cl = wl_said(cl->value);
    if (taken != WL_NONE && m->declared != WL_NONE) {
        wl_report(j, m, mark->at, WL_VIOLATION, WL_CERTAIN,
                  "Content-Length: %s beside Transfer-Encoding: %s; by chunks the content takes "
                  "%" PRIu64 " octets of the stream, by length %" PRIu64,
                  said_cl.text, said_te.text, taken, m->declared);
    } else {
        wl_report(j, m, mark->at, WL_VIOLATION, WL_CERTAIN,
                  "Content-Length: %s beside Transfer-Encoding: %s", said_cl.text, said_te.text);
    }
}

/* --------------------------------------------------------------------------- Transfer-Encoding */

/** The worst of what is wrong with Transfer-Encoding is told once. */
static bool is_worst(const struct wl_message *m, const enum wl_mark_id *ids, enum wl_mark_id id)
{
    for (; *ids != id && *ids; ids++) {
        if (wl_message_mark(m, *ids))
            return false;
    }
    return true;
}

static void te_invalid(struct wl_judge *j, const struct wl_exchange *ex, const struct wl_message *m)
{
    static const enum wl_mark_id order[] = {WL_MARK_TE_MALFORMED, WL_MARK_TE_UNKNOWN,
                                            WL_MARK_TE_NOT_LAST,  WL_MARK_TE_UNASKED,
                                            WL_MARK_TE_SEVERAL,   WL_MARK_NONE};
    const struct wl_mark *mark = wl_judge_mark(j);
    struct wl_said said = wl_said_seen(mark);
    enum wl_severity severity = WL_VIOLATION;
    const char *what = "is no clean list of transfer codings";

    (void)ex;
    /* in 1xx and in a response of HTTP/1.0 there must be none at all */
    if (m->status / 100 == 1 || !is_worst(m, order, mark->id))
        return;
    if (mark->id == WL_MARK_TE_UNKNOWN) {
        what = "names a coding that is not registered";
    } else if (mark->id == WL_MARK_TE_NOT_LAST) {
        what = "does not end with chunked, once";
    } else if (mark->id == WL_MARK_TE_UNASKED) {
        what = "names a coding that the request has not asked for with TE";
        severity = WL_WARNING; /* RFC 9112 7.4 says what is acceptable, in no MUST */
    } else if (mark->id == WL_MARK_TE_SEVERAL) {
        what = "is one of several lines of it";
        severity =
            WL_WARNING; /* a list may be split (RFC 9110 5.3), but whoever reads one line ... */
    }
    wl_report(j, m, mark->at, severity, WL_CERTAIN, "Transfer-Encoding '%s' %s", said.text, what);
}

static void te_to_http10(struct wl_judge *j, const struct wl_exchange *ex,
                         const struct wl_message *m)
{
    const struct wl_mark *mark = wl_judge_mark(j);

    (void)ex;
    if (m->status / 100 == 1) /* interim-transfer-encoding */
        return;
    if (mark->id == WL_MARK_TE_TO_HTTP10) {
        wl_report(j, m, mark->at, WL_VIOLATION, WL_CERTAIN,
                  "Transfer-Encoding: %s in the response to an HTTP/1.0 request",
                  wl_said_seen(mark).text);
    } else if (!wl_message_mark(m, WL_MARK_TE_TO_HTTP10)) {
        wl_report(j, m, mark->at, WL_VIOLATION, WL_CERTAIN,
                  "Transfer-Encoding: %s in an HTTP/1.0 message", wl_said_seen(mark).text);
    }
}

static void cl_te_connection_kept(struct wl_judge *j, const struct wl_exchange *ex,
                                  const struct wl_message *m)
{
    const struct wl_mark *mark = wl_judge_mark(j);

    wl_report(j, m, mark->at, WL_VIOLATION, wl_judge_via(ex, WL_CERTAIN),
              "%03u on a connection that had to end after request %" PRIu64
              ", whose framing can be read in two ways",
              m->status, mark->value);
}

/* -------------------------------------------------------------------------------------- chunks */

static void chunk_framing_invalid(struct wl_judge *j, const struct wl_exchange *ex,
                                  const struct wl_message *m)
{
    const struct wl_mark *mark = wl_judge_mark(j);
    uint8_t octet = (uint8_t)mark->value;
    enum wl_severity severity = WL_VIOLATION;
    const char *what = "CR without LF in a chunk line";

    (void)ex;
    if (mark->id == WL_MARK_CHUNK_SIZE_BAD) {
        if (wl_message_mark(m, WL_MARK_CHUNK_BARE_CR))
            return; /* that one broke the size */
        if (wl_hex_value(octet) < 0) {
            wl_report(j, m, mark->at, WL_VIOLATION, WL_CERTAIN, "octet 0x%02x in a chunk size",
                      octet);
            return;
        }
        what = "chunk size above 2^63-1";
    } else if (mark->id == WL_MARK_CHUNK_SPACE_BEFORE) {
        what = "white space before a chunk size";
    } else if (mark->id == WL_MARK_CHUNK_SPACE) {
        what = "white space after a chunk size";
        severity = WL_WARNING;
    } else if (mark->id == WL_MARK_CHUNK_BARE_LF) {
        what = "chunk line ended by LF without CR";
    } else if (mark->id == WL_MARK_CHUNK_NO_CRLF) {
        what = "chunk data not followed by CRLF";
    } else if (mark->id == WL_MARK_CHUNK_EXT_CTL) {
        wl_report(j, m, mark->at, WL_VIOLATION, WL_CERTAIN,
                  "control octet 0x%02x in a chunk extension", octet);
        return;
    } else if (mark->id == WL_MARK_CHUNK_EXT_LONG) {
        wl_report(j, m, mark->at, WL_WARNING, WL_CERTAIN, "a chunk extension of %" PRIu64 " octets",
                  mark->value);
        return;
    }
    wl_report(j, m, mark->at, severity, WL_CERTAIN, "%s", what);
}

/* ----------------------------------------------------------------------- more or less than said */

static void body_incomplete(struct wl_judge *j, const struct wl_exchange *ex,
                            const struct wl_message *m)
{
    const struct wl_mark *mark = wl_judge_mark(j);
    const char *how = ex->end == WL_END_RESET ? "RST" : "FIN";
    enum wl_confidence c = ex->end == WL_END_RESET ? WL_LIKELY : WL_CERTAIN;

    /* whoever ended first says why: the other side had to stop */
    if ((ex->end != WL_END_CLOSED && ex->end != WL_END_RESET) || ex->rst_suspect ||
        ex->end_by != mark->at.dir || m->n_body_lost || wl_facts_one_short(ex, m))
        return;
    /* RFC 9110 10.1.1, RFC 9112 9.5: a client that has been answered, by a clock that can tell, or
     * waits for 100, need not go on */
    if (mark->at.dir == WL_TO_SERVER &&
        (!ex->paired ||
         (ex->res.state != WL_ABSENT && (!ex->clocked || ex->res.t_first <= ex->t_end)) ||
         (m->body_bytes == 0 && wl_grammar_expects_continue(&ex->req))))
        return;
    if (m->framing == WL_FRAMING_LENGTH) {
        wl_report(j, m, mark->at, WL_WARNING, c,
                  "%" PRIu64 " of %" PRIu64 " octets of content, then %s", m->body_bytes,
                  m->declared, how);
    } else if (m->framing == WL_FRAMING_CHUNKED) {
        wl_report(j, m, mark->at, WL_WARNING, c,
                  "chunked content ended by %s after %" PRIu64 " octets, without its last chunk",
                  how, m->body_bytes);
    }
}

/** Asked the request for a protocol or a tunnel, and is it not known what it got? */
static bool may_have_switched(const struct wl_exchange *ex, const struct wl_message *req)
{
    return (req->method_id == WL_METHOD_CONNECT || wl_message_field(req, WL_FIELD_UPGRADE)) &&
           ex->res.state < WL_HEAD;
}

/* The daemon of Docker answers clients that offer no upgrade with 200 and content of such a type, and
 * goes on in both directions until one of them ends the connection. */
static bool is_hijacked(const struct wl_exchange *ex)
{
    const struct wl_field *f = wl_message_field(&ex->res, WL_FIELD_CONTENT_TYPE);

    return ex->res.framing == WL_FRAMING_CLOSE && f &&
           (wl_grammar_media_type_is(f->value, WL_SPAN("application/vnd.docker.raw-stream")) ||
            wl_grammar_media_type_is(f->value,
                                     WL_SPAN("application/vnd.docker.multiplexed-stream")));
}

/* Without its end. */
static struct wl_span first_line(struct wl_span octets)
{
    size_t n = wl_span_find(octets, '\n');

    return wl_span_sub(octets, 0, n && n < octets.n && octets.p[n - 1] == '\r' ? n - 1 : n);
}

static void request_leftover_octets(struct wl_judge *j, const struct wl_exchange *ex,
                                    const struct wl_message *m)
{
    const struct wl_mark *mark = wl_judge_mark(j);
    struct wl_span line = first_line(mark->octets);
    bool undeclared = m && m->framing == WL_FRAMING_NONE && m->declared == WL_NONE;

    if (m && wl_message_mark(m, WL_MARK_OPTIMISTIC)) /* upgrade-optimistic-data */
        return;
    /* TLS on the same port (RFC 8446 5.1), HTTP/2 (RFC 9113 3.4) */
    if ((mark->octets.n >= 2 && mark->octets.p[0] == 0x16 && mark->octets.p[1] == 3) ||
        wl_span_starts(mark->octets, WL_SPAN("PRI * HTTP/2")))
        return;
    /* the rest of that preface, or anything else, where what had opened it was not captured */
    if (m &&
        (wl_span_equal(m->method, WL_SPAN("PRI")) || may_have_switched(ex, m) || is_hijacked(ex)))
        return;
    wl_report(j, m, mark->at, WL_WARNING, WL_CERTAIN,
              "%s after the end of the request%s, no other request: '%s'",
              wl_said_octets(mark->value).text, undeclared ? " (it announced no content)" : "",
              wl_said(line).text);
}

static void http_message_inside_body(struct wl_judge *j, const struct wl_exchange *ex,
                                     const struct wl_message *m)
{
    const struct wl_mark *mark = wl_judge_mark(j);
    bool request = mark->at.dir == WL_TO_SERVER;

    if (ex->req.state < WL_HEAD) /* of a version that is not known */
        return;
    /* answered before its content, of which a client may have sent a request in place */
    if (request && wl_facts_final(ex) && ex->res.acked <= m->body_at.offset)
        return;
    if (wl_grammar_carries_messages(m, ex->req.method_id))
        return;
    wl_report(j, m, mark->at, WL_WARNING, request ? WL_LIKELY : WL_POSSIBLE,
              "content of the %s begins with a %s line of HTTP/1", request ? "request" : "response",
              request ? "request" : "status");
}

/** Is the last coding chunked where CR and NUL were replaced by SP? */
static bool may_be_chunked(const struct wl_message *req)
{
    const struct wl_field *f = wl_message_field(req, WL_FIELD_TRANSFER_ENCODING);
    struct wl_span last = {0}, member;

    for (; f; f = wl_message_next_field(req, f)) {
        struct wl_cursor c = wl_cursor(wl_facts_repaired(f->value));

        while ((member = wl_grammar_member(&c)).n)
            last = wl_facts_repaired(member);
    }
    return wl_span_equal_nocase(last, WL_SPAN("chunked"));
}

/** RFC 9110 8.6: a length has as many digits as it takes, and there is no limit. Nor is one invalid
 * that is a number once CR and NUL were replaced by SP. */
static bool may_be_length(struct wl_span value)
{
    return are_digits(wl_facts_repaired(value));
}

static void malformed_request_accepted(struct wl_judge *j, const struct wl_exchange *ex,
                                       const struct wl_message *m)
{
    const struct wl_message *req = &ex->req;
    const struct wl_mark *cr, *colon, *length;
    enum wl_confidence c = WL_CERTAIN;
    const char *what = NULL;

    if (m->early)
        return;
    cr = wl_message_mark(req, WL_MARK_BARE_CR);
    colon = wl_message_mark(req, WL_MARK_SPACE_BEFORE_COLON);
    length = wl_message_mark(req, WL_MARK_CL_INVALID);
    /* RFC 9112 5.1 speaks of header fields; trailers may come when the answer is under way */
    if (colon && colon->at.offset < req->body_at.offset) {
        what = "white space before a colon";
    } else if (req->framing == WL_FRAMING_CLOSE && !may_be_chunked(req)) {
        what = "a Transfer-Encoding that does not end with chunked";
    } else if (!wl_message_field(req, WL_FIELD_TRANSFER_ENCODING) &&
               wl_message_mark(req, WL_MARK_CL_DIFFER)) {
        what = "Content-Length values that differ";
    } else if (!wl_message_field(req, WL_FIELD_TRANSFER_ENCODING) && length &&
               !may_be_length(length->octets)) {
        what = "a Content-Length that is no number";
    } else if (cr && cr->at.offset - req->at.offset < wl_span_find(req->head, '\n')) {
        what = "CR without LF in its first line";
        c = WL_LIKELY; /* RFC 9112 2.2: or it was replaced by SP */
    }
    if (!what)
        return;
    wl_report(j, m, m->at, WL_VIOLATION, wl_judge_via(ex, c),
              "%03u to a request with %s, which must be refused", m->status, what);
    wl_report_frame(j, req->at.frame);
}

static const struct wl_rule rules[] = {
    {
        .id = "body-incomplete",
        .severity = WL_WARNING,
        .fault = WL_FAULT_EITHER,
        .area = "FRM",
        .versions = "HTTP/1.0, HTTP/1.1",
        .cite = {"RFC 9112 8", "RFC 9110 8.6"},
        .title = "Connection ended by the sender before its content was complete",
        .why = "The recipient has part of a message and the right to none of it: it must "
               "not be taken for the whole, cached as such, or acted upon. A recipient "
               "that does not compare lengths shows or stores what is cut.",
        .advice = "Look in the log of the sender for a crash, a time-out or a worker that "
                  "was ended; announce the length of what is really sent.",
        .see = {"excess-data-after-body", "cl-invalid"},
        .when = WL_ON_MARK,
        .mark = WL_MARK_CONTENT_CUT,
        .needs = WL_NEEDS_BODY,
        .check = body_incomplete,
    },
    {
        .id = "chunk-framing-invalid",
        .severity = WL_VIOLATION,
        .fault = WL_FAULT_EITHER,
        .area = "FRM",
        .versions = "HTTP/1.0, HTTP/1.1",
        .cite = {"RFC 9112 7.1", "RFC 9112 7.1.1", "RFC 9112 11.2"},
        .title = "Chunk that is not framed as the grammar has it",
        .why = "Chunk lines are read by every hop on its own, and leniently by some: a "
               "sign, a blank, a bare LF or a long extension ends the chunk in one place "
               "for one of them and in another for the next. What lies between is a "
               "message that only one of them sees.",
        .advice = "Write hexadecimal digits, CRLF, the data and CRLF, and no extensions. "
                  "Recipients should refuse everything else rather than repair it.",
        .see = {"te-invalid", "line-ending-invalid", "cl-te-both"},
        .when = WL_ON_MARK,
        .mark = WL_MARK_CHUNK_SIZE_BAD,
        .marks = {WL_MARK_CHUNK_SPACE_BEFORE, WL_MARK_CHUNK_SPACE, WL_MARK_CHUNK_EXT_LONG,
                  WL_MARK_CHUNK_EXT_CTL, WL_MARK_CHUNK_BARE_LF, WL_MARK_CHUNK_BARE_CR,
                  WL_MARK_CHUNK_NO_CRLF},
        .needs = WL_NEEDS_BODY,
        .check = chunk_framing_invalid,
    },
    {
        .id = "cl-invalid",
        .severity = WL_VIOLATION,
        .fault = WL_FAULT_EITHER,
        .area = "FRM",
        .versions = "HTTP/1.0, HTTP/1.1, HTTP/2, HTTP/3",
        .cite = {"RFC 9110 8.6", "RFC 9112 6.3"},
        .title = "Content-Length that is not one number",
        .why = "The length decides where the next message begins. What is a number for "
               "one recipient, in another base, with a sign, or the first of two, is "
               "another number or an error for the next one, and the two go on at "
               "different octets.",
        .advice = "Send one Content-Length of decimal digits, computed from what is sent. "
                  "Refuse, and do not repair, what comes in otherwise.",
        .see = {"cl-te-both", "malformed-request-accepted", "body-incomplete"},
        .when = WL_ON_MARK,
        .mark = WL_MARK_CL_INVALID,
        .marks = {WL_MARK_CL_DIFFER, WL_MARK_CL_REPEATED, WL_MARK_CL_LIST, WL_MARK_CL_LEADING_ZERO},
        .needs = WL_NEEDS_BODY,
        .check = cl_invalid,
    },
    {
        .id = "cl-te-both",
        .severity = WL_VIOLATION,
        .fault = WL_FAULT_EITHER,
        .area = "FRM",
        .versions = "HTTP/1.1",
        .cite = {"RFC 9112 6.1", "RFC 9112 6.2", "RFC 9112 11.2"},
        .title = "Content-Length beside Transfer-Encoding",
        .why = "One of two recipients goes by the length, the other by the chunks. Where "
               "they disagree, the rest of the message is read as the beginning of the "
               "next one: request smuggling (CL.TE, TE.CL), or a response that is split "
               "in two.",
        .advice = "Take Content-Length away when a transfer coding is applied. A server "
                  "should refuse such a request, and must close the connection after "
                  "answering it.",
        .see = {"cl-te-connection-kept", "te-invalid", "cl-invalid"},
        .when = WL_ON_MARK,
        .mark = WL_MARK_CL_AND_TE,
        .needs = WL_NEEDS_BODY,
        .check = cl_te_both,
    },
    {
        .id = "cl-te-connection-kept",
        .severity = WL_VIOLATION,
        .fault = WL_FAULT_SERVER,
        .area = "FRM",
        .versions = "HTTP/1.0, HTTP/1.1",
        .cite = {"RFC 9112 6.1"},
        .title = "Connection kept after a request whose end can be read in two ways",
        .why = "A request with Content-Length and Transfer-Encoding, or with Transfer- "
               "Encoding in HTTP/1.0, may have ended elsewhere for a hop before the "
               "server. On a connection that goes on, what is left over becomes the "
               "beginning of a request of somebody else.",
        .advice = "Close the connection after the response, whatever the status; better, "
                  "answer 400 and close.",
        .see = {"cl-te-both", "te-to-http10"},
        .when = WL_ON_MARK,
        .mark = WL_MARK_AFTER_AMBIGUOUS,
        .needs = WL_NEEDS_PAIR | WL_NEEDS_BODY,
        .check = cl_te_connection_kept,
    },
    {
        .id = "excess-data-after-body",
        .severity = WL_VIOLATION,
        .fault = WL_FAULT_SERVER,
        .area = "FRM",
        .versions = "HTTP/1.0, HTTP/1.1",
        .cite = {"RFC 9112 6.3", "RFC 9112 9.2", "RFC 9112 11.1"},
        .title = "Octets after the end of the response",
        .why = "The response was longer than it said. The next recipient reads the rest as the "
               "beginning of another response: behind a gateway that is response splitting, and "
               "the content itself is cut.",
        .advice = "Compute Content-Length from what is sent, after compression; look for a gateway "
                  "that changes content without changing its length.",
        .see = {"unsolicited-response", "no-content-body", "head-response-body"},
        .when = WL_ON_MARK,
        .mark = WL_MARK_EXCESS_AFTER_FINAL,
        .needs = WL_NEEDS_PAIR | WL_NEEDS_BODY,
        .saw = "{n octet} after the end of the response",
    },
    {
        .id = "head-response-body",
        .severity = WL_VIOLATION,
        .fault = WL_FAULT_SERVER,
        .area = "MET",
        .versions = "HTTP/1.0, HTTP/1.1, HTTP/2, HTTP/3",
        .cite = {"RFC 9110 9.3.2", "RFC 9112 6.3"},
        .title = "Content in the response to HEAD",
        .why = "A response to HEAD ends with its head, whatever its Content-Length says. Content "
               "after it is read as the next response.",
        .advice = "Send the same fields as for GET and stop after the empty line.",
        .see = {"no-content-body", "not-modified-body", "excess-data-after-body"},
        .when = WL_ON_MARK,
        .mark = WL_MARK_EXCESS_AFTER_HEAD,
        .needs = WL_NEEDS_PAIR | WL_NEEDS_BODY,
        .saw = "{n octet} after the head of a response to HEAD",
    },
    {
        .id = "http-message-inside-body",
        .severity = WL_WARNING,
        .fault = WL_FAULT_EITHER,
        .area = "FRM",
        .versions = "HTTP/1.1",
        .cite = {"RFC 9112 11.1", "RFC 9112 11.2"},
        .title = "Content that begins like an HTTP message",
        .why = "Content that is read in the place of a start line is a request, or a "
               "response, that somebody has written for another party to find. It is "
               "what smuggling and response splitting look like before they work.",
        .advice = "Look for a hop that ends the message elsewhere (Content-Length, "
                  "Transfer-Encoding, Expect); where messages are sent on purpose, label "
                  "them message/http or application/http.",
        .see = {"cl-te-both", "request-leftover-octets", "unsolicited-response"},
        .when = WL_ON_MARK,
        .mark = WL_MARK_BODY_LOOKS_LIKE_HTTP,
        .needs = WL_NEEDS_BODY,
        .check = http_message_inside_body,
    },
    {
        .id = "malformed-request-accepted",
        .severity = WL_VIOLATION,
        .fault = WL_FAULT_SERVER,
        .area = "FRM",
        .versions = "HTTP/1.0, HTTP/1.1",
        .cite = {"RFC 9112 5.1", "RFC 9112 6.3", "RFC 9112 2.2"},
        .title = "Request served that must be refused",
        .why = "These requests mean different things to different parties, and the "
               "specification has them refused for that reason. A server that repairs "
               "them is the half that an attacker needs.",
        .advice = "Answer 400 and close the connection.",
        .see = {"space-before-colon", "cl-invalid", "te-invalid", "bad-host-accepted"},
        .when = WL_ON_EXCHANGE,
        .status_from = 200,
        .status_to = 399,
        .needs = WL_NEEDS_PAIR | WL_NEEDS_REQUEST | WL_NEEDS_RESPONSE,
        .cases = {{.req_marked = true}},
        .check = malformed_request_accepted,
    },
    {
        .id = "no-content-body",
        .severity = WL_VIOLATION,
        .fault = WL_FAULT_SERVER,
        .area = "S2",
        .versions = "HTTP/1.0, HTTP/1.1, HTTP/2, HTTP/3",
        .cite = {"RFC 9110 15.3.5", "RFC 9112 6.3"},
        .title = "Content in a 204 (No Content) response",
        .why = "A 204 ends with its head, whatever its fields say. Content after it is read as the "
               "next response.",
        .advice = "Answer 200 where there is content, or drop the content.",
        .see = {"not-modified-body", "head-response-body"},
        .when = WL_ON_MARK,
        .mark = WL_MARK_EXCESS_AFTER_NO_CONTENT,
        .needs = WL_NEEDS_PAIR | WL_NEEDS_BODY,
        .saw = "{n octet} after the head of a 204",
    },
    {
        .id = "not-modified-body",
        .severity = WL_VIOLATION,
        .fault = WL_FAULT_SERVER,
        .area = "S3",
        .versions = "HTTP/1.0, HTTP/1.1, HTTP/2, HTTP/3",
        .cite = {"RFC 9110 15.4.5", "RFC 9112 6.3"},
        .title = "Content in a 304 (Not Modified) response",
        .why = "A 304 ends with its head; its Content-Length is that of the stored response. "
               "Content after it is read as the next response.",
        .advice = "Stop after the empty line.",
        .see = {"no-content-body", "head-response-body"},
        .when = WL_ON_MARK,
        .mark = WL_MARK_EXCESS_AFTER_NOT_MODIFIED,
        .needs = WL_NEEDS_PAIR | WL_NEEDS_BODY,
        .saw = "{n octet} after the head of a 304",
    },
    {
        .id = "request-leftover-octets",
        .severity = WL_WARNING,
        .fault = WL_FAULT_CLIENT,
        .area = "FRM",
        .versions = "HTTP/1.0, HTTP/1.1",
        .cite = {"RFC 9112 6.3", "RFC 9112 9.2"},
        .title = "Octets after the end of a request that begin no other",
        .why = "The client, or a proxy before the server, thought the request longer "
               "than it said. The server reads the rest as the next request: an error at "
               "best, and the prefix of somebody else's request where connections are "
               "shared (CL.0, 0.CL).",
        .advice = "Send Content-Length or Transfer-Encoding with all content, with GET too; "
                  "find the hop that took them away.",
        .see = {"http-message-inside-body", "request-line-malformed", "cl-te-both"},
        .when = WL_ON_MARK,
        .mark = WL_MARK_EXCESS_REQUEST,
        .needs = WL_NEEDS_PAIR | WL_NEEDS_BODY,
        .check = request_leftover_octets,
    },
    {
        .id = "te-invalid",
        .severity = WL_VIOLATION,
        .fault = WL_FAULT_EITHER,
        .area = "FRM",
        .versions = "HTTP/1.1",
        .cite = {"RFC 9112 6.1", "RFC 9112 6.3", "RFC 9112 7"},
        .title = "Transfer-Encoding that not everybody reads as chunked",
        .why = "A recipient that does not know the coding falls back to Content-Length, "
               "to the close, or to chunked all the same. With a list that is "
               "obfuscated, two of them take different ways (TE.TE, TE.CL).",
        .advice = "Send Transfer-Encoding: chunked, on one line, as the last and only "
                  "coding unless the recipient asked for others with TE.",
        .see = {"cl-te-both", "chunk-framing-invalid", "malformed-request-accepted"},
        .when = WL_ON_MARK,
        .mark = WL_MARK_TE_MALFORMED,
        .marks = {WL_MARK_TE_UNKNOWN, WL_MARK_TE_NOT_LAST, WL_MARK_TE_UNASKED, WL_MARK_TE_SEVERAL},
        .needs = WL_NEEDS_BODY,
        .check = te_invalid,
    },
    {
        .id = "te-to-http10",
        .severity = WL_VIOLATION,
        .fault = WL_FAULT_EITHER,
        .area = "FRM",
        .versions = "HTTP/1.0, HTTP/1.1",
        .cite = {"RFC 9112 6.1"},
        .title = "Transfer-Encoding where HTTP/1.0 is spoken",
        .why = "HTTP/1.0 has no transfer codings: its recipients take the chunk lines "
               "for content, or go by Content-Length, while others on the way read "
               "chunks.",
        .advice = "Answer HTTP/1.0 with Content-Length, or without any length and by "
                  "closing. Take such a message for one whose end is not known.",
        .see = {"cl-te-both", "cl-te-connection-kept", "interim-transfer-encoding"},
        .when = WL_ON_MARK,
        .mark = WL_MARK_TE_IN_HTTP10,
        .marks = {WL_MARK_TE_TO_HTTP10},
        .needs = WL_NEEDS_BODY,
        .check = te_to_http10,
    },
};

const struct wl_rule_group wl_rules_framing = {"framing", rules, WL_COUNT(rules)};
