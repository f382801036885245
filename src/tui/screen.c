/* screen.c - the screen: a stack of views, one filter line, and what is the same in all of them.
 * SPDX-License-Identifier: MIT
 *
 * Keys become actions by the table (keys.c); the view on top is asked first. Questions are not
 * remembered but made anew: whenever somebody asks what is to be asked, the view on top says what
 * it needs now, and if that is another question than the one it asked last, it is asked at once. So
 * no path of the program can forget to ask. The board is asked for by the screen itself, as the
 * head needs it in every view.
 */
#include "screen.h"

#include "command.h"
#include "complete.h"
#include "diag.h"
#include "inside.h"
#include "line.h"
#include "wirelint/filter.h"

#include <stdarg.h>

enum {
    TEXT = 64 << 10,
    WHEEL = 3,                    /* rows of one turn */
    HALF = WL_WHERE_TEXT / 2 - 1, /* octets of the filter line, and of what narrows a view */
};

static const double first_refresh = 4;          /* a second */
static const wl_ns typing = WL_SECOND * 3 / 10; /* a filter is applied when the hands rest */

/* --------------------------------------------------------------------------- small services */

void wl_screen_text(struct wl_screen *s, struct wl_text *ret)
{
    wl_text_init(ret, s->budget, TEXT);
}

void wl_screen_touch(struct wl_screen *s)
{
    s->its->dirty = s->its->at_once = true;
}

void wl_screen_say(struct wl_screen *s, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    (void)vsnprintf(s->its->said, sizeof(s->its->said), fmt, args);
    va_end(args);
    s->its->said_bad = false;
    s->its->t_said = 0;
    wl_screen_touch(s);
}

void wl_screen_complain(struct wl_screen *s, const struct wl_error *err)
{
    (void)snprintf(s->its->said, sizeof(s->its->said), "%.150s%s%.100s",
                   *err->text ? err->text : "out of memory", *err->hint ? "; " : "", err->hint);
    s->its->said_bad = true;
    wl_screen_touch(s);
}

struct wl_frame *wl_screen_top(struct wl_screen *s)
{
    return &s->frames[s->n_frames - 1];
}

void wl_screen_where(const struct wl_screen *s, char ret[WL_WHERE_TEXT])
{
    const char *narrow = s->frames[s->n_frames - 1].place.narrow;

    /* neither is longer than half of it: see wl_screen_set_filter, join_narrow */
    (void)snprintf(ret, WL_WHERE_TEXT, "%.*s%s%.*s", (int)HALF, s->filter,
                   *s->filter && *narrow ? " " : "", (int)HALF, narrow);
}

bool wl_screen_order(struct wl_screen *s, const struct wl_ask *ask)
{
    if (s->its->n_queue == WL_MAX_QUEUE) {
        wl_screen_say(s, "busy: try again in a moment");
        return false;
    }
    s->its->queue[s->its->n_queue++] = *ask;
    return true;
}

/* ------------------------------------------------------------------------------- the stack */

static void drop_frame(struct wl_screen *s, struct wl_frame *f)
{
    if (f->view)
        wl_free(s->budget, f->state, f->view->state_size ? f->view->state_size : 1);
    if (f->answer)
        wl_answer_free(f->answer);
    if (f->kept)
        wl_answer_free(f->kept);
    *f = (struct wl_frame){.view = NULL};
}

static bool is_whole(const struct wl_place *p)
{
    return !*p->narrow && !p->rule && !p->one;
}

/* Takes the frame on top off the stack; one that a digit goes to is kept as it is. */
static void pop(struct wl_screen *s)
{
    struct wl_frame *f = wl_screen_top(s);
    struct wl_frame *kept = &s->its->kept[f->view->number];

    if (f->view->number && is_whole(&f->place)) {
        drop_frame(s, kept);
        *kept = *f;
        *f = (struct wl_frame){.view = NULL};
    } else {
        drop_frame(s, f);
    }
    s->n_frames--;
}

static bool push(struct wl_screen *s, const struct wl_view *view, const struct wl_place *place)
{
    struct wl_frame *kept = &s->its->kept[view->number];
    struct wl_frame *f = &s->frames[s->n_frames];
    void *state;

    if (view->number && kept->view == view && is_whole(place)) {
        *f = *kept;
        *kept = (struct wl_frame){.view = NULL};
        s->n_frames++;
        return true;
    }
    state = wl_alloc(s->budget, view->state_size ? view->state_size : 1);
    if (!state)
        return false;
    *f = (struct wl_frame){.view = view, .place = *place, .state = state};
    s->n_frames++;
    if (view->open)
        view->open(s, state, &f->place);
    return true;
}

/* What the new view shows is a part of what this one shows. */
static bool join_narrow(struct wl_screen *s, struct wl_place *p)
{
    const char *above = wl_screen_top(s)->place.narrow;
    char own[WL_WHERE_TEXT];

    memcpy(own, p->narrow, sizeof(own));
    return snprintf(p->narrow, sizeof(p->narrow), "%s%s%s", above, *above && *own ? " " : "",
                    own) <= (int)HALF;
}

void wl_screen_open(struct wl_screen *s, const char *name, const struct wl_place *place)
{
    const struct wl_view *view = wl_view_find(name);
    struct wl_place p = place ? *place : (struct wl_place){.ordinal = 0};

    if (!view || !join_narrow(s, &p)) {
        wl_screen_say(s, "cannot go deeper from here");
        return;
    }
    if (s->n_frames == WL_MAX_FRAMES)
        pop(s);
    if (!push(s, view, &p))
        wl_screen_say(s, "out of memory: the view '%s' was not opened", name);
    s->its->copy_line = false;
    wl_screen_touch(s);
}

void wl_screen_back(struct wl_screen *s)
{
    if (s->n_frames > 1)
        pop(s);
    s->its->copy_line = false;
    wl_screen_touch(s);
}

void wl_screen_jump(struct wl_screen *s, const struct wl_view *view)
{
    const struct wl_place whole = {.ordinal = 0};

    while (s->n_frames > 1)
        pop(s);
    if (view != s->frames[0].view && !push(s, view, &whole))
        wl_screen_say(s, "out of memory: the view '%s' was not opened", view->name);
    wl_screen_touch(s);
}

void wl_screen_leave(struct wl_screen *s, bool asked)
{
    if (s->cfg.live && !asked && !(s->board && s->board->over)) {
        s->its->mode = WL_MODE_LEAVE;
    } else {
        s->its->over = true;
    }
    wl_screen_touch(s);
}

/* ------------------------------------------------------------------------------- the filter */

bool wl_screen_set_filter(struct wl_screen *s, const char *text)
{
    struct wl_error err = {.code = WL_OK};
    size_t at;

    if (wl_filter_check(text, &at, &err) < 0) {
        wl_screen_complain(s, &err);
        return false;
    }
    if (strlen(text) > HALF) {
        wl_screen_say(s, "the filter is longer than %d octets", (int)HALF);
        return false;
    }
    if (strcmp(s->filter, text) != 0) {
        (void)snprintf(s->filter, sizeof(s->filter), "%s", text);
        s->its->board_stale = true;
    }
    wl_screen_touch(s);
    return true;
}

static void check_typed(struct wl_screen *s, wl_ns now)
{
    struct wl_screen_private *its = s->its;

    its->filter_err = (struct wl_error){.code = WL_OK};
    its->filter_code = wl_filter_check(its->prompt.text, &its->filter_at, &its->filter_err);
    its->t_typed = its->filter_code == 0 ? now + typing : 0;
}

static void open_filter(struct wl_screen *s, wl_ns now)
{
    struct wl_screen_private *its = s->its;

    its->mode = WL_MODE_FILTER;
    memcpy(its->filter_before, s->filter, sizeof(s->filter));
    wl_prompt_open(&its->prompt, s->filter, &its->filters, wl_complete_filter);
    check_typed(s, now);
    its->t_typed = 0;
}

static void filter_key(struct wl_screen *s, int key, wl_ns now)
{
    struct wl_screen_private *its = s->its;

    switch (wl_prompt_key(&its->prompt, key)) {
    case WL_PROMPT_DONE:
        its->t_typed = 0;
        if (wl_screen_set_filter(s, its->prompt.text)) {
            wl_history_add(&its->filters, its->prompt.text);
            its->mode = WL_MODE_VIEW;
        }
        break;
    case WL_PROMPT_LEFT:
        its->t_typed = 0;
        its->mode = WL_MODE_VIEW;
        (void)wl_screen_set_filter(s, its->filter_before);
        break;
    case WL_PROMPT_EDITED: check_typed(s, now); break;
    case WL_PROMPT_MOVED:
    case WL_PROMPT_IGNORED: break;
    }
}

/* A filter of one word has an opposite; of several, the language has no word for it. */
static void invert(struct wl_screen *s)
{
    char text[WL_WHERE_TEXT];
    bool quoted = false, negated = strncmp(s->filter, "not ", 4) == 0;

    for (const char *c = s->filter + (negated ? 4 : 0); *c; c++) {
        quoted ^= *c == '"';
        if (*c == ' ' && !quoted) {
            wl_screen_say(s, "only a filter of one word has an opposite");
            return;
        }
    }
    if (!*s->filter) {
        wl_screen_say(s, "there is no filter to be inverted; / begins one");
        return;
    }
    (void)snprintf(text, sizeof(text), "%s%s", negated ? "" : "not ",
                   s->filter + (negated ? 4 : 0));
    (void)wl_screen_set_filter(s, text);
}

/* ---------------------------------------------------------------------------------- actions */

void wl_screen_pause(struct wl_screen *s, bool on)
{
    struct wl_screen_private *its = s->its;

    s->paused = on;
    if (!on && its->newest) {
        if (its->before)
            wl_answer_free(its->before);
        its->before = its->shown;
        its->shown = its->newest;
        its->newest = NULL;
        s->board = its->shown->of.board;
        s->before = its->before ? its->before->of.board : NULL;
    }
    wl_screen_touch(s);
}

static void reset(struct wl_screen *s)
{
    const struct wl_ask ask = {.kind = WL_ASK_RESET};

    if (wl_screen_order(s, &ask))
        wl_screen_say(s, "counters begin anew; what was seen can still be opened");
}

static void cycle_least(struct wl_screen *s)
{
    s->least = s->least == WL_VIOLATION ? WL_OFF : (enum wl_severity)(s->least + 1);
    if (s->least == WL_OFF) {
        wl_screen_say(s, "findings of every severity");
    } else {
        wl_screen_say(s, "findings: %ss%s", wl_severity_name(s->least),
                      s->least == WL_VIOLATION ? "" : " and worse");
    }
}

static void toggle_only(struct wl_screen *s)
{
    s->only_findings = !s->only_findings;
    wl_screen_say(s, s->only_findings ? "only what has findings" : "everything");
}

static void back(struct wl_screen *s)
{
    if (s->n_frames > 1) {
        wl_screen_back(s);
    } else if (*s->filter) {
        (void)wl_screen_set_filter(s, "");
        wl_screen_say(s, "the filter is gone");
    } else {
        wl_screen_say(s, "q ends the program");
    }
}

static void switch_window(struct wl_screen *s)
{
    static const char *const names[] = {"the last 10 seconds", "the last 60 seconds", "all"};

    s->window = (enum wl_window)((s->window + 1) % WL_N_WINDOWS);
    wl_screen_say(s, "rates and numbers over %s", names[s->window]);
}

static void show_help(struct wl_screen *s)
{
    const struct wl_view *view = wl_screen_top(s)->view;

    if (view->where == WL_IN_HELP) {
        wl_screen_back(s);
    } else {
        struct wl_place place = {.message = view->where}; /* which view it is about */

        wl_screen_open(s, "help", &place);
    }
}

static void toggle_names(struct wl_screen *s)
{
    const struct wl_hosts *h = s->cfg.hosts;

    s->named = !s->named && h && h->n;
    if (s->named) {
        wl_screen_say(s, "names of %u address%s from %.100s%s", (unsigned)h->n,
                      h->n == 1 ? "" : "es", h->path, h->cut ? ", which has more" : "");
    } else if (h && h->n) {
        wl_screen_say(s, "addresses");
    } else {
        wl_screen_say(s, "there are no names: %.100s %s", h ? h->path : "--hosts",
                      h && h->unread ? "could not be read" : "has none");
    }
}

void wl_screen_compare(struct wl_screen *s)
{
    if (s->n_marks == 2) {
        wl_screen_open(s, "compare", NULL);
    } else {
        wl_screen_say(s, "two marked rows are compared, and %u %s marked; Space marks, u unmarks",
                      (unsigned)s->n_marks, s->n_marks == 1 ? "is" : "are");
    }
}

/* What the view on top did not take. */
static void act(struct wl_screen *s, enum wl_action action, wl_ns now)
{
    struct wl_screen_private *its = s->its;

    if (action >= WL_ACT_VIEW_1 && action <= WL_ACT_VIEW_5) {
        const struct wl_view *view = wl_view_number((int)(action - WL_ACT_VIEW_1) + 1);

        if (view)
            wl_screen_jump(s, view);
        return;
    }
    /* NOLINTNEXTLINE(clang-diagnostic-switch-enum): the others are the views' */
    switch ((int)action) {
    case WL_ACT_BACK: back(s); break;
    case WL_ACT_QUIT:
        if (s->n_frames > 1) {
            wl_screen_back(s);
        } else {
            wl_screen_leave(s, false);
        }
        break;
    case WL_ACT_LEAVE: wl_screen_leave(s, false); break;
    case WL_ACT_FILTER: open_filter(s, now); break;
    case WL_ACT_INVERT: invert(s); break;
    case WL_ACT_ONLY_FINDINGS: toggle_only(s); break;
    case WL_ACT_LEAST: cycle_least(s); break;
    case WL_ACT_WINDOW: switch_window(s); break;
    case WL_ACT_TIMES: s->times = (enum wl_times)((s->times + 1) % WL_N_TIMES); break;
    case WL_ACT_PAUSE: wl_screen_pause(s, !s->paused); break;
    case WL_ACT_UNMARK: s->n_marks = 0; break;
    case WL_ACT_WRITE: wl_write_open(s); break;
    case WL_ACT_COPY: wl_screen_copy_selected(s); break;
    case WL_ACT_RESET: reset(s); break;
    case WL_ACT_SETTINGS: wl_settings_open(s); break;
    case WL_ACT_COMMAND:
        its->mode = WL_MODE_COMMAND;
        wl_prompt_open(&its->prompt, "", &its->commands, wl_complete_command);
        break;
    case WL_ACT_HELP: show_help(s); break;
    case WL_ACT_NAMES: toggle_names(s); break;
    case WL_ACT_COMPARE: wl_screen_compare(s); break;
    case WL_ACT_SEQUENCES: wl_screen_open(s, "sequences", NULL); break;
    case WL_ACT_REDRAW: its->redraw = true; break;
    case WL_ACT_SUSPEND: its->suspend = true; break;
    default: break;
    }
}

static void do_action(struct wl_screen *s, enum wl_action action, int x, int y, wl_ns now)
{
    const struct wl_press in = {.action = action, .x = x, .y = y};
    const struct wl_frame *f = wl_screen_top(s);

    if (action == WL_ACT_NONE)
        return;
    if (action != WL_ACT_COPY)
        s->its->copy_line = false;
    if (f->view->act(s, f->state, &in) == WL_DID_NOTHING)
        act(s, action, now);
}

/* ------------------------------------------------------------------------------------- keys */

static void view_key(struct wl_screen *s, int key, int x, int y, wl_ns now)
{
    uint32_t where = wl_screen_top(s)->view->where;
    bool inside = wl_rect_holds(s->its->area, x, y);

    switch (key) {
    case WL_KEY_CLICK:
    case WL_KEY_DOUBLE_CLICK:
        if (!inside)
            break;
        do_action(s, WL_ACT_CLICK, x, y, now);
        if (key == WL_KEY_DOUBLE_CLICK)
            do_action(s, WL_ACT_OPEN, x, y, now);
        break;
    case WL_KEY_WHEEL_UP:
    case WL_KEY_WHEEL_DOWN:
        for (int i = 0; inside && i < WHEEL; i++)
            do_action(s, key == WL_KEY_WHEEL_UP ? WL_ACT_UP : WL_ACT_DOWN, x, y, now);
        break;
    default: do_action(s, wl_key_action(key, where), x, y, now);
    }
}

static void command_key(struct wl_screen *s, int key)
{
    struct wl_screen_private *its = s->its;
    char line[WL_PROMPT_TEXT];

    switch (wl_prompt_key(&its->prompt, key)) {
    case WL_PROMPT_DONE:
        memcpy(line, its->prompt.text, sizeof(line));
        its->mode = WL_MODE_VIEW;
        wl_history_add(&its->commands, line);
        wl_command_line_run(s, line);
        break;
    case WL_PROMPT_LEFT: its->mode = WL_MODE_VIEW; break;
    case WL_PROMPT_EDITED:
    case WL_PROMPT_MOVED:
    case WL_PROMPT_IGNORED:
        /* backspace on an empty line leaves it, as in vi */
        if (key == WL_KEY_BACKSPACE && its->prompt.n == 0 && its->prompt.turn == 0)
            its->mode = WL_MODE_VIEW;
        break;
    }
}

static void path_key(struct wl_screen *s, int key)
{
    struct wl_screen_private *its = s->its;
    enum wl_prompt_did did = wl_prompt_key(&its->prompt, key);

    if (did == WL_PROMPT_DONE) {
        wl_write_path(s, its->prompt.text);
    } else if (did == WL_PROMPT_LEFT) {
        its->mode = WL_MODE_VIEW;
    }
}

static void choose(struct wl_screen *s, int what, int by)
{
    if (s->its->mode == WL_MODE_WRITE) {
        wl_write_choose(s, what);
    } else if (s->its->mode == WL_MODE_COLUMNS) {
        wl_columns_turn(s, what, by);
    } else {
        wl_settings_turn(s, what, by);
    }
}

static void menu_key(struct wl_screen *s, int key)
{
    struct wl_menu *m = &s->its->menu;
    bool columns = s->its->mode == WL_MODE_COLUMNS;

    for (int i = 0; i < m->n; i++) {
        if (m->rows[i].key == key) {
            m->at = i;
            choose(s, m->rows[i].what, 1);
            return;
        }
    }
    switch (key) {
    case WL_KEY_UP:
    case 'k':
    case WL_KEY_WHEEL_UP: m->at = m->at ? m->at - 1 : m->n - 1; break;
    case WL_KEY_DOWN:
    case 'j':
    case WL_KEY_TAB:
    case WL_KEY_WHEEL_DOWN: m->at = m->at + 1 < m->n ? m->at + 1 : 0; break;
    case WL_KEY_LEFT:
    case WL_KEY_RIGHT:
        if (s->its->mode != WL_MODE_WRITE)
            choose(s, m->rows[m->at].what, key == WL_KEY_LEFT ? -1 : 1);
        break;
    case WL_KEY_ENTER:
    case ' ': choose(s, m->rows[m->at].what, 1); break;
    case '<':
    case ',':
    case '>':
    case '.':
        if (columns)
            wl_columns_move(s, key == '<' || key == ',' ? -1 : 1);
        break;
    case WL_KEY_ESC:
    case WL_KEY_BACKSPACE:
        s->its->mode = WL_MODE_VIEW;
        if (columns)
            wl_settings_open(s);
        break;
    case WL_KEY_CLICK: /* beside it */
    case 'q':
    case 'o':
    case 'w': s->its->mode = WL_MODE_VIEW; break;
    default: break;
    }
}

static void question_key(struct wl_screen *s, int key)
{
    s->its->mode = WL_MODE_VIEW;
    if (key == 'y' || key == 'Y' || key == WL_KEY_ENTER || key == 'q' || key == WL_KEY_CTRL + 'c')
        wl_screen_leave(s, true);
}

/* A click on a word that is a key is that key. */
static int pressed(const struct wl_screen *s, int key, int x, int y)
{
    for (int i = s->its->n_zones - 1; i >= 0; i--) { /* a menu stands over the view */
        if (wl_rect_holds(s->its->zones[i].area, x, y))
            return s->its->zones[i].key;
    }
    return key;
}

void wl_screen_key(struct wl_screen *s, int key, int x, int y, wl_ns now)
{
    struct wl_screen_private *its = s->its;

    wl_screen_touch(s);
    if (key == WL_KEY_RESIZE || key == WL_KEY_NONE)
        return;
    if (key == WL_KEY_CLICK || key == WL_KEY_DOUBLE_CLICK)
        key = pressed(s, key, x, y);
    its->said[0] = '\0';
    switch (its->mode) {
    case WL_MODE_VIEW: view_key(s, key, x, y, now); break;
    case WL_MODE_FILTER: filter_key(s, key, now); break;
    case WL_MODE_COMMAND: command_key(s, key); break;
    case WL_MODE_PATH: path_key(s, key); break;
    case WL_MODE_WRITE:
    case WL_MODE_COLUMNS:
    case WL_MODE_SETTINGS: menu_key(s, key); break;
    case WL_MODE_LEAVE: question_key(s, key); break;
    }
}

/* ------------------------------------------------------------------------------ life cycle */

static bool make_private(struct wl_screen *s)
{
    size_t n = wl_rule_count();

    s->its = wl_alloc(s->budget, sizeof(*s->its));
    if (!s->its)
        return false;
    s->its->severities = wl_alloc_array(s->budget, n, sizeof(*s->its->severities));
    return s->its->severities != NULL;
}

struct wl_screen *wl_screen_new(const struct wl_screen_config *cfg, struct wl_budget *budget)
{
    const struct wl_place whole = {.ordinal = 0};
    struct wl_screen *s = wl_alloc(budget, sizeof(*s));

    if (!s)
        return NULL;
    s->cfg = *cfg;
    if (s->cfg.refresh == 0)
        s->cfg.refresh = first_refresh;
    s->budget = budget;
    s->light = cfg->light;
    s->ascii = cfg->ascii || cfg->only_ascii;
    s->colours = cfg->colours && !cfg->no_colours;
    s->window = cfg->live ? WL_WINDOW_60S : WL_WINDOW_ALL;
    if (!make_private(s) || !push(s, wl_views[0], &whole)) {
        wl_screen_free(s);
        return NULL;
    }
    wl_screen_first_severities(s);
    if (cfg->where)
        (void)wl_screen_set_filter(s, cfg->where);
    wl_screen_touch(s);
    return s;
}

void wl_screen_free(struct wl_screen *s)
{
    if (!s)
        return;
    while (s->n_frames)
        drop_frame(s, &s->frames[--s->n_frames]);
    if (s->its) {
        struct wl_answer *boards[] = {s->its->shown, s->its->before, s->its->newest};

        for (size_t i = 0; i < WL_N_NUMBERS; i++)
            drop_frame(s, &s->its->kept[i]);
        for (size_t i = 0; i < WL_COUNT(boards); i++) {
            if (boards[i])
                wl_answer_free(boards[i]);
        }
        wl_free(s->budget, s->its->severities, wl_rule_count() * sizeof(*s->its->severities));
        wl_free(s->budget, s->its, sizeof(*s->its));
    }
    wl_free(s->budget, s, sizeof(*s));
}

bool wl_screen_over(const struct wl_screen *s)
{
    return s->its->over;
}

bool wl_screen_take_suspend(struct wl_screen *s)
{
    bool taken = s->its->suspend;

    s->its->suspend = false;
    return taken;
}

bool wl_screen_take_redraw(struct wl_screen *s)
{
    bool taken = s->its->redraw;

    s->its->redraw = false;
    return taken;
}
