/* hints.c - rules about 103 (Early Hints) and 104 (Upload Resumption Supported).
 * SPDX-License-Identifier: MIT
 *
 * Catalogue area INT. Both statuses are more than a sign of life: their fields say something about
 * the response to come, or about the upload in hand, which can be wrong. What 104 means is a draft:
 * nothing about it is worse than a warning.
 */
#include "rules.h"

#include <inttypes.h>

#include "facts.h"
#include "field.h"
#include "grammar.h"

/* ----------------------------------------------------------------------------------------- 103 */

/** Fields that hint at nothing. */
static bool is_empty_hint(const struct wl_message *m)
{
    for (uint32_t i = 0; i < m->n_fields; i++) {
        switch ((int)m->fields[i].id) {
        case WL_FIELD_CONNECTION:
        case WL_FIELD_DATE:
        case WL_FIELD_SERVER:
        case WL_FIELD_VIA: break;
        default: return false;
        }
    }
    return true;
}

/** The first 103 that says nothing, or that is kept at all. */
static const struct wl_message *find_hint(const struct wl_exchange *ex, bool empty)
{
    for (uint32_t i = 0; i < ex->n_interim; i++) {
        const struct wl_message *m = &ex->interim[i];

        if (m->status == 103 && m->state >= WL_HEAD && (!empty || is_empty_hint(m)))
            return m;
    }
    return NULL;
}

static void early_hints_empty(struct wl_judge *j, const struct wl_exchange *ex,
                              const struct wl_message *m)
{
    const struct wl_message *hint = find_hint(ex, true);

    (void)m;
    if (hint) {
        wl_report(j, hint, hint->at, WL_NOTE, wl_judge_via(ex, WL_CERTAIN),
                  "103 without a field that hints at the final response");
    }
}

static void early_hints_to_unknown(struct wl_judge *j, const struct wl_exchange *ex,
                                   const struct wl_past *past, const struct wl_past *now)
{
    const struct wl_field *f = wl_message_field(&ex->req, WL_FIELD_SEC_FETCH_MODE);
    const struct wl_message *hint = find_hint(ex, false);

    (void)now;
    /* RFC 8297 3: over HTTP/1.1 a server might send them only to clients that are known to cope */
    if (!hint || past || ex->req.major != 1 || find_hint(ex, true))
        return;
    /* exchanges come in the order of their ends: by such a clock it may be another */
    if (!ex->clocked)
        return;
    if (f && wl_span_equal(f->value, WL_SPAN("navigate")))
        return;
    wl_report(j, hint, hint->at, WL_NOTE, WL_POSSIBLE,
              "103 over HTTP/1.1 to a client that had given no sign that it copes with one (no "
              "Sec-Fetch-Mode: navigate, no interim response before)");
}

/* ----------------------------------------------------------------------------------------- 104 */

static void resumption_unsolicited(struct wl_judge *j, const struct wl_exchange *ex,
                                   const struct wl_message *m)
{
    struct wl_span asked = wl_field_value(&ex->req, WL_FIELD_UPLOAD_DRAFT_INTEROP_VERSION);
    struct wl_answer a;

    (void)m;
    if (!wl_facts_interim(ex, 104, &a))
        return;
    /* early drafts had the opposite of Upload-Complete in its place */
    if (!wl_message_field(&ex->req, WL_FIELD_UPLOAD_COMPLETE) &&
        !wl_message_field(&ex->req, WL_FIELD_UPLOAD_INCOMPLETE)) {
        wl_report(j, a.m, a.at, WL_WARNING, wl_judge_via(ex, WL_CERTAIN),
                  "104 in answer to a request without Upload-Complete");
        return;
    }
    for (uint32_t i = 0; i < ex->n_interim; i++) {
        const struct wl_message *r = &ex->interim[i];
        const struct wl_field *f = wl_message_field(r, WL_FIELD_UPLOAD_DRAFT_INTEROP_VERSION);

        if (r->status != 104 || !f || wl_span_equal(f->value, asked))
            continue;
        wl_report(j, r, wl_field_at(r, f), WL_WARNING, wl_judge_via(ex, WL_CERTAIN),
                  "104 of draft version %s, the request has %s", wl_said(f->value).text,
                  asked.n ? wl_said(asked).text : "none");
        return;
    }
}

static bool offset_of(const struct wl_message *m, int64_t *ret)
{
    const struct wl_field *f = wl_facts_single(m, WL_FIELD_UPLOAD_OFFSET);

    return f && wl_grammar_sf_integer(f->value, ret) && *ret >= 0;
}

/** A later answer says that less has arrived than an earlier one did. */
static bool offset_decreases(struct wl_judge *j, const struct wl_exchange *ex)
{
    const struct wl_message *before = NULL;
    int64_t most = 0, offset;

    for (uint32_t i = 0; i <= ex->n_interim; i++) {
        const struct wl_message *m = i < ex->n_interim ? &ex->interim[i] : &ex->res;

        if (m->state < WL_HEAD || (i < ex->n_interim && m->status != 104) || !offset_of(m, &offset))
            continue;
        if (before && offset < most) {
            wl_report(j, m, wl_field_at(m, wl_message_field(m, WL_FIELD_UPLOAD_OFFSET)), WL_WARNING,
                      WL_CERTAIN,
                      "Upload-Offset: %" PRId64 " in a %u after %" PRId64 " in an earlier answer",
                      offset, m->status, most);
            wl_report_frame(j, before->at.frame);
            return true;
        }
        before = m;
        most = offset;
    }
    return false;
}

static bool says(const struct wl_message *m, enum wl_field_id id, bool what)
{
    const struct wl_field *f = wl_facts_single(m, id);
    bool value;

    return f && wl_grammar_sf_boolean(f->value, &value) && value == what;
}

/** Does the final response speak of the upload, and not of what came out of it? */
static bool speaks_of_upload(const struct wl_exchange *ex)
{
    const struct wl_message *res = &ex->res;

    if (!wl_facts_final(ex) || res->status / 100 != 2)
        return false;
    if (wl_message_field(res, WL_FIELD_UPLOAD_COMPLETE))
        return says(res, WL_FIELD_UPLOAD_COMPLETE, false);
    return says(&ex->req, WL_FIELD_UPLOAD_COMPLETE, false);
}

static bool is_append(const struct wl_message *req)
{
    const struct wl_field *f = wl_message_field(req, WL_FIELD_CONTENT_TYPE);

    return req->method_id == WL_METHOD_PATCH && f &&
           wl_grammar_media_type_is(f->value, WL_SPAN("application/partial-upload"));
}

/** One upload has one resource, and it is named when it is created. */
static bool location_changes(struct wl_judge *j, const struct wl_exchange *ex)
{
    const struct wl_field *first = NULL;
    uint64_t first_frame = 0;
    uint32_t n = ex->n_interim + (speaks_of_upload(ex) ? 1 : 0);

    for (uint32_t i = 0; i < n; i++) {
        const struct wl_message *m = i < ex->n_interim ? &ex->interim[i] : &ex->res;
        const struct wl_field *f = wl_message_field(m, WL_FIELD_LOCATION);

        if (!f || (i < ex->n_interim && m->status != 104))
            continue;
        if (is_append(&ex->req)) {
            if (m->status != 104)
                continue;
            wl_report(j, m, wl_field_at(m, f), WL_WARNING, WL_CERTAIN,
                      "Location: %s in a 104 that answers an append, whose upload has a resource "
                      "already",
                      wl_said(f->value).text);
            return true;
        }
        if (first && !wl_span_equal(first->value, f->value)) {
            wl_report(j, m, wl_field_at(m, f), WL_WARNING, WL_CERTAIN,
                      "Location: %s in a %u after %s in an earlier answer", wl_said(f->value).text,
                      m->status, wl_said(first->value).text);
            wl_report_frame(j, first_frame);
            return true;
        }
        if (!first) {
            first = f;
            first_frame = wl_field_at(m, f).frame;
        }
    }
    return false;
}

static void resumption_inconsistent(struct wl_judge *j, const struct wl_exchange *ex,
                                    const struct wl_message *m)
{
    const struct wl_wait *w = ex->wait;
    struct wl_answer a;

    if (!wl_facts_interim(ex, 104, &a) || offset_decreases(j, ex) || location_changes(j, ex))
        return;
    /* 104 does not stand in for 100: the client still waits with its content */
    if (!w || !wl_grammar_expects_continue(&ex->req) || !wl_grammar_announces_content(&ex->req) ||
        wl_facts_interim(ex, 100, NULL) || !wl_facts_final(ex) || m->status / 100 != 2)
        return;
    /* by the clock, or by what the server had received */
    if ((w->t_content && w->t_content <= a.t) || !a.m || a.m->acked == WL_NONE ||
        a.m->acked > ex->req.body_at.offset)
        return;
    wl_report(j, a.m, a.at, WL_WARNING, wl_judge_via(ex, WL_CERTAIN),
              "104 without a 100 to a request with Expect: 100-continue, whose client had sent no "
              "content");
}

/* --------------------------------------------------------------------------------------- table */

static const struct wl_rule rules[] = {
    {
        .id = "early-hints-misuse",
        .severity = WL_NOTE,
        .fault = WL_FAULT_SERVER,
        .area = "INT",
        .versions = "HTTP/1.1, HTTP/2, HTTP/3",
        .cite = {"RFC 8297 2", "RFC 8297 3"},
        .title = "103 (Early Hints) that hints at nothing, or to a client that may not cope",
        .why = "103 tells of fields that the final response is likely to have; without them it is "
               "a message for nothing. Over HTTP/1.1 a client that does not know interim responses "
               "may take it for the final one, and show somebody the answer to another's request.",
        .advice =
            "Send 103 with Link fields, and over HTTP/1.1 only where the client shows that it "
            "copes: browsers navigating send Sec-Fetch-Mode: navigate.",
        .see = {"interim-to-http10", "client-treats-interim-as-final"},
        .when = WL_ON_EXCHANGE,
        .needs = WL_NEEDS_PAIR | WL_NEEDS_REQUEST,
        .interim_only = true,
        .check = early_hints_empty,
        .relation = WL_RELATION_INTERIM,
        .check_related = early_hints_to_unknown,
        .alone = true,
    },
    {
        .id = "resumption-inconsistent",
        .severity = WL_WARNING,
        .fault = WL_FAULT_SERVER,
        .area = "INT",
        .versions = "HTTP/1.1, HTTP/2, HTTP/3",
        .cite = {"draft-ietf-httpbis-resumable-upload"},
        .title = "Answers to one upload that contradict each other",
        .why = "A client resumes where the server says that it is, at the resource that the server "
               "has named. An offset that goes back, or a second resource, makes it send octets "
               "twice or to the wrong place; a 104 in place of a 100 leaves it waiting.",
        .advice =
            "Let Upload-Offset only rise, name the upload resource once, and answer Expect by "
            "100 besides.",
        .see = {"resumption-unsolicited", "expect-ignored"},
        .when = WL_ON_EXCHANGE,
        .needs = WL_NEEDS_PAIR | WL_NEEDS_REQUEST,
        .interim_only = true,
        .check = resumption_inconsistent,
    },
    {
        .id = "resumption-unsolicited",
        .severity = WL_WARNING,
        .fault = WL_FAULT_SERVER,
        .area = "INT",
        .versions = "HTTP/1.1, HTTP/2, HTTP/3",
        .cite = {"draft-ietf-httpbis-resumable-upload"},
        .title = "104 (Upload Resumption Supported) to a client that did not offer to resume",
        .why = "104 is for clients that take part in resumable uploads, which they show by "
               "Upload-Complete, and in drafts by the version they speak. To others it is an "
               "interim response that some take for the final one.",
        .advice = "Send 104 only in answer to Upload-Complete, and of the draft version that the "
                  "request names.",
        .see = {"resumption-inconsistent", "interim-to-http10"},
        .when = WL_ON_EXCHANGE,
        .needs = WL_NEEDS_PAIR | WL_NEEDS_REQUEST,
        .interim_only = true,
        .check = resumption_unsolicited,
    },
};

const struct wl_rule_group wl_rules_hints = {"hints", rules, WL_COUNT(rules)};
