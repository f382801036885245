/* patience.h - since when octets are waited for that were acknowledged and not captured.
 * SPDX-License-Identifier: MIT
 *
 * The side of tcp.c that is about connections of which something waits; the rest of it is wl_tcp_due
 * and its like in tcp.h.
 */
#ifndef WL_PATIENCE_H
#define WL_PATIENCE_H

#include "tcp.h"

/** Octets of a direction before target were acknowledged, and some of them not captured. */
struct wl_lack {
    struct wl_link link;  /* in env->waiting or env->over */
    struct wl_lack *next; /* of its direction: acknowledged later */
    struct wl_tcp *tcp;
    wl_ns since, due;      /* of env->clock: waited for from then until then */
    uint32_t since_packet; /* of the connection */
    uint32_t target;       /* sequence number */
    uint32_t n;            /* acknowledgements it stands for; its time is that of the last */
    struct wl_seen seen;   /* the first of them */
};

/** What a direction lacks, in the order of acknowledgements and of targets. */
struct wl_lacks {
    struct wl_lack *first, *last;
};

/** What a connection has while something of it waits. */
struct wl_tcp_slow {
    struct wl_queue queue[2];
    struct wl_lacks lacks[2];
};

void wl_patience_init(struct wl_tcp_env *env);
void wl_patience_release(struct wl_tcp_env *env);
/** t->slow, which is made when there is none; NULL: no memory. */
struct wl_tcp_slow *wl_tcp_slow_way(struct wl_tcp_env *env, struct wl_tcp *t);
/** Both ends have closed the connection, and all they have sent was acknowledged: what is missing has
 * most likely not passed here. */
void wl_patience_shorten(struct wl_tcp_env *env, struct wl_tcp_slow *s);

/** From now on patience for what is missing before target is limited. Without memory nothing is
 * waited for, or for longer. */
void wl_lacks_add(struct wl_lacks *all, struct wl_tcp_env *env, struct wl_tcp *t, uint32_t target,
                  const struct wl_seen *seen);
/** Takes the first out, for wl_lack_free or wl_lacks_along; there must be one. */
struct wl_lack *wl_lacks_take(struct wl_lacks *all);
/** Puts w, which was taken and was the last, back: patience for it ends when that for with does. */
void wl_lacks_along(struct wl_lacks *all, struct wl_lack *w, struct wl_lack *with);
void wl_lack_free(struct wl_tcp_env *env, struct wl_lack *w);
void wl_lacks_release(struct wl_lacks *all, struct wl_tcp_env *env);

#endif
