/* pack.c - exchanges and connection records as compact octets, and back.
 * SPDX-License-Identifier: MIT
 *
 * A struct is a table of its numbers: which of them are not zero is one bit each, and only those
 * follow, as base-128 numbers. Times and frames are differences from the one before. Text that lies
 * in a message's head is a place in that head. The sizes of the structs are asserted below: whoever
 * adds a member adds a line to the table too, or history would forget it. What is suppressed is
 * forgotten: there it is counted, not listed.
 */
#include "pack.h"

#include "span.h"

enum kind {
    NUMBER, /* plain; WL_NONE takes one octet */
    TIME,   /* difference from the time before */
    FRAME,  /* difference from the frame before */
};

struct column {
    uint16_t offset;
    uint8_t size;
    uint8_t kind;
};

/* NOLINTBEGIN(bugprone-macro-parentheses): names of types and members */
#define COLUMN(type, member, k)                                              \
    {                                                                        \
        offsetof(struct type, member), sizeof(((struct type *)0)->member), k \
    }
#define WHERE(type, member)                                                 \
    COLUMN(type, member.frame, FRAME), COLUMN(type, member.offset, NUMBER), \
        COLUMN(type, member.dir, NUMBER)

/* NOLINTEND(bugprone-macro-parentheses) */

static const struct column conn_columns[] = {
    COLUMN(wl_conn_ref, id, NUMBER),        COLUMN(wl_conn_ref, number, NUMBER),
    COLUMN(wl_conn_ref, proto, NUMBER),     COLUMN(wl_conn_ref, tls, NUMBER),
    COLUMN(wl_conn_ref, midstream, NUMBER), COLUMN(wl_conn_ref, ttl, NUMBER),
    COLUMN(wl_conn_ref, t_first, TIME),     COLUMN(wl_conn_ref, first_frame, FRAME),
    COLUMN(wl_conn_ref, rtt, NUMBER),       COLUMN(wl_conn_ref, tunnel, NUMBER),
};

static const struct column message_columns[] = {
    COLUMN(wl_message, state, NUMBER),
    COLUMN(wl_message, major, NUMBER),
    COLUMN(wl_message, minor, NUMBER),
    COLUMN(wl_message, n_fields, NUMBER),
    WHERE(wl_message, at),
    COLUMN(wl_message, t_first, TIME),
    COLUMN(wl_message, t_head, TIME),
    COLUMN(wl_message, t_last, TIME),
    COLUMN(wl_message, last_frame, FRAME),
    COLUMN(wl_message, end_offset, NUMBER),
    COLUMN(wl_message, declared, NUMBER),
    COLUMN(wl_message, other_declared, NUMBER),
    COLUMN(wl_message, acked, NUMBER),
    COLUMN(wl_message, status, NUMBER),
    COLUMN(wl_message, method_id, NUMBER),
    COLUMN(wl_message, framing, NUMBER),
    COLUMN(wl_message, body_bytes, NUMBER),
    WHERE(wl_message, body_at),
    COLUMN(wl_message, end, NUMBER),
    COLUMN(wl_message, n_marks, NUMBER),
    COLUMN(wl_message, n_trailers, NUMBER),
    COLUMN(wl_message, early, NUMBER),
    COLUMN(wl_message, stray, NUMBER),
    COLUMN(wl_message, ttl, NUMBER),
    COLUMN(wl_message, n_body_lost, NUMBER),
};

/* A field and its place, which is left out where it follows from where its name stands in the
 * head. */
struct wl_placed {
    uint16_t id, odd;
    struct wl_at at;
};
enum { BRIEF_HEAD = 2 << 10 }; /* octets */
enum { IN_HEAD = 0x100 };      /* beside the bits of enum wl_field_odd */

static const struct column field_columns[] = {
    COLUMN(wl_placed, id, NUMBER),
    COLUMN(wl_placed, odd, NUMBER),
    WHERE(wl_placed, at),
};

static const struct column mark_columns[] = {
    COLUMN(wl_mark, id, NUMBER),
    COLUMN(wl_mark, count, NUMBER),
    WHERE(wl_mark, at),
    COLUMN(wl_mark, value, NUMBER),
    COLUMN(wl_mark, ordinal, NUMBER),
    COLUMN(wl_mark, status, NUMBER),
    COLUMN(wl_mark, certain, NUMBER),
    COLUMN(wl_mark, cut, NUMBER),
};

static const struct column note_columns[] = {
    COLUMN(wl_interim_note, status, NUMBER),
    COLUMN(wl_interim_note, t, TIME),
    COLUMN(wl_interim_note, frame, FRAME),
};

static const struct column wait_columns[] = {
    COLUMN(wl_wait, t_head_acked, TIME),
    COLUMN(wl_wait, t_content, TIME),
    COLUMN(wl_wait, t_server, TIME),
    COLUMN(wl_wait, t_client_end, TIME),
    COLUMN(wl_wait, t_server_end, TIME),
    COLUMN(wl_wait, t_final_acked, TIME),
    COLUMN(wl_wait, content_before_final, NUMBER),
    COLUMN(wl_wait, content_after_final, NUMBER),
    COLUMN(wl_wait, content_acked, NUMBER),
    COLUMN(wl_wait, zero_window, NUMBER),
};

static const struct column finding_columns[] = {
    COLUMN(wl_finding, severity, NUMBER), COLUMN(wl_finding, confidence, NUMBER),
    COLUMN(wl_finding, fault, NUMBER),    WHERE(wl_finding, at),
    COLUMN(wl_finding, frames[0], FRAME), COLUMN(wl_finding, frames[1], FRAME),
    COLUMN(wl_finding, frames[2], FRAME), COLUMN(wl_finding, frames[3], FRAME),
    COLUMN(wl_finding, n_frames, NUMBER), COLUMN(wl_finding, ordinal, NUMBER),
    COLUMN(wl_finding, stream, NUMBER),   COLUMN(wl_finding, status, NUMBER),
    COLUMN(wl_finding, number, NUMBER),   COLUMN(wl_finding, t, TIME),
};

static const struct column exchange_columns[] = {
    COLUMN(wl_exchange, ordinal, NUMBER),        COLUMN(wl_exchange, stream, NUMBER),
    COLUMN(wl_exchange, state, NUMBER),          COLUMN(wl_exchange, paired, NUMBER),
    COLUMN(wl_exchange, clocked, NUMBER),        COLUMN(wl_exchange, guessed, NUMBER),
    COLUMN(wl_exchange, unjudged, NUMBER),       COLUMN(wl_exchange, n_interim, NUMBER),
    COLUMN(wl_exchange, n_interim_more, NUMBER), COLUMN(wl_exchange, n_interim_lost, NUMBER),
    COLUMN(wl_exchange, switched, NUMBER),       COLUMN(wl_exchange, end, NUMBER),
    COLUMN(wl_exchange, end_by, NUMBER),         COLUMN(wl_exchange, rst_suspect, NUMBER),
    COLUMN(wl_exchange, end_unseen, NUMBER),     COLUMN(wl_exchange, t_end, TIME),
    COLUMN(wl_exchange, n_findings, NUMBER),
};

static const struct column record_columns[] = {
    COLUMN(wl_conn_record, n_steps_lost, NUMBER),
    COLUMN(wl_conn_record, n_exchanges, NUMBER),
    COLUMN(wl_conn_record, bytes[0], NUMBER),
    COLUMN(wl_conn_record, bytes[1], NUMBER),
    COLUMN(wl_conn_record, gaps[0], NUMBER),
    COLUMN(wl_conn_record, gaps[1], NUMBER),
    COLUMN(wl_conn_record, packets, NUMBER),
    COLUMN(wl_conn_record, first_packet, NUMBER),
    COLUMN(wl_conn_record, last_packet, NUMBER),
    COLUMN(wl_conn_record, last_frame, FRAME),
    COLUMN(wl_conn_record, n_marks, NUMBER),
    COLUMN(wl_conn_record, unjudged, NUMBER),
    COLUMN(wl_conn_record, end, NUMBER),
    COLUMN(wl_conn_record, end_by, NUMBER),
    COLUMN(wl_conn_record, rst_suspect, NUMBER),
    COLUMN(wl_conn_record, t_first, TIME),
    COLUMN(wl_conn_record, t_last, TIME),
    COLUMN(wl_conn_record, closing[0].t, TIME),
    COLUMN(wl_conn_record, closing[0].frame, FRAME),
    COLUMN(wl_conn_record, closing[1].t, TIME),
    COLUMN(wl_conn_record, closing[1].frame, FRAME),
    COLUMN(wl_conn_record, n_findings, NUMBER),
};

/* A member more: a line more above (and, for what is no number, below). Then mend the size here. */
#if UINTPTR_MAX == UINT64_MAX
static_assert(sizeof(struct wl_conn_ref) == 112, "conn_columns");
static_assert(sizeof(struct wl_message) == 328, "message_columns");
static_assert(sizeof(struct wl_field) == 32, "field_columns");
static_assert(sizeof(struct wl_mark) == 64, "mark_columns");
static_assert(sizeof(struct wl_wait) == 80, "wait_columns");
static_assert(sizeof(struct wl_finding) == 128, "finding_columns");
static_assert(sizeof(struct wl_exchange) == 904, "exchange_columns");
static_assert(sizeof(struct wl_conn_record) == 312, "record_columns");
#endif

/* --------------------------------------------------------------------------------- writing */

enum { VARINT_MAX = 10 };

/* Room for n octets more, or NULL. */
static uint8_t *room(struct wl_packer *p, size_t n)
{
    if (p->full)
        return NULL;
    if (n > p->buf.capacity - p->at) {
        size_t larger = p->buf.capacity > p->buf.max / 2 ? p->buf.max : p->buf.capacity * 2;
        uint8_t *moved = NULL;

        if (larger < p->at + n)
            larger = p->at + n;
        if (larger <= p->buf.max)
            moved = wl_resize(p->buf.budget, p->buf.p, p->buf.capacity, larger);
        if (!moved) {
            p->full = true;
            return NULL;
        }
        p->buf.p = moved;
        p->buf.capacity = larger;
    }
    return p->buf.p + p->at;
}

static void put(struct wl_packer *p, uint64_t value)
{
    uint8_t *to = room(p, VARINT_MAX);

    if (!to)
        return;
    while (value >= 0x80) {
        *to++ = (uint8_t)(value | 0x80);
        value >>= 7;
    }
    *to++ = (uint8_t)value;
    p->at = (size_t)(to - p->buf.p);
}

static void put_octets(struct wl_packer *p, const void *octets, size_t n)
{
    uint8_t *to = n ? room(p, n) : NULL;

    if (!to)
        return;
    memcpy(to, octets, n);
    p->at += n;
}

/* A difference, small in either direction. */
static uint64_t zigzag(uint64_t difference)
{
    return difference << 1 ^ (0 - (difference >> 63));
}

static uint64_t unzigzag(uint64_t value)
{
    return value >> 1 ^ (0 - (value & 1));
}

static uint64_t load(const void *from, size_t size)
{
    uint64_t v8 = 0;
    uint32_t v4;
    uint16_t v2;

    switch (size) {
    case 1: return *(const uint8_t *)from;
    case 2: memcpy(&v2, from, 2); return v2;
    case 4: memcpy(&v4, from, 4); return v4;
    default: memcpy(&v8, from, 8); return v8;
    }
}

static void store(void *to, size_t size, uint64_t value)
{
    uint32_t v4 = (uint32_t)value;
    uint16_t v2 = (uint16_t)value;

    switch (size) {
    case 1: *(uint8_t *)to = (uint8_t)value; break;
    case 2: memcpy(to, &v2, 2); break;
    case 4: memcpy(to, &v4, 4); break;
    default: memcpy(to, &value, 8); break;
    }
}

static void put_struct(struct wl_packer *p, const void *from, const struct column *columns,
                       size_t n)
{
    uint64_t mask = 0;

    for (size_t i = 0; i < n; i++) {
        if (load((const uint8_t *)from + columns[i].offset, columns[i].size))
            mask |= UINT64_C(1) << i;
    }
    put(p, mask);
    for (size_t i = 0; i < n; i++) {
        uint64_t value = load((const uint8_t *)from + columns[i].offset, columns[i].size);

        if (!(mask >> i & 1))
            continue;
        switch ((enum kind)columns[i].kind) {
        case NUMBER: put(p, value + 1); break; /* WL_NONE becomes 0 */
        case TIME:
            put(p, zigzag(value - p->t));
            p->t = value;
            break;
        case FRAME:
            put(p, zigzag(value - p->frame));
            p->frame = value;
            break;
        }
    }
}

#define PUT_STRUCT(p, from, columns) put_struct((p), (from), (columns), WL_COUNT(columns))

/* Text: a place in the head, or its octets. */
static bool lies_in(struct wl_span s, struct wl_span head)
{
    uintptr_t from = (uintptr_t)s.p, start = (uintptr_t)head.p;

    return s.n && head.n && from >= start && from + s.n <= start + head.n;
}

static void put_span(struct wl_packer *p, struct wl_span s)
{
    struct wl_span head = p->within ? p->within->head : wl_span(NULL, 0);
    uintptr_t from = (uintptr_t)s.p, start = (uintptr_t)head.p;
    bool inside = lies_in(s, head);

    put(p, (uint64_t)s.n << 1 | inside);
    if (inside) {
        put(p, zigzag(from - start - p->position));
        p->position = from - start + s.n;
    } else {
        put_octets(p, s.p, s.n);
    }
}

static void put_endpoint(struct wl_packer *p, const struct wl_endpoint *e)
{
    put_octets(p, &e->family, 1);
    put(p, e->port);
    put_octets(p, e->ip, e->family == 4 ? 4 : (e->family == 6 ? 16 : 0));
}

static void put_conn(struct wl_packer *p, const struct wl_conn_ref *conn)
{
    PUT_STRUCT(p, conn, conn_columns);
    put_endpoint(p, &conn->client);
    put_endpoint(p, &conn->server);
    put_endpoint(p, &conn->proxied);
}

/* The place of a field in the packet of its message, by where its name stands in the head. */
static struct wl_at place_in_head(const struct wl_message *m, const struct wl_field *f)
{
    struct wl_at at = m->at;

    at.offset += (uint64_t)((uintptr_t)f->begin - (uintptr_t)m->head.p);
    return at;
}

static void put_fields(struct wl_packer *p, const struct wl_field *fields, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        const struct wl_field *f = &fields[i];
        const struct wl_message *m = p->within;
        struct wl_placed placed = {f->id, f->odd, {.frame = 0}};

        if (m->places) {
            struct wl_at at = wl_field_at(m, f), near = place_in_head(m, f);

            if (at.frame == near.frame && at.offset == near.offset && at.dir == near.dir) {
                placed.odd |= IN_HEAD;
            } else {
                placed.at = at;
            }
        }
        PUT_STRUCT(p, &placed, field_columns);
        put_span(p, wl_field_sent_name(f));
        put_span(p, f->value);
    }
}

static void put_marks(struct wl_packer *p, const struct wl_mark *marks, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        PUT_STRUCT(p, &marks[i], mark_columns);
        put_span(p, marks[i].octets);
    }
}

/* What is packed of a message in brief: the field lines that lie in the beginning of its head. */
static struct wl_message begin_of(const struct wl_message *m)
{
    struct wl_message brief = *m;

    brief.head = wl_span_sub(m->head, 0, BRIEF_HEAD);
    brief.n_fields = brief.n_trailers = 0;
    while (brief.n_fields < m->n_fields &&
           lies_in(wl_field_sent_name(&m->fields[brief.n_fields]), brief.head) &&
           lies_in(m->fields[brief.n_fields].value, brief.head))
        brief.n_fields++;
    return brief;
}

static void put_message(struct wl_packer *p, const struct wl_message *whole)
{
    const struct wl_message brief = p->brief ? begin_of(whole) : (struct wl_message){.state = 0};
    const struct wl_message *m = p->brief ? &brief : whole;

    PUT_STRUCT(p, m, message_columns);
    if (m->state == WL_ABSENT)
        return;
    p->within = NULL;
    put_span(p, m->head);
    p->within = m;
    p->position = 0;
    put_span(p, m->method);
    put_span(p, m->target);
    put_span(p, m->status_text);
    put_span(p, m->reason);
    put(p, m->places != NULL);
    put_fields(p, m->fields, m->n_fields);
    put_fields(p, m->trailers, m->n_trailers);
    put_marks(p, m->marks, m->n_marks);
    p->within = NULL;
}

static void put_findings(struct wl_packer *p, const struct wl_finding *findings, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        put_octets(p, &findings[i].rule, sizeof(void *));
        PUT_STRUCT(p, &findings[i], finding_columns);
        put_span(p, findings[i].message);
    }
}

static void begin(struct wl_packer *p)
{
    p->at = 0;
    p->full = false;
    p->within = NULL;
    p->t = p->frame = 0;
}

static struct wl_span packed(const struct wl_packer *p)
{
    return p->full ? wl_span(NULL, 0) : wl_span(p->buf.p, p->at);
}

static struct wl_span pack_exchange(struct wl_packer *p, const struct wl_exchange *ex)
{
    begin(p);
    put_conn(p, &ex->conn);
    PUT_STRUCT(p, ex, exchange_columns);
    put_message(p, &ex->req);
    for (uint32_t i = 0; i < ex->n_interim; i++)
        put_message(p, &ex->interim[i]);
    for (uint32_t i = 0; i < ex->n_interim_more; i++)
        PUT_STRUCT(p, &ex->interim_more[i], note_columns);
    put_message(p, &ex->res);
    put(p, ex->wait != NULL);
    if (ex->wait)
        PUT_STRUCT(p, ex->wait, wait_columns);
    put_findings(p, ex->findings, ex->n_findings);
    return packed(p);
}

struct wl_span wl_pack_exchange(struct wl_packer *p, const struct wl_exchange *ex)
{
    p->brief = false;
    return pack_exchange(p, ex);
}

struct wl_span wl_pack_brief(struct wl_packer *p, const struct wl_exchange *ex)
{
    p->brief = true;
    return pack_exchange(p, ex);
}

struct wl_span wl_pack_findings(struct wl_packer *p, const struct wl_finding *findings, uint32_t n)
{
    begin(p);
    put(p, n);
    put_findings(p, findings, n);
    return packed(p);
}

struct wl_span wl_pack_record(struct wl_packer *p, const struct wl_conn_record *conn)
{
    begin(p);
    put_conn(p, &conn->conn);
    PUT_STRUCT(p, conn, record_columns);
    put_marks(p, conn->marks, conn->n_marks);
    put_findings(p, conn->findings, conn->n_findings);
    return packed(p);
}

/* --------------------------------------------------------------------------------- reading */

struct unpacker {
    struct wl_cursor in;
    struct wl_arena *arena;
    bool refused;
    const struct wl_message *within;
    uint64_t position, t, frame;
};

static uint64_t get(struct unpacker *u)
{
    uint64_t value = 0;

    for (unsigned shift = 0; shift < 64; shift += 7) {
        uint8_t octet = wl_u8(&u->in);

        value |= (uint64_t)(octet & 0x7f) << shift;
        if (octet < 0x80)
            break;
    }
    return value;
}

static void *make(struct unpacker *u, uint64_t count, size_t size)
{
    void *p;

    /* each of them takes at least one octet */
    if (count == 0 || count > u->in.n)
        return NULL;
    p = wl_arena_array(u->arena, (size_t)count, size);
    u->refused |= p == NULL;
    return p;
}

static void get_struct(struct unpacker *u, void *to, const struct column *columns, size_t n)
{
    uint64_t mask = get(u);

    for (size_t i = 0; i < n; i++) {
        uint64_t value;

        if (!(mask >> i & 1))
            continue;
        value = get(u);
        switch ((enum kind)columns[i].kind) {
        case NUMBER: value -= 1; break;
        case TIME: value = u->t += unzigzag(value); break;
        case FRAME: value = u->frame += unzigzag(value); break;
        }
        store((uint8_t *)to + columns[i].offset, columns[i].size, value);
    }
}

#define GET_STRUCT(u, to, columns) get_struct((u), (to), (columns), WL_COUNT(columns))

static struct wl_span get_span(struct unpacker *u)
{
    uint64_t n = get(u);
    bool inside = n & 1;
    struct wl_span s;

    n >>= 1;
    if (inside) {
        uint64_t from = u->position + unzigzag(get(u));

        u->position = from + n;
        return u->within ? wl_span_sub(u->within->head, (size_t)from, (size_t)n) : wl_span(NULL, 0);
    }
    s = wl_take(&u->in, (size_t)n);
    if (s.n == 0)
        return wl_span(NULL, 0);
    s = wl_arena_copy(u->arena, s);
    u->refused |= s.p == NULL;
    return s;
}

static void get_endpoint(struct unpacker *u, struct wl_endpoint *e)
{
    struct wl_span ip;

    e->family = wl_u8(&u->in);
    e->port = (uint16_t)get(u);
    ip = wl_take(&u->in, e->family == 4 ? 4 : (e->family == 6 ? 16 : 0));
    if (ip.n)
        memcpy(e->ip, ip.p, ip.n);
}

static void get_conn(struct unpacker *u, struct wl_conn_ref *conn)
{
    GET_STRUCT(u, conn, conn_columns);
    get_endpoint(u, &conn->client);
    get_endpoint(u, &conn->server);
    get_endpoint(u, &conn->proxied);
}

/* places: of these fields, or NULL. */
static struct wl_field *get_fields(struct unpacker *u, uint32_t n, struct wl_at *places)
{
    struct wl_field *fields = make(u, n, sizeof(*fields));

    for (uint32_t i = 0; fields && i < n; i++) {
        struct wl_field *f = &fields[i];
        struct wl_placed placed = {0};
        struct wl_span name;

        GET_STRUCT(u, &placed, field_columns);
        name = get_span(u);
        f->value = get_span(u);
        f->begin = name.p;
        f->n_name = (uint32_t)name.n;
        f->id = placed.id;
        f->odd = placed.odd & (IN_HEAD - 1);
        if (places)
            places[i] = placed.odd & IN_HEAD ? place_in_head(u->within, f) : placed.at;
    }
    return fields;
}

static struct wl_mark *get_marks(struct unpacker *u, uint32_t n)
{
    struct wl_mark *marks = make(u, n, sizeof(*marks));

    for (uint32_t i = 0; marks && i < n; i++) {
        GET_STRUCT(u, &marks[i], mark_columns);
        marks[i].octets = get_span(u);
    }
    return marks;
}

static void get_message(struct unpacker *u, struct wl_message *m)
{
    struct wl_at *places = NULL;

    GET_STRUCT(u, m, message_columns);
    if (m->state == WL_ABSENT)
        return;
    m->head = get_span(u);
    u->within = m;
    u->position = 0;
    m->method = get_span(u);
    m->target = get_span(u);
    m->status_text = get_span(u);
    m->reason = get_span(u);
    if (get(u))
        places = make(u, (uint64_t)m->n_fields + m->n_trailers, sizeof(*places));
    m->places = places;
    m->fields = get_fields(u, m->n_fields, places);
    m->trailers = get_fields(u, m->n_trailers, places ? places + m->n_fields : NULL);
    m->marks = get_marks(u, m->n_marks);
    u->within = NULL;
}

static struct wl_finding *get_findings(struct unpacker *u, uint32_t n)
{
    struct wl_finding *findings = make(u, n, sizeof(*findings));

    for (uint32_t i = 0; findings && i < n; i++) {
        struct wl_span rule = wl_take(&u->in, sizeof(void *));

        if (rule.n)
            memcpy(&findings[i].rule, rule.p, rule.n);
        GET_STRUCT(u, &findings[i], finding_columns);
        findings[i].message = get_span(u);
    }
    return findings;
}

static void get_wait(struct unpacker *u, struct wl_exchange *ex)
{
    struct wl_wait *wait = get(u) ? make(u, 1, sizeof(*wait)) : NULL;

    if (wait)
        GET_STRUCT(u, wait, wait_columns);
    ex->wait = wait;
}

struct wl_exchange *wl_unpack_exchange(struct wl_span from, struct wl_arena *a)
{
    struct unpacker u = {.in = wl_cursor(from), .arena = a};
    struct wl_exchange *ex = wl_arena_alloc(a, sizeof(*ex));

    if (!ex)
        return NULL;
    get_conn(&u, &ex->conn);
    GET_STRUCT(&u, ex, exchange_columns);
    get_message(&u, &ex->req);
    ex->interim = make(&u, ex->n_interim, sizeof(*ex->interim));
    for (uint32_t i = 0; ex->interim && i < ex->n_interim; i++)
        get_message(&u, &ex->interim[i]);
    ex->interim_more = make(&u, ex->n_interim_more, sizeof(*ex->interim_more));
    for (uint32_t i = 0; ex->interim_more && i < ex->n_interim_more; i++)
        GET_STRUCT(&u, &ex->interim_more[i], note_columns);
    get_message(&u, &ex->res);
    get_wait(&u, ex);
    ex->findings = get_findings(&u, ex->n_findings);
    WL_ASSERT(u.refused || (!u.in.bad && u.in.n == 0));
    return u.refused || u.in.bad ? NULL : ex;
}

bool wl_unpack_findings(struct wl_span from, struct wl_arena *a, struct wl_finding **ret,
                        uint32_t *ret_n)
{
    struct unpacker u = {.in = wl_cursor(from), .arena = a};
    uint32_t n = (uint32_t)get(&u);
    struct wl_finding *findings = get_findings(&u, n);

    if (u.refused || u.in.bad)
        return false;
    *ret = findings;
    *ret_n = n;
    return true;
}

struct wl_conn_record *wl_unpack_record(struct wl_span from, struct wl_arena *a)
{
    struct unpacker u = {.in = wl_cursor(from), .arena = a};
    struct wl_conn_record *conn = wl_arena_alloc(a, sizeof(*conn));

    if (!conn)
        return NULL;
    get_conn(&u, &conn->conn);
    GET_STRUCT(&u, conn, record_columns);
    conn->marks = get_marks(&u, conn->n_marks);
    conn->findings = get_findings(&u, conn->n_findings);
    WL_ASSERT(u.refused || (!u.in.bad && u.in.n == 0));
    return u.refused || u.in.bad ? NULL : conn;
}

/* ------------------------------------------------------------------------------ life cycle */

void wl_packer_init(struct wl_packer *p, struct wl_budget *budget, size_t max)
{
    *p = (struct wl_packer){.full = false};
    wl_buf_init(&p->buf, budget, max);
}

void wl_packer_release(struct wl_packer *p)
{
    wl_buf_release(&p->buf);
}
