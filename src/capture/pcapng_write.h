/* pcapng_write.h - packets out as pcapng (draft-ietf-opsawg-pcapng), with comments.
 * SPDX-License-Identifier: MIT
 */
#ifndef WL_PCAPNG_WRITE_H
#define WL_PCAPNG_WRITE_H

#include "source.h"

struct wl_pcapng_writer;

/**
 * Opens path ("-" standard output) for writing, created when it is not there. What stands in it is
 * only replaced by wl_pcapng_writer_begin, so that rights can be given up in between.
 */
WL_MUST_USE int wl_pcapng_writer_new(const char *path, struct wl_budget *budget,
                                     struct wl_pcapng_writer **ret, struct wl_error *err);
/** Empties the file and begins with a section header naming the application. Call once. */
WL_MUST_USE int wl_pcapng_writer_begin(struct wl_pcapng_writer *w, struct wl_error *err);
/** True when what is written is the file that path names. */
bool wl_pcapng_writer_is(const struct wl_pcapng_writer *w, const char *path);
/**
 * Writes one packet (an interface block before it when its link type is new). comment is UTF-8
 * text of ours, escaped already, or empty. Returns 0 or WL_EOUTPUT.
 */
int wl_pcapng_write(struct wl_pcapng_writer *w, const struct wl_packet *p, struct wl_span comment,
                    struct wl_error *err);
/** Flushes, when it has begun, and closes. Returns 0 or WL_EOUTPUT; frees w in either case; NULL is
 * fine. */
int wl_pcapng_writer_close(struct wl_pcapng_writer *w, struct wl_error *err);

#endif
