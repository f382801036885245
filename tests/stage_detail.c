/* stage_detail.c - one connection for a ladder: both legs of a proxy that took 103 for the answer.
 * SPDX-License-Identifier: MIT
 *
 * The times are those of samples/captures: nginx 1.22 in front of node. On the hostile stage the
 * same messages carry what could do harm on a terminal. Questions for an exchange beyond the first
 * one get a window in the middle of a connection of thousands.
 */
#include "stage_detail.h"

#include "span.h"

enum {
    EXCHANGES = 4000,
    WINDOW = 64,
    MOST_FIELDS = 8,
};

static const wl_ns t0 = (wl_ns)1795264000 * WL_SECOND;

static void *must(void *p)
{
    if (!p)
        abort();
    return p;
}

static struct wl_span text_of(struct wl_arena *a, const char *text)
{
    return wl_arena_copy(a, wl_span_text(text));
}

static struct wl_endpoint v4(unsigned last, uint16_t port)
{
    return (struct wl_endpoint){.ip = {10, 0, 0, (uint8_t)last}, .port = port, .family = 4};
}

/* The fields of a head, as far as it is one. */
static void fields(struct wl_arena *a, struct wl_message *m)
{
    struct wl_span rest = wl_span_after(m->head, wl_span_find(m->head, '\n') + 1);

    m->fields = must(wl_arena_array(a, MOST_FIELDS, sizeof(*m->fields)));
    while (rest.n && m->n_fields < MOST_FIELDS) {
        size_t n = wl_span_find(rest, '\n');
        struct wl_span line = wl_span_sub(rest, 0, n);
        size_t colon;

        rest = wl_span_after(rest, n + 1);
        line.n -= line.n && line.p[line.n - 1] == '\r';
        colon = wl_span_find(line, ':');
        if (colon == line.n)
            continue;
        m->fields[m->n_fields++] = (struct wl_field){
            .value = wl_span_trim(wl_span_after(line, colon + 1)),
            .begin = line.p,
            .n_name = (uint32_t)colon,
        };
    }
}

static void message(struct wl_arena *a, struct wl_message *m, uint64_t frame, uint64_t offset,
                    enum wl_dir dir, double ms, const char *head)
{
    wl_ns t = t0 + (wl_ns)(ms * 1e6);

    *m = (struct wl_message){
        .state = WL_WHOLE,
        .major = 1,
        .minor = 1,
        .head = text_of(a, head),
        .declared = WL_NONE,
        .other_declared = WL_NONE,
        .at = {.frame = frame, .offset = offset, .dir = dir},
        .end_offset = offset + strlen(head),
        .t_first = t,
        .t_head = t,
        .t_last = t,
        .last_frame = frame,
    };
    fields(a, m);
}

static void response(struct wl_arena *a, struct wl_message *m, uint64_t frame, uint64_t offset,
                     double ms, uint16_t status, const char *head)
{
    message(a, m, frame, offset, WL_TO_CLIENT, ms, head);
    m->status = status;
}

static void request(struct wl_arena *a, struct wl_message *m, uint64_t frame, uint64_t offset,
                    double ms, const char *target, const char *head)
{
    message(a, m, frame, offset, WL_TO_SERVER, ms, head);
    m->method = text_of(a, "GET");
    m->method_id = WL_METHOD_GET;
    m->target = text_of(a, target);
}

static struct wl_exchange *exchange(struct wl_arena *a, const struct wl_conn_ref *conn,
                                    uint32_t ordinal)
{
    struct wl_exchange *ex = must(wl_arena_alloc(a, sizeof(*ex)));

    ex->conn = *conn;
    ex->ordinal = ordinal;
    ex->paired = ex->clocked = true;
    ex->arena = a;
    return ex;
}

static void find(struct wl_arena *a, struct wl_exchange *ex, const char *rule,
                 enum wl_severity severity, struct wl_at at, const char *what)
{
    struct wl_finding *f = must(wl_arena_alloc(a, sizeof(*f)));

    if (!wl_rule_find(rule))
        (void)must(NULL);
    *f = (struct wl_finding){
        .rule = wl_rule_find(rule),
        .severity = severity,
        .at = at,
        .frames = {at.frame},
        .n_frames = 1,
        .ordinal = ex->ordinal,
        .t = t0,
        .message = text_of(a, what),
    };
    ex->findings = f;
    ex->n_findings = 1;
}

static struct wl_detail *leg(struct wl_arena *a, uint64_t number, struct wl_endpoint client,
                             struct wl_endpoint server, double opened, double ended)
{
    struct wl_detail *d = must(wl_arena_alloc(a, sizeof(*d)));

    d->conn.conn = (struct wl_conn_ref){
        .id = number + 1,
        .number = number,
        .client = client,
        .server = server,
        .proto = WL_H11,
        .t_first = t0 + (wl_ns)(opened * 1e6),
    };
    d->conn.t_first = d->conn.conn.t_first;
    d->conn.t_last = t0 + (wl_ns)(ended * 1e6);
    d->conn.end = WL_END_CLOSED;
    d->conn.end_by = WL_TO_CLIENT;
    d->conn.closing[WL_TO_CLIENT] = (struct wl_closing){d->conn.t_last, 0};
    d->exchanges = must(wl_arena_array(a, WINDOW, sizeof(struct wl_exchange *)));
    d->n_exchanges = 1;
    d->first_ordinal = d->last_ordinal = 1;
    return d;
}

static const char request_head[] = "GET /hint HTTP/1.1\r\nHost: a.example\r\n\r\n";
static const char hint_head[] =
    "HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload; as=style\r\n\r\n";
static const char final_head[] = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\nDate: Fri, 20 Nov 2026 "
                                 "19:52:41 GMT\r\nConnection: keep-alive\r\n\r\n";

static const struct wl_detail *two_legs(struct wl_arena *a)
{
    struct wl_detail *front = leg(a, 0, v4(2, 59272), v4(1, 9031), 0, 3005.99);
    struct wl_detail *back = leg(a, 1, v4(1, 40822), v4(1, 9005), 0.22, 3005.75);
    struct wl_exchange *outer = exchange(a, &front->conn.conn, 1);
    struct wl_exchange *inner = exchange(a, &back->conn.conn, 1);

    front->conn.conn.first_frame = 1;
    front->conn.last_frame = 18;
    front->conn.closing[WL_TO_CLIENT].frame = 17;
    request(a, &outer->req, 4, 0, 0.09, "/hint", request_head);
    outer->interim = must(wl_arena_alloc(a, sizeof(*outer->interim)));
    outer->n_interim = 1;
    response(a, outer->interim, 16, 0, 3005.93, 103, hint_head);
    outer->state = WL_EXCHANGE_UNANSWERED;
    outer->end = WL_END_CLOSED;
    outer->end_by = WL_TO_CLIENT;
    outer->t_end = front->conn.t_last;
    find(a, outer, "interim-without-final", WL_VIOLATION, outer->interim->at,
         "103 was the last response; the server closed the connection");
    front->exchanges[0] = outer;
    back->conn.conn.first_frame = 6;
    back->conn.last_frame = 15;
    back->conn.end_by = WL_TO_SERVER;
    back->conn.closing[WL_TO_SERVER] = (struct wl_closing){back->conn.t_last, 14};
    back->conn.closing[WL_TO_CLIENT] = (struct wl_closing){back->conn.t_last, 15};
    request(a, &inner->req, 9, 0, 0.95, "/hint", request_head);
    inner->interim = must(wl_arena_alloc(a, sizeof(*inner->interim)));
    inner->n_interim = 1;
    response(a, inner->interim, 11, 0, 1.14, 103, hint_head);
    response(a, &inner->res, 13, strlen(hint_head), 1.37, 200, final_head);
    inner->res.framing = WL_FRAMING_LENGTH;
    inner->res.declared = inner->res.body_bytes = 2;
    back->exchanges[0] = inner;
    front->other = back;
    return front;
}

/* The same shape, one leg, and every text tries something. */
static const struct wl_detail *hostile(struct wl_arena *a, uint32_t ordinal)
{
    static const char nasty[] = "/\x1b[2J\x1b]0;owned\a%s%n\xe2\x80\xae/gpj.exe\xff\xfe\r\x9b"
                                "31m";
    static const char head[] = "HTTP/1.1 200 \x1b[31mOK\x1b[0m\r\nServer: \x1b]52;c;cm0gLXJm\a\r\n"
                               "X: \xe2\x80\xae\xe2\x81\xa6\xc2\x9b\r\n\r\n";
    static const char other[] = "HTTP/1.1 200 \x9b\r\nServer: \x1b]52;c;cm0gLXJn\a\r\n"
                                "X\xff\a: \x1b[2J\r\n\r\n";
    struct wl_detail *d = leg(a, 7, v4(66, 6666), v4(9, 80), 0, 12);
    struct wl_exchange *ex = exchange(a, &d->conn.conn, ordinal ? ordinal : 1);

    d->conn.end = WL_END_RESET;
    d->conn.last_frame = 12;
    d->conn.closing[WL_TO_CLIENT] = (struct wl_closing){d->conn.t_last, 12};
    request(a, &ex->req, 4, 0, 1, nasty, nasty);
    ex->req.state = WL_CUT;
    ex->req.end = WL_END_GAP;
    response(a, &ex->res, 9, 0, 3, 200, ordinal == 3 ? other : head);
    ex->res.framing = WL_FRAMING_CHUNKED;
    ex->res.n_body_lost = 1460;
    ex->res.state = WL_HEAD;
    ex->res.end = WL_END_GAP;
    ex->end = WL_END_CLOSED; /* its FIN, for which the record has no room beside the RST */
    ex->end_by = WL_TO_CLIENT;
    ex->t_end = t0 + 6000000;
    find(a, ex, "interim-without-final", WL_WARNING, ex->res.at, nasty);
    ex->findings->confidence = WL_LIKELY;
    d->exchanges[0] = ex;
    d->conn.gaps[WL_TO_CLIENT] = 1460;
    return d;
}

/* A window of a long connection: a request every 5 ms, every 50th with a 103 first. */
static const struct wl_detail *long_one(struct wl_arena *a, uint32_t ordinal)
{
    struct wl_detail *d = leg(a, 3, v4(2, 40000), v4(9, 80), 0, (double)EXCHANGES * 5.0);
    uint32_t first = ordinal > WINDOW / 2 ? ordinal - WINDOW / 2 : 1;

    if (first + WINDOW > EXCHANGES + 1)
        first = EXCHANGES + 1 - WINDOW;
    d->open = true;
    d->last_ordinal = EXCHANGES;
    d->n_exchanges = WINDOW;
    for (uint32_t i = 0; i < WINDOW; i++) {
        uint32_t n = first + i;
        struct wl_exchange *ex = exchange(a, &d->conn.conn, n);
        char target[32], head[160];

        (void)snprintf(target, sizeof(target), "/item/%u", (unsigned)n);
        (void)snprintf(head, sizeof(head),
                       "GET %s HTTP/1.1\r\nHost: a.example\r\nX-Request-Id: %u\r\n%s\r\n", target,
                       (unsigned)n, n % 2 ? "Accept: */*\r\n" : "");
        request(a, &ex->req, (uint64_t)n * 2, (uint64_t)n * 40, n * 5.0, target, head);
        if (n % 50 == 0) {
            ex->interim = must(wl_arena_alloc(a, sizeof(*ex->interim)));
            ex->n_interim = 1;
            response(a, ex->interim, (uint64_t)n * 2 + 1, (uint64_t)n * 90, n * 5.0 + 1, 103,
                     hint_head);
        }
        response(a, &ex->res, n * 2 + 1, n * 90ull + 80, n * 5.0 + 2, 200, final_head);
        d->exchanges[i] = ex;
    }
    return d;
}

const struct wl_detail *stage_detail(enum stage_play play, const struct wl_ask *ask,
                                     struct wl_arena *a)
{
    struct wl_detail *d;

    if (play == STAGE_HOSTILE)
        return hostile(a, ask->ordinal);
    if (ask->connection % 3 == 0)
        return long_one(a, ask->ordinal);
    if (ask->connection % 3 == 1)
        return two_legs(a);
    d = must(wl_arena_alloc(a, sizeof(*d)));
    d->held = ask->connection % 2 ? WL_HELD_SOON : WL_HELD_NOT;
    return d;
}
