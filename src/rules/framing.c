/* framing.c - rules about where messages end and what follows them.
 * SPDX-License-Identifier: MIT
 *
 * Catalogue area FRM, and the rules of other areas about octets that should not be there (RFC 9112
 * 6.3). The parser decides where a message ends and marks what comes after it; nothing is parsed
 * here. Octets that begin a status line are never content (catalogue 1.4.6).
 */
#include "rules.h"

static const struct wl_rule rules[] = {
    {
        .id = "excess-data-after-body",
        .severity = WL_VIOLATION,
        .fault = WL_FAULT_SERVER,
        .area = "FRM",
        .versions = "HTTP/1.0, HTTP/1.1",
        .cite = {"RFC 9112 6.3", "RFC 9112 9.2", "RFC 9112 11.1"},
        .title = "Octets after the end of the response",
        .why = "The response was longer than it said. The next recipient reads the rest as the "
               "beginning of another response: behind a gateway that is response splitting, and "
               "the content itself is cut.",
        .advice = "Compute Content-Length from what is sent, after compression; look for a gateway "
                  "that changes content without changing its length.",
        .see = {"unsolicited-response", "no-content-body", "head-response-body"},
        .when = WL_ON_MARK,
        .mark = WL_MARK_EXCESS_AFTER_FINAL,
        .needs = WL_NEEDS_PAIR | WL_NEEDS_BODY,
        .saw = "{n octet} after the end of the response",
    },
    {
        .id = "head-response-body",
        .severity = WL_VIOLATION,
        .fault = WL_FAULT_SERVER,
        .area = "MET",
        .versions = "HTTP/1.0, HTTP/1.1, HTTP/2, HTTP/3",
        .cite = {"RFC 9110 9.3.2", "RFC 9112 6.3"},
        .title = "Content in the response to HEAD",
        .why = "A response to HEAD ends with its head, whatever its Content-Length says. Content "
               "after it is read as the next response.",
        .advice = "Send the same fields as for GET and stop after the empty line.",
        .see = {"no-content-body", "not-modified-body", "excess-data-after-body"},
        .when = WL_ON_MARK,
        .mark = WL_MARK_EXCESS_AFTER_HEAD,
        .needs = WL_NEEDS_PAIR | WL_NEEDS_BODY,
        .saw = "{n octet} after the head of a response to HEAD",
    },
    {
        .id = "no-content-body",
        .severity = WL_VIOLATION,
        .fault = WL_FAULT_SERVER,
        .area = "S2",
        .versions = "HTTP/1.0, HTTP/1.1, HTTP/2, HTTP/3",
        .cite = {"RFC 9110 15.3.5", "RFC 9112 6.3"},
        .title = "Content in a 204 (No Content) response",
        .why = "A 204 ends with its head, whatever its fields say. Content after it is read as the "
               "next response.",
        .advice = "Answer 200 where there is content, or drop the content.",
        .see = {"not-modified-body", "head-response-body"},
        .when = WL_ON_MARK,
        .mark = WL_MARK_EXCESS_AFTER_NO_CONTENT,
        .needs = WL_NEEDS_PAIR | WL_NEEDS_BODY,
        .saw = "{n octet} after the head of a 204",
    },
    {
        .id = "not-modified-body",
        .severity = WL_VIOLATION,
        .fault = WL_FAULT_SERVER,
        .area = "S3",
        .versions = "HTTP/1.0, HTTP/1.1, HTTP/2, HTTP/3",
        .cite = {"RFC 9110 15.4.5", "RFC 9112 6.3"},
        .title = "Content in a 304 (Not Modified) response",
        .why = "A 304 ends with its head; its Content-Length is that of the stored response. "
               "Content after it is read as the next response.",
        .advice = "Stop after the empty line.",
        .see = {"no-content-body", "head-response-body"},
        .when = WL_ON_MARK,
        .mark = WL_MARK_EXCESS_AFTER_NOT_MODIFIED,
        .needs = WL_NEEDS_PAIR | WL_NEEDS_BODY,
        .saw = "{n octet} after the head of a 304",
    },
};

const struct wl_rule_group wl_rules_framing = {"framing", rules, WL_COUNT(rules)};
