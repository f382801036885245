/* view_ladder.c - the ladder: requests to the right, responses to the left, time downwards.
 * SPDX-License-Identifier: MIT
 *
 *     t ms       client 10.0.0.2:59272       server 10.0.0.9:80      frame  finding
 *     0.09       |--- GET /hint HTTP/1.1 ------------------->|           4
 *     1.14       |<=================== 103 Early Hints =======|         11
 *                :              3.0 s without a sign          :
 *     3005.75    |<-- FIN -----------------------------------|          18  V1
 *
 * The lines are made when an answer comes (ladder.c), in the answer's own memory. A connection of
 * thousands of exchanges comes in windows; going beyond the edge of one asks for the next.
 */
#include "ladder.h"
#include "line.h"
#include "view_message.h"
#include "views.h"

enum {
    TIME_W = 10,
    CLOCK_W = 15,
    FRAME_W = 9,
    MARKS_W = 9,
    LANE_MIN = 14,
    LANE_MAX = 52,
    NARROW = 18,     /* columns of a lane below which an arrow has no shaft before its word */
    SIDE_FROM = 112, /* columns from which the message stands beside the ladder */
    SIDE_MIN = 44,
    TEXT_W = 100, /* columns of the ladder as text */
    TEXT_ROWS = 200,
};

static const wl_ns pause_from = WL_SECOND / 2;

struct ladder {
    struct wl_place place;
    uint32_t wanted; /* exchange to be in the window; 0: the first ones */
    bool one_leg, to_end;
    struct wl_ladder l;
    const struct wl_answer *answer; /* that l was made of */
    uint32_t at, top;               /* selected line, first line shown */
    int room;                       /* lines that were shown last */
    struct wl_rect rows;            /* where */
};

/* How wide what is. */
struct lanes {
    int time, lane, frame, n; /* n lanes */
};

/* ---------------------------------------------------------------------------- what to ask for */

static void open_ladder(struct wl_screen *s, void *state, const struct wl_place *place)
{
    struct ladder *v = state;

    (void)s;
    v->place = *place;
    v->wanted = place->ordinal;
    v->at = UINT32_MAX; /* to be found when the answer is there */
}

static bool ask_ladder(const struct wl_screen *s, const void *state, struct wl_ask *ret)
{
    const struct ladder *v = state;

    (void)s;
    *ret = (struct wl_ask){.kind = WL_ASK_DETAIL,
                           .keep = WL_NONE,
                           .connection = v->place.conn.id,
                           .ordinal = v->wanted};
    return true;
}

/* The line that shows what the selected line of another ladder showed. */
static uint32_t find_again(const struct wl_ladder *l, const struct wl_rung *was)
{
    for (uint32_t i = 0; i < l->n; i++) {
        const struct wl_rung *r = &l->rungs[i];
        uint32_t a = r->ex ? r->ex->ordinal : 0, b = was->ex ? was->ex->ordinal : 0;

        if (r->kind == was->kind && r->leg == was->leg && a == b && r->message == was->message &&
            (r->frame == was->frame || r->kind == WL_RUNG_PAUSE))
            return i;
    }
    return UINT32_MAX;
}

/* Where the place says: the packet, the message or the exchange; the first message when it says
 * nothing. */
static uint32_t find_place(const struct ladder *v)
{
    uint32_t exchange = UINT32_MAX, first = UINT32_MAX;

    for (uint32_t i = 0; i < v->l.n; i++) {
        const struct wl_rung *r = &v->l.rungs[i];

        if (v->place.frame && r->frame == v->place.frame)
            return i;
        if (r->ex && first == UINT32_MAX)
            first = i;
        if (!v->wanted || !r->ex || r->ex->ordinal != v->wanted)
            continue;
        if (exchange == UINT32_MAX)
            exchange = i;
        if (!v->place.frame && r->message == v->place.message)
            return i;
    }
    return exchange == UINT32_MAX ? first : exchange;
}

static void answer_ladder(struct wl_screen *s, void *state, const struct wl_answer *a)
{
    struct ladder *v = state;
    struct wl_rung was = {.kind = WL_RUNG_OPEN};
    bool had = v->at < v->l.n;

    (void)s;
    if (had)
        was = v->l.rungs[v->at]; /* its exchange is still there: the old answer is freed later */
    wl_ladder_make(&v->l, a->of.detail, !v->one_leg, pause_from, a->arena);
    if (v->to_end) {
        v->at = v->l.n ? v->l.n - 1 : 0;
        v->to_end = false;
    } else {
        v->at = had ? find_again(&v->l, &was) : UINT32_MAX;
        if (v->at == UINT32_MAX)
            v->at = find_place(v);
    }
    if (v->at >= v->l.n)
        v->at = 0;
    v->answer = a;
}

/* ----------------------------------------------------------------------------------- one line */

static struct lanes lanes_of(const struct wl_screen *s, const struct ladder *v, int w)
{
    struct lanes n = {.time = s->times == WL_TIMES_CLOCK ? CLOCK_W : TIME_W, .frame = FRAME_W};
    int room;

    n.n = v->l.legs[1] ? 2 : 1;
    if (w < 60)
        n.time = n.time == CLOCK_W ? CLOCK_W : TIME_W - 2;
    room = (w - n.time - n.frame - MARKS_W) / n.n;
    if (room < LANE_MIN) { /* frames can be had from the message */
        n.frame = 0;
        room = (w - n.time - MARKS_W) / n.n;
    }
    n.lane = room > LANE_MAX ? LANE_MAX : (room < LANE_MIN / 2 ? LANE_MIN / 2 : room);
    return n;
}

static void put_time(const struct wl_screen *s, const struct ladder *v, uint32_t i,
                     struct wl_strip *t, int w)
{
    const struct wl_rung *r = &v->l.rungs[i];
    wl_ns since = i ? r->t - v->l.rungs[i - 1].t : 0;
    char text[32];

    if (r->kind == WL_RUNG_PAUSE) {
        wl_strip_pad(t, w);
        return;
    }
    if (s->times == WL_TIMES_CLOCK) {
        wl_strip_clock(t, WL_ROLE_FAINT, r->t, s->cfg.utc, w >= CLOCK_W ? 4 : 0);
        wl_strip_pad(t, w);
        return;
    }
    if (i && v->l.rungs[i - 1].kind == WL_RUNG_PAUSE && s->times == WL_TIMES_DELTA)
        since = (wl_ns)v->l.rungs[i - 1].value;
    if (s->times == WL_TIMES_RELATIVE)
        since = r->t - v->l.t0;
    if (since < 100 * WL_SECOND && since > -100 * WL_SECOND) {
        (void)snprintf(text, sizeof(text), "%.2f", (double)since / 1e6);
    } else {
        (void)snprintf(text, sizeof(text), "%.1fs", (double)since / 1e9);
    }
    for (int k = (int)strlen(text); k < w - 1; k++)
        wl_strip_char(t, WL_ROLE_FAINT, ' ');
    wl_strip_text(t, WL_ROLE_FAINT, text);
    wl_strip_pad(t, w);
}

static void put_content(struct wl_strip *t, const struct wl_rung *r)
{
    unsigned look = r->dir == WL_TO_SERVER ? WL_ROLE_REQUEST : WL_ROLE_PLAIN;

    if (r->value == 0) {
        wl_strip_text(t, look, "content begins");
        return;
    }
    wl_strip_text(t, look, "content, ");
    wl_strip_octet_count(t, look, r->value);
}

static void put_status(struct wl_strip *t, const struct wl_rung *r)
{
    unsigned look = wl_role_status(r->status);
    const struct wl_message *m = wl_exchange_message(r->ex, r->message);

    if (r->kind == WL_RUNG_FINAL && m && !wl_message_has_status(m)) {
        wl_strip_text(t, look, "HTTP/0.9 content"); /* RFC 1945 4.1: no status line */
    } else if (r->kind == WL_RUNG_FINAL && m && r->status == 0 && m->status_text.n) {
        wl_strip_octets(t, look | WL_BOLD, m->status_text);
        wl_strip_text(t, look, " is no status code");
    } else {
        wl_strip_printf(t, look | WL_BOLD, "%0*u", wl_status_digits(r->status), r->status);
        wl_strip_printf(t, look, " %s", wl_status_reason(r->status));
    }
}

/* "GET /hint 1.1"; HTTP/0.9 has no version (RFC 1945 4.1), and what cannot be read has nothing. */
static void put_request(struct wl_strip *t, const struct wl_message *req)
{
    if (!req->method.n && !req->target.n) {
        wl_strip_text(t, WL_ROLE_REQUEST, "no request that could be read");
        return;
    }
    wl_strip_octets(t, WL_ROLE_REQUEST | (unsigned)WL_BOLD, req->method);
    wl_strip_text(t, WL_ROLE_REQUEST, " ");
    wl_strip_octets(t, WL_ROLE_REQUEST, req->target);
    if (req->major)
        wl_strip_printf(t, WL_ROLE_FAINT, " %u.%u", (unsigned)req->major, (unsigned)req->minor);
}

static void put_label(struct wl_strip *t, const struct wl_rung *r)
{
    static const char *const stops[] = {
        [WL_END_GAP] = "octets missing",          [WL_END_SNAPLEN] = "packets cut",
        [WL_END_LIMIT] = "a limit was reached",   [WL_END_IDLE] = "idle, no longer watched",
        [WL_END_EVICTED] = "evicted: table full", [WL_END_EOF] = "the capture ends",
        [WL_END_REUSED] = "ports used anew",
    };
    const char *stop;

    switch (r->kind) {
    case WL_RUNG_OPEN:
        wl_strip_text(t, WL_ROLE_FAINT, r->value ? "under way already" : "TCP open");
        break;
    case WL_RUNG_REQUEST: put_request(t, &r->ex->req); break;
    case WL_RUNG_CONTENT: put_content(t, r); break;
    case WL_RUNG_INTERIM:
    case WL_RUNG_FINAL: put_status(t, r); break;
    case WL_RUNG_FIN: wl_strip_text(t, WL_ROLE_PLAIN, "FIN"); break;
    case WL_RUNG_RST: wl_strip_text(t, WL_ROLE_BAD, "RST"); break;
    case WL_RUNG_GAP:
        if (r->value) {
            wl_strip_count(t, WL_ROLE_WARNING, r->value);
            wl_strip_text(t, WL_ROLE_WARNING, " ");
        }
        wl_strip_text(t, WL_ROLE_WARNING, "octets missing");
        break;
    case WL_RUNG_PAUSE: wl_strip_duration(t, WL_ROLE_FAINT, (wl_ns)r->value); break;
    case WL_RUNG_LOST:
        wl_strip_count(t, WL_ROLE_WARNING, r->value);
        wl_strip_text(t, WL_ROLE_WARNING,
                      r->value == 1 ? " exchange no longer held" : " exchanges no longer held");
        break;
    case WL_RUNG_MORE:
        wl_strip_count(t, WL_ROLE_WARNING, r->value);
        wl_strip_text(t, WL_ROLE_WARNING, " more interim responses");
        break;
    case WL_RUNG_STOP:
        stop = r->value < WL_COUNT(stops) ? stops[r->value] : NULL;
        wl_strip_text(t, WL_ROLE_FAINT, stop ? stop : "over");
        break;
    }
}

/* What an arrow is made of: request and TCP, final, interim, unasked for. */
static uint32_t shaft_of(const struct wl_rung *r, bool ascii)
{
    if (r->stray)
        return ascii ? '~' : 0x223c;
    if (r->kind == WL_RUNG_INTERIM)
        return ascii ? '=' : 0x2550;
    return ascii ? '-' : 0x2500;
}

/* One lane, w columns, its left post included: the arrow, or what is said in place of one. */
static void put_lane(struct wl_strip *t, const struct wl_rung *r, const struct wl_canvas *c, int w,
                     bool open_right)
{
    uint32_t post = c->ascii ? '|' : 0x2502, dots = c->ascii ? ':' : 0x250a;
    bool arrow = r->kind != WL_RUNG_PAUSE && r->kind != WL_RUNG_GAP && r->kind != WL_RUNG_LOST &&
                 r->kind != WL_RUNG_MORE && r->kind != WL_RUNG_STOP;
    bool right = r->dir == WL_TO_SERVER;
    unsigned look = r->kind == WL_RUNG_RST ? WL_ROLE_BAD : WL_ROLE_FRAME;
    int inner = w - 1, left, from = t->n;
    int shaft = inner < NARROW ? 0 : 2, others = shaft * 2 + 3; /* columns that are no label */
    struct wl_strip label;

    if (r->status)
        look = wl_role_status(r->status);
    if (r->kind == WL_RUNG_REQUEST || (r->kind == WL_RUNG_CONTENT && right))
        look = WL_ROLE_REQUEST;
    wl_strip_char(t, WL_ROLE_FRAME, arrow ? post : dots);
    wl_strip_init(&label, c, WL_STRIP);
    put_label(&label, r);
    left = inner - (arrow ? others : 2);
    wl_strip_shorten(&label, left > 1 ? left : 1, WL_CUT_END);
    if (!arrow) {
        left = (inner - label.n) / 2;
        wl_strip_repeat(t, WL_ROLE_FAINT, ' ', left > 0 ? left : 0);
        wl_strip_join(t, &label);
        wl_strip_pad(t, from + w);
    } else if (right) {
        wl_strip_repeat(t, look, shaft_of(r, c->ascii), shaft);
        wl_strip_text(t, look, shaft ? " " : "");
        wl_strip_join(t, &label);
        wl_strip_text(t, look, " ");
        wl_strip_repeat(t, look, shaft_of(r, c->ascii), from + w - 1 - t->n);
        wl_strip_char(t, look, c->ascii ? '>' : 0x25b6);
    } else {
        wl_strip_char(t, look, c->ascii ? '<' : 0x25c0);
        left = inner - label.n - shaft - 3;
        wl_strip_repeat(t, look, shaft_of(r, c->ascii), left > 0 ? left : 0);
        wl_strip_text(t, look, " ");
        wl_strip_join(t, &label);
        wl_strip_text(t, look, " ");
        wl_strip_repeat(t, look, shaft_of(r, c->ascii), from + w - t->n);
    }
    if (open_right)
        wl_strip_char(t, WL_ROLE_FRAME, arrow ? post : dots);
}

static void put_empty_lane(struct wl_strip *t, const struct wl_canvas *c, int w, bool dotted,
                           bool open_right)
{
    uint32_t post = c->ascii ? (dotted ? ':' : '|') : (dotted ? 0x250a : 0x2502);
    int from = t->n;

    wl_strip_char(t, WL_ROLE_FRAME, post);
    wl_strip_pad(t, from + w);
    if (open_right)
        wl_strip_char(t, WL_ROLE_FRAME, post);
}

static void put_marks(const struct ladder *v, const struct wl_rung *r, struct wl_strip *t)
{
    for (uint32_t k = 0; k < r->n_marks && k < WL_RUNG_MARKS; k++) {
        const struct wl_rung_mark *m = &v->l.marks[r->first_mark + k];

        wl_strip_printf(t, wl_role_severity(m->finding->severity), "%c%u ",
                        wl_severity_letter(m->finding->severity), (unsigned)m->number);
    }
}

static void put_rung(const struct wl_screen *s, const struct ladder *v, const struct wl_canvas *c,
                     const struct lanes *n, uint32_t i, struct wl_strip *t)
{
    const struct wl_rung *r = &v->l.rungs[i];
    int from;

    put_time(s, v, i, t, n->time);
    for (int lane = 0; lane < n->n; lane++) {
        bool last = lane + 1 == n->n;

        if (r->kind == WL_RUNG_PAUSE && lane) {
            put_empty_lane(t, c, n->lane, true, last);
        } else if (r->leg == lane || r->kind == WL_RUNG_PAUSE) {
            put_lane(t, r, c, n->lane, last);
        } else {
            put_empty_lane(t, c, n->lane, false, last);
        }
    }
    from = t->n;
    if (n->frame && r->frame) {
        char text[24];

        (void)snprintf(text, sizeof(text), "%llu", (unsigned long long)wl_frame_number(r->frame));
        for (int k = (int)strlen(text); k < n->frame - 2; k++)
            wl_strip_char(t, WL_ROLE_FAINT, ' ');
        wl_strip_text(t, WL_ROLE_FAINT, text);
    }
    wl_strip_pad(t, from + (n->frame ? n->frame : 1));
    put_marks(v, r, t);
}

/* The names of the posts. */
static void put_posts(const struct wl_screen *s, const struct ladder *v, const struct wl_canvas *c,
                      const struct lanes *n, struct wl_strip *t)
{
    static const char *const units[] = {"t ms", "+ ms", "clock"};

    for (int k = (int)strlen(units[s->times]); k < n->time - 1 && s->times != WL_TIMES_CLOCK; k++)
        wl_strip_char(t, WL_ROLE_HEAD, ' ');
    wl_strip_text(t, WL_ROLE_HEAD, units[s->times]);
    wl_strip_pad(t, n->time);
    for (int lane = 0; lane < n->n; lane++) {
        const struct wl_conn_ref *ref = &v->l.legs[lane]->conn.conn;
        int end = n->time + (lane + 1) * n->lane + 1;
        struct wl_strip name, server;

        wl_strip_init(&server, c, WL_STRIP);
        if (lane + 1 == n->n)
            wl_strip_endpoint(&server, WL_ROLE_HEAD, &ref->server);
        wl_strip_shorten(&server, n->lane / 2, WL_CUT_MIDDLE);
        wl_strip_init(&name, c, WL_STRIP);
        wl_strip_text(&name, WL_ROLE_HEAD, lane ? "proxy " : "client ");
        wl_strip_endpoint(&name, WL_ROLE_HEAD, &ref->client);
        wl_strip_shorten(&name, n->lane - 1 - server.n, WL_CUT_END);
        wl_strip_join(t, &name);
        wl_strip_pad(t, end - 1 - (server.n ? server.n - 1 : 0));
        wl_strip_join(t, &server);
    }
    if (n->frame)
        wl_strip_text(t, WL_ROLE_HEAD, "   frame");
}

/* ------------------------------------------------------------------------------- the findings */

/* Lines of the panel below: what the findings of the selected line's exchange say. */
static int draw_finding(struct wl_canvas *c, struct wl_rect r, const struct wl_rung_mark *m)
{
    const struct wl_finding *f = m->finding;
    struct wl_strip t;
    struct wl_rect rest = r;
    char cite[96] = "";
    size_t n = 0;

    for (size_t i = 0; i < WL_RULE_CITES && f->rule->cite[i] && n < sizeof(cite); i++)
        n += (size_t)snprintf(cite + n, sizeof(cite) - n, "%s%s", i ? ", " : "", f->rule->cite[i]);
    wl_strip_init(&t, c, r.w);
    wl_strip_printf(&t, wl_role_severity(f->severity), "%c%u %s", wl_severity_letter(f->severity),
                    (unsigned)m->number, f->rule->id);
    if (f->confidence != WL_CERTAIN)
        wl_strip_printf(&t, WL_ROLE_FAINT, "  (%s)", wl_confidence_name(f->confidence));
    wl_strip_printf(&t, WL_ROLE_FAINT, "  %s", cite);
    if (r.h > 0)
        wl_canvas_place(c, r.x, r.y, r.w, WL_LEFT, &t);
    if (r.h < 2)
        return 1;
    rest.x += 3;
    rest.w -= 3;
    rest.y++;
    rest.h--;
    return 1 + wl_canvas_wrap_octets(c, rest, 0, WL_ROLE_PLAIN, f->message);
}

static bool concerns(const struct ladder *v, const struct wl_rung_mark *m)
{
    const struct wl_rung *r = &v->l.rungs[v->at];

    /* on a line of TCP alone: all there are */
    return m->rung == v->at || !r->ex || v->l.rungs[m->rung].ex == r->ex;
}

/* What shows the same in Wireshark, over the whole width. */
static void draw_display_filter(const struct wl_screen *s, const struct ladder *v,
                                struct wl_canvas *c, struct wl_rect row)
{
    struct wl_conn_ref conns[2];
    struct wl_strip t, copy;
    struct wl_text filter;
    size_t n = 0;

    for (int leg = 0; leg < 2 && v->l.legs[leg]; leg++)
        conns[n++] = v->l.legs[leg]->conn.conn;
    wl_text_init(&filter, s->budget, 4096);
    wl_screen_display_filter(s, &filter, conns, n);
    wl_strip_init(&copy, c, row.w);
    wl_strip_text(&copy, WL_ROLE_KEY, "  [y copy]");
    wl_strip_init(&t, c, WL_STRIP);
    wl_strip_text(&t, WL_ROLE_FAINT, row.w < SIDE_FROM ? "Filter: " : "Wireshark filter: ");
    wl_strip_octets(&t, WL_ROLE_PLAIN, wl_text_span(&filter));
    wl_strip_shorten(&t, row.w - copy.n, WL_CUT_END);
    wl_strip_join(&t, &copy);
    wl_canvas_place(c, row.x, row.y, row.w, WL_LEFT, &t);
    wl_canvas_zone(c, row, 'y');
    wl_text_release(&filter);
}

static void draw_findings(const struct ladder *v, struct wl_canvas *c, struct wl_rect r)
{
    bool any = false;

    wl_canvas_line(c, wl_rect_top(&r, 1), false);
    for (int pass = 0; pass < 2; pass++) { /* those of the selected line first */
        for (uint32_t i = 0; i < v->l.n_marks && r.h > 0; i++) {
            const struct wl_rung_mark *m = &v->l.marks[i];

            if ((m->rung == v->at) != (pass == 0) || !concerns(v, m))
                continue;
            (void)wl_rect_top(&r, draw_finding(c, r, m));
            any = true;
        }
    }
    if (!any && r.h > 0) {
        (void)wl_canvas_text(c, r, 0, 0, WL_ROLE_FAINT,
                             v->l.n_marks
                                 ? "nothing was found in this exchange; n goes to the next finding"
                                 : "nothing was found here");
    }
}

/* --------------------------------------------------------------------------------- all of it */

static const char *held_text(const struct ladder *v)
{
    if (!v->answer)
        return "Asking for it ...";
    switch (v->answer->of.detail->held) {
    case WL_HELD_SOON: return "Reading it again from the file ...";
    case WL_HELD_NOT:
        return "This connection is no longer held. What is kept is bounded by max_history and "
               "max_history_octets; --set raises them.";
    case WL_HELD_WHOLE:
    case WL_HELD_PARTLY: break;
    }
    return NULL;
}

/* Where there are no colours a warning is underlined, and what is between two is not. */
static void put_caution(struct wl_strip *t, const char *text)
{
    wl_strip_text(t, WL_ROLE_PLAIN, "  ");
    wl_strip_text(t, WL_ROLE_WARNING, text);
}

static void draw_title(const struct ladder *v, struct wl_canvas *c, struct wl_rect row)
{
    const struct wl_detail *d = v->answer->of.detail;
    const struct wl_rung *r = v->at < v->l.n ? &v->l.rungs[v->at] : NULL;
    struct wl_strip t;

    wl_strip_init(&t, c, row.w);
    wl_strip_printf(&t, WL_ROLE_STRONG, "connection %llu", (unsigned long long)d->conn.conn.number);
    wl_strip_printf(&t, WL_ROLE_FAINT, "  %s%s", wl_proto_name(d->conn.conn.proto),
                    d->conn.conn.tls ? " in TLS" : "");
    if (r && r->ex) {
        wl_strip_printf(&t, WL_ROLE_PLAIN, "  exchange %u of ", (unsigned)r->ex->ordinal);
        wl_strip_count(&t, WL_ROLE_PLAIN, d->last_ordinal);
    } else {
        wl_strip_text(&t, WL_ROLE_PLAIN, "  exchanges ");
        wl_strip_count(&t, WL_ROLE_PLAIN, d->last_ordinal);
    }
    if (d->open)
        wl_strip_text(&t, WL_ROLE_GOOD, "  open");
    if (d->conn.gaps[0] + d->conn.gaps[1]) {
        put_caution(&t, "");
        wl_strip_count(&t, WL_ROLE_WARNING, d->conn.gaps[0] + d->conn.gaps[1]);
        wl_strip_text(&t, WL_ROLE_WARNING, " octets missing");
    }
    if (d->conn.unjudged != WL_JUDGED) {
        put_caution(&t, "not judged: ");
        wl_strip_text(&t, WL_ROLE_WARNING, wl_unjudged_text(d->conn.unjudged));
    }
    if (d->held == WL_HELD_PARTLY)
        put_caution(&t, "partly no longer held");
    if (v->l.cut)
        put_caution(&t, "cut: too many lines");
    wl_canvas_place(c, row.x, row.y, row.w, WL_LEFT, &t);
}

static void keep_in_sight(struct ladder *v, int rows)
{
    uint32_t n = (uint32_t)(rows > 0 ? rows : 1);

    if (v->at < v->top)
        v->top = v->at;
    if (v->at >= v->top + n)
        v->top = v->at - n + 1;
    if (v->l.n <= n) {
        v->top = 0;
    } else if (v->top > v->l.n - n) {
        v->top = v->l.n - n;
    }
    v->room = rows;
}

static void draw_rungs(const struct wl_screen *s, struct ladder *v, struct wl_canvas *c,
                       struct wl_rect r)
{
    struct lanes n = lanes_of(s, v, r.w);
    struct wl_strip t;

    if (r.h > 3) {
        struct wl_rect head = wl_rect_top(&r, 1);

        wl_strip_init(&t, c, r.w);
        put_posts(s, v, c, &n, &t);
        wl_canvas_place(c, head.x, head.y, head.w, WL_LEFT, &t);
    }
    keep_in_sight(v, r.h);
    v->rows = r;
    for (int y = 0; y < r.h && v->top + (uint32_t)y < v->l.n; y++) {
        uint32_t i = v->top + (uint32_t)y;

        wl_strip_init(&t, c, r.w);
        put_rung(s, v, c, &n, i, &t);
        wl_canvas_place(c, r.x, r.y + y, r.w, WL_LEFT, &t);
        if (i == v->at) {
            wl_canvas_set_look(c, (struct wl_rect){r.x, r.y + y, r.w, 1}, WL_ROLE_SELECTED);
            wl_canvas_cursor(c, r.x, r.y + y);
        }
    }
}

/* The message of the selected line beside the ladder. */
static void draw_side(const struct wl_screen *s, const struct ladder *v, struct wl_canvas *c,
                      struct wl_rect r)
{
    const struct wl_rung *rung = &v->l.rungs[v->at];
    struct wl_rect inside = wl_canvas_box(c, r, false);
    struct wl_strip t;

    wl_strip_init(&t, c, r.w > 4 ? r.w - 4 : 0);
    wl_strip_text(&t, WL_ROLE_TITLE, " Message ");
    if (rung->frame) {
        wl_strip_printf(&t, WL_ROLE_FAINT, "frame %llu ",
                        (unsigned long long)wl_frame_number(rung->frame));
    }
    wl_canvas_place(c, r.x + 2, r.y, t.n, WL_LEFT, &t);
    if (!rung->ex) {
        (void)wl_canvas_wrap(c, inside, 0, WL_ROLE_FAINT, WL_SPAN("no message: TCP alone"));
        return;
    }
    (void)wl_message_draw(s, c, inside, rung->ex, &v->l.legs[rung->leg]->conn, rung->message,
                          WL_HEAD_LINES, 0);
}

static int findings_height(const struct ladder *v, int h)
{
    int wanted = v->l.n_marks ? 9 : 3, most = h / 3;

    if (h < 9)
        return 0;
    return wanted < most ? wanted : most;
}

static void draw_ladder(const struct wl_screen *s, void *state, struct wl_canvas *c,
                        struct wl_rect area)
{
    struct ladder *v = state;
    const char *held = held_text(v);
    struct wl_rect side = {0, 0, 0, 0}, below;
    int below_h;

    if (held) {
        (void)wl_canvas_wrap(c, area, 0, WL_ROLE_FAINT, wl_span_text(held));
        return;
    }
    if (area.h > 4)
        draw_title(v, c, wl_rect_top(&area, 1));
    if (v->l.n == 0) {
        (void)wl_canvas_wrap(c, area, 0, WL_ROLE_FAINT,
                             WL_SPAN("Nothing of this connection can be drawn."));
        return;
    }
    below_h = findings_height(v, area.h);
    if (below_h)
        draw_display_filter(s, v, c, wl_rect_bottom(&area, 1));
    if (area.w >= SIDE_FROM) {
        int w = area.w * 2 / 5;

        side = wl_rect_right(&area, w < SIDE_MIN ? SIDE_MIN : w);
    }
    below = wl_rect_bottom(&area, below_h ? below_h - 1 : 0);
    draw_rungs(s, v, c, area);
    if (below.h)
        draw_findings(v, c, below);
    if (side.w)
        draw_side(s, v, c, side);
}

/* ---------------------------------------------------------------------------------- the keys */

/* Beyond the edge of the window: another one is asked for. */
static void move(struct ladder *v, int64_t by)
{
    const struct wl_detail *d = v->answer ? v->answer->of.detail : NULL;
    int64_t to = (int64_t)v->at + by;

    if (!d || v->l.n == 0)
        return;
    if (to >= (int64_t)v->l.n && d->n_exchanges &&
        d->exchanges[d->n_exchanges - 1]->ordinal < d->last_ordinal) {
        v->wanted = d->exchanges[d->n_exchanges - 1]->ordinal + 1;
    } else if (to < 0 && d->n_exchanges && d->exchanges[0]->ordinal > d->first_ordinal) {
        v->wanted = d->exchanges[0]->ordinal - 1;
    }
    v->at = (uint32_t)(to < 0 ? 0 : (to >= (int64_t)v->l.n ? (int64_t)v->l.n - 1 : to));
}

static void go_first(struct ladder *v)
{
    v->wanted = 0;
    v->at = 0;
}

static void go_last(struct ladder *v)
{
    const struct wl_detail *d = v->answer ? v->answer->of.detail : NULL;

    if (!d || v->l.n == 0)
        return;
    v->at = v->l.n - 1;
    if (d->n_exchanges && d->exchanges[d->n_exchanges - 1]->ordinal < d->last_ordinal) {
        v->wanted = d->last_ordinal;
        v->to_end = true;
    }
}

static void next_finding(struct wl_screen *s, struct ladder *v, int by)
{
    for (int64_t i = (int64_t)v->at + by; i >= 0 && i < (int64_t)v->l.n; i += by) {
        if (v->l.rungs[i].n_marks) {
            v->at = (uint32_t)i;
            return;
        }
    }
    wl_screen_say(s, by > 0 ? "no further finding here" : "no finding before this one here");
}

static void open_selected(struct wl_screen *s, const struct ladder *v)
{
    const struct wl_rung *r = v->at < v->l.n ? &v->l.rungs[v->at] : NULL;
    struct wl_place place = {.one = true};

    if (!r || !r->ex) {
        wl_screen_say(s, "there is no message on this line");
        return;
    }
    place.conn = r->ex->conn;
    place.ordinal = r->ex->ordinal;
    place.message = r->kind == WL_RUNG_REQUEST ? 0 : r->message;
    wl_screen_open(s, "message", &place);
}

static void click(struct ladder *v, int x, int y)
{
    if (wl_rect_holds(v->rows, x, y) && v->top + (uint32_t)(y - v->rows.y) < v->l.n)
        v->at = v->top + (uint32_t)(y - v->rows.y);
}

static void switch_legs(struct wl_screen *s, struct ladder *v)
{
    if (!v->answer || !v->answer->of.detail->other) {
        wl_screen_say(s, "only this leg of the connection is known");
        return;
    }
    v->one_leg = !v->one_leg;
    answer_ladder(s, v, v->answer);
}

static enum wl_did act_ladder(struct wl_screen *s, void *state, const struct wl_press *in)
{
    struct ladder *v = state;
    int page = v->room > 2 ? v->room - 1 : 1;

    /* NOLINTNEXTLINE(clang-diagnostic-switch-enum): all else is not the view's */
    switch ((int)in->action) {
    case WL_ACT_UP: move(v, -1); break;
    case WL_ACT_DOWN: move(v, 1); break;
    case WL_ACT_PAGE_UP: move(v, -page); break;
    case WL_ACT_PAGE_DOWN: move(v, page); break;
    case WL_ACT_FIRST: go_first(v); break;
    case WL_ACT_LAST: go_last(v); break;
    case WL_ACT_NEXT_FINDING: next_finding(s, v, 1); break;
    case WL_ACT_PREVIOUS_FINDING: next_finding(s, v, -1); break;
    case WL_ACT_OPEN: open_selected(s, v); break;
    case WL_ACT_CLICK: click(v, in->x, in->y); break;
    case WL_ACT_LEGS: switch_legs(s, v); break;
    case WL_ACT_MARK: wl_screen_mark(s, &v->place.conn, 0); break;
    default: return WL_DID_NOTHING;
    }
    return WL_DID_DRAW;
}

static bool ladder_filter(const struct wl_screen *s, const void *state, struct wl_text *ret)
{
    const struct ladder *v = state;
    struct wl_conn_ref conns[2];
    size_t n = 0;

    for (int leg = 0; leg < 2 && v->l.legs[leg]; leg++)
        conns[n++] = v->l.legs[leg]->conn.conn;
    if (n)
        wl_screen_display_filter(s, ret, conns, n);
    return n > 0;
}

/* ----------------------------------------------------------------------------------- as text */

static void text_findings(const struct ladder *v, struct wl_canvas *c, struct wl_text *ret)
{
    for (uint32_t i = 0; i < v->l.n_marks; i++) {
        wl_canvas_clear(c);
        (void)draw_finding(c, wl_canvas_area(c), &v->l.marks[i]);
        wl_canvas_dump(c, ret);
        while (ret->buf.n > 1 && ret->buf.p[ret->buf.n - 1] == '\n' &&
               ret->buf.p[ret->buf.n - 2] == '\n')
            ret->buf.n--;
    }
}

/* Drawn on a canvas of its own, some rows at a time: the same lines, of a fixed width. */
static bool ladder_text(const struct wl_screen *s, const void *state, struct wl_text *ret)
{
    const struct ladder *v = state;
    struct lanes n = lanes_of(s, v, TEXT_W);
    struct wl_canvas c;
    struct wl_strip t;

    if (!v->answer || v->l.n == 0)
        return false;
    wl_canvas_init(&c, s->budget, s->ascii);
    if (!wl_canvas_resize(&c, TEXT_W, 2)) {
        wl_canvas_release(&c);
        return false;
    }
    draw_title(v, &c, (struct wl_rect){0, 0, TEXT_W, 1});
    wl_strip_init(&t, &c, TEXT_W);
    put_posts(s, v, &c, &n, &t);
    wl_canvas_place(&c, 0, 1, TEXT_W, WL_LEFT, &t);
    wl_canvas_dump(&c, ret);
    for (uint32_t i = 0; i < v->l.n && wl_canvas_resize(&c, TEXT_W, 1); i++) {
        wl_strip_init(&t, &c, TEXT_W);
        put_rung(s, v, &c, &n, i, &t);
        wl_canvas_place(&c, 0, 0, TEXT_W, WL_LEFT, &t);
        wl_canvas_dump(&c, ret);
    }
    if (v->l.n_marks && wl_canvas_resize(&c, TEXT_W, TEXT_ROWS / 10)) {
        wl_text_char(ret, '\n');
        text_findings(v, &c, ret);
    }
    wl_canvas_release(&c);
    return true;
}

const struct wl_view wl_view_ladder = {
    .where = WL_IN_LADDER,
    .name = "ladder",
    .title = "Ladder",
    .help =
        "What happened on one connection, in order of time: requests to the right, responses to "
        "the left, interim responses with a double line, unasked ones with a wavy one. Letters "
        "on the right are findings: V violation, W warning, N note.",
    .state_size = sizeof(struct ladder),
    .open = open_ladder,
    .ask = ask_ladder,
    .answer = answer_ladder,
    .draw = draw_ladder,
    .act = act_ladder,
    .display_filter = ladder_filter,
    .text = ladder_text,
};
