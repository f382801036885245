/* section.h - the parts that several text reports share: inputs, responses, sequences, times.
 * SPDX-License-Identifier: MIT
 */
#ifndef WL_SECTION_H
#define WL_SECTION_H

#include "output.h"

/** The line between one report and the next of a run that reports every now and then. */
void wl_section_interval(struct wl_output *o, const struct wl_stats *st);
/** Width of a report: that of the terminal between 60 and 100, 80 when there is none. */
size_t wl_section_columns(const struct wl_sink_config *cfg);

/** What an input is called. */
struct wl_span wl_section_input_name(const struct wl_input *input);
/**
 * One line per input (packets, octets, time span, connections, exchanges), what was damaged, what
 * was not judged and why, limits reached, packets dropped.
 */
void wl_section_inputs(struct wl_output *o, const struct wl_stats *st);
/** Limits reached, packets dropped or cut, octets missing: a line each, indented by two. */
void wl_section_losses(struct wl_text *t, const struct wl_stats *st);
/** When no exchange was seen: what the connections look like, and what might help. */
void wl_section_no_http(struct wl_output *o, const struct wl_stats *st);
/** Responses per class and code. */
void wl_section_responses(struct wl_output *o, const struct wl_stats *st);
/** The most frequent status sequences, at most max. */
void wl_section_sequences(struct wl_output *o, const struct wl_stats *st, uint32_t max);
/** Time to the first and to the final response. */
void wl_section_times(struct wl_output *o, const struct wl_stats *st);
/** What the capture was like below HTTP; for -v. */
void wl_section_counters(struct wl_output *o, const struct wl_stats *st);
/** The last line of every audit. */
void wl_section_verdict(struct wl_output *o, const struct wl_stats *st);

#endif
