/* sink.h - what an output is, and the statistics it receives.
 * SPDX-License-Identifier: MIT
 *
 * Outputs are called on one thread, in the order of the capture: exchanges when they end, a
 * connection after its last exchange. What they are given is borrowed for the call.
 */
#ifndef WIRELINT_SINK_H
#define WIRELINT_SINK_H

#include "wirelint/api.h"
#include "wirelint/model.h"
#include "wirelint/rule.h"

WL_API_BEGIN

struct wl_error; /* wirelint.h */
struct wl_config;

/** Counters, by name (tbl/counters.h). */
struct wl_counters {
#define WL_COUNTER(name, text) uint64_t name;
#include "wirelint/tbl/counters.h"
#undef WL_COUNTER
};

/** Limits (tbl/limits.h), as indexes of wl_stats.limits. */
enum wl_limit_id {
#define WL_LIMIT(name, value, text) WL_LIMIT_##name,
#include "wirelint/tbl/limits.h"
#undef WL_LIMIT
    WL_N_LIMITS,
};

/** Classes of statuses: index 1..5 the class, 0 invalid (no three digits, or outside 100..599). */
enum { WL_N_CLASSES = 6, WL_N_CODES = 1000, WL_HISTORY_SECONDS = 300 };

/** The bounds of tbl/bounds.h, as indexes of wl_histogram.within. */
enum {
#define WL_BOUND(nanoseconds) WL_BOUND_##nanoseconds,
#include "wirelint/tbl/bounds.h"
#undef WL_BOUND
    WL_N_BOUNDS,
};
enum { WL_HISTOGRAM_BUCKETS = 640 };

/** A log-linear histogram of durations: 1 microsecond to a day, relative error below 1/16. */
struct wl_histogram {
    uint64_t n;                            /* durations counted */
    wl_ns least, most;                     /* of them; no quantile lies outside */
    uint32_t bucket[WL_HISTOGRAM_BUCKETS]; /* bucket i: from wl_histogram_floor(i) on */
    uint64_t sum;                          /* nanoseconds; at the most UINT64_MAX */
    /* above the bound before and up to this one (tbl/bounds.h); the last: above all of them */
    uint64_t within[WL_N_BOUNDS + 1];
};

enum { WL_TIMELINE = 240 };

/**
 * Responses by class over the whole run: bar i holds those of the capture time from start + i *
 * step on. The step is the least of a list of round ones with which the run fits into WL_TIMELINE
 * bars, so the counts do not depend on the order in which they came.
 */
struct wl_timeline {
    wl_ns start, step; /* step 0: nothing yet */
    uint32_t n;        /* bars in use */
    uint64_t bars[WL_TIMELINE][WL_N_CLASSES];
};

enum {
    WL_SEQUENCE_TEXT = 96, /* octets of a status sequence as text, NUL included */
    WL_TOP = 50,           /* rows of wl_stats.sequences and .servers */
};

/** One status sequence and how often it was seen ("100, 200" as text, NUL-terminated). */
struct wl_top_sequence {
    char text[WL_SEQUENCE_TEXT];
    uint64_t n;
    bool faulty; /* some exchange with it broke a MUST */
};

/** One server and what it answered: exchanges, responses by class, findings by severity. */
struct wl_top_server {
    struct wl_endpoint server;
    uint64_t exchanges, classes[WL_N_CLASSES], findings[WL_N_SEVERITIES];
};

/** One input as the start and end of a report name it. */
struct wl_input {
    const char *name;         /* as given by the user */
    uint64_t packets, octets; /* read from it; octets of packets, as captured */
    wl_ns t_first, t_last;    /* the earliest and latest of its packets; 0: it had none */
    const char *damaged;      /* NULL, or what is wrong with it, one sentence */
    bool is_interface;
    uint64_t dropped;           /* live: packets that the kernel's buffer had no room for */
    uint64_t interface_dropped; /* live: packets that the interface itself lost */
    const char *notice; /* NULL, or what keeps it from giving packets now: "is down"; static */
};

/** A suppression, and what became of it. */
struct wl_suppression_use {
    const struct wl_suppression *which;
    uint64_t n; /* findings that it covers */
    bool over;  /* it has ended: they count */
};

/** A snapshot of everything counted; plain data of fixed size but for the borrowed arrays. */
struct wl_stats {
    struct wl_counters counters;
    uint64_t limits[WL_N_LIMITS];    /* how often each was reached */
    uint64_t connections, exchanges; /* opened (with --where: over and counted); over */
    uint64_t http_connections;       /* over, with at least one exchange */
    uint64_t left_out;               /* exchanges that --where left out; counted nowhere else */
    uint64_t responses[WL_N_CLASSES];
    uint64_t codes[WL_N_CODES]; /* by code; what was no code stands in responses[0] only */
    uint64_t findings[WL_N_SEVERITIES];
    uint64_t dropped_findings;        /* beyond max_findings and max_conn_findings */
    const uint64_t *rules;            /* findings per rule, wl_rule_count() entries, by index */
    uint64_t unjudged[WL_N_UNJUDGED]; /* exchanges and connections, by the reason of each */
    uint64_t protocols[WL_N_PROTO];   /* connections by protocol */
    struct wl_histogram first, final; /* end of request head to first, to final response */
    struct wl_top_sequence sequences[WL_TOP]; /* most frequent first */
    uint32_t n_sequences;
    uint64_t other_sequences;             /* exchanges with none of these */
    struct wl_top_server servers[WL_TOP]; /* worst first: by violations, warnings, exchanges */
    uint32_t n_servers;
    uint64_t other_servers; /* exchanges with none of these */
    /* responses per second of capture time: second s (since 1970) stands in row s modulo
     * WL_HISTORY_SECONDS, the latest is seconds_end, in seconds; 0: none yet */
    uint32_t seconds[WL_HISTORY_SECONDS][WL_N_CLASSES];
    wl_ns seconds_end;
    const struct wl_input *inputs;
    uint32_t n_inputs;
    wl_ns t_first, t_last; /* the earliest and latest packet */
    bool stopped;          /* by a signal, a packet count, a duration, or an output that failed */
    bool live;     /* packets came as they happened: an interface, a pipe, a followed file */
    wl_ns elapsed; /* since the run began, by the clock of the wall */
    wl_ns now;     /* by the clock of the packets; live it goes on without them */
    struct wl_timeline timeline;
    uint64_t open_connections;            /* at this moment */
    uint64_t memory_used, memory_max;     /* octets of the budget */
    uint64_t suppressed[WL_N_SEVERITIES]; /* findings that a suppression covers; not in findings */
    const struct wl_suppression_use *suppressions;
    size_t n_suppressions;
};

/** The value below which the share q (0..1) of durations lies, in seconds; 0 when empty. */
double wl_histogram_quantile(const struct wl_histogram *h, double q);
/** The least duration that falls into a bucket; of WL_HISTOGRAM_BUCKETS: where the last one ends. */
wl_ns wl_histogram_floor(unsigned bucket);

/** Whose names the keys of NDJSON bear (docs/ndjson.md). */
enum wl_json_names {
    WL_NAMES_WIRELINT,
    WL_NAMES_OTEL, /* OpenTelemetry semantic conventions */
    WL_NAMES_ECS,  /* Elastic Common Schema */
    WL_NAMES_ZEEK,
};

/** How an output is to write. Strings are borrowed until it is closed. */
struct wl_sink_config {
    const char *path;         /* the file; "-" standard output */
    unsigned examples;        /* per rule, in text */
    bool color, utc;          /* escape sequences for colour; times in UTC, not local */
    unsigned columns;         /* width of the terminal; 0 unlimited */
    int verbosity;            /* -1 quiet, 0, 1 verbose, 2 */
    const char *command;      /* "audit", "list", "stats": what the user asked for */
    enum wl_severity fail_on; /* what counts as failed; WL_OFF: nothing */
    bool separate;            /* one of several reports, each of one input */
    bool filtered;  /* a BPF filter is in force: connection numbers are not those of the file */
    wl_ns interval; /* live: report so often by the clock of the wall; 0: at the end only */
    /* the sample dialogue of a rule (docs/dialogues.md), empty when it has none; or NULL */
    struct wl_span (*sample)(const char *id);
    /* Told what a report has left out, one sentence; or NULL. */
    void (*warn)(void *user, const char *text);
    void *warn_user;
    const struct wl_config *config; /* what the engine was given; or NULL */
    enum wl_json_names json_names;
};

struct wl_sink;

/** Where the captured octets of a packet lie in its file: from the first one behind the record's
 * header. */
struct wl_record_place {
    uint64_t offset;
    uint32_t n;
};

/** The place of a packet; false when it is not known. Asking in the order of the capture is
 * cheap. */
typedef bool wl_record_place_fn(void *user, uint64_t frame, struct wl_record_place *ret);

/** Octets that a sink keeps for its drafts, one such memo per shard; zeroed at first. */
enum { WL_DRAFT_MEMO = 64 };

/**
 * An output. Functions may be NULL, but for close. They return 0, or a negative enum wl_code, after
 * which the sink is closed and the run ends with a failed output. What they are given is borrowed
 * for the call.
 */
struct wl_sink_ops {
    const char *name, *summary; /* "json", "one object per line" */
    /* Called by wl_engine_add_sink. A sink that was opened is closed, exactly once. */
    int (*open)(struct wl_sink *s, const struct wl_sink_config *cfg, struct wl_error *err);
    int (*exchange)(struct wl_sink *s, const struct wl_exchange *ex);        /* when it is over */
    int (*connection)(struct wl_sink *s, const struct wl_conn_record *conn); /* likewise */
    int (*tick)(struct wl_sink *s, const struct wl_stats *st); /* about once a second */
    int (*flush)(struct wl_sink *s); /* live: nothing more comes for now, show what there is */
    int (*close)(struct wl_sink *s, const struct wl_stats *st, struct wl_error *err);
    /* Will anything of ex be shown beyond the rules of its findings, times and endpoints? What is
     * not shown is not redacted, and must not be looked at. NULL: all is shown. */
    bool (*shows)(const struct wl_sink *s, const struct wl_exchange *ex);
    /* instead of .shows: start lines and Host are shown besides, and nothing more */
    bool shows_lines;
    /* With several shards: writes ahead what it will show of ex that nothing else decides: neither
     * the number of its connection nor what was found, and of fields Host alone. An exchange of
     * which that would show a credential is not drafted. Called on the threads of all shards at
     * once: s and its state are only read. memo: WL_DRAFT_MEMO octets, this function's own in its
     * shard. Returns the octets written, at most room; 0: none, and ex comes to .exchange. */
    size_t (*draft)(const struct wl_sink *s, void *memo, const struct wl_exchange *ex, uint8_t *out,
                    size_t room);
    /* instead of .exchange: what .draft has written of it */
    int (*drafted)(struct wl_sink *s, const struct wl_exchange *ex, struct wl_span draft);
    /* every record, with its steps; else only those with findings, without steps */
    bool wants_connections;
    bool wants_exchanges; /* every exchange; else only those with findings */
    bool wants_places;    /* it calls wl_sink.place */
    /* A new file, made beside cfg->path, takes its place: at every interval; once, at the end. */
    bool replaces, replaces_at_end;
    /* Will the sentence of one more finding of this rule be read? Where no output reads it, it is
     * not made: wl_finding.message is empty then. Once false for a rule, always false. NULL: it
     * is. */
    bool (*reads)(const struct wl_sink *s, const struct wl_rule *rule);
};

/** An output in use: handed to each of its functions. */
struct wl_sink {
    const struct wl_sink_ops *ops;
    void *state; /* the sink's own */
    /* The run's inputs, directories expanded; the index is wl_frame_file. Set by the engine once
     * the source is open, before the first exchange. */
    const struct wl_input *inputs;
    uint32_t n_inputs;
    /* Where packets lie in files that can be read again; NULL: it is not known. Set with inputs,
     * for outputs that want it. */
    wl_record_place_fn *place;
    void *place_user;
};

WL_API_END

#endif
