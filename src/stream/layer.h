/* layer.h - what a protocol on a connection is; TLS, PROXY and SOCKS are layers too.
 * SPDX-License-Identifier: MIT
 *
 * A layer is fed the octets of both directions in stream order, as they are captured, and reports
 * upwards through its host (exchanges) and its channel (steps, marks, wake-ups). It never sees
 * segments, never holds octets back (WAIT does that, in the channel) and never fails because of
 * what the network sent.
 */
#ifndef WL_LAYER_H
#define WL_LAYER_H

#include "attr.h"
#include "mem.h"
#include "wirelint/wirelint.h"

/** How the packet in hand was seen; the same for all octets it carries. */
struct wl_seen {
    uint64_t packet; /* ordinal in the capture */
    uint64_t frame;
    wl_ns t;
    uint64_t acked; /* octets of the other direction that this packet acknowledges (stream offset
                       of the next octet expected); WL_NONE: no ACK, or not known (mid-stream) */
    uint16_t window;
    uint8_t ttl;  /* or hop limit; 0: not known */
    bool suspect; /* RST only: TTL or IP ID is far from the sender's other packets */
};

enum wl_claim {
    WL_CLAIM_NO,
    WL_CLAIM_MORE, /* cannot tell yet */
    WL_CLAIM_YES,
    WL_CLAIM_TURNED, /* yes, but client and server are the other way round (without handshake only) */
};

/** What is known of a connection before its protocol is. */
struct wl_hint {
    uint16_t server_port;
    bool midstream;         /* octets before those shown are missing */
    bool handshake;         /* it was seen: who is the client is known */
    bool after_switch;      /* something below switched to whatever comes now */
    enum wl_proto expected; /* what a 101 announced; WL_PROTO_UNKNOWN: nothing */
    bool ended[2];          /* no more octets will come in this direction */
    enum wl_dir latest;     /* that of the octets, or the end, for which it is asked now */
};

enum wl_fed_kind {
    WL_FED,        /* all octets were taken */
    WL_FED_WAIT,   /* used octets were taken; the rest means nothing until the other side speaks */
    WL_FED_SWITCH, /* used octets were this layer's; what follows, in both directions, and what is
                      parked, is sniffed for a new layer */
    WL_FED_DEAF,   /* nothing more to learn in either direction: count only */
};

/**
 * skip: after the taken octets, this many octets of this direction need not be shown: the channel
 * counts them and calls skipped() once they have passed, or with what has passed when a gap or the
 * end comes first. May reach beyond the octets given; with WL_FED only.
 */
struct wl_fed {
    enum wl_fed_kind kind;
    size_t used;
    uint64_t skip;
};

/** What a layer has to remember of a connection on which nothing is under way. */
struct wl_rest {
    wl_ns t;          /* when it was fed last */
    uint32_t ordinal; /* of the last exchange; all before it are told */
    uint16_t status;  /* its last one */
    uint8_t bits;     /* the layer's own */
    uint8_t aside;    /* the same */
};

/** What a switch leads to, for the layer that follows. */
struct wl_terms {
    uint64_t offset;  /* of the message that switched, among the server's octets */
    uint32_t ordinal; /* of its exchange */
    uint8_t reserved; /* WebSocket: reserved bits that an extension gives to data frames */
    bool free;        /* WebSocket: some extension may change anything about frames */
    bool agreed;      /* the handshake was whole: what follows may be held against it */
    bool certain;     /* and so was its place in the stream */
};

struct wl_layer;
struct wl_channel;

/** Why octets are missing. */
enum wl_gap_why {
    WL_GAP_LOST,    /* acknowledged but never captured */
    WL_GAP_SNAPLEN, /* cut off by the snap length */
    WL_GAP_LIMIT,   /* max_reorder was reached */
    WL_GAP_SILENT,  /* none are: what they waited for will not come any more */
};

/** Octets below 128, a bit each. */
struct wl_firsts {
    uint64_t low, high;
};
/** c as a bit of wl_firsts.low (below 64) or .high. */
#define WL_FIRST(c) ((uint64_t)1 << ((c) % 64))

/** A protocol. Functions marked (opt) may be NULL. */
struct wl_layer_ops {
    const char *name;
    enum wl_proto proto; /* what the connection is called once this layer claimed it */
    /** Octets with which what it claims begins, in either direction. It is not asked when neither
     * has begun with one of them. None: it is always asked. */
    struct wl_firsts firsts;
    /** first: what was seen so far of each direction (at most max_sniff octets). */
    enum wl_claim (*sniff)(const struct wl_span first[2], const struct wl_hint *hint);
    size_t state_octets; /* size of l->state, allocated zeroed by the channel before open */
    int (*open)(struct wl_layer *l); /* 0 or WL_NOMEM (opt) */
    /** at: of the first of bytes */
    struct wl_fed (*feed)(struct wl_layer *l, enum wl_dir dir, struct wl_span bytes,
                          const struct wl_at *at, const struct wl_seen *seen);
    /** n octets from at on have passed unseen; seen is the packet of the last of them. (opt) */
    struct wl_fed (*skipped)(struct wl_layer *l, enum wl_dir dir, uint64_t n, struct wl_at at,
                             const struct wl_seen *seen);
    /** Called for every acknowledgement by dir while the layer wants acks; seen->acked is the
     * offset, seen->window the window. (opt) */
    void (*acked)(struct wl_layer *l, enum wl_dir dir, const struct wl_seen *seen);
    /** lost octets are missing from at on; the next octet fed comes after them. (opt) */
    struct wl_fed (*gap)(struct wl_layer *l, enum wl_dir dir, uint64_t lost, struct wl_at at,
                         enum wl_gap_why why, const struct wl_seen *seen);
    /** No more octets in dir. CLOSED by FIN of dir's sender; RESET by RST (both directions end,
     * by is the sender of the RST), others for both directions at once. (opt) */
    void (*end)(struct wl_layer *l, enum wl_dir dir, enum wl_end how, enum wl_dir by,
                const struct wl_seen *seen);
    /** The time asked for by wl_layer_wake has come. (opt) */
    void (*wake)(struct wl_layer *l, wl_ns now);
    /** Octets of dir, or the end of it, will be fed soon: begins to fetch what that takes of what
     * state points to (wl_prefetch). (opt) */
    void (*prefetch)(const struct wl_layer *l, enum wl_dir dir);
    /** True when nothing is under way, and *ret is all that has to be known when something comes:
     * the state is freed then, without close. (opt) */
    bool (*rest)(const struct wl_layer *l, struct wl_rest *ret);
    /** After open: the layer is what it was when it rested. (with rest) */
    void (*resume)(struct wl_layer *l, const struct wl_rest *rest);
    /** The connection is over: emit what is left; now is the end of observation. Then state is
     * freed by the channel. (opt) */
    void (*close)(struct wl_layer *l, wl_ns now);
};

struct wl_lookup;

/** What a shard gives its layers; one per shard. */
struct wl_layer_host {
    struct wl_budget *budget;
    struct wl_arena_pool *arenas;
    struct wl_pool *busy; /* what HTTP/1 has while exchanges are under way; wl_h1_busy_octets */
    const struct wl_config *cfg;
    struct wl_counters *counters;
    uint64_t *limits;         /* [WL_N_LIMITS] how often each was reached; wl_layer_limit() */
    bool keep_steps;          /* some output wants connection records with their steps */
    struct wl_lookup *lookup; /* the names that are known, or were seen (http/lookup.h) */
    /** Takes ownership of ex (and its arena). */
    void (*exchange)(void *user, struct wl_exchange *ex);
    /** A request has its head, and ex.conn is filled in. NULL: nobody asks. */
    void (*begun)(void *user, const struct wl_exchange *ex);
    void *user;
};

/** One protocol on one connection. */
struct wl_layer {
    const struct wl_layer_ops *ops;
    struct wl_channel *channel;
    const struct wl_layer_host *host;
    void *state;
};

/* What a layer may ask of its channel (channel.c). */

/** The connection's identity; the proto is that of the topmost layer. */
void wl_layer_conn(const struct wl_layer *l, struct wl_conn_ref *ret);
/** The time of the connection's first packet. */
wl_ns wl_layer_began(const struct wl_layer *l);
/** That of its last packet so far. */
wl_ns wl_layer_latest(const struct wl_layer *l);
/** When the clock of the capture last went on by an hour or more and no connection had a packet: what
 * lies before that and behind it need not be far apart. 0: never. */
wl_ns wl_layer_stepped(const struct wl_layer *l);
/** Was that in the midst of it? */
bool wl_layer_midstream(const struct wl_layer *l);
/** Are octets missing from it so far? */
bool wl_layer_gaps(const struct wl_layer *l);
/** What is spoken, as far as it is known. */
enum wl_proto wl_layer_proto(const struct wl_layer *l);
/** Says what is spoken, once known more exactly (WL_H10 after WL_H11, ...). */
void wl_layer_set_proto(struct wl_layer *l, enum wl_proto proto);
/** The address that a PROXY protocol header gave. */
void wl_layer_set_proxied(struct wl_layer *l, const struct wl_endpoint *e);
/** Turns the acked() calls on or off. Turning them on calls nothing by itself. */
void wl_layer_want_acks(struct wl_layer *l, bool on);
/** Highest offset of the octets sent in dir that the other side has acknowledged so far;
 * WL_NONE when nothing is known. */
uint64_t wl_layer_acked(const struct wl_layer *l, enum wl_dir dir);
/** Was one number beyond the octets of dir acknowledged: a FIN that was not captured? */
bool wl_layer_lost_fin(const struct wl_layer *l, enum wl_dir dir);
/** May another connection have begun on these addresses and ports, out of sight? Numbers of TCP were
 * seen that are far from those of this one. */
bool wl_layer_is_strange(const struct wl_layer *l);
/** Of octets of dir that were acknowledged before they were captured: did that leave the receiver's
 * window open? */
bool wl_layer_has_room(const struct wl_layer *l, enum wl_dir dir);
/** Stream offset of the next octet to be fed in dir. */
uint64_t wl_layer_offset(const struct wl_layer *l, enum wl_dir dir);
/** Ends skipping in dir at once; skipped() is not called; returns the octets passed since the last
 * call that had asked to skip. */
uint64_t wl_layer_unskip(struct wl_layer *l, enum wl_dir dir);
/** Calls wake() once, limits.settle after now (or at the next packet of the capture after that). A
 * second call while one is pending changes nothing. */
void wl_layer_wake(struct wl_layer *l, wl_ns now);
/** Announces what a switch leads to; becomes the hint for the next sniff. */
void wl_layer_expect(struct wl_layer *l, enum wl_proto proto);
/** Says that what follows a switch is meant for somebody behind the server, which
 * only passes it on. */
void wl_layer_tunnel(struct wl_layer *l);
/** Says on what terms; copied. */
void wl_layer_agree(struct wl_layer *l, const struct wl_terms *terms);
/** The terms of the switch that led to this layer, zeroed when there were none. Borrowed. */
const struct wl_terms *wl_layer_terms(const struct wl_layer *l);
/** Adds to the connection's record, when records are kept. */
void wl_layer_step(struct wl_layer *l, uint16_t status, uint32_t ordinal, bool alone);
void wl_layer_mark(struct wl_layer *l, const struct wl_mark *mark);
void wl_layer_count_exchange(struct wl_layer *l);
/** The ordinal for the next exchange on this connection (1, 2, ...), across layers. */
uint32_t wl_layer_next_ordinal(struct wl_layer *l);
/** Counts a limit as reached. */
static inline void wl_layer_limit(const struct wl_layer *l, enum wl_limit_id id)
{
    l->host->limits[id]++;
}

#endif
