/* screen.h - what an interactive screen and the engine say to each other.
 * SPDX-License-Identifier: MIT
 *
 * A screen runs on a thread of its own and never touches the analysis. It asks through a port; the
 * engine answers between two packets and goes on. Every question is a copy, every answer is owned
 * by whoever received it, so neither side can hold up or pull memory away from the other: a
 * terminal that has stopped reading stops only its own questions. Nothing here knows of curses or
 * of threads.
 */
#ifndef WIRELINT_SCREEN_H
#define WIRELINT_SCREEN_H

#include "wirelint/api.h"
#include "wirelint/model.h"
#include "wirelint/rule.h"
#include "wirelint/sink.h"
#include "wirelint/wirelint.h"

WL_API_BEGIN

/* ---------------------------------------------------------------------------------- the board */

/** Spans of capture time that rates are over. */
enum wl_window {
    WL_WINDOW_10S,
    WL_WINDOW_60S,
    WL_WINDOW_ALL, /* since the beginning, or since the counters were reset */
    WL_N_WINDOWS,
};

enum {
    WL_TREND = 60,           /* seconds of a trend */
    WL_BOARD_CODES = 64,     /* rows, most frequent first */
    WL_BOARD_RULES = 64,     /* rows, worst severity first, then most frequent */
    WL_BOARD_SEQUENCES = 50, /* rows, most frequent first, those that break a MUST before others */
    WL_BOARD_SERVERS = 50,   /* rows, worst first */
    WL_BOARD_TAIL = 64,      /* latest exchanges */
    WL_BOARD_TEXT = 160,     /* octets of one line of text, NUL included; escaped by the screen */
    WL_LINE_TEXT = 320,      /* the same of an exchange line: as many statuses as one can hold */
    WL_PRODUCT_TEXT = 40,
};

/** How often something happened, per window, and second by second. */
struct wl_pace {
    uint64_t n[WL_N_WINDOWS]; /* times, within the span of each window */
    uint32_t trend[WL_TREND]; /* per second of capture time, the latest (unfinished) one last */
};

struct wl_board_code {
    uint16_t code;
    struct wl_pace pace;
    double p50, p95; /* seconds from the request to this response, over all; < 0: not known */
};

struct wl_board_rule {
    const struct wl_rule *rule;
    enum wl_severity severity; /* the worst that it found, as it would be judged now */
    struct wl_pace pace;
    wl_ns t_last;
    uint32_t n_servers;        /* different servers, as far as remembered */
    struct wl_endpoint server; /* of the latest finding */
};

struct wl_board_sequence {
    char text[WL_SEQUENCE_TEXT]; /* "103, 200", as in --where seq:; "" or "HTTP/0.9" without any */
    struct wl_pace pace;
    enum wl_severity worst; /* of the findings on exchanges with it; WL_OFF: none */
    uint64_t octets;        /* of response content */
    uint64_t n_connections;
    double p50, p95; /* seconds to the final response; < 0: not known */
    uint32_t n_servers;
    struct wl_endpoint server; /* of the latest one */
};

struct wl_board_server {
    struct wl_endpoint server;
    char product[WL_PRODUCT_TEXT]; /* first product of its Server field, as sent; "" not known */
    struct wl_pace pace;           /* exchanges */
    uint64_t classes[WL_N_CLASSES], findings[WL_N_SEVERITIES];
    double p50, p95; /* seconds to the final response; < 0: not known */
    wl_ns t_last;
};

struct wl_row_exchange; /* below */

/** Everything the overview shows. Plain data; one allocation (see wl_answer_free). */
struct wl_board {
    struct wl_stats stats;                 /* its borrowed arrays lie in the answer's arena */
    wl_ns now;                             /* capture time; live it goes on without packets */
    wl_ns elapsed;                         /* since the run began, by capture time */
    double packets_rate, octets_rate;      /* per second, over the last 10 s */
    uint64_t open_connections, table_size; /* now; at the most (max_connections) */
    uint64_t memory, memory_max;           /* octets */
    uint64_t history, history_dropped;     /* exchanges that can be opened; no longer held */
    struct wl_pace classes[WL_N_CLASSES];
    struct wl_board_code codes[WL_BOARD_CODES];
    struct wl_board_rule rules[WL_BOARD_RULES];
    struct wl_board_sequence sequences[WL_BOARD_SEQUENCES];
    struct wl_board_server servers[WL_BOARD_SERVERS];
    struct wl_row_exchange *tail;                              /* latest last */
    uint32_t n_codes, n_rules, n_sequences, n_servers, n_tail; /* rows of each */
    bool live, over; /* over: the source has ended, nothing more will come */
    bool anew;       /* there was something before the counters began anew (WL_ASK_RESET) */
    /* With a filter in the question the lists and paces are recounted from what history holds and
     * passes it; stats stays that of everything. */
    bool filtered;
    uint64_t recounted, to_recount; /* exchanges looked at so far, of so many */
    char source[WL_BOARD_TEXT];     /* "eth0, lo", "capture.pcap" */
    char notice[WL_BOARD_TEXT];     /* what the source has to say now ("eth0 is down"), or "" */
    double progress;                /* files: share read, 0..1; < 0: not known */
};

/* ------------------------------------------------------------------------------------ lists */

enum wl_list {
    WL_LIST_CONNECTIONS,
    WL_LIST_EXCHANGES,
    WL_LIST_FINDINGS,
    WL_LIST_SERVERS,
    WL_LIST_SEQUENCES,
    WL_N_LISTS,
};

/** What a list is ordered by; a list ignores what it has no column for, and takes TIME instead. */
enum wl_sort {
    WL_SORT_TIME, /* the order of the capture */
    WL_SORT_CLIENT,
    WL_SORT_SERVER,
    WL_SORT_STATUS, /* final status; connections: the worst */
    WL_SORT_COUNT,  /* exchanges */
    WL_SORT_OCTETS,
    WL_SORT_DURATION,
    WL_SORT_FINDINGS, /* worst severity, then number */
    WL_SORT_TEXT,     /* exchange line, sequence, message, product */
    WL_SORT_LINE,     /* FINDINGS: the exchange line */
    WL_SORT_HOST,
    WL_SORT_PROTOCOL,
    WL_SORT_STATE,      /* CONNECTIONS: open, and how they ended */
    WL_SORT_CONNECTION, /* the number of the connection; SEQUENCES: how many */
    WL_SORT_FRAME,
    WL_SORT_RATE,     /* SERVERS, SEQUENCES: over the window */
    WL_SORT_MEDIAN,   /* DURATION is the 95th percentile there */
    WL_SORT_WARNINGS, /* SERVERS, this and those that follow; STATUS is 5xx there */
    WL_SORT_NOTES,
    WL_SORT_CLASS_1,
    WL_SORT_CLASS_2,
    WL_SORT_CLASS_3,
    WL_SORT_CLASS_4,
    WL_N_SORTS,
};

struct wl_row_connection {
    struct wl_conn_ref conn;
    bool open;
    enum wl_end end;
    wl_ns t_last;
    uint32_t n_exchanges;
    uint64_t octets[2];
    char sequence[WL_SEQUENCE_TEXT]; /* "200*40 103>200", cut with "..." */
    enum wl_severity worst;
    uint32_t n_findings;
    const struct wl_rule *rule; /* of the worst finding, or NULL */
};

struct wl_row_exchange {
    uint64_t id; /* of the row: unique, rising, from 1 */
    struct wl_conn_ref conn;
    uint32_t ordinal;
    wl_ns t;
    char line[WL_LINE_TEXT]; /* "POST /x HTTP/1.1 -> 100, 201", octets as sent */
    char host[64];
    enum wl_exchange_state state;
    uint16_t final;  /* 0: none */
    wl_ns duration;  /* < 0: not known */
    uint64_t octets; /* of response content */
    enum wl_severity worst;
    uint32_t n_findings;
    const struct wl_rule *rule; /* of the worst finding, or NULL */
};

struct wl_row_finding {
    uint64_t id; /* of the row: unique, rising, from 1 */
    struct wl_conn_ref conn;
    uint32_t ordinal; /* 0: the connection as a whole */
    const struct wl_rule *rule;
    enum wl_severity severity;
    enum wl_confidence confidence;
    uint16_t status;
    wl_ns t;
    uint64_t frame;
    char message[WL_BOARD_TEXT];
    char line[WL_LINE_TEXT]; /* the exchange line, or "" */
};

/** A part of a list. Rows are in the order asked for. */
struct wl_page {
    enum wl_list list;
    uint64_t total;   /* rows that pass the filter */
    uint64_t matched; /* of how many in all */
    uint64_t first;   /* index of the first row given */
    uint64_t kept;    /* index of the row asked to be kept in sight; WL_NONE: it is gone */
    uint32_t n;
    bool partial; /* filtering or sorting is still under way: ask once more for the rest */
    union {
        struct wl_row_connection *connections;
        struct wl_row_exchange *exchanges;
        struct wl_row_finding *findings;
        struct wl_board_server *servers;
        struct wl_board_sequence *sequences;
    } rows;
};

/* ------------------------------------------------------------------------------------ details */

enum wl_held {
    WL_HELD_WHOLE,
    WL_HELD_PARTLY, /* some exchanges are no longer held */
    WL_HELD_NOT,    /* no longer held, and cannot be read again (live, standard input) */
    WL_HELD_SOON,   /* being read again from the file: ask once more */
};

/** One connection, or a window of its exchanges, to be drawn as a ladder. */
struct wl_detail {
    enum wl_held held;
    struct wl_conn_record conn; /* so far, when it is open; without steps: the exchanges say them */
    bool open;
    const struct wl_exchange **exchanges; /* ascending ordinals */
    uint32_t n_exchanges;
    uint32_t first_ordinal, last_ordinal; /* what the connection has in all */
    struct wl_detail *other; /* the other leg of a proxy when it is known (--correlate), or NULL */
};

/* ------------------------------------------------------------------------- questions, answers */

enum wl_ask_kind {
    WL_ASK_BOARD,
    WL_ASK_LIST,
    WL_ASK_DETAIL,
    WL_ASK_OVERRIDE, /* a rule's severity from now on; what was found before keeps its own */
    WL_ASK_RESET,    /* counters begin anew; history stays */
    WL_ASK_SAVE,
    WL_ASK_STOP, /* capturing ends in order; the screen goes on */
    WL_ASK_QUIT, /* the run ends; nothing is answered any more */
};

enum { WL_WHERE_TEXT = 512, WL_PATH_TEXT = 1024, WL_PAGE_ROWS = 256, WL_ASK_CONNECTIONS = 256 };

/** One question, copied whole. Unused fields are zero. */
struct wl_ask {
    enum wl_ask_kind kind;
    uint32_t ticket; /* given back in the answer; newer questions of a kind make older ones moot */
    char where[WL_WHERE_TEXT]; /* BOARD, LIST, SAVE: a filter in the language of --where, or "" */
    /* LIST */
    enum wl_list list;
    enum wl_sort sort;
    enum wl_window window; /* what RATE is over */
    bool descending;
    uint64_t first; /* index of the first row wanted; WL_NONE: the last n rows */
    uint32_t n;     /* rows, DETAIL: exchanges; at most WL_PAGE_ROWS, 0: as many */
    uint64_t keep;  /* connection id or row id to be found in the order; WL_NONE: none */
    bool around;    /* give the rows around keep instead of first */
    const struct wl_rule *rule; /* FINDINGS: of this rule only, or NULL */
    bool only_findings;         /* all but FINDINGS: only those with findings */
    enum wl_severity least;     /* only findings at or above this, and what has some */
    uint64_t connection;        /* EXCHANGES, FINDINGS, DETAIL: of this connection id; 0: all */
    wl_ns until; /* only what began at or before this capture time (a paused screen); 0: all */
    /* DETAIL */
    uint32_t ordinal; /* the exchange to be in the window; 0: the first ones */
    /* OVERRIDE */
    char glob[64];
    enum wl_severity severity;
    /* SAVE: packets as pcapng (ops NULL), or a report made by ops */
    char path[WL_PATH_TEXT];
    const struct wl_sink_ops *ops;
    struct wl_sink_config report;             /* what it is to be like; its path is the one above */
    uint64_t connections[WL_ASK_CONNECTIONS]; /* ids; none: all that pass where */
    uint32_t n_connections;
};

/** One answer; freed with wl_answer_free by whoever received it. */
struct wl_answer {
    enum wl_ask_kind kind;
    uint32_t ticket;
    int code; /* 0, or a negative enum wl_code with err: bad filter, cannot write, no memory */
    struct wl_error err;
    char said[WL_BOARD_TEXT]; /* SAVE, OVERRIDE: what was done ("412 packets written to 'x'") */
    union {
        const struct wl_board *board;
        const struct wl_page *page;
        const struct wl_detail *detail;
    } of;
    struct wl_arena *arena; /* holds everything, the answer itself included */
};

/** Frees an answer with all it holds. NULL is fine. */
void wl_answer_free(struct wl_answer *a);

/* ------------------------------------------------------------------------------------- the port */

/** The screen's end of the conversation. Used on the screen's thread only. */
struct wl_port;

/** Hands over a question. False: too many are waiting; ask again later. */
bool wl_port_ask(struct wl_port *p, const struct wl_ask *ask);
/** The next answer, or NULL when there is none yet. */
struct wl_answer *wl_port_answer(struct wl_port *p);
/** A descriptor to poll(2): readable while an answer is waiting, or something to know. */
int wl_port_fd(const struct wl_port *p);
/**
 * After wl_port_answer gave NULL: the engine wants the screen to return, because a signal has come
 * or an output has failed. A screen that does not within two seconds is left behind.
 */
bool wl_port_over(const struct wl_port *p);

/** What runs on the screen's thread; returns when the user has left. */
typedef void wl_screen_fn(void *user, struct wl_port *port);

/**
 * As wl_engine_run, with a screen beside it: starts screen on a thread of its own and serves it
 * until it returns, also after the source has ended.
 * speed   files: 0 as fast as they can be read, else so many times the pace of the capture
 * screen  its thread takes the signals that are a terminal's (SIGWINCH, SIGTSTP, SIGCONT, SIGTTIN,
 *         SIGTTOU), the calling one all others. What it and user need has to live as long as the
 *         process: after wl_engine_stop a screen that is stuck is left behind, and stays
 */
int wl_engine_run_screen(struct wl_engine *e, const struct wl_source_config *src, double speed,
                         wl_screen_fn *screen, void *user, struct wl_error *err);

WL_API_END

#endif
