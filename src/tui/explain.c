/* explain.c - a rule explained on the screen: what is wrong, why it matters, what to do, who
 * says so. SPDX-License-Identifier: MIT
 *
 * The words are those of the catalogue (rule.h), as `wirelint explain` prints them.
 */
#include "explain.h"

#include "grid.h"
#include "phrase.h"

#include "line.h"

/* Where the next line goes, of text that is scrolled. */
struct flow {
    struct wl_canvas *c;
    struct wl_rect r;
    int skip, lines; /* left out at the top; so far */
};

static void add_strip(struct flow *f, const struct wl_strip *s)
{
    int y = f->lines++ - f->skip;

    if (y >= 0 && y < f->r.h)
        wl_canvas_place(f->c, f->r.x, f->r.y + y, f->r.w, WL_LEFT, s);
}

static void add_words(struct flow *f, unsigned look, const char *text)
{
    int above = f->lines - f->skip;
    struct wl_rect rest = f->r;

    if (!text)
        return;
    (void)wl_rect_top(&rest, above > 0 ? above : 0);
    f->lines += wl_canvas_wrap(f->c, rest, above < 0 ? -above : 0, look, wl_span_text(text));
}

static void add_head(struct flow *f, const char *text)
{
    f->lines++;
    add_words(f, WL_ROLE_HEAD | (unsigned)WL_BOLD, text);
}

static void add_paragraph(struct flow *f, const char *head, const char *text)
{
    if (!text)
        return;
    add_head(f, head);
    add_words(f, WL_ROLE_PLAIN, text);
}

/* "RFC 9110 15.2, RFC 9112 6.3" */
static void add_citations(struct flow *f, const struct wl_rule *rule)
{
    struct wl_strip s;

    if (!rule->cite[0])
        return;
    add_head(f, "Where it is written");
    wl_strip_init(&s, f->c, f->r.w);
    for (size_t i = 0; i < WL_RULE_CITES && rule->cite[i]; i++) {
        wl_strip_text(&s, WL_ROLE_FAINT, i ? ", " : "");
        wl_strip_text(&s, WL_ROLE_PLAIN, rule->cite[i]);
    }
    add_strip(f, &s);
}

static void add_related(struct flow *f, const struct wl_rule *rule)
{
    if (!rule->see[0])
        return;
    add_head(f, "Related");
    for (size_t i = 0; i < WL_RULE_SEE && rule->see[i]; i++)
        add_words(f, WL_ROLE_PLAIN, rule->see[i]);
}

/* Returns how many lines it has in all. */
static int draw_text(struct wl_canvas *c, struct wl_rect r, int skip, const struct wl_rule *rule,
                     enum wl_severity severity)
{
    struct flow f = {.c = c, .r = r, .skip = skip};
    struct wl_strip s;

    add_words(&f, WL_ROLE_STRONG, rule->title);
    wl_strip_init(&s, c, r.w);
    wl_put_severity_word(&s, severity);
    wl_strip_printf(&s, WL_ROLE_FAINT, ", fault of the %s",
                    rule->fault == WL_FAULT_EITHER ? "sender" : wl_fault_name(rule->fault));
    add_strip(&f, &s);
    add_paragraph(&f, "Why it matters", rule->why);
    add_paragraph(&f, "What to do", rule->advice);
    add_citations(&f, rule);
    add_related(&f, rule);
    return f.lines;
}

enum {
    SIDE_BY_SIDE = 110, /* columns from which the panel stands at the right */
    LEAST_ROWS = 12,    /* of the panel at the bottom */
    LEAST_TABLE = 6,    /* rows that the table keeps */
    TEXT_COLUMNS = 76,  /* longer lines are not read */
    LEAST_COLUMNS = 24,
};

struct wl_rect wl_explain_place(struct wl_rect *area)
{
    int w = area->w * 2 / 5, h = area->h / 2;

    if (area->w >= SIDE_BY_SIDE)
        return wl_rect_right(area, w > TEXT_COLUMNS + 4 ? TEXT_COLUMNS + 4 : w);
    if (area->h >= LEAST_ROWS + LEAST_TABLE)
        return wl_rect_bottom(area, h > LEAST_ROWS ? h : LEAST_ROWS);
    return (struct wl_rect){area->x, area->y, 0, 0};
}

void wl_explain_draw(struct wl_explained *e, struct wl_canvas *c, struct wl_rect r,
                     const struct wl_rule *rule, enum wl_severity severity)
{
    struct wl_rect inside;

    if (e->rule != rule)
        e->skip = 0;
    e->rule = rule;
    if (r.h < 3 || r.w < LEAST_COLUMNS)
        return;
    inside = wl_panel_draw(c, r, &(struct wl_panel){.title = rule->id});
    if (inside.w > TEXT_COLUMNS)
        inside.w = TEXT_COLUMNS;
    e->room = inside.h;
    e->lines = draw_text(c, inside, e->skip, rule, severity);
    wl_scroll_draw(c, r.x + r.w - 1, inside.y, inside.h, (uint64_t)e->skip, (uint64_t)inside.h,
                   (uint64_t)e->lines);
}

void wl_explain_scroll(struct wl_explained *e, int lines)
{
    int most = e->lines > e->room ? e->lines - e->room : 0;

    e->skip += lines;
    e->skip = e->skip < 0 ? 0 : e->skip > most ? most : e->skip;
}
