/* feeds.c - packets as they come, from interfaces or from captures that are still being written.
 * SPDX-License-Identifier: MIT
 *
 * Each feed has a batch of packets in hand, which stay where its interface or file keeps them until
 * it is asked again. The earliest of all is given, and a burst ends where a batch does. A feed that
 * had nothing is left in peace until all others have nothing either, or for ASK_EVERY bursts:
 * asking costs a system call.
 *
 * When no more is wanted, the kernel still has a block that is not full, with the packets of the
 * last moments: interfaces are read on until one gives a packet that is later than the end, or the
 * age of a block has passed.
 *
 * A file that is followed may be cut short or replaced by its writer; that is looked at when it has
 * nothing more to give, and then it is read from its beginning.
 */
#include "feeds.h"

#include "clock.h"
#include "diag.h"
#include "file.h"
#include "live.h"
#include "octets.h"
#include "wirelint/interface.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    BATCH = 32,     /* packets a feed has in hand */
    ASK_EVERY = 16, /* bursts of the others until a feed that had nothing is asked again */
    LOOK_MS = 100,  /* a growing file cannot be waited for, it is looked at so often */
    LEAST = 24,     /* octets that every capture begins with: the header of pcap */
};

/* Standard input and files come in pieces, through buffers of whoever writes them. */
static const wl_ns stream_lag = WL_SECOND / 2;
static const wl_ns look_every = WL_SECOND;
/* Who stamps packets has set the clock back, when it goes back this far: time goes on from
 * there. */
static const wl_ns time_jump = 10 * WL_SECOND;
/* An end that no packet marks: by a clock that was set, or stamps of another one. */
static const wl_ns end_within = 5 * WL_SECOND;

struct feed {
    struct wl_live *live; /* an interface, or */
    struct wl_file *file; /* a capture that is being written; NULL: not open */
    const char *path;
    struct wl_input *told;
    struct wl_packet batch[BATCH];
    unsigned at, n; /* of the batch: the next one to be given, all of them */
    bool over;
    bool told_few;        /* that there are too few octets to say what it is */
    uint64_t done_frames; /* of earlier files under the same name */
    uint64_t last_frame;
};

struct wl_feeds {
    struct wl_budget *budget;
    const struct wl_source_config *cfg;
    const volatile sig_atomic_t *stop;
    struct feed *feeds;
    size_t n;
    int wake[2]; /* a pipe: wl_feeds_wake writes, wl_feeds_wait reads */
    unsigned until_ask;
    wl_ns looked; /* by the monotonic clock */
    wl_ns t_last; /* of the latest packet given since the clock was set back, and when it was */
    wl_ns given_at;
    bool moved;    /* t_last is newer than given_at */
    wl_ns t_end;   /* packets after it are not wanted; 0: all are */
    wl_ns ends_at; /* by the monotonic clock: then nothing that is wanted can be on its way */
};

static void say(const struct wl_feeds *f, const char *fmt, ...) WL_PRINTF(2, 3);

static void say(const struct wl_feeds *f, const char *fmt, ...)
{
    char text[512];
    va_list args;

    if (!f->cfg->log)
        return;
    va_start(args, fmt);
    (void)vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    f->cfg->log(f->cfg->log_user, WL_LOG_WARN, text);
}

/* -------------------------------------------------------------------------------- what it is */

bool wl_feeds_is_stream(const char *path)
{
    struct stat st;

    if (strcmp(path, "-") == 0)
        return fstat(STDIN_FILENO, &st) == 0 && !S_ISREG(st.st_mode);
    return stat(path, &st) == 0 && S_ISFIFO(st.st_mode);
}

bool wl_feeds_wanted(const struct wl_source_config *cfg)
{
    return cfg->n_interfaces || cfg->follow ||
           (cfg->n_files == 1 && wl_feeds_is_stream(cfg->files[0]));
}

size_t wl_feeds_count(const struct wl_source_config *cfg)
{
    return cfg->n_interfaces ? cfg->n_interfaces : cfg->n_files;
}

static int open_interfaces(struct wl_feeds *f, struct wl_input *told, struct wl_error *err)
{
    const char *const *names = f->cfg->interfaces;
    int code = 0;

    for (size_t i = 0; code == 0 && i < f->n; i++) {
        for (size_t k = 0; k < i; k++) {
            if (strcmp(names[i], names[k]) == 0)
                return wl_fail(err, WL_EINVAL, "the interface '%s' was named twice", names[i]);
        }
        if (f->n > 1 && strcmp(names[i], "any") == 0) {
            return wl_fail(err, WL_EINVAL,
                           "'any' is all interfaces: naming another would show packets twice");
        }
        f->feeds[i].told = &told[i];
        code = wl_live_open(f->cfg, i, &told[i], f->budget, &f->feeds[i].live, err);
    }
    return code;
}

static int set_nonblocking(int fd)
{
    int flags = fcntl(fd, F_GETFL);

    return flags < 0 ? -1 : fcntl(fd, F_SETFL, flags | O_NONBLOCK);
}

int wl_feeds_new(const struct wl_source_config *cfg, struct wl_input *told,
                 const volatile sig_atomic_t *stop, struct wl_budget *budget, struct wl_feeds **ret,
                 struct wl_error *err)
{
    struct wl_feeds *f;
    int code = 0;

    if (wl_feeds_count(cfg) > WL_MAX_INTERFACES) {
        return wl_fail(err, WL_EINVAL, "more than %d interfaces or growing files",
                       (int)WL_MAX_INTERFACES);
    }
    f = wl_alloc(budget, sizeof(*f));
    if (!f)
        return wl_fail(err, WL_NOMEM, "out of memory");
    f->budget = budget;
    f->cfg = cfg;
    f->stop = stop;
    f->n = wl_feeds_count(cfg);
    f->wake[0] = f->wake[1] = -1;
    f->feeds = wl_alloc_array(budget, f->n, sizeof(*f->feeds));
    if (!f->feeds) {
        wl_feeds_free(f);
        return wl_fail(err, WL_NOMEM, "out of memory");
    }
    if (pipe(f->wake) < 0 || set_nonblocking(f->wake[0]) < 0 || set_nonblocking(f->wake[1]) < 0) {
        code = wl_fail_system(err, WL_NOMEM, "cannot make a pipe to wake a thread", errno);
        wl_feeds_free(f);
        return code;
    }
    if (cfg->n_interfaces)
        code = open_interfaces(f, told, err);
    for (size_t i = 0; code == 0 && !cfg->n_interfaces && i < f->n; i++) {
        f->feeds[i].told = &told[i];
        f->feeds[i].path = cfg->files[i];
        told[i] = (struct wl_input){.name = cfg->files[i]};
    }
    if (code < 0) {
        wl_feeds_free(f);
        return code;
    }
    *ret = f;
    return 0;
}

/* Opens, or opens again, the file of a feed. */
static int open_file(struct wl_feeds *f, struct feed *feed, struct wl_error *err)
{
    const struct wl_octets_how how = {
        .stop = f->stop,
        .patient = true,
        .follow = f->cfg->follow && strcmp(feed->path, "-") != 0,
    };

    return wl_file_open_growing(feed->path, &how, f->budget, &feed->file, err);
}

int wl_feeds_begin(struct wl_feeds *f, struct wl_error *err)
{
    int code = 0;

    for (size_t i = 0; code == 0 && i < f->n; i++) {
        struct feed *feed = &f->feeds[i];

        code = feed->live ? wl_live_begin(feed->live, err) : open_file(f, feed, err);
    }
    return code;
}

/* --------------------------------------------------------------------------- files that change */

/* Has the writer of a followed file begun anew? Tells, and opens what is there now. */
static void look_at_file(struct wl_feeds *f, struct feed *feed)
{
    struct stat there, open_one;
    struct wl_error err = {.code = WL_OK};
    int fd = feed->file ? wl_file_fd(feed->file) : -1;
    uint64_t done = 0, size = 0;
    bool replaced;

    if (!f->cfg->follow || fd < 0 || strcmp(feed->path, "-") == 0 || fstat(fd, &open_one) < 0 ||
        !S_ISREG(open_one.st_mode))
        return;
    if (stat(feed->path, &there) < 0) {
        if (!feed->told->notice)
            say(f, "'%s' has gone: waiting for it", feed->path);
        feed->told->notice = "has gone";
        return;
    }
    feed->told->notice = NULL;
    if (there.st_size > 0 && there.st_size < LEAST && !feed->told_few) {
        say(f, "'%s' has %u octets, too few to tell whether it is a capture: waiting for more",
            feed->path, (unsigned)there.st_size);
        feed->told_few = true;
    }
    wl_file_progress(feed->file, &done, &size);
    replaced = there.st_dev != open_one.st_dev || there.st_ino != open_one.st_ino;
    if (!replaced && (uint64_t)there.st_size >= done)
        return;
    /* what was written after it was asked last, and before it was replaced, is read first */
    if (replaced && fstat(fd, &open_one) == 0 && lseek(fd, 0, SEEK_CUR) < open_one.st_size)
        return;
    wl_file_free(feed->file);
    feed->file = NULL;
    feed->done_frames = feed->last_frame;
    say(f,
        replaced ? "'%s' was replaced: reading the new file"
                 : "'%s' was cut short: reading it anew",
        feed->path);
    if (open_file(f, feed, &err) < 0) {
        say(f, "%s", err.text);
        feed->told->notice = "has gone";
    }
}

/* ---------------------------------------------------------------------------------- reading */

/* As many packets as lie in the window of the file, at least one: how many, or as wl_file_next. */
static int read_file(struct wl_feeds *f, struct feed *feed, struct wl_error *err)
{
    unsigned n = 0;
    int code;

    if (!feed->file) { /* it was replaced by something that could not be opened then */
        struct wl_error quiet;

        if (open_file(f, feed, &quiet) < 0)
            return WL_AGAIN;
        feed->told->notice = NULL;
    }
    do {
        code = wl_file_next(feed->file, &feed->batch[n], err);
        if (code != 1)
            break;
        feed->batch[n].frame += feed->done_frames;
        feed->last_frame = feed->batch[n].frame;
        n++;
    } while (n < BATCH && wl_file_ready(feed->file));
    return n ? (int)n : code; /* what ended it will be said again */
}

/* Near the end: what has come after it is not wanted, nor what the feed has behind that. */
static void cut_off(const struct wl_feeds *f, struct feed *feed)
{
    for (unsigned i = 0; i < feed->n; i++) {
        if (feed->batch[i].t > f->t_end) {
            feed->n = i;
            feed->over = true;
        }
    }
}

/* Asks one feed for more: 1, or as wl_feeds_burst. */
static int ask(struct wl_feeds *f, size_t i, struct wl_error *err)
{
    struct feed *feed = &f->feeds[i];
    int code = feed->live ? wl_live_take(feed->live, feed->batch, BATCH, err)
                          : read_file(f, feed, err);

    feed->at = 0;
    feed->n = code > 0 ? (unsigned)code : 0;
    feed->over = code <= 0 && code != WL_AGAIN;
    if (f->t_end && feed->live)
        cut_off(f, feed);
    for (unsigned k = 0; k < feed->n; k++)
        feed->batch[k].frame = wl_frame((unsigned)i, feed->batch[k].frame);
    return code;
}

/* Asks everybody who has no packet in hand; idle: also those who had none. A bad end is given at
 * once. */
static int refill(struct wl_feeds *f, bool idle, size_t *ret_feed, struct wl_error *err)
{
    for (size_t i = 0; i < f->n; i++) {
        struct feed *feed = &f->feeds[i];
        int code;

        if (feed->over || feed->at < feed->n || (feed->n == 0 && !idle))
            continue;
        code = ask(f, i, err);
        if (code < 0 && code != WL_AGAIN) {
            *ret_feed = i;
            return code;
        }
    }
    return 0;
}

/* The feed with the earliest packet, or f->n. */
static size_t earliest(const struct wl_feeds *f)
{
    size_t best = f->n;
    wl_ns t = 0;

    for (size_t i = 0; i < f->n; i++) {
        const struct feed *feed = &f->feeds[i];

        if (feed->at < feed->n && (best == f->n || feed->batch[feed->at].t < t)) {
            best = i;
            t = feed->batch[feed->at].t;
        }
    }
    return best;
}

static int nothing(struct wl_feeds *f, bool late)
{
    if (late)
        return 0;
    if (f->moved) {
        f->given_at = wl_clock_monotonic();
        f->moved = false;
    }
    for (size_t i = 0; i < f->n; i++) {
        if (!f->feeds[i].over)
            return WL_AGAIN;
    }
    return 0;
}

/* The end has come, and the time that its last packets may take. Interfaces may be read for longer
 * when they have that much. */
static bool is_late(struct wl_feeds *f)
{
    wl_ns now = wl_clock_monotonic();

    for (size_t i = 0; now > f->ends_at && i < f->n; i++) {
        if (!f->feeds[i].live || now > f->ends_at + end_within)
            f->feeds[i].over = true;
    }
    return now > f->ends_at;
}

int wl_feeds_burst(struct wl_feeds *f, struct wl_packet *ret, size_t max, size_t *ret_feed,
                   struct wl_error *err)
{
    /* looked at before the kernel is asked: what is not there afterwards has not been received */
    bool late = f->t_end && is_late(f);
    bool idle = f->until_ask-- == 0;
    size_t n = 0, i;
    int code = refill(f, idle, ret_feed, err);

    if (idle)
        f->until_ask = ASK_EVERY;
    if (code < 0)
        return code;
    if (earliest(f) == f->n && !idle) {
        code = refill(f, true, ret_feed, err);
        if (code < 0)
            return code;
    }
    while (n < max && (i = earliest(f)) < f->n) {
        struct feed *feed = &f->feeds[i];

        ret[n] = feed->batch[feed->at++];
        if (ret[n].t > f->t_last || f->t_last - ret[n].t > time_jump) {
            f->t_last = ret[n].t;
            f->moved = true;
        }
        n++;
        if (feed->at == feed->n)
            break; /* only what it gives next could tell what is earliest */
    }
    return n ? (int)n : nothing(f, late);
}

void wl_feeds_end(struct wl_feeds *f)
{
    f->t_end = wl_clock_wall();
    f->ends_at = wl_clock_monotonic() + WL_LIVE_LAG;
    for (size_t i = 0; i < f->n; i++) {
        struct feed *feed = &f->feeds[i];

        /* what is compressed cannot be asked whether there is more: reading it would wait */
        if (!feed->live && (f->cfg->follow || !feed->file || !wl_file_patient(feed->file)))
            feed->over = true;
    }
}

/* ---------------------------------------------------------------------------------- waiting */

/* Milliseconds until the monotonic clock shows at, no more than timeout_ms. */
static int until(wl_ns at, int timeout_ms)
{
    wl_ns rest = at - wl_clock_monotonic();

    return rest < 0 ? 0 : (int)wl_min_u64((uint64_t)rest / 1000000 + 1, (uint64_t)timeout_ms);
}

bool wl_feeds_wait(struct wl_feeds *f, int timeout_ms, int wake_fd)
{
    struct pollfd fds[WL_MAX_INTERFACES + 2];
    nfds_t n = 0;
    char drain[16];

    fds[n++] = (struct pollfd){.fd = wake_fd, .events = POLLIN}; /* a negative one is ignored */
    fds[n++] = (struct pollfd){.fd = f->wake[0], .events = POLLIN};
    for (size_t i = 0; i < f->n; i++) {
        const struct feed *feed = &f->feeds[i];

        if (feed->over)
            continue;
        if (feed->live) {
            fds[n++] = (struct pollfd){.fd = wl_live_fd(feed->live), .events = POLLIN};
        } else if (feed->file && !f->cfg->follow) {
            fds[n++] = (struct pollfd){.fd = wl_file_fd(feed->file), .events = POLLIN};
        } else if (timeout_ms > LOOK_MS) {
            timeout_ms = LOOK_MS;
        }
    }
    if (f->t_end) {
        timeout_ms = until(f->ends_at, timeout_ms);
    } else if (*f->stop) {
        timeout_ms = 0;
    }
    if (poll(fds, n, timeout_ms) <= 0)
        return false;
    if (fds[1].revents)
        (void)!read(f->wake[0], drain, sizeof(drain));
    return fds[0].revents != 0;
}

void wl_feeds_wake(struct wl_feeds *f)
{
    int errno_value = errno; /* of whoever was interrupted */

    (void)!write(f->wake[1], "", 1);
    errno = errno_value;
}

wl_ns wl_feeds_now(const struct wl_feeds *f)
{
    wl_ns now;

    if (f->cfg->n_interfaces) {
        now = wl_clock_wall() - WL_LIVE_LAG;
        return now > f->t_last ? now : f->t_last;
    }
    if (!f->t_last)
        return 0;
    now = wl_clock_monotonic() - f->given_at - stream_lag;
    return f->moved || now < 0 ? f->t_last : f->t_last + now;
}

void wl_feeds_look(struct wl_feeds *f, bool at_end)
{
    wl_ns now = wl_clock_monotonic();

    if (!at_end && now - f->looked < look_every)
        return;
    f->looked = now;
    for (size_t i = 0; i < f->n; i++) {
        struct feed *feed = &f->feeds[i];

        if (feed->live && !feed->over) {
            wl_live_look(feed->live);
        } else if (!at_end && !feed->over && feed->n == 0) {
            look_at_file(f, feed);
        }
    }
}

bool wl_feeds_rereadable(const struct wl_feeds *f)
{
    (void)f; /* not even a followed file: it may have been replaced */
    return false;
}

void wl_feeds_free(struct wl_feeds *f)
{
    if (!f)
        return;
    for (size_t i = 0; f->feeds && i < f->n; i++) {
        wl_live_free(f->feeds[i].live);
        wl_file_free(f->feeds[i].file);
    }
    if (f->feeds)
        wl_free(f->budget, f->feeds, f->n * sizeof(*f->feeds));
    for (size_t i = 0; i < 2; i++) {
        if (f->wake[i] >= 0)
            (void)close(f->wake[i]);
    }
    wl_free(f->budget, f, sizeof(*f));
}
