/* dates.c - rules about dates, clocks and the age of responses.
 * SPDX-License-Identifier: MIT
 *
 * Catalogue area VAL (RFC 9110 5.6.7, 6.6.1, 8.8.2; RFC 9111 5.1). No clock is trusted: one server
 * is compared with the others in the capture, and Last-Modified with the Date beside it.
 */
#include "rules.h"

#include <inttypes.h>

#include "facts.h"
#include "field.h"
#include "grammar.h"

enum {
    SKEW = 60,     /* seconds of disagreement that are ordinary (docs/judging.md 4) */
    WITNESSES = 3, /* servers whose clocks must be known before one is called wrong */
    MODIFYING = 2, /* seconds between two looks at a clock in one response */
};

/* ------------------------------------------------------------------------------------ the form */

static void check_date(struct wl_judge *j, const struct wl_message *m, const struct wl_field *f)
{
    struct wl_date date = wl_judge_date(j, f->value, m->t_first);
    const char *wrong = NULL;
    bool past;

    switch (date.form) {
    case WL_DATE_NONE:
        if (f->id != WL_FIELD_RETRY_AFTER) /* retry-after-syntax */
            wrong = "is no date of HTTP";
        break;
    case WL_DATE_RFC850:
    case WL_DATE_ASCTIME: wrong = "has an obsolete form"; break;
    case WL_DATE_IMF: break;
    }
    if (!wrong && date.impossible) {
        wrong = "does not exist";
    } else if (!wrong && date.weekday_differs) { /* RFC 5322 3.3: it must be the day of the date */
        wrong = "has the wrong day of the week";
    }
    if (!wrong)
        return;
    past = wl_span_equal(f->value, WL_SPAN("0")) || wl_span_equal(f->value, WL_SPAN("-1")) ||
           (date.form == WL_DATE_IMF && !date.impossible &&
            date.seconds < m->t_first / WL_SECOND); /* on whatever day of the week */
    /* RFC 9111 5.3: a recipient takes Expires: 0 for the past, and many servers rely on it */
    wl_report(j, m, wl_field_at(m, f), f->id == WL_FIELD_EXPIRES && past ? WL_NOTE : WL_VIOLATION,
              WL_CERTAIN, "%s '%s' %s", wl_said(wl_field_sent_name(f)).text, wl_said(f->value).text,
              wrong);
}

static inline void check_dates(struct wl_judge *j, const struct wl_message *m, enum wl_field_id id)
{
    const struct wl_field *f = NULL;

    if (wl_message_may_have(m, id))
        f = wl_field_usual(m, id);
    for (; f; f = wl_message_next_field(m, f)) {
        if (f->value.n && !wl_judge_date_fine(j, f->value, m->t_first))
            check_date(j, m, f);
    }
}

static void date_format_invalid(struct wl_judge *j, const struct wl_exchange *ex,
                                const struct wl_message *m)
{
    (void)ex;
    check_dates(j, m, WL_FIELD_DATE);
    check_dates(j, m, WL_FIELD_EXPIRES);
    check_dates(j, m, WL_FIELD_IF_MODIFIED_SINCE);
    check_dates(j, m, WL_FIELD_IF_UNMODIFIED_SINCE);
    check_dates(j, m, WL_FIELD_LAST_MODIFIED);
    check_dates(j, m, WL_FIELD_RETRY_AFTER);
}

/* ----------------------------------------------------------------------------------- the clock */

static void date_missing(struct wl_judge *j, const struct wl_exchange *ex,
                         const struct wl_past *past, const struct wl_past *now)
{
    const struct wl_message *m = &ex->res;
    bool gateway = m->status >= 300;

    /* what answers a CONNECT is a proxy, not an origin */
    if (ex->req.method_id == WL_METHOD_CONNECT || m->status == 407)
        return;
    if (past && past->dated) {
        /* on another connection another program may answer: behind a balancer, or since a
         * restart; and a proxy passes on what servers with and without a clock say */
        bool same = past->conn == ex->conn.number && !past->as_proxy && !now->as_proxy;

        wl_report(j, m, m->at, same ? WL_VIOLATION : WL_NOTE,
                  wl_judge_via(ex, same && !gateway ? WL_CERTAIN : WL_LIKELY),
                  "%u without Date, from a server that has sent one", m->status);
        wl_report_frame(j, past->res_frame);
    } else if (!past) {
        /* RFC 9110 6.6.1: an origin server without a clock must not generate Date */
        wl_report(j, m, m->at, WL_NOTE, wl_judge_via(ex, WL_LIKELY),
                  "%u without Date, the first response of this server", m->status);
    }
}

static bool read_date(struct wl_judge *j, const struct wl_message *m, enum wl_field_id id,
                      int64_t *ret)
{
    const struct wl_field *f = wl_facts_single(m, id);
    struct wl_date date;

    if (!f)
        return false;
    date = wl_judge_date(j, f->value, m->t_first);
    *ret = date.seconds;
    return date.form != WL_DATE_NONE && !date.impossible;
}

static void date_inconsistent(struct wl_judge *j, const struct wl_exchange *ex,
                              const struct wl_message *m)
{
    const struct wl_field *f = wl_message_field(m, WL_FIELD_LAST_MODIFIED);
    int64_t date, modified;

    if (!f || !read_date(j, m, WL_FIELD_DATE, &date) ||
        !read_date(j, m, WL_FIELD_LAST_MODIFIED, &modified) || modified < date + MODIFYING)
        return;
    /* a gateway that puts in a Date of its own, as nginx does, has a clock of its own, too */
    wl_report(j, m, wl_field_at(m, f), WL_WARNING,
              wl_judge_via(ex, modified - date > SKEW ? WL_CERTAIN : WL_POSSIBLE),
              "Last-Modified lies %" PRId64 " s after Date", modified - date);
}

static void date_beside_others(struct wl_judge *j, const struct wl_exchange *ex,
                               const struct wl_past *past, const struct wl_past *now)
{
    const struct wl_message *m = &ex->res;
    const struct wl_field *f = wl_facts_single(m, WL_FIELD_AGE);
    int64_t ahead = now->offset - now->median;
    uint64_t age;

    (void)past;
    if (now->n_median < WITNESSES)
        return;
    if (ahead > SKEW) {
        f = wl_message_field(m, WL_FIELD_DATE);
        wl_report(j, m, wl_field_at(m, f), WL_WARNING, WL_LIKELY,
                  "Date lies %" PRId64 " s ahead of %u clocks that agree", ahead, now->n_median);
    } else if (f && wl_grammar_delta_seconds(f->value, &age) && ahead + (int64_t)age < -SKEW) {
        wl_report(j, m, wl_field_at(m, f), WL_WARNING, WL_LIKELY,
                  "Date lies %" PRId64 " s back, Age says %" PRIu64 " s", -ahead, age);
    }
}

/* ------------------------------------------------------------------------------------- the age */

/* RFC 9213 2.2: a cache that is named by a field of its own (CDN-Cache-Control) goes by that one,
 * and not by Cache-Control. Surrogate-Control was there before. */
static bool has_targeted_control(const struct wl_message *m)
{
    const struct wl_span suffix = WL_SPAN("-cache-control");

    for (uint32_t i = 0; i < m->n_fields; i++) {
        struct wl_span name = wl_field_sent_name(&m->fields[i]);

        if (wl_span_equal_nocase(name, WL_SPAN("surrogate-control")) ||
            (name.n > suffix.n &&
             wl_span_equal_nocase(wl_span_after(name, name.n - suffix.n), suffix)))
            return true;
    }
    return false;
}

static WL_ASIDE void check_cached(struct wl_judge *j, const struct wl_exchange *ex,
                                  const struct wl_message *m, struct wl_at at)
{
    enum wl_method method = ex->req.method_id;
    bool certain = ex->paired && ex->req.state >= WL_HEAD;
    const struct wl_field *age = wl_message_field(m, WL_FIELD_AGE);
    /* some gateways say of everything how long they have waited for it */
    struct wl_said said = wl_said(age ? age->value : wl_span(NULL, 0));
    const char *with = age ? " with Age: " : "", *as = age ? ", as if" : "";

    if (certain && method > WL_METHOD_OTHER && !(wl_grammar_method_flags(method) & WL_SAFE)) {
        wl_report(j, m, at, WL_WARNING, WL_CERTAIN, "response to %s%s%s%s out of a cache",
                  wl_said(ex->req.method).text, with, said.text, as);
    } else if (wl_grammar_directive_find(m, WL_FIELD_CACHE_CONTROL, WL_SPAN("no-store"), NULL) &&
               !wl_grammar_directive_find(m, WL_FIELD_CACHE_CONTROL, WL_SPAN("must-understand"),
                                          NULL) &&
               !has_targeted_control(m)) {
        /* RFC 9111 5.2.2.3: must-understand overrides no-store for a cache that knows the status.
         * Some caches send no-store downstream for what they may keep themselves */
        wl_report(j, m, at, WL_WARNING, WL_LIKELY, "response with no-store%s%s%s out of a cache",
                  age ? " and Age: " : "", said.text, as);
    }
}

static void age_misuse(struct wl_judge *j, const struct wl_exchange *ex, const struct wl_message *m)
{
    const struct wl_field *f = wl_message_field(m, WL_FIELD_AGE);
    const struct wl_field *status = wl_message_field(m, WL_FIELD_CACHE_STATUS);
    uint64_t age;

    if (f && m->status < 200) {
        wl_report(j, m, wl_field_at(m, f), WL_WARNING, WL_CERTAIN, "Age in a %03u", m->status);
    } else if (f && !wl_grammar_delta_seconds(f->value, &age)) {
        wl_report(j, m, wl_field_at(m, f), WL_WARNING, WL_CERTAIN,
                  "Age '%s' is no number of seconds", wl_said(f->value).text);
    } else if (wl_facts_from_cache(m)) {
        check_cached(j, ex, m, f ? wl_field_at(m, f) : wl_field_at(m, status));
    }
}

static const struct wl_rule rules[] = {
    {
        .id = "age-misuse",
        .severity = WL_WARNING,
        .fault = WL_FAULT_INTERMEDIARY,
        .area = "VAL",
        .versions = "HTTP/1.1, HTTP/2, HTTP/3",
        .cite = {"RFC 9111 5.1", "RFC 9111 3", "RFC 9111 4", "RFC 9111 5.2.2.5"},
        .title = "Age that is no number, or on what no cache may have kept",
        .why = "Age says that a cache answered. What changes something must reach the origin, and "
               "what is marked no-store must not be kept: a client may see what belongs to "
               "another. An Age that cannot be read is ignored, and the response looks fresh.",
        .advice = "Send one Age in whole seconds, from a cache only; pass requests with unsafe "
                  "methods on, and keep nothing with no-store.",
        .see = {"date-inconsistent"},
        .when = WL_ON_RESPONSE,
        .fields = {WL_FIELD_AGE, WL_FIELD_CACHE_STATUS},
        .check = age_misuse,
    },
    {
        .id = "date-format-invalid",
        .severity = WL_VIOLATION,
        .fault = WL_FAULT_EITHER,
        .area = "VAL",
        .versions = "HTTP/1.0, HTTP/1.1, HTTP/2, HTTP/3",
        .cite = {"RFC 9110 5.6.7", "RFC 5322 3.3", "RFC 9111 5.3"},
        .title = "Date that is not in the form of HTTP",
        .why =
            "There is one form that may be sent, so that nobody needs to guess. A recipient that "
            "cannot read a date ignores it: the condition is not tested, the response not kept.",
        .advice = "Send IMF-fixdate in GMT: Sun, 06 Nov 1994 08:49:37 GMT.",
        .see = {"date-missing"},
        .when = WL_ON_MESSAGE,
        .fields = {WL_FIELD_DATE, WL_FIELD_LAST_MODIFIED, WL_FIELD_IF_MODIFIED_SINCE,
                   WL_FIELD_IF_UNMODIFIED_SINCE, WL_FIELD_RETRY_AFTER, WL_FIELD_EXPIRES},
        .check = date_format_invalid,
    },
    {
        .id = "date-inconsistent",
        .severity = WL_WARNING,
        .fault = WL_FAULT_SERVER,
        .area = "VAL",
        .versions = "HTTP/1.1, HTTP/2, HTTP/3",
        .cite = {"RFC 9110 6.6.1", "RFC 9110 8.8.2.1", "RFC 9111 4.2.3"},
        .title = "Date that contradicts Last-Modified, Age or the clocks of others",
        .why =
            "Caches compute from these dates how long a response is fresh. A clock that is wrong "
            "makes them keep it too long, or not at all; what was modified in the future is "
            "never found unchanged.",
        .advice = "Keep the server's clock right; send Date in place of a Last-Modified that lies "
                  "in the future.",
        .see = {"date-missing", "age-misuse"},
        .when = WL_ON_RESPONSE,
        .needs = WL_NEEDS_CLK,
        .field = WL_FIELD_DATE,
        .final_only = true,
        .cases = {{.field = WL_FIELD_LAST_MODIFIED}},
        .check = date_inconsistent,
        .relation = WL_RELATION_CLOCK,
        .alone = true,
        .check_related = date_beside_others,
    },
    {
        .id = "date-missing",
        .severity = WL_VIOLATION,
        .fault = WL_FAULT_SERVER,
        .area = "VAL",
        .versions = "HTTP/1.1, HTTP/2, HTTP/3",
        .cite = {"RFC 9110 6.6.1"},
        .title = "Response without Date",
        .why =
            "Without Date a cache does not know when the response was made, and whoever receives "
            "it has to put in the time of its own clock.",
        .advice = "Send Date with every 2xx, 3xx and 4xx, unless the server has no clock.",
        .see = {"date-format-invalid", "update-fields-missing"},
        .when = WL_ON_RELATED,
        .needs = WL_NEEDS_RESPONSE,
        .status_from = 200,
        .status_to = 499,
        .lacks = WL_FIELD_DATE,
        .relation = WL_RELATION_SERVER,
        .alone = true,
        .check_related = date_missing,
    },
};

const struct wl_rule_group wl_rules_dates = {"dates", rules, WL_COUNT(rules)};
