/* unit_pipeline.c - runs with threads: shards under any load, and a screen beside the run.
 * SPDX-License-Identifier: MIT
 *
 * Captures are made here: connections that are opened and nothing else, one connection that has
 * nearly everything to say, and many alike. Whatever the number of shards and however little may be
 * on its way between threads, outputs are told the same in the same order.
 */
#include "clock.h"
#include "diag.h"
#include "engine.h"
#include "image.h"
#include "override.h"
#include "wirelint/screen.h"

#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

enum {
    RAW_IPV4 = 228, /* LINKTYPE_IPV4, which DLT_IPV4 equals */
    HEADERS = 40,
    SYN = 2,
    ACK = 16,
    QUESTIONS = 8 + 16 + 1, /* that can be on their way: asked, answered, and one in between */
};

/* ----------------------------------------------------------------------------------- captures */

struct capture {
    struct image image;
    char path[64];
    const char *files[1];
    struct wl_source_config source;
    uint64_t microseconds;
};

static void put_be(uint8_t *p, uint32_t value, unsigned octets)
{
    for (unsigned i = 0; i < octets; i++)
        p[i] = (uint8_t)(value >> (8 * (octets - 1 - i)));
}

/* One segment of connection conn, 100 microseconds after the one before. */
static void put_segment(struct capture *c, unsigned conn, bool to_client, uint8_t flags,
                        uint32_t seq, uint32_t ack, const char *text)
{
    uint8_t h[HEADERS] = {0x45};
    size_t n = strlen(text);
    uint32_t client = 0x0a000000u + conn / 10000, server = 0x0a010009u;
    uint32_t port = 20000 + conn % 10000;

    c->microseconds += 100;
    put32(&c->image, 1700000000 + c->microseconds / 1000000);
    put32(&c->image, c->microseconds % 1000000);
    put32(&c->image, HEADERS + n);
    put32(&c->image, HEADERS + n);
    put_be(h + 2, (uint32_t)(HEADERS + n), 2);
    h[8] = 64;
    h[9] = 6;
    put_be(h + 12, to_client ? server : client, 4);
    put_be(h + 16, to_client ? client : server, 4);
    put_be(h + 20, to_client ? 80 : port, 2);
    put_be(h + 22, to_client ? port : 80, 2);
    put_be(h + 24, seq, 4);
    put_be(h + 28, ack, 4);
    h[32] = 0x50;
    h[33] = flags;
    put_be(h + 34, 65535, 2);
    put(&c->image, h, sizeof(h));
    put(&c->image, text, n);
}

static void begin(struct capture *c)
{
    memset(c, 0, sizeof(*c));
    image_init(&c->image, false);
    pcap_header(&c->image, 0xa1b2c3d4, RAW_IPV4);
}

static void finish(struct capture *c)
{
    struct wl_span s = wl_buf_span(&c->image.buf);
    int fd;

    (void)snprintf(c->path, sizeof(c->path), "/tmp/unit_pipeline-XXXXXX");
    fd = mkstemp(c->path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, s.p, s.n), (ssize_t)s.n);
    assert_int_equal(close(fd), 0);
    c->files[0] = c->path;
    c->source = (struct wl_source_config){.files = c->files, .n_files = 1};
}

static void discard(struct capture *c)
{
    (void)unlink(c->path);
    image_release(&c->image);
}

static const char request[] = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
static const char answer[] = "HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n";

static void put_open(struct capture *c, unsigned conn)
{
    put_segment(c, conn, false, SYN, 0, 0, "");
    put_segment(c, conn, true, SYN | ACK, 0, 1, "");
}

static void put_exchange(struct capture *c, unsigned conn, unsigned n)
{
    uint32_t req = 1 + n * (uint32_t)strlen(request), res = 1 + n * (uint32_t)strlen(answer);

    put_segment(c, conn, false, ACK, req, res, request);
    put_segment(c, conn, true, ACK, res, req + (uint32_t)strlen(request), answer);
}

static void make_syns(struct capture *c)
{
    begin(c);
    for (unsigned i = 0; i < 8000; i++)
        put_segment(c, i, false, SYN, 0, 0, "");
    finish(c);
}

static void make_skewed(struct capture *c)
{
    begin(c);
    for (unsigned i = 0; i < 40; i++)
        put_open(c, i);
    for (unsigned n = 0; n < 2000; n++) {
        put_exchange(c, 0, n);
        if (n % 50 == 0)
            put_exchange(c, 1 + n / 50, 0);
    }
    finish(c);
}

static void make_even(struct capture *c, unsigned n_exchanges)
{
    begin(c);
    for (unsigned i = 0; i < 50; i++)
        put_open(c, i);
    for (unsigned n = 0; n < n_exchanges; n++) {
        for (unsigned i = 0; i < 50; i++)
            put_exchange(c, i, n);
    }
    finish(c);
}

/* ------------------------------------------------------------------------------------ outputs */

/* What an output was told, in its order. */
struct told {
    uint64_t digest, exchanges, connections, findings;
};

static void add(struct told *t, uint64_t value)
{
    t->digest = (t->digest ^ value) * 0x100000001b3u;
}

static int on_exchange(struct wl_sink *s, const struct wl_exchange *ex)
{
    struct told *t = s->state;

    t->exchanges++;
    t->findings += ex->n_findings;
    add(t, ex->conn.number);
    add(t, ex->ordinal);
    add(t, ex->res.status);
    add(t, ex->n_findings);
    add(t, (uint64_t)ex->req.t_first);
    return 0;
}

static int on_connection(struct wl_sink *s, const struct wl_conn_record *conn)
{
    struct told *t = s->state;

    t->connections++;
    add(t, conn->conn.number);
    add(t, conn->n_exchanges);
    add(t, (uint64_t)conn->t_last);
    return 0;
}

static int on_close(struct wl_sink *s, const struct wl_stats *st, struct wl_error *err)
{
    struct told *t = s->state;

    (void)err;
    add(t, st->exchanges);
    add(t, st->connections);
    add(t, st->counters.packets);
    add(t, st->counters.segments);
    add(t, st->findings[WL_VIOLATION]);
    return 0;
}

static const struct wl_sink_ops ops = {
    .name = "told",
    .summary = "a digest of what was told",
    .exchange = on_exchange,
    .connection = on_connection,
    .close = on_close,
    .wants_exchanges = true,
    .wants_connections = true,
};

static struct wl_engine *new_engine(unsigned n_shards, uint64_t ring_events, struct told *t)
{
    const struct wl_sink_config sink = {.path = "-", .command = "audit"};
    struct wl_engine *e = NULL;
    struct wl_config cfg;
    struct wl_error err;

    memset(t, 0, sizeof(*t));
    wl_config_init(&cfg);
    cfg.shards = n_shards;
    cfg.limits.ring_events = ring_events;
    assert_int_equal(wl_engine_new(&cfg, &e, &err), 0);
    assert_int_equal(wl_engine_add_sink(e, &ops, t, &sink, &err), 0);
    return e;
}

static struct told run_shards(const struct capture *c, unsigned n_shards, uint64_t ring_events)
{
    struct wl_error err = {.code = WL_OK};
    struct told t;
    struct wl_engine *e = new_engine(n_shards, ring_events, &t);

    assert_int_equal(wl_engine_run(e, &c->source, &err), 0);
    assert_int_equal(wl_engine_finish(e, &err), 0);
    wl_engine_free(e);
    return t;
}

/* ------------------------------------------------------------------------------------- shards */

static void compare_shards(struct capture *c, uint64_t exchanges, uint64_t connections)
{
    static const unsigned shards[] = {2, 3, 8};
    static const uint64_t rings[] = {1, 4096, 1 << 20};
    struct told one = run_shards(c, 1, 1 << 20);

    assert_int_equal(one.exchanges, exchanges);
    assert_int_equal(one.connections, connections);
    for (size_t i = 0; i < WL_COUNT(shards); i++) {
        for (size_t k = 0; k < WL_COUNT(rings); k++) {
            struct told several = run_shards(c, shards[i], rings[k]);

            assert_int_equal(several.exchanges, one.exchanges);
            assert_int_equal(several.connections, one.connections);
            assert_int_equal(several.digest, one.digest);
        }
    }
    discard(c);
}

/* Events without memory, and all connections ending at the same moment. */
static void only_openings(void **state)
{
    struct capture c;

    (void)state;
    make_syns(&c);
    compare_shards(&c, 0, 8000);
}

/* One shard has nearly all of the work, and the others run ahead of it as far as they may. */
static void skewed_load(void **state)
{
    struct capture c;

    (void)state;
    make_skewed(&c);
    compare_shards(&c, 2040, 41);
}

static void even_load(void **state)
{
    struct capture c;

    (void)state;
    make_even(&c, 30);
    compare_shards(&c, 1500, 50);
}

/* A signal while there is much to do: every shard comes to its end, and what was read is told. */
static int stop_at_once(struct wl_sink *s, const struct wl_exchange *ex)
{
    (void)ex;
    wl_engine_stop(s->state);
    return 0;
}

static int close_quietly(struct wl_sink *s, const struct wl_stats *st, struct wl_error *err)
{
    (void)s;
    (void)st;
    (void)err;
    return 0;
}

static const struct wl_sink_ops stopper = {
    .name = "stopper",
    .summary = "says stop at the first exchange",
    .exchange = stop_at_once,
    .close = close_quietly,
    .wants_exchanges = true,
};

static void stopped_while_running(void **state)
{
    const struct wl_sink_config sink = {.path = "-", .command = "audit"};
    struct wl_error err = {.code = WL_OK};
    struct capture c;
    struct told t;
    struct wl_engine *e;

    (void)state;
    make_even(&c, 100);
    e = new_engine(3, 1, &t);
    assert_int_equal(wl_engine_add_sink(e, &stopper, e, &sink, &err), 0);
    assert_int_equal(wl_engine_run(e, &c.source, &err), 0);
    assert_true(wl_engine_stats(e)->stopped);
    assert_int_equal(wl_engine_finish(e, &err), 0);
    assert_true(t.exchanges >= 1);
    wl_engine_free(e);
    discard(&c);
}

static int stop_before_the_first(void *user, struct wl_error *err)
{
    (void)err;
    wl_engine_stop(user);
    return 0;
}

/* A signal while a filter lets nothing through: shards have nothing to tell, and hear of it all the
 * same. */
static void stopped_without_events(void **state)
{
    enum { SEGMENTS = 25, OCTETS = 40000, FILES = 90 };
    const char *files[FILES];
    struct wl_error err = {.code = WL_OK};
    struct capture c;
    struct told t;
    struct wl_engine *e = new_engine(2, 1 << 20, &t);
    static char text[OCTETS + 1];

    (void)state;
    memset(text, 'x', OCTETS);
    begin(&c);
    for (uint32_t i = 0; i < SEGMENTS; i++)
        put_segment(&c, 0, false, ACK, i * OCTETS, 0, text);
    finish(&c);
    for (size_t i = 0; i < FILES; i++)
        files[i] = c.path;
    c.source.files = files;
    c.source.n_files = FILES;
    c.source.bpf = "port 1";
    c.source.opened = stop_before_the_first;
    c.source.opened_user = e;
    assert_int_equal(wl_engine_run(e, &c.source, &err), 0);
    assert_true(wl_engine_stats(e)->inputs[FILES - 1].packets < SEGMENTS);
    assert_int_equal(wl_engine_finish(e, &err), 0);
    wl_engine_free(e);
    discard(&c);
}

/* An output that fails while shards write drafts for it. */
struct drafted {
    atomic_bool closed, late; /* late: a draft was asked for after it was closed */
    atomic_uint n_drafts;
};

static size_t write_draft(const struct wl_sink *s, void *memo, const struct wl_exchange *ex,
                          uint8_t *out, size_t room)
{
    struct drafted *d = s->state;

    (void)memo;
    (void)ex;
    (void)room;
    if (atomic_load(&d->closed))
        atomic_store(&d->late, true);
    atomic_fetch_add(&d->n_drafts, 1);
    out[0] = 'x';
    return 1;
}

static int fail_at_once(struct wl_sink *s, const struct wl_exchange *ex, struct wl_span draft)
{
    (void)s;
    (void)ex;
    (void)draft;
    return WL_EOUTPUT;
}

static int close_with_reason(struct wl_sink *s, const struct wl_stats *st, struct wl_error *err)
{
    struct drafted *d = s->state;

    (void)st;
    atomic_store(&d->closed, true);
    return wl_fail(err, WL_EOUTPUT, "the disk is full");
}

static const struct wl_sink_ops drafter = {
    .name = "drafter",
    .summary = "fails at the first draft",
    .draft = write_draft,
    .drafted = fail_at_once,
    .exchange = stop_at_once,
    .close = close_with_reason,
    .wants_exchanges = true,
    .shows_lines = true,
};

static void failed_while_drafting(void **state)
{
    const struct wl_sink_config sink = {.path = "-", .command = "list"};
    struct wl_error err = {.code = WL_OK};
    struct drafted d = {.n_drafts = 0};
    struct capture c;
    struct told t;
    struct wl_engine *e;

    (void)state;
    make_even(&c, 20);
    e = new_engine(2, 1, &t);
    assert_int_equal(wl_engine_add_sink(e, &drafter, &d, &sink, &err), 0);
    assert_int_equal(wl_engine_run(e, &c.source, &err), WL_EOUTPUT);
    assert_string_equal(err.text, "the disk is full");
    assert_true(atomic_load(&d.closed));
    assert_true(atomic_load(&d.n_drafts) > 1);
    assert_false(atomic_load(&d.late));
    assert_int_equal(wl_engine_finish(e, &err), WL_EOUTPUT);
    wl_engine_free(e);
    discard(&c);
}

/* Freed without having been finished, with events in every queue. */
static void freed_before_the_end(void **state)
{
    struct wl_error err = {.code = WL_OK};
    struct capture c;
    struct told t;
    struct wl_engine *e;

    (void)state;
    make_even(&c, 20);
    e = new_engine(4, 1 << 20, &t);
    assert_int_equal(wl_engine_run(e, &c.source, &err), 0);
    wl_engine_free(e);
    discard(&c);
}

/* ------------------------------------------------------------------------------------- screen */

/* Waits for the next answer; NULL when the engine wants the screen to return. */
static struct wl_answer *wait_for_answer(struct wl_port *port)
{
    struct pollfd fd = {.fd = wl_port_fd(port), .events = POLLIN};
    struct wl_answer *a;

    while ((a = wl_port_answer(port)) == NULL && !wl_port_over(port))
        (void)poll(&fd, 1, -1);
    return a;
}

static void ask(struct wl_port *port, enum wl_ask_kind kind, uint32_t ticket)
{
    struct wl_ask question = {.kind = kind, .ticket = ticket, .severity = WL_NOTE};

    (void)snprintf(question.glob, sizeof(question.glob), "*");
    while (!wl_port_ask(port, &question))
        (void)poll(NULL, 0, 1);
}

struct screen {
    struct wl_engine *engine;
    uint64_t exchanges, n_answers;
    bool in_order, full, over;
};

/* Looks at boards until the source has ended. */
static void watch_to_the_end(void *user, struct wl_port *port)
{
    struct screen *s = user;

    for (uint32_t ticket = 1; !s->over; ticket++) {
        struct wl_answer *a;

        ask(port, WL_ASK_BOARD, ticket);
        a = wait_for_answer(port);
        if (!a || a->code < 0 || a->ticket != ticket) {
            wl_answer_free(a);
            return;
        }
        s->n_answers++;
        s->over = a->of.board->over;
        s->exchanges = a->of.board->stats.exchanges;
        wl_answer_free(a);
    }
}

static void watched(unsigned n_shards, double speed)
{
    struct screen s = {.in_order = true};
    struct wl_error err = {.code = WL_OK};
    struct capture c;
    struct told t;
    struct wl_engine *e;

    make_even(&c, 40); /* 4,100 packets in 0.41 seconds */
    e = new_engine(n_shards, 1 << 20, &t);
    assert_int_equal(wl_engine_run_screen(e, &c.source, speed, watch_to_the_end, &s, &err), 0);
    assert_true(s.over);
    assert_int_equal(s.exchanges, 2000);
    assert_int_equal(wl_engine_finish(e, &err), 0);
    assert_int_equal(t.exchanges, 2000);
    wl_engine_free(e);
    discard(&c);
}

static void screen_beside_one_shard(void **state)
{
    (void)state;
    watched(1, 0);
}

static void screen_beside_threads(void **state)
{
    (void)state;
    watched(3, 0);
}

/* Played back, it takes as long as it took, and no less. */
static void played_back(void **state)
{
    wl_ns began = wl_clock_monotonic();

    (void)state;
    watched(1, 4);
    assert_true(wl_clock_monotonic() - began >= 100000000);
}

/* Asks as much as it can without taking an answer, then takes all of them. */
static void ask_too_much(void *user, struct wl_port *port)
{
    const struct wl_ask one_more = {.kind = WL_ASK_OVERRIDE};
    struct screen *s = user;

    for (uint32_t ticket = 1; ticket <= QUESTIONS; ticket++)
        ask(port, WL_ASK_OVERRIDE, ticket);
    s->full = !wl_port_ask(port, &one_more);
    for (uint32_t ticket = 1; ticket <= QUESTIONS; ticket++) {
        struct wl_answer *a = wait_for_answer(port);

        if (!a)
            return;
        s->in_order = s->in_order && a->ticket == ticket && a->kind == WL_ASK_OVERRIDE;
        s->n_answers++;
        wl_answer_free(a);
    }
}

static void answers_in_order(void **state)
{
    struct screen s = {.in_order = true};
    struct wl_error err = {.code = WL_OK};
    struct capture c;
    struct told t;
    struct wl_engine *e;

    (void)state;
    make_even(&c, 5);
    e = new_engine(1, 1 << 20, &t);
    assert_int_equal(wl_engine_run_screen(e, &c.source, 0, ask_too_much, &s, &err), 0);
    assert_true(s.full);
    assert_true(s.in_order);
    assert_int_equal(s.n_answers, QUESTIONS);
    assert_int_equal(wl_engine_finish(e, &err), 0);
    wl_engine_free(e);
    discard(&c);
}

/* Leaves at once, with answers on their way that nobody will take. */
static void leave(void *user, struct wl_port *port)
{
    (void)user;
    for (uint32_t ticket = 1; ticket <= QUESTIONS; ticket++)
        ask(port, WL_ASK_OVERRIDE, ticket);
}

static void screen_that_leaves(void **state)
{
    struct wl_error err = {.code = WL_OK};
    struct capture c;
    struct told t;
    struct wl_engine *e;

    (void)state;
    make_even(&c, 100);
    /* at the pace of the capture it would take a second, and at a thousandth of it a quarter of an
     * hour: that it ends is the test */
    e = new_engine(1, 1 << 20, &t);
    assert_int_equal(wl_engine_run_screen(e, &c.source, 0.001, leave, NULL, &err), 0);
    assert_true(wl_engine_stats(e)->stopped);
    assert_int_equal(wl_engine_finish(e, &err), 0);
    wl_engine_free(e);
    discard(&c);
}

static struct wl_engine *volatile running;

static void on_signal(int number)
{
    (void)number;
    wl_engine_stop(running);
}

/* Has the signal sent that a user would send, and waits to be told. */
static void wait_to_be_told(void *user, struct wl_port *port)
{
    struct screen *s = user;

    (void)kill(getpid(), SIGUSR1);
    wl_answer_free(wait_for_answer(port));
    s->over = wl_port_over(port);
}

/* Is stuck for ever, as in writing to a terminal that takes nothing. */
static void be_stuck(void *user, struct wl_port *port)
{
    (void)user;
    (void)port;
    (void)kill(getpid(), SIGUSR1);
    for (;;)
        (void)poll(NULL, 0, -1);
}

static void stop_by_signal(wl_screen_fn *screen, struct screen *s)
{
    struct sigaction action = {.sa_handler = on_signal};
    struct wl_error err = {.code = WL_OK};
    struct capture c;
    struct told t;
    struct wl_engine *e;

    make_even(&c, 100);
    e = new_engine(1, 1 << 20, &t);
    running = e;
    assert_int_equal(sigaction(SIGUSR1, &action, NULL), 0);
    assert_int_equal(wl_engine_run_screen(e, &c.source, 0.001, screen, s, &err), 0);
    assert_true(wl_engine_stats(e)->stopped);
    assert_int_equal(wl_engine_finish(e, &err), 0);
    wl_engine_free(e);
    discard(&c);
}

static void told_to_return(void **state)
{
    struct screen s = {.over = false};

    (void)state;
    stop_by_signal(wait_to_be_told, &s);
    assert_true(s.over);
}

static void stuck_screen_is_left_behind(void **state)
{
    static struct screen s; /* which outlives the run */

    (void)state;
    stop_by_signal(be_stuck, &s);
}

/* ---------------------------------------------------------------------------------- overrides */

static void severities_change(void **state)
{
    const struct wl_rule *rule = wl_rule_find("no-content-body");
    struct wl_override off = {"no-content-*", WL_OFF};
    struct wl_finding findings[2] = {{0}};
    struct wl_overridden *o;
    struct wl_budget b;
    struct wl_config cfg;

    (void)state;
    assert_non_null(rule);
    wl_config_init(&cfg);
    cfg.overrides = &off;
    cfg.n_overrides = 1;
    wl_budget_init(&b, 1 << 20, NULL, NULL, NULL);
    o = wl_overridden_new(&b, &cfg);
    assert_non_null(o);
    findings[0] = (struct wl_finding){.rule = rule, .severity = WL_VIOLATION};
    findings[1] = (struct wl_finding){.rule = wl_rule_find("switching-unrequested"),
                                      .severity = WL_NOTE};
    assert_non_null(findings[1].rule);
    /* off at the beginning: only the other one is left, as it was */
    assert_int_equal(wl_overridden_found(o, rule, rule->severity), WL_OFF);
    assert_int_equal(wl_overridden_apply(o, findings, 2), 1);
    assert_int_equal(findings[0].severity, WL_NOTE);
    /* on again, as a warning; what was lower than the rule's stays as low as it was */
    assert_int_equal(wl_overridden_set(o, rule->id, WL_WARNING), 1);
    findings[0] = (struct wl_finding){.rule = rule, .severity = WL_VIOLATION};
    findings[1] = (struct wl_finding){.rule = rule, .severity = WL_NOTE};
    assert_int_equal(wl_overridden_apply(o, findings, 2), 2);
    assert_int_equal(findings[0].severity, WL_WARNING);
    assert_int_equal(findings[1].severity, WL_NOTE);
    assert_int_equal(wl_overridden_set(o, "no such rule", WL_OFF), 0);
    wl_overridden_free(o);
    assert_int_equal(b.used, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_openings),
        cmocka_unit_test(skewed_load),
        cmocka_unit_test(even_load),
        cmocka_unit_test(stopped_while_running),
        cmocka_unit_test(stopped_without_events),
        cmocka_unit_test(failed_while_drafting),
        cmocka_unit_test(freed_before_the_end),
        cmocka_unit_test(screen_beside_one_shard),
        cmocka_unit_test(screen_beside_threads),
        cmocka_unit_test(played_back),
        cmocka_unit_test(answers_in_order),
        cmocka_unit_test(screen_that_leaves),
        cmocka_unit_test(told_to_return),
        cmocka_unit_test(severities_change),
        cmocka_unit_test(stuck_screen_is_left_behind),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
