/* proxy.c - rules about credentials and about what intermediaries say of themselves.
 * SPDX-License-Identifier: MIT
 *
 * Catalogue area PRX, as far as one connection shows it; what takes both legs of a proxy is in
 * legs.c. No finding repeats a credential.
 */
#include "rules.h"

#include "facts.h"
#include "field.h"
#include "grammar.h"
#include "line.h"

/* --------------------------------------------------------------------------------- credentials */

static WL_ASIDE bool is_loopback6(const struct wl_endpoint *e)
{
    static const uint8_t v6[16] = {[15] = 1}, mapped[12] = {[10] = 0xff, [11] = 0xff};

    return e->family == 6 && (memcmp(e->ip, v6, sizeof(v6)) == 0 ||
                              (memcmp(e->ip, mapped, sizeof(mapped)) == 0 && e->ip[12] == 127));
}

static inline bool is_loopback(const struct wl_endpoint *e)
{
    return e->family == 4 ? e->ip[0] == 127 : is_loopback6(e);
}

/** Was it encrypted on the way to an intermediary, which speaks to the server of its own? */
static bool was_encrypted_before(const struct wl_message *req)
{
    if (!wl_message_may_have(req, WL_FIELD_X_FORWARDED_PROTO) &&
        !wl_message_may_have(req, WL_FIELD_FORWARDED))
        return false;
    return wl_span_equal_nocase(wl_facts_scheme_before(req), WL_SPAN("https"));
}

static bool is_secure_cookie(struct wl_span value)
{
    while (value.n) {
        struct wl_span part = wl_span_sub(value, 0, wl_span_find(value, ';'));

        value = wl_span_after(value, part.n + 1);
        if (value.n == 0 && part.n == 0)
            break;
        if (wl_span_equal_nocase(wl_span_trim(part), WL_SPAN("secure")))
            return true;
    }
    return false;
}

/** Schemes whose credentials whoever reads them can use. */
enum scheme { SCHEME_BASIC, SCHEME_BEARER, SCHEME_OTHER };

static WL_ASIDE enum scheme rare_scheme_of(struct wl_span value)
{
    struct wl_span scheme = wl_span_sub(value, 0, wl_span_find(value, ' '));

    if (scheme.n == value.n) /* no credentials behind it */
        return SCHEME_OTHER;
    return wl_span_equal_nocase(scheme, WL_SPAN("basic"))    ? SCHEME_BASIC
           : wl_span_equal_nocase(scheme, WL_SPAN("bearer")) ? SCHEME_BEARER
                                                             : SCHEME_OTHER;
}

static inline enum scheme scheme_of(struct wl_span value)
{
    bool usual = wl_span_starts(value, WL_SPAN("Bearer ")); /* as nearly everybody writes it */

    return WL_LIKELY_TRUE(usual) ? SCHEME_BEARER : rare_scheme_of(value);
}

/* Every request of an API may have some: the sentences stand here as a whole. By scheme, by field,
 * and by whether it was encrypted before. */
static const char *const credentials_sent[SCHEME_OTHER][2][2] = {
#define SENT(what)                                                                      \
    {                                                                                   \
        what ", without TLS", what ", behind an intermediary to which it was encrypted" \
    }
    [SCHEME_BASIC] = {SENT("Basic credentials in Authorization"),
                      SENT("Basic credentials in Proxy-Authorization")},
    [SCHEME_BEARER] = {SENT("Bearer credentials in Authorization"),
                       SENT("Bearer credentials in Proxy-Authorization")},
#undef SENT
};

/** The first line whose credentials whoever reads them can use; NULL: there is none. */
static inline const struct wl_field *find_credentials(const struct wl_message *req,
                                                      enum scheme *ret)
{
    const struct wl_field *f = req->fields, *end = f + req->n_fields;

    /* nearly always it is this one */
    if (!wl_message_may_have(req, WL_FIELD_PROXY_AUTHORIZATION))
        f = wl_field_usual(req, WL_FIELD_AUTHORIZATION);
    for (; f && f < end; f++) {
        if (f->id != WL_FIELD_AUTHORIZATION && f->id != WL_FIELD_PROXY_AUTHORIZATION)
            continue;
        *ret = scheme_of(f->value);
        if (*ret != SCHEME_OTHER)
            return f;
    }
    return NULL;
}

static inline void credentials_in_request(struct wl_judge *j, const struct wl_message *req)
{
    enum scheme scheme;
    const struct wl_field *f = find_credentials(req, &scheme);
    bool to_proxy, before;

    if (!f)
        return;
    to_proxy = f->id == WL_FIELD_PROXY_AUTHORIZATION;
    before = was_encrypted_before(req);
    wl_report_plain(j, req, wl_field_at(req, f), before ? WL_NOTE : WL_WARNING, WL_CERTAIN,
                    credentials_sent[scheme][to_proxy][before]);
}

static WL_ASIDE void cookie_in_response(struct wl_judge *j, const struct wl_message *req,
                                        const struct wl_message *res)
{
    const struct wl_field *f = wl_message_field(res, WL_FIELD_SET_COOKIE);

    for (; f; f = wl_message_next_field(res, f)) {
        bool before;

        if (!is_secure_cookie(f->value))
            continue;
        before = was_encrypted_before(req);
        wl_report_plain(j, res, wl_field_at(res, f), before ? WL_NOTE : WL_WARNING, WL_CERTAIN,
                        before ? "cookie that is to be Secure, set behind an intermediary to which "
                                 "it was encrypted"
                               : "cookie that is to be Secure, set without TLS");
        return;
    }
}

static void cleartext_credentials(struct wl_judge *j, const struct wl_exchange *ex,
                                  const struct wl_message *m)
{
    if (ex->conn.tls || is_loopback(&ex->conn.server) || is_loopback(&ex->conn.client))
        return;
    if (m == &ex->req) {
        credentials_in_request(j, m);
    } else if (ex->paired &&
               ex->req.state >= WL_HEAD) { /* else it may have been encrypted before */
        cookie_in_response(j, &ex->req, m);
    }
}

/* --------------------------------------------------------------------------------- Proxy-Status */

/* RFC 9209 2.3: the types of errors that recommend one status. */
static const struct proxy_error {
    struct wl_span type;
    uint16_t status;
} errors[] = {
#define ERROR(type, status)                                 \
    {                                                       \
        {(const uint8_t *)(type), sizeof(type) - 1}, status \
    }
    ERROR("connection_limit_reached", 503),
    ERROR("connection_read_timeout", 504),
    ERROR("connection_refused", 502),
    ERROR("connection_terminated", 502),
    ERROR("connection_timeout", 504),
    ERROR("connection_write_timeout", 504),
    ERROR("destination_unavailable", 503),
    ERROR("dns_error", 502),
    ERROR("dns_timeout", 504),
    ERROR("http_protocol_error", 502),
    ERROR("http_request_denied", 403),
    ERROR("http_response_timeout", 504),
    ERROR("http_upgrade_failed", 502),
    ERROR("proxy_internal_error", 500),
    ERROR("proxy_loop_detected", 502),
#undef ERROR
};

static const struct proxy_error *find_error(struct wl_span type)
{
    for (size_t i = 0; i < WL_COUNT(errors); i++) {
        if (wl_span_equal(errors[i].type, type))
            return &errors[i];
    }
    return NULL;
}

/** The last member that tells of an error made the response: those after it passed it on. */
static const struct proxy_error *last_error(const struct wl_message *m, struct wl_at *ret_at)
{
    const struct wl_field *f = wl_message_field(m, WL_FIELD_PROXY_STATUS);
    const struct proxy_error *error = NULL;

    for (; f; f = wl_message_next_field(m, f)) {
        struct wl_cursor c = wl_cursor(f->value);
        struct wl_span member;
        struct wl_param p;

        while ((member = wl_grammar_member(&c)).n) {
            if (!wl_grammar_param_find(member, WL_SPAN("error"), &p))
                continue;
            error = find_error(p.value);
            *ret_at = wl_field_at(m, f);
        }
    }
    return error;
}

static void proxy_status_mismatch(struct wl_judge *j, const struct wl_exchange *ex,
                                  const struct wl_message *m)
{
    const struct wl_field *f = wl_message_field(m, WL_FIELD_PROXY_STATUS);
    const struct proxy_error *error;
    struct wl_at at = m->at;

    (void)ex;
    for (; f; f = wl_message_next_field(m, f)) {
        if (wl_grammar_is_sf_list(f->value))
            continue;
        wl_report(j, m, wl_field_at(m, f), WL_WARNING, WL_CERTAIN,
                  "Proxy-Status: %s, which is no list of structured fields",
                  wl_said(f->value).text);
        return;
    }
    error = last_error(m, &at);
    /* an error that a cache answered with what it had is no error of this response */
    if (!error || error->status == m->status || wl_facts_from_cache(m))
        return;
    wl_report(j, m, at, WL_WARNING, WL_LIKELY,
              "%0*u with Proxy-Status error=%.*s, for which %u is due", wl_status_digits(m->status),
              m->status, (int)error->type.n, (const char *)error->type.p, error->status);
}

/* ------------------------------------------------------------------------------------------ TTL */

enum { FAR = 2 };

/** What a sender's TTL began with: stacks use 64, 128 or 255. */
static uint8_t initial_ttl(uint8_t ttl)
{
    return ttl <= 64 ? 64 : ttl <= 128 ? 128 : 255;
}

static void response_ttl_anomaly(struct wl_judge *j, const struct wl_exchange *ex,
                                 const struct wl_message *m)
{
    int hops = (int)m->ttl - (int)ex->conn.ttl;

    switch (m->status) {
    case 302:
    case 401:
    case 403:
    case 407:
    case 451:
    case 511: break;
    default: return;
    }
    if (m->ttl == 0 || ex->conn.ttl == 0 || (hops < FAR && hops > -FAR))
        return;
    /* a load balancer that shakes hands for its servers is another stack than they are */
    if (initial_ttl(m->ttl) != initial_ttl(ex->conn.ttl))
        return;
    wl_report(j, m, m->at, WL_NOTE, WL_POSSIBLE,
              "%u in a packet with TTL %u, the SYN-ACK of this connection had %u", m->status,
              m->ttl, ex->conn.ttl);
}

/* ---------------------------------------------------------------------------------------- table */

static const struct wl_rule rules[] = {
    {
        .id = "cleartext-credentials",
        .severity = WL_WARNING,
        .fault = WL_FAULT_EITHER,
        .area = "PRX",
        .versions = "HTTP/1.0, HTTP/1.1, HTTP/2",
        .cite = {"RFC 7617 4", "RFC 6750 5.2", "RFC 9110 17.16.1"},
        .title = "Credentials that whoever reads them can use, sent without encryption",
        .why = "Basic is a password in the clear but for its encoding, Bearer is a key to whoever "
               "holds it, and a cookie is marked Secure because it must not be read. Everybody on "
               "the path has them now, this capture included.",
        .advice = "Use HTTPS on this leg too; change passwords and tokens that were seen.",
        .see = {"response-ttl-anomaly"},
        .when = WL_ON_MESSAGE,
        .field = WL_FIELD_AUTHORIZATION,
        .fields = {WL_FIELD_PROXY_AUTHORIZATION, WL_FIELD_SET_COOKIE},
        .check = cleartext_credentials,
    },
    {
        .id = "proxy-status-mismatch",
        .severity = WL_WARNING,
        .fault = WL_FAULT_INTERMEDIARY,
        .area = "PRX",
        .versions = "HTTP/1.1, HTTP/2, HTTP/3",
        .cite = {"RFC 9209 2.1", "RFC 9209 2.3"},
        .title = "Proxy-Status that does not go with the status code",
        .why =
            "The field says why an intermediary answered in place of the server. Where its error "
            "and the status disagree, clients repeat what they should not, or the reverse, and "
            "alarms count the wrong thing.",
        .advice = "Answer with the status that RFC 9209 2.3 recommends for the type of error: 504 "
                  "for time-outs, 502 for failures of connection and protocol, 503 for a "
                  "destination that cannot be had.",
        .see = {"vendor-timeout-mismatch"},
        .when = WL_ON_RESPONSE,
        .final_only = true,
        .field = WL_FIELD_PROXY_STATUS,
        .check = proxy_status_mismatch,
    },
    {
        .id = "response-ttl-anomaly",
        .severity = WL_NOTE,
        .fault = WL_FAULT_INTERMEDIARY,
        .area = "PRX",
        .versions = "HTTP/1.0, HTTP/1.1",
        .cite = {"RFC 9110 3.7"},
        .title = "Response from another distance than the server's handshake",
        .why = "A packet that has passed a different number of hops than the SYN-ACK may be of "
               "another machine: an interception proxy or a filter that answers in the name of the "
               "server. Load balancers and routes that change look the same.",
        .advice = "Compare with what the server itself has logged before anybody is accused.",
        .see = {"cleartext-credentials"},
        .when = WL_ON_RESPONSE,
        .final_only = true,
        .needs = WL_NEEDS_CLK | WL_NEEDS_HANDSHAKE,
        .status_from = 302,
        .status_to = 511,
        .check = response_ttl_anomaly,
    },
};

const struct wl_rule_group wl_rules_proxy = {"proxy", rules, WL_COUNT(rules)};
