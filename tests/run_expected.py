#!/usr/bin/env python3
# run_expected.py - the program against what was read from the packets by hand.
# SPDX-License-Identifier: MIT
"""run_expected.py WIRELINT FOLDER

FOLDER/EXPECTED.tsv says of every capture beside it which exchanges it holds, in which order, with
which statuses, and which rules must fire on them. Here is no --update: that table is written by
reading packets, so a difference means that one of the two is wrong and somebody has to find out
which. It says what run_captures.py cannot: not that the output is the same as yesterday, but that
it is right.
"""
import collections
import os
import sys

from program import Complaint, Run, captures

Exchange = collections.namedtuple("Exchange", "request statuses rules")
NOTHING = Exchange("-", "-", "-") # how the table writes a connection without HTTP


def expected(folder):
    """The table: {capture: [(connection, [Exchange])]}, a connection as client->server."""
    table = collections.defaultdict(list)
    with open(os.path.join(folder, "EXPECTED.tsv"), encoding="utf-8") as file:
        for line in file:
            if line.startswith("#"):
                continue
            name, ends, *exchange = line.rstrip("\n").split("\t")[:5]
            if not table[name] or table[name][-1][0] != ends:
                table[name].append((ends, []))
            table[name][-1][1].append(Exchange(*exchange))
    return table


def ends_of(record):
    """client->server of an exchange or a connection."""
    def text(side):
        ip, port = side["ip"], side["port"]
        return f"[{ip}]:{port}" if ":" in ip else f"{ip}:{port}"
    return f"{text(record['client'])}->{text(record['server'])}"


def request_line(record):
    """The request line as it stood in the packets."""
    if "method" not in record:
        return "?"
    version = "" if record["version"] == "0.9" else f" HTTP/{record['version']}"
    return f"{record['method']} {record['target']}{version}"


def told(records):
    """The same from what the program said, connections in the order of their numbers.

    The rules are taken from the findings: one that rests on what followed an exchange comes only
    with the connection, and names the exchange by its ordinal.
    """
    rules = collections.defaultdict(set)
    for record in records:
        if record["type"] == "finding":
            rules[record["conn"], record.get("n")].add(record["rule"])
    found = {r["conn"]: (ends_of(r), []) for r in records if r["type"] == "connection"}
    for record in records:
        if record["type"] == "exchange":
            fired = rules.pop((record["conn"], record["n"]), ())
            found[record["conn"]][1].append(Exchange(
                request_line(record),
                ",".join(str(status) for status in record["statuses"]) or "-",
                ",".join(sorted(fired)) or "-"))
    if rules:
        raise Complaint(f"findings on a connection as a whole: {dict(rules)}")
    return [(ends, exchanges or [NOTHING]) for _, (ends, exchanges) in sorted(found.items())]


def check_uncertain(ends, got):
    """A connection with losses: what was seen of it were 200s, and nothing may be held against it."""
    for exchange in got:
        if exchange.rules != "-" or exchange.statuses not in ("200", "-"):
            raise Complaint(f"{ends}: of a connection with losses it says {exchange}")


def check(program, folder, name, want):
    """One capture."""
    got = told(Run([program, "audit", "--json", name], folder).records())
    if [ends for ends, _ in got] != [ends for ends, _ in want]:
        raise Complaint(f"connections {[e for e, _ in got]}\n  instead of {[e for e, _ in want]}")
    for (ends, mine), (_, theirs) in zip(got, want):
        if theirs[0].request == "?":
            check_uncertain(ends, mine)
            continue
        theirs = [e._replace(rules=",".join(sorted(e.rules.split(",")))) for e in theirs]
        for ordinal in range(max(len(mine), len(theirs))):
            pair = [side[ordinal] if ordinal < len(side) else None for side in (mine, theirs)]
            if pair[0] != pair[1]:
                raise Complaint(f"{ends} exchange {ordinal + 1}:\n  got  {pair[0]}\n  want {pair[1]}")


def main():
    """Compares all captures; returns the exit status."""
    if len(sys.argv) != 3:
        print(__doc__, file=sys.stderr)
        return 2
    program, folder = os.path.abspath(sys.argv[1]), sys.argv[2]
    table, failed = expected(folder), 0
    for name in captures(folder):
        try:
            if name not in table:
                raise Complaint("stands not in EXPECTED.tsv")
            check(program, folder, name, table.pop(name))
        except Complaint as complaint:
            failed += 1
            print(f"{name}: {complaint}")
    for name in table:
        failed += 1
        print(f"{name}: stands in EXPECTED.tsv and is not there")
    print(f"{len(captures(folder))} captures, {failed} failed")
    return 1 if failed or not captures(folder) else 0


if __name__ == "__main__":
    sys.exit(main())
