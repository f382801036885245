/* unpack.h - compressed octets, told by their first ones; zlib, liblzma and libarchive undo them.
 * SPDX-License-Identifier: MIT
 */
#ifndef WL_UNPACK_H
#define WL_UNPACK_H

#include "mem.h"
#include "wirelint/wirelint.h"

#include <signal.h>

/** What is still compressed: octets already at hand, then, when fd >= 0, the rest of it. */
struct wl_packed {
    struct wl_span first; /* borrowed until the next octets are read */
    int fd;               /* not owned; -1: first is all there is */
    uint8_t *block;       /* n_block octets for what is read; first may lie in them */
    size_t n_block;
    const volatile sig_atomic_t *stop; /* or NULL; when set, an interrupted read is the end */
    uint64_t done;                     /* octets taken so far, for progress */
};

struct wl_unpacker;

/**
 * Loads what undoing the compression of path ("-": standard input) will take, while that can be
 * loaded. Of a regular file the first octets tell; of all else, and of what is still being written
 * (grows), it may. Returns 0, or WL_ELIBRARY with err when it will certainly be needed.
 */
WL_MUST_USE int wl_unpack_expect(const char *path, bool grows, struct wl_error *err);
/** "gzip", "zstd", "lz4", "xz", "bzip2"; NULL when first does not begin like any of them. */
const char *wl_unpack_kind(struct wl_span first);
/**
 * Begins to decompress what packed gives, which is of some kind; packed is borrowed for the life of
 * the unpacker. Returns 0, WL_NOMEM, WL_ELIBRARY, WL_EOPEN with the cause in err where no capture
 * can be in it, or WL_EDAMAGED where none of it can be read: it is damaged, or takes more memory
 * than is granted.
 */
WL_MUST_USE int wl_unpack_new(struct wl_packed *packed, struct wl_budget *budget,
                              struct wl_unpacker **ret, struct wl_error *err);
/**
 * Up to n octets to p. Returns how many (less than n only at the end), 0 at the end, or -1 with err
 * when the compressed octets are damaged or cut off.
 */
ptrdiff_t wl_unpack_read(struct wl_unpacker *a, uint8_t *p, size_t n, struct wl_error *err);
void wl_unpack_free(struct wl_unpacker *a);

/**
 * read(2) that is only interrupted by *stop (NULL: never) and waits where the descriptor does not.
 * Returns octets, 0 at the end or when stopped, -1 with errno.
 */
ptrdiff_t wl_unpack_read_fd(int fd, uint8_t *p, size_t n, const volatile sig_atomic_t *stop);

#endif
