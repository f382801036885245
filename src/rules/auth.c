/* auth.c - rules about challenges: 401, 407, 511 and the fields that carry them.
 * SPDX-License-Identifier: MIT
 *
 * Catalogue areas S4 and S5 (RFC 9110 11, RFC 7617, RFC 7616, RFC 6585 6). Credentials themselves
 * are none of its business. Schemes that are not known are held to the outer grammar alone.
 */
#include "rules.h"

#include "facts.h"
#include "grammar.h"

static bool has_challenge(const struct wl_message *m, enum wl_field_id id)
{
    return wl_grammar_list_count(m, id) > 0;
}

static void unauthorized_without_challenge(struct wl_judge *j, const struct wl_exchange *ex,
                                           const struct wl_message *m)
{
    const struct wl_field *f = wl_message_field(m, WL_FIELD_WWW_AUTHENTICATE);

    if (has_challenge(m, WL_FIELD_WWW_AUTHENTICATE))
        return;
    wl_report(j, m, f ? wl_field_at(m, f) : m->at, WL_VIOLATION, wl_judge_via(ex, WL_CERTAIN),
              f ? "401 with an empty WWW-Authenticate" : "401 without WWW-Authenticate");
}

static void proxy_auth_without_challenge(struct wl_judge *j, const struct wl_exchange *ex,
                                         const struct wl_message *m)
{
    const struct wl_field *f = wl_message_field(m, WL_FIELD_PROXY_AUTHENTICATE);

    (void)ex;
    if (has_challenge(m, WL_FIELD_PROXY_AUTHENTICATE))
        return;
    if (f) {
        wl_report(j, m, wl_field_at(m, f), WL_VIOLATION, WL_CERTAIN,
                  "407 with an empty Proxy-Authenticate");
    } else {
        wl_report(j, m, m->at, WL_VIOLATION, WL_CERTAIN, "407 without Proxy-Authenticate%s",
                  has_challenge(m, WL_FIELD_WWW_AUTHENTICATE)
                      ? ", with WWW-Authenticate in its place"
                      : "");
    }
}

/* ---------------------------------------------------------------------------------- challenges */

/* What is wrong with a challenge of Basic or Digest (RFC 7617 2, RFC 7616 3.3); NULL: nothing. */
static const char *fault_of_params(struct wl_span params)
{
    struct wl_cursor c = wl_cursor(params);
    struct wl_param p;
    bool realm = false;

    while (wl_grammar_auth_param(&c, &p)) {
        if (wl_span_equal_nocase(p.name, WL_SPAN("realm"))) {
            realm = true;
            /* RFC 9110 11.5: a sender MUST only generate the quoted-string syntax */
            if (!wl_grammar_is_quoted(p.value))
                return "has a realm that is no quoted string";
        } else if (wl_span_equal_nocase(p.name, WL_SPAN("charset")) &&
                   !wl_grammar_value_is(p.value, WL_SPAN("UTF-8"))) {
            return "has a charset other than UTF-8";
        }
    }
    return realm ? NULL : "has no realm";
}

/* What is wrong with a line of challenges; NULL: nothing. */
static const char *fault_of_line(struct wl_span value)
{
    struct wl_cursor c = wl_cursor(value);
    struct wl_challenge challenge;
    const char *fault = NULL;

    while (!fault && wl_grammar_challenge(&c, &challenge)) {
        if (wl_span_equal_nocase(challenge.scheme, WL_SPAN("Basic")) ||
            wl_span_equal_nocase(challenge.scheme, WL_SPAN("Digest")))
            fault = fault_of_params(challenge.params);
    }
    return c.bad ? "is no list of challenges" : fault;
}

/* A scheme that proves to the client who the server is, and does so in the final response:
 * Negotiate (RFC 4559 5), its kin, and those that are not known here. */
static bool may_go_on_in_2xx(struct wl_span value)
{
    struct wl_cursor c = wl_cursor(value);
    struct wl_challenge challenge;

    while (wl_grammar_challenge(&c, &challenge)) {
        if (!wl_span_equal_nocase(challenge.scheme, WL_SPAN("Basic")) &&
            !wl_span_equal_nocase(challenge.scheme, WL_SPAN("Digest")) &&
            !wl_span_equal_nocase(challenge.scheme, WL_SPAN("Bearer")))
            return true;
    }
    return c.bad;
}

static void challenge_invalid(struct wl_judge *j, const struct wl_exchange *ex,
                              const struct wl_message *m)
{
    (void)ex;
    for (uint32_t i = 0; i < m->n_fields; i++) {
        const struct wl_field *f = &m->fields[i];
        const char *fault;

        if ((f->id != WL_FIELD_WWW_AUTHENTICATE && f->id != WL_FIELD_PROXY_AUTHENTICATE) ||
            f->value.n == 0)
            continue;
        fault = fault_of_line(f->value);
        if (fault) {
            wl_report(j, m, wl_field_at(m, f), WL_WARNING, WL_CERTAIN, "%s: %s %s",
                      wl_said(wl_field_sent_name(f)).text, wl_said(f->value).text, fault);
            return;
        }
        if (m->status / 100 == 2 && !may_go_on_in_2xx(f->value)) {
            wl_report(j, m, wl_field_at(m, f), WL_NOTE, WL_CERTAIN, "%s in a %u: %s",
                      wl_said(wl_field_sent_name(f)).text, m->status, wl_said(f->value).text);
            return;
        }
    }
}

/* ----------------------------------------------------------------------------- 407 to no proxy */

static void proxy_auth_to_direct_client(struct wl_judge *j, const struct wl_exchange *ex,
                                        const struct wl_past *past, const struct wl_past *now)
{
    const struct wl_message *m = &ex->res;
    bool left = (ex->end == WL_END_CLOSED || ex->end == WL_END_RESET) && !ex->rst_suspect &&
                ex->end_by == WL_TO_SERVER && ex->t_end - m->t_last < WL_SECOND;

    /* somebody has spoken to this server as one speaks to a proxy, or this request does */
    if (past || now->as_proxy || !wl_span_starts(ex->req.target, WL_SPAN("/")))
        return;
    wl_report(j, m, m->at, WL_WARNING, left ? WL_CERTAIN : WL_LIKELY,
              "407 to a request in origin-form, without Proxy-Authorization%s",
              left ? "; the client ended the connection" : "");
}

/* ----------------------------------------------------------------------------------------- 511 */

static void network_auth_misuse(struct wl_judge *j, const struct wl_exchange *ex,
                                const struct wl_message *m)
{
    const struct wl_field *f = wl_message_field(m, WL_FIELD_WWW_AUTHENTICATE);

    if (!f)
        f = wl_message_field(m, WL_FIELD_PROXY_AUTHENTICATE);
    if (f) {
        wl_report(j, m, wl_field_at(m, f), WL_WARNING, WL_CERTAIN, "511 with a challenge: %s: %s",
                  wl_said(wl_field_sent_name(f)).text, wl_said(f->value).text);
    } else if (ex->req.method_id != WL_METHOD_HEAD && wl_facts_empty(m)) {
        wl_report(j, m, m->at, WL_WARNING, WL_CERTAIN,
                  "511 without content, which would hold the link to the login");
    } else if ((f = wl_message_field(m, WL_FIELD_SET_COOKIE)) != NULL) {
        wl_report(j, m, wl_field_at(m, f), WL_NOTE, WL_CERTAIN,
                  "511 that sets a cookie for the host that was asked");
    }
}

static const struct wl_rule rules[] = {
    {
        .id = "challenge-invalid",
        .severity = WL_WARNING,
        .fault = WL_FAULT_SERVER,
        .area = "S4",
        .versions = "HTTP/1.1, HTTP/2, HTTP/3",
        .cite = {"RFC 9110 11.3", "RFC 9110 11.5", "RFC 7617 2", "RFC 7616 3.3"},
        .title = "Challenge that clients cannot read",
        .why = "A client that cannot read the challenge does not ask its user for a password: it "
               "shows an error, or takes another scheme, perhaps a weaker one. An unquoted realm "
               "is cut at its first space by some, and refused by others.",
        .advice = "Write scheme name=\"value\", name=\"value\": Basic and Digest need a quoted "
                  "realm, and know no charset but UTF-8.",
        .see = {"unauthorized-without-challenge", "proxy-auth-without-challenge"},
        .when = WL_ON_RESPONSE,
        .fields = {WL_FIELD_WWW_AUTHENTICATE, WL_FIELD_PROXY_AUTHENTICATE},
        .final_only = true,
        .check = challenge_invalid,
    },
    {
        .id = "network-auth-misuse",
        .severity = WL_WARNING,
        .fault = WL_FAULT_INTERMEDIARY,
        .area = "S5",
        .versions = "HTTP/1.1, HTTP/2, HTTP/3",
        .cite = {"RFC 6585 6", "RFC 6585 B"},
        .title = "511 (Network Authentication Required) that misleads the client",
        .why = "511 is made by the network, not by the server that was asked. A challenge or a "
               "cookie in it would be taken for that server's: the user types the password of the "
               "network into a window that names another site, or the other way round.",
        .advice = "Send a page with a link to the login of the network, nothing else.",
        .see = {"no-store-status-cached", "proxy-auth-to-direct-client"},
        .when = WL_ON_EXCHANGE,
        .needs = WL_NEEDS_PAIR | WL_NEEDS_REQUEST | WL_NEEDS_RESPONSE,
        .status_from = 511,
        .status_to = 511,
        .check = network_auth_misuse,
    },
    {
        .id = "proxy-auth-to-direct-client",
        .severity = WL_WARNING,
        .fault = WL_FAULT_INTERMEDIARY,
        .area = "S4",
        .versions = "HTTP/1.0, HTTP/1.1",
        .cite = {"RFC 9110 15.5.8", "RFC 9110 3.7"},
        .title = "407 (Proxy Authentication Required) to a client that spoke to no proxy",
        .why = "A client that has no proxy configured has no credentials for one, and must not "
               "send any to whoever asks. An intercepting proxy that answers so locks out every "
               "client it intercepts.",
        .advice = "Let an intercepting proxy know its users by other means, or send them to a "
                  "login page.",
        .see = {"proxy-auth-without-challenge", "network-auth-misuse"},
        .when = WL_ON_RELATED,
        .needs = WL_NEEDS_REQUEST | WL_NEEDS_RESPONSE | WL_NEEDS_CLK,
        .status_from = 407,
        .status_to = 407,
        .relation = WL_RELATION_PROXY,
        .alone = true,
        .check_related = proxy_auth_to_direct_client,
    },
    {
        .id = "proxy-auth-without-challenge",
        .severity = WL_VIOLATION,
        .fault = WL_FAULT_INTERMEDIARY,
        .area = "S4",
        .versions = "HTTP/1.0, HTTP/1.1, HTTP/2, HTTP/3",
        .cite = {"RFC 9110 15.5.8", "RFC 9110 11.7.1"},
        .title = "407 (Proxy Authentication Required) without a challenge",
        .why = "The client is told to authenticate, and not how: it gives up, and nobody behind "
               "this proxy gets anywhere.",
        .advice = "Send Proxy-Authenticate with at least one challenge. WWW-Authenticate is that "
                  "of an origin server, and goes with 401.",
        .see = {"unauthorized-without-challenge", "challenge-invalid"},
        .when = WL_ON_RESPONSE,
        .status_from = 407,
        .status_to = 407,
        .final_only = true,
        .check = proxy_auth_without_challenge,
    },
    {
        .id = "unauthorized-without-challenge",
        .severity = WL_VIOLATION,
        .fault = WL_FAULT_SERVER,
        .area = "S4",
        .versions = "HTTP/1.0, HTTP/1.1, HTTP/2, HTTP/3",
        .cite = {"RFC 9110 15.5.2", "RFC 9110 11.6.1"},
        .title = "401 (Unauthorized) without a challenge",
        .why = "401 means: try again with credentials of this kind. Without the kind a generic "
               "client can neither ask its user nor use what it has stored.",
        .advice = "Send WWW-Authenticate with at least one challenge, or answer 403 where "
                  "credentials of HTTP would not help.",
        .see = {"challenge-invalid", "proxy-auth-without-challenge"},
        .when = WL_ON_RESPONSE,
        .status_from = 401,
        .status_to = 401,
        .final_only = true,
        .check = unauthorized_without_challenge,
    },
};

const struct wl_rule_group wl_rules_auth = {"auth", rules, WL_COUNT(rules)};
