/* legs.c - the two legs of a proxy: which exchange is the other side of which.
 * SPDX-License-Identifier: MIT
 *
 * Exchanges come in the order in which they ended. Each is compared with the last max_legs ones:
 * the request that a proxy forwards begins behind the one it has received and before that is
 * answered, comes from the address that was asked, has the same method, and a target of which one
 * ends with the other (a gateway may take a prefix away or put one before it). An id that both bear
 * (X-Request-ID, the trace id of traceparent) makes it certain, different ones rule it out, and so
 * does an X-Forwarded-For that ends with somebody else, another User-Agent, and an answer that is
 * not the proxy's own. Where all run on one machine the address says nothing, and without a trace
 * of the proxy in the request a pair is no more than possible.
 *
 * Two that fit are a pair only if neither fits anybody else: what is not known is never held
 * against anybody. So all that was under way with them has to be known. Whatever a proxy forwards
 * has begun before its client is answered, and so has every request that could be the other leg of
 * either of two exchanges that are over: when the head of a request is complete, that is told, too
 * (begun.h), in the same order, and no exchange need be held back until others are over. What fits
 * and is not over, or is not known well enough to be judged, is nobody's other leg, and makes others
 * uncertain all the same. Where several fit, one may be left when those are left out that can be
 * only somebody else's: such a pair is possible.
 *
 * What is forgotten is remembered by group, as far as it makes others uncertain, and of exchanges
 * whose request is unknown, between whom they went. Where the proxy has sent an alike request for
 * which there is no client, clients are out of sight, or clocks differ, and nothing is certain.
 *
 * What is compared is found by the end of the target, so that a busy capture is not looked through.
 */
#include "legs.h"

#include "diag.h"
#include "endpoint.h"
#include "leg.h"
#include "table.h"
#include "text.h"

enum {
    ENTRIES_FIRST = 64,
    MAX_FITTING = 64, /* with more of them at once nothing is certain, */
    MAX_LOOKS = 4096, /* nor where so many had to be compared for one exchange */
    LINE_MEMORY = 64 << 10,
    FORGOTTEN = 256, /* places, by group */
    OBSCURE = 64,    /* the latest exchanges whose request is unknown */
};

#define NOBODY UINT32_MAX
#define NEVER  INT64_MAX

/* Without an id: how long a proxy may take to forward. */
#define PROMPT WL_SECOND

/* By how much the clocks of two taps may differ. */
#define SKEW (WL_SECOND / 100)

/* What an exchange is looked at as. */
enum role {
    ROLE_CLIENT, /* it is the leg between client and proxy, and its other one is upstream */
    ROLE_UPSTREAM,
    N_ROLES,
};

enum phase {
    PHASE_OPEN, /* under way */
    PHASE_OVER,
    PHASE_UNSURE, /* over; which response is its own is not certain */
};

struct entry {
    struct wl_begun of;
    struct wl_leg leg; /* once it is over */
    enum phase phase;
    bool taken[N_ROLES];     /* its other leg was found, as which it was looked for */
    uint64_t list;           /* of those with this key that are open, or over */
    uint32_t older, newer;   /* in that list; NOBODY: none */
    uint32_t earlier, later; /* of all that are over; those that are free are chained by earlier */
    wl_ns t_end;             /* NEVER while it is under way */
    wl_ns t_until;           /* none that came before it in this list ended later */
};

/* What is no longer known of requests of some groups. */
struct forgotten {
    uint64_t n_open; /* that are still under way */
    wl_ns until;     /* when the last other one ended */
};

/* Something that was answered, or sent, and is not known well enough to be compared. */
struct obscure {
    struct wl_endpoint client, server;
    wl_ns from, to;
};

struct wl_legs {
    struct wl_budget *budget;
    struct wl_table lists; /* of the newest entry of each list: a thousand may have the same key */
    struct wl_table open;  /* of those under way, by connection and ordinal */
    struct entry *entries;
    uint32_t n, size, max, free, oldest, newest; /* .oldest and .newest of all that are over */
    uint64_t seed, n_forgotten;
    bool blind; /* of some request it was not told that it had begun */
    struct forgotten forgotten[FORGOTTEN];
    struct obscure obscure[OBSCURE];
    uint64_t n_obscure;   /* in all: the last OBSCURE are known, */
    wl_ns obscured_until; /* of the others the latest .to */
    uint32_t n_looked;    /* comparisons for the exchange in hand */
    struct entry now;     /* what remains of it */
    struct wl_leg found;
    struct wl_text line;
};

struct wl_legs *wl_legs_new(struct wl_budget *budget, uint64_t max)
{
    struct wl_legs *l = wl_alloc(budget, sizeof(*l));

    if (!l)
        return NULL;
    l->budget = budget;
    l->max = (uint32_t)wl_min_u64(max, UINT32_MAX - 1);
    l->seed = wl_seed() | 1;
    l->free = l->oldest = l->newest = NOBODY;
    wl_text_init(&l->line, budget, LINE_MEMORY);
    if (wl_table_init(&l->lists, budget, l->max) < 0 ||
        wl_table_init(&l->open, budget, l->max) < 0) {
        wl_legs_free(l);
        return NULL;
    }
    return l;
}

void wl_legs_free(struct wl_legs *l)
{
    if (!l)
        return;
    wl_table_release(&l->lists);
    wl_table_release(&l->open);
    wl_text_release(&l->line);
    wl_free(l->budget, l->entries, l->size * sizeof(*l->entries));
    wl_free(l->budget, l, sizeof(*l));
}

uint64_t wl_legs_seed(const struct wl_legs *l)
{
    return l->seed;
}

uint64_t wl_legs_forgotten(const struct wl_legs *l)
{
    return l->n_forgotten;
}

static wl_ns later_of(wl_ns a, wl_ns b)
{
    return a > b ? a : b;
}

/* --------------------------------------------------------------------------- who is remembered */

/* The newest entry of a list, or NOBODY. */
static uint32_t newest(const struct wl_legs *l, uint64_t list)
{
    size_t probe = 0;
    uint32_t i;

    while ((i = wl_table_find(&l->lists, list, &probe)) != NOBODY && l->entries[i].list != list)
        continue;
    return i;
}

/* Of a key, those that are over have a list of their own. */
static uint64_t list_of(uint64_t key, bool over)
{
    return over ? ~key : key;
}

static bool grow(struct wl_legs *l)
{
    uint64_t larger = wl_min_u64(wl_max_u64((uint64_t)l->size * 2, ENTRIES_FIRST), l->max);
    struct entry *moved;

    if (l->n < l->size)
        return true;
    if (larger <= l->size)
        return false;
    moved = wl_resize(l->budget, l->entries, l->size * sizeof(*moved),
                      (size_t)larger * sizeof(*moved));
    if (!moved)
        return false;
    l->entries = moved;
    l->size = (uint32_t)larger;
    return true;
}

/* Entry i is in its list no more. */
static void unlist(struct wl_legs *l, uint32_t i)
{
    struct entry *e = &l->entries[i];

    if (e->older != NOBODY)
        l->entries[e->older].newer = e->newer;
    if (e->newer != NOBODY) {
        l->entries[e->newer].older = e->older;
        return;
    }
    (void)wl_table_remove(&l->lists, e->list, i);
    if (e->older != NOBODY) {
        int status = wl_table_add(&l->lists, e->list, e->older);

        WL_ASSERT(status == 0); /* there is room where one was removed */
        (void)status;
    }
}

/* Entry i is the newest of its list; false when memory is refused. */
static bool enlist(struct wl_legs *l, uint32_t i)
{
    struct entry *e = &l->entries[i];

    e->older = newest(l, e->list);
    e->newer = NOBODY;
    if (e->older != NOBODY)
        (void)wl_table_remove(&l->lists, e->list, e->older);
    if (wl_table_add(&l->lists, e->list, i) < 0)
        return false; /* there was none of this list: where one is removed there is room */
    if (e->older != NOBODY) {
        e->t_until = later_of(e->t_until, l->entries[e->older].t_until);
        l->entries[e->older].newer = i;
    }
    return true;
}

static void set_free(struct wl_legs *l, uint32_t i)
{
    l->entries[i].earlier = l->free;
    l->free = i;
}

/* Entry i, which is over, goes. */
static void take_out(struct wl_legs *l, uint32_t i)
{
    struct entry *e = &l->entries[i];

    unlist(l, i);
    if (e->earlier != NOBODY) {
        l->entries[e->earlier].later = e->later;
    } else {
        l->oldest = e->later;
    }
    if (e->later != NOBODY) {
        l->entries[e->later].earlier = e->earlier;
    } else {
        l->newest = e->earlier;
    }
    set_free(l, i);
}

/* Who shares a place with whom must be the same in every run: a seed would make it chance what is said.
 * Who fills a place on purpose makes his like uncertain, which takes no more than many targets. */
static struct forgotten *forgotten_of(struct wl_legs *l, const struct wl_begun *of)
{
    return &l->forgotten[of->group % FORGOTTEN];
}

/* One with this key is not remembered any more, or was never. */
static void forget(struct wl_legs *l, const struct entry *e)
{
    struct forgotten *f = forgotten_of(l, &e->of);

    l->n_forgotten++;
    if (e->phase == PHASE_OPEN) {
        f->n_open++;
    } else {
        f->until = later_of(f->until, e->t_end);
    }
}

/* A place for e, in no list yet; NOBODY when all that are remembered are under way, or memory is
 * refused. One that is over makes room. */
static uint32_t place_for(struct wl_legs *l, const struct entry *e)
{
    uint32_t i = l->free;

    if (i == NOBODY && grow(l)) {
        i = l->n++;
    } else {
        if (i == NOBODY && l->oldest != NOBODY) {
            forget(l, &l->entries[l->oldest]);
            take_out(l, l->oldest);
            i = l->free;
        }
        if (i == NOBODY)
            return NOBODY;
        l->free = l->entries[i].earlier;
    }
    l->entries[i] = *e;
    return i;
}

/* e is over. Returns where it is remembered; NULL: nowhere. */
static struct entry *remember(struct wl_legs *l, const struct entry *e)
{
    uint32_t i = place_for(l, e);
    struct entry *mine;

    if (i == NOBODY) {
        forget(l, e);
        return NULL;
    }
    mine = &l->entries[i];
    mine->list = list_of(e->of.key, true);
    mine->t_until = e->t_end;
    if (!enlist(l, i)) {
        forget(l, e);
        set_free(l, i);
        return NULL;
    }
    mine->earlier = l->newest;
    mine->later = NOBODY;
    if (l->newest != NOBODY) {
        l->entries[l->newest].later = i;
    } else {
        l->oldest = i;
    }
    l->newest = i;
    return mine;
}

static uint64_t identity(const struct wl_legs *l, uint64_t id, uint32_t ordinal)
{
    return wl_hash_pair(id, ordinal, l->seed);
}

void wl_legs_begun(struct wl_legs *l, const struct wl_begun *begun)
{
    struct entry *e = &l->now;
    uint32_t i;

    if (!begun) {
        l->blind = true;
        return;
    }
    *e = (struct entry){.of = *begun, .phase = PHASE_OPEN, .t_end = NEVER};
    i = place_for(l, e);
    if (i == NOBODY) {
        forget(l, e);
        return;
    }
    l->entries[i].list = list_of(begun->key, false);
    if (wl_table_add(&l->open, identity(l, begun->id, begun->ordinal), i) < 0) {
        forget(l, e);
        set_free(l, i);
    } else if (!enlist(l, i)) {
        (void)wl_table_remove(&l->open, identity(l, begun->id, begun->ordinal), i);
        forget(l, e);
        set_free(l, i);
    }
}

/* It is under way no more; false: it was not remembered. */
static bool close_open(struct wl_legs *l, const struct wl_exchange *ex)
{
    uint64_t hash = identity(l, ex->conn.id, ex->ordinal);
    size_t probe = 0;
    uint32_t i;

    while ((i = wl_table_find(&l->open, hash, &probe)) != NOBODY) {
        const struct wl_begun *of = &l->entries[i].of;

        if (of->id == ex->conn.id && of->ordinal == ex->ordinal) {
            (void)wl_table_remove(&l->open, hash, i);
            unlist(l, i);
            set_free(l, i);
            return true;
        }
    }
    return false;
}

/* ------------------------------------------------------------------------------------- pairing */

static bool ends_with(const struct wl_begun *a, const struct wl_begun *b)
{
    return a->n_target >= b->n_target &&
           memcmp(a->target + a->n_target - b->n_target, b->target, b->n_target) == 0;
}

/* Both have one: 1 the same, -1 not; else 0. */
static int compare_ids(uint64_t a, uint64_t b)
{
    if (a == 0 || b == 0)
        return 0;
    return a == b ? 1 : -1;
}

/* Is the one's answer that of the other, or that of a proxy which has none? */
static bool answers_agree(const struct wl_leg *client, const struct wl_leg *up)
{
    return client->status == up->status || client->status == 0 || up->status == 0 ||
           client->status >= 500;
}

/* An answer that is passed on comes later than the one that came from the server: by clocks that may
 * differ a little where two taps were merged. Who fails says so without having been answered. */
static bool is_answered_first(const struct wl_leg *client, const struct wl_leg *up, wl_ns skew)
{
    return client->status != up->status || client->status >= 500 ||
           up->t_response <= client->t_response + skew;
}

/* Has a proxy written into the request? */
static bool shows_proxy(const struct wl_begun *up)
{
    return up->forwarded_for || up->via;
}

static bool is_alone(const struct wl_begun *b)
{
    return wl_endpoint_same_address(&b->client, &b->server);
}

/* Without an id: the address of the proxy, if it is another than the client's, or what it
 * wrote into the request. */
static enum wl_confidence confidence_of(const struct wl_begun *client, const struct wl_begun *up)
{
    return is_alone(client) && !shows_proxy(up) ? WL_POSSIBLE : WL_LIKELY;
}

/* An id says that it is the same request, not that the proxy took it into its hands. */
static bool may_be_tunnelled(const struct wl_begun *client, const struct wl_begun *up)
{
    return client->tunnel == WL_TUNNEL_MAYBE && !client->absolute && !shows_proxy(up);
}

/* Does up begin while the client waits, and go elsewhere? */
static bool is_meanwhile(const struct entry *client, const struct entry *up)
{
    const struct wl_begun *c = &client->of, *u = &up->of;
    wl_ns until = client->leg.t_response ? client->leg.t_response : client->t_end;

    return u->t_request >= c->t_request && u->t_request <= until && c->id != u->id &&
           c->method == u->method &&
           !(c->server.port == u->server.port && wl_endpoint_same_address(&c->server, &u->server));
}

/* Can up be what a proxy made of client, which may have waited? */
static bool may_fit(const struct entry *client, const struct entry *up, enum wl_confidence *ret)
{
    const struct wl_begun *c = &client->of, *u = &up->of;
    int request, trace;

    if (!is_meanwhile(client, up))
        return false;
    request = compare_ids(c->request_id, u->request_id);
    trace = compare_ids(c->trace_id, u->trace_id);
    if (request < 0 || trace < 0 || (u->forwarded_for && u->forwarded_for != c->sender))
        return false;
    /* where addresses do not tell which leg is which, what the first proxy wrote does */
    if (is_alone(c) && shows_proxy(c) && !shows_proxy(u))
        return false;
    *ret = request > 0 || trace > 0 ? WL_CERTAIN : confidence_of(c, u);
    if (*ret == WL_CERTAIN)
        return true;
    return compare_ids(c->agent, u->agent) >= 0 && answers_agree(&client->leg, &up->leg) &&
           is_answered_first(&client->leg, &up->leg, SKEW) &&
           wl_endpoint_same_address(&c->server, &u->client) && (ends_with(c, u) || ends_with(u, c));
}

/* At once, where no id says so? */
static bool fits(const struct entry *client, const struct entry *up, bool at_once,
                 enum wl_confidence *ret)
{
    return may_fit(client, up, ret) &&
           (!at_once || *ret == WL_CERTAIN || up->of.t_request - client->of.t_head <= PROMPT);
}

static bool is_same(const struct entry *a, const struct entry *b)
{
    return a->of.id == b->of.id && a->of.ordinal == b->of.ordinal;
}

static enum role opposite(enum role role)
{
    return role == ROLE_CLIENT ? ROLE_UPSTREAM : ROLE_CLIENT;
}

/* Can other be the other leg of e, if it is one of this role? */
static bool fits_as(const struct entry *e, enum role role, const struct entry *other, bool at_once,
                    enum wl_confidence *ret)
{
    return role == ROLE_CLIENT ? fits(e, other, at_once, ret) : fits(other, e, at_once, ret);
}

/* Who may be the other leg of an exchange: by an id that both bear, or without. */
struct choice {
    uint32_t n[2];
    struct entry *found[2][MAX_FITTING];
};

/* All that may be the other leg of e, if it is one of this role, at once or after a while; false: too
 * many to look at. */
static bool look_further(struct wl_legs *l, const struct entry *e, enum role role, bool at_once,
                         struct choice *ret)
{
    ret->n[0] = ret->n[1] = 0;
    for (int over = 0; over < 2; over++) {
        uint32_t i = newest(l, list_of(e->of.key, over));

        /* those before it in its list ended before e began */
        for (; i != NOBODY && (!over || l->entries[i].t_until >= e->of.t_request);
             i = l->entries[i].older) {
            struct entry *other = &l->entries[i];
            enum wl_confidence confidence = WL_POSSIBLE;
            bool certain;

            if (l->n_looked == MAX_LOOKS)
                return false;
            l->n_looked++;
            if (is_same(other, e) || other->taken[opposite(role)] ||
                !fits_as(e, role, other, at_once, &confidence))
                continue;
            certain = confidence == WL_CERTAIN;
            if (ret->n[certain] == MAX_FITTING)
                return false;
            ret->found[certain][ret->n[certain]++] = other;
        }
    }
    return true;
}

static bool look_around(struct wl_legs *l, const struct entry *e, enum role role,
                        struct choice *ret)
{
    return look_further(l, e, role, true, ret);
}

/* Could the proxy have sent other for that client, if the clocks were not as they are, and is there
 * nobody else for whom it has? */
static bool has_no_client(struct wl_legs *l, const struct entry *client, const struct entry *other,
                          wl_ns to)
{
    const struct wl_begun *c = &client->of, *u = &other->of;
    struct choice clients;

    if (other->taken[ROLE_UPSTREAM] || !wl_endpoint_same_address(&c->server, &u->client) ||
        (wl_endpoint_same_address(&c->server, &u->server) && c->server.port == u->server.port) ||
        (is_alone(c) && !shows_proxy(u)) || (u->forwarded_for && u->forwarded_for != c->sender) ||
        compare_ids(c->agent, u->agent) < 0)
        return false;
    return u->t_request <= to && other->t_end >= c->t_request &&
           (!look_around(l, other, ROLE_UPSTREAM, &clients) || clients.n[0] + clients.n[1] == 0);
}

/* Is there another upstream leg that can be nobody's but that client's? */
static bool is_bespoken(struct wl_legs *l, const struct entry *client, const struct entry *except)
{
    struct choice ups, clients;

    if (!look_around(l, client, ROLE_CLIENT, &ups) || ups.n[1])
        return false;
    for (uint32_t i = 0; i < ups.n[0]; i++) {
        if (!is_same(ups.found[0][i], except) &&
            look_further(l, ups.found[0][i], ROLE_UPSTREAM, false, &clients) &&
            clients.n[0] + clients.n[1] == 1)
            return true;
    }
    return false;
}

/* May the proxy have sent up for other, which has waited for longer? */
static bool has_waited(struct wl_legs *l, const struct entry *other, const struct entry *up)
{
    enum wl_confidence confidence = WL_POSSIBLE;

    return !other->taken[ROLE_CLIENT] && !fits(other, up, true, &confidence) &&
           fits(other, up, false, &confidence) && !is_bespoken(l, other, up);
}

/* Is there meanwhile an alike request of the proxy without any client, or one of a client of which
 * nothing has become? Then clients are out of sight, clocks of two taps differ, or requests wait:
 * this one may be somebody else's as well. */
static bool is_beside_stranger(struct wl_legs *l, const struct entry *client,
                               const struct entry *up)
{
    wl_ns to = later_of(client->t_end, up->t_end);

    for (int over = 0; over < 2; over++) {
        uint32_t i = newest(l, list_of(client->of.key, over));

        for (; i != NOBODY && (!over || l->entries[i].t_until >= client->of.t_request);
             i = l->entries[i].older) {
            const struct entry *other = &l->entries[i];

            if (!is_same(other, up) && !is_same(other, client) &&
                (has_no_client(l, client, other, to) || has_waited(l, other, up)))
                return true;
        }
    }
    return false;
}

/* May it be that somebody else is not known who could be a leg of this pair? */
static bool may_be_others(struct wl_legs *l, const struct entry *client, const struct entry *up)
{
    const struct forgotten *f = forgotten_of(l, &client->of);
    const struct wl_endpoint *proxy = &client->of.server;
    wl_ns from = client->of.t_request, to = later_of(client->t_end, up->t_end);

    if (l->blind || f->n_open || f->until >= from || l->obscured_until >= from)
        return true;
    for (uint32_t i = 0; i < wl_min_u64(l->n_obscure, OBSCURE); i++) {
        const struct obscure *o = &l->obscure[i];

        if (o->from <= to && o->to >= from &&
            (wl_endpoint_same_address(&o->server, proxy) ||
             wl_endpoint_same_address(&o->client, proxy)))
            return true;
    }
    return is_beside_stranger(l, client, up);
}

/* The only client of an upstream leg, when those are left out that have another one for certain;
 * NULL: several are left, or none. */
static struct entry *only_client(struct wl_legs *l, const struct entry *up)
{
    struct entry *left = NULL;
    struct choice clients;

    if (!look_around(l, up, ROLE_UPSTREAM, &clients) || clients.n[1])
        return NULL;
    for (uint32_t i = 0; i < clients.n[0]; i++) {
        if (clients.n[0] > 1 && is_bespoken(l, clients.found[0][i], up))
            continue;
        if (left)
            return NULL;
        left = clients.found[0][i];
    }
    return left;
}

/* The only upstream leg of a client for which there are several by time. */
static struct entry *only_upstream(struct wl_legs *l, const struct entry *client,
                                   const struct choice *ups)
{
    struct entry *left = NULL;

    for (uint32_t i = 0; i < ups->n[0]; i++) {
        struct entry *up = ups->found[0][i], *its = only_client(l, up);

        if (!its || !is_same(its, client))
            continue;
        if (left)
            return NULL;
        left = up;
    }
    return left;
}

/* What is left for e when all are left out that must be another's. */
static struct entry *left_over(struct wl_legs *l, const struct entry *e, enum role role,
                               const struct choice *choice)
{
    struct entry *client;

    if (role == ROLE_CLIENT)
        return only_upstream(l, e, choice);
    client = only_client(l, e);
    return client && !is_bespoken(l, client, e) ? client : NULL;
}

/* The other leg of e, if it is one of this role. NULL: there is none, or it is not certain. */
static struct entry *find(struct wl_legs *l, const struct entry *e, enum role role,
                          enum wl_confidence *ret)
{
    const struct entry *client, *up;
    struct choice choice, back;
    struct entry *other;
    bool by_id, alone;

    if (!look_around(l, e, role, &choice))
        return NULL;
    by_id = choice.n[1];
    if (choice.n[0] + choice.n[1] == 0)
        return NULL;
    other = choice.found[by_id][0];
    alone = choice.n[by_id] == 1 && look_around(l, other, opposite(role), &back) &&
            back.n[1] == by_id && (by_id || back.n[0] == 1);
    if (!alone)
        other = by_id ? NULL : left_over(l, e, role, &choice);
    if (!other || other->phase != PHASE_OVER)
        return NULL;
    client = role == ROLE_CLIENT ? e : other;
    up = role == ROLE_CLIENT ? other : e;
    (void)fits(client, up, true, ret);
    if (by_id)
        return other;
    /* on one machine there are no addresses that would say who can be whose */
    if (!alone && *ret != WL_LIKELY)
        return NULL;
    if (!alone || !is_answered_first(&client->leg, &up->leg, 0))
        *ret = WL_POSSIBLE;
    return may_be_others(l, client, up) ? NULL : other;
}

/* Could it be a leg of yet another pair: the one between two proxies? */
static bool is_wanted(struct wl_legs *l, const struct entry *e, enum role role)
{
    struct choice choice;

    l->n_looked = 0;
    return !look_around(l, e, role, &choice) || choice.n[0] || choice.n[1];
}

/* e, in hand, and other are the legs of one request: e in this role. */
static const struct wl_leg *join(struct wl_legs *l, struct entry *e, struct entry *other,
                                 enum role role, enum wl_confidence confidence)
{
    const struct entry *client = role == ROLE_CLIENT ? e : other;
    const struct entry *up = role == ROLE_CLIENT ? other : e;
    bool tunnel = other->of.tunnel == WL_TUNNEL_YES || e->of.tunnel == WL_TUNNEL_YES;

    l->found = other->leg;
    l->found.upstream = role == ROLE_CLIENT;
    l->found.tunnelled = may_be_tunnelled(&client->of, &up->of);
    l->found.confidence = l->found.tunnelled ? WL_POSSIBLE : confidence;
    e->taken[role] = other->taken[opposite(role)] = true;
    if (!is_wanted(l, other, role))
        take_out(l, (uint32_t)(other - l->entries));
    if (!is_wanted(l, e, opposite(role)))
        take_out(l, (uint32_t)(e - l->entries));
    /* RFC 9110 9.3.6: the proxy takes no part in it */
    return tunnel ? NULL : &l->found;
}

static void note(struct wl_legs *l, struct entry *e, const struct wl_exchange *ex)
{
    *e = (struct entry){.phase = ex->paired ? PHASE_OVER : PHASE_UNSURE};
    wl_begun_note(ex, l->seed, &e->of);
    if (ex->paired)
        wl_leg_describe(ex, &l->line, &e->leg);
    e->t_end = ex->paired ? e->leg.t_end : later_of(ex->t_end, ex->res.t_last);
    if (!close_open(l, ex)) {
        struct forgotten *f = forgotten_of(l, &e->of);

        f->n_open -= f->n_open > 0;
    }
}

const struct wl_leg *wl_legs_pair(struct wl_legs *l, const struct wl_exchange *ex)
{
    struct entry *e;

    note(l, &l->now, ex);
    e = remember(l, &l->now);
    l->n_looked = 0;
    for (enum role role = ROLE_CLIENT; e && role < N_ROLES; role++) {
        enum wl_confidence confidence = WL_POSSIBLE;
        struct entry *other = find(l, e, role, &confidence);

        if (other)
            return join(l, e, other, role, confidence);
    }
    return NULL;
}

void wl_legs_unsure(struct wl_legs *l, const struct wl_exchange *ex)
{
    struct obscure *o = &l->obscure[l->n_obscure % OBSCURE];

    if (ex->req.state >= WL_HEAD) {
        note(l, &l->now, ex);
        (void)remember(l, &l->now);
        return;
    }
    (void)close_open(l, ex);
    if (l->n_obscure >= OBSCURE)
        l->obscured_until = later_of(l->obscured_until, o->to);
    l->n_obscure++;
    *o = (struct obscure){
        .client = ex->conn.client,
        .server = ex->conn.server,
        .from = ex->req.state != WL_ABSENT ? ex->req.t_first : ex->res.t_first - PROMPT,
        .to = ex->res.state >= WL_HEAD ? ex->res.t_last : ex->t_end,
    };
}

const struct wl_leg *wl_legs_own(const struct wl_legs *l)
{
    return &l->now.leg;
}
