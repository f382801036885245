#!/usr/bin/env python3
# run_partitions.py - who gives way, and what is over by time, is the same for every number of shards.
# SPDX-License-Identifier: MIT
"""run_partitions.py WIRELINT

Makes captures of more connections than are allowed: conversations that go on slowly, end, are reset, come
late and are begun anew on the same pairs, over IPv4 and IPv6, with SYNs of ever new pairs in between, so
many that what is silent between two packets of its own may be gone by then. The same octets on every run.
Of one, two, three and five shards the same must be said, octet by octet, by list, audit and stats: where
max_connections is reached, where idle_timeout ends connections while times go forth and back, both, and where
exchanges do not wait (settle) while times go forth and back.
What the limit has pushed out, and what time has ended, must be among what is said. Where a limit is for
fewer shards than were asked for, that is said on standard error, and nothing else is.
"""
import collections
import random
import struct
import sys
import tempfile

import packets as k
import rawip
from program import Checks, Complaint, Run

SHARDS = (1, 2, 3, 5)
MILLISECOND = 1000000
BEGIN = 1700000000 * k.SECOND
# connections allowed, conversations, SYNs behind each of their packets, idle_timeout, settle, shards that it is for
Case = collections.namedtuple("Case", "allowed talks flood idle settle most")
CASES = (Case(1000, 300, 3, 0, 0.05, 1), Case(2048, 600, 3, 0, 0.05, 2), Case(5000, 1500, 3, 0, 0.05, 4),
         Case(70000, 3000, 5, 0, 0.05, 64), Case(262144, 1500, 1, 2, 0.05, 64), Case(5000, 1500, 3, 6, 0.05, 4),
         Case(262144, 1500, 0, 0, 0, 64))
REQUEST = b"GET /%d HTTP/1.1\r\nHost: example.test\r\n\r\n"
RESPONSES = (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", b"HTTP/1.1 204 No Content\r\n\r\n",
             b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n")


def packet(ends, forth, numbers, flags, payload=b""):
    """A packet between two ends (address, port), IPv4 or IPv6; its checksums are not looked at."""
    source, target = ends if forth else reversed(ends)
    return rawip.packet(source, target, numbers[0] & 0xffffffff, numbers[1] & 0xffffffff, flags, payload)


def pair(number):
    """The ends of a connection, another for each number; every fourth is IPv6."""
    port = 1024 + number % 50
    if number % 4 == 3:
        return ((b"\x20\x01\x0d\xb8" + struct.pack(">Q4x", number // 50), port),
                (b"\x20\x01\x0d\xb8" + bytes(11) + b"\x01", 80))
    return (struct.pack(">I", 0x0a000000 + number // 50), port), (b"\xc0\xa8\x00\x01", 80)


def talk(chance, ends):
    """What a conversation consists of, packet by packet: two connections on one pair, or one and what comes
    late of it."""
    here, there = chance.randrange(1 << 32), chance.randrange(1 << 32)
    yield packet(ends, True, (here, 0), k.SYN)
    yield packet(ends, False, (there, here + 1), k.SYN | k.ACK)
    here, there = here + 1, there + 1
    for n in range(chance.choice((1, 2, 3))):
        request, response = REQUEST % n, chance.choice(RESPONSES)
        yield packet(ends, True, (here, there), k.ACK | k.PSH, request)
        here += len(request)
        yield packet(ends, False, (there, here), k.ACK | k.PSH, response)
        there += len(response)
        if chance.randrange(8) == 0: # once more, with other octets
            yield packet(ends, False, (there - len(response), here), k.ACK | k.PSH, response.lower())
    how = chance.randrange(4)
    if how == 0:
        yield packet(ends, True, (here, there), k.RST | k.ACK)
    elif how < 3:
        yield packet(ends, True, (here, there), k.FIN | k.ACK)
        yield packet(ends, False, (there, here + 1), k.FIN | k.ACK)
        yield packet(ends, True, (here + 1, there + 1), k.ACK)
    if chance.randrange(2): # late, or still open
        yield packet(ends, False, (there, here), k.ACK)
    elif chance.randrange(2):
        yield packet(ends, True, (here + 100000, 0), k.SYN)
        yield packet(ends, False, (there + 100000, here + 100001), k.SYN | k.ACK)
        yield packet(ends, True, (here + 100001, there + 100001), k.ACK | k.PSH, REQUEST % 9)


def made(case):
    """The capture."""
    chance = random.Random(case.allowed + case.idle)
    talks = [talk(chance, pair(number)) for number in range(case.talks)]
    found, t, number = [], BEGIN, case.talks
    while talks:
        i = chance.randrange(len(talks))
        said = [next(talks[i], None)]
        if not said[0]:
            talks[i] = talks[-1]
            talks.pop()
            continue
        said += [packet(pair(number + n), True, (number, 0), k.SYN) for n in range(case.flood)]
        number += case.flood
        for octets in said:
            t += MILLISECOND
            if case.idle and chance.randrange(1500) == 0: # a little, or further than order is kept
                t += chance.choice((-5, -20, -500, -8000, -30000, -400000, 1500, 9000, 60000)) * MILLISECOND
            elif case.settle == 0:
                t -= chance.randrange(3) * MILLISECOND
            found.append(k.Packet(max(t, BEGIN - 3600 * k.SECOND), octets, len(octets)))
    return k.save(k.RAW, found)


def by_any_number(program, case, command, name):
    """The run with one shard; those with more say the same."""
    settings = ["--set", f"max_connections={case.allowed}", "--set", f"idle_timeout={case.idle}",
                "--set", f"settle={case.settle}"]
    runs = {n: Run([program, *command, "-j", str(n), *settings, name], timeout=300) for n in SHARDS}
    for n, run in runs.items():
        many = f"{case.most} shards" if case.most > 1 else "1 shard"
        wanted = f"so small a max_connections has {many}: -j {n} is not used" if n > case.most else ""
        if run.err.count("\n") > (n > case.most) or wanted not in run.err:
            raise Complaint(f"{command} -j {n} says on standard error: {run.err}")
        if run.out != runs[1].out:
            raise Complaint(f"{command} -j {n} says something else than -j 1")
    return runs[1]


def check(program, case):
    """All that is to be held against each other of one case; how often something ended how."""
    with tempfile.NamedTemporaryFile(suffix=".pcap") as file:
        file.write(made(case))
        file.flush()
        by_any_number(program, case, ("list", "--json"), file.name)
        records = by_any_number(program, case, ("audit", "--json"), file.name).records()
        text = by_any_number(program, case, ("stats", "-v", "--no-confine"), file.name).out.decode()
    ends = collections.Counter(record["end"] for record in records if record["type"] == "connection")
    reached = records[-1]["limits"].get("max_connections", 0)
    if ends["evicted"] != reached or (reached > 0) != (case.allowed < 262144):
        raise Complaint(f"the limit was reached {reached} times, {ends['evicted']} were evicted")
    if "repeat octets with other content" not in text:
        raise Complaint("no segment repeats octets with other content")
    if (ends["idle"] > 0) != (case.idle > 0):
        raise Complaint(f"{ends['idle']} have ended by time")
    return dict(ends)


def main():
    """All cases."""
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    checks = Checks()
    for case in CASES:
        try:
            print(case, check(sys.argv[1], case))
            checks(True, case)
        except Complaint as complaint:
            checks(False, f"{case}: {complaint}")
    return checks.status()


if __name__ == "__main__":
    sys.exit(main())
