/* unpack.c - compressed octets, told by their first ones; zlib, liblzma and libarchive undo them.
 * SPDX-License-Identifier: MIT
 *
 * gzip goes to zlib itself: when a .gz is cut off (a full disk, a copy that broke), libarchive
 * keeps back up to 64 KiB of what it had decompressed, which is all of a small capture; zlib gives
 * every octet. So does liblzma of xz, for which there is a stronger reason: each block of a file
 * names the memory that undoing it takes, up to 4 GiB, and libarchive grants it. The blocks of the
 * other formats are all or nothing anyway, and libarchive undoes them.
 *
 * Only the filters a capture is stored with are switched on, and of the formats only "raw": a tar
 * or an ISO image inside is no capture, and code that would parse it is code an attacker can reach.
 * A file that was compressed twice is refused, too: its layers would take their memory each.
 *
 * Memory of the decompressors is their own and does not count in our budget. The windows of gzip,
 * lz4 and bzip2 are small, libzstd grants 128 MiB by itself, and liblzma is told to.
 */
#define ZLIB_CONST /* next_in points to const octets */
#include "unpack.h"

#include "archive_calls.h"
#include "diag.h"
#include "lzma_calls.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

enum {
    MOST_MAGIC = 6,          /* octets by which a kind is known */
    MOST_MEMORY = 128 << 20, /* for xz: twice what xz -9 takes */
    ONE_FILTER = 2,          /* as libarchive counts: with the one that changes nothing */
};

static const char gzip[] = "gzip", xz[] = "xz";

struct wl_unpacker {
    struct wl_budget *budget;
    struct wl_packed *packed;
    struct wl_archive_calls calls;
    struct archive *reader; /* NULL: gzip or xz */
    bool at_end;            /* nothing inside, or all of it read */
    bool inflating;         /* gzip is to be released */
    bool inside;            /* a member of the gzip file has begun and not ended */
    z_stream gzip;
    struct wl_lzma_calls lzma;
    bool decoding; /* xz is to be released */
    bool all_fed;  /* nothing is compressed behind what liblzma has */
    bool is_ahead; /* an octet was decoded already */
    uint8_t ahead;
    lzma_stream xz;
    const char *failure; /* found behind octets that had to be given first; or NULL */
    char text[96];       /* of a failure that has its own */
};

static const struct kind {
    const char *name;
    struct wl_span magic;
} kinds[] = {
    {gzip, {(const uint8_t *)"\x1f\x8b\x08", 3}},
    {"zstd", {(const uint8_t *)"\x28\xb5\x2f\xfd", 4}},
    {"lz4", {(const uint8_t *)"\x04\x22\x4d\x18", 4}},
    {"lz4", {(const uint8_t *)"\x02\x21\x4c\x18", 4}}, /* the legacy frame */
    {xz, {(const uint8_t *)"\xfd\x37zXZ\0", 6}},
    {"bzip2", {(const uint8_t *)"BZh", 3}},
};

const char *wl_unpack_kind(struct wl_span first)
{
    for (size_t i = 0; i < WL_COUNT(kinds); i++) {
        if (wl_span_starts(first, kinds[i].magic))
            return kinds[i].name;
    }
    /* a zstd file may begin with a skippable frame (RFC 8878 3.1.2): 0x184D2A5? little-endian */
    if (first.n >= 4 && (first.p[0] & 0xf0) == 0x50 && memcmp(first.p + 1, "\x2a\x4d\x18", 3) == 0)
        return "zstd";
    return NULL;
}

ptrdiff_t wl_unpack_read_fd(int fd, uint8_t *p, size_t n, const volatile sig_atomic_t *stop)
{
    for (;;) {
        ssize_t got = read(fd, p, n);

        if (got >= 0)
            return got;
        if (errno == EINTR) {
            if (stop && *stop)
                return 0;
        } else if (errno == EAGAIN) {
            struct pollfd ready = {.fd = fd, .events = POLLIN};

            if (stop && *stop)
                return 0;
            if (poll(&ready, 1, -1) < 0 && errno != EINTR)
                return -1;
        } else {
            return -1;
        }
    }
}

/* What is at hand first, then what the descriptor gives; 0 at the end, -1 with errno. */
static ptrdiff_t next_packed(struct wl_unpacker *a, const uint8_t **ret)
{
    struct wl_packed *packed = a->packed;
    ptrdiff_t got;

    if (packed->first.n) {
        struct wl_span first = packed->first;

        packed->first = (struct wl_span){NULL, 0};
        packed->done += first.n;
        *ret = first.p;
        return (ptrdiff_t)first.n;
    }
    if (packed->fd < 0)
        return 0;
    got = wl_unpack_read_fd(packed->fd, packed->block, packed->n_block, packed->stop);
    if (got > 0)
        packed->done += (uint64_t)got;
    *ret = packed->block;
    return got;
}

/* ------------------------------------------------------------------------------------ gzip */

static int open_gzip(struct wl_unpacker *a, struct wl_error *err)
{
    /* 15: the largest window; 16: gzip headers, and nothing else */
    if (inflateInit2(&a->gzip, 15 + 16) != Z_OK)
        return wl_fail(err, WL_NOMEM, "out of memory");
    a->inflating = true;
    a->inside = true;
    return 0;
}

/* More to inflate: true; false at the end, where failure says whether it comes too early. */
static bool feed_gzip(struct wl_unpacker *a)
{
    const uint8_t *p = NULL;
    ptrdiff_t got;

    if (a->gzip.avail_in)
        return true;
    got = next_packed(a, &p);
    if (got > 0 && (uintmax_t)got <= UINT_MAX) {
        a->gzip.next_in = p;
        a->gzip.avail_in = (uInt)got;
        return true;
    }
    if (got != 0) {
        a->failure = "it cannot be read";
    } else if (a->inside) {
        a->failure = "it is cut off";
    }
    return false;
}

/* Between members (RFC 1952 2.2): another one, or the end. Zeros are padding, as gzip has it; what
 * is neither may have been a member, which must not be missing unsaid. */
static bool begin_member(struct wl_unpacker *a)
{
    while (feed_gzip(a) && a->gzip.next_in[0] == 0) {
        a->gzip.next_in++;
        a->gzip.avail_in--;
    }
    if (a->gzip.avail_in == 0)
        return false;
    if (a->gzip.next_in[0] != 0x1f) {
        a->failure = "what follows is not gzip";
        return false;
    }
    a->inside = true;
    return inflateReset(&a->gzip) == Z_OK;
}

/* As wl_unpack_read. What was inflated before a failure is given first. */
static ptrdiff_t read_gzip(struct wl_unpacker *a, uint8_t *p, size_t n)
{
    n = wl_min_size(n, 1u << 30);
    a->gzip.next_out = p;
    a->gzip.avail_out = (uInt)n;
    while (a->gzip.avail_out && !a->at_end) {
        int code;

        if (!a->inside && !begin_member(a))
            break;
        if (!feed_gzip(a))
            break;
        code = inflate(&a->gzip, Z_NO_FLUSH);
        if (code == Z_STREAM_END) {
            a->inside = false;
        } else if (code != Z_OK && code != Z_BUF_ERROR) {
            a->failure = a->gzip.msg ? a->gzip.msg : "it makes no sense";
        }
        if (a->failure)
            break;
    }
    a->at_end = a->gzip.avail_out > 0;
    return (ptrdiff_t)(n - a->gzip.avail_out);
}

/* -------------------------------------------------------------------------------------- xz */

/* More to decode, or the end, which liblzma is to know; false when there is a failure. */
static bool feed_xz(struct wl_unpacker *a)
{
    const uint8_t *p = NULL;
    ptrdiff_t got;

    if (a->xz.avail_in || a->all_fed)
        return true;
    got = next_packed(a, &p);
    if (got < 0) {
        a->failure = wl_errno_text(errno, a->text, sizeof(a->text));
        return false;
    }
    a->xz.next_in = p;
    a->xz.avail_in = (size_t)got;
    a->all_fed = got == 0;
    return true;
}

static const char *why_not(struct wl_unpacker *a, lzma_ret code)
{
    uint64_t needed;

    if (code == LZMA_BUF_ERROR) /* the end where there must be more */
        return "it is cut off";
    if (code == LZMA_OPTIONS_ERROR)
        return "this liblzma cannot undo what it was packed with";
    if (code == LZMA_MEM_ERROR)
        return "out of memory";
    if (code != LZMA_MEMLIMIT_ERROR)
        return "it makes no sense";
    needed = a->lzma.memusage(&a->xz);
    (void)snprintf(a->text, sizeof(a->text),
                   "it takes %" PRIu64 " MiB to unpack, %d are granted; 'xz -dc' unpacks it",
                   (needed >> 20) + 1, MOST_MEMORY >> 20);
    return a->text;
}

/* Up to n octets, fewer only at the end or in front of a failure. */
static size_t decode_xz(struct wl_unpacker *a, uint8_t *p, size_t n)
{
    a->xz.next_out = p;
    a->xz.avail_out = n;
    while (a->xz.avail_out && !a->at_end && feed_xz(a)) {
        lzma_ret code = a->lzma.code(&a->xz, a->all_fed ? LZMA_FINISH : LZMA_RUN);

        a->at_end = code != LZMA_OK;
        if (code != LZMA_OK && code != LZMA_STREAM_END) {
            a->failure = why_not(a, code);
        }
    }
    a->at_end = a->at_end || a->failure;
    return n - a->xz.avail_out;
}

/* The first octet is decoded at once: where none can be, there is nothing to open. */
static int open_xz(struct wl_unpacker *a, struct wl_error *err)
{
    int rc = wl_lzma_load(&a->lzma, err);

    if (rc < 0)
        return rc;
    if (a->lzma.stream_decoder(&a->xz, MOST_MEMORY, LZMA_CONCATENATED) != LZMA_OK)
        return wl_fail(err, WL_NOMEM, "out of memory");
    a->decoding = true;
    a->is_ahead = decode_xz(a, &a->ahead, 1) > 0;
    if (a->is_ahead || !a->failure)
        return 0;
    /* what is no capture is passed over in a directory, but this may be one */
    return wl_fail(err, WL_EDAMAGED, "%s", a->failure);
}

/* As wl_unpack_read. What was decoded before a failure is given first. */
static ptrdiff_t read_xz(struct wl_unpacker *a, uint8_t *p, size_t n)
{
    size_t given = a->is_ahead && n ? 1 : 0;

    if (given) {
        p[0] = a->ahead;
        a->is_ahead = false;
    }
    return (ptrdiff_t)(given + decode_xz(a, p + given, n - given));
}

/* ------------------------------------------------------------------------------ libarchive */

static la_ssize_t read_packed(struct archive *reader, void *user, const void **ret)
{
    const uint8_t *p = NULL;
    struct wl_unpacker *a = user;
    ptrdiff_t got = next_packed(a, &p);

    if (got < 0) {
        char text[96];

        a->calls.set_error(reader, errno, "%s", wl_errno_text(errno, text, sizeof(text)));
        return ARCHIVE_FATAL;
    }
    *ret = p;
    return (la_ssize_t)got;
}

static int support(const struct wl_archive_calls *calls, struct archive *reader)
{
    /* ARCHIVE_WARN means that an external program would do it: not for us */
    return calls->read_support_format_raw(reader) == ARCHIVE_OK &&
           calls->read_support_format_empty(reader) == ARCHIVE_OK &&
           calls->read_support_filter_zstd(reader) == ARCHIVE_OK &&
           calls->read_support_filter_lz4(reader) == ARCHIVE_OK &&
           calls->read_support_filter_bzip2(reader) == ARCHIVE_OK;
}

static const char *reason(const struct wl_unpacker *a)
{
    const char *text = a->calls.error_string(a->reader);

    return text ? text : "not understood";
}

static int open_archive(struct wl_unpacker *a, struct wl_error *err)
{
    struct archive_entry *entry;
    int rc = wl_archive_load(&a->calls, err);

    if (rc < 0)
        return rc;
    a->reader = a->calls.read_new();
    if (!a->reader)
        return wl_fail(err, WL_NOMEM, "out of memory");
    if (!support(&a->calls, a->reader))
        return wl_fail(err, WL_EOPEN, "libarchive lacks a filter: %s", reason(a));
    if (a->calls.read_open(a->reader, a, NULL, read_packed, NULL) != ARCHIVE_OK)
        return wl_fail(err, WL_EDAMAGED, "%s", reason(a));
    switch (a->calls.read_next_header(a->reader, &entry)) {
    case ARCHIVE_OK:
    case ARCHIVE_WARN:
        if (a->calls.filter_count(a->reader) < ONE_FILTER) /* too little for it to be sure */
            return wl_fail(err, WL_EDAMAGED, "it is cut off");
        if (a->calls.filter_count(a->reader) == ONE_FILTER)
            return 0;
        return wl_fail(err, WL_EOPEN, "it holds something compressed a second time");
    case ARCHIVE_EOF: a->at_end = true; return 0;
    default: return wl_fail(err, WL_EDAMAGED, "%s", reason(a)); /* as above */
    }
}

/* The first octets of a regular file, which stay where they are; false when it is none. */
static bool peek(const char *path, uint8_t octets[MOST_MAGIC], struct wl_span *ret)
{
    bool standard = strcmp(path, "-") == 0;
    struct stat st;
    ssize_t n = 0;
    int fd;

    if ((standard ? fstat(STDIN_FILENO, &st) : stat(path, &st)) < 0 || !S_ISREG(st.st_mode))
        return false;
    fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0)
        return false;
    n = pread(fd, octets, MOST_MAGIC, standard ? lseek(fd, 0, SEEK_CUR) : 0);
    if (!standard)
        (void)close(fd);
    *ret = wl_span(octets, n > 0 ? (size_t)n : 0);
    return true;
}

int wl_unpack_expect(const char *path, bool grows, struct wl_error *err)
{
    struct wl_archive_calls calls;
    struct wl_lzma_calls lzma;
    uint8_t octets[MOST_MAGIC];
    struct wl_span first;
    struct wl_error unsure;
    const char *kind;

    if (!peek(path, octets, &first) || (grows && first.n < sizeof(octets))) {
        (void)!wl_archive_load(&calls, &unsure);
        (void)!wl_lzma_load(&lzma, &unsure);
        return 0;
    }
    kind = wl_unpack_kind(first);
    if (!kind || kind == gzip)
        return 0;
    return kind == xz ? wl_lzma_load(&lzma, err) : wl_archive_load(&calls, err);
}

/* ------------------------------------------------------------------------------------- any */

int wl_unpack_new(struct wl_packed *packed, struct wl_budget *budget, struct wl_unpacker **ret,
                  struct wl_error *err)
{
    const char *kind = wl_unpack_kind(packed->first);
    struct wl_unpacker *a = wl_alloc(budget, sizeof(*a));
    int code;

    WL_ASSERT(kind);
    if (!a)
        return wl_fail(err, WL_NOMEM, "out of memory");
    a->budget = budget;
    a->packed = packed;
    code = kind == gzip ? open_gzip(a, err) : kind == xz ? open_xz(a, err) : open_archive(a, err);
    if (code < 0) {
        wl_unpack_free(a);
        return code;
    }
    *ret = a;
    return 0;
}

ptrdiff_t wl_unpack_read(struct wl_unpacker *a, uint8_t *p, size_t n, struct wl_error *err)
{
    la_ssize_t got;

    if (a->failure && a->at_end && !a->is_ahead) {
        (void)wl_fail(err, WL_EDAMAGED, "%s", a->failure);
        return -1;
    }
    if (a->at_end && !a->is_ahead)
        return 0;
    if (!a->reader) {
        ptrdiff_t undone = a->decoding ? read_xz(a, p, n) : read_gzip(a, p, n);

        return undone || !a->failure ? undone : wl_unpack_read(a, p, n, err);
    }
    got = a->calls.read_data(a->reader, p, n);
    if (got < 0) {
        a->at_end = true;
        (void)wl_fail(err, WL_EDAMAGED, "%s", reason(a));
        return -1;
    }
    a->at_end = got == 0;
    return (ptrdiff_t)got;
}

void wl_unpack_free(struct wl_unpacker *a)
{
    if (!a)
        return;
    if (a->reader)
        (void)a->calls.read_free(a->reader);
    if (a->inflating)
        (void)inflateEnd(&a->gzip);
    if (a->decoding)
        a->lzma.end(&a->xz);
    wl_free(a->budget, a, sizeof(*a));
}
