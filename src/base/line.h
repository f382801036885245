/* line.h - the words that all outputs share: names of enums, the exchange line, sequences.
 * SPDX-License-Identifier: MIT
 */
#ifndef WL_LINE_H
#define WL_LINE_H

#include "text.h"
#include "wirelint/names.h"
#include "wirelint/sink.h"

/** Columns of a method, target or host that a report repeats with every finding: a stranger writes
 * them as long as a head may be, and 30 findings about them. They stand whole with their
 * exchange. */
enum { WL_LINE_REPEATED = 1000 };

/** Class index of a status for statistics: 1..5, 0 invalid. */
static inline unsigned wl_status_class(uint16_t status)
{
    return status >= 100 && status <= 599 ? status / 100u : 0;
}

/** How many digits a status has in a text (printf: %0*u): three, as it was sent, for 099 is not 99;
 * 0 stands for what is no three digits. */
static inline int wl_status_digits(unsigned status)
{
    return status ? 3 : 1;
}
/** The same, written. */
void wl_line_status(struct wl_text *t, uint16_t status);
/** "100, 102, 201": interim ones, then the final; "" when nothing came. invalid codes as 0. */
void wl_line_sequence(struct wl_text *t, const struct wl_exchange *ex);
/** "POST /x HTTP/1.1 -> 100, 200", "[unsolicited] 408", "GET / HTTP/1.1 -> 101 [tunnel]", "GET / ->
 * [HTTP/0.9]", which has no status; "GET / HTTP/1.1 -> ?" when none came; terminal-escaped; method
 * and target cut to columns (0: whole). */
void wl_line_exchange(struct wl_text *t, const struct wl_exchange *ex, size_t columns);

#endif
