/* lzma_calls.h - the functions of liblzma that are used, one line each (no include guard: included
 * with WL_CALL defined). SPDX-License-Identifier: MIT
 *
 * WL_CALL(NAME), without the lzma_ that it begins with.
 */
WL_CALL(code)
WL_CALL(end)
WL_CALL(memusage)
WL_CALL(stream_decoder)
WL_CALL(version_string)
