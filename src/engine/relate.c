/* relate.c - what several exchanges tell together.
 * SPDX-License-Identifier: MIT
 *
 * Every exchange that comes out of the merge is looked at beside earlier ones. A table says for
 * each relation by which key an earlier exchange is found. The judge says which relations any rule
 * asks about for the exchange in hand; only for those something is looked up, if anything was kept
 * for them, and only relations with a rule that is switched on are kept at all. Relations are bits
 * of a word, so that those that do not concern an exchange cost it nothing. The rules see a small
 * record (struct wl_past) and remember nothing themselves.
 *
 * Exchanges come in the order in which they ended. One that was answered on another connection
 * within the settling time may come before the one it followed, and is then not related to it: what
 * is not known is never held against anybody.
 */
#include "relate.h"

#include "clocks.h"
#include "facts.h"
#include "field.h"
#include "grammar.h"
#include "legs.h"
#include "offer.h"
#include "once.h"
#include "past.h"
#include "rules.h"

enum {
    URI_OCTETS = 8192, /* longer URIs are not followed */
    LATELY = 256,      /* servers */
    CLIENT_BITS = 8,   /* of a hash of clients: they share what is noted of the last redirect */
};

/* A server that was heard of lately. */
struct lately {
    uint64_t server; /* hash of its endpoint; 0: nobody */
    uint64_t until;  /* its record in pasts has a date, and is there until so many are evicted */
    uint32_t clock;  /* the number of its clock; 0: not looked for yet */
};

struct wl_relate {
    struct wl_budget *budget;
    struct wl_judge *judge;
    struct wl_arena_pool arenas;
    struct wl_arena *arena; /* the findings of the exchange in hand */
    struct wl_pasts *pasts;
    struct wl_legs *legs;  /* NULL without --correlate */
    struct wl_past beside; /* the other leg of the exchange in hand, in its .leg */
    /* relations, one bit each: with a rule that is switched on, for which something was kept */
    uint32_t on, kept;
    bool arena_used;    /* there are findings in it */
    bool noted, hashed; /* all of now is known; its .negotiated and .identity are, too */
    uint64_t telling[WL_FIELD_WORDS];   /* fields of wl_past.negotiated and .identity ... */
    uint64_t naming[WL_FIELD_WORDS];    /* ... and of the latter alone */
    wl_ns window;                       /* redirect.window */
    wl_ns redirected[1 << CLIENT_BITS]; /* by client: the last redirect that is remembered */
    uint64_t seed;
    struct wl_past now;
    uint64_t server, target, client; /* hashes of the exchange in hand; 0: not needed yet */
    struct wl_date_memo date;
    struct lately lately[LATELY];
    struct wl_clocks clocks;
    struct wl_once once;
    uint32_t n_told; /* .once.n_told before the exchange in hand */
    bool unknown;    /* exchanges of which too little is known were remembered as such */
    uint8_t uri[URI_OCTETS];
};

enum { ARENA_KEEP = 16384 };

/* ----------------------------------------------------------------------------------- hashing */

static uint64_t hash_span(struct wl_span s, uint64_t seed)
{
    uint64_t h = wl_hash(s.n ? (const void *)s.p : "", s.n, seed);

    return h ? h : 1; /* 0 says that there is nothing */
}

static uint64_t hash_server(const struct wl_relate *r, const struct wl_exchange *ex)
{
    const struct wl_endpoint *server = &ex->conn.server;
    uint64_t ip[2];

    static_assert(sizeof(ip) == sizeof(server->ip), "an address is two words");
    memcpy(ip, server->ip, sizeof(ip));
    return wl_hash_pair(ip[0], ip[1], r->seed + server->port * WL_MIXER) | 1;
}

/* Who sent the request: a proxy that says for whom it speaks is not meant itself. */
static const struct wl_endpoint *client_of(const struct wl_exchange *ex)
{
    return ex->conn.proxied.family ? &ex->conn.proxied : &ex->conn.client;
}

static uint64_t hash_client(const struct wl_relate *r, const struct wl_exchange *ex)
{
    uint64_t ip[2];

    memcpy(ip, client_of(ex)->ip, sizeof(ip));
    return wl_hash_pair(ip[0], ip[1], r->seed) | 1;
}

/* When the client was redirected last, or another one that shares its place: that is enough to
 * know that it was not. */
static wl_ns *redirected(struct wl_relate *r, const struct wl_exchange *ex)
{
    uint64_t ip[2];

    memcpy(ip, client_of(ex)->ip, sizeof(ip));
    return &r->redirected[(ip[0] ^ ip[1]) * WL_MIXER >> (64 - CLIENT_BITS)];
}

/* The same target on the same server, octet by octet. */
static uint64_t hash_target(const struct wl_relate *r, const struct wl_exchange *ex,
                            struct wl_span target)
{
    const struct wl_field *host = wl_field_usual(&ex->req, WL_FIELD_HOST);
    uint64_t h = r->server;

    if (host && host->value.n)
        h = wl_hash(host->value.p, host->value.n, h);
    h ^= 1 +
         (uint64_t)ex->conn.tls; /* so that octets cannot move between host and target unnoticed */
    return hash_span(target, h);
}

/* ------------------------------------------------------------------- the record of an exchange */

static uint64_t hash_value(const struct wl_message *m, enum wl_field_id id, uint64_t seed)
{
    const struct wl_field *f = wl_field_usual(m, id);

    return f ? hash_span(f->value, seed) : 0;
}

/* Fields of the request on which the response may depend: what it is negotiated
 * by, and who asks. */
static const enum wl_field_id varying[] = {
    WL_FIELD_ACCEPT, WL_FIELD_ACCEPT_CHARSET, WL_FIELD_ACCEPT_ENCODING,   WL_FIELD_ACCEPT_LANGUAGE,
    WL_FIELD_ORIGIN, WL_FIELD_USER_AGENT,     WL_FIELD_X_FORWARDED_PROTO, WL_FIELD_FORWARDED,
};
static const enum wl_field_id naming[] = {WL_FIELD_AUTHORIZATION, WL_FIELD_COOKIE};

static void make_set(uint64_t set[WL_FIELD_WORDS], const enum wl_field_id *ids, size_t n)
{
    for (size_t i = 0; i < n; i++)
        set[ids[i] / 64] |= (uint64_t)1 << ids[i] % 64;
}

/* What the request was negotiated by, for those that are compared or kept. The order of lines with
 * different names means nothing. */
static void hash_request(struct wl_relate *r, const struct wl_message *req)
{
    if (r->hashed)
        return;
    r->hashed = true;
    for (uint32_t i = 0; i < req->n_fields; i++) {
        const struct wl_field *f = &req->fields[i];

        if (!wl_past_has(r->telling, f->id))
            continue;
        if (wl_past_has(r->naming, f->id)) {
            r->now.identity += hash_span(f->value, r->seed + f->id);
        } else {
            /* of Forwarded, which names the client's port as well, only what it was asked by */
            bool forwarded = f->id == WL_FIELD_FORWARDED;

            r->now.negotiated += hash_span(
                forwarded ? wl_facts_forwarded_proto(f->value) : f->value, r->seed + f->id);
        }
    }
}

static uint64_t allowed_methods(const struct wl_message *res)
{
    const struct wl_field *f = wl_message_field(res, WL_FIELD_ALLOW);
    uint64_t methods = 0;

    static_assert(WL_N_METHODS <= 64, "methods are bits of a word");
    for (; f; f = wl_message_next_field(res, f)) {
        struct wl_cursor c = wl_cursor(f->value);
        struct wl_span member;

        while ((member = wl_grammar_member(&c)).n)
            methods |= (uint64_t)1 << wl_grammar_method(member);
    }
    return methods;
}

/* What the clock of the server says. */
static void glance_at_date(struct wl_relate *r, const struct wl_message *res)
{
    const struct wl_field *f = wl_field_usual(res, WL_FIELD_DATE);
    int64_t now = res->t_first / WL_SECOND;
    struct wl_date date;

    if (!f || f->value.n == 0)
        return;
    date = wl_grammar_date_again(&r->date, f->value, res->t_first);
    r->now.dated = date.form != WL_DATE_NONE && !date.impossible;
    r->now.offset = date.seconds - now;
}

/* RFC 9112 3.2.2, 3.2.3: only a proxy is sent these forms; the fields are for proxies, too. */
static bool as_proxy(const struct wl_past *now, const struct wl_message *req)
{
    bool origin_form = req->target.n == 0 || req->target.p[0] == '/' || req->target.p[0] == '*';

    return !origin_form || now->method == WL_METHOD_CONNECT ||
           wl_past_has(now->req_fields, WL_FIELD_PROXY_AUTHORIZATION) ||
           wl_past_has(now->req_fields, WL_FIELD_PROXY_CONNECTION);
}

/* As much of the record as says whether the exchange is to be looked at beside others, or
 * remembered. That is all that is made of most. */
static void glance(struct wl_relate *r, const struct wl_exchange *ex)
{
    const struct wl_message *res = &ex->res;
    bool head = res->state >= WL_HEAD;
    struct wl_past *now = &r->now;

    r->noted = r->hashed = false;
    now->method = ex->req.method_id;
    now->status = head ? res->status : 0;
    now->whole = res->state == WL_WHOLE;
    now->interim = ex->n_interim && ex->interim[0].status != 101;
    now->t_request = ex->req.t_first;
    now->t_response = res->t_first;
    now->dated = false;
    now->offset = 0;
    now->median = 0;
    now->n_median = 0;
    now->location = 0;
    wl_offer_fields(&ex->req, now->req_fields);
    now->as_proxy = as_proxy(now, &ex->req);
    if (head) {
        wl_offer_fields(res, now->res_fields);
    } else {
        memset(now->res_fields, 0, sizeof(now->res_fields));
    }
    if (wl_past_has(now->res_fields, WL_FIELD_DATE))
        glance_at_date(r, res);
}

static uint64_t hash_uri(struct wl_relate *r, const struct wl_uri *base, const struct wl_uri *uri)
{
    size_t n = wl_grammar_uri_resolve(base, uri, r->uri, sizeof(r->uri));

    return n ? hash_span(wl_span(r->uri, n), r->seed) : 0;
}

/* Where the request went and where its answer sends the client: only around redirects. */
static void note_uris(struct wl_relate *r, const struct wl_exchange *ex, bool redirects)
{
    const struct wl_field *f = wl_message_field(&ex->res, WL_FIELD_LOCATION);
    struct wl_uri uri, location;

    if (!wl_facts_target_uri(ex, &uri))
        return;
    r->now.uri = hash_uri(r, NULL, &uri);
    if (!redirects || !f || wl_grammar_uri(f->value, &location) != WL_URI_FINE)
        return;
    r->now.location = hash_uri(r, &uri, &location);
    r->now.step = wl_hash(&r->now.location, sizeof(r->now.location),
                          r->now.uri + (uint64_t)ex->req.method_id);
}

static uint64_t hash_present(const struct wl_relate *r, const struct wl_message *res,
                             enum wl_field_id id)
{
    return wl_past_has(r->now.res_fields, id) ? hash_value(res, id, r->seed) : 0;
}

/* The rest of the record, but for what takes hashing the request. */
static WL_ASIDE void note_anew(struct wl_relate *r, const struct wl_exchange *ex)
{
    const struct wl_message *res = &ex->res;
    bool redirects = r->on >> WL_RELATION_REDIRECT & 1 && wl_facts_redirects(res->status);
    struct wl_past *now = &r->now;
    wl_ns t_redirect;

    r->noted = true;
    now->conn = ex->conn.number;
    now->req_frame = ex->req.at.frame;
    now->res_frame = res->at.frame;
    now->t_end = res->t_last;
    now->ordinal = ex->ordinal;
    now->only_continue = wl_past_has(now->req_fields, WL_FIELD_EXPECT) &&
                         wl_grammar_expects_only_continue(&ex->req);
    now->via = wl_past_has(now->req_fields, WL_FIELD_VIA) ||
               wl_past_has(now->res_fields, WL_FIELD_VIA);
    now->leg = r->legs ? wl_legs_own(r->legs) : NULL;
    now->negotiated = now->identity = 0;
    now->etag = hash_present(r, res, WL_FIELD_ETAG);
    now->allow = wl_past_has(now->res_fields, WL_FIELD_ALLOW) ? allowed_methods(res) : 0;
    now->declared = res->state >= WL_HEAD ? res->declared : WL_NONE;
    now->body_bytes = res->body_bytes;
    now->uri = now->step = 0;
    now->n_walk = 0;
    now->walk_cookies = false;
    t_redirect = *redirected(r, ex);
    if (redirects || (t_redirect && now->t_request - t_redirect <= r->window))
        note_uris(r, ex, redirects);
}

static inline void note(struct wl_relate *r, const struct wl_exchange *ex)
{
    if (!r->noted)
        note_anew(r, ex);
}

/* ------------------------------------------------------------------------------- the relations */

enum key {
    KEY_NONE,
    KEY_TARGET,   /* server, host, target */
    KEY_METHOD,   /* that and the method */
    KEY_TRY,      /* that and the client */
    KEY_REDIRECT, /* the client and a URI */
    KEY_SERVER,
    KEY_PAIR, /* that and the client */
};

/* How an earlier exchange is found. */
static const enum key keys[WL_N_RELATIONS] = {
    [WL_RELATION_GET] = KEY_TARGET,   [WL_RELATION_HEAD] = KEY_TARGET,
    [WL_RELATION_GONE] = KEY_METHOD,  [WL_RELATION_REDIRECT] = KEY_REDIRECT,
    [WL_RELATION_TRY] = KEY_TRY,      [WL_RELATION_EXPECTATION] = KEY_TRY,
    [WL_RELATION_ALLOW] = KEY_TARGET, [WL_RELATION_PROXY] = KEY_SERVER,
    [WL_RELATION_INTERIM] = KEY_PAIR, [WL_RELATION_SERVER] = KEY_SERVER,
    [WL_RELATION_LEG] = KEY_NONE,     [WL_RELATION_CLOCK] = KEY_NONE,
};

/* Is it about a resource, of which what was asked for says which representation is meant? Of
 * servers and clients it says nothing. */
static bool is_negotiated(enum wl_relation relation)
{
    return keys[relation] != KEY_SERVER && keys[relation] != KEY_PAIR;
}

static uint32_t bit(enum wl_relation relation, bool set)
{
    return (uint32_t)set << relation;
}

/* For which relations is a response that is no success worth keeping? */
static uint32_t worth_of_other(const struct wl_past *now, uint16_t status)
{
    bool location = wl_past_has(now->res_fields, WL_FIELD_LOCATION);

    /* 308 without Location is another protocol's: more of an upload
     * is wanted (docs/judging.md 4) */
    return bit(WL_RELATION_GONE, status == 301 || status == 410 || (status == 308 && location)) |
           bit(WL_RELATION_REDIRECT, location && wl_facts_redirects(status)) |
           bit(WL_RELATION_TRY, status == 421 || status == 425) |
           bit(WL_RELATION_EXPECTATION, status == 417);
}

/* For which relations is it worth keeping? */
static uint32_t worth_keeping(const struct wl_past *now)
{
    uint16_t status = now->status;
    uint32_t worth = 0;

    if (status >= 200)
        worth |= bit(WL_RELATION_SERVER, true);
    if (status == 200) {
        worth |= bit(WL_RELATION_GET, now->method == WL_METHOD_GET) |
                 bit(WL_RELATION_HEAD, now->method == WL_METHOD_HEAD);
    } else if (status >= 300) {
        worth |= worth_of_other(now, status);
    }
    if (wl_past_has(now->res_fields, WL_FIELD_ALLOW))
        worth |= bit(WL_RELATION_ALLOW, true);
    if (now->as_proxy)
        worth |= bit(WL_RELATION_PROXY, true);
    if (now->interim && now->whole)
        worth |= bit(WL_RELATION_INTERIM, true);
    return worth;
}

/* For which does it take the place of what is there, which is no longer the last? */
static uint32_t worth_replacing(const struct wl_past *now)
{
    uint32_t replacing = 0;

    if (now->status)
        replacing |= bit(WL_RELATION_TRY, true) | bit(WL_RELATION_EXPECTATION, true);
    if (now->status / 100 == 2)
        replacing |= bit(WL_RELATION_GONE, true);
    return replacing;
}

static uint64_t make_key(enum wl_relation relation, uint64_t h)
{
    static_assert((int)WL_N_RELATIONS <= (int)WL_PAST_KINDS, "a relation is a kind of key");
    return h - h % WL_PAST_KINDS + (uint64_t)relation;
}

static uint64_t target_of(struct wl_relate *r, const struct wl_exchange *ex)
{
    if (r->target == 0)
        r->target = hash_target(r, ex, ex->req.target);
    return r->target;
}

/* Together with what else is hashed, each by the seed: a sum is as good as a hash of both. */
static uint64_t with_client(struct wl_relate *r, const struct wl_exchange *ex, uint64_t h)
{
    if (r->client == 0)
        r->client = hash_client(r, ex);
    return h + r->client * WL_MIXER;
}

/* The key under which the exchange in hand looks, or with the URI of its Location,
 * is kept; 0: none. */
static uint64_t key_of(struct wl_relate *r, const struct wl_exchange *ex, enum wl_relation relation,
                       uint64_t uri)
{
    uint64_t method = (uint64_t)ex->req.method_id * WL_MIXER;

    switch (keys[relation]) {
    case KEY_NONE: return 0;
    case KEY_TARGET: return make_key(relation, target_of(r, ex));
    case KEY_METHOD: return make_key(relation, target_of(r, ex) + method);
    case KEY_TRY: return make_key(relation, with_client(r, ex, target_of(r, ex) + method));
    case KEY_REDIRECT: return uri ? make_key(relation, with_client(r, ex, uri)) : 0;
    case KEY_SERVER: return make_key(relation, r->server);
    case KEY_PAIR: return make_key(relation, with_client(r, ex, r->server));
    }
    return 0;
}

/* ---------------------------------------------------------------------------------- the unknown */

/* The keys of no relation. */
static uint64_t unknown_of(uint64_t who)
{
    return make_key(WL_RELATION_NONE, who);
}

/* Of this one it is not known what was asked, or what was answered first: rules that conclude from
 * what they have not seen before must not. */
static void remember_unknown(struct wl_relate *r, const struct wl_exchange *ex)
{
    wl_ns t = ex->req.state == WL_ABSENT ? ex->res.t_last : ex->req.t_last;
    struct wl_past past = {.t_end = t > ex->res.t_last ? t : ex->res.t_last};

    r->server = hash_server(r, ex);
    r->client = 0;
    wl_pasts_put(r->pasts, unknown_of(r->server), &past);
    wl_pasts_put(r->pasts, unknown_of(with_client(r, ex, r->server)), &past);
    r->unknown = true;
}

/* When something of them was last unknown; 0: never, as far as is remembered. */
static wl_ns last_unknown(const struct wl_relate *r, uint64_t who)
{
    const struct wl_past *past = r->unknown ? wl_pasts_get(r->pasts, unknown_of(who)) : NULL;

    return past ? past->t_end : 0;
}

/* Nothing is remembered for the relation: may it be that it was not seen, or forgotten? */
static bool may_be_missed(struct wl_relate *r, const struct wl_exchange *ex,
                          enum wl_relation relation)
{
    bool by_server = keys[relation] == KEY_SERVER || keys[relation] == KEY_PAIR;

    if (by_server && wl_pasts_forgotten(r->pasts))
        return true;
    switch (keys[relation]) {
    case KEY_SERVER: return last_unknown(r, r->server) != 0;
    case KEY_PAIR: return last_unknown(r, with_client(r, ex, r->server)) != 0;
    case KEY_NONE:
    case KEY_TARGET:
    case KEY_METHOD:
    case KEY_TRY:
    case KEY_REDIRECT: break;
    }
    return false;
}

/* The redirect that the client has followed here, if it has not taken its time, and has not sent
 * something unknown since, which may have been what followed. */
static const struct wl_past *followed(struct wl_relate *r, const struct wl_exchange *ex,
                                      const struct wl_past *past, wl_ns unknown)
{
    struct wl_past *now = &r->now;
    uint32_t from;

    if (!past || past->location == 0 || !ex->clocked || now->t_request < past->t_response ||
        now->t_request - past->t_response > r->window || unknown >= past->t_response)
        return NULL;
    /* the way here: that of the redirect, and the redirect itself; the last steps count */
    from = past->n_walk == WL_PAST_WALK ? 1 : 0;
    now->n_walk = (uint8_t)(past->n_walk - from);
    memcpy(now->walk, past->walk + from, now->n_walk * sizeof(*now->walk));
    now->walk[now->n_walk++] = past->step;
    now->walk_cookies = past->walk_cookies || wl_past_has(past->res_fields, WL_FIELD_SET_COOKIE);
    return past;
}

/* What is remembered for a relation, if anything was kept for it. */
static const struct wl_past *recall(struct wl_relate *r, const struct wl_exchange *ex,
                                    enum wl_relation relation)
{
    const struct wl_past *past = NULL;
    uint64_t key = 0;
    wl_ns unknown = 0;

    if (relation == WL_RELATION_LEG)
        return ex->leg ? &r->beside : NULL;
    if (relation == WL_RELATION_REDIRECT) {
        note(r, ex);
        unknown = last_unknown(r, with_client(r, ex, r->server));
    }
    if (r->kept >> relation & 1)
        key = key_of(r, ex, relation, r->now.uri);
    if (key)
        past = wl_pasts_get(r->pasts, key);
    return relation == WL_RELATION_REDIRECT ? followed(r, ex, past, unknown) : past;
}

/* Takes the exchange in hand to have rules look at it, once there is something to look at. */
static bool begin_judging(struct wl_relate *r, struct wl_exchange *ex)
{
    if (!r->arena)
        r->arena = wl_arena_new(&r->arenas);
    if (r->arena)
        wl_judge_relate(r->judge, ex, r->arena);
    return r->arena;
}

/* Finds what is remembered for each relation, and has the rules look at it. */
static void look_back(struct wl_relate *r, struct wl_exchange *ex, uint32_t asked, bool told)
{
    static const struct wl_past over = {.location = 0};
    bool judging = false;

    for (uint32_t left = asked; left; left &= left - 1) {
        unsigned i = (unsigned)__builtin_ctz(left);
        enum wl_relation relation = (enum wl_relation)i;
        const struct wl_past *past = recall(r, ex, relation);

        if (!past && (!(ex->relations_alone >> i & 1) || may_be_missed(r, ex, relation)))
            continue;
        note(r, ex);
        if (past && is_negotiated(relation))
            hash_request(r, &ex->req);
        if (told && !judging)
            judging = begin_judging(r, ex);
        if (judging)
            wl_judge_related(r->judge, relation, past, &r->now);
        if (relation == WL_RELATION_REDIRECT && past) /* a redirect is followed once */
            wl_pasts_put(r->pasts, key_of(r, ex, relation, r->now.uri), &over);
    }
    if (judging)
        r->arena_used = wl_judge_relate_end(r->judge);
}

/* Shall the exchange be kept under this key, for what is there? */
static bool has_place(struct wl_relate *r, enum wl_relation relation, uint64_t key, bool worth)
{
    struct lately *lately = &r->lately[(r->server >> 8) % LATELY];
    enum wl_known there;
    uint64_t until = 0;

    if (worth && relation != WL_RELATION_SERVER && relation != WL_RELATION_PROXY)
        return true;
    there = wl_pasts_known(r->pasts, key, &until);
    if (relation == WL_RELATION_PROXY)
        return there == WL_KNOWN_NOT;
    if (relation != WL_RELATION_SERVER)
        return there != WL_KNOWN_NOT;
    /* of a server one response is enough, best one that shows its clock */
    if (there == WL_KNOWN_DATED)
        lately->until = until;
    return there == WL_KNOWN_NOT || (r->now.dated && there != WL_KNOWN_DATED);
}

/* Is a response of the server in hand remembered that shows its clock? One is enough. What the
 * exchange has been kept for before may have taken its place. */
static bool is_server_known(const struct wl_relate *r)
{
    return wl_pasts_evicted(r->pasts) < r->lately[(r->server >> 8) % LATELY].until;
}

/* Keeps the exchange for each relation that it is worth keeping for, or where it takes a place. */
static void remember(struct wl_relate *r, const struct wl_exchange *ex, uint32_t worth,
                     uint32_t replacing)
{
    for (uint32_t left = worth | replacing; left; left &= left - 1) {
        unsigned i = (unsigned)__builtin_ctz(left);
        enum wl_relation relation = (enum wl_relation)i;
        uint64_t key;

        if (relation == WL_RELATION_SERVER && is_server_known(r))
            continue;
        if (relation == WL_RELATION_REDIRECT)
            note(r, ex);
        key = key_of(r, ex, relation, r->now.location);
        if (key == 0 || !has_place(r, relation, key, worth >> i & 1))
            continue;
        note(r, ex);
        if (is_negotiated(relation))
            hash_request(r, &ex->req);
        wl_pasts_put(r->pasts, key, &r->now);
        r->kept |= bit(relation, true);
        if (relation == WL_RELATION_REDIRECT) {
            wl_ns *last = redirected(r, ex);

            *last = r->now.t_response > *last ? r->now.t_response : *last;
        }
    }
}

/* ----------------------------------------------------------------------------- once per target */

/* The target without its query (RFC 3986 3.4). */
static uint64_t hash_path(struct wl_relate *r, const struct wl_exchange *ex)
{
    struct wl_span target = ex->req.target;

    r->server = hash_server(r, ex);
    return hash_target(r, ex, wl_span_sub(target, 0, wl_span_find(target, '?')));
}

/* A rule with once_per_target says something about a resource rather than about one message: it is
 * told the first time, and again only when there is no room to remember that it was. */
static void drop_told(struct wl_relate *r, struct wl_exchange *ex)
{
    uint64_t path = 0; /* not needed yet */
    uint32_t kept = 0;

    for (uint32_t i = 0; i < ex->n_findings; i++) {
        const struct wl_finding *f = &ex->findings[i];

        if (f->rule->once_per_target) {
            path = path ? path : hash_path(r, ex);
            if (!wl_once_tell(&r->once, wl_hash(f->rule->id, strlen(f->rule->id), path)))
                continue;
        }
        if (kept != i)
            ex->findings[kept] = *f;
        kept++;
    }
    ex->n_findings = kept;
}

/* ---------------------------------------------------------------------------------- public part */

static bool is_on(const struct wl_relate *r, enum wl_relation relation)
{
    return r->on >> relation & 1;
}

/* Most exchanges are remembered for their target, in a table that no cache holds: its slot is on
 * its way while they are looked at. */
static void ask_ahead(struct wl_relate *r, const struct wl_exchange *ex)
{
    if (is_on(r, WL_RELATION_GET) && ex->req.method_id == WL_METHOD_GET && ex->res.status == 200)
        wl_pasts_prefetch(r->pasts, make_key(WL_RELATION_GET, target_of(r, ex)));
}

/* The row of the server in hand. */
static struct lately *hear_of(struct wl_relate *r)
{
    struct lately *lately = &r->lately[(r->server >> 8) % LATELY];

    if (lately->server != r->server)
        *lately = (struct lately){.server = r->server};
    return lately;
}

static WL_INLINE uint32_t clock_of(struct wl_relate *r, struct lately *lately)
{
    if (lately->clock == 0)
        lately->clock = wl_clocks_number(&r->clocks, lately->server);
    return lately->clock;
}

/* The clock of the server in hand shows another time than most did when they were last compared. */
static WL_ASIDE void compare_clocks(struct wl_relate *r, struct lately *lately)
{
    struct wl_past *now = &r->now;

    now->n_median = wl_clocks_median(&r->clocks, clock_of(r, lately), now->offset, now->t_response,
                                     &now->median);
}

static void relate(struct wl_relate *r, struct wl_exchange *ex, bool told)
{
    uint32_t asked = (ex->relations & r->kept) | ex->relations_alone, worth;
    struct lately *lately;

    r->server = hash_server(r, ex);
    r->target = r->client = 0;
    ask_ahead(r, ex);
    lately = hear_of(r);
    glance(r, ex);
    worth = r->on & worth_keeping(&r->now);
    asked &= ~(worth & bit(WL_RELATION_GET, true)); /* the last one is kept unasked */
    if (is_on(r, WL_RELATION_CLOCK) && r->now.dated && !wl_clocks_near(&r->clocks, r->now.offset))
        compare_clocks(r, lately);
    if (r->now.n_median == 0)
        asked &= ~bit(WL_RELATION_CLOCK, true);
    if (r->legs) {
        r->beside.leg = ex->leg = wl_legs_pair(r->legs, ex);
        asked |= ex->relations & bit(WL_RELATION_LEG, ex->leg);
    }
    if (!told) /* an exchange that is left out is a step of a walk all the same */
        asked &= bit(WL_RELATION_REDIRECT, true);
    look_back(r, ex, asked, told);
    remember(r, ex, worth, r->on & r->kept & worth_replacing(&r->now));
    if (is_on(r, WL_RELATION_CLOCK) && r->now.dated)
        wl_clocks_set(&r->clocks, clock_of(r, lately), r->now.offset, r->now.t_response);
}

void wl_relate_exchange(struct wl_relate *r, struct wl_exchange *ex, bool told)
{
    if (r->arena_used) {
        wl_arena_free(r->arena);
        r->arena = NULL;
        r->arena_used = false;
    }
    /* what was asked or answered is only known of a pair */
    if (r->on && ex->paired && ex->req.state >= WL_HEAD) {
        relate(r, ex, told);
    } else if (r->on && r->legs) {
        wl_legs_unsure(r->legs, ex);
    }
    if (r->on && (!ex->paired || ex->req.state < WL_HEAD || ex->res.state == WL_CUT))
        remember_unknown(r, ex);
    r->n_told = r->once.n_told;
    if (told && ex->n_findings)
        drop_told(r, ex);
}

uint64_t wl_relate_begun_seed(const struct wl_relate *r)
{
    return r->legs ? wl_legs_seed(r->legs) : 0;
}

void wl_relate_begun(struct wl_relate *r, const struct wl_begun *begun)
{
    if (r->on && r->legs)
        wl_legs_begun(r->legs, begun);
}

void wl_relate_untold(struct wl_relate *r)
{
    wl_once_take_back(&r->once, r->n_told);
}

struct wl_relate *wl_relate_new(struct wl_budget *budget, const struct wl_config *cfg)
{
    const uint32_t max = (uint32_t)wl_min_u64(cfg->limits.max_related, UINT32_MAX - 1);
    struct wl_relate *r = wl_alloc(budget, sizeof(*r));

    if (!r)
        return NULL;
    r->budget = budget;
    r->window = cfg->thresholds.redirect_window;
    r->seed = wl_seed();
    make_set(r->telling, varying, WL_COUNT(varying));
    make_set(r->telling, naming, WL_COUNT(naming));
    make_set(r->naming, naming, WL_COUNT(naming));
    wl_arena_pool_init(&r->arenas, budget, ARENA_KEEP);
    r->pasts = wl_pasts_new(budget, max);
    if (cfg->correlate)
        r->legs = wl_legs_new(budget, cfg->limits.max_legs);
    if (!r->pasts || (cfg->correlate && !r->legs) || wl_once_init(&r->once, budget, max) < 0) {
        wl_relate_free(r);
        return NULL;
    }
    return r;
}

int wl_relate_rules(struct wl_relate *r, const struct wl_config *cfg,
                    const struct wl_rule_group *const *extra)
{
    WL_ASSERT(!r->judge);
    r->judge = wl_judge_new(cfg, r->budget, extra, WL_JUDGE_RELATED);
    if (!r->judge)
        return WL_NOMEM;
    r->on = wl_judge_relations(r->judge);
    return 0;
}

void wl_relate_reader(struct wl_relate *r, const struct wl_reader *reader)
{
    wl_judge_reader(r->judge, reader);
}

uint64_t wl_relate_full(const struct wl_relate *r)
{
    return r->once.n_full + wl_pasts_forgotten(r->pasts);
}

uint64_t wl_relate_legs_lost(const struct wl_relate *r)
{
    return r->legs ? wl_legs_forgotten(r->legs) : 0;
}

uint64_t wl_relate_dropped(const struct wl_relate *r)
{
    return r->judge ? wl_judge_dropped(r->judge) : 0;
}

uint64_t wl_relate_beyond(const struct wl_relate *r)
{
    return r->judge ? wl_judge_beyond(r->judge, false) : 0;
}

void wl_relate_free(struct wl_relate *r)
{
    if (!r)
        return;
    wl_arena_free(r->arena);
    wl_arena_pool_release(&r->arenas);
    wl_judge_free(r->judge);
    wl_pasts_free(r->pasts);
    wl_legs_free(r->legs);
    wl_once_release(&r->once);
    wl_free(r->budget, r, sizeof(*r));
}
