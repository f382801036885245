/* html_ladder.c - one exchange in the HTML report: its line, its ends, its ladder as SVG.
 * SPDX-License-Identifier: MIT
 *
 *     0        | POST /x HTTP/1.1              |
 *     #4       |------------------------------>|
 *     1.2 ms   | 103 Early Hints               |
 *     #11      |<==============================| V1
 *
 * Which lines there are is decided in base/ladder.c. The drawing has no width of its own: the style
 * pads it, times and frames stand left of 0, marks right of 100%, and a lane in between clips what
 * is too long for it. So it is as readable on a telephone as on paper; letters are never scaled.
 * What is drawn is also said in words, for those who cannot see it.
 */
#include "html.h"

#include "ladder.h"
#include "line.h"

enum {
    PITCH = 36, /* from one line to the next */
    HEAD = 24,  /* of the names of the ends */
    FOOT = 12,
    MARK = 26,       /* width of a mark */
    MARKS = 2,       /* of one line; the list below has them all */
    FIRST = 16,      /* lines of a long ladder at the beginning */
    LAST = 6,        /* and at the end */
    TARGET = 100,    /* characters of a target on an arrow, at most */
    STEPS_SHOWN = 6, /* exchanges of a connection on either side of the one in question */
};

static const wl_ns pause_from = WL_SECOND / 2;

struct drawing {
    struct wl_html *h;
    struct wl_text *t;
    struct wl_ladder l;
    const struct wl_leg *leg; /* whose exchange is a stand-in, or NULL */
    const struct wl_exchange *stand_in;
    uint32_t n_marks; /* the most on one line, at most MARKS */
    wl_ns zero;
};

/* -------------------------------------------------------------------------------- what is said */

static void put_label_status(struct drawing *d, const struct wl_rung *r)
{
    const struct wl_message *m = r->kind == WL_RUNG_FINAL ? wl_exchange_message(r->ex, r->message)
                                                          : NULL;
    struct wl_text *t = d->t;

    if (m && !wl_message_has_status(m)) {
        wl_text_put(t, "HTTP/0.9 content"); /* RFC 1945 4.1: no status line */
    } else if (m && r->status == 0 && m->status_text.n) {
        wl_html_escape(d->h, t, m->status_text, 32);
        wl_text_put(t, " is no status code");
    } else {
        wl_line_status(t, (uint16_t)r->status);
        wl_text_printf(t, " %s", wl_status_reason(r->status));
    }
    /* of the other leg the interim responses are known, but not when they came */
    for (unsigned i = 0; m && r->ex == d->stand_in && i < d->leg->n_interim; i++) {
        wl_text_put(t, i == 0 ? ", after " : ", ");
        if (i == WL_LEG_STATUSES) {
            wl_text_put(t, "...");
            break;
        }
        wl_line_status(t, d->leg->interim[i]);
    }
}

static void put_label_request(struct drawing *d, const struct wl_rung *r)
{
    const struct wl_message *req = &r->ex->req;

    if (r->ex == d->stand_in) { /* of the other leg only its line is known */
        struct wl_span line = wl_span_text(d->leg->line);
        size_t n = 0;

        while (n < line.n && !wl_span_starts(wl_span_after(line, n), WL_SPAN(" -> ")))
            n++;
        wl_html_escape(d->h, d->t, wl_span_sub(line, 0, n), TARGET);
        return;
    }
    wl_html_escape(d->h, d->t, req->method.n ? req->method : WL_SPAN("?"), 32);
    wl_text_char(d->t, ' ');
    wl_html_escape(d->h, d->t, req->target, TARGET);
    if (req->major)
        wl_text_printf(d->t, " HTTP/%u.%u", (unsigned)req->major, (unsigned)req->minor);
}

static const char *stop_text(uint64_t end)
{
    static const char *const stops[] = {
        [WL_END_GAP] = "octets missing",          [WL_END_SNAPLEN] = "packets cut",
        [WL_END_LIMIT] = "a limit was reached",   [WL_END_IDLE] = "idle, no longer watched",
        [WL_END_EVICTED] = "evicted: table full", [WL_END_EOF] = "the capture ends",
        [WL_END_REUSED] = "ports used anew",
    };

    return end < WL_COUNT(stops) && stops[end] ? stops[end] : "over";
}

/* What a line says, escaped. */
static void put_label(struct drawing *d, const struct wl_rung *r)
{
    struct wl_text *t = d->t;

    switch (r->kind) {
    case WL_RUNG_OPEN:
        wl_text_put(t, r->value ? "under way before the capture" : "TCP connection opened");
        break;
    case WL_RUNG_REQUEST: put_label_request(d, r); break;
    case WL_RUNG_CONTENT:
        if (r->value == 0) {
            wl_text_put(t, "content begins");
        } else {
            wl_text_put(t, "content, ");
            wl_html_octets(t, r->value);
        }
        break;
    case WL_RUNG_INTERIM:
    case WL_RUNG_FINAL: put_label_status(d, r); break;
    case WL_RUNG_GAP:
        if (r->value) {
            wl_html_count(t, r->value);
            wl_text_char(t, ' ');
        }
        wl_text_put(t, "octets missing from the capture");
        break;
    case WL_RUNG_PAUSE:
        wl_html_duration(t, (wl_ns)r->value);
        wl_text_put(t, " without a sign");
        break;
    case WL_RUNG_LOST:
        wl_html_amount(t, r->value, "exchange");
        wl_text_put(t, " not held");
        break;
    case WL_RUNG_MORE: wl_html_amount(t, r->value, "more interim response"); break;
    case WL_RUNG_FIN: wl_text_put(t, "FIN"); break;
    case WL_RUNG_RST: wl_text_put(t, "RST"); break;
    case WL_RUNG_STOP: wl_text_put(t, stop_text(r->value)); break;
    }
}

static bool is_arrow(const struct wl_rung *r)
{
    return r->kind != WL_RUNG_PAUSE && r->kind != WL_RUNG_GAP && r->kind != WL_RUNG_LOST &&
           r->kind != WL_RUNG_MORE && r->kind != WL_RUNG_STOP && r->kind != WL_RUNG_OPEN;
}

/* How long after the first line. */
static void put_since(struct drawing *d, const struct wl_rung *r)
{
    if (r->t == d->zero) {
        wl_text_char(d->t, '0');
    } else {
        wl_html_duration(d->t, r->t - d->zero);
    }
}

/* The same ladder for those who cannot see it. */
static void put_words(struct drawing *d, const struct wl_rung *r)
{
    const char *by = r->dir == WL_TO_SERVER ? "client" : "server";

    if (d->l.legs[1] &&
        is_arrow(r)) /* the proxy is the server of one leg and the client of the other */
        by = (r->dir == WL_TO_SERVER) == (r->leg == 0) ? (r->leg ? "server" : "client") : "proxy";
    if (r->kind != WL_RUNG_PAUSE) {
        wl_text_put(d->t, "at ");
        put_since(d, r);
        wl_text_put(d->t, is_arrow(r) ? " " : ": ");
    }
    if (is_arrow(r))
        wl_text_printf(d->t, "%s: ", by);
    put_label(d, r);
}

/* ------------------------------------------------------------------------------- what is drawn */

/* The name of the style for a line: its direction and the class of its status. */
static void put_look(struct drawing *d, const struct wl_rung *r)
{
    if (r->kind == WL_RUNG_INTERIM || r->kind == WL_RUNG_FINAL) {
        wl_text_printf(d->t, " class=\"k%u%s\"", wl_status_class(r->status),
                       r->stray ? " stray" : "");
    } else if (r->kind == WL_RUNG_REQUEST ||
               (r->kind == WL_RUNG_CONTENT && r->dir == WL_TO_SERVER)) {
        wl_text_put(d->t, " class=\"q\"");
    } else if (r->kind == WL_RUNG_RST) {
        wl_text_put(d->t, " class=\"bad\"");
    }
}

static void put_shaft(struct wl_text *t, unsigned y)
{
    wl_text_printf(t, "<line x1=\"1\" x2=\"100%%\" y1=\"%u\" y2=\"%u\"/>", y, y);
}

static void put_arrow(struct drawing *d, const struct wl_rung *r, unsigned y)
{
    struct wl_text *t = d->t;

    if (r->kind == WL_RUNG_INTERIM) { /* a double line */
        put_shaft(t, y - 2);
        put_shaft(t, y + 2);
    } else {
        put_shaft(t, y);
    }
    if (r->dir == WL_TO_SERVER) {
        wl_text_printf(t,
                       "<svg x=\"100%%\" y=\"%u\" overflow=\"visible\">"
                       "<path d=\"M-1 0-12-6v12z\"/></svg>",
                       y);
    } else {
        wl_text_printf(t, "<path d=\"M1 %ul11-6v12z\"/>", y);
    }
}

/* What a lane shows of a line: an arrow with its label, or a label between dotted posts. */
static void put_lane_rung(struct drawing *d, const struct wl_rung *r, unsigned y)
{
    struct wl_text *t = d->t;

    wl_text_put(t, "<g");
    put_look(d, r);
    wl_text_put(t, ">");
    if (is_arrow(r)) {
        put_arrow(d, r, y);
        wl_text_printf(t, "<text class=\"s%s\" x=\"16\" y=\"%u\">", r->status ? " b" : "", y - 7);
    } else {
        wl_text_printf(t, "<text class=\"f\" x=\"16\" y=\"%u\">", y);
    }
    put_label(d, r);
    wl_text_put(t, "</text></g>\n");
}

/* The rungs that are drawn: of a long ladder the beginning, the end, and what bears a mark. */
static bool is_drawn(const struct drawing *d, uint32_t i)
{
    const struct wl_rung *r = &d->l.rungs[i];

    if (r->kind == WL_RUNG_OPEN && r->n_marks == 0)
        return false; /* the connection's, not the exchange's */
    return i < FIRST || i + LAST >= d->l.n || (r->n_marks && i < 2 * FIRST);
}

/* Calls draw for each rung that is drawn, with the middle of its line; draws for what is left out
 * once with NULL. Returns the height. */
static unsigned each_rung(struct drawing *d, unsigned lane,
                          void (*draw)(struct drawing *, const struct wl_rung *, unsigned lane,
                                       unsigned y))
{
    unsigned y = HEAD + PITCH - 10;
    bool left = false;

    for (uint32_t i = 0; i < d->l.n; i++) {
        const struct wl_rung *r = &d->l.rungs[i];

        if (is_drawn(d, i)) {
            left = false;
        } else if (r->kind == WL_RUNG_OPEN || left) {
            continue;
        } else {
            left = true;
            r = NULL;
        }
        if (draw)
            draw(d, r, lane, y);
        y += PITCH;
    }
    return y - PITCH + FOOT + 8;
}

static void draw_lane(struct drawing *d, const struct wl_rung *r, unsigned lane, unsigned y)
{
    if (!r) {
        wl_text_printf(d->t, "<text class=\"f\" x=\"16\" y=\"%u\">further lines left out</text>\n",
                       y);
    } else if (r->leg == lane) {
        put_lane_rung(d, r, y);
    }
}

static void draw_margin(struct drawing *d, const struct wl_rung *r, unsigned lane, unsigned y)
{
    (void)lane;
    if (!r || r->kind == WL_RUNG_PAUSE)
        return;
    wl_text_printf(d->t, "<text class=\"f\" x=\"-8\" y=\"%u\" text-anchor=\"end\">", y - 7);
    put_since(d, r);
    wl_text_put(d->t, "</text>");
    if (r->frame) {
        wl_text_printf(d->t, "<text class=\"f\" x=\"-8\" y=\"%u\" text-anchor=\"end\">#%llu</text>",
                       y + 8, (unsigned long long)wl_frame_number(r->frame));
    }
    wl_text_char(d->t, '\n');
}

static void draw_marks(struct drawing *d, const struct wl_rung *r, unsigned lane, unsigned y)
{
    struct wl_text *t = d->t;

    (void)lane;
    for (uint32_t k = 0; r && k < r->n_marks && k < MARKS; k++) {
        const struct wl_rung_mark *m = &d->l.marks[r->first_mark + k];
        char letter = wl_html_letter(m->finding->severity);
        unsigned x = 8 + k * (MARK + 4);

        wl_text_printf(t,
                       "<g class=\"mark m%c\"><rect x=\"%u\" y=\"%u\" width=\"%d\" height=\"16\" "
                       "rx=\"4\"/><text x=\"%u\" y=\"%u\">",
                       letter, x, y - 8, MARK, x + MARK / 2, y + 4);
        if (k + 1 == MARKS && r->n_marks > MARKS) {
            wl_text_printf(t, "+%u</text></g>", r->n_marks - k);
        } else {
            wl_text_printf(t, "%c</text></g>", letter - 'a' + 'A');
        }
    }
}

static void put_posts(struct drawing *d, unsigned lane, unsigned height)
{
    struct wl_text *t = d->t;

    wl_text_printf(t, "<line class=\"post\" x1=\"1\" x2=\"1\" y1=\"%d\" y2=\"%u\"/>", HEAD - 4,
                   height - 4);
    if (lane == 0 && d->l.legs[1])
        return; /* where the next lane begins */
    wl_text_printf(t,
                   "<svg x=\"100%%\" overflow=\"visible\"><line class=\"post\" x1=\"-1\" "
                   "x2=\"-1\" y1=\"%d\" y2=\"%u\"/></svg>\n",
                   HEAD - 4, height - 4);
}

static void put_names(struct drawing *d)
{
    wl_text_put(d->t, "<text class=\"f\" y=\"13\">client</text>");
    if (d->l.legs[1]) {
        wl_text_put(d->t,
                    "<text class=\"f\" x=\"50%\" y=\"13\" text-anchor=\"middle\">proxy</text>");
    }
    wl_text_put(d->t, "<text class=\"f\" x=\"100%\" y=\"13\" text-anchor=\"end\">server</text>\n");
}

static void put_svg(struct drawing *d)
{
    unsigned height = each_rung(d, 0, NULL);
    bool two = d->l.legs[1] != NULL, any = false;
    struct wl_text *t = d->t;

    for (uint32_t i = 0; i < d->l.n; i++) {
        if (is_drawn(d, i) && d->l.rungs[i].n_marks > d->n_marks)
            d->n_marks = d->l.rungs[i].n_marks < MARKS ? d->l.rungs[i].n_marks : MARKS;
    }
    wl_text_printf(t, "<svg class=\"ladder%s%s\" role=\"img\" height=\"%u\" aria-label=\"",
                   two ? " two" : "", d->n_marks > 1 ? " m2" : "", height);
    for (uint32_t i = 0; i < d->l.n; i++) {
        if (!is_drawn(d, i))
            continue;
        wl_text_put(t, any ? "; " : "");
        put_words(d, &d->l.rungs[i]);
        any = true;
    }
    wl_text_put(t, "\">\n");
    put_names(d);
    (void)each_rung(d, 0, draw_margin);
    for (unsigned lane = 0; lane < 2 && d->l.legs[lane]; lane++) {
        wl_text_printf(t, "<svg x=\"%d%%\" width=\"%d%%\" height=\"%u\">\n", lane ? 50 : 0,
                       two ? 50 : 100, height);
        put_posts(d, lane, height);
        (void)each_rung(d, lane, draw_lane);
        wl_text_put(t, "</svg>\n");
    }
    if (d->n_marks) {
        wl_text_put(t, "<svg x=\"100%\" overflow=\"visible\">");
        (void)each_rung(d, 0, draw_marks);
        wl_text_put(t, "</svg>\n");
    }
    wl_text_put(t, "</svg>\n");
}

/* --------------------------------------------------------------------------- the whole exchange */

static void put_ends(struct wl_html *h, struct wl_text *t, const struct wl_conn_ref *conn,
                     wl_ns time)
{
    wl_text_endpoint(t, &conn->client);
    if (conn->proxied.family) {
        wl_text_put(t, " (for ");
        wl_text_endpoint(t, &conn->proxied);
        wl_text_char(t, ')');
    }
    wl_text_put(t, " &gt; ");
    wl_text_endpoint(t, &conn->server);
    wl_text_put(t, " at ");
    wl_html_clock(h, t, time);
}

/* The other leg as far as it is known, for the ladder to be made of. */
static void stand_in_for(const struct wl_leg *leg, struct wl_exchange *ex, struct wl_detail *ret)
{
    *ex = (struct wl_exchange){
        .conn = {.id = WL_NONE,
                 .number = leg->conn,
                 .client = leg->client,
                 .server = leg->server,
                 .t_first = leg->t_request},
        .ordinal = leg->ordinal,
        .req = {.state = WL_WHOLE,
                .at.frame = leg->req_frame,
                .t_first = leg->t_request,
                .t_head = leg->t_head,
                .last_frame = leg->req_frame},
    };
    if (leg->status) {
        ex->res = (struct wl_message){.state = WL_WHOLE,
                                      .status = leg->status,
                                      .major = 1,
                                      .at = {.frame = leg->res_frame, .dir = WL_TO_CLIENT},
                                      .t_first = leg->t_response,
                                      .last_frame = leg->res_frame};
    }
    *ret = (struct wl_detail){.conn.conn = ex->conn,
                              .open = true,
                              .n_exchanges = 1,
                              .first_ordinal = leg->ordinal,
                              .last_ordinal = leg->ordinal};
}

static void draw(struct wl_html *h, struct wl_text *t, const struct wl_exchange *ex,
                 struct wl_arena *arena)
{
    struct wl_detail other,
        detail = {
            .conn = {.conn = ex->conn, .end = ex->end, .end_by = ex->end_by, .t_last = ex->t_end},
            .open = ex->end == WL_END_NONE,
            .exchanges = &ex,
            .n_exchanges = 1,
            .first_ordinal = ex->ordinal,
            .last_ordinal = ex->ordinal,
        };
    struct drawing d = {.h = h, .t = t, .leg = ex->leg, .stand_in = NULL};
    const struct wl_exchange *stand_ins[1];
    struct wl_exchange stand_in;

    if (ex->leg) {
        stand_in_for(ex->leg, &stand_in, &other);
        stand_ins[0] = &stand_in;
        other.exchanges = stand_ins;
        detail.other = &other;
        d.stand_in = &stand_in;
        /* which leg is which is known here; where addresses do not tell, the later one is
         * upstream */
        detail.conn.t_first = ex->leg->upstream ? 0 : 1;
        other.conn.t_first = ex->leg->upstream ? 1 : 0;
    }
    wl_ladder_make(&d.l, &detail, ex->leg != NULL, pause_from, arena);
    for (uint32_t i = 0; i < d.l.n; i++) {
        if (d.l.rungs[i].kind == WL_RUNG_OPEN)
            continue;
        d.zero = d.l.rungs[i].t;
        break;
    }
    if (d.l.n == 0)
        return;
    if (d.l.legs[1]) { /* two lanes do not fit on a telephone */
        wl_text_put(
            t, "<div class=\"wide\" role=\"group\" tabindex=\"0\" aria-label=\"Both legs\">\n");
    }
    put_svg(&d);
    wl_text_put(t, d.l.legs[1] ? "</div>\n" : "");
}

void wl_html_exchange(struct wl_html *h, struct wl_text *t, const struct wl_exchange *ex)
{
    struct wl_arena *arena = wl_arena_new(&h->pool);

    wl_text_put(t, "<figcaption><code class=\"line\">");
    wl_text_reset(&h->scratch);
    wl_line_exchange(&h->scratch, ex, WL_HTML_TARGET);
    wl_html_in_order(t, wl_text_span(&h->scratch));
    wl_text_put(t, "</code>");
    put_ends(h, t, &ex->conn, ex->req.state != WL_ABSENT ? ex->req.t_first : ex->t_end);
    wl_text_printf(t, ", connection %llu, request %u</figcaption>\n",
                   (unsigned long long)ex->conn.number, ex->ordinal);
    if (arena)
        draw(h, t, ex, arena);
    wl_arena_free(arena);
}

/* ------------------------------------------------------------------------- a whole connection */

/* "2: 103, 200" for each exchange near the one in question; what lies farther away is counted. */
static void put_steps(struct wl_text *t, const struct wl_conn_record *conn, uint32_t about)
{
    uint32_t from = about > STEPS_SHOWN ? about - STEPS_SHOWN : 1;
    uint32_t to = (about ? about : 1) + STEPS_SHOWN, open = 0;

    if (from > 1)
        wl_text_printf(t, "<li class=\"end\">%u before</li>", from - 1);
    for (uint32_t i = 0; i < conn->n_steps; i++) {
        const struct wl_step *s = &conn->steps[i];
        uint32_t repeat = s->repeat ? s->repeat : 1, first = s->ordinal < from ? from : s->ordinal;

        for (uint32_t o = first; o < s->ordinal + repeat && o <= to; o++) {
            if (o == open) {
                wl_text_put(t, ", ");
            } else {
                wl_text_put(t, open ? "</li>\n" : "");
                wl_text_printf(t, o == about ? "<li aria-current=\"true\">%u: " : "<li>%u: ", o);
            }
            open = o;
            wl_html_status(t, s->status);
        }
    }
    wl_text_put(t, open ? "</li>\n" : "");
    if (conn->n_exchanges > to)
        wl_text_printf(t, "<li class=\"end\">%u after</li>", conn->n_exchanges - to);
}

static void put_end(struct wl_text *t, const struct wl_conn_record *conn)
{
    const char *by = conn->end_by == WL_TO_SERVER ? "client" : "server";

    wl_text_put(t, "<li class=\"end\">");
    if (conn->end == WL_END_CLOSED || conn->end == WL_END_RESET) {
        wl_text_printf(t, "%s by the %s", conn->end == WL_END_RESET ? "RST" : "FIN", by);
    } else {
        wl_text_put(t, stop_text(conn->end));
    }
    wl_text_put(t, "</li>");
}

void wl_html_connection(struct wl_html *h, struct wl_text *t, const struct wl_conn_record *conn,
                        const struct wl_finding *f)
{
    wl_text_put(t, "<figcaption><code class=\"line\">");
    if (f->ordinal) {
        wl_text_printf(t, "request %u of the connection", f->ordinal);
    } else {
        wl_text_put(t, "the connection as a whole");
    }
    wl_text_put(t, "</code>");
    put_ends(h, t, &conn->conn, f->t);
    wl_text_printf(t, ", connection %llu</figcaption>\n", (unsigned long long)conn->conn.number);
    wl_text_put(t, "<ol class=\"steps\" aria-label=\"Exchanges of the connection and its end\">\n");
    put_steps(t, conn, f->ordinal);
    put_end(t, conn);
    wl_text_put(t, "</ol>\n");
}
