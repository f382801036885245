/* partial.c - rules about range requests and partial content.
 * SPDX-License-Identifier: MIT
 *
 * Catalogue areas S2 and VAL (RFC 9110 14, 15.3.7, 13.1.5): a client asks for ranges, and a 206
 * says which of them it holds. Units other than bytes are nobody's business here.
 */
#include "rules.h"

#include <inttypes.h>

#include "facts.h"
#include "grammar.h"

enum { MAX_OVERLAPS = 20 };

static bool is_multipart(const struct wl_message *m)
{
    const struct wl_field *f = wl_message_field(m, WL_FIELD_CONTENT_TYPE);

    return f && wl_grammar_media_type_is(f->value, WL_SPAN("multipart/byteranges"));
}

static bool is_bytes(struct wl_span unit)
{
    return wl_span_equal_nocase(unit, WL_SPAN("bytes"));
}

/* ---------------------------------------------------------------------------------- the request */

/* Numbers of a set of byte ranges. */
struct ranges {
    uint32_t n, n_overlaps;
    bool valid; /* bytes, and every range of the set is one */
};

static struct ranges count_ranges(struct wl_span value)
{
    struct wl_cursor c = wl_cursor(value);
    struct ranges found = {.valid = is_bytes(wl_grammar_range_unit(&c))};
    uint64_t end = 0; /* one past the last octet of all ranges so far */
    struct wl_range r;

    while (wl_grammar_range_next(&c, &r)) {
        uint64_t past = r.last == WL_NONE ? WL_NONE : r.last + 1;

        found.n++;
        if (r.first == WL_NONE)
            continue; /* where a suffix begins depends on the length */
        found.n_overlaps += r.first < end;
        end = wl_max_u64(end, past);
    }
    found.valid = found.valid && !c.bad && found.n > 0;
    return found;
}

static void check_range_value(struct wl_judge *j, const struct wl_message *m,
                              const struct wl_field *f)
{
    struct wl_cursor c = wl_cursor(f->value);
    struct wl_span unit = wl_grammar_range_unit(&c);
    struct ranges found;

    if (c.bad || c.n == 0) {
        wl_report(j, m, wl_field_at(m, f), WL_VIOLATION, WL_CERTAIN,
                  "Range '%s' is not a unit, '=' and a set", wl_said(f->value).text);
        return;
    }
    if (!is_bytes(unit))
        return;
    found = count_ranges(f->value);
    if (!found.valid) {
        wl_report(j, m, wl_field_at(m, f), WL_VIOLATION, WL_CERTAIN,
                  "Range '%s' is no set of byte ranges", wl_said(f->value).text);
    } else if (found.n_overlaps > MAX_OVERLAPS) {
        /* RFC 9110 17.15: many overlapping ranges cost the server more than they cost the client */
        wl_report(j, m, wl_field_at(m, f), WL_WARNING, WL_CERTAIN,
                  "%u ranges, %u of which overlap others", found.n, found.n_overlaps);
    }
}

static void range_request_invalid(struct wl_judge *j, const struct wl_exchange *ex,
                                  const struct wl_message *m)
{
    const struct wl_field *range = wl_message_field(m, WL_FIELD_RANGE);
    const struct wl_field *condition = wl_message_field(m, WL_FIELD_IF_RANGE);
    struct wl_etag tag;

    (void)ex;
    if (condition && !range) {
        wl_report(j, m, wl_field_at(m, condition), WL_VIOLATION, WL_CERTAIN,
                  "If-Range: %s without Range", wl_said(condition->value).text);
    }
    if (condition && range && wl_grammar_etag(condition->value, &tag) && tag.weak) {
        wl_report(j, m, wl_field_at(m, condition), WL_VIOLATION, WL_CERTAIN,
                  "weak entity tag %s in If-Range", wl_said(condition->value).text);
    }
    if (range)
        check_range_value(j, m, range);
}

/* --------------------------------------------------------------------------------- the response */

static void partial_without_content_range(struct wl_judge *j, const struct wl_exchange *ex,
                                          const struct wl_message *m)
{
    (void)ex;
    if (!is_multipart(m)) {
        wl_report(j, m, m->at, WL_VIOLATION, WL_CERTAIN,
                  "206 without Content-Range, and not multipart/byteranges");
    }
}

static void partial_unrequested(struct wl_judge *j, const struct wl_exchange *ex,
                                const struct wl_message *m)
{
    enum wl_method method = ex->req.method_id;

    if (!wl_message_field(&ex->req, WL_FIELD_RANGE)) {
        wl_report(j, m, m->at, WL_VIOLATION, wl_judge_via(ex, WL_CERTAIN),
                  "206 to a request without Range");
    } else if (method != WL_METHOD_GET && method != WL_METHOD_OTHER && method != WL_METHOD_QUERY) {
        /* RFC 9110 14.2: a server must ignore Range with a method for which range handling is not
         * defined; GET is the only one for which it is. Methods of others may define it */
        wl_report(j, m, m->at, WL_VIOLATION, WL_CERTAIN,
                  "206 to %s, for which ranges are not defined", wl_said(ex->req.method).text);
    }
}

static void partial_multipart_framing(struct wl_judge *j, const struct wl_exchange *ex,
                                      const struct wl_message *m)
{
    const struct wl_field *type = wl_message_field(m, WL_FIELD_CONTENT_TYPE);
    const struct wl_field *content_range = wl_message_field(m, WL_FIELD_CONTENT_RANGE);
    const struct wl_field *range = wl_facts_single(&ex->req, WL_FIELD_RANGE);
    const struct wl_mark *bare = wl_message_mark(m, WL_MARK_INSIDE_NO_RANGE);
    struct wl_param boundary;
    struct ranges asked;

    if (!is_multipart(m))
        return;
    if (!wl_grammar_param_find(type->value, WL_SPAN("boundary"), &boundary) ||
        wl_grammar_unquoted(boundary.value).n == 0) {
        wl_report(j, m, wl_field_at(m, type), WL_VIOLATION, WL_CERTAIN,
                  "multipart/byteranges without a boundary parameter");
    }
    if (content_range) {
        wl_report(j, m, wl_field_at(m, content_range), WL_VIOLATION, WL_CERTAIN,
                  "Content-Range: %s in the head of a multipart response",
                  wl_said(content_range->value).text);
    }
    if (bare) {
        wl_report(j, m, bare->at, WL_VIOLATION, WL_CERTAIN, "a part without Content-Range");
    }
    if (!range)
        return;
    asked = count_ranges(range->value);
    if (asked.valid && asked.n == 1) {
        wl_report(j, m, wl_field_at(m, type), WL_VIOLATION, wl_judge_via(ex, WL_CERTAIN),
                  "multipart/byteranges for the single range '%s'", wl_said(range->value).text);
    }
}

/* Could the span hold an octet of any range that was asked for? */
static bool was_asked_for(struct wl_span value, const struct wl_content_range *cr)
{
    struct wl_cursor c = wl_cursor(value);
    struct wl_range r;

    (void)wl_grammar_range_unit(&c);
    while (wl_grammar_range_next(&c, &r)) {
        if (r.first == WL_NONE) {
            /* the last octets: of a representation whose length may not be known */
            if (cr->complete == WL_NONE || r.last >= cr->complete)
                return true;
            r.first = cr->complete - r.last;
            r.last = WL_NONE;
        }
        if (r.first <= cr->last && (r.last == WL_NONE || r.last >= cr->first))
            return true;
    }
    return false;
}

/* Octets of content that the framing tells for certain. */
static bool content_length(const struct wl_message *m, uint64_t *ret)
{
    if (m->framing == WL_FRAMING_LENGTH) {
        *ret = m->declared;
        return m->declared != WL_NONE;
    }
    *ret = m->body_bytes;
    return m->state == WL_WHOLE && wl_facts_unbroken(m) && m->framing != WL_FRAMING_CLOSE &&
           wl_grammar_list_count(m, WL_FIELD_TRANSFER_ENCODING) <= 1;
}

static void check_span(struct wl_judge *j, const struct wl_exchange *ex, const struct wl_field *f,
                       const struct wl_content_range *cr)
{
    const struct wl_message *m = &ex->res;
    const struct wl_field *range = wl_facts_single(&ex->req, WL_FIELD_RANGE);
    uint64_t length;

    if (cr->last < cr->first || (cr->complete != WL_NONE && cr->last >= cr->complete)) {
        wl_report(j, m, wl_field_at(m, f), WL_WARNING, WL_CERTAIN,
                  cr->last < cr->first ? "Content-Range '%s' ends before it begins"
                                       : "Content-Range '%s' goes beyond the complete length",
                  wl_said(f->value).text);
        return;
    }
    if (ex->req.method_id != WL_METHOD_HEAD && content_length(m, &length) &&
        length != cr->last - cr->first + 1) {
        wl_report(j, m, wl_field_at(m, f), WL_WARNING, WL_CERTAIN,
                  "Content-Range '%s' spans %s, the content has %" PRIu64, wl_said(f->value).text,
                  wl_said_octets(cr->last - cr->first + 1).text, length);
    }
    if (range && count_ranges(range->value).valid && !was_asked_for(range->value, cr)) {
        wl_report(j, m, wl_field_at(m, f), WL_WARNING, wl_judge_via(ex, WL_CERTAIN),
                  "Content-Range '%s' holds nothing of the Range '%s'", wl_said(f->value).text,
                  wl_said(range->value).text);
    }
}

static void partial_range_mismatch(struct wl_judge *j, const struct wl_exchange *ex,
                                   const struct wl_message *m)
{
    const struct wl_field *f = wl_facts_single(m, WL_FIELD_CONTENT_RANGE);
    struct wl_content_range cr;

    if (!f || is_multipart(m))
        return;
    if (!wl_grammar_content_range(f->value, &cr)) {
        if (is_bytes(wl_span_sub(f->value, 0, wl_span_find(f->value, ' ')))) {
            wl_report(j, m, wl_field_at(m, f), WL_WARNING, WL_CERTAIN,
                      "Content-Range '%s' cannot be read", wl_said(f->value).text);
        }
    } else if (!is_bytes(cr.unit)) {
        return;
    } else if (cr.unsatisfied) {
        wl_report(j, m, wl_field_at(m, f), WL_WARNING, WL_CERTAIN,
                  "Content-Range '%s' of a range that cannot be satisfied, in a 206",
                  wl_said(f->value).text);
    } else {
        check_span(j, ex, f, &cr);
    }
}

static void partial_if_range_mismatch(struct wl_judge *j, const struct wl_exchange *ex,
                                      const struct wl_message *m)
{
    const struct wl_field *condition = wl_facts_single(&ex->req, WL_FIELD_IF_RANGE);
    const struct wl_field *f = wl_facts_single(m, WL_FIELD_ETAG);
    struct wl_etag asked, answered;

    if (!condition || !f || !wl_grammar_etag(condition->value, &asked) ||
        !wl_grammar_etag(f->value, &answered) || wl_grammar_etag_strong(asked, answered))
        return;
    wl_report(j, m, wl_field_at(m, f), WL_VIOLATION, wl_judge_via(ex, WL_CERTAIN),
              "206 of %s, although If-Range asked for parts of %s only", wl_said(f->value).text,
              wl_said(condition->value).text);
}

static void content_range_misplaced(struct wl_judge *j, const struct wl_exchange *ex,
                                    const struct wl_message *m)
{
    const struct wl_field *f = wl_message_field(m, WL_FIELD_CONTENT_RANGE);

    (void)ex;
    if (f && m->status != 206 && m->status != 416) {
        wl_report(j, m, wl_field_at(m, f), WL_NOTE, WL_CERTAIN, "Content-Range: %s in a %03u",
                  wl_said(f->value).text, m->status);
    }
}

static const struct wl_rule rules[] = {
    {
        .id = "content-range-misplaced",
        .severity = WL_NOTE,
        .fault = WL_FAULT_SERVER,
        .area = "S2",
        .versions = "HTTP/1.1, HTTP/2, HTTP/3",
        .cite = {"RFC 9110 14.4"},
        .title = "Content-Range where it means nothing",
        .why = "Content-Range belongs to 206 and 416. In another response a client may take the "
               "content for a part and join it to what it has.",
        .advice = "Answer 206 when a part is sent; leave Content-Range out of everything else.",
        .see = {"partial-without-content-range", "partial-range-mismatch"},
        .when = WL_ON_RESPONSE,
        .field = WL_FIELD_CONTENT_RANGE,
        .check = content_range_misplaced,
    },
    {
        .id = "partial-if-range-mismatch",
        .severity = WL_VIOLATION,
        .fault = WL_FAULT_SERVER,
        .area = "S2",
        .versions = "HTTP/1.1, HTTP/2, HTTP/3",
        .cite = {"RFC 9110 13.1.5"},
        .title = "206 of another representation than If-Range named",
        .why =
            "If-Range says: a part, if nothing has changed, else all of it. The client joins the "
            "part to what it has of the old representation, and gets a file that never existed.",
        .advice = "Compare If-Range with the current entity tag, strongly, and ignore Range when "
                  "they differ.",
        .see = {"partial-range-mismatch", "etag-invalid"},
        .when = WL_ON_EXCHANGE,
        .needs = WL_NEEDS_PAIR | WL_NEEDS_REQUEST | WL_NEEDS_RESPONSE,
        .status_from = 206,
        .status_to = 206,
        .field = WL_FIELD_ETAG,
        .check = partial_if_range_mismatch,
    },
    {
        .id = "partial-multipart-framing",
        .severity = WL_VIOLATION,
        .fault = WL_FAULT_SERVER,
        .area = "S2",
        .versions = "HTTP/1.1, HTTP/2, HTTP/3",
        .cite = {"RFC 9110 15.3.7.2", "RFC 9110 14.6"},
        .title = "multipart/byteranges that is put together wrongly",
        .why =
            "A client that asked for one range need not understand multipart, and one that reads "
            "a Content-Range in the head takes the whole content for that part.",
        .advice = "Send a single range as it is, with Content-Range; in a multipart response each "
                  "part has its own, and the head has none.",
        .see = {"partial-without-content-range", "partial-range-mismatch"},
        .when = WL_ON_EXCHANGE,
        .needs = WL_NEEDS_PAIR | WL_NEEDS_REQUEST | WL_NEEDS_RESPONSE,
        .status_from = 206,
        .status_to = 206,
        .field = WL_FIELD_CONTENT_TYPE,
        .check = partial_multipart_framing,
    },
    {
        .id = "partial-range-mismatch",
        .severity = WL_WARNING,
        .fault = WL_FAULT_SERVER,
        .area = "S2",
        .versions = "HTTP/1.1, HTTP/2, HTTP/3",
        .cite = {"RFC 9110 14.4", "RFC 9110 14.2"},
        .title = "206 whose Content-Range does not fit its content or the request",
        .why = "The client puts the content where Content-Range says. When that is not what was "
               "sent or asked for, the file it builds is damaged without anybody noticing.",
        .advice = "Compute Content-Range and Content-Length from the same numbers, and serve the "
                  "ranges that were asked for.",
        .see = {"partial-without-content-range", "partial-unrequested"},
        .when = WL_ON_EXCHANGE,
        .needs = WL_NEEDS_PAIR | WL_NEEDS_REQUEST | WL_NEEDS_RESPONSE,
        .status_from = 206,
        .status_to = 206,
        .field = WL_FIELD_CONTENT_RANGE,
        .check = partial_range_mismatch,
    },
    {
        .id = "partial-unrequested",
        .severity = WL_VIOLATION,
        .fault = WL_FAULT_SERVER,
        .area = "S2",
        .versions = "HTTP/1.1, HTTP/2, HTTP/3",
        .cite = {"RFC 9110 15.3.7", "RFC 9110 14.2"},
        .title = "206 (Partial Content) to a request that asked for no range",
        .why = "A client that did not ask for a part may take it for the whole; a cache may keep "
               "it as such.",
        .advice =
            "Answer 200 with all of it when there is no Range, or when the method is not GET.",
        .see = {"partial-range-mismatch"},
        .when = WL_ON_EXCHANGE,
        .needs = WL_NEEDS_PAIR | WL_NEEDS_REQUEST,
        .status_from = 206,
        .status_to = 206,
        .check = partial_unrequested,
    },
    {
        .id = "partial-without-content-range",
        .severity = WL_VIOLATION,
        .fault = WL_FAULT_SERVER,
        .area = "S2",
        .versions = "HTTP/1.1, HTTP/2, HTTP/3",
        .cite = {"RFC 9110 15.3.7.1"},
        .title = "206 (Partial Content) that does not say which part",
        .why = "Without Content-Range the client does not know where the octets belong: what was "
               "asked for is not always what is sent.",
        .advice = "Send Content-Range with every 206 that is not multipart/byteranges.",
        .see = {"partial-range-mismatch", "partial-multipart-framing"},
        .when = WL_ON_RESPONSE,
        .status_from = 206,
        .status_to = 206,
        .lacks = WL_FIELD_CONTENT_RANGE,
        .final_only = true,
        .check = partial_without_content_range,
    },
    {
        .id = "range-request-invalid",
        .severity = WL_VIOLATION,
        .fault = WL_FAULT_CLIENT,
        .area = "VAL",
        .versions = "HTTP/1.1, HTTP/2, HTTP/3",
        .cite = {"RFC 9110 13.1.5", "RFC 9110 14.1.1", "RFC 9110 14.2", "RFC 9110 17.15"},
        .title = "Range or If-Range that cannot work",
        .why =
            "A server ignores or refuses a Range it cannot read, so that the client gets everything "
            "instead of a part, or nothing; a weak validator cannot tell whether two parts fit together.",
        .advice =
            "Send Range: bytes=first-last; send If-Range only with Range, with a strong entity "
            "tag, or with a date that is known to be a strong validator.",
        .see = {"partial-if-range-mismatch", "etag-invalid"},
        .when = WL_ON_REQUEST,
        .fields = {WL_FIELD_RANGE, WL_FIELD_IF_RANGE},
        .check = range_request_invalid,
    },
};

const struct wl_rule_group wl_rules_partial = {"partial", rules, WL_COUNT(rules)};
