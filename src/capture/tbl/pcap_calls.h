/* pcap_calls.h - the functions of libpcap that are used, one line each (no include guard: included with
 * WL_CALL defined).
 * SPDX-License-Identifier: MIT
 *
 * WL_CALL(NAME), without the pcap_ that it begins with.
 */
WL_CALL(activate)
WL_CALL(close)
WL_CALL(compile)
WL_CALL(create)
WL_CALL(datalink)
WL_CALL(datalink_val_to_name)
WL_CALL(dispatch)
WL_CALL(fileno)
WL_CALL(findalldevs)
WL_CALL(freealldevs)
WL_CALL(freecode)
WL_CALL(get_selectable_fd)
WL_CALL(get_tstamp_precision)
WL_CALL(geterr)
WL_CALL(lib_version)
WL_CALL(offline_filter)
WL_CALL(open_dead)
WL_CALL(set_buffer_size)
WL_CALL(set_promisc)
WL_CALL(set_snaplen)
WL_CALL(set_timeout)
WL_CALL(set_tstamp_precision)
WL_CALL(setfilter)
WL_CALL(setnonblock)
WL_CALL(stats)
WL_CALL(statustostr)
