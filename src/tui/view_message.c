/* view_message.c - one message: its head as it was sent, what was made of it, what is wrong
 * with it. SPDX-License-Identifier: MIT
 *
 * Lines are written from the top; those above the first one shown, or below the area, go nowhere.
 * So the number of lines is known after every drawing, and nothing is kept but where the user is.
 */
#include "view_message.h"

#include "line.h"
#include "views.h"

enum {
    LABEL_W = 13,
    HEX_ROW = 16,
    HEX_NARROW = 8,
    HEX_WIDE_FROM = 76, /* columns from which 16 octets stand on a line */
};

/* ------------------------------------------------------------------------------ which message */

/* The next message that is there, by steps of 1 or -1; k itself when there is none. */
static uint32_t step(const struct wl_exchange *ex, uint32_t k, int by)
{
    int64_t n = (int64_t)ex->n_interim + 2;
    int64_t at = k == WL_MESSAGE_FINAL ? n - 1 : (int64_t)k;

    for (at += by; at >= 0 && at < n; at += by) {
        uint32_t next = at == n - 1 ? WL_MESSAGE_FINAL : (uint32_t)at;

        if (wl_exchange_message(ex, next))
            return next;
    }
    return k;
}

/* --------------------------------------------------------------------------------- the writer */

struct page {
    struct wl_canvas *c;
    struct wl_rect area;
    int line, skip;
};

/* The row that the next line has on the canvas, or -1. */
static int row_of(const struct page *p)
{
    int y = p->line - p->skip;

    return y >= 0 && y < p->area.h ? p->area.y + y : -1;
}

static void put_strip(struct page *p, const struct wl_strip *s)
{
    int y = row_of(p);

    if (y >= 0)
        wl_canvas_place(p->c, p->area.x, y, p->area.w, WL_LEFT, s);
    p->line++;
}

static void put_heading(struct page *p, const char *text)
{
    struct wl_strip s;

    if (p->line) /* not above the first */
        p->line++;
    wl_strip_init(&s, p->c, p->area.w);
    wl_strip_text(&s, WL_ROLE_TITLE, text);
    wl_strip_text(&s, WL_ROLE_FRAME, " ");
    wl_strip_repeat(&s, WL_ROLE_FRAME, p->c->ascii ? '-' : 0x2500, p->area.w - s.n);
    put_strip(p, &s);
}

/* Untrusted or trusted words, wrapped, from column indent on. */
static void put_words(struct page *p, unsigned look, int indent, struct wl_span words)
{
    struct wl_rect r = p->area;
    int above = p->skip - p->line, lines;

    r.x += indent;
    r.w -= indent;
    if (above < 0) {
        r.y -= above;
        r.h += above;
    }
    if (r.h < 0)
        r.h = 0;
    lines = wl_canvas_wrap_octets(p->c, r, above > 0 ? above : 0, look, words);
    p->line += lines;
}

/* A fact has a label and one line. */
static void begin_fact(struct page *p, struct wl_strip *s, const char *label)
{
    wl_strip_init(s, p->c, p->area.w);
    wl_strip_text(s, WL_ROLE_HEAD, label);
    wl_strip_pad(s, LABEL_W);
}

/* ------------------------------------------------------------------------------------ the head */

/* One line of any length, folded at the width as octets are. */
static void put_octets(struct page *p, unsigned look, struct wl_span octets)
{
    do {
        struct wl_strip s;
        size_t n = octets.n;

        wl_strip_init(&s, p->c, p->area.w);
        wl_strip_octets(&s, look, octets);
        while (s.cut && n > 1) { /* as many octets as the line holds */
            n = n > (size_t)p->area.w ? (size_t)p->area.w : n - 1;
            while (n > 1 && n < octets.n && (octets.p[n] & 0xc0) == 0x80)
                n--;
            wl_strip_init(&s, p->c, p->area.w);
            wl_strip_octets(&s, look, wl_span_sub(octets, 0, n));
        }
        put_strip(p, &s);
        octets = wl_span_after(octets, n);
    } while (octets.n);
}

static void put_head_lines(struct page *p, struct wl_span head, bool raw)
{
    bool first = true;

    if (!raw && head.n && head.p[head.n - 1] == '\n') { /* the empty line that ends it */
        head.n--;
        head.n -= head.n && head.p[head.n - 1] == '\r';
    }
    while (head.n) {
        size_t end = wl_span_find(head, '\n');
        struct wl_span line = wl_span_sub(head, 0, raw && end < head.n ? end + 1 : end);

        if (!raw && line.n && line.p[line.n - 1] == '\r')
            line.n--;
        put_octets(p, first ? WL_ROLE_STRONG : WL_ROLE_BODY, line);
        head = wl_span_after(head, end + 1);
        first = false;
    }
}

static void put_hex(struct page *p, struct wl_span octets)
{
    size_t per = p->area.w >= HEX_WIDE_FROM ? HEX_ROW : HEX_NARROW;

    for (size_t at = 0; at < octets.n; at += per) {
        struct wl_strip s;
        struct wl_span row = wl_span_sub(octets, at, per);

        if (row_of(p) < 0) { /* heads may be long */
            p->line++;
            continue;
        }
        wl_strip_init(&s, p->c, p->area.w);
        wl_strip_printf(&s, WL_ROLE_FAINT, "%05zx  ", at);
        for (size_t i = 0; i < per; i++) {
            if (i < row.n) {
                wl_strip_printf(&s, WL_ROLE_BODY, "%02x ", (unsigned)row.p[i]);
            } else {
                wl_strip_text(&s, WL_ROLE_BODY, "   ");
            }
        }
        wl_strip_text(&s, WL_ROLE_BODY, " ");
        for (size_t i = 0; i < row.n; i++) {
            bool shown = row.p[i] >= ' ' && row.p[i] < 0x7f;

            wl_strip_char(&s, shown ? WL_ROLE_BODY : WL_ROLE_FAINT, shown ? row.p[i] : '.');
        }
        put_strip(p, &s);
    }
}

/* RFC 1945 4.1: a simple response, of HTTP/0.9 */
static bool is_bare(const struct wl_message *m)
{
    return m->state != WL_ABSENT && !wl_message_has_status(m);
}

static void put_head(struct page *p, const struct wl_message *m, enum wl_head_form form)
{
    static const char *const names[] = {"head", "head, every octet", "head in hexadecimal"};

    put_heading(p, names[form]);
    if (m->head.n == 0) {
        put_words(p, WL_ROLE_FAINT, 0,
                  is_bare(m) ? WL_SPAN("A response of HTTP/0.9 has no head: it is its content.")
                             : WL_SPAN("The head was not captured whole; what was read of it "
                                       "stands below."));
    } else if (form == WL_HEAD_HEX) {
        put_hex(p, m->head);
    } else {
        put_head_lines(p, m->head, form == WL_HEAD_RAW);
    }
}

/* --------------------------------------------------------------------------------- the facts */

static void put_position(struct page *p, const struct wl_exchange *ex, uint32_t k)
{
    uint32_t n = wl_exchange_n_interim(ex);
    struct wl_strip s;

    begin_fact(p, &s, "position");
    if (k == 0) {
        wl_strip_printf(&s, WL_ROLE_PLAIN, "request %u of its connection", (unsigned)ex->ordinal);
        if (n)
            wl_strip_printf(&s, WL_ROLE_PLAIN, ", %u interim", (unsigned)n);
    } else if (k == WL_MESSAGE_FINAL) {
        wl_strip_text(&s, WL_ROLE_PLAIN, "final");
        if (n)
            wl_strip_printf(&s, WL_ROLE_PLAIN, ", after %u interim", (unsigned)n);
    } else {
        wl_strip_printf(&s, WL_ROLE_PLAIN, "interim %u of %u", (unsigned)k, (unsigned)n);
    }
    if (ex->res.stray || ex->state == WL_EXCHANGE_UNSOLICITED)
        wl_strip_text(&s, WL_ROLE_WARNING, ", no request was outstanding");
    put_strip(p, &s);
}

static void put_answers(struct page *p, const struct wl_exchange *ex, uint32_t k)
{
    struct wl_strip s;

    if (k == 0 || ex->req.state == WL_ABSENT)
        return;
    begin_fact(p, &s, "answers");
    wl_strip_octets(&s, WL_ROLE_REQUEST, ex->req.method.n ? ex->req.method : WL_SPAN("?"));
    wl_strip_text(&s, WL_ROLE_PLAIN, ex->req.target.n ? " " : "");
    wl_strip_octets(&s, WL_ROLE_PLAIN, ex->req.target);
    if (ex->req.major) {
        wl_strip_printf(&s, WL_ROLE_FAINT, "  HTTP/%u.%u", (unsigned)ex->req.major,
                        (unsigned)ex->req.minor);
    }
    wl_strip_printf(&s, WL_ROLE_FAINT, ", frame %llu",
                    (unsigned long long)wl_frame_number(ex->req.at.frame));
    put_strip(p, &s);
}

static void put_where(struct page *p, const struct wl_message *m)
{
    struct wl_strip s;

    begin_fact(p, &s, "frame");
    wl_strip_printf(&s, WL_ROLE_PLAIN, "%llu", (unsigned long long)wl_frame_number(m->at.frame));
    if (wl_frame_number(m->last_frame) != wl_frame_number(m->at.frame) && m->last_frame) {
        wl_strip_printf(&s, WL_ROLE_PLAIN, " to %llu",
                        (unsigned long long)wl_frame_number(m->last_frame));
    }
    wl_strip_printf(&s, WL_ROLE_FAINT, ", octet %llu of this direction",
                    (unsigned long long)m->at.offset);
    put_strip(p, &s);
}

/* Of several files, or interfaces: the one that its frames are numbered in. */
static void put_source(struct page *p, const struct wl_screen *s, const struct wl_message *m)
{
    const struct wl_stats *st = s->board ? &s->board->stats : NULL;
    unsigned file = wl_frame_file(m->at.frame);
    struct wl_strip line;

    if (!st || st->n_inputs < 2 || file >= st->n_inputs || !st->inputs[file].name)
        return;
    begin_fact(p, &line, st->inputs[file].is_interface ? "interface" : "file");
    wl_strip_octets(&line, WL_ROLE_PLAIN, wl_span_text(st->inputs[file].name));
    put_strip(p, &line);
}

static void put_time(struct page *p, const struct wl_screen *s, const struct wl_exchange *ex,
                     const struct wl_message *m, uint32_t k)
{
    struct wl_strip line;

    begin_fact(p, &line, "time");
    wl_strip_clock(&line, WL_ROLE_PLAIN, m->t_first, s->cfg.utc, 6);
    if (k != 0 && ex->req.state != WL_ABSENT && ex->req.t_head) {
        wl_ns after = m->t_first - ex->req.t_head;

        wl_strip_text(&line, WL_ROLE_PLAIN, ", ");
        wl_strip_duration(&line, WL_ROLE_STRONG, after < 0 ? -after : after);
        wl_strip_text(&line, WL_ROLE_PLAIN, after < 0 ? " before" : " after");
        wl_strip_text(&line, WL_ROLE_PLAIN, " the request's head");
    }
    if (m->t_last > m->t_first) {
        wl_strip_text(&line, WL_ROLE_FAINT, ", took ");
        wl_strip_duration(&line, WL_ROLE_FAINT, m->t_last - m->t_first);
    }
    put_strip(p, &line);
}

static void put_framing(struct page *p, const struct wl_message *m)
{
    static const char *const names[] = {
        [WL_FRAMING_NONE] = "no content", [WL_FRAMING_LENGTH] = "Content-Length",
        [WL_FRAMING_CHUNKED] = "chunked", [WL_FRAMING_CLOSE] = "until the connection closes",
        [WL_FRAMING_H2] = "HTTP/2",       [WL_FRAMING_TUNNEL] = "no HTTP any more after this",
    };
    struct wl_strip s;

    begin_fact(p, &s, "content");
    wl_strip_text(&s, WL_ROLE_PLAIN, names[m->framing]);
    if (m->framing == WL_FRAMING_LENGTH && m->declared != WL_NONE) {
        wl_strip_text(&s, WL_ROLE_PLAIN, " ");
        wl_strip_count(&s, WL_ROLE_PLAIN, m->declared);
    }
    if (m->framing != WL_FRAMING_NONE || m->body_bytes) {
        wl_strip_text(&s, WL_ROLE_PLAIN, ", ");
        wl_strip_count(&s, WL_ROLE_PLAIN, m->body_bytes);
        wl_strip_text(&s, WL_ROLE_PLAIN, m->body_bytes == 1 ? " octet seen" : " octets seen");
    }
    if (m->n_body_lost) {
        wl_strip_text(&s, WL_ROLE_WARNING, ", ");
        wl_strip_count(&s, WL_ROLE_WARNING, m->n_body_lost);
        wl_strip_text(&s, WL_ROLE_WARNING, " missing from the capture");
    }
    put_strip(p, &s);
}

static void put_state(struct page *p, const struct wl_message *m)
{
    static const char *const states[] = {
        [WL_ABSENT] = "not seen",
        [WL_CUT] = "only part of the head was seen",
        [WL_HEAD] = "the head was seen, not all of the content",
        [WL_WHOLE] = "seen whole",
    };
    static const char *const ends[] = {
        [WL_END_NONE] = "",
        [WL_END_CLOSED] = ": the connection was closed",
        [WL_END_RESET] = ": the connection was reset",
        [WL_END_GAP] = ": octets are missing from the capture",
        [WL_END_SNAPLEN] = ": packets were cut by the snap length",
        [WL_END_LIMIT] = ": a limit was reached",
        [WL_END_IDLE] = ": nothing came for too long",
        [WL_END_EVICTED] = ": the table of connections was full",
        [WL_END_EOF] = ": the capture ended",
        [WL_END_ABANDONED] = ": another message began",
        [WL_END_REUSED] = ": a new connection took over its ports",
    };
    struct wl_strip s;

    begin_fact(p, &s, "state");
    wl_strip_text(&s, m->state == WL_WHOLE ? WL_ROLE_PLAIN : WL_ROLE_WARNING, states[m->state]);
    if (m->state != WL_WHOLE)
        wl_strip_text(&s, WL_ROLE_WARNING, ends[m->end]);
    put_strip(p, &s);
}

static void put_marks(struct page *p, const struct wl_message *m)
{
    for (uint32_t i = 0; i < m->n_marks; i++) {
        struct wl_strip s;

        begin_fact(p, &s, i ? "" : "noticed");
        wl_strip_text(&s, WL_ROLE_PLAIN, wl_mark_text(m->marks[i].id));
        if (m->marks[i].count > 1)
            wl_strip_printf(&s, WL_ROLE_FAINT, ", %u times", (unsigned)m->marks[i].count);
        put_strip(p, &s);
    }
}

static void put_facts(struct page *p, const struct wl_screen *s, const struct wl_exchange *ex,
                      const struct wl_message *m, uint32_t k)
{
    put_heading(p, "decoded");
    put_answers(p, ex, k);
    put_position(p, ex, k);
    put_where(p, m);
    put_source(p, s, m);
    put_time(p, s, ex, m, k);
    put_framing(p, m);
    put_state(p, m);
    put_marks(p, m);
}

/* ------------------------------------------------------------------------------- the findings */

static void put_finding(struct page *p, const struct wl_finding *f)
{
    struct wl_strip s;
    char cite[160];
    size_t n = 0;

    wl_strip_init(&s, p->c, p->area.w);
    wl_strip_printf(&s, wl_role_severity(f->severity), "%c ", wl_severity_letter(f->severity));
    wl_strip_text(&s, wl_role_severity(f->severity), f->rule->id);
    if (f->confidence != WL_CERTAIN)
        wl_strip_printf(&s, WL_ROLE_FAINT, "  (%s)", wl_confidence_name(f->confidence));
    put_strip(p, &s);
    put_words(p, WL_ROLE_PLAIN, 2, f->message);
    for (size_t i = 0; i < WL_RULE_CITES && f->rule->cite[i] && n < sizeof(cite); i++)
        n += (size_t)snprintf(cite + n, sizeof(cite) - n, "%s%s", i ? ", " : "", f->rule->cite[i]);
    if (n)
        put_words(p, WL_ROLE_FAINT, 2, wl_span_text(cite));
    if (f->rule->why)
        put_words(p, WL_ROLE_FAINT, 2, wl_span_text(f->rule->why));
}

static void put_findings(struct page *p, const struct wl_exchange *ex,
                         const struct wl_conn_record *conn, uint32_t k)
{
    bool any = false;

    for (uint32_t i = 0; i < ex->n_findings; i++) {
        if (!wl_finding_is_about(ex, &ex->findings[i], k))
            continue;
        if (!any)
            put_heading(p, "findings on this message");
        any = true;
        put_finding(p, &ex->findings[i]);
    }
    for (uint32_t i = 0; conn && i < conn->n_findings; i++) {
        const struct wl_finding *f = &conn->findings[i];

        if (f->ordinal != ex->ordinal || !wl_finding_is_about(ex, f, k))
            continue;
        if (!any)
            put_heading(p, "findings on this message");
        any = true;
        put_finding(p, f);
    }
}

int wl_message_draw(const struct wl_screen *s, struct wl_canvas *c, struct wl_rect area,
                    const struct wl_exchange *ex, const struct wl_conn_record *conn, uint32_t k,
                    enum wl_head_form form, int skip)
{
    const struct wl_message *m = wl_exchange_message(ex, k);
    struct page p = {.c = c, .area = area, .skip = skip};

    if (area.w < 1)
        return 0;
    if (!m) {
        put_words(&p, WL_ROLE_FAINT, 0,
                  WL_SPAN("Of this message nothing but its status, time and frame was kept."));
        return p.line;
    }
    put_findings(&p, ex, conn, k);
    put_head(&p, m, form);
    put_facts(&p, s, ex, m, k);
    return p.line;
}

/* ----------------------------------------------------------------------------------- the view */

struct message {
    uint64_t connection;
    uint32_t ordinal, k;
    enum wl_head_form form;
    int skip, lines, room;
    int seek; /* 1, -1: a finding is looked for beyond exchange seek_at; else 0 */
    uint32_t seek_at;
    const struct wl_detail *detail;
};

static void open_message(struct wl_screen *s, void *state, const struct wl_place *place)
{
    struct message *v = state;

    (void)s;
    v->connection = place->conn.id;
    v->ordinal = place->ordinal;
    v->k = place->message;
}

static bool ask_message(const struct wl_screen *s, const void *state, struct wl_ask *ret)
{
    const struct message *v = state;

    (void)s;
    *ret = (struct wl_ask){.kind = WL_ASK_DETAIL,
                           .keep = WL_NONE,
                           .connection = v->connection,
                           .ordinal = v->seek ? v->seek_at : v->ordinal};
    return true;
}

static const struct wl_exchange *find_exchange(const struct wl_detail *d, uint32_t ordinal)
{
    for (uint32_t i = 0; d && i < d->n_exchanges; i++) {
        if (d->exchanges[i]->ordinal == ordinal)
            return d->exchanges[i];
    }
    return NULL;
}

static void put_title(struct wl_strip *t, const struct wl_detail *d, const struct wl_exchange *ex,
                      uint32_t k)
{
    const struct wl_message *m = wl_exchange_message(ex, k);

    if (k == 0) {
        wl_strip_text(t, WL_ROLE_REQUEST, "Request ");
        wl_strip_octets(t, WL_ROLE_REQUEST, ex->req.method);
    } else if (m && is_bare(m)) {
        wl_strip_text(t, wl_role_status(0), "Response HTTP/0.9 content");
    } else if (m) {
        wl_strip_text(t, wl_role_status(m->status),
                      k == WL_MESSAGE_FINAL ? "Response " : "Interim response ");
        wl_strip_printf(t, wl_role_status(m->status), "%0*u %s", wl_status_digits(m->status),
                        m->status, wl_status_reason(m->status));
    }
    wl_strip_text(t, WL_ROLE_FAINT, "  ");
    wl_strip_endpoint(t, WL_ROLE_PLAIN, k == 0 ? &ex->conn.client : &ex->conn.server);
    wl_strip_text(t, WL_ROLE_FAINT, t->ascii ? " > " : " \xe2\x86\x92 ");
    wl_strip_endpoint(t, WL_ROLE_PLAIN, k == 0 ? &ex->conn.server : &ex->conn.client);
    wl_strip_printf(t, WL_ROLE_FAINT, "  exchange %u of ", (unsigned)ex->ordinal);
    wl_strip_count(t, WL_ROLE_FAINT, d->last_ordinal);
}

static const char *held_text(const struct wl_detail *d)
{
    if (!d)
        return "Asking for it ...";
    switch (d->held) {
    case WL_HELD_SOON: return "Reading it again from the file ...";
    case WL_HELD_NOT:
        return "No longer held. What is kept is bounded by max_history (--set max_history=N).";
    case WL_HELD_WHOLE:
    case WL_HELD_PARTLY: break;
    }
    return "This exchange is no longer held. What is kept is bounded by max_history "
           "(--set max_history=N).";
}

static void draw_message(const struct wl_screen *s, void *state, struct wl_canvas *c,
                         struct wl_rect area)
{
    struct message *v = state;
    const struct wl_exchange *ex = find_exchange(v->detail, v->ordinal);
    struct wl_strip title;
    int most;

    if (!ex) {
        (void)wl_canvas_wrap(c, area, 0, WL_ROLE_FAINT, wl_span_text(held_text(v->detail)));
        return;
    }
    if (area.h > 3) {
        struct wl_rect row = wl_rect_top(&area, 1);

        wl_strip_init(&title, c, row.w);
        put_title(&title, v->detail, ex, v->k);
        wl_canvas_place(c, row.x, row.y, row.w, WL_LEFT, &title);
    }
    v->room = area.h;
    v->lines = wl_message_draw(s, c, area, ex, &v->detail->conn, v->k, v->form, v->skip);
    most = v->lines > v->room ? v->lines - v->room : 0;
    if (v->skip > most) { /* the window has grown, or the form has changed */
        v->skip = most;
        wl_canvas_fill(c, area, WL_ROLE_PLAIN, ' ');
        (void)wl_message_draw(s, c, area, ex, &v->detail->conn, v->k, v->form, v->skip);
    }
    wl_canvas_cursor(c, area.x, area.y);
}

static bool has_finding(const struct message *v, const struct wl_exchange *ex, uint32_t k)
{
    const struct wl_conn_record *conn = &v->detail->conn;

    for (uint32_t i = 0; i < ex->n_findings; i++) {
        if (wl_finding_is_about(ex, &ex->findings[i], k))
            return true;
    }
    for (uint32_t i = 0; i < conn->n_findings; i++) {
        if (conn->findings[i].ordinal == ex->ordinal &&
            wl_finding_is_about(ex, &conn->findings[i], k))
            return true;
    }
    return false;
}

static void go(struct message *v, uint32_t k)
{
    v->k = k;
    v->skip = 0;
}

/* To the message before or after, into the next exchange when this one has no more. */
static void walk(struct message *v, const struct wl_exchange *ex, int by)
{
    uint32_t k = step(ex, v->k, by);

    if (k != v->k) {
        go(v, k);
    } else if (by > 0 && v->ordinal < v->detail->last_ordinal) {
        v->ordinal++;
        go(v, 0);
    } else if (by < 0 && v->ordinal > v->detail->first_ordinal) {
        v->ordinal--;
        go(v, WL_MESSAGE_FINAL);
    }
}

/* The message with a finding after (or before) message k of ex; false: it has none. */
static bool seek_in(struct message *v, const struct wl_exchange *ex, uint32_t k, int by)
{
    uint32_t next;

    while ((next = step(ex, k, by)) != k) {
        k = next;
        if (has_finding(v, ex, k)) {
            v->ordinal = ex->ordinal;
            go(v, k);
            return true;
        }
    }
    return false;
}

/* In whole exchanges after (or before) that one, as far as the window of the answer goes; then the
 * next window is asked for, and the search goes on when it comes. */
static void seek_on(struct wl_screen *s, struct message *v, int by)
{
    const struct wl_detail *d = v->detail;
    uint32_t last = v->seek_at;

    v->seek = 0;
    for (uint32_t n = 0; d && n < d->n_exchanges; n++) {
        const struct wl_exchange *ex = d->exchanges[by > 0 ? n : d->n_exchanges - 1 - n];

        if (by > 0 ? ex->ordinal <= v->seek_at : ex->ordinal >= v->seek_at)
            continue;
        last = ex->ordinal;
        if (by > 0 && has_finding(v, ex, 0)) {
            v->ordinal = ex->ordinal;
            go(v, 0);
            return;
        }
        if (by < 0 && has_finding(v, ex, WL_MESSAGE_FINAL)) {
            v->ordinal = ex->ordinal;
            go(v, WL_MESSAGE_FINAL);
            return;
        }
        if (seek_in(v, ex, by > 0 ? 0 : WL_MESSAGE_FINAL, by))
            return;
    }
    if (d && last != v->seek_at && (by > 0 ? last < d->last_ordinal : last > d->first_ordinal)) {
        v->seek = by;
        v->seek_at = last;
        return;
    }
    wl_screen_say(s, by > 0 ? "no further finding on this connection"
                            : "no finding before this one on this connection");
}

static void next_finding(struct wl_screen *s, struct message *v, const struct wl_exchange *ex,
                         int by)
{
    if (seek_in(v, ex, v->k, by))
        return;
    v->seek_at = ex->ordinal;
    seek_on(s, v, by);
}

static bool scroll(struct message *v, enum wl_action action)
{
    int most = v->lines > v->room ? v->lines - v->room : 0;
    int page = v->room > 2 ? v->room - 1 : 1;
    int to = v->skip;

    /* NOLINTNEXTLINE(clang-diagnostic-switch-enum): all else does not scroll */
    switch ((int)action) {
    case WL_ACT_UP: to--; break;
    case WL_ACT_DOWN: to++; break;
    case WL_ACT_PAGE_UP: to -= page; break;
    case WL_ACT_PAGE_DOWN: to += page; break;
    case WL_ACT_FIRST: to = 0; break;
    case WL_ACT_LAST: to = most; break;
    default: return false;
    }
    v->skip = to < 0 ? 0 : (to > most ? most : to);
    return true;
}

static void answer_message(struct wl_screen *s, void *state, const struct wl_answer *a)
{
    struct message *v = state;

    v->detail = a->of.detail;
    if (v->seek)
        seek_on(s, v, v->seek);
}

static enum wl_did act_message(struct wl_screen *s, void *state, const struct wl_press *in)
{
    struct message *v = state;
    const struct wl_exchange *ex = find_exchange(v->detail, v->ordinal);

    v->seek = 0; /* whoever presses a key waits no more */
    if (scroll(v, in->action))
        return WL_DID_DRAW;
    /* NOLINTNEXTLINE(clang-diagnostic-switch-enum): all else is not the view's */
    switch ((int)in->action) {
    case WL_ACT_HEX: v->form = v->form == WL_HEAD_HEX ? WL_HEAD_LINES : WL_HEAD_HEX; break;
    case WL_ACT_RAW: v->form = v->form == WL_HEAD_RAW ? WL_HEAD_LINES : WL_HEAD_RAW; break;
    case WL_ACT_LEFT:
    case WL_ACT_PREVIOUS_PANEL:
        if (ex)
            walk(v, ex, -1);
        break;
    case WL_ACT_RIGHT:
    case WL_ACT_NEXT_PANEL:
        if (ex)
            walk(v, ex, 1);
        break;
    case WL_ACT_NEXT_FINDING:
    case WL_ACT_PREVIOUS_FINDING:
        if (ex)
            next_finding(s, v, ex, in->action == WL_ACT_NEXT_FINDING ? 1 : -1);
        break;
    default: return WL_DID_NOTHING;
    }
    return WL_DID_DRAW;
}

static bool message_filter(const struct wl_screen *s, const void *state, struct wl_text *ret)
{
    const struct message *v = state;
    const struct wl_exchange *ex = find_exchange(v->detail, v->ordinal);
    const struct wl_message *m = ex ? wl_exchange_message(ex, v->k) : NULL;

    (void)s;
    if (!m)
        return false;
    wl_text_printf(ret, "frame.number == %llu", (unsigned long long)wl_frame_number(m->at.frame));
    return true;
}

const struct wl_view wl_view_message = {
    .where = WL_IN_MESSAGE,
    .name = "message",
    .title = "Message",
    .help = "One message: what is wrong with it, its head as it was sent, and what was made of it. "
            "Left and right go to the messages before and after it.",
    .state_size = sizeof(struct message),
    .open = open_message,
    .ask = ask_message,
    .answer = answer_message,
    .draw = draw_message,
    .act = act_message,
    .display_filter = message_filter,
};
