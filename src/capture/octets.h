/* octets.h - the octets of one input from front to end, plain or decompressed, in a window.
 * SPDX-License-Identifier: MIT
 *
 * The window is [p, end). A reader asks wl_octets_have(o, n) for n octets in one piece, looks at
 * o->p, and moves o->p on. Asking may move what was in the window: older pointers are then void.
 */
#ifndef WL_OCTETS_H
#define WL_OCTETS_H

#include "mapped.h"
#include "unpack.h"

/** Octets that are read into a window at once, unless its owner says otherwise, and those of the
 * smallest one that makes sense. */
enum { WL_WINDOW_MOST = 256 << 10, WL_WINDOW_LEAST = 4 << 10 };

struct wl_octets {
    const uint8_t *p, *end; /* the window */
    const uint8_t *low;     /* the lowest octet that can have been in it */
    uint64_t offset;        /* of end, in the (decompressed) stream */
    const char *name;       /* for messages; borrowed */
    struct wl_budget *budget;
    const size_t *window; /* see struct wl_octets_how */
    uint8_t *memory;      /* what was allocated, memory_n octets */
    size_t memory_n;
    uint8_t *base; /* in a large one its first page boundary; capacity octets from there */
    size_t capacity;
    struct wl_mapped mapped;      /* or nothing */
    struct wl_unpacker *unpacker; /* or NULL */
    const char *kind;             /* of compression, or NULL */
    struct wl_packed packed;      /* what the archive reads; without one only fd, stop and done */
    uint8_t *packed_memory;       /* the first octets, for the archive */
    size_t packed_memory_n;
    uint64_t size; /* of the file; 0: not known */
    bool own_fd, rereadable;
    bool wants_map, cannot_map; /* what lies behind the first window; see wl_octets_map */
    bool at_end;                /* nothing comes behind the window */
    bool patient;               /* see struct wl_octets_how */
    bool follow;
    bool starved; /* patient: the last wl_octets_have failed because nothing is there yet */
    bool parked;  /* see wl_octets_park; of the file then: what it is, and where it was read */
    uint64_t device, inode, place;
    struct wl_error failure; /* code 0: the end is a true end; WL_NOMEM, WL_EDAMAGED */
};

/** How an input is read that may grow; all zero for one that is whole. */
struct wl_octets_how {
    const volatile sig_atomic_t
        *stop; /* or NULL; when set, a read that was interrupted is the end */
    /* Plain octets are only read when some are there; else wl_octets_have fails with starved
     * set, and may be asked again. What is compressed is waited for: what undoes it cannot
     * be interrupted. */
    bool patient;
    bool follow; /* the end of the file is no end */
    /* Octets that are read at once, WL_WINDOW_LEAST to WL_WINDOW_MOST, looked at whenever the window
     * is filled; it outlives the input. NULL: WL_WINDOW_MOST. */
    const size_t *window;
};

/**
 * path "-" is standard input; it is borrowed as the name in messages until a caller sets another.
 * how NULL: the input is whole, and its first octets are looked at.
 * Returns 0, WL_EOPEN, WL_EDAMAGED or WL_NOMEM (of memory, or no descriptor is left) with err, the
 * cause alone and perhaps a hint; o needs no release then.
 */
WL_MUST_USE int wl_octets_open(struct wl_octets *o, const char *path,
                               const struct wl_octets_how *how, struct wl_budget *budget,
                               struct wl_error *err);
/**
 * Looks at the first octets; call before any other when how was given. 0, or WL_AGAIN (they are not
 * there yet), WL_EOPEN, WL_EDAMAGED or WL_NOMEM with err, the cause alone.
 */
WL_MUST_USE int wl_octets_look(struct wl_octets *o, struct wl_error *err);
/** The same as wl_octets_open over memory that outlives o. */
WL_MUST_USE int wl_octets_open_memory(struct wl_octets *o, struct wl_span bytes,
                                      struct wl_budget *budget, struct wl_error *err);
void wl_octets_release(struct wl_octets *o);

/** Slow path of wl_octets_have. */
bool wl_octets_fill(struct wl_octets *o, size_t n);
/** True when n octets lie in the window; reads on as needed. False: the end, see failure. */
static inline bool wl_octets_have(struct wl_octets *o, size_t n)
{
    return WL_LIKELY_TRUE((size_t)(o->end - o->p) >= n) || wl_octets_fill(o, n);
}

/**
 * From here on the octets are mapped, where that can be (mapped.h), as soon as the window has to be
 * filled. It takes somebody who asks for what will be looked at ahead of time (scout.h): the
 * processor fetches what it has copied, and not what is mapped.
 */
void wl_octets_map(struct wl_octets *o);
/** Does the window lie in what is mapped? A record that two parts share is copied. */
static inline bool wl_octets_are_mapped(const struct wl_octets *o)
{
    return o->mapped.base && o->low != o->base;
}
/** Nobody will look at what was given any more, and all of it was read: gives back what is
 * mapped. */
void wl_octets_rest(struct wl_octets *o);

/** How wl_octets_park has left it. */
enum wl_parked {
    WL_PARKED_NOT,    /* as it was: it cannot be read on later */
    WL_PARKED_CLOSED, /* without descriptor and window: wl_octets_wake */
    WL_PARKED_ASLEEP, /* without descriptor, since it is compressed: wl_octets_wake */
    WL_PARKED_WHOLE,  /* all that comes next lies in memory, and that is all it holds */
};
/**
 * Gives back what a while of waiting can do without. Nothing that was borrowed from the window may
 * be in use. For what is not mapped and does not grow; the name must be the path.
 */
enum wl_parked wl_octets_park(struct wl_octets *o);
/** Opens what was parked where it stood. Returns 0, or WL_EOPEN or WL_NOMEM (no descriptor is left)
 * with err, the cause alone and perhaps a hint: it is parked as before. */
WL_MUST_USE int wl_octets_wake(struct wl_octets *o, struct wl_error *err);

/** Passes over *n octets without keeping them; false when the end came first, or they are not there
 * yet: *n is what remains. */
bool wl_octets_skip(struct wl_octets *o, uint64_t *n);

/** Position of p in the (decompressed) stream. */
static inline uint64_t wl_octets_position(const struct wl_octets *o)
{
    return o->offset - (uint64_t)(o->end - o->p);
}

/** Does p lie in the window? *ret is its place then, for wl_octets_again. */
static inline bool wl_octets_place(const struct wl_octets *o, const uint8_t *p, uint64_t *ret)
{
    if ((uintptr_t)p - (uintptr_t)o->low >= (uintptr_t)o->end - (uintptr_t)o->low)
        return false;
    *ret = o->offset - (uint64_t)(o->end - p);
    return true;
}
/** Can what has left the window be read again? It is a file, plain, and does not grow. */
bool wl_octets_rereadable(const struct wl_octets *o);
/** Reads n octets again that were in the window, from their place on; where the window stands is
 * the same afterwards. False: they cannot be read, or are no longer there. */
bool wl_octets_again(const struct wl_octets *o, uint64_t place, uint8_t *to, size_t n);

/**
 * The input ended within record number frame, which began at octet at. Fills err with the sentence
 * (or with the failure that made the end), returns WL_EDAMAGED or WL_NOMEM.
 */
int wl_octets_cut(const struct wl_octets *o, uint64_t frame, uint64_t at, struct wl_error *err);
/** Record number frame, which begins at octet at, makes no sense: why. Returns WL_EDAMAGED. */
int wl_octets_damaged(const struct wl_octets *o, uint64_t frame, uint64_t at, const char *why,
                      struct wl_error *err);

#endif
