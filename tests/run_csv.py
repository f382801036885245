"""run_csv.py - the CSV reports, read back by Python's csv module as a spreadsheet would.

usage: run_csv.py PROGRAM CAPTURES

Every sample capture goes through both forms beside NDJSON, and every row must say what its object says.
Then a capture is made here whose request targets, hosts and file name are what strangers write to hurt
whoever opens the table: formulas, quotes, line ends, escape sequences.
SPDX-License-Identifier: MIT
"""

import csv
import json
import os
import subprocess
import sys
import tempfile

import rawip

FORMULAS = "=+-@\t\r\uff1d\uff0b\uff0d\uff20"
TARGETS = [
    b"=cmd|'/c%20calc'!A1",
    b'@SUM(1,2)"',
    b'+1,"",2',
    b"-2",
    b"\xef\xbc\x9d1",
    b"/\x1b[2Jx\x07",
    b"/plain",
]


def fail(text):
    print("FAILED", text)
    sys.exit(1)


def check(condition, *what):
    if not condition:
        fail(" ".join(repr(w) if not isinstance(w, str) else w for w in what))


def rows(path):
    with open(path, "rb") as f:
        raw = f.read()
    check(raw.endswith(b"\r\n"), path, "does not end in CRLF")
    check(b"\n" not in raw.replace(b"\r\n", b"") and b"\r" not in raw.replace(b"\r\n", b""),
          path, "holds a bare line end")
    check(not any(c < 32 for c in raw.replace(b"\r\n", b"")), path, "holds a control character")
    table = list(csv.reader(raw.decode("utf-8").split("\r\n")[:-1], strict=True))
    head, body = table[0], table[1:]
    check(len(set(head)) == len(head), "columns repeat", head)
    for row in body:
        check(len(row) == len(head), "a row of", len(row), "cells below", len(head))
        for cell, name in zip(row, head):
            if cell and name not in ("first_after", "final_after", "duration"):
                check(cell[0] not in FORMULAS, "a formula in", name, cell)
    return head, [dict(zip(head, row)) for row in body]


def run(program, work, *arguments):
    files = {kind: os.path.join(work, kind) for kind in ("csv", "csv-findings", "json")}
    reports = [word for kind, path in files.items() for word in ("--report", f"{kind}={path}")]
    done = subprocess.run([program, "audit", "-q", *reports, *arguments], capture_output=True, check=False)
    check(done.returncode in (0, 1, 3), done.stderr.decode())
    with open(files["json"], encoding="utf-8") as f:
        objects = [json.loads(line) for line in f]
    return rows(files["csv"]), rows(files["csv-findings"]), objects


def number(value):
    return "" if value is None else str(value)


def same_exchange(row, ex):
    frames = ex["frames"]
    expected = {
        "conn": ex["conn"], "n": ex["n"], "ts": ex["ts"], "stream": ex.get("stream"),
        "client": ex["client"]["ip"], "client_port": ex["client"]["port"],
        "server": ex["server"]["ip"], "server_port": ex["server"]["port"],
        "protocol": ex["protocol"], "version": ex.get("version"), "final": ex.get("final"),
        "state": ex["state"], "request_body": ex.get("request_body"),
        "response_body": ex.get("response_body"), "request_frame": frames.get("request"),
        "response_frame": frames.get("response"), "last_frame": frames.get("last"),
        "statuses": " ".join(map(str, ex["statuses"])), "findings": " ".join(ex["findings"]),
        "not_judged": ex.get("not_judged"),
    }
    for name, value in expected.items():
        check(row[name] == number(value), name, row[name], "but JSON has", number(value))
    for name in ("first_after", "final_after", "duration"):
        check(("" if name not in ex else f"{float(row[name]):.9f}") ==
              ("" if name not in ex else f"{ex[name]:.9f}"), name, row, ex)
        check((name in ex) == (row[name] != ""), name, row, ex)
    if "raw" not in ex:
        for name in ("method", "target", "host"):
            value = ex.get(name, "")
            check(row[name] == ("'" if value[:1] and value[0] in FORMULAS else "") + value, name, row, ex)


def captures(program, folder, work):
    n = 0
    for name in sorted(os.listdir(folder)):
        if not name.endswith((".pcap", ".pcapng")):
            continue
        path = os.path.join(folder, name)
        (_, table), (_, findings), objects = run(program, work, path)
        exchanges = [o for o in objects if o["type"] == "exchange"]
        found = [o for o in objects if o["type"] == "finding"]
        mine = [r for r in table if r["type"] == "exchange"]
        check(len(mine) == len(exchanges), name, "exchanges", len(mine), len(exchanges))
        for row, ex in zip(mine, exchanges):
            same_exchange(row, ex)
        told = sorted(rule for r in table for rule in r["findings"].split())
        check(told == sorted(f["rule"] for f in found), name, "findings in the table", told)
        check(len(findings) == len(found), name, "rows of findings")
        for row, f in zip(findings, found):
            for key in ("rule", "severity", "fault", "confidence", "message"):
                check(row[key] == f[key], name, key, row[key], f[key])
            check(row["frames"] == " ".join(map(str, f["frames"])), name, "frames", row)
            check(row["cite"] == "; ".join(f["cite"]), name, "cite", row)
        n += len(exchanges)
    check(n > 100, "only", n, "exchanges were compared")


def segment(sport, dport, seq, ack, flags, payload):
    client, server = b"\x0a\0\0\x02", b"\x0a\0\0\x09"
    source, target = (client, server) if dport == 80 else (server, client)
    return rawip.packet((source, sport), (target, dport), seq, ack, flags, payload)


def hostile(program, work):
    client, server, packets = 1, 1, []
    packets.append(segment(5000, 80, 0, 0, 2, b""))
    packets.append(segment(80, 5000, 0, 1, 0x12, b""))
    for target in TARGETS:
        request = b"GET " + target + b" HTTP/1.1\r\nHost: =1+1,\"a\"\r\n\r\n"
        packets.append(segment(5000, 80, client, server, 0x18, request))
        client += len(request)
        answer = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nDate: Sat, 21 Nov 2026 05:00:00 GMT\r\n\r\n"
        packets.append(segment(80, 5000, server, client, 0x18, answer))
        server += len(answer)
    path = rawip.write(os.path.join(work, '=cmd "x",\n.pcap'), packets)
    here = os.getcwd()
    os.chdir(work)
    (_, table), _, _ = run(program, work, "./" + os.path.basename(path))
    os.chdir(here)
    check(len(table) == len(TARGETS), "rows", len(table))
    expected = ["'=cmd|'/c%20calc'!A1", "'@SUM(1,2)\"", "'+1,\"\",2", "'-2", "'\uff1d1", "/\\x1b[2Jx\\x07", "/plain"]
    for row, target in zip(table, expected):
        check(row["target"] == target, "target", row["target"], "is not", target)
        check(row["host"] == "'=1+1,\"a\"", "host", row["host"])
        check(row["file"] == './=cmd "x",\\x0a.pcap', "file", row["file"])


def repeated(program, work):
    """A request of 60,000 octets with many findings: it stands whole in the row and the object of its exchange, and not
    in those of every finding."""
    long, packets, client = b"a" * 30000, [], 1
    request = (b"GET /" + long + b" HTTP/1.1\r\nHost: " + long + b"\r\nHost: b\r\nX : y\r\n\x01: z\r\nContent-Length: 3\r\n"
               b"Content-Length: 4\r\nTransfer-Encoding: foo\r\nRange: x\r\nIf-Range: W/\"a\"\r\n\r\n")
    packets.append(segment(5000, 80, 0, 0, 2, b""))
    packets.append(segment(80, 5000, 0, 1, 0x12, b""))
    for i in range(0, len(request), 1400):
        packets.append(segment(5000, 80, client, 1, 0x18, request[i:i + 1400]))
        client += len(request[i:i + 1400])
    packets.append(segment(80, 5000, 1, client, 0x18, b"HTTP/1.1 204 No Content\r\nContent-Length: 3\r\n\r\n"))
    path = rawip.write(os.path.join(work, "long.pcap"), packets)
    (_, table), (_, findings), objects = run(program, work, path)
    exchange = [o for o in objects if o["type"] == "exchange"][0]
    check(table[0]["target"] == exchange["target"] == "/" + long.decode(), "the exchange's target is not whole")
    check(table[0]["host"] == long.decode(), "the exchange's host is not whole")
    lines = [o["exchange"] for o in objects if o["type"] == "finding" and "exchange" in o]
    check(len(lines) > 5, "only", len(lines), "findings")
    for line in lines:
        check(line.startswith("GET /aaa") and line.endswith("aaa... HTTP/1.1 -> 204"), "the line of a finding is", line[-40:])
        check(len(line) < 1100, "the line of a finding has", len(line), "characters")
    for row in findings:
        check(len(row["target"]) <= 1000 and row["target"].endswith("aaa..."), "target of", len(row["target"]))
        check(len(row["host"]) <= 1000 and row["host"].endswith("aaa..."), "host of", len(row["host"]))


def documented(program, folder, work):
    """docs/csv.md names the columns in their order."""
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "docs", "csv.md")
    with open(path, encoding="utf-8") as f:
        lines = f.read().split("\n")
    some = next(os.path.join(folder, n) for n in sorted(os.listdir(folder)) if n.endswith(".pcap"))
    (first, _), (second, _), _ = run(program, work, some)
    for head, kind in ((first, "csv"), (second, "csv-findings")):
        line = next((l for l in lines if l.startswith(f"| `{kind}` |")), "")
        named = [w for w in line.split("`")[3::2]]
        check(named == head, "docs/csv.md has", named, "for", kind, "and the program", head)


def main():
    program, folder = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
    with tempfile.TemporaryDirectory() as work:
        captures(program, folder, work)
        hostile(program, work)
        repeated(program, work)
        documented(program, folder, work)
    print("csv: all well")


main()
