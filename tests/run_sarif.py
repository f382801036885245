# run_sarif.py - SARIF reports: what they say, where it lies, and that the schema accepts them.
# SPDX-License-Identifier: MIT
"""run_sarif.py PROGRAM SAMPLES [--update]

Every sample capture beside NDJSON: a result per finding, in the same order, whose regions are the packets
of the file. Hostile text, more findings than a report takes, -j, a golden. Where WIRELINT_SARIF_SCHEMA
names the schema of OASIS, every report is valid by it.
"""
import json
import os
import re
import sys
import tempfile

from program import COMPRESSED, captures
from reports import (Complaint, Run, check, check_harmless, golden, many_findings, nasty_capture, places,
                     records, report)

LEVELS = {"violation": "error", "warning": "warning", "note": "note"}
PROPERTIES = ("severity", "fault", "confidence", "conn", "n", "ts", "status", "frames", "offset")


def schema():
    """A function that complains about what the schema does not allow."""
    path = os.environ.get("WIRELINT_SARIF_SCHEMA")
    if not path:
        print("sarif: WIRELINT_SARIF_SCHEMA names no schema: only our own checks are made")
        return lambda log: None
    import jsonschema  # pylint: disable=import-outside-toplevel
    with open(path, encoding="utf-8") as file:
        validator = jsonschema.Draft7Validator(json.load(file))

    def validate(log):
        for wrong in validator.iter_errors(log):
            raise Complaint(f"the schema: {list(wrong.path)}: {wrong.message[:300]}")
    return validate


def check_shape(log):
    """What the schema demands, and what GitHub and viewers need on top of it."""
    check(log["version"] == "2.1.0" and len(log["runs"]) == 1, "not one run of version 2.1.0")
    run = log["runs"][0]
    driver = run["tool"]["driver"]
    check(driver["name"] == "wirelint" and driver["version"], "the tool has no name or version")
    ids = [rule["id"] for rule in driver["rules"]]
    check(len(set(ids)) == len(ids), "a rule stands twice")
    for rule in driver["rules"]:
        check(rule["shortDescription"]["text"].endswith("."), rule["id"], "no sentence")
        check(rule["help"]["text"] and rule["help"]["markdown"], rule["id"], "has no help")
        check(rule["defaultConfiguration"]["level"] in LEVELS.values(), rule["id"], "level")
    for result in run["results"]:
        check(isinstance(result["suppressions"], list), "suppressions", result)
        check(ids[result["ruleIndex"]] == result["ruleId"], "ruleIndex of", result["ruleId"])
        check(result["message"]["text"].endswith("."), "no sentence:", result["message"])
        prints = result["partialFingerprints"]
        check(re.fullmatch("[0-9a-f]{32}", prints["wirelint/v1"]), "fingerprint", prints)
        check(prints["primaryLocationLineHash"] == prints["wirelint/v1"] + ":1", "hash", prints)
    check(len(run["invocations"]) == 1, "invocations")
    return run


def check_regions(result, where):
    """Regions are exactly the packets whose frames the finding names."""
    frames = result["properties"]["frames"]
    locations = [result["locations"][0]] + result.get("relatedLocations", [])
    check(len(locations) == max(1, len(frames)), "locations", result["ruleId"])
    for frame, location in zip(frames, locations):
        physical = location["physicalLocation"]
        check(physical["artifactLocation"]["index"] == 0, "index of the artifact")
        if where is None:
            check("region" not in physical, "a region in what is packed")
        else:
            region = physical["region"]
            check((region["byteOffset"], region["byteLength"]) == where[frame], "frame", frame,
                  "lies at", where[frame], "and not", region)


def check_against(run, found, where):
    """Results are the findings of NDJSON."""
    results = run["results"]
    check(len(results) == len(found), len(results), "results of", len(found), "findings")
    for result, finding in zip(results, found):
        check(result["ruleId"] == finding["rule"], result["ruleId"], finding["rule"])
        check(result["level"] == LEVELS[finding["severity"]], "level of", finding)
        for key in PROPERTIES:
            check(result["properties"].get(key) == finding.get(key), key, result["properties"], finding)
        server = finding["server"]
        address = f"[{server['ip']}]" if ":" in server["ip"] else server["ip"]
        kinds = {l["kind"]: l["name"] for l in result["locations"][0]["logicalLocations"]}
        check(kinds["server"] == f"{address}:{server['port']}", "server", kinds, server)
        check_regions(result, where)


def each_capture(program, folder, work, validate):
    """All samples; those that are damaged say so."""
    total = 0
    for name in captures(folder):
        raw, _ = report(program, "sarif", name, work, cwd=folder)
        log = json.loads(raw)
        validate(log)
        run = check_shape(log)
        told = records(program, name, cwd=folder)
        where = None if name.endswith(COMPRESSED) else places(os.path.join(folder, name))
        check_against(run, [r for r in told if r["type"] == "finding"], where)
        check(run["artifacts"][0]["location"]["uri"] == name, "artifact", run["artifacts"])
        invocation = run["invocations"][0]
        check(invocation["executionSuccessful"] == ("damaged" not in told[-1]), name, invocation)
        said = {n["descriptor"]["id"] for n in invocation["toolExecutionNotifications"]}
        for reason in told[-1]["not_judged"]:
            check("not-judged/" + reason in said, name, "does not say", reason)
        for limit in told[-1]["limits"]:
            check("limit/" + limit in said, name, "does not say", limit)
        for n in ("2", "3"):
            check(report(program, "sarif", name, work, "-j", n, cwd=folder)[0] == raw, name, "-j", n)
        total += len(run["results"])
    check(total > 50, "only", total, "results were compared")


def several_files(program, folder, work, validate):
    """Each result lies in its own file, also when they are merged by time."""
    names = ["haproxy-103-http10.pcap", "nginx-node-103.pcap", "nano.pcapng"]
    path = os.path.join(work, "several.sarif")
    Run([program, "audit", "-q", "--report", "sarif=" + path, *names], folder)
    with open(path, encoding="utf-8") as file:
        log = json.load(file)
    validate(log)
    run = check_shape(log)
    check([a["location"]["uri"] for a in run["artifacts"]] == names, "artifacts", run["artifacts"])
    where, seen = [places(os.path.join(folder, name)) for name in names], set()
    for result in run["results"]:
        physical = result["locations"][0]["physicalLocation"]
        index = physical["artifactLocation"]["index"]
        check(physical["artifactLocation"]["uri"] == names[index], "uri", physical)
        region = physical["region"]
        check((region["byteOffset"], region["byteLength"]) ==
              where[index][result["properties"]["frames"][0]], "region", result)
        seen.add(index)
    check(len(seen) >= 2, "results in one file only")


def standard_input(program, folder, work, validate):
    """There is no place in a pipe; a name there is, since GitHub takes no result without a uri."""
    with open(os.path.join(folder, "nginx-node-103.pcap"), "rb") as file:
        octets = file.read()
    path = os.path.join(work, "stdin.sarif")
    Run([program, "audit", "-q", "--report", "sarif=" + path, "-"], stdin=octets)
    with open(path, encoding="utf-8") as file:
        log = json.load(file)
    validate(log)
    run = check_shape(log)
    location = {"uri": "standard-input", "index": 0}
    check(run["artifacts"][0]["location"] == location, "name of standard input", run["artifacts"])
    for result in run["results"]:
        physical = result["locations"][0]["physicalLocation"]
        check(physical == {"artifactLocation": location}, "place in a pipe", physical)


def hostile(program, work, validate):
    """Nothing that a stranger wrote is seen as anything but text."""
    capture = nasty_capture(work)
    raw, _ = report(program, "sarif", capture, work)
    log = json.loads(raw)
    validate(log)
    run = check_shape(log)
    check(sum(r["ruleId"] == "interim-to-http10" for r in run["results"]) >= 7, "too few results")
    for result in run["results"]:
        text = result["message"]["text"]
        check_harmless(text, "a message")
        check("](" not in text, "a link in", text)
        check(not re.search(r"(?<!{)(?:{{)*{\d", text), "a placeholder in", text)
        check(len(text) < 4000, "a message of", len(text))
        for place in result["locations"][0]["logicalLocations"]:
            check_harmless(place["fullyQualifiedName"], "a name")
    uri = run["artifacts"][0]["location"]["uri"]
    check(uri == "file://" + work + "/a%20%3Cb%3E%26%22c%22.pcap", "uri", uri)


def too_many(program, work, validate):
    """What a report has no room for is told, and notes go first."""
    capture = many_findings(work, 25100)
    options = ("--only", "interim-to-http10", "--set", "max_findings=32")
    for severity, most in (("violation", 25000), ("warning", 20000), ("note", 15000)):
        raw, run = report(program, "sarif", capture, work, *options, "--rule",
                          f"interim-to-http10={severity}")
        log = json.loads(raw)
        if severity == "violation":
            validate({**log, "runs": [{**log["runs"][0], "results": log["runs"][0]["results"][:5]}]})
        results = log["runs"][0]["results"]
        check(len(results) == most, len(results), "results for", severity)
        said = log["runs"][0]["invocations"][0]["toolExecutionNotifications"]
        told = [n for n in said if n["descriptor"]["id"] == "left-out"]
        check(told and f"{25100 - most} {severity}s" in told[0]["message"]["text"], "left out", said)
        check(f"{25100 - most} {severity}s" in run.err, "standard error says", run.err)


def suppressed(program, folder, work, validate):
    """What a baseline knows is there, and marked; its name is the fingerprint."""
    capture, known = os.path.join(folder, "nginx-node-103.pcap"), os.path.join(work, "known.txt")
    Run([program, "audit", "-q", "--write-baseline", known, capture])
    raw, run = report(program, "sarif", capture, work, "--baseline", known)
    log = json.loads(raw)
    validate(log)
    results = check_shape(log)["results"]
    check(run.status == 0 and len(results) == 3, "status", run.status, len(results), "results")
    with open(known, encoding="utf-8") as file:
        text = file.read()
    for result in results:
        check([s["kind"] for s in result["suppressions"]] == ["external"], "suppressions", result)
        check(f"[{result['partialFingerprints']['wirelint/v1']}]" in text, "fingerprint", result)


def stable(program, folder, work):
    """The same mistake has the same fingerprint, whoever the client was and wherever it stands."""
    raw, _ = report(program, "sarif", "haproxy-103-http10.pcap", work, cwd=folder)
    prints = {r["partialFingerprints"]["wirelint/v1"]
              for r in json.loads(raw)["runs"][0]["results"] if r["ruleId"] == "interim-to-http10"}
    check(len(prints) == 1, "fingerprints", prints)


def main():
    """Runs all checks; returns the exit status."""
    arguments = [a for a in sys.argv[1:] if a != "--update"]
    program, samples = os.path.abspath(arguments[0]), os.path.abspath(arguments[1])
    folder = os.path.join(samples, "captures")
    validate = schema()
    try:
        with tempfile.TemporaryDirectory() as work:
            raw, _ = report(program, "sarif", "nginx-node-103.pcap", work, cwd=folder)
            golden(os.path.join(samples, "reports", "nginx-node-103.sarif"), raw, "--update" in sys.argv)
            each_capture(program, folder, work, validate)
            several_files(program, folder, work, validate)
            standard_input(program, folder, work, validate)
            hostile(program, work, validate)
            too_many(program, work, validate)
            suppressed(program, folder, work, validate)
            stable(program, folder, work)
    except Complaint as complaint:
        print("FAILED", complaint)
        return 1
    print("sarif: all well")
    return 0


sys.exit(main())
