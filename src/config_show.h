/* config_show.h - `wirelint config`: what is set, and by what.
 * SPDX-License-Identifier: MIT
 */
#ifndef WL_CONFIG_SHOW_H
#define WL_CONFIG_SHOW_H

#include "options.h"

/** Every value in the form of a configuration file, each with where it comes from. */
void wl_config_show(struct wl_text *t, const struct wl_options *o);

#endif
