/* phrase.c - what several views write in the same way: sequences, severities, rates, servers.
 * SPDX-License-Identifier: MIT
 */
#include "phrase.h"

#include "screen.h"
#include "trend.h"

#include "line.h"

enum { LEAST_HEAD = 8 }; /* columns that a request keeps beside its statuses */

struct wl_span wl_bounded(const char *text, size_t n)
{
    return wl_span_sub(wl_span(text, n), 0, wl_span_find(wl_span(text, n), '\0'));
}

void wl_put_field(struct wl_strip *s, unsigned look, const char *text, size_t n)
{
    wl_strip_octets(s, look, wl_bounded(text, n));
}

/* ----------------------------------------------------------------------------------- sequences */

/* "103, 200": statuses in colour, ", " as an arrow, anything else as it is. Returns the last
 * status, 0 when there was none. */
static uint16_t put_statuses(struct wl_strip *s, struct wl_span text)
{
    uint64_t status = 0;

    while (text.n) {
        size_t comma = wl_span_find(text, ',');
        struct wl_span item = wl_span_trim(wl_span_sub(text, 0, comma));
        bool known = item.n == 3 && wl_parse_u64(item, &status);

        wl_strip_octets(s, known ? wl_role_status((uint16_t)status) : WL_ROLE_PLAIN, item);
        text = wl_span_after(text, comma + 1);
        if (text.n)
            wl_strip_text(s, WL_ROLE_FAINT, " → ");
        if (!known)
            status = 0;
    }
    return (uint16_t)status;
}

/* Where the text behind the i-th comma begins. */
static size_t behind_comma(struct wl_span text, size_t i)
{
    size_t at = 0;

    while (i-- && at < text.n)
        at += wl_span_find(wl_span_after(text, at), ',') + 1;
    return at < text.n ? at : text.n;
}

/* All of a sequence, or its beginning and its end: kept of n statuses. "... (7 more)" goes with what
 * is left out: it would be too few. */
static void put_some(struct wl_strip *s, struct wl_span all, size_t kept, size_t n)
{
    size_t tail = kept / 2;
    uint16_t last;

    if (kept < n) {
        if (wl_span_starts(wl_span_after(all, behind_comma(all, n - tail)), WL_SPAN(" ...")))
            tail = 1;
        (void)put_statuses(s, wl_span_sub(all, 0, behind_comma(all, kept - tail) - 1));
        wl_strip_text(s, WL_ROLE_FAINT, s->ascii ? " ... " : " … ");
        all = wl_span_after(all, behind_comma(all, n - tail));
    }
    last = put_statuses(s, all);
    if (last >= 100 && last < 200 && last != 101)
        wl_strip_text(s, WL_ROLE_STRONG, " → ?");
}

/* One that is too long loses whole statuses from its middle: of halves others could be made. */
void wl_put_sequence(struct wl_strip *s, const char *text)
{
    struct wl_span all = wl_bounded(text, WL_SEQUENCE_TEXT);
    struct wl_strip begun = *s;
    size_t n = 1;

    if (all.n == 0) {
        wl_strip_text(s, WL_ROLE_STRONG, "no response");
        return;
    }
    for (size_t i = 0; i < all.n; i++)
        n += all.p[i] == ',';
    put_some(s, all, n, n);
    for (size_t kept = n - 1; s->n > s->room && kept >= 2; kept--) {
        struct wl_strip shorter = begun;

        put_some(&shorter, all, kept, n);
        if (shorter.n <= shorter.room) {
            *s = shorter;
            return;
        }
    }
}

/* Where the last " -> " stands (a target may hold one too), or the end. */
static size_t find_arrow(struct wl_span line)
{
    size_t arrow = line.n;

    for (size_t i = 0; i + 4 <= line.n; i++) {
        if (memcmp(line.p + i, " -> ", 4) == 0)
            arrow = i;
    }
    return arrow;
}

/* " HTTP/1.1" goes first where there is no room, then the end of the target; never the statuses. */
void wl_put_line(struct wl_strip *s, const char *line, size_t n)
{
    static const struct wl_span usual = {(const uint8_t *)" HTTP/1.1", 9};
    struct wl_span rest = wl_bounded(line, n);
    size_t arrow = find_arrow(rest);
    struct wl_strip head = *s, tail = *s;
    int room;

    head.n = tail.n = 0;
    if (arrow < rest.n) {
        wl_strip_text(&tail, WL_ROLE_FAINT, " → ");
        (void)put_statuses(&tail, wl_span_after(rest, arrow + 4));
    }
    rest = wl_span_sub(rest, 0, arrow);
    wl_strip_octets(&head, WL_ROLE_PLAIN, rest);
    room = s->room - s->n - tail.n;
    if (head.n > room && rest.n > usual.n &&
        wl_span_equal(wl_span_after(rest, rest.n - usual.n), usual)) {
        head.n = 0;
        head.cut = false;
        wl_strip_octets(&head, WL_ROLE_PLAIN, wl_span_sub(rest, 0, rest.n - usual.n));
    }
    if (room >= LEAST_HEAD)
        wl_strip_shorten(&head, room, WL_CUT_END);
    wl_strip_join(s, &head);
    wl_strip_join(s, &tail);
}

void wl_put_steps(struct wl_strip *s, const char *text, size_t n)
{
    struct wl_span rest = wl_bounded(text, n);

    while (rest.n) {
        size_t digits = 0;
        uint64_t status;

        while (digits < rest.n && wl_is_digit(rest.p[digits]))
            digits++;
        if (digits == 3 && wl_parse_u64(wl_span_sub(rest, 0, 3), &status)) {
            wl_strip_octets(s, wl_role_status((uint16_t)status), wl_span_sub(rest, 0, 3));
        } else {
            wl_strip_octets(s, WL_ROLE_FAINT, wl_span_sub(rest, 0, digits));
        }
        rest = wl_span_after(rest, digits);
        if (rest.n == 0)
            return;
        /* "*40" is a count, and no status even where it has three digits */
        if (rest.p[0] == '*') {
            digits = 1;
            while (digits < rest.n && wl_is_digit(rest.p[digits]))
                digits++;
            wl_strip_text(s, WL_ROLE_FAINT, "×");
            wl_strip_octets(s, WL_ROLE_FAINT, wl_span_sub(rest, 1, digits - 1));
            rest = wl_span_after(rest, digits);
            continue;
        }
        if (rest.p[0] == '>') {
            wl_strip_text(s, WL_ROLE_FAINT, "→");
        } else {
            wl_strip_octets(s, WL_ROLE_PLAIN, wl_span_sub(rest, 0, 1));
        }
        rest = wl_span_after(rest, 1);
    }
}

void wl_put_endpoint(struct wl_strip *s, const struct wl_screen *screen,
                     const struct wl_endpoint *e)
{
    struct wl_span name = wl_hosts_name(screen->named ? screen->cfg.hosts : NULL, e);
    int from = s->n, colon = s->n;

    if (name.n) {
        wl_strip_octets(s, WL_ROLE_PLAIN, name);
        wl_strip_printf(s, WL_ROLE_FAINT, ":%u", (unsigned)e->port);
        return;
    }
    wl_strip_endpoint(s, WL_ROLE_PLAIN, e);
    for (int i = from; i < s->n; i++) {
        if (s->cells[i].c == ':')
            colon = i;
    }
    for (int i = colon; i < s->n; i++)
        s->cells[i].look = WL_ROLE_FAINT;
}

void wl_put_servers(struct wl_strip *s, const struct wl_screen *screen,
                    const struct wl_endpoint *one, uint32_t n)
{
    struct wl_strip more = *s;

    if (one->family == 0)
        return;
    wl_put_endpoint(s, screen, one);
    more.n = 0;
    if (n > 1)
        wl_strip_printf(&more, WL_ROLE_PLAIN, " +%u", n - 1);
    wl_strip_shorten(s, s->room - more.n, WL_CUT_MIDDLE);
    wl_strip_join(s, &more);
}

void wl_endpoint_text(const struct wl_endpoint *e, char *ret, size_t n)
{
    struct wl_text t = {.buf = {.p = (uint8_t *)ret, .capacity = n - 1, .max = n - 1}};

    wl_text_endpoint(&t, e);
    ret[t.buf.n] = '\0';
}

uint64_t wl_hash_id(const void *octets, size_t n)
{
    const uint8_t *p = octets;
    uint64_t hash = 0xcbf29ce484222325; /* FNV-1a: nothing to defend, a clash moves a selection */

    for (size_t i = 0; i < n; i++)
        hash = (hash ^ p[i]) * 0x100000001b3;
    return hash == WL_NONE ? 0 : hash;
}

/* ------------------------------------------------------------------------------------ severity */

void wl_put_severity(struct wl_strip *s, enum wl_severity severity)
{
    wl_strip_char(s, wl_role_severity(severity),
                  severity == WL_OFF ? ' ' : (uint8_t)wl_severity_letter(severity));
}

void wl_put_severity_word(struct wl_strip *s, enum wl_severity severity)
{
    unsigned look = wl_role_severity(severity);

    if (severity == WL_OFF) {
        wl_strip_text(s, look, "- off");
    } else {
        wl_strip_printf(s, look, "%c %s", wl_severity_letter(severity), wl_severity_name(severity));
    }
}

void wl_put_findings(struct wl_strip *s, const uint64_t findings[WL_N_SEVERITIES])
{
    for (unsigned v = WL_VIOLATION; v >= WL_NOTE; v--) {
        unsigned look = findings[v] ? wl_role_severity((enum wl_severity)v) : WL_ROLE_FAINT;

        wl_strip_printf(s, look, "%s%c ", v == WL_VIOLATION ? "" : "  ",
                        wl_severity_letter((enum wl_severity)v));
        wl_strip_short(s, look, findings[v]);
    }
}

void wl_put_worst(struct wl_strip *s, const struct wl_rule *rule, enum wl_severity severity,
                  uint32_t n)
{
    if (!rule || severity == WL_OFF)
        return;
    wl_strip_text(s, wl_role_severity(severity), rule->id);
    if (n > 1)
        wl_strip_printf(s, WL_ROLE_FAINT, " +%u", n - 1);
}

/* ------------------------------------------------------------------------------------- numbers */

void wl_put_decimal(struct wl_strip *s, unsigned look, double value)
{
    if (value >= 999.95) {
        wl_strip_count(s, look, (uint64_t)(value + 0.5));
    } else {
        wl_strip_printf(s, look, "%.1f", value > 0 ? value : 0.0);
    }
}

void wl_put_seconds(struct wl_strip *s, unsigned look, double seconds)
{
    wl_strip_duration(s, look, seconds < 0 ? -1 : (wl_ns)(seconds * 1e9));
}

void wl_put_quantiles(struct wl_strip *s, double p50, double p95)
{
    wl_strip_text(s, WL_ROLE_FAINT, "p50 ");
    wl_put_seconds(s, WL_ROLE_PLAIN, p50);
    wl_strip_text(s, WL_ROLE_FAINT, ", p95 ");
    wl_put_seconds(s, WL_ROLE_PLAIN, p95);
}

/* --------------------------------------------------------------------------------------- paces */

const char *wl_window_name(enum wl_window window)
{
    static const char *const names[WL_N_WINDOWS] = {
        [WL_WINDOW_10S] = "10 s",
        [WL_WINDOW_60S] = "60 s",
        [WL_WINDOW_ALL] = "all of it",
    };

    return names[window];
}

double wl_window_seconds(const struct wl_board *b, enum wl_window window)
{
    double elapsed = (double)b->elapsed / (double)WL_SECOND;
    double wide = window == WL_WINDOW_10S ? 10 : window == WL_WINDOW_60S ? 60 : elapsed;

    if (wide > elapsed)
        wide = elapsed;
    return wide < 1 ? 1 : wide;
}

double wl_pace_rate(const struct wl_pace *p, const struct wl_board *b, enum wl_window window)
{
    return (double)p->n[window] / wl_window_seconds(b, window);
}

void wl_put_rate(struct wl_strip *s, unsigned look, const struct wl_pace *p,
                 const struct wl_screen *screen)
{
    if (screen->board)
        wl_put_decimal(s, look, wl_pace_rate(p, screen->board, screen->window));
}

void wl_put_total(struct wl_strip *s, const struct wl_pace *p, const struct wl_screen *screen)
{
    bool live = screen->board && !screen->board->over;
    bool just = live && (p->trend[WL_TREND - 1] || p->trend[WL_TREND - 2]);

    wl_strip_count(s, just ? WL_ROLE_STRONG : WL_ROLE_PLAIN, p->n[WL_WINDOW_ALL]);
}

void wl_put_trend(struct wl_strip *s, unsigned look, const struct wl_pace *p,
                  const struct wl_screen *screen)
{
    bool whole = screen->board && screen->board->over;

    wl_strip_trend(s, look, p->trend, whole ? WL_TREND : WL_TREND - 1, s->max - s->n);
}
