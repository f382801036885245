# run_community.py - Community IDs are those that Wireshark computes.
# SPDX-License-Identifier: MIT
"""run_community.py PROGRAM SAMPLES

Every connection of every sample capture; skipped where there is no tshark that knows them.
"""
import os
import shutil
import subprocess
import sys

from program import COMPRESSED, captures
from reports import Complaint, check, records


def theirs(path):
    """{tcp.stream: id} by tshark; empty when it does not know such a field."""
    done = subprocess.run(["tshark", "-n", "-r", path, "--enable-protocol", "communityid", "-Y", "tcp",
                           "-T", "fields", "-e", "tcp.stream", "-e", "communityid"],
                          capture_output=True, check=False)
    pairs = (line.split("\t") for line in done.stdout.decode().split("\n") if "\t" in line)
    return {int(stream): name for stream, name in pairs if name}


def main():
    """Runs all checks; returns the exit status."""
    program, samples = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
    folder, n = os.path.join(samples, "captures"), 0
    if not shutil.which("tshark") or not theirs(os.path.join(folder, "nano.pcap")):
        print("community: there is no tshark that knows Community IDs")
        return 77
    try:
        for name in captures(folder):
            if name.endswith(COMPRESSED):
                continue
            path = os.path.join(folder, name)
            want = theirs(path)
            for record in records(program, path):
                if record["type"] == "connection":
                    check(record["community_id"] == want.get(record["conn"]), name, record, want)
                    n += 1
        check(n > 80, "only", n, "connections were compared")
    except Complaint as complaint:
        print("FAILED", complaint)
        return 1
    print("community: all well")
    return 0


sys.exit(main())
