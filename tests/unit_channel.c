/* unit_channel.c - sniffing, parking, switching, skipping, and the layers that live in stream/.
 * SPDX-License-Identifier: MIT
 *
 * A toy protocol says which way the channel shall go: the client begins with "TOY "; octets are
 * written down as they are fed. "w" in the client's octets means WAIT, "S" in the server's SWITCH,
 * "D" DEAF, "K" skip the next five.
 */
#include "flow.h"
#include "text.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { MOST = 64 << 10 };

/* WL_SPAN for initialisers */
#define LITERAL(literal)                                      \
    {                                                         \
        (const uint8_t *)("" literal ""), sizeof(literal) - 1 \
    }

#define MS ((wl_ns)1000000)

extern const struct wl_layer_ops wl_layer_websocket, wl_layer_h2c, wl_layer_proxy, wl_layer_socks,
    wl_layer_tls, wl_layer_h2, wl_layer_icap, wl_layer_ssh, wl_layer_smtp, wl_layer_ftp,
    wl_layer_other;

struct bench {
    struct wl_budget budget;
    struct wl_arena_pool arenas;
    struct wl_config cfg;
    struct wl_counters counters;
    uint64_t limits[WL_N_LIMITS];
    struct wl_layer_host host;
    struct wl_flows *flows;
    struct wl_text notes;
    struct wl_conn_record rec;
    struct wl_mark mark;
    struct wl_step steps[8];
    uint64_t packet;
    wl_ns now;
    struct wl_endpoint ends[2];
    uint32_t seq[2];      /* octets sent so far */
    enum wl_proto expect; /* announced with a switch */
};

/* ----------------------------------------------------------------------------------------- toy */

struct toy {
    bool greeted;
};

static struct bench *of(const struct wl_layer *l)
{
    return l->host->user;
}

static void note(struct bench *b, enum wl_dir dir, const char *what)
{
    if (b->notes.buf.n)
        wl_text_char(&b->notes, ' ');
    wl_text_char(&b->notes, dir == WL_TO_SERVER ? '>' : '<');
    wl_text_put(&b->notes, what);
}

static enum wl_claim claim_toy(const struct wl_span first[2], const struct wl_hint *hint)
{
    struct wl_span toy = WL_SPAN("TOY ");

    if (hint->midstream && wl_span_starts(first[WL_TO_CLIENT], toy))
        return WL_CLAIM_TURNED;
    if (wl_span_starts(first[WL_TO_CLIENT], WL_SPAN("YES")))
        return WL_CLAIM_YES; /* the answer tells, whatever the question was */
    if (hint->midstream && wl_span_starts(first[WL_TO_SERVER], WL_SPAN("PROXY")))
        return WL_CLAIM_MORE; /* it may be content of anything */
    if (first[WL_TO_SERVER].n == 0 || !wl_span_starts(toy, wl_span_sub(first[0], 0, toy.n)))
        return WL_CLAIM_NO;
    return first[0].n < toy.n ? WL_CLAIM_MORE : WL_CLAIM_YES;
}

static struct wl_fed feed_toy(struct wl_layer *l, enum wl_dir dir, struct wl_span bytes,
                              const struct wl_at *at, const struct wl_seen *seen)
{
    struct bench *b = of(l);
    size_t used = 0;

    (void)seen;
    assert_int_equal(at->offset, wl_layer_offset(l, dir));
    note(b, dir, "");
    for (; used < bytes.n; used++) {
        uint8_t c = bytes.p[used];

        if (c == 'w' && dir == WL_TO_SERVER)
            return (struct wl_fed){WL_FED_WAIT, used, 0};
        wl_text_char(&b->notes, (char)c);
        if (c == 'S' && dir == WL_TO_CLIENT) {
            wl_layer_expect(l, b->expect);
            return (struct wl_fed){WL_FED_SWITCH, used + 1, 0};
        }
        if (c == 'D')
            return (struct wl_fed){WL_FED_DEAF, used + 1, 0};
        if (c == 'K')
            return (struct wl_fed){WL_FED, used + 1, 5};
        if (c == 'z')
            wl_layer_wake(l, seen->t);
        if (c >= '0' && c <= '9') {
            wl_layer_step(l, (uint16_t)(200 + c - '0'), wl_layer_next_ordinal(l), true);
            wl_layer_count_exchange(l);
        }
        if (c == '%') { /* 103, 200 */
            uint32_t ordinal = wl_layer_next_ordinal(l);

            wl_layer_step(l, 103, ordinal, false);
            wl_layer_step(l, 200, ordinal, false);
            wl_layer_count_exchange(l);
        }
    }
    return (struct wl_fed){WL_FED, bytes.n, 0};
}

static struct wl_fed skipped_toy(struct wl_layer *l, enum wl_dir dir, uint64_t n, struct wl_at at,
                                 const struct wl_seen *seen)
{
    (void)at;
    (void)seen;
    note(of(l), dir, "skipped ");
    wl_text_u64(&of(l)->notes, n);
    return (struct wl_fed){WL_FED, 0, 0};
}

static struct wl_fed gap_toy(struct wl_layer *l, enum wl_dir dir, uint64_t lost, struct wl_at at,
                             enum wl_gap_why why, const struct wl_seen *seen)
{
    (void)at;
    (void)seen;
    note(of(l), dir, why == WL_GAP_LIMIT ? "limit " : why == WL_GAP_SILENT ? "silent " : "gap ");
    wl_text_u64(&of(l)->notes, lost);
    return (struct wl_fed){WL_FED, 0, 0};
}

static void end_toy(struct wl_layer *l, enum wl_dir dir, enum wl_end how, enum wl_dir by,
                    const struct wl_seen *seen)
{
    (void)by;
    (void)seen;
    if (how == WL_END_CLOSED)
        note(of(l), dir, "fin");
}

static void wake_toy(struct wl_layer *l, wl_ns now)
{
    (void)now;
    note(of(l), WL_TO_SERVER, "woken");
}

static void close_toy(struct wl_layer *l, wl_ns now)
{
    (void)now;
    wl_text_put(&of(l)->notes, "|");
}

static const struct wl_layer_ops toy = {
    .name = "toy",
    .proto = WL_H11,
    .sniff = claim_toy,
    .state_octets = sizeof(struct toy),
    .feed = feed_toy,
    .skipped = skipped_toy,
    .gap = gap_toy,
    .end = end_toy,
    .wake = wake_toy,
    .close = close_toy,
};

static const struct wl_layer_ops *const layers[] = {
    &wl_layer_websocket,
    &wl_layer_h2c,
    &wl_layer_proxy,
    &wl_layer_socks,
    &wl_layer_h2,
    &toy,
    &wl_layer_tls,
    &wl_layer_icap,
    &wl_layer_ssh,
    &wl_layer_smtp,
    &wl_layer_ftp,
    &wl_layer_other,
    NULL,
};

static void closed(void *user, struct wl_conn_record *rec)
{
    struct bench *b = user;

    b->rec = *rec;
    b->mark = rec->n_marks ? rec->marks[0] : (struct wl_mark){.id = WL_MARK_NONE};
    for (uint32_t i = 0; i < rec->n_steps && i < WL_COUNT(b->steps); i++)
        b->steps[i] = rec->steps[i];
    wl_arena_free(rec->arena);
}

static void no_exchange(void *user, struct wl_exchange *ex)
{
    (void)user;
    wl_arena_free(ex->arena);
}

static void send_syn(struct bench *b)
{
    struct wl_segment syn = {
        .packet = ++b->packet,
        .t = b->now,
        .src = b->ends[0],
        .dst = b->ends[1],
        .seq = UINT32_MAX,
        .flags = WL_TCP_SYN,
    };

    wl_flows_segment(b->flows, &syn);
}

/* A connection with or without its handshake. */
static struct bench *start(bool handshake)
{
    static struct bench bench;
    struct bench *b = &bench;
    struct wl_flows_config cfg;

    *b = (struct bench){.now = 1000 * WL_SECOND};
    wl_budget_init(&b->budget, 64 << 20, NULL, NULL, NULL);
    wl_arena_pool_init(&b->arenas, &b->budget, 1 << 20);
    wl_config_init(&b->cfg);
    wl_text_init(&b->notes, &b->budget, MOST);
    b->ends[0] = (struct wl_endpoint){.ip = {10, 0, 0, 1}, .port = 40000, .family = 4};
    b->ends[1] = (struct wl_endpoint){.ip = {10, 0, 0, 2}, .port = 8000, .family = 4};
    b->host = (struct wl_layer_host){
        .budget = &b->budget,
        .arenas = &b->arenas,
        .cfg = &b->cfg,
        .counters = &b->counters,
        .limits = b->limits,
        .keep_steps = true,
        .exchange = no_exchange,
        .user = b,
    };
    cfg = (struct wl_flows_config){.host = &b->host, .layers = layers, .closed = closed, .user = b};
    b->flows = wl_flows_new(&cfg);
    assert_non_null(b->flows);
    if (handshake)
        send_syn(b);
    return b;
}

static void send_octets(struct bench *b, enum wl_dir dir, struct wl_span bytes, unsigned flags)
{
    struct wl_segment seg = {
        .packet = ++b->packet,
        .frame = b->packet,
        .t = b->now += MS,
        .src = b->ends[dir],
        .dst = b->ends[1 - dir],
        .seq = b->seq[dir],
        .ack = b->seq[1 - dir],
        .flags = (uint8_t)(WL_TCP_ACK | flags),
        .payload = bytes,
    };

    b->seq[dir] += (uint32_t)bytes.n + (flags & WL_TCP_FIN ? 1 : 0);
    wl_flows_tick(b->flows, seg.t);
    wl_flows_segment(b->flows, &seg);
}

static void client(struct bench *b, const char *text)
{
    send_octets(b, WL_TO_SERVER, wl_span_text(text), 0);
}

static void server(struct bench *b, const char *text)
{
    send_octets(b, WL_TO_CLIENT, wl_span_text(text), 0);
}

static void client_octets(struct bench *b, struct wl_span s)
{
    send_octets(b, WL_TO_SERVER, s, 0);
}

static void server_octets(struct bench *b, struct wl_span s)
{
    send_octets(b, WL_TO_CLIENT, s, 0);
}

static void finish(struct bench *b, const char *expected, enum wl_proto proto)
{
    wl_flows_finish(b->flows);
    wl_text_char(&b->notes, '\0');
    assert_string_equal((const char *)b->notes.buf.p, expected);
    assert_int_equal(b->rec.conn.proto, proto);
    wl_flows_free(b->flows);
    wl_text_release(&b->notes);
    wl_arena_pool_release(&b->arenas);
    assert_int_equal(b->budget.used, 0);
}

/* ------------------------------------------------------------------------------------ sniffing */

static void known_at_once(void **state)
{
    struct bench *b = start(true);

    (void)state;
    client(b, "TOY a");
    server(b, "b");
    finish(b, ">TOY a <b|", WL_H11);
}

static void known_bit_by_bit(void **state)
{
    struct bench *b = start(true);

    (void)state;
    client(b, "T");
    client(b, "O");
    client(b, "Y");
    client(b, " ");
    server(b, "b");
    finish(b, ">T >O >Y >  <b|", WL_H11);
}

/* Who would have known with more octets is told of as a limit; who never would is not. */
static void too_little_is_seen(void **state)
{
    struct bench *b = start(true);

    (void)state;
    b->cfg.limits.max_sniff = 3;
    client(b, "TOY");
    server(b, "b");
    assert_int_equal(b->limits[WL_LIMIT_max_sniff], 1);
    finish(b, "", WL_PROTO_OTHER);
    b = start(true);
    b->cfg.limits.max_sniff = 3;
    client(b, "NOT");
    server(b, "b");
    assert_int_equal(b->limits[WL_LIMIT_max_sniff], 0);
    finish(b, "", WL_PROTO_OTHER);
}

static void the_answer_tells(void **state)
{
    struct bench *b = start(true);

    (void)state;
    client(b, "garbage");
    server(b, "Y");
    server(b, "ES");
    finish(b, "", WL_PROTO_OTHER); /* "Y" was not enough, and the second chance begins with "ES" */
    b = start(true);
    client(b, "garbage");
    server(b, "YES");
    finish(b, ">garbage <YES|", WL_H11);
}

static void second_chance(void **state)
{
    struct bench *b = start(true);

    (void)state;
    client(b, "mumble");
    server(b, "mumble");
    client(b, "TOY a");
    server(b, "b");
    finish(b, ">TOY a <b|", WL_H11);
}

static void opaque(void **state)
{
    struct bench *b = start(true);

    (void)state;
    for (int i = 0; i < 2; i++) {
        client(b, "mumble");
        server(b, "mumble");
    }
    client(b, "TOY a");
    server(b, "YES");
    finish(b, "", WL_PROTO_OTHER);
    assert_int_equal(b->rec.bytes[0], 17);
    assert_int_equal(b->rec.bytes[1], 15);
}

static void inside_a_body(void **state)
{
    struct bench *b = start(false);

    (void)state;
    server(b, "half of a body");
    server(b, "more TOY of it");
    client(b, "TOY a");
    server(b, "b");
    finish(b, ">TOY a <b|", WL_H11);
    assert_true(b->rec.conn.midstream);
}

static void turned(void **state)
{
    struct bench *b = start(false);

    (void)state;
    b->ends[0].port = 80; /* the client uses the lower port */
    client(b, "TOY a");
    server(b, "b");
    client(b, "K12");
    client(b, "345c");
    finish(b, ">TOY a <b >K >skipped 5 >c|", WL_H11);
    assert_int_equal(b->rec.conn.client.port, 80);
    assert_int_equal(b->rec.conn.server.port, 8000);
    assert_int_equal(b->rec.bytes[0], 12);
}

static void other_ports(void **state)
{
    struct bench *b = start(true);

    (void)state;
    wl_flows_free(b->flows);
    wl_arena_pool_release(&b->arenas);
    b->cfg.ports[0] = 443;
    b->cfg.n_ports = 1;
    {
        struct wl_flows_config cfg = {
            .host = &b->host, .layers = layers, .closed = closed, .user = b};

        b->flows = wl_flows_new(&cfg);
    }
    client(b, "TOY a");
    finish(b, "", WL_PROTO_UNKNOWN);
    assert_int_equal(b->rec.bytes[0], 5);
}

/* ------------------------------------------------------------------------------------- parking */

static void waits_for_the_other_side(void **state)
{
    struct bench *b = start(true);

    (void)state;
    client(b, "TOY awb");
    client(b, "c");
    server(b, "d");
    finish(b, ">TOY a <d > > >silent 2 >c|", WL_H11);
}

static void waits_and_switches(void **state)
{
    struct bench *b = start(true);

    (void)state;
    client(b, "TOY awTOY early");
    server(b, "okS");
    server(b, "late");
    /* what was parked comes before what came after the switch; w is the next layer's */
    finish(b, ">TOY a <okS|", WL_H11);
}

static void switches(void **state)
{
    struct bench *b = start(true);

    (void)state;
    client(b, "TOY a");
    server(b, "okS");
    client(b, "TOY b");
    server(b, "c");
    finish(b, ">TOY a <okS| >TOY b <c|", WL_H11);
}

static void rest_of_a_segment_is_the_next_layers(void **state)
{
    struct bench *b = start(true);

    (void)state;
    client(b, "TOY a");
    server(b, "okSYES");
    finish(b, ">TOY a <okS| <YES|", WL_H11);
}

static void too_many_layers(void **state)
{
    struct bench *b = start(true);

    (void)state;
    for (int i = 0; i < 5; i++) {
        client(b, "TOY a");
        server(b, "S");
    }
    finish(b, ">TOY a <S| >TOY a <S| >TOY a <S| >TOY a <S|", WL_H11);
    assert_int_equal(b->limits[WL_LIMIT_max_layers], 1);
}

static void limbo_is_bounded(void **state)
{
    struct bench *b = start(true);
    char many[1001];

    (void)state;
    b->cfg.limits.max_limbo = 5000;
    memset(many, 'x', sizeof(many));
    many[1000] = '\0';
    client(b, "TOY aw");
    for (int i = 0; i < 20; i++)
        client(b, many);
    wl_flows_finish(b->flows);
    assert_int_equal(b->counters.parked_over, 1);
    assert_int_equal(b->mark.id, WL_MARK_LIMBO_OVER);
    assert_int_equal(b->rec.bytes[0], 20006);
    b->notes.buf.n = 0;
    finish(b, "", WL_H11);
}

static void waiting_ends_with_the_other_side(void **state)
{
    struct bench *b = start(true);

    (void)state;
    client(b, "TOY awb");
    send_octets(b, WL_TO_CLIENT, WL_SPAN(""), WL_TCP_FIN);
    finish(b, ">TOY a <fin > >silent 2|", WL_H11);
}

static void deaf(void **state)
{
    struct bench *b = start(true);

    (void)state;
    client(b, "TOY aDb");
    server(b, "c");
    client(b, "d");
    finish(b, ">TOY aD|", WL_H11);
    assert_int_equal(b->rec.bytes[0], 8);
    assert_int_equal(b->rec.bytes[1], 1);
}

static void skips(void **state)
{
    struct bench *b = start(true);

    (void)state;
    client(b, "TOY K12");
    client(b, "3");
    client(b, "45aK12345b");
    finish(b, ">TOY K >skipped 5 >aK >skipped 5 >b|", WL_H11);
}

static void wakes(void **state)
{
    struct bench *b = start(true);

    (void)state;
    client(b, "TOY zz");
    wl_flows_tick(b->flows, b->now + 49 * MS);
    server(b, "a");
    wl_flows_tick(b->flows, b->now + 50 * MS);
    wl_flows_tick(b->flows, b->now + 500 * MS);
    finish(b, ">TOY zz <a >woken|", WL_H11);
}

static void steps(void **state)
{
    struct bench *b = start(true);

    (void)state;
    client(b, "TOY a");
    server(b, "0004400");
    finish(b, ">TOY a <0004400|", WL_H11);
    assert_int_equal(b->rec.n_exchanges, 7);
    assert_int_equal(b->rec.n_steps, 3);
    assert_int_equal(b->steps[0].repeat, 3);
    assert_int_equal(b->steps[1].status, 204);
    assert_int_equal(b->steps[2].ordinal, 6);
}

/* No exchange is kept without its end, and none behind one that was not. */
static void steps_of_whole_exchanges(void **state)
{
    struct bench *b = start(true);

    (void)state;
    b->cfg.limits.max_steps = 4;
    client(b, "TOY a");
    server(b, "0%4%0");
    finish(b, ">TOY a <0%4%0|", WL_H11);
    assert_int_equal(b->rec.n_exchanges, 5);
    assert_int_equal(b->rec.n_steps, 4);
    assert_int_equal(b->rec.n_steps_lost, 3);
    assert_int_equal(b->limits[WL_LIMIT_max_steps], 3);

    b = start(true);
    b->cfg.limits.max_steps = 3;
    client(b, "TOY a");
    server(b, "04%4");
    finish(b, ">TOY a <04%4|", WL_H11);
    assert_int_equal(b->rec.n_exchanges, 4);
    assert_int_equal(b->rec.n_steps, 2);
    assert_int_equal(b->rec.n_steps_lost, 3);
    assert_int_equal(b->steps[1].status, 204);
}

/* ------------------------------------------------------------------------- layers of the room */

static void proxy_version_1(void **state)
{
    struct bench *b = start(true);

    (void)state;
    client(b, "PROXY TCP4 192.0.2.1 192.0.2.2 56324 443\r\nTOY a");
    server(b, "b");
    finish(b, ">TOY a <b|", WL_H11);
    assert_int_equal(b->rec.conn.proxied.family, 4);
    assert_int_equal(b->rec.conn.proxied.port, 56324);
    assert_int_equal(b->rec.conn.proxied.ip[3], 1);
    b = start(true);
    client(b, "PROXY TCP6 2001:db8::1 ::ffff:192.0.2.2 1 2\r");
    client(b, "\nTOY a");
    finish(b, ">TOY a|", WL_H11);
    assert_int_equal(b->rec.conn.proxied.family, 6);
    assert_int_equal(b->rec.conn.proxied.ip[15], 1);
    b = start(true);
    client(b, "PROXY UNKNOWN\r\nTOY a");
    finish(b, ">TOY a|", WL_H11);
    assert_int_equal(b->rec.conn.proxied.family, 0);
}

/* Packets may lie in the capture in another order than they were sent. */
static void proxy_before_its_syn(void **state)
{
    struct bench *b = start(false);

    (void)state;
    client(b, "PROXY TCP4 192.0.2.1 192.0.2.2 56324 443\r\n");
    send_syn(b);
    client(b, "TOY a");
    finish(b, ">TOY a|", WL_H11);
    assert_int_equal(b->rec.conn.proxied.port, 56324);
    b = start(false); /* in the middle of a connection it may be anything */
    client(b, "PROXY TCP4 192.0.2.1 192.0.2.2 56324 443\r\n");
    client(b, "TOY a");
    finish(b, "", WL_PROTO_OTHER);
}

static void proxy_version_1_to_the_letter(void **state)
{
    static const char *const wrong[] = {
        "PROXY TCP4 192.0.2.1 192.0.2.2 56324\r\nTOY a",
        "PROXY TCP4 192.0.2.1  192.0.2.2 56324 443\r\nTOY a",
        "PROXY TCP4 192.0.2.256 192.0.2.2 56324 443\r\nTOY a",
        "PROXY TCP4 192.0.2.01 192.0.2.2 56324 443\r\nTOY a",
        "PROXY TCP4 192.0.2.1 192.0.2.2 56324 65536\r\nTOY a",
        "PROXY TCP6 2001:db8::1:: ::1 1 2\r\nTOY a",
        "PROXY TCP6 2001:db8:1 ::1 1 2\r\nTOY a",
        "PROXY TCP6 1:2:3:4:5:6:7:8:9 ::1 1 2\r\nTOY a",
        "PROXY TCP4 192.0.2.1 192.0.2.2 56324 443\nTOY a",
        "proxy TCP4 192.0.2.1 192.0.2.2 56324 443\r\nTOY a",
    };

    (void)state;
    for (size_t i = 0; i < WL_COUNT(wrong); i++) {
        struct bench *b = start(true);

        client(b, wrong[i]);
        finish(b, "", WL_PROTO_OTHER);
    }
}

#define V2 "\r\n\r\n\0\r\nQUIT\n"

static void proxy_version_2(void **state)
{
    const struct wl_span header = WL_SPAN(
        V2 "\x21\x11\0\x10\xc0\0\2\1\xc0\0\2\2\x12\x34\0\x50\3\0\1xTOY a");

    (void)state;
    for (size_t cut = 0; cut < header.n; cut++) { /* in two parts anywhere */
        struct bench *b = start(true);

        if (cut)
            client_octets(b, wl_span_sub(header, 0, cut));
        client_octets(b, wl_span_after(header, cut));
        server(b, "b");
        wl_flows_finish(b->flows);
        assert_int_equal(b->rec.conn.proto, WL_H11);
        assert_int_equal(b->rec.conn.proxied.port, 0x1234);
        assert_int_equal(b->rec.conn.proxied.ip[0], 192);
        b->notes.buf.n = 0;
        finish(b, "", WL_H11);
    }
}

static void proxy_version_2_without_address(void **state)
{
    struct bench *b = start(true);

    (void)state;
    client_octets(b, WL_SPAN(V2 "\x20\0\0\0TOY a")); /* LOCAL */
    finish(b, ">TOY a|", WL_H11);
    assert_int_equal(b->rec.conn.proxied.family, 0);
    b = start(true);
    client_octets(b, WL_SPAN(V2 "\x21\x31\0\4abcdTOY a")); /* UNIX */
    finish(b, ">TOY a|", WL_H11);
    b = start(true);
    client_octets(b, WL_SPAN(V2 "\x31\x11\0\0TOY a")); /* version 3 */
    finish(b, "", WL_PROTO_OTHER);
}

static void socks_5(void **state)
{
    struct bench *b = start(true);

    (void)state;
    client_octets(b, WL_SPAN("\5\2\0\2"));
    server_octets(b, WL_SPAN("\5\2"));
    client_octets(b, WL_SPAN("\1\3bob\4word"));
    server_octets(b, WL_SPAN("\1\0"));
    client_octets(b, WL_SPAN("\5\1\0\3\7a.local\0\x50TOY a")); /* does not wait for the reply */
    assert_int_equal(b->notes.buf.n, 0);
    server_octets(b, WL_SPAN("\5\0\0\1\0\0\0\0\0\0"));
    server(b, "b");
    finish(b, ">TOY a <b|", WL_H11);
}

static void socks_5_then_toy(void **state)
{
    struct bench *b = start(true);

    (void)state;
    client_octets(b, WL_SPAN("\5\1\0"));
    server_octets(b, WL_SPAN("\5\0"));
    client_octets(b, WL_SPAN("\5\1\0\3\7a.local\0\x50TOY a"));
    server_octets(b, WL_SPAN("\5\0\0\1\0\0\0\0\0\0b"));
    finish(b, ">TOY a <b|", WL_H11);
}

static void socks_4a(void **state)
{
    struct bench *b = start(true);

    (void)state;
    client_octets(b, WL_SPAN("\4\1\0\x50\0\0\0\1me\0a.local\0"));
    server_octets(b, WL_SPAN("\0\x5a\0\0\0\0\0\0"));
    client(b, "TOY a");
    finish(b, ">TOY a|", WL_H11);
    b = start(true);
    client_octets(b, WL_SPAN("\4\1\0\x50\1\2\3\4\0"));
    server_octets(b, WL_SPAN("\0\x5b\0\0\0\0\0\0")); /* refused */
    client(b, "TOY a");
    finish(b, "", WL_PROTO_UNKNOWN);
}

#define HELLO    "\x16\3\1\0\6\1\0\0\2\3\3"
#define ANSWER   "\x16\3\3\0\6\2\0\0\2\3\3"
#define SETTINGS "\0\0\6\4\0\0\0\0\0\0\3\0\0\0\x64"

static void names(void **state)
{
    static const struct {
        struct wl_span client, server;
        bool server_first;
        enum wl_proto proto;
    } cases[] = {
        {LITERAL(HELLO), LITERAL(ANSWER), false, WL_PROTO_TLS},
        {LITERAL(HELLO), LITERAL("\x15\3\1\0\2\2\x28"), false, WL_PROTO_TLS},
        {LITERAL(HELLO), LITERAL("YES"), false, WL_H11},
        {LITERAL("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), LITERAL(SETTINGS), false, WL_H2},
        {LITERAL("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), LITERAL(""), false, WL_H2},
        {LITERAL("OPTIONS icap://a/b ICAP/1.0\r\n"), LITERAL("ICAP/1.0 200 OK\r\n"), false,
         WL_ICAP},
        {LITERAL("REQMOD icap://a/b ICAP/1.0\r\n"), LITERAL(""), false, WL_ICAP},
        {LITERAL("RESPMOD b ICAP/1.0\r\n"), LITERAL("ICAP/1.0 404 No\r\n"), false, WL_ICAP},
        {LITERAL("SSH-2.0-a\r\n"), LITERAL("SSH-2.0-b\r\n"), true, WL_PROTO_SSH},
        {LITERAL("EHLO a\r\n"), LITERAL("220 a.example\r\n"), true, WL_PROTO_SMTP},
        {LITERAL("x"), LITERAL("220 a ESMTP b\r\n"), true, WL_PROTO_SMTP},
        {LITERAL("USER a\r\n"), LITERAL("220 welcome\r\n"), true, WL_PROTO_FTP},
        {LITERAL("a NOOP\r\n"), LITERAL("* OK ready\r\n"), true, WL_PROTO_OTHER},
    };

    (void)state;
    for (size_t i = 0; i < WL_COUNT(cases); i++) {
        struct bench *b = start(true);

        if (cases[i].server_first)
            server_octets(b, cases[i].server);
        client_octets(b, cases[i].client);
        if (!cases[i].server_first)
            server_octets(b, cases[i].server);
        wl_flows_finish(b->flows);
        b->notes.buf.n = 0;
        finish(b, "", cases[i].proto);
    }
}

/* Of a server whose octets are not captured no answer is waited for, with all the client says. */
static void named_one_way(void **state)
{
    static const struct wl_span cases[] = {
        LITERAL("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" SETTINGS),
        LITERAL("\x16\3\1\x40\0\1"),
    };
    static const uint8_t octets[1024];

    (void)state;
    for (size_t i = 0; i < WL_COUNT(cases); i++) {
        struct bench *b = start(true);
        size_t before;

        client_octets(b, cases[i]);
        before = b->budget.used;
        for (int n = 0; n < 32; n++)
            client_octets(b, wl_span(octets, sizeof(octets)));
        assert_true(b->budget.used <= before);
        finish(b, "", i ? WL_PROTO_TLS : WL_H2);
    }
}

static void after_a_switch(void **state)
{
    struct bench *b = start(true);

    (void)state;
    b->expect = WL_PROTO_WEBSOCKET;
    client(b, "TOY a");
    server_octets(b, WL_SPAN("S\x81\2hi"));
    finish(b, ">TOY a <S|", WL_PROTO_WEBSOCKET);
    b = start(true);
    b->expect = WL_H2;
    client(b, "TOY a");
    server_octets(b, WL_SPAN("S" SETTINGS));
    finish(b, ">TOY a <S|", WL_H2);
    b = start(true);
    client(b, "TOY a");
    server(b, "S");
    client_octets(b, WL_SPAN(HELLO));
    server_octets(b, WL_SPAN(ANSWER));
    finish(b, ">TOY a <S|", WL_PROTO_TLS);
}

static void tls_midstream(void **state)
{
    struct bench *b = start(false);

    (void)state;
    b->ends[0].port = 80; /* turned by the ClientHello */
    client_octets(b, WL_SPAN(HELLO));
    finish(b, "", WL_PROTO_TLS);
    assert_int_equal(b->rec.conn.client.port, 80);
}

static void tls_unanswered(void **state)
{
    struct bench *b = start(true);

    (void)state;
    client_octets(b, WL_SPAN(HELLO));
    finish(b, "", WL_PROTO_TLS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_at_once),
        cmocka_unit_test(known_bit_by_bit),
        cmocka_unit_test(too_little_is_seen),
        cmocka_unit_test(the_answer_tells),
        cmocka_unit_test(second_chance),
        cmocka_unit_test(opaque),
        cmocka_unit_test(inside_a_body),
        cmocka_unit_test(turned),
        cmocka_unit_test(other_ports),
        cmocka_unit_test(waits_for_the_other_side),
        cmocka_unit_test(waits_and_switches),
        cmocka_unit_test(switches),
        cmocka_unit_test(rest_of_a_segment_is_the_next_layers),
        cmocka_unit_test(too_many_layers),
        cmocka_unit_test(limbo_is_bounded),
        cmocka_unit_test(waiting_ends_with_the_other_side),
        cmocka_unit_test(deaf),
        cmocka_unit_test(skips),
        cmocka_unit_test(wakes),
        cmocka_unit_test(steps),
        cmocka_unit_test(steps_of_whole_exchanges),
        cmocka_unit_test(proxy_version_1),
        cmocka_unit_test(proxy_before_its_syn),
        cmocka_unit_test(proxy_version_1_to_the_letter),
        cmocka_unit_test(proxy_version_2),
        cmocka_unit_test(proxy_version_2_without_address),
        cmocka_unit_test(socks_5),
        cmocka_unit_test(socks_5_then_toy),
        cmocka_unit_test(socks_4a),
        cmocka_unit_test(names),
        cmocka_unit_test(named_one_way),
        cmocka_unit_test(after_a_switch),
        cmocka_unit_test(tls_midstream),
        cmocka_unit_test(tls_unanswered),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
