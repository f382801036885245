#!/usr/bin/env python3
# run_captures.py - every capture of samples/captures gives exactly what stands beside it.
# SPDX-License-Identifier: MIT
"""run_captures.py WIRELINT FOLDER [--update]

NAME.json is the whole output of `wirelint audit --json NAME`, run in the folder. What EXPECTED.tsv
says of a capture, written by hand from its packets, must be true as well. The output must also agree with itself (records and totals, exit status), keep to the keys of docs/ndjson.md and their order,
and be the same through standard input, compression and with several shards.
--update writes what the program gives now; read it before you commit it.
"""
import collections
import difflib
import gzip
import os
import sys

from program import COMPRESSED, Complaint, Run, captures

KEYS = {
    "start": "type schema version inputs",
    "exchange": "type conn n stream ts client proxied server protocol tls method target host"
                " version statuses invalid final state interim interim_lost first_after"
                " final_after duration request_body response_body frames findings not_judged"
                " file",
    "connection": "type conn ts duration client proxied server community_id protocol tls exchanges sequence"
                  " octets gaps midstream end findings not_judged file",
    "finding": "type rule severity fault confidence conn n stream ts client proxied server"
               " exchange status message cite frames offset file",
    "end": "type packets octets connections exchanges responses codes sequences times findings"
           " rules not_judged limits dropped damaged stopped",
}


def check_keys(record):
    """Only keys of docs/ndjson.md, in its order; octets that are no text are announced by raw."""
    known = KEYS.get(record.get("type"), "").split()
    keys = [key for key in record if key != "raw"]
    if [key for key in known if key in record] != keys:
        raise Complaint(f"keys of {record.get('type')}: {keys}")


def check_totals(records, status):
    """The end record counts what was told before it, and the status follows from the findings."""
    end = records[-1]
    exchanges = [r for r in records if r["type"] == "exchange"]
    findings = collections.Counter(r["severity"] for r in records if r["type"] == "finding")
    rules = collections.Counter(r["rule"] for r in records if r["type"] == "finding")
    codes = collections.Counter(f"{s:03}" for r in exchanges for s in r["statuses"] if s)
    told = {
        "exchanges": len(exchanges),
        "connections": sum(r["type"] == "connection" for r in records),
        "codes": dict(codes),
        "rules": dict(rules),
        "findings": {name: findings[name] for name in ("violation", "warning", "note")},
    }
    for key, value in told.items():
        if end.get(key) != value:
            raise Complaint(f"end says {key} {end.get(key)}, the records {value}")
    expected = 3 if "damaged" in end else 1 if findings["violation"] else 0
    if status != expected:
        raise Complaint(f"exit status {status} instead of {expected}")


def check_order(records):
    """Findings directly after what they belong to; a connection after its last exchange."""
    if records[0]["type"] != "start" or records[-1]["type"] != "end":
        raise Complaint("does not begin with start or not end with end")
    over, owner = set(), None
    for record in records[1:-1]:
        check_keys(record)
        if record["type"] == "finding":
            if owner is None or record["conn"] != owner["conn"] or (
                    owner["type"] == "exchange" and record.get("n") != owner["n"]):
                raise Complaint(f"a finding that belongs to nothing before it: {record}")
            if record["rule"] not in owner["findings"]:
                raise Complaint(f"{record['rule']} is not among the findings of its owner")
            continue
        if record["conn"] in over:
            raise Complaint(f"connection {record['conn']} goes on after its end")
        if record["type"] == "connection":
            over.add(record["conn"])
        owner = record


def check_sequences(records):
    """A connection's sequence is the statuses of its exchanges, each in its place, answered or not."""
    statuses = collections.defaultdict(dict)
    for record in records:
        if record["type"] == "exchange":
            statuses[record["conn"]][record["n"]] = record["statuses"]
        elif record["type"] == "connection":
            wanted = [statuses[record["conn"]][n] for n in sorted(statuses[record["conn"]])]
            if len(wanted) != record["exchanges"] or record.get("sequence", wanted) != wanted:
                raise Complaint(f"connection {record['conn']} is of {record.get('sequence')}, not of {wanted}")


def without_names(out):
    """The output without the line that names the inputs."""
    return out.split(b"\n", 1)[1]


def check_ways(program, folder, name, out):
    """The same through other ways in."""
    with open(os.path.join(folder, name), "rb") as file:
        octets = file.read()
    ways = [(f"-j {n}", [program, "audit", "--json", "-j", str(n), name], None) for n in (2, 3, 8)]
    ways += [("standard input", [program, "audit", "--json", "-"], octets),
             ("gzip", [program, "audit", "--json", "-"], gzip.compress(octets))]
    for how, command, stdin in ways:
        if without_names(Run(command, folder, stdin).out) != without_names(out):
            raise Complaint(f"other output with {how}")
    for command in (["list"], ["list", "--json"]):
        alone, shards = (Run([program, *command, "-j", n, name], folder).out for n in ("1", "3"))
        if alone != shards or not alone:
            raise Complaint(f"other output of {command} with -j 3")


def check(program, folder, name, update):
    """One capture."""
    run = Run([program, "audit", "--json", name], folder)
    records = run.records()
    check_order(records)
    check_sequences(records)
    check_totals(records, run.status)
    if "damaged" not in records[-1] and not name.endswith(COMPRESSED):
        check_ways(program, folder, name, run.out)
    golden = os.path.join(folder, name + ".json")
    if update:
        with open(golden, "wb") as file:
            file.write(run.out)
    if not os.path.exists(golden):
        raise Complaint(f"{golden} is missing (--update writes it)")
    with open(golden, "rb") as file:
        want = file.read()
    if run.out != want:
        lines = difflib.unified_diff(want.decode().splitlines(), run.out.decode().splitlines(),
                                     "expected", "got", lineterm="", n=0)
        raise Complaint("other output:\n" + "\n".join(lines))


def check_separate(program, folder, names):
    """Reports of one file each say which, quiet ones too, and those of a single run are as they are alone."""
    alone = [Run([program, "audit", "-q", name], folder).out for name in names]
    together = Run([program, "audit", "-q", "--separate", *names], folder).out
    if together != b"\n\n".join(name.encode() + b":\n" + out for name, out in zip(names, alone)):
        raise Complaint("other output of audit -q --separate:\n" + together.decode())


def main():
    """Runs all captures; returns the exit status."""
    arguments = [a for a in sys.argv[1:] if a != "--update"]
    if len(arguments) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    program, folder = os.path.abspath(arguments[0]), arguments[1]
    names = captures(folder)
    failed = 0
    with open(os.path.join(folder, "SOURCES"), encoding="utf-8") as file:
        sources = file.read()
    for name in names:
        try:
            if name not in sources:
                raise Complaint("has no line in SOURCES")
            check(program, folder, name, "--update" in sys.argv)
        except Complaint as complaint:
            failed += 1
            print(f"{name}: {complaint}")
    try:
        check_separate(program, folder, names[:2])
    except Complaint as complaint:
        failed += 1
        print(complaint)
    for name in sorted(os.listdir(folder)):
        if name.endswith(".json") and name[:-5] not in names:
            failed += 1
            print(f"{name}: belongs to no capture")
    print(f"{len(names)} captures, {failed} failed")
    return 1 if failed or not names else 0


if __name__ == "__main__":
    sys.exit(main())
