/* phrase.h - what several views write in the same way: sequences, severities, rates, servers.
 * SPDX-License-Identifier: MIT
 */
#ifndef WL_PHRASE_H
#define WL_PHRASE_H

#include "canvas.h"
#include "wirelint/screen.h"

struct wl_screen; /* screen.h */

/** "103 → 200", each status in the colour of its class; text as in a board ("103, 200"), untrusted.
 * "no response" when it is empty, and a question mark where no final status followed. */
void wl_put_sequence(struct wl_strip *s, const char *text);
/** 'V', 'W', 'N', or a space for WL_OFF. */
void wl_put_severity(struct wl_strip *s, enum wl_severity severity);
/** "V violation". */
void wl_put_severity_word(struct wl_strip *s, enum wl_severity severity);
/** "V 12  W 17  N 24" (those that are none in the faint look); findings by severity. */
void wl_put_findings(struct wl_strip *s, const uint64_t findings[WL_N_SEVERITIES]);
/** A rate, or a share in percent: one digit after the point, none from 1 000 on. */
void wl_put_decimal(struct wl_strip *s, unsigned look, double value);
/** "9 ms" of seconds; "-" when they are negative (not known). */
void wl_put_seconds(struct wl_strip *s, unsigned look, double seconds);
/** "p50 9 ms, p95 40 ms", of seconds. */
void wl_put_quantiles(struct wl_strip *s, double p50, double p95);
/** Of untrusted text that ends with NUL within n octets. */
void wl_put_field(struct wl_strip *s, unsigned look, const char *text, size_t n);
/** An exchange line "GET /x HTTP/1.1 -> 103, 200": the statuses in the colours of their classes. */
void wl_put_line(struct wl_strip *s, const char *line, size_t n);

/** "200×40 103→200" of a connection row's "200*40 103>200". */
void wl_put_steps(struct wl_strip *s, const char *text, size_t n);
/** "10.0.0.9:80", or its name where names are shown; the look falls on the port less. */
void wl_put_endpoint(struct wl_strip *s, const struct wl_screen *screen,
                     const struct wl_endpoint *e);

/** Something to know a row by, made of what does not change about it; never WL_NONE. */
uint64_t wl_hash_id(const void *octets, size_t n);
/** Octets of text up to its NUL, at most n. */
struct wl_span wl_bounded(const char *text, size_t n);

/** "10.0.0.9:80 +3": one of n servers. */
void wl_put_servers(struct wl_strip *s, const struct wl_screen *screen,
                    const struct wl_endpoint *one, uint32_t n);
/** "interim-to-http10 +2": the worst of n findings; nothing when there is none. */
void wl_put_worst(struct wl_strip *s, const struct wl_rule *rule, enum wl_severity severity,
                  uint32_t n);
/** "10.0.0.9:80" with a NUL, cut to n octets. */
void wl_endpoint_text(const struct wl_endpoint *e, char *ret, size_t n);

/** How many seconds a window is wide: at most as long as the run; at least 1. */
double wl_window_seconds(const struct wl_board *b, enum wl_window window);
/** Per second in this window. */
double wl_pace_rate(const struct wl_pace *p, const struct wl_board *b, enum wl_window window);
/** The same as a cell, in the window of the screen. */
void wl_put_rate(struct wl_strip *s, unsigned look, const struct wl_pace *p,
                 const struct wl_screen *screen);
/** How often in all; bold when it was seen in the last second. */
void wl_put_total(struct wl_strip *s, const struct wl_pace *p, const struct wl_screen *screen);
/** The trend, without the second that is not over, over what is left of s. */
void wl_put_trend(struct wl_strip *s, unsigned look, const struct wl_pace *p,
                  const struct wl_screen *screen);
/** "10 s", "60 s", "all of it". */
const char *wl_window_name(enum wl_window window);

#endif
