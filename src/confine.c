/* confine.c - what the program may still do once everything is open.
 * SPDX-License-Identifier: MIT
 *
 * In this order, since each step needs what the next one takes away:
 *
 *   Landlock      reading only what was named and a few files of the system; writing only what is open
 *   user          nobody instead of root, without groups, by libcap-ng
 *   capabilities  none; files keep cap_dac_read_search, under Landlock, or else root could not read
 *                 again what belongs to somebody else, and cap_lease, so that it can be mapped; so do reports that are written anew at an
 *                 interval cap_dac_override and cap_fowner, but only if Landlock keeps them to their
 *                 directories
 *   seccomp       the system calls that are left to need; others fail with EPERM, so that a library that
 *                 tries something new falls back instead of dying
 *
 * no_new_privs comes first: Landlock and seccomp want it of whoever is not root. Every step is taken as
 * far as the kernel has it. Sanitizers want calls and files of their own: a build with them leaves all
 * this out, and --version says so.
 */
#include "confine.h"

#include "diag.h"

#ifdef WL_CONFINEMENT
#    include <asm/termbits.h> /* TCGETS2; <termios.h> declares the same otherwise */
#    include <cap-ng.h>
#    include <dirent.h>
#    include <errno.h>
#    include <fcntl.h>
#    include <pwd.h>
#    include <seccomp.h>
#    include <signal.h>
#    include <stdarg.h>
#    include <sys/ioctl.h>
#    include <sys/mman.h>
#    include <sys/prctl.h>
#    include <sys/stat.h>
#    include <sys/syscall.h>
#    include <unistd.h>

static void say(const struct wl_confine *c, enum wl_log_level level, const char *fmt, ...)
    WL_PRINTF(3, 4);

static void say(const struct wl_confine *c, enum wl_log_level level, const char *fmt, ...)
{
    char text[256];
    va_list args;

    if (!c->log)
        return;
    va_start(args, fmt);
    (void)vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    c->log(c->log_user, level, text);
}

/* ----------------------------------------------------------------------------------- Landlock */

/* Of linux/landlock.h, whose older versions lack some; landlock(7). */
#    define FS_WRITE_FILE ((uint64_t)1 << 1)
#    define FS_READ_FILE  ((uint64_t)1 << 2)
#    define FS_READ_DIR   ((uint64_t)1 << 3)
#    define FS_REMOVE     ((uint64_t)1 << 5)
#    define FS_MAKE_REG   ((uint64_t)1 << 8)
#    define FS_TRUNCATE   ((uint64_t)1 << 14) /* from version 3 */
#    define FS_IOCTL_DEV  ((uint64_t)1 << 15) /* from version 5 */
#    define NET_TCP       ((uint64_t)3)       /* bind and connect, from version 4 */
#    define SCOPE_ALL     ((uint64_t)3)       /* abstract sockets and signals, from version 6 */

enum {
    LANDLOCK_VERSION = 1, /* flag: ask for the version */
    LANDLOCK_PATH_BENEATH = 1,
};

struct landlock_rules {
    uint64_t fs, net, scoped;
};

struct landlock_path {
    uint64_t allowed;
    int32_t parent;
} __attribute__((packed));

static long landlock_version(void)
{
    long version = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_VERSION);

    return version > 0 ? version : 0;
}

/* All rights over files that the version knows. */
static uint64_t all_rights(long version)
{
    unsigned n = version >= 5 ? 16 : version >= 3 ? 15 : version == 2 ? 14 : 13;

    return ((uint64_t)1 << n) - 1;
}

/* Allows something beneath path; what is not there needs no rule. */
static void allow(int rules, uint64_t handled, const char *path, uint64_t rights)
{
    struct landlock_path rule = {.allowed = rights & handled};
    struct stat st;

    if (!path || strcmp(path, "-") == 0)
        return;
    rule.parent = open(path, O_PATH | O_CLOEXEC);
    if (rule.parent < 0)
        return;
    /* rights of directories are refused for files */
    if (fstat(rule.parent, &st) == 0 && !S_ISDIR(st.st_mode))
        rule.allowed &= FS_READ_FILE | FS_WRITE_FILE | FS_TRUNCATE | FS_IOCTL_DEV;
    (void)syscall(SYS_landlock_add_rule, rules, LANDLOCK_PATH_BENEATH, &rule, 0);
    (void)close(rule.parent);
}

/* The directory that holds path, where its successor will be. */
static void allow_parent(int rules, uint64_t handled, const char *path, uint64_t rights)
{
    char parent[4096];
    const char *slash = strrchr(path, '/');
    size_t n = slash ? (size_t)(slash - path) : 0;

    if (n >= sizeof(parent))
        return;
    memcpy(parent, path, n);
    parent[n] = '\0';
    allow(rules, handled, !slash ? "." : n ? parent : "/", rights);
}

/* Names in a directory that stand for files elsewhere: it is there that Landlock looks. */
static void allow_linked(int rules, uint64_t handled, const char *directory)
{
    struct dirent **entries = NULL;
    int n = strcmp(directory, "-") == 0 ? -1 : scandir(directory, &entries, NULL, NULL);
    char path[4096];
    struct stat st;

    for (int i = 0; i < n; i++) {
        int length = snprintf(path, sizeof(path), "%s/%s", directory, entries[i]->d_name);

        if (length > 0 && (size_t)length < sizeof(path) && lstat(path, &st) == 0 &&
            S_ISLNK(st.st_mode) && stat(path, &st) == 0 && S_ISREG(st.st_mode))
            allow(rules, handled, path, FS_READ_FILE);
        free(entries[i]);
    }
    free(entries);
}

static void allow_paths(const struct wl_confine *c, int rules, uint64_t handled)
{
    static const char *const always[] = {
        "/usr/share/zoneinfo", "/etc/localtime",
        "/sys", /* losses of interfaces, where there is traffic */
    };
    static const char *const terminals[] = {"/usr/share/terminfo", "/usr/lib/terminfo",
                                            "/lib/terminfo", "/etc/terminfo"};
    const uint64_t read = FS_READ_FILE | FS_READ_DIR;
    const uint64_t write = FS_WRITE_FILE | FS_MAKE_REG | FS_TRUNCATE;

    for (size_t i = 0; i < WL_COUNT(always); i++)
        allow(rules, handled, always[i], read);
    for (size_t i = 0; c->screen && i < WL_COUNT(terminals); i++)
        allow(rules, handled, terminals[i], read);
    if (c->screen)
        allow(rules, handled, "/dev/tty", FS_READ_FILE | FS_WRITE_FILE | FS_IOCTL_DEV);
    for (size_t i = 0; i < c->n_files; i++) {
        allow(rules, handled, c->files[i], read);
        allow_linked(rules, handled, c->files[i]);
        if (c->follow)
            allow_parent(rules, handled, c->files[i], read);
    }
    for (size_t i = 0; i < WL_CONFINE_PATHS; i++) {
        allow(rules, handled, c->readable[i], read);
        allow(rules, handled, c->writable[i],
              write | FS_REMOVE); /* what could not be written whole */
        if (c->replaced[i])
            allow_parent(rules, handled, c->replaced[i], write | FS_REMOVE);
    }
}

/* True when it is in force. */
static bool confine_files(const struct wl_confine *c)
{
    long version = landlock_version();
    struct landlock_rules attr = {.fs = all_rights(version)};
    size_t size = sizeof(attr.fs);
    int rules;
    bool done;

    if (version == 0)
        return false;
    if (version >= 4) {
        attr.net = NET_TCP;
        size += sizeof(attr.net);
    }
    if (version >= 6) {
        attr.scoped = SCOPE_ALL;
        size += sizeof(attr.scoped);
    }
    rules = (int)syscall(SYS_landlock_create_ruleset, &attr, size, 0);
    if (rules < 0)
        return false;
    allow_paths(c, rules, attr.fs);
    done = syscall(SYS_landlock_restrict_self, rules, 0) == 0;
    (void)close(rules);
    return done;
}

/* ------------------------------------------------------------------------ user and capabilities */

static int find_user(const struct wl_confine *c, uid_t *ret_uid, gid_t *ret_gid,
                     struct wl_error *err)
{
    const char *name = c->user ? c->user : "nobody";
    struct passwd entry, *found = NULL;
    char buffer[4096];

    *ret_uid = 65534; /* nobody, also where nobody has written that down */
    *ret_gid = 65534;
    if (getpwnam_r(name, &entry, buffer, sizeof(buffer), &found) == 0 && found) {
        *ret_uid = found->pw_uid;
        *ret_gid = found->pw_gid;
    } else if (c->user) {
        return wl_fail(err, WL_EINVAL, "-Z: there is no user '%s'", c->user);
    }
    if (*ret_uid == 0)
        return wl_fail(err, WL_EINVAL, "-Z: '%s' is root, which this is about not to be", name);
    return 0;
}

/* Files that belong to others can only be read again with it. */
static bool needs_read_search(const struct wl_confine *c)
{
    return geteuid() == 0 && !c->live &&
           capng_have_capability(CAPNG_PERMITTED, CAP_DAC_READ_SEARCH) == 1;
}

static bool replaces(const struct wl_confine *c)
{
    for (size_t i = 0; i < WL_CONFINE_PATHS; i++) {
        if (c->replaced[i])
            return true;
    }
    return false;
}

/* What root keeps of its capabilities. */
struct kept {
    bool read_search;
    bool lease;   /* on captures of somebody else, so that they can be mapped */
    bool replace; /* files in the directory of somebody else, one that is sticky included */
};

static struct kept what_to_keep(const struct wl_confine *c)
{
    return (struct kept){
        .read_search = needs_read_search(c),
        .lease = needs_read_search(c) && capng_have_capability(CAPNG_PERMITTED, CAP_LEASE) == 1,
        .replace = replaces(c) && geteuid() == 0 &&
                   capng_have_capability(CAPNG_PERMITTED, CAP_DAC_OVERRIDE) == 1,
    };
}

static void drop_rights(const struct wl_confine *c, struct kept keep, uid_t uid, gid_t gid)
{
    const capng_type_t kinds = CAPNG_EFFECTIVE | CAPNG_PERMITTED;
    bool is_root = geteuid() == 0;

    capng_clear(CAPNG_SELECT_ALL);
    if (keep.read_search)
        (void)capng_update(CAPNG_ADD, kinds, CAP_DAC_READ_SEARCH);
    if (keep.lease)
        (void)capng_update(CAPNG_ADD, kinds, CAP_LEASE);
    if (keep.replace)
        (void)capng_updatev(CAPNG_ADD, kinds, CAP_DAC_OVERRIDE, CAP_FOWNER, -1);
    if (!is_root) {
        (void)capng_apply(CAPNG_SELECT_CAPS);
        return;
    }
    if (capng_change_id((int)uid, (int)gid, CAPNG_DROP_SUPP_GRP | CAPNG_CLEAR_BOUNDING) == 0)
        return;
    /* a root without cap_setuid, or one of a user namespace that knows no other user */
    (void)capng_apply(CAPNG_SELECT_CAPS);
    say(c, WL_LOG_WARN, "this stays user 0 without capabilities: it cannot become user %u",
        (unsigned)uid);
}

/* ------------------------------------------------------------------------------------- seccomp */

/* What reading, analysing, writing and waiting take, threads and a terminal included. */
static const int calls[] = {
    /* files that are open, and those that Landlock lets it open */
    SCMP_SYS(read),
    SCMP_SYS(readv),
    SCMP_SYS(pread64),
    SCMP_SYS(write),
    SCMP_SYS(writev),
    SCMP_SYS(pwrite64),
    SCMP_SYS(lseek),
    SCMP_SYS(_llseek),
    SCMP_SYS(close),
    SCMP_SYS(fstat),
    SCMP_SYS(fstat64),
    SCMP_SYS(stat),
    SCMP_SYS(stat64),
    SCMP_SYS(lstat),
    SCMP_SYS(lstat64),
    SCMP_SYS(newfstatat),
    SCMP_SYS(fstatat64),
    SCMP_SYS(statx),
    SCMP_SYS(open),
    SCMP_SYS(openat),
    SCMP_SYS(access),
    SCMP_SYS(faccessat),
    SCMP_SYS(faccessat2),
    SCMP_SYS(readlink),
    SCMP_SYS(readlinkat),
    SCMP_SYS(getdents),
    SCMP_SYS(getdents64),
    SCMP_SYS(getcwd),
    SCMP_SYS(ftruncate),
    SCMP_SYS(ftruncate64),
    SCMP_SYS(fsync),
    SCMP_SYS(fdatasync),
    SCMP_SYS(fadvise64),
    SCMP_SYS(fadvise64_64),
    SCMP_SYS(fcntl),
    SCMP_SYS(fcntl64),
    SCMP_SYS(dup),
    SCMP_SYS(dup2),
    SCMP_SYS(dup3),
    SCMP_SYS(pipe),
    SCMP_SYS(pipe2),
    SCMP_SYS(eventfd2),
    SCMP_SYS(fstatfs),
    SCMP_SYS(statfs),
    /* memory and threads */
    SCMP_SYS(brk),
    SCMP_SYS(munmap),
    SCMP_SYS(mremap),
    SCMP_SYS(madvise),
    SCMP_SYS(futex),
    SCMP_SYS(futex_time64),
    SCMP_SYS(set_robust_list),
    SCMP_SYS(rseq),
    SCMP_SYS(membarrier),
    SCMP_SYS(sched_yield),
    SCMP_SYS(sched_getaffinity),
    SCMP_SYS(sched_setaffinity),
    SCMP_SYS(gettid),
    SCMP_SYS(set_tid_address),
    SCMP_SYS(exit),
    SCMP_SYS(exit_group),
    /* time and waiting */
    SCMP_SYS(clock_gettime),
    SCMP_SYS(clock_gettime64),
    SCMP_SYS(clock_getres),
    SCMP_SYS(clock_nanosleep),
    SCMP_SYS(clock_nanosleep_time64),
    SCMP_SYS(nanosleep),
    SCMP_SYS(gettimeofday),
    SCMP_SYS(time),
    SCMP_SYS(poll),
    SCMP_SYS(ppoll),
    SCMP_SYS(ppoll_time64),
    SCMP_SYS(select),
    SCMP_SYS(_newselect),
    SCMP_SYS(pselect6),
    SCMP_SYS(pselect6_time64),
    SCMP_SYS(epoll_create1),
    SCMP_SYS(epoll_ctl),
    SCMP_SYS(epoll_wait),
    SCMP_SYS(epoll_pwait),
    SCMP_SYS(restart_syscall),
    SCMP_SYS(setitimer),
    /* signals */
    SCMP_SYS(rt_sigaction),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(sigreturn),
    SCMP_SYS(sigaltstack),
    SCMP_SYS(rt_sigtimedwait),
    SCMP_SYS(rt_sigsuspend),
    SCMP_SYS(pause),
    /* who and where it is */
    SCMP_SYS(getpid),
    SCMP_SYS(getppid),
    SCMP_SYS(getpgrp),
    SCMP_SYS(getpgid),
    SCMP_SYS(getuid),
    SCMP_SYS(getuid32),
    SCMP_SYS(geteuid),
    SCMP_SYS(geteuid32),
    SCMP_SYS(getgid),
    SCMP_SYS(getgid32),
    SCMP_SYS(getegid),
    SCMP_SYS(getegid32),
    SCMP_SYS(getrandom),
    SCMP_SYS(uname),
    SCMP_SYS(sysinfo),
    SCMP_SYS(getrusage),
    SCMP_SYS(getrlimit),
    SCMP_SYS(ugetrlimit),
};

/* Sockets that are open: interfaces are bound anew, their filters set, their losses asked for. */
static const int capture_calls[] = {SCMP_SYS(getsockopt), SCMP_SYS(setsockopt), SCMP_SYS(bind),
                                    SCMP_SYS(recvfrom), SCMP_SYS(recvmsg)};

/* Answering those who ask. The socket that listens is open already. */
static const int server_calls[] = {
    SCMP_SYS(accept),     SCMP_SYS(accept4),     SCMP_SYS(recvfrom),    SCMP_SYS(recvmsg),
    SCMP_SYS(sendto),     SCMP_SYS(sendmsg),     SCMP_SYS(sendfile),    SCMP_SYS(sendfile64),
    SCMP_SYS(shutdown),   SCMP_SYS(getsockname), SCMP_SYS(getpeername), SCMP_SYS(getsockopt),
    SCMP_SYS(setsockopt),
};

/* Taking away a file that could not be written whole, and putting a new one in the place of an old
 * one. */
static const int remove_calls[] = {SCMP_SYS(unlink), SCMP_SYS(unlinkat)};
static const int replace_calls[] = {SCMP_SYS(rename), SCMP_SYS(renameat), SCMP_SYS(renameat2)};

/* Calls that this machine does not have are no failure. */
static int allow_calls(scmp_filter_ctx filter, const int *list, size_t n)
{
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < n; i++) {
        if (list[i] != __NR_SCMP_ERROR && list[i] > -10000)
            rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, list[i], 0);
    }
    return rc;
}

static const uint64_t clone_thread = 0x00010000;

/* What terminals and descriptors are asked and told: by the C library, curses, libmicrohttpd. */
static const unsigned long requests[] = {
    TCGETS,  TCSETS,  TCSETSW,    TCSETSF,  /* tcgetattr, tcsetattr, isatty */
    TCGETS2, TCSETS2, TCSETSW2,   TCSETSF2, /* the same in later C libraries */
    TCFLSH,  TCSBRK,  TIOCGWINSZ, FIONREAD, FIONBIO,
};

/* Interfaces whose state is asked for, by their name. */
static const unsigned long interface_requests[] = {SIOCGIFINDEX, SIOCGIFHWADDR, SIOCGIFFLAGS};

static const uint64_t low_half = UINT32_MAX;

/*
 * The kernel takes the lower 32 bits for the request, the filter compares all 64 of the register:
 * only the lower half may count, or TIOCSTI, which types into the terminal on somebody's behalf,
 * would pass under another name. What is not listed is refused, so that nobody has to know what
 * else does harm.
 */
static int allow_requests(scmp_filter_ctx filter, const unsigned long *list, size_t n)
{
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < n; i++) {
        rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(ioctl), 1,
                              SCMP_A1(SCMP_CMP_MASKED_EQ, low_half, list[i] & low_half));
    }
    return rc;
}

/* What is allowed for some arguments only. The last 0 of a comparison with one value is that of a
 * second. */
static int allow_some(scmp_filter_ctx filter)
{
    const scmp_datum_t self = (scmp_datum_t)getpid();
    int rc = allow_requests(filter, requests, WL_COUNT(requests));

    /* memory, but none that could be executed */
    rc |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1,
                           SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
    rc |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap2), 1,
                           SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
    rc |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1,
                           SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
    /* threads, but no processes; clone3 hides its flags, and without it the C library uses clone */
    rc |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1,
                           SCMP_A0(SCMP_CMP_MASKED_EQ, clone_thread, clone_thread));
    rc |= seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
    /* signals to itself: abort, Ctrl-Z */
    rc |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1,
                           SCMP_A0(SCMP_CMP_MASKED_EQ, low_half, self));
    rc |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(kill), 1,
                           SCMP_A0(SCMP_CMP_MASKED_EQ, low_half, self));
    /* and to those that were started together with it, as Ctrl-Z does: what feeds it by a pipe */
    rc |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(kill), 2, SCMP_A0(SCMP_CMP_EQ, 0, 0),
                           SCMP_A1(SCMP_CMP_EQ, SIGTSTP, 0));
    /* limits are asked for, not set */
    rc |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(prlimit64), 1,
                           SCMP_A2(SCMP_CMP_EQ, 0, 0));
    rc |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(prctl), 1,
                           SCMP_A0(SCMP_CMP_EQ, PR_SET_NAME, 0));
    return rc;
}

static bool confine_calls(const struct wl_confine *c)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
    int rc;

    if (!filter)
        return false;
    /* threads that there are already, if any, are bound too */
    rc = seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1);
    if (rc == 0)
        rc = allow_calls(filter, calls, WL_COUNT(calls));
    if (rc == 0 && c->live)
        rc = allow_calls(filter, capture_calls, WL_COUNT(capture_calls));
    if (rc == 0 && c->live)
        rc = allow_requests(filter, interface_requests, WL_COUNT(interface_requests));
    if (rc == 0 && c->serves)
        rc = allow_calls(filter, server_calls, WL_COUNT(server_calls));
    if (rc == 0 && (replaces(c) || c->screen))
        rc = allow_calls(filter, remove_calls, WL_COUNT(remove_calls));
    if (rc == 0 && replaces(c))
        rc = allow_calls(filter, replace_calls, WL_COUNT(replace_calls));
    if (rc == 0)
        rc = allow_some(filter);
    if (rc == 0)
        rc = seccomp_load(filter);
    seccomp_release(filter);
    return rc == 0;
}

/* ---------------------------------------------------------------------------------- all of it */

int wl_confine_check(const struct wl_confine *c, struct wl_error *err)
{
    uid_t uid;
    gid_t gid;

    if (c->user && geteuid() != 0)
        return wl_fail(err, WL_EINVAL, "-Z: only root can become '%s'", c->user);
    return geteuid() == 0 ? find_user(c, &uid, &gid, err) : 0;
}

/* Without them files could not be confined, or those that are wanted would be refused. */
static int need_descriptors(struct wl_error *err)
{
    int fds[3], rc = 0;
    size_t n = 0;

    while (n < WL_COUNT(fds) && rc == 0) {
        fds[n] = open("/", O_PATH | O_CLOEXEC);
        if (fds[n] >= 0) {
            n++;
        } else {
            rc = wl_fail_system(err, WL_EOPEN, "cannot give up rights", errno);
        }
    }
    while (n)
        (void)close(fds[--n]);
    return rc;
}

int wl_confine_now(const struct wl_confine *c, struct wl_error *err)
{
    uid_t uid = 0;
    gid_t gid = 0;
    bool files, system_calls;
    struct kept keep;
    int rc = need_descriptors(err);

    if (rc == 0 && geteuid() == 0)
        rc = find_user(c, &uid, &gid, err);
    if (rc < 0)
        return rc;
    (void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    keep = what_to_keep(c); /* asks /proc, so before that is closed */
    files = confine_files(c);
    keep.replace &= files;
    drop_rights(c, keep, uid, gid);
    system_calls = confine_calls(c);
    say(c, WL_LOG_INFO, "confined: user %u, no new rights, %s, %s", (unsigned)geteuid(),
        system_calls ? "seccomp" : "no seccomp", files ? "Landlock" : "no Landlock");
    return 0;
}

void wl_confine_describe(struct wl_text *t)
{
    long version = landlock_version();
    bool filters = prctl(PR_GET_SECCOMP, 0, 0, 0, 0) >= 0;

    wl_text_put(t, "confinement: not root, no capabilities, no new rights");
    wl_text_put(t, filters ? ", seccomp" : ", no seccomp (not in this kernel)");
    if (version) {
        wl_text_printf(t, ", Landlock %ld", version);
    } else {
        wl_text_put(t, ", no Landlock (not in this kernel)");
    }
    wl_text_put(t, "; before the first packet is looked at\n");
}

#else

int wl_confine_check(const struct wl_confine *c, struct wl_error *err)
{
    return c->user ? wl_fail(err, WL_EINVAL, "-Z: this build does not confine itself") : 0;
}

int wl_confine_now(const struct wl_confine *c, struct wl_error *err)
{
    (void)c;
    (void)err;
    return 0;
}

void wl_confine_describe(struct wl_text *t)
{
    wl_text_put(t, "confinement: none in this build (sanitizers, or a system that is not Linux)\n");
}

#endif
