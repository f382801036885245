/* health.c - how well the capture goes, and what there is to see before there is any HTTP.
 * SPDX-License-Identifier: MIT
 *
 * What was lost or could not be judged is a result like any other: it is said wherever there is
 * room, loudest when it is not zero.
 */
#include "health.h"

#include "phrase.h"
#include "screen.h"

#include "line.h"

enum { WORDS = 18, BAR = 10 }; /* columns of what is counted; of a meter */

/* A line: what, and how much of it. */
static struct wl_rect next_line(struct wl_rect *r)
{
    return wl_rect_top(r, 1);
}

static void put_line(struct wl_canvas *c, struct wl_rect *r, const struct wl_strip *s)
{
    struct wl_rect line = next_line(r);

    if (line.h)
        wl_canvas_place(c, line.x, line.y, line.w, WL_LEFT, s);
}

static void put_words(struct wl_strip *s, struct wl_canvas *c, int w, const char *words)
{
    wl_strip_init(s, c, w);
    wl_strip_text(s, WL_ROLE_FAINT, words);
    wl_strip_pad(s, w > 2 * WORDS ? WORDS : w / 2);
}

/* A number that should be zero. */
static void put_loss(struct wl_canvas *c, struct wl_rect *r, const char *words, uint64_t n)
{
    struct wl_strip s;

    put_words(&s, c, r->w, words);
    wl_strip_count(&s, n ? WL_ROLE_BAD : WL_ROLE_GOOD, n);
    put_line(c, r, &s);
}

static void put_count(struct wl_canvas *c, struct wl_rect *r, const char *words, uint64_t n)
{
    struct wl_strip s;

    put_words(&s, c, r->w, words);
    wl_strip_count(&s, WL_ROLE_PLAIN, n);
    put_line(c, r, &s);
}

/* "[####      ] 61 MiB of 512 MiB" */
static void put_meter(struct wl_canvas *c, struct wl_rect *r, const char *words, uint64_t n,
                      uint64_t most, bool octets)
{
    double share = most ? (double)n / (double)most : 0;
    unsigned look = share > 0.9 ? WL_ROLE_VIOLATION : share > 0.7 ? WL_ROLE_WARNING : WL_ROLE_TREND;
    struct wl_strip s;

    put_words(&s, c, r->w, words);
    if (most) {
        wl_strip_char(&s, WL_ROLE_FRAME, '[');
        wl_strip_bar(&s, look, share > 1 ? 1 : share, BAR);
        wl_strip_text(&s, WL_ROLE_FRAME, "] ");
    }
    if (octets) {
        wl_strip_octet_count(&s, WL_ROLE_PLAIN, n);
    } else {
        wl_strip_count(&s, WL_ROLE_PLAIN, n);
    }
    if (most) {
        wl_strip_text(&s, WL_ROLE_FAINT, " of ");
        if (octets) {
            wl_strip_octet_count(&s, WL_ROLE_FAINT, most);
        } else {
            wl_strip_count(&s, WL_ROLE_FAINT, most);
        }
    }
    put_line(c, r, &s);
}

/* "not judged   14: gap 2, tls 12" */
static void put_unjudged(struct wl_canvas *c, struct wl_rect *r, const struct wl_stats *st)
{
    uint64_t all = 0;
    struct wl_strip s;
    bool first = true;

    for (unsigned u = WL_JUDGED + 1; u < WL_N_UNJUDGED; u++)
        all += st->unjudged[u];
    put_words(&s, c, r->w, "not judged");
    wl_strip_count(&s, all ? WL_ROLE_WARNING : WL_ROLE_GOOD, all);
    for (unsigned u = WL_JUDGED + 1; u < WL_N_UNJUDGED; u++) {
        if (st->unjudged[u] == 0)
            continue;
        wl_strip_text(&s, WL_ROLE_FAINT, first ? ": " : ", ");
        wl_strip_printf(&s, WL_ROLE_PLAIN, "%s ", wl_unjudged_name((enum wl_unjudged)u));
        wl_strip_count(&s, WL_ROLE_PLAIN, st->unjudged[u]);
        first = false;
    }
    put_line(c, r, &s);
}

/* That a screen lets go of what is old is no loss of evidence, and told as "exchanges held". */
static bool concerns_history(unsigned limit)
{
    return limit == WL_LIMIT_max_history || limit == WL_LIMIT_max_history_octets ||
           limit == WL_LIMIT_max_history_connections;
}

/* "limits reached   max_reorder 3, ..." */
static void put_limits(struct wl_canvas *c, struct wl_rect *r, const struct wl_stats *st)
{
    struct wl_strip s;
    bool any = false;

    put_words(&s, c, r->w, "limits reached");
    for (unsigned i = 0; i < WL_N_LIMITS; i++) {
        if (st->limits[i] == 0 || concerns_history(i))
            continue;
        wl_strip_printf(&s, WL_ROLE_WARNING, "%s%s ", any ? ", " : "",
                        wl_limit_name((enum wl_limit_id)i));
        wl_strip_count(&s, WL_ROLE_WARNING, st->limits[i]);
        any = true;
    }
    if (!any)
        wl_strip_text(&s, WL_ROLE_GOOD, "none");
    put_line(c, r, &s);
}

static void put_history(struct wl_canvas *c, struct wl_rect *r, const struct wl_board *b)
{
    struct wl_strip s;

    put_words(&s, c, r->w, "exchanges held");
    wl_strip_count(&s, WL_ROLE_PLAIN, b->history);
    if (b->history_dropped) {
        wl_strip_text(&s, WL_ROLE_FAINT, ", no longer ");
        wl_strip_count(&s, WL_ROLE_FAINT, b->history_dropped);
    }
    put_line(c, r, &s);
}

uint64_t wl_health_drops(const struct wl_board *b)
{
    return b->stats.counters.capture_dropped + b->stats.counters.interface_dropped;
}

void wl_health_draw(const struct wl_screen *s, struct wl_canvas *c, struct wl_rect r)
{
    const struct wl_board *b = s->board;
    const struct wl_stats *st;

    if (!b)
        return;
    st = &b->stats;
    put_loss(c, &r, "dropped packets", wl_health_drops(b));
    put_unjudged(c, &r, st);
    put_meter(c, &r, "memory", b->memory, b->memory_max, true);
    put_meter(c, &r, "open connections", b->open_connections, b->table_size, false);
    put_history(c, &r, b);
    put_limits(c, &r, st);
    put_loss(c, &r, "gaps", st->counters.gaps);
    put_count(c, &r, "began mid-stream", st->counters.midstream);
    put_count(c, &r, "retransmitted", st->counters.retransmitted);
    put_count(c, &r, "out of order", st->counters.out_of_order);
    put_count(c, &r, "packets", st->counters.packets);
    put_count(c, &r, "not TCP", st->counters.undecoded);
}

static void put_few(struct wl_strip *s, const char *what, uint64_t n, unsigned look)
{
    wl_strip_printf(s, WL_ROLE_FAINT, " %s ", what);
    wl_strip_short(s, n ? look : WL_ROLE_GOOD, n);
    wl_strip_char(s, WL_ROLE_PLAIN, ' ');
}

void wl_health_put(struct wl_strip *strip, const struct wl_screen *s)
{
    const struct wl_board *b = s->board;
    uint64_t unjudged = 0, reached = 0;

    for (unsigned u = WL_JUDGED + 1; u < WL_N_UNJUDGED; u++)
        unjudged += b->stats.unjudged[u];
    for (unsigned i = 0; i < WL_N_LIMITS; i++)
        reached += concerns_history(i) ? 0 : b->stats.limits[i];
    put_few(strip, "not judged", unjudged, WL_ROLE_WARNING);
    put_few(strip, "gaps", b->stats.counters.gaps, WL_ROLE_BAD);
    put_few(strip, "limits", reached, WL_ROLE_WARNING);
    if (b->memory_max) {
        wl_strip_printf(strip, WL_ROLE_FAINT, " memory ");
        wl_strip_printf(strip, WL_ROLE_PLAIN, "%u%% ", (unsigned)(100 * b->memory / b->memory_max));
    }
}

/* ------------------------------------------------------------------------------------- nothing */

bool wl_empty_is(const struct wl_screen *s)
{
    return !s->board || (s->board->stats.exchanges == 0 && !s->board->anew);
}

static void put_paragraph(struct wl_canvas *c, struct wl_rect *r, unsigned look, const char *text)
{
    int lines = wl_canvas_wrap(c, *r, 0, look, wl_span_text(text));

    (void)wl_rect_top(r, lines);
}

/* "No packets yet on eth0." */
static void put_source(struct wl_canvas *c, struct wl_rect *r, const struct wl_board *b,
                       const char *what)
{
    struct wl_strip s;

    wl_strip_init(&s, c, r->w);
    wl_strip_text(&s, WL_ROLE_STRONG, what);
    wl_put_field(&s, WL_ROLE_STRONG, b->source, sizeof(b->source));
    put_line(c, r, &s);
    if (*b->notice) {
        wl_strip_init(&s, c, r->w);
        wl_put_field(&s, WL_ROLE_WARNING, b->notice, sizeof(b->notice));
        put_line(c, r, &s);
    }
    (void)next_line(r);
}

/* What the capture filter may do, and how it reads; nothing when there is none. */
static void put_filter(const struct wl_screen *s, struct wl_canvas *c, struct wl_rect *r,
                       const char *what)
{
    char text[512];

    if (!s->cfg.bpf)
        return;
    (void)snprintf(text, sizeof(text), "%s: %s", what, s->cfg.bpf);
    put_paragraph(c, r, WL_ROLE_PLAIN, text);
}

static void say_no_packets(const struct wl_screen *s, struct wl_canvas *c, struct wl_rect r)
{
    const struct wl_board *b = s->board;
    /* rather than reading a pipe, or a file that grows */
    bool listening = b->live && !b->over && s->cfg.interfaces;

    put_source(c, &r, b, b->over ? "There is no packet in " : "No packet yet on ");
    if (listening) {
        put_paragraph(
            c, &r, WL_ROLE_PLAIN,
            "Traffic between programs on this machine is on lo, whatever address they use; "
            "\"any\" listens everywhere.");
    }
    put_filter(s, c, &r, "The capture filter may let nothing through");
    if (!listening)
        return;
    (void)next_line(&r);
    put_paragraph(c, &r, WL_ROLE_HEAD, "Interfaces, and what they carry:");
    put_paragraph(c, &r, WL_ROLE_PLAIN, s->cfg.interfaces);
}

/* One protocol per line: how many connections look like it. */
static void put_protocols(struct wl_canvas *c, struct wl_rect *r, const struct wl_stats *st)
{
    for (unsigned p = 0; p < WL_N_PROTO; p++) {
        struct wl_strip s;

        if (st->protocols[p] == 0)
            continue;
        wl_strip_init(&s, c, r->w);
        wl_strip_printf(&s, WL_ROLE_PLAIN, "  %-12s",
                        p == WL_PROTO_UNKNOWN ? "no data" : wl_proto_name((enum wl_proto)p));
        wl_strip_count(&s, WL_ROLE_STRONG, st->protocols[p]);
        put_line(c, r, &s);
    }
    (void)next_line(r);
}

static bool any_over(const struct wl_stats *st)
{
    for (unsigned p = 0; p < WL_N_PROTO; p++) {
        if (st->protocols[p])
            return true;
    }
    return false;
}

static void say_no_http(const struct wl_screen *s, struct wl_canvas *c, struct wl_rect r)
{
    const struct wl_board *b = s->board;
    const struct wl_stats *st = &b->stats;
    struct wl_strip line;

    put_source(c, &r, b, b->over ? "No HTTP in " : "No HTTP yet on ");
    wl_strip_init(&line, c, r.w);
    wl_strip_count(&line, WL_ROLE_STRONG, st->counters.packets);
    wl_strip_text(&line, WL_ROLE_PLAIN, st->counters.packets == 1 ? " packet, " : " packets, ");
    wl_strip_count(&line, WL_ROLE_STRONG, st->counters.connections);
    wl_strip_text(&line, WL_ROLE_PLAIN,
                  st->counters.connections == 1 ? " TCP connection, " : " TCP connections, ");
    wl_strip_count(&line, WL_ROLE_STRONG, b->open_connections);
    wl_strip_text(&line, WL_ROLE_PLAIN, " of them open.");
    put_line(c, &r, &line);
    (void)next_line(&r);
    if (any_over(st)) {
        put_paragraph(c, &r, WL_ROLE_HEAD, "Those that are over look like this:");
        put_protocols(c, &r, st);
    }
    if (st->protocols[WL_PROTO_TLS]) {
        put_paragraph(c, &r, WL_ROLE_PLAIN,
                      "This version does not decrypt TLS: listen behind the point where it ends, "
                      "between the proxy and its upstream.");
    } else if (st->counters.connections == 0) {
        put_paragraph(c, &r, WL_ROLE_PLAIN, "None of these packets is TCP that could be decoded.");
        put_filter(s, c, &r, "The capture filter may let only something else through");
    } else {
        put_paragraph(c, &r, WL_ROLE_PLAIN,
                      "HTTP is told by its content, on any port. A request shows once it has been "
                      "answered.");
    }
}

static void say_left_out(const struct wl_screen *s, struct wl_canvas *c, struct wl_rect r)
{
    struct wl_strip line;

    wl_strip_init(&line, c, r.w);
    wl_strip_text(&line, WL_ROLE_STRONG, "--where left out all of ");
    wl_strip_count(&line, WL_ROLE_STRONG, s->board->stats.left_out);
    wl_strip_text(&line, WL_ROLE_STRONG, " exchanges.");
    put_line(c, &r, &line);
}

void wl_empty_draw(const struct wl_screen *s, struct wl_canvas *c, struct wl_rect r)
{
    const struct wl_board *b = s->board;

    /* air around it, where there is room */
    if (r.w > 50) {
        (void)wl_rect_left(&r, 4);
        (void)wl_rect_right(&r, 4);
    }
    if (r.h > 10)
        (void)wl_rect_top(&r, 2);
    if (r.w > 76)
        r.w = 76;
    if (!b) {
        put_paragraph(c, &r, WL_ROLE_FAINT, "Waiting for the first numbers ...");
    } else if (b->stats.left_out) {
        say_left_out(s, c, r);
    } else if (b->stats.counters.packets == 0) {
        say_no_packets(s, c, r);
    } else {
        say_no_http(s, c, r);
    }
}
