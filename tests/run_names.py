# run_names.py - --json-names: the objects of NDJSON under the names that docs/ndjson.md tells.
# SPDX-License-Identifier: MIT
"""run_names.py PROGRAM SAMPLES

The table of the page is applied here to what --json writes, and the program must write the same: for every
sample capture, every kind of object, and for objects so long that they are written in pieces.
"""
import json
import os
import sys
import tempfile

from program import captures
from reports import Complaint, Run, Traffic, check, many_findings, nasty_capture

FLAT = {"client": None, "server": None, "proxied": None, "octets": {"connection"}}


def table():
    """{vocabulary: {(kind, key): name}}, from the page."""
    page = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "docs", "ndjson.md")
    with open(page, encoding="utf-8") as file:
        lines = iter(file.read().split("\n"))
    head = next(line for line in lines if line.startswith("| key | of |"))
    vocabularies = [cell.strip() for cell in head.split("|")[3:-1]]
    check(vocabularies == ["otel", "ecs", "zeek"], "the page has", vocabularies)
    next(lines)
    found = {name: {} for name in vocabularies}
    for line in lines:
        if not line.startswith("|"):
            break
        key, kinds, *names = [cell.strip().strip("`") for cell in line.split("|")[1:-1]]
        for vocabulary, name in zip(vocabularies, names):
            for kind in kinds.split(", "):
                if name:
                    found[vocabulary][kind, key] = name
    return found


def members(record):
    """What stands at the top once the flat ones have gone up."""
    for key, value in record.items():
        kinds = FLAT.get(key, set())
        if isinstance(value, dict) and (kinds is None or record["type"] in kinds) \
                and record["type"] in ("exchange", "connection", "finding"):
            for inner, deeper in value.items():
                yield f"{key}.{inner}", deeper
        else:
            yield key, value


def renamed(record, names, vocabulary):
    """The object as the page has it."""
    kind = record["type"]
    if kind == "end":
        kind = "interval"
    return [(names.get((kind, key), key if vocabulary == "zeek" else "wirelint." + key), value)
            for key, value in members(record)]


def compare(program, path, found, *options):
    """One capture in all vocabularies; how many objects there were."""
    plain = Run([program, "audit", "--json", *options, path]).records()
    for vocabulary, names in found.items():
        other = Run([program, "audit", "--json", "--json-names", vocabulary, *options, path]).out
        lines = other.decode().split("\n")[:-1]
        check(len(lines) == len(plain), len(lines), "lines of", len(plain))
        plain[0]["names"] = vocabulary
        for line, record in zip(lines, plain):
            got = json.loads(line, object_pairs_hook=list)
            keys = [key for key, _ in got]
            check(len(set(keys)) == len(keys), "a key stands twice", keys)
            check(keys == [key for key, _ in renamed(record, names, vocabulary)], path, vocabulary, keys)
            check(json.loads(line) == dict(renamed(record, names, vocabulary)), path, vocabulary, line[:500])
    return len(plain)


def long_connection(folder):
    """Its record is longer than what is written at a time."""
    traffic = Traffic()
    traffic.connect()
    for i in range(4000):
        traffic.exchange(b"GET /%d HTTP/1.1\r\nHost: a\r\n\r\n" % i,
                         b"HTTP/1.1 %d X\r\nContent-Length: 0\r\n\r\n" % (200 + i % 200))
    return traffic.write(os.path.join(folder, "long.pcap"))


def main():
    """Runs all checks; returns the exit status."""
    program, samples = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
    folder = os.path.join(samples, "captures")
    try:
        found = table()
        with tempfile.TemporaryDirectory() as work:
            n = sum(compare(program, os.path.join(folder, name), found) for name in captures(folder))
            check(n > 300, "only", n, "objects were compared")
            compare(program, nasty_capture(work), found)
            compare(program, many_findings(work, 3000), found)
            compare(program, long_connection(work), found)
            target = os.path.join(work, "r.ndjson")
            capture = os.path.join(folder, "nano.pcap")
            Run([program, "audit", "--json-names", "ecs", "--report", "json=" + target, capture])
            with open(target, "rb") as file:
                check(file.read() == Run([program, "audit", "--json", "--json-names", "ecs", capture]).out,
                      "--report json says other than --json")
        wrong = Run([program, "audit", "--json", "--json-names", "splunk", capture])
        check(wrong.status == 2 and "otel, ecs or zeek" in wrong.err, "an unknown name", wrong.err)
    except Complaint as complaint:
        print("FAILED", complaint)
        return 1
    print("names: all well")
    return 0


sys.exit(main())
