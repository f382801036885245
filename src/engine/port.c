/* port.c - what passes between a screen and the engine.
 * SPDX-License-Identifier: MIT
 *
 * Two rings. Questions are copied into slots of the port, of which there are twice as many as may
 * wait, so that the one just taken out is not overwritten while it is read. Answers go over as they
 * are, with memory of their own. Besides, each side has a last word: the engine that the screen
 * shall return, which counts for nothing in the ring, so that there is always room for it; the
 * screen that it has, which must be heard before questions that are not taken any more, and so has
 * a way of its own.
 *
 * The engine is woken by its bell. The screen waits for keys as well, with poll: a pipe holds one
 * octet for every answer, so that it can be read exactly as long as there is one.
 */
#include "port.h"

#include "diag.h"
#include "thread.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

enum {
    QUESTIONS = 8, /* waiting, at most */
    ANSWERS = 16,
    SLOTS = 2 * QUESTIONS,
    PORT_MEMORY = 1 << 20,
    CACHE_LINE = 64,
};

struct wl_port {
    struct wl_budget budget;
    struct wl_ring *questions, *answers, *leaving;
    struct wl_bell *engine;
    int fds[2]; /* read by the screen, written by the engine */
    struct wl_thread thread;
    bool started;
    wl_screen_fn *screen;
    void *user;
    char last_word; /* its address is */
    /* the screen's */
    char pad0[CACHE_LINE];
    struct wl_ask slots[SLOTS];
    unsigned n_asked;
    bool ended;
    /* the engine's */
    char pad1[CACHE_LINE];
    bool has_left, told;
};

/* -------------------------------------------------------------------- on the screen's thread */

bool wl_port_ask(struct wl_port *p, const struct wl_ask *ask)
{
    struct wl_ask *slot = &p->slots[p->n_asked % SLOTS];

    *slot = *ask; /* what lay in it was taken out QUESTIONS questions ago */
    if (!wl_ring_push(p->questions, slot, 0))
        return false;
    p->n_asked++;
    wl_bell_ring(p->engine);
    return true;
}

struct wl_answer *wl_port_answer(struct wl_port *p)
{
    uint8_t octet;
    void *item = wl_ring_pop(p->answers);

    if (!item)
        return NULL;
    while (read(p->fds[0], &octet, 1) < 0 && errno == EINTR)
        continue;
    wl_bell_ring(p->engine); /* which may be waiting for room */
    if (item == &p->last_word) {
        p->ended = true;
        return NULL;
    }
    return item;
}

bool wl_port_over(const struct wl_port *p)
{
    return p->ended;
}

int wl_port_fd(const struct wl_port *p)
{
    return p->fds[0];
}

static void run_screen(void *user)
{
    struct wl_port *p = user;
    bool taken;

    p->screen(p->user, p);
    taken = wl_ring_push(p->leaving, &p->last_word, 0);
    WL_ASSERT(taken);
    (void)taken;
    wl_bell_ring(p->engine);
}

/* -------------------------------------------------------------------- on the engine's thread */

const struct wl_ask *wl_port_asked(struct wl_port *p)
{
    return wl_ring_pop(p->questions);
}

bool wl_port_pending(const struct wl_port *p)
{
    return !wl_ring_empty(p->questions);
}

bool wl_port_ready(const struct wl_port *p)
{
    return wl_ring_room(p->answers, 1);
}

bool wl_port_left(struct wl_port *p)
{
    if (!p->has_left)
        p->has_left = wl_ring_pop(p->leaving) != NULL;
    return p->has_left;
}

static bool hand_over(struct wl_port *p, void *item, uint64_t octets)
{
    if (!wl_ring_push(p->answers, item, octets))
        return false;
    while (write(p->fds[1], "", 1) < 0 && errno == EINTR)
        continue;
    return true;
}

bool wl_port_give(struct wl_port *p, struct wl_answer *a)
{
    return hand_over(p, a, 1);
}

void wl_port_end(struct wl_port *p)
{
    if (!p->told)
        p->told = hand_over(p, &p->last_word, 0);
}

/* ------------------------------------------------------------------------------ life cycle */

static void release(struct wl_port *p)
{
    struct wl_budget budget = p->budget; /* it lies in what it shall free */
    void *item;

    while (p->answers && (item = wl_ring_pop(p->answers)) != NULL) {
        if (item != &p->last_word)
            wl_answer_free(item);
    }
    wl_ring_free(p->questions);
    wl_ring_free(p->answers);
    wl_ring_free(p->leaving);
    if (p->fds[0] >= 0) {
        (void)close(p->fds[0]);
        (void)close(p->fds[1]);
    }
    budget.used = p->budget.used;
    wl_free(&budget, p, sizeof(*p));
}

struct wl_port *wl_port_new(const struct wl_config *cfg, struct wl_bell *engine,
                            struct wl_error *err)
{
    struct wl_budget budget;
    struct wl_port *p;

    wl_budget_init(&budget, PORT_MEMORY, cfg->alloc, cfg->release, cfg->alloc_user);
    p = wl_alloc(&budget, sizeof(*p));
    if (!p) {
        (void)wl_fail(err, WL_NOMEM, "out of memory");
        return NULL;
    }
    p->budget = budget;
    p->engine = engine;
    p->leaving = wl_ring_new(&p->budget, 1, 1);
    p->questions = wl_ring_new(&p->budget, QUESTIONS, UINT64_MAX);
    p->answers = wl_ring_new(&p->budget, ANSWERS + 1, ANSWERS);
    p->fds[0] = -1;
    if (!p->questions || !p->answers || !p->leaving) {
        (void)wl_fail(err, WL_NOMEM, "out of memory");
        release(p);
        return NULL;
    }
    if (pipe(p->fds) < 0) {
        (void)wl_fail_system(err, WL_NOMEM, "cannot make a pipe between threads", errno);
        release(p);
        return NULL;
    }
    (void)fcntl(p->fds[0], F_SETFD, FD_CLOEXEC);
    (void)fcntl(p->fds[1], F_SETFD, FD_CLOEXEC);
    return p;
}

int wl_port_start(struct wl_port *p, wl_screen_fn *screen, void *user, struct wl_error *err)
{
    int rc;

    p->screen = screen;
    p->user = user;
    rc = wl_thread_start(&p->thread, true, run_screen, p, err);
    p->started = rc == 0;
    return rc;
}

bool wl_port_free(struct wl_port *p)
{
    if (!p)
        return true;
    if (p->started && !wl_port_left(p)) {
        wl_thread_abandon(&p->thread);
        return false;
    }
    if (p->started)
        wl_thread_join(&p->thread);
    release(p);
    return true;
}
