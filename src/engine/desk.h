/* desk.h - answers the questions of a screen (screen.h), on the merge's thread.
 * SPDX-License-Identifier: MIT
 *
 * The one door to what stands behind a dashboard: the board (board.h), what can still be opened
 * (history.h), lists of it (list.h), what is read again (reread.h), what is saved. It exists
 * only when there is a screen. The engine tells it what leaves the merge, gives it questions,
 * lets it work for a moment now and then, and takes answers away. It knows neither threads nor
 * clocks: all work that may be long is cut into portions of a few milliseconds, one per call of
 * wl_desk_work.
 *
 *     wl_desk_exchange(d, ex) ...                  as events are released
 *     while (the screen has asked) wl_desk_ask(d, &ask);
 *     more = wl_desk_work(d);                      every few milliseconds of analysis, or when idle
 *     while ((a = wl_desk_answer(d)) != NULL) give it to the screen
 */
#ifndef WL_DESK_H
#define WL_DESK_H

#include "event.h"
#include "override.h"
#include "spool.h"
#include "wirelint/filter.h"
#include "wirelint/screen.h"

struct wl_desk;

struct wl_desk_config {
    struct wl_budget *budget; /* the engine's; history leaves a part of it free */
    const struct wl_config *cfg;
    const struct wl_rule_group *const *extra_rules; /* as for a shard */
    const struct wl_filter *filter;                 /* of the whole run, or NULL */
    /* Severities in force, for what is judged again; then cfg says nothing of single rules. Or
     * NULL. */
    const struct wl_overridden *overridden;
    const struct wl_suppress *suppress; /* or NULL */
    struct wl_redactor *redactor;
    /* What is read, to read it once more; NULL when that cannot be (live, standard input). */
    const struct wl_source_config *source;
    struct wl_spool *spool; /* or NULL: where packets are kept that cannot be read again */
    /* Fills in of a board what only the engine knows: stats, live, over, open_connections,
     * table_size, memory, memory_max, source, notice, progress. Called for every board answered. */
    void (*fill)(void *user, struct wl_board *board);
    void *user;
};

/** Everything in cfg is borrowed for the desk's life. NULL when memory is refused. */
WL_MUST_USE struct wl_desk *wl_desk_new(const struct wl_desk_config *cfg);
void wl_desk_free(struct wl_desk *d);

/* What leaves the merge, in its order. Borrowed for the call. */

/** A connection was opened: each one, in the order of their numbers, whatever the filter says.
 * opened NULL: it comes into lists when there is something to tell of it. */
void wl_desk_opened(struct wl_desk *d, uint64_t id, const struct wl_opened *opened);
/** An exchange that the filter lets through, its findings final. */
void wl_desk_exchange(struct wl_desk *d, const struct wl_exchange *ex);
/** A connection is over; counts: the filter lets it through, with the findings it has left. */
void wl_desk_connection(struct wl_desk *d, const struct wl_conn_record *conn, bool counts);
/** Capture time has come to now; packets and octets since the beginning. Live it is called without
 * packets too; a call per packet is not needed, some tens a second are. */
void wl_desk_tick(struct wl_desk *d, wl_ns now, uint64_t packets, uint64_t octets);
/** The source has ended and every connection with it. */
void wl_desk_over(struct wl_desk *d);

/* Questions. */

/** Counters begin anew (WL_ASK_RESET); what can be opened stays. False: memory is refused. */
bool wl_desk_reset(struct wl_desk *d);
/**
 * Takes a question of the kinds BOARD, LIST, DETAIL, SAVE. A newer one of a kind takes the place of
 * one that is not answered yet, but for SAVE, of which one at a time is worked on.
 */
void wl_desk_ask(struct wl_desk *d, const struct wl_ask *ask);
/** One portion of whatever is to be done, at most a few milliseconds; true when there is more. */
bool wl_desk_work(struct wl_desk *d);
/** An answer that is ready, owned by the caller (wl_answer_free), or NULL. */
struct wl_answer *wl_desk_answer(struct wl_desk *d);
/** How often max_history, max_history_octets, max_history_connections were reached, and memory
 * refused: added to limits, of WL_N_LIMITS. */
void wl_desk_limits(const struct wl_desk *d, uint64_t *limits);

/**
 * An empty answer to a question, in an arena and with a budget of its own, so that it may be freed
 * on another thread; NULL when memory is refused.
 */
WL_MUST_USE struct wl_answer *wl_answer_new(const struct wl_config *cfg, const struct wl_ask *ask);

#endif
