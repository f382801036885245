/* heap.c - the heap of the program, in few large pages.
 * SPDX-License-Identifier: MIT
 *
 * A run of half a second would touch its 12 MiB of memory in 3,000 pages, each of which costs the
 * kernel a microsecond or two; six pages of 2 MiB take a fifth of that, and the processor finds
 * what lies in them sooner (docs/performance.md). The C library decides where its heap grows, and
 * can be told to take more addresses than it needs; Linux can be told which pages to use there
 * (transparent huge pages, madvise(2)). Shards, which seldom ask for memory once they have begun,
 * share that heap: one that the C library makes for a thread has small pages. This is the program's
 * business, not the library's: whoever embeds that has a heap of their own.
 */
#include "heap.h"

#include <stdbool.h>
#include <stdlib.h>

#ifdef __GLIBC__

#    include <malloc.h>
#    include <stdint.h>
#    include <sys/mman.h>
#    include <sys/resource.h>
#    include <unistd.h>

enum { PADDING = 16 << 20 }; /* addresses; memory is only what was written to */

/* Where addresses are short they are left to those who need them. */
static bool is_unlimited(void)
{
    struct rlimit addresses, data;

    return getrlimit(RLIMIT_AS, &addresses) == 0 && addresses.rlim_cur == RLIM_INFINITY &&
           getrlimit(RLIMIT_DATA, &data) == 0 && data.rlim_cur == RLIM_INFINITY;
}

void wl_heap_prepare(void)
{
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    uint8_t *first;

    /* NOLINTNEXTLINE(concurrency-mt-unsafe): no thread exists yet */
    if (!is_unlimited() || !mallopt(M_TOP_PAD, PADDING) || !mallopt(M_ARENA_MAX, 1))
        return;
    first = malloc(1); /* makes the heap, with the padding behind it */
    if (first)
        (void)madvise(first - (uintptr_t)first % page, PADDING, MADV_HUGEPAGE);
    free(first);
}

#else

void wl_heap_prepare(void)
{
}

#endif
