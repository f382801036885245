/* history.h - what a screen can still open: connections, exchanges and findings, bounded.
 * SPDX-License-Identifier: MIT
 *
 * Three runs of rows, each numbered without holes, oldest first: connections by their number,
 * exchanges and findings as they were told. What is dropped is dropped at the front. A row is
 * small; the exchange itself is packed (pack.h) in blocks that are recycled.
 */
#ifndef WL_HISTORY_H
#define WL_HISTORY_H

#include "event.h"
#include "pack.h"
#include "shape.h"
#include "wirelint/wirelint.h"

/** A connection, 72 octets. Addresses and the like by wl_history_ref. */
struct wl_kept_conn {
    uint64_t id; /* 0: nothing is known yet but that it was opened */
    wl_ns t_first, t_last;
    uint32_t client, server; /* IPv4 as a number; IPv6: place in a table */
    uint16_t client_port, server_port;
    uint32_t n_exchanges; /* told */
    uint32_t octets[2];   /* the lower 32 bits */
    uint32_t chain;       /* shape.h */
    uint32_t last;        /* id of its record, or else of its latest exchange, low bits; 0: none */
    uint32_t packets;     /* from the first to the last, in the capture; UINT32_MAX: more */
    uint16_t n_findings;
    uint16_t rule; /* of the worst finding; 0: none */
    uint8_t octets_high[2];
    uint8_t proto, end;
    uint8_t worst;
    uint8_t bits; /* enum wl_kept_bits */
};

enum wl_kept_bits {
    WL_KEPT_SHOWN = 1, /* belongs into lists */
    WL_KEPT_OPEN = 2,
    WL_KEPT_CLIENT6 = 4, /* IPv6 */
    WL_KEPT_SERVER6 = 8,
    WL_KEPT_TLS = 16,
    WL_KEPT_MIDSTREAM = 32,
    WL_KEPT_RECORD = 64, /* last is the id of its record */
    WL_KEPT_HOLE = 128,  /* one of its exchanges had no room, or not for all of it */
};

/** An exchange (ordinal > 0) or a record (ordinal 0). */
struct wl_kept {
    uint64_t number; /* of its connection */
    uint64_t block;  /* where it is packed */
    uint32_t offset, n;
    uint32_t previous; /* id of the exchange before it on the connection, low bits; 0: none */
    uint32_t ordinal;
    uint32_t shape;
    uint16_t rule; /* of the worst finding; 0: none */
    uint8_t worst, n_findings;
    bool brief; /* packed by wl_pack_brief: enough for a row, and not for what is opened */
};

/** A finding: which one of which exchange or record. */
struct wl_kept_finding {
    uint64_t of;   /* id of the exchange, or of the record */
    uint16_t rule; /* wl_history_rule */
    uint8_t index, severity;
    bool on_record;
    bool whole_conn; /* about a connection as a whole, not about one of its exchanges */
    uint32_t shape;  /* of the exchange; 0: of a record */
};

/** Two exchanges that are the legs of a proxy (--correlate): connections and ordinals, the one that
 * ended last first. */
struct wl_kept_pair {
    uint64_t number[2];
    uint64_t id[2]; /* as in wl_history_exchange_at; 0: not held, or not found */
    uint32_t ordinal[2];
    bool upstream; /* the second one is that to the server behind the proxy */
    uint8_t confidence;
};

struct wl_history;

/** Leaves a quarter of the budget to others. NULL when memory is refused. */
WL_MUST_USE struct wl_history *wl_history_new(struct wl_budget *budget,
                                              const struct wl_limits *limits);
void wl_history_free(struct wl_history *h);

/** opened NULL: it comes into lists with its first exchange or its end. */
void wl_history_opened(struct wl_history *h, uint64_t id, const struct wl_opened *opened);
/** What history has found out about an exchange by the way. */
struct wl_told {
    uint64_t id;       /* of the row; 0: it has no room */
    uint32_t sequence; /* a number of its statuses (wl_shape_sequence) */
    bool first;        /* no exchange of its connection had these statuses before */
};

void wl_history_exchange(struct wl_history *h, const struct wl_exchange *ex, struct wl_told *ret);
/** counts: it passes the filter of the run, and so belongs into lists. */
void wl_history_connection(struct wl_history *h, const struct wl_conn_record *conn, bool counts);

/* --------------------------------------------------------------------------------- rows */

/** Rows from first to end - 1 are held; of connections perhaps with holes between those that are
 * kept because they are open. */
struct wl_extent {
    uint64_t first, end;
};
struct wl_extent wl_history_conns(const struct wl_history *h);     /* numbers, from 0 */
struct wl_extent wl_history_exchanges(const struct wl_history *h); /* ids, from 1 */
struct wl_extent wl_history_records(const struct wl_history *h);   /* ids, from 1 */
struct wl_extent wl_history_findings(const struct wl_history *h);  /* ids, from 1 */
/** Rises whenever a row that was told before has changed, or has come into the lists. */
uint64_t wl_history_changes(const struct wl_history *h);
/** Exchanges that were told, and are no longer held. */
uint64_t wl_history_dropped(const struct wl_history *h);

/** NULL: not held. Borrowed until something is told. */
const struct wl_kept_conn *wl_history_conn(const struct wl_history *h, uint64_t number);
/** By the id of the capture. *ret_number is its number. */
const struct wl_kept_conn *wl_history_by_id(const struct wl_history *h, uint64_t id,
                                            uint64_t *ret_number);
/** The first connection held from number on; UINT64_MAX: there is none. */
uint64_t wl_history_next(const struct wl_history *h, uint64_t number);
/** Connections that belong into lists; those of them before number; the one with so many before it
 * (UINT64_MAX: there are fewer). */
uint64_t wl_history_shown(const struct wl_history *h);
uint64_t wl_history_shown_before(const struct wl_history *h, uint64_t number);
uint64_t wl_history_nth_shown(const struct wl_history *h, uint64_t n);
const struct wl_kept *wl_history_exchange_at(const struct wl_history *h, uint64_t id);
const struct wl_kept *wl_history_record_at(const struct wl_history *h, uint64_t id);
const struct wl_kept_finding *wl_history_finding_at(const struct wl_history *h, uint64_t id);
/** Id of the latest exchange of a connection, of the one before another; 0: none is held. */
uint64_t wl_history_latest(const struct wl_history *h, const struct wl_kept_conn *conn);
uint64_t wl_history_before(const struct wl_history *h, uint64_t id);
uint64_t wl_history_record(const struct wl_history *h, const struct wl_kept_conn *conn);

/** What the row knows of the connection's identity. */
void wl_history_ref(const struct wl_history *h, const struct wl_kept_conn *conn, uint64_t number,
                    struct wl_conn_ref *ret);
uint64_t wl_history_octets(const struct wl_kept_conn *conn, enum wl_dir dir);
/** NULL for 0. */
const struct wl_rule *wl_history_rule(const struct wl_history *h, uint16_t rule);
/** 0: no finding has been of it. */
uint16_t wl_history_rule_number(const struct wl_history *h, const struct wl_rule *rule);
struct wl_span wl_history_packed(const struct wl_history *h, const struct wl_kept *p);
/** The findings, packed, of an exchange that has one which rests on other connections too: they are
 * held longer than the exchange, because reading it again does not find them again. Empty: it has
 * none. */
struct wl_span wl_history_aside(const struct wl_history *h, uint64_t number, uint32_t ordinal);
/** Of connections below this number some have been dropped. */
uint64_t wl_history_aside_lost(const struct wl_history *h);
/** Pairs of legs, as they were found, the latest so many; NULL: not held. */
struct wl_extent wl_history_pairs(const struct wl_history *h);
const struct wl_kept_pair *wl_history_pair_at(const struct wl_history *h, uint64_t id);
const struct wl_shapes *wl_history_shapes(const struct wl_history *h);
void wl_history_limits(const struct wl_history *h, uint64_t *limits);

#endif
