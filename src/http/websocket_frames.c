/* websocket_frames.c - the frames of WebSocket behind a handshake: heads only, payloads pass by.
 * SPDX-License-Identifier: MIT
 *
 * RFC 6455 5. After a 101 each direction is a run of frames, and the first octet of the first one
 * is known: so each frame can be found as long as nothing is lost. What breaks the rules becomes a
 * mark on the connection, with the number of the exchange that switched. Nothing is stored of a
 * payload; of Close its first two octets are looked at. After a hole, and where it is clear that
 * the octets are no frames, a direction is not listened to any more.
 */
#include "grammar.h"
#include "layer.h"

enum opcode {
    CONTINUATION = 0,
    TEXT = 1,
    BINARY = 2,
    CLOSE = 8, /* the first of the control frames */
    PONG = 10,
};

enum {
    FIN = 0x80, /* of the first octet */
    RESERVED = 0x70,
    OPCODE = 0x0f,
    MASKED = 0x80, /* of the second */
    LENGTH = 0x7f,
    LENGTH_16 = 126, /* two octets of length follow */
    LENGTH_64 = 127, /* eight do */
    KEY_OCTETS = 4,
    HEAD_OCTETS = 2 + 8 + KEY_OCTETS,
    CONTROL_MOST = 125, /* octets of payload of a control frame (5.5) */
    CODE_OCTETS = 2,
};

enum phase {
    AT_FRAME, /* in a frame's head */
    AT_CODE,  /* in the status code of Close */
    AT_PAYLOAD,
    AT_REST, /* not listened to any more */
};

/** One direction. */
struct side {
    uint64_t left;   /* octets of payload that are still to come */
    struct wl_at at; /* the frame in hand */
    uint8_t head[HEAD_OCTETS], n_head;
    uint8_t code[CODE_OCTETS], n_code;
    uint8_t phase;
    bool begun;  /* a frame was seen */
    bool open;   /* a message has begun, whose last frame has not come */
    bool closed; /* Close was sent */
};

struct websocket {
    struct side side[2];
};

static enum wl_claim sniff(const struct wl_span first[2], const struct wl_hint *hint)
{
    if (hint->expected != WL_PROTO_WEBSOCKET)
        return WL_CLAIM_NO;
    return first[0].n || first[1].n ? WL_CLAIM_YES : WL_CLAIM_MORE;
}

static void mark(struct wl_layer *l, const struct side *s, enum wl_mark_id id, uint64_t value)
{
    const struct wl_terms *terms = wl_layer_terms(l);
    const struct wl_mark m = {
        .id = id,
        .count = 1,
        .at = s->at,
        .value = value,
        .ordinal = terms->ordinal,
        .status = 101,
        .certain = terms->certain,
    };

    wl_layer_mark(l, &m);
}

/* ----------------------------------------------------------------------------------- no frame */

/** Does the head's beginning go on in HTTP/1? MORE: it may. */
static enum wl_claim like_http(const struct side *s, enum wl_dir dir)
{
    struct wl_span head = wl_span(s->head, s->n_head), version = WL_SPAN("HTTP/1.");
    size_t space = wl_span_find(head, ' ');

    if (s->begun)
        return WL_CLAIM_NO;
    if (dir == WL_TO_CLIENT) {
        if (!wl_span_starts(version, wl_span_sub(head, 0, version.n)))
            return WL_CLAIM_NO;
        return head.n < version.n ? WL_CLAIM_MORE : WL_CLAIM_YES;
    }
    /* a method that is known, and its target; in a frame the second octet says that it is masked */
    for (size_t i = 0; i < space; i++) {
        if (!(head.p[i] >= 'A' && head.p[i] <= 'Z') && head.p[i] != '-')
            return WL_CLAIM_NO;
    }
    if (space == head.n)
        return head.n < HEAD_OCTETS ? WL_CLAIM_MORE : WL_CLAIM_NO;
    return wl_grammar_method(wl_span_sub(head, 0, space)) > WL_METHOD_OTHER ? WL_CLAIM_YES
                                                                            : WL_CLAIM_NO;
}

/* ---------------------------------------------------------------------------------- frame heads */

/** How many octets the head has, as far as its first two say; 2 before they are there. */
static size_t head_octets(const struct side *s)
{
    size_t n = 2;

    if (s->n_head < 2)
        return n;
    if ((s->head[1] & LENGTH) == LENGTH_16)
        n += 2;
    if ((s->head[1] & LENGTH) == LENGTH_64)
        n += 8;
    return n + (s->head[1] & MASKED ? KEY_OCTETS : 0);
}

/** The length of the payload; a length in more octets than it needs is marked (5.2). */
static uint64_t payload_octets(struct wl_layer *l, const struct side *s)
{
    struct wl_cursor c = wl_cursor(wl_span(s->head + 2, s->n_head - (size_t)2));
    uint64_t n = s->head[1] & LENGTH;

    if (n == LENGTH_16) {
        n = wl_be16(&c);
        if (n < LENGTH_16)
            mark(l, s, WL_MARK_WS_LENGTH, n);
    } else if (n == LENGTH_64) {
        n = (uint64_t)wl_be32(&c) << 32;
        n |= wl_be32(&c);
        if (n <= UINT16_MAX || n > INT64_MAX)
            mark(l, s, WL_MARK_WS_LENGTH, n);
    }
    return n;
}

/** RSV1 to RSV3 mean what an extension says (5.2); permessage-deflate has RSV1 on the first frame of
 * a message (RFC 7692 6). */
static uint8_t allowed_bits(const struct wl_terms *terms, uint8_t opcode)
{
    if (terms->free)
        return RESERVED;
    return opcode == TEXT || opcode == BINARY ? terms->reserved : 0;
}

static void judge_control(struct wl_layer *l, const struct side *s)
{
    if (!(s->head[0] & FIN))
        mark(l, s, WL_MARK_WS_CONTROL_FRAGMENTED, s->head[0] & OPCODE);
    if (s->left > CONTROL_MOST)
        mark(l, s, WL_MARK_WS_CONTROL_LONG, s->left);
}

/** A message is one data frame, and continuations until FIN (5.4). */
static void judge_data(struct wl_layer *l, struct side *s)
{
    uint8_t opcode = s->head[0] & OPCODE;

    if (s->closed)
        mark(l, s, WL_MARK_WS_AFTER_CLOSE, 0);
    if (opcode == CONTINUATION && !s->open)
        mark(l, s, WL_MARK_WS_CONTINUATION, 0);
    if (opcode != CONTINUATION && s->open)
        mark(l, s, WL_MARK_WS_UNFINISHED, 0);
    s->open = !(s->head[0] & FIN);
}

/** The head is complete: what is wrong with it, and how long the payload is. */
static void judge_frame(struct wl_layer *l, struct side *s, enum wl_dir dir)
{
    const struct wl_terms *terms = wl_layer_terms(l);
    uint8_t opcode = s->head[0] & OPCODE;
    bool masked = s->head[1] & MASKED,
         known = opcode <= BINARY || (opcode >= CLOSE && opcode <= PONG);

    if (masked != (dir == WL_TO_SERVER))
        mark(l, s, masked ? WL_MARK_WS_MASKED : WL_MARK_WS_UNMASKED, 0);
    if (s->head[0] & RESERVED & ~allowed_bits(terms, opcode))
        mark(l, s, WL_MARK_WS_RESERVED, (s->head[0] & RESERVED) >> 4);
    if (!known && !terms->free)
        mark(l, s, WL_MARK_WS_OPCODE, opcode);
    s->left = payload_octets(l, s);
    if (opcode >= CLOSE && !terms->free) {
        judge_control(l, s);
    } else if (known && !terms->free) {
        judge_data(l, s);
    }
    s->n_code = 0;
    s->begun = true;
    s->phase = AT_PAYLOAD;
    if (opcode == CLOSE) {
        s->closed = true;
        if (s->left == 1)
            mark(l, s, WL_MARK_WS_CLOSE_SHORT, 0);
        if (s->left >= CODE_OCTETS)
            s->phase = AT_CODE;
    }
    /* what is no frame, or one that nobody will live to see the end of, tells no next one */
    if ((!known && !terms->free) || s->left > INT64_MAX)
        s->phase = AT_REST;
}

/** Takes octets of a head until it is complete. */
static size_t take_head(struct wl_layer *l, struct side *s, struct wl_span bytes, struct wl_at at,
                        const struct wl_seen *seen)
{
    const struct wl_terms *terms = wl_layer_terms(l);
    size_t n = 0;

    while (n < bytes.n) {
        enum wl_claim http;

        if (s->n_head == 0)
            s->at = (struct wl_at){at.frame, at.offset + n, at.dir};
        if (s->n_head < HEAD_OCTETS)
            s->head[s->n_head++] = bytes.p[n++];
        http = like_http(s, at.dir);
        if (http == WL_CLAIM_YES) {
            /* before it had heard of the 101 the client may have pipelined a request */
            if (at.dir == WL_TO_CLIENT || (seen->acked != WL_NONE && seen->acked > terms->offset))
                mark(l, s, WL_MARK_HTTP_AFTER_SWITCHING, 0);
            s->phase = AT_REST;
            return n;
        }
        if (http == WL_CLAIM_MORE)
            continue;
        if (s->n_head > head_octets(s)) { /* octets that began like HTTP, and were none */
            judge_frame(l, s, at.dir);
            s->phase = AT_REST;
            return n;
        }
        if (s->n_head >= 2 && s->n_head == head_octets(s)) {
            judge_frame(l, s, at.dir);
            return n;
        }
    }
    return n;
}

/** Takes octets of the status code of Close. */
static size_t take_code(struct wl_layer *l, struct side *s, struct wl_span bytes)
{
    size_t n = 0;
    unsigned code;

    while (n < bytes.n && s->n_code < CODE_OCTETS)
        s->code[s->n_code++] = bytes.p[n++];
    s->left -= n;
    if (s->n_code < CODE_OCTETS)
        return n;
    if (s->head[1] & MASKED) {
        const uint8_t *key = s->head + s->n_head - KEY_OCTETS;

        s->code[0] ^= key[0];
        s->code[1] ^= key[1];
    }
    code = (unsigned)s->code[0] << 8 | s->code[1];
    /* 7.4.1: codes that mean that none was sent; 7.4.2: below 1000 there are none */
    if (code < 1000 || code == 1005 || code == 1006 || code == 1015)
        mark(l, s, WL_MARK_WS_CLOSE_CODE, code);
    s->phase = AT_PAYLOAD;
    return n;
}

/* ----------------------------------------------------------------------------------- the layer */

static struct wl_fed pass(const struct side *s, size_t used)
{
    struct wl_fed fed = {WL_FED, used, 0};

    if (s->phase == AT_REST) {
        fed.skip = UINT64_MAX;
    } else if (s->phase == AT_PAYLOAD) {
        fed.skip = s->left;
    }
    return fed;
}

static int open_websocket(struct wl_layer *l)
{
    struct websocket *ws = l->state;

    /* without a handshake of RFC 6455 there is nothing to hold against anybody */
    if (!wl_layer_terms(l)->agreed)
        ws->side[0].phase = ws->side[1].phase = AT_REST;
    return 0;
}

static struct wl_fed feed(struct wl_layer *l, enum wl_dir dir, struct wl_span bytes,
                          const struct wl_at *first, const struct wl_seen *seen)
{
    struct websocket *ws = l->state;
    struct side *s = &ws->side[dir];
    struct wl_at at = *first;
    size_t used = 0;

    while (used < bytes.n && s->phase != AT_REST) {
        struct wl_span rest = wl_span_after(bytes, used);
        size_t n = 0;

        if (s->phase == AT_FRAME) {
            n = take_head(l, s, rest, at, seen);
        } else if (s->phase == AT_CODE) {
            n = take_code(l, s, rest);
        } else {
            n = (size_t)wl_min_u64(s->left, rest.n);
            s->left -= n;
        }
        used += n;
        at.offset += n;
        if (s->phase == AT_PAYLOAD && s->left == 0) {
            s->phase = AT_FRAME;
            s->n_head = 0;
        }
    }
    if (ws->side[0].phase == AT_REST && ws->side[1].phase == AT_REST)
        return (struct wl_fed){WL_FED_DEAF, bytes.n, 0};
    return pass(s, bytes.n);
}

static struct wl_fed skipped(struct wl_layer *l, enum wl_dir dir, uint64_t n, struct wl_at at,
                             const struct wl_seen *seen)
{
    struct websocket *ws = l->state;
    struct side *s = &ws->side[dir];

    (void)at;
    (void)seen;
    if (s->phase == AT_PAYLOAD) {
        s->left -= wl_min_u64(n, s->left);
        if (s->left == 0) {
            s->phase = AT_FRAME;
            s->n_head = 0;
        }
    }
    return pass(s, 0);
}

/* What lies behind a hole is not known, even if it is in a payload: the catalogue has the rules
 * about frames silent after one. */
static struct wl_fed gap(struct wl_layer *l, enum wl_dir dir, uint64_t lost, struct wl_at at,
                         enum wl_gap_why why, const struct wl_seen *seen)
{
    struct websocket *ws = l->state;

    (void)lost;
    (void)at;
    (void)why;
    (void)seen;
    ws->side[dir].phase = AT_REST;
    return pass(&ws->side[dir], 0);
}

extern const struct wl_layer_ops wl_layer_websocket;
const struct wl_layer_ops wl_layer_websocket = {
    .name = "websocket",
    .proto = WL_PROTO_WEBSOCKET,
    .sniff = sniff,
    .state_octets = sizeof(struct websocket),
    .open = open_websocket,
    .feed = feed,
    .skipped = skipped,
    .gap = gap,
};
