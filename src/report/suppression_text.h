/* suppression_text.h - what the reports say of findings that do not count.
 * SPDX-License-Identifier: MIT
 */
#ifndef WL_SUPPRESSION_TEXT_H
#define WL_SUPPRESSION_TEXT_H

#include "output.h"
#include "suppressed.h"

/** The section of the text report; nothing when nothing is suppressed. */
void wl_section_suppressions(struct wl_output *o, const struct wl_stats *st);
/** What became of one suppression or baseline, in a sentence, finished for terminals. */
void wl_suppression_words(struct wl_text *t, const struct wl_suppressed *s);
/** ,"suppressed":{...},"suppressions":[...] of the numbers in JSON; nothing when nothing is
 * suppressed. */
void wl_json_suppressions(struct wl_text *t, const struct wl_stats *st);
/** ,"suppression":...,"reason":...,"until":... of a finding in JSON that does not count. */
void wl_json_suppression(struct wl_text *t, const struct wl_suppression *s);

#endif
