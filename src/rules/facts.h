/* facts.h - what several rules ask of an exchange, and how they say it.
 * SPDX-License-Identifier: MIT
 */
#ifndef WL_FACTS_H
#define WL_FACTS_H

#include "span.h"

/** How many members of a list are looked for in another one, that of field id of m: a head holds
 * tens of thousands on either side, and a list that means something has few. One at least; never so
 * many that all looking takes much longer than reading the other list once. */
unsigned wl_facts_lookups(const struct wl_message *m, enum wl_field_id id);

/** One response of an exchange: an interim one, kept whole or only as a note, or the final one. */
struct wl_answer {
    const struct wl_message *m; /* NULL beyond the interim heads that are kept */
    struct wl_at at;
    uint16_t status;
    wl_ns t;
};

/** Responses of which status and time are known, the final one included. */
uint32_t wl_facts_n_answers(const struct wl_exchange *ex);
/** The i-th of them in the order of the wire. For a note, at.offset is that of the response that
 * was kept last: the nearest place known. */
struct wl_answer wl_facts_answer(const struct wl_exchange *ex, uint32_t i);
/** Is there an interim response with this status? Puts the first into *ret (may be NULL). */
bool wl_facts_interim(const struct wl_exchange *ex, uint16_t status, struct wl_answer *ret);

/** GET or HEAD, which mean no more than to read a resource. */
static inline bool wl_facts_only_reads(enum wl_method method)
{
    return method == WL_METHOD_GET || method == WL_METHOD_HEAD;
}

/** Is the first line of this request one that parties split in different ways? Then another method,
 * or another version, may have been read in it than stands in the model. */
bool wl_facts_line_unclear(const struct wl_message *req);
/** The value as it stands where CR, NUL and folds were replaced by SP, which RFC 9110 5.5, RFC 9112
 * 2.2 and 5.2 leave to a recipient that does not refuse them: without those at its ends. */
struct wl_span wl_facts_repaired(struct wl_span value);
/** Was this request made in HTTP/1.0 or 0.9? False where its version was not readable. */
bool wl_facts_http10(const struct wl_message *req);
/** "1.0" or "0.9", of such a request. */
static inline const char *wl_facts_old_version(const struct wl_message *req)
{
    return req->major == 0 ? "0.9" : "1.0";
}

struct wl_uri; /* http/grammar.h */

/** proto of the first element of Forwarded (RFC 7239 5.4): of the client's own hop; n == 0: none. */
struct wl_span wl_facts_forwarded_proto(struct wl_span value);
/** The scheme by which the client spoke to an intermediary, as X-Forwarded-Proto or Forwarded says
 * it; n == 0: nothing does. */
struct wl_span wl_facts_scheme_before(const struct wl_message *req);
/** The target URI of the request. The scheme is that of the connection, unless an intermediary says
 * what it was before. */
bool wl_facts_target_uri(const struct wl_exchange *ex, struct wl_uri *ret);
/** 301, 302, 303, 307, 308: a response that sends the client elsewhere by its Location. */
bool wl_facts_redirects(uint16_t status);
/** The only line with this field; NULL when there is none, or several. */
const struct wl_field *wl_facts_single(const struct wl_message *m, enum wl_field_id id);
/** Shows the response that it was kept by a cache: Age above 0, or a hit in Cache-Status? */
bool wl_facts_from_cache(const struct wl_message *res);

/** Does a line of Upgrade name this protocol, in this version where both say one? */
bool wl_facts_upgrade_has(const struct wl_message *m, struct wl_span name);

/** Was the final response's head seen? */
static inline bool wl_facts_final(const struct wl_exchange *ex)
{
    return ex->res.state >= WL_HEAD;
}

/** The round trip of the connection; where no handshake told it, more than any takes. */
static inline wl_ns wl_facts_round_trip(const struct wl_exchange *ex)
{
    return ex->conn.rtt ? ex->conn.rtt : WL_SECOND;
}

/** Has the request a condition of the kind that storage services have: X-Goog-If-Generation-Match,
 * x-ms-source-if-match, or a parameter of the query such as ifGenerationMatch? */
bool wl_facts_condition_of_storage(const struct wl_message *req);

/** Is it certain that the message had no content? */
static inline bool wl_facts_empty(const struct wl_message *m)
{
    return m->declared == 0 || (m->state == WL_WHOLE && m->body_bytes == 0);
}

/** Does the response end the connection, by its own word, its version or its framing? */
bool wl_facts_ends_connection(const struct wl_message *res);

/** Is this WL_MARK_VERSION_MALFORMED that of a status line which does not begin with HTTP/ in
 * capitals? */
static inline bool wl_facts_status_line_case(const struct wl_mark *mark)
{
    return mark->at.dir == WL_TO_CLIENT && !wl_span_starts(mark->octets, WL_SPAN("HTTP/"));
}

/** Did the client's FIN come right behind its request, within a round trip or least, as far as is
 * known? Such a FIN
 * says that no other request will come, not that nobody listens. Asked of exchanges at which the
 * client ended the connection. */
bool wl_facts_half_closed(const struct wl_exchange *ex, wl_ns least);

/** Was all that was sent of the message captured, without a hole? */
static inline bool wl_facts_unbroken(const struct wl_message *m)
{
    return m->n_body_lost == 0 && m->end != WL_END_GAP && m->end != WL_END_SNAPLEN &&
           m->end != WL_END_LIMIT;
}

/** Did its sender's RST come one octet before the end? Where the numbers of TCP go on one behind
 * what was captured, that may have been a FIN as well as an octet. */
static inline bool wl_facts_one_short(const struct wl_exchange *ex, const struct wl_message *m)
{
    return (ex->end == WL_END_RESET || ex->end_unseen) && m->framing == WL_FRAMING_LENGTH &&
           m->declared - m->body_bytes == 1;
}

/** Text for a message of a finding; use as an argument: wl_said_time(d).text. */
struct wl_said {
    char text[168]; /* of wl_said: each octet may take two */
};

/** A measured time: "140 s", "2.0 s", "43 ms", "less than 1 ms". */
struct wl_said wl_said_time(wl_ns d);
/** A threshold: "20 s", "0.8 s". */
struct wl_said wl_said_limit(wl_ns d);
/** "1 octet", "12 octets". */
struct wl_said wl_said_octets(uint64_t n);
/** Octets of the wire, the first 80 of them, with "..." when there are more, for the sentence of
 * wl_report; escaping is done by the output. */
struct wl_said wl_said(struct wl_span s);
/** The same of the octets of a mark, with "..." when it has not got all that was seen; a character
 * that was cut goes whole. */
struct wl_said wl_said_seen(const struct wl_mark *mark);

#endif
