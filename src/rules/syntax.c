/* syntax.c - rules about the lines of a head: their ends, their names, their values.
 * SPDX-License-Identifier: MIT
 *
 * Catalogue area FRM, as far as it is about lines (RFC 9112 2.2 and 5, RFC 9110 5 and 6.5). What is
 * odd about a line the parser has marked, with its place; here it is weighed. All of these are
 * octets of one hop: they prove that two recipients may read different things, not that two did.
 */
#include "rules.h"

#include "facts.h"
#include "field.h"
#include "grammar.h"

/** The sender speaks HTTP/1.0, or a message of it is all that is known. */
static bool is_http10(const struct wl_message *m)
{
    return m && m->major == 1 && m->minor == 0;
}

/* --------------------------------------------------------------------------------- field lines */

/** End-to-end fields that nobody may have removed by the next hop (RFC 9110 7.6.1). */
static bool is_core(enum wl_field_id id)
{
    static const enum wl_field_id core[] = {
        WL_FIELD_AUTHORIZATION,
        WL_FIELD_CACHE_CONTROL,
        WL_FIELD_CONTENT_ENCODING,
        WL_FIELD_CONTENT_LENGTH,
        WL_FIELD_CONTENT_RANGE,
        WL_FIELD_CONTENT_TYPE,
        WL_FIELD_COOKIE,
        WL_FIELD_DATE,
        WL_FIELD_ETAG,
        WL_FIELD_EXPECT,
        WL_FIELD_HOST,
        WL_FIELD_LAST_MODIFIED,
        WL_FIELD_LOCATION,
        WL_FIELD_RANGE,
        WL_FIELD_SET_COOKIE,
        WL_FIELD_TRANSFER_ENCODING,
        WL_FIELD_VARY,
        WL_FIELD_X_FORWARDED_FOR,
    };

    for (size_t i = 0; i < WL_COUNT(core); i++) {
        if (core[i] == id)
            return true;
    }
    return false;
}

/** "keep-alive" or "close", as nearly always: by length and first letter, which no core field
 * has. */
static bool is_usual_option(struct wl_span s)
{
    return (s.n == 10 && wl_lower(s.p[0]) == 'k') || (s.n == 5 && wl_lower(s.p[0]) == 'c');
}

/** Looks for a core field among the options of one line; false: there is none. */
static WL_ASIDE bool report_core_option(struct wl_judge *j, const struct wl_message *m,
                                        const struct wl_field *f)
{
    struct wl_cursor c = wl_cursor(f->value);
    struct wl_span member;

    while ((member = wl_grammar_member(&c)).n) {
        if (!is_core(wl_grammar_field(member)))
            continue;
        wl_report(j, m, wl_field_at(m, f), WL_VIOLATION, WL_CERTAIN,
                  "Connection names '%s', which the next hop is to remove for it",
                  wl_said(member).text);
        return true;
    }
    return false;
}

static void connection_nominates_core_field(struct wl_judge *j, const struct wl_exchange *ex,
                                            const struct wl_message *m)
{
    const struct wl_field *f = wl_field_usual(m, WL_FIELD_CONNECTION);

    (void)ex;
    for (; f; f = wl_message_next_field(m, f)) {
        if (!is_usual_option(f->value) && report_core_option(j, m, f))
            return;
    }
}

static void field_line_malformed(struct wl_judge *j, const struct wl_exchange *ex,
                                 const struct wl_message *m)
{
    const struct wl_mark *mark = wl_judge_mark(j);
    struct wl_said said = wl_said_seen(mark);
    enum wl_severity severity = WL_VIOLATION;
    const char *what = "a field line without colon";

    (void)ex;
    if (mark->id == WL_MARK_NAME_EMPTY) {
        what = "a field line without name";
    } else if (mark->id == WL_MARK_VALUE_OBS_TEXT) {
        what = "octets above 0x7f in a field value";
        severity = WL_NOTE;
    }
    if (mark->id == WL_MARK_NAME_NOT_TOKEN) {
        wl_report(j, m, mark->at, severity, WL_CERTAIN, "octet 0x%02x in a field name: '%s'",
                  (unsigned)mark->value, said.text);
    } else if (mark->id == WL_MARK_VALUE_CTL) {
        wl_report(j, m, mark->at, severity, WL_CERTAIN, "octet 0x%02x in a field value: '%s'",
                  (unsigned)mark->value, said.text);
    } else {
        wl_report(j, m, mark->at, severity, WL_CERTAIN, "%s: '%s'", what, said.text);
    }
}

static void obs_fold(struct wl_judge *j, const struct wl_exchange *ex, const struct wl_message *m)
{
    const struct wl_mark *mark = wl_judge_mark(j);
    enum wl_severity severity = is_http10(m) ? WL_WARNING : WL_VIOLATION;
    struct wl_said said = wl_said_seen(mark);

    (void)ex;
    if (mark->id == WL_MARK_OBS_FOLD) {
        wl_report(j, m, mark->at, severity, WL_CERTAIN, "a field goes on in the next line: '%s'",
                  said.text);
    } else {
        wl_report(j, m, mark->at, severity, WL_CERTAIN,
                  "white space between the start line and the first field: '%s'", said.text);
    }
}

static const char *field_name(enum wl_field_id id)
{
    static const char *const names[] = {
        [WL_FIELD_OTHER] = "a field",
#define WL_FIELD(ID, name, flags, source) [WL_FIELD_##ID] = (name),
#include "wirelint/tbl/fields.h"
#undef WL_FIELD
    };

    return names[id];
}

static void singleton_field_repeated(struct wl_judge *j, const struct wl_exchange *ex,
                                     const struct wl_message *m)
{
    const struct wl_mark *mark = wl_judge_mark(j);
    enum wl_field_id id = (enum wl_field_id)mark->value;
    const struct wl_field *first = wl_message_field(m, id);
    unsigned n = 0;
    bool differ = false;

    for (const struct wl_field *f = first; f; f = wl_message_next_field(m, f)) {
        n++;
        differ = differ || !wl_span_equal(f->value, first->value);
    }
    /* in the trailer section: there is no count of those */
    wl_report(j, m, mark->at, WL_VIOLATION, wl_judge_via(ex, WL_CERTAIN), "%u lines of %s, %s",
              n > 1 ? n : 2, field_name(id),
              n < 2    ? "in the trailer section"
              : differ ? "with different values"
                       : "with the same value");
}

static void trailer_forbidden_field(struct wl_judge *j, const struct wl_exchange *ex,
                                    const struct wl_message *m)
{
    (void)ex;
    for (uint32_t i = 0; i < m->n_trailers; i++) {
        const struct wl_field *f = &m->trailers[i];
        bool status_line = f->odd & WL_ODD_NO_COLON &&
                           wl_span_starts(wl_field_sent_name(f), WL_SPAN("HTTP/"));

        if (status_line) {
            wl_report(j, m, wl_field_at(m, f), WL_VIOLATION, WL_CERTAIN,
                      "what looks like a status line in the trailer section: '%s'",
                      wl_said(wl_field_sent_name(f)).text);
            return;
        }
        if (f->id != WL_FIELD_OTHER && wl_grammar_field_flags(f->id) & WL_NO_TRAILER) {
            wl_report(j, m, wl_field_at(m, f), WL_VIOLATION, WL_CERTAIN,
                      "%s in the trailer section", wl_said(wl_field_sent_name(f)).text);
            return;
        }
    }
}

/* ----------------------------------------------------------------------------------- line ends */

static void line_ending_invalid(struct wl_judge *j, const struct wl_exchange *ex,
                                const struct wl_message *m)
{
    const struct wl_mark *mark = wl_judge_mark(j);

    (void)ex;
    if (mark->id == WL_MARK_BARE_CR) {
        wl_report(j, m, mark->at, WL_VIOLATION, WL_CERTAIN, "CR without LF in the line '%s'",
                  wl_said_seen(mark).text);
        return;
    }
    /* a simple request of HTTP/0.9 was whatever its servers took (RFC 1945 4.1) */
    if (m && m->major == 0)
        return;
    wl_report(j, m, mark->at, WL_WARNING, WL_CERTAIN, "%u line%s ended by LF without CR",
              mark->count, mark->count == 1 ? "" : "s");
}

static const struct wl_rule rules[] = {
    {
        .id = "connection-nominates-core-field",
        .severity = WL_VIOLATION,
        .fault = WL_FAULT_EITHER,
        .area = "FRM",
        .versions = "HTTP/1.0, HTTP/1.1",
        .cite = {"RFC 9110 7.6.1"},
        .title = "Connection names a field that is meant for the recipient",
        .why = "What Connection names, the next hop removes. Where that is a field that frames the "
               "message or says whose it is, the hops behind it see another message: without a "
               "length, without credentials, without the address that a proxy has noted.",
        .advice = "Name in Connection only options and fields of this hop: close, keep-alive, "
                  "Upgrade, TE. A proxy should refuse to remove others.",
        .see = {"cl-te-both", "host-missing-or-invalid"},
        .when = WL_ON_MESSAGE,
        .field = WL_FIELD_CONNECTION,
        .needs = WL_NEEDS_PAIR,
        .check = connection_nominates_core_field,
    },
    {
        .id = "field-line-malformed",
        .severity = WL_VIOLATION,
        .fault = WL_FAULT_EITHER,
        .area = "FRM",
        .versions = "HTTP/1.0, HTTP/1.1, HTTP/2, HTTP/3",
        .cite = {"RFC 9110 5.1", "RFC 9110 5.5", "RFC 9112 5"},
        .title = "Field line that is not a name, a colon and a value",
        .why = "Some recipients drop such a line, some the whole message, some read it as another "
               "field. A line that one of them takes for Content-Length or Host and the other does "
               "not is how messages are smuggled.",
        .advice = "Names are tokens; values are visible characters, spaces and tabs. Encode what "
                  "is not, and do not copy user input into fields.",
        .see = {"space-before-colon", "obs-fold", "line-ending-invalid"},
        .when = WL_ON_MARK,
        .mark = WL_MARK_NO_COLON,
        .marks = {WL_MARK_NAME_EMPTY, WL_MARK_NAME_NOT_TOKEN, WL_MARK_VALUE_CTL,
                  WL_MARK_VALUE_OBS_TEXT},
        .needs = WL_NEEDS_BODY,
        .check = field_line_malformed,
    },
    {
        .id = "line-ending-invalid",
        .severity = WL_VIOLATION,
        .fault = WL_FAULT_EITHER,
        .area = "FRM",
        .versions = "HTTP/1.0, HTTP/1.1",
        .cite = {"RFC 9112 2.2"},
        .title = "Line that is not ended by CRLF",
        .why = "A CR alone ends a line for some recipients and is part of it for others; an LF "
               "alone may be recognised, and need not be. What is one field for one of them is two "
               "for the next.",
        .advice = "End every line with CRLF, and let no CR or LF from elsewhere into a field.",
        .see = {"field-line-malformed", "chunk-framing-invalid"},
        .when = WL_ON_MARK,
        .mark = WL_MARK_BARE_CR,
        .marks = {WL_MARK_BARE_LF},
        .needs = WL_NEEDS_BODY,
        .check = line_ending_invalid,
    },
    {
        .id = "obs-fold",
        .severity = WL_VIOLATION,
        .fault = WL_FAULT_EITHER,
        .area = "FRM",
        .versions = "HTTP/1.0, HTTP/1.1",
        .cite = {"RFC 9112 5.2", "RFC 9112 2.2"},
        .title = "Field value continued on the next line",
        .why = "Folding is obsolete: a recipient refuses it, replaces it with spaces, or takes the "
               "second line for a field of its own. The same octets then say different things to "
               "two of them.",
        .advice = "Write the value on one line.",
        .see = {"field-line-malformed", "line-ending-invalid"},
        .when = WL_ON_MARK,
        .mark = WL_MARK_OBS_FOLD,
        .marks = {WL_MARK_SPACE_AFTER_START},
        .needs = WL_NEEDS_BODY,
        .check = obs_fold,
    },
    {
        .id = "singleton-field-repeated",
        .severity = WL_VIOLATION,
        .fault = WL_FAULT_EITHER,
        .area = "FRM",
        .versions = "HTTP/1.0, HTTP/1.1, HTTP/2, HTTP/3",
        .cite = {"RFC 9110 5.3"},
        .title = "Field of which there can be one only, sent more than once",
        .why = "Recipients take the first, the last, or both joined by a comma, which is no value "
               "of the field. A cache and a browser that choose differently store one thing and "
               "show another.",
        .advice = "Set the field where it is known to be absent, or replace it; let a proxy "
                  "replace and not add.",
        .see = {"host-missing-or-invalid", "cl-invalid"},
        .when = WL_ON_MARK,
        .mark = WL_MARK_FIELD_REPEATED,
        .needs = WL_NEEDS_BODY,
        .check = singleton_field_repeated,
    },
    {
        .id = "space-before-colon",
        .severity = WL_VIOLATION,
        .fault = WL_FAULT_EITHER,
        .area = "FRM",
        .versions = "HTTP/1.0, HTTP/1.1",
        .cite = {"RFC 9112 5.1"},
        .title = "White space between field name and colon",
        .why = "For one recipient it is the field, for another a field of a different name, for a "
               "third no field at all. With Content-Length or Transfer-Encoding that decides where "
               "the message ends.",
        .advice = "Write the colon right after the name. A server must answer such a request with "
                  "400, a proxy must take the space out of a response.",
        .see = {"field-line-malformed", "malformed-request-accepted"},
        .when = WL_ON_MARK,
        .mark = WL_MARK_SPACE_BEFORE_COLON,
        .needs = WL_NEEDS_BODY,
        .saw = "white space before the colon: {octets}",
    },
    {
        .id = "trailer-forbidden-field",
        .severity = WL_VIOLATION,
        .fault = WL_FAULT_EITHER,
        .area = "FRM",
        .versions = "HTTP/1.1, HTTP/2, HTTP/3",
        .cite = {"RFC 9110 6.5.1", "RFC 9112 7.1.2"},
        .title = "Field in the trailer section that has to be known before the content",
        .why = "What frames, routes or authenticates a message, or says what its content is, comes "
               "too late behind it. A recipient that merges trailers into the header lets the end "
               "of a message change what was checked at its beginning.",
        .advice = "Send it in the header, or not at all.",
        .see = {"cl-te-both", "chunk-framing-invalid"},
        .when = WL_ON_MARK,
        .mark = WL_MARK_TRAILERS,
        .needs = WL_NEEDS_BODY,
        .check = trailer_forbidden_field,
    },
};

const struct wl_rule_group wl_rules_syntax = {"syntax", rules, WL_COUNT(rules)};
