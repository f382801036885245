/* shared.c - what the channels of a shard have in common: layers, memory, the order of wake-ups.
 * SPDX-License-Identifier: MIT
 *
 * Wake-ups are all the same time ahead (limits.settle), so that a list in the order in which they
 * were asked for is the order in which they are due. What is going to be touched is fetched while
 * others are worked off. Knows nothing of what a channel does with octets.
 */
#include "channel.h"

/* Is a layer asked about what begins with the octet c, or with nothing (256)? */
static bool begins_with(const struct wl_firsts *firsts, unsigned c)
{
    if ((firsts->low | firsts->high) == 0)
        return true;
    return c < 128 && (c < 64 ? firsts->low : firsts->high) >> (c % 64) & 1;
}

void wl_stream_init(struct wl_stream *s, const struct wl_layer_host *host,
                    const struct wl_layer_ops *const *layers)
{
    size_t octets = sizeof(struct wl_pool_block);

    *s = (struct wl_stream){.host = host, .layers = layers};
    wl_list_init(&s->wakes);
    for (unsigned i = 0; layers[i]; i++) {
        WL_ASSERT(i < 32);
        if (layers[i]->resume && layers[i]->state_octets > octets) /* the one that comes and goes */
            octets = layers[i]->state_octets;
        for (unsigned c = 0; c < WL_COUNT(s->asked); c++) {
            if (begins_with(&layers[i]->firsts, c))
                s->asked[c] |= 1u << i;
        }
    }
    wl_pool_init(&s->channels, host->budget, sizeof(struct wl_channel), WL_CHANNELS_KEPT);
    wl_pool_init(&s->states, host->budget, octets, WL_CHANNELS_KEPT);
}

void wl_stream_release(struct wl_stream *s)
{
    wl_pool_release(&s->channels);
    wl_pool_release(&s->states);
}

struct wl_channel *wl_channel_due(const struct wl_stream *s)
{
    struct wl_channel *ch;

    if (wl_list_empty(&s->wakes))
        return NULL;
    ch = WL_CONTAINER(s->wakes.next, struct wl_channel, wake);
    return ch->wake_at <= s->tcp.clock ? ch : NULL;
}

wl_ns wl_channel_next_due(const struct wl_stream *s, wl_ns otherwise)
{
    const struct wl_channel *ch;

    if (wl_list_empty(&s->wakes))
        return otherwise;
    ch = WL_CONTAINER(s->wakes.next, struct wl_channel, wake);
    return ch->wake_at < otherwise ? ch->wake_at : otherwise;
}

void wl_channel_prefetch(const struct wl_channel *ch, unsigned step, enum wl_dir dir)
{
    const struct wl_layer *l = &ch->layer;

    if (step == 0 && l->state) {
        wl_prefetch(l->state, l->ops->state_octets);
    } else if (step == 1 && l->ops && l->ops->prefetch) {
        l->ops->prefetch(l, wl_channel_map(ch, dir));
    }
}

/* The channel that will be due after ch, or NULL. */
static const struct wl_channel *next_due(const struct wl_channel *ch)
{
    return ch && ch->wake.next != &ch->stream->wakes
               ? WL_CONTAINER(ch->wake.next, struct wl_channel, wake)
               : NULL;
}

/* Three are on their way at a time: what each of them points to is known when it has come. */
void wl_channel_prefetch_due(const struct wl_channel *ch)
{
    const struct wl_channel *first = next_due(ch), *second = next_due(first),
                            *third = next_due(second);

    if (third)
        wl_prefetch(third, WL_CHANNEL_HOT);
    if (second) {
        wl_channel_prefetch(second, 0, WL_TO_CLIENT);
        wl_prefetch(second->flow, sizeof(*second->flow));
    }
    if (first) {
        /* an exchange will leave, as when the server goes on */
        wl_channel_prefetch(first, 1, wl_channel_map(first, WL_TO_CLIENT));
        wl_prefetch(wl_flow_origin(first->flow), sizeof(struct wl_origin));
    }
}

void wl_channel_wake_later(struct wl_channel *ch)
{
    if (ch->wake_at)
        return;
    /* later in any case: where settle is 0 and now stands back, it may ask for this very moment for
     * ever, and whoever asks after it is not due sooner */
    ch->wake_at = ch->stream->tcp.clock + (wl_ns)wl_max_u64(wl_channel_limits(ch)->settle, 1);
    wl_list_append(&ch->stream->wakes, &ch->wake);
}
