/* view_help.c - the help: the keys of the view it was opened from, and the command line.
 * SPDX-License-Identifier: MIT
 *
 * Made from the table of keys, the table of commands and the views' own paragraph; nothing about a
 * key is written here.
 */
#include "command.h"
#include "screen.h"
#include "views.h"

enum {
    KEYS_W = 18,    /* columns of the names of keys */
    MOST = 7,       /* views that have a key which is general */
    READING_W = 90, /* a line is no longer than this, however wide the terminal */
};

struct help {
    uint32_t about; /* enum wl_where */
    int top, n, h;  /* first line shown, lines in all and rows when it was drawn last */
};

/* Where the next line goes; lines above the first one shown go nowhere. */
struct page {
    struct wl_canvas *c;
    struct wl_rect area;
    int line, top;
};

static void open_help(struct wl_screen *s, void *state, const struct wl_place *place)
{
    struct help *h = state;

    (void)s;
    h->about = place->message;
}

static void put_blank(struct page *p)
{
    p->line++;
}

/* One line: what stands left in columns of its own, and the rest wrapped beside it. */
static void put_row(struct page *p, unsigned look, const char *left, int left_w, const char *text)
{
    int y = p->line - p->top, skip = y < 0 ? -y : 0;
    struct wl_rect beside = p->area;
    int lines;

    beside.x += left_w;
    beside.w -= left_w;
    if (beside.w < 1)
        return;
    if (y >= 0 && y < p->area.h && left_w)
        wl_canvas_text(p->c, p->area, 0, y, WL_ROLE_KEY, left);
    if (y > 0) {
        beside.y += y;
        beside.h -= y;
    }
    if (beside.h < 0)
        beside.h = 0;
    lines = wl_canvas_wrap(p->c, beside, skip, look, wl_span_text(text));
    p->line += lines > 0 ? lines : 1;
}

static void put_keys(struct page *p, const struct wl_key_row *row)
{
    char text[4 * WL_KEY_NAME] = "";
    size_t n = 0;

    for (size_t i = 0; i < WL_KEYS_PER_ROW && row->keys[i]; i++) {
        char name[WL_KEY_NAME];

        wl_key_name(row->keys[i], name);
        n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%s", i ? "  " : "", name);
    }
    put_row(p, WL_ROLE_PLAIN, text, KEYS_W, row->help);
}

static const struct wl_view *view_of(uint32_t where)
{
    for (size_t i = 0; wl_views[i]; i++) {
        if (wl_views[i]->where == where)
            return wl_views[i];
    }
    return wl_views[0];
}

/* A key that most views have is not what somebody looks for who asks what can be done here. */
static bool is_general(const struct wl_key_row *row)
{
    int n = 0;

    for (uint32_t bit = 1; bit < WL_IN_ALL; bit <<= 1)
        n += (row->where & bit) != 0;
    return n >= MOST || (row->action >= WL_ACT_UP && row->action <= WL_ACT_PREVIOUS_PANEL);
}

/* Keys that only some views have come first, those of all views after them. */
static void put_all_keys(struct page *p, uint32_t about, bool own)
{
    for (size_t i = 0; i < wl_n_key_rows; i++) {
        const struct wl_key_row *row = &wl_key_rows[i];

        if ((row->where & about) && is_general(row) != own)
            put_keys(p, row);
    }
}

static void put_commands(struct page *p)
{
    for (size_t i = 0; i < wl_n_command_lines; i++) {
        const struct wl_command_line *c = &wl_command_lines[i];
        char text[48];

        (void)snprintf(text, sizeof(text), ":%s%s%s", c->name, c->argument ? " " : "",
                       c->argument ? c->argument : "");
        put_row(p, WL_ROLE_PLAIN, text, KEYS_W + 6, c->help);
    }
}

static void draw_help(const struct wl_screen *s, void *state, struct wl_canvas *c,
                      struct wl_rect area)
{
    struct help *h = state;
    const struct wl_view *view = view_of(h->about);
    struct page p = {.c = c, .area = area, .top = h->top};

    (void)s;
    if (p.area.w > READING_W)
        p.area.w = READING_W;
    put_row(&p, WL_ROLE_TITLE, "", 0, view->title);
    put_row(&p, WL_ROLE_PLAIN, "", 0, view->help);
    put_blank(&p);
    put_row(&p, WL_ROLE_TITLE, "", 0, "Here");
    put_all_keys(&p, view->where, true);
    put_blank(&p);
    put_row(&p, WL_ROLE_TITLE, "", 0, "Everywhere");
    put_all_keys(&p, view->where, false);
    put_blank(&p);
    put_row(&p, WL_ROLE_TITLE, "", 0, "Command line");
    put_commands(&p);
    put_blank(&p);
    put_row(&p, WL_ROLE_TITLE, "", 0, "Mouse");
    put_row(&p, WL_ROLE_PLAIN, "", 0,
            "A click selects, a double click opens, the wheel scrolls, a click on a word of the "
            "bottom line presses it. With Shift held down the terminal selects text as always.");
    put_blank(&p);
    put_row(&p, WL_ROLE_PLAIN, "", 0,
            "No key sends, changes or deletes anything on the network: wirelint only listens.");
    h->n = p.line;
    h->h = area.h;
    wl_canvas_cursor(c, area.x, area.y);
}

static enum wl_did act_help(struct wl_screen *s, void *state, const struct wl_press *in)
{
    struct help *h = state;
    int last = h->n > h->h ? h->n - h->h : 0;
    int page = h->h > 2 ? h->h - 1 : 1;
    int top = h->top;

    (void)s;
    /* NOLINTNEXTLINE(clang-diagnostic-switch-enum): all else is not the view's */
    switch ((int)in->action) {
    case WL_ACT_UP: top--; break;
    case WL_ACT_DOWN: top++; break;
    case WL_ACT_PAGE_UP: top -= page; break;
    case WL_ACT_PAGE_DOWN: top += page; break;
    case WL_ACT_FIRST: top = 0; break;
    case WL_ACT_LAST: top = last; break;
    default: return WL_DID_NOTHING;
    }
    h->top = top < 0 ? 0 : (top > last ? last : top);
    return WL_DID_DRAW;
}

const struct wl_view wl_view_help = {
    .where = WL_IN_HELP,
    .name = "help",
    .title = "Help",
    .help = "What can be pressed.",
    .state_size = sizeof(struct help),
    .open = open_help,
    .draw = draw_help,
    .act = act_help,
};
