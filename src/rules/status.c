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
};

const struct wl_rule_group wl_rules_status = {"status", rules, WL_COUNT(rules)};
