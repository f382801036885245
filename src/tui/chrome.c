/* chrome.c - everything around the view: head, path and filter, messages, keys, menus.
 * SPDX-License-Identifier: MIT
 *
 *     wirelint LIVE eth0  00:12:41  12.4k p/s  96 Mb/s  drop 0   V 12 W 17 N 24
 *     Overview > 5xx > 10.0.0.9:80                                / status:103
 *     (the view)
 *     what was said last, over the view's last row
 *     Enter open  Esc back  / filter ...
 *
 * The second line is there when there is something to say on it. On a small terminal lines go first
 * at the bottom, then at the top; what is left is the head, with findings and drops before all
 * else.
 */
#include "health.h"
#include "inside.h"
#include "line.h"

enum {
    SMALL_W = 40,
    SMALL_H = 10,
    MAX_PARTS = 12,
    GAP = 2,
    MENU_KEY = 4, /* columns before the text of a line of a menu */
};

/* A part of the head: what it says, and what goes first when there is no room. */
struct part {
    struct wl_strip strip;
    int rank; /* 0 stays longest */
    bool shown;
};

struct head {
    struct part parts[MAX_PARTS];
    int n;
};

static struct wl_strip *add(struct head *h, const struct wl_canvas *c, int rank)
{
    struct part *p = &h->parts[h->n < MAX_PARTS - 1 ? h->n++ : h->n];

    wl_strip_init(&p->strip, c, c->w);
    p->rank = rank;
    p->shown = true;
    return &p->strip;
}

static int width(const struct head *h)
{
    int w = 0;

    for (int i = 0; i < h->n; i++) {
        if (h->parts[i].shown)
            w += h->parts[i].strip.n + (w ? GAP : 0);
    }
    return w;
}

/* Leaves out parts, the highest rank first, until the rest fits. */
static void fit(struct head *h, int w)
{
    while (width(h) > w) {
        struct part *worst = NULL;

        for (int i = 0; i < h->n; i++) {
            if (h->parts[i].shown && (!worst || h->parts[i].rank > worst->rank))
                worst = &h->parts[i];
        }
        if (!worst || worst->rank == 0)
            return;
        worst->shown = false;
    }
}

/* ---------------------------------------------------------------------------------- the head */

static void put_state(const struct wl_screen *s, struct wl_strip *p)
{
    const struct wl_board *b = s->board;

    if (!b) {
        wl_strip_text(p, WL_ROLE_FAINT, "starting");
    } else if (b->over) {
        wl_strip_text(p, WL_ROLE_STRONG, b->live ? "ENDED" : "FILE");
    } else if (b->live) {
        wl_strip_text(p, WL_ROLE_GOOD, "LIVE");
    } else if (b->progress >= 0) {
        wl_strip_printf(p, WL_ROLE_GOOD, "READING %d%%", (int)(b->progress * 100));
    } else {
        wl_strip_text(p, WL_ROLE_GOOD, "READING");
    }
}

static void put_elapsed(struct wl_strip *p, wl_ns elapsed)
{
    unsigned long long seconds = elapsed > 0 ? (unsigned long long)(elapsed / WL_SECOND) : 0;

    wl_strip_printf(p, WL_ROLE_PLAIN, "%02llu:%02llu:%02llu", seconds / 3600, seconds / 60 % 60,
                    seconds % 60);
}

/* 12.4M, 960k, 12 */
static void put_rate(struct wl_strip *p, double rate, const char *unit)
{
    static const char *const scales[] = {"", "k", "M", "G", "T"};
    size_t i = 0;

    while (rate >= 1000 && i + 1 < WL_COUNT(scales)) {
        rate /= 1000;
        i++;
    }
    wl_strip_printf(p, WL_ROLE_PLAIN, "%.*f%s%s", rate < 10 && i ? 1 : 0, rate, scales[i], unit);
}

static void put_findings(const struct wl_board *b, struct wl_strip *p)
{
    for (unsigned severity = WL_VIOLATION; severity > WL_OFF; severity--) {
        uint64_t n = b->stats.findings[severity];

        if (p->n)
            wl_strip_text(p, WL_ROLE_PLAIN, " ");
        wl_strip_printf(p, n ? wl_role_severity((enum wl_severity)severity) : WL_ROLE_FAINT, "%c ",
                        wl_severity_letter((enum wl_severity)severity));
        wl_strip_count(p, n ? wl_role_severity((enum wl_severity)severity) : WL_ROLE_FAINT, n);
    }
}

static void put_paused(const struct wl_screen *s, struct wl_strip *p)
{
    const struct wl_answer *newest = s->its->newest;
    uint64_t now = newest ? newest->of.board->stats.exchanges : 0;
    uint64_t then = s->board ? s->board->stats.exchanges : 0;

    wl_strip_text(p, WL_ROLE_WARNING | (unsigned)WL_REVERSE, " PAUSED ");
    if (now > then) {
        wl_strip_text(p, WL_ROLE_PLAIN, " +");
        wl_strip_count(p, WL_ROLE_PLAIN, now - then);
        wl_strip_text(p, WL_ROLE_PLAIN, " new");
    }
}

static void put_numbers(const struct wl_screen *s, const struct wl_canvas *c, struct head *h)
{
    const struct wl_board *b = s->board;
    struct wl_strip *p;

    put_elapsed(add(h, c, 6), b->elapsed);
    if (b->live && !b->over) {
        put_rate(add(h, c, 7), b->packets_rate, " p/s");
        put_rate(add(h, c, 8), b->octets_rate * 8, "b/s");
    } else {
        p = add(h, c, 7);
        wl_strip_count(p, WL_ROLE_PLAIN, b->stats.exchanges);
        wl_strip_text(p, WL_ROLE_FAINT, b->stats.exchanges == 1 ? " exchange" : " exchanges");
        p = add(h, c, 8);
        wl_strip_count(p, WL_ROLE_PLAIN, b->stats.connections);
        wl_strip_text(p, WL_ROLE_FAINT, b->stats.connections == 1 ? " connection" : " connections");
    }
    if (b->live || wl_health_drops(b)) {
        p = add(h, c, 2);
        wl_strip_text(p, wl_health_drops(b) ? WL_ROLE_BAD : WL_ROLE_FAINT, "drop ");
        wl_strip_count(p, wl_health_drops(b) ? WL_ROLE_BAD : WL_ROLE_FAINT, wl_health_drops(b));
    }
    put_findings(b, add(h, c, 1));
}

static void put_capture_filter(const struct wl_screen *s, const struct wl_canvas *c,
                               struct wl_strip *p)
{
    wl_strip_text(p, WL_ROLE_FAINT, "\"");
    wl_strip_octets(p, WL_ROLE_FAINT, wl_span_text(s->cfg.bpf));
    wl_strip_shorten(p, c->w / 4, WL_CUT_END);
    wl_strip_text(p, WL_ROLE_FAINT, "\"");
}

static void draw_head(const struct wl_screen *s, struct wl_canvas *c, struct wl_rect row)
{
    struct head h = {.n = 0};
    struct wl_strip *p;
    int x = row.x;

    wl_canvas_fill(c, row, WL_ROLE_BAR, ' ');
    wl_strip_text(add(&h, c, 4), WL_ROLE_STRONG, "wirelint");
    put_state(s, add(&h, c, 0));
    if (s->board) {
        p = add(&h, c, 5);
        wl_strip_octets(p, WL_ROLE_PLAIN, wl_span_text(s->board->source));
        wl_strip_shorten(p, c->w / 3, WL_CUT_MIDDLE);
        if (s->cfg.bpf)
            put_capture_filter(s, c, add(&h, c, 9));
        if (*s->board->notice) {
            p = add(&h, c, 3);
            wl_strip_octets(p, WL_ROLE_BAD, wl_span_text(s->board->notice));
            wl_strip_shorten(p, c->w / 3, WL_CUT_END);
        }
        put_numbers(s, c, &h);
    }
    if (s->paused)
        put_paused(s, add(&h, c, 0));
    fit(&h, row.w);
    for (int i = 0; i < h.n; i++) {
        if (!h.parts[i].shown)
            continue;
        wl_canvas_place(c, x, row.y, row.x + row.w - x, WL_LEFT, &h.parts[i].strip);
        x += h.parts[i].strip.n + GAP;
    }
}

/* --------------------------------------------------------------------- the path and the filter */

static void put_path(const struct wl_screen *s, struct wl_strip *p)
{
    for (uint32_t i = 0; i < s->n_frames; i++) {
        const struct wl_frame *f = &s->frames[i];
        bool last = i + 1 == s->n_frames;

        if (i)
            wl_strip_text(p, WL_ROLE_FAINT, " > ");
        wl_strip_text(p, last ? WL_ROLE_STRONG : WL_ROLE_FAINT, f->view->title);
        if (*f->place.title) {
            wl_strip_text(p, WL_ROLE_FAINT, " ");
            wl_strip_octets(p, last ? WL_ROLE_STRONG : WL_ROLE_FAINT, wl_span_text(f->place.title));
        }
    }
}

static void put_conditions(const struct wl_screen *s, struct wl_strip *p)
{
    if (s->n_marks)
        wl_strip_printf(p, WL_ROLE_STRONG, "%u marked  ", (unsigned)s->n_marks);
    if (s->only_findings)
        wl_strip_text(p, WL_ROLE_WARNING, "faulty only  ");
    if (s->least != WL_OFF) {
        wl_strip_printf(p, wl_role_severity(s->least), "%s%s  ", wl_severity_name(s->least),
                        s->least == WL_VIOLATION ? "s only" : " or worse");
    }
    if (s->cfg.within) {
        wl_strip_text(p, WL_ROLE_FAINT, "within ");
        wl_strip_octets(p, WL_ROLE_FAINT, wl_span_text(s->cfg.within));
        wl_strip_text(p, WL_ROLE_FAINT, "  ");
    }
    if (*s->filter) {
        wl_strip_text(p, WL_ROLE_KEY, "/ ");
        wl_strip_octets(p, WL_ROLE_GOOD, wl_span_text(s->filter));
    }
}

/* The line being typed, cursor in sight, and a word beside it. */
static void draw_prompt(const struct wl_screen *s, struct wl_canvas *c, struct wl_rect row,
                        const char *lead, unsigned look, const struct wl_strip *verdict)
{
    const struct wl_prompt *p = &s->its->prompt;
    struct wl_strip left, right;
    int room = row.w - (int)strlen(lead) - (verdict->n ? verdict->n + GAP : 0) - 1;
    int x = row.x, shift;

    if (room < row.w / 2)
        room = row.w / 2;
    wl_canvas_fill(c, row, WL_ROLE_PLAIN, ' ');
    x += wl_canvas_text(c, row, 0, 0, WL_ROLE_KEY, lead);
    wl_strip_init(&left, c, WL_STRIP);
    wl_strip_octets(&left, look, wl_span(p->text, p->at));
    shift = left.n > room ? left.n - room : 0;
    right = left;
    wl_strip_octets(&right, look, wl_span(p->text + p->at, p->n - p->at));
    for (int i = shift; i < right.n && i - shift < room; i++)
        wl_canvas_cell(c, x + i - shift, row.y, right.cells[i].look, right.cells[i].c);
    wl_canvas_cursor(c, x + left.n - shift, row.y);
    x = row.x + (int)strlen(lead) + room + 1;
    if (verdict->n)
        wl_canvas_place(c, x, row.y, row.x + row.w - x, WL_RIGHT, verdict);
}

static void draw_filter_prompt(const struct wl_screen *s, struct wl_canvas *c, struct wl_rect row)
{
    const struct wl_screen_private *its = s->its;
    bool good = its->filter_code == 0;
    struct wl_strip verdict;

    wl_strip_init(&verdict, c, row.w / 2);
    if (good) {
        wl_strip_text(&verdict, WL_ROLE_GOOD, its->prompt.n ? "ok" : "no filter");
    } else {
        wl_strip_printf(&verdict, WL_ROLE_BAD, "error at column %u", (unsigned)its->filter_at + 1);
    }
    draw_prompt(s, c, row, "/ ", good ? WL_ROLE_GOOD : WL_ROLE_BAD, &verdict);
}

static void draw_path(const struct wl_screen *s, struct wl_canvas *c, struct wl_rect row)
{
    struct wl_strip path, conditions;
    int room;

    wl_strip_init(&conditions, c, row.w);
    put_conditions(s, &conditions);
    wl_strip_shorten(&conditions, row.w * 2 / 3, WL_CUT_END);
    room = row.w - conditions.n - (conditions.n ? GAP : 0);
    wl_strip_init(&path, c, WL_STRIP);
    put_path(s, &path);
    wl_strip_shorten(&path, room, WL_CUT_MIDDLE);
    wl_canvas_place(c, row.x, row.y, room, WL_LEFT, &path);
    wl_canvas_place(c, row.x + row.w - conditions.n, row.y, conditions.n, WL_LEFT, &conditions);
}

static bool wants_path(const struct wl_screen *s)
{
    return s->n_frames > 1 || *s->filter || s->cfg.within || s->n_marks || s->only_findings ||
           s->least != WL_OFF || s->its->mode == WL_MODE_FILTER;
}

/* ---------------------------------------------------------------------------------- the keys */

/* One word of the bottom line: "Enter open", views "2conns". Returns the columns used, 0 when it
 * has no room. */
static int put_key(struct wl_canvas *c, struct wl_rect row, int x, int key, const char *label)
{
    int close = key >= '1' && key <= '9', n, w;
    char name[WL_KEY_NAME];

    wl_key_name(key, name);
    n = (int)strlen(name) + 1 - close;
    w = n + (int)strlen(label);
    if (x + w > row.w)
        return 0;
    wl_canvas_text(c, row, x, 0, WL_ROLE_KEY, name);
    wl_canvas_text(c, row, x + n, 0, WL_ROLE_FAINT, label);
    wl_canvas_zone(c, (struct wl_rect){row.x + x, row.y, w, 1}, key);
    return w + GAP - close;
}

static void draw_keys(const struct wl_screen *s, struct wl_canvas *c, struct wl_rect row)
{
    uint32_t where = s->frames[s->n_frames - 1].view->where;
    const char *help = "help";
    int x = 0, end = row.w;

    if (row.w > SMALL_W / 2) { /* help is always in sight */
        int w = (int)strlen("? ") + (int)strlen(help);

        (void)put_key(c, row, row.w - w, '?', help);
        end = row.w - w - GAP;
    }
    row.w = end;
    for (size_t i = 0; i < wl_n_key_rows; i++) {
        const struct wl_key_row *k = &wl_key_rows[i];

        if ((k->where & where) && k->label && k->action != WL_ACT_HELP)
            x += put_key(c, row, x, k->keys[0], k->label);
    }
}

/* Words that Tab would give, as many as there is room for. */
static void draw_candidates(const struct wl_screen *s, struct wl_canvas *c, struct wl_rect row)
{
    const struct wl_prompt *p = &s->its->prompt;
    char word[WL_PROMPT_WORD];
    struct wl_strip strip;
    size_t from;

    wl_strip_init(&strip, c, row.w);
    for (size_t i = 0; !strip.cut && p->complete && p->complete(p->text, p->at, i, &from, word);
         i++) {
        if (i == 0)
            wl_strip_text(&strip, WL_ROLE_KEY, "Tab ");
        wl_strip_text(&strip, WL_ROLE_FAINT, word);
        wl_strip_text(&strip, WL_ROLE_FAINT, "  ");
    }
    if (strip.n) {
        wl_canvas_fill(c, row, WL_ROLE_PLAIN, ' ');
        wl_canvas_place(c, row.x, row.y, row.w, WL_LEFT, &strip);
    }
}

static void draw_question(struct wl_canvas *c, struct wl_rect row, const char *text)
{
    struct wl_strip strip;
    int x;

    wl_strip_init(&strip, c, row.w);
    wl_strip_octets(&strip, WL_ROLE_STRONG, wl_span_text(text));
    wl_canvas_fill(c, row, WL_ROLE_PLAIN, ' ');
    wl_canvas_place(c, row.x, row.y, row.w, WL_LEFT, &strip);
    x = strip.n + GAP;
    x += put_key(c, row, x, 'y', "yes");
    (void)put_key(c, row, x, 'n', "no");
    wl_canvas_cursor(c, row.x + (x < row.w ? x - GAP : row.w - 1), row.y);
}

static void draw_bottom(const struct wl_screen *s, struct wl_canvas *c, struct wl_rect row)
{
    struct wl_strip none;

    wl_strip_init(&none, c, 1);
    switch (s->its->mode) {
    case WL_MODE_COMMAND: draw_prompt(s, c, row, ":", WL_ROLE_PLAIN, &none); break;
    case WL_MODE_PATH: draw_prompt(s, c, row, "write to: ", WL_ROLE_PLAIN, &none); break;
    case WL_MODE_LEAVE: draw_question(c, row, "Stop capturing and leave?"); break;
    case WL_MODE_VIEW:
    case WL_MODE_FILTER:
    case WL_MODE_WRITE:
    case WL_MODE_COLUMNS:
    case WL_MODE_SETTINGS: draw_keys(s, c, row); break;
    }
}

/* ------------------------------------------------------------------- what was said, and menus */

static void draw_said(const struct wl_screen *s, struct wl_canvas *c, struct wl_rect row)
{
    const struct wl_screen_private *its = s->its;
    struct wl_strip strip;

    if (its->mode == WL_MODE_FILTER && its->filter_code < 0) {
        wl_strip_init(&strip, c, row.w);
        wl_strip_octets(
            &strip, WL_ROLE_BAD,
            wl_span_text(*its->filter_err.hint ? its->filter_err.hint : its->filter_err.text));
    } else if (its->mode == WL_MODE_FILTER || its->mode == WL_MODE_COMMAND) {
        draw_candidates(s, c, row);
        return;
    } else if (*its->said) {
        wl_strip_init(&strip, c, row.w);
        wl_strip_octets(&strip, its->said_bad ? WL_ROLE_BAD : WL_ROLE_STRONG,
                        wl_span_text(its->said));
    } else {
        return;
    }
    wl_canvas_fill(c, row, WL_ROLE_PLAIN, ' ');
    wl_canvas_place(c, row.x, row.y, row.w, WL_LEFT, &strip);
}

static int menu_width(const struct wl_canvas *c, const struct wl_menu *m)
{
    int w = (int)strlen(m->title) + 6;

    for (int i = 0; i < m->n; i++) {
        int row = (int)strlen(m->rows[i].text) + (int)strlen(m->rows[i].value) + 9;

        w = row > w ? row : w;
    }
    return w < c->w ? w : c->w;
}

/* One line of a menu: " m  what it does        value". What it is set to goes before what it is
 * called. */
static void draw_menu_row(struct wl_canvas *c, struct wl_rect row, const struct wl_menu_row *r)
{
    struct wl_strip text, value;

    wl_strip_init(&value, c, WL_STRIP);
    wl_strip_text(&value, WL_ROLE_STRONG, r->value);
    /* the key, without which the line is of no use, is there on the smallest screen */
    if (row.w > 2 * MENU_KEY)
        wl_strip_shorten(&value, row.w - 1 - MENU_KEY, WL_CUT_END);
    wl_strip_init(&text, c, WL_STRIP);
    wl_strip_text(&text, WL_ROLE_PLAIN, " ");
    wl_strip_char(&text, WL_ROLE_KEY, (uint32_t)r->key);
    wl_strip_text(&text, WL_ROLE_PLAIN, "  ");
    wl_strip_octets(&text, WL_ROLE_PLAIN, wl_span_text(r->text));
    wl_strip_shorten(&text, row.w - value.n - GAP, WL_CUT_END);
    wl_canvas_place(c, row.x, row.y, row.w, WL_LEFT, &text);
    wl_canvas_place(c, row.x, row.y, row.w - 1, WL_RIGHT, &value);
    wl_canvas_zone(c, row, r->key);
}

static void draw_menu(const struct wl_screen *s, struct wl_canvas *c)
{
    const struct wl_menu *m = &s->its->menu;
    struct wl_rect box, inside;
    struct wl_strip strip;
    int first;

    box.w = menu_width(c, m);
    box.h = m->n + 2 < c->h ? m->n + 2 : c->h;
    box.x = (c->w - box.w) / 2;
    box.y = (c->h - box.h) / 2;
    wl_canvas_fill(c, box, WL_ROLE_PLAIN, ' ');
    inside = wl_canvas_box(c, box, true);
    wl_strip_init(&strip, c, box.w - 4);
    wl_strip_printf(&strip, WL_ROLE_TITLE, " %s ", m->title);
    wl_canvas_place(c, box.x + 2, box.y, strip.n, WL_LEFT, &strip);
    first = m->at < inside.h ? 0 : m->at - inside.h + 1;
    for (int i = first; i < m->n && i - first < inside.h; i++) {
        struct wl_rect row = {inside.x, inside.y + i - first, inside.w, 1};

        draw_menu_row(c, row, &m->rows[i]);
        if (i == m->at) {
            wl_canvas_add_look(c, row, WL_REVERSE);
            wl_canvas_cursor(c, row.x, row.y);
        }
    }
}

/* ----------------------------------------------------------------------------------- all of it */

void wl_chrome_draw(struct wl_screen *s, struct wl_canvas *c)
{
    const struct wl_frame *f = wl_screen_top(s);
    struct wl_rect rest = wl_canvas_area(c), last;
    bool small = c->w < SMALL_W || c->h < SMALL_H;
    bool busy = s->its->mode != WL_MODE_VIEW;
    struct wl_rect bottom = {0, 0, 0, 0};

    draw_head(s, c, wl_rect_top(&rest, 1));
    if (rest.h > 1 && (!small || busy))
        bottom = wl_rect_bottom(&rest, 1);
    if (rest.h > 2 && wants_path(s)) {
        struct wl_rect row = wl_rect_top(&rest, 1);

        if (s->its->mode == WL_MODE_FILTER) {
            draw_filter_prompt(s, c, row);
        } else {
            draw_path(s, c, row);
        }
    }
    s->its->area = rest;
    if (rest.h > 0) {
        int x = c->cursor_x, y = c->cursor_y;

        f->view->draw(s, f->state, c, rest);
        if (s->its->mode == WL_MODE_FILTER)
            wl_canvas_cursor(c, x, y);
    }
    if (bottom.h)
        draw_bottom(s, c, bottom);
    last = rest;
    if (rest.h > 0)
        draw_said(s, c, wl_rect_bottom(&last, 1));
    if (s->its->mode == WL_MODE_COLUMNS)
        wl_columns_fill(s);
    if (s->its->mode == WL_MODE_WRITE || s->its->mode == WL_MODE_SETTINGS ||
        s->its->mode == WL_MODE_COLUMNS)
        draw_menu(s, c);
}
