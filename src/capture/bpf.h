/* bpf.h - a filter expression, compiled by libpcap once per link type.
 * SPDX-License-Identifier: MIT
 */
#ifndef WL_BPF_H
#define WL_BPF_H

#include "source.h"

struct wl_bpf;

/** expression is borrowed; it is looked at when the first link type is known. 0, WL_NOMEM, or
 * WL_ELIBRARY when libpcap cannot be loaded. */
WL_MUST_USE int wl_bpf_new(const char *expression, struct wl_budget *budget, struct wl_bpf **ret,
                           struct wl_error *err);
/** Compiles for one link type ahead of its packets. 0, WL_EINVAL with libpcap's message, or
 * WL_NOMEM. */
WL_MUST_USE int wl_bpf_prepare(struct wl_bpf *b, int dlt, struct wl_error *err);
/** What is said of an expression that libpcap does not take, which said why. Returns WL_EINVAL. */
int wl_bpf_refused(const char *expression, const char *why, struct wl_error *err);
/** 1: passes; 0: does not; negative as wl_bpf_prepare. */
int wl_bpf_match(struct wl_bpf *b, const struct wl_packet *p, struct wl_error *err);
void wl_bpf_free(struct wl_bpf *b);

#endif
