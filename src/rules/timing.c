/* timing.c - rules about how long responses took.
 * SPDX-License-Identifier: MIT
 *
 * Catalogue area TIM. Times are those of the capture point: the end of the request is its last
 * octet, a response begins with its first. Whether octets had reached the server is taken from its
 * acknowledgements, never from times. All thresholds are keys of --set (tbl/thresholds.h).
 */
#include "rules.h"

#include <inttypes.h>

#include "facts.h"
#include "grammar.h"
#include "line.h"
#include "profile.h"

/** A FIN this soon behind a request is the other half of sending it (client-gave-up). */
#define RIGHT_BEHIND (WL_SECOND / 100)

/** Did the client leave before t, or may it have, out of sight? */
static bool client_left_before(const struct wl_exchange *ex, wl_ns t)
{
    if (wl_message_mark(&ex->req, WL_MARK_ENDED_UNSEEN))
        return true;
    return (ex->end == WL_END_CLOSED || ex->end == WL_END_RESET) && ex->end_by == WL_TO_SERVER &&
           ex->t_end < t;
}

static void processing_premature(struct wl_judge *j, const struct wl_exchange *ex,
                                 const struct wl_message *m)
{
    wl_ns min = wl_judge_thresholds(j)->processing_min;
    struct wl_answer a;
    wl_ns took;

    if (ex->req.state != WL_WHOLE || !wl_facts_interim(ex, 102, &a))
        return;
    /* a failure may come at any time */
    if (m->status >= 500 && m->status <= 599)
        return;
    took = m->t_first - ex->req.t_last;
    if (took >= min || client_left_before(ex, m->t_first))
        return;
    wl_report(j, a.m, a.at, WL_WARNING, WL_LIKELY,
              "final response %s after the end of the request, 102 suggests at least %s (judged by "
              "the outcome)",
              wl_said_time(took).text, wl_said_limit(min).text);
    wl_report_frame(j, m->at.frame);
}

static void processing_before_request_complete(struct wl_judge *j, const struct wl_exchange *ex,
                                               const struct wl_message *m)
{
    const struct wl_message *req = &ex->req;
    uint64_t begin = req->body_at.offset, end = req->end_offset, had;

    for (uint32_t i = 0; i < ex->n_interim && &ex->interim[i] != m; i++) {
        if (ex->interim[i].status == 102)
            return; /* said of the first */
    }
    if (end == WL_NONE && req->framing == WL_FRAMING_LENGTH && req->declared != WL_NONE)
        end = begin + req->declared;
    if (end == WL_NONE || end < begin || m->acked >= end || !wl_facts_unbroken(req))
        return;
    had = m->acked > begin ? m->acked - begin : 0;
    wl_report(j, m, m->at, WL_WARNING, WL_CERTAIN,
              "102 sent when the server had acknowledged %" PRIu64 " of %s of the request content",
              had, wl_said_octets(end - begin).text);
}

static void processing_without_final(struct wl_judge *j, const struct wl_exchange *ex,
                                     const struct wl_message *m)
{
    uint32_t n = ex->n_interim + ex->n_interim_more;
    struct wl_answer last = {0};

    (void)m;
    if (ex->res.state != WL_ABSENT)
        return;
    for (uint32_t i = 0; i < n; i++) {
        struct wl_answer a = wl_facts_answer(ex, i);

        if (a.status == 101)
            return;
        if (a.status == 102)
            last = a;
    }
    if (last.status == 0)
        return;
    wl_report(j, last.m, last.at, WL_VIOLATION, WL_CERTAIN,
              "server closed the connection (%s) %s after 102, no final response came",
              ex->end == WL_END_RESET ? "RST" : "FIN", wl_said_time(ex->t_end - last.t).text);
}

/** Does nothing stand between an answer and the next? What does may be an answer that is missing. */
static bool follows_at_once(const struct wl_message *next, const struct wl_message *m)
{
    return !m || !next || next->at.offset == m->body_at.offset;
}

static void processing_final_late(struct wl_judge *j, const struct wl_exchange *ex,
                                  const struct wl_message *m)
{
    wl_ns limit = wl_judge_thresholds(j)->processing_final;
    uint32_t n = wl_facts_n_answers(ex);
    struct wl_answer worst = {0};
    wl_ns longest = limit;
    bool answered = false;

    (void)m;
    for (uint32_t i = 0; i < n; i++) {
        struct wl_answer a = wl_facts_answer(ex, i);
        struct wl_answer next = {.t = ex->t_end};
        bool more = i + 1 < n;
        wl_ns until;

        if (more) {
            next = wl_facts_answer(ex, i + 1);
        } else if (ex->res.state != WL_ABSENT) { /* its head broke off */
            next = (struct wl_answer){.m = &ex->res, .t = ex->res.t_first};
            more = true;
        }
        until = next.t;
        if (a.status != 102 || until - a.t <= longest || !follows_at_once(next.m, a.m))
            continue;
        /* who has left within the limit cannot be answered within it */
        if (client_left_before(ex, a.t + limit))
            continue;
        worst = a;
        longest = until - a.t;
        answered = more;
    }
    if (worst.status == 0)
        return;
    wl_report(j, worst.m, worst.at, WL_NOTE, WL_CERTAIN, "%s %s after 102, gateways wait %s",
              answered ? "next response" : "no further response", wl_said_time(longest).text,
              wl_said_limit(limit).text);
    if (answered && wl_facts_final(ex))
        wl_report_frame(j, ex->res.at.frame);
}

/** Responses whose beginning may take as long as it likes: streams of events and calls. */
static bool is_stream(const struct wl_message *res)
{
    const struct wl_field *f = wl_message_field(res, WL_FIELD_CONTENT_TYPE);

    return f && (wl_grammar_media_type_is(f->value, WL_SPAN("text/event-stream")) ||
                 wl_span_starts(f->value, WL_SPAN("application/grpc")));
}

static WL_ASIDE void look_for_silence(struct wl_judge *j, const struct wl_exchange *ex, wl_ns tier)
{
    struct wl_answer first;
    wl_ns silence;
    bool webdav;

    if (ex->req.state != WL_WHOLE || wl_facts_n_answers(ex) == 0)
        return;
    /* behind an unanswered request the server had to wait, and was not silent meanwhile */
    if (wl_message_mark(&ex->req, WL_MARK_PIPELINED))
        return;
    first = wl_facts_answer(ex, 0);
    silence = first.t - ex->req.t_last;
    if (silence <= tier || ex->req.method_id == WL_METHOD_CONNECT || is_stream(&ex->res))
        return;
    if (((ex->end == WL_END_CLOSED || ex->end == WL_END_RESET) && ex->t_end < first.t) ||
        wl_message_mark(&ex->req, WL_MARK_ENDED_UNSEEN))
        return; /* one side had said all it would: the other need not hurry, or cannot */
    webdav = wl_grammar_method_flags(ex->req.method_id) & WL_WEBDAV;
    /* the tiers of the catalogue: 20, 60 and 100 s */
    if (silence > 5 * tier) {
        tier *= 5;
    } else if (silence > 3 * tier) {
        tier *= 3;
    }
    wl_report(
        j, first.m, first.at, webdav ? WL_WARNING : WL_NOTE, WL_CERTAIN,
        "first response (%0*u) after %s of silence, more than %s, no interim response before it",
        wl_status_digits(first.status), first.status, wl_said_time(silence).text,
        wl_said_limit(tier).text);
}

static void silent_gap_no_interim(struct wl_judge *j, const struct wl_exchange *ex,
                                  const struct wl_message *m)
{
    wl_ns tier = wl_judge_thresholds(j)->silence_warn;

    /* the last of the answers was soon enough, as nearly always */
    if (WL_LIKELY_FALSE(!wl_facts_final(ex) || m->t_first - ex->req.t_last > tier))
        look_for_silence(j, ex, tier);
}

static void continue_late(struct wl_judge *j, const struct wl_exchange *ex,
                          const struct wl_message *m)
{
    const struct wl_message *req = &ex->req;
    const struct wl_wait *w = ex->wait;
    uint64_t begin = req->body_at.offset, had;
    struct wl_answer a;
    bool all;

    (void)m;
    if (!wl_facts_interim(ex, 100, &a) || !a.m || !wl_grammar_expects_continue(req) ||
        a.m->acked == WL_NONE || a.m->acked <= begin || w->t_content == 0)
        return;
    /* a client that did not wait has made the 100 late itself */
    if (w->t_content - req->t_head < wl_judge_thresholds(j)->expect_immediate)
        return;
    had = a.m->acked - begin;
    all = req->end_offset != WL_NONE && a.m->acked >= req->end_offset;
    wl_report(j, a.m, a.at, WL_NOTE, wl_judge_via(ex, WL_CERTAIN),
              "100 sent after %s content had arrived (%s acknowledged), %s after the head",
              all ? "all" : "some", wl_said_octets(had).text, wl_said_time(a.t - req->t_head).text);
    wl_report_frame(j, req->at.frame);
}

static void client_gave_up(struct wl_judge *j, const struct wl_exchange *ex,
                           const struct wl_message *m)
{
    uint32_t n = ex->n_interim + ex->n_interim_more;
    bool reset = ex->end == WL_END_RESET, whole = ex->req.state == WL_WHOLE;
    wl_ns waited = ex->t_end - ex->req.t_last;
    struct wl_answer last = {0};

    (void)m;
    if (ex->res.state != WL_ABSENT || wl_facts_interim(ex, 101, NULL) ||
        wl_message_mark(&ex->req, WL_MARK_AFTER_CLOSE_CLIENT))
        return;
    /* where the clock tells no more than seconds, one may be none */
    if (wl_facts_half_closed(ex, ex->clocked ? RIGHT_BEHIND : WL_SECOND))
        return;
    if (n)
        last = wl_facts_answer(ex, n - 1);
    /* it had an answer, malformed beyond recognition */
    if (last.m && wl_message_mark(last.m, WL_MARK_EXCESS_AFTER_INTERIM))
        return;
    if (!whole) {
        /* what is missing may be its end */
        if (!wl_facts_unbroken(&ex->req) || wl_facts_one_short(ex, &ex->req))
            return;
        wl_report(j, &ex->req, ex->req.at, WL_NOTE, WL_CERTAIN,
                  "client closed (%s) in the middle of its request, %s after its last octet",
                  reset ? "RST" : "FIN", wl_said_time(waited).text);
    } else if (n) {
        wl_report(
            j, &ex->req, ex->req.at, WL_NOTE, WL_CERTAIN,
            "client closed (%s) %s after its request and %s after %u, without a final response",
            reset ? "RST" : "FIN", wl_said_time(waited).text, wl_said_time(ex->t_end - last.t).text,
            last.status);
    } else {
        wl_report(j, &ex->req, ex->req.at, WL_NOTE, WL_CERTAIN,
                  "client closed (%s) %s after its request, without a response",
                  reset ? "RST" : "FIN", wl_said_time(waited).text);
    }
}

/** Proxy-Status says that no timer of a slow answer ran out: the name server, the connect, a
 * limit. */
static bool says_why_so_soon(const struct wl_message *res)
{
    static const char *const soon[] = {"dns_timeout", "connection_limit_reached",
                                       "connection_timeout"};
    const struct wl_field *f = wl_message_field(res, WL_FIELD_PROXY_STATUS);

    for (; f; f = wl_message_next_field(res, f)) {
        struct wl_cursor c = wl_cursor(f->value);
        struct wl_span member;
        struct wl_param p;

        while ((member = wl_grammar_member(&c)).n) {
            if (!wl_grammar_param_find(member, WL_SPAN("error"), &p))
                continue;
            for (size_t i = 0; i < WL_COUNT(soon); i++) {
                if (wl_span_equal(p.value, wl_span_text(soon[i])))
                    return true;
            }
        }
    }
    return false;
}

enum { SLACK = 10 /* hundredths */ };

static void vendor_timeout_mismatch(struct wl_judge *j, const struct wl_exchange *ex,
                                    const struct wl_message *m)
{
    const struct wl_thresholds *limit = wl_judge_thresholds(j);
    wl_ns own = limit->gateway_limit, took = m->t_first - ex->req.t_last, since = took;

    if (ex->req.state != WL_WHOLE || wl_message_field(m, WL_FIELD_AGE) || says_why_so_soon(m) ||
        wl_message_mark(&ex->req, WL_MARK_PIPELINED))
        return;
    if (m->status == 504) {
        /* RFC 9111 5.2.1.7: a cache that has nothing says so at once */
        if (took < limit->gateway_min &&
            !wl_grammar_directive_find(&ex->req, WL_FIELD_CACHE_CONTROL, WL_SPAN("only-if-cached"),
                                       NULL)) {
            wl_report(j, m, m->at, WL_NOTE, WL_LIKELY,
                      "504 %s after the end of the request, less than any gateway waits (%s)",
                      wl_said_time(took).text, wl_said_limit(limit->gateway_min).text);
        }
        return;
    }
    for (uint32_t i = 0; i < ex->n_interim + ex->n_interim_more; i++) {
        struct wl_answer a = wl_facts_answer(ex, i);

        if (a.status == 102)
            since = m->t_first - a.t;
    }
    if (!wl_profile_knows(m->status) || wl_profile_explains(m->status, took, SLACK) ||
        wl_profile_explains(m->status, since, SLACK))
        return;
    if (own && since >= own - own / 100 * SLACK && since <= own + own / 100 * SLACK)
        return;
    wl_report(j, m, m->at, WL_NOTE, WL_LIKELY,
              "%u %s after the %s, near none of the limits of the gateways that send it", m->status,
              wl_said_time(since).text, since == took ? "end of the request" : "last 102");
}

static const struct wl_rule rules[] = {
    {
        .id = "client-gave-up",
        .severity = WL_NOTE,
        .fault = WL_FAULT_CLIENT,
        .area = "TIM",
        .versions = "HTTP/1.1, HTTP/2, HTTP/3",
        .cite = {"RFC 9112 9.5"},
        .title = "Client closed before a final response came",
        .why =
            "Somebody stopped waiting: a time-out of the client, a page that was left, a health "
            "check that is too strict. nginx and others log it as 499, though they send nothing. "
            "The work was done for nothing, or is still going on.",
        .advice = "Compare the time with the time-outs of the clients and of the gateways before "
                  "the server.",
        .see = {"silent-gap-no-interim", "client-treats-interim-as-final"},
        .yields = {"client-treats-interim-as-final", "body-incomplete"},
        .when = WL_ON_EXCHANGE,
        .needs = WL_NEEDS_PAIR | WL_NEEDS_END_CLIENT | WL_NEEDS_REQUEST,
        .status_from = 600, /* no final status */
        .status_to = 99,
        .check = client_gave_up,
    },
    {
        .id = "continue-late",
        .severity = WL_NOTE,
        .fault = WL_FAULT_SERVER,
        .area = "INT",
        .versions = "HTTP/1.1, HTTP/2, HTTP/3",
        .cite = {"RFC 9110 10.1.1", "RFC 9110 15.2.1"},
        .title = "100 (Continue) after the content had begun to arrive",
        .why = "The client waited for the 100 until it gave up waiting, and sent its content "
               "unasked. Every such request costs the client its timer, and the content travels "
               "also where it is going to be refused.",
        .advice = "Send 100 as soon as the head has been read, before content is waited for; once "
                  "content is there it may be left out.",
        .see = {"expect-ignored", "continue-without-expect"},
        .when = WL_ON_EXCHANGE,
        .needs = WL_NEEDS_PAIR | WL_NEEDS_CLK | WL_NEEDS_ACK | WL_NEEDS_REQUEST,
        .interim_only = true,
        .check = continue_late,
    },
    {
        .id = "processing-before-request-complete",
        .severity = WL_WARNING,
        .fault = WL_FAULT_SERVER,
        .area = "TIM",
        .versions = "HTTP/1.1, HTTP/2, HTTP/3",
        .cite = {"RFC 2518 10.1"},
        .title = "102 (Processing) before the request was received",
        .why = "102 states that the server has accepted the complete request. Sent earlier, it "
               "makes gateways stop the timer that watches the upload and start the one that "
               "waits for the answer.",
        .advice = "Send 102 only after the last octet of the request content was read.",
        .see = {"processing-premature"},
        .when = WL_ON_RESPONSE,
        .needs = WL_NEEDS_PAIR | WL_NEEDS_ACK | WL_NEEDS_REQUEST,
        .status_from = 102,
        .status_to = 102,
        .check = processing_before_request_complete,
    },
    {
        .id = "processing-final-late",
        .severity = WL_NOTE,
        .fault = WL_FAULT_SERVER,
        .area = "TIM",
        .versions = "HTTP/1.1, HTTP/2, HTTP/3",
        .cite = {"RFC 2518 10.1"},
        .title = "Longer after a 102 than gateways wait",
        .why =
            "Each 102 restarts the timers of the gateways on the path, and each gateway gives up "
            "when nothing follows in time: common limits are 60, 100, 120 and 125 seconds. The "
            "client then gets 504, 522 or 524 although the work goes on.",
        .advice = "Repeat 102 well within the limit of the gateways (--set processing.final), or "
                  "answer 202 with a place where the result can be asked for.",
        .see = {"silent-gap-no-interim", "processing-premature"},
        .when = WL_ON_EXCHANGE,
        .needs = WL_NEEDS_PAIR | WL_NEEDS_CLK,
        .interim_only = true,
        .check = processing_final_late,
    },
    {
        .id = "processing-premature",
        .severity = WL_WARNING,
        .fault = WL_FAULT_SERVER,
        .area = "TIM",
        .versions = "HTTP/1.1, HTTP/2, HTTP/3",
        .cite = {"RFC 2518 10.1"},
        .title = "102 (Processing) although the final response came soon",
        .why =
            "102 should only be sent when the request is expected to take significant time, more "
            "than 20 seconds as guidance. A server that sends it always costs every client a "
            "second message and bets on every gateway understanding it. The outcome is judged, "
            "not the intention: a job may have ended early.",
        .advice = "Start a timer with the request and send 102 only when it has run out.",
        .see = {"processing-final-late", "silent-gap-no-interim"},
        .when = WL_ON_EXCHANGE,
        .needs = WL_NEEDS_PAIR | WL_NEEDS_CLK | WL_NEEDS_REQUEST | WL_NEEDS_RESPONSE,
        .interim_only = true,
        .check = processing_premature,
    },
    {
        .id = "processing-without-final",
        .severity = WL_VIOLATION,
        .fault = WL_FAULT_SERVER,
        .area = "TIM",
        .versions = "HTTP/1.1",
        .cite = {"RFC 2518 10.1", "RFC 9110 15.2"},
        .title = "102 (Processing), then the server closed without a final response",
        .why = "The server must send a final response after the request has been completed. The "
               "client was told that its request is being worked on and never learns the result.",
        .advice = "Answer 500, 502 or 504 when the work fails, before the connection is closed.",
        .see = {"interim-without-final", "processing-final-late"},
        .when = WL_ON_EXCHANGE,
        .needs = WL_NEEDS_PAIR | WL_NEEDS_END_SERVER,
        .interim_only = true,
        .check = processing_without_final,
    },
    {
        .id = "silent-gap-no-interim",
        .severity = WL_NOTE,
        .fault = WL_FAULT_SERVER,
        .area = "TIM",
        .versions = "HTTP/1.1, HTTP/2, HTTP/3",
        .cite = {"RFC 2518 10.1"},
        .title = "Long silence before the first response",
        .why = "Gateways and clients cannot tell a server that works from one that is gone. Past "
               "their time-out (60 seconds is common) they answer 504 in its place or repeat the "
               "request. For WebDAV methods 102 is the advised remedy past 20 seconds.",
        .advice = "Send 102 while the work goes on, stream the answer, or answer 202 and let the "
                  "client ask for the result.",
        .see = {"processing-final-late"},
        .when = WL_ON_EXCHANGE,
        .needs = WL_NEEDS_PAIR | WL_NEEDS_CLK | WL_NEEDS_REQUEST,
        .once_per_target = true,
        .check = silent_gap_no_interim,
    },
    {
        .id = "vendor-timeout-mismatch",
        .severity = WL_NOTE,
        .fault = WL_FAULT_INTERMEDIARY,
        .area = "TIM",
        .versions = "HTTP/1.1, HTTP/2, HTTP/3",
        .cite = {"RFC 9110 15.6.5"},
        .title = "Status of a gateway's time-out at a time when none runs out",
        .why = "504, 522 and 524 say that a gateway waited in vain, and gateways wait for known "
               "times. One that comes much earlier or at an odd time has another cause: a failed "
               "connection, an origin server that sent the code itself, a cached error.",
        .advice =
            "Look at the leg behind the gateway. If its limits were changed, say so with --set "
            "gateway.limit=SECONDS; 'wirelint profiles' lists those that are known.",
        .see = {"proxy-status-mismatch", "processing-final-late"},
        .when = WL_ON_EXCHANGE,
        .needs = WL_NEEDS_PAIR | WL_NEEDS_CLK | WL_NEEDS_REQUEST | WL_NEEDS_RESPONSE,
        .status_from = 504,
        .status_to = 524,
        .check = vendor_timeout_mismatch,
    },
};

const struct wl_rule_group wl_rules_timing = {"timing", rules, WL_COUNT(rules)};
