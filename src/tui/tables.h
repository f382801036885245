/* tables.h - the tables that the overview shares with the views of their own: columns, ids, places.
 * SPDX-License-Identifier: MIT
 *
 * Each stands in the file of its view; rows are those of wirelint/screen.h.
 */
#ifndef WL_TABLES_H
#define WL_TABLES_H

#include "grid.h"
#include "view.h"

/* Columns. Rows: wl_board_rule, wl_board_sequence, wl_board_server, wl_row_exchange. */
extern const struct wl_grid wl_grid_rules;
extern const struct wl_grid wl_grid_sequences;
extern const struct wl_grid wl_grid_servers;
extern const struct wl_grid wl_grid_exchanges;

/* What a row is known by, whatever its place. */
uint64_t wl_id_rule(const void *row);
uint64_t wl_id_sequence(const void *row);
uint64_t wl_id_server(const void *row);
uint64_t wl_id_exchange(const void *row);

/* Is a row shown of which this is the worst that was found (f, F)? */
bool wl_row_wanted(const struct wl_screen *s, enum wl_severity worst);
/* The rows of the board's rules that are, and how many. */
uint32_t wl_rules_wanted(const struct wl_screen *s, uint16_t wanted[WL_BOARD_RULES]);
enum wl_severity wl_server_worst(const struct wl_board_server *server);

/* Enter: opens what stands behind a row. */
void wl_open_rule(struct wl_screen *s, const void *row);
void wl_open_sequence(struct wl_screen *s, const void *row);
void wl_open_server(struct wl_screen *s, const void *row);
void wl_open_exchange(struct wl_screen *s, const void *row);

#endif
