/* cells.h - what several tables write in their cells: severities, addresses, counts, times, trends.
 * SPDX-License-Identifier: MIT
 *
 * Each is the put of a struct wl_column whose at says where in the row its value stands; the type
 * expected there is named behind it.
 */
#ifndef WL_CELLS_H
#define WL_CELLS_H

#include "grid.h"

wl_column_fn wl_cell_severity; /* enum wl_severity */
wl_column_fn wl_cell_endpoint; /* struct wl_endpoint */
wl_column_fn wl_cell_clock;    /* wl_ns: time of day, to the millisecond where there is room */
wl_column_fn wl_cell_count;    /* uint64_t: "1 234" */
wl_column_fn wl_cell_number;   /* uint64_t: a number that is a name, "1234" */
wl_column_fn wl_cell_found;    /* uint64_t: how many, in few columns; faint when there are none */
wl_column_fn wl_cell_octets;   /* uint64_t: "1.2 KiB" */
wl_column_fn wl_cell_seconds;  /* double; negative: not known */
wl_column_fn wl_cell_line;     /* char[WL_LINE_TEXT]: an exchange line */
wl_column_fn wl_cell_total;    /* struct wl_pace: how often in all */
wl_column_fn wl_cell_rate;     /* struct wl_pace: per second, in the window of the screen */
wl_column_fn wl_cell_trend;    /* struct wl_pace */

#endif
