# program.py - runs wirelint for the tests that see it as a user does.
# SPDX-License-Identifier: MIT
"""Running the program, reading what it prints with a real parser, checking, and naming captures."""
import concurrent.futures
import json
import os
import struct
import subprocess
import sys

SUFFIXES = (".pcap", ".pcapng", ".cap", ".dmp")
COMPRESSED = (".gz", ".zst", ".lz4", ".xz")
# the first octets of a pcap file, and the order of the octets in its numbers
ORDERS = {b"\xd4\xc3\xb2\xa1": "<", b"\x4d\x3c\xb2\xa1": "<", b"\xa1\xb2\xc3\xd4": ">",
          b"\xa1\xb2\x3c\x4d": ">"}
NANOSECONDS = (b"\x4d\x3c\xb2\xa1", b"\xa1\xb2\x3c\x4d")
SECTION = b"\x0a\x0d\x0d\x0a"
PACKETS = (3, 6)  # blocks of pcapng that hold one


class Complaint(Exception):
    """Something that the program must not do."""


def check(condition, *what):
    """Complains with these words unless the condition holds."""
    if not condition:
        raise Complaint(" ".join(w if isinstance(w, str) else repr(w) for w in what))


class Checks:
    """Counts what is checked, for tests that go on behind a failure: check(condition, what), then status()."""

    def __init__(self):
        self.n, self.failures = 0, 0

    def __call__(self, condition, what):
        self.n += 1
        if not condition:
            self.failures += 1
            print("FAILED:", what)

    def status(self):
        """Says how it went; the exit status of the test."""
        print(f"{self.n} checks, {self.failures} failures")
        return 1 if self.failures else 0


def run(*words, **more):
    """Runs any command; its status, and both outputs as one text."""
    done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, **more)
    return done.returncode, done.stdout


class Run:
    """One run of the program: status, what it printed, what it said on standard error."""

    def __init__(self, command, cwd=None, stdin=None, timeout=60, also=None):
        environment = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TZ": "UTC", **(also or {})}
        for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS"):
            if name in os.environ:
                environment[name] = os.environ[name]
        try:
            done = subprocess.run(command, cwd=cwd, input=stdin, capture_output=True,
                                  env=environment, timeout=timeout, check=False)
        except subprocess.TimeoutExpired as late:
            raise Complaint(f"no end after {timeout} s") from late
        self.status, self.out = done.returncode, done.stdout
        self.err = done.stderr.decode("utf-8", "replace")
        if self.status < 0 or self.status > 3 or "Sanitizer" in self.err \
                or "runtime error" in self.err:
            raise Complaint(f"status {self.status}: {self.err.strip()[:2000]}")

    def records(self):
        """The NDJSON lines as objects; every line must be one, in UTF-8, no key twice."""
        try:
            lines = self.out.decode("utf-8").split("\n")
            if lines.pop() != "":
                raise Complaint("the last line has no end")
            return [json.loads(line, object_pairs_hook=_unique) for line in lines]
        except ValueError as wrong:
            raise Complaint(f"not JSON: {wrong}") from wrong


def _unique(pairs):
    keys = [key for key, _ in pairs]
    if len(keys) != len(set(keys)):
        raise Complaint(f"a key stands twice: {keys}")
    return dict(pairs)


def captures(folder):
    """The captures of a folder, sorted by name."""
    return [name for name in sorted(os.listdir(folder)) if stem(name) != name]


def stem(name):
    """The name of a capture without its suffixes; the name itself when it is none."""
    short = name
    for suffix in COMPRESSED:
        short = short[:-len(suffix)] if short.endswith(suffix) else short
    for suffix in SUFFIXES:
        if short.endswith(suffix):
            return short[:-len(suffix)]
    return name


def pieces(octets):
    """The file as (is a packet, octets), up to where it breaks off; empty when it is no plain capture."""
    found, order, at = [], ORDERS.get(octets[:4]), 24
    if order:
        found.append((False, octets[:at]))
        while at + 16 <= len(octets):
            end = at + 16 + struct.unpack_from(order + "I", octets, at + 8)[0]
            if end > len(octets):
                break
            found.append((True, octets[at:end]))
            at = end
    at, order = 0, "<"
    while octets[:4] == SECTION and at + 12 <= len(octets):
        if octets[at:at + 4] == SECTION:
            order = "<" if octets[at + 8:at + 12] == b"\x4d\x3c\x2b\x1a" else ">"
        kind, size = struct.unpack_from(order + "II", octets, at)
        if size < 12 or at + size > len(octets):
            break
        found.append((kind in PACKETS, octets[at:at + size]))
        at += size
    return found


def run_jobs(usage, jobs, runs, of_what):
    """The main of a test called as WIRELINT FOLDER [RUNS]: does all that jobs(program, folder, runs)
    gives as (description, function, arguments), several at a time, and prints what they complain of.
    Returns the exit status."""
    if len(sys.argv) < 3:
        print(usage, file=sys.stderr)
        return 2
    runs = int(sys.argv[3]) if len(sys.argv) > 3 else runs
    n_done = failed = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        waiting = [(what, pool.submit(function, *arguments)) for what, function, arguments
                   in jobs(os.path.abspath(sys.argv[1]), sys.argv[2], runs)]
        for what, job in waiting:
            n_done += 1
            try:
                job.result()
            except Complaint as complaint:
                failed += 1
                print(f"{what}: {complaint}")
    print(f"{n_done} {of_what}, {failed} failed")
    return 1 if failed or not n_done else 0
