/* write.c - writing to a file (`w`): packets, lists, what is on the screen.
 * SPDX-License-Identifier: MIT
 *
 * The engine writes packets and reports (it has them); text of what is shown is made here and
 * handed to the program. A menu says what there is to be written now, a line asks for the name.
 * Nothing is written over: of a name that is taken another is made, in the line that stays open.
 */
#include "inside.h"

enum {
    TEXT_MOST = 16 << 20, /* octets of a ladder as text */
    MOST_COPIES = 99,     /* names of the same second that are tried */
};

static const struct {
    int key;
    const char *suffix;
} kinds[WL_N_WRITTEN] = {
    [WL_WRITE_PACKETS_MARKED] = {'m', ".pcapng"},
    [WL_WRITE_PACKETS_THIS] = {'p', ".pcapng"},
    [WL_WRITE_PACKETS_ALL] = {'a', ".pcapng"},
    [WL_WRITE_TEXT] = {'t', ".txt"},
    [WL_WRITE_CSV] = {'c', ".csv"},
    [WL_WRITE_JSON] = {'j', ".ndjson"},
    [WL_WRITE_HTML] = {'h', ".html"},
};

static void add(struct wl_menu *m, enum wl_written what, const char *text)
{
    struct wl_menu_row *row = &m->rows[m->n++];

    *row = (struct wl_menu_row){.key = kinds[what].key, .what = (int)what};
    (void)snprintf(row->text, sizeof(row->text), "%s", text);
    (void)snprintf(row->value, sizeof(row->value), "%s", kinds[what].suffix + 1);
}

static bool selected(struct wl_screen *s, struct wl_conn_ref *ret)
{
    const struct wl_frame *f = wl_screen_top(s);

    if (f->place.one) {
        *ret = f->place.conn;
        return true;
    }
    return f->view->selected && f->view->selected(s, f->state, ret);
}

/* "the 3 marked connections", or what passes the filter, or all */
static void put_subject(struct wl_screen *s, const char *what, char *ret, size_t n)
{
    struct wl_conn_ref conns[WL_MAX_MARKS];
    unsigned marked = wl_screen_marked_conns(s, conns);
    char where[WL_WHERE_TEXT];

    wl_screen_where(s, where);
    if (marked) {
        (void)snprintf(ret, n, "%s of the %u marked connection%s", what, marked,
                       marked == 1 ? "" : "s");
    } else {
        (void)snprintf(ret, n, "%s of %s", what,
                       *where ? "what passes the filter" : "everything held");
    }
}

/* Packets of what is marked, selected, shown. */
static void offer_packets(struct wl_screen *s, struct wl_menu *m)
{
    struct wl_conn_ref conn;
    char where[WL_WHERE_TEXT], text[72];

    wl_screen_where(s, where);
    if (s->n_marks) {
        put_subject(s, "packets", text, sizeof(text));
        add(m, WL_WRITE_PACKETS_MARKED, text);
    }
    if (selected(s, &conn)) {
        (void)snprintf(text, sizeof(text), "packets of connection %llu",
                       (unsigned long long)conn.number);
        add(m, WL_WRITE_PACKETS_THIS, text);
    }
    (void)snprintf(text, sizeof(text), "packets of %s",
                   *where ? "all connections that pass the filter" : "all connections held");
    add(m, WL_WRITE_PACKETS_ALL, text);
}

void wl_write_open(struct wl_screen *s)
{
    const struct wl_frame *f = wl_screen_top(s);
    struct wl_menu *m = &s->its->menu;
    char text[72];

    *m = (struct wl_menu){.title = "Write to a file"};
    if (!s->cfg.no_packets)
        offer_packets(s, m);
    if (f->view->text)
        add(m, WL_WRITE_TEXT, "what this view shows, as text");
    if (s->cfg.csv) {
        put_subject(s, "table", text, sizeof(text));
        add(m, WL_WRITE_CSV, text);
    }
    if (s->cfg.json) {
        put_subject(s, "records", text, sizeof(text));
        add(m, WL_WRITE_JSON, text);
    }
    if (s->cfg.html) {
        put_subject(s, "report", text, sizeof(text));
        add(m, WL_WRITE_HTML, text);
    }
    s->its->mode = WL_MODE_WRITE;
}

/* wirelint-20261121-203107.pcapng: by the time of what is shown, which of a file is always the
 * same, and is not there before the first packet; so -2 and so on where there is such a file */
static void propose(struct wl_screen *s, enum wl_written what, char *ret, size_t n)
{
    struct wl_text date;
    struct wl_span digits;
    unsigned copy = 1;
    wl_ns now = s->board ? s->board->now : 0;
    size_t k = (size_t)snprintf(ret, n, "%.64swirelint%s",
                                s->cfg.directory ? s->cfg.directory(s->cfg.user) : "",
                                now ? "-" : "");

    wl_screen_text(s, &date);
    if (now)
        wl_text_date(&date, now, s->cfg.utc);
    digits = wl_text_span(&date);
    for (size_t i = 0; i < digits.n && k + 1 < n; i++) {
        if (digits.p[i] == ' ') {
            ret[k++] = '-';
        } else if (wl_is_digit(digits.p[i])) {
            ret[k++] = (char)digits.p[i];
        }
    }
    (void)snprintf(ret + k, n - k, "%s", kinds[what].suffix);
    while (s->cfg.exists && s->cfg.exists(s->cfg.user, ret) && copy < MOST_COPIES)
        (void)snprintf(ret + k, n - k, "-%u%s", ++copy, kinds[what].suffix);
    wl_text_release(&date);
}

void wl_write_choose(struct wl_screen *s, int what)
{
    char path[WL_PROMPT_TEXT];

    s->its->writing = (enum wl_written)what;
    if (s->cfg.unkept && strcmp(kinds[what].suffix, kinds[WL_WRITE_PACKETS_ALL].suffix) == 0) {
        s->its->mode = WL_MODE_VIEW;
        wl_screen_say(s, "live, -j N keeps no packets; without -j they can be written");
        wl_screen_touch(s);
        return;
    }
    propose(s, s->its->writing, path, sizeof(path));
    wl_prompt_open(&s->its->prompt, path, &s->its->paths, NULL);
    s->its->mode = WL_MODE_PATH;
    if (s->cfg.directory && *s->cfg.directory(s->cfg.user)) {
        /* as long as 80 columns can show */
        wl_screen_say(s,
                      "this user may not write in this directory; -Z USER makes root another one");
    }
    wl_screen_touch(s);
}

static void write_text(struct wl_screen *s, const char *path)
{
    const struct wl_frame *f = wl_screen_top(s);
    struct wl_error err = {.code = WL_OK};
    struct wl_text text;

    wl_text_init(&text, s->budget, TEXT_MOST);
    if (!f->view->text || !f->view->text(s, f->state, &text)) {
        wl_screen_say(s, "there is nothing here that could be written as text");
    } else if (!s->cfg.write || s->cfg.write(s->cfg.user, path, wl_text_span(&text), &err) < 0) {
        wl_screen_complain(s, &err);
    } else {
        wl_screen_say(s, "written to '%s'%s", path, text.full ? ", cut at its limit" : "");
    }
    wl_text_release(&text);
}

static const struct wl_sink_ops *ops_of(const struct wl_screen *s, enum wl_written what)
{
    switch (what) {
    case WL_WRITE_CSV: return s->cfg.csv;
    case WL_WRITE_JSON: return s->cfg.json;
    case WL_WRITE_HTML: return s->cfg.html;
    case WL_WRITE_PACKETS_MARKED:
    case WL_WRITE_PACKETS_THIS:
    case WL_WRITE_PACKETS_ALL:
    case WL_WRITE_TEXT:
    case WL_N_WRITTEN: break;
    }
    return NULL;
}

static void write_now(struct wl_screen *s)
{
    const char *path = s->its->prompt.text;
    enum wl_written what = s->its->writing;
    struct wl_ask ask = {.kind = WL_ASK_SAVE, .keep = WL_NONE};
    struct wl_conn_ref conn, conns[WL_MAX_MARKS];

    s->its->mode = WL_MODE_VIEW;
    wl_history_add(&s->its->paths, path);
    if (what == WL_WRITE_TEXT) {
        write_text(s, path);
        return;
    }
    (void)snprintf(ask.path, sizeof(ask.path), "%s", path);
    ask.ops = ops_of(s, what);
    ask.report = s->cfg.report;
    ask.report.utc = s->cfg.utc;
    if (what == WL_WRITE_PACKETS_THIS) {
        if (!selected(s, &conn))
            return;
        ask.connections[ask.n_connections++] = conn.id;
    } else if (s->n_marks && what != WL_WRITE_PACKETS_ALL) {
        ask.n_connections = wl_screen_marked_conns(s, conns);
        for (uint32_t i = 0; i < ask.n_connections; i++)
            ask.connections[i] = conns[i].id;
    } else {
        wl_screen_where(s, ask.where);
        ask.only_findings = s->only_findings;
        ask.least = s->least;
    }
    if (wl_screen_order(s, &ask))
        wl_screen_say(s, "writing '%s' ...", path);
}

void wl_write_path(struct wl_screen *s, const char *path)
{
    if (!*path) {
        s->its->mode = WL_MODE_VIEW;
        return;
    }
    if (s->cfg.exists && s->cfg.exists(s->cfg.user, path)) {
        s->its->mode = WL_MODE_PATH;
        wl_screen_say(s, "it exists, and nothing is written over: choose another name");
    } else {
        write_now(s);
    }
}

static bool ends_with(const char *path, const char *suffix)
{
    size_t n = strlen(path), m = strlen(suffix);

    return n > m && strcmp(path + n - m, suffix) == 0;
}

/* Packets are what a name without a suffix means, or with one of a capture; but who asks for .json
 * or .har wants no secrets of packets in it. */
static bool may_hold_packets(const char *path)
{
    const char *slash = strrchr(path, '/'), *suffix = strrchr(slash ? slash + 1 : path, '.');

    return !suffix || strcmp(suffix, ".pcapng") == 0 || strcmp(suffix, ".pcap") == 0 ||
           strcmp(suffix, ".cap") == 0 || strcmp(suffix, ".dmp") == 0;
}

void wl_write_to(struct wl_screen *s, const char *path)
{
    enum wl_written what = s->n_marks ? WL_WRITE_PACKETS_MARKED : WL_WRITE_PACKETS_ALL;

    for (int i = WL_WRITE_TEXT; i < WL_N_WRITTEN; i++) {
        if (ends_with(path, kinds[i].suffix))
            what = (enum wl_written)i;
    }
    if (what < WL_WRITE_TEXT && !may_hold_packets(path)) {
        wl_screen_say(s, "the suffix says what is written: .pcapng .txt .csv .ndjson .html");
        return;
    }
    if (what >= WL_WRITE_CSV && !ops_of(s, what)) {
        wl_screen_say(s, "this version cannot write %s", kinds[what].suffix + 1);
        return;
    }
    s->its->writing = what;
    wl_prompt_open(&s->its->prompt, path, &s->its->paths, NULL);
    wl_write_path(s, s->its->prompt.text);
}
