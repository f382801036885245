/* counters.h - what is counted beside the results, one line each (no include guard: included with
 * WL_COUNTER defined).
 * SPDX-License-Identifier: MIT
 *
 * WL_COUNTER(name, what it counts). A shard increments its own plain struct wl_counters.
 */
WL_COUNTER(packets, "packets read")
WL_COUNTER(octets, "octets of packets as captured")
WL_COUNTER(truncated_packets, "packets cut by the snap length")
WL_COUNTER(undecoded, "packets that hold no TCP or could not be decoded")
WL_COUNTER(unknown_linktype, "packets of an unknown link type")
WL_COUNTER(bad_checksum, "TCP segments with a wrong checksum, where cheap to tell")
WL_COUNTER(fragments, "IP fragments")
WL_COUNTER(fragments_dropped, "IP fragments dropped at a limit or never completed")
WL_COUNTER(segments, "TCP segments")
WL_COUNTER(tunnelled, "TCP segments inside a tunnel (GRE, VXLAN, IP in IP)")
WL_COUNTER(connections, "connections")
WL_COUNTER(midstream, "connections whose beginning was not captured")
WL_COUNTER(retransmitted, "TCP segments with only octets seen before")
WL_COUNTER(out_of_order, "TCP segments ahead of a hole")
WL_COUNTER(gaps, "holes declared lost")
WL_COUNTER(gap_octets, "octets declared lost")
WL_COUNTER(overlaps_differing, "TCP segments that repeat octets with other content")
WL_COUNTER(capture_dropped, "packets lost between capture and analysis")
WL_COUNTER(interface_dropped, "packets lost by the interface")
WL_COUNTER(parked_over, "times parked octets exceeded max_limbo")
WL_COUNTER(refused, "objects refused because memory or a table was full")
