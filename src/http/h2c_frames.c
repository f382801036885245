/* h2c_frames.c - what follows a switch to h2c: is it HTTP/2, and is the request answered there?
 * SPDX-License-Identifier: MIT
 *
 * RFC 7540 3.2: behind the 101 the server's first frame is SETTINGS, and the request that switched
 * is stream 1, whose response comes in HTTP/2, unless the client has given it up. Of frames only
 * the heads are looked at; of header blocks it is enough that there are some. HTTP/2 itself is
 * decoded by a later version.
 */
#include "grammar.h"
#include "layer.h"

enum {
    HEAD_OCTETS = 9, /* RFC 9113 4.1 */
    HEADERS = 1,
    RST_STREAM = 3,
    SETTINGS = 4,
    GOAWAY = 7,
    ACK = 1,             /* flag of SETTINGS */
    PREFACE_OCTETS = 24, /* of the client (RFC 9113 3.4) */
    TARGET_OCTETS = 14,
};

enum phase {
    AT_FRAME, /* in a frame's head */
    AT_PAYLOAD,
    AT_REST, /* not listened to any more */
};

/** One direction. */
struct side {
    uint64_t left;   /* octets of payload that are still to come */
    struct wl_at at; /* the frame in hand */
    uint8_t head[HEAD_OCTETS], n_head;
    uint8_t phase;
};

struct h2c {
    struct side side[2];
    bool begun;    /* the server's first frame was seen */
    bool answered; /* something came on stream 1, or one of them said why nothing will */
    bool lost;     /* octets of either side are missing */
    bool ended;    /* one of the sides has ended the connection */
    /* the client's first octets, in case they are HTTP/1 */
    struct wl_at first;
    uint8_t said[TARGET_OCTETS], n_said;
    bool known; /* what they are */
};

static enum wl_claim sniff(const struct wl_span first[2], const struct wl_hint *hint)
{
    if (hint->expected != WL_H2)
        return WL_CLAIM_NO;
    return first[0].n || first[1].n ? WL_CLAIM_YES : WL_CLAIM_MORE;
}

static void mark(struct wl_layer *l, struct wl_at at, enum wl_mark_id id, uint64_t value,
                 struct wl_span octets)
{
    const struct wl_terms *terms = wl_layer_terms(l);
    const struct wl_mark m = {
        .id = id,
        .count = 1,
        .at = at,
        .value = value,
        .ordinal = terms->ordinal,
        .status = 101,
        .certain = terms->certain,
        .octets = octets,
    };

    wl_layer_mark(l, &m);
}

/* ---------------------------------------------------------------------------------- both sides */

/** What stands in the head of a frame. */
struct frame {
    uint32_t length, stream;
    uint8_t type, flags;
};

static struct frame read_head(struct side *s)
{
    struct wl_cursor c = wl_cursor(wl_span(s->head, HEAD_OCTETS));
    struct frame f;

    f.length = wl_be24(&c);
    f.type = wl_u8(&c);
    f.flags = wl_u8(&c);
    f.stream = wl_be32(&c) & INT32_MAX;
    s->left = f.length;
    s->phase = AT_PAYLOAD;
    s->n_head = 0;
    return f;
}

static void judge_server(struct wl_layer *l, const struct frame *f)
{
    struct h2c *h = l->state;
    struct side *s = &h->side[WL_TO_CLIENT];
    struct wl_span head = wl_span(s->head, HEAD_OCTETS);

    if (!h->begun && (f->type != SETTINGS || f->stream != 0 || f->flags & ACK)) {
        s->phase = AT_REST;
        h->answered = true; /* nothing that comes now can be read */
        if (wl_span_starts(head, WL_SPAN("HTTP/1."))) {
            mark(l, s->at, WL_MARK_HTTP_AFTER_SWITCHING, 0, wl_span(NULL, 0));
        } else if (!wl_span_starts(head, WL_SPAN("PRI * HTT"))) {
            /* the preface of a client: what asked for the switch serves from here on, as a session
             * of Docker does */
            mark(l, s->at, WL_MARK_H2C_NO_SETTINGS, f->type, head);
        }
    }
    h->begun = true;
    h->answered |= f->type == GOAWAY ||
                   (f->stream == 1 && (f->type == HEADERS || f->type == RST_STREAM));
}

/** Passes octets of a payload, or takes those of a head. Returns how many. */
static size_t take(struct wl_layer *l, struct side *s, struct wl_span bytes, struct wl_at at)
{
    struct h2c *h = l->state;
    size_t n = 0;

    if (s->phase == AT_PAYLOAD) {
        n = (size_t)wl_min_u64(s->left, bytes.n);
        s->left -= n;
    } else {
        if (s->n_head == 0)
            s->at = at;
        while (n < bytes.n && s->n_head < HEAD_OCTETS)
            s->head[s->n_head++] = bytes.p[n++];
        if (s->n_head == HEAD_OCTETS) {
            struct frame f = read_head(s);

            if (at.dir == WL_TO_CLIENT) {
                judge_server(l, &f);
            } else { /* a client that goes, or cancels the request, is owed nothing */
                h->answered |= f.type == GOAWAY || (f.stream == 1 && f.type == RST_STREAM);
            }
        }
    }
    if (s->phase == AT_PAYLOAD && s->left == 0)
        s->phase = AT_FRAME;
    return n;
}

static void hear_frames(struct wl_layer *l, struct wl_span bytes, struct wl_at at)
{
    struct h2c *h = l->state;
    struct side *s = &h->side[at.dir];
    size_t used = 0;

    while (used < bytes.n && s->phase != AT_REST) {
        size_t n = take(l, s, wl_span_after(bytes, used), at);

        used += n;
        at.offset += n;
    }
}

/* ----------------------------------------------------------------------------------- the client */

/** Looks at the client's first octets: the preface of HTTP/2, or a request of HTTP/1. Returns how
 * many that took. */
static size_t hear_first(struct wl_layer *l, struct wl_span bytes, struct wl_at at,
                         const struct wl_seen *seen)
{
    struct h2c *h = l->state;
    struct side *s = &h->side[WL_TO_SERVER];
    struct wl_span said, method;
    size_t space, n = 0;

    if (h->n_said == 0)
        h->first = at;
    while (n < bytes.n && h->n_said < TARGET_OCTETS)
        h->said[h->n_said++] = bytes.p[n++];
    said = wl_span(h->said, h->n_said);
    space = wl_span_find(said, ' ');
    if (space == said.n && said.n < TARGET_OCTETS)
        return n;
    h->known = true;
    method = wl_span_sub(said, 0, space);
    if (wl_span_equal(method, WL_SPAN("PRI"))) { /* the preface, and no other's method */
        s->left = (uint64_t)PREFACE_OCTETS - h->n_said;
        s->phase = AT_PAYLOAD;
        return n;
    }
    s->phase = AT_REST;
    if (wl_grammar_method(method) > WL_METHOD_OTHER && seen->acked != WL_NONE &&
        seen->acked > wl_layer_terms(l)->offset)
        mark(l, h->first, WL_MARK_HTTP_AFTER_SWITCHING, 0, wl_span(NULL, 0));
    return n;
}

/* ------------------------------------------------------------------------------------ the layer */

/** Is there nothing left to learn? */
static bool is_told(const struct h2c *h)
{
    return h->lost || (h->begun && h->answered && h->known);
}

static struct wl_fed pass(const struct h2c *h, enum wl_dir dir, size_t used)
{
    const struct side *s = &h->side[dir];
    struct wl_fed fed = {WL_FED, used, 0};

    if (is_told(h)) {
        fed.kind = WL_FED_DEAF;
    } else if (s->phase == AT_REST) {
        fed.skip = UINT64_MAX;
    } else if (s->phase == AT_PAYLOAD) {
        fed.skip = s->left;
    }
    return fed;
}

static struct wl_fed feed(struct wl_layer *l, enum wl_dir dir, struct wl_span bytes,
                          const struct wl_at *first, const struct wl_seen *seen)
{
    struct h2c *h = l->state;
    struct wl_at at = *first;
    size_t used = 0;

    if (dir == WL_TO_SERVER && !h->known) {
        used = hear_first(l, bytes, at, seen);
        at.offset += used;
    }
    if (dir == WL_TO_CLIENT || h->known)
        hear_frames(l, wl_span_after(bytes, used), at);
    return pass(h, dir, bytes.n);
}

static struct wl_fed skipped(struct wl_layer *l, enum wl_dir dir, uint64_t n, struct wl_at at,
                             const struct wl_seen *seen)
{
    struct h2c *h = l->state;
    struct side *s = &h->side[dir];

    (void)at;
    (void)seen;
    if (s->phase == AT_PAYLOAD) {
        s->left -= wl_min_u64(n, s->left);
        if (s->left == 0)
            s->phase = AT_FRAME;
    }
    return pass(h, dir, 0);
}

static struct wl_fed gap(struct wl_layer *l, enum wl_dir dir, uint64_t lost, struct wl_at at,
                         enum wl_gap_why why, const struct wl_seen *seen)
{
    struct h2c *h = l->state;

    (void)lost;
    (void)at;
    (void)why;
    (void)seen;
    h->lost = true;
    return pass(h, dir, 0);
}

/* A server that ends the connection first, by itself, owes the response that has not come. */
static void end(struct wl_layer *l, enum wl_dir dir, enum wl_end how, enum wl_dir by,
                const struct wl_seen *seen)
{
    struct h2c *h = l->state;
    enum wl_dir sender = how == WL_END_RESET ? by : dir;
    const struct wl_at at = {seen->frame, wl_layer_offset(l, WL_TO_CLIENT), WL_TO_CLIENT};

    if (h->ended || (how != WL_END_CLOSED && how != WL_END_RESET) || seen->suspect) {
        h->ended = true;
        return;
    }
    h->ended = true;
    /* the client's FIN came before, and was not captured */
    if (wl_layer_lost_fin(l, WL_TO_SERVER) ||
        (seen->acked != WL_NONE && seen->acked > wl_layer_offset(l, WL_TO_SERVER)))
        return;
    if (sender == WL_TO_CLIENT && h->begun && !h->answered && !h->lost)
        mark(l, at, WL_MARK_H2C_NO_RESPONSE, 0, wl_span(NULL, 0));
}

extern const struct wl_layer_ops wl_layer_h2c;
const struct wl_layer_ops wl_layer_h2c = {
    .name = "h2c",
    .proto = WL_H2,
    .sniff = sniff,
    .state_octets = sizeof(struct h2c),
    .feed = feed,
    .skipped = skipped,
    .gap = gap,
    .end = end,
};
