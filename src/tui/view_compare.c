/* view_compare.c - two exchanges, or the exchanges of two connections: what differs.
 * SPDX-License-Identifier: MIT
 *
 *     < connection 3, exchange 1  10.0.0.2:51514 > 10.0.0.9:80
 *     > connection 5, exchange 1  10.0.0.2:51520 > 10.0.0.9:80
 *     request -------------------------------------------------
 *                       GET /hint HTTP/1.1
 *     < User-Agent      curl/7.88.1
 *     > User-Agent      Wget/1.21
 *
 * The engine answers one question at a time, so one after the other is asked for and the first
 * answer is kept; then nothing is asked any more: what is compared stands still. The rows are made
 * once, in memory of the second answer. Fields are aligned by name, whatever their order (but
 * those of a name keep theirs), statuses and exchanges by the longest sequence that both have.
 */
#include "grid.h"
#include "ladder.h"
#include "line.h"
#include "phrase.h"
#include "screen.h"
#include "views.h"

enum {
    SIDE_FROM = 100, /* columns from which the two stand side by side */
    LABEL_MIN = 10,
    LABEL_MAX = 24,
    CELL = 2048, /* octets shown of one value: those around where it differs */
    TEXT_W = 99, /* columns as text */
    BEFORE = 40, /* of them before the difference */
    TEXT = 2 << 20,
    MAX_ROWS = 1 << 17,
    MAX_ITEMS = 4096, /* of a sequence */
    MAX_TABLE = 1 << 20,
};

/** What stands on one side under a name; of an item of a sequence the name says all. */
struct item {
    struct wl_span name, value;
    uint64_t id; /* of the name, for sequences: two that differ hardly have the same */
};

struct items {
    struct item *at;
    uint32_t n, capacity;
};

/** A line of the comparison. */
struct row {
    char mark; /* ' ' equal, '|' differs, '<' and '>' only one has it, '-' a heading */
    int line;  /* where it was drawn last */
    struct wl_span label, value[2];
};

struct compare {
    struct wl_picked which[2];
    bool whole; /* connections, not exchanges */
    const struct wl_detail *details[2];
    struct row *rows;
    uint32_t n, capacity, n_differ;
    bool cut; /* memory was refused, or there was too much */
    int skip, lines, room;
};

/* ---------------------------------------------------------------------------- what to ask for */

static void open_compare(struct wl_screen *s, void *state, const struct wl_place *place)
{
    struct compare *v = state;

    (void)place;
    for (uint32_t i = 0; i < 2 && i < s->n_marks; i++)
        v->which[i] = s->marks[i];
    v->whole = !v->which[0].ordinal || !v->which[1].ordinal;
}

static bool is_there(const struct wl_detail *d)
{
    return d && d->held != WL_HELD_SOON;
}

static bool ask_compare(const struct wl_screen *s, const void *state, struct wl_ask *ret)
{
    const struct compare *v = state;
    const struct wl_picked *p = &v->which[is_there(v->details[0])];

    (void)s;
    if (is_there(v->details[1]))
        return false;
    *ret = (struct wl_ask){.kind = WL_ASK_DETAIL,
                           .keep = WL_NONE,
                           .connection = p->conn.id,
                           .ordinal = v->whole ? 0 : p->ordinal};
    return true;
}

static const struct wl_exchange *exchange_of(const struct compare *v, int side)
{
    const struct wl_detail *d = v->details[side];

    for (uint32_t i = 0; d && i < d->n_exchanges; i++) {
        if (d->exchanges[i]->ordinal == v->which[side].ordinal)
            return d->exchanges[i];
    }
    return NULL;
}

/* -------------------------------------------------------------------------------- the rows */

/* Where they are made: in memory of the answer, with text that is composed first. */
struct maker {
    struct compare *v;
    struct wl_arena *arena;
    struct wl_text text;
};

/* What has been composed, to be kept. */
static struct wl_span take_text(struct maker *m)
{
    struct wl_span kept = wl_arena_copy(m->arena, wl_text_span(&m->text));

    m->v->cut |= m->text.full || kept.n != m->text.buf.n;
    wl_text_reset(&m->text);
    return kept;
}

static void add_item(struct maker *m, struct items *items, struct wl_span name,
                     struct wl_span value)
{
    struct item *at = wl_arena_grow(m->arena, items->at, items->n, &items->capacity, MAX_ITEMS,
                                    sizeof(*at));

    if (!at) {
        m->v->cut = true;
        return;
    }
    items->at = at;
    at[items->n++] = (struct item){name, value, wl_hash_id(name.p, name.n)};
}

static bool differs(const struct row *row)
{
    return row->mark != ' ' && row->mark != '-';
}

static void add_row(struct maker *m, char mark, struct wl_span label, struct wl_span a,
                    struct wl_span b)
{
    struct compare *v = m->v;
    struct row *rows = wl_arena_grow(m->arena, v->rows, v->n, &v->capacity, MAX_ROWS,
                                     sizeof(*rows));

    if (!rows) {
        v->cut = true;
        return;
    }
    v->rows = rows;
    rows[v->n++] = (struct row){.mark = mark, .label = label, .value = {a, b}};
    v->n_differ += differs(&rows[v->n - 1]);
}

static void add_heading(struct maker *m, const char *text)
{
    wl_text_put(&m->text, text);
    add_row(m, '-', take_text(m), wl_span(NULL, 0), wl_span(NULL, 0));
}

/* Which item of a name, counted within those of it, the i-th is paired with; n: none. */
static uint32_t find_pair(const struct items *of, const struct items *in, uint32_t i)
{
    uint32_t before = 0;

    for (uint32_t k = 0; k < i; k++)
        before += wl_span_equal_nocase(of->at[k].name, of->at[i].name);
    for (uint32_t k = 0; k < in->n; k++) {
        if (wl_span_equal_nocase(in->at[k].name, of->at[i].name) && before-- == 0)
            return k;
    }
    return in->n;
}

static void align_by_name(struct maker *m, const struct items *a, const struct items *b)
{
    for (uint32_t i = 0; i < a->n; i++) {
        uint32_t k = find_pair(a, b, i);
        struct wl_span other = k < b->n ? b->at[k].value : wl_span(NULL, 0);
        char mark = '|';

        if (k == b->n) {
            mark = '<';
        } else if (wl_span_equal(a->at[i].value, other)) {
            mark = ' ';
        }
        add_row(m, mark, a->at[i].name, a->at[i].value, other);
    }
    for (uint32_t k = 0; k < b->n; k++) {
        if (find_pair(b, a, k) == a->n)
            add_row(m, '>', b->at[k].name, wl_span(NULL, 0), b->at[k].value);
    }
}

/* The longest sequence that both have. table[i][k]: its length in what follows i and k. Names may be
 * as long as a head, so by ids: where one is mistaken for another, another way is shown, no other
 * truth (align_in_order looks at the names). */
static uint16_t *common_lengths(const struct items *a, const struct items *b,
                                struct wl_arena *arena)
{
    size_t wide = (size_t)b->n + 1;
    uint16_t *table = NULL;

    if (((size_t)a->n + 1) * wide <= MAX_TABLE)
        table = wl_arena_array(arena, ((size_t)a->n + 1) * wide, sizeof(*table));
    for (uint32_t i = a->n; table && i-- > 0;) {
        for (uint32_t k = b->n; k-- > 0;) {
            uint16_t down = table[(i + 1) * wide + k], right = table[i * wide + k + 1];

            table[i * wide + k] = a->at[i].id == b->at[k].id
                                      ? (uint16_t)(table[(i + 1) * wide + k + 1] + 1)
                                  : down > right ? down
                                                 : right;
        }
    }
    return table;
}

/* Both have it: what either adds to it is shown, and is no difference. */
static void add_common(struct maker *m, const struct item *a, const struct item *b)
{
    if (a->value.n == 0 && b->value.n == 0) {
        add_row(m, ' ', wl_span(NULL, 0), a->name, a->name);
        return;
    }
    wl_text_put(&m->text, "< ");
    wl_text_span_raw(&m->text, a->value);
    wl_text_put(&m->text, "   > ");
    wl_text_span_raw(&m->text, b->value);
    add_row(m, ' ', a->name, take_text(m), wl_span(NULL, 0));
}

static void add_single(struct maker *m, char mark, const struct item *item)
{
    struct wl_span none = {NULL, 0};
    struct wl_span label = item->value.n ? item->name : none;
    struct wl_span value = item->value.n ? item->value : item->name;

    add_row(m, mark, label, mark == '<' ? value : none, mark == '>' ? value : none);
}

static void align_in_order(struct maker *m, const struct items *a, const struct items *b)
{
    const uint16_t *table = common_lengths(a, b, m->arena);
    size_t wide = (size_t)b->n + 1;
    uint32_t i = 0, k = 0;

    m->v->cut |= !table;
    while (table && (i < a->n || k < b->n)) {
        if (i < a->n && k < b->n && wl_span_equal(a->at[i].name, b->at[k].name)) {
            add_common(m, &a->at[i++], &b->at[k++]);
        } else if (k == b->n ||
                   (i < a->n && table[(i + 1) * wide + k] >= table[i * wide + k + 1])) {
            add_single(m, '<', &a->at[i++]);
        } else {
            add_single(m, '>', &b->at[k++]);
        }
    }
}

/* ------------------------------------------------------------------------- of two exchanges */

static void gather_start(struct maker *m, struct items *items, const struct wl_message *msg)
{
    size_t end = wl_span_find(msg->head, '\n');
    struct wl_span line = wl_span_sub(msg->head, 0, end);

    if (line.n && line.p[line.n - 1] == '\r')
        line.n--;
    add_item(m, items, WL_SPAN("start line"),
             line.n ? line : WL_SPAN("(the head was not captured whole)"));
}

static void gather_fields(struct maker *m, struct items *items, const struct wl_field *fields,
                          uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        add_item(m, items, wl_span(fields[i].begin, fields[i].n_name), fields[i].value);
}

static void gather_content(struct maker *m, struct items *items, const struct wl_message *msg)
{
    static const char *const framings[] = {
        [WL_FRAMING_NONE] = "none",       [WL_FRAMING_LENGTH] = "Content-Length",
        [WL_FRAMING_CHUNKED] = "chunked", [WL_FRAMING_CLOSE] = "until the connection closes",
        [WL_FRAMING_H2] = "HTTP/2",       [WL_FRAMING_TUNNEL] = "no HTTP any more after this",
    };

    wl_text_put(&m->text, framings[msg->framing]);
    if (msg->framing != WL_FRAMING_NONE || msg->body_bytes) {
        wl_text_printf(&m->text, ", %llu octet%s seen", (unsigned long long)msg->body_bytes,
                       msg->body_bytes == 1 ? "" : "s");
    }
    if (msg->n_body_lost) {
        wl_text_printf(&m->text, ", %llu missing from the capture",
                       (unsigned long long)msg->n_body_lost);
    }
    add_item(m, items, WL_SPAN("(content)"), take_text(m));
}

/* Message k of both, where one of them has it. */
static void compare_message(struct maker *m, const struct wl_exchange *const ex[2], uint32_t k)
{
    struct items head[2] = {{0}}, content[2] = {{0}}, trailers[2] = {{0}};
    const struct wl_message *msg[2];
    char title[40] = "request";

    for (int side = 0; side < 2; side++) {
        msg[side] = wl_exchange_message(ex[side], k);
        if (!msg[side])
            continue;
        gather_start(m, &head[side], msg[side]);
        gather_fields(m, &head[side], msg[side]->fields, msg[side]->n_fields);
        gather_content(m, &content[side], msg[side]);
        gather_fields(m, &trailers[side], msg[side]->trailers, msg[side]->n_trailers);
    }
    if (!msg[0] && !msg[1])
        return;
    if (k == WL_MESSAGE_FINAL) {
        (void)snprintf(title, sizeof(title), "final response");
    } else if (k) {
        (void)snprintf(title, sizeof(title), "interim response %u", (unsigned)k);
    }
    add_heading(m, title);
    align_by_name(m, &head[0], &head[1]);
    align_by_name(m, &content[0], &content[1]);
    if (trailers[0].n || trailers[1].n) {
        add_heading(m, "trailer fields");
        align_by_name(m, &trailers[0], &trailers[1]);
    }
}

static void add_status(struct maker *m, struct items *items, const struct wl_exchange *ex,
                       uint16_t status, wl_ns t)
{
    struct wl_span name;

    wl_line_status(&m->text, status);
    name = take_text(m);
    if (ex->req.state != WL_ABSENT && ex->req.t_head && t >= ex->req.t_head) {
        wl_text_put(&m->text, "after ");
        wl_text_duration(&m->text, t - ex->req.t_head);
    } else {
        wl_text_put(&m->text, "before the end of the request's head");
    }
    add_item(m, items, name, take_text(m));
}

static void gather_statuses(struct maker *m, struct items *items, const struct wl_exchange *ex)
{
    for (uint32_t i = 0; i < ex->n_interim; i++)
        add_status(m, items, ex, ex->interim[i].status, ex->interim[i].t_first);
    for (uint32_t i = 0; i < ex->n_interim_more; i++)
        add_status(m, items, ex, ex->interim_more[i].status, ex->interim_more[i].t);
    if (ex->res.state != WL_ABSENT) {
        add_status(m, items, ex, ex->res.status, ex->res.t_first);
    } else if (ex->state != WL_EXCHANGE_TUNNEL) {
        add_item(m, items, WL_SPAN("?"), WL_SPAN("no final response"));
    }
}

static void gather_findings(struct maker *m, struct items *items, const struct compare *v, int side,
                            const struct wl_exchange *ex)
{
    const struct wl_conn_record *conn = &v->details[side]->conn;

    for (uint32_t i = 0; i < ex->n_findings; i++)
        add_item(m, items, wl_span_text(ex->findings[i].rule->id), ex->findings[i].message);
    for (uint32_t i = 0; i < conn->n_findings; i++) {
        if (conn->findings[i].ordinal == ex->ordinal)
            add_item(m, items, wl_span_text(conn->findings[i].rule->id), conn->findings[i].message);
    }
}

static void compare_exchanges(struct maker *m, const struct wl_exchange *const ex[2])
{
    struct items statuses[2] = {{0}}, findings[2] = {{0}};
    uint32_t n = ex[0]->n_interim > ex[1]->n_interim ? ex[0]->n_interim : ex[1]->n_interim;

    for (int side = 0; side < 2; side++) {
        gather_statuses(m, &statuses[side], ex[side]);
        gather_findings(m, &findings[side], m->v, side, ex[side]);
    }
    add_heading(m, "statuses");
    align_in_order(m, &statuses[0], &statuses[1]);
    if (findings[0].n || findings[1].n) {
        add_heading(m, "findings");
        align_by_name(m, &findings[0], &findings[1]);
    }
    for (uint32_t k = 0; k <= n; k++)
        compare_message(m, ex, k);
    compare_message(m, ex, WL_MESSAGE_FINAL);
}

/* ----------------------------------------------------------------------- of two connections */

static void compare_connections(struct maker *m)
{
    struct items lines[2] = {{0}};

    for (int side = 0; side < 2; side++) {
        const struct wl_detail *d = m->v->details[side];

        for (uint32_t i = 0; i < d->n_exchanges; i++) {
            wl_line_exchange(&m->text, d->exchanges[i], 0);
            add_item(m, &lines[side], take_text(m), wl_span(NULL, 0));
        }
    }
    add_heading(m, "exchanges");
    align_in_order(m, &lines[0], &lines[1]);
}

static void answer_compare(struct wl_screen *s, void *state, const struct wl_answer *a)
{
    struct compare *v = state;
    struct maker m = {.v = v, .arena = a->arena};

    if (!is_there(v->details[0])) {
        v->details[0] = a->of.detail;
        return;
    }
    if (!v->details[1])
        wl_screen_keep(s, state);
    v->details[1] = a->of.detail;
    if (!is_there(v->details[1]))
        return;
    wl_text_init(&m.text, s->budget, TEXT);
    if (!v->whole) {
        const struct wl_exchange *const ex[2] = {exchange_of(v, 0), exchange_of(v, 1)};

        if (ex[0] && ex[1])
            compare_exchanges(&m, ex);
    } else if (v->details[0]->held != WL_HELD_NOT && v->details[1]->held != WL_HELD_NOT) {
        compare_connections(&m);
    }
    wl_text_release(&m.text);
}

/* -------------------------------------------------------------------------------- the lines */

struct page {
    struct wl_canvas *c;
    struct wl_rect area;
    int line, skip, label;
    bool beside; /* the two stand side by side */
};

/* Words from column x on, w wide, from the line that is next; returns how many lines they take. */
static int put_words(const struct page *p, unsigned look, int x, int w, struct wl_span words)
{
    int above = p->skip - p->line;
    struct wl_rect r = {p->area.x + x, p->area.y, w, p->area.h};

    if (above < 0) {
        r.y -= above;
        r.h = r.h + above > 0 ? r.h + above : 0;
    }
    return wl_canvas_wrap_octets(p->c, r, above > 0 ? above : 0, look, words);
}

/* The part of a value that is shown: its beginning, or where it begins to differ. */
static struct wl_span part_of(const struct row *row, int side)
{
    struct wl_span a = row->value[side], b = row->value[!side];
    size_t from = 0;

    if (a.n > CELL && row->mark == '|') {
        while (from < a.n && from < b.n && a.p[from] == b.p[from])
            from++;
        from = from > BEFORE ? from - BEFORE : 0;
    }
    return wl_span_sub(a, from, CELL);
}

/* One value with its mark and its label; returns its lines. */
static int put_value(const struct page *p, char mark, unsigned look, const struct row *row,
                     int side, int x, int w)
{
    int y = p->line - p->skip, lines = put_words(p, look, x, w, part_of(row, side));
    struct wl_strip s;

    if (y >= 0 && y < p->area.h) {
        wl_strip_init(&s, p->c, WL_STRIP);
        wl_strip_char(&s, WL_ROLE_KEY, (uint8_t)mark);
        wl_strip_text(&s, WL_ROLE_PLAIN, " ");
        wl_strip_octets(&s, mark == ' ' ? WL_ROLE_FAINT : WL_ROLE_HEAD, row->label);
        wl_canvas_place(p->c, p->area.x, p->area.y + y, p->label - 1, WL_LEFT, &s);
    }
    return lines > 0 ? lines : 1;
}

static void put_heading(struct page *p, const struct row *row)
{
    int y;

    p->line += p->line > 0; /* not above the first */
    y = p->line - p->skip;
    if (y >= 0 && y < p->area.h) {
        struct wl_strip s;

        wl_strip_init(&s, p->c, p->area.w);
        wl_strip_octets(&s, WL_ROLE_TITLE, row->label);
        wl_strip_text(&s, WL_ROLE_FRAME, " ");
        wl_strip_repeat(&s, WL_ROLE_FRAME, p->c->ascii ? '-' : 0x2500, p->area.w - s.n);
        wl_canvas_place(p->c, p->area.x, p->area.y + y, p->area.w, WL_LEFT, &s);
    }
    p->line++;
}

static void put_row(struct page *p, struct row *row)
{
    int room = p->area.w - p->label, half = (room - 2) / 2, left, right;

    if (row->mark == '-') {
        put_heading(p, row);
        row->line = p->line - 1;
        return;
    }
    row->line = p->line;
    if (row->mark == ' ') {
        p->line += put_value(p, ' ', WL_ROLE_FAINT, row, 0, p->label, room);
    } else if (p->beside) {
        left = put_value(p, row->mark, WL_ROLE_STRONG, row, 0, p->label, half);
        right = put_words(p, WL_ROLE_STRONG, p->label + half + 2, half, part_of(row, 1));
        p->line += left > right ? left : right;
    } else {
        if (row->mark != '>')
            p->line += put_value(p, '<', WL_ROLE_STRONG, row, 0, p->label, room);
        if (row->mark != '<')
            p->line += put_value(p, '>', WL_ROLE_STRONG, row, 1, p->label, room);
    }
}

/* As wide as the longest name, within bounds. */
static int label_width(const struct compare *v)
{
    size_t n = LABEL_MIN;

    if (v->whole)
        return 2;
    for (uint32_t i = 0; i < v->n && n < LABEL_MAX; i++) {
        if (v->rows[i].mark != '-' && v->rows[i].label.n > n)
            n = v->rows[i].label.n;
    }
    return (int)wl_min_size(n, LABEL_MAX) + 3;
}

static void put_rows(struct compare *v, struct wl_canvas *c, struct wl_rect area)
{
    struct page p = {.c = c, .area = area, .skip = v->skip};

    p.beside = area.w >= SIDE_FROM;
    p.label = label_width(v);
    if (p.label > area.w / 2)
        p.label = area.w / 2;
    for (uint32_t i = 0; i < v->n; i++)
        put_row(&p, &v->rows[i]);
    v->lines = p.line;
}

/* ---------------------------------------------------------------------------------- the view */

static void put_side(const struct wl_screen *s, const struct compare *v, int side,
                     struct wl_strip *t)
{
    const struct wl_conn_ref *conn = &v->which[side].conn;
    const struct wl_exchange *ex = exchange_of(v, side);

    wl_strip_text(t, WL_ROLE_KEY, side ? "> " : "< ");
    wl_strip_printf(t, WL_ROLE_STRONG, "connection %llu", (unsigned long long)conn->number);
    if (!v->whole)
        wl_strip_printf(t, WL_ROLE_STRONG, ", exchange %u", (unsigned)v->which[side].ordinal);
    wl_strip_text(t, WL_ROLE_PLAIN, "  ");
    wl_strip_clock(t, WL_ROLE_FAINT, ex && !v->whole ? ex->req.t_first : conn->t_first, s->cfg.utc,
                   6);
    wl_strip_text(t, WL_ROLE_PLAIN, "  ");
    wl_strip_endpoint(t, WL_ROLE_PLAIN, &conn->client);
    wl_strip_text(t, WL_ROLE_FAINT, t->ascii ? " > " : " \xe2\x86\x92 ");
    wl_strip_endpoint(t, WL_ROLE_PLAIN, &conn->server);
}

/* How much was compared, of those that are longer than a window of exchanges. */
static void put_extent(const struct compare *v, struct wl_strip *t)
{
    for (int side = 0; v->whole && side < 2; side++) {
        const struct wl_detail *d = v->details[side];

        if (d->n_exchanges == d->last_ordinal)
            continue;
        wl_strip_printf(t, WL_ROLE_WARNING, "; of %c only %u of ", side ? '>' : '<',
                        (unsigned)d->n_exchanges);
        wl_strip_count(t, WL_ROLE_WARNING, d->last_ordinal);
    }
    if (v->cut)
        wl_strip_text(t, WL_ROLE_WARNING, "; not all was compared: too much");
}

static void put_summary(const struct compare *v, struct wl_strip *t)
{
    if (v->n_differ == 0) {
        wl_strip_text(t, WL_ROLE_GOOD, v->cut ? "nothing found that differs" : "nothing differs");
    } else {
        wl_strip_count(t, WL_ROLE_STRONG, v->n_differ);
        wl_strip_text(t, WL_ROLE_PLAIN, v->n_differ == 1 ? " difference" : " differences");
    }
    put_extent(v, t);
}

static const char *why_not(const struct compare *v)
{
    if (!is_there(v->details[0]) || !is_there(v->details[1]))
        return v->details[0] ? "Reading it again from the file ..." : "Asking for it ...";
    return "What was marked is no longer held, or not all of it. What is kept is bounded by "
           "max_history (--set max_history=N).";
}

static void draw_compare(const struct wl_screen *s, void *state, struct wl_canvas *c,
                         struct wl_rect area)
{
    struct compare *v = state;
    struct wl_strip t;
    struct wl_rect bar;
    int most;

    for (int side = 0; side < 2 && area.h > 2; side++) {
        struct wl_rect row = wl_rect_top(&area, 1);

        wl_strip_init(&t, c, row.w);
        put_side(s, v, side, &t);
        wl_canvas_place(c, row.x, row.y, row.w, WL_LEFT, &t);
    }
    if (v->n == 0) {
        wl_canvas_cursor(c, area.x, area.y);
        (void)wl_canvas_wrap(c, area, 0, WL_ROLE_FAINT, wl_span_text(why_not(v)));
        return;
    }
    if (area.h > 4) {
        struct wl_rect row = wl_rect_top(&area, 1);

        wl_strip_init(&t, c, row.w);
        put_summary(v, &t);
        wl_canvas_place(c, row.x, row.y, row.w, WL_LEFT, &t);
    }
    wl_canvas_cursor(c, area.x, area.y);
    bar = wl_rect_right(&area, 1);
    v->room = area.h;
    put_rows(v, c, area);
    most = v->lines > v->room ? v->lines - v->room : 0;
    if (v->skip > most) { /* the window has grown */
        v->skip = most;
        wl_canvas_fill(c, area, WL_ROLE_PLAIN, ' ');
        put_rows(v, c, area);
    }
    wl_scroll_draw(c, bar.x, bar.y, bar.h, (uint64_t)v->skip, (uint64_t)v->room,
                   (uint64_t)v->lines);
}

/* To the next rows that differ, where the first of them is the first one shown; or to those
 * before. */
static void next_difference(struct wl_screen *s, struct compare *v, int by)
{
    int most = v->lines > v->room ? v->lines - v->room : 0;
    int to = v->skip;

    for (uint32_t i = 0; i < v->n && (by < 0 || to == v->skip); i++) {
        int line = v->rows[i].line < most ? v->rows[i].line : most;

        if (differs(&v->rows[i]) && (i == 0 || !differs(&v->rows[i - 1])) &&
            (by > 0 ? line > v->skip : line < v->skip))
            to = line;
    }
    if (to == v->skip)
        wl_screen_say(s, by > 0 ? "no further difference below" : "no difference before these");
    v->skip = to;
}

static enum wl_did act_compare(struct wl_screen *s, void *state, const struct wl_press *in)
{
    struct compare *v = state;
    int most = v->lines > v->room ? v->lines - v->room : 0;
    int page = v->room > 2 ? v->room - 1 : 1;
    int to = v->skip;

    /* NOLINTNEXTLINE(clang-diagnostic-switch-enum): all else is not the view's */
    switch ((int)in->action) {
    case WL_ACT_UP: to--; break;
    case WL_ACT_DOWN: to++; break;
    case WL_ACT_PAGE_UP: to -= page; break;
    case WL_ACT_PAGE_DOWN: to += page; break;
    case WL_ACT_FIRST: to = 0; break;
    case WL_ACT_LAST: to = most; break;
    case WL_ACT_NEXT_FINDING: next_difference(s, v, 1); return WL_DID_DRAW;
    case WL_ACT_PREVIOUS_FINDING: next_difference(s, v, -1); return WL_DID_DRAW;
    default: return WL_DID_NOTHING;
    }
    v->skip = to < 0 ? 0 : (to > most ? most : to);
    return WL_DID_DRAW;
}

static bool compare_filter(const struct wl_screen *s, const void *state, struct wl_text *ret)
{
    const struct compare *v = state;
    const struct wl_conn_ref conns[2] = {v->which[0].conn, v->which[1].conn};

    wl_screen_display_filter(s, ret, conns, conns[0].id == conns[1].id ? 1 : 2);
    return true;
}

/* On a canvas of h rows and nothing else; returns how many it takes, 0 when memory is refused. */
static int draw_alone(const struct compare *v, const struct row *row, struct wl_canvas *c, int h)
{
    struct page p = {.c = c, .label = label_width(v)};
    struct row copy = *row;

    if (!wl_canvas_resize(c, TEXT_W, h))
        return 0;
    p.area = wl_canvas_area(c);
    put_row(&p, &copy);
    return p.line;
}

/* Row by row on a canvas of their own, one above the other as diff(1) has them. */
static bool compare_text(const struct wl_screen *s, const void *state, struct wl_text *ret)
{
    const struct compare *v = state;
    struct wl_canvas c;
    struct wl_strip t;

    if (v->n == 0)
        return false;
    wl_canvas_init(&c, s->budget, s->ascii);
    for (int side = 0; side < 2 && wl_canvas_resize(&c, TEXT_W, 1); side++) {
        wl_strip_init(&t, &c, TEXT_W);
        put_side(s, v, side, &t);
        wl_canvas_place(&c, 0, 0, TEXT_W, WL_LEFT, &t);
        wl_canvas_dump(&c, ret);
    }
    for (uint32_t i = 0; i < v->n && !ret->full; i++) {
        int lines = draw_alone(v, &v->rows[i], &c, 1);

        if (lines > 1)
            lines = draw_alone(v, &v->rows[i], &c, lines);
        if (lines == 0)
            break;
        if (v->rows[i].mark == '-')
            wl_text_char(ret, '\n');
        wl_canvas_dump(&c, ret);
    }
    wl_canvas_release(&c);
    return true;
}

const struct wl_view wl_view_compare = {
    .where = WL_IN_COMPARE,
    .name = "compare",
    .title = "Compare",
    .help =
        "The two rows that were marked when d was pressed. Of two exchanges: statuses with their "
        "times, findings, then fields, aligned by name. Otherwise the connections: their exchanges "
        "in order. Before what differs stands < for what only the first has, > for the second, | "
        "where the two stand side by side; what is equal is faint. Nothing is asked again while "
        "it is open: exchanges that come later are not in it.",
    .state_size = sizeof(struct compare),
    .open = open_compare,
    .ask = ask_compare,
    .answer = answer_compare,
    .draw = draw_compare,
    .act = act_compare,
    .display_filter = compare_filter,
    .text = compare_text,
};
