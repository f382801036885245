/* h1.c - HTTP/0.9, 1.0 and 1.1 as a layer: what the channel calls, handed to the phases.
 * SPDX-License-Identifier: MIT
 *
 * Each direction is in one phase (h1_side.h). A call works octets off, phase by phase, until they
 * are used up or have to wait. Nothing is kept between exchanges but struct wl_h1: the rest is
 * made with the first octet of a message and freed when both directions stand between messages.
 * RFC 9112, RFC 1945.
 */
#include "h1.h"

#include "doubt.h"
#include "h1_side.h"
#include "persist.h"

static_assert(sizeof(struct wl_h1) <= 152, "a connection that is spoken on is small, too");

enum { CACHE_LINE = 64 };

/* ----------------------------------------------------------------------------------- life */

/* Octets of content that the channel has let pass are counted before their message leaves. */
static void count_passed(struct wl_h1 *h, struct wl_h1_side *s, enum wl_dir dir)
{
    const struct wl_seen seen = {.acked = WL_NONE};
    struct wl_layer *l = wl_h1_layer(h);
    struct wl_message *m = s->m;
    uint64_t passed;

    s->work = NULL;
    s->m = NULL;
    if (!s->skipping)
        return;
    s->skipping = false;
    passed = wl_layer_unskip(l, dir);
    if (m)
        m->body_bytes += passed;
    if (passed)
        wl_h1_pass_body(h, s, dir, passed, wl_layer_offset(l, dir), &seen);
}

/* An exchange leaves: nothing may point to it any more. */
static void forget(struct wl_build *b, const struct wl_work *w)
{
    struct wl_h1 *h = WL_CONTAINER(b, struct wl_h1, build);
    struct wl_h1_live *live;

    if (h->passing == w)
        (void)wl_h1_wake_up(h); /* its content is still under way */
    live = h->live;
    if (!live)
        return;
    for (int d = 0; d < 2; d++) {
        struct wl_h1_side *s = &live->side[d];

        if (s->excess.active && s->excess.work == w)
            wl_h1_finish_excess(h, s);
        if (s->work == w)
            count_passed(h, s, (enum wl_dir)d);
        if (s->begin.work == w)
            s->begin.work = NULL;
    }
    if (live->switched == w)
        live->switched = NULL;
}

const size_t wl_h1_busy_octets = sizeof(struct wl_h1_live);

/* As if it were zeroed; most of it is written before it is read, and rarely touched at all. */
static void reset_side(struct wl_h1_side *s)
{
    memset(s, 0, offsetof(struct wl_h1_side, first_seen));
    s->begin.work = NULL;
    s->gather.buf = (struct wl_buf){0};
    s->gather.scan = s->gather.n_runs = 0;
    s->excess.active = false;
}

/* There is memory again. Where messages begin has to be found, in both directions. */
static void find_again(struct wl_h1 *h)
{
    const struct wl_layer *l = wl_h1_layer(h);

    h->lost = false;
    for (enum wl_dir dir = WL_TO_SERVER; dir <= WL_TO_CLIENT; dir++)
        wl_h1_lose(h, &h->live->side[dir], dir, wl_layer_offset(l, dir), WL_UNJUDGED_LIMIT);
}

bool wl_h1_wake_up(struct wl_h1 *h)
{
    struct wl_h1_live *live = h->live;

    if (live)
        return true;
    h->live = live = wl_pool_take(wl_h1_layer(h)->host->busy);
    if (live) {
        reset_side(&live->side[0]);
        reset_side(&live->side[1]);
        memset(&live->switched, 0, sizeof(*live) - offsetof(struct wl_h1_live, switched));
        if (h->passing)
            wl_h1_pass_on(h, &live->side[h->passing_dir]);
        if (h->lost)
            find_again(h);
        return true;
    }
    h->lost = true;
    wl_build_unjudged(h->passing, WL_UNJUDGED_LIMIT); /* where its content ends nobody will see */
    h->passing = NULL;
    wl_h1_layer(h)->host->counters->refused++;
    wl_doubt_arise(&h->build, WL_UNJUDGED_LIMIT, WL_TO_SERVER);
    wl_doubt_arise(&h->build, WL_UNJUDGED_LIMIT, WL_TO_CLIENT);
    wl_doubt_unpair(&h->build, WL_UNJUDGED_LIMIT);
    return false;
}

static void release_live(struct wl_h1 *h)
{
    if (!h->live)
        return;
    for (int d = 0; d < 2; d++)
        wl_h1_gather_clear(&h->live->side[d]);
    wl_pool_give(wl_h1_layer(h)->host->busy, h->live);
    h->live = NULL;
}

static bool is_idle(const struct wl_h1_side *s)
{
    return s->phase == WL_H1_START && s->gather.buf.n == 0 && s->crlf == 0 && !s->cr && !s->work &&
           !s->excess.active;
}

/* Both directions stand between messages: a request that waits for its answer, and an exchange that
 * waits to be told, are the builder's. */
static void sleep_if_idle(struct wl_h1 *h)
{
    const struct wl_h1_live *live = h->live;

    if (live && !live->switching && !live->switched && !live->client_waits &&
        is_idle(&live->side[0]) && is_idle(&live->side[1]))
        release_live(h);
}

/* Every call begins here: the channel may have moved the layer. */
static struct wl_h1 *enter(struct wl_layer *l)
{
    struct wl_h1 *h = l->state;

    h->build.layer = l;
    return h;
}

static int h1_open(struct wl_layer *l)
{
    struct wl_h1 *h = l->state;

    wl_build_init(&h->build, l, forget);
    return 0;
}

/* ----------------------------------------------------------------------------------- feed */

/* docs/judging.md 3, step 5: what stands where a request began is none, and it had ended all
 * doubt. */
static void doubt_again(struct wl_h1_in *in, struct wl_work *w)
{
    struct wl_layer *l = wl_h1_layer(in->h);
    enum wl_unjudged why = wl_layer_gaps(l) ? WL_UNJUDGED_GAP : WL_UNJUDGED_MIDSTREAM;

    wl_doubt_arise(&in->h->build, why, WL_TO_SERVER);
    wl_doubt_arise(&in->h->build, why, WL_TO_CLIENT);
    wl_doubt_unpair(&in->h->build, why);
    for (uint32_t i = 0; i < w->ex.req.n_marks; i++)
        w->ex.req.marks[i].certain = false;
    in->s->excess.mark.certain = false;
    w->settled = false;
}

/* The octets in place of a request are none. Where some are missing it need not be HTTP that is
 * spoken: heads of it are carried by other protocols, too. ICAP is one (RFC 3507 4.4), and known by
 * its requests: nothing more is looked at then. */
static void take_garbage(struct wl_h1_in *in)
{
    struct wl_layer *l = wl_h1_layer(in->h);
    struct wl_work *w = in->s->work;
    const struct wl_mark *mark = w ? wl_message_mark(&w->ex.req, WL_MARK_GARBAGE_REQUEST) : NULL;
    bool icap;

    if (in->at.dir != WL_TO_SERVER || !mark || !(wl_layer_midstream(l) || wl_layer_gaps(l)))
        return;
    icap = wl_h1_is_icap(mark->octets);
    if (w->settled || icap)
        doubt_again(in, w);
    if (icap) {
        in->h->deaf = true;
        in->kind = WL_FED_DEAF;
    }
}

static void feed_phase(struct wl_h1_in *in)
{
    enum wl_h1_phase before = (enum wl_h1_phase)in->s->phase;

    switch (before) {
    case WL_H1_START: wl_h1_feed_start(in); break;
    case WL_H1_HEAD: wl_h1_feed_head(in); break;
    case WL_H1_LENGTH:
    case WL_H1_CHUNKED:
    case WL_H1_CLOSE: wl_h1_feed_body(in); break;
    case WL_H1_TRAILER: wl_h1_feed_trailer(in); break;
    case WL_H1_LOST: wl_h1_feed_lost(in); break;
    case WL_H1_SWITCHED: wl_h1_feed_switched(in); break;
    case WL_H1_DEAF: wl_h1_take(in, in->bytes.n); break;
    }
    if (in->s->phase == WL_H1_LOST && before != WL_H1_LOST)
        take_garbage(in);
}

void wl_h1_drain(struct wl_h1_in *in)
{
    while (in->bytes.n && in->kind == WL_FED)
        feed_phase(in);
}

/* What may pass unseen from here; remembered, so that an early answer can end it. */
static uint64_t ask_to_skip(struct wl_h1_side *s, enum wl_dir dir)
{
    uint64_t n = wl_h1_skippable(s, dir);

    s->skipping = n > 0;
    return n;
}

/* The long way: what comes belongs to something that is under way, or is out of the ordinary. */
static WL_ASIDE struct wl_fed feed_live(struct wl_h1_in *in)
{
    struct wl_h1 *h = in->h;
    struct wl_fed fed = {WL_FED, in->used + in->bytes.n, 0};

    if (!wl_h1_wake_up(h))
        return fed;
    in->s = &h->live->side[in->at.dir];
    wl_h1_drain(in);
    fed.kind = in->kind;
    fed.used = in->used;
    if (fed.kind == WL_FED)
        fed.skip = ask_to_skip(in->s, in->at.dir);
    sleep_if_idle(h);
    return fed;
}

/* Nothing is under way, or the content of a request alone, while the server, which is between
 * messages, may say 100 or the like: worth a try of the short way. */
static inline bool may_be_short(const struct wl_h1 *h, enum wl_dir dir)
{
    const struct wl_h1_live *live = h->live;

    return !live || (dir == WL_TO_CLIENT && live->side[WL_TO_SERVER].phase == WL_H1_LENGTH &&
                     !live->switching && is_idle(&live->side[WL_TO_CLIENT]));
}

static struct wl_fed h1_feed(struct wl_layer *l, enum wl_dir dir, struct wl_span bytes,
                             const struct wl_at *at, const struct wl_seen *seen)
{
    struct wl_h1 *h = enter(l);
    struct wl_h1_in in = {
        .h = h, .bytes = bytes, .at = {at->frame, at->offset, dir}, .kind = WL_FED};
    struct wl_seen room;

    if (h->deaf)
        return (struct wl_fed){WL_FED, bytes.n, 0};
    h->build.heard[dir] = true;
    in.seen = wl_build_clock(&h->build, dir, seen, &room);
    wl_build_acked(&h->build, dir, in.seen);
    /* what was passing is interrupted, or somebody else speaks meanwhile */
    if (h->passing && !wl_h1_take_begun(&in) && !wl_h1_wake_up(h))
        return (struct wl_fed){WL_FED, bytes.n, 0};
    while (in.bytes.n && !h->lost && may_be_short(h, dir) && wl_h1_take_message(&in))
        continue;
    if (!h->live && in.bytes.n == 0)
        return (struct wl_fed){WL_FED, bytes.n, h->passing && !h->unseen ? h->passing->left : 0};
    return feed_live(&in);
}

static struct wl_fed h1_skipped(struct wl_layer *l, enum wl_dir dir, uint64_t n, struct wl_at at,
                                const struct wl_seen *seen)
{
    struct wl_h1 *h = enter(l);
    struct wl_fed fed = {WL_FED, 0, 0};
    struct wl_h1_side *s;
    struct wl_seen room;

    if (h->passing && h->passing_dir == dir && h->passing->left == n) { /* as nearly always */
        wl_h1_passed(h, at.offset + n, wl_build_clock(&h->build, dir, seen, &room));
        return fed;
    }
    if (h->deaf || (h->passing && !wl_h1_wake_up(h)) || !h->live)
        return fed;
    s = &h->live->side[dir];
    s->skipping = false;
    seen = wl_build_clock(&h->build, dir, seen, &room);
    if (n)
        wl_h1_pass_body(h, s, dir, n, at.offset + n, seen);
    fed.skip = ask_to_skip(s, dir);
    sleep_if_idle(h);
    return fed;
}

static void h1_acked(struct wl_layer *l, enum wl_dir dir, const struct wl_seen *seen)
{
    struct wl_h1 *h = enter(l);

    wl_build_acked(&h->build, dir, seen);
}

/* ------------------------------------------------------------------------------- gap, end */

static enum wl_end end_of_gap(enum wl_gap_why why)
{
    switch (why) {
    case WL_GAP_LOST: return WL_END_GAP;
    case WL_GAP_SNAPLEN: return WL_END_SNAPLEN;
    case WL_GAP_LIMIT:
    case WL_GAP_SILENT: return WL_END_LIMIT;
    }
    return WL_END_GAP;
}

static enum wl_unjudged unjudged_of(enum wl_gap_why why)
{
    switch (why) {
    case WL_GAP_LOST: return WL_UNJUDGED_GAP;
    case WL_GAP_SNAPLEN: return WL_UNJUDGED_SNAPLEN;
    case WL_GAP_LIMIT: return WL_UNJUDGED_LIMIT;
    case WL_GAP_SILENT: return WL_UNJUDGED_PROTOCOL; /* of which nobody said whether it is spoken */
    }
    return WL_UNJUDGED_GAP;
}

static bool in_content(const struct wl_h1_side *s)
{
    return s->phase == WL_H1_LENGTH || s->phase == WL_H1_CHUNKED || s->phase == WL_H1_CLOSE;
}

/* The message that is being read ends here. */
static void cut(struct wl_h1 *h, struct wl_h1_side *s, enum wl_dir dir, enum wl_end how,
                uint64_t offset, const struct wl_seen *seen)
{
    wl_h1_unwatch(h, s, how, seen);
    if (s->phase == WL_H1_HEAD) {
        wl_h1_cut_head(h, s, dir, how, seen);
    } else if (s->phase == WL_H1_CLOSE && how == WL_END_CLOSED) {
        wl_h1_message_end(h, s, dir, WL_WHOLE, WL_END_NONE, offset, seen);
    } else if (in_content(s) || s->phase == WL_H1_TRAILER) {
        wl_h1_message_end(h, s, dir, WL_HEAD, how, WL_NONE, seen);
    } else if (s->phase == WL_H1_LOST && s->work) {
        wl_build_request_end(&h->build, s->work, WL_CUT, how, WL_NONE, seen);
    }
}

static struct wl_fed h1_gap(struct wl_layer *l, enum wl_dir dir, uint64_t lost, struct wl_at at,
                            enum wl_gap_why why, const struct wl_seen *seen)
{
    struct wl_h1 *h = enter(l);
    struct wl_fed fed = {WL_FED, 0, 0};
    struct wl_h1_side *s;

    h->build.lost[dir] = true;
    if (h->deaf || !wl_h1_wake_up(h))
        return fed;
    s = &h->live->side[dir];
    /* no clock here: a hole is declared when patience ends, and what lies behind it came before */
    wl_h1_unwatch(h, s, end_of_gap(why), seen);
    if ((why == WL_GAP_LIMIT || why == WL_GAP_SILENT) && dir == WL_TO_SERVER && wl_h1_waits(h)) {
        /* more than the channel can hold back, or no answer will come any more: what waits for
         * one stays unknown */
        s->phase = WL_H1_DEAF;
        h->build.parked = false;
        wl_doubt_arise(&h->build, unjudged_of(why), dir);
        wl_doubt_unpair(&h->build, unjudged_of(why));
        return fed;
    }
    if (s->phase == WL_H1_SWITCHED && !h->live->by_connect) {
        /* where the new protocol begins is not known any more: nothing is held against anybody */
        h->live->switched_to = WL_PROTO_UNKNOWN;
        wl_layer_expect(l, WL_PROTO_OTHER);
    }
    if (!in_content(s) || !wl_h1_gap_body(h, s, dir, lost, at.offset, end_of_gap(why), seen)) {
        wl_h1_finish_excess(h, s);
        if (s->phase != WL_H1_SWITCHED) {
            cut(h, s, dir, end_of_gap(why), at.offset, seen);
            wl_h1_lose(h, s, dir, at.offset + lost, unjudged_of(why));
            h->build.last_kind = WL_LAST_NONE;
            h->build.after_final = false;
        }
        wl_doubt_unpair(&h->build, unjudged_of(why));
    }
    fed.skip = ask_to_skip(s, dir);
    sleep_if_idle(h);
    return fed;
}

static void end_side(struct wl_h1 *h, enum wl_dir dir, enum wl_end how, const struct wl_seen *seen)
{
    struct wl_h1_side *s = &h->live->side[dir];

    if (dir == WL_TO_SERVER)
        wl_h1_simple_request(h, seen);
    if (s->phase != WL_H1_DEAF)
        cut(h, s, dir, how, wl_layer_offset(wl_h1_layer(h), dir), seen);
    wl_h1_finish_excess(h, s);
    s->phase = WL_H1_DEAF;
}

static void h1_end(struct wl_layer *l, enum wl_dir dir, enum wl_end how, enum wl_dir by,
                   const struct wl_seen *seen)
{
    struct wl_h1 *h = enter(l);

    if (how == WL_END_RESET)
        wl_persist_reset(&h->build, by, seen); /* while all is as it was */
    if (h->passing)
        (void)wl_h1_wake_up(h);
    if (h->live)
        end_side(h, dir, how, seen);
    /* whatever is no FIN ends both: what was under way is told with what there is of it */
    if (h->live && how != WL_END_CLOSED)
        end_side(h, dir == WL_TO_SERVER ? WL_TO_CLIENT : WL_TO_SERVER, how, seen);
    wl_build_end(&h->build, dir, how, by, seen);
}

static void h1_wake(struct wl_layer *l, wl_ns now)
{
    struct wl_h1 *h = enter(l);

    wl_build_wake(&h->build, now);
    sleep_if_idle(h);
}

/* What the arena says of itself stands in front of it; heads and fields, behind it, are written to,
 * or read when it has left (emit in build.c). */
static void fetch_exchange(const struct wl_work *w)
{
    wl_prefetch((const uint8_t *)w - CACHE_LINE, sizeof(*w) + CACHE_LINE);
}

/* The head of a response and its fields will be written behind those of its request, which are of
 * usual length here. */
static void fetch_room(const struct wl_work *w)
{
    enum { REQUEST = 448, RESPONSE = 384 };

    wl_prefetch_to_write((const uint8_t *)(w + 1) + REQUEST, RESPONSE);
}

static void h1_prefetch(const struct wl_layer *l, enum wl_dir dir)
{
    const struct wl_h1 *h = l->state;
    const struct wl_build *b = &h->build;

    /* of each side what every packet looks at: the rest waits for octets out of the ordinary */
    for (int d = 0; h->live && d < 2; d++) {
        const struct wl_h1_side *s = &h->live->side[d];

        wl_prefetch(s, offsetof(struct wl_h1_side, gather) + sizeof(s->gather.buf));
        wl_prefetch(&s->excess.active, 1);
    }
    if (h->live)
        wl_prefetch(&h->live->switched, 1);
    if (dir == WL_TO_CLIENT) { /* a response: its exchange, and the one before, which leaves now */
        if (b->first)
            fetch_exchange(b->first);
        if (b->oldest && b->oldest != b->first)
            fetch_exchange(b->oldest);
        if (b->oldest)
            fetch_room(b->oldest);
    } else if (b->last) { /* a request, which is hung behind it, or more of one */
        wl_prefetch(&b->last->next, sizeof(*b->last) - offsetof(struct wl_work, next));
    }
}

/* Bits of wl_rest.bits above those of build.c. */
enum {
    REST_AFTER_CONTENT = 64,
    REST_NAMED = 128,
};

static bool h1_rest(const struct wl_layer *l, struct wl_rest *ret)
{
    const struct wl_h1 *h = l->state;

    if (h->live || h->passing || h->deaf || h->lost || !wl_build_rest(&h->build, ret) ||
        h->last_request != ret->ordinal)
        return false;
    ret->bits |= (uint8_t)((h->after_content ? REST_AFTER_CONTENT : 0) |
                           (h->named ? REST_NAMED : 0));
    return true;
}

static void h1_resume(struct wl_layer *l, const struct wl_rest *rest)
{
    struct wl_h1 *h = enter(l);

    wl_build_resume(&h->build, rest);
    h->last_request = rest->ordinal;
    h->after_content = rest->bits & REST_AFTER_CONTENT;
    h->named = rest->bits & REST_NAMED;
}

static void h1_close(struct wl_layer *l, wl_ns now)
{
    struct wl_h1 *h = enter(l);
    struct wl_seen seen = {.t = now, .acked = WL_NONE};

    if (h->passing)
        (void)wl_h1_wake_up(h);
    if (h->live) {
        for (int d = 0; d < 2; d++) {
            struct wl_h1_side *s = &h->live->side[d];

            if (s->phase != WL_H1_DEAF && !h->deaf)
                cut(h, s, (enum wl_dir)d, WL_END_EOF, WL_NONE, &seen);
            wl_h1_finish_excess(h, s);
        }
    }
    wl_build_close(&h->build, now);
    release_live(h);
}

const struct wl_layer_ops wl_layer_h1 = {
    .name = "http/1",
    .proto = WL_H11,
    .sniff = wl_h1_sniff,
    .state_octets = sizeof(struct wl_h1),
    .open = h1_open,
    .feed = h1_feed,
    .skipped = h1_skipped,
    .acked = h1_acked,
    .gap = h1_gap,
    .end = h1_end,
    .wake = h1_wake,
    .prefetch = h1_prefetch,
    .rest = h1_rest,
    .resume = h1_resume,
    .close = h1_close,
};
