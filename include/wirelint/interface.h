/* interface.h - what can be captured from.
 * SPDX-License-Identifier: MIT
 */
#ifndef WIRELINT_INTERFACE_H
#define WIRELINT_INTERFACE_H

#include "wirelint/api.h"
#include "wirelint/wirelint.h"

WL_API_BEGIN

enum {
    WL_INTERFACE_NAME = 32,
    WL_INTERFACE_TEXT = 160,
    WL_MAX_INTERFACES = 64, /* that one run captures from, and that a list of them has room for */
};

/** One interface of this machine; plain data, texts NUL-terminated. */
struct wl_interface {
    char name[WL_INTERFACE_NAME];
    char description[WL_INTERFACE_TEXT]; /* of libpcap; "" for none */
    char addresses[WL_INTERFACE_TEXT];   /* "10.0.0.2, fe80::1"; cut when there are many */
    bool up, running, loopback;
    bool is_any;      /* no interface: all of them */
    bool counted;     /* packets is known */
    uint64_t packets; /* received and sent so far */
};

/**
 * Lists the interfaces, the most likely first, "any" last, at most max. Needs no rights, and is for
 * the time before they are given up. Returns 0, or WL_EOPEN with err.
 */
int wl_interfaces_list(struct wl_interface *ret, size_t max, size_t *ret_n, struct wl_error *err);
/** Brings the packet counts up to date: the difference shows where there is traffic. May be called
 * after rights were given up. */
void wl_interfaces_count(struct wl_interface *list, size_t n);
/** Could this process capture from an interface that is up? */
bool wl_interfaces_allowed(void);

WL_API_END

#endif
