/* conversation.c - plays a case of a dialogue as TCP packets.
 * SPDX-License-Identifier: MIT
 *
 * Lines of one side that follow each other go into one packet, which the other side acknowledges
 * at once; the variations change how octets lie in packets, never when they were sent nor what had
 * been acknowledged by then, so that whatever wirelint says must stay the same.
 */
#include "conversation.h"

enum {
    MAX_PACKETS = 1 << 20,
    MAX_PAYLOAD = 32768, /* as segmentation offload shows it on loopback */
    MAX_PIECES = 10,     /* of a shuffled packet: fewer than reassembly waits for (16 packets) */
    MAX_ONE_OF = 16,     /* at least one of so many packets is lost, where some are */
    WINDOW = 64240,
    TTL = 64,
};

#define START    ((wl_ns)1767225600 * WL_SECOND) /* 2026-01-01T00:00:00Z */
#define TURN     (WL_SECOND / 1000)              /* between lines that change direction */
#define PAUSE    (WL_SECOND / 10000)             /* between packets of one side */
#define ACK_TIME (WL_SECOND / 100000)            /* from a packet to its acknowledgement */

static enum wl_dir other(enum wl_dir dir)
{
    return dir == WL_TO_SERVER ? WL_TO_CLIENT : WL_TO_SERVER;
}

static void add_packet(struct packets *to, const struct packet *p)
{
    struct packet *grown = wl_arena_grow(to->arena, to->p, to->n, &to->capacity, MAX_PACKETS,
                                         sizeof(*to->p));

    if (!grown) {
        to->cut = true;
        return;
    }
    to->p = grown;
    to->p[to->n++] = *p;
}

/* ---------------------------------------------------------------------------------- playing */

struct player {
    struct packets *out;
    wl_ns now;
    wl_ns grain;      /* of the clock */
    uint64_t next[2]; /* position of the next octet of a direction */
    uint64_t held[2]; /* while hold: how far it is acknowledged */
    enum wl_dir last; /* who spoke last */
    enum wl_dir pending_dir;
    uint32_t from, n_pending; /* steps whose octets go into the next packet */
    uint16_t window[2];
    uint8_t leg;
    uint8_t ttl[2];
    bool midstream; /* no handshake tells where the octets begin */
    bool begun;     /* someone has spoken */
    bool passed;    /* the dialogue has said how much time passes before the next packet */
    bool hold[2];
};

static void send_packet(struct player *p, enum wl_dir dir, uint8_t flags, wl_ns t,
                        struct wl_span payload)
{
    enum wl_dir back = other(dir);
    struct packet packet = {
        .t = t - t % p->grain,
        .dir = dir,
        .flags = flags,
        .first = p->midstream && payload.n && p->next[dir] == 1,
        .ttl = p->ttl[dir],
        .leg = p->leg,
        .window = p->window[dir],
        .seq = p->next[dir],
        .ack = p->hold[back] ? p->held[back] : p->next[back],
        .payload = payload,
    };

    add_packet(p->out, &packet);
    p->next[dir] += payload.n + ((flags & (TCP_SYN | TCP_FIN)) != 0);
}

/** The other side acknowledges what was sent in dir, unless it is told not to. */
static void acknowledge(struct player *p, enum wl_dir dir)
{
    if (!p->hold[dir])
        send_packet(p, other(dir), TCP_ACK, p->now + ACK_TIME, WL_SPAN(""));
}

/** Lets the time pass that lies before a packet of dir. */
static void take_turn(struct player *p, enum wl_dir dir)
{
    if (!p->passed)
        p->now += p->begun && p->last == dir ? PAUSE : TURN;
    p->passed = false;
    p->begun = true;
    p->last = dir;
}

/** Joins the octets of the pending steps. */
static struct wl_span pending_octets(const struct player *p, const struct dialogue_case *c)
{
    size_t n = 0;
    uint8_t *joined;

    for (uint32_t i = p->from; i < p->from + p->n_pending; i++)
        n += c->steps[i].octets.n;
    joined = wl_arena_alloc(p->out->arena, n + 1);
    if (!joined) {
        p->out->cut = true;
        return WL_SPAN("");
    }
    n = 0;
    for (uint32_t i = p->from; i < p->from + p->n_pending; i++) {
        struct wl_span octets = c->steps[i].octets;

        if (octets.n)
            memcpy(joined + n, octets.p, octets.n);
        n += octets.n;
    }
    return wl_span(joined, n);
}

/** Sends what lines of one side have gathered. */
static void flush(struct player *p, const struct dialogue_case *c)
{
    struct wl_span octets = pending_octets(p, c);

    p->n_pending = 0;
    if (octets.n == 0)
        return;
    take_turn(p, p->pending_dir);
    while (octets.n) {
        struct wl_span part = wl_span_sub(octets, 0, MAX_PAYLOAD);

        send_packet(p, p->pending_dir, TCP_ACK | TCP_PSH, p->now, part);
        octets = wl_span_after(octets, part.n);
    }
    acknowledge(p, p->pending_dir);
}

static void shake_hands(struct player *p, wl_ns rtt)
{
    send_packet(p, WL_TO_SERVER, TCP_SYN, p->now, WL_SPAN(""));
    send_packet(p, WL_TO_CLIENT, TCP_SYN | TCP_ACK, p->now + rtt / 2, WL_SPAN(""));
    p->now += rtt;
    send_packet(p, WL_TO_SERVER, TCP_ACK, p->now, WL_SPAN(""));
}

/** Steps other than data; what was pending has been sent. */
static void play_step(struct player *p, const struct dialogue_step *step)
{
    enum wl_dir dir = step->dir;

    switch (step->kind) {
    case STEP_DATA:
    case STEP_LEG:
    case STEP_PACKET: break;
    case STEP_TTL: p->ttl[dir] = (uint8_t)step->n; break;
    case STEP_TIME:
        p->now += step->time;
        p->passed = true;
        break;
    case STEP_GAP:
        take_turn(p, dir);
        p->next[dir] += step->n;
        acknowledge(p, dir);
        break;
    case STEP_FIN:
        take_turn(p, dir);
        send_packet(p, dir, TCP_FIN | TCP_ACK, p->now, WL_SPAN(""));
        acknowledge(p, dir);
        break;
    case STEP_RST:
    case STEP_ANSWER:
        take_turn(p, dir);
        send_packet(p, dir, step->kind == STEP_RST ? TCP_RST | TCP_ACK : TCP_RST, p->now,
                    WL_SPAN(""));
        break;
    case STEP_HOLD:
        p->held[dir] = p->next[dir];
        p->hold[dir] = true;
        break;
    case STEP_RELEASE:
        p->hold[dir] = false;
        take_turn(p, other(dir));
        send_packet(p, other(dir), TCP_ACK, p->now, WL_SPAN(""));
        break;
    case STEP_WINDOW:
        p->window[dir] = (uint16_t)step->n;
        take_turn(p, dir);
        send_packet(p, dir, TCP_ACK, p->now, WL_SPAN(""));
        break;
    }
}

/** The connection that lines speak of from here on; what passed on the other one passed here. */
static struct player *change_leg(struct player legs[2], const struct player *from, uint64_t to,
                                 const struct dialogue_case *c)
{
    struct player *p = &legs[to];

    p->now = from->now;
    p->passed = from->passed;
    if (p->next[WL_TO_SERVER] == 0) {
        shake_hands(p, c->rtt);
        p->passed = false;
    }
    return p;
}

void conversation_play(const struct dialogue_case *c, struct packets *ret)
{
    const struct player fresh = {.out = ret,
                                 .now = START,
                                 .midstream = c->midstream,
                                 .grain = c->grain,
                                 .window = {WINDOW, WINDOW},
                                 .ttl = {TTL, TTL}};
    struct player legs[2] = {fresh, fresh}, *p = legs;

    legs[1].leg = 1;
    for (uint32_t i = 0; i < c->n_steps && c->steps[i].kind == STEP_TTL; i++)
        legs[0].ttl[c->steps[i].dir] = (uint8_t)c->steps[i].n;
    for (size_t i = 0; i < 2 && c->midstream; i++)
        legs[i].next[WL_TO_SERVER] = legs[i].next[WL_TO_CLIENT] = 1;
    if (!c->midstream)
        shake_hands(p, c->rtt);
    for (uint32_t i = 0; i < c->n_steps; i++) {
        const struct dialogue_step *step = &c->steps[i];

        if (p->n_pending && (step->kind != STEP_DATA || step->dir != p->pending_dir))
            flush(p, c);
        if (step->kind == STEP_LEG) {
            p = change_leg(legs, p, step->n, c);
        } else if (step->kind == STEP_DATA) {
            if (p->n_pending++ == 0) {
                p->from = i;
                p->pending_dir = step->dir;
            }
        } else {
            play_step(p, step);
        }
    }
    flush(p, c);
}

/* -------------------------------------------------------------------------------- variations */

/** n octets from offset from of a packet, as a packet. */
static struct packet piece(const struct packet *whole, size_t from, size_t n)
{
    struct packet p = *whole;

    p.first = whole->first && from == 0;
    p.seq += from;
    p.payload = wl_span_sub(whole->payload, from, n);
    return p;
}

void conversation_split(const struct packets *in, size_t size, struct packets *ret)
{
    for (uint32_t i = 0; i < in->n; i++) {
        const struct packet *whole = &in->p[i];

        if (whole->payload.n == 0)
            add_packet(ret, whole);
        for (size_t from = 0; from < whole->payload.n; from += size) {
            struct packet p = piece(whole, from, size);

            add_packet(ret, &p);
        }
    }
}

void conversation_split_heads(const struct packets *in, size_t behind, struct packets *ret)
{
    const struct wl_span empty = WL_SPAN("\r\n\r\n");

    for (uint32_t i = 0; i < in->n; i++) {
        const struct packet *whole = &in->p[i];
        struct wl_span all = whole->payload;
        size_t from = 0;

        for (size_t end = 0; end < all.n; end++) {
            if (end < empty.n + behind ||
                !wl_span_starts(wl_span_after(all, end - behind - empty.n), empty))
                continue;
            struct packet p = piece(whole, from, end - from);

            add_packet(ret, &p);
            from = end;
        }
        if (from < all.n || all.n == 0) {
            struct packet p = piece(whole, from, all.n - from);

            add_packet(ret, &p);
        }
    }
}

/** xorshift64*: the same numbers everywhere; never for anything but variety. */
static uint64_t next_random(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * UINT64_C(2685821657736338717);
}

static size_t random_below(uint64_t *state, size_t n)
{
    return (size_t)(next_random(state) >> 33) % n;
}

static uint64_t random_from(uint64_t seed)
{
    return seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
}

/** Cuts whole into overlapping pieces, some of them twice; returns how many. */
static uint32_t cut_pieces(const struct packet *whole, uint64_t *state,
                           struct packet pieces[2 * MAX_PIECES])
{
    size_t total = whole->payload.n, from = 0;
    size_t least = total / MAX_PIECES + 1;
    uint32_t n = 0;

    while (from < total) {
        size_t size = least + random_below(state, least + 20);
        size_t back = random_below(state, 4) == 0 ? random_below(state, 8) : 0;

        if (back > from)
            back = from;
        pieces[n] = piece(whole, from - back, size + back);
        if (random_below(state, 6) == 0) {
            pieces[n + 1] = pieces[n];
            pieces[n + 1].first = false;
            n++;
        }
        n++;
        from += size;
    }
    return n;
}

void conversation_shuffle(const struct packets *in, uint64_t seed, struct packets *ret)
{
    struct packet pieces[2 * MAX_PIECES];
    uint64_t state = random_from(seed);

    for (uint32_t i = 0; i < in->n; i++) {
        const struct packet *whole = &in->p[i];
        uint32_t n, fixed;

        if (whole->payload.n == 0) {
            add_packet(ret, whole);
            continue;
        }
        n = cut_pieces(whole, &state, pieces);
        fixed = whole->first ? 1 : 0;
        for (uint32_t k = n; k > fixed + 1; k--) {
            uint32_t from = fixed + (uint32_t)random_below(&state, k - fixed);
            struct packet swapped = pieces[k - 1];

            pieces[k - 1] = pieces[from];
            pieces[from] = swapped;
        }
        for (uint32_t k = 0; k < n; k++)
            add_packet(ret, &pieces[k]);
    }
}

/** A packet that says nothing but how far the other side has been heard. */
static bool is_pure_ack(const struct packet *p)
{
    return p->flags == TCP_ACK && p->payload.n == 0;
}

void conversation_ack_first(const struct packets *in, struct packets *ret)
{
    for (uint32_t i = 0; i < in->n; i++) {
        const struct packet *p = &in->p[i], *after = p + 1;

        if (i + 1 < in->n && p->payload.n && !p->first && is_pure_ack(after) &&
            after->dir != p->dir && after->leg == p->leg) {
            struct packet ack = *after;

            ack.t = p->t;
            add_packet(ret, &ack);
            i++;
        }
        add_packet(ret, p);
    }
}

void conversation_chatter(const struct packets *in, struct packets *ret)
{
    for (uint32_t i = 0; i < in->n; i++) {
        const struct packet *p = &in->p[i];
        struct packet again = *p;

        add_packet(ret, p);
        if (p->flags & TCP_SYN) {
            add_packet(ret, &again); /* the same SYN again */
        } else if (is_pure_ack(p) && i > 2) {
            add_packet(ret, &again); /* a repeated acknowledgement, then a keep-alive */
            again.seq--;
            add_packet(ret, &again);
            again = in->p[i - 1];
            if (again.payload.n && again.t <= p->t) {
                again.t = p->t; /* the sender did not hear it in time */
                again.first = false;
                add_packet(ret, &again);
            }
        }
    }
}

void conversation_without(const struct packets *in, uint32_t first, uint32_t last,
                          struct packets *ret)
{
    for (uint32_t i = 0; i < in->n; i++) {
        if (i < first || i > last)
            add_packet(ret, &in->p[i]);
    }
}

void conversation_lose(const struct packets *in, uint64_t seed, struct packets *ret)
{
    uint64_t state = random_from(seed);
    size_t one_of = 2 + random_below(&state, MAX_ONE_OF);

    for (uint32_t i = 0; i < in->n; i++) {
        const struct packet *whole = &in->p[i];
        size_t size = whole->payload.n, from = 0;

        if (random_below(&state, 2))
            size = size / (1 + random_below(&state, MAX_PIECES)) + 1;
        do {
            struct packet p = piece(whole, from, size);

            if (random_below(&state, one_of))
                add_packet(ret, &p);
            from += size;
        } while (from < whole->payload.n);
    }
}

void conversation_one_way(const struct packets *in, enum wl_dir dir, struct packets *ret)
{
    for (uint32_t i = 0; i < in->n; i++) {
        if (in->p[i].dir == dir)
            add_packet(ret, &in->p[i]);
    }
}
