/* source.c - where packets come from: files in sequence or merged by time, or what is live.
 * SPDX-License-Identifier: MIT
 *
 * Every input is looked at once when the source is opened: what it is, its link type, the time of
 * its first packet. Then all inputs with packets stand in a heap, ordered by the time of the packet
 * each would give next, ties by their order. Of a closed input that is its first packet, so that a
 * file is opened again only when its turn comes: captures that were rotated are open one at a time,
 * and only files that overlap in time are open together. Where these are too many, those whose next
 * packet comes late are parked: a plain one is closed and read on later, one of which little is left
 * keeps that. Packets of one file keep its order even where its times go back.
 *
 * The packets given last stay borrowed from their files until the next call, which first of all
 * moves the file of the latest on. A burst ends before a file would have to read on.
 *
 * What is live comes from feeds.c instead; counting, the filter of streams and the ends of a run
 * are the same here.
 */
#include "source.h"

#include "bpf.h"
#include "clock.h"
#include "diag.h"
#include "feeds.h"
#include "file.h"
#include "scout.h"
#include "unpack.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    KEPT_OPEN = 16,  /* files that stay open after the first look */
    FEWEST_OPEN = 4, /* while they overlap in time */
    MOST_OPEN = 256,
    REST_OCTETS = 2 << 10,   /* that a parked one takes */
    FILE_OCTETS = 400 << 10, /* of memory that an open file takes, a compressed one twice as many */
    PROGRESS_STEP = 4 << 20, /* octets between two calls of progress */
    MAX_INPUTS = 65536,      /* file indexes of wl_frame() have 16 bits */
    CLOCK_EVERY = 1024,      /* live packets between two looks at the clock */
};

struct input {
    const char *path;
    struct wl_file *file;  /* NULL: closed, or at its end */
    struct wl_packet head; /* what it gives next; only the time of it counts while closed */
    uint64_t done, size;   /* octets of the file, for progress; as of the last look */
    bool rereadable;
    bool own_name;  /* allocated: found in a directory */
    bool started;   /* its packets are being given: reopening would begin anew */
    bool counted;   /* among n_open: it has a descriptor, or will have to give its next packet */
    bool settled;   /* it needs none any more, or cannot do without */
    uint8_t weight; /* of one that is open: 2 when it is compressed */
    bool parked;    /* open, but for what lies in its window: only the time of its head counts */
};

struct wl_source {
    struct wl_budget *budget;
    const struct wl_source_config *cfg;
    volatile sig_atomic_t stop;
    struct wl_bpf *bpf;
    struct input *inputs;
    struct wl_input *told; /* the same for people */
    uint32_t *heap;        /* indexes of inputs that have a next packet */
    size_t n_inputs, n_heap, max_inputs;
    size_t inputs_capacity, told_capacity, heap_capacity;
    bool given;               /* the head of the topmost input has been handed out */
    size_t n_open, most_open; /* the weights of those that are counted */
    uint64_t ordinal, delivered;
    int64_t until_progress;
    bool bursting;           /* packets have been given that are still borrowed */
    struct wl_file *spent;   /* a file at its end, of which some are; the next call frees it */
    struct wl_scout scout;   /* goes ahead of the packets of the file that is alone, */
    bool scouted;            /* if somebody has taken it */
    bool lent;               /* but not this one, before all is over: somebody may read in it */
    struct wl_error failure; /* of the filter: told by the call after the burst it ended */
    struct wl_feeds *feeds;  /* live: instead of inputs and heap */
    size_t n_feeds;
    bool ending;     /* live: only what was received before is still given */
    wl_ns deadline;  /* by the monotonic clock; 0: none */
    uint64_t looked; /* ordinal at which the clock was looked at */
};

static const char no_memory[] = "not enough memory";

/* --------------------------------------------------------------------------------- inputs */

static const char *copy_text(struct wl_budget *b, const char *text)
{
    size_t n = strlen(text) + 1;
    char *copy = wl_alloc(b, n);

    if (copy)
        memcpy(copy, text, n);
    return copy;
}

static void free_text(struct wl_budget *b, const char *text)
{
    if (text && text != no_memory) {
        union {
            const char *in;
            void *out;
        } own = {.in = text};

        wl_free(b, own.out, strlen(text) + 1);
    }
}

static void note_damage(struct wl_source *s, size_t i, const struct wl_error *err)
{
    if (s->told[i].damaged)
        return;
    s->told[i].damaged = copy_text(s->budget, err->text);
    if (!s->told[i].damaged)
        s->told[i].damaged = no_memory;
}

static void count_open(struct wl_source *s, struct input *in, bool open)
{
    if (in->counted == open)
        return;
    in->counted = open;
    s->n_open += open ? in->weight : 0u;
    s->n_open -= open ? 0u : in->weight;
}

static void close_input(struct wl_source *s, size_t i)
{
    struct input *in = &s->inputs[i];

    if (!in->file)
        return;
    wl_file_progress(in->file, &in->done, &in->size);
    if (!in->started)
        in->done = 0; /* it was only looked at */
    /* packets of the burst in hand may lie in it: what is closed first is kept until they are gone;
     * what is closed after that was opened to replace it, and has given none */
    if ((s->bursting || s->lent) && in->started && !s->spent) {
        s->spent = in->file;
    } else {
        wl_file_free(in->file);
    }
    in->file = NULL;
    count_open(s, in, false);
}

/* p, grown to hold n elements; NULL when memory is refused, and p is still valid then. */
static void *grown(struct wl_budget *b, void *p, size_t *capacity, size_t n, size_t size)
{
    size_t wanted = *capacity ? *capacity : 8;
    void *moved;

    if (n <= *capacity)
        return p;
    while (wanted < n)
        wanted *= 2;
    moved = wl_resize(b, p, *capacity * size, wanted * size);
    if (moved)
        *capacity = wanted;
    return moved;
}

static int grow(struct wl_source *s, struct wl_error *err)
{
    size_t n = s->n_inputs + 1;
    void *inputs, *told, *heap;

    if (n > s->max_inputs) {
        int code = wl_fail(err, WL_EINVAL, "there are more than %zu files", s->max_inputs);

        wl_hint(err,
                "mergecap of Wireshark makes one capture of many; --set max_files allows up "
                "to %d",
                MAX_INPUTS);
        return code;
    }
    inputs = grown(s->budget, s->inputs, &s->inputs_capacity, n, sizeof(*s->inputs));
    if (inputs)
        s->inputs = inputs;
    told = grown(s->budget, s->told, &s->told_capacity, n, sizeof(*s->told));
    if (told)
        s->told = told;
    heap = grown(s->budget, s->heap, &s->heap_capacity, n, sizeof(*s->heap));
    if (heap)
        s->heap = heap;
    return inputs && told && heap ? 0 : wl_fail(err, WL_NOMEM, "out of memory");
}

/* The next packet of an open input: 1, or 0 when there is none, and it has been closed. */
static int read_packet(struct wl_source *s, size_t i, struct wl_packet *ret)
{
    struct wl_error err; /* not cleared: that would cost more than the packet */
    int code = wl_file_next(s->inputs[i].file, ret, &err);

    if (WL_LIKELY_TRUE(code == 1)) {
        ret->frame = wl_frame((unsigned)i, ret->frame);
        return 1;
    }
    if (code < 0 && !s->stop)
        note_damage(s, i, &err);
    s->inputs[i].started = true;
    close_input(s, i);
    return 0;
}

/* The same, to its head. */
static int move_on(struct wl_source *s, size_t i)
{
    return read_packet(s, i, &s->inputs[i].head);
}

/* The first look at one file. path is taken over when own_path. */
static int add_file(struct wl_source *s, const char *path, bool own_path, struct wl_error *err)
{
    struct wl_error cause = {.code = 0};
    struct wl_file *file = NULL;
    struct input *in;
    size_t i = s->n_inputs;
    int code = grow(s, err);

    if (code < 0)
        return code;
    code = wl_file_open(path, s->budget, &file, &cause);
    if (code < 0 && code != WL_EDAMAGED) {
        if (err)
            *err = cause;
        return code;
    }
    in = &s->inputs[i];
    *in = (struct input){.path = path, .file = file, .own_name = own_path, .rereadable = true};
    s->told[i] = (struct wl_input){.name = path};
    s->n_inputs++;
    if (!file) {
        note_damage(s, i, &cause);
        return 0;
    }
    in->weight = wl_file_unpacks(file) ? 2 : 1;
    count_open(s, in, true);
    in->rereadable = wl_file_rereadable(file);
    wl_file_set_stop(file, &s->stop);
    if (move_on(s, i) == 0)
        return 0;
    s->heap[s->n_heap++] = (uint32_t)i;
    if (s->bpf) {
        code = wl_bpf_prepare(s->bpf, in->head.linktype, err);
    } else {
        code = 0;
    }
    if (in->rereadable && s->n_open > wl_min_size(KEPT_OPEN, s->most_open / 2))
        close_input(s, i);
    return code;
}

/* ----------------------------------------------------------------------------- directories */

/* By octets, not by the language of the user: the order must be the same everywhere. */
static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

/* access(2) would ask for the rights of another user than open(2) when some were given up. */
static bool can_be_read(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

    if (fd >= 0)
        (void)close(fd);
    return fd >= 0;
}

/* One entry of a directory: 0 also when it is no capture, which is passed over. */
static int add_entry(struct wl_source *s, const char *directory, const char *name,
                     struct wl_error *err)
{
    size_t length = strlen(directory);
    const char *slash = length && directory[length - 1] == '/' ? "" : "/";
    size_t n = length + strlen(slash) + strlen(name) + 1;
    size_t n_before = s->n_inputs;
    char *path = wl_alloc(s->budget, n);
    struct stat st;
    int code = 0;

    if (!path)
        return wl_fail(err, WL_NOMEM, "out of memory");
    (void)snprintf(path, n, "%s%s%s", directory, slash, name);
    if (stat(path, &st) == 0 && S_ISREG(st.st_mode)) {
        code = add_file(s, path, true, err);
        /* what can be read and is no capture is none of our business; what cannot be, is */
        if (code == WL_EOPEN && can_be_read(path))
            code = 0;
    }
    if (s->n_inputs == n_before)
        wl_free(s->budget, path, n);
    return code;
}

static int add_directory(struct wl_source *s, const char *path, struct wl_error *err)
{
    struct dirent **entries = NULL;
    size_t n_before = s->n_inputs;
    int n = scandir(path, &entries, NULL, by_name); /* its memory is the C library's */
    int code = 0;

    if (n < 0) {
        char text[96];

        return wl_fail(err, WL_EOPEN, "cannot read the directory '%s': %s", path,
                       wl_errno_text(errno, text, sizeof(text)));
    }
    for (int i = 0; i < n; i++) {
        const char *name = entries[i]->d_name;

        if (code == 0 && strcmp(name, ".") != 0 && strcmp(name, "..") != 0)
            code = add_entry(s, path, name, err);
        free(entries[i]);
    }
    free(entries);
    if (code == 0 && s->n_inputs == n_before)
        code = wl_fail(err, WL_EOPEN, "there is no capture in the directory '%s'", path);
    return code;
}

static int add_operand(struct wl_source *s, const char *path, struct wl_error *err)
{
    struct stat st;
    int code;

    if (strcmp(path, "-") != 0 && stat(path, &st) == 0 && S_ISDIR(st.st_mode))
        return add_directory(s, path, err);
    code = add_file(s, path, false, err);
    if (code == WL_EOPEN && strcmp(path, "-") != 0 && stat(path, &st) < 0 && errno == ENOENT)
        wl_hint(err, "the first word is always a file; a filter comes after it");
    return code;
}

/* ------------------------------------------------------------------------------- the heap */

static bool is_before(const struct wl_source *s, uint32_t a, uint32_t b)
{
    wl_ns ta = s->inputs[a].head.t, tb = s->inputs[b].head.t;

    return ta != tb ? ta < tb : a < b;
}

static void sift_down(struct wl_source *s, size_t i)
{
    uint32_t *heap = s->heap;
    uint32_t moving = heap[i];

    for (;;) {
        size_t child = 2 * i + 1;

        if (child >= s->n_heap)
            break;
        if (child + 1 < s->n_heap && is_before(s, heap[child + 1], heap[child]))
            child++;
        if (!is_before(s, heap[child], moving))
            break;
        heap[i] = heap[child];
        i = child;
    }
    heap[i] = moving;
}

static void remove_top(struct wl_source *s)
{
    s->heap[0] = s->heap[--s->n_heap];
    if (s->n_heap)
        sift_down(s, 0);
}

/* ---------------------------------------------------------------------------------- opening */

static int prepare_feeds(struct wl_source *s, struct wl_error *err)
{
    size_t n = wl_feeds_count(s->cfg);
    void *told = grown(s->budget, NULL, &s->told_capacity, n, sizeof(*s->told));

    if (!told)
        return wl_fail(err, WL_NOMEM, "out of memory");
    s->told = told;
    s->n_feeds = n;
    return wl_feeds_new(s->cfg, s->told, &s->stop, s->budget, &s->feeds, err);
}

/* A half of the descriptors, and of the memory that is left when n are parked. */
static size_t most_open(const struct wl_budget *b, size_t n_parked)
{
    size_t left = b->max - wl_min_size(b->max, b->used + n_parked * REST_OCTETS);
    size_t n = wl_min_size(MOST_OPEN, left / 2 / FILE_OCTETS);
    struct rlimit most;

    if (getrlimit(RLIMIT_NOFILE, &most) == 0)
        n = wl_min_size(n, (size_t)wl_min_u64(most.rlim_cur / 2, MOST_OPEN));
    return n < FEWEST_OPEN ? FEWEST_OPEN : n;
}

int wl_source_prepare(const struct wl_source_config *cfg, const struct wl_limits *limits,
                      struct wl_budget *budget, struct wl_source **ret, struct wl_error *err)
{
    struct wl_source *s;
    int code = 0;

    if (cfg->n_files && cfg->n_interfaces)
        return wl_fail(err, WL_EINVAL, "files and interfaces cannot be read together");
    if (cfg->n_files == 0 && cfg->n_interfaces == 0)
        return wl_fail(err, WL_EINVAL, "there is no capture file to read");
    s = wl_alloc(budget, sizeof(*s));
    if (!s)
        return wl_fail(err, WL_NOMEM, "out of memory");
    s->budget = budget;
    s->cfg = cfg;
    s->max_inputs = (size_t)wl_min_u64(limits->max_files, MAX_INPUTS);
    s->until_progress = PROGRESS_STEP;
    s->most_open = most_open(budget, 0);
    if (cfg->bpf && cfg->bpf[0] && !cfg->n_interfaces) /* those are filtered by the kernel */
        code = wl_bpf_new(cfg->bpf, budget, &s->bpf, err);
    for (size_t i = 0; code == 0 && i < cfg->n_files; i++)
        code = wl_unpack_expect(cfg->files[i], cfg->follow, err);
    if (code == 0 && wl_feeds_wanted(cfg))
        code = prepare_feeds(s, err);
    if (code < 0) {
        wl_source_free(s);
        return code;
    }
    *ret = s;
    return 0;
}

int wl_source_begin(struct wl_source *s, struct wl_error *err)
{
    int code = 0;

    if (s->cfg->max_duration)
        s->deadline = wl_clock_monotonic() + s->cfg->max_duration;
    if (s->feeds) {
        if (s->bpf)
            code = wl_bpf_prepare(s->bpf, 1, err); /* before the first packet: is it a filter? */
        return code < 0 ? code : wl_feeds_begin(s->feeds, err);
    }

    for (size_t i = 0; code == 0 && i < s->cfg->n_files; i++)
        code = add_operand(s, s->cfg->files[i], err);
    if (code == 0 && s->bpf && s->n_heap == 0)
        code = wl_bpf_prepare(s->bpf, 1, err); /* no packet at all: still, is it a filter? */
    for (size_t i = s->n_heap / 2; i > 0; i--)
        sift_down(s, i - 1);
    s->most_open = most_open(s->budget, s->n_heap);
    return code;
}

int wl_source_open(const struct wl_source_config *cfg, const struct wl_limits *limits,
                   struct wl_budget *budget, struct wl_source **ret, struct wl_error *err)
{
    struct wl_source *s = NULL;
    int code = wl_source_prepare(cfg, limits, budget, &s, err);

    if (code < 0)
        return code;
    WL_ASSERT(s);
    code = wl_source_begin(s, err);
    if (code < 0) {
        wl_source_free(s);
        return code;
    }
    *ret = s;
    return 0;
}

/* Closes what is open only because it was looked at; false when there was nothing. */
static bool close_kept(struct wl_source *s)
{
    bool any = false;

    for (size_t i = 0; i < s->n_inputs; i++) {
        if (s->inputs[i].file && !s->inputs[i].started && s->inputs[i].rereadable) {
            close_input(s, i);
            any = true;
        }
    }
    return any;
}

/* The turn of a closed input has come. False: it could not be read again, which is noted. */
static bool reopen(struct wl_source *s, size_t i)
{
    struct input *in = &s->inputs[i];
    struct wl_error err = {.code = 0};
    int code = wl_file_open(in->path, s->budget, &in->file, &err);

    /* perhaps there are too many open files, or too little memory */
    if (code < 0 && close_kept(s))
        code = wl_file_open(in->path, s->budget, &in->file, &err);
    if (code < 0) {
        in->file = NULL;
        note_damage(s, i, &err);
        return false;
    }
    count_open(s, in, true);
    wl_file_set_stop(in->file, &s->stop);
    return move_on(s, i) == 1;
}

/* Closes a file that is being read until its turn comes again. */
static void park(struct wl_source *s, size_t i)
{
    struct input *in = &s->inputs[i];
    enum wl_parked parked;

    if (!in->file || !in->counted || !in->rereadable || in->parked)
        return;
    if (!in->started) {
        close_input(s, i);
        return;
    }
    parked = wl_file_park(in->file, &in->head);
    in->parked = parked != WL_PARKED_NOT;
    in->settled = parked != WL_PARKED_CLOSED;
    count_open(s, in, false);
}

/* As reopen, of a parked one: it gives its head again. */
static bool wake(struct wl_source *s, size_t i)
{
    struct input *in = &s->inputs[i];

    in->parked = false;
    count_open(s, in, !in->settled);
    return move_on(s, i) == 1;
}

/* Makes room for others: first those at the end of the heap, whose turn comes late. The one that
 * gave the last packet is about to give more. */
static void park_some(struct wl_source *s)
{
    size_t wanted = s->most_open - s->most_open / 4;

    for (size_t k = s->n_heap; k > 1 && s->n_open > wanted; k--)
        park(s, s->heap[k - 1]);
}

/* -------------------------------------------------------------------------------- reading */

static void tell_progress(struct wl_source *s)
{
    uint64_t done = 0, total = 0;
    bool known = true;

    s->until_progress = PROGRESS_STEP;
    if (!s->cfg->progress)
        return;
    for (size_t i = 0; i < s->n_inputs; i++) {
        struct input *in = &s->inputs[i];

        if (in->file && in->started)
            wl_file_progress(in->file, &in->done, &in->size);
        known = known && in->size;
        done += in->done;
        total += in->size;
    }
    s->cfg->progress(s->cfg->progress_user, done, known ? total : 0);
}

static size_t n_told(const struct wl_source *s)
{
    return s->feeds ? s->n_feeds : s->n_inputs;
}

static int finish(struct wl_source *s, struct wl_error *err)
{
    const char *first = NULL;
    size_t n_damaged = 0;

    tell_progress(s);
    for (size_t i = 0; i < n_told(s); i++) {
        if (!s->told[i].damaged)
            continue;
        if (!first)
            first = s->told[i].damaged;
        n_damaged++;
    }
    if (!first)
        return 0;
    if (n_damaged == 1)
        return wl_fail(err, WL_EDAMAGED, "%s", first);
    return wl_fail(err, WL_EDAMAGED, "%s; %zu other files are damaged too", first, n_damaged - 1);
}

static void count(struct wl_source *s, size_t i, const struct wl_packet *packets, size_t n)
{
    struct wl_input *told = &s->told[i];
    wl_ns first = told->packets ? told->t_first : packets[0].t;
    wl_ns last = told->packets ? told->t_last : packets[0].t;
    uint64_t octets = 0;

    for (size_t k = 0; k < n; k++) {
        first = packets[k].t < first ? packets[k].t : first;
        last = packets[k].t > last ? packets[k].t : last;
        octets += packets[k].bytes.n;
    }
    told->t_first = first;
    told->t_last = last;
    told->packets += n;
    told->octets += octets;
    s->until_progress -= (int64_t)octets;
    if (WL_LIKELY_FALSE(s->until_progress < 0))
        tell_progress(s);
}

/* Moves the input on whose packet was given; true when some input has a packet at its head. */
static bool choose(struct wl_source *s)
{
    if (s->given) {
        s->given = false;
        if (move_on(s, s->heap[0]) == 0) {
            remove_top(s);
        } else if (s->n_heap > 1) {
            sift_down(s, 0);
        }
    }
    while (s->n_heap) {
        struct input *in = &s->inputs[s->heap[0]];

        if (WL_LIKELY_TRUE(in->file && !in->parked)) {
            in->started = true;
            return true;
        }
        if (in->file ? !wake(s, s->heap[0]) : !reopen(s, s->heap[0])) {
            remove_top(s);
        } else {
            sift_down(s, 0); /* it has not changed, unless the file has */
        }
    }
    return false;
}

/*
 * The next packet of all, filtered or not, to *ret: its input, or -1 at the end. A file that is
 * alone gives its packets directly: its head is not needed to compare it with others any more.
 */
static ptrdiff_t take_packet(struct wl_source *s, struct wl_packet *ret)
{
    uint32_t i;

    if (WL_LIKELY_TRUE(s->given && s->n_heap == 1)) {
        i = s->heap[0];
        if (WL_LIKELY_TRUE(read_packet(s, i, ret) == 1))
            return i;
        s->given = false;
        s->n_heap = 0;
        return -1;
    }
    if (!choose(s))
        return -1;
    s->given = true;
    i = s->heap[0];
    *ret = s->inputs[i].head;
    return i;
}

/* The run is over, in order. */
static int finish_live(struct wl_source *s, struct wl_error *err)
{
    wl_feeds_look(s->feeds, true);
    return finish(s, err);
}

static bool is_late(const struct wl_source *s)
{
    return s->deadline && wl_clock_monotonic() >= s->deadline;
}

static void begin_to_end(struct wl_source *s)
{
    if (!s->ending)
        wl_feeds_end(s->feeds);
    s->ending = true;
}

/* Standard input turned out to be no capture: nothing was read, and there is nothing to report. */
static int refuse_feed(struct wl_source *s, int code)
{
    s->n_feeds = 0;
    return code;
}

/* Numbers, counts and filters what has come, in place: how many are left, or a negative code. */
static int pass_on(struct wl_source *s, struct wl_packet *packets, size_t n, struct wl_error *err)
{
    size_t kept = 0;

    for (size_t i = 0; i < n; i++) {
        int code = 1;

        packets[i].ordinal = ++s->ordinal;
        count(s, wl_frame_file(packets[i].frame), &packets[i], 1);
        if (s->bpf)
            code = wl_bpf_match(s->bpf, &packets[i], err);
        if (code < 0)
            return code;
        if (code)
            packets[kept++] = packets[i];
    }
    s->delivered += kept;
    return (int)kept;
}

/* Is there enough? Live what the kernel has received until now is still read. */
static bool is_over(struct wl_source *s)
{
    bool look = s->ordinal - s->looked >= CLOCK_EVERY;

    if (look) {
        s->looked = s->ordinal;
        wl_feeds_look(s->feeds, false);
    }
    if (s->stop || (look && is_late(s)))
        begin_to_end(s);
    return s->cfg->max_packets && s->delivered >= s->cfg->max_packets;
}

/* wl_source_burst of what is live. */
static int burst_live(struct wl_source *s, struct wl_packet *ret, size_t max, struct wl_error *err)
{
    for (;;) {
        size_t wanted = max, i = 0;
        int code;

        if (is_over(s))
            return finish_live(s, err);
        if (s->cfg->max_packets)
            wanted = wl_min_size(max, (size_t)(s->cfg->max_packets - s->delivered));
        code = wl_feeds_burst(s->feeds, ret, wanted, &i, err);
        if (code == WL_AGAIN) {
            wl_feeds_look(s->feeds, false);
            if (is_late(s))
                begin_to_end(s);
            return WL_AGAIN;
        }
        if (code == 0)
            return finish_live(s, err);
        if (code < 0) {
            if (s->told[i].packets == 0 && s->n_feeds == 1)
                return refuse_feed(s, code);
            note_damage(s, i, err);
            continue;
        }
        code = pass_on(s, ret, (size_t)code, err);
        if (code)
            return code;
    }
}

/* Will the next packet leave those given in this burst where they are? */
static bool stays_put(const struct wl_source *s)
{
    const struct wl_file *file = s->given && s->n_heap ? s->inputs[s->heap[0]].file : NULL;

    return file && !s->spent && s->n_open <= s->most_open && wl_file_ready(file);
}

/* What the file that is alone can give without reading on, after the packet before; nothing is to
 * be asked of its packets. */
static size_t take_more(struct wl_source *s, const struct wl_packet *before, struct wl_packet *ret,
                        size_t max)
{
    uint32_t i = s->heap[0];
    size_t n = wl_file_more(s->inputs[i].file, before, ret, max);

    s->ordinal += n;
    s->delivered += n;
    if (n)
        count(s, i, ret, n);
    return n;
}

/* n packets were given, the last of them by the file that is alone, if one is. */
static void lead_scout(struct wl_source *s, size_t n)
{
    struct wl_file *file = s->given && s->n_heap == 1 ? s->inputs[s->heap[0]].file : NULL;

    if (!file) {
        s->scout = (struct wl_scout){.at = NULL};
        return;
    }
    if (s->cfg->may_map)
        wl_file_map(file);
    wl_file_lead(file, n, &s->scout);
}

/* wl_source_burst of files. */
static int burst_files(struct wl_source *s, struct wl_packet *ret, size_t max, struct wl_error *err)
{
    size_t n = 0;

    while (n < max && (n == 0 || stays_put(s))) {
        struct wl_packet *p = ret + n;
        ptrdiff_t i;
        int code = 1;

        if (WL_LIKELY_FALSE(s->stop))
            return (int)n;
        if (s->cfg->max_packets && s->delivered >= s->cfg->max_packets)
            return n ? (int)n : finish(s, err);
        s->bursting = n > 0;
        i = take_packet(s, p);
        if (i < 0)
            return n || s->stop ? (int)n : finish(s, err);
        p->ordinal = ++s->ordinal;
        count(s, (size_t)i, p, 1);
        if (s->bpf)
            code = wl_bpf_match(s->bpf, p, &s->failure);
        if (code < 0) {
            *err = s->failure;
            return n ? (int)n : code;
        }
        s->delivered += (unsigned)code;
        n += (unsigned)code;
        if (s->n_heap == 1 && s->given && !s->bpf && !s->cfg->max_packets)
            n += take_more(s, p, ret + n, max - n);
    }
    return (int)n;
}

/* What was given last is borrowed no more. */
static void free_spent(struct wl_source *s)
{
    if (WL_LIKELY_TRUE(!s->spent))
        return;
    if (s->lent) {
        wl_file_rest(s->spent);
        return;
    }
    wl_file_free(s->spent);
    s->spent = NULL;
}

/* Nothing more will be given, whatever has ended the run. */
static void rest(struct wl_source *s)
{
    free_spent(s);
    for (size_t i = 0; i < s->n_inputs; i++) {
        if (s->inputs[i].file)
            wl_file_rest(s->inputs[i].file);
    }
}

int wl_source_burst(struct wl_source *s, struct wl_packet *ret, size_t max, struct wl_error *err)
{
    int rc;

    if (WL_LIKELY_FALSE(s->failure.code)) {
        *err = s->failure;
        return (int)err->code;
    }
    free_spent(s);
    if (WL_LIKELY_FALSE(s->feeds != NULL))
        return burst_live(s, ret, max, err);
    if (WL_LIKELY_FALSE(s->n_open > s->most_open))
        park_some(s);
    rc = burst_files(s, ret, max, err);
    if (rc > 0 && s->scouted) {
        lead_scout(s, (size_t)rc);
    } else if (rc <= 0) {
        rest(s);
    }
    return rc;
}

int wl_source_next(struct wl_source *s, struct wl_packet *ret, struct wl_error *err)
{
    return wl_source_burst(s, ret, 1, err);
}

bool wl_source_live(const struct wl_source *s)
{
    return s->feeds != NULL;
}

bool wl_source_wait(struct wl_source *s, int timeout_ms, int wake_fd)
{
    if (s->deadline && !s->ending) {
        wl_ns rest = s->deadline - wl_clock_monotonic();

        timeout_ms = (int)wl_min_u64((uint64_t)timeout_ms,
                                     rest > 0 ? (uint64_t)rest / 1000000 + 1 : 0);
    }
    return s->feeds && wl_feeds_wait(s->feeds, timeout_ms, wake_fd);
}

wl_ns wl_source_now(const struct wl_source *s)
{
    return s->feeds ? wl_feeds_now(s->feeds) : 0;
}

void wl_source_stop(struct wl_source *s)
{
    s->stop = 1;
    if (s->feeds)
        wl_feeds_wake(s->feeds);
}

const struct wl_input *wl_source_inputs(const struct wl_source *s, size_t *n)
{
    *n = n_told(s);
    return s->told;
}

void wl_source_lost(struct wl_source *s, bool at_end, uint64_t *ret_dropped,
                    uint64_t *ret_interface_dropped)
{
    if (s->feeds && at_end)
        wl_feeds_look(s->feeds, true);
    *ret_dropped = *ret_interface_dropped = 0;
    for (size_t i = 0; i < s->n_feeds; i++) {
        *ret_dropped += s->told[i].dropped;
        *ret_interface_dropped += s->told[i].interface_dropped;
    }
}

const struct wl_octets *wl_source_lend(struct wl_source *s)
{
    const struct wl_octets *octets = !s->feeds && s->n_inputs == 1 && s->inputs[0].file
                                         ? wl_file_octets(s->inputs[0].file)
                                         : NULL;

    s->lent = octets != NULL;
    return octets;
}

struct wl_scout *wl_source_scout(struct wl_source *s)
{
    s->scouted = true;
    return &s->scout;
}

bool wl_source_rereadable(const struct wl_source *s)
{
    if (s->feeds)
        return wl_feeds_rereadable(s->feeds);
    for (size_t i = 0; i < s->n_inputs; i++) {
        if (!s->inputs[i].rereadable)
            return false;
    }
    return true;
}

void wl_source_free(struct wl_source *s)
{
    if (!s)
        return;
    for (size_t i = 0; i < s->n_inputs; i++) {
        close_input(s, i);
        free_text(s->budget, s->told[i].damaged);
        if (s->inputs[i].own_name)
            free_text(s->budget, s->inputs[i].path);
    }
    wl_file_free(s->spent);
    for (size_t i = 0; i < s->n_feeds; i++)
        free_text(s->budget, s->told[i].damaged);
    wl_feeds_free(s->feeds);
    wl_bpf_free(s->bpf);
    wl_free(s->budget, s->inputs, s->inputs_capacity * sizeof(*s->inputs));
    wl_free(s->budget, s->told, s->told_capacity * sizeof(*s->told));
    wl_free(s->budget, s->heap, s->heap_capacity * sizeof(*s->heap));
    wl_free(s->budget, s, sizeof(*s));
}
