/* layers.h - a packet on its way through its headers, from the link layer to TCP.
 * SPDX-License-Identifier: MIT
 *
 * Each step looks at l->left, takes its header off and says what comes next; wl_decode runs the
 * steps in a loop, at most WL_MAX_LAYERS of them. No step calls another one: a packet that nests
 * for ever costs a bounded number of steps and no stack.
 */
#ifndef WL_LAYERS_H
#define WL_LAYERS_H

#include "span.h"

/** Nesting deeper than this is an attack: Wireshark's own bound is of the same size. */
enum { WL_MAX_LAYERS = 48 };

enum wl_next {
    WL_NEXT_NONE, /* nothing that could carry TCP */
    WL_NEXT_CUT,  /* a header does not fit into what is there, or makes no sense */
    WL_NEXT_HELD, /* a fragment, kept */
    WL_NEXT_TCP,  /* the end of the way; all that follow are steps of it */
    WL_NEXT_ETHERNET,
    WL_NEXT_VLAN,
    WL_NEXT_MPLS,
    WL_NEXT_PPPOE,
    WL_NEXT_PPP,
    WL_NEXT_LLC,
    WL_NEXT_RADIO, /* 802.11 */
    WL_NEXT_IP,    /* version by its first four bits */
    WL_NEXT_IPV4,
    WL_NEXT_IPV6,
    WL_NEXT_PROTOCOL, /* l->protocol of IP says */
    WL_NEXT_UDP,
    WL_NEXT_GRE,
    WL_NEXT_VXLAN,
    WL_NEXT_GENEVE,
    WL_NEXT_GTP,
    WL_NEXT_TEREDO,
    WL_NEXT_L2TP,
    WL_NEXT_AYIYA,
};

struct wl_layers {
    struct wl_span left; /* octets that were captured, from the next header on */
    size_t wire;         /* octets that were sent, from there on; never less than left.n */
    enum wl_next next;
    uint8_t protocol; /* of the innermost IP so far */
    uint8_t family;   /* 4 or 6; 0: no IP so far */
    bool tunnelled;   /* IP in something that was in IP */
    uint8_t ttl;
    uint16_t ip_id;
    /* addresses of the innermost IP, the one behind the other, borrowed from where it lies */
    const uint8_t *src, *dst;
};

static inline void wl_layers_stop(struct wl_layers *l, enum wl_next why)
{
    l->next = why;
}

/** True when n octets of header are there; else the packet counts as cut. */
static inline bool wl_layers_need(struct wl_layers *l, size_t n)
{
    if (WL_LIKELY_TRUE(l->left.n >= n))
        return true;
    l->next = WL_NEXT_CUT;
    return false;
}

/** Takes n octets off the front; the caller has asked for them. */
static inline void wl_layers_take(struct wl_layers *l, size_t n)
{
    WL_ASSERT(n <= l->left.n && n <= l->wire);
    l->left.p += n;
    l->left.n -= n;
    l->wire -= n;
}

/** Passes over n octets, if they are there, to next. */
static inline void wl_layers_skip_to(struct wl_layers *l, size_t n, enum wl_next next)
{
    if (!wl_layers_need(l, n))
        return;
    wl_layers_take(l, n);
    l->next = next;
}

/** What is left is n octets on the wire, no more: behind them is padding, or another layer's. */
static inline void wl_layers_trim(struct wl_layers *l, size_t n)
{
    if (n < l->wire)
        l->wire = n;
    if (n < l->left.n)
        l->left.n = n;
}

#endif
