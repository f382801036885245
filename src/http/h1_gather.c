/* h1_gather.c - octets kept because what they begin is not complete yet.
 * SPDX-License-Identifier: MIT
 *
 * The slow path of the scanner: a head, a line or a pattern that is spread over several packets.
 * Kept octets remember in which packet they came, up to eight packets; beyond that the nearest
 * earlier one is given.
 */
#include "h1_side.h"

struct wl_at wl_h1_at(const struct wl_h1_text *text, const uint8_t *p)
{
    uint64_t offset = text->offset + (uint64_t)(p - text->octets.p);
    struct wl_at at = {0, offset, text->dir};

    for (uint32_t i = 0; i < text->n_runs && text->runs[i].offset <= offset; i++)
        at.frame = text->runs[i].frame;
    return at;
}

bool wl_h1_gather(struct wl_h1_in *in, size_t n, size_t max)
{
    struct wl_h1_gather *g = &in->s->gather;

    if (!g->buf.budget)
        wl_buf_init(&g->buf, wl_h1_layer(in->h)->host->budget, SIZE_MAX);
    if (g->buf.n == 0) {
        g->offset = in->at.offset;
        g->scan = 0;
        g->n_runs = 0;
        g->checked = false;
    }
    n = wl_min_size(n, in->bytes.n);
    n = wl_min_size(n, max > g->buf.n ? max - g->buf.n : 0);
    if (!wl_buf_append(&g->buf, wl_span_sub(in->bytes, 0, n))) {
        wl_h1_layer(in->h)->host->counters->refused++;
        return false;
    }
    if (n && g->n_runs < WL_H1_RUNS &&
        (g->n_runs == 0 || g->runs[g->n_runs - 1].frame != in->at.frame))
        g->runs[g->n_runs++] = (struct wl_h1_run){in->at.offset, in->at.frame};
    g->t_last = in->seen->t;
    g->last_frame = in->seen->frame;
    wl_h1_take(in, n);
    return true;
}

struct wl_h1_text wl_h1_gathered(const struct wl_h1_side *s, enum wl_dir dir)
{
    return (struct wl_h1_text){wl_buf_span(&s->gather.buf), s->gather.offset, s->gather.runs,
                               s->gather.n_runs, dir};
}

void wl_h1_gather_drop(struct wl_h1_side *s, size_t n)
{
    struct wl_h1_gather *g = &s->gather;
    uint32_t gone = 0;

    if (n >= g->buf.n) {
        if (g->buf.budget)
            wl_buf_release(&g->buf);
        g->scan = 0;
        g->n_runs = 0;
        g->checked = false;
        return;
    }
    wl_buf_drop(&g->buf, n);
    g->offset += n;
    g->scan = g->scan > n ? g->scan - n : 0;
    while (gone + 1 < g->n_runs && g->runs[gone + 1].offset <= g->offset)
        gone++;
    if (gone) {
        g->n_runs -= gone;
        memmove(g->runs, g->runs + gone, g->n_runs * sizeof(g->runs[0]));
    }
}
