"""run_config.py - the configuration file and `wirelint config`, as a user meets them.

usage: run_config.py PROGRAM CAPTURES
SPDX-License-Identifier: MIT
"""
import os
import sys
import tempfile

from program import Complaint, Run, check

CASES = []


def case(function):
    CASES.append(function)
    return function


class Place:
    """A directory of its own, in which the program is run."""

    def __init__(self, program, folder, work):
        self.program, self.folder, self.work = program, folder, work
        self.capture = os.path.join(folder, "nginx-node-103.pcap")

    def write(self, name, text):
        path = os.path.join(self.work, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as f:
            f.write(text if isinstance(text, bytes) else text.encode())
        return path

    def run(self, *words, **also):
        return Run([self.program, *words], cwd=self.work, also=also)

    def shown(self, *words, **also):
        """What `config` says: name -> (value, origin), of what is set."""
        done = self.run("config", *words, **also)
        check(done.status == 0, done.err)
        found, section = {}, ""
        for line in done.out.decode().splitlines():
            if line.startswith("["):
                section = line.strip("[]") + "."
            elif line and not line.startswith(";"):
                setting, _, origin = line.partition(" ; ")
                name, _, value = setting.strip().partition(" = ")
                found.setdefault(section + name, []).append((value, origin.strip()))
        return found


@case
def precedence(p):
    p.write("home/wirelint/config", "fail-on = note\nexamples = 1\nset = processing.final=70\nport = 1\n")
    p.write("ci.conf", "fail-on = warning\nport = 80,8080\n")
    home = {"XDG_CONFIG_HOME": os.path.join(p.work, "home")}
    shown = p.shown("--config", "ci.conf", "--examples", "5", **home)
    user = os.path.join(p.work, "home/wirelint/config")
    check(shown["fail-on"] == [("warning", "ci.conf:1")], shown["fail-on"])
    check(shown["examples"] == [("5", "command line")], shown["examples"])
    check(shown["set"] == [("processing.final=70", f"{user}:3")], shown["set"])
    # a profile of the line comes after a threshold of the file; what the line sets, after both
    shown = p.shown("--config", "ci.conf", "--profile", "cloudflare", **home)
    check(("processing.final=120", "profile cloudflare") in shown["set"], shown["set"])
    shown = p.shown("--config", "ci.conf", "--set", "processing.final=1", "--profile", "cloudflare", **home)
    check(("processing.final=1", "command line") in shown["set"], shown["set"])
    check(p.shown("--no-config", **home) == {}, "--no-config reads the user's file")
    home = {"HOME": os.path.join(p.work, "home2")}
    p.write("home2/.config/wirelint/config", "utc = yes\n")
    check("utc" in p.shown(**home), "~/.config is not read")
    check(p.shown(XDG_CONFIG_HOME="relative", **home)["utc"][0][0] == "yes", "a relative directory counts")


@case
def effect(p):
    """Values do what they do on the command line, and the line wins."""
    p.write("ci.conf", "fail-on = never\njson = yes\n")
    check(p.run("audit", p.capture).status == 1, "the capture has findings")
    done = p.run("audit", "--config", "ci.conf", p.capture)
    check(done.status == 0 and done.records()[0]["type"] == "start", "fail-on and json are not taken")
    done = p.run("audit", "--config", "ci.conf", "--fail-on", "note", "--json=no", p.capture)
    check(done.status == 1 and not done.out.startswith(b"{"), "the command line does not win")
    # a later file takes a flag back
    p.write("later.conf", "json = no\n")
    done = p.run("audit", "--config", "ci.conf", "--config", "later.conf", p.capture)
    check(not done.out.startswith(b"{"), "json = no does nothing")
    # ports are those of the last origin, not of all together
    p.write("ports.conf", "port = 1\n")
    done = p.run("audit", "--json", "--config", "ports.conf", p.capture)
    check(done.records()[-1]["exchanges"] == 0, "port = 1 does nothing")
    done = p.run("audit", "--json", "--config", "ports.conf", "--port", "1-", p.capture)
    check(done.status == 2, "a wrong port is taken")


@case
def sections(p):
    p.write("ci.conf", "[list]\njson = yes\n[audit]\nfail-on = never\n[watch]\ntheme = light\n")
    check(p.run("audit", "--config", "ci.conf", p.capture).out[:1] != b"{", "a section of another command counts")
    check(p.run("list", "--config", "ci.conf", p.capture).out[:1] == b"{", "a section does not count")
    check(p.run("audit", "--config", "ci.conf", p.capture).status == 0, "[audit] does not count")
    check(p.run("list", "--config", "ci.conf", p.capture).status == 1, "[audit] counts for list")
    shown = p.shown("--config", "ci.conf")
    check(shown == {"audit.fail-on": [("never", "ci.conf:4")], "list.json": [("yes", "ci.conf:2")],
                    "watch.theme": [("light", "ci.conf:6")]}, shown)


@case
def lines(p):
    """Indented lines go on; comments; a file that Windows wrote."""
    p.write("ci.conf", "\ufeff# team\r\nrule =\r\n  interim-*=note ; for now\r\n\tearly-hints-*=off\r\n"
            "where = status:103\r\n  port:80\r\nduration = 5\r\n")
    shown = p.shown("--config", "ci.conf")
    check(shown["rule"] == [("interim-*=note", "ci.conf:2"), ("early-hints-*=off", "ci.conf:4")], shown)
    check(shown["where"] == [("status:103 port:80", "ci.conf:5")], shown)
    # for live runs; a run over files does not stumble over it, and does over the same on its line
    check(p.run("audit", "--config", "ci.conf", p.capture).status == 0, "duration stops a run over files")
    check(p.run("audit", "--duration", "5", p.capture).status == 2, "--duration is taken for files")


@case
def round_trip(p):
    p.write("ci.conf", "fail-on = note\nset = max_head=4K\nprofile = nginx\nrule = interim-*=note\n[watch]\nascii = yes\n")
    first = p.run("config", "--config", "ci.conf")
    p.write("again.conf", first.out)
    second = p.run("config", "--config", "again.conf")

    def bare(done):
        return [line.split(" ;")[0].strip() for line in done.out.decode().splitlines() if line[:1] != ";"]

    check("set = max_head=4096" in bare(first), bare(first))
    check(bare(first) == bare(second), "not the same:", bare(first), bare(second))
    check(any(line.startswith("; fail-on = violation") for line in p.run("config").out.decode().splitlines()),
          "the default of fail-on is not shown")


@case
def mistakes(p):
    """Everything that cannot be understood is status 2, with file and line, and nothing is read."""
    wrong = {
        "bogus = 1": "ci.conf:1: unknown option 'bogus'",
        "utc = yes\nfial-on = note": "ci.conf:2: unknown option 'fial-on'",
        "fail-on = loud": "ci.conf:1: fail-on does not take 'loud'",
        "fail-on": "ci.conf:1: this is neither",
        "[list\nutc = yes": "ci.conf:1: this is neither",
        "[nosuch]\n\nutc = yes": "ci.conf:1: unknown section 'nosuch'",
        "where =\n  status:103\n [nosuch]\nutc = maybe": "ci.conf:1: cannot understand '[nosuch]'",
        "[list]\nexamples = 3": "ci.conf:2: 'wirelint list' does not take 'examples'",
        "help = yes": "ci.conf:1: --help is for the command line alone",
        "config = x": "ci.conf:1: --config is for the command line alone",
        "json = maybe": "ci.conf:1: json does not take 'maybe'",
        "set = max_head=1": "ci.conf:1: value of 'max_head'",
        "rule = nosuch=off": "ci.conf:1: rule: no rule is called 'nosuch'",
        "where = " + "x" * 300: "ci.conf:1: the line is too long",
        "[" + "x" * 60 + "]\nutc = yes": "ci.conf:1: the name of the section is too long",
        "utc = yes\0": "ci.conf:1: this is no text file",
    }
    for text, message in wrong.items():
        p.write("ci.conf", text)
        for command in (["config"], ["audit", p.capture]):
            done = p.run(*command, "--config", "ci.conf")
            check(done.status == 2 and message in done.err and not done.out, repr(text), done.status, done.err)
    check("did you mean 'fail-on'?" in p.run("config", "--config", p.write("ci.conf", "fial-on = note")).err, "no hint")
    done = p.run("audit", "--config", "missing.conf", p.capture)
    check(done.status == 2 and "cannot read 'missing.conf'" in done.err, done.err)
    check(p.run("config", "--config", ".").status == 2, "a directory is read")
    p.write("home/wirelint/config", "fail-on = loud\n")
    done = p.run("audit", p.capture, XDG_CONFIG_HOME=os.path.join(p.work, "home"))
    check(done.status == 2 and "wirelint/config:1: fail-on" in done.err, done.err)
    check(p.run("config", "words").status == 2, "config takes an operand")
    check(p.run("--help", "--config", "missing.conf").status == 0, "--help reads files")


def main():
    program, folder = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
    failed = 0
    for function in CASES:
        with tempfile.TemporaryDirectory() as work:
            try:
                function(Place(program, folder, work))
            except Complaint as complaint:
                failed += 1
                print(f"FAILED {function.__name__}: {complaint}")
    print(f"{len(CASES) - failed} of {len(CASES)} cases are well")
    sys.exit(failed != 0)


main()
