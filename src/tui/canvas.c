/* canvas.c - a grid of cells to draw on, and strips of cells to draw with.
 * SPDX-License-Identifier: MIT
 *
 * Text becomes cells in one place, put_char(): it knows widths, combining marks and ASCII.
 * Untrusted octets pass the same gate as in every report, wl_text_printable(). A strip is copied
 * to the canvas in one place too, which clips; a wide character that is cut in half becomes a
 * space.
 */
#include "canvas.h"

#include <stdarg.h>

enum {
    LIKENESS_OTHER = '?', /* for a character of ours that has no likeness in ASCII */
    NUMBER_OCTETS = 64,
};

/* ---------------------------------------------------------------------------------- rectangles */

static int clamp(int value, int low, int high)
{
    return value < low ? low : value > high ? high : value;
}

struct wl_rect wl_rect_top(struct wl_rect *r, int n)
{
    struct wl_rect part = *r;

    part.h = clamp(n, 0, r->h);
    r->y += part.h;
    r->h -= part.h;
    return part;
}

struct wl_rect wl_rect_bottom(struct wl_rect *r, int n)
{
    struct wl_rect part = *r;

    part.h = clamp(n, 0, r->h);
    r->h -= part.h;
    part.y = r->y + r->h;
    return part;
}

struct wl_rect wl_rect_left(struct wl_rect *r, int n)
{
    struct wl_rect part = *r;

    part.w = clamp(n, 0, r->w);
    r->x += part.w;
    r->w -= part.w;
    return part;
}

struct wl_rect wl_rect_right(struct wl_rect *r, int n)
{
    struct wl_rect part = *r;

    part.w = clamp(n, 0, r->w);
    r->w -= part.w;
    part.x = r->x + r->w;
    return part;
}

/* -------------------------------------------------------------------------------------- canvas */

void wl_canvas_init(struct wl_canvas *c, struct wl_budget *b, bool ascii)
{
    *c = (struct wl_canvas){.budget = b, .ascii = ascii, .cursor_x = -1, .cursor_y = -1};
}

void wl_canvas_release(struct wl_canvas *c)
{
    wl_free(c->budget, c->cells, c->capacity * sizeof(*c->cells));
    c->cells = NULL;
    c->capacity = 0;
    c->w = c->h = 0;
}

bool wl_canvas_resize(struct wl_canvas *c, int w, int h)
{
    size_t n;

    w = clamp(w, 1, WL_CANVAS_COLUMNS);
    h = clamp(h, 1, WL_CANVAS_ROWS);
    n = (size_t)w * (size_t)h;
    if (n > c->capacity) {
        struct wl_cell *cells = wl_alloc_array(c->budget, n, sizeof(*cells));

        if (!cells)
            return false;
        wl_free(c->budget, c->cells, c->capacity * sizeof(*c->cells));
        c->cells = cells;
        c->capacity = n;
    }
    c->w = w;
    c->h = h;
    wl_canvas_clear(c);
    return true;
}

void wl_canvas_clear(struct wl_canvas *c)
{
    c->cursor_x = c->cursor_y = -1;
    c->n_zones = 0;
    wl_canvas_fill(c, wl_canvas_area(c), WL_ROLE_PLAIN, ' ');
}

static struct wl_cell *cell_at(struct wl_canvas *c, int x, int y)
{
    if (x < 0 || y < 0 || x >= c->w || y >= c->h)
        return NULL;
    return &c->cells[(size_t)y * (size_t)c->w + (size_t)x];
}

const struct wl_cell *wl_canvas_at(const struct wl_canvas *c, int x, int y)
{
    WL_ASSERT(x >= 0 && y >= 0 && x < c->w && y < c->h);
    return &c->cells[(size_t)y * (size_t)c->w + (size_t)x];
}

void wl_canvas_zone(struct wl_canvas *c, struct wl_rect area, int key)
{
    if (c->n_zones < WL_CANVAS_ZONES && area.w > 0 && area.h > 0)
        c->zones[c->n_zones++] = (struct wl_zone){area, key};
}

void wl_canvas_cursor(struct wl_canvas *c, int x, int y)
{
    c->cursor_x = clamp(x, 0, c->w - 1);
    c->cursor_y = clamp(y, 0, c->h - 1);
}

/* -------------------------------------------------------------------------------------- strips */

void wl_strip_init(struct wl_strip *s, const struct wl_canvas *c, int max)
{
    s->n = 0;
    s->max = s->room = clamp(max, 0, WL_STRIP);
    s->look = WL_ROLE_PLAIN;
    s->ascii = c->ascii;
    s->cut = false;
}

/* What of ours stands for a character where only ASCII is to be had. */
static uint32_t likeness(uint32_t c)
{
    static const struct {
        uint32_t c;
        char like;
    } table[] = {
        {0x00b5, 'u'},                                              /* micro */
        {0x00b7, '.'},                                              /* middle dot */
        {0x00d7, 'x'},                                              /* times */
        {0x2013, '-'},                                              /* en dash */
        {0x2022, '*'},                                              /* bullet */
        {0x2026, '.'},                                              /* ellipsis */
        {0x2190, '<'}, {0x2191, '^'}, {0x2192, '>'}, {0x2193, 'v'}, /* arrows */
        {0x2264, '<'}, {0x2265, '>'}, {0x2500, '-'}, {0x2501, '='}, {0x2502, '|'}, {0x2503, '|'},
        {0x2504, '-'}, {0x2506, ':'}, {0x2550, '='}, {0x2551, '|'}, {0x254c, '-'}, {0x254e, ':'},
        {0x25a0, '#'}, {0x25aa, '*'}, {0x2588, '#'}, {0x2590, '#'}, {0x25b2, '^'}, {0x25b4, '^'},
        {0x25b6, '>'}, {0x25b8, '>'}, {0x25bc, 'v'}, {0x25be, 'v'}, {0x25c0, '<'}, {0x25c6, '*'},
        {0x25cb, 'o'}, {0x25cf, '*'}, {0x2713, '+'},
    };

    for (size_t i = 0; i < WL_COUNT(table); i++) {
        if (table[i].c == c)
            return (uint32_t)table[i].like;
    }
    if (c >= 0x2500 && c <= 0x257f)
        return '+'; /* corners and crossings */
    return c >= 0x2581 && c <= 0x259f ? '#' : LIKENESS_OTHER;
}

/* The one place where a character becomes cells. False: it does not fit. */
static bool put_char(struct wl_strip *s, unsigned look, uint32_t c)
{
    int width = wl_char_width(c);

    if (width == 0) {
        /* the first mark stays, a pile of them does not */
        struct wl_cell *on = s->n ? &s->cells[s->n - 1] : NULL;

        if (on && on->c == WL_CELL_TAIL)
            on--;
        if (on && !on->mark)
            on->mark = c;
        return true;
    }
    if (s->n + width > s->max) {
        s->cut = true;
        return false;
    }
    s->cells[s->n++] = (struct wl_cell){.c = c, .look = (uint16_t)look};
    if (width == 2)
        s->cells[s->n++] = (struct wl_cell){.c = WL_CELL_TAIL, .look = (uint16_t)look};
    return true;
}

void wl_strip_char(struct wl_strip *s, unsigned look, uint32_t c)
{
    (void)put_char(s, look, s->ascii && c > '~' ? likeness(c) : c);
}

void wl_strip_repeat(struct wl_strip *s, unsigned look, uint32_t c, int n)
{
    while (n-- > 0 && !s->cut)
        wl_strip_char(s, look, c);
}

void wl_strip_pad(struct wl_strip *s, int n)
{
    wl_strip_repeat(s, WL_ROLE_PLAIN, ' ', n - s->n);
}

static void put_escaped(struct wl_strip *s, unsigned look, uint8_t octet)
{
    static const char digits[] = "0123456789abcdef";
    const char text[4] = {'\\', 'x', digits[octet >> 4], digits[octet & 15]};

    for (size_t i = 0; i < sizeof(text) && put_char(s, look, (uint8_t)text[i]); i++) {
    }
}

void wl_strip_octets(struct wl_strip *s, unsigned look, struct wl_span octets)
{
    size_t done = 0;

    while (done < octets.n && !s->cut) {
        struct wl_span rest = wl_span_after(octets, done);
        uint32_t c = 0;
        size_t n = wl_text_printable(rest, &c);

        if (n && !(s->ascii && c > '~')) {
            (void)put_char(s, look, c);
            done += n;
        } else {
            put_escaped(s, look, rest.p[0]);
            done++;
        }
    }
}

void wl_strip_text(struct wl_strip *s, unsigned look, const char *text)
{
    struct wl_span rest = wl_span_text(text);

    while (rest.n && !s->cut) {
        uint32_t c = LIKENESS_OTHER;
        size_t n = wl_text_printable(rest, &c);

        wl_strip_char(s, look, n ? c : LIKENESS_OTHER);
        rest = wl_span_after(rest, n ? n : 1);
    }
}

void wl_strip_printf(struct wl_strip *s, unsigned look, const char *fmt, ...)
{
    char line[WL_STRIP];
    va_list args;
    int n;

    va_start(args, fmt);
    n = vsnprintf(line, sizeof(line), fmt, args);
    va_end(args);
    if (n >= 0)
        wl_strip_text(s, look, line);
}

void wl_strip_join(struct wl_strip *s, const struct wl_strip *other)
{
    int n = clamp(other->n, 0, s->max - s->n);

    memcpy(s->cells + s->n, other->cells, (size_t)n * sizeof(*s->cells));
    s->n += n;
    s->cut |= other->cut || n < other->n;
    /* no half of a wide character */
    if (n && n < other->n && other->cells[n].c == WL_CELL_TAIL)
        s->cells[s->n - 1] = (struct wl_cell){.c = ' ', .look = s->cells[s->n - 1].look};
}

/* Removes cells from..to and leaves what a wide character lost half of as spaces. */
static void remove_cells(struct wl_strip *s, int from, int to)
{
    if (from > 0 && from < s->n && s->cells[from].c == WL_CELL_TAIL)
        s->cells[from - 1].c = ' ';
    if (to < s->n && s->cells[to].c == WL_CELL_TAIL)
        s->cells[to].c = ' ';
    memmove(s->cells + from, s->cells + to, (size_t)(s->n - to) * sizeof(*s->cells));
    s->n -= to - from;
}

void wl_strip_shorten(struct wl_strip *s, int w, enum wl_cut where)
{
    int dots = s->ascii ? 3 : 1;
    int keep, from;

    if (s->n <= w && !s->cut)
        return;
    if (w < dots * 2)
        dots = w > 1;          /* no room for more than a sign that something is missing */
    w = clamp(w, 0, WL_STRIP); /* a full strip on a wider screen: its end goes all the same */
    keep = clamp(w - dots, 0, s->n);
    from = where == WL_CUT_MIDDLE ? keep / 2 : keep;
    remove_cells(s, from, from + s->n - keep);
    for (int i = s->n; i-- > from;)
        s->cells[i + dots] = s->cells[i];
    for (int i = 0; i < dots; i++) {
        s->cells[from + i] = (struct wl_cell){
            .c = s->ascii ? '.' : 0x2026,
            .look = from ? s->cells[from - 1].look : (uint16_t)WL_ROLE_FAINT,
        };
    }
    s->n += dots;
    s->cut = false;
}

/* ------------------------------------------------------------------------------------- numbers */

/* A wl_text over octets on the stack; what does not fit is cut. */
static struct wl_text text_over(char *octets, size_t n)
{
    return (struct wl_text){.buf = {.p = (uint8_t *)octets, .capacity = n, .max = n}};
}

static void put_text(struct wl_strip *s, unsigned look, const struct wl_text *t)
{
    wl_strip_octets(s, look, wl_text_span(t));
}

void wl_strip_count(struct wl_strip *s, unsigned look, uint64_t n)
{
    char octets[NUMBER_OCTETS];
    struct wl_text t = text_over(octets, sizeof(octets));

    wl_text_count(&t, n);
    put_text(s, look, &t);
}

void wl_strip_short(struct wl_strip *s, unsigned look, uint64_t n)
{
    static const char units[] = " kMGTPE";
    size_t u = 0;

    if (n < 10000) {
        wl_strip_printf(s, look, "%u", (unsigned)n);
        return;
    }
    while (n >= 1000 && u + 2 < sizeof(units)) {
        if (n < 10000) {
            wl_strip_printf(s, look, "%u.%u%c", (unsigned)(n / 1000), (unsigned)(n / 100 % 10),
                            units[u + 1]);
            return;
        }
        n /= 1000;
        u++;
    }
    wl_strip_printf(s, look, "%u%c", (unsigned)n, units[u]);
}

void wl_strip_octet_count(struct wl_strip *s, unsigned look, uint64_t n)
{
    char octets[NUMBER_OCTETS];
    struct wl_text t = text_over(octets, sizeof(octets));

    wl_text_octets(&t, n);
    put_text(s, look, &t);
}

void wl_strip_duration(struct wl_strip *s, unsigned look, wl_ns d)
{
    char octets[NUMBER_OCTETS];
    struct wl_text t = text_over(octets, sizeof(octets));

    if (d < 0) {
        wl_text_char(&t, '-');
    } else if (d < 120 * WL_SECOND) {
        wl_text_duration(&t, d);
    } else if (d < 7200 * WL_SECOND) {
        wl_text_printf(&t, "%u min", (unsigned)(d / (60 * WL_SECOND)));
    } else if (d < 172800 * WL_SECOND) {
        wl_text_printf(&t, "%u h", (unsigned)(d / (3600 * WL_SECOND)));
    } else {
        wl_text_u64(&t, (uint64_t)(d / (86400 * WL_SECOND)));
        wl_text_put(&t, " d");
    }
    put_text(s, look, &t);
}

void wl_strip_endpoint(struct wl_strip *s, unsigned look, const struct wl_endpoint *e)
{
    char octets[NUMBER_OCTETS];
    struct wl_text t = text_over(octets, sizeof(octets));

    wl_text_endpoint(&t, e);
    put_text(s, look, &t);
}

void wl_strip_clock(struct wl_strip *s, unsigned look, wl_ns time, bool utc, int digits)
{
    char octets[NUMBER_OCTETS];
    struct wl_text t = text_over(octets, sizeof(octets));
    size_t n = digits > 0 ? sizeof("hh:mm:ss.") - 1 + (size_t)digits : sizeof("hh:mm:ss") - 1;

    if (time == 0) {
        wl_text_char(&t, '-');
    } else {
        wl_text_clock(&t, time, utc);
    }
    wl_strip_octets(s, look, wl_span_sub(wl_text_span(&t), 0, n));
}

/* ------------------------------------------------------------------------------------- drawing */

/* A wide character that begins or ends outside of where it may is a space. */
static void copy_cells(struct wl_canvas *c, int x, int y, const struct wl_cell *cells, int n)
{
    for (int i = 0; i < n; i++) {
        struct wl_cell *to = cell_at(c, x + i, y);

        if (!to)
            continue;
        *to = cells[i];
        if ((to->c == WL_CELL_TAIL && (i == 0 || x + i == 0)) ||
            (wl_char_width(to->c) == 2 && (i + 1 == n || x + i + 1 == c->w)))
            *to = (struct wl_cell){.c = ' ', .look = to->look};
    }
}

void wl_canvas_place(struct wl_canvas *c, int x, int y, int w, enum wl_align align,
                     const struct wl_strip *s)
{
    int free = w - s->n;

    if (w <= 0)
        return;
    if (free < 0 || s->cut) {
        struct wl_strip shorter = *s;

        wl_strip_shorten(&shorter, w, WL_CUT_END);
        copy_cells(c, x, y, shorter.cells, shorter.n);
        return;
    }
    copy_cells(c,
               x + (align == WL_RIGHT    ? free
                    : align == WL_CENTRE ? free / 2
                                         : 0),
               y, s->cells, s->n);
}

int wl_canvas_text(struct wl_canvas *c, struct wl_rect r, int x, int y, unsigned look,
                   const char *text)
{
    struct wl_strip s;

    if (y < 0 || y >= r.h || x < 0 || x >= r.w)
        return 0;
    wl_strip_init(&s, c, r.w - x);
    wl_strip_text(&s, look, text);
    wl_canvas_place(c, r.x + x, r.y + y, r.w - x, WL_LEFT, &s);
    return s.n;
}

void wl_canvas_cell(struct wl_canvas *c, int x, int y, unsigned look, uint32_t ch)
{
    struct wl_cell *to = cell_at(c, x, y);

    if (to) {
        *to = (struct wl_cell){
            .c = c->ascii && ch > '~' ? likeness(ch) : ch,
            .look = (uint16_t)look,
        };
    }
}

void wl_canvas_fill(struct wl_canvas *c, struct wl_rect r, unsigned look, uint32_t ch)
{
    for (int y = r.y; y < r.y + r.h; y++) {
        for (int x = r.x; x < r.x + r.w; x++)
            wl_canvas_cell(c, x, y, look, ch);
    }
}

void wl_canvas_add_look(struct wl_canvas *c, struct wl_rect r, unsigned attributes)
{
    for (int y = r.y; y < r.y + r.h; y++) {
        for (int x = r.x; x < r.x + r.w; x++) {
            struct wl_cell *cell = cell_at(c, x, y);

            if (cell)
                cell->look = (uint16_t)(cell->look | attributes);
        }
    }
}

void wl_canvas_set_look(struct wl_canvas *c, struct wl_rect r, unsigned look)
{
    for (int y = r.y; y < r.y + r.h; y++) {
        for (int x = r.x; x < r.x + r.w; x++) {
            struct wl_cell *cell = cell_at(c, x, y);

            if (cell)
                cell->look = (uint16_t)look;
        }
    }
}

/* Takes one line of at most w columns off words into s: up to the last space that fits, or, where a
 * word is longer than a line, as much of it as fits. breaks: newlines end lines. */
static void take_line(struct wl_strip *s, unsigned look, bool breaks, struct wl_span *words)
{
    struct wl_span line = breaks ? wl_span_sub(*words, 0, wl_span_find(*words, '\n')) : *words;
    size_t fits = 0, done = 0;

    while (done < line.n) {
        size_t word = wl_span_find(wl_span_after(line, done), ' ');
        struct wl_strip more = *s;

        wl_strip_octets(&more, look, wl_span_sub(line, done, word));
        if (more.cut)
            break;
        *s = more;
        done += word;
        fits = done;
        if (done < line.n) {
            done++;
            wl_strip_char(s, look, ' ');
            s->cut = false;
        }
    }
    if (fits == 0 && line.n) {
        /* octet by octet, so that we know how many went in */
        while (fits < line.n && !s->cut) {
            uint32_t c;
            size_t n = wl_text_printable(wl_span_after(line, fits), &c);

            wl_strip_octets(s, look, wl_span_sub(line, fits, n ? n : 1));
            if (!s->cut)
                fits += n ? n : 1;
        }
        s->cut = false;
        fits += fits == 0; /* too narrow for even one: go on */
    }
    *words = wl_span_after(*words, fits);
    if (words->n && (words->p[0] == ' ' || (breaks && words->p[0] == '\n')))
        *words = wl_span_after(*words, 1);
}

static int wrap(struct wl_canvas *c, struct wl_rect r, int skip, unsigned look, bool breaks,
                struct wl_span words)
{
    int lines = 0;

    while (words.n && r.w > 0) {
        struct wl_strip s;

        wl_strip_init(&s, c, r.w);
        take_line(&s, look, breaks, &words);
        if (lines >= skip && lines - skip < r.h)
            wl_canvas_place(c, r.x, r.y + lines - skip, r.w, WL_LEFT, &s);
        lines++;
    }
    return lines;
}

int wl_canvas_wrap(struct wl_canvas *c, struct wl_rect r, int skip, unsigned look,
                   struct wl_span words)
{
    return wrap(c, r, skip, look, true, words);
}

int wl_canvas_wrap_octets(struct wl_canvas *c, struct wl_rect r, int skip, unsigned look,
                          struct wl_span words)
{
    return wrap(c, r, skip, look, false, words);
}

/* --------------------------------------------------------------------------------------- frames */

struct frame {
    uint32_t across, down, corners[4]; /* top left, top right, bottom left, bottom right */
};

static const struct frame frames[2] = {
    {0x2500, 0x2502, {0x256d, 0x256e, 0x2570, 0x256f}},
    {0x2501, 0x2503, {0x250f, 0x2513, 0x2517, 0x251b}},
};

void wl_canvas_line(struct wl_canvas *c, struct wl_rect r, bool strong)
{
    r.h = clamp(r.h, 0, 1);
    wl_canvas_fill(c, r, strong ? WL_ROLE_FOCUS : WL_ROLE_FRAME, frames[strong].across);
}

struct wl_rect wl_canvas_box(struct wl_canvas *c, struct wl_rect r, bool strong)
{
    const struct frame *f = &frames[strong];
    unsigned look = strong ? WL_ROLE_FOCUS : WL_ROLE_FRAME;
    int right = r.x + r.w - 1, bottom = r.y + r.h - 1;

    if (r.w < 2 || r.h < 2)
        return (struct wl_rect){r.x, r.y, 0, 0};
    wl_canvas_fill(c, (struct wl_rect){r.x, r.y, r.w, 1}, look, f->across);
    wl_canvas_fill(c, (struct wl_rect){r.x, bottom, r.w, 1}, look, f->across);
    wl_canvas_fill(c, (struct wl_rect){r.x, r.y, 1, r.h}, look, f->down);
    wl_canvas_fill(c, (struct wl_rect){right, r.y, 1, r.h}, look, f->down);
    wl_canvas_cell(c, r.x, r.y, look, f->corners[0]);
    wl_canvas_cell(c, right, r.y, look, f->corners[1]);
    wl_canvas_cell(c, r.x, bottom, look, f->corners[2]);
    wl_canvas_cell(c, right, bottom, look, f->corners[3]);
    return (struct wl_rect){r.x + 1, r.y + 1, r.w - 2, r.h - 2};
}

void wl_strip_bar(struct wl_strip *s, unsigned look, double share, int w)
{
    int eighths = (int)(share * w * 8 + 0.5);

    eighths = clamp(eighths, share > 0, w * 8); /* little is not nothing */
    if (s->ascii)
        eighths = (eighths + 7) / 8 * 8;
    wl_strip_repeat(s, look, s->ascii ? '=' : 0x2588, eighths / 8);
    if (eighths % 8)
        wl_strip_char(s, look, 0x2590u - (unsigned)(eighths % 8));
    wl_strip_repeat(s, WL_ROLE_PLAIN, ' ', w - (eighths + 7) / 8);
}

/* -------------------------------------------------------------------------------- as text again */

static void dump_char(struct wl_text *t, uint32_t c)
{
    uint8_t utf8[4] = {(uint8_t)c};
    size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;

    if (n > 1) {
        for (size_t i = n; --i; c >>= 6)
            utf8[i] = (uint8_t)(0x80 | (c & 0x3f));
        utf8[0] = (uint8_t)((0xf00u >> n & 0xf0u) | c);
    }
    wl_text_span_raw(t, wl_span(utf8, n));
}

static bool is_empty(const struct wl_cell *cell)
{
    return cell->c == ' ' && !cell->mark;
}

void wl_canvas_dump(const struct wl_canvas *c, struct wl_text *t)
{
    for (int y = 0; y < c->h; y++) {
        int n = c->w;

        while (n && is_empty(wl_canvas_at(c, n - 1, y)))
            n--;
        for (int x = 0; x < n; x++) {
            const struct wl_cell *cell = wl_canvas_at(c, x, y);

            if (cell->c == WL_CELL_TAIL)
                continue;
            dump_char(t, cell->c);
            if (cell->mark)
                dump_char(t, cell->mark);
        }
        wl_text_char(t, '\n');
    }
}

static char look_letter(unsigned look)
{
    if (look & WL_REVERSE)
        return '#';
    if (look & WL_UNDERLINE)
        return '_';
    if (look & WL_BOLD)
        return '!';
    return wl_role_style((enum wl_role)(look & WL_ROLE_BITS))->letter;
}

void wl_canvas_dump_looks(const struct wl_canvas *c, struct wl_text *t)
{
    for (int y = 0; y < c->h; y++) {
        int n = c->w;

        while (n && wl_canvas_at(c, n - 1, y)->look == WL_ROLE_PLAIN)
            n--;
        for (int x = 0; x < n; x++)
            wl_text_char(t, look_letter(wl_canvas_at(c, x, y)->look));
        wl_text_char(t, '\n');
    }
}
