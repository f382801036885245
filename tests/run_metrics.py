#!/usr/bin/env python3
# run_metrics.py - the numbers as Prometheus reads them: in files, in the manual, on the dashboard.
# SPDX-License-Identifier: MIT
"""run_metrics.py WIRELINT SHOW_METRICS SOURCE [--update]

What SHOW_METRICS writes of a made-up snapshot, in which every number is there once, must be exposition
formats that a strict reader takes, and complete. Every sample capture must give the numbers that its NDJSON
gives. docs/metrics.md and docs/grafana-dashboard.json of SOURCE must name what there is, and nothing else
(--update writes the table of the manual anew). promtool and the parser of prometheus_client read everything
once more where they are installed.
"""
import json
import math
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

from program import Complaint, Run, captures, check

WAIT = 20
BEGIN, END = "<!-- begin of the table -->\n", "<!-- end of the table -->\n"
SAMPLE = re.compile(r'([a-z_]+)(?:\{(.*)\})? ([0-9.]+)$')
READ = """import sys
from %s import text_string_to_metric_families as read
sys.exit(len(list(read(sys.stdin.read()))) < 30)"""
LABEL = re.compile(r'([a-z_]+)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)')


class Exposition:
    """One document, read strictly: nothing but what the two formats share, and what one of them adds."""

    def __init__(self, text, is_open):
        self.families, self.samples = {}, {}
        lines = text.split("\n")
        check(lines.pop() == "", "the last line has no end")
        if is_open:
            check(lines.pop() == "# EOF", "the end is not told")
        name = None
        for line in lines:
            name = self.metadata(line, name) if line.startswith("#") else self.sample(line, name, is_open)
        check(all("type" in family for family in self.families.values()), "a family without a type")

    def metadata(self, line, name):
        """# HELP, # TYPE, # UNIT, in this order."""
        _, word, told, value = line.split(" ", 3)
        if word == "HELP":
            check(told not in self.families, told, "comes twice")
            self.families[told] = {"help": value, "labels": None, "samples": 0}
        check(word == "HELP" or told == name, line, "stands among", name)
        if word != "HELP":
            check(word in ("TYPE", "UNIT"), line)
            self.families[told][word.lower()] = value
        return told

    def sample(self, line, name, is_open):
        """name{labels} value"""
        match = SAMPLE.match(line)
        check(match, "no sample:", line)
        family = self.families[name]
        suffixes = {"counter": ["_total" if is_open else ""], "gauge": [""],
                    "histogram": ["_bucket", "_sum", "_count"]}[family["type"]]
        check(match[1] in [name + suffix for suffix in suffixes], line, "does not belong to", name)
        check(family["type"] != "counter" or match[1].endswith("_total"), line, "is no counter")
        labels = dict(LABEL.findall(match[2] or ""))
        check(",".join(f'{k}="{v}"' for k, v in labels.items()) == (match[2] or ""), "labels of", line)
        key = (match[1],) + tuple(sorted(labels.items()))
        check(key not in self.samples, line, "comes twice")
        self.samples[key] = float(match[3]) if "." in match[3] else int(match[3])
        names = [label for label in labels if label != "le"]
        check(family["labels"] in (None, names), "labels of", name, "differ:", names)
        family["labels"] = names
        family["samples"] += 1
        return name

    def value(self, name, **labels):
        """One sample."""
        return self.samples[("wirelint_" + name,) + tuple(sorted(labels.items()))]

    def labelled(self, name, label):
        """The samples of a metric with one label, those that are not 0."""
        return {key[1][1]: value for key, value in self.samples.items()
                if key[0] == "wirelint_" + name and value and key[1][0] == label}


def both(read):
    """The two forms of one snapshot, which must say the same."""
    expositions = [Exposition(read(form), form == "openmetrics") for form in ("openmetrics", "prometheus")]

    def plain(samples):
        return {tuple((k[0], k[1].removesuffix(".0")) if isinstance(k, tuple) and k[0] == "le" else k
                      for k in key): value for key, value in samples.items()}
    check(plain(expositions[0].samples) == plain(expositions[1].samples), "the two forms differ")
    return expositions[0]


def strangers(open_text, plain_text):
    """What programs of others say; gives the names of those that were there."""
    there = []
    if shutil.which("promtool"):
        done = subprocess.run(["promtool", "check", "metrics"], input=plain_text.encode(),
                              capture_output=True, check=False)
        check(done.returncode == 0 and not done.stdout + done.stderr, "promtool:",
              (done.stdout + done.stderr).decode())
        there.append("promtool")
    for python in (sys.executable, "/usr/bin/python3"):
        if subprocess.run([python, "-c", "import prometheus_client"], capture_output=True, check=False).returncode:
            continue
        for module, text in (("prometheus_client.openmetrics.parser", open_text),
                             ("prometheus_client.parser", plain_text)):
            done = subprocess.run([python, "-c", READ % module], input=text.encode(), capture_output=True,
                                  check=False)
            check(done.returncode == 0, module, done.stderr.decode()[-500:])
        return there + ["prometheus_client"]
    return there


def made_up(show, source):
    """Every number of the snapshot is written, and what looks odd is what it is."""
    texts = {form: subprocess.run([show, form], capture_output=True, check=True).stdout.decode("utf-8")
             for form in ("openmetrics", "prometheus")}
    told = both(texts.get)
    values = set(told.samples.values())
    with open(os.path.join(source, "include/wirelint/tbl/counters.h"), encoding="utf-8") as file:
        counters = re.findall(r"(?m)^WL_COUNTER\((\w+)", file.read())
    for i, name in enumerate(counters):
        check(1000 + i in values, "counter", name, "is not told")
    check(told.value("responses_total", **{"class": "2xx", "code": "other"}) == 5003, "code 299 is not 'other'")
    check(told.value("responses_total", **{"class": "1xx", "code": "other"}) == 7, "interim ones are lost")
    check(told.value("responses_total", **{"class": "invalid", "code": "other"}) == 3, "invalid ones are lost")
    for value in [6001, 6002, 6003, 6004, *range(7001, 7015)]:
        check(value in values, value, "is not told")
    names = {dict(key[1:])["interface"] for key in told.samples if key[0] == "wirelint_interface_up"}
    check(names == {"eth0", r'a\"b\\c\\x0Ad\\xFF\\xE2\\x80\\xAE'} or
          names == {"eth0", r'a\"b\\c\\x0ad\\xff\\xe2\\x80\\xae'}, "interfaces are", names)
    check(told.value("interface_up", interface="eth0") == 1, "eth0 is up")
    check(told.value("damaged_inputs") == 1, "one is damaged")
    check(math.isclose(told.value("first_response_seconds_sum"), 1.500000001, abs_tol=1e-10), "a sum")
    check(told.value("final_response_seconds_sum") > 9e9, "a sum that has no end")
    print("made up:", len(told.families), "metrics,", len(told.samples), "samples; also read by",
          ", ".join(strangers(texts["openmetrics"], texts["prometheus"])) or "nobody else")
    return told


def same_histogram(told, name, exchanges, key, path):
    """Every bucket counts what the exchanges say. Those whose pairing is in doubt do not count."""
    durations = [ex[key] for ex in exchanges if key in ex]
    certain = [ex[key] for ex in exchanges if key in ex and "not_judged" not in ex]
    if len(certain) < len(durations):
        check(len(certain) <= told.value(name + "_count") <= len(durations), path, name, "counts",
              told.value(name + "_count"), "of", len(durations), "with", len(certain), "beyond doubt")
        return
    check(told.value(name + "_count") == len(durations), path, name, "counts", told.value(name + "_count"),
          "and there are", len(durations))
    for sample, value in told.samples.items():
        if sample[0] == f"wirelint_{name}_bucket":
            bound = float(sample[1][1])
            check(value == sum(d <= bound for d in durations), path, sample, "is", value)
    check(math.isclose(told.value(name + "_sum"), math.fsum(durations), abs_tol=1e-8), path, name, "sums to",
          told.value(name + "_sum"))


def same_numbers(told, records, path):
    """The numbers are those of NDJSON."""
    end = records[-1]
    for name, key in (("packets_total", "packets"), ("captured_bytes_total", "octets"),
                      ("connections_total", "connections"), ("exchanges_total", "exchanges")):
        check(told.value(name) == end[key], path, name, told.value(name), "but", end[key])
    check(told.labelled("findings_total", "severity") == {k: n for k, n in end["findings"].items() if n},
          path, "findings")
    check(told.labelled("rule_findings_total", "rule") == end.get("rules", {}), path, "rules")
    check(told.labelled("not_judged_total", "reason") == end.get("not_judged", {}), path, "not judged")
    check(told.labelled("limit_reached_total", "limit") == end.get("limits", {}), path, "limits")
    responses, codes = {}, {}
    for key, value in told.samples.items():
        if key[0] == "wirelint_responses_total":
            labels = dict(key[1:])
            responses[labels["class"]] = responses.get(labels["class"], 0) + value
            if labels["code"] != "other" and value:
                codes[labels["code"]] = value
    check({k: n for k, n in responses.items() if n} == {k: n for k, n in end["responses"].items() if n}, path,
          "responses", responses, end["responses"])
    check(all(end["codes"].get(code) == n for code, n in codes.items()), path, "codes", codes)
    check(told.value("damaged_inputs") == ("damaged" in end), path, "damaged")
    exchanges = [record for record in records if record["type"] == "exchange"]
    same_histogram(told, "first_response_seconds", exchanges, "first_after", path)
    same_histogram(told, "final_response_seconds", exchanges, "final_after", path)


def samples(program, source, work):
    """Every sample capture: the same as in NDJSON."""
    folder = os.path.join(source, "samples/captures")
    files = {form: os.path.join(work, form) for form in ("openmetrics", "prometheus", "json")}
    reports = [word for form, path in files.items() for word in ("--report", f"{form}={path}")]

    def read(form):
        with open(files[form], encoding="utf-8") as file:
            return file.read()
    n = 0
    for name in captures(folder):
        Run([program, "audit", "-q", *reports, os.path.join(folder, name)])
        told = both(read)
        same_numbers(told, [json.loads(line) for line in read("json").splitlines()], name)
        check(not any(f["samples"] == 0 for f in told.families.values()), name, "a metric without samples")
        n += 1
    strangers(read("openmetrics"), read("prometheus"))
    check(n > 30, "only", n, "captures")
    print("samples:", n, "captures give the numbers of their NDJSON")


def replaced(program, source, work):
    """A pipe is live: the file appears at once, is another file every second, and never half of one."""
    path = os.path.join(work, "live.prom")
    with open(os.path.join(source, "samples/captures/node-103.pcap"), "rb") as file:
        octets = file.read()
    with open(path, "w", encoding="utf-8") as file:
        file.write("of an earlier run\n")
    seen, last = set(), None
    with subprocess.Popen([program, "audit", "-q", "--interval", "1", "--report", f"openmetrics={path}", "-"],
                          stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as run:
        run.stdin.write(octets)
        run.stdin.flush()
        end = time.monotonic() + WAIT
        while len(seen) < 4 and time.monotonic() < end:
            with open(path, encoding="utf-8") as file:
                seen.add(os.fstat(file.fileno()).st_ino)
                text = file.read()
            if text != "of an earlier run\n":
                last = Exposition(text, True)
            time.sleep(0.02)
        check(len(seen) >= 3, "it was written", len(seen), "times only")
        check(last.value("exchanges_total") > 0, "nothing was seen of the pipe")
        check(last.value("memory_used_bytes") > 0, "no memory is in use")
        run.stdin.close()
        said = run.stderr.read().decode()
        check(run.wait(WAIT) in (0, 1), "status", run.returncode, said)
    check(os.listdir(os.path.dirname(path)).count("live.prom.new") == 0, "something was left behind")
    away = os.path.join(work, "nowhere", "x.prom")
    run = Run([program, "audit", "--interval", "1", "--report", f"prometheus={away}", "-"], stdin=octets)
    check(run.status == 3 and "x.prom" in run.err, "a folder that is not there:", run.status, run.err)
    print("replaced: whole at all times")


def hindered(program, source, work):
    """What cannot be written for a while (a full disk) is said once, tried again, and ends nothing."""
    paths = [os.path.join(work, name) for name in ("hindered.prom", "hindered.html")]
    with open(os.path.join(source, "samples/captures/node-103.pcap"), "rb") as file:
        octets = file.read()

    def wait_for(what, happened):
        end = time.monotonic() + WAIT
        while not happened():
            check(time.monotonic() < end, what)
            time.sleep(0.02)

    reports = ("--report", f"prometheus={paths[0]}", "--report", f"html={paths[1]}")
    errors = os.path.join(work, "hindered.err")
    with open(errors, "wb") as sink, subprocess.Popen([program, "audit", "--interval", "1", *reports, "-"], stderr=sink,
                                                      stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as run:
        run.stdin.write(octets)
        run.stdin.flush()
        for path in paths:
            wait_for(f"{path} was never there", lambda: os.path.exists(path))
        for path in paths:
            wait_for("a name stays in use", lambda: mkdir(path + ".new"))
        for path in paths:
            wait_for(f"{path}: nothing was said", lambda: f"'{path}': " in text_of(errors))
        for path in paths:
            os.rmdir(path + ".new")
            os.unlink(path)
        for path in paths:
            wait_for(f"{path} was given up", lambda: os.path.exists(path))
        check(run.poll() is None, "the run ended", run.returncode, text_of(errors))
        run.stdin.close()
        check(run.wait(WAIT) in (0, 1), "status", run.returncode, text_of(errors))
    check(text_of(errors).count("trying again") == 2, text_of(errors))
    print("hindered: a report is written again once it can be")


def text_of(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def mkdir(path):
    """False when the name is in use at this moment."""
    try:
        os.mkdir(path)
    except FileExistsError:
        return False
    return True


def confined(program, work):
    """Of a root who has become nobody: in a directory that is root's, also in one that others may write to."""
    probe = Run([program, "audit", "-q", "-i", "lo", "--duration", "0.1"])
    if os.geteuid() != 0 or probe.status == 3:
        print("confined: skipped, this wants root and loopback:", probe.err.splitlines()[:1])
        return
    if b"Landlock" not in Run([program, "--version"]).out.replace(b"no Landlock", b""):
        print("confined: skipped, there is no Landlock here")
        return
    paths = []
    for name, mode in (("own", 0o755), ("sticky", 0o1777)):
        os.mkdir(os.path.join(work, name))
        os.chmod(os.path.join(work, name), mode)
        paths.append(os.path.join(work, name, "x.prom"))
    os.chmod(work, 0o700)  # nobody may not even come here
    reports = [word for path in paths for word in ("--report", f"prometheus={path}")]
    with subprocess.Popen([program, "audit", "-q", "-i", "lo", "--interval", "1", *reports],
                          stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as run:
        seen = {path: set() for path in paths}
        end = time.monotonic() + WAIT
        while time.monotonic() < end and min(len(inodes) for inodes in seen.values()) < 3:
            for path in paths:
                if os.path.exists(path):
                    seen[path].add(os.stat(path).st_ino)
                    with open(path, encoding="utf-8") as file:
                        Exposition(file.read(), False)
            time.sleep(0.02)
        with open(f"/proc/{run.pid}/status", encoding="ascii") as file:
            status = file.read()
        run.terminate()
        said = run.stderr.read().decode()
        check(run.wait(WAIT) in (0, 1), "status", run.returncode, said)
    check(min(len(inodes) for inodes in seen.values()) >= 2, "the files were not replaced:", seen, said)
    check(re.search(r"(?m)^Uid:\s+0", status) is None, "it is still root")
    # cap_dac_override and cap_fowner, and nothing else
    check(re.search(r"(?m)^CapEff:\s+0*a$", status), "it has kept other rights:", status)
    print("confined: replaced by nobody, where only root may")


def table(told):
    """The rows of the manual."""
    rows = ["| name | type | labels | what it says |\n", "| --- | --- | --- | --- |\n"]
    for name, family in told.families.items():
        full = name + ("_total" if family["type"] == "counter" else "")
        rows.append(f"| `{full}` | {family['type']} | {', '.join(family['labels'])} | {family['help']} |\n")
    return "".join(rows)


def manual(told, source, update):
    """docs/metrics.md holds the table."""
    path = os.path.join(source, "docs/metrics.md")
    with open(path, encoding="utf-8") as file:
        text = file.read()
    before, rest = text.split(BEGIN)
    old, after = rest.split(END)
    if update:
        with open(path, "w", encoding="utf-8") as file:
            file.write(before + BEGIN + table(told) + END + after)
        return
    check(old == table(told), "docs/metrics.md is stale: run this with --update")
    for name in re.findall(r"\bwirelint_[a-z_]+", before + after):
        check(known(told, name), "docs/metrics.md names", name, "which there is not")


def known(told, name):
    """Is there a sample of this name?"""
    return any(key[0] == name for key in told.samples)


def dashboard(told, source):
    """docs/grafana-dashboard.json asks for what there is, and for all of it."""
    with open(os.path.join(source, "docs/grafana-dashboard.json"), encoding="utf-8") as file:
        board = json.load(file)
    panels = [p for p in board["panels"] if p["type"] != "row"]
    asked = set()
    for panel in panels:
        check(panel.get("title") and panel.get("targets") and panel.get("description"),
              "a panel without title, targets or description", panel.get("title"))
        for target in panel["targets"]:
            asked.update(re.findall(r"\bwirelint_[a-z_]+", target["expr"]))
            for label in re.findall(r'[{,](\w+)(?:=|!=|=~|!~)"', target["expr"]):
                check(label in ("job", "instance", "class", "code"), "label", label)
    for variable in board["templating"]["list"]:
        asked.update(re.findall(r"\bwirelint_[a-z_]+", str(variable.get("query", ""))))
    for name in asked:
        check(known(told, name), "the dashboard asks for", name, "which there is not")
    for name, family in told.families.items():
        suffix = {"counter": "_total", "gauge": "", "histogram": "_bucket"}[family["type"]]
        check(name + suffix in asked, "the dashboard does not show", name + suffix)
    ids = [p["id"] for p in board["panels"]]
    check(len(ids) == len(set(ids)), "panels with the same id")
    if shutil.which("promtool"):
        rules = {"groups": [{"name": "x", "rules": [
            {"record": "x", "expr": plain_expression(t["expr"])} for p in panels for t in p["targets"]]}]}
        with tempfile.NamedTemporaryFile("w", suffix=".yml") as file:
            json.dump(rules, file)
            file.flush()
            done = subprocess.run(["promtool", "check", "rules", "--lint=none", file.name],
                                  capture_output=True, check=False)
            check(done.returncode == 0, "promtool:", (done.stdout + done.stderr).decode())
    print("dashboard:", len(panels), "panels,", len(asked), "names")


def plain_expression(expression):
    """What Grafana makes of an expression before it asks."""
    return expression.replace("$__rate_interval", "1m").replace("$__range", "1h")


def main():
    """Every part; the first complaint ends it."""
    program, show, source = sys.argv[1:4]
    update = "--update" in sys.argv[4:]
    with tempfile.TemporaryDirectory() as work:
        told = made_up(show, source)
        manual(told, source, update)
        if update:
            return 0
        samples(program, source, work)
        replaced(program, source, work)
        hindered(program, source, work)
        confined(program, work)
        dashboard(told, source)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Complaint as complaint:
        print("FAILED", complaint)
        sys.exit(1)
