/* legs.c - rules that compare the two legs of a proxy.
 * SPDX-License-Identifier: MIT
 *
 * Catalogue areas INT, TIM and PRX, guard LEG2: asked only with --correlate, of the leg that ended
 * last, beside the one that had ended before (engine/legs.c). A finding is as certain as the pair
 * is, and what is no more than possible breaks no MUST for certain: a warning.
 */
#include "rules.h"

#include "facts.h"

/** Both legs, whichever of them is the exchange in hand. */
struct legs {
    const struct wl_leg *client, *up;
    enum wl_confidence confidence;
    bool whole; /* all interim statuses of both are known */
};

static struct legs look_at(const struct wl_past *past, const struct wl_past *now)
{
    const struct wl_leg *other = past->leg, *own = now->leg;

    return (struct legs){
        .client = other->upstream ? own : other,
        .up = other->upstream ? other : own,
        .confidence = other->confidence,
        .whole = own->n_interim <= WL_LEG_STATUSES && other->n_interim <= WL_LEG_STATUSES,
    };
}

static enum wl_severity at_most(const struct legs *l, enum wl_severity severity)
{
    return severity == WL_VIOLATION && l->confidence == WL_POSSIBLE ? WL_WARNING : severity;
}

static bool has_interim(const struct wl_leg *leg, uint16_t status)
{
    for (uint16_t i = 0; i < leg->n_interim; i++) {
        if (leg->interim[i] == status)
            return true;
    }
    return false;
}

/** The evidence lies in the final response, or where there is none in the request. */
static const struct wl_message *evidence(const struct wl_exchange *ex)
{
    return wl_facts_final(ex) ? &ex->res : &ex->req;
}

/** Adds what the other leg has to show. */
static void show_other(struct wl_judge *j, const struct wl_past *past)
{
    wl_report_frame(j, past->leg->res_frame ? past->leg->res_frame : past->leg->req_frame);
}

static void interim_dropped_by_proxy(struct wl_judge *j, const struct wl_exchange *ex,
                                     const struct wl_past *past, const struct wl_past *now)
{
    const struct wl_message *m = evidence(ex);
    struct legs l;

    if (!past)
        return;
    l = look_at(past, now);
    /* RFC 9110 15.2: unless the proxy itself requested it; HTTP/1.0 knows none; and a client
     * without a final response may be missing more than that */
    if (!l.whole || l.client->http10 || l.client->status == 0)
        return;
    for (uint16_t i = 0; i < l.up->n_interim; i++) {
        uint16_t status = l.up->interim[i];

        if (status == 101 || has_interim(l.client, status) ||
            (status == 100 && l.up->expects && !l.client->expects))
            continue;
        wl_report(j, m, m->at, at_most(&l, WL_VIOLATION), l.confidence,
                  "%u came from the server behind the proxy, and was not passed on to the client",
                  status);
        show_other(j, past);
        return;
    }
}

static void interim_invented_by_proxy(struct wl_judge *j, const struct wl_exchange *ex,
                                      const struct wl_past *past, const struct wl_past *now)
{
    const struct wl_message *m = evidence(ex);
    struct legs l;

    if (!past)
        return;
    l = look_at(past, now);
    /* what came from the server is known as far as it was followed: up to its final response */
    if (!l.whole || l.up->status == 0)
        return;
    for (uint16_t i = 0; i < l.client->n_interim; i++) {
        uint16_t status = l.client->interim[i];

        /* RFC 9110 10.1.1: to a server of HTTP/1.0 Expect cannot be forwarded */
        if (status == 101 || has_interim(l.up, status) || (status == 100 && l.up->http10))
            continue;
        wl_report(j, m, m->at, WL_NOTE, l.confidence,
                  "%u was sent to the client, and had not come from the server behind the proxy",
                  status);
        show_other(j, past);
        return;
    }
}

/** 502, 504 and what vendors have for the same. */
static bool is_gateway_error(uint16_t status)
{
    return status == 502 || status == 504 || (status >= 520 && status <= 527);
}

static void proxy_leg_timeout(struct wl_judge *j, const struct wl_exchange *ex,
                              const struct wl_past *past, const struct wl_past *now)
{
    const struct wl_message *m = evidence(ex);
    struct legs l;

    if (!past)
        return;
    l = look_at(past, now);
    if (l.up->status == 0 || is_gateway_error(l.up->status))
        return;
    if (l.client->status == 0) {
        if (l.client->excused)
            return;
        wl_report(j, m, m->at, WL_NOTE, l.confidence,
                  "the server behind the proxy sent %u, and the client got no final response",
                  l.up->status);
        show_other(j, past);
    } else if (is_gateway_error(l.client->status) && l.up->t_response > l.client->t_response) {
        wl_report(j, m, m->at, WL_NOTE, l.confidence,
                  "the proxy answered %u, and %s later the server behind it sent %u",
                  l.client->status, wl_said_time(l.up->t_response - l.client->t_response).text,
                  l.up->status);
        show_other(j, past);
    }
}

static void via_missing(struct wl_judge *j, const struct wl_exchange *ex,
                        const struct wl_past *past, const struct wl_past *now)
{
    const struct wl_message *m = evidence(ex);
    struct legs l;

    if (!past)
        return;
    l = look_at(past, now);
    if (past->leg->tunnelled)
        return;
    if (!l.up->via) {
        wl_report(j, m, m->at, at_most(&l, WL_VIOLATION), l.confidence,
                  "the proxy forwarded the request without Via");
    } else if (l.up->via_again) {
        wl_report(j, m, m->at, at_most(&l, WL_VIOLATION), l.confidence,
                  "Via of the forwarded request names one proxy twice: a loop");
    } else if (l.up->via_pseudonym_again) {
        wl_report(j, m, m->at, WL_NOTE, WL_POSSIBLE,
                  "Via of the forwarded request has one pseudonym twice: a loop, or two proxies "
                  "that share it");
    } else if (l.client->absolute && l.up->status && l.client->status == l.up->status &&
               !l.client->res_via) {
        /* a gateway may leave it out of responses, a proxy that the client has chosen may not */
        wl_report(j, m, m->at, at_most(&l, WL_VIOLATION), l.confidence,
                  "the proxy forwarded the response without Via");
    } else {
        return;
    }
    show_other(j, past);
}

static const struct wl_rule rules[] = {
    {
        .id = "interim-dropped-by-proxy",
        .severity = WL_VIOLATION,
        .fault = WL_FAULT_INTERMEDIARY,
        .area = "INT",
        .versions = "HTTP/1.0, HTTP/1.1, HTTP/2, HTTP/3",
        .cite = {"RFC 9110 15.2"},
        .title = "Proxy that did not pass on an interim response",
        .why = "A proxy must forward interim responses unless it asked for them itself. Without "
               "them the client does not know that its request is being worked on, or what it "
               "could fetch meanwhile, and its timer goes on.",
        .advice = "Have the proxy forward 1xx responses to clients of HTTP/1.1 and later; in a "
                  "capture of both legs --correlate shows whether it does.",
        .see = {"interim-invented-by-proxy", "proxy-leg-timeout"},
        .when = WL_ON_RELATED,
        .needs = WL_NEEDS_PAIR | WL_NEEDS_REQUEST,
        .relation = WL_RELATION_LEG,
        .check_related = interim_dropped_by_proxy,
    },
    {
        .id = "interim-invented-by-proxy",
        .severity = WL_NOTE,
        .fault = WL_FAULT_INTERMEDIARY,
        .area = "INT",
        .versions = "HTTP/1.0, HTTP/1.1, HTTP/2, HTTP/3",
        .cite = {"RFC 9110 10.1.1", "RFC 9110 15.2", "RFC 8297 2"},
        .title = "Interim response that the proxy made itself",
        .why =
            "Nothing forbids it, but what it says is the proxy's guess: a 100 brings content that "
            "the server may refuse, a 103 hints at fields that it may not send.",
        .advice = "Know that it is so when times and hints are judged.",
        .see = {"interim-dropped-by-proxy"},
        .when = WL_ON_RELATED,
        .needs = WL_NEEDS_PAIR | WL_NEEDS_REQUEST,
        .relation = WL_RELATION_LEG,
        .check_related = interim_invented_by_proxy,
    },
    {
        .id = "proxy-leg-timeout",
        .severity = WL_NOTE,
        .fault = WL_FAULT_INTERMEDIARY,
        .area = "TIM",
        .versions = "HTTP/1.0, HTTP/1.1, HTTP/2, HTTP/3",
        .cite = {"RFC 9110 15.6.3", "RFC 9110 15.6.5", "RFC 9209 2.3"},
        .title = "Server that answered, and a client that did not get the answer",
        .why =
            "The proxy gave up before the server did, or kept the response for itself. The work "
            "was done, the client was told that it failed, and a repeated request does it twice.",
        .advice = "Give the proxy more time than the server takes, or have the server send 102 or "
                  "answer 202 in time.",
        .see = {"interim-dropped-by-proxy", "silent-gap-no-interim"},
        .when = WL_ON_RELATED,
        .needs = WL_NEEDS_PAIR | WL_NEEDS_REQUEST | WL_NEEDS_CLK,
        .relation = WL_RELATION_LEG,
        .check_related = proxy_leg_timeout,
    },
    {
        .id = "via-missing",
        .severity = WL_VIOLATION,
        .fault = WL_FAULT_INTERMEDIARY,
        .area = "PRX",
        .versions = "HTTP/1.0, HTTP/1.1, HTTP/2, HTTP/3",
        .cite = {"RFC 9110 7.6.3"},
        .title = "Message forwarded without Via, or Via that shows a loop",
        .why = "Via tells which versions and intermediaries lie on the way, and is how loops are "
               "seen before they fill a network. A proxy must add itself to what it forwards, a "
               "gateway to requests.",
        .advice = "Configure the proxy to add Via (nginx: proxy_set_header; HAProxy: http-request "
                  "add-header), or switch the rule off for gateways of your own.",
        .see = {"proxy-leg-timeout"},
        .when = WL_ON_RELATED,
        .needs = WL_NEEDS_PAIR | WL_NEEDS_REQUEST,
        .relation = WL_RELATION_LEG,
        .check_related = via_missing,
    },
};

const struct wl_rule_group wl_rules_legs = {"legs", rules, WL_COUNT(rules)};
