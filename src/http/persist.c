/* persist.c - what messages on one connection say about each other, and about its end.
 * SPDX-License-Identifier: MIT
 *
 * RFC 9112 9: which response stands where none should, after what the connection had to end and did
 * not, which request went out too early. A connection remembers very little of that: the exchange
 * after which it is to end and why, the time that a server has promised, the kinds of requests in
 * the pipeline that were answered. Times are noted where they are long; how long is too long, the
 * rules say.
 */
#include "persist.h"

#include "doubt.h"
#include "grammar.h"
#include "wait.h"

/* Why the connection is to end: bits of wl_build.closing_why. */
enum {
    WHY_SAID = 1,      /* the response said close */
    WHY_ASKED = 2,     /* the request did */
    WHY_HTTP10 = 4,    /* HTTP/1.0, and not both said keep-alive */
    WHY_AMBIGUOUS = 8, /* RFC 9112 6.1: the request could be read in two ways */
    WHY_IMPLIED = 16,  /* the response is of HTTP/1.0, or its content ends with the connection */
    WHY_NOTICE = 32,   /* the response is an answer to nobody, as 408 on an idle connection */
    WHY_KNOWN = WHY_SAID | WHY_ASKED | WHY_HTTP10, /* the server knew when it ended the response */
};

/* What a request asks for that shows in its response: bits of wl_build.shapes. */
enum {
    SHAPE_CONDITION = 1, /* 304 */
    SHAPE_RANGE = 2,     /* 206 */
    SHAPE_CREATES = 4,   /* 201 */
    SHAPE_OTHER = 8,
};

/* How many of the requests ahead are looked at: more would cost a square where max_pending is
 * raised, and what is not looked at is not told. */
enum { NEIGHBOURS = 64 };

/* An open connection is worth a word from here on; the threshold is the rule's. */
#define WORTH_A_MARK WL_SECOND

/* ------------------------------------------------------------------------------- requests */

static bool is_idempotent(const struct wl_message *req)
{
    return wl_grammar_method_flags(req->method_id) & WL_IDEMPOTENT;
}

/* RFC 9112 9.3.2: no pipelining after a request that is not idempotent. */
static void mark_pipelined_unsafe(struct wl_build *b, struct wl_work *w, const struct wl_seen *seen)
{
    struct wl_mark *mark;
    int left = NEIGHBOURS;

    for (struct wl_work *each = b->oldest; each && each != w && left--; each = each->next) {
        if (each->answered || each->stray || each->garbage || each->head_end == WL_NONE ||
            is_idempotent(&each->ex.req))
            continue;
        mark = wl_build_mark(b, w, &w->ex.req, WL_MARK_PIPELINED_UNSAFE, w->ex.req.at,
                             each->ex.ordinal, each->ex.req.method);
        /* octets of the server were acknowledged that were not seen: maybe the response, or the last
         * octet of its head, which may be taken for a FIN */
        if (mark &&
            (wl_layer_lost_fin(b->layer, WL_TO_CLIENT) ||
             (seen->acked != WL_NONE && seen->acked > wl_layer_offset(b->layer, WL_TO_CLIENT))))
            mark->certain = false;
        return;
    }
}

bool wl_persist_noticed(const struct wl_build *b, wl_ns heard, wl_ns t)
{
    wl_ns stepped = wl_layer_stepped(b->layer);

    return wl_at_least(heard, t) >= WL_NOTICED && !(stepped > heard && stepped <= t);
}

/* A request that was on its way to the socket when a notice came, which nobody was waiting for. */
static bool crosses_notice(const struct wl_build *b, const struct wl_message *req)
{
    return b->closing_why & WHY_NOTICE && !wl_persist_noticed(b, b->t_closing, req->t_first);
}

void wl_persist_request(struct wl_build *b, struct wl_work *w, uint32_t unanswered,
                        const struct wl_seen *seen)
{
    struct wl_message *req = &w->ex.req;

    if (unanswered) {
        mark_pipelined_unsafe(b, w, seen);
    } else {
        b->shapes = 0;
    }
    /* RFC 9112 9.6: a client that sends close must not send further requests; nor one that has
     * received it */
    if ((b->said_close || b->server_close) && wl_layer_is_strange(b->layer)) {
        b->said_close = WL_CLOSE_NO;
        b->server_close = 0;
    }
    if (b->said_close == WL_CLOSE_YES) {
        wl_build_mark(b, w, req, WL_MARK_AFTER_CLOSE_CLIENT, req->at, 0, wl_span(NULL, 0));
    } else if (b->server_close && seen->acked != WL_NONE && seen->acked >= b->server_close &&
               !crosses_notice(b, req)) {
        wl_build_mark(b, w, req, WL_MARK_AFTER_CLOSE_CLIENT, req->at, 1, wl_span(NULL, 0));
    }
}

/* ------------------------------------------------------------------------------ responses */

/* A response to nobody, or before anybody asked. */
static void mark_stray(struct wl_build *b, struct wl_work *w, struct wl_message *m)
{
    struct wl_mark *mark;

    if (!b->requested) {
        /* Sent before any octet of a request: by what it acknowledges, not by its place in the
         * capture alone (docs/judging.md 4). */
        mark = wl_build_mark(b, w, m, WL_MARK_BEFORE_REQUEST, m->at, 0, wl_span(NULL, 0));
        if (mark && (m->acked != 0 || b->lost[WL_TO_SERVER] || wl_layer_is_strange(b->layer)))
            mark->certain = false;
    } else if (b->after_final) {
        uint64_t idle = b->end == WL_END_NONE ? (uint64_t)(m->t_first - b->t_closing) : WL_NONE;

        mark = wl_build_mark(b, w, m, WL_MARK_AFTER_FINAL, m->at, idle, wl_span(NULL, 0));
        /* it may answer what a client that pipelines sent out of sight */
        if (mark && (b->parked || b->lost[WL_TO_SERVER] || wl_layer_midstream(b->layer) ||
                     wl_layer_is_strange(b->layer) ||
                     (m->acked != WL_NONE && m->acked > wl_layer_offset(b->layer, WL_TO_SERVER))))
            mark->certain = false;
    }
}

void wl_persist_late_answer(struct wl_build *b, struct wl_work *w, const struct wl_seen *seen)
{
    uint64_t known = wl_layer_offset(b->layer, WL_TO_SERVER);
    struct wl_at at = {seen->frame, known, WL_TO_SERVER};

    if (wl_layer_lost_fin(b->layer, WL_TO_SERVER) ||
        (seen->acked != WL_NONE && seen->acked > known && !b->over[WL_TO_SERVER]))
        wl_build_mark(b, w, &w->ex.req, WL_MARK_ENDED_UNSEEN, at, 0, wl_span(NULL, 0));
}

/* The connection was to end before this response. */
static void mark_after_closing(struct wl_build *b, struct wl_work *w, struct wl_message *m)
{
    uint64_t why = b->closing_why & WHY_ASKED ? 1 : 2;

    if (wl_layer_is_strange(b->layer))
        return;
    if (b->closing_why & WHY_AMBIGUOUS) {
        struct wl_mark *mark = wl_build_mark(b, w, m, WL_MARK_AFTER_AMBIGUOUS, m->at, b->closing,
                                             wl_span(NULL, 0));

        /* whatever it answers */
        if (mark && b->unambiguous_else && !b->lost[0] && !b->lost[1])
            mark->certain = true;
    }
    /* WHY_SAID: by its offset, above */
    if (b->closing_why & (WHY_ASKED | WHY_HTTP10) && !(b->closing_why & WHY_SAID))
        wl_build_mark(b, w, m, WL_MARK_AFTER_CLOSE_SERVER, m->at, why, wl_span(NULL, 0));
    b->closing = 0; /* once is enough */
}

void wl_persist_response(struct wl_build *b, struct wl_work *w, struct wl_message *m)
{
    if (b->server_close && m->at.offset >= b->server_close && !wl_layer_is_strange(b->layer))
        wl_build_mark(b, w, m, WL_MARK_AFTER_CLOSE_SERVER, m->at, 0, wl_span(NULL, 0));
    if (m->stray) {
        mark_stray(b, w, m);
    } else if (b->closing && w->ex.ordinal > b->closing && m->status / 100 != 1) {
        mark_after_closing(b, w, m);
    }
}

static uint8_t shape_of(const struct wl_message *req)
{
    if (wl_message_field(req, WL_FIELD_IF_NONE_MATCH) ||
        wl_message_field(req, WL_FIELD_IF_MODIFIED_SINCE))
        return SHAPE_CONDITION;
    if (wl_message_field(req, WL_FIELD_RANGE))
        return SHAPE_RANGE;
    return wl_grammar_method_flags(req->method_id) & WL_SAFE ? SHAPE_OTHER : SHAPE_CREATES;
}

/* The shape that a response with this status shows, or 0. */
static uint8_t shape_shown(uint16_t status)
{
    switch (status) {
    case 201: return SHAPE_CREATES;
    case 206: return SHAPE_RANGE;
    case 304: return SHAPE_CONDITION;
    default: return 0;
    }
}

static bool asks_for(const struct wl_message *req, uint8_t shape)
{
    switch (shape) {
    case SHAPE_CONDITION:
        return wl_message_field(req, WL_FIELD_IF_NONE_MATCH) ||
               wl_message_field(req, WL_FIELD_IF_MODIFIED_SINCE);
    case SHAPE_RANGE: return wl_message_field(req, WL_FIELD_RANGE) != NULL;
    default: return !(wl_grammar_method_flags(req->method_id) & WL_SAFE);
    }
}

void wl_persist_final(struct wl_build *b, struct wl_work *w)
{
    struct wl_message *res = &w->ex.res;
    uint8_t shape = shape_shown(res->status), others = b->shapes;
    int left = NEIGHBOURS;

    /* not pipelined, as nearly always */
    if (!b->oldest && !b->shapes)
        return;
    if (w->stray || w->head_end == WL_NONE)
        return;
    for (struct wl_work *each = b->oldest; each && shape && left--; each = each->next) {
        if (!each->answered && !each->stray && each->head_end != WL_NONE)
            others |= shape_of(&each->ex.req);
    }
    if (shape & others && !asks_for(&w->ex.req, shape))
        wl_build_mark(b, w, res, WL_MARK_FITS_NEIGHBOUR, res->at, 0, wl_span(NULL, 0));
    b->shapes |= shape_of(&w->ex.req);
}

/* ------------------------------------------------------------------------------------ end */

static bool says(const struct wl_message *m, struct wl_span option)
{
    return wl_grammar_list_has(m, WL_FIELD_CONNECTION, option);
}

/* "keep-alive" and no more, in either of the ways in which nearly everybody writes it. */
static bool is_keep_alive(struct wl_span value)
{
    return value.n == sizeof("keep-alive") - 1 && (memcmp(value.p, "keep-alive", value.n) == 0 ||
                                                   memcmp(value.p, "Keep-Alive", value.n) == 0);
}

bool wl_persist_says_close(const struct wl_message *m)
{
    const struct wl_field *f = wl_grammar_rare_field(m, WL_FIELD_CONNECTION);

    if (!f || (is_keep_alive(f->value) && !wl_message_next_field(m, f)))
        return false;
    return says(m, WL_SPAN("close"));
}

/* RFC 9112 9.3: HTTP/1.0 persists only where keep-alive is said, by both. */
static bool is_over_http10(const struct wl_message *req, const struct wl_message *res)
{
    bool old = req->major == 0 || (req->major == 1 && req->minor == 0);

    if (!old || wl_message_mark(req, WL_MARK_VERSION_MALFORMED) ||
        wl_message_mark(req, WL_MARK_VERSION_MISSING))
        return false;
    return !says(req, WL_SPAN("keep-alive")) ||
           (res->major == 1 && res->minor == 0 && !says(res, WL_SPAN("keep-alive")));
}

/* A client reads close into this response, whatever it says (RFC 9112 9.3, 6.3). */
static bool implies_close(const struct wl_message *res)
{
    return res->framing == WL_FRAMING_CLOSE ||
           (res->major == 1 && res->minor == 0 && !says(res, WL_SPAN("keep-alive")));
}

/* Are its lines of Content-Length and Transfer-Encoding read alike by all who read them? */
static bool has_odd_framing(const struct wl_message *req)
{
    for (uint32_t i = 0; i < req->n_fields; i++) {
        const struct wl_field *f = &req->fields[i];

        if ((f->id == WL_FIELD_CONTENT_LENGTH || f->id == WL_FIELD_TRANSFER_ENCODING) &&
            f->odd & (WL_ODD_FOLDED | WL_ODD_SPACE_COLON | WL_ODD_CTL))
            return true;
    }
    return false;
}

/* RFC 9112 11.2: does it end in one place for one recipient, in another for the next? A CR may end a
 * line for some, and begin a field of either kind. */
static bool ends_in_two_places(const struct wl_message *req)
{
    enum { IT_DOES = 1, IF_OF_FRAMING = 2 };
    static const uint8_t kinds[WL_N_MARKS] = {
        [WL_MARK_CL_AND_TE] = IT_DOES,          [WL_MARK_CL_LIST] = IT_DOES,
        [WL_MARK_CL_LEADING_ZERO] = IT_DOES,    [WL_MARK_TE_UNKNOWN] = IT_DOES,
        [WL_MARK_TE_MALFORMED] = IT_DOES,       [WL_MARK_TE_SEVERAL] = IT_DOES,
        [WL_MARK_TE_IN_HTTP10] = IT_DOES,       [WL_MARK_CHUNK_BARE_LF] = IT_DOES,
        [WL_MARK_CHUNK_BARE_CR] = IT_DOES,      [WL_MARK_CHUNK_NO_CRLF] = IT_DOES,
        [WL_MARK_CHUNK_EXT_CTL] = IT_DOES,      [WL_MARK_CHUNK_SPACE] = IT_DOES,
        [WL_MARK_CHUNK_SPACE_BEFORE] = IT_DOES, [WL_MARK_BARE_CR] = IT_DOES,
        [WL_MARK_OBS_FOLD] = IF_OF_FRAMING,     [WL_MARK_SPACE_BEFORE_COLON] = IF_OF_FRAMING,
        [WL_MARK_VALUE_CTL] = IF_OF_FRAMING,
    };
    uint8_t seen = 0;

    for (uint32_t i = 0; i < req->n_marks; i++)
        seen |= kinds[req->marks[i].id];
    return seen & IT_DOES || (seen & IF_OF_FRAMING && has_odd_framing(req));
}

/* A request with marks was answered: must the connection end for what they say of its framing? And
 * what comes behind it, is that the server's next request, too? */
static WL_ASIDE unsigned look_at_framing(struct wl_build *b, const struct wl_message *req)
{
    if (!b->ambiguous && ends_in_two_places(req)) {
        b->ambiguous = true;
        b->unambiguous_else = !b->doubt;
        if (!b->doubt)
            b->doubt = WL_UNJUDGED_LOST;
        wl_doubt_unpair(b, WL_UNJUDGED_LOST);
    }
    return wl_message_mark(req, WL_MARK_CL_AND_TE) || wl_message_mark(req, WL_MARK_TE_IN_HTTP10)
               ? WHY_AMBIGUOUS
               : 0;
}

/* Keep-Alive: timeout=N (RFC 2068 19.7.1). */
static uint8_t promise_of(const struct wl_message *res)
{
    struct wl_param timeout, max;
    uint64_t n;

    if (!wl_grammar_rare_field(res, WL_FIELD_KEEP_ALIVE) ||
        (wl_grammar_directive_find(res, WL_FIELD_KEEP_ALIVE, WL_SPAN("max"), &max) &&
         wl_span_equal(max.value, WL_SPAN("0"))) ||
        !wl_grammar_directive_find(res, WL_FIELD_KEEP_ALIVE, WL_SPAN("timeout"), &timeout) ||
        !timeout.value.p || !wl_parse_u64(timeout.value, &n))
        return 0;
    return (uint8_t)wl_min_u64(n, UINT8_MAX);
}

/* Nobody waits for this response, as far as can be told. */
static bool is_notice(const struct wl_work *w)
{
    return w->stray || w->garbage || w->unpaired || w->ex.res.status == 408;
}

void wl_persist_final_end(struct wl_build *b, struct wl_work *w, wl_ns now)
{
    const struct wl_message *req = &w->ex.req, *res = &w->ex.res;
    unsigned why = 0;

    b->promised = 0;
    if (!b->closing && b->end == WL_END_NONE)
        b->t_closing = now;
    if (res->state < WL_HEAD || res->framing == WL_FRAMING_TUNNEL)
        return;
    if (wl_persist_says_close(res)) {
        why |= WHY_SAID;
        if (!b->server_close && res->end_offset != WL_NONE)
            b->server_close = res->end_offset;
    } else if (res->state == WL_WHOLE) { /* else the connection is broken, and was not idle */
        b->promised = promise_of(res);
    }
    if (!w->stray && w->head_end != WL_NONE) {
        why |= b->said_close == WL_CLOSE_YES && wl_persist_says_close(req) ? WHY_ASKED : 0;
        why |= is_over_http10(req, res) ? WHY_HTTP10 : 0;
        why |= req->n_marks ? look_at_framing(b, req) : 0;
    }
    why |= implies_close(res) ? WHY_IMPLIED : 0;
    why |= why && is_notice(w) ? WHY_NOTICE : 0;
    if (why == 0 || b->closing || b->end != WL_END_NONE)
        return;
    b->closing = w->ex.ordinal;
    b->closing_why = (uint8_t)why;
    if (why & WHY_KNOWN && res->end_offset != WL_NONE)
        wl_wait_closing(b, res->end_offset);
}

static void mark_connection(const struct wl_build *b, enum wl_mark_id id, uint64_t frame,
                            uint32_t ordinal, uint64_t value, struct wl_span octets)
{
    struct wl_mark mark = {
        .id = id,
        .count = 1,
        .at = {frame, wl_layer_offset(b->layer, WL_TO_CLIENT), WL_TO_CLIENT},
        .value = value,
        .ordinal = ordinal,
        .status = b->last_status,
        .certain = !b->doubt && !b->lost[0] && !b->lost[1],
        .octets = octets,
    };

    wl_layer_mark(b->layer, &mark);
}

/* More of dir was acknowledged than was captured: a FIN, or what stood before it. */
static bool is_behind(const struct wl_build *b, enum wl_dir dir, uint64_t acked)
{
    return acked != WL_NONE && acked > wl_layer_offset(b->layer, dir);
}

/* Somebody has ended the connection before, out of sight. seen: of the first end
 * in sight, or NULL. */
static bool ended_unseen(const struct wl_build *b, enum wl_dir by, const struct wl_seen *seen)
{
    return wl_layer_is_strange(b->layer) || wl_layer_lost_fin(b->layer, WL_TO_SERVER) ||
           wl_layer_lost_fin(b->layer, WL_TO_CLIENT) ||
           is_behind(b, WL_TO_SERVER, wl_layer_acked(b->layer, WL_TO_SERVER)) ||
           is_behind(b, WL_TO_CLIENT, wl_layer_acked(b->layer, WL_TO_CLIENT)) ||
           (seen && is_behind(b, !by, seen->acked));
}

/* The server was to end the connection after an exchange, and had not until now. As long as the
 * client sends what is left of a request that was answered early, the server may read on, lest a
 * RST destroy the response (RFC 9112 9.6). A FIN takes a place in the window (RFC 9293 3.4): as
 * long as that is closed, or unknown, the server may have ended the connection and cannot say
 * so. */
static void mark_open(const struct wl_build *b, wl_ns now, uint64_t frame)
{
    wl_ns open = wl_at_least(b->t_latest, now);
    enum wl_mark_id id = b->closing_why & (WHY_SAID | WHY_ASKED) ? WL_MARK_OPEN_AFTER_CLOSE
                                                                 : WL_MARK_OPEN_AFTER_HTTP10;

    if (!b->closing || open < WORTH_A_MARK || b->oldest || !b->has_room ||
        !(b->closing_why & WHY_KNOWN) || wl_layer_stepped(b->layer) > b->t_latest)
        return;
    mark_connection(b, id, frame, b->closing, (uint64_t)open, wl_span(NULL, 0));
}

/* The last request that has its final response; NULL: none, or the answer to one is under way. */
static struct wl_work *last_answered(const struct wl_build *b)
{
    struct wl_work *last = NULL;

    for (struct wl_work *w = b->first; w; w = w->next) {
        if (w->begun)
            return NULL;
        if (w->answered)
            last = w;
    }
    return last;
}

/* An idle connection was ended by the server before the time that it had promised. */
static void mark_promise(const struct wl_build *b, const struct wl_seen *seen)
{
    const struct wl_work *w;
    wl_ns idle = seen->t - b->t_latest;
    char text[] = "255";
    unsigned n = b->promised;

    if (b->promised == 0 || b->closing || b->oldest || idle < 0)
        return;
    /* a FIN waits behind octets for which the client has no room yet, and the server may have been
     * idle since it wrote them */
    w = last_answered(b);
    if (wl_at_most(w ? w->ex.res.t_first : b->t_latest, seen->t) + WL_SECOND >=
        (wl_ns)b->promised * WL_SECOND)
        return;
    text[0] = (char)('0' + n / 100);
    text[1] = (char)('0' + n / 10 % 10);
    text[2] = (char)('0' + n % 10);
    mark_connection(b, WL_MARK_CLOSED_EARLY, seen->frame, b->last_ordinal, (uint64_t)idle,
                    wl_span(text + (n < 100) + (n < 10), (size_t)3 - (n < 100) - (n < 10)));
}

/* The oldest request is left without any response, though the server had it. By the FIN's own
 * acknowledgement: what crossed it was not read. What a RST acknowledges says nothing. */
static void mark_unanswered(struct wl_build *b, enum wl_end how, const struct wl_seen *seen)
{
    struct wl_work *w = b->oldest;
    struct wl_message *req = w ? &w->ex.req : NULL;
    uint64_t acked = how == WL_END_CLOSED ? seen->acked : wl_layer_acked(b->layer, WL_TO_SERVER);

    /* octets that are missing may be the response, or have announced the end */
    if (!w || !w->req_ended || req->state != WL_WHOLE || w->begun || b->closing ||
        b->server_close || b->lost[WL_TO_CLIENT] || req->end_offset == WL_NONE ||
        acked == WL_NONE || acked < req->end_offset || wl_exchange_n_interim(&w->ex))
        return;
    wl_build_mark(b, w, req, WL_MARK_UNANSWERED, req->at, how == WL_END_RESET, wl_span(NULL, 0));
}

/* Is a response over, as far as its sender is concerned? One to the close ends with the RST. */
static bool is_sent(const struct wl_work *w)
{
    return !w->stray && !w->tunnel && w->ex.res.state >= WL_HEAD &&
           (w->res_ended ? w->ex.res.state == WL_WHOLE : w->ex.res.framing == WL_FRAMING_CLOSE);
}

/* The server has ended the connection when it had received of another request, sent behind the last
 * response, and not answered it: that it was about to end it before, and could have said so, does
 * not follow. What the client had sent ahead it may have read when it answered. */
static void mark_closed_on_next(struct wl_build *b, enum wl_end how, const struct wl_seen *seen)
{
    enum { EMPTY_LINES = 8 }; /* octets that are no request: four CRLF (RFC 9112 2.2) */
    const struct wl_work *next = b->oldest;
    struct wl_work *w;

    if (how != WL_END_CLOSED || seen->acked == WL_NONE || !b->first)
        return;
    w = last_answered(b);
    if (!w || !is_sent(w) || w->ex.req.end_offset == WL_NONE ||
        seen->acked <= w->ex.req.end_offset + EMPTY_LINES ||
        (next && wl_message_mark(&next->ex.req, WL_MARK_PIPELINED)))
        return;
    wl_build_mark(b, w, &w->ex.res, WL_MARK_CLOSED_ON_NEXT, w->ex.res.at, 0, wl_span(NULL, 0));
}

/* RFC 9112 9.6: what a reset finds in the client's buffers it may erase. Were octets of the request
 * on their way when the response was sent, or not received yet? */
static bool is_sending(const struct wl_build *b, const struct wl_work *w)
{
    uint64_t acked = wl_layer_acked(b->layer, WL_TO_SERVER);
    uint64_t sent = wl_layer_offset(b->layer, WL_TO_SERVER);

    if (w->req_ended)
        return w->ex.req.end_offset != WL_NONE && acked != WL_NONE && acked < w->ex.req.end_offset;
    return w->ex.res.acked != WL_NONE && sent > w->ex.res.acked;
}

void wl_persist_reset(struct wl_build *b, enum wl_dir by, const struct wl_seen *seen)
{
    struct wl_work *w = last_answered(b);
    uint64_t acked = wl_layer_acked(b->layer, WL_TO_CLIENT);
    bool unread = acked != WL_NONE && acked < wl_layer_offset(b->layer, WL_TO_CLIENT);
    struct wl_at at = {seen->frame, wl_layer_offset(b->layer, WL_TO_CLIENT), WL_TO_CLIENT};
    enum wl_mark_id id = unread ? WL_MARK_RESET_UNACKED : WL_MARK_RESET_UNREAD;
    wl_ns since = wl_at_most(w ? w->ex.res.t_last : b->t_closing, seen->t);

    /* told before, or the client had ended first; or not the server's */
    if (b->over[WL_TO_SERVER] || by != WL_TO_CLIENT || seen->suspect || ended_unseen(b, by, seen))
        return;
    if (w) {
        if (is_sent(w) && (unread || is_sending(b, w)))
            wl_build_mark(b, w, &w->ex.res, id, at, (uint64_t)since, wl_span(NULL, 0));
    } else if (unread && !(b->oldest && b->oldest->begun) && b->last_status >= 200 &&
               b->last_kind != WL_LAST_INTERIM) {
        mark_connection(b, id, seen->frame, b->last_ordinal, (uint64_t)since, wl_span(NULL, 0));
    }
}

void wl_persist_end(struct wl_build *b, enum wl_end how, enum wl_dir by, const struct wl_seen *seen)
{
    if (ended_unseen(b, by, seen))
        return;
    /* a FIN that was not captured may have come long before a RST */
    if (how != WL_END_RESET)
        mark_open(b, seen->t, seen->frame);
    if (by != WL_TO_CLIENT || (how != WL_END_CLOSED && how != WL_END_RESET))
        return;
    if (how == WL_END_CLOSED)
        mark_promise(b, seen);
    mark_unanswered(b, how, seen);
    mark_closed_on_next(b, how, seen);
}

/* Known to be open is what still had packets: of a FIN that was lost together with its
 * acknowledgement silence is all that shows. */
void wl_persist_open(struct wl_build *b)
{
    if (!ended_unseen(b, WL_TO_CLIENT, NULL))
        mark_open(b, wl_layer_latest(b->layer), 0);
}
