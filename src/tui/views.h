/* views.h - the views, each defined in the file of its name.
 * SPDX-License-Identifier: MIT
 */
#ifndef WL_VIEWS_H
#define WL_VIEWS_H

#include "view.h"

extern const struct wl_view wl_view_overview;
extern const struct wl_view wl_view_connections;
extern const struct wl_view wl_view_exchanges;
extern const struct wl_view wl_view_findings;
extern const struct wl_view wl_view_servers;
extern const struct wl_view wl_view_sequences;
extern const struct wl_view wl_view_rules;
extern const struct wl_view wl_view_ladder;
extern const struct wl_view wl_view_message;
extern const struct wl_view wl_view_compare;
extern const struct wl_view wl_view_help;

#endif
