/* tcp.h - one connection's sequence numbers: reordering, gaps, overlaps, FIN, RST (RFC 9293).
 * SPDX-License-Identifier: MIT
 *
 * First octets win; a retransmission that differs is a mark. A gap is declared when the
 * acknowledgement has passed it and it was not filled within 16 packets of the connection or
 * 100 ms (merged taps show the ACK before the data), or when max_reorder is reached; each counts from
 * its own acknowledgement (patience.h), and when both FINs were acknowledged 25 ms are left. A segment
 * that acknowledges octets not captured yet waits on the same terms.
 *
 * Directions are physical here: 0 is sent by the end that was taken for the client when the
 * connection was opened. The channel turns them when sniffing shows that it was the other one.
 */
#ifndef WL_TCP_H
#define WL_TCP_H

#include "attr.h"
#include "layer.h"
#include "queue.h"
#include "recall.h"
#include "segment.h"
#include "table.h"

enum {
    WL_TCP_PATIENCE_PACKETS = 16,
};
#define WL_TCP_PATIENCE ((wl_ns)100000000)
/** The same for what is missing of a connection that is over: nobody sends it again, nor anything else
 * that would count. Where taps with clocks of their own see packets of one direction each in turn, it
 * may still come. */
#define WL_TCP_PATIENCE_OVER (WL_TCP_PATIENCE / 4)

/** Bits of wl_tcp.flags; those of a direction are shifted by 8 * dir. */
enum wl_tcp_state {
    WL_TCP_BASE = 1,       /* next is known */
    WL_TCP_OPENED = 2,     /* SYN seen */
    WL_TCP_CLOSED = 4,     /* FIN reached in order */
    WL_TCP_ACKED = 8,      /* acked is known */
    WL_TCP_TENTATIVE = 16, /* base known only from the other side's acknowledgement */
    WL_TCP_PHANTOM = 32,   /* one number beyond next was acknowledged, or a RST stands behind it: a
                              FIN not captured */
    WL_TCP_ROOM = 64,      /* what was acknowledged before it was captured left the window open */
    WL_TCP_STRANGE = 128,  /* its sender has used numbers far from those known: of another
                              connection, perhaps, whose SYN was not captured */
    WL_TCP_RESET = 1 << 16,
    WL_TCP_WANT_ACKS = 1 << 17, /* a layer asked for acknowledgements */
    WL_TCP_SLOW = 1 << 18,      /* slow is there */
    /* the owner's: one word tells all that is unusual about a connection */
    WL_TCP_LIVELY = 1 << 19, /* a segment has come since it was last asked */
    WL_TCP_OWNERS = 1 << 20, /* from this one on */
};

/** A bit of both directions. */
#define WL_TCP_BOTH(bit) ((uint32_t)(bit) * (1u | 1u << 8))

/** One direction. */
struct wl_tcp_way {
    uint64_t offset; /* stream offset of the next octet to be delivered */
    uint32_t next;   /* sequence number of the octet at offset */
    uint32_t acked;  /* highest acknowledgement of the other side */
    uint64_t skip;   /* octets from offset on that nobody looks at */
};

struct wl_tcp_slow; /* what is queued, and what is waited for (tcp.c) */

/** The hot part of a connection: one cache line. All zero is a connection nothing is known of. */
struct wl_tcp {
    struct wl_tcp_way way[2];
    struct wl_tcp_slow *slow; /* NULL: everything is in order */
    uint32_t packets;         /* of this connection; counted by the caller, wraps */
    uint32_t flags;           /* wl_tcp_state */
};
static_assert(sizeof(struct wl_tcp) == 64, "the hot part of a connection is one cache line");

static inline bool wl_tcp_is(const struct wl_tcp *t, enum wl_dir dir, enum wl_tcp_state bit)
{
    return t->flags >> (8 * (unsigned)dir) & (unsigned)bit;
}

/** Called in stream order; all but mark change what is at the front of the stream before they
 * call. user is what the caller of tcp.c passed. */
struct wl_tcp_out {
    /** Octets, none of which is to be skipped: way[dir].skip is 0. */
    void (*data)(void *user, enum wl_dir dir, struct wl_span bytes, const struct wl_at *at,
                 const struct wl_seen *seen);
    /** way[dir].skip has come down to 0; seen is the packet of the last octet. */
    void (*skipped)(void *user, enum wl_dir dir, const struct wl_seen *seen);
    void (*acked)(void *user, enum wl_dir dir, const struct wl_seen *seen); /* while wanted */
    void (*gap)(void *user, enum wl_dir dir, uint64_t lost, struct wl_at at, enum wl_gap_why why,
                const struct wl_seen *seen);
    /** FIN of dir, or RST (both directions end, once): by is its sender. */
    void (*end)(void *user, enum wl_dir dir, enum wl_end how, enum wl_dir by,
                const struct wl_seen *seen);
    void (*mark)(void *user, const struct wl_mark *mark);
    /** Ordinal of the packet with which the connection began. */
    uint64_t (*born)(void *user);
};

/** What all connections of a shard share. */
struct wl_tcp_env {
    const struct wl_tcp_out *out;
    const struct wl_layer_host *host;
    /* clocks that run for holes (patience.h), what is due first in front; of connections that are
     * over: */
    struct wl_link waiting, over;
    struct wl_pool lacks;     /* clocks that do not run */
    struct wl_shelf shelf;    /* what waits behind holes */
    struct wl_recall *recall; /* of the connection in hand, kept by the owner; or NULL: nothing is
                                 compared */
    wl_ns clock;              /* capture time that never goes back; kept by the owner */
    wl_ns stepped;            /* time of the packet before which there was none at all for so long
                                 that the time says nothing; 0: none; kept by the owner */
};

/** out and host are borrowed. */
void wl_tcp_env_init(struct wl_tcp_env *env, const struct wl_tcp_out *out,
                     const struct wl_layer_host *host);
void wl_tcp_env_release(struct wl_tcp_env *env);
/** The payload of segments lies in the window of file, as a rule, and can be read again there. Call
 * before the first one. file is borrowed for the life of env; NULL: everything is copied. */
void wl_tcp_lean_on(struct wl_tcp_env *env, const struct wl_octets *file);

/** The two ways of wl_tcp_segment that lead to the layers: what is next in its direction, of which
 * nothing or only a part is skipped, and the rest. */
void wl_tcp_in_order(struct wl_tcp_env *env, struct wl_tcp *t, void *user, enum wl_dir dir,
                     struct wl_span payload, const struct wl_seen *seen);
void wl_tcp_aside(struct wl_tcp_env *env, struct wl_tcp *t, void *user, enum wl_dir dir,
                  const struct wl_segment *seg, bool suspect);

/** The first of them, and then the end: a FIN in order. */
void wl_tcp_last(struct wl_tcp_env *env, struct wl_tcp *t, void *user, enum wl_dir dir,
                 struct wl_span payload, const struct wl_seen *seen);

/** How far ack is beyond what was captured of dir; a FIN takes a number but no octet. */
static inline int32_t wl_tcp_ahead(const struct wl_tcp *t, enum wl_dir dir, uint32_t ack)
{
    int32_t delta = (int32_t)(ack - t->way[dir].next);

    if (WL_LIKELY_FALSE(delta == 1) &&
        (wl_tcp_is(t, dir, WL_TCP_CLOSED) || wl_tcp_is(t, dir, WL_TCP_PHANTOM)))
        return 0;
    return delta;
}

/** Is a number of dir that far from the next one, where that is known? Then it is not likely to be one
 * of the same connection. */
static inline bool wl_tcp_is_far(const struct wl_tcp *t, enum wl_dir dir, uint32_t number)
{
    const int32_t far = 1 << 24, delta = (int32_t)(number - t->way[dir].next);

    return wl_tcp_is(t, dir, WL_TCP_BASE) && !wl_tcp_is(t, dir, WL_TCP_TENTATIVE) &&
           (delta > far || delta < -far);
}

static inline void wl_tcp_advance(struct wl_tcp_way *w, uint64_t n)
{
    w->offset += n;
    w->next += (uint32_t)n;
}

/** Octets at the front of the stream that somebody looks at; none of them is to be skipped. */
static WL_INLINE void wl_tcp_show(struct wl_tcp_env *env, struct wl_tcp *t, void *user,
                                  enum wl_dir dir, struct wl_span bytes, const struct wl_seen *seen)
{
    struct wl_tcp_way *w = &t->way[dir];
    const struct wl_at at = {seen->frame, w->offset, dir};

    if (env->recall)
        wl_recall_keep(env->recall, t, seen->packet, dir, w->next, bytes);
    wl_tcp_advance(w, bytes.n);
    env->out->data(user, dir, bytes, &at, seen);
}

/** Where ack lies among the octets of dir, when it is known to acknowledge nothing unknown. */
static inline uint64_t wl_tcp_acked_at(const struct wl_tcp *t, enum wl_dir dir, uint32_t ack)
{
    const uint64_t behind = (uint64_t) - (int64_t)wl_tcp_ahead(t, dir, ack);

    return t->way[dir].offset - wl_min_u64(t->way[dir].offset, behind);
}

/**
 * Takes one segment of dir. suspect: if it is a RST, it may be a third party's. In order and
 * acknowledging nothing unknown, it costs no allocation and no copy but, where packets are in no
 * file, that of recall; without octets that somebody looks at, it ends here, in one cache line.
 */
static WL_INLINE void wl_tcp_segment(struct wl_tcp_env *env, struct wl_tcp *t, void *user,
                                     enum wl_dir dir, const struct wl_segment *seg, bool suspect)
{
    const enum wl_dir other = dir == WL_TO_SERVER ? WL_TO_CLIENT : WL_TO_SERVER;
    const unsigned shift = 8 * (unsigned)dir;
    const uint32_t known = WL_TCP_BOTH(WL_TCP_BASE);
    const uint32_t acked = (uint32_t)WL_TCP_ACKED << (8 - shift);
    struct wl_tcp_way *w = &t->way[dir], *o = &t->way[other];
    const uint32_t flags = t->flags;
    const size_t n = seg->payload.n;
    uint32_t step, newer;
    struct wl_seen seen;

    if (WL_LIKELY_FALSE(
            (flags & (known | WL_TCP_RESET | WL_TCP_SLOW | (uint32_t)WL_TCP_CLOSED << shift)) !=
                known ||
            seg->seq != w->next || seg->lost ||
            (seg->flags & (WL_TCP_FIN | WL_TCP_SYN | WL_TCP_RST | WL_TCP_ACK)) != WL_TCP_ACK ||
            wl_tcp_ahead(t, other, seg->ack) > 0)) {
        wl_tcp_aside(env, t, user, dir, seg, suspect);
        return;
    }
    /* what differs from packet to packet is arithmetic: a branch on it could not be foretold */
    step = seg->ack - o->acked;
    newer = (uint32_t)((int32_t)step > 0) | (uint32_t)((flags & acked) == 0);
    o->acked += step & (0 - newer);
    t->flags = flags | acked;
    /* no octets, or less than is left of content of known length: not looked at */
    if (WL_LIKELY_TRUE(!(flags & WL_TCP_WANT_ACKS)) && w->skip >= n + (n != 0)) {
        w->skip -= n;
        w->offset += n;
        w->next += (uint32_t)n;
        return;
    }
    seen = (struct wl_seen){
        .packet = seg->packet,
        .frame = seg->frame,
        .t = seg->t,
        .acked = wl_tcp_acked_at(t, other, seg->ack),
        .window = seg->window,
        .ttl = seg->ttl,
    };
    wl_tcp_in_order(env, t, user, dir, seg->payload, &seen);
}

/** A connection whose hole has waited for WL_TCP_PATIENCE at env->clock; NULL when there is none. */
struct wl_tcp *wl_tcp_due(const struct wl_tcp_env *env);
/** The time of env->clock at which wl_tcp_due will return one, if that is before otherwise. */
wl_ns wl_tcp_next_due(const struct wl_tcp_env *env, wl_ns otherwise);
/** Declares what is due of t a gap. */
void wl_tcp_expire(struct wl_tcp_env *env, struct wl_tcp *t, void *user);
/** The connection ends: declares all holes gaps and delivers what is behind them. seen: the last
 * packet of the connection. */
void wl_tcp_flush(struct wl_tcp_env *env, struct wl_tcp *t, void *user, const struct wl_seen *seen);
/** Frees what is queued. */
void wl_tcp_release(struct wl_tcp_env *env, struct wl_tcp *t);
/** Maps an acknowledgement of octets of dir to their stream offset; WL_NONE when not known. */
uint64_t wl_tcp_offset(const struct wl_tcp *t, enum wl_dir dir, uint32_t ack);
/** Highest offset of dir that was acknowledged; WL_NONE when not known. */
uint64_t wl_tcp_acked(const struct wl_tcp *t, enum wl_dir dir);

#endif
