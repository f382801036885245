/* socks.c - the handshake of SOCKS 4, 4a and 5, after which the connection is another's.
 * SPDX-License-Identifier: MIT
 *
 * RFC 1928 (SOCKS 5), RFC 1929 (user and password), and the SOCKS 4 and 4A notes of Y.-D. Lee and
 * others. Client and server take turns; what comes out of turn waits. Other ways to authenticate
 * (GSS-API) wrap what follows: then there is nothing more to learn.
 */
#include "layer.h"

enum { LONGEST = 1 + 1 + 255 + 1 + 255 }; /* user and password */

enum step {
    METHODS,   /* client: 05 n method... */
    CHOICE,    /* server: 05 method */
    PASSWORD,  /* client: 01 n user n password */
    VERDICT,   /* server: 01 status */
    REQUEST,   /* client: 05 command 00 address port */
    REPLY,     /* server: 05 status 00 address port */
    REQUEST_4, /* client: 04 command port ip user 00 [host 00] */
    REPLY_4,   /* server: 00 status port ip */
};

struct socks {
    enum step step;
    uint8_t command;
    size_t n;
    uint8_t message[LONGEST];
};

enum { CONNECT = 1, BIND = 2, ASSOCIATE = 3, NO_METHOD = 0xff };

/* ------------------------------------------------------------------------------------- lengths */

/* Length of version, code, reserved, address, port (RFC 1928 4 and 6); 0 while not known, or
 * SIZE_MAX when it is none. */
static size_t address_length(const uint8_t *p, size_t n)
{
    if (n < 5)
        return 0;
    switch (p[3]) {
    case 1: return 4 + 4 + 2;
    case 3: return 4 + 1 + (size_t)p[4] + 2;
    case 4: return 4 + 16 + 2;
    default: return SIZE_MAX;
    }
}

/* Index one past the next NUL from from on; 0 when there is none yet. */
static size_t past_nul(const uint8_t *p, size_t n, size_t from)
{
    const uint8_t *hit = from < n ? memchr(p + from, 0, n - from) : NULL;

    return hit ? (size_t)(hit - p) + 1 : 0;
}

static size_t request_4_length(const uint8_t *p, size_t n)
{
    size_t end = n > 8 ? past_nul(p, n, 8) : 0;

    /* 4A: an impossible address 0.0.0.x says that a name follows */
    if (end && p[4] == 0 && p[5] == 0 && p[6] == 0 && p[7] != 0)
        end = past_nul(p, n, end);
    return end;
}

/* Length of the message of this step that begins with p; 0 while not known; SIZE_MAX: it is
 * none. */
static size_t message_length(enum step step, const uint8_t *p, size_t n)
{
    switch (step) {
    case METHODS: return n < 2 ? 0 : 2 + (size_t)p[1];
    case CHOICE:
    case VERDICT: return 2;
    case PASSWORD:
        if (n < 2 || n < 3 + (size_t)p[1])
            return 0;
        return 3 + (size_t)p[1] + p[2 + p[1]];
    case REQUEST:
    case REPLY: return p[0] == 5 ? address_length(p, n) : SIZE_MAX;
    case REQUEST_4: return request_4_length(p, n);
    case REPLY_4: return 8;
    }
    return SIZE_MAX;
}

static enum wl_dir speaker(enum step step)
{
    return step == METHODS || step == PASSWORD || step == REQUEST || step == REQUEST_4
               ? WL_TO_SERVER
               : WL_TO_CLIENT;
}

/* ---------------------------------------------------------------------------------------- steps */

/* Does the step for which a whole message is there: WL_FED goes on, SWITCH and DEAF end it. */
static enum wl_fed_kind conclude(struct socks *s)
{
    const uint8_t *p = s->message;

    switch (s->step) {
    case METHODS: s->step = CHOICE; return WL_FED;
    case CHOICE:
        s->step = p[1] == 2 ? PASSWORD : REQUEST;
        return p[1] == 0 || p[1] == 2 ? WL_FED : WL_FED_DEAF;
    case PASSWORD: s->step = VERDICT; return WL_FED;
    case VERDICT: s->step = REQUEST; return p[1] == 0 ? WL_FED : WL_FED_DEAF;
    case REQUEST:
        s->command = p[1];
        s->step = REPLY;
        return s->command == ASSOCIATE ? WL_FED_DEAF : WL_FED;
    case REPLY:
        if (p[1] != 0)
            return WL_FED_DEAF;
        break;
    case REQUEST_4:
        s->command = p[1];
        s->step = REPLY_4;
        return WL_FED;
    case REPLY_4:
        if (p[1] != 0x5a)
            return WL_FED_DEAF;
        break;
    }
    if (s->command == BIND) { /* a second reply says who has connected */
        s->command = CONNECT;
        return WL_FED;
    }
    return WL_FED_SWITCH;
}

/* What follows is for the one that the client has named. */
static struct wl_fed go_on_through(struct wl_layer *l, size_t used)
{
    wl_layer_tunnel(l);
    return (struct wl_fed){WL_FED_SWITCH, used, 0};
}

static struct wl_fed feed(struct wl_layer *l, enum wl_dir dir, struct wl_span bytes,
                          const struct wl_at *at, const struct wl_seen *seen)
{
    struct socks *s = l->state;

    (void)at;
    (void)seen;
    for (size_t used = 0; used < bytes.n;) {
        size_t length;
        enum wl_fed_kind kind;

        if (s->n == 0 && (s->step == METHODS || s->step == REQUEST_4) && bytes.p[used] == 4)
            s->step = REQUEST_4;
        if (dir != speaker(s->step))
            return (struct wl_fed){WL_FED_WAIT, used, 0};
        s->message[s->n++] = bytes.p[used++];
        length = message_length(s->step, s->message, s->n);
        if (length > LONGEST || (s->n == LONGEST && s->n != length))
            return (struct wl_fed){WL_FED_DEAF, used, 0};
        if (s->n != length)
            continue;
        s->n = 0;
        kind = conclude(s);
        if (kind == WL_FED_SWITCH)
            return go_on_through(l, used);
        if (kind != WL_FED)
            return (struct wl_fed){kind, used, 0};
    }
    return (struct wl_fed){WL_FED, bytes.n, 0};
}

static struct wl_fed gap(struct wl_layer *l, enum wl_dir dir, uint64_t lost, struct wl_at at,
                         enum wl_gap_why why, const struct wl_seen *seen)
{
    (void)dir;
    (void)lost;
    (void)at;
    (void)seen;
    /* the other side will not take its turn: what was said before it did is nobody's, and how much
     * of that came in one packet means nothing */
    if (why == WL_GAP_LIMIT || why == WL_GAP_SILENT)
        return (struct wl_fed){WL_FED_DEAF, 0, 0};
    /* how far the handshake went is not known: what follows is tried */
    return go_on_through(l, 0);
}

static void close_socks(struct wl_layer *l, wl_ns now)
{
    (void)l;
    (void)now;
}

/* ------------------------------------------------------------------------------------ sniffing */

static enum wl_claim sniff_5(struct wl_span client, struct wl_span server)
{
    struct wl_span methods;

    if (client.n >= 2 && client.p[1] == 0)
        return WL_CLAIM_NO;
    if (client.n < 2 || client.n < 2 + (size_t)client.p[1])
        return server.n ? WL_CLAIM_NO : WL_CLAIM_MORE;
    if (server.n == 0)
        return WL_CLAIM_MORE;
    if (server.p[0] != 5)
        return WL_CLAIM_NO;
    if (server.n < 2)
        return WL_CLAIM_MORE;
    methods = wl_span_sub(client, 2, client.p[1]);
    return server.p[1] == NO_METHOD || wl_span_find(methods, server.p[1]) < methods.n ? WL_CLAIM_YES
                                                                                      : WL_CLAIM_NO;
}

static enum wl_claim sniff_4(struct wl_span client, struct wl_span server)
{
    size_t length = request_4_length(client.p, client.n);

    if ((client.n >= 2 && client.p[1] != CONNECT && client.p[1] != BIND) || client.n / 2 > LONGEST)
        return WL_CLAIM_NO;
    if (length == 0 || length > LONGEST)
        return server.n || length ? WL_CLAIM_NO : WL_CLAIM_MORE;
    if (server.n && server.p[0] != 0)
        return WL_CLAIM_NO;
    if (server.n < 2)
        return WL_CLAIM_MORE;
    return server.p[1] >= 0x5a && server.p[1] <= 0x5d ? WL_CLAIM_YES : WL_CLAIM_NO;
}

/* Only the server's answer makes it SOCKS: a garbage request may begin with any octet. */
static enum wl_claim sniff(const struct wl_span first[2], const struct wl_hint *hint)
{
    struct wl_span client = first[WL_TO_SERVER];

    if (hint->midstream || client.n == 0)
        return WL_CLAIM_NO;
    if (client.p[0] == 5)
        return sniff_5(client, first[WL_TO_CLIENT]);
    return client.p[0] == 4 ? sniff_4(client, first[WL_TO_CLIENT]) : WL_CLAIM_NO;
}

extern const struct wl_layer_ops wl_layer_socks;
const struct wl_layer_ops wl_layer_socks = {
    .name = "socks",
    .proto = WL_PROTO_UNKNOWN,
    .firsts = {WL_FIRST(4) | WL_FIRST(5), 0},
    .sniff = sniff,
    .state_octets = sizeof(struct socks),
    .feed = feed,
    .gap = gap,
    .close = close_socks,
};
