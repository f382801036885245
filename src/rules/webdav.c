/* webdav.c - rules about what WebDAV brought: locks, 102, 423, 424 and their use elsewhere.
 * SPDX-License-Identifier: MIT
 *
 * Catalogue areas S4 and COD (RFC 4918, RFC 2518). Whether a 423 names its precondition was looked
 * up while its content passed (http/inside.c).
 */
#include "rules.h"

#include "facts.h"
#include "grammar.h"

static bool is_webdav(enum wl_method method)
{
    return wl_grammar_method_flags(method) & WL_WEBDAV;
}

/* ------------------------------------------------------------------------------- locks and 424 */

static void webdav_error_misuse(struct wl_judge *j, const struct wl_exchange *ex,
                                const struct wl_message *m)
{
    const struct wl_message *req = &ex->req;

    if (req->method_id == WL_METHOD_LOCK && m->status / 100 == 2 && m->status != 207) {
        /* RFC 4918 9.10.1, 9.10.2: a new lock has its token in Lock-Token; a refresh, which names
         * the lock in If, has not */
        if (!wl_message_field(req, WL_FIELD_IF) && !wl_message_field(m, WL_FIELD_LOCK_TOKEN)) {
            wl_report(j, m, m->at, WL_WARNING, wl_judge_via(ex, WL_CERTAIN),
                      "%u to LOCK without Lock-Token", m->status);
        }
    } else if (req->method_id == WL_METHOD_UNLOCK && m->status / 100 == 2) {
        if (!wl_message_field(req, WL_FIELD_LOCK_TOKEN)) {
            wl_report(j, m, m->at, WL_WARNING, wl_judge_via(ex, WL_CERTAIN),
                      "%u to UNLOCK that names no lock in Lock-Token", m->status);
        }
    } else if (m->status == 423) {
        if (wl_message_mark(m, WL_MARK_INSIDE_NO_CONDITION)) {
            wl_report(j, m, m->body_at, WL_WARNING, WL_CERTAIN,
                      "423 whose content has neither lock-token-submitted nor no-conflicting-lock");
        }
    } else if (m->status == 424) {
        wl_report(j, m, m->at, is_webdav(req->method_id) ? WL_WARNING : WL_NOTE, WL_CERTAIN,
                  "424 as the status of the whole response to %s", wl_said(req->method).text);
    }
}

static void write_status_on_read(struct wl_judge *j, const struct wl_exchange *ex,
                                 const struct wl_message *m)
{
    enum wl_method method = ex->req.method_id;

    if (m->status != 409 && m->status != 423 && m->status != 424 && m->status != 428 &&
        m->status != 507)
        return;
    if (method == WL_METHOD_GET || method == WL_METHOD_HEAD || method == WL_METHOD_OPTIONS) {
        wl_report(j, m, m->at, WL_NOTE, WL_CERTAIN, "%u to %s, which changes nothing", m->status,
                  wl_said(ex->req.method).text);
    }
}

/* ----------------------------------------------------------------------------------------- 102 */

/* RFC 2518 9.7: Status-URI = "Status-URI" ":" *(Status-Code "<" Coded-URL ">"); its example has a
 * space between the two. */
static bool is_status_uri(struct wl_span value)
{
    size_t n = 0, close;
    struct wl_uri uri;

    value = wl_span_trim(value);
    if (value.n == 0)
        return false;
    while (value.n) {
        for (n = 0; n < value.n && wl_is_digit(value.p[n]); n++) {
        }
        if (n != 3)
            return false;
        value = wl_span_trim(wl_span_after(value, n));
        close = wl_span_find(value, '>');
        if (value.n == 0 || value.p[0] != '<' || close == value.n ||
            wl_grammar_uri(wl_span_sub(value, 1, close - 1), &uri) || !uri.scheme.p)
            return false;
        value = wl_span_trim(wl_span_after(value, close + 1));
    }
    return true;
}

/* One 102 of an exchange is enough to say it. */
static bool is_first_102(const struct wl_exchange *ex, const struct wl_message *m)
{
    for (uint32_t i = 0; i < ex->n_interim && &ex->interim[i] != m; i++) {
        if (ex->interim[i].status == 102)
            return false;
    }
    return true;
}

static void processing_outside_webdav(struct wl_judge *j, const struct wl_exchange *ex,
                                      const struct wl_message *m)
{
    const struct wl_field *f = wl_message_field(m, WL_FIELD_STATUS_URI);

    if (f && m->status != 102) {
        wl_report(j, m, wl_field_at(m, f), WL_NOTE, WL_CERTAIN, "Status-URI in a %03u", m->status);
    } else if (f && !is_status_uri(f->value)) {
        wl_report(j, m, wl_field_at(m, f), WL_NOTE, WL_CERTAIN,
                  "Status-URI: %s is no status and absolute URI in angle brackets",
                  wl_said(f->value).text);
    } else if (m->status == 102 && !is_webdav(ex->req.method_id) &&
               !wl_message_field(&ex->req, WL_FIELD_DAV) &&
               !wl_message_field(&ex->req, WL_FIELD_DEPTH) && is_first_102(ex, m)) {
        wl_report(j, m, m->at, WL_NOTE, wl_judge_via(ex, WL_CERTAIN),
                  "102 to %s, which is no method of WebDAV", wl_said(ex->req.method).text);
    }
}

static const struct wl_rule rules[] = {
    {
        .id = "processing-outside-webdav",
        .severity = WL_NOTE,
        .fault = WL_FAULT_SERVER,
        .area = "COD",
        .versions = "HTTP/1.1, HTTP/2, HTTP/3",
        .cite = {"RFC 2518 10.1", "RFC 2518 9.7"},
        .title = "102 (Processing) or Status-URI outside WebDAV",
        .why = "102 was made for WebDAV and left out of its second edition. A client of anything "
               "else has to ignore it, and some do not: they take it for the final response, or "
               "for an error. It restarts no timer that was not made for it.",
        .advice = "Answer 202 with a place to ask, or keep the connection busy by other means.",
        .see = {"processing-premature", "accepted-no-monitor"},
        .when = WL_ON_RESPONSE,
        .needs = WL_NEEDS_PAIR | WL_NEEDS_REQUEST,
        .cases = {{.field = WL_FIELD_STATUS_URI}, {.status_from = 102, .status_to = 102}},
        .check = processing_outside_webdav,
    },
    {
        .id = "webdav-error-misuse",
        .severity = WL_WARNING,
        .fault = WL_FAULT_SERVER,
        .area = "S4",
        .versions = "HTTP/1.1, HTTP/2, HTTP/3",
        .cite = {"RFC 4918 9.10.1", "RFC 4918 9.11", "RFC 4918 11.3", "RFC 4918 11.4"},
        .title = "Lock that nobody can release, or 423 or 424 that does not say why",
        .why = "A lock whose token the client was not told stays until it times out: everybody is "
               "locked out, its owner included. A 423 without the code of its condition does not "
               "tell which lock is in the way. 424 says that another step of the same request "
               "failed, which only the parts of a 207 can show.",
        .advice =
            "Send Lock-Token with a new lock, demand it of UNLOCK, name the lock in the way in "
            "lock-token-submitted or no-conflicting-lock, and put 424 inside 207.",
        .see = {"multistatus-invalid", "write-status-on-read"},
        .when = WL_ON_EXCHANGE,
        .needs = WL_NEEDS_PAIR | WL_NEEDS_REQUEST | WL_NEEDS_RESPONSE,
        .status_from = 200,
        .status_to = 424,
        .cases = {{.method = WL_METHOD_LOCK},
                  {.method = WL_METHOD_UNLOCK},
                  {.status_from = 423, .status_to = 424}},
        .check = webdav_error_misuse,
    },
    {
        .id = "write-status-on-read",
        .severity = WL_NOTE,
        .fault = WL_FAULT_SERVER,
        .area = "S4",
        .versions = "HTTP/1.1, HTTP/2, HTTP/3",
        .cite = {"RFC 9110 15.5.10", "RFC 4918 11.3", "RFC 4918 11.5", "RFC 6585 3"},
        .title = "Status about a change, in answer to a request that changes nothing",
        .why = "409, 423, 424, 428 and 507 tell a client that what it wanted to change could not "
               "be changed. To one that only reads they say nothing that it could act upon.",
        .advice = "Answer with what is wrong with reading: 403, 404, 503.",
        .see = {"webdav-error-misuse", "precondition-status-misuse"},
        .when = WL_ON_EXCHANGE,
        .needs = WL_NEEDS_PAIR | WL_NEEDS_REQUEST,
        .status_from = 409,
        .status_to = 507,
        .check = write_status_on_read,
    },
};

const struct wl_rule_group wl_rules_webdav = {"webdav", rules, WL_COUNT(rules)};
