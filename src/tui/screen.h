/* screen.h - the screen: a stack of views, one filter line, and what is the same in all of them.
 * SPDX-License-Identifier: MIT
 *
 * A state machine without clock, terminal or port: keys and answers go in, cells and questions come
 * out, and time is handed in. tui.c drives it in the program, tests/run_screen.c in the tests.
 *
 *     for (;;) {
 *         while (wl_screen_question(s, now, &ask))   hand it to the port
 *         if (wl_screen_due(s, now) <= now)           wl_screen_draw(s, canvas), now
 *         wait for a key, an answer, or wl_screen_due
 *         wl_screen_key(s, key, x, y, now), wl_screen_answer(s, answer)
 *     }
 */
#ifndef WL_SCREEN_H
#define WL_SCREEN_H

#include "grid.h"
#include "hosts.h"
#include "text.h"
#include "view.h"

enum {
    WL_MAX_FRAMES = 16, /* views on the stack; a deeper one replaces the last */
    WL_MAX_MARKS = WL_ASK_CONNECTIONS,
    WL_SAID_TEXT = 256,
    WL_COPY_TEXT = 4096,
};

/** How times are written in ladder and message, and in lists. */
enum wl_times {
    WL_TIMES_RELATIVE, /* since the beginning of what is shown */
    WL_TIMES_DELTA,    /* since the line before */
    WL_TIMES_CLOCK,
    WL_N_TIMES,
};

/** What the program gives; copied, strings and ops borrowed. */
struct wl_screen_config {
    const char *where;  /* filter line at the beginning, or NULL */
    const char *within; /* --where: what the whole run is limited to, or NULL */
    const char *bpf;    /* the capture filter, or NULL */
    const char *input;  /* how to read the same again: "-r x.pcap", "-i eth0"; for `y`; or NULL */
    const char *interfaces;       /* live: lines that say which interfaces carry traffic; or NULL */
    const struct wl_hosts *hosts; /* names for addresses, or NULL; outlives the screen */
    double refresh;               /* questions and drawings per second, 1 to 10; 0: 4 */
    bool live;                    /* quitting the overview asks first */
    bool utc, light, ascii, colours;
    bool only_ascii, no_colours; /* of this terminal: what cannot be changed */
    bool renumbered; /* connection numbers are not those of one whole file (a BPF filter, several
                            inputs): display filters go by address */
    const struct wl_override *overrides; /* --rule, for what severities are in force */
    size_t n_overrides;
    const char *only; /* --only, or NULL */
    bool no_packets;  /* --redact hides what packets would show: none are offered to be written */
    bool unkept;      /* live with -j N, nobody keeps packets: said before a name is asked for */
    const struct wl_sink_ops *csv, *json, *html; /* formats to save in; NULL: there is none */
    struct wl_sink_config report; /* what they are to be like; utc as of the screen */
    /** Whether there is a file of this name, and writing one whole; for `w`. */
    bool (*exists)(void *user, const char *path);
    /** What to put before the name of a file that is proposed: "", "/tmp/". Or NULL. */
    const char *(*directory)(void *user);
    int (*write)(void *user, const char *path, struct wl_span text, struct wl_error *err);
    void *user;
};

/** One view on the stack. */
struct wl_frame {
    const struct wl_view *view;
    struct wl_place place;
    void *state;
    struct wl_answer *answer, *kept; /* kept: see wl_screen_keep */
    struct wl_ask asked;             /* the question last handed over; ticket 0: none yet */
    bool waiting;                    /* it has not been answered */
    bool prompted;                   /* it was another one than before: the user waits for it */
    bool settled;                    /* the answer cannot change: paused, or the source has ended */
    wl_ns t_asked;
};

/** A row that the user has marked: an exchange, or a connection as a whole. */
struct wl_picked {
    struct wl_conn_ref conn;
    uint32_t ordinal; /* 0: the whole */
};

struct wl_screen_private; /* screen.c */

/** Read by views; changed by screen.c only, and by the functions below. */
struct wl_screen {
    struct wl_screen_config cfg;
    struct wl_budget *budget;
    const struct wl_board *board; /* what is to be shown (paused: as it was then); NULL: none yet */
    const struct wl_board *before; /* the one shown before it, for what has changed; or NULL */
    enum wl_window window;
    enum wl_times times;
    enum wl_severity least; /* WL_OFF: all */
    bool only_findings;
    bool paused;
    bool named;                                /* lists show names instead of addresses */
    bool light, ascii, colours;                /* theme and characters, for who draws the cells */
    struct wl_arrangement columns[WL_N_LISTS]; /* of the lists */
    struct wl_picked marks[WL_MAX_MARKS];      /* in the order marked */
    uint32_t n_marks;
    char filter[WL_WHERE_TEXT]; /* the filter line in force, "" none */
    struct wl_frame frames[WL_MAX_FRAMES];
    uint32_t n_frames; /* the last one is shown */
    struct wl_screen_private *its;
};

/* ------------------------------------------------------------------------------ for views */

/** Opens a view by name on top of this one, with place->narrow added to what narrows this one. */
void wl_screen_open(struct wl_screen *s, const char *name, const struct wl_place *place);
/** Leaves the view that is shown. */
void wl_screen_back(struct wl_screen *s);
/** Says something in the line above the keys until the next key; the text is escaped when drawn. */
void wl_screen_say(struct wl_screen *s, const char *fmt, ...) WL_PRINTF(2, 3);
/** Whether an exchange is marked, itself or with its connection; ordinal 0: whether anything of the
 * connection is. */
bool wl_screen_marked(const struct wl_screen *s, uint64_t connection, uint32_t ordinal);
/** Marks an exchange, or with ordinal 0 a connection; what is marked loses its mark. */
void wl_screen_mark(struct wl_screen *s, const struct wl_conn_ref *conn, uint32_t ordinal);
/** The connections that marks are on, each once; returns how many. */
uint32_t wl_screen_marked_conns(const struct wl_screen *s, struct wl_conn_ref ret[WL_MAX_MARKS]);
/** Of a view, while it takes an answer: the one before stays beside it, as long as the view does. */
void wl_screen_keep(struct wl_screen *s, const void *state);
/** Writes a display filter for Wireshark that shows these connections. */
void wl_screen_display_filter(const struct wl_screen *s, struct wl_text *ret,
                              const struct wl_conn_ref *conns, size_t n);
/** Asks the engine to give the rules that match glob this severity from now on. */
void wl_screen_override(struct wl_screen *s, const char *glob, enum wl_severity severity);
/** The severity that a rule has now, as far as the screen knows (the board, then overrides asked
 * for here, then the catalogue). */
enum wl_severity wl_screen_severity(const struct wl_screen *s, const struct wl_rule *rule);

/* ---------------------------------------------------------------------- for who drives it */

/** The budget must outlive the screen. NULL when memory is refused. */
WL_MUST_USE struct wl_screen *wl_screen_new(const struct wl_screen_config *cfg,
                                            struct wl_budget *budget);
/** Frees it with all answers it holds; NULL is fine. */
void wl_screen_free(struct wl_screen *s);
/** Takes a key: a Unicode code point or enum wl_key; x, y with those of the mouse. now is monotonic
 * time. */
void wl_screen_key(struct wl_screen *s, int key, int x, int y, wl_ns now);
/** Takes an answer and owns it. */
void wl_screen_answer(struct wl_screen *s, struct wl_answer *a);
/** The next question to be asked now; false: none. */
bool wl_screen_question(struct wl_screen *s, wl_ns now, struct wl_ask *ret);
/** The question given last could not be handed over: it comes again. */
void wl_screen_refused(struct wl_screen *s, wl_ns now);
/** When something is to be drawn or asked next, monotonic; in the past: now. */
wl_ns wl_screen_due(const struct wl_screen *s, wl_ns now);
/** Whether something has changed since the last drawing that may be drawn now. */
bool wl_screen_dirty(const struct wl_screen *s, wl_ns now);
/** Draws everything, at any size. */
void wl_screen_draw(struct wl_screen *s, struct wl_canvas *c, wl_ns now);
/** Text that was asked to be copied since the last call, or NULL; valid until the next key. */
const char *wl_screen_copied(struct wl_screen *s);
/** The user wants to leave; to stop the process (Ctrl-Z), which the call forgets; a full redraw. */
bool wl_screen_over(const struct wl_screen *s);
bool wl_screen_take_suspend(struct wl_screen *s);
bool wl_screen_take_redraw(struct wl_screen *s);

#endif
