#!/usr/bin/env python3
# run_crowd.py - what is said of a connection is the same in a crowd, and for every number of shards.
# SPDX-License-Identifier: MIT
"""run_crowd.py WIRELINT FOLDER [RUNS]

Takes three captures of the folder at a time, chosen and shifted by chance, the same ones on every run,
and repeats each of them with other addresses, a microsecond later each time, so that all of their
connections run side by side. Of each the same must be said as when it was alone, and the lines must be
the same ones with one, two and three shards. There are so many of each that what time brings about nearly
fills what a shard holds, and what comes next overflows it.
"""
import collections
import os
import random
import struct
import sys

from program import Complaint, Run, captures, pieces, run_jobs

SIZES = (20, 45, 60)
SECOND = 1000000  # the files that are taken count time in microseconds, least octet first
MAGIC = b"\xd4\xc3\xb2\xa1"
ETHERNET, IP_BEHIND = 1, 14
# what a line says of the whole capture, or of when and where in it
ELSEWHERE = ("conn", "ts", "frames", "client", "server")
# rules that compare servers with each other, of which there are more in a crowd
OTHERS = {"date-inconsistent"}


def sum_less(old, new, total):
    """A checksum after one 16-bit word has changed (RFC 1624)."""
    total = (~total & 0xffff) + (~old & 0xffff) + new
    total = (total & 0xffff) + (total >> 16)
    return ~((total & 0xffff) + (total >> 16)) & 0xffff


def move(packet, at, clone):
    """The packet, whose IPv4 header is at this place, with its networks changed; the sums stay as right
    or as wrong as they were."""
    octets = bytearray(packet)
    sums = [at + 10]
    tcp = at + (octets[at] & 15) * 4
    if octets[at + 9] == 6 and not (octets[at + 6] & 31 or octets[at + 7]) and len(octets) >= tcp + 18:
        sums.append(tcp + 16)
    for place in (at + 12, at + 16):
        old = struct.unpack_from(">H", octets, place)[0]
        for each in sums:
            total = struct.unpack_from(">H", octets, each)[0]
            struct.pack_into(">H", octets, each, sum_less(old, old ^ clone, total))
        struct.pack_into(">H", octets, place, old ^ clone)
    return bytes(octets)


def packets_of(octets):
    """The capture as (time, sizes, packet), the first at 0; None unless all of it is IPv4 over Ethernet."""
    if octets[:4] != MAGIC or struct.unpack_from("<I", octets, 20)[0] != ETHERNET:
        return None
    found = []
    for _, piece in pieces(octets)[1:]:
        seconds, parts, *sizes = struct.unpack_from("<4I", piece)
        packet = piece[16:]
        if packet[12:14] != b"\x08\x00" or len(packet) < IP_BEHIND + 20:
            return None
        found.append((seconds * SECOND + parts, sizes, packet))
    first = min(found)[0] if found else 0
    return [(t - first, sizes, packet) for t, sizes, packet in found]


def crowd(chosen, size):
    """A capture of so many clones of each: chosen is (when it begins, its packets)."""
    records = []
    for which, (begin, packets) in enumerate(chosen):
        for number, (t, sizes, packet) in enumerate(packets):
            for clone in range(size):
                late = 1700000000 * SECOND + begin + t + clone
                head = struct.pack("<4I", *divmod(late, SECOND), *sizes)
                network = which * size + clone
                records.append((late, network, number, head + move(packet, IP_BEHIND, network)))
    records.sort()
    header = MAGIC + struct.pack("<2H4I", 2, 4, 0, 0, 262144, ETHERNET)
    return header + b"".join(record for *_, record in records)


def said(record):
    """What a line says, for comparison with others of its kind."""
    kept = {name: value for name, value in record.items() if name not in ELSEWHERE}
    kept["findings"] = [rule for rule in record.get("findings", ()) if rule not in OTHERS]
    kept["interim"] = [{**each, "frame": None} for each in record["interim"]]
    return repr((record["client"]["port"], record["server"]["port"], kept))


def counted(run):
    """How often each thing is said of an exchange."""
    return collections.Counter(said(record) for record in run.records() if record["type"] == "exchange")


def check(program, chosen, size):
    """What is said of a crowd."""
    octets = crowd(chosen, size)
    runs = [Run([program, "list", "--json", "-j", str(shards), "-"], stdin=octets)
            for shards in (1, 2, 3)]
    for shards, run in enumerate(runs, 1):
        if run.out != runs[0].out:
            raise Complaint(f"-j {shards} says something else than -j 1")
    wanted = collections.Counter()
    for one in chosen:
        alone = counted(Run([program, "list", "--json", "-"], stdin=crowd([one], 1)))
        wanted.update({what: size * times for what, times in alone.items()})
    found = counted(runs[0])
    for what in wanted | found:
        if wanted[what] != found[what]:
            raise Complaint(f"said {found[what]} times instead of {wanted[what]}: {what}")


def jobs(program, folder, runs):
    """All checks as (description, function, arguments)."""
    usable = {}
    for name in captures(folder):
        with open(os.path.join(folder, name), "rb") as file:
            packets = packets_of(file.read())
        if packets:
            usable[name] = packets
    for seed in range(runs):
        chance = random.Random(seed)
        names = chance.sample(sorted(usable), 3)
        chosen = [(chance.randrange(SECOND // 5), usable[name]) for name in names]
        size = chance.choice(SIZES)
        yield f"seed {seed}: {size} times {', '.join(names)}", check, (program, chosen, size)


if __name__ == "__main__":
    sys.exit(run_jobs(__doc__, jobs, 40, "crowds"))
