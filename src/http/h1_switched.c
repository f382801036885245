/* h1_switched.c - the first octets behind a 101 or a 2xx to CONNECT: are they what was announced?
 * SPDX-License-Identifier: MIT
 *
 * HTTP ends there, and another layer takes over, which sniffs what it is given. Before that it is
 * seen here whether the sender goes on with HTTP/1 all the same, begins no TLS where TLS was
 * announced, or spoke before it could know of the switch.
 */
#include "h1_side.h"

enum { MAX_LOOKED_AT = 8192 }; /* octets that may begin a request line of HTTP/1 */

/* What the client sent for the new protocol before it could know that it would be spoken: before it
 * had acknowledged the answer, which begins at offset. A request that it pipelined is none of that;
 * its method begins with a letter. */
void wl_h1_mark_optimistic(struct wl_h1_in *in, struct wl_work *w, uint64_t offset)
{
    uint8_t first = in->bytes.p[0];

    if (!w || in->seen->acked == WL_NONE || in->seen->acked > offset ||
        (first >= 'A' && first <= 'Z'))
        return;
    wl_build_mark(&in->h->build, w, &w->ex.req, WL_MARK_OPTIMISTIC, in->at, first, in->bytes);
}

/* What stands at s->first is not what the 101 announced: nothing more can be learned. HTTP/1 goes
 * on (RFC 9110 15.2.2), or no TLS begins. */
static void mark_after_switch(struct wl_h1_in *in, enum wl_mark_id id)
{
    struct wl_h1_live *live = in->h->live;
    struct wl_work *w = live->switched;
    enum wl_proto now = id == WL_MARK_HTTP_AFTER_SWITCHING ? WL_H11 : WL_PROTO_OTHER;
    struct wl_mark mark = {.id = id,
                           .count = 1,
                           .at = in->s->first,
                           .ordinal = live->switch_ordinal,
                           .status = 101,
                           .certain = !in->h->build.doubt};

    if (w && w->ex.n_interim) {
        wl_build_mark(&in->h->build, w, &w->ex.interim[w->ex.n_interim - 1], mark.id, mark.at, 0,
                      wl_span(NULL, 0));
        wl_build_switched(&in->h->build, w, now, in->seen->t);
    } else {
        wl_layer_mark(wl_h1_layer(in->h), &mark);
    }
    in->h->deaf = true;
    in->kind = WL_FED_DEAF;
}

static void switch_now(struct wl_h1_in *in, enum wl_proto to)
{
    struct wl_h1_live *live = in->h->live;

    wl_build_switched(&in->h->build, live->switched, to, in->seen->t);
    in->h->deaf = true;
    in->kind = WL_FED_SWITCH;
}

/* How much the first octets after a 101 look like HTTP/1. */
static enum wl_claim like_http(struct wl_h1_in *in, struct wl_span s)
{
    size_t n = wl_min_size(s.n, sizeof("HTTP/1.") - 1);

    if (in->at.dir == WL_TO_CLIENT) {
        if (memcmp(s.p, "HTTP/1.", n) != 0)
            return WL_CLAIM_NO;
        return n == sizeof("HTTP/1.") - 1 ? WL_CLAIM_YES : WL_CLAIM_MORE;
    }
    /* "PRI * HTTP/2.0", the preface of HTTP/2 (RFC 9113 3.4); no request is told from its first
     * letter on, lest the preface lose it */
    if (in->h->live->switched_to == WL_H2 && s.p[0] == 'P')
        return WL_CLAIM_NO;
    return wl_h1_request_like(s);
}

/* The client acknowledged the 101 before it sent this. */
static bool knows_switch(const struct wl_h1_in *in)
{
    return in->seen->acked != WL_NONE && in->seen->acked > in->h->live->switch_offset;
}

/* RFC 2817 3.3: the client goes on with a TLS handshake, in a record of type 22. False: what it
 * says may be one. */
static bool is_no_handshake(struct wl_h1_in *in)
{
    enum { HANDSHAKE = 0x16, ENOUGH = 3 }; /* octets (catalogue, tls-upgrade-no-handshake) */
    struct wl_h1_side *s = in->s;

    if (s->gather.buf.n == 0) {
        if (in->bytes.p[0] == HANDSHAKE)
            return false;
        s->first = in->at;
    }
    if (!wl_h1_gather(in, ENOUGH, ENOUGH)) {
        switch_now(in, in->h->live->switched_to);
    } else if (s->gather.buf.n == ENOUGH) {
        mark_after_switch(in, WL_MARK_NO_TLS);
    }
    return true;
}

/* A layer follows it from its first octet on. */
static bool has_layer(enum wl_proto to)
{
    return to == WL_PROTO_WEBSOCKET || to == WL_H2;
}

/* Octets were looked at that such a layer would have had to see, and they cannot be its own. */
static void switch_to_other(struct wl_h1_in *in)
{
    wl_layer_expect(wl_h1_layer(in->h), WL_PROTO_OTHER);
    switch_now(in, WL_PROTO_OTHER);
}

/* Only what cannot be the first octet of such a layer is looked at here. */
static bool is_followed(const struct wl_h1_in *in)
{
    enum wl_proto to = in->h->live->switched_to;
    uint8_t first = in->bytes.p[0];

    if (in->s->gather.buf.n || !has_layer(to))
        return false;
    if (in->at.dir == WL_TO_CLIENT)
        return first != 'H';
    /* 'A' and 'B' may begin a compressed message (RFC 7692 6), 'P' the preface of HTTP/2 */
    return first < 'C' || first > 'Z' || (to == WL_H2 && first == 'P');
}

/* The switch overtook a request, and the server's octets wait for the end of that. They are older
 * than what the client says behind it: they go first, as if its packet had ended there. */
static bool is_overtaken(struct wl_h1_in *in)
{
    struct wl_h1_live *live = in->h->live;
    const struct wl_h1_side *client = &live->side[WL_TO_SERVER];
    bool waits = live->server_waits;

    if (in->at.dir == WL_TO_CLIENT) {
        live->server_waits = client->phase != WL_H1_SWITCHED && client->work;
        return live->server_waits;
    }
    live->server_waits = false;
    return waits && in->used;
}

void wl_h1_feed_switched(struct wl_h1_in *in)
{
    struct wl_h1_side *s = in->s;
    struct wl_h1_live *live = in->h->live;
    enum wl_dir dir = in->at.dir;

    if (!live->by_connect && is_overtaken(in)) {
        in->kind = WL_FED_WAIT;
        return;
    }
    if (dir == WL_TO_SERVER && s->gather.buf.n == 0 && !live->client_waits)
        wl_h1_mark_optimistic(in, live->switched, live->switch_offset);
    if (live->by_connect) {
        wl_layer_tunnel(wl_h1_layer(in->h));
        /* TLS begins with a handshake record (RFC 8446 5.1) */
        switch_now(in, in->bytes.p[0] == 0x16 ? WL_PROTO_TLS : WL_PROTO_UNKNOWN);
        return;
    }
    if (live->switched_to == WL_PROTO_UNKNOWN || (dir == WL_TO_SERVER && !knows_switch(in)) ||
        is_followed(in)) {
        switch_now(in, live->switched_to);
        return;
    }
    if (live->switched_to == WL_PROTO_TLS && dir == WL_TO_SERVER && is_no_handshake(in))
        return;
    if (s->gather.buf.n == 0) {
        s->first = in->at;
    } else if (!wl_h1_gather(in, 1, MAX_LOOKED_AT)) {
        switch_now(in, live->switched_to);
        return;
    }
    switch (like_http(in, s->gather.buf.n ? wl_buf_span(&s->gather.buf) : in->bytes)) {
    case WL_CLAIM_YES: mark_after_switch(in, WL_MARK_HTTP_AFTER_SWITCHING); break;
    case WL_CLAIM_MORE:
        if (s->gather.buf.n >= MAX_LOOKED_AT ||
            (s->gather.buf.n == 0 && !wl_h1_gather(in, in->bytes.n, MAX_LOOKED_AT)))
            switch_to_other(in);
        break;
    case WL_CLAIM_NO:
    case WL_CLAIM_TURNED:
        if (has_layer(live->switched_to)) {
            switch_to_other(in);
        } else if (dir == WL_TO_SERVER &&
                   (!live->client_waits || live->side[WL_TO_CLIENT].gather.buf.n)) {
            /* the server's first octets are worth a look, too, until they are enough to tell */
            live->client_waits = true;
            in->kind = WL_FED_WAIT;
        } else {
            switch_now(in, live->switched_to);
        }
        break;
    }
}
