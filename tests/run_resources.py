#!/usr/bin/env python3
# run_resources.py - what a run costs before and beside its work: libraries that are loaded, memory.
# SPDX-License-Identifier: MIT
"""run_resources.py WIRELINT CAPTURES GENPCAP SONAME ...

Whoever reads a file pays for no library that only others need: those of SONAME (pcap, archive, lzma, microhttpd)
are loaded by the runs that ask for them and by no other, they are all there before the program gives up
its rights, and where one is missing only those runs fail, with a message that names it. GENPCAP makes captures
of 1,000 connections at a time, which are read within 24 MiB of resident memory by the kernel's account,
also where one segment in twenty is missing for good;
"-" for a build whose memory is not its own (sanitizers). Where idle connections fill all memory that may be used,
those that come later are judged all the same, and the report says what was not; shards come to an end
that have no memory to put in order what is left, or of which one gets no thread; and files that overlap in time
are read with few descriptors and little memory, or it is said what there is too little of.
"""
import bz2
import gzip
import lzma
import os
import re
import struct
import subprocess
import sys
import tempfile

import packets as k
from program import Checks, Run, pieces

SMALL = "nginx-node-103.pcap"
MOST_MIB = 24
FILES = 40
WORKLOADS = {
    "api": ["--profile", "api", "--connections", "2500"],
    "web": ["--profile", "web", "--connections", "1500"],
    "churn": ["--profile", "churn", "--connections", "25000"],
    "interim": ["--profile", "interim", "--connections", "3000"],
    "lossy": ["--profile", "api", "--connections", "2500", "--loss", "1", "--reorder", "1", "--dup", "0.5",
              "--gap", "0.05"],
    "gaps": ["--profile", "api", "--connections", "2500", "--gap", "5"],
}

# What ran before exec(2) counts, too: a fork of this script would be larger than what is measured.
MEASURE = """
import os, sys
pid = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ,
                     file_actions=[(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)])
_, status, usage = os.wait4(pid, 0)
print(os.waitstatus_to_exitcode(status), usage.ru_maxrss * 1024)
"""

check = Checks()


def loaded(command, sonames, stdin=None):
    """Which of the libraries a run loads, by the word of the loader, and its exit status."""
    run = Run(command, stdin=stdin, also={"LD_DEBUG": "libs"})
    names = {os.path.basename(path) for path in re.findall(r"calling init: (\S+)", run.err)}
    return names & set(sonames), run.status


def look_at_loading(program, captures, folder, sonames):
    """Each way of reading, and what it takes."""
    pcap, archive, xz, http = sonames
    plain = os.path.join(captures, SMALL)
    with open(plain, "rb") as file:
        octets = file.read()
    packed = os.path.join(folder, "small.pcap.xz")
    with lzma.open(packed, "wb") as file:
        file.write(octets)
    with open(packed, "rb") as file:
        packed_octets = file.read()
    bzip2 = os.path.join(folder, "small.pcap.bz2")
    with bz2.open(bzip2, "wb") as file:
        file.write(octets)

    everything, _ = loaded([program, "--version"], sonames)
    if not everything:
        print("resources: skipped: this loader does not tell what it loads, or nothing is loaded on demand")
        sys.exit(77)
    check(everything == set(sonames), f"--version names {sorted(everything)} only")
    cases = [
        ("a file", ["audit", plain], None, set(), 1),
        ("a file, as JSON", ["list", "--json", plain], None, set(), 1),
        ("a file, two shards", ["audit", "-j", "2", plain], None, set(), 1),
        ("rules", ["rules"], None, set(), 0),
        ("a packed file", ["audit", packed], None, {xz}, 1),
        ("a packed file, two shards", ["audit", "-j", "2", packed], None, {xz}, 1),
        ("a file packed by bzip2", ["audit", bzip2], None, {archive, xz}, 1),
        ("a pipe", ["audit", "-"], octets, {archive, xz}, 1),
        ("a packed pipe", ["audit", "-"], packed_octets, {archive, xz}, 1),
        ("a directory", ["audit", folder], None, {archive, xz}, 1),
        ("a filter", ["audit", plain, "tcp"], None, {pcap}, 1),
        ("both, two shards", ["audit", "-j", "2", packed, "tcp"], None, {pcap, xz}, 1),
        ("a pipe and a filter", ["audit", "-", "tcp"], octets, {pcap, archive, xz}, 1),
        ("interfaces", ["interfaces"], None, {pcap}, 0),
        ("metrics", ["audit", "--metrics", "0", "-"], octets, {archive, xz, http}, 1),
    ]
    for what, words, stdin, wanted, status in cases:
        got, ended = loaded([program, *words], sonames, stdin)
        if pcap in got: # it may bring liblzma, by way of D-Bus and systemd; libarchive always does
            got, wanted = got - {xz}, wanted - {xz}
        check(got == wanted, f"{what}: loads {sorted(got)}, not {sorted(wanted)}")
        check(ended == status, f"{what}: ends with {ended}, not {status}")
    return plain, packed, bzip2


def look_at_missing(program, folder, sonames, plain, packed, bzip2):
    """A file in the place of each library that is none."""
    missing = os.path.join(folder, "missing")
    os.mkdir(missing)
    for name in sonames:
        with open(os.path.join(missing, name), "wb"):
            pass
    pcap, archive, xz, http = sonames
    for words, name in (([packed], xz), ([bzip2], archive), ([folder], archive), ([plain, "tcp"], pcap),
                        (["-i", "lo"], pcap), (["--metrics", "0", "-"], http)):
        run = Run([program, "audit", *words], stdin=b"", also={"LD_LIBRARY_PATH": missing})
        check(run.status == 3, f"without {name}, {words} ends with {run.status}, not 3")
        check(f"cannot load '{name}'" in run.err, f"without {name}, {words} says {run.err!r}")
        check(run.out == b"", f"without {name}, {words} prints {run.out[:80]!r}")
    run = Run([program, "audit", plain], also={"LD_LIBRARY_PATH": missing})
    check(run.status == 1 and not run.err, f"without all of them a file ends with {run.status}: {run.err!r}")


def resident_mib(command):
    """The most memory that was resident, by the account of the kernel."""
    done = subprocess.run([sys.executable, "-I", "-S", "-c", MEASURE, *command], stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, check=True)
    status, octets = done.stdout.split()[-2:]
    check(int(status) in (0, 1), f"{command} ends with {int(status)}")
    return int(octets) / (1 << 20)


def look_at_memory(program, folder, genpcap):
    """Captures of 1,000 connections at a time, long enough for what is remembered to be full."""
    path = os.path.join(folder, "generated.pcap")
    for name, words in WORKLOADS.items():
        subprocess.run([genpcap, "--concurrency", "1000", *words, "-o", path], check=True,
                       stderr=subprocess.DEVNULL)
        mib = resident_mib([program, "audit", path])
        print(f"resources: {name}: {mib:.1f} MiB for {os.path.getsize(path) >> 20} MiB")
        check(mib <= MOST_MIB, f"{name} takes {mib:.1f} MiB, more than {MOST_MIB}")
        if name == "gaps":
            look_at_what_was_left(program, path)
        os.remove(path)


def look_at_what_was_left(program, path):
    """Octets that wait are left in a file and read again there; of a pipe they are copied, and say the same."""
    with open(path, "rb") as file:
        piped = Run([program, "list", "--json", "-"], stdin=file.read())
    read = Run([program, "list", "--json", path])
    said, said_of_pipe = (run.out.split(b"\n", 1)[1] for run in (read, piped)) # the first line names the input
    check(said.count(b"\n") > 50000, f"of what is full of gaps {said.count(10)} lines are said")
    check(said == said_of_pipe, "a file that is full of gaps says something else when it comes through a pipe")


def websockets(count):
    """A capture of so many connections that switch to WebSocket, break its rules once, and stay open."""
    request = (b"GET /ws HTTP/1.1\r\nHost: a.example\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
               b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
    response = (b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n\x83\0")
    steps = ((0, 999, 0, k.SYN, b""), (1, 4999, 1000, k.SYN | k.ACK, b""),
             (0, 1000, 5000, k.ACK | k.PSH, request),
             (1, 5000, 1000 + len(request), k.ACK | k.PSH, response))
    found = []
    for n in range(count):
        ends = (0x0a010000 + (n >> 15), 1024 + (n & 0x7fff)), (0x0a000001, 80)
        for by, seq, ack, flags, octets in steps:
            (src, sport), (dst, dport) = ends[by], ends[1 - by]
            tcp = struct.pack(">HHIIBBHHH", sport, dport, seq, ack, 0x50, flags, 65535, 0, 0)
            ip = struct.pack(">BBHHHBBHII", 0x45, 0, 40 + len(octets), len(found) & 0xffff, 0, 64, 6, 0, src, dst)
            whole = ip + tcp + octets
            found.append(k.Packet(1700000000 * k.SECOND + len(found) * 10000, whole, len(whole)))
    return k.save(k.RAW, found)


def look_at_full_memory(program):
    """What is held of connections that are idle gives way, and what was missed is told."""
    count = 12000
    octets = websockets(count)
    run = Run([program, "audit", "--json", "-j", "1", "--set", "memory=8388608", "-"], stdin=octets)
    end = run.records()[-1]
    judged, missed = end["rules"].get("ws-frame-invalid", 0), end["not_judged"].get("limit", 0)
    print(f"resources: of {count} WebSockets in 8 MiB {judged} are judged, {missed} not")
    check(judged > count * 9 // 10, f"of {count} idle WebSockets in 8 MiB only {judged} are judged")
    check(judged + missed >= count - count // 1000, f"of {count} WebSockets {judged} are judged, and {missed} told as not judged")
    check("memory" in end["limits"], f"that memory was full is not among the limits: {end['limits']}")


def look_at_shards_without_memory(program, folder, genpcap):
    """Shards that have no memory left to put their connections in order at the end do not wait for each
    other for ever."""
    path = os.path.join(folder, "crowded.pcap")
    subprocess.run([genpcap, "--connections", "4500", "--concurrency", "3000", "--exchanges", "1-3",
                    "--max-bytes", "14M", "--seed", "77", "-o", path], check=True, stderr=subprocess.DEVNULL)
    for shards in ("2", "3"):
        run = Run([program, "list", "--json", "-j", shards, "--set", "memory=10000000",
                   "--set", "ring_events=65536", path], timeout=30)
        end = run.records()[-1]
        check(end["type"] == "end" and "memory" in end["limits"], f"-j {shards} without memory ends with {end}")
    os.remove(path)


def look_at_threads_that_are_refused(program, folder, genpcap):
    """Where there is no room for the stack of a second thread, the first does not wait for what never comes."""
    path = os.path.join(folder, "some.pcap")
    subprocess.run([genpcap, "--connections", "200", "--concurrency", "50", "-o", path], check=True,
                   stderr=subprocess.DEVNULL)
    run = Run(["sh", "-c", 'ulimit -s 1000000 && ulimit -v 1900000 && exec "$@"', "sh", program, "audit", "-j", "2",
               "--set", "ring_events=1", path], timeout=30)
    check(run.status == 3 and "cannot start a thread" in run.err and "ulimit -u" in run.err, f"without threads: {run.status}: {run.err}")
    os.remove(path)


def look_at_files_side_by_side(program, folder, genpcap):
    """Files that overlap in time, more than may be open and than their windows would have memory for,
    are one capture all the same."""
    whole, parts = os.path.join(folder, "whole.pcap"), os.path.join(folder, "parts")
    os.mkdir(parts)
    subprocess.run([genpcap, "--connections", "1500", "--concurrency", "200", "--max-bytes", "20M", "-o", whole],
                   check=True, stderr=subprocess.DEVNULL)
    with open(whole, "rb") as file:
        found = pieces(file.read())
    for n in range(FILES):
        octets = b"".join(octets for i, (packet, octets) in enumerate(found) if not packet or i % FILES == n)
        with (gzip.open(os.path.join(parts, f"{n:02}.gz"), "wb", 1) if n % 4 else
              open(os.path.join(parts, f"{n:02}.pcap"), "wb")) as file:
            file.write(octets)
    wanted = Run([program, "stats", "--json", whole]).records()[-1]
    for shards, descriptors in (("1", 10), ("1", 20000), ("2", 32), ("2", 20000)):
        run = Run(["sh", "-c", f'ulimit -n {descriptors} 2>/dev/null; exec "$@"', "sh", program, "stats", "--json",
                   "-j", shards, "--set", "memory=64M", parts])
        check(run.status in (0, 1) and not run.err, f"{FILES} files, {descriptors} descriptors, -j {shards}: {run.err}")
        end = run.records()[-1]
        check(all(end[key] == wanted[key] for key in ("packets", "exchanges", "connections", "sequences")),
              f"{FILES} files, {descriptors} descriptors, -j {shards}: {end['packets']} packets of {wanted['packets']}")
    run = Run(["sh", "-c", 'ulimit -n 9; exec "$@"', "sh", program, "audit", "-j", "4", parts])
    check(run.status == 3 and "too many open files" in run.err and "ulimit -n" in run.err and not run.out,
          f"with too few descriptors to begin: {run.status}: {run.err}")
    run = Run(["sh", "-c", 'ulimit -n 6; exec "$@"', "sh", program, "audit", "-j", "1", parts])
    check(run.status == 3 and "too many open files" in run.err and "ulimit -n" in run.err,
          f"with too few descriptors for a file: {run.status}: {run.err}")


def main():
    """Runs every check."""
    program, captures, genpcap, *sonames = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        if sonames:
            files = look_at_loading(program, captures, folder, sonames)
            look_at_missing(program, folder, sonames, *files)
        look_at_full_memory(program)
        if genpcap != "-":
            look_at_memory(program, folder, genpcap)
            look_at_shards_without_memory(program, folder, genpcap)
            look_at_threads_that_are_refused(program, folder, genpcap)
            look_at_files_side_by_side(program, folder, genpcap)
    return check.status()


if __name__ == "__main__":
    sys.exit(main())
