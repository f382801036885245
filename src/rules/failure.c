/* failure.c - rules about server errors (5xx), Retry-After, and what an error tells its reader.
 * SPDX-License-Identifier: MIT
 *
 * Catalogue area S5, and what S4 has about Retry-After (RFC 9110 15.6, 10.2.3; RFC 6585; RFC 2295).
 * 511 stands with the challenges (auth.c), 501 with the methods (method.c).
 */
#include "rules.h"

#include <inttypes.h>

#include "facts.h"
#include "grammar.h"

enum { MONTH = 30 * 24 * 60 * 60 }; /* seconds: nobody waits that long */

/* ------------------------------------------------------------------------------------ 502, 504 */

/* Does Server name a product that is used as a gateway? Compared without regard to case. */
static bool names_gateway(struct wl_span server)
{
    static const char *const products[] = {
        "akamai",    "apache",     "ats",           "awselb",    "big",     "bigip",   "bunnycdn",
        "caddy",     "cloudflare", "cloudfront",    "envoy",     "fastly",  "fly",     "google",
        "gse",       "gws",        "h2o",           "haproxy",   "heroku",  "istio",   "kong",
        "lighttpd",  "litespeed",  "microsoft",     "mitmproxy", "netlify", "nghttpx", "nginx",
        "openresty", "pingora",    "pound",         "privoxy",   "skipper", "squid",   "tengine",
        "tinyproxy", "traefik",    "trafficserver", "varnish",   "vercel",  "yts",     "zscaler",
    };

    for (size_t i = 0; i < WL_COUNT(products); i++) {
        struct wl_span product = wl_span_text(products[i]);

        for (size_t at = 0; at + product.n <= server.n; at++) {
            if ((at == 0 || !wl_is_alpha(server.p[at - 1])) &&
                wl_span_equal_nocase(wl_span_sub(server, at, product.n), product))
                return true;
        }
    }
    return false;
}

/* Fields that only intermediaries send: X-Squid-Error, X-Amz-Cf-Id, X-Served-By, X-Azure-Ref ... */
static bool has_gateway_field(const struct wl_message *m)
{
    static const enum wl_field_id known[] = {WL_FIELD_VIA,          WL_FIELD_PROXY_STATUS,
                                             WL_FIELD_CF_RAY,       WL_FIELD_X_CACHE,
                                             WL_FIELD_CACHE_STATUS, WL_FIELD_AGE};
    static const char *const prefixes[] = {
        "x-squid",  "x-amz",   "x-varnish", "x-served-by", "x-cache", "x-envoy",
        "x-azure",  "x-timer", "x-akamai",  "x-proxy",     "x-iinfo", "x-cdn",
        "x-vercel", "x-kong",  "x-backend", "x-upstream",  "fly-",    "grpc-",
    };

    for (size_t i = 0; i < WL_COUNT(known); i++) {
        if (wl_message_field(m, known[i]))
            return true;
    }
    for (uint32_t i = 0; i < m->n_fields; i++) {
        for (size_t k = 0; k < WL_COUNT(prefixes); k++) {
            struct wl_span prefix = wl_span_text(prefixes[k]);

            if (wl_span_equal_nocase(wl_span_sub(wl_field_sent_name(&m->fields[i]), 0, prefix.n),
                                     prefix))
                return true;
        }
    }
    return false;
}

/** One leg alone: the response and its request have to show that a gateway answers. */
static void without_gateway(struct wl_judge *j, const struct wl_exchange *ex)
{
    const struct wl_message *req = &ex->req, *m = &ex->res;
    const struct wl_field *f = wl_message_field(m, WL_FIELD_SERVER);

    if (has_gateway_field(m) || (f && names_gateway(f->value)))
        return;
    /* a proxy was asked; and RFC 9111 5.2.1.7: a cache says 504 to only-if-cached */
    if (req->method_id == WL_METHOD_CONNECT || !wl_span_starts(req->target, WL_SPAN("/")) ||
        wl_message_field(req, WL_FIELD_VIA) ||
        wl_grammar_directive_find(req, WL_FIELD_CACHE_CONTROL, WL_SPAN("only-if-cached"), NULL))
        return;
    wl_report(j, m, m->at, WL_NOTE, f ? WL_LIKELY : WL_POSSIBLE,
              f ? "%u, and no sign of a gateway; Server: %s" : "%u, and no sign of a gateway%s",
              m->status, f ? wl_said(f->value).text : "");
}

/** Two legs: the server behind the gateway had answered, and nothing was wrong with that. */
static void despite_answer(struct wl_judge *j, const struct wl_exchange *ex,
                           const struct wl_leg *up)
{
    const struct wl_message *m = &ex->res;

    if (m->status != 502 || !up->whole || up->status == 0 || up->status == 502 ||
        up->status == 504 || up->t_end > m->t_first)
        return;
    wl_report(j, m, m->at, WL_WARNING, up->confidence,
              "502, although the server behind the gateway had answered with %u, well formed",
              up->status);
    wl_report_frame(j, up->res_frame);
}

static void bad_gateway(struct wl_judge *j, const struct wl_exchange *ex,
                        const struct wl_past *past, const struct wl_past *now)
{
    const struct wl_leg *other = past ? past->leg : NULL;

    (void)now;
    if (ex->res.status != 502 && ex->res.status != 504)
        return;
    if (other && other->upstream) { /* a gateway it is */
        despite_answer(j, ex, other);
    } else {
        without_gateway(j, ex);
    }
}

/* -------------------------------------------------------------------------------- 505, 506, 508 */

static void version_not_supported_same_major(struct wl_judge *j, const struct wl_exchange *ex,
                                             const struct wl_message *m)
{
    const struct wl_message *req = &ex->req;

    if (wl_message_mark(req, WL_MARK_VERSION_MALFORMED) ||
        wl_message_mark(req, WL_MARK_VERSION_MISSING) || wl_facts_line_unclear(req) ||
        wl_message_mark(m, WL_MARK_VERSION_MALFORMED) || req->major != m->major)
        return;
    wl_report(j, m, m->at, WL_WARNING, wl_judge_via(ex, WL_CERTAIN),
              "505 in HTTP/%u.%u to a request in HTTP/%u.%u", m->major, m->minor, req->major,
              req->minor);
}

static bool negotiates_transparently(const struct wl_exchange *ex)
{
    return wl_message_field(&ex->req, WL_FIELD_NEGOTIATE) ||
           wl_message_field(&ex->res, WL_FIELD_TCN) ||
           wl_message_field(&ex->res, WL_FIELD_ALTERNATES);
}

static void negotiation_loop_misuse(struct wl_judge *j, const struct wl_exchange *ex,
                                    const struct wl_message *m)
{
    const struct wl_field *f = wl_message_field(&ex->req, WL_FIELD_DEPTH);

    if (m->status == 506 && !negotiates_transparently(ex)) {
        wl_report(j, m, m->at, WL_NOTE, wl_judge_via(ex, WL_CERTAIN),
                  "506 without Negotiate, TCN or Alternates");
    } else if (m->status == 507 && (wl_grammar_method_flags(ex->req.method_id) & WL_SAFE)) {
        wl_report(j, m, m->at, WL_NOTE, WL_CERTAIN, "507 to %s, which stores nothing",
                  wl_said(ex->req.method).text);
    } else if (m->status == 508 && f && wl_span_equal(f->value, WL_SPAN("0"))) {
        wl_report(j, m, m->at, WL_NOTE, WL_CERTAIN, "508 to a request with Depth: 0");
    }
}

/* --------------------------------------------------------------------------------- Retry-After */

static void retry_after_syntax(struct wl_judge *j, const struct wl_exchange *ex,
                               const struct wl_message *m)
{
    const struct wl_field *f = wl_message_field(m, WL_FIELD_RETRY_AFTER);
    const struct wl_field *dated = wl_facts_single(m, WL_FIELD_DATE);
    struct wl_date date, now;
    uint64_t delay;

    (void)ex;
    if (wl_grammar_delta_seconds(f->value, &delay)) {
        if (delay > MONTH) {
            wl_report(j, m, wl_field_at(m, f), WL_NOTE, WL_CERTAIN,
                      "Retry-After: %s, more than 30 days", wl_said(f->value).text);
        }
        return;
    }
    date = wl_grammar_date(f->value, m->t_first / WL_SECOND);
    if (date.form == WL_DATE_NONE || date.impossible) {
        wl_report(j, m, wl_field_at(m, f), WL_VIOLATION, WL_CERTAIN,
                  "Retry-After: %s is neither a number of seconds nor a date",
                  wl_said(f->value).text);
        return;
    }
    now = dated ? wl_grammar_date(dated->value, date.seconds)
                : (struct wl_date){.form = WL_DATE_NONE};
    if (now.form != WL_DATE_NONE && !now.impossible && date.seconds < now.seconds) {
        wl_report(j, m, wl_field_at(m, f), WL_NOTE, WL_CERTAIN,
                  "Retry-After: %s lies before Date: %s", wl_said(f->value).text,
                  wl_said(dated->value).text);
    }
}

/* What Retry-After means with (RFC 9110 10.2.3, 15.5.14, 15.6.4; RFC 6585 4), and 2xx (RFC 8555
 * 7.4 and others, of jobs that are asked about again) and 425, to which clients have to come
 * back. */
static bool retry_after_means_something(uint16_t status)
{
    return status / 100 == 2 || status / 100 == 3 || status == 413 || status == 425 ||
           status == 429 || status == 503;
}

static void retry_after_missing(struct wl_judge *j, const struct wl_exchange *ex,
                                const struct wl_message *m)
{
    const struct wl_field *f = wl_message_field(m, WL_FIELD_RETRY_AFTER);

    if (f) {
        if (!retry_after_means_something(m->status)) {
            wl_report(j, m, wl_field_at(m, f), WL_NOTE, WL_CERTAIN,
                      "Retry-After in a %03u, with which its meaning is not defined", m->status);
        }
        return;
    }
    /* health checks; what is not paired may answer one */
    if (ex->req.method_id == WL_METHOD_HEAD || !ex->paired)
        return;
    if (m->status == 503 || m->status == 429) {
        wl_report(j, m, m->at, WL_NOTE, WL_CERTAIN, "%u without Retry-After", m->status);
    } else if (m->status == 413 && m->state == WL_WHOLE && ex->end == WL_END_NONE &&
               !wl_facts_ends_connection(m)) {
        wl_report(j, m, m->at, WL_NOTE, WL_CERTAIN,
                  "413 without Retry-After, and the connection went on");
    }
}

/* -------------------------------------------------------------------------------- 503 in caches */

static bool cached_for(const struct wl_message *m, struct wl_span name, uint64_t *ret)
{
    struct wl_param p;

    return wl_grammar_directive_find(m, WL_FIELD_CACHE_CONTROL, name, &p) &&
           wl_grammar_delta_seconds(wl_grammar_unquoted(p.value), ret);
}

static bool says(const struct wl_message *m, struct wl_span directive)
{
    return wl_grammar_directive_find(m, WL_FIELD_CACHE_CONTROL, directive, NULL);
}

/* RFC 9111 4.2.1: s-maxage, max-age, or Expires minus Date. False when there is none. */
static bool freshness(const struct wl_message *m, uint64_t *ret)
{
    const struct wl_field *expires = wl_facts_single(m, WL_FIELD_EXPIRES);
    const struct wl_field *dated = wl_facts_single(m, WL_FIELD_DATE);
    struct wl_date until, since;

    if (cached_for(m, WL_SPAN("s-maxage"), ret) || cached_for(m, WL_SPAN("max-age"), ret))
        return true;
    if (!expires || !dated)
        return false;
    until = wl_grammar_date(expires->value, m->t_first / WL_SECOND);
    since = wl_grammar_date(dated->value, m->t_first / WL_SECOND);
    if (until.form == WL_DATE_NONE || since.form == WL_DATE_NONE || until.impossible ||
        since.impossible || until.seconds <= since.seconds)
        return false;
    *ret = (uint64_t)(until.seconds - since.seconds);
    return true;
}

static void unavailable_cacheable(struct wl_judge *j, const struct wl_exchange *ex,
                                  const struct wl_message *m)
{
    const struct wl_field *f = wl_message_field(m, WL_FIELD_RETRY_AFTER);
    uint64_t seconds = 0, delay = 0;

    (void)ex;
    if (says(m, WL_SPAN("no-store")) || says(m, WL_SPAN("no-cache")) ||
        says(m, WL_SPAN("stale-if-error")) || !freshness(m, &seconds) || seconds == 0)
        return;
    if (f && (!wl_grammar_delta_seconds(f->value, &delay) || seconds <= delay))
        return;
    f = wl_message_field(m, WL_FIELD_CACHE_CONTROL);
    f = f ? f : wl_message_field(m, WL_FIELD_EXPIRES);
    wl_report(j, m, wl_field_at(m, f), WL_NOTE, WL_CERTAIN,
              "503 that may be kept for %" PRIu64 " s: %s: %s", seconds,
              wl_said(wl_field_sent_name(f)).text, wl_said(f->value).text);
}

/* ------------------------------------------------------------------------------- explanations */

/* Is it text, or something that programs and people read as such? */
static bool is_legible(struct wl_span value)
{
    struct wl_media_type type;

    if (!wl_grammar_media_type(value, &type))
        return true;
    return wl_span_equal_nocase(type.type, WL_SPAN("text")) ||
           wl_span_equal_nocase(type.type, WL_SPAN("multipart")) ||
           wl_span_equal_nocase(type.type, WL_SPAN("message")) ||
           wl_span_equal_nocase(type.subtype, WL_SPAN("json")) ||
           wl_span_equal_nocase(type.subtype, WL_SPAN("xml")) ||
           wl_span_find(type.subtype, '+') != type.subtype.n;
}

/* Does the client take anything that explains? Without Accept everything (RFC 9110 12.5.1). */
static bool accepts_text(const struct wl_message *req)
{
    const struct wl_field *f = wl_message_field(req, WL_FIELD_ACCEPT);

    if (!f)
        return true;
    for (; f; f = wl_message_next_field(req, f)) {
        struct wl_cursor c = wl_cursor(f->value);
        struct wl_span member;

        while ((member = wl_grammar_member(&c)).n) {
            struct wl_span name = wl_grammar_name(member);

            if (wl_span_starts(name, WL_SPAN("*")) || is_legible(name))
                return true;
        }
    }
    return false;
}

static void error_explanation_missing(struct wl_judge *j, const struct wl_exchange *ex,
                                      const struct wl_message *m)
{
    const struct wl_field *f = wl_message_field(m, WL_FIELD_CONTENT_TYPE);

    if (ex->req.method_id == WL_METHOD_HEAD)
        return;
    if (m->status < 400) {
        if (m->status != 300 || negotiates_transparently(ex))
            return;
        if (f && !wl_facts_empty(m) && !is_legible(f->value)) {
            wl_report(j, m, wl_field_at(m, f), WL_NOTE, WL_CERTAIN,
                      "300 with %s in place of a list", wl_said(f->value).text);
            return;
        }
    } else if (m->status == 401 || m->status == 407 || m->status == 412 || m->status == 416 ||
               m->status == 425) {
        return; /* the field says it all, and programs act upon it */
    }
    if (wl_facts_empty(m) && accepts_text(&ex->req))
        wl_report(j, m, m->at, WL_NOTE, WL_CERTAIN, "%u without content", m->status);
}

static const struct wl_rule rules[] = {
    {
        .id = "bad-gateway-without-gateway",
        .severity = WL_NOTE,
        .fault = WL_FAULT_INTERMEDIARY,
        .area = "S5",
        .versions = "HTTP/1.1, HTTP/2, HTTP/3",
        .cite = {"RFC 9110 15.6.3", "RFC 9110 15.6.5"},
        .title = "502 or 504 where no server behind a gateway has failed",
        .why = "Only a gateway or proxy can say that the server behind it failed. From an origin "
               "server, or from a gateway that had got a good answer, the two codes send everybody "
               "looking for a fault where there is none.",
        .advice = "Answer 500 or 503 from an application; let a gateway name itself in Via or "
                  "Proxy-Status.",
        .see = {"error-explanation-missing"},
        .when = WL_ON_RELATED,
        .needs = WL_NEEDS_PAIR | WL_NEEDS_REQUEST | WL_NEEDS_RESPONSE,
        .status_from = 502,
        .status_to = 504,
        .once_per_target = true,
        .relation = WL_RELATION_LEG,
        .alone = true,
        .check_related = bad_gateway,
    },
    {
        .id = "error-explanation-missing",
        .severity = WL_NOTE,
        .fault = WL_FAULT_SERVER,
        .area = "S5",
        .versions = "HTTP/1.0, HTTP/1.1, HTTP/2, HTTP/3",
        .cite = {"RFC 9110 15.5", "RFC 9110 15.6", "RFC 9110 15.4.1"},
        .title = "Error without a word about its reason",
        .why = "Who gets it sees an empty page, or the browser's own guess, and cannot tell "
               "whether to wait, to log in, or to ask somebody. The same goes for 300, whose "
               "content is the list of choices.",
        .advice = "Send a few sentences of text, or application/problem+json to programs.",
        .see = {"retry-after-missing"},
        .when = WL_ON_EXCHANGE,
        .needs = WL_NEEDS_PAIR | WL_NEEDS_REQUEST | WL_NEEDS_RESPONSE,
        .status_from = 300,
        .status_to = 599,
        .once_per_target = true,
        .check = error_explanation_missing,
    },
    {
        .id = "negotiation-loop-misuse",
        .severity = WL_NOTE,
        .fault = WL_FAULT_SERVER,
        .area = "S5",
        .versions = "HTTP/1.1, HTTP/2, HTTP/3",
        .cite = {"RFC 2295 8.1", "RFC 5842 7.2", "RFC 4918 11.5"},
        .title = "506, 507 or 508 where there is nothing of that kind",
        .why = "506 is about transparent negotiation, 507 about room for what is stored, 508 about "
               "endless depth. Used for something else they say nothing that anybody could mend.",
        .advice = "Answer 500, or 503 for what passes.",
        .see = {"write-status-on-read"},
        .when = WL_ON_EXCHANGE,
        .needs = WL_NEEDS_PAIR | WL_NEEDS_REQUEST | WL_NEEDS_RESPONSE,
        .status_from = 506,
        .status_to = 508,
        .check = negotiation_loop_misuse,
    },
    {
        .id = "retry-after-missing",
        .severity = WL_NOTE,
        .fault = WL_FAULT_SERVER,
        .area = "S4",
        .versions = "HTTP/1.1, HTTP/2, HTTP/3",
        .cite = {"RFC 9110 15.6.4", "RFC 9110 15.5.14", "RFC 9110 10.2.3", "RFC 6585 4"},
        .title = "Status that passes, and no word when; or Retry-After with no defined meaning",
        .why = "Clients that are not told when to come back choose for themselves: many at once, "
               "and the server that has just recovered is overloaded again.",
        .advice = "Send Retry-After, in seconds, with 503, 429, and 413 where it will pass.",
        .see = {"retry-after-syntax", "unavailable-cacheable"},
        .when = WL_ON_RESPONSE,
        .final_only = true,
        .once_per_target = true,
        .cases = {{.field = WL_FIELD_RETRY_AFTER},
                  {.status_from = 413, .status_to = 413},
                  {.status_from = 429, .status_to = 429},
                  {.status_from = 503, .status_to = 503}},
        .check = retry_after_missing,
    },
    {
        .id = "retry-after-syntax",
        .severity = WL_VIOLATION,
        .fault = WL_FAULT_SERVER,
        .area = "S4",
        .versions = "HTTP/1.0, HTTP/1.1, HTTP/2, HTTP/3",
        .cite = {"RFC 9110 10.2.3"},
        .title = "Retry-After that says no time",
        .why = "Clients ignore what they cannot read and come back at once, which is what the "
               "field was to prevent.",
        .advice = "Send a number of seconds, or a date such as Fri, 31 Dec 1999 23:59:59 GMT.",
        .see = {"retry-after-missing", "date-format-invalid"},
        .when = WL_ON_RESPONSE,
        .field = WL_FIELD_RETRY_AFTER,
        .check = retry_after_syntax,
    },
    {
        .id = "unavailable-cacheable",
        .severity = WL_NOTE,
        .fault = WL_FAULT_SERVER,
        .area = "S5",
        .versions = "HTTP/1.1, HTTP/2, HTTP/3",
        .cite = {"RFC 9110 15.6.4", "RFC 9111 3"},
        .title = "503 (Service Unavailable) that caches may keep",
        .why = "A failure that lasted a second is served from caches for as long as this says, to "
               "everybody behind them, when the server is long well again.",
        .advice = "Send Cache-Control: no-store with a 503, or a time not above Retry-After.",
        .see = {"retry-after-missing"},
        .when = WL_ON_RESPONSE,
        .status_from = 503,
        .status_to = 503,
        .fields = {WL_FIELD_CACHE_CONTROL, WL_FIELD_EXPIRES},
        .final_only = true,
        .once_per_target = true,
        .check = unavailable_cacheable,
    },
    {
        .id = "version-not-supported-same-major",
        .severity = WL_WARNING,
        .fault = WL_FAULT_SERVER,
        .area = "S5",
        .versions = "HTTP/1.0, HTTP/1.1",
        .cite = {"RFC 9110 15.6.6", "RFC 9110 2.5"},
        .title = "505 (HTTP Version Not Supported) in that very version",
        .why = "505 refuses the major version of the request, and is written in it. Versions with "
               "the same major number understand each other: a client can do nothing about it.",
        .advice = "Serve all minor versions of HTTP/1; answer 400 or 426 for what is meant.",
        .see = {"version-malformed"},
        .when = WL_ON_EXCHANGE,
        .needs = WL_NEEDS_PAIR | WL_NEEDS_REQUEST,
        .status_from = 505,
        .status_to = 505,
        .check = version_not_supported_same_major,
    },
};

const struct wl_rule_group wl_rules_failure = {"failure", rules, WL_COUNT(rules)};
