#!/usr/bin/env python3
# run_crowd.py - what is said of a connection is the same in a crowd, and for every number of shards.
# SPDX-License-Identifier: MIT
"""run_crowd.py WIRELINT FOLDER [RUNS]

Takes three captures of the folder at a time, chosen and shifted by chance, the same ones on every run,
and repeats each of them with other addresses, a microsecond later each time, so that all of their
connections run side by side. Of each the same must be said as when it was alone, and the lines must be
the same ones with one, two and three shards. There are so many of each that what time brings about nearly
fills what a shard holds, and what comes next overflows it. With one, two and three shards they must be the
same, too, where every other clone has a clock that is decades behind, so that time goes to and fro.
"""
import collections
import os
import random
import struct
import sys
import tempfile

import packets as k
from program import Complaint, Run, captures, run_jobs

SIZES = (20, 45, 60)
MICROSECOND = 1000
DECADES = 40 * 365 * 86400 * k.SECOND
# what a line says of the whole capture, or of when and where in it
ELSEWHERE = ("conn", "ts", "frames", "client", "server")
# rules that compare servers with each other, of which there are more in a crowd
OTHERS = {"date-inconsistent"}


def move(segment, network):
    """The segment with its ends in other networks."""
    ip = bytearray(segment.ip)
    for place in (12, 16):
        struct.pack_into(">H", ip, place, struct.unpack_from(">H", ip, place)[0] ^ network)
    return segment._replace(ip=bytes(ip))


def traffic_of(octets):
    """The capture as (time, segment), the first at 0; None unless all of it is IPv4 over Ethernet."""
    link, packets = k.load(octets) or (None, ())
    found = [(p.t - packets[0].t, k.take_apart(link, p)) for p in packets if link == k.ETHERNET]
    return found if found and all(s and s.ip[0] >> 4 == 4 for _, s in found) else None


def crowd(chosen, size, behind=0):
    """A capture of so many clones of each: chosen is (when it begins, its traffic). The clock of every
    other clone is so far behind."""
    packets = []
    for which, (begin, traffic) in enumerate(chosen):
        for t, segment in traffic:
            for network in range(which * size, (which + 1) * size):
                late = 1700000000 * k.SECOND + begin + t + network * MICROSECOND
                packets.append((late, network, segment))
    packets.sort(key=lambda packet: packet[0])
    return k.save(k.ETHERNET, [k.put_together(late - network % 2 * behind, move(segment, network))
                               for late, network, segment in packets])


def said(record):
    """What a line says, for comparison with others of its kind."""
    kept = {name: value for name, value in record.items() if name not in ELSEWHERE}
    kept["findings"] = [rule for rule in record.get("findings", ()) if rule not in OTHERS]
    kept["interim"] = [{**each, "frame": None} for each in record["interim"]]
    return repr((record["client"]["port"], record["server"]["port"], kept))


def counted(run):
    """How often each thing is said of an exchange."""
    return collections.Counter(said(record) for record in run.records() if record["type"] == "exchange")


def by_any_number(program, octets):
    """The run with one shard; those with more say the same. What comes through a pipe has one only."""
    with tempfile.NamedTemporaryFile(suffix=".pcap") as file:
        file.write(octets)
        file.flush()
        runs = [Run([program, "list", "--json", "-j", str(shards), file.name]) for shards in (1, 2, 3)]
    for shards, run in enumerate(runs, 1):
        if run.err:
            raise Complaint(f"-j {shards}: {run.err}")
        if run.out != runs[0].out:
            raise Complaint(f"-j {shards} says something else than -j 1")
    return runs[0]


def check(program, chosen, size):
    """What is said of a crowd."""
    by_any_number(program, crowd(chosen, size, DECADES))
    found = counted(by_any_number(program, crowd(chosen, size)))
    wanted = collections.Counter()
    for one in chosen:
        alone = counted(Run([program, "list", "--json", "-"], stdin=crowd([one], 1)))
        wanted.update({what: size * times for what, times in alone.items()})
    for what in wanted | found:
        if wanted[what] != found[what]:
            raise Complaint(f"said {found[what]} times instead of {wanted[what]}: {what}")


def jobs(program, folder, runs):
    """All checks as (description, function, arguments)."""
    usable = {}
    for name in captures(folder):
        with open(os.path.join(folder, name), "rb") as file:
            traffic = traffic_of(file.read())
        if traffic:
            usable[name] = traffic
    for seed in range(runs):
        chance = random.Random(seed)
        names = chance.sample(sorted(usable), 3)
        chosen = [(chance.randrange(k.SECOND // 5), usable[name]) for name in names]
        size = chance.choice(SIZES)
        yield f"seed {seed}: {size} times {', '.join(names)}", check, (program, chosen, size)


if __name__ == "__main__":
    sys.exit(run_jobs(__doc__, jobs, 40, "crowds"))
