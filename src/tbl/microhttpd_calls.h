/* microhttpd_calls.h - the functions of libmicrohttpd that are used, one line each (no include
 * guard: included with WL_CALL defined). SPDX-License-Identifier: MIT
 *
 * WL_CALL(NAME), without the MHD_ that it begins with.
 */
WL_CALL(add_response_header)
WL_CALL(create_response_from_buffer)
WL_CALL(destroy_response)
WL_CALL(get_connection_info)
WL_CALL(get_connection_values)
WL_CALL(get_daemon_info)
WL_CALL(get_timeout)
WL_CALL(get_version)
WL_CALL(queue_response)
WL_CALL(run)
WL_CALL(start_daemon)
WL_CALL(stop_daemon)
