/* model.h - what was seen: spans, marks, messages, exchanges, connections, findings.
 * SPDX-License-Identifier: MIT
 *
 * The version-neutral model between parsers and everything else. Parsers fill it with facts, rules
 * judge it, outputs show it; nobody asks which parser made it unless the question is about the
 * version. All times are capture time in nanoseconds since 1970; all octet counts are 64 bits wide;
 * all text is what stood on the wire and must be escaped by whoever writes it out.
 */
#ifndef WIRELINT_MODEL_H
#define WIRELINT_MODEL_H

#include "wirelint/api.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

WL_API_BEGIN

/** Nanoseconds since 1970 by the clock of the capture; 0: not known. Durations have the same
 * type. */
typedef int64_t wl_ns;

#define WL_SECOND ((wl_ns)1000000000)
/** The latest time there is, in the year 2116. What claims to be later, or before 1970, counts as
 * the nearest one: so the difference of two times fits, and so does the sum of a time and a
 * duration seen. */
#define WL_LATEST ((wl_ns)(INT64_MAX / 2))
/** An octet count or offset that is not known. */
#define WL_NONE UINT64_MAX

/** Borrowed octets; never NUL-terminated; p may be NULL when n is 0. */
struct wl_span {
    const uint8_t *p;
    size_t n;
};

/** Direction of travel; index of every [2]. */
enum wl_dir {
    WL_TO_SERVER = 0,
    WL_TO_CLIENT = 1,
};

/** One end of a connection. ip: 4 octets (family 4, the rest zero) or 16 (family 6), in network
 * order; port in that of this machine. */
struct wl_endpoint {
    uint8_t ip[16];
    uint16_t port;
    uint8_t family; /* 4, 6; 0: not known */
};

/**
 * Where an octet was seen. frame is the packet that carried it: file index in the top 16 bits,
 * number in that file from 1 in the rest (wl_frame_*). offset counts octets of this direction of
 * the stream from 0 (the first octet after the SYN, or the first one seen).
 */
struct wl_at {
    uint64_t frame, offset;
    enum wl_dir dir;
};

/** The packet with this number in the file with this index, below 65,536. */
static inline uint64_t wl_frame(unsigned file, uint64_t number)
{
    return (uint64_t)file << 48 | number;
}

/** Which file: an index into wl_sink.inputs. */
static inline unsigned wl_frame_file(uint64_t frame)
{
    return (unsigned)(frame >> 48);
}

/** The packet's number in its file, from 1, as Wireshark shows it. */
static inline uint64_t wl_frame_number(uint64_t frame)
{
    return frame & 0xffffffffffff;
}

/** Protocol of an exchange or a connection; wl_proto_name (names.h) spells it. */
enum wl_proto {
    WL_PROTO_UNKNOWN, /* no octets, or none that any layer knows */
    WL_H09,           /* http/0.9 */
    WL_H10,           /* http/1.0 */
    WL_H11,           /* http/1.1 */
    WL_H2,
    WL_H3,
    WL_ICAP,
    WL_PROTO_TLS,       /* TLS that was not decrypted */
    WL_PROTO_WEBSOCKET, /* after a 101 */
    WL_PROTO_SSH,
    WL_PROTO_SMTP,
    WL_PROTO_FTP,
    WL_PROTO_OTHER, /* recognised as none of these */
    WL_N_PROTO,
};

/** Is what is said meant for somebody behind the server, which only passes it on (CONNECT,
 * SOCKS)? */
enum wl_tunnel {
    WL_TUNNEL_NO,
    WL_TUNNEL_MAYBE, /* octets that could have opened one were not captured */
    WL_TUNNEL_YES,
};

/** Identity of a connection, copied by value into whatever outlives it. */
struct wl_conn_ref {
    uint64_t id;     /* unique: the ordinal of its first packet in the capture; with several
                        sockets live made of its time and the socket's index */
    uint64_t number; /* what users see: Wireshark's tcp.stream; set by the merge */
    struct wl_endpoint client, server;
    struct wl_endpoint proxied; /* source that a PROXY protocol header gave; family 0: none */
    enum wl_proto proto;
    bool tls;             /* decrypted from TLS */
    bool midstream;       /* its beginning was not captured */
    uint8_t ttl;          /* TTL or hop limit of the server's SYN-ACK; 0: not known */
    uint8_t tunnel;       /* an enum wl_tunnel */
    wl_ns t_first;        /* its first packet */
    uint64_t first_frame; /* 0: not known */
    wl_ns rtt; /* SYN to the client's first ACK, as seen at the capture point; 0: not known */
};

/* ---------------------------------------------------------------------------------- marks */

/** What parsers note; wl_mark_text (names.h) says what each is. */
enum wl_mark_id {
    WL_MARK_NONE,
#define WL_MARK(ID, text) WL_MARK_##ID,
#include "wirelint/tbl/marks.h"
#undef WL_MARK
    WL_N_MARKS,
};

/**
 * A fact about octets. On a connection record, ordinal and status say which exchange and response
 * it concerns (0: none).
 */
struct wl_mark {
    enum wl_mark_id id;
    uint32_t count; /* how often it was seen in this message, at is the first */
    struct wl_at at;
    uint64_t value;        /* as marks.h says in brackets */
    uint32_t ordinal;      /* connection records only */
    uint16_t status;       /* connection records only */
    bool certain;          /* position in the stream was certain (guards PAIR and BODY) */
    bool cut;              /* more was seen than stands in octets */
    struct wl_span octets; /* up to WL_MARK_OCTETS of what was seen, or empty */
};

enum { WL_MARK_OCTETS = 32 };

/* ------------------------------------------------------------------------------- messages */

enum wl_method {
    WL_METHOD_NONE,  /* a response, or no method was read */
    WL_METHOD_OTHER, /* none of tbl/methods.h: wl_message.method has it as sent */
#define WL_METHOD(NAME, flags, source) WL_METHOD_##NAME,
#include "wirelint/tbl/methods.h"
#undef WL_METHOD
    WL_N_METHODS,
};

enum wl_field_id {
    WL_FIELD_OTHER, /* none of tbl/fields.h */
#define WL_FIELD(ID, name, flags, source) WL_FIELD_##ID,
#include "wirelint/tbl/fields.h"
#undef WL_FIELD
    WL_N_FIELDS,
};

enum {
    WL_FIELD_WORDS = 2, /* 64 bits each: one per known field */
    WL_FIELD_IDS = 16,  /* fields of a message whose ids stand side by side */
};

/** Oddities of one field line, also marked on the message: the bits of wl_field.odd. */
enum wl_field_odd {
    WL_ODD_FOLDED = 1,      /* value spans several lines, line ends included */
    WL_ODD_SPACE_COLON = 2, /* white space before the colon */
    WL_ODD_CTL = 4,         /* control octet other than HTAB in the value */
    WL_ODD_OBS_TEXT = 8,    /* octet above 0x7f in the value */
    WL_ODD_NAME = 16,       /* name is no token, or empty */
    WL_ODD_NO_COLON = 32,   /* no colon: name holds the line, value is empty */
};

/**
 * One field line (RFC 9112 5; HTTP/2: one field of the block). An exchange has a dozen or more of
 * them, so each is kept to half a cache line. wl_field_sent_name gives its name, wl_field_at its
 * place.
 */
struct wl_field {
    struct wl_span value; /* as sent, without white space around it */
    const uint8_t *begin; /* the name as sent, without white space before the colon; */
    uint32_t n_name;      /* its octets */
    uint16_t id;          /* an enum wl_field_id */
    uint16_t odd;         /* bits of enum wl_field_odd */
};

/** How much of a message was seen. */
enum wl_state {
    WL_ABSENT, /* nothing */
    WL_CUT,    /* part of the head */
    WL_HEAD,   /* the head, not all of the content */
    WL_WHOLE,  /* all of it */
};

/** Why something ended. */
enum wl_end {
    WL_END_NONE,      /* as it should, or not yet */
    WL_END_CLOSED,    /* FIN */
    WL_END_RESET,     /* RST */
    WL_END_GAP,       /* octets missing from the capture */
    WL_END_SNAPLEN,   /* octets cut off by the snap length */
    WL_END_LIMIT,     /* a limit of ours */
    WL_END_IDLE,      /* idle_timeout */
    WL_END_EVICTED,   /* the connection table was full */
    WL_END_EOF,       /* the capture ended */
    WL_END_ABANDONED, /* another message began where this one still owed octets */
    WL_END_REUSED,    /* a new connection took over the same addresses and ports */
};

/** How the end of content is told (RFC 9112 6.3; HTTP/2 by END_STREAM). */
enum wl_framing {
    WL_FRAMING_NONE, /* no content: by status, method, or because none was announced */
    WL_FRAMING_LENGTH,
    WL_FRAMING_CHUNKED,
    WL_FRAMING_CLOSE,
    WL_FRAMING_H2,
    WL_FRAMING_TUNNEL, /* everything that follows is no HTTP of this layer */
};

/**
 * A request, a response, or an interim response, of any version. Spans point into the arena of the
 * exchange. A message with state ABSENT has no other field set.
 */
struct wl_message {
    enum wl_state state;
    enum wl_end end; /* why it is not whole */
    uint16_t status; /* 0..999 as sent; 0 in a request, and where no three digits stood */
    bool early;      /* a response that began before its request's head was complete */
    bool stray;      /* a response for which no request was outstanding */
    uint8_t ttl;     /* TTL or hop limit of the packet of a response's first octet; 0: not known */
    uint8_t major, minor; /* of the version; 0 and 9: HTTP/0.9 */
    enum wl_method method_id;
    enum wl_framing framing;
    struct wl_span head;        /* start line and field section, verbatim; empty when cut */
    struct wl_span status_text; /* what stood in the place of the status code */
    struct wl_span method, target, reason; /* as sent */
    struct wl_field *fields, *trailers;    /* in the order of the wire */
    uint32_t n_fields, n_trailers;
    /* for wl_field_at: the place of each field, then of each trailer; NULL: all in the packet of
     * the message's first octet, at their distance from the beginning of head */
    const struct wl_at *places;
    struct wl_mark *marks;
    uint32_t n_marks;
    uint64_t declared;       /* Content-Length when valid, else WL_NONE */
    uint64_t other_declared; /* the competing length when framing conflicts, else WL_NONE */
    uint64_t body_bytes; /* octets of content after transfer decoding, as far as seen or skipped */
    struct wl_at at, body_at; /* first octet of the start line, of the content */
    uint64_t end_offset; /* one past the last octet of the message, content included; WL_NONE */
    uint64_t acked;      /* octets of the other direction that the packet of the first octet
                            acknowledged; WL_NONE */
    wl_ns t_first, t_head, t_last; /* first octet; end of the head; last octet seen */
    uint64_t last_frame;           /* packet of the last octet seen */
    uint64_t n_body_lost;          /* octets of content missing from the capture */
    /* An index of fields, for wl_message_field and its like. It is valid when bit 0 of present[0]
     * is set; else fields must be looked through. Bit i of present: some line has id i; of
     * repeated: several have. ids: those of the first lines, 0 behind the last. */
    uint64_t present[WL_FIELD_WORDS], repeated[WL_FIELD_WORDS];
    uint8_t ids[WL_FIELD_IDS];
};

/** One interim response beyond those kept whole: what remains of it. */
struct wl_interim_note {
    uint16_t status;
    wl_ns t;        /* of its first octet */
    uint64_t frame; /* the packet of that */
};

/**
 * What acknowledgements and the clock said while a request's content was outstanding. Present for
 * requests with Expect and announced content, and for those answered before they were complete,
 * unless the first of the content was not captured.
 * A time of 0: did not happen, or was not seen.
 */
struct wl_wait {
    wl_ns t_head_acked;  /* the server acknowledged the whole head */
    wl_ns t_content;     /* the first octet of content was sent */
    wl_ns t_server;      /* the server's first octet after the head */
    wl_ns t_client_end;  /* the client sent FIN or RST */
    wl_ns t_server_end;  /* the server sent FIN or RST */
    wl_ns t_final_acked; /* the client acknowledged the first octet of the final response */
    uint64_t content_before_final; /* octets of content sent before t_final_acked */
    uint64_t content_after_final;  /* octets of content sent after t_final_acked */
    uint64_t content_acked;        /* octets of content the server had acknowledged when it sent its
                                      first response octet; WL_NONE when not known */
    bool zero_window;              /* the server announced a window of 0 meanwhile */
};

enum wl_exchange_state {
    WL_EXCHANGE_COMPLETE,    /* request and final response were seen whole */
    WL_EXCHANGE_UNANSWERED,  /* no final response came */
    WL_EXCHANGE_TRUNCATED,   /* the head or content of one of them was not seen whole */
    WL_EXCHANGE_TUNNEL,      /* a 101, or a 2xx to CONNECT: another protocol follows */
    WL_EXCHANGE_UNSOLICITED, /* responses that no request is known for */
};

/** Why something could not be judged; the keys of not_judged in reports. */
enum wl_unjudged {
    WL_JUDGED,
    WL_UNJUDGED_GAP,       /* octets are missing */
    WL_UNJUDGED_SNAPLEN,   /* packets were cut */
    WL_UNJUDGED_MIDSTREAM, /* the beginning was not captured */
    WL_UNJUDGED_ONE_WAY,   /* only one direction was captured */
    WL_UNJUDGED_LIMIT,     /* a limit was reached */
    WL_UNJUDGED_TLS,       /* encrypted, no keys */
    WL_UNJUDGED_PROTOCOL,  /* a protocol that this version does not decode (HTTP/2, ICAP) */
    WL_UNJUDGED_EOF,       /* the capture ended in the middle of it */
    WL_UNJUDGED_LOST,      /* octet position was lost in a malformed message */
    WL_N_UNJUDGED,
};

struct wl_arena; /* memory that is freed as a whole, by the engine */
struct wl_icap;  /* not in this version */

enum {
    WL_LEG_STATUSES = 16, /* interim statuses kept of a leg */
    WL_LEG_TEXT = 96,     /* octets of its exchange line, NUL included */
};

/** How sure a rule is that its sentence is true; severity says how bad that would be. */
enum wl_confidence {
    WL_CERTAIN,
    WL_LIKELY,
    WL_POSSIBLE,
};

/** The other leg of the proxy by which an exchange went (--correlate): what remains of it. */
struct wl_leg {
    uint64_t conn; /* number of its connection, and its place there */
    uint32_t ordinal;
    bool upstream;            /* it is the one from the proxy to the server behind it */
    bool http10, expects;     /* of its request: version; Expect: 100-continue */
    bool via, via_again;      /* its request has Via; names one proxy twice there, by its host */
    bool via_pseudonym_again; /* ... or one pseudonym, which several proxies may share */
    bool absolute, res_via;   /* its target is in absolute-form; its final response has Via */
    bool excused;             /* no final response is missed: its client left, HTTP/0.9, or 101 */
    uint16_t status;          /* final; 0: none */
    uint16_t n_interim;       /* more than WL_LEG_STATUSES: the rest is not kept */
    uint16_t interim[WL_LEG_STATUSES];
    struct wl_endpoint client, server;
    wl_ns t_request, t_head;       /* first octet of the request; end of its head */
    wl_ns t_response, t_end;       /* first octet of the final response; end of the exchange */
    uint64_t req_frame, res_frame; /* packets of both first octets */
    char line[WL_LEG_TEXT];        /* the exchange line, NUL-terminated, as it stood on the wire */
    bool whole;     /* its final response was seen whole, and nothing in it was odd */
    bool tunnelled; /* of the pair: it may have gone through a tunnel, past the proxy */
    /** Of the pair. CERTAIN: both requests bear the same id; LIKELY: by time, target and the
     * address of the proxy; POSSIBLE: by time and target alone, all being on one machine; or the
     * others that fit must be somebody else's; or the clocks say that the proxy answered a little
     * before the server; or what the client said may have gone through a tunnel, of which the proxy
     * knows nothing. */
    enum wl_confidence confidence;
};

/** One request and all its responses; owns its arena, in which it lies itself and all it points to
 * but rules, suppressions, the leg, and sentences that are static. */
struct wl_exchange {
    struct wl_conn_ref conn;
    uint32_t ordinal, stream; /* 1, 2, ... by request start; HTTP/2 stream id or 0 */
    enum wl_exchange_state state;
    bool paired;     /* guard PAIR: request and responses belong together for certain */
    bool clocked;    /* guard CLK: times rise over the exchange and are finer than seconds, no drops
                        reported in it */
    uint8_t guessed; /* bits, 1 << enum wl_dir: that side's start lines stood behind a hole, or were
                        looked for, since its place was lost; content may look like a head */
    enum wl_unjudged unjudged;  /* the first reason why some rule could not look, or WL_JUDGED */
    struct wl_message req, res; /* res: the final response, ABSENT when none came */
    struct wl_message *interim; /* 1xx in order, 101 included; the first max_interim_heads */
    uint32_t n_interim;         /* how many stand in interim */
    uint32_t n_interim_sure;    /* where guessed speaks of them: the first so many came before */
    struct wl_interim_note *interim_more; /* those after them, up to max_interim in all */
    uint32_t n_interim_more;
    uint32_t n_interim_lost;    /* how many more there were */
    const struct wl_wait *wait; /* or NULL */
    const struct wl_icap *icap; /* NULL in this version */
    enum wl_proto switched;     /* what was spoken after a 101 or CONNECT, when known */
    enum wl_end end;            /* how the connection ended while this was unfinished or just after;
                                   NONE when it went on */
    enum wl_dir end_by;         /* the sender of the first FIN, or of the RST */
    bool rst_suspect;           /* the RST may be a third party's */
    bool end_unseen;            /* the FIN was not captured; t_end is when something showed that */
    wl_ns t_end;                /* when the end was seen, or observation stopped */
    struct wl_finding *findings;
    uint32_t n_findings;
    struct wl_arena *arena;
    /* --correlate: the other leg, if that was over before this one; or NULL. Borrowed */
    const struct wl_leg *leg;
    uint32_t n_suppressed; /* so many more stand behind those in findings: they do not count */
    /* to earlier exchanges about which rules ask, bit i for enum wl_relation i; and those of them
     * about which one asks also where nothing is remembered */
    uint16_t relations, relations_alone;
};

/** One answered status on a connection, in the order of the wire. */
struct wl_step {
    uint16_t status;
    uint32_t ordinal; /* of the exchange */
    uint32_t repeat;  /* how many exchanges in a row consisted of this status alone, >= 1 */
};

/** The FIN of one end, or its RST (wl_conn_record.end says which). */
struct wl_closing {
    wl_ns t;        /* 0: none was seen */
    uint64_t frame; /* 0: not known */
};

/** Emitted once, when a connection is over; owns its arena, in which it lies itself and all it
 * points to. */
struct wl_conn_record {
    struct wl_conn_ref conn;
    /* NULL when n_steps is 0; n_steps_lost: for which there was no room, or which were not kept */
    struct wl_step *steps;
    uint32_t n_steps, n_steps_lost;
    uint32_t n_exchanges;               /* emitted before the record */
    uint64_t bytes[2];                  /* octets of the stream that were captured, by direction */
    uint64_t gaps[2];                   /* octets missing from it */
    uint64_t packets;                   /* of both directions */
    uint64_t first_packet, last_packet; /* ordinals in the capture */
    uint64_t last_frame;                /* the same packet as last_packet */
    struct wl_mark *marks;
    uint32_t n_marks;
    enum wl_unjudged unjudged;    /* why the connection as a whole was not judged, or WL_JUDGED */
    enum wl_end end;              /* NONE only while it is open (wl_detail) */
    enum wl_dir end_by;           /* the sender of the first FIN, or of the RST */
    bool rst_suspect;             /* the RST may be a third party's */
    struct wl_closing closing[2]; /* by direction: its sender */
    wl_ns t_first, t_last;        /* of its packets */
    struct wl_finding *findings;  /* about the connection, or an exchange that had left already */
    uint32_t n_findings;
    struct wl_arena *arena;
    uint32_t n_suppressed; /* so many more stand behind those in findings: they do not count */
};

/* ------------------------------------------------------------------------------- findings */

enum wl_severity {
    WL_OFF,       /* not asked, or not counted */
    WL_NOTE,      /* worth knowing */
    WL_WARNING,   /* breaks a SHOULD, or matters for security */
    WL_VIOLATION, /* breaks a MUST */
    WL_N_SEVERITIES,
};

/** Who is to mend it. */
enum wl_fault {
    WL_FAULT_SERVER,
    WL_FAULT_CLIENT,
    WL_FAULT_INTERMEDIARY,
    WL_FAULT_EITHER,
};

struct wl_rule; /* rule.h */

enum { WL_FINDING_FRAMES = 4 };

/** A rule that fired. The message lies in the arena of the exchange or record that holds it. */
struct wl_finding {
    const struct wl_rule *rule;
    enum wl_severity severity;
    enum wl_confidence confidence;
    enum wl_fault fault;                /* never EITHER once the sender is known */
    struct wl_at at;                    /* where the evidence begins */
    uint64_t frames[WL_FINDING_FRAMES]; /* packets of the evidence, ascending, no repeats */
    uint32_t n_frames;
    uint32_t ordinal; /* of the exchange; 0: the connection as a whole */
    uint32_t stream;  /* of the exchange, as wl_exchange.stream */
    uint16_t status;  /* of the response concerned, 0 none */
    uint16_t number;  /* of the rule, as wl_rule_at counts; those of embedders follow */
    /* when the message at fault began; without one, the exchange; of a connection record: the time of
     * its last packet */
    wl_ns t;
    /* what was seen, one sentence without full stop; empty where no output reads it
     * (wl_sink_ops.reads) */
    struct wl_span message;
    const struct wl_suppression *suppressed; /* by what it does not count, or NULL */
};

/**
 * Findings that are known and accepted: those that fit in every way that is given do not count. A
 * list is words with white space (but in targets, commas too) between them, of which one must fit;
 * * stands for any text; NULL or an empty one says nothing.
 */
struct wl_suppression {
    const char *name;        /* how messages and reports call it; never NULL */
    const char *source;      /* where it stands, as "ci.conf:12", or NULL */
    const char *baseline;    /* the baseline it belongs to, or NULL */
    const char *fingerprint; /* the one finding it covers (32 hexadecimal digits); the lists are not
                                looked at then; or NULL */
    const char *rule;        /* ids */
    const char *server;      /* addresses, nets, hosts; hosts are those of requests */
    const char *method;
    const char *target; /* paths, without query */
    const char *status; /* "103", "500-504", "5xx"; of the response concerned */
    const char *reason; /* or NULL */
    const char *until;  /* its last day as it was given, "2027-01-31", or NULL */
    wl_ns end;          /* the first moment at which it is over; 0: never */
};

/* -------------------------------------------------------------------------------- helpers */

/** Has the response a status line? One to HTTP/0.9 has none (RFC 1945 4.1), and neither counts nor
 * shows as a status. False for an absent message. */
static inline bool wl_message_has_status(const struct wl_message *m)
{
    return m->state != WL_ABSENT && (m->status || m->status_text.n || m->major || m->minor != 9);
}
/** Could m have a field with this id? Most questions are about fields that are not there, and end
 * here; true says that it is worth looking (wl_message_field). */
static inline bool wl_message_may_have(const struct wl_message *m, enum wl_field_id id)
{
    return !(m->present[0] & 1) || (m->present[id / 64] >> id % 64 & 1);
}
/** The name of a field, as sent, without white space before the colon. */
static inline struct wl_span wl_field_sent_name(const struct wl_field *f)
{
    struct wl_span name = {f->begin, f->n_name};

    return name;
}
/** Where the first octet of a field line of m stands. f  one of m's fields or trailers */
struct wl_at wl_field_at(const struct wl_message *m, const struct wl_field *f);
/** Finds the first field line with this id; NULL when there is none. */
const struct wl_field *wl_message_field(const struct wl_message *m, enum wl_field_id id);
/** The same as wl_message_next_field, without a look at the index. */
const struct wl_field *wl_message_later_field(const struct wl_message *m, const struct wl_field *f);
/** Finds the next line with the same id after f; NULL when there is none. */
static inline const struct wl_field *wl_message_next_field(const struct wl_message *m,
                                                           const struct wl_field *f)
{
    if ((m->present[0] & 1) && !(m->repeated[f->id / 64] >> f->id % 64 & 1))
        return NULL;
    return wl_message_later_field(m, f);
}
/** Finds a mark; NULL when there is none. */
const struct wl_mark *wl_message_mark(const struct wl_message *m, enum wl_mark_id id);
/** Counts all interim responses, those that were not kept included. */
uint32_t wl_exchange_n_interim(const struct wl_exchange *ex);
/** The i-th interim status, i below n_interim + n_interim_more. */
uint16_t wl_exchange_interim_status(const struct wl_exchange *ex, uint32_t i);
/** The name of a method that is known ("VERSION-CONTROL"), "" for NONE and OTHER. */
const char *wl_method_name(enum wl_method id);

WL_API_END

#endif
