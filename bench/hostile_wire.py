# hostile_wire - captures for bench/hostile, written packet by packet: connections over raw IPv4.
# SPDX-License-Identifier: MIT
"""A Capture takes packets, a Talk is one TCP connection in it. Checksums are zero, as of packets that
were captured before the network card had filled them in."""
import struct

SYN, FIN, ACK = 2, 1, 16
TO_SERVER, TO_CLIENT = 0, 1

_record = struct.Struct("<IIII")
_headers = struct.Struct("!BBHHHBBH4s4sHHIIBBHHH")
_internet = struct.Struct("!BBHHHBBH4s4s")
_start = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 1 << 18, 101)


class Capture:
    """Packets one microsecond apart, or step of them."""

    def __init__(self, path, step=1):
        self.out = open(path, "wb", buffering=1 << 20)
        self.out.write(_start)
        self.now = 0
        self.step = step

    def packet(self, source, sport, target, tport, flags, seq, ack, data=b""):
        self.now += self.step
        length = 40 + len(data)
        self.out.write(_record.pack(1700000000 + self.now // 1000000, self.now % 1000000, length, length))
        self.out.write(_headers.pack(0x45, 0, length, 0, 0x4000, 64, 6, 0, source, target, sport, tport,
                                     seq & 0xFFFFFFFF, ack & 0xFFFFFFFF, 0x50, flags, 65000, 0, 0))
        self.out.write(data)

    def fragment(self, source, target, ident, place):
        """Eight octets of a datagram, at so many times eight of it, behind which others come."""
        self.now += self.step
        self.out.write(_record.pack(1700000000 + self.now // 1000000, self.now % 1000000, 28, 28))
        self.out.write(_internet.pack(0x45, 0, 28, ident, 0x2000 | place, 64, 6, 0, source, target))
        self.out.write(bytes(8))

    def close(self):
        self.out.close()


class Talk:
    """One connection, from its handshake on."""

    def __init__(self, capture, number=1):
        self.capture = capture
        self.ends = [(struct.pack("!I", 0x0A000000 + (number >> 14)), 1024 + (number & 0x3FFF)),
                     (b"\xc0\xa8\x00\x01", 80)]
        self.seq = [1000, 2000]
        self._send(TO_SERVER, SYN)
        self.seq[TO_SERVER] += 1
        self._send(TO_CLIENT, SYN | ACK)
        self.seq[TO_CLIENT] += 1
        self._send(TO_SERVER, ACK)

    def _send(self, way, flags, data=b""):
        source, target = self.ends[way], self.ends[1 - way]
        self.capture.packet(source[0], source[1], target[0], target[1], flags, self.seq[way],
                            self.seq[1 - way] if flags & ACK else 0, data)

    def send(self, way, data, size=1400):
        """Sends data in segments of so many octets."""
        for i in range(0, len(data), size):
            piece = data[i:i + size]
            self._send(way, ACK, piece)
            self.seq[way] += len(piece)

    def ask(self, data, size=1400):
        self.send(TO_SERVER, data, size)

    def answer(self, data, size=1400):
        self.send(TO_CLIENT, data, size)

    def close(self):
        for way in (TO_SERVER, TO_CLIENT):
            self._send(way, FIN | ACK)
            self.seq[way] += 1
