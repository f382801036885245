/* rest.c - a connection on which nothing is under way: what remains of its channel and layer.
 * SPDX-License-Identifier: MIT
 *
 * When an exchange has settled, its connection may rest: if all that the channel and its layer know
 * can be said in 16 octets, these are put where otherwise the ends of the connection are noted
 * (struct wl_told), and the memory of both is given back. So a million idle connections can be kept.
 * A connection about which anything is unusual keeps its channel. What comes next makes both again.
 * docs/decisions.md, "A connection that rests is made again from 16 octets".
 */
#include "rest.h"

unsigned wl_rest_bits(struct wl_flow *flow)
{
    return flow->tcp.flags & WL_FLOW_RESTS ? wl_flow_origin(flow)->of.told.bits : 0;
}

enum wl_proto wl_rest_proto(struct wl_flow *flow)
{
    static_assert(WL_PROTO_UNKNOWN == 0, "what does not rest has no bits");
    return (enum wl_proto)(wl_rest_bits(flow) / WL_REST_PROTO % WL_REST_PROTOS);
}

/* Are the steps that are kept one, which stands for all exchanges? Or none are. */
static bool has_one_step(const struct wl_channel *ch)
{
    const struct wl_step *step = ch->steps;

    return ch->n_steps == 0 || (ch->n_steps == 1 && ch->last_alone && step->ordinal == 1 &&
                                step->repeat == ch->n_exchanges);
}

/* Could the connection do without its channel, as far as that knows? */
static bool may_rest(const struct wl_channel *ch)
{
    /* one layer is fed, and can be made again */
    if (ch->speech != WL_SPEAKING || !ch->layer.ops || !ch->layer.ops->rest || ch->below.ops ||
        ch->depth != 1 || ch->deaf)
        return false;
    /* nothing is held, skipped, or waited for */
    if (ch->held || ch->wake_at || ch->expected != WL_PROTO_UNKNOWN || ch->asked[0] ||
        ch->asked[1] || ch->stopped[0] || ch->stopped[1] || ch->forced[0] || ch->forced[1] ||
        ch->flow->tcp.slow)
        return false;
    /* nothing is missing, and no side has ended */
    if (ch->gaps[0] || ch->gaps[1] || ch->cut || wl_flow_first_fin(ch->flow))
        return false;
    /* there is nothing to tell that struct wl_told has no room for */
    return !ch->is_proxied && ch->n_marks == 0 && ch->n_steps_lost == 0 &&
           ch->n_exchanges == ch->n_ordinals && has_one_step(ch);
}

void wl_rest_begin(struct wl_channel *ch)
{
    const struct wl_hand hand = {ch->stream, ch->flow};
    struct wl_flow *flow = ch->flow;
    struct wl_rest rest;

    if (!may_rest(ch) || !ch->layer.ops->rest(&ch->layer, &rest) ||
        rest.ordinal != ch->n_exchanges || (ch->n_steps && ch->steps->status != rest.status))
        return;
    wl_flow_origin(flow)->of.told = (struct wl_told){
        .n_exchanges = rest.ordinal,
        .bits = (uint16_t)((ch->turned ? WL_REST_TURNED : 0) |
                           (ch->midstream ? WL_REST_MIDSTREAM : 0) |
                           (ch->n_steps ? WL_REST_STEP : 0) | ch->proto * WL_REST_PROTO |
                           rest.bits * WL_REST_LAYER),
        .status = rest.status,
        .aside = rest.aside,
    };
    wl_channel_give_state(ch->stream, &ch->layer);
    wl_channel_free(&hand);
    flow->tcp.flags |= WL_FLOW_RESTS;
    flow->of.t_rest = rest.t;
}

bool wl_rest_resume(struct wl_channel *ch)
{
    const struct wl_flow *flow = ch->flow;
    const struct wl_told *told = &wl_flow_origin(ch->flow)->of.told;
    const struct wl_layer_ops *const *ops = ch->stream->layers;
    const struct wl_rest rest = {
        .t = flow->of.t_rest,
        .ordinal = told->n_exchanges,
        .status = told->status,
        .aside = told->aside,
        .bits = (uint8_t)(told->bits / WL_REST_LAYER),
    };

    ch->turned = told->bits & WL_REST_TURNED;
    ch->midstream = told->bits & WL_REST_MIDSTREAM;
    ch->proto = told->bits / WL_REST_PROTO % WL_REST_PROTOS;
    ch->depth = 1;
    ch->n_ordinals = ch->n_exchanges = rest.ordinal;
    ch->position[0] = wl_channel_way(ch, WL_TO_SERVER)->offset;
    ch->position[1] = wl_channel_way(ch, WL_TO_CLIENT)->offset;
    if (told->bits & WL_REST_STEP) {
        struct wl_step step = {rest.status, 1, rest.ordinal};

        if (!wl_channel_put_step(ch, &step))
            return false;
        ch->last_alone = true;
    }
    while ((*ops)->resume == NULL)
        ops++;
    if (wl_channel_open_layer(ch, *ops) < 0)
        return false;
    (*ops)->resume(&ch->layer, &rest);
    ch->speech = WL_SPEAKING;
    return true;
}

void wl_rest_record(struct wl_flow *flow, struct wl_conn_record *rec)
{
    const struct wl_told *told = &wl_flow_origin(flow)->of.told;

    rec->n_exchanges = told->n_exchanges;
    if (!(told->bits & WL_REST_STEP))
        return;
    rec->steps = wl_arena_alloc(rec->arena, sizeof(*rec->steps));
    if (rec->steps) {
        *rec->steps = (struct wl_step){told->status, 1, told->n_exchanges};
        rec->n_steps = 1;
    } else {
        rec->n_steps_lost = told->n_exchanges;
    }
}
