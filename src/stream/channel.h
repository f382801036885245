/* channel.h - the layers of one connection: sniff, feed, skip, park, switch, gap, end.
 * SPDX-License-Identifier: MIT
 *
 * The only place that holds octets back: until a protocol is known (max_sniff), and while a layer
 * says WAIT (max_limbo). Exists from the first octet of payload on. Between two exchanges it rests:
 * the channel and its layer are given back, and what they have to remember lies in a few octets of
 * the connection (struct wl_rest), from which they are made again when something comes.
 */
#ifndef WL_CHANNEL_H
#define WL_CHANNEL_H

#include "held.h"
#include "layer.h"
#include "load.h"
#include "tcp.h"

/**
 * What a packet of a connection touches: two cache lines, side by side. The first is all that a
 * segment in order needs that nobody looks into.
 */
struct wl_flow {
    struct wl_tcp tcp;
    wl_ns t_last;
    uint64_t last_packet, last_frame;
    union {
        struct wl_channel *channel; /* NULL: no octet of payload yet, or over */
        wl_ns t_rest;               /* WL_FLOW_RESTS: struct wl_rest, its time */
    } of;
    uint32_t newer, older; /* neighbours in the order of recency */
    /* by physical direction, 0 is the supposed client: IPv4, or the end of IPv6 */
    uint8_t ip[2][4];
    uint8_t port[2][2]; /* as they stand in a header */
    uint32_t ip_ids[2]; /* of the last two packets of each end, the last one in the lower half */
    uint8_t ttl[2];
    uint8_t family; /* of both ends: 4 or 6; 0: this entry is free */
    uint8_t place;  /* in its block */
};
static_assert(sizeof(struct wl_flow) == 128, "a packet costs two cache lines of its connection");

/** The FIN of an end, or its RST, as told from the first packet of the connection. */
struct wl_fin {
    uint32_t frames; /* so many frames later, in the same file; 0: none was seen */
    uint32_t after;  /* microseconds, or with the highest bit set milliseconds */
};
/** wl_fin.frames: in another file, or too far away */
#define WL_FIN_ELSEWHERE UINT32_MAX

/** What a connection that rests has to remember. */
struct wl_told {
    uint32_t n_exchanges;
    uint16_t bits;   /* enum wl_rest_bit, and those of the layer above them */
    uint16_t status; /* the last one */
    uint8_t aside;   /* of the layer */
};

/** What is known since it was opened, or asked for when it is over: a cache line. */
struct wl_origin {
    uint64_t id; /* ordinal of its first packet */
    wl_ns t_first;
    uint64_t first_frame;
    wl_ns rtt; /* the time of the SYN until the handshake is complete */
    /* what has ended does not rest */
    union {
        struct wl_fin fin[2]; /* by physical direction */
        struct wl_told told;  /* WL_FLOW_RESTS */
    } of;
    uint32_t base[2];     /* as Wireshark numbers connections (flow.c) */
    uint64_t number : 50; /* among those of this table, from 0 (WL_NUMBERS) */
    uint64_t partition : 6;
    uint64_t ttl : 8; /* of the server's SYN-ACK; 0: none was seen */
};
#define WL_NUMBERS (UINT64_MAX >> 14)
static_assert(sizeof(struct wl_origin) == 64, "an idle connection is three cache lines");

/** What struct wl_flow has no room for of two addresses of IPv6: all but the last four octets. */
enum { WL_IPV6_BEGIN = 12 };
struct wl_ipv6_begin {
    uint8_t ip[2][WL_IPV6_BEGIN];
};

/** Bits of wl_tcp.flags. */
enum wl_flow_state {
    WL_FLOW_BASE_0 = WL_TCP_OWNERS, /* base[0] is known */
    WL_FLOW_BASE_1 = WL_FLOW_BASE_0 << 1,
    WL_FLOW_TIMED = WL_FLOW_BASE_0 << 2,  /* rtt is a duration */
    WL_FLOW_LEARNT = WL_FLOW_BASE_0 << 3, /* how it began: only a SYN could tell more */
    WL_FLOW_RESTS = WL_FLOW_BASE_0 << 4,  /* the channel was given back: struct wl_rest */
    /* counted only: no port that was asked for, or no memory for it */
    WL_FLOW_IGNORED = WL_FLOW_BASE_0 << 5,
    WL_FLOW_SUSPECT = WL_FLOW_BASE_0 << 6,   /* ended by a RST that may be a third party's */
    WL_FLOW_FIRST_FIN = WL_FLOW_BASE_0 << 7, /* two bits: wl_flow_first_fin */
};

/** The direction of the first FIN, or of the RST, plus one; 0: there was none. */
static inline unsigned wl_flow_first_fin(const struct wl_flow *flow)
{
    return flow->tcp.flags / WL_FLOW_FIRST_FIN & 3;
}

/** struct wl_told.bits: what the channel was. The upper half is its layer's. */
enum wl_rest_bit {
    WL_REST_TURNED = 1,
    WL_REST_MIDSTREAM = 2,
    WL_REST_STEP = 4,  /* steps are kept, and all exchanges answered alike */
    WL_REST_PROTO = 8, /* four bits of enum wl_proto */
    WL_REST_PROTOS = 16,
    WL_REST_LAYER = 256,
};
static_assert((int)WL_N_PROTO <= (int)WL_REST_PROTOS,
              "a protocol fits the bits of a connection at rest");

/** The channel of a connection, or NULL: none yet, or it rests. */
static inline struct wl_channel *wl_flow_channel(const struct wl_flow *flow)
{
    return flow->tcp.flags & WL_FLOW_RESTS ? NULL : flow->of.channel;
}

/** All of a connection, in one page as a rule. */
struct wl_entry {
    struct wl_flow flow;
    struct wl_origin origin;
};

enum { WL_BLOCK_FLOWS = 256 };

/** A part of the slab of connections, which never moves; it begins with a cache line. */
struct wl_flow_block {
    struct wl_entry entries[WL_BLOCK_FLOWS];
    struct wl_ipv6_begin *ipv6; /* [WL_BLOCK_FLOWS], or NULL: no connection here had any */
    uint32_t first;             /* index of entries[0] */
};

static inline struct wl_flow_block *wl_flow_block(struct wl_flow *flow)
{
    return WL_CONTAINER(WL_CONTAINER(flow, struct wl_entry, flow) - flow->place,
                        struct wl_flow_block, entries);
}

static inline struct wl_origin *wl_flow_origin(struct wl_flow *flow)
{
    return &WL_CONTAINER(flow, struct wl_entry, flow)->origin;
}

/** Notes the FIN or RST that by (physical) sent, in seen. Not of a connection that rests. */
void wl_origin_closes(struct wl_origin *origin, enum wl_dir by, const struct wl_seen *seen);
/** What was noted of by. */
struct wl_closing wl_origin_closing(const struct wl_origin *origin, enum wl_dir by);

static inline uint16_t wl_flow_port(const struct wl_flow *flow, unsigned i)
{
    return wl_load_be16(flow->port[i]);
}

/** One end of a connection. */
void wl_flow_end(struct wl_flow *flow, unsigned i, struct wl_endpoint *ret);

/** What the connections of a shard share. */
struct wl_stream {
    const struct wl_layer_host *host;
    const struct wl_layer_ops *const *layers;
    struct wl_tcp_env tcp;
    struct wl_link wakes;    /* channels that asked to be woken, the earliest first */
    struct wl_pool channels; /* those given back, */
    struct wl_pool states;   /* and those of the layer that rests */
    /** The layers, a bit each, that are asked when a direction begins with this octet; [256]: when
     * nothing is there, in either of them. */
    uint32_t asked[256 + 1];
};

/** Given back channels that wait for the next connection, at most. */
enum { WL_CHANNELS_KEPT = 4096 };

/** Sets what the connections of a shard share, but for tcp; host and layers are borrowed. */
void wl_stream_init(struct wl_stream *s, const struct wl_layer_host *host,
                    const struct wl_layer_ops *const *layers);
/** Frees what waits for the next connection; none must be left. */
void wl_stream_release(struct wl_stream *s);

/** What the functions of wl_channel_out are given. */
struct wl_hand {
    struct wl_stream *stream;
    struct wl_flow *flow;
};

/** The channel's side of tcp.h; user is a struct wl_hand. */
extern const struct wl_tcp_out wl_channel_out;

enum wl_speech {
    WL_SNIFFING, /* what is spoken is not known yet */
    WL_SPEAKING, /* layer is fed */
    WL_OPAQUE,   /* octets are counted only */
};

/** The channel; channel.c feeds the layers, ask.c answers them, rest.c does without both. What every
 * exchange needs is first. */
struct wl_channel {
    struct wl_stream *stream;
    struct wl_flow *flow;
    struct wl_layer layer; /* speaking: the one that is fed */
    uint64_t position[2];  /* offset of the next octet to be fed, when none is being skipped */
    uint64_t asked[2];     /* octets the layer asked to skip; 0: it is not skipping */
    uint8_t speech;        /* enum wl_speech */
    uint8_t depth;         /* layers opened, one upon the other */
    uint8_t proto;         /* enum wl_proto */
    uint8_t expected;      /* the same, as announced for the next layer */
    bool turned;           /* the client is the physical direction 1 */
    bool midstream;        /* the start of every segment may be the start of something */
    bool switched;         /* something switched to what is sniffed now */
    bool tunnelled;        /* and that leads past the server */
    bool second;           /* sniffing once more after both sides were not understood */
    uint8_t ignored;       /* direction, plus one, whose turn was not understood; 0: none */
    bool deaf;             /* the layer wants no more octets */
    bool cut;              /* snap length, in gaps */
    bool starved;          /* memory was refused for what is spoken, or said of it */
    bool is_proxied;       /* a PROXY protocol header was seen */
    bool last_alone;       /* the last step stands for whole exchanges */
    bool stopped[2];       /* the layer waits for the other side before it takes more of this */
    uint8_t forced[2];     /* enum force, in channel.c: waiting is over, whatever the layer says */
    bool ended[2];
    bool spoken[2];       /* while sniffing: octets came */
    struct wl_held *held; /* NULL: nothing is held */
    struct wl_link wake;  /* in stream->wakes while to be woken */
    wl_ns wake_at;
    uint32_t n_ordinals, n_exchanges;
    /* what goes into the record; the arena is made when the first of it comes */
    struct wl_step first_step; /* most connections have no other, and need no arena for it */
    uint32_t n_steps, step_capacity, n_steps_lost;
    struct wl_step *steps;
    struct wl_arena *arena;
    struct wl_mark *marks;
    uint32_t n_marks, mark_capacity;
    uint64_t gaps[2];
    struct wl_terms terms; /* of the last switch */
    struct wl_layer below; /* the one that switched to this one, until it is known what follows */
    struct wl_endpoint proxied;
};

/** Octets at its front that are worth fetching beforehand. */
#define WL_CHANNEL_HOT offsetof(struct wl_channel, marks)

/** Between physical and logical direction, both ways. */
static inline enum wl_dir wl_channel_map(const struct wl_channel *ch, enum wl_dir dir)
{
    return ch->turned ? (enum wl_dir)(1 - dir) : dir;
}

static inline struct wl_tcp_way *wl_channel_way(const struct wl_channel *ch, enum wl_dir dir)
{
    return &ch->flow->tcp.way[wl_channel_map(ch, dir)];
}

static inline const struct wl_limits *wl_channel_limits(const struct wl_channel *ch)
{
    return &ch->stream->host->cfg->limits;
}

/** Counts a limit as reached. */
static inline void wl_channel_limit(const struct wl_channel *ch, enum wl_limit_id id)
{
    ch->stream->host->limits[id]++;
}

/** Opens a layer as the one that is fed. 0, or WL_NOMEM, after which there is none. */
WL_MUST_USE int wl_channel_open_layer(struct wl_channel *ch, const struct wl_layer_ops *ops);
/** Gives back the state of a layer of the stream, without closing it; l is zero then. */
void wl_channel_give_state(struct wl_stream *s, struct wl_layer *l);
/** Adds a step to the record; false when there is no room or no memory. */
bool wl_channel_put_step(struct wl_channel *ch, const struct wl_step *step);
/** Adds a fact to the connection's record; the same fact again is only counted. */
void wl_channel_mark(struct wl_channel *ch, const struct wl_mark *mark);
/** Makes the channel when there is none; NULL when memory is refused. */
struct wl_channel *wl_channel_get(const struct wl_hand *hand);
/** The channel that is due to be woken; NULL when there is none. */
struct wl_channel *wl_channel_due(const struct wl_stream *s);
/** The time of the stream's clock at which that will return one, if it is before otherwise. */
wl_ns wl_channel_next_due(const struct wl_stream *s, wl_ns otherwise);
struct wl_flow *wl_channel_flow(const struct wl_channel *ch);
/** Begins to fetch what its layer will need for what comes from the physical direction dir: its
 * state in step 0, what that points to in step 1. */
void wl_channel_prefetch(const struct wl_channel *ch, unsigned step, enum wl_dir dir);
/** The same for those that will be due after ch. */
void wl_channel_prefetch_due(const struct wl_channel *ch);
/** Wakes its layers; the channel may be gone afterwards. */
void wl_channel_wake(struct wl_channel *ch, wl_ns now);
/** Asks that wl_channel_due returns it once, limits.settle from now. */
void wl_channel_wake_later(struct wl_channel *ch);
/** Nothing more will come: what is held is fed, layers are ended and closed. */
void wl_channel_finish(struct wl_channel *ch, enum wl_end how, enum wl_dir by, wl_ns now,
                       const struct wl_seen *seen);
/** The identity of the connection, as far as known. */
void wl_channel_ref(const struct wl_hand *hand, struct wl_conn_ref *ret);
/** Was no handshake seen? */
bool wl_channel_midstream(const struct wl_flow *flow);
/** The connection's record, with what the channel has gathered, or NULL when memory is refused.
 * Takes what the channel had (if there is one). */
WL_MUST_USE struct wl_conn_record *wl_channel_record(const struct wl_hand *hand);
/** Frees the channel of a connection, if there is one. */
void wl_channel_free(const struct wl_hand *hand);

#endif
