/* talk.c - what the screen asks the engine, and what becomes of the answers.
 * SPDX-License-Identifier: MIT
 *
 * Three kinds of questions: orders (save, override, reset), each asked once; the board, at every
 * refresh; and what the view on top needs, when that is another question than its last one, and at
 * every refresh. Each carries a ticket, and an answer whose ticket is not the latest of its asker
 * is dropped. Nothing is asked again that cannot have changed: when the source has ended,
 * everything is asked once more and then no more.
 */
#include "inside.h"

static const wl_ns retry = WL_SECOND / 20;
static const wl_ns fastest = WL_SECOND / 10;
static const wl_ns said_for = 15 * WL_SECOND;
static const wl_ns soon = WL_SECOND / 20;    /* an answer that was not whole is asked for again */
static const wl_ns while_paused = WL_SECOND; /* how often what is new is counted */

static wl_ns interval(const struct wl_screen *s)
{
    wl_ns d = (wl_ns)((double)WL_SECOND / s->cfg.refresh);

    return d < fastest ? fastest : d;
}

/* The source has ended, and the board has told so: nothing changes any more by itself. */
static bool is_final(const struct wl_screen *s)
{
    const struct wl_answer *a = s->its->newest ? s->its->newest : s->its->shown;

    return a && a->of.board->over;
}

/* ------------------------------------------------------------------------------- questions */

static void hand_out(struct wl_screen *s, struct wl_ask *ask, enum wl_origin origin)
{
    ask->ticket = ++s->its->ticket ? s->its->ticket : ++s->its->ticket;
    s->its->last = *ask;
    s->its->origin = origin;
}

/* What passes the filter is still being counted. */
static bool is_recounting(const struct wl_screen *s)
{
    return s->board && s->board->filtered && s->board->recounted < s->board->to_recount;
}

static wl_ns board_due(const struct wl_screen *s)
{
    const struct wl_screen_private *its = s->its;
    wl_ns step = interval(s);

    if (its->board_stale || its->t_board == 0)
        return 0;
    if (its->board_waiting || (is_final(s) && !is_recounting(s)))
        return INT64_MAX;
    return its->t_board + (s->paused && step < while_paused ? while_paused : step);
}

static bool ask_board(struct wl_screen *s, wl_ns now, struct wl_ask *ret)
{
    struct wl_screen_private *its = s->its;

    if (now < board_due(s))
        return false;
    its->board_asked = (struct wl_ask){.kind = WL_ASK_BOARD};
    memcpy(its->board_asked.where, s->filter, sizeof(s->filter));
    hand_out(s, &its->board_asked, WL_FROM_BOARD);
    its->board_waiting = true;
    its->board_stale = false;
    its->t_board = now;
    *ret = its->board_asked;
    return true;
}

/* What the view on top needs now; false: nothing but the board. */
static bool needed(const struct wl_screen *s, struct wl_ask *ret)
{
    const struct wl_frame *f = &s->frames[s->n_frames - 1];

    *ret = (struct wl_ask){.keep = WL_NONE};
    ret->only_findings = s->only_findings;
    ret->least = s->least;
    ret->window = s->window;
    if (s->paused && s->board)
        ret->until = s->board->now;
    wl_screen_where(s, ret->where);
    return f->view->ask && f->view->ask(s, f->state, ret);
}

static bool is_same(const struct wl_ask *a, const struct wl_ask *b)
{
    return a->kind == b->kind && a->list == b->list && a->sort == b->sort &&
           a->descending == b->descending && a->window == b->window && a->first == b->first &&
           a->n == b->n && a->keep == b->keep && a->around == b->around && a->rule == b->rule &&
           a->only_findings == b->only_findings && a->least == b->least &&
           a->connection == b->connection && a->until == b->until && a->ordinal == b->ordinal &&
           strcmp(a->where, b->where) == 0;
}

/* An answer that says "not yet" is asked for again, whatever else stands still. */
static bool is_pending(const struct wl_frame *f)
{
    if (!f->answer)
        return false;
    return f->answer->kind == WL_ASK_DETAIL
               ? f->answer->of.detail->held == WL_HELD_SOON
               : f->answer->kind == WL_ASK_LIST && f->answer->of.page->partial;
}

/* When the same question is due again. */
static wl_ns again_due(const struct wl_screen *s, const struct wl_frame *f)
{
    if (f->waiting)
        return INT64_MAX;
    if (is_pending(f))
        return f->t_asked + (interval(s) < soon ? interval(s) : soon);
    if (!f->settled)
        return f->t_asked + interval(s);
    return INT64_MAX;
}

/* A newer question makes an older one of its kind moot: nobody waits for that any more. */
static void forget(struct wl_screen *s, enum wl_ask_kind kind)
{
    for (uint32_t i = 0; i < s->n_frames; i++) {
        struct wl_frame *f = &s->frames[i];

        if (f->waiting && f->asked.kind == kind) {
            f->waiting = false;
            f->asked.ticket = 0;
        }
    }
}

static bool ask_view(struct wl_screen *s, wl_ns now, struct wl_ask *ret)
{
    struct wl_frame *f = wl_screen_top(s);
    struct wl_ask ask;
    bool is_new;

    if (!needed(s, &ask))
        return false;
    is_new = f->asked.ticket == 0 || !is_same(&f->asked, &ask);
    if (!is_new && now < again_due(s, f))
        return false;
    f->settled = s->paused || is_final(s);
    forget(s, ask.kind);
    hand_out(s, &ask, WL_FROM_VIEW);
    f->asked = ask;
    f->waiting = true;
    f->prompted = is_new;
    f->t_asked = now;
    *ret = ask;
    return true;
}

static void apply_typed(struct wl_screen *s, wl_ns now)
{
    if (s->its->t_typed && now >= s->its->t_typed) {
        s->its->t_typed = 0;
        (void)wl_screen_set_filter(s, s->its->prompt.text);
    }
}

bool wl_screen_question(struct wl_screen *s, wl_ns now, struct wl_ask *ret)
{
    struct wl_screen_private *its = s->its;

    apply_typed(s, now);
    if (now < its->t_retry)
        return false;
    if (its->n_queue) {
        hand_out(s, &its->queue[0], WL_FROM_QUEUE);
        *ret = its->last;
        its->n_queue--;
        memmove(&its->queue[0], &its->queue[1], its->n_queue * sizeof(its->queue[0]));
        return true;
    }
    return ask_board(s, now, ret) || ask_view(s, now, ret);
}

void wl_screen_refused(struct wl_screen *s, wl_ns now)
{
    struct wl_screen_private *its = s->its;
    struct wl_frame *f = wl_screen_top(s);

    its->t_retry = now + retry;
    switch (its->origin) {
    case WL_FROM_QUEUE:
        if (its->n_queue < WL_MAX_QUEUE) {
            memmove(&its->queue[1], &its->queue[0], its->n_queue * sizeof(its->queue[0]));
            its->queue[0] = its->last;
            its->n_queue++;
        }
        break;
    case WL_FROM_BOARD:
        its->board_waiting = false;
        its->board_stale = true;
        break;
    case WL_FROM_VIEW:
        f->waiting = false;
        f->asked.ticket = 0;
        break;
    case WL_FROM_NOBODY: break;
    }
    its->origin = WL_FROM_NOBODY;
}

/* ---------------------------------------------------------------------------------- answers */

static void set_answer(struct wl_answer **place, struct wl_answer *a)
{
    if (*place)
        wl_answer_free(*place);
    *place = a;
}

void wl_screen_keep(struct wl_screen *s, const void *state)
{
    for (uint32_t i = 0; i < s->n_frames; i++) {
        struct wl_frame *f = &s->frames[i];

        if (f->state == state) {
            set_answer(&f->kept, f->answer);
            f->answer = NULL;
        }
    }
}

/* Whatever is shown is asked for once more. */
static void unsettle(struct wl_screen *s)
{
    for (uint32_t i = 0; i < s->n_frames; i++)
        s->frames[i].settled = false;
}

static void take_board(struct wl_screen *s, struct wl_answer *a)
{
    struct wl_screen_private *its = s->its;
    bool ended = !is_final(s) && a->of.board->over;

    its->board_waiting = false;
    if (s->paused && its->shown) {
        set_answer(&its->newest, a);
    } else {
        set_answer(&its->before, its->shown);
        its->shown = a;
        s->board = a->of.board;
        s->before = its->before ? its->before->of.board : NULL;
    }
    if (ended) /* what the views know is from before the end */
        unsettle(s);
    its->dirty = true;
}

static bool take_view(struct wl_screen *s, struct wl_answer *a)
{
    for (uint32_t i = 0; i < s->n_frames; i++) {
        struct wl_frame *f = &s->frames[i];

        if (!f->waiting || f->asked.ticket != a->ticket || f->asked.kind != a->kind)
            continue;
        f->waiting = false;
        if (f->view->answer)
            f->view->answer(s, f->state, a);
        set_answer(&f->answer, a);
        s->its->dirty = true;
        s->its->at_once |= f->prompted;
        return true;
    }
    return false;
}

/* An answer that is only an error: whoever waited for it waits no more. */
static void take_failure(struct wl_screen *s, const struct wl_answer *a)
{
    if (a->kind == WL_ASK_BOARD && a->ticket == s->its->board_asked.ticket)
        s->its->board_waiting = false;
    for (uint32_t i = 0; i < s->n_frames; i++) {
        if (s->frames[i].asked.ticket == a->ticket)
            s->frames[i].waiting = false;
    }
    wl_screen_complain(s, &a->err);
}

void wl_screen_answer(struct wl_screen *s, struct wl_answer *a)
{
    bool taken = false;

    if (a->code < 0) {
        take_failure(s, a);
    } else {
        switch (a->kind) {
        case WL_ASK_BOARD:
            taken = a->ticket == s->its->board_asked.ticket && s->its->board_waiting;
            if (taken)
                take_board(s, a);
            break;
        case WL_ASK_LIST:
        case WL_ASK_DETAIL: taken = take_view(s, a); break;
        case WL_ASK_OVERRIDE:
        case WL_ASK_RESET:
        case WL_ASK_SAVE:
        case WL_ASK_STOP:
        case WL_ASK_QUIT:
            if (*a->said)
                wl_screen_say(s, "%s", a->said);
            s->its->board_stale = true;
            unsettle(s);
            break;
        }
    }
    if (!taken)
        wl_answer_free(a);
}

/* -------------------------------------------------------------------------------------- time */

/* When what was said has stood long enough over the view's last row. What failed stays until a key
 * is pressed. */
static wl_ns unsaid_at(const struct wl_screen_private *its)
{
    return *its->said && !its->said_bad && its->t_said ? its->t_said + said_for : INT64_MAX;
}

wl_ns wl_screen_due(const struct wl_screen *s, wl_ns now)
{
    const struct wl_screen_private *its = s->its;
    const struct wl_frame *f = &s->frames[s->n_frames - 1];
    wl_ns due = board_due(s), other;
    struct wl_ask ask;

    if (needed(s, &ask)) {
        other = f->asked.ticket && is_same(&f->asked, &ask) ? again_due(s, f) : 0;
        due = other < due ? other : due;
    }
    if (its->n_queue)
        due = 0;
    if (due < its->t_retry)
        due = its->t_retry;
    if (its->t_typed && its->t_typed < due)
        due = its->t_typed;
    other = unsaid_at(its);
    due = other < due ? other : due;
    if (its->dirty) {
        other = its->at_once ? now : its->t_drawn + fastest;
        due = other < due ? other : due;
    }
    return due;
}

bool wl_screen_dirty(const struct wl_screen *s, wl_ns now)
{
    return now >= unsaid_at(s->its) ||
           (s->its->dirty && (s->its->at_once || now >= s->its->t_drawn + fastest));
}

void wl_screen_draw(struct wl_screen *s, struct wl_canvas *c, wl_ns now)
{
    struct wl_screen_private *its = s->its;

    if (now >= unsaid_at(its))
        its->said[0] = '\0';
    if (its->t_said == 0)
        its->t_said = now;
    wl_canvas_clear(c);
    wl_chrome_draw(s, c);
    its->n_zones = c->n_zones;
    memcpy(its->zones, c->zones, sizeof(its->zones));
    its->dirty = its->at_once = false;
    its->t_drawn = now;
}
