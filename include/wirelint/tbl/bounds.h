/* bounds.h - the bounds of histograms that are told to others, one line each (no include guard: included
 * with WL_BOUND defined).
 * SPDX-License-Identifier: MIT
 *
 * WL_BOUND(nanoseconds), rising. Durations up to and including a bound are counted with it. They span
 * what a cache answers at once, what a page takes, and the patience of clients and gateways: 1, 10, 20, 30,
 * 60 and 120 seconds are what most of them are set to.
 */
WL_BOUND(100000)
WL_BOUND(250000)
WL_BOUND(500000)
WL_BOUND(1000000)
WL_BOUND(2500000)
WL_BOUND(5000000)
WL_BOUND(10000000)
WL_BOUND(25000000)
WL_BOUND(50000000)
WL_BOUND(100000000)
WL_BOUND(250000000)
WL_BOUND(500000000)
WL_BOUND(1000000000)
WL_BOUND(2500000000)
WL_BOUND(5000000000)
WL_BOUND(10000000000)
WL_BOUND(20000000000)
WL_BOUND(30000000000)
WL_BOUND(60000000000)
WL_BOUND(120000000000)
WL_BOUND(300000000000)
