/* suppression_text.c - what the reports say of findings that do not count.
 * SPDX-License-Identifier: MIT
 *
 * They are shown, and by what they are suppressed: a report that hid them would let everybody
 * forget them.
 */
#include "suppression_text.h"

#include "layout.h"
#include "line.h"
#include "section.h"

enum { PIECE = 8192 };

/* ------------------------------------------------------------------------------------- text */

static void put_amount(struct wl_text *t, uint64_t n, const char *what)
{
    wl_text_count(t, n);
    wl_text_printf(t, " %s%s", what, n == 1 ? "" : "s");
}

/* "old-gateway: 3 findings, until 2027-01-31 (ticket 4711)" */
static void put_one(struct wl_text *t, const struct wl_suppressed *s)
{
    wl_text_terminal(t, wl_span_text(s->which->name));
    wl_text_put(t, ": ");
    if (s->again) {
        wl_text_printf(t, "ended with %s, ", s->which->until);
        put_amount(t, s->again, "finding");
        wl_text_put(t, s->again == 1 ? " counts again" : " count again");
    } else if (s->unused) {
        wl_text_put(t, s->ended ? "has ended, and is of no use any more"
                                : "covers nothing that was found");
    } else {
        put_amount(t, s->findings, "finding");
        if (s->which->end)
            wl_text_printf(t, ", until %s", s->which->until);
    }
    if (s->which->reason) {
        wl_text_put(t, " (");
        wl_text_terminal(t, wl_span_text(s->which->reason));
        wl_text_char(t, ')');
    }
}

/* "baseline ci/known: 3 findings; 2 of its 40 did not come up again; 1 has ended, ..." */
static void put_baseline(struct wl_text *t, const struct wl_suppressed *s)
{
    wl_text_put(t, "baseline ");
    wl_text_terminal(t, wl_span_text(s->which->baseline));
    wl_text_put(t, ": ");
    put_amount(t, s->findings, "finding");
    if (s->unused) {
        wl_text_put(t, "; ");
        wl_text_count(t, s->unused);
        wl_text_put(t, " of its ");
        wl_text_count(t, s->entries);
        wl_text_put(t, " did not come up again");
    }
    if (s->over) {
        wl_text_put(t, "; ");
        wl_text_count(t, s->over);
        wl_text_put(t, s->over == 1 ? " has ended, " : " have ended, ");
        put_amount(t, s->again, "finding");
        wl_text_put(t, s->again == 1 ? " counts again" : " count again");
    }
}

void wl_suppression_words(struct wl_text *t, const struct wl_suppressed *s)
{
    if (s->baseline) {
        put_baseline(t, s);
    } else {
        put_one(t, s);
    }
}

void wl_section_suppressions(struct wl_output *o, const struct wl_stats *st)
{
    struct wl_suppressed one;
    struct wl_text piece;
    size_t at = 0;

    if (st->n_suppressions == 0)
        return;
    wl_text_char(&o->text, '\n');
    wl_layout_ink(&o->text, o->cfg.color, WL_INK_STRONG);
    wl_text_put(&o->text, "Suppressed");
    wl_layout_ink(&o->text, o->cfg.color, WL_INK_PLAIN);
    wl_text_put(&o->text, ": ");
    for (unsigned s = WL_VIOLATION; s > WL_OFF; s--) {
        put_amount(&o->text, st->suppressed[s], wl_severity_name((enum wl_severity)s));
        wl_text_put(&o->text, s > WL_NOTE ? ", " : "; they do not count\n");
    }
    wl_text_init(&piece, &o->budget, PIECE);
    while (wl_suppressed_next(st, &at, &one) && wl_output_room(o) == 0) {
        wl_text_reset(&piece);
        wl_suppression_words(&piece, &one);
        wl_layout_wrap(&o->text, wl_text_span(&piece), 2, wl_section_columns(&o->cfg));
    }
    wl_text_release(&piece);
}

/* ------------------------------------------------------------------------------------- JSON */

static void put_string(struct wl_text *t, const char *key, const char *value)
{
    if (!value)
        return;
    wl_text_printf(t, ",\"%s\":\"", key);
    (void)wl_text_json(t, wl_span_text(value));
    wl_text_char(t, '"');
}

static void put_number(struct wl_text *t, const char *key, uint64_t n)
{
    wl_text_printf(t, ",\"%s\":", key);
    wl_text_u64(t, n);
}

void wl_json_suppression(struct wl_text *t, const struct wl_suppression *s)
{
    put_string(t, "suppression", s->name);
    put_string(t, "baseline", s->baseline);
    put_string(t, "reason", s->reason);
    put_string(t, "until", s->until);
}

static void put_use(struct wl_text *t, const struct wl_suppressed *s)
{
    if (s->baseline) {
        wl_text_put(t, "{\"baseline\":\"");
        (void)wl_text_json(t, wl_span_text(s->which->baseline));
    } else {
        wl_text_put(t, "{\"name\":\"");
        (void)wl_text_json(t, wl_span_text(s->which->name));
    }
    wl_text_char(t, '"');
    if (!s->baseline) {
        put_string(t, "reason", s->which->reason);
        put_string(t, "until", s->which->until);
    }
    put_number(t, "entries", s->entries);
    put_number(t, "findings", s->findings);
    put_number(t, "unused", s->unused);
    put_number(t, "ended", s->over);
    put_number(t, "again", s->again);
    wl_text_char(t, '}');
}

void wl_json_suppressions(struct wl_text *t, const struct wl_stats *st)
{
    struct wl_suppressed one;
    size_t at = 0;

    if (st->n_suppressions == 0)
        return;
    wl_text_put(t, ",\"suppressed\":{");
    for (unsigned s = WL_VIOLATION; s > WL_OFF; s--) {
        wl_text_printf(t, "\"%s\":%llu%s", wl_severity_name((enum wl_severity)s),
                       (unsigned long long)st->suppressed[s], s > WL_NOTE ? "," : "}");
    }
    wl_text_put(t, ",\"suppressions\":[");
    while (wl_suppressed_next(st, &at, &one)) {
        if (t->buf.n && t->buf.p[t->buf.n - 1] == '}')
            wl_text_char(t, ',');
        put_use(t, &one);
    }
    wl_text_char(t, ']');
}
