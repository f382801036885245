"""run_baseline.py - baselines and suppressions: what does not count, what is told of it, and the exit status.

usage: run_baseline.py PROGRAM CAPTURES
SPDX-License-Identifier: MIT
"""
import os
import re
import struct
import sys
import tempfile

import packets
from program import Complaint, Run, captures, check

CASES = []


def case(function):
    CASES.append(function)
    return function


class Place:
    """A directory of its own, in which the program is run."""

    def __init__(self, program, folder, work):
        self.program, self.folder, self.work = program, folder, work
        self.capture = os.path.join(folder, "nginx-node-103.pcap")

    def path(self, name):
        return os.path.join(self.work, name)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as f:
            f.write(text)
        return name

    def read(self, name):
        with open(self.path(name), encoding="utf-8") as f:
            return f.read()

    def run(self, *words):
        return Run([self.program, *words], cwd=self.work)

    def audit(self, *words):
        """Exit status, the objects, standard error."""
        done = self.run("audit", "--json", *words)
        return done.status, done.records(), done.err


def of_type(records, kind):
    return [r for r in records if r["type"] == kind]


def names(records, kind):
    return sorted(r["rule"] for r in of_type(records, kind))


@case
def round_trip(p):
    """What was written covers the same capture whole, and nothing else of it changes."""
    for name in captures(p.folder):
        capture = os.path.join(p.folder, name)
        status, before, _ = p.audit("--fail-on", "note", "--write-baseline", "known", capture)
        if not before or before[-1]["type"] != "end":
            continue
        found = names(before, "finding")
        damaged = status == 3
        status, after, err = p.audit("--fail-on", "note", "--baseline", "known", capture)
        check(status == (3 if damaged else 0), name, "status", status, err)
        check(of_type(after, "finding") == [] and names(after, "suppressed") == found, name)
        check(sum(after[-1]["findings"].values()) == 0 and after[-1]["rules"] == {}, name)
        if found:
            check(after[-1]["suppressed"] == before[-1]["findings"], name, after[-1])
            (one,) = after[-1]["suppressions"]
            check(one["findings"] == len(found) and one["unused"] == 0, name, one)
        check("did not come up" not in err, name, err)
        for key in ("responses", "codes", "sequences", "exchanges", "not_judged"):
            check(after[-1][key] == before[-1][key], name, key)
        for shards in ("3",):
            again = p.audit("--fail-on", "note", "--baseline", "known", "-j", shards, capture)
            check(again[1] == after, name, "differs with", shards, "shards")


@case
def written(p):
    """The file: sorted, the same on every run, reasons and ends kept, what is gone left out."""
    p.run("audit", "--write-baseline", "a", p.capture)
    p.run("audit", "--write-baseline", "b", p.capture)
    check(p.read("a") == p.read("b"), "two baselines of one capture differ")
    lines = re.findall(r"^finding = (.*)$", p.read("a"), re.M)
    check(lines == sorted(lines) and len(lines) == 3, lines)
    check(all(re.fullmatch(r"\S+ \S+ \S+ \S+ \S+", line) for line in lines), lines)
    gone = "\n[0123456789abcdef0123456789abcdef]\nfinding = gone\nreason = x\nuntil = never\n"
    edited = p.read("a").replace("reason = was there when the baseline began\nuntil = never",
                                 "reason = ticket 4711\nuntil = 2199-12-31", 1) + gone
    p.write("a", edited)
    status, records, err = p.audit("--baseline", "b", "--baseline", "b", p.capture)
    check(status == 0 and not err, "a baseline that was named twice", status, err)
    status, records, err = p.audit("--baseline", "a", "--write-baseline", "a", p.capture)
    check(status == 0 and "1 of 4 findings of the baseline 'a' did not come up again" in err, status, err)
    check(p.read("a").count("reason = ticket 4711\nuntil = 2199-12-31") == 1, p.read("a"))
    check("gone" not in p.read("a"), "what did not come up again was kept")
    check([r.get("reason") for r in of_type(records, "suppressed")].count("ticket 4711") == 1, records)
    # it may begin with nothing, and only then may it lack
    check(p.run("audit", "--baseline", "new", "--write-baseline", "new", p.capture).status == 1, "the first run")
    check(p.run("audit", "--baseline", "new", p.capture).status == 0, "the second run")
    check(p.run("audit", "--baseline", "missing", p.capture).status == 2, "a baseline that is missing is taken")
    # a run that reads nothing leaves it as it is
    before = p.read("a")
    check(p.run("audit", "--write-baseline", "a", p.capture, "no filter").status == 2, "a wrong filter")
    check(p.run("audit", "--write-baseline", "a", "missing.pcap").status == 3, "a missing capture")
    check(p.read("a") == before, "it is gone")
    check(sorted(os.listdir(p.work)) == ["a", "b", "new"], os.listdir(p.work))
    check(p.run("audit", "--write-baseline", "-", p.capture).status == 2, "standard output")
    check(p.run("audit", "--separate", "--write-baseline", "c", p.capture).status == 2, "--separate")


def long_target(path):
    """A capture with a violation of a target that takes more octets than columns."""
    request = "GET /{} HTTP/1.1\r\nHost: a\r\n\r\n".format("\u6f22/" * 60).encode()
    response = b"HTTP/1.1 299 Odd\r\nContent-Length: 0\r\n\r\n"
    frames, seq = [], [1000, 5000]
    for side, flags, payload in ((0, packets.SYN, b""), (1, packets.SYN | packets.ACK, b""), (0, packets.ACK, request),
                                 (1, packets.ACK, response), (0, packets.FIN | packets.ACK, b""),
                                 (1, packets.FIN | packets.ACK, b""), (0, packets.ACK, b"")):
        ports = (50000, 80) if side == 0 else (80, 50000)
        hosts = (b"\x0a\0\0\1", b"\x0a\0\0\2") if side == 0 else (b"\x0a\0\0\2", b"\x0a\0\0\1")
        ip = struct.pack(">BBHHHBBH", 0x45, 0, 0, 0, 0, 64, 6, 0) + hosts[0] + hosts[1]
        tcp = struct.pack(">HHIIBBHHH", *ports, seq[side], seq[1 - side] if flags & packets.ACK else 0, 0x50, flags,
                          65535, 0, 0)
        frames.append(packets.put_together((1000 + len(frames)) * packets.SECOND // 100,
                                           packets.Segment(b"", ip, tcp, payload, True)))
        seq[side] += len(payload) + (flags & (packets.SYN | packets.FIN) != 0)
    with open(path, "wb") as f:
        f.write(packets.save(packets.RAW, frames))
    return path


@case
def lines_can_be_read_again(p):
    """Lines of a configuration are bounded; what is written, and written anew, is read again."""
    capture = long_target(p.path("long.pcap"))
    check(p.run("audit", "--write-baseline", "long", capture).status == 1, "nothing is wrong with it")
    status, records, err = p.audit("--baseline", "long", capture)
    check(status == 0 and of_type(records, "suppressed"), status, err)
    reasons = [" ".join(["see #4711, which says"] + ["at length"] * 50), "y" * 190]
    text = p.read("long")
    for reason in reasons:
        lines = reason.replace("at length at length", "at length\n    at length")
        text = text.replace("reason = was there when the baseline began", "reason =\n    " + lines, 1)
    p.write("long", text)
    for _ in range(2):
        status, records, err = p.audit("--baseline", "long", "--write-baseline", "long", capture)
        check(status == 0, status, err)
        told = [r["reason"] for r in of_type(records, "suppressed")]
        check(all(reason in told for reason in reasons), told)
    check(max(len(line.encode()) for line in p.read("long").splitlines()) <= 197, p.read("long"))


@case
def new_findings_count(p):
    """A baseline of one rule leaves the others alone."""
    p.run("audit", "--only", "early-hints-misuse", "--write-baseline", "known", p.capture)
    status, records, _ = p.audit("--baseline", "known", p.capture)
    check(status == 1 and names(records, "suppressed") == ["early-hints-misuse"], status, records)
    check("interim-to-http10" in names(records, "finding"), records)
    ids = [(r["findings"], r.get("suppressed")) for r in of_type(records, "exchange")]
    check(sorted(ids, key=str) == sorted([(["interim-to-http10"], None),
                                          (["interim-hop-by-hop-field"], ["early-hints-misuse"])], key=str), ids)


SECTION = """
[suppress old gateway]
rule = interim-*
server = 127.0.0.1
reason = ticket 4711
until = {until}
"""


@case
def configured(p):
    p.write("ci.conf", SECTION.format(until="2199-12-31"))
    status, records, err = p.audit("--config", "ci.conf", p.capture)
    check(status == 0 and names(records, "suppressed") == ["interim-hop-by-hop-field", "interim-to-http10"], status)
    for r in of_type(records, "suppressed"):
        check((r["suppression"], r["reason"], r["until"]) == ("old gateway", "ticket 4711", "2199-12-31"), r)
    check("suppression" not in err, err)
    text = p.run("audit", "--config", "ci.conf", p.capture).out.decode()
    check("\nSuppressed: 1 violation, 0 warnings, 1 note; they do not count\n"
          "  old gateway: 2 findings, until 2199-12-31 (ticket 4711)\n" in text, text)
    check(text.endswith("0 violations, 0 warnings, 1 notes in 2 exchanges on 2 connections\n"), text)
    # what a configuration covers is not written into a baseline
    p.run("audit", "--config", "ci.conf", "--write-baseline", "known", p.capture)
    check("interim-" not in p.read("known") and "early-hints" in p.read("known"), p.read("known"))
    # -w has nothing to show of what does not count
    p.run("audit", "--config", "ci.conf", "-w", "evidence.pcapng", p.capture)
    check(p.run("list", "-q", "evidence.pcapng").out == b"", "-w writes what does not count")
    # --where sees what was found, and what it leaves out is not covered either
    status, records, _ = p.audit("--config", "ci.conf", "--where", "rule:interim-to-http10", p.capture)
    check(status == 0 and names(records, "suppressed") == ["interim-to-http10"], records)


@case
def ended(p):
    for until, counts in (("2020-02-29", True), ("never", False)):
        p.write("ci.conf", SECTION.format(until=until))
        status, records, err = p.audit("--config", "ci.conf", p.capture)
        check(status == (1 if counts else 0), until, status)
        check(("'old gateway' ended with 2020-02-29: 2 findings counted again" in err) == counts, until, err)
        (use,) = records[-1]["suppressions"]
        check((use["ended"], use["again"], use["findings"]) == ((1, 2, 0) if counts else (0, 0, 2)), use)
    p.run("audit", "--write-baseline", "known", p.capture)
    p.write("known", p.read("known").replace("until = never", "until = 2001-01-01", 2))
    status, records, err = p.audit("--fail-on", "note", "--baseline", "known", p.capture)
    check(status == 1 and len(of_type(records, "finding")) == 2, status, records)
    check("the time of 2 entries of the baseline 'known' is over: 2 findings counted again" in err, err)


@case
def unused(p):
    p.write("ci.conf", SECTION.format(until="never").replace("127.0.0.1", "10.0.0.0/8"))
    status, records, err = p.audit("--config", "ci.conf", p.capture)
    check(status == 1 and "ci.conf:2: the suppression 'old gateway' covers nothing that was found" in err, err)
    check(records[-1]["suppressions"][0]["unused"] == 1, records[-1])
    text = p.run("audit", "--config", "ci.conf", p.capture).out.decode()
    check("old gateway: covers nothing that was found" in text, text)


@case
def mistakes(p):
    section = "[suppress x]\nreason = y\nuntil = never\n"
    wrong = {
        section: "ci.conf:1: suppression 'x': it does not say what it covers",
        "[suppress x]\nrule = *\nuntil = never\n": "ci.conf:1: suppression 'x' has no 'reason'",
        "[suppress x]\nrule = *\nreason = y\n": "ci.conf:1: suppression 'x' has no 'until'",
        section + "rules = *\n": "ci.conf:4: a suppression has no 'rules'",
        section + "rule = nosuch\n": "ci.conf:4: suppression 'x': rule does not take 'nosuch'",
        section + "server = 10.0.0.0/99\n": "ci.conf:4: suppression 'x': server does not take '10.0.0.0/99'",
        section + "rule = *\nstatus = 103\n  5xx, 700x\n": "ci.conf:6: suppression 'x': status does not take '700x'",
        "[suppress]\nrule = *\n": "ci.conf:1: a suppression needs a name",
        "[suppressx]\nrule = *\n": "ci.conf:1: unknown section 'suppressx'",
    }
    for day in ("2027-02-29", "2027-13-01", "2027-00-01", "2027-04-31", "27-01-01", "tomorrow", "1900-01-01"):
        wrong[section.replace("never", day) + "rule = *\n"] = f"ci.conf:3: 'until' does not take '{day}'"
    for text, message in wrong.items():
        p.write("ci.conf", text)
        for command in (("config",), ("audit", p.capture)):
            done = p.run(*command, "--config", "ci.conf")
            check(done.status == 2 and message in done.err and not done.out, repr(text), done.status, done.err)
    check(p.run("config", "--config", p.write("ci.conf", section.replace("never", "2028-02-29") + "rule = *\n")).status
          == 0, "a leap day is no day")
    p.write("known", "# x\n[12]\n\nfinding = x\n")
    done = p.run("audit", "--baseline", "known", p.capture)
    check(done.status == 2 and "known:2: suppression 'x': a fingerprint has" in done.err, done.err)
    p.write("known", "[0123456789abcdef0123456789abcdef]\nrule = x\n")
    check("known:2: a suppression has no 'rule'" in p.run("audit", "--baseline", "known", p.capture).err, "rule")


@case
def shown(p):
    """`config` shows them in a form that means the same."""
    p.write("ci.conf", SECTION.format(until="2199-12-31") + "[audit]\nbaseline = known\n")
    p.run("audit", "--write-baseline", "known", p.capture)
    out = p.run("config", "--config", "ci.conf").out.decode()
    check("[suppress old gateway]\n; ci.conf:2\nrule = interim-*\nserver = 127.0.0.1\n" in out, out)
    p.write("again.conf", out)
    first, second = (p.audit("--config", name, p.capture) for name in ("ci.conf", "again.conf"))
    check(first[0] == second[0] and first[1] == second[1], first, second)


def main():
    program, folder = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
    wanted, failed = sys.argv[3:], 0
    cases = [c for c in CASES if not wanted or c.__name__ in wanted]
    for function in cases:
        with tempfile.TemporaryDirectory() as work:
            try:
                function(Place(program, folder, work))
            except Complaint as complaint:
                failed += 1
                print(f"FAILED {function.__name__}: {complaint}")
    print(f"{len(cases) - failed} of {len(cases)} cases are well")
    sys.exit(failed != 0)


main()
