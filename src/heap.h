/* heap.h - the heap of the program, in few large pages.
 * SPDX-License-Identifier: MIT
 */
#ifndef WL_HEAP_H
#define WL_HEAP_H

/** Asks that the first octets of the heap, as many as most runs need, lie in pages of the largest
 * kind. To be called before anything is allocated. Nothing happens where that cannot be asked for,
 * or the system is told to refuse it; what is not used takes no memory. */
void wl_heap_prepare(void);

#endif
