/* h1_body.c - following content to its end: known length, chunked, to the close.
 * SPDX-License-Identifier: MIT
 *
 * Content is counted, not looked at: of a known length only the first octets are seen, to tell
 * whether they begin another message (RFC 9112 11.1), the rest may be skipped by the channel. The
 * chunk lines (RFC 9112 7.1) are read by a state machine that needs no buffer. After an early final
 * response the client's octets are watched for a request line in the place of owed content.
 */
#include "grammar.h"
#include "h1_side.h"
#include "inside.h"

enum {
    WATCH_OCTETS = 8192, /* a request line longer than this is not looked for in content */
    EXT_LONG = 4096,     /* catalogue, chunk-framing-invalid */
    LOOK_METHOD_OCTETS = 20,
};

void wl_h1_begin_body(struct wl_h1_side *s, enum wl_dir dir)
{
    s->look = dir == WL_TO_SERVER ? WL_LOOK_METHOD : WL_LOOK_STATUS;
    s->look_n = 0;
    s->watch = WL_WATCH_IDLE;
    s->chunk = WL_CHUNK_BEGIN;
    s->left = 0;
    s->count = 0;
    s->phase = WL_H1_CLOSE;
    if (s->m->framing == WL_FRAMING_LENGTH) {
        s->phase = WL_H1_LENGTH;
        s->left = s->m->declared;
    } else if (s->m->framing == WL_FRAMING_CHUNKED) {
        s->phase = WL_H1_CHUNKED;
    }
}

static void count(struct wl_h1 *h, struct wl_h1_side *s, enum wl_dir dir, uint64_t n,
                  const struct wl_seen *seen)
{
    if (!s->work || !s->m)
        return;
    if (dir == WL_TO_SERVER) {
        wl_build_request_content(&h->build, s->work, n, seen);
        return;
    }
    s->m->body_bytes += n;
    s->m->t_last = seen->t;
    s->m->last_frame = seen->frame;
}

/* ----------------------------------------------------------------------------------- look */

/* One octet of "HTTP/d.d ddd"; true while it fits. */
static bool fits_status(uint8_t c, uint8_t i)
{
    static const char pattern[] = "HTTP/0.0 000";

    if (pattern[i] == '0')
        return wl_is_digit(c);
    return c == (uint8_t)pattern[i];
}

/* One octet of the content's beginning; true once it was told to be a start line. */
static bool look_at(struct wl_h1_side *s, uint8_t c)
{
    static const char version[] = "HTTP/1.";

    switch ((enum wl_h1_look)s->look) {
    case WL_LOOK_NOT: return false;
    case WL_LOOK_STATUS:
        if (!fits_status(c, s->look_n)) {
            s->look = WL_LOOK_NOT;
        } else if (++s->look_n == sizeof("HTTP/0.0 000") - 1) {
            return true;
        }
        return false;
    case WL_LOOK_METHOD:
        if (c == ' ' && s->look_n >= 3) {
            s->look = WL_LOOK_TARGET;
            s->look_n = 0;
        } else if (c < 'A' || c > 'Z' || ++s->look_n > LOOK_METHOD_OCTETS) {
            s->look = WL_LOOK_NOT;
        }
        return false;
    case WL_LOOK_TARGET:
        if (c == ' ' && s->look_n) {
            s->look = WL_LOOK_VERSION;
            s->look_n = 0;
        } else if (c <= ' ' || c >= 0x7f) {
            s->look = WL_LOOK_NOT;
        } else if (s->look_n < UINT8_MAX) {
            s->look_n++;
        }
        return false;
    case WL_LOOK_VERSION:
        if (c != (uint8_t)version[s->look_n]) {
            s->look = WL_LOOK_NOT;
        } else if (++s->look_n == sizeof(version) - 1) {
            return true;
        }
        return false;
    }
    return false;
}

static bool looks_inside(const struct wl_h1_side *s, enum wl_dir dir)
{
    return dir == WL_TO_CLIENT && s->work && s->work->inside && s->m;
}

static void look(struct wl_h1_in *in, size_t n)
{
    struct wl_h1_side *s = in->s;

    if (looks_inside(s, in->at.dir)) {
        wl_inside_feed(&in->h->build, s->work, s->m, wl_span_sub(in->bytes, 0, n), in->at);
    }
    /* the first octet tells of nearly all content that it is no response */
    if (n && s->look == WL_LOOK_STATUS && s->look_n == 0 && in->bytes.p[0] != 'H')
        s->look = WL_LOOK_NOT;
    for (size_t i = 0; i < n && s->look != WL_LOOK_NOT; i++) {
        if (!look_at(s, in->bytes.p[i]))
            continue;
        s->look = WL_LOOK_NOT;
        if (s->m && s->work) {
            wl_build_mark(&in->h->build, s->work, s->m, WL_MARK_BODY_LOOKS_LIKE_HTTP, s->m->body_at,
                          0, wl_span(NULL, 0));
        }
    }
}

/* -------------------------------------------------------------------------------- chunked */

static void chunk_mark(struct wl_h1_in *in, enum wl_mark_id id, uint64_t value)
{
    struct wl_h1_side *s = in->s;

    if (s->m && s->work) {
        wl_build_mark(&in->h->build, s->work, s->m, id, in->at, value,
                      wl_span_sub(in->bytes, 0, 1));
    }
}

/* Had the client received octets of the server that were not captured when it sent what is in hand?
 * They may have been a final response, behind which it began another request in place of the
 * rest. */
static bool may_be_abandoned(const struct wl_h1_in *in)
{
    return in->at.dir == WL_TO_SERVER && in->seen->acked != WL_NONE &&
           !in->h->build.over[WL_TO_CLIENT] &&
           in->seen->acked > wl_layer_offset(wl_h1_layer(in->h), WL_TO_CLIENT);
}

/* The chunk framing is broken: where the message ends is not known. */
static void chunk_broken(struct wl_h1_in *in, enum wl_mark_id id)
{
    uint64_t offset = in->at.offset;

    if (!may_be_abandoned(in))
        chunk_mark(in, id, in->bytes.n ? in->bytes.p[0] : 0);
    wl_build_unjudged(in->s->work, WL_UNJUDGED_LOST);
    wl_h1_message_end(in->h, in->s, in->at.dir, WL_HEAD, WL_END_NONE, WL_NONE, in->seen);
    wl_h1_lose(in->h, in->s, in->at.dir, offset, WL_UNJUDGED_LOST);
}

/* The line with the chunk size is complete. */
static void chunk_line_end(struct wl_h1_in *in)
{
    struct wl_h1_side *s = in->s;

    if (s->count) {
        chunk_mark(in, WL_MARK_CHUNK_EXT, s->count);
        if (s->count > EXT_LONG)
            chunk_mark(in, WL_MARK_CHUNK_EXT_LONG, s->count);
        s->count = 0;
    }
    /* last-chunk = 1*"0" [ chunk-ext ] CRLF, then the trailer section */
    if (s->left == 0) {
        s->phase = WL_H1_TRAILER;
        return;
    }
    s->chunk = WL_CHUNK_DATA;
}

/* What may follow the digits of a size: white space, ";", CR, LF. False: nothing else may. */
static bool chunk_after_size(struct wl_h1_in *in, uint8_t c)
{
    struct wl_h1_side *s = in->s;

    switch (c) {
    case ' ':
    case '\t':
        if (s->chunk != WL_CHUNK_PAD)
            chunk_mark(in, WL_MARK_CHUNK_SPACE, c);
        s->chunk = WL_CHUNK_PAD;
        return true;
    case ';':
        s->chunk = WL_CHUNK_EXT;
        s->count = 1;
        return true;
    case '\r': s->chunk = WL_CHUNK_LF; return true;
    case '\n':
        chunk_mark(in, WL_MARK_CHUNK_BARE_LF, 0);
        chunk_line_end(in);
        return true;
    default: return false;
    }
}

static void chunk_size(struct wl_h1_in *in, uint8_t c)
{
    struct wl_h1_side *s = in->s;
    int digit = wl_hex_value(c);

    if (s->chunk == WL_CHUNK_BEGIN && (c == ' ' || c == '\t')) {
        chunk_mark(in, WL_MARK_CHUNK_SPACE_BEFORE, c);
    } else if (digit >= 0 && s->chunk != WL_CHUNK_PAD) {
        if (s->left > (uint64_t)INT64_MAX >> 4) {
            chunk_broken(in, WL_MARK_CHUNK_SIZE_BAD);
            return;
        }
        s->left = s->left << 4 | (uint64_t)digit;
        s->chunk = WL_CHUNK_SIZE;
    } else if (s->chunk == WL_CHUNK_BEGIN || !chunk_after_size(in, c)) {
        chunk_broken(in, WL_MARK_CHUNK_SIZE_BAD);
        return;
    }
    wl_h1_take(in, 1);
}

/* chunk-ext, up to the CR that ends it. */
static void chunk_ext(struct wl_h1_in *in)
{
    struct wl_h1_side *s = in->s;

    while (in->bytes.n && s->chunk == WL_CHUNK_EXT && s->phase == WL_H1_CHUNKED) {
        uint8_t c = in->bytes.p[0];

        if (c == '\r') {
            s->chunk = WL_CHUNK_LF;
        } else if (c == '\n') {
            chunk_mark(in, WL_MARK_CHUNK_BARE_LF, 0);
            chunk_line_end(in);
        } else {
            s->count++;
            if (wl_is_ctl(c) && c != '\t')
                chunk_mark(in, WL_MARK_CHUNK_EXT_CTL, c);
        }
        wl_h1_take(in, 1);
    }
}

/* The octet after a CR in a chunk line. */
static void chunk_lf(struct wl_h1_in *in)
{
    struct wl_h1_side *s = in->s;

    if (in->bytes.p[0] == '\n') {
        chunk_line_end(in);
        wl_h1_take(in, 1);
        return;
    }
    chunk_mark(in, WL_MARK_CHUNK_BARE_CR, 0);
    if (s->count) { /* within an extension the line can go on */
        s->count++;
        s->chunk = WL_CHUNK_EXT;
        return;
    }
    chunk_broken(in, WL_MARK_CHUNK_SIZE_BAD);
}

/* CRLF after the data (RFC 9112 7.1). */
static void chunk_data_end(struct wl_h1_in *in)
{
    struct wl_h1_side *s = in->s;
    uint8_t c = in->bytes.p[0];

    if (s->chunk == WL_CHUNK_END && c == '\r') {
        s->chunk = WL_CHUNK_END_LF;
    } else if (c == '\n') {
        if (s->chunk == WL_CHUNK_END)
            chunk_mark(in, WL_MARK_CHUNK_BARE_LF, 0);
        s->chunk = WL_CHUNK_BEGIN;
    } else {
        chunk_broken(in, WL_MARK_CHUNK_NO_CRLF);
        return;
    }
    wl_h1_take(in, 1);
}

static void data_passed(struct wl_h1_side *s, uint64_t n)
{
    s->left -= n;
    if (s->left == 0)
        s->chunk = WL_CHUNK_END;
}

static void feed_chunk(struct wl_h1_in *in)
{
    struct wl_h1_side *s = in->s;
    size_t n;

    switch ((enum wl_h1_chunk)s->chunk) {
    case WL_CHUNK_BEGIN:
    case WL_CHUNK_SIZE:
    case WL_CHUNK_PAD: chunk_size(in, in->bytes.p[0]); break;
    case WL_CHUNK_EXT: chunk_ext(in); break;
    case WL_CHUNK_LF: chunk_lf(in); break;
    case WL_CHUNK_DATA:
        n = (size_t)wl_min_u64(s->left, in->bytes.n);
        look(in, n);
        count(in->h, s, in->at.dir, n, in->seen);
        data_passed(s, n);
        wl_h1_take(in, n);
        break;
    case WL_CHUNK_END:
    case WL_CHUNK_END_LF: chunk_data_end(in); break;
    }
}

/* Does p, of n octets, begin with CRLF? */
static bool begins_with_crlf(const uint8_t *p, size_t n)
{
    return n >= 2 && p[0] == '\r' && p[1] == '\n';
}

/* What nearly all chunks are: content that nobody looks at, and lines without extensions. Takes
 * them up to the last one, or to whatever is otherwise, which is left to feed_chunk. */
static void take_plain_chunks(struct wl_h1_in *in)
{
    struct wl_h1_side *s = in->s;
    const uint8_t *p = in->bytes.p;
    enum wl_h1_chunk state = WL_CHUNK_BEGIN;
    size_t at = 0, total = 0, left = 0, size, line;

    if (s->chunk == WL_CHUNK_DATA && s->left < in->bytes.n) {
        total = at = (size_t)s->left;
    } else if (s->chunk != WL_CHUNK_BEGIN && s->chunk != WL_CHUNK_END) {
        return;
    }
    if (s->chunk != WL_CHUNK_BEGIN) {
        if (!begins_with_crlf(p + at, in->bytes.n - at))
            return;
        at += 2;
    }
    while ((line = wl_h1_chunk_line(p + at, in->bytes.n - at, &size)) != 0 && size) {
        size_t here = in->bytes.n - at - line; /* behind the line */

        if (size >= here) {
            total += here;
            left = size - here;
            state = left ? WL_CHUNK_DATA : WL_CHUNK_END;
            at = in->bytes.n;
            break;
        }
        if (!begins_with_crlf(p + at + line + size, here - size))
            break;
        total += size;
        at += line + size + 2;
    }
    s->chunk = (uint8_t)state;
    s->left = left;
    if (total)
        count(in->h, s, in->at.dir, total, in->seen);
    if (at)
        wl_h1_take(in, at);
}

/* Whoever answers is not interrupted; of the client each piece is watched. */
static void feed_chunked(struct wl_h1_in *in)
{
    struct wl_h1_side *s = in->s;
    bool answers = in->at.dir == WL_TO_CLIENT;

    if (answers && s->look == WL_LOOK_NOT && !looks_inside(s, in->at.dir))
        take_plain_chunks(in);
    while (in->bytes.n && s->phase == WL_H1_CHUNKED) {
        feed_chunk(in);
        if (!answers)
            return;
    }
}

/* ---------------------------------------------------------------------------------- watch */

/* Is this request answered for good while its content is still owed? */
static bool answered_early(const struct wl_h1_side *s)
{
    return s->work && s->work->answered && s->work->ex.res.state != WL_ABSENT;
}

/* Does this line, complete with its version, have a method that is known by name? Content that ends
 * right before the next request must not be taken for its method. */
static bool has_known_method(struct wl_span line)
{
    return wl_grammar_method(wl_span_sub(line, 0, wl_span_find(line, ' '))) > WL_METHOD_OTHER;
}

/* What was held back is content after all. */
static WL_ASIDE void release_watched(struct wl_h1_in *in)
{
    struct wl_h1_side *s = in->s;
    struct wl_h1_text text = wl_h1_gathered(s, in->at.dir);
    struct wl_buf kept = s->gather.buf;
    struct wl_h1_in held = *in;

    s->watch = WL_WATCH_OVER;
    if (kept.n == 0)
        return;
    s->gather.buf = (struct wl_buf){.budget = kept.budget, .max = kept.max};
    held.bytes = text.octets;
    held.at = wl_h1_at(&text, text.octets.p);
    held.used = 0;
    wl_h1_drain(&held);
    wl_buf_release(&kept);
}

/* A request line stands where content is owed: the content was abandoned. */
static WL_ASIDE void abandon(struct wl_h1_in *in, size_t held_before)
{
    struct wl_h1_side *s = in->s;
    struct wl_h1 *h = in->h;
    struct wl_h1_gather gather;
    size_t fresh = s->gather.buf.n - held_before;

    /* the octets of this call are read again, as the head they belong to */
    wl_h1_untake(in, fresh);
    if (held_before == 0) {
        wl_h1_gather_drop(s, s->gather.buf.n);
        s->first = in->at;
    } else {
        struct wl_h1_text text = wl_h1_gathered(s, WL_TO_SERVER);

        s->gather.buf.n = held_before;
        s->first = wl_h1_at(&text, text.octets.p);
    }
    s->first_seen = *in->seen;
    wl_build_mark(&h->build, s->work, s->m, WL_MARK_BODY_ABANDONED, s->first, s->left,
                  wl_span(NULL, 0));
    gather = s->gather;
    s->gather = (struct wl_h1_gather){0};
    wl_h1_message_end(h, s, WL_TO_SERVER, WL_HEAD, WL_END_ABANDONED, s->first.offset, in->seen);
    s->gather = gather;
    s->gather.scan = 0;
    s->gather.checked = false;
    wl_h1_begin_request(h, s);
}

/* Catalogue, body-abandoned-connection-reused: the first octets that the client sends after it
 * acknowledged the beginning of an early final response. True: the octets were dealt with. */
static bool watch(struct wl_h1_in *in)
{
    struct wl_h1_side *s = in->s;
    size_t held = s->gather.buf.n;

    if (s->watch == WL_WATCH_OVER || !answered_early(s))
        return false;
    if (s->watch == WL_WATCH_IDLE) {
        if (wl_grammar_carries_messages(s->m, s->m->method_id)) {
            s->watch = WL_WATCH_OVER;
            return false;
        }
        if (in->seen->acked == WL_NONE || in->seen->acked <= s->work->ex.res.at.offset)
            return false;
        s->watch = WL_WATCH_GATHER;
    }
    if (!wl_h1_gather(in, in->bytes.n, WATCH_OCTETS)) {
        /* memory was refused: what stands here cannot be told */
        wl_h1_take(in, in->bytes.n);
        wl_h1_message_end(in->h, s, WL_TO_SERVER, WL_HEAD, WL_END_LIMIT, WL_NONE, in->seen);
        wl_h1_lose(in->h, s, WL_TO_SERVER, in->at.offset, WL_UNJUDGED_LIMIT);
        return true;
    }
    switch (wl_h1_request_like(wl_buf_span(&s->gather.buf))) {
    case WL_CLAIM_YES:
        if (!has_known_method(wl_buf_span(&s->gather.buf)))
            break;
        abandon(in, held);
        return true;
    case WL_CLAIM_MORE:
        if (s->gather.buf.n < WATCH_OCTETS)
            return true;
        break;
    case WL_CLAIM_NO:
    case WL_CLAIM_TURNED: break;
    }
    release_watched(in);
    return true;
}

/* Is what was held back, the beginning of a line that is missing, no fault as content? Where a
 * chunk begins it has to be the digits of a size. */
static bool may_be_content(const struct wl_h1_side *s)
{
    struct wl_span held = wl_buf_span(&s->gather.buf);

    if (s->phase != WL_H1_CHUNKED || s->chunk == WL_CHUNK_DATA)
        return true;
    for (size_t i = 0; i < held.n; i++) {
        if (wl_hex_value(held.p[i]) < 0)
            return false;
    }
    return true;
}

void wl_h1_unwatch(struct wl_h1 *h, struct wl_h1_side *s, enum wl_end how,
                   const struct wl_seen *seen)
{
    struct wl_h1_in in = {.h = h, .s = s, .seen = seen, .at = {0, 0, WL_TO_SERVER}};

    if (s->watch != WL_WATCH_GATHER)
        return;
    if (how == WL_END_CLOSED || may_be_content(s)) {
        release_watched(&in);
    } else {
        wl_h1_gather_clear(s);
        s->watch = WL_WATCH_OVER;
    }
}

/* ----------------------------------------------------------------------------------- feed */

void wl_h1_feed_body(struct wl_h1_in *in)
{
    struct wl_h1_side *s = in->s;
    size_t n = in->bytes.n;

    if (in->at.dir == WL_TO_SERVER && watch(in))
        return;
    if (s->phase == WL_H1_CHUNKED) {
        feed_chunked(in);
        return;
    }
    if (s->phase == WL_H1_LENGTH)
        n = (size_t)wl_min_u64(s->left, n);
    look(in, n);
    count(in->h, s, in->at.dir, n, in->seen);
    wl_h1_take(in, n);
    if (s->phase == WL_H1_CLOSE)
        return;
    s->left -= n;
    if (s->left == 0)
        wl_h1_message_end(in->h, s, in->at.dir, WL_WHOLE, WL_END_NONE, in->at.offset, in->seen);
}

void wl_h1_pass_body(struct wl_h1 *h, struct wl_h1_side *s, enum wl_dir dir, uint64_t n,
                     uint64_t offset, const struct wl_seen *seen)
{
    struct wl_seen past = *seen;

    /* cut short: when the last of these octets came is not known, but not before those seen */
    if (n < s->left && s->m) {
        past.t = s->m->t_last;
        past.frame = s->m->last_frame;
    }
    count(h, s, dir, n, &past);
    if (s->phase == WL_H1_CHUNKED) {
        data_passed(s, wl_min_u64(n, s->left));
    } else if (s->phase == WL_H1_LENGTH) {
        s->left -= wl_min_u64(n, s->left);
        if (s->left == 0)
            wl_h1_message_end(h, s, dir, WL_WHOLE, WL_END_NONE, offset, seen);
    }
}

uint64_t wl_h1_skippable(const struct wl_h1_side *s, enum wl_dir dir)
{
    if ((s->look != WL_LOOK_NOT && s->phase != WL_H1_LOST) || looks_inside(s, dir))
        return 0;
    if (dir == WL_TO_SERVER && answered_early(s) &&
        (s->watch != WL_WATCH_OVER || (s->work->wait && s->work->wait->t_final_acked == 0)))
        return 0;
    if (s->phase == WL_H1_LENGTH || (s->phase == WL_H1_CHUNKED && s->chunk == WL_CHUNK_DATA))
        return s->left;
    /* content to the close is counted packet by packet: when its last octet came matters */
    return 0;
}

bool wl_h1_gap_body(struct wl_h1 *h, struct wl_h1_side *s, enum wl_dir dir, uint64_t lost,
                    uint64_t offset, enum wl_end why, const struct wl_seen *seen)
{
    bool bounded = s->phase == WL_H1_LENGTH;

    /* answered early: another request may have stood where content was owed */
    if (dir == WL_TO_SERVER && answered_early(s))
        return false;
    if (s->phase == WL_H1_CHUNKED) {
        if (s->chunk != WL_CHUNK_DATA || lost > s->left)
            return false;
        bounded = true;
    }
    if (bounded && lost > s->left)
        return false;
    if (looks_inside(s, dir))
        s->work->inside = NULL; /* what it stood in is not known any more */
    s->look = WL_LOOK_NOT;
    if (s->m) {
        s->m->n_body_lost += lost;
        s->m->end = why;
    }
    if (s->phase == WL_H1_CHUNKED) {
        data_passed(s, lost);
    } else if (bounded) {
        s->left -= lost;
        if (s->left == 0)
            wl_h1_message_end(h, s, dir, WL_WHOLE, WL_END_NONE, offset + lost, seen);
    }
    return true;
}
