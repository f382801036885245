/* redirect.c - rules about redirection and Location.
 * SPDX-License-Identifier: MIT
 *
 * Catalogue area S3 (RFC 9110 15.4, 10.2.2). What one response shows by itself is looked at here
 * like anything else; whether a client went where it was sent, and how, is seen beside the response
 * that sent it (WL_RELATION_REDIRECT).
 */
#include "rules.h"

#include "facts.h"
#include "grammar.h"

enum { URI_OCTETS = 2048 }; /* of what is compared; longer ones are not */

static void redirect_without_location(struct wl_judge *j, const struct wl_exchange *ex,
                                      const struct wl_message *m)
{
    bool known = ex->paired && ex->req.state >= WL_HEAD;

    if (!wl_facts_redirects(m->status))
        return;
    /* resumable uploads of some storage services: 308 says "go on", Range what has arrived. Where
     * nothing has there is none, and Content-Range of the request tells */
    if (m->status == 308 && wl_message_field(m, WL_FIELD_RANGE)) {
        wl_report(j, m, m->at, WL_NOTE, WL_CERTAIN, "308 with Range in place of Location");
    } else if (m->status == 308 && (!known || wl_message_field(&ex->req, WL_FIELD_CONTENT_RANGE))) {
        wl_report(j, m, m->at, WL_NOTE, WL_CERTAIN, "308 without Location%s",
                  known ? ", in answer to a part of an upload" : "");
    } else {
        wl_report(j, m, m->at, WL_WARNING, WL_CERTAIN, "%u without Location", m->status);
    }
}

static const char *fault_text(enum wl_uri_fault fault)
{
    switch (fault) {
    case WL_URI_SPACE: return "white space in it";
    case WL_URI_CTL: return "a control octet in it";
    case WL_URI_NON_ASCII: return "an octet above 0x7f in it";
    case WL_URI_BACKSLASH: return "a backslash in it";
    case WL_URI_CHARACTER: return "a character that no URI has";
    case WL_URI_PERCENT: return "a '%' without two hexadecimal digits";
    case WL_URI_SCHEME: return "a ':' in its first segment, and no scheme before it";
    case WL_URI_AUTHORITY: return "an authority that is no host and port";
    case WL_URI_FINE: break;
    }
    return "";
}

/* Where Location has a meaning: 10.2.2 for 201 and 3xx; 202 and 104 by their own sections. */
static bool location_means_something(uint16_t status)
{
    return status == 201 || status == 202 || status == 104 || status / 100 == 3;
}

static void location_invalid(struct wl_judge *j, const struct wl_exchange *ex,
                             const struct wl_message *m)
{
    const struct wl_field *f = wl_message_field(m, WL_FIELD_LOCATION);
    enum wl_uri_fault fault;
    struct wl_uri uri;

    (void)ex;
    if (!f)
        return;
    fault = wl_grammar_uri(f->value, &uri);
    if (f->value.n == 0) {
        wl_report(j, m, wl_field_at(m, f), WL_WARNING, WL_CERTAIN, "Location is empty");
    } else if (fault) {
        wl_report(j, m, wl_field_at(m, f), WL_WARNING, WL_CERTAIN,
                  "Location '%s' is no URI reference: %s", wl_said(f->value).text,
                  fault_text(fault));
    } else if (!location_means_something(m->status)) {
        wl_report(j, m, wl_field_at(m, f), WL_NOTE, WL_CERTAIN, "Location in a %03u means nothing",
                  m->status);
    } else if (m->status == 201 && uri.fragment.p) {
        wl_report(j, m, wl_field_at(m, f), WL_NOTE, WL_CERTAIN,
                  "fragment in the Location of a 201: '%s'", wl_said(f->value).text);
    }
}

/* --------------------------------------------------------------------------------------- loops */

/* Will the client repeat the method? RFC 9110 15.4: 303 becomes GET, and so may POST at 301,
 * 302. */
static bool repeats_method(const struct wl_exchange *ex)
{
    uint16_t status = ex->res.status;

    if (status == 303)
        return ex->req.method_id == WL_METHOD_GET || ex->req.method_id == WL_METHOD_HEAD;
    return !((status == 301 || status == 302) && ex->req.method_id == WL_METHOD_POST);
}

static void redirect_loop(struct wl_judge *j, const struct wl_exchange *ex,
                          const struct wl_message *m)
{
    const struct wl_field *f = wl_facts_single(m, WL_FIELD_LOCATION);
    bool cookie = wl_message_field(m, WL_FIELD_SET_COOKIE) != NULL;
    uint8_t from[URI_OCTETS], to[URI_OCTETS];
    struct wl_uri target, location;
    size_t n;

    if (!f || f->value.n == 0 || !wl_facts_redirects(m->status) || !repeats_method(ex) ||
        wl_grammar_uri(f->value, &location) || !wl_facts_target_uri(ex, &target))
        return;
    n = wl_grammar_uri_resolve(NULL, &target, from, sizeof(from));
    if (n == 0 ||
        !wl_span_equal(wl_span(from, n),
                       wl_span(to, wl_grammar_uri_resolve(&target, &location, to, sizeof(to)))))
        return;
    wl_report(j, m, wl_field_at(m, f), cookie ? WL_NOTE : WL_WARNING, wl_judge_via(ex, WL_CERTAIN),
              cookie ? "%u to where the request went, with a cookie: '%s'"
                     : "%u to where the request went: '%s'",
              m->status, wl_said(f->value).text);
}

static void redirect_walk(struct wl_judge *j, const struct wl_exchange *ex,
                          const struct wl_past *past, const struct wl_past *now)
{
    const struct wl_message *m = &ex->res;
    bool cookie = now->walk_cookies || wl_message_field(m, WL_FIELD_SET_COOKIE);

    if (!wl_facts_redirects(m->status) || now->step == 0 || now->location == now->uri)
        return;
    for (uint8_t i = 0; i < now->n_walk; i++) {
        if (now->walk[i] != now->step)
            continue;
        wl_report(j, m, m->at, cookie ? WL_NOTE : WL_WARNING, wl_judge_via(ex, WL_CERTAIN),
                  "the same redirect for the second time, after a round of %u",
                  (unsigned)(now->n_walk - i));
        wl_report_frame(j, past->res_frame);
        return;
    }
}

/* ----------------------------------------------------------------------------------- following */

static void redirect_method_changed(struct wl_judge *j, const struct wl_exchange *ex,
                                    const struct wl_past *past, const struct wl_past *now)
{
    bool wrong;

    if (past->status == 303) {
        wrong = !wl_facts_only_reads(now->method);
    } else {
        /* that HEAD and GET follow each other is no automatic redirection */
        wrong = (past->status == 307 || past->status == 308) && past->method != now->method &&
                !(wl_facts_only_reads(past->method) && wl_facts_only_reads(now->method));
    }
    if (!wrong || now->method == WL_METHOD_OPTIONS) /* a preflight asks before the request proper */
        return;
    /* another program, or another user, behind the same address: who follows a redirect is the same
     * as before, and takes the same */
    if (past->negotiated != now->negotiated)
        return;
    wl_report(j, &ex->req, ex->req.at, WL_WARNING, wl_judge_via(ex, WL_LIKELY),
              "%s to where a %u in answer to %s had sent the client", wl_said(ex->req.method).text,
              past->status,
              past->method > WL_METHOD_OTHER ? wl_method_name(past->method) : "another method");
    wl_report_frame(j, past->res_frame);
}

static void permanent_status_reversed(struct wl_judge *j, const struct wl_exchange *ex,
                                      const struct wl_past *past, const struct wl_past *now)
{
    if (past->status < 300 || past->identity != now->identity ||
        past->negotiated != now->negotiated)
        return;
    wl_report(j, &ex->res, ex->res.at, WL_NOTE, wl_judge_via(ex, WL_CERTAIN),
              "%u where %s ago the same request was answered %u", ex->res.status,
              wl_said_time(now->t_response - past->t_response).text, past->status);
    wl_report_frame(j, past->res_frame);
}

static const struct wl_rule rules[] = {
    {
        .id = "location-invalid",
        .severity = WL_WARNING,
        .fault = WL_FAULT_SERVER,
        .area = "S3",
        .versions = "HTTP/1.0, HTTP/1.1, HTTP/2, HTTP/3",
        .cite = {"RFC 9110 10.2.2", "RFC 3986 4.1"},
        .title = "Location that is no URI reference, or out of place",
        .why = "Every client repairs such a value in its own way, or not at all: some follow it to "
               "one place, some to another. Octets that came from a request unencoded may be an "
               "attack on whoever follows.",
        .advice = "Percent-encode what does not belong into a URI, and send one Location.",
        .see = {"redirect-without-location"},
        .when = WL_ON_RESPONSE,
        .field = WL_FIELD_LOCATION,
        .check = location_invalid,
    },
    {
        .id = "permanent-status-reversed",
        .severity = WL_NOTE,
        .fault = WL_FAULT_SERVER,
        .area = "S3",
        .versions = "HTTP/1.1, HTTP/2, HTTP/3",
        .cite = {"RFC 9110 15.4.2", "RFC 9110 15.4.9", "RFC 9110 15.5.11"},
        .title = "Success where the same request was answered for good before",
        .why = "301, 308 and 410 are kept by caches, bookmarks and search engines. Clients that "
               "believed them do not come back to see that they are no longer true.",
        .advice = "Answer 302, 307 or 404 as long as it may change.",
        .see = {"redirect-loop"},
        .when = WL_ON_RELATED,
        .needs = WL_NEEDS_RESPONSE,
        .status_from = 200,
        .status_to = 299,
        .once_per_target = true,
        .relation = WL_RELATION_GONE,
        .check_related = permanent_status_reversed,
    },
    {
        .id = "redirect-loop",
        .severity = WL_WARNING,
        .fault = WL_FAULT_SERVER,
        .area = "S3",
        .versions = "HTTP/1.0, HTTP/1.1, HTTP/2, HTTP/3",
        .cite = {"RFC 9110 15.4"},
        .title = "Redirect that leads back to itself",
        .why = "A client that follows goes round until it gives up, and every round costs both "
               "sides a request. Nobody ever sees the page.",
        .advice = "Look at what decides on the redirect: often scheme, host or a cookie that an "
                  "intermediary has changed.",
        .see = {"location-invalid"},
        .when = WL_ON_EXCHANGE,
        .needs = WL_NEEDS_PAIR | WL_NEEDS_REQUEST | WL_NEEDS_RESPONSE,
        .status_from = 301,
        .status_to = 308,
        .field = WL_FIELD_LOCATION,
        .check = redirect_loop,
        .relation = WL_RELATION_REDIRECT,
        .check_related = redirect_walk,
    },
    {
        .id = "redirect-method-changed",
        .severity = WL_WARNING,
        .fault = WL_FAULT_CLIENT,
        .area = "S3",
        .versions = "HTTP/1.1, HTTP/2, HTTP/3",
        .cite = {"RFC 9110 15.4.8", "RFC 9110 15.4.9", "RFC 9110 15.4.4"},
        .title = "Redirect followed with the wrong method",
        .why = "307 and 308 exist because clients turned POST into GET at 301 and 302: what was to "
               "be done is not done, and looks as if it had been. After 303 a repeated POST does "
               "it twice.",
        .advice = "Repeat method and content after 307 and 308; use GET after 303.",
        .see = {"redirect-without-location"},
        .when = WL_ON_RELATED,
        .needs = WL_NEEDS_REQUEST,
        .relation = WL_RELATION_REDIRECT,
        .check_related = redirect_method_changed,
    },
    {
        .id = "redirect-without-location",
        .severity = WL_WARNING,
        .fault = WL_FAULT_SERVER,
        .area = "S3",
        .versions = "HTTP/1.0, HTTP/1.1, HTTP/2, HTTP/3",
        .cite = {"RFC 9110 15.4.2", "RFC 9110 15.4.3", "RFC 9110 15.4.4", "RFC 9110 15.4.8"},
        .title = "Redirect that does not say where to",
        .why = "Without Location a client has nowhere to go: it shows the content, if there is "
               "any, or an error.",
        .advice = "Send Location; a response that redirects nowhere is no redirect.",
        .see = {"location-invalid"},
        .when = WL_ON_RESPONSE,
        .status_from = 301,
        .status_to = 308,
        .lacks = WL_FIELD_LOCATION,
        .final_only = true,
        .check = redirect_without_location,
    },
};

const struct wl_rule_group wl_rules_redirect = {"redirect", rules, WL_COUNT(rules)};
