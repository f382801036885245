/* file.h - one capture file, read forwards: pcap and pcapng, plain or compressed.
 * SPDX-License-Identifier: MIT
 *
 * pcap: draft-ietf-opsawg-pcap; micro- and nanoseconds, either octet order, and the variant of
 * Kuznetzov. pcapng: draft-ietf-opsawg-pcapng; several sections and interfaces, if_tsresol,
 * if_tsoffset, EPB, SPB, OPB, unknown blocks skipped. Reads with read(2) into a window of 256 KiB
 * from which packets are borrowed, or maps a file that nobody can write to meanwhile (mapped.h);
 * compressed input goes through unpack.h (gzip, zstd, lz4, xz, bzip2 by content). 8 MiB of memory
 * read any file, and what it takes to unpack one.
 */
#ifndef WL_FILE_H
#define WL_FILE_H

#include "octets.h"
#include "source.h"

#include <signal.h>

struct wl_file;
struct wl_scout;

/**
 * path "-" is standard input; it is borrowed for the life of the file, as is window (octets.h; or
 * NULL). Returns 0, WL_EOPEN (missing, or no capture), WL_EDAMAGED (a capture, cut off before its
 * first packet, or something compressed that cannot be unpacked) or WL_NOMEM (of memory, or no
 * descriptor is left).
 */
WL_MUST_USE int wl_file_open(const char *path, const size_t *window, struct wl_budget *budget,
                             struct wl_file **ret, struct wl_error *err);
/**
 * The same for a capture that is still being written: nothing of it is read yet, so that it is
 * wl_file_next that says whether it is one. how (octets.h) is used during the call only, how->stop
 * for the life of the file. Returns 0, WL_EOPEN or WL_NOMEM.
 */
WL_MUST_USE int wl_file_open_growing(const char *path, const struct wl_octets_how *how,
                                     struct wl_budget *budget, struct wl_file **ret,
                                     struct wl_error *err);
/** Reads from memory instead; for tests and fuzzers. bytes must outlive the file. */
WL_MUST_USE int wl_file_open_memory(struct wl_span bytes, struct wl_budget *budget,
                                    struct wl_file **ret, struct wl_error *err);
/**
 * 1 and *ret (ordinal unset, frame = number from 1 with file index 0), 0 at the end, WL_EDAMAGED
 * with err naming the record and octet position where reading stopped. bytes are borrowed until the
 * next call on this file. Of a growing file also WL_AGAIN, and at first WL_EOPEN and WL_NOMEM.
 */
int wl_file_next(struct wl_file *f, struct wl_packet *ret, struct wl_error *err);
/**
 * True when the next call of wl_file_next will give a packet, or fail, without moving anything:
 * packets given before it stay borrowed a while longer.
 */
bool wl_file_ready(const struct wl_file *f);
/** Up to max packets, as long as that holds, numbered on from before, the packet that was given last
 * and goes on being borrowed; what is wrong with the next one wl_file_next tells. */
size_t wl_file_more(struct wl_file *f, const struct wl_packet *before, struct wl_packet *ret,
                    size_t max);
/**
 * Maps what comes next, where that can be (wl_octets_map). From then on, wl_file_lead is to be
 * called after each burst, and scouts (scout.h) step with each packet.
 */
void wl_file_map(struct wl_file *f);
/** n packets were given since the last time: the scout goes on from where that leaves it. */
void wl_file_lead(struct wl_file *f, size_t n, struct wl_scout *scout);
/** All packets were given, and none of them is borrowed any more: what is mapped is given back. The
 * file itself stays open for wl_octets_again. */
void wl_file_rest(struct wl_file *f);
/** Once *stop is set, a read that a signal interrupted ends the file instead of going on. */
void wl_file_set_stop(struct wl_file *f, const volatile sig_atomic_t *stop);
/**
 * Others are to be read for a while, and nothing of this one is borrowed: wl_octets_park. last,
 * which wl_file_next has just given, is the first that it gives again; when it is asleep or not
 * parked, it still is the last, though its octets may lie elsewhere.
 */
enum wl_parked wl_file_park(struct wl_file *f, struct wl_packet *last);
/** Before what is closed or asleep is read on. 0; or WL_EOPEN or WL_NOMEM (no descriptor is left)
 * with err: it is parked as before. */
WL_MUST_USE int wl_file_wake(struct wl_file *f, struct wl_error *err);
/** True for what can be opened a second time: a regular file, not a pipe. */
bool wl_file_rereadable(const struct wl_file *f);
/** Is it compressed? */
bool wl_file_unpacks(const struct wl_file *f);
/** True when it answers that nothing is there yet instead of waiting for it. */
bool wl_file_patient(const struct wl_file *f);
/**
 * Where in the file the octets of p lie, which the last call gave. False for what had to be
 * unpacked: there is no such place.
 */
bool wl_file_place(const struct wl_file *f, const struct wl_packet *p, uint64_t *ret);
/** Its octets, when they can be read again (wl_octets_rereadable), or NULL. */
const struct wl_octets *wl_file_octets(const struct wl_file *f);
/** The descriptor it is read from, for poll(2). */
int wl_file_fd(const struct wl_file *f);
/** Octets of the file consumed so far, and its size (0 when not known). */
void wl_file_progress(const struct wl_file *f, uint64_t *done, uint64_t *size);
void wl_file_free(struct wl_file *f);

#endif
