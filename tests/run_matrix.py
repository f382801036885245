#!/usr/bin/env python3
# run_matrix.py - every status code and every claim of the catalogue has its rules, and cases that show them.
# SPDX-License-Identifier: MIT
"""run_matrix.py WIRELINT SAMPLES

matrix.tsv says for each registered status code which rules concern it, claims.tsv which rules stand
for what the seed documents say. Every rule named there must be in the catalogue that the program
prints, and every pair of code and rule must be shown: by a case of the dialogues in which the rule
fires and the code is met. The codes must be those that the program knows as registered.
"""
import json
import os
import re
import sys

from program import Complaint, Run

EXCHANGE = re.compile(r"\? \d+ (?:.* -> |\[unsolicited\] )(.*)")
FINDING = re.compile(r"\? (?:conn )?(?:violation|warning|note) ([a-z0-9-]+) [<>-]")
STATUS = re.compile(r'WL_STATUS\((\d+), [A-Z0-9_]+, "[^"]*", \d+, "[^"]*"\)')


def table(path):
    """The rows of a .tsv: key, words, rules."""
    rows = []
    with open(path, encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            if line.startswith("#"):
                continue
            cells = line.rstrip("\n").split("\t")
            if len(cells) != 3 or not all(cells):
                raise Complaint(f"{path}:{number}: not three cells")
            rows.append((cells[0], cells[1], [] if cells[2] == "-" else cells[2].split(" ")))
    keys = [key for key, _, _ in rows]
    for key in keys:
        if keys.count(key) > 1:
            raise Complaint(f"{path}: {key} stands twice")
    return rows


def shown(folder):
    """All pairs (code, rule) such that a case has the rule fire, and the code in an exchange."""
    pairs = set()
    for place, _, names in os.walk(folder):
        for name in names:
            with open(os.path.join(place, name), encoding="utf-8", errors="replace") as text:
                cases = re.split(r"(?m)^= ", text.read())[1:]
            for case in cases:
                lines = case.split("\n")
                codes = {code for line in lines if (met := EXCHANGE.fullmatch(line))
                         for code in re.findall(r"\b\d{3}\b", met[1])}
                rules = {fired[1] for line in lines if (fired := FINDING.match(line))}
                pairs |= {(code, rule) for code in codes for rule in rules}
    return pairs


def check_rules(path, rows, rules):
    """The rules of all rows are in the catalogue, and those that are to come are not."""
    wrong = []
    for key, _, cells in rows:
        for cell in cells:
            rule = cell.lstrip("~+")
            if (rule in rules) == cell.startswith("+"):
                wrong.append(f"{path}: {key}: " + (f"{rule} is there: take its + away" if rule in rules
                                                   else f"there is no rule {rule}"))
    return wrong


def registered(samples):
    """The codes of tbl/statuses.h."""
    path = os.path.join(samples, "..", "include", "wirelint", "tbl", "statuses.h")
    with open(path, encoding="utf-8") as text:
        return STATUS.findall(text.read())


def main(program, samples):
    matrix = table(os.path.join(samples, "matrix.tsv"))
    claims = table(os.path.join(samples, "claims.tsv"))
    listed = json.loads(Run([program, "rules", "--format", "json"]).out)
    rules = {rule["id"] for rule in (listed["rules"] if isinstance(listed, dict) else listed)}
    pairs = shown(os.path.join(samples, "dialogues"))
    wrong = check_rules("matrix.tsv", matrix, rules) + check_rules("claims.tsv", claims, rules)
    codes = [code for code, _, _ in matrix]
    if codes != registered(samples):
        wrong.append("matrix.tsv: not the registered codes in their order: "
                     + " ".join(sorted(set(codes) ^ set(registered(samples)))))
    n_pairs = 0
    for code, _, cells in matrix:
        for cell in cells:
            if cell[0] in "~+":
                continue
            n_pairs += 1
            if (code, cell) not in pairs:
                wrong.append(f"matrix.tsv: no case shows {cell} at {code}")
    for line in wrong:
        print(line)
    print(f"{len(matrix)} codes with {n_pairs} rules, {len(claims)} claims: {len(wrong)} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    try:
        sys.exit(main(*sys.argv[1:3]))
    except Complaint as complaint:
        sys.exit(f"run_matrix.py: {complaint}")
