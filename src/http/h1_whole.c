/* h1_whole.c - the short way: a message that begins in a packet, and most often ends there.
 * SPDX-License-Identifier: MIT
 *
 * Nearly all messages find nothing under way on their connection: no struct wl_h1_live. Their
 * head is plain and lies in one packet, and they have no content, or all of it lies there too, or
 * in the next one, or it is of known length. For these a message is one straight run from its first
 * octet to its last; all that is kept meanwhile is how much content is to pass by, and whether its
 * first octet, by which it could be another message, has been seen. Whatever is otherwise is left
 * to the long way (h1.c): before anything was taken, or behind the head, when content goes on, or
 * once something interrupts it. Interim responses come this way also while the content of their
 * request is under way. The dialogues, played whole and in pieces, hold the two together.
 */
#include "h1_side.h"
#include "inside.h"

/* Do octets of the client that begin here wait for nothing: is every request before answered, and
 * no answer such that it may be no HTTP that follows? */
static bool is_turn_of_client(const struct wl_build *b)
{
    const struct wl_work *w = b->last;

    return !b->parked && (!w || ((w->answered || w->stray) && !w->unasked_101));
}

static void see_last(struct wl_message *m, const struct wl_seen *seen)
{
    m->t_last = seen->t;
    m->last_frame = seen->frame;
}

static void count_content(struct wl_h1 *h, struct wl_work *w, enum wl_dir dir, uint64_t n,
                          const struct wl_seen *seen)
{
    if (dir == WL_TO_SERVER) {
        wl_build_request_content(&h->build, w, n, seen);
        return;
    }
    w->ex.res.body_bytes += n;
    see_last(&w->ex.res, seen);
}

/* Does content that begins with this octet tell by it that it is no message? */
static bool begins_no_message(enum wl_dir dir, uint8_t first)
{
    return dir == WL_TO_SERVER ? first < 'A' || first > 'Z' : first != 'H';
}

/* What of a message's content lies behind its head. */
enum content {
    CONTENT_WHOLE,
    CONTENT_PASSING, /* h->passing says what becomes of the rest, or of all of it */
    CONTENT_OTHERS,  /* it is for the long way; nothing was taken */
};

/* left octets of the content of w's message pass by. unseen: all of them, and how they begin is to
 * be looked at first. */
static enum content let_pass(struct wl_h1_in *in, struct wl_work *w, uint64_t left, bool unseen)
{
    struct wl_h1 *h = in->h;

    w->left = left;
    h->passing = w;
    h->passing_dir = (uint8_t)in->at.dir;
    h->unseen = unseen;
    return CONTENT_PASSING;
}

static enum content take_known_length(struct wl_h1_in *in, struct wl_work *w, uint64_t length)
{
    uint64_t n = wl_min_u64(length, in->bytes.n);

    if (!begins_no_message(in->at.dir, in->bytes.p[0]))
        return CONTENT_OTHERS;
    count_content(in->h, w, in->at.dir, n, in->seen);
    wl_h1_take(in, (size_t)n);
    return n == length ? CONTENT_WHOLE : let_pass(in, w, length - n, false);
}

/* Chunked content that lies here whole. RFC 9112 7.1: each chunk is its size, CRLF, that many
 * octets and CRLF, the last one has none; chunk extensions and trailer fields are for the long
 * way. */
static enum content take_chunks(struct wl_h1_in *in, struct wl_work *w, struct wl_message *m)
{
    const uint8_t *p = in->bytes.p;
    size_t at = 0, total = 0, size;

    do {
        size_t line = wl_h1_chunk_line(p + at, in->bytes.n - at, &size);

        at += line;
        if (line == 0 || in->bytes.n - at < size + 2 || p[at + size] != '\r' ||
            p[at + size + 1] != '\n' ||
            (total == 0 && size && !begins_no_message(in->at.dir, p[at])))
            return CONTENT_OTHERS;
        total += size;
        at += size + 2;
    } while (size);
    if (total) {
        count_content(in->h, w, in->at.dir, total, in->seen);
    } else { /* the end of no content */
        see_last(m, in->seen);
    }
    wl_h1_take(in, at);
    return CONTENT_WHOLE;
}

/* The content of m, w's message, from its first octet, if that lies here. */
static enum content take_content(struct wl_h1_in *in, struct wl_work *w, struct wl_message *m)
{
    bool chunked = m->framing == WL_FRAMING_CHUNKED;

    if (m->framing == WL_FRAMING_NONE)
        return CONTENT_WHOLE;
    if (m->framing != WL_FRAMING_LENGTH && !chunked)
        return CONTENT_OTHERS;
    if (in->at.dir == WL_TO_CLIENT && !w->inside)
        wl_inside_begin(w, m);
    if (w->inside)
        return CONTENT_OTHERS;
    if (in->bytes.n == 0)
        return let_pass(in, w, chunked ? 0 : m->declared, true);
    return chunked ? take_chunks(in, w, m) : take_known_length(in, w, m->declared);
}

bool wl_h1_take_begun(struct wl_h1_in *in)
{
    struct wl_h1 *h = in->h;
    struct wl_work *w = h->passing;
    bool request = in->at.dir == WL_TO_SERVER;

    if (!h->unseen || h->passing_dir != in->at.dir || in->bytes.n == 0)
        return false;
    switch (take_content(in, w, request ? &w->ex.req : &w->ex.res)) {
    case CONTENT_OTHERS: return false;
    case CONTENT_PASSING: break;
    case CONTENT_WHOLE:
        h->passing = NULL;
        wl_h1_over(h, w, in->at.dir, WL_WHOLE, WL_END_NONE, in->at.offset, in->seen);
        break;
    }
    return true;
}

void wl_h1_passed(struct wl_h1 *h, uint64_t offset, const struct wl_seen *seen)
{
    struct wl_work *w = h->passing;
    enum wl_dir dir = (enum wl_dir)h->passing_dir;

    h->passing = NULL;
    count_content(h, w, dir, w->left, seen);
    wl_h1_over(h, w, dir, WL_WHOLE, WL_END_NONE, offset, seen);
}

void wl_h1_pass_on(struct wl_h1 *h, struct wl_h1_side *s)
{
    enum wl_dir dir = (enum wl_dir)h->passing_dir;

    s->work = h->passing;
    s->m = dir == WL_TO_SERVER ? &s->work->ex.req : &s->work->ex.res;
    wl_h1_begin_body(s, dir);
    s->left = s->work->left;
    if (!h->unseen)
        s->look = WL_LOOK_NOT;
    s->skipping = !h->unseen;
    h->passing = NULL;
}

/* Work that one packet does not finish: w's message gets a side. NULL: memory was refused, and what
 * follows passes by. */
static struct wl_h1_side *go_on(struct wl_h1_in *in, struct wl_work *w, struct wl_message *m)
{
    struct wl_h1_side *s;

    if (!wl_h1_wake_up(in->h)) {
        wl_h1_take(in, in->bytes.n);
        if (w && m) {
            wl_build_unjudged(w, WL_UNJUDGED_LIMIT);
            wl_h1_over(in->h, w, in->at.dir, WL_HEAD, WL_END_LIMIT, WL_NONE, in->seen);
            /* what goes through a tunnel is none of this layer's messages, HTTP or not */
            in->h->deaf = m->framing == WL_FRAMING_TUNNEL;
        }
        return NULL;
    }
    s = &in->h->live->side[in->at.dir];
    s->work = w;
    s->m = m;
    return s;
}

static void take_request(struct wl_h1_in *in, const struct wl_h1_text *text,
                         const struct wl_h1_lines *lines)
{
    struct wl_h1 *h = in->h;
    struct wl_work *w = wl_build_request(&h->build, in->at, in->seen);
    enum wl_h1_read read = w ? wl_h1_read_request(h, w, text, lines, in->seen) : WL_READ_REFUSED;
    struct wl_message *m = w ? &w->ex.req : NULL;
    struct wl_h1_side *s;

    wl_h1_take(in, text->octets.n);
    switch (read == WL_READ ? take_content(in, w, m) : CONTENT_OTHERS) {
    case CONTENT_WHOLE:
        wl_h1_over(h, w, WL_TO_SERVER, WL_WHOLE, WL_END_NONE, in->at.offset, in->seen);
        break;
    case CONTENT_PASSING: break;
    case CONTENT_OTHERS:
        s = go_on(in, w, m);
        if (s)
            wl_h1_request_read(h, s, read, in->at.offset, in->seen);
        break;
    }
}

static void take_final(struct wl_h1_in *in, const struct wl_h1_text *text,
                       const struct wl_h1_lines *lines)
{
    struct wl_h1 *h = in->h;
    struct wl_begin begin;
    struct wl_h1_side *s;
    struct wl_message *m;
    struct wl_work *w;
    bool framed;

    wl_build_response(&h->build, &begin, in->at, in->seen);
    w = begin.work;
    wl_h1_take(in, text->octets.n);
    if (!w || !wl_h1_read_response(h, &begin, text, lines, in->seen)) {
        s = go_on(in, w, NULL);
        if (s)
            wl_h1_response_refused(h, s, w, in->at.offset, in->seen);
        return;
    }
    m = &w->ex.res;
    framed = wl_h1_frame(h, w, m, w->ex.req.method_id);
    m->state = WL_HEAD;
    wl_build_final(&h->build, w, m);
    switch (framed ? take_content(in, w, m) : CONTENT_OTHERS) {
    case CONTENT_WHOLE:
        wl_h1_over(h, w, WL_TO_CLIENT, WL_WHOLE, WL_END_NONE, in->at.offset, in->seen);
        break;
    case CONTENT_PASSING: break;
    case CONTENT_OTHERS:
        s = go_on(in, w, m);
        if (s)
            wl_h1_final_read(h, s, framed, in->at.offset, in->seen);
        break;
    }
}

/* Any but 101, behind which there may be no HTTP. */
static void take_interim(struct wl_h1_in *in, const struct wl_h1_text *text,
                         const struct wl_h1_lines *lines)
{
    struct wl_h1 *h = in->h;
    struct wl_begin begin;
    struct wl_h1_side *s;

    wl_build_response(&h->build, &begin, in->at, in->seen);
    wl_h1_take(in, text->octets.n);
    if (begin.work && wl_h1_read_interim(h, &begin, text, lines, in->seen))
        return;
    s = go_on(in, begin.work, NULL);
    if (s)
        wl_h1_response_refused(h, s, begin.work, in->at.offset, in->seen);
}

bool wl_h1_take_message(struct wl_h1_in *in)
{
    struct wl_span octets = {in->bytes.p, wl_min_size(in->bytes.n, wl_h1_max_head(in->h))};
    struct wl_h1_run run = {in->at.offset, in->at.frame};
    struct wl_h1_text text = {octets, in->at.offset, &run, 1, in->at.dir};
    bool request = in->at.dir == WL_TO_SERVER;
    struct wl_h1_lines lines;

    if (request ? octets.p[0] < 'A' || octets.p[0] > 'Z' || !is_turn_of_client(&in->h->build)
                : octets.p[0] != 'H' || in->h->build.parked)
        return false;
    text.octets.n = wl_h1_scan(octets, &lines);
    if (text.octets.n == 0) {
        in->scanned = octets.p;
        return false;
    }
    if (request ? !wl_h1_strict_request(in->h, octets, &lines)
                : !wl_h1_strict_status(octets, &lines) || lines.status == 101)
        return false;
    if (request) {
        take_request(in, &text, &lines);
    } else if (lines.status / 100 == 1) {
        take_interim(in, &text, &lines);
    } else if (in->h->live) { /* the client has not said all: the long way looks at it, too */
        return false;
    } else {
        take_final(in, &text, &lines);
    }
    return true;
}
