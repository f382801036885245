/* plan.c - turns the tables of a profile into steps.
 * SPDX-License-Identifier: MIT
 *
 * Only what depends on nothing but chance is decided here; what the words are is decided when a
 * head is written (head.c), how they are cut into segments when they are sent (message.c). The
 * order of draws is part of the capture (prng.h).
 */
#include "plan.h"

#include <assert.h>
#include <stddef.h>

/* Parts of PRNG_ALWAYS. */
enum {
    HALF = PRNG_ALWAYS / 2,
    QUARTER = PRNG_ALWAYS / 4,
    PERCENT_30 = 19661,
    PERCENT_20 = 13107,
    PERCENT_10 = 6554,
    PERCENT_5 = 3277,
};

/* Octets of the page that explains an error or a redirection. */
static const struct range notice = {100, 600};

static struct step *add(struct plan *plan, enum step_kind kind, enum dir from)
{
    struct step *step = &plan->steps[plan->n++];

    assert(plan->n <= PLAN_MAX_STEPS);
    *step = (struct step){.kind = kind, .from = from};
    return step;
}

/* ------------------------------------------------------------------------- requests, responses */

static struct step *add_request(const struct planning *p, enum method method)
{
    const struct range *upload = &p->options->profile->upload;
    struct step *step = add(p->plan, STEP_REQUEST, CLIENT);

    step->method = method;
    if (method == METHOD_POST || method == METHOD_PUT || method == METHOD_PATCH) {
        step->framing = FRAMING_LENGTH;
        step->body = prng_between(p->prng, upload->least, upload->most);
    }
    return step;
}

static bool is_bodiless(unsigned status)
{
    return status < 200 || status == 204 || status == 304;
}

static uint32_t draw_body(const struct planning *p, unsigned status)
{
    const struct range *body = status >= 300 ? &notice : &p->options->body;

    return body->most ? prng_between(p->prng, body->least, body->most) : prng_heavy_tail(p->prng);
}

static struct step *add_response(const struct planning *p, enum method method, unsigned status)
{
    struct step *step = add(p->plan, STEP_RESPONSE, SERVER);

    step->method = method;
    step->status = (uint16_t)status;
    if (is_bodiless(status))
        return step;
    step->body = draw_body(p, status);
    step->framing = FRAMING_LENGTH;
    if (method == METHOD_HEAD) {
        step->framing = FRAMING_LENGTH_ONLY;
    } else if (status == 200 && prng_chance(p->prng, p->options->profile->chunked)) {
        step->framing = FRAMING_CHUNKED;
    }
    step->head_alone = prng_chance(p->prng, PERCENT_20);
    return step;
}

static enum method draw_method(const struct planning *p)
{
    return (enum method)prng_pick(p->prng, p->options->profile->methods);
}

static unsigned draw_status(const struct planning *p)
{
    return prng_pick(p->prng, p->options->profile->statuses);
}

/* ---------------------------------------------------------------------------------- violations */

/* An interim response with Content-Length (RFC 9110 8.6) in front of the
 * response, which is moved. */
static void precede(struct plan *plan, struct step *response)
{
    const struct step last = *response;

    *response = (struct step){
        .kind = STEP_RESPONSE,
        .from = SERVER,
        .status = 103,
        .forbidden_length = true,
    };
    *add(plan, STEP_RESPONSE, SERVER) = last;
}

static void ensure_body(struct step *response, uint32_t n)
{
    if (response->body == 0)
        response->body = n;
}

/* Makes the response to the last request that was planned break a rule. It stays readable: the
 * framing is what it says. */
static void violate(const struct planning *p, struct step *response)
{
    enum violation violation = (enum violation)prng_below(p->prng, N_VIOLATIONS);

    p->truth->n_violations[violation]++;
    if (violation == VIOLATION_INTERIM_WITH_LENGTH) {
        precede(p->plan, response);
        return;
    }
    response->lacks_field = true;
    switch (violation) {
    case VIOLATION_401_WITHOUT_AUTHENTICATE: response->status = 401; break;
    case VIOLATION_405_WITHOUT_ALLOW: response->status = 405; break;
    case VIOLATION_206_WITHOUT_RANGE:
        response->status = 206;
        ensure_body(response, 1);
        break;
    case VIOLATION_204_WITH_LENGTH:
        response->status = 204;
        response->framing = FRAMING_NONE;
        response->forbidden_length = true;
        response->body = 0;
        return;
    case VIOLATION_205_WITH_BODY:
        response->status = 205;
        ensure_body(response, 5);
        break;
    case VIOLATION_UNASSIGNED_STATUS: response->status = prng_coin(p->prng) ? 299 : 799; break;
    case VIOLATION_426_WITHOUT_UPGRADE: response->status = 426; break;
    case VIOLATION_INTERIM_WITH_LENGTH:
    case N_VIOLATIONS: break;
    }
    if (response->framing == FRAMING_NONE) {
        response->framing = FRAMING_LENGTH;
        ensure_body(response, 64);
    }
}

/* ----------------------------------------------------------------------------------- exchanges */

void plan_exchange(const struct planning *p)
{
    enum method first = draw_method(p), second = METHOD_GET;
    bool closes = p->plan->exchanges_left == 0 && p->options->profile->closes;
    bool pair = prng_chance(p->prng, p->options->pipelining) && p->plan->exchanges_left;
    struct step *response;

    if (pair) {
        first = METHOD_GET;
        second = draw_method(p);
        closes = false; /* not in the first of two */
        p->plan->exchanges_left--;
    }
    add_request(p, first)->closes = closes;
    if (pair)
        add_request(p, second);
    response = add_response(p, first, draw_status(p));
    response->closes = closes;
    if (first == METHOD_GET && prng_chance(p->prng, p->options->violations))
        violate(p, response);
    if (pair)
        add_response(p, second, draw_status(p));
}

void plan_only_exchange(const struct planning *p)
{
    enum method method = draw_method(p);
    struct step *response;

    add_request(p, method)->closes = true;
    response = add_response(p, method, draw_status(p));
    response->closes = true;
    if (response->framing == FRAMING_LENGTH && prng_chance(p->prng, PERCENT_30)) {
        response->framing = FRAMING_CLOSE;
        response->http10 = prng_chance(p->prng, QUARTER);
    } else if (method == METHOD_GET && prng_chance(p->prng, p->options->violations)) {
        violate(p, response);
    }
}

/* RFC 9110 10.1.1: the head goes out alone, and the body of the announced length behind the 100; or
 * never, when the server refuses with 417. hints: a 103 after the 100. */
static void plan_expectation(const struct planning *p, bool hints)
{
    struct step *request = add(p->plan, STEP_REQUEST, CLIENT);
    uint32_t n = prng_between(p->prng, 500, 8000);

    request->method = METHOD_POST;
    request->expects = true;
    request->head_alone = true;
    request->framing = FRAMING_LENGTH_ONLY;
    request->body = n;
    if (prng_chance(p->prng, PERCENT_5)) {
        add_response(p, METHOD_POST, 417)->closes = true;
        p->plan->exchanges_left = 0;
        return;
    }
    add_response(p, METHOD_POST, 100);
    add(p->plan, STEP_RAW, CLIENT)->body = n;
    if (hints)
        add_response(p, METHOD_POST, 103);
    add_response(p, METHOD_POST, prng_chance(p->prng, HALF) ? 200 : 201);
}

/* RFC 2518 10.1: 102 tells a client that still waits that work goes on. */
static void plan_processing(const struct planning *p)
{
    add_request(p, METHOD_POST);
    for (uint32_t n = prng_between(p->prng, 1, 5); n; n--) {
        add_response(p, METHOD_POST, 102);
        add(p->plan, STEP_ACK, CLIENT);
    }
    add_response(p, METHOD_POST, prng_chance(p->prng, HALF) ? 207 : 200);
}

static void plan_hints(const struct planning *p)
{
    add_request(p, METHOD_GET);
    for (uint32_t n = prng_between(p->prng, 1, 3); n; n--)
        add_response(p, METHOD_GET, 103);
    add_response(p, METHOD_GET, draw_status(p));
}

/* For octets that are no HTTP any more. An upgrade draws it behind the size, a tunnel before:
 * see make_line in content.c. */
static enum dir draw_side(const struct planning *p)
{
    return prng_coin(p->prng) ? SERVER : CLIENT;
}

static void plan_upgrade(const struct planning *p)
{
    add_request(p, METHOD_GET)->upgrades = true;
    if (prng_chance(p->prng, PERCENT_5 /* refused */)) {
        add_response(p, METHOD_GET, 426);
        return;
    }
    add_response(p, METHOD_GET, 101);
    p->truth->n_upgrades++;
    for (uint32_t n = prng_between(p->prng, 10, 60); n; n--) {
        bool large = prng_chance(p->prng, PERCENT_10);
        uint32_t size = large ? prng_between(p->prng, 200, 5000) : prng_between(p->prng, 8, 120);

        add(p->plan, STEP_RAW, draw_side(p))->body = size;
    }
    p->plan->exchanges_left = 0;
}

static void plan_tunnel(const struct planning *p)
{
    struct step *response;

    add(p->plan, STEP_REQUEST, CLIENT)->method = METHOD_CONNECT;
    response = add(p->plan, STEP_RESPONSE, SERVER);
    response->method = METHOD_CONNECT;
    response->status = 200;
    p->truth->n_tunnels++;
    for (uint32_t n = prng_between(p->prng, 10, 60); n; n--) {
        enum dir from = draw_side(p);

        add(p->plan, STEP_RAW, from)->body = prng_between(p->prng, 50, 6000);
    }
    p->plan->exchanges_left = 0;
}

void plan_with_interim(const struct planning *p)
{
    enum kind { CONTINUE, PROCESSING, HINTS, CONTINUE_AND_HINTS, PLAIN, UPGRADE, TUNNEL };
    static const struct weighted kinds[] = {
        {25, CONTINUE}, {15, PROCESSING}, {30, HINTS}, {9, CONTINUE_AND_HINTS},
        {15, PLAIN},    {5, UPGRADE},     {1, TUNNEL}, {0},
    };

    switch ((enum kind)prng_pick(p->prng, kinds)) {
    case CONTINUE: plan_expectation(p, false); break;
    case PROCESSING: plan_processing(p); break;
    case HINTS: plan_hints(p); break;
    case CONTINUE_AND_HINTS: plan_expectation(p, true); break;
    case PLAIN: plan_exchange(p); break;
    case UPGRADE: plan_upgrade(p); break;
    case TUNNEL: plan_tunnel(p); break;
    }
}

/* ---------------------------------------------------------------------------- begin, go on, end */

void plan_init(struct plan *plan, uint32_t n_exchanges)
{
    plan->exchanges_left = n_exchanges;
    plan->closing = false;
    plan->n = plan->at = 0;
    add(plan, STEP_SYN, CLIENT);
    add(plan, STEP_SYN_ACK, SERVER);
    add(plan, STEP_ACK, CLIENT);
}

const struct step *plan_take(struct plan *plan)
{
    return plan->at < plan->n ? &plan->steps[plan->at++] : NULL;
}

bool plan_goes_on_with_request(const struct plan *plan)
{
    return plan->at < plan->n && plan->steps[plan->at].kind == STEP_REQUEST;
}

/* Either side may be the first. */
static void plan_close(const struct planning *p)
{
    enum dir first = prng_chance(p->prng, HALF) ? CLIENT : SERVER;

    add(p->plan, STEP_FIN, first);
    add(p->plan, STEP_FIN, !first);
    add(p->plan, STEP_ACK, first);
}

bool plan_more(const struct planning *p)
{
    struct plan *plan = p->plan;

    plan->n = plan->at = 0;
    if (plan->closing)
        return false;
    if (plan->exchanges_left) {
        plan->exchanges_left--;
        p->options->profile->plan(p);
        return true;
    }
    plan->closing = true;
    if (p->options->stay_open)
        return false;
    plan_close(p);
    return true;
}
