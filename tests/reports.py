# reports.py - what the tests of machine-read reports share: captures made here, and goldens.
# SPDX-License-Identifier: MIT
"""Captures full of what strangers write to hurt a reader, where packets lie in a file, and goldens."""
import difflib
import os
import struct
import unicodedata

import rawip
from program import SECTION, Complaint, Run, check, pieces

SIMPLE = 3  # the block of pcapng that has no captured length

# For markup, CDATA, JSON, spreadsheets, terminals, viewers of messages, readers from right to left.
NASTY = [
    b"/plain?q=1",
    b"/<script>alert(1)</script>",
    b"/]]><![CDATA[x]]>&amp;\"'",
    b"/[click](https://evil.example)[x](1){0}{{1}}",
    b"/\x1b[2J\x07\x00\x9b",
    b"/\xff\xfe\xc3\x28/\xef\xbf\xbe\xef\xbf\xbf",
    "/\u202eevil\u2066/\u200b/\ud55c\uae00/\U0001f600".encode(),
    b"=cmd|'/c'!A1",
    b"/" + b"a" * 5000,
]
DATE = b"Date: Sat, 21 Nov 2026 05:00:00 GMT\r\n"


class Traffic:
    """A capture of connections to 10.0.0.9:80, written packet by packet, raw IP."""

    CLIENT, SERVER = b"\x0a\0\0\x02", b"\x0a\0\0\x09"

    def __init__(self):
        self.packets, self.port, self.at = [], 4999, [1, 1]

    def _segment(self, by_client, flags, payload=b""):
        way = 1 if by_client else -1
        ends = ((self.CLIENT, self.port), (self.SERVER, 80))[::way]
        self.packets.append(rawip.packet(*ends, *self.at[::way], flags, payload))

    def connect(self):
        """A new connection."""
        self.port += 1
        self.at = [0, 0]
        self._segment(True, 2)
        self.at[0] = 1
        self._segment(False, 0x12)
        self.at[1] = 1

    def says(self, by_client, octets):
        """Octets of one side, in packets that any link carries."""
        for i in range(0, len(octets), 16000):
            piece = octets[i:i + 16000]
            self._segment(by_client, 0x18, piece)
            self.at[0 if by_client else 1] += len(piece)

    def exchange(self, request, *responses):
        """A request and what answers it."""
        self.says(True, request)
        for response in responses:
            self.says(False, response)

    def write(self, path):
        """As a pcap file, a millisecond from packet to packet."""
        return rawip.write(path, self.packets)


def nasty_capture(folder):
    """Every nasty text as target, field and reason; each exchange breaks interim-to-http10."""
    traffic = Traffic()
    for text in NASTY:
        safe = text.replace(b"\x00", b"")
        traffic.connect()
        traffic.exchange(
            b"GET " + text.replace(b" ", b"") + b" HTTP/1.0\r\nHost: a.example\r\nX-Text: " + safe +
            b"\r\nCookie: " + safe + b"\r\n\r\n",
            b"HTTP/1.1 103 " + safe + b"\r\nLink: " + safe + b"\r\n\r\n",
            b"HTTP/1.1 200 " + safe + b"\r\n" + DATE + b"Content-Type: " + safe +
            b"\r\nSet-Cookie: " + safe + b"\r\nContent-Length: 0\r\n\r\n")
    return traffic.write(os.path.join(folder, 'a <b>&"c".pcap'))


def many_findings(folder, n):
    """n exchanges, each of which breaks interim-to-http10 once."""
    traffic = Traffic()
    traffic.connect()
    for i in range(n):
        if i % 100 == 99:
            traffic.connect()
        traffic.exchange(b"GET /%d HTTP/1.0\r\nConnection: keep-alive\r\n\r\n" % i,
                         b"HTTP/1.1 103 E\r\n\r\nHTTP/1.1 200 OK\r\n" + DATE +
                         b"Connection: keep-alive\r\nContent-Length: 0\r\n\r\n")
    return traffic.write(os.path.join(folder, "many.pcap"))


def report(program, kind, capture, work, *options, cwd=None):
    """The report of a kind on a capture, as octets, and the run that wrote it."""
    path = os.path.join(work, "report." + kind)
    run = Run([program, "audit", "--report", f"{kind}={path}", *options, capture], cwd)
    with open(path, "rb") as file:
        return file.read(), run


def records(program, capture, *options, cwd=None):
    """The same run as NDJSON."""
    return Run([program, "audit", "--json", *options, capture], cwd).records()


def places(path):
    """Where the octets of each packet lie in a capture: {frame: (offset, octets)}; None: packed."""
    with open(path, "rb") as file:
        raw = file.read()
    found, at = {}, 0
    for is_packet, piece in pieces(raw):
        if is_packet:
            found[len(found) + 1] = _place(at, piece, raw[:4] == SECTION)
        at += len(piece)
    return found if at else None


def _place(at, piece, is_block):
    """(offset, octets) of the packet in a record of pcap or a block of pcapng that begins at at."""
    if not is_block:
        return at + 16, len(piece) - 16
    order = ">" if piece[0] == 0 else "<"
    if struct.unpack_from(order + "I", piece)[0] == SIMPLE:
        return at + 12, min(struct.unpack_from(order + "I", piece, 8)[0], len(piece) - 16)
    return at + 28, struct.unpack_from(order + "I", piece, 20)[0]


def check_harmless(text, where):
    """Nothing in a text for people moves a cursor, turns it around or hides."""
    for c in text:
        check(c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Cn", "Zl", "Zp"),
              where, "holds", repr(c))


def strings(value):
    """Every text in a JSON value, keys included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner)


def golden(path, got, update):
    """The report is exactly what stands in the file."""
    if update:
        with open(path, "wb") as file:
            file.write(got)
    check(os.path.exists(path), path, "is missing (--update writes it)")
    with open(path, "rb") as file:
        want = file.read()
    if got != want:
        lines = difflib.unified_diff(want.decode().splitlines(), got.decode().splitlines(), "expected",
                                     "got", lineterm="", n=0)
        raise Complaint(f"{path}: other output:\n" + "\n".join(lines))
