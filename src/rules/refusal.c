/* refusal.c - rules about client errors (4xx): does the request bear out what it is blamed for?
 * SPDX-License-Identifier: MIT
 *
 * Catalogue area S4 (RFC 9110 15.5, RFC 6585, RFC 8470). Challenges stand in auth.c, methods in
 * method.c, locks in webdav.c. What a field of the request decides may have been changed on the
 * way: Via on either message makes a finding less sure.
 */
#include "rules.h"

#include <inttypes.h>

#include "facts.h"
#include "grammar.h"

enum {
    SMALL_CONTENT = 1024, /* octets that no 413 should be about */
    LINE_OCTETS = 8000,   /* RFC 9112 3: request lines that everybody should take */
    HEAD_OCTETS = 4096,   /* the least that common servers take */
    FIELD_OCTETS = 1024,
    FIELD_LINES = 64, /* the least number that common servers take (Varnish; others 100) */
};

/* --------------------------------------------------------------------------------- negotiation */

/* Does a list say anything but "whatever you have"? */
static bool chooses(const struct wl_field *f)
{
    struct wl_cursor c = wl_cursor(f->value);
    struct wl_span member;

    while ((member = wl_grammar_member(&c)).n) {
        struct wl_span name = wl_grammar_name(member);
        unsigned weight = 0;

        if (!wl_span_equal(name, WL_SPAN("*/*")) && !wl_span_equal(name, WL_SPAN("*")))
            return true;
        if (!wl_grammar_weight(member, &weight) || weight == 0) /* "*;q=0" refuses the rest */
            return true;
    }
    return false;
}

/* Accept, Accept-Charset, Accept-Datetime ...: all that registered negotiation goes by. */
static bool negotiates(const struct wl_message *req)
{
    for (uint32_t i = 0; i < req->n_fields; i++) {
        const struct wl_field *f = &req->fields[i];

        if (f->id == WL_FIELD_NEGOTIATE || f->id == WL_FIELD_A_IM || f->id == WL_FIELD_PREFER)
            return true;
        if (wl_span_equal_nocase(wl_span_sub(wl_field_sent_name(f), 0, 6), WL_SPAN("accept")) &&
            chooses(f))
            return true;
    }
    return false;
}

static void not_acceptable_without_negotiation(struct wl_judge *j, const struct wl_exchange *ex,
                                               const struct wl_message *m)
{
    if (!negotiates(&ex->req)) {
        wl_report(j, m, m->at, WL_WARNING, wl_judge_via(ex, WL_CERTAIN),
                  "406 to a request that takes whatever there is");
    }
}

/* ----------------------------------------------------------------------------------------- 408 */

static void timeout_408_unsolicited(struct wl_judge *j, const struct wl_exchange *ex,
                                    const struct wl_message *m)
{
    const struct wl_mark *mark = wl_message_mark(m, WL_MARK_BEFORE_REQUEST);

    if (mark) {
        if (mark->certain && !ex->conn.midstream) {
            wl_report(j, m, m->at, WL_NOTE, WL_CERTAIN,
                      "408 on a connection without any request, %s after its beginning",
                      wl_said_time(m->t_first - ex->conn.t_first).text);
        }
        return;
    }
    mark = wl_message_mark(m, WL_MARK_AFTER_FINAL);
    if (!mark || !mark->certain)
        return;
    if (mark->value == WL_NONE) {
        wl_report(j, m, m->at, WL_NOTE, WL_CERTAIN, "408 when all requests had been answered");
    } else {
        wl_report(j, m, m->at, WL_NOTE, WL_CERTAIN,
                  "408 when all requests had been answered, %s after the last response",
                  wl_said_time((wl_ns)mark->value).text);
    }
}

static void timeout_408_misused(struct wl_judge *j, const struct wl_exchange *ex,
                                const struct wl_message *m)
{
    const wl_ns lately = WL_SECOND / 10;
    const struct wl_message *req = &ex->req;
    wl_ns linger = wl_judge_thresholds(j)->conn_linger, had = m->t_first - req->t_last;

    if (req->state == WL_WHOLE && m->acked != WL_NONE && req->end_offset != WL_NONE) {
        /* near the client a round trip lies between the two as well */
        if (m->acked >= req->end_offset && had > lately + wl_facts_round_trip(ex)) {
            wl_report(j, m, m->at, WL_WARNING, wl_judge_via(ex, WL_CERTAIN),
                      "408 %s after the last octet of a complete request, which the server had",
                      wl_said_time(had).text);
        }
        return;
    }
    /* by the end that came late: silence may hide one */
    if (req->state != WL_WHOLE && wl_facts_unbroken(req) && m->state == WL_WHOLE &&
        ex->end == WL_END_CLOSED && !ex->end_unseen && !wl_facts_ends_connection(m) &&
        ex->t_end - m->t_last >= linger) {
        wl_report(j, m, m->at, WL_WARNING, WL_CERTAIN,
                  "408 without Connection: close, and the connection still open after %s",
                  wl_said_limit(linger).text);
    }
}

/* -------------------------------------------------------------------------- length and content */

static void length_required_with_length(struct wl_judge *j, const struct wl_exchange *ex,
                                        const struct wl_message *m)
{
    const struct wl_message *req = &ex->req;

    /* of two lengths that differ there is none (RFC 9110 8.6) */
    if (req->declared == WL_NONE || wl_message_field(req, WL_FIELD_TRANSFER_ENCODING) ||
        wl_message_mark(req, WL_MARK_CL_DIFFER))
        return;
    wl_report(j, m, m->at, WL_WARNING, wl_judge_via(ex, WL_CERTAIN),
              "411 to a request with Content-Length: %" PRIu64, req->declared);
}

/* Did the request announce any content? */
static bool has_content(const struct wl_message *req)
{
    return wl_grammar_announces_content(req) || req->body_bytes > 0 || req->state != WL_WHOLE;
}

static void content_status_without_content(struct wl_judge *j, const struct wl_exchange *ex,
                                           const struct wl_message *m)
{
    const struct wl_message *req = &ex->req;
    bool bare = req->method_id == WL_METHOD_GET || req->method_id == WL_METHOD_HEAD ||
                req->method_id == WL_METHOD_DELETE;

    if (m->status != 413 && m->status != 415 && m->status != 422)
        return;
    if (!has_content(req)) {
        /* validators of APIs say 422 of parameters, which stand in the query or in the path */
        bool parameters = m->status == 422 && bare;

        wl_report(j, m, m->at, parameters ? WL_NOTE : WL_WARNING, wl_judge_via(ex, WL_CERTAIN),
                  "%u to %s without content", m->status, wl_said(req->method).text);
    } else if (m->status == 413 && req->declared < SMALL_CONTENT) {
        wl_report(j, m, m->at, WL_NOTE, WL_CERTAIN, "413 to %s of content",
                  wl_said_octets(req->declared).text);
    } else if (m->status == 415 && wl_message_field(m, WL_FIELD_ACCEPT_ENCODING) &&
               !wl_message_field(req, WL_FIELD_CONTENT_ENCODING)) {
        wl_report(j, m, wl_field_at(m, wl_message_field(m, WL_FIELD_ACCEPT_ENCODING)), WL_NOTE,
                  wl_judge_via(ex, WL_CERTAIN),
                  "415 with Accept-Encoding to content that was not encoded");
    }
}

static void size_status_small_request(struct wl_judge *j, const struct wl_exchange *ex,
                                      const struct wl_message *m)
{
    const struct wl_message *req = &ex->req;
    uint64_t total = 0;

    if (m->status == 414 && req->target.n < LINE_OCTETS) {
        wl_report(j, m, m->at, WL_WARNING, wl_judge_via(ex, WL_CERTAIN), "414 to a target of %s",
                  wl_said_octets(req->target.n).text);
    }
    /* the head was large all the same: 414 would have said what of it */
    if (m->status != 431 || req->target.n >= LINE_OCTETS || req->n_fields >= FIELD_LINES)
        return;
    for (uint32_t i = 0; i < req->n_fields; i++) {
        uint64_t n = wl_field_sent_name(&req->fields[i]).n + sizeof(": ") - 1 +
                     req->fields[i].value.n;

        if (n > FIELD_OCTETS)
            return;
        total += n + sizeof("\r\n") - 1;
    }
    if (total < HEAD_OCTETS) {
        wl_report(j, m, m->at, WL_WARNING, wl_judge_via(ex, WL_CERTAIN),
                  "431 to fields of %s altogether", wl_said_octets(total).text);
    }
}

/* -------------------------------------------------------------------------------- preconditions */

static bool has_precondition(const struct wl_message *req)
{
    const struct wl_field *f = wl_message_field(req, WL_FIELD_OVERWRITE);

    if (f && wl_span_equal_nocase(f->value, WL_SPAN("F")))
        return true;
    for (uint32_t i = 0; i < req->n_fields; i++) {
        struct wl_span name = wl_field_sent_name(&req->fields[i]);

        /* of uploads in the way of tus, 412 refuses the version */
        if (wl_span_equal_nocase(wl_span_sub(name, 0, 3), WL_SPAN("if-")) ||
            wl_span_equal_nocase(name, WL_SPAN("if")) ||
            wl_span_equal_nocase(name, WL_SPAN("tus-resumable")))
            return true;
    }
    return wl_facts_condition_of_storage(req);
}

static void precondition_status_misuse(struct wl_judge *j, const struct wl_exchange *ex,
                                       const struct wl_message *m)
{
    const struct wl_message *req = &ex->req;
    const struct wl_field *f;

    if (m->status == 412) {
        /* methods of others define conditions of their own, as those of UPnP do */
        if (req->method_id != WL_METHOD_OTHER && !has_precondition(req)) {
            wl_report(j, m, m->at, WL_WARNING, wl_judge_via(ex, WL_CERTAIN),
                      "412 to a request without a precondition");
        }
    } else if (m->status == 428) {
        f = wl_message_field(req, WL_FIELD_IF_MATCH);
        f = f ? f : wl_message_field(req, WL_FIELD_IF_UNMODIFIED_SINCE);
        if (f) {
            wl_report(j, m, m->at, WL_WARNING, wl_judge_via(ex, WL_CERTAIN),
                      "428 to a request with %s: %s", wl_said(wl_field_sent_name(f)).text,
                      wl_said(f->value).text);
        }
    }
}

/* ----------------------------------------------------------------------------------------- 416 */

static void range_not_satisfiable_without_range(struct wl_judge *j, const struct wl_exchange *ex,
                                                const struct wl_message *m)
{
    /* registries of containers refuse parts of an upload so, which Content-Range places wrongly */
    if (wl_message_field(&ex->req, WL_FIELD_CONTENT_RANGE))
        return;
    /* a cache asks for ranges on its own account */
    if (!wl_message_field(&ex->req, WL_FIELD_RANGE)) {
        wl_report(j, m, m->at, WL_WARNING,
                  wl_facts_from_cache(m) ? WL_POSSIBLE : wl_judge_via(ex, WL_CERTAIN),
                  "416 to a request without Range");
    }
}

/* Reads a set of one range in octets; false when there are several, which may be refused for their
 * number (RFC 9110 14.2), or none. */
static bool only_range(struct wl_span value, struct wl_range *ret)
{
    struct wl_cursor c = wl_cursor(value);
    struct wl_range more;

    return wl_span_equal_nocase(wl_grammar_range_unit(&c), WL_SPAN("bytes")) &&
           wl_grammar_range_next(&c, ret) && !wl_grammar_range_next(&c, &more) && !c.bad;
}

static void range_not_satisfiable_no_content_range(struct wl_judge *j, const struct wl_exchange *ex,
                                                   const struct wl_message *m)
{
    const struct wl_field *asked = wl_facts_single(&ex->req, WL_FIELD_RANGE);
    const struct wl_field *f = wl_message_field(m, WL_FIELD_CONTENT_RANGE);
    struct wl_content_range told;
    struct wl_range range;
    struct wl_cursor c;

    if (!asked)
        return;
    c = wl_cursor(asked->value);
    if (!wl_span_equal_nocase(wl_grammar_range_unit(&c), WL_SPAN("bytes")))
        return;
    if (!f) {
        wl_report(j, m, m->at, WL_WARNING, wl_judge_via(ex, WL_CERTAIN),
                  "416 to Range: %s without Content-Range", wl_said(asked->value).text);
    } else if (!wl_grammar_content_range(f->value, &told) || !told.unsatisfied ||
               told.complete == WL_NONE) {
        wl_report(j, m, wl_field_at(m, f), WL_WARNING, WL_CERTAIN,
                  "416 with Content-Range: %s, which is not \"*/\" and the length",
                  wl_said(f->value).text);
    } else if (only_range(asked->value, &range) &&
               (range.first != WL_NONE ? range.first < told.complete
                                       : range.last > 0 && told.complete > 0)) {
        wl_report(j, m, wl_field_at(m, f), WL_WARNING, wl_judge_via(ex, WL_CERTAIN),
                  "416 to Range: %s, which lies within the length given: %s",
                  wl_said(asked->value).text, wl_said(f->value).text);
    }
}

/* ------------------------------------------------------------------------------------ 421, 425 */

static void misdirected_misuse(struct wl_judge *j, const struct wl_exchange *ex,
                               const struct wl_message *m)
{
    const struct wl_field *f = wl_message_field(m, WL_FIELD_ALT_SVC);
    struct wl_param age;
    uint64_t seconds;

    (void)ex;
    if (f) {
        wl_report(j, m, wl_field_at(m, f), WL_WARNING, WL_CERTAIN, "421 with Alt-Svc: %s",
                  wl_said(f->value).text);
    } else if (wl_grammar_directive_find(m, WL_FIELD_CACHE_CONTROL, WL_SPAN("max-age"), &age) &&
               wl_grammar_delta_seconds(wl_grammar_unquoted(age.value), &seconds) && seconds > 0) {
        wl_report(j, m, m->at, WL_WARNING, WL_CERTAIN, "421 to be kept for %" PRIu64 " s", seconds);
    } else if ((f = wl_message_field(m, WL_FIELD_VIA)) != NULL) {
        wl_report(j, m, wl_field_at(m, f), WL_NOTE, WL_POSSIBLE,
                  "421 with Via: %s; a proxy may pass it on, and must not make it",
                  wl_said(f->value).text);
    }
}

static void misdirected_again(struct wl_judge *j, const struct wl_exchange *ex,
                              const struct wl_past *past, const struct wl_past *now)
{
    const wl_ns soon = 5 * WL_SECOND;

    if (past->status != 421 || past->conn != now->conn || !ex->clocked ||
        now->t_request < past->t_response || now->t_request - past->t_response > soon)
        return;
    wl_report(j, &ex->req, ex->req.at, WL_WARNING, wl_judge_via(ex, WL_CERTAIN),
              "the same request again on the connection where it got 421 %s before",
              wl_said_time(now->t_request - past->t_response).text);
    wl_report_frame(j, past->res_frame);
}

static void too_early_unsignalled(struct wl_judge *j, const struct wl_exchange *ex,
                                  const struct wl_message *m)
{
    const struct wl_field *f = wl_message_field(&ex->req, WL_FIELD_EARLY_DATA);

    if (m == &ex->req) {
        /* RFC 8470 5.1: recipients read all of these as a single 1 */
        if (f && !wl_span_equal(f->value, WL_SPAN("1"))) {
            wl_report(j, m, wl_field_at(m, f), WL_WARNING, WL_CERTAIN,
                      "Early-Data: %s, which can only be 1", wl_said(f->value).text);
        }
        return;
    }
    if (m->status != 425 || f)
        return;
    /* within TLS the request may have been early data itself: where it stood is not noted */
    wl_report(j, m, m->at, ex->conn.tls ? WL_NOTE : WL_WARNING,
              ex->conn.tls ? WL_POSSIBLE : wl_judge_via(ex, WL_CERTAIN),
              ex->conn.tls ? "425 to a request without Early-Data"
                           : "425 to a request without Early-Data, on a connection without TLS");
}

static void too_early_again(struct wl_judge *j, const struct wl_exchange *ex,
                            const struct wl_past *past, const struct wl_past *now)
{
    const struct wl_field *f = wl_message_field(&ex->req, WL_FIELD_EARLY_DATA);
    /* on another connection it may have been sent before the 425 had arrived */
    wl_ns heard = past->t_response + (past->conn == now->conn ? 0 : wl_facts_round_trip(ex));

    if (!f || past->status != 425 || !ex->clocked || now->t_request < heard)
        return;
    wl_report(j, &ex->req, wl_field_at(&ex->req, f), WL_WARNING, wl_judge_via(ex, WL_LIKELY),
              "Early-Data again in a request that got 425 %s before",
              wl_said_time(now->t_request - past->t_response).text);
    wl_report_frame(j, past->res_frame);
}

/* -------------------------------------------------------------------------------------- caches */

static void no_store_status_cached(struct wl_judge *j, const struct wl_exchange *ex,
                                   const struct wl_message *m)
{
    const struct wl_field *f = wl_message_field(m, WL_FIELD_AGE);

    (void)ex;
    if ((m->status != 428 && m->status != 429 && m->status != 431 && m->status != 511) ||
        !wl_facts_from_cache(m))
        return;
    f = f ? f : wl_message_field(m, WL_FIELD_CACHE_STATUS);
    wl_report(j, m, wl_field_at(m, f), WL_VIOLATION, WL_CERTAIN, "%u from a cache, with %s: %s",
              m->status, wl_said(wl_field_sent_name(f)).text, wl_said(f->value).text);
}

/* ---------------------------------------------------------------------------------------- 451 */

/* link-value = "<" URI-Reference ">" *( ";" link-param ) (RFC 8288 3): what lies before ">" is not
 * looked at. */
static bool links_to(const struct wl_message *m, struct wl_span relation)
{
    const struct wl_field *f = wl_message_field(m, WL_FIELD_LINK);

    for (; f; f = wl_message_next_field(m, f)) {
        struct wl_cursor c = wl_cursor(f->value);
        struct wl_span member;
        struct wl_param rel;

        while ((member = wl_grammar_member(&c)).n) {
            struct wl_span words;

            member = wl_span_after(member, wl_min_size(wl_span_find(member, '>'), member.n));
            if (!wl_grammar_param_find(member, WL_SPAN("rel"), &rel))
                continue;
            words = wl_grammar_unquoted(rel.value);
            while (words.n) {
                size_t n = wl_span_find(words, ' ');

                if (wl_span_equal_nocase(wl_span_sub(words, 0, n), relation))
                    return true;
                words = wl_span_trim(wl_span_after(words, n));
            }
        }
    }
    return false;
}

static void legal_without_blocked_by(struct wl_judge *j, const struct wl_exchange *ex,
                                     const struct wl_message *m)
{
    if (!links_to(m, WL_SPAN("blocked-by"))) {
        wl_report(j, m, m->at, WL_NOTE, wl_judge_via(ex, WL_CERTAIN),
                  "451 without a Link of relation blocked-by");
    }
}

static const struct wl_rule rules[] = {
    {
        .id = "content-status-without-content",
        .severity = WL_WARNING,
        .fault = WL_FAULT_SERVER,
        .area = "S4",
        .versions = "HTTP/1.1, HTTP/2, HTTP/3",
        .cite = {"RFC 9110 15.5.14", "RFC 9110 15.5.16", "RFC 9110 15.5.21", "RFC 9110 12.5.3"},
        .title = "Content refused that was not sent",
        .why = "413, 415 and 422 tell the client to send less, in another format, or with other "
               "values. It sent nothing: the reason is another, and the client looks for it in "
               "the wrong place.",
        .advice = "Use 400 or 404 for a bad target or query, 431 for large fields, 411 where "
                  "content is missing.",
        .see = {"size-status-small-request", "length-required-with-length"},
        .when = WL_ON_EXCHANGE,
        .needs = WL_NEEDS_PAIR | WL_NEEDS_REQUEST | WL_NEEDS_RESPONSE,
        .status_from = 413,
        .status_to = 422,
        .check = content_status_without_content,
    },
    {
        .id = "legal-without-blocked-by",
        .severity = WL_NOTE,
        .fault = WL_FAULT_SERVER,
        .area = "S4",
        .versions = "HTTP/1.1, HTTP/2, HTTP/3",
        .cite = {"RFC 7725 3", "RFC 7725 4"},
        .title = "451 that does not say who blocks",
        .why = "451 exists so that people and programs can tell who carries out the block, which "
               "is not always the server that was asked: it may be the network on the way.",
        .advice = "Send Link: <https://blocker.example/>; rel=\"blocked-by\".",
        .see = {"error-explanation-missing"},
        .when = WL_ON_RESPONSE,
        .status_from = 451,
        .status_to = 451,
        .final_only = true,
        .check = legal_without_blocked_by,
    },
    {
        .id = "length-required-with-length",
        .severity = WL_WARNING,
        .fault = WL_FAULT_SERVER,
        .area = "S4",
        .versions = "HTTP/1.1, HTTP/2, HTTP/3",
        .cite = {"RFC 9110 15.5.12"},
        .title = "411 (Length Required) to a request that gave its length",
        .why = "411 tells the client to add Content-Length and try again. It is there already, so "
               "that a client that believes the answer tries again for ever.",
        .advice = "Use the status that names the real reason; look for a gateway that removes "
                  "Content-Length.",
        .see = {"content-status-without-content"},
        .when = WL_ON_EXCHANGE,
        .needs = WL_NEEDS_PAIR | WL_NEEDS_REQUEST,
        .status_from = 411,
        .status_to = 411,
        .check = length_required_with_length,
    },
    {
        .id = "misdirected-misuse",
        .severity = WL_WARNING,
        .fault = WL_FAULT_EITHER,
        .area = "S4",
        .versions = "HTTP/1.1, HTTP/2, HTTP/3",
        .cite = {"RFC 9110 15.5.20", "RFC 9110 7.4", "RFC 7838 6"},
        .title = "421 (Misdirected Request) that leads nowhere",
        .why = "421 sends the client to another connection for the same authority. With Alt-Svc, "
               "which is ignored there, with a life in caches, or asked again on the same "
               "connection, it comes back for ever.",
        .advice = "Send 421 without Alt-Svc and Cache-Control; as a client, open a connection of "
                  "its own to that authority.",
        .see = {"too-early-unsignalled"},
        .when = WL_ON_EXCHANGE,
        .needs = WL_NEEDS_PAIR | WL_NEEDS_REQUEST | WL_NEEDS_RESPONSE,
        .status_from = 421,
        .status_to = 421,
        .check = misdirected_misuse,
        .relation = WL_RELATION_TRY,
        .again = true,
        .check_related = misdirected_again,
    },
    {
        .id = "no-store-status-cached",
        .severity = WL_VIOLATION,
        .fault = WL_FAULT_INTERMEDIARY,
        .area = "S4",
        .versions = "HTTP/1.1, HTTP/2, HTTP/3",
        .cite = {"RFC 6585 3", "RFC 6585 4", "RFC 6585 5", "RFC 6585 6"},
        .title = "Response from a cache that must not be stored",
        .why = "428, 429, 431 and 511 are about one request of one client, or about the network it "
               "is in. From a cache they lock out clients that did nothing wrong.",
        .advice = "Configure the cache never to store 428, 429, 431 and 511.",
        .see = {"retry-after-missing", "network-auth-misuse"},
        .when = WL_ON_RESPONSE,
        .status_from = 428,
        .status_to = 511,
        .fields = {WL_FIELD_AGE, WL_FIELD_CACHE_STATUS},
        .final_only = true,
        .check = no_store_status_cached,
    },
    {
        .id = "not-acceptable-without-negotiation",
        .severity = WL_WARNING,
        .fault = WL_FAULT_SERVER,
        .area = "S4",
        .versions = "HTTP/1.1, HTTP/2, HTTP/3",
        .cite = {"RFC 9110 15.5.7", "RFC 9110 12.5.1"},
        .title = "406 (Not Acceptable) to a request that accepts anything",
        .why = "406 says that nothing fits what the client accepts. The client accepts whatever "
               "there is, so it has nothing to change: the reason is another.",
        .advice = "Send the default representation, or use the status that names the reason.",
        .see = {"content-status-without-content"},
        .when = WL_ON_EXCHANGE,
        .needs = WL_NEEDS_PAIR | WL_NEEDS_REQUEST,
        .status_from = 406,
        .status_to = 406,
        .check = not_acceptable_without_negotiation,
    },
    {
        .id = "precondition-status-misuse",
        .severity = WL_WARNING,
        .fault = WL_FAULT_SERVER,
        .area = "S4",
        .versions = "HTTP/1.1, HTTP/2, HTTP/3",
        .cite = {"RFC 9110 15.5.13", "RFC 9110 13.1", "RFC 4918 9.8.4", "RFC 6585 3"},
        .title = "Status about preconditions that contradicts the request",
        .why = "412 says that a condition of the client was false, 428 that it gave none. Where "
               "the request shows the opposite, a client that acts upon the status repeats the "
               "same request.",
        .advice = "Answer 409 where the state of the resource is in the way, 400 or 422 where the "
                  "values are; look for a proxy that strips conditions.",
        .see = {"write-status-on-read", "not-modified-without-condition"},
        .when = WL_ON_EXCHANGE,
        .needs = WL_NEEDS_PAIR | WL_NEEDS_REQUEST,
        .status_from = 412,
        .status_to = 428,
        .check = precondition_status_misuse,
    },
    {
        .id = "range-not-satisfiable-no-content-range",
        .severity = WL_WARNING,
        .fault = WL_FAULT_SERVER,
        .area = "S4",
        .versions = "HTTP/1.1, HTTP/2, HTTP/3",
        .cite = {"RFC 9110 15.5.17", "RFC 9110 14.4"},
        .title = "416 (Range Not Satisfiable) that does not tell the length",
        .why = "A client that resumes a download has to learn how long the file is now: without "
               "the length, or with one that contradicts the refusal, it cannot tell a finished "
               "download from a file that was replaced.",
        .advice = "Send Content-Range: bytes */LENGTH with a 416.",
        .see = {"range-not-satisfiable-without-range", "content-range-misplaced"},
        .when = WL_ON_EXCHANGE,
        .needs = WL_NEEDS_PAIR | WL_NEEDS_REQUEST | WL_NEEDS_RESPONSE,
        .status_from = 416,
        .status_to = 416,
        .check = range_not_satisfiable_no_content_range,
    },
    {
        .id = "range-not-satisfiable-without-range",
        .severity = WL_WARNING,
        .fault = WL_FAULT_SERVER,
        .area = "S4",
        .versions = "HTTP/1.1, HTTP/2, HTTP/3",
        .cite = {"RFC 9110 15.5.17", "RFC 9110 14.2"},
        .title = "416 (Range Not Satisfiable) to a request without Range",
        .why = "The client asked for all of it, and is told that there is no such part. It has no "
               "range to correct.",
        .advice = "Answer 200. A cache that asked for a part on its own account must answer its "
                  "client itself.",
        .see = {"range-not-satisfiable-no-content-range", "partial-unrequested"},
        .when = WL_ON_EXCHANGE,
        .needs = WL_NEEDS_PAIR | WL_NEEDS_REQUEST,
        .status_from = 416,
        .status_to = 416,
        .check = range_not_satisfiable_without_range,
    },
    {
        .id = "size-status-small-request",
        .severity = WL_WARNING,
        .fault = WL_FAULT_SERVER,
        .area = "S4",
        .versions = "HTTP/1.1, HTTP/2, HTTP/3",
        .cite = {"RFC 9112 3", "RFC 6585 5"},
        .title = "414 or 431 to a small request",
        .why = "Clients rely on request lines of 8,000 octets and a few kilobytes of fields. Where "
               "less is refused, ordinary links and cookies stop working, for some users only.",
        .advice = "Raise the limit to 8,000 octets or more; use 400 where size is not the reason.",
        .see = {"content-status-without-content"},
        .when = WL_ON_EXCHANGE,
        .needs = WL_NEEDS_PAIR | WL_NEEDS_REQUEST,
        .status_from = 414,
        .status_to = 431,
        .check = size_status_small_request,
    },
    {
        .id = "timeout-408-misused",
        .severity = WL_WARNING,
        .fault = WL_FAULT_SERVER,
        .area = "S4",
        .versions = "HTTP/1.1",
        .cite = {"RFC 9110 15.5.9", "RFC 9112 9.6"},
        .title = "408 (Request Timeout) although the request was there, or without an end",
        .why = "408 says that the client was too slow, so clients repeat the request on a new "
               "connection without asking anybody: what the server was doing is then done twice. "
               "Where the connection stays open, nobody knows what the next octets belong to.",
        .advice = "Answer 503 or 504 when the server itself was too slow; close after a 408.",
        .see = {"timeout-408-unsolicited", "final-before-body-no-close"},
        .when = WL_ON_RESPONSE,
        .needs = WL_NEEDS_PAIR | WL_NEEDS_CLK | WL_NEEDS_ACK,
        .status_from = 408,
        .status_to = 408,
        .final_only = true,
        .check = timeout_408_misused,
    },
    {
        .id = "timeout-408-unsolicited",
        .severity = WL_NOTE,
        .fault = WL_FAULT_SERVER,
        .area = "S4",
        .versions = "HTTP/1.0, HTTP/1.1",
        .cite = {"RFC 9110 15.5.9", "RFC 9112 9.5"},
        .title = "408 (Request Timeout) on an idle connection",
        .why = "The one response that may come without a request: the server is about to close. A "
               "client that has just sent a request on the connection takes it for the answer; "
               "many servers therefore just close.",
        .advice = "Nothing has to be done. A client should not take it for the answer to a request "
                  "that crossed it, and may repeat that request.",
        .see = {"timeout-408-misused", "unsolicited-response"},
        .when = WL_ON_RESPONSE,
        .needs = WL_NEEDS_CLK,
        .status_from = 408,
        .status_to = 408,
        .final_only = true,
        .check = timeout_408_unsolicited,
    },
    {
        .id = "too-early-unsignalled",
        .severity = WL_WARNING,
        .fault = WL_FAULT_EITHER,
        .area = "S4",
        .versions = "HTTP/1.1, HTTP/2, HTTP/3",
        .cite = {"RFC 8470 5.1", "RFC 8470 5.2"},
        .title = "425 (Too Early) or Early-Data where there was no early data",
        .why = "425 asks the client to repeat a request after the handshake that it had sent "
               "before its end. One that did not send early data, and said so, cannot do "
               "otherwise the next time.",
        .advice = "Send 425 only to requests in early data or with Early-Data: 1; repeat without "
                  "early data after a 425.",
        .see = {"misdirected-misuse"},
        .when = WL_ON_MESSAGE,
        .needs = WL_NEEDS_PAIR | WL_NEEDS_REQUEST,
        .status_from = 425,
        .status_to = 0, /* a request has none */
        .cases = {{.field = WL_FIELD_EARLY_DATA}, {.status_from = 425, .status_to = 425}},
        .check = too_early_unsignalled,
        .relation = WL_RELATION_TRY,
        .again = true,
        .check_related = too_early_again,
    },
};

const struct wl_rule_group wl_rules_refusal = {"refusal", rules, WL_COUNT(rules)};
