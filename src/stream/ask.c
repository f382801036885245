/* ask.c - what a layer may ask of its channel, and the record that becomes of it.
 * SPDX-License-Identifier: MIT
 *
 * Nothing here feeds anything: the functions of layer.h answer from the channel's and the
 * connection's state, or put down what goes into the record. Its arena is made when the first of
 * that comes; most connections have none until they end.
 */
#include "channel.h"

#include "rest.h"

/* -------------------------------------------------------------------------------- the record */

/* Is the client the physical direction 1? */
static bool is_turned(struct wl_flow *flow)
{
    const struct wl_channel *ch = wl_flow_channel(flow);

    return ch ? ch->turned : wl_rest_bits(flow) & WL_REST_TURNED;
}

bool wl_channel_midstream(const struct wl_flow *flow)
{
    return !wl_tcp_is(&flow->tcp, WL_TO_SERVER, WL_TCP_OPENED) &&
           !wl_tcp_is(&flow->tcp, WL_TO_CLIENT, WL_TCP_OPENED);
}

/* What opens a tunnel may have been said where octets are missing. */
static enum wl_tunnel tunnel_of(const struct wl_flow *flow, const struct wl_channel *ch)
{
    if (ch && ch->tunnelled)
        return WL_TUNNEL_YES;
    return wl_channel_midstream(flow) || (ch && (ch->gaps[0] || ch->gaps[1])) ? WL_TUNNEL_MAYBE
                                                                              : WL_TUNNEL_NO;
}

void wl_channel_ref(const struct wl_hand *hand, struct wl_conn_ref *ret)
{
    struct wl_flow *flow = hand->flow;
    const struct wl_origin *origin = wl_flow_origin(flow);
    const struct wl_channel *ch = wl_flow_channel(flow);
    bool turned = is_turned(flow);

    *ret = (struct wl_conn_ref){
        .id = origin->id,
        .number = origin->number,
        .proto = ch ? (enum wl_proto)ch->proto : wl_rest_proto(flow),
        .midstream = wl_channel_midstream(flow),
        .tunnel = (uint8_t)tunnel_of(flow, ch),
        .t_first = origin->t_first,
        .first_frame = origin->first_frame,
        .rtt = flow->tcp.flags & WL_FLOW_TIMED ? origin->rtt : 0,
        .ttl = (uint8_t)origin->ttl,
    };
    wl_flow_end(flow, turned, &ret->client);
    wl_flow_end(flow, !turned, &ret->server);
    if (ch && ch->is_proxied) /* it lies apart */
        ret->proxied = ch->proxied;
}

/* Why the connection as a whole could not be judged. */
static enum wl_unjudged why_unjudged(const struct wl_conn_record *rec, bool cut)
{
    if ((rec->bytes[0] == 0) != (rec->bytes[1] == 0) && rec->gaps[rec->bytes[0] ? 1 : 0])
        return WL_UNJUDGED_ONE_WAY;
    if (rec->gaps[0] || rec->gaps[1])
        return cut ? WL_UNJUDGED_SNAPLEN : WL_UNJUDGED_GAP;
    if (rec->n_exchanges == 0 && rec->conn.proto == WL_PROTO_TLS)
        return WL_UNJUDGED_TLS;
    if (rec->n_exchanges == 0 && (rec->conn.proto == WL_H2 || rec->conn.proto == WL_ICAP))
        return WL_UNJUDGED_PROTOCOL;
    return rec->conn.midstream ? WL_UNJUDGED_MIDSTREAM : WL_JUDGED;
}

/* The first step lies in the channel as long as it is the only one. */
static void take_steps(const struct wl_channel *ch, struct wl_conn_record *rec)
{
    rec->n_steps_lost = ch->n_steps_lost;
    rec->n_steps = ch->n_steps;
    rec->steps = ch->steps;
    if (ch->n_steps != 1)
        return;
    rec->steps = wl_arena_alloc(rec->arena, sizeof(*rec->steps));
    if (rec->steps) {
        *rec->steps = *ch->steps;
    } else {
        rec->n_steps = 0;
        rec->n_steps_lost += ch->steps->repeat;
    }
}

#define IN_MILLISECONDS (UINT32_C(1) << 31)

void wl_origin_closes(struct wl_origin *origin, enum wl_dir by, const struct wl_seen *seen)
{
    uint64_t frames = seen->frame - origin->first_frame;
    uint64_t us = seen->t > origin->t_first ? (uint64_t)(seen->t - origin->t_first + 999) / 1000
                                            : 0;
    struct wl_fin *fin = &origin->of.fin[by];

    /* rounded up: it follows what its sender sent before; a frame of another file differs
     * in its upper bits */
    fin->frames = frames && frames < WL_FIN_ELSEWHERE ? (uint32_t)frames : WL_FIN_ELSEWHERE;
    fin->after = us < IN_MILLISECONDS ? (uint32_t)us
                                      : IN_MILLISECONDS | (uint32_t)wl_min_u64((us + 999) / 1000,
                                                                               IN_MILLISECONDS - 1);
}

struct wl_closing wl_origin_closing(const struct wl_origin *origin, enum wl_dir by)
{
    const struct wl_fin *fin = &origin->of.fin[by];
    wl_ns after = (wl_ns)(fin->after & (IN_MILLISECONDS - 1)) * 1000;
    struct wl_closing ret = {0, 0};

    if (!fin->frames)
        return ret;
    ret.t = origin->t_first + (fin->after & IN_MILLISECONDS ? after * 1000 : after);
    if (fin->frames != WL_FIN_ELSEWHERE)
        ret.frame = origin->first_frame + fin->frames;
    return ret;
}

struct wl_conn_record *wl_channel_record(const struct wl_hand *hand)
{
    struct wl_flow *flow = hand->flow;
    const struct wl_origin *origin = wl_flow_origin(flow);
    struct wl_channel *ch = wl_flow_channel(flow);
    const unsigned first_fin = wl_flow_first_fin(flow);
    bool turned = is_turned(flow);
    struct wl_arena *arena = ch && ch->arena ? ch->arena : wl_arena_new(hand->stream->host->arenas);
    struct wl_conn_record *rec = arena ? wl_arena_alloc(arena, sizeof(*rec)) : NULL;

    if (ch)
        ch->arena = NULL;
    if (!rec) {
        wl_arena_free(arena);
        return NULL;
    }
    wl_channel_ref(hand, &rec->conn);
    rec->arena = arena;
    for (unsigned i = 0; i < 2; i++) {
        uint64_t gaps = ch ? ch->gaps[i] : 0;

        rec->gaps[i] = gaps;
        rec->bytes[i] = flow->tcp.way[turned ? 1 - i : i].offset - gaps;
    }
    if (ch) {
        take_steps(ch, rec);
        rec->n_exchanges = ch->n_exchanges;
        rec->marks = ch->marks;
        rec->n_marks = ch->n_marks;
    } else if (flow->tcp.flags & WL_FLOW_RESTS) {
        wl_rest_record(flow, rec);
    }
    rec->packets = flow->tcp.packets;
    rec->first_packet = origin->id;
    rec->last_packet = flow->last_packet;
    rec->last_frame = flow->last_frame;
    rec->t_first = origin->t_first;
    rec->t_last = flow->t_last;
    rec->rst_suspect = flow->tcp.flags & WL_FLOW_SUSPECT;
    for (unsigned i = 0; i < 2 && !(flow->tcp.flags & WL_FLOW_RESTS); i++)
        rec->closing[i] = wl_origin_closing(origin, (enum wl_dir)(turned ? 1 - i : i));
    if (first_fin)
        rec->end_by = (enum wl_dir)(turned ? 2 - first_fin : first_fin - 1);
    rec->unjudged = why_unjudged(rec, ch && ch->cut);
    if ((flow->tcp.flags & WL_FLOW_IGNORED && hand->stream->host->cfg->n_ports == 0) ||
        (ch && ch->starved))
        rec->unjudged = WL_UNJUDGED_LIMIT;
    return rec;
}

/* ----------------------------------------------------------------------- what layers may ask */

void wl_layer_conn(const struct wl_layer *l, struct wl_conn_ref *ret)
{
    const struct wl_hand hand = {l->channel->stream, l->channel->flow};

    wl_channel_ref(&hand, ret);
}

wl_ns wl_layer_began(const struct wl_layer *l)
{
    return wl_flow_origin(l->channel->flow)->t_first;
}

wl_ns wl_layer_latest(const struct wl_layer *l)
{
    return l->channel->flow->t_last;
}

wl_ns wl_layer_stepped(const struct wl_layer *l)
{
    return l->channel->stream->tcp.stepped;
}

bool wl_layer_midstream(const struct wl_layer *l)
{
    return wl_channel_midstream(l->channel->flow);
}

bool wl_layer_gaps(const struct wl_layer *l)
{
    return l->channel->gaps[0] || l->channel->gaps[1];
}

enum wl_proto wl_layer_proto(const struct wl_layer *l)
{
    return (enum wl_proto)l->channel->proto;
}

void wl_layer_set_proto(struct wl_layer *l, enum wl_proto proto)
{
    if (l == &l->channel->layer)
        l->channel->proto = (uint8_t)proto;
}

void wl_layer_set_proxied(struct wl_layer *l, const struct wl_endpoint *e)
{
    l->channel->proxied = *e;
    l->channel->is_proxied = true;
}

void wl_layer_want_acks(struct wl_layer *l, bool on)
{
    struct wl_tcp *t = &l->channel->flow->tcp;

    if (l != &l->channel->layer)
        return;
    if (on) {
        t->flags |= WL_TCP_WANT_ACKS;
    } else {
        t->flags &= ~(uint32_t)WL_TCP_WANT_ACKS;
    }
}

uint64_t wl_layer_acked(const struct wl_layer *l, enum wl_dir dir)
{
    return wl_tcp_acked(&l->channel->flow->tcp, wl_channel_map(l->channel, dir));
}

bool wl_layer_lost_fin(const struct wl_layer *l, enum wl_dir dir)
{
    return wl_tcp_is(&l->channel->flow->tcp, wl_channel_map(l->channel, dir), WL_TCP_PHANTOM);
}

bool wl_layer_is_strange(const struct wl_layer *l)
{
    return l->channel->flow->tcp.flags & WL_TCP_BOTH(WL_TCP_STRANGE);
}

bool wl_layer_has_room(const struct wl_layer *l, enum wl_dir dir)
{
    return wl_tcp_is(&l->channel->flow->tcp, wl_channel_map(l->channel, dir), WL_TCP_ROOM);
}

uint64_t wl_layer_offset(const struct wl_layer *l, enum wl_dir dir)
{
    const struct wl_channel *ch = l->channel;

    if (ch->deaf || ch->speech == WL_OPAQUE)
        return wl_channel_way(ch, dir)->offset;
    if (ch->asked[dir])
        return ch->position[dir] + ch->asked[dir] - wl_channel_way(ch, dir)->skip;
    return ch->position[dir];
}

uint64_t wl_layer_unskip(struct wl_layer *l, enum wl_dir dir)
{
    struct wl_channel *ch = l->channel;
    uint64_t passed = ch->asked[dir] - wl_channel_way(ch, dir)->skip;

    if (ch->asked[dir] == 0)
        return 0;
    ch->asked[dir] = 0;
    ch->position[dir] += passed;
    wl_channel_way(ch, dir)->skip = 0;
    return passed;
}

void wl_layer_wake(struct wl_layer *l, wl_ns now)
{
    (void)now; /* it is the time of the packet in hand; the clock that never goes back counts */
    wl_channel_wake_later(l->channel);
}

void wl_layer_expect(struct wl_layer *l, enum wl_proto proto)
{
    l->channel->expected = (uint8_t)proto;
}

void wl_layer_tunnel(struct wl_layer *l)
{
    l->channel->tunnelled = true;
}

void wl_layer_agree(struct wl_layer *l, const struct wl_terms *terms)
{
    l->channel->terms = *terms;
}

const struct wl_terms *wl_layer_terms(const struct wl_layer *l)
{
    return &l->channel->terms;
}

static bool have_arena(struct wl_channel *ch)
{
    if (!ch->arena)
        ch->arena = wl_arena_new(ch->stream->host->arenas);
    return ch->arena;
}

bool wl_channel_put_step(struct wl_channel *ch, const struct wl_step *step)
{
    struct wl_step *steps = NULL;

    if (ch->n_steps == 0) {
        steps = &ch->first_step;
        ch->step_capacity = 1;
    } else if (have_arena(ch)) {
        steps = wl_arena_grow(ch->arena, ch->steps, ch->n_steps, &ch->step_capacity,
                              (uint32_t)wl_min_u64(wl_channel_limits(ch)->max_steps, UINT32_MAX),
                              sizeof(*steps));
    }
    if (!steps)
        return false;
    ch->steps = steps;
    ch->steps[ch->n_steps++] = *step;
    return true;
}

void wl_layer_step(struct wl_layer *l, uint16_t status, uint32_t ordinal, bool alone)
{
    struct wl_channel *ch = l->channel;
    struct wl_step *last = ch->n_steps ? &ch->steps[ch->n_steps - 1] : NULL;
    const struct wl_step step = {status, ordinal, 1};

    if (!l->host->keep_steps)
        return;
    if (last && ch->last_alone && alone && last->status == status && ch->n_steps_lost == 0 &&
        ordinal == last->ordinal + last->repeat) {
        last->repeat++;
        return;
    }
    if (ch->n_steps_lost == 0 && wl_channel_put_step(ch, &step)) {
        ch->last_alone = alone;
        return;
    }
    /* what is kept are whole exchanges, from the first one on */
    wl_channel_limit(ch, WL_LIMIT_max_steps);
    ch->n_steps_lost++;
    while (last && last->ordinal == ordinal) {
        ch->n_steps_lost++;
        last = --ch->n_steps ? last - 1 : NULL;
    }
}

/* The same fact again is only counted. */
void wl_channel_mark(struct wl_channel *ch, const struct wl_mark *mark)
{
    const uint32_t max = (uint32_t)wl_min_u64(wl_channel_limits(ch)->max_marks, UINT32_MAX);
    struct wl_mark *marks = NULL;

    for (uint32_t i = 0; i < ch->n_marks; i++) {
        struct wl_mark *m = &ch->marks[i];

        if (m->id == mark->id && m->ordinal == mark->ordinal && m->status == mark->status &&
            m->at.dir == mark->at.dir) {
            m->count += mark->count ? mark->count : 1;
            return;
        }
    }
    if (have_arena(ch)) {
        marks = wl_arena_grow(ch->arena, ch->marks, ch->n_marks, &ch->mark_capacity, max,
                              sizeof(*marks));
    }
    if (!marks) {
        if (ch->n_marks >= max)
            wl_channel_limit(ch, WL_LIMIT_max_marks);
        ch->starved |= ch->n_marks < max;
        return;
    }
    ch->marks = marks;
    marks[ch->n_marks] = *mark;
    if (mark->count == 0)
        marks[ch->n_marks].count = 1;
    marks[ch->n_marks].cut |= mark->octets.n > WL_MARK_OCTETS;
    marks[ch->n_marks].octets = wl_arena_copy(ch->arena,
                                              wl_span_sub(mark->octets, 0, WL_MARK_OCTETS));
    ch->n_marks++;
}

void wl_layer_mark(struct wl_layer *l, const struct wl_mark *mark)
{
    wl_channel_mark(l->channel, mark);
}

void wl_layer_count_exchange(struct wl_layer *l)
{
    l->channel->n_exchanges++;
}

uint32_t wl_layer_next_ordinal(struct wl_layer *l)
{
    return ++l->channel->n_ordinals;
}
