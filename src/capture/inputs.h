/* inputs.h - files in sequence, or merged by time.
 * SPDX-License-Identifier: MIT
 *
 * A part of source.c, which counts, filters and ends what comes from here.
 */
#ifndef WL_INPUTS_H
#define WL_INPUTS_H

#include "bpf.h"
#include "file.h"

#include <signal.h>
#include <stddef.h>

struct wl_input_file {
    const char *path;
    struct wl_file *file;  /* NULL: closed, or at its end */
    struct wl_packet head; /* what it gives next; only the time of it counts while closed */
    uint64_t done, size;   /* octets of the file, for progress; as of the last look */
    bool rereadable;
    bool own_name; /* allocated: found in a directory */
    bool started;  /* its packets are being given: reopening would begin anew */
    bool counted;  /* among n_open: it has a descriptor, or will have to give its next packet */
    enum wl_parked parked; /* unless it is asleep, only the time of its head counts */
};

struct wl_inputs {
    struct wl_budget *budget;
    const volatile sig_atomic_t *stop; /* not 0: nothing is read any more */
    struct wl_bpf *bpf;                /* is told each link type; borrowed, may be NULL */
    struct wl_input_file *files;
    struct wl_input *told; /* the same for people; or of what is live, which is no file */
    uint32_t *heap;        /* indexes of files that have a next packet */
    size_t n, n_heap, max;
    size_t n_live; /* 0, or n is */
    size_t capacity, told_capacity, heap_capacity;
    bool given;               /* the head of the topmost file has been handed out */
    size_t n_open, most_open; /* those that are counted */
    size_t n_busy;            /* those that are open or parked */
    size_t most_used;         /* octets of the budget beyond which plain ones are closed */
    size_t for_windows;       /* octets of memory for the windows of all, */
    size_t window;            /* and what one takes at a time (struct wl_octets_how) */
    unsigned n_sources;       /* that share descriptors: each reads all files */
    char hint[256];           /* the first that came with something wrong, or empty */
    bool lacking;             /* memory or descriptors, not octets, were missing */
    bool bursting;         /* set by the owner: packets have been given that are still borrowed */
    bool lent;             /* the only file's octets may be read in until all is over */
    struct wl_file *spent; /* a file at its end, of which packets are borrowed */
};

/** ret of nothing. max: files at most; n_sources: that read them all, this one included; budget,
 * stop and bpf are borrowed for its life. */
void wl_inputs_init(struct wl_inputs *ret, struct wl_budget *budget, uint64_t max,
                    unsigned n_sources, const volatile sig_atomic_t *stop, struct wl_bpf *bpf);
/** One that holds nothing but zeros is fine. */
void wl_inputs_free(struct wl_inputs *all);
/** Makes told, of zeros, for n inputs that are live. Returns 0 or WL_NOMEM with err. */
WL_MUST_USE int wl_inputs_tell_live(struct wl_inputs *all, size_t n, struct wl_error *err);
/** The first look at a file, standard input ("-") or all captures of a directory; path is borrowed.
 * Returns 0, WL_EOPEN, WL_EINVAL (filter, too many files) or WL_NOMEM with err. */
WL_MUST_USE int wl_inputs_add(struct wl_inputs *all, const char *path, struct wl_error *err);
/** All have been added: puts them in order. */
void wl_inputs_begin(struct wl_inputs *all);
/**
 * The next packet of all, to *ret: the index of its file, or -1 at the end. A file that is
 * alone gives its packets directly: its head is not needed to compare it with others any more.
 */
ptrdiff_t wl_inputs_take(struct wl_inputs *all, struct wl_packet *ret);
/** Will the next packet leave those given before, since all were released, where they are? */
bool wl_inputs_stay(const struct wl_inputs *all);
/** The file that gives all packets from here on; NULL: there are several, or none. */
static inline struct wl_file *wl_inputs_alone(const struct wl_inputs *all)
{
    return all->given && all->n_heap == 1 ? all->files[all->heap[0]].file : NULL;
}
/** Packets that were given are borrowed no more. */
void wl_inputs_release(struct wl_inputs *all);
/** Makes room where too many files are open, of those whose turn comes late. */
void wl_inputs_make_room(struct wl_inputs *all);
/** Nothing more will be given, whatever has ended the run. */
void wl_inputs_rest(struct wl_inputs *all);
/** Octets read, and of all files as far as sizes are known: else *ret_total is 0. */
void wl_inputs_progress(struct wl_inputs *all, uint64_t *ret_done, uint64_t *ret_total);
/** Can all be read again later? */
bool wl_inputs_rereadable(const struct wl_inputs *all);
/** Notes in told what is wrong with input i, unless something is noted. */
void wl_inputs_damage(struct wl_inputs *all, size_t i, const struct wl_error *err);

#endif
