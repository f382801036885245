/* unit_confine.c - what a confined process can no longer do, tried by one.
 * SPDX-License-Identifier: MIT
 *
 * A child gives up its rights as the program does, attempts what it should not be able to, and
 * sends home the errno of each attempt. The file that it tries requests on is /dev/null, which
 * knows none of them: ENOTTY says that the filter let a request through, EPERM that it did not.
 */
#include "confine.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* The errno of each attempt; 0: it succeeded. */
struct outcome {
    int confined; /* what wl_confine_now returned */
    int terminal_modes, window_size, interface;
    int typing, typing_disguised, console_disguised;
    int socket, executable_memory, process, program, priority;
};

static int errno_of(long result)
{
    return result < 0 ? errno : 0;
}

static int errno_of_request(int fd, unsigned long request)
{
    char room[64] = "x";

    /* not ioctl(3), which may cut the number */
    return errno_of(syscall(SYS_ioctl, fd, request, room));
}

static void attempt(struct outcome *ret, bool live)
{
    const struct wl_confine needs = {.live = live};
    const unsigned long upper = (unsigned long)1 << 32;
    char *const words[] = {NULL};
    struct wl_error err;
    int fd = open("/dev/null", O_RDWR);
    void *memory;
    pid_t child;

    ret->confined = wl_confine_now(&needs, &err);
    ret->terminal_modes = errno_of_request(fd, TCGETS);
    ret->window_size = errno_of_request(fd, TIOCGWINSZ);
    ret->interface = errno_of_request(fd, 0x8933 /* SIOCGIFINDEX */);
    ret->typing = errno_of_request(fd, TIOCSTI);
    ret->typing_disguised = errno_of_request(fd, upper | TIOCSTI);
    ret->console_disguised = errno_of_request(fd, upper | TIOCLINUX);
    ret->socket = errno_of(socket(AF_INET, SOCK_DGRAM, 0));
    memory = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ret->executable_memory = errno_of(memory == MAP_FAILED ? -1 : 0);
    child = fork();
    if (child == 0)
        _exit(0);
    ret->process = errno_of(child);
    ret->program = errno_of(execve("/bin/true", words, words));
    ret->priority = errno_of(syscall(SYS_setpriority, 0, 0, 1));
}

/* A build with sanitizers leaves confinement out. */
static bool confines_itself(void)
{
    struct wl_budget budget;
    struct wl_text text;
    bool does;

    wl_budget_init(&budget, 1 << 16, NULL, NULL, NULL);
    wl_text_init(&text, &budget, 1 << 12);
    wl_confine_describe(&text);
    wl_text_char(&text, '\0');
    does = strstr((const char *)wl_text_span(&text).p, ", seccomp") != NULL;
    wl_text_release(&text);
    return does;
}

static struct outcome outcome_of(bool live)
{
    struct outcome seen = {.confined = -1};
    int fds[2];
    pid_t child;

    if (!confines_itself())
        skip(); /* there is no filter to try: sanitizers need what it forbids */
    assert_int_equal(pipe(fds), 0);
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        attempt(&seen, live);
        _exit(write(fds[1], &seen, sizeof(seen)) == (ssize_t)sizeof(seen) ? 0 : 1);
    }
    assert_int_equal(read(fds[0], &seen, sizeof(seen)), sizeof(seen));
    assert_int_equal(waitpid(child, NULL, 0), child);
    (void)close(fds[0]);
    (void)close(fds[1]);
    assert_int_equal(seen.confined, 0);
    return seen;
}

static void nothing_is_started_or_sent(void **state)
{
    const struct outcome seen = outcome_of(false);

    (void)state;
    assert_int_equal(seen.socket, EPERM);
    assert_int_equal(seen.executable_memory, EPERM);
    assert_int_equal(seen.process, EPERM);
    assert_int_equal(seen.program, EPERM);
    assert_int_equal(seen.priority, EPERM);
}

static void a_terminal_is_asked_but_not_typed_into(void **state)
{
    const struct outcome seen = outcome_of(false);

    (void)state;
    assert_int_equal(seen.terminal_modes, ENOTTY);
    assert_int_equal(seen.window_size, ENOTTY);
    assert_int_equal(seen.typing, EPERM);
    /* the kernel looks at the lower half of the number only */
    assert_int_equal(seen.typing_disguised, EPERM);
    assert_int_equal(seen.console_disguised, EPERM);
}

static void interfaces_are_for_captures(void **state)
{
    (void)state;
    assert_int_equal(outcome_of(false).interface, EPERM);
    assert_int_equal(outcome_of(true).interface, ENOTTY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_started_or_sent),
        cmocka_unit_test(a_terminal_is_asked_but_not_typed_into),
        cmocka_unit_test(interfaces_are_for_captures),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
