/* conditional.c - rules about conditional requests, 304 and entity tags.
 * SPDX-License-Identifier: MIT
 *
 * Catalogue areas S3 and VAL (RFC 9110 8.8, 13, 15.4.5). A condition that a cache evaluated with
 * validators of its own is nobody's fault: Via, Age and Cache-Status make a finding less sure.
 */
#include "rules.h"

#include "facts.h"
#include "field.h"
#include "grammar.h"

/* One step less sure where somebody between may have answered, or asked. */
static enum wl_confidence sure(const struct wl_exchange *ex, enum wl_confidence c)
{
    if (wl_facts_from_cache(&ex->res) && c != WL_POSSIBLE)
        return (enum wl_confidence)(c + 1);
    return wl_judge_via(ex, c);
}

/* --------------------------------------------------------------------------------- entity tags */

static bool is_list_of_etags(struct wl_span value)
{
    struct wl_cursor c = wl_cursor(value);
    struct wl_etag tag;

    if (wl_span_equal(value, WL_SPAN("*")))
        return true;
    while (wl_grammar_etag_next(&c, &tag)) {
    }
    return !c.bad;
}

static bool is_validator(enum wl_field_id id, struct wl_span value)
{
    if (id == WL_FIELD_IF_MATCH || id == WL_FIELD_IF_NONE_MATCH)
        return is_list_of_etags(value);
    return wl_grammar_is_etag(value) ||
           (id == WL_FIELD_IF_RANGE && wl_grammar_date(value, 0).form != WL_DATE_NONE);
}

static bool has_validators(enum wl_field_id id)
{
    return id == WL_FIELD_ETAG || id == WL_FIELD_IF_MATCH || id == WL_FIELD_IF_NONE_MATCH ||
           id == WL_FIELD_IF_RANGE;
}

/** Nearly every response has an ETag, and nothing else of the kind. */
static bool has_only_good_etag(const struct wl_message *m)
{
    const struct wl_field *f = wl_field_usual(m, WL_FIELD_ETAG);

    return f && wl_grammar_is_etag(f->value) && !wl_message_next_field(m, f) &&
           !wl_message_may_have(m, WL_FIELD_IF_MATCH) &&
           !wl_message_may_have(m, WL_FIELD_IF_NONE_MATCH) &&
           !wl_message_may_have(m, WL_FIELD_IF_RANGE);
}

/* Does the server say in its response that this is its tag? */
static bool is_of_server(const struct wl_exchange *ex, struct wl_span tag)
{
    const struct wl_field *f = wl_message_field(&ex->res, WL_FIELD_ETAG);

    return f && wl_span_equal(f->value, tag);
}

static void etag_invalid(struct wl_judge *j, const struct wl_exchange *ex,
                         const struct wl_message *m)
{
    bool asks = m == &ex->req;

    if (WL_LIKELY_TRUE(has_only_good_etag(m)))
        return;
    for (uint32_t i = 0; i < m->n_fields; i++) {
        const struct wl_field *f = &m->fields[i];

        if (!has_validators(f->id) || is_validator(f->id, f->value) ||
            (asks && is_of_server(ex, f->value)))
            continue;
        wl_report(j, m, wl_field_at(m, f), WL_VIOLATION, WL_CERTAIN, "%s: %s is no entity tag%s",
                  wl_said(wl_field_sent_name(f)).text, wl_said(f->value).text,
                  wl_span_starts(f->value, WL_SPAN("w/")) ? ": the W of W/ is a capital" : "");
        if (asks) /* a client repeats what it was given, by a server that may not say so again */
            wl_report_fault(j, WL_FAULT_EITHER);
        return;
    }
}

/* ----------------------------------------------------------------------------------------- 304 */

static void not_modified_without_condition(struct wl_judge *j, const struct wl_exchange *ex,
                                           const struct wl_message *m)
{
    const struct wl_message *req = &ex->req;

    if (wl_message_field(req, WL_FIELD_IF_NONE_MATCH) ||
        wl_message_field(req, WL_FIELD_IF_MODIFIED_SINCE) ||
        (wl_message_field(req, WL_FIELD_IF_RANGE) && wl_message_field(req, WL_FIELD_RANGE)) ||
        wl_facts_condition_of_storage(req))
        return;
    wl_report(j, m, m->at, WL_WARNING, sure(ex, WL_CERTAIN),
              "304 to a request without If-None-Match and If-Modified-Since");
}

static void not_modified_wrong_method(struct wl_judge *j, const struct wl_exchange *ex,
                                      const struct wl_message *m)
{
    enum wl_method method = ex->req.method_id;

    /* methods of others may be conditional in the way of GET, as QUERY is */
    if (wl_facts_only_reads(method) || method == WL_METHOD_OTHER || method == WL_METHOD_QUERY)
        return;
    wl_report(j, m, m->at, WL_VIOLATION, WL_CERTAIN, "304 to %s", wl_said(ex->req.method).text);
}

static void not_modified_extra_metadata(struct wl_judge *j, const struct wl_exchange *ex,
                                        const struct wl_message *m)
{
    static const enum wl_field_id extra[] = {WL_FIELD_CONTENT_TYPE, WL_FIELD_CONTENT_ENCODING,
                                             WL_FIELD_CONTENT_LANGUAGE, WL_FIELD_CONTENT_RANGE};

    (void)ex;
    for (size_t i = 0; i < WL_COUNT(extra); i++) {
        const struct wl_field *f = wl_message_field(m, extra[i]);

        if (!f)
            continue;
        wl_report(j, m, wl_field_at(m, f), WL_NOTE, WL_CERTAIN, "304 with %s: %s",
                  wl_said(wl_field_sent_name(f)).text, wl_said(f->value).text);
        return;
    }
}

static void not_modified_etag_mismatch(struct wl_judge *j, const struct wl_exchange *ex,
                                       const struct wl_message *m)
{
    const struct wl_field *asked = wl_message_field(&ex->req, WL_FIELD_IF_NONE_MATCH);
    const struct wl_field *f = wl_facts_single(m, WL_FIELD_ETAG);
    struct wl_etag tag;

    if (!asked || !f || !wl_grammar_etag(f->value, &tag) ||
        wl_grammar_etag_listed(&ex->req, WL_FIELD_IF_NONE_MATCH, tag) != WL_ETAG_NOT_LISTED)
        return;
    wl_report(j, m, wl_field_at(m, f), WL_VIOLATION, sure(ex, WL_CERTAIN),
              "304 with ETag %s, which is not in If-None-Match %s", wl_said(f->value).text,
              wl_said(asked->value).text);
}

/* Does the request ask for a fresh copy? RFC 2616 14.9.4 called this an end-to-end reload, and common
 * frameworks do not compare validators then; fetch() says no-cache wherever a condition is given. */
#define RELOAD "; the request says no-cache"
static WL_ASIDE bool is_reload(const struct wl_message *req)
{
    return wl_grammar_directive_find(req, WL_FIELD_CACHE_CONTROL, WL_SPAN("no-cache"), NULL);
}

static void conditional_ignored(struct wl_judge *j, const struct wl_exchange *ex,
                                const struct wl_message *m)
{
    const struct wl_field *asked, *f, *date;
    struct wl_date since, modified;
    struct wl_etag tag;
    bool reload;

    if (!wl_facts_only_reads(ex->req.method_id) || wl_message_field(&ex->req, WL_FIELD_RANGE))
        return;
    asked = wl_message_field(&ex->req, WL_FIELD_IF_NONE_MATCH);
    f = wl_facts_single(m, WL_FIELD_ETAG);
    if (asked) {
        if (f && wl_grammar_etag(f->value, &tag) &&
            wl_grammar_etag_listed(&ex->req, WL_FIELD_IF_NONE_MATCH, tag) == WL_ETAG_LISTED) {
            reload = is_reload(&ex->req);
            wl_report(j, m, wl_field_at(m, f), reload ? WL_NOTE : WL_WARNING, sure(ex, WL_CERTAIN),
                      "200 with ETag %s, which is in If-None-Match%s", wl_said(f->value).text,
                      reload ? RELOAD : "");
        }
        return; /* RFC 9110 13.1.3: If-Modified-Since is ignored beside If-None-Match */
    }
    asked = wl_facts_single(&ex->req, WL_FIELD_IF_MODIFIED_SINCE);
    f = wl_facts_single(m, WL_FIELD_LAST_MODIFIED);
    date = wl_facts_single(m, WL_FIELD_DATE);
    if (!asked || !f)
        return;
    since = wl_grammar_date(asked->value, m->t_first / WL_SECOND);
    modified = wl_grammar_date(f->value, m->t_first / WL_SECOND);
    if (since.form == WL_DATE_NONE || modified.form == WL_DATE_NONE || since.impossible ||
        modified.impossible || modified.seconds > since.seconds)
        return;
    /* a date in the future was never given by a server; many do not count it */
    if (date && since.seconds > wl_grammar_date(date->value, since.seconds).seconds)
        return;
    reload = is_reload(&ex->req);
    wl_report(j, m, wl_field_at(m, f), reload ? WL_NOTE : WL_WARNING, sure(ex, WL_LIKELY),
              "200 last modified %s, asked for what was modified since %s%s",
              wl_said(f->value).text, wl_said(asked->value).text, reload ? RELOAD : "");
}

/* ---------------------------------------------------------------------- 304 and 206 beside 200 */

static void update_fields_missing(struct wl_judge *j, const struct wl_exchange *ex,
                                  const struct wl_past *past, const struct wl_past *now)
{
    static const struct {
        enum wl_field_id id;
        const char *name;
    } owed[] = {
        {WL_FIELD_ETAG, "ETag"},
        {WL_FIELD_VARY, "Vary"},
        {WL_FIELD_CACHE_CONTROL, "Cache-Control"},
        {WL_FIELD_EXPIRES, "Expires"},
        {WL_FIELD_CONTENT_LOCATION, "Content-Location"},
    };
    const wl_ns together = 60 * WL_SECOND;
    const struct wl_message *m = &ex->res;

    if ((m->status != 304 && m->status != 206) || past->negotiated != now->negotiated ||
        past->identity != now->identity || !ex->clocked || now->t_request < past->t_response ||
        now->t_request - past->t_response > together)
        return;
    for (size_t i = 0; i < WL_COUNT(owed); i++) {
        if (!wl_past_has(past->res_fields, owed[i].id) || wl_past_has(now->res_fields, owed[i].id))
            continue;
        wl_report(j, m, m->at, WL_WARNING, sure(ex, past->via ? WL_LIKELY : WL_CERTAIN),
                  "%u without %s, which the 200 %s earlier had", m->status, owed[i].name,
                  wl_said_time(now->t_response - past->t_response).text);
        wl_report_frame(j, past->res_frame);
        return;
    }
}

static const struct wl_rule rules[] = {
    {
        .id = "conditional-ignored",
        .severity = WL_WARNING,
        .fault = WL_FAULT_SERVER,
        .area = "S3",
        .versions = "HTTP/1.1, HTTP/2, HTTP/3",
        .cite = {"RFC 9110 13.1.2", "RFC 9110 13.1.3"},
        .title = "200 where the condition of the request was not met",
        .why = "The client has what it is sent, and said so: everything is transferred once more "
               "for nothing, at every visit.",
        .advice = "Compare If-None-Match with the entity tag that is about to be sent, "
                  "If-Modified-Since with Last-Modified, and answer 304.",
        .see = {"not-modified-without-condition", "not-modified-etag-mismatch"},
        .when = WL_ON_EXCHANGE,
        .needs = WL_NEEDS_PAIR | WL_NEEDS_REQUEST | WL_NEEDS_RESPONSE,
        .status_from = 200,
        .status_to = 200,
        .fields = {WL_FIELD_ETAG, WL_FIELD_LAST_MODIFIED},
        .cases = {{.req_field = WL_FIELD_IF_NONE_MATCH}, {.req_field = WL_FIELD_IF_MODIFIED_SINCE}},
        .check = conditional_ignored,
    },
    {
        .id = "etag-invalid",
        .severity = WL_VIOLATION,
        .fault = WL_FAULT_EITHER,
        .area = "VAL",
        .versions = "HTTP/1.1, HTTP/2, HTTP/3",
        .cite = {"RFC 9110 8.8.3", "RFC 9110 13.1.1"},
        .title = "Entity tag that is none",
        .why = "A tag without quotes cannot be told from a list, a date or \"*\": some recipients "
               "repair it, some ignore it, and conditional requests work with one cache and fail "
               "with the next.",
        .advice = "Put the tag in double quotes, after W/ if it is weak: W/\"abc\".",
        .see = {"not-modified-etag-mismatch", "range-request-invalid"},
        .when = WL_ON_MESSAGE,
        .fields = {WL_FIELD_ETAG, WL_FIELD_IF_MATCH, WL_FIELD_IF_NONE_MATCH, WL_FIELD_IF_RANGE},
        .check = etag_invalid,
    },
    {
        .id = "not-modified-etag-mismatch",
        .severity = WL_VIOLATION,
        .fault = WL_FAULT_SERVER,
        .area = "S3",
        .versions = "HTTP/1.1, HTTP/2, HTTP/3",
        .cite = {"RFC 9110 13.1.2", "RFC 9111 4.3.2"},
        .title = "304 (Not Modified) for a representation that the client does not have",
        .why =
            "304 says: use what you have. The client has no representation with this entity tag, "
            "and goes on with one that is out of date.",
        .advice = "Answer 304 only when the current entity tag is among those of If-None-Match; "
                  "mind filters that change the tag on its way out, as compression does.",
        .see = {"conditional-ignored", "not-modified-without-condition"},
        .when = WL_ON_EXCHANGE,
        .needs = WL_NEEDS_PAIR | WL_NEEDS_REQUEST | WL_NEEDS_RESPONSE,
        .status_from = 304,
        .status_to = 304,
        .field = WL_FIELD_ETAG,
        .check = not_modified_etag_mismatch,
    },
    {
        .id = "not-modified-extra-metadata",
        .severity = WL_NOTE,
        .fault = WL_FAULT_SERVER,
        .area = "S3",
        .versions = "HTTP/1.1, HTTP/2, HTTP/3",
        .cite = {"RFC 9110 15.4.5"},
        .title = "304 (Not Modified) with fields about content that is not there",
        .why = "A cache updates what it has with the fields of a 304. Content-Type and its kin are "
               "of no use there, and may overwrite what was right.",
        .advice = "Send Content-Location, Date, ETag, Vary, Cache-Control and Expires with a 304.",
        .see = {"update-fields-missing"},
        .when = WL_ON_RESPONSE,
        .status_from = 304,
        .status_to = 304,
        .fields = {WL_FIELD_CONTENT_TYPE, WL_FIELD_CONTENT_ENCODING, WL_FIELD_CONTENT_LANGUAGE,
                   WL_FIELD_CONTENT_RANGE},
        .once_per_target = true,
        .check = not_modified_extra_metadata,
    },
    {
        .id = "not-modified-without-condition",
        .severity = WL_WARNING,
        .fault = WL_FAULT_SERVER,
        .area = "S3",
        .versions = "HTTP/1.0, HTTP/1.1, HTTP/2, HTTP/3",
        .cite = {"RFC 9110 15.4.5"},
        .title = "304 (Not Modified) to a request without a condition",
        .why = "A client that did not ask whether something has changed has nothing to fall back "
               "on: it shows an empty page.",
        .advice = "Answer 200. A proxy that asked on its own account must answer its client from "
                  "its cache.",
        .see = {"not-modified-wrong-method", "conditional-ignored"},
        .yields = {"not-modified-wrong-method"},
        .when = WL_ON_EXCHANGE,
        .needs = WL_NEEDS_PAIR | WL_NEEDS_REQUEST,
        .status_from = 304,
        .status_to = 304,
        .check = not_modified_without_condition,
    },
    {
        .id = "not-modified-wrong-method",
        .severity = WL_VIOLATION,
        .fault = WL_FAULT_SERVER,
        .area = "S3",
        .versions = "HTTP/1.1, HTTP/2, HTTP/3",
        .cite = {"RFC 9110 13.1.2", "RFC 9110 15.4.5"},
        .title = "304 (Not Modified) to a method other than GET and HEAD",
        .why = "304 speaks of a stored representation. A client that wanted to change something "
               "does not learn whether it was done.",
        .advice = "Answer 412 (Precondition Failed) when the condition of such a request is false.",
        .see = {"not-modified-without-condition"},
        .when = WL_ON_EXCHANGE,
        .needs = WL_NEEDS_PAIR | WL_NEEDS_REQUEST,
        .status_from = 304,
        .status_to = 304,
        .check = not_modified_wrong_method,
    },
    {
        .id = "update-fields-missing",
        .severity = WL_WARNING,
        .fault = WL_FAULT_SERVER,
        .area = "S3",
        .versions = "HTTP/1.1, HTTP/2, HTTP/3",
        .cite = {"RFC 9110 15.3.7", "RFC 9110 15.4.5"},
        .title = "206 or 304 without a field that the 200 had",
        .why = "Caches tell by these fields which stored response is meant and how long it may be "
               "used. Without them they update the wrong one, or keep asking.",
        .advice = "Send ETag, Vary, Cache-Control, Expires and Content-Location with 206 and "
                  "304 wherever a 200 would have them.",
        .see = {"date-missing", "not-modified-extra-metadata"},
        .when = WL_ON_RELATED,
        .needs = WL_NEEDS_REQUEST | WL_NEEDS_RESPONSE,
        .status_from = 206,
        .status_to = 304,
        .method = WL_METHOD_GET,
        .relation = WL_RELATION_GET,
        .check_related = update_fields_missing,
    },
};

const struct wl_rule_group wl_rules_conditional = {"conditional", rules, WL_COUNT(rules)};
