#!/usr/bin/env python3
# run_readme.py - README.md followed word by word.
# SPDX-License-Identifier: MIT
"""run_readme.py WIRELINT SOURCE-FOLDER

Runs every command of README.md that can be run anywhere (blocks of the language bash) as its reader
would, with the samples beside it and the program in PATH: it must print something, complain of nothing, and
end with 0 or 1. Links of README.md and of the documents must lead to files that are there.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile

from program import Checks

check = Checks()


def follow(text, folder):
    """Every command by itself; those that go on have an indented line behind them."""
    for block in re.findall(r"^```bash\n(.*?)^```$", text, re.M | re.S):
        for command in re.findall(r"^\S.*\n(?:[ \t]+.*\n)*", block, re.M):
            done = subprocess.run(["bash", "-c", command], cwd=folder, capture_output=True, text=True,
                                  check=False)
            check(done.returncode in (0, 1) and done.stdout and not done.stderr,
                  f"{command}ended with {done.returncode}: {done.stdout[:200]}{done.stderr}")


def look_at_links(source, name):
    """Relative links lead to files, and their fragments to headings are left to the reader."""
    with open(os.path.join(source, name), encoding="utf-8") as file:
        text = re.sub(r"```.*?```", "", file.read(), flags=re.S)
    for link in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text):
        if not re.match(r"[a-z]+:", link):
            path = os.path.join(source, os.path.dirname(name), link)
            check(os.path.exists(path), f"{name}: there is no {link}")


def main():
    """Returns the exit status."""
    wirelint, source = (os.path.abspath(word) for word in sys.argv[1:3])
    if not shutil.which("jq"):
        print("there is no jq")
        return 77
    with open(os.path.join(source, "README.md"), encoding="utf-8") as file:
        text = file.read()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["PATH"] = os.path.dirname(wirelint) + os.pathsep + os.environ["PATH"]
        os.environ["HOME"] = folder
        os.environ.pop("XDG_CONFIG_HOME", None)
        os.symlink(os.path.join(source, "samples"), os.path.join(folder, "samples"))
        follow(text, folder)
        check(check.n >= 6, f"only {check.n} commands were found")
        check(os.path.getsize(os.path.join(folder, "evidence.pcapng")) > 1000, "there is no evidence")
    look_at_links(source, "README.md")
    for name in sorted(os.listdir(os.path.join(source, "docs"))):
        if name.endswith(".md"):
            look_at_links(source, os.path.join("docs", name))
    return check.status()


if __name__ == "__main__":
    sys.exit(main())
