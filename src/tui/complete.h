/* complete.h - what Tab offers on the filter line and on the command line.
 * SPDX-License-Identifier: MIT
 */
#ifndef WL_COMPLETE_H
#define WL_COMPLETE_H

#include "prompt.h"

/** Keys of the language of --where, ids of rules, codes, classes, methods, versions. */
bool wl_complete_filter(const char *line, size_t at, size_t i, size_t *ret_from,
                        char ret[WL_PROMPT_WORD]);
/** Commands, and what the first word of them takes. */
bool wl_complete_command(const char *line, size_t at, size_t i, size_t *ret_from,
                         char ret[WL_PROMPT_WORD]);

#endif
