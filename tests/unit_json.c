/* unit_json.c - the NDJSON output, fed by hand: key order, absence, escaping, long objects.
 * SPDX-License-Identifier: MIT
 *
 * Exchanges are made here, octet by octet as a hostile peer would, so that every key can be seen
 * with and without its value. Lines are compared whole where order matters and read back by
 * jansson, which refuses duplicate keys and anything that is not UTF-8.
 */
#include "text.h"
#include "wirelint/report.h"
#include "wirelint/wirelint.h"

#include <setjmp.h>
#include <stdarg.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

enum { REPORT_OCTETS = 4 << 20 };

static const struct wl_rule rule = {
    .id = "interim-to-http10",
    .severity = WL_VIOLATION,
    .fault = WL_FAULT_SERVER,
    .cite = {"RFC 9110 15.2", "RFC 9112 9.3"},
    .title = "interim response to HTTP/1.0",
};

/* 2026-11-21T03:47:19Z */
static const wl_ns moment = 1795232839 * WL_SECOND;

struct bench {
    struct wl_sink sink;
    struct wl_stats stats;
    struct wl_input inputs[2];
    char path[64];
    char *text; /* what the output wrote */
};

static struct wl_endpoint endpoint(uint8_t last, uint16_t port)
{
    return (struct wl_endpoint){.ip = {10, 0, 0, last}, .port = port, .family = 4};
}

static int start(void **state)
{
    static struct bench bench;
    const struct wl_sink_config cfg = {.path = bench.path, .command = "audit"};

    bench = (struct bench){.sink = {.ops = wl_report_find("json")}};
    bench.inputs[0] = (struct wl_input){.name = "a.pcap"};
    bench.inputs[1] = (struct wl_input){.name = "b\xff.pcap"};
    (void)snprintf(bench.path, sizeof(bench.path), "/tmp/unit_json.XXXXXX");
    if (close(mkstemp(bench.path)) < 0 || bench.sink.ops->open(&bench.sink, &cfg, NULL) < 0)
        return -1;
    bench.sink.inputs = bench.inputs;
    bench.sink.n_inputs = 1;
    bench.stats.inputs = bench.inputs;
    bench.stats.n_inputs = 1;
    bench.text = test_malloc(REPORT_OCTETS);
    *state = &bench;
    return 0;
}

static int stop(void **state)
{
    struct bench *bench = *state;

    test_free(bench->text);
    return unlink(bench->path);
}

/* Ends the report and reads it back. */
static const char *finish(struct bench *bench)
{
    FILE *file;
    size_t n;

    assert_int_equal(bench->sink.ops->close(&bench->sink, &bench->stats, NULL), 0);
    file = fopen(bench->path, "rb");
    assert_non_null(file);
    n = fread(bench->text, 1, REPORT_OCTETS - 1, file);
    bench->text[n] = '\0';
    assert_int_equal(fclose(file), 0);
    return bench->text;
}

/* Line i of a report, to be released with json_decref. */
static json_t *parsed_line(const char *report, unsigned i)
{
    json_error_t error;
    json_t *object;
    size_t n;

    while (i--) {
        report = strchr(report, '\n');
        assert_non_null(report);
        report++;
    }
    n = strcspn(report, "\n");
    object = json_loadb(report, n, JSON_REJECT_DUPLICATES, &error);
    if (!object)
        fail_msg("%s in %.*s", error.text, (int)n, report);
    return object;
}

static void assert_line(const char *report, unsigned i, const char *expected)
{
    json_decref(parsed_line(report, i)); /* it is JSON, whatever it says */
    while (i--)
        report = strchr(report, '\n') + 1;
    if (strncmp(report, expected, strlen(expected)) != 0 || report[strlen(expected)] != '\n')
        fail_msg("expected %s\nbut got  %.*s", expected, (int)strcspn(report, "\n"), report);
}

static struct wl_span text_span(const char *text)
{
    return (struct wl_span){(const uint8_t *)text, strlen(text)};
}

/* GET /page HTTP/1.0 -> 103, 200 on connection 7 */
static struct wl_exchange sample(struct wl_message *interim, struct wl_field *host)
{
    *host = (struct wl_field){.begin = (const uint8_t *)"Host",
                              .n_name = 4,
                              .value = text_span("a.example"),
                              .id = WL_FIELD_HOST};
    *interim = (struct wl_message){
        .state = WL_WHOLE,
        .status = 103,
        .at = {.frame = wl_frame(0, 5), .offset = 0, .dir = WL_TO_CLIENT},
        .t_first = moment + 3000000,
        .t_last = moment + 3000000,
        .last_frame = wl_frame(0, 5),
    };
    return (struct wl_exchange){
        .conn = {.number = 7,
                 .client = endpoint(2, 51514),
                 .server = endpoint(9, 3000),
                 .proto = WL_H10},
        .ordinal = 1,
        .state = WL_EXCHANGE_COMPLETE,
        .req = {.state = WL_WHOLE,
                .major = 1,
                .method = text_span("GET"),
                .target = text_span("/page"),
                .fields = host,
                .n_fields = 1,
                .at = {.frame = wl_frame(0, 4)},
                .t_first = moment,
                .t_head = moment + 1000000,
                .t_last = moment + 1000000,
                .last_frame = wl_frame(0, 4)},
        .res = {.state = WL_WHOLE,
                .status = 200,
                .body_bytes = 1234,
                .at = {.frame = wl_frame(0, 6)},
                .t_first = moment + 43000000,
                .t_last = moment + 43500000,
                .last_frame = wl_frame(0, 8)},
        .interim = interim,
        .n_interim = 1,
    };
}

static struct wl_finding finding(const char *message)
{
    return (struct wl_finding){
        .rule = &rule,
        .severity = WL_VIOLATION,
        .confidence = WL_LIKELY,
        .fault = WL_FAULT_SERVER,
        .at = {.frame = wl_frame(0, 5), .offset = 0},
        .frames = {wl_frame(0, 4), wl_frame(0, 5)},
        .n_frames = 2,
        .ordinal = 1,
        .status = 103,
        .t = moment + 3000000,
        .message = text_span(message),
    };
}

static void writes_keys_in_their_order(void **state)
{
    struct bench *bench = *state;
    struct wl_message interim;
    struct wl_field host;
    struct wl_exchange ex = sample(&interim, &host);
    struct wl_finding found = finding("103 to a client of HTTP/1.0");
    const char *report;

    ex.findings = &found;
    ex.n_findings = 1;
    ex.conn.proxied = endpoint(77, 999);
    ex.unjudged = WL_UNJUDGED_GAP;
    assert_int_equal(bench->sink.ops->exchange(&bench->sink, &ex), 0);
    report = finish(bench);
    assert_line(report, 0,
                "{\"type\":\"start\",\"schema\":\"wirelint/1\",\"version\":\"" WL_VERSION
                "\",\"inputs\":[\"a.pcap\"]}");
    assert_line(
        report, 1,
        "{\"type\":\"exchange\",\"conn\":7,\"n\":1,\"ts\":\"2026-11-21T03:47:19.000000000Z\","
        "\"client\":{\"ip\":\"10.0.0.2\",\"port\":51514},"
        "\"proxied\":{\"ip\":\"10.0.0.77\",\"port\":999},"
        "\"server\":{\"ip\":\"10.0.0.9\",\"port\":3000},\"protocol\":\"http/1.0\","
        "\"method\":\"GET\",\"target\":\"/page\",\"host\":\"a.example\",\"version\":\"1.0\","
        "\"statuses\":[103,200],\"final\":200,\"state\":\"complete\","
        "\"interim\":[{\"status\":103,\"after\":0.002,\"frame\":5}],"
        "\"first_after\":0.002,\"final_after\":0.042,\"duration\":0.0435,"
        "\"request_body\":0,\"response_body\":1234,"
        "\"frames\":{\"request\":4,\"response\":6,\"last\":8},"
        "\"findings\":[\"interim-to-http10\"],\"not_judged\":\"gap\"}");
    assert_line(report, 2,
                "{\"type\":\"finding\",\"rule\":\"interim-to-http10\",\"severity\":\"violation\","
                "\"fault\":\"server\",\"confidence\":\"likely\",\"conn\":7,\"n\":1,"
                "\"ts\":\"2026-11-21T03:47:19.003000000Z\","
                "\"client\":{\"ip\":\"10.0.0.2\",\"port\":51514},"
                "\"proxied\":{\"ip\":\"10.0.0.77\",\"port\":999},"
                "\"server\":{\"ip\":\"10.0.0.9\",\"port\":3000},"
                "\"exchange\":\"GET /page HTTP/1.0 -> 103, 200\",\"status\":103,"
                "\"message\":\"103 to a client of HTTP/1.0\","
                "\"cite\":[\"RFC 9110 15.2\",\"RFC 9112 9.3\"],\"frames\":[4,5],\"offset\":0}");
}

static void leaves_out_what_is_not_known(void **state)
{
    struct bench *bench = *state;
    const struct wl_exchange ex = {
        .conn = {.number = 0, .client = endpoint(2, 1), .server = endpoint(9, 80), .proto = WL_H11},
        .ordinal = 1,
        .state = WL_EXCHANGE_UNSOLICITED,
        .res = {.state = WL_HEAD, .status = 408, .at = {.frame = 3}, .t_first = moment},
    };

    assert_int_equal(bench->sink.ops->exchange(&bench->sink, &ex), 0);
    assert_line(
        finish(bench), 1,
        "{\"type\":\"exchange\",\"conn\":0,\"n\":1,\"ts\":\"2026-11-21T03:47:19.000000000Z\","
        "\"client\":{\"ip\":\"10.0.0.2\",\"port\":1},"
        "\"server\":{\"ip\":\"10.0.0.9\",\"port\":80},\"protocol\":\"http/1.1\","
        "\"statuses\":[408],\"final\":408,\"state\":\"unsolicited\",\"interim\":[],"
        "\"response_body\":0,\"frames\":{\"response\":3},\"findings\":[]}");
}

static void tells_raw_octets_once_beside_their_text(void **state)
{
    struct bench *bench = *state;
    struct wl_message interim;
    struct wl_field host;
    struct wl_exchange ex = sample(&interim, &host);
    const char *report;
    json_t *object;

    ex.req.target = text_span("/\"\\\x1b[31m\xff\xc3\xa9");
    host.value = text_span("\x80");
    assert_int_equal(bench->sink.ops->exchange(&bench->sink, &ex), 0);
    report = finish(bench);
    assert_non_null(strstr(report,
                           "\"target\":\"/\\\"\\\\\\u001b[31m\\u00ff\xc3\xa9\",\"raw\":true,"
                           "\"host\":\"\\u0080\",\"version\""));
    object = parsed_line(report, 1);
    assert_true(json_is_true(json_object_get(object, "raw")));
    json_decref(object);
}

/* Written ahead by a shard, or at once: nobody can tell. */
static void writes_the_same_with_a_draft(void **state)
{
    struct bench *bench = *state;
    const struct wl_sink_ops *ops = bench->sink.ops;
    uint64_t memo[WL_DRAFT_MEMO / sizeof(uint64_t)] = {0};
    struct wl_message interim;
    struct wl_field host;
    struct wl_exchange ex = sample(&interim, &host);
    struct wl_finding found = finding("103 to a client of HTTP/1.0");
    uint8_t draft[1024];
    const char *report, *lines[3];
    size_t n;

    for (unsigned i = 0; i < 2; i++) { /* with a memo that knows nothing, and with one that does */
        ex.conn.number = UINT64_MAX;   /* not known yet, nor is what will be found */
        ex.n_findings = 0;
        n = ops->draft(&bench->sink, memo, &ex, draft, sizeof(draft));
        assert_in_range(n, 1, sizeof(draft));
        ex.conn.number = 7;
        ex.findings = &found;
        ex.n_findings = 1;
        assert_int_equal(ops->drafted(&bench->sink, &ex, (struct wl_span){draft, n}), 0);
    }
    assert_int_equal(ops->exchange(&bench->sink, &ex), 0);
    /* one that does not fit, and one whose object has yet to say "raw", are not drafted */
    assert_int_equal(ops->draft(&bench->sink, memo, &ex, draft, n - 1), 0);
    assert_int_equal(ops->draft(&bench->sink, memo, &ex, draft, n), n);
    ex.req.target = text_span("/\xff");
    assert_int_equal(ops->draft(&bench->sink, memo, &ex, draft, sizeof(draft)), 0);

    report = finish(bench);
    for (unsigned i = 0; i < 3; i++) { /* behind the start; each has a finding behind it */
        report = strchr(report, '\n') + 1;
        lines[i] = report;
        report = strchr(report, '\n') + 1;
    }
    n = strcspn(lines[2], "\n");
    assert_memory_equal(lines[0], lines[2], n + 1);
    assert_memory_equal(lines[1], lines[2], n + 1);
}

static void shows_invalid_codes_as_text(void **state)
{
    struct bench *bench = *state;
    struct wl_message interim;
    struct wl_field host;
    struct wl_exchange ex = sample(&interim, &host);

    ex.res.status = 0;
    ex.res.status_text = text_span("20x");
    assert_int_equal(bench->sink.ops->exchange(&bench->sink, &ex), 0);
    assert_non_null(
        strstr(finish(bench), "\"statuses\":[103,0],\"invalid\":[\"20x\"],\"final\":0,"));
}

static void counts_time_before_the_head_was_complete_as_negative(void **state)
{
    struct bench *bench = *state;
    struct wl_message interim;
    struct wl_field host;
    struct wl_exchange ex = sample(&interim, &host);

    ex.req.t_head = moment + 5000000;
    assert_int_equal(bench->sink.ops->exchange(&bench->sink, &ex), 0);
    assert_non_null(strstr(finish(bench), "\"first_after\":-0.002,\"final_after\":0.038,"));
}

static void names_the_file_when_there_are_several(void **state)
{
    struct bench *bench = *state;
    struct wl_message interim;
    struct wl_field host;
    struct wl_exchange ex = sample(&interim, &host);
    const char *report;

    bench->sink.n_inputs = 2;
    ex.req.at.frame = wl_frame(1, 4);
    assert_int_equal(bench->sink.ops->exchange(&bench->sink, &ex), 0);
    report = finish(bench);
    assert_line(report, 0,
                "{\"type\":\"start\",\"schema\":\"wirelint/1\",\"version\":\"" WL_VERSION
                "\",\"inputs\":[\"a.pcap\",\"b\\u00ff.pcap\"],\"raw\":true}");
    assert_non_null(strstr(report, "\"findings\":[],\"file\":\"b\\u00ff.pcap\",\"raw\":true}"));
}

static void groups_steps_of_a_connection_by_exchange(void **state)
{
    struct bench *bench = *state;
    struct wl_step steps[] = {{200, 1, 3}, {103, 4, 1}, {200, 4, 1}, {404, 5, 1}};
    struct wl_finding found = finding("HTTP after 101");
    const struct wl_conn_record conn = {
        .conn = {.number = 2,
                 .client = endpoint(2, 1),
                 .server = endpoint(9, 80),
                 .proto = WL_H11,
                 .midstream = true},
        .steps = steps,
        .n_steps = 4,
        .n_exchanges = 5,
        .bytes = {100, 2000},
        .gaps = {0, 7},
        .end = WL_END_CLOSED,
        .t_first = moment,
        .t_last = moment + WL_SECOND / 4,
        .findings = &found,
        .n_findings = 1,
    };
    const char *report;

    assert_int_equal(bench->sink.ops->connection(&bench->sink, &conn), 0);
    report = finish(bench);
    assert_line(report, 1,
                "{\"type\":\"connection\",\"conn\":2,\"ts\":\"2026-11-21T03:47:19.000000000Z\","
                "\"duration\":0.25,\"client\":{\"ip\":\"10.0.0.2\",\"port\":1},"
                "\"server\":{\"ip\":\"10.0.0.9\",\"port\":80},"
                "\"community_id\":\"1:qly0L5YwjMGH5YN8uXkMx+fHADA=\",\"protocol\":\"http/1.1\","
                "\"exchanges\":5,\"sequence\":[[200],[200],[200],[103,200],[404]],"
                "\"octets\":{\"client\":100,\"server\":2000},\"gaps\":7,\"midstream\":true,"
                "\"end\":\"fin\",\"findings\":[\"interim-to-http10\"]}");
    assert_null(strstr(report, "\"exchange\":"));
}

static void writes_connections_of_any_length(void **state)
{
    struct bench *bench = *state;
    struct wl_step step = {204, 1, 500000};
    const struct wl_conn_record conn = {
        .conn = {.proto = WL_H11},
        .steps = &step,
        .n_steps = 1,
        .n_exchanges = 500000,
        .t_first = moment,
        .t_last = moment,
    };
    json_t *object;

    assert_int_equal(bench->sink.ops->connection(&bench->sink, &conn), 0);
    object = parsed_line(finish(bench), 1);
    assert_int_equal(json_array_size(json_object_get(object, "sequence")), 500000);
    json_decref(object);
}

static void sums_up_at_the_end(void **state)
{
    struct bench *bench = *state;
    struct wl_stats *st = &bench->stats;

    st->counters.packets = 24;
    st->counters.octets = 3000;
    st->connections = 2;
    st->exchanges = 3;
    st->responses[1] = 1;
    st->responses[2] = 2;
    st->codes[103] = 1;
    st->codes[200] = 2;
    st->findings[WL_VIOLATION] = 1;
    st->unjudged[WL_UNJUDGED_TLS] = 4;
    st->limits[WL_LIMIT_max_reorder] = 5;
    st->n_sequences = 2;
    st->sequences[0] = (struct wl_top_sequence){.text = "200", .n = 1};
    st->sequences[1] = (struct wl_top_sequence){.text = "103, 200", .n = 1};
    bench->inputs[0].damaged = "'a.pcap' is cut off";
    assert_line(
        finish(bench), 1,
        "{\"type\":\"end\",\"packets\":24,\"octets\":3000,\"connections\":2,\"exchanges\":3,"
        "\"responses\":{\"1xx\":1,\"2xx\":2,\"3xx\":0,\"4xx\":0,\"5xx\":0,\"invalid\":0},"
        "\"codes\":{\"103\":1,\"200\":2},\"sequences\":{\"200\":1,\"103,200\":1},"
        "\"times\":{},\"findings\":{\"violation\":1,\"warning\":0,\"note\":0},\"rules\":{},"
        "\"not_judged\":{\"tls\":4},\"limits\":{\"max_reorder\":5},\"dropped\":0,"
        "\"damaged\":\"'a.pcap' is cut off\"}");
}

static void writes_nothing_when_nothing_was_read(void **state)
{
    struct bench *bench = *state;

    bench->stats.n_inputs = 0;
    assert_string_equal(finish(bench), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(writes_keys_in_their_order, start, stop),
        cmocka_unit_test_setup_teardown(leaves_out_what_is_not_known, start, stop),
        cmocka_unit_test_setup_teardown(tells_raw_octets_once_beside_their_text, start, stop),
        cmocka_unit_test_setup_teardown(writes_the_same_with_a_draft, start, stop),
        cmocka_unit_test_setup_teardown(shows_invalid_codes_as_text, start, stop),
        cmocka_unit_test_setup_teardown(counts_time_before_the_head_was_complete_as_negative, start,
                                        stop),
        cmocka_unit_test_setup_teardown(names_the_file_when_there_are_several, start, stop),
        cmocka_unit_test_setup_teardown(groups_steps_of_a_connection_by_exchange, start, stop),
        cmocka_unit_test_setup_teardown(writes_connections_of_any_length, start, stop),
        cmocka_unit_test_setup_teardown(sums_up_at_the_end, start, stop),
        cmocka_unit_test_setup_teardown(writes_nothing_when_nothing_was_read, start, stop),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
