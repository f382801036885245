/* thread.c - a thread that runs one function, and which signals are its own.
 * SPDX-License-Identifier: MIT
 *
 * A signal goes to any thread that does not block it. So each is blocked where it is not wanted: a
 * new thread takes over the mask of the one that makes it, which is changed for that moment.
 */
#include "thread.h"

#include "diag.h"

static void *run_thread(void *user)
{
    struct wl_thread *t = user;

    t->run(t->user);
    return NULL;
}

static void terminal_signals(sigset_t *set)
{
    (void)sigemptyset(set);
    (void)sigaddset(set, SIGTSTP);
    (void)sigaddset(set, SIGCONT);
    (void)sigaddset(set, SIGTTIN);
    (void)sigaddset(set, SIGTTOU);
    (void)sigaddset(set, SIGWINCH);
}

int wl_thread_start(struct wl_thread *t, bool terminal, void (*run)(void *user), void *user,
                    struct wl_error *err)
{
    static const int of_itself[] = {SIGBUS, SIGSEGV, SIGILL, SIGFPE};
    sigset_t all, before, of_terminal;
    char text[96];
    int rc;

    terminal_signals(&of_terminal);
    (void)sigfillset(&all);
    for (size_t i = 0; i < WL_COUNT(of_itself); i++) /* blocked, they would ask no handler */
        (void)sigdelset(&all, of_itself[i]);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    if (terminal)
        (void)pthread_sigmask(SIG_UNBLOCK, &of_terminal, NULL);
    t->run = run;
    t->user = user;
    rc = pthread_create(&t->id, NULL, run_thread, t);
    t->running = rc == 0;
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (rc != 0) {
        (void)wl_fail(err, WL_NOMEM, "cannot start a thread: %s",
                      wl_errno_text(rc, text, sizeof(text)));
        wl_hint(err, "'ulimit -u' says how many there may be, and memory is for how many stacks; "
                     "-j takes one more per shard");
        return WL_NOMEM;
    }
    t->terminal = terminal;
    if (terminal)
        (void)pthread_sigmask(SIG_BLOCK, &of_terminal, &t->before);
    return 0;
}

void wl_thread_join(struct wl_thread *t)
{
    if (!t->running)
        return;
    (void)pthread_join(t->id, NULL);
    if (t->terminal)
        (void)pthread_sigmask(SIG_SETMASK, &t->before, NULL);
    t->running = false;
}

void wl_thread_abandon(struct wl_thread *t)
{
    (void)pthread_detach(t->id);
    if (t->terminal)
        (void)pthread_sigmask(SIG_SETMASK, &t->before, NULL);
    t->running = false;
}
