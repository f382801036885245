/* unit_burst.c - packets taken in bursts and one by one: what is said of them is the same.
 * SPDX-License-Identifier: MIT
 *
 * A packet that comes in a burst is looked up ahead of time, and when it is next in its direction
 * no segment is made of it; one that comes alone takes the long way. Connections are made up here
 * that do what real ones do, and worse: they exchange, lose, repeat, reorder, cut, end and begin
 * anew, and time goes back. Every event, and every counter, must be the same both ways. So they
 * must be where much is due at once, right before others go on.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "decode.h"
#include "line.h"
#include "shard.h"
#include "text.h"

enum {
    ETHERNET = 1,
    CONNECTIONS = 6,
    PACKETS = 3000,
    ROOM = 1600,
    ROUNDS = 60,
    MOST_AT_ONCE = 70, /* more than a burst */
    WAITING = 40,      /* connections of a crowd, */
    ANSWERED = 60,     /* and others: fewer than a shard holds events, but few are left to that */
};

/* One direction of a connection, as its sender knows it. */
struct side {
    uint32_t seq;
    uint32_t began; /* with this one */
    uint16_t ip_id;
    uint8_t ttl;      /* changes with the way that packets take */
    uint32_t content; /* octets of it that are still to be sent */
};

struct made {
    uint32_t random;
    bool calm; /* nothing but what is to be sent happens */
    wl_ns t;
    struct side sides[CONNECTIONS][2];
    uint32_t ports[CONNECTIONS]; /* of their clients, above 20000 */
    struct wl_packet packets[PACKETS];
    uint8_t (*octets)[ROOM];
    size_t n;
};

static uint32_t draw(struct made *m, uint32_t below)
{
    m->random = m->random * 1664525u + 1013904223u;
    return (m->random >> 8) % below;
}

static uint8_t *put_be(uint8_t *p, uint32_t value, unsigned octets)
{
    for (unsigned i = octets; i-- > 0;)
        *p++ = (uint8_t)(value >> (8 * i));
    return p;
}

/* Every second connection is one of IPv6, every third has a VLAN tag. */
static uint8_t *put_ip(struct made *m, uint8_t *p, unsigned conn, enum wl_dir dir, size_t tcp)
{
    const uint8_t ends[2] = {2, 9};
    struct side *from = &m->sides[conn][dir];

    if (draw(m, 10) == 0)
        from->ttl = (uint8_t)(40 + draw(m, 80));
    from->ip_id++;
    memset(p, 0, 12);
    p += 12;
    if (conn % 3 == 0)
        p = put_be(p, 0x8100002a, 4);
    if (conn % 2) {
        p = put_be(p, 0x86dd6000, 4);
        p = put_be(p, 0, 2);
        p = put_be(p, (uint32_t)tcp, 2);
        *p++ = 6;
        *p++ = from->ttl;
        for (unsigned i = 0; i < 2; i++) {
            memset(p, conn == 1 ? 0 : 0xfe, 16);
            p[15] = ends[i ? 1 - dir : dir];
            p += 16;
        }
        return p;
    }
    p = put_be(p, 0x08004500, 4);
    p = put_be(p, (uint32_t)tcp + 20, 2);
    p = put_be(p, from->ip_id, 2);
    p = put_be(p, 0, 2);
    *p++ = from->ttl;
    *p++ = 6;
    p = put_be(p, 0, 2);
    for (unsigned i = 0; i < 2; i++)
        p = put_be(p, 0x0a000000u | ends[i ? 1 - dir : dir], 4);
    return p;
}

static void let_time_go(struct made *m)
{
    m->t += draw(m, 20) ? (wl_ns)draw(m, 3000000) : -(wl_ns)draw(m, 2000000);
    if (draw(m, 200) == 0)
        m->t += draw(m, 2) ? 20 * WL_SECOND : -15 * WL_SECOND;
}

static void put_packet(struct made *m, const uint8_t *octets, size_t there, size_t wire)
{
    struct wl_packet *p = &m->packets[m->n];

    if (!m->calm)
        let_time_go(m);
    memcpy(m->octets[m->n], octets, there);
    m->n++;
    *p = (struct wl_packet){
        .ordinal = m->n,
        .frame = wl_frame(0, m->n),
        .t = m->t,
        .linktype = ETHERNET,
        .wire_length = (uint32_t)wire,
        .bytes = wl_span(m->octets[m->n - 1], there),
    };
}

/* One segment, which may get lost, come twice, be cut, or change places with the one before. */
static void send_segment(struct made *m, unsigned conn, enum wl_dir dir, uint8_t flags,
                         struct wl_span payload)
{
    struct side *from = &m->sides[conn][dir], *to = &m->sides[conn][1 - dir];
    uint8_t octets[ROOM], *p;
    uint32_t fate = m->calm ? 100 : draw(m, 100);
    size_t wire, there;

    if (m->n + 2 > PACKETS)
        return;
    p = put_ip(m, octets, conn, dir, 20 + payload.n);
    p = put_be(p, dir == WL_TO_SERVER ? 20000 + m->ports[conn] : 80, 2);
    p = put_be(p, dir == WL_TO_SERVER ? 80 : 20000 + m->ports[conn], 2);
    p = put_be(p, from->seq, 4);
    p = put_be(p, flags & WL_TCP_ACK ? to->seq : 0, 4);
    *p++ = 0x50;
    *p++ = flags;
    p = put_be(p, 65535, 2);
    p = put_be(p, 0, 4);
    if (payload.n)
        memcpy(p, payload.p, payload.n);
    wire = (size_t)(p - octets) + payload.n;
    there = fate == 0 ? wire - draw(m, (uint32_t)payload.n + 1) : wire;
    from->seq += (uint32_t)payload.n + ((flags & (WL_TCP_SYN | WL_TCP_FIN)) != 0);
    if (fate == 1)
        return;
    put_packet(m, octets, there, wire);
    if (fate == 2)
        put_packet(m, octets, there, wire);
    if (fate == 3 && m->n > 1) {
        struct wl_span *a = &m->packets[m->n - 2].bytes, *b = &m->packets[m->n - 1].bytes, c = *a;

        *a = *b;
        *b = c;
        m->packets[m->n - 2].wire_length = (uint32_t)a->n;
        m->packets[m->n - 1].wire_length = (uint32_t)b->n;
    }
}

/* A segment that is not what its sender would send next. */
static void send_astray(struct made *m, unsigned conn, enum wl_dir dir, uint8_t flags, uint32_t seq)
{
    const struct side was = m->sides[conn][dir];

    m->sides[conn][dir].seq = seq;
    send_segment(m, conn, dir, flags, wl_span(NULL, 0));
    m->sides[conn][dir].seq = was.seq;
}

/* What sometimes comes in between when a connection opens. */
static void disturb(struct made *m, unsigned conn)
{
    static const uint8_t flags[] = {WL_TCP_SYN, WL_TCP_SYN | WL_TCP_ACK, WL_TCP_ACK,
                                    WL_TCP_ACK | WL_TCP_FIN};
    const enum wl_dir dir = (enum wl_dir)draw(m, 2);
    struct side *other = &m->sides[conn][1 - dir];
    const uint32_t acked = other->seq;

    if (draw(m, 12))
        return;
    other->seq += draw(m, 2) * draw(m, 3000); /* what is acknowledged was never sent, perhaps */
    send_astray(m, conn, dir, flags[draw(m, WL_COUNT(flags))],
                m->sides[conn][dir].seq + draw(m, 2) * draw(m, UINT32_MAX));
    other->seq = acked;
}

static void open_connection(struct made *m, unsigned conn)
{
    const enum wl_dir opener = draw(m, 12) ? WL_TO_SERVER : WL_TO_CLIENT;
    struct side *sides = m->sides[conn];

    for (unsigned dir = 0; dir < 2; dir++) {
        sides[dir] = (struct side){.seq = draw(m, UINT32_MAX)};
        sides[dir].began = sides[dir].seq;
    }
    sides[0].ip_id = (uint16_t)draw(m, 60000);
    if (draw(m, 3)) /* else it takes over the addresses of the one before */
        m->ports[conn] = draw(m, 30000);
    if (draw(m, 8) == 0) /* begins in the midst */
        return;
    disturb(m, conn);
    send_segment(m, conn, opener, WL_TCP_SYN, wl_span(NULL, 0));
    disturb(m, conn);
    send_segment(m, conn, (enum wl_dir)(1 - opener), WL_TCP_SYN | WL_TCP_ACK, wl_span(NULL, 0));
    disturb(m, conn);
    send_segment(m, conn, opener, WL_TCP_ACK, wl_span(NULL, 0));
}

/* Both sides are through, in this order: perhaps with the last octets, perhaps at once. */
static void close_connection(struct made *m, unsigned conn, enum wl_dir first)
{
    static const uint8_t rest[20] = {0};
    const enum wl_dir second = (enum wl_dir)(1 - first);

    send_segment(m, conn, first, WL_TCP_FIN | WL_TCP_ACK | (draw(m, 2) ? WL_TCP_PSH : 0),
                 wl_span(rest, draw(m, 4) ? 0 : draw(m, sizeof(rest))));
    if (draw(m, 2))
        send_segment(m, conn, second, WL_TCP_ACK, wl_span(rest, draw(m, 3) ? 0 : sizeof(rest)));
    if (draw(m, 2))
        send_segment(m, conn, first, WL_TCP_ACK, wl_span(NULL, 0));
    send_segment(m, conn, second, WL_TCP_FIN | WL_TCP_ACK, wl_span(NULL, 0));
    send_segment(m, conn, first, draw(m, 10) ? WL_TCP_ACK : WL_TCP_RST, wl_span(NULL, 0));
    if (draw(m, 6) == 0) { /* late */
        send_astray(m, conn, first, draw(m, 2) ? WL_TCP_SYN : WL_TCP_SYN | WL_TCP_ACK,
                    m->sides[conn][first].began);
    }
}

/* What one of them does next. */
static void go_on(struct made *m, unsigned conn)
{
    static const uint8_t body[1400] = {0};
    static const char request[] = "GET / HTTP/1.1\r\nHost: a.example\r\n\r\n";
    static const char asking[] = "POST / HTTP/1.1\r\nHost: a.example\r\nExpect: 100-continue\r\n"
                                 "Content-Length: 5000\r\n\r\n";
    struct side *server = &m->sides[conn][1];
    enum wl_dir dir = (enum wl_dir)draw(m, 2);
    char head[80];
    int n;

    switch (server->content ? 20 + draw(m, 80) : draw(m, 100)) {
    case 0:
    case 1: open_connection(m, conn); return;
    case 2: send_segment(m, conn, dir, WL_TCP_FIN | WL_TCP_ACK, wl_span(NULL, 0)); return;
    case 3: send_segment(m, conn, dir, WL_TCP_RST, wl_span(NULL, 0)); return;
    case 4: put_packet(m, body, 60, 60); return; /* nothing that anybody knows */
    case 5: /* whose head is acknowledged by a server that is through, perhaps */
        if (draw(m, 2))
            send_segment(m, conn, WL_TO_CLIENT, WL_TCP_FIN | WL_TCP_ACK, wl_span(NULL, 0));
        send_segment(m, conn, WL_TO_SERVER, WL_TCP_ACK | WL_TCP_PSH,
                     wl_span((const uint8_t *)asking, sizeof(asking) - 1));
        send_segment(m, conn, WL_TO_CLIENT, WL_TCP_ACK, wl_span(NULL, 0));
        close_connection(m, conn, dir);
        return;
    case 6:
    case 7:
        close_connection(m, conn, dir);
        if (draw(m, 2))
            open_connection(m, conn);
        return;
    default: break;
    }
    if (draw(m, 3) == 0) {
        send_segment(m, conn, dir, WL_TCP_ACK, wl_span(NULL, 0));
    } else if (server->content) {
        uint32_t part = 1 + draw(m, server->content < 1400 ? server->content : 1400);

        server->content -= part;
        send_segment(m, conn, WL_TO_CLIENT, WL_TCP_ACK | (server->content ? 0 : WL_TCP_PSH),
                     wl_span(body, part));
    } else {
        server->content = draw(m, 2) * draw(m, 9000);
        n = snprintf(head, sizeof(head), "HTTP/1.1 200 OK\r\nContent-Length: %u\r\n\r\n",
                     server->content);
        send_segment(m, conn, WL_TO_SERVER, WL_TCP_ACK | WL_TCP_PSH,
                     wl_span((const uint8_t *)request, sizeof(request) - 1));
        send_segment(m, conn, WL_TO_CLIENT, WL_TCP_ACK, wl_span((const uint8_t *)head, (size_t)n));
    }
}

static void make(struct made *m, uint32_t seed)
{
    m->random = seed;
    m->calm = false;
    m->t = 1000 * WL_SECOND;
    m->n = 0;
    memset(m->ports, 0, sizeof(m->ports));
    for (unsigned conn = 0; conn < CONNECTIONS; conn++)
        open_connection(m, conn);
    while (m->n + 3 < PACKETS)
        go_on(m, draw(m, 3) ? m->random % 2 : draw(m, CONNECTIONS));
}

/* Some connections are asked and wait; others, which were opened after them, are answered. What the
 * answers bring is due all at once, when those that wait are reset. */
static void make_crowd(struct made *m, uint32_t seed)
{
    enum { CONN = 2, TURNS = 5 }; /* over plain Ethernet and IPv4 */
    const uint32_t n = WAITING + ANSWERED - seed % (ANSWERED / 2);
    const struct {
        uint32_t from, to;
        enum wl_dir dir;
        uint8_t flags;
        const char *text;
    } turns[TURNS] = {
        {0, n, WL_TO_SERVER, WL_TCP_SYN, ""},
        {0, n, WL_TO_CLIENT, WL_TCP_SYN | WL_TCP_ACK, ""},
        {0, n, WL_TO_SERVER, WL_TCP_ACK, "GET / HTTP/1.1\r\nHost: a.example\r\n\r\n"},
        {WAITING, n, WL_TO_CLIENT, WL_TCP_ACK, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"},
        {0, WAITING, WL_TO_CLIENT, WL_TCP_RST | WL_TCP_ACK, ""},
    };
    struct side sides[WAITING + ANSWERED][2];

    m->random = seed;
    m->calm = true;
    m->t = 1000 * WL_SECOND;
    m->n = 0;
    memset(sides, 0, sizeof(sides));
    for (unsigned turn = 0; turn < TURNS; turn++) {
        m->t += WL_SECOND;
        for (uint32_t i = turns[turn].from; i < turns[turn].to; i++) {
            m->ports[CONN] = i;
            memcpy(m->sides[CONN], sides[i], sizeof(sides[i]));
            send_segment(m, CONN, turns[turn].dir, turns[turn].flags,
                         wl_span_text(turns[turn].text));
            memcpy(sides[i], m->sides[CONN], sizeof(sides[i]));
        }
    }
}

/* ------------------------------------------------------------------------------ what is said */

/* What a shard has said. */
struct heard {
    struct wl_budget budget;
    struct wl_text said;
    struct wl_counters counters;
    unsigned n_exchanges;
};

static void say(struct heard *h, const char *what, uint64_t n)
{
    wl_text_printf(&h->said, " %s %llu", what, (unsigned long long)n);
}

static void on_event(void *user, struct wl_event *ev)
{
    struct heard *h = user;

    wl_text_printf(&h->said, "%d", (int)ev->kind);
    say(h, "when", ev->when);
    say(h, "id", ev->id);
    switch (ev->kind) {
    case WL_EVENT_BEGUN: break;
    case WL_EVENT_OPENED: say(h, "midstream", ev->of.opened.midstream); break;
    case WL_EVENT_EXCHANGE: {
        const struct wl_exchange *ex = ev->of.ex;

        say(h, "ordinal", ex->ordinal);
        say(h, "head acked", ex->wait ? (uint64_t)ex->wait->t_head_acked : 0);
        say(h, "state", (uint64_t)ex->state);
        say(h, "request", ex->req.at.frame);
        say(h, "response", ex->res.at.frame);
        say(h, "acked", ex->res.acked);
        say(h, "ttl", ex->res.ttl);
        say(h, "content", ex->res.body_bytes);
        say(h, "to", ex->res.end_offset);
        say(h, "unjudged", (uint64_t)ex->unjudged);
        say(h, "rtt", (uint64_t)ex->conn.rtt);
        say(h, "findings", ex->n_findings);
        wl_line_exchange(&h->said, ex, 0);
        h->n_exchanges++;
        wl_arena_free(ex->arena);
        break;
    }
    case WL_EVENT_CONNECTION: {
        const struct wl_conn_record *rec = ev->of.conn;

        say(h, "end", (uint64_t)rec->end);
        say(h, "ttl", rec->conn.ttl);
        say(h, "rtt", (uint64_t)rec->conn.rtt);
        say(h, "by", (uint64_t)rec->end_by);
        say(h, "suspect", rec->rst_suspect);
        say(h, "packets", rec->packets);
        say(h, "last", rec->last_packet);
        say(h, "frame", rec->last_frame);
        say(h, "t", (uint64_t)rec->t_last);
        for (unsigned i = 0; i < 2; i++) {
            say(h, "octets", rec->bytes[i]);
            say(h, "gaps", rec->gaps[i]);
            say(h, "closing", rec->closing[i].frame);
        }
        say(h, "exchanges", rec->n_exchanges);
        say(h, "unjudged", (uint64_t)rec->unjudged);
        wl_arena_free(rec->arena);
        break;
    }
    }
    wl_text_put(&h->said, "\n");
}

/* at_once: packets of one call; 0: each for itself. */
static void hear(struct heard *h, struct made *m, const struct wl_config *cfg, unsigned at_once)
{
    const struct wl_shard_config shard = {
        .cfg = cfg, .keep_steps = true, .n_shards = 1, .emit = on_event, .user = h};
    struct wl_shard *s;

    *h = (struct heard){.n_exchanges = 0};
    wl_budget_init(&h->budget, 64u << 20, NULL, NULL, NULL);
    wl_text_init(&h->said, &h->budget, 16u << 20);
    s = wl_shard_new(&shard);
    assert_non_null(s);
    for (size_t i = 0, n; i < m->n; i += n) {
        n = at_once ? wl_min_size(1 + draw(m, at_once), m->n - i) : 1;
        if (at_once) {
            wl_shard_packets(s, m->packets + i, n);
        } else {
            wl_shard_packet(s, m->packets + i);
        }
    }
    wl_shard_finish(s);
    h->counters = *wl_shard_counters(s);
    wl_shard_free(s);
    assert_false(h->said.full);
}

static void forget(struct heard *h)
{
    wl_text_release(&h->said);
    assert_int_equal(h->budget.used, 0);
}

/* The first line that is not the same. */
static void expect_same(struct wl_span a, struct wl_span b)
{
    size_t line = 0;

    for (size_t i = 0; i < a.n && i < b.n && a.p[i] == b.p[i]; i++)
        line = a.p[i] == '\n' ? i + 1 : line;
    if (!wl_span_equal(a, b)) {
        fail_msg("alone: %.*s\ntogether: %.*s", (int)wl_min_size(a.n - line, 400), a.p + line,
                 (int)wl_min_size(b.n - line, 400), b.p + line);
    }
}

static void compare(struct made *m, const struct wl_config *cfg, unsigned n_exchanges)
{
    struct heard alone, together;

    hear(&alone, m, cfg, 0);
    hear(&together, m, cfg, MOST_AT_ONCE);
    expect_same(wl_text_span(&alone.said), wl_text_span(&together.said));
    assert_memory_equal(&alone.counters, &together.counters, sizeof(alone.counters));
    assert_true(alone.n_exchanges > n_exchanges);
    forget(&alone);
    forget(&together);
}

static struct made *new_made(struct wl_budget *budget)
{
    struct made *m;

    wl_budget_init(budget, 64u << 20, NULL, NULL, NULL);
    m = wl_alloc(budget, sizeof(*m));
    assert_non_null(m);
    m->octets = wl_alloc_array(budget, PACKETS, ROOM);
    assert_non_null(m->octets);
    return m;
}

static void free_made(struct made *m, struct wl_budget *budget)
{
    wl_free(budget, m->octets, (size_t)PACKETS * ROOM);
    wl_free(budget, m, sizeof(*m));
}

static void bursts_say_the_same(void **state)
{
    struct wl_budget budget;
    struct made *m = new_made(&budget);
    struct wl_config cfg;

    (void)state;
    for (uint32_t seed = 1; seed <= ROUNDS; seed++) {
        wl_config_init(&cfg);
        if (seed % 4 == 1) /* the order of recency is exact */
            cfg.limits.idle_timeout = 5 * (uint64_t)WL_SECOND;
        if (seed % 4 == 2)
            cfg.limits.max_connections = 3;
        make(m, seed);
        compare(m, &cfg, 50);
    }
    free_made(m, &budget);
}

static void what_is_due_comes_before_the_rest_of_its_burst(void **state)
{
    struct wl_budget budget;
    struct made *m = new_made(&budget);
    struct wl_config cfg;

    (void)state;
    wl_config_init(&cfg);
    for (uint32_t seed = 1; seed <= ROUNDS; seed++) {
        make_crowd(m, seed);
        compare(m, &cfg, WAITING);
    }
    free_made(m, &budget);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bursts_say_the_same),
        cmocka_unit_test(what_is_due_comes_before_the_rest_of_its_burst),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
