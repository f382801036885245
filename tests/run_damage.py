#!/usr/bin/env python3
# run_damage.py - captures that are cut off or have flipped octets never crash or hang anything.
# SPDX-License-Identifier: MIT
"""run_damage.py WIRELINT FOLDER [RUNS]

Cuts every capture at record boundaries and between them, and flips octets; the same ones on every
run. Cut between records: exit status 0 or 1. Cut inside one: 3, the damage named, and everything
before it reported. Flipped: any of the exit statuses there are, and output that can be parsed.
"""
import itertools
import os
import random
import sys

from program import Complaint, Run, captures, pieces, run_jobs


def record_ends(octets):
    """Offsets after the file header and after each record, or None when it is no plain capture."""
    ends = list(itertools.accumulate(len(piece) for _, piece in pieces(octets)))
    return ends or None


def audit(program, octets):
    """Runs the program on the octets; its end record and status."""
    run = Run([program, "audit", "--json", "-"], stdin=octets, timeout=30)
    records = run.records()
    if run.status == 3 and not run.err:
        raise Complaint("status 3 without a word")
    if records and records[-1]["type"] != "end":
        raise Complaint("the output has no end")
    return run.status, records[-1] if records else None


def check_cut(program, name, octets, at, ends):
    """One capture cut off before the octet at."""
    status, end = audit(program, octets[:at])
    if ends is None:
        return
    if at in ends:
        if status not in (0, 1):
            raise Complaint(f"{name} cut between records at {at}: status {status}")
    elif status != 3:
        raise Complaint(f"{name} cut inside a record at {at}: status {status}")
    elif end is not None and at > ends[0] and "damaged" not in end:
        raise Complaint(f"{name} cut at {at}: the end does not say that it is damaged")
    if end is not None and octets[:4] != b"\x0a\x0d\x0d\x0a":
        whole = sum(e <= at for e in ends[1:])
        if end["packets"] != whole:
            raise Complaint(f"{name} cut at {at}: {end['packets']} packets instead of {whole}")


def check_flip(program, name, octets, seed):
    """One capture with some octets changed."""
    chance = random.Random(f"{name} {seed}")
    damaged = bytearray(octets)
    for _ in range(chance.choice((1, 1, 2, 8, 64))):
        damaged[chance.randrange(len(damaged))] ^= 1 << chance.randrange(8)
    audit(program, bytes(damaged))


def jobs(program, folder, runs):
    """All checks as (description, function, arguments)."""
    for name in captures(folder):
        with open(os.path.join(folder, name), "rb") as file:
            octets = file.read()
        chance = random.Random(name)
        ends = record_ends(octets)
        cuts = {0, 3, 23, 24, 25, len(octets) - 1, len(octets)}
        cuts |= {chance.randrange(len(octets)) for _ in range(runs)}
        if ends:
            for end in chance.sample(ends, min(len(ends), runs // 4)):
                cuts |= {end, end + 7, end + 16}
        for at in sorted(c for c in cuts if c <= len(octets)):
            yield f"{name} cut at {at}", check_cut, (program, name, octets, at, ends)
        for seed in range(runs):
            yield f"{name} flipped, seed {seed}", check_flip, (program, name, octets, seed)


if __name__ == "__main__":
    sys.exit(run_jobs(__doc__, jobs, 24, "damaged captures"))
