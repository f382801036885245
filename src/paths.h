/* paths.h - the files that a run reads and writes: are they there, is each of them another?
 * SPDX-License-Identifier: MIT
 */
#ifndef WL_PATHS_H
#define WL_PATHS_H

#include "options.h"

/** Does --report number i take the place of the text on standard output (`--report json=-`)? */
bool wl_paths_is_standard(const struct wl_options *o, size_t i);
/** Was --report number i asked for before, with the same format and file, as by a configuration
 * file? */
bool wl_paths_is_repeated(const struct wl_options *o, size_t i);
/**
 * Before anything is opened: an input that is missing (WL_EOPEN), standard input named twice, an
 * output that would destroy an input, two outputs in one place (WL_EINVAL).
 */
WL_MUST_USE int wl_paths_check(const struct wl_options *o, struct wl_error *err);

#endif
