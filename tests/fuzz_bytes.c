/* fuzz_bytes.c - libFuzzer: a dialogue of octets, fed whole and split; both must say the same.
 * SPDX-License-Identifier: MIT
 *
 * The input is a run of turns: one octet whose lowest bit is the direction and whose upper seven
 * are the number of octets that follow and are sent; 125 is a handshake that no fuzzer would find,
 * after which the layer of WebSocket (to the server) or of h2c (to the client) reads what comes,
 * 126 ends the direction, 127 lets 60 ms pass. The turns become segments of one TCP connection: one
 * segment per turn, then one per octet, then runs of seven. A difference is a bug even without a
 * crash, unless the parser says itself that it lost its place: where the next message begins in
 * octets that are none is a guess, and may be guessed anew at every segment.
 */
#include "line.h"
#include "shard.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MAX_TURNS = 512, PIECES = 256, TURN_SWITCH = 125, TURN_FIN = 126, TURN_PAUSE = 127 };

struct listener {
    struct wl_budget budget;
    struct wl_text lines;
    bool lost; /* some place in the stream was lost, and said to be */
};

/* One connection being played. */
struct play {
    struct wl_shard *shard;
    uint32_t sent[2];
    bool ended[2];
    uint64_t packet;
    wl_ns t;
};

static void put_findings(struct wl_text *t, const struct wl_finding *findings, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        wl_text_printf(t, "  %s %u %llu ", findings[i].rule->id, findings[i].ordinal,
                       (unsigned long long)findings[i].at.offset);
        wl_text_terminal(t, findings[i].message);
        wl_text_char(t, '\n');
    }
}

static void put_message(struct listener *l, const struct wl_message *m)
{
    struct wl_text *t = &l->lines;

    wl_text_printf(t, "  [%d %d %u+%u %u framing %d body %llu at %llu to %llu]\n", (int)m->state,
                   (int)m->end, m->n_fields, m->n_trailers, m->status, (int)m->framing,
                   (unsigned long long)m->body_bytes, (unsigned long long)m->at.offset,
                   (unsigned long long)m->end_offset);
    l->lost |= wl_message_mark(m, WL_MARK_RESYNCHRONISED) != NULL ||
               wl_message_mark(m, WL_MARK_GARBAGE_REQUEST) != NULL;
    for (uint32_t i = 0; i < m->n_marks; i++) {
        wl_text_printf(t, "    %s (%u) at %llu: %llu\n", wl_mark_text(m->marks[i].id),
                       m->marks[i].count, (unsigned long long)m->marks[i].at.offset,
                       (unsigned long long)m->marks[i].value);
    }
}

static void put_exchange(struct listener *l, const struct wl_exchange *ex)
{
    struct wl_text *t = &l->lines;

    l->lost |= ex->unjudged == WL_UNJUDGED_LOST || ex->unjudged == WL_UNJUDGED_LIMIT;
    wl_text_printf(t, "%u %s ", ex->ordinal, wl_exchange_state_name(ex->state));
    wl_line_exchange(t, ex, 0);
    wl_text_printf(t, " paired %d unjudged %s end %d\n", (int)ex->paired,
                   wl_unjudged_name(ex->unjudged), (int)ex->end);
    put_message(l, &ex->req);
    for (uint32_t i = 0; i < ex->n_interim; i++)
        put_message(l, &ex->interim[i]);
    put_message(l, &ex->res);
    put_findings(t, ex->findings, ex->n_findings);
}

static void put_connection(struct wl_text *t, const struct wl_conn_record *conn)
{
    wl_text_printf(t, "connection %s %llu %llu %u exchanges, %s\n", wl_proto_name(conn->conn.proto),
                   (unsigned long long)conn->bytes[0], (unsigned long long)conn->bytes[1],
                   conn->n_exchanges, wl_unjudged_name(conn->unjudged));
    for (uint32_t i = 0; i < conn->n_marks; i++) {
        wl_text_printf(t, "  %s at %llu\n", wl_mark_text(conn->marks[i].id),
                       (unsigned long long)conn->marks[i].at.offset);
    }
    put_findings(t, conn->findings, conn->n_findings);
}

static void on_event(void *user, struct wl_event *ev)
{
    struct listener *l = user;

    switch (ev->kind) {
    case WL_EVENT_OPENED:
    case WL_EVENT_BEGUN: break;
    case WL_EVENT_EXCHANGE:
        put_exchange(l, ev->of.ex);
        wl_arena_free(ev->of.ex->arena);
        break;
    case WL_EVENT_CONNECTION:
        put_connection(&l->lines, ev->of.conn);
        wl_arena_free(ev->of.conn->arena);
        break;
    }
}

static void send_segment(struct play *p, enum wl_dir dir, uint8_t flags, struct wl_span payload)
{
    static const struct wl_endpoint ends[2] = {
        {.ip = {10, 0, 0, 2}, .port = 51514, .family = 4},
        {.ip = {10, 0, 0, 9}, .port = 80, .family = 4},
    };
    struct wl_segment seg = {
        .packet = ++p->packet,
        .frame = wl_frame(0, p->packet),
        .t = p->t,
        .src = ends[dir],
        .dst = ends[!dir],
        .seq = p->sent[dir],
        .ack = p->sent[!dir],
        .window = 65535,
        .flags = flags,
        .ttl = 64,
        .payload = payload,
    };

    wl_shard_tick(p->shard, p->packet, p->t);
    wl_shard_segment(p->shard, &seg);
    p->sent[dir] += (uint32_t)payload.n + ((flags & (WL_TCP_SYN | WL_TCP_FIN)) != 0);
}

static void open_connection(struct play *p)
{
    p->sent[WL_TO_SERVER] = 0xfffffff0; /* so that it wraps */
    p->sent[WL_TO_CLIENT] = 77;
    send_segment(p, WL_TO_SERVER, WL_TCP_SYN, wl_span(NULL, 0));
    send_segment(p, WL_TO_CLIENT, WL_TCP_SYN | WL_TCP_ACK, wl_span(NULL, 0));
    send_segment(p, WL_TO_SERVER, WL_TCP_ACK, wl_span(NULL, 0));
}

static void send_pieces(struct play *p, enum wl_dir dir, struct wl_span bytes, size_t piece)
{
    for (; bytes.n; bytes = wl_span_after(bytes, piece))
        send_segment(p, dir, WL_TCP_ACK | WL_TCP_PSH, wl_span_sub(bytes, 0, piece));
}

/* RFC 6455 1.3, RFC 7540 3.2: from here on there are frames. */
static void switch_protocol(struct play *p, bool h2c, size_t piece)
{
    static const char *const requests[] = {
        "GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
        "HTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n",
    };
    static const char *const responses[] = {
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n",
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n",
    };

    send_pieces(p, WL_TO_SERVER, wl_span_text(requests[h2c]), piece);
    p->packet = (p->packet / PIECES + 1) * PIECES;
    p->t += 1000000;
    send_pieces(p, WL_TO_CLIENT, wl_span_text(responses[h2c]), piece);
}

static void play_turn(struct play *p, struct wl_cursor *c, size_t piece)
{
    uint8_t head = wl_u8(c);
    enum wl_dir dir = head & 1 ? WL_TO_CLIENT : WL_TO_SERVER;
    size_t n = head >> 1;

    /* a turn has room for PIECES packets, so that their ordinals do not depend on the splitting */
    p->packet = (p->packet / PIECES + 1) * PIECES;
    p->t += 1000000;
    if (n == TURN_PAUSE) {
        p->t += 60000000;
        return;
    }
    if (p->ended[dir])
        return;
    if (n == TURN_FIN) {
        send_segment(p, dir, WL_TCP_FIN | WL_TCP_ACK, wl_span(NULL, 0));
        p->ended[dir] = true;
        return;
    }
    if (n == TURN_SWITCH) {
        if (!p->ended[!dir])
            switch_protocol(p, dir == WL_TO_CLIENT, piece);
        return;
    }
    send_pieces(p, dir, wl_take(c, wl_min_size(n, c->n)), piece);
}

static void play_all(struct listener *l, const uint8_t *data, size_t size, size_t piece)
{
    struct wl_cursor c = wl_cursor(wl_span(data, size));
    struct wl_config cfg;
    struct wl_shard_config shard = {.cfg = &cfg, .keep_steps = true, .emit = on_event, .user = l};
    struct play p = {.t = 1000 * WL_SECOND};

    wl_config_init(&cfg);
    cfg.limits.memory = 64u << 20;
    l->lost = false;
    wl_budget_init(&l->budget, 16u << 20, NULL, NULL, NULL);
    wl_text_init(&l->lines, &l->budget, 4u << 20);
    p.shard = wl_shard_new(&shard);
    if (!p.shard)
        __builtin_trap();
    open_connection(&p);
    for (unsigned i = 0; c.n && i < MAX_TURNS; i++)
        play_turn(&p, &c, piece);
    wl_shard_finish(p.shard);
    wl_shard_free(p.shard);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const size_t pieces[] = {1, 7};
    struct listener whole;

    play_all(&whole, data, size, SIZE_MAX);
    for (size_t i = 0; i < WL_COUNT(pieces); i++) {
        struct listener split;

        play_all(&split, data, size, pieces[i]);
        if (!(whole.lost || split.lost) &&
            !wl_span_equal(wl_text_span(&whole.lines), wl_text_span(&split.lines))) {
            (void)fprintf(stderr, "whole:\n%.*s\nin pieces of %zu:\n%.*s\n", (int)whole.lines.buf.n,
                          (const char *)whole.lines.buf.p, pieces[i], (int)split.lines.buf.n,
                          (const char *)split.lines.buf.p);
            __builtin_trap();
        }
        wl_text_release(&split.lines);
    }
    wl_text_release(&whole.lines);
    return 0;
}
