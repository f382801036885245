/* build.h - the one builder all HTTP parsers use: pairing, interim responses, exchanges.
 * SPDX-License-Identifier: MIT
 *
 * One per connection and layer. Keeps the queue of requests without a final response, decides which
 * request a response belongs to (docs/judging.md 3), and when an exchange is over: both messages have
 * ended, and the next octet of the server, the end of the connection, or limits.settle has come.
 * What is learned later becomes a mark of the connection that carries the exchange's ordinal. It has
 * the connection's memory, so that rules need none.
 *
 * build.c is its core. Of what it remembers, doubt.c has the part about pairing, persist.c that about
 * the order and end of the connection, wait.c that about acknowledgements while content is owed;
 * leave.c sends an exchange away.
 */
#ifndef WL_BUILD_H
#define WL_BUILD_H

#include "layer.h"

/** One exchange while it is being built. Lies in the exchange's own arena. */
struct wl_work {
    struct wl_exchange ex;
    struct wl_work *next;     /* by request start */
    struct wl_work *before;   /* the other way */
    struct wl_wait *wait;     /* ex.wait, writable */
    struct wl_inside *inside; /* what is looked for in the content of the response; NULL: nothing */
    uint64_t head_end;        /* offset after the request's head; WL_NONE: not complete */
    uint64_t left;            /* octets of content that pass by (h1_whole.c) */
    uint64_t drops_before;    /* capture_dropped when it began */
    wl_ns t_done;
    uint32_t room_interim, room_more;
    bool begun;     /* a response to it has begun and its head is not complete */
    bool stray;     /* responses without a request */
    bool answered;  /* its final response has begun, or its 101 or tunnel */
    bool req_ended; /* nothing more will come of the request */
    bool res_ended; /* nor of the responses */
    bool done;      /* both; waiting for what may still concern it */
    bool released;  /* may be emitted as soon as those before it are */
    bool tunnel;
    bool unpaired; /* pairing is not certain, whatever the connection says later */
    bool unclocked;
    bool unasked_101; /* a 101 that nobody asked for was the last response */
    bool garbage;     /* octets that are no request */
    bool settled;     /* doubt ended where it began (doubt.h) */
    /* What all that wait are marked with: so are those before it, which need not be looked through
     * again and again where max_pending is raised. */
    bool all_unclocked, all_explained, all_guessed;
};

/** What the last message of the server was: where octets that follow it belong. */
enum wl_last {
    WL_LAST_NONE,         /* nothing yet, or nothing with a certain end */
    WL_LAST_NO_CONTENT,   /* a 204 */
    WL_LAST_NOT_MODIFIED, /* a 304 */
    WL_LAST_HEAD,         /* a response to HEAD */
    WL_LAST_FINAL,        /* another final response */
    WL_LAST_INTERIM,
};

/** Has a request said that it is the last? */
enum wl_close {
    WL_CLOSE_NO,
    WL_CLOSE_MAYBE, /* one that may open another layer, in which there may be requests again */
    WL_CLOSE_YES,
};

/** What a connection remembers between exchanges; embedded in the layer's state, zeroed. */
struct wl_build {
    struct wl_layer *layer;
    /** w is about to leave: drop what points to it. */
    void (*forget)(struct wl_build *b, const struct wl_work *w);
    struct wl_work *first, *last; /* all that were not emitted yet */
    struct wl_work *oldest;       /* the first request without a final response, or NULL */
    wl_ns t_latest;
    union {
        wl_ns t_end;     /* once end is set */
        wl_ns t_closing; /* before: when the last final response did, or the exchange closing */
    };
    uint64_t packet_latest[2]; /* of each direction */
    uint64_t server_close;     /* offset after the response that said close; 0: none */
    uint32_t n_works, last_ordinal;
    uint32_t closing; /* ordinal of the exchange after which the connection is to end; 0: none */
    uint32_t n_unanswered, n_settling; /* requests without an answer; done, and not released */
    uint16_t last_status;
    uint8_t last_kind;   /* enum wl_last */
    uint8_t doubt;       /* enum wl_unjudged: why pairing is uncertain, or WL_JUDGED */
    uint8_t end, end_by; /* enum wl_end, wl_dir */
    uint8_t closing_why; /* bits, persist.c */
    uint8_t shapes;      /* of the requests of one pipeline that were answered, persist.c */
    uint8_t promised;    /* seconds of the last Keep-Alive: timeout; 255 and more: 255 */
    bool all_unpaired;   /* no request that waits for its answer can be paired for certain */
    bool doubt_client;   /* requests may be unknown */
    bool doubt_server;   /* position among the server's octets is unknown */
    bool final_since;    /* a final response has ended since doubt arose */
    bool requested;      /* a request has begun on this connection */
    bool parked;         /* octets of the client wait for an answer; they may be a request */
    bool after_final;    /* a final response that was well framed has ended */
    bool pipelined;      /* the client has pipelined */
    uint8_t said_close;  /* enum wl_close: the client */
    bool rst_suspect;
    bool end_unseen;   /* its packet was not captured */
    bool over[2];      /* no more octets in this direction */
    bool lost[2];      /* octets are missing */
    bool heard[2];     /* octets were seen */
    uint8_t guessed;   /* bits of enum wl_dir: what begins there may be no message (wl_exchange) */
    bool acks : 1;     /* acknowledgements were asked for */
    bool unsure : 1;   /* what the last final response answers is not certain */
    bool has_room : 1; /* when the connection was to end, the client had room for a FIN */
    /* A request has ended that some recipients end elsewhere: what they read behind it, and answer,
     * need not be what stands there for us. And: nothing else was in doubt then. */
    bool ambiguous : 1;
    bool unambiguous_else : 1;
};

/** What a response that begins is going to be part of. */
struct wl_begin {
    struct wl_work *work; /* NULL: memory was refused */
    struct wl_at at;
    uint64_t acked;
    wl_ns t;
    uint64_t frame;
    bool early, stray;
    uint8_t ttl;
};

void wl_build_init(struct wl_build *b, struct wl_layer *l,
                   void (*forget)(struct wl_build *b, const struct wl_work *w));

/** What has to survive while nothing is under way (wl_layer_ops.rest), but for the upper four bits.
 * False: more than that is known, or something is under way. */
bool wl_build_rest(const struct wl_build *b, struct wl_rest *ret);
/** b, as it was; it has been initialised. */
void wl_build_resume(struct wl_build *b, const struct wl_rest *rest);

/** A request begins with the octet at: it is outstanding from now on. NULL: memory refused. */
struct wl_work *wl_build_request(struct wl_build *b, struct wl_at at, const struct wl_seen *seen);
/** The head of w's request is complete and parsed; end is the offset after it. */
void wl_build_request_head(struct wl_build *b, struct wl_work *w, uint64_t end,
                           const struct wl_seen *seen);
/** n octets of the stream passed that carry content octets of w's request. */
void wl_build_request_content(struct wl_build *b, struct wl_work *w, uint64_t content,
                              const struct wl_seen *seen);
/** Nothing more will come of w's request; offset is one past its last octet. */
void wl_build_request_end(struct wl_build *b, struct wl_work *w, enum wl_state state,
                          enum wl_end how, uint64_t offset, const struct wl_seen *seen);

/** A response begins: finds its request (docs/judging.md 3), or opens an unsolicited exchange. */
void wl_build_response(struct wl_build *b, struct wl_begin *ret, struct wl_at at,
                       const struct wl_seen *seen);
/** The response that began for w was lost before its status was known. */
void wl_build_response_lost(struct wl_build *b, struct wl_work *w, wl_ns now);
/** Fills what is known of a message from its beginning. m is zeroed. */
void wl_build_message(const struct wl_begin *begin, struct wl_message *m);
/** Are whole heads of interim responses still kept for w? */
bool wl_build_keeps_interim(const struct wl_build *b, const struct wl_work *w);
/** Adds an interim response, which may have been made in &w->ex.res; returns where it is kept, NULL
 * when only its code is. */
struct wl_message *wl_build_interim(struct wl_build *b, struct wl_work *w,
                                    const struct wl_message *m);
/** m is w's final response; its head is complete (or cut). Returns where it is kept: &w->ex.res,
 * where m may have been made. */
struct wl_message *wl_build_final(struct wl_build *b, struct wl_work *w,
                                  const struct wl_message *m);
/** Nothing more will come of w's final response. */
void wl_build_final_end(struct wl_build *b, struct wl_work *w, enum wl_state state, enum wl_end how,
                        uint64_t offset, const struct wl_seen *seen);
/** The last response of w switched protocols or opened a tunnel. */
void wl_build_tunnel(struct wl_build *b, struct wl_work *w, wl_ns now);
/** HTTP is over here: w's exchange is emitted now, after those before it. */
void wl_build_switched(struct wl_build *b, struct wl_work *w, enum wl_proto to, wl_ns now);

/** The next octets of the server are known for what they are: done exchanges may go. */
void wl_build_next(struct wl_build *b, wl_ns now);
/** Is a message of dir under way, so that its sender owes octets? */
bool wl_build_owes(const struct wl_build *b, enum wl_dir dir);
/** The exchange with this ordinal; NULL: it has left. The first and the last are found at once. */
struct wl_work *wl_build_work(const struct wl_build *b, uint32_t ordinal);
/** Says what of w cannot be judged; the first reason stays. */
void wl_build_unjudged(struct wl_work *w, enum wl_unjudged why);
/** A direction has ended (wl_layer_ops.end). */
void wl_build_end(struct wl_build *b, enum wl_dir dir, enum wl_end how, enum wl_dir by,
                  const struct wl_seen *seen);
/** Time has passed (wl_layer_ops.wake). */
void wl_build_wake(struct wl_build *b, wl_ns now);
/** Emits everything that is left. */
void wl_build_close(struct wl_build *b, wl_ns now);
/** What wl_build_acked does where acknowledgements were asked for. */
void wl_build_asked_ack(struct wl_build *b, enum wl_dir dir, const struct wl_seen *seen);
/** An acknowledgement of dir's sender was seen (wl_layer_ops.acked, and every packet fed). */
static inline void wl_build_acked(struct wl_build *b, enum wl_dir dir, const struct wl_seen *seen)
{
    if (WL_LIKELY_FALSE(b->acks))
        wl_build_asked_ack(b, dir, seen);
}
/** Times must rise; called for everything fed. What had waited behind a hole counts from the moment
 * at which its receiver could read it: what is returned, seen or room, carries that time, and the
 * packet's frame. */
const struct wl_seen *wl_build_clock(struct wl_build *b, enum wl_dir dir,
                                     const struct wl_seen *seen, struct wl_seen *room);

/** Records a fact on m, a message of w; the same fact again is counted. octets may be empty. */
struct wl_mark *wl_build_mark(struct wl_build *b, struct wl_work *w, struct wl_message *m,
                              enum wl_mark_id id, struct wl_at at, uint64_t value,
                              struct wl_span octets);

#endif
