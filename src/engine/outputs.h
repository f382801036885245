/* outputs.h - the outputs of a run, all told the same.
 * SPDX-License-Identifier: MIT
 *
 * The first failure of an output is kept; the run comes to its end with it.
 */
#ifndef WL_OUTPUTS_H
#define WL_OUTPUTS_H

#include "attr.h"
#include "wirelint/wirelint.h"

enum { WL_MAX_OUTPUTS = 16 };

struct wl_outputs {
    struct wl_output {
        struct wl_sink sink;
        bool open;
        int failed; /* the code with which it has, until it is closed; or 0 */
    } all[WL_MAX_OUTPUTS];
    size_t n;
    /** Everything counted so far, for outputs that are closed or want to know. */
    const struct wl_stats *(*stats)(void *user);
    void *user;
    const struct wl_sink *lent; /* to other threads, which look at its state; or NULL */
    struct wl_error failure;    /* the first one; code 0: none; without text: of the lent one */
};

/** Opens one more. Returns 0, or a negative code with err. */
WL_MUST_USE int wl_outputs_add(struct wl_outputs *o, const struct wl_sink_ops *ops, void *state,
                               const struct wl_sink_config *cfg, struct wl_error *err);
/** Some output wants every connection record with its steps; wants to be told the time. */
bool wl_outputs_want_steps(const struct wl_outputs *o);
/** Some output wants exchanges without findings, too: to show their start lines; to show all. */
bool wl_outputs_want_lines(const struct wl_outputs *o);
bool wl_outputs_want_exchanges(const struct wl_outputs *o);
bool wl_outputs_want_ticks(const struct wl_outputs *o);
/** The run's inputs, borrowed for the life of the outputs. */
void wl_outputs_inputs(struct wl_outputs *o, const struct wl_input *inputs, size_t n);
/** Some output asks where packets lie in their files; who answers it, and with which state. */
bool wl_outputs_want_places(const struct wl_outputs *o);
void wl_outputs_places(struct wl_outputs *o, wl_record_place_fn *place, void *user);
/** The one output that writes drafts; NULL when none does, or several do. Until it is taken back,
 * it is not closed. */
const struct wl_sink *wl_outputs_lend(struct wl_outputs *o);
/** No other thread writes drafts any more. */
void wl_outputs_take_back(struct wl_outputs *o);
/** Whether some output will read the sentence of one more finding of this rule. */
bool wl_outputs_read(const struct wl_outputs *o, const struct wl_rule *rule);
/** Whether some output will show more of ex than start lines. */
bool wl_outputs_show(const struct wl_outputs *o, const struct wl_exchange *ex);
/** draft: what the lent output has written of ex; empty when it has not. */
void wl_outputs_exchange(struct wl_outputs *o, const struct wl_exchange *ex, struct wl_span draft);
void wl_outputs_connection(struct wl_outputs *o, const struct wl_conn_record *conn);
void wl_outputs_tick(struct wl_outputs *o);
/** Live: nothing is there to be read, so everybody may see what has been found until now. */
void wl_outputs_flush(struct wl_outputs *o);
/** Closes those that are open; nothing but wl_outputs_fail may follow. */
void wl_outputs_close(struct wl_outputs *o);
/** Keeps what went wrong, if it is the first: of the output called name. */
void wl_outputs_fail(struct wl_outputs *o, int code, const struct wl_error *err, const char *name);

#endif
