#!/usr/bin/env python3
# run_legs.py - no proxy is accused of what another request was answered, however many are alike.
# SPDX-License-Identifier: MIT
"""run_legs.py WIRELINT [RUNS]

Makes captures of a proxy with several alike requests under way (legs.py), the same ones on every run, and
holds what --correlate says of them against the truth: whom it takes for the two legs of one request, and
whether the proxy has kept a 103. What is certain has to be found, and the same with every number of shards
and on every run, also where some were forgotten.
"""
import calendar
import collections
import concurrent.futures
import os
import sys
import tempfile
import time

import legs
import packets as k
from program import Checks, Run

DROPPED = "interim-dropped-by-proxy"
BASE = legs.Options()
# options; the least share of right pairs; are pairs that are wrong, but no more than possible, excused?
CASES = {
    "one at a time": (BASE._replace(at_once=1, dropping=0.5), 1, False),
    "one at a time, no Via": (BASE._replace(at_once=1, dropping=0.5, via=False), 1, False),
    "one at a time, one machine": (BASE._replace(at_once=1, dropping=0.5, via=False, alone=True), 1, False),
    "two": (BASE._replace(at_once=2), 0.4, False),
    "four": (BASE._replace(at_once=4, n=12), 0.2, False),
    "four, some 103 dropped": (BASE._replace(at_once=4, n=12, dropping=0.5), 0.2, False),
    "four, no keep-alive": (BASE._replace(at_once=4, n=12, keep=False, pipeline=False), 0.1, False),
    "four, some from the cache": (BASE._replace(at_once=4, n=12, cache=True), 0.1, False),
    "four, X-Forwarded-For": (BASE._replace(at_once=4, n=12, forwarded=True, dropping=0.5), 0.8, False),
    "four, X-Request-ID": (BASE._replace(at_once=4, n=12, ids="request", dropping=0.5), 1, False),
    "four, traceparent": (BASE._replace(at_once=4, n=12, ids="trace", dropping=0.5), 1, False),
    "four, one machine": (BASE._replace(at_once=4, n=12, alone=True), 0.1, False),
    "four, one machine, no Via": (BASE._replace(at_once=4, n=12, alone=True, via=False), 0, True),
    "eight": (BASE._replace(at_once=8, n=24), 0.02, False),
    "two, clocks differ": (BASE._replace(at_once=2, n=12, skew=-5 * legs.MS), 0, True),
    "four, clocks differ": (BASE._replace(at_once=4, n=12, skew=5 * legs.MS), 0.05, True),
    "four, losses": (BASE._replace(at_once=4, n=12, losses=0.05), 0.02, True),
    "two, losses": (BASE._replace(at_once=2, n=12, losses=0.1), 0.02, True),
}


def nanoseconds(stamp):
    """The time of a record since 1970."""
    return calendar.timegm(time.strptime(stamp[:19], "%Y-%m-%dT%H:%M:%S")) * 10**9 + int(stamp[20:29])


class Heard:
    """What is said of one capture."""

    def __init__(self, program, name, truth, *options):
        command = [program, "list", "--json", "--correlate", "--fail-on", "never", *options, name]
        records = Run(command).records()
        command[1] = "audit"
        self.count = collections.Counter()
        self.wrong = []  # confidences
        self.false = []  # severities
        self.said = [r for r in records if r["type"] == "exchange"]
        request = {(r["conn"], r["n"]): self.of(truth, r) for r in self.said}
        pairs = {}
        for record in self.said:
            leg = record.get("leg")
            if not leg:
                continue
            mine = request[record["conn"], record["n"]]
            right = mine is not None and mine == request[leg["conn"], leg["n"]]
            pairs[record["conn"], record["n"]] = mine if right else None
            self.count["right"] += right
            if not right:
                self.wrong.append(leg["confidence"])
        for finding in Run(command).records():
            if finding["type"] == "finding" and finding["rule"] == DROPPED:
                mine = pairs.get((finding["conn"], finding["n"]))
                if mine in truth.dropped:
                    self.count["found"] += 1
                else:
                    self.false.append(finding["severity"])

    @staticmethod
    def of(truth, record):
        """The request of which an exchange is a leg."""
        client = record["client"]
        return truth.request.get((client["ip"], client["port"], nanoseconds(record["ts"])))


def try_one(program, case, seed, more):
    """One capture of a case, with one shard and with three."""
    octets, truth = legs.make(f"{case} {seed}", CASES[case][0])
    with tempfile.NamedTemporaryFile(suffix=".pcap") as file: # what comes through a pipe has one shard
        file.write(octets)
        file.flush()
        heard = Heard(program, file.name, truth, "-j", "1", *more)
        other = Heard(program, file.name, truth, "-j", "3", *more)
    return heard, truth, heard.said == other.said


def try_case(check, pool, program, case, runs, more=()):
    """Captures of a case: nobody is accused, and what is certain is found."""
    options, share, excused = CASES[case]
    right = found = dropped = 0
    what = " ".join((case, *more))
    for seed, (heard, truth, same) in enumerate(
            pool.map(lambda seed: try_one(program, case, seed, more), range(runs))):
        check(same, f"{what}, {seed}: the same with three shards")
        check("violation" not in heard.false, f"{what}, {seed}: accused without a reason")
        check(excused or not heard.wrong, f"{what}, {seed}: no pairs, {heard.wrong}")
        right += heard.count["right"]
        found += heard.count["found"]
        dropped += len(truth.dropped)
    if not more:
        check(right >= share * options.n * runs, f"{what}: {right} pairs of {options.n * runs}")
        check(found >= share * dropped, f"{what}: {found} found of {dropped}")


def crowded_out(n):
    """A capture of a request and its other leg, which wait while so many of other targets come and go."""
    answer = b"HTTP/1.1 200 X\r\nContent-Length: 2\r\n\r\nok"
    wire, waiting = [], []

    def ask(t, client, server, head):
        conn = legs.Connection(wire, client, (server, 80), t)
        conn.say(t, 0, (head + "\r\n\r\n").encode())
        return conn

    waiting.append(ask(legs.BEGIN, ("10.0.0.1", 2000), legs.PROXY, "GET /slow HTTP/1.1\r\nHost: a.example"))
    waiting.append(ask(legs.BEGIN + legs.MS, (legs.PROXY, 2000), legs.ORIGIN + "1",
                       "GET /slow HTTP/1.1\r\nHost: a.example\r\nVia: 1.1 p"))
    t = legs.BEGIN + 2 * legs.MS
    for i in range(n):
        ask(t, ("10.0.0.2", 3000 + i), "10.0.3.1", f"GET /{i} HTTP/1.1\r\nHost: b.example").say(t + legs.MS, 1, answer)
        t += 2 * legs.MS
    for conn in reversed(waiting):
        conn.say(t, 1, answer)
        t += legs.MS
    wire.sort(key=lambda one: one[0])
    return k.save(k.RAW, [k.put_together(at, segment) for at, segment in wire])


def try_chance(check, program):
    """What is said of exchanges whose like was forgotten is no matter of chance."""
    for n in (40, 80, 120):
        octets = crowded_out(n)
        command = [program, "list", "--json", "--correlate", "--set", "max_legs=16", "-"]
        said = {Run(command, stdin=octets).out for _ in range(8)}
        check(len(said) == 1, f"{n} others: {len(said)} answers of 8 runs")


def main():
    """All cases; then few of them with hardly any memory of what was under way."""
    if len(sys.argv) < 2:
        print(__doc__, file=sys.stderr)
        return 2
    program = os.path.abspath(sys.argv[1])
    runs = int(sys.argv[2]) if len(sys.argv) > 2 else 6
    check = Checks()
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for case in CASES:
            try_case(check, pool, program, case, runs)
        for most in ("1", "3", "6"):
            try_case(check, pool, program, "four", runs, ("--set", f"max_legs={most}"))
    try_chance(check, program)
    return check.status()


if __name__ == "__main__":
    sys.exit(main())
