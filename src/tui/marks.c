/* marks.c - what the user has picked out: marked rows, severities of rules, copied text.
 * SPDX-License-Identifier: MIT
 *
 * Display filters are written in the numbers of connections where those are Wireshark's, else by
 * addresses and ports.
 */
#include "inside.h"

/* ---------------------------------------------------------------------------------- marks */

/* Whether the mark is on what is asked for, on a part of it or on what it is a part of. */
static bool touches(const struct wl_picked *m, uint64_t connection, uint32_t ordinal)
{
    return m->conn.id == connection && (!ordinal || !m->ordinal || m->ordinal == ordinal);
}

bool wl_screen_marked(const struct wl_screen *s, uint64_t connection, uint32_t ordinal)
{
    for (uint32_t i = 0; i < s->n_marks; i++) {
        if (touches(&s->marks[i], connection, ordinal))
            return true;
    }
    return false;
}

void wl_screen_mark(struct wl_screen *s, const struct wl_conn_ref *conn, uint32_t ordinal)
{
    uint32_t n = 0;

    for (uint32_t i = 0; i < s->n_marks; i++) {
        if (!touches(&s->marks[i], conn->id, ordinal))
            s->marks[n++] = s->marks[i];
    }
    if (n == WL_MAX_MARKS) {
        wl_screen_say(s, "at most %d rows can be marked", (int)WL_MAX_MARKS);
    } else if (n == s->n_marks) {
        s->marks[n++] = (struct wl_picked){*conn, ordinal};
    }
    s->n_marks = n;
    wl_screen_touch(s);
}

uint32_t wl_screen_marked_conns(const struct wl_screen *s, struct wl_conn_ref ret[WL_MAX_MARKS])
{
    uint32_t n = 0, k;

    for (uint32_t i = 0; i < s->n_marks; i++) {
        for (k = 0; k < n && ret[k].id != s->marks[i].conn.id;)
            k++;
        if (k == n)
            ret[n++] = s->marks[i].conn;
    }
    return n;
}

/* ------------------------------------------------------------------------------ severities */

static void set_severity(struct wl_screen *s, const char *glob, enum wl_severity severity)
{
    for (size_t i = 0; i < wl_rule_count(); i++) {
        if (wl_glob_match(glob, wl_rule_at(i)->id))
            s->its->severities[i] = severity;
    }
}

void wl_screen_first_severities(struct wl_screen *s)
{
    for (size_t i = 0; i < wl_rule_count(); i++)
        s->its->severities[i] = wl_rule_at(i)->severity;
    for (size_t i = 0; i < s->cfg.n_overrides; i++)
        set_severity(s, s->cfg.overrides[i].glob, s->cfg.overrides[i].severity);
    for (size_t i = 0; s->cfg.only && i < wl_rule_count(); i++) {
        if (!wl_glob_match(s->cfg.only, wl_rule_at(i)->id))
            s->its->severities[i] = WL_OFF;
    }
}

enum wl_severity wl_screen_severity(const struct wl_screen *s, const struct wl_rule *rule)
{
    for (size_t i = 0; i < wl_rule_count(); i++) {
        if (wl_rule_at(i) == rule)
            return s->its->severities[i];
    }
    return rule->severity; /* one of the embedder's own */
}

void wl_screen_override(struct wl_screen *s, const char *glob, enum wl_severity severity)
{
    struct wl_ask ask = {.kind = WL_ASK_OVERRIDE, .severity = severity};

    if (strlen(glob) >= sizeof(ask.glob)) {
        wl_screen_say(s, "'%.80s' is too long for the id of a rule", glob);
        return;
    }
    (void)snprintf(ask.glob, sizeof(ask.glob), "%s", glob);
    if (wl_screen_order(s, &ask))
        set_severity(s, glob, severity);
    wl_screen_touch(s);
}

/* ---------------------------------------------------------------------------------- copying */

static void put_one(struct wl_text *t, const struct wl_conn_ref *c)
{
    const char *ip = c->client.family == 6 ? "ipv6" : "ip";

    wl_text_printf(t, "(%s.addr == ", ip);
    wl_text_ip(t, &c->client);
    wl_text_printf(t, " && %s.addr == ", ip);
    wl_text_ip(t, &c->server);
    wl_text_printf(t, " && tcp.port == %u && tcp.port == %u)", (unsigned)c->client.port,
                   (unsigned)c->server.port);
}

void wl_screen_display_filter(const struct wl_screen *s, struct wl_text *ret,
                              const struct wl_conn_ref *conns, size_t n)
{
    if (!s->cfg.renumbered && n == 1) {
        wl_text_printf(ret, "tcp.stream eq %llu", (unsigned long long)conns->number);
        return;
    }
    if (!s->cfg.renumbered)
        wl_text_put(ret, "tcp.stream in {");
    for (size_t i = 0; i < n; i++) {
        if (!s->cfg.renumbered) {
            wl_text_printf(ret, "%s%llu", i ? ", " : "", (unsigned long long)conns[i].number);
        } else {
            wl_text_put(ret, i ? " || " : "");
            put_one(ret, &conns[i]);
        }
    }
    if (!s->cfg.renumbered)
        wl_text_put(ret, "}");
}

void wl_screen_copy(struct wl_screen *s, struct wl_span text)
{
    size_t n = wl_min_size(text.n, sizeof(s->its->copied) - 1);

    if (n)
        memcpy(s->its->copied, text.p, n);
    s->its->copied[n] = '\0';
    s->its->copy_taken = false;
}

const char *wl_screen_copied(struct wl_screen *s)
{
    if (s->its->copy_taken || !*s->its->copied)
        return NULL;
    s->its->copy_taken = true;
    return s->its->copied;
}

void wl_screen_copy_selected(struct wl_screen *s)
{
    const struct wl_frame *f = wl_screen_top(s);
    struct wl_conn_ref marked[WL_MAX_MARKS];
    struct wl_text filter, line;
    bool found = true;

    wl_screen_text(s, &filter);
    wl_screen_text(s, &line);
    if (s->n_marks) {
        wl_screen_display_filter(s, &filter, marked, wl_screen_marked_conns(s, marked));
    } else {
        found = f->view->display_filter && f->view->display_filter(s, f->state, &filter);
    }
    if (!found) {
        wl_screen_say(s, "nothing is selected that could be copied");
    } else {
        struct wl_span shown = wl_text_span(&filter);

        if (s->its->copy_line && s->cfg.input) {
            wl_text_printf(&line, "tshark %s -Y '", s->cfg.input);
            wl_text_span_raw(&line, wl_text_span(&filter));
            wl_text_put(&line, "'");
            shown = wl_text_span(&line);
        }
        wl_screen_copy(s, shown);
        wl_screen_say(s, "copied: %.*s%s", (int)wl_min_size(shown.n, 160), (const char *)shown.p,
                      s->its->copy_line || !s->cfg.input ? "" : "   (y again: for tshark)");
        s->its->copy_line = !s->its->copy_line;
    }
    wl_text_release(&filter);
    wl_text_release(&line);
}
