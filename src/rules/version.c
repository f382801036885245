/* version.c - rules about request lines, versions and Host.
 * SPDX-License-Identifier: MIT
 *
 * Catalogue area VER (RFC 9112 2.3, 3 and 3.2): who is asked, in which version, and whether the
 * first line says so in one way only. What two parties could read differently here is where
 * requests are routed past a filter.
 */
#include "rules.h"

#include "facts.h"
#include "field.h"
#include "grammar.h"

/* ---------------------------------------------------------------------------------------- Host */

/** Why a Host is none. */
enum host_fault {
    HOST_FINE,
    HOST_MISSING,
    HOST_REPEATED,
    HOST_INVALID,
    HOST_EMPTY, /* though the target has an authority */
};

/** RFC 9110 7.2: Host is empty where the target URI has no authority. What is asked by path has one:
 * an http URI has a host that is not empty (RFC 9110 4.2.1). */
static bool may_be_empty(const struct wl_message *req)
{
    struct wl_uri uri;

    if (req->method_id == WL_METHOD_CONNECT)
        return false;
    if (req->target.n && req->target.p[0] == '/')
        return false;
    (void)wl_grammar_uri(req->target, &uri);
    return uri.authority.n == 0;
}

static inline enum host_fault host_fault(const struct wl_message *req, const struct wl_field **ret)
{
    const struct wl_field *host = wl_field_usual(req, WL_FIELD_HOST);

    *ret = host;
    if (!host)
        return HOST_MISSING;
    if (req->n_marks && wl_message_mark(req, WL_MARK_HOST_REPEATED))
        return HOST_REPEATED;
    if (req->n_marks && wl_message_mark(req, WL_MARK_HOST_INVALID))
        return HOST_INVALID;
    return (host->value.n && host->value.p[0] != ':') || may_be_empty(req) ? HOST_FINE : HOST_EMPTY;
}

static unsigned count_lines(const struct wl_message *m, enum wl_field_id id)
{
    unsigned n = 0;

    for (const struct wl_field *f = wl_message_field(m, id); f; f = wl_message_next_field(m, f))
        n++;
    return n;
}

static WL_ASIDE void report_host(struct wl_judge *j, const struct wl_message *m,
                                 const struct wl_field *host, enum host_fault fault)
{
    /* RFC 9112 3.2 speaks of HTTP/1.1; HTTP/1.0 knows no Host, but its servers use what is there */
    bool old = wl_facts_http10(m);
    enum wl_severity severity = old ? WL_NOTE : WL_VIOLATION;

    switch (fault) {
    case HOST_FINE: break;
    case HOST_MISSING:
        /* a line that is nearly Host is told as what it is, and leaves the request without one */
        if (!old && m->major == 1)
            wl_report(j, m, m->at, WL_VIOLATION, WL_CERTAIN, "no Host in the request");
        break;
    case HOST_REPEATED:
        wl_report(j, m, wl_field_at(m, host), severity, WL_CERTAIN,
                  "%u Host lines, the first of them '%s'", count_lines(m, WL_FIELD_HOST),
                  wl_said(host->value).text);
        break;
    case HOST_INVALID:
        wl_report(j, m, wl_field_at(m, host), severity, WL_CERTAIN, "Host '%s' is no host and port",
                  wl_said(host->value).text);
        break;
    case HOST_EMPTY:
        wl_report(j, m, wl_field_at(m, host), old ? WL_NOTE : WL_WARNING, WL_CERTAIN,
                  host->value.n
                      ? "Host is a port alone, though '%s' is asked of a server that has a name"
                      : "Host is empty, though '%s' is asked of a server that has a name",
                  wl_said(m->target).text);
        break;
    }
}

static void host_missing_or_invalid(struct wl_judge *j, const struct wl_exchange *ex,
                                    const struct wl_message *m)
{
    const struct wl_field *host;
    enum host_fault fault = host_fault(m, &host);

    (void)ex;
    if (WL_LIKELY_FALSE(fault != HOST_FINE))
        report_host(j, m, host, fault);
}

/** Refusals for a reason of their own, which may come before the head is looked at. */
static bool is_refused_otherwise(uint16_t status)
{
    return status == 400 || status == 408 || status == 413 || status == 414 || status == 421 ||
           status == 429 || status == 431 || status >= 500;
}

static void bad_host_accepted(struct wl_judge *j, const struct wl_exchange *ex,
                              const struct wl_message *m)
{
    const struct wl_field *host;
    enum host_fault fault = host_fault(&ex->req, &host);
    const char *what = fault == HOST_MISSING    ? "without Host"
                       : fault == HOST_REPEATED ? "with several Host lines"
                                                : "with a Host that is no host and port";

    if (fault == HOST_FINE || fault == HOST_EMPTY || ex->req.major != 1 || m->early ||
        is_refused_otherwise(m->status))
        return;
    if (fault == HOST_INVALID && wl_grammar_is_host(wl_facts_repaired(host->value)))
        return;
    wl_report(j, m, m->at, WL_VIOLATION, wl_judge_via(ex, WL_CERTAIN), "%03u to a request %s",
              m->status, what);
    wl_report_frame(j, ex->req.at.frame);
}

/* --------------------------------------------------------------------------------- first lines */

static void request_line_malformed(struct wl_judge *j, const struct wl_exchange *ex,
                                   const struct wl_message *m)
{
    const struct wl_mark *mark = wl_judge_mark(j);
    bool cr = mark->octets.n && mark->octets.p[mark->octets.n - 1] == '\r';
    struct wl_said said = cr ? wl_said(wl_span_sub(mark->octets, 0, mark->octets.n - 1))
                             : wl_said_seen(mark);
    const char *text = said.text;

    if (mark->id == WL_MARK_CRLF_AFTER_CONTENT) {
        wl_report(j, m, mark->at, WL_WARNING, WL_CERTAIN, "CRLF after the content of the request");
    } else if (mark->id == WL_MARK_LEADING_CRLF) {
        /* there is no line before which it could stand */
        if (!ex || m != &ex->req || wl_message_mark(m, WL_MARK_GARBAGE_REQUEST))
            return;
        /* RFC 9112 2.2: servers should ignore at least one */
        wl_report(j, m, mark->at, mark->value > 1 ? WL_WARNING : WL_NOTE, WL_CERTAIN,
                  "%u empty line%s before the request line", (unsigned)mark->value,
                  mark->value == 1 ? "" : "s");
    } else if (mark->id == WL_MARK_GARBAGE_REQUEST) {
        /* what follows another request is request-leftover-octets; what is no text is no line */
        if (!ex || ex->ordinal != 1 || mark->octets.n == 0)
            return;
        for (size_t i = 0; i < mark->octets.n; i++) {
            if (mark->octets.p[i] < ' ' && mark->octets.p[i] != '\t' && mark->octets.p[i] != '\r')
                return;
        }
        if (mark->octets.n == 1 && mark->octets.p[0] >= 0x7f)
            return;
        wl_report(j, m, mark->at, WL_VIOLATION, WL_CERTAIN, "'%s' in place of a request line",
                  text);
    } else if (mark->id == WL_MARK_METHOD_CASE) {
        wl_report(j, m, mark->at, WL_WARNING, WL_CERTAIN,
                  "method '%s': names of methods are case-sensitive", text);
    } else if (mark->id == WL_MARK_METHOD_NOT_TOKEN) {
        wl_report(j, m, mark->at, WL_VIOLATION, WL_CERTAIN, "method '%s' is no token", text);
    } else if (mark->id == WL_MARK_TARGET_BAD_OCTET) {
        wl_report(j, m, mark->at, WL_VIOLATION, WL_CERTAIN,
                  "octet 0x%02x in the request target '%s'", (unsigned)mark->value, text);
    } else {
        wl_report(j, m, mark->at, WL_VIOLATION, WL_CERTAIN,
                  "'%s' is not split by exactly two single spaces", text);
    }
}

/** HTTP/2.0 and beyond, in the form of a version of HTTP/1. */
static bool is_later_major(struct wl_span version)
{
    return version.n == sizeof("HTTP/2.0") - 1 && wl_span_starts(version, WL_SPAN("HTTP/")) &&
           version.p[5] > '1' && version.p[5] <= '9' && version.p[6] == '.' &&
           wl_is_digit(version.p[7]);
}

static void version_malformed(struct wl_judge *j, const struct wl_exchange *ex,
                              const struct wl_message *m)
{
    const struct wl_mark *mark = wl_judge_mark(j);
    struct wl_said said = wl_said_seen(mark);

    (void)ex;
    if (wl_facts_status_line_case(mark)) /* status-line-malformed */
        return;
    if (mark->id == WL_MARK_VERSION_MISSING) {
        wl_report(j, m, mark->at, WL_VIOLATION, WL_CERTAIN,
                  "'%s' has no version, though other lines follow it", said.text);
    } else if (m && wl_span_equal(m->method, WL_SPAN("PRI"))) { /* RFC 9113 3.4 */
        return;
    } else if (is_later_major(mark->octets)) {
        wl_report(j, m, mark->at, WL_VIOLATION, WL_CERTAIN,
                  "'%s' in a start line, which only HTTP/1 has", said.text);
    } else {
        wl_report(j, m, mark->at, WL_VIOLATION, WL_CERTAIN,
                  "'%s' is no version of HTTP/1: HTTP/, a digit, a dot, a digit", said.text);
    }
}

static WL_ASIDE void compare_versions(struct wl_judge *j, const struct wl_exchange *ex,
                                      const struct wl_message *m)
{
    const struct wl_message *req = &ex->req;
    const struct wl_mark *odd = wl_message_mark(m, WL_MARK_VERSION_MALFORMED);

    if (odd && is_later_major(odd->octets) && req->major == 1 &&
        !wl_message_mark(req, WL_MARK_VERSION_MALFORMED)) {
        wl_report(j, m, odd->at, WL_WARNING, WL_CERTAIN, "%s in answer to HTTP/%u.%u",
                  wl_said_seen(odd).text, req->major, req->minor);
        return;
    }
    if (m->major == req->major && m->minor >= req->minor)
        return;
    /* version-malformed, on either side, leaves nothing to compare */
    if (wl_message_mark(m, WL_MARK_VERSION_MALFORMED) ||
        wl_message_mark(req, WL_MARK_VERSION_MALFORMED) ||
        wl_message_mark(req, WL_MARK_VERSION_MISSING) || !wl_message_has_status(m))
        return;
    if (m->major > req->major) {
        /* RFC 9112 3: a line that is no valid request line is answered with 400, or 301 */
        if (m->status >= 400 || m->status == 301)
            return;
        wl_report(j, m, m->at, WL_WARNING, WL_CERTAIN,
                  "a status line of HTTP/%u.%u in answer to HTTP/%u.%u, which knows none", m->major,
                  m->minor, req->major, req->minor);
    } else if (m->minor < req->minor && m->minor == 0) {
        wl_report(j, m, m->at, WL_NOTE, wl_judge_via(ex, WL_CERTAIN),
                  "HTTP/%u.%u in answer to HTTP/%u.%u", m->major, m->minor, req->major, req->minor);
    }
}

static void version_response_mismatch(struct wl_judge *j, const struct wl_exchange *ex,
                                      const struct wl_message *m)
{
    bool fits = m->major == ex->req.major && m->minor >= ex->req.minor;

    if (WL_LIKELY_FALSE(!fits || m->n_marks))
        compare_versions(j, ex, m);
}

static const struct wl_rule rules[] = {
    {
        .id = "bad-host-accepted",
        .severity = WL_VIOLATION,
        .fault = WL_FAULT_SERVER,
        .area = "VER",
        .versions = "HTTP/1.1",
        .cite = {"RFC 9112 3.2"},
        .title = "Request without a valid Host not refused",
        .why = "Which site was meant is not known, or said twice. A server that picks one, and a "
               "proxy or filter before it that picks the other, let a request through to a host "
               "that it was not checked for, or store one site's answer as the other's.",
        .advice = "Answer 400 to HTTP/1.1 without Host, and to any request with several Host lines "
                  "or with one that is no host and port, before the request is routed.",
        .see = {"host-missing-or-invalid", "malformed-request-accepted"},
        .when = WL_ON_EXCHANGE,
        .needs = WL_NEEDS_PAIR | WL_NEEDS_REQUEST | WL_NEEDS_RESPONSE,
        .cases = {{.req_lacks = WL_FIELD_HOST}, {.req_marked = true}},
        .check = bad_host_accepted,
    },
    {
        .id = "host-missing-or-invalid",
        .severity = WL_VIOLATION,
        .fault = WL_FAULT_CLIENT,
        .area = "VER",
        .versions = "HTTP/1.0, HTTP/1.1",
        .cite = {"RFC 9110 7.2", "RFC 9112 3.2"},
        .title = "Host missing, repeated, or no host and port",
        .why = "Host says which of the sites behind an address is meant. Without it, or with two, "
               "every party on the way decides for itself: routing, access control and caches can "
               "disagree.",
        .advice = "Send one Host with the host, and the port unless it is the default one, of the "
                  "URI that is asked for.",
        .see = {"bad-host-accepted", "request-line-malformed"},
        .when = WL_ON_REQUEST,
        .needs = WL_NEEDS_REQUEST | WL_NEEDS_PAIR,
        .check = host_missing_or_invalid,
    },
    {
        .id = "request-line-malformed",
        .severity = WL_VIOLATION,
        .fault = WL_FAULT_CLIENT,
        .area = "VER",
        .versions = "HTTP/1.0, HTTP/1.1",
        .cite = {"RFC 9112 3", "RFC 9112 2.2", "RFC 9110 9.1"},
        .title = "Request line that is not method, target and version",
        .why = "A request line has exactly two single spaces. With more, or with octets that no "
               "target has, one parser takes the second word for the target and another all up to "
               "the last: they see different resources, and a filter can be walked past.",
        .advice = "Percent-encode what is no character of a URI, send registered methods in upper "
                  "case, and nothing before or after the message.",
        .see = {"version-malformed", "request-leftover-octets", "malformed-request-accepted"},
        .when = WL_ON_MARK,
        .mark = WL_MARK_REQUEST_LINE_SPACES,
        .marks = {WL_MARK_METHOD_NOT_TOKEN, WL_MARK_METHOD_CASE, WL_MARK_TARGET_BAD_OCTET,
                  WL_MARK_GARBAGE_REQUEST, WL_MARK_LEADING_CRLF, WL_MARK_CRLF_AFTER_CONTENT},
        .needs = WL_NEEDS_BODY,
        .check = request_line_malformed,
    },
    {
        .id = "version-malformed",
        .severity = WL_VIOLATION,
        .fault = WL_FAULT_EITHER,
        .area = "VER",
        .versions = "HTTP/1.0, HTTP/1.1",
        .cite = {"RFC 9112 2.3"},
        .title = "Version that is none of HTTP/1",
        .why = "The version decides how a message is framed and whether the connection persists. "
               "What one recipient reads as 1.1, another takes for 1.0 or 0.9, and the two "
               "disagree about where the message ends.",
        .advice = "Write HTTP/1.1, in upper case, with one digit on each side of the dot. HTTP/2 "
                  "and HTTP/3 have no start line.",
        .see = {"version-response-mismatch", "request-line-malformed"},
        .when = WL_ON_MARK,
        .mark = WL_MARK_VERSION_MALFORMED,
        .marks = {WL_MARK_VERSION_MISSING},
        .needs = WL_NEEDS_BODY,
        .check = version_malformed,
    },
    {
        .id = "version-response-mismatch",
        .severity = WL_NOTE,
        .fault = WL_FAULT_SERVER,
        .area = "VER",
        .versions = "HTTP/1.0, HTTP/1.1",
        .cite = {"RFC 9110 2.5", "RFC 9110 6.2", "RFC 9112 2.3"},
        .title = "Version of the response does not go with that of the request",
        .why = "A server answers in the highest version it conforms to, of the client's major "
               "version. An answer of 1.0 to 1.1 costs persistent connections, chunked content and "
               "interim responses.",
        .advice = "Let the server answer in HTTP/1.1, or find the proxy that lowers the version.",
        .see = {"version-malformed"},
        .when = WL_ON_RESPONSE,
        .final_only = true,
        .needs = WL_NEEDS_PAIR | WL_NEEDS_REQUEST,
        .once_per_target = true,
        .check = version_response_mismatch,
    },
};

const struct wl_rule_group wl_rules_version = {"version", rules, WL_COUNT(rules)};
