#!/usr/bin/env python3
# run_disguise.py - the same octets in other packets: what is said of them is the same.
# SPDX-License-Identifier: MIT
"""run_disguise.py WIRELINT FOLDER [RUNS]

Puts every capture of the folder into other packets, in ways that change nothing that was said: cut into
pieces, captured twice, with other sequence numbers, which wrap around somewhere, with a VLAN tag, with no
Ethernet around it, over IPv6. The exchanges and findings must be the same, but for the numbers of packets.
"""
import itertools
import os
import random
import struct
import sys

import packets as k
from program import Complaint, Run, captures, run_jobs

ELSEWHERE = ("frame", "frames", "file", "redact")
ADDRESSES = ("client", "server")


def in_pieces(link, traffic, chance):
    """Every segment with content as several, sent at the same time."""
    for t, segment in traffic:
        n, flags = len(segment.payload), segment.tcp[13]
        seq = struct.unpack_from(">I", segment.tcp, 4)[0] + (flags & k.SYN > 0)
        cuts = sorted({0, n, *(chance.randrange(n) for _ in range(min(n, 4)))})
        for begin, end in zip(cuts, cuts[1:]):
            tcp = bytearray(segment.tcp)
            if begin:
                struct.pack_into(">I", tcp, 4, seq + begin & 0xffffffff)
                tcp[13] &= ~k.SYN
            if end < n:
                tcp[13] &= ~(k.FIN | k.PSH | k.RST)
            yield t, segment._replace(tcp=bytes(tcp), payload=segment.payload[begin:end])
        if n == 0:
            yield t, segment


def doubled(link, traffic, chance):
    """Every packet captured twice."""
    for each in traffic:
        yield each
        yield each


def ends_of(segment):
    """Addresses and ports of sender and receiver."""
    addresses = segment.ip[12:20] if segment.ip[0] >> 4 == 4 else segment.ip[8:40]
    half = len(addresses) // 2
    return addresses[:half] + segment.tcp[:2], addresses[half:] + segment.tcp[2:4]


def without_sack(tcp):
    """The header with selective acknowledgements, which name sequence numbers, as options that do nothing."""
    tcp, at = bytearray(tcp), 20
    while at < len(tcp) and tcp[at]:
        size = 1 if tcp[at] == 1 or at + 1 == len(tcp) else max(2, tcp[at + 1])
        if tcp[at] == 5:
            tcp[at:at + size] = b"\x01" * size
        at += size
    return bytes(tcp)


def renumbered(link, traffic, chance):
    """Sequence numbers that begin shortly before they wrap around."""
    begins = {}
    for t, segment in traffic:
        sender, receiver = ends_of(segment)
        seq, ack = struct.unpack_from(">II", segment.tcp, 4)
        ours = begins.setdefault((sender, receiver), seq + chance.randrange(3000))
        tcp = bytearray(without_sack(segment.tcp))
        struct.pack_into(">I", tcp, 4, seq - ours & 0xffffffff)
        if tcp[13] & k.ACK:
            theirs = begins.setdefault((receiver, sender), ack + chance.randrange(3000))
            struct.pack_into(">I", tcp, 8, ack - theirs & 0xffffffff)
        yield t, segment._replace(tcp=bytes(tcp))


def bare(link, traffic, chance):
    """No header of the link."""
    for t, segment in traffic:
        yield t, segment._replace(link=b"")


def tagged(link, traffic, chance):
    """An IEEE 802.1Q tag."""
    for t, segment in traffic:
        yield t, segment._replace(link=segment.link[:12] + b"\x81\x00\x00\x07" + segment.link[12:])


def over_ipv6(link, traffic, chance):
    """IPv4 addresses in a network of IPv6."""
    network = bytes.fromhex("20010db80000000000000000")
    for t, segment in traffic:
        ip = segment.ip
        if ip[0] >> 4 == 4:
            header = struct.pack(">IHBB", 6 << 28, 0, 6, ip[8]) + network + ip[12:16] + network + ip[16:20]
            segment = segment._replace(ip=header, link=segment.link[:-2] + k.TYPES[1])
        yield t, segment


# way: the link types that it is for, and the one that it makes of them (None: the same)
WAYS = {in_pieces: (k.IP_BEHIND, None), doubled: (k.IP_BEHIND, None), renumbered: (k.IP_BEHIND, None),
        bare: (k.IP_BEHIND, k.RAW), tagged: ((k.ETHERNET,), None), over_ipv6: ((k.ETHERNET,), None)}


def plain(value):
    """What a record says, without what depends on packets."""
    if isinstance(value, dict):
        return {name: value[name]["port"] if name in ADDRESSES else plain(value[name])
                for name in value if name not in ELSEWHERE}
    return [plain(each) for each in value] if isinstance(value, list) else value


def said(program, octets):
    """The exchanges and findings of a capture. Where packets are missing, the order of lines depends on
    how many packets have come since."""
    lines = Run([program, "list", "--json", "-"], stdin=octets).records()
    lines += Run([program, "audit", "--json", "--examples", "1000", "-"], stdin=octets).records()
    return sorted(repr(plain(line)) for line in lines if line["type"] in ("exchange", "finding"))


def check(program, link, traffic, way, seed):
    """One capture in one disguise."""
    wanted = said(program, k.save(link, [k.put_together(*each) for each in traffic]))
    disguised = [k.put_together(*each) for each in way(link, traffic, random.Random(seed))]
    found = said(program, k.save(WAYS[way][1] or link, disguised))
    for one, other in itertools.zip_longest(wanted, found):
        if one != other:
            raise Complaint(f"said {other}\n    instead of {one}")


def jobs(program, folder, runs):
    """All checks as (description, function, arguments)."""
    for name in captures(folder):
        with open(os.path.join(folder, name), "rb") as file:
            link, packets = k.load(file.read()) or (None, ())
        traffic = [(p.t, k.take_apart(link, p)) for p in packets]
        # a checksum that is wrong says something of its packet
        traffic = [(t, segment._replace(right=True)) for t, segment in traffic if segment]
        for way in WAYS:
            if link in WAYS[way][0] and len(traffic) == len(packets):
                for seed in range(runs):
                    yield f"{name}, {way.__name__}, {seed}", check, (program, link, traffic, way, seed)


if __name__ == "__main__":
    sys.exit(run_jobs(__doc__, jobs, 1, "captures in disguise"))
