/* source.h - where packets come from: files in sequence or merged by time, or interfaces.
 * SPDX-License-Identifier: MIT
 *
 * Opens what struct wl_source_config names: files (pcap, pcapng, compressed ones, told by
 * content), "-" standard input, directories (every capture in it, not
 * recursive, sorted by name; files that are no captures are passed over). Several files are one
 * capture: packets come in order of time, ties in order of the files. The BPF filter is compiled
 * once per link type by libpcap. A damaged file ends with an entry in its wl_input and
 * WL_EDAMAGED at the end of the whole source, after all that could be read has been given.
 *
 * A source is live when packets come as they happen: from interfaces, from a standard input that is
 * no regular file, from files that are followed. It then answers WL_AGAIN instead of waiting:
 *
 *     wl_source_prepare(...);                   what needs rights; then cfg->opened()
 *     wl_source_begin(s, &err);                 what reads
 *     for (;;) {
 *         rc = wl_source_next(s, &p, &err);     1, 0, negative
 *         if (rc == WL_AGAIN) {
 *             now = wl_source_now(s);           tick with it, when it is not 0
 *             wl_source_wait(s, 50, wake_fd);
 *         }
 *     }
 *
 * One thread at a time may use a source, but for wl_source_stop.
 */
#ifndef WL_SOURCE_H
#define WL_SOURCE_H

#include "mem.h"
#include "wirelint/wirelint.h"

/** One packet. bytes are borrowed until the next call on the source. */
struct wl_packet {
    uint64_t ordinal; /* in the whole capture, from 1; packets that the filter refuses do count */
    uint64_t frame;   /* wl_frame(file, number in the file from 1) */
    wl_ns t;
    int linktype;         /* DLT_ of libpcap */
    uint32_t wire_length; /* before the snap length cut it */
    struct wl_span bytes;
};

struct wl_source;
struct wl_octets;
struct wl_scout;

/**
 * Opens what needs rights: interfaces, with their filter; and loads the libraries that this source
 * will take, for which of each file the first few octets are compared with those of compressed
 * ones. Nothing else of files is looked at yet. Returns 0, or WL_EOPEN (no such interface),
 * WL_EPERM (no permission to capture), WL_EINVAL (bad filter), WL_ELIBRARY, WL_NOMEM with err.
 * Nothing is held on failure. cfg is borrowed for the source's life.
 */
WL_MUST_USE int wl_source_prepare(const struct wl_source_config *cfg,
                                  const struct wl_limits *limits, struct wl_budget *budget,
                                  struct wl_source **ret, struct wl_error *err);
/**
 * The first look at files; interfaces begin to capture. Call once, before wl_source_next. Returns
 * 0, or WL_EOPEN (no such file, no capture), WL_EINVAL (bad filter), WL_NOMEM with err.
 */
WL_MUST_USE int wl_source_begin(struct wl_source *s, struct wl_error *err);
/** Both of the above. Nothing is held on failure. */
WL_MUST_USE int wl_source_open(const struct wl_source_config *cfg, const struct wl_limits *limits,
                               struct wl_budget *budget, struct wl_source **ret,
                               struct wl_error *err);
/**
 * The next packet that passes the filter: 1 and *ret, 0 at the end, or a negative code with err
 * (WL_EDAMAGED: some input was damaged, given after the last packet of all). Live also WL_AGAIN,
 * without err: nothing is there now.
 */
int wl_source_next(struct wl_source *s, struct wl_packet *ret, struct wl_error *err);
/** True when packets come as they happen, and wl_source_next may answer WL_AGAIN. */
bool wl_source_live(const struct wl_source *s);
/**
 * Waits until wl_source_next may have an answer, wake_fd (-1: none) can be read, a signal has come,
 * or timeout_ms are over. Returns true when wake_fd can be read. Of a source that is not live it
 * returns at once.
 */
bool wl_source_wait(struct wl_source *s, int timeout_ms, int wake_fd);
/**
 * The time by the clock of the packets, for ticks while none come: no packet that wl_source_next
 * will give is expected to be earlier. 0 when it is not known yet, or the source is not live.
 */
wl_ns wl_source_now(const struct wl_source *s);
/**
 * The same for up to max packets at a time, all borrowed until the next call: how many there are in
 * ret, at least 1; 0 or a negative code as above. Fewer than max says nothing about what follows.
 */
int wl_source_burst(struct wl_source *s, struct wl_packet *ret, size_t max, struct wl_error *err);
/** Safe from a signal handler: the next call of wl_source_next returns 0; live, a call does
 * once all has been given that was received before: at the latest after as long as the kernel
 * may keep a packet. */
void wl_source_stop(struct wl_source *s);
/** What has been read so far, per input, in the order of frame file indexes. Borrowed. */
const struct wl_input *wl_source_inputs(const struct wl_source *s, size_t *n);
/**
 * Live: packets lost so far by the kernel's buffer and by the interfaces, of all inputs together;
 * as of the last look, a second ago at most, or at_end as of now.
 */
void wl_source_lost(struct wl_source *s, bool at_end, uint64_t *ret_dropped,
                    uint64_t *ret_interface_dropped);
/**
 * The file that all packets lie in, so that nobody need keep octets that can be read again there
 * (wl_octets_again); for the life of the source. NULL: there is no such file. Call before the first
 * packet is asked for.
 */
const struct wl_octets *wl_source_lend(struct wl_source *s);
/**
 * Whoever takes packets in bursts and lets this one go on for each of them (wl_scout_go) has files
 * mapped, with cfg->may_map, where one is alone and nobody can write to it; for the life of the
 * source.
 */
struct wl_scout *wl_source_scout(struct wl_source *s);
/** True when the same packets can be read a second time (no standard input). */
bool wl_source_rereadable(const struct wl_source *s);
void wl_source_free(struct wl_source *s);

#endif
