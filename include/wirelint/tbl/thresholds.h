/* thresholds.h - the thresholds of the catalogue, one line each (no include guard: included with
 * WL_THRESHOLD defined).
 * SPDX-License-Identifier: MIT
 *
 * WL_THRESHOLD(field, "key of --set", default, unit, what it is). Unit S: kept as nanoseconds in
 * struct wl_thresholds, given and shown in seconds; unit N: a plain number.
 */
WL_THRESHOLD(expect_immediate, "expect.immediate", 800000000, S, "pause of a client that waits for 100 after which the server is said to ignore Expect")
WL_THRESHOLD(expect_giveup, "expect.giveup", 30000000000, S, "how long a client may wait for 100 before it is said to wait forever")
WL_THRESHOLD(processing_min, "processing.min", 20000000000, S, "a request that gets 102 should take at least this long")
WL_THRESHOLD(processing_final, "processing.final", 100000000000, S, "longest time from a 102 to the next response")
WL_THRESHOLD(silence_warn, "silence.warn", 20000000000, S, "silence before the first response that is worth a note")
WL_THRESHOLD(interim_max, "interim.max", 8, N, "interim responses that every client accepts")
WL_THRESHOLD(interim_max104, "interim.max104", 100, N, "104 responses that every client accepts")
WL_THRESHOLD(conn_linger, "conn.linger", 5000000000, S, "how soon a side that should close must have begun to")
WL_THRESHOLD(gateway_min, "gateway.min", 1000000000, S, "shortest time to a gateway time-out that is believable")
WL_THRESHOLD(gateway_limit, "gateway.limit", 0, S, "time after which the gateway in front answers 522 or 524; 0: those that the profiles name")
WL_THRESHOLD(redirect_window, "redirect.window", 10000000000, S, "how soon a redirect must be followed to count as followed")
