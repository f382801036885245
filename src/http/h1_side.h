/* h1_side.h - what the files of the HTTP/1 layer share: the two directions and what they are fed.
 * SPDX-License-Identifier: MIT
 *
 * h1.c dispatches. h1_whole.c is the short way, which nearly all messages take from end to end. Of
 * the long one, h1_sync.c finds where messages begin, h1_feed.c their heads, which h1_head.c reads
 * and h1_line.c judges line by line; h1_message.c makes messages of them, h1_framing.c decides how
 * content ends, h1_body.c follows it. What is left over goes to h1_excess.c; where the position is
 * lost, h1_lost.c looks for the next start line; h1_switched.c looks at what follows a 101. Between
 * messages a connection keeps struct wl_h1 only.
 */
#ifndef WL_H1_SIDE_H
#define WL_H1_SIDE_H

#include "build.h"
#include "lanes.h"

/** Where in the stream of one direction we are. */
enum wl_h1_phase {
    WL_H1_START,  /* between messages */
    WL_H1_HEAD,   /* a head is being gathered */
    WL_H1_LENGTH, /* content of known length */
    WL_H1_CHUNKED,
    WL_H1_TRAILER,
    WL_H1_CLOSE,    /* content until the end of the connection */
    WL_H1_LOST,     /* position lost: looking for the next start line */
    WL_H1_SWITCHED, /* HTTP ended here with a 101 or a CONNECT */
    WL_H1_DEAF,
};

/** Where within chunked content (RFC 9112 7.1). */
enum wl_h1_chunk {
    WL_CHUNK_BEGIN, /* before the first digit of the size */
    WL_CHUNK_SIZE,
    WL_CHUNK_PAD, /* white space after the size */
    WL_CHUNK_EXT,
    WL_CHUNK_LF, /* CR seen at the end of the line */
    WL_CHUNK_DATA,
    WL_CHUNK_END,    /* CRLF after the data */
    WL_CHUNK_END_LF, /* its LF */
};

/** Does the content begin like an HTTP message? */
enum wl_h1_look {
    WL_LOOK_NOT,
    WL_LOOK_METHOD,
    WL_LOOK_TARGET,
    WL_LOOK_VERSION, /* of a request line */
    WL_LOOK_STATUS,
};

/** A request line where content is owed, after an early final response (catalogue, EXP). */
enum wl_h1_watch {
    WL_WATCH_IDLE,
    WL_WATCH_GATHER,
    WL_WATCH_OVER,
};

enum { WL_H1_RUNS = 8 };

/** From this offset on, octets came in this packet. */
struct wl_h1_run {
    uint64_t offset, frame;
};

/** Octets kept because what they begin is not complete; empty but for a moment. */
struct wl_h1_gather {
    struct wl_buf buf;
    uint64_t offset; /* of the first octet kept */
    size_t scan;     /* octets that need not be searched again */
    struct wl_h1_run runs[WL_H1_RUNS];
    uint32_t n_runs;
    bool checked; /* the start line was found plausible */
    wl_ns t_last; /* of the last octet that came */
    uint64_t last_frame;
};

/** Octets that follow a message and belong to none. */
struct wl_h1_excess {
    bool active;
    bool if_followed;     /* they are told only where a status line follows them */
    struct wl_work *work; /* NULL: already emitted */
    struct wl_message *m; /* of work */
    struct wl_mark mark;
    uint8_t sample[WL_MARK_OCTETS];
};

/** One direction. Little of what stands from first_seen on is cleared (reset_side in h1.c): it is
 * written before it is read. */
struct wl_h1_side {
    uint8_t phase, chunk, look, watch;
    uint8_t look_n; /* octets matched in this state */
    bool skipping;
    bool cr;              /* the last octet between messages was a CR */
    uint32_t crlf;        /* empty lines seen between messages */
    struct wl_work *work; /* whose message is being read; NULL: nothing is recorded */
    struct wl_message *m;
    uint64_t left;    /* octets of content or of the chunk */
    uint64_t count;   /* octets of the chunk extension */
    uint64_t lost_at; /* offset at which the position was lost */
    uint64_t skipped; /* octets before the response that has begun; 0: none */
    struct wl_at first;
    struct wl_seen first_seen; /* of the message that may have begun */
    struct wl_begin begin;     /* the response that has begun */
    struct wl_h1_gather gather;
    struct wl_h1_excess excess;
};

/** What exists while exchanges are under way. */
struct wl_h1_live {
    struct wl_h1_side side[2];
    struct wl_work *switched; /* the exchange that ended HTTP here; NULL: emitted */
    enum wl_proto switched_to;
    uint64_t switch_offset; /* of the first octet of the 101, among the server's */
    uint32_t switch_ordinal;
    bool switching, by_connect;
    bool client_waits; /* the client spoke first, no HTTP: parked */
    bool server_waits; /* for the end of a request that the switch has overtaken */
};

/** The layer's state; between exchanges all there is, and while content passes by. */
struct wl_h1 {
    struct wl_build build;
    struct wl_h1_live *live; /* NULL: nothing is under way, but for: */
    /* of its message in direction passing_dir, left octets pass by that nobody need
     * look at; NULL: none */
    struct wl_work *passing;
    uint32_t last_request; /* ordinal of the last request that ended */
    uint8_t passing_dir;
    bool after_content; /* it had content */
    bool named;         /* the connection was called by a version */
    bool deaf : 1;
    bool lost : 1; /* memory for live was refused, and octets passed by: what comes is not known */
    bool unseen : 1; /* of what is passing the first octet is still to come, and to be looked at */
};

/** One call of the channel, as it is worked off. */
struct wl_h1_in {
    struct wl_h1 *h;
    struct wl_h1_side *s;
    const struct wl_seen *seen;
    struct wl_span bytes; /* not yet taken */
    struct wl_at at;      /* of bytes.p */
    size_t used;
    enum wl_fed_kind kind;
    const uint8_t *scanned; /* no plain head that begins there lies here whole */
};

/** A run of octets that can say which packet each came in. */
struct wl_h1_text {
    struct wl_span octets;
    uint64_t offset;
    const struct wl_h1_run *runs;
    uint32_t n_runs;
    enum wl_dir dir;
};

static inline struct wl_layer *wl_h1_layer(const struct wl_h1 *h)
{
    return h->build.layer;
}

/** Takes n octets, which are there. */
static inline void wl_h1_take(struct wl_h1_in *in, size_t n)
{
    WL_ASSERT(n <= in->bytes.n);
    in->bytes.p += n;
    in->bytes.n -= n;
    in->at.offset += n;
    in->used += n;
}

/** Gives back the last n octets taken in this call. */
static inline void wl_h1_untake(struct wl_h1_in *in, size_t n)
{
    in->bytes.p -= n;
    in->bytes.n += n;
    in->at.offset -= n;
    in->used -= n;
}

/** Position of the octet p of text (or one past its end). */
struct wl_at wl_h1_at(const struct wl_h1_text *text, const uint8_t *p);

/* h1.c */

/** Works off all of in, as far as its phases go. */
void wl_h1_drain(struct wl_h1_in *in);
/** Makes h->live, where there is none, and what was passing a part of it; false when memory is
 * refused, which is told. */
bool wl_h1_wake_up(struct wl_h1 *h);

/* h1_whole.c: the short way */

/**
 * Takes one message, or the beginning of one, from the front of in: nothing is under way in its
 * direction, and it begins here with a plain head that lies here whole. While the other direction
 * is in the midst of one, only an interim response is taken. Where its content goes on, h->live or
 * h->passing say so afterwards. False: nothing was taken, it is for others.
 */
bool wl_h1_take_message(struct wl_h1_in *in);
/** The same of content that was to come, and whose first octet is at the front of in. */
bool wl_h1_take_begun(struct wl_h1_in *in);
/** All octets that were passing have passed; offset is that of the next one. */
void wl_h1_passed(struct wl_h1 *h, uint64_t offset, const struct wl_seen *seen);
/** What is passing becomes content that s follows. */
void wl_h1_pass_on(struct wl_h1 *h, struct wl_h1_side *s);

/* h1_gather.c */

/** Keeps at most max - kept octets of in; false when memory is refused. */
bool wl_h1_gather(struct wl_h1_in *in, size_t n, size_t max);
/** What is kept, then forgotten by wl_h1_gather_drop. */
struct wl_h1_text wl_h1_gathered(const struct wl_h1_side *s, enum wl_dir dir);
/** Forgets the first n octets kept; all of them: gives the memory back. */
void wl_h1_gather_drop(struct wl_h1_side *s, size_t n);
/** Forgets all of them; nothing was kept, as nearly always. */
static inline void wl_h1_gather_clear(struct wl_h1_side *s)
{
    if (s->gather.buf.budget)
        wl_h1_gather_drop(s, s->gather.buf.n);
}

/* h1_sniff.c */

enum wl_claim wl_h1_sniff(const struct wl_span first[2], const struct wl_hint *hint);

/* h1_line.c: what a line is */

/** White space at which a lenient recipient splits a start line, and which it strips (RFC 9112 3,
 * 4): SP, HTAB, VT, FF and CR. */
static inline bool wl_h1_is_blank(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\v' || c == '\f' || c == '\r';
}

/** How much a beginning looks like a request line "token SP target SP HTTP/d.d". */
enum wl_claim wl_h1_request_like(struct wl_span s);
/** Does this line, without its line end, stand for a request, however malformed? */
bool wl_h1_request_line(struct wl_span line);
/** Is it the beginning of a request of ICAP, which has the same shape (RFC 3507 4.3.2)? */
bool wl_h1_is_icap(struct wl_span line);
/** Is it, without doubt, of the strict form at both ends? Says so of nearly all that are. */
bool wl_h1_is_request(struct wl_span line);
/** Offset in line at which a well-formed request line with its version begins, or line.n. */
size_t wl_h1_find_request(struct wl_span line);
/** Do these octets (at least 13) begin with "HTTP/d.d SP 3DIGIT" and an end of the code? */
bool wl_h1_status_like(struct wl_span s);
enum { WL_STATUS_LIKE = 13 };
/** How much a beginning looks like "HTTP/". */
enum wl_claim wl_h1_status_start(struct wl_span s);

/* h1_scan.c: the lines of a head that is as it should be */

enum {
    WL_H1_LINES = 128,   /* of heads with more than that, each octet is looked at */
    WL_H1_SCAN = 1 << 14 /* octets; the same */
};

/** The lines of a plain head: each ends with CRLF, and there is no other CR or LF. The start line is
 * visible ASCII and SP, and so is every other one that is not noted as odd. */
struct wl_h1_lines {
    uint32_t n;        /* the start line included, not the empty one at the end */
    uint32_t n_method; /* of a request whose start line is strict: octets, and which it is */
    enum wl_method method_id;
    uint16_t status; /* of a response with such a line */
    uint8_t major, minor;
    bool strict; /* the start line is of the strict form: set by wl_h1_strict_*, not by the scan */
    uint64_t odd[WL_H1_LINES / 64];        /* bit i: line i */
    uint16_t ends[WL_H1_LINES + WL_LANES]; /* where their CRs stand, and that of the empty line */
};
static_assert(WL_H1_SCAN <= UINT16_MAX, "where a line ends");

/** Finds the lines of the head at the front of head. Returns octets of it, its empty line
 * included; 0: it is not complete, not plain, or too large. */
size_t wl_h1_scan(struct wl_span head, struct wl_h1_lines *ret);

static inline bool wl_h1_is_odd(const struct wl_h1_lines *lines, uint32_t i)
{
    return lines->odd[i / 64] >> i % 64 & 1;
}

/** The start line without its line end. */
static inline struct wl_span wl_h1_first_line(struct wl_span head, const struct wl_h1_lines *lines)
{
    return wl_span(head.p, lines->ends[0]);
}

/* h1_head.c: reading heads */

/** Octets of the head at the front of s, its empty line included, or 0: not complete. *scan is
 * where to search from, and is advanced. fields: s begins with field lines (a trailer section). */
size_t wl_h1_head_length(struct wl_span s, size_t *scan, bool fields);
/** Parses a request head (or the part of one that was seen). text lies in w's arena, with
 * WL_LOOKUP_AHEAD zeros behind it; lines: its lines, if it is plain, with lines->strict, or NULL.
 * False: not all of it could be kept, so that nothing may be concluded from what is not there. */
bool wl_h1_parse_request(struct wl_h1 *h, struct wl_work *w, struct wl_message *m,
                         const struct wl_h1_text *text, const struct wl_h1_lines *lines);
/** Parses the status line at the front of text; m->status and all. Returns octets of the line. */
size_t wl_h1_parse_status(struct wl_h1 *h, struct wl_work *w, struct wl_message *m,
                          const struct wl_h1_text *text);
/** Takes the start line of the request at the front of head apart: is it of the strict form, with a
 * method that is known? Says so in lines->strict, too. */
bool wl_h1_strict_request(const struct wl_h1 *h, struct wl_span head, struct wl_h1_lines *lines);
/** The same of the status line of a response. */
bool wl_h1_strict_status(struct wl_span head, struct wl_h1_lines *lines);
/** Takes what that has found over into m, whose head is text. */
void wl_h1_take_status(struct wl_message *m, struct wl_span text, const struct wl_h1_lines *lines);
/** Parses the field lines of a plain head. False: as above. */
bool wl_h1_parse_lines(struct wl_h1 *h, struct wl_work *w, struct wl_message *m,
                       const struct wl_h1_text *text, const struct wl_h1_lines *lines);
/** Parses field lines from offset from of text on. False: as above. */
bool wl_h1_parse_fields(struct wl_h1 *h, struct wl_work *w, struct wl_message *m,
                        const struct wl_h1_text *text, size_t from, bool trailers);

/* chunked content (RFC 9112 7.1) */

/** The line at p, of which n octets are here, is a chunk size and nothing more: octets of it, its
 * CRLF included, and the size; else, and of more digits than a packet has use for, 0. */
static inline size_t wl_h1_chunk_line(const uint8_t *p, size_t n, size_t *ret_size)
{
    enum { DIGITS = 7 };
    size_t at = 0, size = 0;
    int digit;

    while (at < n && at < DIGITS && (digit = wl_hex_value(p[at])) >= 0) {
        size = size << 4 | (size_t)digit;
        at++;
    }
    *ret_size = size;
    return at && n - at >= 2 && p[at] == '\r' && p[at + 1] == '\n' ? at + 2 : 0;
}

/* h1_framing.c */

/** How the content of m ends (RFC 9112 6.3); fills framing and lengths, records marks. method is
 * that of the request that m answers, or of m. Returns false when nobody can tell: position is
 * lost after the head. */
bool wl_h1_frame(struct wl_h1 *h, struct wl_work *w, struct wl_message *m, enum wl_method method);

/* h1_body.c: following content; each takes what it can of in */

void wl_h1_begin_body(struct wl_h1_side *s, enum wl_dir dir);
void wl_h1_feed_body(struct wl_h1_in *in);
/** n octets of content passed unseen; offset is that of the next one. */
void wl_h1_pass_body(struct wl_h1 *h, struct wl_h1_side *s, enum wl_dir dir, uint64_t n,
                     uint64_t offset, const struct wl_seen *seen);
/** Octets that may pass unseen from here. */
uint64_t wl_h1_skippable(const struct wl_h1_side *s, enum wl_dir dir);
/** lost octets of content are missing from offset on; false: the position is lost with them. */
bool wl_h1_gap_body(struct wl_h1 *h, struct wl_h1_side *s, enum wl_dir dir, uint64_t lost,
                    uint64_t offset, enum wl_end why, const struct wl_seen *seen);
/** Nothing more will come of what was held back as a possible request line: it is content, unless it
 * cannot be and more of it was not captured. */
void wl_h1_unwatch(struct wl_h1 *h, struct wl_h1_side *s, enum wl_end how,
                   const struct wl_seen *seen);

/* h1_message.c: heads become messages */

/** What became of a head. */
enum wl_h1_read {
    WL_READ,
    WL_READ_UNFRAMED, /* where its content ends nobody can tell */
    WL_READ_REFUSED,  /* not all of it could be kept */
};

/** Copies the octets of a head into the arena of w, with WL_LOOKUP_AHEAD that may be read behind
 * them. None, and p NULL: memory was refused. */
struct wl_span wl_h1_keep_text(struct wl_h1 *h, struct wl_work *w, struct wl_span octets);
/** A head is complete, of a request or a response by its dir: reads it, and does what follows from
 * it. lines: its lines, if it is plain, or NULL. */
void wl_h1_head_complete(struct wl_h1 *h, struct wl_h1_side *s, struct wl_h1_text text,
                         const struct wl_h1_lines *lines, const struct wl_seen *seen);
/** The octets in place of a request are none; sample: the first line of them. */
void wl_h1_garbage(struct wl_h1_in *in, struct wl_span sample);

/** Octets that a head may have. */
static inline size_t wl_h1_max_head(const struct wl_h1 *h)
{
    return (size_t)wl_min_u64(wl_max_u64(wl_h1_layer(h)->host->cfg->limits.max_head, 64),
                              UINT32_MAX);
}
/** Reads the head of w's request. head: all of it; lines: its lines, if it is plain, or NULL. */
enum wl_h1_read wl_h1_read_request(struct wl_h1 *h, struct wl_work *w,
                                   const struct wl_h1_text *head, const struct wl_h1_lines *lines,
                                   const struct wl_seen *seen);
/** Does what follows from it: s, which reads the request of s->work, goes on to the octet at end. */
void wl_h1_request_read(struct wl_h1 *h, struct wl_h1_side *s, enum wl_h1_read read, uint64_t end,
                        const struct wl_seen *seen);
/** Reads the head of the response that began into begin->work->ex.res. False: not all of
 * it could be kept. */
bool wl_h1_read_response(struct wl_h1 *h, const struct wl_begin *begin,
                         const struct wl_h1_text *head, const struct wl_h1_lines *lines,
                         const struct wl_seen *seen);
/** Reads that of an interim response, but 101, from its first octet to its last. False: as above. */
bool wl_h1_read_interim(struct wl_h1 *h, const struct wl_begin *begin,
                        const struct wl_h1_text *head, const struct wl_h1_lines *lines,
                        const struct wl_seen *seen);
/** Does what follows from that; w may be NULL. */
void wl_h1_response_refused(struct wl_h1 *h, struct wl_h1_side *s, struct wl_work *w, uint64_t end,
                            const struct wl_seen *seen);
/** The final response s->m of s->work has its head: s goes on to the octet at end. framed: where its
 * content ends can be told. */
void wl_h1_final_read(struct wl_h1 *h, struct wl_h1_side *s, bool framed, uint64_t end,
                      const struct wl_seen *seen);
/** A message of w is over: the final response, or the request. */
void wl_h1_over(struct wl_h1 *h, struct wl_work *w, enum wl_dir dir, enum wl_state state,
                enum wl_end how, uint64_t offset, const struct wl_seen *seen);
/** The message that s reads has ended with the octet before offset. */
void wl_h1_message_end(struct wl_h1 *h, struct wl_h1_side *s, enum wl_dir dir, enum wl_state state,
                       enum wl_end how, uint64_t offset, const struct wl_seen *seen);
/** The head that is being gathered ends here for a reason of ours or of the network. */
void wl_h1_cut_head(struct wl_h1 *h, struct wl_h1_side *s, enum wl_dir dir, enum wl_end how,
                    const struct wl_seen *seen);
/** A request line without version is all that came: HTTP/0.9 (RFC 1945 4.1 Simple-Request). */
void wl_h1_simple_request(struct wl_h1 *h, const struct wl_seen *seen);
/** The octets from offset on cannot be told apart any more. */
void wl_h1_lose(struct wl_h1 *h, struct wl_h1_side *s, enum wl_dir dir, uint64_t offset,
                enum wl_unjudged why);

/* h1_feed.c: octets become heads */

void wl_h1_feed_head(struct wl_h1_in *in);
void wl_h1_feed_trailer(struct wl_h1_in *in);

/* h1_sync.c: between messages */

void wl_h1_feed_start(struct wl_h1_in *in);
/** A request begins at s->first. */
void wl_h1_begin_request(struct wl_h1 *h, struct wl_h1_side *s);
/** A response begins at s->first. */
void wl_h1_begin_response(struct wl_h1 *h, struct wl_h1_side *s);
/** Does the meaning of the client's next octets depend on an answer that has not come? */
bool wl_h1_waits(const struct wl_h1 *h);

/* h1_lost.c: looking for the next start line */

void wl_h1_feed_lost(struct wl_h1_in *in);

/* h1_switched.c: the first octets behind a 101 or a 2xx to CONNECT */

void wl_h1_feed_switched(struct wl_h1_in *in);
/** Marks what the client sent for the new protocol before it could know that it would be spoken:
 * before it had acknowledged the answer, which begins at offset among the server's octets. in->bytes
 * begin with it; w is the exchange of the answer, or NULL. */
void wl_h1_mark_optimistic(struct wl_h1_in *in, struct wl_work *w, uint64_t offset);

/* h1_excess.c: octets that belong to no message, between two */

/** Opens a run of them: the octets at s->first follow a message of their direction and begin no
 * other. None is opened behind what says nothing of where it ends. */
void wl_h1_open_excess(struct wl_h1 *h, struct wl_h1_side *s);
/** Counts octets of the run, if one is open. */
void wl_h1_count_excess(struct wl_h1_side *s, struct wl_span octets);
/** The run is over, or its message leaves: the mark goes where it belongs. */
void wl_h1_close_excess(struct wl_h1 *h, struct wl_h1_side *s);
/** The same, a response begins right behind the run. */
void wl_h1_close_followed_excess(struct wl_h1 *h, struct wl_h1_side *s);
/** The same, when nothing more will come of it: octets still held back are counted, too. */
void wl_h1_finish_excess(struct wl_h1 *h, struct wl_h1_side *s);

#endif
