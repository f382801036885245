/* channel.c - the layers of one connection: sniff, feed, skip, park, switch, gap, end.
 * SPDX-License-Identifier: MIT
 *
 * A channel is sniffing (what is spoken?), speaking (a layer was found) or opaque (count only).
 * Octets that come while a layer speaks, and nothing is held, go to it as they are. What cannot be
 * fed yet is held in the order of capture and worked off when something has changed: a layer was
 * found, the other side has spoken, the protocol was switched.
 *
 * Octets that nobody looks at never get here: way[dir].skip of the connection's hot line says how
 * many pass by, for a body of known length as for a connection that is opaque or deaf (EVER).
 *
 * tcp.c knows physical directions; layers know who is the server. turned tells the two apart.
 */
#include "channel.h"

#include "rest.h"

#define EVER (UINT64_MAX / 2) /* octets to skip when nothing will be looked at again */

/* Why waiting is over; 0: it is not. */
enum force {
    BY_LIMIT = 1,   /* max_limbo is reached */
    BY_SILENCE = 2, /* the other side will never speak */
};

static enum wl_dir other(enum wl_dir dir)
{
    return dir == WL_TO_SERVER ? WL_TO_CLIENT : WL_TO_SERVER;
}

static struct wl_span held_octets(const struct wl_channel *ch, enum wl_dir dir)
{
    return ch->held ? wl_held_octets(ch->held, dir) : wl_span(NULL, 0);
}

static void drop_held(struct wl_channel *ch)
{
    wl_held_free(ch->held);
    ch->held = NULL;
}

/* From now on octets only pass by. */
static void count_only(struct wl_channel *ch)
{
    ch->asked[0] = ch->asked[1] = 0;
    ch->flow->tcp.way[0].skip = ch->flow->tcp.way[1].skip = EVER;
    ch->flow->tcp.flags &= ~(uint32_t)WL_TCP_WANT_ACKS;
    drop_held(ch);
}

/* ------------------------------------------------------------------------------------ layers */

/* The zeroed state of a layer, or NULL when memory is refused. */
static void *take_state(struct wl_stream *s, const struct wl_layer_ops *ops)
{
    void *state;

    if (ops->state_octets != s->states.octets)
        return wl_alloc(s->host->budget, ops->state_octets);
    state = wl_pool_take(&s->states);
    if (state)
        memset(state, 0, ops->state_octets);
    return state;
}

void wl_channel_give_state(struct wl_stream *s, struct wl_layer *l)
{
    if (l->state && l->ops->state_octets != s->states.octets) {
        wl_free(s->host->budget, l->state, l->ops->state_octets);
    } else {
        wl_pool_give(&s->states, l->state);
    }
    *l = (struct wl_layer){0};
}

static void close_layer(struct wl_channel *ch, struct wl_layer *l, wl_ns now)
{
    if (!l->ops)
        return;
    if (l->ops->close)
        l->ops->close(l, now);
    wl_channel_give_state(ch->stream, l);
}

int wl_channel_open_layer(struct wl_channel *ch, const struct wl_layer_ops *ops)
{
    struct wl_layer *l = &ch->layer;

    *l = (struct wl_layer){.ops = ops, .channel = ch, .host = ch->stream->host};
    if (ops->state_octets) {
        l->state = take_state(ch->stream, ops);
        if (!l->state)
            goto refused;
    }
    if (ops->open && ops->open(l) < 0)
        goto refused;
    return 0;
refused:
    wl_channel_give_state(ch->stream, l);
    return WL_NOMEM;
}

/* What is spoken will not be known. */
static void give_up(struct wl_channel *ch, wl_ns now)
{
    ch->speech = WL_OPAQUE;
    if (ch->proto == WL_PROTO_UNKNOWN)
        ch->proto = WL_PROTO_OTHER;
    count_only(ch);
    close_layer(ch, &ch->below, now);
}

/* The layer in hand is over; what follows is sniffed. */
static void switch_layer(struct wl_channel *ch, wl_ns now)
{
    close_layer(ch, &ch->below, now);
    ch->below = ch->layer;
    ch->layer = (struct wl_layer){0};
    ch->flow->tcp.flags &= ~(uint32_t)WL_TCP_WANT_ACKS;
    for (unsigned i = 0; i < 2; i++) {
        ch->asked[i] = 0;
        ch->flow->tcp.way[i].skip = 0;
        ch->stopped[i] = ch->spoken[i] = false;
        ch->forced[i] = 0;
    }
    ch->switched = true;
    ch->second = false;
    ch->speech = WL_SNIFFING;
    if (ch->depth >= wl_channel_limits(ch)->max_layers) {
        wl_channel_limit(ch, WL_LIMIT_max_layers);
        give_up(ch, now);
    }
}

/* Does what the layer answered, other than that it took all. */
static WL_ASIDE void obey_otherwise(struct wl_channel *ch, enum wl_dir dir,
                                    const struct wl_fed *fed, wl_ns now)
{
    switch (fed->kind) {
    case WL_FED: break;
    case WL_FED_WAIT:
        if (ch->ended[other(dir)] && held_octets(ch, other(dir)).n == 0)
            ch->forced[dir] = BY_SILENCE; /* that side will not speak any more */
        ch->stopped[dir] = !ch->forced[dir];
        break;
    case WL_FED_SWITCH: switch_layer(ch, now); break;
    case WL_FED_DEAF:
        ch->deaf = true;
        ch->stopped[0] = ch->stopped[1] = false;
        count_only(ch);
        break;
    }
}

/* Does what the layer answered. */
static inline void obey(struct wl_channel *ch, enum wl_dir dir, const struct wl_fed *fed, wl_ns now)
{
    if (WL_LIKELY_TRUE(fed->kind == WL_FED)) {
        ch->asked[dir] = wl_min_u64(fed->skip, EVER);
        wl_channel_way(ch, dir)->skip = ch->asked[dir];
    } else {
        obey_otherwise(ch, dir, fed, now);
    }
}

/* True while octets of dir may be given to the layer. */
static bool listening(const struct wl_channel *ch, enum wl_dir dir)
{
    return ch->speech == WL_SPEAKING && !ch->deaf && !ch->stopped[dir];
}

/* Ends a skip of dir: what has passed is told to the layer. */
static void end_skip(struct wl_channel *ch, enum wl_dir dir, const struct wl_seen *seen)
{
    uint64_t passed = ch->asked[dir] - wl_channel_way(ch, dir)->skip;
    struct wl_at at = {seen->frame, ch->position[dir], dir};
    struct wl_fed fed = {WL_FED, 0, 0};

    ch->asked[dir] = 0;
    wl_channel_way(ch, dir)->skip = 0;
    ch->position[dir] += passed;
    if (ch->layer.ops->skipped)
        fed = ch->layer.ops->skipped(&ch->layer, dir, passed, at, seen);
    obey(ch, dir, &fed, seen->t);
}

static void feed_gap(struct wl_channel *ch, enum wl_dir dir, uint64_t lost, struct wl_at at,
                     enum wl_gap_why why, const struct wl_seen *seen)
{
    struct wl_fed fed = {WL_FED, 0, 0};

    if (ch->asked[dir])
        end_skip(ch, dir, seen);
    if (!listening(ch, dir))
        return;
    ch->position[dir] = at.offset + lost;
    if (ch->layer.ops->gap)
        fed = ch->layer.ops->gap(&ch->layer, dir, lost, at, why, seen);
    obey(ch, dir, &fed, seen->t);
}

/* Shows octets to the layer, none of which it had asked to skip; *at goes on behind what is worked
 * off. Returns how many that are. */
static WL_INLINE size_t show(struct wl_channel *ch, struct wl_span bytes, struct wl_at *at,
                             const struct wl_seen *seen)
{
    const enum wl_dir dir = at->dir;
    struct wl_fed fed;
    size_t used;

    ch->position[dir] = at->offset;
    fed = ch->layer.ops->feed(&ch->layer, dir, bytes, at, seen);
    used = fed.kind == WL_FED && fed.skip == 0 ? bytes.n : wl_min_size(fed.used, bytes.n);
    at->offset += used;
    ch->position[dir] = at->offset;
    obey(ch, dir, &fed, seen->t);
    if (WL_LIKELY_FALSE(fed.kind == WL_FED_WAIT && ch->forced[dir] && used < bytes.n)) {
        /* the layer insists; there is nothing left to wait for */
        feed_gap(ch, dir, bytes.n - used, *at,
                 ch->forced[dir] == BY_SILENCE ? WL_GAP_SILENT : WL_GAP_LIMIT, seen);
        used = bytes.n;
    }
    return used;
}

/* So many octets of dir were worked off, of n. Returns how many the channel is through with. */
static WL_INLINE size_t go_on(struct wl_channel *ch, enum wl_dir dir, size_t done, size_t n)
{
    if (WL_LIKELY_FALSE(ch->deaf || ch->speech == WL_OPAQUE))
        return n;
    if (done) { /* the other side need not wait any more */
        ch->stopped[other(dir)] = false;
        ch->forced[other(dir)] = 0;
    }
    return done;
}

/* Gives octets to the layer. Returns how many are worked off; the rest was stopped. */
static size_t feed(struct wl_channel *ch, enum wl_dir dir, struct wl_span bytes, struct wl_at at,
                   const struct wl_seen *seen)
{
    struct wl_tcp_way *w = wl_channel_way(ch, dir);
    size_t done = 0;

    while (done < bytes.n && listening(ch, dir)) {
        struct wl_span rest = wl_span(bytes.p + done, bytes.n - done);
        size_t used;

        if (w->skip) {
            used = (size_t)wl_min_u64(w->skip, rest.n);
            w->skip -= used;
            at.offset += used;
            if (w->skip == 0)
                end_skip(ch, dir, seen);
        } else {
            used = show(ch, rest, &at, seen);
        }
        done += used;
    }
    return go_on(ch, dir, done, bytes.n);
}

static void feed_end(struct wl_channel *ch, enum wl_dir dir, enum wl_end how, enum wl_dir by,
                     const struct wl_seen *seen)
{
    struct wl_seen of_other = *seen;

    /* a RST, or the end of the capture, ends both: what has passed is told before that; of what the
     * other side sent this packet acknowledges, not of what it had received */
    of_other.acked = WL_NONE;
    for (unsigned d = 0; d < 2; d++) {
        if (ch->asked[d] && (d == (unsigned)dir || how != WL_END_CLOSED))
            end_skip(ch, (enum wl_dir)d, d == (unsigned)by ? seen : &of_other);
    }
    if (ch->speech == WL_SPEAKING && ch->layer.ops->end)
        ch->layer.ops->end(&ch->layer, dir, how, by, seen);
}

/* ---------------------------------------------------------------------------------- sniffing */

static void turn(struct wl_channel *ch)
{
    bool ended = ch->ended[0], spoken = ch->spoken[0];
    uint64_t gaps = ch->gaps[0], position = ch->position[0];

    ch->turned = !ch->turned;
    ch->ended[0] = ch->ended[1];
    ch->ended[1] = ended;
    ch->spoken[0] = ch->spoken[1];
    ch->spoken[1] = spoken;
    ch->gaps[0] = ch->gaps[1];
    ch->gaps[1] = gaps;
    ch->position[0] = ch->position[1];
    ch->position[1] = position;
    if (ch->held)
        wl_held_turn(ch->held);
}

/* The layers that may know what begins with first. */
static unsigned asked_about(const struct wl_channel *ch, struct wl_span first)
{
    return ch->stream->asked[first.n ? first.p[0] : WL_COUNT(ch->stream->asked) - 1];
}

/* Its SYN came after its first octets, and those are all there still. */
static bool is_from_the_beginning(const struct wl_channel *ch, const struct wl_span first[2])
{
    return !wl_channel_midstream(ch->flow) &&
           first[WL_TO_SERVER].n == wl_channel_way(ch, WL_TO_SERVER)->offset &&
           first[WL_TO_CLIENT].n == wl_channel_way(ch, WL_TO_CLIENT)->offset;
}

/* Asks the layers in their order; the first that does not say no decides. */
static enum wl_claim ask(struct wl_channel *ch, const struct wl_span seen_first[2],
                         enum wl_dir latest, const struct wl_layer_ops **ret)
{
    size_t max = (size_t)wl_channel_limits(ch)->max_sniff;
    struct wl_span first[2] = {
        wl_span_sub(seen_first[0], 0, max),
        wl_span_sub(seen_first[1], 0, max),
    };
    /* who has only begun is heard out, however much the other side has said */
    bool too_late = first[latest].n >= max || (ch->ended[0] && ch->ended[1]), cut = false;
    struct wl_hint hint;

    ch->midstream = ch->midstream && !is_from_the_beginning(ch, seen_first);
    hint = (struct wl_hint){
        .server_port = wl_flow_port(ch->flow, wl_channel_map(ch, WL_TO_CLIENT)),
        .midstream = ch->midstream,
        .handshake = !wl_channel_midstream(ch->flow),
        .after_switch = ch->switched,
        .expected = (enum wl_proto)ch->expected,
        .ended = {ch->ended[0], ch->ended[1]},
        .latest = latest,
    };

    for (unsigned left = asked_about(ch, first[0]) | asked_about(ch, first[1]); left;
         left &= left - 1) {
        const struct wl_layer_ops *ops = ch->stream->layers[(unsigned)__builtin_ctz(left)];
        enum wl_claim claim = ops->sniff(first, &hint);

        if (claim == WL_CLAIM_NO || (claim == WL_CLAIM_MORE && too_late)) {
            cut = cut || (claim == WL_CLAIM_MORE && first[latest].n >= max);
            continue;
        }
        *ret = ops;
        return claim;
    }
    if (cut && !ch->midstream) /* there it is the rest of something, as a rule */
        wl_channel_limit(ch, WL_LIMIT_max_sniff);
    return WL_CLAIM_NO;
}

static void claim_for(struct wl_channel *ch, const struct wl_layer_ops *ops, enum wl_claim claim,
                      wl_ns now)
{
    if (claim == WL_CLAIM_TURNED)
        turn(ch);
    if (wl_channel_open_layer(ch, ops) < 0) {
        ch->stream->host->counters->refused++;
        ch->starved = true;
        give_up(ch, now);
        return;
    }
    ch->speech = WL_SPEAKING;
    ch->ignored = 0;
    ch->depth++;
    ch->expected = WL_PROTO_UNKNOWN;
    if (ops->proto != WL_PROTO_UNKNOWN)
        ch->proto = (uint8_t)ops->proto;
    close_layer(ch, &ch->below, now);
}

/* No layer knows what is in first. Returns true when octets of dir shall be held all the same:
 * the other side's answer may tell. */
static bool be_refused(struct wl_channel *ch, enum wl_dir dir, wl_ns now)
{
    if (ch->midstream) { /* a body, perhaps: the next segment may begin something */
        if (ch->held)
            wl_held_drop(ch->held, dir);
        return false;
    }
    if (!(ch->spoken[0] && ch->spoken[1]))
        return true;
    if (ch->second || (ch->ended[0] && ch->ended[1])) {
        give_up(ch, now);
        return false;
    }
    /* once more, with the next turn: where this one is cut into segments must not matter */
    ch->second = true;
    ch->ignored = (uint8_t)(dir + 1);
    ch->spoken[0] = ch->spoken[1] = false;
    drop_held(ch);
    return false;
}

/* ----------------------------------------------------------------------------------- holding */

/* Holds an event back; false when it cannot be held. */
static bool hold(struct wl_channel *ch, const struct wl_note *note, struct wl_span bytes)
{
    const struct wl_limits *limits = wl_channel_limits(ch);
    uint64_t max = wl_max_u64(limits->max_limbo, limits->max_sniff);

    if (!ch->held)
        ch->held = wl_held_new(ch->stream->host->budget, (size_t)wl_min_u64(max, SIZE_MAX / 4));
    return ch->held && wl_held_add(ch->held, note, bytes);
}

/* The first event that is held was octets; gives them to the layer. */
static void work_off_octets(struct wl_channel *ch, struct wl_note *note)
{
    struct wl_span bytes = wl_span_sub(wl_held_octets(ch->held, note->dir), 0, (size_t)note->n);
    struct wl_seen seen = note->seen;
    size_t done = feed(ch, note->dir, bytes, note->at, &seen);

    if (ch->held)
        wl_held_take(ch->held, note, done);
}

/* Works off the first event that is not stopped; false when there is none. */
static bool work_off_one(struct wl_channel *ch)
{
    struct wl_note *note = wl_held_next(ch->held, ch->stopped);
    struct wl_note event;

    if (!note)
        return false;
    if (note->kind == WL_NOTE_OCTETS) {
        work_off_octets(ch, note);
        return true;
    }
    event = *note;
    wl_held_done(ch->held, note);
    if (event.kind == WL_NOTE_GAP) {
        feed_gap(ch, event.dir, event.n, event.at, event.why, &event.seen);
    } else {
        feed_end(ch, event.dir, event.how, event.by, &event.seen);
    }
    return true;
}

/* Sniffs what is held; true when a layer took over. */
static bool claim_held(struct wl_channel *ch, enum wl_dir dir, wl_ns now)
{
    const struct wl_span first[2] = {held_octets(ch, WL_TO_SERVER), held_octets(ch, WL_TO_CLIENT)};
    const struct wl_layer_ops *ops = NULL;
    enum wl_claim claim;

    if (first[0].n + first[1].n == 0)
        return false;
    ch->spoken[0] |= first[0].n > 0;
    ch->spoken[1] |= first[1].n > 0;
    claim = ask(ch, first, dir, &ops);
    if (claim == WL_CLAIM_NO) {
        (void)be_refused(ch, dir, now);
    } else if (claim != WL_CLAIM_MORE) {
        claim_for(ch, ops, claim, now);
    }
    return ch->speech == WL_SPEAKING;
}

/* Works off what is held, as far as the layers go. dir brought the latest event. */
static void work_off(struct wl_channel *ch, enum wl_dir dir, wl_ns now)
{
    bool going = true;

    while (ch->held && going) {
        if (ch->speech == WL_SNIFFING) {
            going = claim_held(ch, dir, now);
        } else if (listening(ch, WL_TO_SERVER) || listening(ch, WL_TO_CLIENT)) {
            going = work_off_one(ch);
        } else {
            break;
        }
        if (ch->held && wl_held_empty(ch->held))
            drop_held(ch);
    }
}

/* max_limbo is reached, or the other side will never speak: what is held of dir is fed on. */
static void stop_waiting(struct wl_channel *ch, enum wl_dir dir, enum force by, wl_ns now)
{
    if (!ch->stopped[dir])
        return;
    ch->stopped[dir] = false;
    ch->forced[dir] = (uint8_t)by;
    work_off(ch, dir, now);
}

static void overflow(struct wl_channel *ch, enum wl_dir dir, struct wl_at at,
                     const struct wl_seen *seen)
{
    struct wl_mark mark = {.id = WL_MARK_LIMBO_OVER, .count = 1, .at = at, .certain = true};

    ch->stream->host->counters->parked_over++;
    wl_channel_limit(ch, WL_LIMIT_max_limbo);
    wl_channel_mark(ch, &mark);
    stop_waiting(ch, dir, BY_LIMIT, seen->t);
}

/* Holds octets, or what the bounds leave of them. */
static void hold_octets(struct wl_channel *ch, enum wl_dir dir, struct wl_span bytes,
                        struct wl_at at, const struct wl_seen *seen)
{
    struct wl_note note = {.kind = WL_NOTE_OCTETS, .dir = dir, .at = at, .seen = *seen};
    size_t done;

    if (ch->speech == WL_OPAQUE || ch->deaf || hold(ch, &note, bytes))
        return;
    if (ch->speech == WL_SPEAKING) {
        overflow(ch, dir, at, seen);
        done = feed(ch, dir, bytes, at, seen);
        if (done < bytes.n && ch->speech != WL_SPEAKING) { /* it switched */
            at.offset += done;
            note.at = at;
            if (hold(ch, &note, wl_span_after(bytes, done)))
                return;
        }
    }
    if (ch->speech != WL_SNIFFING)
        return;
    /* The beginning is held already; that more came is all there is to remember. */
    note.kind = WL_NOTE_GAP;
    note.why = WL_GAP_LIMIT;
    note.n = bytes.n;
    if (held_octets(ch, dir).n && hold(ch, &note, wl_span(NULL, 0))) {
        wl_channel_limit(ch, WL_LIMIT_max_sniff);
    } else {
        ch->starved = true;
        give_up(ch, seen->t); /* what was missed could not even be told */
    }
}

/* ------------------------------------------------------------------------- what tcp.c calls */

struct wl_channel *wl_channel_get(const struct wl_hand *hand)
{
    struct wl_flow *flow = hand->flow;
    struct wl_channel *ch = wl_flow_channel(flow);

    if (ch || flow->tcp.flags & WL_FLOW_IGNORED)
        return ch;
    ch = wl_pool_take(&hand->stream->channels);
    if (ch) {
        memset(ch, 0, sizeof(*ch));
        ch->stream = hand->stream;
        ch->flow = flow;
        ch->midstream = wl_channel_midstream(flow);
        wl_list_init(&ch->wake);
        if (flow->tcp.flags & WL_FLOW_RESTS && !wl_rest_resume(ch)) {
            wl_arena_free(ch->arena);
            wl_pool_give(&hand->stream->channels, ch);
            ch = NULL;
        }
    }
    if (!ch) { /* for good: a channel made later would not know what it has missed */
        hand->stream->host->counters->refused++;
        flow->tcp.flags |= WL_FLOW_IGNORED;
        flow->tcp.way[0].skip = flow->tcp.way[1].skip = EVER;
        return NULL;
    }
    if (flow->tcp.flags & WL_FLOW_RESTS) {
        flow->tcp.flags &= ~(uint32_t)WL_FLOW_RESTS;
        memset(&wl_flow_origin(flow)->of, 0, sizeof(wl_flow_origin(flow)->of)); /* no end so far */
    }
    flow->of.channel = ch;
    return ch;
}

/* Octets while nothing is known and nothing is held: most layers know at once. Returns how many
 * are worked off; *ret_asked: the layers do not know yet. */
static size_t sniff_first(struct wl_channel *ch, struct wl_span bytes, struct wl_at *at,
                          const struct wl_seen *seen, bool *ret_asked)
{
    struct wl_span first[2] = {{NULL, 0}, {NULL, 0}};
    const struct wl_layer_ops *ops = NULL;
    enum wl_claim claim;

    first[at->dir] = bytes;
    ch->spoken[at->dir] = true;
    claim = ask(ch, first, at->dir, &ops);
    *ret_asked = claim == WL_CLAIM_NO || claim == WL_CLAIM_MORE;
    if (claim == WL_CLAIM_MORE)
        return 0;
    if (claim == WL_CLAIM_NO)
        return be_refused(ch, at->dir, seen->t) ? 0 : bytes.n;
    claim_for(ch, ops, claim, seen->t);
    if (claim == WL_CLAIM_TURNED)
        at->dir = other(at->dir);
    return feed(ch, at->dir, bytes, *at, seen);
}

/* What is left of a turn that no layer knew passes by, until the other side speaks. */
static bool is_ignored(struct wl_channel *ch, enum wl_dir dir)
{
    if (ch->ignored == (uint8_t)(dir + 1) && ch->speech == WL_SNIFFING)
        return true;
    ch->ignored = 0;
    return false;
}

/* Octets that are not simply for the layer that is spoken to. */
static WL_ASIDE void take_data_slowly(struct wl_channel *ch, struct wl_span bytes, struct wl_at at,
                                      const struct wl_seen *seen)
{
    bool asked = false;
    size_t done = bytes.n;

    if (is_ignored(ch, at.dir))
        return;
    /* without a copy, as long as something takes them; a switch ends a turn of the loop */
    while (bytes.n && done && ch->speech != WL_OPAQUE && !ch->deaf) {
        if (ch->speech == WL_SPEAKING && !ch->stopped[at.dir]) {
            done = feed(ch, at.dir, bytes, at, seen);
        } else if (ch->speech == WL_SNIFFING && !ch->held) {
            done = sniff_first(ch, bytes, &at, seen, &asked);
        } else {
            done = 0;
        }
        bytes = wl_span_after(bytes, done);
        at.offset += done;
    }
    if (bytes.n)
        hold_octets(ch, at.dir, bytes, at, seen);
    if (ch->held && !(asked && ch->speech == WL_SNIFFING))
        work_off(ch, at.dir, seen->t);
}

static void take_data(void *user, enum wl_dir physical, struct wl_span bytes,
                      const struct wl_at *from, const struct wl_seen *seen)
{
    const struct wl_hand *hand = user;
    struct wl_channel *ch = wl_flow_channel(hand->flow);
    struct wl_at at;

    if (WL_LIKELY_FALSE(!ch)) {
        ch = wl_channel_get(hand);
        if (!ch)
            return;
    }
    at = (struct wl_at){from->frame, from->offset, wl_channel_map(ch, physical)};
    if (WL_LIKELY_TRUE(listening(ch, at.dir) && !ch->held)) {
        /* nothing is being skipped (tcp.h): the first turn of feed, straight */
        size_t done = go_on(ch, at.dir, show(ch, bytes, &at, seen), bytes.n);

        if (WL_LIKELY_TRUE(done == bytes.n))
            return;
        bytes = wl_span_after(bytes, done);
    }
    take_data_slowly(ch, bytes, at, seen);
}

static void take_skipped(void *user, enum wl_dir physical, const struct wl_seen *seen)
{
    const struct wl_hand *hand = user;
    struct wl_channel *ch = wl_flow_channel(hand->flow);

    if (!ch || ch->speech != WL_SPEAKING || ch->deaf)
        return;
    end_skip(ch, wl_channel_map(ch, physical), seen);
    if (ch->held) {
        ch->stopped[other(wl_channel_map(ch, physical))] = false;
        work_off(ch, wl_channel_map(ch, physical), seen->t);
    }
}

static void take_ack(void *user, enum wl_dir physical, const struct wl_seen *seen)
{
    const struct wl_hand *hand = user;
    struct wl_channel *ch = wl_flow_channel(hand->flow);

    if (ch && ch->speech == WL_SPEAKING && ch->layer.ops->acked)
        ch->layer.ops->acked(&ch->layer, wl_channel_map(ch, physical), seen);
}

static void take_gap(void *user, enum wl_dir physical, uint64_t lost, struct wl_at at,
                     enum wl_gap_why why, const struct wl_seen *seen)
{
    struct wl_channel *ch = wl_channel_get(user);
    struct wl_note note;
    enum wl_dir dir;

    if (!ch)
        return;
    at.dir = dir = wl_channel_map(ch, physical);
    ch->gaps[dir] += lost;
    ch->cut |= why == WL_GAP_SNAPLEN;
    if (ch->speech == WL_OPAQUE || ch->deaf || is_ignored(ch, dir))
        return;
    if (ch->speech == WL_SPEAKING && !ch->stopped[dir]) {
        feed_gap(ch, dir, lost, at, why, seen);
        work_off(ch, dir, seen->t);
        return;
    }
    if (ch->speech == WL_SNIFFING) { /* what came before cannot be joined to what comes */
        if (ch->held)
            wl_held_drop(ch->held, dir);
        ch->midstream = true;
    }
    note = (struct wl_note){
        .kind = WL_NOTE_GAP, .dir = dir, .n = lost, .at = at, .seen = *seen, .why = why};
    if (!hold(ch, &note, wl_span(NULL, 0))) {
        if (ch->speech == WL_SPEAKING) {
            overflow(ch, dir, at, seen);
            feed_gap(ch, dir, lost, at, why, seen);
        } else {
            give_up(ch, seen->t);
        }
    }
    work_off(ch, dir, seen->t);
}

/* One direction is over. */
static void take_one_end(struct wl_channel *ch, enum wl_dir dir, enum wl_end how, enum wl_dir by,
                         const struct wl_seen *seen)
{
    struct wl_note note = {
        .kind = WL_NOTE_END,
        .dir = dir,
        .at = {seen->frame, wl_channel_way(ch, dir)->offset, dir},
        .seen = *seen,
        .how = how,
        .by = by,
    };

    if (ch->ended[dir])
        return;
    ch->ended[dir] = true;
    if (ch->speech == WL_OPAQUE)
        return;
    if (ch->speech == WL_SPEAKING && !ch->stopped[dir]) {
        feed_end(ch, dir, how, by, seen);
    } else if (!hold(ch, &note, wl_span(NULL, 0)) && ch->speech == WL_SPEAKING) {
        overflow(ch, dir, note.at, seen);
        feed_end(ch, dir, how, by, seen);
    }
    work_off(ch, dir, seen->t);
    stop_waiting(ch, other(dir), BY_SILENCE, seen->t); /* this side will not speak any more */
}

static void take_end(void *user, enum wl_dir physical, enum wl_end how, enum wl_dir by,
                     const struct wl_seen *seen)
{
    const struct wl_hand *hand = user;
    struct wl_flow *flow = hand->flow;
    struct wl_channel *ch = flow->tcp.flags & WL_FLOW_RESTS ? wl_channel_get(hand)
                                                            : wl_flow_channel(flow);
    enum wl_dir dir;

    if (!(flow->tcp.flags & WL_FLOW_RESTS)) /* it rests on when it got no memory to remember more */
        wl_origin_closes(wl_flow_origin(flow), by, seen);
    if (!wl_flow_first_fin(flow) || how == WL_END_RESET) {
        flow->tcp.flags &= ~((uint32_t)WL_FLOW_FIRST_FIN * 3);
        flow->tcp.flags |= (uint32_t)WL_FLOW_FIRST_FIN * ((unsigned)by + 1);
    }
    if (how == WL_END_RESET && seen->suspect)
        flow->tcp.flags |= WL_FLOW_SUSPECT;
    if (!ch)
        return;
    dir = wl_channel_map(ch, physical);
    if (how != WL_END_RESET) {
        take_one_end(ch, dir, how, wl_channel_map(ch, by), seen);
        return;
    }
    stop_waiting(ch, WL_TO_SERVER, BY_SILENCE, seen->t);
    stop_waiting(ch, WL_TO_CLIENT, BY_SILENCE, seen->t);
    take_one_end(ch, dir, how, dir, seen);
    take_one_end(ch, other(dir), how, dir, seen);
}

static void take_mark(void *user, const struct wl_mark *mark)
{
    struct wl_channel *ch = wl_channel_get(user);
    struct wl_mark turned = *mark;

    if (!ch)
        return;
    turned.at.dir = wl_channel_map(ch, mark->at.dir);
    wl_channel_mark(ch, &turned);
}

static uint64_t tell_born(void *user)
{
    const struct wl_hand *hand = user;

    return wl_flow_origin(hand->flow)->id;
}

const struct wl_tcp_out wl_channel_out = {
    .data = take_data,
    .skipped = take_skipped,
    .acked = take_ack,
    .gap = take_gap,
    .end = take_end,
    .mark = take_mark,
    .born = tell_born,
};

/* --------------------------------------------------------------------------- what flow.c calls */

struct wl_flow *wl_channel_flow(const struct wl_channel *ch)
{
    return ch->flow;
}

void wl_channel_wake(struct wl_channel *ch, wl_ns now)
{
    wl_list_remove(&ch->wake);
    ch->wake_at = 0;
    if (ch->below.ops && ch->below.ops->wake)
        ch->below.ops->wake(&ch->below, now);
    if (ch->layer.ops && ch->layer.ops->wake)
        ch->layer.ops->wake(&ch->layer, now);
    wl_rest_begin(ch);
}

void wl_channel_finish(struct wl_channel *ch, enum wl_end how, enum wl_dir by, wl_ns now,
                       const struct wl_seen *seen)
{
    bool told[2] = {ch->ended[0], ch->ended[1]};

    ch->ended[0] = ch->ended[1] = true; /* sniffers decide now or never */
    work_off(ch, WL_TO_SERVER, now);
    stop_waiting(ch, WL_TO_SERVER, BY_SILENCE, now);
    stop_waiting(ch, WL_TO_CLIENT, BY_SILENCE, now);
    if (ch->speech == WL_SNIFFING && (ch->spoken[0] || ch->spoken[1] || ch->switched || ch->second))
        give_up(ch, now);
    for (unsigned dir = 0; dir < 2; dir++) {
        if (!told[dir])
            feed_end(ch, (enum wl_dir)dir, how, wl_channel_map(ch, by), seen);
    }
    close_layer(ch, &ch->below, now);
    close_layer(ch, &ch->layer, now);
    ch->speech = WL_OPAQUE;
    count_only(ch);
}

void wl_channel_free(const struct wl_hand *hand)
{
    struct wl_channel *ch = wl_flow_channel(hand->flow);

    if (!ch)
        return;
    wl_list_remove(&ch->wake);
    drop_held(ch);
    wl_arena_free(ch->arena);
    hand->flow->of.channel = NULL;
    wl_pool_give(&hand->stream->channels, ch);
}
