/* limits.h - every bound of the program, one line each (no include guard: included with WL_LIMIT
 * defined).
 * SPDX-License-Identifier: MIT
 *
 * WL_LIMIT(name, default, what it bounds). The name is the field of struct wl_limits, the KEY of
 * --set, and the key in the "limits" object of reports that counts how often it was reached. Times
 * are nanoseconds; --set takes seconds for them (those whose name is in WL_LIMIT_TIME).
 */
#ifndef WL_LIMIT_TIME
#    define WL_LIMIT_TIME WL_LIMIT
#endif
WL_LIMIT(memory, 512u << 20, "octets of memory of the whole process but the windows of decompressors, divided by shards")
WL_LIMIT(max_connections, 262144, "connections open at a time, all shards")
WL_LIMIT_TIME(idle_timeout, 0, "time without a packet after which a connection ends; 0 never (live: 300)")
WL_LIMIT(max_reorder, 1u << 20, "octets of out-of-order data per direction, then the hole is a gap")
WL_LIMIT(max_reorder_pieces, 1024, "pieces of out-of-order data per direction, then the hole is a gap")
WL_LIMIT(max_head, 256u << 10, "octets of start line and field section of one message")
WL_LIMIT(max_fields, 1000, "field lines per message")
WL_LIMIT(max_pending, 256, "unanswered requests per HTTP/1 connection")
WL_LIMIT(max_interim_heads, 32, "interim responses of an exchange whose heads are kept whole")
WL_LIMIT(max_interim, 4096, "interim responses of an exchange whose code, time and frame are kept")
WL_LIMIT(max_layers, 4, "protocols stacked on one connection")
WL_LIMIT(max_sniff, 4096, "octets seen before a protocol must be known")
WL_LIMIT(max_limbo, 64u << 10, "octets parked until the other side has spoken")
WL_LIMIT(max_marks, 64, "distinct marks per message; the same mark again only counts")
WL_LIMIT(max_findings, 32, "findings per exchange; the rest are only counted")
WL_LIMIT(max_conn_findings, 256, "findings per connection record; the rest are only counted")
WL_LIMIT(max_steps, 4096, "statuses kept per connection record")
WL_LIMIT(ring_events, 4u << 20, "octets of events between a shard and the merge; full means the shard waits")
WL_LIMIT_TIME(settle, 50000000, "how long a finished exchange waits for octets that would still concern it")
WL_LIMIT(max_servers, 4096, "servers with statistics of their own; later ones count as other")
WL_LIMIT(max_sequences, 1024, "status sequences with a count of their own; later ones count as other")
WL_LIMIT(max_history, 262144, "exchanges that the screen can still open")
WL_LIMIT(max_history_octets, 64u << 20, "octets of exchanges that the screen can still open")
WL_LIMIT(max_history_connections, 1500000, "connections in the lists of the screen")
WL_LIMIT(max_spool, 64u << 20, "octets of packets kept for -w from standard input or live; an eighth of memory at most")
WL_LIMIT(max_evidence, 262144, "connections noted for -w, and comments on their packets")
WL_LIMIT(max_related, 32768, "entries of what several connections tell together")
WL_LIMIT(max_legs, 4096, "exchanges among which the other leg of a proxy is looked for")
WL_LIMIT(max_fragments, 1024, "IP fragments waiting for the rest of their datagram")
WL_LIMIT(max_fragment_octets, 4u << 20, "octets of IP fragments waiting for the rest of their datagram")
WL_LIMIT(max_files, 65536, "capture files read as one capture")
#undef WL_LIMIT_TIME
