/* archive_calls.h - the functions of libarchive that are used, one line each (no include guard:
 * included with WL_CALL defined). SPDX-License-Identifier: MIT
 *
 * WL_CALL(NAME), without the archive_ that it begins with.
 */
WL_CALL(error_string)
WL_CALL(filter_count)
WL_CALL(read_data)
WL_CALL(read_free)
WL_CALL(read_new)
WL_CALL(read_next_header)
WL_CALL(read_open)
WL_CALL(read_support_filter_bzip2)
WL_CALL(read_support_filter_lz4)
WL_CALL(read_support_filter_zstd)
WL_CALL(read_support_format_empty)
WL_CALL(read_support_format_raw)
WL_CALL(set_error)
WL_CALL(version_details)
