# run_junit.py - JUnit reports: a test per rule, by the schemas of Ant and of Jenkins' xUnit plugin.
# SPDX-License-Identifier: MIT
"""run_junit.py PROGRAM SAMPLES [--update]

Every sample capture beside NDJSON: what failed, passed and was skipped. The form is checked here, element
by element, as both schemas have it. Hostile text, --fail-on, rules that are off, -j, a golden.
"""
import collections
import os
import re
import shutil
import sys
import tempfile
import xml.etree.ElementTree as xml

from program import captures
from reports import Complaint, Run, check, check_harmless, golden, nasty_capture, records, report

RANKS = {"note": 1, "warning": 2, "violation": 3}
# What Ant's schema demands of a suite, in this order; what Jenkins allows is more.
SUITE = ["properties", "testcase", "system-out", "system-err"]
ATTRIBUTES = {
    "testsuites": set(),
    "testsuite": {"id", "name", "package", "tests", "failures", "errors", "skipped", "time", "timestamp",
                  "hostname"},
    "properties": set(),
    "property": {"name", "value"},
    "testcase": {"classname", "name", "time"},
    "failure": {"message", "type"},
    "error": {"message", "type"},
    "skipped": {"message"},
    "system-out": set(),
    "system-err": set(),
}


def check_suite(suite, place):
    """Elements in Ant's order, and numbers that are those of the tests."""
    order = [SUITE.index(child.tag) for child in suite]
    check(order == sorted(order) and set(order) >= {0, 2, 3}, "elements of a suite", order)
    check(order.count(0) == order.count(2) == order.count(3) == 1, "an element stands twice", order)
    check(suite.get("id") == str(place), "id", suite.get("id"), "of suite", place)
    check(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", suite.get("timestamp")), "time of a suite")
    cases = suite.findall("testcase")
    told = {key: int(suite.get(key)) for key in ("tests", "failures", "errors", "skipped")}
    counted = {"tests": len(cases), "failures": sum(c.find("failure") is not None for c in cases),
               "errors": sum(c.find("error") is not None for c in cases),
               "skipped": sum(c.find("skipped") is not None for c in cases)}
    check(told == counted, suite.get("name"), told, counted)
    for case in cases:
        check(len(case) <= 1 and (not len(case) or case[0].tag in ("failure", "error", "skipped")),
              "what a test holds", [c.tag for c in case])
        for child in case:
            check(child.text if child.tag == "failure" else child.text == child.get("message"),
                  "what GitLab shows of", child.tag, child.text)


def read(raw):
    """The report, checked; {rule: testcase} and the suites."""
    root = xml.fromstring(raw)
    check(root.tag == "testsuites" and all(c.tag == "testsuite" for c in root), "root", root.tag)
    for element in root.iter():
        check(set(element.attrib) == ATTRIBUTES.get(element.tag), element.tag, element.attrib)
        for text in [element.text or "", element.tail or "", *element.attrib.values()]:
            check_harmless(text, element.tag)
    for place, suite in enumerate(root):
        check_suite(suite, place)
    check(root[0].get("name") == "Captures", "the first suite is", root[0].get("name"))
    tests = {}
    for suite in root[1:]:
        for case in suite.findall("testcase"):
            check(case.get("name") not in tests, case.get("name"), "stands twice")
            tests[case.get("name")] = case
    return root, tests


def check_tests(root, tests, told, fail_on="violation"):
    """What failed is what NDJSON has findings of."""
    worst, count = {}, collections.Counter()
    for finding in (r for r in told if r["type"] == "finding"):
        count[finding["rule"]] += 1
        worst[finding["rule"]] = max(worst.get(finding["rule"], 0), RANKS[finding["severity"]])
    below = "".join(suite.find("system-out").text or "" for suite in root)
    for rule, case in tests.items():
        failure = case.find("failure")
        expected = worst.get(rule, 0) >= RANKS[fail_on]
        check((failure is not None) == expected, rule, "failed" if failure is not None else "passed")
        if expected:
            check(failure.get("message").startswith(f"{count[rule]} finding"), failure.get("message"))
            check(RANKS[failure.get("type")] == worst[rule], "type", failure.get("type"))
        elif rule in worst:
            check(f"{rule}: " in below, rule, "is told nowhere")
    check(set(worst) <= set(tests), "no test for", set(worst) - set(tests))
    return len(worst)


def each_capture(program, folder, work):
    """All samples; those that are damaged have an error."""
    total = 0
    for name in captures(folder):
        raw, _ = report(program, "junit", name, work, cwd=folder)
        root, tests = read(raw)
        told = records(program, name, cwd=folder)
        total += check_tests(root, tests, told)
        case = root[0].find("testcase")
        check(case.get("name") == name, "the capture is called", case.get("name"))
        check((case.find("error") is not None) == ("damaged" in told[-1]), name, "damaged?")
        if told[-1]["exchanges"] == 0:
            check(all(len(c) for c in tests.values()), name, "has tests that passed on nothing")
        check(report(program, "junit", name, work, "-j", "3", cwd=folder)[0] == raw, name, "-j 3")
    check(total > 50, "only", total, "rules fired")


def thresholds(program, folder, work):
    """--fail-on decides what fails; rules that are off are skipped; examples are as many as wanted."""
    name = "nginx-node-103.pcap"
    told = records(program, name, cwd=folder)
    for severity in RANKS:
        root, tests = read(report(program, "junit", name, work, "--fail-on", severity, cwd=folder)[0])
        check_tests(root, tests, told, severity)
    _, tests = read(report(program, "junit", name, work, "--fail-on", "never", cwd=folder)[0])
    check(not any(c.find("failure") is not None for c in tests.values()), "never fails, and does")
    _, tests = read(report(program, "junit", name, work, "--rule", "interim-*=off", cwd=folder)[0])
    for rule, case in tests.items():
        off = rule.startswith("interim-")
        skipped = case.find("skipped")
        check((skipped is not None) == off, rule, "skipped?")
        check(not off or skipped.get("message") == "switched off", rule, "why?")
    _, tests = read(report(program, "junit", name, work, "--only", "date-*", cwd=folder)[0])
    check(sum(not len(c) for c in tests.values()) < 20, "--only leaves more tests than it names")
    root, tests = read(report(program, "junit", "haproxy-103-http10.pcap", work, "--examples", "1",
                              cwd=folder)[0])
    text = tests["interim-to-http10"].find("failure").text
    check(text.count("violation: ") == 1 and "1 more\n" in text, "one example and one more", text)


def hostile(program, work):
    """Markup, CDATA and control characters of strangers are text."""
    raw, _ = report(program, "junit", nasty_capture(work), work, "--examples", "20")
    root, tests = read(raw)
    text = tests["interim-to-http10"].find("failure").text
    for wanted in ("<script>alert(1)</script>", "]]><![CDATA[x]]>&amp;\"'", "\\x1b[2J\\x07\\x00\\x9b", "\\xff\\xfe"):
        check(wanted in text, wanted, "is not in", text)
    check(root[0].find("testcase").get("name").endswith('a <b>&"c".pcap'), "name of the capture")
    check(len(raw) < 200000, "a report of", len(raw))


def main():
    """Runs all checks; returns the exit status."""
    arguments = [a for a in sys.argv[1:] if a != "--update"]
    program, samples = os.path.abspath(arguments[0]), os.path.abspath(arguments[1])
    folder = os.path.join(samples, "captures")
    try:
        with tempfile.TemporaryDirectory() as work:
            raw, _ = report(program, "junit", "nginx-node-103.pcap", work, "--only", "interim-*", cwd=folder)
            golden(os.path.join(samples, "reports", "nginx-node-103.junit.xml"), raw,
                   "--update" in sys.argv)
            each_capture(program, folder, work)
            thresholds(program, folder, work)
            hostile(program, work)
            if shutil.which("xmllint"): # a second parser; the report of the hostile capture is there
                check(Run(["xmllint", "--noout", os.path.join(work, "report.junit")]).status == 0, "xmllint")
    except Complaint as complaint:
        print("FAILED", complaint)
        return 1
    print("junit: all well")
    return 0


sys.exit(main())
