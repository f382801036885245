/* ring.c - the queue between two threads, one producer, one consumer, and the bell to wake one up.
 * SPDX-License-Identifier: MIT
 *
 * Each side owns one index and reads the other's: a release store publishes what was written before
 * it, the acquire load on the other side sees it. The indexes lie on cache lines of their own, and
 * each side keeps a stale copy of the other's, which it renews only when it seems to be stuck.
 *
 * A bell is a flag and a pipe. Both sides exchange the flag, so that one of them comes second:
 * either the ringer, who then sees the sleeper and writes to the pipe, or the sleeper, who then
 * sees what was put into the ring. A pipe is what can be waited for together with sockets
 * everywhere.
 */
#include "ring.h"

#include "diag.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdatomic.h>
#include <unistd.h>

struct slot {
    void *item;
    uint64_t octets;
};

struct wl_ring {
    struct wl_budget *budget;
    struct slot *slots;
    size_t n_slots;
    uint64_t max_octets;
    char pad0[WL_CACHE_LINE];
    /* written by the producer */
    _Atomic size_t head;
    _Atomic uint64_t octets_in;
    _Atomic bool closed;
    size_t tail_seen;
    char pad1[WL_CACHE_LINE];
    /* written by the consumer */
    _Atomic size_t tail;
    _Atomic uint64_t octets_out;
    size_t head_seen;
};

struct wl_ring *wl_ring_new(struct wl_budget *b, size_t n_slots, uint64_t max_octets)
{
    size_t rounded = 2;
    struct wl_ring *r;

    while (rounded < n_slots && rounded <= SIZE_MAX / 4)
        rounded *= 2;
    r = wl_alloc(b, sizeof(*r));
    if (!r)
        return NULL;
    r->budget = b;
    r->n_slots = rounded;
    r->max_octets = max_octets;
    r->slots = wl_alloc_array(b, rounded, sizeof(*r->slots));
    if (!r->slots) {
        wl_free(b, r, sizeof(*r));
        return NULL;
    }
    return r;
}

void wl_ring_free(struct wl_ring *r)
{
    if (!r)
        return;
    wl_free(r->budget, r->slots, r->n_slots * sizeof(*r->slots));
    wl_free(r->budget, r, sizeof(*r));
}

bool wl_ring_push(struct wl_ring *r, void *item, uint64_t octets)
{
    size_t head = atomic_load_explicit(&r->head, memory_order_relaxed);
    uint64_t in = atomic_load_explicit(&r->octets_in, memory_order_relaxed);
    uint64_t held = in - atomic_load_explicit(&r->octets_out, memory_order_acquire);

    WL_ASSERT(item);
    if (held && held + octets > r->max_octets)
        return false;
    if (head - r->tail_seen == r->n_slots) {
        r->tail_seen = atomic_load_explicit(&r->tail, memory_order_acquire);
        if (head - r->tail_seen == r->n_slots)
            return false;
    }
    r->slots[head & (r->n_slots - 1)] = (struct slot){item, octets};
    atomic_store_explicit(&r->octets_in, in + octets, memory_order_relaxed);
    atomic_store_explicit(&r->head, head + 1, memory_order_release);
    return true;
}

bool wl_ring_room(const struct wl_ring *r, uint64_t octets)
{
    size_t n = atomic_load_explicit(&r->head, memory_order_relaxed) -
               atomic_load_explicit(&r->tail, memory_order_acquire);
    uint64_t held = atomic_load_explicit(&r->octets_in, memory_order_relaxed) -
                    atomic_load_explicit(&r->octets_out, memory_order_acquire);

    return n < r->n_slots && (held == 0 || held + octets <= r->max_octets);
}

void *wl_ring_pop(struct wl_ring *r)
{
    size_t tail = atomic_load_explicit(&r->tail, memory_order_relaxed);
    uint64_t out = atomic_load_explicit(&r->octets_out, memory_order_relaxed);
    struct slot s;

    if (tail == r->head_seen) {
        r->head_seen = atomic_load_explicit(&r->head, memory_order_acquire);
        if (tail == r->head_seen)
            return NULL;
    }
    s = r->slots[tail & (r->n_slots - 1)];
    atomic_store_explicit(&r->tail, tail + 1, memory_order_release);
    atomic_store_explicit(&r->octets_out, out + s.octets, memory_order_release);
    return s.item;
}

bool wl_ring_empty(const struct wl_ring *r)
{
    return atomic_load_explicit(&r->tail, memory_order_relaxed) ==
           atomic_load_explicit(&r->head, memory_order_acquire);
}

void wl_ring_close(struct wl_ring *r)
{
    atomic_store_explicit(&r->closed, true, memory_order_release);
}

bool wl_ring_done(struct wl_ring *r)
{
    /* closed first: what was pushed before it is then visible */
    return atomic_load_explicit(&r->closed, memory_order_acquire) &&
           atomic_load_explicit(&r->tail, memory_order_relaxed) ==
               atomic_load_explicit(&r->head, memory_order_acquire);
}

/* ----------------------------------------------------------------------------------- the bell */

struct wl_bell {
    struct wl_budget *budget;
    _Atomic bool asleep;
    int fds[2]; /* read, write; neither blocks */
};

static bool prepare(int fd)
{
    return fcntl(fd, F_SETFL, O_NONBLOCK) == 0 && fcntl(fd, F_SETFD, FD_CLOEXEC) == 0;
}

struct wl_bell *wl_bell_new(struct wl_budget *b, struct wl_error *err)
{
    struct wl_bell *bell = wl_alloc(b, sizeof(*bell));

    if (!bell) {
        (void)wl_fail(err, WL_NOMEM, "out of memory");
        return NULL;
    }
    bell->budget = b;
    if (pipe(bell->fds) < 0) {
        (void)wl_fail_system(err, WL_NOMEM, "cannot make a pipe between threads", errno);
        wl_free(b, bell, sizeof(*bell));
        return NULL;
    }
    if (!prepare(bell->fds[0]) || !prepare(bell->fds[1])) {
        (void)wl_fail_system(err, WL_NOMEM, "cannot prepare a pipe between threads", errno);
        wl_bell_free(bell);
        return NULL;
    }
    return bell;
}

void wl_bell_free(struct wl_bell *bell)
{
    if (!bell)
        return;
    (void)close(bell->fds[0]);
    (void)close(bell->fds[1]);
    wl_free(bell->budget, bell, sizeof(*bell));
}

void wl_bell_ring(struct wl_bell *bell)
{
    if (atomic_exchange_explicit(&bell->asleep, false, memory_order_acq_rel)) {
        ssize_t n = write(bell->fds[1], "", 1);

        (void)n; /* it cannot be full: one octet per sleep */
    }
}

void wl_bell_arm(struct wl_bell *bell)
{
    (void)atomic_exchange_explicit(&bell->asleep, true, memory_order_acq_rel);
}

void wl_bell_disarm(struct wl_bell *bell)
{
    uint8_t octets[16];

    /* its octet may come a moment later: then the next sleep is a short one */
    if (!atomic_exchange_explicit(&bell->asleep, false, memory_order_acq_rel)) {
        while (read(bell->fds[0], octets, sizeof(octets)) == sizeof(octets))
            continue; /* what is read short is empty */
    }
}

void wl_bell_sleep(struct wl_bell *bell, int timeout_ms)
{
    struct pollfd fd = {.fd = bell->fds[0], .events = POLLIN};

    (void)poll(&fd, 1, timeout_ms);
    wl_bell_disarm(bell);
}

int wl_bell_fd(const struct wl_bell *bell)
{
    return bell->fds[0];
}
