#!/usr/bin/env python3
# run_corpus.py - the status sequences of captures that nobody here made, against tshark's.
# SPDX-License-Identifier: MIT
"""run_corpus.py WIRELINT SHARED [--streams]

SHARED holds captures/corpus with an oracle and tools/compare_sequences.py; without it the test is
skipped (status 77). Every capture agrees with the oracle or stands in corpus-differences.tsv with
the reason; one that stands there and agrees is an error too. Captures that conform (ok_*) give no
violation. --streams compares connection and frame numbers with tshark's instead, when it is there;
stream-differences.tsv explains.
"""
import csv
import json
import os
import shutil
import subprocess
import sys
import tempfile

from program import Complaint, Run, captures

HERE = os.path.dirname(os.path.abspath(__file__))
CONFORMING = ("ok_", "A_expect_ok")


def read_differences(table):
    """file -> reason."""
    with open(os.path.join(HERE, table), encoding="utf-8") as file:
        rows = [line.rstrip("\n").split("\t") for line in file if line.strip()
                and not line.startswith("#")]
    return {row[0]: row[1] for row in rows}


def join_exchanges(program, path):
    """Prints one record per connection, all its statuses in order, as the comparison wants it."""
    done = subprocess.run([program, "list", "--json", path], stdout=subprocess.PIPE, check=False)
    connections = {}
    for line in done.stdout.decode("utf-8").splitlines():
        record = json.loads(line)
        if record["type"] == "exchange":
            whole = connections.setdefault((record["conn"], record.get("stream")), record)
            if whole is not record:
                whole["statuses"] += record["statuses"]
    for record in connections.values():
        print(json.dumps(record))
    return done.returncode


def compare(program, shared):
    """Runs the comparison; yields (file, verdict) and what it printed."""
    corpus = os.path.join(shared, "captures", "corpus")
    with tempfile.NamedTemporaryFile("r", suffix=".tsv", encoding="utf-8") as table:
        done = subprocess.run(
            [sys.executable, os.path.join(shared, "tools", "compare_sequences.py"),
             "--oracle", os.path.join(corpus, "oracle"), "--captures", corpus,
             "--cmd", f"'{sys.executable}' '{__file__}' --join '{program}' {{file}}",
             "--tsv", table.name, "-v"],
            capture_output=True, text=True, check=False)
        rows = list(csv.DictReader(table, delimiter="\t"))
    return [(row["file"], row["verdict"]) for row in rows], done.stdout + done.stderr


def check_sequences(program, shared):
    """Complaints about the corpus."""
    known = read_differences("corpus-differences.tsv")
    rows, told = compare(program, shared)
    complaints = []
    for file, verdict in rows:
        if verdict == "agree" and file in known:
            complaints.append(f"{file}: agrees, but is listed: {known[file]}")
        elif verdict in ("CRASH", "BADJSON") or verdict != "agree" and file not in known:
            complaints.append(f"{file}: {verdict}")
    for file in sorted(set(known) - {file for file, _ in rows}):
        complaints.append(f"{file}: is listed but not there")
    if complaints:
        print(told)
    if not rows:
        complaints.append("nothing was compared")
    print(f"corpus: {sum(v == 'agree' for _, v in rows)} of {len(rows)} captures agree,"
          f" {len(known)} are explained")
    return complaints


def check_conforming(program, shared):
    """Complaints about captures in which nothing is wrong."""
    complaints = []
    for folder in ("real", "built"):
        path = os.path.join(shared, "captures", folder)
        for name in captures(path):
            if name.startswith(CONFORMING):
                records = Run([program, "audit", "--json", os.path.join(path, name)]).records()
                complaints += [f"{folder}/{name}: {r['rule']}: {r['message']}" for r in records
                               if r["type"] == "finding" and r["severity"] == "violation"]
    return complaints


def tshark_streams(path):
    """frame number -> tcp.stream of the innermost TCP."""
    done = subprocess.run(
        ["tshark", "-n", "-r", path, "-o", "tcp.desegment_tcp_streams:FALSE",
         "-Y", "tcp", "-T", "fields", "-e", "frame.number", "-e", "tcp.stream"],
        capture_output=True, text=True, check=False)
    rows = [line.split("\t") for line in done.stdout.splitlines()]
    return {int(row[0]): int(row[1].split(",")[-1]) for row in rows if len(row) == 2 and row[1]}


def check_streams(program, path):
    """Complaints about numbers that differ from tshark's in one capture."""
    streams = tshark_streams(path)
    records = Run([program, "audit", "--json", path]).records()
    for record in records:
        if record["type"] == "exchange":
            for what, frame in record.get("frames", {}).items():
                if streams.get(frame) != record["conn"]:
                    return [f"{path}: connection {record['conn']}, {what} in frame {frame}:"
                            f" tshark's stream {streams.get(frame)}"]
    ours = {r["conn"] for r in records if r["type"] == "connection"}
    if ours != set(streams.values()):
        return [f"{path}: {len(ours)} connections, tshark has {len(set(streams.values()))}"]
    return []


def check_all_streams(program, shared):
    """Complaints about numbers in all captures."""
    known = read_differences("stream-differences.tsv")
    root = os.path.join(shared, "captures")
    complaints = []
    for folder, _, names in sorted(os.walk(root)):
        for name in captures(folder) if names else []:
            path = os.path.join(folder, name)
            short = os.path.relpath(path, os.path.join(root, "corpus"))
            try:
                found = check_streams(program, path)
            except Complaint as complaint:
                found = [f"{path}: {complaint}"]
            if not found and short in known:
                found = [f"{short}: agrees, but is listed: {known[short]}"]
            elif short in known:
                found = []
            complaints += found
    return complaints


def main():
    """Returns the exit status."""
    if len(sys.argv) == 4 and sys.argv[1] == "--join":
        return join_exchanges(sys.argv[2], sys.argv[3])
    arguments = [a for a in sys.argv[1:] if a != "--streams"]
    if len(arguments) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    program, shared = (os.path.abspath(a) for a in arguments)
    if not os.path.isdir(os.path.join(shared, "captures", "corpus", "oracle")):
        print(f"skipped: {shared} with the corpus is not there")
        return 77
    if "--streams" in sys.argv:
        if not shutil.which("tshark"):
            print("skipped: there is no tshark")
            return 77
        complaints = check_all_streams(program, shared)
    else:
        complaints = check_sequences(program, shared) + check_conforming(program, shared)
    for complaint in complaints:
        print(complaint)
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
