/* unit_h1.c - the HTTP/1 layer as an auditor: what it says of inputs that other parsers refuse.
 * SPDX-License-Identifier: MIT
 *
 * Every case is one connection: what the client sends, then what the server sends, in packets of
 * every size from one octet on. The exchange that comes out must bear the mark that is named, and
 * its statuses must be those that stood there: nothing malformed stops the parser.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "hear.h"

/* Where a mark is looked for. */
enum place { NOWHERE, REQUEST, INTERIM, FINAL };

struct sample {
    const char *title, *client, *server;
    int statuses[HEAR_MAX]; /* of the first exchange, ended by END */
    uint32_t n_exchanges;
    enum place place;
    enum wl_mark_id mark;
    uint64_t value;
};

enum { END = -1 };

static const struct wl_message *message_at(const struct wl_exchange *ex, enum place place)
{
    switch (place) {
    case NOWHERE: return NULL;
    case REQUEST: return &ex->req;
    case INTERIM: return ex->n_interim ? &ex->interim[0] : NULL;
    case FINAL: return &ex->res;
    }
    return NULL;
}

static void check(const struct sample *s, const struct heard *h, size_t piece)
{
    const struct wl_exchange *ex = h->ex[0];
    const struct wl_message *m;
    const struct wl_mark *mark;
    uint32_t n = 0;

    if (h->n != s->n_exchanges)
        fail_msg("%s, in pieces of %zu: %u exchanges", s->title, piece, h->n);
    for (; s->statuses[n] != END; n++) {
        int status = n < ex->n_interim ? ex->interim[n].status : ex->res.status;

        if (status != s->statuses[n])
            fail_msg("%s, in pieces of %zu: status %d", s->title, piece, status);
    }
    if (n != ex->n_interim + (ex->res.state != WL_ABSENT))
        fail_msg("%s, in pieces of %zu: another number of statuses", s->title, piece);
    m = message_at(ex, s->place);
    if (!m)
        return;
    mark = wl_message_mark(m, s->mark);
    if (!mark) {
        fail_msg("%s, in pieces of %zu: no mark", s->title, piece);
    } else if (mark->value != s->value) {
        fail_msg("%s, in pieces of %zu: value %llu", s->title, piece,
                 (unsigned long long)mark->value);
    }
}

#define GET  "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
#define HEAD "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n"
#define POST "POST / HTTP/1.1\r\nHost: a\r\n"
#define OK   "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"

static const struct sample samples[] = {
    {"a plain exchange", GET, OK, {200, END}, 1, NOWHERE, WL_MARK_NONE, 0},
    /* status lines */
    {"a status of three digits below 100",
     GET,
     "HTTP/1.1 099 x\r\nContent-Length: 0\r\n\r\n",
     {99, END},
     1,
     NOWHERE,
     WL_MARK_NONE,
     0},
    {"a status of two digits",
     GET,
     "HTTP/1.1 99 x\r\nContent-Length: 0\r\n\r\n",
     {0, END},
     1,
     FINAL,
     WL_MARK_STATUS_INVALID,
     0},
    {"a status of four digits",
     GET,
     "HTTP/1.1 1000 x\r\nContent-Length: 0\r\n\r\n",
     {0, END},
     1,
     FINAL,
     WL_MARK_STATUS_INVALID,
     0},
    {"a status with a leading zero",
     GET,
     "HTTP/1.1 0200 x\r\nContent-Length: 0\r\n\r\n",
     {0, END},
     1,
     FINAL,
     WL_MARK_STATUS_INVALID,
     0},
    {"two spaces after the version",
     GET,
     "HTTP/1.1  200 OK\r\nContent-Length: 0\r\n\r\n",
     {200, END},
     1,
     FINAL,
     WL_MARK_STATUS_LINE_SPACES,
     0},
    {"a tab after the version",
     GET,
     "HTTP/1.1\t200 OK\r\nContent-Length: 0\r\n\r\n",
     {200, END},
     1,
     FINAL,
     WL_MARK_STATUS_LINE_SPACES,
     0},
    {"no space after the code",
     GET,
     "HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n",
     {200, END},
     1,
     FINAL,
     WL_MARK_STATUS_NO_SPACE,
     0},
    {"a control octet in the reason",
     GET,
     "HTTP/1.1 200 O\001K\r\nContent-Length: 0\r\n\r\n",
     {200, END},
     1,
     FINAL,
     WL_MARK_REASON_CTL,
     1},
    {"HTTP/2.0 in HTTP/1",
     GET,
     "HTTP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n",
     {200, END},
     1,
     FINAL,
     WL_MARK_VERSION_MALFORMED,
     0},
    /* request lines */
    {"lower-case version",
     "GET / http/1.1\r\nHost: a\r\n\r\n",
     OK,
     {200, END},
     1,
     REQUEST,
     WL_MARK_VERSION_MALFORMED,
     0},
    {"several spaces",
     "GET  /  HTTP/1.1\r\nHost: a\r\n\r\n",
     OK,
     {200, END},
     1,
     REQUEST,
     WL_MARK_REQUEST_LINE_SPACES,
     0},
    {"tabs",
     "GET\t/\tHTTP/1.1\r\nHost: a\r\n\r\n",
     OK,
     {200, END},
     1,
     REQUEST,
     WL_MARK_REQUEST_LINE_SPACES,
     0},
    {"a space in the target",
     "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n",
     OK,
     {200, END},
     1,
     REQUEST,
     WL_MARK_TARGET_BAD_OCTET,
     ' '},
    {"a method that is no token",
     "G(T / HTTP/1.1\r\nHost: a\r\n\r\n",
     OK,
     {200, END},
     1,
     REQUEST,
     WL_MARK_METHOD_NOT_TOKEN,
     0},
    {"no version, but fields",
     "GET /\r\nHost: a\r\n\r\n",
     OK,
     {200, END},
     1,
     REQUEST,
     WL_MARK_VERSION_MISSING,
     0},
    {"empty lines first", "\r\n\r\n" GET, OK, {200, END}, 1, REQUEST, WL_MARK_LEADING_CRLF, 2},
    {"octets that are no request",
     "\026\003\001\002\n",
     "HTTP/1.1 400 x\r\n\r\n",
     {400, END},
     1,
     REQUEST,
     WL_MARK_GARBAGE_REQUEST,
     0},
    {"HTTP/0.9", "GET /\r\n", "<p>hello", {0, END}, 1, NOWHERE, WL_MARK_NONE, 0},
    /* field lines */
    {"bare LF", "GET / HTTP/1.1\nHost: a\n\n", OK, {200, END}, 1, REQUEST, WL_MARK_BARE_LF, 0},
    {"bare CR",
     "GET / HTTP/1.1\r\nX: a\rb\r\n\r\n",
     OK,
     {200, END},
     1,
     REQUEST,
     WL_MARK_BARE_CR,
     0},
    {"obs-fold",
     "GET / HTTP/1.1\r\nX: a\r\n b\r\n\r\n",
     OK,
     {200, END},
     1,
     REQUEST,
     WL_MARK_OBS_FOLD,
     0},
    {"white space before the first field",
     "GET / HTTP/1.1\r\n X: a\r\n\r\n",
     OK,
     {200, END},
     1,
     REQUEST,
     WL_MARK_SPACE_AFTER_START,
     0},
    {"space before the colon",
     "GET / HTTP/1.1\r\nX : a\r\n\r\n",
     OK,
     {200, END},
     1,
     REQUEST,
     WL_MARK_SPACE_BEFORE_COLON,
     0},
    {"no colon",
     "GET / HTTP/1.1\r\nHost a\r\n\r\n",
     OK,
     {200, END},
     1,
     REQUEST,
     WL_MARK_NO_COLON,
     0},
    {"an empty name",
     "GET / HTTP/1.1\r\n: a\r\n\r\n",
     OK,
     {200, END},
     1,
     REQUEST,
     WL_MARK_NAME_EMPTY,
     0},
    {"a name that is no token",
     "GET / HTTP/1.1\r\nX@: a\r\n\r\n",
     OK,
     {200, END},
     1,
     REQUEST,
     WL_MARK_NAME_NOT_TOKEN,
     '@'},
    {"a control octet in a value",
     "GET / HTTP/1.1\r\nX: a\013b\r\n\r\n",
     OK,
     {200, END},
     1,
     REQUEST,
     WL_MARK_VALUE_CTL,
     11},
    {"obs-text in a value",
     "GET / HTTP/1.1\r\nX: a\351b\r\n\r\n",
     OK,
     {200, END},
     1,
     REQUEST,
     WL_MARK_VALUE_OBS_TEXT,
     0xe9},
    /* framing */
    {"two Content-Length values",
     POST "Content-Length: 5\r\nContent-Length: 7\r\n\r\n",
     OK,
     {200, END},
     1,
     REQUEST,
     WL_MARK_CL_DIFFER,
     7},
    {"the same value twice",
     POST "Content-Length: 2, 2\r\n\r\nok",
     OK,
     {200, END},
     1,
     REQUEST,
     WL_MARK_CL_REPEATED,
     0},
    {"both kinds of framing",
     POST "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
     OK,
     {200, END},
     1,
     REQUEST,
     WL_MARK_CL_AND_TE,
     5},
    {"a length that is no number",
     GET,
     "HTTP/1.1 200 OK\r\nContent-Length: +5\r\n\r\nhello",
     {200, END},
     1,
     FINAL,
     WL_MARK_CL_INVALID,
     0},
    {"a coding that looks like chunked",
     POST "Transfer-Encoding: xchunked\r\n\r\n",
     OK,
     {200, END},
     1,
     REQUEST,
     WL_MARK_TE_UNKNOWN,
     0},
    {"chunked is not last",
     POST "Transfer-Encoding: chunked, gzip\r\n\r\n",
     OK,
     {200, END},
     1,
     REQUEST,
     WL_MARK_TE_NOT_LAST,
     0},
    {"a chunk size in the manner of C",
     GET,
     "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0x5\r\nhello\r\n0\r\n\r\n",
     {200, END},
     1,
     FINAL,
     WL_MARK_CHUNK_SIZE_BAD,
     'x'},
    {"a chunk extension",
     GET,
     "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n0\r\n\r\n",
     {200, END},
     1,
     FINAL,
     WL_MARK_CHUNK_EXT,
     4},
    {"chunk data that is too long",
     GET,
     "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello!\r\n0\r\n\r\n",
     {200, END},
     1,
     FINAL,
     WL_MARK_CHUNK_NO_CRLF,
     '!'},
    {"content that is a request",
     POST "Content-Length: 18\r\n\r\nGET / HTTP/1.1\r\n\r\n",
     OK,
     {200, END},
     1,
     REQUEST,
     WL_MARK_BODY_LOOKS_LIKE_HTTP,
     0},
    /* order */
    {"content after a 204, and the next response",
     GET GET,
     "HTTP/1.1 204 x\r\n\r\nbody" OK,
     {204, END},
     2,
     FINAL,
     WL_MARK_EXCESS_AFTER_NO_CONTENT,
     4},
    {"content after a response to HEAD",
     HEAD,
     "HTTP/1.1 200 x\r\nContent-Length: 5\r\n\r\nhello",
     {200, END},
     1,
     FINAL,
     WL_MARK_EXCESS_AFTER_HEAD,
     5},
    {"a 100 with Content-Length has no content all the same",
     GET,
     "HTTP/1.1 100 x\r\nContent-Length: 5\r\n\r\n" OK,
     {100, 200, END},
     1,
     NOWHERE,
     WL_MARK_NONE,
     0},
    {"content after a 102",
     GET,
     "HTTP/1.1 102 x\r\n\r\nworking..." OK,
     {102, 200, END},
     1,
     INTERIM,
     WL_MARK_EXCESS_AFTER_INTERIM,
     10},
    {"103, then 200, then the next",
     GET GET,
     "HTTP/1.1 103 x\r\n\r\n" OK OK,
     {103, 200, END},
     2,
     NOWHERE,
     WL_MARK_NONE,
     0},
    {"two 100",
     GET,
     "HTTP/1.1 100 x\r\n\r\nHTTP/1.1 100 x\r\n\r\n" OK,
     {100, 100, 200, END},
     1,
     NOWHERE,
     WL_MARK_NONE,
     0},
    {"an unasked 101 is an interim response",
     GET,
     "HTTP/1.1 101 x\r\nUpgrade: x\r\n\r\n" OK,
     {101, 200, END},
     1,
     NOWHERE,
     WL_MARK_NONE,
     0},
    {"more than the length says",
     GET,
     "HTTP/1.1 200 x\r\nContent-Length: 2\r\n\r\nok!!",
     {200, END},
     1,
     FINAL,
     WL_MARK_EXCESS_AFTER_FINAL,
     2},
};

static void hostile_inputs(void **state)
{
    static const size_t pieces[] = {SIZE_MAX, 1, 2, 3, 7, 64};

    (void)state;
    for (size_t i = 0; i < WL_COUNT(samples); i++) {
        for (size_t k = 0; k < WL_COUNT(pieces); k++) {
            struct heard h;

            hear_begin(&h);
            hear_all(&h, WL_TO_SERVER, samples[i].client, pieces[k]);
            hear_all(&h, WL_TO_CLIENT, samples[i].server, pieces[k]);
            hear_finish(&h);
            check(&samples[i], &h, pieces[k]);
            hear_release(&h);
        }
    }
}

/* Both readings are kept where Content-Length and Transfer-Encoding contradict each other. */
static void both_readings(void **state)
{
    struct heard h;

    (void)state;
    hear_begin(&h);
    hear_all(&h, WL_TO_SERVER,
             POST "Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
             SIZE_MAX);
    hear_all(&h, WL_TO_CLIENT, OK, SIZE_MAX);
    hear_finish(&h);
    assert_int_equal(h.n, 1);
    assert_int_equal(h.ex[0]->req.framing, WL_FRAMING_CHUNKED);
    assert_int_equal(h.ex[0]->req.declared, 6);
    assert_int_equal(h.ex[0]->req.other_declared, 6);
    assert_int_equal(h.ex[0]->req.body_bytes, 3);
    assert_int_equal(h.ex[0]->state, WL_EXCHANGE_COMPLETE);
    hear_release(&h);
}

/* A length of any number of digits, and with anything else in the place of one; RFC 9112 6.3, rule
 * 5. */
static void lengths(void **state)
{
    (void)state;
    for (size_t n = 1; n <= 20; n++) {
        for (size_t at = 0; at <= n; at++) { /* n: all of them are digits */
            char head[80];
            struct heard h;
            uint64_t expected = 0;
            char *digits;

            (void)snprintf(head, sizeof(head), POST "Content-Length:%.*s\r\n\r\n", (int)n,
                           "12345678907654321089");
            digits = strstr(head, ":1") + 1;
            for (size_t i = 0; i < n; i++)
                expected = expected * 10 + (uint64_t)(digits[i] - '0');
            if (at < n)
                digits[at] = "/:a\xb5"[n % 4];
            hear_begin(&h);
            hear_all(&h, WL_TO_SERVER, head, SIZE_MAX);
            hear_finish(&h);
            assert_int_equal(h.n, 1);
            assert_true(h.ex[0]->req.declared ==
                        (at == n && expected <= INT64_MAX ? expected : WL_NONE));
            hear_release(&h);
        }
    }
}

/* Where a field stands: the packet and the offset of its first octet. */
static void assert_place(const struct wl_message *m, const struct wl_field *f, const char *stream,
                         const char *line, size_t piece)
{
    struct wl_at at = wl_field_at(m, f);
    size_t offset = (size_t)(strstr(stream, line) - stream);

    assert_int_equal(at.offset, offset);
    assert_int_equal(at.frame, wl_frame(0, 4 + offset / piece)); /* behind the handshake */
    assert_int_equal(at.dir, WL_TO_SERVER);
    assert_memory_equal(f->begin, stream + offset, f->n_name);
}

#define FIELDS(line)                                                                                \
    POST                                                                                            \
        "A1: 1\r\nA2: 2\r\nA3: 3\r\nA4: 4\r\nA5: 5\r\nA6: 6\r\nA7: 7\r\nAccept: text/html\r\n" line \
        "A9: 9\r\nB1: 1\r\nB2: 2\r\nB3: 3\r\nB4: 4\r\nTransfer-Encoding: chunked\r\nB5: 5\r\n"      \
        "B6: 6\r\nB7: 7\r\nTE: trailers\r\n\r\n0\r\nETag: x\r\n\r\n"

/* In one packet and in several, in a trailer section, and whether the line is plain or not. */
static void fields_know_their_places(void **state)
{
    static const size_t pieces[] = {SIZE_MAX, 90, 40};
    static const char *const streams[] = {FIELDS("A8: 8\r\n"), FIELDS("A8 : \xe4\r\n")};

    (void)state;
    for (size_t i = 0; i < 2 * WL_COUNT(pieces); i++) {
        const char *stream = streams[i % 2];
        size_t piece = pieces[i / 2];
        const struct wl_message *m;
        struct heard h;

        hear_begin(&h);
        hear_all(&h, WL_TO_SERVER, stream, piece);
        hear_all(&h, WL_TO_CLIENT, OK, SIZE_MAX);
        hear_finish(&h);
        assert_int_equal(h.n, 1);
        m = &h.ex[0]->req;
        assert_int_equal(m->state, WL_WHOLE);
        assert_place(m, wl_message_field(m, WL_FIELD_HOST), stream, "Host:", piece);
        assert_place(m, wl_message_field(m, WL_FIELD_ACCEPT), stream, "Accept:", piece);
        assert_place(m, wl_message_field(m, WL_FIELD_TRANSFER_ENCODING), stream, "Transfer-",
                     piece);
        assert_place(m, wl_message_field(m, WL_FIELD_TE), stream, "TE:", piece);
        assert_null(wl_message_field(m, WL_FIELD_ETAG));
        assert_int_equal(m->n_trailers, 1);
        assert_int_equal(m->trailers[0].id, WL_FIELD_ETAG);
        assert_place(m, &m->trailers[0], stream, "ETag:", piece);
        hear_release(&h);
    }
}

/* A head beyond max_head is cut, and the next request is found again. */
static void heads_have_a_bound(void **state)
{
    struct heard h;

    (void)state;
    hear_begin(&h);
    h.cfg.limits.max_head = 64;
    hear_all(&h, WL_TO_SERVER,
             "GET /0123456789 HTTP/1.1\r\nX: 0123456789012345678901234567890123456789"
             "0123456789\r\n\r\n" GET,
             5);
    hear_all(&h, WL_TO_CLIENT, OK OK, 5);
    hear_finish(&h);
    assert_int_equal(h.n, 2);
    assert_int_equal(h.ex[0]->req.state, WL_CUT);
    assert_int_equal(h.ex[0]->req.end, WL_END_LIMIT);
    assert_int_equal(h.ex[0]->unjudged, WL_UNJUDGED_LIMIT);
    assert_non_null(wl_message_mark(&h.ex[0]->req, WL_MARK_HEAD_TOO_LARGE));
    assert_int_equal(h.ex[1]->req.state, WL_WHOLE);
    assert_false(h.ex[1]->paired);
    assert_non_null(wl_message_mark(&h.ex[1]->req, WL_MARK_RESYNCHRONISED));
    hear_release(&h);
}

/* The last line of a head is the shortest there is, and nothing stands behind it in its memory: a
 * sanitizer sees what is read beyond. */
static void short_lines_end_a_head(void **state)
{
    enum { LONG = 12000 }; /* takes memory of its own */

    (void)state;
    for (int more = 0; more < 16; more++) {
        static char text[LONG + 64];
        struct heard h;
        size_t n = (size_t)snprintf(text, sizeof(text), "GET / HTTP/1.1\r\nHost: a\r\nX: ");

        memset(text + n, 'x', (size_t)(LONG + more) - n);
        (void)snprintf(text + LONG + more, 32, "\r\na:\r\n\r\n");
        hear_begin(&h);
        hear_all(&h, WL_TO_SERVER, text, SIZE_MAX);
        hear_all(&h, WL_TO_CLIENT, OK, SIZE_MAX);
        hear_finish(&h);
        assert_int_equal(h.n, 1);
        assert_int_equal(h.ex[0]->req.n_fields, 3);
        assert_int_equal(h.ex[0]->req.fields[2].n_name, 1);
        assert_int_equal(h.ex[0]->req.fields[2].value.n, 0);
        hear_release(&h);
    }
}

/* Interim responses: so many whole, so many as notes, the rest counted. */
static void interim_responses_have_bounds(void **state)
{
    struct heard h;

    (void)state;
    hear_begin(&h);
    h.cfg.limits.max_interim_heads = 2;
    h.cfg.limits.max_interim = 5;
    hear_all(&h, WL_TO_SERVER, GET, SIZE_MAX);
    for (int i = 0; i < 9; i++)
        hear_all(&h, WL_TO_CLIENT, "HTTP/1.1 102 x\r\nX: a\r\n\r\n", 11);
    hear_all(&h, WL_TO_CLIENT, OK, SIZE_MAX);
    hear_finish(&h);
    assert_int_equal(h.n, 1);
    assert_int_equal(h.ex[0]->n_interim, 2);
    assert_int_equal(h.ex[0]->n_interim_more, 3);
    assert_int_equal(h.ex[0]->n_interim_lost, 4);
    assert_int_equal(h.ex[0]->res.status, 200);
    assert_int_equal(h.limits[WL_LIMIT_max_interim_heads], 1);
    assert_int_equal(h.limits[WL_LIMIT_max_interim], 1);
    hear_release(&h);
}

/* Octets in use beside the exchanges that were told, and beside what waits for the next
 * connection. */
static size_t held(const struct heard *h)
{
    size_t n = h->budget.used - wl_flows_idle(h->flows);

    for (uint32_t i = 0; i < h->n; i++)
        n -= wl_arena_octets(h->ex[i]->arena);
    return n;
}

/* Between exchanges nothing is kept but what a few octets of the connection say, and that is
 * enough. */
static void rests_between_exchanges(void **state)
{
    const wl_ns later = 1000 * WL_SECOND + WL_SECOND / 4;
    struct heard h;
    size_t fresh, rested;

    (void)state;
    hear_begin(&h);
    fresh = held(&h);
    hear_all(&h, WL_TO_SERVER, "GET /1 HTTP/1.1\r\nHost: a.example\r\n\r\n", 1000);
    assert_true(held(&h) > fresh + wl_h1_busy_octets);
    hear_all(&h, WL_TO_CLIENT, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", 1000);
    assert_int_equal(h.n, 0);
    wl_flows_tick(h.flows, later);
    assert_int_equal(h.n, 1);
    rested = held(&h);
    assert_true(rested <= fresh + wl_h1_busy_octets); /* one of these waits in its pool */

    hear_all(&h, WL_TO_SERVER, "GET /2 HTTP/1.1\r\nHost: a.example\r\n\r\n", 1000);
    assert_true(held(&h) > rested);
    hear_all(&h, WL_TO_CLIENT, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", 1000);
    wl_flows_tick(h.flows, later + later);
    assert_int_equal(h.n, 2);
    assert_int_equal(held(&h), rested);
    assert_int_equal(h.ex[1]->ordinal, 2);
    assert_int_equal(h.ex[1]->state, WL_EXCHANGE_COMPLETE);
    assert_true(h.ex[1]->paired);

    /* that a final response has ended, and that all requests were answered, is still known */
    hear_all(&h, WL_TO_CLIENT, "HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n", 1000);
    hear_finish(&h);
    assert_int_equal(h.n, 3);
    assert_int_equal(h.ex[2]->state, WL_EXCHANGE_UNSOLICITED);
    assert_non_null(wl_message_mark(&h.ex[2]->res, WL_MARK_AFTER_FINAL));
    hear_release(&h);
}

/* A capture without times, as simple packet blocks of pcapng are: none of them is known, and an
 * exchange that seems to take no time at all is judged by no clock, wherever that stands. Nor is it
 * by one that knows whole seconds only. */
static void times_that_are_not_known(void **state)
{
    static const wl_ns starts[] = {0, 1000 * WL_SECOND, 1000 * WL_SECOND, 1001, 1001};
    static const wl_ns takes[] = {0, 0, WL_SECOND, 0, 1}; /* only the last is known */
    struct heard h;

    (void)state;
    for (unsigned i = 0; i < WL_COUNT(starts); i++) {
        hear_begin_at(&h, starts[i]);
        hear_all(&h, WL_TO_SERVER, GET, SIZE_MAX);
        h.t += takes[i];
        hear_all(&h, WL_TO_CLIENT, OK, SIZE_MAX);
        hear_finish(&h);
        assert_int_equal(h.n, 1);
        assert_int_equal(h.ex[0]->clocked, i + 1 == WL_COUNT(starts));
        hear_release(&h);
    }
}

/* The octets of an end are few: where they stand for hours they tell milliseconds. */
static void an_end_follows_what_came_before(void **state)
{
    static const wl_ns after[] = {1, 1500, 2147 * WL_SECOND + 1, 3000 * WL_SECOND + 1,
                                  86400 * WL_SECOND + 1001};
    struct heard h;

    (void)state;
    for (size_t i = 0; i < WL_COUNT(after); i++) {
        hear_begin(&h);
        hear_all(&h, WL_TO_SERVER, GET, SIZE_MAX);
        h.t += after[i];
        hear_all(&h, WL_TO_CLIENT, OK, SIZE_MAX);
        hear_one(&h, WL_TO_CLIENT, WL_TCP_FIN | WL_TCP_ACK, wl_span(NULL, 0));
        wl_flows_free(h.flows);
        assert_true(h.closed.closing[WL_TO_CLIENT].t >= h.t);
        assert_true(h.closed.closing[WL_TO_CLIENT].t - h.t < WL_SECOND / 1000);
        hear_release(&h);
    }
}

/* Octets behind an offer that nobody answers reach no limit: they are of a protocol that is not
 * known. */
static void what_nobody_answers_is_no_limit(void **state)
{
    struct heard h;

    (void)state;
    hear_begin(&h);
    hear_all(&h, WL_TO_SERVER,
             "GET /a HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n\1\2\3\4",
             SIZE_MAX);
    hear_one(&h, WL_TO_CLIENT, WL_TCP_RST | WL_TCP_ACK, wl_span(NULL, 0));
    hear_finish(&h);
    assert_true(h.n > 0);
    assert_int_equal(h.ex[0]->unjudged, WL_UNJUDGED_PROTOCOL);
    hear_release(&h);
}

/* How a connection ended, and what it had told before, share their octets while it rests. */
static void what_rested_tells_its_end(void **state)
{
    const wl_ns later = 1000 * WL_SECOND + WL_SECOND / 4;
    struct heard h;

    (void)state;
    hear_begin(&h);
    hear_all(&h, WL_TO_SERVER, GET, SIZE_MAX);
    hear_all(&h, WL_TO_CLIENT, OK, SIZE_MAX);
    wl_flows_tick(h.flows, later);
    hear_one(&h, WL_TO_CLIENT, WL_TCP_RST | WL_TCP_ACK, wl_span(NULL, 0));
    assert_int_equal(h.closed.end, WL_END_RESET);
    assert_int_equal(h.closed.n_exchanges, 1);
    assert_int_equal(wl_frame_number(h.closed.closing[WL_TO_CLIENT].frame), h.packet);
    assert_int_equal(h.closed.closing[WL_TO_SERVER].frame, 0);
    wl_flows_free(h.flows);
    hear_release(&h);

    /* half closed before the first octet */
    hear_begin(&h);
    hear_one(&h, WL_TO_SERVER, WL_TCP_FIN | WL_TCP_ACK, wl_span(NULL, 0));
    hear_all(&h, WL_TO_CLIENT, OK, SIZE_MAX);
    wl_flows_tick(h.flows, later);
    hear_one(&h, WL_TO_CLIENT, WL_TCP_FIN | WL_TCP_ACK, wl_span(NULL, 0));
    hear_one(&h, WL_TO_SERVER, WL_TCP_ACK, wl_span(NULL, 0));
    assert_int_equal(h.closed.end, WL_END_CLOSED);
    assert_int_equal(h.closed.n_exchanges, 1);
    assert_int_equal(wl_frame_number(h.closed.closing[WL_TO_SERVER].frame), h.packet - 3);
    assert_int_equal(wl_frame_number(h.closed.closing[WL_TO_CLIENT].frame), h.packet - 1);
    wl_flows_free(h.flows);
    hear_release(&h);
}

/* RFC 9112 7.1: the last chunk is of the message, whether chunks with content came before it or
 * not. */
static void last_chunk_is_the_end(void **state)
{
    static const char request[] = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    static const char head[] = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    static const char *const chunks[] = {"", "3\r\nabc\r\n"};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        for (size_t piece = 1; piece < 10; piece += 8) {
            struct heard h;
            uint64_t last;

            hear_begin(&h);
            hear_all(&h, WL_TO_SERVER, request, sizeof(request));
            hear_all(&h, WL_TO_CLIENT, head, sizeof(head));
            if (*chunks[i])
                hear_all(&h, WL_TO_CLIENT, chunks[i], sizeof(head));
            hear_all(&h, WL_TO_CLIENT, "0\r\n\r\n", piece);
            last = h.packet;
            hear_finish(&h);
            assert_int_equal(h.n, 1);
            assert_int_equal(h.ex[0]->res.state, WL_WHOLE);
            assert_int_equal(h.ex[0]->res.last_frame, last);
            hear_release(&h);
        }
    }
}

/* Of a connection that was to end neither the end was captured nor the SYN of the next one: numbers
 * that are far from its own say that what follows is not a part of it. */
static void ports_used_again(void **state)
{
    static const uint32_t jumps[] = {0, 1 << 10, 1 << 25, 1u << 30, 3u << 30, UINT32_MAX << 25};
    struct heard h;

    (void)state;
    for (unsigned i = 0; i < WL_COUNT(jumps); i++) {
        bool near = jumps[i] <= 1 << 10;

        hear_begin(&h);
        hear_all(&h, WL_TO_SERVER, "GET / HTTP/1.1\r\nConnection: close\r\n\r\n", 99);
        hear_all(&h, WL_TO_CLIENT, "HTTP/1.1 204 A\r\nConnection: close\r\n\r\n", 99);
        hear_one(&h, WL_TO_SERVER, WL_TCP_ACK, wl_span(NULL, 0));
        h.t += WL_SECOND * 3600 / 2;
        h.sent[0] += jumps[i], h.sent[1] += jumps[i] / 2;
        hear_all(&h, WL_TO_SERVER, GET, SIZE_MAX);
        hear_all(&h, WL_TO_CLIENT, OK, SIZE_MAX);
        hear_finish(&h);
        assert_int_equal(near,
                         h.n > 1 && wl_message_mark(&h.ex[1]->req, WL_MARK_AFTER_CLOSE_CLIENT));
        assert_true(h.closed.n_marks == 0 || near);
        hear_release(&h);
    }
}

#define TE "Transfer-Encoding: "

/* RFC 9112 11.2: where a server may have ended a request elsewhere, what it answers from there on is
 * not known, but that it did not close is. */
static void behind_two_readings(void **state)
{
    static const struct {
        const char *rest; /* of the request */
        bool ambiguous, had_to_close;
    } cases[] = {
        {"Content-Length: 5\r\n\r\nhello", false, false},
        {"X : y\r\nContent-Length: 5, 5\r\n\r\nhello", false, false},
        {"Content-Length: 5\r\n" TE "chunked\r\n\r\n0\r\n\r\n", true, true},
        {"Content-Length: 05\r\n\r\nhello", true, false},
        {"X: a\rb\r\nContent-Length: 5\r\n\r\nhello", true, false},
        {TE "x\r\n" TE "chunked\r\n\r\n0\r\n\r\n", true, false},
        {TE "chunked\r\n\r\n 0\r\n\r\n", true, false},
    };
    const struct wl_mark *mark;
    struct heard h;

    (void)state;
    for (size_t n = 0; n < 2 * WL_COUNT(cases); n++) {
        bool pipelined = n % 2;
        size_t i = n / 2;

        hear_begin(&h);
        hear_all(&h, WL_TO_SERVER, "POST / HTTP/1.1\r\nHost: a\r\n", SIZE_MAX);
        hear_all(&h, WL_TO_SERVER, cases[i].rest, SIZE_MAX);
        hear_all(&h, WL_TO_SERVER, pipelined ? GET : "", SIZE_MAX);
        hear_all(&h, WL_TO_CLIENT, OK, SIZE_MAX);
        hear_all(&h, WL_TO_SERVER, pipelined ? "" : GET, SIZE_MAX);
        hear_all(&h, WL_TO_CLIENT, OK, SIZE_MAX);
        hear_finish(&h);
        assert_int_equal(h.n, 2);
        assert_true(h.ex[0]->paired);
        assert_int_equal(h.ex[1]->paired, !cases[i].ambiguous);
        mark = wl_message_mark(&h.ex[1]->res, WL_MARK_AFTER_AMBIGUOUS);
        assert_int_equal(mark && mark->certain, cases[i].had_to_close);
        hear_release(&h);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hostile_inputs),
        cmocka_unit_test(both_readings),
        cmocka_unit_test(lengths),
        cmocka_unit_test(fields_know_their_places),
        cmocka_unit_test(heads_have_a_bound),
        cmocka_unit_test(short_lines_end_a_head),
        cmocka_unit_test(interim_responses_have_bounds),
        cmocka_unit_test(rests_between_exchanges),
        cmocka_unit_test(times_that_are_not_known),
        cmocka_unit_test(an_end_follows_what_came_before),
        cmocka_unit_test(what_nobody_answers_is_no_limit),
        cmocka_unit_test(what_rested_tells_its_end),
        cmocka_unit_test(last_chunk_is_the_end),
        cmocka_unit_test(ports_used_again),
        cmocka_unit_test(behind_two_readings),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
