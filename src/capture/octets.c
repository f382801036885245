/* octets.c - the octets of one input from front to end, plain or decompressed, in a window.
 * SPDX-License-Identifier: MIT
 *
 * The window is filled by reads of 256 KiB (large enough that the system call does not count, small
 * enough to stay in the cache of one core) to a page boundary, or of less where many files are open
 * side by side:
 *
 *     base            headroom                                            capacity
 *     |   ... tail >>>|  one read(2)                                       |
 *
 * The unread tail of the last read is moved in front of the boundary, so that the copy of the
 * kernel stays aligned and a tail costs one short copy per 256 KiB. A record that is larger than the
 * window makes it grow.
 *
 * A file that nobody can write to meanwhile is mapped when that is wanted (mapped.h), part by part.
 * Then the window lies in the file; only where a record begins in one part and ends in the next is
 * it a copy of that record, as if it had been read.
 */
#include "octets.h"

#include "diag.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    PAGE = 4096,
    ALIGNED = 64 << 10,  /* octets of a window whose reads are worth a page boundary */
    BLOCK = 64 << 10,    /* of what is compressed, read at once */
    MOST_KEPT = 4 << 10, /* octets that are kept in memory rather than read again */
};

/* Octets that are read at once, and those in front of them for the tail of what was read before. */
static size_t room_of(const struct wl_octets *o)
{
    return o->window ? *o->window : WL_WINDOW_MOST;
}

static size_t headroom_of(const struct wl_octets *o)
{
    return room_of(o) / 4;
}

static bool set_capacity(struct wl_octets *o, size_t capacity, size_t start)
{
    size_t have = (size_t)(o->end - o->p);
    size_t n = capacity + (capacity < ALIGNED ? 0u : (size_t)PAGE);
    uint8_t *memory = wl_alloc(o->budget, n);
    uint8_t *base;

    if (!memory) {
        (void)wl_fail(&o->failure, WL_NOMEM, "out of memory");
        return false;
    }
    base = capacity < ALIGNED ? memory : memory + (PAGE - (uintptr_t)memory % PAGE);
    if (have)
        memcpy(base + start, o->p, have);
    wl_free(o->budget, o->memory, o->memory_n);
    o->memory = memory;
    o->memory_n = n;
    o->base = base;
    o->low = base;
    o->capacity = capacity;
    o->p = base + start;
    o->end = o->p + have;
    return true;
}

/* Makes room for n octets in one piece at p. */
static bool make_room(struct wl_octets *o, size_t n)
{
    const size_t headroom = headroom_of(o), usual = headroom + room_of(o);
    size_t have = (size_t)(o->end - o->p);
    size_t start = have <= headroom ? headroom - have : 0;

    if (start + n > usual)
        start = 0;
    if (!o->memory || start + n > o->capacity || o->capacity < usual || o->capacity / 2 > usual + n)
        return set_capacity(o, start + n > usual ? n + headroom : usual, start);
    if (have)
        memmove(o->base + start, o->p, have);
    o->low = o->base;
    o->p = o->base + start;
    o->end = o->p + have;
    return true;
}

static void note_failure(struct wl_octets *o)
{
    char text[96];

    (void)wl_fail(&o->failure, WL_EDAMAGED, "%s", wl_errno_text(errno, text, sizeof(text)));
}

/* Can the descriptor be read without waiting? A regular file always can. */
static bool is_readable(int fd)
{
    struct pollfd ready = {.fd = fd, .events = POLLIN};

    return poll(&ready, 1, 0) != 0; /* an error is for read(2) to tell */
}

/* Is it read up to the size that it had when it was opened? A file is that, mapped or not: whoever
 * still writes to it would otherwise have each shard see another end. */
static bool is_bounded(const struct wl_octets *o)
{
    return wl_octets_rereadable(o) && o->offset <= o->size && o->size;
}

/* One read of what is not compressed: octets, 0 at the end or when starved, -1 on failure. */
static ptrdiff_t read_plain(struct wl_octets *o, uint8_t *to, size_t room)
{
    ptrdiff_t got;

    if (o->patient && !is_readable(o->packed.fd)) {
        o->starved = true;
        return 0;
    }
    if (is_bounded(o))
        room = (size_t)wl_min_u64(room, o->size - o->offset);
    got = room ? wl_unpack_read_fd(o->packed.fd, to, room, o->packed.stop) : 0;
    if (got > 0)
        o->packed.done += (uint64_t)got;
    if (got < 0) {
        note_failure(o);
    } else if (got == 0 && room && is_bounded(o) && !(o->packed.stop && *o->packed.stop)) {
        (void)wl_fail(&o->failure, WL_EDAMAGED, "it is shorter than when it was opened");
        got = -1;
    }
    o->starved = got == 0 && o->follow;
    return got;
}

/* What lies behind the window is mapped from here on, if that can be. */
static void begin_mapping(struct wl_octets *o)
{
    o->cannot_map = !wl_octets_rereadable(o) || o->offset >= o->size ||
                    !wl_mapped_open(&o->mapped, o->packed.fd, o->size);
}

/* Or it is read again. */
static void end_mapping(struct wl_octets *o)
{
    wl_mapped_close(&o->mapped);
    o->cannot_map = true;
    if (lseek(o->packed.fd, (off_t)o->offset, SEEK_SET) < 0)
        note_failure(o);
}

/* Is the part resident in which the octet lies that comes next? Not at the end, nor when there is
 * no mapping, or none any more. */
static bool have_part(struct wl_octets *o)
{
    struct wl_mapped *m = &o->mapped;

    if (!m->base || o->offset == m->size)
        return false;
    if ((o->offset >= m->from && o->offset < m->to) || wl_mapped_turn(m, (size_t)o->offset))
        return true;
    end_mapping(o);
    return false;
}

/* The window is empty: it becomes what is left of the part. */
static void lend_part(struct wl_octets *o)
{
    const struct wl_mapped *m = &o->mapped;

    o->low = m->base + m->from;
    o->p = m->base + o->offset;
    o->end = m->base + m->to;
    o->offset = o->packed.done = m->to;
}

/* Up to room octets of it, for a window that is not empty. */
static size_t copy_part(struct wl_octets *o, uint8_t *to, size_t room)
{
    const struct wl_mapped *m = &o->mapped;
    size_t n = wl_min_size(room, m->to - (size_t)o->offset);

    memcpy(to, m->base + o->offset, n);
    o->packed.done += n;
    return n;
}

void wl_octets_map(struct wl_octets *o)
{
    o->wants_map = true;
}

void wl_octets_rest(struct wl_octets *o)
{
    if (!o->mapped.base)
        return;
    o->offset = wl_octets_position(o);
    o->p = o->end = o->low = NULL;
    o->at_end = true;
    wl_mapped_close(&o->mapped);
}

/* Reads on, wanted octets or up to room: how many, 0 at the end or when starved, -1 on failure. */
static ptrdiff_t read_on(struct wl_octets *o, uint8_t *to, size_t wanted, size_t room)
{
    if (o->unpacker)
        return wl_unpack_read(o->unpacker, to, room, &o->failure);
    if (have_part(o))
        return (ptrdiff_t)copy_part(o, to, wanted);
    if (o->mapped.base || o->failure.code)
        return 0;
    return read_plain(o, to, room);
}

static void close_file(struct wl_octets *o)
{
    if (o->own_fd)
        (void)close(o->packed.fd);
    o->own_fd = false;
    o->packed.fd = -1;
}

static void close_all(struct wl_octets *o)
{
    wl_unpack_free(o->unpacker);
    o->unpacker = NULL;
    wl_free(o->budget, o->memory, o->memory_n);
    wl_free(o->budget, o->packed_memory, o->packed_memory_n);
    o->memory = o->packed_memory = o->base = NULL;
    o->memory_n = o->packed_memory_n = o->capacity = 0;
    o->p = o->end = o->low = NULL;
    close_file(o);
}

/* The window becomes what it holds, and nothing comes behind it. */
static bool keep_rest(struct wl_octets *o)
{
    size_t n = (size_t)(o->end - o->p);
    uint8_t *copy = n ? wl_alloc(o->budget, n) : NULL;

    if (n && !copy)
        return false;
    if (n)
        memcpy(copy, o->p, n);
    close_all(o);
    o->memory = o->base = copy;
    o->memory_n = o->capacity = n;
    o->p = o->low = copy;
    o->end = copy ? copy + n : NULL;
    return true;
}

enum wl_parked wl_octets_park(struct wl_octets *o)
{
    bool plain = wl_octets_rereadable(o);
    size_t most = plain ? MOST_KEPT : room_of(o); /* unpacked again it would not be */
    struct stat st;
    off_t place;

    if (!o->rereadable || !o->own_fd || o->patient || o->follow || o->mapped.base)
        return WL_PARKED_NOT;
    /* does anything come behind it? */
    if (!o->at_end && (size_t)(o->end - o->p) < wl_min_size(most, headroom_of(o)))
        (void)wl_octets_fill(o, (size_t)(o->end - o->p) + 1);
    if (o->failure.code)
        return WL_PARKED_NOT;
    if (o->at_end && (size_t)(o->end - o->p) <= most && keep_rest(o))
        return WL_PARKED_WHOLE;
    place = lseek(o->packed.fd, 0, SEEK_CUR);
    if (place < 0 || fstat(o->packed.fd, &st) < 0)
        return WL_PARKED_NOT;
    o->device = (uint64_t)st.st_dev;
    o->inode = (uint64_t)st.st_ino;
    o->parked = true;
    if (!plain) {
        o->place = (uint64_t)place;
        close_file(o);
        return WL_PARKED_ASLEEP;
    }
    o->place = o->offset = wl_octets_position(o);
    close_all(o);
    o->at_end = false;
    return WL_PARKED_CLOSED;
}

int wl_octets_wake(struct wl_octets *o, struct wl_error *err)
{
    struct stat st;
    int code = 0;

    o->packed.fd = open(o->name, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    o->own_fd = o->packed.fd >= 0;
    if (!o->own_fd || fstat(o->packed.fd, &st) < 0 ||
        lseek(o->packed.fd, (off_t)o->place, SEEK_SET) < 0) {
        code = wl_fail_system(err, WL_EOPEN, NULL, errno);
    } else if ((uint64_t)st.st_dev != o->device || (uint64_t)st.st_ino != o->inode) {
        code = wl_fail(err, WL_EOPEN, "it was replaced meanwhile");
    }
    o->parked = code < 0;
    if (o->parked)
        close_file(o);
    return code;
}

bool wl_octets_fill(struct wl_octets *o, size_t n)
{
    WL_ASSERT(!o->parked);
    if (o->at_end)
        return false;
    o->starved = false;
    if (o->wants_map && !o->mapped.base && !o->cannot_map)
        begin_mapping(o);
    if (o->p == o->end && have_part(o))
        lend_part(o);
    if ((size_t)(o->end - o->p) >= n)
        return true;
    if (!make_room(o, n)) {
        o->at_end = true;
        return false;
    }
    while ((size_t)(o->end - o->p) < n) {
        uint8_t *to = o->base + (o->end - o->base);
        size_t room = o->capacity - (size_t)(o->end - o->base);
        ptrdiff_t got = read_on(o, to, n - (size_t)(o->end - o->p), room);

        if (got <= 0) {
            o->at_end = !o->starved;
            return false;
        }
        o->end += got;
        o->offset += (uint64_t)got;
    }
    return true;
}

bool wl_octets_skip(struct wl_octets *o, uint64_t *n)
{
    for (;;) {
        size_t have = (size_t)(o->end - o->p);

        if (*n <= have) {
            o->p += *n;
            *n = 0;
            return true;
        }
        *n -= have;
        o->p = o->end;
        if (!wl_octets_fill(o, 1))
            return false;
    }
}

/* Puts the archive in between when the first octets say that the rest is compressed. */
int wl_octets_look(struct wl_octets *o, struct wl_error *err)
{
    struct wl_error cause = {.code = 0};
    int code;

    if (!wl_octets_have(o, 8) && o->starved)
        return WL_AGAIN;
    if (o->failure.code) {
        return wl_fail(err, o->failure.code == WL_NOMEM ? WL_NOMEM : WL_EOPEN, "%s",
                       o->failure.text);
    }
    o->packed.first = wl_span(o->p, (size_t)(o->end - o->p));
    o->kind = wl_unpack_kind(o->packed.first);
    if (!o->kind)
        return 0;
    /* the window's memory becomes the archive's input; the window gets its own when it is filled */
    o->packed_memory = o->memory;
    o->packed_memory_n = o->memory_n;
    o->packed.block = o->base;
    o->packed.n_block = wl_min_size(o->capacity, BLOCK);
    o->memory = NULL;
    o->memory_n = 0;
    o->base = NULL;
    o->capacity = 0;
    o->p = o->end = NULL;
    o->offset = 0;
    o->packed.done = 0;
    o->at_end = o->patient = o->follow = false;
    code = wl_unpack_new(&o->packed, o->budget, &o->unpacker, &cause);
    return code ? wl_fail(err, (enum wl_code)code, "%s: %s", o->kind, cause.text) : 0;
}

/* patient: a pipe that nobody writes to yet is not waited for here, but as everything is in it. */
static int open_path(const char *path, bool patient)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | (patient ? O_NONBLOCK : 0));

    if (fd >= 0 && patient && fcntl(fd, F_SETFL, 0) < 0) {
        (void)close(fd);
        return -1;
    }
    return fd;
}

int wl_octets_open(struct wl_octets *o, const char *path, const struct wl_octets_how *how,
                   struct wl_budget *budget, struct wl_error *err)
{
    struct stat st;
    int code;

    *o = (struct wl_octets){.name = path, .budget = budget, .packed.fd = STDIN_FILENO};
    if (how) {
        o->packed.stop = how->stop;
        o->window = how->window;
    }
    if (strcmp(path, "-") != 0) {
        o->packed.fd = open_path(path, how && how->patient);
        o->own_fd = o->packed.fd >= 0;
    }
    if (o->packed.fd < 0 || fstat(o->packed.fd, &st) < 0) {
        code = wl_fail_system(err, WL_EOPEN, NULL, errno);
        wl_octets_release(o);
        return code;
    }
    if (S_ISDIR(st.st_mode)) {
        wl_octets_release(o);
        return wl_fail(err, WL_EOPEN, "it is a directory");
    }
    o->rereadable = S_ISREG(st.st_mode) && o->own_fd;
    o->size = S_ISREG(st.st_mode) && st.st_size > 0 ? (uint64_t)st.st_size : 0;
    if (how) {
        o->patient = how->patient;
        o->follow = how->follow;
        return 0;
    }
    code = wl_octets_look(o, err);
    if (code)
        wl_octets_release(o);
    return code;
}

int wl_octets_open_memory(struct wl_octets *o, struct wl_span bytes, struct wl_budget *budget,
                          struct wl_error *err)
{
    int code;

    *o = (struct wl_octets){
        .p = bytes.p,
        .end = bytes.n ? bytes.p + bytes.n : bytes.p,
        .offset = bytes.n,
        .name = "memory",
        .budget = budget,
        .packed = {.fd = -1, .done = bytes.n},
        .size = bytes.n,
        .rereadable = true,
        .at_end = true,
    };
    code = wl_octets_look(o, err);
    if (code)
        wl_octets_release(o);
    return code;
}

void wl_octets_release(struct wl_octets *o)
{
    wl_unpack_free(o->unpacker);
    wl_mapped_close(&o->mapped);
    wl_free(o->budget, o->memory, o->memory_n);
    wl_free(o->budget, o->packed_memory, o->packed_memory_n);
    if (o->own_fd)
        (void)close(o->packed.fd);
    *o = (struct wl_octets){.packed.fd = -1, .at_end = true};
}

bool wl_octets_rereadable(const struct wl_octets *o)
{
    return o->rereadable && o->own_fd && !o->kind && !o->patient && !o->follow;
}

/* Does it lie in the part of the file that the window is? Most of what is asked for again came a
 * moment ago. */
static bool is_mapped(const struct wl_octets *o, uint64_t place, size_t n)
{
    return wl_octets_are_mapped(o) && place >= o->mapped.from && place < o->mapped.to &&
           n <= o->mapped.to - place;
}

bool wl_octets_again(const struct wl_octets *o, uint64_t place, uint8_t *to, size_t n)
{
    if (is_mapped(o, place, n)) {
        memcpy(to, o->mapped.base + place, n);
        return true;
    }
    while (n) {
        ssize_t got = pread(o->packed.fd, to, n, (off_t)place);

        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        to += got;
        place += (uint64_t)got;
        n -= (size_t)got;
    }
    return true;
}

/* What octet numbers count: those of the file, or those that came out of the decompressor. */
static const char *stream_name(const struct wl_octets *o)
{
    return o->unpacker ? "decompressed data" : "file";
}

int wl_octets_cut(const struct wl_octets *o, uint64_t frame, uint64_t at, struct wl_error *err)
{
    if (o->failure.code == WL_NOMEM) {
        return wl_fail(err, WL_NOMEM, "out of memory in packet %" PRIu64 " of '%s'", frame,
                       o->name);
    }
    if (o->failure.code) {
        return wl_fail(err, WL_EDAMAGED,
                       "'%s' cannot be read on at packet %" PRIu64 " (octet %" PRIu64
                       " of the %s): %s",
                       o->name, frame, o->offset, stream_name(o), o->failure.text);
    }
    return wl_fail(err, WL_EDAMAGED,
                   "'%s' is cut off in the middle of packet %" PRIu64 " (octet %" PRIu64
                   " of the %s)",
                   o->name, frame, at, stream_name(o));
}

int wl_octets_damaged(const struct wl_octets *o, uint64_t frame, uint64_t at, const char *why,
                      struct wl_error *err)
{
    return wl_fail(err, WL_EDAMAGED,
                   "'%s' is damaged at packet %" PRIu64 " (octet %" PRIu64 " of the %s): %s",
                   o->name, frame, at, stream_name(o), why);
}
