/* commands.h - the commands that read no capture: rules, explain, help, version.
 * SPDX-License-Identifier: MIT
 */
#ifndef WL_COMMANDS_H
#define WL_COMMANDS_H

#include "catalogue.h"
#include "options.h"

/** Writes the catalogue in the format asked for. */
void wl_command_rules(struct wl_text *t, const struct wl_options *o, const struct wl_page *page);
/** Writes the profiles in the format asked for. */
void wl_command_profiles(struct wl_text *t, const struct wl_options *o, const struct wl_page *page);
/** Writes the pages of the rules named. Returns 0, or WL_EINVAL with err for an id that is none. */
WL_MUST_USE int wl_command_explain(struct wl_text *t, const struct wl_options *o,
                                   const struct wl_page *page, struct wl_error *err);
/** The sample dialogue of a rule, which the program carries; empty when there is none. */
struct wl_span wl_command_sample(const char *id);
/** What the options say of every output; where it goes, and how wide that is, is the caller's. */
struct wl_sink_config wl_command_sink(const struct wl_options *o);
/** Lists what can be captured from, after a short look at where there is traffic. Returns 0, or a
 * negative code with err. */
WL_MUST_USE int wl_command_interfaces(struct wl_text *t, const struct wl_options *o,
                                      struct wl_error *err);
/** Writes the versions of the program and of its libraries. */
void wl_command_version(struct wl_text *t);

#endif
