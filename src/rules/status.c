/* status.c - rules about the status line and the space of status codes.
 * SPDX-License-Identifier: MIT
 *
 * Catalogue area COD (RFC 9110 15, RFC 9112 4): is this a status at all, and one that is known?
 */
#include "rules.h"

#include "facts.h"

static void status_code_invalid(struct wl_judge *j, const struct wl_exchange *ex,
                                const struct wl_message *m)
{
    struct wl_span text = m->status_text;
    bool digits = text.n == 3;

    (void)ex;
    if (m->major == 0) /* what HTTP/0.9 answers has no status line (RFC 1945 4.1) */
        return;
    for (size_t i = 0; i < text.n; i++)
        digits = digits && wl_is_digit(text.p[i]);
    if (digits || text.n == 0) {
        wl_report(j, m, m->at, WL_VIOLATION, WL_CERTAIN, "status code %03u is outside 100 to 599",
                  m->status);
    } else {
        wl_report(j, m, m->at, WL_VIOLATION, WL_CERTAIN, "status code '%s' is not three digits",
                  wl_said(text).text);
    }
}

/* --------------------------------------------------------------------------------- the line */

static void status_line_malformed(struct wl_judge *j, const struct wl_exchange *ex,
                                  const struct wl_message *m)
{
    const struct wl_mark *mark = wl_judge_mark(j);

    if (mark->id == WL_MARK_REASON_CTL) {
        wl_report(j, m, mark->at, WL_VIOLATION, WL_CERTAIN, "octet 0x%02x in the reason phrase",
                  (unsigned)mark->value);
    } else if (mark->id == WL_MARK_VERSION_MALFORMED) {
        if (wl_facts_status_line_case(mark)) { /* else version-malformed */
            wl_report(j, m, mark->at, WL_VIOLATION, WL_CERTAIN,
                      "the status line begins with '%s', and not in capitals",
                      wl_said_seen(mark).text);
        }
    } else if (mark->id == WL_MARK_LEADING_CRLF) {
        /* behind another response it may be what an old server adds to content */
        if (ex && m == &ex->res && mark->at.offset <= 2 * mark->value) {
            wl_report(j, m, mark->at, WL_VIOLATION, WL_CERTAIN,
                      "%u empty line%s before the status line", (unsigned)mark->value,
                      mark->value == 1 ? "" : "s");
        }
    } else if (mark->id == WL_MARK_STATUS_LINE_SPACES) {
        wl_report(j, m, mark->at, WL_VIOLATION, WL_CERTAIN,
                  "the parts of the status line are not separated by single spaces");
    } else if (m && !wl_message_mark(m, WL_MARK_STATUS_INVALID)) { /* status-code-invalid */
        /* RFC 9112 4: the space is there even when the reason phrase is not */
        wl_report(j, m, mark->at, WL_WARNING, WL_CERTAIN, "no space after the status code %03u",
                  m->status);
    }
}

/* ----------------------------------------------------------------------------- unknown codes */

static bool is_registered(uint16_t status)
{
    switch (status) {
#define WL_STATUS(code, NAME, reason, rfc, section) case code:
#include "wirelint/tbl/statuses.h"
#undef WL_STATUS
        return true;
    default: return false;
    }
}

/* Codes that vendors made up, and what they mean there. */
static const struct vendor {
    uint16_t from, to;
    const char *meaning;
} vendors[] = {
    {218, 218, "used by Apache modules: an error is passed on as it is"},
    {419, 419, "used by Laravel: the page has expired"},
    {420, 420, "used by Twitter: slow down, where 429 is registered"},
    {430, 430, "used by Shopify: too many fields, where 431 is registered"},
    {440, 440, "used by IIS: the login has expired"},
    {444, 444, "of the log of nginx: closed without a response; never to be sent"},
    {449, 449, "used by IIS: retry with what is missing"},
    {450, 450, "used by Windows: blocked by parental controls"},
    {460, 460,
     "of the log of AWS load balancers, the client has gone; sent by tus, a wrong checksum"},
    {463, 464, "used by AWS load balancers: a request that is not supported"},
    {494, 494, "used inside nginx: fields too large, where 431 is registered"},
    {495, 496, "used inside nginx: the client's certificate"},
    {497, 497, "used inside nginx: HTTP sent to a port of HTTPS"},
    {498, 498, "used by ArcGIS: the token is not valid"},
    {499, 499,
     "of the log of nginx, the client has gone; sent by gateways of gRPC, a call cancelled"},
    {509, 509, "used by cPanel: bandwidth exceeded"},
    {520, 527, "used by Cloudflare: the origin server failed"},
    {529, 529, "used by Qualys and others: overloaded, where 503 is registered"},
    {530, 530, "used by Cloudflare: the origin server failed"},
    {540, 540, "used by some hosters: disabled"},
    {561, 561, "used by AWS load balancers: authentication failed"},
    {598, 599, "used by some proxies: time-out on the network"},
};

static const struct vendor *find_vendor(uint16_t status)
{
    for (size_t i = 0; i < WL_COUNT(vendors); i++) {
        if (status >= vendors[i].from && status <= vendors[i].to)
            return &vendors[i];
    }
    return NULL;
}

static void status_unregistered(struct wl_judge *j, const struct wl_exchange *ex,
                                const struct wl_message *m)
{
    (void)ex;
    if (m->status < 100 || m->status > 599 || is_registered(m->status) || find_vendor(m->status))
        return;
    wl_report(j, m, m->at, WL_NOTE, WL_CERTAIN,
              "%u is registered nowhere: clients take it for %u00", m->status, m->status / 100);
}

/* 520 to 530 are Cloudflare's where it shows itself. */
static bool shows_cloudflare(const struct wl_message *m)
{
    const struct wl_field *f = wl_message_field(m, WL_FIELD_SERVER);

    return wl_message_field(m, WL_FIELD_CF_RAY) && f &&
           wl_span_equal_nocase(f->value, WL_SPAN("cloudflare"));
}

static void status_vendor_code(struct wl_judge *j, const struct wl_exchange *ex,
                               const struct wl_message *m)
{
    const struct vendor *v = find_vendor(m->status);
    bool foreign = m->status >= 520 && m->status <= 530 && m->status != 529 && !shows_cloudflare(m);

    (void)ex;
    if (v) {
        wl_report(j, m, m->at, WL_NOTE, WL_CERTAIN, "%u, %s%s", m->status, v->meaning,
                  foreign ? "; but no Server: cloudflare and CF-RAY" : "");
    }
}

/* ---------------------------------------------------------------------------- withdrawn codes */

/* Does the request use the extension framework of RFC 2774? */
static bool is_extended(const struct wl_message *req)
{
    return wl_span_starts(req->method, WL_SPAN("M-")) || wl_message_field(req, WL_FIELD_MAN) ||
           wl_message_field(req, WL_FIELD_C_MAN) || wl_message_field(req, WL_FIELD_OPT) ||
           wl_message_field(req, WL_FIELD_C_OPT);
}

/* 402 is reserved, and used for payment by protocols that put their offer into a field. */
static bool asks_for_payment(const struct wl_message *m)
{
    const struct wl_span word = WL_SPAN("payment");

    if (wl_message_field(m, WL_FIELD_WWW_AUTHENTICATE))
        return true;
    for (uint32_t i = 0; i < m->n_fields; i++) {
        struct wl_span name = wl_field_sent_name(&m->fields[i]);

        for (size_t at = 0; at + word.n <= name.n; at++) {
            if (wl_span_equal_nocase(wl_span_sub(name, at, word.n), word))
                return true;
        }
    }
    return false;
}

static void status_withdrawn_code(struct wl_judge *j, const struct wl_exchange *ex,
                                  const struct wl_message *m)
{
    switch (m->status) {
    case 305: wl_report(j, m, m->at, WL_WARNING, WL_CERTAIN, "305, which is deprecated"); break;
    case 306: wl_report(j, m, m->at, WL_WARNING, WL_CERTAIN, "306, which is no longer used"); break;
    case 402:
        if (!asks_for_payment(m))
            wl_report(j, m, m->at, WL_NOTE, WL_CERTAIN, "402, which is reserved");
        break;
    case 418: wl_report(j, m, m->at, WL_NOTE, WL_CERTAIN, "418, which is reserved"); break;
    case 510:
        if (!is_extended(&ex->req)) {
            wl_report(j, m, m->at, WL_WARNING, wl_judge_via(ex, WL_CERTAIN),
                      "510 to a request without any extension declared");
        }
        break;
    default: break;
    }
}

static const struct wl_rule rules[] = {
    {
        .id = "status-code-invalid",
        .severity = WL_VIOLATION,
        .fault = WL_FAULT_SERVER,
        .area = "COD",
        .versions = "HTTP/1.0, HTTP/1.1, HTTP/2, HTTP/3",
        .cite = {"RFC 9110 15", "RFC 9112 4"},
        .title = "Status code that is not a number from 100 to 599",
        .why = "The first digit tells how the response is framed and whether it is the final one. "
               "For a code outside the five classes every recipient decides for itself: as 5xx, "
               "as the nearest number it can parse, or by closing the connection.",
        .advice = "Use a registered status. A code of one's own belongs into a field or into the "
                  "content.",
        .see = {"unsolicited-response"},
        .when = WL_ON_RESPONSE,
        .status_from = 600,
        .status_to = 99,
        .check = status_code_invalid,
    },
    {
        .id = "status-line-malformed",
        .severity = WL_VIOLATION,
        .fault = WL_FAULT_SERVER,
        .area = "COD",
        .versions = "HTTP/1.0, HTTP/1.1",
        .cite = {"RFC 9112 4"},
        .title = "Status line that is not made as it should be",
        .why = "Clients split the line each in its own way: one finds a status where the next "
               "finds none, or takes the whole response for content.",
        .advice = "Write HTTP/1.1, one space, three digits, one space, and the reason phrase if "
                  "there is one; nobody needs it.",
        .see = {"status-code-invalid", "version-malformed"},
        .when = WL_ON_MARK,
        .mark = WL_MARK_STATUS_LINE_SPACES,
        .marks = {WL_MARK_REASON_CTL, WL_MARK_STATUS_NO_SPACE, WL_MARK_VERSION_MALFORMED,
                  WL_MARK_LEADING_CRLF},
        .needs = WL_NEEDS_PAIR,
        .check = status_line_malformed,
    },
    {
        .id = "status-unregistered",
        .severity = WL_NOTE,
        .fault = WL_FAULT_SERVER,
        .area = "COD",
        .versions = "HTTP/1.0, HTTP/1.1, HTTP/2, HTTP/3",
        .cite = {"RFC 9110 15", "RFC 9110 15.1", "RFC 9110 16.2"},
        .title = "Status code that nobody has registered",
        .why = "Clients treat a code they do not know as the first one of its class. Whatever it "
               "is to mean beyond that reaches only those who were told.",
        .advice = "Use a registered code, and say the rest in a field or in the content.",
        .see = {"status-vendor-code", "status-code-invalid"},
        .when = WL_ON_RESPONSE,
        .status_from = 209, /* all but 200 to 208, which are registered */
        .status_to = 199,
        .check = status_unregistered,
    },
    {
        .id = "status-vendor-code",
        .severity = WL_NOTE,
        .fault = WL_FAULT_SERVER,
        .area = "COD",
        .versions = "HTTP/1.0, HTTP/1.1, HTTP/2, HTTP/3",
        .cite = {"RFC 9110 15", "RFC 9110 16.2"},
        .title = "Status code of a vendor's own",
        .why = "The code means something to one product, often only in its logs. Others treat it "
               "as the first one of its class, and may use it for something else.",
        .advice = "Send the registered code that is nearest; keep the other for the log.",
        .see = {"status-unregistered"},
        .when = WL_ON_RESPONSE,
        .status_from = 209,
        .status_to = 599,
        .final_only = true,
        .once_per_target = true,
        .check = status_vendor_code,
    },
    {
        .id = "status-withdrawn-code",
        .severity = WL_WARNING,
        .fault = WL_FAULT_SERVER,
        .area = "COD",
        .versions = "HTTP/1.0, HTTP/1.1, HTTP/2, HTTP/3",
        .cite = {"RFC 9110 15.4.6", "RFC 9110 15.4.7", "RFC 9110 15.5.3", "RFC 2774 7"},
        .title = "Status code that was given up, or is kept for later",
        .why = "305 was given up because it let any server send a client to a proxy of its choice. "
               "306 and 510 mean nothing to clients of today, 402 and 418 nothing that all agree "
               "upon.",
        .advice = "Use a code that is in force: 307 or 308, 400, 403, 500.",
        .see = {"status-unregistered", "status-vendor-code"},
        .when = WL_ON_EXCHANGE,
        .needs = WL_NEEDS_PAIR | WL_NEEDS_REQUEST | WL_NEEDS_RESPONSE,
        .status_from = 305,
        .status_to = 510,
        .check = status_withdrawn_code,
    },
};

const struct wl_rule_group wl_rules_status = {"status", rules, WL_COUNT(rules)};
