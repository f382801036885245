/* mapped.h - a file that nobody writes to meanwhile, in the address space.
 * SPDX-License-Identifier: MIT
 *
 * What is mapped need not be copied, which is half of what reading large bodies costs; but a file
 * that shrinks turns into a signal, and one that is written to changes between two looks. So a file
 * is mapped only under a read lease (fcntl(2), F_SETLEASE): the kernel grants that when nobody has
 * the file open for writing, and holds up whoever wants to open or cut it until the lease is given
 * back, which happens as soon as that is noticed: then the rest is read. It takes Linux, a local
 * file system, and a file of one's own (or cap_lease).
 *
 *     if (wl_mapped_open(&m, fd, size)) {
 *         while (wl_mapped_turn(&m, at))     look at m.base + at ... m.base + m.to
 *         wl_mapped_close(&m);               also when it fails: then read on
 *     }
 */
#ifndef WL_MAPPED_H
#define WL_MAPPED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct wl_mapped {
    const uint8_t *base; /* the first octet of the file; NULL: nothing is mapped */
    size_t size;         /* octets of the file */
    size_t from, to;     /* what is resident */
    int fd;              /* borrowed */
};

/** Maps all size octets of a regular file that is open for reading. False: it has another size now,
 * the lease is refused, or something is missing that this takes; m holds nothing then. */
bool wl_mapped_open(struct wl_mapped *m, int fd, uint64_t size);
/**
 * Makes the part resident that octet at, below m->size, lies in, up to 2 MiB, and gives back the
 * one before. False: the file cannot be relied upon any more, or not be read; nothing of it is to
 * be looked at.
 */
bool wl_mapped_turn(struct wl_mapped *m, size_t at);
/** Gives back all of it, and the lease; does nothing when nothing is mapped. */
void wl_mapped_close(struct wl_mapped *m);

#endif
