/* config_file.h - the configuration file: the long options as "name = value".
 * SPDX-License-Identifier: MIT
 */
#ifndef WL_CONFIG_FILE_H
#define WL_CONFIG_FILE_H

#include "option_table.h"
#include "suppressions.h"

/** What all configuration files say, in the order in which it was read. In the arena of the
 * parse. */
struct wl_config_file {
    struct wl_given *all;
    uint32_t n, size;
    struct wl_config_source *sources;
    size_t n_sources;
    struct wl_suppressions suppressions;
};

/**
 * Reads $XDG_CONFIG_HOME/wirelint/config (or ~/.config/wirelint/config), which may be missing,
 * unless --no-config; then every file of --config. Names are checked, values are not.
 * Returns 0, or a negative code with p->err.
 */
WL_MUST_USE int wl_config_file_read(struct wl_config_file *ret, struct wl_parse *p);
/**
 * Puts what concerns p->o->command in place, as the command line would, and remembers all of it in
 * p->o->given. Returns 0, or a negative code with p->err.
 */
WL_MUST_USE int wl_config_file_apply(const struct wl_config_file *f, struct wl_parse *p);

#endif
