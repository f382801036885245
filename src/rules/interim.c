/* interim.c - rules about interim responses: their order, their count and their content.
 * SPDX-License-Identifier: MIT
 *
 * Catalogue area INT. On HTTP/1 every request goes through (1xx other than 101)* and then 101 or a
 * final response; a 1xx ends at its empty line (RFC 9110 15.2). What the protocol switched to by a
 * 101 is the business of upgrade.c, how long things took that of timing.c.
 */
#include "rules.h"

#include <inttypes.h>

#include "facts.h"
#include "grammar.h"

static void interim_to_http10(struct wl_judge *j, const struct wl_exchange *ex,
                              const struct wl_message *m)
{
    uint32_t n = ex->n_interim + ex->n_interim_more;
    bool reported = false;

    (void)m;
    if (!wl_facts_http10(&ex->req))
        return;
    for (uint32_t i = 0; i < n; i++) {
        struct wl_answer a = wl_facts_answer(ex, i);

        if (a.status == 101) /* switching-to-http10 */
            continue;
        if (!reported) {
            wl_report(j, a.m, a.at, WL_VIOLATION, WL_CERTAIN, "%u in answer to an HTTP/%s request",
                      a.status, wl_facts_old_version(&ex->req));
        } else {
            wl_report_frame(j, a.at.frame);
        }
        reported = true;
    }
}

static void interim_without_final(struct wl_judge *j, const struct wl_exchange *ex,
                                  const struct wl_message *m)
{
    uint32_t n = ex->n_interim + ex->n_interim_more;
    struct wl_answer last;

    (void)m;
    if (n == 0 || ex->res.state != WL_ABSENT)
        return;
    /* a server may give up on a request that never came whole */
    if (ex->req.state != WL_WHOLE)
        return;
    if (wl_facts_interim(ex, 101, NULL) || wl_facts_interim(ex, 102, NULL))
        return;
    last = wl_facts_answer(ex, n - 1);
    wl_report(j, last.m, last.at, WL_WARNING, WL_CERTAIN,
              "server closed the connection (%s) %s after %u, no final response came",
              ex->end == WL_END_RESET ? "RST" : "FIN", wl_said_time(ex->t_end - last.t).text,
              last.status);
}

static void interim_content_length(struct wl_judge *j, const struct wl_exchange *ex,
                                   const struct wl_message *m)
{
    const struct wl_field *f = wl_message_field(m, WL_FIELD_CONTENT_LENGTH);

    (void)ex;
    wl_report(j, m, wl_field_at(m, f), WL_VIOLATION, WL_CERTAIN,
              "Content-Length: %s in a %u response", wl_said(f->value).text, m->status);
}

static void interim_transfer_encoding(struct wl_judge *j, const struct wl_exchange *ex,
                                      const struct wl_message *m)
{
    const struct wl_field *f = wl_message_field(m, WL_FIELD_TRANSFER_ENCODING);

    (void)ex;
    wl_report(j, m, wl_field_at(m, f), WL_VIOLATION, WL_CERTAIN,
              "Transfer-Encoding: %s in a %u response", wl_said(f->value).text, m->status);
}

static void interim_connection_close(struct wl_judge *j, const struct wl_exchange *ex,
                                     const struct wl_message *m)
{
    const struct wl_field *f = wl_message_field(m, WL_FIELD_CONNECTION);
    bool switching = m->status == 101 &&
                     wl_grammar_list_has(m, WL_FIELD_CONNECTION, WL_SPAN("upgrade"));

    (void)ex;
    if (!wl_grammar_list_has(m, WL_FIELD_CONNECTION, WL_SPAN("close")))
        return;
    wl_report(j, m, wl_field_at(m, f), switching ? WL_NOTE : WL_WARNING, WL_CERTAIN,
              "Connection: %s in a %u response", wl_said(f->value).text, m->status);
}

static void interim_excessive_count(struct wl_judge *j, const struct wl_exchange *ex,
                                    const struct wl_message *m)
{
    const struct wl_thresholds *limit = wl_judge_thresholds(j);
    uint32_t n = ex->n_interim + ex->n_interim_more;
    uint64_t n_104 = 0, n_other = 0;
    struct wl_answer first = {0}, first_104 = {0};

    (void)m;
    for (uint32_t i = 0; i < n; i++) {
        struct wl_answer a = wl_facts_answer(ex, i);

        if (a.status == 104 && ++n_104 == (uint64_t)limit->interim_max104 + 1) {
            first_104 = a;
        } else if (a.status != 104 && ++n_other == (uint64_t)limit->interim_max + 1) {
            first = a;
        }
    }
    /* of those beyond max_interim only the number is known: of the kind that was more frequent */
    *(n_104 > n_other ? &n_104 : &n_other) += ex->n_interim_lost;
    if (first.status) {
        wl_report(j, first.m, first.at, WL_NOTE, WL_CERTAIN,
                  "%" PRIu64 " interim responses to one request; some recipients give up after 5 "
                  "(Go net/http before 1.24), 8 (JDK HttpClient) or 10 (Apache mod_proxy_http)",
                  n_other);
    }
    if (first_104.status) {
        wl_report(j, first_104.m, first_104.at, WL_NOTE, WL_CERTAIN,
                  "%" PRIu64 " responses 104 to one request, more than %" PRId64, n_104,
                  limit->interim_max104);
    }
}

static void continue_without_expect(struct wl_judge *j, const struct wl_exchange *ex,
                                    const struct wl_message *m)
{
    struct wl_answer a;

    (void)m;
    if (!wl_facts_interim(ex, 100, &a) || wl_grammar_expects_continue(&ex->req))
        return;
    /* a proxy may have taken Expect away on its way to the server (docs/judging.md 4) */
    wl_report(j, a.m, a.at, WL_NOTE, wl_judge_via(ex, WL_CERTAIN),
              "100 in answer to a request without Expect: 100-continue");
}

/** Do two interim responses name the same fields? */
static bool same_fields(const struct wl_message *a, const struct wl_message *b)
{
    if (!a || !b || a->n_fields != b->n_fields)
        return a == b;
    for (uint32_t i = 0; i < a->n_fields; i++) {
        if (!wl_span_equal_nocase(wl_field_sent_name(&a->fields[i]),
                                  wl_field_sent_name(&b->fields[i])))
            return false;
    }
    return true;
}

static void continue_repeated(struct wl_judge *j, const struct wl_exchange *ex,
                              const struct wl_message *m)
{
    struct wl_answer first = {0}, second = {0};
    uint32_t n = 0;
    bool proxied;

    (void)m;
    for (uint32_t i = 0; i < ex->n_interim + ex->n_interim_more; i++) {
        struct wl_answer a = wl_facts_answer(ex, i);

        if (a.status != 100)
            continue;
        if (++n == 1) {
            first = a;
        } else if (n == 2) {
            second = a;
        }
    }
    if (n < 2)
        return;
    proxied = wl_judge_via(ex, WL_CERTAIN) != WL_CERTAIN || !same_fields(first.m, second.m);
    wl_report(j, second.m, second.at, WL_NOTE, WL_CERTAIN,
              "100 sent %" PRIu32 " times for one request%s", n,
              proxied ? ", as when a proxy and the origin server both answer Expect" : "");
    wl_report_frame(j, first.at.frame);
}

static void interim_labelled_http10(struct wl_judge *j, const struct wl_exchange *ex,
                                    const struct wl_message *m)
{
    bool final = ex->paired && wl_facts_final(ex) && m->major == 1 &&
                 !wl_message_mark(m, WL_MARK_VERSION_MALFORMED);

    for (uint32_t i = 0; i < ex->n_interim; i++) {
        const struct wl_message *r = &ex->interim[i];

        if (r->state < WL_HEAD || r->major != 1 || wl_message_mark(r, WL_MARK_VERSION_MALFORMED))
            continue;
        if (r->minor == 0) {
            wl_report(j, r, r->at, WL_WARNING, WL_CERTAIN, "%u as HTTP/1.0", r->status);
            return;
        }
        if (final && m->minor != r->minor) {
            /* a gateway may have passed on the one and made the other */
            wl_report(j, r, r->at, WL_WARNING, WL_LIKELY, "%u as HTTP/1.%u, then %u as HTTP/1.%u",
                      r->status, r->minor, m->status, m->minor);
            wl_report_frame(j, m->at.frame);
            return;
        }
    }
}

/** The first option of a Connection line that says more than how long the connection lives. */
static struct wl_span odd_option(struct wl_span value)
{
    struct wl_cursor c = wl_cursor(value);
    struct wl_span member;

    while ((member = wl_grammar_member(&c)).n) {
        if (!wl_span_equal_nocase(member, WL_SPAN("close")) &&
            !wl_span_equal_nocase(member, WL_SPAN("keep-alive")) &&
            !wl_span_equal_nocase(member, WL_SPAN("upgrade")))
            return member;
    }
    return member;
}

/** How much a field of the connection means in an interim response; OFF when it is none. */
static enum wl_severity hop_severity(const struct wl_field *f)
{
    switch ((int)f->id) {
    case WL_FIELD_KEEP_ALIVE:
    case WL_FIELD_PROXY_AUTHENTICATE:
    case WL_FIELD_PROXY_CONNECTION:
    case WL_FIELD_TE:
    case WL_FIELD_TRAILER: return WL_WARNING;
    /* RFC 9110 7.8 lets a server advertise Upgrade in any response, keep-alive is as it was */
    case WL_FIELD_UPGRADE: return WL_NOTE;
    case WL_FIELD_CONNECTION: {
        struct wl_cursor c = wl_cursor(f->value);

        if (odd_option(f->value).n)
            return WL_WARNING;
        /* close has a rule of its own */
        return wl_span_equal_nocase(wl_grammar_member(&c), WL_SPAN("close")) ? WL_OFF : WL_NOTE;
    }
    default: return WL_OFF;
    }
}

static void interim_hop_by_hop_field(struct wl_judge *j, const struct wl_exchange *ex,
                                     const struct wl_message *m)
{
    const struct wl_field *worst = NULL;

    (void)ex;
    if (m->status == 101)
        return;
    for (uint32_t i = 0; i < m->n_fields; i++) {
        const struct wl_field *f = &m->fields[i];

        if (hop_severity(f) > (worst ? hop_severity(worst) : WL_OFF))
            worst = f;
    }
    if (worst) {
        wl_report(j, m, wl_field_at(m, worst), hop_severity(worst), WL_CERTAIN,
                  "%s: %s in a %u response", wl_said(wl_field_sent_name(worst)).text,
                  wl_said(worst->value).text, m->status);
    }
}

static bool is_representation_field(enum wl_field_id id)
{
    switch ((int)id) {
    case WL_FIELD_CONTENT_ENCODING:
    case WL_FIELD_CONTENT_LANGUAGE:
    case WL_FIELD_CONTENT_LOCATION:
    case WL_FIELD_CONTENT_RANGE:
    case WL_FIELD_CONTENT_TYPE:
    case WL_FIELD_ETAG:
    case WL_FIELD_LAST_MODIFIED: return true;
    default: return false;
    }
}

static void interim_representation_metadata(struct wl_judge *j, const struct wl_exchange *ex,
                                            const struct wl_message *m)
{
    (void)ex;
    if (m->status == 103) /* whose fields are those of the final response to come */
        return;
    for (uint32_t i = 0; i < m->n_fields; i++) {
        const struct wl_field *f = &m->fields[i];

        if (!is_representation_field(f->id))
            continue;
        wl_report(j, m, wl_field_at(m, f), WL_NOTE, WL_CERTAIN, "%s: %s in a %u response",
                  wl_said(wl_field_sent_name(f)).text, wl_said(f->value).text, m->status);
        return;
    }
}

/** Closes who takes the interim response for all there is. */
enum { CLOSE_MS = 50 };

static void client_treats_interim_as_final(struct wl_judge *j, const struct wl_exchange *ex,
                                           const struct wl_message *m)
{
    const struct wl_mark *mark = wl_message_mark(&ex->req, WL_MARK_REQUEST_AFTER_INTERIM);
    uint32_t n = ex->n_interim + ex->n_interim_more;
    struct wl_answer last;

    (void)m;
    if (n == 0 || wl_facts_http10(&ex->req) || ex->req.state != WL_WHOLE)
        return;
    last = wl_facts_answer(ex, n - 1);
    if (mark) {
        wl_report(j, last.m, mark->at, WL_WARNING, WL_LIKELY,
                  "client sent its next request after %u, before the final response, though it had "
                  "not pipelined before",
                  (unsigned)mark->value);
        wl_report_frame(j, last.at.frame);
        return;
    }
    /* who asked for a 100 knows what it is */
    if (last.status == 101 || (last.status == 100 && wl_grammar_expects_continue(&ex->req)) ||
        ex->end_by != WL_TO_SERVER || (ex->end != WL_END_CLOSED && ex->end != WL_END_RESET) ||
        ex->rst_suspect || wl_facts_half_closed(ex, 0))
        return;
    /* a FIN that was on its way before the 1xx came says nothing of it; what a RST knew is not
     * told */
    if (ex->end == WL_END_CLOSED && !wl_message_mark(&ex->req, WL_MARK_CLOSED_AFTER_INTERIM))
        return;
    /* who received octets that are no HTTP left for that */
    if (last.m && wl_message_mark(last.m, WL_MARK_EXCESS_AFTER_INTERIM))
        return;
    /* a final response may be on its way to a client that has left, or reads on all the same */
    if (ex->res.state != WL_ABSENT && ex->t_end >= ex->res.t_first)
        return;
    if (ex->t_end < last.t || ex->t_end - last.t > CLOSE_MS * (WL_SECOND / 1000))
        return;
    wl_report(j, last.m, last.at, WL_WARNING, ex->res.state == WL_ABSENT ? WL_LIKELY : WL_POSSIBLE,
              "client closed (%s) %s after %u", ex->end == WL_END_RESET ? "RST" : "FIN",
              wl_said_time(ex->t_end - last.t).text, last.status);
}

static void continue_then_417(struct wl_judge *j, const struct wl_exchange *ex,
                              const struct wl_message *m)
{
    const struct wl_field *f = wl_message_field(&ex->req, WL_FIELD_EXPECT);
    struct wl_answer a;

    if (!wl_facts_interim(ex, 100, &a))
        return;
    /* with another expectation beside it, 417 may be the answer to that one */
    for (; f; f = wl_message_next_field(&ex->req, f)) {
        struct wl_cursor c = wl_cursor(f->value);
        struct wl_span member;

        while ((member = wl_grammar_member(&c)).n) {
            if (!wl_span_equal_nocase(member, WL_SPAN("100-continue")))
                return;
        }
    }
    wl_report(j, m, m->at, WL_WARNING, wl_judge_via(ex, WL_CERTAIN),
              "417 after 100 for the same request");
    wl_report_frame(j, a.at.frame);
}

static const struct wl_rule rules[] = {
    {
        .id = "client-treats-interim-as-final",
        .severity = WL_WARNING,
        .fault = WL_FAULT_CLIENT,
        .area = "INT",
        .versions = "HTTP/1.1",
        .cite = {"RFC 9110 15.2", "RFC 8297 3"},
        .title = "Client takes an interim response for the final one",
        .why = "A client must be able to parse interim responses before the final one, even if it "
               "expects none. One that goes on to its next request reads every answer as that to "
               "the request before: with a shared connection, somebody else's.",
        .advice = "Update or repair the client; until then, send it no interim responses.",
        .see = {"early-hints-misuse", "client-gave-up"},
        .when = WL_ON_EXCHANGE,
        .needs = WL_NEEDS_PAIR | WL_NEEDS_CLK | WL_NEEDS_REQUEST,
        .interim_only = true,
        .check = client_treats_interim_as_final,
    },
    {
        .id = "continue-repeated",
        .severity = WL_NOTE,
        .fault = WL_FAULT_SERVER,
        .area = "INT",
        .versions = "HTTP/1.1, HTTP/2, HTTP/3",
        .cite = {"RFC 9110 15.2"},
        .title = "More than one 100 (Continue) for one request",
        .why = "Several interim responses are allowed, but the second 100 tells the client nothing "
               "new, and some gateways take it for the start of the final response or give up. "
               "Two of them usually mean that a proxy and the server behind it both answered.",
        .advice = "Send 100 once. A proxy that answers Expect itself should not forward the 100 "
                  "of the server behind it.",
        .see = {"continue-without-expect", "interim-excessive-count"},
        .when = WL_ON_EXCHANGE,
        .needs = WL_NEEDS_PAIR,
        .interim_only = true,
        .check = continue_repeated,
    },
    {
        .id = "continue-then-417",
        .severity = WL_WARNING,
        .fault = WL_FAULT_SERVER,
        .area = "INT",
        .versions = "HTTP/1.1, HTTP/2, HTTP/3",
        .cite = {"RFC 9110 15.2.1", "RFC 9110 15.5.18"},
        .title = "100 (Continue) followed by 417 for the same request",
        .why = "100 says that the expectation is met, 417 that it cannot be. The client has sent "
               "its content for nothing, and cannot tell whether to repeat the request without "
               "Expect.",
        .advice = "Decide once. Content that is refused after a 100 deserves the status that says "
                  "why: 400, 403, 413, 415, 422.",
        .see = {"expectation-failed-without-expect", "expect-ignored"},
        .when = WL_ON_EXCHANGE,
        .needs = WL_NEEDS_PAIR | WL_NEEDS_REQUEST | WL_NEEDS_RESPONSE,
        .status_from = 417,
        .status_to = 417,
        .interim_only = true,
        .check = continue_then_417,
    },
    {
        .id = "continue-without-expect",
        .severity = WL_NOTE,
        .fault = WL_FAULT_SERVER,
        .area = "INT",
        .versions = "HTTP/1.1, HTTP/2, HTTP/3",
        .cite = {"RFC 9110 15.2.1", "RFC 2616 8.2.3"},
        .title = "100 (Continue) to a request that did not ask for it",
        .why = "The client may discard it, and no current requirement forbids it. But clients and "
               "gateways that never sent Expect are the ones least prepared for an interim "
               "response; some take it for the final one.",
        .advice = "Send 100 only where the request has Expect: 100-continue.",
        .see = {"expect-ignored", "continue-repeated"},
        .when = WL_ON_EXCHANGE,
        .needs = WL_NEEDS_PAIR | WL_NEEDS_REQUEST,
        .interim_only = true,
        .check = continue_without_expect,
    },
    {
        .id = "interim-after-final",
        .severity = WL_VIOLATION,
        .fault = WL_FAULT_SERVER,
        .area = "INT",
        .versions = "HTTP/1.1",
        .cite = {"RFC 9110 15.2", "RFC 9112 9.2"},
        .title = "Interim response after the final response",
        .why = "An interim response precedes the final one. Sent after it, with no request "
               "outstanding, it will be taken for the beginning of the answer to the next request, "
               "or the client closes the connection as out of step.",
        .advice = "Cancel timers and early hints of a request before its final response is "
                  "written.",
        .see = {"unsolicited-response", "response-before-request"},
        .when = WL_ON_MARK,
        .mark = WL_MARK_AFTER_FINAL,
        .needs = WL_NEEDS_PAIR | WL_NEEDS_BODY,
        .status_from = 100,
        .status_to = 199,
        .saw = "{status} after the final response, no request was outstanding",
    },
    {
        .id = "interim-body",
        .severity = WL_VIOLATION,
        .fault = WL_FAULT_SERVER,
        .area = "INT",
        .versions = "HTTP/1.1",
        .cite = {"RFC 9110 15.2", "RFC 9112 6.3"},
        .title = "Interim response followed by content",
        .why = "A 1xx response ends with the empty line after its fields. What follows it is read "
               "as the next status line, so that the final response is lost or misread.",
        .advice = "Write nothing after the head of an interim response. What is to be said belongs "
                  "into its fields or into the final response.",
        .see = {"interim-content-length", "interim-transfer-encoding"},
        .when = WL_ON_MARK,
        .mark = WL_MARK_EXCESS_AFTER_INTERIM,
        .needs = WL_NEEDS_PAIR | WL_NEEDS_BODY | WL_NEEDS_REQUEST,
        .saw = "{octets} where the next status line should begin after the head of a {status}",
    },
    {
        .id = "interim-connection-close",
        .severity = WL_WARNING,
        .fault = WL_FAULT_SERVER,
        .area = "INT",
        .versions = "HTTP/1.1",
        .cite = {"RFC 9112 9.3", "RFC 9112 9.6"},
        .title = "Interim response with Connection: close",
        .why = "close announces that the sender ends the connection after this response, yet the "
               "final one is still to come. A recipient that believes it closes before the answer. "
               "Usually a gateway took the interim response for the final one.",
        .advice = "Put close on the final response only.",
        .see = {"interim-without-final"},
        .when = WL_ON_RESPONSE,
        .status_from = 100,
        .status_to = 199,
        .field = WL_FIELD_CONNECTION,
        .check = interim_connection_close,
    },
    {
        .id = "interim-content-length",
        .severity = WL_VIOLATION,
        .fault = WL_FAULT_SERVER,
        .area = "INT",
        .versions = "HTTP/1.1, HTTP/2, HTTP/3",
        .cite = {"RFC 9110 8.6"},
        .title = "Interim response with Content-Length",
        .why = "A server must not send Content-Length in a 1xx response, not even 0. Recipients "
               "that heed it wait for content, or take the final response for it: the two sides "
               "disagree where the next response begins.",
        .advice = "Remove the field from interim responses, also in gateways that copy fields.",
        .see = {"interim-transfer-encoding", "interim-body"},
        .when = WL_ON_RESPONSE,
        .status_from = 100,
        .status_to = 199,
        .field = WL_FIELD_CONTENT_LENGTH,
        .check = interim_content_length,
    },
    {
        .id = "interim-excessive-count",
        .severity = WL_NOTE,
        .fault = WL_FAULT_SERVER,
        .area = "INT",
        .versions = "HTTP/1.1, HTTP/2, HTTP/3",
        .cite = {"RFC 9110 15.2"},
        .title = "More interim responses than many clients accept",
        .why = "Any number is allowed, but recipients keep a limit of their own and fail the "
               "request beyond it.",
        .advice = "Send 102 rarely, at intervals of many seconds, and 103 once or twice.",
        .see = {"continue-repeated"},
        .when = WL_ON_EXCHANGE,
        .needs = WL_NEEDS_PAIR,
        .interim_only = true,
        .check = interim_excessive_count,
    },
    {
        .id = "interim-hop-by-hop-field",
        .severity = WL_WARNING,
        .fault = WL_FAULT_SERVER,
        .area = "INT",
        .versions = "HTTP/1.1",
        .cite = {"RFC 9110 7.6.1", "RFC 9110 15.2"},
        .title = "Interim response with fields that concern the connection",
        .why = "Such fields are for the final response, which ends what they speak of; an interim "
               "one has no trailers either. They are seen where a gateway hands on field by field "
               "what it got from the server behind it, Keep-Alive included.",
        .advice =
            "Remove Connection, Keep-Alive, Trailer and their kin from interim responses, also "
            "in gateways that forward them.",
        .see = {"interim-connection-close", "interim-transfer-encoding"},
        .when = WL_ON_RESPONSE,
        .interim_only = true,
        .status_from = 100,
        .status_to = 199,
        .field = WL_FIELD_CONNECTION,
        .fields = {WL_FIELD_KEEP_ALIVE, WL_FIELD_PROXY_AUTHENTICATE, WL_FIELD_PROXY_CONNECTION,
                   WL_FIELD_TE, WL_FIELD_TRAILER, WL_FIELD_UPGRADE},
        .check = interim_hop_by_hop_field,
    },
    {
        .id = "interim-labelled-http10",
        .severity = WL_WARNING,
        .fault = WL_FAULT_SERVER,
        .area = "INT",
        .versions = "HTTP/1.0, HTTP/1.1",
        .cite = {"RFC 9110 6.2", "RFC 9110 15.2", "RFC 1945 6.1.1"},
        .title = "Interim response whose version knows none, or is not that of the final one",
        .why = "HTTP/1.0 has no interim responses, so a status line that says so contradicts "
               "itself, and recipients may take it for the final response of an old server. Two "
               "versions in one exchange make them guess which one the sender speaks.",
        .advice = "Send interim responses as HTTP/1.1, like the final one.",
        .see = {"interim-to-http10"},
        .yields = {"interim-to-http10", "switching-to-http10"},
        .when = WL_ON_EXCHANGE,
        .interim_only = true,
        .check = interim_labelled_http10,
    },
    {
        .id = "interim-representation-metadata",
        .severity = WL_NOTE,
        .fault = WL_FAULT_SERVER,
        .area = "INT",
        .versions = "HTTP/1.1, HTTP/2, HTTP/3",
        .cite = {"RFC 9110 15.2", "RFC 9110 8.1", "RFC 8297 2"},
        .title = "Interim response with fields that describe a representation",
        .why = "An interim response has no content and stands for no representation; only 103 may "
               "tell of the fields of the response to come. A recipient has nothing to apply them "
               "to, and some take them for a sign of content.",
        .advice = "Put Content-Type, ETag and their kin into the final response, or into a 103.",
        .see = {"interim-content-length", "interim-body"},
        .when = WL_ON_RESPONSE,
        .interim_only = true,
        .status_from = 100,
        .status_to = 199,
        .field = WL_FIELD_CONTENT_TYPE,
        .fields = {WL_FIELD_CONTENT_ENCODING, WL_FIELD_CONTENT_LANGUAGE, WL_FIELD_CONTENT_LOCATION,
                   WL_FIELD_CONTENT_RANGE, WL_FIELD_ETAG, WL_FIELD_LAST_MODIFIED},
        .check = interim_representation_metadata,
    },
    {
        .id = "interim-to-http10",
        .severity = WL_VIOLATION,
        .fault = WL_FAULT_SERVER,
        .area = "INT",
        .versions = "HTTP/1.0",
        .cite = {"RFC 9110 15.2", "RFC 1945 6.1.1"},
        .title = "Interim response to an HTTP/1.0 client",
        .why = "HTTP/1.0 defines no 1xx status codes. An HTTP/1.0 client, and that is how many "
               "reverse proxies speak to the servers behind them, takes the interim response for "
               "the final one and the final one for content or for the next answer.",
        .advice = "Look at the version of the request before an interim response is sent, or let "
                  "the proxy speak HTTP/1.1 (nginx: proxy_http_version 1.1).",
        .see = {"switching-to-http10", "continue-without-expect"},
        .when = WL_ON_EXCHANGE,
        .needs = WL_NEEDS_PAIR | WL_NEEDS_REQUEST,
        .interim_only = true,
        .check = interim_to_http10,
    },
    {
        .id = "interim-transfer-encoding",
        .severity = WL_VIOLATION,
        .fault = WL_FAULT_SERVER,
        .area = "INT",
        .versions = "HTTP/1.1",
        .cite = {"RFC 9112 6.1"},
        .title = "Interim response with Transfer-Encoding",
        .why = "A server must not send Transfer-Encoding in a 1xx response, which has no content. "
               "A recipient that heeds it reads the final response as chunks.",
        .advice = "Remove the field from interim responses, also in gateways that copy fields.",
        .see = {"interim-content-length", "interim-body"},
        .when = WL_ON_RESPONSE,
        .status_from = 100,
        .status_to = 199,
        .field = WL_FIELD_TRANSFER_ENCODING,
        .check = interim_transfer_encoding,
    },
    {
        .id = "interim-without-final",
        .severity = WL_WARNING,
        .fault = WL_FAULT_SERVER,
        .area = "INT",
        .versions = "HTTP/1.1",
        .cite = {"RFC 9110 15.2", "RFC 9110 10.1.1", "RFC 9112 9.2"},
        .title = "Interim response, then the server closed without a final one",
        .why = "An interim response promises a final one. The client has sent its whole request "
               "and never learns what became of it; whether it may repeat it is a guess.",
        .advice = "Look for a crash or a time-out behind the server, and answer 500, 502 or 504 "
                  "instead of closing.",
        .see = {"processing-without-final"},
        .when = WL_ON_EXCHANGE,
        .needs = WL_NEEDS_PAIR | WL_NEEDS_REQUEST | WL_NEEDS_END_SERVER,
        .interim_only = true,
        .check = interim_without_final,
    },
};

const struct wl_rule_group wl_rules_interim = {"interim", rules, WL_COUNT(rules)};
