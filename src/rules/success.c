/* success.c - rules about successful responses (2xx), ranges aside.
 * SPDX-License-Identifier: MIT
 *
 * Catalogue area S2: each code of the class promises something about the request or about what
 * comes with it. Partial content has a file of its own (partial.c).
 */
#include "rules.h"

#include "facts.h"
#include "grammar.h"

static const char *method_of(const struct wl_exchange *ex, struct wl_said *said)
{
    *said = wl_said(ex->req.method);
    return said->text;
}

static void created_without_location(struct wl_judge *j, const struct wl_exchange *ex,
                                     const struct wl_message *m)
{
    /* a resumable upload has told its place before, in a 104 */
    if (!wl_message_field(&ex->req, WL_FIELD_UPLOAD_COMPLETE))
        wl_report(j, m, m->at, WL_NOTE, WL_CERTAIN, "201 to POST without Location");
}

static void created_safe_method(struct wl_judge *j, const struct wl_exchange *ex,
                                const struct wl_message *m)
{
    struct wl_said method;

    if (wl_grammar_method_flags(ex->req.method_id) & WL_SAFE) {
        wl_report(j, m, m->at, WL_WARNING, WL_CERTAIN, "201 to %s, which creates nothing",
                  method_of(ex, &method));
    }
}

static void accepted_no_monitor(struct wl_judge *j, const struct wl_exchange *ex,
                                const struct wl_message *m)
{
    static const enum wl_field_id pointers[] = {WL_FIELD_LOCATION, WL_FIELD_CONTENT_LOCATION,
                                                WL_FIELD_LINK, WL_FIELD_RETRY_AFTER};
    struct wl_said method;

    if (ex->req.method_id == WL_METHOD_HEAD)
        return;
    if (wl_grammar_method_flags(ex->req.method_id) & WL_SAFE) {
        wl_report(j, m, m->at, WL_NOTE, WL_CERTAIN, "202 to %s, which asks for nothing to be done",
                  method_of(ex, &method));
        return;
    }
    for (size_t i = 0; i < WL_COUNT(pointers); i++) {
        if (wl_message_field(m, pointers[i]))
            return;
    }
    if (wl_facts_empty(m)) {
        wl_report(j, m, m->at, WL_NOTE, WL_CERTAIN,
                  "202 without content, and without a field that points to the job");
    }
}

/* A Warning with this code (RFC 7234 5.5): warn-code SP warn-agent ... */
static bool has_warning(const struct wl_message *m, struct wl_span code)
{
    const struct wl_field *f = wl_message_field(m, WL_FIELD_WARNING);

    for (; f; f = wl_message_next_field(m, f)) {
        struct wl_cursor c = wl_cursor(f->value);
        struct wl_span member;

        while ((member = wl_grammar_member(&c)).n) {
            if (wl_span_equal(wl_span_sub(member, 0, wl_span_find(member, ' ')), code))
                return true;
        }
    }
    return false;
}

static void nonauth_info_unproxied(struct wl_judge *j, const struct wl_exchange *ex,
                                   const struct wl_message *m)
{
    static const enum wl_field_id signs[] = {WL_FIELD_AGE, WL_FIELD_CACHE_STATUS,
                                             WL_FIELD_PROXY_STATUS};

    for (size_t i = 0; i < WL_COUNT(signs); i++) {
        if (wl_message_field(m, signs[i]))
            return;
    }
    if (!wl_message_field(&ex->req, WL_FIELD_VIA) && !has_warning(m, WL_SPAN("214"))) {
        wl_report(j, m, m->at, WL_NOTE, WL_LIKELY,
                  "203, and nothing shows an intermediary that changed the content");
    }
}

static void no_content_framing_field(struct wl_judge *j, const struct wl_exchange *ex,
                                     const struct wl_message *m)
{
    const struct wl_field *f = wl_message_field(m, WL_FIELD_CONTENT_LENGTH);

    (void)ex;
    if (!f)
        f = wl_message_field(m, WL_FIELD_TRANSFER_ENCODING);
    if (f) {
        wl_report(j, m, wl_field_at(m, f), WL_VIOLATION, WL_CERTAIN, "204 with %s: %s",
                  wl_said(wl_field_sent_name(f)).text, wl_said(f->value).text);
    }
}

static void reset_content_body(struct wl_judge *j, const struct wl_exchange *ex,
                               const struct wl_message *m)
{
    bool announced = m->framing == WL_FRAMING_LENGTH && m->declared > 0;

    if (ex->req.method_id == WL_METHOD_HEAD)
        return;
    if (m->body_bytes || announced) {
        wl_report(j, m, m->at, WL_VIOLATION, WL_CERTAIN, "205 with %s of content",
                  wl_said_octets(m->body_bytes ? m->body_bytes : m->declared).text);
    } else if (m->framing == WL_FRAMING_CLOSE && m->major == 1 && m->minor >= 1 &&
               !wl_grammar_list_has(m, WL_FIELD_CONNECTION, WL_SPAN("close"))) {
        /* RFC 9110 15.3.6: indicate a zero-length content by Content-Length: 0, by an empty chunked
         * one, or by closing the connection */
        wl_report(
            j, m, m->at, WL_NOTE, WL_CERTAIN,
            "205 without Content-Length: 0, so that the client waits for the connection's end");
    }
}

static void multistatus_invalid(struct wl_judge *j, const struct wl_exchange *ex,
                                const struct wl_message *m)
{
    const struct wl_field *f = wl_message_field(m, WL_FIELD_CONTENT_TYPE);
    bool webdav = wl_grammar_method_flags(ex->req.method_id) & WL_WEBDAV;

    const struct wl_mark *inside = wl_message_mark(m, WL_MARK_INSIDE_INTERIM);

    if (ex->req.method_id == WL_METHOD_HEAD)
        return;
    if (inside) {
        wl_report(j, m, inside->at, WL_WARNING, WL_CERTAIN, "status %u inside the 207",
                  (unsigned)inside->value);
    }
    if (wl_facts_empty(m)) {
        wl_report(j, m, m->at, WL_WARNING, WL_CERTAIN, "207 without content");
    } else if (f && !wl_grammar_media_type_is_xml(f->value)) {
        /* RFC 4918 13 speaks of a default body: an API of its own may have agreed on another */
        bool other = !webdav && !wl_grammar_media_type_is(f->value, WL_SPAN("text/html"));

        wl_report(j, m, wl_field_at(m, f), other ? WL_NOTE : WL_WARNING,
                  other ? WL_LIKELY : WL_CERTAIN, "207 with Content-Type %s, not XML",
                  wl_said(f->value).text);
    }
}

static void already_reported_misuse(struct wl_judge *j, const struct wl_exchange *ex,
                                    const struct wl_message *m)
{
    const struct wl_mark *inside = wl_message_mark(m, WL_MARK_INSIDE_REPORTED);
    const struct wl_message *req = &ex->req;
    const struct wl_field *depth = wl_message_field(req, WL_FIELD_DEPTH);
    const char *wrong = NULL;

    if (m->status == 208) {
        wl_report(j, m, m->at, WL_WARNING, WL_CERTAIN, "208 as the status of the whole response");
        return;
    }
    if (!inside || !ex->paired || req->state < WL_HEAD)
        return;
    if (depth && !wl_span_equal_nocase(depth->value, WL_SPAN("infinity"))) {
        wrong = "whose Depth is not infinity";
    } else if (wl_message_field(req, WL_FIELD_DAV) &&
               !wl_grammar_list_has(req, WL_FIELD_DAV, WL_SPAN("bind"))) {
        wrong = "whose DAV field does not name bind";
    }
    if (wrong) {
        wl_report(j, m, inside->at, WL_NOTE, wl_judge_via(ex, WL_CERTAIN),
                  "208 inside a 207 to a request %s", wrong);
    }
}

static void im_used_misuse(struct wl_judge *j, const struct wl_exchange *ex,
                           const struct wl_message *m)
{
    struct wl_said method;

    if (ex->req.method_id != WL_METHOD_GET) {
        wl_report(j, m, m->at, WL_VIOLATION, WL_CERTAIN, "226 to %s", method_of(ex, &method));
    } else if (wl_grammar_list_count(&ex->req, WL_FIELD_A_IM) == 0) {
        wl_report(j, m, m->at, WL_VIOLATION, wl_judge_via(ex, WL_CERTAIN),
                  "226 to a request without A-IM");
    } else if (!wl_message_field(m, WL_FIELD_ETAG)) {
        wl_report(j, m, m->at, WL_VIOLATION, wl_judge_via(ex, WL_CERTAIN), "226 without ETag");
    } else if (!wl_message_field(m, WL_FIELD_IM)) {
        wl_report(j, m, m->at, WL_WARNING, wl_judge_via(ex, WL_CERTAIN), "226 without IM");
    }
}

static const struct wl_rule rules[] = {
    {
        .id = "accepted-no-monitor",
        .severity = WL_NOTE,
        .fault = WL_FAULT_SERVER,
        .area = "S2",
        .versions = "HTTP/1.1, HTTP/2, HTTP/3",
        .cite = {"RFC 9110 15.3.3"},
        .title = "202 (Accepted) that does not say how to follow the job",
        .why = "202 promises nothing: the job may fail later, and HTTP has no way to say so "
               "afterwards. A client that is given neither a description of the state nor a place "
               "to ask can only guess.",
        .advice = "Describe the state in the content, or point to a monitor with Location, "
                  "Content-Location or Link; Retry-After says when to ask.",
        .see = {"created-without-location", "silent-gap-no-interim"},
        .when = WL_ON_EXCHANGE,
        .needs = WL_NEEDS_PAIR | WL_NEEDS_REQUEST | WL_NEEDS_RESPONSE,
        .status_from = 202,
        .status_to = 202,
        .check = accepted_no_monitor,
    },
    {
        .id = "already-reported-misuse",
        .severity = WL_WARNING,
        .fault = WL_FAULT_SERVER,
        .area = "S2",
        .versions = "HTTP/1.1, HTTP/2, HTTP/3",
        .cite = {"RFC 5842 7.1"},
        .title = "208 (Already Reported) where no client understands it",
        .why =
            "208 stands inside a DAV:propstat element of a 207, for a member that was listed "
            "before, where a client that knows bindings asked for all depths. As the status of a "
            "whole response it says nothing: a client treats it as 200 at best.",
        .advice =
            "Answer with 207 (Multi-Status), and put 208 inside its content, for requests with "
            "Depth: infinity and DAV: bind.",
        .see = {"multistatus-invalid"},
        .when = WL_ON_RESPONSE,
        .status_from = 207,
        .status_to = 208,
        .final_only = true,
        .check = already_reported_misuse,
    },
    {
        .id = "created-safe-method",
        .severity = WL_WARNING,
        .fault = WL_FAULT_SERVER,
        .area = "S2",
        .versions = "HTTP/1.1, HTTP/2, HTTP/3",
        .cite = {"RFC 9110 9.2.1", "RFC 9110 15.3.2"},
        .title = "201 (Created) to a safe method",
        .why =
            "A client that only reads asks for no change and is not accountable for one; caches, "
            "prefetchers and crawlers repeat such requests at will, and would create again.",
        .advice = "Create on POST or PUT, or answer with the status that fits what was read.",
        .see = {"created-without-location"},
        .when = WL_ON_EXCHANGE,
        .needs = WL_NEEDS_PAIR | WL_NEEDS_REQUEST,
        .status_from = 201,
        .status_to = 201,
        .check = created_safe_method,
    },
    {
        .id = "created-without-location",
        .severity = WL_NOTE,
        .fault = WL_FAULT_SERVER,
        .area = "S2",
        .versions = "HTTP/1.1, HTTP/2, HTTP/3",
        .cite = {"RFC 9110 15.3.2", "RFC 9110 9.3.3"},
        .title = "201 (Created) to POST without Location",
        .why =
            "Without Location the new resource is the one that was posted to, which after a POST "
            "is hardly meant: the client does not learn where to find what it has created.",
        .advice = "Send Location with the URI of the new resource.",
        .see = {"created-safe-method", "location-invalid"},
        .when = WL_ON_EXCHANGE,
        .needs = WL_NEEDS_PAIR | WL_NEEDS_RESPONSE,
        .status_from = 201,
        .status_to = 201,
        .method = WL_METHOD_POST,
        .lacks = WL_FIELD_LOCATION,
        .check = created_without_location,
    },
    {
        .id = "im-used-misuse",
        .severity = WL_VIOLATION,
        .fault = WL_FAULT_SERVER,
        .area = "S2",
        .versions = "HTTP/1.1, HTTP/2, HTTP/3",
        .cite = {"RFC 3229 10.4.1", "RFC 3229 10.5.2"},
        .title = "226 (IM Used) that the request or the response does not bear out",
        .why = "226 is a patch to an earlier instance. A client that did not list the manipulation "
               "in A-IM takes the patch for the whole; without ETag nobody knows what came out.",
        .advice = "Use 226 for GET with A-IM only, with ETag and IM; answer 200 otherwise.",
        .see = {"partial-unrequested"},
        .when = WL_ON_EXCHANGE,
        .needs = WL_NEEDS_PAIR | WL_NEEDS_REQUEST | WL_NEEDS_RESPONSE,
        .status_from = 226,
        .status_to = 226,
        .check = im_used_misuse,
    },
    {
        .id = "multistatus-invalid",
        .severity = WL_WARNING,
        .fault = WL_FAULT_SERVER,
        .area = "S2",
        .versions = "HTTP/1.1, HTTP/2, HTTP/3",
        .cite = {"RFC 4918 11.1", "RFC 4918 13"},
        .title = "207 (Multi-Status) without a multistatus document",
        .why = "The statuses that 207 stands for are in its XML content. Without them the client "
               "does not know what succeeded, and 207 alone looks like success.",
        .advice =
            "Send a DAV:multistatus document as application/xml, or the one status that fits.",
        .see = {"already-reported-misuse"},
        .when = WL_ON_EXCHANGE,
        .needs = WL_NEEDS_PAIR | WL_NEEDS_REQUEST | WL_NEEDS_RESPONSE,
        .status_from = 207,
        .status_to = 207,
        .check = multistatus_invalid,
    },
    {
        .id = "no-content-framing-field",
        .severity = WL_VIOLATION,
        .fault = WL_FAULT_SERVER,
        .area = "S2",
        .versions = "HTTP/1.1, HTTP/2, HTTP/3",
        .cite = {"RFC 9110 8.6", "RFC 9112 6.1"},
        .title = "204 (No Content) with Content-Length or Transfer-Encoding",
        .why =
            "A 204 ends with its head. A recipient that believes the field waits for content, or "
            "takes the next response for it; two that differ in this see two different "
            "sequences of responses.",
        .advice = "Leave both fields out of a 204, also Content-Length: 0.",
        .see = {"no-content-body", "interim-content-length"},
        .when = WL_ON_RESPONSE,
        .status_from = 204,
        .status_to = 204,
        .fields = {WL_FIELD_CONTENT_LENGTH, WL_FIELD_TRANSFER_ENCODING},
        .check = no_content_framing_field,
    },
    {
        .id = "nonauth-info-unproxied",
        .severity = WL_NOTE,
        .fault = WL_FAULT_INTERMEDIARY,
        .area = "S2",
        .versions = "HTTP/1.1, HTTP/2, HTTP/3",
        .cite = {"RFC 9110 15.3.4", "RFC 9110 7.6.3"},
        .title = "203 (Non-Authoritative Information) without a sign of an intermediary",
        .why = "203 says that a transforming proxy has changed a 200 of the origin. From an origin "
               "itself it only makes clients and caches wonder; and a proxy that did change "
               "something must add itself to Via.",
        .advice = "Answer 200 as an origin; as a proxy, send Via.",
        .see = {"age-misuse"},
        .when = WL_ON_EXCHANGE,
        .needs = WL_NEEDS_PAIR | WL_NEEDS_RESPONSE,
        .status_from = 203,
        .status_to = 203,
        .lacks = WL_FIELD_VIA,
        .check = nonauth_info_unproxied,
    },
    {
        .id = "reset-content-body",
        .severity = WL_VIOLATION,
        .fault = WL_FAULT_SERVER,
        .area = "S2",
        .versions = "HTTP/1.0, HTTP/1.1, HTTP/2, HTTP/3",
        .cite = {"RFC 9110 15.3.6"},
        .title = "205 (Reset Content) with content",
        .why =
            "205 means: clear the form, there is nothing to show. Recipients that know this skip "
            "or refuse the content; some read it as the next response.",
        .advice = "Send Content-Length: 0 with a 205, or answer 200.",
        .see = {"no-content-body"},
        .when = WL_ON_EXCHANGE,
        .needs = WL_NEEDS_PAIR | WL_NEEDS_RESPONSE,
        .status_from = 205,
        .status_to = 205,
        .check = reset_content_body,
    },
};

const struct wl_rule_group wl_rules_success = {"success", rules, WL_COUNT(rules)};
