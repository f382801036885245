/* method.c - rules about methods and request targets.
 * SPDX-License-Identifier: MIT
 *
 * Catalogue area MET, and what S4 and S5 have about 405 and 501 (RFC 9110 9, RFC 9112 3.2). Methods
 * are compared with regard to case.
 */
#include "rules.h"

#include <inttypes.h>

#include "facts.h"
#include "grammar.h"
#include "lanes.h"

/* ------------------------------------------------------------------------------------ 405, 501 */

/* The line of Allow that lists the method; NULL when none does. */
static const struct wl_field *allowing(const struct wl_message *m, struct wl_span method)
{
    const struct wl_field *f = wl_message_field(m, WL_FIELD_ALLOW);

    for (; f; f = wl_message_next_field(m, f)) {
        struct wl_cursor c = wl_cursor(f->value);
        struct wl_span member;

        while ((member = wl_grammar_member(&c)).n) {
            if (wl_span_equal(member, method))
                return f;
        }
    }
    return NULL;
}

static void method_not_allowed_allow_field(struct wl_judge *j, const struct wl_exchange *ex,
                                           const struct wl_message *m)
{
    const struct wl_field *f = allowing(m, ex->req.method);

    if (!wl_message_field(m, WL_FIELD_ALLOW)) {
        wl_report(j, m, m->at, WL_VIOLATION, wl_judge_via(ex, WL_CERTAIN), "405 without Allow");
    } else if (f && !wl_facts_line_unclear(&ex->req)) {
        wl_report(j, m, wl_field_at(m, f), WL_VIOLATION, wl_judge_via(ex, WL_CERTAIN),
                  "405 to %s, with Allow: %s", wl_said(ex->req.method).text,
                  wl_said(f->value).text);
    }
}

static void method_not_allowed_get_head(struct wl_judge *j, const struct wl_exchange *ex,
                                        const struct wl_message *m)
{
    bool told = wl_message_field(m, WL_FIELD_ALLOW) != NULL;
    bool reads = allowing(m, WL_SPAN("GET")) || allowing(m, WL_SPAN("HEAD"));

    if (!wl_facts_only_reads(ex->req.method_id) || wl_facts_line_unclear(&ex->req))
        return;
    /* a target that only takes writes, as those of RPC do */
    wl_report(j, m, m->at, told && !reads ? WL_NOTE : WL_WARNING, told ? WL_CERTAIN : WL_LIKELY,
              "405 to %s%s", wl_said(ex->req.method).text,
              told && !reads ? ", of a target that allows neither GET nor HEAD" : "");
}

/* Methods that are registered nowhere, and that many servers implement on purpose: UPnP, Exchange,
 * RPC over HTTP, remote desktops, BITS, caches, media servers, Vault. */
static bool is_dialect(struct wl_span method)
{
    static const char *const known[] = {
        "BCOPY",     "BDELETE",       "BITS_POST",    "BMOVE",        "BPROPFIND",     "BPROPPATCH",
        "CCM_POST",  "M-SEARCH",      "NOTIFY",       "POLL",         "PURGE",         "BAN",
        "LIST",      "REFRESH",       "RPC_IN_DATA",  "RPC_OUT_DATA", "SOURCE",        "STATS",
        "SUBSCRIBE", "SUBSCRIPTIONS", "UNSUBSCRIBE",  "VIEW",         "X-MS-ENUMATTS", "DESCRIBE",
        "ANNOUNCE",  "RDG_IN_DATA",   "RDG_OUT_DATA",
    };

    for (size_t i = 0; i < WL_COUNT(known); i++) {
        if (wl_span_equal(method, wl_span_text(known[i])))
            return true;
    }
    /* RFC 2774 5; RFC 9113 3.4: the preface of HTTP/2, registered lest anybody use its name */
    return wl_span_starts(method, WL_SPAN("M-")) || wl_span_equal(method, WL_SPAN("PRI"));
}

/** Does it end with a method that is known? Where octets are missing, "okGET" may be the end of
 * content, and GET behind it. */
static bool ends_with_method(struct wl_span method)
{
    enum { LEAST = 3, MOST = 20 }; /* octets of their names */

    for (size_t n = LEAST; n < method.n && n <= MOST; n++) {
        if (wl_grammar_method(wl_span_after(method, method.n - n)) > WL_METHOD_OTHER)
            return true;
    }
    return false;
}

/** Has it a transfer coding that servers may lack? RFC 9112 7.1: "A recipient MUST be able to parse
 * and decode the chunked transfer coding", and no other. */
static WL_ASIDE bool is_coded(const struct wl_message *req)
{
    const struct wl_field *f = wl_message_field(req, WL_FIELD_TRANSFER_ENCODING);

    return f &&
           (wl_message_next_field(req, f) || !wl_span_equal_nocase(f->value, WL_SPAN("chunked")));
}

static void not_implemented_known_method(struct wl_judge *j, const struct wl_exchange *ex,
                                         const struct wl_message *m)
{
    const struct wl_message *req = &ex->req;
    bool query = wl_span_find(req->target, '?') != req->target.n;

    if (wl_facts_line_unclear(req))
        return;
    if (m->status == 501) {
        bool upgrade = wl_message_field(req, WL_FIELD_UPGRADE) != NULL;

        /* RFC 9112 6.1: 501 is right for a transfer coding that the server does not know. RFC 9110
         * 15.6.2 has it for any functionality: storage services say it of parameters */
        if (wl_facts_only_reads(req->method_id) && !is_coded(req)) {
            wl_report(j, m, m->at, query || upgrade ? WL_NOTE : WL_WARNING,
                      wl_judge_via(ex, WL_LIKELY),
                      upgrade ? "501 to %s, perhaps for the protocol that Upgrade offers"
                      : query ? "501 to %s, perhaps for what the query asks for"
                              : "501 to %s",
                      wl_said(req->method).text);
        }
    } else if (req->method_id == WL_METHOD_OTHER && (m->status == 405 || m->status / 100 == 2) &&
               !is_dialect(req->method) && !ends_with_method(req->method)) {
        wl_report(j, m, m->at, WL_NOTE, wl_judge_via(ex, WL_LIKELY),
                  "%u to %s, a method that is not registered", m->status,
                  wl_said(req->method).text);
    }
}

/* ----------------------------------------------------------------------- content where none is */

static void content_on_contentless_method(struct wl_judge *j, const struct wl_exchange *ex,
                                          const struct wl_message *m)
{
    bool announced = m->declared != WL_NONE && m->declared > 0;
    uint64_t octets = announced ? m->declared : m->body_bytes;
    /* RFC 9110 9.3.1, 9.3.5: unless the origin server has said, perhaps out of band, that it has a
     * purpose. 9.3.7 has no such exception */
    enum wl_confidence c = m->method_id == WL_METHOD_OPTIONS ? WL_CERTAIN : WL_LIKELY;

    (void)ex;
    if (octets == 0)
        return;
    if (!wl_facts_only_reads(m->method_id) && m->method_id != WL_METHOD_DELETE &&
        (m->method_id != WL_METHOD_OPTIONS || wl_message_field(m, WL_FIELD_CONTENT_TYPE)))
        return;
    /* of chunked content the octets seen so far depend on where the capture ends */
    if (announced || m->state == WL_WHOLE) {
        wl_report(j, m, m->at, WL_WARNING, c, "%s with %s of content%s", wl_said(m->method).text,
                  wl_said_octets(octets).text,
                  m->method_id == WL_METHOD_OPTIONS ? " and without Content-Type" : "");
    } else {
        wl_report(j, m, m->at, WL_WARNING, c, "%s with content", wl_said(m->method).text);
    }
}

static void connect_2xx_framing_field(struct wl_judge *j, const struct wl_exchange *ex,
                                      const struct wl_message *m)
{
    const struct wl_message *req = &ex->req;
    const struct wl_field *f = wl_message_field(m, WL_FIELD_CONTENT_LENGTH);

    f = f ? f : wl_message_field(m, WL_FIELD_TRANSFER_ENCODING);
    if (f && m->status / 100 == 2) {
        wl_report(j, m, wl_field_at(m, f), WL_VIOLATION, WL_CERTAIN, "%u to CONNECT with %s: %s",
                  m->status, wl_said(wl_field_sent_name(f)).text, wl_said(f->value).text);
    }
    f = wl_message_field(req, WL_FIELD_TRANSFER_ENCODING);
    f = f || req->declared == WL_NONE || req->declared == 0
            ? f
            : wl_message_field(req, WL_FIELD_CONTENT_LENGTH);
    if (f) {
        wl_report(j, req, wl_field_at(req, f), WL_WARNING, WL_CERTAIN, "CONNECT with %s: %s",
                  wl_said(wl_field_sent_name(f)).text, wl_said(f->value).text);
        wl_report_fault(j, WL_FAULT_CLIENT);
    }
}

static void trace_misuse(struct wl_judge *j, const struct wl_exchange *ex,
                         const struct wl_message *m)
{
    static const enum wl_field_id secret[] = {WL_FIELD_AUTHORIZATION, WL_FIELD_PROXY_AUTHORIZATION,
                                              WL_FIELD_COOKIE};
    const struct wl_message *req = &ex->req;
    const struct wl_field *type = wl_message_field(m, WL_FIELD_CONTENT_TYPE);
    const struct wl_mark *echo = wl_message_mark(m, WL_MARK_INSIDE_SECRET);

    if (m->status >= 400) /* where it was refused nothing was given away */
        return;
    if (wl_grammar_announces_content(req)) {
        wl_report(j, req, req->at, WL_VIOLATION, WL_CERTAIN, "TRACE with content");
    }
    for (size_t i = 0; i < WL_COUNT(secret); i++) {
        const struct wl_field *f = wl_message_field(req, secret[i]);

        if (f) {
            wl_report(j, req, wl_field_at(req, f), WL_VIOLATION, WL_CERTAIN, "TRACE with %s",
                      wl_said(wl_field_sent_name(f)).text);
            break;
        }
    }
    if (echo) {
        wl_report(j, m, echo->at, WL_WARNING, WL_CERTAIN,
                  "the response to TRACE repeats %s of the request", wl_said_seen(echo).text);
        wl_report_fault(j, WL_FAULT_SERVER);
    }
    if (m->status == 200 && !wl_facts_empty(m) &&
        !(type && wl_grammar_media_type_is(type->value, WL_SPAN("message/http")))) {
        wl_report(j, m, type ? wl_field_at(m, type) : m->at, WL_WARNING, WL_CERTAIN,
                  "200 to TRACE with %s%s, not message/http",
                  type ? "Content-Type " : "content of no type",
                  type ? wl_said(type->value).text : "");
    }
}

/* ----------------------------------------------------------------------------- HEAD beside GET */

static bool is_strong(const struct wl_message *m)
{
    const struct wl_field *f = wl_facts_single(m, WL_FIELD_ETAG);
    struct wl_etag tag;

    return f && wl_grammar_etag(f->value, &tag) && !tag.weak;
}

/* Octets of content that GET gets, as far as a response tells; WL_NONE: it does not. */
static uint64_t length_of(const struct wl_past *p)
{
    if (p->declared != WL_NONE || p->method == WL_METHOD_HEAD || p->status != 200)
        return p->declared;
    return p->whole ? p->body_bytes : WL_NONE;
}

static void length_differs_from_get(struct wl_judge *j, const struct wl_exchange *ex,
                                    const struct wl_past *past, const struct wl_past *now)
{
    const struct wl_message *m = &ex->res;
    uint64_t before = length_of(past), length = length_of(now);
    bool head_now = now->method == WL_METHOD_HEAD;

    if ((now->status != 200 && now->status != 304) ||
        (now->status == 200 && head_now == (past->method == WL_METHOD_HEAD)))
        return;
    if (before == WL_NONE || length == WL_NONE || before == length)
        return;
    if (past->etag == 0 || past->etag != now->etag || !is_strong(m) ||
        past->negotiated != now->negotiated || past->identity != now->identity)
        return;
    /* what was coded on its way may keep the tag of what it was made from, wrongly */
    if (wl_past_has(past->res_fields, WL_FIELD_CONTENT_ENCODING) ||
        wl_past_has(now->res_fields, WL_FIELD_CONTENT_ENCODING))
        return;
    wl_report(j, m, m->at, WL_VIOLATION, wl_judge_via(ex, past->via ? WL_LIKELY : WL_CERTAIN),
              "%u to %s says %" PRIu64
              " octets, where the %s before, with the same ETag, has %" PRIu64,
              m->status, wl_said(ex->req.method).text, length,
              past->method == WL_METHOD_HEAD ? "HEAD" : "GET", before);
    wl_report_frame(j, past->res_frame);
}

/* ------------------------------------------------------------------------------------- targets */

static bool is_web(struct wl_span scheme)
{
    return wl_span_equal_nocase(scheme, WL_SPAN("http")) ||
           wl_span_equal_nocase(scheme, WL_SPAN("https"));
}

/* host ":" port, and nothing else (RFC 9112 3.2.3). */
static bool is_authority_form(struct wl_span target)
{
    struct wl_uri uri;

    return wl_grammar_authority(target, &uri) && uri.host.n && uri.port.n &&
           wl_span_find(target, '@') == target.n;
}

/* Host as it should be beside a target with an authority (RFC 9112 3.2): the same, userinfo aside.
 * The default port makes no difference to anybody. */
static bool host_differs(const struct wl_message *req, const struct wl_uri *uri)
{
    const struct wl_field *f = wl_facts_single(req, WL_FIELD_HOST);
    struct wl_uri host;

    if (!f || f->value.n == 0 || !wl_grammar_authority(f->value, &host))
        return false;
    host.scheme = uri->scheme;
    return !wl_span_equal_nocase(host.host, uri->host) ||
           wl_grammar_uri_port(&host) != wl_grammar_uri_port(uri);
}

static void absolute_form(struct wl_judge *j, const struct wl_message *m, const struct wl_uri *uri)
{
    size_t at = wl_span_find(uri->authority, '@');

    if (!is_web(uri->scheme))
        return;
    if (host_differs(m, uri)) {
        const struct wl_field *f = wl_message_field(m, WL_FIELD_HOST);

        /* what stands before "@" may be a password: it is not repeated here */
        wl_report(j, m, wl_field_at(m, f), WL_VIOLATION, WL_CERTAIN,
                  "Host: %s beside a target on %s, port %u", wl_said(f->value).text,
                  wl_said(uri->host).text, wl_grammar_uri_port(uri));
    } else if (at != uri->authority.n) {
        wl_report(j, m, m->at, WL_WARNING, WL_CERTAIN, "user information in the target, for %s",
                  wl_said(uri->host).text);
    }
}

static WL_ASIDE void check_other_form(struct wl_judge *j, const struct wl_message *m)
{
    struct wl_span target = m->target;
    bool connect = m->method_id == WL_METHOD_CONNECT;
    struct wl_uri uri;

    /* what fits no request line at all is told by the rules about that */
    if (target.n == 0 || wl_message_mark(m, WL_MARK_REQUEST_LINE_SPACES) ||
        wl_message_mark(m, WL_MARK_TARGET_BAD_OCTET) ||
        wl_message_mark(m, WL_MARK_VERSION_MISSING) || wl_message_mark(m, WL_MARK_GARBAGE_REQUEST))
        return;
    if (connect) {
        if (!is_authority_form(target)) {
            wl_report(j, m, m->at, WL_VIOLATION, WL_CERTAIN,
                      "CONNECT to '%s', which is no host and port", wl_said(target).text);
        }
    } else if (wl_span_find(target, '#') != target.n) {
        wl_report(j, m, m->at, WL_VIOLATION, WL_CERTAIN, "fragment in the target: '%s'",
                  wl_said(target).text);
    } else if (wl_span_equal(target, WL_SPAN("*"))) {
        /* UPnP discovers with "M-SEARCH *" and "NOTIFY *" */
        if (m->method_id != WL_METHOD_OPTIONS && m->method_id != WL_METHOD_OTHER) {
            wl_report(j, m, m->at, WL_VIOLATION, WL_CERTAIN, "'*' with %s",
                      wl_said(m->method).text);
        }
    } else if (is_authority_form(target)) {
        wl_report(j, m, m->at, WL_VIOLATION, WL_CERTAIN, "%s with host and port for a target: '%s'",
                  wl_said(m->method).text, wl_said(target).text);
    } else if (wl_grammar_uri(target, &uri) != WL_URI_FINE) {
        return; /* an odd URI is a URI all the same */
    } else if (uri.scheme.n && uri.authority.p) {
        absolute_form(j, m, &uri);
    } else if (uri.scheme.n == 0 && m->method_id != WL_METHOD_OTHER) {
        /* RFC 9112 3.2: origin-form begins with "/", absolute-form with a scheme */
        wl_report(j, m, m->at, WL_VIOLATION, WL_CERTAIN,
                  "a target without '/' at its beginning: '%s'", wl_said(target).text);
    }
}

static void target_form_invalid(struct wl_judge *j, const struct wl_exchange *ex,
                                const struct wl_message *m)
{
    struct wl_span target = m->target;

    if (WL_LIKELY_TRUE(target.n && target.p[0] == '/' && m->method_id != WL_METHOD_CONNECT &&
                       !wl_lanes_hold(target.p, target.n, '#')))
        return;
    /* where a capture begins, or goes on, a method that is not known may be the end of CONNECT */
    if (m->method_id != WL_METHOD_OTHER || ex->paired)
        check_other_form(j, m);
}

static const struct wl_rule rules[] = {
    {
        .id = "connect-2xx-framing-field",
        .severity = WL_VIOLATION,
        .fault = WL_FAULT_INTERMEDIARY,
        .area = "MET",
        .versions = "HTTP/1.1",
        .cite = {"RFC 9110 9.3.6", "RFC 9112 6.1"},
        .title = "Content announced around a tunnel",
        .why = "After a 2xx to CONNECT the tunnel begins with the next octet. A client that "
               "believes the field takes the first octets of the tunnel for content, or waits for "
               "it.",
        .advice = "Send neither Content-Length nor Transfer-Encoding with CONNECT and its 2xx.",
        .see = {"no-content-framing-field", "content-on-contentless-method"},
        .when = WL_ON_EXCHANGE,
        .needs = WL_NEEDS_PAIR | WL_NEEDS_REQUEST | WL_NEEDS_RESPONSE,
        .method = WL_METHOD_CONNECT,
        .check = connect_2xx_framing_field,
    },
    {
        .id = "content-on-contentless-method",
        .severity = WL_WARNING,
        .fault = WL_FAULT_CLIENT,
        .area = "MET",
        .versions = "HTTP/1.0, HTTP/1.1",
        .cite = {"RFC 9110 9.3.1", "RFC 9110 9.3.2", "RFC 9110 9.3.5", "RFC 9110 9.3.7"},
        .title = "Content with a method that gives it no meaning",
        .why = "Some recipients read the content, some skip it, and some do not expect it and read "
               "it as the next request: that disagreement is what request smuggling lives on.",
        .advice = "Use POST or QUERY where content is to count; otherwise leave it out.",
        .see = {"connect-2xx-framing-field", "trace-misuse"},
        .when = WL_ON_REQUEST,
        .fields = {WL_FIELD_CONTENT_LENGTH, WL_FIELD_TRANSFER_ENCODING},
        .check = content_on_contentless_method,
    },
    {
        .id = "length-differs-from-get",
        .severity = WL_VIOLATION,
        .fault = WL_FAULT_SERVER,
        .area = "MET",
        .versions = "HTTP/1.1, HTTP/2, HTTP/3",
        .cite = {"RFC 9110 8.6", "RFC 9110 9.3.2"},
        .title = "Length in a response without content that GET does not have",
        .why = "Clients learn from HEAD and 304 how large the content is: to plan a download, to "
               "see whether it has changed. A wrong length makes them take part of it for all, or "
               "throw away what was right.",
        .advice = "Send the length that GET would have, or none.",
        .see = {"head-response-body", "update-fields-missing"},
        .when = WL_ON_RELATED,
        .needs = WL_NEEDS_REQUEST | WL_NEEDS_RESPONSE,
        .status_from = 200,
        .status_to = 304,
        .field = WL_FIELD_ETAG,
        .cases = {{.method = WL_METHOD_GET}, {.method = WL_METHOD_HEAD}},
        .relation = WL_RELATION_GET,
        .also = WL_RELATION_HEAD,
        .check_related = length_differs_from_get,
    },
    {
        .id = "method-not-allowed-allow-field",
        .severity = WL_VIOLATION,
        .fault = WL_FAULT_SERVER,
        .area = "S4",
        .versions = "HTTP/1.1, HTTP/2, HTTP/3",
        .cite = {"RFC 9110 15.5.6", "RFC 9110 10.2.1"},
        .title = "405 (Method Not Allowed) that does not say what is allowed",
        .why = "A client learns from Allow what it may do instead. Without it, or with the very "
               "method that was refused in it, it can only try.",
        .advice = "Send Allow with the methods of the target; an empty one is an answer, too.",
        .see = {"method-not-allowed-get-head", "not-implemented-known-method"},
        .when = WL_ON_EXCHANGE,
        .needs = WL_NEEDS_PAIR | WL_NEEDS_REQUEST | WL_NEEDS_RESPONSE,
        .status_from = 405,
        .status_to = 405,
        .check = method_not_allowed_allow_field,
    },
    {
        .id = "method-not-allowed-get-head",
        .severity = WL_WARNING,
        .fault = WL_FAULT_SERVER,
        .area = "S4",
        .versions = "HTTP/1.1, HTTP/2, HTTP/3",
        .cite = {"RFC 9110 9.1"},
        .title = "405 (Method Not Allowed) to GET or HEAD",
        .why = "Every general-purpose server supports GET and HEAD: link checkers, monitors and "
               "caches depend on it. A page that can be read by GET and not by HEAD looks dead to "
               "them.",
        .advice = "Let HEAD do what GET does, without the content. A target for writing only "
                  "should say so in Allow.",
        .see = {"method-not-allowed-allow-field", "not-implemented-known-method"},
        .when = WL_ON_EXCHANGE,
        .needs = WL_NEEDS_PAIR | WL_NEEDS_REQUEST | WL_NEEDS_RESPONSE,
        .status_from = 405,
        .status_to = 405,
        .lacks = WL_FIELD_VIA, /* a proxy may refuse by policy */
        .check = method_not_allowed_get_head,
    },
    {
        .id = "not-implemented-known-method",
        .severity = WL_WARNING,
        .fault = WL_FAULT_SERVER,
        .area = "S5",
        .versions = "HTTP/1.0, HTTP/1.1, HTTP/2, HTTP/3",
        .cite = {"RFC 9110 15.6.2", "RFC 9110 9.1", "RFC 9112 6.1"},
        .title = "501 to a method that every server has, or something else to one that none has",
        .why = "501 says that the server cannot do what the request takes, above all that it does "
               "not know the method. GET and HEAD every server has to know. A server that treats "
               "methods it does not know like GET lets them past access rules that name methods.",
        .advice = "Support GET and HEAD; answer 501 to methods that are not known.",
        .see = {"method-not-allowed-get-head", "method-not-allowed-allow-field"},
        .when = WL_ON_EXCHANGE,
        .needs = WL_NEEDS_PAIR | WL_NEEDS_REQUEST,
        .status_from = 200,
        .status_to = 501,
        .once_per_target = true,
        .cases = {{.status_from = 501, .status_to = 501}, {.method = WL_METHOD_OTHER}},
        .check = not_implemented_known_method,
    },
    {
        .id = "target-form-invalid",
        .severity = WL_VIOLATION,
        .fault = WL_FAULT_CLIENT,
        .area = "MET",
        .versions = "HTTP/1.0, HTTP/1.1",
        .cite = {"RFC 9112 3.2", "RFC 9112 3.2.3", "RFC 9112 3.2.4", "RFC 9110 4.2.4"},
        .title = "Request target in a form that the method does not have",
        .why = "Every recipient makes its own path of such a target: what one checks is not what "
               "the next one serves. Two different hosts in one request are a way past virtual "
               "hosts and access lists.",
        .advice = "Send the path; to a proxy the whole URI, with the same authority in Host; with "
                  "CONNECT host and port; '*' with OPTIONS only. Leave fragment and user out.",
        .see = {"host-missing-or-invalid", "request-line-malformed"},
        .when = WL_ON_REQUEST,
        .check = target_form_invalid,
    },
    {
        .id = "trace-misuse",
        .severity = WL_VIOLATION,
        .fault = WL_FAULT_EITHER,
        .area = "MET",
        .versions = "HTTP/1.0, HTTP/1.1, HTTP/2, HTTP/3",
        .cite = {"RFC 9110 9.3.8"},
        .title = "TRACE with content or secrets, or not answered with the message",
        .why = "The response to TRACE is the request: what is secret in it becomes content that "
               "scripts can read and caches may keep.",
        .advice = "Send TRACE without credentials and content; on servers, switch it off.",
        .see = {"content-on-contentless-method"},
        .when = WL_ON_EXCHANGE,
        .needs = WL_NEEDS_PAIR | WL_NEEDS_REQUEST | WL_NEEDS_RESPONSE,
        .method = WL_METHOD_TRACE,
        .check = trace_misuse,
    },
};

const struct wl_rule_group wl_rules_method = {"method", rules, WL_COUNT(rules)};
