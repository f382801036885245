/* wirelint.h - the engine: configure, feed or run, finish.
 * SPDX-License-Identifier: MIT
 *
 * Engines are independent; two may live in one process. The library neither exits, prints, reads
 * the environment, nor keeps globals that change.
 *
 *     struct wl_config cfg;
 *     struct wl_engine *e;
 *     struct wl_error err;
 *     wl_config_init(&cfg);
 *     wl_engine_new(&cfg, &e, &err);
 *     wl_engine_add_sink(e, &my_sink_ops, my_data, &sink_cfg, &err);
 *     wl_engine_packet(e, linktype, t, bytes, n);  (a) packets at hand, or
 *     wl_engine_run(e, &source_cfg, &err);         (b) files or interfaces
 *     wl_engine_finish(e, &err);
 *     wl_engine_free(e);
 *
 * An engine is used by one thread at a time (wl_engine_stop apart). examples/statuses.c is a whole
 * program.
 */
#ifndef WIRELINT_WIRELINT_H
#define WIRELINT_WIRELINT_H

#include "wirelint/api.h"
#include "wirelint/model.h"
#include "wirelint/rule.h"
#include "wirelint/sink.h"

WL_API_BEGIN

/** The version of these headers; CMakeLists.txt reads it here. */
#define WL_VERSION "0.1.0"
#define WL_SCHEMA  "wirelint/1"

/** Why a call failed. Negative; 0 is success. */
enum wl_code {
    WL_OK = 0,
    WL_NOMEM = -1,
    WL_EINVAL = -2,   /* an argument or a configuration value is wrong */
    WL_EOPEN = -3,    /* an input could not be opened, or is no capture */
    WL_EDAMAGED = -4, /* an input is damaged or cut off in the middle */
    WL_EOUTPUT = -5,  /* an output could not be written */
    WL_EPERM = -6,    /* no permission to capture */
    WL_EPIPE = -7,    /* standard output was closed by its reader: end quietly */
    WL_AGAIN = -8,    /* live: nothing there yet */
    WL_ELIBRARY = -9, /* a shared library that this takes could not be loaded */
};

/** What went wrong, for people: lower case, failure first, subject quoted, no full stop. */
struct wl_error {
    enum wl_code code;
    char text[512];
    char hint[256]; /* how to mend it; empty when there is nothing to say */
};

/** Bounds of memory and waiting, by name (tbl/limits.h says what each bounds); times in
 * nanoseconds. */
struct wl_limits {
#define WL_LIMIT(name, value, text) uint64_t name;
#include "wirelint/tbl/limits.h"
#undef WL_LIMIT
};

/** Thresholds of rules, by name (tbl/thresholds.h): nanoseconds for unit S, plain numbers for N. */
struct wl_thresholds {
#define WL_THRESHOLD(field, key, value, unit, text) int64_t field;
#include "wirelint/tbl/thresholds.h"
#undef WL_THRESHOLD
};

enum wl_log_level {
    WL_LOG_ERROR,
    WL_LOG_WARN,
    WL_LOG_INFO,
    WL_LOG_DEBUG,
};
/** Told one line about the program itself, without line end: limits reached, inputs that come and
 * go. Never content of the network above debug. text is borrowed for the call. */
typedef void wl_log_fn(void *user, enum wl_log_level level, const char *text);

/** ID=severity; id may hold * wildcards. Later entries win. */
struct wl_override {
    const char *glob;
    enum wl_severity severity; /* WL_OFF switches the rule off */
};

/** What the outputs may show of an exchange; each hides what those before it hide. Credentials
 * always are. */
enum wl_redact {
    WL_REDACT_CREDENTIALS,
    WL_REDACT_VALUES,    /* values of fields, queries, what findings quote */
    WL_REDACT_TARGETS,   /* targets and hosts */
    WL_REDACT_ADDRESSES, /* addresses */
};

enum { WL_MAX_PORTS = 64 };

/** Everything an engine needs to know; plain data, strings borrowed for the engine's life. */
struct wl_config {
    struct wl_limits limits;
    struct wl_thresholds thresholds;
    const struct wl_override *overrides;
    size_t n_overrides;
    const char *only;             /* glob, or NULL: judge only rules that match */
    uint16_t ports[WL_MAX_PORTS]; /* parse only these server ports; none: every one */
    size_t n_ports;
    unsigned shards;   /* 0 or 1: one */
    const char *where; /* filter language (filter.h), or NULL */
    bool correlate;    /* the two legs of a proxy are looked for */
    /* connections with a finding at or above it are evidence; WL_OFF: those with any */
    enum wl_severity fail_on;
    const char *evidence_path; /* a pcapng file for the packets of evidence, or NULL */
    wl_log_fn *log;            /* or NULL */
    void *log_user;
    /* Where memory comes from; alloc NULL: malloc and free. With several shards they are called
     * by several threads at once. alloc may return NULL at any call, and the engine goes on with
     * less. */
    void *(*alloc)(void *user, size_t n);
    void (*release)(void *user, void *p);
    void *alloc_user;
    const struct wl_suppression *suppressions; /* model.h */
    size_t n_suppressions;
    wl_ns today; /* by the clock of the wall, for the end of suppressions; 0: none has ended */
    enum wl_redact redact;
};

/** The version of the library, which with a shared one need not be that of the headers: "0.1.0". */
const char *wl_version(void);

/** Fills cfg with the defaults of the tables. */
void wl_config_init(struct wl_config *cfg);
/**
 * Sets one threshold or limit by its key ("processing.final", "max_connections"); seconds for
 * times, plain numbers with optional K, M, G suffix for others.
 * Returns 0, or WL_EINVAL with err naming the key or value and the nearest known key.
 */
int wl_config_set(struct wl_config *cfg, const char *key, const char *value, struct wl_error *err);

/**
 * The severity of a rule by this configuration, WL_OFF when it is switched off: the last override
 * that speaks of it wins, and only has the last word.
 */
enum wl_severity wl_config_severity(const struct wl_config *cfg, const struct wl_rule *rule);

/** Where packets come from. Strings and arrays are borrowed until the run ends. */
struct wl_source_config {
    const char *const *files; /* paths, "-" standard input, directories; or */
    size_t n_files;
    const char *const *interfaces; /* live: names, "any"; or */
    size_t n_interfaces;
    const char *bpf;      /* filter expression, or NULL */
    uint64_t max_packets; /* stop after so many; 0 never */
    wl_ns max_duration;   /* live: stop after so long by the clock of the wall; 0 never */
    unsigned snaplen;     /* live: octets kept of a packet; 0: all of it */
    /** Called now and then while files are read, for a progress bar; done and total in octets,
     * total 0 when not known; or NULL. */
    void (*progress)(void *user, uint64_t done, uint64_t total);
    void *progress_user;
    bool not_promiscuous; /* live: do not ask the interface for what is meant for others */
    uint64_t buffer;      /* live: octets of the kernel's buffer per interface; 0: a default */
    bool follow;          /* files: wait for more at the end, as `tail -f` does */
    /* Files may be mapped instead of read, where nobody can write to them: it is faster, but who
     * wants to write to one waits (fcntl(2), F_SETLEASE) until it is read, or 2 MiB further on, and
     * longer while outputs stand still; the kernel lets nobody wait for more than 45 seconds. */
    bool may_map;
    /* live: this source is one of n_shards sockets among which the kernel deals out connections
     * (a PACKET_FANOUT group, of a number that is nobody else's); n_shards 0 or 1: it is alone */
    unsigned shard, n_shards;
    uint16_t fanout_group;
    /**
     * Called once, when everything that needs rights is open (interfaces, outputs) and before the
     * first octet of a capture is looked at; threads may only be started after it. The program
     * gives up its rights here. Returns 0, or a negative code with err, which ends the run. Or
     * NULL.
     */
    int (*opened)(void *user, struct wl_error *err);
    void *opened_user;
    /** Told what the source has to say: an interface went down, came back, a file shrank. Or
     * NULL. */
    wl_log_fn *log;
    void *log_user;
};

struct wl_engine;

/**
 * Makes an engine; nothing is opened yet, no thread started. cfg is copied, what it points to is
 * borrowed until wl_engine_free. Returns 0 with *ret, which is the caller's to free; WL_EINVAL with
 * err for a configuration that cannot be (a filter, a port, an override); or WL_NOMEM with err.
 */
int wl_engine_new(const struct wl_config *cfg, struct wl_engine **ret, struct wl_error *err);
/**
 * Adds an output and opens it. state is handed to its functions in wl_sink.state; NULL for outputs
 * that make their own (report.h). cfg is copied by the outputs that keep it, what it points to is
 * borrowed until the output is closed. Before anything is fed. Returns 0; WL_EINVAL, WL_NOMEM or
 * what ops->open returned, with err.
 */
int wl_engine_add_sink(struct wl_engine *e, const struct wl_sink_ops *ops, void *state,
                       const struct wl_sink_config *cfg, struct wl_error *err);
/**
 * Adds rules of the embedder's own; the group is borrowed until wl_engine_free. Before anything is
 * fed.
 * Returns 0, or WL_EINVAL: too late, more groups (15) or rules (4,096, the catalogue's included)
 * than there is room for, an id that another rule has, or a rule that has no id, severity or title,
 * or not the function or sentence that its .when asks for.
 */
int wl_engine_add_rules(struct wl_engine *e, const struct wl_rule_group *group);
/**
 * Feeds one packet, on the calling thread.
 * linktype     a DLT_ value of libpcap (1: Ethernet)
 * t            when it was captured, 0 to WL_LATEST; times should not go back
 * bytes        what was captured of it, from the link layer's header on; borrowed for the call
 * wire_length  its octets before the snap length cut it, bytes.n if it did not
 * Returns 0; WL_EINVAL after wl_engine_run or wl_engine_finish; or the first failure of an output,
 * after which nothing is taken any more.
 */
int wl_engine_packet(struct wl_engine *e, int linktype, wl_ns t, struct wl_span bytes,
                     uint32_t wire_length);
/**
 * Reads the whole source, once in an engine's life and instead of wl_engine_packet; returns when it
 * is over or wl_engine_stop was called. src is copied, what it points to is borrowed until
 * wl_engine_free.
 * Returns 0, or with err: WL_EOPEN, WL_EPERM, WL_EINVAL, WL_ELIBRARY before anything was read;
 * WL_EDAMAGED when an input is damaged or cut off; a failure of an output; WL_NOMEM. Whatever was
 * read before has been fed, and is reported by wl_engine_finish.
 */
int wl_engine_run(struct wl_engine *e, const struct wl_source_config *src, struct wl_error *err);
/** Makes wl_engine_run end in order, soon. Safe from a signal handler and from other threads. */
void wl_engine_stop(struct wl_engine *e);
/**
 * Ends all connections, writes the packets of cfg.evidence_path, closes the outputs; once. Returns
 * 0; the first failure of an output with err; or WL_EINVAL when the engine has finished before. err
 * may be NULL.
 */
int wl_engine_finish(struct wl_engine *e, struct wl_error *err);
/** The numbers so far, also after wl_engine_finish; borrowed until the next call on the engine. */
const struct wl_stats *wl_engine_stats(struct wl_engine *e);
/** Frees it, finished or not: outputs that are open are closed. NULL is fine. */
void wl_engine_free(struct wl_engine *e);

WL_API_END

#endif
