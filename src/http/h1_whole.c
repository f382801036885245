/* h1_whole.c - the short way: a message that begins in a packet, and most often ends there.
 * SPDX-License-Identifier: MIT
 *
 * Nearly all messages find nothing under way on their connection: no struct wl_h1_live. Their
 * head is plain and lies in one packet, and they have no content, or all of it lies there too, or
 * it is of known length and begins there. For these a message is one straight run from its first
 * octet to its last; all that is kept meanwhile is how much content is to pass by. Whatever is
 * otherwise is left to the long way (h1.c): before anything was taken, or behind the head, when
 * content goes on, or once something interrupts it. Interim responses come this way also while the
 * content of their request is under way. The dialogues, played whole and in pieces, hold the two
 * together.
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

/* Content of known length begins here, and tells by its first octet that it is no message? */
static bool has_content(const struct wl_h1_in *in, const struct wl_message *m)
{
    uint8_t first;

    if (m->framing != WL_FRAMING_LENGTH || in->bytes.n == 0)
        return false;
    first = in->bytes.p[0];
    return in->at.dir == WL_TO_SERVER ? first < 'A' || first > 'Z' : first != 'H';
}

static void count_content(struct wl_h1 *h, struct wl_work *w, enum wl_dir dir, uint64_t n,
                          const struct wl_seen *seen)
{
    struct wl_message *res = &w->ex.res;

    if (dir == WL_TO_SERVER) {
        wl_build_request_content(&h->build, w, n, seen);
        return;
    }
    res->body_bytes += n;
    res->t_last = seen->t;
    res->last_frame = seen->frame;
}

/* Takes what lies here of such content. False: there is more, which will pass by. */
static bool take_content(struct wl_h1_in *in, struct wl_work *w, const struct wl_message *m)
{
    uint64_t n = wl_min_u64(m->declared, in->bytes.n);

    count_content(in->h, w, in->at.dir, n, in->seen);
    wl_h1_take(in, (size_t)n);
    if (n == m->declared)
        return true;
    w->left = m->declared - n;
    in->h->passing = w;
    in->h->passing_dir = (uint8_t)in->at.dir;
    return false;
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
    s->look = WL_LOOK_NOT;
    s->left = s->work->left;
    s->skipping = true;
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
    if (read == WL_READ && has_content(in, m)) {
        if (!take_content(in, w, m))
            return;
    } else if (read != WL_READ || m->framing != WL_FRAMING_NONE) {
        s = go_on(in, w, m);
        if (s)
            wl_h1_request_read(h, s, read, in->at.offset, in->seen);
        return;
    }
    wl_h1_over(h, w, WL_TO_SERVER, WL_WHOLE, WL_END_NONE, in->at.offset, in->seen);
}

static void take_final(struct wl_h1_in *in, const struct wl_h1_text *text,
                       const struct wl_h1_lines *lines)
{
    struct wl_h1 *h = in->h;
    struct wl_begin begin;
    struct wl_h1_side *s;
    struct wl_message *m;
    struct wl_work *w;
    bool framed, content;

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
    content = framed && has_content(in, m);
    if (content)
        wl_inside_begin(w, m);
    if (content && !w->inside) {
        if (!take_content(in, w, m))
            return;
    } else if (!framed || m->framing != WL_FRAMING_NONE) {
        s = go_on(in, w, m);
        if (s)
            wl_h1_final_read(h, s, framed, in->at.offset, in->seen);
        return;
    }
    wl_h1_over(h, w, WL_TO_CLIENT, WL_WHOLE, WL_END_NONE, in->at.offset, in->seen);
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
    if (text.octets.n == 0)
        return false;
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
