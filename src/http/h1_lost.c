/* h1_lost.c - where the position is lost: looks for the next start line.
 * SPDX-License-Identifier: MIT
 *
 * Behind a gap, a broken chunk or octets that begin no message nobody knows where the next message
 * begins. A request line is looked for anywhere in a line, a status line anywhere at all; each octet
 * is looked at once, whatever the packets' bounds. What is found is a guess (doubt.h): content
 * may hold lines that look the same.
 */
#include "doubt.h"
#include "grammar.h"
#include "h1_side.h"

enum {
    LINE_KEPT = 8192, /* a request line is looked for in the last so many octets of a line */
    LINE_MAX_KEPT = 2 * LINE_KEPT,
};

static void drop_counted(struct wl_h1_side *s, size_t n)
{
    wl_h1_count_excess(s, wl_span_sub(wl_buf_span(&s->gather.buf), 0, n));
    wl_h1_gather_drop(s, n);
}

static void take_counted(struct wl_h1_in *in, size_t n)
{
    wl_h1_count_excess(in->s, wl_span_sub(in->bytes, 0, n));
    wl_h1_take(in, n);
}

/* A request line was found at s->first, in the packet that is or was s->first_seen: what stood in
 * the place of a request ends before it. */
static void found_request(struct wl_h1_in *in)
{
    struct wl_h1_side *s = in->s;
    struct wl_h1 *h = in->h;
    uint64_t skipped = s->first.offset - s->lost_at;

    wl_h1_close_excess(h, s);
    if (s->work) {
        h->last_request = s->work->ex.ordinal;
        h->after_content = false;
        wl_build_request_end(&h->build, s->work, WL_CUT, WL_END_NONE, s->first.offset, in->seen);
    }
    s->crlf = 0;
    if (skipped || wl_doubt_is_guess(&h->build, WL_TO_SERVER))
        wl_doubt_guess(&h->build, WL_TO_SERVER);
    wl_h1_begin_request(h, s);
    if (s->work && skipped) {
        wl_build_mark(&h->build, s->work, s->m, WL_MARK_RESYNCHRONISED, s->first, skipped,
                      wl_span(NULL, 0));
    }
    s->gather.scan = 0;
    s->gather.checked = false;
}

/* Where in a line of unknown meaning, given without its LF, a request line begins. torn: octets
 * before the line may be missing, and those of a method with them: then only one that is known is
 * believed. */
static size_t find_in_line(struct wl_span line, bool torn)
{
    struct wl_span tail = wl_span_after(line, line.n > LINE_KEPT ? line.n - LINE_KEPT : 0);
    size_t found = wl_h1_find_request(tail);

    if (found == tail.n)
        return line.n;
    found += line.n - tail.n;
    if (torn && found == 0 &&
        wl_grammar_method(wl_span_sub(line, 0, wl_span_find(line, ' '))) <= WL_METHOD_OTHER)
        return line.n;
    return found;
}

static void lost_client(struct wl_h1_in *in)
{
    struct wl_h1_side *s = in->s;
    size_t lf = wl_span_find(in->bytes, '\n'), found;
    uint64_t fresh = in->at.offset;
    struct wl_h1_text text;

    if (lf < in->bytes.n && s->gather.buf.n == 0) {
        found = find_in_line(wl_span_sub(in->bytes, 0, lf), fresh == s->lost_at);
        if (found == lf) {
            take_counted(in, lf + 1);
            return;
        }
        take_counted(in, found);
        s->first = in->at;
        s->first_seen = *in->seen;
        found_request(in);
        return;
    }
    /* where the line begins in octets that were kept, the server may have spoken since */
    if (s->gather.buf.n == 0)
        s->first_seen = *in->seen;
    if (s->gather.buf.n >= LINE_MAX_KEPT)
        drop_counted(s, LINE_KEPT);
    if (!wl_h1_gather(in, lf + 1, LINE_MAX_KEPT)) {
        drop_counted(s, s->gather.buf.n);
        take_counted(in, in->bytes.n);
        return;
    }
    text = wl_h1_gathered(s, WL_TO_SERVER);
    if (text.octets.n == 0 || text.octets.p[text.octets.n - 1] != '\n')
        return;
    text.octets.n--;
    found = find_in_line(text.octets, text.offset == s->lost_at);
    if (found == text.octets.n) {
        drop_counted(s, text.octets.n + 1);
        return;
    }
    s->first = wl_h1_at(&text, text.octets.p + found);
    if (found)
        drop_counted(s, found);
    if (s->first.offset >= fresh)
        s->first_seen = *in->seen;
    found_request(in);
}

static void found_response(struct wl_h1_in *in)
{
    struct wl_h1_side *s = in->s;

    s->skipped = s->first.offset - s->lost_at;
    if (s->skipped || wl_doubt_is_guess(&in->h->build, WL_TO_CLIENT))
        wl_doubt_guess(&in->h->build, WL_TO_CLIENT);
    s->first_seen = *in->seen;
    s->crlf = 0;
    wl_h1_begin_response(in->h, s);
    s->gather.scan = 0;
}

/* A status line that begins in the octets kept from before; true when one does. */
static bool found_across(struct wl_h1_in *in)
{
    struct wl_h1_side *s = in->s;
    struct wl_h1_text text = wl_h1_gathered(s, WL_TO_CLIENT);
    uint8_t both[2 * WL_STATUS_LIKE];
    size_t kept = text.octets.n, fresh;

    WL_ASSERT(kept < WL_STATUS_LIKE);
    fresh = wl_min_size(in->bytes.n, WL_STATUS_LIKE - 1);
    if (kept == 0)
        return false;
    memcpy(both, text.octets.p, kept);
    memcpy(both + kept, in->bytes.p, fresh);
    for (size_t i = 0; i < kept; i++) {
        if (!wl_h1_status_like(wl_span(both + i, kept + fresh - i)))
            continue;
        s->first = wl_h1_at(&text, text.octets.p + i);
        if (i)
            drop_counted(s, i);
        found_response(in);
        return true;
    }
    return false;
}

/* Offset in s at which a status line begins, or s.n. */
static size_t find_status(struct wl_span s)
{
    size_t at = 0;

    for (;;) {
        at += wl_span_find(wl_span_after(s, at), 'H');
        if (at + WL_STATUS_LIKE > s.n)
            return s.n;
        if (wl_h1_status_like(wl_span_after(s, at)))
            return at;
        at++;
    }
}

static void lost_server(struct wl_h1_in *in)
{
    struct wl_h1_side *s = in->s;
    size_t found, keep;

    if (found_across(in))
        return;
    found = find_status(in->bytes);
    if (found < in->bytes.n) {
        drop_counted(s, s->gather.buf.n);
        take_counted(in, found);
        s->first = in->at;
        found_response(in);
        return;
    }
    /* the last octets may begin a status line that goes on in the next packet */
    keep = WL_STATUS_LIKE - 1;
    if (in->bytes.n >= keep) {
        drop_counted(s, s->gather.buf.n);
        take_counted(in, in->bytes.n - keep);
    } else if (s->gather.buf.n + in->bytes.n > keep) {
        drop_counted(s, s->gather.buf.n + in->bytes.n - keep);
    }
    if (!wl_h1_gather(in, in->bytes.n, keep))
        take_counted(in, in->bytes.n);
}

void wl_h1_feed_lost(struct wl_h1_in *in)
{
    if (in->at.dir == WL_TO_SERVER) {
        lost_client(in);
    } else {
        lost_server(in);
    }
}
