/* h1_feed.c - octets become heads, which lie whole in what a packet brings or come in pieces.
 * SPDX-License-Identifier: MIT
 *
 * A plain head that lies whole in the octets given is found in one pass (h1_scan.c), copied once
 * into the exchange's arena and read there. A head in pieces is gathered, up to max_head; nothing
 * is searched twice before it is complete.
 */
#include "doubt.h"
#include "h1_side.h"

/* ------------------------------------------------------------------------------ heads given up */

static void give_head_up(struct wl_h1_in *in)
{
    enum wl_dir dir = in->at.dir;

    wl_h1_cut_head(in->h, in->s, dir, WL_END_LIMIT, in->seen);
    wl_h1_lose(in->h, in->s, dir, in->at.offset, WL_UNJUDGED_LIMIT);
    /* what was given up may have been an interim response to what is outstanding */
    if (dir == WL_TO_CLIENT)
        wl_doubt_unpair(&in->h->build, WL_UNJUDGED_LIMIT);
}

/* More than max_head octets and no end. */
static void head_too_large(struct wl_h1_in *in)
{
    wl_layer_limit(wl_h1_layer(in->h), WL_LIMIT_max_head);
    give_head_up(in);
}

/* No memory for a head. Its octets are passed over: to look at them again would find the same start
 * line and ask for the same memory, for ever. */
static void head_refused(struct wl_h1_in *in)
{
    give_head_up(in);
    wl_h1_take(in, in->bytes.n);
}

/* ---------------------------------------------------------------------------------- the octets */

/* The octets of the head seen so far: those kept, with as many of in as may be, or in itself. */
static bool view(struct wl_h1_in *in, struct wl_h1_text *ret, struct wl_h1_run *run)
{
    struct wl_h1_side *s = in->s;

    if (s->gather.buf.n == 0) {
        *run = (struct wl_h1_run){in->at.offset, in->at.frame};
        *ret = (struct wl_h1_text){wl_span_sub(in->bytes, 0, wl_h1_max_head(in->h)), in->at.offset,
                                   run, 1, in->at.dir};
        return true;
    }
    if (!wl_h1_gather(in, in->bytes.n, wl_h1_max_head(in->h)))
        return false;
    *ret = wl_h1_gathered(s, in->at.dir);
    return true;
}

/* The head is not complete: keep what there is of it. */
static void keep_waiting(struct wl_h1_in *in, size_t seen_octets, size_t scan, bool checked)
{
    struct wl_h1_side *s = in->s;

    if (s->gather.buf.n == 0 && !wl_h1_gather(in, seen_octets, seen_octets)) {
        head_refused(in);
        return;
    }
    s->gather.scan = scan;
    s->gather.checked = checked;
    if (s->gather.buf.n >= wl_h1_max_head(in->h)) {
        head_too_large(in);
        return;
    }
    if (in->at.dir == WL_TO_SERVER && s->work) {
        s->work->ex.req.t_last = in->seen->t;
        s->work->ex.req.last_frame = in->seen->frame;
    }
}

static bool may_begin_request(uint8_t c)
{
    return wl_is_tchar(c) || c == ' ' || c == '\t';
}

/* Is the first line that of a request? Decided once, when it is there. */
enum check { CHECK_YES, CHECK_NO, CHECK_MORE };

static enum check check_first_line(const struct wl_h1_text *text, size_t *scan)
{
    size_t lf;

    if (text->octets.n == 0)
        return CHECK_MORE;
    if (!may_begin_request(text->octets.p[0]))
        return CHECK_NO;
    lf = *scan + wl_span_find(wl_span_after(text->octets, *scan), '\n');
    *scan = lf;
    if (lf == text->octets.n)
        return CHECK_MORE;
    return wl_h1_request_line(wl_span_sub(text->octets, 0, lf)) ? CHECK_YES : CHECK_NO;
}

/* waited: before this head, octets of the client were waiting for it. */
static void end_of_head(struct wl_h1_in *in, bool waited)
{
    /* what the client said meanwhile can be read now, and may be what the next response answers */
    if (waited && in->at.dir == WL_TO_CLIENT && !wl_h1_waits(in->h))
        in->kind = WL_FED_WAIT;
}

/* The short way: the head lies whole in the octets given, and is plain. False: it does not, or is
 * not; nothing was taken. */
static bool feed_whole_head(struct wl_h1_in *in)
{
    struct wl_span octets = wl_span_sub(in->bytes, 0, wl_h1_max_head(in->h));
    struct wl_h1_run run = {in->at.offset, in->at.frame};
    struct wl_h1_text text = {octets, in->at.offset, &run, 1, in->at.dir};
    bool waited = in->h->build.parked;
    struct wl_h1_lines lines;

    text.octets.n = in->scanned == octets.p ? 0 : wl_h1_scan(octets, &lines);
    if (text.octets.n == 0)
        return false;
    if (in->at.dir == WL_TO_CLIENT) {
        (void)wl_h1_strict_status(octets, &lines);
    } else if (!wl_h1_strict_request(in->h, octets, &lines) &&
               !wl_h1_is_request(wl_h1_first_line(octets, &lines))) {
        return false;
    }
    wl_h1_take(in, text.octets.n);
    wl_h1_head_complete(in->h, in->s, text, &lines, in->seen);
    end_of_head(in, waited);
    /* content of known length that lies here, too */
    if (in->s->phase == WL_H1_LENGTH && in->bytes.n && in->kind == WL_FED)
        wl_h1_feed_body(in);
    return true;
}

/* The lines of a head that came in pieces, if it is plain; else NULL. */
static const struct wl_h1_lines *find_lines(const struct wl_h1 *h, const struct wl_h1_text *text,
                                            struct wl_h1_lines *lines)
{
    if (wl_h1_scan(text->octets, lines) != text->octets.n)
        return NULL;
    if (text->dir == WL_TO_SERVER) {
        (void)wl_h1_strict_request(h, text->octets, lines);
    } else {
        (void)wl_h1_strict_status(text->octets, lines);
    }
    return lines;
}

void wl_h1_feed_head(struct wl_h1_in *in)
{
    struct wl_h1_side *s = in->s;
    bool gathered = s->gather.buf.n != 0;
    size_t scan = s->gather.scan, n;
    bool checked = in->at.dir == WL_TO_CLIENT || (gathered && s->gather.checked);
    const struct wl_h1_lines *found;
    struct wl_h1_lines lines;
    struct wl_h1_text text;
    struct wl_h1_run run;
    bool waited;

    if (!gathered && feed_whole_head(in))
        return;
    if (!gathered)
        scan = 0;
    if (!view(in, &text, &run)) {
        head_refused(in);
        return;
    }
    if (!checked) {
        switch (check_first_line(&text, &scan)) {
        case CHECK_MORE: keep_waiting(in, text.octets.n, scan, false); return;
        case CHECK_NO:
            /* keep its first line at most; what follows is read on its own */
            if (gathered && scan + 1 < text.octets.n)
                wl_h1_untake(in, text.octets.n - scan - 1);
            if (gathered)
                s->gather.buf.n = wl_min_size(s->gather.buf.n, scan + 1);
            wl_h1_garbage(in,
                          wl_span_sub(text.octets, 0, scan ? scan : 1)); /* one octet is there */
            return;
        case CHECK_YES: break;
        }
    }
    n = wl_h1_head_length(text.octets, &scan, false);
    if (n == 0) {
        keep_waiting(in, text.octets.n, scan, true);
        return;
    }
    waited = in->h->build.parked;
    /* octets behind the head were kept in this call only: before it, the head was not complete */
    if (gathered) {
        wl_h1_untake(in, text.octets.n - n);
    } else {
        wl_h1_take(in, n);
    }
    text.octets.n = n;
    found = gathered ? find_lines(in->h, &text, &lines) : NULL;
    wl_h1_head_complete(in->h, s, text, found, in->seen);
    end_of_head(in, waited);
    if (s->phase != WL_H1_HEAD)
        wl_h1_gather_clear(s);
}

void wl_h1_feed_trailer(struct wl_h1_in *in)
{
    struct wl_h1_side *s = in->s;
    bool gathered = s->gather.buf.n != 0;
    size_t scan = gathered ? s->gather.scan : 0, n;
    struct wl_h1_text text = {0};
    struct wl_h1_run run;

    if (!view(in, &text, &run)) {
        n = 0;
    } else {
        n = wl_h1_head_length(text.octets, &scan, true);
        if (n == 0 && text.octets.n < wl_h1_max_head(in->h) &&
            (gathered || wl_h1_gather(in, text.octets.n, text.octets.n))) {
            s->gather.scan = scan;
            return;
        }
    }
    if (n == 0) {
        if (text.octets.n >= wl_h1_max_head(in->h)) {
            wl_layer_limit(wl_h1_layer(in->h), WL_LIMIT_max_head);
        } else {
            wl_h1_take(in, in->bytes.n); /* memory was refused */
        }
        wl_h1_message_end(in->h, s, in->at.dir, WL_HEAD, WL_END_LIMIT, WL_NONE, in->seen);
        wl_h1_lose(in->h, s, in->at.dir, in->at.offset, WL_UNJUDGED_LIMIT);
        return;
    }
    if (gathered) {
        wl_h1_untake(in, text.octets.n - n);
    } else {
        wl_h1_take(in, n);
    }
    text.octets.n = n;
    if (s->work && s->m && n != 2) {
        text.octets = wl_h1_keep_text(in->h, s->work, text.octets);
        if (text.octets.p)
            wl_h1_parse_fields(in->h, s->work, s->m, &text, 0, true);
    }
    if (s->m) {
        s->m->t_last = in->seen->t;
        s->m->last_frame = in->seen->frame;
    }
    wl_h1_message_end(in->h, s, in->at.dir, WL_WHOLE, WL_END_NONE, in->at.offset, in->seen);
}
