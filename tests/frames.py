# frames.py - captures that tests of the dashboard write, frame by frame.
# SPDX-License-Identifier: MIT
"""Connections between 10.0.0.2 and 10.0.0.9, port 80, as pcap files."""
import rawip


def packet(sport, dport, seq, ack, flags, payload=b""):
    """An Ethernet frame with a TCP segment between 10.0.0.2 and 10.0.0.9."""
    client, server = b"\x0a\0\0\x02", b"\x0a\0\0\x09"
    source, target = (server, client) if sport == 80 else (client, server)
    return (b"\2\0\0\0\0\1\2\0\0\0\0\2\x08\0" +
            rawip.packet((source, sport), (target, dport), seq, ack, flags, payload))


def write_frames(path, frames):
    """As a pcap file of Ethernet frames, a millisecond from one to the next."""
    rawip.write(path, frames, link=1, begin=1795264800)


def conversation(path, *sides):
    """One connection after the other, on each of which both sides speak once: request, response."""
    frames = []
    for port, (request, response) in enumerate(sides, 4000):
        frames += [
            packet(port, 80, 0, 0, 2), packet(80, port, 0, 1, 0x12), packet(port, 80, 1, 1, 0x10),
            packet(port, 80, 1, 1, 0x18, request),
            packet(80, port, 1, 1 + len(request), 0x18, response),
            packet(port, 80, 1 + len(request), 1 + len(response), 0x11),
            packet(80, port, 1 + len(response), 2 + len(request), 0x11)]
    write_frames(path, frames)


def hostile_capture(path):
    """A conversation whose every text tries something on the terminal."""
    nasty = b"\x1b[2J\x1b]0;owned\x07\x1b]52;c;cm0gLXJm\x07\xe2\x80\xae\x9b31m%s%n\x08\xff"
    conversation(path, (b"GET /" + nasty + b" HTTP/1.1\r\nHost: " + nasty + b"\r\n\r\n",
                        b"HTTP/1.1 103 " + nasty + b"\r\nLink: " + nasty + b"\r\n\r\nHTTP/1.1 200 "
                        + nasty + b"\r\nServer: " + nasty + b"\r\nContent-Length: 0\r\n\r\n"))


def far_capture(path, n):
    """One connection of n exchanges, the last but one of which has an answer that breaks a rule."""
    client = server = 1
    frames = [packet(40000, 80, 0, 0, 2), packet(80, 40000, 0, 1, 18), packet(40000, 80, 1, 1, 16)]
    for i in range(1, n + 1):
        request = f"GET /{i} HTTP/1.1\r\nHost: a.example\r\n\r\n".encode()
        frames.append(packet(40000, 80, client, server, 24, request))
        client += len(request)
        status = b"426 Upgrade Required" if i == n - 1 else b"200 OK"  # without Upgrade
        answer = (b"HTTP/1.1 " + status + b"\r\nDate: Sat, 21 Nov 2026 05:00:00 GMT\r\n"
                  b"Content-Length: 0\r\n\r\n")
        frames.append(packet(80, 40000, server, client, 24, answer))
        server += len(answer)
    write_frames(path, frames)


# --------------------------------------------------------------------------------------- cases
