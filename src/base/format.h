/* format.h - printf's formats where they are worked off often: the sentences of findings.
 * SPDX-License-Identifier: MIT
 */
#ifndef WL_FORMAT_H
#define WL_FORMAT_H

#include "attr.h"

#include <stdarg.h>

/**
 * vsnprintf for trusted formats, several times as fast for those of plain words, numbers and texts.
 * buf   NUL-terminated, and cut at the end of its room
 * room  octets, not 0
 * Returns how many octets stand in buf, without the NUL.
 */
size_t wl_format(char *buf, size_t room, const char *fmt, va_list args) WL_PRINTF(3, 0);

#endif
