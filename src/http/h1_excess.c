/* h1_excess.c - octets that belong to no message: counted, and told on the message they follow.
 * SPDX-License-Identifier: MIT
 *
 * A run of them is open from the first such octet until the next message begins, the connection
 * ends, or the message they follow leaves; the mark is made then, when it is known how many they
 * are and what stands behind them. What they follow may have left already: then the mark is one of
 * the connection, with the exchange's ordinal.
 */
#include "doubt.h"
#include "h1_side.h"

/* catalogue, interim-body: fewer octets behind a 1xx could be anything */
enum { INTERIM_EXCESS_MIN = 9 };

/* mark: what it is, of which exchange and status. m is a message of w; both NULL: it has left. */
static void open_run(struct wl_h1_side *s, const struct wl_build *b, struct wl_work *w,
                     struct wl_message *m, struct wl_mark mark)
{
    mark.count = 1;
    mark.at = s->first;
    mark.certain = w ? wl_doubt_none(b, w, s->first.dir) : !b->doubt;
    s->excess = (struct wl_h1_excess){.active = true, .work = w, .m = m, .mark = mark};
}

/* Behind a request. */
static void open_of_client(struct wl_h1 *h, struct wl_h1_side *s)
{
    struct wl_work *before = wl_build_work(&h->build, h->last_request);
    const struct wl_mark mark = {.id = WL_MARK_EXCESS_REQUEST, .ordinal = h->last_request};

    if (!h->last_request)
        return;
    open_run(s, &h->build, before, before ? &before->ex.req : NULL, mark);
    /* whose answer is missing may have switched to another protocol, or opened a tunnel */
    if (!before && h->build.lost[WL_TO_CLIENT])
        s->excess.mark.certain = false;
}

/* Behind a response. */
static void open_of_server(struct wl_h1 *h, struct wl_h1_side *s)
{
    static const enum wl_mark_id ids[] = {
        [WL_LAST_NONE] = WL_MARK_NONE,
        [WL_LAST_NO_CONTENT] = WL_MARK_EXCESS_AFTER_NO_CONTENT,
        [WL_LAST_NOT_MODIFIED] = WL_MARK_EXCESS_AFTER_NOT_MODIFIED,
        [WL_LAST_HEAD] = WL_MARK_EXCESS_AFTER_HEAD,
        [WL_LAST_FINAL] = WL_MARK_EXCESS_AFTER_FINAL,
        [WL_LAST_INTERIM] = WL_MARK_EXCESS_AFTER_INTERIM,
    };
    struct wl_build *b = &h->build;
    const struct wl_mark mark = {
        .id = ids[b->last_kind], .ordinal = b->last_ordinal, .status = b->last_status};
    struct wl_work *w = wl_build_work(b, b->last_ordinal);
    struct wl_message *m = w ? &w->ex.res : NULL;

    if (mark.id == WL_MARK_NONE)
        return;
    if (mark.id == WL_MARK_EXCESS_AFTER_INTERIM) {
        if (!w || w->ex.n_interim == 0)
            return;
        m = &w->ex.interim[w->ex.n_interim - 1];
    }
    open_run(s, b, w, m, mark);
    /* a request is outstanding, or was when memory was refused: these may be its answer, malformed
     * beyond recognition. Not where its answer stands behind them */
    s->excess.if_followed = mark.id == WL_MARK_EXCESS_AFTER_FINAL &&
                            (b->oldest || b->doubt == WL_UNJUDGED_LIMIT);
    /* the response may be another one's, or these the answer to a request that was not captured */
    if (b->unsure || (b->doubt_client && b->doubt != WL_UNJUDGED_LOST) ||
        (s->first_seen.acked != WL_NONE &&
         s->first_seen.acked > wl_layer_offset(b->layer, WL_TO_SERVER)))
        s->excess.mark.certain = false;
}

void wl_h1_open_excess(struct wl_h1 *h, struct wl_h1_side *s)
{
    if (s->first.dir == WL_TO_SERVER) {
        open_of_client(h, s);
    } else {
        open_of_server(h, s);
    }
}

void wl_h1_count_excess(struct wl_h1_side *s, struct wl_span octets)
{
    struct wl_h1_excess *e = &s->excess;
    size_t room;

    if (!e->active)
        return;
    if (e->mark.value < WL_MARK_OCTETS) {
        room = WL_MARK_OCTETS - (size_t)e->mark.value;
        if (octets.n)
            memcpy(e->sample + e->mark.value, octets.p, wl_min_size(room, octets.n));
    }
    e->mark.value += octets.n;
}

/* Is the run worth a mark? That a response begins right behind it makes a few octets as odd as
 * many. */
static bool is_told(const struct wl_h1_excess *e, bool followed)
{
    if (e->mark.value == 0)
        return false;
    if (followed)
        return true;
    return !e->if_followed &&
           (e->mark.id != WL_MARK_EXCESS_AFTER_INTERIM || e->mark.value >= INTERIM_EXCESS_MIN);
}

static void close_run(struct wl_h1 *h, struct wl_h1_side *s, bool followed)
{
    struct wl_h1_excess *e = &s->excess;
    struct wl_mark *mark;

    if (!e->active)
        return;
    e->active = false;
    if (!is_told(e, followed))
        return;
    e->mark.octets = wl_span(e->sample, (size_t)wl_min_u64(e->mark.value, WL_MARK_OCTETS));
    e->mark.cut = e->mark.value > WL_MARK_OCTETS;
    if (!e->work || !e->m) {
        wl_layer_mark(wl_h1_layer(h), &e->mark);
        return;
    }
    mark = wl_build_mark(&h->build, e->work, e->m, e->mark.id, e->mark.at, e->mark.value,
                         e->mark.octets);
    if (mark) {
        mark->certain = e->mark.certain;
        mark->cut = e->mark.cut;
    }
}

void wl_h1_close_excess(struct wl_h1 *h, struct wl_h1_side *s)
{
    close_run(h, s, false);
}

void wl_h1_close_followed_excess(struct wl_h1 *h, struct wl_h1_side *s)
{
    close_run(h, s, true);
}

void wl_h1_finish_excess(struct wl_h1 *h, struct wl_h1_side *s)
{
    if (s->phase == WL_H1_LOST)
        wl_h1_count_excess(s, wl_buf_span(&s->gather.buf));
    wl_h1_close_excess(h, s);
}
