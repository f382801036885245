#!/usr/bin/env python3
# run_losses.py - captures from which packets are missing give no finding that the whole ones lack.
# SPDX-License-Identifier: MIT
"""run_losses.py WIRELINT FOLDER [RUNS]

Takes packets away from every capture of the folder, one of two to one of fifty, the same ones on
every run, and compares the rules that fire on a connection. A finding that is told once for a client
or a server may come to another connection of theirs. run_dialogues does the same to dialogues.
"""
import os
import random
import sys

from program import Complaint, Run, captures, pieces, run_jobs

# what the rule says may rest on something of which no trace is left, or which is told later
EXCUSED = {
    "date-missing": "an earlier exchange of the server that waits for what is missing",
    "early-hints-misuse": "an earlier exchange of the client that waits for what is missing",
    "rst-destroys-response": "the last acknowledgement before the RST",
}
# (rule, another that stands in its place when all is there): wl_rule.yields
INSTEAD = {"interim-labelled-http10": ("interim-to-http10", "switching-to-http10")}


def findings(program, octets):
    """What fires: {(rule, client, server): how often}, and a sentence for each."""
    count, words = {}, {}
    for record in Run([program, "audit", "--json", "-"], stdin=octets).records():
        if record["type"] != "finding":
            continue
        ends = [(record[side]["ip"], record[side]["port"]) for side in ("client", "server")]
        key = (record["rule"], *ends)
        count[key] = count.get(key, 0) + 1
        words[key] = f"{record['severity']} {record['rule']}: {record.get('message')}"
    return count, words


def is_known(key, times, whole):
    """Has the whole capture this finding, or the rule on a connection of the same client or server?"""
    rule, client, server = key
    if whole.get(key, 0) >= times or whole.get((rule, server, client), 0) >= times:
        return True
    return any(other[0] in (rule, *INSTEAD.get(rule, ())) and
               (other[1][0] == client[0] or other[2] == server) for other in whole)


def check(program, octets, whole, name, seed):
    """One capture without some of its packets."""
    chance = random.Random(f"{name} {seed}")
    one_of = chance.choice((2, 3, 5, 10, 20, 50))
    less = b"".join(piece for is_packet, piece in pieces(octets)
                    if not is_packet or chance.randrange(one_of))
    count, words = findings(program, less)
    for key, times in count.items():
        if key[0] not in EXCUSED and not is_known(key, times, whole):
            raise Complaint(f"{words[key]} ({key[1]} to {key[2]})")


def jobs(program, folder, runs):
    """All checks as (description, function, arguments)."""
    for name in captures(folder):
        with open(os.path.join(folder, name), "rb") as file:
            octets = file.read()
        if not pieces(octets):
            continue
        whole, _ = findings(program, octets)
        for seed in range(runs):
            yield f"{name}, losses {seed}", check, (program, octets, whole, name, seed)


if __name__ == "__main__":
    sys.exit(run_jobs(__doc__, jobs, 8, "captures with losses"))
