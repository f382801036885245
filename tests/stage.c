/* stage.c - answers for a screen, made of plain data: the same on every run, without an engine.
 * SPDX-License-Identifier: MIT
 *
 * Numbers come from small tables; row i of a list is a function of i, so that a million of them
 * need no memory. Trends are a hash of the second, shaped so that they look like traffic.
 */
#include "stage.h"

#include "stage_detail.h"

#include "desk.h"
#include "line.h"

enum {
    N_CONNECTIONS = 1000000,
    N_EXCHANGES = 2400000,
    N_FINDINGS = 1204,
    N_STATS_RULES = 1024,
};

/* 2026-11-21 12:40:00 UTC */
static const wl_ns now_at = (wl_ns)1795264800 * WL_SECOND + 123456789;

static void *must(void *p)
{
    if (!p)
        abort();
    return p;
}

/* -------------------------------------------------------------------------------------- numbers */

static uint32_t hash(uint32_t n)
{
    n = (n ^ 61) ^ (n >> 16);
    n *= 9;
    n ^= n >> 4;
    n *= 0x27d4eb2d;
    return n ^ n >> 15;
}

/* mean a second, give or take half of it; below one: now and then */
static void make_trend(struct wl_pace *p, double mean, uint32_t seed)
{
    double sum = 0;

    for (uint32_t i = 0; i < WL_TREND; i++) {
        double share = (hash(seed * 1000 + i) % 1000) / 1000.0;

        p->trend[i] = mean >= 1 ? (uint32_t)(mean * (0.5 + share)) : share < mean;
        sum += i >= WL_TREND - 10 ? p->trend[i] : 0;
    }
    p->n[WL_WINDOW_10S] = (uint64_t)sum;
    sum = 0;
    for (uint32_t i = 0; i < WL_TREND; i++)
        sum += p->trend[i];
    p->n[WL_WINDOW_60S] = (uint64_t)sum;
}

static void make_pace(struct wl_pace *p, uint64_t total, double mean, uint32_t seed)
{
    make_trend(p, mean, seed);
    p->n[WL_WINDOW_ALL] = total > p->n[WL_WINDOW_60S] ? total : p->n[WL_WINDOW_60S];
}

static struct wl_endpoint v4(unsigned last, unsigned port)
{
    return (struct wl_endpoint){
        .ip = {10, 0, 0, (uint8_t)last}, .port = (uint16_t)port, .family = 4};
}

static struct wl_endpoint v6(unsigned last, unsigned port)
{
    return (struct wl_endpoint){
        .ip = {0x20, 0x01, 0x0d, 0xb8, 0, 0x42, 0x0a, 0x11, 0xca, 0xfe, 0, 0, 0, 0, 0x12,
               (uint8_t)last},
        .port = (uint16_t)port,
        .family = 6,
    };
}

static void put_text(char *ret, size_t n, const char *text)
{
    (void)snprintf(ret, n, "%s", text);
}

static const struct wl_rule *rule(const char *id)
{
    const struct wl_rule *found = wl_rule_find(id);

    if (!found)
        abort();
    return found;
}

/* -------------------------------------------------------------------------------- hostile text */

/* Whatever a server may send to whoever looks on. */
static const char *const nasty[] = {
    "\x1b[2J\x1b]0;owned\x07", /* clears the screen, renames the window */
    "\xe2\x80\xae"
    "gpj.exe\xe2\x80\xac",                         /* bidirectional override */
    "\xff\xfe\x80\xc0\xaf bad utf-8 \xed\xa0\x80", /* no UTF-8 */
    "\xe6\xbc\xa2\xe5\xad\x97\xe3\x83\x86\xe3\x82\xb9\xe3\x83\x88\xf0\x9f\x98\x80", /* wide */
    "Z\xcc\xb4\xcd\x9a\xcc\xa2\xcd\x9d"
    "a\xcc\xb6\xcd\x94lgo", /* piles of marks */
    "\r\n\t\x08\x7f\xc2\x9b"
    "31m %s%n%p",                                         /* controls, C1, formats */
    "\xe2\x80\xa8line\xe2\x80\xa9separators\xe2\x80\x8b", /* separators, zero width */
};

static void put_nasty(char *ret, size_t n, uint64_t i)
{
    size_t used = 0;

    /* longer than any field: cut anywhere, also in the middle of a character */
    while (used + 1 < n) {
        const char *text = nasty[i++ % WL_COUNT(nasty)];
        size_t more = strlen(text);

        more = more < n - 1 - used ? more : n - 1 - used;
        memcpy(ret + used, text, more);
        used += more;
    }
    ret[n - 1] = '\0';
}

/* ----------------------------------------------------------------------------------- the board */

static const struct {
    uint16_t code;
    uint64_t total;
    double rate;
    double p50, p95;
} codes[] = {
    {200, 98410, 130.4, .009, .038}, {304, 3688, 4.9, .003, .009}, {404, 3410, 4.4, .006, .021},
    {206, 5402, 7.2, .112, .870},    {403, 1402, 1.9, .004, .012}, {302, 232, .3, .008, .030},
    {500, 401, .5, .210, 2.4},       {100, 402, .6, .0004, .002},  {101, 271, .4, .002, .004},
    {204, 409, .6, .005, .011},      {103, 139, .2, .001, .003},   {503, 54, .1, 5.0, 5.1},
    {429, 59, .1, .001, .001},
};

static const struct {
    const char *id;
    uint64_t total;
    double rate;
    unsigned ago, server, servers;
} fired[] = {
    {"interim-to-http10", 9, .05, 1, 9, 1},        {"switching-unrequested", 2, .01, 58, 8, 1},
    {"no-content-body", 12, .06, 9, 6, 1},         {"interim-content-length", 2, .01, 28, 7, 2},
    {"interim-without-final", 1, .005, 165, 9, 1}, {"silent-gap-no-interim", 311, 1.4, 0, 5, 4},
    {"continue-repeated", 19, .09, 1, 7, 1},       {"continue-without-expect", 5, .03, 142, 7, 3},
};

static const struct {
    const char *text;
    uint64_t total;
    double rate;
    enum wl_severity worst;
    uint64_t octets, connections;
    double p50, p95;
    unsigned server, servers;
} sequences[] = {
    {"200", 98008, 130.0, WL_NOTE, 1288490188, 4112, .009, .038, 5, 4},
    {"304", 3688, 4.9, WL_OFF, 0, 2090, .003, .009, 5, 2},
    {"100, 200", 402, .6, WL_OFF, 92274688, 388, .061, .410, 7, 1},
    {"101", 271, .4, WL_OFF, 0, 271, -1, -1, 8, 1},
    {"103, 200", 130, .2, WL_VIOLATION, 32505856, 130, .044, .097, 9, 1},
    {"100, 100, 200", 19, .09, WL_NOTE, 78848, 19, .070, .120, 7, 1},
    {"204", 12, .06, WL_WARNING, 18432, 12, .011, .019, 6, 1},
    {"", 7, .03, WL_OFF, 0, 7, -1, -1, 5, 2},
    {"103", 1, .005, WL_VIOLATION, 2048, 1, -1, -1, 9, 1},
    {"102, 102, 102, 102, 102, 102, 102, 102, 102, 102, 102, 102, ... (99988 more), 201", 1, .004,
     WL_WARNING, 0, 1, 3600, 3600, 6, 1},
};

static const struct {
    unsigned last, port;
    const char *product;
    uint64_t total, classes[WL_N_CLASSES], findings[WL_N_SEVERITIES];
    double rate, p50, p95;
} servers[] = {
    {9, 3000, "", 301, {0, 139, 300, 0, 1, 0}, {0, 0, 0, 10}, .4, .012, .090},
    {8, 8080, "Jetty(12.0.9)", 812, {0, 271, 541, 0, 0, 0}, {0, 0, 0, 2}, 1.1, .002, .012},
    {6, 8081, "Kestrel", 612, {0, 0, 610, 0, 2, 0}, {0, 0, 12, 0}, .8, .011, .019},
    {7, 8000, "gunicorn", 402, {0, 402, 402, 0, 0, 1}, {0, 24, 2, 0}, .6, .061, .410},
    {5,
     80,
     "nginx/1.24.0",
     105288,
     {3, 0, 98340, 3920, 4868, 454},
     {0, 311, 0, 0},
     140,
     .009,
     .038},
    {17, 443, "Apache", 1204212, {0, 12, 1200000, 4000, 200, 0}, {0, 0, 0, 0}, 14, .009, .038},
};

static void fill_classes(struct wl_board *b)
{
    b->n_codes = WL_COUNT(codes);
    for (uint32_t i = 0; i < b->n_codes; i++) {
        struct wl_board_code *code = &b->codes[i];
        struct wl_pace *class;

        code->code = codes[i].code;
        code->p50 = codes[i].p50;
        code->p95 = codes[i].p95;
        make_pace(&code->pace, codes[i].total, codes[i].rate, i);
        class = &b->classes[wl_status_class(code->code)];
        for (unsigned w = 0; w < WL_N_WINDOWS; w++)
            class->n[w] += code->pace.n[w];
        for (unsigned k = 0; k < WL_TREND; k++)
            class->trend[k] += code->pace.trend[k];
    }
    b->classes[0].n[WL_WINDOW_ALL] = 3;
}

static void fill_rules(struct wl_board *b, uint64_t *found)
{
    b->n_rules = WL_COUNT(fired);
    for (uint32_t i = 0; i < b->n_rules; i++) {
        struct wl_board_rule *r = &b->rules[i];

        r->rule = rule(fired[i].id);
        r->severity = r->rule->severity;
        make_pace(&r->pace, fired[i].total, fired[i].rate, 100 + i);
        r->t_last = now_at - (wl_ns)fired[i].ago * WL_SECOND;
        r->n_servers = fired[i].servers;
        r->server = v4(fired[i].server, 8000);
        b->stats.findings[r->severity] += fired[i].total;
        for (size_t k = 0; k < wl_rule_count(); k++)
            found[k] = wl_rule_at(k) == r->rule ? fired[i].total : found[k];
    }
}

static void make_sequence(struct wl_board_sequence *r, uint32_t i)
{
    put_text(r->text, sizeof(r->text), sequences[i].text);
    make_pace(&r->pace, sequences[i].total, sequences[i].rate, 200 + i);
    r->worst = sequences[i].worst;
    r->octets = sequences[i].octets;
    r->n_connections = sequences[i].connections;
    r->p50 = sequences[i].p50;
    r->p95 = sequences[i].p95;
    r->n_servers = sequences[i].servers;
    r->server = v4(sequences[i].server, 8000);
}

static void make_server(struct wl_board_server *r, uint32_t i, bool hostile)
{
    r->server = i == 5 ? v6(servers[i].last, servers[i].port)
                       : v4(servers[i].last, servers[i].port);
    if (hostile) {
        put_nasty(r->product, sizeof(r->product), i);
    } else {
        put_text(r->product, sizeof(r->product), servers[i].product);
    }
    make_pace(&r->pace, servers[i].total, servers[i].rate, 300 + i);
    memcpy(r->classes, servers[i].classes, sizeof(r->classes));
    memcpy(r->findings, servers[i].findings, sizeof(r->findings));
    r->p50 = servers[i].p50;
    r->p95 = servers[i].p95;
    r->t_last = now_at - (wl_ns)i * WL_SECOND;
}

/* ---------------------------------------------------------------------------------------- rows */

static struct wl_conn_ref conn(uint64_t i)
{
    struct wl_conn_ref ref = {
        .id = i + 1,
        .number = i,
        .proto = i % 17 == 4   ? WL_PROTO_TLS
                 : i % 23 == 5 ? WL_H10
                               : WL_H11,
        .t_first = now_at - (wl_ns)(N_CONNECTIONS - i) * WL_SECOND / 7,
        .rtt = 210000,
    };
    unsigned at = (unsigned)(hash((uint32_t)i) % WL_COUNT(servers));

    if (at == 5) {
        ref.client = v6(7, 50000 + (unsigned)(i % 9999));
        ref.server = v6(servers[at].last, servers[at].port);
    } else {
        ref.client = v4(2 + (unsigned)(i % 5), 40000 + (unsigned)(i % 9999));
        ref.server = v4(servers[at].last, servers[at].port);
    }
    return ref;
}

static void make_connection(struct wl_row_connection *r, uint64_t i, bool hostile)
{
    static const struct {
        const char *sequence, *rule;
        uint32_t n;
        enum wl_end end;
    } kinds[] = {
        {"200*109 304*3", NULL, 112, WL_END_NONE},
        {"103>200", "interim-to-http10", 1, WL_END_CLOSED},
        {"200", NULL, 1, WL_END_CLOSED},
        {"100>100>200 200 404", "continue-repeated", 3, WL_END_IDLE},
        {"101", NULL, 1, WL_END_NONE},
        {"204 200", "no-content-body", 2, WL_END_CLOSED},
        {"103", "interim-without-final", 1, WL_END_RESET},
        {"200*40 103>200 500*2", NULL, 43, WL_END_CLOSED},
    };
    size_t k = hash((uint32_t)i) / 7 % WL_COUNT(kinds);

    r->conn = conn(i);
    r->open = kinds[k].end == WL_END_NONE;
    r->end = kinds[k].end;
    r->n_exchanges = kinds[k].n;
    r->t_last = r->conn.t_first + (wl_ns)(hash((uint32_t)i) % 90000 + 300) * 100000;
    r->octets[0] = 400 + i % 1000;
    r->octets[1] = 1000 + hash((uint32_t)i) % 10000000;
    if (r->conn.proto == WL_PROTO_TLS) {
        r->n_exchanges = 0;
        return;
    }
    put_text(r->sequence, sizeof(r->sequence), kinds[k].sequence);
    if (kinds[k].rule) {
        r->rule = rule(kinds[k].rule);
        r->worst = r->rule->severity;
        r->n_findings = k == 1 ? 3 : 1;
    }
    if (hostile)
        put_nasty(r->sequence, sizeof(r->sequence), i);
}

static void make_exchange(struct wl_row_exchange *r, uint64_t i, bool hostile)
{
    static const struct {
        const char *line, *rule;
        uint16_t final;
        uint64_t octets;
    } kinds[] = {
        {"GET /api/v2/orders?page=3 HTTP/1.1 -> 200", NULL, 200, 18204},
        {"GET / HTTP/1.1 -> 304", NULL, 304, 0},
        {"GET /page HTTP/1.0 -> 103, 200", "interim-to-http10", 200, 4120},
        {"POST /upload HTTP/1.1 -> 100, 100, 201", "continue-repeated", 201, 33},
        {"DELETE /state/4711 HTTP/1.1 -> 204", "no-content-body", 204, 4},
        {"GET /chat HTTP/1.1 -> 101 [tunnel]", NULL, 0, 0},
        {"GET /slow HTTP/1.1 -> 103, ?", "interim-without-final", 0, 0},
        {"GET /static/js/vendor/a-very-long-name-of-a-bundle.0f1e2d3c4b5a.min.js?v=20261121&lang=en "
         "HTTP/1.1 -> 200",
         NULL, 200, 1892044},
        {"GET /missing HTTP/1.1 -> 404", NULL, 404, 153},
        {"GET /report HTTP/1.1 -> ?", NULL, 0, 0},
    };
    size_t k = hash((uint32_t)i) / 3 % WL_COUNT(kinds);

    r->id = i + 1;
    r->conn = conn(i * N_CONNECTIONS / N_EXCHANGES);
    r->ordinal = 1 + (uint32_t)(i % 3);
    r->t = now_at - (wl_ns)(N_EXCHANGES - i) * WL_SECOND / 17;
    put_text(r->line, sizeof(r->line), kinds[k].line);
    put_text(r->host, sizeof(r->host), "shop.example");
    r->final = kinds[k].final;
    r->duration = kinds[k].final ? (wl_ns)(hash((uint32_t)i) % 40000 + 200) * 10000 : -1;
    r->octets = kinds[k].octets;
    if (kinds[k].rule) {
        r->rule = rule(kinds[k].rule);
        r->worst = r->rule->severity;
        r->n_findings = 1;
    }
    if (hostile) {
        put_nasty(r->line, sizeof(r->line), i);
        put_nasty(r->host, sizeof(r->host), i + 3);
    }
}

static void make_finding(struct wl_row_finding *r, uint64_t i, const struct wl_rule *of,
                         bool hostile)
{
    r->id = i + 1;
    r->conn = conn(N_CONNECTIONS - 1 - (N_FINDINGS - i) * 3);
    r->ordinal = 1;
    r->rule = of ? of : rule(fired[i % WL_COUNT(fired)].id);
    r->severity = r->rule->severity;
    r->confidence = i % 5 == 2 ? WL_LIKELY : WL_CERTAIN;
    r->status = 103;
    r->t = r->conn.t_first + WL_SECOND / 20;
    r->frame = wl_frame(0, 94000 + i * 3);
    put_text(r->message, sizeof(r->message),
             "103 Early Hints was sent to a client that speaks HTTP/1.0 and cannot know of it");
    put_text(r->line, sizeof(r->line), "GET /page HTTP/1.0 -> 103, 200");
    if (hostile) {
        put_nasty(r->message, sizeof(r->message), i);
        put_nasty(r->line, sizeof(r->line), i + 1);
    }
}

/* ------------------------------------------------------------------------------------- answers */

static void fill_tail(struct wl_arena *a, struct wl_board *b, bool hostile)
{
    b->n_tail = 40;
    b->tail = must(wl_arena_array(a, b->n_tail, sizeof(*b->tail)));
    for (uint32_t i = 0; i < b->n_tail; i++)
        make_exchange(&b->tail[i], N_EXCHANGES - b->n_tail + i, hostile);
}

static void fill_traffic(const struct stage *st, struct wl_arena *a, struct wl_board *b)
{
    static const struct wl_input inputs[] = {{.name = "\x1b[2Jowned.pcap"}, {.name = "b.pcap"}};
    bool hostile = st->play == STAGE_HOSTILE;
    uint64_t *found = must(wl_arena_array(a, N_STATS_RULES, sizeof(*found)));

    fill_classes(b);
    fill_rules(b, found);
    b->stats.rules = found;
    b->n_sequences = WL_COUNT(sequences);
    for (uint32_t i = 0; i < b->n_sequences; i++)
        make_sequence(&b->sequences[i], i);
    b->n_servers = WL_COUNT(servers);
    for (uint32_t i = 0; i < b->n_servers; i++)
        make_server(&b->servers[i], i, hostile);
    fill_tail(a, b, hostile);
    if (hostile) {
        put_nasty(b->sequences[3].text, sizeof(b->sequences[3].text), 2);
        b->stats.inputs = inputs;
        b->stats.n_inputs = WL_COUNT(inputs);
    }
    b->stats.exchanges = 1311627;
    b->stats.connections = b->stats.counters.connections = N_CONNECTIONS;
    b->stats.http_connections = 940112;
    b->stats.counters.packets = 9441020;
    b->stats.counters.octets = 4812u * 1048576ull;
    b->stats.counters.gaps = 2;
    b->stats.counters.midstream = 12;
    b->stats.counters.retransmitted = 1020;
    b->stats.counters.out_of_order = 311;
    b->stats.unjudged[WL_UNJUDGED_GAP] = 2;
    b->stats.unjudged[WL_UNJUDGED_TLS] = 59204;
    b->stats.unjudged[WL_UNJUDGED_MIDSTREAM] = 12;
    b->stats.limits[WL_LIMIT_max_reorder] = 3;
    b->packets_rate = 12410;
    b->octets_rate = 12000000;
    b->open_connections = 391;
    b->history = 262144;
    b->history_dropped = 1049483;
}

static const struct wl_board *make_board(const struct stage *st, struct wl_arena *a)
{
    struct wl_board *b = must(wl_arena_alloc(a, sizeof(*b)));

    b->now = st->play == STAGE_SILENT ? 0 : now_at; /* as the last packet said */
    b->elapsed = 761 * WL_SECOND;
    b->live = st->play != STAGE_OVER;
    b->over = !b->live;
    b->table_size = 65536;
    b->memory = 61u << 20;
    b->memory_max = 512u << 20;
    b->progress = b->over ? 1 : -1;
    b->stats.counters.capture_dropped = st->drops;
    b->stats.rules = must(wl_arena_array(a, N_STATS_RULES, sizeof(*b->stats.rules)));
    put_text(b->source, sizeof(b->source), b->live ? "eth0" : "nginx-keepalive.pcap");
    if (st->play == STAGE_HOSTILE) {
        put_nasty(b->source, sizeof(b->source), 0);
        put_nasty(b->notice, sizeof(b->notice), 1);
    }
    if (st->play == STAGE_TLS) {
        b->stats.counters.packets = 48211;
        b->stats.connections = 316;
        b->stats.counters.connections = 320;
        b->stats.protocols[WL_PROTO_TLS] = 312;
        b->stats.protocols[WL_PROTO_SSH] = 2;
        b->stats.protocols[WL_PROTO_UNKNOWN] = 2;
        b->open_connections = 4;
        b->packets_rate = 310;
        b->octets_rate = 280000;
    } else if (st->play != STAGE_SILENT) {
        fill_traffic(st, a, b);
    }
    return b;
}

static uint64_t total_of(enum wl_list list, bool with_findings)
{
    uint64_t n = list == WL_LIST_CONNECTIONS ? N_CONNECTIONS
                 : list == WL_LIST_EXCHANGES ? N_EXCHANGES
                 : list == WL_LIST_FINDINGS  ? N_FINDINGS
                 : list == WL_LIST_SERVERS   ? WL_COUNT(servers)
                                             : WL_COUNT(sequences);

    return with_findings && n > 100 ? n / 80 : n;
}

/* Rows of the capture's order, from either end: other orders are the engine's business. */
static void fill_rows(const struct stage *st, const struct wl_ask *ask, struct wl_arena *a,
                      struct wl_page *p)
{
    bool hostile = st->play == STAGE_HOSTILE;

    switch (p->list) {
    case WL_LIST_CONNECTIONS:
        p->rows.connections = must(wl_arena_array(a, p->n + 1, sizeof(*p->rows.connections)));
        break;
    case WL_LIST_EXCHANGES:
        p->rows.exchanges = must(wl_arena_array(a, p->n + 1, sizeof(*p->rows.exchanges)));
        break;
    case WL_LIST_FINDINGS:
        p->rows.findings = must(wl_arena_array(a, p->n + 1, sizeof(*p->rows.findings)));
        break;
    case WL_LIST_SERVERS:
        p->rows.servers = must(wl_arena_array(a, p->n + 1, sizeof(*p->rows.servers)));
        break;
    case WL_LIST_SEQUENCES:
        p->rows.sequences = must(wl_arena_array(a, p->n + 1, sizeof(*p->rows.sequences)));
        break;
    case WL_N_LISTS: break;
    }
    for (uint32_t i = 0; i < p->n; i++) {
        uint64_t at = p->first + i;
        bool turned = ask->descending && p->list <= WL_LIST_FINDINGS;
        uint64_t n = turned ? p->matched - 1 - at : at;

        switch (p->list) {
        case WL_LIST_CONNECTIONS: make_connection(&p->rows.connections[i], n, hostile); break;
        case WL_LIST_EXCHANGES: make_exchange(&p->rows.exchanges[i], n, hostile); break;
        case WL_LIST_FINDINGS: make_finding(&p->rows.findings[i], n, ask->rule, hostile); break;
        case WL_LIST_SERVERS: make_server(&p->rows.servers[i], (uint32_t)n, hostile); break;
        case WL_LIST_SEQUENCES: make_sequence(&p->rows.sequences[i], (uint32_t)n); break;
        case WL_N_LISTS: break;
        }
    }
}

static const struct wl_page *make_page(const struct stage *st, const struct wl_ask *ask,
                                       struct wl_arena *a)
{
    struct wl_page *p = must(wl_arena_alloc(a, sizeof(*p)));
    bool none = st->play == STAGE_SILENT || st->play == STAGE_TLS;

    p->list = ask->list;
    p->matched = none ? 0 : total_of(ask->list, false);
    p->total = none ? 0 : total_of(ask->list, ask->only_findings || *ask->where);
    p->first = ask->first;
    p->kept = WL_NONE;
    if (ask->keep != WL_NONE && ask->keep <= p->matched) {
        p->kept = ask->descending ? p->matched - ask->keep : ask->keep - 1;
        if (p->kept >= p->total)
            p->kept = WL_NONE;
    }
    if (ask->around && p->kept != WL_NONE)
        p->first = p->kept > ask->n / 2 ? p->kept - ask->n / 2 : 0;
    if (p->first > p->total)
        p->first = p->total;
    p->n = (uint32_t)wl_min_u64(ask->n, p->total - p->first);
    fill_rows(st, ask, a, p);
    return p;
}

struct wl_answer *stage_answer(struct stage *st, const struct wl_ask *ask)
{
    static const struct wl_config cfg; /* only who allocates is asked of it */
    struct wl_answer *answer = must(wl_answer_new(&cfg, ask));
    struct wl_arena *a = answer->arena;

    switch (ask->kind) {
    case WL_ASK_BOARD: answer->of.board = make_board(st, a); break;
    case WL_ASK_LIST: answer->of.page = make_page(st, ask, a); break;
    case WL_ASK_OVERRIDE: put_text(answer->said, sizeof(answer->said), "changed"); break;
    case WL_ASK_DETAIL: answer->of.detail = stage_detail(st->play, ask, a); break;
    case WL_ASK_RESET:
    case WL_ASK_SAVE:
    case WL_ASK_STOP:
    case WL_ASK_QUIT:
        answer->code = WL_EINVAL;
        answer->err = (struct wl_error){.code = WL_EINVAL, .text = "not on this stage"};
        break;
    }
    return answer;
}
