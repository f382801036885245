# packets.py - takes captures apart into segments, and puts together what tests made of them.
# SPDX-License-Identifier: MIT
"""The packets of plain captures; whole TCP segments over IPv4 and IPv6 that can be changed."""
import collections
import struct

from program import NANOSECONDS, ORDERS, pieces

SECOND = 1000000000  # times are in nanoseconds
RAW, ETHERNET = 101, 1
IP_BEHIND = {RAW: 0, ETHERNET: 14, 113: 16, 276: 20}  # link type: octets before the IP header
TYPES = (b"\x08\x00", b"\x86\xdd")
FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16

Packet = collections.namedtuple("Packet", "t octets length")
# link: what stands before the IP header; right: is the checksum of TCP right?
Segment = collections.namedtuple("Segment", "link ip tcp payload right")


def load(octets):
    """The link type and the packets of a pcap file; None of other files, or when nothing is in it."""
    order = ORDERS.get(octets[:4])
    found = []
    for _, piece in pieces(octets)[1:] if order else ():
        seconds, parts, _, length = struct.unpack_from(order + "4I", piece)
        parts *= 1 if octets[:4] in NANOSECONDS else 1000
        found.append(Packet(seconds * SECOND + parts, piece[16:], length))
    return (struct.unpack_from(order + "I", octets, 20)[0] & 0xffff, found) if found else None


def save(link, packets):
    """A pcap file of these, in their order."""
    header = struct.pack("<IHHiIII", 0xa1b23c4d, 2, 4, 0, 0, 262144, link)
    return header + b"".join(struct.pack("<4I", *divmod(p.t, SECOND), len(p.octets), p.length) + p.octets
                             for p in packets)


def checksum(octets):
    """The Internet checksum (RFC 1071)."""
    octets += b"\0" * (len(octets) % 2)
    total = sum(struct.unpack(f">{len(octets) // 2}H", octets))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def _pseudo(ip, length):
    if ip[0] >> 4 == 4:
        return ip[12:20] + struct.pack(">BBH", 0, 6, length)
    return ip[8:40] + struct.pack(">II", length, 6)


def take_apart(link, packet):
    """The segment, None when it is none: no TCP, a fragment, extension headers, cut off."""
    begin, octets = IP_BEHIND.get(link), packet.octets
    if begin is None or len(octets) < begin + 40 or len(octets) != packet.length or \
            (link == ETHERNET and octets[12:14] not in TYPES):
        return None
    if octets[begin] >> 4 == 4:
        end = begin + struct.unpack_from(">H", octets, begin + 2)[0]
        behind = begin + (octets[begin] & 15) * 4
        plain = octets[begin + 9] == 6 and not struct.unpack_from(">H", octets, begin + 6)[0] & 0x3fff
    else:
        behind = begin + 40
        end = behind + struct.unpack_from(">H", octets, begin + 4)[0]
        plain = octets[begin] >> 4 == 6 and octets[begin + 6] == 6
    if not plain or end > len(octets) or end < behind + 20:
        return None
    payload = behind + (octets[behind + 12] >> 4) * 4
    if payload < behind + 20 or payload > end:
        return None
    ip = octets[begin:behind]
    return Segment(octets[:begin], ip, octets[behind:payload], octets[payload:end],
                   checksum(_pseudo(ip, end - behind) + octets[behind:end]) == 0)


def put_together(t, segment):
    """The packet again, its lengths as they are now, and its checksums right where that of TCP was."""
    ip, tcp = bytearray(segment.ip), bytearray(segment.tcp)
    length = len(tcp) + len(segment.payload)
    if ip[0] >> 4 == 4:
        struct.pack_into(">H", ip, 2, len(ip) + length)
        struct.pack_into(">H", ip, 10, 0)
        struct.pack_into(">H", ip, 10, checksum(bytes(ip)))
    else:
        struct.pack_into(">H", ip, 4, length)
    if segment.right:
        struct.pack_into(">H", tcp, 16, 0)
        total = checksum(_pseudo(bytes(ip), length) + bytes(tcp) + segment.payload)
        struct.pack_into(">H", tcp, 16, total)
    octets = segment.link + bytes(ip) + bytes(tcp) + segment.payload
    return Packet(t, octets, len(octets))
