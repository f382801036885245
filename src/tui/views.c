/* views.c - the table of views.
 * SPDX-License-Identifier: MIT
 */
#include "views.h"

#include "attr.h"

#include <string.h>

const struct wl_view *const wl_views[] = {
    &wl_view_overview, &wl_view_connections, &wl_view_exchanges, &wl_view_findings,
    &wl_view_servers,  &wl_view_sequences,   &wl_view_rules,     &wl_view_ladder,
    &wl_view_message,  &wl_view_compare,     &wl_view_help,      NULL,
};

const struct wl_view *wl_view_find(const char *name)
{
    for (size_t i = 0; wl_views[i]; i++) {
        if (strcmp(wl_views[i]->name, name) == 0)
            return wl_views[i];
    }
    return NULL;
}

const struct wl_view *wl_view_number(int number)
{
    for (size_t i = 0; number && wl_views[i]; i++) {
        if (wl_views[i]->number == number)
            return wl_views[i];
    }
    return NULL;
}
