/* unit_history.c - what a screen can open: held as it was told, found by every filter and order.
 * SPDX-License-Identifier: MIT
 *
 * Every capture of the samples goes through the analysis into a desk. Each exchange must come back
 * as it went in, out of what is held and out of what is read again, and every filter must say of
 * what is held what it says of the exchange itself.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "describe.h"
#include "list.h"
#include "pack.h"
#include "replay.h"
#include "store.h"

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MOST = 20000, TEXT_MAX = 8 << 20 };

static const char *const filters[] = {
    "status:200",
    "class:1xx",
    "class:1xx class:2xx",
    "not class:2xx",
    "seq:\"103,200\"",
    "seq:\"100,*\"",
    "seq:200",
    "state:unanswered",
    "not state:complete",
    "state:truncated,tunnel class:2xx",
    "method:GET",
    "method:POST,PUT",
    "not method:GET",
    "version:1.0",
    "version:1.1",
    "rule:interim-*",
    "not rule:*",
    "rule:*",
    "port:80,3000",
    "client:127.0.0.0/8",
    "not server:10.0.0.0/8 status:200",
    "status:400-599",
    "class:invalid",
    "rule:* status:200",
    "client:10.0.0.2 not rule:* method:GET",
};

struct seen {
    struct wl_text line, again;
    struct wl_packer packer;
    struct wl_arena_pool pool;
    struct wl_filter *filters[WL_COUNT(filters)];
    uint32_t passes[MOST]; /* one bit per filter, by order of the exchanges */
    uint32_t facts[MOST];  /* the same, the findings aside */
    uint64_t conn[MOST];   /* id of the connection */
    char *texts[MOST];     /* what it is, whole */
    uint32_t n;
    uint32_t own[MOST]; /* of connections, by number: their own findings pass, or they have none */
    uint64_t ids[MOST];
    bool http[MOST];
    char *records[MOST]; /* by number */
    uint64_t n_conns;
    unsigned n_again; /* details that were read again */
};

/* --------------------------------------------------------------------------- what is told */

static void on_exchange(struct replay *r, const struct wl_exchange *ex)
{
    struct seen *s = r->user;
    struct wl_arena *a = wl_arena_new(&s->pool);
    const struct wl_exchange *back;

    assert_true(s->n < MOST);
    describe_exchange(&s->line, ex);
    assert_false(s->line.full);
    back = wl_unpack_exchange(wl_pack_exchange(&s->packer, ex), a);
    assert_non_null(back);
    describe_exchange(&s->again, back);
    wl_text_char(&s->line, '\0');
    wl_text_char(&s->again, '\0');
    assert_string_equal((const char *)s->line.buf.p, (const char *)s->again.buf.p);
    wl_arena_free(a);
    for (size_t i = 0; i < WL_COUNT(filters); i++) {
        if (wl_filter_match(s->filters[i], ex))
            s->passes[s->n] |= UINT32_C(1) << i;
        if (wl_filter_match_facts(s->filters[i], ex))
            s->facts[s->n] |= UINT32_C(1) << i;
    }
    s->conn[s->n] = ex->conn.id;
    s->texts[s->n] = test_malloc(s->line.buf.n);
    memcpy(s->texts[s->n], s->line.buf.p, s->line.buf.n);
    s->http[ex->conn.number] = true;
    s->n++;
}

/* Whether the finding's exchange has matched is asked of all exchanges of the connection, which is
 * what history can know once it holds none of them any more. */
static bool some_exchange(const struct seen *s, const uint32_t passes[MOST], uint64_t id,
                          size_t filter)
{
    for (uint32_t i = 0; i < s->n; i++) {
        if (s->conn[i] == id && (passes[i] >> filter & 1))
            return true;
    }
    return false;
}

static void on_connection(struct replay *r, const struct wl_conn_record *conn)
{
    struct seen *s = r->user;
    struct wl_arena *a = wl_arena_new(&s->pool);
    const struct wl_conn_record *back = wl_unpack_record(wl_pack_record(&s->packer, conn), a);

    assert_non_null(back);
    describe_record(&s->line, conn);
    describe_record(&s->again, back);
    wl_text_char(&s->line, '\0');
    wl_text_char(&s->again, '\0');
    assert_string_equal((const char *)s->line.buf.p, (const char *)s->again.buf.p);
    wl_arena_free(a);
    assert_true(conn->conn.number < MOST);
    s->records[conn->conn.number] = test_malloc(s->line.buf.n);
    memcpy(s->records[conn->conn.number], s->line.buf.p, s->line.buf.n);
    s->ids[conn->conn.number] = conn->conn.id;
    for (size_t i = 0; i < WL_COUNT(filters); i++) {
        const struct wl_exchange nothing = {.conn = conn->conn};
        bool own = conn->n_exchanges == 0 && conn->n_findings == 0 &&
                   !wl_filter_wants_exchange(s->filters[i]) &&
                   wl_filter_match(s->filters[i], &nothing);

        for (uint32_t k = 0; k < conn->n_findings; k++) {
            const struct wl_finding *f = &conn->findings[k];

            own |= wl_filter_match_conn(s->filters[i], conn, f) &&
                   (f->ordinal == 0 || some_exchange(s, s->facts, conn->conn.id, i));
        }
        if (own)
            s->own[conn->conn.number] |= UINT32_C(1) << i;
    }
    if (conn->conn.number >= s->n_conns)
        s->n_conns = conn->conn.number + 1;
}

static void begin(struct replay *r, struct seen *s)
{
    *s = (struct seen){.n = 0};
    wl_config_init(&r->cfg);
    wl_budget_init(&r->budget, 512u << 20, NULL, NULL, NULL);
    wl_text_init(&s->line, &r->budget, TEXT_MAX);
    wl_text_init(&s->again, &r->budget, TEXT_MAX);
    wl_packer_init(&s->packer, &r->budget, TEXT_MAX);
    wl_arena_pool_init(&s->pool, &r->budget, 1 << 20);
    for (size_t i = 0; i < WL_COUNT(filters); i++)
        assert_int_equal(wl_filter_new(filters[i], &s->filters[i], NULL), 0);
    r->on_exchange = on_exchange;
    r->on_connection = on_connection;
    r->user = s;
}

static void end(struct replay *r, struct seen *s)
{
    for (size_t i = 0; i < WL_COUNT(filters); i++)
        wl_filter_free(s->filters[i]);
    for (uint32_t i = 0; i < s->n; i++)
        test_free(s->texts[i]);
    for (uint64_t i = 0; i < s->n_conns; i++)
        test_free(s->records[i]);
    wl_text_release(&s->line);
    wl_text_release(&s->again);
    wl_packer_release(&s->packer);
    wl_arena_pool_release(&s->pool);
    replay_close(r);
    assert_int_equal(r->budget.used, 0);
}

/* -------------------------------------------------------------------------- what is asked */

static void check_exchanges(struct replay *r, const struct seen *s, size_t filter)
{
    struct wl_ask ask = {
        .kind = WL_ASK_LIST, .list = WL_LIST_EXCHANGES, .n = WL_PAGE_ROWS, .keep = WL_NONE};
    uint64_t expected = 0, found = 0;

    (void)snprintf(ask.where, sizeof(ask.where), "%s", filters[filter]);
    for (uint32_t i = 0; i < s->n; i++)
        expected += s->passes[i] >> filter & 1;
    do {
        struct wl_answer *a = replay_ask(r, &ask);

        assert_non_null(a);
        assert_int_equal(a->code, 0);
        assert_false(a->of.page->partial);
        assert_int_equal(a->of.page->total, expected);
        assert_int_equal(a->of.page->matched, s->n);
        for (uint32_t i = 0; i < a->of.page->n; i++) {
            uint64_t id = a->of.page->rows.exchanges[i].id;

            assert_true(s->passes[id - 1] >> filter & 1);
            found++;
        }
        if (a->of.page->n == 0)
            ask.first = expected;
        ask.first += a->of.page->n;
        wl_answer_free(a);
    } while (ask.first < expected);
    assert_int_equal(found, expected);
}

static void check_connections(struct replay *r, const struct seen *s, size_t filter)
{
    struct wl_ask ask = {
        .kind = WL_ASK_LIST, .list = WL_LIST_CONNECTIONS, .n = WL_PAGE_ROWS, .keep = WL_NONE};
    uint64_t expected = 0;
    struct wl_answer *a;

    (void)snprintf(ask.where, sizeof(ask.where), "%s", filters[filter]);
    for (uint64_t i = 0; i < s->n_conns; i++) {
        expected += (s->own[i] >> filter & 1) ||
                    (s->ids[i] && some_exchange(s, s->passes, s->ids[i], filter));
    }
    a = replay_ask(r, &ask);
    assert_non_null(a);
    assert_int_equal(a->code, 0);
    assert_int_equal(a->of.page->total, expected);
    wl_answer_free(a);
}

/* The whole connection, window by window, is what was told. */
static void check_details(struct replay *r, struct seen *s, bool whole)
{
    for (uint32_t i = 0; i < s->n; i++) {
        struct wl_ask ask = {.kind = WL_ASK_DETAIL, .connection = s->conn[i]};
        uint32_t told = 0;
        struct wl_answer *a;

        if (i && s->conn[i] == s->conn[i - 1])
            continue;
        for (uint32_t k = 0; k <= i; k++)
            told += s->conn[k] == s->conn[i];
        ask.ordinal = told;
        a = replay_ask(r, &ask);
        assert_non_null(a);
        assert_int_equal(a->code, 0);
        for (unsigned k = 0; a->of.detail->held == WL_HELD_SOON && k < 1000; k++) {
            wl_answer_free(a);
            a = replay_ask(r, &ask);
            assert_non_null(a);
            s->n_again++;
        }
        if (whole)
            assert_int_equal(a->of.detail->held, WL_HELD_WHOLE);
        for (uint32_t k = 0; k < a->of.detail->n_exchanges; k++) {
            const struct wl_exchange *ex = a->of.detail->exchanges[k];
            bool found = false;

            describe_exchange(&s->line, ex);
            wl_text_char(&s->line, '\0');
            for (uint32_t m = 0; m < s->n && !found; m++) {
                found = s->conn[m] == s->conn[i] &&
                        strcmp(s->texts[m], (const char *)s->line.buf.p) == 0;
            }
            if (!found)
                fail_msg("not told: %s", (const char *)s->line.buf.p);
        }
        if (whole) {
            const struct wl_conn_record *record = &a->of.detail->conn;
            uint32_t all = 0;

            for (uint32_t k = 0; k < s->n; k++)
                all += s->conn[k] == s->conn[i];
            assert_int_equal(a->of.detail->n_exchanges, all < 200 ? all : 200);
            describe_record(&s->line, record);
            wl_text_char(&s->line, '\0');
            assert_string_equal((const char *)s->line.buf.p, s->records[record->conn.number]);
        }
        wl_answer_free(a);
    }
}

static bool is_capture(const char *name)
{
    return strstr(name, ".pcap") && !strstr(name, ".json") && strcmp(name, "SOURCES") != 0;
}

typedef void check_fn(struct replay *r, struct seen *s);

static void each_capture(uint64_t history, check_fn *check)
{
    static struct seen seen;
    DIR *dir = opendir(WL_CAPTURES);
    unsigned n = 0;

    assert_non_null(dir);
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): there is one thread */
    for (const struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        struct replay r = {.live = false};
        char path[1024];

        if (!is_capture(entry->d_name))
            continue;
        (void)snprintf(path, sizeof(path), "%s/%s", WL_CAPTURES, entry->d_name);
        begin(&r, &seen);
        r.cfg.limits.max_history = history;
        if (replay_open(&r, path) == 0) {
            while (replay_read(&r, UINT64_MAX)) {
            }
            check(&r, &seen);
            n++;
        }
        end(&r, &seen);
    }
    assert_int_equal(closedir(dir), 0);
    assert_true(n > 20);
}

static void check_filters(struct replay *r, struct seen *s)
{
    for (size_t i = 0; i < WL_COUNT(filters); i++) {
        check_exchanges(r, s, i);
        check_connections(r, s, i);
    }
    check_details(r, s, true);
}

static void held_as_told(void **state)
{
    (void)state;
    each_capture(262144, check_filters);
}

static unsigned n_read_again;

static void check_read_again(struct replay *r, struct seen *s)
{
    check_details(r, s, true);
    n_read_again += s->n_again;
}

static void read_again_as_told(void **state)
{
    (void)state;
    each_capture(1, check_read_again);
    assert_true(n_read_again > 20);
}

/* ------------------------------------------------------------------------------ still open */

/* A connection is listed from its first packet on, before there is anything to tell of it. */
static void lists_what_was_opened(void **state)
{
    static struct seen seen;
    struct replay r = {.live = true};
    const struct wl_ask ask = {.kind = WL_ASK_LIST, .list = WL_LIST_CONNECTIONS, .keep = WL_NONE};
    const struct wl_row_connection *row;
    struct wl_answer *a;

    (void)state;
    begin(&r, &seen);
    assert_int_equal(replay_open(&r, WL_CAPTURES "/curl-keepalive.pcap"), 0);
    assert_int_equal(replay_read(&r, 1), 1);
    a = replay_ask(&r, &ask);
    assert_non_null(a);
    assert_int_equal(a->code, 0);
    assert_int_equal(a->of.page->total, 1);
    assert_int_equal(a->of.page->n, 1);
    row = &a->of.page->rows.connections[0];
    assert_true(row->open);
    assert_int_equal(row->n_exchanges, 0);
    assert_int_equal(row->conn.client.family, 4);
    assert_int_not_equal(row->conn.client.port, 0);
    assert_int_not_equal(row->conn.server.port, 0);
    assert_true(row->t_last == row->conn.t_first);
    wl_answer_free(a);
    while (replay_read(&r, UINT64_MAX)) {
    }
    end(&r, &seen);
}

/* --------------------------------------------------------------------------------- saving */

static uint64_t packets_in(const char *path, struct wl_budget *budget)
{
    const struct wl_source_config cfg = {.files = &path, .n_files = 1};
    struct wl_limits limits = {.max_files = 4};
    struct wl_source *source;
    struct wl_packet p;
    uint64_t n = 0;

    assert_int_equal(wl_source_open(&cfg, &limits, budget, &source, NULL), 0);
    while (wl_source_next(source, &p, NULL) == 1)
        n++;
    wl_source_free(source);
    return n;
}

/* Clients of IPv6 come and go, each with an address of its own; a few connections stay open. What
 * is held of addresses is as much as the connections that are held have. */
static void addresses_go_with_connections(void **state)
{
    enum { CONNS = 40 * WL_STORE_ROWS, STAYS = 10007 };
    const struct wl_limits limits = {
        .max_history = 8,
        .max_history_octets = 1 << 20,
        .max_history_connections = (uint64_t)2 * WL_STORE_ROWS,
        .max_connections = 1024,
    };
    struct wl_conn_record rec = {
        .conn = {.client = {.family = 6, .port = 1024}, .server = {.family = 6, .port = 80}}};
    const struct wl_kept_conn *row;
    struct wl_budget budget;
    struct wl_conn_ref ref;
    struct wl_history *h;

    (void)state;
    wl_budget_init(&budget, 64 << 20, NULL, NULL, NULL);
    h = wl_history_new(&budget, &limits);
    assert_non_null(h);
    for (uint32_t i = 0; i < CONNS; i++) {
        struct wl_opened opened = {.server = rec.conn.server, .client = rec.conn.client};

        memcpy(opened.client.ip, &i, sizeof(i));
        opened.client.ip[15] = 1;
        rec.conn.client = opened.client;
        rec.conn.number = i;
        rec.conn.id = i + UINT64_C(1);
        wl_history_opened(h, i + UINT64_C(1), &opened);
        if (i % STAYS)
            wl_history_connection(h, &rec, true);
    }
    assert_true(h->n_addresses <= 4 * WL_STORE_ROWS);
    for (uint32_t i = 0; i < CONNS; i += STAYS) {
        row = wl_history_conn(h, i);
        assert_non_null(row);
        wl_history_ref(h, row, i, &ref);
        assert_memory_equal(ref.client.ip, &i, sizeof(i));
        assert_int_equal(ref.client.ip[15], 1);
        assert_memory_equal(ref.server.ip, rec.conn.server.ip, 16);
    }
    wl_history_free(h);
    assert_int_equal(budget.used, 0);
}

static void saves_packets(void **state)
{
    static struct seen seen;
    struct replay r = {.live = false};
    struct wl_ask ask = {.kind = WL_ASK_SAVE};
    struct wl_answer *a;
    struct stat st;

    (void)state;
    begin(&r, &seen);
    assert_int_equal(replay_open(&r, WL_CAPTURES "/curl-keepalive.pcap"), 0);
    while (replay_read(&r, UINT64_MAX)) {
    }
    (void)snprintf(ask.path, sizeof(ask.path), "/tmp/wl-save-%d.pcapng", (int)getpid());
    (void)unlink(ask.path);
    a = replay_ask(&r, &ask);
    assert_non_null(a);
    if (a->code)
        fail_msg("%s", a->err.text);
    assert_non_null(strstr(a->said, "packets of "));
    wl_answer_free(a);
    assert_int_equal(packets_in(ask.path, &r.budget), r.packets);
    /* others on this machine do not read what may hold credentials */
    assert_int_equal(stat(ask.path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    /* what exists is not written over */
    a = replay_ask(&r, &ask);
    assert_non_null(a);
    assert_int_equal(a->code, WL_EOUTPUT);
    assert_non_null(strstr(a->err.text, "it exists"));
    wl_answer_free(a);
    assert_int_equal(packets_in(ask.path, &r.budget), r.packets);
    assert_int_equal(unlink(ask.path), 0);
    /* nothing passes: nothing is left behind */
    (void)snprintf(ask.where, sizeof(ask.where), "status:599");
    a = replay_ask(&r, &ask);
    assert_non_null(a);
    assert_int_equal(a->code, WL_EINVAL);
    wl_answer_free(a);
    assert_int_not_equal(unlink(ask.path), 0);
    end(&r, &seen);
}

static int told_exchange(struct wl_sink *s, const struct wl_exchange *ex)
{
    uint64_t *n = s->state;

    (void)ex;
    ++*n;
    return 0;
}

static uint64_t n_replayed, n_closed;

static int open_counting(struct wl_sink *s, const struct wl_sink_config *cfg, struct wl_error *err)
{
    (void)cfg;
    (void)err;
    s->state = &n_replayed;
    return 0;
}

static uint32_t n_steps, n_repeats;

static int told_connection(struct wl_sink *s, const struct wl_conn_record *conn)
{
    (void)s;
    assert_int_equal(conn->n_steps_lost, 0);
    n_steps += conn->n_steps;
    for (uint32_t i = 0; i < conn->n_steps; i++)
        n_repeats += conn->steps[i].repeat;
    return 0;
}

static int close_counting(struct wl_sink *s, const struct wl_stats *st, struct wl_error *err)
{
    (void)s;
    (void)err;
    n_closed = st->exchanges;
    return 0;
}

static void saves_reports(void **state)
{
    static const struct wl_sink_ops counting = {
        .name = "counting",
        .open = open_counting,
        .exchange = told_exchange,
        .connection = told_connection,
        .close = close_counting,
        .wants_connections = true,
        .wants_exchanges = true,
    };
    static struct seen seen;
    struct replay r = {.live = true};
    struct wl_ask ask = {.kind = WL_ASK_SAVE, .ops = &counting};
    struct wl_answer *a;

    (void)state;
    begin(&r, &seen);
    assert_int_equal(replay_open(&r, WL_CAPTURES "/curl-keepalive.pcap"), 0);
    while (replay_read(&r, UINT64_MAX)) {
    }
    (void)snprintf(ask.path, sizeof(ask.path), "/tmp/wl-save-%d.txt", (int)getpid());
    a = replay_ask(&r, &ask);
    assert_non_null(a);
    assert_int_equal(a->code, 0);
    wl_answer_free(a);
    assert_int_equal(n_replayed, seen.n);
    assert_int_equal(n_closed, seen.n);
    /* nobody has kept them: they are put together again, one status for all exchanges in a row */
    assert_int_equal(n_repeats, seen.n);
    assert_true(n_steps > 0 && n_steps < seen.n);
    assert_int_equal(unlink(ask.path), 0);
    /* packets that nobody keeps cannot be written, and no file is made */
    ask.ops = NULL;
    a = replay_ask(&r, &ask);
    assert_non_null(a);
    assert_int_equal(a->code, WL_EINVAL);
    wl_answer_free(a);
    assert_int_not_equal(unlink(ask.path), 0);
    end(&r, &seen);
}

/** An exchange whose heads have no room leaves a row, and pushes no other out. */
static void what_has_no_room_has_a_row(void **state)
{
    enum { ROOM = 128 << 10, HUGE = 200 << 10 };
    struct wl_config cfg;
    struct wl_budget b;
    struct wl_arena_pool pool;
    struct wl_arena *a;
    struct wl_history *h;
    struct wl_told told;
    uint8_t *head;
    struct wl_field fields[2];
    struct wl_exchange ex = {.ordinal = 1, .req = {.state = WL_WHOLE, .fields = fields}};
    const struct wl_exchange *back;
    const struct wl_kept *kept;

    (void)state;
    wl_config_init(&cfg);
    cfg.limits.max_history_octets = ROOM;
    wl_budget_init(&b, 64u << 20, NULL, NULL, NULL);
    wl_arena_pool_init(&pool, &b, 0);
    h = wl_history_new(&b, &cfg.limits);
    a = wl_arena_new(&pool);
    head = wl_alloc(&b, HUGE);
    assert_non_null(h);
    assert_non_null(a);
    assert_non_null(head);
    memset(head, 'x', HUGE);
    ex.req.method = wl_span(head, 3);
    ex.req.target = wl_span(head + 4, 10);
    fields[0] = (struct wl_field){.begin = head + 20, .n_name = 5, .value = wl_span(head + 30, 9)};
    fields[1] = (struct wl_field){
        .begin = head + 50, .n_name = 5, .value = wl_span(head + 60, HUGE - 60)};
    for (uint64_t i = 0; i < 2; i++) {
        ex.conn = (struct wl_conn_ref){.id = i + 1, .number = i};
        ex.req.head = wl_span(head, i ? HUGE : 1000);
        ex.req.n_fields = i ? 2 : 1;
        wl_history_opened(h, i + 1, NULL);
        wl_history_exchange(h, &ex, &told);
        assert_int_equal(told.id, i + 1);
    }
    kept = wl_history_exchange_at(h, 1);
    assert_non_null(kept);
    assert_false(kept->brief);
    kept = wl_history_exchange_at(h, 2);
    assert_non_null(kept);
    assert_true(kept->brief);
    back = wl_unpack_exchange(wl_history_packed(h, kept), a);
    assert_non_null(back);
    assert_int_equal(back->req.target.n, 10);
    assert_int_equal(back->req.n_fields, 1);
    assert_true(wl_history_conn(h, 1)->bits & WL_KEPT_HOLE);
    assert_false(wl_history_conn(h, 0)->bits & WL_KEPT_HOLE);
    wl_arena_free(a);
    wl_arena_pool_release(&pool);
    wl_free(&b, head, HUGE);
    wl_history_free(h);
    assert_int_equal(b.used, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(held_as_told),
        cmocka_unit_test(read_again_as_told),
        cmocka_unit_test(lists_what_was_opened),
        cmocka_unit_test(addresses_go_with_connections),
        cmocka_unit_test(saves_packets),
        cmocka_unit_test(saves_reports),
        cmocka_unit_test(what_has_no_room_has_a_row),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
