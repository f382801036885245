/* feeds.h - packets as they come, from interfaces or from captures that are still being written.
 * SPDX-License-Identifier: MIT
 *
 * The live half of a source: several interfaces, or a pipe, or followed files are one
 * source here. Of those that have a packet the earliest is given; nobody is waited for to find out
 * whether it will have an earlier one.
 */
#ifndef WL_FEEDS_H
#define WL_FEEDS_H

#include "source.h"

#include <signal.h>

struct wl_feeds;

/** Does what is read there go on until its writer ends: standard input that is no file, a named
 * pipe? */
bool wl_feeds_is_stream(const char *path);
/** True when what cfg names is to be read as it comes: interfaces, --follow, or a stream that is
 * alone. */
bool wl_feeds_wanted(const struct wl_source_config *cfg);
/** How many there will be. */
size_t wl_feeds_count(const struct wl_source_config *cfg);
/**
 * Opens interfaces; told has wl_feeds_count() elements, which are filled and kept up to date. All
 * is borrowed for the life of the feeds. Returns 0, or as wl_source_prepare.
 */
WL_MUST_USE int wl_feeds_new(const struct wl_source_config *cfg, struct wl_input *told,
                             const volatile sig_atomic_t *stop, struct wl_budget *budget,
                             struct wl_feeds **ret, struct wl_error *err);
/** Opens files, lets packets in. Returns 0, or as wl_source_begin. */
WL_MUST_USE int wl_feeds_begin(struct wl_feeds *f, struct wl_error *err);
/**
 * Up to max packets to ret, all borrowed until the next call, whose frames name the feed: how many;
 * 0 when all feeds are over; WL_AGAIN; or a negative code with err when *ret_feed has come to a bad
 * end (the others go on at the next call).
 */
int wl_feeds_burst(struct wl_feeds *f, struct wl_packet *ret, size_t max, size_t *ret_feed,
                   struct wl_error *err);
/**
 * Nothing more is wanted but what has been received before this call. Of interfaces that is all
 * that the kernel has, until a packet that is later, of a pipe what lies in it, of followed files
 * nothing; then wl_feeds_burst answers 0. Takes as long as the kernel keeps a block, and what there
 * is to read.
 */
void wl_feeds_end(struct wl_feeds *f);
/** As wl_source_wait. */
bool wl_feeds_wait(struct wl_feeds *f, int timeout_ms, int wake_fd);
/** Ends a wait in another thread, or in the thread that a signal interrupts. Signal-safe. */
void wl_feeds_wake(struct wl_feeds *f);
/** As wl_source_now. */
wl_ns wl_feeds_now(const struct wl_feeds *f);
/** Brings drops and conditions up to date, once a second at most unless at_end. */
void wl_feeds_look(struct wl_feeds *f, bool at_end);
/** True when all can be read a second time. */
bool wl_feeds_rereadable(const struct wl_feeds *f);
void wl_feeds_free(struct wl_feeds *f);

#endif
