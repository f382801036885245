/* fired.h - what reports gather of every rule that fires: counts, servers, finished pieces of text.
 * SPDX-License-Identifier: MIT
 *
 * Memory is bounded by the number of rules and by what a report chooses to keep, not by the number
 * of findings. Rules are told apart by their address, so an embedder's have rows of their own.
 */
#ifndef WL_FIRED_H
#define WL_FIRED_H

#include "lanes.h"
#include "mem.h"
#include "text.h"
#include "wirelint/rule.h"

enum {
    WL_FIRED_RULES = 1024, /* rules of the catalogue and of an embedder that get rows */
    WL_FIRED_SLOTS = 2 * WL_FIRED_RULES,
    WL_FIRED_SERVERS = 8, /* servers named per rule */
};

/** A piece of a report that was made while its exchange was there. */
struct wl_piece {
    struct wl_piece *next;
    struct wl_span text;
};

/** Pieces in the order in which they were kept. */
struct wl_pieces {
    struct wl_piece *first, *last;
    uint32_t n;
};

struct wl_fired_server {
    struct wl_endpoint server;
    uint64_t n;
};

/** What is known of one rule that fired. */
struct wl_fired {
    const struct wl_rule *rule;
    enum wl_severity worst;
    uint64_t n, faults[WL_FAULT_EITHER + 1];
    struct wl_fired_server servers[WL_FIRED_SERVERS];
    uint8_t tags[WL_LANES_16]; /* of each of them, looked at all at once */
    uint32_t n_servers;
    uint64_t n_elsewhere;             /* findings on servers that have no row */
    struct wl_pieces examples, lines; /* the report's own */
};

struct wl_firings {
    struct wl_arena_pool pool;
    struct wl_arena *arena;                 /* NULL: memory was refused, nothing is gathered */
    struct wl_fired *slots[WL_FIRED_SLOTS]; /* hash table by address of the rule */
    uint32_t n;
};

/** Everything lives in memory of b until wl_firings_release. */
void wl_firings_init(struct wl_firings *f, struct wl_budget *b);
void wl_firings_release(struct wl_firings *f);
/** What is known of a rule; NULL when it has not fired. */
const struct wl_fired *wl_firings_find(const struct wl_firings *f, const struct wl_rule *rule);
/** Counts a finding on this server; what is known of its rule, or NULL when there is no room. */
struct wl_fired *wl_firings_count(struct wl_firings *f, const struct wl_finding *finding,
                                  const struct wl_endpoint *server);
/** Keeps a copy of text at the end of a list of pieces; false when memory is refused. */
bool wl_firings_keep(struct wl_firings *f, struct wl_pieces *list, struct wl_span text);
/**
 * All rules that fired: worst first, then most frequent, then by id; the servers of each most
 * frequent first. Returns how many.
 */
uint32_t wl_firings_sorted(struct wl_firings *f, struct wl_fired *ret[WL_FIRED_RULES]);
/** Writes whose fault it was: "server", or "server 3, client 1" when it differs, with space and
 * numbers as the report writes them. */
void wl_fired_put_faults(struct wl_text *t, const struct wl_fired *fired, const char *space,
                         void (*count)(struct wl_text *t, uint64_t n));

#endif
