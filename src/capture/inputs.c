/* inputs.c - files in sequence, or merged by time.
 * SPDX-License-Identifier: MIT
 *
 * Every file is looked at once when it is added: what it is, its link type, the time of its first
 * packet. Then all files with packets stand in a heap, ordered by the time of the packet each would
 * give next, ties by their order. Of a closed file that is its first packet, so that it is opened
 * again only when its turn comes: captures that were rotated are open one at a time, and only files
 * that overlap in time are open together. The more they are, the less each reads at a time. Where
 * they are too many, those whose next packet comes late are parked: a plain one is closed and read
 * on later, one of which little is left keeps that, and of a compressed one the descriptor is closed.
 * Packets of one file keep its order even where its times go back.
 */
#include "inputs.h"

#include "diag.h"
#include "unpack.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    KEPT_OPEN = 16,  /* files that stay open after the first look */
    FEWEST_OPEN = 2, /* while they overlap in time */
    MOST_OPEN = 4096,
    REST_OCTETS = 1 << 10, /* that most parked ones take */
    /* that the smallest open one does */
    LEAST_OCTETS = REST_OCTETS + WL_WINDOW_LEAST + WL_WINDOW_LEAST / 4,
    MAX_INPUTS = 65536, /* file indexes of wl_frame() have 16 bits */
};

static const char no_memory[] = "not enough memory";

/* ---------------------------------------------------------------------------------- files */

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

void wl_inputs_damage(struct wl_inputs *all, size_t i, const struct wl_error *err)
{
    if (all->told[i].damaged)
        return;
    if (!all->hint[0])
        (void)snprintf(all->hint, sizeof(all->hint), "%s", err->hint);
    all->lacking = all->lacking || err->hint[0] || err->code == WL_NOMEM;
    all->told[i].damaged = copy_text(all->budget, err->text);
    if (!all->told[i].damaged)
        all->told[i].damaged = no_memory;
}

/* What a window may take when one more is opened: much less than an equal share, since those that
 * were open before have more, and keep that until they read on. All together take their sixteenth
 * times the logarithm of their number, and compressed ones twice that. */
static void share_windows(struct wl_inputs *all)
{
    size_t share = all->for_windows / 16 / (all->n_busy + 1);

    all->window = wl_min_size(WL_WINDOW_MOST, share - share % WL_WINDOW_LEAST);
    if (all->window < WL_WINDOW_LEAST)
        all->window = WL_WINDOW_LEAST;
}

static bool is_plain(const struct wl_input_file *in)
{
    return in->file && !wl_file_unpacks(in->file);
}

static void count_open(struct wl_inputs *all, struct wl_input_file *in, bool open)
{
    if (in->counted == open)
        return;
    in->counted = open;
    all->n_open += open ? 1u : 0u;
    all->n_open -= open ? 0u : 1u;
}

/* Its file has been opened. */
static void begin_input(struct wl_inputs *all, struct wl_input_file *in)
{
    all->n_busy++;
    share_windows(all);
    count_open(all, in, true);
    wl_file_set_stop(in->file, all->stop);
}

static void close_input(struct wl_inputs *all, size_t i)
{
    struct wl_input_file *in = &all->files[i];

    if (!in->file)
        return;
    wl_file_progress(in->file, &in->done, &in->size);
    if (!in->started)
        in->done = 0; /* it was only looked at */
    /* packets of the burst in hand may lie in it: what is closed first is kept until they are gone;
     * what is closed after that was opened to replace it, and has given none */
    if ((all->bursting || all->lent) && in->started && !all->spent) {
        all->spent = in->file;
    } else {
        wl_file_free(in->file);
    }
    in->file = NULL;
    in->parked = WL_PARKED_NOT;
    all->n_busy--;
    share_windows(all);
    count_open(all, in, false);
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

static int grow(struct wl_inputs *all, struct wl_error *err)
{
    size_t n = all->n + 1;
    void *inputs, *told, *heap;

    if (n > all->max) {
        int code = wl_fail(err, WL_EINVAL, "there are more than %zu files", all->max);

        wl_hint(err,
                "mergecap of Wireshark makes one capture of many; --set max_files allows up "
                "to %d",
                MAX_INPUTS);
        return code;
    }
    inputs = grown(all->budget, all->files, &all->capacity, n, sizeof(*all->files));
    if (inputs)
        all->files = inputs;
    told = grown(all->budget, all->told, &all->told_capacity, n, sizeof(*all->told));
    if (told)
        all->told = told;
    heap = grown(all->budget, all->heap, &all->heap_capacity, n, sizeof(*all->heap));
    if (heap)
        all->heap = heap;
    return inputs && told && heap ? 0 : wl_fail(err, WL_NOMEM, "out of memory");
}

/* The next packet of an open input: 1, or 0 when there is none, and it has been closed. */
static int read_packet(struct wl_inputs *all, size_t i, struct wl_packet *ret)
{
    struct wl_error err; /* not cleared: that would cost more than the packet */
    int code = wl_file_next(all->files[i].file, ret, &err);

    if (WL_LIKELY_TRUE(code == 1)) {
        ret->frame = wl_frame((unsigned)i, ret->frame);
        return 1;
    }
    if (code < 0 && !*all->stop)
        wl_inputs_damage(all, i, &err);
    all->files[i].started = true;
    close_input(all, i);
    return 0;
}

/* The same, to its head. */
static int move_on(struct wl_inputs *all, size_t i)
{
    return read_packet(all, i, &all->files[i].head);
}

/* ------------------------------------------------------------------------------------ opening */

/* Half of the descriptors, and most of the memory that is left when n are parked. */
static void share_out(struct wl_inputs *all, size_t n_parked)
{
    const struct wl_budget *b = all->budget;
    size_t left = b->max - wl_min_size(b->max, b->used + n_parked * REST_OCTETS);
    size_t n = wl_min_size(MOST_OPEN, left / 4 * 3 / LEAST_OCTETS);
    struct rlimit most;

    if (getrlimit(RLIMIT_NOFILE, &most) == 0)
        n = wl_min_size(n, (size_t)wl_min_u64(most.rlim_cur / 2 / all->n_sources, MOST_OPEN));
    all->most_open = n < FEWEST_OPEN ? FEWEST_OPEN : n;
    all->most_used = b->max - left / 8;
    all->for_windows = left / 2;
    share_windows(all);
}

/* Closes what is open only because it was looked at; false when there was nothing. */
static bool close_kept(struct wl_inputs *all)
{
    bool any = false;

    for (size_t i = 0; i < all->n; i++) {
        if (all->files[i].file && !all->files[i].started && all->files[i].rereadable) {
            close_input(all, i);
            any = true;
        }
    }
    return any;
}

/* Closes a file that is being read until its turn comes again. */
static void park(struct wl_inputs *all, size_t i)
{
    struct wl_input_file *in = &all->files[i];

    if (!in->file || !in->counted || !in->rereadable || in->parked)
        return;
    if (!in->started) {
        close_input(all, i);
        return;
    }
    in->parked = wl_file_park(in->file, &in->head);
    count_open(all, in, false);
}

/* There are too few descriptors, or too little memory: gives back what can be, and keeps to what
 * there was. False when there was nothing to give back. */
static bool spare(struct wl_inputs *all)
{
    const size_t n = all->n_open;

    WL_ASSERT(!all->bursting); /* packets would be borrowed of what is parked */
    if (close_kept(all))
        return true;
    for (size_t k = all->n_heap; k > 1; k--)
        park(all, all->heap[k - 1]);
    if (all->n_open == n)
        return false;
    all->most_open = wl_min_size(all->most_open, n > FEWEST_OPEN ? n - 1 : FEWEST_OPEN);
    return true;
}

static int open_input(struct wl_inputs *all, const char *path, struct wl_file **ret,
                      struct wl_error *err)
{
    int code;

    do {
        code = wl_file_open(path, &all->window, all->budget, ret, err);
    } while (code == WL_NOMEM && spare(all));
    return code;
}

/* The first look at one file. path is taken over when own_path. */
static int add_file(struct wl_inputs *all, const char *path, bool own_path, struct wl_error *err)
{
    struct wl_error cause = {.code = 0};
    struct wl_file *file = NULL;
    struct wl_input_file *in;
    size_t i = all->n;
    int code = grow(all, err);

    if (code < 0)
        return code;
    if (i >= KEPT_OPEN)
        all->window = WL_WINDOW_LEAST; /* it is looked at, and closed */
    code = open_input(all, path, &file, &cause);
    if (code < 0 && code != WL_EDAMAGED) {
        if (err)
            *err = cause;
        return code;
    }
    in = &all->files[i];
    *in = (struct wl_input_file){
        .path = path, .file = file, .own_name = own_path, .rereadable = true};
    all->told[i] = (struct wl_input){.name = path};
    all->n++;
    if (!file) {
        wl_inputs_damage(all, i, &cause);
        return 0;
    }
    begin_input(all, in);
    in->rereadable = wl_file_rereadable(file);
    if (move_on(all, i) == 0)
        return 0;
    all->heap[all->n_heap++] = (uint32_t)i;
    if (all->bpf) {
        code = wl_bpf_prepare(all->bpf, in->head.linktype, err);
    } else {
        code = 0;
    }
    if (in->rereadable && all->n_open > wl_min_size(KEPT_OPEN, all->most_open / 2))
        close_input(all, i);
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
static int add_entry(struct wl_inputs *all, const char *directory, const char *name,
                     struct wl_error *err)
{
    size_t length = strlen(directory);
    const char *slash = length && directory[length - 1] == '/' ? "" : "/";
    size_t n = length + strlen(slash) + strlen(name) + 1;
    size_t n_before = all->n;
    char *path = wl_alloc(all->budget, n);
    struct stat st;
    int code = 0;

    if (!path)
        return wl_fail(err, WL_NOMEM, "out of memory");
    (void)snprintf(path, n, "%s%s%s", directory, slash, name);
    if (stat(path, &st) == 0 && S_ISREG(st.st_mode)) {
        code = add_file(all, path, true, err);
        /* what can be read and is no capture is none of our business; what cannot be, is */
        if (code == WL_EOPEN && can_be_read(path))
            code = 0;
    }
    if (all->n == n_before)
        wl_free(all->budget, path, n);
    return code;
}

static int add_directory(struct wl_inputs *all, const char *path, struct wl_error *err)
{
    struct dirent **entries = NULL;
    size_t n_before = all->n;
    int n = scandir(path, &entries, NULL, by_name); /* its memory is the C library's */
    int code = 0;

    if (n < 0) {
        int why = errno;
        char what[320];

        (void)snprintf(what, sizeof(what), "cannot read the directory '%s'", path);
        return wl_fail_system(err, WL_EOPEN, what, why);
    }
    for (int i = 0; i < n; i++) {
        const char *name = entries[i]->d_name;

        if (code == 0 && strcmp(name, ".") != 0 && strcmp(name, "..") != 0)
            code = add_entry(all, path, name, err);
        free(entries[i]);
    }
    free(entries);
    if (code == 0 && all->n == n_before)
        code = wl_fail(err, WL_EOPEN, "there is no capture in the directory '%s'", path);
    return code;
}

int wl_inputs_add(struct wl_inputs *all, const char *path, struct wl_error *err)
{
    struct stat st;
    int code;

    if (strcmp(path, "-") != 0 && stat(path, &st) == 0 && S_ISDIR(st.st_mode))
        return add_directory(all, path, err);
    code = add_file(all, path, false, err);
    if (code == WL_EOPEN && strcmp(path, "-") != 0 && stat(path, &st) < 0 && errno == ENOENT)
        wl_hint(err, "the first word is always a file; a filter comes after it");
    return code;
}

/* ------------------------------------------------------------------------------- the heap */

static bool is_before(const struct wl_inputs *all, uint32_t a, uint32_t b)
{
    wl_ns ta = all->files[a].head.t, tb = all->files[b].head.t;

    return ta != tb ? ta < tb : a < b;
}

static void sift_down(struct wl_inputs *all, size_t i)
{
    uint32_t *heap = all->heap;
    uint32_t moving = heap[i];

    for (;;) {
        size_t child = 2 * i + 1;

        if (child >= all->n_heap)
            break;
        if (child + 1 < all->n_heap && is_before(all, heap[child + 1], heap[child]))
            child++;
        if (!is_before(all, heap[child], moving))
            break;
        heap[i] = heap[child];
        i = child;
    }
    heap[i] = moving;
}

static void remove_top(struct wl_inputs *all)
{
    all->heap[0] = all->heap[--all->n_heap];
    if (all->n_heap)
        sift_down(all, 0);
}

/* ------------------------------------------------------------------------------------ parking */

/* Makes room for others: first those at the end of the heap, whose turn comes late. The one that
 * gave the last packet is about to give more. */
void wl_inputs_make_room(struct wl_inputs *all)
{
    const size_t wanted = all->most_open - all->most_open / 4;

    if (WL_LIKELY_TRUE(all->n_open <= all->most_open && all->budget->used <= all->most_used))
        return;
    for (size_t k = all->n_heap; k > 1 && all->n_open > wanted; k--)
        park(all, all->heap[k - 1]);
    for (size_t k = all->n_heap; k > 1 && all->budget->used > all->most_used; k--) {
        if (is_plain(&all->files[all->heap[k - 1]]))
            park(all, all->heap[k - 1]);
    }
    if (all->budget->used > all->most_used)
        all->most_used = SIZE_MAX; /* it is not ours that is much, or cannot be given back */
}

/* The turn of a closed input has come. False: it could not be read again, which is noted. */
static bool reopen(struct wl_inputs *all, size_t i)
{
    struct wl_input_file *in = &all->files[i];
    struct wl_error err = {.code = 0};

    if (open_input(all, in->path, &in->file, &err) < 0) {
        in->file = NULL;
        wl_inputs_damage(all, i, &err);
        return false;
    }
    begin_input(all, in);
    return move_on(all, i) == 1;
}

/* As reopen, of a parked one: it gives its head again. */
static bool wake(struct wl_inputs *all, size_t i)
{
    struct wl_input_file *in = &all->files[i];
    const enum wl_parked parked = in->parked;
    struct wl_error err = {.code = 0};
    int code = 0;

    if (parked != WL_PARKED_WHOLE) {
        do {
            code = wl_file_wake(in->file, &err);
        } while (code == WL_NOMEM && spare(all));
        count_open(all, in, true);
    }
    in->parked = WL_PARKED_NOT;
    if (code < 0) {
        wl_inputs_damage(all, i, &err);
        close_input(all, i);
        return false;
    }
    return parked == WL_PARKED_ASLEEP || move_on(all, i) == 1;
}

/* ---------------------------------------------------------------------------------- packets */

/* Moves the input on whose packet was given; true when some input has a packet at its head. */
static bool choose(struct wl_inputs *all)
{
    if (all->given) {
        all->given = false;
        if (move_on(all, all->heap[0]) == 0) {
            remove_top(all);
        } else if (all->n_heap > 1) {
            sift_down(all, 0);
        }
    }
    while (all->n_heap) {
        struct wl_input_file *in = &all->files[all->heap[0]];

        if (WL_LIKELY_TRUE(in->file && !in->parked)) {
            in->started = true;
            return true;
        }
        if (all->bursting) /* others may have to make room for it, and packets lie in them */
            return false;
        if (in->file ? !wake(all, all->heap[0]) : !reopen(all, all->heap[0])) {
            remove_top(all);
        } else {
            sift_down(all, 0); /* it has not changed, unless the file has */
        }
    }
    return false;
}

ptrdiff_t wl_inputs_take(struct wl_inputs *all, struct wl_packet *ret)
{
    uint32_t i;

    if (WL_LIKELY_TRUE(all->given && all->n_heap == 1)) {
        i = all->heap[0];
        if (WL_LIKELY_TRUE(read_packet(all, i, ret) == 1))
            return i;
        all->given = false;
        all->n_heap = 0;
        return -1;
    }
    if (!choose(all))
        return -1;
    all->given = true;
    i = all->heap[0];
    *ret = all->files[i].head;
    return i;
}

bool wl_inputs_stay(const struct wl_inputs *all)
{
    const struct wl_file *file = all->given && all->n_heap ? all->files[all->heap[0]].file : NULL;

    return file && !all->spent && all->n_open <= all->most_open && wl_file_ready(file);
}

void wl_inputs_release(struct wl_inputs *all)
{
    if (WL_LIKELY_TRUE(!all->spent))
        return;
    if (all->lent) {
        wl_file_rest(all->spent);
        return;
    }
    wl_file_free(all->spent);
    all->spent = NULL;
}

void wl_inputs_rest(struct wl_inputs *all)
{
    wl_inputs_release(all);
    for (size_t i = 0; i < all->n; i++) {
        if (all->files[i].file)
            wl_file_rest(all->files[i].file);
    }
}

/* ------------------------------------------------------------------------------------ all of it */

void wl_inputs_init(struct wl_inputs *ret, struct wl_budget *budget, uint64_t max,
                    unsigned n_sources, const volatile sig_atomic_t *stop, struct wl_bpf *bpf)
{
    *ret = (struct wl_inputs){
        .budget = budget,
        .n_sources = n_sources,
        .stop = stop,
        .bpf = bpf,
        .max = (size_t)wl_min_u64(max, MAX_INPUTS),
    };
    share_out(ret, 0);
}

int wl_inputs_tell_live(struct wl_inputs *all, size_t n, struct wl_error *err)
{
    void *told = grown(all->budget, NULL, &all->told_capacity, n, sizeof(*all->told));

    if (!told)
        return wl_fail(err, WL_NOMEM, "out of memory");
    all->told = told;
    all->n_live = n;
    return 0;
}

void wl_inputs_begin(struct wl_inputs *all)
{
    for (size_t i = all->n_heap / 2; i > 0; i--)
        sift_down(all, i - 1);
    share_out(all, all->n_heap);
}

void wl_inputs_progress(struct wl_inputs *all, uint64_t *ret_done, uint64_t *ret_total)
{
    uint64_t done = 0, total = 0;
    bool known = true;

    for (size_t i = 0; i < all->n; i++) {
        struct wl_input_file *in = &all->files[i];

        if (in->file && in->started)
            wl_file_progress(in->file, &in->done, &in->size);
        known = known && in->size;
        done += in->done;
        total += in->size;
    }
    *ret_done = done;
    *ret_total = known ? total : 0;
}

bool wl_inputs_rereadable(const struct wl_inputs *all)
{
    for (size_t i = 0; i < all->n; i++) {
        if (!all->files[i].rereadable)
            return false;
    }
    return true;
}

void wl_inputs_free(struct wl_inputs *all)
{
    if (!all->budget)
        return;
    for (size_t i = 0; i < all->n; i++) {
        close_input(all, i);
        if (all->files[i].own_name)
            free_text(all->budget, all->files[i].path);
    }
    wl_file_free(all->spent);
    for (size_t i = 0; i < all->n + all->n_live; i++)
        free_text(all->budget, all->told[i].damaged);
    wl_free(all->budget, all->files, all->capacity * sizeof(*all->files));
    wl_free(all->budget, all->told, all->told_capacity * sizeof(*all->told));
    wl_free(all->budget, all->heap, all->heap_capacity * sizeof(*all->heap));
}
