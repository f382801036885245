/* unit_tcp.c - segments in any condition become the octets that were sent: one case at a time.
 * SPDX-License-Identifier: MIT
 */
#include "bench_tcp.h"
#include "flows.h"

static void in_order(void **state)
{
    struct bench *b = start();

    (void)state;
    shake_hands(b);
    client(b, 0, 0, "GET");
    server(b, 0, 3, "");
    server(b, 0, 3, "200");
    client(b, 3, 3, "");
    fin(b, WL_TO_SERVER, 3, 3);
    fin(b, WL_TO_CLIENT, 3, 4);
    assert_int_equal(b->n_closed, 0); /* the last acknowledgement belongs to it */
    client(b, 4, 4, "");
    assert_int_equal(b->n_closed, 1);
    assert_int_equal(b->rec.end, WL_END_CLOSED);
    assert_int_equal(b->rec.end_by, WL_TO_SERVER);
    assert_int_equal(b->rec.bytes[0], 3);
    assert_int_equal(b->rec.bytes[1], 3);
    assert_int_equal(b->rec.packets, 10);
    assert_int_equal(b->rec.conn.rtt, 2 * MS);
    assert_false(b->rec.conn.midstream);
    client(b, 4, 4, ""); /* late: no new connection */
    assert_int_equal(b->n_opened, 1);
    finish(b, ">GET <200 >fin <fin");
    assert_int_equal(b->n_closed, 1);
}

static void out_of_order(void **state)
{
    struct bench *b = start();

    (void)state;
    shake_hands(b);
    client(b, 6, 0, "ghi");
    client(b, 3, 0, "def");
    fin(b, WL_TO_SERVER, 9, 0);
    client(b, 0, 0, "abc");
    assert_int_equal(b->counters.out_of_order, 3);
    finish(b, ">abc >def >ghi >fin");
    assert_int_equal(b->counters.gaps, 0);
}

static void duplicates(void **state)
{
    struct bench *b = start();

    (void)state;
    shake_hands(b);
    client(b, 0, 0, "abc");
    client(b, 0, 0, "abc");
    client(b, 3, 0, "def");
    client(b, 0, 0, "abcdef");
    client(b, 4, 0, "efgh"); /* overlap */
    assert_int_equal(b->counters.retransmitted, 2);
    finish(b, ">abc >def >gh");
    assert_int_equal(b->counters.overlaps_differing, 0);
    assert_int_equal(b->mark.id, WL_MARK_NONE);
}

static void overlap_that_differs(void **state)
{
    struct bench *b = start();

    (void)state;
    shake_hands(b);
    client(b, 0, 0, "abcdef");
    client(b, 0, 0, "abXdeY");
    finish(b, ">abcdef"); /* the first octets win */
    assert_int_equal(b->mark.id, WL_MARK_OVERLAP_DIFFERS);
    assert_int_equal(b->mark.value, 2);
    assert_int_equal(b->mark.at.offset, 2);
}

static void overlap_that_differs_in_the_queue(void **state)
{
    struct bench *b = start();

    (void)state;
    shake_hands(b);
    client(b, 3, 0, "def");
    client(b, 8, 0, "ij");
    client(b, 2, 0, "cdXfghiY");
    client(b, 0, 0, "ab");
    finish(b, ">ab >c >def >gh >ij");
    assert_int_equal(b->mark.id, WL_MARK_OVERLAP_DIFFERS);
    assert_int_equal(b->mark.value, 1);
    assert_int_equal(b->mark.at.offset, 4);
    assert_int_equal(b->mark.count, 2);
}

static void sequence_wrap(void **state)
{
    struct bench *b = start();
    struct wl_segment seg = {.payload = {NULL, 0}};
    char octets[1000];

    (void)state;
    memset(octets, 'x', sizeof(octets));
    for (uint32_t i = 0; i < 40; i++) {
        seg = (struct wl_segment){
            .packet = i + 1,
            .frame = i + 1,
            .t = b->now + i,
            .src = b->ends[0],
            .dst = b->ends[1],
            .seq = UINT32_MAX - 20000 + (i ? (i - 1) * 1000 + 1 : 0),
            .flags = i ? WL_TCP_ACK : WL_TCP_SYN,
            .payload = wl_span(octets, i ? sizeof(octets) : 0),
        };
        wl_flows_tick(b->flows, seg.t);
        wl_flows_segment(b->flows, &seg);
    }
    wl_flows_finish(b->flows);
    assert_int_equal(b->rec.bytes[0], 39000);
    assert_int_equal(b->rec.gaps[0], 0);
    wl_text_release(&b->notes);
    wl_text_init(&b->notes, &b->budget, MOST);
    finish(b, "");
}

static void keep_alive_and_probe(void **state)
{
    struct bench *b = start();

    (void)state;
    shake_hands(b);
    client(b, 0, 0, "abc");
    client(b, 2, 0, "Z"); /* keep-alive with a garbage octet (RFC 9293 3.8.4) */
    client(b, 2, 0, "");
    server(b, 0, 3, "");
    client(b, 3, 0, "d");   /* probe of a closed window: the next octet */
    client(b, 3, 0, "d");   /* and again */
    client(b, 3, 0, "def"); /* sent in full when it opened */
    finish(b, ">abc >d >ef");
    assert_int_equal(b->mark.id, WL_MARK_NONE);
}

static void syn_again_and_with_data(void **state)
{
    struct bench *b = start();

    (void)state;
    send_segment(b, WL_TO_SERVER, WL_TCP_SYN, -1, 0, "abc", 0);
    send_segment(b, WL_TO_SERVER, WL_TCP_SYN, -1, 0, "", 0);
    send_segment(b, WL_TO_CLIENT, WL_TCP_SYN | WL_TCP_ACK, -1, 3, "", 0);
    send_segment(b, WL_TO_CLIENT, WL_TCP_SYN | WL_TCP_ACK, -1, 3, "", 0);
    client(b, 3, 0, "def");
    assert_int_equal(b->n_opened, 1);
    finish(b, ">abc >def");
}

static void stale_syn_ack(void **state)
{
    struct bench *b = start();

    (void)state;
    shake_hands(b);
    client(b, 0, 0, "GET");
    send_segment(b, WL_TO_CLIENT, WL_TCP_SYN | WL_TCP_ACK, 1 << 20, 0, "", 0);
    client(b, 3, 0, "");
    server(b, 0, 3, "200");
    finish(b, ">GET <200");
    /* but when nobody had acknowledged the first, the second counts */
    b = start();
    send_segment(b, WL_TO_SERVER, WL_TCP_SYN, -1, 0, "", 0);
    send_segment(b, WL_TO_CLIENT, WL_TCP_SYN | WL_TCP_ACK, 1 << 20, 0, "", 0);
    send_segment(b, WL_TO_CLIENT, WL_TCP_SYN | WL_TCP_ACK, -1, 0, "", 0);
    client(b, 0, 0, "GET");
    server(b, 0, 3, "200");
    finish(b, ">GET <200");
}

/* Two taps that were merged: the SYN is missing, and with it the first octets, of which the answer
 * to it says that they were sent. */
static void syn_ack_behind_octets(void **state)
{
    struct bench *b = start();

    (void)state;
    client(b, 3, 0, "def");
    send_segment(b, WL_TO_CLIENT, WL_TCP_SYN | WL_TCP_ACK, -1, 0, "", 0);
    server(b, 0, 6, "200");
    finish(b, ">def <200");
    assert_true(b->rec.conn.midstream);
    /* none are missing */
    b = start();
    client(b, 0, 0, "abc");
    send_segment(b, WL_TO_CLIENT, WL_TCP_SYN | WL_TCP_ACK, -1, 0, "", 0);
    server(b, 0, 3, "200");
    finish(b, ">abc <200");
    assert_false(b->rec.conn.midstream);
}

/* The same of the server's own octets. */
static void syn_ack_before_octets(void **state)
{
    struct bench *b = start();

    (void)state;
    server(b, 3, 3, "200");
    send_segment(b, WL_TO_CLIENT, WL_TCP_SYN | WL_TCP_ACK, -1, 3, "", 0);
    finish(b, "<200");
    assert_true(b->rec.conn.midstream);
    b = start();
    server(b, 0, 3, "200");
    send_segment(b, WL_TO_CLIENT, WL_TCP_SYN | WL_TCP_ACK, -1, 3, "", 0);
    finish(b, "<200");
    assert_false(b->rec.conn.midstream);
}

/* Packets of the beginning in another order: what is acknowledged first is not where the server's
 * octets begin, as the SYN has been seen and an older acknowledgement follows. */
static void acknowledged_before_the_beginning(void **state)
{
    struct bench *b = start();

    (void)state;
    send_segment(b, WL_TO_SERVER, WL_TCP_SYN, -1, 0, "", 0);
    client(b, 3, 3, "");
    client(b, 0, 0, "");
    client(b, 3, 3, "def");
    client(b, 0, 0, "abc");
    send_segment(b, WL_TO_CLIENT, WL_TCP_SYN | WL_TCP_ACK, -1, 0, "", 0);
    server(b, 0, 3, "200");
    finish(b, ">abc <200 >def");
    /* the octets never come: nobody waits for them for ever */
    b = start();
    send_segment(b, WL_TO_SERVER, WL_TCP_SYN, -1, 0, "", 0);
    client(b, 3, 3, "");
    client(b, 3, 3, "def");
    client(b, 0, 0, "abc");
    for (unsigned i = 0; i < 16; i++) /* patience */
        client(b, 6, 3, "");
    server(b, 3, 6, "200");
    finish(b, ">abc <gap 3 >def <200");
}

static void simultaneous_open_and_close(void **state)
{
    struct bench *b = start();

    (void)state;
    send_segment(b, WL_TO_SERVER, WL_TCP_SYN, -1, 0, "", 0);
    send_segment(b, WL_TO_CLIENT, WL_TCP_SYN, -1, 0, "", 0);
    send_segment(b, WL_TO_SERVER, WL_TCP_SYN | WL_TCP_ACK, -1, 0, "", 0);
    send_segment(b, WL_TO_CLIENT, WL_TCP_SYN | WL_TCP_ACK, -1, 0, "", 0);
    client(b, 0, 0, "a");
    server(b, 0, 1, "b");
    fin(b, WL_TO_SERVER, 1, 1);
    fin(b, WL_TO_CLIENT, 1, 1);
    client(b, 2, 2, "");
    server(b, 2, 2, "");
    assert_int_equal(b->n_opened, 1);
    assert_int_equal(b->n_closed, 1);
    finish(b, ">a <b >fin <fin");
}

static void reset_in_the_middle(void **state)
{
    struct bench *b = start();

    (void)state;
    shake_hands(b);
    client(b, 0, 0, "abc");
    rst(b, WL_TO_CLIENT, 0);
    assert_int_equal(b->n_closed, 1);
    client(b, 3, 0, "late");
    finish(b, ">abc <rst >rst");
    assert_int_equal(b->rec.end, WL_END_RESET);
    assert_int_equal(b->rec.end_by, WL_TO_CLIENT);
    assert_int_equal(b->n_opened, 1);
}

static void reset_out_of_window(void **state)
{
    struct bench *b = start();

    (void)state;
    shake_hands(b);
    client(b, 0, 0, "abc");
    rst(b, WL_TO_CLIENT, 1 << 30);
    rst(b, WL_TO_CLIENT, -100000);
    rst(b, WL_TO_SERVER, -70000);
    server(b, 0, 3, "def");
    finish(b, ">abc <def");
    assert_int_equal(b->rec.end, WL_END_EOF);
}

static void reset_before_its_octets(void **state)
{
    struct bench *b = start();

    (void)state;
    shake_hands(b);
    client(b, 0, 0, "abc");
    rst(b, WL_TO_CLIENT, 3);
    server(b, 0, 3, "def");
    finish(b, ">abc <def <rst >rst");
}

static void refused(void **state)
{
    struct bench *b = start();

    (void)state;
    send_segment(b, WL_TO_SERVER, WL_TCP_SYN, -1, 0, "", 0);
    send_segment(b, WL_TO_CLIENT, WL_TCP_RST | WL_TCP_ACK, -SERVER_ISN - 1, 0, "", 0);
    assert_int_equal(b->n_closed, 1);
    assert_int_equal(b->rec.end, WL_END_RESET);
    send_segment(b, WL_TO_SERVER, WL_TCP_SYN, -1, 0, "", 0);
    assert_int_equal(b->n_opened, 1);
    finish(b, "");
}

static void octets_after_fin(void **state)
{
    struct bench *b = start();

    (void)state;
    shake_hands(b);
    client(b, 0, 0, "abc");
    fin(b, WL_TO_SERVER, 3, 0);
    client(b, 3, 0, "def");
    client(b, 4, 0, "ghi");
    server(b, 0, 4, "ok");
    finish(b, ">abc >fin <ok");
}

/* It was missing when it was acknowledged, and is sent again: by its time it cannot be told what
 * came before it. */
static void fin_sent_again(void **state)
{
    struct bench *b = start();

    (void)state;
    shake_hands(b);
    client(b, 0, 0, "abc");
    server(b, 0, 4, "");
    b->now += 200 * MS;
    server(b, 0, 4, "");
    fin(b, WL_TO_SERVER, 3, 0);
    fin(b, WL_TO_CLIENT, 0, 4);
    finish(b, ">abc >late fin <fin");
}

static void midstream(void **state)
{
    struct bench *b = start();

    (void)state;
    server(b, 100, 50, "body");
    server(b, 96, 50, "old!"); /* before what was captured */
    client(b, 50, 104, "GET");
    assert_int_equal(b->n_opened, 1);
    finish(b, "<body >GET");
    assert_true(b->rec.conn.midstream);
    assert_int_equal(b->rec.conn.server.port, 80);
    assert_int_equal(b->rec.unjudged, WL_UNJUDGED_MIDSTREAM);
}

/* RFC 9293 3.8.4: a connection at rest that sends its last octet again, as Windows does, and no
 * more. */
static void midstream_keep_alive(void **state)
{
    struct bench *b = start();

    (void)state;
    send_cut(b, WL_TO_SERVER, WL_TCP_ACK, 49, 100, wl_span("", 1), 0);
    server(b, 100, 50, "");
    send_cut(b, WL_TO_SERVER, WL_TCP_ACK, 49, 100, wl_span("", 1), 0);
    client(b, 50, 100, "GET");
    server(b, 100, 53, "200");
    finish(b, ">GET <200");
    assert_int_equal(b->rec.gaps[0] + b->rec.gaps[1], 0);
}

static void midstream_keep_alive_after_its_answer(void **state)
{
    struct bench *b = start();

    (void)state;
    server(b, 100, 50, "");
    send_cut(b, WL_TO_SERVER, WL_TCP_ACK, 49, 100, wl_span("", 1), 0);
    client(b, 50, 100, "GET");
    finish(b, ">GET");
}

static void one_direction(void **state)
{
    struct bench *b = start();

    (void)state;
    send_segment(b, WL_TO_CLIENT, WL_TCP_SYN | WL_TCP_ACK, -1, 0, "", 0);
    server(b, 0, 100, "one");
    server(b, 3, 100, "two");
    server(b, 6, 200, "three");
    finish(b, ">gap 100 <one <two >gap 100 <three");
    assert_int_equal(b->rec.gaps[0], 200);
    assert_int_equal(b->rec.unjudged, WL_UNJUDGED_ONE_WAY);
}

static void gap_by_packets(void **state)
{
    struct bench *b = start();

    (void)state;
    shake_hands(b);
    client(b, 3, 0, "def");
    for (int i = 0; i < 15; i++)
        server(b, 0, 6, "");
    wl_text_char(&b->notes, '.');
    server(b, 0, 6, "");
    server(b, 0, 6, "");
    wl_text_char(&b->notes, '.');
    client(b, 0, 0, "abc"); /* too late */
    finish(b, ". >gap 3 >def.");
    assert_int_equal(b->counters.gaps, 1);
    assert_int_equal(b->counters.gap_octets, 3);
}

/* What was lost was lost when the octets behind it came, however long it is waited for. */
static void gap_by_time(void **state)
{
    struct bench *b = start();
    wl_ns came;

    (void)state;
    shake_hands(b);
    client(b, 3, 0, "def");
    came = b->now;
    server(b, 0, 6, "");
    wait_for(b, 90 * MS);
    wl_flows_tick(b->flows, b->now);
    wl_text_char(&b->notes, '.');
    wait_for(b, 20 * MS);
    wl_flows_tick(b->flows, b->now); /* any packet of the capture will do */
    wl_text_char(&b->notes, '.');
    assert_int_equal(b->t_gap, came);
    assert_int_equal(b->t_octets, came);
    finish(b, ". >gap 3 >def.");
}

/* Patience for a hole counts from its own acknowledgement, whatever lies in front of it. */
static void gaps_by_packets(void **state)
{
    struct bench *b = start();

    (void)state;
    shake_hands(b);
    client(b, 3, 0, "def");
    server(b, 0, 6, "");
    client(b, 9, 0, "jkl");
    server(b, 0, 12, "");
    for (int i = 0; i < 13; i++)
        server(b, 0, 12, "");
    wl_text_char(&b->notes, '.');
    server(b, 0, 12, "");
    wl_text_char(&b->notes, '.');
    server(b, 0, 12, "");
    wl_text_char(&b->notes, '.');
    server(b, 0, 12, "");
    wl_text_char(&b->notes, '.');
    finish(b, ". >gap 3 >def.. >gap 3 >jkl.");
}

/* Those that are acknowledged closely behind one another share a time, which is the last one. */
static void gaps_by_time(void **state)
{
    struct bench *b = start();

    (void)state;
    shake_hands(b);
    for (int i = 0; i < 4; i++) {
        client(b, 6 * i + 3, 0, "def");
        server(b, 0, 6 * i + 6, "");
        wait_for(b, 8 * MS);
    }
    wait_for(b, 64 * MS); /* 102 ms since the first acknowledgement, 72 since the last */
    wl_flows_tick(b->flows, b->now);
    wl_text_char(&b->notes, '.');
    wait_for(b, 20 * MS);
    wl_flows_tick(b->flows, b->now);
    wl_text_char(&b->notes, '.');
    wait_for(b, 10 * MS);
    wl_flows_tick(b->flows, b->now);
    wl_text_char(&b->notes, '.');
    finish(b, ">gap 3 >def.. >gap 3 >def >gap 3 >def >gap 3 >def.");
}

/* When both ends have closed and acknowledged everything, nobody sends anything again. */
static void gap_of_what_is_over(void **state)
{
    for (int all = 0; all < 2; all++) {
        struct bench *b = start();

        shake_hands(b);
        client(b, 3, 0, "def");
        fin(b, WL_TO_SERVER, 6, 0);
        server(b, 0, 7, "ok");
        fin(b, WL_TO_CLIENT, 2, 7);
        client(b, 7, all ? 3 : 2, "");
        wait_for(b, 20 * MS);
        wl_flows_tick(b->flows, b->now);
        wl_text_char(&b->notes, '.');
        wait_for(b, 10 * MS);
        wl_flows_tick(b->flows, b->now);
        wl_text_char(&b->notes, '.');
        wait_for(b, 80 * MS);
        wl_flows_tick(b->flows, b->now);
        wl_text_char(&b->notes, '.');
        finish(b, all ? ". >gap 3 >def >fin <ok <fin.." : ".. >gap 3 >def >fin <ok <fin.");
    }
    (void)state;
}

static void no_gap_without_acknowledgement(void **state)
{
    struct bench *b = start();

    (void)state;
    shake_hands(b);
    client(b, 3, 0, "def");
    for (int i = 0; i < 40; i++)
        server(b, 0, 0, "");
    wait_for(b, 60 * WL_SECOND);
    client(b, 0, 0, "abc"); /* the retransmission timer was long */
    finish(b, ">abc >def");
}

static void gap_at_the_end(void **state)
{
    struct bench *b = start();

    (void)state;
    shake_hands(b);
    client(b, 3, 0, "def");
    client(b, 9, 0, "jkl");
    server(b, 0, 0, "x");
    finish(b, "<x >gap 3 >def >gap 3 >jkl");
}

static void gap_by_limit(void **state)
{
    struct bench *b = start();

    (void)state;
    b->cfg.limits.max_reorder_pieces = 4;
    shake_hands(b);
    for (int i = 5; i > 0; i--)
        client(b, (int64_t)i * 2, 0, "yz");
    client(b, 0, 0, "yz");
    finish(b, ">limit 2 >yz >yz >yz >yz >yz");
    assert_int_equal(b->limits[WL_LIMIT_max_reorder_pieces], 1);
}

static void response_before_its_request(void **state)
{
    struct bench *b = start();

    (void)state;
    shake_hands(b);
    server(b, 0, 3, "200"); /* taps merged: captured first */
    client(b, 3, 3, "NXT");
    client(b, 0, 0, "GET");
    finish(b, ">GET <200 >NXT");
}

static void lost_request(void **state)
{
    struct bench *b = start();

    (void)state;
    shake_hands(b);
    server(b, 0, 3, "200");
    wait_for(b, 200 * MS);
    client(b, 3, 3, "GET");
    finish(b, ">gap 3 <200 >GET");
}

static void holes_on_both_sides(void **state)
{
    struct bench *b = start();

    (void)state;
    shake_hands(b);
    client(b, 0, 0, "GET");
    client(b, 3, 3, "GET"); /* the server's clock runs: the first response was lost */
    server(b, 3, 6, "200");
    client(b, 6, 9, "PUT");  /* half of the second, too */
    server(b, 9, 12, "404"); /* the client's clock runs: a request was lost */
    client(b, 12, 12, "GET");
    server(b, 12, 15, "204");
    for (int i = 0; i < 3; i++) {
        wait_for(b, 110 * MS);
        wl_flows_tick(b->flows, b->now);
    }
    wl_text_char(&b->notes, '.');
    /* what a request acknowledges comes before it, whichever clock runs out first */
    finish(b, ">GET <gap 3 >GET <200 <gap 3 >PUT >gap 3 <404 >GET <204.");
}

static void snap_length(void **state)
{
    struct bench *b = start();

    (void)state;
    shake_hands(b);
    send_segment(b, WL_TO_SERVER, WL_TCP_ACK, 0, 0, "abc", 7);
    send_segment(b, WL_TO_SERVER, WL_TCP_ACK, 20, 0, "ghi", 7);
    send_segment(b, WL_TO_SERVER, WL_TCP_ACK, 10, 0, "def", 7);
    finish(b, ">abc >cut 7 >def >cut 7 >ghi >cut 7");
    assert_int_equal(b->rec.unjudged, WL_UNJUDGED_SNAPLEN);
    assert_int_equal(b->rec.bytes[0], 9);
}

static void skipping(void **state)
{
    struct bench *b = start();

    (void)state;
    b->skip = 10;
    shake_hands(b);
    client(b, 0, 0, "GET");
    server(b, 0, 3, "Hxx");  /* one octet taken, then 2 of 10 */
    server(b, 7, 3, "xxxx"); /* out of order */
    server(b, 3, 3, "xxxx");
    server(b, 11, 3, "T");
    finish(b, ">GET <H <skipped 10 <T");
}

static void skipping_ends_at_a_gap(void **state)
{
    struct bench *b = start();

    (void)state;
    b->skip = 10;
    shake_hands(b);
    client(b, 0, 0, "GET");
    server(b, 0, 3, "Hxx");
    server(b, 5, 3, "yy");
    finish(b, ">GET <H <skipped 2 <gap 2 <yy");
}

static void acknowledgements(void **state)
{
    struct bench *b = start();

    (void)state;
    b->want_acks = true;
    shake_hands(b);
    client(b, 0, 0, "GET");
    server(b, 0, 2, "");
    server(b, 0, 3, "ok");
    finish(b, ">GET <ack 2 <ack 3 <ok");
}

static void numbers(void **state)
{
    struct bench *b = start();

    (void)state;
    shake_hands(b);
    send_segment(b, WL_TO_CLIENT, WL_TCP_SYN | WL_TCP_ACK, 700, 0, "", 0);
    assert_int_equal(b->n_opened, 1); /* a SYN-ACK never opens one */
    send_segment(b, WL_TO_SERVER, WL_TCP_SYN, 9000, 0, "", 0);
    assert_int_equal(b->n_opened, 2);
    assert_int_equal(b->rec.end, WL_END_REUSED);
    rst(b, WL_TO_SERVER, 9001);
    wait_for(b, 3600 * WL_SECOND);
    client(b, 9001, 0, "x");
    send_segment(b, WL_TO_SERVER, WL_TCP_SYN, 9000, 0, "", 0);
    assert_int_equal(b->n_opened, 2);
    send_segment(b, WL_TO_CLIENT, WL_TCP_SYN, -1, 0, "", 0);
    assert_int_equal(b->n_opened, 2); /* the other side's number was not known: it is now */
    send_segment(b, WL_TO_CLIENT, WL_TCP_SYN, 5, 0, "", 0);
    assert_int_equal(b->n_opened, 3);
    finish(b, "");
}

static void eviction(void **state)
{
    struct bench *b = start();

    (void)state;
    b->cfg.limits.max_connections = 2;
    start_flows(b);
    shake_hands(b); /* 0 */
    b->ends[0].port++;
    shake_hands(b); /* 1 */
    b->ends[0].port--;
    client(b, 0, 0, "a"); /* 0 is the more recent */
    b->ends[0].port += 2;
    shake_hands(b); /* 2 */
    assert_int_equal(b->n_closed, 1);
    assert_int_equal(b->rec.end, WL_END_EVICTED);
    assert_int_equal(b->rec.conn.client.port, 40001);
    rst(b, WL_TO_SERVER, 0); /* 2 is closed, and goes before 0, which is staler */
    b->ends[0].port++;
    shake_hands(b); /* 3 */
    assert_int_equal(b->n_closed, 2);
    assert_int_equal(wl_flows_open(b->flows), 2);
    assert_int_equal(b->limits[WL_LIMIT_max_connections], 1); /* what was closed is not missed */
    finish(b, ">a");
}

/* Those that were silent for longest go, whatever partitions they are of. */
static void relief(void **state)
{
    static const unsigned silent[] = {7, 13, 21, 30};
    struct bench *b = start();

    (void)state;
    b->cfg.limits.idle_timeout = 300u * (uint64_t)WL_SECOND; /* the order is exact */
    start_flows(b);
    for (unsigned i = 0, port = b->ends[0].port; i < 40; i++) {
        b->ends[0].port = (uint16_t)(port + i);
        shake_hands(b);
    }
    for (unsigned i = 0, k = 0; i < 40; i++) {
        b->ends[0].port = (uint16_t)(40000 + i);
        if (k < WL_COUNT(silent) && silent[k] == i) {
            k++;
        } else {
            client(b, 0, 0, "");
        }
    }
    wl_flows_relieve(b->flows, NULL);
    assert_int_equal(b->n_closed, WL_COUNT(silent));
    assert_int_equal(wl_flows_open(b->flows), 36);
    assert_int_equal(b->rec.end, WL_END_EVICTED);
    assert_int_equal(b->rec.conn.client.port, 40030);
    finish(b, "");
}

/* All that are open end in the order of their numbers, though neither their entries nor their last
 * packets are in it, and no memory is left to sort them. */
static void order_without_memory(void **state)
{
    enum { OPENED = 2100, LEFT = 1400 }; /* two partitions */
    struct bench *b = start();

    (void)state;
    b->cfg.limits.max_connections = OPENED;
    start_flows(b);
    for (int i = 0; i < OPENED; i++) {
        b->ends[0].port++;
        shake_hands(b);
        if (i % 3 == 2) { /* leaves its entry to the next one */
            b->ends[0].port--;
            rst(b, WL_TO_SERVER, 0);
            b->ends[0].port++;
        }
    }
    assert_int_equal(wl_flows_open(b->flows), LEFT);
    for (int i = 0; i < OPENED; i += 3) {
        client(b, 0, 0, "");
        b->ends[0].port -= 3;
    }
    b->rec.conn.id = 0;
    b->n_closed = b->n_backwards = 0;
    b->budget.max = b->budget.used + LEFT; /* enough for a record at a time */
    wl_flows_finish(b->flows);
    assert_int_equal(b->n_closed, LEFT);
    assert_int_equal(b->n_backwards, 0);
    finish(b, "");
}

static void idle(void **state)
{
    struct bench *b = start();

    (void)state;
    b->cfg.limits.idle_timeout = 300u * (uint64_t)WL_SECOND;
    shake_hands(b);
    wait_for(b, 200 * WL_SECOND);
    client(b, 0, 0, "a");
    wait_for(b, 299 * WL_SECOND);
    wl_flows_tick(b->flows, b->now);
    assert_int_equal(b->n_closed, 0);
    wait_for(b, 2 * WL_SECOND);
    wl_flows_tick(b->flows, b->now);
    assert_int_equal(b->n_closed, 1);
    assert_int_equal(b->rec.end, WL_END_IDLE);
    finish(b, ">a");
}

static void time_goes_back(void **state)
{
    struct bench *b = start();

    (void)state;
    shake_hands(b);
    client(b, 3, 0, "def");
    b->now -= 500 * WL_SECOND;
    server(b, 0, 6, "");
    wait_for(b, 120 * MS);
    server(b, 0, 6, "");
    b->now -= 5 * MS;
    server(b, 0, 6, "x");
    finish(b, ">gap 3 >def <x");
}

static void suspicious_reset(void **state)
{
    struct bench *b = start();
    struct wl_segment seg;

    (void)state;
    shake_hands(b);
    client(b, 0, 0, "abc");
    seg = (struct wl_segment){
        .packet = 99,
        .t = b->now,
        .src = b->ends[1],
        .dst = b->ends[0],
        .seq = SERVER_ISN + 1,
        .flags = WL_TCP_RST,
        .ttl = 120,
    };
    wl_flows_segment(b->flows, &seg);
    finish(b, ">abc <rst >rst");
    assert_true(b->rec.rst_suspect);
}

/* Nothing shows how the server counts: its other packets are missing. */
static void reset_without_others(void **state)
{
    struct bench *b = start();

    (void)state;
    send_segment(b, WL_TO_SERVER, WL_TCP_SYN, -1, 0, "", 0);
    client(b, 0, 0, "abc");
    rst(b, WL_TO_CLIENT, 0);
    finish(b, ">abc <rst >rst");
    assert_true(b->rec.rst_suspect);
}

static void reset_as_the_others(void **state)
{
    struct bench *b = start();

    (void)state;
    shake_hands(b);
    client(b, 0, 0, "abc");
    rst(b, WL_TO_CLIENT, 0);
    finish(b, ">abc <rst >rst");
    assert_false(b->rec.rst_suspect);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(in_order),
        cmocka_unit_test(out_of_order),
        cmocka_unit_test(duplicates),
        cmocka_unit_test(overlap_that_differs),
        cmocka_unit_test(overlap_that_differs_in_the_queue),
        cmocka_unit_test(sequence_wrap),
        cmocka_unit_test(keep_alive_and_probe),
        cmocka_unit_test(syn_again_and_with_data),
        cmocka_unit_test(stale_syn_ack),
        cmocka_unit_test(syn_ack_behind_octets),
        cmocka_unit_test(syn_ack_before_octets),
        cmocka_unit_test(acknowledged_before_the_beginning),
        cmocka_unit_test(simultaneous_open_and_close),
        cmocka_unit_test(reset_in_the_middle),
        cmocka_unit_test(reset_out_of_window),
        cmocka_unit_test(reset_before_its_octets),
        cmocka_unit_test(refused),
        cmocka_unit_test(octets_after_fin),
        cmocka_unit_test(fin_sent_again),
        cmocka_unit_test(midstream),
        cmocka_unit_test(midstream_keep_alive),
        cmocka_unit_test(midstream_keep_alive_after_its_answer),
        cmocka_unit_test(one_direction),
        cmocka_unit_test(gap_by_packets),
        cmocka_unit_test(gap_by_time),
        cmocka_unit_test(gaps_by_packets),
        cmocka_unit_test(gaps_by_time),
        cmocka_unit_test(gap_of_what_is_over),
        cmocka_unit_test(holes_on_both_sides),
        cmocka_unit_test(no_gap_without_acknowledgement),
        cmocka_unit_test(gap_at_the_end),
        cmocka_unit_test(gap_by_limit),
        cmocka_unit_test(response_before_its_request),
        cmocka_unit_test(lost_request),
        cmocka_unit_test(snap_length),
        cmocka_unit_test(skipping),
        cmocka_unit_test(skipping_ends_at_a_gap),
        cmocka_unit_test(acknowledgements),
        cmocka_unit_test(numbers),
        cmocka_unit_test(eviction),
        cmocka_unit_test(order_without_memory),
        cmocka_unit_test(idle),
        cmocka_unit_test(relief),
        cmocka_unit_test(time_goes_back),
        cmocka_unit_test(suspicious_reset),
        cmocka_unit_test(reset_without_others),
        cmocka_unit_test(reset_as_the_others),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
