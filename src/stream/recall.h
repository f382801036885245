/* recall.h - octets lately delivered, to tell whether a retransmission says the same.
 * SPDX-License-Identifier: MIT
 */
#ifndef WL_RECALL_H
#define WL_RECALL_H

#include "mem.h"

struct wl_octets;
struct wl_recall;

/** octets: room of the ring; segments: how many of them are found again. NULL when refused. */
WL_MUST_USE struct wl_recall *wl_recall_new(struct wl_budget *b, uint32_t octets,
                                            uint32_t segments);
void wl_recall_free(struct wl_recall *r);
/** What stands in the window of file can be read again there, and is not copied. Call before
 * anything is kept. file is borrowed for the life of r; NULL: everything is copied. */
void wl_recall_lean_on(struct wl_recall *r, const struct wl_octets *file);
/** Remembers octets of one direction of a connection (who), the first of which is numbered seq; they
 * came in packet. */
void wl_recall_keep(struct wl_recall *r, const void *who, uint64_t packet, enum wl_dir dir,
                    uint32_t seq, struct wl_span bytes);
/**
 * Compares bytes, numbered from seq on, with what is remembered of who and dir. born: the packet
 * with which the connection began, because its address may have been another's before. Returns how
 * many differ; *ret_first is then the index of the first of them. Octets that are not remembered
 * count as equal.
 */
size_t wl_recall_compare(const struct wl_recall *r, const void *who, uint64_t born, enum wl_dir dir,
                         uint32_t seq, struct wl_span bytes, size_t *ret_first);

#endif
