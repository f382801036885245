/* unit_board.c - the ledger of the board: paces, top lists, bounds; orders; memory that ends.
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "board.h"
#include "desk.h"
#include "order.h"
#include "pace.h"

static const struct wl_rule note_rule = {.id = "a-note", .severity = WL_NOTE};
static const struct wl_rule bad_rule = {.id = "a-violation", .severity = WL_VIOLATION};

struct world {
    struct wl_budget budget;
    struct wl_config cfg;
    struct wl_shapes *shapes;
    struct wl_ledger *ledger;
};

static int set_up(void **state)
{
    static struct world w;

    wl_budget_init(&w.budget, 64u << 20, NULL, NULL, NULL);
    wl_config_init(&w.cfg);
    w.cfg.limits.max_servers = 100;
    w.cfg.limits.max_sequences = 60;
    w.shapes = wl_shapes_new(&w.budget);
    w.ledger = wl_ledger_new(&w.budget, &w.cfg.limits, w.shapes);
    *state = &w;
    return w.ledger ? 0 : -1;
}

static int tear_down(void **state)
{
    struct world *w = *state;

    wl_ledger_free(w->ledger);
    wl_shapes_free(w->shapes);
    return w->budget.used == 0 ? 0 : -1;
}

/* An exchange that ended at second s with this status. */
static struct wl_exchange exchange(uint16_t status, wl_ns s, uint16_t port)
{
    return (struct wl_exchange){
        .conn = {.id = port,
                 .number = port,
                 .server = {.ip = {10, 0, 0, 9}, .port = port, .family = 4}},
        .paired = true,
        .req = {.state = WL_WHOLE,
                .major = 1,
                .minor = 1,
                .t_first = s * WL_SECOND,
                .t_head = s * WL_SECOND,
                .method = {(const uint8_t *)"GET", 3}},
        .res = {.state = WL_WHOLE,
                .status = status,
                .major = 1,
                .minor = 1,
                .body_bytes = 10,
                .t_first = s * WL_SECOND + 1000000,
                .t_last = s * WL_SECOND + 2000000},
    };
}

static void tell(struct world *w, const struct wl_exchange *ex)
{
    uint32_t shape = wl_shape_of(w->shapes, ex);
    const struct wl_told told = {1, wl_shape_sequence(w->shapes, shape), true};

    wl_ledger_exchange(w->ledger, ex, &told);
}

static struct wl_board *board_of(const struct world *w)
{
    static struct wl_board board;

    memset(&board, 0, sizeof(board));
    wl_ledger_board(w->ledger, &board);
    return &board;
}

static void paces(void **state)
{
    struct world *w = *state;
    const struct wl_board *b;

    for (wl_ns s = 1000; s < 1100; s++) {
        struct wl_exchange ex = exchange(s % 10 ? 200 : 503, s, 80);

        tell(w, &ex);
    }
    wl_ledger_tick(w->ledger, 1099 * WL_SECOND + 500000000, 0, 0);
    b = board_of(w);
    assert_int_equal(b->classes[2].n[WL_WINDOW_ALL], 90);
    assert_int_equal(b->classes[5].n[WL_WINDOW_ALL], 10);
    assert_int_equal(b->classes[2].n[WL_WINDOW_60S], 54);
    assert_int_equal(b->classes[2].n[WL_WINDOW_10S], 9);
    assert_int_equal(b->classes[2].trend[WL_TREND - 1], 1);
    assert_int_equal(b->n_codes, 2);
    assert_int_equal(b->codes[0].code, 200);
    assert_true(b->codes[0].p50 > 0.0009 && b->codes[0].p50 < 0.0011);
    /* live, time goes on without packets */
    wl_ledger_tick(w->ledger, 1104 * WL_SECOND, 0, 0);
    b = board_of(w);
    assert_int_equal(b->classes[2].n[WL_WINDOW_10S], 5);
    assert_int_equal(b->classes[2].trend[WL_TREND - 1], 0);
    assert_int_equal(b->classes[2].n[WL_WINDOW_ALL], 90);
    wl_ledger_tick(w->ledger, 5000 * WL_SECOND, 0, 0);
    assert_int_equal(board_of(w)->classes[2].n[WL_WINDOW_60S], 0);
    assert_true(wl_ledger_reset(w->ledger));
    b = board_of(w);
    assert_int_equal(b->classes[2].n[WL_WINDOW_ALL], 0);
    assert_int_equal(b->n_codes + b->n_sequences + b->n_servers, 0);
}

static void rates(void **state)
{
    struct world *w = *state;
    const struct wl_board *b;

    for (uint64_t i = 0; i <= 300; i++)
        wl_ledger_tick(w->ledger, 50 * WL_SECOND + (wl_ns)i * 100000000, i * 20, i * 2000);
    b = board_of(w);
    assert_true(b->packets_rate > 190 && b->packets_rate < 210);
    assert_true(b->octets_rate > 19000 && b->octets_rate < 21000);
}

static void top_lists_and_bounds(void **state)
{
    struct world *w = *state;
    const struct wl_board *b;
    struct wl_finding findings[] = {
        {.rule = &note_rule, .severity = WL_NOTE, .t = 2000 * WL_SECOND},
        {.rule = &bad_rule, .severity = WL_VIOLATION, .t = 2000 * WL_SECOND},
        {.rule = &bad_rule, .severity = WL_NOTE, .t = 2000 * WL_SECOND},
    };
    struct wl_exchange ex;

    for (uint16_t i = 0; i < 300; i++) {
        ex = exchange((uint16_t)(200 + i), 2000, (uint16_t)(1 + i));
        if (i == 40) {
            ex.findings = findings;
            ex.n_findings = 3;
        }
        tell(w, &ex);
    }
    ex = exchange(204, 2000, 3);
    tell(w, &ex);
    b = board_of(w);
    assert_int_equal(b->n_servers, WL_BOARD_SERVERS);
    assert_int_equal(b->servers[0].server.port, 41); /* the one with a violation */
    assert_int_equal(b->servers[1].server.port, 3);  /* then by frequency */
    assert_int_equal(b->servers[0].findings[WL_VIOLATION], 1);
    assert_int_equal(b->n_sequences, WL_BOARD_SEQUENCES);
    assert_string_equal(b->sequences[0].text, "240");
    assert_int_equal(b->sequences[0].worst, WL_VIOLATION);
    assert_string_equal(b->sequences[1].text, "204");
    assert_int_equal(b->sequences[1].n_servers, 2);
    assert_int_equal(b->n_rules, 2);
    assert_ptr_equal(b->rules[0].rule, &bad_rule);
    assert_int_equal(b->rules[0].severity, WL_VIOLATION); /* the worst, not the latest */
    assert_int_equal(b->codes[0].code, 204);
    assert_int_equal(b->n_codes, WL_BOARD_CODES);
}

/* Rows are taken in order whatever portions they come in, equal keys in the order of rows. */
static void orders(void **state)
{
    struct world *w = *state;
    struct wl_order o;
    uint64_t before = 0, x = 12345;

    wl_order_begin(&o, &w->budget, 7, true);
    for (uint64_t i = 0; i < 20000; i++) {
        x = x * 6364136223846793005u + 1442695040888963407u;
        assert_true(wl_order_add(&o, 7 + i, (struct wl_order_row){.key = x >> 54}));
    }
    wl_order_gathered(&o);
    wl_order_want(&o, 20000);
    while (wl_order_work(&o, 61)) {
    }
    assert_int_equal(wl_order_total(&o), 20000);
    for (uint64_t i = 0; i < 20000; i++) {
        uint64_t row = wl_order_at(&o, i), seed = 12345, key = 0;

        assert_true(row >= 7 && row < 20007);
        for (uint64_t k = 7; i % 997 == 0 && k <= row; k++) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            key = seed >> 54;
        }
        if (i % 997 == 0) {
            assert_true(key >= before);
            before = key;
            assert_int_equal(wl_order_place(&o, row, (struct wl_order_row){.key = key}), i);
        }
    }
    assert_true(wl_order_at(&o, 20000) == UINT64_MAX);
    wl_order_release(&o);
}

/* ---------------------------------------------------------------------- what has findings */

/* A page of the list that is asked for, from the given severity on: how many rows it has. */
static uint64_t total(const struct world *w, enum wl_list list, bool only, enum wl_severity least)
{
    const struct wl_ask question = {.kind = WL_ASK_LIST,
                                    .list = list,
                                    .n = 20,
                                    .keep = WL_NONE,
                                    .first = WL_NONE,
                                    .only_findings = only,
                                    .least = least};
    struct wl_answer *a = wl_answer_new(&w->cfg, &question);
    uint64_t n;

    assert_non_null(a);
    assert_int_equal(wl_ledger_page(w->ledger, &question, false, a), 0);
    n = a->of.page->total;
    assert_int_equal(a->of.page->matched, 4);
    assert_int_equal(a->of.page->n, n);
    for (uint32_t i = 0; i < n && least == WL_WARNING; i++) {
        if (list == WL_LIST_SERVERS) {
            assert_int_equal(a->of.page->rows.servers[i].findings[WL_VIOLATION], 1);
        } else {
            assert_int_equal(a->of.page->rows.sequences[i].worst, WL_VIOLATION);
        }
    }
    wl_answer_free(a);
    return n;
}

static void only_what_has_findings(void **state)
{
    struct world *w = *state;
    struct wl_finding findings[] = {
        {.rule = &note_rule, .severity = WL_NOTE, .t = 2000 * WL_SECOND},
        {.rule = &bad_rule, .severity = WL_VIOLATION, .t = 2000 * WL_SECOND},
    };

    for (uint16_t i = 0; i < 4; i++) {
        struct wl_exchange ex = exchange((uint16_t)(200 + i), 2000, (uint16_t)(1 + i));

        ex.findings = findings;
        ex.n_findings = i % 3;
        tell(w, &ex);
    }
    for (unsigned list = WL_LIST_SERVERS; list <= WL_LIST_SEQUENCES; list++) {
        assert_int_equal(total(w, (enum wl_list)list, false, WL_OFF), 4);
        assert_int_equal(total(w, (enum wl_list)list, true, WL_OFF), 2);
        assert_int_equal(total(w, (enum wl_list)list, false, WL_NOTE), 2);
        assert_int_equal(total(w, (enum wl_list)list, false, WL_WARNING), 1);
    }
}

/* ------------------------------------------------------------------------- a million rows */

static void opened(struct wl_desk *d, uint64_t number)
{
    wl_desk_opened(d, 10 * number + 1, NULL);
}

static struct wl_conn_record record(uint64_t number)
{
    return (struct wl_conn_record){
        .conn = {.id = 10 * number + 1,
                 .number = number,
                 .client = {.ip = {10, (uint8_t)(number >> 16), (uint8_t)(number >> 8),
                                   (uint8_t)number},
                            .port = (uint16_t)(number % 60000),
                            .family = 4},
                 .server = {.ip = {10, 0, 0, 9}, .port = 443, .family = 4},
                 .proto = WL_PROTO_TLS,
                 .t_first = (wl_ns)(number + 1) * 1000},
        .bytes = {number * 7919 % 100003, 0},
        .end = WL_END_CLOSED,
        .last_packet = 10 * number + 9,
        .t_first = (wl_ns)(number + 1) * 1000,
        .t_last = (wl_ns)(number + 2) * 1000,
    };
}

static struct wl_answer *ask(struct wl_desk *d, const struct wl_ask *question)
{
    wl_desk_ask(d, question);
    for (unsigned i = 0; i < 100000; i++) {
        bool more = wl_desk_work(d);
        struct wl_answer *a = wl_desk_answer(d);

        if (a || !more)
            return a;
    }
    return NULL;
}

/* There must be one. */
static struct wl_answer *got(struct wl_answer *a)
{
    static struct wl_answer none; /* the compiler does not know that the assertion ends the test */

    assert_non_null(a);
    return a ? a : &none;
}

static struct wl_answer *ask_to_the_end(struct wl_desk *d, const struct wl_ask *question)
{
    struct wl_answer *a = got(ask(d, question));

    for (unsigned i = 0; i < 1000 && a->code == 0 && a->of.page->partial; i++) {
        wl_answer_free(a);
        a = got(ask(d, question));
    }
    assert_int_equal(a->code, 0);
    return a;
}

/* Servers by their address, connections by that of their client: IPv6 in one network, too. */
static void addresses_are_ordered(void **state)
{
    enum { N = 20 };
    struct world *w = *state;
    const struct wl_desk_config cfg = {.budget = &w->budget, .cfg = &w->cfg};
    struct wl_desk *d = wl_desk_new(&cfg);

    assert_non_null(d);
    for (unsigned i = 0; i < N; i++) {
        struct wl_exchange ex = exchange(200, 1000 + i, 80);
        struct wl_conn_record r = {.t_first = 1, .t_last = 2};

        ex.conn.id = 10 * i + 1;
        ex.conn.number = i;
        ex.conn.server = (struct wl_endpoint){
            .ip = {0x20, 1, 0xd, 0xb8, [15] = (uint8_t)((i * 7 + 6) % 23)},
            .port = 80,
            .family = 6};
        ex.conn.client = ex.conn.server;
        r.conn = ex.conn;
        opened(d, i);
        wl_desk_exchange(d, &ex);
        wl_desk_connection(d, &r, true);
    }
    for (unsigned n = 0; n < 4; n++) {
        bool servers = n % 2, descending = n / 2;
        struct wl_ask question = {.kind = WL_ASK_LIST,
                                  .list = servers ? WL_LIST_SERVERS : WL_LIST_CONNECTIONS,
                                  .n = N,
                                  .keep = WL_NONE,
                                  .sort = servers ? WL_SORT_SERVER : WL_SORT_CLIENT,
                                  .descending = descending};
        struct wl_answer *a = ask_to_the_end(d, &question);
        const struct wl_page *page = a->of.page;

        assert_int_equal(page->n, N);
        for (uint32_t i = 1; i < page->n; i++) {
            const struct wl_endpoint *e[2];

            for (uint32_t k = 0; k < 2; k++) {
                e[k] = servers ? &page->rows.servers[i - 1 + k].server
                               : &page->rows.connections[i - 1 + k].conn.client;
            }
            assert_true(e[!descending]->ip[15] > e[descending]->ip[15]);
        }
        wl_answer_free(a);
    }
    wl_desk_free(d);
}

/* A connection counts for a sequence once, with the first exchange that passes: what came before
 * with the same statuses and does not pass takes nothing away. */
static void connections_of_what_passes(void **state)
{
    struct world *w = *state;
    const struct wl_desk_config cfg = {.budget = &w->budget, .cfg = &w->cfg};
    const struct wl_ask question = {.kind = WL_ASK_LIST,
                                    .list = WL_LIST_SEQUENCES,
                                    .where = "method:POST",
                                    .n = 10,
                                    .keep = WL_NONE};
    struct wl_desk *d = wl_desk_new(&cfg);
    struct wl_answer *a;

    assert_non_null(d);
    for (uint16_t number = 0; number < 3; number++) {
        struct wl_conn_record r = {.t_first = 1, .t_last = 2};

        opened(d, number);
        for (unsigned i = 0; i < 4; i++) {
            struct wl_exchange ex = exchange(200, 1000 + i, 80);

            ex.conn.id = 10 * number + 1u;
            ex.conn.number = number;
            ex.ordinal = i + 1;
            if (i >= number + 1u)
                ex.req.method = (struct wl_span){(const uint8_t *)"POST", 4};
            r.conn = ex.conn;
            wl_desk_exchange(d, &ex);
        }
        wl_desk_connection(d, &r, true);
    }
    a = ask_to_the_end(d, &question);
    assert_int_equal(a->of.page->n, 1);
    assert_int_equal(a->of.page->rows.sequences[0].pace.n[WL_WINDOW_ALL], 3 + 2 + 1);
    assert_int_equal(a->of.page->rows.sequences[0].n_connections, 3);
    wl_answer_free(a);
    wl_desk_free(d);
}

/* However long the target, and whatever its characters take: the statuses of a row stay whole. */
static void lines_keep_their_statuses(void **state)
{
    enum { N_INTERIM = 30, TARGET = 900 };
    static uint8_t target[TARGET];
    struct world *w = *state;
    const struct wl_desk_config cfg = {.budget = &w->budget, .cfg = &w->cfg};
    const struct wl_ask question = {
        .kind = WL_ASK_LIST, .list = WL_LIST_EXCHANGES, .n = 10, .keep = WL_NONE};
    struct wl_desk *d = wl_desk_new(&cfg);
    struct wl_message interim[N_INTERIM] = {{.state = WL_WHOLE}};
    const uint8_t han[] = {0xe6, 0xbc, 0xa2};
    struct wl_answer *a;

    assert_non_null(d);
    for (size_t i = 0; i + sizeof(han) <= TARGET; i += sizeof(han))
        memcpy(target + i, han, sizeof(han));
    target[0] = target[1] = target[2] = '/';
    for (unsigned i = 0; i < N_INTERIM; i++)
        interim[i] = (struct wl_message){.state = WL_WHOLE, .status = 102, .t_first = WL_SECOND};
    for (unsigned i = 0; i < 4; i++) {
        struct wl_exchange ex = exchange(207, 1000 + i, 80);

        opened(d, i);
        ex.conn.id = 10 * i + 1u;
        ex.conn.number = i;
        ex.ordinal = 1;
        ex.req.target = wl_span(target, i % 2 ? TARGET : 1);
        ex.interim = interim;
        ex.n_interim = i < 2 ? 7 : N_INTERIM;
        wl_desk_exchange(d, &ex);
    }
    a = ask_to_the_end(d, &question);
    assert_int_equal(a->of.page->n, 4);
    for (unsigned i = 0; i < 4; i++) {
        const char *line = a->of.page->rows.exchanges[i].line, *arrow = strstr(line, " -> ");
        const char *wanted = i < 2 ? " -> 102, 102, 102, 102, 102, 102, 102, 207" : ", 207";

        assert_non_null(arrow);
        assert_true(strlen(arrow) >= strlen(wanted));
        assert_string_equal(i < 2 ? arrow : arrow + strlen(arrow) - strlen(wanted), wanted);
    }
    wl_answer_free(a);
    wl_desk_free(d);
}

static void a_million_rows(void **state)
{
    enum { N = 1000000 };
    struct world *w = *state;
    struct wl_budget budget;
    const struct wl_desk_config cfg = {.budget = &budget, .cfg = &w->cfg};
    struct wl_ask question = {
        .kind = WL_ASK_LIST, .list = WL_LIST_CONNECTIONS, .n = 20, .keep = WL_NONE};
    struct wl_answer *a;
    struct wl_desk *d;

    wl_budget_init(&budget, 128u << 20, NULL, NULL, NULL);
    d = wl_desk_new(&cfg);
    assert_non_null(d);
    for (uint64_t i = 0; i < N; i++) {
        struct wl_conn_record r = record(i);

        opened(d, i);
        wl_desk_connection(d, &r, true);
    }
    assert_true(budget.used < 80u << 20);
    question.first = 777777;
    a = ask_to_the_end(d, &question);
    assert_int_equal(a->of.page->total, N);
    assert_int_equal(a->of.page->n, 20);
    assert_int_equal(a->of.page->rows.connections[3].conn.number, 777780);
    wl_answer_free(a);
    question.sort = WL_SORT_OCTETS;
    question.descending = true;
    question.first = 0;
    question.keep = 10 * 123 + 1;
    a = ask_to_the_end(d, &question);
    assert_int_equal(a->of.page->total, N);
    for (uint32_t i = 1; i < a->of.page->n; i++) {
        const struct wl_row_connection *rows = a->of.page->rows.connections;

        assert_true(rows[i - 1].octets[0] >= rows[i].octets[0]);
    }
    question.first = a->of.page->kept;
    assert_true(question.first != WL_NONE);
    wl_answer_free(a);
    a = ask_to_the_end(d, &question);
    assert_int_equal(a->of.page->rows.connections[0].conn.id, question.keep);
    wl_answer_free(a);
    question = (struct wl_ask){.kind = WL_ASK_LIST, .n = 5, .keep = WL_NONE, .first = WL_NONE};
    (void)snprintf(question.where, sizeof(question.where), "client:10.3.0.0/16");
    a = ask_to_the_end(d, &question);
    assert_int_equal(a->of.page->total, 65536);
    assert_int_equal(a->of.page->matched, N);
    assert_int_equal(a->of.page->rows.connections[4].conn.number, 0x3ffff);
    wl_answer_free(a);
    wl_desk_free(d);
    assert_int_equal(budget.used, 0);
}

/* Those that are open stay, however many come after them; the others go, oldest first. */
static void old_rows_go(void **state)
{
    struct world *w = *state;
    const struct wl_desk_config cfg = {.budget = &w->budget, .cfg = &w->cfg};
    struct wl_ask question = {.kind = WL_ASK_LIST, .n = 5, .keep = WL_NONE};
    uint64_t limits[WL_N_LIMITS] = {0};
    struct wl_exchange ex = exchange(200, 100, 80);
    struct wl_conn_record r;
    struct wl_answer *a;
    struct wl_desk *d;

    w->cfg.limits.max_history_connections = 8192;
    d = wl_desk_new(&cfg);
    assert_non_null(d);
    ex.conn.id = 71;
    ex.conn.number = 7;
    ex.ordinal = 1;
    for (uint64_t i = 0; i < 50000; i++) {
        r = record(i);
        opened(d, i);
        if (i == 7) {
            wl_desk_exchange(d, &ex);
        } else {
            wl_desk_connection(d, &r, true);
        }
    }
    a = ask_to_the_end(d, &question);
    assert_true(a->of.page->total <= 8192 + 4096 + 1);
    assert_int_equal(a->of.page->rows.connections[0].conn.number, 7);
    assert_true(a->of.page->rows.connections[0].open);
    assert_int_equal(a->of.page->rows.connections[0].n_exchanges, 1);
    assert_true(a->of.page->rows.connections[1].conn.number > 30000);
    wl_answer_free(a);
    wl_desk_limits(d, limits);
    assert_true(limits[WL_LIMIT_max_history_connections] > 0);
    question = (struct wl_ask){.kind = WL_ASK_DETAIL, .connection = 71};
    a = got(ask(d, &question));
    assert_int_equal(a->of.detail->held, WL_HELD_WHOLE);
    assert_true(a->of.detail->open);
    assert_int_equal(a->of.detail->n_exchanges, 1);
    wl_answer_free(a);
    question.connection = 11; /* long gone, and it cannot be read again */
    a = got(ask(d, &question));
    assert_int_equal(a->of.detail->held, WL_HELD_NOT);
    wl_answer_free(a);
    wl_desk_free(d);
}

/* ---------------------------------------------------------------------------- memory that ends */

struct memory {
    uint64_t n, fail_at, out;
};

static void *alloc(void *user, size_t n)
{
    struct memory *m = user;
    void *p = ++m->n == m->fail_at ? NULL : test_malloc(n);

    m->out += p != NULL;
    return p;
}

static void release(void *user, void *p)
{
    struct memory *m = user;

    m->out--;
    test_free(p);
}

/* Everything a desk does, once; true when it could be made. */
static bool work_a_day(struct world *w, struct memory *m)
{
    struct wl_finding finding = {.rule = &bad_rule,
                                 .severity = WL_VIOLATION,
                                 .t = WL_SECOND,
                                 .message = {(const uint8_t *)"seen", 4}};
    struct wl_config cfg = w->cfg;
    struct wl_budget budget;
    struct wl_desk_config desk = {.budget = &budget, .cfg = &cfg};
    struct wl_desk *d;

    cfg.alloc = alloc;
    cfg.release = release;
    cfg.alloc_user = m;
    wl_budget_init(&budget, 32u << 20, alloc, release, m);
    d = wl_desk_new(&desk);
    if (!d)
        return false;
    for (uint16_t i = 0; i < 40; i++) {
        struct wl_conn_record r = record(i);
        struct wl_exchange ex = exchange((uint16_t)(200 + i % 7), 100 + i, 80);

        ex.conn = r.conn;
        ex.findings = &finding;
        ex.n_findings = i % 3 == 0;
        r.n_exchanges = 1;
        opened(d, i);
        wl_desk_exchange(d, &ex);
        wl_desk_connection(d, &r, true);
    }
    for (unsigned list = 0; list < WL_N_LISTS; list++) {
        struct wl_ask question = {.kind = WL_ASK_LIST,
                                  .list = (enum wl_list)list,
                                  .n = 9,
                                  .keep = 11,
                                  .sort = WL_SORT_TEXT};

        wl_answer_free(ask(d, &question));
        (void)snprintf(question.where, sizeof(question.where), "class:2xx");
        wl_answer_free(ask(d, &question));
        question.kind = WL_ASK_BOARD;
        wl_answer_free(ask(d, &question));
        question = (struct wl_ask){.kind = WL_ASK_DETAIL, .connection = 31};
        wl_answer_free(ask(d, &question));
    }
    (void)wl_desk_reset(d);
    wl_desk_free(d);
    return true;
}

static void every_allocation_fails_once(void **state)
{
    struct world *w = *state;
    struct memory all = {.fail_at = 0};

    assert_true(work_a_day(w, &all));
    assert_int_equal(all.out, 0);
    assert_true(all.n > 100);
    for (uint64_t i = 1; i <= all.n; i++) {
        struct memory m = {.fail_at = i};

        (void)work_a_day(w, &m);
        assert_int_equal(m.out, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(paces, set_up, tear_down),
        cmocka_unit_test_setup_teardown(rates, set_up, tear_down),
        cmocka_unit_test_setup_teardown(top_lists_and_bounds, set_up, tear_down),
        cmocka_unit_test_setup_teardown(orders, set_up, tear_down),
        cmocka_unit_test_setup_teardown(only_what_has_findings, set_up, tear_down),
        cmocka_unit_test_setup_teardown(addresses_are_ordered, set_up, tear_down),
        cmocka_unit_test_setup_teardown(connections_of_what_passes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(lines_keep_their_statuses, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_million_rows, set_up, tear_down),
        cmocka_unit_test_setup_teardown(old_rows_go, set_up, tear_down),
        cmocka_unit_test_setup_teardown(every_allocation_fails_once, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
