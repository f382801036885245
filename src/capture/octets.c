/* octets.c - the octets of one input from front to end, plain or decompressed, in a window.
 * SPDX-License-Identifier: MIT
 *
 * The window is filled by reads of 256 KiB (large enough that the system call does not count, small
 * enough to stay in the cache of one core) to a page boundary:
 *
 *     base            HEADROOM                                            capacity
 *     |   ... tail >>>|  one read(2)                                       |
 *
 * The unread tail of the last read is moved in front of the boundary, so that the copy of the
 * kernel stays aligned and a tail costs one short copy per 256 KiB. Only a record that is larger
 * than the window makes it grow. Nothing is mapped: a file that shrinks under us must not become a
 * signal.
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
    HEADROOM = 64 << 10,
    ROOM = 256 << 10,
};

static bool set_capacity(struct wl_octets *o, size_t capacity, size_t start)
{
    size_t have = (size_t)(o->end - o->p);
    uint8_t *memory = wl_alloc(o->budget, capacity + PAGE);
    uint8_t *base;

    if (!memory) {
        (void)wl_fail(&o->failure, WL_NOMEM, "out of memory");
        return false;
    }
    base = memory + (PAGE - (uintptr_t)memory % PAGE);
    if (have)
        memcpy(base + start, o->p, have);
    wl_free(o->budget, o->memory, o->memory_n);
    o->memory = memory;
    o->memory_n = capacity + PAGE;
    o->base = base;
    o->capacity = capacity;
    o->p = base + start;
    o->end = o->p + have;
    return true;
}

/* Makes room for n octets in one piece at p. */
static bool make_room(struct wl_octets *o, size_t n)
{
    size_t have = (size_t)(o->end - o->p);
    size_t start = have <= HEADROOM ? HEADROOM - have : 0;

    if (!o->memory || start + n > o->capacity) {
        if (start + n > HEADROOM + ROOM)
            start = 0;
        return set_capacity(o, start + n > HEADROOM + ROOM ? n + HEADROOM : HEADROOM + ROOM, start);
    }
    if (have)
        memmove(o->base + start, o->p, have);
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

/* One read of what is not compressed: octets, 0 at the end or when starved, -1 on failure. */
static ptrdiff_t read_plain(struct wl_octets *o, uint8_t *to, size_t room)
{
    ptrdiff_t got;

    if (o->patient && !is_readable(o->packed.fd)) {
        o->starved = true;
        return 0;
    }
    got = wl_unpack_read_fd(o->packed.fd, to, room, o->packed.stop);
    if (got > 0)
        o->packed.done += (uint64_t)got;
    if (got < 0)
        note_failure(o);
    o->starved = got == 0 && o->follow;
    return got;
}

bool wl_octets_fill(struct wl_octets *o, size_t n)
{
    if (o->at_end)
        return false;
    o->starved = false;
    if (!make_room(o, n)) {
        o->at_end = true;
        return false;
    }
    while ((size_t)(o->end - o->p) < n) {
        uint8_t *to = o->base + (o->end - o->base);
        size_t room = o->capacity - (size_t)(o->end - o->base);
        ptrdiff_t got;

        if (o->unpacker) {
            got = wl_unpack_read(o->unpacker, to, room, &o->failure);
        } else {
            got = read_plain(o, to, room);
        }
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

int wl_octets_open(struct wl_octets *o, const char *path, const struct wl_octets_how *how,
                   struct wl_budget *budget, struct wl_error *err)
{
    struct stat st;
    int code;

    *o = (struct wl_octets){.name = path, .budget = budget, .packed.fd = STDIN_FILENO};
    if (how)
        o->packed.stop = how->stop;
    if (strcmp(path, "-") != 0) {
        o->packed.fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
        o->own_fd = o->packed.fd >= 0;
    }
    if (o->packed.fd < 0 || fstat(o->packed.fd, &st) < 0) {
        char text[96];

        code = wl_fail(err, WL_EOPEN, "%s", wl_errno_text(errno, text, sizeof(text)));
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

bool wl_octets_again(const struct wl_octets *o, uint64_t place, uint8_t *to, size_t n)
{
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
