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
 * of the proxy in the request a pair is no more than possible. Where two could be it, none is: what
 * is not known is never held against anybody.
 *
 * What is compared is found by the end of the target, so that a busy capture is not looked through.
 */
#include "legs.h"

#include "diag.h"
#include "facts.h"
#include "grammar.h"
#include "line.h"
#include "table.h"
#include "text.h"

#include <arpa/inet.h>

enum {
    ENTRIES_FIRST = 64,
    TARGET_OCTETS = 128, /* the end of a target; longer ones differ where it matters */
    MAX_LOOKED_AT = 64,  /* with more of the same target at once nothing is certain */
    MAX_HOPS = 16,       /* members of Via that are compared */
    LINE_MEMORY = 64 << 10,
};

#define NOBODY UINT32_MAX

/* Without an id: how long a proxy may take to forward. */
#define PROMPT WL_SECOND

struct entry {
    struct wl_leg leg;
    uint64_t key, request_id, trace_id; /* hashes; 0: none */
    uint64_t sender, forwarded_for;     /* of the address of the client, and of the one it names */
    uint64_t agent;                     /* of User-Agent */
    enum wl_method method;
    uint32_t n_target;
    uint8_t target[TARGET_OCTETS];
    uint32_t older, newer; /* of the same key; NOBODY: none */
    bool listed;           /* it is looked at: it has not found its other leg */
    enum wl_tunnel tunnel;
};

struct wl_legs {
    struct wl_budget *budget;
    struct wl_table table; /* of the newest entry of each key: a thousand may have the same */
    struct entry *entries;
    uint32_t n, size, max, oldest;
    uint64_t seed, n_forgotten;
    struct entry now; /* of the exchange in hand */
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
    l->seed = wl_seed();
    wl_text_init(&l->line, budget, LINE_MEMORY);
    if (wl_table_init(&l->table, budget, l->max) < 0) {
        wl_text_release(&l->line);
        wl_free(budget, l, sizeof(*l));
        return NULL;
    }
    return l;
}

void wl_legs_free(struct wl_legs *l)
{
    if (!l)
        return;
    wl_table_release(&l->table);
    wl_text_release(&l->line);
    wl_free(l->budget, l->entries, l->size * sizeof(*l->entries));
    wl_free(l->budget, l, sizeof(*l));
}

uint64_t wl_legs_forgotten(const struct wl_legs *l)
{
    return l->n_forgotten;
}

/* ----------------------------------------------------------------------- what remains of a leg */

static uint64_t hash_of(const struct wl_legs *l, struct wl_span s)
{
    return s.n ? wl_hash(s.p, s.n, l->seed) | 1 : 0;
}

static struct wl_span value_of(const struct wl_message *m, enum wl_field_id id)
{
    const struct wl_field *f = wl_message_field(m, id);

    return f ? f->value : wl_span(NULL, 0);
}

/* version "-" trace-id "-" parent-id "-" flags (Trace Context 3.2.2): the second part stays. */
static struct wl_span trace_id(struct wl_span value)
{
    enum { AT = 3, LENGTH = 32 };

    return value.n > AT + LENGTH && value.p[AT + LENGTH] == '-' ? wl_span_sub(value, AT, LENGTH)
                                                                : wl_span(NULL, 0);
}

static uint64_t hash_address(const struct wl_legs *l, const struct wl_endpoint *e)
{
    char text[INET6_ADDRSTRLEN];

    if (!inet_ntop(e->family == 6 ? AF_INET6 : AF_INET, e->ip, text, sizeof(text)))
        return 0;
    return hash_of(l, wl_span_text(text));
}

/* The last member over all lines: what the proxy itself has added. */
static struct wl_span last_member(const struct wl_message *m, enum wl_field_id id)
{
    const struct wl_field *f = wl_message_field(m, id);
    struct wl_span last = wl_span(NULL, 0), member;

    for (; f; f = wl_message_next_field(m, f)) {
        struct wl_cursor c = wl_cursor(f->value);

        while ((member = wl_grammar_member(&c)).n)
            last = member;
    }
    return last;
}

/* received-protocol RWS received-by (RFC 9110 7.6.3) */
static struct wl_span received_by(struct wl_span member)
{
    struct wl_span rest = wl_span_trim(wl_span_after(member, wl_span_find(member, ' ')));

    return wl_span_sub(rest, 0, wl_span_find(rest, ' '));
}

/* RFC 9110 7.6.3: a host, or a pseudonym, which all proxies of one kind may have: "1.1 varnish". */
static bool is_pseudonym(struct wl_span received_by)
{
    return wl_span_find(received_by, '.') == received_by.n &&
           wl_span_find(received_by, ':') == received_by.n;
}

static void look_for_loop(const struct wl_message *m, struct wl_leg *ret)
{
    const struct wl_field *f = wl_message_field(m, WL_FIELD_VIA);
    struct wl_span hops[MAX_HOPS], member;
    uint32_t n = 0;

    for (; f; f = wl_message_next_field(m, f)) {
        struct wl_cursor c = wl_cursor(f->value);

        while (n < MAX_HOPS && (member = wl_grammar_member(&c)).n) {
            hops[n] = received_by(member);
            for (uint32_t i = 0; i < n && hops[n].n; i++) {
                if (!wl_span_equal_nocase(hops[i], hops[n]))
                    continue;
                *(is_pseudonym(hops[n]) ? &ret->via_pseudonym_again : &ret->via_again) = true;
            }
            n++;
        }
    }
}

/* Path and query: without scheme and authority where they stand (RFC 9112 3.2.2). */
static struct wl_span path_of(struct wl_span target, bool *ret_absolute)
{
    struct wl_uri uri;

    *ret_absolute = false;
    if (target.n == 0 || target.p[0] == '/')
        return target;
    if (wl_grammar_uri(target, &uri) == WL_URI_FINE && uri.scheme.n && uri.authority.n) {
        *ret_absolute = true;
        return uri.path.n ? wl_span(uri.path.p, (size_t)(target.p + target.n - uri.path.p))
                          : WL_SPAN("/");
    }
    return target;
}

/* Could everybody read what was answered? A switch that goes on with a final response is none,
 * transfer codings besides chunked are known to few (RFC 9112 7.2), and codes outside 100 to 599
 * are invalid, for the recipient to take as 5xx (RFC 9110 15). */
static bool is_plain(const struct wl_exchange *ex)
{
    const struct wl_message *res = &ex->res;

    for (uint32_t i = 0; i < ex->n_interim; i++) {
        if (ex->interim[i].n_marks || ex->interim[i].status == 101)
            return false;
    }
    return res->state == WL_WHOLE && res->n_marks == 0 && res->status < 600 &&
           res->status / 100 > 1 && wl_grammar_list_count(res, WL_FIELD_TRANSFER_ENCODING) <= 1 &&
           (res->framing == WL_FRAMING_CHUNKED ||
            !wl_message_field(res, WL_FIELD_TRANSFER_ENCODING));
}

static void note_statuses(struct wl_leg *leg, const struct wl_exchange *ex)
{
    uint32_t n = wl_exchange_n_interim(ex);
    bool ended;

    leg->n_interim = (uint16_t)wl_min_u64(n, UINT16_MAX);
    for (uint32_t i = 0; i < WL_LEG_STATUSES && i < ex->n_interim + ex->n_interim_more; i++)
        leg->interim[i] = wl_exchange_interim_status(ex, i);
    /* it is missed where the server itself ends the connection, or could go on and does not */
    ended = (ex->end == WL_END_CLOSED || ex->end == WL_END_RESET) && !ex->rst_suspect &&
            !ex->end_unseen && (ex->end_by == WL_TO_CLIENT || wl_facts_half_closed(ex, 0));
    leg->excused = ex->req.major == 0 || wl_facts_interim(ex, 101, NULL) || !ended;
    if (ex->res.state == WL_ABSENT || ex->res.status == 0)
        return;
    leg->status = ex->res.status;
    leg->t_response = ex->res.t_first;
    leg->res_frame = ex->res.at.frame;
    leg->whole = is_plain(ex);
    /* where the head breaks off it may have stood */
    leg->res_via = ex->res.state < WL_HEAD || wl_message_field(&ex->res, WL_FIELD_VIA) != NULL;
}

void wl_leg_describe(const struct wl_exchange *ex, struct wl_text *line, struct wl_leg *ret)
{
    const struct wl_message *req = &ex->req;
    struct wl_span text;

    *ret = (struct wl_leg){
        .conn = ex->conn.number,
        .ordinal = ex->ordinal,
        .client = ex->conn.client,
        .server = ex->conn.server,
        .t_request = req->t_first,
        .t_head = req->t_head,
        .t_end = ex->res.state >= WL_HEAD ? ex->res.t_last : ex->t_end,
        .req_frame = req->at.frame,
        .http10 = wl_facts_http10(req),
        .expects = wl_grammar_expects_continue(req),
        .via = wl_message_field(req, WL_FIELD_VIA) != NULL,
    };
    look_for_loop(req, ret);
    note_statuses(ret, ex);
    (void)path_of(req->target, &ret->absolute);
    wl_text_reset(line);
    wl_line_exchange(line, ex, WL_LEG_TEXT - 1);
    text = wl_text_span(line);
    if (text.n) /* memory was refused: no line */
        memcpy(ret->line, text.p, wl_min_size(text.n, WL_LEG_TEXT - 1));
}

/* Is the exchange of a client with the server itself, through a tunnel, or does it open one? */
static enum wl_tunnel tunnel_of(const struct wl_exchange *ex)
{
    if (ex->req.method_id == WL_METHOD_CONNECT && ex->state == WL_EXCHANGE_TUNNEL)
        return WL_TUNNEL_YES;
    return (enum wl_tunnel)ex->conn.tunnel;
}

static void note(struct wl_legs *l, struct entry *e, const struct wl_exchange *ex)
{
    const struct wl_message *req = &ex->req;
    struct wl_span path;
    bool absolute;
    size_t from;

    memset(e, 0, sizeof(*e));
    wl_leg_describe(ex, &l->line, &e->leg);
    path = path_of(req->target, &absolute);
    e->method = req->method_id;
    e->tunnel = tunnel_of(ex);
    e->request_id = hash_of(l, value_of(req, WL_FIELD_X_REQUEST_ID));
    e->trace_id = hash_of(l, trace_id(value_of(req, WL_FIELD_TRACEPARENT)));
    e->agent = hash_of(l, value_of(req, WL_FIELD_USER_AGENT));
    e->sender = hash_address(l, &ex->conn.client);
    e->forwarded_for = hash_of(l, last_member(req, WL_FIELD_X_FORWARDED_FOR));
    e->n_target = (uint32_t)wl_min_size(path.n, TARGET_OCTETS);
    if (e->n_target)
        memcpy(e->target, path.p + path.n - e->n_target, e->n_target);
    from = e->n_target;
    while (from && e->target[from - 1] != '/')
        from--;
    e->key = wl_hash(e->target + from, e->n_target - from, l->seed + (uint64_t)e->method) | 1;
}

/* ------------------------------------------------------------------------------------- pairing */

static bool ends_with(const struct entry *a, const struct entry *b)
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

static bool same_address(const struct wl_endpoint *a, const struct wl_endpoint *b)
{
    return a->family == b->family && memcmp(a->ip, b->ip, sizeof(a->ip)) == 0;
}

/* Is the one's answer that of the other, or that of a proxy which has none? */
static bool answers_agree(const struct wl_leg *client, const struct wl_leg *up)
{
    return client->status == up->status || client->status == 0 || up->status == 0 ||
           client->status >= 500;
}

/* Has a proxy written into the request? */
static bool shows_proxy(const struct entry *up)
{
    return up->forwarded_for || up->leg.via;
}

/* Without an id: the address of the proxy, if it is another than the client's, or what it
 * wrote into the request. */
static enum wl_confidence confidence_of(const struct entry *client, const struct entry *up)
{
    bool alone = same_address(&client->leg.client, &client->leg.server);

    return alone && !shows_proxy(up) ? WL_POSSIBLE : WL_LIKELY;
}

/* An id says that it is the same request, not that the proxy took it into its hands. */
static bool may_be_tunnelled(const struct entry *client, const struct entry *up)
{
    return client->tunnel == WL_TUNNEL_MAYBE && !client->leg.absolute && !shows_proxy(up);
}

/* Can up be what a proxy made of client? */
static bool fits(const struct entry *client, const struct entry *up, enum wl_confidence *ret)
{
    const struct wl_leg *c = &client->leg, *u = &up->leg;
    int request = compare_ids(client->request_id, up->request_id);
    int trace = compare_ids(client->trace_id, up->trace_id);
    wl_ns until = c->t_response ? c->t_response : c->t_end;

    *ret = (request > 0 || trace > 0) && request >= 0 && trace >= 0 ? WL_CERTAIN
                                                                    : confidence_of(client, up);
    if (client->method != up->method || c->conn == u->conn || request < 0 || trace < 0)
        return false;
    if (same_address(&c->server, &u->server) && c->server.port == u->server.port)
        return false;
    if (u->t_request < c->t_request || u->t_request > until)
        return false;
    if (up->forwarded_for && up->forwarded_for != client->sender)
        return false;
    if (*ret == WL_CERTAIN)
        return true;
    if (compare_ids(client->agent, up->agent) < 0)
        return false;
    return answers_agree(c, u) && same_address(&c->server, &u->client) &&
           u->t_request - c->t_head <= PROMPT && (ends_with(client, up) || ends_with(up, client));
}

/* The newest entry of a key, or NOBODY. */
static uint32_t newest(const struct wl_legs *l, uint64_t key)
{
    size_t probe = 0;
    uint32_t i;

    while ((i = wl_table_find(&l->table, key, &probe)) != NOBODY && l->entries[i].key != key)
        continue;
    return i;
}

/* The one entry that fits, or NULL. */
static struct entry *find(struct wl_legs *l, const struct entry *e)
{
    struct entry *found[2] = {NULL, NULL};
    uint32_t n[2] = {0, 0}, looked = 0;

    for (uint32_t i = newest(l, e->key); i != NOBODY; i = l->entries[i].older) {
        struct entry *other = &l->entries[i];
        enum wl_confidence confidence = WL_POSSIBLE;
        bool upstream, certain;

        if (++looked > MAX_LOOKED_AT)
            return NULL;
        upstream = fits(e, other, &confidence);
        if (!upstream && !fits(other, e, &confidence))
            continue;
        certain = confidence == WL_CERTAIN;
        other->leg.upstream = upstream;
        other->leg.confidence = confidence;
        other->leg.tunnelled = upstream ? may_be_tunnelled(e, other) : may_be_tunnelled(other, e);
        if (other->leg.tunnelled)
            other->leg.confidence = WL_POSSIBLE;
        found[certain] = other;
        n[certain]++;
    }
    if (n[1])
        return n[1] == 1 ? found[1] : NULL;
    return n[0] == 1 ? found[0] : NULL;
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

/* Entry i is looked at no more. */
static void take_out(struct wl_legs *l, uint32_t i)
{
    struct entry *e = &l->entries[i];

    if (!e->listed)
        return;
    e->listed = false;
    if (e->older != NOBODY)
        l->entries[e->older].newer = e->newer;
    if (e->newer != NOBODY) {
        l->entries[e->newer].older = e->older;
        return;
    }
    (void)wl_table_remove(&l->table, e->key, i);
    if (e->older != NOBODY) {
        int status = wl_table_add(&l->table, e->key, e->older);

        WL_ASSERT(status == 0); /* there is room where one was removed */
        (void)status;
    }
}

/* Entry i is the newest of its key; false when memory is refused. */
static bool put_in(struct wl_legs *l, uint32_t i)
{
    struct entry *e = &l->entries[i];

    e->older = newest(l, e->key);
    e->newer = NOBODY;
    if (e->older != NOBODY)
        (void)wl_table_remove(&l->table, e->key, e->older);
    e->listed = wl_table_add(&l->table, e->key, i) == 0;
    if (e->listed && e->older != NOBODY)
        l->entries[e->older].newer = i;
    return e->listed;
}

/* In a ring: a full one, or one that cannot grow, forgets the oldest. */
static void remember(struct wl_legs *l, const struct entry *e)
{
    uint32_t i = l->n;

    if (l->oldest || !grow(l)) {
        if (l->n == 0) {
            l->n_forgotten++;
            return;
        }
        i = l->oldest;
        l->oldest = (i + 1) % l->n;
        l->n_forgotten += l->entries[i].listed;
        take_out(l, i);
    }
    l->entries[i] = *e;
    if (!put_in(l, i))
        l->n_forgotten++; /* nobody finds it; its place is taken again in its turn */
    l->n += i == l->n;
}

const struct wl_leg *wl_legs_pair(struct wl_legs *l, const struct wl_exchange *ex)
{
    struct entry *other;

    note(l, &l->now, ex);
    other = find(l, &l->now);
    if (!other) {
        remember(l, &l->now);
        return NULL;
    }
    take_out(l, (uint32_t)(other - l->entries));
    /* RFC 9110 9.3.6: the proxy takes no part in it */
    if (other->tunnel == WL_TUNNEL_YES || l->now.tunnel == WL_TUNNEL_YES)
        return NULL;
    l->found = other->leg;
    return &l->found;
}

const struct wl_leg *wl_legs_own(const struct wl_legs *l)
{
    return &l->now.leg;
}
