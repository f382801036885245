/* pcapng_write.c - packets out as pcapng (draft-ietf-opsawg-pcapng), with comments.
 * SPDX-License-Identifier: MIT
 *
 * One section in the octet order of the machine's choosing (big-endian, the readable one in a
 * dump), one interface per link type with times in nanoseconds, and a packet block for each
 * packet:
 *
 *     type | length | interface | time (8) | captured | wire | octets, padded | options | length
 */
#include "pcapng_write.h"

#include "diag.h"
#include "link.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    ROOM = 64 << 10,
    MAX_INTERFACES = 64,
    MAX_COMMENT = 32 << 10, /* an option's length has 16 bits */

    BLOCK_INTERFACE = 1,
    BLOCK_PACKET = 6,
    OPTION_END = 0,
    OPTION_COMMENT = 1,
    OPTION_SHB_USERAPPL = 4,
    OPTION_IF_TSRESOL = 9,
};

struct wl_pcapng_writer {
    struct wl_budget *budget;
    const char *path;
    int fd;
    bool own_fd;
    int failed; /* the code of the first failure; nothing is written after it */
    struct wl_error failure;
    int interfaces[MAX_INTERFACES]; /* their DLT_ */
    uint32_t n_interfaces;
    size_t n;
    uint8_t buffer[ROOM];
};

/* ------------------------------------------------------------------------------ the buffer */

static void fail_output(struct wl_pcapng_writer *w)
{
    int cause = errno;
    char text[96];

    w->failed = cause == EPIPE && !w->own_fd ? WL_EPIPE : WL_EOUTPUT;
    (void)wl_fail(&w->failure, (enum wl_code)w->failed, "cannot write '%s': %s", w->path,
                  wl_errno_text(cause, text, sizeof(text)));
}

static void flush(struct wl_pcapng_writer *w)
{
    size_t done = 0;

    while (!w->failed && done < w->n) {
        ssize_t put = write(w->fd, w->buffer + done, w->n - done);

        if (put >= 0) {
            done += (size_t)put;
        } else if (errno != EINTR) {
            fail_output(w);
        }
    }
    w->n = 0;
}

static void put(struct wl_pcapng_writer *w, const void *octets, size_t n)
{
    const uint8_t *p = octets;

    while (n && !w->failed) {
        size_t part = wl_min_size(n, ROOM - w->n);

        memcpy(w->buffer + w->n, p, part);
        w->n += part;
        p += part;
        n -= part;
        if (w->n == ROOM)
            flush(w);
    }
}

static void put16(struct wl_pcapng_writer *w, unsigned value)
{
    uint8_t octets[2] = {(uint8_t)(value >> 8), (uint8_t)value};

    put(w, octets, sizeof(octets));
}

static void put32(struct wl_pcapng_writer *w, uint32_t value)
{
    put16(w, value >> 16);
    put16(w, value & 0xffff);
}

static uint32_t padded(size_t n)
{
    return ((uint32_t)n + 3) & ~(uint32_t)3;
}

static void put_padded(struct wl_pcapng_writer *w, struct wl_span s)
{
    static const uint8_t zeros[4];

    put(w, s.p, s.n);
    put(w, zeros, padded(s.n) - s.n);
}

static void put_option(struct wl_pcapng_writer *w, unsigned code, struct wl_span value)
{
    put16(w, code);
    put16(w, (unsigned)value.n);
    put_padded(w, value);
}

/* ------------------------------------------------------------------------------ the blocks */

static void put_section(struct wl_pcapng_writer *w)
{
    struct wl_span application = WL_SPAN("wirelint " WL_VERSION);
    uint32_t length = 24 + 4 + padded(application.n) + 4 + 4;

    put32(w, 0x0a0d0d0a);
    put32(w, length);
    put32(w, 0x1a2b3c4d);
    put16(w, 1);
    put16(w, 0);
    put32(w, UINT32_MAX); /* length of the section: not told */
    put32(w, UINT32_MAX);
    put_option(w, OPTION_SHB_USERAPPL, application);
    put32(w, OPTION_END);
    put32(w, length);
}

static void put_interface(struct wl_pcapng_writer *w, int dlt)
{
    static const uint8_t nanoseconds = 9; /* a power of ten */
    uint32_t length = 16 + 8 + 4 + 4;

    put32(w, BLOCK_INTERFACE);
    put32(w, length);
    put16(w, wl_link_linktype(dlt));
    put16(w, 0);
    put32(w, 0); /* snap length: none of our own */
    put_option(w, OPTION_IF_TSRESOL, wl_span(&nanoseconds, 1));
    put32(w, OPTION_END);
    put32(w, length);
}

/* UTF-8 is not to be cut within a character. */
static struct wl_span fit_comment(struct wl_span comment)
{
    if (comment.n <= MAX_COMMENT)
        return comment;
    comment.n = MAX_COMMENT;
    while (comment.n && (comment.p[comment.n] & 0xc0) == 0x80)
        comment.n--;
    return comment;
}

static void put_packet(struct wl_pcapng_writer *w, const struct wl_packet *p, uint32_t interface,
                       struct wl_span comment)
{
    uint64_t t = p->t > 0 ? (uint64_t)p->t : 0;
    uint32_t options = comment.n ? 4 + padded(comment.n) + 4 : 0;
    uint32_t length = 32 + padded(p->bytes.n) + options;

    put32(w, BLOCK_PACKET);
    put32(w, length);
    put32(w, interface);
    put32(w, (uint32_t)(t >> 32));
    put32(w, (uint32_t)t);
    put32(w, (uint32_t)p->bytes.n);
    put32(w, p->wire_length);
    put_padded(w, p->bytes);
    if (comment.n) {
        put_option(w, OPTION_COMMENT, comment);
        put32(w, OPTION_END);
    }
    put32(w, length);
}

/* ------------------------------------------------------------------------------- the writer */

int wl_pcapng_writer_new(const char *path, struct wl_budget *budget, struct wl_pcapng_writer **ret,
                         struct wl_error *err)
{
    struct wl_pcapng_writer *w = wl_alloc(budget, sizeof(*w));
    bool is_stdout = strcmp(path, "-") == 0;

    if (!w)
        return wl_fail(err, WL_NOMEM, "out of memory");
    w->budget = budget;
    w->path = is_stdout ? "standard output" : path;
    w->fd = STDOUT_FILENO;
    if (!is_stdout) {
        /* for its owner alone: captures hold credentials */
        w->fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
        w->own_fd = true;
    }
    if (w->fd < 0) {
        char text[96];
        int code = wl_fail(err, WL_EOUTPUT, "cannot create '%s': %s", path,
                           wl_errno_text(errno, text, sizeof(text)));

        wl_free(budget, w, sizeof(*w));
        return code;
    }
    *ret = w;
    return 0;
}

static int outcome(const struct wl_pcapng_writer *w, struct wl_error *err)
{
    if (w->failed && err)
        *err = w->failure;
    return w->failed;
}

int wl_pcapng_writer_begin(struct wl_pcapng_writer *w, struct wl_error *err)
{
    struct stat st;

    /* a pipe or a device has no length to cut */
    if (fstat(w->fd, &st) == 0 && S_ISREG(st.st_mode) && w->own_fd && ftruncate(w->fd, 0) < 0)
        fail_output(w);
    put_section(w);
    return outcome(w, err);
}

bool wl_pcapng_writer_is(const struct wl_pcapng_writer *w, const char *path)
{
    struct stat out, in;

    return fstat(w->fd, &out) == 0 && S_ISREG(out.st_mode) && stat(path, &in) == 0 &&
           in.st_dev == out.st_dev && in.st_ino == out.st_ino;
}

int wl_pcapng_write(struct wl_pcapng_writer *w, const struct wl_packet *p, struct wl_span comment,
                    struct wl_error *err)
{
    uint32_t interface = 0;

    while (interface < w->n_interfaces && w->interfaces[interface] != p->linktype)
        interface++;
    if (interface == w->n_interfaces) {
        if (w->n_interfaces == MAX_INTERFACES) {
            return wl_fail(err, WL_EOUTPUT, "cannot write '%s': it has more than %d link types",
                           w->path, MAX_INTERFACES);
        }
        put_interface(w, p->linktype);
        w->interfaces[w->n_interfaces++] = p->linktype;
    }
    put_packet(w, p, interface, fit_comment(comment));
    return outcome(w, err);
}

int wl_pcapng_writer_close(struct wl_pcapng_writer *w, struct wl_error *err)
{
    int code;

    if (!w)
        return 0;
    flush(w);
    if (w->own_fd && close(w->fd) < 0 && !w->failed)
        fail_output(w);
    code = outcome(w, err);
    wl_free(w->budget, w, sizeof(*w));
    return code;
}
