/* layout.c - text in columns: inks, padding, wrapping, lists of pieces.
 * SPDX-License-Identifier: MIT
 */
#include "layout.h"

void wl_layout_ink(struct wl_text *t, bool color, enum wl_ink ink)
{
    /* SGR sequences of ECMA-48 8.3.117 that every colour terminal knows. Nobody tells whether the
     * ground is dark or light: of the eight colours red and magenta can be read on both, and yellow
     * and cyan on a dark one only. */
    static const char *const sequences[WL_N_INKS] = {
        [WL_INK_PLAIN] = "\033[0m",      [WL_INK_STRONG] = "\033[1m",
        [WL_INK_FAINT] = "\033[2m",      [WL_INK_NOTE] = "\033[1m",
        [WL_INK_WARNING] = "\033[1;35m", [WL_INK_VIOLATION] = "\033[1;31m",
    };

    if (color)
        wl_text_put(t, sequences[ink]);
}

enum wl_ink wl_layout_severity_ink(enum wl_severity s)
{
    static const enum wl_ink inks[WL_N_SEVERITIES] = {
        [WL_OFF] = WL_INK_FAINT,
        [WL_NOTE] = WL_INK_NOTE,
        [WL_WARNING] = WL_INK_WARNING,
        [WL_VIOLATION] = WL_INK_VIOLATION,
    };

    return inks[s];
}

size_t wl_layout_width(struct wl_span s)
{
    size_t width = 0;

    for (size_t i = 0; i < s.n; i++)
        width += (s.p[i] & 0xc0) != 0x80;
    return width;
}

static struct wl_span since(const struct wl_text *t, size_t from)
{
    return wl_span_after(wl_text_span(t), from);
}

void wl_layout_pad(struct wl_text *t, size_t from, size_t columns)
{
    size_t width = wl_layout_width(since(t, from));

    if (width < columns)
        wl_text_repeat(t, ' ', columns - width);
}

/* Moves what stands since from to the right edge of a field of columns (ASCII only). */
static void align_right(struct wl_text *t, size_t from, size_t columns)
{
    size_t width = t->buf.n - from;

    if (t->full || width >= columns)
        return;
    wl_text_repeat(t, ' ', columns - width);
    if (t->full)
        return;
    memmove(t->buf.p + from + (columns - width), t->buf.p + from, width);
    memset(t->buf.p + from, ' ', columns - width);
}

void wl_layout_count(struct wl_text *t, uint64_t n, size_t columns)
{
    size_t from = t->buf.n;

    wl_text_count(t, n);
    align_right(t, from, columns);
}

void wl_layout_duration(struct wl_text *t, wl_ns d, size_t columns)
{
    size_t from = t->buf.n;

    if (d < 0) {
        wl_text_char(t, '-');
    } else {
        wl_text_duration(t, d);
    }
    align_right(t, from, columns);
}

void wl_layout_wrap(struct wl_text *t, struct wl_span words, size_t indent, size_t columns)
{
    size_t at = 0;

    while (words.n) {
        size_t n = 0;
        size_t width;

        if (words.p[0] == ' ' || words.p[0] == '\n') {
            if (words.p[0] == '\n' && at) {
                wl_text_char(t, '\n');
                at = 0;
            }
            words = wl_span_after(words, 1);
            continue;
        }
        while (n < words.n && words.p[n] != ' ' && words.p[n] != '\n')
            n++;
        width = wl_layout_width(wl_span(words.p, n));
        if (at && columns && at + 1 + width > columns) {
            wl_text_char(t, '\n');
            at = 0;
        }
        if (at == 0) {
            wl_text_repeat(t, ' ', indent);
        } else {
            wl_text_char(t, ' ');
        }
        at += width + (at ? 1 : indent);
        wl_text_span_raw(t, wl_span(words.p, n));
        words = wl_span_after(words, n);
    }
    if (at)
        wl_text_char(t, '\n');
}

void wl_layout_flow(struct wl_flow_text *f, struct wl_text *t, size_t at, size_t indent,
                    size_t columns)
{
    *f = (struct wl_flow_text){.t = t, .at = at, .indent = indent, .columns = columns};
}

void wl_layout_piece(struct wl_flow_text *f, struct wl_span piece)
{
    size_t width = wl_layout_width(piece);

    if (f->any) {
        wl_text_char(f->t, ',');
        f->at++;
    }
    /* one column is left for the comma that may follow */
    if (f->any && f->columns && f->at + 2 + width > f->columns) {
        wl_text_char(f->t, '\n');
        wl_text_repeat(f->t, ' ', f->indent);
        f->at = f->indent;
    } else if (f->any) {
        wl_text_char(f->t, ' ');
        f->at++;
    }
    wl_text_span_raw(f->t, piece);
    f->at += width;
    f->any = true;
}
