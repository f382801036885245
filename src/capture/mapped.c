/* mapped.c - a file that nobody writes to meanwhile, in the address space.
 * SPDX-License-Identifier: MIT
 *
 * A part of the file is resident at a time, so that a file of any size takes as much memory. Its
 * pages are asked for together (MADV_POPULATE_READ), which costs a page fault for many of them, and
 * says it without a signal when one cannot be read. The page cache holds a file in pieces of up to
 * 2 MiB, and maps all of a piece when any of it is touched: parts are as large, and begin where
 * pieces do.
 */
#include "mapped.h"

#include "attr.h"
#include "diag.h"

#ifdef __linux__

#    include <fcntl.h>
#    include <sys/mman.h>
#    include <sys/stat.h>
#    include <sys/vfs.h>

enum {
    PART = 2 << 20,
    POPULATE_READ = 22, /* of Linux 5.14; the C library may be older */
};

/* Leases of other file systems bind this machine alone, and the file may be somebody else's. */
static bool is_local(int fd)
{
    static const uint32_t known[] = {
        0xef53,     /* ext2 to ext4 */
        0x58465342, /* XFS */
        0x9123683e, /* btrfs */
        0xf2f52010, /* F2FS */
        0x01021994, /* tmpfs */
        0x794c7630, /* overlayfs */
        0x2fc12fc1, /* ZFS */
    };
    struct statfs st;

    if (fstatfs(fd, &st) < 0)
        return false;
    for (size_t i = 0; i < WL_COUNT(known); i++) {
        if ((uint32_t)st.f_type == known[i])
            return true;
    }
    return false;
}

/* No signal is wanted when somebody waits: the lease is looked at often enough. */
static bool take_lease(int fd)
{
    if (fcntl(fd, F_SETLEASE, F_RDLCK) < 0)
        return false;
    if (fcntl(fd, F_SETOWN, 0) == 0)
        return true;
    (void)fcntl(fd, F_SETLEASE, F_UNLCK);
    return false;
}

bool wl_mapped_open(struct wl_mapped *m, int fd, uint64_t size)
{
    struct stat st;
    void *base = MAP_FAILED;

    *m = (struct wl_mapped){.fd = -1};
    if (size > PTRDIFF_MAX || !is_local(fd) || !take_lease(fd))
        return false;
    if (fstat(fd, &st) == 0 && (uint64_t)st.st_size == size)
        base = mmap(NULL, (size_t)size, PROT_READ, MAP_SHARED, fd, 0);
    if (base == MAP_FAILED) {
        (void)fcntl(fd, F_SETLEASE, F_UNLCK);
        return false;
    }
    *m = (struct wl_mapped){.base = base, .size = (size_t)size, .fd = fd};
    return true;
}

/* For madvise(2), which changes nothing that could be read. */
static void *address(const struct wl_mapped *m, size_t at)
{
    union {
        const uint8_t *in;
        void *out;
    } place = {.in = m->base + at};

    return place.out;
}

bool wl_mapped_turn(struct wl_mapped *m, size_t at)
{
    if (m->to > m->from)
        (void)madvise(address(m, m->from), m->to - m->from, MADV_DONTNEED);
    m->from = at - at % PART;
    m->to = m->from + wl_min_size(PART, m->size - m->from);
    return fcntl(m->fd, F_GETLEASE) == F_RDLCK &&
           madvise(address(m, m->from), m->to - m->from, POPULATE_READ) == 0;
}

void wl_mapped_close(struct wl_mapped *m)
{
    if (!m->base)
        return;
    (void)munmap(address(m, 0), m->size);
    (void)fcntl(m->fd, F_SETLEASE, F_UNLCK);
    *m = (struct wl_mapped){.fd = -1};
}

#else

bool wl_mapped_open(struct wl_mapped *m, int fd, uint64_t size)
{
    (void)fd;
    (void)size;
    *m = (struct wl_mapped){.fd = -1};
    return false;
}

bool wl_mapped_turn(struct wl_mapped *m, size_t at)
{
    (void)m;
    (void)at;
    return false;
}

void wl_mapped_close(struct wl_mapped *m)
{
    (void)m;
}

#endif
