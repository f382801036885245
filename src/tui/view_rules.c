/* view_rules.c - the catalogue: every rule, what it means, and whether it is asked.
 * SPDX-License-Identifier: MIT
 *
 * A change holds from now on, in this run; what was found before keeps its severity. The list is
 * the catalogue's own, at first in its order, so that a rule stays where it is whatever becomes of
 * it.
 */
#include "explain.h"
#include "phrase.h"
#include "pick.h"
#include "screen.h"

#include "line.h"

enum { MAX_RULES = WL_PICK_ROWS };

struct rule_row {
    const struct wl_rule *rule;
    uint64_t n; /* findings so far */
};

struct rules {
    struct wl_pick pick;
    struct wl_explained explained;
    struct rule_row rows[MAX_RULES];
    uint32_t n;
};

static const struct wl_rule *rule_of(const void *row)
{
    return ((const struct rule_row *)row)->rule;
}

/* ------------------------------------------------------------------------------------- columns */

static void put_severity(struct wl_strip *s, const struct wl_screen *screen, const void *row)
{
    enum wl_severity severity = wl_screen_severity(screen, rule_of(row));

    wl_strip_char(s, wl_role_severity(severity), (uint8_t)wl_severity_letter(severity));
    if (severity != rule_of(row)->severity)
        wl_strip_text(s, WL_ROLE_KEY, "*");
}

static void put_id(struct wl_strip *s, const struct wl_screen *screen, const void *row)
{
    bool off = wl_screen_severity(screen, rule_of(row)) == WL_OFF;

    wl_strip_text(s, off ? WL_ROLE_FAINT : WL_ROLE_PLAIN, rule_of(row)->id);
}

static void put_found(struct wl_strip *s, const struct wl_screen *screen, const void *row)
{
    uint64_t n = ((const struct rule_row *)row)->n;

    (void)screen;
    wl_strip_count(s, n ? WL_ROLE_STRONG : WL_ROLE_FAINT, n);
}

static void put_fault(struct wl_strip *s, const struct wl_screen *screen, const void *row)
{
    (void)screen;
    wl_strip_text(s, WL_ROLE_FAINT, wl_fault_name(rule_of(row)->fault));
}

static void put_title(struct wl_strip *s, const struct wl_screen *screen, const void *row)
{
    bool off = wl_screen_severity(screen, rule_of(row)) == WL_OFF;

    wl_strip_text(s, off ? WL_ROLE_FAINT : WL_ROLE_PLAIN, rule_of(row)->title);
}

static void put_cite(struct wl_strip *s, const struct wl_screen *screen, const void *row)
{
    (void)screen;
    wl_strip_text(s, WL_ROLE_FAINT, rule_of(row)->cite[0] ? rule_of(row)->cite[0] : "");
}

/* The worst first. */
static int by_severity(const struct wl_screen *screen, const void *a, const void *b)
{
    return (int)wl_screen_severity(screen, rule_of(b)) -
           (int)wl_screen_severity(screen, rule_of(a));
}

static int by_id(const struct wl_screen *screen, const void *a, const void *b)
{
    (void)screen;
    return strcmp(rule_of(a)->id, rule_of(b)->id);
}

static int by_found(const struct wl_screen *screen, const void *a, const void *b)
{
    uint64_t n = ((const struct rule_row *)a)->n, m = ((const struct rule_row *)b)->n;

    (void)screen;
    return (n > m) - (n < m);
}

static int by_title(const struct wl_screen *screen, const void *a, const void *b)
{
    (void)screen;
    return strcmp(rule_of(a)->title, rule_of(b)->title);
}

static int by_fault(const struct wl_screen *screen, const void *a, const void *b)
{
    (void)screen;
    return strcmp(wl_fault_name(rule_of(a)->fault), wl_fault_name(rule_of(b)->fault));
}

static int by_cite(const struct wl_screen *screen, const void *a, const void *b)
{
    const char *one = rule_of(a)->cite[0], *other = rule_of(b)->cite[0];

    (void)screen;
    return strcmp(one ? one : "", other ? other : "");
}

static const struct wl_column columns[] = {
    {.head = "", .put = put_severity, .least = 2, .compare = by_severity},
    {.head = "rule", .put = put_id, .least = 22, .most = 38, .weight = 3, .compare = by_id},
    {
        .head = "found",
        .put = put_found,
        .align = WL_RIGHT,
        .rank = 1,
        .least = 6,
        .most = 9,
        .compare = by_found,
    },
    {
        .head = "what is wrong",
        .put = put_title,
        .rank = 2,
        .least = 30,
        .most = 90,
        .weight = 3,
        .compare = by_title,
    },
    {.head = "fault", .put = put_fault, .rank = 4, .least = 12, .compare = by_fault},
    {.head = "source", .put = put_cite, .rank = 3, .least = 14, .most = 20, .compare = by_cite},
};

static const struct wl_grid grid = {columns, WL_COUNT(columns)};

static uint64_t id_of(const void *row)
{
    return wl_hash_id(rule_of(row)->id, strlen(rule_of(row)->id));
}

/* ---------------------------------------------------------------------------------------- view */

static void find_rules(struct rules *r, const struct wl_screen *s)
{
    const uint64_t *found = s->board ? s->board->stats.rules : NULL;
    size_t n = wl_rule_count();

    WL_ASSERT(n <= MAX_RULES);
    r->n = (uint32_t)(n < MAX_RULES ? n : MAX_RULES);
    for (uint32_t i = 0; i < r->n; i++)
        r->rows[i] = (struct rule_row){wl_rule_at(i), found ? found[i] : 0};
}

static struct wl_rows rows_of(struct rules *r, const struct wl_screen *s)
{
    struct wl_rows rows = {.at = r->rows, .size = sizeof(*r->rows), .n = r->n, .id = id_of};

    wl_pick_arrange(&r->pick, s, &grid, &rows);
    return rows;
}

static void draw(const struct wl_screen *s, void *state, struct wl_canvas *c, struct wl_rect area)
{
    struct rules *r = state;
    struct wl_rect side = wl_explain_place(&area);
    struct wl_rect inside, head;
    struct wl_rows rows;
    struct wl_strip note;
    const void *selected;

    find_rules(r, s);
    rows = rows_of(r, s);
    wl_strip_init(&note, c, area.w);
    wl_strip_text(&note, WL_ROLE_FAINT, " * changed ");
    inside = wl_panel_draw(c, area,
                           &(struct wl_panel){.title = "Rules", .focus = true, .bottom = &note});
    head = wl_rect_top(&inside, inside.h > 2);
    wl_pick_draw(&r->pick, s, c, &grid, inside, &rows, true);
    if (head.h)
        wl_pick_heads(&r->pick, c, head.y);
    wl_scroll_draw(c, area.x + area.w - 1, inside.y, inside.h, r->pick.top, (uint64_t)inside.h,
                   rows.n);
    selected = wl_pick_selected(&r->pick, &rows);
    if (selected) {
        wl_explain_draw(&r->explained, c, side, rule_of(selected),
                        wl_screen_severity(s, rule_of(selected)));
    }
}

/* Off, and back to what the catalogue says. */
static enum wl_severity toggled(const struct wl_rule *rule, enum wl_severity now)
{
    if (now != WL_OFF)
        return WL_OFF;
    return rule->severity != WL_OFF ? rule->severity : WL_WARNING;
}

static void change(struct wl_screen *s, const struct wl_rule *rule, enum wl_action action)
{
    enum wl_severity now = wl_screen_severity(s, rule);
    int to = action == WL_ACT_TOGGLE  ? (int)toggled(rule, now)
             : action == WL_ACT_RAISE ? (int)now + 1
                                      : (int)now - 1;

    if (to >= WL_OFF && to <= WL_VIOLATION)
        wl_screen_override(s, rule->id, (enum wl_severity)to);
}

static void open_findings(struct wl_screen *s, const struct wl_rule *rule)
{
    struct wl_place place = {.rule = rule};

    (void)snprintf(place.title, sizeof(place.title), "%s", rule->id);
    wl_screen_open(s, "findings", &place);
}

/* To the next rule that has found something. */
static void find(struct rules *r, const struct wl_rows *rows, int by)
{
    for (int64_t at = (int64_t)r->pick.cursor + by; at >= 0 && at < r->n; at += by) {
        if (((const struct rule_row *)wl_rows_at(rows, (uint32_t)at))->n == 0)
            continue;
        while (r->pick.cursor != (uint32_t)at)
            (void)wl_pick_move(&r->pick, rows, by > 0 ? WL_ACT_DOWN : WL_ACT_UP);
        return;
    }
}

static enum wl_did act(struct wl_screen *s, void *state, const struct wl_press *in)
{
    struct rules *r = state;
    struct wl_rows rows;
    const void *selected;

    find_rules(r, s);
    rows = rows_of(r, s);
    wl_pick_find(&r->pick, &rows);
    selected = wl_pick_selected(&r->pick, &rows);
    if (wl_pick_move(&r->pick, &rows, in->action) || wl_pick_sort(&r->pick, in->action))
        return WL_DID_DRAW;
    switch ((int)in->action) {
    case WL_ACT_TOGGLE:
    case WL_ACT_RAISE:
    case WL_ACT_LOWER:
        if (selected)
            change(s, rule_of(selected), in->action);
        return WL_DID_DRAW;
    case WL_ACT_OPEN:
        if (selected)
            open_findings(s, rule_of(selected));
        return WL_DID_DRAW;
    case WL_ACT_NEXT_FINDING: find(r, &rows, 1); return WL_DID_DRAW;
    case WL_ACT_PREVIOUS_FINDING: find(r, &rows, -1); return WL_DID_DRAW;
    case WL_ACT_RIGHT: wl_explain_scroll(&r->explained, 1); return WL_DID_DRAW;
    case WL_ACT_LEFT: wl_explain_scroll(&r->explained, -1); return WL_DID_DRAW;
    case WL_ACT_CLICK: (void)wl_pick_click(&r->pick, &rows, in->x, in->y); return WL_DID_DRAW;
    default: return WL_DID_NOTHING;
    }
}

const struct wl_view wl_view_rules = {
    .where = WL_IN_RULES,
    .number = 5,
    .name = "rules",
    .title = "Rules",
    .help = "The catalogue, with how often each rule was broken. Space switches a rule off and on "
            "again, + and - change its severity, from now on and for this run; an asterisk stands "
            "behind what was changed. Enter lists what it found. Right and Left scroll the "
            "explanation.",
    .state_size = sizeof(struct rules),
    .draw = draw,
    .act = act,
};
