/* stats.c - everything that is counted, and the snapshot made of it.
 * SPDX-License-Identifier: MIT
 *
 * Totals are plain additions into struct wl_stats. A sequence of one status, which nearly all are,
 * is counted in an array by its code; longer ones in a table by the seeded hash of their statuses,
 * whose 64 bits and length are taken for identity. Servers have a table too, before which a few of
 * those met last are remembered, as captures are of few servers. Both tables are bounded; what
 * comes later counts as other. The top lists are made when a snapshot is asked for.
 */
#include "stats.h"

#include "endpoint.h"
#include "line.h"
#include "table.h"

struct sequence {
    uint64_t hash, n;
    uint32_t length;
    bool faulty;
    char text[WL_SEQUENCE_TEXT];
};

/* Sequences of one status, by code. */
struct single {
    uint64_t n;
    bool faulty;
};

/* Where responses of a time are counted besides the totals: neighbours in time share it, so that it
 * is looked for once for thousands of them. */
struct moment {
    wl_ns from, until; /* of the times that share it; both 0: none */
    uint32_t *second;  /* of wl_stats.seconds, by class; NULL: its second lies before the ring */
    uint64_t *bar;     /* of the timeline, by class */
};

enum {
    ROWS_FIRST = 64,
    SEQUENCE_CHUNK = 256,
    SERVERS_NEAR = 256, /* servers that are found without the table */
};

struct wl_tally {
    struct wl_budget *budget;
    struct wl_stats stats;
    uint64_t *rules;
    size_t n_rules;
    uint64_t seed;

    struct single singles[WL_N_CODES];
    struct wl_table sequence_table;
    struct sequence *sequences;
    uint32_t n_sequences, sequences_size, max_sequences;
    uint64_t sequences_full, all_sequences;

    struct wl_table server_table;
    struct wl_top_server *servers;
    uint32_t n_servers, servers_size, max_servers;
    uint32_t near[SERVERS_NEAR]; /* index plus one of the server met last, by near_of */
    uint64_t servers_full;
    struct moment moment; /* of the response counted last */
    /* times of final responses that were the first ones: since the last snapshot, which counts them
     * as both */
    struct wl_histogram only;
};

/* ----------------------------------------------------------------------------- life cycle */

struct wl_tally *wl_tally_new(struct wl_budget *budget, const struct wl_limits *limits)
{
    struct wl_tally *t = wl_alloc(budget, sizeof(*t));

    if (!t)
        return NULL;
    t->budget = budget;
    t->seed = wl_seed();
    t->max_sequences = (uint32_t)wl_min_u64(limits->max_sequences, UINT32_MAX - 1);
    t->max_servers = (uint32_t)wl_min_u64(limits->max_servers, UINT32_MAX - 1);
    t->n_rules = wl_rule_count();
    t->rules = wl_alloc_array(budget, t->n_rules + 1, sizeof(*t->rules));
    if (!t->rules || wl_table_init(&t->sequence_table, budget, t->max_sequences) < 0 ||
        wl_table_init(&t->server_table, budget, t->max_servers) < 0) {
        wl_tally_free(t);
        return NULL;
    }
    t->stats.rules = t->rules;
    return t;
}

void wl_tally_free(struct wl_tally *t)
{
    struct wl_budget *b;

    if (!t)
        return;
    b = t->budget;
    wl_table_release(&t->sequence_table);
    wl_table_release(&t->server_table);
    wl_free(b, t->sequences, t->sequences_size * sizeof(*t->sequences));
    wl_free(b, t->servers, t->servers_size * sizeof(*t->servers));
    wl_free(b, t->rules, (t->n_rules + 1) * sizeof(*t->rules));
    wl_free(b, t, sizeof(*t));
}

/* Makes room for row n of an array that may have max rows; NULL when there is none. */
static void *grow_rows(struct wl_budget *b, void *rows, uint32_t n, uint32_t *size, uint32_t max,
                       size_t row_octets)
{
    uint64_t larger;
    void *moved;

    if (n < *size)
        return rows;
    larger = wl_min_u64(wl_max_u64((uint64_t)*size * 2, ROWS_FIRST), max);
    if (larger <= *size)
        return NULL;
    moved = wl_resize(b, rows, *size * row_octets, (size_t)larger * row_octets);
    if (moved)
        *size = (uint32_t)larger;
    return moved;
}

/* ------------------------------------------------------------------------------ sequences */

/* Writes what fits of "100, 102, 200": the first ones, how many are left out, the last one. */
static void write_sequence(char text[WL_SEQUENCE_TEXT], const struct wl_exchange *ex,
                           uint32_t length)
{
    enum { TAIL = 32 }; /* room for ", ... (4294967295 more), 999" */
    uint32_t kept = ex->n_interim + ex->n_interim_more;
    bool answered = wl_message_has_status(&ex->res);
    size_t used = 0;
    uint32_t shown = 0;

    while (shown < kept && (used + 5 + TAIL < WL_SEQUENCE_TEXT)) {
        uint16_t status = wl_exchange_interim_status(ex, shown);

        used += (size_t)snprintf(text + used, WL_SEQUENCE_TEXT - used, "%s%0*u", shown ? ", " : "",
                                 wl_status_digits(status), status);
        shown++;
    }
    if (shown + answered < length) {
        used += (size_t)snprintf(text + used, WL_SEQUENCE_TEXT - used, ", ... (%u more)",
                                 length - shown - answered);
    }
    if (answered) {
        (void)snprintf(text + used, WL_SEQUENCE_TEXT - used, ", %0*u",
                       wl_status_digits(ex->res.status), ex->res.status);
    }
}

static uint64_t hash_sequence(const struct wl_tally *t, const struct wl_exchange *ex)
{
    uint32_t kept = ex->n_interim + ex->n_interim_more;
    uint16_t chunk[SEQUENCE_CHUNK];
    uint64_t h = t->seed;
    uint32_t n = 0;

    for (uint32_t i = 0; i < kept; i++) {
        chunk[n++] = wl_exchange_interim_status(ex, i);
        if (n == SEQUENCE_CHUNK) {
            h = wl_hash(chunk, sizeof(chunk), h);
            n = 0;
        }
    }
    /* an absent final response is told apart from every code */
    chunk[n++] = wl_message_has_status(&ex->res) ? ex->res.status : UINT16_MAX;
    return wl_hash(chunk, n * sizeof(*chunk), h);
}

static struct sequence *find_sequence(struct wl_tally *t, uint64_t hash, uint32_t length)
{
    size_t probe = 0;

    for (uint32_t i; (i = wl_table_find(&t->sequence_table, hash, &probe)) != UINT32_MAX;) {
        if (t->sequences[i].hash == hash && t->sequences[i].length == length)
            return &t->sequences[i];
    }
    return NULL;
}

static struct sequence *add_sequence(struct wl_tally *t, const struct wl_exchange *ex,
                                     uint64_t hash, uint32_t length)
{
    struct sequence *rows = grow_rows(t->budget, t->sequences, t->n_sequences, &t->sequences_size,
                                      t->max_sequences, sizeof(*rows));
    struct sequence *s;

    if (rows)
        t->sequences = rows;
    if (!rows || wl_table_add(&t->sequence_table, hash, t->n_sequences) < 0) {
        t->sequences_full++;
        return NULL;
    }
    s = &t->sequences[t->n_sequences++];
    *s = (struct sequence){.hash = hash, .length = length};
    write_sequence(s->text, ex, length);
    return s;
}

static void count_sequence(struct wl_tally *t, const struct wl_exchange *ex, bool faulty)
{
    bool answered = wl_message_has_status(&ex->res);
    uint32_t length = wl_exchange_n_interim(ex);
    struct sequence *s;
    uint64_t hash;

    if (length < UINT32_MAX)
        length += answered;
    if (length == 0)
        return;
    t->all_sequences++;
    if (length == 1) {
        uint16_t code = answered ? ex->res.status
                                 : (ex->n_interim ? wl_exchange_interim_status(ex, 0) : 0);
        struct single *one = &t->singles[code < WL_N_CODES ? code : 0];

        one->n++;
        one->faulty |= faulty;
        return;
    }
    hash = hash_sequence(t, ex);
    s = find_sequence(t, hash, length);
    if (!s)
        s = add_sequence(t, ex, hash, length);
    if (!s)
        return;
    s->n++;
    s->faulty |= faulty;
}

/* -------------------------------------------------------------------------------- servers */

static uint64_t hash_endpoint(const struct wl_tally *t, const struct wl_endpoint *e)
{
    uint8_t key[sizeof(e->ip) + 3];

    memcpy(key, e->ip, sizeof(e->ip));
    key[16] = (uint8_t)(e->port >> 8);
    key[17] = (uint8_t)e->port;
    key[18] = e->family;
    return wl_hash(key, sizeof(key), t->seed);
}

/* Where a server would be remembered: servers beside each other have places beside each other. */
static unsigned near_of(const struct wl_endpoint *e)
{
    return (e->ip[e->family == 6 ? 15 : 3] + 7u * e->port) % SERVERS_NEAR;
}

/* The row of a server that is not remembered, made when it is new; NULL when there is no room. */
static WL_ASIDE struct wl_top_server *find_server_row(struct wl_tally *t,
                                                      const struct wl_endpoint *e)
{
    uint64_t hash = hash_endpoint(t, e);
    struct wl_top_server *rows;
    size_t probe = 0;

    for (uint32_t i; (i = wl_table_find(&t->server_table, hash, &probe)) != UINT32_MAX;) {
        if (wl_endpoint_equal(&t->servers[i].server, e)) {
            t->near[near_of(e)] = i + 1;
            return &t->servers[i];
        }
    }
    rows = grow_rows(t->budget, t->servers, t->n_servers, &t->servers_size, t->max_servers,
                     sizeof(*rows));
    if (rows)
        t->servers = rows;
    if (!rows || wl_table_add(&t->server_table, hash, t->n_servers) < 0) {
        t->servers_full++;
        return NULL;
    }
    t->servers[t->n_servers] = (struct wl_top_server){.server = *e};
    t->near[near_of(e)] = ++t->n_servers;
    return &t->servers[t->n_servers - 1];
}

/* The row of a server, made when it is new; NULL when there is no room. */
static inline struct wl_top_server *server_row(struct wl_tally *t, const struct wl_endpoint *e)
{
    uint32_t i = t->near[near_of(e)];

    return WL_LIKELY_TRUE(i && wl_endpoint_equal(&t->servers[i - 1].server, e))
               ? &t->servers[i - 1]
               : find_server_row(t, e);
}

/* -------------------------------------------------------------------------------- counting */

/* Brings the ring of seconds up to a second; NULL when that lies before the ring. */
static uint32_t *second_row(struct wl_stats *st, wl_ns second)
{
    if (second > st->seconds_end) {
        wl_ns from = st->seconds_end + 1;

        if (second - from >= WL_HISTORY_SECONDS)
            from = second - WL_HISTORY_SECONDS + 1;
        for (wl_ns s = from; s <= second; s++)
            memset(st->seconds[s % WL_HISTORY_SECONDS], 0, sizeof(st->seconds[0]));
        st->seconds_end = second;
    }
    if (second <= st->seconds_end - WL_HISTORY_SECONDS)
        return NULL;
    return st->seconds[second % WL_HISTORY_SECONDS];
}

/* Finds the moment of a time anew. A time that is not known has none, and is in no other's. */
static WL_ASIDE void find_moment(struct wl_tally *t, wl_ns time)
{
    struct moment *m = &t->moment;
    wl_ns second = time / WL_SECOND;

    *m = (struct moment){.second = time > 0 ? second_row(&t->stats, second) : NULL};
    m->bar = wl_timeline_bar(&t->stats.timeline, time, &m->from, &m->until);
    if (!m->bar)
        return;
    if (m->from < second * WL_SECOND)
        m->from = second * WL_SECOND;
    if (m->until > (second + 1) * WL_SECOND)
        m->until = (second + 1) * WL_SECOND;
}

static inline void count_response(struct wl_tally *t, struct wl_top_server *server, uint16_t status,
                                  wl_ns time)
{
    unsigned class = wl_status_class(status);
    struct moment *m = &t->moment;

    t->stats.responses[class]++;
    if (status != 0 && status < WL_N_CODES) /* 0 stands for what was no code */
        t->stats.codes[status]++;
    if (server)
        server->classes[class]++;
    if (WL_LIKELY_FALSE(time < m->from || time >= m->until))
        find_moment(t, time);
    if (m->second)
        m->second[class]++;
    if (m->bar)
        m->bar[class]++;
}

/* Counts findings; true when one of them is a violation. */
static bool count_findings(struct wl_tally *t, struct wl_top_server *server,
                           const struct wl_finding *findings, uint32_t n)
{
    bool faulty = false;

    for (uint32_t i = 0; i < n; i++) {
        enum wl_severity severity = findings[i].severity;

        t->stats.findings[severity]++;
        /* those of embedders: one count for all of them behind the catalogue's */
        t->rules[wl_min_size(findings[i].number, t->n_rules)]++;
        if (server)
            server->findings[severity]++;
        faulty |= severity == WL_VIOLATION;
    }
    return faulty;
}

/* Times from the end of the request's head, where both ends were seen and rise. */
static void count_times(struct wl_tally *t, const struct wl_exchange *ex)
{
    wl_ns start = ex->req.t_head, final = ex->res.t_first;
    bool answered = ex->res.state != WL_ABSENT && final >= start;

    if (ex->req.state < WL_HEAD || start <= 0 || !ex->paired)
        return;
    if (ex->n_interim == 0) {
        if (answered) /* the final response is the first */
            wl_histogram_add(&t->only, final - start);
        return;
    }
    if (ex->interim[0].t_first >= start)
        wl_histogram_add(&t->stats.first, ex->interim[0].t_first - start);
    if (answered)
        wl_histogram_add(&t->stats.final, final - start);
}

void wl_tally_opened(struct wl_tally *t)
{
    t->stats.connections++;
}

void wl_tally_exchange(struct wl_tally *t, const struct wl_exchange *ex)
{
    struct wl_top_server *server = server_row(t, &ex->conn.server);
    bool faulty;

    t->stats.exchanges++;
    if (server)
        server->exchanges++;
    for (uint32_t i = 0; i < ex->n_interim; i++)
        count_response(t, server, ex->interim[i].status, ex->interim[i].t_first);
    for (uint32_t i = 0; i < ex->n_interim_more; i++)
        count_response(t, server, ex->interim_more[i].status, ex->interim_more[i].t);
    t->stats.responses[1] += ex->n_interim_lost;
    if (server)
        server->classes[1] += ex->n_interim_lost;
    if (wl_message_has_status(&ex->res))
        count_response(t, server, ex->res.status, ex->res.t_first);
    if (ex->unjudged != WL_JUDGED)
        t->stats.unjudged[ex->unjudged]++;
    faulty = count_findings(t, server, ex->findings, ex->n_findings);
    count_sequence(t, ex, faulty);
    count_times(t, ex);
}

void wl_tally_connection(struct wl_tally *t, const struct wl_conn_record *conn, bool http)
{
    t->stats.http_connections += http;
    t->stats.protocols[conn->conn.proto]++;
    if (conn->unjudged != WL_JUDGED)
        t->stats.unjudged[conn->unjudged]++;
    if (conn->n_findings) {
        (void)count_findings(t, server_row(t, &conn->conn.server), conn->findings,
                             conn->n_findings);
    }
}

/* ------------------------------------------------------------------------------ top lists */

static bool better_sequence(const struct wl_top_sequence *a, const struct wl_top_sequence *b)
{
    return a->n != b->n ? a->n > b->n : strcmp(a->text, b->text) < 0;
}

static bool worse_server(const struct wl_top_server *a, const struct wl_top_server *b)
{
    for (unsigned s = WL_VIOLATION; s >= WL_WARNING; s--) {
        if (a->findings[s] != b->findings[s])
            return a->findings[s] > b->findings[s];
    }
    if (a->exchanges != b->exchanges)
        return a->exchanges > b->exchanges;
    if (a->server.family != b->server.family)
        return a->server.family < b->server.family;
    if (memcmp(a->server.ip, b->server.ip, sizeof(a->server.ip)) != 0)
        return memcmp(a->server.ip, b->server.ip, sizeof(a->server.ip)) < 0;
    return a->server.port < b->server.port;
}

/* Puts row into the list of the most frequent, which is short and kept in order: a row that is no
 * better than the last of a full list costs one comparison. */
static void keep_sequence(struct wl_stats *st, const struct wl_top_sequence *row)
{
    struct wl_top_sequence *list = st->sequences;
    uint32_t at = st->n_sequences;

    while (at > 0 && better_sequence(row, &list[at - 1]))
        at--;
    if (at == WL_TOP)
        return;
    if (st->n_sequences < WL_TOP)
        st->n_sequences++;
    memmove(&list[at + 1], &list[at], (st->n_sequences - 1 - at) * sizeof(*list));
    list[at] = *row;
}

/* The same for the worst servers. */
static void keep_server(struct wl_stats *st, const struct wl_top_server *row)
{
    struct wl_top_server *list = st->servers;
    uint32_t at = st->n_servers;

    while (at > 0 && worse_server(row, &list[at - 1]))
        at--;
    if (at == WL_TOP)
        return;
    if (st->n_servers < WL_TOP)
        st->n_servers++;
    memmove(&list[at + 1], &list[at], (st->n_servers - 1 - at) * sizeof(*list));
    list[at] = *row;
}

static void list_sequences(struct wl_tally *t)
{
    struct wl_stats *st = &t->stats;
    uint64_t listed = 0;

    st->n_sequences = 0;
    for (unsigned code = 0; code < WL_N_CODES; code++) {
        struct wl_top_sequence row = {.n = t->singles[code].n, .faulty = t->singles[code].faulty};

        if (row.n == 0)
            continue;
        (void)snprintf(row.text, sizeof(row.text), "%0*u", wl_status_digits(code), code);
        keep_sequence(st, &row);
    }
    for (uint32_t i = 0; i < t->n_sequences; i++) {
        struct wl_top_sequence row = {.n = t->sequences[i].n, .faulty = t->sequences[i].faulty};

        memcpy(row.text, t->sequences[i].text, sizeof(row.text));
        keep_sequence(st, &row);
    }
    for (uint32_t i = 0; i < st->n_sequences; i++)
        listed += st->sequences[i].n;
    st->other_sequences = t->all_sequences - listed;
}

static void list_servers(struct wl_tally *t)
{
    struct wl_stats *st = &t->stats;
    uint64_t listed = 0;

    st->n_servers = 0;
    for (uint32_t i = 0; i < t->n_servers; i++)
        keep_server(st, &t->servers[i]);
    for (uint32_t i = 0; i < st->n_servers; i++)
        listed += st->servers[i].exchanges;
    st->other_servers = st->exchanges - listed;
}

struct wl_stats *wl_tally_stats(struct wl_tally *t)
{
    return &t->stats;
}

const struct wl_stats *wl_tally_snapshot(struct wl_tally *t)
{
    wl_histogram_join(&t->stats.first, &t->only);
    wl_histogram_join(&t->stats.final, &t->only);
    t->only = (struct wl_histogram){.n = 0};
    list_sequences(t);
    list_servers(t);
    return &t->stats;
}

uint64_t wl_tally_sequences_full(const struct wl_tally *t)
{
    return t->sequences_full;
}

uint64_t wl_tally_servers_full(const struct wl_tally *t)
{
    return t->servers_full;
}
