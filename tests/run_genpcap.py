#!/usr/bin/env python3
# run_genpcap.py - the generator of captures: the same octets everywhere, and what it says was sent is read.
# SPDX-License-Identifier: MIT
"""run_genpcap.py GENPCAP WIRELINT

Numbers of benchmarks compare only as long as the captures are the same: digests of small ones are written
down here, and a compiler, a machine or a change that makes other octets is found out. Checksums are computed
again, and every status that the generator counted must be counted by the program, in spite of loss,
reordering and duplicates. A change that is meant to make other captures has new digests: --digests GENPCAP
prints them.
"""
import hashlib
import json
import os
import struct
import subprocess
import sys
import tempfile

from program import Run

FAULTS = "--loss 5 --reorder 5 --dup 5"
# options, and the first 16 digits of the SHA-256 of the capture
CASES = {
    "--profile api --connections 40": "2f8343f654e1a553",
    "--profile web --connections 15": "b0599fda9eb85e40",
    "--profile churn --connections 300": "1a86b36387549970",
    "--profile interim --connections 40": "2a97dea0ae116763",
    f"--profile api --connections 40 {FAULTS}": "31959c12c208132c",
    f"--profile web --connections 15 {FAULTS} --mss 536": "5e02f5f621992ee8",
    f"--profile interim --connections 40 {FAULTS} --seed 7 --burst 9": "b993fff2fd1c94fd",
    "--profile churn --connections 300 --bad 1000 --ipv6 50": "11305c0a88c38600",
    "--profile api --connections 40 --pipeline 60 --concurrency 3": "ac39724c742bf446",
    "--profile api --connections 300 --exchanges 1 --body 20-60 --no-close": "09ca60df3ebc4156",
    "--profile web --connections 15 --max-bytes 200k --pps 33333 --snaplen 300": "efca4a42e6c62ea9",
    "--profile interim --connections 40 --gap 3 --clients 3 --port 8080 --no-checksum": "b9837e9677bee319",
}
CUT_OFF = ("--max-bytes", "--gap", "--snaplen")  # what was sent cannot all be read
REFUSED = ("--mss 3", "--mss 64k", "--connections -1", "--concurrency 0", "--seed 18446744073709551616",
           "--loss 101", "--loss nan", "--body 5-4", "--body 5-", "--profile none", "--port 65536", "--seed",
           "--unknown 1", "capture.pcap")

failures = []
checks = 0


def check(true, what):
    """Counts one check."""
    global checks
    checks += 1
    if not true:
        failures.append(what)
        print("FAILED:", what)


def generate(genpcap, words, path):
    """Makes the capture at path. -> what was sent"""
    run = Run([genpcap, *words.split(), "-o", path, "--truth", path + ".json"])
    check(run.status == 0 and not run.err, f"{words} ends with {run.status}: {run.err!r}")
    with open(path + ".json", encoding="ascii") as file:
        return json.load(file)


def digest(path):
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()[:16]


def packets_of(path):
    """Whole packets of the file, as they were captured."""
    with open(path, "rb") as file:
        octets = file.read()
    at, packets = 24, []
    while at < len(octets):
        captured, length = struct.unpack_from("<2I", octets, at + 8)
        if captured == length:
            packets.append(octets[at + 16:at + 16 + captured])
        at += 16 + captured
    return packets


def sums_to_zero(octets):
    """RFC 1071: the sum over what holds its own checksum."""
    words = struct.unpack(">%dH" % ((len(octets) + 1) // 2), octets + b"\0" * (len(octets) % 2))
    return sum(words) % 0xffff == 0


def is_summed(packet):
    """Are the checksums of IPv4 and TCP right?"""
    ip = packet[14:]
    if packet[12:14] == b"\x08\x00":
        header, addresses = 20, ip[12:20]
    else:
        header, addresses = 40, ip[8:40]
    segment = ip[header:]
    pseudo = addresses + struct.pack(">2H", 6, len(segment))
    return (header == 40 or sums_to_zero(ip[:20])) and sums_to_zero(pseudo + segment)


def look_at_reading(wirelint, words, path, sent):
    """What the program counts against what was sent."""
    run = Run([wirelint, "stats", "--json", *(["--port", "8080"] if "8080" in words else []), path])
    end = run.records()[-1]
    check(end["packets"] == sent["packets"], f"{words}: {end['packets']} packets, not {sent['packets']}")
    if any(word in words for word in CUT_OFF):
        return
    check(end["connections"] == sent["connections"], f"{words}: {end['connections']} connections")
    check(end["codes"] == sent["status"], f"{words}: {end['codes']} were read, {sent['status']} sent")
    check(sum(sent["status"].values()) == sent["responses"], f"{words}: statuses are not the responses")


def look_at_captures(genpcap, wirelint, folder):
    path = os.path.join(folder, "made.pcap")
    for words, wanted in CASES.items():
        sent = generate(genpcap, words, path)
        check(digest(path) == wanted, f"{words}: other octets, {digest(path)}")
        check(os.path.getsize(path) == sent["file_bytes"], f"{words}: {sent['file_bytes']} octets")
        look_at_reading(wirelint, words, path, sent)
        if "--no-checksum" not in words:
            wrong = sum(not is_summed(packet) for packet in packets_of(path))
            check(wrong == 0, f"{words}: {wrong} packets have wrong checksums")


def look_at_repetition(genpcap, wirelint, folder):
    """Hashes have another seed on every run, which nothing that is said may show: not even how much was
    forgotten where there is room to remember a few."""
    path = os.path.join(folder, "again.pcap")
    generate(genpcap, "--profile churn --connections 6000", path)
    for room in (100, 1000):
        command = [wirelint, "audit", "--json", "--set", f"max_related={room}", path]
        said = {Run([*command, "-j", str(shards)]).out for shards in (1, 1, 1, 2, 1, 1, 1, 1)}
        check(len(said) == 1 and b"max_related" in said.pop(), f"max_related={room}: runs differ")


def look_at_options(genpcap, folder):
    """Help, values that are none, and files that cannot be written."""
    run = Run([genpcap, "--help"])
    check(run.status == 0 and b"--reorder PERCENT" in run.out, f"--help prints {run.out[:80]!r}")
    for words in REFUSED:
        run = Run([genpcap, *words.split()])
        check(run.status == 2 and words.split()[0] in run.err and not run.out,
              f"{words} ends with {run.status}: {run.err!r}")
    few = ["--connections", "9"]
    for words in (["-o", os.path.join(folder, "none", "a.pcap")], ["-o", "/dev/full"],
                  ["-o", os.devnull, "--truth", "/dev/full"]):
        run = Run([genpcap, *few, *words])
        check(run.status == 1 and run.err, f"{words} ends with {run.status}: {run.err!r}")
    run = Run([genpcap, *few])
    generate(genpcap, " ".join(few), os.path.join(folder, "few.pcap"))
    with open(os.path.join(folder, "few.pcap"), "rb") as file:
        check(file.read() == run.out, "standard output has other octets than a file")


def main():
    """Runs every check."""
    genpcap = sys.argv[2] if sys.argv[1] == "--digests" else sys.argv[1]
    with tempfile.TemporaryDirectory() as folder:
        if sys.argv[1] == "--digests":
            for words in CASES:
                path = os.path.join(folder, "made.pcap")
                subprocess.run([genpcap, *words.split(), "-o", path], check=True)
                print(digest(path), os.path.getsize(path), words)
            return 0
        look_at_captures(genpcap, sys.argv[2], folder)
        look_at_repetition(genpcap, sys.argv[2], folder)
        look_at_options(genpcap, folder)
    print(f"genpcap: {checks} checks, {len(failures)} failed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
