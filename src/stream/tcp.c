/* tcp.c - one connection's sequence numbers: reordering, gaps, overlaps, FIN, RST (RFC 9293).
 * SPDX-License-Identifier: MIT
 *
 * The observer is neither end: it sees what was sent, perhaps twice, perhaps not at all, and the
 * acknowledgements tell what had arrived. A segment that is next in its direction and acknowledges
 * nothing unknown is delivered at once. Everything else takes the slow way: it is cut to what is
 * new, queued by stream offset, and delivered when the hole before it, and the octets it
 * acknowledges, have come or were given up. What waits hangs off the connection (wl_tcp_slow) and
 * goes when nothing waits any more.
 */
#include "tcp.h"
#include "patience.h"

/* Sequence numbers farther apart cannot be in one window (RFC 7323 2.3). */
#define FARTHEST ((int32_t)1 << 30)
/* A RST farther ahead of what was seen is not believed. */
#define RST_FARTHEST ((int32_t)1 << 24)

/* One call: the connection in hand and what it shares with the others. */
struct run {
    struct wl_tcp_env *env;
    struct wl_tcp *t;
    void *user;
};

static enum wl_dir other(enum wl_dir dir)
{
    return dir == WL_TO_SERVER ? WL_TO_CLIENT : WL_TO_SERVER;
}

static void set_state(struct wl_tcp *t, enum wl_dir dir, enum wl_tcp_state bit)
{
    t->flags |= (uint32_t)bit << (8 * (unsigned)dir);
}

static void clear_state(struct wl_tcp *t, enum wl_dir dir, enum wl_tcp_state bit)
{
    t->flags &= ~((uint32_t)bit << (8 * (unsigned)dir));
}

uint64_t wl_tcp_offset(const struct wl_tcp *t, enum wl_dir dir, uint32_t ack)
{
    const struct wl_tcp_way *w = &t->way[dir];
    int32_t delta = wl_tcp_ahead(t, dir, ack);

    if (!wl_tcp_is(t, dir, WL_TCP_BASE) || delta > FARTHEST)
        return WL_NONE;
    if (delta < 0) {
        return w->offset > (uint64_t) - (int64_t)delta ? w->offset - (uint64_t) - (int64_t)delta
                                                       : 0;
    }
    return w->offset + (uint64_t)delta;
}

uint64_t wl_tcp_acked(const struct wl_tcp *t, enum wl_dir dir)
{
    const struct wl_tcp_way *w = &t->way[dir];

    if (!wl_tcp_is(t, dir, WL_TCP_ACKED))
        return WL_NONE;
    /* the FIN has a sequence number, but is no octet of the stream (RFC 9293 3.4) */
    if (wl_tcp_is(t, dir, WL_TCP_CLOSED) && w->acked == w->next + 1)
        return wl_tcp_offset(t, dir, w->next);
    return wl_tcp_offset(t, dir, w->acked);
}

static struct wl_seen see(const struct wl_tcp *t, enum wl_dir dir, const struct wl_segment *seg)
{
    bool has_ack = seg->flags & WL_TCP_ACK;

    return (struct wl_seen){
        .packet = seg->packet,
        .frame = seg->frame,
        .t = seg->t,
        .acked = has_ack ? wl_tcp_offset(t, other(dir), seg->ack) : WL_NONE,
        .window = seg->window,
        .ttl = seg->ttl,
    };
}

/* ------------------------------------------------------------------------ what is waited for */

/* Octets of dir before target are missing: from now on patience is limited. */
static void start_clock(const struct run *r, enum wl_dir dir, uint32_t target,
                        const struct wl_seen *seen)
{
    struct wl_tcp_slow *s = wl_tcp_slow_way(r->env, r->t);

    if (s)
        wl_lacks_add(&s->lacks[dir], r->env, r->t, target, seen);
}

static struct wl_queue *queue_of(const struct wl_tcp *t, enum wl_dir dir)
{
    return t->slow && t->slow->queue[dir].n ? &t->slow->queue[dir] : NULL;
}

/* A segment that acknowledges octets not captured yet comes after them. */
static bool blocked(const struct wl_tcp *t, enum wl_dir dir, bool has_ack, uint32_t ack)
{
    int32_t delta;

    if (!has_ack || !wl_tcp_is(t, other(dir), WL_TCP_BASE))
        return false;
    delta = wl_tcp_ahead(t, other(dir), ack);
    return delta > 0 && delta <= FARTHEST;
}

/* Gives back what nothing needs any more. */
static void leave_the_slow_way(const struct run *r)
{
    const struct wl_tcp_slow *s = r->t->slow;

    if (s && !s->queue[0].n && !s->queue[1].n && !s->lacks[0].first && !s->lacks[1].first)
        wl_tcp_release(r->env, r->t);
}

/* ---------------------------------------------------------------------------------- delivery */

static void deliver(const struct run *r, enum wl_dir dir, struct wl_span bytes,
                    const struct wl_seen *seen)
{
    struct wl_tcp_way *w = &r->t->way[dir];

    while (bytes.n && w->skip) { /* what follows may be skipped, too */
        size_t n = (size_t)wl_min_u64(bytes.n, w->skip);

        w->skip -= n;
        wl_tcp_advance(w, n);
        if (w->skip == 0)
            r->env->out->skipped(r->user, dir, seen);
        bytes = wl_span_after(bytes, n);
    }
    if (bytes.n)
        wl_tcp_show(r->env, r->t, r->user, dir, bytes, seen);
}

static void declare_gap(const struct run *r, enum wl_dir dir, uint64_t lost, enum wl_gap_why why,
                        const struct wl_seen *seen)
{
    struct wl_tcp_way *w = &r->t->way[dir];
    struct wl_at at = {seen->frame, w->offset, dir};

    r->env->host->counters->gaps++;
    r->env->host->counters->gap_octets += lost;
    clear_state(r->t, dir, WL_TCP_PHANTOM);
    wl_tcp_advance(w, lost);
    r->env->out->gap(r->user, dir, lost, at, why, seen);
}

static void deliver_fin(const struct run *r, enum wl_dir dir, const struct wl_seen *seen)
{
    if (wl_tcp_is(r->t, dir, WL_TCP_CLOSED))
        return;
    set_state(r->t, dir, WL_TCP_CLOSED);
    if (r->t->slow) /* nothing comes after a FIN (RFC 9293 3.6) */
        wl_queue_release(&r->t->slow->queue[dir], &r->env->shelf);
    r->env->out->end(r->user, dir, WL_END_CLOSED, dir, seen);
    clear_state(r->t, dir, WL_TCP_PHANTOM); /* or it was known before, when it was acknowledged */
}

static void flush(const struct run *r, const struct wl_seen *seen);

static void deliver_rst(const struct run *r, enum wl_dir dir, const struct wl_seen *seen)
{
    if (r->t->flags & WL_TCP_RESET)
        return;
    r->t->flags |= WL_TCP_RESET;
    if (r->t->slow)
        wl_queue_release(&r->t->slow->queue[dir], &r->env->shelf);
    flush(r, seen); /* what the other side had sent before is still of interest */
    r->env->out->end(r->user, dir, WL_END_RESET, dir, seen);
}

/* Octets that were left in a file which has become shorter meanwhile are lost. */
static void deliver_octets(const struct run *r, enum wl_dir dir, const struct wl_piece *p)
{
    const struct wl_span bytes = wl_piece_octets(&r->env->shelf, p, 0, p->n);

    WL_ASSERT(p->at == r->t->way[dir].offset);
    if (bytes.n) {
        deliver(r, dir, bytes, &p->seen);
    } else {
        declare_gap(r, dir, p->n, WL_GAP_LIMIT, &p->seen);
    }
}

/* Delivers the front of the queue, which must not lie behind a hole. */
static void deliver_front(const struct run *r, enum wl_dir dir)
{
    struct wl_piece *p = wl_queue_take(&r->t->slow->queue[dir]);

    WL_ASSERT(p->at <= r->t->way[dir].offset);
    switch ((enum wl_piece_kind)p->kind) {
    case WL_PIECE_OCTETS: deliver_octets(r, dir, p); break;
    case WL_PIECE_CUT: declare_gap(r, dir, p->n, WL_GAP_SNAPLEN, &p->seen); break;
    case WL_PIECE_FIN: deliver_fin(r, dir, &p->seen); break;
    case WL_PIECE_RST: deliver_rst(r, dir, &p->seen); break;
    }
    wl_piece_free(&r->env->shelf, p);
}

/* The front of dir's queue when it may be delivered now, else NULL. */
static const struct wl_piece *ready(const struct wl_tcp *t, enum wl_dir dir)
{
    const struct wl_queue *q = queue_of(t, dir);
    const struct wl_piece *p;

    if (!q)
        return NULL;
    p = wl_queue_front(q);
    return p->at > t->way[dir].offset || blocked(t, dir, p->has_ack, p->ack) ? NULL : p;
}

/* Delivers what can be, in the order of capture between the directions. */
static void pump(const struct run *r)
{
    while (r->t->slow) {
        const struct wl_piece *a = ready(r->t, WL_TO_SERVER);
        const struct wl_piece *b = ready(r->t, WL_TO_CLIENT);

        if (!a && !b)
            break;
        deliver_front(r,
                      a && (!b || a->seen.packet <= b->seen.packet) ? WL_TO_SERVER : WL_TO_CLIENT);
    }
}

/* What is missing of dir before target, as far as p, which is queued next or NULL, is a gap: known
 * since p came, or since seen, if that was earlier. False: it is most likely a FIN. */
static bool declare_hole(const struct run *r, enum wl_dir dir, uint32_t target,
                         const struct wl_piece *p, const struct wl_seen *seen)
{
    uint64_t lost = (uint64_t)wl_tcp_ahead(r->t, dir, target);

    if (p)
        lost = wl_min_u64(lost, p->at - r->t->way[dir].offset);
    if (lost == 1 && !p) { /* most likely a FIN that was not captured */
        set_state(r->t, dir, WL_TCP_PHANTOM);
        return false;
    }
    declare_gap(r, dir, lost, WL_GAP_LOST, p && p->seen.packet < seen->packet ? &p->seen : seen);
    return true;
}

static const struct wl_piece *front_of(const struct wl_tcp *t, enum wl_dir dir)
{
    const struct wl_queue *q = queue_of(t, dir);

    return q ? wl_queue_front(q) : NULL;
}

/* Octets of dir before target will not come any more: what is missing is a gap, and what is queued
 * is delivered, whatever it acknowledges. */
static void catch_up(const struct run *r, enum wl_dir dir, uint32_t target,
                     const struct wl_seen *seen)
{
    while (wl_tcp_ahead(r->t, dir, target) > 0) {
        const struct wl_piece *p = front_of(r->t, dir);

        if (p && p->at <= r->t->way[dir].offset) {
            deliver_front(r, dir);
        } else if (!declare_hole(r, dir, target, p, seen)) {
            break;
        }
    }
}

/* Gives up what the front of dir's queue waits for: first what it acknowledges, then the hole
 * before it; when it waits for nothing any more it is delivered. */
static void force_front(const struct run *r, enum wl_dir dir, enum wl_gap_why why)
{
    const struct wl_piece *p = wl_queue_front(&r->t->slow->queue[dir]);
    uint64_t offset = r->t->way[dir].offset;

    if (blocked(r->t, dir, p->has_ack, p->ack)) {
        struct wl_seen seen = p->seen;

        catch_up(r, other(dir), p->ack, &seen);
        return;
    }
    if (p->at > offset)
        declare_gap(r, dir, p->at - offset, why, &p->seen);
    deliver_front(r, dir);
}

/* p, at the front of dir's queue with no hole before it, acknowledges octets that have not been
 * delivered. Where those are missing, too, and still awaited, so does p: requests and responses
 * stay in order. Otherwise the older of the two fronts is delivered. */
static bool unblock(const struct run *r, enum wl_dir dir, const struct wl_piece *p)
{
    const struct wl_piece *q = front_of(r->t, other(dir));
    bool hole = !q || q->at > r->t->way[other(dir)].offset;

    if (hole && r->t->slow->lacks[other(dir)].first)
        return false;
    deliver_front(r, !hole && q->seen.packet < p->seen.packet ? other(dir) : dir);
    return true;
}

/* Octets of dir before target will not come any more. False: what is queued there acknowledges
 * octets that are still awaited. */
static bool give_up(const struct run *r, enum wl_dir dir, uint32_t target,
                    const struct wl_seen *seen)
{
    while (wl_tcp_ahead(r->t, dir, target) > 0) {
        const struct wl_piece *p = front_of(r->t, dir);

        if (p && p->at <= r->t->way[dir].offset) {
            if (!unblock(r, dir, p))
                return false;
        } else if (!declare_hole(r, dir, target, p, seen)) {
            break;
        }
        pump(r);
    }
    return true;
}

/* Stops the clocks of what has come. */
static void stop_clocks(const struct run *r, enum wl_dir dir)
{
    struct wl_lacks *lacks = &r->t->slow->lacks[dir];

    while (lacks->first && wl_tcp_ahead(r->t, dir, lacks->first->target) <= 0)
        wl_lack_free(r->env, wl_lacks_take(lacks));
}

/* The first clock of dir has run out. */
static void expire(const struct run *r, enum wl_dir dir)
{
    struct wl_tcp *t = r->t;
    struct wl_lack *w = wl_lacks_take(&t->slow->lacks[dir]);

    if (!give_up(r, dir, w->target, &w->seen) && !t->slow->lacks[dir].first) {
        wl_lacks_along(&t->slow->lacks[dir], w, t->slow->lacks[other(dir)].first);
    } else {
        wl_lack_free(r->env, w);
    }
    pump(r);
}

/* Stops the clocks of what has come, and gives up what did not within the packets allowed. */
static void lose_patience(const struct run *r)
{
    for (unsigned i = 0; i < 2 && r->t->slow; i++) {
        const enum wl_dir dir = (enum wl_dir)i;
        const struct wl_lack *w;

        stop_clocks(r, dir);
        w = r->t->slow->lacks[dir].first;
        if (w && r->t->packets - w->since_packet >= WL_TCP_PATIENCE_PACKETS)
            expire(r, dir);
    }
}

/* Nothing more will come: holes become gaps, and what is behind them is delivered. */
static void flush(const struct run *r, const struct wl_seen *seen)
{
    struct wl_tcp *t = r->t;

    for (;;) {
        const struct wl_queue *a, *b;

        pump(r);
        a = queue_of(t, WL_TO_SERVER);
        b = queue_of(t, WL_TO_CLIENT);
        if (!a && !b)
            break;
        force_front(r,
                    a && (!b || wl_queue_front(a)->seen.packet <= wl_queue_front(b)->seen.packet)
                        ? WL_TO_SERVER
                        : WL_TO_CLIENT,
                    WL_GAP_LOST);
    }
    for (unsigned i = 0; i < 2; i++) {
        enum wl_dir dir = (enum wl_dir)i;
        int32_t missing = wl_tcp_ahead(t, dir, t->way[dir].acked);

        /* one number may be the FIN */
        if (wl_tcp_is(t, dir, WL_TCP_ACKED) && missing > 1 && !wl_tcp_is(t, dir, WL_TCP_CLOSED))
            declare_gap(r, dir, (uint64_t)missing, WL_GAP_LOST, seen);
    }
}

/* ---------------------------------------------------------------------------------- queueing */

static void mark_differing(const struct run *r, enum wl_dir dir, uint64_t offset,
                           struct wl_span bytes, size_t n_differing, const struct wl_seen *seen)
{
    struct wl_mark mark = {
        .id = WL_MARK_OVERLAP_DIFFERS,
        .count = 1,
        .at = {seen->frame, offset, dir},
        .value = n_differing,
        .certain = true,
        .octets = wl_span_sub(bytes, 0, WL_MARK_OCTETS),
    };

    r->env->host->counters->overlaps_differing++;
    r->env->out->mark(r->user, &mark);
}

/* The first n octets of bytes, at offset, are queued already: do they say the same? */
static void compare_queued(const struct run *r, enum wl_dir dir, const struct wl_piece *p,
                           uint64_t offset, struct wl_span bytes, const struct wl_seen *seen)
{
    size_t n_differing = 0, first = 0;
    struct wl_span queued;

    if (p->kind != WL_PIECE_OCTETS || bytes.n == 0)
        return;
    queued = wl_piece_octets(&r->env->shelf, p, offset - p->at, bytes.n);
    if (queued.n == 0 || memcmp(queued.p, bytes.p, bytes.n) == 0)
        return;
    for (size_t i = bytes.n; i-- > 0;) {
        if (queued.p[i] != bytes.p[i]) {
            first = i;
            n_differing++;
        }
    }
    mark_differing(r, dir, offset + first, wl_span_after(bytes, first), n_differing, seen);
}

/* Gives up everything that waits in dir, up to offset: there is no memory to wait. */
static void stop_waiting(const struct run *r, enum wl_dir dir, uint64_t offset,
                         const struct wl_seen *seen)
{
    const struct wl_queue *q;
    const struct wl_tcp_way *w = &r->t->way[dir];

    r->env->host->counters->refused++;
    while ((q = queue_of(r->t, dir)) && wl_queue_front(q)->at < offset)
        force_front(r, dir, WL_GAP_LIMIT);
    if (w->offset < offset && !wl_tcp_is(r->t, dir, WL_TCP_CLOSED))
        declare_gap(r, dir, offset - w->offset, WL_GAP_LIMIT, seen);
}

/* Queues what model and bytes hold and the queue does not. First octets win. Returns 0, or WL_NOMEM
 * with *ret_done octets taken care of. */
static int enqueue(const struct run *r, enum wl_dir dir, const struct wl_piece *model,
                   struct wl_span bytes, uint64_t *ret_done)
{
    struct wl_tcp_slow *s = wl_tcp_slow_way(r->env, r->t);
    struct wl_piece part = *model;
    uint64_t end = model->at + model->n;
    uint32_t i;

    *ret_done = 0;
    if (!s)
        return WL_NOMEM;
    i = wl_queue_search(&s->queue[dir], model->at);
    for (bool placed = false; !placed || part.at < end;) {
        struct wl_queue *q = &s->queue[dir];
        const struct wl_piece *p = i < q->n ? wl_queue_at(q, i) : NULL;
        uint64_t part_end = end;

        if (p && p->n == 0 && p->at <= part.at) { /* a FIN or RST: behind it */
            i++;
            continue;
        }
        if (p && p->at <= part.at) { /* covered by what came first */
            part_end = wl_min_u64(end, p->at + p->n);
            if (part.kind == WL_PIECE_OCTETS) {
                compare_queued(
                    r, dir, p, part.at,
                    wl_span_sub(bytes, (size_t)(part.at - model->at), (size_t)(part_end - part.at)),
                    &part.seen);
            }
        } else {
            if (p && p->at > part.at)
                part_end = wl_min_u64(end, p->at);
            part.n = part_end - part.at;
            if (wl_queue_insert(q, &r->env->shelf, i, &part,
                                part.kind == WL_PIECE_OCTETS ? bytes.p + (part.at - model->at)
                                                             : NULL) < 0)
                return WL_NOMEM;
            if (part.kind == WL_PIECE_FIN)
                q->end_at = part.at;
        }
        i++;
        placed = true;
        part.at = part_end;
        *ret_done = part_end - model->at;
    }
    return 0;
}

/* Delivers what model holds from the front of the stream on, around what is queued. */
static void deliver_now(const struct run *r, enum wl_dir dir, const struct wl_piece *model,
                        struct wl_span bytes)
{
    const struct wl_tcp_way *w = &r->t->way[dir];
    uint64_t end = model->at + model->n;

    while (w->offset >= model->at && w->offset < end && !wl_tcp_is(r->t, dir, WL_TCP_CLOSED)) {
        const struct wl_queue *q = queue_of(r->t, dir);
        uint64_t n = (q ? wl_min_u64(end, wl_queue_front(q)->at) : end) - w->offset;

        if (n == 0) {
            deliver_front(r, dir);
        } else if (model->kind == WL_PIECE_CUT) {
            declare_gap(r, dir, n, WL_GAP_SNAPLEN, &model->seen);
        } else {
            deliver(r, dir, wl_span_sub(bytes, (size_t)(w->offset - model->at), (size_t)n),
                    &model->seen);
        }
    }
    if (model->kind == WL_PIECE_FIN && w->offset == end) {
        deliver_fin(r, dir, &model->seen);
    } else if (model->kind == WL_PIECE_RST && w->offset == end) {
        deliver_rst(r, dir, &model->seen);
    }
}

/* Queues a piece; without memory, or beyond the bounds, waiting ends. */
static void keep_for_later(const struct run *r, enum wl_dir dir, const struct wl_piece *model,
                           struct wl_span bytes)
{
    const struct wl_limits *limits = &r->env->host->cfg->limits;
    const struct wl_queue *q;
    uint64_t done;

    if (enqueue(r, dir, model, bytes, &done) < 0) {
        stop_waiting(r, dir, model->at + done, &model->seen);
        deliver_now(r, dir, model, bytes);
        return;
    }
    pump(r);
    while ((q = queue_of(r->t, dir)) &&
           (q->octets > limits->max_reorder || q->n > limits->max_reorder_pieces)) {
        r->env->host->limits[q->octets > limits->max_reorder ? WL_LIMIT_max_reorder
                                                             : WL_LIMIT_max_reorder_pieces]++;
        force_front(r, dir, WL_GAP_LIMIT);
        pump(r);
    }
}

/* ---------------------------------------------------------------------------------- segments */

/* What waits in the other direction acknowledges octets of dir that begin elsewhere now. */
static void map_again(struct wl_tcp *t, enum wl_dir dir)
{
    struct wl_queue *q = queue_of(t, other(dir)) ? &t->slow->queue[other(dir)] : NULL;

    for (uint32_t i = 0; q && i < q->n; i++) {
        struct wl_piece *p = wl_queue_at(q, i);

        if (p->has_ack)
            p->seen.acked = wl_tcp_offset(t, dir, p->ack);
    }
}

static void set_base(const struct run *r, enum wl_dir dir, uint32_t next)
{
    struct wl_tcp *t = r->t;

    t->way[dir].next = next;
    set_state(t, dir, WL_TCP_BASE);
    clear_state(t, dir, WL_TCP_TENTATIVE);
    clear_state(t, dir, WL_TCP_ACKED); /* what was acknowledged was counted from elsewhere */
    if (t->slow)
        wl_lacks_release(&t->slow->lacks[dir], r->env);
    map_again(t, dir);
}

/* RFC 9293 3.8.4: a keep-alive may repeat the last octet; Windows sends a zero in its place. */
static bool is_keep_alive(const struct wl_segment *seg)
{
    return seg->payload.n == 1 && seg->payload.p[0] == 0 && seg->flags == WL_TCP_ACK;
}

/* Does a SYN that comes late begin, or acknowledge of the other side, less than the first octet that
 * was captured? Then those before it are missing, as they are from the middle. */
static bool is_behind_its_octets(const struct wl_tcp *t, enum wl_dir dir,
                                 const struct wl_segment *seg)
{
    const struct wl_tcp_way *w = &t->way[dir], *o = &t->way[other(dir)];

    if ((int32_t)(w->next - (uint32_t)w->offset - (seg->seq + 1)) > 0)
        return true;
    return seg->flags & WL_TCP_ACK && wl_tcp_is(t, other(dir), WL_TCP_BASE) &&
           !wl_tcp_is(t, other(dir), WL_TCP_OPENED) &&
           (int32_t)(o->next - (uint32_t)o->offset - seg->ack) > 0;
}

/* What a segment says about where its own direction begins. */
static void learn_base(const struct run *r, enum wl_dir dir, const struct wl_segment *seg)
{
    struct wl_tcp *t = r->t;
    struct wl_tcp_way *w = &t->way[dir];
    bool untouched = w->offset == 0 && !queue_of(t, dir) && !wl_tcp_is(t, dir, WL_TCP_CLOSED);
    uint32_t begin = seg->seq + is_keep_alive(seg);
    int32_t delta = (int32_t)(begin - w->next);

    if (seg->flags & WL_TCP_SYN) {
        /* a second SYN with another number counts as long as nobody has acknowledged the first */
        if (!wl_tcp_is(t, dir, WL_TCP_BASE) || (untouched && !wl_tcp_is(t, dir, WL_TCP_ACKED)))
            set_base(r, dir, seg->seq + 1);
        if (!is_behind_its_octets(t, dir, seg))
            set_state(t, dir, WL_TCP_OPENED);
        return;
    }
    if (!wl_tcp_is(t, dir, WL_TCP_BASE)) {
        set_base(r, dir, begin);
        return;
    }
    if (!untouched)
        return;
    if (seg->payload.n && (delta > FARTHEST || delta < -FARTHEST)) {
        set_base(r, dir, begin); /* whatever was there before, it was another connection's */
        return;
    }
    if (wl_tcp_is(t, dir, WL_TCP_OPENED))
        return;
    /* The other side's acknowledgement only said where it was; the segment itself knows better. A
     * base that is one too low came from a keep-alive (RFC 9293 3.8.4). */
    if (wl_tcp_is(t, dir, WL_TCP_TENTATIVE)) {
        if (delta < 0 || delta > RST_FARTHEST)
            set_base(r, dir, begin);
    } else if (delta == 1 && seg->payload.n) {
        set_base(r, dir, begin);
    }
}

/* The other end was opened in sight, and acknowledges less than what dir was taken to begin with:
 * there are octets before that, late or lost. */
static void begin_earlier(struct wl_tcp *t, enum wl_dir dir, uint32_t ack)
{
    bool captured = !wl_tcp_is(t, dir, WL_TCP_TENTATIVE) || t->way[dir].offset;

    if (captured) {
        set_state(t, dir, WL_TCP_STRANGE);
    } else {
        t->way[dir].next = ack;
        map_again(t, dir);
    }
}

/* Ports are used again, for numbers of their own (RFC 9293 3.4.1): all that tells where neither the
 * end nor the next SYN was captured. Before any octet an old connection answers the SYN (3.5.1). */
static void look_at_numbers(struct wl_tcp *t, enum wl_dir dir, const struct wl_segment *seg)
{
    bool begun = t->way[0].offset + t->way[1].offset > 0;

    if (begun && !(seg->flags & WL_TCP_SYN) &&
        (wl_tcp_is_far(t, dir, seg->seq) ||
         (seg->flags & WL_TCP_ACK && wl_tcp_is_far(t, other(dir), seg->ack))))
        set_state(t, dir, WL_TCP_STRANGE);
}

/* The acknowledgement of a segment of dir: what of the other direction has arrived. */
static void hear_ack(const struct run *r, enum wl_dir dir, const struct wl_segment *seg,
                     const struct wl_seen *seen)
{
    struct wl_tcp *t = r->t;
    enum wl_dir of = other(dir);
    struct wl_tcp_way *w = &t->way[of];

    if (!wl_tcp_is(t, of, WL_TCP_BASE)) {
        set_base(r, of, seg->ack);
        set_state(t, of, WL_TCP_TENTATIVE);
    }
    if (wl_tcp_ahead(t, of, seg->ack) > FARTHEST)
        return;
    if (wl_tcp_is(t, dir, WL_TCP_OPENED) && !wl_tcp_is(t, of, WL_TCP_OPENED) &&
        (int32_t)(w->next - (uint32_t)w->offset - seg->ack) > 0) {
        begin_earlier(t, of, seg->ack);
        if (wl_tcp_is(t, of, WL_TCP_ACKED) && wl_tcp_ahead(t, of, w->acked) > 0)
            start_clock(r, of, w->acked, seen);
    }
    if (!wl_tcp_is(t, of, WL_TCP_ACKED) || (int32_t)(seg->ack - w->acked) > 0) {
        w->acked = seg->ack;
        set_state(t, of, WL_TCP_ACKED);
    }
    if (wl_tcp_ahead(t, of, seg->ack) > 0) {
        if (seg->window) {
            set_state(t, of, WL_TCP_ROOM);
        } else {
            clear_state(t, of, WL_TCP_ROOM);
        }
        start_clock(r, of, seg->ack, seen);
    }
}

/* The part of seg that is new: where it begins, what it holds. */
struct fresh {
    uint64_t at;
    struct wl_span bytes;
    uint64_t lost;
    bool fin;
};

/* Cuts off what was delivered before, and compares it. False when nothing is left. */
static bool find_fresh(const struct run *r, enum wl_dir dir, const struct wl_segment *seg,
                       const struct wl_seen *seen, struct fresh *ret)
{
    const struct wl_tcp_way *w = &r->t->way[dir];
    uint32_t seq = seg->seq + (seg->flags & WL_TCP_SYN ? 1 : 0);
    int32_t delta = (int32_t)(seq - w->next);
    struct fresh f = {w->offset, seg->payload, seg->lost, seg->flags & WL_TCP_FIN};
    uint64_t old;
    size_t n, first = 0, n_differing;

    if (f.bytes.n + f.lost == 0 && !f.fin)
        return false;
    if (wl_tcp_is(r->t, dir, WL_TCP_CLOSED) || delta > FARTHEST || delta < -FARTHEST)
        return false;
    if (delta >= 0) {
        f.at += (uint32_t)delta;
        *ret = f;
        return true;
    }
    /* RFC 9293 3.8.4: a keep-alive may carry one garbage octet */
    if (delta == -1 && f.bytes.n + f.lost <= 1 && !f.fin)
        return false;
    old = (uint64_t) - (int64_t)delta;
    n = (size_t)wl_min_u64(old, f.bytes.n);
    n_differing = r->env->recall && n
                      ? wl_recall_compare(r->env->recall, r->t, r->env->out->born(r->user), dir,
                                          seq, wl_span_sub(f.bytes, 0, n), &first)
                      : 0;
    if (n_differing) {
        mark_differing(r, dir, w->offset > old ? w->offset - old + first : first,
                       wl_span_sub(f.bytes, first, n - first), n_differing, seen);
    }
    f.bytes = wl_span_after(f.bytes, n);
    f.lost -= wl_min_u64(f.lost, old - n);
    if (seg->payload.n + seg->lost < old)
        f.fin = false; /* a FIN before what was delivered */
    if (n && f.bytes.n + f.lost == 0)
        r->env->host->counters->retransmitted++;
    *ret = f;
    return f.bytes.n + f.lost || f.fin;
}

/* Payload and FIN. */
static void take_octets(const struct run *r, enum wl_dir dir, const struct wl_segment *seg,
                        const struct wl_seen *seen)
{
    struct wl_tcp *t = r->t;
    const struct wl_tcp_way *w = &t->way[dir];
    struct wl_piece model = {.has_ack = seg->flags & WL_TCP_ACK, .ack = seg->ack, .seen = *seen};
    struct fresh f;
    uint64_t room, end;

    if (!find_fresh(r, dir, seg, seen, &f))
        return;
    if (f.at == w->offset && !queue_of(t, dir) && !blocked(t, dir, model.has_ack, model.ack)) {
        deliver(r, dir, f.bytes, seen);
        if (f.lost)
            declare_gap(r, dir, f.lost, WL_GAP_SNAPLEN, seen);
        if (f.fin)
            deliver_fin(r, dir, seen);
        return;
    }
    if (f.at > w->offset)
        r->env->host->counters->out_of_order++;
    if (t->slow && t->slow->queue[dir].end_at != WL_NONE) { /* nothing comes after a FIN */
        room = t->slow->queue[dir].end_at > f.at ? t->slow->queue[dir].end_at - f.at : 0;
        f.bytes = wl_span_sub(f.bytes, 0, (size_t)wl_min_u64(room, f.bytes.n));
        f.lost = wl_min_u64(f.lost, room - f.bytes.n);
        f.fin = false;
    }
    if (f.bytes.n) {
        model.kind = WL_PIECE_OCTETS;
        model.at = f.at;
        model.n = f.bytes.n;
        keep_for_later(r, dir, &model, f.bytes);
    }
    end = f.at + f.bytes.n + f.lost;
    /* the octets may have set free what was queued behind them, and with it some of
     * what is cut off */
    if (f.lost && w->offset < end) {
        model.kind = WL_PIECE_CUT;
        model.at = wl_max_u64(f.at + f.bytes.n, w->offset);
        model.n = end - model.at;
        keep_for_later(r, dir, &model, wl_span(NULL, 0));
    }
    if (f.fin) {
        model.kind = WL_PIECE_FIN;
        model.at = end;
        model.n = 0;
        keep_for_later(r, dir, &model, wl_span(NULL, 0));
    }
}

/* RFC 9293 3.10.7.4 accepts a RST in the window only. What the window was is not known for certain;
 * believed is what lies between what its receiver had acknowledged and a little ahead of what was
 * seen, and the answer to a SYN, which has no number of its own. */
static bool believable(const struct wl_tcp *t, enum wl_dir dir, const struct wl_segment *seg)
{
    const struct wl_tcp_way *w = &t->way[dir];
    int32_t delta = wl_tcp_ahead(t, dir, seg->seq);

    if (!wl_tcp_is(t, dir, WL_TCP_BASE) || (wl_tcp_is(t, dir, WL_TCP_TENTATIVE) && w->offset == 0))
        return true;
    if (delta >= 0)
        return delta <= RST_FARTHEST;
    if (seg->flags & WL_TCP_ACK && w->offset == 0 && seg->seq == 0)
        return true;
    return wl_tcp_is(t, dir, WL_TCP_ACKED) ? (int32_t)(seg->seq - w->acked) >= 0
                                           : delta >= -UINT16_MAX;
}

static void take_rst(const struct run *r, enum wl_dir dir, const struct wl_segment *seg,
                     const struct wl_seen *seen)
{
    struct wl_tcp *t = r->t;
    const struct wl_tcp_way *w = &t->way[dir];
    struct wl_piece model = {
        .at = w->offset,
        .kind = WL_PIECE_RST,
        .has_ack = seg->flags & WL_TCP_ACK,
        .ack = seg->ack,
        .seen = *seen,
    };
    int32_t delta = wl_tcp_is(t, dir, WL_TCP_BASE) ? wl_tcp_ahead(t, dir, seg->seq) : 0;

    if (!believable(t, dir, seg))
        return;
    if (delta == 1) { /* it follows a FIN, which may not have been captured */
        delta = 0;
        if (!wl_tcp_is(t, dir, WL_TCP_CLOSED))
            set_state(t, dir, WL_TCP_PHANTOM);
    }
    if (seg->flags & WL_TCP_ACK && wl_tcp_is(t, other(dir), WL_TCP_BASE))
        hear_ack(r, dir, seg, seen);
    if (delta > 0 && delta <= RST_FARTHEST) {
        /* no acknowledgement will pass this hole any more */
        model.at += (uint32_t)delta;
        start_clock(r, dir, seg->seq, seen);
    }
    if (model.at == w->offset && !queue_of(t, dir) && !blocked(t, dir, model.has_ack, model.ack)) {
        deliver_rst(r, dir, seen);
    } else {
        keep_for_later(r, dir, &model, wl_span(NULL, 0));
    }
}

/* Was a FIN of dir captured, and acknowledged with all that is in front of it? */
static bool is_over(const struct wl_tcp *t, enum wl_dir dir)
{
    const struct wl_tcp_way *w = &t->way[dir];
    uint64_t ahead = 0;

    if (!wl_tcp_is(t, dir, WL_TCP_CLOSED)) {
        if (t->slow->queue[dir].end_at == WL_NONE)
            return false;
        ahead = t->slow->queue[dir].end_at - w->offset;
    }
    return wl_tcp_is(t, dir, WL_TCP_ACKED) && w->acked == w->next + (uint32_t)ahead + 1;
}

/* Everything but the next octets in order. */
static void take_slowly(const struct run *r, enum wl_dir dir, const struct wl_segment *seg,
                        bool suspect)
{
    struct wl_tcp *t = r->t;
    struct wl_seen seen;

    if (seg->flags & WL_TCP_RST) {
        seen = see(t, dir, seg);
        seen.suspect = suspect;
        take_rst(r, dir, seg, &seen);
    } else {
        look_at_numbers(t, dir, seg);
        learn_base(r, dir, seg);
        seen = see(t, dir, seg);
        if (seg->flags & WL_TCP_ACK) {
            hear_ack(r, dir, seg, &seen);
            seen.acked = wl_tcp_offset(t, other(dir), seg->ack);
            if (t->flags & WL_TCP_WANT_ACKS)
                r->env->out->acked(r->user, dir, &seen);
        }
        take_octets(r, dir, seg, &seen);
    }
    if (t->slow) {
        pump(r);
        lose_patience(r);
        if (t->slow && is_over(t, WL_TO_SERVER) && is_over(t, WL_TO_CLIENT))
            wl_patience_shorten(r->env, t->slow);
        leave_the_slow_way(r);
    }
}

/* What somebody looks at, or an acknowledgement that somebody asked for. */
void wl_tcp_in_order(struct wl_tcp_env *env, struct wl_tcp *t, void *user, enum wl_dir dir,
                     struct wl_span payload, const struct wl_seen *seen)
{
    const struct run r = {env, t, user};

    if (t->flags & WL_TCP_WANT_ACKS)
        env->out->acked(user, dir, seen);
    deliver(&r, dir, payload, seen);
}

void wl_tcp_last(struct wl_tcp_env *env, struct wl_tcp *t, void *user, enum wl_dir dir,
                 struct wl_span payload, const struct wl_seen *seen)
{
    const struct run r = {env, t, user};

    wl_tcp_in_order(env, t, user, dir, payload, seen);
    deliver_fin(&r, dir, seen);
}

void wl_tcp_aside(struct wl_tcp_env *env, struct wl_tcp *t, void *user, enum wl_dir dir,
                  const struct wl_segment *seg, bool suspect)
{
    const struct run r = {env, t, user};

    if (!(t->flags & WL_TCP_RESET))
        take_slowly(&r, dir, seg, suspect);
}

void wl_tcp_expire(struct wl_tcp_env *env, struct wl_tcp *t, void *user)
{
    struct run r = {env, t, user};

    for (unsigned i = 0; i < 2 && t->slow; i++) {
        const struct wl_lack *w = t->slow->lacks[i].first;

        if (w && w->due <= env->clock)
            expire(&r, (enum wl_dir)i);
    }
    if (t->slow) {
        pump(&r);
        leave_the_slow_way(&r);
    }
}

void wl_tcp_flush(struct wl_tcp_env *env, struct wl_tcp *t, void *user, const struct wl_seen *seen)
{
    struct run r = {env, t, user};

    if (!(t->flags & WL_TCP_RESET))
        flush(&r, seen);
    wl_tcp_release(env, t);
}

void wl_tcp_env_init(struct wl_tcp_env *env, const struct wl_tcp_out *out,
                     const struct wl_layer_host *host)
{
    *env = (struct wl_tcp_env){.out = out, .host = host};
    wl_patience_init(env);
}

void wl_tcp_env_release(struct wl_tcp_env *env)
{
    wl_patience_release(env);
}

void wl_tcp_lean_on(struct wl_tcp_env *env, const struct wl_octets *file)
{
    env->shelf.file = file;
}
