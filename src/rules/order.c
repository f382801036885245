/* order.c - rules about the order of messages on a connection, and about its end.
 * SPDX-License-Identifier: MIT
 *
 * Catalogue area CON (RFC 9112 9). Who answers whom was decided by the builder, which has the
 * connection's memory and marks what fits no request (catalogue 1.4).
 */
#include "rules.h"

#include "facts.h"

/** How soon the end follows a notice that the connection is about to be closed. */
#define NOTICE_TO_END (WL_SECOND / 10)

enum ending {
    ENDED,     /* within NOTICE_TO_END of the response */
    WENT_ON,   /* not by then */
    NOT_KNOWN, /* observation stopped before */
};

static enum ending ending_after(const struct wl_exchange *ex, const struct wl_message *m)
{
    /* a mark without its message came late: the connection went on */
    if (!ex || !m || ex->end == WL_END_NONE || ex->t_end - m->t_last > NOTICE_TO_END)
        return WENT_ON;
    return ex->end == WL_END_CLOSED || ex->end == WL_END_RESET ? ENDED : NOT_KNOWN;
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
        /* a load balancer that is full, and closes: an answer to nobody */
        wl_report(j, m, mark->at, WL_NOTE, WL_CERTAIN,
                  "%u as a greeting, before any request, then the end of the connection", status);
    }
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
    } else if (ending == ENDED) {
        wl_report(j, m, mark->at, WL_NOTE, WL_CERTAIN,
                  "%u when no request was outstanding, the end of the connection right after it",
                  status);
    }
}

static const struct wl_rule rules[] = {
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
