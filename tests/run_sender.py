#!/usr/bin/env python3
# run_sender.py - the sender of bench/live: every packet of a capture, whole, in order, and not before it is due.
# SPDX-License-Identifier: MIT
"""run_sender.py SENDER GENPCAP WIRELINT LIVE

Sends small captures over a veth pair in a network namespace that goes with this process, and holds what comes
out at the other end against the file: each packet once, those of a connection in the order of the file, in
however many lanes, not faster than asked for. Then LIVE, bench/live, sends a capture that fits into every
buffer, so that nobody can lose any of it. What the sender shall refuse is tried first; the exit status is 77
where the right to make the namespace is missing.
"""
import json
import os
import re
import socket
import struct
import subprocess
import sys
import tempfile

from program import Checks, Run

INSIDE = "--inside"
NEAR, FAR = "near", "far"
RATE = 50000
REFUSED = ("", "lo 1 1", "lo x 1 FILE", "lo -1 1 FILE", "lo 1000 0 FILE", "lo 1000 17 FILE", "lo 1k 1 FILE",
           "lo 99999999999999999999 1 FILE", "lo 1000 1 FILE more")

check = Checks()


def look_at_refusals(sender, folder, path):
    """Options that are none, and files that are no captures: a word, and no packet."""
    for words in REFUSED:
        run = Run([sender, *words.replace("FILE", path).split()])
        check(run.status == 2 and "usage: sender" in run.err and not run.out,
              f"'{words}' ends with {run.status}: {run.err!r}")
    with open(path, "rb") as file:
        octets = file.read()
    other_link = octets[:20] + struct.pack("<I", 113) + octets[24:]
    for name, content in (("short", octets[:20]), ("text", b"no capture at all, but long enough"),
                          ("link", other_link)):
        bad = os.path.join(folder, name)
        with open(bad, "wb") as file:
            file.write(content)
        run = Run([sender, "lo", "0", "1", bad])
        check(run.status == 1 and bad in run.err and not run.out, f"{name} ends with {run.status}: {run.err!r}")
    for words in (["none-such", "0", "1", path], ["lo", "0", "1", os.path.join(folder, "none-such")]):
        run = Run([sender, *words])
        check(run.status == 1 and "none-such" in run.err and not run.out, f"{words}: {run.status}: {run.err!r}")


def frames_of(octets):
    """Whole records of the file."""
    at, frames = 24, []
    while at + 16 <= len(octets):
        n = struct.unpack_from("<I", octets, at + 8)[0]
        if at + 16 + n > len(octets):
            break
        frames.append(octets[at + 16:at + 16 + n])
        at += 16 + n
    return frames


def connection_of(frame):
    """What both directions have in common."""
    ip = frame[14:]
    v4 = frame[12:14] == b"\x08\x00"
    source, target, ports = (ip[12:16], ip[16:20], ip[20:24]) if v4 else (ip[8:24], ip[24:40], ip[40:44])
    return frozenset(((source, ports[:2]), (target, ports[2:])))


def by_connection(frames):
    """-> {connection: its packets in order}"""
    connections = {}
    for frame in frames:
        connections.setdefault(connection_of(frame), []).append(frame)
    return connections


def receiver():
    """A socket behind the far end that holds everything until it is read."""
    link = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    link.setsockopt(socket.SOL_SOCKET, 33, 64 << 20)  # SO_RCVBUFFORCE
    link.bind((FAR, 0x0003))  # ETH_P_ALL
    link.settimeout(0.2)
    return link


def received(link):
    """All packets that wait there."""
    frames = []
    while True:
        try:
            frames.append(link.recv(65536))
        except TimeoutError:
            return frames


def look_at_sending(sender, path, lanes, rate):
    """One file over the pair."""
    what = f"{os.path.basename(path)}, {lanes} lanes, {rate}/s"
    with open(path, "rb") as file:
        frames = frames_of(file.read())
    with receiver() as link:
        run = Run([sender, NEAR, str(rate), str(lanes), path])
        came = received(link)
    check(run.status == 0 and not run.err, f"{what}: ends with {run.status}: {run.err!r}")
    said = json.loads(run.out)
    check(said["packets"] == len(frames) and said["refused"] == 0, f"{what}: {said} of {len(frames)}")
    check(said["octets"] == sum(map(len, frames)), f"{what}: {said['octets']} octets")
    check(by_connection(came) == by_connection(frames), f"{what}: {len(came)} packets, of other octets or order")
    # the last batch of a lane is due with its first packet
    if rate:
        due = (len(frames) - 128 * lanes) / rate
        check(due > 0 and said["seconds"] >= due, f"{what}: {said['seconds']} s, {due} at least")


def make_pair():
    """Both ends up, without IPv6, which would send of its own."""
    for name in ("default", "all"):
        with open(f"/proc/sys/net/ipv6/conf/{name}/disable_ipv6", "w", encoding="ascii") as file:
            file.write("1")
    for words in (f"link add {NEAR} type veth peer name {FAR}", f"link set {NEAR} up", f"link set {FAR} up"):
        subprocess.run(["ip", *words.split()], check=True)


def look_at_lengths(sender, folder, path):
    """A packet that the interface does not take is counted, and a record that is cut off ends the file."""
    with open(path, "rb") as file:
        octets = file.read()
    frames = frames_of(octets)
    long = os.path.join(folder, "long.pcap")
    with open(long, "wb") as file:
        file.write(octets[:-1] + b"x" + struct.pack("<4I", 0, 0, 3000, 3000) + frames[0][:14] + bytes(2986)
                   + struct.pack("<4I", 0, 0, 60, 60) + frames[0][:59])
    run = Run([sender, NEAR, "0", "2", long])
    said = json.loads(run.out)
    check(run.status == 0 and said["packets"] == len(frames) and said["refused"] == 1, f"long: {said}")


def look_at_live(live, sender, wirelint, path):
    """Three runs, in each of which everything arrives, is received, and is counted."""
    with open(path, "rb") as file:
        n = len(frames_of(file.read()))
    run = Run([sys.executable, live, "-n", "1", "--rate", "0", "--sender", sender, "--program", wirelint,
               "--capture", path])
    if run.status == 2 and "no tcpdump" in run.err:
        print("sender: without bench/live: no tcpdump")
        return
    out = run.out.decode()
    check(run.status == 0 and "reached: " in out, f"live ends with {run.status}: {out} {run.err!r}")
    rows = re.findall(r"(\d+) +(\w+) +(\d+) +(\d+) +(-?\d+) +[\d.]+$", out, re.MULTILINE)
    check([row[1] for row in rows] == ["tcpdump", "wirelint", "tcpdump", "wirelint"], f"live shows {out}")
    for arrived, who, received, lost, untold in rows:
        check((int(arrived), int(received), lost, untold) == (n, n, "0", "0"), f"{who}: {received} of {n}: {out}")


def main():
    """Runs every check; what needs the namespace in a process that has it."""
    if sys.argv[1] == INSIDE:
        sender, folder, path = sys.argv[2:]
        make_pair()
        for lanes, rate in ((1, 0), (1, RATE), (2, RATE), (3, 0)):
            look_at_sending(sender, path, lanes, rate)
        look_at_lengths(sender, folder, path)
        return check.status()
    sender, genpcap, wirelint, live = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "small.pcap")
        subprocess.run([genpcap, "--profile", "api", "--connections", "60", "--ipv6", "30", "--mss", "1400",
                        "-o", path], check=True)
        look_at_refusals(sender, folder, path)
        alone = ["unshare", "--net"]
        try:
            if Run([*alone, "ip", "link"]).status != 0:
                raise OSError("no right to make network namespaces")
        except OSError as none:
            print(f"sender: skipped: {none}")
            return check.status() or 77
        inside = [sys.executable, os.path.abspath(__file__), INSIDE, sender, folder, path]
        inside_status = subprocess.call([*alone, *inside])
        look_at_live(live, sender, wirelint, path)
        return inside_status or check.status()


if __name__ == "__main__":
    sys.exit(main())
