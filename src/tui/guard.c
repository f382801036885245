/* guard.c - the terminal is given back as it was found, whatever happens.
 * SPDX-License-Identifier: MIT
 *
 * Nothing here uses curses, whose functions must not be called in a signal handler: the modes come
 * from tcgetattr, the octets that restore the display were made before. The state is static, since
 * a signal handler has no other way to it; there is one terminal per process.
 *
 * A terminal that has stopped reading (Ctrl-S, a dead ssh) leaves the screen's thread in write(2),
 * and curses goes back there after EINTR. To get it out, its descriptor is replaced by /dev/null
 * under its feet and a signal sent: the interrupted write is repeated, and succeeds.
 */
#include "guard.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/time.h>
#include <termios.h>
#include <unistd.h>

enum { SEQUENCE = 256 };

static const int crashes[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGQUIT};
static const int notes[] = {SIGTSTP, SIGCONT, SIGWINCH, SIGALRM};

static struct {
    int tty;
    struct termios modes;
    char sequence[SEQUENCE];
    size_t n_sequence;
    int pipe[2];
    struct sigaction crash_before[WL_COUNT(crashes)], note_before[WL_COUNT(notes)];
    int nowhere;
    /* the screen's thread and what it writes to: of use while it is watched */
    int out;
    pthread_t screen;
    atomic_int begun, watched, restored, diverted; /* also of signal handlers, on either thread */
} guard;

static_assert(ATOMIC_INT_LOCK_FREE == 2, "a signal handler must not wait for a lock");

void wl_guard_wish(enum wl_wish wish)
{
    int errno_before = errno;
    char c = (char)wish;

    if (guard.begun) {
        /* a full pipe holds enough wishes to wake the loop */
        while (write(guard.pipe[1], &c, 1) < 0 && errno == EINTR)
            continue;
    }
    errno = errno_before;
}

void wl_guard_restore(void)
{
    int errno_before = errno, flags;

    if (!guard.begun || guard.restored)
        return;
    guard.restored = 1;
    /* a terminal that does not read must not hold this up */
    flags = fcntl(guard.tty, F_GETFL);
    if (flags >= 0)
        (void)fcntl(guard.tty, F_SETFL, flags | O_NONBLOCK);
    (void)!write(guard.tty, guard.sequence, guard.n_sequence);
    if (flags >= 0)
        (void)fcntl(guard.tty, F_SETFL, flags);
    (void)tcsetattr(guard.tty, TCSANOW, &guard.modes);
    errno = errno_before;
}

static void on_crash(int number, siginfo_t *info, void *context)
{
    (void)context;
    wl_guard_restore();
    for (size_t i = 0; i < WL_COUNT(crashes); i++) {
        if (crashes[i] == number)
            (void)sigaction(number, &guard.crash_before[i], NULL);
    }
    /* what caused it happens again now, without us; abort() and kill(1) need the push */
    if (info->si_code <= 0)
        (void)raise(number);
}

/* The screen's thread is still there a second after it was told to leave. */
static void unhang(void)
{
    if (!guard.watched)
        return;
    if (pthread_equal(pthread_self(), guard.screen))
        return; /* its write has been interrupted, and is repeated after this */
    (void)dup2(guard.nowhere, guard.out);
    guard.diverted = 1;
    (void)pthread_kill(guard.screen, SIGALRM);
}

static void on_note(int number)
{
    int errno_before = errno;

    switch (number) {
    case SIGTSTP: wl_guard_wish(WL_WISH_SUSPEND); break;
    case SIGCONT: wl_guard_wish(WL_WISH_CONTINUE); break;
    case SIGWINCH: wl_guard_wish(WL_WISH_RESIZE); break;
    default: unhang();
    }
    errno = errno_before;
}

/* alarm(2), which confinement does not let through */
static void set_alarm(time_t seconds)
{
    const struct itimerval once = {.it_value = {.tv_sec = seconds}};

    (void)setitimer(ITIMER_REAL, &once, NULL);
}

static bool open_pipe(void)
{
    if (pipe(guard.pipe) != 0)
        return false;
    for (int i = 0; i < 2; i++) {
        (void)fcntl(guard.pipe[i], F_SETFD, FD_CLOEXEC);
        (void)fcntl(guard.pipe[i], F_SETFL, O_NONBLOCK);
    }
    return true;
}

static void take_signals(void)
{
    /* no SA_RESTART: a write that hangs is to be interrupted */
    struct sigaction note = {.sa_handler = on_note};
    struct sigaction crash = {.sa_sigaction = on_crash, .sa_flags = SA_SIGINFO};

    for (size_t i = 0; i < WL_COUNT(notes); i++)
        (void)sigaction(notes[i], &note, &guard.note_before[i]);
    for (size_t i = 0; i < WL_COUNT(crashes); i++)
        (void)sigaction(crashes[i], &crash, &guard.crash_before[i]);
}

bool wl_guard_begin(int tty, const char *sequence, size_t n)
{
    /* one of its own: the other may be replaced */
    guard.tty = fcntl(tty, F_DUPFD_CLOEXEC, 0);
    guard.n_sequence = n < SEQUENCE ? n : 0;
    memcpy(guard.sequence, sequence, guard.n_sequence);
    if (tcgetattr(guard.tty, &guard.modes) != 0 || !open_pipe())
        return false;
    guard.nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    guard.restored = guard.watched = guard.diverted = 0;
    guard.begun = 1;
    take_signals();
    return true;
}

int wl_guard_fd(void)
{
    return guard.pipe[0];
}

enum wl_wish wl_guard_next(void)
{
    char c;

    return read(guard.pipe[0], &c, 1) == 1 ? (enum wl_wish)c : WL_WISH_NONE;
}

void wl_guard_watch(int out)
{
    sigset_t only;

    if (out < 0) {
        guard.watched = 0;
        return;
    }
    (void)sigemptyset(&only);
    (void)sigaddset(&only, SIGALRM);
    (void)pthread_sigmask(SIG_UNBLOCK, &only, NULL); /* it is what interrupts a write */
    guard.out = out;
    guard.screen = pthread_self();
    guard.watched = 1;
}

bool wl_guard_hangs(void)
{
    return guard.begun && guard.watched;
}

void wl_guard_hurry(void)
{
    wl_guard_wish(WL_WISH_LEAVE);
    if (guard.watched)
        set_alarm(1);
}

void wl_guard_stop(void)
{
    struct sigaction plain = {.sa_handler = SIG_DFL}, ours;
    sigset_t only, before;

    /* the whole process group stops, as the terminal's own Ctrl-Z has it: what feeds us by a pipe,
     * too */
    (void)sigaction(SIGTSTP, &plain, &ours);
    (void)sigemptyset(&only);
    (void)sigaddset(&only, SIGTSTP);
    (void)pthread_sigmask(SIG_UNBLOCK, &only, &before);
    (void)kill(0, SIGTSTP);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    (void)sigaction(SIGTSTP, &ours, NULL);
}

/* What is still to be said would hang as well. */
static void silence(void)
{
    for (int fd = STDOUT_FILENO; fd <= STDERR_FILENO; fd++) {
        if (isatty(fd) == 1)
            (void)dup2(guard.nowhere, fd);
    }
}

void wl_guard_end(void)
{
    if (!guard.begun)
        return;
    if (guard.diverted)
        silence();
    if (guard.watched) /* it still hangs: what it may touch stays */
        return;
    guard.watched = 0;
    set_alarm(0);
    if (guard.diverted) /* what curses had to say did not arrive */
        wl_guard_restore();
    (void)tcsetattr(guard.tty, TCSANOW, &guard.modes);
    for (size_t i = 0; i < WL_COUNT(notes); i++)
        (void)sigaction(notes[i], &guard.note_before[i], NULL);
    for (size_t i = 0; i < WL_COUNT(crashes); i++)
        (void)sigaction(crashes[i], &guard.crash_before[i], NULL);
    guard.begun = 0;
    (void)close(guard.pipe[0]);
    (void)close(guard.pipe[1]);
    (void)close(guard.tty);
    if (guard.nowhere >= 0)
        (void)close(guard.nowhere);
}
