/* ladder.c - the lines of a ladder: what happened on a connection, in order of time.
 * SPDX-License-Identifier: MIT
 *
 * Events of all exchanges, of both legs, are put into one array and sorted by time; what happened
 * at the same time comes by frame, then in the order of the wire. Then findings are laid to the
 * line that they are about, and pauses are put in between.
 */
#include "ladder.h"

#include "diag.h"
#include "endpoint.h"
#include "mem.h"

struct maker {
    struct wl_ladder *l;
    struct wl_arena *arena;
    uint32_t capacity, marks_capacity;
};

/* ------------------------------------------------------------------------------- one message */

const struct wl_message *wl_exchange_message(const struct wl_exchange *ex, uint32_t k)
{
    if (k == 0)
        return ex->req.state == WL_ABSENT ? NULL : &ex->req;
    if (k == WL_MESSAGE_FINAL)
        return ex->res.state == WL_ABSENT ? NULL : &ex->res;
    return k <= ex->n_interim ? &ex->interim[k - 1] : NULL;
}

/* Which message of its direction the octet belongs to: the last that begins at or before it. */
static uint32_t owner(const struct wl_exchange *ex, enum wl_dir dir, uint64_t offset)
{
    uint32_t k = WL_MESSAGE_FINAL;

    if (dir == WL_TO_SERVER)
        return 0;
    if (ex->res.state != WL_ABSENT && offset >= ex->res.at.offset)
        return k;
    for (uint32_t i = ex->n_interim; i > 0; i--) {
        if (offset >= ex->interim[i - 1].at.offset)
            return i;
    }
    return ex->n_interim ? 1 : k;
}

bool wl_finding_is_about(const struct wl_exchange *ex, const struct wl_finding *f, uint32_t k)
{
    const struct wl_message *m = wl_exchange_message(ex, k);
    uint32_t o = owner(ex, f->at.dir, f->at.offset);

    if (!wl_exchange_message(ex, o)) /* of a request that was not seen, for one */
        o = ex->req.state != WL_ABSENT ? 0 : (ex->n_interim ? 1 : WL_MESSAGE_FINAL);
    return m && o == k;
}

/* --------------------------------------------------------------------------------- one line */

static struct wl_rung *add(struct maker *m, enum wl_rung_kind kind, unsigned leg, enum wl_dir dir,
                           wl_ns t, uint64_t frame)
{
    struct wl_ladder *l = m->l;
    struct wl_rung *grown = wl_arena_grow(m->arena, l->rungs, l->n, &m->capacity, WL_LADDER_MAX,
                                          sizeof(*grown));

    if (!grown) {
        l->cut = true;
        return NULL;
    }
    l->rungs = grown;
    grown[l->n] = (struct wl_rung){
        .kind = kind, .leg = (uint8_t)leg, .dir = dir, .t = t, .frame = frame, .order = l->n};
    /* what has no frame stays behind what it was made after */
    grown[l->n].place = frame || l->n == 0 ? frame : grown[l->n - 1].place;
    return &grown[l->n++];
}

/* ------------------------------------------------------------------------------ one exchange */

static void add_response(struct maker *m, unsigned leg, const struct wl_exchange *ex, uint32_t k)
{
    const struct wl_message *res = wl_exchange_message(ex, k);
    struct wl_rung *r;

    if (!res)
        return;
    r = add(m, k == WL_MESSAGE_FINAL ? WL_RUNG_FINAL : WL_RUNG_INTERIM, leg, WL_TO_CLIENT,
            res->t_first, res->at.frame);
    if (!r)
        return;
    r->ex = ex;
    r->message = k;
    r->status = res->status;
    r->stray = res->stray || ex->state == WL_EXCHANGE_UNSOLICITED;
}

static void add_gap(struct maker *m, unsigned leg, const struct wl_exchange *ex,
                    const struct wl_message *of, enum wl_dir dir)
{
    struct wl_rung *r;

    if (of->state == WL_ABSENT ||
        (!of->n_body_lost && of->end != WL_END_GAP && of->end != WL_END_SNAPLEN))
        return;
    r = add(m, WL_RUNG_GAP, leg, dir, of->t_last, of->last_frame);
    if (r) {
        r->ex = ex;
        r->value = of->n_body_lost;
    }
}

static void add_content(struct maker *m, unsigned leg, const struct wl_exchange *ex,
                        enum wl_dir dir, wl_ns t, uint64_t frame, uint64_t octets)
{
    struct wl_rung *r = add(m, WL_RUNG_CONTENT, leg, dir, t, frame);

    if (!r)
        return;
    r->ex = ex;
    r->message = dir == WL_TO_SERVER ? 0 : WL_MESSAGE_FINAL;
    r->value = octets;
}

/* Content that came in packets after that of the head: when it ended, and, where an Expect held it
 * back, when it began. */
static void add_contents(struct maker *m, unsigned leg, const struct wl_exchange *ex,
                         const struct wl_message *of, enum wl_dir dir)
{
    bool held_back = dir == WL_TO_SERVER && ex->wait && ex->wait->t_content > of->t_head;
    bool later = of->body_bytes && of->last_frame != of->at.frame;

    if (held_back && !(later && ex->wait->t_content == of->t_last))
        add_content(m, leg, ex, dir, ex->wait->t_content, 0, 0);
    if (later)
        add_content(m, leg, ex, dir, of->t_last, of->last_frame, of->body_bytes);
}

static void add_exchange(struct maker *m, unsigned leg, const struct wl_exchange *ex)
{
    struct wl_rung *r;

    if (ex->req.state != WL_ABSENT) {
        r = add(m, WL_RUNG_REQUEST, leg, WL_TO_SERVER, ex->req.t_first, ex->req.at.frame);
        if (r)
            r->ex = ex;
        add_contents(m, leg, ex, &ex->req, WL_TO_SERVER);
        add_gap(m, leg, ex, &ex->req, WL_TO_SERVER);
    }
    for (uint32_t i = 0; i < ex->n_interim; i++)
        add_response(m, leg, ex, i + 1);
    for (uint32_t i = 0; i < ex->n_interim_more; i++) {
        const struct wl_interim_note *note = &ex->interim_more[i];

        r = add(m, WL_RUNG_INTERIM, leg, WL_TO_CLIENT, note->t, note->frame);
        if (r) {
            r->ex = ex;
            r->status = note->status;
            r->message = ex->n_interim + 1 + i;
        }
    }
    if (ex->n_interim_lost) {
        const struct wl_interim_note *last = ex->n_interim_more
                                                 ? &ex->interim_more[ex->n_interim_more - 1]
                                                 : NULL;

        r = add(m, WL_RUNG_MORE, leg, WL_TO_CLIENT, last ? last->t : ex->t_end, 0);
        if (r) {
            r->ex = ex;
            r->value = ex->n_interim_lost;
        }
    }
    add_response(m, leg, ex, WL_MESSAGE_FINAL);
    if (ex->res.state != WL_ABSENT)
        add_contents(m, leg, ex, &ex->res, WL_TO_CLIENT);
    add_gap(m, leg, ex, &ex->res, WL_TO_CLIENT);
}

/* ---------------------------------------------------------------------------- one connection */

/* A RST takes the place of its sender's FIN in the record. Where an exchange has seen that FIN it
 * is known when it came, in which packet it is not. */
static void add_fin_before(struct maker *m, unsigned leg, const struct wl_detail *d,
                           enum wl_dir dir, wl_ns t_reset)
{
    for (uint32_t i = 0; i < d->n_exchanges; i++) {
        const struct wl_exchange *ex = d->exchanges[i];

        if (ex->end == WL_END_CLOSED && ex->end_by == dir && !ex->end_unseen &&
            ex->t_end < t_reset) {
            (void)add(m, WL_RUNG_FIN, leg, dir, ex->t_end, 0);
            return;
        }
    }
}

/* Both FINs, or a RST, each with its packet; then what else ended the observation. */
static void add_end(struct maker *m, unsigned leg, const struct wl_detail *d)
{
    const struct wl_conn_record *conn = &d->conn;
    struct wl_rung *r;

    if (d->open)
        return;
    for (unsigned dir = 0; dir < 2; dir++) {
        const struct wl_closing *c = &conn->closing[dir];
        bool reset = conn->end == WL_END_RESET && conn->end_by == (enum wl_dir)dir;

        if (!c->t)
            continue;
        if (reset)
            add_fin_before(m, leg, d, (enum wl_dir)dir, c->t);
        r = add(m, reset ? WL_RUNG_RST : WL_RUNG_FIN, leg, (enum wl_dir)dir, c->t, c->frame);
        if (r)
            r->value = conn->end;
    }
    if (conn->end == WL_END_CLOSED || conn->end == WL_END_RESET) {
        if (conn->closing[0].t || conn->closing[1].t)
            return;
        /* the record is no longer held: the last packet stands for it */
        r = add(m, conn->end == WL_END_RESET ? WL_RUNG_RST : WL_RUNG_FIN, leg, conn->end_by,
                conn->t_last, conn->last_frame);
    } else {
        r = add(m, WL_RUNG_STOP, leg, conn->end_by, conn->t_last, conn->last_frame);
    }
    if (r)
        r->value = conn->end;
}

static void add_lost(struct maker *m, unsigned leg, wl_ns t, uint32_t from, uint32_t to)
{
    struct wl_rung *r = from < to ? add(m, WL_RUNG_LOST, leg, WL_TO_SERVER, t, 0) : NULL;

    if (r)
        r->value = to - from;
}

static void add_leg(struct maker *m, unsigned leg, const struct wl_detail *d)
{
    const struct wl_conn_ref *ref = &d->conn.conn;
    uint32_t next = d->first_ordinal;
    struct wl_rung *r;

    /* a window in the middle of a connection begins with its first exchange */
    if (d->n_exchanges == 0 || d->exchanges[0]->ordinal <= 1) {
        r = add(m, WL_RUNG_OPEN, leg, WL_TO_SERVER, ref->t_first, ref->first_frame);
        if (r)
            r->value = ref->midstream;
    }
    for (uint32_t i = 0; i < d->n_exchanges; i++) {
        const struct wl_exchange *ex = d->exchanges[i];

        if (i)
            add_lost(m, leg, ex->req.t_first ? ex->req.t_first : ex->t_end, next, ex->ordinal);
        next = ex->ordinal + 1;
        add_exchange(m, leg, ex);
    }
    if (d->n_exchanges == 0 && d->last_ordinal)
        add_lost(m, leg, ref->t_first, d->first_ordinal, d->last_ordinal + 1);
    if (d->n_exchanges == 0 || next > d->last_ordinal)
        add_end(m, leg, d);
}

/* ------------------------------------------------------------------------------- the findings */

static bool is_on(const struct wl_rung *r, const struct wl_finding *f,
                  const struct wl_conn_ref *conn)
{
    if (!r->ex || r->ex->conn.id != conn->id || r->ex->ordinal != f->ordinal)
        return false;
    switch (r->kind) {
    case WL_RUNG_REQUEST:
    case WL_RUNG_FINAL: return wl_finding_is_about(r->ex, f, r->message);
    case WL_RUNG_INTERIM:
        return r->message <= r->ex->n_interim && wl_finding_is_about(r->ex, f, r->message);
    case WL_RUNG_OPEN:
    case WL_RUNG_CONTENT:
    case WL_RUNG_GAP:
    case WL_RUNG_PAUSE:
    case WL_RUNG_LOST:
    case WL_RUNG_MORE:
    case WL_RUNG_FIN:
    case WL_RUNG_RST:
    case WL_RUNG_STOP: break;
    }
    return false;
}

/* The line that a finding belongs to; UINT32_MAX: its exchange is not in the window. Where nothing
 * came (no final response), what ends the connection shows it. */
static uint32_t rung_of(const struct wl_ladder *l, const struct wl_finding *f,
                        const struct wl_conn_ref *conn, unsigned leg, uint32_t from)
{
    uint32_t end = UINT32_MAX;

    for (uint32_t i = from; i < l->n; i++) {
        const struct wl_rung *r = &l->rungs[i];

        if (r->leg != leg)
            continue;
        if (f->ordinal && is_on(r, f, conn))
            return i;
        if (r->kind == WL_RUNG_FIN || r->kind == WL_RUNG_RST || r->kind == WL_RUNG_STOP)
            end = i;
        if (!f->ordinal && r->kind == WL_RUNG_OPEN && end == UINT32_MAX)
            end = i;
    }
    return f->ordinal ? UINT32_MAX : end;
}

static void add_mark(struct maker *m, const struct wl_finding *f, uint32_t rung)
{
    struct wl_ladder *l = m->l;
    struct wl_rung_mark *grown;

    if (rung == UINT32_MAX)
        return;
    grown = wl_arena_grow(m->arena, l->marks, l->n_marks, &m->marks_capacity, WL_LADDER_MAX,
                          sizeof(*grown));
    if (!grown) {
        l->cut = true;
        return;
    }
    l->marks = grown;
    grown[l->n_marks++] = (struct wl_rung_mark){f, 0, rung};
}

static int by_rung(const void *a, const void *b)
{
    const struct wl_rung_mark *x = a, *y = b;
    int order;

    if (x->rung != y->rung)
        return x->rung < y->rung ? -1 : 1;
    if (x->finding->severity != y->finding->severity)
        return x->finding->severity > y->finding->severity ? -1 : 1;
    order = strcmp(x->finding->rule->id, y->finding->rule->id);
    if (order == 0 && x->finding->at.offset != y->finding->at.offset)
        order = x->finding->at.offset < y->finding->at.offset ? -1 : 1;
    return order;
}

/* Exchanges come in the order of their first lines, so each search begins near where the one before
 * ended. */
static void mark_leg(struct maker *m, unsigned leg, const struct wl_detail *d)
{
    struct wl_ladder *l = m->l;
    uint32_t from = 0;

    for (uint32_t i = 0; i < d->n_exchanges; i++) {
        const struct wl_exchange *ex = d->exchanges[i];

        for (uint32_t k = 0; ex->n_findings && k < l->n; k++) {
            if (l->rungs[(from + k) % l->n].ex == ex) {
                from = (from + k) % l->n;
                break;
            }
        }
        for (uint32_t k = 0; k < ex->n_findings; k++)
            add_mark(m, &ex->findings[k], rung_of(l, &ex->findings[k], &ex->conn, leg, from));
    }
    for (uint32_t k = 0; k < d->conn.n_findings; k++)
        add_mark(m, &d->conn.findings[k], rung_of(l, &d->conn.findings[k], &d->conn.conn, leg, 0));
}

static void number_marks(struct wl_ladder *l)
{
    if (l->n_marks)
        qsort(l->marks, l->n_marks, sizeof(*l->marks), by_rung);
    for (uint32_t i = 0; i < l->n_marks; i++) {
        struct wl_rung *r = &l->rungs[l->marks[i].rung];

        l->marks[i].number = i + 1;
        if (r->n_marks++ == 0)
            r->first_mark = i;
    }
}

/* --------------------------------------------------------------------------------- all of it */

static int by_time(const void *a, const void *b)
{
    const struct wl_rung *x = a, *y = b;

    if (x->t != y->t)
        return x->t < y->t ? -1 : 1;
    if (x->place != y->place)
        return x->place < y->place ? -1 : 1;
    return x->order < y->order ? -1 : 1;
}

/* Puts a line in between wherever nothing happened for long. */
static void add_pauses(struct maker *m, wl_ns pause)
{
    struct wl_ladder *l = m->l;
    uint32_t n = l->n, extra = 0, to;

    for (uint32_t i = 1; i < n; i++)
        extra += l->rungs[i].t - l->rungs[i - 1].t >= pause;
    for (uint32_t i = 0; i < extra; i++) {
        if (!add(m, WL_RUNG_PAUSE, 0, WL_TO_SERVER, 0, 0)) {
            l->n = n;
            return;
        }
    }
    to = l->n;
    for (uint32_t i = n; i-- > 0 && to > i + 1;) {
        l->rungs[--to] = l->rungs[i];
        if (i && l->rungs[i].t - l->rungs[i - 1].t >= pause) {
            l->rungs[--to] = (struct wl_rung){
                .kind = WL_RUNG_PAUSE,
                .t = l->rungs[i - 1].t,
                .value = (uint64_t)(l->rungs[i].t - l->rungs[i - 1].t),
            };
        }
    }
}

/* The client's leg is the one whose server is the other one's client. */
static bool is_upstream(const struct wl_detail *d, const struct wl_detail *other)
{
    const struct wl_endpoint *proxy = &d->conn.conn.client;
    const struct wl_endpoint *server = &other->conn.conn.server;

    if (wl_endpoint_same_address(proxy, server))
        return d->conn.t_first >= other->conn.t_first;
    return false;
}

void wl_ladder_make(struct wl_ladder *ret, const struct wl_detail *d, bool both, wl_ns pause,
                    struct wl_arena *arena)
{
    struct maker m = {.l = ret, .arena = arena};

    *ret = (struct wl_ladder){.legs = {d, both ? d->other : NULL}};
    if (ret->legs[1] && is_upstream(d, d->other)) {
        ret->legs[0] = d->other;
        ret->legs[1] = d;
    }
    for (unsigned leg = 0; leg < 2 && ret->legs[leg]; leg++)
        add_leg(&m, leg, ret->legs[leg]);
    if (ret->n)
        qsort(ret->rungs, ret->n, sizeof(*ret->rungs), by_time);
    add_pauses(&m, pause);
    for (unsigned leg = 0; leg < 2 && ret->legs[leg]; leg++)
        mark_leg(&m, leg, ret->legs[leg]);
    number_marks(ret);
    WL_ASSERT(ret->legs[0]); /* both are details */
    ret->t0 = ret->legs[0]->conn.conn.t_first;
    if (!ret->t0 && ret->rungs)
        ret->t0 = ret->rungs[0].t;
}
