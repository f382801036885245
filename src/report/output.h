/* output.h - where an output writes: one buffer in front of a file or standard output.
 * SPDX-License-Identifier: MIT
 *
 * Every output of this room holds one wl_output and builds its text in out->text. Octets reach the
 * system in large pieces, when the buffer is over WL_OUTPUT_FLUSH or somebody asks for it.
 */
#ifndef WL_OUTPUT_H
#define WL_OUTPUT_H

#include "text.h"
#include "wirelint/wirelint.h"

enum {
    WL_OUTPUT_FLUSH = 256 << 10, /* octets gathered before they are written */
    WL_OUTPUT_TEXT = 32 << 20,   /* the most that may stand in the buffer at once */
    WL_OUTPUT_MEMORY = 96 << 20, /* the most an output may hold in all */
};

/** Appends to out what is written instead of in, the next piece of what was put into the buffer. */
typedef void wl_rewrite_fn(void *user, struct wl_span in, struct wl_text *out);

struct wl_output {
    struct wl_sink_config cfg;  /* a copy; its strings are borrowed */
    const struct wl_sink *sink; /* whose state this is: names the inputs of the run */
    struct wl_budget budget;
    struct wl_text text;
    int fd;
    bool made;   /* there was no file before */
    bool begun;  /* what the file held before is gone */
    char *fresh; /* what is written instead of cfg.path until it is whole; NULL: cfg.path itself */
    bool stale;  /* the last version could not be written, which has been told */
    int errno_value;        /* why writing failed, 0 it did not */
    wl_ns reported;         /* st->elapsed at the last report of an interval */
    wl_rewrite_fn *rewrite; /* or NULL; set by the sink when it is opened, with the two below */
    void *rewrite_user;
    struct wl_text rewritten; /* released by wl_output_finish */
};

/**
 * Allocates the state of a sink, size zeroed octets that begin with a struct wl_output, and opens
 * cfg->path ("-" is standard output) for writing; what was there is replaced with the first octets
 * that are written, so that a run that comes to nothing destroys nothing.
 * Returns 0 and s->state, or WL_EOUTPUT or WL_NOMEM with err and s->state NULL.
 */
WL_MUST_USE int wl_output_new(struct wl_sink *s, size_t size, const struct wl_sink_config *cfg,
                              struct wl_error *err);
/**
 * The same for a file that is written anew now and then: wl_output_replace puts every version in
 * place of the one before as a whole. Until the first one, what was there stays. Where path names
 * no file that could be replaced ("-", a pipe, a device) it is opened as by wl_output_new, and can
 * be written once.
 */
WL_MUST_USE int wl_output_new_replaced(struct wl_sink *s, size_t size,
                                       const struct wl_sink_config *cfg, struct wl_error *err);
/** Ends a version: the buffer becomes the file, which readers see before or after, never half.
 * Returns as wl_output_room. */
WL_MUST_USE int wl_output_replace(struct wl_output *o);
/**
 * The same in the middle of a run: a version that cannot be written is told (cfg.warn, once until
 * one can), and fails nothing, since the next one may find room.
 */
void wl_output_renew(struct wl_output *o);
/** What the file held before goes, though nothing may be written: for outputs that may be empty. */
void wl_output_begin(struct wl_output *o);
/** Writes the buffer out when it is large. Returns 0, WL_EOUTPUT, WL_EPIPE or WL_NOMEM. */
WL_MUST_USE int wl_output_room(struct wl_output *o);
/** Writes the buffer out. Returns as wl_output_room. */
WL_MUST_USE int wl_output_flush(struct wl_output *o);
/**
 * Writes what is left, closes, frees the state (of the same size); state NULL is fine.
 * Returns 0, or WL_EOUTPUT, WL_EPIPE or WL_NOMEM with err, also when an earlier write failed.
 */
WL_MUST_USE int wl_output_finish(struct wl_sink *s, size_t size, struct wl_error *err);

/** wl_sink_ops.reads of outputs that show no sentences: false. */
bool wl_output_reads_none(const struct wl_sink *s, const struct wl_rule *rule);

/** True when a report of an interval is due (cfg.interval), and takes it as given. */
bool wl_output_due(struct wl_output *o, const struct wl_stats *st);

/**
 * True when the run never came to read anything (an input is missing, a filter is wrong): nothing
 * is written then, as the message on standard error says it all.
 */
static inline bool wl_output_unread(const struct wl_stats *st)
{
    return st->n_inputs == 0 && st->counters.packets == 0;
}

#endif
