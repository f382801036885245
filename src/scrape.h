/* scrape.h - `--metrics`: where Prometheus fetches the numbers of a run while it goes on.
 * SPDX-License-Identifier: MIT
 *
 *     wl_scrape_open         the port, while there are rights to bind it
 *     wl_engine_add_sink     with wl_scrape_sink: the engine tells it the numbers once a second
 *     wl_scrape_start        a thread that answers, once the rights are gone
 *     wl_scrape_free
 */
#ifndef WL_SCRAPE_H
#define WL_SCRAPE_H

#include "attr.h"
#include "wirelint/wirelint.h"

struct wl_scrape;

/**
 * Reads "PORT", "ADDRESS:PORT" or "[ADDRESS]:PORT". Without an address it is 127.0.0.1; "localhost"
 * is that too, as no name is ever looked up. Port 0: any that is free. False when it is nothing of
 * this.
 */
bool wl_scrape_address(const char *value, struct wl_endpoint *ret);
/**
 * Listens there. Returns 0, or WL_EOUTPUT, WL_EPERM, WL_ELIBRARY or WL_NOMEM with err.
 * log is told where, at WL_LOG_INFO, or at WL_LOG_WARN when the port is only known now.
 */
WL_MUST_USE int wl_scrape_open(const struct wl_endpoint *at, wl_log_fn *log, void *log_user,
                               struct wl_scrape **ret, struct wl_error *err);
/** Begins to answer. Returns 0, or WL_NOMEM or WL_EOUTPUT with err. */
WL_MUST_USE int wl_scrape_start(struct wl_scrape *s, struct wl_error *err);
/** Ends the thread and what it has under way; NULL is fine. */
void wl_scrape_free(struct wl_scrape *s);

/** An output for wl_engine_add_sink; its state is the struct wl_scrape. */
extern const struct wl_sink_ops wl_scrape_sink;

#endif
