/* unit_evidence.c - -w: which packets are written, what they are told with, what a spool loses.
 * SPDX-License-Identifier: MIT
 *
 * The capture is three connections of four packets each, interleaved; the second has a finding.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "evidence.h"
#include "file.h"

#include <fcntl.h>
#include <unistd.h>

enum {
    N_CONNS = 3,
    N_PACKETS = 12,
    OCTETS = 40,    /* IPv4 and TCP headers, no options */
    RAW_IPV4 = 228, /* LINKTYPE_IPV4, which DLT_IPV4 equals */
};

struct world {
    char capture[64], out[64];
    struct wl_config cfg;
    struct wl_budget budget;
    uint8_t packets[N_PACKETS][OCTETS];
    const char *files[1];
    struct wl_source_config source;
    char log[512];
    enum wl_log_level level; /* of the last one */
    bool open;               /* connections are told of without their end */
};

static void on_log(void *user, enum wl_log_level level, const char *text)
{
    struct world *w = user;

    w->level = level;
    (void)snprintf(w->log, sizeof(w->log), "%s", text);
}

static void be16(uint8_t *p, unsigned value)
{
    p[0] = (uint8_t)(value >> 8);
    p[1] = (uint8_t)value;
}

static void make_packet(uint8_t *p, unsigned conn, bool from_server)
{
    static const uint8_t ends[2][4] = {{10, 0, 0, 2}, {10, 0, 0, 9}};
    unsigned ports[2] = {50000 + conn, 80};

    memset(p, 0, OCTETS);
    p[0] = 0x45;
    be16(p + 2, OCTETS);
    p[8] = 64;
    p[9] = 6;
    memcpy(p + 12, ends[from_server], 4);
    memcpy(p + 16, ends[!from_server], 4);
    be16(p + 20, ports[from_server]);
    be16(p + 22, ports[!from_server]);
    p[32] = 0x50;
    p[33] = 0x10; /* ACK */
}

static void le32(FILE *f, uint32_t value)
{
    const uint8_t octets[4] = {(uint8_t)value, (uint8_t)(value >> 8), (uint8_t)(value >> 16),
                               (uint8_t)(value >> 24)};

    assert_int_equal(fwrite(octets, 1, 4, f), 4);
}

static void write_capture(struct world *w, int fd)
{
    FILE *f = fdopen(fd, "wb");

    assert_non_null(f);
    le32(f, 0xa1b2c3d4);
    le32(f, 4u << 16 | 2);
    le32(f, 0);
    le32(f, 0);
    le32(f, 65535);
    le32(f, RAW_IPV4);
    for (unsigned i = 0; i < N_PACKETS; i++) {
        le32(f, 1000 + i);
        le32(f, 0);
        le32(f, OCTETS);
        le32(f, OCTETS);
        assert_int_equal(fwrite(w->packets[i], 1, OCTETS, f), OCTETS);
    }
    assert_int_equal(fclose(f), 0);
}

static int set_up(void **state)
{
    static struct world w;
    int fd;

    memset(&w, 0, sizeof(w));
    (void)snprintf(w.capture, sizeof(w.capture), "/tmp/wl-evidence-XXXXXX");
    (void)snprintf(w.out, sizeof(w.out), "/tmp/wl-evidence-XXXXXX");
    fd = mkstemp(w.out);
    if (fd < 0 || close(fd) < 0)
        return -1;
    for (unsigned i = 0; i < N_PACKETS; i++)
        make_packet(w.packets[i], i % N_CONNS, i / N_CONNS % 2);
    fd = mkstemp(w.capture);
    if (fd < 0)
        return -1;
    write_capture(&w, fd);
    wl_config_init(&w.cfg);
    w.cfg.evidence_path = w.out;
    w.cfg.log = on_log;
    w.cfg.log_user = &w;
    wl_budget_init(&w.budget, 64u << 20, NULL, NULL, NULL);
    w.files[0] = w.capture;
    w.source = (struct wl_source_config){.files = w.files, .n_files = 1};
    *state = &w;
    return 0;
}

static int tear_down(void **state)
{
    struct world *w = *state;

    (void)unlink(w->capture);
    (void)unlink(w->out);
    return w->budget.used == 0 ? 0 : -1;
}

static const struct wl_rule rule = {.id = "some-rule"};

/* Tells of a finding on the second connection, first seen in packet 2, offending in packet 5. */
static void tell(struct wl_evidence *e, enum wl_severity severity)
{
    struct wl_finding f = {
        .rule = &rule,
        .severity = severity,
        .at.frame = wl_frame(0, 5),
        .message = {(const uint8_t *)"103 seen\x1b[2J", 12},
    };
    struct wl_conn_ref conn = {
        .id = 2,
        .client = {.ip = {10, 0, 0, 2}, .port = 50001, .family = 4},
        .server = {.ip = {10, 0, 0, 9}, .port = 80, .family = 4},
    };
    struct wl_exchange ex = {.conn = conn, .findings = &f, .n_findings = 1};
    struct wl_conn_record rec = {
        .conn = conn, .first_packet = 2, .last_packet = 11, .packets = 4, .findings = &f};

    wl_evidence_exchange(e, &ex);
    rec.n_findings = 1;
    f.message.n = 8;
    wl_evidence_connection(e, &rec);
}

/* Makes two packets out of one segment: 16 octets of it in the first, the rest in the second. */
static void split(struct world *w, unsigned first, unsigned second, unsigned id)
{
    uint8_t *p = w->packets[second];

    memcpy(p, w->packets[first], OCTETS);
    memmove(p + 20, p + 36, 4);
    memset(p + 24, 0, 16);
    be16(p + 2, 24);
    be16(p + 4, id);
    be16(p + 6, 2);
    p = w->packets[first];
    be16(p + 2, 36);
    be16(p + 4, id);
    be16(p + 6, 0x2000);
}

static void write_again(struct world *w)
{
    int fd = open(w->capture, O_WRONLY | O_TRUNC);

    assert_true(fd >= 0);
    write_capture(w, fd);
}

/* Counts the packets written; all must belong to the second connection. */
static unsigned count_written(struct world *w)
{
    struct wl_file *file = NULL;
    struct wl_packet p;
    struct wl_error err;
    unsigned n = 0;
    int rc;

    assert_int_equal(wl_file_open(w->out, NULL, &w->budget, &file, &err), 0);
    while ((rc = wl_file_next(file, &p, &err)) == 1) {
        assert_int_equal(p.bytes.n, OCTETS);
        assert_int_equal(p.t % WL_SECOND, 0);
        assert_true(w->open || memcmp(p.bytes.p, w->packets[1], OCTETS) == 0 ||
                    memcmp(p.bytes.p, w->packets[4], OCTETS) == 0 ||
                    memcmp(p.bytes.p, w->packets[7], OCTETS) == 0 ||
                    memcmp(p.bytes.p, w->packets[10], OCTETS) == 0);
        n++;
    }
    assert_int_equal(rc, 0);
    wl_file_free(file);
    return n;
}

static unsigned count_in_out(const struct world *w, const char *text)
{
    static char content[65536];
    FILE *f = fopen(w->out, "rb");
    size_t n;
    unsigned found = 0;

    assert_non_null(f);
    n = fread(content, 1, sizeof(content), f);
    assert_int_equal(fclose(f), 0);
    for (size_t i = 0; i + strlen(text) <= n; i++)
        found += memcmp(content + i, text, strlen(text)) == 0;
    return found;
}

static bool out_contains(const struct world *w, const char *text)
{
    return count_in_out(w, text) > 0;
}

static void feed_spool(struct world *w, struct wl_evidence *e)
{
    for (unsigned i = 0; i < N_PACKETS; i++) {
        struct wl_packet p = {
            .ordinal = i + 1,
            .frame = wl_frame(0, i + 1),
            .t = (1000 + (wl_ns)i) * WL_SECOND,
            .linktype = RAW_IPV4,
            .wire_length = OCTETS,
            .bytes = {w->packets[i], OCTETS},
        };

        wl_evidence_packet(e, &p);
    }
}

static int begin(struct wl_evidence *e, const struct wl_input *inputs, size_t n_inputs, bool spool,
                 struct wl_error *err)
{
    assert_int_equal(wl_evidence_open(e, err), 0);
    return wl_evidence_begin(e, inputs, n_inputs, spool, err);
}

static void read_a_second_time(void **state)
{
    struct world *w = *state;
    struct wl_evidence *e = wl_evidence_new(&w->budget, &w->cfg);
    struct wl_error err;

    assert_int_equal(begin(e, NULL, 0, false, &err), 0);
    tell(e, WL_VIOLATION);
    assert_int_equal(wl_evidence_write(e, &w->source, &err), 0);
    wl_evidence_free(e);
    assert_int_equal(count_written(w), 4);
    /* two comments on one packet, escaped */
    assert_true(out_contains(w, "some-rule: 103 seen\\x1b[2J\nsome-rule: 103 seen"));
}

/* Each of two interim responses in packets of their own offends, and says so. */
static void each_packet_of_a_finding(void **state)
{
    static const uint64_t frames[] = {5, 8};
    struct world *w = *state;
    struct wl_evidence *e = wl_evidence_new(&w->budget, &w->cfg);
    struct wl_conn_ref conn = {
        .id = 2,
        .client = {.ip = {10, 0, 0, 2}, .port = 50001, .family = 4},
        .server = {.ip = {10, 0, 0, 9}, .port = 80, .family = 4},
    };
    struct wl_finding f = {
        .rule = &rule,
        .severity = WL_VIOLATION,
        .at.frame = wl_frame(0, frames[0]),
        .frames = {wl_frame(0, frames[0]), wl_frame(0, frames[1])},
        .n_frames = 2,
        .message = WL_SPAN("two of 103 seen"),
    };
    struct wl_error err;

    assert_int_equal(begin(e, NULL, 0, false, &err), 0);
    wl_evidence_exchange(e, &(struct wl_exchange){.conn = conn, .findings = &f, .n_findings = 1});
    assert_int_equal(wl_evidence_write(e, &w->source, &err), 0);
    wl_evidence_free(e);
    assert_int_equal(count_written(w), 4);
    assert_int_equal(count_in_out(w, "some-rule: two of 103 seen"), 2);
}

static void from_the_spool(void **state)
{
    struct world *w = *state;
    struct wl_evidence *e = wl_evidence_new(&w->budget, &w->cfg);
    struct wl_error err;

    assert_int_equal(begin(e, NULL, 0, true, &err), 0);
    feed_spool(w, e);
    tell(e, WL_VIOLATION);
    assert_int_equal(wl_evidence_write(e, NULL, &err), 0);
    assert_int_equal(wl_evidence_lost(e), 0);
    wl_evidence_free(e);
    assert_int_equal(count_written(w), 4);
}

/* What is written can be judged again: a segment that came in fragments is all there, and nothing
 * of another connection's. */
static void fragments_of_its_segments(void **state)
{
    struct world *w = *state;
    struct wl_evidence *e;
    struct wl_error err;

    split(w, 6, 9, 1); /* of the first connection */
    split(w, 7, 10, 2);
    split(w, 8, 11, 3); /* of the third */
    w->packets[11][5] = 4;
    write_again(w);
    e = wl_evidence_new(&w->budget, &w->cfg);
    assert_int_equal(begin(e, NULL, 0, false, &err), 0);
    tell(e, WL_VIOLATION);
    assert_int_equal(wl_evidence_write(e, &w->source, &err), 0);
    assert_int_equal(wl_evidence_written(e), 4);
    wl_evidence_free(e);
    assert_int_equal(count_written(w), 4);
}

static void a_small_spool_tells_what_it_lost(void **state)
{
    struct world *w = *state;
    struct wl_evidence *e;
    struct wl_error err;

    w->cfg.limits.max_spool = 500; /* three or four packets */
    e = wl_evidence_new(&w->budget, &w->cfg);
    assert_int_equal(begin(e, NULL, 0, true, &err), 0);
    feed_spool(w, e);
    tell(e, WL_VIOLATION);
    assert_int_equal(wl_evidence_write(e, NULL, &err), 0);
    assert_int_equal(wl_evidence_lost(e) + count_written(w), 4);
    assert_true(wl_evidence_lost(e) > 0);
    assert_non_null(strstr(w->log, "no longer held"));
    assert_int_equal(w->level, WL_LOG_ERROR); /* also with -q */
    wl_evidence_free(e);
}

static void nothing_found_is_a_capture_too(void **state)
{
    struct world *w = *state;
    struct wl_evidence *e = wl_evidence_new(&w->budget, &w->cfg);
    struct wl_error err;

    assert_int_equal(begin(e, NULL, 0, false, &err), 0);
    tell(e, WL_WARNING); /* below --fail-on */
    assert_int_equal(wl_evidence_write(e, &w->source, &err), 0);
    wl_evidence_free(e);
    assert_int_equal(count_written(w), 0);
}

static void never_means_everything(void **state)
{
    struct world *w = *state;
    struct wl_evidence *e;
    struct wl_error err;

    w->cfg.fail_on = WL_OFF;
    e = wl_evidence_new(&w->budget, &w->cfg);
    assert_int_equal(begin(e, NULL, 0, false, &err), 0);
    tell(e, WL_NOTE);
    assert_int_equal(wl_evidence_write(e, &w->source, &err), 0);
    wl_evidence_free(e);
    assert_int_equal(count_written(w), 4);
}

static void an_input_is_not_overwritten(void **state)
{
    struct world *w = *state;
    struct wl_input input = {.name = w->capture};
    struct wl_evidence *e;
    struct wl_error err;

    w->cfg.evidence_path = w->capture;
    e = wl_evidence_new(&w->budget, &w->cfg);
    assert_int_equal(begin(e, &input, 1, false, &err), WL_EINVAL);
    wl_evidence_free(e);
}

/* What there is between the second connection's two: of the packets 2, 5, 8 and 11, all but 8. */
static void two_can_talk_again(void **state)
{
    struct world *w = *state;
    struct wl_evidence *e = wl_evidence_new(&w->budget, &w->cfg);
    struct wl_conn_ref conn = {
        .client = {.ip = {10, 0, 0, 2}, .port = 50001, .family = 4},
        .server = {.ip = {10, 0, 0, 9}, .port = 80, .family = 4},
    };
    struct wl_error err;

    assert_int_equal(begin(e, NULL, 0, false, &err), 0);
    conn.id = 11; /* told first, though it came last */
    wl_evidence_add(e, &conn, UINT64_MAX, 1);
    conn.id = 2;
    wl_evidence_add(e, &conn, 5, 2);
    assert_int_equal(wl_evidence_write(e, &w->source, &err), 0);
    wl_evidence_free(e);
    assert_int_equal(count_written(w), 3);
}

/* Packet i, and a connection of that packet alone, with a finding. */
static void feed_and_tell(struct world *w, struct wl_evidence *e, unsigned i)
{
    const unsigned number = w->open ? i : 1; /* of the client's port */
    uint8_t octets[OCTETS];
    struct wl_packet p = {
        .ordinal = i,
        .frame = wl_frame(0, i),
        .t = (1000 + (wl_ns)i) * WL_SECOND,
        .linktype = RAW_IPV4,
        .wire_length = OCTETS,
        .bytes = {octets, OCTETS},
    };
    struct wl_finding f = {
        .rule = &rule,
        .severity = WL_VIOLATION,
        .at.frame = wl_frame(0, i),
        .message = WL_SPAN("seen"),
    };
    struct wl_conn_record rec = {
        .conn = {.id = i,
                 .client = {.ip = {10, 0, 0, 2}, .port = (uint16_t)(50000 + number), .family = 4},
                 .server = {.ip = {10, 0, 0, 9}, .port = 80, .family = 4}},
        .first_packet = i,
        .last_packet = i,
        .packets = 1,
        .findings = &f,
        .n_findings = 1,
    };
    struct wl_exchange ex = {.conn = rec.conn, .findings = &f, .n_findings = 1};

    make_packet(octets, number, false);
    wl_evidence_packet(e, &p);
    wl_evidence_exchange(e, &ex); /* a second comment on the same packet */
    if (!w->open)
        wl_evidence_connection(e, &rec);
}

enum { LONG = 3000, SPOOLED = 20 };

/** LONG packets, each with a finding, and room for SPOOLED of them. */
static struct wl_evidence *run_long(struct world *w)
{
    struct wl_evidence *e;
    struct wl_error err;

    w->cfg.limits.max_spool = (uint64_t)SPOOLED * (sizeof(struct wl_packet) + OCTETS);
    w->cfg.limits.max_evidence = (uint64_t)4 * SPOOLED;
    e = wl_evidence_new(&w->budget, &w->cfg);
    assert_int_equal(begin(e, NULL, 0, true, &err), 0);
    for (unsigned i = 1; i <= LONG; i++)
        feed_and_tell(w, e, i);
    return e;
}

static void a_long_run_ends_with_its_latest_packets(void **state)
{
    struct world *w = *state;
    struct wl_evidence *e = run_long(w);
    struct wl_error err;

    assert_int_equal(wl_evidence_full(e), 0);
    assert_int_equal(wl_evidence_write(e, NULL, &err), 0);
    assert_int_equal(count_written(w), SPOOLED);
    assert_int_equal(wl_evidence_lost(e), LONG - SPOOLED);
    assert_true(out_contains(w, "some-rule: seen\nsome-rule: seen"));
    assert_non_null(strstr(w->log, "2980 of 3000 packets"));
    wl_evidence_free(e);
}

/** Connections that never end give way when what was found of them is gone. */
static void open_connections_give_way(void **state)
{
    struct world *w = *state;
    struct wl_evidence *e;
    struct wl_error err;

    w->open = true;
    e = run_long(w);
    assert_in_range(wl_evidence_full(e), LONG - 4 * SPOOLED, LONG - SPOOLED);
    assert_int_equal(wl_evidence_write(e, NULL, &err), 0);
    assert_int_equal(count_written(w), SPOOLED);
    assert_non_null(strstr(w->log, "or not to their end"));
    wl_evidence_free(e);
}

static void without_memory_the_latest_packets_are_held(void **state)
{
    enum { PACKETS = 30000 }; /* several times what there is room for */
    struct world *w = *state;
    struct wl_spool *spool;
    struct wl_spool_cursor at = {0};
    struct wl_packet p = {.bytes = {w->packets[1], OCTETS}}, last = {0};
    unsigned n = 0;

    w->budget.max = 1u << 20;
    spool = wl_spool_new(&w->budget, &w->cfg.limits);
    assert_non_null(spool);
    for (p.ordinal = 1; p.ordinal <= PACKETS; p.ordinal++)
        wl_spool_packet(spool, &p);
    while (wl_spool_next(spool, &at, &last))
        n++;
    assert_int_equal(last.ordinal, PACKETS);
    assert_in_range(n, PACKETS / 10, PACKETS - 1);
    wl_spool_free(spool);
}

static void the_spool_leaves_memory_to_others(void **state)
{
    struct world *w = *state;
    struct wl_packet p = {.bytes = {w->packets[1], OCTETS}};
    struct wl_spool *spool;

    w->cfg.limits.memory = 8u << 20;
    spool = wl_spool_new(&w->budget, &w->cfg.limits);
    assert_non_null(spool);
    for (unsigned i = 0; i < 30000; i++)
        wl_spool_packet(spool, &p);
    assert_in_range(w->budget.peak, 512u << 10, (1u << 20) + 4096);
    wl_spool_free(spool);
}

static void bounded(void **state)
{
    struct world *w = *state;
    struct wl_evidence *e;
    struct wl_error err;

    w->cfg.limits.max_evidence = 0;
    e = wl_evidence_new(&w->budget, &w->cfg);
    assert_int_equal(begin(e, NULL, 0, false, &err), 0);
    tell(e, WL_VIOLATION);
    assert_true(wl_evidence_full(e) > 0);
    assert_int_equal(wl_evidence_write(e, &w->source, &err), 0);
    wl_evidence_free(e);
    assert_int_equal(count_written(w), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(read_a_second_time, set_up, tear_down),
        cmocka_unit_test_setup_teardown(each_packet_of_a_finding, set_up, tear_down),
        cmocka_unit_test_setup_teardown(from_the_spool, set_up, tear_down),
        cmocka_unit_test_setup_teardown(fragments_of_its_segments, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_small_spool_tells_what_it_lost, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nothing_found_is_a_capture_too, set_up, tear_down),
        cmocka_unit_test_setup_teardown(never_means_everything, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_input_is_not_overwritten, set_up, tear_down),
        cmocka_unit_test_setup_teardown(two_can_talk_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_long_run_ends_with_its_latest_packets, set_up, tear_down),
        cmocka_unit_test_setup_teardown(open_connections_give_way, set_up, tear_down),
        cmocka_unit_test_setup_teardown(without_memory_the_latest_packets_are_held, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(the_spool_leaves_memory_to_others, set_up, tear_down),
        cmocka_unit_test_setup_teardown(bounded, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
