/* hosts.h - names for addresses, from a file like /etc/hosts (hosts(5)).
 * SPDX-License-Identifier: MIT
 *
 * No name is ever looked up anywhere else. The file is read before rights are given up; what it
 * says is taken for what a stranger wrote: bounded, and only names that are made of what names are
 * made of.
 */
#ifndef WL_HOSTS_H
#define WL_HOSTS_H

#include "text.h"
#include "wirelint/model.h"

enum {
    WL_HOSTS_TEXT = 1 << 20, /* octets of the file that are read */
    WL_HOSTS_MAX = 16384,    /* addresses that get a name */
    WL_HOSTS_NAME = 253,     /* octets of one, RFC 1035 2.3.4 */
};

struct wl_host {
    struct wl_endpoint address; /* without a port */
    struct wl_span name;        /* in the text */
};

struct wl_hosts {
    const char *path;    /* borrowed: for messages */
    struct wl_text text; /* what was read; names lie in it */
    struct wl_host *at;  /* by address */
    uint32_t n;
    bool cut;    /* there is more in the file than is used */
    bool unread; /* it could not be read */
    struct wl_budget *budget;
};

/** Makes the table of what ret->text holds. False when memory is refused: then it is empty. */
WL_MUST_USE bool wl_hosts_parse(struct wl_hosts *h);
/** Its first name in the file; empty when it has none. NULL has no names. */
struct wl_span wl_hosts_name(const struct wl_hosts *h, const struct wl_endpoint *e);
/** Frees all but h itself. */
void wl_hosts_release(struct wl_hosts *h);

#endif
