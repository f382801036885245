/* output.c - where an output writes: one buffer in front of a file or standard output.
 * SPDX-License-Identifier: MIT
 *
 * write(2) instead of stdio: the buffer is ours already, and an error is seen where it happens. A
 * reader of standard output that went away (EPIPE) is no failure worth a message; the caller ends
 * quietly. One of another pipe has not got the report that was asked for.
 */
#include "output.h"

#include "diag.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_TEXT = 1024 }; /* octets of a name in a message */

static const char fresh_suffix[] = ".new";

/* What the file holds stays there until something is written: a run may come to nothing. */
static int open_path(const char *path, int *ret, bool *ret_made, struct wl_error *err)
{
    char reason[128];

    *ret = STDOUT_FILENO;
    *ret_made = false;
    if (strcmp(path, "-") == 0)
        return 0;
    *ret = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    *ret_made = *ret >= 0;
    if (*ret < 0)
        *ret = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
    if (*ret >= 0)
        return 0;
    return wl_fail(err, WL_EOUTPUT, "cannot write '%s': %s", path,
                   wl_errno_text(errno, reason, sizeof(reason)));
}

/* The state of a sink, which writes to fd; NULL when memory is refused. */
static struct wl_output *new_state(struct wl_sink *s, size_t size, const struct wl_sink_config *cfg,
                                   int fd)
{
    struct wl_budget budget;
    struct wl_output *o;

    WL_ASSERT(size >= sizeof(*o));
    wl_budget_init(&budget, WL_OUTPUT_MEMORY, NULL, NULL, NULL);
    o = wl_alloc(&budget, size);
    s->state = o;
    if (!o)
        return NULL;
    o->cfg = *cfg;
    o->sink = s;
    o->budget = budget; /* counts its own holder; release gives it back to a copy */
    o->fd = fd;
    wl_text_init(&o->text, &o->budget, WL_OUTPUT_TEXT);
    return o;
}

static int no_memory(const struct wl_sink_config *cfg, struct wl_error *err)
{
    return wl_fail(err, WL_NOMEM, "cannot write '%s': out of memory", cfg->path);
}

int wl_output_new(struct wl_sink *s, size_t size, const struct wl_sink_config *cfg,
                  struct wl_error *err)
{
    struct wl_output *o;
    int status, fd;
    bool made;

    s->state = NULL;
    status = open_path(cfg->path, &fd, &made, err);
    if (status < 0)
        return status;
    o = new_state(s, size, cfg, fd);
    if (o) {
        o->made = made;
        return 0;
    }
    if (fd != STDOUT_FILENO)
        (void)close(fd);
    return no_memory(cfg, err);
}

/* The state, but not its descriptor. */
static void release(struct wl_sink *s, size_t size)
{
    struct wl_output *o = s->state;
    struct wl_budget budget;

    if (o->rewrite)
        wl_text_release(&o->rewritten);
    wl_text_release(&o->text);
    if (o->fresh)
        wl_free(&o->budget, o->fresh, strlen(o->fresh) + 1);
    budget = o->budget; /* it lies in what it shall free */
    wl_free(&budget, o, size);
    s->state = NULL;
}

/* Is there a file, or nothing yet, so that another can take the name? */
static bool is_replaceable(const char *path)
{
    struct stat st;

    return strcmp(path, "-") != 0 && (stat(path, &st) == 0 ? S_ISREG(st.st_mode) : errno == ENOENT);
}

/* O_NOFOLLOW: the name is known in advance, and the directory may be open to others. */
static int open_fresh(const char *path)
{
    return open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0666);
}

/* Can a file be made there? To be known before anything is read. */
static int try_fresh(const char *fresh, const char *path, struct wl_error *err)
{
    int fd = open_fresh(fresh);
    char reason[128];

    if (fd < 0) {
        return wl_fail(err, WL_EOUTPUT, "cannot write '%s', which will take the place of '%s': %s",
                       fresh, path, wl_errno_text(errno, reason, sizeof(reason)));
    }
    (void)close(fd);
    (void)unlink(fresh);
    return 0;
}

int wl_output_new_replaced(struct wl_sink *s, size_t size, const struct wl_sink_config *cfg,
                           struct wl_error *err)
{
    size_t n = strlen(cfg->path) + sizeof(fresh_suffix);
    struct wl_output *o;
    int status;

    if (!is_replaceable(cfg->path))
        return wl_output_new(s, size, cfg, err);
    o = new_state(s, size, cfg, -1);
    if (!o)
        return no_memory(cfg, err);
    o->fresh = wl_alloc(&o->budget, n);
    if (o->fresh) {
        (void)snprintf(o->fresh, n, "%s%s", cfg->path, fresh_suffix);
        status = try_fresh(o->fresh, cfg->path, err);
    } else {
        status = no_memory(cfg, err);
    }
    if (status < 0)
        release(s, size);
    return status;
}

/* /dev/stdout is it as well. */
static bool is_standard_output(int fd)
{
    struct stat a, b;

    return fd == STDOUT_FILENO || (fstat(fd, &a) == 0 && fstat(STDOUT_FILENO, &b) == 0 &&
                                   a.st_dev == b.st_dev && a.st_ino == b.st_ino);
}

/* Why nothing more can be written, or 0. */
static int failure(const struct wl_output *o)
{
    if (o->errno_value == 0)
        return 0;
    if (o->errno_value == EPIPE && is_standard_output(o->fd))
        return WL_EPIPE;
    return o->errno_value == ENOMEM ? WL_NOMEM : WL_EOUTPUT;
}

static bool write_all(int fd, struct wl_span s)
{
    while (s.n) {
        ssize_t n = write(fd, s.p, s.n);

        if (n >= 0) {
            s = wl_span_after(s, (size_t)n);
        } else if (errno == EAGAIN) {
            /* standard output may be a pipe that somebody else made non-blocking */
            struct pollfd ready = {.fd = fd, .events = POLLOUT};

            (void)poll(&ready, 1, -1);
        } else if (errno != EINTR) {
            return false;
        }
    }
    return true;
}

/* What shall be written of what stands in the buffer. */
static struct wl_span written(struct wl_output *o)
{
    if (!o->rewrite)
        return wl_text_span(&o->text);
    wl_text_reset(&o->rewritten);
    o->rewrite(o->rewrite_user, wl_text_span(&o->text), &o->rewritten);
    o->text.full |= o->rewritten.full;
    return wl_text_span(&o->rewritten);
}

void wl_output_begin(struct wl_output *o)
{
    struct stat st;

    if (!o->begun && o->fd != STDOUT_FILENO && fstat(o->fd, &st) == 0 && S_ISREG(st.st_mode) &&
        ftruncate(o->fd, 0) != 0)
        o->errno_value = errno;
    o->begun = true;
}

int wl_output_flush(struct wl_output *o)
{
    struct wl_span out = written(o);

    if (o->errno_value == 0 && o->text.full)
        o->errno_value = ENOMEM;
    if (o->errno_value == 0 && out.n)
        wl_output_begin(o);
    if (o->errno_value == 0 && !write_all(o->fd, out))
        o->errno_value = errno;
    wl_text_reset(&o->text);
    return failure(o);
}

int wl_output_replace(struct wl_output *o)
{
    int status;

    if (!o->fresh)
        return wl_output_flush(o);
    if (o->errno_value == 0) {
        o->fd = open_fresh(o->fresh);
        if (o->fd < 0)
            o->errno_value = errno;
    }
    status = wl_output_flush(o);
    if (o->fd < 0)
        return status;
    if (close(o->fd) != 0 && o->errno_value == 0)
        o->errno_value = errno;
    o->fd = -1;
    if (o->errno_value == 0 && rename(o->fresh, o->cfg.path) != 0)
        o->errno_value = errno;
    if (o->errno_value)
        (void)unlink(o->fresh);
    return failure(o);
}

void wl_output_renew(struct wl_output *o)
{
    bool failed = wl_output_replace(o) < 0;
    char reason[128], text[PATH_TEXT + sizeof(reason) + 64];

    if (failed && !o->stale && o->cfg.warn) {
        (void)snprintf(text, sizeof(text), "cannot write '%.*s': %s: trying again", PATH_TEXT,
                       o->cfg.path, wl_errno_text(o->errno_value, reason, sizeof(reason)));
        o->cfg.warn(o->cfg.warn_user, text);
    }
    o->stale = failed;
    o->errno_value = 0;
}

int wl_output_room(struct wl_output *o)
{
    if (o->text.buf.n < WL_OUTPUT_FLUSH && !o->text.full)
        return 0;
    return wl_output_flush(o);
}

bool wl_output_reads_none(const struct wl_sink *s, const struct wl_rule *rule)
{
    (void)s;
    (void)rule;
    return false;
}

bool wl_output_due(struct wl_output *o, const struct wl_stats *st)
{
    wl_ns interval = o->cfg.interval;

    /* ticks come about once a second, and not when a whole one is over: half of it is near
     * enough */
    if (!st->live || interval <= 0 || st->elapsed + WL_SECOND / 2 < o->reported + interval)
        return false;
    o->reported = (st->elapsed + WL_SECOND / 2) / interval * interval;
    return true;
}

int wl_output_finish(struct wl_sink *s, size_t size, struct wl_error *err)
{
    struct wl_output *o = s->state;
    bool is_file = o && o->fd != STDOUT_FILENO;
    char reason[128];
    int status;

    if (!o)
        return 0;
    status = o->fresh ? failure(o) : wl_output_flush(o);
    if (o->made && !o->begun) /* as far as that is still allowed */
        (void)unlink(o->cfg.path);
    /* what a file system says only at the end (quota, network) is a failure of the report too */
    if (is_file && o->fd >= 0 && close(o->fd) != 0 && status == 0) {
        o->errno_value = errno;
        status = WL_EOUTPUT;
    }
    if (status < 0) {
        (void)wl_errno_text(o->errno_value, reason, sizeof(reason));
        if (is_file) {
            (void)wl_fail(err, (enum wl_code)status, "cannot write '%s': %s", o->cfg.path, reason);
        } else {
            (void)wl_fail(err, (enum wl_code)status, "cannot write standard output: %s", reason);
        }
    }
    release(s, size);
    return status;
}
