/* order.c - rules about the order of messages on a connection, and about its end.
 * SPDX-License-Identifier: MIT
 *
 * Catalogue area CON (RFC 9112 9). Who answers whom was decided by the builder, which has the
 * connection's memory and marks what fits no request (docs/judging.md 3).
 */
#include "rules.h"

#include <inttypes.h>

#include "facts.h"
#include "grammar.h"

/** How soon the end follows a response that was meant as the last one (close-option-missing). */
#define RIGHT_AFTER (WL_SECOND / 100)
/** A server may end an idle connection so long after it has written a response, perhaps. */
#define IDLE_ENOUGH WL_SECOND
/** How soon the end follows a notice that the connection is about to be closed. */
#define NOTICE_TO_END (WL_SECOND / 10)

enum ending {
    ENDED,     /* within NOTICE_TO_END of the response */
    WENT_ON,   /* not by then */
    NOT_KNOWN, /* nothing shows the one or the other */
};

/* That the connection went on takes something that came later: octets, which is when a response to
 * nobody is told without an end, or a FIN. Silence does not say so, nor does a RST, which may have
 * come long after a FIN that was not captured, nor what shows long after that there was one. */
static enum ending ending_after(const struct wl_exchange *ex, const struct wl_message *m)
{
    bool soon, by_server;

    /* a mark without its message came late: the connection went on */
    if (!ex || !m)
        return WENT_ON;
    if (m->state != WL_WHOLE) /* what is missing may be its end, and the FIN behind it */
        return NOT_KNOWN;
    soon = ex->t_end - m->t_last <= NOTICE_TO_END;
    if (ex->end == WL_END_CLOSED || ex->end == WL_END_RESET) {
        if (!ex->clocked && !ex->end_unseen)
            return NOT_KNOWN;
        if (soon)
            return ENDED;
        if (ex->end == WL_END_RESET || ex->end_unseen)
            return NOT_KNOWN;
    } else if (ex->end != WL_END_NONE) {
        return NOT_KNOWN;
    }
    by_server = ex->end == WL_END_CLOSED && ex->end_by == WL_TO_CLIENT;
    return wl_facts_ends_connection(m) && !by_server ? NOT_KNOWN : WENT_ON;
}

static void response_before_request(struct wl_judge *j, const struct wl_exchange *ex,
                                    const struct wl_message *m)
{
    const struct wl_mark *mark = wl_judge_mark(j);
    uint16_t status = m ? m->status : mark->status;
    bool greeting = status == 400 || status == 408 || status == 503;
    enum ending ending = ending_after(ex, m);

    if (!greeting || ending == WENT_ON) {
        wl_report(j, m, mark->at, WL_VIOLATION, WL_CERTAIN,
                  "%03u before the first octet of any request", status);
    } else if (ending == ENDED && status != 408) { /* timeout-408-unsolicited */
        /* a load balancer that is full, and closes; or a server that answers the client's FIN, of
         * which nothing is known where it was the first that came */
        wl_report(j, m, mark->at, WL_NOTE, WL_CERTAIN,
                  "%u before any request, on a connection that ended with it", status);
    }
}

/* Had the client ended the connection before the response, which ENDED goes with? */
static bool client_had_left(const struct wl_exchange *ex, const struct wl_message *m)
{
    return ex->end_by == WL_TO_SERVER && !ex->end_unseen && ex->t_end <= m->t_first;
}

/* A notice is for connections that have been idle. 400 right behind a response says that the server
 * went on reading where it had stopped: in content that the request before it has. */
static bool is_misread(const struct wl_exchange *ex, uint16_t status, uint64_t idle)
{
    return status == 400 && ex->clocked && idle != WL_NONE && idle < NOTICE_TO_END;
}

static void unsolicited_response(struct wl_judge *j, const struct wl_exchange *ex,
                                 const struct wl_message *m)
{
    const struct wl_mark *mark = wl_judge_mark(j);
    uint16_t status = m ? m->status : mark->status;
    bool notice = status == 400 || status == 502 || status == 503;
    enum ending ending = ending_after(ex, m);

    if (status == 408) /* timeout-408-unsolicited */
        return;
    if (!notice || ending == WENT_ON) {
        wl_report(j, m, mark->at, WL_VIOLATION, WL_CERTAIN,
                  "%03u when all requests had been answered", status);
    } else if (ending == ENDED && is_misread(ex, status, mark->value)) {
        wl_report(j, m, mark->at, WL_VIOLATION, WL_LIKELY,
                  "%u %s after the response, when all requests had been answered: the server may "
                  "have taken content of the request for another one",
                  status, wl_said_time((wl_ns)mark->value).text);
    } else if (ending == ENDED) {
        wl_report(
            j, m, mark->at, WL_NOTE, WL_CERTAIN,
            client_had_left(ex, m)
                ? "%u when no request was outstanding, and the client had ended the connection"
                : "%u when no request was outstanding, the end of the connection right after "
                  "it",
            status);
    }
}

/* ----------------------------------------------------------------------------------- pipelines */

static void pipelining_order_suspect(struct wl_judge *j, const struct wl_exchange *ex,
                                     const struct wl_message *m)
{
    const struct wl_mark *mark = wl_judge_mark(j);
    const char *what = "that creates something";

    if (m->status == 304) {
        what = "with a condition";
    } else if (m->status == 206) {
        what = "for a range";
    }
    wl_report(j, m, mark->at, WL_WARNING, WL_LIKELY,
              "%u to a request that asked for no such thing, beside a pipelined one %s", m->status,
              what);
    wl_report_frame(j, ex->req.at.frame);
}

static void pipeline_after_non_idempotent(struct wl_judge *j, const struct wl_exchange *ex,
                                          const struct wl_message *m)
{
    const struct wl_mark *mark = wl_judge_mark(j);
    bool known = wl_grammar_method(mark->octets) > WL_METHOD_OTHER;

    if (!ex || ex->req.method.n == 0) /* request-leftover-octets, perhaps */
        return;
    wl_report(j, m, mark->at, WL_WARNING, known ? WL_CERTAIN : WL_POSSIBLE,
              "begun while request %" PRIu64 " (%s) of the connection was unanswered", mark->value,
              wl_said_seen(mark).text);
}

/* ---------------------------------------------------------------------------------------- close */

static wl_ns linger(const struct wl_judge *j)
{
    return (wl_ns)wl_judge_thresholds(j)->conn_linger;
}

/** Of a connection record: the status is that of the response after which it should have ended. */
static void report_open(struct wl_judge *j, enum wl_severity severity, const char *after)
{
    const struct wl_mark *mark = wl_judge_mark(j);
    wl_ns open = (wl_ns)mark->value;

    if (open <= linger(j))
        return;
    wl_report(j, NULL, mark->at, severity, WL_CERTAIN,
              "the server left the connection open for %s %s, more than %s",
              wl_said_time(open).text, after, wl_said_limit(linger(j)).text);
}

static void close_not_honoured(struct wl_judge *j, const struct wl_exchange *ex,
                               const struct wl_message *m)
{
    const struct wl_mark *mark = wl_judge_mark(j);

    (void)ex;
    if (mark->id == WL_MARK_OPEN_AFTER_CLOSE) {
        report_open(j, WL_VIOLATION, "after close was said");
    } else if (mark->id == WL_MARK_AFTER_CLOSE_CLIENT) {
        /* what was acknowledged need not have been read yet by a client that pipelines */
        bool ahead = mark->value == 1 && m && wl_message_mark(m, WL_MARK_PIPELINED);

        if (m && m->state < WL_HEAD) /* perhaps content of a request whose head was not seen */
            return;
        wl_report(j, m, mark->at, WL_VIOLATION, ahead ? WL_LIKELY : WL_CERTAIN,
                  mark->value == 1 ? "a request after a response with close was received"
                                   : "a request after one that said close");
    } else if (mark->value < 2 && m && m->status / 100 != 1) { /* interim-connection-close */
        wl_report(j, m, mark->at, WL_VIOLATION, WL_CERTAIN,
                  mark->value == 1 ? "%03u after the response to a request that said close"
                                   : "%03u after a response that said close",
                  m->status);
    }
}

static bool says(const struct wl_message *m, struct wl_span option)
{
    return wl_grammar_list_has(m, WL_FIELD_CONNECTION, option) ||
           wl_grammar_list_has(m, WL_FIELD_PROXY_CONNECTION, option);
}

/** Keep-Alive: max=0, which says close in another way. */
static bool is_last_of_all(const struct wl_message *m)
{
    struct wl_param max;

    return wl_grammar_directive_find(m, WL_FIELD_KEEP_ALIVE, WL_SPAN("max"), &max) &&
           wl_span_equal(max.value, WL_SPAN("0"));
}

static void close_option_missing(struct wl_judge *j, const struct wl_exchange *ex,
                                 const struct wl_message *m)
{
    wl_ns after = ex->t_end - m->t_last;
    bool asked;

    /* HTTP/1.0, and the answer of HTTP/0.9 that is content alone, have nothing to say */
    if (ex->end != WL_END_CLOSED || ex->end_by != WL_TO_CLIENT || m->minor == 0 || m->major == 0 ||
        m->state != WL_WHOLE || m->framing == WL_FRAMING_TUNNEL || says(m, WL_SPAN("close")) ||
        is_last_of_all(m))
        return;
    asked = says(&ex->req, WL_SPAN("close"));
    if (m->framing == WL_FRAMING_CLOSE) {
        wl_report(j, m, m->at, WL_WARNING, WL_CERTAIN,
                  "content that ends with the connection, and no close option");
    } else if (after >= 0 && after <= RIGHT_AFTER) { /* CLK ends with the response */
        /* that is unanswered-request; and a FIN waits behind what is still to be sent, to a client
         * that reads slowly: the server may have been idle since it wrote the response */
        if (!asked &&
            (wl_message_mark(m, WL_MARK_CLOSED_ON_NEXT) || ex->t_end - m->t_first >= IDLE_ENOUGH))
            return;
        wl_report(j, m, m->at, WL_WARNING, WL_CERTAIN,
                  "FIN of the server %s after the response%s, which has no close option",
                  wl_said_time(after).text, asked ? " to a request with close" : "");
    } else if (asked) {
        wl_report(
            j, m, m->at, WL_WARNING, WL_CERTAIN,
            "FIN of the server after the response to a request with close, which has no close "
            "option itself");
    }
}

static void http10_persistence_mismatch(struct wl_judge *j, const struct wl_exchange *ex,
                                        const struct wl_message *m)
{
    const struct wl_mark *mark = wl_judge_mark(j);

    (void)ex;
    if (mark->id == WL_MARK_OPEN_AFTER_HTTP10) {
        report_open(j, WL_WARNING, "after an HTTP/1.0 exchange without keep-alive");
    } else if (mark->value == 2 && m) {
        wl_report(j, m, mark->at, WL_WARNING, WL_CERTAIN,
                  "%03u on a connection that ended with an HTTP/1.0 exchange without keep-alive",
                  m->status);
    }
}

static void keep_alive_timeout_broken(struct wl_judge *j, const struct wl_exchange *ex,
                                      const struct wl_message *m)
{
    const struct wl_mark *mark = wl_judge_mark(j);

    (void)ex;
    wl_report(j, m, mark->at, WL_NOTE, WL_CERTAIN,
              "FIN of the server after %s of idleness, Keep-Alive: timeout=%s had been promised",
              wl_said_time((wl_ns)mark->value).text, wl_said_seen(mark).text);
}

static void unanswered_request(struct wl_judge *j, const struct wl_exchange *ex,
                               const struct wl_message *m)
{
    const struct wl_mark *mark = wl_judge_mark(j);
    bool reset = mark->value == 1;

    if (!ex || ex->rst_suspect || ex->res.state != WL_ABSENT || wl_exchange_n_interim(ex) ||
        ex->req.method_id == WL_METHOD_CONNECT)
        return;
    wl_report(
        j, m, mark->at, WL_WARNING, reset ? WL_POSSIBLE : WL_CERTAIN,
        "the server had acknowledged the whole request and ended the connection (%s) %s after "
        "it, without a response",
        reset ? "RST" : "FIN", wl_said_time(ex->t_end - m->t_last).text);
}

static const struct wl_rule rules[] = {
    {
        .id = "close-not-honoured",
        .severity = WL_VIOLATION,
        .fault = WL_FAULT_EITHER,
        .area = "CON",
        .versions = "HTTP/1.0, HTTP/1.1",
        .cite = {"RFC 9112 9.6"},
        .title = "Connection used or left open after close",
        .why = "close says that this message is the last. What is sent after it may be "
               "cut by the reset of a socket that is closed already, or be answered on a "
               "connection that the other side has given up: requests are lost, or done "
               "twice.",
        .advice = "Stop reading requests and close after the response with close; open a "
                  "new connection for the next request.",
        .see = {"close-option-missing", "http10-persistence-mismatch", "cl-te-connection-kept"},
        .when = WL_ON_MARK,
        .mark = WL_MARK_AFTER_CLOSE_CLIENT,
        .marks = {WL_MARK_AFTER_CLOSE_SERVER, WL_MARK_OPEN_AFTER_CLOSE},
        .needs = WL_NEEDS_PAIR | WL_NEEDS_ACK,
        .check = close_not_honoured,
    },
    {
        .id = "close-option-missing",
        .severity = WL_WARNING,
        .fault = WL_FAULT_SERVER,
        .area = "CON",
        .versions = "HTTP/1.1",
        .cite = {"RFC 9112 9.6", "RFC 9112 9.3"},
        .title = "Connection closed by the server without having said so",
        .why = "The client takes the connection for reusable and sends its next request "
               "into the close. Idempotent requests are repeated, others fail for a "
               "reason that nobody sees.",
        .advice = "Send Connection: close in the last response: when the request asked for "
                  "it, when the server will close, and where content ends with the "
                  "connection.",
        .see = {"close-not-honoured", "keep-alive-timeout-broken", "unanswered-request"},
        .when = WL_ON_EXCHANGE,
        .needs = WL_NEEDS_PAIR | WL_NEEDS_CLK | WL_NEEDS_REQUEST | WL_NEEDS_RESPONSE |
                 WL_NEEDS_END_SERVER,
        .check = close_option_missing,
    },
    {
        .id = "http10-persistence-mismatch",
        .severity = WL_WARNING,
        .fault = WL_FAULT_SERVER,
        .area = "CON",
        .versions = "HTTP/1.0, HTTP/1.1",
        .cite = {"RFC 9112 9.3", "RFC 9112 C.2.2"},
        .title = "HTTP/1.0 connection kept although nobody asked for it",
        .why = "An HTTP/1.0 client that did not say keep-alive waits for the end of the "
               "connection, often as the end of the content: it hangs until somebody "
               "gives up.",
        .advice = "Close after the response unless the request said keep-alive, and say "
                  "keep-alive in the response when the connection stays.",
        .see = {"close-not-honoured", "te-to-http10"},
        .when = WL_ON_MARK,
        .mark = WL_MARK_OPEN_AFTER_HTTP10,
        .marks = {WL_MARK_AFTER_CLOSE_SERVER},
        .needs = WL_NEEDS_PAIR,
        .check = http10_persistence_mismatch,
    },
    {
        .id = "keep-alive-timeout-broken",
        .severity = WL_NOTE,
        .fault = WL_FAULT_SERVER,
        .area = "CON",
        .versions = "HTTP/1.0, HTTP/1.1",
        .cite = {"RFC 9112 9.5", "RFC 2068 19.7.1"},
        .title = "Idle connection closed before the promised time",
        .why = "Clients use the time of Keep-Alive to tell how long a connection may be "
               "reused. One that is closed earlier takes requests with it that were sent "
               "in good faith.",
        .advice = "Announce less than the server's time-out, and than that of the balancer "
                  "before it.",
        .see = {"close-option-missing", "unanswered-request"},
        .when = WL_ON_MARK,
        .mark = WL_MARK_CLOSED_EARLY,
        .needs = WL_NEEDS_PAIR,
        .check = keep_alive_timeout_broken,
    },
    {
        .id = "pipeline-after-non-idempotent",
        .severity = WL_WARNING,
        .fault = WL_FAULT_CLIENT,
        .area = "CON",
        .versions = "HTTP/1.1",
        .cite = {"RFC 9112 9.3.2"},
        .title = "Request pipelined behind one that is not idempotent",
        .why = "If the connection fails, the client cannot know whether the first "
               "request was done, and must not repeat it; with others behind it, it "
               "cannot even tell which of them were.",
        .advice = "Wait for the final response to POST, PATCH and the like, or use another "
                  "connection.",
        .see = {"pipelining-order-suspect", "body-abandoned-connection-reused"},
        .when = WL_ON_MARK,
        .mark = WL_MARK_PIPELINED_UNSAFE,
        .needs = WL_NEEDS_PAIR,
        .check = pipeline_after_non_idempotent,
    },
    {
        .id = "pipelining-order-suspect",
        .severity = WL_WARNING,
        .fault = WL_FAULT_SERVER,
        .area = "CON",
        .versions = "HTTP/1.1",
        .cite = {"RFC 9112 9.3.2"},
        .title = "Pipelined response that seems to be another request's",
        .why = "Responses come in the order of the requests, and nothing but their order "
               "says which is whose. One that is out of place gives a client, or the "
               "next user of a shared connection, somebody else's answer.",
        .advice = "Look for a gateway or a handler that answers pipelined requests side by "
                  "side without putting them in order.",
        .see = {"pipeline-after-non-idempotent", "unsolicited-response"},
        .when = WL_ON_MARK,
        .mark = WL_MARK_FITS_NEIGHBOUR,
        .needs = WL_NEEDS_PAIR,
        .check = pipelining_order_suspect,
    },
    {
        .id = "response-before-request",
        .severity = WL_VIOLATION,
        .fault = WL_FAULT_SERVER,
        .area = "CON",
        .versions = "HTTP/1.0, HTTP/1.1",
        .cite = {"RFC 9112 9.2"},
        .title = "Response before any request",
        .why = "A response can only answer a request. Sent before it, it answers whatever comes "
               "first on the connection: the client takes it for the answer to a question that it "
               "had not asked.",
        .advice = "Look for a server that greets its clients, or for an answer left over from a "
                  "connection that was reused.",
        .see = {"unsolicited-response", "interim-after-final"},
        .when = WL_ON_MARK,
        .mark = WL_MARK_BEFORE_REQUEST,
        .needs = WL_NEEDS_PAIR | WL_NEEDS_ACK | WL_NEEDS_HANDSHAKE,
        .check = response_before_request,
    },
    {
        .id = "unanswered-request",
        .severity = WL_WARNING,
        .fault = WL_FAULT_SERVER,
        .area = "CON",
        .versions = "HTTP/1.0, HTTP/1.1",
        .cite = {"RFC 9110 3.3", "RFC 9112 9.5", "RFC 9112 9.6"},
        .title = "Request that the server received and did not answer",
        .why = "The client cannot tell whether the request was done. Browsers repeat it, "
               "gateways answer 502, and the cause (a crash, a limit, a filter) stays "
               "out of sight.",
        .advice = "Answer with 4xx or 5xx and close; look in the log of the server for a "
                  "worker that died, and of proxies on the way for a time-out.",
        .see = {"interim-without-final", "close-option-missing"},
        .when = WL_ON_MARK,
        .mark = WL_MARK_UNANSWERED,
        .needs = WL_NEEDS_PAIR,
        .check = unanswered_request,
    },
    {
        .id = "unsolicited-response",
        .severity = WL_VIOLATION,
        .fault = WL_FAULT_SERVER,
        .area = "CON",
        .versions = "HTTP/1.0, HTTP/1.1",
        .cite = {"RFC 9112 9.2"},
        .title = "Response although every request had been answered",
        .why = "The next request on the connection gets this response in place of its own. That is "
               "how response queues are poisoned, and the sign that two parts of the path disagree "
               "where messages end.",
        .advice = "Look for a request that one side read as two, a handler that answers twice, and "
                  "a gateway that reuses connections after errors.",
        .see = {"interim-after-final", "excess-data-after-body", "response-before-request"},
        .when = WL_ON_MARK,
        .mark = WL_MARK_AFTER_FINAL,
        .needs = WL_NEEDS_PAIR | WL_NEEDS_BODY,
        .status_from = 200,
        .status_to = 99,
        .check = unsolicited_response,
    },
};

const struct wl_rule_group wl_rules_order = {"order", rules, WL_COUNT(rules)};
