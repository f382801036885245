#!/usr/bin/env python3
# run_bare.py - what bench/run calls the least that finding statuses costs does find them.
# SPDX-License-Identifier: MIT
"""run_bare.py BARE GENPCAP

A bound on what is possible holds only for a program that does the work: packets and requests are counted as
the generator has sent them, responses nearly so, since bench/bare.c pairs nothing and guesses what answers HEAD.
"""
import json
import os
import subprocess
import sys
import tempfile

from program import Checks, Run

PROFILES = ("api", "web", "churn")
MOST_WRONG = 0.03  # of all responses

check = Checks()


def holds(bare, genpcap, profile, path):
    """Counts of one capture."""
    subprocess.run([genpcap, "--profile", profile, "--connections", "100", "-o", path, "--truth", path + ".json"],
                   check=True)
    with open(path + ".json", encoding="ascii") as file:
        truth = json.load(file)
    run = Run([bare, path, "256"])
    check(run.status == 0 and not run.err, f"{profile} ends with {run.status}: {run.err!r}")
    found = json.loads(run.out or "{}")
    for what in ("packets", "requests"):
        check(found.get(what) == truth[what], f"{profile}: {found.get(what)} {what}, sent were {truth[what]}")
    wrong = abs(found.get("responses", 0) - truth["responses"])
    check(wrong <= MOST_WRONG * truth["responses"], f"{profile}: {found} of {truth['responses']} responses")


def main():
    bare, genpcap = sys.argv[1:3]
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "capture.pcap")
        for profile in PROFILES:
            holds(bare, genpcap, profile, path)
        for words, status in (([path, "64"], 1), ([path, "100"], 2), ([path], 2), ([path + ".not", "256"], 1)):
            run = Run([bare, *words])
            check(run.status == status and run.err and not run.out, f"bare {words}: {run.status}, {run.err!r}")
    return check.status()


if __name__ == "__main__":
    sys.exit(main())
