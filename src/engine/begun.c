/* begun.c - a request whose head is complete: as much as tells which leg of a proxy it may be.
 * SPDX-License-Identifier: MIT
 *
 * Made on the thread of the shard when the head is complete, so that behind the merge all requests
 * are known that are under way (legs.c), and again when the exchange is over.
 */
#include "begun.h"

#include "field.h"
#include "grammar.h"
#include "table.h"

#include <arpa/inet.h>

static uint64_t hash_of(struct wl_span s, uint64_t seed)
{
    return s.n ? wl_hash(s.p, s.n, seed) | 1 : 0;
}

/* version "-" trace-id "-" parent-id "-" flags (Trace Context 3.2.2): the second part stays. */
static struct wl_span trace_id(struct wl_span value)
{
    enum { AT = 3, LENGTH = 32 };

    return value.n > AT + LENGTH && value.p[AT + LENGTH] == '-' ? wl_span_sub(value, AT, LENGTH)
                                                                : wl_span(NULL, 0);
}

static uint64_t hash_address(const struct wl_endpoint *e, uint64_t seed)
{
    char text[INET6_ADDRSTRLEN];

    if (!inet_ntop(e->family == 6 ? AF_INET6 : AF_INET, e->ip, text, sizeof(text)))
        return 0;
    return hash_of(wl_span_text(text), seed);
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

struct wl_span wl_begun_path(struct wl_span target, bool *ret_absolute)
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

/* Is the exchange of a client with the server itself, through a tunnel, or does it open one? */
static enum wl_tunnel tunnel_of(const struct wl_exchange *ex)
{
    if (ex->req.method_id == WL_METHOD_CONNECT && ex->state == WL_EXCHANGE_TUNNEL)
        return WL_TUNNEL_YES;
    return (enum wl_tunnel)ex->conn.tunnel;
}

static void note_target(const struct wl_message *req, uint64_t seed, struct wl_begun *ret)
{
    struct wl_span path = wl_begun_path(req->target, &ret->absolute);
    const uint64_t method = (uint64_t)req->method_id;
    struct wl_span end;
    size_t from;

    ret->n_target = (uint32_t)wl_min_size(path.n, WL_BEGUN_TARGET);
    if (ret->n_target)
        memcpy(ret->target, path.p + path.n - ret->n_target, ret->n_target);
    from = ret->n_target;
    while (from && ret->target[from - 1] != '/')
        from--;
    end = wl_span(ret->target + from, ret->n_target - from);
    ret->key = wl_hash(end.p, end.n, seed + method) | 1;
    ret->group = (uint32_t)wl_hash(end.p, end.n, method);
}

void wl_begun_note(const struct wl_exchange *ex, uint64_t seed, struct wl_begun *ret)
{
    const struct wl_message *req = &ex->req;

    *ret = (struct wl_begun){
        .id = ex->conn.id,
        .ordinal = ex->ordinal,
        .method = req->method_id,
        .tunnel = tunnel_of(ex),
        .request_id = hash_of(wl_field_value(req, WL_FIELD_X_REQUEST_ID), seed),
        .trace_id = hash_of(trace_id(wl_field_value(req, WL_FIELD_TRACEPARENT)), seed),
        .sender = hash_address(&ex->conn.client, seed),
        .forwarded_for = hash_of(last_member(req, WL_FIELD_X_FORWARDED_FOR), seed),
        .agent = hash_of(wl_field_value(req, WL_FIELD_USER_AGENT), seed),
        .client = ex->conn.client,
        .server = ex->conn.server,
        .t_request = req->t_first,
        .t_head = req->t_head,
        .via = wl_message_field(req, WL_FIELD_VIA) != NULL,
    };
    note_target(req, seed, ret);
}
