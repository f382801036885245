/* dialogue.h - dialogues: conversations as text, with what wirelint must say about them.
 * SPDX-License-Identifier: MIT
 *
 * The format is described in docs/dialogues.md. A file holds cases, a case is one connection.
 * Everything read lies in the arena that was given.
 */
#ifndef WL_DIALOGUE_H
#define WL_DIALOGUE_H

#include "mem.h"
#include "span.h"
#include "wirelint/wirelint.h"

enum dialogue_step_kind {
    STEP_DATA,    /* octets are sent in dir */
    STEP_TIME,    /* time passes */
    STEP_PACKET,  /* what follows goes in a packet of its own */
    STEP_GAP,     /* n octets in dir that the capture has missed */
    STEP_FIN,     /* the sender of dir has said all */
    STEP_RST,     /* the sender of dir resets */
    STEP_ANSWER,  /* the same without acknowledgement, to what came for a socket that is closed */
    STEP_HOLD,    /* octets in dir stay unacknowledged from here ... */
    STEP_RELEASE, /* ... to here */
    STEP_WINDOW,  /* the sender of dir announces a window of n octets */
    STEP_TTL,     /* packets of the sender of dir have this TTL from here on */
    STEP_LEG,     /* what follows lies on connection n of the case: 0, or 1 */
};

struct dialogue_step {
    enum dialogue_step_kind kind;
    enum wl_dir dir;
    struct wl_span octets;
    uint64_t n;
    wl_ns time;
};

/** One connection, perhaps the other leg of the proxy on it, and the lines that wirelint must
 * print. */
struct dialogue_case {
    const char *title;
    unsigned line;      /* of the title, from 1 */
    unsigned last_line; /* of the last line that is a step, a directive or an expectation */
    struct dialogue_step *steps;
    uint32_t n_steps, steps_capacity;
    const char **settings; /* "key=value" for wl_config_set */
    uint32_t n_settings, settings_capacity;
    struct wl_override *overrides; /* of severities, in front of them those for all cases */
    uint32_t n_overrides, overrides_capacity;
    struct wl_span *expected; /* without "? " */
    uint32_t n_expected, expected_capacity;
    bool midstream; /* no handshake */
    bool legs;      /* there is a second connection: --correlate */
    wl_ns rtt;      /* of the handshake */
    wl_ns grain;    /* of the clock: times are multiples of it */
    uint16_t port;  /* of the server */
};

struct dialogue {
    const char *path;
    struct wl_span text;
    struct dialogue_case *cases;
    uint32_t n_cases, cases_capacity;
};

/** Reads the whole file into the arena. Returns 0, or a negative code with err. */
int dialogue_read_file(const char *path, struct wl_arena *a, struct wl_span *ret,
                       struct wl_error *err);
/** Reads and parses a file. Returns 0, or a negative code with err naming file and line. */
int dialogue_read(const char *path, struct wl_arena *a, struct dialogue *ret, struct wl_error *err);
/**
 * Writes the file anew with other expectations.
 * lines  for every case the lines that it shall expect, each ended by LF, without "? "
 * Returns 0, or a negative code with err.
 */
int dialogue_rewrite(const struct dialogue *d, const struct wl_span *lines, struct wl_error *err);

#endif
