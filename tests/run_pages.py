#!/usr/bin/env python3
# run_pages.py - the manual pages and completions that are made from the tables of the program.
# SPDX-License-Identifier: MIT
"""run_pages.py PAGES WIRELINT

Makes every page anew (scripts/pages --check says whether those that are kept are the same) and looks at
what it is worth: groff and mandoc have nothing to say, every option, command, rule, threshold and
limit has its place, what shells offer is what the program takes, and the shells that are installed
offer it. What is not installed is passed over, and said.
"""
import json
import os
import re
import shutil
import sys
import tempfile

from program import Checks, run

check = Checks()
passed_over = []

# what is typed, and what must be among the words offered
OFFERS = [
    ("wirelint au", "audit"),
    ("wirelint audit --fail-on ", "warning"),
    ("wirelint audit --rule interim-to-h", "interim-to-http10="),
    ("wirelint audit --set processing.f", "processing.final="),
    ("wirelint audit --profile ng", "nginx"),
    ("wirelint audit --report js", "json="),
    ("wirelint explain interim-to", "interim-to-http10"),
    ("wirelint watch --the", "--theme"),
    ("wirelint --sep", "--separate"),
    ("wirelint audit -i an", "any"),
    ("wirelint list ca", "capture.pcap"),
    ("wirelint --utc list --where sta", "status:"),
]
# what must not be offered
NOT_OFFERED = [
    ("wirelint rules --fail", "--fail-on"),
    ("wirelint audit aud", "audit"),
]


def plain(page):
    """A manual page without its escapes."""
    text = re.sub(r"\\f[BRI]", "", page)
    for escape, octet in (("\\-", "-"), ("\\(aq", "'"), ("\\(dq", '"'), ("\\:", ""), ("\\&", "")):
        text = text.replace(escape, octet)
    return text


def look_at_manual(folder, wirelint):
    """What each page must hold, and what the two formatters say of it."""
    pages = {}
    for name in ("wirelint.1", "wirelint-rules.7", "wirelint.conf.5"):
        with open(os.path.join(folder, name), encoding="utf-8") as file:
            pages[name] = plain(file.read())
        for words in (("groff", "-ww", "-man", "-Tutf8", "-z"), ("mandoc", "-T", "lint")):
            if not shutil.which(words[0]):
                passed_over.append(words[0])
                continue
            status, text = run(*words, name, cwd=folder)
            check(status == 0 and not text, f"{words[0]}: {text}")
    _, text = run(wirelint, "--help")
    commands = re.findall(r"^  (\w+) .*", text.split("\n\n")[2], re.M)
    check(len(commands) > 5, f"commands: {commands}")
    for command in commands:
        check(f"\n.TP\n{command}\n" in pages["wirelint.1"], f"the command {command} has no place")
        _, text = run(wirelint, command, "--help")
        for option in re.findall(r"^ +(?:(-\w),? ?)?(--[\w-]+)?", text, re.M):
            for name in filter(None, option):
                check(re.search(rf"\n\.TP\n(-\w, )?{name}\b", pages["wirelint.1"]) or
                      re.search(rf"\n\.TP\n{name}\b", pages["wirelint.1"]), f"{name} has no place")
    _, text = run(wirelint, "rules", "--format", "json")
    rules = json.loads(text)
    for rule in rules:
        check(f"\n.TP\n{rule['id']}\n" in pages["wirelint-rules.7"], f"{rule['id']} has no place")
    _, text = run(wirelint, "profiles", "--format", "json")
    for profile in json.loads(text):
        check(f"\n.TP\n{profile['name']}\n" in pages["wirelint.conf.5"], "no " + profile["name"])
    for key in ("processing.final", "max_connections", "settle"):
        check(f"\n.TP\n{key}\n" in pages["wirelint.conf.5"], f"{key} has no place")


def look_at_words(folder, wirelint):
    """The program takes every word that is offered as the value of an option."""
    with open(os.path.join(folder, "wirelint.fish"), encoding="utf-8") as file:
        text = file.read()
    lines = re.findall(r"^complete -c wirelint(?: -n '__wirelint_is (\w+)[^']*')?.* -l ([\w-]+)"
                       r" -x -a '([^'$(]+)'", text, re.M)
    check(len(lines) >= 4, f"words of only {len(lines)} options")
    for command, option, words in lines:
        for word in words.split():
            status, text = run(wirelint, command or "audit", f"--{option}={word}", "--help")
            check(status == 0, f"--{option}={word}: {text}")
    variables = dict(re.findall(r"^set -g __wirelint_(\w+) (.*)$", text_of(folder), re.M))
    for word in variables["formats"].split():
        status, text = run(wirelint, "audit", f"--report={word}=x", "--help")
        check(status == 0, f"--report={word}=x: {text}")
    for word in variables["severities"].split():
        status, text = run(wirelint, "audit", f"--rule=interim-*={word}", "--help")
        check(status == 0, f"--rule=interim-*={word}: {text}")
    for word in variables["settings"].split():
        told = [run(wirelint, "audit", f"--set={word}={value}", "--help") for value in ("16", "16M")]
        check(any(status == 0 for status, _ in told), f"--set={word}=16: {told}")


def text_of(folder):
    """The completion of fish, from which the words are read."""
    with open(os.path.join(folder, "wirelint.fish"), encoding="utf-8") as file:
        return file.read()


def ask_bash(folder, line, helpers=". /usr/share/bash-completion/bash_completion"):
    """What bash offers; words split at '=' as readline does it."""
    words = []
    for word in line.split(" "):
        words += [part for part in re.split(r"(=)", word) if part] or [""]
    script = (f"{helpers}; . ./wirelint.bash; compopt() {{ :; }};"
              "COMP_LINE=$1; COMP_POINT=${#1}; shift; COMP_WORDS=(\"$@\"); COMP_CWORD=$(($#-1));"
              "_wirelint; printf '%s\\n' \"${COMPREPLY[@]}\"")
    _, text = run("bash", "-c", script, "bash", line, *words, cwd=folder)
    return text.split("\n")


def ask_fish(folder, line):
    """What fish offers."""
    _, text = run("fish", "--no-config", "-c", 'source wirelint.fish; complete -C "$argv[1]"', line,
                  cwd=folder, env=dict(os.environ, HOME=folder))
    return [row.split("\t")[0] for row in text.split("\n")]


def look_at_shells(folder):
    """What the shells that are here offer."""
    with open(os.path.join(folder, "capture.pcap"), "w", encoding="utf-8"):
        pass
    shells = {"fish": (ask_fish, shutil.which("fish")),
              "bash": (ask_bash, os.path.exists("/usr/share/bash-completion/bash_completion"))}
    for shell, (ask, there) in shells.items():
        if not there:
            passed_over.append(f"completion of {shell}")
            continue
        for line, word in OFFERS:
            offered = ask(folder, line)
            check(word in offered, f"{shell} does not offer {word} for '{line}': {offered[:9]}")
        for line, word in NOT_OFFERED:
            check(word not in ask(folder, line), f"{shell} offers {word} for '{line}'")
    for line, word in (("wirelint au", "audit"), ("wirelint audit --redact v", "values"), ("wirelint capt", "capture.pcap")):
        offered = ask_bash(folder, line, "unset -f _init_completion")
        check(offered == [word, ""], f"bash alone offers {offered} for '{line}'")
    if shutil.which("zsh"):
        status, text = run("zsh", "-n", "_wirelint", cwd=folder)
        check(status == 0 and not text, f"zsh: {text}")
    else:
        passed_over.append("completion of zsh")


def main():
    """Returns the exit status."""
    pages, wirelint = sys.argv[1:3]
    os.environ["LC_ALL"] = "C.UTF-8"
    os.environ.pop("XDG_CONFIG_HOME", None)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["HOME"] = folder
        for name in run(pages, "--list")[1].split():
            status, text = run(pages, name)
            check(status == 0 and text, f"{name} is not made")
            with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                file.write(text)
        look_at_manual(folder, wirelint)
        look_at_words(folder, wirelint)
        look_at_shells(folder)
    for what in sorted(set(passed_over)):
        print("passed over, since it is not installed:", what)
    return check.status()


if __name__ == "__main__":
    sys.exit(main())
