/* expect.c - rules about Expect, 100 (Continue) and 417, and about finals that come before the end
 * of the request. SPDX-License-Identifier: MIT
 *
 * Catalogue area EXP (RFC 9110 10.1.1). The only defined expectation is 100-continue. What a side
 * had received is taken from its acknowledgements (struct wl_wait), never from times alone.
 */
#include "rules.h"

#include <inttypes.h>
#include <stdio.h>

#include "facts.h"
#include "grammar.h"

#define RETRY_WINDOW (60 * WL_SECOND)      /* catalogue, expectation-retried */
#define WAIT_PAUSE   (WL_SECOND / 2)       /* catalogue, expect-wait-without-field */
#define TOO_MUCH     ((uint64_t)64 * 1024) /* catalogue, client-keeps-sending-after-error */
#define QUEUED       WL_SECOND /* what a socket holds is sent by then, but for slow paths */

/* ---------------------------------------------------------------------------- the field itself */

/** token, or token "=" and anything: the outline of an expectation (RFC 9110 10.1.1). */
static bool is_expectation(struct wl_span member)
{
    struct wl_span name = wl_span_sub(member, 0, wl_span_find(member, '='));

    return wl_grammar_is_token(name) && (name.n == member.n || name.n + 1 < member.n);
}

/** The first member that is no expectation; n == 0 when all are. */
static struct wl_span malformed_member(struct wl_span value)
{
    struct wl_cursor c = wl_cursor(value);
    struct wl_span member;

    while ((member = wl_grammar_member(&c)).n) {
        if (!is_expectation(member))
            return member;
    }
    return c.bad ? value : member;
}

static uint8_t first_control(struct wl_span s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (wl_is_ctl(s.p[i]) && s.p[i] != '\t')
            return s.p[i];
    }
    return 0;
}

/** Reports what is wrong with one line; false when it is clean. */
static bool report_obfuscated_line(struct wl_judge *j, const struct wl_message *m,
                                   const struct wl_field *f)
{
    struct wl_span member = malformed_member(f->value);

    if (f->odd & WL_ODD_FOLDED) {
        wl_report(j, m, wl_field_at(m, f), WL_WARNING, WL_CERTAIN,
                  "Expect continues on a second line");
    } else if (f->odd & WL_ODD_SPACE_COLON) {
        wl_report(j, m, wl_field_at(m, f), WL_WARNING, WL_CERTAIN,
                  "white space between Expect and its colon");
    } else if (f->odd & WL_ODD_CTL) {
        wl_report(j, m, wl_field_at(m, f), WL_WARNING, WL_CERTAIN,
                  "control octet 0x%02x in the value of Expect", first_control(f->value));
    } else if (member.n) {
        wl_report(j, m, wl_field_at(m, f), WL_WARNING, WL_CERTAIN, "Expect: %s",
                  wl_said(f->value).text);
    } else {
        return false;
    }
    return true;
}

static void expect_obfuscated(struct wl_judge *j, const struct wl_exchange *ex,
                              const struct wl_message *m)
{
    const struct wl_field *first = wl_message_field(m, WL_FIELD_EXPECT);

    (void)ex;
    for (const struct wl_field *f = first; f; f = wl_message_next_field(m, f)) {
        if (report_obfuscated_line(j, m, f))
            return;
    }
    for (const struct wl_field *f = first; f; f = wl_message_next_field(m, f)) {
        if (wl_span_equal_nocase(f->value, first->value))
            continue;
        wl_report(j, m, wl_field_at(m, f), WL_WARNING, WL_CERTAIN,
                  "two Expect lines that differ: '%s' and '%s'", wl_said(first->value).text,
                  wl_said(f->value).text);
        return;
    }
}

/** The first well-formed member that is not 100-continue. */
static const struct wl_field *other_expectation(const struct wl_message *m, struct wl_span *ret)
{
    const struct wl_field *f = wl_message_field(m, WL_FIELD_EXPECT);

    for (; f; f = wl_message_next_field(m, f)) {
        struct wl_cursor c = wl_cursor(f->value);

        while ((*ret = wl_grammar_member(&c)).n) {
            if (is_expectation(*ret) && !wl_span_equal_nocase(*ret, WL_SPAN("100-continue")))
                return f;
        }
    }
    return NULL;
}

static void expect_unusable(struct wl_judge *j, const struct wl_exchange *ex,
                            const struct wl_message *m)
{
    struct wl_span member;
    const struct wl_field *f = other_expectation(m, &member);

    (void)ex;
    if (f) {
        wl_report(j, m, wl_field_at(m, f), WL_NOTE, WL_CERTAIN, "the request expects '%s'",
                  wl_said(member).text);
    } else if (wl_facts_http10(m)) {
        f = wl_message_field(m, WL_FIELD_EXPECT);
        wl_report(j, m, wl_field_at(m, f), WL_NOTE, WL_CERTAIN, "Expect in an HTTP/%s request",
                  wl_facts_old_version(m));
    }
}

static void expect_without_content(struct wl_judge *j, const struct wl_exchange *ex,
                                   const struct wl_message *m)
{
    const struct wl_field *length = wl_message_field(m, WL_FIELD_CONTENT_LENGTH);
    bool multiplexed = ex->conn.proto == WL_H2 || ex->conn.proto == WL_H3;

    if (!wl_grammar_expects_continue(m))
        return;
    if (multiplexed) { /* there the end of the stream with the head says it */
        if (m->framing == WL_FRAMING_NONE) {
            wl_report(j, m, wl_field_at(m, wl_message_field(m, WL_FIELD_EXPECT)), WL_VIOLATION,
                      WL_CERTAIN, "Expect: 100-continue in a request that ends with its head");
        }
        return;
    }
    /* a length that could not be read says nothing */
    if (wl_message_field(m, WL_FIELD_TRANSFER_ENCODING) || (length && m->declared != 0))
        return;
    wl_report(j, m, wl_field_at(m, wl_message_field(m, WL_FIELD_EXPECT)), WL_VIOLATION, WL_CERTAIN,
              "Expect: 100-continue in a request %s",
              length ? "with Content-Length: 0" : "without Content-Length or Transfer-Encoding");
}

/* ------------------------------------------------------------------------- the server's answer */

/**
 * Did the server see that the client had moved before it said anything? What it sends within a
 * round trip of that, or without acknowledging any content, was on its way before: late at most,
 * not withheld.
 */
static bool silent_until(const struct wl_exchange *ex, wl_ns moved)
{
    const struct wl_wait *w = ex->wait;
    wl_ns until = w->t_server; /* how long the server was watched, and silent */

    if (w->t_server && w->t_content)
        return w->t_server >= moved && w->content_acked != WL_NONE && w->content_acked > 0;
    /* with its FIN or RST nothing more can be on its way; a RST by somebody else says nothing of
     * that */
    if (w->t_server == 0 && w->t_server_end && !ex->rst_suspect)
        return true;
    if (until == 0)
        until = w->t_server_end > ex->t_end ? w->t_server_end : ex->t_end;
    return until - moved > ex->conn.rtt;
}

/** Is the expectation there as it is defined, so that the server has to meet it? One with a
 * parameter is another one, which may be passed over (RFC 9110 10.1.1). */
static bool must_be_met(const struct wl_message *req)
{
    const struct wl_field *f = wl_message_field(req, WL_FIELD_EXPECT);

    for (; f; f = wl_message_next_field(req, f)) {
        struct wl_cursor c = wl_cursor(f->value);
        struct wl_span member;

        while ((member = wl_grammar_member(&c)).n) {
            if (wl_span_equal_nocase(member, WL_SPAN("100-continue")))
                return true;
        }
    }
    return false;
}

static void expect_ignored(struct wl_judge *j, const struct wl_exchange *ex,
                           const struct wl_message *m)
{
    const struct wl_field *f = wl_message_field(&ex->req, WL_FIELD_EXPECT);
    const struct wl_wait *w = ex->wait;
    wl_ns limit = wl_judge_thresholds(j)->expect_immediate;
    wl_ns moved = w->t_content ? w->t_content : w->t_client_end, pause;
    /* a proxy that may not have waited itself; in what is missing of the head Via may have stood */
    bool via = ex->res.state == WL_CUT || (wl_facts_final(ex) && wl_message_field(m, WL_FIELD_VIA));
    bool gave_up = w->t_content == 0;

    if (!f || !must_be_met(&ex->req) || !wl_grammar_announces_content(&ex->req))
        return;
    /* behind an unanswered request the server may not speak yet (RFC 9112 9.3.2) */
    if (wl_message_mark(&ex->req, WL_MARK_PIPELINED))
        return;
    if (w->t_head_acked == 0 || moved == 0 || w->zero_window)
        return;
    if (ex->conn.rtt == 0 || ex->conn.rtt > limit)
        return;
    if (w->t_server_end && w->t_server_end <= moved)
        return;
    /* near the client the pause lacks a round trip, near the server it has one too many: only what
     * is left without it is certain (docs/judging.md 4, capture point) */
    pause = moved - w->t_head_acked;
    if (pause - ex->conn.rtt < limit || !silent_until(ex, moved))
        return;
    wl_report(
        j, wl_facts_final(ex) ? m : &ex->req, wl_field_at(&ex->req, f),
        via ? WL_WARNING : WL_VIOLATION, WL_LIKELY,
        "server sent nothing for %s after it had acknowledged the head with Expect, until the "
        "client %s (round trip %s)",
        wl_said_time(pause).text, gave_up ? "closed" : "sent its content",
        wl_said_time(ex->conn.rtt).text);
    wl_report_frame(j, ex->req.at.frame);
}

static void expect_wait_forever(struct wl_judge *j, const struct wl_exchange *ex,
                                const struct wl_message *m)
{
    const struct wl_field *f = wl_message_field(&ex->req, WL_FIELD_EXPECT);
    const struct wl_wait *w = ex->wait;
    wl_ns limit = wl_judge_thresholds(j)->expect_giveup;
    wl_ns moved = w->t_content ? w->t_content : w->t_client_end;

    (void)m;
    if (!f || !wl_grammar_expects_continue(&ex->req) || !wl_grammar_announces_content(&ex->req))
        return;
    if (moved == 0)
        moved = ex->t_end;
    if (w->t_head_acked == 0 || w->zero_window || wl_message_mark(&ex->req, WL_MARK_PIPELINED))
        return;
    if ((w->t_server && w->t_server <= moved) || (w->t_server_end && w->t_server_end <= moved) ||
        moved - w->t_head_acked < limit)
        return;
    wl_report(j, &ex->req, wl_field_at(&ex->req, f), WL_WARNING, WL_CERTAIN,
              "the client waited %s for an answer to Expect: 100-continue",
              wl_said_time(moved - w->t_head_acked).text);
}

static void expect_wait_without_field(struct wl_judge *j, const struct wl_exchange *ex,
                                      const struct wl_message *m)
{
    const struct wl_message *req = &ex->req;
    const struct wl_wait *w = ex->wait;
    struct wl_answer a;

    (void)m;
    if (wl_message_field(req, WL_FIELD_EXPECT) || w->t_content - req->t_head < WAIT_PAUSE)
        return;
    if (!wl_facts_interim(ex, 100, &a) || w->t_content < a.t || !wl_grammar_announces_content(req))
        return;
    /* a client that produces its content slowly may happen to begin then; one that waited begins at
     * once, and goes on */
    if (req->state != WL_WHOLE || w->t_content - a.t >= WAIT_PAUSE ||
        req->t_last - w->t_content >= WAIT_PAUSE)
        return;
    wl_report(j, req, req->at, WL_WARNING, wl_judge_via(ex, WL_LIKELY),
              "the client began its content %s after the head, when 100 had come, and had sent no "
              "Expect",
              wl_said_time(w->t_content - req->t_head).text);
    wl_report_frame(j, a.at.frame);
}

static void expectation_failed_without_expect(struct wl_judge *j, const struct wl_exchange *ex,
                                              const struct wl_message *m)
{
    bool via = wl_judge_via(ex, WL_CERTAIN) != WL_CERTAIN;

    if (wl_message_field(&ex->req, WL_FIELD_EXPECT))
        return;
    /* a proxy on the path may have taken Expect away */
    wl_report(j, m, m->at, via ? WL_NOTE : WL_WARNING, wl_judge_via(ex, WL_CERTAIN),
              "417 in answer to a request without Expect");
}

static void expect_http10_rejected(struct wl_judge *j, const struct wl_exchange *ex,
                                   const struct wl_message *m)
{
    if (!wl_facts_http10(&ex->req) || !wl_grammar_expects_only_continue(&ex->req))
        return;
    wl_report(j, m, m->at, WL_VIOLATION, wl_judge_via(ex, WL_CERTAIN),
              "417 in answer to 100-continue in an HTTP/%s request",
              wl_facts_old_version(&ex->req));
    wl_report_frame(j, ex->req.at.frame);
}

static void expectation_failed_for_continue(struct wl_judge *j, const struct wl_exchange *ex,
                                            const struct wl_message *m)
{
    if (!wl_grammar_expects_only_continue(&ex->req))
        return;
    wl_report(j, m, m->at, WL_NOTE, WL_CERTAIN,
              "417 in answer to a request that expects 100-continue and nothing else");
    wl_report_frame(j, ex->req.at.frame);
}

static void expectation_retried(struct wl_judge *j, const struct wl_exchange *ex,
                                const struct wl_past *past, const struct wl_past *now)
{
    const struct wl_field *f = wl_message_field(&ex->req, WL_FIELD_EXPECT);
    /* on another connection it may have been sent before the 417 had arrived */
    wl_ns heard = past->t_response + (past->conn == now->conn ? 0 : wl_facts_round_trip(ex));

    if (past->status != 417 || !past->only_continue || !now->only_continue || !ex->clocked)
        return;
    if (now->t_request < heard || now->t_request - past->t_response > RETRY_WINDOW)
        return;
    wl_report(j, &ex->req, wl_field_at(&ex->req, f), WL_WARNING, wl_judge_via(ex, WL_CERTAIN),
              "the request was answered with 417 and repeated %s later, again with Expect: "
              "100-continue",
              wl_said_time(now->t_request - past->t_response).text);
    wl_report_frame(j, past->res_frame);
}

static void upgrade_expect_missing_continue(struct wl_judge *j, const struct wl_exchange *ex,
                                            const struct wl_message *m)
{
    const struct wl_message *req = &ex->req;

    if (!wl_message_field(req, WL_FIELD_UPGRADE) || !must_be_met(req) ||
        !wl_grammar_announces_content(req))
        return;
    for (uint32_t i = 0; i < ex->n_interim && &ex->interim[i] != m; i++) {
        if (ex->interim[i].status == 100)
            return;
    }
    /* once content has arrived, 100 may be omitted (RFC 9110 10.1.1) */
    if (m->acked == WL_NONE ? req->body_bytes > 0 : m->acked > req->body_at.offset)
        return;
    wl_report(j, m, m->at, WL_VIOLATION, wl_judge_via(ex, WL_CERTAIN),
              "101 without 100 before it, though the request has Upgrade and Expect: 100-continue");
    wl_report_frame(j, req->at.frame);
}

/* ------------------------------------------------------------- finals before the whole request */

static void final_before_body_no_close(struct wl_judge *j, const struct wl_exchange *ex,
                                       const struct wl_message *m)
{
    wl_ns linger = wl_judge_thresholds(j)->conn_linger;
    const struct wl_message *req = &ex->req;
    const struct wl_wait *w = ex->wait;
    bool reused = req->end == WL_END_ABANDONED;
    char declared[32] = "";

    if (req->state != WL_HEAD || !wl_facts_unbroken(req) || wl_facts_ends_connection(m))
        return;
    if (w->t_final_acked == 0 || w->content_after_final > 0)
        return;
    /* that nobody closed shows by an end that came late: silence may hide one */
    if (!reused && (ex->end != WL_END_CLOSED || ex->end_unseen || ex->t_end - m->t_last < linger))
        return;
    if (req->declared != WL_NONE &&
        snprintf(declared, sizeof(declared), " of %" PRIu64, req->declared) < 0)
        return;
    if (reused) {
        wl_report(j, m, m->at, WL_WARNING, WL_CERTAIN,
                  "%u after %" PRIu64
                  "%s octets of the request content, without Connection: close; "
                  "the client sent a new request in place of the rest",
                  m->status, w->content_before_final, declared);
    } else {
        wl_report(j, m, m->at, WL_WARNING, WL_CERTAIN,
                  "%u after %" PRIu64
                  "%s octets of the request content, without Connection: close; "
                  "neither side went on or closed within %s",
                  m->status, w->content_before_final, declared, wl_said_limit(linger).text);
    }
}

static void client_keeps_sending_after_error(struct wl_judge *j, const struct wl_exchange *ex,
                                             const struct wl_message *m)
{
    const struct wl_wait *w = ex->wait;
    bool closed = w->t_server_end && w->t_server_end <= w->t_final_acked;

    if (w->t_final_acked == 0 || w->content_after_final <= TOO_MUCH)
        return;
    /* what it had written before it could read, its system sends all the same: megabytes, where the
     * server opens its window again */
    if (ex->req.t_last - w->t_final_acked <= QUEUED)
        return;
    if (!wl_facts_ends_connection(m) && !closed)
        return;
    /* on a slow path the queue lasts longer, whatever the client does */
    wl_report(j, &ex->req, ex->req.at, WL_WARNING, WL_LIKELY,
              "more than 64 KiB of content after the client had received the %u, which ends the "
              "connection",
              m->status);
    wl_report_frame(j, m->at.frame);
}

static void body_abandoned(struct wl_judge *j, const struct wl_exchange *ex,
                           const struct wl_message *m)
{
    const struct wl_mark *mark = wl_judge_mark(j);

    (void)ex;
    /* likely only: content may begin so, as what a proxy takes for content does when its own client
     * goes on in this way. Of chunked content only the client knows how much was to come */
    if (m && m->framing == WL_FRAMING_LENGTH) {
        wl_report(j, m, mark->at, WL_VIOLATION, WL_LIKELY,
                  "a request line in place of the last %s of the request content",
                  wl_said_octets(mark->value).text);
    } else {
        wl_report(j, m, mark->at, WL_VIOLATION, WL_LIKELY,
                  "a request line in place of the rest of the request content");
    }
}

static void rst_destroys_response(struct wl_judge *j, const struct wl_exchange *ex,
                                  const struct wl_message *m)
{
    const struct wl_mark *mark = wl_judge_mark(j);
    wl_ns linger = wl_judge_thresholds(j)->conn_linger;

    /* packets that were dropped may have been acknowledgements */
    if ((wl_ns)mark->value > linger || (ex && !ex->clocked))
        return;
    wl_report(j, m, mark->at, WL_WARNING, WL_LIKELY,
              mark->id == WL_MARK_RESET_UNACKED
                  ? "reset by the server within %s of the %u, before the client had acknowledged it"
                  : "reset by the server within %s of the %u, while the client still sent content",
              wl_said_limit(linger).text, m ? m->status : mark->status);
}

static const struct wl_rule rules[] = {
    {
        .id = "body-abandoned-connection-reused",
        .severity = WL_VIOLATION,
        .fault = WL_FAULT_CLIENT,
        .area = "EXP",
        .versions = "HTTP/1.1",
        .cite = {"RFC 9112 6.3", "RFC 9112 9.3", "RFC 9110 10.1.1"},
        .title = "Client began a new request where content was still owed",
        .why = "A server that keeps to the framing reads the new request as content of the earlier "
               "one. If some part of the path disagrees about that, requests of one user are taken "
               "for content of another: this is the form of request smuggling by Expect.",
        .advice = "After a final response to an incomplete request, send the rest of the content "
                  "or close the connection.",
        .see = {"final-before-body-no-close", "expect-ignored"},
        .when = WL_ON_MARK,
        .mark = WL_MARK_BODY_ABANDONED,
        .needs = WL_NEEDS_PAIR | WL_NEEDS_BODY | WL_NEEDS_ACK,
        .check = body_abandoned,
    },
    {
        .id = "client-keeps-sending-after-error",
        .severity = WL_WARNING,
        .fault = WL_FAULT_CLIENT,
        .area = "EXP",
        .versions = "HTTP/1.1",
        .cite = {"RFC 9112 9.5"},
        .title = "Client goes on sending content that was refused",
        .why = "The server has answered and closes: nobody reads these octets. They cost time and "
               "bandwidth, and a reset in answer to them may destroy the response before the "
               "client has read it.",
        .advice = "Watch for a response while content is sent, and stop when it is an error.",
        .see = {"final-before-body-no-close"},
        .when = WL_ON_EXCHANGE,
        .needs = WL_NEEDS_PAIR | WL_NEEDS_CLK | WL_NEEDS_ACK | WL_NEEDS_REQUEST | WL_NEEDS_RESPONSE,
        .status_from = 400,
        .status_to = 599,
        .check = client_keeps_sending_after_error,
    },
    {
        .id = "expect-http10-rejected",
        .severity = WL_VIOLATION,
        .fault = WL_FAULT_SERVER,
        .area = "EXP",
        .versions = "HTTP/1.0",
        .cite = {"RFC 9110 10.1.1"},
        .title = "417 (Expectation Failed) to 100-continue in an HTTP/1.0 request",
        .why = "A server must ignore 100-continue in an HTTP/1.0 request: old proxies forward the "
               "field without knowing it. Here a request fails that would have been answered.",
        .advice = "Look at the version of the request before its Expect field.",
        .see = {"expectation-failed-for-continue", "expect-unusable"},
        .when = WL_ON_EXCHANGE,
        .needs = WL_NEEDS_PAIR | WL_NEEDS_REQUEST | WL_NEEDS_RESPONSE,
        .status_from = 417,
        .status_to = 417,
        .check = expect_http10_rejected,
    },
    {
        .id = "expect-ignored",
        .severity = WL_VIOLATION,
        .fault = WL_FAULT_SERVER,
        .area = "EXP",
        .versions = "HTTP/1.1, HTTP/2, HTTP/3",
        .cite = {"RFC 9110 10.1.1"},
        .title = "Server waited for the content instead of answering Expect",
        .why = "A server that receives Expect: 100-continue must at once send 100 or a final "
               "response, and must not wait for the content. Here every upload costs the client "
               "its full timer (1 second in common clients), and one without a timer hangs.",
        .advice = "Answer from the head: 100 where the content is wanted, a final response where "
                  "it is not. Frameworks often send 100 only when the handler begins to read.",
        .see = {"continue-without-expect", "final-before-body-no-close"},
        .when = WL_ON_EXCHANGE,
        .needs = WL_NEEDS_PAIR | WL_NEEDS_CLK | WL_NEEDS_ACK | WL_NEEDS_REQUEST,
        .check = expect_ignored,
    },
    {
        .id = "expect-obfuscated",
        .severity = WL_WARNING,
        .fault = WL_FAULT_CLIENT,
        .area = "EXP",
        .versions = "HTTP/1.0, HTTP/1.1",
        .cite = {"RFC 9110 10.1.1", "RFC 9110 5.5", "RFC 9112 5.1", "RFC 9112 5.2"},
        .title = "Expect in a form that recipients read differently",
        .why = "One recipient finds 100-continue in it, the next does not: they disagree whether "
               "the content follows, and octets of one request become the next request. Such forms "
               "are used to probe for request smuggling.",
        .advice =
            "Send exactly Expect: 100-continue. A proxy should refuse anything else with 400.",
        .see = {"body-abandoned-connection-reused"},
        .when = WL_ON_REQUEST,
        .field = WL_FIELD_EXPECT,
        .check = expect_obfuscated,
    },
    {
        .id = "expect-unusable",
        .severity = WL_NOTE,
        .fault = WL_FAULT_CLIENT,
        .area = "EXP",
        .versions = "HTTP/1.0, HTTP/1.1, HTTP/2, HTTP/3",
        .cite = {"RFC 9110 10.1.1"},
        .title = "Expect that no server can meet",
        .why = "100-continue is the only expectation there is. A server may answer any other with "
               "417, and must ignore 100-continue in HTTP/1.0: at best the field has no effect.",
        .advice = "Send Expect: 100-continue, in HTTP/1.1 or later, or no Expect at all.",
        .see = {"expect-obfuscated", "expect-http10-rejected"},
        .yields = {"expect-obfuscated"},
        .when = WL_ON_REQUEST,
        .field = WL_FIELD_EXPECT,
        .check = expect_unusable,
    },
    {
        .id = "expect-wait-forever",
        .severity = WL_WARNING,
        .fault = WL_FAULT_CLIENT,
        .area = "EXP",
        .versions = "HTTP/1.1, HTTP/2, HTTP/3",
        .cite = {"RFC 9110 10.1.1"},
        .title = "Client waits for 100 (Continue) without end",
        .why =
            "A server that does not know 100, or a proxy that drops it, never sends one. A client "
            "should not wait for an indefinite time before it sends the content; here the "
            "request hangs.",
        .advice = "Send the content after a second or so without an answer.",
        .see = {"expect-ignored"},
        .when = WL_ON_EXCHANGE,
        .needs = WL_NEEDS_PAIR | WL_NEEDS_CLK | WL_NEEDS_ACK | WL_NEEDS_REQUEST,
        .check = expect_wait_forever,
    },
    {
        .id = "expect-wait-without-field",
        .severity = WL_WARNING,
        .fault = WL_FAULT_CLIENT,
        .area = "EXP",
        .versions = "HTTP/1.1",
        .cite = {"RFC 9110 10.1.1"},
        .title = "Client waits for 100 (Continue) and did not say so",
        .why = "A client that will wait for 100 before it sends the content must send Expect: "
               "100-continue. Most servers send no 100 to a request without it: then both sides "
               "wait.",
        .advice = "Send Expect: 100-continue, or the content without waiting.",
        .see = {"continue-without-expect", "expect-wait-forever"},
        .when = WL_ON_EXCHANGE,
        .needs = WL_NEEDS_PAIR | WL_NEEDS_CLK | WL_NEEDS_ACK | WL_NEEDS_REQUEST,
        .interim_only = true,
        .check = expect_wait_without_field,
    },
    {
        .id = "expect-without-content",
        .severity = WL_VIOLATION,
        .fault = WL_FAULT_CLIENT,
        .area = "EXP",
        .versions = "HTTP/1.1, HTTP/2, HTTP/3",
        .cite = {"RFC 9110 10.1.1"},
        .title = "Expect: 100-continue in a request without content",
        .why = "The field asks whether the content shall be sent, and there is none. A client must "
               "not send it: servers answer 100, 417 or nothing, and a proxy that believes the "
               "field waits for content that never comes.",
        .advice = "Send Expect only with content; HTTP libraries that set it for every POST do so "
                  "for an empty one, too.",
        .see = {"expect-unusable", "continue-without-expect"},
        .yields = {"expect-obfuscated"},
        .when = WL_ON_REQUEST,
        .field = WL_FIELD_EXPECT,
        .check = expect_without_content,
    },
    {
        .id = "expectation-failed-for-continue",
        .severity = WL_NOTE,
        .fault = WL_FAULT_SERVER,
        .area = "EXP",
        .versions = "HTTP/1.1",
        .cite = {"RFC 9110 10.1.1"},
        .title = "417 (Expectation Failed) to 100-continue",
        .why = "It is allowed, and tells that some hop on the way does not support 100-continue. "
               "The client has to repeat the request without Expect: a round trip more for every "
               "upload.",
        .advice = "Find the hop that answers 417 and let it send 100, or ignore the field.",
        .see = {"continue-then-417", "expectation-retried"},
        .yields = {"continue-then-417"},
        .when = WL_ON_EXCHANGE,
        .needs = WL_NEEDS_PAIR | WL_NEEDS_REQUEST | WL_NEEDS_RESPONSE,
        .status_from = 417,
        .status_to = 417,
        .check = expectation_failed_for_continue,
    },
    {
        .id = "expectation-failed-without-expect",
        .severity = WL_WARNING,
        .fault = WL_FAULT_SERVER,
        .area = "EXP",
        .versions = "HTTP/1.1, HTTP/2, HTTP/3",
        .cite = {"RFC 9110 15.5.18"},
        .title = "417 (Expectation Failed) to a request without Expect",
        .why = "417 says that the expectation in Expect could not be met. There was none, so the "
               "client cannot mend its request by leaving it out.",
        .advice = "Use the status that names the real reason; 400 where there is none better.",
        .see = {"continue-then-417"},
        .when = WL_ON_EXCHANGE,
        .needs = WL_NEEDS_PAIR | WL_NEEDS_REQUEST | WL_NEEDS_RESPONSE,
        .status_from = 417,
        .status_to = 417,
        .check = expectation_failed_without_expect,
    },
    {
        .id = "expectation-retried",
        .severity = WL_WARNING,
        .fault = WL_FAULT_CLIENT,
        .area = "EXP",
        .versions = "HTTP/1.1",
        .cite = {"RFC 9110 10.1.1"},
        .title = "Request repeated with the expectation that had failed",
        .why = "417 to 100-continue says that the way to the server does not support it. A client "
               "should repeat the request without Expect; with it, it fails again.",
        .advice = "After 417, repeat the request without Expect, and remember that for this "
                  "server.",
        .see = {"expectation-failed-for-continue"},
        .when = WL_ON_RELATED,
        .needs = WL_NEEDS_PAIR | WL_NEEDS_REQUEST,
        .relation = WL_RELATION_EXPECTATION,
        .check_related = expectation_retried,
    },
    {
        .id = "final-before-body-no-close",
        .severity = WL_WARNING,
        .fault = WL_FAULT_SERVER,
        .area = "EXP",
        .versions = "HTTP/1.1",
        .cite = {"RFC 9110 10.1.1", "RFC 9112 9.3"},
        .title = "Final response before the end of the request, fate of the connection unsaid",
        .why = "A server that answers early must read the rest of the content or close, and should "
               "say which. Here the client cannot know whether its next octets count as content or "
               "as a request, and the connection hangs between the two readings.",
        .advice =
            "Send Connection: close with a final response that does not wait for the content, "
            "or read the content to its end.",
        .see = {"body-abandoned-connection-reused", "expect-ignored"},
        .yields = {"timeout-408-misused"},
        .when = WL_ON_EXCHANGE,
        .needs = WL_NEEDS_PAIR | WL_NEEDS_CLK | WL_NEEDS_ACK | WL_NEEDS_REQUEST |
                 WL_NEEDS_RESPONSE | WL_NEEDS_BODY,
        .status_from = 200,
        .status_to = 599,
        .check = final_before_body_no_close,
    },
    {
        .id = "rst-destroys-response",
        .severity = WL_WARNING,
        .fault = WL_FAULT_SERVER,
        .area = "EXP",
        .versions = "HTTP/1.0, HTTP/1.1",
        .cite = {"RFC 9112 9.6"},
        .title = "Server resets the connection behind its response",
        .why = "A reset may make the client's system throw away what the client has not read yet: "
               "it sees a broken connection, and never the response that says why. Servers do so "
               "without meaning to: when they close while octets of the request are unread, or "
               "arrive afterwards.",
        .advice = "Close in stages: send the response, shut down writing, read until the client "
                  "closes or some time has passed, then close.",
        .see = {"client-keeps-sending-after-error", "final-before-body-no-close"},
        .when = WL_ON_MARK,
        .mark = WL_MARK_RESET_UNACKED,
        .marks = {WL_MARK_RESET_UNREAD},
        .needs = WL_NEEDS_PAIR | WL_NEEDS_BODY,
        .check = rst_destroys_response,
    },
    {
        .id = "upgrade-expect-missing-continue",
        .severity = WL_VIOLATION,
        .fault = WL_FAULT_SERVER,
        .area = "EXP",
        .versions = "HTTP/1.1",
        .cite = {"RFC 9110 7.8"},
        .title = "101 before the 100 that Expect asked for",
        .why = "A request with Upgrade and Expect: 100-continue must be answered by 100 before "
               "101. Otherwise the client does not know in which protocol its content belongs.",
        .advice = "Send 100, read the content, then send 101; or answer without switching.",
        .see = {"expect-ignored", "switching-unrequested"},
        .when = WL_ON_RESPONSE,
        .needs = WL_NEEDS_PAIR | WL_NEEDS_REQUEST,
        .status_from = 101,
        .status_to = 101,
        .check = upgrade_expect_missing_continue,
    },
};

const struct wl_rule_group wl_rules_expect = {"expect", rules, WL_COUNT(rules)};
