# rawip.py - TCP in raw IP packets, and pcap files of them, for tests that write captures of their own.
# SPDX-License-Identifier: MIT
"""Packets whose checksums are zero, which means that nobody has computed them."""
import struct

BEGIN = 1795232839  # seconds since 1970 of the first packet in a file


def packet(source, target, seq, ack, flags, payload=b""):
    """A TCP segment between two ends (address, port); IPv4 or IPv6, by the length of the addresses."""
    (src, sport), (dst, dport) = source, target
    tcp = struct.pack(">HHIIBBHHH", sport, dport, seq, ack, 0x50, flags, 65535, 0, 0) + payload
    if len(src) == 4:
        return struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(tcp), 0, 0, 64, 6, 0) + src + dst + tcp
    return struct.pack(">IHBB", 6 << 28, len(tcp), 6, 64) + src + dst + tcp


def write(path, packets, link=101, begin=BEGIN):
    """As a pcap file of microseconds, a millisecond from packet to packet. link: 101 is raw IP."""
    with open(path, "wb") as file:
        file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, link))
        for i, each in enumerate(packets):
            second, part = divmod(i, 1000)
            file.write(struct.pack("<IIII", begin + second, part * 1000, len(each), len(each)) + each)
    return path
